"""Who is in the class: rosters as other tools write them, and whose a submission is.

Recognised by their headers, in English, German, French and Spanish: our own roster, those of
GitHub Classroom, Canvas's gradebook, Moodle's list of participants and its grading worksheet.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from gdl_check.grade.archives import fold, printable
from gdl_check.grade.gradebook import Student
from gdl_check.grade.intake import Submission
from gdl_check.targets import NotUnderstood

LARGEST_ROSTER = 32 * 1024 * 1024
LONGEST_CELL = 300
DELIMITERS = ",;\t|"

# What a column is -> what it is called there, the best first.
COLUMNS: dict[str, tuple[str, ...]] = {
    "key": (
        *("student", "github_username", "username", "sis login id", "benutzername"),
        *("anmeldename", "nom d'utilisateur", "nombre de usuario"),
    ),
    "identifier": ("identifier", "kennung", "id.", "identifiant", "identificador"),
    "name": ("name", "full name", "vollständiger name", "nom complet", "nombre completo"),
    "first": ("first name", "firstname", "vorname", "prénom", "nombre"),
    "last": (
        *("last name", "lastname", "surname", "nachname", "nom de famille", "nom"),
        *("apellido(s)", "apellidos", "apellido"),
    ),
    "email": (
        *("email", "email address", "e-mail", "e-mail-adresse", "adresse de courriel"),
        *("adresse e-mail", "dirección de correo", "dirección email", "correo electrónico"),
    ),
    "id": (
        *("id", "id number", "sis user id", "id-nummer", "matrikelnummer"),
        *("numéro d'identification", "número de id"),
    ),
}
PARTICIPANT = re.compile(r"\D+ (\d+)")  # of Moodle: "Participant 12345", in any language
MAP_HEADS = {"folder", "file", "name", "submission", "path", "place", "student", "key"}
# Letters with strokes through them, which Unicode takes for letters of their own.
STROKES = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "æ": "ae", "œ": "oe", "ı": "i"})

Row = tuple[int, list[str]]  # the line that it begins in, and its cells


class Matched(NamedTuple):
    """Somebody of the class and what they handed in; None where that is nothing."""

    student: Student
    submission: Submission | None


# --- reading ------------------------------------------------------------------------------------


def read_roster(path: Path) -> list[Student]:
    """The students that a CSV file lists, in its order. Raises NotUnderstood."""
    rows = _rows(path, lambda rows: len(_columns(rows[0][1])))
    columns = _columns(rows[0][1])
    if not columns:
        raise NotUnderstood(
            f"{path.name}, line {rows[0][0]}: no column is known there: begin the file with "
            "student,name,email,id, or take a list from Canvas, Moodle or GitHub Classroom as it is"
        )
    found: dict[str, tuple[int, Student]] = {}
    for line, row in rows[1:]:
        cells = {column: _cell(row[at]) for column, at in columns.items() if at < len(row)}
        if _is_canvas(rows[0][1]) and _is_nobody(row, cells):
            continue
        student = _student(cells)
        if not student.key:
            raise NotUnderstood(
                f"{path.name}, line {line}: nothing there says who it is: write a name, an email "
                "or an id in that line, or leave it out"
            )
        if student.key in found:
            raise NotUnderstood(
                f"{path.name}, line {line}: {student.key} is in line {found[student.key][0]} too: "
                "leave one of the two out"
            )
        found[student.key] = (line, student)
    if not found:
        raise NotUnderstood(f"{path.name} lists nobody: write a line for each student below line 1")
    return [student for _, student in found.values()]


def read_map(path: Path) -> dict[str, str]:
    """Whose a file or folder is, as a CSV file of two columns says. Raises NotUnderstood."""
    rows = _rows(path, lambda rows: sum(len(row) == 2 for _, row in rows))
    if all(cell.strip().lower() in MAP_HEADS for cell in rows[0][1]):
        rows = rows[1:]
    found: dict[str, tuple[int, str]] = {}
    for line, row in rows:
        name, key, *more = [*map(_cell, row), ""]
        name = name.replace("\\", "/").removeprefix("./").rstrip("/")
        if not name or not key or any(more):
            raise NotUnderstood(
                f"{path.name}, line {line}: write a file or folder, a comma and a student there, "
                "like work.py,ana"
            )
        first, said = found.setdefault(name, (line, key))
        if said != key:
            raise NotUnderstood(
                f"{path.name}, line {line}: {name} belongs to {said} in line {first}: leave one of "
                "the two out"
            )
    return {name: key for name, (_, key) in found.items()}


def _rows(path: Path, fitness: Callable[[list[Row]], int]) -> list[Row]:
    """The lines of a CSV file that are not empty, taken apart by what fits best."""
    text = _text(path)
    if text[:4].lower() == "sep=":  # a line that Excel writes for itself
        text = text[5:]
    parsed = [_parsed(path, text, delimiter) for delimiter in DELIMITERS]
    best = max(parsed, key=lambda rows: fitness(rows) if rows else 0)
    if not best:
        raise NotUnderstood(f"{path.name} is empty: it is a CSV file that is expected there")
    return best


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            raw = stream.read(LARGEST_ROSTER + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise NotUnderstood(f"{path} may not be read ({reason}): name a CSV file") from None
    if len(raw) > LARGEST_ROSTER:
        raise NotUnderstood(f"{path.name} is larger than 32 MB: is it the right file?")
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", "replace")
    if b"\0" in raw:
        raise NotUnderstood(f"{path.name} is no text: save it as CSV (UTF-8) in your spreadsheet")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _parsed(path: Path, text: str, delimiter: str) -> list[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows = []
    line = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((line, row))
            line = reader.line_num + 1
    except csv.Error:
        raise NotUnderstood(
            f"{path.name}, line {line}: a cell that begins there does not end: mend its quotes"
        ) from None
    return rows


def _columns(header: Sequence[str]) -> dict[str, int]:
    """Where each column that is known stands: its kind -> its place."""
    named = [_cell(cell).lower() for cell in header]
    found: dict[str, int] = {}
    for column, names in COLUMNS.items():
        places = [named.index(name) for name in names if name in named]
        if places:
            found[column] = places[0]
    if _is_canvas(header) and "student" in named:
        found["name"] = named.index("student")
        found.pop("key")
        if "sis login id" in named:
            found["key"] = named.index("sis login id")
    return found


def _is_canvas(header: Sequence[str]) -> bool:
    """Whether it is a gradebook of Canvas, where "Student" is the name."""
    named = {_cell(cell).lower() for cell in header}
    return {"id", "section"} <= named and bool(named & {"student", "lastname"})


def _is_nobody(row: Sequence[str], cells: Mapping[str, str]) -> bool:
    """Whether a line of Canvas's is about points and posting, or its test student's."""
    name = cells.get("name") or cells.get("last", "")
    return not cells.get("id") or "points possible" in row[0].lower() or name == "Student, Test"


def _cell(text: str) -> str:
    """A cell without what cannot be seen, and without what keeps Excel from computing it."""
    quoted = re.fullmatch(r'\s*="(.*)"\s*', text, re.DOTALL)
    text = quoted[1] if quoted else text
    return printable(text, LONGEST_CELL) if text.strip() else ""


def _student(cells: Mapping[str, str]) -> Student:
    """A line's student; the key is what submissions are most likely called by."""
    name = cells.get("name") or " ".join(filter(None, (cells.get("first"), cells.get("last"))))
    last, comma, first = name.partition(",")
    name = f"{first.strip()} {last.strip()}" if comma and "," not in first else name
    identifier = cells.get("identifier", "")
    participant = PARTICIPANT.fullmatch(identifier)
    number = participant[1] if participant else ""
    email = cells.get("email") or (identifier if "@" in identifier else "")
    id = cells.get("id") or (number or identifier)
    key = cells.get("key") or number or cells.get("id") or identifier or email or name
    return Student(key, name, email, id)


# --- who is who ---------------------------------------------------------------------------------


def matched(
    submissions: Iterable[Submission], roster: Sequence[Student], map: Mapping[str, str]
) -> list[Matched]:
    """Everybody of the roster with what they handed in, then those who are not in it.

    Nobody is guessed: where two could be meant, a submission stays with a student of its own, and
    a note says so. Of several submissions of one student the newest counts.
    """
    register = _Register(roster)
    found: dict[str, list[tuple[Student, Submission]]] = {}
    for submission in submissions:
        student, note = register.whose(submission, map)
        if note:
            submission = submission._replace(notes=(*submission.notes, note))
        found.setdefault(student.key, []).append((student, submission))
    told = [Matched(student, _newest(found.pop(student.key, ()))) for student in roster]
    strangers = sorted(found.items())
    return told + [Matched(several[0][0], _newest(several)) for _, several in strangers]


def _newest(several: Sequence[tuple[Student, Submission]]) -> Submission | None:
    """The one of a student's submissions that counts; where no time is known, the last by place."""
    if not several:
        return None
    *older, newest = sorted(
        (submission for _, submission in several), key=lambda one: (one.handed_in or 0, one.place)
    )
    if not older:
        return newest
    places = ", ".join(one.place for one in older[-3:]) + (" and others" if older[3:] else "")
    is_known = (older[-1].handed_in or 0) != (newest.handed_in or 0)
    why = "the newest" if is_known else "the last by name, as no times tell which is newer"
    note = f"{newest.place} counts, {why}; {places} of the same student was left out"
    return newest._replace(notes=(*newest.notes, note))


class _Register:
    """The roster by everything that a submission can be known by."""

    def __init__(self, roster: Sequence[Student]) -> None:
        self.keys = {student.key: student for student in roster}
        self.folded = _index((fold(student.key), student) for student in roster)
        self.emails = _index((fold(student.email), student) for student in roster)
        self.locals = _index((_local(student.email), student) for student in roster)
        self.ids = _index(
            (fold(text), student) for student in roster for text in {student.id, student.key}
        )
        self.names = _index(
            (form, student) for student in roster for form in forms(student.name or student.key)
        )

    def whose(self, submission: Submission, map: Mapping[str, str]) -> tuple[Student, str]:
        """The student of a submission, and a note where there is something to say."""
        said = next((map[at] for at in (submission.place, submission.student) if at in map), "")
        said = said or submission.student
        own = Student(said, submission.name, submission.email, submission.id)
        if not self.keys:
            return own, ""
        if said in self.keys:
            return self.keys[said], ""
        for candidates in self._candidates(said, submission):
            if len(candidates) == 1:
                return next(iter(candidates.values())), ""
            if candidates:
                first, second, *_ = (student.called for student in candidates.values())
                return (
                    own,
                    f"this may be {first} or {second}: say whose it is in a file, with --map",
                )
        return own, f"{own.called} is not in the roster"

    def _candidates(self, said: str, submission: Submission) -> Iterator[Mapping[str, Student]]:
        """Who may be meant, by one thing after the other that is known of a submission."""
        none: dict[str, Student] = {}
        yield self.folded.get(fold(said), none)
        yield self.emails.get(fold(submission.email or said), none)
        yield self.locals.get(fold(said), none)
        same = self.folded.get(_local(submission.email), none)
        yield {key: student for key, student in same.items() if not student.email}
        named = self._named(submission.name or said)
        by_id = self.ids.get(fold(submission.id or said), none)
        # Numbers of different systems may be the same by chance: a name speaks against one.
        is_other = bool(submission.name and named) and not by_id.keys() & named.keys()
        yield {**by_id, **named} if by_id and is_other else by_id
        yield self._repository(submission)
        yield named

    def _named(self, name: str) -> Mapping[str, Student]:
        return {
            key: student
            for form in forms(name)
            for key, student in self.names.get(form, {}).items()
        }

    def _repository(self, submission: Submission) -> Mapping[str, Student]:
        """By the end of a repository's name, where its beginning was taken for the assignment's."""
        words = submission.place.rpartition("/")[2].split("-")
        if len(words) < 2 or not submission.place.endswith(f"-{submission.student}"):
            return {}
        ends = ("-".join(words[at:]) for at in range(1, len(words)))
        return {key: who for end in ends for key, who in self.folded.get(fold(end), {}).items()}


def _index(pairs: Iterable[tuple[str, Student]]) -> dict[str, dict[str, Student]]:
    found: dict[str, dict[str, Student]] = {}
    for text, student in pairs:
        if text:
            found.setdefault(text, {})[student.key] = student
    return found


def _local(email: str) -> str:
    return fold(email.partition("@")[0]) if "@" in email else ""


def forms(name: str) -> set[str]:
    """A name in every order of first and last, without case, accents, spaces and punctuation."""
    words = [plain for word in re.split(r"[\W_]+", name) if (plain := _plain(word))]
    return {"".join(words[at:] + words[:at]) for at in range(len(words))}


def _plain(word: str) -> str:
    apart = unicodedata.normalize("NFKD", word.casefold()).translate(STROKES)
    return "".join(c for c in apart if c.isalnum())
