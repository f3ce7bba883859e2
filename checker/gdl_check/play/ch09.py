"""How sure a network is: softmax turns what it says into probabilities.

Book: chapter 9, "Upgrading the MNIST network".
"""

from __future__ import annotations

import argparse
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from gdl_check.play import digits
from gdl_check.play.data import Digits
from gdl_check.play.figures import Curve, Pictures, Plot
from gdl_check.play.stage import Stage
from gdl_check.render.lines import Line, bar

DATA = "MNIST"
TRAIN, TEST, REAL = 800, 500, 1000
HIDDEN, LEARNING_RATE, SIZE, KEEP = 100, 0.3, 40, 0.5
ASKED = 3


class Net(NamedTuple):
    """A network of tanh and softmax."""

    first: Any
    second: Any


def play(own: ModuleType, stage: Stage, options: argparse.Namespace) -> None:
    """Train on digits, then ask for probabilities where it is sure and where it is not."""
    epochs = 8 if options.quick else 100
    found, scale = digits.get(options, TRAIN, TEST, REAL)
    stage.say(
        "A network with tanh inside, dropout, and softmax at its end: for each picture it gives "
        f"ten probabilities. Wherever output and answer differ, {SIZE} pictures at a time, your "
        "mnist_step pulls them together."
    )
    digits.show(stage, found)
    net = _trained(own, stage, found, scale, epochs, options.seed)
    rows = digits.rows_of(found.test_images)
    says = _says(own, net, rows)
    right = float(np.mean(says.argmax(axis=1) == found.test_labels))
    stage.say(f"Of {len(rows)} pictures it has never seen it reads {right:.0%}.")
    surest, doubtful = np.argsort(-says.max(axis=1))[:1], _doubtful(says, found)
    for index, word in ((int(surest[0]), "It is surest here:"), (doubtful, "And here it doubts:")):
        stage.heading(word)
        _asked(stage, found, says, index)
    _calibrated(stage, says, found)


def _trained(
    own: ModuleType, stage: Stage, found: Digits, scale: float, epochs: int, seed: int
) -> Net:
    rng = np.random.default_rng(seed + 1)
    rows, test_rows = digits.rows_of(found.images), digits.rows_of(found.test_images)
    first = 0.1 * np.sqrt(scale) * (2 * rng.random((rows.shape[1], HIDDEN)) - 1)
    net = Net(first, 0.1 * (2 * rng.random((HIDDEN, 10)) - 1))
    rate = LEARNING_RATE * scale
    train, test = list[float](), list[float]()
    with stage.watch("epoch", epochs) as watch:
        for _ in watch:
            *weights, losses = own.train_mnist(rows, found.labels, *net, KEEP, rate, SIZE, 1, rng)
            net = Net(*weights)
            train.append(float(losses[-1]))
            says = _says(own, net, test_rows)
            test.append(float(own.cross_entropy(says, found.test_labels)))
            right = float(np.mean(says.argmax(axis=1) == found.test_labels))
            watch.show(
                lambda: stage.draw(_curves(train, test, epochs), beside=2),
                f"cross entropy {train[-1]:.3f}, test {test[-1]:.3f}, {right:.0%} right",
            )
    stage.save(_curves(train, test, epochs), "cross-entropy")
    stage.say(
        "Guessing among ten digits costs a cross entropy of 2.3, being sure and right costs 0. "
        "Both curves fall from there; the gap between them is what it has learned by heart."
    )
    return net


def _curves(train: list[float], test: list[float], epochs: int) -> Plot:
    curves = [Curve("train", train), Curve("test", test)]
    return Plot("cross entropy", curves, "epoch", low=0, high=2.5, x_low=1, x_high=epochs)


def _says(own: ModuleType, net: Net, rows: Any) -> Any:
    """The probabilities (batch, 10), without dropout."""
    return np.asarray(own.softmax(own.tanh(rows.dot(net.first)).dot(net.second)))


def _doubtful(says: Any, found: Digits) -> int:
    """A picture that it reads rightly, by a hair."""
    two = np.sort(says, axis=1)[:, -2:]
    hair = np.where(says.argmax(axis=1) == found.test_labels, two[:, 1] - two[:, 0], 1.0)
    return int(hair.argmin())


def _asked(stage: Stage, found: Digits, says: Any, index: int) -> None:
    caption = f"a {found.test_labels[index]}"
    stage.show(Pictures("", [(caption, found.test_images[index])]))
    order = np.argsort(-says[index])[:ASKED]
    lines: list[Line] = [
        [(f"  {digit}  [{bar(float(says[index, digit]))}]  {says[index, digit]:.0%}", "")]
        for digit in order
    ]
    stage.put([[], *lines])


def _calibrated(stage: Stage, says: Any, found: Digits) -> None:
    """Is it right as often as it thinks?"""
    sure, right = says.max(axis=1), says.argmax(axis=1) == found.test_labels
    rows = []
    for low, high in ((0.0, 0.5), (0.5, 0.8), (0.8, 0.95), (0.95, 1.01)):
        inside = (sure >= low) & (sure < high)
        if inside.any():
            label = f"{low:.0%} to {min(high, 1):.0%}"
            rows.append((label, f"{inside.sum()}", f"{float(right[inside].mean()):.0%}"))
    stage.table(("how sure it is", "pictures", "right"), rows)
    stage.say(
        "A probability is a promise: of all pictures of which it is 80 % sure, 80 % should be "
        "right. Compare the columns: does it promise too much?"
    )
