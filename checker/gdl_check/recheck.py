"""Checks again, while someone writes: only what has changed, and only until it changes once more.

A check runs in a thread of its own, which tells what it finds; the next one waits for its end.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from gdl_check.chapter_check import ChapterCheck
from gdl_check.checking import fault_of
from gdl_check.closer import look_closer
from gdl_check.course import Chapter
from gdl_check.fingerprint import Fingerprint, Fingerprints
from gdl_check.places import course_folder
from gdl_check.quiet import quietly
from gdl_check.results import ChapterResult, Fault, Result, Verdict
from gdl_check.runner import CannotLoad, WorkerRunner
from gdl_check.sandbox.client import Abandoned, Source
from gdl_check.source import ChapterFile
from gdl_check.targets import Target, shown_path

QUIET = (Verdict.PASSED, Verdict.NOT_STARTED)


class Told(NamedTuple):
    """What a check has to tell: its verdicts, or that we broke.

    `opened` is the failure that is shown; it is `final` once nothing smaller is looked for.
    """

    recheck: Recheck
    found: ChapterResult | None = None
    file: ChapterFile | None = None
    opened: Result | None = None
    final: bool = True
    fault: Fault | None = None


class Memory:
    """The verdicts found so far, each with the fingerprint of all that it rests on."""

    def __init__(self) -> None:
        self.kept: dict[tuple[Path, str], tuple[Fingerprint, Result]] = {}
        self.prepared: set[str] = set()  # the exercises that have been run at least once

    def recall(self, check: ChapterCheck, names: Sequence[str]) -> None:
        """Put in the verdicts that are known: on these exercises, and on what they rest on."""
        if check.broken is not None:
            return
        prints: dict[Path, Fingerprints] = {}
        rested = [pair for name in names for pair in check.foundations(name)]
        for one, name in [*rested, *((check, name) for name in names)]:
            known = self.kept.get((one.path, name))
            if known is None or one.broken is not None or name in one.results:
                continue
            (meaning, text), result = known
            now = _prints_of(one, prints).of(name)
            if text == now.text or (meaning == now.meaning and result.status in QUIET):
                one.results[name] = result._replace(line=one.line(name))

    def keep(self, check: ChapterCheck) -> None:
        """Remember what has been found, in this file and in those that it rests on."""
        prints: dict[Path, Fingerprints] = {}
        for one in list(check.others.values()):
            for name, result in one.results.items() if one.broken is None else ():
                self.kept[one.path, name] = _prints_of(one, prints).of(name), result

    def forget(self, path: Path, names: Sequence[str]) -> None:
        """Have these checked again, whether or not anything changes."""
        for name in names:
            self.kept.pop((path, name), None)


def _prints_of(check: ChapterCheck, known: dict[Path, Fingerprints]) -> Fingerprints:
    if check.path not in known:
        known[check.path] = Fingerprints(check)
    return known[check.path]


class Recheck(threading.Thread):
    """One check of some exercises of a file, which can be abandoned at any time.

    `tell` is called in this thread. Where nothing has been run, the exercise is rehearsed with our
    own solution, so that all is loaded when the first answer comes.
    """

    def __init__(
        self,
        target: Target,
        memory: Memory,
        tell: Callable[[Told], None],
        before: Recheck | None = None,
    ) -> None:
        super().__init__(daemon=True)
        self.target, self.memory, self.tell, self.before = target, memory, tell, before
        self.is_abandoned = False
        self.runners: list[WorkerRunner] = []

    def abandon(self) -> None:
        """End it soon; a worker that is busy is closed, not waited for."""
        self.is_abandoned = True
        for runner in list(self.runners):
            runner.worker.abandon()

    def run(self) -> None:
        if self.before is not None:
            self.before.join()
            self.before = None
        try:
            with quietly():
                self._check()
                self._prepare()
        except Abandoned:
            pass
        except Exception as error:
            self.tell(Told(self, fault=fault_of(error)))

    def _check(self) -> None:
        target = self.target
        check = self._check_of(target.chapter, target.path)
        try:
            self.memory.recall(check, target.names)
            for _ in check.in_turn(target.names):
                self._go_on()
            found = check.chapter_result(target.names)
            first = None
            if found.error is None:
                first = next((r for r in found.results if r.status not in QUIET), None)
            if first is None or first.name not in check.examinations:
                self.tell(Told(self, found, check.file, first))
            else:
                self.tell(Told(self, found, check.file, first, final=False))
                self.tell(Told(self, *_looked_closer(check, found, first)))
            self.memory.keep(check)
            self.memory.prepared |= set(map(target.chapter.exercise_id, check.examinations))
        finally:
            check.close()

    def _prepare(self) -> None:
        """Load what the next check of the first of these exercises needs."""
        chapter, name = self.target.chapter, self.target.names[0]
        if chapter.exercise_id(name) not in self.memory.prepared:
            check = self._check_of(chapter, course_folder("solutions") / chapter.file_name)
            try:
                check.result(name)
            finally:
                check.close()
            self.memory.prepared.add(chapter.exercise_id(name))
        self._go_on()
        import hypothesis.strategies  # noqa: F401  a failure is shrunk with it

    def _check_of(self, chapter: Chapter, path: Path) -> ChapterCheck:
        return ChapterCheck(chapter, path, shown_path(path), runner=self._runner)

    def _runner(self, files: Mapping[str, Source], main: str, seconds: float) -> WorkerRunner:
        self._go_on()
        runner = WorkerRunner(files, main, seconds)
        self.runners.append(runner)
        if self.is_abandoned:
            runner.worker.abandon()
        return runner

    def _go_on(self) -> None:
        if self.is_abandoned:
            raise Abandoned


def _looked_closer(
    check: ChapterCheck, found: ChapterResult, first: Result
) -> tuple[ChapterResult, ChapterFile, Result]:
    """The same with the failure that is shown made smaller."""
    try:
        closer = look_closer(check, first.name)
    except CannotLoad:  # though it could be loaded just now
        closer = first
    results = tuple(closer if r is first else r for r in found.results)
    return found._replace(results=results), check.file, closer
