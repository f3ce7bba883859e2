"""How wrong slopes are shown: which arrays, one entry, a table of yours and measured."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from gdl_check.render.lines import Line, and_between, wrapped
from gdl_check.render.values import table
from gdl_check.results import GradientReport

MOST_TABLES = 2  # where there are more than one more
# The book names the weights of a layer by what lies below and above it: weights_0_1.
LAYER = re.compile(r"weights_\d")


def gradient_lines(report: GradientReport, width: int, verbose: bool) -> Iterator[Line]:
    """Which arrays are wrong, one entry with the measured slope beside the claimed, a table."""
    yield from said_lines(report, width)
    worst = report.worst[0] if report.worst is not None else ""
    tables: dict[str, list[Line]] = {}
    for name in sorted(report.wrong_arrays, key=lambda name: name != worst):
        yours, measured = report.tables[name]
        tables[name] = list(heat_map(name, np.asarray(yours), np.asarray(measured), width, verbose))
    shown = list(tables)
    if not verbose and len(shown) > MOST_TABLES + 1:
        shown = [name for name, lines in tables.items() if lines][:MOST_TABLES]
    for name in sorted(shown, key=report.wrong_arrays.index):
        yield from tables[name]
    others = [name for name in report.wrong_arrays if name not in (*shown, worst)]
    if others:
        yield from wrapped(_told_of(report, others), width)


def _told_of(report: GradientReport, names: Sequence[str]) -> str:
    """One sentence on wrong arrays whose tables are not shown."""
    # Where some are right, those that are wrong have been listed above.
    which = f"{len(names)} more" if report.right_arrays else and_between(names)
    # What all have in common has been said as well.
    factor = None if report.says else _common_factor([report.tables[name] for name in names])
    how = f", {factor:.3g} times what was measured" if factor is not None else ""
    return f"Wrong as well: {which}{how} (see them with -v)."


def _common_factor(tables: Sequence[tuple[Any, Any]]) -> float | None:
    """How many times the measured slopes all entries are, where that is the same for all."""
    yours, measured = (np.concatenate([np.ravel(t[i]) for t in tables]) for i in (0, 1))
    yours, measured = yours[~np.isnan(measured)], measured[~np.isnan(measured)]
    top = abs(measured).max(initial=0.0)
    if not top:
        return None
    factor = float(yours @ measured / (measured @ measured))
    fits = abs(yours - factor * measured) <= 1e-4 * top
    return factor if fits.all() and abs(factor) > 1e-9 else None


def said_lines(report: GradientReport, width: int) -> Iterator[Line]:
    """What there is to say in words."""
    wrong, right = report.wrong_arrays, report.right_arrays
    if right:
        these, those = and_between(wrong), and_between(right)
        text = f"The slopes for {these} are wrong; those for {those} are right."
        yield from wrapped(text, width)
        is_below = LAYER.match(wrong[0]) and LAYER.match(right[-1]) and wrong[0] < right[-1]
        if len(wrong) == len(right) == 1 and is_below:
            text = f"So look at the way back from {right[-1]} to {wrong[0]}."
            yield from wrapped(text, width)
    elif report.entries == 1:
        yield from wrapped("The slope is wrong.", width)
    else:
        yield from wrapped(f"{report.wrong} of {report.entries} slopes are wrong.", width)
    if report.worst is not None:
        name, index, yours, measured, bound = report.worst
        entry = f"{name}[{', '.join(map(str, index))}]" if index else name
        text = f"Raise {entry} by a tiny step h, and the result changes by"
        yield from wrapped(text, width)
        yield [
            ("    measured  ", ""),
            (f"{measured:+.6g} * h".ljust(16), "good"),
            (f" (+-{bound:.0e})", "dim"),
        ]
        yield [("    yours     ", ""), (f"{yours:+.6g} * h", "bad")]
    if report.says:
        yield from wrapped(report.says, width, "name")


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
    texts = ratios(np.atleast_2d(yours), np.atleast_2d(measured))
    width = max(len(text) for row in texts for text in row)
    return [" ".join(text.rjust(width) for text in row) for row in texts]


def ratios(yours: np.ndarray, measured: np.ndarray) -> list[list[str]]:
    """How many times the measured slope each entry is; = right, x should be 0, ~ not measured."""
    top = np.nanmax(abs(measured), initial=0.0)

    def ratio(y: float, m: float) -> str:
        if np.isnan(m):
            return "~"
        if abs(y - m) <= 1e-6 * top + 1e-9:
            return "="
        return "x" if abs(m) <= 1e-9 * top else f"{y / m:.3g}"

    return [[ratio(y, m) for y, m in zip(*rows)] for rows in zip(yours, measured)]
