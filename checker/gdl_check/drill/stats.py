"""How a learner is doing: what is due, what was remembered against what was foretold, the streak.

Everything is worked out anew from the reviews.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from gdl_check.drill.schedule import History, Rated, Rating, Standing, retrievability

WEEK = 7
WEEKS = 12  # of the calendar
BEYOND = 0.5  # of the time up to now, or to when a card is due, a curve goes on for


class Day(NamedTuple):
    """A day as it was: how many cards were reviewed, and whether any was due."""

    day: date
    reviews: int
    was_due: bool


class Statistics(NamedTuple):
    """How things stand on a day.

    week       how many come due on each of seven days, today with all that has waited
    wanted     the share that is to be remembered of what is due
    measured   the share that was, and `predicted` what FSRS had said; over `recalls` reviews
    streak     days in a row, of those on which something was due, on which something was done
    """

    day: date
    due: int
    week: list[tuple[date, int]]
    known: list[Standing]
    wanted: float
    measured: float | None
    predicted: float | None
    recalls: int
    streak: int
    calendar: list[Day]


def statistics_of(past: History, day: date) -> Statistics:
    """The statistics of a history, as they are on a day."""
    comes = Counter(max(standing.due, day) for standing in past.known.values())
    week = [day + timedelta(days=i) for i in range(WEEK)]
    again = [one for one in past.rated if one.predicted is not None]
    remembered = sum(one.rating != Rating.Again for one in again)
    foretold = sum(one.predicted or 0.0 for one in again)
    return Statistics(
        day,
        comes[day],
        [(one, comes[one]) for one in week],
        sorted(past.known.values(), key=lambda standing: (standing.due, standing.item)),
        past.wanted,
        remembered / len(again) if again else None,
        foretold / len(again) if again else None,
        len(again),
        streak(past.rated, day),
        calendar(past.rated, day),
    )


def days_due(rated: Iterable[Rated], day: date) -> set[date]:
    """The days up to this one on which something was due."""
    since: dict[str, date] = {}
    found: set[date] = set()
    for one in rated:
        if one.review.item in since:
            found |= set(_from_to(since[one.review.item], one.review.day))
        since[one.review.item] = one.after.due
    for due in since.values():
        found |= set(_from_to(due, day))
    return found


def streak(rated: Iterable[Rated], day: date) -> int:
    """How many of the last days on which something was due were days of drill, without a gap.

    Today breaks nothing: it is not over.
    """
    rated = list(rated)
    done = {one.review.day for one in rated}
    count = 0
    for one in sorted(days_due(rated, day), reverse=True):
        if one in done:
            count += 1
        elif one != day:
            break
    return count


def calendar(rated: Iterable[Rated], day: date) -> list[Day]:
    """The last twelve weeks, from a Monday to this day."""
    rated = list(rated)
    done, due = Counter(one.review.day for one in rated), days_due(rated, day)
    monday = day - timedelta(days=day.weekday() + WEEK * (WEEKS - 1))
    return [Day(one, done[one], one in due) for one in _from_to(monday, day)]


def curve(rated: Iterable[Rated], item: str, day: date) -> list[tuple[date, float]]:
    """How likely an item was to be remembered, day by day since its first review, and will be."""
    reviewed = {one.after.last: one.after for one in rated if one.review.item == item}
    if not reviewed:
        return []
    first, last = min(reviewed), reviewed[max(reviewed)]
    until = max(day, last.due)
    until += timedelta(days=max(WEEK, round((until - first).days * BEYOND)))
    told, standing = [], reviewed[first]
    for one in _from_to(first, until):
        standing = reviewed.get(one, standing)
        told.append((one, retrievability(standing, one)))
    return told


def told(statistics: Statistics, cards: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The statistics as an object of JSON; `cards` are told by `card_told`."""
    return {
        "version": 1,
        "day": statistics.day.isoformat(),
        "due": {
            "today": statistics.due,
            "week": [{"day": day.isoformat(), "due": n} for day, n in statistics.week],
        },
        "retention": {
            "wanted": statistics.wanted,
            "measured": statistics.measured,
            "predicted": statistics.predicted,
            "reviews": statistics.recalls,
        },
        "streak": statistics.streak,
        "calendar": [
            {"day": one.day.isoformat(), "reviews": one.reviews, "due": one.was_due}
            for one in statistics.calendar
        ],
        "cards": list(cards),
    }


def card_told(standing: Standing, past: History, day: date, with_curve: bool) -> dict[str, Any]:
    """One item as an object of JSON, with all its reviews and its curve where that is asked for."""
    one: dict[str, Any] = {
        "id": standing.item,
        "level": standing.level,
        "reviews": standing.reviews,
        "stability": round(standing.stability, 2),
        "retrievability": round(retrievability(standing, day), 4),
        "due": standing.due.isoformat(),
    }
    if with_curve:
        one["history"] = [
            {
                "day": rated.review.day.isoformat(),
                "level": rated.review.level,
                "rating": rated.rating.name.lower(),
                "seconds": rated.review.seconds,
            }
            for rated in past.rated
            if rated.review.item == standing.item
        ]
        points = curve(past.rated, standing.item, day)
        one["curve"] = [{"day": d.isoformat(), "recall": round(r, 4)} for d, r in points]
    return one


def _from_to(first: date, last: date) -> Iterator[date]:
    """The days from one to another, both counted."""
    return (first + timedelta(days=i) for i in range((last - first).days + 1))
