"""Reads the gradebook off the database: which submission counts, and what its marks are worth."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

from gdl_check import __version__
from gdl_check.grade.gradebook import FAULT, MISSING, Gradebook, Mark, Row, Student
from gdl_check.grade.marking import Marked
from gdl_check.grade.store import Graded, Store
from gdl_check.grade.terms import Terms


def gradebook(store: Store, terms: Terms) -> Gradebook:
    """The gradebook as it stands in the database."""
    chapters = terms.asked()
    points = {exercise.id: exercise.points for c in chapters for exercise in c.exercises}

    def rows() -> Iterator[Row]:
        return (_row(store, terms, student, points) for student in store.students())

    return Gradebook(
        terms.assignment,
        terms.run,
        chapters,
        rows,
        int(store.fact("seed", "0")),
        terms.effort,
        __version__,
        int(store.fact("level", "0")),
        tuple(json.loads(store.fact("sandbox", "[]"))),
        tuple(json.loads(store.fact("missing_sandbox", "[]"))),
        float(store.fact("graded_at") or time.time()),
        terms.due,
        terms.revealed(time.time()),
    )


def _row(store: Store, terms: Terms, student: Student, points: dict[str, float]) -> Row:
    overrides = store.overrides(student.key)
    candidates = [
        (graded, _marks(store, terms, graded, list(points), overrides))
        for graded in _candidates(_on_terms(terms, store.submissions(student.key)))
    ]
    if not candidates:
        marks = {e: _overridden(Mark(e, MISSING), overrides) for e in points}
        return Row(student, MISSING, marks=marks)
    graded, marks = max(candidates, key=lambda c: _total(c[1], points))
    known = all(mark.credit is not None or mark.override is not None for mark in marks.values())
    state = "graded" if known else FAULT
    return Row(student, state, graded.place, graded.handed_in, graded.late, graded.notes, marks)


def _on_terms(terms: Terms, submissions: list[Graded]) -> list[Graded]:
    """Submissions that are late where the layout says so, or the deadline as it is now."""
    due = float("inf") if terms.due is None else terms.due
    return [s._replace(late=s.late or (s.handed_in or 0.0) > due) for s in submissions]


def _candidates(submissions: list[Graded]) -> list[Graded]:
    """Of what was handed in, the last that was on time and the last that was late.

    The better one counts: late work can win points, but never costs any.
    """
    return [
        [s for s in submissions if s.late == late][-1]
        for late in (False, True)
        if any(s.late == late for s in submissions)
    ]


def _marks(
    store: Store,
    terms: Terms,
    graded: Graded,
    exercises: list[str],
    overrides: dict[str, tuple[float, str]],
) -> dict[str, Mark]:
    kept = store.marks(graded.student, graded.source)
    found = {}
    for exercise in exercises:
        if exercise in kept:
            marked, receipt = kept[exercise]
            mark = mark_of(marked, terms, graded.late)._replace(receipt=receipt)
        else:
            # Graded before this exercise was asked, or not at all for a reason of ours.
            mark = Mark(exercise, FAULT, None)
        found[exercise] = _overridden(mark, overrides)
    return found


def mark_of(marked: Marked, terms: Terms, late: bool) -> Mark:
    """What an exercise came to, as it counts on these terms."""
    is_known = marked.verdict != FAULT
    credit = terms.credit(marked.earned, marked.share, late) if is_known else None
    told, screen = marked.told, marked.screen
    return Mark(marked.exercise, marked.verdict, credit, told=told, screen=screen)


def _overridden(mark: Mark, overrides: dict[str, tuple[float, str]]) -> Mark:
    if mark.exercise not in overrides:
        return mark
    points, reason = overrides[mark.exercise]
    return mark._replace(override=points, reason=reason)


def _total(marks: dict[str, Mark], points: dict[str, float]) -> float:
    return sum(mark.points(points[exercise]) or 0.0 for exercise, mark in marks.items())
