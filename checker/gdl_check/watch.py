"""The verb watch: what is being written is checked at every save, until someone presses q."""

from __future__ import annotations

import argparse
import contextlib
import os
import queue
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from gdl_check import learning, starting
from gdl_check.checking import fault_of
from gdl_check.cli import NOT_UNDERSTOOD, OUR_FAULT, PASSED
from gdl_check.editor import editor_command
from gdl_check.fingerprint import changed_exercises
from gdl_check.keyboard import END, NONE, Keyboard
from gdl_check.lookout import Lookout
from gdl_check.progress import onward, remember, turn_to
from gdl_check.reach import Reach
from gdl_check.recheck import Memory, Recheck, Told
from gdl_check.render.learning import text_lines
from gdl_check.render.screen import Line, closing_lines, labelled, onward_lines, wrapped
from gdl_check.render.terminal import Screen, note
from gdl_check.render.watching import (
    Canvas,
    Record,
    cut_short,
    footer_lines,
    heading_lines,
    verdict_lines,
)
from gdl_check.results import Report, Result, Verdict
from gdl_check.source import CannotBeRead, ChapterFile, read_chapter_file
from gdl_check.targets import Desk, NotUnderstood, Target, find_desk, resolve, shown_path
from gdl_check.workspace import NotPossible

LOOKING = 0.03  # seconds from one look at the files to the next
PART_OF_THE_TIME = 0.2  # no more of it is spent with looking, however slow the folder is
SLOW = 0.3  # seconds after which it is said that a check goes on
KEYS = {
    "n": "next",
    "h": "hint",
    "r": "run",
    "a": "all",
    "l": "list",
    "s": "show",
    "d": "diff",
    "x": "reset",
    "e": "edit",
    "q": "quit",
}
VERBS = {"h": "hint", "l": "list", "s": "show", "d": "diff"}
NO_TERMINAL = "this needs a terminal to draw on and to read keys from: elsewhere use gdl-check ch06"

View = Callable[[int], Iterable[Line]]


def run(options: argparse.Namespace) -> int:
    """Watch until someone quits; the result is the exit code."""
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout.isatty()):
        note(f"gdl-check watch: {NO_TERMINAL}")
        return NOT_UNDERSTOOD
    try:
        desk = find_desk(options.workspace, reference=False)
        targets = resolve(options.targets, desk) if options.targets else []
        watch = Watch(options, desk, Reach(desk, targets))
    except NotUnderstood as error:
        note(f"gdl-check watch: {error}")
        return NOT_UNDERSTOOD
    try:
        with Keyboard(watch.draw) as watch.keyboard:
            try:
                watch.go_on()
            finally:
                watch.end()
    except Exception as error:
        fault = Report(0, "normal", (), fault=fault_of(error))
        Screen(sys.stdout, options.plain).put(closing_lines(fault, None, "", watch.canvas.width))
        return OUR_FAULT
    return PASSED


class Watch:
    """One session: the exercise that is being written, and what stands on the screen about it."""

    keyboard: Keyboard

    def __init__(self, options: argparse.Namespace, desk: Desk, reach: Reach) -> None:
        self.options, self.desk = options, desk
        self.command = "gdl-check"
        if options.workspace:
            self.command += f" --workspace {shlex.quote(str(options.workspace))}"
        self.canvas = Canvas(sys.stdout, options.plain)
        self.memory = Memory()
        self.told: queue.SimpleQueue[Told] = queue.SimpleQueue()
        self.reach, self.at = reach, reach.begin
        self.whole = False  # whether all of the chapter is looked at
        self.lookout = Lookout(reach.paths)
        self.files = {path: _read(path) for path in self.lookout.seen}
        self.last: Told | None = None
        self.recheck: Recheck | None = None
        self.since = time.monotonic()
        self.is_slow = False
        self.view: View = self._waiting
        self.shown_by = self.command
        self.question = ""
        self.notice: list[Line] = []
        self.size = os.terminal_size((0, 0))

    # --- the loop ------------------------------------------------------------------------------

    def go_on(self) -> None:
        """Look at the files, hear of checks, follow keys; until someone quits."""
        self.check()
        next_look, pause = 0.0, LOOKING
        while True:
            key = self.keyboard.read(next_look - time.monotonic())
            if key != NONE and not self.press(key):
                return
            while not self.told.empty():
                self.hear(self.told.get())
            now = time.monotonic()
            if now >= next_look:
                changed = self.lookout.changed()
                pause = max(LOOKING, (time.monotonic() - now) / PART_OF_THE_TIME)
                next_look = now + pause
                if changed:
                    self.saved(changed)
                self._keep_up(now)

    def _keep_up(self, now: float) -> None:
        """Draw anew where the window has another size, or where a check takes its time."""
        checking = self.recheck is not None and self.last is None
        if checking and not self.is_slow and now - self.since > SLOW:
            self.is_slow = True
            self.show(self._waiting)
        elif self.canvas.size != self.size:
            self.draw()

    def check(self, afresh: bool = False) -> None:
        """Begin to check; whatever is under way is given up."""
        target = self.at
        if self.whole:
            target = _all_of(target)
        if afresh:
            self.memory.forget(target.path, target.names)
        before = self.recheck
        if before is not None:
            before.abandon()
        self.recheck = Recheck(target, self.memory, self._tell, before)
        self.last, self.since, self.is_slow = None, time.monotonic(), False
        self.recheck.start()

    def _tell(self, told: Told) -> None:
        self.told.put(told)
        self.keyboard.wake()

    def end(self) -> None:
        """Leave nothing behind that still runs."""
        if self.recheck is not None:
            self.recheck.abandon()
            self.recheck.join(1.0)
        self.canvas.leave()

    # --- what happens --------------------------------------------------------------------------

    def saved(self, changed: Iterable[Path]) -> None:
        """Files have changed: go to the one exercise that was written, or to the one other file."""
        written = []
        for path in changed:
            before, self.files[path] = self.files[path], _read(path)
            for target in self.reach.within(path):
                names = changed_exercises(before, self.files[path], target.names)
                written += [target._replace(names=(name,)) for name in names]
        files = {target.path for target in written}
        if len(written) == 1 or (len(files) == 1 and self.at.path not in files):
            self.whole = self.whole and written[0].path == self.at.path
            self.at = written[0]
        self.question, self.notice = "", []
        self.check()

    def hear(self, told: Told) -> None:
        """Show what a check has found, and remember it."""
        if told.recheck is not self.recheck:
            return  # of what was there before
        first = self.last is None
        self.last = told
        if told.fault is not None:
            self.show(self._verdict)
            return
        assert told.found is not None and told.file is not None
        chapter = self.at.chapter
        self.reach.learn(chapter, told.found.results)
        if first or self.view == self._verdict:
            self.show(self._verdict)
        is_there = told.found.error is None or told.found.error.type != "FileNotFoundError"
        if told.final and is_there and self.at.path == self.desk.path(chapter):
            remember(self.desk, chapter, told.file, told.found)
            turn_to(self.desk, chapter.exercise_id(self.at.names[0]))

    def press(self, key: str) -> bool:
        """Do what a key asks for; whether to go on."""
        if key == END:
            return False
        if self.question:
            self.question = ""
            if key == "y":
                self._reset()
            self.draw()
            return True
        if key not in self.keys():
            return True
        self.notice = []
        if key == "q":
            return False
        if key == "n":
            self._next()
        elif key in VERBS:
            self._verb(VERBS[key])
        elif key in "ra":
            self.whole = key == "a"
            self.check(afresh=key == "r")
        elif key == "x":
            kept = "what you wrote is kept in .gdl/backups"
            self.question = f"Put the stub of {self.at.names[0]} back? ({kept})"
            self.draw()
        elif key == "e":
            self._edit()
        return True

    def keys(self) -> dict[str, str]:
        """The keys that apply now."""
        if self.question:
            return {"y": "yes", "n": "no"}
        result = self._result()
        status = result.status if result is not None else None
        chapter, (name,) = self.at.chapter, self.at.names
        passed = name in self.reach.passed(chapter)
        applies = {
            "n": self.reach.following(self.at) is not None,
            "h": not passed,
            "a": len(chapter.exercises) > 1,
            "d": passed and status is not None and self._line() is not None,
            "x": self.desk.workspace is not None
            and self.at.path == self.desk.path(chapter)
            and status not in (None, Verdict.NOT_STARTED),
            "e": bool(editor_command(self.at.path, None, os.environ)),
        }
        return {key: does for key, does in KEYS.items() if applies.get(key, True)}

    # --- the keys ------------------------------------------------------------------------------

    def _next(self) -> None:
        following = self.reach.following(self.at)
        if following is not None:
            self.at, self.whole = following, False
            self.check()

    def _verb(self, verb: str) -> None:
        chapter, (name,) = self.at.chapter, self.at.names
        about = chapter.id if verb == "list" else chapter.exercise_id(name)
        options = argparse.Namespace(verb=verb, targets=[about], force=False)
        record = Record(self.canvas.width)
        try:
            learning.perform(options, self.desk, record)
        except NotUnderstood as error:
            record.put(wrapped(str(error), record.width))
        self.show(lambda _: record.lines, f"{self.command} {verb} {about}")

    def _reset(self) -> None:
        chapter, (name,) = self.at.chapter, self.at.names
        options = argparse.Namespace(verb="reset", targets=[chapter.exercise_id(name)], undo=False)
        options.workspace = self.desk.workspace
        record = Record(self.canvas.width)
        try:
            starting.perform(options, record)
        except (NotPossible, NotUnderstood, OSError) as error:
            record.put(wrapped(str(error), record.width))
        self.notice = [[], *record.lines]
        self.lookout.skip(self.at.path)
        self.files[self.at.path] = _read(self.at.path)
        self.check()

    def _edit(self) -> None:
        command = editor_command(self.at.path, self._line(), os.environ)
        with self.keyboard.lent():
            try:
                subprocess.run(command, check=False)
            except OSError as error:
                note(f"gdl-check watch: {command[0]}: {(error.strerror or str(error)).lower()}")
        self.canvas.is_fresh = True
        self.draw()

    # --- what is known -------------------------------------------------------------------------

    def _result(self) -> Result | None:
        found = self.last.found if self.last is not None else None
        results = found.results if found is not None else ()
        return next((r for r in results if r.name == self.at.names[0]), None)

    def _line(self) -> int | None:
        with contextlib.suppress(CannotBeRead):
            node = self.files[self.at.path].names.get(self.at.names[0])
            return node.lineno if node is not None else None
        return None

    # --- pictures ------------------------------------------------------------------------------

    def show(self, view: View, shown_by: str = "") -> None:
        """Draw this from now on; `shown_by` is the command that shows it elsewhere, and whole."""
        about = self.at.chapter.id if self.whole else self.at.chapter.exercise_id(self.at.names[0])
        self.view, self.shown_by = view, shown_by or f"{self.command} {about}"
        self.draw()

    def draw(self) -> None:
        """Draw what is looked at, and below it the keys that apply."""
        self.size, width = self.canvas.size, self.canvas.width
        footer = [*self.notice, *footer_lines(self.keys(), width, self.question)]
        room = self.canvas.height - len(footer)
        self.canvas.draw([*cut_short(self.view(width), room, self.shown_by, width), *footer])

    def _heading(self, width: int) -> Iterator[Line]:
        chapter = self.at.chapter
        done, of = len(self.reach.passed(chapter)), len(chapter.exercises)
        yield from heading_lines(chapter.id, chapter.title, done, of, width)

    def _waiting(self, width: int) -> Iterator[Line]:
        what = f"all of {self.at.chapter.id}" if self.whole else self.at.names[0]
        yield from self._heading(width)
        yield from text_lines(["", f"checking {what} ..."])

    def _verdict(self, width: int) -> Iterator[Line]:
        told = self.last
        if told is None:
            yield from self._waiting(width)
            return
        yield from self._heading(width)
        if told.found is None or told.file is None:
            yield from closing_lines(Report(0, "normal", (), fault=told.fault), None, "", width)
            return
        source, command = told.file.lines, self.command
        yield from verdict_lines(told.found, told.opened, source, command, width, told.final)
        result = self._result()
        passed = result is not None and result.status == Verdict.PASSED
        if passed and told.final:
            yield from self._onward(width)

    def _onward(self, width: int) -> Iterator[Line]:
        """What comes after what has passed, where nothing of it is left."""
        chapter, following = self.at.chapter, self.reach.following(self.at)
        if following is not None and following.chapter is chapter:
            return
        if self.at.path == self.desk.path(chapter) and not self.reach.left(_all_of(self.at)):
            comes = onward(self.desk, chapter, self.reach.passed(chapter), "gdl-check watch")
            if following is not None and "next chapter" in comes:
                comes["next chapter"] = "press n"
            comes = {
                what: c.replace("gdl-check ch", "gdl-check watch ch") for what, c in comes.items()
            }
            yield from onward_lines(comes, width)
        elif following is None:
            yield []
            yield from labelled("more of this chapter:", f"gdl-check watch {chapter.id}", width)


def _all_of(target: Target) -> Target:
    return target._replace(names=tuple(target.chapter.exercises))


def _read(path: Path) -> ChapterFile:
    """A chapter file as it is now; an empty one where it cannot be read."""
    try:
        return read_chapter_file(path, shown_path(path))
    except CannotBeRead:
        return ChapterFile(str(path), "")
