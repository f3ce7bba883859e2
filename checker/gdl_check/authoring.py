"""The verb `dev`: between the command and what authors do."""

from __future__ import annotations

import argparse

from gdl_check.cli import NOT_PASSED, NOT_UNDERSTOOD, PASSED
from gdl_check.course import Chapter, chapter_modules, load_chapter
from gdl_check.dev import CannotBegin, begin, write_stubs
from gdl_check.gate import problems_of
from gdl_check.render.terminal import note


def run(options: argparse.Namespace) -> int:
    """Carry out one of the verbs for authors; the result is the exit code."""
    if options.verb == "new":
        return _new(options.exercise)
    unknown = [name for name in options.chapters if name not in chapter_modules()]
    if unknown:
        known = ", ".join(chapter_modules())
        note(f"gdl-check dev: there is no chapter {unknown[0]!r}: there are {known}")
        return NOT_UNDERSTOOD
    chapters = [load_chapter(name) for name in options.chapters or chapter_modules()]
    if options.verb == "stubs":
        for chapter in chapters:
            print(f"written: exercises/{write_stubs(chapter).name}")
        return PASSED
    return _gate(chapters, options)


def _gate(chapters: list[Chapter], options: argparse.Namespace) -> int:
    total = 0
    for chapter in chapters:
        problems = 0
        for problem in problems_of(chapter, options.seed, options.effort):
            print(f"{chapter.id}  {problem}", flush=True)
            problems += 1
        if not problems:
            print(f"{chapter.id}  {_counted(len(chapter.exercises))}: nothing missing", flush=True)
        total += problems
    return NOT_PASSED if total else PASSED


def _counted(exercises: int) -> str:
    return "1 exercise" if exercises == 1 else f"{exercises} exercises"


def _new(word: str) -> int:
    stem, _, name = word.rpartition(".")
    try:
        if not stem[:2] == "ch" or not stem[2:4].isdigit() or not stem[4:5] == "_":
            raise CannotBegin(
                f"{word!r} should be a file and a name: ch06_backpropagation.softplus"
            )
        for path in begin(stem, name):
            print(f"begun in {path.parent.name}/{path.name}")
    except CannotBegin as error:
        note(f"gdl-check dev: {error}")
        return NOT_UNDERSTOOD
    print("write the solution and its laws, then: gdl-check dev stubs, gdl-check dev check")
    return PASSED
