"""The verb play: a chapter's project, once its exercises have passed."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.util
import shlex
import sys
from collections.abc import Iterable, Iterator
from types import ModuleType

from gdl_check.chapter_check import ChapterCheck
from gdl_check.cli import NOT_PASSED, NOT_UNDERSTOOD, OUR_FAULT, PASSED
from gdl_check.course import Chapter, chapter_of_module, load_chapter
from gdl_check.play import CannotPlay, plays
from gdl_check.play.own import line_of, opened
from gdl_check.play.stage import Stage, Unheard
from gdl_check.progress import DONE, is_known_to_pass, remember, standing, words_of
from gdl_check.quiet import quietly
from gdl_check.reference import LawBroke
from gdl_check.render.learning import text_lines
from gdl_check.render.lines import Line, title_in
from gdl_check.render.terminal import Screen, note
from gdl_check.render.values import cut, wrap
from gdl_check.results import Verdict
from gdl_check.sandbox.client import SandboxFault
from gdl_check.targets import Desk, NotUnderstood, find_desk, resolve, shown_path


def run(options: argparse.Namespace) -> int:
    """Play a chapter, or say which can be played; the result is the exit code."""
    screen = Screen(sys.stdout, options.plain)
    try:
        desk = find_desk(options.workspace, options.reference)
        if not options.targets:
            screen.put(_listed(desk, screen.width))
            return PASSED
        chapter = _chapter(options, desk)
        stage = _stage(options, chapter)
        missing = [] if options.reference else _not_passed(desk, chapter)
        if missing:
            screen.put(_refused(chapter, missing, screen.width))
            return NOT_PASSED
        return _played(options, desk, chapter, stage)
    except (NotUnderstood, CannotPlay) as error:
        note(f"gdl-check play: {error}")
        return NOT_UNDERSTOOD
    except (LawBroke, SandboxFault) as error:
        note(f"gdl-check play: something of ours broke ({error}); see gdl-check doctor")
        return OUR_FAULT


def _listed(desk: Desk, width: int) -> Iterator[Line]:
    known = standing(desk)
    yield [("what your functions can do, chapter by chapter", "strong")]
    yield []
    for name in plays():
        words = words_of(load_chapter(name), known)
        passed = sum(word in DONE for word in words.values())
        ready = passed == len(words)
        state = "ready" if ready else f"{passed} of {len(words)} passed"
        title = (_play(name).__doc__ or "").split("\n")[0].rstrip(".").partition(":")[0]
        room = width - 26
        yield [
            (f"  {name}  ", "strong"),
            (cut(title, room).ljust(room), ""),
            (f"  {state}", "good" if ready else "dim"),
        ]
    yield []
    yield [("  one of them:  gdl-check play ch06", "")]
    yield [("  with our solutions:  gdl-check play ch06 --reference", "")]


def _chapter(options: argparse.Namespace, desk: Desk) -> Chapter:
    targets = resolve(options.targets, desk)
    if len(targets) != 1:
        raise NotUnderstood("one chapter at a time, like gdl-check play ch06")
    chapter = targets[0].chapter
    if chapter.id not in plays():
        raise NotUnderstood(f"{chapter.id} has nothing to play: there are {', '.join(plays())}")
    if options.data and not getattr(_play(chapter.id), "DATA", ""):
        takers = [name for name in plays() if getattr(_play(name), "DATA", "")]
        raise NotUnderstood(f"{chapter.id} takes no --data: {', '.join(takers)} do")
    return chapter


def _play(name: str) -> ModuleType:
    return importlib.import_module(f"gdl_check.play.{name}")


def _stage(options: argparse.Namespace, chapter: Chapter) -> Stage:
    if options.seconds <= 0:
        raise NotUnderstood("--seconds takes a number above 0")
    if options.save is not None:
        if importlib.util.find_spec("matplotlib") is None:
            raise NotUnderstood(
                "--save needs matplotlib: python -m pip install 'gdl-check[plots]', or leave it out"
            )
        try:
            options.save.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise NotUnderstood(f"no pictures can be put in {options.save}: {reason}") from None
    return Stage(sys.stdout, chapter.id, options.plain, options.save, options.seconds)


# --- have the exercises passed? ------------------------------------------------------------------


def _not_passed(desk: Desk, chapter: Chapter) -> list[str]:
    """The ids of the exercises that this chapter's play rests on and that do not pass."""
    path = desk.path(chapter)
    check = ChapterCheck(chapter, path, shown_path(path))
    known = standing(desk)
    missing: list[str] = []
    told = False
    try:
        for other, names in _rests_on(check):
            here, file = other.chapter, other.file
            unknown = [name for name in names if not is_known_to_pass(known, here, file, name)]
            startable = [n for n in unknown if other.unrunnable(here.exercises[n]) is None]
            if startable and not told:
                told = True
                note(f"checking {chapter.id} first")
            results = list(other.in_turn(unknown))
            if startable and other.path == desk.path(other.chapter):
                remember(desk, other.chapter, other.file, other.chapter_result(unknown))
            missing += [r.id for r in results if r.status != Verdict.PASSED]
    finally:
        check.close()
    return missing


def _rests_on(check: ChapterCheck) -> Iterable[tuple[ChapterCheck, list[str]]]:
    """The chapter's exercises, and those of earlier chapters that they rest on, file by file.

    What a chapter's file is given, rather than asks for, rests on what the file imports.
    """
    found = {id(check): (check, list(check.chapter.exercises))}
    waiting = [(check, name) for name in check.chapter.exercises]
    while waiting:
        here, name = waiting.pop()
        imported = here.solution.imported.values()
        given = [(here.other(chapter_of_module(module)), n) for module, n in imported]
        for other, n in (*here.mentions(name), *given):
            _, names = found.setdefault(id(other), (other, []))
            if n in other.chapter.exercises and n not in names:
                names.append(n)
                waiting.append((other, n))
    return found.values()


def _refused(chapter: Chapter, missing: list[str], width: int) -> Iterator[Line]:
    own = [name for name in missing if name.startswith(chapter.id + ".")]
    names = [n.partition(".")[2] if len(own) == len(missing) else n for n in missing]
    count = "one has" if len(missing) == 1 else f"{len(missing)} have"
    text = f"{chapter.id} is played by your own functions, and {count} not passed yet:"
    yield from ([(line, "")] for line in wrap(text, width))
    yield from ([(line, "name")] for line in wrap(", ".join(names), width, "  "))
    yield []
    yield [(f"  next:  gdl-check {missing[0]}", "")]
    yield [(f"  or see it with our solutions:  gdl-check play {chapter.id} --reference", "")]


# --- the play ------------------------------------------------------------------------------------


def _played(options: argparse.Namespace, desk: Desk, chapter: Chapter, stage: Stage) -> int:
    path, title = desk.path(chapter), chapter.title
    play = _play(chapter.id)
    stage.put([[(chapter.id, "strong"), ("  " + title_in(stage.width - 6, title), "")]])
    heard = Unheard()
    try:
        with quietly(), contextlib.redirect_stdout(heard), opened(path) as own:
            play.play(own, stage, options)
    except (CannotPlay, BrokenPipeError):
        raise
    except OSError as error:
        if stage.folder is None or line_of(error, desk.folder):
            return _stopped(options, error, desk, chapter)
        raise CannotPlay(
            f"a picture cannot be kept in {stage.folder}: {(error.strerror or '').lower()}"
        ) from None
    except Exception as error:
        return _stopped(options, error, desk, chapter)
    saved = [f"saved {shown_path(path)}" for path in stage.saved]
    lines = []
    if heard.lines:
        lines.append(f"your functions printed {heard.lines:,} lines; they are left out here")
    if options.reference:
        lines.append(f"these were our solutions; write your own: gdl-check show {chapter.id}")
    wrapped = [part for line in lines for part in wrap(line, stage.width - 2)]
    stage.put([[], *text_lines(saved + wrapped)] if saved or wrapped else [])
    return PASSED


def _stopped(options: argparse.Namespace, error: Exception, desk: Desk, chapter: Chapter) -> int:
    """What to say where something broke: in a learner's file, or in ours."""
    place = None if options.reference else line_of(error, desk.folder)
    told = f"{type(error).__name__}: {error}".split("\n")[0]
    if place is None:
        note(f"gdl-check play: something of ours broke ({told}); please report it")
        return OUR_FAULT
    file, line, name = place
    note(f"gdl-check play: {name} raised {cut(told, 200)}")
    note(f"  in {shlex.quote(shown_path(file))}:{line}; check it: gdl-check {file.stem[:4]}")
    return NOT_PASSED
