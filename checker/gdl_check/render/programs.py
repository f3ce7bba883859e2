"""Programs as people would write them: what was done with objects, line by line."""

from __future__ import annotations

import itertools
import string
from collections.abc import Iterator, Sequence
from typing import Any

from gdl_check.render.values import broken, pasteable
from gdl_check.sandbox.programs import Handle, Step

SIGNS = {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "matmul": "@"}
LETTERS = string.ascii_lowercase


def program_lines(steps: Sequence[Step], width: int) -> list[str]:
    """A program that can be pasted: every object that is used again has a letter for a name."""
    return [line for text in statements(steps) for line in broken(text, width)]


def statements(steps: Sequence[Step]) -> Iterator[str]:
    """The steps as statements of Python, in their order."""
    used = {handle.step for step in steps for handle in _handles(step.args)}
    letters = (letter + (str(n) if n else "") for n in itertools.count() for letter in LETTERS)
    names: dict[int, str] = {}
    for index, step in enumerate(steps):
        text = _expression(step, names)
        if index in used:
            names[index] = next(letters)
            text = f"{names[index]} = {text}"
        yield text


def _handles(args: Sequence[Any]) -> Iterator[Handle]:
    for arg in args:
        if isinstance(arg, Handle):
            yield arg
        elif isinstance(arg, list):
            yield from _handles(arg)


def _expression(step: Step, names: dict[int, str]) -> str:
    args = [_argument(arg, names) for arg in step.args]
    if step.do == "call":
        return f"{step.name}({', '.join(args)})"
    first, rest = args[0], args[1:]
    if step.do == "get":
        return f"{first}.{step.name}"
    if step.do == "method":
        return f"{first}.{step.name}({', '.join(rest)})"
    if step.name == "neg":
        return f"-{first}"
    if step.name == "getitem":
        return f"{first}[{rest[0]}]"
    if step.name == "repr":
        return f"repr({first})"
    if step.name == "call":
        return f"{first}({', '.join(rest)})"
    return f"{first} {SIGNS[step.name]} {rest[0]}"


def _argument(arg: Any, names: dict[int, str]) -> str:
    if isinstance(arg, Handle):
        return names[arg.step]
    if isinstance(arg, list) and any(True for _ in _handles(arg)):
        return f"[{', '.join(_argument(item, names) for item in arg)}]"
    return pasteable(arg)
