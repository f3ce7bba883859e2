"""Runs an exercise's laws against an answer and says what became of each.

Nothing here executes a learner's code: an answer is a Runner, and what it returns is data.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from gdl_check.compare import EXACT, ROUNDED, Difference, Unmet, difference, tolerance
from gdl_check.corpus import Case, Corpus
from gdl_check.course import Exercise, Law
from gdl_check.diagnose import diagnose, same_outcome
from gdl_check.gradient import Inconclusive, WrongSlopes
from gdl_check.local import LocalRunner, outcome_of
from gdl_check.memo import Answer, AnswerRaised, Memo, Pending, Runner
from gdl_check.results import (
    Call,
    Counterexample,
    Error,
    GradientReport,
    LawResult,
    Named,
    Verdict,
)
from gdl_check.sandbox.client import Ended
from gdl_check.sandbox.programs import Outcome, Step

AGREEMENT = "gives the same result as the reference"
SAME_KIND = "gives a result of the right kind and shape"
UNCHANGED = "leaves its arguments as they were"
REPEATABLE = "gives the same answer to the same question, however often it is asked"
LONGEST_CHAIN = 12
OPENED_AGAIN = 3


class LawBroke(Exception):
    """Our own failure: a law or a reference broke where no learner is to blame."""


@dataclass(frozen=True)
class Broken:
    """A law that fails on a case, and how."""

    case: Case
    difference: Difference
    calls: tuple[Call, ...] = ()
    gradient: GradientReport | None = None
    status: str = "failed"


@dataclass
class Examination:
    """What was found about one answer to one exercise, and what is needed to look closer."""

    status: Verdict
    laws: list[LawResult] = field(default_factory=list)
    broken: dict[str, Broken] = field(default_factory=dict)
    misconception: Named | None = None
    error: Error | None = None
    printed: str = ""

    @property
    def opened(self) -> Broken | None:
        """The failure that is shown: that of the first law that did not hold."""
        for law in self.laws:
            if law.claim in self.broken:
                return self.broken[law.claim]
        return None


def examine(
    exercise: Exercise,
    corpus: Corpus,
    reference: Callable[..., Any],
    start: Callable[[], Runner],
    name_misconception: bool = True,
) -> Examination:
    """Hold an answer against every law of its exercise, on every case of the corpus.

    `start` gives a fresh runner of the answer. Raises LawBroke where the fault is ours.
    """
    cases = corpus.cases
    expected = {case.id: _expected(exercise, reference, case) for case in cases}
    memo = _memo(exercise)
    runner = start()
    try:
        try:
            _ask_plainly(exercise, memo, cases, runner)
            outcomes = {case.id: _plain(exercise, memo, case).outcome for case in cases}
            unequal = _disagreements(exercise, cases, expected, outcomes)
            laws = _own_laws(exercise, memo, cases, unequal, runner, reference)
            if any(law.status == "failed" for law, _ in laws) or unequal:
                runner.close()
                runner = start()
            unrepeated = _repeat(exercise, cases, outcomes, runner)
        except Ended as ended:
            return _ended(exercise, memo, cases, ended)
    finally:
        runner.close()

    found = Examination(Verdict.PASSED, printed=_printed(cases, outcomes))
    changed = [
        Broken(case, _changed(case, outcomes[case.id]), _plain(exercise, memo, case).calls())
        for case in cases
        if outcomes[case.id].changed
    ]
    found.laws = [law for law, _ in laws]
    found.broken = {law.claim: broken for law, broken in laws if broken is not None}
    _add(found, _agreement(exercise), "agreement", len(cases), list(unequal.values()))
    _add(found, UNCHANGED, "free", len(cases), changed)
    _add(found, REPEATABLE, "free", len(cases), unrepeated)
    if unrepeated:
        # What it answers depends on what was asked before, so no other finding can be replayed.
        found.laws.sort(key=lambda law: law.claim != REPEATABLE)
    _conclude(found, exercise, cases, outcomes, unequal, name_misconception)
    return found


def holds_on(
    exercise: Exercise,
    claim: str,
    case: Case,
    reference: Callable[..., Any],
    runner: Runner,
) -> Broken | None:
    """How one law fails on one case; None where it holds. For shrinking and replaying."""
    memo = _memo(exercise)
    expected = {case.id: _expected(exercise, reference, case)}
    _ask_plainly(exercise, memo, [case], runner)
    answer = _plain(exercise, memo, case)
    unequal = _disagreements(exercise, [case], expected, {case.id: answer.outcome})
    if claim == _agreement(exercise):
        return unequal.get(case.id)
    if claim == UNCHANGED:
        changed = answer.outcome.changed
        return Broken(case, _changed(case, answer.outcome), answer.calls()) if changed else None
    for law in exercise.laws:
        if law.claim == claim:
            found = _sweep([(law, case)], memo, unequal, runner, reference, exercise)
            return found.get((law.claim, case.id))
    return None


def _agreement(exercise: Exercise) -> str:
    """What is held against the reference: the result, or where draws are free only its shape."""
    return AGREEMENT if exercise.agreement else SAME_KIND


# --- plain calls -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Plain:
    """The call of the answer on a case as it stands."""

    args: tuple[Any, ...]
    name: str
    outcome: Outcome

    def calls(self) -> tuple[Call, ...]:
        raised = self.outcome.raised
        return (Call(self.name, self.args, self.outcome.value, raised.type if raised else None),)


def _memo(exercise: Exercise) -> Memo:
    listable = [
        i for i, spec in enumerate(exercise.inputs.values()) if getattr(spec, "lists", False)
    ]
    return Memo(exercise.name, listable, exercise.own_objects)


def _ask_plainly(exercise: Exercise, memo: Memo, cases: Sequence[Case], runner: Runner) -> None:
    if exercise.own_objects:
        return
    for case in cases:
        answer = memo.answer(case.form)
        answer(*case.inputs.values())
        answer.ask()
    memo.fill(runner)


def _plain(exercise: Exercise, memo: Memo, case: Case) -> Plain:
    args = tuple(case.inputs.values())
    if exercise.own_objects:
        return Plain(args, exercise.name, Outcome())
    reply = memo.answer(case.form)(*args)
    return Plain(args, exercise.name, reply.outcome)


def _expected(exercise: Exercise, reference: Callable[..., Any], case: Case) -> Outcome:
    if exercise.own_objects:
        return Outcome()
    return outcome_of(exercise.name, reference, tuple(case.inputs.values()))


def _disagreements(
    exercise: Exercise,
    cases: Sequence[Case],
    expected: Mapping[str, Outcome],
    outcomes: Mapping[str, Outcome],
) -> dict[str, Broken]:
    """The cases on which the answer is not the reference's (or, without agreement, has raised)."""
    found = {}
    for case in cases:
        ours, theirs = expected[case.id], outcomes[case.id]
        with _tolerance_for(case):
            differs = _differs(exercise, ours, theirs)
        if differs is not None:
            raised = theirs.raised
            call = Call(
                exercise.name,
                tuple(case.inputs.values()),
                theirs.value,
                raised.type if raised else None,
            )
            status = "failed" if raised is None or ours.raised is not None else "error"
            found[case.id] = Broken(case, differs, (call,), status=status)
    return found


def _differs(exercise: Exercise, ours: Outcome, theirs: Outcome) -> Difference | None:
    if ours.raised is not None:
        if theirs.raised is not None and ours.raised.type in theirs.raised.kinds:
            return None
        instead = f"it raised {theirs.raised.type}" if theirs.raised else "it returned something"
        message = f"a {ours.raised.type} is expected here, but {instead}"
        return Difference("type", message, None, theirs.value, compared=False)
    if theirs.raised is not None:
        message = f"{theirs.raised.type}: {theirs.raised.message}".rstrip(": ")
        return Difference("type", message, ours.value, None, compared=False)
    found = difference(ours.value, theirs.value)
    return found if exercise.agreement or (found and found.is_structural) else None


# --- laws --------------------------------------------------------------------------------------


def _own_laws(
    exercise: Exercise,
    memo: Memo,
    cases: Sequence[Case],
    unequal: Mapping[str, Broken],
    runner: Runner,
    reference: Callable[..., Any],
) -> list[tuple[LawResult, Broken | None]]:
    chosen = {law.claim: _chosen(law, cases) for law in exercise.laws}
    wanted = [(law, case) for law in exercise.laws for case in chosen[law.claim]]
    broken = _sweep(wanted, memo, unequal, runner, reference, exercise)
    smallest = sorted((b.case for b in unequal.values()), key=lambda case: case.size)
    again = [
        (law, case)
        for law in exercise.laws
        if law.most is not None and not any(key[0] == law.claim for key in broken)
        for case in smallest[:OPENED_AGAIN]
    ]
    broken |= _sweep(again, memo, unequal, runner, reference, exercise)
    return [_law_result(law, chosen[law.claim], broken, unequal) for law in exercise.laws]


def _chosen(law: Law, cases: Sequence[Case]) -> list[Case]:
    """All cases, or a few drawn ones spread over the corpus where the law is costly."""
    if law.most is None:
        return list(cases)
    drawn = [case for case in cases if not case.edge and case.form == "plain"] or list(cases)
    step = max(1, len(drawn) // law.most)
    return drawn[step - 1 :: step][: law.most]


def _sweep(
    wanted: Sequence[tuple[Law, Case]],
    memo: Memo,
    unequal: Mapping[str, Broken],
    runner: Runner,
    reference: Callable[..., Any],
    exercise: Exercise,
) -> dict[tuple[str, str], Broken]:
    """Run laws on cases, again and again while they ask for what nobody knows yet."""
    found: dict[tuple[str, str], Broken] = {}
    left = [
        (law, case)
        for law, case in wanted
        if case.id not in unequal or not _is_unusable(unequal[case.id])
    ]
    for _ in range(LONGEST_CHAIN):
        pending = []
        for law, case in left:
            answer = memo.answer(case.form)
            try:
                broken = _run_law(law, case, answer, exercise, reference)
            except Pending:
                answer.ask()
                pending.append((law, case))
                continue
            if broken is not None:
                found[law.claim, case.id] = broken
        if not pending:
            return found
        memo.fill(runner)
        left = pending
    raise LawBroke(
        f"{exercise.name}: a law asks more than {LONGEST_CHAIN} times, one after another"
    )


def _run_law(
    law: Law,
    case: Case,
    answer: Answer,
    exercise: Exercise,
    reference: Callable[..., Any],
) -> Broken | None:
    try:
        with _tolerance_for(case):
            law.holds(answer, **{name: case.inputs[name] for name in law.names})
    except WrongSlopes as wrong:
        return Broken(case, wrong.difference, answer.calls(), wrong.report)
    except Unmet as unmet:
        return Broken(case, unmet.difference, answer.calls())
    except Inconclusive:
        return Broken(case, Difference("value", ""), status="inconclusive")
    except AnswerRaised as raised:
        message = f"{raised.call.raised}: {raised.outcome.raised.message}".rstrip(": ")  # type: ignore[union-attr]
        return Broken(
            case, Difference("type", message, compared=False), (raised.call,), status="error"
        )
    except Exception as error:
        _blame_ourselves(law, case, exercise, reference, error)
        message = f"the result cannot be worked with ({error})"
        return Broken(case, Difference("type", message, compared=False), answer.calls())
    return None


def _blame_ourselves(
    law: Law,
    case: Case,
    exercise: Exercise,
    reference: Callable[..., Any],
    error: Exception,
) -> None:
    """Raise LawBroke if the law breaks on the reference too; else the answer is to blame."""
    memo, runner = _memo(exercise), LocalRunner(exercise.name, reference)
    for _ in range(LONGEST_CHAIN):
        answer = memo.answer(case.form)
        try:
            law.holds(answer, **{name: case.inputs[name] for name in law.names})
            return
        except Pending:
            answer.ask()
            memo.fill(runner)
        except (Unmet, Inconclusive):
            return
        except Exception:
            where = traceback.extract_tb(error.__traceback__)[-1]
            raise LawBroke(
                f"the law {law.claim!r} of {exercise.name} breaks on case {case.id}: "
                f"{type(error).__name__}: {error} (line {where.lineno})"
            ) from error


def _is_unusable(broken: Broken) -> bool:
    return broken.status == "error" or broken.difference.is_structural


def _law_result(
    law: Law,
    cases: Sequence[Case],
    found: Mapping[tuple[str, str], Broken],
    unequal: Mapping[str, Broken],
) -> tuple[LawResult, Broken | None]:
    broken = [b for (claim, _), b in found.items() if claim == law.claim]
    failed = [b for b in broken if b.status != "inconclusive"]
    usable = [c for c in cases if c.id not in unequal or not _is_unusable(unequal[c.id])]
    if failed:
        return _failed(law.claim, "own", len(cases), failed)
    if not usable:
        return LawResult(law.claim, "own", "not_run"), None
    if len(broken) == len(usable):
        return LawResult(law.claim, "own", "inconclusive", len(usable)), None
    return LawResult(law.claim, "own", "passed", len(usable)), None


def _failed(
    claim: str, kind: str, cases: int, broken: Sequence[Broken]
) -> tuple[LawResult, Broken]:
    smallest = min(broken, key=_shown_first)
    shown = counterexample(smallest)
    result = LawResult(claim, kind, smallest.status, cases, shown, smallest.gradient)
    return result, smallest


def _shown_first(broken: Broken) -> tuple[object, ...]:
    """Exceptions first, then cases written by hand, then small ones.

    A gradient is read best away from kinks, and with enough in the case to see a pattern.
    """
    slopes = broken.gradient
    hard_to_read = slopes is not None and (slopes.moved or broken.case.is_bare)
    return broken.status != "error", hard_to_read, not broken.case.edge, broken.case.size


def _add(found: Examination, claim: str, kind: str, cases: int, broken: Sequence[Broken]) -> None:
    if broken:
        law, found.broken[claim] = _failed(claim, kind, cases, broken)
        found.laws.append(law)
    else:
        found.laws.append(LawResult(claim, kind, "passed", cases))


# --- what comes for free -----------------------------------------------------------------------


def _repeat(
    exercise: Exercise, cases: Sequence[Case], outcomes: Mapping[str, Outcome], runner: Runner
) -> list[Broken]:
    """Ask everything once more, the other way round, and see whether the answers are the same."""
    if exercise.own_objects:
        return []
    again = _memo(exercise)
    backwards = list(reversed(cases))
    _ask_plainly(exercise, again, backwards, runner)
    found = []
    for case in backwards:
        plain = _plain(exercise, again, case)
        if not same_outcome(outcomes[case.id], plain.outcome, case.form):
            message = (
                "asked a second time, among other questions, it answers something else: "
                "something is remembered from one call to the next, or drawn at random"
            )
            differs = Difference("value", message, outcomes[case.id].value, plain.outcome.value)
            found.append(Broken(case, replace(differs, compared=False), plain.calls()))
    return found


def _changed(case: Case, outcome: Outcome) -> Difference:
    names = list(case.inputs)
    changed = " and ".join(f"`{names[i]}`" for i in outcome.changed if i < len(names))
    message = f"your function changed its argument {changed}: work on a copy instead"
    return Difference("value", message, compared=False)


# --- conclusions -------------------------------------------------------------------------------


def _conclude(
    found: Examination,
    exercise: Exercise,
    cases: Sequence[Case],
    outcomes: Mapping[str, Outcome],
    unequal: Mapping[str, Broken],
    name_misconception: bool,
) -> None:
    failing = [law for law in found.laws if law.status in ("failed", "error")]
    if not failing:
        return
    found.status = Verdict.FAILED
    errors = [b for b in found.broken.values() if b.status == "error"]
    if errors:
        found.status = Verdict.ERROR
        found.error = _error(outcomes, errors[0])
    if exercise.agreement:
        wrong = set(unequal) | {case.id for case in cases if outcomes[case.id].changed}
    else:
        wrong = {case.id for case in cases} if found.broken else set()
    if name_misconception and REPEATABLE not in found.broken and not exercise.own_objects:
        found.misconception = diagnose(exercise, cases, outcomes, wrong)


def _error(outcomes: Mapping[str, Outcome], broken: Broken) -> Error:
    raised = outcomes[broken.case.id].raised
    if raised is None:
        kind, _, message = broken.difference.message.partition(": ")
        return Error(kind, message)
    return Error(raised.type, raised.message, raised.line, trace=raised.trace)


def _ended(exercise: Exercise, memo: Memo, cases: Sequence[Case], ended: Ended) -> Examination:
    """The worker is gone: say on which case, and leave the laws as not run."""
    timed_out = ended.how == "timeout"
    status = "timeout" if timed_out else "error"
    unanswered = [case for case in cases if not _is_known(memo, case)]
    at = min(ended.ahead, len(unanswered) - 1) if unanswered else 0
    case = unanswered[at] if unanswered else cases[-1]
    where = f" in line {ended.line}" if ended.line is not None else ""
    message = f"{ended.message}{where}" + (" without returning" if timed_out else "")
    call = Call(exercise.name, tuple(case.inputs.values()))
    broken = Broken(case, Difference("type", message, compared=False), (call,), status=status)
    found = Examination(Verdict.TIMEOUT if timed_out else Verdict.ERROR)
    found.error = Error("Timeout" if timed_out else "Ended", message, ended.line)
    found.laws = [LawResult(law.claim, "own", "not_run") for law in exercise.laws]
    claim = _agreement(exercise)
    law, found.broken[claim] = _failed(claim, "agreement", len(cases), [broken])
    found.laws.append(law)
    return found


def _is_known(memo: Memo, case: Case) -> bool:
    answer = memo.answer(case.form)
    return bool(answer(*case.inputs.values()).is_known)


def counterexample(broken: Broken) -> Counterexample:
    """A failure as it is shown."""
    case, differs = broken.case, broken.difference
    return Counterexample(
        case.id,
        case.inputs,
        broken.calls,
        differs.message,
        differs.expected,
        differs.got,
        differs.compared,
        differs.path,
        differs.where,
        case.form,
    )


def _printed(cases: Sequence[Case], outcomes: Mapping[str, Outcome]) -> str:
    return next((text for case in cases if (text := outcomes[case.id].printed)), "")


@contextmanager
def _tolerance_for(case: Case) -> Any:
    previous = tolerance.set(ROUNDED if case.form == "float32" else EXACT)
    try:
        yield
    finally:
        tolerance.reset(previous)
