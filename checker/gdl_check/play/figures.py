"""What a play shows beside words: curves, pictures made of pixels, and maps. Plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np


class Curve(NamedTuple):
    """Numbers over numbers; `x` counts from 1 where it is left out. Dots are not joined."""

    label: str
    y: Sequence[float]
    x: Sequence[float] | None = None
    dots: bool = False

    @property
    def points(self) -> list[tuple[float, float]]:
        """The pairs (x, y) that can be drawn: without nan and infinity."""
        x = range(1, len(self.y) + 1) if self.x is None else self.x
        pairs = [(float(a), float(b)) for a, b in zip(x, self.y)]
        return [pair for pair in pairs if np.isfinite(pair).all()]


class Plot(NamedTuple):
    """Curves in one frame; `low` and `high` hold the y axis still while a curve grows.

    `x_high` does the same for the x axis of curves that count from 1.
    """

    title: str
    curves: Sequence[Curve]
    x: str = ""
    low: float | None = None
    high: float | None = None
    x_low: float | None = None
    x_high: float | None = None

    @property
    def box(self) -> tuple[float, float, float, float]:
        """What the frame spans: from x, to x, from y, to y; never empty."""
        points = [point for curve in self.curves for point in curve.points]
        xs = [x for x, _ in points] or [0.0]
        ys = [y for _, y in points] or [0.0]
        left, right = _span(min(xs), max(xs), self.x_low, self.x_high)
        low, high = _span(min(ys), max(ys), self.low, self.high)
        return left, right, low, high


class Pictures(NamedTuple):
    """Pictures side by side, each with a caption: arrays (rows, columns) of any numbers.

    Where `signed` is true, 0 is blank, and what is below 0 looks different from what is above.
    """

    title: str
    pictures: Sequence[tuple[str, Any]]
    signed: bool = False


class Word(NamedTuple):
    """A word at a place of a map; `kind` is 1 or -1 for two kinds of words, else 0."""

    text: str
    x: float
    y: float
    kind: int = 0


class WordMap(NamedTuple):
    """Words in a plane: near each other where they mean alike to a network."""

    title: str
    words: Sequence[Word]
    kinds: tuple[str, str] = ("", "")


class Region(NamedTuple):
    """A plane coloured by what a network says of each place, with the examples that it learned.

    `cells` (rows, columns) has the class of each cell, the top row first; `points` (n, 2) lie
    between -1 and 1 each way, and `labels` (n,) says which class each of them belongs to.
    """

    title: str
    cells: Any
    points: Any
    labels: Any


Figure = Plot | Pictures | WordMap | Region


def _span(low: float, high: float, fixed_low: float | None, fixed_high: float | None) -> Any:
    low = low if fixed_low is None else fixed_low
    high = high if fixed_high is None else fixed_high
    return (low, high) if high > low else (low, low + 1.0)
