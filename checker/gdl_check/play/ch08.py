"""Reading digits: learning them by heart, and how dropout keeps a network from it.

Book: chapter 8, the three-layer network on MNIST, early stopping, dropout and batches.
"""

from __future__ import annotations

import argparse
import time
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from gdl_check.play import digits
from gdl_check.play.figures import Curve, Plot
from gdl_check.play.stage import Stage
from gdl_check.render.lines import Line

DATA = "MNIST"
TRAIN, TEST, REAL = 300, 500, 1000
HIDDEN, LEARNING_RATE, SIZE, KEEP = 200, 0.25, 20, 0.5
WRONG = 0.2  # of the labels of made-up pictures: noise to learn by heart
PATIENCE = 30


class Net(NamedTuple):
    """A network of two layers, and its pictures as rows with targets."""

    first: Any
    second: Any


class Rows(NamedTuple):
    """Training and test pictures as rows, with their targets."""

    inputs: Any
    targets: Any
    test_inputs: Any
    test_targets: Any


def play(own: ModuleType, stage: Stage, options: argparse.Namespace) -> None:
    """Two networks, with and without dropout, on the same pictures."""
    epochs = 8 if options.quick else 60 if options.data else 150
    found, scale = digits.get(options, TRAIN, TEST, REAL)
    labels = found.labels if options.data else _with_mistakes(found.labels, options.seed)
    rows = Rows(
        own.scale_images(found.images),
        own.one_hot(labels, 10),
        own.scale_images(found.test_images),
        own.one_hot(found.test_labels, 10),
    )
    stage.say(
        f"{len(rows.inputs)} pictures of digits to learn from, {len(rows.test_inputs)} others to "
        "be tested with: which digit is it?"
    )
    digits.show(stage, found)
    wrong = int(np.sum(labels != found.labels))
    if wrong:
        stage.say(
            f"Somebody was tired: {wrong} of the labels to learn from are wrong. That is noise, "
            "and nothing in the pictures explains it. The labels of the test are right."
        )
    histories = {}
    for keep, title, text in (
        (
            1.0,
            "without dropout",
            f"A network with {HIDDEN} hidden units, in batches of {SIZE}. Watch the two errors "
            "part: one goes on falling, the other stops.",
        ),
        (
            KEEP,
            "with dropout",
            "The same network from the same weights, but in each step half of its hidden units, "
            "other ones every time, are switched off.",
        ),
    ):
        stage.heading(title)
        stage.say(text)
        rng = np.random.default_rng(options.seed + 1)
        net = _net(rows, scale, rng)
        histories[title] = _trained(own, stage, rows, net, keep, scale, epochs, rng)
    _compared(own, stage, histories)
    _told(stage, histories, wrong)
    stage.heading("batches")
    _batches(own, stage, rows, scale, options)


def _with_mistakes(labels: Any, seed: int) -> Any:
    """Labels, some of which have been replaced by chance."""
    rng = np.random.default_rng(seed + 2)
    return np.where(rng.random(len(labels)) < WRONG, rng.integers(10, size=len(labels)), labels)


def _net(rows: Rows, scale: float, rng: np.random.Generator) -> Net:
    size = 0.1 * np.sqrt(scale)
    first = size * (2 * rng.random((rows.inputs.shape[1], HIDDEN)) - 1)
    return Net(first, 0.1 * (2 * rng.random((HIDDEN, 10)) - 1))


def _trained(
    own: ModuleType,
    stage: Stage,
    rows: Rows,
    net: Net,
    keep: float,
    scale: float,
    epochs: int,
    rng: np.random.Generator,
) -> list[dict[str, float]]:
    """Train, measure after each epoch, and show both errors as they go."""
    history: list[dict[str, float]] = []
    with stage.watch("epoch", epochs, share=0.45) as watch:
        for _ in watch:
            net = _epoch(own, rows, net, keep, scale, SIZE, rng)
            train_error, train_accuracy = own.evaluate(rows.inputs, rows.targets, *net)
            test_error, test_accuracy = own.evaluate(rows.test_inputs, rows.test_targets, *net)
            history.append(
                {
                    "train_error": float(train_error),
                    "train_accuracy": float(train_accuracy),
                    "test_error": float(test_error),
                    "test_accuracy": float(test_accuracy),
                }
            )
            watch.show(
                lambda: _frame(stage, history, epochs),
                f"right: training {train_accuracy:4.0%}, test {test_accuracy:4.0%}",
            )
    return history


def _epoch(
    own: ModuleType,
    rows: Rows,
    net: Net,
    keep: float,
    scale: float,
    size: int,
    rng: np.random.Generator,
) -> Net:
    for batch in own.epoch_batches(len(rows.inputs), size, rng):
        mask = own.dropout_mask((len(batch), net.first.shape[1]), keep, rng)
        step = own.minibatch_step(
            rows.inputs[batch], rows.targets[batch], *net, mask, keep, LEARNING_RATE * scale
        )
        net = Net(*step)
    return net


def _frame(stage: Stage, history: list[dict[str, float]], epochs: int) -> list[Line]:
    curves = [
        Curve(f"{half} error", [row[f"{half}_error"] for row in history])
        for half in ("train", "test")
    ]
    plot = Plot("mean error", curves, "epoch", low=0, high=1, x_low=1, x_high=epochs)
    return stage.draw(plot, beside=2)


def _compared(own: ModuleType, stage: Stage, histories: dict[str, Any]) -> None:
    curves = [
        Curve(title, [row["test_error"] for row in history]) for title, history in histories.items()
    ]
    stage.show(Plot("error on pictures they have never seen", curves, "epoch"), "dropout")
    for half in ("error", "accuracy"):
        for title, history in histories.items():
            curves = [
                Curve(part, [row[f"{part}_{half}"] for row in history])
                for part in ("train", "test")
            ]
            name = f"{half}-{title.replace(' ', '-')}"
            stage.save(Plot(f"{half}, {title}", curves, "epoch"), name)
    told = []
    for title, history in histories.items():
        last = history[-1]
        gap = own.generalisation_gap(last["train_accuracy"], last["test_accuracy"])
        best = own.best_epoch(history, PATIENCE)
        told.append(
            (
                title,
                f"{last['train_accuracy']:.0%}",
                f"{last['test_accuracy']:.0%}",
                f"{gap:.0%}",
                f"{last['test_error']:.3f}",
                f"{best + 1}",
            )
        )
    stage.table(("in the end", "train", "test", "gap", "test error", "stop at"), told)


def _told(stage: Stage, histories: dict[str, Any], wrong: int) -> None:
    """What to notice, as far as it came out that way."""
    without, with_dropout = (history[-1]["test_error"] for history in histories.values())
    best = min(row["test_error"] for row in histories["without dropout"])
    if without > with_dropout:
        known = "its labels, the wrong ones too" if wrong else "its pictures by heart"
        climbs = ": its error there climbs again" if without > 1.05 * best else ""
        stage.say(
            f"Without dropout the network ends up knowing {known}. It has to learn the noise of "
            f"each picture for that, and pays for it where pictures are new{climbs}. With dropout "
            "no unit can rely on another one, so learning by heart is hard, and what the pictures "
            "have in common is left."
        )
    else:
        stage.say(
            "On these pictures dropout did not help in the time there was: it learns more slowly, "
            "and there is little noise to keep out. Its two errors stay closer together, though."
        )
    stage.say(
        f"The last column is where your best_epoch would have stopped (patience {PATIENCE}): early "
        "stopping costs nothing, and gets most of the way."
    )


def _batches(
    own: ModuleType, stage: Stage, rows: Rows, scale: float, options: argparse.Namespace
) -> None:
    told = []
    for size in (len(rows.inputs), SIZE, 1):
        rng = np.random.default_rng(options.seed + 1)
        begun = time.perf_counter()
        net = _epoch(own, rows, _net(rows, scale, rng), 1.0, scale * min(1, size / 2), size, rng)
        seconds = time.perf_counter() - begun
        error, accuracy = own.evaluate(rows.inputs, rows.targets, *net)
        steps = -(-len(rows.inputs) // size)
        time_taken = f"{1000 * seconds:.0f} ms"
        told.append((f"{size}", f"{steps}", time_taken, f"{error:.3f}", f"{accuracy:.0%}"))
    stage.table(("batch", "steps", "time", "error", "right"), told)
    stage.say(
        "That is one epoch each. A batch of all pictures takes one careful step, a batch of one "
        "takes many hasty ones and the longest time; the ones between get far, and fast."
    )
