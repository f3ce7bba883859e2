"""Judges laws: what became of one, and which of its failures is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gdl_check.compare import Difference
from gdl_check.course import Law
from gdl_check.results import Counterexample, Error, LawResult
from gdl_check.trial import Broken, Sweep, Trial, chosen_cases

OPENED_AGAIN = 3

Judged = tuple[LawResult, Broken | None]


def begin(trial: Trial, law: Law) -> Sweep:
    """Run one law on its cases, as far as it gets."""
    return trial.sweep(law, chosen_cases(law, trial.cases), fewer=law.most is None)


def fails(sweep: Sweep) -> bool:
    """Whether it has failed so far."""
    return any(broken.status != "inconclusive" for broken in sweep.found)


def judged(trial: Trial, sweep: Sweep) -> Judged:
    """What became of a law; a costly one is also run where the answer is known to be wrong."""
    law = sweep.law
    sweep.finish()
    ran, broken = sweep.ran, sweep.found
    if law.most is not None and not fails(sweep):
        smallest = sorted((b.case for b in trial.unequal.values()), key=lambda case: case.size)
        more = trial.sweep(law, smallest[:OPENED_AGAIN]).finish()
        ran, broken = ran + more.ran, broken + more.found
    failures = [b for b in broken if b.status != "inconclusive"]
    if failures:
        shown = trial.traced(law, min(failures, key=_shown_first))
        return failed(law.claim, "own", ran, [shown])
    if not ran:
        return LawResult(law.claim, "own", "not_run"), None
    status = "inconclusive" if len(broken) == ran else "passed"
    return LawResult(law.claim, "own", status, ran), None


def from_all(trial: Trial, claim: str, kind: str, broken: Any) -> Judged:
    """The result of a law that was put to the test on every case."""
    found = list(broken)
    if found:
        return failed(claim, kind, len(trial.cases), found)
    return LawResult(claim, kind, "passed", len(trial.cases)), None


def failed(claim: str, kind: str, cases: int, broken: Sequence[Broken]) -> Judged:
    """The result of a law that does not hold on these cases, with the one that is shown."""
    first = min(broken, key=_shown_first)
    shown = counterexample(first)
    return LawResult(claim, kind, first.status, cases, shown, first.gradient), first


def _shown_first(broken: Broken) -> tuple[object, ...]:
    """Exceptions first, then cases written by hand, then small ones; what is unusual comes last.

    Unusual is what should have been refused, what is empty, and arrays in another form. A gradient
    is read best away from kinks, and with enough in the case to see a pattern.
    """
    case = broken.case
    unusual = broken.difference.kind == "raises", case.is_empty, case.form != "plain"
    slopes = broken.gradient
    hard_to_read = slopes is not None and (slopes.moved or case.is_bare)
    return broken.status != "error", *unusual, hard_to_read, not case.edge, case.size


def changes(trial: Trial) -> list[Broken]:
    """The cases on which the answer changed an argument of its own."""
    found = []
    for case in trial.cases:
        outcome = trial.outcome(case)
        if outcome.changed:
            names = list(case.inputs)
            changed = " and ".join(f"`{names[i]}`" for i in outcome.changed if i < len(names))
            noun = "argument" if len(outcome.changed) == 1 else "arguments"
            message = f"your function changed its {noun} {changed}: work on a copy instead"
            differs = Difference("value", message, compared=False)
            found.append(Broken(case, differs, trial.calls(case), printed=outcome.printed))
    return found


def error_of(trial: Trial, broken: Broken) -> Error:
    """The exception behind a failure."""
    raised = broken.raised or trial.outcome(broken.case).raised
    if raised is None:
        kind, _, message = broken.difference.message.partition(": ")
        return Error(kind, message)
    return Error(raised.type, raised.message, raised.line, trace=raised.trace)


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
        broken.own,
    )


def printed(trial: Trial, opened: Broken | None) -> str:
    """What was printed on the case that is shown; where none is, on the first that printed."""
    if opened is not None:
        return opened.printed
    outcomes = map(trial.outcome, trial.cases)
    return next((outcome.printed for outcome in outcomes if outcome.printed), "")
