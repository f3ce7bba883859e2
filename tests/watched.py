"""`gdl-check watch` as a person sees it: on a terminal, one picture after the other."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Sequence
from typing import Any

from learner import COMMAND, Learner, look_at

HOME = "\x1b[H"
ESCAPE = re.compile(r"\x1b\[[\d;]*[A-Za-z]")


class Watched:
    """A running `gdl-check watch`, its terminal, and what stands there."""

    def __init__(
        self,
        learner: Learner,
        *words: str,
        columns: int = 80,
        rows: int = 30,
        command: Sequence[str] = (*COMMAND, "watch"),
        **environment: str,
    ) -> None:
        self.ours, self.theirs = pty.openpty()
        self.columns = columns
        self._set_size(columns, rows)
        self.before = self.attributes()
        self.shown = ""
        self.process = subprocess.Popen(
            [*command, *words],
            cwd=learner.folder,
            env=learner.environment(**environment),
            stdin=self.theirs,
            stdout=self.theirs,
            stderr=self.theirs,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )

    def __enter__(self) -> Watched:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.ours)
        os.close(self.theirs)

    def attributes(self) -> list[Any]:
        """How the terminal is set."""
        return termios.tcgetattr(self.theirs)

    def resize(self, columns: int, rows: int) -> None:
        """Give the window another size; the next picture is waited for with `until`."""
        self.columns = columns
        self.shown = ""
        self._set_size(columns, rows)

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def press(self, keys: str) -> None:
        """Press keys; what was there before is forgotten."""
        self.shown = ""
        os.write(self.ours, keys.encode())

    @property
    def picture(self) -> str:
        """What is on the screen since the last key."""
        return ESCAPE.sub("", self.shown.rpartition(HOME)[2]).replace("\r\n", "\n")

    @property
    def said(self) -> str:
        """The same in one line, however it is wrapped."""
        return " ".join(self.picture.split())

    @property
    def footer(self) -> str:
        """The keys that are offered."""
        return "".join(re.findall(r"(?<=  )[a-z](?= [a-z])", self.picture.split("\n\n")[-1]))

    def until(self, *texts: str, seconds: float = 20.0) -> Watched:
        """Wait for a picture with all of these in it, and hold it against what none may have."""
        until = time.monotonic() + seconds
        while not all(text in self.said for text in texts):
            left = until - time.monotonic()
            ready = left > 0 and select.select([self.ours], [], [], left)[0]
            assert ready, f"waited for {texts}, but there is:\n{self.picture}"
            self.shown += os.read(self.ours, 1 << 16).decode("utf-8", "replace")
        look_at(self.picture, self.columns)
        return self

    def settle(self, seconds: float = 0.3) -> None:
        """Wait until nothing more is drawn for this long."""
        while select.select([self.ours], [], [], seconds)[0]:
            self.shown += os.read(self.ours, 1 << 16).decode("utf-8", "replace")

    def ends(self, seconds: float = 10.0) -> int:
        """Wait for the end, and see that the terminal is as it was; the exit code."""
        until = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < until:
            # Read on: what nobody reads would hold it up.
            if select.select([self.ours], [], [], 0.02)[0]:
                self.shown += os.read(self.ours, 1 << 16).decode("utf-8", "replace")
        code = self.process.wait(1.0)
        assert self.attributes() == self.before
        return code
