"""The gradebook as a table, `grades.csv`: for a spreadsheet, and for Moodle's gradebook import."""

from __future__ import annotations

import csv
import io
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from gdl_check.grade.clean import line
from gdl_check.grade.gradebook import Asked, AskedChapter, Gradebook, Mark, Row
from gdl_check.grade.writing import whole

# Moodle's import finds a student by one of the last two, which are told by their headers.
PERSON = ("student", "name", "Email address", "ID number")
BEFORE = ("state", "late", "handed in")
AFTER = ("total", "override", "points", "of", "percent")
LONGEST_OVERRIDES = 2_000
NUMBER = re.compile(r"[+-]?\d{1,15}([.,]\d{1,15})?")
# A spreadsheet that separates by semicolons begins a cell behind each of them, quoted or not.
PIECES = re.compile(r"([;,|])")


def write_csv(book: Gradebook, path: Path) -> None:
    """Write one line a student, as they come. Raises OSError.

    The exercises, the sums of the chapters and `total` say what was graded; `override` names what a
    person has put in the place of that, and `points` is what counts. What is not known is empty.
    """
    with whole(path) as raw:
        stream = io.TextIOWrapper(raw, encoding="utf-8", newline="", write_through=True)
        table = csv.writer(stream)
        table.writerow(_header(book))
        table.writerows(_cells(row, book) for row in book.rows())
        stream.detach()


def _header(book: Gradebook) -> list[str]:
    marks = (
        name
        for chapter in book.chapters
        for name in (*(exercise.id for exercise in chapter.exercises), chapter.id)
    )
    return [*PERSON, *BEFORE, *marks, *AFTER]


def _cells(row: Row, book: Gradebook) -> Iterator[str]:
    yield from map(harmless, row.student)
    yield row.state
    yield "yes" if row.late else "no"
    yield moment(row.handed_in)
    sums = []
    for chapter in book.chapters:
        graded = [_as_graded(row.marks, exercise) for exercise in chapter.exercises]
        sums.append(total(graded))
        yield from map(number, (*graded, sums[-1]))
    yield number(total(sums))
    yield harmless(_overrides(row, book.chapters), LONGEST_OVERRIDES)
    points = book.points(row)
    yield number(points)
    yield number(book.worth)
    yield number(None if points is None or not book.worth else round(100 * points / book.worth, 2))


def _as_graded(marks: Mapping[str, Mark], exercise: Asked) -> float | None:
    return marks[exercise.id]._replace(override=None).points(exercise.points)


def _overrides(row: Row, chapters: Iterable[AskedChapter]) -> str:
    marks = (row.marks[exercise.id] for chapter in chapters for exercise in chapter.exercises)
    return "; ".join(
        f"{mark.exercise}: {number(mark.override)}" + (f" ({mark.reason})" if mark.reason else "")
        for mark in marks
        if mark.override is not None
    )


def total(points: Iterable[float | None]) -> float | None:
    """A sum; None where a part of it is not known."""
    found = list(points)
    return None if None in found else sum(part or 0.0 for part in found)


def number(value: float | None) -> str:
    """A number of points in digits; empty where it is not known."""
    if value is None or not math.isfinite(value):
        return ""
    return f"{round(value, 4) + 0.0:.4f}".rstrip("0").rstrip(".")


def moment(seconds: float | None) -> str:
    """A time in ISO 8601, in UTC; empty where it is not known."""
    if seconds is None:
        return ""
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
    except (OverflowError, OSError, ValueError):
        return ""


def harmless(text: str, most: int = 500) -> str:
    """A text that no spreadsheet takes for a formula, in one line; a number stays what it is."""
    pieces = PIECES.split(line(text, most))
    return "".join(f"'{piece}" if _is_formula(piece) else piece for piece in pieces)


def _is_formula(piece: str) -> bool:
    # Blanks and quotes are skipped by spreadsheets, and wide forms are taken for the narrow ones.
    bare = unicodedata.normalize("NFKC", piece).lstrip(" \"'\u2018\u2019\u201c\u201d`")
    begins = bare[:1] in ("=", "+", "-", "@", "\u2212") and bare != ""
    return begins and NUMBER.fullmatch(piece.strip()) is None
