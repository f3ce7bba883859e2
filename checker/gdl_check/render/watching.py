"""What watch puts on the screen, and the screen that is drawn anew each time."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TextIO

from gdl_check.examine import REPEATABLE
from gdl_check.render.failures import claim_lines
from gdl_check.render.learning import BAR
from gdl_check.render.lines import bar, path_to, title_in
from gdl_check.render.screen import (
    WORDS,
    Line,
    chapter_lines,
    error_lines,
    labelled,
    opened_lines,
    wrapped,
)
from gdl_check.render.terminal import Page, Screen
from gdl_check.results import ChapterResult, Result, Verdict

FEWEST = 6  # lines of a picture that are shown in the smallest window
WIDE = 70  # with room for a bar
HOME, TO_THE_RIGHT, BELOW = "\x1b[H", "\x1b[K", "\x1b[J"


class Canvas:
    """A terminal whose visible part is drawn over and over; what stood there before stays above.

    Where the cursor cannot be moved (or should not be: `plain`) each picture follows the last one.
    """

    def __init__(self, stream: TextIO, plain: bool) -> None:
        self.stream, self.plain = stream, plain
        self.redraws = not plain and os.environ.get("TERM") != "dumb" and _knows_escapes(stream)
        self.is_fresh = True
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")

    @property
    def size(self) -> os.terminal_size:
        return os.get_terminal_size(self.stream.fileno())

    @property
    def width(self) -> int:
        """How wide lines may be."""
        return Screen(Page(), self.plain).width

    @property
    def height(self) -> int:
        """How many lines a picture may have; without bounds where nothing is drawn over."""
        return self.size.lines if self.redraws and self.size.lines else 99_999

    def draw(self, lines: Iterable[Line]) -> None:
        """Show these lines in place of the last ones, in one go."""
        page = Page()
        screen = Screen(page, self.plain)
        screen.put(lines)
        text = page.getvalue()
        if self.redraws:
            up = "\n" * self.size.lines if self.is_fresh else ""
            text = text.removesuffix("\n")  # for one line more in the window
            text = up + HOME + text.replace("\n", TO_THE_RIGHT + "\n") + BELOW
        elif not self.is_fresh:
            text = "-" * screen.width + "\n" + text
        self.is_fresh = False
        self.stream.write(text)
        self.stream.flush()

    def leave(self) -> None:
        """Go on below what stands there."""
        if self.redraws and not self.is_fresh:
            self.stream.write("\n")
            self.stream.flush()


class Record(Screen):
    """Keeps the lines that a verb puts on the screen."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.lines: list[Line] = []

    def put(self, lines: Iterable[Line]) -> None:
        self.lines += lines


def _knows_escapes(stream: TextIO) -> bool:
    """Whether the terminal understands how the cursor is moved; Windows' has to be asked to."""
    if sys.platform != "win32":
        return True
    import ctypes
    import msvcrt

    mode, handle = ctypes.c_uint32(), msvcrt.get_osfhandle(stream.fileno())
    console = ctypes.windll.kernel32
    return bool(
        console.GetConsoleMode(handle, ctypes.byref(mode))
        and console.SetConsoleMode(handle, mode.value | 4)
    )


# --- pictures ----------------------------------------------------------------------------------


def heading_lines(chapter_id: str, title: str, done: int, of: int, width: int) -> Iterator[Line]:
    """The chapter, and how much of it is done."""
    count = f"{done} of {of} passed"
    if width >= WIDE:
        count = f"[{bar(done / of, BAR)}] {count}"
    room = width - len(chapter_id) - len(count) - 4
    shown, style = title_in(room, title).ljust(room), "good" if done == of else ""
    yield [(chapter_id, "strong"), (f"  {shown}  ", ""), (count, style)]


def cut_short(lines: Iterable[Line], room: int, command: str, width: int) -> list[Line]:
    """As many lines from the top as there is room for, and by which command the rest is seen."""
    lines, room = list(lines), max(room, FEWEST)
    if len(lines) <= room:
        return lines
    for kept in range(room, 0, -1):
        left = sum(1 for line in lines[kept:] if line)
        rest = list(labelled(f"... {left} more line{'s' * (left > 1)}:", command, width, "dim"))
        if kept + len(rest) <= room:
            return [*lines[:kept], *rest]
    return lines[:room]


def verdict_lines(
    found: ChapterResult,
    opened: Result | None,
    source: Sequence[str],
    command: str,
    width: int,
    final: bool,
) -> Iterator[Line]:
    """The verdict on what is being written; all of it once it is `final`.

    `command` is how the same is checked elsewhere.
    """
    if len(found.results) > 1 and found.error is None:
        yield []
        if found.status == Verdict.PASSED:
            yield [(f"  all {len(found.results)} exercises passed", "good")]
        yield from list(chapter_lines(found, source, width))[2:]
    elif found.error is not None:
        yield []
        yield from error_lines(found.error, found.path, source, width)
    elif opened is None:
        yield from _quiet_lines(found.results[0], found.path, source, width)
    elif not final:
        law = opened.opened
        yield []
        yield [(f"  {WORDS[opened.status]}  ", str(opened.status)), (opened.name, "strong")]
        if law is not None and opened.error is None:
            yield from claim_lines(opened, law, width)
    if opened is not None and final and found.error is None:
        yield from opened_lines(opened, found.path, source, width, verbose=False)
        yield from _stepping_lines(opened, command, width)


def _quiet_lines(result: Result, path: str, source: Sequence[str], width: int) -> Iterator[Line]:
    """A verdict with nothing to explain."""
    where = path_to(path, result.line, source)
    yield []
    if result.status == Verdict.NOT_STARTED:
        yield [("  not started  ", str(result.status)), (result.name, "strong")]
        yield []
        yield from labelled("write it, and save:", where, width, "", "strong")
        return
    cases = max((law.cases for law in result.laws), default=0)
    held = [law for law in result.laws if law.status == "passed"]
    yield [("  passed  ", "good"), (result.name, "strong")]
    if cases:
        text = f"{len(held)} laws hold, on {cases} inputs"
        yield [(f"          {text}", "dim")]
    if result.supplied:
        names = ", ".join(result.supplied)
        yield []
        yield from wrapped(f"Not passed yet, so ours was used: {names}.", width)


def _stepping_lines(opened: Result, command: str, width: int) -> Iterator[Line]:
    law = opened.opened
    # What depends on the calls before it is not to be seen on one case alone.
    if law is not None and law.counterexample is not None and law.claim != REPEATABLE:
        step = f"{command} {opened.id} --case {law.counterexample.case} --debug"
        yield []
        yield from labelled("step through it:", step, width)


def footer_lines(keys: Mapping[str, str], width: int, question: str = "") -> Iterator[Line]:
    """What can be pressed now: key -> what it does."""
    yield []
    if question:
        yield from wrapped(question, width, "name")
    line: Line = []
    used = 0
    for key, does in keys.items():
        item = f"  {key} {does}"
        if used and used + len(item) + 1 > width:
            yield line
            line, used = [], 0
        line += [("  ", ""), (key, "strong"), (f" {does} ", "dim")]
        used += len(item) + 1
    yield line
