"""A question of a notebook: its cells and some names go in, a screen as text and HTML comes out.

The answers are put into a chapter file made of our stubs and checked as any other file is. Nothing
is recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypedDict

from gdl_check.chapter_check import ChapterCheck
from gdl_check.checking import Found, fault_of, open_first_failure
from gdl_check.course import Chapter, chapter_modules
from gdl_check.course_files import delivered, solution_file
from gdl_check.names import chapters_with, meant_by
from gdl_check.needed import needed
from gdl_check.notebooks import LARGEST_CODE, NotANotebook, is_python, joined
from gdl_check.places import chapter_path, find_workspace
from gdl_check.quiet import quietly
from gdl_check.render.html import report_html, sentence_html
from gdl_check.render.lines import Line, and_between, labelled
from gdl_check.render.screen import chapter_lines, closing_lines, opened_lines
from gdl_check.results import Report, Result, Verdict
from gdl_check.source import ChapterFile, rests_on, span
from gdl_check.targets import NotUnderstood, Target

WIDTH = 79


class Question(TypedDict):
    """What a notebook asks.

    names     of every answer the names that it goes by
    skip      whether those that are no exercises are passed over
    chapter   like "ch05", where it was said; `near` is the one that the notebook is named after
    cells     what was run, in order: (what it is called, its text)
    shown     what all of it is called
    folder    where the notebook lies
    """

    names: list[list[str]]
    skip: bool
    chapter: str | None
    near: str | None
    cells: list[tuple[str, str]]
    shown: str
    folder: str


def answer(asked: Question) -> dict[str, str]:
    """What there is to say: its status, as text, and as HTML."""
    try:
        # A learner's wild numbers are compared without a word of NumPy's on our own arithmetic.
        with quietly():
            return _checked(asked)
    except NotUnderstood as error:
        text = str(error)
        return {"status": "not_understood", "text": text, "html": sentence_html(text)}


def _checked(asked: Question) -> dict[str, str]:
    workspace = find_workspace(Path(asked["folder"]))
    found, fault = Found(), None
    wanted = _wanted(asked)
    try:
        _check(asked, wanted, workspace, found)
    except NotUnderstood:
        raise
    except Exception as error:
        fault = fault_of(error)
    finally:
        for check in found.checks:
            check.close()
    report = Report(0, "normal", tuple(found.chapters), fault=fault)
    about = _about(found)
    hint = f"!gdl-check hint {about.id}" if about is not None and workspace is not None else ""
    lines = ["".join(text for text, _ in line).rstrip() for line in _lines(report, found, hint)]
    source = found.checks[found.at].file.lines if found.checks else ()
    question = _question(found, about) if about is not None else ""
    return {
        "status": report.status,
        "text": "\n".join(lines).strip("\n"),
        "html": report_html(report, found.opened, source, question, hint),
    }


def _check(
    asked: Question, wanted: list[tuple[Chapter, str]], workspace: Path | None, found: Found
) -> None:
    """Check what is wanted, chapter by chapter, and open the first failure."""
    # Other chapters are looked for in the workspace, or else beside the notebook.
    folder = workspace or Path(asked["folder"])
    folder = folder / "exercises" if (folder / "exercises").is_dir() else folder
    for chapter in {chapter.id: chapter for chapter, _ in wanted}.values():
        names = tuple(name for other, name in wanted if other is chapter)
        path = chapter_path(folder, chapter.file_name)
        check = ChapterCheck(chapter, path, asked["shown"], given=_file(asked, chapter, names))
        found.targets.append(Target(chapter, path, names))
        found.checks.append(check)
        found.chapters.append(check.chapter_result([r.name for r in check.in_turn(names)]))
    open_first_failure(found)


# --- what is meant -------------------------------------------------------------------------------


def _wanted(asked: Question) -> list[tuple[Chapter, str]]:
    """The exercises that are meant. Raises NotUnderstood with one sentence."""
    found = []
    if asked["chapter"] and asked["chapter"] not in chapter_modules():
        first, *_, last = chapter_modules()
        known = f"there are {first} to {last}"
        raise NotUnderstood(f"there is no chapter {asked['chapter']!r}: {known}")
    for names in asked["names"]:
        known_as = {name: chapters_with(name) for name in names}
        name = next((name for name in names if known_as[name]), None)
        if name is not None:
            found.append((_chapter(name, known_as[name], asked), name))
        elif not asked["skip"]:
            raise NotUnderstood(_no_exercise(names[0] if names else "this"))
    if not found:
        raise NotUnderstood("no exercise is written in this cell: see them with !gdl-check list")
    return found


def _chapter(name: str, chapters: list[Chapter], asked: Question) -> Chapter:
    by_id = {chapter.id: chapter for chapter in chapters}
    ids = list(by_id)
    if asked["chapter"]:
        if asked["chapter"] in ids:
            return by_id[asked["chapter"]]
        meant = f"did you mean {ids[0]}.{name}?"
        raise NotUnderstood(f"{asked['chapter']} has no exercise {name!r}: {meant}")
    if len(ids) == 1:
        return chapters[0]
    # A notebook that is named after its chapter has said which one is meant.
    if asked["near"] in by_id:
        return by_id[asked["near"]]
    how = "%%check {1}" if asked["skip"] else 'check({0}, "{1}")'
    either = " or ".join(how.format(name, chapter) for chapter in ids)
    raise NotUnderstood(f"{name} is an exercise of {and_between(ids)}: write {either}")


def _no_exercise(name: str) -> str:
    near = meant_by(name)
    if near:
        return f"{name} is no exercise: did you mean {near}?"
    return f"{name} is no exercise: see them with !gdl-check list"


# --- the file that is checked --------------------------------------------------------------------


def _file(asked: Question, chapter: Chapter, names: Sequence[str]) -> ChapterFile:
    """The chapter's file as it would be: our stubs, and what the notebook has in their place."""
    try:
        # What Python could not read was never run.
        code = joined(_recent((c, text) for c, text in asked["cells"] if is_python(text)))
    except NotANotebook as error:
        raise NotUnderstood(str(error)) from None
    written = ChapterFile(asked["shown"], code.text, code.cells)
    kept = needed(written, _with_foundations(chapter, names))
    before = [*_without(delivered(chapter), set(kept.names)), "", ""]
    cells = [("the stubs", number) for number in range(1, len(before) + 1)]
    return ChapterFile(asked["shown"], "\n".join(before) + "\n" + kept.text, (*cells, *kept.cells))


def _recent(cells: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The cells that were run last, each once, as far as there is room for them."""
    found: dict[str, str] = {}
    room = LARGEST_CODE
    for called, text in reversed(list(cells)):
        room -= len(text)
        if text not in found and room >= 0:
            found[text] = called
    return [(called, text) for text, called in reversed(found.items())]


def _with_foundations(chapter: Chapter, names: Sequence[str]) -> list[str]:
    """These exercises and those that their references rest on: the learner's own are used."""
    solution, exercises = solution_file(chapter), list(chapter.exercises)
    found = list(names)
    for name in found:
        rested = rests_on(solution, name, exercises)
        found += [n for module, n in rested if not module and n in exercises and n not in found]
    return found


def _without(stub: ChapterFile, names: set[str]) -> list[str]:
    """The lines of the stubs but for those that the notebook has something else for."""
    lines = list(stub.lines)
    for name, node in reversed(stub.definitions.items()):
        if name in names:
            first, last = span(node)
            lines[first - 1 : last] = []
    return lines


# --- what is shown -------------------------------------------------------------------------------


def _lines(report: Report, found: Found, hint: str) -> Iterator[Line]:
    """The screen of a terminal, but for the commands at its end."""
    if report.fault is not None:
        yield from closing_lines(report, None, "", WIDTH)
        return
    for check, chapter in zip(found.checks, found.chapters):
        yield from chapter_lines(chapter, check.file.lines, WIDTH)
    if found.opened is not None:
        check = found.checks[found.at]
        yield from opened_lines(found.opened, check.shown, check.file.lines, WIDTH, verbose=False)
    if report.status == Verdict.PASSED:
        yield from closing_lines(report, None, "", WIDTH)
    elif hint:
        yield []
        yield from labelled("a hint:", hint, WIDTH)


def _about(found: Found) -> Result | None:
    """What the screen ends with: the failure that is opened, or the first that is not started."""
    results = [result for chapter in found.chapters for result in chapter.results]
    unfinished = (result for result in results if result.status != Verdict.PASSED)
    return found.opened or next(unfinished, None)


def _question(found: Found, about: Result) -> str:
    """The first rung of the ladder, which is open to everybody."""
    check = next(c for c in found.checks if c.chapter.id == about.id.partition(".")[0])
    return next(iter(check.chapter.exercises[about.name].hints), "")
