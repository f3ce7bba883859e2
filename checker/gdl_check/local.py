"""Carries out programs with functions of our own, in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from gdl_check.memo import Program
from gdl_check.sandbox.programs import Done, Handle, Outcome, Raised, Step, execute, listed, private
from gdl_check.sandbox.wire import Seed


class LocalRunner:
    """Runs one function or class of ours. Never give it a learner's."""

    def __init__(self, name: str, answer: Callable[..., Any]) -> None:
        self.names = {name: answer}

    def run(self, programs: Sequence[Program]) -> Iterator[list[Outcome]]:
        for program in programs:
            steps = [
                Step(
                    s.do, s.name, tuple(a if isinstance(a, Handle) else private(a) for a in s.args)
                )
                for s in program
            ]
            with np.errstate(all="ignore"):
                yield [_outcome(done) for done in execute(self.names, steps)]

    def close(self) -> None:
        pass


def _outcome(done: Done) -> Outcome:
    changed = tuple(done.changed)
    if done.error is None:
        return Outcome(private(done.value), None, changed)
    kinds = tuple(kind.__name__ for kind in type(done.error).__mro__)
    return Outcome(None, Raised(type(done.error).__name__, str(done.error), (), kinds), changed)


def outcome_of(name: str, answer: Callable[..., Any], args: Sequence[Any]) -> Outcome:
    """What one call of a function of ours comes to."""
    (outcomes,) = LocalRunner(name, answer).run([[Step("call", name, tuple(args))]])
    return outcomes[0]


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
