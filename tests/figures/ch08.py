"""Chapter 8: what the printed listings do wrong, on a hundred noisy digits.

The figures that the book prints need its pictures of digits, which are not at hand.
"""

from itertools import product

import numpy as np

import ch06_backpropagation as ch06
import ch08_regularisation_and_batching as ch08
from figures import Figure, Mistake

ROWS, KEEP, RATE = 100, 0.5, 0.001
RNG = np.random.RandomState(8)
IMAGES, LABELS = ch08.toy_digits(ROWS, np.random.default_rng(8))
INPUTS, TARGETS = ch08.scale_images(IMAGES), ch08.one_hot(LABELS, 10)
LOWER, UPPER = 0.1 * ch06.init_weights(64, 7, RNG), 0.1 * ch06.init_weights(7, 10, RNG)
MASK = RNG.randint(2, size=(ROWS, 7)).astype(float)
HIDDEN, _ = ch06.forward(INPUTS, LOWER, UPPER)


def mean_over_masks(hidden):
    """Every mask there is, each with its chance; with equal chances where keep is 1/2."""
    masks = [np.array(mask, dtype=float) for mask in product((0, 1), repeat=len(hidden))]
    return np.mean([ch08.apply_dropout(hidden, mask, KEEP) for mask in masks], axis=0)


def loss(lower, upper):
    """Half the squared error with this mask, mean over the rows."""
    hidden = ch08.apply_dropout(ch06.relu(INPUTS.dot(lower)), MASK, KEEP)
    return 0.5 * np.sum((hidden.dot(upper) - TARGETS) ** 2) / ROWS


def step():
    return ch08.minibatch_step(INPUTS, TARGETS, LOWER, UPPER, MASK, KEEP, RATE)


def slope_over_step(new_lower):
    """How much steeper the error is along a step of the lower weights than the step says."""
    moved = (LOWER - new_lower) / RATE
    ahead, back = loss(LOWER + 1e-5 * moved, UPPER), loss(LOWER - 1e-5 * moved, UPPER)
    return (ahead - back) / 2e-5 / np.sum(moved**2)


def upper_step_over_slope(new_upper):
    hidden = ch08.apply_dropout(HIDDEN, MASK, KEEP)
    slope = hidden.T.dot(hidden.dot(UPPER) - TARGETS) / ROWS
    return np.sum((UPPER - new_upper) * slope) / RATE / np.sum(slope**2)


FIGURES = [
    Figure(
        8,
        "dropout at keep 1/2, mean over all masks",
        [0.5, 0, 3.25, 1],
        lambda: mean_over_masks(np.array([0.5, 0, 3.25, 1])),
        "V",
    ),
    Figure(
        8,
        "dropout at keep 1/2, slope over step of the lower weights",
        "1.00000",
        lambda: slope_over_step(step()[0]),
        "V",
    ),
    Figure(
        8,
        "a batch of 100, step over slope of the upper weights",
        1.0,
        lambda: upper_step_over_slope(step()[1]),
        "V",
    ),
]


def printed_backward():
    """The lower weights after the printed backward pass: the mask without the 2."""
    hidden = HIDDEN * MASK * 2
    delta = (hidden.dot(UPPER) - TARGETS) / ROWS
    return LOWER - RATE * INPUTS.T.dot(delta.dot(UPPER.T) * (HIDDEN > 0) * MASK)


def printed_batch():
    """The upper weights after the printed batch: updated in the loop that counts right answers."""
    hidden = HIDDEN * MASK * 2
    delta, upper = (hidden.dot(UPPER) - TARGETS) / ROWS, UPPER
    for _ in range(ROWS):
        upper = upper - RATE * hidden.T.dot(delta)
    return upper


MISTAKES = [
    Mistake(
        8,
        "relu_deriv_ge, share of hidden units with a slope",
        1.0,
        lambda: np.mean(HIDDEN >= 0),
        lambda: np.mean(ch08.relu_deriv(HIDDEN)),
    ),
    Mistake(
        8,
        "backward_missing_scale, slope over step of the lower weights",
        "2.00000",
        lambda: slope_over_step(printed_backward()),
        lambda: slope_over_step(step()[0]),
    ),
    Mistake(
        8,
        "updated_once_for_every_row, step over slope of the upper weights",
        100.0,
        lambda: upper_step_over_slope(printed_batch()),
        lambda: upper_step_over_slope(step()[1]),
    ),
]
