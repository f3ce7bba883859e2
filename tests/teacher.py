"""A teacher for tests: a folder with submissions, and the verb `grade` run in it."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from classes import CHAPTER, learners, write_class
from gdl_check import cli
from gdl_check.course import load_chapter
from learner import look_at

FILE_NAME = load_chapter(CHAPTER).file_name
SECRET = ("--secret", "secret.txt")


@dataclass
class Teacher:
    """A folder with `submissions/` in it, graded into `grades/`."""

    folder: Path

    def __post_init__(self) -> None:
        self.submissions.mkdir(parents=True, exist_ok=True)
        # The same for all: what is drawn from it is drawn once a session.
        (self.folder / "secret.txt").write_text("5ec7e7" * 11 + "\n", encoding="ascii")

    @property
    def submissions(self) -> Path:
        return self.folder / "submissions"

    @property
    def out(self) -> Path:
        return self.folder / "grades"

    def hand_in(self, student: str, text: str | bytes, name: str = FILE_NAME) -> Path:
        """Put a student's file where they hand it in."""
        path = self.submissions / student / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def class_of(self, count: int, seed: int = 0) -> dict[str, Mapping[str, bool]]:
        """Hand in for a whole class; what is true of each, by exercise id."""
        members = list(learners(count, seed=seed))
        write_class(self.submissions, iter(members))
        return {learner.key: learner.truth for learner in members}

    def grade(self, *words: str, chapter: str = CHAPTER) -> Graded:
        """Run the verb on the submissions, in this process."""
        return self.run("submissions", "--chapter", chapter, *SECRET, *words)

    def run(self, *words: str) -> Graded:
        out, err = io.StringIO(), io.StringIO()
        with (
            contextlib.chdir(self.folder),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            mock.patch.dict(os.environ, {"NO_COLOR": "1", "COLUMNS": "80"}),
        ):
            try:
                code = cli.main(["grade", *words])
            except SystemExit as refused:
                assert isinstance(refused.code, int)
                code = refused.code
        look_at(out.getvalue())
        return Graded(code, out.getvalue(), err.getvalue(), self.out)

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start the verb on the submissions as a process of its own group."""
        command = [sys.executable, "-m", "gdl_check", "grade", "submissions"]
        return subprocess.Popen(
            [*command, "--chapter", CHAPTER, *SECRET, *words],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )


@dataclass
class Graded:
    """What one run of the verb came to."""

    code: int
    out: str
    err: str
    folder: Path

    @property
    def said(self) -> str:
        """Everything on both streams in one line."""
        return " ".join((self.out + self.err).split())

    @property
    def table(self) -> dict[str, dict[str, str]]:
        """The rows of grades.csv, by student."""
        with open(self.folder / "grades.csv", encoding="utf-8", newline="") as file:
            return {row["student"]: row for row in csv.DictReader(file)}

    def points(self, student: str, exercise: str) -> str:
        return self.table[student][f"{CHAPTER}.{exercise}"]

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        """What the database answers."""
        with contextlib.closing(sqlite3.connect(self.folder / "grades.sqlite")) as db:
            return list(db.execute(question))

    def wrong(self, truth: Mapping[str, Mapping[str, bool]]) -> Iterator[str]:
        """Where the table is not what is true."""
        table = self.table
        for student, exercises in truth.items():
            for exercise, right in exercises.items():
                if table[student][exercise] != str(int(right)):
                    yield f"{student} {exercise}: {table[student][exercise]!r}, right is {right}"
