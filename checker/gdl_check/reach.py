"""Which exercises a learner can go on to, and which of them have passed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from gdl_check.course import Chapter, chapter_modules, load_chapter
from gdl_check.progress import DONE, standing, words_of
from gdl_check.results import Result, Verdict
from gdl_check.targets import Desk, Target, current, worked_on


class Reach:
    """The exercises of the targets: their whole chapter where one of it is named, and all chapters
    where nothing is. `begin` is the one to begin with. Raises NotUnderstood.
    """

    def __init__(self, desk: Desk, targets: list[Target]) -> None:
        self.desk = desk
        self.done: dict[str, set[str]] = {}
        first = targets[0] if targets else current(desk)
        if len(targets) == 1 and len(first.names) == 1:
            targets = [first._replace(names=tuple(first.chapter.exercises))]
        self.targets = targets
        self.begin = first
        if len(first.names) > 1:
            left = self.left(first) or first.names
            at = worked_on(desk)[1].rpartition(".")[2] if not targets else ""
            self.begin = first._replace(names=(at if at in left else left[0],))
        self.folders = list(dict.fromkeys(t.path.parent for t in targets or [first]))

    @property
    def paths(self) -> list[Path]:
        """The chapter files that a verdict may rest on, whether or not they are there."""
        files = [f"{name}.py" for name in chapter_modules().values()]
        beside = [folder / file for folder in self.folders for file in files]
        return list(dict.fromkeys([*(target.path for target in self.targets), *beside]))

    def passed(self, chapter: Chapter) -> set[str]:
        """The exercises of a chapter that pass, as far as is known."""
        if chapter.id not in self.done:
            words = words_of(chapter, standing(self.desk))
            self.done[chapter.id] = {name for name, word in words.items() if word in DONE}
        return self.done[chapter.id]

    def learn(self, chapter: Chapter, results: Iterable[Result]) -> None:
        """Take in what a check has just found."""
        for result in results:
            passes = result.status == Verdict.PASSED
            (set.add if passes else set.discard)(self.passed(chapter), result.name)

    def left(self, target: Target) -> tuple[str, ...]:
        """Those of a target's exercises that have not passed."""
        passed = self.passed(target.chapter)
        return tuple(name for name in target.names if name not in passed)

    def following(self, at: Target) -> Target | None:
        """The next exercise that has not passed, from this one on, and around."""
        (name,) = at.names
        whole = at._replace(names=tuple(at.chapter.exercises))
        here = next((target for target in self.targets if target.path == at.path), whole)
        after = here.names.index(name) + 1 if name in here.names else 0
        behind = here._replace(names=here.names[after:])
        before = here._replace(names=here.names[:after])
        for target in chain([behind], self._others(at), [before]):
            left = [n for n in self.left(target) if (target.path, n) != (at.path, name)]
            if left:
                return target._replace(names=(left[0],))
        return None

    def _others(self, at: Target) -> Iterator[Target]:
        """The targets in other files, those behind this one first."""
        if self.targets:
            places = [i for i, target in enumerate(self.targets) if target.path == at.path] or [0]
            yield from (*self.targets[places[0] + 1 :], *self.targets[: places[0]])
            return
        chapters = list(chapter_modules())
        place = chapters.index(at.chapter.id)
        for chapter in (*chapters[place + 1 :], *chapters[:place]):  # loaded as they are reached
            yield self._all_of(chapter)

    def within(self, path: Path) -> Iterator[Target]:
        """The exercises in one file that can be gone to."""
        if self.targets:
            yield from (target for target in self.targets if target.path == path)
        elif path.stem in chapter_modules().values():
            chapter = load_chapter(path.stem[:4])
            yield Target(chapter, path, tuple(chapter.exercises))

    def _all_of(self, chapter_id: str) -> Target:
        chapter = load_chapter(chapter_id)
        return Target(chapter, self.desk.path(chapter), tuple(chapter.exercises))
