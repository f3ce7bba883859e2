"""What a learner has done: events in `.gdl/state.jsonl`, one a line, only ever appended.

Every event is written in one go as newline, object, newline, so that a half-written line costs
only itself. Progress is a fold over the events, sorted by time and id, each counted once: the files
of two machines merge by putting one behind the other.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FORMAT = 1
FILE_NAME = "state.jsonl"
TURNED = "turned"  # the event that says which exercise the learner has turned to


@dataclass(frozen=True)
class Event:
    """One thing that happened to an exercise (or to the workspace: then `exercise` is empty).

    `t` is UTC, in ISO 8601 with microseconds; `version` names the contract, `hash` the answer.
    """

    event: str
    exercise: str = ""
    version: str = ""
    hash: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)
    t: str = ""
    id: str = ""

    @property
    def at(self) -> datetime:
        """When it happened, as a time in UTC."""
        return datetime.fromisoformat(self.t)


@dataclass(frozen=True)
class Log:
    """The events that could be read, oldest first, and how many lines could not."""

    events: tuple[Event, ...]
    unreadable: int = 0


@dataclass
class Progress:
    """Where a learner stands with one exercise.

    `passed` is the version that was passed last, at the time `at`, and `since` when one was first;
    `attempts` counts different answers that did not pass; `rung` is the hint opened last, after
    `rung_attempts`.
    """

    passed: str = ""
    since: str = ""
    at: str = ""
    verdict: str = ""
    hash: str = ""
    attempts: int = 0
    rung: int = 0
    rung_attempts: int = 0
    revealed: bool = False


def state_file(workspace: Path) -> Path:
    """Where a workspace keeps its events."""
    return workspace / ".gdl" / FILE_NAME


def now() -> str:
    """This moment, as events tell it."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def append(path: Path, events: Iterable[Event]) -> None:
    """Write events down, each whole or not at all as others read them. Raises OSError."""
    lines = "".join(f"\n{_line(event)}\n" for event in events)
    if not lines:
        return
    fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
    try:
        os.write(fd, lines.encode())
    finally:
        os.close(fd)


def _line(event: Event) -> str:
    told = {
        "format": FORMAT,
        "id": event.id or uuid.uuid4().hex[:16],
        "t": event.t or now(),
        "exercise": event.exercise,
        "version": event.version,
        "hash": event.hash,
        "event": event.event,
        **event.more,
    }
    return json.dumps(told, ensure_ascii=True, separators=(",", ":"))


def read(path: Path) -> Log:
    """The events of a file, of which there need not be one."""
    try:
        text = path.read_bytes().decode("utf-8", "replace")
    except FileNotFoundError:
        return Log(())
    found: dict[str, Event] = {}
    unreadable = 0
    for line in filter(None, map(str.strip, text.split("\n"))):
        event = _event(line)
        if event is None:
            unreadable += 1
        else:
            found.setdefault(event.id, event)
    return Log(tuple(sorted(found.values(), key=lambda e: (e.t, e.id))), unreadable)


def _event(line: str) -> Event | None:
    try:
        told = json.loads(line)
        if not isinstance(told, dict) or told.pop("format") != FORMAT:
            return None
        names = ("event", "exercise", "version", "hash", "t", "id")
        known = {name: told.pop(name) for name in names}
        if not all(isinstance(value, str) for value in known.values()):
            return None
        event = Event(**known, more=told)
        return event if event.at.tzinfo is not None else None
    except (ValueError, KeyError, RecursionError):
        return None


def fold(events: Iterable[Event]) -> dict[str, Progress]:
    """Where the learner stands with every exercise that something has happened to.

    A pass is never undone: later failures, and a reset, show in `verdict` alone.
    """
    standing: dict[str, Progress] = {}
    seen: set[tuple[str, str]] = set()
    for event in events:
        if not event.exercise:
            continue
        progress = standing.setdefault(event.exercise, Progress())
        if event.event == "check":
            _checked(progress, event, seen)
        elif event.event == "hint":
            progress.rung = max(progress.rung, _whole(event.more.get("rung")))
            progress.rung_attempts = progress.attempts
        elif event.event == "solution":
            progress.revealed = True
        elif event.event == "reset":
            # Not started, and not as it was when it passed: a check will tell.
            progress.verdict, progress.hash = "not_started", ""
    return standing


def _checked(progress: Progress, event: Event, seen: set[tuple[str, str]]) -> None:
    progress.verdict = str(event.more.get("verdict", ""))
    progress.hash = event.hash
    if progress.verdict == "passed":
        progress.passed, progress.at = event.version, event.t
        progress.since = progress.since or event.t
    elif progress.verdict != "not_started" and (event.exercise, event.hash) not in seen:
        seen.add((event.exercise, event.hash))
        progress.attempts += 1


def _whole(value: Any) -> int:
    return value if isinstance(value, int) else 0


def changes(standing: Mapping[str, Progress], checked: Iterable[Event]) -> Iterator[Event]:
    """Those of some fresh `check` events that say something new."""
    for event in checked:
        known = standing.get(event.exercise, Progress())
        verdict = event.more["verdict"]
        if verdict == "not_started" and not known.verdict:
            continue
        same = (known.verdict, known.hash) == (verdict, event.hash)
        if not same or (verdict == "passed" and known.passed != event.version):
            yield event
