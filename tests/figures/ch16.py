"""Chapter 16 prints no numbers: these follow from the papers, with a slope that stays 1."""

import numpy as np

import ch16_where_next as ch16
from figures import Figure, Mistake

ONE, ZERO = np.ones(1), np.zeros(1)


def rolling(steps, step=ch16.momentum_step):
    """Where a weight is after some steps from 0, at rate 0.1 and momentum 0.9, and its speed."""
    weights, velocity = ZERO, ZERO
    for _ in range(steps):
        weights, velocity = step(weights, velocity, ONE, 0.1, 0.9)
    return weights[0], velocity[0]


def uphill(weights, velocity, gradient, learning_rate, momentum):
    velocity = momentum * velocity + gradient
    return weights + learning_rate * velocity, velocity


def adam(slopes):
    """Where a weight is after each step from 0, with Adam's own defaults."""
    weights, mean, square_mean, where = ZERO, ZERO, ZERO, []
    for step, slope in enumerate(slopes, start=1):
        weights, mean, square_mean = ch16.adam_step(weights, mean, square_mean, slope * ONE, step)
        where.append(weights[0])
    return where


def adam_without_correction():
    """The first step, where the young means are taken as they are."""
    _, mean, square_mean = ch16.adam_step(ZERO, ZERO, ZERO, ONE, 1)
    return -0.001 * mean[0] / (np.sqrt(square_mean[0]) + 1e-8)


ROW = np.array([[1.0, 2.0, 3.0, 6.0]])


def sample_std():
    return ((ROW - ROW.mean()) / np.sqrt(ROW.var(ddof=1) + 0.5))[0]


FIGURES = [
    Figure(16, "momentum, weight after 10 steps", "-4.138105961", lambda: rolling(10)[0], "V"),
    Figure(16, "momentum, speed after 10 steps", "6.513215599", lambda: rolling(10)[1], "V"),
    Figure(16, "momentum, speed in the end", "10.000000", lambda: rolling(300)[1], "V"),
    Figure(
        16,
        "adam, a slope that stays 1",
        ["-0.00100000", "-0.00200000", "-0.00300000"],
        lambda: adam([1, 1, 1]),
        "V",
    ),
    Figure(
        16,
        "adam, a slope that turns round",
        ["-0.00100000", "-0.00094737"],
        lambda: adam([1, -1]),
        "V",
    ),
    Figure(
        16,
        "layer norm of 1, 2, 3, 6",
        [-1.0, -0.5, 0, 1.5],
        lambda: ch16.layer_norm(ROW, np.ones(4), np.zeros(4), 0.5)[0],
        "V",
    ),
]

MISTAKES = [
    Mistake(
        16, "adam_no_bias_correction", "-0.003162277", adam_without_correction, lambda: adam([1])[0]
    ),
    Mistake(
        16, "momentum_sign", "4.138105961", lambda: rolling(10, uphill)[0], lambda: rolling(10)[0]
    ),
    Mistake(
        16,
        "layernorm_population_vs_sample_std",
        ["-0.87988269", "-0.43994135", 0, "1.31982404"],
        sample_std,
        lambda: ch16.layer_norm(ROW, np.ones(4), np.zeros(4), 0.5)[0],
    ),
]
