"""Marks one submission: its files go in, what became of every exercise comes out as plain data."""

from __future__ import annotations

import tempfile
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from gdl_check.chapter_check import ChapterCheck, Settings
from gdl_check.checking import fault_of
from gdl_check.course import Chapter, load_chapter
from gdl_check.fingerprint import Fingerprints
from gdl_check.grade.gradebook import FAULT, MISSING
from gdl_check.places import chapter_path
from gdl_check.quiet import quietly
from gdl_check.render.errors import error_lines
from gdl_check.render.screen import opened_lines
from gdl_check.render.tojson import exercise_told
from gdl_check.results import Result, Verdict

WIDTH = 76
MOST_KEPT = 5_000  # passes


class Marked(NamedTuple):
    """What became of one exercise.

    `earned` says whether it has its points: the free laws cost a learner the pass, but nobody a
    point. `share` is the part of its own laws that held, 0 to 1; 0 where most results were of the
    wrong kind or shape. `told` and `screen` are as a Mark has them.
    """

    exercise: str
    verdict: str
    earned: bool = False
    share: float = 0.0
    told: Mapping[str, Any] = {}  # as it travels between processes
    screen: str = ""


def mark(files: Mapping[str, bytes], chapters: Sequence[str], settings: Settings) -> list[Marked]:
    """What became of every exercise of these chapters (by id), in a submission of these files.

    Files are named like a chapter's; those of other chapters are earlier work that these build on.
    """
    with tempfile.TemporaryDirectory(prefix="gdl-check-") as name, quietly():
        folder = Path(name)
        for file, content in files.items():
            (folder / file).write_bytes(content)
        others: dict[Path, ChapterCheck] = {}
        return [
            marked
            for chapter in map(load_chapter, chapters)
            for marked in _chapter(chapter, folder, settings, others)
        ]


def _chapter(
    chapter: Chapter, folder: Path, settings: Settings, others: dict[Path, ChapterCheck]
) -> list[Marked]:
    path = chapter_path(folder, chapter.file_name)
    if not path.exists():
        return [Marked(chapter.exercise_id(name), MISSING) for name in chapter.exercises]
    check = others.get(path) or ChapterCheck(chapter, path, path.name, settings, others)
    try:
        names = list(chapter.exercises)
        prints = _recall(check, names)
        try:
            found = check.chapter_result([result.name for result in check.in_turn(names)])
        except Exception:
            return [_alone(check, name) for name in names]
        _keep(check, prints, found.results)
        return [_marked(check, result) for result in found.results]
    finally:
        check.close()


# What has passed: the same code, with all that it rests on, passes again in another's file.
_passed: OrderedDict[tuple[Settings, str, str], Result] = OrderedDict()


def _recall(check: ChapterCheck, names: Sequence[str]) -> dict[str, str]:
    """Put in the passes that are known; the fingerprints of all answers that are to be run.

    Only a pass is taken over: nothing that goes wrong on a busy machine can look like one.
    """
    if check.broken is not None:
        return {}
    known = Fingerprints(check)
    to_run = [n for n in names if check.unrunnable(check.chapter.exercises[n]) is None]
    prints = {name: known.of(name).meaning for name in to_run}
    for name, meaning in prints.items():
        key = check.settings, check.chapter.exercise_id(name), meaning
        if key in _passed:
            _passed.move_to_end(key)
            check.results[name] = _passed[key]._replace(line=check.line(name))
    return prints


def _keep(check: ChapterCheck, prints: Mapping[str, str], results: Sequence[Result]) -> None:
    for result in results:
        if result.status == Verdict.PASSED and result.name in prints:
            _passed[check.settings, result.id, prints[result.name]] = result
    while len(_passed) > MOST_KEPT:
        _passed.popitem(last=False)


def _alone(check: ChapterCheck, name: str) -> Marked:
    """One exercise where checking all of them in turn has broken: a fault of ours costs only it."""
    try:
        (result,) = check.chapter_result([name]).results
        return _marked(check, result)
    except Exception as error:
        fault = fault_of(error)
        told = {"fault": fault._asdict()}
        return Marked(check.chapter.exercise_id(name), FAULT, told=told)


def _marked(check: ChapterCheck, result: Result) -> Marked:
    own = [law for law in result.laws if law.kind == "own"]
    counted = [law for law in result.laws if law.kind != "free"]
    earned = bool(counted) and all(law.status in ("passed", "inconclusive") for law in counted)
    earned = earned or result.status == Verdict.PASSED
    held = sum(law.status in ("passed", "inconclusive") for law in own)
    examination = check.examinations.get(result.name)
    usable = examination is not None and examination.unusable <= 0.5
    share = 1.0 if earned else held / len(own) if own and usable else 0.0
    screen = "" if result.status == Verdict.PASSED else _screen(check, result)
    return Marked(result.id, str(result.status), earned, share, exercise_told(result), screen)


def _screen(check: ChapterCheck, result: Result) -> str:
    """The failure as a terminal shows it."""
    if result.status == Verdict.NOT_STARTED:
        return ""
    source = check.file.lines
    if check.broken is not None:
        lines = error_lines(check.broken.error, check.shown, source, WIDTH)
    else:
        lines = opened_lines(result, check.shown, source, WIDTH, verbose=False)
    return "\n".join("".join(text for text, _ in line).rstrip() for line in lines).strip("\n")
