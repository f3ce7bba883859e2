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
        yield lambda seconds: _key(fd, seconds)
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)


def _key(fd: int, seconds: float) -> str:
    import select

    if not select.select([fd], [], [], seconds)[0]:
        return ""
    typed = os.read(fd, 8).decode("utf-8", "replace")
    if not typed:
        return "q"  # nobody is there any more
    return ARROWS.get(typed, typed[:1])


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
