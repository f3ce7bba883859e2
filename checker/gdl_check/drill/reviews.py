"""What happened when a card was asked: one event a review, from which everything else is derived.

An *item* is what is remembered: an exercise in one kind of card, like "ch06.relu:write". What is
asked of it is a card, which has less and less on it as the item is remembered better.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from gdl_check.drill.cards import LEVELS, QUIZZES, Card
from gdl_check.state import Event

REVIEWED, RETENTION = "drill", "drill_retention"
KINDS = ("write", *QUIZZES)
AHEAD = timedelta(days=1)  # by which another machine's clock, or ours, may be wrong
FURTHEST = timedelta(days=2)  # from a moment in UTC to the day anywhere on earth


class Review(NamedTuple):
    """One time that a card was asked, until it was right or given up.

    seconds   how long it took
    misses    answers, or saves of the drill file, that were not right
    """

    item: str
    level: int
    at: datetime
    day: date
    seconds: float
    misses: int = 0
    peeks: int = 0
    given_up: bool = False

    @property
    def exercise(self) -> str:
        return exercise_of(self.item)

    @property
    def kind(self) -> str:
        return self.item.partition(":")[2]


def item_of(card: Card) -> str:
    """The item that a card asks for."""
    return f"{card.exercise}:{card.kind}"


def exercise_of(item: str) -> str:
    """The id of the exercise that an item belongs to."""
    return item.partition(":")[0]


def event_of(review: Review) -> Event:
    """A review as it is written down."""
    told = {
        "item": review.item,
        "level": review.level,
        "day": review.day.isoformat(),
        "seconds": round(review.seconds, 1),
        "misses": review.misses,
        "peeks": review.peeks,
        "given_up": review.given_up,
    }
    t = review.at.isoformat(timespec="microseconds")
    return Event(REVIEWED, review.exercise, more=told, t=t)


def reviews_of(events: Iterable[Event], now: datetime) -> list[Review]:
    """The reviews among some events, oldest first; what cannot be understood is left out.

    A review that lies more than a day ahead was made by a wrong clock, and counts once its time has
    come: until then the card is asked as if it had not been.
    """
    told = (_review(event) for event in events if event.event == REVIEWED)
    return [review for review in told if review is not None and review.at <= now + AHEAD]


def _review(event: Event) -> Review | None:
    more = event.more
    try:
        review = Review(
            str(more["item"]),
            int(more["level"]),
            event.at,
            date.fromisoformat(more["day"]),
            float(more["seconds"]),
            int(more["misses"]),
            int(more["peeks"]),
            bool(more["given_up"]),
        )
        is_near = abs(review.day - review.at.date()) <= FURTHEST
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    sound = review.level in range(len(LEVELS) + 1) and 0 <= review.seconds < float("inf")
    named = review.exercise == event.exercise and review.kind in KINDS
    return review if is_near and sound and named else None


def retention_in(events: Iterable[Event], default: float) -> float:
    """How much the learner wants to remember, as they said last."""
    told = [event.more.get("retention") for event in events if event.event == RETENTION]
    sound = [value for value in told if isinstance(value, float) and 0 < value < 1]
    return sound[-1] if sound else default
