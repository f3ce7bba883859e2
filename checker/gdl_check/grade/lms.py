"""Fills grades into a file that a teacher has downloaded from Moodle or Canvas, to be uploaded.

Moodle: the offline grading worksheet of an assignment. Canvas: the export of the gradebook. Both
take a grade only in a file of their own making, so nothing is made up: cells of one column change.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from gdl_check.grade.clean import line
from gdl_check.grade.gradebook import Gradebook, Student
from gdl_check.grade.headers import CANVAS_IDS, CANVAS_TOTALS, MOODLE, NO
from gdl_check.grade.pairing import Known, known, paired
from gdl_check.grade.sheets import Sheet, read_sheet
from gdl_check.targets import NotUnderstood

MOST_NAMED = 6


class Filled(NamedTuple):
    """What became of a teacher's file.

    filled       how many grades were written, `changed` of them in the place of others
    same         how many were there already
    left         rows that were left as they were, by name, and why
    not_graded   names of those in the file whom the gradebook does not have
    not_listed   students of the gradebook whom the file does not have
    notes        sentences about the whole file
    """

    tool: str
    column: str
    filled: int
    changed: int
    same: int
    left: tuple[tuple[str, str], ...]
    not_graded: tuple[str, ...]
    not_listed: tuple[Student, ...]
    notes: tuple[str, ...] = ()


class Columns(NamedTuple):
    """Where in a file what stands: `names` are the columns that a name is made of, in order."""

    tool: str
    grade: int
    first: int
    emails: tuple[int, ...]
    ids: tuple[int, ...]
    names: tuple[int, ...]
    most: int | None = None
    changeable: int | None = None


def fill(teachers_file: Path, book: Gradebook, out: Path, column: str = "") -> Filled:
    """Write a copy of a teacher's file, with the points of all that are known.

    `column` names the assignment in a Canvas export where its title is not the gradebook's. What
    is not known leaves the cell as it was. Raises NotUnderstood, OSError.
    """
    sheet = read_sheet(teachers_file)
    columns = _moodle(sheet) or _canvas(sheet, column or book.assignment, line(teachers_file.name))
    if columns is None:
        raise NotUnderstood(
            f"{line(teachers_file.name)} is neither a grading worksheet of Moodle nor a gradebook "
            "exported from Canvas: download one of these again, and leave its header as it is"
        )
    students = [(row.student, book.points(row)) for row in book.rows()]
    people = [row for row in range(columns.first, len(sheet.rows)) if _is_person(sheet, row)]
    whole = [row for row in people if sheet.is_whole(row)]
    found = paired([_student(s) for s, _ in students], [_listed(sheet, r, columns) for r in whole])
    left = [
        (f"row {row + 1}", "its cells cannot be told apart") for row in people if row not in whole
    ]
    counts = {"filled": 0, "changed": 0, "same": 0}
    comma = _has_decimal_commas(sheet, columns)
    for i, (_, points) in enumerate(students):
        if i not in found:
            continue
        row = whole[found[i]]
        before = sheet.value(row, columns.grade)
        why = _kept(sheet, row, columns, points)
        if why or points is None:
            left.append((_called(sheet, row, columns), why))
        elif _number(before) is not None and f"{_number(before):.2f}" == f"{points:.2f}":
            counts["same"] += 1
        else:
            text = f"{points:.2f}"
            sheet.put(row, columns.grade, text.replace(".", ",") if comma else text)
            counts["filled"] += 1
            counts["changed"] += _number(before) is not None
    listed = set(found.values())
    sheet.write(out)
    return Filled(
        columns.tool,
        line(sheet.value(0, columns.grade)),
        **counts,
        left=tuple(left),
        not_graded=tuple(
            _called(sheet, row, columns) for j, row in enumerate(whole) if j not in listed
        ),
        not_listed=tuple(student for i, (student, _) in enumerate(students) if i not in found),
        notes=tuple(_notes(sheet, columns, whole, book.worth)),
    )


# --- which file it is ----------------------------------------------------------------------------


def _moodle(sheet: Sheet) -> Columns | None:
    """The columns of a grading worksheet, in any of the languages that we know."""
    header = [_folded(sheet.value(0, i)) for i in range(len(sheet.rows[0]))]

    def where(role: str) -> list[int]:
        return [i for i, name in enumerate(header) if name in MOODLE[role]]

    identifier, grade, modified = where("identifier"), where("grade"), where("modified")
    if not (identifier and grade and modified):
        return None
    if where("scale"):
        raise NotUnderstood(
            "this worksheet of Moodle grades by a scale: let the assignment be graded by points, "
            "and download it again"
        )
    most, changeable = where("most"), where("changeable")
    return Columns(
        "Moodle",
        grade[-1],  # as Moodle itself does where there are two
        1,
        tuple(where("email")),
        (*identifier, *where("number")),
        tuple(where("name")),
        most[0] if most else None,
        changeable[0] if changeable else None,
    )


def _canvas(sheet: Sheet, wanted: str, shown: str) -> Columns | None:
    """The columns of a gradebook export, and the one of the assignment that is wanted."""
    header = [sheet.value(0, i) for i in range(len(sheet.rows[0]))]
    names = (0, 1) if header[:2] == ["LastName", "FirstName"] else (0,)
    after = len(names)
    is_canvas = header[0] in ("Student", "LastName") and header[after : after + 1] == ["ID"]
    if not is_canvas or "Section" not in header:
        return None
    assignments = {
        i: title
        for i, title in enumerate(header)
        if i > header.index("Section") and not CANVAS_TOTALS.search(title)
    }
    column = _assignment(assignments, wanted, shown)
    first = 1
    while first < len(sheet.rows) and not _is_person(sheet, first):
        if "read only" in sheet.value(first, column):
            raise NotUnderstood(f"Canvas computes {line(header[column])!r} itself: name another")
        first += 1
    ids = tuple(header.index(name) for name in CANVAS_IDS if name in header)
    return Columns("Canvas", column, first, (), ids, names)


def _assignment(assignments: dict[int, str], wanted: str, shown: str) -> int:
    """The column whose title, number, or title with number is wanted. Raises NotUnderstood."""
    meant = _folded(wanted)
    titles = {}
    for i, title in assignments.items():
        parts = re.fullmatch(r"(.*?)\s*\((\d+)\)", title, re.DOTALL)
        titles[i] = {_folded(title), *(map(_folded, parts.groups()) if parts else ())}
    found = [i for i, told in titles.items() if meant in told]
    if len(found) == 1:
        return found[0]
    named = [line(assignments[i], 60) for i in found or assignments]
    more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
    what = "more than one column" if found else "no column"
    raise NotUnderstood(
        f"{shown} has {what} for {line(wanted, 60)!r}: say which one is meant of "
        f"{'; '.join(named[:MOST_NAMED]) or 'those that you add in Canvas'}{more}"
    )


def _is_person(sheet: Sheet, row: int) -> bool:
    """Whether a row is somebody's: not blank, and not one of those that Canvas puts on top."""
    values = [sheet.value(row, i) for i in range(len(sheet.rows[row]))]
    on_top = all(re.fullmatch(r"(Muted|Manual Posting.*)?", v, re.IGNORECASE) for v in values)
    return not on_top and "Points Possible" not in values[0]


# --- who is who ----------------------------------------------------------------------------------


def _student(student: Student) -> Known:
    key, name, email, number = student
    return known((email, key if "@" in key else ""), (key, number), (name, key))


def _listed(sheet: Sheet, row: int, columns: Columns) -> Known:
    emails = [sheet.value(row, i) for i in columns.emails]
    ids = [sheet.value(row, i) for i in columns.ids]
    emails += [id for id in ids if "@" in id]
    # "Participant 12345" in Moodle, in any language; and the name that people log in with.
    numbers = [number[0] for id in ids if (number := re.search(r"\d+$", id))]
    logins = [email.partition("@")[0] for email in emails]
    return known(
        emails,
        {*ids, *(numbers if columns.tool == "Moodle" else ()), *logins},
        [_name(sheet, row, columns)],
    )


def _name(sheet: Sheet, row: int, columns: Columns) -> str:
    return " ".join(sheet.value(row, i) for i in columns.names)


def _called(sheet: Sheet, row: int, columns: Columns) -> str:
    told = (sheet.value(row, i) for i in (*columns.emails, *columns.ids))
    return line(_name(sheet, row, columns) or next(filter(None, told), f"row {row + 1}"), 100)


# --- which grades --------------------------------------------------------------------------------


def _kept(sheet: Sheet, row: int, columns: Columns, points: float | None) -> str:
    """Why a cell stays as it is; empty where nothing keeps it."""
    if points is None or not math.isfinite(points):
        return "not all of it could be graded"
    if sheet.value(row, columns.grade).casefold() == "ex":
        return "excused"
    if columns.changeable is not None and _folded(sheet.value(row, columns.changeable)) in NO:
        return "the grade is locked"
    most = _number(sheet.value(row, columns.most)) if columns.most is not None else None
    if columns.tool == "Moodle" and (points < 0 or (most is not None and points > most)):
        limit = "" if most is None else f" to {most:g}"
        return f"{points:.2f} points are out of the range 0{limit}, and Moodle would pass it over"
    return ""


def _notes(sheet: Sheet, columns: Columns, people: list[int], worth: float) -> Iterator[str]:
    """What a teacher should know of the file as a whole."""
    if columns.tool == "Moodle":
        told = (
            {sheet.value(row, columns.most) for row in people}
            if columns.most is not None
            else set()
        )
    else:
        on_top = range(1, columns.first)
        told = {
            sheet.value(r, columns.grade) for r in on_top if "Points Possible" in sheet.value(r, 0)
        }
    for most in sorted(filter(None, map(_number, told))):
        if abs(most - worth) > 0.005:
            yield (
                f"{columns.tool} counts to {most:g} and this assignment to {worth:g}: the points "
                "stand there as they are"
            )


def _has_decimal_commas(sheet: Sheet, columns: Columns) -> bool:
    places = [i for i in (columns.grade, columns.most) if i is not None]
    values = (sheet.value(row, i) for row in range(1, len(sheet.rows)) for i in places)
    return any(re.fullmatch(r"\d+,\d+", value) for value in values)


def _number(text: str) -> float | None:
    found = re.fullmatch(r"-?\d+([.,]\d+)?", text)
    return float(text.replace(",", ".")) if found else None


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
