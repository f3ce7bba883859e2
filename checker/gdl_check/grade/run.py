"""The verb `grade`: a teacher's words become an assignment, which is graded, kept and written."""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from gdl_check.cli import INTERRUPTED, NOT_PASSED, NOT_UNDERSTOOD, OUR_FAULT, PASSED
from gdl_check.course import chapter_modules, load_chapter
from gdl_check.course_files import solution_file
from gdl_check.grade import receipts
from gdl_check.grade.archives import BadArchive
from gdl_check.grade.bookkeeping import gradebook
from gdl_check.grade.grading import Assignment, Handed, Workers, grade, grade_again, timed_out
from gdl_check.grade.intake import find
from gdl_check.grade.jobs import work
from gdl_check.grade.marking import mark
from gdl_check.grade.roster import matched, read_map, read_roster
from gdl_check.grade.store import FILE_NAME, Store
from gdl_check.grade.terms import Terms, points_of, seconds_of, terms_of
from gdl_check.grade.trees import NotTaken
from gdl_check.render.grading import closing_lines, progress
from gdl_check.render.terminal import Screen, note
from gdl_check.results import Verdict
from gdl_check.sandbox import canary
from gdl_check.targets import NotUnderstood

SECRET = "secret.key"


class OurFault(Exception):
    """A failure of ours that keeps a class from being graded; one sentence."""


def run(options: argparse.Namespace) -> int:
    """Do what was asked for; the result is the exit code: 0 where the gradebook is complete."""
    try:
        return _verify(options) if options.verify else _grade(options)
    except NotUnderstood as error:
        note(f"gdl-check grade: {error}")
        return NOT_UNDERSTOOD
    except (OurFault, canary.TooOpen) as fault:
        note(f"gdl-check grade: {fault}")
        return OUR_FAULT
    except KeyboardInterrupt:
        note("interrupted: what is graded is kept, and the same command goes on from there")
        return INTERRUPTED


def _grade(options: argparse.Namespace) -> int:
    if importlib.util.find_spec("jinja2") is None:
        raise NotUnderstood('grading needs a little more: pip install "gdl-check[class]"')
    from gdl_check.grade.exports import write_all

    screen = Screen(sys.stdout, options.plain)
    out: Path = options.out
    with _opened(out, options) as store:
        terms = _terms(options, store)
        secret = _secret(options.secret or out / SECRET)
        seed = receipts.seed_of(secret, terms.assignment, terms.run)
        store.set_facts({"terms": terms.to_json(), "seed": str(seed)})
        for override in options.override or ():
            _override(store, terms, *override)
        for student, exercise in options.take_back or ():
            if not store.take_back(student, exercise):
                raise NotUnderstood(f"{exercise} of {student} has not been overridden")
        if options.folder is not None:
            _grade_class(options, Assignment(store, terms, secret, seed, 0), screen)
        book = gradebook(store, terms)
        with _writing(out):
            written = write_all(book, out, options.fill or (), options.junit, options.column)
        screen.put(closing_lines(book, out, written, screen.width))
    return PASSED


def _grade_class(options: argparse.Namespace, assignment: Assignment, screen: Screen) -> None:
    store, terms = assignment.store, assignment.terms
    seen = canary.require(options.require_sandbox)
    assignment = assignment._replace(level=seen.level)
    _see_that_ours_pass(assignment)
    handed = _class(options, store, terms)
    store.set_facts(
        {
            "level": str(seen.level),
            "sandbox": json.dumps(seen.active),
            "missing_sandbox": json.dumps(seen.missing),
            "graded_at": str(time.time()),
        }
    )
    workers = _workers(options, seen.level)
    with progress(screen, "grading", len(handed)) as tell:
        grade(assignment, handed, workers, tell)
    slow = timed_out(assignment, handed)
    if slow:
        with progress(screen, "once more, alone: what ran out of time", len(slow)) as tell:
            grade_again(assignment, slow, partial(work, jobs=1), tell)


def _workers(options: argparse.Namespace, level: int) -> Workers:
    if options.scheduler:
        from gdl_check.grade.cluster import work_on

        return partial(work_on, options.scheduler, level)
    return partial(work, jobs=options.jobs or os.cpu_count() or 1)


@contextlib.contextmanager
def _writing(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        name = error.filename or out
        raise OurFault(
            f"{name} could not be written ({error.strerror}): what is graded is kept;"
            f" mend that, then run gdl-check grade --out {out}"
        ) from None


# --- what was asked for --------------------------------------------------------------------------


@contextlib.contextmanager
def _opened(out: Path, options: argparse.Namespace) -> Iterator[Store]:
    """The database in the folder that we write to."""
    if options.folder is None and not (out / FILE_NAME).exists():
        raise NotUnderstood(
            f"nothing has been graded into {out} yet: name the folder of submissions,"
            " like gdl-check grade submissions --chapter ch06"
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
        store = Store(out / FILE_NAME)
    except OSError as error:
        raise NotUnderstood(f"{out} cannot be written to ({error.strerror})") from None
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise NotUnderstood(f"{out} is being graded into by another gdl-check now") from None
        raise NotUnderstood(f"{out / FILE_NAME} cannot be used ({error})") from None
    except sqlite3.DatabaseError:
        raise NotUnderstood(f"{out / FILE_NAME} is no gradebook: choose another --out") from None
    try:
        yield store
    except sqlite3.Error as error:
        raise OurFault(f"the gradebook could not be written ({error}); run it again") from None
    finally:
        store.close()


def _terms(options: argparse.Namespace, store: Store) -> Terms:
    """The terms as they were the last time, but for what is said now."""
    told = store.fact("terms")
    before = terms_of(told) if told else None
    chapters = tuple(dict.fromkeys(options.chapter)) or (before.chapters if before else ())
    if not chapters:
        raise NotUnderstood("say which chapter was asked, like --chapter ch06")
    for chapter in chapters:
        if chapter not in chapter_modules():
            known = list(chapter_modules())
            raise NotUnderstood(
                f"there is no chapter {chapter}: there are {known[0]} to {known[-1]}"
            )
    terms = (before or Terms("", chapters))._replace(chapters=chapters)
    said = {
        "assignment": options.assignment or terms.assignment or " ".join(chapters),
        "run": options.run,
        "effort": options.effort,
        "partial": options.partial,
        "reveal": options.reveal,
    }
    terms = terms._replace(**{name: value for name, value in said.items() if value is not None})
    try:
        if options.points:
            terms = terms._replace(points=points_of(options.points, chapters))
        if options.due:
            terms = terms._replace(due=seconds_of(options.due))
    except ValueError as error:
        message = (
            str(error)
            if "--points" in str(error)
            else (f"--due {options.due}: write it like 2026-11-20 or 2026-11-20T18:00")
        )
        raise NotUnderstood(message) from None
    if options.late_credit is not None:
        if not 0 <= options.late_credit <= 100:
            raise NotUnderstood("--late-credit is a percentage, 0 to 100")
        terms = terms._replace(late_credit=options.late_credit / 100)
    return terms


def _secret(path: Path) -> bytes:
    try:
        return receipts.secret_at(path)
    except OSError as error:
        raise NotUnderstood(f"the secret in {path} cannot be read ({error.strerror})") from None
    except ValueError:
        raise NotUnderstood(
            f"{path} holds no secret: it should be a line of 64 hexadecimal digits"
        ) from None


def _override(
    store: Store, terms: Terms, student: str, exercise: str, points: str, why: str
) -> None:
    if student not in {known.key for known in store.students()}:
        raise NotUnderstood(f"there is no student {student!r} in this gradebook")
    if exercise not in {asked.id for chapter in terms.asked() for asked in chapter.exercises}:
        raise NotUnderstood(f"{exercise} is not asked in this assignment")
    try:
        store.override(student, exercise, float(points), why)
    except ValueError:
        raise NotUnderstood(f"{points} is no number of points") from None


def _class(options: argparse.Namespace, store: Store, terms: Terms) -> list[Handed]:
    """Who has handed in what; everybody in the roster, or met before, is put down."""
    folder: Path = options.folder
    if not folder.exists():
        raise NotUnderstood(f"there is no {folder}: name the folder that holds the submissions")
    if options.out.resolve().is_relative_to(folder.resolve()):
        raise NotUnderstood(f"{options.out} lies among the submissions: choose another --out")
    roster = read_roster(options.roster) if options.roster else list(store.students())
    aliases = read_map(options.map) if options.map else {}
    chapters = [load_chapter(chapter) for chapter in terms.chapters]
    try:
        everybody = matched(find(folder, chapters, aliases), roster, aliases)
    except (NotTaken, BadArchive) as error:
        raise NotUnderstood(f"{folder}: {error}") from None
    handed = [(found.submission, found.student) for found in everybody if found.submission]
    if not handed:
        raise NotUnderstood(f"no submission was found in {folder}")
    store.set_students(found.student for found in everybody)
    return handed


# --- whether all is well -------------------------------------------------------------------------


def _see_that_ours_pass(assignment: Assignment) -> None:
    """Our own solutions must pass as a submission would, which also draws the class's inputs."""
    terms = assignment.terms
    for chapter in terms.chapters:
        solution = solution_file(load_chapter(chapter))
        files = {load_chapter(chapter).file_name: (solution.text + "\n").encode()}
        for marked in mark(files, [chapter], terms.settings(assignment.seed)):
            if marked.verdict != Verdict.PASSED:
                raise OurFault(
                    f"our own solution of {marked.exercise} does not pass here"
                    f" ({marked.verdict}): nothing is graded; see gdl-check doctor"
                )


def _verify(options: argparse.Namespace) -> int:
    """Say of receipts whether they are as we signed them: 0 where all are, else 1."""
    path: Path = options.secret or options.out / SECRET
    try:
        secret = receipts.read_secret(path)
    except (OSError, ValueError):
        raise NotUnderstood(
            f"the secret that receipts were signed with is not in {path}: name it with --secret"
        ) from None
    genuine = forged = 0
    screen = Screen(sys.stdout, options.plain)
    for receipt in _receipts(options.verify):
        if receipts.is_genuine(secret, receipt):
            genuine += 1
            continue
        forged += 1
        who, what = (str(receipt.get(name, "?"))[:60] for name in ("student", "exercise"))
        screen.put([[("not genuine: ", "bad"), (f"{who}, {what}", "")]])
    screen.put([[(f"{genuine} genuine, {forged} not", "bad" if forged else "good")]])
    return NOT_PASSED if forged or not genuine else PASSED


def _receipts(path: Path) -> Iterator[dict[str, Any]]:
    """The receipts in a file: JSON, or a whole gradebook."""
    try:
        if path.suffix == ".sqlite":
            store = Store(path)
            try:
                yield from store.receipts()
            finally:
                store.close()
            return
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, sqlite3.Error):
        raise NotUnderstood(f"{path} holds no receipt that can be read") from None
    for receipt in told if isinstance(told, list) else [told]:
        if not isinstance(receipt, dict):
            raise NotUnderstood(f"{path} holds no receipt that can be read")
        yield receipt
