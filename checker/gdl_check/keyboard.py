"""The keys of a terminal, one at a time; whatever happens, it is put back as it was."""

from __future__ import annotations

import contextlib
import os
import queue
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

NONE = ""
END = "\x04"  # Ctrl-D, or nobody at the terminal any more
LONGEST = 4  # keys that come at once; what comes in larger pieces was pasted
ARROWS = {"\x1b[A": "up", "\x1b[B": "down", "\x1b[C": "right", "\x1b[D": "left"}
ARROWS |= {code.replace("[", "O"): name for code, name in ARROWS.items()}
KEY = re.compile(r"\x1b[\[O][A-D]|.", re.DOTALL)
LISTENING = 0.01  # seconds; only where keys cannot be waited for


class Keyboard:
    """As a context: keys come as they are pressed, and are not echoed.

    `again` is called when the terminal is ours once more, after the process had been stopped.
    """

    def __init__(self, again: Callable[[], None] = lambda: None) -> None:
        self.again = again
        self.pressed: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.awake = threading.Event()

    def read(self, seconds: float) -> str:
        """The next key: its character, or "up", "down", "right", "left".

        NONE where there is none in this time, or after `wake`.
        """
        if self.pressed.empty():
            self._listen(max(0.0, seconds))
        return NONE if self.pressed.empty() else self.pressed.get()

    def _take(self, typed: str) -> None:
        keys = [ARROWS.get(key, key) for key in KEY.findall(typed)]
        if len(keys) <= LONGEST and "\x1b" not in keys:
            for key in keys:
                self.pressed.put(key)

    if sys.platform == "win32":

        def __enter__(self) -> Keyboard:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        @contextlib.contextmanager
        def lent(self) -> Iterator[None]:
            """While another program has the terminal."""
            yield

        def wake(self) -> None:
            """Have `read` return; from any thread."""
            self.awake.set()

        def _listen(self, seconds: float) -> None:
            import msvcrt

            until = time.monotonic() + seconds
            while not msvcrt.kbhit() and not self.awake.is_set() and time.monotonic() < until:
                self.awake.wait(LISTENING)
            self.awake.clear()
            if msvcrt.kbhit():
                key = msvcrt.getwch()
                if key in "\x00\xe0":  # the first half of a special key
                    names = {"H": "up", "P": "down", "M": "right", "K": "left"}
                    key = names.get(msvcrt.getwch())
                    if key is not None:
                        self.pressed.put(key)
                elif key == "\x03":
                    raise KeyboardInterrupt
                else:
                    self._take(END if key == "\x1a" else key)

    else:

        def __enter__(self) -> Keyboard:
            import termios

            self.fd = sys.stdin.fileno()
            self.before = termios.tcgetattr(self.fd)
            self.woken, self.waking = os.pipe()
            self.handlers: dict[int, Any] = {}
            # From here on whatever ends us must pass through __exit__.
            for number in (signal.SIGTERM, signal.SIGHUP):
                self.handlers[number] = signal.signal(number, _end)
            self.handlers[signal.SIGTSTP] = signal.signal(signal.SIGTSTP, self._stop)
            self._listen_to_keys()
            return self

        def __exit__(self, *_: object) -> None:
            self._put_back()
            for number, handler in self.handlers.items():
                signal.signal(number, handler)
            for end in (self.woken, self.waking):
                os.close(end)

        @contextlib.contextmanager
        def lent(self) -> Iterator[None]:
            """While another program has the terminal: as it was, and Ctrl-C is not for us."""
            interrupt = signal.signal(signal.SIGINT, lambda *_: None)
            self._put_back()
            try:
                yield
            finally:
                self._listen_to_keys()
                signal.signal(signal.SIGINT, interrupt)

        def wake(self) -> None:
            """Have `read` return; from any thread."""
            os.write(self.waking, b"!")

        def _listen(self, seconds: float) -> None:
            import select

            readable, _, _ = select.select([self.fd, self.woken], [], [], seconds)
            if self.woken in readable:
                os.read(self.woken, 1 << 10)
            if self.fd in readable:
                try:
                    typed = os.read(self.fd, 1 << 10)
                except OSError:
                    typed = b""
                self._take(typed.decode("utf-8", "replace") or END)

        def _listen_to_keys(self) -> None:
            import termios
            import tty

            tty.setcbreak(self.fd, termios.TCSANOW)

        def _put_back(self) -> None:
            import termios

            # Where the terminal itself is gone there is nothing to put back.
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self.fd, termios.TCSANOW, self.before)

        def _stop(self, number: int, frame: FrameType | None) -> None:
            """Ctrl-Z: the shell gets the terminal as it was, and `fg` comes back to here."""
            self._put_back()
            signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGTSTP)
            signal.signal(signal.SIGTSTP, self._stop)
            self._listen_to_keys()
            self.again()


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
