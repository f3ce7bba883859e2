"""The verbs beside the check itself: list, show, hint, solution, diff."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from gdl_check import corpus as corpora
from gdl_check import state
from gdl_check.cli import NOT_PASSED, NOT_UNDERSTOOD, PASSED
from gdl_check.course import Chapter, all_chapters
from gdl_check.course_files import delivered
from gdl_check.drill.reviews import REVIEWED
from gdl_check.hints import RUNGS, body, code_of, ladder, may_open
from gdl_check.local import LocalRunner, outcome_of, solution_of
from gdl_check.progress import DONE, standing, words_of
from gdl_check.render.learning import (
    chapter_list_lines,
    course_list_lines,
    diff_lines,
    rung_lines,
    task_lines,
    text_lines,
)
from gdl_check.render.screen import labelled
from gdl_check.render.terminal import Screen, note
from gdl_check.results import Verdict
from gdl_check.source import CannotBeRead, ChapterFile, read_chapter_file, version
from gdl_check.state import Event, Progress
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

SAMPLES = 3


def run(options: argparse.Namespace) -> int:
    """Carry out one of these verbs; the result is the exit code."""
    screen = Screen(sys.stdout, options.plain)
    try:
        desk = find_desk(options.workspace, reference=False)
        return perform(options, desk, screen)
    except NotUnderstood as error:
        note(f"gdl-check {options.verb}: {error}")
        return NOT_UNDERSTOOD


def perform(options: argparse.Namespace, desk: Desk, screen: Screen) -> int:
    """Carry out the verb that these options name; the exit code. Raises NotUnderstood."""
    verb = {"list": _list, "show": _show, "hint": _hint, "solution": _solution, "diff": _diff}
    return verb[options.verb](options, desk, screen)


# --- the verbs ---------------------------------------------------------------------------------


def _list(options: argparse.Namespace, desk: Desk, screen: Screen) -> int:
    known = standing(desk)
    if options.targets:
        for target in resolve(options.targets, desk):
            screen.put(
                chapter_list_lines(target.chapter, words_of(target.chapter, known), screen.width)
            )
        return PASSED
    rows = [(chapter, words_of(chapter, known)) for chapter in all_chapters()]
    screen.put(course_list_lines(rows, screen.width, _due(desk, known)))
    return PASSED


def _due(desk: Desk, known: Mapping[str, Progress]) -> int | None:
    """How many cards are due today; None where nothing has passed that could be drilled."""
    if desk.workspace is None or not any(progress.passed for progress in known.values()):
        return None
    events = state.read(state.state_file(desk.workspace)).events
    if not any(event.event == REVIEWED for event in events):
        return 0
    from gdl_check.drill import days
    from gdl_check.drill.schedule import due, history

    now = days.now()
    return len(due(history(events, now).known, days.day_of(now)))


def _show(options: argparse.Namespace, desk: Desk, screen: Screen) -> int:
    for target in _targets(options, desk):
        file = _file(target)
        for name in target.names:
            screen.put(
                task_lines(
                    target.chapter.exercise_id(name),
                    _task(target.chapter, name),
                    samples(target.chapter, name),
                    _place(target, file, name),
                    screen.width,
                )
            )
    return PASSED


def samples(chapter: Chapter, name: str) -> list[tuple[Mapping[str, object], object]]:
    """A few small inputs of an exercise, each with what is expected."""
    exercise = chapter.exercises[name]
    if exercise.use is not None or not exercise.agreement:
        return []
    cases = [corpora.edge_case(exercise, edge) for edge in exercise.edges]
    cases = [case for case in cases if case.form == "plain"]
    smallest = sorted(cases, key=lambda case: case.size)[:SAMPLES]
    reference = chapter.reference(name)
    runner = LocalRunner(name, reference, solution_of(exercise, reference))
    told = []
    for case in (case for case in cases if case in smallest):
        outcome = outcome_of(exercise, runner, tuple(case.inputs.values()))
        told.append((case.inputs, outcome.raised or outcome.value))
    return told


def _task(chapter: Chapter, name: str) -> str:
    stub = delivered(chapter)
    text = stub.segment(stub.definitions[name])
    return text.replace("\n    raise NotImplementedError", "").rstrip()


def _hint(options: argparse.Namespace, desk: Desk, screen: Screen) -> int:
    target = _one(_targets(options, desk))
    (name,) = target.names
    exercise_id = target.chapter.exercise_id(name)
    progress = standing(desk).get(exercise_id, Progress())
    workspace = desk.workspace
    rungs = ladder(target.chapter, name)
    if progress.verdict == Verdict.PASSED:
        screen.put(rung_lines(exercise_id, rungs[:3], screen.width))
        screen.put(text_lines(["", f"it has passed: gdl-check diff {exercise_id}"]))
        return PASSED
    at_once = options.force or workspace is None
    top = min(RUNGS, progress.rung + 1) if at_once else may_open(progress)
    first = top if workspace is None else 1
    shown = rungs[: top - 1] if top == RUNGS else rungs[:top]
    screen.put(rung_lines(exercise_id, shown[first - 1 :] or shown[-1:], screen.width))
    if top == RUNGS:
        screen.put(
            text_lines(["", f"that is all but the solution: gdl-check solution {exercise_id}"])
        )
    elif top == progress.rung and not options.force:
        screen.put(text_lines(["", "try it first: the next hint opens after a new attempt"]))
        command = f"gdl-check hint {exercise_id} --force"
        screen.put(labelled("or at once:", command, screen.width))
    _log(workspace, "hint", exercise_id, target.chapter, rung=top)
    return PASSED


def _solution(options: argparse.Namespace, desk: Desk, screen: Screen) -> int:
    target = _one(_targets(options, desk))
    (name,) = target.names
    exercise_id = target.chapter.exercise_id(name)
    passed = standing(desk).get(exercise_id, Progress()).passed
    screen.put(text_lines([exercise_id, "", *body(target.chapter, name).split("\n")], code_from=2))
    if not passed:
        _log(desk.workspace, "solution", exercise_id, target.chapter)
        screen.put(text_lines(["", "close it, and write it yourself: that is how it stays"]))
    return PASSED


def _diff(options: argparse.Namespace, desk: Desk, screen: Screen) -> int:
    target = _one(_targets(options, desk))
    (name,) = target.names
    exercise_id = target.chapter.exercise_id(name)
    if desk.workspace is not None and not standing(desk).get(exercise_id, Progress()).passed:
        note(f"gdl-check diff: {exercise_id} has not passed yet: gdl-check {exercise_id}")
        return NOT_PASSED
    file = _file(target)
    if file is None or name not in file.definitions:
        raise NotUnderstood(f"there is no {name} in {shown_path(target.path)}")
    mine = code_of(file, name).split("\n")
    ours = body(target.chapter, name).split("\n")
    lines = list(difflib.unified_diff(mine, ours, "yours", "the solution", lineterm="", n=99))
    screen.put(diff_lines(exercise_id, lines[2:] or ["  the same, to the letter"], screen.width))
    return PASSED


def _targets(options: argparse.Namespace, desk: Desk) -> list[Target]:
    """What was named; else what is being worked on and has not passed, or is nearest to that."""
    if options.targets:
        return resolve(options.targets, desk)
    if options.verb == "diff":
        return resolve([_passed_last(desk)], desk)
    target, (_, at) = current(desk), worked_on(desk)
    words = words_of(target.chapter, standing(desk))
    names = sorted(words, key=lambda name: target.chapter.exercise_id(name) != at)
    left = [name for name in names if words[name] not in DONE] or names
    return [target._replace(names=(left[0],))]


def _passed_last(desk: Desk) -> str:
    """The exercise that was turned to last, if it has passed; else the last one that did."""
    at, known = worked_on(desk)[1], standing(desk)
    passed = {id: progress.at for id, progress in known.items() if progress.passed}
    if at in passed:
        return at
    if not passed:
        raise NotUnderstood("nothing has passed yet: name an exercise, like ch06.relu")
    return max(passed, key=lambda id: passed[id])


def _one(targets: Sequence[Target]) -> Target:
    if len(targets) == 1 and len(targets[0].names) == 1:
        return targets[0]
    raise NotUnderstood("name one exercise, like ch06.relu")


def _file(target: Target) -> ChapterFile | None:
    try:
        file = read_chapter_file(target.path, shown_path(target.path))
        file.tree  # noqa: B018
    except CannotBeRead:
        return None
    return file


def _place(target: Target, file: ChapterFile | None, name: str) -> str:
    node = file.definitions.get(name) if file is not None else None
    return f"{shown_path(target.path)}:{node.lineno}" if node else shown_path(target.path)


def _log(
    workspace: Path | None, event: str, exercise_id: str, chapter: Chapter, **more: int
) -> None:
    if workspace is None:
        return
    name = exercise_id.partition(".")[2]
    told: Iterable[Event] = [Event(event, exercise_id, version(delivered(chapter), name), "", more)]
    try:
        state.append(state.state_file(workspace), told)
    except OSError as error:
        note(f"gdl-check: progress cannot be kept: {error.strerror}")
