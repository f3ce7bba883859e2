"""What grading knows, in one SQLite file: a submission's rows are written in one go, or not at all.

Every export is made from it, so that a grader that was killed goes on where it was.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from gdl_check.grade.gradebook import Student
from gdl_check.grade.marking import Marked

FORMAT = 1
FILE_NAME = "grades.sqlite"
_TABLES = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS students (
    key TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, id TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS submissions (
    student TEXT NOT NULL, source TEXT NOT NULL, rules TEXT NOT NULL, place TEXT NOT NULL,
    handed_in REAL, late INTEGER NOT NULL, notes TEXT NOT NULL, state TEXT NOT NULL,
    graded_at REAL NOT NULL, PRIMARY KEY (student, source)
);
CREATE TABLE IF NOT EXISTS marks (
    student TEXT NOT NULL, source TEXT NOT NULL, exercise TEXT NOT NULL, verdict TEXT NOT NULL,
    earned INTEGER NOT NULL, share REAL NOT NULL, told TEXT NOT NULL, screen TEXT NOT NULL,
    receipt TEXT NOT NULL, PRIMARY KEY (student, source, exercise)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS overrides (
    student TEXT NOT NULL, exercise TEXT NOT NULL, points REAL NOT NULL, reason TEXT NOT NULL,
    at REAL NOT NULL, PRIMARY KEY (student, exercise)
) WITHOUT ROWID;
"""


class Graded(NamedTuple):
    """A submission as it stands in the database.

    `source` is the hash of its files, `rules` that of everything else that its verdicts rest on;
    `late` says whether the layout told so, which a deadline may tell as well;
    `state` is "graded", "again" (its time-outs are to be tried once more, alone) or "fault".
    """

    student: str
    source: str
    rules: str
    place: str = ""
    handed_in: float | None = None
    late: bool = False
    notes: tuple[str, ...] = ()
    state: str = "graded"


class Store:
    """The database of one graded assignment, which is ours alone while it is open.

    Raises sqlite3.Error where it cannot be used, or another process uses it.
    """

    def __init__(self, path: Path) -> None:
        self.db = sqlite3.connect(path, timeout=1, isolation_level=None)
        self.db.execute("PRAGMA locking_mode = EXCLUSIVE")
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = NORMAL")
        self.db.executescript(_TABLES)

    def close(self) -> None:
        self.db.close()

    def fact(self, name: str, default: str = "") -> str:
        """Something that is true of the whole assignment, like its run."""
        found = self.db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else default

    def set_facts(self, facts: Mapping[str, str]) -> None:
        with self._at_once():
            self.db.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", facts.items())

    def set_students(self, students: Iterable[Student]) -> None:
        """The class: those who are not in it any more lose their row, but none of their marks."""
        with self._at_once():
            self.db.execute("DELETE FROM students")
            self.db.executemany("INSERT OR REPLACE INTO students VALUES (?, ?, ?, ?)", students)

    def students(self) -> Iterator[Student]:
        """Everybody, in order of their keys."""
        rows = self.db.execute("SELECT key, name, email, id FROM students ORDER BY key")
        return (Student(*row) for row in rows)

    def submissions(self, student: str) -> list[Graded]:
        """All that a student has handed in so far, the one that was met last at the end."""
        rows = self.db.execute(
            "SELECT student, source, rules, place, handed_in, late, notes, state"
            " FROM submissions WHERE student = ? ORDER BY rowid",
            (student,),
        )
        found = (Graded(*row) for row in rows)
        return [g._replace(late=bool(g.late), notes=tuple(json.loads(str(g.notes)))) for g in found]

    def to_be_tried_again(self) -> set[str]:
        """The students whose time-outs wait for another try."""
        found = self.db.execute("SELECT student FROM submissions WHERE state = 'again'")
        return {student for (student,) in found}

    def keep(self, graded: Graded, marks: Iterable[tuple[Marked, Mapping[str, Any]]]) -> None:
        """Write a submission down with its marks and their receipts, whole or not at all."""
        key = graded.student, graded.source
        with self._at_once():
            self._put(graded)
            self.db.execute("DELETE FROM marks WHERE student = ? AND source = ?", key)
            self.db.executemany(
                "INSERT INTO marks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (
                        *key,
                        mark.exercise,
                        mark.verdict,
                        mark.earned,
                        mark.share,
                        json.dumps(mark.told),
                        mark.screen,
                        json.dumps(receipt),
                    )
                    for mark, receipt in marks
                ),
            )

    def met(self, graded: Graded) -> None:
        """Write down where and when a submission that is graded already was met this time."""
        with self._at_once():
            self._put(graded)

    def _put(self, graded: Graded) -> None:
        # A row that is replaced goes to the end: what was met last comes last.
        self.db.execute(
            "INSERT OR REPLACE INTO submissions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*graded[:6], json.dumps(graded.notes), graded.state, time.time()),
        )

    def marks(self, student: str, source: str) -> dict[str, tuple[Marked, dict[str, Any]]]:
        """The marks of one submission with their receipts, by exercise id."""
        rows = self.db.execute(
            "SELECT exercise, verdict, earned, share, told, screen, receipt FROM marks"
            " WHERE student = ? AND source = ?",
            (student, source),
        )
        return {
            exercise: (
                Marked(exercise, verdict, bool(earned), share, json.loads(told), screen),
                json.loads(receipt),
            )
            for exercise, verdict, earned, share, told, screen, receipt in rows
        }

    def receipts(self) -> Iterator[dict[str, Any]]:
        """Every receipt there is."""
        for (receipt,) in self.db.execute("SELECT receipt FROM marks"):
            yield json.loads(receipt)

    def override(self, student: str, exercise: str, points: float, reason: str) -> None:
        """Put a person's points in the place of ours; they stay until they are taken back."""
        with self._at_once():
            self.db.execute(
                "INSERT OR REPLACE INTO overrides VALUES (?, ?, ?, ?, ?)",
                (student, exercise, points, reason, time.time()),
            )

    def take_back(self, student: str, exercise: str) -> bool:
        """Remove an override; whether there was one."""
        with self._at_once():
            cursor = self.db.execute(
                "DELETE FROM overrides WHERE student = ? AND exercise = ?", (student, exercise)
            )
        return cursor.rowcount > 0

    def overrides(self, student: str) -> dict[str, tuple[float, str]]:
        """A student's overrides by exercise id: points and reason."""
        rows = self.db.execute(
            "SELECT exercise, points, reason FROM overrides WHERE student = ?", (student,)
        )
        return {exercise: (points, reason) for exercise, points, reason in rows}

    @contextlib.contextmanager
    def _at_once(self) -> Iterator[None]:
        """All that is written inside, or nothing of it."""
        self.db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")
