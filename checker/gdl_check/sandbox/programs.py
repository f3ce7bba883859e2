"""What is asked of an answer, and what came of it: the steps of a program and their outcomes.

A program calls an answer and goes on with what it returned, by handle: objects stay where the
answer runs. The same code executes programs inside the worker and, for our own functions, here.
"""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from gdl_check.sandbox.wire import MAX_ITEMS, Once, Seed, lay_out, once

OPERATORS: dict[str, Callable[..., Any]] = {
    name: getattr(operator, name)
    for name in ("add", "sub", "mul", "truediv", "neg", "matmul", "getitem", "call")
} | {"repr": repr}


class TooMuch(Exception):
    """An answer returned more than can be taken in."""


@dataclass(frozen=True)
class Handle:
    """The result of an earlier step of the same program."""

    step: int


class Step(NamedTuple):
    """One thing done in a program.

    `do` is "call" (the function or class `name`), "method", "get" (an attribute), or "operator";
    the last three act on their first argument.
    """

    do: str
    name: str
    args: tuple[Any, ...]


class Raised(NamedTuple):
    """An exception that left an answer: `trace` holds (line, function) of the learner's frames."""

    type: str
    message: str
    trace: tuple[tuple[int, str], ...] = ()
    kinds: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        return f"{self.type}: {self.message}" if self.message else self.type

    @property
    def line(self) -> int | None:
        return self.trace[-1][0] if self.trace else None


class Outcome(NamedTuple):
    """What came of one step: a value or an exception, and which arguments it changed."""

    value: Any = None
    raised: Raised | None = None
    changed: tuple[int, ...] = ()
    printed: str = ""


@dataclass(slots=True)
class Done:
    """A step executed in this process, its result still a live object."""

    value: Any = None
    error: BaseException | None = None
    changed: Sequence[int] = ()


def execute(names: Mapping[str, Any], steps: list[Step]) -> Iterator[Done]:
    """Carry out a program's steps one by one; a step that needs a failed one is not reached."""
    results: list[Any] = []
    for step in steps:
        done = _execute_step(names, step, results)
        yield done
        if done.error is not None:
            return
        results.append(done.value)


def _execute_step(names: Mapping[str, Any], step: Step, results: list[Any]) -> Done:
    args = [_argument(arg, results) for arg in step.args]
    before = [_fingerprint(arg) for arg in args]
    done = Done()
    try:
        if step.do == "call":
            done.value = _callable(names, step.name)(*args)
        elif step.do == "get":
            done.value = getattr(args[0], step.name)
        elif step.do == "method":
            done.value = getattr(args[0], step.name)(*args[1:])
        else:
            done.value = OPERATORS[step.name](*args)
        if isinstance(done.value, Iterator):
            done.value = listed(done.value)
    except BaseException as error:
        done.error = error
    done.changed = [
        i for i, arg in enumerate(args) if before[i] is not None and _fingerprint(arg) != before[i]
    ]
    return done


def _callable(names: Mapping[str, Any], name: str) -> Callable[..., Any]:
    answer: Callable[..., Any] | None = names.get(name)
    if callable(answer):
        return answer
    if name not in names:
        raise NameError(f"there is no {name} once the whole file has been run")
    raise TypeError(f"{name} is not a function, but of type {type(answer).__name__}")


def _argument(arg: Any, results: list[Any]) -> Any:
    if isinstance(arg, Handle):
        return results[arg.step]
    if isinstance(arg, list) and any(isinstance(item, Handle) for item in arg):
        return [_argument(item, results) for item in arg]
    if isinstance(arg, Seed):
        return arg.generator()
    return arg


def private(value: Any) -> Any:
    """A copy that its receiver may do with as it likes; an array keeps its order in memory."""
    if isinstance(value, np.ndarray):
        if value.flags.c_contiguous or value.flags.f_contiguous:
            return value.copy(order="A")
        return lay_out(value, "strided")
    if isinstance(value, (bool, int, float, str)):
        return value
    return copy.deepcopy(value)


def _fingerprint(arg: Any) -> Any:
    if isinstance(arg, np.ndarray):
        return arg.shape, arg.tobytes()
    if isinstance(arg, list):
        return "list", [_fingerprint(item) or repr(item) for item in arg]
    if isinstance(arg, dict):
        return "dict", [(repr(key), _fingerprint(item) or repr(item)) for key, item in arg.items()]
    return repr(arg) if isinstance(arg, set) else None


def listed(values: Iterator[Any]) -> Once:
    """What an iterator gives, as a list. Raises TooMuch where it goes on and on."""
    items = []
    for item in values:
        items.append(item)
        if len(items) > MAX_ITEMS:
            raise TooMuch(f"it returned something that goes on for more than {MAX_ITEMS:,} items")
    return once(items, type(values).__name__)
