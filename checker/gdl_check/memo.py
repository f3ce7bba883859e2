"""Laws run against a memo of answers: what a law asks for is recorded, and sent in batches.

A law calls `answer(...)` and reads what comes back as if it were there. Where it is not there yet,
reading raises Pending; the examination then sends all that is pending in one message and runs
the law again. Laws are pure, so running one twice is safe.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from gdl_check.results import Call
from gdl_check.sandbox.programs import Handle, Outcome, Step
from gdl_check.sandbox.wire import lay_out

Key = Any
Program = Sequence[Step]

FORMS = ("plain", "fortran", "strided", "float32", "list")


class Runner(Protocol):
    """Something that carries out programs: a worker process, or a function of ours."""

    def run(self, programs: Sequence[Program]) -> Iterator[list[Outcome]]:
        """Send programs now; their outcomes follow, as they are asked for."""

    def close(self) -> None: ...


class Pending(BaseException):
    """A law has read a result that has not been asked for yet."""


class AnswerRaised(Exception):
    """The answer raised where a law wanted to read its result."""

    def __init__(self, call: Call, outcome: Outcome) -> None:
        super().__init__(outcome.raised.sentence if outcome.raised else "")
        self.call, self.outcome = call, outcome


class Memo:
    """What is known of one answer, and what has been asked of it since."""

    def __init__(
        self, name: str, listable: Collection[int] = (), own_objects: bool = False
    ) -> None:
        self.name = name
        self.listable = frozenset(listable)
        self.own_objects = own_objects
        self.known: dict[Key, Outcome] = {}
        self.waiting: dict[Key, Program] = {}
        self.under_way: list[tuple[list[Key], Iterator[list[Outcome]]]] = []

    def answer(self, form: str, plain: Reply | None = None) -> Answer:
        """The answer as one law sees it on one case, its arguments in this form.

        `plain` is the call on the case as it stands, if it has been recorded already.
        """
        return Answer(self, form, plain)

    def ask(self, runner: Runner) -> None:
        """Send everything that is waiting, in one message; what comes of it is learned later."""
        waiting, self.waiting = self.waiting, {}
        if waiting:
            self.under_way.append((list(waiting), runner.run(list(waiting.values()))))

    def learn(self) -> None:
        """Take in what has come of everything that was sent. Raises Ended."""
        while self.under_way:
            keys, outcomes = self.under_way.pop(0)
            for key, steps in zip(keys, outcomes):
                self._keep(key, steps)

    def _keep(self, key: Key, outcomes: list[Outcome]) -> None:
        # A program's key is (key of all but its last step, last step): unroll it from the end.
        prefixes = []
        while key is not None:
            prefixes.append(key)
            key = key[0]
        for prefix, outcome in zip(reversed(prefixes), outcomes):
            self.known[prefix] = outcome
        for prefix in list(reversed(prefixes))[len(outcomes) :]:
            self.known[prefix] = outcomes[-1]


class Session:
    """The steps of one program as they are recorded."""

    def __init__(self, memo: Memo) -> None:
        self.memo = memo
        self.steps: list[Step] = []
        self.keys: list[Key] = []

    def record(self, step: Step) -> int:
        before = self.keys[-1] if self.keys else None
        self.steps.append(step)
        self.keys.append((before, (step.do, step.name, *map(key_of, step.args))))
        return len(self.steps) - 1

    def outcome(self, index: int) -> Outcome:
        known = self.memo.known.get(self.keys[index])
        if known is None:
            raise Pending
        return known


class Answer:
    """The learner's implementation, as a law calls it."""

    def __init__(self, memo: Memo, form: str, plain: Reply | None) -> None:
        self.memo, self.form, self.plain = memo, form, plain
        self.replies: list[Reply] = []
        self.session = Session(memo)

    def __call__(self, *args: Any) -> Any:
        plain = self.plain
        if (
            plain is not None
            and len(args) == len(plain.shown)
            and all(arg is known for arg, known in zip(args, plain.shown))
        ):
            self.replies.append(plain)
            return plain
        kind: type[Reply] = OwnObject if self.memo.own_objects else Reply
        if not self.memo.own_objects:
            self.session = Session(self.memo)
            args = tuple(arg.value if isinstance(arg, Reply) else arg for arg in args)
        return self.record(kind, Step("call", self.memo.name, self._dressed(args)), args)

    def record(self, kind: type[Reply], step: Step, shown: tuple[Any, ...]) -> Reply:
        index = self.session.record(step)
        reply = kind(self, self.session, index, shown)
        self.replies.append(reply)
        return reply

    def ask(self) -> None:
        """Put down what this law has asked and nobody knows yet."""
        for reply in self.replies:
            last = reply.session.keys[-1]
            if last not in self.memo.known:
                self.memo.waiting[last] = list(reply.session.steps)

    def calls(self) -> tuple[Call, ...]:
        """The calls made so far whose results are known, for showing."""
        return tuple(reply.call for reply in self.replies if reply.is_known)

    def _dressed(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        if self.memo.own_objects:
            args = tuple(arg.handle if isinstance(arg, OwnObject) else arg for arg in args)
        return dressed(args, self.form, self.memo.listable)


def dressed(args: tuple[Any, ...], form: str, listable: Collection[int]) -> tuple[Any, ...]:
    """Arguments as they are handed over: their arrays in this form, as lists only where allowed."""
    if form == "plain":
        return args
    return tuple(
        _dress(arg, form, i in listable) if isinstance(arg, np.ndarray) else arg
        for i, arg in enumerate(args)
    )


def _dress(arg: np.ndarray, form: str, listable: bool) -> Any:
    if form == "float32":
        return arg.astype(np.float32) if arg.dtype == np.float64 else arg
    if form == "list":
        return arg.tolist() if listable else arg
    return lay_out(arg, form)


class Reply(NDArrayOperatorsMixin):
    """What a call came to. Reads like the value itself."""

    def __init__(
        self, answer: Answer, session: Session, index: int, shown: tuple[Any, ...]
    ) -> None:
        self.answer, self.session, self.index, self.shown = answer, session, index, shown

    @property
    def outcome(self) -> Outcome:
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

    def __bool__(self) -> bool:
        return bool(self.value)


class OwnObject(Reply):
    """An object of the learner's own class: it stays in the worker, we hold its handle."""

    @property
    def handle(self) -> Handle:
        return Handle(self.index)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._then(Step("get", name, (self.handle,)), ())

    def __call__(self, *args: Any) -> Any:
        """Call a method, if this is an attribute that was got, or else the object itself."""
        got = self.session.steps[self.index]
        if got.do == "get":
            step = Step("method", got.name, (*got.args, *self.answer._dressed(args)))
        else:
            step = Step("operator", "call", (self.handle, *self.answer._dressed(args)))
        return self._then(step, args)

    def _then(self, step: Step, shown: tuple[Any, ...]) -> Reply:
        return self.answer.record(OwnObject, step, shown)


def _operator(name: str) -> Callable[..., Any]:
    def operate(self: OwnObject, *others: Any) -> Any:
        args = (self.handle, *self.answer._dressed(others))
        return self._then(Step("operator", name, args), others)

    return operate


for _name in ("add", "sub", "mul", "truediv", "neg", "matmul", "getitem"):
    setattr(OwnObject, f"__{_name}__", _operator(_name))


def read(item: Any) -> Any:
    """The value of a reply; anything else as it is."""
    return item.value if isinstance(item, Reply) else item


def key_of(arg: Any) -> Key:
    """What makes two arguments the same question; layouts in memory count as different."""
    if isinstance(arg, np.ndarray):
        return arg.shape, arg.strides, arg.dtype.str, arg.tobytes()
    if isinstance(arg, (list, tuple)):
        return (type(arg), *map(key_of, arg))
    if isinstance(arg, dict):
        return (dict, *((key_of(k), key_of(v)) for k, v in arg.items()))
    if isinstance(arg, (set, frozenset)):
        return (set, *sorted(map(repr, arg)))
    if isinstance(arg, float):
        return float, repr(arg)
    return type(arg), arg
