"""What an assignment asks, what it is worth and when it is due: the terms a class is graded on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from gdl_check.chapter_check import Settings
from gdl_check.course import Chapter, load_chapter
from gdl_check.grade.gradebook import Asked, AskedChapter

REVEALS = ("verdicts", "claims", "counterexamples", "all")


class Terms(NamedTuple):
    """The terms of one assignment.

    points        "ch06" -> what the whole chapter is worth, "ch06.relu" -> what an exercise is;
                  an exercise that nothing is said of is worth 1
    late_credit   the part of its points that late work keeps, 0 to 1
    due           in seconds since 1970
    partial       whether the share of an exercise's own laws counts where it has not passed
    """

    assignment: str
    chapters: tuple[str, ...]
    run: str = "1"
    points: Mapping[str, float] = {}
    effort: str = "normal"
    partial: bool = False
    late_credit: float = 1.0
    due: float | None = None
    reveal: str = "all"

    def settings(self, seed: int) -> Settings:
        """How every submission is checked."""
        return Settings(seed, self.effort)

    def credit(self, earned: bool, share: float, late: bool) -> float:
        """What an exercise earned, 0 to 1."""
        whole = 1.0 if earned else share if self.partial else 0.0
        return whole * self.late_credit if late else whole

    def asked(self) -> tuple[AskedChapter, ...]:
        """The exercises that are asked, with their points."""
        return tuple(self._asked(load_chapter(chapter)) for chapter in self.chapters)

    def _asked(self, chapter: Chapter) -> AskedChapter:
        ids = {name: chapter.exercise_id(name) for name in chapter.exercises}
        points = {name: self.points.get(id, 1.0) for name, id in ids.items()}
        whole = sum(points.values())
        # What a chapter is worth is shared out in proportion.
        factor = self.points[chapter.id] / whole if chapter.id in self.points and whole else 1.0
        exercises = (Asked(ids[name], name, points[name] * factor) for name in ids)
        return AskedChapter(chapter.id, chapter.title, tuple(exercises))

    def to_json(self) -> str:
        return json.dumps(self._asdict())


def terms_of(told: str) -> Terms:
    """The terms that `to_json` told."""
    read = json.loads(told)
    return Terms(**{**read, "chapters": tuple(read["chapters"])})


def seconds_of(text: str) -> float:
    """A time as people write it, like 2026-11-20T18:00 or 2026-11-20 (its end).

    Local time, where it names no offset. Raises ValueError.
    """
    moment = datetime.fromisoformat(text)
    if len(text) == len("2026-11-20"):
        moment = moment.replace(hour=23, minute=59, second=59)
    return moment.timestamp()


def points_of(texts: Sequence[str], chapters: Sequence[str]) -> dict[str, float]:
    """`ch06=20` and `ch06.relu=3` as a table. Raises ValueError with one sentence."""
    known = set(chapters)
    known.update(f"{chapter}.{name}" for chapter in chapters for name in _names(chapter))
    found = {}
    for text in texts:
        target, _, number = text.partition("=")
        if target not in known:
            raise ValueError(f"--points {text}: {target!r} is not asked in this assignment")
        try:
            found[target] = float(number)
        except ValueError:
            found[target] = -1.0
        if not 0 <= found[target] < 1e6:
            raise ValueError(f"--points {text}: write a number like {target}=2")
    return found


def _names(chapter: str) -> list[str]:
    return list(load_chapter(chapter).exercises)
