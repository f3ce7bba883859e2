"""The error bowl: what the learning rate does to a weight that rolls downhill.

Book: chapter 4, "Breaking gradient descent" and "Introducing alpha".
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import numpy as np

from gdl_check.keyboard import END, Keyboard
from gdl_check.play.figures import Curve, Plot
from gdl_check.play.stage import Stage, Watch
from gdl_check.render.lines import Line

X, TARGET, START = 2.0, 1.6, -0.4  # the best weight is 0.8
LEFT, RIGHT = -0.8, 2.4
STEPS = 25
RATES = (0.05, 0.4, 0.52)
IDLE = 30.0  # seconds without a key, and the bowl is put away
FASTER, SLOWER = ("right", "up", "+"), ("left", "down", "-")


def play(own: ModuleType, stage: Stage, options: argparse.Namespace) -> None:
    """The bowl: with keys on a terminal, at fixed rates elsewhere."""
    stage.say(
        f"A network with one weight gets the input {X:g} and should say {TARGET:g}. For every "
        "weight there is an error, and together they make a bowl. Your gd_fit lets the weight roll "
        f"down, from {START:g}; the learning rate says how far it goes at each step."
    )
    limit = float(own.largest_stable_learning_rate(X))
    if stage.has_keys and not options.quick:
        stage.say(
            "Change the learning rate with the arrow keys (or + and -), start again with the space "
            "bar, stop with q. Find the rate that is home in one step, and the one that never is."
        )
        _by_hand(own, stage)
    else:
        for rate in RATES:
            _one(own, stage, rate)
    stage.show(_bowl(own, RATES[1], _path(own, RATES[1])), "bowl")
    kinds = [Curve(f"rate {rate:g}", _errors(own, rate)[:12]) for rate in RATES]
    stage.show(Plot("the error, step by step", kinds, "step", low=0, high=12), "rates")
    stage.say(
        f"Each step multiplies the miss by 1 - rate * {X * X:g}. Between 0 and 1 the weight rolls "
        "to the bottom; below 0 it jumps over it each time, and still gets home as long as the "
        f"jumps become smaller. Beyond {limit:g} they become larger: that is what your "
        "largest_stable_learning_rate says, and will_converge knew it without taking a step."
    )
    best = own.find_learning_rate(X, START, TARGET, [10.0, 1.0, 0.1, 0.01], 20)
    stage.say(f"Of 10, 1, 0.1 and 0.01 your find_learning_rate picks {best:g}.")


def _rows(own: ModuleType, rate: float) -> list[dict[str, float]]:
    rows: list[dict[str, float]] = own.gd_fit(X, START, TARGET, rate, STEPS)
    return rows


def _errors(own: ModuleType, rate: float) -> list[float]:
    return [float(row["error"]) for row in _rows(own, rate)]


def _path(own: ModuleType, rate: float) -> list[tuple[float, float]]:
    """The weights that learning goes through, each with its error."""
    return [(float(row["weight"]), float(row["error"])) for row in _rows(own, rate)]


def _bowl(own: ModuleType, rate: float, path: Sequence[tuple[float, float]]) -> Plot:
    weights = np.linspace(LEFT, RIGHT, 120).tolist()
    errors = [float(own.squared_error(X * weight, TARGET)) for weight in weights]
    inside = [(weight, error) for weight, error in path if LEFT <= weight <= RIGHT]
    return Plot(
        f"the error bowl, learning rate {rate:g}",
        [
            Curve("error", errors, weights),
            Curve("the weight's way", [e for _, e in inside], [w for w, _ in inside], True),
        ],
        "weight",
        low=0,
        high=max(errors),
        x_low=LEFT,
        x_high=RIGHT,
    )


def _one(own: ModuleType, stage: Stage, rate: float) -> None:
    """Rolling down once, with one rate."""
    path = _path(own, rate)
    stage.heading(f"learning rate {rate:g}")
    with stage.watch("step", STEPS, pace=0.05, share=0.2) as watch:
        for step in watch:
            weight, error = path[step - 1]
            frame = _Frame(own, stage, rate, path[:step])
            watch.show(frame if stage.live else list, f"weight {weight:8.3f}   error {error:9.3f}")
    stage.put([_verdict(own, rate, path)])


class _Frame:
    """What is on the screen after some steps."""

    def __init__(
        self, own: ModuleType, stage: Stage, rate: float, path: Sequence[tuple[float, float]]
    ) -> None:
        self.own, self.stage, self.rate, self.path = own, stage, rate, path

    def __call__(self) -> list[Line]:
        weight, error = self.path[-1]
        bowl = self.stage.draw(_bowl(self.own, self.rate, self.path), beside=4)
        where = "" if LEFT <= weight <= RIGHT else ", out of the picture"
        text = f"  step {len(self.path):>2}   weight {weight:.4g}{where}   error {error:.4g}"
        return [*bowl, [(text, "")], _verdict(self.own, self.rate, self.path)]


def _verdict(own: ModuleType, rate: float, path: Sequence[tuple[float, float]]) -> Line:
    """What becomes of it, as the learner's own functions see it."""
    factor = 1 - rate * X * X
    if not own.will_converge(X, rate):
        return [(f"  miss times {factor:.2f} each step: it never gets there", "bad")]
    jumps = own.overshoots([X * weight for weight, _ in path], TARGET)
    manner = "jumping over the bottom" if jumps else "rolling"
    error = path[-1][1]
    state = "home" if error < 1e-4 else "on its way"
    return [(f"  miss times {factor:.2f} each step: {manner}, {state}", "good")]


def _by_hand(own: ModuleType, stage: Stage) -> None:
    """The learning rate in the learner's hands, until q or nothing for a while."""
    rate, taken, until = 0.05, 1, time.monotonic() + IDLE
    path = _path(own, rate)
    with Keyboard() as keyboard, stage.watch("step", STEPS) as watch:
        while time.monotonic() < until:
            _redraw(watch, own, stage, rate, path[:taken])
            pressed = keyboard.read(0.15 if taken < STEPS else 1.0)
            if pressed in ("q", "Q", END):
                break
            taken = min(taken + (not pressed), STEPS)
            if pressed:
                until = time.monotonic() + IDLE
            if pressed in (*FASTER, *SLOWER):
                change = 0.01 if pressed in FASTER else -0.01
                rate = round(min(max(rate + change, 0.01), 0.75), 2)
            if pressed in (*FASTER, *SLOWER, " ", "\n", "\r"):
                path, taken = _path(own, rate), 1


def _redraw(watch: Watch, own: ModuleType, stage: Stage, rate: float, path: Any) -> None:
    watch.show(_Frame(own, stage, rate, path), "arrows: the rate   space: again   q: stop")
