"""The verbs `gradescope` and `classroom`: an assignment, packed for a grader elsewhere."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from gdl_check.cli import NOT_UNDERSTOOD, PASSED
from gdl_check.course import chapter_modules
from gdl_check.grade.tables import number
from gdl_check.grade.terms import Terms, points_of
from gdl_check.render.lines import Line
from gdl_check.render.terminal import Screen, note
from gdl_check.targets import NotUnderstood, shown_path

ZIP = Path("autograder.zip")


def run(options: argparse.Namespace) -> int:
    """Write what was asked for and say what to do with it; the result is the exit code."""
    try:
        terms = _terms(options)
        pack = _gradescope if options.verb == "gradescope" else _classroom
        said = pack(terms, options.out)
    except NotUnderstood as error:
        note(f"gdl-check {options.verb}: {error}")
        return NOT_UNDERSTOOD
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        note(f"gdl-check {options.verb}: {options.out or ZIP} cannot be written ({why})")
        return NOT_UNDERSTOOD
    Screen(sys.stdout, options.plain).put(said)
    return PASSED


def _terms(options: argparse.Namespace) -> Terms:
    chapters = tuple(dict.fromkeys(options.chapter))
    known = list(chapter_modules())
    if not chapters:
        raise NotUnderstood("say which chapter is asked, like --chapter ch06")
    for chapter in chapters:
        if chapter not in known:
            raise NotUnderstood(
                f"there is no chapter {chapter}: there are {known[0]} to {known[-1]}"
            )
    try:
        points = points_of(options.points or (), chapters)
    except ValueError as error:
        raise NotUnderstood(str(error)) from None
    return Terms(
        options.assignment or " ".join(chapters),
        chapters,
        points=points,
        effort=options.effort,
        partial=options.partial,
        reveal=options.reveal,
    )


def _worth(terms: Terms) -> str:
    asked = terms.asked()
    return number(sum(exercise.points for chapter in asked for exercise in chapter.exercises))


def _gradescope(terms: Terms, out: Path | None) -> list[Line]:
    from gdl_check.grade.gradescope import build

    path = out or ZIP
    build(terms, path)
    return [
        [(f"{shown_path(path)} is written.", "strong")],
        [("", "")],
        [("On Gradescope make a programming assignment worth", "")],
        [(f"{_worth(terms)} points, and upload the file as its autograder.", "")],
    ]


def _classroom(terms: Terms, out: Path | None) -> list[Line]:
    from gdl_check.grade.classroom import put_into

    repository = out or Path()
    if not repository.is_dir():
        raise NotUnderstood(
            f"there is no folder {repository}: name a template repository with --out"
        )
    written = put_into(repository, terms)
    return [
        *([(shown_path(path), "code")] for path in written),
        [("", "")],
        [("Commit these to the template repository, beside exercises/,", "")],
        [(f"and give the assignment {_worth(terms)} points.", "")],
        [("What it tells is quick feedback: students can change their", "")],
        [("repositories. For grades to stand by: gdl-check grade --help", "")],
    ]
