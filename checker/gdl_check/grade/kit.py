"""What a grader elsewhere is sent out with, and how it grades the one submission it finds there."""

from __future__ import annotations

import json
import secrets
import time
from pathlib import Path
from typing import NamedTuple

from gdl_check import __version__
from gdl_check.grade.clean import line
from gdl_check.grade.gradebook import FAULT, MISSING, Gradebook, Row, Student
from gdl_check.grade.terms import Terms, terms_of
from gdl_check.sandbox import launch

FILE_NAME = "assignment.json"
FORMAT = 1


class CannotGrade(Exception):
    """A failure of ours in grading the submission; one sentence."""


class Kit(NamedTuple):
    """The terms of an assignment, and the seed of its inputs: one for the whole class."""

    terms: Terms
    seed: int

    def to_json(self) -> str:
        told = {"format": FORMAT, "seed": self.seed, "terms": json.loads(self.terms.to_json())}
        return json.dumps(told, indent=1) + "\n"


def kit(terms: Terms) -> Kit:
    """A kit for these terms, with a seed that nobody can know beforehand."""
    return Kit(terms, secrets.randbelow(2**31))


def kit_of(text: str) -> Kit:
    """The kit that `to_json` told. Raises CannotGrade where it is none."""
    try:
        told = json.loads(text)
        if told["format"] != FORMAT:
            raise ValueError
        return Kit(terms_of(json.dumps(told["terms"])), told["seed"])
    except (ValueError, KeyError, TypeError) as error:
        raise CannotGrade(
            f"{FILE_NAME} is not what gdl-check has written: make it again"
        ) from error


def graded(folder: Path, kit: Kit) -> tuple[Row, Gradebook]:
    """Grade the submission in a folder: its row, and a gradebook of it alone.

    What ran out of time is tried once more. Raises CannotGrade, SandboxFault.
    """
    launch.start()
    from gdl_check.grade.bookkeeping import mark_of
    from gdl_check.grade.intake import Submission
    from gdl_check.grade.jobs import Task, carry_out
    from gdl_check.results import Verdict
    from gdl_check.sandbox import canary

    seen, now = canary.look(), time.time()
    terms = kit.terms
    task = Task(
        Submission("submission", "", (folder,), None, False, ()),
        "submission",
        terms.chapters,
        terms.settings(kit.seed),
    )
    done = carry_out(task)
    if any(marked.verdict == Verdict.TIMEOUT for marked in done.marks or ()):
        done = carry_out(task)
    if done.marks is None:
        raise CannotGrade(done.fault)
    marks = {marked.exercise: mark_of(marked, terms, late=False) for marked in done.marks}
    verdicts = {mark.verdict for mark in marks.values()}
    state = FAULT if FAULT in verdicts else MISSING if verdicts == {MISSING} else "graded"
    row = Row(Student("submission"), state, notes=done.notes, marks=marks)
    book = Gradebook(
        terms.assignment,
        terms.run,
        terms.asked(),
        lambda: iter((row,)),
        kit.seed,
        terms.effort,
        __version__,
        seen.level,
        seen.active,
        seen.missing,
        now,
        terms.due,
        terms.revealed(now),
    )
    return row, book


def in_words(error: Exception) -> str:
    """One sentence on what went wrong, for the teacher."""
    if isinstance(error, CannotGrade):
        return line(str(error))
    from gdl_check.checking import fault_of

    fault = fault_of(error)
    return line(f"{fault.message} ({fault.where})")
