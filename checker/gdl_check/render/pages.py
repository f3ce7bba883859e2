"""Pages of HTML: how they are filled, and what is done to text that comes from strangers.

Every text that goes into a page is cleaned and escaped, whether its template thinks of it or not.
A page allows its own style and script by their hashes and nothing else, so that what slips through
all the same is not run.
"""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any, NamedTuple

from gdl_check.grade.gradebook import FAULT, MISSING, Student

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
# Sequences that colour or move on a terminal, and characters that turn the direction of writing.
ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
JOINERS = "\u200c\u200d"  # Persian, Hindi and others are spelled with them
LONGEST_NAME, LONGEST_TEXT, LONGEST_BLOCK = 80, 600, 12_000


class Sign(NamedTuple):
    """How a verdict is shown: its class in page.css, its sign in a table, its word."""

    letter: str
    sign: str
    word: str


SIGNS = {
    "passed": Sign("p", "\N{CHECK MARK}", "passed"),
    "failed": Sign("f", "\N{BALLOT X}", "failed"),
    "not_started": Sign("n", "\N{EN DASH}", "not started"),
    "timeout": Sign("t", "\N{HORIZONTAL ELLIPSIS}", "timed out"),
    "error": Sign("e", "!", "error"),
    MISSING: Sign("m", "\N{MIDDLE DOT}", "not handed in"),
    FAULT: Sign("u", "?", "not graded, our fault"),
}


def cleaned(text: str) -> str:
    """Text without anything that is not seen as itself; lines stay lines."""
    text = ESCAPES.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    "))
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n" + JOINERS else _instead(c) for c in text)


def _instead(character: str) -> str:
    return " " if character.isspace() else "\N{REPLACEMENT CHARACTER}"


def cut(text: str, most: int = LONGEST_TEXT) -> str:
    """At most so many characters of a text."""
    return text if len(text) <= most else text[: most - 4].rstrip() + " ..."


def one_line(text: str, most: int = LONGEST_TEXT) -> str:
    """A text of strangers as one line of bounded length."""
    return cut(" ".join(cleaned(text[: 4 * most]).split()), most)


def name_of(student: Student) -> str:
    """What somebody is called on a page; never nothing, since it is clicked on."""
    return one_line(student.name, LONGEST_NAME) or one_line(student.key, LONGEST_NAME) or "no name"


def block(text: str) -> str:
    """A screen or message of strangers as lines, of which there are not endlessly many."""
    lines = cut(cleaned(text[: 2 * LONGEST_BLOCK]), LONGEST_BLOCK)
    return dedent(lines).strip("\n")


def words(text: str) -> Markup:
    """A sentence in which `this` is code."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(one_line(text)))))


def points_text(points: float | None) -> str:
    """Points as people write them."""
    if points is None:
        return "not known"
    return f"{round(points, 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def time_text(seconds: float | None) -> str:
    """A moment in UTC; empty where it is not known or no calendar has it."""
    try:
        return f"{datetime.fromtimestamp(seconds or 0, UTC):%Y-%m-%d %H:%M} UTC" if seconds else ""
    except (OverflowError, ValueError, OSError):
        return ""


def page(name: str, script: str = "", **content: Any) -> str:
    """The page that this template makes of some content."""
    from markupsafe import Markup

    style = _file("page.css")
    code = _file(script) if script else ""
    return (
        environment()
        .get_template(name)
        .render(style=Markup(style), script=Markup(code), policy=_policy(style, code), **content)
    )


@cache
def environment() -> Environment:
    """Templates in which a name that is not there is an error, and every text is cleaned."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    def finalize(value: Any) -> Any:
        return cleaned(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    made = Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        name=name_of, line=one_line, words=words, points=points_text, time=time_text
    )
    return made


@cache
def _file(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    told = ["default-src 'none'", f"style-src {_hash(style)}"]
    told += [f"script-src {_hash(script)}"] if script else []
    return "; ".join([*told, "base-uri 'none'", "form-action 'none'"])


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
