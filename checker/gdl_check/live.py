"""The process that checks what a notebook sends: cells come in, a screen as text and HTML goes out.

The notebook's own process imports none of this, so that no solution and no setting of ours gets
into it. Nothing is recorded.
"""

from __future__ import annotations

import json
import re
import sys
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

WIDTH = 79


def main() -> None:
    """Answer one question: an object of JSON on standard input, one on standard output."""
    from gdl_check.sandbox import launch

    if launch.CAN_FORK:
        launch.fork_warm_process()  # before anything is loaded that no answer should see
    asked = json.load(sys.stdin)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        told = _answer(asked)
    print(json.dumps(told), flush=True)


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    from gdl_check.targets import NotUnderstood

    try:
        return _checked(asked)
    except NotUnderstood as error:
        from gdl_check.render.html import sentence_html

        text = str(error)
        return {"status": "not_understood", "text": text, "html": sentence_html(text)}


def _checked(asked: dict[str, Any]) -> dict[str, Any]:
    """Check some functions of one chapter; raises NotUnderstood with one sentence."""
    import numpy as np

    from gdl_check.check import ChapterCheck
    from gdl_check.checking import Found, fault_of, open_first_failure
    from gdl_check.course import Chapter
    from gdl_check.places import chapter_path
    from gdl_check.render.html import report_html
    from gdl_check.results import Report
    from gdl_check.targets import Target

    wanted = _wanted(asked)
    chapters: dict[str, Chapter] = {chapter.id: chapter for chapter, _ in wanted}
    folder, is_workspace = _folder(Path(asked["folder"]))
    found, fault = Found(), None
    try:
        with np.errstate(all="ignore"):
            for chapter in chapters.values():
                names = tuple(name for other, name in wanted if other is chapter)
                path = chapter_path(folder, chapter.file_name)
                shown = asked["shown"]
                given = _file(asked, chapter, names)
                check = ChapterCheck(chapter, path, shown, given=given)
                found.targets.append(Target(chapter, path, names))
                found.checks.append(check)
                list(check.in_turn(names))
                found.chapters.append(check.chapter_result(names))
            open_first_failure(found)
    except Exception as error:
        fault = fault_of(error)
    finally:
        for check in found.checks:
            for begun in check.begun.values():
                begun.runner.close()
    report = Report(0, "normal", tuple(found.chapters), fault=fault)
    hint = _hint(found) if is_workspace else ""
    lines = list(_lines(report, found, hint))
    text = "\n".join("".join(part for part, _ in line).rstrip() for line in lines)
    source = found.checks[found.at].file.lines if found.checks else ()
    return {
        "status": report.status,
        "text": text.strip("\n"),
        "html": report_html(report, found.opened, source, _question(found), hint),
    }


def _folder(here: Path) -> tuple[Path, bool]:
    """Where the other chapters are: in the workspace, or beside the notebook."""
    from gdl_check.places import find_workspace

    workspace = find_workspace(here)
    if workspace is None:
        return here, False
    inside = workspace / "exercises"
    return (inside if inside.is_dir() else workspace), True


def _lines(report: Any, found: Any, hint: str) -> Iterator[Any]:
    """The screen of a terminal, but for the commands at its end."""
    from gdl_check.render.lines import labelled
    from gdl_check.render.screen import chapter_lines, closing_lines, opened_lines
    from gdl_check.results import Verdict

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


def _about(found: Any) -> Any:
    """The result that the screen ends with: the opened one, or the first that is not started."""
    from gdl_check.results import Verdict

    results = [result for chapter in found.chapters for result in chapter.results]
    unfinished = (result for result in results if result.status != Verdict.PASSED)
    return found.opened or next(unfinished, None)


def _hint(found: Any) -> str:
    about = _about(found)
    return f"!gdl-check hint {about.id}" if about is not None else ""


def _question(found: Any) -> str:
    """The first rung of the ladder, which is open to everybody."""
    about = _about(found)
    if about is None:
        return ""
    check = next(c for c in found.checks if c.chapter.id == about.id.partition(".")[0])
    hints: Sequence[str] = check.chapter.exercises[about.name].hints
    return hints[0] if hints else ""


# --- what is to be checked ----------------------------------------------------------------------


def _wanted(asked: dict[str, Any]) -> list[tuple[Any, str]]:
    """The exercises that are meant; each was given as the names it goes by."""
    from gdl_check.targets import NotUnderstood

    found = []
    for names in asked["names"]:
        known = {name: _chapters_with(name) for name in names}
        name = next((name for name in names if known[name]), None)
        if name is not None:
            found.append((_chapter(name, known[name], asked), name))
        elif not asked["skip"]:
            raise NotUnderstood(_no_exercise(names[0] if names else ""))
    if not found:
        raise NotUnderstood("no exercise is written in this cell: see them with !gdl-check list")
    return found


def _chapters_with(name: str) -> list[Any]:
    """The chapters that have an exercise of this name; only those are loaded."""
    from gdl_check.course import chapter_modules, load_chapter
    from gdl_check.places import course_folder

    defined = re.compile(rf"^(def|class) {re.escape(name)}\b", re.MULTILINE)
    found = []
    for chapter_id, module in chapter_modules().items():
        text = (course_folder("exercises") / f"{module}.py").read_text(encoding="utf-8")
        if defined.search(text) and name in load_chapter(chapter_id).exercises:
            found.append(load_chapter(chapter_id))
    return found


def _chapter(name: str, chapters: list[Any], asked: dict[str, Any]) -> Any:
    from gdl_check.render.lines import and_between
    from gdl_check.targets import NotUnderstood

    ids = [chapter.id for chapter in chapters]
    if asked["chapter"]:
        if asked["chapter"] in ids:
            return chapters[ids.index(asked["chapter"])]
        raise NotUnderstood(
            f"{asked['chapter']} has no exercise {name!r}: did you mean {ids[0]}.{name}?"
        )
    if len(ids) == 1:
        return chapters[0]
    # A notebook that is named after its chapter has said which one is meant.
    if asked["near"] in ids:
        return chapters[ids.index(asked["near"])]
    either = " or ".join(f'check({name}, "{chapter}")' for chapter in ids)
    if asked["skip"]:
        either = " or ".join(f"%%check {chapter}" for chapter in ids)
    raise NotUnderstood(f"{name} is an exercise of {and_between(ids)}: write {either}")


def _without(stub: Any, names: set[str]) -> list[str]:
    """The lines of the stubs but for those that the notebook has something else for."""
    from gdl_check.needed import first_line

    lines = list(stub.lines)
    for name, node in reversed(stub.definitions.items()):
        if name in names:
            lines[first_line(node) - 1 : node.end_lineno] = []
    return lines


def _no_exercise(name: str) -> str:
    import difflib

    from gdl_check.course import chapter_modules
    from gdl_check.places import course_folder

    known: dict[str, str] = {}
    for chapter_id, module in chapter_modules().items():
        text = (course_folder("exercises") / f"{module}.py").read_text(encoding="utf-8")
        for defined in re.findall(r"^(?:def|class) (\w+)", text, re.MULTILINE):
            known.setdefault(defined, chapter_id)
    near = difflib.get_close_matches(name, known, 1, 0.6)
    if near:
        return f"{name} is no exercise: did you mean {known[near[0]]}.{near[0]}?"
    return f"{name or 'this'} is no exercise: see them with !gdl-check list"


def _file(asked: dict[str, Any], chapter: Any, names: Sequence[str]) -> Any:
    """The chapter's file as it would be: our stubs, and what the notebook has of the answers.

    What an answer's reference rests on comes along, so that the learner's own is used.
    """
    from gdl_check.needed import needed
    from gdl_check.notebooks import NotANotebook, joined
    from gdl_check.source import CannotBeRead, ChapterFile, rests_on
    from gdl_check.targets import NotUnderstood
    from gdl_check.workspace import delivered

    try:
        code = joined((called, text) for called, text in asked["cells"])
    except NotANotebook as error:
        raise NotUnderstood(str(error)) from None
    written = ChapterFile(asked["shown"], code.text, code.cells)
    stub = delivered(chapter)
    exercises = list(chapter.exercises)
    wanted = list(names)
    from gdl_check.hints import reference_file

    solution = reference_file(chapter)
    for name in wanted:
        rested = rests_on(solution, name, exercises)
        wanted += [n for module, n in rested if not module and n in exercises and n not in wanted]
    try:
        kept = needed(written, wanted)
    except CannotBeRead:
        kept = written  # it is told when the whole is read
    before = _without(stub, set(kept.names) if kept is not written else set())
    cells = [("the stubs", number) for number in range(1, len(before) + 1)]
    text = "\n".join(before) + "\n" + kept.text
    return ChapterFile(asked["shown"], text, (*cells, *kept.cells))
