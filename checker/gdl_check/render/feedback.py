"""A student's own page, as Markdown and as HTML: the points, why, and what to do next.

What may be shown before the deadline is the teacher's choice, in four steps; afterwards everything
is. Below "counterexamples", nothing is told that an answer could have carried out of its
examination: the message of an exception may hold the inputs it was raised on, and so may its name.
"""

from __future__ import annotations

import builtins
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from gdl_check.examine import REPEATABLE
from gdl_check.grade.classwide import title_of
from gdl_check.grade.gradebook import FAULT, MISSING, Asked, Gradebook, Mark, Row, Student
from gdl_check.render.lines import sentence, title_in
from gdl_check.render.markdown import escaped, fenced
from gdl_check.render.pages import SIGNS, block, name_of, one_line, page, points_text, time_text

REVEALED = ("verdicts", "claims", "counterexamples", "all")
BROKEN = ("failed", "error", "timeout")
OURS = "This could not be graded for a reason of ours. It is no zero: your teacher knows of it."

# File names: what is safe everywhere stays as it is, everything else is told apart by a hash.
PLAIN = re.compile(r"[a-z0-9](?:[a-z0-9_-]|\.(?=[a-z0-9_-])){0,79}")
HASHED = re.compile(r".*-[0-9a-f]{16}")
RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?")


class Told(NamedTuple):
    """One exercise as its student may see it; what may not be shown, or is not there, is empty."""

    asked: Asked
    verdict: str
    points: float | None
    reason: str
    is_set: bool
    claim: str
    title: str
    says: str
    error: str
    screen: str
    broken: tuple[str, ...]
    command: str

    @property
    def word(self) -> str:
        return SIGNS[self.verdict].word

    @property
    def is_open(self) -> bool:
        """Whether there is something left to do about it."""
        full = self.is_set and self.points is not None and self.points >= self.asked.points
        return self.verdict not in ("passed", FAULT) and not full

    @property
    def says_more(self) -> bool:
        """Whether there is more to say of it than its verdict and its points."""
        told = self.claim or self.error or self.screen
        return self.is_set or self.verdict == FAULT or bool(told)


def safe_name(student: Student) -> str:
    """A file name, without its ending, for a student: always the same, never that of another."""
    key = student.key
    if PLAIN.fullmatch(key) and not RESERVED.fullmatch(key) and not HASHED.fullmatch(key):
        return key
    slug = re.sub(r"[^a-z0-9_]+", "-", key.lower())[:40].strip("-_") or "student"
    return f"{slug}-{sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def told_of(book: Gradebook, row: Row) -> list[Told]:
    """Every exercise of a student's, as far as it may be shown. Raises ValueError for a level of
    `reveal` that there is not."""
    if book.reveal not in REVEALED:
        raise ValueError(f"feedback reveals one of {', '.join(REVEALED)}, not {book.reveal}")
    level = REVEALED.index(book.reveal)
    return [_told(book, exercise, row.marks[exercise.id], level) for exercise in book.asked]


def _told(book: Gradebook, asked: Asked, mark: Mark, level: int) -> Told:
    claims, cases, everything = (level >= n for n in (1, 2, 3))
    named = (mark.told.get("misconception") or {}) if claims else {}
    return Told(
        asked,
        mark.verdict,
        mark.points(asked.points),
        one_line(mark.reason),
        mark.override is not None,
        one_line(mark.claim) if claims else "",
        title_of(asked, named["name"]) if named else "",
        one_line(named.get("says", "")),
        _error(mark.told, cases) if claims else "",
        block(mark.screen) if cases else "",
        tuple(_broken(mark.told)) if everything else (),
        _command(book, asked, mark, cases),
    )


def _error(told: Mapping[str, Any], cases: bool) -> str:
    """What was raised. Where nothing had been called yet, its message knows no inputs."""
    error = told.get("error")
    if not error:
        return ""
    line = f" (line {error['line']})" if error.get("line") else ""
    if cases or not told.get("laws"):
        return one_line(f"{error['type']}: {error['message']}") + line
    if error["type"] == "Timeout":
        return f"a call did not return in time{line}"
    known = isinstance(getattr(builtins, error["type"], None), type)
    return f"{error['type'] if known else 'an exception'} was raised{line}"


def _broken(told: Mapping[str, Any]) -> Iterator[str]:
    """Every law that did not hold, but the first."""
    broken = [law["claim"] for law in told.get("laws", ()) if law["status"] in BROKEN]
    return map(one_line, broken[1:])


def _receipts(book: Gradebook, row: Row) -> str:
    """What the verdicts rest on, whole, as `grade --verify` reads it: it is signed."""
    marks = [row.marks[exercise.id] for exercise in book.asked]
    found = [dict(mark.receipt) for mark in marks if mark.receipt]
    return json.dumps(found, indent=2) if found and book.reveal == "all" else ""


def _command(book: Gradebook, asked: Asked, mark: Mark, cases: bool) -> str:
    """What to type to see it for oneself."""
    if mark.verdict == "not_started":
        return f"gdl-check show {asked.id}"
    command = f"gdl-check {asked.id}"
    laws = (law for law in mark.told.get("laws", ()) if law["status"] in BROKEN)
    opened = next(laws, None) if cases else None
    case = (opened or {}).get("counterexample", {}).get("case", "")
    # What depends on the calls before it is not to be seen on one case alone.
    if opened and opened["claim"] != REPEATABLE and re.fullmatch(r"[0-9a-f]{8}", case):
        effort = "" if book.effort == "normal" else f" --effort {book.effort}"
        command += f" --seed {book.seed}{effort} --case {case}"
    return command


# --- what both forms say -------------------------------------------------------------------------


class Letter(NamedTuple):
    """A student's page: sentences and exercises, in the order in which they are read.

    `next` is the sentence on the next step, `commands` what to type for it.
    """

    heading: str
    student: str
    points: str
    summary: str
    notes: tuple[str, ...]
    next: str
    commands: tuple[str, ...]
    told: tuple[Told, ...]
    receipts: str
    closing: str


def letter(book: Gradebook, row: Row) -> Letter:
    """Everything that a student is told. Raises ValueError as told_of does."""
    told, shared = _once(told_of(book, row))
    points = book.points(row)
    chapters = [f"{c.id} ({title_in(1000, c.title)})" for c in book.chapters]
    step, commands = _next(book, row, told)
    known = f"{points_text(points)} of {points_text(book.worth)}"
    return Letter(
        one_line(book.assignment, 80) + ": your feedback",
        name_of(row.student),
        known if points is not None else "not all known yet",
        _summary(row, told, ", ".join(chapters)),
        (*_notes(row), *shared),
        step,
        commands,
        tuple(told),
        _receipts(book, row),
        _closing(book),
    )


def _once(told: list[Told]) -> tuple[list[Told], list[str]]:
    """What went wrong with a whole file is said once, and not for each of its exercises."""
    counts = Counter(t.error for t in told if t.error and not t.claim)
    many = [error for error, count in counts.items() if count > 1]
    said = [f"Nothing in a file of yours could run. {_as_sentence(error)}" for error in many]
    return [t._replace(error="") if t.error in many and not t.claim else t for t in told], said


def _as_sentence(error: str) -> str:
    return sentence(error, error.partition(":")[0])


def _summary(row: Row, told: list[Told], chapters: str) -> str:
    if row.state == MISSING:
        return f"Nothing of yours has arrived for {chapters}."
    passed = sum(t.verdict == "passed" for t in told)
    if passed == len(told):
        return f"Every exercise of {chapters} passed. Well done."
    ours = f" {OURS}" if any(t.verdict == FAULT for t in told) else ""
    if not passed:
        return f"None of the {len(told)} exercises of {chapters} passes yet.{ours}"
    return f"{passed} of {len(told)} exercises of {chapters} passed.{ours}"


def _notes(row: Row) -> Iterator[str]:
    arrived = time_text(row.handed_in)
    if arrived:
        yield f"Handed in {arrived}{', after the deadline' if row.late else ''}."
    elif row.late:
        yield "Handed in after the deadline."
    yield from filter(None, map(one_line, row.notes))


def _next(book: Gradebook, row: Row, told: list[Told]) -> tuple[str, tuple[str, ...]]:
    chapter = book.chapters[0].id if book.chapters else "all"
    if row.state == MISSING:
        text = "If you did hand something in, tell your teacher. If not, here is where to begin:"
        return text, (f"gdl-check {chapter}",)
    left = [t for t in told if t.is_open]
    if not left:
        return "There is nothing left to do here. What comes next, this tells you:", ("gdl-check",)
    first = next((t for t in left if t.verdict != "not_started"), left[0])
    if first.verdict == "not_started":
        text = f"Go on with {first.asked.name}. This shows what it asks for:"
        return text, (first.command, f"gdl-check {first.asked.id}")
    if first.verdict == MISSING:
        return f"Go on with {first.asked.name}, which has not been handed in:", (first.command,)
    text = f"Begin with {first.asked.name}. This shows what goes wrong, and asks a question:"
    return text, (first.command, f"gdl-check hint {first.asked.id}")


def _closing(book: Gradebook) -> str:
    if book.reveal == "all":
        return "Nothing is held back: every law that failed and what it rests on is shown."
    due = time_text(book.due)
    after = f" After {due}, everything is shown." if due else ""
    return f"More may be known than is shown here.{after} Your own checks show you everything."


# --- HTML ----------------------------------------------------------------------------------------


def feedback_html(said: Letter) -> str:
    """A student's page."""
    return page(
        "feedback.html.j2", letter=said, sentences=sentences, points_of=points_of, signs=SIGNS
    )


# --- Markdown ------------------------------------------------------------------------------------


def feedback_markdown(said: Letter) -> str:
    """A student's page, in which no text but ours means anything."""
    return "\n".join(_markdown(said)) + "\n"


def _markdown(said: Letter) -> Iterator[str]:
    yield f"# {escaped(said.heading)}\n"
    yield f"{escaped(said.student)}: **{escaped(said.points)} points**\n"
    yield f"{escaped(said.summary)}\n"
    yield from (f"- {escaped(note)}" for note in said.notes)
    yield f"\n{escaped(said.next)}\n"
    yield fenced("\n".join(said.commands)) + "\n"
    yield "| Exercise | Verdict | Points |\n|---|---|---|"
    for told in said.told:
        yield f"| {escaped(told.asked.name)} | {told.word} | {escaped(points_of(told))} |"
    for told in said.told:
        if told.says_more:
            yield from _section(told)
    if said.receipts:
        yield "\n## What this rests on\n"
        yield fenced(said.receipts)
    yield f"\n{escaped(said.closing)}"


def _section(told: Told) -> Iterator[str]:
    yield f"\n## {escaped(told.asked.name)}: {told.word}\n"
    yield from (f"{text}\n" for text in map(escaped, sentences(told)))
    if told.screen:
        yield fenced(told.screen) + "\n"
    elif told.title:
        yield f"**Looks like: {escaped(told.title)}.** {escaped(told.says)}\n"
    if told.broken:
        yield "Does not hold either:\n"
        yield from (f"- {escaped(claim)}" for claim in told.broken)
        yield ""
    if told.is_open:
        yield fenced(told.command) + "\n"


def sentences(told: Told) -> list[str]:
    """What is said of an exercise before its screen."""
    said = []
    if told.is_set:
        why = f" Reason: {told.reason}" if told.reason else ""
        said.append(f"Your teacher has set this to {points_of(told)} points.{why}")
    if told.verdict == FAULT:
        said.append(OURS)
    if told.screen:
        return said
    if told.claim:
        said.append(f"Does not hold: {told.asked.name} {told.claim}.")
    if told.error:
        said.append(_as_sentence(told.error))
    return said


def points_of(told: Told) -> str:
    """The points of an exercise, and how many there are."""
    return f"{points_text(told.points)} of {points_text(told.asked.points)}"
