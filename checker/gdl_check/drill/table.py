"""The table: a sitting on a terminal. It watches the drill file, follows keys, and draws."""

from __future__ import annotations

import ast
import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from gdl_check.drill.blanking import has_a_blank
from gdl_check.drill.marking import Mark, judge
from gdl_check.drill.schedule import Rated
from gdl_check.drill.sitting import Sitting
from gdl_check.editor import editor_command
from gdl_check.keyboard import END, NONE, Keyboard
from gdl_check.lookout import Lookout
from gdl_check.quiet import quietly
from gdl_check.render.drilling import back_lines, card_lines, told_lines
from gdl_check.render.screen import Line
from gdl_check.render.terminal import note
from gdl_check.render.watching import Canvas, footer_lines
from gdl_check.targets import shown_path

LOOKING = 0.05  # seconds from one look at the drill file to the next
LISTENING = 0.1  # seconds
KEEPING = 5.0  # seconds that are lost at most where the machine goes off
ENTER = "\n"
ANSWER = "  answer: "
TYPED = "Type the answer, or one of these letters, and press Enter."
KEYS = {"p": "peek", "g": "give up", "s": "skip", "e": "edit", "n": "next", "q": "quit"}

Answer = tuple[int, Mark | Exception]


class Table:
    """Where the cards of a sitting are laid out, one at a time."""

    keyboard: Keyboard

    def __init__(self, sitting: Sitting, plain: bool) -> None:
        self.sitting = sitting
        self.canvas = Canvas(sys.stdout, plain)
        self.answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        self.told: list[tuple[str, str]] = []  # (style, text), below the card
        self.rated: Rated | None = None  # once the card is done
        self.judging = False
        self.unjudged: str | None = None  # what was saved while something else was judged
        self.kept = time.monotonic()
        self.size = os.terminal_size((0, 0))

    def hold(self) -> None:
        """Lay out card after card, until there is none left or someone quits."""
        with Keyboard(self.draw) as self.keyboard:
            try:
                while self.sitting.next():
                    self.told, self.rated, self.unjudged = [], None, None
                    is_written = self.sitting.page.file is not None
                    if not (self._written() if is_written else self._typed()):
                        break
            finally:
                self.sitting.close()
                self.canvas.leave()

    # --- a card that is written in a file ------------------------------------------------------

    def _written(self) -> bool:
        """Until the card is left; whether to go on with the next."""
        lookout = Lookout([self.sitting.path])
        last = _read(self.sitting.path)
        self.draw()
        if last is not None and last != self.sitting.page.file:
            self._saved(last, counts=False)  # begun earlier, and judged then
        while True:
            key = self.keyboard.read(LOOKING)
            if key != NONE:
                goes_on = self.press(key)
                if goes_on is not None:
                    return goes_on
            while not self.answers.empty():
                self._hear(*self.answers.get())
            if self.rated is None and lookout.changed():
                text = _read(self.sitting.path)
                if text is not None and text != last:
                    last = text
                    self._saved(text)
            if self.canvas.size != self.size:
                self.draw()
            self._keep()

    def _saved(self, text: str, counts: bool = True) -> None:
        if self.judging:
            self.unjudged = text
            return
        self.judging = True
        self.told = [("dim", "checking ...")]
        self.draw()
        threading.Thread(
            target=self._judge, args=(self.sitting.at, text, counts), daemon=True
        ).start()

    def _judge(self, at: int, text: str, counts: bool) -> None:
        """In a thread of its own: what is written may take its time, or never end."""
        ask = self.sitting.asks[at]
        told: Mark | Exception
        try:
            with quietly():
                told = judge(ask.card, ask.turn, text)
            if not (counts and _is_whole(text)):
                told = told._replace(understood=False)
        except Exception as error:
            told = error
        self.answers.put((at, told))
        with contextlib.suppress(OSError):
            self.keyboard.wake()

    def _hear(self, at: int, told: Mark | Exception) -> None:
        self.judging = False
        if isinstance(told, Exception):
            raise told
        if at == self.sitting.at and self.rated is None:
            self._take(told)
            self.draw()
        if self.unjudged is not None and self.rated is None:
            text, self.unjudged = self.unjudged, None
            self._saved(text)

    # --- a card that is answered on a line -----------------------------------------------------

    def _typed(self) -> bool:
        """Until the card is left; whether to go on with the next."""
        while self.rated is None:
            self.draw()
            line = self._line()
            goes_on = None
            if line is None:
                return False
            if line in self.keys():
                goes_on = self.press(line)
            elif line:
                with quietly():
                    self._take(judge(self.sitting.card, self.sitting.turn, line))
                self.told.insert(0, ("dim", f"your answer: {line}"))
            if goes_on is not None:
                return goes_on
        self.draw()
        while True:
            goes_on = self.press(self.keyboard.read(1.0))
            if goes_on is not None:
                return goes_on
            if self.canvas.size != self.size:
                self.draw()

    def _line(self) -> str | None:
        """What somebody types; None where nobody does any more."""
        with self.keyboard.lent(), _signals_as_usual(self.draw):
            # Not with input(): a Ctrl-C that comes just before it waits would have to come twice.
            while not _has_line():
                self._keep()
            line = sys.stdin.readline()
        return line.strip() if line else None

    def _keep(self) -> None:
        """Write down now and then how long the card has taken."""
        now = time.monotonic()
        if now - self.kept > KEEPING:
            self.kept = now
            self.sitting.keep()

    # --- what happens to a card ----------------------------------------------------------------

    def _take(self, mark: Mark) -> None:
        self.rated = self.sitting.take(mark)
        style = "good" if mark.right else "failed" if mark.understood else ""
        self.told = [(style, mark.says)]
        if self.rated is not None and not mark.right:
            self.told.append(("code", self.sitting.revealed()))
        elif self.sitting.has_last_try:
            self.told.append(("", "You have one more try."))

    def press(self, key: str) -> bool | None:
        """Do what a key asks for; whether to go on with the next card, None to stay."""
        if key == END or (key == "q" and "q" in self.keys()):
            return False
        key = "n" if key == ENTER and "n" in self.keys() else key
        if key not in self.keys():
            return None
        if key == "n":
            return True
        if key == "s":
            self.sitting.skip()
            return True
        if key == "p":
            self.sitting.peek()
        elif key == "g":
            self.rated = self.sitting.give_up()
            self.told = [("code", self.sitting.revealed())]
        elif key == "e":
            self._edit()
        self.draw()
        return None

    def _edit(self) -> None:
        command = editor_command(self.sitting.path, _line_to_write(self.sitting.path), os.environ)
        with self.keyboard.lent():
            try:
                subprocess.run(command, check=False)
            except OSError as error:
                note(f"gdl-check drill: {command[0]}: {(error.strerror or str(error)).lower()}")
        self.canvas.is_fresh = True

    def keys(self) -> dict[str, str]:
        """The keys that apply now."""
        is_done, asked = self.rated is not None, self.sitting.asked
        is_written = self.sitting.page.file is not None
        applies = {
            "p": asked is not None and not asked.peeks,
            "g": not is_done,
            "s": not is_done,
            "e": not is_done
            and is_written
            and bool(editor_command(self.sitting.path, None, os.environ)),
            "n": is_done,
        }
        keys = {key: does for key, does in KEYS.items() if applies.get(key, True)}
        if is_done and self.sitting.is_last:
            return {"n": "finish"}
        return keys

    def draw(self) -> None:
        """Draw the card, what is said of it, and the keys that apply.

        Nothing is cut in a low window: what was asked must be seen whole, and scrolls up.
        """
        self.size, width = self.canvas.size, self.canvas.width
        is_typed = self.sitting.page.file is None and self.rated is None
        footer = footer_lines(self.keys(), width, TYPED if is_typed else "")
        self.canvas.draw([*self._lines(width), *footer])
        if is_typed:
            sys.stdout.write("\n\n" + ANSWER)
            sys.stdout.flush()

    def _lines(self, width: int) -> Iterable[Line]:
        sitting = self.sitting
        is_written = sitting.page.file is not None
        file = shown_path(sitting.path) if is_written and self.rated is None else ""
        place = f"{sitting.at + 1} of {len(sitting.asks)}"
        yield from card_lines(place, sitting.page.prompt, file, width)
        if sitting.peeked():
            yield from told_lines("code", sitting.peeked(), width, "the line that matters:")
        for style, text in self.told:
            yield from told_lines(style, text, width)
        if self.rated is not None:
            yield from back_lines(self.rated, width)


@contextlib.contextmanager
def _signals_as_usual(again: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C and Ctrl-Z do what they do everywhere, though the terminal is lent: to ourselves.

    `again` is called when the process goes on after it had been stopped.
    """
    usual: dict[int, Any] = {signal.SIGINT: signal.default_int_handler}
    if sys.platform != "win32":
        usual[signal.SIGTSTP] = signal.SIG_DFL
        usual[signal.SIGCONT] = lambda *_: again()
    before = {number: signal.signal(number, handler) for number, handler in usual.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _has_line() -> bool:
    """Wait a moment for a line that somebody types; where that cannot be done, for all of it."""
    if sys.platform == "win32":
        return True
    import select

    return bool(select.select([sys.stdin], [], [], LISTENING)[0])


def _is_whole(text: str) -> bool:
    """Whether a file was written to its end: half a line that was saved is no attempt."""
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _line_to_write(path: Path) -> int:
    """The line of a drill file at which there is something to write: the blank, or the last one."""
    lines = (_read(path) or "").rstrip().split("\n")
    return next((n for n, line in enumerate(lines, 1) if has_a_blank(line)), len(lines))


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
