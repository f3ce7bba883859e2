"""What the programs of an exercise ask for on their workbench, read from their code."""

from __future__ import annotations

import dis
from collections.abc import Callable, Iterator, Mapping
from types import CodeType, FunctionType
from typing import Any

from gdl_check.course import Exercise

WORKBENCH = "bench"  # what every program calls its first argument


def names_on_the_bench(exercise: Exercise) -> set[str]:
    """What an exercise's programs may use, its laws' programs among them.

    The names that are got from the workbench, and every text that could be one, in the programs
    and in the cases written by hand.
    """
    if exercise.use is None:
        return set()
    found = set(_texts((exercise.edges, tuple(exercise.inputs.values()))))
    seen: set[CodeType] = set()
    waiting: list[Callable[..., Any]] = [exercise.use, *(law.holds for law in exercise.laws)]
    while waiting:
        function = waiting.pop()
        if isinstance(function, FunctionType) and function.__code__ not in seen:
            seen.add(function.__code__)
            for name, from_bench in _names(function.__code__):
                if from_bench:
                    found.add(name)
                elif isinstance(known := function.__globals__.get(name), FunctionType):
                    waiting.append(known)
    return found


def _names(code: CodeType) -> Iterator[tuple[str, bool]]:
    """The global names in a function, and the attributes that are got from its workbench."""
    before = None
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield str(step.argval), False
        elif step.opname in ("LOAD_ATTR", "LOAD_METHOD") and before == WORKBENCH:
            yield str(step.argval), True
        before = step.argval if step.opname in ("LOAD_FAST", "LOAD_DEREF") else None
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
        else:
            yield from ((text, True) for text in _texts(constant))


def _texts(value: Any) -> Iterator[str]:
    """All texts in a value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)
