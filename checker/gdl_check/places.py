"""Where things lie: the course's folders, in a checkout or in the wheel; the cache; a workspace."""

from __future__ import annotations

import os
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def course_folder(name: str) -> Path:
    """The course's `exercises` or `solutions`: beside checker/ or in the package."""
    beside = PACKAGE.parent.parent / name
    return beside if PACKAGE.parent.name == "checker" and beside.is_dir() else PACKAGE / name


def cache_folder() -> Path:
    """Where drawn inputs are kept: the user's cache, never the learner's folder."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "gdl-check"


def find_workspace(start: Path) -> Path | None:
    """The nearest folder from `start` upwards with `.gdl/`, else the checkout it is in."""
    for folder in (start, *start.parents):
        if (folder / ".gdl").is_dir():
            return folder
        if (folder / "exercises").is_dir() and (folder / "solutions").is_dir():
            return folder
    return None


def chapter_path(folder: Path, file_name: str) -> Path:
    """A chapter's file in a folder: a notebook where that is there, or notebooks are kept there."""
    path = folder / file_name
    notebook = path.with_suffix(".ipynb")
    if path.exists() or notebook.exists():
        return path if path.exists() else notebook
    of_notebooks = any(folder.glob("ch*.ipynb")) and not any(folder.glob("ch*.py"))
    return notebook if of_notebooks else path


def is_notebook(path: Path) -> bool:
    """Whether a file is read as a notebook."""
    return path.suffix.lower() == ".ipynb"
