"""The learner's days: a day ends at four in the morning, by the clock on the wall where they are.

The log is in UTC. A review keeps the day that it was made on as well: whoever travels, or merges
the files of two machines, keeps the days as they were.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime, timedelta, tzinfo

ROLLOVER = timedelta(hours=4)
MOVED = "GDL_NOW"
_BEGUN = time.monotonic()


def now() -> datetime:
    """This moment in UTC; where GDL_NOW names another (2026-12-01T09:00, as on the wall), time goes
    on from there.

    Raises ValueError where that is no moment.
    """
    moved = os.environ.get(MOVED)
    if not moved:
        return datetime.now(UTC)
    since = timedelta(seconds=time.monotonic() - _BEGUN)
    return datetime.fromisoformat(moved).astimezone(UTC) + since


def day_of(moment: datetime, zone: tzinfo | None = None) -> date:
    """The learner's day that a moment in UTC belongs to; in `zone`, or where the machine is."""
    # By the wall: an hour that a clock is put forward or back by makes no other day.
    wall = moment.astimezone(zone).replace(tzinfo=None)
    return (wall - ROLLOVER).date()
