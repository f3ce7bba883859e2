"""Puts lines on a terminal in colour, or into a pipe as plain text."""

from __future__ import annotations

import io
import os
import sys
import textwrap
from collections.abc import Iterable
from typing import TextIO

from gdl_check.render.lines import Line
from gdl_check.render.width import columns

NARROWEST, WIDEST = 50, 100
STYLES = {
    "passed": "green",
    "failed": "red",
    "not_started": "dim",
    "timeout": "yellow",
    "error": "red",
    "good": "green",
    "bad": "red",
    "mark": "yellow",
    "strong": "bold",
    "dim": "dim",
    "claim": "bold",
    "name": "yellow",
    "code": "cyan",
    "": "",
}


class Screen:
    """Where lines go: a terminal gets colour, everything else the same lines without."""

    def __init__(self, stream: TextIO, plain: bool = False) -> None:
        self.stream = stream
        terminal = stream.isatty() and os.environ.get("TERM") != "dumb"
        self.colour = terminal and not plain and not os.environ.get("NO_COLOR")
        room = columns(stream) if terminal else 80
        self.width = max(NARROWEST, min(room, WIDEST)) - 1
        if hasattr(stream, "reconfigure"):
            # What a stream cannot encode is replaced, never an exception of ours.
            stream.reconfigure(errors="replace")

    def put(self, lines: Iterable[Line]) -> None:
        """Write lines; nobody listening any more is no error of ours."""
        if self.colour:
            self._in_colour(lines)
            return
        for line in lines:
            print("".join(_clean(text) for text, _ in line).rstrip(), file=self.stream)
        self.stream.flush()

    def _in_colour(self, lines: Iterable[Line]) -> None:
        from rich.console import Console
        from rich.text import Text

        console = Console(file=self.stream, highlight=False, soft_wrap=True, markup=False)
        for line in lines:
            console.print(Text.assemble(*((_clean(t), STYLES[style]) for t, style in line)))


class Page(io.StringIO):
    """What a terminal would be sent, as text."""

    def isatty(self) -> bool:
        return True


def _clean(text: str) -> str:
    """Without control characters, which could otherwise rewrite the screen."""
    return "".join(c if c.isprintable() else "?" for c in text)


def note(text: str) -> None:
    """A line about what is being done, for those who wait; never on standard output."""
    if sys.stderr is None:
        return
    text = _clean(text)
    if sys.stderr.isatty():
        # Broken between words; what is copied out of it stays whole.
        width = columns(sys.stderr) - 3
        lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
        text = "\n  ".join(lines)
    print(text, file=sys.stderr, flush=True)
