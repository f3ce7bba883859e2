"""Says what is wrong with this machine or this workspace, and what mends it."""

from __future__ import annotations

import importlib.metadata
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from gdl_check import __version__, state, update
from gdl_check.course import chapter_modules
from gdl_check.places import cache_folder, chapter_path
from gdl_check.sandbox.canary import HIGHEST, look
from gdl_check.sandbox.connections import SandboxFault
from gdl_check.sandbox.launch import CAN_FORK

OLDEST_PYTHON, OLDEST_NUMPY = (3, 11), (2, 0)
GLYPHS = "\u00e9 \u2713"
MOST_NAMED = 3


class Finding(NamedTuple):
    """One thing that was looked at; `mend` is the command or sentence that mends it."""

    is_fine: bool
    what: str
    mend: str = ""


def findings(workspace: Path | None) -> Iterator[Finding]:
    """Everything that is looked at, one by one."""
    yield _python()
    yield _numpy()
    yield Finding(True, f"gdl-check {__version__}")
    yield _cache()
    yield _screen()
    yield _sandbox()
    yield from _workspace(workspace)


def _python() -> Finding:
    told = ".".join(map(str, sys.version_info[:3]))
    return Finding(
        sys.version_info[:2] >= OLDEST_PYTHON,
        f"Python {told}",
        "install Python 3.11 or newer from https://www.python.org/downloads",
    )


def _numpy() -> Finding:
    told = importlib.metadata.version("numpy")
    numbers = tuple(int(part) for part in told.split(".")[:2])
    return Finding(
        numbers >= OLDEST_NUMPY, f"NumPy {told}", f"{sys.executable} -m pip install -U numpy"
    )


def _cache() -> Finding:
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder):
            pass
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        mend = "set XDG_CACHE_HOME to a folder that you may write to"
        return Finding(
            False, f"{folder} cannot be written to ({why}): every check draws anew", mend
        )
    return Finding(True, f"inputs are kept in {folder}")


def _screen() -> Finding:
    encoding = sys.stdout.encoding or "ascii"
    try:
        GLYPHS.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        what = f"the screen speaks {encoding}: what it does not know is shown as ?"
        return Finding(False, what, "set PYTHONIOENCODING=utf-8")
    return Finding(True, f"the screen speaks {encoding}")


def _sandbox() -> Finding:
    try:
        seen = look()
    except SandboxFault as error:
        mend = "report it, with what this command has said"
        return Finding(False, f"learners' code cannot be run apart: {error}", mend)
    how = "forked from a warm process" if CAN_FORK else "an interpreter of its own"
    active = ", ".join(seen.active) or "nothing"
    could = f"; it could still {', '.join(seen.missing)}" if seen.missing else ""
    return Finding(
        True,
        f"your code runs in a process of its own ({how}), limited by: {active}: "
        f"sandbox level {seen.level} of {HIGHEST}{could}",
    )


def _files(workspace: Path) -> Iterator[Finding]:
    """The chapter files that are gone."""
    folder = workspace / "exercises"
    gone = {
        id: path.name
        for id, module in chapter_modules().items()
        if not (path := chapter_path(folder, f"{module}.py")).exists()
    }
    if gone:
        which = ", ".join(gone.values()) if len(gone) <= MOST_NAMED else f"{len(gone)} of them"
        every = len(gone) == len(chapter_modules())
        mend = f"gdl-check reset {'all' if every else ' '.join(gone)}"
        yield Finding(False, f"chapter files are not there any more: {which}", mend)


def _workspace(workspace: Path | None) -> Iterator[Finding]:
    if workspace is None or not (workspace / ".gdl").is_dir():
        yield Finding(False, "there is no workspace here", "gdl-check init")
        return
    writable = os.access(workspace / "exercises", os.W_OK)
    yield Finding(writable, f"workspace {workspace}", f"chmod -R u+w {workspace}")
    yield from _files(workspace)
    log = state.read(state.state_file(workspace))
    if log.unreadable:
        lines = "1 line" if log.unreadable == 1 else f"{log.unreadable} lines"
        mend = "nothing is to be done: they are skipped, and all others count"
        yield Finding(False, f"{lines} of .gdl/{state.FILE_NAME} cannot be read", mend)
    else:
        events = "1 event" if len(log.events) == 1 else f"{len(log.events)} events"
        yield Finding(True, f"progress is kept: {events}")
    planned = update.plan(workspace)
    new = planned.is_empty and not planned.changes
    what = "the exercises are as new as this version" if new else "newer exercises are there"
    yield Finding(new, what, "gdl-check update --dry-run")
