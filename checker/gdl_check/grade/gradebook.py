"""A graded class as plain data: what every export, report and feedback page is made from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

MISSING = "missing"
FAULT = "fault"


class Student(NamedTuple):
    """Somebody in the class. `key` tells them apart; the rest is what a roster says, or empty."""

    key: str
    name: str = ""
    email: str = ""
    id: str = ""

    @property
    def called(self) -> str:
        return self.name or self.key


class Asked(NamedTuple):
    """One exercise of an assignment, and the points it is worth."""

    id: str
    name: str
    points: float


class AskedChapter(NamedTuple):
    """One chapter of an assignment."""

    id: str
    title: str
    exercises: tuple[Asked, ...]


class Mark(NamedTuple):
    """What became of one exercise of one student.

    verdict    "passed", "not_started", "failed", "timeout" or "error"; "missing" where nothing was
               handed in, "fault" where grading it failed for a reason of ours (never a zero)
    credit     0 to 1, after what lateness takes away; None where there is no verdict of ours to
               stand by ("fault")
    override   the points that a person has put in the place of ours, with `reason`
    told       the exercise as `--json` tells it: laws, misconception, error (see the JSON contract)
    screen     the failure as the terminal shows it, plain text of at most 76 columns; else empty
    receipt    what the verdict rests on, signed
    """

    exercise: str
    verdict: str
    credit: float | None = 0.0
    override: float | None = None
    reason: str = ""
    told: Mapping[str, Any] = MappingProxyType({})
    screen: str = ""
    receipt: Mapping[str, Any] = MappingProxyType({})

    def points(self, worth: float) -> float | None:
        """What it counts: the override where there is one; None where nothing is known."""
        if self.override is not None:
            return self.override
        return None if self.credit is None else self.credit * worth

    @property
    def claim(self) -> str:
        """The first law that did not hold, in one sentence; empty where none failed."""
        laws = self.told.get("laws", ())
        broken = (law["claim"] for law in laws if law["status"] in ("failed", "error", "timeout"))
        return next(broken, "")


class Row(NamedTuple):
    """One student's line of the gradebook.

    state       "graded", "missing" (nothing handed in) or "fault" (some marks are not known)
    place       where the submission lies, below the folder that was graded
    handed_in   when, in seconds since 1970, where that is known
    notes       sentences about the submission: what could not be read, what was left out
    marks       by exercise id; every exercise of the assignment is there
    """

    student: Student
    state: str
    place: str = ""
    handed_in: float | None = None
    late: bool = False
    notes: tuple[str, ...] = ()
    marks: Mapping[str, Mark] = MappingProxyType({})


class Gradebook(NamedTuple):
    """A graded class.

    `rows` reads the students' rows afresh at every call, in order of their keys, one at a time: a
    class need not fit into memory. `seed` is the one that every submission was graded with;
    `sandbox` names the mechanisms that were seen to hold, and `level` sums them up (0 to 3).
    `graded_at` is in seconds since 1970. `due` is the deadline, `reveal` what feedback may show:
    "verdicts", "claims", "counterexamples" or "all".
    """

    assignment: str
    run: str
    chapters: tuple[AskedChapter, ...]
    rows: Callable[[], Iterator[Row]]
    seed: int
    effort: str
    version: str
    level: int
    sandbox: tuple[str, ...]
    missing_sandbox: tuple[str, ...]
    graded_at: float
    due: float | None = None
    reveal: str = "all"

    @property
    def asked(self) -> tuple[Asked, ...]:
        """Every exercise of the assignment, in the order of the book."""
        return tuple(exercise for chapter in self.chapters for exercise in chapter.exercises)

    @property
    def worth(self) -> float:
        """All the points there are."""
        return sum(exercise.points for exercise in self.asked)

    def points(self, row: Row) -> float | None:
        """A student's points: None where some mark is not known, which is never a zero."""
        found = [row.marks[exercise.id].points(exercise.points) for exercise in self.asked]
        return None if None in found else sum(points or 0.0 for points in found)
