"""Whose a file is, and which chapter: what the names in a folder of submissions say.

Only names are looked at here, and the list of names that Gradescope writes beside them.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from gdl_check.course import chapter_modules
from gdl_check.grade.archives import printable
from gdl_check.grade.trees import FILE, FOLDER, PACKED, Node

METADATA = "submission_metadata.yml"
NAMELESS = f"{METADATA} does not say whose it is"

MOODLE = re.compile(
    r"(?P<name>.+?)(?:_(?P<id>\d+))?_assignsubmission_(?:file|onlinetext)(?:_(?P<file>.*))?"
)
ATTACHED = r"(?:(?P<attachment>\d+)_(?P<file>.+)|(?:text|link)\.html)"
CANVAS = re.compile(rf"(?P<name>.+?)(?P<late>_LATE)?_(?P<id>\d+)_{ATTACHED}")
ANONYMOUS = re.compile(rf"(?P<name>anon)(?P<late>_LATE)?_(?P<id>[A-Za-z0-9]+)_{ATTACHED}")
GRADESCOPE = re.compile(r"submission_\d+")

CHAPTER = re.compile(r"(?<![a-z0-9])ch(?:apter)?[ _.-]?(\d{1,2})(?![0-9])", re.IGNORECASE)
SUFFIX = re.compile(
    r"(?P<code>\.(?:py|ipynb))(?:\.txt)?$|(?:\.tar)?(?:\.zip|"
    + "|".join(map(re.escape, PACKED))
    + ")$",
    re.IGNORECASE,
)
# What browsers and Canvas put behind a name that was there already.
COPY = re.compile(r"(?: ?\((\d{1,3})\)|-(\d{1,3}))$")
BETWEEN = " _-.,()[]"


class Who(NamedTuple):
    """Whose something is, as its name says; `key` is empty where it does not."""

    key: str
    name: str = ""
    email: str = ""
    id: str = ""
    late: bool = False
    handed_in: float | None = None
    notes: tuple[str, ...] = ()


class Named(NamedTuple):
    """What a file's name says of its content.

    module       of the chapter that it names, or ""
    exactness    2 if it is the chapter's file name and nothing else, 1 if it has all of it, else 0
    person       what else stands in the name
    newness      sorts files of one name: which came later, as Canvas and browsers number them
    """

    module: str
    exactness: int
    person: str
    newness: tuple[int, int]
    suffix: str


def named(name: str) -> Named:
    """Takes a file's name apart, without what a learning platform put before it."""
    return _apart(*_original(name))


def _apart(name: str, attachment: int = 0) -> Named:
    suffix = SUFFIX.search(name)
    stem = name[: suffix.start()] if suffix else name
    ending = (suffix["code"] or "").lower() if suffix else ""
    copy = COPY.search(stem)
    newness = (attachment, int(copy[1] or copy[2]) if copy else 0)
    if copy and attachment:
        stem = stem[: copy.start()]
    found = CHAPTER.search(stem)
    module = chapter_modules().get(f"ch{int(found[1]):02}", "") if found else ""
    if not found or not module:
        return Named("", 0, stem.strip(BETWEEN), newness, ending)
    start, end = found.span()
    if stem[start:].lower().startswith(module):
        end = start + len(module)
        exactness = 2 if stem.lower() == module else 1
    else:
        exactness = 0
    person = stem[:start].strip(BETWEEN) or _behind(stem[end:], module)
    return Named(module, exactness, person, newness, ending)


def _original(name: str) -> tuple[str, int]:
    """The name that a file had when it was handed in, and Canvas's number of it."""
    for layout in (MOODLE, ANONYMOUS, CANVAS):
        found = layout.fullmatch(name)
        if found and found["file"]:
            return found["file"], int(found.groupdict().get("attachment") or 0)
    return name, 0


def _behind(rest: str, module: str) -> str:
    """The person in what stands behind a chapter, less a short form of the chapter's title."""
    words = [word for word in re.split(r"[\W_]+", rest) if word]
    title = module.split("_")[1:]
    while words and any(len(words[0]) > 3 and t.startswith(words[0].lower()) for t in title):
        words.pop(0)
    return (
        "" if all(word.isdigit() for word in words) else rest[rest.index(words[0]) :].strip(BETWEEN)
    )


def people(
    nodes: Sequence[Node], within: str, metadata: str, is_repository: Callable[[Node], bool]
) -> list[tuple[Node, list[Who]]]:
    """Whose each entry of a class's folder is: several people's where they handed in together.

    `within` is the name of the folder, `metadata` what lies beside Gradescope's submissions.
    """
    submitters = _submitters(metadata)
    canvas = _is_canvas(nodes)
    prefix = _prefix(nodes, within, is_repository)

    def whose(node: Node) -> list[Who]:
        moodle = MOODLE.fullmatch(node.name)
        if GRADESCOPE.fullmatch(node.name):
            return submitters.get(node.name) or [Who(node.name, notes=(NAMELESS,))]
        if moodle:
            name = " ".join(printable(moodle["name"]).replace("_", " ").split())
            number = moodle["id"] or ""
            return [Who(f"{name}_{number}" if number else name, name, "", number)]
        found = (ANONYMOUS.fullmatch(node.name) or CANVAS.fullmatch(node.name)) if canvas else None
        if found and node.kind == FILE:
            name = "" if found["name"] == "anon" else printable(found["name"])
            return [
                Who(f"{found['name']}_{found['id']}", name, "", found["id"], bool(found["late"]))
            ]
        if prefix and node.kind == FOLDER and node.name.startswith(prefix):
            return [Who(node.name.removeprefix(prefix))]
        if node.kind == FOLDER:
            return [Who(_apart(node.name + ".zip").person or node.name)]
        of = _apart(node.name)
        return [Who(of.person or ("" if of.module else node.name))]

    return [(node, whose(node)) for node in nodes]


def is_platforms(node: Node) -> bool:
    """Whether a name is one that a learning platform gives."""
    if GRADESCOPE.fullmatch(node.name) or MOODLE.fullmatch(node.name):
        return True
    canvas = CANVAS.fullmatch(node.name) or ANONYMOUS.fullmatch(node.name)
    return node.kind == FILE and canvas is not None


def _is_canvas(nodes: Iterable[Node]) -> bool:
    """Whether the numbers in the names can be Canvas's: no two attachments have the same."""
    found = (
        CANVAS.fullmatch(n.name) or ANONYMOUS.fullmatch(n.name) for n in nodes if n.kind == FILE
    )
    numbers = Counter(match["attachment"] for match in found if match and match["attachment"])
    return all(times == 1 for times in numbers.values())


def _prefix(nodes: Sequence[Node], within: str, is_repository: Callable[[Node], bool]) -> str:
    """What GitHub Classroom puts before every user's name: the assignment."""
    names = [node.name for node in nodes if node.kind == FOLDER]
    if within.endswith("-submissions"):
        prefix = within.removesuffix("submissions")
        if any(name.startswith(prefix) for name in names):
            return prefix
    repositories = [node.name for node in nodes if node.kind == FOLDER and "-" in node.name]
    common = os.path.commonprefix(repositories).rpartition("-")
    prefix = common[0] + common[1]
    if len(repositories) < 2 or not prefix:
        return ""
    return prefix if all(is_repository(node) for node in nodes if node.name in repositories) else ""


# --- Gradescope ---------------------------------------------------------------------------------

TOP = re.compile(r"(submission_\w+):\s*")
KEY = re.compile(r"  :?(\w+):(.*)")
FIELD = re.compile(r"  (?:- |  ):?(name|email|sid):\s*(.*)")
TIME = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)?\s*(Z|UTC|[+-]\d\d:?\d\d)?")


def _submitters(text: str) -> dict[str, list[Who]]:
    """Who handed in each submission. Only these few lines are understood, and nothing runs."""
    found: dict[str, list[dict[str, str]]] = {}
    times: dict[str, float | None] = {}
    here, key = "", ""
    for line in text.replace("\r\n", "\n").split("\n"):  # nothing else ends a line
        if not line.startswith(" "):
            top = TOP.fullmatch(line)
            here, key = (top[1], "") if top else ("", "")
        elif not here:
            continue
        elif known := KEY.fullmatch(line):
            key = known[1]
            if key == "created_at":
                times[here] = _moment(_plain(known[2]))
        elif key == "submitters" and (field := FIELD.fullmatch(line)):
            persons = found.setdefault(here, [])
            if line.startswith("  - ") or not persons:
                persons.append({})
            persons[-1][field[1]] = _plain(field[2])
    return {at: _persons(persons, times.get(at)) for at, persons in found.items()}


def _persons(persons: list[dict[str, str]], at: float | None) -> list[Who]:
    told = []
    for person in persons:
        name, email, sid = (printable(person.get(k, "")) for k in ("name", "email", "sid"))
        name, email, sid = ("" if part == "(no name)" else part for part in (name, email, sid))
        if name or email or sid:
            told.append(Who(email or sid or name, name, email, sid, handed_in=at))
    names = [who.name or who.key for who in told]
    if len(told) < 2:
        return told
    return [
        who._replace(notes=(f"handed in together with {', '.join(names[:i] + names[i + 1 :])}",))
        for i, who in enumerate(told)
    ]


def _plain(value: str) -> str:
    """A value of one line, without its quotes."""
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    if len(value) > 1 and value[0] == value[-1] == '"':
        return re.sub(r"\\x([0-9A-Fa-f]{2})|\\u([0-9A-Fa-f]{4})|\\(.)", _escaped, value[1:-1])
    return "" if value in ("null", "~") else value


def _escaped(found: re.Match[str]) -> str:
    return chr(int(found[1] or found[2], 16)) if found[1] or found[2] else found[3]


def _moment(value: str) -> float | None:
    """A time in seconds since 1970; without a zone it is UTC."""
    found = TIME.match(value)
    if not found:
        return None
    zone = "+00:00" if found[4] in (None, "Z", "UTC") else found[4]
    try:
        at = datetime.fromisoformat(f"{found[1]}T{found[2]}{zone}")
        return at.astimezone(UTC).timestamp() + float(found[3] or 0)
    except (ValueError, OverflowError):
        return None
