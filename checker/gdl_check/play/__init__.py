"""The chapters' projects, run on the learner's own functions: one module a chapter, `chNN.py`.

Each has a function `play(own, stage, options)`: `own` is the learner's module, `stage` is where it
shows itself, `options` holds `quick`, `data` and `seed`.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path


class CannotPlay(Exception):
    """Why a play cannot begin; the message is one sentence that says what to do."""


@cache
def plays() -> tuple[str, ...]:
    """The chapters that have a play, in order."""
    names = [path.stem for path in Path(__file__).parent.glob("ch*.py")]
    return tuple(sorted(name for name in names if re.fullmatch(r"ch\d\d", name)))
