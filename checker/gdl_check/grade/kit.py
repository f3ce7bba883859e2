"""What a grader elsewhere is sent out with: which exercises, for which points, how thoroughly."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gdl_check import __version__
from gdl_check.course import Chapter, load_chapter
from gdl_check.grade.gradebook import Asked, AskedChapter, Gradebook, Row

FILE_NAME = "assignment.json"
FORMAT = 1


class Kit(NamedTuple):
    """An assignment as a grader elsewhere reads it; `reveal` as in Gradebook."""

    title: str
    chapters: tuple[AskedChapter, ...]
    seed: int
    effort: str = "normal"
    reveal: str = "counterexamples"

    @property
    def examined(self) -> list[Chapter]:
        """The chapters as they are examined."""
        return [load_chapter(chapter.id) for chapter in self.chapters]


def kit(
    chapters: Sequence[Chapter],
    points: Mapping[str, float],
    title: str = "",
    reveal: str = "counterexamples",
) -> Kit:
    """An assignment of these chapters, an exercise being worth 1 point where no others are named.

    Its seed is drawn: one for the whole class, and nobody knows it beforehand.
    """
    asked = tuple(
        AskedChapter(
            chapter.id,
            chapter.title,
            tuple(
                Asked(id, name, points.get(id, 1.0))
                for name in chapter.exercises
                for id in [chapter.exercise_id(name)]
            ),
        )
        for chapter in chapters
    )
    return Kit(
        title or ", ".join(chapter.id for chapter in chapters),
        asked,
        secrets.randbelow(2**31),
        reveal=reveal,
    )


def kit_text(kit: Kit) -> str:
    """An assignment as a file of JSON."""
    told = {
        "format": FORMAT,
        "title": kit.title,
        "chapters": [chapter.id for chapter in kit.chapters],
        "points": {e.id: e.points for chapter in kit.chapters for e in chapter.exercises},
        "seed": kit.seed,
        "effort": kit.effort,
        "reveal": kit.reveal,
    }
    return json.dumps(told, indent=1) + "\n"


def read_kit(text: str) -> Kit:
    """An assignment from its file. Raises ValueError, KeyError where it is none of ours."""
    told = json.loads(text)
    if told["format"] != FORMAT:
        raise ValueError(f"format {told['format']} of an assignment, and not {FORMAT}")
    made = kit([load_chapter(id) for id in told["chapters"]], told["points"], told["title"])
    return made._replace(seed=told["seed"], effort=told["effort"], reveal=told["reveal"])


def book_of(kit: Kit, row: Row, due: float | None = None) -> Gradebook:
    """The gradebook of a class of one, as it is graded elsewhere."""
    now = time.time()
    return Gradebook(
        kit.title,
        f"{now:.0f}",
        kit.chapters,
        lambda: iter((row,)),
        kit.seed,
        kit.effort,
        __version__,
        level=0,
        sandbox=(),
        missing_sandbox=(),
        graded_at=now,
        due=due,
        reveal=kit.reveal,
    )
