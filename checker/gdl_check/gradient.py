"""Slopes measured by finite differences, held against the slopes an answer claims.

What is measured is our own loss, never the learner's. A point where the loss has a kink is left for
one nearby; where no point can be measured well the check is inconclusive and fails nobody.
"""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from gdl_check.autopsy import autopsy
from gdl_check.compare import FLOOR, Difference, as_array, tolerance
from gdl_check.expect import Unmet
from gdl_check.replies import read
from gdl_check.results import GradientReport

STEPS = (1e-4, 1e-5, 1e-6)
DIRECTIONS = 4
TRIES = 5
EPS = float(np.finfo(float).eps)

Point = dict[str, np.ndarray]
Loss = Callable[..., float]


class Inconclusive(Exception):
    """No point nearby could be measured well enough to judge."""


class WrongSlopes(Unmet):
    """The slopes that an answer claims are not those that were measured."""

    def __init__(self, difference: Difference, report: GradientReport) -> None:
        super().__init__(difference)
        self.report = report


class Measured(NamedTuple):
    """A slope along one direction, how far it may be off, and whether it was measured well."""

    slope: float
    bound: float
    noise: float


def expect_slopes(
    loss: Loss, at: Mapping[str, Any], claimed: Callable[..., Any], batch: int | None = None
) -> None:
    """Claim that `claimed` gives the slopes of `loss` for every array of `at`.

    Both take the arrays of `at` by name; `claimed` returns one array for each, in that order (or
    just the array where there is one). `batch` is the number of rows, for the autopsy. Raises
    WrongSlopes or Inconclusive.
    """
    point = {name: np.array(value, dtype=float) for name, value in at.items()}
    rng = random.Random(_seed(point))
    for tried in range(TRIES + 1):
        slopes = _by_name(point, claimed(**point))
        directions = [_direction(point, rng) for _ in range(DIRECTIONS)]
        measured = [measure(loss, point, direction) for direction in directions]
        scale = _rms([m.slope for m in measured])
        if not any(m.bound > max(1e-5 * scale, 8 * m.noise) for m in measured):
            _judge(loss, point, slopes, directions, measured, batch, moved=tried > 0)
            return
        point = {name: _jittered(value, rng) for name, value in point.items()}
    raise Inconclusive


def measure(loss: Loss, point: Point, direction: Point) -> Measured:
    """The slope of `loss` along one direction, from three step sizes that must agree."""
    here = float(loss(**point))
    slopes, bends, largest = [], [], abs(here)
    for h in STEPS:
        up = float(loss(**{name: point[name] + h * direction[name] for name in point}))
        down = float(loss(**{name: point[name] - h * direction[name] for name in point}))
        slopes.append((up - down) / (2 * h))
        bends.append((up - 2 * here + down) / h)
        largest = max(largest, abs(up), abs(down))
    pairs = []
    for i in range(len(STEPS) - 1):
        noise = 4 * EPS * largest / STEPS[i + 1]
        bound = abs(slopes[i] - slopes[i + 1]) + abs(bends[i] - 10 * bends[i + 1]) / 10 + 3 * noise
        pairs.append(Measured(slopes[i + 1], bound, noise))
    # The pair that agrees best with itself, never the one closest to the answer.
    return min(pairs, key=lambda pair: pair.bound)


def report_on(loss: Loss, point: Point, slopes: Point, batch: int | None) -> GradientReport:
    """Every entry measured and compared, to say where the claimed slopes are wrong."""
    tables: dict[str, tuple[Any, Any]] = {}
    wrong_arrays: list[str] = []
    right_arrays: list[str] = []
    entries = skipped = wrong = 0
    worst: tuple[float, Any] = (0.0, None)
    measured_all = {name: _every_entry(loss, point, name) for name in point}
    top = max((np.nanmax(abs(m[0]), initial=0.0) for m in measured_all.values()), default=0.0)
    for name, (numeric, bounds) in measured_all.items():
        known = ~np.isnan(numeric)
        with np.errstate(invalid="ignore"):
            miss = np.where(known, abs(slopes[name] - numeric), 0.0)
            bad = known & ~(miss <= 1e-6 * top + 3 * np.nan_to_num(bounds) + FLOOR)
        tables[name] = (slopes[name], numeric)
        entries += numeric.size
        skipped += int((~known).sum())
        wrong += int(bad.sum())
        (wrong_arrays if bad.any() else right_arrays).append(name)
        if bad.any():
            miss = np.where(bad, np.nan_to_num(miss, nan=np.inf), -1.0)
            index = tuple(int(i) for i in np.unravel_index(miss.argmax(), miss.shape))
            if worst[1] is None or miss[index] > worst[0]:
                found = (float(slopes[name][index]), float(numeric[index]), float(bounds[index]))
                worst = (float(miss[index]), (name, index, *found))
    pattern, says = autopsy({n: tables[n] for n in wrong_arrays}, batch)
    return GradientReport(
        entries,
        wrong,
        skipped,
        worst[0] / top if top else worst[0],
        tuple(right_arrays),
        tuple(wrong_arrays),
        worst[1],
        tables,
        pattern,
        says,
    )


def _judge(
    loss: Loss,
    point: Point,
    slopes: Point,
    directions: list[Point],
    measured: list[Measured],
    batch: int | None,
    moved: bool,
) -> None:
    allowed = max(1e-6, tolerance.get()) * _rms([m.slope for m in measured])
    for direction, m in zip(directions, measured):
        claim = sum(float(np.sum(slopes[name] * direction[name])) for name in point)
        # Where everything cancels, measured slopes can be 0 to the last bit, and claimed ones not.
        if not abs(claim - m.slope) <= allowed + 3 * m.bound + FLOOR:
            report = report_on(loss, point, slopes, batch)._replace(moved=moved)
            numeric = {name: table[1] for name, table in report.tables.items()}
            expected = tuple(numeric.values()) if len(point) > 1 else next(iter(numeric.values()))
            got = tuple(slopes.values()) if len(point) > 1 else next(iter(slopes.values()))
            message = f"{report.wrong} of {report.entries} slopes are wrong"
            raise WrongSlopes(Difference("value", message, expected, got), report)


def _by_name(point: Point, claimed: Any) -> Point:
    values = read(claimed)
    parts = [values] if len(point) == 1 else list(values)
    slopes = {}
    for (name, value), part in zip(point.items(), parts, strict=True):
        slope = as_array(part)
        if slope is None or slope.shape != value.shape:
            shape = None if slope is None else slope.shape
            message = f"the slopes for {name} must have its shape {value.shape}, not {shape}"
            raise Unmet(Difference("shape", message, compared=False))
        slopes[name] = slope.astype(float)
    return slopes


def _every_entry(loss: Loss, point: Point, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Slopes entry by entry, nan where a kink is too near, and how far each may be off."""
    slopes = np.full(point[name].shape, np.nan)
    bounds = np.full(point[name].shape, np.nan)
    for index in np.ndindex(point[name].shape):
        direction = {other: np.zeros_like(value) for other, value in point.items()}
        direction[name][index] = 1.0
        m = measure(loss, point, direction)
        if m.bound <= max(1e-5 * abs(m.slope), 8 * m.noise, 1e-7):
            slopes[index], bounds[index] = m.slope, m.bound
    return slopes, bounds


def _direction(point: Point, rng: random.Random) -> Point:
    # Bounded away from zero, so that no entry can hide, and never all of one sign.
    return {
        name: _signs(value.shape, rng) * np.clip(_rms(value), 1e-3, 1e3)
        for name, value in point.items()
    }


def _jittered(value: np.ndarray, rng: random.Random) -> Any:
    return value + 0.01 * _signs(value.shape, rng) * max(_rms(value), 0.1)


def _signs(shape: tuple[int, ...], rng: random.Random) -> Any:
    size = math.prod(shape)
    return np.array([rng.choice((-1, 1)) * rng.uniform(0.5, 1.5) for _ in range(size)]).reshape(
        shape
    )


def upstream_like(array: Any) -> Any:
    """A gradient to come from above: random, the same for the same array, nowhere 1.

    Eighths, so that sums with it are exact.
    """
    value = np.asarray(array, dtype=float)
    rng = random.Random(_seed({"upstream": value}))
    eighths = [
        rng.choice((-1, 1)) * rng.choice((4, 5, 6, 7, 9, 10, 11, 12)) / 8 for _ in range(value.size)
    ]
    return np.array(eighths).reshape(value.shape)


def _seed(point: Mapping[str, np.ndarray]) -> int:
    told = b"".join(name.encode() + value.tobytes() for name, value in point.items())
    return int.from_bytes(hashlib.sha256(told).digest()[:8], "little")


def _rms(values: Any) -> float:
    values = np.asarray(values, dtype=float)
    return float(np.sqrt(np.mean(values * values))) if values.size else 0.0
