"""Chapter 9: softmax far out, the slope of tanh, and steps of a small net like the MNIST one.

The book's training runs need MNIST, which does not ship: what is held here is what its listing
does, on the same shapes with numbers drawn at random.
"""

import numpy as np

import ch08_regularisation_and_batching as ch08
import ch09_activation_functions as ch09
from ch06_backpropagation import relu
from figures import Figure, Mistake


def odds(lead):
    """How many times as likely softmax makes a class whose logit leads by so much."""
    (first, second), *_ = ch09.softmax(np.array([[float(lead), 0.0]]))
    return first / second


def batch(rows, n=7, hidden=5, n_classes=4):
    """Inputs, labels, two layers of weights and a mask, drawn as in the book (seed 1)."""
    rng = np.random.RandomState(1)
    return (
        rng.rand(rows, n),
        rng.randint(n_classes, size=rows),
        2 * rng.rand(n, hidden) - 1,
        2 * rng.rand(hidden, n_classes) - 1,
        rng.randint(2, size=(rows, hidden)).astype(float),
    )


def upper_slopes(miss, rows=100):
    """The slopes of weights_1_2 that a delta gives, and the true ones of the mean."""
    inputs, labels, weights_0_1, weights_1_2, mask = batch(rows)
    dropped = ch08.apply_dropout(ch09.tanh(inputs.dot(weights_0_1)), mask, 0.5)
    probabilities = ch09.softmax(dropped.dot(weights_1_2))
    targets = ch08.one_hot(labels, 4)
    _, stepped = ch09.mnist_step(inputs, labels, weights_0_1, weights_1_2, mask, 0.5, 1.0)
    return dropped.T.dot(miss(probabilities, targets)), weights_1_2 - stepped


def alpha_that_acts(miss):
    """What the book's alpha of 2 comes to with 100 rows, as a rate on the mean loss's slopes."""
    given, true = upper_slopes(miss)
    return 2 * np.sum(given * true) / np.sum(true * true)


def twice_divided(probabilities, targets):
    return (probabilities - targets) / (len(targets) * probabilities.shape[0])


def slope_at_one(slope):
    """What a hidden unit at 1 that was kept, with keep 1/2, makes of an upstream delta of 1."""
    return slope(np.array([[1.0]]), ch09.tanh(np.array([[50.0]])), np.array([[1.0]]))[0, 0]


def after_dropout(upstream, output, mask):
    return ch09.tanh_deriv(output * mask * 2) * upstream * mask


def before_dropout(upstream, output, mask):
    return ch09.hidden_delta_with_dropout(upstream, output, mask, 0.5, "tanh")


def naive_softmax(logits):
    with np.errstate(all="ignore"):
        powers = np.exp(logits)
        return powers / np.sum(powers, axis=1, keepdims=True)


def numbers_at_1000(softmax):
    return np.sum(np.isfinite(softmax(np.array([[1000.0, 1000.0, 0.0]]))))


def largest_difference():
    """Between the slopes of weights_0_1 and central differences of the mean cross entropy."""
    inputs, labels, weights_0_1, weights_1_2, mask = batch(6)

    def loss(weights):
        hidden = ch08.apply_dropout(ch09.tanh(inputs.dot(weights)), mask, 0.5)
        return ch09.cross_entropy(ch09.softmax(hidden.dot(weights_1_2)), labels)

    stepped, _ = ch09.mnist_step(inputs, labels, weights_0_1, weights_1_2, mask, 0.5, 1.0)
    worst = 0.0
    for index in np.ndindex(weights_0_1.shape):
        nudge = np.zeros_like(weights_0_1)
        nudge[index] = 1e-5
        measured = (loss(weights_0_1 + nudge) - loss(weights_0_1 - nudge)) / 2e-5
        worst = max(worst, abs(measured - (weights_0_1 - stepped)[index]))
    return worst


FIGURES = [
    Figure(
        9, "e^100, the odds of a class that leads by 100", 2.6881171418161356e43, lambda: odds(100)
    ),
    Figure(
        9,
        "table of slopes at an output of 0.5: sigmoid, tanh, relu",
        [0.25, 0.75, 1.0],
        lambda: [
            ch09.layer_delta(np.array([[1.0]]), np.array([[0.5]]), kind)[0, 0]
            for kind in ("sigmoid", "tanh", "relu")
        ],
        "V",
    ),
    Figure(
        9,
        "the right hidden gradient, off the measured one by",
        "0.00000000",
        largest_difference,
        "V",
    ),
    Figure(
        9, "alpha 2 on 100 rows, divided once", 2.0, lambda: alpha_that_acts(ch09.output_delta), "V"
    ),
]


MISTAKES = [
    Mistake(
        9,
        "relu_deriv_returns_x: the table's slope of relu at an output of 0.5",
        0.5,
        lambda: relu(np.array([[0.5]]))[0, 0],
        lambda: ch09.relu_deriv(np.array([[0.5]]))[0, 0],
    ),
    Mistake(
        9,
        "batch_divided_twice: alpha 2 on 100 rows acts as",
        0.02,
        lambda: alpha_that_acts(twice_divided),
        lambda: alpha_that_acts(ch09.output_delta),
    ),
    Mistake(
        9,
        "slope_after_dropout: 1 - (2 * tanh)^2 reaches",
        -3.0,
        lambda: slope_at_one(after_dropout),
        lambda: slope_at_one(before_dropout),
    ),
    Mistake(
        9,
        "softmax_no_max_shift: numbers left of three logits up to 1,000",
        1,
        lambda: numbers_at_1000(naive_softmax),
        lambda: numbers_at_1000(ch09.softmax),
    ),
]
