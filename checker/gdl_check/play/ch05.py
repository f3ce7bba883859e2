"""Three weights learn together, and one is frozen.

Book: chapter 5, "Let's watch several steps of learning" and "Freezing one weight".
"""

from __future__ import annotations

import argparse
from types import ModuleType
from typing import Any

import numpy as np

from gdl_check.play.figures import Curve, Plot
from gdl_check.play.stage import Stage
from gdl_check.render.lines import Line

INPUTS = np.array([0.85, 0.65, 1.2])  # toes in tens
NAMES = ("toes", "wins", "fans")
START = np.array([0.1, 0.2, -0.1])
TARGET, LEARNING_RATE = 1.0, 0.15
LOUDEST = 2


def play(own: ModuleType, stage: Stage, options: argparse.Namespace) -> None:
    """The weights of one game, free and then with the loudest one held still."""
    steps = 8 if options.quick else 25
    stage.say(
        "One game, three inputs: 8.5 toes (0.85 tens), 65 % won so far, 1.2 million fans. It was "
        "won, so the network should say 1. All three weights share one miss: watch which of them "
        "moves most."
    )
    stage.heading("all weights learn")
    free = _moved(own, stage, steps, set())
    stage.say(
        "The largest number pulls its weight hardest: fans does most of the learning. That is your "
        "weight_deltas, delta times input: it says who was loud, not who was right."
    )
    stage.heading("the weight of fans is frozen")
    stage.say("Now fans still helps to predict, but does not learn. Who does its work?")
    held = _moved(own, stage, steps, {LOUDEST})
    curves = [
        Curve("all learn", [error for error, _ in free]),
        Curve("fans frozen", [error for error, _ in held]),
    ]
    stage.show(Plot("squared error", curves, "step", low=0), "errors")
    rows = [
        (name, f"{START[i]:.3f}", f"{free[-1][1][i]:.3f}", f"{held[-1][1][i]:.3f}")
        for i, name in enumerate(NAMES)
    ]
    stage.table(("weight", "at first", "all learn", "fans frozen"), rows)
    limit = own.largest_stable_learning_rate(INPUTS.reshape(1, -1))
    in_toes = own.largest_stable_learning_rate((INPUTS * [10, 1, 1]).reshape(1, -1))
    stage.say(
        "Both ways the error reaches 0, with different weights: one game cannot say which input "
        "mattered, and whoever learns first leaves nothing to learn for the others."
    )
    stage.say(
        f"Up to a rate of {limit:.2f} this works, says your largest_stable_learning_rate. Had we "
        f"counted toes by one, 8.5, it would be {in_toes:.3f}: one loud input decides for "
        "everybody. That is why inputs are scaled to similar sizes."
    )


def _moved(own: ModuleType, stage: Stage, steps: int, frozen: set[int]) -> list[tuple[float, Any]]:
    """Error and weights before each step, shown as they move."""
    weights, seen = START, list[tuple[float, Any]]()
    with stage.watch("step", steps, pace=0.15, share=0.4) as watch:
        for _ in watch:
            miss = float(own.predict(INPUTS, weights)) - TARGET
            seen.append((miss * miss, np.array(weights)))
            watch.show(lambda: _frame(stage, seen, steps, frozen), _told(seen))
            if frozen:
                weights = own.frozen_step(INPUTS, weights, TARGET, LEARNING_RATE, frozen)
            else:
                weights = own.gd_step_multi_input(INPUTS, weights, TARGET, LEARNING_RATE)
    return seen


def _told(seen: list[tuple[float, Any]]) -> str:
    error, weights = seen[-1]
    return f"error {error:.4f}   weights " + " ".join(f"{weight:6.3f}" for weight in weights)


def _frame(stage: Stage, seen: list[tuple[float, Any]], steps: int, frozen: set[int]) -> list[Line]:
    curves = [
        Curve(name + (" (frozen)" if i in frozen else ""), [weights[i] for _, weights in seen])
        for i, name in enumerate(NAMES)
    ]
    plot = Plot("weights", curves, "step", low=-0.2, high=0.8, x_low=1, x_high=steps)
    return stage.draw(plot, beside=2)
