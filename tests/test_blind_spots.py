"""Tests that look good and prove nothing: each blind spot, with a mistake that hides in it.

A wrong answer is planted that a test on the blind input cannot see, and it is seen here that it
cannot; then the examination must reject the answer all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from gdl_check.compare import difference
from gdl_check.corpus import Corpus, corpus_for
from gdl_check.course import load_chapter
from gdl_check.examine import Examination, examine
from gdl_check.gradient import WrongSlopes, expect_slopes, upstream_like
from gdl_check.local import LocalRunner, outcome_of
from gdl_check.results import Verdict


@dataclass(frozen=True)
class Planted:
    """A wrong answer to an exercise, and the arguments on which it cannot be told from a right one.

    Where a test would look at no more than the shape of the result, `shape_only` says so.
    """

    exercise: str
    answer: Callable[..., Any]
    blind: tuple[Any, ...]
    shape_only: bool = False

    def __str__(self) -> str:
        return f"{self.exercise}:{self.answer.__name__}"


SPOTS: dict[str, list[Planted]] = {}


def planted(
    spot: str, exercise: str, *blind: Any, shape_only: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Plant the function below: an answer to `exercise` that a test on `blind` would let pass."""

    def plant(answer: Callable[..., Any]) -> Callable[..., Any]:
        SPOTS.setdefault(spot, []).append(Planted(exercise, answer, blind, shape_only))
        return answer

    return plant


def examined(exercise_id: str, answer: Callable[..., Any]) -> Examination:
    chapter_id, _, name = exercise_id.partition(".")
    chapter = load_chapter(chapter_id)
    exercise, corpus = chapter.exercises[name], corpus_of(exercise_id)
    return examine(exercise, corpus, chapter.reference(name), lambda: LocalRunner(name, answer))


def corpus_of(exercise_id: str) -> Corpus:
    chapter_id, _, name = exercise_id.partition(".")
    chapter = load_chapter(chapter_id)
    return corpus_for(chapter.exercises[name], chapter.file_name, 0, "normal")


def array(*rows: Any) -> Any:
    return np.array(rows, dtype=float)


SQUARE = array([1, 2, -1], [0, 3, 1], [2, -2, 1])
SYMMETRIC = array([1, 2, -1], [2, 3, 0], [-1, 0, 4])
VECTOR = array(1, 2, -1)

# --- square shapes hide transposition, order and sizes written into the code -------------------


@planted("square", "ch03.matvec", SQUARE, VECTOR, shape_only=True)
def transposed_weights(weights: Any, inputs: Any) -> Any:
    return np.dot(inputs, weights)


@planted("square", "ch03.matvec", SQUARE, VECTOR)
def three_times_three(weights: Any, inputs: Any) -> Any:
    return [sum(weights[i][j] * inputs[j] for j in range(3)) for i in range(3)]


@planted("square", "ch03.stacked_predict", VECTOR, SQUARE, SYMMETRIC, shape_only=True)
def weights_order_swapped(inputs: Any, hidden_weights: Any, output_weights: Any) -> Any:
    return np.dot(hidden_weights, np.dot(output_weights, inputs))


@planted("square", "ch03.to_numpy_layout", SYMMETRIC)
def left_as_it_is(rows: Any) -> Any:
    return np.array(rows)


@planted("square", "ch03.batch_forward", SQUARE, SYMMETRIC, SYMMETRIC)
def weights_turned(inputs: Any, weights_0_1: Any, weights_1_2: Any) -> Any:
    return inputs.dot(weights_0_1.T).dot(weights_1_2.T)


@planted("square", "ch05.outer_product", VECTOR, VECTOR)
def outer_transposed(a: Any, b: Any) -> Any:
    return np.outer(b, a)


@planted("square", "ch05.weight_deltas_matrix", VECTOR, VECTOR)
def deltas_transposed(inputs: Any, deltas: Any) -> Any:
    return np.outer(inputs, deltas)


@planted("square", "ch05.mimo_step", VECTOR, SQUARE, array(0, 1, 2), 0.5, shape_only=True)
def update_transposed(inputs: Any, weights: Any, targets: Any, learning_rate: Any) -> Any:
    return weights - learning_rate * np.outer(inputs, weights.dot(inputs) - targets)


@planted("square", "ch05.one_layer_scores", SQUARE, SYMMETRIC)
def weights_by_rows(inputs: Any, weights: Any) -> Any:
    return inputs.dot(weights.T)


@planted("square", "ch06.collapse_linear", SQUARE, np.eye(3))
def order_swapped(weights_0_1: Any, weights_1_2: Any) -> Any:
    return weights_1_2.dot(weights_0_1)


@planted("square", "ch06.hidden_delta", SQUARE, SYMMETRIC, abs(SQUARE))
def transpose_forgotten(output_delta: Any, weights: Any, hidden: Any) -> Any:
    return output_delta.dot(weights) * (hidden > 0)


@planted("square", "ch06.backprop", SQUARE, SQUARE, SQUARE, SQUARE, shape_only=True)
def slopes_transposed(inputs: Any, targets: Any, weights_0_1: Any, weights_1_2: Any) -> Any:
    slope_0_1, slope_1_2 = right_backprop(inputs, targets, weights_0_1, weights_1_2)
    return slope_0_1.T, slope_1_2.T


def right_backprop(inputs: Any, targets: Any, weights_0_1: Any, weights_1_2: Any) -> Any:
    hidden = np.maximum(inputs.dot(weights_0_1), 0)
    delta = hidden.dot(weights_1_2) - targets
    return inputs.T.dot(delta.dot(weights_1_2.T) * (hidden > 0)), hidden.T.dot(delta)


# --- x = 0.5 makes a factor 2 look like a forgotten input: 2 * x is 1 --------------------------

FACTOR_TWO: dict[str, Callable[..., Any]] = {
    "ch04.weight_delta": lambda x, prediction, target: 2 * (prediction - target) * x,
    "ch04.gd_step": lambda x, weight, target, rate: weight - rate * 2 * (x * weight - target) * x,
}
FORGOT_INPUT: dict[str, Callable[..., Any]] = {
    "ch04.weight_delta": lambda x, prediction, target: prediction - target,
    "ch04.gd_step": lambda x, weight, target, rate: weight - rate * (x * weight - target),
}
AT_ONE_HALF = {"ch04.weight_delta": (0.5, 0.25, 0.8), "ch04.gd_step": (0.5, 0.5, 0.8, 1.0)}


@pytest.mark.parametrize("exercise_id", list(FACTOR_TWO))
def test_at_one_half_two_mistakes_look_alike_but_each_gets_its_own_name(exercise_id: str) -> None:
    doubled, forgotten = FACTOR_TWO[exercise_id], FORGOT_INPUT[exercise_id]
    blind = AT_ONE_HALF[exercise_id]
    assert doubled(*blind) == forgotten(*blind)
    for answer, name in ((doubled, "factor_two"), (forgotten, "forgot_input")):
        found = examined(exercise_id, answer)
        assert found.status == Verdict.FAILED
        assert found.misconception is not None
        assert found.misconception.name == name


# --- inputs of 0 and 1 hide that they are multiplied with, or only looked at --------------------

LIGHTS = array([1, 0, 1], [0, 1, 1], [0, 0, 1], [1, 1, 1])
WALK = array(0, 1, 0, 1)
LOWER, UPPER = array([1, -1], [2, 0.5], [-1, 1]), array([1.0], [-2.0])


@planted("bits", "ch05.weight_deltas", array(1, 0, 1), 0.5)
def share_of_those_that_are_on(inputs: Any, delta: Any) -> Any:
    return np.where(inputs != 0, delta, 0.0)


@planted("bits", "ch06.sgd_epoch", LIGHTS, WALK, VECTOR, 0.5)
def moves_the_weights_that_are_on(
    inputs: Any, targets: Any, weights: Any, learning_rate: Any
) -> Any:
    total = 0.0
    for row, target in zip(inputs, targets):
        delta = row.dot(weights) - target
        total += delta**2
        weights = weights - learning_rate * delta * (row != 0)
    return weights, total


@planted("bits", "ch06.full_gd_step", LIGHTS, WALK, VECTOR, 0.5)
def mean_of_those_that_are_on(inputs: Any, targets: Any, weights: Any, learning_rate: Any) -> Any:
    deltas = inputs.dot(weights) - targets
    return weights - learning_rate * deltas.dot(inputs != 0) / len(inputs)


@planted("bits", "ch06.backprop", LIGHTS, WALK.reshape(4, 1), LOWER, UPPER)
def slopes_of_those_that_are_on(
    inputs: Any, targets: Any, weights_0_1: Any, weights_1_2: Any
) -> Any:
    hidden = np.maximum(inputs.dot(weights_0_1), 0)
    delta = hidden.dot(weights_1_2) - targets
    below = delta.dot(weights_1_2.T) * (hidden > 0)
    return (inputs != 0).astype(float).T.dot(below), hidden.T.dot(delta)


# --- a batch of 1 hides sum and mean, any and all, first and last -------------------------------

ROW = array([1, 2, -1])


@planted("batch", "ch04.mean_squared_error", [1.5], [0.5])
def sum_of_squares(predictions: Any, targets: Any) -> Any:
    if len(predictions) != len(targets) or not len(predictions):
        raise ValueError
    return sum((p - t) ** 2 for p, t in zip(predictions, targets))


@planted("batch", "ch05.accuracy", ROW, np.array([1]))
def best_of_all_scores(scores: Any, labels: Any) -> Any:
    return float(np.mean(np.argmax(scores) == labels))


@planted("batch", "ch05.largest_stable_learning_rate", ROW)
def of_all_rows_together(inputs: Any) -> Any:
    total = np.sum(inputs**2)
    return 2 / total if total > 0 else np.inf


@planted("batch", "ch06.full_gd_step", ROW, array(1), VECTOR, 0.5)
def sum_not_mean(inputs: Any, targets: Any, weights: Any, learning_rate: Any) -> Any:
    return weights - learning_rate * (inputs.dot(weights) - targets).dot(inputs)


@planted("batch", "ch06.sgd_epoch", ROW, array(1), VECTOR, 0.5)
def last_row_only(inputs: Any, targets: Any, weights: Any, learning_rate: Any) -> Any:
    delta = inputs[-1].dot(weights) - targets[-1]
    return weights - learning_rate * delta * inputs[-1], delta**2


@planted("batch", "ch06.backprop", ROW, array([1]), LOWER, UPPER)
def mean_not_sum(inputs: Any, targets: Any, weights_0_1: Any, weights_1_2: Any) -> Any:
    slopes = right_backprop(inputs, targets, weights_0_1, weights_1_2)
    return tuple(slope / len(inputs) for slope in slopes)


@planted("batch", "ch06.dead_units", ROW, LOWER)
def off_in_any_row(inputs: Any, weights_0_1: Any) -> Any:
    return (inputs.dot(weights_0_1) <= 0).any(axis=0)


# --- and batches of more than 1 hide that a batch of 1 falls out of its shape ------------------


@planted("batch", "ch06.forward", LIGHTS, LOWER, array([1, 2], [0, -1]))
def rows_of_one_squeezed(inputs: Any, weights_0_1: Any, weights_1_2: Any) -> Any:
    hidden = np.maximum(inputs.dot(weights_0_1), 0)
    return np.squeeze(hidden), np.squeeze(hidden.dot(weights_1_2))


@planted("batch", "ch06.hidden_delta", SQUARE, SQUARE, abs(SQUARE))
def delta_squeezed(output_delta: Any, weights: Any, hidden: Any) -> Any:
    return np.squeeze(output_delta.dot(weights.T) * (hidden > 0))


# --- inputs that are all different hide that equal ones are lost or mixed up --------------------


@planted("duplicates", "ch03.vector_sum", [1.0, 2.0, -3.0])
def sum_of_a_set(values: Any) -> Any:
    return float(sum(set(np.asarray(values, dtype=float).tolist())))


@planted("duplicates", "ch03.vector_mean", [1.0, 2.0, -3.0])
def mean_of_a_set(values: Any) -> Any:
    different = set(np.asarray(values, dtype=float).tolist())
    if not different:
        raise ValueError
    return sum(different) / len(different)


@planted("duplicates", "ch03.weighted_sum", [1.0, 2.0], [3.0, 4.0])
def weights_by_input(inputs: Any, weights: Any) -> Any:
    by_input = dict(zip(map(float, inputs), map(float, weights), strict=True))
    return sum(x * weight for x, weight in by_input.items())


@planted("duplicates", "ch04.mean_squared_error", [1.0, 2.0], [0.0, 0.0])
def targets_by_prediction(predictions: Any, targets: Any) -> Any:
    by_prediction = dict(zip(map(float, predictions), map(float, targets), strict=True))
    if not by_prediction:
        raise ValueError
    return float(np.mean([(p - t) ** 2 for p, t in by_prediction.items()]))


@planted("duplicates", "ch05.accuracy", array([1, 0, 2], [3, 1, 0]), np.array([2, 0]))
def labels_found_at_all(scores: Any, labels: Any) -> Any:
    return float(np.mean(np.isin(labels, np.argmax(scores, axis=1))))


@planted("duplicates", "ch06.lights_to_matrix", ["101", "011", "001"])
def patterns_once_each(patterns: Any) -> Any:
    return np.array([[float(light) for light in pattern] for pattern in dict.fromkeys(patterns)])


@planted("duplicates", "ch06.pressure", LIGHTS, WALK)
def pressure_once_each(inputs: Any, targets: Any) -> Any:
    rows = {(*row, target): (row, target) for row, target in zip(inputs, targets)}
    return sum((2 * target - 1) * row for row, target in rows.values())


@planted("duplicates", "ch06.sgd_epoch", LIGHTS, WALK, VECTOR, 0.5)
def rows_once_each(inputs: Any, targets: Any, weights: Any, learning_rate: Any) -> Any:
    rows = {tuple(row): (row, target) for row, target in zip(inputs, targets)}
    total = 0.0
    for row, target in rows.values():
        delta = row.dot(weights) - target
        total += delta**2
        weights = weights - learning_rate * delta * row
    return weights, total


@planted("duplicates", "ch06.minibatches", LIGHTS, WALK, 2)
def targets_looked_up(inputs: Any, targets: Any, size: int) -> Iterator[Any]:
    for start in range(0, len(inputs), size):
        rows = inputs[start : start + size]
        first = [int(np.flatnonzero((inputs == row).all(axis=1))[0]) for row in rows]
        yield rows, targets[first]


# --- units that are never exactly 0 hide what relu's slope is there ----------------------------

ON = abs(SQUARE) + 1


@planted("zero", "ch06.relu_deriv", ON)
def slope_one_at_zero(output: Any) -> Any:
    return (output >= 0).astype(float)


@planted("zero", "ch06.relu_deriv", ON)
def half_a_slope_at_zero(output: Any) -> Any:
    return np.heaviside(output, 0.5)


@planted("zero", "ch06.relu", ON)
def a_little_at_zero(x: Any) -> Any:
    return np.where(x > 0, x, np.where(x == 0, 1e-3, 0.0))


@planted("zero", "ch06.hidden_delta", SQUARE, SQUARE, ON)
def blames_all_units(output_delta: Any, weights: Any, hidden: Any) -> Any:
    return output_delta.dot(weights.T) * (hidden >= 0)


@planted("zero", "ch06.backprop", ON, ON, ON, SQUARE)
def slopes_of_all_units(inputs: Any, targets: Any, weights_0_1: Any, weights_1_2: Any) -> Any:
    hidden = np.maximum(inputs.dot(weights_0_1), 0)
    delta = hidden.dot(weights_1_2) - targets
    return inputs.T.dot(delta.dot(weights_1_2.T) * (hidden >= 0)), hidden.T.dot(delta)


@planted("zero", "ch06.backprop", ON, ON, ON, SQUARE)
def slope_one_exactly_at_zero(inputs: Any, targets: Any, weights_0_1: Any, weights_1_2: Any) -> Any:
    before = inputs.dot(weights_0_1)
    hidden = np.maximum(before, 0)
    delta = hidden.dot(weights_1_2) - targets
    return inputs.T.dot(delta.dot(weights_1_2.T) * (before >= 0)), hidden.T.dot(delta)


@planted("zero", "ch06.dead_units", LIGHTS[:1], array([1, -1], [1, 0], [1, 2]))
def only_below_zero_is_off(inputs: Any, weights_0_1: Any) -> Any:
    return (inputs.dot(weights_0_1) < 0).all(axis=0)


@pytest.mark.parametrize(
    "plant", [pytest.param(p, id=f"{spot}-{p}") for spot, some in SPOTS.items() for p in some]
)
def test_a_mistake_in_a_blind_spot_is_rejected(plant: Planted) -> None:
    chapter_id, _, name = plant.exercise.partition(".")
    chapter = load_chapter(chapter_id)
    right = outcome_of(
        chapter.exercises[name], LocalRunner(name, chapter.reference(name)), plant.blind
    )
    wrong = outcome_of(chapter.exercises[name], LocalRunner(name, plant.answer), plant.blind)
    assert right.raised is None and wrong.raised is None
    if plant.shape_only:
        assert shapes(wrong.value) == shapes(right.value)
    else:
        assert difference(right.value, wrong.value) is None, "the blind test would have seen it"
    assert examined(plant.exercise, plant.answer).status in (Verdict.FAILED, Verdict.ERROR)


def shapes(value: Any) -> Any:
    return [np.shape(part) for part in value] if isinstance(value, tuple) else np.shape(value)


# --- "the loss went down" is true of nearly every mistake --------------------------------------


def wrong_training(step: Callable[..., Any]) -> Callable[..., Any]:
    """`train` with another step."""

    def train(
        inputs: Any, targets: Any, weights_0_1: Any, weights_1_2: Any, rate: Any, epochs: int
    ) -> list[float]:
        errors = []
        for _ in range(epochs):
            error = 0.0
            for i in range(len(inputs)):
                row, target = inputs[i : i + 1], targets[i : i + 1]
                output = np.maximum(row.dot(weights_0_1), 0).dot(weights_1_2)
                error += float(np.sum((output - target) ** 2))
                weights_0_1, weights_1_2 = step(row, target, weights_0_1, weights_1_2, rate)
            errors.append(error)
        return errors

    return train


def new_upper_weights_send_the_blame(
    inputs: Any, targets: Any, weights_0_1: Any, weights_1_2: Any, rate: Any
) -> Any:
    hidden = np.maximum(inputs.dot(weights_0_1), 0)
    delta = hidden.dot(weights_1_2) - targets
    weights_1_2 = weights_1_2 - rate * hidden.T.dot(delta)
    below = delta.dot(weights_1_2.T) * (hidden > 0)
    return weights_0_1 - rate * inputs.T.dot(below), weights_1_2


def twice_the_slope(
    inputs: Any, targets: Any, weights_0_1: Any, weights_1_2: Any, rate: Any
) -> Any:
    slope_0_1, slope_1_2 = right_backprop(inputs, targets, weights_0_1, weights_1_2)
    return weights_0_1 - 2 * rate * slope_0_1, weights_1_2 - 2 * rate * slope_1_2


def only_the_upper_layer(
    inputs: Any, targets: Any, weights_0_1: Any, weights_1_2: Any, rate: Any
) -> Any:
    _, slope_1_2 = right_backprop(inputs, targets, weights_0_1, weights_1_2)
    return weights_0_1, weights_1_2 - rate * slope_1_2


@pytest.mark.parametrize(
    "step", [new_upper_weights_send_the_blame, twice_the_slope, only_the_upper_layer]
)
def test_training_that_brings_the_loss_down_is_rejected_where_it_is_wrong(
    step: Callable[..., Any],
) -> None:
    rng = np.random.RandomState(1)
    lower, upper = 2 * rng.random_sample((3, 4)) - 1, 2 * rng.random_sample((4, 1)) - 1
    train = wrong_training(step)
    errors = train(LIGHTS, array([1], [1], [0], [0]), lower, upper, 0.1, 60)
    assert errors[-1] < errors[0]
    assert examined("ch06.train", train).status == Verdict.FAILED


# --- an upstream gradient of ones hides that it is ignored -------------------------------------


def relu(x: Any) -> Any:
    return np.maximum(x, 0)


def ignores_upstream(upstream: Any, x: Any) -> Any:
    return (x > 0).astype(float)


def takes_the_size_of_upstream(upstream: Any, x: Any) -> Any:
    return abs(upstream) * (x > 0)


def takes_the_mean_of_upstream(upstream: Any, x: Any) -> Any:
    return np.mean(upstream) * (x > 0)


def right_slopes(upstream: Any, x: Any) -> Any:
    return upstream * (x > 0)


BEFORE = array([1, -2, 3], [0.5, 4, -1]) - 0.3


def check_slopes(backward: Callable[[Any, Any], Any], upstream: Any) -> None:
    expect_slopes(
        lambda x: float(np.sum(upstream * relu(x))),
        at={"x": BEFORE},
        claimed=lambda x: backward(upstream, x),
    )


@pytest.mark.parametrize(
    "backward", [ignores_upstream, takes_the_size_of_upstream, takes_the_mean_of_upstream]
)
def test_a_backward_step_that_ignores_what_comes_from_above_is_seen(
    backward: Callable[[Any, Any], Any],
) -> None:
    check_slopes(backward, np.ones_like(BEFORE))  # the blind test sees nothing
    with pytest.raises(WrongSlopes):
        check_slopes(backward, upstream_like(BEFORE))


def test_a_right_backward_step_passes_whatever_comes_from_above() -> None:
    check_slopes(right_slopes, np.ones_like(BEFORE))
    check_slopes(right_slopes, upstream_like(BEFORE))


def different_arrays() -> Iterator[Any]:
    rng = np.random.default_rng(0)
    for size in range(2, 8):
        for _ in range(200):
            yield rng.integers(-8, 9, size) / 8


def test_what_comes_from_above_is_never_all_ones() -> None:
    for array_like in different_arrays():
        upstream = upstream_like(array_like)
        assert not (upstream == 1).all()
        assert (upstream == upstream_like(array_like)).all(), "the same for the same array"
        assert upstream.all(), "no entry is hidden"
