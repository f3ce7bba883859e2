"""The learner's editor, opened at a line."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path

WITH_PLUS = {"vi", "vim", "nvim", "nano", "emacs", "emacsclient", "micro", "kak", "joe", "gedit"}
WITH_GOTO = {"code", "code-insiders", "codium", "cursor"}


def editor_command(path: Path, line: int | None, environment: Mapping[str, str]) -> list[str]:
    """The command that opens a file, at a line where that can be said; empty where none is known.

    That is $VISUAL or $EDITOR, or else VS Code in a terminal of its own.
    """
    named = environment.get("VISUAL") or environment.get("EDITOR") or ""
    try:
        words = shlex.split(named, posix=os.name == "posix")
    except ValueError:
        words = [named]
    if not words and environment.get("TERM_PROGRAM") == "vscode":
        words = ["code"]
    program = shutil.which(words[0]) if words else None
    if program is None:
        return []
    name = Path(words[0]).stem.lower()
    at = [str(path)]
    if line and name in WITH_GOTO:
        at = ["-g", f"{path}:{line}"]
    elif line and name in WITH_PLUS:
        at = [f"+{line}", str(path)]
    return [program, *words[1:], *at]
