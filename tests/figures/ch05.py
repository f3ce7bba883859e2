"""Chapter 5: many weights."""

import numpy as np

import ch05_many_weights as ch05
from figures import Figure, Mistake, column, miss_ratio
from figures.ch03 import GAME, GAMES, ROWS

INPUTS, WEIGHTS, WON = np.array(GAME), np.array([0.1, 0.2, -0.1]), 1
OUT_WEIGHTS, OUT_TARGETS = np.array([0.3, 0.2, 0.9]), np.array([0.1, 1, 0.1])
MATRIX = np.array(ROWS)


def frozen_rows():
    """Three iterations with the first weight frozen, alpha 0.3: (weights, prediction) of each."""
    weights, rows = WEIGHTS, []
    for _ in range(3):
        rows.append((weights, ch05.predict(INPUTS, weights)))
        weights = ch05.frozen_step(INPUTS, weights, WON, 0.3, frozen={0})
    return rows


def multi_output_deltas():
    return 0.65 * ch05.output_deltas(0.65 * OUT_WEIGHTS, OUT_TARGETS)


def mimo_deltas():
    predictions = np.array([ch05.predict(INPUTS, row) for row in MATRIX])
    return ch05.output_deltas(predictions, OUT_TARGETS)


FIGURES = [
    Figure(
        5,
        "several inputs, one step, weights",
        [0.1119, 0.20091, -0.09832],
        lambda: ch05.gd_step_multi_input(INPUTS, WEIGHTS, WON, 0.01),
    ),
    Figure(
        5,
        "several inputs, one step, weight deltas",
        [-1.189999999999999, -0.09099999999999994, -0.16799999999999987],
        lambda: ch05.weight_deltas(INPUTS, ch05.predict(INPUTS, WEIGHTS) - WON),
    ),
    Figure(
        5,
        "several inputs, three predictions",
        [0.8600000000000001, 0.9637574999999999, 0.9906177228125002],
        lambda: column(ch05.gd_trace(INPUTS, WEIGHTS, WON, 0.01, 3), "prediction"),
    ),
    Figure(
        5,
        "several inputs, three errors",
        [0.01959999999999997, 0.0013135188062500048, 8.802712522307997e-05],
        lambda: column(ch05.gd_trace(INPUTS, WEIGHTS, WON, 0.01, 3), "error"),
    ),
    Figure(
        5,
        "several inputs, third weights",
        [0.11498061250000001, 0.20114557625, -0.09788509000000001],
        lambda: ch05.gd_trace(INPUTS, WEIGHTS, WON, 0.01, 3)[2]["weights"],
    ),
    Figure(
        5,
        "one weight frozen, three predictions",
        [0.86, 0.9382250000000001, 0.97274178125],
        lambda: [prediction for _, prediction in frozen_rows()],
    ),
    Figure(
        5,
        "one weight frozen, three errors",
        [0.0196, 0.003816150624999989, 0.000743010489422852],
        lambda: [(prediction - WON) ** 2 for _, prediction in frozen_rows()],
    ),
    Figure(
        5,
        "one weight frozen, third weights",
        [0.1, 0.239346125, -0.02736100000000008],
        lambda: frozen_rows()[2][0],
    ),
    Figure(
        5,
        "several outputs, one step, weights",
        [0.293825, 0.25655, 0.868475],
        lambda: ch05.multi_output_step(0.65, OUT_WEIGHTS, OUT_TARGETS, 0.1),
    ),
    Figure(
        5,
        "several outputs, one step, weight deltas",
        [0.061750000000000006, -0.5655, 0.3152500000000001],
        multi_output_deltas,
    ),
    Figure(
        5,
        "several inputs and outputs, one step, weights",
        [
            [0.061325, 0.0970425, -0.30546],
            [0.1017, 0.20013, 0.00024],
            [-0.073525, 1.2943775, 0.08962],
        ],
        lambda: ch05.mimo_step(INPUTS, MATRIX, OUT_TARGETS, 0.01),
    ),
    Figure(5, "several inputs and outputs, deltas", [0.455, -0.02, 0.865], mimo_deltas, "V"),
    Figure(
        5,
        "several inputs and outputs, errors",
        [0.207025, 0.0004, 0.748225],
        lambda: mimo_deltas() ** 2,
        "V",
    ),
    Figure(
        5, "squared length of the first game", 74.1125, lambda: ch05.predict(INPUTS, INPUTS), "V"
    ),
    Figure(
        5,
        "miss ratio, alpha 0.01",
        0.258875,
        lambda: miss_ratio(ch05.gd_trace(INPUTS, WEIGHTS, WON, 0.01, 2)),
        "V",
    ),
    Figure(
        5,
        "miss ratio, alpha 0.3, one weight frozen",
        0.44125,
        lambda: (frozen_rows()[1][1] - WON) / (frozen_rows()[0][1] - WON),
        "V",
    ),
    Figure(
        5,
        "miss ratio, alpha 0.3, nothing frozen",
        "-21.2",
        lambda: miss_ratio(ch05.gd_trace(INPUTS, WEIGHTS, WON, 0.3, 2)),
        "V",
    ),
    Figure(
        5,
        "largest stable alpha, first game",
        "0.02699",
        lambda: ch05.largest_stable_learning_rate(GAMES[:1]),
        "V",
    ),
]


def transposed_step(times):
    """The printed outer product, transposed, subtracted so many times."""
    return MATRIX - 0.01 * times * ch05.outer_product(INPUTS, mimo_deltas())


def transposed_twice_learned():
    return ch05.mimo_step(
        INPUTS, ch05.mimo_step(INPUTS, MATRIX, OUT_TARGETS, 0.01), OUT_TARGETS, 0.01
    )


MISTAKES = [
    Mistake(
        5,
        "outer_transposed, one step",
        [
            [0.061325, 0.1017, -0.373525],
            [0.0970425, 0.20013, -0.0056225],
            [-0.00546, 1.30024, 0.08962],
        ],
        lambda: transposed_step(1),
        lambda: ch05.mimo_step(INPUTS, MATRIX, OUT_TARGETS, 0.01),
    ),
    Mistake(
        5,
        "outer_transposed, subtracted twice (the notebook's old output)",
        [[0.02265, 0.1034, -0.44705], [0.094085, 0.20026, -0.011245], [-0.01092, 1.30048, 0.07924]],
        lambda: transposed_step(2),
        transposed_twice_learned,
    ),
]
