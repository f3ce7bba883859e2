"""Statistics of drills: what is due, retention, streak, calendar and curve, as text and as JSON."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from gdl_check import state
from gdl_check.drill.reviews import Review, event_of
from gdl_check.drill.schedule import History, history, retrievability
from gdl_check.drill.stats import calendar, curve, days_due, statistics_of, streak
from gdl_check.render.drilling import (
    calendar_lines,
    day_in_words,
    end_lines,
    statistics_lines,
    time_in_words,
)
from learner import Learner, look_at

MONDAY = date(2026, 11, 23)
RELU, FORWARD = "ch06.relu:write", "ch06.forward:write"


def review(day: int, item: str = RELU, **more: Any) -> Review:
    """A review so many days after a Monday."""
    on = MONDAY + timedelta(days=day)
    return Review(item, 1, datetime.combine(on, time(12), UTC), on, 30.0, **more)


def after(day: int) -> date:
    return MONDAY + timedelta(days=day)


def past(*reviews: Review) -> History:
    events = [event_of(one) for one in reviews]
    return history(events, datetime.combine(after(900), time(12), UTC))


# --- the figures -------------------------------------------------------------------------------


def test_nothing_yet() -> None:
    told = statistics_of(past(), MONDAY)
    assert (told.due, told.recalls, told.streak, told.measured, told.known) == (0, 0, 0, None, [])
    assert len(told.week) == 7 and not any(n for _, n in told.week)


def test_what_is_due_today_and_this_week() -> None:
    known = past(review(0), review(0, FORWARD, given_up=True)).known
    assert known[FORWARD].due == after(1) and known[RELU].due == after(2)
    for day, week in ((0, [0, 1, 1]), (1, [1, 1, 0]), (2, [2, 0, 0]), (30, [2, 0, 0])):
        told = statistics_of(past(review(0), review(0, FORWARD, given_up=True)), after(day))
        assert [n for _, n in told.week][:3] == week and told.due == week[0]
        assert [on for on, _ in told.week] == [after(day + i) for i in range(7)]


def test_retention_measured_against_predicted() -> None:
    first, good = review(0), review(2)
    hard, again = review(9, misses=1), review(14, given_up=True)
    known = past(first, good, hard, again)
    told = statistics_of(known, after(14))
    assert told.recalls == 3 and told.measured == pytest.approx(2 / 3)
    before = [past(first), past(first, good), past(first, good, hard)]
    likely = [
        retrievability(one.known[RELU], day) for one, day in zip(before, map(after, (2, 9, 14)))
    ]
    assert told.predicted == pytest.approx(sum(likely) / 3)


def test_the_days_on_which_something_was_due() -> None:
    rated = past(review(0), review(5)).rated
    assert days_due(rated[:1], after(1)) == set()
    assert days_due(rated[:1], after(4)) == {after(2), after(3), after(4)}
    # Reviewed on the fifth day, it is not due for a while.
    assert days_due(rated, after(9)) == {after(day) for day in (2, 3, 4, 5)}


@pytest.mark.parametrize(
    ("reviewed", "today", "days"),
    [
        ([0], 0, 0),  # new cards are no duty
        ([0], 1, 0),
        ([0], 2, 0),  # due today, and today is not over
        ([0, 2], 2, 1),
        ([0, 2], 9, 1),  # nothing was due since
        ([0, 3], 3, 1),  # one was missed
        ([0, 2], 40, 0),  # much was missed
    ],
)
def test_a_streak_counts_only_days_with_something_due(
    reviewed: list[int], today: int, days: int
) -> None:
    assert streak(past(*map(review, reviewed)).rated, after(today)) == days


def test_today_breaks_no_streak_while_it_lasts() -> None:
    known = past(review(0), review(2))
    due = known.known[RELU].due
    assert streak(known.rated, due) == 1
    assert streak(known.rated, due + timedelta(days=1)) == 0


def test_the_calendar_has_twelve_weeks_up_to_today() -> None:
    rated = past(review(0), review(0, FORWARD), review(3)).rated
    days = calendar(rated, after(4))
    assert days[0].day == MONDAY - timedelta(weeks=11) and days[-1].day == after(4)
    assert [(one.reviews, one.was_due) for one in days[-5:]] == [
        (2, False),
        (0, False),
        (0, True),
        (1, True),
        (0, True),
    ]
    drawn = ["".join(text for text, _ in line) for line in calendar_lines(days)]
    assert [row.split()[-1] for row in drawn[:5]] == ["2", ".", "-", "1", "-"]
    assert len(drawn[0]) - len(drawn[6]) == 3  # this week's Sunday is still to come


def test_a_forgetting_curve_falls_and_begins_anew_with_every_review() -> None:
    known = past(review(0), review(2), review(9, FORWARD))
    points = curve(known.rated, RELU, after(4))
    assert points[0] == (MONDAY, 1.0) and points[2] == (after(2), 1.0)
    assert [day for day, _ in points] == [after(i) for i in range(len(points))]
    assert points[-1][0] > known.known[RELU].due
    later = [share for _, share in points[2:]]
    assert later == sorted(later, reverse=True) and later[-1] < later[0]
    on_due = dict(points)[known.known[RELU].due]
    assert 0.88 < on_due < 0.92
    assert curve(known.rated, "ch06.train:write", after(4)) == []


# --- words -------------------------------------------------------------------------------------


def test_days_and_times_in_words() -> None:
    words = {0: "today", 1: "tomorrow", 2: "on Wednesday", 6: "on Sunday"}
    words |= {7: "in 7 days, on 30 Nov", 60: "in 60 days, on 22 Jan 2027"}
    assert {ahead: day_in_words(after(ahead), MONDAY) for ahead in words} == words
    assert [time_in_words(s) for s in (0.4, 59.4, 59.6, 90)] == [
        "0 s",
        "59 s",
        "1 min 0 s",
        "1 min 30 s",
    ]


def test_how_a_sitting_ends() -> None:
    done = past(review(0), review(0, FORWARD, peeks=1), review(0, "ch06.relu:bug", given_up=True))
    told = list(end_lines(done.rated, 1, 2, None, MONDAY))
    assert told == [
        "3 cards in 1 min 30 s: 1 right at once, 1 with a miss or a peek, 1 given up.",
        "1 card put off to the next sitting.",
        "2 cards still due; there is no hurry.",
    ]
    assert list(end_lines([], 0, 0, (after(1), 1), MONDAY)) == ["Next: 1 card tomorrow."]


@pytest.mark.parametrize("width", [49, 59, 79])
def test_statistics_fit(width: int) -> None:
    items = [f"ch06.{'a_long_name_for_a_function'[:n]}:write" for n in range(3, 26)]
    known = past(*(review(day, item) for day, item in enumerate(items)), review(60, items[0]))
    for day in (0, 24, 70):
        lines = statistics_lines(statistics_of(known, after(day)), width)
        look_at("\n".join("".join(text for text, _ in line) for line in lines), width)


# --- the verb ----------------------------------------------------------------------------------


@pytest.fixture
def learner(tmp_path: Path) -> Learner:
    learner = Learner(tmp_path / "mon travail é")
    reviews = [review(0), review(2), review(0, FORWARD, given_up=True)]
    state.append(state.state_file(learner.folder), map(event_of, reviews))
    return learner


NOW = "2026-11-27T09:00"


def test_as_text(learner: Learner) -> None:
    told = learner.run("drill", "--stats", GDL_NOW=NOW)
    assert told.code == 0 and not told.err
    look_at(told.out)
    assert "2 cards on the way" in told.out and "due today    1" in told.out
    assert "Remembered: 100% of 1 review (few yet)." in told.said
    assert "gdl-check drill --stats ch06.forward" in told.out
    card = learner.run("drill", "--stats", "ch06.relu", PYTHONIOENCODING="cp1252", GDL_NOW=NOW)
    look_at(card.out)
    assert "how likely you remember it" in card.out and "2026-11-25  good" in card.out
    assert (
        card.out
        == learner.run("drill", "--stats", RELU, PYTHONIOENCODING="cp1252", GDL_NOW=NOW).out
    )


def test_as_json(learner: Learner) -> None:
    told = json.loads(learner.run("drill", "--json", GDL_NOW=NOW).out)
    assert told["version"] == 1 and told["day"] == "2026-11-27"
    assert told["due"]["today"] == 1 and len(told["due"]["week"]) == 7
    assert told["retention"]["reviews"] == 1 and told["retention"]["measured"] == 1.0
    assert [card["id"] for card in told["cards"]] == [FORWARD, RELU]
    assert "curve" not in told["cards"][0]
    one = json.loads(learner.run("drill", "--json", "ch06.relu", GDL_NOW=NOW).out)["cards"]
    assert [card["id"] for card in one] == [RELU]
    assert [past["rating"] for past in one[0]["history"]] == ["good", "good"]
    assert one[0]["curve"][0] == {"day": "2026-11-23", "recall": 1.0}


def test_damaged_lines_cost_only_themselves(learner: Learner) -> None:
    whole = json.loads(learner.run("drill", "--json", GDL_NOW=NOW).out)
    with state.state_file(learner.folder).open("ab") as log:
        log.write(b'\n{"format":1,"event":"drill"}\n\xff\xfe\n{"format":1,"id":"q","t":"2026-11')
    assert json.loads(learner.run("drill", "--json", GDL_NOW=NOW).out) == whole


def test_a_clock_that_cannot_be_read(learner: Learner) -> None:
    told = learner.run("drill", "--stats", GDL_NOW="soon")
    assert told.code == 2 and "GDL_NOW" in told.err
