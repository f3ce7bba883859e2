"""The quizzes: what they ask can be answered, answers are read kindly and judged strictly."""

from __future__ import annotations

import ast
from collections import Counter
from functools import cache
from typing import Any

import numpy as np
import pytest

from gdl_check.compare import as_array
from gdl_check.course import Chapter, all_chapters, load_chapter
from gdl_check.diagnose import same_outcome
from gdl_check.drill import bugs, predictions, shapes, typed
from gdl_check.drill.cards import QUIZZES, Card, card_of, cards_of
from gdl_check.drill.marking import judge
from gdl_check.drill.pages import page, reveal
from gdl_check.local import LocalRunner, outcome_of

TURNS = range(2)
CHAPTERS = list(all_chapters())
EVERY = [(chapter, name) for chapter in CHAPTERS for name in chapter.exercises]
CH06 = load_chapter("ch06")


@cache
def cards_in(chapter: Chapter) -> list[Card]:
    return [card for name in chapter.exercises for card in cards_of(chapter, name)]


def quizzes(chapter: Chapter, kind: str) -> list[Card]:
    """The quizzes of one kind that can be made for a chapter."""
    return [card for card in cards_in(chapter) if card.kind == kind]


SAMPLE = ("ch03", "ch06", "ch12")
by_chapter = pytest.mark.parametrize(
    "chapter",
    [
        pytest.param(chapter, id=chapter.id, marks=() if chapter.id in SAMPLE else pytest.mark.long)
        for chapter in CHAPTERS
    ],
)


# --- all kinds ---------------------------------------------------------------------------------


@pytest.mark.long
def test_there_are_many_of_each_kind() -> None:
    met = Counter(card.kind for chapter in CHAPTERS for card in cards_in(chapter))
    assert met["write"] == 4 * len(EVERY)
    assert met["bug"] >= 150 and met["predict"] >= 115 and met["shape"] >= 80, met


@by_chapter
def test_prompts_fit_on_sixty_columns_and_there_is_no_file(chapter: Chapter) -> None:
    for kind in QUIZZES:
        for card in quizzes(chapter, kind):
            for turn in TURNS:
                shown = page(card, turn)
                widest = max(shown.prompt.split("\n"), key=len)
                assert len(widest) <= 60 and shown.file is None, f"{card.id}: {widest}"
                assert shown.prompt.isprintable() or "\n" in shown.prompt


def test_every_turn_is_asked_in_the_same_way_again() -> None:
    from gdl_check.drill import quizzes as module

    cards = [card for card in cards_in(CH06) if card.kind in QUIZZES]
    before = [(page(card, 1), reveal(card, 1)) for card in cards]
    for cached in (module._made, bugs.bugs_of, bugs.failing_on, predictions.left_out):
        cached.cache_clear()
    assert [(page(card, 1), reveal(card, 1)) for card in cards] == before


def test_quizzes_differ_from_turn_to_turn() -> None:
    for kind in QUIZZES:
        cards = [card for chapter in CHAPTERS[2:7:3] for card in quizzes(chapter, kind)]
        told = [len({page(card, turn).prompt for turn in TURNS}) for card in cards]
        assert sum(count > 1 for count in told) > 0.8 * len(told), kind


# --- shapes ------------------------------------------------------------------------------------


@by_chapter
def test_shapes_are_those_of_the_reference(chapter: Chapter) -> None:
    for card in quizzes(chapter, "shape"):
        for turn in TURNS:
            asked = shapes.question(chapter, card.name, turn)
            assert asked is not None, card.id
            inputs, shape = asked
            args = [
                a.generator() if hasattr(a, "generator") else np.copy(a) if _is_array(a) else a
                for a in inputs.values()
            ]
            result = chapter.reference(card.name)(*args)
            several = isinstance(result, tuple)
            assert shape == (tuple(r.shape for r in result) if several else result.shape)
            for one in shape if several else (shape,):
                assert len(set(one)) == len(one), f"{card.id}: {one} has a size twice"
            assert judge(card, turn, str(shape)).right
            other = judge(card, turn, str((*shape, 9) if not several else (*shape, (9,))))
            assert not other.right and other.understood


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray)


def test_dimensions_have_different_sizes() -> None:
    for card in quizzes(CH06, "shape"):
        if CH06.exercises[card.name].arrange is None:
            for turn in range(8):
                asked = shapes.question(CH06, card.name, turn)
                assert asked is not None
                specs = CH06.exercises[card.name].inputs
                named = dict[str, int]()
                for name, spec in specs.items():
                    for dimension, size in zip(getattr(spec, "shape", ()), _shape(asked[0][name])):
                        assert named.setdefault(dimension, size) == size
                assert len(set(named.values())) == len(named), card.id


def _shape(value: Any) -> tuple[int, ...]:
    return value.shape if isinstance(value, np.ndarray) else ()


def test_shapes_are_asked_with_the_words_of_the_docstring() -> None:
    prompt = page(card_of("ch06.hidden_delta:shape"), 0).prompt
    assert prompt.startswith("ch06.hidden_delta: which shape?\nHow much each hidden unit")
    assert "  output_delta is (" in prompt and "how far each prediction missed" in prompt
    assert "(batch" not in prompt


def test_elementwise_results_are_not_asked_for() -> None:
    for name in ("relu", "relu_deriv"):
        assert not any(card.kind == "shape" for card in cards_of(CH06, name))


@pytest.mark.parametrize("text", ["(4, 3)", "4, 3", "[4, 3]", "4x3", " 4 x 3 ", "(4,3)", "4*3"])
def test_a_shape_is_written_in_many_ways(text: str) -> None:
    assert typed.shape_of(text) == (4, 3)


def test_shapes_of_one_axis_and_of_several_results() -> None:
    assert typed.shape_of("5") == typed.shape_of("(5,)") == typed.shape_of("5,") == (5,)
    assert typed.shape_of("(4, 3), (3, 2)") == ((4, 3), (3, 2))


def test_what_is_wrong_with_a_shape_is_said() -> None:
    assert "another order" in shapes.marked((4, 3), "3, 4")[1]
    assert "2 axes, not 1" in shapes.marked((4, 3), "4")[1]
    assert shapes.marked((4, 3), "4, 5") == (False, "(4, 5) is not it.")


# --- bugs --------------------------------------------------------------------------------------


@by_chapter
def test_bugs_fail_where_they_are_said_to(chapter: Chapter) -> None:
    for card in quizzes(chapter, "bug"):
        exercise = chapter.exercises[card.name]
        for bug in bugs.bugs_of(chapter, card.name):
            failing = bugs.failing_on(chapter, card.name, bug.misconception)
            assert failing is not None
            args = tuple(failing.inputs.values())
            names = dict(vars(chapter.solution))
            exec("\n".join(bug.code), names)
            shown = LocalRunner(card.name, names[card.name])
            ours = LocalRunner(card.name, chapter.reference(card.name))
            came = outcome_of(exercise, shown, args)
            assert same_outcome(came, failing.got), f"{card.id}: {bug.misconception.name}"
            assert not same_outcome(came, outcome_of(exercise, ours, args)), card.id


@by_chapter
def test_a_bug_is_found_by_line_and_letter(chapter: Chapter) -> None:
    for card in quizzes(chapter, "bug"):
        for turn in TURNS:
            asked = bugs.question(chapter, card.name, turn)
            assert asked is not None
            assert len(asked.reasons) == len(set(asked.reasons)) == 4, card.id
            says = asked.bug.misconception.says
            assert asked.reasons["abcd".index(asked.letter)] == says
            lines = asked.bug.lines
            assert len(lines) <= 2 and all(2 <= line <= len(asked.bug.code) for line in lines)
            answers = [f"{line} {asked.letter}" for line in lines] or [asked.letter]
            assert all(judge(card, turn, answer).right for answer in answers)
            wrong = "a" if asked.letter != "a" else "b"
            assert not judge(card, turn, f"{lines[0]} {wrong}" if lines else wrong).right


def test_the_code_of_a_bug_does_not_give_it_away() -> None:
    for name in CH06.exercises:
        for bug in bugs.bugs_of(CH06, name):
            text = "\n".join(bug.code)
            assert "#" not in text.replace("'#'", "") and '"""' not in text
            assert bug.misconception.name not in text or bug.misconception.name in name


def test_a_line_that_differs_is_found_and_so_is_one_that_is_missing() -> None:
    right = ("def f(a):", "    b = a + 1", "    b = b * 2", "    return b")
    other = ("def f(a):", "    b = a - 1", "    b = b * 2", "    return b")
    gone = ("def f(a):", "    b = a + 1", "    return b")
    more = (*right[:3], "    b = -b", "    return b")
    assert bugs._differing(right, other) == (2,)
    assert bugs._differing(right, gone) == (2, 3)
    assert bugs._differing(right, more) == (4,)


@pytest.mark.parametrize("text", ["3 b", "3b", "line 3, b", "3, (b)", "3: B", "Line 3 b."])
def test_a_line_and_a_letter_are_written_in_many_ways(text: str) -> None:
    assert typed.line_and_letter(text) == (3, "b")


# --- results -----------------------------------------------------------------------------------


@by_chapter
def test_results_can_be_worked_out_by_hand(chapter: Chapter) -> None:
    for card in quizzes(chapter, "predict"):
        for turn in TURNS:
            asked = predictions.question(chapter, card.name, turn)
            assert asked is not None, card.id
            inputs, expected = asked
            given = [x for value in inputs.values() for x in numbers(value)]
            asked_for = numbers(expected)
            assert 0 < len(given) <= 6 and 0 < len(asked_for) <= 4, card.id
            assert all((2 * x).is_integer() and abs(x) <= 5 for x in given), card.id
            assert all((8 * x).is_integer() for x in asked_for), card.id
            answer = predictions.shown(expected)
            mark = judge(card, turn, answer)
            assert mark.right, f"{card.id}: {answer}: {mark.says}"
            assert judge(card, turn, "[[[[7.03]]]]").right is False


def numbers(value: Any) -> list[float]:
    if isinstance(value, str):
        return []
    if isinstance(value, (list, tuple)):
        return [x for part in value for x in numbers(part)]
    array = as_array(value)
    assert array is not None
    return [float(x) for x in array.ravel()]


def test_a_result_is_written_in_many_ways() -> None:
    expected = np.array([[0.5, 3.0]])
    for text in ("[[0.5, 3]]", "[[.5, 3.0]]", "[[1/2, 3]]", "np.array([[0.5, 3]])", "((1/2, 3),)"):
        assert predictions.marked(expected, text)[0], text
    assert predictions.marked(-0.75, "-3/4")[0] and predictions.marked(-0.75, "-.75")[0]
    assert predictions.marked(True, "True")[0]
    assert not predictions.marked(expected, "[[0.5, 3.1]]")[0]
    right, says = predictions.marked(expected, "[0.5, 3]")
    assert not right and "shape (1, 2) is expected" in says


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Nothing was typed yet"),
        ("hello", "Only numbers"),
        ("1 2", "cannot be read"),
        ("2 * 3", "Work it out"),
        ("open('x')", "Work it out"),
        ("1 / 0", "divided by 0"),
        ("[1, 2", "cannot be read"),
        ("'1'", "Only numbers"),
        ("-[1]", "Only numbers"),
        ("[x for x in y]", "Only numbers"),
        ("1" * 600, "too long"),
        ("(" * 400, "cannot be read"),
        ("1\0", "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_told_kindly(text: str, said: str) -> None:
    with pytest.raises(typed.CannotRead, match=said):
        typed.value_of(text)
    mark = judge(card_of("ch06.pressure:predict"), 0, text)
    assert not mark.right and not mark.understood
    assert max(map(len, mark.says.split("\n"))) <= 60


@pytest.mark.parametrize("kind", QUIZZES)
def test_no_quiz_takes_a_sentence_for_an_answer(kind: str) -> None:
    for text in ("I do not know", "?", "()", "b 3 x", "[]"):
        mark = judge(card_of(f"ch06.hidden_delta:{kind}"), 0, text)
        assert not mark.right and mark.says


def test_what_is_left_out_has_a_reason() -> None:
    reasons = Counter(predictions.left_out(chapter, name) for chapter, name in EVERY)
    assert reasons == {
        "": 120,
        "has exponentials, logarithms or roots in it": 50,
        "takes more or other things than a few small numbers": 42,
        "works on objects": 13,
        "gives more or other things than a few round numbers": 12,
        "draws random numbers": 10,
        "is too much work": 2,
    }
    assert predictions.left_out(CH06, "train") == "is too much work"


def test_an_answer_is_revealed_with_its_reason() -> None:
    told = reveal(card_of("ch06.hidden_delta:predict"), 1)
    answer, code = told.split("\n\n")
    assert ast.literal_eval(answer) is not None and "def hidden_delta" in code
    assert reveal(card_of("ch06.hidden_delta:shape"), 1).endswith("(batch, hidden)")
