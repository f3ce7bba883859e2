"""Which misconception explains an answer: only one that agrees with it on every case, alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import ModuleType

from gdl_check.compare import EXACT, ROUNDED, difference, tolerance
from gdl_check.corpus import Case
from gdl_check.course import Exercise
from gdl_check.forms import dressed
from gdl_check.local import LocalRunner, outcome_of
from gdl_check.results import Named
from gdl_check.sandbox.programs import Outcome


def diagnose(
    exercise: Exercise,
    cases: Sequence[Case],
    outcomes: Mapping[str, Outcome],
    wrong: set[str],
    solution: ModuleType | None = None,
) -> Named | None:
    """The misconception that gives the same outcomes on all cases; None where none or two do.

    `outcomes` are the answer's, and `wrong` names the cases on which they are wrong: these come
    first, because most misconceptions differ on the first of them.
    """
    ordered = sorted(cases, key=lambda case: case.id not in wrong)
    agreeing = []
    for misconception in exercise.misconceptions:
        runner = LocalRunner(exercise.name, misconception.answer, solution)
        if all(_agrees(exercise, runner, case, outcomes[case.id]) for case in ordered):
            agreeing.append(misconception)
    if len(agreeing) != 1 or not wrong:
        return None
    (found,) = agreeing
    return Named(found.name, found.title, found.says, len(wrong), len(wrong))


def _agrees(exercise: Exercise, runner: LocalRunner, case: Case, theirs: Outcome) -> bool:
    args = dressed(tuple(case.inputs.values()), case.form, exercise.listable)
    ours = outcome_of(exercise, runner, args)
    return same_outcome(ours, theirs, case.form)


def same_outcome(ours: Outcome, theirs: Outcome, form: str = "plain") -> bool:
    """Whether two calls came to the same: value, or kind of exception, and changed arguments."""
    if (ours.raised is None) != (theirs.raised is None) or ours.changed != theirs.changed:
        return False
    if ours.raised is not None and theirs.raised is not None:
        return ours.raised.type == theirs.raised.type
    previous = tolerance.set(ROUNDED if form == "float32" else EXACT)
    try:
        return difference(ours.value, theirs.value) is None
    finally:
        tolerance.reset(previous)
