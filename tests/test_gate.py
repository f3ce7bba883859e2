"""The author's gate finds nothing to mend in our chapters, and complains where it should."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdl_check import course_files
from gdl_check.corpus import Corpus, edge_case
from gdl_check.course import Exercise, chapter_modules, exercise, load_chapter
from gdl_check.expect import expect
from gdl_check.gate import exercise_problems, problems_of
from gdl_check.inputs import Array
from gdl_check.places import course_folder

CASES: Sequence[list[float]] = ([3.0], [0.0], [1.0, -2.0], [5.0, 0.5, -1.0])
HINTS = ("a question", "the idea", "the shapes")


@pytest.mark.parametrize("effort", ["quick", pytest.param("normal", marks=pytest.mark.long)])
@pytest.mark.parametrize("chapter_id", sorted(chapter_modules(), reverse=True))
def test_our_chapters_have_nothing_to_mend(chapter_id: str, effort: str) -> None:
    assert list(problems_of(load_chapter(chapter_id), effort=effort)) == []


# --- a small exercise, right in everything -----------------------------------------------------


def double(x: Any) -> Any:
    return 2 * x


def tiny(hints: Sequence[str] = HINTS) -> Exercise:
    """An exercise that the gate lets through: the double of every entry."""
    made = exercise(
        "double", inputs={"x": Array(("n",))}, edges=[{"x": x} for x in CASES], hints=hints
    )

    @made.law("is the number added to itself")
    def is_added_to_itself(answer: Any, x: Any) -> None:
        expect(answer(x)).equals(x + x)

    @made.misconception("the square", "Twice a number is not the number times itself.")
    def squared(x: Any) -> Any:
        return x * x

    @made.alternative
    def added(x: Any) -> Any:
        return x + x

    @made.alternative
    def one_by_one(x: Any) -> Any:
        return [2 * float(entry) for entry in x]

    return made


def complaints(made: Exercise, reference: Callable[..., Any] = double) -> list[str]:
    corpus = Corpus(tuple(edge_case(made, edge) for edge in made.edges), "")
    return list(exercise_problems(made, corpus, reference))


def test_a_right_exercise_passes_the_gate() -> None:
    assert complaints(tiny()) == []


def test_it_complains_about_a_broken_reference() -> None:
    (problem,) = complaints(tiny(), lambda x: 2 * x + 1)
    assert problem.startswith("the reference fails: 'is the number added to itself'")


def test_it_complains_about_a_reference_that_changes_its_arguments() -> None:
    def doubled_in_place(x: Any) -> Any:
        x *= 2
        return x

    (problem,) = complaints(tiny(), doubled_in_place)
    assert "leaves its arguments as they were" in problem


def test_it_complains_about_a_misconception_that_passes() -> None:
    made = tiny()

    @made.misconception("added twice", "This one is right.")
    def added_twice(x: Any) -> Any:
        return x + x

    assert "the misconception added_twice passes" in complaints(made)


def test_it_complains_about_two_misconceptions_that_nothing_tells_apart() -> None:
    made = tiny()

    @made.misconception("to the power of two", "Twice a number is not its second power.")
    def second_power(x: Any) -> Any:
        return x**2

    assert complaints(made) == [
        "the misconception squared is rejected, but not named",
        "the misconception second_power is rejected, but not named",
    ]


def test_it_complains_about_a_misconception_that_answers_at_random() -> None:
    made = tiny()
    rng = np.random.default_rng(0)

    @made.misconception("anything at all", "Answers must be worked out, not guessed.")
    def guessed(x: Any) -> Any:
        return rng.random(len(x))

    assert complaints(made) == ["the misconception guessed is rejected, but not named"]


def test_it_complains_about_a_right_answer_that_fails() -> None:
    made = tiny()

    @made.alternative
    def rounded(x: Any) -> Any:
        return np.trunc(2 * x + 0.25) + 0.0 * x if len(x) == 1 else 2 * np.trunc(x)

    problems = complaints(made)
    assert [problem.partition(":")[0] for problem in problems] == ["the right answer rounded fails"]


@pytest.mark.parametrize("hints", [(), ("only one",), (*HINTS, "a fourth")])
def test_it_complains_about_missing_hints(hints: Sequence[str]) -> None:
    assert complaints(tiny(hints)) == [f"it has {len(hints)} hints instead of 3"]


def test_it_complains_about_too_few_alternatives_and_no_misconception_and_no_law() -> None:
    made = tiny()
    made.alternatives.pop()
    made.misconceptions.clear()
    made.laws.clear()
    assert complaints(made) == [
        "it has fewer than 2 alternative right answers",
        "it has no misconception",
        "it has no law of its own",
    ]


def test_it_complains_about_a_dull_answer_that_passes() -> None:
    made = tiny()
    made.misconceptions.clear()
    nothing = Corpus((edge_case(made, {"x": [0.0]}),), "")
    problems = list(exercise_problems(made, nothing, double))
    assert "the dull answer its argument x passes" in problems
    assert "the dull answer always the first result passes" in problems


def test_it_complains_about_a_law_that_is_never_put_to_the_test() -> None:
    made = tiny()

    @made.law("is measured where it cannot be measured")
    def cannot_be_measured(answer: Any, x: Any) -> None:
        from gdl_check.gradient import expect_slopes

        expect_slopes(
            lambda x: float(np.sum(np.sign(np.sin(1e9 * x)))),
            at={"x": x},
            claimed=lambda x: np.zeros(len(x)),
        )

    assert complaints(made) == [
        "these laws are never put to the test: ['is measured where it cannot be measured']"
    ]


# --- stubs -------------------------------------------------------------------------------------


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the course's files that a test may spoil; the gate looks there."""
    for name in ("exercises", "solutions"):
        shutil.copytree(
            course_folder(name), tmp_path / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    monkeypatch.setattr(course_files, "course_folder", lambda name: tmp_path / name)
    return tmp_path


def first_complaint(chapter_id: str) -> str:
    return next(problems_of(load_chapter(chapter_id)))


def test_it_complains_about_a_stale_stub(course: Path) -> None:
    path = course / "exercises" / "ch06_backpropagation.py"
    stub = path.read_text(encoding="utf-8")
    path.write_text(stub.replace("The slope of relu", "The slope of the relu"), encoding="utf-8")
    assert first_complaint("ch06") == (
        "exercises/ch06_backpropagation.py is not what its solution gives: run gdl-check dev stubs"
    )


def test_it_complains_about_a_stub_with_the_answer_in_it(course: Path) -> None:
    path = course / "exercises" / "ch06_backpropagation.py"
    solution = course / "solutions" / "ch06_backpropagation.py"
    shutil.copy(solution, path)
    assert "is not what its solution gives" in first_complaint("ch06")


def test_it_complains_about_a_missing_stub(course: Path) -> None:
    (course / "exercises" / "ch06_backpropagation.py").unlink()
    assert first_complaint("ch06") == (
        "exercises/ch06_backpropagation.py: there is no such file: run gdl-check dev stubs"
    )


def test_it_complains_about_an_exercise_without_a_solution(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chapter = load_chapter("ch06")
    made = {"double": tiny(), **chapter.exercises}
    monkeypatch.setitem(chapter.__dict__, "exercises", made)
    problems = problems_of(chapter)
    assert next(problems) == "double: solutions/ch06_backpropagation.py does not define it"
