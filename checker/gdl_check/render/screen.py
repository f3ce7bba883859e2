"""What stands on the screen, line by line: the verdicts, the one failure that is opened, what next.

A line is a list of (text, style); styles are names that the terminal turns into colours and plain
text leaves out. No line relies on colour.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from gdl_check.compare import as_array
from gdl_check.examine import REPEATABLE
from gdl_check.render.programs import program_lines
from gdl_check.render.values import (
    broken,
    call_lines,
    cut,
    kind_of,
    numbers_apart,
    pasteable,
    side_by_side,
    table,
    wrap,
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
MOST_PRINTED = 8
QUIET, QUIET_LINES = (Verdict.PASSED, Verdict.NOT_STARTED), 2
SELF_EXPLAINING = ("Missing", "Parameters", "Timeout", "Ended")
FORMS = {
    "float32": "the arrays in float32",
    "list": "the arrays as lists",
    "fortran": "the arrays column by column in memory",
    "strided": "the arrays spread out in memory",
}


def chapter_lines(chapter: ChapterResult, source: Sequence[str], width: int) -> Iterator[Line]:
    """A chapter's verdicts: one line where all passed, else the exercises by verdict."""
    passed = chapter.counts.get("passed", 0)
    total = len(chapter.results)
    count = f"{passed} of {total} passed"
    title = chapter.title.partition(": ")[2] or chapter.title
    room = width - len(chapter.id) - len(count) - 4
    if len(title) > room:
        title = wrap(title, room - 4)[0] + " ..."
    style = "good" if passed == total else ""
    yield [(chapter.id, "strong"), ("  " + title.ljust(room) + "  ", ""), (count, style)]
    if passed == total:
        return
    if chapter.error is not None:
        yield []
        yield from error_lines(chapter.error, chapter.path, source, width)
        return
    if total == 1 and chapter.status != Verdict.NOT_STARTED:
        return  # it is opened below
    yield []
    for verdict, word in WORDS.items():
        names = [result.name for result in chapter.results if result.status == verdict]
        if names:
            indent = " " * (len("not started") + 4)
            text = wrap(", ".join(names), width - len(indent))
            if verdict in QUIET and len(text) > QUIET_LINES:
                text = _shortened(names, width - len(indent))
            yield [("  " + word.ljust(len(indent) - 2), str(verdict)), (text[0], "")]
            yield from ([(indent + line, "")] for line in text[1:])


def _shortened(names: Sequence[str], width: int) -> list[str]:
    """As many of these names as fit, and how many more there are."""
    for left in range(1, len(names)):
        text = wrap(f"{', '.join(names[:-left])} and {left} more", width)
        if len(text) <= QUIET_LINES:
            return text
    return [f"{len(names)}"]


def opened_lines(
    result: Result, path: str, source: Sequence[str], width: int, verbose: bool
) -> Iterator[Line]:
    """One exercise's failure, opened: claim, smallest case, expected and yours, its name."""
    yield []
    where = f"{path}:{result.line}" if result.line else path
    gap = width - len(result.name) - len(where) - 2
    if gap >= 2:
        yield [("  " + result.name, "strong"), (" " * gap, ""), (where, "dim")]
    else:
        yield [("  " + result.name, "strong")]
        yield [("  " + end_of(where, width - 2), "dim")]
    law = result.opened
    error = result.error
    if error is not None and (law is None or law.status in ("error", "timeout")):
        yield from exercise_error_lines(result, error, source, width)
    elif law is not None:
        yield from law_lines(result, law, width, verbose)
        if error is not None:
            yield []
            where = f" (line {error.line})" if error.line else ""
            yield from wrapped(sentence(f"on other inputs {raised(error)}{where}"), width, "error")
    if result.misconception is not None:
        named = result.misconception
        yield []
        on = f"on {named.matched} of {named.of} wrong results"
        yield from wrapped(f"Looks like: {named.title} ({named.name}, {on}).", width, "name")
        yield from wrapped(named.says, width)
    if result.supplied:
        yield []
        here = result.id.partition(".")[0] + "."
        names = _and([name.removeprefix(here) for name in result.supplied])
        yield from wrapped(f"It rests on {names}, not passed yet: ours was used instead.", width)
    yield from printed_lines(result.stdout, width, verbose)


def law_lines(result: Result, law: LawResult, width: int, verbose: bool) -> Iterator[Line]:
    shown = law.counterexample
    assert shown is not None
    yield from wrapped(f"Does not hold: {result.name} {law.claim}.", width, "claim")
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
        calls = shown.calls[: None if verbose else 3]
        for call, before in zip(calls, (None, *calls)):
            yield from asked(call, before, shown.inputs, width)
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
    if pair is not None and max(map(len, pair[0] + pair[1])) <= width - 4:
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
            yield from wrapped(text, width, "bad", "    ")
        return
    if a is not None and b is not None and not a.ndim and not b.ndim:
        ours, theirs = numbers_apart(float(a), float(b))
        yield [(f"  {'expected'.ljust(LABEL)}", ""), (ours, "good")]
        yield [(f"  {'yours'.ljust(LABEL)}", ""), (theirs, "bad")]
        return
    for label, value, style in (("expected", expected, "good"), ("yours", got, "bad")):
        kind = kind_of(value)
        lines = wrap(cut(pasteable(value), width * 2), width - 4 - LABEL) or [""]
        if isinstance(value, (np.ndarray, list, tuple, dict)):
            yield [(f"  {label.ljust(LABEL)}{kind}", "")]
            yield from ([("    " + line, style)] for line in lines)
        else:
            yield [(f"  {label.ljust(LABEL)}", ""), (lines[0], style)]


def call_of(shown: Counterexample, width: int, last: bool = False) -> Iterator[Line]:
    """The call that fails (the first of its law, or the last), to be pasted into Python."""
    call = shown.calls[-1 if last else 0]
    for line in _lines_of(call, shown.inputs, width - 4):
        yield [("    " + line, "code")]
    if shown.form in FORMS:
        yield [(f"    ({FORMS[shown.form]})", "dim")]


def _lines_of(
    call: Call, inputs: Mapping[str, Any], width: int, before: Mapping[str, Any] | None = None
) -> list[str]:
    if call.steps:
        return program_lines(call.steps, width)
    return call_lines(call.name, _named(call.args, inputs), width, before)


def _named(args: tuple[Any, ...], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """A call's arguments under the names of the exercise's parameters."""
    names = list(inputs) if len(args) == len(inputs) else [f"x{i}" for i in range(len(args))]
    return dict(zip(names, args))


def asked(call: Call, before: Call | None, inputs: Mapping[str, Any], width: int) -> Iterator[Line]:
    """One of several calls that a law made, and what it came to."""
    told = _named(before.args, inputs) if before is not None else None
    lines = _lines_of(call, inputs, width - 4, told)
    gave = call.raised or cut(pasteable(call.returned), width - 10)
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
        text = f"Raise {entry} a little, and for each unit the result changes by"
        yield from wrapped(text, width)
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


def raised(error: Error) -> str:
    """What an answer did instead of returning, as the middle of a sentence."""
    if error.type == "SystemExit":
        return "it tried to end Python (SystemExit)"
    if error.type == "NotImplementedError" and error.trace and not error.message:
        name = error.trace[-1][1]
        return f"{name} is not written to its end: it still raises NotImplementedError"
    if error.type in SELF_EXPLAINING:
        return error.message
    return f"it raised {error.type}" + (f": {error.message}" if error.message else "")


def exercise_error_lines(
    result: Result, error: Error, source: Sequence[str], width: int
) -> Iterator[Line]:
    """Why an answer could not be examined, with the learner's own lines."""
    yield from wrapped(sentence(raised(error), result.name), width, "error")
    yield from trace_lines(error, source, width)
    law = result.opened
    if law is not None and law.counterexample is not None and law.counterexample.calls:
        yield [("  on this call:", "")]
        yield from call_of(law.counterexample, width)


def trace_lines(error: Error, source: Sequence[str], width: int) -> Iterator[Line]:
    """The lines of the learner's file that an exception came through."""
    shown = error.trace[-4:] or ([(error.line, "")] if error.line else [])
    for line, function in dict.fromkeys(shown):
        if 0 < line <= len(source) and source[line - 1].strip():
            place = f"line {line}, in {function}:" if function.isidentifier() else f"line {line}:"
            yield from wrapped(f"{place}   {source[line - 1].strip()}", width, "", "    ")


def error_lines(error: Error, path: str, source: Sequence[str], width: int) -> Iterator[Line]:
    """Why a chapter's file cannot be loaded."""
    place = f"{path}:{error.line}" if error.line else path
    yield from labelled("This file cannot be loaded:", place, width, "error", "strong")
    if error.trace:
        yield from wrapped(sentence(f"when it was opened, {raised(error)}"), width)
        yield from trace_lines(error, source, width)
    elif error.text or error.column:
        yield from wrapped(f"{error.type}: {error.message}", width)
        yield from pointed_lines(error, width)
    else:
        yield from wrapped(sentence(error.message), width)
        yield from trace_lines(error, source, width)
    yield from wrapped("None of its exercises can be checked until that is mended.", width)


def pointed_lines(error: Error, width: int) -> Iterator[Line]:
    """A line of the learner's file with a caret below the place that Python stumbled over."""
    text = error.text.replace("\t", " ")
    first = len(text) - len(text.lstrip())
    at = max(0, (error.column or 1) - 1 - first)
    # A long line is shown around the place.
    first += max(0, at - (width - 4) // 2) if len(text) - first > width - 4 else 0
    at = max(0, (error.column or 1) - 1 - first)
    yield [("    " + text[first : first + width - 4], "code")]
    if error.column and at < width - 4:
        yield [("    " + " " * at + "^", "mark")]


def printed_lines(printed: str, width: int, verbose: bool) -> Iterator[Line]:
    """What the learner's code printed, cut with a word where it is long."""
    lines = printed.rstrip("\n").split("\n") if printed.strip() else []
    if not lines:
        return
    yield []
    yield [("  It printed:", "")]
    for line in lines if verbose else lines[:MOST_PRINTED]:
        for part in (wrap(line, width - 4) or [""]) if verbose else [cut(line, width - 4)]:
            yield [("    " + part, "dim")]
    if len(lines) > MOST_PRINTED and not verbose:
        yield [(f"    and {len(lines) - MOST_PRINTED} more lines: see them with -v", "dim")]


def closing_lines(report: Report, opened: Result | None, again: str, width: int) -> Iterator[Line]:
    """The conclusion, at the bottom: how it went, and the next command.

    `again` is the command that checks once more what has been opened, or else what cannot be
    loaded, or else what comes next.
    """
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
    if opened is not None:
        law = opened.opened
        # What depends on the calls before it is not to be seen on one case alone.
        if law is not None and law.counterexample is not None and law.claim != REPEATABLE:
            again += f" --case {law.counterexample.case}"
            yield from labelled("again:", again, width)
            yield from labelled("step through it:", f"{again} --debug", width)
            return
    elif not any(chapter.error for chapter in report.chapters):
        started = next(r for r in results if r.status == Verdict.NOT_STARTED)
        chapter = next(c for c in report.chapters if started in c.results)
        where = f"{chapter.path}:{started.line}" if started.line else chapter.path
        yield from labelled(f"next: write {started.name} in", where, width, "", "strong")
        yield from labelled("then:", again, width)
        return
    yield from labelled("again:", again, width)


def labelled(
    label: str, text: str, width: int, style: str = "", text_style: str = "code"
) -> Iterator[Line]:
    """A label and what it belongs to, beside each other where that fits."""
    if len(label) + len(text) + 3 <= width:
        yield [(f"  {label} ", style), (text, text_style)]
        return
    yield [(f"  {label}", style)]
    parts = broken(text, width - 4) if " " in text else [end_of(text, width - 4)]
    yield from ([("    " + part, text_style)] for part in parts)


def end_of(path: str, width: int) -> str:
    """The end of a path that is too long, which says more than its beginning."""
    return path if len(path) <= width else "..." + path[3 - width :]


def wrapped(text: str, width: int, style: str = "", indent: str = "  ") -> Iterator[Line]:
    """A sentence on as many lines as it needs."""
    yield from ([(line, style)] for line in wrap(text, width, indent))


def sentence(text: str, name: str = "") -> str:
    """A message as a sentence of its own; a name that it begins with is left as it is written."""
    if not (name and text.startswith(name)):
        text = text[:1].upper() + text[1:]
    return text + ("" if text.endswith(("?", ".")) else ".")


def _and(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
