"""The verb without a name: check targets and show what was found."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from gdl_check import corpus as corpora
from gdl_check.chapter_check import ChapterCheck, Settings
from gdl_check.cli import NOT_PASSED, NOT_UNDERSTOOD, OUR_FAULT, PASSED
from gdl_check.closer import look_closer
from gdl_check.places import PACKAGE
from gdl_check.quiet import quietly
from gdl_check.reference import LawBroke
from gdl_check.render.screen import chapter_lines, closing_lines, opened_lines
from gdl_check.render.terminal import Screen, note
from gdl_check.results import ChapterResult, Fault, Report, Result, Verdict
from gdl_check.runner import CannotLoad
from gdl_check.sandbox.client import SandboxFault
from gdl_check.targets import (
    Desk,
    NotUnderstood,
    Target,
    current,
    find_desk,
    resolve,
    shown_path,
    worked_on,
)


@dataclass
class Found:
    """What has been found so far: the chapters, and the failure that is opened."""

    targets: list[Target] = field(default_factory=list)
    checks: list[ChapterCheck] = field(default_factory=list)
    chapters: list[ChapterResult] = field(default_factory=list)
    opened: Result | None = None
    at: int = 0  # which of the checks the next command is about

    @property
    def left(self) -> Result | None:
        """The first that has not passed, in the chapter that the next command is about."""
        results = self.chapters[self.at].results
        return next((result for result in results if result.status != Verdict.PASSED), None)


def run(options: argparse.Namespace) -> int:
    """Check what was asked for and show it; the result is the exit code."""
    started = time.monotonic()
    screen = None if options.json else Screen(sys.stdout, options.plain)
    found, fault, again = Found(), None, ""
    onward: dict[str, str] = {}
    try:
        # A learner's wild numbers are compared without a word of NumPy's on our own arithmetic.
        with quietly():
            desk = find_desk(options.workspace, options.reference, options.targets)
            found.targets = _targets(options, desk)
            found.checks = _checks(options, found.targets)
            _examine(options, desk, found, screen)
            if not options.reference and not options.case:
                _remember(desk, found)
                onward = _onward(desk, found)
        again = _again(options, desk, found)
    except NotUnderstood as error:
        note(f"gdl-check: {error}")
        return NOT_UNDERSTOOD
    except BrokenPipeError:
        raise
    except Exception as error:
        fault = fault_of(error)
        if options.verbose:
            import traceback

            traceback.print_exc()
    finally:
        for check in found.checks:
            check.close()
    duration = time.monotonic() - started
    report = Report(options.seed, options.effort, tuple(found.chapters), duration, fault)
    if screen is None:
        from gdl_check.render.tojson import report_json

        print(report_json(report), flush=True)
    else:
        screen.put(closing_lines(report, found.opened, again, screen.width, onward))
    if fault is not None:
        return OUR_FAULT
    if options.debug and found.opened is not None:
        return _debug(found.opened, found.checks[found.at])
    return PASSED if report.status == Verdict.PASSED else NOT_PASSED


def fault_of(error: Exception) -> Fault:
    """Our own failure, and where in our code it came from."""
    if isinstance(error, (LawBroke, SandboxFault)):
        where = "the checks" if isinstance(error, LawBroke) else "the sandbox"
        return Fault(where, str(error))
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if frame.filename.startswith(str(PACKAGE))] or frames
    place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}"
    return Fault(place, f"{type(error).__name__}: {error}")


def _targets(options: argparse.Namespace, desk: Desk) -> list[Target]:
    if options.case and not re.fullmatch(r"[0-9a-f]{8}", options.case):
        raise NotUnderstood(f"{options.case} is no case: a case has 8 hex digits, like 3f9ac021")
    if options.targets:
        return resolve(options.targets, desk)
    kept = corpora.exercise_of_kept_case(options.case) if options.case else None
    return resolve([kept], desk) if kept else [current(desk)]


def _checks(options: argparse.Namespace, targets: list[Target]) -> list[ChapterCheck]:
    settings = Settings(options.seed, options.effort, options.case)
    others: dict[Path, ChapterCheck] = {}
    checks = [
        ChapterCheck(t.chapter, t.path, shown_path(t.path), settings, others) for t in targets
    ]
    missing = [
        name
        for target, check in zip(targets, checks)
        for name in target.names
        if check.unrunnable(target.chapter.exercises[name]) is None
        and not corpora.is_kept(
            target.chapter.exercises[name], target.chapter.file_name, options.seed, options.effort
        )
    ]
    if missing:
        exercises = "one exercise" if len(missing) == 1 else f"{len(missing)} exercises"
        note(f"drawing inputs for {exercises}, kept for next time")
    if options.case and not any(
        _has_case(check, name) for check, target in zip(checks, targets) for name in target.names
    ):
        raise NotUnderstood(f"no case {options.case} is known of what was asked for")
    return checks


def _has_case(check: ChapterCheck, name: str) -> bool:
    return bool(check.corpus(check.chapter.exercises[name]).cases)


def _examine(options: argparse.Namespace, desk: Desk, found: Found, screen: Screen | None) -> None:
    """Examine everything, showing verdicts as they come; shrink and open the first failure."""
    at = "" if options.targets or options.case else worked_on(desk)[1]
    for target, check in zip(found.targets, found.checks):
        names = [n for n in target.names if not options.case or _has_case(check, n)]
        if not options.targets and not options.case:
            # What was checked last comes first, and what has been begun before what has not.
            names.sort(key=lambda n: (check.chapter.exercise_id(n) != at, check.is_not_started(n)))
        for result in check.in_turn(names):
            if not options.targets and not options.case and result.status != Verdict.PASSED:
                names = [result.name]
                break
        found.chapters.append(check.chapter_result(names))
        if screen is not None:
            screen.put(chapter_lines(found.chapters[-1], check.file.lines, screen.width))
    open_first_failure(found)
    if screen is not None and found.opened is not None:
        check = found.checks[found.at]
        path, source = check.shown, check.file.lines
        screen.put(opened_lines(found.opened, path, source, screen.width, options.verbose))


def _remember(desk: Desk, found: Found) -> None:
    """Write down what is new, for the files of the workspace itself."""
    from gdl_check.progress import remember, turn_to

    for check, chapter in zip(found.checks, found.chapters):
        if check.path == desk.path(check.chapter) and chapter.error is None:
            remember(desk, check.chapter, check.file, chapter)
    check, chapter = found.checks[found.at], found.chapters[found.at]
    about = found.opened or found.left or chapter.results[-1]
    if check.path == desk.path(check.chapter):
        turn_to(desk, about.id)


def _onward(desk: Desk, found: Found) -> dict[str, str]:
    """What comes next, where a chapter of the learner's own has passed and nothing has failed."""
    from gdl_check.progress import onward

    check, chapter = found.checks[-1], found.chapters[-1]
    if found.left is not None or check.path != desk.path(check.chapter):
        return {}
    return onward(desk, check.chapter, [result.name for result in chapter.results])


def open_first_failure(found: Found) -> None:
    """Look closer at the first failure in a file that could be loaded."""
    unfinished = [i for i, c in enumerate(found.chapters) if c.status != Verdict.PASSED]
    found.at = next((i for i in unfinished if found.chapters[i].error), (unfinished or [0])[0])
    for i in unfinished:
        chapter = found.chapters[i]
        for result in () if chapter.error else chapter.results:
            if result.status in (Verdict.PASSED, Verdict.NOT_STARTED):
                continue
            found.at, found.opened = i, result
            with contextlib.suppress(CannotLoad):  # though it could be loaded just now
                found.opened = look_closer(found.checks[i], result.name)
            results = tuple(found.opened if r is result else r for r in chapter.results)
            found.chapters[i] = chapter._replace(results=results)
            return


def _again(options: argparse.Namespace, desk: Desk, found: Found) -> str:
    """The command that checks once more what the next step is about."""
    import shlex

    words = ["gdl-check"]
    if options.workspace:
        words += ["--workspace", shlex.quote(str(options.workspace))]
    if options.reference:
        words.append("--reference")
    chapter, check = found.chapters[found.at], found.checks[found.at]
    about = found.opened or (None if chapter.error else found.left)
    if check.path == desk.path(check.chapter):
        return " ".join([*words, about.id if about else chapter.id])
    number = about.line if about else None
    if number and check.file.cells:
        number = int(check.file.cells[number - 1][0].rpartition(" ")[2])
    return " ".join([*words, shlex.quote(check.shown) + (f":{number}" if number else "")])


def _debug(opened: Result, check: ChapterCheck) -> int:
    from gdl_check.debug import step_through

    if not os.isatty(0):
        note("gdl-check: --debug stops in pdb, which needs a terminal")
        return NOT_UNDERSTOOD
    note("n runs the next line, p x shows x, c goes on to the end, q stops")
    with contextlib.suppress(Exception):
        step_through(check, opened)
    return NOT_PASSED
