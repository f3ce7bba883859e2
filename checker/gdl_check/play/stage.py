"""The stage of a play: words, plots and pictures; on a terminal what moves is redrawn in place.

In a pipe nothing is redrawn: long work tells how it goes in a few lines, and the last frame is
printed once.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

from gdl_check.keyboard import Keyboard
from gdl_check.play.drawing import lines as drawn
from gdl_check.play.figures import Figure
from gdl_check.render.lines import Line, bar
from gdl_check.render.terminal import Page, Screen
from gdl_check.render.values import wrap

SECONDS = 40.0  # what a play's long work may take together
TOLD = 5  # lines about long work in a pipe
FRAMES = 15  # a second
TALLEST = 15
HIDE, SHOW, HOME_AND_CLEAR = "\x1b[?25l", "\x1b[?25h", "\x1b[{}F\x1b[0J"


class Stage:
    """Where a play shows itself.

    `name` begins the names of the pictures that go to the folder `save`; `seconds` bounds all
    long work together, so that slow functions of a learner's end in time too.
    """

    def __init__(
        self,
        stream: TextIO,
        name: str = "play",
        plain: bool = False,
        save: Path | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self.stream, self.name, self.plain, self.folder = stream, name, plain, save
        self.screen = Screen(stream, plain)
        self.width = self.screen.width
        self.live = stream.isatty() and os.environ.get("TERM") != "dumb" and not plain
        if sys.platform == "win32" and "WT_SESSION" not in os.environ:
            self.live = False  # an old console may not know how to go back a line
        self.has_keys = self.live and sys.stdin is not None and sys.stdin.isatty()
        self.fancy = _can_show("┤⣿", stream)
        self.seconds, self.saved = seconds, list[Path]()

    def put(self, lines: Iterable[Line]) -> None:
        """Write lines as they are."""
        self.screen.put(lines)

    def say(self, text: str) -> None:
        """A paragraph, with an empty line above it."""
        self.put([[], *([(line, "")] for line in wrap(text, min(self.width, 76)))])

    def heading(self, text: str) -> None:
        """What the next part is about."""
        self.put([[], [(text, "strong")]])

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Rows of texts below a head; the first column stands left, the others right."""
        self.put([[], *table_lines(head, rows)])

    def show(self, figure: Figure, name: str = "") -> None:
        """A figure, and its picture where pictures are kept."""
        self.put([[], *self.draw(figure)])
        self.save(figure, name)

    def draw(self, figure: Figure, beside: int = 0) -> list[Line]:
        """A figure as lines, with room for `beside` more on the same screen."""
        height = TALLEST
        if self.live:
            height = max(min(height, shutil.get_terminal_size().lines - beside - 8), 5)
        return drawn(figure, self.width, height, self.fancy)

    def save(self, figure: Figure, name: str) -> None:
        """Keep the picture of a figure, where pictures are kept. Raises OSError."""
        if self.folder is None or not name:
            return
        from gdl_check.play.saving import save

        path = self.folder / f"{self.name}-{name}.png"
        save(figure, path)
        self.saved.append(path)

    def watch(self, unit: str, total: int, pace: float = 0.0, share: float = 1.0) -> Watch:
        """Long work to look at: `with stage.watch("epoch", 60) as watch: for epoch in watch: ...`.

        Steps take at least `pace` seconds where somebody looks on; all together take at most
        `share` of the stage's seconds.
        """
        return Watch(self, unit, total, pace, share * self.seconds)

    def ask(self, question: str) -> str:
        """A line that somebody types; "" where nobody does. Only where `has_keys`."""
        self.stream.write("\n  " + question)
        self.stream.flush()
        return sys.stdin.readline().strip()


class Watch:
    """Long work, step by step, and the part of the screen that shows it."""

    def __init__(self, stage: Stage, unit: str, total: int, pace: float, seconds: float) -> None:
        self.stage, self.unit, self.total, self.pace = stage, unit, total, pace
        self.until = time.monotonic() + seconds
        self.step, self.height, self.shown_at = 0, 0, 0.0
        self.draw: Callable[[], Sequence[Line]] | None = None
        self.is_cut = False
        self.keyboard = Keyboard()

    def __enter__(self) -> Watch:
        self.stage.put([[]])
        if self.stage.live:
            self.stage.stream.write(HIDE)
        if self.stage.has_keys:
            # What is typed meanwhile would stand in the middle of it.
            self.keyboard.__enter__()
        return self

    def __iter__(self) -> Iterator[int]:
        for step in range(1, self.total + 1):
            self.step = step
            begun = time.monotonic()
            yield step
            if self.stage.live and self.pace:
                time.sleep(max(0.0, begun + self.pace - time.monotonic()))
            if time.monotonic() > self.until and step < self.total:
                self.is_cut = True
                return

    def show(self, draw: Callable[[], Sequence[Line]], told: str = "") -> None:
        """What there is to see now: a frame on a terminal, from time to time a line in a pipe."""
        self.draw = draw
        if not self.stage.live:
            every = -(-self.total // TOLD)
            if told and (self.step == 1 or self.step % every == 0 or self.step == self.total):
                width = len(str(self.total))
                number = f"{self.unit} {self.step:>{width}} of {self.total}"
                self.stage.put([[(f"  {number}   {told}", "")]])
        elif time.monotonic() - self.shown_at >= 1 / FRAMES:
            self.shown_at = time.monotonic()
            self._over([*draw(), self._bar(told)])

    def _bar(self, told: str) -> Line:
        if not self.step:
            return [("  " + told, "dim")]
        done = bar(self.step / self.total)
        text = f"  [{done}] {self.unit} {self.step} of {self.total}"
        return [(text, "dim"), ("   " + told if told else "", "")]

    def _over(self, lines: Sequence[Line]) -> None:
        """Write a frame over the one before, in one go so that nothing flickers."""
        rows = shutil.get_terminal_size().lines - 1
        lines = [_cut_line(line, self.stage.width) for line in list(lines)[:rows]]
        frame = Page()
        Screen(frame, self.stage.plain).put(lines)
        above = HOME_AND_CLEAR.format(self.height) if self.height else ""
        self.stage.stream.write(above + frame.getvalue())
        self.stage.stream.flush()
        self.height = len(lines)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        stream = self.stage.stream
        if self.stage.has_keys:
            self.keyboard.__exit__()
        if self.stage.live:
            stream.write(SHOW)
            stream.flush()
        if kind is not None:
            return
        if self.draw is not None:
            if self.height:
                stream.write(HOME_AND_CLEAR.format(self.height))
            elif not self.stage.live:
                self.stage.put([[]])
            self.stage.put(self.draw())
        if self.is_cut:
            self.stage.say(
                f"That is after {self.unit} {self.step} of {self.total}: it took long, so it stops "
                "here. Give it more time with --seconds."
            )


class Unheard(io.StringIO):
    """Takes what a learner's functions print while a play has the screen, and counts the lines."""

    lines = 0

    def write(self, text: str) -> int:
        self.lines += text.count("\n")
        return len(text)


def table_lines(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[Line]:
    """A table as lines: the first column stands left, the others right."""
    told = [list(head), *map(list, rows)]
    widths = [max(len(row[i]) for row in told) for i in range(len(head))]

    def line(row: Sequence[str]) -> str:
        first, *rest = (
            text.rjust(width) if i else text.ljust(width)
            for i, (text, width) in enumerate(zip(row, widths))
        )
        return "  " + "   ".join([first, *rest])

    return [[(line(row), "dim" if i == 0 else "")] for i, row in enumerate(told)]


def _cut_line(line: Line, width: int) -> Line:
    """The beginning of a line, so that a terminal does not make two of it."""
    left, kept = width, Line()
    for text, style in line:
        kept.append((text[:left], style))
        left = max(left - len(text), 0)
    return kept


def _can_show(text: str, stream: TextIO) -> bool:
    encoding = re.sub(r"[^\w-]", "", getattr(stream, "encoding", None) or "ascii")
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
