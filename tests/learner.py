"""A learner for tests: a folder with chapter files, and the command run in it.

`Learner.check` runs the command in this process, which takes a tenth of a second; `Learner.run`
starts it as people do. A learner knows chapter 6 only, and three small exercises of it.
"""

from __future__ import annotations

import ast
import contextlib
import fcntl
import functools
import io
import json
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import textwrap
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from contract import check_report
from gdl_check import checking, cli
from gdl_check.places import course_folder
from gdl_check.render.tojson import report_json
from gdl_check.results import ChapterResult, Report, Result

FILE_NAME = "ch06_backpropagation.py"
STUBS = (course_folder("exercises") / FILE_NAME).read_text(encoding="utf-8")
SOLUTION = (course_folder("solutions") / FILE_NAME).read_text(encoding="utf-8")
RIGHT = {
    "relu": "def relu(x):\n    return np.maximum(x, 0)",
    "relu_deriv": "def relu_deriv(output):\n    return output > 0",
    "collapse_linear": "def collapse_linear(a, b):\n    return a.dot(b)",
}
# The ones beside the one in the middle, whose verdicts nothing may touch that happens there.
BESIDE = ("relu", "collapse_linear")
THREE = ("ch06.relu", "ch06.relu_deriv", "ch06.collapse_linear")
SHORT = 0.6  # seconds for a call that never returns


def chapter_file(base: str = STUBS, /, **answers: str) -> str:
    """A chapter's file in which these functions have been written."""
    lines = base.split("\n")
    for node in reversed(ast.parse(base).body):
        if isinstance(node, ast.FunctionDef) and node.name in answers:
            written = textwrap.dedent(answers[node.name]).strip("\n").split("\n")
            lines[node.lineno - 1 : node.end_lineno] = written
    return "\n".join(lines)


@dataclass
class Checked:
    """What one run of the command came to."""

    code: int
    out: str
    err: str
    report: Report | None = None

    @property
    def chapter(self) -> ChapterResult:
        assert self.report is not None, self.err
        return self.report.chapters[0]

    @property
    def told(self) -> dict[str, Any]:
        """The report as `--json` tells it, held against the contract."""
        assert self.report is not None, self.err
        told: dict[str, Any] = json.loads(report_json(self.report))
        check_report(told)
        return told

    @property
    def said(self) -> str:
        """The screen in one line: what it says, however it is wrapped."""
        return " ".join(self.out.split())

    def result(self, name: str) -> Result:
        return next(result for result in self.chapter.results if result.name == name)

    def statuses(self, *names: str) -> list[str]:
        return [str(self.result(name).status) for name in names]


class Terminal(io.StringIO):
    """A stream that claims to be a terminal."""

    def isatty(self) -> bool:
        return True


@dataclass
class Learner:
    """A workspace; every screen that is shown in this process is held against `look_at`."""

    folder: Path
    file: Path = field(init=False)

    def __post_init__(self) -> None:
        (self.folder / ".gdl").mkdir(parents=True)
        (self.folder / "exercises").mkdir()
        self.file = self.folder / "exercises" / FILE_NAME
        self.write(STUBS)

    def write(self, text: str | bytes) -> None:
        self.file.write_bytes(text.encode() if isinstance(text, str) else text)

    def answer(self, **answers: str) -> None:
        """Write these functions, and rightly those three that are not among them."""
        self.write(chapter_file(**(RIGHT | answers)))

    def check(self, *words: str, seconds: float = 5.0, columns: int | None = None) -> Checked:
        """Run the command in this process; with `columns`, on a terminal without colour."""
        reports: list[Report] = []

        def recorded(*args: Any) -> Report:
            reports.append(Report(*args))
            return reports[-1]

        out = io.StringIO() if columns is None else Terminal()
        err = io.StringIO()
        limited = functools.partial(checking.ChapterCheck, seconds=seconds)
        environment = {"NO_COLOR": "1", "COLUMNS": str(columns or 80), "TERM": "xterm"}
        with (
            contextlib.chdir(self.folder),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            mock.patch.dict(os.environ, environment),
            mock.patch.object(checking, "Report", recorded),
            mock.patch.object(checking, "ChapterCheck", limited),
        ):
            try:
                code = cli.main(words)
            except SystemExit as refused:
                assert isinstance(refused.code, int)
                code = refused.code
        checked = Checked(code, out.getvalue(), err.getvalue(), reports[-1] if reports else None)
        if not checked.out.startswith("{"):
            look_at(checked.out, columns or 80)
        return checked

    def environment(self, **more: str) -> dict[str, str]:
        """What the command sees when it is started: no settings of whoever runs the tests."""
        unwanted = ("NO_COLOR", "COLUMNS", "LINES", "TERM", "FORCE_COLOR", "PYTHONIOENCODING")
        kept = {key: value for key, value in os.environ.items() if key not in unwanted}
        return kept | {"TERM": "xterm-256color"} | more

    def run(self, *words: str, seconds: float = 60, **environment: str) -> Checked:
        """Start the command, its output into pipes."""
        done = subprocess.run(
            COMMAND + list(words),
            cwd=self.folder,
            env=self.environment(**environment),
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
        encoding = environment.get("PYTHONIOENCODING", "utf-8")
        return Checked(done.returncode, done.stdout.decode(encoding), done.stderr.decode(encoding))

    def run_on_terminal(
        self,
        *words: str,
        columns: int = 80,
        typed: Callable[[str], str | None] | None = None,
        **environment: str,
    ) -> Checked:
        """Start the command on a terminal; `typed` is asked what to type after what is there."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        process = subprocess.Popen(
            COMMAND + list(words),
            cwd=self.folder,
            env=self.environment(**environment),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        shown = b""
        for chunk in _chunks(ours, time.monotonic() + 60):
            shown += chunk
            answer = typed(shown.decode("utf-8", "replace")) if typed else None
            if answer:
                os.write(ours, answer.encode())
        os.close(ours)
        process.kill()
        code = process.wait()
        return Checked(code, shown.decode("utf-8", "replace").replace("\r\n", "\n"), "")


COMMAND = [sys.executable, "-m", "gdl_check"]


def _chunks(fd: int, until: float) -> Iterator[bytes]:
    """What arrives on a terminal until its other end is closed."""
    while (left := until - time.monotonic()) > 0:
        if not select.select([fd], [], [], left)[0]:
            break
        try:
            chunk = os.read(fd, 1 << 16)
        except OSError:  # this is how Linux says that nobody has the other end any more
            return
        if not chunk:
            return
        yield chunk
    raise AssertionError("the command did not end")


def cells(text: str) -> int:
    """How much room a text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(c) in ("W", "F") else 1 for c in text)


def look_at(screen: str, columns: int = 80) -> None:
    """Hold a screen against what no screen may have."""
    for line in screen.split("\n"):
        assert cells(line) <= columns, f"wider than {columns}: {line!r}"
        assert line == "" or line.isprintable(), f"control characters: {line!r}"
    for never in ("Traceback", "site-packages", "<frozen", "gdl_check/", "0x7f"):
        assert never not in screen, f"{never!r} on the screen:\n{screen}"


def gone(pid: int, seconds: float = 5.0) -> bool:
    """Whether a process ends within this time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
                if stat.read().rpartition(")")[2].split()[0] == "Z":
                    return True
        except OSError:
            return True
        time.sleep(0.02)
    return False


def children(pid: int) -> list[int]:
    """The processes that a process has started and that have not ended."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as found:
            return [int(child) for child in found.read().split()]
    except OSError:
        return []
