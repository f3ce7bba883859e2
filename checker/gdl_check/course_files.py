"""The files that a course brings with it: a chapter's solution, and the stubs it is begun from."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from gdl_check.course import Chapter
from gdl_check.places import course_folder
from gdl_check.source import ChapterFile, read_chapter_file


def solution_file(chapter: Chapter) -> ChapterFile:
    """A chapter's solution as text."""
    return _read("solutions", chapter)


def delivered(chapter: Chapter) -> ChapterFile:
    """A chapter's stubs as this version of the course delivers them."""
    return _read("exercises", chapter)


def _read(folder: str, chapter: Chapter) -> ChapterFile:
    path = course_folder(folder) / chapter.file_name
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        changed = 0
    return _parsed(path, f"{folder}/{chapter.file_name}", changed)


@lru_cache(maxsize=64)
def _parsed(path: Path, shown: str, changed: int) -> ChapterFile:
    """A file as it was when it was changed last: it is asked for again and again."""
    return read_chapter_file(path, shown)
