"""The flags of the verbs for teachers."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

Add = Callable[..., Any]


def grade(add: Add) -> None:
    """What can be said of a class that is to be graded."""
    add(
        "folder",
        nargs="?",
        type=Path,
        metavar="DIR",
        help="the submissions; without it what is graded already is written again",
    )
    _assignment(add)
    add("--out", type=Path, default=Path("grades"), metavar="DIR", help="where to write (grades)")
    add("--roster", type=Path, metavar="CSV", help="who is in the class")
    add("--map", type=Path, metavar="CSV", help="which folder or file is whose")
    add("--due", metavar="TIME", help="the deadline, like 2026-11-20T18:00")
    add(
        "--late-credit",
        type=float,
        metavar="PERCENT",
        help="what late work keeps of its points (100)",
    )
    add("--run", metavar="NAME", help="another name draws other inputs and grades all again")
    add("--secret", type=Path, metavar="FILE", help="the teacher's secret (secret.key in --out)")
    add("--jobs", type=_whole, metavar="N", help="how many at a time (one for every core)")
    add("--scheduler", metavar="ADDRESS", help="grade on a Dask cluster instead")
    add(
        "--require-sandbox",
        type=int,
        choices=range(4),
        default=0,
        metavar="LEVEL",
        help="refuse to grade where the sandbox does not reach this level, 0 to 3",
    )
    add(
        "--fill",
        type=Path,
        action="append",
        metavar="CSV",
        help="a Moodle worksheet or a Canvas gradebook to fill in",
    )
    add("--junit", type=Path, metavar="FILE", help="write JUnit XML as well")
    add(
        "--override",
        nargs=4,
        action="append",
        metavar=("STUDENT", "EXERCISE", "POINTS", "REASON"),
        help="put your points in the place of ours",
    )
    add(
        "--take-back",
        nargs=2,
        action="append",
        metavar=("STUDENT", "EXERCISE"),
        help="remove an override",
    )
    add("--verify", type=Path, metavar="FILE", help="say whether receipts are genuine")


def gradescope(add: Add) -> None:
    """What can be said of an autograder for Gradescope."""
    _assignment(add)
    add("--out", type=Path, default=Path("autograder.zip"), metavar="FILE", help="autograder.zip")


def classroom(add: Add) -> None:
    """What can be said of a template repository."""
    add("folder", type=Path, metavar="DIR", help="the template repository")
    _assignment(add)


def _assignment(add: Add) -> None:
    """What is asked, and what it is worth."""
    add(
        "--chapter",
        action="append",
        default=[],
        metavar="CHAPTER",
        help="like ch06; repeat it for several",
    )
    add("--assignment", metavar="NAME", help="what it is called (the chapters)")
    add(
        "--points",
        action="append",
        metavar="T=N",
        help="ch06=20: what a chapter is worth; ch06.relu=3: an exercise (1)",
    )
    add(
        "--partial",
        action=argparse.BooleanOptionalAction,
        help="count the share of an exercise's laws that hold",
    )
    add(
        "--reveal",
        choices=("verdicts", "claims", "counterexamples", "all"),
        help="what feedback shows before the deadline (all)",
    )
    add("--effort", choices=("quick", "normal", "thorough"), help="how many inputs (normal)")


def _whole(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least one")
    return number
