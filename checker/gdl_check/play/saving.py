"""Figures as PNG pictures, with matplotlib; never on a screen."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any

import numpy as np

from gdl_check.play.figures import Figure, Pictures, Plot, Region, WordMap

COLOURS = ("tab:blue", "tab:orange", "tab:green", "tab:red")
IN_A_ROW = 5


def save(figure: Figure, path: Path) -> None:
    """Write a figure as a PNG, whole or not at all. Raises OSError."""
    # Without pyplot: no window, no settings, and what a learner has drawn stays as it is.
    sheets = importlib.import_module("matplotlib.figure")
    sheet = sheets.Figure(figsize=(8, 5), dpi=120, layout="constrained")
    if isinstance(figure, Plot):
        _plot(sheet, figure)
    elif isinstance(figure, Pictures):
        _pictures(sheet, figure)
    elif isinstance(figure, Region):
        _region(sheet, figure)
    else:
        _word_map(sheet, figure)
    unfinished = path.with_name(path.name + ".new")
    try:
        sheet.savefig(unfinished, format="png")
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _plot(sheet: Any, plot: Plot) -> None:
    axes = sheet.subplots()
    left, right, low, high = plot.box
    for curve, colour in zip(plot.curves, COLOURS * len(plot.curves)):
        x, y = np.array(curve.points or np.zeros((0, 2))).T
        axes.plot(x, y, "o" if curve.dots else "-", color=colour, label=curve.label or None)
    margin = (high - low) / 20
    axes.set(
        title=plot.title, xlabel=plot.x, xlim=(left, right), ylim=(low - margin, high + margin)
    )
    if any(curve.label for curve in plot.curves):
        axes.legend()


def _pictures(sheet: Any, figure: Pictures) -> None:
    count = len(figure.pictures)
    rows, columns = -(-count // IN_A_ROW), min(count, IN_A_ROW)
    all_axes = np.ravel(sheet.subplots(rows, columns, squeeze=False))
    for axes in all_axes:
        axes.set_axis_off()
    for axes, (caption, picture) in zip(all_axes, figure.pictures):
        largest = float(np.max(np.abs(picture))) or 1.0
        if figure.signed:
            axes.imshow(picture, cmap="RdBu", vmin=-largest, vmax=largest)
        else:
            axes.imshow(picture, cmap="gray")
        axes.set_title(caption, fontsize="small")
    sheet.suptitle(figure.title)


def _region(sheet: Any, figure: Region) -> None:
    axes = sheet.subplots()
    axes.imshow(figure.cells, cmap="RdBu_r", alpha=0.3, extent=(-1, 1, -1, 1), aspect="equal")
    for label, mark in ((0, "o"), (1, "x")):
        x, y = figure.points[figure.labels == label].T
        axes.plot(x, y, mark)
    axes.set(title=figure.title)


def _word_map(sheet: Any, figure: WordMap) -> None:
    axes = sheet.subplots()
    colours = {1: "tab:green", -1: "tab:red", 0: "black"}
    axes.scatter([w.x for w in figure.words], [w.y for w in figure.words], s=4, color="gray")
    for word in figure.words:
        axes.annotate(word.text, (word.x, word.y), color=colours[word.kind])
    axes.margins(0.15)
    axes.set(title=figure.title)
    axes.set_axis_off()
