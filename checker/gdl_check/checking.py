"""The verb without a name: check targets and show what was found."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import time
import traceback
from dataclasses import replace
from pathlib import Path

from gdl_check import corpus as corpora
from gdl_check.check import ChapterCheck, Settings
from gdl_check.cli import NOT_PASSED, NOT_UNDERSTOOD, OUR_FAULT, PASSED
from gdl_check.render.screen import chapter_lines, closing_lines, opened_lines
from gdl_check.render.terminal import Screen, note
from gdl_check.results import ChapterResult, Fault, Report, Result, Verdict
from gdl_check.sandbox.client import SandboxFault
from gdl_check.targets import Desk, NotUnderstood, Target, current, find_desk, resolve
from gdl_check.trial import LawBroke


def run(options: argparse.Namespace) -> int:
    """Check what was asked for and show it; the result is the exit code."""
    started = time.monotonic()
    try:
        desk = find_desk(options.workspace, options.reference)
        targets = _targets(options, desk)
        checks = _checks(options, targets)
    except NotUnderstood as error:
        note(f"gdl-check: {error}")
        return NOT_UNDERSTOOD
    report, opened = _examine(options, targets, checks, started)
    if options.json:
        from gdl_check.render.tojson import report_json

        print(report_json(report))
    if options.debug and opened is not None and not report.fault:
        return _debug(opened, checks)
    if report.fault is not None:
        return OUR_FAULT
    return PASSED if report.status == Verdict.PASSED else NOT_PASSED


def _targets(options: argparse.Namespace, desk: Desk) -> list[Target]:
    if options.case and not options.targets:
        found = corpora.exercise_of_kept_case(options.case)
        return resolve([found], desk) if found else [current(desk)]
    if options.targets:
        return resolve(options.targets, desk)
    return [current(desk)]


def _checks(options: argparse.Namespace, targets: list[Target]) -> list[ChapterCheck]:
    settings = Settings(options.seed, options.effort, options.case)
    checks = [ChapterCheck(t.chapter, t.path, _shown(t.path), settings) for t in targets]
    missing = [
        (target, name)
        for target in targets
        for name in target.names
        if not corpora.is_kept(
            target.chapter.exercises[name], target.chapter.file_name, options.seed, options.effort
        )
    ]
    if missing:
        exercises = "one exercise" if len(missing) == 1 else f"{len(missing)} exercises"
        note(f"drawing inputs for {exercises}; they are kept for next time")
    if options.case:
        asked = [(c, n) for c, t in zip(checks, targets) for n in t.names]
        if not any(c.corpus(c.chapter.exercises[n]).cases for c, n in asked):
            raise NotUnderstood(f"no case {options.case} is known of what was asked for")
    return checks


def _shown(path: Path) -> str:
    """A path as people write it: from here where it lies below, else whole."""
    with contextlib.suppress(ValueError):
        return str(path.resolve().relative_to(Path.cwd()))
    return str(path)


def _examine(
    options: argparse.Namespace,
    targets: list[Target],
    checks: list[ChapterCheck],
    started: float,
) -> tuple[Report, Result | None]:
    """Examine everything, showing verdicts as they come; shrink and open the first failure."""
    screen = None if options.json else Screen(sys.stdout, options.plain)
    chapters: list[ChapterResult] = []
    opened: Result | None = None
    fault: Fault | None = None
    try:
        for target, check in zip(targets, checks):
            names = [n for n in target.names if not options.case or _has_case(check, n)]
            for result in check.in_turn(names):
                if not options.targets and not options.case and result.status != Verdict.PASSED:
                    names = [result.name]
                    break
            chapters.append(check.chapter_result(names))
            if screen is not None:
                screen.put(chapter_lines(chapters[-1], screen.width))
        opened = _first_failure(chapters)
        if opened is not None:
            at = next(i for i, chapter in enumerate(chapters) if opened in chapter.results)
            before, opened = opened, checks[at].look_closer(opened.name)
            results = tuple(opened if r is before else r for r in chapters[at].results)
            chapters[at] = replace(chapters[at], results=results)
            if screen is not None:
                path, source = checks[at].shown, checks[at].file.lines
                screen.put(opened_lines(opened, path, source, screen.width, options.verbose))
    except (LawBroke, SandboxFault) as error:
        fault = Fault("the checks" if isinstance(error, LawBroke) else "the sandbox", str(error))
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(where.filename).name}:{where.lineno}"
        fault = Fault(place, f"{type(error).__name__}: {error}")
    duration = time.monotonic() - started
    report = Report(options.seed, options.effort, tuple(chapters), duration, fault)
    if screen is not None:
        screen.put(closing_lines(report, opened, "gdl-check", screen.width))
    return report, opened


def _has_case(check: ChapterCheck, name: str) -> bool:
    return bool(check.corpus(check.chapter.exercises[name]).cases)


def _first_failure(chapters: list[ChapterResult]) -> Result | None:
    for chapter in chapters:
        for result in chapter.results:
            failed = result.status not in (Verdict.PASSED, Verdict.NOT_STARTED)
            if failed and chapter.error is None:
                return result
    return None


def _debug(opened: Result, checks: list[ChapterCheck]) -> int:
    from gdl_check.debug import step_through

    check = next(c for c in checks if opened.id in {r.id for r in c.results.values()})
    if not os.isatty(0):
        note("gdl-check: --debug stops in pdb, which needs a terminal")
        return NOT_UNDERSTOOD
    with contextlib.suppress(Exception):
        step_through(check, opened)
    return NOT_PASSED
