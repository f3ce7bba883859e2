"""The streetlights: a network finds a pattern that no single light shows.

Book: chapter 6, the street corner with three lights that tell when it is safe to cross.
"""

from __future__ import annotations

import argparse
from types import ModuleType
from typing import Any

import numpy as np

from gdl_check.play.figures import Curve, Plot
from gdl_check.play.stage import Stage
from gdl_check.render.lines import Line, bar

PATTERNS = ("101", "011", "001", "111")
WALK = np.array([1.0, 1.0, 0.0, 0.0])
HIDDEN, LEARNING_RATE = 6, 0.2
SHADES = ".:-=+*#@"


def play(own: ModuleType, stage: Stage, options: argparse.Namespace) -> None:
    """One layer that cannot learn the lights, and two that can."""
    epochs = 40 if options.quick else 80
    lights = own.lights_to_matrix(list(PATTERNS))
    stage.say(
        "You are abroad, at a crossing with three strange lights. Four times you wrote down which "
        "were on, and whether people walked. What do the lights mean?"
    )
    rows = [
        ("   ".join("*" if light == "1" else "." for light in pattern), _word(walk))
        for pattern, walk in zip(PATTERNS, WALK)
    ]
    stage.table(("lights", "people"), rows)
    pushes = ", ".join(f"{push:+.0f}" for push in own.pressure(lights, WALK))
    stage.say(
        "Each light pushes its weight up where people walk and down where they stop. Your "
        f"pressure function adds that up: {pushes}. It all cancels out: by itself no light says "
        "anything."
    )
    stage.heading("One layer of weights")
    flat = _one_layer(own, stage, lights, epochs)
    stage.heading(f"Two layers, with {HIDDEN} hidden units and relu between them")
    stage.say(
        "Same lights, same learning rate. Watch the hidden units switch on and off: every row is a "
        "light pattern, every column a hidden unit, and the darker the mark the louder the unit."
    )
    errors, weights = _two_layers(own, stage, lights, epochs, options.seed)
    figure = Plot(
        "error of an epoch",
        [Curve("one layer", flat), Curve("two layers", errors)],
        "epoch",
        low=0,
        high=min(4.0, max(errors + flat)),
    )
    stage.show(figure, "errors")
    _told(own, stage, lights, flat, errors, weights)


def _one_layer(own: ModuleType, stage: Stage, lights: Any, epochs: int) -> list[float]:
    errors: list[float] = []
    weights = np.zeros(lights.shape[1])
    with stage.watch("epoch", epochs, pace=0.01, share=0.3) as watch:
        for _ in watch:
            weights, error = own.sgd_epoch(lights, WALK, weights, LEARNING_RATE)
            errors.append(float(error))
            watch.show(lambda: [], f"error {errors[-1]:.3f}")
    stage.put(_answers(lights.dot(weights)))
    stage.say(
        f"It is stuck at an error of {errors[-1]:.2f}: it cannot tell the patterns apart, "
        "because no light by itself does."
    )
    return errors


def _two_layers(
    own: ModuleType, stage: Stage, lights: Any, epochs: int, seed: int
) -> tuple[list[float], tuple[Any, Any]]:
    rng = np.random.default_rng(seed + 14)
    first = own.init_weights(lights.shape[1], HIDDEN, rng)
    second = own.init_weights(HIDDEN, 1, rng)
    targets = WALK.reshape(-1, 1)
    errors: list[float] = []
    with stage.watch("epoch", epochs, pace=0.06, share=0.7) as watch:
        for _ in watch:
            _, output = own.forward(lights, first, second)
            errors.append(float(np.sum((np.asarray(output) - targets) ** 2)))
            for i in range(len(lights)):
                row, target = lights[i : i + 1], targets[i : i + 1]
                first, second = own.train_step(row, target, first, second, LEARNING_RATE)
            seen = (first, second)
            watch.show(
                lambda seen=seen: _frame(own, stage, lights, errors, seen, epochs),  # type: ignore[misc]
                f"error {errors[-1]:.3f}",
            )
    return errors, (first, second)


def _frame(
    own: ModuleType,
    stage: Stage,
    lights: Any,
    errors: list[float],
    weights: tuple[Any, Any],
    epochs: int,
) -> list[Line]:
    hidden, output = own.forward(lights, *weights)
    units = _units(np.asarray(hidden), np.asarray(output))
    if not stage.live:
        return units
    plot = Plot("error", [Curve("", errors)], "epoch", low=0, x_low=1, x_high=epochs)
    return [*stage.draw(plot, beside=len(units) + 2), [], *units]


def _units(hidden: Any, output: Any) -> list[Line]:
    """A row for each pattern: its lights, its hidden units, and what comes out."""
    loudest = max(float(hidden.max()), 1e-9)
    head = "  lights    " + "".join(f"{f'unit{i + 1}':<6}" for i in range(hidden.shape[1]))
    lines: list[Line] = [[(head + " walk?", "dim")]]
    for pattern, units, out in zip(PATTERNS, hidden, output[:, 0]):
        shown = "   ".join("*" if light == "1" else "." for light in pattern).replace("   ", "  ")
        line: Line = [(f"  {shown}   ", "")]
        for unit in units:
            shade = SHADES[min(int(unit / loudest * len(SHADES)), len(SHADES) - 1)]
            text = shade * 4 if unit > 0 else "off "
            line.append((f"{text:<6}", "good" if unit > 0 else "dim"))
        line.append((f" {round(float(out), 2) + 0.0:5.2f}", "strong"))
        lines.append(line)
    return lines


def _answers(outputs: Any) -> list[Line]:
    lines: list[Line] = []
    for pattern, output in zip(PATTERNS, np.ravel(outputs)):
        shown = "  ".join("*" if light == "1" else "." for light in pattern)
        lines.append([(f"  {shown}   [{bar(float(output))}]  {float(output):5.2f}", "")])
    return lines


def _told(
    own: ModuleType,
    stage: Stage,
    lights: Any,
    flat: list[float],
    errors: list[float],
    weights: tuple[Any, Any],
) -> None:
    _, output = own.forward(lights, *weights)
    right = int(np.sum((np.ravel(output) > 0.5) == (WALK > 0.5)))
    off = int(np.sum(own.dead_units(lights, weights[0])))
    stage.say(
        f"The deep network ends at {errors[-1]:.3f} and tells {right} of 4 patterns right; the "
        f"flat one at {flat[-1]:.3f}. What made the difference is relu: a hidden unit can stay off "
        "for one pattern and come on for another, so it can watch two lights at once."
    )
    if off:
        units = "One hidden unit is" if off == 1 else f"{off} hidden units are"
        stage.say(f"{units} off for every pattern: dead, and never to learn again.")
    stage.say("Another start of the weights: --seed 2. Some starts learn faster, some get stuck.")


def _word(walk: float) -> str:
    return "walk" if walk else "stop"
