"""How wrong slopes are shown: which arrays, one entry, a table of yours and measured."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gdl_check.render.lines import Line, and_between, wrapped
from gdl_check.render.values import table
from gdl_check.results import GradientReport


def gradient_lines(report: GradientReport, width: int, verbose: bool) -> Iterator[Line]:
    """Which arrays are wrong, one entry with the measured slope beside the claimed, a table."""
    yield from said_lines(report, width)
    for name in report.wrong_arrays:
        yours, measured = report.tables[name]
        yield from heat_map(name, np.asarray(yours), np.asarray(measured), width, verbose)


def said_lines(report: GradientReport, width: int) -> Iterator[Line]:
    """What there is to say in words."""
    wrong, right = report.wrong_arrays, report.right_arrays
    if right:
        these, those = and_between(wrong), and_between(right)
        text = f"The slopes for {these} are wrong; those for {those} are right."
        yield from wrapped(text, width)
        text = f"So look at the way back from {right[-1]} to {wrong[0]}."
        if len(wrong) == len(right) == 1:
            yield from wrapped(text, width)
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
