"""The verbs for teachers: what was asked for is graded, kept and written, or made for elsewhere."""

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

from gdl_check.checking import fault_of
from gdl_check.cli import INTERRUPTED, NOT_UNDERSTOOD, OUR_FAULT, PASSED
from gdl_check.course import load_chapter
from gdl_check.course_files import solution_file
from gdl_check.grade import receipts
from gdl_check.grade.asking import terms_from
from gdl_check.grade.bookkeeping import gradebook
from gdl_check.grade.classwide import survey
from gdl_check.grade.gradebook import Student
from gdl_check.grade.grading import Assignment, Handed, Workers, grade, timed_out
from gdl_check.grade.intake import find
from gdl_check.grade.jobs import work
from gdl_check.grade.marking import mark
from gdl_check.grade.roster import matched, read_map, read_roster
from gdl_check.grade.store import FILE_NAME, Store
from gdl_check.grade.terms import Terms, terms_of
from gdl_check.grade.verify import verify
from gdl_check.render.grading import closing_lines, progress
from gdl_check.render.terminal import Screen, note
from gdl_check.results import Verdict
from gdl_check.sandbox import canary
from gdl_check.targets import NotUnderstood

SECRET = "secret.key"


class OurFault(Exception):
    """A failure of ours that keeps a class from being graded; one sentence."""


def run(verb: str, options: argparse.Namespace) -> int:
    """Do what was asked for; the result is the exit code."""
    try:
        return VERBS[verb](options)
    except NotUnderstood as error:
        note(f"gdl-check {verb}: {error}")
        return NOT_UNDERSTOOD
    except (OurFault, canary.TooOpen) as fault:
        note(f"gdl-check {verb}: {fault}")
        return OUR_FAULT
    except Exception as error:
        broken = fault_of(error)
        what = f"something of ours broke ({broken.message}, {broken.where})"
        note(f"gdl-check {verb}: {what}: see gdl-check doctor, then run it again; nothing is lost")
        return OUR_FAULT
    except KeyboardInterrupt:
        note("interrupted: what is graded is kept, and the same command goes on from there")
        return INTERRUPTED


def _grade(options: argparse.Namespace) -> int:
    """Grade a class; 0 where the gradebook is complete."""
    if options.verify:
        key: Path = options.secret or options.out / SECRET
        return verify(options.verify, key, Screen(sys.stdout, options.plain))
    if importlib.util.find_spec("jinja2") is None:
        raise NotUnderstood('grading needs a little more: pip install "gdl-check[class]"')
    from gdl_check.grade.exports import write_all

    screen = Screen(sys.stdout, options.plain)
    out: Path = options.out
    with _opened(out, options) as store:
        told = store.fact("terms")
        terms = terms_from(options, terms_of(told) if told else None)
        store.set_facts({"terms": terms.to_json()})
        for override in options.override or ():
            _override(store, terms, *override)
        for student, exercise in options.take_back or ():
            if not store.take_back(student, exercise):
                raise NotUnderstood(
                    f"{exercise} of {student} has not been overridden: see the column override in"
                    " grades.csv"
                )
        if options.folder is not None:
            _grade_class(options, store, terms, screen)
        book = gradebook(store, terms)
        class_ = survey(book)
        with _writing(out, f": mend that, then run gdl-check grade --out {out}; nothing is lost"):
            fills = options.fill or ()
            written = write_all(book, class_, out, fills, options.junit, options.column)
        screen.put(closing_lines(book, class_, written, screen.width))
    return OUR_FAULT if class_.faults else PASSED


def _grade_class(options: argparse.Namespace, store: Store, terms: Terms, screen: Screen) -> None:
    handed = _class(options, store, terms)
    secret = _secret(options.secret or options.out / SECRET, store)
    seed = receipts.seed_of(secret, terms.assignment, terms.run)
    seen = canary.require(options.require_sandbox)
    assignment = Assignment(store, terms, secret, seed, seen.level)
    _see_that_ours_pass(assignment)
    store.set_facts(
        {
            "seed": str(seed),
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
            grade(assignment, slow, partial(work, jobs=1), tell, last_try=True)


def _workers(options: argparse.Namespace, level: int) -> Workers:
    if options.scheduler:
        from gdl_check.grade.cluster import work_on

        return partial(work_on, options.scheduler, level)
    return partial(work, jobs=options.jobs or os.cpu_count() or 1)


@contextlib.contextmanager
def _writing(out: Path, then: str = "") -> Iterator[None]:
    try:
        yield
    except OSError as error:
        name = error.filename or out
        raise NotUnderstood(f"{name} cannot be written ({error.strerror}){then}") from None


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


def _secret(path: Path, store: Store) -> bytes:
    """The teacher's secret: one for all that is graded into a folder."""
    known = store.fact("secret")
    if known and not path.exists():
        raise NotUnderstood(f"the secret of this gradebook is not in {path}: name it with --secret")
    try:
        secret = receipts.secret_at(path)
    except OSError as error:
        raise NotUnderstood(f"the secret in {path} cannot be read ({error.strerror})") from None
    except ValueError:
        raise NotUnderstood(
            f"{path} holds no secret: it should be a line of 64 hexadecimal digits"
        ) from None
    name = receipts.name_of(secret)
    if known not in ("", name):
        raise NotUnderstood(f"this gradebook was made with another secret than that in {path}")
    store.set_facts({"secret": name})
    return secret


def _override(
    store: Store, terms: Terms, student: str, exercise: str, points: str, why: str
) -> None:
    if student not in {known.key for known in store.students()}:
        raise NotUnderstood(
            f"there is no student {student!r} in this gradebook: take the name as it is in the"
            " first column of grades.csv"
        )
    if exercise not in {asked.id for chapter in terms.asked() for asked in chapter.exercises}:
        raise NotUnderstood(
            f"{exercise} is not asked in this assignment: name an exercise like"
            f" {terms.asked()[0].exercises[0].id}"
        )
    try:
        store.override(student, exercise, float(points), why)
    except ValueError:
        raise NotUnderstood(f"{points} is no number of points: write one like 0.5") from None


def _class(options: argparse.Namespace, store: Store, terms: Terms) -> list[Handed]:
    """Who has handed in what; everybody in the roster, or met before, is put down."""
    folder: Path = options.folder
    if not folder.exists():
        raise NotUnderstood(f"there is no {folder}: name the folder that holds the submissions")
    if options.out.resolve().is_relative_to(folder.resolve()):
        raise NotUnderstood(f"{options.out} lies among the submissions: choose another --out")
    roster = read_roster(options.roster) if options.roster else _remembered(store)
    aliases = read_map(options.map) if options.map else {}
    chapters = [load_chapter(chapter) for chapter in terms.chapters]
    everybody = matched(find(folder, chapters, aliases), roster, aliases)
    handed = [(found.submission, found.student) for found in everybody if found.submission]
    if not handed:
        raise NotUnderstood(f"no submission was found in {folder}")
    before = [] if roster else list(store.students())
    students = {student.key: student for student in before}
    students |= {found.student.key: found.student for found in everybody}
    store.set_students(students.values())
    store.set_facts({"has_roster": "yes" if roster else ""})
    return handed


def _remembered(store: Store) -> list[Student]:
    """The roster of the last time, where there was one."""
    return list(store.students()) if store.fact("has_roster") else []


# --- whether all is well -------------------------------------------------------------------------


def _see_that_ours_pass(assignment: Assignment) -> None:
    """Our own solutions must pass as a submission would, which also draws the class's inputs."""
    terms = assignment.terms
    for chapter in terms.chapters:
        solution = solution_file(load_chapter(chapter))
        files = {load_chapter(chapter).file_name: (solution.text + "\n").encode()}
        for marked in mark(files, [chapter], terms.settings(assignment.seed)):
            if marked.verdict != Verdict.PASSED:
                why = marked.told.get("fault", {}).get("message") or marked.verdict
                raise OurFault(
                    f"our own solution of {marked.exercise} does not pass here ({why}):"
                    " nothing is graded; see gdl-check doctor"
                )


# --- graders elsewhere ---------------------------------------------------------------------------


def _gradescope(options: argparse.Namespace) -> int:
    from gdl_check.grade.gradescope import build

    with _writing(options.out):
        build(terms_from(options), options.out)
    _say(f"{options.out} is made: upload it as the autograder of the assignment", options)
    return PASSED


def _classroom(options: argparse.Namespace) -> int:
    from gdl_check.grade.classroom import put_into

    if not options.folder.is_dir():
        raise NotUnderstood(f"there is no folder {options.folder}: name the template repository")
    terms = terms_from(options)
    with _writing(options.folder):
        for path in put_into(options.folder, terms):
            _say(f"written: {path}", options)
    _say("commit these files: every push is marked from then on", options)
    return PASSED


def _say(text: str, options: argparse.Namespace) -> None:
    Screen(sys.stdout, options.plain).put([[(text, "")]])


VERBS = {"grade": _grade, "gradescope": _gradescope, "classroom": _classroom}
