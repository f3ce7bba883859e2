"""What a learner sees of a card."""

from __future__ import annotations

from typing import NamedTuple

from gdl_check.drill.cards import Card


class Page(NamedTuple):
    """What a card shows: its prompt, at most 60 columns wide, and the text of its drill file.

    A quiz has no file: it is answered in one line.
    """

    prompt: str
    file: str | None = None


def page(card: Card, turn: int) -> Page:
    """What a card shows when it was reviewed `turn` times before."""
    raise NotImplementedError


def peek(card: Card, turn: int = 0) -> str:
    """One line of what is asked for: the one that matters."""
    raise NotImplementedError


def reveal(card: Card, turn: int = 0) -> str:
    """What was asked for: the reference, or the answer with its reason."""
    raise NotImplementedError
