"""When a card comes back: FSRS, with ratings made from what happened. Nobody rates themselves.

FSRS says how likely something is to be remembered after some days (its *retrievability*), and
when that falls to what the learner wants to keep. Here its days are the learner's: it is told of
noons, so that it makes no difference at what hour of a day something was reviewed.
"""

from __future__ import annotations

import bisect
import random
import statistics
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from fsrs import Card as Memory
from fsrs import Rating, Scheduler, State

from gdl_check.drill.cards import LEVELS
from gdl_check.drill.reviews import Review, retention_in, reviews_of
from gdl_check.state import Event

WANTED = 0.9  # of what is due is to be remembered
TOP = len(LEVELS)
FEWEST_TIMES = 5  # before a median of them says anything
FAST = 0.6  # of the median: just below it lies every other time, and says nothing
FUZZ = 0.05  # of an interval, or a day
SHORTEST_FUZZED, LONGEST = 3, 180  # days; what is right twice a year will not be lost
RECENT = 20  # reviews that tell how long the next will take
FIRST_GUESS = {"write": 60.0}  # seconds, until there are reviews that tell
OTHER_GUESS = 30.0
KEPT = 1 << 16  # steps of a history, which is followed anew after every card


class Standing(NamedTuple):
    """How well an item is known after its last review; `stability` in days, as FSRS has it."""

    item: str
    level: int
    reviews: int
    stability: float
    difficulty: float
    last: date
    due: date


class Rated(NamedTuple):
    """A review with its rating; how likely it had been to go well, and what came of it.

    `predicted` is None where the item was reviewed for the first time.
    """

    review: Review
    rating: Rating
    predicted: float | None
    after: Standing


class History(NamedTuple):
    """All that was reviewed, oldest first; where it stands; how much is to be remembered."""

    rated: list[Rated]
    known: dict[str, Standing]
    wanted: float


def history(events: Iterable[Event], now: datetime) -> History:
    """The history that some events tell, as it counts at a moment."""
    events = list(events)
    wanted = retention_in(events, WANTED)
    rated = replay(reviews_of(events, now), wanted)
    return History(rated, standings(rated), wanted)


@lru_cache
def scheduler(wanted: float) -> Scheduler:
    """FSRS without learning steps: nothing comes twice on a day, and its own fuzz has no seed."""
    return Scheduler(
        desired_retention=wanted,
        learning_steps=(),
        relearning_steps=(),
        maximum_interval=LONGEST,
        enable_fuzzing=False,
    )


def replay(reviews: Iterable[Review], wanted: float = WANTED) -> list[Rated]:
    """Rate reviews, oldest first, and follow what they did to the items."""
    known: dict[str, Standing] = {}
    times: list[float] = []  # of the first saves that were right at the top level, sorted
    rated = []
    for review in reviews:
        median = statistics.median(times) if len(times) >= FEWEST_TIMES else 0.0
        rating = rating_of(review, median)
        if rating >= Rating.Good and review.level == TOP:
            bisect.insort(times, review.seconds)
        before = known.get(review.item)
        predicted = retrievability(before, review.day) if before is not None else None
        after = known[review.item] = reviewed(before, review, rating, wanted)
        rated.append(Rated(review, rating, predicted, after))
    return rated


def standings(rated: Iterable[Rated]) -> dict[str, Standing]:
    """Where every item stands that was reviewed, by item."""
    return {one.review.item: one.after for one in rated}


def rating_of(review: Review, median: float = 0.0) -> Rating:
    """How well a review went; `median` is the learner's own time at the top level, in seconds.

    Given up is again; a miss or a peek makes it hard; right at once is good, and easy where it is
    at the top level and clearly faster than the median.
    """
    if review.given_up:
        return Rating.Again
    if review.misses or review.peeks:
        return Rating.Hard
    is_fast = review.level == TOP and review.seconds < FAST * median
    return Rating.Easy if is_fast else Rating.Good


def level_after(level: int, rating: Rating) -> int:
    """A level rises by one after good or easy, falls by one after again, and stays after hard."""
    step = {Rating.Again: -1, Rating.Hard: 0}.get(rating, 1)
    return min(max(level + step, 1), TOP) if level else 0


@lru_cache(KEPT)
def reviewed(before: Standing | None, review: Review, rating: Rating, wanted: float) -> Standing:
    """Where an item stands after a review; what was given up comes back on the next day."""
    # A clock that was set back makes no negative time.
    day = max(review.day, before.last) if before else review.day
    memory, _ = scheduler(wanted).review_card(_memory(before), rating, _noon(day))
    assert memory.stability is not None and memory.difficulty is not None
    count = before.reviews + 1 if before else 1
    interval = 1
    if rating != Rating.Again:
        interval = fuzzed(review.item, count, (memory.due - _noon(day)).days)
    return Standing(
        review.item,
        level_after(review.level, rating),
        count,
        memory.stability,
        memory.difficulty,
        day,
        day + timedelta(days=interval),
    )


def fuzzed(item: str, count: int, interval: int) -> int:
    """An interval in days, moved a little so that what was learned together does not stay so.

    It depends on the item and the number of its reviews alone.
    """
    if interval < SHORTEST_FUZZED:
        return interval
    most = max(1, round(interval * FUZZ))
    return min(interval + random.Random(f"{item} {count}").randint(-most, most), LONGEST)


@lru_cache(KEPT)
def retrievability(standing: Standing, day: date) -> float:
    """How likely an item is to be remembered on a day, from 0 to 1."""
    return scheduler(WANTED).get_card_retrievability(_memory(standing), _noon(day))


def due(known: Mapping[str, Standing], day: date) -> list[Standing]:
    """What is due on a day, or was before: first what is most likely to be lost."""
    waiting = [standing for standing in known.values() if standing.due <= day]
    return sorted(waiting, key=lambda s: (retrievability(s, day), s.item))


def pace(rated: Iterable[Rated]) -> dict[str, float]:
    """How many seconds a card of each kind took lately, for the kinds that there were."""
    seconds: dict[str, list[float]] = {}
    for one in rated:
        seconds.setdefault(one.review.kind, []).append(one.review.seconds)
    return {kind: statistics.median(times[-RECENT:]) for kind, times in seconds.items()}


def portion(
    waiting: Iterable[str], fresh: Iterable[str], known_pace: Mapping[str, float], seconds: float
) -> Iterator[str]:
    """The items for a sitting of some seconds: those waiting, then fresh ones; one at least."""
    spent = 0.0
    for item in chain(waiting, fresh):
        kind = item.partition(":")[2]
        needs = known_pace.get(kind) or FIRST_GUESS.get(kind, OTHER_GUESS)
        if spent and spent + needs > seconds:
            return
        spent += needs
        yield item


def _memory(standing: Standing | None) -> Memory:
    """What FSRS knows of an item."""
    if standing is None:
        return Memory(card_id=0)
    return Memory(
        card_id=0,
        state=State.Review,
        stability=standing.stability,
        difficulty=standing.difficulty,
        last_review=_noon(standing.last),
    )


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)
