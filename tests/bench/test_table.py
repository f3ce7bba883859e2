"""The table of the course: what each chapter asks, and how much its checks see.

Every mutant of every reference is tried, so this takes minutes; `-m bench -k table -s`.
"""

from __future__ import annotations

import pytest

from gdl_check.course import Chapter, all_chapters
from test_mutants import complaints, mutants_of_chapter

pytestmark = pytest.mark.bench
HEAD = (
    "chapter",
    "exercises",
    "laws",
    "misconceptions",
    "right answers",
    "mutants",
    "killed",
    "equivalent",
)


def row_of(chapter: Chapter) -> list[int]:
    exercises = list(chapter.exercises.values())
    met, wrong = complaints(chapter, mutants_of_chapter(chapter))
    assert not wrong, "\n".join(wrong)
    return [
        len(exercises),
        sum(len(exercise.laws) for exercise in exercises),
        sum(len(exercise.misconceptions) for exercise in exercises),
        sum(len(exercise.alternatives) for exercise in exercises),
        met.total(),
        met["killed"],
        met["equivalent"],
    ]


def test_table(capsys: pytest.CaptureFixture[str]) -> None:
    totals = [0] * (len(HEAD) - 1)
    with capsys.disabled():
        print("\n" + "  ".join(HEAD))
        for chapter in all_chapters():
            row = row_of(chapter)
            totals = [total + new for total, new in zip(totals, row)]
            print(_line(chapter.id, row), flush=True)
        print(_line("total", totals))
    assert totals[4] == totals[5] + totals[6]


def _line(name: str, numbers: list[int]) -> str:
    columns = zip(HEAD[1:], numbers)
    return name.ljust(len(HEAD[0])) + "".join(f"  {n:>{len(head)}}" for head, n in columns)
