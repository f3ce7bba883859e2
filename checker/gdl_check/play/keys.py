"""Single keys from a terminal, without waiting for Enter."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator

ARROWS = {"\x1b[A": "up", "\x1b[B": "down", "\x1b[C": "right", "\x1b[D": "left"}
ARROWS |= {sequence.replace("[", "O"): name for sequence, name in ARROWS.items()}

# Waits for a key for so many seconds: its character or the name of an arrow, "" if there was none.
Keys = Callable[[float], str]


@contextlib.contextmanager
def keys() -> Iterator[Keys]:
    """Read keys as they are pressed; afterwards the terminal is as it was. Ctrl-C interrupts."""
    if sys.platform == "win32":
        yield _windows_key
        return
    import termios
    import tty

    fd = sys.stdin.fileno()
    before = termios.tcgetattr(fd)
    try:
        tty.setcbreak(fd)
        yield _Typed(fd)
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)


class _Typed:
    """What has been typed and not yet been asked for."""

    def __init__(self, fd: int) -> None:
        self.fd, self.waiting = fd, ""

    def __call__(self, seconds: float) -> str:
        import select

        if not self.waiting and select.select([self.fd], [], [], seconds)[0]:
            typed = os.read(self.fd, 64).decode("utf-8", "replace")
            self.waiting = typed or "q"  # at the end of the input nobody is there any more
        length = 3 if self.waiting[:3] in ARROWS else 1
        key, self.waiting = self.waiting[:length], self.waiting[length:]
        return ARROWS.get(key, key)


def _windows_key(seconds: float) -> str:
    if sys.platform != "win32":
        return ""
    import msvcrt

    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if msvcrt.kbhit():
            typed = msvcrt.getwch()
            if typed in ("\x00", "\xe0"):
                return {"H": "up", "P": "down", "M": "right", "K": "left"}.get(msvcrt.getwch(), "")
            return typed
        time.sleep(0.02)
    return ""
