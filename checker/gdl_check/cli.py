"""The command `gdl-check`: its verbs and flags. It parses, calls, prints and exits, no more."""

from __future__ import annotations

import argparse
import errno
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from gdl_check import __version__
from gdl_check.render.width import columns
from gdl_check.verbs import LEARNING, STARTING, TEACHING

PASSED, NOT_PASSED, NOT_UNDERSTOOD, OUR_FAULT, INTERRUPTED = 0, 1, 2, 3, 130

EPILOG = """\
targets:
  ch06                a chapter
  ch06.relu, or relu  an exercise
  file.py             a chapter's file, wherever it lies
  file.py:41          the exercise in that line
  all                 every chapter
  (nothing)           what you are working on

more verbs (each explains itself: gdl-check hint --help):
  init, update, reset, doctor        a folder to work in
  watch                              check at every save
  list, show, hint, solution, diff   on the way
  play                               your functions at work
  drill                              until you can write them from memory
  grade, gradescope, classroom       for teachers
  dev stubs, dev check, dev new      for authors

exit codes:
  0 all passed   1 something did not   2 not understood
  3 our fault    130 interrupted
"""


class Help(argparse.HelpFormatter):
    """Help as wide as the terminal."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=columns() - 2)


class HelpAsWritten(Help, argparse.RawDescriptionHelpFormatter):
    """The same, with the lines of descriptions as they are."""


class Parser(argparse.ArgumentParser):
    """Says what is wrong with some words on lines that fit, as everything else that we say."""

    def __init__(self, formatter_class: type[Help] = Help, **options: Any) -> None:
        super().__init__(formatter_class=formatter_class, **options)

    def error(self, message: str) -> NoReturn:
        from gdl_check.render.terminal import note

        self.print_usage(sys.stderr)
        note(f"{self.prog}: {message}")
        sys.exit(NOT_UNDERSTOOD)


def main(argv: Sequence[str], fork_here: bool = False) -> int:
    """Run one command; the result is its exit code.

    With `fork_here` workers may be forked from this process: it has only just begun, and its
    strings hash as theirs must.
    """
    _open_standard_streams()
    try:
        code = _run(list(argv), fork_here)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has stopped; nothing is lost, and nothing more can be said.
        _say_no_more()
        return NOT_PASSED
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        _say_no_more()
        print("gdl-check: the disk is full: make room on it and try again", file=sys.stderr)
        return OUR_FAULT


def _run(words: list[str], fork_here: bool) -> int:
    if words[:1] == ["dev"]:
        return _dev(words[1:])
    if words and words[0] in STARTING:
        return _starting(words)
    if words and words[0] in LEARNING:
        return _learning(words)
    if words[:1] == ["play"]:
        return _play(words)
    if words and words[0] in TEACHING:
        return _teaching(words)
    if words[:1] == ["watch"]:
        return _watch(words[1:], fork_here)
    if words[:1] == ["drill"]:
        return _drill(words[1:], fork_here)
    return _check(words, fork_here)


def _say_no_more() -> None:
    """What is still to be written must not fail once more when the process ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _open_standard_streams() -> None:
    """Without them (`>&-` in a shell) the next file that is opened would take their place."""
    for fd in (0, 1, 2):
        try:
            os.fstat(fd)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def _check(words: list[str], fork_here: bool) -> int:
    parser = _check_parser()
    options = parser.parse_intermixed_args(words)
    if options.debug and options.json:
        parser.error("--debug talks to you on the screen: leave out --json")
    gc.disable()  # a check is short, and what it has made goes with it
    from gdl_check.sandbox import launch

    launch.start(fork_here)  # before anything is loaded that no answer should see
    from gdl_check.checking import run

    try:
        return run(options)
    finally:
        gc.enable()


def _check_parser() -> Parser:
    parser = Parser(
        prog="gdl-check",
        description="Check your answers to the exercises of Grokking Deep Learning.",
        epilog=EPILOG,
        formatter_class=HelpAsWritten,
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="what to check (see below)")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument("--plain", action="store_true", help="no colour, as in a pipe")
    parser.add_argument("-v", "--verbose", action="store_true", help="longer tables, all prints")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="draw other inputs (0)")
    parser.add_argument(
        "--effort",
        choices=("quick", "normal", "thorough"),
        default="normal",
        help="how many inputs: 20, 60 or 600 (normal)",
    )
    parser.add_argument("--case", metavar="ID", help="only the case with this id")
    parser.add_argument("--debug", action="store_true", help="stop in pdb at the failing call")
    parser.add_argument("--reference", action="store_true", help="check the solutions instead")
    parser.add_argument("--workspace", type=Path, metavar="DIR", help="the folder you work in")
    parser.add_argument("--version", action="version", version=f"gdl-check {__version__}")
    return parser


def _starting(words: list[str]) -> int:
    parser = _verb_parser(words[0], STARTING[words[0]])
    if words[0] == "init":
        parser.add_argument("folder", nargs="?", metavar="DIR", help="a new or an empty folder")
        parser.add_argument("--notebook", action="store_true", help="chapters as Jupyter notebooks")
    if words[0] == "update":
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
    if words[0] == "reset":
        parser.add_argument("targets", nargs="*", metavar="TARGET", help="like ch06.relu or ch06")
    if words[0] in ("update", "reset"):
        parser.add_argument("--undo", action="store_true", help="take the last change back")
    options = parser.parse_intermixed_args(words[1:])
    options.verb = words[0]
    from gdl_check.starting import run

    return run(options)


def _learning(words: list[str]) -> int:
    parser = _verb_parser(words[0], LEARNING[words[0]])
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="like ch06.relu or ch06")
    if words[0] == "hint":
        parser.add_argument("--force", action="store_true", help="open it without a new attempt")
    options = parser.parse_intermixed_args(words[1:])
    options.verb = words[0]
    from gdl_check.learning import run

    return run(options)


def _play(words: list[str]) -> int:
    parser = _verb_parser("play", "a chapter's project, run by your own functions")
    parser.add_argument("targets", nargs="*", metavar="CHAPTER", help="like ch06; all are listed")
    parser.add_argument("--reference", action="store_true", help="play with our solutions")
    parser.add_argument("--quick", action="store_true", help="a short run")
    parser.add_argument("--data", metavar="PATH", help="real data: MNIST, movie reviews or a text")
    parser.add_argument("--save", type=Path, metavar="DIR", help="keep the plots as PNG pictures")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="other first weights (0)")
    parser.add_argument(
        "--seconds", type=float, default=40, metavar="S", help="most time for training (40)"
    )
    options = parser.parse_intermixed_args(words[1:])
    from gdl_check.sandbox import launch

    launch.calm()
    from gdl_check.play.run import run

    return run(options)


def _watch(words: list[str], fork_here: bool) -> int:
    parser = _verb_parser("watch", "check what you are writing at every save")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="like ch06.relu or ch06")
    options = parser.parse_intermixed_args(words)
    from gdl_check.sandbox import launch

    launch.start(fork_here)
    from gdl_check.watch import run

    return run(options)


def _drill(words: list[str], fork_here: bool) -> int:
    parser = _verb_parser("drill", "what you passed comes back, until you can write it from memory")
    parser.add_argument("targets", nargs="*", metavar="CARD", help="with --stats: like ch06.relu")
    parser.add_argument("--deck", metavar="CHAPTER", help="draw from a chapter, passed or not")
    parser.add_argument("--minutes", type=float, default=5, metavar="N", help="at most so long (5)")
    parser.add_argument(
        "--retention", type=float, metavar="R", help="how much to keep, from now on (0.9)"
    )
    parser.add_argument("--stats", action="store_true", help="how you are doing")
    parser.add_argument("--json", action="store_true", help="the same as one JSON object")
    options = parser.parse_intermixed_args(words)
    if not (options.stats or options.json):
        from gdl_check.sandbox import launch

        launch.start(fork_here)
    from gdl_check.drill.run import run

    return run(options)


def _teaching(words: list[str]) -> int:
    says = TEACHING[words[0]].capitalize()
    parser = Parser(prog=f"gdl-check {words[0]}", description=f"{says}.")
    from gdl_check.grade import flags

    getattr(flags, words[0])(parser.add_argument)
    parser.add_argument("--plain", action="store_true", help="no colour, as in a pipe")
    options = parser.parse_intermixed_args(words[1:])
    from gdl_check.sandbox import launch

    launch.calm()
    from gdl_check.grade.run import run

    return run(words[0], options)


def _verb_parser(verb: str, says: str) -> Parser:
    parser = Parser(prog=f"gdl-check {verb}", description=f"{says.capitalize()}.")
    parser.add_argument("--plain", action="store_true", help="no colour, as in a pipe")
    parser.add_argument("--workspace", type=Path, metavar="DIR", help="the folder you work in")
    return parser


def _dev(words: list[str]) -> int:
    parser = Parser(prog="gdl-check dev", description="For authors of chapters.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    stubs = verbs.add_parser("stubs", help="generate exercises/ from solutions/")
    check = verbs.add_parser("check", help="the author's gate: say what is missing")
    for verb in (stubs, check):
        verb.add_argument("chapters", nargs="*", metavar="CHAPTER", help="all where none is named")
    check.add_argument("--seed", type=int, default=0, metavar="N")
    check.add_argument("--effort", choices=("quick", "normal", "thorough"), default="normal")
    new = verbs.add_parser("new", help="begin an exercise: ch06_backpropagation.softplus")
    new.add_argument("exercise", metavar="FILE.NAME")
    options = parser.parse_args(words)
    from gdl_check.authoring import run

    return run(options)
