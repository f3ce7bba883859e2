"""How wide the terminal is; in a file of its own, for help that loads nothing else."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TextIO


def columns(stream: TextIO | None = None) -> int:
    """How wide the terminal is, as COLUMNS says or as it is: that of a stream before our own.

    As `shutil.get_terminal_size`, which loads what unpacks archives.
    """
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told):
        return int(told)
    for one in (stream, sys.__stdout__):
        with contextlib.suppress(AttributeError, OSError, ValueError):
            return os.get_terminal_size(one.fileno()).columns or 80  # type: ignore[union-attr]
    return 80
