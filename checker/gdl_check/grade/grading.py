"""Grades a class: what is not known yet is marked, and kept as soon as it is."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from gdl_check import __version__
from gdl_check.corpus import chapter_hash
from gdl_check.course import load_chapter
from gdl_check.course_files import delivered
from gdl_check.grade import receipts
from gdl_check.grade.gradebook import FAULT, Student
from gdl_check.grade.intake import Submission
from gdl_check.grade.jobs import Done, Task
from gdl_check.grade.marking import Marked
from gdl_check.grade.store import Graded, Store
from gdl_check.grade.terms import Terms
from gdl_check.results import Verdict
from gdl_check.source import version

UNREAD = "unread"

Handed = tuple[Submission, Student]
Workers = Callable[[Iterable[Task]], Iterator[tuple[Task, Done]]]


class Assignment(NamedTuple):
    """An assignment that is being graded: where, on what terms, with what secret and seed.

    `level` is how well workers are confined, as it was found by trying.
    """

    store: Store
    terms: Terms
    secret: bytes
    seed: int
    level: int

    @property
    def rules(self) -> str:
        """The hash of all that verdicts rest on besides the submissions' files."""
        chapters = (load_chapter(chapter).file_name for chapter in self.terms.chapters)
        told = [__version__, np.__version__, self.seed, self.terms.effort, self.level]
        parts = [json.dumps(told).encode(), *map(chapter_hash, chapters)]
        return hashlib.sha256(b"".join(parts)).hexdigest()


def grade(
    assignment: Assignment,
    handed: Sequence[Handed],
    workers: Workers,
    tell: Callable[[int], None],
    last_try: bool = False,
) -> None:
    """Mark what has changed since the last time, and keep every submission as it is done.

    `workers` carry out tasks; `tell` hears of every submission that is done, with 1. What ran out
    of time waits for its last try.
    """
    rules = assignment.rules
    for task, done in workers(_tasks(assignment, rules, handed)):
        timed_out = any(marked.verdict == Verdict.TIMEOUT for marked in done.marks or ())
        _keep(assignment, rules, task, done, again=timed_out and not last_try)
        tell(1)


def timed_out(assignment: Assignment, handed: Sequence[Handed]) -> list[Handed]:
    """Those whose time-outs must be seen once more, with nothing else running."""
    waiting = assignment.store.to_be_tried_again()
    return [(submission, student) for submission, student in handed if student.key in waiting]


def _tasks(assignment: Assignment, rules: str, handed: Iterable[Handed]) -> Iterator[Task]:
    terms = assignment.terms
    for submission, student in handed:
        known = frozenset(
            graded.source
            for graded in assignment.store.submissions(student.key)
            if graded.rules == rules and graded.state == "graded"
        )
        settings = terms.settings(assignment.seed)
        yield Task(submission, student.key, terms.chapters, settings, known)


def _keep(assignment: Assignment, rules: str, task: Task, done: Done, again: bool) -> None:
    submission = task.submission
    notes = (*done.notes, f"could not be graded: {done.fault}") if done.fault else done.notes
    graded = Graded(
        task.student,
        done.source or UNREAD,
        rules,
        submission.place,
        submission.handed_in,
        submission.late,
        notes,
        FAULT if done.fault else "again" if again else "graded",
    )
    if done.marks is None and not done.fault:
        assignment.store.met(graded)
        return
    receipts_of = _receipts(assignment, task, done)
    assignment.store.keep(graded, [(m, receipts_of(m)) for m in done.marks or ()])


def _receipts(
    assignment: Assignment, task: Task, done: Done
) -> Callable[[Marked], Mapping[str, Any]]:
    """What every mark's receipt says, signed."""
    terms = assignment.terms
    common = {
        "format": 1,
        "assignment": terms.assignment,
        "run": terms.run,
        "student": task.student,
        "source": done.source,
        "gdl_check": __version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "seed": assignment.seed,
        "effort": terms.effort,
        "sandbox": assignment.level,
    }

    def receipt(marked: Marked) -> Mapping[str, Any]:
        told = {
            **common,
            "exercise": marked.exercise,
            "version": _version(marked.exercise),
            "corpus": marked.told.get("corpus", ""),
            "verdict": marked.verdict,
            "earned": marked.earned,
            "share": round(marked.share, 6),
        }
        return receipts.signed(assignment.secret, told)

    return receipt


@cache
def _version(exercise: str) -> str:
    chapter, _, name = exercise.partition(".")
    return version(delivered(load_chapter(chapter)), name)
