"""Puts an answer on trial: calls it on every case, and runs laws on what came of it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from gdl_check.answer import Answer
from gdl_check.compare import (
    EXACT,
    NOTHING,
    PRINTED,
    ROUNDED,
    Difference,
    difference,
    not_raised,
    tolerance,
)
from gdl_check.corpus import Case
from gdl_check.course import Exercise, Law
from gdl_check.expect import Unmet, expectations
from gdl_check.gradient import Inconclusive, WrongSlopes
from gdl_check.local import LocalRunner, solution_of
from gdl_check.memo import Memo, Pending, Runner
from gdl_check.reference import LawBroke, reference_outcome
from gdl_check.replies import AnswerRaised, Reply
from gdl_check.results import Call, GradientReport
from gdl_check.sandbox.programs import Outcome, Raised

LONGEST_CHAIN = 12
MISSHAPEN = 6  # cases, at the most, on which a law meets a result of another shape
FEWER = 3  # a law is run on a third of the drawn cases on which the answer agrees


class Broken(NamedTuple):
    """A law that fails on a case, and how; `status` is "failed", "error" or "inconclusive"."""

    case: Case
    difference: Difference
    calls: tuple[Call, ...] = ()
    gradient: GradientReport | None = None
    status: str = "failed"
    raised: Raised | None = None
    printed: str = ""
    own: bool = False  # what is expected was worked out from other results of the answer

    @property
    def is_unusable(self) -> bool:
        """Whether there is nothing in the result that a law could look at."""
        return self.status == "error" or self.is_misshapen

    @property
    def is_misshapen(self) -> bool:
        """Whether there is a result, but not of the kind or the shape that a law counts on."""
        return self.status != "error" and self.difference.is_structural


class Trial:
    """One answer on trial, on these cases.

    The calls on the cases as they stand are sent at once; `hear` waits for what came of them. What
    the reference gives may be known already, by the ids of the cases.
    """

    def __init__(
        self,
        exercise: Exercise,
        cases: Sequence[Case],
        reference: Callable[..., Any],
        runner: Runner,
        known: Callable[[], Mapping[str, Outcome]] = dict,
    ) -> None:
        self.exercise, self.cases = exercise, cases
        self.reference, self.runner, self.known = reference, runner, known
        self.solution = solution_of(exercise, reference)
        self.memo = Memo()
        self.expected: dict[str, Outcome] = {}
        self.unequal: dict[str, Broken] = {}
        replies = self._ask(self.memo, cases, runner)
        self.plain = dict(zip((case.id for case in cases), replies))

    def _expected(self) -> dict[str, Outcome]:
        """What the reference gives, by the ids of the cases. Raises LawBroke."""
        known = self.known()
        return {
            case.id: known.get(case.id) or reference_outcome(self.exercise, self.reference, case)
            for case in self.cases
        }

    def hear(self) -> None:
        """Wait for the plain calls, and compare them with the reference. Raises Ended."""
        self.expected = self._expected()  # while the answer is at work
        self.memo.learn()
        for case in self.cases:
            broken = self._compared(case)
            if broken is not None:
                self.unequal[case.id] = broken

    def ask_again(self, cases: Sequence[Case], runner: Runner) -> tuple[Memo, list[Reply]]:
        """The plain calls once more, in this order, with nothing remembered; not waited for."""
        memo = Memo()
        return memo, self._ask(memo, cases, runner)

    def _ask(self, memo: Memo, cases: Sequence[Case], runner: Runner) -> list[Reply]:
        replies = []
        for case in cases:
            answer = Answer(memo, self.exercise, case.form)
            replies.append(answer(*case.inputs.values()))
            answer.ask()
        memo.ask(runner)
        return replies

    def outcome(self, case: Case) -> Outcome:
        """What the plain call came to."""
        return self.plain[case.id].outcome

    def answer(self, case: Case) -> Answer:
        """The answer as a law sees it on this case."""
        return Answer(self.memo, self.exercise, case.form, self.plain[case.id])

    def is_misshapen(self, case: Case) -> bool:
        """Whether the plain call gave something of another kind or shape than expected."""
        return case.id in self.unequal and self.unequal[case.id].is_misshapen

    def calls(self, case: Case) -> tuple[Call, ...]:
        """The plain call, for showing."""
        return (self.plain[case.id].call,)

    def _compared(self, case: Case) -> Broken | None:
        ours, theirs = self.expected[case.id], self.outcome(case)
        with ToleranceFor(case):
            differs = _differs(ours, theirs, self.exercise.agreement)
        if differs is None:
            return None
        if differs.message == NOTHING and theirs.printed:
            differs = differs._replace(message=PRINTED)
        is_error = theirs.raised is not None and ours.raised is None
        status = "error" if is_error else "failed"
        return Broken(case, differs, self.calls(case), status=status, printed=theirs.printed)

    def sweep(self, law: Law, cases: Iterable[Case], fewer: bool = False) -> Sweep:
        """Run a law on cases, as far as it gets: what it asks for is sent with `send`.

        With `fewer` it is run on every edge, on every case where the answer is wrong, and on only
        some of the others: where the answer agrees with the reference, a claim about that result
        holds already. What is misshapen is looked at a few times: a law of shapes fails there.
        """
        wrong = self.unequal
        left = [case for case in cases if case.id not in wrong or not wrong[case.id].is_unusable]
        if fewer and self.exercise.agreement:
            left = self._fewer(left)
        if law.most is None:
            left += [case for case in cases if self.is_misshapen(case)][:MISSHAPEN]
        sweep = Sweep(self, law, left)
        sweep.run()
        return sweep

    def send(self) -> None:
        """Send what has been asked for so far."""
        self.memo.ask(self.runner)

    def _fewer(self, cases: list[Case]) -> list[Case]:
        first = [case for case in cases if case.edge or case.id in self.unequal]
        rest = [case for case in cases if not (case.edge or case.id in self.unequal)]
        return first + rest[::FEWER]

    def run_law(self, law: Law, case: Case, answer: Answer) -> Broken | None:
        try:
            with ToleranceFor(case):
                law.holds(answer, **{name: case.inputs[name] for name in law.names})
        except WrongSlopes as wrong:
            return Broken(case, wrong.difference, answer.calls(), wrong.report)
        except Unmet as unmet:
            return Broken(case, unmet.difference, answer.calls())
        except Inconclusive:
            return Broken(case, Difference("value", ""), status="inconclusive")
        except AnswerRaised as raised:
            differs = Difference("type", str(raised), compared=False)
            return Broken(
                case, differs, (raised.call,), status="error", raised=raised.outcome.raised
            )
        except Exception as error:
            self._blame_ourselves(law, case, error)
            message = f"the result cannot be worked with ({error})"
            return Broken(case, Difference("type", message, compared=False), answer.calls())
        return None

    def traced(self, law: Law, broken: Broken) -> Broken:
        """The same, with where its expectation comes from: right answers may expect another one."""
        if not broken.difference.compared:
            return broken
        runner = LocalRunner(self.exercise.name, self.reference, self.solution)
        theirs = self._expectations(law, broken.case, self.memo, self.runner)
        ours = self._expectations(law, broken.case, Memo(), runner)
        at = len(theirs) - 1
        known = 0 <= at < len(ours)
        return broken._replace(own=known and difference(ours[at], theirs[at]) is not None)

    def _expectations(self, law: Law, case: Case, memo: Memo, runner: Runner) -> list[Any]:
        """What a law's comparisons expect on a case, one after the other, until one fails."""
        kept: list[Any] = []
        token = expectations.set(kept)
        try:
            with ToleranceFor(case), contextlib.suppress(Exception):
                self._hold(law, case, memo, runner)
        finally:
            expectations.reset(token)
        return kept

    def _hold(self, law: Law, case: Case, memo: Memo, runner: Runner) -> None:
        """Run a law on one case until nothing it asks is pending. Raises what the law raises."""
        answer = Answer(memo, self.exercise, case.form)
        for _ in range(LONGEST_CHAIN):
            kept = expectations.get()
            if kept is not None:
                kept.clear()  # it begins again
            try:
                law.holds(answer, **{name: case.inputs[name] for name in law.names})
                return
            except Pending:
                answer.ask()
                answer.begin_again()
                memo.ask(runner)
                memo.learn()

    def _blame_ourselves(self, law: Law, case: Case, error: Exception) -> None:
        """Raise LawBroke if the law breaks on the reference too; else the answer is to blame."""
        runner = LocalRunner(self.exercise.name, self.reference, self.solution)
        try:
            self._hold(law, case, Memo(), runner)
        except (Unmet, Inconclusive):
            return
        except Exception:
            import traceback

            where = traceback.extract_tb(error.__traceback__)[-1]
            raise LawBroke(
                f"the law {law.claim!r} of {self.exercise.name} breaks on case {case.id}: "
                f"{type(error).__name__}: {error} (line {where.lineno})"
            ) from error


class Sweep:
    """A law run over cases, again and again while it asks for what nobody knows yet.

    `ran` counts the cases, `found` holds those on which it does not hold.
    """

    def __init__(self, trial: Trial, law: Law, cases: list[Case]) -> None:
        self.trial, self.law = trial, law
        self.pending = [(case, trial.answer(case)) for case in cases]
        self.ran = 0
        self.found: list[Broken] = []

    def run(self) -> None:
        """One turn over the cases that are pending; those that must wait are so once more."""
        left, self.pending = self.pending, []
        for case, answer in left:
            try:
                broken = self.trial.run_law(self.law, case, answer)
            except Pending:
                answer.ask()
                answer.begin_again()
                self.pending.append((case, answer))
                continue
            if self.trial.is_misshapen(case) and not _is_meant(broken):
                continue
            self.ran += 1
            if broken is not None:
                self.found.append(broken._replace(printed=answer.printed()))

    def finish(self) -> Sweep:
        """Go on until nothing is pending. Raises Ended."""
        for _ in range(LONGEST_CHAIN):
            if not self.pending:
                return self
            self.trial.send()
            self.trial.memo.learn()
            self.run()
        name = self.trial.exercise.name
        raise LawBroke(f"{name}: {self.law.claim!r} asks more than {LONGEST_CHAIN} times")


def _is_meant(broken: Broken | None) -> bool:
    """Whether a law has found something misshapen wrong, and has not just stumbled over it."""
    if broken is None or broken.status != "failed":
        return False
    return broken.difference.kind != "type" or broken.difference.compared


def chosen_cases(law: Law, cases: Sequence[Case]) -> list[Case]:
    """All cases, or a few plain ones spread over the corpus where the law is costly."""
    if law.most is None:
        return list(cases)
    drawn = [case for case in cases if not case.edge and case.form == "plain"] or list(cases)
    step = max(1, len(drawn) // law.most)
    return drawn[step - 1 :: step][: law.most]


def _differs(ours: Outcome, theirs: Outcome, agreement: bool) -> Difference | None:
    if ours.raised is not None:
        if theirs.raised is not None and ours.raised.type in theirs.raised.kinds:
            return None
        return not_raised(ours.raised.type, theirs)
    if theirs.raised is not None:
        return Difference("type", theirs.raised.sentence, ours.value, None, compared=False)
    found = difference(ours.value, theirs.value)
    return found if agreement or (found and found.is_structural) else None


class ToleranceFor:
    """While a case is judged, results may be off by as much as its form allows."""

    def __init__(self, case: Case) -> None:
        self.allowed = ROUNDED if case.form == "float32" else EXACT

    def __enter__(self) -> None:
        self.token = tolerance.set(self.allowed)

    def __exit__(self, *_: object) -> None:
        tolerance.reset(self.token)
