"""What laws work with instead of results: replies, which raise Pending where nothing is known yet.

Objects of a learner's classes stay where their code runs: we hold handles, and record what is done
with them as the steps of a program.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from gdl_check.memo import Session
from gdl_check.results import Call
from gdl_check.sandbox.programs import Handle, Outcome, Step


class AnswerRaised(Exception):
    """The answer raised where a law wanted to read its result."""

    def __init__(self, call: Call, outcome: Outcome) -> None:
        super().__init__(outcome.raised.sentence if outcome.raised else "")
        self.call, self.outcome = call, outcome


class Reply(NDArrayOperatorsMixin):
    """What a call came to. Reads like the value itself."""

    def __init__(self, session: Session, index: int, shown: tuple[Any, ...]) -> None:
        self.session, self.index, self.shown = session, index, shown

    @cached_property
    def outcome(self) -> Outcome:
        """What came of it, once it is known. Raises Pending."""
        return self.session.outcome(self.index)

    @property
    def is_known(self) -> bool:
        return self.session.keys[self.index] in self.session.memo.known

    @property
    def call(self) -> Call:
        raised, step = self.outcome.raised, self.session.steps[self.index]
        return Call(step.name, self.shown, self.outcome.value, raised.type if raised else None)

    @property
    def value(self) -> Any:
        """The value that was returned. Raises Pending, or AnswerRaised."""
        outcome = self.outcome
        if outcome.raised is not None:
            raise AnswerRaised(self.call, outcome)
        return outcome.value

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self.value, dtype)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        values = [read(item) for item in inputs]
        return getattr(ufunc, method)(*values, **options)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.value)

    def __getitem__(self, index: Any) -> Any:
        return self.value[index]

    def __len__(self) -> int:
        return len(self.value)

    def __float__(self) -> float:
        return float(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __index__(self) -> int:
        return operator.index(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)


class Used(Reply):
    """What a program came to in which classes of the answer's chapter are used.

    `handed` are the program's arguments as it got them; `result` is what it returned: lists,
    tuples and dicts of handles to read.
    """

    def __init__(
        self,
        session: Session,
        name: str,
        shown: tuple[Any, ...],
        handed: tuple[Any, ...],
        result: Any,
    ) -> None:
        super().__init__(session, len(session.steps) - 1, shown)
        self.name, self.handed, self.result = name, handed, result

    @cached_property
    def outcome(self) -> Outcome:
        """What came of the whole program, or of the step that raised. Raises Pending."""
        steps = [self.session.outcome(index) for index in range(len(self.session.steps))]
        raised = next((step for step in steps if step.raised is not None), None)
        if raised is not None:
            return raised
        return Outcome(_values(self.result), None, self._changed(steps), steps[-1].printed)

    def _changed(self, outcomes: list[Outcome]) -> tuple[int, ...]:
        """Which of the program's own arguments a step has changed."""
        changed = [
            step.args[i]
            for step, outcome in zip(self.session.steps, outcomes)
            for i in outcome.changed
            if i < len(step.args)
        ]
        return tuple(i for i, arg in enumerate(self.handed) if any(arg is c for c in changed))

    @property
    def call(self) -> Call:
        outcome = self.outcome
        steps = self.session.steps
        if outcome.raised is None:
            return Call(self.name, self.shown, outcome.value, None, tuple(steps))
        failed = [self.session.outcome(i).raised is not None for i in range(len(steps))]
        reached = tuple(steps[: failed.index(True) + 1])
        return Call(self.name, self.shown, None, outcome.raised.type, reached)


class OwnObject:
    """An object of the learner's own: what is done with it becomes a step of the program."""

    def __init__(self, session: Session, index: int) -> None:
        self._session, self._index = session, index

    @property
    def _handle(self) -> Handle:
        return Handle(self._index)

    def __getattr__(self, name: str) -> OwnObject:
        if name.startswith("_"):
            raise AttributeError(name)
        return _then(self._session, "get", name, self)

    def __call__(self, *args: Any) -> OwnObject:
        """Call a method, if this is an attribute that was got just now, or the object itself."""
        session, got = self._session, self._session.steps[self._index]
        if got.do == "get" and self._index == len(session.steps) - 1:
            session.forget_last()
            return _then(session, "method", got.name, *got.args, *args)
        return _then(session, "operator", "call", self, *args)


def _operator(name: str) -> Callable[..., OwnObject]:
    def operate(self: OwnObject, *others: Any) -> OwnObject:
        return _then(self._session, "operator", name, self, *others)

    return operate


for _name in ("add", "sub", "mul", "truediv", "neg", "matmul", "getitem"):
    setattr(OwnObject, f"__{_name}__", _operator(_name))


class Workbench:
    """Where a program finds the functions and classes of the answer's chapter, by their names."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def repr(self, shown: OwnObject) -> OwnObject:
        """What Python shows of an object."""
        return _then(self._session, "operator", "repr", shown)

    def __getattr__(self, name: str) -> Callable[..., OwnObject]:
        return lambda *args: _then(self._session, "call", name, *args)


def _then(session: Session, do: str, name: str, *args: Any) -> OwnObject:
    return OwnObject(session, session.record(Step(do, name, tuple(map(_recorded, args)))))


def _recorded(arg: Any) -> Any:
    if isinstance(arg, OwnObject):
        return arg._handle
    if isinstance(arg, list) and any(isinstance(item, OwnObject) for item in arg):
        return [_recorded(item) for item in arg]
    return arg


def _values(result: Any) -> Any:
    if isinstance(result, OwnObject):
        return result._session.outcome(result._index).value
    if isinstance(result, (list, tuple)):
        return type(result)(map(_values, result))
    if isinstance(result, dict):
        return {key: _values(value) for key, value in result.items()}
    return result


def read(item: Any) -> Any:
    """The value of a reply; anything else as it is."""
    return item.value if isinstance(item, Reply) else item
