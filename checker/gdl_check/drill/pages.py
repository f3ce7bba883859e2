"""What a learner sees of a card: at each level of an exercise less of the reference is left."""

from __future__ import annotations

import ast
import io
import re
import textwrap
import tokenize
from collections.abc import Iterator
from typing import NamedTuple

from gdl_check.course_files import solution_file
from gdl_check.drill import quizzes
from gdl_check.drill.blanking import BODY, blank_in
from gdl_check.drill.cards import LEVELS, Card
from gdl_check.drill.quizzes import WIDTH
from gdl_check.hints import body
from gdl_check.render.values import wrap
from gdl_check.source import ChapterFile, Definition, excerpt, span, uses, without_docstring

TO_DO = ("the line that is missing", "the body", "the body", "all of it, from its first line")
TABLE = re.compile(r"\S {2,}\S")
NUMPY = "import numpy as np"


class Page(NamedTuple):
    """What a card shows: its prompt, at most 60 columns wide, and the text of its drill file.

    A quiz has no file: it is answered in one line.
    """

    prompt: str
    file: str | None = None


def page(card: Card, turn: int) -> Page:
    """What a card shows when it was reviewed `turn` times before."""
    if card.kind != "write":
        return Page(quizzes.prompt(card, turn))
    file = solution_file(card.chapter)
    node = file.definitions[card.name]
    asked = f"Write {TO_DO[card.level - 1]}, then save."
    head = f"{card.exercise}, level {card.level} of {len(LEVELS)}"
    prompt = [head, *wrap(claim(node), WIDTH), *wrap(asked, WIDTH)]
    parts = [f"# {card.exercise}: {asked[0].lower()}{asked[1:]}"]
    if NUMPY in file.lines:
        parts.append(NUMPY)
    text = "\n".join(parts) + "\n\n\n" + drill_text(file, card.name, card.level)
    return Page("\n".join(prompt), text.rstrip("\n") + "\n")


def peek(card: Card) -> str:
    """One line of the reference: the one that matters."""
    file = solution_file(card.chapter)
    was = textwrap.dedent(blank_in(file, file.definitions[card.name]).was)
    return " ".join(was.split())


def reveal(card: Card, turn: int = 0) -> str:
    """What was asked for: the reference, or the answer of a quiz with its reason."""
    ours = helpers_of(solution_file(card.chapter), card.name) + body(card.chapter, card.name)
    if card.kind == "write":
        return ours
    answer = quizzes.reason(card, turn)
    return f"{answer}\n\n{ours}" if card.kind == "predict" else answer


def claim(node: Definition) -> str:
    """What a function or class is for: the first line of its docstring."""
    return (ast.get_docstring(node) or node.name).split("\n")[0]


def helpers_of(file: ChapterFile, name: str) -> str:
    """What a reference calls and no stub has: the solution's own helpers, as source."""
    helpers = sorted(other for other in uses(file, name) if other.startswith("_"))
    return excerpt(file, helpers) + "\n\n\n" if helpers else ""


def drill_text(file: ChapterFile, name: str, level: int) -> str:
    """What is left of a definition at a level."""
    node = file.definitions[name]
    if level == 1:
        return helpers_of(file, name) + "".join(_with_a_blank(file, node))
    if level == 4:
        return "\n".join(f"# {line}" for line in _name_only(node))
    return "\n".join(_without_bodies(file, node, level))


def _with_a_blank(file: ChapterFile, node: Definition) -> Iterator[str]:
    blank, (first, last) = blank_in(file, node), span(node)
    for number in range(first, last + 1):
        if number == blank.first:
            yield blank.text + "\n"
        elif not blank.first < number <= blank.last:
            yield file.lines[number - 1] + "\n"


def _name_only(node: Definition) -> list[str]:
    """What is told where everything is to be written: the name and the task."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return [f"def {node.name}: {claim(node)}"]
    methods = ", ".join(part.name for part in node.body if isinstance(part, Definition))
    bases = ", ".join(map(ast.unparse, node.bases))
    head = f"class {node.name}{f'({bases})' if bases else ''}: {claim(node)}"
    return [head, *wrap(f"with {methods}", 90)]


def _without_bodies(file: ChapterFile, node: Definition, level: int) -> Iterator[str]:
    """A definition whose functions are signatures with their docstrings.

    Level 2 keeps the comments and whole docstrings, level 3 only the claims and the shapes.
    """
    inside = without_docstring(node)
    has_docstring = inside is not node.body
    yield from file.lines[span(node)[0] - 1 : node.body[0].lineno - (not has_docstring)]
    if has_docstring:
        yield from _rest_of_docstring(file, node.body[0], level)
    if isinstance(node, ast.ClassDef):
        for i, part in enumerate(inside):
            if i or has_docstring:
                yield ""
            if isinstance(part, Definition):
                yield from _without_bodies(file, part, level)
            else:
                yield from file.segment(part).split("\n")
        return
    margin = " " * inside[0].col_offset
    if level == 2:
        yield from _comments(file, node)
    yield f"{margin}...  {BODY}"


def _rest_of_docstring(file: ChapterFile, told: ast.stmt, level: int) -> Iterator[str]:
    """The lines of a docstring below its first one, as far as a level keeps them."""
    lines = file.lines[told.lineno : told.end_lineno]
    if level == 2 or not lines:
        yield from lines
        return
    for paragraph in "\n".join(lines[:-1]).split("\n\n"):
        rows = [row for row in paragraph.split("\n") if row.strip()]
        if rows and _tells_shapes(rows, told.col_offset):
            yield from ["", *rows]
    yield lines[-1]


def _tells_shapes(rows: list[str], margin: int) -> bool:
    """Whether a paragraph is a table: it stands further in, or has columns."""
    if rows[0].lstrip().startswith(">>>"):
        return False
    further_in = all(len(row) - len(row.lstrip()) > margin for row in rows)
    return further_in or TABLE.search(rows[0]) is not None


def _comments(file: ChapterFile, node: Definition) -> Iterator[str]:
    """The comments in a body, each on a line of its own, docstrings and code left out."""
    first, last = span(node)
    text = "\n".join(file.lines[first - 1 : last]) + "\n"
    margin = " " * without_docstring(node)[0].col_offset
    for token in tokenize.generate_tokens(io.StringIO(textwrap.dedent(text)).readline):
        if token.type == tokenize.COMMENT:
            yield margin + token.string
