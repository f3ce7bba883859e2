"""Whether the answer to a card is right: code by the chapter's own checks, a quiz by its answer."""

from __future__ import annotations

from typing import NamedTuple

from gdl_check.drill.cards import Card


class Mark(NamedTuple):
    """What became of an answer, and one or a few sentences that say why.

    `understood` is False where nothing was answered yet, or in a form that cannot be read: that
    is no mistake.
    """

    right: bool
    says: str
    understood: bool = True


def judge(card: Card, turn: int, answer: str) -> Mark:
    """Mark an answer: the text of the drill file, or the line that was typed."""
    raise NotImplementedError
