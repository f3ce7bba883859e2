"""Small mistakes in every reference are rejected, but for those that are no mistakes.

The long run tries every mutant; an unmarked one a sample. A mutant that passes the checks must
stand in equivalents/, with the reason why it is a right answer; else it is a hole in the checks.
"""

import random
from collections import Counter
from functools import lru_cache
from pathlib import Path

import pytest

from gdl_check.course import Chapter, all_chapters, chapter_modules, load_chapter
from gdl_check.reference import LawBroke
from mutants import Mutant, is_rejected, mutants_of

SAMPLE = 60
EQUIVALENTS = Path(__file__).parent / "equivalents"


def _equivalent() -> dict[str, str]:
    """Mutant id -> why it is a right answer. A reason stands at the margin, its mutants below."""
    found = {}
    for path in sorted(EQUIVALENTS.glob("ch*.txt")):
        reason = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("    "):
                found[line.strip()] = reason
            elif line:
                reason = line
    return found


EQUIVALENT = _equivalent()


def mutants_of_chapter(chapter: Chapter) -> list[Mutant]:
    return [mutant for name in chapter.exercises for mutant in mutants_of(chapter, name)]


def verdict(chapter: Chapter, mutant: Mutant) -> str:
    """What became of a mutant: "killed", "equivalent", or what is wrong with that."""
    try:
        rejected = is_rejected(chapter, mutant)
    except LawBroke as broke:
        return f"breaks a law: {broke}"
    if mutant.id in EQUIVALENT:
        return "rejected, but it stands in EQUIVALENT" if rejected else "equivalent"
    return "killed" if rejected else "passes"


def complaints(chapter: Chapter, mutants: list[Mutant]) -> tuple[Counter[str], list[str]]:
    """How many mutants were killed or equivalent, and all others with what they change."""
    met = Counter[str]()
    wrong = []
    for mutant in mutants:
        found = verdict(chapter, mutant)
        met[found] += 1
        if found not in ("killed", "equivalent"):
            wrong.append(f"{mutant.id} {found}:  {mutant.change}")
    return met, wrong


@lru_cache(maxsize=1)
def sample() -> dict[str, list[Mutant]]:
    """A mutant of each of some exercises, by chapter, always the same."""
    draw = random.Random(0)
    exercises = [(chapter, name) for chapter in all_chapters() for name in chapter.exercises]
    drawn: dict[str, list[Mutant]] = {}
    for chapter, name in draw.sample(exercises, SAMPLE):
        wrong = [mutant for mutant in mutants_of(chapter, name) if mutant.id not in EQUIVALENT]
        drawn.setdefault(chapter.id, []).append(draw.choice(wrong))
    return drawn


@pytest.mark.long
def test_there_are_many_mutants_and_all_of_them_can_be_read() -> None:
    for chapter in all_chapters():
        mutants = mutants_of_chapter(chapter)
        ids = [mutant.id for mutant in mutants]
        assert len(ids) == len(set(ids)) > 20 * len(chapter.exercises)
        for mutant in mutants:
            compile(mutant.source, mutant.id, "exec")


@pytest.mark.long
def test_every_reason_belongs_to_a_mutant() -> None:
    known = {mutant.id for chapter in all_chapters() for mutant in mutants_of_chapter(chapter)}
    assert set(EQUIVALENT) - known == set(), "these stand in EQUIVALENT, but are made no more"


@pytest.mark.parametrize("chapter_id", list(chapter_modules()))
def test_a_sample_of_mutants_is_rejected(chapter_id: str) -> None:
    _, wrong = complaints(load_chapter(chapter_id), sample().get(chapter_id, []))
    assert not wrong, "\n".join(wrong)


@pytest.mark.long
@pytest.mark.parametrize("chapter_id", list(chapter_modules()))
def test_every_mutant_is_rejected(chapter_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    chapter = load_chapter(chapter_id)
    met, wrong = complaints(chapter, mutants_of_chapter(chapter))
    with capsys.disabled():
        print(
            f"\n{chapter_id}: {met.total()} mutants, {met['killed']} killed, "
            f"{met['equivalent']} equivalent, {len(wrong)} not explained"
        )
    assert not wrong, "\n".join(wrong)
