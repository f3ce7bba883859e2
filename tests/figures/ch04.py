"""Chapter 4: one weight."""

import ch04_gradient_descent as ch04
from figures import Figure, Mistake, column, miss_ratio


def fit(x, weight, learning_rate=1, iterations=20):
    return ch04.gd_fit(x, weight, 0.8, learning_rate, iterations)


def toes_error(weight):
    return ch04.squared_error(8.5 * weight, 1)


def hot_cold():
    return ch04.hot_cold_fit(0.5, 0.5, 0.8, step=0.001, iterations=1101)


FIGURES = [
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


MISTAKES = [
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
]
