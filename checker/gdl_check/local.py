"""Carries out programs with functions and classes of our own, in this process."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from gdl_check.answer import Answer
from gdl_check.course import Exercise
from gdl_check.memo import Memo, Program
from gdl_check.sandbox.programs import Done, Handle, Outcome, Raised, Step, execute, listed, private
from gdl_check.sandbox.wire import Decoder, Seed, to_wire

OF_EVERY_CLASS = {"__module__", "__dict__", "__weakref__", "__qualname__", "__firstlineno__"}


class LocalRunner:
    """Runs one function or class of ours. Never give it a learner's.

    A class, or a function that works on objects, stands among the names of its chapter's `solution`
    as if it were written there; of a class that is declared by itself, only what it defines
    differs from the solution's.
    """

    def __init__(
        self, name: str, answer: Callable[..., Any], solution: ModuleType | None = None
    ) -> None:
        self.names: Mapping[str, Any] = {name: answer}
        self.has_objects = solution is not None
        if solution is not None:
            self.names = _among(solution, name, answer)

    def run(self, programs: Sequence[Program]) -> Iterator[list[Outcome]]:
        for program in programs:
            steps = [Step(s.do, s.name, tuple(map(_copied, s.args))) for s in program]
            with np.errstate(all="ignore"):
                yield [self._outcome(done) for done in execute(self.names, steps)]

    def _outcome(self, done: Done) -> Outcome:
        if self.has_objects and done.error is None:
            # As a worker tells it: what it was when the step was done, its objects left behind.
            buffers: list[bytes] = []
            told = to_wire(done.value, buffers)
            return Outcome(Decoder(b"".join(buffers)).value(told), None, tuple(done.changed))
        return _outcome(done)

    def close(self) -> None:
        pass


def _copied(arg: Any) -> Any:
    return arg if isinstance(arg, Handle) else private(arg)


def _outcome(done: Done) -> Outcome:
    changed = tuple(done.changed)
    if done.error is None:
        return Outcome(private(done.value), None, changed)
    kinds = tuple(kind.__name__ for kind in type(done.error).__mro__)
    return Outcome(None, Raised(type(done.error).__name__, str(done.error), (), kinds), changed)


def _among(solution: ModuleType, name: str, answer: Callable[..., Any]) -> Mapping[str, Any]:
    """The names of a solution that is run anew, with this answer in the place of its own."""
    if vars(solution).get(name) is answer:
        return vars(solution)
    names: dict[str, Any] = {"__name__": solution.__name__}
    exec(_code_of(solution), names)
    if not isinstance(answer, type):
        names[name] = _rebound(answer, names)
        if isinstance(names[name], FunctionType):
            names[name].__globals__[name] = names[name]
        return names
    for attribute, value in vars(answer).items():
        if attribute not in OF_EVERY_CLASS:
            setattr(names[name], attribute, _rebound(value, names))
    return names


@cache
def _code_of(solution: ModuleType) -> CodeType:
    return compile(inspect.getsource(solution), solution.__name__, "exec")


def _rebound(value: Any, names: dict[str, Any]) -> Any:
    """A function that finds these names before its own module's."""
    if not isinstance(value, FunctionType):
        return value
    bound = FunctionType(
        value.__code__,
        {**value.__globals__, **names},
        value.__name__,
        value.__defaults__,
        value.__closure__,
    )
    bound.__kwdefaults__ = value.__kwdefaults__
    return bound


def solution_of(exercise: Exercise, reference: Callable[..., Any]) -> ModuleType | None:
    """The solution that a reference stands in, where answers are put to use among its names."""
    return None if exercise.use is None else sys.modules[reference.__module__]


def outcome_of(exercise: Exercise, runner: LocalRunner, args: Sequence[Any]) -> Outcome:
    """What one call of an answer of ours comes to (or the program that puts it to use)."""
    if exercise.use is None:
        (outcomes,) = runner.run([[Step("call", exercise.name, tuple(args))]])
        return outcomes[0]
    memo = Memo()
    asked = Answer(memo, exercise)
    reply = asked(*args)
    asked.ask()
    memo.ask(runner)
    memo.learn()
    return reply.outcome


def expected_of(reference: Callable[..., Any], args: Sequence[Any]) -> Outcome:
    """What a reference gives: `outcome_of`, but for whether it changes its arguments."""
    try:
        with np.errstate(all="ignore"):
            value = reference(
                *(arg.generator() if isinstance(arg, Seed) else private(arg) for arg in args)
            )
            return Outcome(listed(value) if isinstance(value, Iterator) else value)
    except Exception as error:
        return _outcome(Done(error=error))
