"""The learner's own functions, opened in this process as they would open them: no evidence."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from gdl_check.course import chapter_modules
from gdl_check.imports import NotebookChapters, open_module
from gdl_check.places import course_folder


@contextlib.contextmanager
def opened(path: Path) -> Iterator[ModuleType]:
    """A chapter file as a module; what it imports of other chapters comes from beside it.

    Raises what opening the file raises. Afterwards the chapters that others know are back.
    """
    names = set(chapter_modules().values())
    known = {name: sys.modules.pop(name) for name in names & set(sys.modules)}
    folders = list(sys.path)
    sys.path.insert(0, str(path.resolve().parent))
    notebooks = NotebookChapters(path.resolve().parent)
    sys.meta_path.insert(0, notebooks)  # our solutions can be imported here as well
    try:
        yield open_module(path.stem, path)
    finally:
        for name in names & set(sys.modules):
            del sys.modules[name]
        sys.modules.update(known)
        sys.path[:] = folders
        sys.meta_path.remove(notebooks)


def line_of(error: BaseException, folder: Path) -> tuple[Path, int, str] | None:
    """Where in a learner's folder an exception came from: file, line, function; None elsewhere."""
    inside = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if os.path.dirname(os.path.realpath(frame.filename)) == os.path.realpath(folder)
    ]
    if not inside:
        return None
    return Path(inside[-1].filename), inside[-1].lineno or 1, inside[-1].name


def ours(chapter_id: str) -> ModuleType:
    """Our solution of a chapter, for the toys in it, whoever's chapters are opened."""
    path = course_folder("solutions") / f"{chapter_modules()[chapter_id]}.py"
    return open_module(f"ours_{chapter_id}", path)
