"""Chapter 14: gradients that vanish and explode, and what needs no text of the first windows.

tests/test_shakespeare.py holds the rest, on the book's own text.
"""

import numpy as np

import ch09_activation_functions as ch09
import ch14_lstm as ch14
from figures import Figure, Mistake

WEIGHTS = np.array([[1.0, 4.0], [4.0, 1.0]])
CHARACTERS, VOCABULARY = 99_993, 62


def with_sigmoid():
    """Ten steps forward and back: the states and the gradients."""
    state = ch09.sigmoid(np.array([1.0, 0.01]))
    return ch14.repeat_backprop(state, WEIGHTS, np.ones(2), 10, "sigmoid")


def with_relu(run):
    """The same with relu; the book's cell begins with the first state of the run before it."""
    state = with_sigmoid()[0][0]
    for _ in range(run):
        states, gradients = ch14.repeat_backprop(state, WEIGHTS, np.ones(2), 10, "relu")
        state = states[0]
    return states, gradients


def window_shapes(batch, bptt):
    columns = ch14.batchify(np.arange(CHARACTERS), batch)
    inputs, _ = ch14.bptt_windows(columns, bptt)
    return [*columns.shape, len(inputs)]


def first_window():
    """The perplexity of a window that meets a decoder of zeros, whatever is read."""
    rng = np.random.default_rng(0)
    parameters = ch14.init_parameters(VOCABULARY, 6, 7, rng)
    inputs, targets = rng.integers(VOCABULARY, size=(2, 25, 16))
    loss, _, _ = ch14.lstm_unroll_loss(inputs, targets, *ch14.init_state(16, 7), parameters)
    return ch14.perplexity([loss])


def frequencies(sample, probabilities):
    """How often each class is drawn, for u in the middle of every tenth from 0 to 1."""
    probabilities = np.array(probabilities)
    drawn = [sample(probabilities, (k + 0.5) / 10) for k in range(10)]
    return np.bincount(drawn, minlength=len(probabilities)) / 10


FIGURES = [
    Figure(14, "sigmoid, first state", ["0.93940638", "0.96852968"], lambda: with_sigmoid()[0][0]),
    Figure(14, "sigmoid, last state", ["0.99307291"] * 2, lambda: with_sigmoid()[0][-1]),
    Figure(14, "sigmoid, first gradient", ["0.03439552"] * 2, lambda: with_sigmoid()[1][0]),
    Figure(14, "sigmoid, second gradient", ["0.00118305"] * 2, lambda: with_sigmoid()[1][1]),
    Figure(14, "sigmoid, third gradient", ["4.06916726e-05"] * 2, lambda: with_sigmoid()[1][2]),
    Figure(
        14,
        "sigmoid, last gradient",
        ["1.45938177e-14", "2.16938983e-14"],
        lambda: with_sigmoid()[1][-1],
    ),
    Figure(
        14,
        "sigmoid, by what a step shrinks the gradient",
        "0.0343955",
        lambda: 5 * ch09.sigmoid_deriv(with_sigmoid()[0][-1][0]),
        "V",
    ),
    Figure(14, "relu, gradients", [[5**k] * 2 for k in range(1, 11)], lambda: with_relu(1)[1]),
    Figure(14, "relu, last gradient", [9765625, 9765625], lambda: with_relu(1)[1][-1]),
    Figure(
        14,
        "relu, first state of a first run",
        ["4.8135251", "4.72615519"],
        lambda: with_relu(1)[0][0],
        "V",
    ),
    Figure(
        14,
        "relu, last state of a first run",
        [9315234.18124649, 9316953.88328115],
        lambda: with_relu(1)[0][-1],
        "V",
    ),
    Figure(
        14,
        "relu, first state of the second run",
        ["23.71814585", "23.98025559"],
        lambda: with_relu(2)[0][0],
    ),
    Figure(
        14,
        "relu, last state of the second run",
        ["46583049.71437107", "46577890.60826711"],
        lambda: with_relu(2)[0][-1],
    ),
    Figure(
        14,
        "the matrix makes the directions (1, 1) and (1, -1) this many times as long",
        [5, -3],
        lambda: [
            ch14.repeat_backprop(np.ones(2), WEIGHTS, np.array([1.0, sign]), 1, "relu")[1][0][0]
            for sign in (1.0, -1.0)
        ],
        "V",
    ),
    Figure(
        14,
        "plain recurrent network: rows, columns, windows",
        [3124, 32, 195],
        lambda: window_shapes(32, 16),
    ),
    Figure(14, "LSTM: rows, columns, windows", [6249, 16, 249], lambda: window_shapes(16, 25)),
    Figure(14, "LSTM, first window, perplexity", 62.000000000000064, first_window),
    Figure(
        14,
        "learning rate of the fourth epoch",
        0.05 * 0.99 * 0.99 * 0.99,
        lambda: ch14.decay_learning_rate(0.05, 3, 0.99),
    ),
    Figure(
        14,
        "drawn with 0.5, 0.3, 0.2",
        [0.5, 0.3, 0.2],
        lambda: frequencies(ch14.sample_index, [0.5, 0.3, 0.2]),
        "V",
    ),
]


def first_above(probabilities, u):
    """As the listing has it: the first probability that is itself above u, else class 0."""
    return int((probabilities > u).argmax())


MISTAKES = [
    Mistake(
        14,
        "sampling_by_threshold, falling",
        [1, 0, 0],
        lambda: frequencies(first_above, [0.5, 0.3, 0.2]),
        lambda: frequencies(ch14.sample_index, [0.5, 0.3, 0.2]),
    ),
    Mistake(
        14,
        "sampling_by_threshold, rising",
        ["0.70", "0.10", "0.20"],
        lambda: frequencies(first_above, [0.2, 0.3, 0.5]),
        lambda: frequencies(ch14.sample_index, [0.2, 0.3, 0.5]),
    ),
]
