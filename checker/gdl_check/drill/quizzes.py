"""The three kinds of quiz: on shapes, on a bug, on a result. Each is answered in one line."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from gdl_check.course import Chapter
from gdl_check.drill import bugs, predictions, shapes
from gdl_check.drill.cards import Card
from gdl_check.drill.typed import CannotRead
from gdl_check.render.values import wrap

WIDTH = 60
TITLES = {"shape": "which shape?", "bug": "spot the bug", "predict": "work it out by hand"}


class Quiz(NamedTuple):
    """A question, what marks an answer to it, and the answer with its reason.

    `mark` gives whether it is right, and a sentence; it raises CannotRead.
    """

    lines: list[str]
    mark: Callable[[str], tuple[bool, str]]
    reason: str


def can_be_made(chapter: Chapter, name: str, kind: str) -> bool:
    """Whether a kind of quiz can be made for an exercise."""
    if kind == "bug":
        return bugs.has_bugs(chapter, name)
    if kind == "predict":
        return not predictions.left_out(chapter, name)
    return shapes.question(chapter, name, 0) is not None


def prompt(card: Card, turn: int) -> str:
    """A quiz as it is asked, at most 60 columns wide."""
    told = (inspect.getdoc(card.chapter.reference(card.name)) or "").split("\n")[0]
    head = [f"{card.exercise}: {TITLES[card.kind]}", *wrap(told, WIDTH), ""]
    return "\n".join([*head, *_quiz(card, turn).lines])


def reason(card: Card, turn: int) -> str:
    """The answer of a quiz, with its reason."""
    return "\n".join(wrap(_quiz(card, turn).reason, WIDTH))


def marked(card: Card, turn: int, typed: str) -> tuple[bool, str, bool]:
    """Whether an answer is right, a sentence, and whether it could be read."""
    try:
        right, says = _quiz(card, turn).mark(typed)
    except CannotRead as cannot:
        return False, "\n".join(wrap(str(cannot), WIDTH)), False
    return right, "\n".join(wrap(says, WIDTH)), True


def _quiz(card: Card, turn: int) -> Quiz:
    # Where there is nothing to be drawn for this turn, the first one is asked again.
    made = _made(card.chapter, card.name, card.kind, turn) or _made(
        card.chapter, card.name, card.kind, 0
    )
    assert made is not None, f"{card.id}: there is no such card"
    return made


@lru_cache(maxsize=64)
def _made(chapter: Chapter, name: str, kind: str, turn: int) -> Quiz | None:
    if kind == "shape":
        shown = shapes.question(chapter, name, turn)
        if shown is None:
            return None
        inputs, shape = shown
        lines = shapes.prompt_lines(chapter, name, inputs, shape, WIDTH)
        return Quiz(
            lines, lambda typed: shapes.marked(shape, typed), shapes.reason(chapter, name, shape)
        )
    if kind == "bug":
        bug = bugs.question(chapter, name, turn)
        if bug is None:
            return None
        lines = bugs.prompt_lines(bug, name, WIDTH)
        return Quiz(lines, lambda typed: bugs.marked(bug, typed), bugs.reason(bug))
    case = predictions.question(chapter, name, turn)
    if case is None:
        return None
    inputs, expected = case
    lines = predictions.prompt_lines(name, inputs, WIDTH)
    return Quiz(
        lines, lambda typed: predictions.marked(expected, typed), predictions.shown(expected)
    )
