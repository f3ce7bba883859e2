"""Chapter 6: six rows for one layer of weights, four rows for the deep network."""

import numpy as np

import ch06_backpropagation as ch06
from figures import Figure, Mistake

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


FIGURES = [
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
