"""Kernels: a small eye that looks everywhere, and learns what an edge is.

Book: chapter 10, the convolutional layer on MNIST.
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

DATA = "MNIST"
TRAIN, TEST, REAL = 800, 500, 500
SIDE, KERNELS, LEARNING_RATE, SIZE = 3, 8, 0.3, 20


class Net(NamedTuple):
    """The kernels, and the weights above them."""

    kernels: Any
    above: Any


def play(own: ModuleType, stage: Stage, options: argparse.Namespace) -> None:
    """Edges by hand, then kernels that learn, and what they look for in the end."""
    epochs = 3 if options.quick else 8 if options.data else 25
    found, _ = digits.get(options, TRAIN, TEST, REAL)
    images, test_images = found.images / 255, found.test_images / 255
    stage.say(
        "A kernel is a little picture of 3 by 3 that is laid on every place of an image. Your "
        "detect_edge has two that were made by hand; where an edge is, they answer."
    )
    edges = [(kind, own.detect_edge(images[:1], kind)[0]) for kind in ("vertical", "horizontal")]
    stage.show(Pictures("", [(f"a {found.labels[0]}", images[0]), *edges]), "edges")
    height, width = images.shape[1:]
    few = own.shared_weight_count(SIDE, SIDE, KERNELS)
    positions = own.output_size(height, SIDE) * own.output_size(width, SIDE)
    many = own.dense_weight_count(height, width, positions * KERNELS)
    stage.say(
        f"Now {KERNELS} kernels begin with chance and learn. They have {few} weights; an ordinary "
        f"layer with as many outputs would have {many:,}. What is learned in one corner is known "
        "in all of them."
    )
    rng = np.random.default_rng(options.seed)
    first = 0.3 * rng.standard_normal((SIDE * SIDE, KERNELS))
    units = positions * KERNELS
    net = Net(first, 1.7 / np.sqrt(units) * rng.standard_normal((units, 10)))
    rate = LEARNING_RATE * min(1.0, 72 / positions)
    scaled = Digits(images, found.labels, test_images, found.test_labels)
    net = _trained(own, stage, scaled, net, rate, epochs)
    stage.say("The kernels, before and after: + and # are weights above 0, - and = below.")
    stage.show(_kernels("before", first), "kernels-before")
    stage.show(_kernels("after", net.kernels), "kernels-after")
    stage.say(
        "Look for kernels with a dark and a bright side: those are edges, and nobody asked for "
        "them. Reading digits was enough to make them worth having."
    )


def _trained(
    own: ModuleType, stage: Stage, found: Digits, net: Net, rate: float, epochs: int
) -> Net:
    train, test = list[float](), list[float]()
    with stage.watch("epoch", epochs) as watch:
        for _ in watch:
            *weights, losses = own.train_cnn(
                found.images, found.labels, *net, SIDE, SIDE, rate, SIZE, 1
            )
            net = Net(*weights)
            train.append(float(losses[-1]))
            says = own.cnn_forward(found.test_images, *net, SIDE, SIDE)[2]
            test.append(float(own.cross_entropy(says, found.test_labels)))
            right = float(np.mean(np.argmax(says, axis=1) == found.test_labels))
            watch.show(
                lambda: stage.draw(_curves(train, test, epochs), beside=2),
                f"loss {train[-1]:.3f}   new pictures read: {right:.0%}",
            )
    stage.save(_curves(train, test, epochs), "loss")
    return net


def _curves(train: list[float], test: list[float], epochs: int) -> Plot:
    curves = [Curve("train", train), Curve("test", test)]
    return Plot("cross entropy", curves, "epoch", low=0, high=2.5, x_low=1, x_high=epochs)


def _kernels(title: str, kernels: Any) -> Pictures:
    shown = np.asarray(kernels).T.reshape(-1, SIDE, SIDE)
    return Pictures(title, [(f"{i + 1}", kernel) for i, kernel in enumerate(shown)], signed=True)
