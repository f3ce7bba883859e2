"""Chapter 3: four games, of which the book uses the first."""

import numpy as np

import ch03_forward_propagation as ch03
from figures import Figure, Mistake

TOES, WIN_RATE, FANS = [8.5, 9.5, 9.9, 9.0], [0.65, 0.8, 0.8, 0.9], [1.2, 1.3, 0.5, 1.0]
GAMES = np.array([TOES, WIN_RATE, FANS]).T
GAME = [8.5, 0.65, 1.2]
ROWS = [[0.1, 0.1, -0.3], [0.1, 0.2, 0.0], [0.0, 1.3, 0.1]]
HIDDEN = [[0.1, 0.2, -0.1], [-0.1, 0.1, 0.9], [0.1, 0.4, 0.1]]
OUTPUT = [[0.3, 1.1, -0.3], [0.1, 0.2, 0.0], [0.0, 1.3, 0.1]]


def stacked_by_numpy(inputs):
    return ch03.batch_forward(inputs, ch03.to_numpy_layout(HIDDEN), ch03.to_numpy_layout(OUTPUT))


FIGURES = [
    Figure(3, "one input, one output", 0.8500000000000001, lambda: ch03.scale_input(8.5, 0.1)),
    Figure(
        3,
        "three inputs, one output",
        0.9800000000000001,
        lambda: ch03.weighted_sum(GAME, [0.1, 0.2, 0]),
    ),
    Figure(
        3,
        "one input, three outputs",
        [0.195, 0.13, 0.5850000000000001],
        lambda: ch03.scale_vector(0.65, [0.3, 0.2, 0.9]),
    ),
    Figure(
        3,
        "three inputs, three outputs",
        [0.555, 0.9800000000000001, 0.9650000000000001],
        lambda: ch03.matvec(ROWS, GAME),
    ),
    Figure(
        3,
        "predicting on predictions, by hand",
        [0.21350000000000002, 0.14500000000000002, 0.5065],
        lambda: ch03.stacked_predict(GAME, HIDDEN, OUTPUT),
    ),
    Figure(
        3,
        "predicting on predictions, NumPy",
        [0.2135, 0.145, 0.5065],
        lambda: stacked_by_numpy(GAMES[:1])[0],
    ),
    Figure(3, "shape of (1,4) dot (4,3)", (1, 3), lambda: ch03.dot_shape((1, 4), (4, 3))),
    Figure(3, "shape of (2,4) dot (4,3)", (2, 3), lambda: ch03.dot_shape((2, 4), (4, 3))),
    Figure(3, "shape of (2,1) dot (1,3)", (2, 3), lambda: ch03.dot_shape((2, 1), (1, 3))),
    Figure(3, "shape of (4,5) dot (5,6)", (4, 6), lambda: ch03.dot_shape((4, 5), (5, 6))),
    Figure(3, "(5,4) dot (5,6)", ValueError, lambda: ch03.dot_shape((5, 4), (5, 6))),
    Figure(3, "(4,) times (2,5)", ValueError, lambda: ch03.broadcast_shape((4,), (2, 5)), "V"),
    Figure(
        3,
        "hidden layer of the first game",
        [0.86, 0.295, 1.23],
        lambda: ch03.matvec(HIDDEN, GAME),
        "V",
    ),
    Figure(
        3,
        "three inputs, one output, all games",
        [0.98, 1.11, 1.15, 1.08],
        lambda: ch03.dot_score([0.1, 0.2, 0], GAMES),
        "V",
    ),
    Figure(
        3,
        "predicting on predictions, all games",
        [
            [0.2135, 0.145, 0.5065],
            [0.204, 0.158, 0.53],
            [-0.584, 0.018, -0.462],
            [-0.015, 0.116, 0.253],
        ],
        lambda: stacked_by_numpy(GAMES),
        "V",
    ),
]


MISTAKES = [
    Mistake(
        3,
        "transposed_weights",
        [0.496, 1.256, -0.286],
        lambda: np.dot(np.dot(GAME, HIDDEN), OUTPUT),
        lambda: ch03.stacked_predict(GAME, HIDDEN, OUTPUT),
    )
]
