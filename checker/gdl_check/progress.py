"""Where a learner stands: what a check has found is remembered in the workspace."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Collection, Mapping

from gdl_check import state
from gdl_check.course import Chapter, chapter_modules, load_chapter
from gdl_check.course_files import delivered
from gdl_check.render.terminal import note
from gdl_check.results import ChapterResult, Verdict
from gdl_check.source import CannotBeRead, ChapterFile, version
from gdl_check.state import Event, Progress
from gdl_check.targets import Desk, NotUnderstood, worked_on

BEFORE = "passed before"
DONE = ("passed", "passed (older version)")


def standing(desk: Desk) -> dict[str, Progress]:
    """Where the learner stands, by exercise id."""
    workspace = desk.workspace
    return state.fold(state.read(state.state_file(workspace)).events) if workspace else {}


def is_known_to_pass(
    known: Mapping[str, Progress], chapter: Chapter, file: ChapterFile, name: str
) -> bool:
    """Whether an exercise passed when it was checked last, and is still what it was then."""
    progress = known.get(chapter.exercise_id(name), Progress())
    return (
        progress.verdict == Verdict.PASSED
        and progress.passed == version(delivered(chapter), name)
        and progress.hash == _hash_of(file, name)
    )


def remember(desk: Desk, chapter: Chapter, file: ChapterFile, found: ChapterResult) -> None:
    """Write down what a check has found that is new, where progress is kept at all."""
    workspace = desk.workspace
    if workspace is None:
        return
    stub = delivered(chapter)
    checked = [
        Event(
            "check",
            result.id,
            version(stub, result.name),
            _hash_of(file, result.name),
            {"verdict": str(result.status)},
        )
        for result in found.results
    ]
    path = state.state_file(workspace)
    try:
        known = state.fold(state.read(path).events)
        state.append(path, state.changes(known, checked))
    except OSError as error:
        note(f"gdl-check: progress cannot be kept in {path}: {error.strerror}")


def onward(
    desk: Desk, chapter: Chapter, passed: Collection[str], command: str = "gdl-check"
) -> dict[str, str]:
    """What comes after a chapter all of which has passed, by what is known and just has `passed`.

    What it is -> the command: its play where it has one, and the next chapter that is not done.
    """
    from gdl_check.play import plays

    known = standing(desk)
    if not is_done(chapter, known) and set(passed) != set(chapter.exercises):
        return {}
    told = {"see it at work": f"gdl-check play {chapter.id}"} if chapter.id in plays() else {}
    chapters = list(chapter_modules())
    place = chapters.index(chapter.id)
    for id in (*chapters[place + 1 :], *chapters[:place]):
        if not is_done(load_chapter(id), known):
            return told | {"next chapter": f"{command} {id}"}
    return told


def is_done(chapter: Chapter, known: Mapping[str, Progress]) -> bool:
    """Whether all of a chapter passes, as far as is known."""
    return all(word in DONE for word in words_of(chapter, known).values())


def turn_to(desk: Desk, exercise_id: str) -> None:
    """Write down which exercise is being worked on, where that is news."""
    with contextlib.suppress(OSError, NotUnderstood):
        if desk.workspace is not None and worked_on(desk)[1] != exercise_id:
            event = Event(state.TURNED, exercise_id)
            state.append(state.state_file(desk.workspace), [event])


def _hash_of(file: ChapterFile, name: str) -> str:
    try:
        node = file.definitions.get(name)
    except CannotBeRead:
        node = None
    text = file.segment(node) if node is not None else file.text
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def words_of(chapter: Chapter, known: Mapping[str, Progress]) -> dict[str, str]:
    """How every exercise of a chapter stands, in a word or two."""
    stub = delivered(chapter)
    return {
        name: _word_for(known.get(chapter.exercise_id(name)), version(stub, name))
        for name in chapter.exercises
    }


def _word_for(progress: Progress | None, contract: str) -> str:
    """How an exercise stands, in one word or two."""
    if progress is None or not progress.verdict:
        return "not started"
    if progress.passed and progress.verdict != Verdict.PASSED:
        return BEFORE
    if progress.passed:
        return "passed" if progress.passed == contract else "passed (older version)"
    return progress.verdict.replace("_", " ")
