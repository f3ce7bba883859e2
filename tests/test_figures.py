"""The solutions give the figures that the book prints.

Two tables. FIGURES are what a right answer gives: printed in the book (R), or recomputed for
the right version where the book prints nothing or prints a mistake (V). MISTAKES are what a
known wrong version gives, each computed with a small wrong variant written here.

A number is held at 1e-9 relative; a number written as text was rounded when it was printed, and
is held to half a unit in its last digit; 0 is held exactly. `pytest -s -k figures` lists them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

import ch03_forward_propagation as ch03
import ch04_gradient_descent as ch04
import ch05_many_weights as ch05
import ch06_backpropagation as ch06

RTOL = 1e-9


@dataclass(frozen=True)
class Figure:
    chapter: int
    name: str
    printed: Any  # numbers, numbers as text (rounded), or the exception that is meant to come
    held: Callable[[], Any]
    tag: str = "R"  # R the book prints it, V recomputed for the right version


@dataclass(frozen=True)
class Mistake:
    chapter: int
    name: str
    printed: Any
    held: Callable[[], Any]  # the wrong variant
    right: Callable[[], Any]  # the same, by the solution


def miss_ratio(rows):
    """By how much one step multiplies the miss, in what gd_fit or gd_trace wrote down."""
    return rows[1]["delta"] / rows[0]["delta"]


# Chapter 3: four games, of which the book uses the first

TOES, WIN_RATE, FANS = [8.5, 9.5, 9.9, 9.0], [0.65, 0.8, 0.8, 0.9], [1.2, 1.3, 0.5, 1.0]
GAMES = np.array([TOES, WIN_RATE, FANS]).T
GAME = [8.5, 0.65, 1.2]
ROWS = [[0.1, 0.1, -0.3], [0.1, 0.2, 0.0], [0.0, 1.3, 0.1]]
HIDDEN = [[0.1, 0.2, -0.1], [-0.1, 0.1, 0.9], [0.1, 0.4, 0.1]]
OUTPUT = [[0.3, 1.1, -0.3], [0.1, 0.2, 0.0], [0.0, 1.3, 0.1]]


def stacked_by_numpy(inputs):
    return ch03.batch_forward(inputs, ch03.to_numpy_layout(HIDDEN), ch03.to_numpy_layout(OUTPUT))


CHAPTER_3 = [
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

# Chapter 4: one weight


def fit(x, weight, learning_rate=1, iterations=20):
    return ch04.gd_fit(x, weight, 0.8, learning_rate, iterations)


def column(rows, key):
    return [row[key] for row in rows]


def toes_error(weight):
    return ch04.squared_error(8.5 * weight, 1)


def hot_cold():
    return ch04.hot_cold_fit(0.5, 0.5, 0.8, step=0.001, iterations=1101)


CHAPTER_4 = [
    Figure(4, "compare", 0.30250000000000005, lambda: ch04.squared_error(0.5 * 0.5, 0.8)),
    Figure(4, "toes, error", 0.022499999999999975, lambda: toes_error(0.1)),
    Figure(4, "toes, error one up", 0.004224999999999993, lambda: toes_error(0.1 + 0.01)),
    Figure(4, "toes, error one down", 0.05522499999999994, lambda: toes_error(0.1 - 0.01)),
    Figure(4, "hot and cold, number of rows", 1101, lambda: len(hot_cold())),
    Figure(
        4,
        "hot and cold, first error, prediction",
        [0.30250000000000005, 0.25],
        lambda: hot_cold()[0],
    ),
    Figure(
        4,
        "hot and cold, last error, prediction",
        [1.0799505792475652e-27, 0.7999999999999672],
        lambda: hot_cold()[-1],
    ),
    Figure(
        4,
        "x = 0.5, first errors",
        [0.3025, 0.17015625000000004, 0.095712890625],
        lambda: column(fit(0.5, 0.5)[:3], "error"),
    ),
    Figure(4, "x = 0.5, 20th error", 5.408208020258491e-06, lambda: fit(0.5, 0.5)[19]["error"]),
    Figure(
        4, "x = 0.5, 20th prediction", 0.7976744445781151, lambda: fit(0.5, 0.5)[19]["prediction"]
    ),
    Figure(
        4,
        "x = 0.5 from 0, errors",
        [0.6400000000000001, 0.3600000000000001, 0.2025, 0.11390625000000001],
        lambda: column(fit(0.5, 0, iterations=4), "error"),
    ),
    Figure(
        4,
        "x = 1.1 from 0, weights",
        [0, 0.8800000000000001, 0.6951999999999999, 0.734008],
        lambda: column(fit(1.1, 0, iterations=4), "weight"),
    ),
    Figure(
        4,
        "x = 1.1 from 0, errors",
        [0.64, 0.02822400000000005, 0.0012446784000000064, 5.4890317439999896e-05],
        lambda: column(fit(1.1, 0, iterations=4), "error"),
    ),
    Figure(
        4,
        "x = 1.1 from 0, deltas",
        [-0.8, 0.168, -0.03528, 0.0074088],
        lambda: column(fit(1.1, 0, iterations=4), "delta"),
    ),
    Figure(
        4,
        "x = 1.1 from 0, weight deltas",
        [-0.88, 0.1848, -0.038808, 0.00814968],
        lambda: column(fit(1.1, 0, iterations=4), "weight_delta"),
    ),
    Figure(
        4,
        "x = 2 breaks, first errors",
        [0.04, 0.36, 3.24],
        lambda: column(fit(2, 0.5)[:3], "error"),
    ),
    Figure(4, "x = 2 breaks, 20th error", 5.403406870691965e16, lambda: fit(2, 0.5)[19]["error"]),
    Figure(
        4,
        "x = 2 breaks, 20th prediction",
        -232452292.5999999,
        lambda: fit(2, 0.5)[19]["prediction"],
    ),
    Figure(
        4,
        "x = 2, alpha 0.1, first errors",
        [0.04, 0.0144, 0.005184],
        lambda: column(fit(2, 0.5, 0.1)[:3], "error"),
    ),
    Figure(
        4,
        "x = 2, alpha 0.1, 20th error",
        1.485277170987127e-10,
        lambda: fit(2, 0.5, 0.1)[19]["error"],
    ),
    Figure(
        4,
        "x = 2, alpha 0.1, 20th prediction",
        0.8000121871948003,
        lambda: fit(2, 0.5, 0.1)[19]["prediction"],
    ),
    Figure(4, "miss ratio, x = 0.5", 0.75, lambda: miss_ratio(fit(0.5, 0.5)), "V"),
    Figure(4, "miss ratio, x = 1.1", -0.21, lambda: miss_ratio(fit(1.1, 0)), "V"),
    Figure(4, "miss ratio, x = 2", -3, lambda: miss_ratio(fit(2, 0.5)), "V"),
    Figure(4, "miss ratio, x = 2, alpha 0.1", 0.6, lambda: miss_ratio(fit(2, 0.5, 0.1)), "V"),
    Figure(
        4,
        "which of these four converge",
        [True, True, False, True],
        lambda: [ch04.will_converge(x, a) for x, a in [(0.5, 1), (1.1, 1), (2, 1), (2, 0.1)]],
        "V",
    ),
    Figure(
        4, "largest stable alpha, x = 2", 0.5, lambda: ch04.largest_stable_learning_rate(2), "V"
    ),
]

# Chapter 5: many weights

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


CHAPTER_5 = [
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

# Chapter 6: six rows for one layer of weights, four rows for the deep network

SIX = ch06.lights_to_matrix(["101", "011", "001", "111", "011", "101"])
SIX_TARGETS = np.array([0.0, 1.0, 0.0, 1.0, 1.0, 0.0])
FOUR, FOUR_TARGETS = SIX[:4], np.array([1.0, 1.0, 0.0, 0.0])
START = np.array([0.5, 0.48, -0.7])


def sgd(inputs, targets, epochs):
    """The squared misses of every epoch, and the weights at the end; alpha 0.1."""
    weights, errors = START, []
    for _ in range(epochs):
        weights, error = ch06.sgd_epoch(inputs, targets, weights, 0.1)
        errors.append(error)
    return errors, weights


def first_predictions():
    """Of the first epoch: each row's prediction just before its own update."""
    return [SIX[i].dot(ch06.sgd_epoch(SIX[:i], SIX_TARGETS[:i], START, 0.1)[0]) for i in range(6)]


def full_gd(inputs, targets, learning_rate, steps):
    """The squared misses that are left, summed over the rows."""
    weights = START
    for _ in range(steps):
        weights = ch06.full_gd_step(inputs, targets, weights, learning_rate)
    return np.sum((inputs.dot(weights) - targets) ** 2)


def drawn(hidden):
    """The book's first weights: seed 1 of the legacy stream, the lower layer drawn first."""
    rng = np.random.RandomState(1)
    return ch06.init_weights(3, hidden, rng), ch06.init_weights(hidden, 1, rng)


def deep():
    return ch06.train(FOUR, FOUR_TARGETS[:, None], *drawn(4), learning_rate=0.2, epochs=60)


def one_iteration():
    """The first row through the net with three hidden units, and one step back."""
    row, target, (weights_0_1, weights_1_2) = FOUR[:1], FOUR_TARGETS[:1, None], drawn(3)
    hidden, output = ch06.forward(row, weights_0_1, weights_1_2)
    delta = output - target
    return {
        "layer_1": hidden[0],
        "layer_2": output[0, 0],
        "error": delta[0, 0] ** 2,
        "layer_2_delta": delta[0, 0],
        "layer_1_delta": ch06.hidden_delta(delta, weights_1_2, hidden)[0],
        "weight_delta_1_2": ch06.backprop(row, target, weights_0_1, weights_1_2)[1][:, 0],
        "weights_1_2": ch06.train_step(row, target, weights_0_1, weights_1_2, 0.2)[1][:, 0],
    }


CHAPTER_6 = [
    Figure(6, "one row, first prediction", -0.2, lambda: SIX[0].dot(START)),
    Figure(6, "one row, first error", 0.04, lambda: sgd(SIX[:1], SIX_TARGETS[:1], 1)[0][0]),
    Figure(
        6,
        "one row, 20th error",
        8.307674973656916e-06,
        lambda: sgd(SIX[:1], SIX_TARGETS[:1], 20)[0][19],
    ),
    Figure(
        6,
        "one row, 20th prediction",
        -0.002882303761517324,
        lambda: SIX[0].dot(sgd(SIX[:1], SIX_TARGETS[:1], 19)[1]),
    ),
    Figure(
        6,
        "one row, miss ratio",
        0.8,
        lambda: SIX[0].dot(sgd(SIX[:1], SIX_TARGETS[:1], 1)[1]) / SIX[0].dot(START),
    ),
    Figure(
        6,
        "six rows, first epoch errors",
        [
            2.6561231104,
            0.9628701776715985,
            0.5509165866836797,
            0.36445836852222424,
            0.2516768662079895,
        ],
        lambda: sgd(SIX, SIX_TARGETS, 5)[0],
    ),
    Figure(
        6,
        "six rows, 40th epoch error",
        0.00053373677328488,
        lambda: sgd(SIX, SIX_TARGETS, 40)[0][39],
    ),
    Figure(
        6,
        "six rows, first predictions",
        [-0.2, -0.2, -0.56, 0.616, 0.1728, 0.17552],
        first_predictions,
    ),
    Figure(
        6,
        "six rows, weights after 40 epochs",
        ["0.0138922760", "1.0138146999", "-0.0159927715"],
        lambda: sgd(SIX, SIX_TARGETS, 40)[1],
        "V",
    ),
    Figure(
        6,
        "deep network, every tenth error",
        [
            0.6342311598444467,
            0.35838407676317513,
            0.0830183113303298,
            0.006467054957103705,
            0.0003292669000750734,
            1.5055622665134859e-05,
        ],
        lambda: deep()[9::10],
    ),
    Figure(6, "deep network, first error", 1.4142058374213209, lambda: deep()[0], "V"),
    Figure(
        6,
        "first weights, lower layer",
        [
            ["-0.16595599", "0.44064899", "-0.99977125", "-0.39533485"],
            ["-0.70648822", "-0.81532281", "-0.62747958", "-0.30887855"],
            ["-0.20646505", "0.07763347", "-0.16161097", "0.37043900"],
        ],
        lambda: drawn(4)[0],
        "V",
    ),
    Figure(
        6,
        "first weights, upper layer",
        ["-0.59109550", "0.75623487", "-0.94522481", "0.34093502"],
        lambda: drawn(4)[1][:, 0],
        "V",
    ),
    Figure(
        6, "one iteration, layer_1", [0, "0.13177044", 0], lambda: one_iteration()["layer_1"], "V"
    ),
    Figure(6, "one iteration, layer_2", "-0.0212955489", lambda: one_iteration()["layer_2"], "V"),
    Figure(6, "one iteration, error", "1.0430445983", lambda: one_iteration()["error"], "V"),
    Figure(
        6,
        "one iteration, layer_2_delta",
        "-1.0212955489",
        lambda: one_iteration()["layer_2_delta"],
        "V",
    ),
    Figure(
        6,
        "one iteration, layer_1_delta",
        [0, "0.16505257", 0],
        lambda: one_iteration()["layer_1_delta"],
        "V",
    ),
    Figure(
        6,
        "one iteration, weight_delta_1_2",
        [0, "-0.13457656", 0],
        lambda: one_iteration()["weight_delta_1_2"],
        "V",
    ),
    Figure(
        6,
        "one iteration, upper weights after it",
        ["0.07763347", "-0.13469566", "0.37043900"],
        lambda: one_iteration()["weights_1_2"],
        "V",
    ),
    Figure(
        6,
        "four rows, one layer, full descent settles at",
        1.0,
        lambda: full_gd(FOUR, FOUR_TARGETS, 0.5, 1000),
        "V",
    ),
    Figure(
        6,
        "four rows, one layer, row by row settles at",
        "1.2345679",
        lambda: sgd(FOUR, FOUR_TARGETS, 1000)[0][-1],
        "V",
    ),
    Figure(
        6,
        "six rows, full descent with the sum",
        0.000573395660895612,
        lambda: full_gd(SIX, SIX_TARGETS, 0.1 * len(SIX), 40),
        "V",
    ),
    Figure(
        6,
        "six rows, full descent with the mean",
        0.11774786216258624,
        lambda: full_gd(SIX, SIX_TARGETS, 0.1, 40),
        "V",
    ),
]

FIGURES = CHAPTER_3 + CHAPTER_4 + CHAPTER_5 + CHAPTER_6

# What the known mistakes give


def predictions_with(weight_delta, x, iterations=3):
    """Predictions of a descent from weight 0.5 to target 0.8 whose weight_delta is another."""
    weight, predictions = 0.5, []
    for _ in range(iterations):
        predictions.append(x * weight)
        weight -= weight_delta(x, x * weight - 0.8)
    return predictions


def always_moving(iterations):
    """Hot and cold that compares up with down, but neither with staying."""
    weight, predictions = 0.5, []
    for _ in range(iterations):
        predictions.append(0.5 * weight)
        up, down = (ch04.squared_error(0.5 * (weight + step), 0.8) for step in (0.2, -0.2))
        weight += 0.2 if up < down else -0.2
    return predictions


def transposed_step(times):
    """The printed outer product, transposed, subtracted so many times."""
    return MATRIX - 0.01 * times * ch05.outer_product(INPUTS, mimo_deltas())


def transposed_twice_learned():
    return ch05.mimo_step(
        INPUTS, ch05.mimo_step(INPUTS, MATRIX, OUT_TARGETS, 0.01), OUT_TARGETS, 0.01
    )


def wrongly_trained(rows_at_once=1, update_first=False, slope=ch06.relu_deriv):
    """The deep network's training, with one thing wrong; every tenth epoch's error."""
    weights_0_1, weights_1_2 = drawn(4)
    targets, errors = FOUR_TARGETS[:, None], []
    for _ in range(60):
        error = 0.0
        for start in range(0, 4, rows_at_once):
            row = FOUR[start : start + rows_at_once]
            hidden, output = ch06.forward(row, weights_0_1, weights_1_2)
            delta = output - targets[start : start + rows_at_once]
            error += np.sum(delta**2)
            new_weights_1_2 = weights_1_2 - 0.2 * hidden.T.dot(delta)
            back = new_weights_1_2 if update_first else weights_1_2
            weights_0_1 = weights_0_1 - 0.2 * row.T.dot(delta.dot(back.T) * slope(hidden))
            weights_1_2 = new_weights_1_2
        errors.append(error)
    return errors[9::10]


MISTAKES = [
    Mistake(
        3,
        "transposed_weights",
        [0.496, 1.256, -0.286],
        lambda: np.dot(np.dot(GAME, HIDDEN), OUTPUT),
        lambda: ch03.stacked_predict(GAME, HIDDEN, OUTPUT),
    ),
    Mistake(
        4,
        "sign_flipped",
        [0.25, 0.1125, "-0.059"],
        lambda: predictions_with(lambda x, delta: -delta * x, 0.5),
        lambda: column(fit(0.5, 0.5, iterations=3), "prediction"),
    ),
    Mistake(
        4,
        "factor_two",
        [0.25, 0.525, 0.6625],
        lambda: predictions_with(lambda x, delta: 2 * delta * x, 0.5),
        lambda: column(fit(0.5, 0.5, iterations=3), "prediction"),
    ),
    Mistake(
        4,
        "forgot_input",
        [0.25, 0.525, 0.6625],
        lambda: predictions_with(lambda x, delta: delta, 0.5),
        lambda: column(fit(0.5, 0.5, iterations=3), "prediction"),
    ),
    Mistake(
        4,
        "hot_cold_always_moves, predictions 6 to 9",
        [0.75, 0.85, 0.75, 0.85],
        lambda: always_moving(9)[5:],
        lambda: [prediction for _, prediction in ch04.hot_cold_fit(0.5, 0.5, 0.8, 0.2, 9)[5:]],
    ),
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
    Mistake(
        6,
        "updated_before_delta",
        ["0.65077", "0.47738", "0.17594", "0.03027", "0.00320", "0.000249"],
        lambda: wrongly_trained(update_first=True),
        lambda: deep()[9::10],
    ),
    Mistake(
        6,
        "relu_deriv_ge",
        ["1.37190", "1.35013", "1.34523", "1.34151", "1.33872", "1.33657"],
        lambda: wrongly_trained(slope=lambda output: (output >= 0).astype(float)),
        lambda: deep()[9::10],
    ),
    Mistake(
        6,
        "full_batch_instead_of_sgd",
        ["0.50405", "0.31457", "0.10256", "0.014775", "0.0012059", "7.80e-05"],
        lambda: wrongly_trained(rows_at_once=4),
        lambda: deep()[9::10],
    ),
]

# How they are held


def tolerance(printed):
    if isinstance(printed, str):
        return 0.5 * 10.0 ** Decimal(printed).as_tuple().exponent
    return RTOL * abs(printed)


def holds(held, printed):
    """Is every number there, and each as close as its printed digits say?"""
    printed = np.array(printed, dtype=object)
    held = np.array(held, dtype=float)
    return held.shape == printed.shape and all(
        abs(h - float(p)) <= tolerance(p) for h, p in zip(held.flat, printed.flat, strict=True)
    )


def show(chapter, tag, name, value):
    print(f"\nchapter {chapter} [{tag}] {name} = {value} ", end="")


def plain(value):
    return np.asarray(value).tolist()


def identify(row):
    return f"ch{row.chapter:02}: {row.name}"


@pytest.mark.parametrize("figure", FIGURES, ids=identify)
def test_figure(figure):
    if isinstance(figure.printed, type):
        with pytest.raises(figure.printed) as raised:
            figure.held()
        show(figure.chapter, figure.tag, figure.name, raised.type.__name__)
        return
    held = figure.held()
    show(figure.chapter, figure.tag, figure.name, plain(held))
    assert holds(held, figure.printed), f"printed: {figure.printed}"


@pytest.mark.parametrize("mistake", MISTAKES, ids=identify)
def test_mistake(mistake):
    held = mistake.held()
    show(mistake.chapter, "mistake", mistake.name, plain(held))
    assert holds(held, mistake.printed), f"printed: {mistake.printed}"
    assert not holds(mistake.right(), mistake.printed), "the solution makes the same mistake"


@pytest.mark.parametrize(("x", "alike"), [(0.5, True), (0.25, False), (-0.5, False), (2, False)])
def test_forgot_input_and_factor_two_are_alike_only_at_one_half(x, alike):
    forgot_input = predictions_with(lambda x, delta: delta, x)
    assert holds(predictions_with(lambda x, delta: 2 * delta * x, x), forgot_input) == alike


def test_a_figure_that_is_off_does_not_hold():
    assert holds([0.1, "0.25"], [0.1, "0.25"])
    assert holds(0.1 * (1 + 0.9e-9), 0.1)
    assert not holds(0.1 * (1 + 1.1e-9), 0.1)
    assert holds(0.254, "0.25")
    assert not holds(0.256, "0.25")
    assert not holds(1e-30, 0)
    assert not holds([0.1], 0.1)


def test_figures_are_named_once():
    names = [identify(row) for row in [*FIGURES, *MISTAKES]]
    assert len(names) == len(set(names))
