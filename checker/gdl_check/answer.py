"""The learner's implementation, as a law calls it.

A law calls `answer(...)` and reads what comes back as if it were there. Where it is not there yet,
reading raises Pending; the examination then sends all that is pending in one message and runs
the law again. Laws are pure, so running one twice is safe.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from gdl_check.course import Exercise
from gdl_check.forms import dressed
from gdl_check.memo import Memo, Session
from gdl_check.replies import Reply, Used, Workbench, read
from gdl_check.results import Call
from gdl_check.sandbox.programs import Step

Program = Callable[..., Any]


class Answer:
    """The learner's implementation, as one law sees it on one case, arguments in this form.

    `plain` is the call on the case as it stands, if it has been recorded already.
    """

    def __init__(
        self, memo: Memo, exercise: Exercise, form: str = "plain", plain: Reply | None = None
    ) -> None:
        self.memo, self.exercise, self.form, self.plain = memo, exercise, form, plain
        self.replies: list[Reply] = []
        self.asked = 0  # of these replies, since the law was begun

    def begin_again(self) -> None:
        """The law is run once more, and will ask the same again: it gets the same replies."""
        self.asked = 0

    def __call__(self, *args: Any) -> Reply:
        if self.asked < len(self.replies):
            return self._known()
        plain = self.plain
        if (
            plain is not None
            and len(args) == len(plain.shown)
            and all(map(operator.is_, args, plain.shown))
        ):
            return self._kept(plain)
        if self.exercise.use is not None:
            return self.doing(self.exercise.use, *args)
        session = Session(self.memo)
        args = tuple(map(read, args))
        index = session.record(Step("call", self.exercise.name, self._dressed(args)))
        return self._kept(Reply(session, index, args))

    def doing(self, program: Program, *args: Any) -> Reply:
        """Another program run on the answer: it gets a workbench and these arguments.

        On the workbench stand the functions and classes of the chapter, the answer among them. The
        program returns what is to be read, and reads nothing on the way.
        """
        if self.asked < len(self.replies):
            return self._known()
        session = Session(self.memo)
        args = tuple(map(read, args))
        handed = self._dressed(args)
        result = program(Workbench(session), *handed)
        return self._kept(Used(session, self.exercise.name, args, handed, result))

    def _known(self) -> Reply:
        self.asked += 1
        return self.replies[self.asked - 1]

    def _kept(self, reply: Reply) -> Reply:
        self.replies.append(reply)
        self.asked += 1
        return reply

    def ask(self) -> None:
        """Put down what this law has asked and nobody knows yet."""
        for reply in self.replies:
            reply.session.ask()

    def calls(self) -> tuple[Call, ...]:
        """The calls made so far whose results are known, for showing."""
        return tuple(reply.call for reply in self.replies if reply.is_known)

    def printed(self) -> str:
        """What the first of these calls that printed anything has printed."""
        known = (reply.outcome for reply in self.replies if reply.is_known)
        return next((outcome.printed for outcome in known if outcome.printed), "")

    def _dressed(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        return dressed(args, self.form, self.exercise.listable)
