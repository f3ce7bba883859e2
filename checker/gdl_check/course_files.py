"""The files that a course brings with it: a chapter's solution, and the stubs it is begun from."""

from __future__ import annotations

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
    return read_chapter_file(path, f"{folder}/{chapter.file_name}")
