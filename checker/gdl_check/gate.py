"""The author's gate: what every chapter must satisfy before a learner sees it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from gdl_check.corpus import Corpus, corpus_for
from gdl_check.course import Chapter, Exercise
from gdl_check.course_files import delivered, solution_file
from gdl_check.examine import Examination, examine
from gdl_check.local import LocalRunner, outcome_of, solution_of
from gdl_check.reference import LawBroke
from gdl_check.results import Verdict
from gdl_check.sandbox.wire import Seed
from gdl_check.source import CannotBeRead, is_stub
from gdl_check.stubs import stub_of

HINTS = 3
ALTERNATIVES = 2


def problems_of(chapter: Chapter, seed: int = 0, effort: str = "normal") -> Iterator[str]:
    """What an author still has to mend in a chapter, one sentence each."""
    solution = solution_file(chapter)
    yield from _stub_problems(chapter)
    for exercise in chapter.exercises.values():
        if exercise.name not in solution.definitions:
            yield f"{exercise.name}: {solution.shown} does not define it"
            continue
        corpus = corpus_for(exercise, chapter.file_name, seed, effort)
        reference = chapter.reference(exercise.name)
        try:
            for problem in exercise_problems(exercise, corpus, reference):
                yield f"{exercise.name}: {problem}"
        except LawBroke as broke:
            yield str(broke)


def _stub_problems(chapter: Chapter) -> Iterator[str]:
    try:
        stub = delivered(chapter)
        same = stub.text == stub_of(solution_file(chapter), set(chapter.exercises))
    except CannotBeRead as error:
        yield f"exercises/{chapter.file_name}: {error}: run gdl-check dev stubs"
        return
    if not same:
        yield f"{stub.shown} is not what its solution gives: run gdl-check dev stubs"
        return
    for name in chapter.exercises:
        if name in stub.definitions and not is_stub(stub.definitions[name], stub.definitions[name]):
            yield f"{name}: its stub does not count as not started"


def exercise_problems(
    exercise: Exercise, corpus: Corpus, reference: Callable[..., Any]
) -> Iterator[str]:
    """What is wrong with one exercise's examination."""
    solution = solution_of(exercise, reference)

    def examined(answer: Callable[..., Any], asked: Exercise = exercise) -> Examination:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # NumPy's, about what wrong answers do
            return examine(
                asked, corpus, reference, lambda: LocalRunner(exercise.name, answer, solution)
            )

    found = examined(reference)
    if found.status != Verdict.PASSED:
        yield f"the reference fails: {_why(found)}"
        return
    dead = [law.claim for law in found.laws if law.status in ("not_run", "inconclusive")]
    if dead:
        yield f"these laws are never put to the test: {dead}"
    for alternative in exercise.alternatives:
        found = examined(alternative.answer)
        if found.status != Verdict.PASSED:
            yield f"the right answer {alternative.name} fails: {_why(found)}"
    lawless = replace(exercise, laws=[])
    for misconception in exercise.misconceptions:
        # Agreement rejects most of them: only what it lets pass needs the laws.
        found = examined(misconception.answer, lawless)
        if found.status == Verdict.PASSED:
            found = examined(misconception.answer)
        if found.status == Verdict.PASSED:
            yield f"the misconception {misconception.name} passes"
        elif found.misconception is None or found.misconception.name != misconception.name:
            yield f"the misconception {misconception.name} is rejected, but not named"
    for name, answer in dull_answers(exercise, corpus, reference):
        if examined(answer).status == Verdict.PASSED:
            yield f"the dull answer {name} passes"
    if len(exercise.hints) != HINTS:
        yield f"it has {len(exercise.hints)} hints instead of {HINTS}"
    if len(exercise.alternatives) < ALTERNATIVES:
        yield f"it has fewer than {ALTERNATIVES} alternative right answers"
    if not exercise.misconceptions:
        yield "it has no misconception"
    if not exercise.laws:
        yield "it has no law of its own"


def dull_answers(
    exercise: Exercise, corpus: Corpus, reference: Callable[..., Any]
) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Answers that have understood nothing: None, constants, each argument echoed."""
    yield "None", lambda *_: None
    constants: tuple[Any, ...] = (0, 1, [], "")
    for constant in constants:
        yield f"always {constant!r}", lambda *_, constant=constant: constant
    args, solution = tuple(corpus.cases[0].inputs.values()), solution_of(exercise, reference)
    first = outcome_of(exercise, LocalRunner(exercise.name, reference, solution), args).value
    yield "always the first result", lambda *_: first
    for i, (name, value) in enumerate(corpus.cases[0].inputs.items()):
        if not isinstance(value, Seed):
            yield f"its argument {name}", lambda *args, i=i: args[i]


def _why(found: Examination) -> str:
    laws = [law for law in found.laws if law.status in ("failed", "error", "timeout")]
    shown = laws[0].counterexample
    assert shown is not None
    return f"{laws[0].claim!r} on case {shown.case}: {shown.message}"
