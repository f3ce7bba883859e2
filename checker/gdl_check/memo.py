"""What is known of an answer: programs that were recorded, sent in batches, and their outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np

from gdl_check.sandbox.programs import Outcome, Step

Key = Any
Program = Sequence[Step]


class Runner(Protocol):
    """Something that carries out programs: a worker process, or a function of ours."""

    def run(self, programs: Sequence[Program]) -> Iterator[list[Outcome]]:
        """Send programs now; their outcomes follow, as they are asked for."""

    def close(self) -> None: ...


class Pending(BaseException):
    """A law has read a result that has not been asked for yet."""


class Asked:
    """What makes two programs the same: the key of all but the last step, and the last step.

    The hash is kept, or a program would cost the square of its length.
    """

    __slots__ = ("before", "step", "hash")

    def __init__(self, before: Asked | None, step: Key) -> None:
        self.before, self.step = before, step
        self.hash = hash((before, step))

    def __hash__(self) -> int:
        return self.hash

    def __eq__(self, other: object) -> bool:
        one: object = self
        while isinstance(one, Asked) and isinstance(other, Asked):
            if one is other:
                return True
            if one.hash != other.hash or one.step != other.step:
                return False
            one, other = one.before, other.before
        return one is other


class Memo:
    """What is known of one answer, and what has been asked of it since."""

    def __init__(self) -> None:
        self.known: dict[Asked, Outcome] = {}
        self.waiting: dict[Asked, Program] = {}
        self.unanswered: dict[Asked, Program] = {}  # in the order in which it was sent
        self.under_way: list[tuple[list[Asked], Iterator[list[Outcome]]]] = []

    def ask(self, runner: Runner) -> None:
        """Send everything that is waiting, in one message; what comes of it is learned later."""
        waiting, self.waiting = self.waiting, {}
        self.unanswered |= waiting
        if waiting:
            self.under_way.append((list(waiting), runner.run(list(waiting.values()))))

    def learn(self) -> None:
        """Take in what has come of everything that was sent. Raises Ended."""
        while self.under_way:
            keys, outcomes = self.under_way.pop(0)
            for key, steps in zip(keys, outcomes):
                self._keep(key, steps)

    def _keep(self, asked: Asked, outcomes: list[Outcome]) -> None:
        del self.unanswered[asked]
        prefixes: list[Asked] = []
        key: Asked | None = asked
        while key is not None:
            prefixes.append(key)
            key = key.before
        for prefix, outcome in zip(reversed(prefixes), outcomes):
            self.known[prefix] = outcome
        for prefix in list(reversed(prefixes))[len(outcomes) :]:
            self.known[prefix] = outcomes[-1]


class Session:
    """The steps of one program as they are recorded."""

    def __init__(self, memo: Memo) -> None:
        self.memo = memo
        self.steps: list[Step] = []
        self.keys: list[Asked] = []

    def record(self, step: Step) -> int:
        before = self.keys[-1] if self.keys else None
        self.steps.append(step)
        self.keys.append(Asked(before, (step.do, step.name, *map(key_of, step.args))))
        return len(self.steps) - 1

    def forget_last(self) -> None:
        """Take back the last step, which nothing has been made of yet."""
        del self.steps[-1], self.keys[-1]

    def ask(self) -> None:
        """Put down what has been recorded, if nobody knows what comes of it."""
        if self.keys and self.keys[-1] not in self.memo.known:
            self.memo.waiting[self.keys[-1]] = list(self.steps)

    def outcome(self, index: int) -> Outcome:
        known = self.memo.known.get(self.keys[index])
        if known is None:
            raise Pending
        return known


def key_of(arg: Any) -> Key:
    """What makes two arguments the same question; layouts in memory count as different."""
    if isinstance(arg, np.ndarray):
        return arg.shape, arg.strides, arg.dtype, arg.tobytes()
    if isinstance(arg, (list, tuple)):
        return (type(arg), *map(key_of, arg))
    if isinstance(arg, dict):
        return (dict, *((key_of(k), key_of(v)) for k, v in arg.items()))
    if isinstance(arg, (set, frozenset)):
        return (set, *sorted(map(repr, arg)))
    if isinstance(arg, float):
        return float, repr(arg)
    return type(arg), arg
