"""A report as HTML for a notebook: arrays side by side, a heat map of a gradient, what next.

Every style stands in its element and every colour is a tint of what is behind it: so it reads on
light and on dark, nothing of the notebook is changed, and no script is needed. What is coloured is
marked as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import numpy as np

from gdl_check.compare import as_array
from gdl_check.render.errors import error_lines, printed_lines
from gdl_check.render.failures import (
    BOTH_YOURS,
    WIDEST,
    asked,
    call_of,
    case_that_says_more,
    claim_lines,
    comparison_lines,
    handed_over,
)
from gdl_check.render.gradients import ratios, said_lines
from gdl_check.render.lines import Line, path_to, sentence
from gdl_check.render.screen import WORDS, exercise_error_lines, slip_text, supplied_text
from gdl_check.render.values import kind_of, side_by_side
from gdl_check.results import ChapterResult, Counterexample, GradientReport, Report, Result, Verdict

WIDTH = 100
MOST_CALLS = 3
LARGEST_MAP = 12
RED, GREEN, YELLOW, BLUE = "229,72,77", "48,164,108", "230,160,0", "64,128,240"
Tints = dict[tuple[int, int], tuple[str, float]]  # entry -> colour, strength
TINTS = {
    Verdict.PASSED: GREEN,
    Verdict.FAILED: RED,
    Verdict.ERROR: RED,
    Verdict.TIMEOUT: YELLOW,
    Verdict.NOT_STARTED: "128,128,128",
}
BOX = "font-family:system-ui,sans-serif;font-size:14px;line-height:1.45;max-width:60em"
CODE = "font-family:ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;font-size:13px"
CODE_STYLE = escape(f"{CODE};background:rgba(128,128,128,.12);color:inherit")
PRE = (
    f"{CODE};margin:.4em 0;padding:.5em .7em;overflow-x:auto;white-space:pre;color:inherit;"
    "background:rgba(128,128,128,.12);border-radius:4px"
)
CELL = f"{CODE};text-align:right;padding:2px 8px;border:1px solid rgba(128,128,128,.35)"


def report_html(
    report: Report, opened: Result | None, source: Sequence[str], question: str, hint: str
) -> str:
    """Everything one check found; `question` is the first hint, `hint` the command for more."""
    if report.fault is not None:
        return sentence_html(
            f"gdl-check itself is broken here, not your code: {report.fault.message} "
            f"({report.fault.where}). Nothing was counted against you."
        )
    parts = [part for chapter in report.chapters for part in _chapter(chapter, source)]
    if opened is not None:
        path = next(c.path for c in report.chapters if opened in c.results)
        parts += _opened(opened, path, source)
    parts += _next(question, hint)
    return _tag("div", *parts, style=BOX)


def sentence_html(text: str) -> str:
    """One sentence of ours."""
    return _tag("div", escape(text), style=BOX + _edge(YELLOW))


def _tag(name: str, *children: str, style: str = "", **more: str) -> str:
    told = "".join(f' {key}="{escape(value)}"' for key, value in more.items())
    style = f' style="{escape(style)}"' if style else ""
    return f"<{name}{told}{style}>{''.join(children)}</{name}>"


def _edge(tint: str) -> str:
    return f";border-left:4px solid rgb({tint});padding:.3em .8em;background:rgba({tint},.10)"


def _chip(verdict: Verdict) -> str:
    tint = TINTS[verdict]
    style = (
        f"background:rgba({tint},.22);border:1px solid rgb({tint});border-radius:9px;"
        "padding:0 .6em;white-space:nowrap"
    )
    return _tag("span", WORDS[verdict], style=style)


def _chapter(chapter: ChapterResult, source: Sequence[str]) -> Iterable[str]:
    passed, total = chapter.counts.get("passed", 0), len(chapter.results)
    if chapter.error is not None:
        yield _pre(error_lines(chapter.error, chapter.path, source, WIDTH), wraps=True)
        return
    for verdict in WORDS:
        names = [result.id for result in chapter.results if result.status == verdict]
        if names:
            told = ", ".join(_tag("b", escape(name)) for name in names)
            yield _tag("div", _chip(verdict), " ", told, style="margin:.2em 0")
    if total > 1:
        yield _tag("div", f"{passed} of {total} passed", style="opacity:.75")


def _opened(result: Result, path: str, source: Sequence[str]) -> Iterable[str]:
    where = path_to(path, result.line, source)
    yield _tag("div", escape(where), style="opacity:.75;font-size:12px")
    law, error = result.opened, result.error
    if error is not None and (law is None or law.status in ("error", "timeout")):
        yield _pre(exercise_error_lines(result, error, source, WIDTH), wraps=True)
    elif law is not None and law.counterexample is not None:
        for (text, _), *_ in claim_lines(result, law, WIDEST):
            yield _tag("p", _tag("b", _words(text.strip())), style="margin:.5em 0")
        shown = handed_over(law.counterexample, result)
        if law.gradient is not None:
            yield from _gradient(law.gradient)
            yield _pre(call_of(shown, WIDTH, last=True))
        else:
            yield from _counterexample(shown)
            more = case_that_says_more(shown, result)
            if more is not None:
                yield _paragraph("A case that says more:")
                yield from _counterexample(more)
    if result.misconception is not None:
        named = result.misconception
        on = f" (on {named.matched} of {named.of} wrong results)" * (named.matched < named.of)
        yield _tag(
            "div",
            _tag("b", escape(f"Looks like: {named.title}")),
            _tag("span", escape(on), style="opacity:.75"),
            "<br>",
            _words(named.says),
            style="margin:.6em 0" + _edge(YELLOW),
        )
    if result.slip is not None:
        yield _paragraph(slip_text(result.slip, source))
    if result.supplied:
        here = result.id.partition(".")[0] + "."
        yield _paragraph(supplied_text([name.removeprefix(here) for name in result.supplied]))
    printed = list(printed_lines(result.stdout, WIDTH, verbose=False))[1:]
    if printed:
        yield _pre(printed, wraps=True)


def _words(text: str) -> str:
    """Text of ours, in which `this` is code."""
    return re.sub(r"`([^`]+)`", rf'<code style="{CODE_STYLE}">\1</code>', escape(text))


def _paragraph(text: str) -> str:
    return _tag("p", _words(text), style="margin:.4em 0")


def _pre(lines: Iterable[Line], wraps: bool = False) -> str:
    """Lines of a screen as they are, their common margin left out."""
    texts = ["".join(text for text, _ in line).rstrip() for line in lines]
    margin = min((len(text) - len(text.lstrip()) for text in texts if text), default=0)
    return _tag(
        "pre",
        escape("\n".join(text[margin:] for text in texts)),
        style=PRE + (";white-space:pre-wrap" if wraps else ""),
    )


# --- arrays --------------------------------------------------------------------------------------


def _counterexample(shown: Counterexample) -> Iterable[str]:
    """The call, what it came to where there were several, expected and yours side by side."""
    if len(shown.calls) > 1:
        told = zip(shown.calls[:MOST_CALLS], (None, *shown.calls))
        yield _pre(
            line for call, before in told for line in asked(call, before, shown.inputs, WIDTH)
        )
    else:
        yield _pre(call_of(shown, WIDTH))
    yield _paragraph(sentence(shown.message))
    if shown.own:
        yield _paragraph(BOTH_YOURS)
    if not shown.compared:
        return
    expected, got = shown.expected, shown.got
    for key in shown.path:
        expected, got = expected[key], got[key]
    if side_by_side(expected, got, ()) is None:
        yield _pre(comparison_lines(shown, WIDTH))
        return
    rows = [[line.split() for line in lines] for lines in _in_digits(expected, got, shown)]
    wrong = [(index[0], index[1]) if len(index) == 2 else (0, index[0]) for index in shown.where]
    good: Tints = dict.fromkeys(wrong, (GREEN, 0.3))
    bad: Tints = dict.fromkeys(wrong, (RED, 0.3))
    kinds = [kind_of(np.asarray(as_array(value))) for value in (expected, got)]
    yield _beside(
        _table(f"{shown.labels[0]} {kinds[0]}", rows[0], good),
        _table(f"{shown.labels[1]} {kinds[1]}", rows[1], bad, mark=True),
    )


def _in_digits(expected: Any, got: Any, shown: Counterexample) -> tuple[list[str], list[str]]:
    """The rows of both with the digits in which they differ, without the markers between them."""
    pair = side_by_side(expected, got, shown.where)
    assert pair is not None
    return pair[0], [line for line in pair[1] if line.replace("^", "").strip()]


def _beside(*blocks: str) -> str:
    """Blocks beside each other where there is room, else below each other."""
    return _tag("div", *blocks, style="display:flex;flex-wrap:wrap;gap:.4em 2em;margin:.4em 0")


def _table(title: str, rows: Sequence[Sequence[str]], tints: Tints, mark: bool = False) -> str:
    """A small array; entries that differ are tinted, and with `mark` bold and underlined too."""
    body = []
    for i, row in enumerate(rows):
        cells = []
        for j, text in enumerate(row):
            style = CELL
            if (i, j) in tints:
                tint, strength = tints[i, j]
                style += f";background:rgba({tint},{strength:.2f})"
                if mark:
                    text = _tag("b", _tag("u", escape(text)))
                    cells.append(_tag("td", text, style=style))
                    continue
            cells.append(_tag("td", escape(text), style=style))
        body.append(_tag("tr", *cells, style="background:transparent"))
    caption = _tag("div", escape(title), style="font-size:12px;opacity:.75")
    table = _tag("table", *body, style="border-collapse:collapse;margin:0;color:inherit")
    return _tag("div", caption, table, style="overflow-x:auto;max-width:100%")


# --- gradients -----------------------------------------------------------------------------------


def _gradient(report: GradientReport) -> Iterable[str]:
    """What is said of the slopes, and all of them in colour where they are not too many."""
    yield _pre(said_lines(report, WIDTH), wraps=True)
    for name in report.wrong_arrays:
        yours, measured = (np.atleast_2d(np.asarray(part)) for part in report.tables[name])
        if yours.ndim == 2 and max(yours.shape) <= LARGEST_MAP:
            yield _tag("div", _tag("b", escape(name)), style="margin:.5em 0 0")
            yield _heat_map(yours, measured)


def _heat_map(yours: np.ndarray, measured: np.ndarray) -> str:
    """Yours, measured and their ratio; the redder, the further off."""
    top = float(np.nanmax(abs(measured), initial=0.0))
    tints: Tints = {}
    told = ratios(yours, measured)
    for i, row in enumerate(told):
        for j, ratio in enumerate(row):
            if ratio == "~":
                tints[i, j] = (YELLOW, 0.2)
            elif ratio == "=":
                tints[i, j] = (GREEN, 0.15)
            else:
                off = abs(float(yours[i, j]) - float(measured[i, j])) / (top or 1.0)
                tints[i, j] = (RED, 0.2 + 0.6 * min(1.0, off))
    texts = [[[f"{entry:.4g}" for entry in row] for row in part] for part in (yours, measured)]
    return _beside(
        _table("yours", texts[0], tints),
        _table("measured", texts[1], {}),
        _table("yours / measured   (= right, x should be 0, ~ skipped)", told, tints),
    )


def _next(question: str, hint: str) -> Iterable[str]:
    if question:
        summary = _tag("summary", "Stuck? A question", style="cursor:pointer")
        more = _tag("div", "the next hint: ", _tag("code", escape(hint))) if hint else ""
        inside = _tag("div", _words(question), more, style="margin:.3em 0 0 1em")
        yield _tag("details", summary, inside, style="margin:.6em 0" + _edge(BLUE))
