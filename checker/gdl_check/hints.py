"""The ladder of hints: a question, the idea, the shapes, the reference with one line blanked, all.

Each rung is opened by a new attempt since the last one.
"""

from __future__ import annotations

import textwrap
from typing import NamedTuple

from gdl_check.course import Chapter
from gdl_check.course_files import solution_file
from gdl_check.drill.blanking import Blank, blank_in
from gdl_check.source import ChapterFile, span, without_docstring
from gdl_check.state import Progress

NAMES = ("a question", "the idea", "the shapes", "one line missing", "the solution")
RUNGS = len(NAMES)


class Rung(NamedTuple):
    """One hint: its number, what it is called, and its text or its code."""

    number: int
    name: str
    text: str = ""
    code: str = ""


def ladder(chapter: Chapter, name: str) -> list[Rung]:
    """All hints to an exercise, in order."""
    texts = [Rung(i + 1, NAMES[i], text) for i, text in enumerate(chapter.exercises[name].hints)]
    blanked = Rung(4, NAMES[3], code=with_a_blank(chapter, name))
    return [*texts, blanked, Rung(5, NAMES[4], code=body(chapter, name))]


def may_open(progress: Progress) -> int:
    """The highest rung that may be opened now: one more than the last after a new attempt."""
    tried_since = progress.attempts > progress.rung_attempts or progress.rung == 0
    return min(RUNGS, progress.rung + tried_since)


def body(chapter: Chapter, name: str) -> str:
    """The reference without its docstring."""
    return code_of(solution_file(chapter), name)


def with_a_blank(chapter: Chapter, name: str) -> str:
    """The reference without its docstring, and the line that matters left blank."""
    file = solution_file(chapter)
    return code_of(file, name, blank_in(file, file.definitions[name]))


def code_of(file: ChapterFile, name: str, blank: Blank | None = None) -> str:
    """A definition without its docstring, and with the blank in its place, if there is one."""
    node = file.definitions[name]
    first, last = span(node)
    drop: set[int] = set()
    if without_docstring(node) is not node.body:
        docstring = node.body[0]
        drop = set(range(docstring.lineno, (docstring.end_lineno or docstring.lineno) + 1))
        if not file.lines[max(drop)].strip():
            drop.add(max(drop) + 1)
    kept = []
    for number in range(first, last + 1):
        line = file.lines[number - 1]
        if number in drop:
            continue
        if blank is None or not blank.first <= number <= blank.last:
            kept.append(line)
        elif number == blank.first:
            kept.append(blank.text)
    return textwrap.dedent("\n".join(kept))
