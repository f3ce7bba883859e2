"""Looks at files, over and over, and tells which have changed and stand still again.

Asking is enough everywhere; being told is not to be had on network folders and under WSL.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

Look = tuple[int, int] | None  # modification time in nanoseconds, size; None: not there


class Lookout:
    """Knows how some files looked when they were last told of; none of them need be there."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self.seen = {path: _look(path) for path in paths}
        self.told = dict(self.seen)

    def skip(self, path: Path) -> None:
        """Do not tell of how a file looks now: we have written it ourselves."""
        self.seen[path] = self.told[path] = _look(path)

    def changed(self) -> set[Path]:
        """Look once more: the files that have changed and look as they did the last time."""
        found = set()
        for path, before in self.seen.items():
            now = self.seen[path] = _look(path)
            if now == before and now != self.told[path]:
                self.told[path] = now
                found.add(path)
        return found


def _look(path: Path) -> Look:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size
