"""What stands on the screen, line by line: the verdicts, the one failure that is opened, what next.

A line is a list of (text, style); styles are names that the terminal turns into colours and plain
text leaves out. No line relies on colour.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from gdl_check.compare import as_array
from gdl_check.render.values import (
    call_lines,
    kind_of,
    numbers_apart,
    pasteable,
    side_by_side,
    table,
)
from gdl_check.results import (
    Call,
    ChapterResult,
    Counterexample,
    Error,
    GradientReport,
    LawResult,
    Report,
    Result,
    Verdict,
)

Line = list[tuple[str, str]]

WORDS = {
    Verdict.PASSED: "passed",
    Verdict.FAILED: "failed",
    Verdict.NOT_STARTED: "not started",
    Verdict.TIMEOUT: "timed out",
    Verdict.ERROR: "error",
}
LABEL = 11
MOST_PRINTED = 20
FORMS = {
    "float32": "the arrays in float32",
    "list": "the arrays as lists",
    "fortran": "the arrays column by column in memory",
    "strided": "the arrays spread out in memory",
}


def chapter_lines(chapter: ChapterResult, width: int) -> Iterator[Line]:
    """A chapter's verdicts: one line where all passed, else the exercises by verdict."""
    passed = chapter.counts.get("passed", 0)
    total = len(chapter.results)
    count = f"{passed} of {total} passed"
    title = chapter.title.partition(": ")[2] or chapter.title
    room = width - len(chapter.id) - len(count) - 4
    style = "good" if passed == total else ""
    yield [
        (chapter.id, "strong"),
        ("  " + textwrap.shorten(title, room, placeholder="...").ljust(room) + "  ", ""),
        (count, style),
    ]
    if passed == total:
        return
    if chapter.error is not None:
        yield []
        yield from error_lines(chapter.error, chapter.path, width)
        return
    yield []
    for verdict, word in WORDS.items():
        names = [result.name for result in chapter.results if result.status == verdict]
        if names:
            indent = " " * (len("not started") + 4)
            text = textwrap.wrap(", ".join(names), width - len(indent), break_long_words=False)
            yield [("  " + word.ljust(len(indent) - 2), str(verdict)), (text[0], "")]
            yield from ([(indent + line, "")] for line in text[1:])


def opened_lines(
    result: Result, path: str, source: list[str], width: int, verbose: bool
) -> Iterator[Line]:
    """One exercise's failure, opened: claim, smallest case, expected and yours, its name."""
    yield []
    where = f"{path}:{result.line}" if result.line else path
    gap = max(2, width - len(result.name) - len(where) - 2)
    yield [("  " + result.name, "strong"), (" " * gap, ""), (where, "dim")]
    law = result.opened
    error = result.error
    if error is not None and (law is None or law.status in ("error", "timeout")):
        yield from exercise_error_lines(result, error, source, width)
    elif law is not None:
        yield from law_lines(result, law, width, verbose)
    if result.misconception is not None:
        named = result.misconception
        yield []
        on = f"on {named.matched} of {named.of} wrong results"
        yield from wrapped(f"Looks like: {named.title} ({named.name}, {on}).", width, "name")
        yield from wrapped(named.says, width)
    if result.supplied:
        yield []
        names = ", ".join(name.partition(".")[2] for name in result.supplied)
        yield from wrapped(f"It rests on {names}, not passed yet: ours was used instead.", width)
    yield from printed_lines(result.stdout, width, verbose)


def law_lines(result: Result, law: LawResult, width: int, verbose: bool) -> Iterator[Line]:
    shown = law.counterexample
    assert shown is not None
    yield from wrapped(f"{result.name} {law.claim}.", width, "claim")
    yield []
    if law.gradient is not None:
        yield from gradient_lines(law.gradient, width, verbose)
        yield []
        yield from call_of(shown, width, last=True)
        return
    yield from counterexample_lines(shown, width, verbose)
    if shown.first_found is not None:
        yield []
        yield from wrapped("A case that says more:", width)
        yield from counterexample_lines(shown.first_found, width, verbose)


def counterexample_lines(shown: Counterexample, width: int, verbose: bool) -> Iterator[Line]:
    """The call, what was expected and what came."""
    own_calls = len(shown.calls) > 1
    if own_calls:
        for call in shown.calls[: None if verbose else 3]:
            yield from asked(call, shown.inputs, width)
    else:
        yield from call_of(shown, width)
    yield from wrapped(sentence(shown.message), width)
    if shown.compared:
        yield from comparison_lines(shown, width)


def comparison_lines(shown: Counterexample, width: int) -> Iterator[Line]:
    expected, got = shown.expected, shown.got
    for key in shown.path:
        expected, got = expected[key], got[key]
    pair = side_by_side(expected, got, shown.where)
    if pair is not None:
        for label, value, lines, style in (
            ("expected", expected, pair[0], "good"),
            ("yours", got, pair[1], "bad"),
        ):
            kind = kind_of(np.asarray(as_array(value)))
            yield [(f"  {label.ljust(LABEL)}{kind}", "")]
            for line in lines:
                marker = not line.replace("^", "").strip()
                yield [("    " + line, "mark" if marker else style)]
        return
    a, b = as_array(expected), as_array(got)
    if a is not None and b is not None and a.shape == b.shape and a.ndim:
        yield [(f"  {'shape'.ljust(LABEL)}{a.shape}", "")]
        for index in shown.where[:5]:
            ours, theirs = numbers_apart(float(a[index]), float(b[index]))
            text = f"at [{', '.join(map(str, index))}] expected {ours}, yours {theirs}"
            yield [("    " + text, "bad")]
        return
    if a is not None and b is not None and not a.ndim and not b.ndim:
        ours, theirs = numbers_apart(float(a), float(b))
        yield [(f"  {'expected'.ljust(LABEL)}", ""), (ours, "good")]
        yield [(f"  {'yours'.ljust(LABEL)}", ""), (theirs, "bad")]
        return
    for label, value, style in (("expected", expected, "good"), ("yours", got, "bad")):
        kind = kind_of(value)
        text = textwrap.shorten(pasteable(value), width * 2, placeholder=" ...")
        lines = textwrap.wrap(text, width - 4 - LABEL, break_on_hyphens=False) or [""]
        if isinstance(value, (np.ndarray, list, tuple, dict)):
            yield [(f"  {label.ljust(LABEL)}{kind}", "")]
            yield from ([("    " + line, style)] for line in lines)
        else:
            yield [(f"  {label.ljust(LABEL)}", ""), (lines[0], style)]


def call_of(shown: Counterexample, width: int, last: bool = False) -> Iterator[Line]:
    """The call that fails (the first of its law, or the last), to be pasted into Python."""
    call = shown.calls[-1 if last else 0]
    for line in call_lines(call.name, _named(call.args, shown.inputs), width - 4):
        yield [("    " + line, "code")]
    if shown.form in FORMS:
        yield [(f"    ({FORMS[shown.form]})", "dim")]


def _named(args: tuple[Any, ...], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """A call's arguments under the names of the exercise's parameters."""
    names = list(inputs) if len(args) == len(inputs) else [f"x{i}" for i in range(len(args))]
    return dict(zip(names, args))


def asked(call: Call, inputs: Mapping[str, Any], width: int) -> Iterator[Line]:
    """One of several calls that a law made, and what it came to."""
    lines = call_lines(call.name, _named(call.args, inputs), width - 4)
    gave = call.raised or textwrap.shorten(pasteable(call.returned), width - 10, placeholder=" ...")
    for line in lines:
        yield [("    " + line, "code")]
    yield [("    -> " + gave, "")]


def gradient_lines(report: GradientReport, width: int, verbose: bool) -> Iterator[Line]:
    """Which arrays are wrong, one entry with the measured slope beside the claimed, a table."""
    wrong, right = report.wrong_arrays, report.right_arrays
    if right:
        text = f"The slopes for {_and(wrong)} are wrong; those for {_and(right)} are right."
        yield from wrapped(text, width)
        text = f"So look at the way back from {right[-1]} to {wrong[0]}."
        if len(wrong) == len(right) == 1:
            yield from wrapped(text, width)
    else:
        yield from wrapped(f"{report.wrong} of {report.entries} slopes are wrong.", width)
    if report.worst is not None:
        name, index, yours, measured, bound = report.worst
        entry = f"{name}[{', '.join(map(str, index))}]" if index else name
        yield [(f"  Raise {entry} a little, and for each unit the result changes by", "")]
        yield [
            ("    measured  ", ""),
            (f"{measured:+.6g}".ljust(12), "good"),
            (f" (+-{bound:.0e})", "dim"),
        ]
        yield [("    yours     ", ""), (f"{yours:+.6g}", "bad")]
    if report.says:
        yield from wrapped(report.says, width, "name")
    for name in wrong:
        yours, measured = report.tables[name]
        yield from heat_map(name, np.asarray(yours), np.asarray(measured), width, verbose)


def heat_map(
    name: str, yours: np.ndarray, measured: np.ndarray, width: int, verbose: bool
) -> Iterator[Line]:
    """Yours, measured and their ratio, in three blocks beside each other."""
    if not verbose and (yours.ndim > 2 or yours.size > 12 or max(yours.shape, default=1) > 4):
        return
    blocks = [table(yours), table(measured), _ratios(yours, measured)]
    widths = [max(len(line) for line in [*block, "yours / measured"]) for block in blocks]
    if sum(widths) + 10 > width:
        return
    yield [(f"  {name}", "")]
    heads = ("yours", "measured", "yours / measured")
    yield [("    " + "   ".join(head.ljust(w) for head, w in zip(heads, widths)), "dim")]
    for row in zip(*blocks):
        yield [("    " + "   ".join(c.ljust(w) for c, w in zip(row, widths)), "")]


def _ratios(yours: np.ndarray, measured: np.ndarray) -> list[str]:
    top = np.nanmax(abs(measured), initial=0.0)
    texts = []
    for y_row, m_row in zip(np.atleast_2d(yours), np.atleast_2d(measured)):
        row = []
        for y, m in zip(y_row, m_row):
            if np.isnan(m):
                row.append("~")
            elif abs(y - m) <= 1e-6 * top + 1e-9:
                row.append("=")
            elif abs(m) <= 1e-9 * top:
                row.append("x")
            else:
                row.append(f"{y / m:.3g}")
        texts.append(row)
    width = max(len(text) for row in texts for text in row)
    return [" ".join(text.rjust(width) for text in row) for row in texts]


def exercise_error_lines(
    result: Result, error: Error, source: list[str], width: int
) -> Iterator[Line]:
    """Why an answer could not be examined, with the learner's own lines."""
    if error.type in ("Missing", "Parameters", "Timeout", "Ended"):
        yield from wrapped(sentence(error.message), width, "error")
    elif error.type == "NotImplementedError" and error.trace:
        yield from wrapped(
            f"{error.trace[-1][1]} is not written to its end: it still raises NotImplementedError.",
            width,
            "error",
        )
    else:
        message = f"{error.type}: {error.message}" if error.message else error.type
        yield from wrapped(f"It raised {message}", width, "error")
    for line, function in error.trace[-4:]:
        text = source[line - 1].strip() if 0 < line <= len(source) else ""
        yield from wrapped(f"line {line}, in {function}:   {text}", width, "", "    ")
    if not error.trace and error.line and error.line <= len(source):
        yield from wrapped(
            f"line {error.line}:   {source[error.line - 1].strip()}", width, "", "    "
        )
    law = result.opened
    if law is not None and law.counterexample is not None and law.counterexample.calls:
        yield [("  on this call:", "")]
        yield from call_of(law.counterexample, width)


def error_lines(error: Error, path: str, width: int) -> Iterator[Line]:
    """Why a chapter's file cannot be loaded."""
    place = f"{path}:{error.line}" if error.line else path
    yield [("  This file cannot be loaded: ", "error"), (place, "strong")]
    kind = "" if error.type in ("Timeout", "Ended") else f"{error.type}: "
    if error.type in ("FileNotFoundError", "IsADirectoryError", "UnicodeDecodeError", "ValueError"):
        kind = ""
    yield from wrapped(f"{kind}{error.message}", width)
    if error.text:
        text = error.text.lstrip()
        yield [("    " + text, "code")]
        if error.column:
            offset = error.column - 1 - (len(error.text) - len(text))
            yield [("    " + " " * max(0, offset) + "^", "mark")]
    yield from wrapped("None of its exercises can be checked until that is mended.", width)


def printed_lines(printed: str, width: int, verbose: bool) -> Iterator[Line]:
    """What the learner's code printed, cut with a word where it is long."""
    lines = printed.rstrip("\n").split("\n") if printed.strip() else []
    if not lines:
        return
    yield []
    yield [("  It printed:", "")]
    most = len(lines) if verbose else MOST_PRINTED
    for line in lines[:most]:
        text = line if verbose or len(line) <= width - 4 else line[: width - 8] + " ..."
        yield [("    " + text, "dim")]
    if len(lines) > most:
        yield [(f"    and {len(lines) - most} more lines: see them with -v", "dim")]


def closing_lines(
    report: Report, opened: Result | None, command: str, width: int
) -> Iterator[Line]:
    """The conclusion, at the bottom: how it went, and the next command."""
    yield []
    if report.fault is not None:
        text = (
            f"gdl-check itself is broken here, not your code: {report.fault.message} "
            f"({report.fault.where}). Nothing was counted against you."
        )
        yield from wrapped(text, width, "error")
        return
    results = [result for chapter in report.chapters for result in chapter.results]
    passed = sum(result.status == Verdict.PASSED for result in results)
    if passed == len(results):
        what = results[0].id if len(results) == 1 else f"all {passed} exercises"
        yield [("  passed: ", "good"), (what, "strong")]
        return
    broken = next((chapter for chapter in report.chapters if chapter.error), None)
    if opened is None and broken is not None:
        yield [("  again: ", ""), (f"{command} {broken.id}", "code")]
        return
    if opened is not None:
        law = opened.opened
        if law is not None and law.counterexample is not None:
            again = f"{command} {opened.id} --case {law.counterexample.case}"
            yield [("  again: ", ""), (again, "code")]
            yield [("  step through it: ", ""), (f"{again} --debug", "code")]
        else:
            yield [("  again: ", ""), (f"{command} {opened.id}", "code")]
    started = next((r for r in results if r.status == Verdict.NOT_STARTED), None)
    if opened is None and started is not None:
        chapter = next(c for c in report.chapters if started in c.results)
        where = f"{chapter.path}:{started.line}" if started.line else chapter.path
        yield [("  next: ", ""), (started.name, "strong"), (f"  {where}", "")]


def wrapped(text: str, width: int, style: str = "", indent: str = "  ") -> Iterator[Line]:
    """A sentence on as many lines as it needs."""
    for line in textwrap.wrap(
        text, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
    ):
        yield [(line, style)]


def sentence(text: str) -> str:
    """A message as a sentence of its own."""
    return text[:1].upper() + text[1:] + ("" if text.endswith(("?", ".")) else ".")


def _and(names: tuple[str, ...]) -> str:
    return " and ".join(names)
