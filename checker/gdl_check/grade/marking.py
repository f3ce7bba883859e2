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
from gdl_check.examine import REPEATABLE
from gdl_check.fingerprint import Fingerprints
from gdl_check.grade.gradebook import FAULT, MISSING
from gdl_check.places import chapter_path
from gdl_check.quiet import quietly
from gdl_check.render.errors import error_lines
from gdl_check.render.screen import opened_lines
from gdl_check.render.tojson import exercise_told
from gdl_check.results import Result, Verdict

WIDTH = 76
MOST_KEPT = 5_000  # verdicts
MOST_UNUSABLE = 0.5  # of the results, where a part of an exercise still counts

Print = tuple[Settings, str, str]  # how it was examined, the exercise, the fingerprint


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
        prints = _fingerprints(check, names)
        recalled = {name: _known[key] for name, key in prints.items() if key in _known}
        for name, known in recalled.items():
            check.results[name] = known.result._replace(line=check.line(name))
        try:
            found = check.chapter_result([result.name for result in check.in_turn(names)])
        except Exception:
            return [_alone(check, name) for name in names]
        shares = {result.name: _share(check, result) for result in found.results}
        shares |= {name: known.share for name, known in recalled.items()}
        _keep(prints, found.results, shares)
        return [_marked(check, result, shares[result.name]) for result in found.results]
    finally:
        check.close()


class Known(NamedTuple):
    """A verdict that the same code, with all that it rests on, gets in anybody's file."""

    result: Result
    share: float


_known: OrderedDict[Print, Known] = OrderedDict()


def _fingerprints(check: ChapterCheck, names: Sequence[str]) -> dict[str, Print]:
    """What the verdicts on all answers that can be run rest on."""
    if check.broken is not None:
        return {}
    prints = Fingerprints(check)
    to_run = [n for n in names if check.unrunnable(check.chapter.exercises[n]) is None]
    exercise_id = check.chapter.exercise_id
    return {n: (check.settings, exercise_id(n), prints.of(n).meaning) for n in to_run}


def _keep(
    prints: Mapping[str, Print], results: Sequence[Result], shares: Mapping[str, float]
) -> None:
    for result in results:
        if result.name in prints and _is_the_same_anywhere(result):
            _known[prints[result.name]] = Known(result, shares[result.name])
            _known.move_to_end(prints[result.name])
    while len(_known) > MOST_KEPT:
        _known.popitem(last=False)


def _is_the_same_anywhere(result: Result) -> bool:
    """Whether neither a busy machine nor chance could have brought it about, and it names no line.

    So a pass is, and a failure that was found by comparing results.
    """
    if result.status == Verdict.PASSED:
        return True
    is_by_chance = any(law.claim == REPEATABLE and law.status == "failed" for law in result.laws)
    names_lines = result.error is not None or result.slip is not None
    return result.status == Verdict.FAILED and not is_by_chance and not names_lines


def _alone(check: ChapterCheck, name: str) -> Marked:
    """One exercise where checking all of them in turn has broken: a fault of ours costs only it."""
    try:
        (result,) = check.chapter_result([name]).results
        return _marked(check, result, _share(check, result))
    except Exception as error:
        fault = fault_of(error)
        told = {"fault": fault._asdict()}
        return Marked(check.chapter.exercise_id(name), FAULT, told=told)


def _share(check: ChapterCheck, result: Result) -> float:
    """The part of an exercise that was done, 0 to 1."""
    if _is_earned(result):
        return 1.0
    examination = check.examinations.get(result.name)
    if examination is None or examination.unusable > MOST_UNUSABLE:
        return 0.0
    own = [law.status in ("passed", "inconclusive") for law in result.laws if law.kind == "own"]
    return sum(own) / len(own) if own else 0.0


def _is_earned(result: Result) -> bool:
    counted = [law for law in result.laws if law.kind != "free"]
    held = bool(counted) and all(law.status in ("passed", "inconclusive") for law in counted)
    return held or result.status == Verdict.PASSED


def _marked(check: ChapterCheck, result: Result, share: float) -> Marked:
    earned, told = _is_earned(result), exercise_told(result)
    screen = "" if result.status == Verdict.PASSED else _screen(check, result)
    return Marked(result.id, str(result.status), earned, share, told, screen)


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
