"""Checks chapters: a learner's file goes in, verdicts with their reasons come out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from gdl_check import corpus as corpora
from gdl_check.corpus import Case, Corpus
from gdl_check.course import Chapter, Exercise
from gdl_check.examine import Begun, Examination, counterexample, holds_on
from gdl_check.memo import Program
from gdl_check.places import course_folder
from gdl_check.results import ChapterResult, Error, Result, Verdict
from gdl_check.sandbox.client import SECONDS, Ended, Source, Worker
from gdl_check.sandbox.programs import Outcome
from gdl_check.source import (
    CannotBeRead,
    ChapterFile,
    excerpt,
    is_stub,
    missing,
    needs,
    read_chapter_file,
    wrong_parameters,
)
from gdl_check.stubs import stub_of
from gdl_check.trial import Broken

HURRIED_SECONDS = 1.0
PATIENT_TIMEOUTS = 2
SHRINKING_CALLS = 100


@dataclass(frozen=True)
class Settings:
    """How thoroughly to look: the seed, the effort, and one case alone where it is asked for."""

    seed: int = 0
    effort: str = "normal"
    case: str | None = None


class CannotLoad(Exception):
    """The learner's file broke while it was being opened; no exercise in it can be examined."""

    def __init__(self, verdict: Verdict, error: Error) -> None:
        super().__init__(error.message)
        self.verdict, self.error = verdict, error


class WorkerRunner:
    """A fresh worker that opens a learner's file and answers for one exercise in it.

    The first outcomes that are asked for raise CannotLoad where the file cannot be opened.
    """

    def __init__(self, module: str, source: Source, seconds: float) -> None:
        self.worker = Worker(seconds)
        self.worker.load({module: source}, module)
        self.is_open = False

    def run(self, programs: Sequence[Program]) -> Iterator[list[Outcome]]:
        """Send programs to the worker; what comes of them follows when it is asked for."""
        outcomes = self.worker.run(programs)

        def told() -> Iterator[list[Outcome]]:
            self._wait_until_open()
            yield from outcomes

        return told()

    def _wait_until_open(self) -> None:
        if self.is_open:
            return
        self.is_open = True
        try:
            opened = self.worker.opened()
        except Ended as ended:
            raise CannotLoad(*_load_ended(ended)) from None
        if opened.raised is not None:
            raised = opened.raised
            error = Error(raised.type, raised.message, raised.line, trace=raised.trace)
            raise CannotLoad(Verdict.ERROR, error)

    def close(self) -> None:
        self.worker.close()


def _load_ended(ended: Ended) -> tuple[Verdict, Error]:
    where = f" in line {ended.line}" if ended.line is not None else ""
    if ended.how == "timeout":
        message = (
            f"opening the file took too long: {ended.message}{where} without coming to its end"
        )
        return Verdict.TIMEOUT, Error("Timeout", message, ended.line)
    return Verdict.ERROR, Error(
        "Ended", f"opening the file failed: {ended.message}{where}", ended.line
    )


@dataclass
class ChapterCheck:
    """The check of one chapter file; every exercise is examined once, when it is first asked for.

    `shown` is the file's path as people should see it.
    """

    chapter: Chapter
    path: Path
    shown: str
    settings: Settings = field(default_factory=Settings)
    examinations: dict[str, Examination] = field(default_factory=dict)
    results: dict[str, Result] = field(default_factory=dict)
    begun: dict[str, Begun] = field(default_factory=dict)
    rests_on: dict[str, list[str]] = field(default_factory=dict)
    seconds: float = SECONDS
    timeouts: int = 0
    broken: CannotLoad | None = None

    def __post_init__(self) -> None:
        self.module = self.chapter.file_name.removesuffix(".py")
        name = self.chapter.file_name
        self.solution = read_chapter_file(course_folder("solutions") / name, f"solutions/{name}")
        # Made anew: in a checkout the file in exercises/ is the one that the learner fills in.
        stub = stub_of(self.solution, set(self.chapter.exercises))
        self.stub = ChapterFile(f"exercises/{name}", stub)
        try:
            self.file = read_chapter_file(self.path, self.shown)
            self.file.code  # noqa: B018
        except CannotBeRead as error:
            self.file = ChapterFile(self.shown, "")
            self.broken = CannotLoad(Verdict.ERROR, error.error)

    def result(self, name: str) -> Result:
        """The verdict on one exercise."""
        if name not in self.results:
            self.results[name] = self._examined(self.chapter.exercises[name])
        return self.results[name]

    def in_turn(self, names: Sequence[str]) -> Iterator[Result]:
        """The verdicts on these exercises, one by one; the next is begun while one is judged."""
        for name, following in zip(names, [*names[1:], None]):
            self.begin(name)
            if following is not None:
                self.begin(following)
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

    def unrunnable(self, exercise: Exercise) -> Result | None:
        """The verdict on an answer that need not be run to see what it lacks."""
        if self.broken is not None:
            return self._unexamined(exercise, self.broken.verdict, self.broken.error)
        node = self.file.definitions.get(exercise.name)
        if node is None:
            if exercise.name in self.file.names:
                return None
            error = missing(self.file, self.stub, exercise.name)
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
        if all(other in self.results for other in self._needs(exercise)):
            self.begun[name] = self._begun(exercise)

    def _needs(self, exercise: Exercise) -> list[str]:
        if exercise.name not in self.rests_on:
            known = set(self.chapter.exercises)
            self.rests_on[exercise.name] = needs(self.solution, exercise.name, known)
        return self.rests_on[exercise.name]

    def _begun(self, exercise: Exercise) -> Begun:
        unfit = self._unfit(exercise)
        # A name is not given where something the answer rests on is wrong as well.
        wrong = [name for name in unfit if self.result(name).status != Verdict.NOT_STARTED]
        source = self._source(unfit)
        reference = self.chapter.reference(exercise.name)
        return Begun(
            exercise, self.corpus(exercise), reference, lambda: self._start(source), not wrong
        )

    def _unfit(self, exercise: Exercise) -> list[str]:
        """What the exercise rests on and the learner has not got right: ours takes its place."""
        return [n for n in self._needs(exercise) if self.result(n).status != Verdict.PASSED]

    def _examined_by_running(self, exercise: Exercise) -> Result:
        unfit = self._unfit(exercise)
        if self.broken is not None:
            return self._unexamined(exercise, self.broken.verdict, self.broken.error)
        begun = self.begun.pop(exercise.name, None) or self._begun(exercise)
        try:
            found = begun.conclude()
        except CannotLoad as error:
            self.broken = error
            for other in self.begun.values():
                other.runner.close()
            self.begun.clear()
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
            tuple(self.chapter.exercise_id(name) for name in unfit),
            tuple(found.laws),
            found.misconception,
            found.error,
            found.printed,
        )

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
        return replace(whole, cases=tuple(case for case in cases if case))

    def _source(self, unfit: list[str]) -> Source:
        supply = excerpt(self.solution, unfit) if unfit else ""
        return Source(self.shown, self.file.text, self.file.code, supply, tuple(unfit))

    def _start(self, source: Source) -> WorkerRunner:
        return WorkerRunner(self.module, source, self.seconds)

    def look_closer(self, name: str) -> Result:
        """Shrink the failure that is shown, and keep its case so that it can be replayed."""
        result, found = self.result(name), self.examinations.get(name)
        opened = found.opened if found else None
        if found is None or opened is None or result.opened is None:
            return result
        exercise = self.chapter.exercises[name]
        # A gradient says more on a case with something in it than on the smallest one.
        shrinkable = opened.status == "failed" and opened.gradient is None
        shrinkable = shrinkable and not opened.case.edge and not self.settings.case
        smaller = self._shrunk(exercise, result, opened) if shrinkable else None
        shown = counterexample(smaller or opened)
        if smaller is not None and smaller.case.is_bare and not opened.case.is_bare:
            shown = replace(shown, first_found=counterexample(opened))
        for broken in (opened, *([smaller] if smaller else [])):
            corpora.keep_case(result.id, broken.case)
        law = replace(
            result.opened,
            counterexample=shown,
            gradient=smaller.gradient if smaller else opened.gradient,
        )
        laws = tuple(law if other is result.opened else other for other in result.laws)
        self.results[name] = replace(result, laws=laws)
        return self.results[name]

    def _shrunk(self, exercise: Exercise, result: Result, opened: Broken) -> Broken | None:
        assert result.opened is not None
        claim, reference = result.opened.claim, self.chapter.reference(exercise.name)
        known: dict[str, Broken | None] = {opened.case.id: opened}
        left = SHRINKING_CALLS
        source = self._source([id.partition(".")[2] for id in result.supplied])
        runner = self._start(source)

        def fails(case: Case) -> bool:
            nonlocal left
            if case.id not in known:
                if left == 0:
                    return False
                left -= 1
                known[case.id] = holds_on(exercise, claim, case, reference, runner)
            found = known[case.id]
            return found is not None and found.status == "failed"

        try:
            settings = self.settings
            smallest = corpora.shrink(
                exercise, self.chapter.file_name, settings.seed, settings.effort, fails
            )
        except Ended:
            return None
        finally:
            runner.close()
        if smallest is None or smallest.size >= opened.case.size:
            return None
        return known[smallest.id]
