"""What a student may read of a mark on another tool's page, as plain text."""

from __future__ import annotations

from collections.abc import Iterator

from gdl_check.grade.clean import line, lines
from gdl_check.grade.gradebook import FAULT, MISSING, Gradebook, Mark

LEVELS = ("verdicts", "claims", "counterexamples", "all")
OURS = (
    "This could not be graded, for a reason of ours and not of yours. It is no zero: "
    "ask your teacher to have it graded again."
)
WORDS = {
    "passed": "passed",
    "not_started": "not started",
    "failed": "failed",
    "timeout": "timed out",
    "error": "error",
    MISSING: "nothing handed in",
    FAULT: "not graded",
}


def explanation(mark: Mark, book: Gradebook) -> str:
    """The verdict, why as far as it may be told, and what to do next."""
    return lines("\n".join(_explained(mark, book)))


def _explained(mark: Mark, book: Gradebook) -> Iterator[str]:
    is_over = book.due is not None and book.graded_at > book.due
    level = LEVELS.index("all" if is_over else book.reveal)
    if mark.override is not None:
        yield f"Your teacher gave {mark.override:g} for this" + (
            f": {line(mark.reason)}" if mark.reason else "."
        )
    if mark.verdict == FAULT:
        yield OURS
        return
    yield f"{WORDS[mark.verdict].capitalize()}."
    if mark.verdict == "passed":
        return
    cases = level >= LEVELS.index("counterexamples")
    if cases and mark.screen:
        yield lines(mark.screen)
    elif level >= LEVELS.index("claims"):
        yield from _claims(mark)
    yield f"\nCheck it: {_command(mark, book, cases)}"


def _claims(mark: Mark) -> Iterator[str]:
    """Why, without a word that the answer could have put its inputs into."""
    if mark.claim:
        yield f"Does not hold: {mark.exercise.partition('.')[2]} {mark.claim}."
    if named := mark.told.get("misconception"):
        yield line(named["says"])


def _command(mark: Mark, book: Gradebook, cases: bool) -> str:
    shown = (law.get("counterexample") for law in mark.told.get("laws", ()))
    first = next(filter(None, shown), None)
    if not cases or first is None:
        return f"gdl-check {mark.exercise}"
    return f"gdl-check {mark.exercise} --seed {book.seed} --case {first['case']}"
