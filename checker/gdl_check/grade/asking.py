"""A teacher's words become the terms of an assignment."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import datetime

from gdl_check.course import chapter_modules, load_chapter
from gdl_check.grade.terms import Terms
from gdl_check.targets import NotUnderstood

MOST_POINTS = 1e6


def terms_from(options: argparse.Namespace, before: Terms | None = None) -> Terms:
    """The terms as they were `before`, but for what is said now. Raises NotUnderstood."""
    chapters = tuple(dict.fromkeys(options.chapter)) or (before.chapters if before else ())
    known = list(chapter_modules())
    if not chapters:
        raise NotUnderstood("say which chapter was asked, like --chapter ch06")
    for chapter in chapters:
        if chapter not in known:
            raise NotUnderstood(
                f"there is no chapter {chapter}: there are {known[0]} to {known[-1]}"
            )
    terms = (before or Terms("", chapters))._replace(chapters=chapters)
    said = {
        "assignment": options.assignment or terms.assignment or " ".join(chapters),
        "effort": options.effort,
        "partial": options.partial,
        "reveal": options.reveal,
        "points": _points(options.points, chapters) if options.points else None,
    }
    if "due" in options:
        said["run"] = options.run
        said["due"] = _seconds(options.due) if options.due else None
        said["late_credit"] = _late_credit(options.late_credit)
    return terms._replace(**{name: value for name, value in said.items() if value is not None})


def _late_credit(percent: float | None) -> float | None:
    if percent is not None and not 0 <= percent <= 100:
        raise NotUnderstood("--late-credit is a percentage, 0 to 100")
    return None if percent is None else percent / 100


def _seconds(text: str) -> float:
    """A time as people write it, local where it names no offset; a day means its end."""
    try:
        moment = datetime.fromisoformat(text)
        if len(text) == len("2026-11-20"):
            moment = moment.replace(hour=23, minute=59, second=59)
        return moment.timestamp()
    except (ValueError, OverflowError):
        raise NotUnderstood(f"--due {text}: write it like 2026-11-20 or 2026-11-20T18:00") from None


def _points(texts: Sequence[str], chapters: Sequence[str]) -> dict[str, float]:
    """`ch06=20` and `ch06.relu=3` as a table."""
    known = {
        f"{chapter}.{name}" for chapter in chapters for name in load_chapter(chapter).exercises
    }
    found = {}
    for text in texts:
        target, _, number = text.partition("=")
        if target not in known and target not in chapters:
            raise NotUnderstood(f"--points {text}: {target!r} is not asked in this assignment")
        try:
            found[target] = float(number)
        except ValueError:
            found[target] = -1.0
        if not 0 <= found[target] < MOST_POINTS:
            raise NotUnderstood(f"--points {text}: write a number like {target}=2")
    return found
