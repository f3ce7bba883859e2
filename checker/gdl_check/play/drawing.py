"""Draws figures with characters: with plotext where it is installed, else with a few of our own."""

from __future__ import annotations

import functools
import importlib
import re
from types import ModuleType
from typing import Any

import numpy as np

from gdl_check.play.figures import Curve, Figure, Pictures, Plot, Region, WordMap
from gdl_check.render.lines import Line
from gdl_check.render.values import cut

MARKS = "ox+*"  # one a curve, so that colour is never the only sign
STYLES = ("code", "mark", "good", "bad")
COLOURS = ("cyan", "yellow", "green", "red")  # what plotext calls these styles
SHADES, SIGNED_SHADES = " .:-=+*#%@", "=- +#"
TICKS = 5
PIXEL = 2  # characters a pixel: they are twice as high as wide
WIDEST_PICTURE = 20  # pixels; of a wider one two rows share a line
_ANSI = re.compile(r"\x1b\[([\d;]*)m")


def lines(figure: Figure, width: int, height: int, fancy: bool) -> list[Line]:
    """A figure as lines that are no longer than `width`; `fancy` where more than ASCII shows."""
    if isinstance(figure, Plot):
        plotext = _plotext() if fancy else None
        if plotext is not None:
            return _with_plotext(plotext, figure, width, height)
        return _plot(figure, width, height)
    if isinstance(figure, Pictures):
        return _pictures(figure, width)
    if isinstance(figure, Region):
        return _region(figure, width)
    return _word_map(figure, width, height)


# --- plots -------------------------------------------------------------------------------------


@functools.cache
def _plotext() -> ModuleType | None:
    try:
        return importlib.import_module("plotext")
    except ImportError:
        return None


def _plot(plot: Plot, width: int, height: int) -> list[Line]:
    left, right, low, high = plot.box
    marks = [_mark(f"{value:.3g}") for value in np.linspace(high, low, height)]
    margin = max(map(len, marks)) + 1
    columns = max(width - margin - 1, 10)
    grid = [[(" ", "")] * columns for _ in range(height)]
    for i, curve in enumerate(plot.curves):
        dot = (MARKS[i % len(MARKS)], STYLES[i % len(STYLES)])
        for x, y in _filled(curve, columns, left, right):
            column = round((x - left) / (right - left) * (columns - 1))
            row = round((high - y) / (high - low) * (height - 1))
            if 0 <= row < height and 0 <= column < columns:
                grid[row][column] = dot
    drawn = _head(plot, MARKS[0], width)
    for row, (mark, cells) in enumerate(zip(marks, grid)):
        shown = mark if row % max(height // TICKS, 1) == 0 or row == height - 1 else ""
        drawn.append([(shown.rjust(margin) + "|", "dim"), *cells])
    ends = [_mark(f"{left:.3g}"), plot.x, _mark(f"{right:.3g}")]
    gaps = columns - sum(map(len, ends))
    axis = ends[0] + " " * (gaps // 2) + ends[1] + " " * (gaps - gaps // 2) + ends[2]
    drawn.append([(" " * margin + "+" + "-" * columns, "dim")])
    drawn.append([(" " * (margin + 1) + axis, "dim")])
    return drawn


def _mark(number: str) -> str:
    return number.replace("e+0", "e").replace("e-0", "e-")


def _head(plot: Plot, first_mark: str, width: int) -> list[Line]:
    """The title and what each mark stands for, below it where there is no room beside it."""
    legend: Line = []
    for i, curve in enumerate(plot.curves):
        if curve.label:
            mark = MARKS[i % len(MARKS)] if i else first_mark
            legend.append((f"   {mark} {curve.label}", STYLES[i % len(STYLES)]))
    title = (cut(plot.title, width), "strong")
    if len(plot.title) + sum(len(text) for text, _ in legend) <= width:
        return [[title, *legend]]
    return [[title], legend]


def _filled(curve: Curve, columns: int, left: float, right: float) -> list[tuple[float, float]]:
    """The points of a curve; between them as many more as there are columns, if they are joined."""
    points = curve.points
    if curve.dots or len(points) < 2:
        return points
    x, y = np.array(points).T
    if np.any(np.diff(x) <= 0):
        return points
    inside = np.linspace(max(left, x[0]), min(right, x[-1]), columns)
    return list(zip(inside.tolist(), np.interp(inside, x, y).tolist()))


def _with_plotext(plotext: Any, plot: Plot, width: int, height: int) -> list[Line]:
    left, right, low, high = plot.box
    plotext.clear_figure()
    plotext.theme("clear")
    plotext.plotsize(width, height + 3)
    for i, curve in enumerate(plot.curves):
        points = curve.points
        if not points:
            continue
        x, y = zip(*points)
        draw = plotext.scatter if curve.dots else plotext.plot
        marker = "braille" if i == 0 and not curve.dots else MARKS[i % len(MARKS)]
        draw(list(x), list(y), marker=marker, color=COLOURS[i % len(COLOURS)])
    plotext.xlim(left, right)
    plotext.ylim(low, high)
    for ticks, ends in ((plotext.xticks, (left, right)), (plotext.yticks, (low, high))):
        places = np.linspace(*ends, TICKS).tolist()
        if ends[1] - ends[0] >= TICKS:
            places = [float(round(place)) for place in places]
        ticks(places, [_mark(f"{place:.3g}") for place in places])
    if plot.x:
        plotext.xlabel(plot.x)
    built = [_spans(line) for line in plotext.build().split("\n")]
    while built and not "".join(text for text, _ in built[-1]).strip():
        built.pop()
    first_mark = MARKS[0] if plot.curves[0].dots else "⢕⢕"
    return [*_head(plot, first_mark, width), *built]


def _spans(line: str) -> Line:
    """A line of plotext's as ours: its colours as styles."""
    spans: Line = []
    style, end = "", 0
    for code in _ANSI.finditer(line):
        spans.append((line[end : code.start()], style))
        number = code[1].rpartition(";")[2]
        style = {"6": "code", "3": "mark", "2": "good", "1": "bad"}.get(number, "")
        style = style if code[1].startswith("38") else ""
        end = code.end()
    return [*spans, (line[end:], style)]


# --- pictures ----------------------------------------------------------------------------------


def _pictures(figure: Pictures, width: int) -> list[Line]:
    """As many pictures in a row as fit, each a block of characters with its caption below."""
    blocks = [(caption, _shaded(np.asarray(p), figure.signed)) for caption, p in figure.pictures]
    drawn: list[Line] = [[(figure.title, "strong")]] if figure.title else []
    row: list[tuple[str, list[str]]] = []
    for caption, block in blocks:
        taken = sum(_room(*other) + 2 for other in row)
        if row and taken + _room(caption, block) + 2 > width:
            drawn += [*_in_a_row(row), []]
            row = []
        row.append((caption, block))
    return drawn + _in_a_row(row)


def _room(caption: str, block: list[str]) -> int:
    return max(len(caption), len(block[0]))


def _in_a_row(row: list[tuple[str, list[str]]]) -> list[Line]:
    height = max((len(block) for _, block in row), default=0)
    drawn: list[Line] = []
    for i in range(height):
        parts = [(block[i] if i < len(block) else "").ljust(_room(c, block)) for c, block in row]
        drawn.append([("  " + "  ".join(parts), "")])
    drawn.append([("  " + "  ".join(c.ljust(_room(c, block)) for c, block in row), "dim")])
    return drawn


def _shaded(picture: np.ndarray, signed: bool) -> list[str]:
    picture, pixel = np.nan_to_num(picture.astype(float)), PIXEL
    if picture.shape[1] > WIDEST_PICTURE:
        even, pixel = len(picture) // 2 * 2, 1
        picture = (picture[0:even:2] + picture[1:even:2]) / 2
    if signed:
        largest = float(np.abs(picture).max()) or 1.0
        scaled, shades = (picture / largest + 1) / 2, SIGNED_SHADES
    else:
        low, high = float(picture.min()), float(picture.max())
        scaled, shades = (picture - low) / ((high - low) or 1.0), SHADES
    places = np.minimum((scaled * len(shades)).astype(int), len(shades) - 1)
    return ["".join(shades[place] * pixel for place in row) for row in places]


# --- maps --------------------------------------------------------------------------------------


def _region(figure: Region, width: int) -> list[Line]:
    """Each class has a letter: small where the network says so, large where an example lies."""
    rows, columns = figure.cells.shape
    letters = np.where(figure.cells > 0, ":", " ").astype("<U1")
    for (x, y), label in zip(figure.points, figure.labels):
        row = min(int((1 - y) / 2 * rows), rows - 1)
        column = min(int((x + 1) / 2 * columns), columns - 1)
        letters[row, column] = "x" if label else "o"
    styles = {":": "mark", "x": "mark", "o": "code", " ": ""}
    drawn: list[Line] = [[(cut(figure.title, width), "strong")]]
    for letter_row in letters:
        drawn.append([("  ", ""), *((str(letter), styles[str(letter)]) for letter in letter_row)])
    return drawn


def _word_map(figure: WordMap, width: int, height: int) -> list[Line]:
    """Words where they belong; one that would hide another moves to the next free line."""
    taken: list[list[tuple[int, str, str]]] = [[] for _ in range(height)]
    if figure.words:
        xs, ys = (np.array([getattr(word, axis) for word in figure.words]) for axis in "xy")
        left, low = xs.min(), ys.min()
        span_x, span_y = (float(np.ptp(v)) or 1.0 for v in (xs, ys))
        for word in figure.words:
            sign = {1: "+", -1: "-", 0: ""}[word.kind]
            text = cut(sign + word.text, 18)
            column = round((word.x - left) / span_x * (width - 20))
            row = round((1 - (word.y - low) / span_y) * (height - 1))
            places = sorted(range(height), key=lambda other: abs(other - row))
            for place in places:
                if all(column + len(text) < c or column > c + len(t) for c, t, _ in taken[place]):
                    style = {1: "good", -1: "bad", 0: "code"}[word.kind]
                    taken[place].append((column, text, style))
                    break
    kinds = [f"{sign} {kind}" for sign, kind in zip("+-", figure.kinds) if kind]
    drawn: list[Line] = [[(figure.title, "strong"), ("   " + "   ".join(kinds), "dim")]]
    for row_words in taken:
        spans: Line = [("  ", "")]
        at = 0
        for column, text, style in sorted(row_words):
            spans += [(" " * (column - at), ""), (text, style)]
            at = column + len(text)
        drawn.append(spans)
    return drawn
