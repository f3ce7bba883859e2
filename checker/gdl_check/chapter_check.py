"""Checks chapters: a learner's file goes in, verdicts with their reasons come out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import NamedTuple

from gdl_check import corpus as corpora
from gdl_check.bench import names_on_the_bench
from gdl_check.corpus import Corpus
from gdl_check.course import Chapter, Exercise, chapter_of_module
from gdl_check.course_files import solution_file
from gdl_check.examine import Begun, Examination
from gdl_check.needed import needed
from gdl_check.places import chapter_path
from gdl_check.reference import reference_outcomes
from gdl_check.results import ChapterResult, Error, Result, Slip, Verdict
from gdl_check.runner import CannotLoad, WorkerRunner
from gdl_check.sandbox.client import SECONDS, Source
from gdl_check.slips import slip_in
from gdl_check.source import (
    CannotBeRead,
    ChapterFile,
    excerpt,
    is_stub,
    missing,
    read_chapter_file,
    rests_on,
    wrong_parameters,
)
from gdl_check.stubs import stub_of

HURRIED_SECONDS = 1.0
PATIENT_TIMEOUTS = 2


class Settings(NamedTuple):
    """How thoroughly to look: the seed, the effort, and one case alone where it is asked for."""

    seed: int = 0
    effort: str = "normal"
    case: str | None = None


@dataclass(eq=False, repr=False)
class ChapterCheck:
    """The check of one chapter file; every exercise is examined once, when it is first asked for.

    `shown` is the file's path as people should see it. The checks in `others`, by path, are those
    of the other chapters' files: earlier work is looked for in the same folder. `runner` starts a
    worker on some files, given their main module and the seconds for a reply. What is `given` is
    checked in the place of the file at `path`.
    """

    chapter: Chapter
    path: Path
    shown: str
    settings: Settings = Settings()
    others: dict[Path, ChapterCheck] = field(default_factory=dict)
    examinations: dict[str, Examination] = field(default_factory=dict)
    results: dict[str, Result] = field(default_factory=dict)
    begun: dict[str, Begun] = field(default_factory=dict)
    under_way: set[str] = field(default_factory=set)
    benches: dict[str, set[str]] = field(default_factory=dict)
    rested: dict[str, list[tuple[ChapterCheck, str]]] = field(default_factory=dict)
    files: dict[str, dict[str, Source]] = field(default_factory=dict)
    seconds: float = SECONDS
    timeouts: int = 0
    broken: CannotLoad | None = None
    tried: bool = False
    given: ChapterFile | None = None
    runner: Callable[[Mapping[str, Source], str, float], WorkerRunner] = WorkerRunner

    def __post_init__(self) -> None:
        self.others.setdefault(self.path, self)
        self.module = self.chapter.file_name.removesuffix(".py")
        name = self.chapter.file_name
        self.solution = solution_file(self.chapter)
        # Made anew: in a checkout the file in exercises/ is the one that the learner fills in.
        stub = stub_of(self.solution, set(self.chapter.exercises))
        self.stub = ChapterFile(f"exercises/{name}", stub)
        self.file = ChapterFile(self.shown, "")
        try:
            self.file = self.given or read_chapter_file(self.path, self.shown)
            self.whole = self.file
            if self.file.cells and self.given is None:
                self.file = needed(self.file, self.chapter.exercises)
            self.file.code  # noqa: B018
        except CannotBeRead as error:
            self.file = self.whole = ChapterFile(self.shown, "", self.file.cells)
            self.broken = CannotLoad(Verdict.ERROR, error.error)

    def result(self, name: str) -> Result:
        """The verdict on one exercise."""
        if name not in self.results:
            self.under_way.add(name)
            self.results[name] = self._examined(self.chapter.exercises[name])
            self.under_way.discard(name)
        return self.results[name]

    def in_turn(self, names: Sequence[str]) -> Iterator[Result]:
        """The verdicts on these exercises, one by one; the next two have begun by then.

        So a worker answers the first questions or those of the laws while another one is judged.
        """
        for i, name in enumerate(names):
            for coming in names[i : i + 3]:
                self.begin(coming)
            for coming in names[i : i + 2]:
                if coming in self.begun:
                    self.begun[coming].question()
            yield self.result(name)

    def chapter_result(self, names: Sequence[str]) -> ChapterResult:
        """The verdicts on these exercises; where the file cannot be opened, that for each."""
        results, error = tuple(map(self.result, names)), None
        if self.broken is not None:
            verdict, error = self.broken.verdict, self.broken.error
            exercises = [self.chapter.exercises[name] for name in names]
            results = tuple(self._unexamined(exercise, verdict, error) for exercise in exercises)
        return ChapterResult(self.chapter.id, self.chapter.title, self.shown, results, error)

    def _examined(self, exercise: Exercise) -> Result:
        return self.unrunnable(exercise) or self._examined_by_running(exercise)

    def is_not_started(self, name: str) -> bool:
        """Whether nothing has been written yet."""
        node, stub = self.file.definitions.get(name), self.stub.definitions[name]
        return self.broken is None and node is not None and is_stub(node, stub)

    def unrunnable(self, exercise: Exercise) -> Result | None:
        """The verdict on an answer that need not be run to see what it lacks."""
        if self.broken is not None:
            return self._unexamined(exercise, self.broken.verdict, self.broken.error)
        node = self.file.definitions.get(exercise.name)
        if node is None:
            if exercise.name in self.file.names:
                return None
            error = missing(self.whole, self.stub, exercise.name)
            return self._unexamined(exercise, Verdict.ERROR, error)
        stub = self.stub.definitions[exercise.name]
        if is_stub(node, stub):
            return self._unexamined(exercise, Verdict.NOT_STARTED)
        unfit = wrong_parameters(node, stub)
        if unfit is not None:
            return self._unexamined(
                exercise, Verdict.ERROR, Error("Parameters", unfit, node.lineno)
            )
        return None

    def _unexamined(
        self, exercise: Exercise, verdict: Verdict, error: Error | None = None
    ) -> Result:
        exercise_id = self.chapter.exercise_id(exercise.name)
        return Result(exercise_id, exercise.name, verdict, self.line(exercise.name), error=error)

    def line(self, name: str) -> int | None:
        """Where an exercise stands in the learner's file."""
        if self.broken is not None and self.file.text == "":
            return None
        node = self.file.names.get(name)
        return node.lineno if node is not None else None

    def begin(self, name: str) -> None:
        """Send the first questions to an exercise's answer, if it is known what it rests on.

        What comes of them is waited for by `result`; meanwhile another one can be judged.
        """
        if name in self.begun or name in self.results or self.broken is not None:
            return
        exercise = self.chapter.exercises[name]
        if self.unrunnable(exercise) is not None:
            return
        if all(other in check.results for check, other in self._to_be_seen(name)):
            self.begun[name] = self._begun(exercise)

    def _begun(self, exercise: Exercise) -> Begun:
        unfit = self._unfit(exercise.name)
        # A name is not given where something the answer rests on is wrong as well.
        wrong = [
            n
            for check, n in unfit
            if n not in check.under_way and check.result(n).status != Verdict.NOT_STARTED
        ]
        files = self.files[exercise.name] = self._sources(unfit)
        corpus, reference = self.corpus(exercise), self.chapter.reference(exercise.name)
        known = partial(reference_outcomes, exercise, self.chapter.file_name, corpus, reference)
        alone = self.settings.case is not None  # its outcome is in no file of the cache
        start = partial(self.start, files)
        return Begun(exercise, corpus, reference, start, not wrong, dict if alone else known)

    def other(self, chapter: Chapter) -> ChapterCheck:
        """The check of another chapter's file in the same folder."""
        path = chapter_path(self.path.parent, chapter.file_name)
        if path not in self.others:
            shown = str(Path(self.shown).with_name(path.name))
            settings = self.settings._replace(case=None)
            ChapterCheck(
                chapter,
                path,
                shown,
                settings,
                self.others,
                seconds=self.seconds,
                runner=self.runner,
            )
        return self.others[path]

    @cached_property
    def is_ours(self) -> bool:
        """Whether this is a solution as we wrote it: then nothing needs to be seen again."""
        return self.file.text == self.solution.text

    def _to_be_seen(self, name: str) -> list[tuple[ChapterCheck, str]]:
        """What an exercise rests on, in this file and in others, that may not be right."""
        return [(check, n) for check, n in self.foundations(name) if not check.is_ours]

    def foundations(self, name: str) -> list[tuple[ChapterCheck, str]]:
        """The exercises that an exercise rests on, and those that these rest on, and so on."""
        if name not in self.rested:
            self.rested[name] = self._foundations(name)
        return self.rested[name]

    def _foundations(self, name: str) -> list[tuple[ChapterCheck, str]]:
        found: dict[tuple[str, str], tuple[ChapterCheck, str]] = {}
        waiting: list[tuple[ChapterCheck, str]] = [(self, name)]
        while waiting:
            check, mentioned = waiting.pop()
            for other, n in check.mentions(mentioned, is_asked=(check, mentioned) == (self, name)):
                key = other.chapter.id, n
                if key not in found and key != (self.chapter.id, name):
                    found[key] = other, n
                    waiting.append((other, n))
        places = {id: list(check.solution.names) for (id, _), (check, _) in found.items()}
        return [
            found[id, n] for id, n in sorted(found, key=lambda k: (k[0], places[k[0]].index(k[1])))
        ]

    def mentions(self, name: str, is_asked: bool = False) -> Iterator[tuple[ChapterCheck, str]]:
        """The exercises that an answer calls, and those that its programs put to use.

        What the reference calls counts as well, as it may stand in for an answer that is not
        right; of the answer that `is_asked` for only what comes from other chapters.
        """
        exercises = self.chapter.exercises
        called = [c for c in rests_on(self.solution, name, exercises) if c[0] or not is_asked]
        if name not in self.benches:
            self.benches[name] = names_on_the_bench(exercises[name])
        called += [("", n) for n in exercises if n in self.benches[name]]
        if not self.is_ours and name in self.file.names:
            called += rests_on(self.file, name, exercises)
        for module, n in called:
            check = self.other(chapter_of_module(module)) if module else self
            if n in check.chapter.exercises and check.chapter.id <= self.chapter.id:
                yield check, n

    def _unfit(self, name: str) -> list[tuple[ChapterCheck, str]]:
        """What the exercise rests on and the learner has not got right: ours takes its place."""
        return [
            (check, n)
            for check, n in self._to_be_seen(name)
            if n in check.under_way or check.result(n).status != Verdict.PASSED
        ]

    def _examined_by_running(self, exercise: Exercise) -> Result:
        unfit = self._unfit(exercise.name)
        if self.broken is not None:
            return self._unexamined(exercise, self.broken.verdict, self.broken.error)
        begun = self.begun.pop(exercise.name, None) or self._begun(exercise)
        try:
            found = begun.conclude()
        except CannotLoad as error:
            self.broken = error
            self._drop_begun()
            return self._unexamined(exercise, error.verdict, error.error)
        if found.status == Verdict.TIMEOUT:
            self.timeouts += 1
            if self.timeouts >= PATIENT_TIMEOUTS:
                self.seconds = HURRIED_SECONDS
        self.examinations[exercise.name] = found
        return Result(
            self.chapter.exercise_id(exercise.name),
            exercise.name,
            found.status,
            self.line(exercise.name),
            begun.corpus.sha256,
            tuple(check.chapter.exercise_id(name) for check, name in unfit),
            tuple(found.laws),
            found.misconception,
            found.error,
            found.printed,
            self._slip(exercise.name, found),
        )

    def _slip(self, name: str, found: Examination) -> Slip | None:
        """What can be seen in the code of a wrong answer that nothing else explains."""
        node = self.file.definitions.get(name)
        is_wrong = found.status in (Verdict.FAILED, Verdict.ERROR)
        return slip_in(node) if node and is_wrong and found.misconception is None else None

    def corpus(self, exercise: Exercise) -> Corpus:
        """The cases the exercise is examined on: all, or the one that was asked for."""
        file_name, settings = self.chapter.file_name, self.settings
        whole = corpora.corpus_for(exercise, file_name, settings.seed, settings.effort)
        if settings.case is None:
            return whole
        kept = corpora.kept_case(self.chapter.exercise_id(exercise.name), settings.case)
        cases = [case for case in whole.cases if case.id == settings.case] or (
            [kept] if kept else []
        )
        return whole._replace(cases=tuple(case for case in cases if case))

    def _sources(self, unfit: Sequence[tuple[ChapterCheck, str]]) -> dict[str, Source]:
        """The chapter files that a worker needs: this one, and those that these import."""
        files: dict[str, Source] = {}
        waiting: list[ChapterCheck] = [self]
        while waiting:
            check = waiting.pop()
            if check.module in files:
                continue
            if check is not self:
                check.try_to_open()
            supplied = [name for other, name in unfit if other is check]
            files[check.module] = check._source(supplied)
            imported = check.solution.chapters if supplied or check.broken else frozenset()
            if check.broken is None:
                imported |= check.file.chapters
            waiting += [self.other(chapter_of_module(module)) for module in sorted(imported)]
        return files

    def try_to_open(self) -> None:
        """Find out whether this file can be opened, where nothing in it has been run so far."""
        if self.tried or self.is_ours or self.broken is not None or self.examinations:
            return
        self.tried = True
        runner = self.start(self._sources([]))
        try:
            runner.open()
        except CannotLoad as error:
            self.broken = error
        finally:
            runner.close()

    def _source(self, supplied: list[str]) -> Source:
        if self.broken is not None:
            return Source(self.solution.shown, self.solution.text)
        supply = excerpt(self.solution, supplied) if supplied else ""
        return Source(self.shown, self.file.text, self.file.code, supply, tuple(supplied))

    def start(self, files: Mapping[str, Source]) -> WorkerRunner:
        """A worker that has been sent these files."""
        return self.runner(files, self.module, self.seconds)

    def close(self) -> None:
        """End what has begun and was not concluded, in other chapters' files as well."""
        for check in self.others.values():
            check._drop_begun()

    def _drop_begun(self) -> None:
        for begun in self.begun.values():
            begun.runner.close()
        self.begun.clear()
