"""How far grading has come, and what it came to."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gdl_check.render.terminal import Screen, note

EVERY_SECONDS = 5.0


@contextmanager
def progress(screen: Screen, title: str, of: int) -> Iterator[Callable[[int], None]]:
    """Shows how many are done, how fast, and how long it will still take; call with how many more.

    A live bar on a terminal; else a line now and then.
    """
    if screen.colour and sys.stderr.isatty():
        with _bar(title, of) as advance:
            yield advance
        return
    began, done, told = time.monotonic(), 0, time.monotonic()

    def advance(more: int) -> None:
        nonlocal done, told
        done += more
        now = time.monotonic()
        if done == of or now - told > EVERY_SECONDS:
            told = now
            rate = done / max(now - began, 1e-9)
            left = "" if done == of else f", about {_span((of - done) / rate)} left"
            note(f"{title}: {done} of {of}, {rate:.1f} a second{left}")

    yield advance


@contextmanager
def _bar(title: str, of: int) -> Iterator[Callable[[int], None]]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:.1f} a second" if task.speed else "")

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as live:
        task = live.add_task(title, total=of)
        yield lambda more: live.advance(task, more)


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
