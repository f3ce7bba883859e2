"""Which chapters have an exercise of a name. Only what the stubs define is read: that is quick."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from gdl_check.course import Chapter, chapter_modules, load_chapter
from gdl_check.places import course_folder


@cache
def defined() -> dict[str, tuple[str, ...]]:
    """What the stubs of every chapter define: chapter id -> names."""
    defines = re.compile(r"^(?:def|class) (\w+)", re.MULTILINE)
    folder = course_folder("exercises")
    return {
        chapter: tuple(defines.findall((folder / f"{module}.py").read_text(encoding="utf-8")))
        for chapter, module in chapter_modules().items()
    }


def chapters_with(name: str) -> list[Chapter]:
    """The chapters that have an exercise of this name; no others are loaded."""
    chapters = [load_chapter(chapter) for chapter, names in defined().items() if name in names]
    return [chapter for chapter in chapters if name in chapter.exercises]


def meant_by(name: str, first: str = "") -> str:
    """The id of an exercise that is called nearly so, before all one of chapter `first`; or ""."""
    everywhere = {n: chapter for chapter, names in reversed(defined().items()) for n in names}
    here = dict.fromkeys(defined().get(first, ()), first)
    for known in (here, everywhere):
        for near in closest(name, known, 0.6):
            if near in load_chapter(known[near]).exercises:
                return f"{known[near]}.{near}"
    return ""


def closest(word: str, known: Iterable[str], cutoff: float) -> list[str]:
    """The one of these words that is nearest to a word, if any is near enough."""
    import difflib

    return difflib.get_close_matches(word, list(known), 1, cutoff)
