"""Right answers pass every law on thousands of freshly drawn cases, not only on the corpus.

The reference and the alternatives of every exercise. Unlike in a check, every law is run on every
case, and a costly one (a gradient) on every case that is handed over as plain arrays.
"""

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gdl_check import corpus
from gdl_check.corpus import Case
from gdl_check.course import Chapter, all_chapters, load_chapter
from gdl_check.local import LocalRunner, solution_of
from gdl_check.trial import Trial

MANY, FEW = 5_000, 50
CHUNK = 250
SEED = 5_000  # far from the seeds that people check with
EXERCISES_A_CHAPTER = 2
ALL = [(chapter.id, name) for chapter in all_chapters() for name in chapter.exercises]


def a_few() -> list[tuple[str, str]]:
    """A few exercises of each chapter, always the same."""
    return [
        (chapter.id, name)
        for chapter in all_chapters()
        for name in random.Random(0).sample(list(chapter.exercises), EXERCISES_A_CHAPTER)
    ]


def fresh_cases(chapter: Chapter, name: str, wanted: int) -> Iterator[list[Case]]:
    """About so many cases that were never drawn before, chunk by chunk, no two the same.

    Ends early where an exercise has no more inputs than that.
    """
    exercise = chapter.exercises[name]
    wanted = max(1, round(wanted * exercise.cases / corpus.EFFORT["normal"]))
    seen: set[str] = set()
    seed = SEED
    while wanted > 0:
        drawn = corpus.draw(exercise, chapter.file_name, seed, min(wanted + 10, CHUNK))
        new = [case for case in drawn if not case.edge and case.id not in seen]
        if len(new) < len(drawn) / 100:
            return
        yield new[:wanted]
        seen.update(case.id for case in new)
        seed, wanted = seed + 1, wanted - len(new)


def complaints(
    chapter: Chapter, name: str, answer: Callable[..., Any], cases: list[Case]
) -> Iterator[str]:
    """Everything that the laws say against an answer on these cases."""
    exercise = chapter.exercises[name]
    reference = chapter.reference(name)
    runner = LocalRunner(name, answer, solution_of(exercise, reference))
    trial = Trial(exercise, cases, reference, runner)
    trial.hear()
    for broken in trial.unequal.values():
        yield f"differs from the reference on {broken.case}: {broken.difference.message}"
    for case in cases:
        if trial.outcome(case).changed:
            yield f"changes its arguments on {case}"
    for law in exercise.laws:
        costly = law.most is not None
        sweep = trial.sweep(law, [c for c in cases if not costly or c.form == "plain"])
        for broken in sweep.finish().found:
            if broken.status != "inconclusive":
                yield f"{law.claim!r} fails on {broken.case}: {broken.difference.message}"


def hold_up(chapter: Chapter, name: str, wanted: int) -> int:
    """Put every right answer of an exercise to the test; the number of cases."""
    exercise = chapter.exercises[name]
    answers = {"the reference": chapter.reference(name)}
    answers |= {alternative.name: alternative.answer for alternative in exercise.alternatives}
    total = 0
    for cases in fresh_cases(chapter, name, wanted):
        total += len(cases)
        for who, answer in answers.items():
            for complaint in complaints(chapter, name, answer, cases):
                pytest.fail(f"{chapter.exercise_id(name)}, {who}: {complaint}")
    return total


@pytest.mark.parametrize("chapter_id, name", a_few())
def test_right_answers_pass_on_fresh_cases(chapter_id: str, name: str) -> None:
    assert hold_up(load_chapter(chapter_id), name, FEW) > 0


@pytest.mark.long
@pytest.mark.parametrize("chapter_id, name", ALL)
def test_right_answers_pass_on_thousands_of_fresh_cases(
    chapter_id: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    chapter = load_chapter(chapter_id)
    total = hold_up(chapter, name, MANY)
    with capsys.disabled():
        print(f"\n{chapter_id}.{name}: {total} fresh cases", end="")
    drawn = corpus.draw(chapter.exercises[name], chapter.file_name, SEED, CHUNK)
    assert total > 0 or all(case.edge for case in drawn)  # there are no more inputs than that
