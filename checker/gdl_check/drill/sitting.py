"""A sitting: the cards of today, one after the other, each until it is right, given up or put off.

What is on the table lies in `.gdl/drill/` as well: the file that is written in, and how far one
has come. A sitting that was broken off goes on from there.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from gdl_check import state
from gdl_check.drill import days
from gdl_check.drill.cards import Card, card_of
from gdl_check.drill.marking import Mark
from gdl_check.drill.pages import Page, page, peek, reveal
from gdl_check.drill.plan import Ask
from gdl_check.drill.reviews import KINDS, Review, event_of, item_of
from gdl_check.drill.schedule import Rated, history

TRIES = 2  # at a quiz: among four answers a third one would be a guess
ON_THE_TABLE = "asked.json"


@dataclass
class Asked:
    """The card on the table, and what has happened to it so far."""

    card: str
    turn: int
    seconds: float = 0.0
    misses: int = 0
    peeks: int = 0

    @property
    def ask(self) -> Ask:
        return Ask(card_of(self.card), self.turn)


class Sitting:
    """One sitting in a workspace. `now` tells the day, `clock` how long a card takes.

    Every review is written down when its card is done. Raises OSError where that cannot be.
    """

    def __init__(
        self,
        workspace: Path,
        asks: Iterable[Ask],
        seconds: float,
        now: Callable[[], datetime] = days.now,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.log, self.folder = state.state_file(workspace), workspace / ".gdl" / "drill"
        self.asks, self.seconds, self.now, self.clock = list(asks), seconds, now, clock
        self.at = -1
        self.asked: Asked | None = None
        self.page = Page("")
        self.done: list[Rated] = []
        self.put_off = 0
        self.since = clock()

    @property
    def card(self) -> Card:
        return self.asks[self.at].card

    @property
    def turn(self) -> int:
        return self.asks[self.at].turn

    @property
    def path(self) -> Path:
        """The drill file of the card on the table; quizzes have none."""
        return self.folder / f"{self.card.exercise.replace('.', '_')}.py"

    @property
    def is_last(self) -> bool:
        """Whether no card comes after the one on the table, or there is no time for it."""
        return self.at + 1 >= len(self.asks) or self.spent >= self.seconds

    @property
    def spent(self) -> float:
        return sum(one.review.seconds for one in self.done)

    def next(self) -> bool:
        """Put the next card on the table, as it was left where it was begun; False at the end."""
        self._clear()
        if self.is_last:
            return False
        self.at += 1
        begun = on_the_table(self.folder)
        is_begun = begun is not None and begun.ask == self.asks[self.at]
        self.asked = begun if is_begun else Asked(self.card.id, self.turn)
        self.page, self.since = page(self.card, self.turn), self.clock()
        self.folder.mkdir(exist_ok=True)
        if self.page.file is not None and not (is_begun and self.path.exists()):
            self.path.write_text(self.page.file, encoding="utf-8", newline="\n")
        self.keep()
        return True

    def keep(self) -> None:
        """Write down how far the card on the table has come."""
        if self.asked is not None:
            now = self.clock()
            self.asked.seconds += now - self.since
            self.since = now
            (self.folder / ON_THE_TABLE).write_text(json.dumps(asdict(self.asked)), "utf-8")

    def peek(self) -> str:
        """The line that matters; it is counted once, however often it is looked at."""
        assert self.asked is not None
        self.asked.peeks = 1
        self.keep()
        return self.peeked()

    def peeked(self) -> str:
        """What was seen of the card so far."""
        is_seen = self.asked is not None and self.asked.peeks > 0
        return peek(self.card) if is_seen else ""

    def take(self, mark: Mark) -> Rated | None:
        """Count what an answer was worth; the review, where the card is done with it."""
        assert self.asked is not None
        if mark.right:
            return self._review(given_up=False)
        self.asked.misses += mark.understood
        self.keep()
        is_over = self.page.file is None and self.asked.misses >= TRIES
        return self._review(given_up=True) if is_over else None

    @property
    def has_last_try(self) -> bool:
        """Whether a quiz is over with the next answer, because there were others."""
        asked = self.asked
        return self.page.file is None and asked is not None and asked.misses == TRIES - 1

    def give_up(self) -> Rated:
        """The review; what was asked for can be `revealed`."""
        return self._review(given_up=True)

    def revealed(self) -> str:
        """What was asked for."""
        return reveal(self.card, self.turn)

    def skip(self) -> None:
        """Put the card off to another sitting; nothing is remembered of it."""
        self.asked = None
        self.put_off += 1

    def close(self) -> None:
        """Leave what is on the table to be gone on with."""
        if self.asked is not None:
            self.keep()
        else:
            self._clear()

    def _review(self, given_up: bool) -> Rated:
        self.keep()
        asked, now = self.asked, self.now()
        assert asked is not None
        told = (asked.seconds, asked.misses, asked.peeks, given_up)
        review = Review(item_of(self.card), self.card.level, now, days.day_of(now), *told)
        state.append(self.log, [event_of(review)])
        self.asked = None
        rated = history(state.read(self.log).events, now).rated
        made = (one for one in rated if one.review.item == review.item and one.review.at == now)
        self.done.append(next(made))
        return self.done[-1]

    def _clear(self) -> None:
        """Take away what belongs to a card that is done."""
        if self.at >= 0:
            for path in (self.path, self.folder / ON_THE_TABLE):
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)


def on_the_table(folder: Path) -> Asked | None:
    """The card that was left in the middle, and how far it had come, where there is one."""
    try:
        asked = Asked(**json.loads((folder / ON_THE_TABLE).read_text(encoding="utf-8")))
        asked.seconds, asked.misses = float(asked.seconds), int(asked.misses)
        is_known = asked.turn >= 0 and item_of(asked.ask.card).partition(":")[2] in KINDS
    except (OSError, ValueError, TypeError, AttributeError):
        return None
    return asked if is_known else None
