"""The cards that ask for code: what a page shows, and that only a right answer passes on it."""

from __future__ import annotations

import ast
import random
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from functools import cache
from types import FunctionType
from typing import Any

import pytest

from gdl_check.course import Chapter, Exercise, Misconception, all_chapters, chapter_modules
from gdl_check.course import load_chapter as load
from gdl_check.course_files import solution_file
from gdl_check.drill.blanking import BLANK, BODY, blank_in, has_a_blank
from gdl_check.drill.cards import LEVELS, Card, card_of, cards_of
from gdl_check.drill.marking import check, judge, whole
from gdl_check.drill.pages import page, peek, reveal
from gdl_check.results import Verdict
from gdl_check.source import ChapterFile, Definition, span, without_docstring

SAMPLE = 7
BROKEN = ("NameError", "ImportError", "ModuleNotFoundError", "SyntaxError", "Missing")
EVERY = [(chapter, name) for chapter in all_chapters() for name in chapter.exercises]


def written(chapter: Chapter, name: str) -> list[Card]:
    """The cards of an exercise that ask for code, by level."""
    return [card_of(f"{chapter.exercise_id(name)}:{level}") for level in LEVELS]


def text_of(card: Card) -> str:
    text = page(card, 0).file
    assert text is not None
    return text


def passes(card: Card, text: str) -> bool:
    """Whether a drill file is right, blanks or not."""
    return check(card, whole(card, text)).status == Verdict.PASSED


# --- putting code into a page ------------------------------------------------------------------


def with_reference(card: Card) -> str:
    """A page with its blanks filled as the reference has them, and nothing else changed."""
    text, file = text_of(card), solution_file(card.chapter)
    node = file.definitions[card.name]
    if card.level == 1:
        blank = blank_in(file, node)
        return text.replace(blank.text, blank.was)
    if card.level == 4:
        return text + "\n\n" + file.segment(node) + "\n"
    bodies = iter([_body(file, part) for part in _functions(node)])
    return re.sub(rf"^ *\.\.\.  {BODY}$", lambda _: next(bodies), text, flags=re.M)


def _functions(node: Definition) -> Iterator[Definition]:
    """The functions whose bodies are left blank."""
    if isinstance(node, ast.ClassDef):
        for part in node.body:
            if isinstance(part, Definition):
                yield from _functions(part)
    else:
        yield node


def _body(file: ChapterFile, node: Definition) -> str:
    body = without_docstring(node)
    return "\n".join(file.lines[body[0].lineno - 1 : body[-1].end_lineno])


def with_code(card: Card, code: str) -> str:
    """A page with other code in the place of the definition that it asks for."""
    text = text_of(card)
    lines = text.split("\n")
    for node in ast.parse(text).body:
        if isinstance(node, Definition) and node.name == card.name:
            first, last = span(node)
            return "\n".join([*lines[: first - 1], code, *lines[last:]])
    return f"{text}\n\n{code}\n"


@cache
def examination(chapter: Chapter) -> ChapterFile:
    """A chapter's examination as text."""
    path = chapter.module.__file__
    assert path is not None
    with open(path, encoding="utf-8") as stream:
        return ChapterFile(path, stream.read())


def code_of(chapter: Chapter, name: str, misconception: Misconception) -> str | None:
    """A misconception as it could stand in a drill file; None where it rests on the checker."""
    file = examination(chapter)
    node = _node_of(file, misconception.answer)
    declared: dict[str, ast.stmt] = {}
    if not _gather(chapter, name, node, declared):
        return None
    (copy,) = ast.parse(file.segment(node)).body
    assert isinstance(copy, Definition)
    for part in ast.walk(copy):
        if isinstance(part, ast.Name) and part.id == copy.name:
            part.id = name
    copy.name, copy.decorator_list = name, []
    if isinstance(copy, ast.ClassDef):
        copy = _completed(chapter, name, copy)
    helpers = [textwrap.dedent(file.segment(part)) for part in declared.values()]
    return "\n\n\n".join(["import numpy as np", *helpers, ast.unparse(copy)])


def _node_of(file: ChapterFile, answer: Any) -> Definition:
    """Where a misconception is declared; names come more than once, lines do not."""
    functions = [answer] if isinstance(answer, FunctionType) else vars(answer).values()
    line = next(f.__code__.co_firstlineno for f in functions if isinstance(f, FunctionType))
    for node in file.tree.body:
        first, last = span(node)
        if isinstance(node, Definition) and first <= line <= last:
            return node
    raise AssertionError(f"{answer} is not declared in {file.shown}")


def _gather(chapter: Chapter, name: str, node: ast.stmt, found: dict[str, ast.stmt]) -> bool:
    """Find the helpers that a misconception calls; False where the checker is among them."""
    file = examination(chapter)
    # What works on objects is bound to the solution's names first, as in LocalRunner.
    ours = set(solution_file(chapter).names) if chapter.exercises[name].use else set()
    for part in ast.walk(node):
        if not isinstance(part, ast.Name) or part.id in found or part.id in {*ours, "np", name}:
            continue
        declared = file.names.get(part.id)
        if declared is None or declared is node or part.id not in vars(chapter.module):
            continue
        if isinstance(vars(chapter.module)[part.id], Exercise) or _is_an_answer(declared):
            continue
        if isinstance(declared, ast.ImportFrom) and (declared.module or "").startswith("gdl_"):
            return False
        found.pop(part.id, None)
        rest = dict[str, ast.stmt]()
        if not _gather(chapter, name, declared, rest):
            return False
        found.update({**rest, part.id: declared})
    return True


def _is_an_answer(node: ast.stmt) -> bool:
    """Whether a definition belongs to an exercise: names of its own locals may be the same."""
    kinds = ("law", "misconception", "alternative")
    decorators = [ast.unparse(d) for d in getattr(node, "decorator_list", [])]
    return any(f".{kind}" in decorator for decorator in decorators for kind in kinds)


def _completed(chapter: Chapter, name: str, node: ast.ClassDef) -> ast.ClassDef:
    """The reference with the methods of a misconception, which defines only what differs."""
    whole = ast.parse(solution_file(chapter).segment(solution_file(chapter).definitions[name]))
    made = whole.body[0]
    assert isinstance(made, ast.ClassDef)
    theirs = {part.name for part in node.body if isinstance(part, Definition)}
    kept = [p for p in made.body if not (isinstance(p, Definition) and p.name in theirs)]
    made.body = [*kept, *node.body]
    return made


# --- what a page shows -------------------------------------------------------------------------


@pytest.mark.parametrize("chapter", list(all_chapters()), ids=lambda chapter: chapter.id)
def test_from_level_to_level_less_is_left(chapter: Chapter) -> None:
    for name in chapter.exercises:
        texts = [text_of(card) for card in written(chapter, name)]
        left = [set("\n".join(text.split("\n")[1:]).split()) for text in texts]
        assert BLANK in texts[0] and BODY in texts[1] and BODY in texts[2], name
        assert len(texts[1]) >= len(texts[2]) > 0 and left[2] <= left[1], name
        assert not has_a_blank(texts[3]) and ast.parse(texts[3]).body[1:] == [], name
        for text in texts:
            compile(text, name, "exec")
            assert text.endswith("\n") and not text.endswith("\n\n")


@pytest.mark.parametrize("chapter", list(all_chapters()), ids=lambda chapter: chapter.id)
def test_bodies_that_are_blank_have_no_code_left(chapter: Chapter) -> None:
    for name in chapter.exercises:
        for card in written(chapter, name)[1:3]:
            nodes = {n.name: n for n in ast.parse(text_of(card)).body if isinstance(n, Definition)}
            for function in _functions(nodes[name]):
                (left,) = without_docstring(function)
                assert ast.unparse(left) == "..."


def test_a_page_says_what_to_do() -> None:
    shown = page(card_of("ch06.hidden_delta:line"), 0)
    assert shown.prompt == (
        "ch06.hidden_delta, level 1 of 4\n"
        "How much each hidden unit is to blame for the miss.\n"
        "Write the line that is missing, then save."
    )
    assert shown.file is not None and f"    return ...  {BLANK}" in shown.file
    assert "output_delta.dot" not in shown.file
    third = text_of(card_of("ch06.hidden_delta:claim"))
    assert "output_delta  (batch, out)" in third and "weights^T" not in third
    assert text_of(card_of("ch06.hidden_delta:name")) == (
        "# ch06.hidden_delta: write all of it, from its first line, then save.\n"
        "import numpy as np\n\n\n"
        "# def hidden_delta: How much each hidden unit is to blame for the miss.\n"
    )


def test_comments_stay_while_the_body_goes() -> None:
    body = text_of(card_of("ch11.embedding_sum_grad:body"))
    assert "# slope[indices] += upstream would count a repeated index once." in body
    assert "np.add.at" not in body


def test_one_entry_is_blank_where_entries_have_lines_of_their_own() -> None:
    text = text_of(card_of("ch06.backprop:line"))
    assert f"    return (\n        ...,  {BLANK}\n        hidden.T.dot(output_delta),\n" in text
    assert peek(card_of("ch06.backprop:line")).startswith("inputs.T.dot(hidden_delta(")


def test_prompts_fit_on_sixty_columns() -> None:
    for chapter, name in EVERY:
        for card in written(chapter, name):
            assert max(map(len, page(card, 0).prompt.split("\n"))) <= 60, card.id


def test_a_peek_is_one_line_and_what_is_revealed_is_all() -> None:
    for chapter, name in EVERY:
        for card in written(chapter, name):
            assert peek(card) and "\n" not in peek(card)
        assert "".join(peek(card).split()) in "".join(reveal(card).split())


def test_cards_are_found_by_their_ids() -> None:
    for chapter, name in EVERY[::7]:
        for card in cards_of(chapter, name):
            assert card_of(card.id) == card and card.chapter is chapter and card.name == name


# --- what passes -------------------------------------------------------------------------------


def problems(chapter: Chapter, names: list[str]) -> Iterator[str]:
    """What is wrong with the cards of these exercises: pages that pass, references that do not."""
    for name in names:
        for card in written(chapter, name):
            if passes(card, text_of(card)):
                yield f"{card.id}: the page as it stands passes"
            if not passes(card, with_reference(card)):
                yield f"{card.id}: the reference does not pass"


def wrongly_passed(chapter: Chapter, names: list[str], every_level: bool) -> Iterator[str]:
    """The misconceptions that pass, put into the page."""
    for name in names:
        cards = written(chapter, name)
        for i, misconception in enumerate(chapter.exercises[name].misconceptions):
            code = code_of(chapter, name, misconception)
            if code is None:
                continue
            for card in cards if every_level else [cards[i % len(cards)]]:
                result = check(card, whole(card, with_code(card, code)))
                if result.status == Verdict.PASSED:
                    yield f"{card.id}: {misconception.name} passes"
                elif result.error is not None and result.error.type in BROKEN:
                    yield f"{card.id}: {misconception.name} cannot be run: {result.error.message}"


@pytest.mark.parametrize(("chapter", "name"), random.Random(0).sample(EVERY, SAMPLE))
def test_only_what_is_right_passes(chapter: Chapter, name: str) -> None:
    assert not list(problems(chapter, [name]))
    assert not list(wrongly_passed(chapter, [name], every_level=False))


@pytest.mark.long
@pytest.mark.parametrize("chapter_id", list(chapter_modules()))
def test_every_reference_passes_and_no_page_does(chapter_id: str) -> None:
    assert not list(problems(load(chapter_id), list(load(chapter_id).exercises)))


@pytest.mark.long
@pytest.mark.parametrize("chapter_id", list(chapter_modules()))
def test_no_misconception_passes(chapter_id: str) -> None:
    chapter = load(chapter_id)
    assert not list(wrongly_passed(chapter, list(chapter.exercises), every_level=False))


def test_nearly_every_misconception_can_be_put_into_a_page() -> None:
    codes = [
        code_of(chapter, name, misconception)
        for chapter, name in EVERY
        for misconception in chapter.exercises[name].misconceptions
    ]
    assert len(codes) > 1800 and codes.count(None) < 10


# --- what is said ------------------------------------------------------------------------------

RIGHT = "def hidden_delta(d, w, h):\n    return (h > 0) * (d @ w.T)\n"


def test_any_right_code_counts() -> None:
    for level in LEVELS:
        mark = judge(card_of(f"ch06.hidden_delta:{level}"), 0, RIGHT)
        assert mark.right and mark.understood
    with_helper = "def on(h):\n    return h > 0\n\n" + RIGHT.replace("(h > 0)", "on(h)")
    assert judge(card_of("ch06.hidden_delta:name"), 0, with_helper).right


def test_what_it_rests_on_is_ours() -> None:
    card = card_of("ch06.hidden_delta:name")
    mine = "def hidden_delta(d, w, h):\n    return d.dot(w.T) * relu_deriv(h)\n"
    assert judge(card, 0, mine).right
    card = card_of("ch09.layer_delta:line")
    assert judge(card, 0, with_reference(card)).right


def test_what_is_revealed_passes_as_it_stands() -> None:
    for exercise in ("ch02.group_affinity", "ch06.hidden_delta", "ch13.SGD"):
        card = card_of(f"{exercise}:name")
        assert judge(card, 0, reveal(card)).right, exercise


def test_what_was_not_answered_is_no_mistake() -> None:
    card = card_of("ch06.hidden_delta:body")
    for text in (text_of(card), "", "import numpy as np\n", text_of(card).replace(BODY, "")):
        mark = judge(card, 0, text)
        assert not mark.right
        assert mark.understood == (text == text_of(card).replace(BODY, "")), text
    assert "blank is still there" in judge(card, 0, text_of(card)).says
    assert "no hidden_delta yet" in judge(card, 0, "").says


def test_why_it_is_not_right_is_said_in_lines_of_the_drill_file() -> None:
    card = card_of("ch06.hidden_delta:name")
    mark = judge(card, 0, "\n\ndef hidden_delta(d, w, h):\n    return d.dot(w.T)\n")
    assert not mark.right and mark.understood and "Looks like:" in mark.says
    mark = judge(card, 0, "\n\ndef hidden_delta(d, w, h):\n    return oops\n")
    assert "oops" in mark.says and "line 4" in mark.says
    mark = judge(card, 0, "\n\ndef hidden_delta(d, w, h:\n    return d\n")
    assert "line 3" in mark.says and not mark.right
    for text in ("while True: pass\n", "def hidden_delta(a):\n    return a\n", "1 / 0\n"):
        mark = judge(card, 0, text)
        assert not mark.right and mark.says
        assert max(map(len, mark.says.split("\n"))) <= 60


def test_a_card_is_the_same_in_every_process() -> None:
    code = (
        "from gdl_check.drill.cards import card_of\n"
        "from gdl_check.drill.pages import page, reveal\n"
        "for card in ('ch06.hidden_delta:shape', 'ch06.relu:bug', 'ch06.pressure:predict',"
        " 'ch06.train:line'):\n"
        "    print(page(card_of(card), 3), reveal(card_of(card), 3))\n"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1 and "hidden_delta" in told.pop()
