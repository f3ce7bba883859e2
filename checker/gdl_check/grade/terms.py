"""What an assignment asks, what it is worth and when it is due: the terms a class is graded on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from gdl_check.chapter_check import Settings
from gdl_check.course import Chapter, load_chapter
from gdl_check.grade.gradebook import Asked, AskedChapter


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

    def revealed(self, now: float) -> str:
        """How much feedback may show at a time: everything once the deadline has passed."""
        return "all" if self.due is not None and now > self.due else self.reveal

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
