"""The laws of chapter 6 as anyone would write them: plain pytest functions driven by Hypothesis.

Not collected with the tests; the benchmark runs it to compare.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from gdl_check.corpus import Case, strategy
from gdl_check.course import Exercise, Law, load_chapter
from gdl_check.expect import expect
from gdl_check.gradient import Inconclusive
from gdl_check.sandbox.wire import Seed

CHAPTER = load_chapter("ch06")
LAWS = [(e, law) for e in CHAPTER.exercises.values() for law in e.laws]


def direct(exercise: Exercise) -> Callable[..., Any]:
    """The reference, called as it is: generators made from seeds, iterators made into lists."""
    reference = CHAPTER.reference(exercise.name)

    def answer(*args: Any) -> Any:
        result = reference(*(a.generator() if isinstance(a, Seed) else a for a in args))
        return list(result) if hasattr(result, "__next__") else result

    return answer


def budget(law: Law) -> int:
    return 60 if law.most is None else law.most


@pytest.mark.parametrize("exercise, law", LAWS, ids=lambda x: getattr(x, "claim", None))
def test_law(exercise: Exercise, law: Law) -> None:
    answer = direct(exercise)

    @settings(
        max_examples=budget(law),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy(exercise))
    def holds(case: Case) -> None:
        inputs = {name: value for name, value in case.inputs.items() if name in law.names}
        try:
            law.holds(answer, **inputs)
        except Inconclusive:
            pass

    holds()


@pytest.mark.parametrize("exercise", CHAPTER.exercises.values(), ids=lambda e: e.name)
def test_same_answer_twice(exercise: Exercise) -> None:
    answer = direct(exercise)

    @settings(
        max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(strategy(exercise))
    def holds(case: Case) -> None:
        first = answer(*case.inputs.values())
        expect(answer(*case.inputs.values())).equals(first)

    holds()
