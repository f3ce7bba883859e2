"""How far grading has come, and what it came to."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gdl_check.grade.classwide import Classwide, spread
from gdl_check.grade.gradebook import Gradebook
from gdl_check.render.lines import Line, labelled, wrapped
from gdl_check.render.terminal import Screen, note

if TYPE_CHECKING:
    from gdl_check.grade.exports import Written

EVERY_SECONDS = 5.0
MOST_HELD = 3
MOST_FAULTS = 5


@contextmanager
def progress(screen: Screen, title: str, of: int) -> Iterator[Callable[[int], None]]:
    """Shows how many are done, how fast, and how long it will still take; call with how many more.

    A live bar on a terminal; else a line now and then.
    """
    if screen.colour and sys.stderr.isatty():
        with _bar(title, of) as advance_bar:
            yield advance_bar
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


def closing_lines(
    book: Gradebook, class_: Classwide, written: Written, width: int
) -> Iterator[Line]:
    """What the class did in a few lines, and where to read on."""
    there = len(class_.records) - len(class_.absent)
    yield [(book.assignment, "strong"), (f"  {there} of {len(class_.records)} handed in", "")]
    yield []
    yield from _points(class_)
    for held in class_.held[:MOST_HELD]:
        many = f"{len(held.who)} student{'s' if len(held.who) > 1 else ''}"
        yield from wrapped(f"{many}: {held.asked.id}, {held.title}", width)
    for fault in class_.faults[:MOST_FAULTS]:
        why = "; ".join(fault.notes[-1:]) or "see the report"
        yield from wrapped(f"{fault.student.called} is not graded to the end: {why}", width, "bad")
    if len(class_.faults) > MOST_FAULTS:
        yield from wrapped(f"and {len(class_.faults) - MOST_FAULTS} more", width, "bad")
    if class_.faults:
        yield from wrapped("This is our fault and nobody's zero: grade again to try again.", width)
    yield from _confined(book, width)
    for path, filled in written.filled:
        yield []
        grades = "one grade" if filled.filled == 1 else f"{filled.filled} grades"
        told = f"{grades} filled in, {filled.changed} in the place of others"
        yield from wrapped(f"{path.name} ({filled.tool}, {filled.column}): {told}.", width)
        for name, why in filled.left:
            yield from wrapped(f"{name}: left as it was, {why}", width)
        if filled.not_graded:
            yield from wrapped(f"not graded here: {', '.join(filled.not_graded)}", width)
        if filled.not_listed:
            names = ", ".join(student.called for student in filled.not_listed)
            yield from wrapped(f"not in that file: {names}", width)
        yield from (line for said in filled.notes for line in wrapped(said, width))
    yield []
    yield from labelled("the class:", str(written.report), width)
    yield from labelled("the grades:", str(written.table), width)
    yield from labelled("a page each:", str(written.feedback), width)
    for path, _ in written.filled:
        yield from labelled("to upload:", str(written.table.with_name(path.name)), width)


def _points(class_: Classwide) -> Iterator[Line]:
    spread_ = spread(class_)
    if spread_ is not None:
        half = f"half of them between {spread_.lower:.4g} and {spread_.upper:.4g}"
        yield [(f"  {spread_.median:.4g} of {class_.worth:.4g} points in the middle, {half}", "")]


def _confined(book: Gradebook, width: int) -> Iterator[Line]:
    if book.missing_sandbox:
        could = ", ".join(book.missing_sandbox)
        yield from wrapped(
            f"Sandbox level {book.level}: a submission could {could}.", width, "mark"
        )
    else:
        yield from wrapped(f"Sandbox level {book.level}: everything hostile was refused.", width)
