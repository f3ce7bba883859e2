"""Holds an answer against every law of its exercise, and says what became of each.

Nothing here executes a learner's code: an answer is a Runner, and what it returns is data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gdl_check.compare import Difference
from gdl_check.corpus import Case, Corpus
from gdl_check.course import Exercise
from gdl_check.diagnose import diagnose, same_outcome
from gdl_check.judging import begin, changes, error_of, failed, fails, from_all, judged, printed
from gdl_check.memo import Memo, Runner
from gdl_check.replies import Reply
from gdl_check.results import Call, Error, LawResult, Named, Verdict
from gdl_check.sandbox.client import Ended
from gdl_check.sandbox.programs import Outcome
from gdl_check.trial import Broken, Sweep, Trial

AGREEMENT = "gives the expected result"
SAME_KIND = "gives a result of the right kind and shape"
UNCHANGED = "leaves its arguments as they were"
REPEATABLE = "gives the same answer to the same question, however often it is asked"
ASKED_TWICE = 12


@dataclass
class Examination:
    """What was found about one answer to one exercise, and what is needed to look closer.

    `unusable` is the share of cases on which it raised, or gave something of another kind or shape.
    """

    status: Verdict
    laws: list[LawResult] = field(default_factory=list)
    broken: dict[str, Broken] = field(default_factory=dict)
    misconception: Named | None = None
    error: Error | None = None
    printed: str = ""
    unusable: float = 0.0

    @property
    def opened(self) -> Broken | None:
        """The failure that is shown: that of the first law that did not hold."""
        for law in self.laws:
            if law.claim in self.broken:
                return self.broken[law.claim]
        return None


@dataclass
class Again:
    """The plain calls asked a second time, as far as they are under way."""

    cases: list[Case]
    memo: Memo
    replies: list[Reply]
    afresh: bool


class Begun:
    """An examination whose first questions are under way; `conclude` waits for the rest.

    `start` gives a fresh runner of the answer, `known` what the reference gives, as far as that is
    known. Raises LawBroke where the fault is ours.
    """

    def __init__(
        self,
        exercise: Exercise,
        corpus: Corpus,
        reference: Callable[..., Any],
        start: Callable[[], Runner],
        name_misconception: bool = True,
        known: Callable[[], Mapping[str, Outcome]] = dict,
    ) -> None:
        self.exercise, self.corpus, self.start = exercise, corpus, start
        self.name_misconception = name_misconception
        self.runner = start()
        self.trial = Trial(exercise, corpus.cases, reference, self.runner, known)
        self.sweeps: list[Sweep] = []
        self.again: Again | None = None
        self.fault: Exception | None = None

    def question(self) -> None:
        """Hear what the plain calls came to, and ask what the laws want to know besides.

        What comes of that, and what goes wrong here, is waited for and told by `conclude`.
        """
        if self.again is not None or self.fault is not None:
            return
        try:
            self.trial.hear()
            # Every law asks before any is waited for: all that is asked is under way at once.
            self.sweeps = [begin(self.trial, law) for law in self.exercise.laws]
            self.trial.send()
            self.again = self._again(any(map(fails, self.sweeps)))
        except Exception as fault:
            self.fault = fault

    def conclude(self) -> Examination:
        """What became of every law."""
        trial = self.trial
        try:
            self.question()
            if self.fault is not None:
                raise self.fault
            laws = [judged(trial, sweep) for sweep in self.sweeps]
            unrepeated = self._unrepeated(any(law.status == "failed" for law, _ in laws))
        except Ended as ended:
            return self._ended(ended)
        finally:
            self.runner.close()
        found = Examination(Verdict.PASSED)
        unusable = sum(broken.is_unusable for broken in trial.unequal.values())
        found.unusable = unusable / max(1, len(trial.cases))
        for law, broken in [
            *laws,
            from_all(trial, agreement_claim(self.exercise), "agreement", trial.unequal.values()),
            from_all(trial, UNCHANGED, "free", changes(trial)),
            from_all(trial, REPEATABLE, "free", unrepeated),
        ]:
            found.laws.append(law)
            if broken is not None:
                found.broken[law.claim] = broken
        found.laws.sort(key=lambda law: law.kind == "own" and self._comes_later(found, law))
        if unrepeated:
            # What it answers depends on what was asked before: no other finding can be replayed.
            found.laws.sort(key=lambda law: law.claim != REPEATABLE)
        self._name(found)
        found.printed = printed(trial, found.opened)
        return found

    def _comes_later(self, found: Examination, law: LawResult) -> bool:
        """Whether what is expected of the plain call says more than the failure of this law."""
        broken, plain = (
            found.broken.get(law.claim),
            found.broken.get(agreement_claim(self.exercise)),
        )
        if broken is None or plain is None or broken.status != "failed":
            return False
        if broken.difference.kind == "raises":
            return plain.difference.kind != "raises"
        is_of_shape = broken.difference.is_structural or self.trial.is_misshapen(broken.case)
        return is_of_shape or broken.own

    def _again(self, failed: bool) -> Again:
        """Ask some of it once more, the other way round.

        Where something has failed, that is done in a fresh process: what was remembered from the
        first call on would else be remembered now as well.
        """
        trial = self.trial
        cases = list(reversed(trial.cases))
        if len(cases) % 2:
            # Else an answer that alternates would meet every question at the same turn again.
            cases = cases[1:] + cases[:1]
        wrong = [case for case in cases if case.id in trial.unequal]
        some = {*_spread(wrong), *_spread([case for case in cases if case.id not in trial.unequal])}
        cases = [case for case in cases if case in some]
        if failed or wrong:
            return Again(cases, Memo(), [], afresh=True)
        return Again(cases, *trial.ask_again(cases, self.runner), afresh=False)

    def _unrepeated(self, failed: bool) -> list[Broken]:
        """Where the answers of the second time are others than those of the first. Raises Ended."""
        trial, again = self.trial, self.again
        assert again is not None
        if failed and not again.afresh:
            again.memo.learn()
            again = self._again(failed)
        if again.afresh:
            self.runner.close()
            self.runner = self.start()
            again.memo, again.replies = trial.ask_again(again.cases, self.runner)
        again.memo.learn()
        found = []
        for case, reply in zip(again.cases, again.replies):
            if not same_outcome(trial.outcome(case), reply.outcome, case.form):
                message = (
                    "asked a second time, among other questions, it answers something else: "
                    "something is remembered from one call to the next, or drawn at random"
                )
                differs = Difference("value", message, compared=False)
                printed = reply.outcome.printed
                found.append(Broken(case, differs, (reply.call,), printed=printed))
        return found

    def _ended(self, ended: Ended) -> Examination:
        """The worker is gone: say on which call, and leave the laws as not run."""
        timed_out = ended.how == "timeout"
        case, call = self._under_way(ended.ahead)
        where = f" in line {ended.line}" if ended.line is not None else ""
        message = f"{ended.message}{where}" + (" without returning" if timed_out else "")
        status = "timeout" if timed_out else "error"
        differs = Difference("type", message, compared=False)
        found = Examination(Verdict.TIMEOUT if timed_out else Verdict.ERROR, unusable=1.0)
        found.error = Error("Timeout" if timed_out else "Ended", message, ended.line)
        found.laws = [LawResult(law.claim, "own", "not_run") for law in self.exercise.laws]
        claim, cases = agreement_claim(self.exercise), len(self.trial.cases)
        broken = Broken(case, differs, (call,), status=status)
        law, _ = failed(claim, "agreement", cases, [broken])
        found.laws.append(law)
        found.broken[claim] = broken
        return found

    def _under_way(self, ahead: int) -> tuple[Case, Call]:
        """The call that was not answered, after so many that were but did not say so, and its case.

        It may be one that a law has made of a case.
        """
        trial, name = self.trial, self.exercise.name
        repeated = self.again.memo.unanswered if self.again is not None else {}
        asked = list((repeated or trial.memo.unanswered).items())
        key, steps = asked[min(ahead, len(asked) - 1)] if asked else (None, ())
        for case in trial.cases:
            if not asked or trial.plain[case.id].session.keys[-1] == key:
                return case, Call(name, tuple(case.inputs.values()))
        is_call = len(steps) == 1 and steps[0].do == "call"
        call = Call(name, steps[0].args) if is_call else Call(name, (), steps=tuple(steps))
        for sweep in self.sweeps:
            for case, answer in sweep.pending:
                if any(reply.session.keys[-1] == key for reply in answer.replies):
                    return case, call
        return trial.cases[-1], call

    def _name(self, found: Examination) -> None:
        """The verdict, and the misconception behind it where one explains everything."""
        failing = [law for law in found.laws if law.status in ("failed", "error")]
        if not failing:
            return
        trial, found.status = self.trial, Verdict.FAILED
        errors = [broken for broken in found.broken.values() if broken.status == "error"]
        if errors:
            found.status = Verdict.ERROR
            found.error = error_of(trial, errors[0])
        if self.exercise.agreement:
            wrong = {case.id for case in trial.cases if trial.outcome(case).changed}
            wrong |= set(trial.unequal)
        else:
            wrong = {case.id for case in trial.cases}
        if self.name_misconception and REPEATABLE not in found.broken:
            found.misconception = self._diagnosed(wrong) or self._diagnosed(wrong, refused=False)

    def _diagnosed(self, wrong: set[str], refused: bool = True) -> Named | None:
        """The misconception behind an answer, with or without what should have been refused.

        To have forgotten that as well must not hide the mistake in all other answers.
        """
        trial = self.trial
        cases = [case for case in trial.cases if refused or trial.expected[case.id].raised is None]
        outcomes = {case.id: trial.outcome(case) for case in cases}
        counted = {case.id for case in cases if case.id in wrong}
        if not refused and len(cases) == len(trial.cases):
            return None
        return diagnose(self.exercise, cases, outcomes, counted, trial.solution)


def examine(
    exercise: Exercise,
    corpus: Corpus,
    reference: Callable[..., Any],
    start: Callable[[], Runner],
    name_misconception: bool = True,
) -> Examination:
    """Hold an answer against every law of its exercise, on every case of the corpus."""
    return Begun(exercise, corpus, reference, start, name_misconception).conclude()


def holds_on(
    exercise: Exercise, claim: str, case: Case, reference: Callable[..., Any], runner: Runner
) -> Broken | None:
    """How one law fails on one case; None where it holds. For shrinking. Raises Ended."""
    trial = Trial(exercise, [case], reference, runner)
    trial.hear()
    if claim == agreement_claim(exercise):
        return trial.unequal.get(case.id)
    if claim == UNCHANGED:
        return next(iter(changes(trial)), None)
    for law in exercise.laws:
        if law.claim == claim:
            found = next(iter(trial.sweep(law, [case]).finish().found), None)
            return found and trial.traced(law, found)
    return None


def agreement_claim(exercise: Exercise) -> str:
    """What is held against the reference: the result, or where draws are free only its shape."""
    return AGREEMENT if exercise.agreement else SAME_KIND


def _spread(cases: Sequence[Case]) -> Sequence[Case]:
    """About a dozen of these cases, from first to last."""
    return cases[:: max(1, len(cases) // ASKED_TWICE)]
