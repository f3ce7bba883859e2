"""What cards there are: an exercise is asked for in four levels and up to three kinds of quiz."""

from __future__ import annotations

from typing import NamedTuple

from gdl_check.course import Chapter, load_chapter

LEVELS = ("line", "body", "claim", "name")
QUIZZES = ("shape", "bug", "predict")


class Card(NamedTuple):
    """One thing to be asked: "ch06.hidden_delta:line" and so on.

    kind      "write", "shape", "bug" or "predict"
    level     of "write": 1 the line that matters is blank, 2 the body, 3 all but the signature and
              the claim, 4 all but the name; else 0
    """

    id: str
    exercise: str
    kind: str
    level: int

    @property
    def chapter(self) -> Chapter:
        return load_chapter(self.exercise.partition(".")[0])

    @property
    def name(self) -> str:
        """The exercise's name within its chapter."""
        return self.exercise.partition(".")[2]


def card_of(card_id: str) -> Card:
    """The card with this id, whether or not it can be made."""
    exercise, _, asked = card_id.partition(":")
    if asked in LEVELS:
        return Card(card_id, exercise, "write", LEVELS.index(asked) + 1)
    return Card(card_id, exercise, asked, 0)


def cards_of(chapter: Chapter, exercise: str) -> list[Card]:
    """The cards that can be made for an exercise, named without its chapter."""
    from gdl_check.drill.quizzes import can_be_made

    made = [kind for kind in QUIZZES if can_be_made(chapter, exercise, kind)]
    return [card_of(f"{chapter.exercise_id(exercise)}:{asked}") for asked in (*LEVELS, *made)]
