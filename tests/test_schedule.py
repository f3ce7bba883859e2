"""The schedule: FSRS as the library has it, ratings from what happened, a year of a learner."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from fsrs import Card as Memory
from fsrs import Rating, Scheduler
from hypothesis import given
from hypothesis import strategies as st

from gdl_check import state
from gdl_check.course import all_chapters
from gdl_check.drill import plan as planning
from gdl_check.drill.plan import NEW_A_DAY, plan
from gdl_check.drill.reviews import Review, event_of, exercise_of, item_of, reviews_of
from gdl_check.drill.schedule import (
    FEWEST_TIMES,
    LONGEST,
    History,
    due,
    fuzzed,
    history,
    level_after,
    portion,
    rating_of,
    replay,
    retrievability,
    standings,
)
from gdl_check.drill.stats import days_due, statistics_of
from gdl_check.state import Event

ITEM = "ch06.relu:write"
BEGIN = date(2026, 1, 5)
HOW: dict[Rating, dict[str, Any]] = {
    Rating.Again: {"given_up": True},
    Rating.Hard: {"misses": 1},
    Rating.Good: {},
}


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def review(day: int, rating: Rating = Rating.Good, item: str = ITEM, **more: Any) -> Review:
    """A review some days after the beginning, one that is rated like this."""
    on = BEGIN + timedelta(days=day)
    told = {"level": 1, "seconds": 30.0, **HOW[rating], **more}
    return Review(item, at=noon(on), day=on, **told)


# --- held against the library ------------------------------------------------------------------


@given(
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from(list(HOW))), min_size=1, max_size=12),
    st.sampled_from((0.8, 0.9, 0.95)),
)
def test_it_is_what_the_library_says(steps: list[tuple[int, Rating]], wanted: float) -> None:
    library = Scheduler(
        desired_retention=wanted,
        learning_steps=(),
        relearning_steps=(),
        maximum_interval=LONGEST,
        enable_fuzzing=False,
    )
    memory, day, reviews = Memory(card_id=1), 0, []
    for gap, rating in steps:
        day += gap
        reviews.append(review(day, rating))
        expected = library.get_card_retrievability(memory, reviews[-1].at)
        memory, _ = library.review_card(memory, rating, reviews[-1].at)
        told = replay(reviews, wanted)[-1]
        assert told.rating == rating
        assert (told.after.stability, told.after.difficulty) == (
            memory.stability,
            memory.difficulty,
        )
        assert told.predicted == (expected if len(reviews) > 1 else None)
        interval = (memory.due - reviews[-1].at).days
        ours = (told.after.due - reviews[-1].day).days
        if rating == Rating.Again:
            assert ours == 1
        else:
            assert ours >= 1 and abs(ours - interval) <= max(1, round(interval / 20))


def test_the_hour_makes_no_difference() -> None:
    late, early = review(0), review(1)
    late = late._replace(at=noon(BEGIN) + timedelta(hours=11))
    early = early._replace(at=noon(BEGIN) + timedelta(hours=17))
    assert standings(replay([late, early])) == standings(replay([review(0), review(1)]))


def test_fuzz_lies_within_the_library_s_and_is_the_same_everywhere() -> None:
    library = Scheduler(enable_fuzzing=True, maximum_interval=LONGEST)
    for interval in (1, 2, 3, 5, 10, 40, LONGEST):
        ours = {fuzzed(f"ch06.f{n}:write", 3, interval) for n in range(300)}
        theirs = [
            library._get_fuzzed_interval(interval=timedelta(days=interval)).days for _ in range(300)
        ]
        assert min(theirs) <= min(ours) and max(ours) <= max(theirs)
        assert len(ours) > 1 or interval < 3
    shown = "print([fuzzed('a:write', n, 90) for n in range(9)])"
    code = f"from gdl_check.drill.schedule import fuzzed; {shown}"
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONPATH": ":".join(sys.path), "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert told == {f"{[fuzzed('a:write', n, 90) for n in range(9)]}\n"}


# --- ratings and levels ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "rating"),
    [
        ({}, Rating.Good),
        ({"misses": 1}, Rating.Hard),
        ({"peeks": 1}, Rating.Hard),
        ({"given_up": True}, Rating.Again),
        ({"given_up": True, "misses": 3, "peeks": 1}, Rating.Again),
        ({"level": 4, "seconds": 11.9}, Rating.Easy),
        ({"level": 4, "seconds": 12.0}, Rating.Good),
        ({"level": 4, "seconds": 1.0, "peeks": 1}, Rating.Hard),
        ({"level": 3, "seconds": 1.0}, Rating.Good),
        ({"level": 0, "seconds": 1.0, "item": "ch06.relu:shape"}, Rating.Good),
    ],
)
def test_ratings(more: dict[str, Any], rating: Rating) -> None:
    assert rating_of(review(0, **more), median=20.0) == rating


def test_easy_is_faster_than_one_s_own_median_at_the_top() -> None:
    slow = [review(n, item=f"ch06.f{n}:write", level=4, seconds=60.0) for n in range(FEWEST_TIMES)]
    fast = review(90, level=4, seconds=35.0)
    assert replay([*slow, fast])[-1].rating == Rating.Easy
    assert replay([*slow[1:], fast])[-1].rating == Rating.Good
    lower = [one._replace(level=3) for one in slow]
    assert replay([*lower, fast])[-1].rating == Rating.Good


def test_levels() -> None:
    moves = {Rating.Again: "1123", Rating.Hard: "1234", Rating.Good: "2344", Rating.Easy: "2344"}
    for rating, after in moves.items():
        assert "".join(str(level_after(level, rating)) for level in (1, 2, 3, 4)) == after
        assert level_after(0, rating) == 0


# --- what is due -------------------------------------------------------------------------------


def test_nothing_comes_twice_on_a_day_and_what_was_given_up_comes_tomorrow() -> None:
    days = [0, 3, 20, 90, 300]
    for rating in HOW:
        for n in range(len(days)):
            told = replay([*(review(day) for day in days[:n]), review(days[n], rating)])[-1]
            assert told.after.due > told.review.day
            if rating == Rating.Again:
                assert told.after.due == told.review.day + timedelta(days=1)


def test_what_is_most_likely_to_be_lost_comes_first() -> None:
    known = standings(
        replay(review(n, item=f"ch06.f{9 - n}:write", **HOW[r]) for n, r in enumerate(HOW))
    )
    today = BEGIN + timedelta(days=200)
    likely = [retrievability(standing, today) for standing in due(known, today)]
    assert len(likely) == 3 and likely == sorted(likely)
    assert due(known, BEGIN) == []


def test_a_portion_fits_and_is_never_empty() -> None:
    items = [f"ch06.f{n}:write" for n in range(9)]
    assert list(portion(items, [], {}, 180)) == items[:3]
    assert list(portion(items, [], {"write": 20.0}, 180)) == items
    assert list(portion(items[:1], items[1:], {"write": 90.0}, 180)) == items[:2]
    assert list(portion(items, [], {"write": 900.0}, 180)) == items[:1]
    assert list(portion([], [], {}, 180)) == []


# --- the log -----------------------------------------------------------------------------------


def test_what_is_written_is_read(tmp_path: Path) -> None:
    reviews = [review(n, rating, peeks=n) for n, rating in enumerate(HOW)]
    state.append(tmp_path / "log", map(event_of, reviews))
    log = state.read(tmp_path / "log")
    assert log.unreadable == 0 and reviews_of(log.events, noon(BEGIN)) == reviews[:2]
    assert reviews_of(log.events, noon(BEGIN + timedelta(days=9))) == reviews


def test_two_machines_merge_and_both_count(tmp_path: Path) -> None:
    first, later = review(0), review(0, Rating.Again)
    later = later._replace(at=first.at + timedelta(hours=2))
    third = review(2)
    for name, made in (("a", [first]), ("b", [later, third])):
        state.append(tmp_path / name, map(event_of, made))
    a, b = (tmp_path / "a").read_bytes(), (tmp_path / "b").read_bytes()
    for merged in (a + b, b + a, a + b + a):
        (tmp_path / "ab").write_bytes(merged)
        reviews = reviews_of(state.read(tmp_path / "ab").events, noon(BEGIN + timedelta(days=3)))
        assert reviews == [first, later, third]
    rated = replay(reviews)
    assert [one.rating for one in rated] == [Rating.Good, Rating.Again, Rating.Good]
    assert [one.after.reviews for one in rated] == [1, 2, 3]


@pytest.mark.parametrize(
    "damage",
    [
        {"level": 9},
        {"level": "x"},
        {"day": "9999-12-31"},
        {"day": 7},
        {"seconds": -1},
        {"seconds": float("nan")},
        {"misses": float("inf")},
        {"item": "ch06.relu"},
        {"item": "ch07.other:write"},
        {"item": ["ch06.relu:write"]},
    ],
)
def test_a_damaged_review_costs_itself(tmp_path: Path, damage: dict[str, object]) -> None:
    good = event_of(review(0))
    bad = Event(good.event, good.exercise, more={**good.more, **damage}, t=good.t)
    state.append(tmp_path / "log", [good, bad, event_of(review(1))])
    with (tmp_path / "log").open("ab") as log:
        log.write(b'{"format":1,"id":"x","t":"2026-01-0')
    events = state.read(tmp_path / "log").events
    assert reviews_of(events, noon(BEGIN + timedelta(days=9))) == [review(0), review(1)]


def test_retention_is_what_was_wanted_last() -> None:
    t = noon(BEGIN).isoformat()
    told = [Event("drill_retention", more={"retention": r}, t=t) for r in (0.8, 0.95, "much", 7)]
    assert history(told, noon(BEGIN)).wanted == 0.95
    assert history([], noon(BEGIN)).wanted == 0.9
    event = event_of(review(0))
    intervals = [
        history([event, *wanted], noon(BEGIN)).known[ITEM].due for wanted in ([], told, told[:1])
    ]
    assert intervals[1] < intervals[0] < intervals[2]


# --- clocks ------------------------------------------------------------------------------------


def test_a_clock_that_was_years_ahead_loses_no_card() -> None:
    made = [event_of(review(0)), event_of(review(1500))]
    today = BEGIN + timedelta(days=10)
    past = history(made, noon(today))
    assert past.known[ITEM].reviews == 1 and due(past.known, today)
    later = history(made, noon(BEGIN + timedelta(days=1500)))
    assert later.known[ITEM].reviews == 2


def test_a_clock_set_back_makes_no_negative_time() -> None:
    ahead, back = review(1), review(0)
    back = back._replace(at=ahead.at + timedelta(minutes=5))
    told = replay([ahead, back])[-1].after
    assert told.last == ahead.day and told.due > ahead.day
    same = replay([ahead, ahead._replace(at=back.at)])[-1].after
    assert told == same


# --- a year of a learner whose memory is known -------------------------------------------------


class Simulated:
    """Someone who remembers as FSRS says, with a memory of their own for every item.

    How long they take says nothing about it.
    """

    def __init__(self, exercises: Iterable[str], minutes: float, wanted: float = 0.9) -> None:
        self.exercises, self.minutes, self.wanted = list(exercises), minutes, wanted
        self.draw = random.Random(1)
        self.nature = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
        self.memories: dict[str, Memory] = {}
        self.reviews: list[Review] = []

    @property
    def past(self) -> History:
        rated = replay(self.reviews, self.wanted)
        return History(rated, standings(rated), self.wanted)

    def drill(self, day: date) -> list[str]:
        """Sit down once on a day; the items that were asked."""
        asks = plan(self.past, self.exercises, day, 60 * self.minutes)
        now = noon(day)
        for ask in asks:
            item = item_of(ask.card)
            memory = self.memories.get(item)
            likely = self.nature.get_card_retrievability(memory, now) if memory else 0.6
            forgot, missed = self.draw.random() > likely, self.draw.random() < 0.15
            seconds = self.draw.uniform(20, 60)
            made = Review(item, ask.card.level, now, day, seconds, missed, 0, forgot)
            self.memories[item], _ = self.nature.review_card(
                memory or Memory(card_id=1), rating_of(made), now
            )
            self.reviews.append(made)
        return [item_of(ask.card) for ask in asks]


@pytest.fixture
def exercises(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two hundred exercises to be written, without quizzes."""
    monkeypatch.setattr(planning, "cards_of", lambda chapter, name: [])
    every = (c.exercise_id(name) for c in all_chapters() for name in c.exercises)
    return list(islice(every, 200))


@pytest.mark.parametrize("wanted", [0.9, pytest.param(0.8, marks=pytest.mark.long)])
def test_a_year(exercises: list[str], wanted: float) -> None:
    learner = Simulated(exercises, 20, wanted)
    year = [BEGIN + timedelta(days=n) for n in range(365)]
    asked = {day: learner.drill(day) for day in year}
    past = learner.past
    assert len(past.known) * len(year) > 10_000
    told = statistics_of(past, year[-1])
    assert told.measured is not None and told.predicted is not None
    assert abs(told.measured - wanted) < 0.02
    assert abs(told.measured - told.predicted) < 0.02
    assert all(len(items) == len(set(items)) <= 35 for items in asked.values())
    # None is lost: all were begun, and what was due has been asked.
    assert {exercise_of(item) for item in past.known} == set(exercises)
    assert told.due == 0
    new = Counter(one.review.day for one in past.rated if one.predicted is None)
    assert max(new.values()) == NEW_A_DAY
    assert told.streak == len(days_due(past.rated, year[-1]))


def test_after_a_month_away(exercises: list[str]) -> None:
    learner = Simulated(exercises[:80], 5)
    for n in range(60):
        learner.drill(BEGIN + timedelta(days=n))
    back = BEGIN + timedelta(days=90)
    waiting = [standing.item for standing in due(learner.past.known, back)]
    assert len(waiting) > 25
    left, portions = set(waiting), list[list[str]]()
    while left and len(portions) < 30:
        day = back + timedelta(days=len(portions))
        before = learner.past.known
        portions.append(learner.drill(day))
        left -= set(portions[-1])
        # What is most likely to be lost comes first, and no new card while others wait.
        first = [standing.item for standing in due(before, day)]
        assert portions[-1] == first[: len(portions[-1])]
    # At some forty seconds a card, five minutes a day.
    assert not left and len(portions) >= len(waiting) / 10
    assert all(5 <= len(portion) <= 10 for portion in portions[:-1])
