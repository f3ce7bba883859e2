"""The learner's day: four in the morning, wherever they are and whatever their clocks do."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdl_check.drill.days import day_of, now

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",  # goes forward by half an hour
    "Africa/Cairo",  # goes forward at midnight
    "Pacific/Kiritimati",  # 14 hours ahead
    "Pacific/Marquesas",  # 9 hours and a half behind
)


def at(zone: str, wall: str, fold: int = 0) -> datetime:
    """A moment on the wall of a zone, in UTC."""
    moment = datetime.fromisoformat(wall).replace(fold=fold, tzinfo=ZoneInfo(zone))
    return moment.astimezone(UTC)


@pytest.mark.parametrize("zone", ZONES)
def test_a_day_ends_at_four(zone: str) -> None:
    def day(wall: str) -> date:
        return day_of(at(zone, wall), ZoneInfo(zone))

    monday, tuesday = date(2026, 11, 23), date(2026, 11, 24)
    assert day("2026-11-23T04:00") == monday
    assert day("2026-11-23T23:59") == monday
    assert day("2026-11-24T00:00") == monday
    assert day("2026-11-24T03:59:59") == monday
    assert day("2026-11-24T04:00") == tuesday


def test_the_hour_that_is_missing_and_the_one_that_comes_twice() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    # At 02:00 it is 03:00: one hour before the day's end, not two.
    before, after = at("Europe/Berlin", "2026-03-29T01:59"), at("Europe/Berlin", "2026-03-29T04:00")
    assert after - before == timedelta(hours=1, minutes=1)
    assert day_of(before, berlin) == spring - timedelta(days=1)
    assert day_of(after - timedelta(seconds=1), berlin) == spring - timedelta(days=1)
    assert day_of(after, berlin) == spring
    for fold in (0, 1):
        twice = at("Europe/Berlin", "2026-10-25T02:30", fold=fold)
        assert day_of(twice, berlin) == autumn - timedelta(days=1)
    assert day_of(at("Europe/Berlin", "2026-10-25T04:00"), berlin) == autumn


@given(st.sampled_from(ZONES), st.integers(0, 3 * 365 * 96))
def test_days_only_go_on_and_last_about_a_day(zone: str, quarters: int) -> None:
    where = ZoneInfo(zone)
    moment = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=15) * quarters
    today = day_of(moment, where)
    assert day_of(moment + timedelta(minutes=15), where) >= today
    assert today < day_of(moment + timedelta(hours=25), where) <= today + timedelta(days=2)
    assert abs(today - moment.date()) <= timedelta(days=1)


@pytest.fixture
def new_york() -> Iterator[None]:
    if not hasattr(time, "tzset"):
        pytest.skip("the machine's zone cannot be set here")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


def test_without_a_zone_it_is_the_machine_s(new_york: None) -> None:
    assert day_of(datetime(2026, 7, 2, 7, 59, tzinfo=UTC)) == date(2026, 7, 1)
    assert day_of(datetime(2026, 7, 2, 8, 0, tzinfo=UTC)) == date(2026, 7, 2)
    assert day_of(datetime(2026, 12, 2, 8, 59, tzinfo=UTC)) == date(2026, 12, 1)


def test_the_clock_can_be_moved(new_york: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for wall, hour in (("2026-12-01T09:00", 14), ("2026-12-01T09:00+01:00", 8)):
        monkeypatch.setenv("GDL_NOW", wall)
        first, later = now(), now()
        begun = datetime(2026, 12, 1, hour, tzinfo=UTC)
        assert begun <= first <= later < begun + timedelta(hours=2)
    monkeypatch.setenv("GDL_NOW", "soon")
    with pytest.raises(ValueError):
        now()
    monkeypatch.delenv("GDL_NOW")
    assert abs(now() - datetime.now(UTC)) < timedelta(minutes=1)
    assert "GDL_NOW" not in os.environ
