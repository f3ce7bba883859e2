"""How chapter 4 is examined: one weight learns, by trying first and then by its slope."""

import math

import numpy as np

from gdl_check.course import exercise
from gdl_check.expect import expect
from gdl_check.gradient import expect_slopes
from gdl_check.inputs import LADDER, POSITIVE, RATES, SMALL, Array, Choice, ListOf, Number, Whole
from gdl_check.sandbox.functions import cubic, exponential, quadratic

# Training multiplies many times over: few digits keep the first steps exact. Never 0.5 alone as an
# input: there, twice the step and a step that forgets the input are the same.
STEADY = (1.0, 2.0, -1.0, 3.0, 0.5, -2.0, 0.0, 1.5, -0.5, 0.25)
STEPS = (0.5, 1.0, 0.25, 2.0, 1.5)

# No two of these rates leave the same error behind, but where nothing moves: no two of them add up
# to 2 / x^2 for any of these inputs. So rounding never decides which one wins.
INPUTS_TO_TUNE = (2.0, 1.0, -1.0, 3.0, 0.5, -2.0, 1.5, 0.0)
RATES_TO_TRY = (0.1, 1.0, 0.01, 10.0, 0.5, 0.25, 3.0, 0.001)


def squared(miss):
    return miss * miss


# --- squared_error -----------------------------------------------------------------------------

squared_error = exercise(
    "squared_error",
    inputs={"prediction": Number(), "target": Number()},
    edges=[
        {"prediction": 0.25, "target": 0.8},
        {"prediction": 2.0, "target": 2.0},
        {"prediction": 1.0, "target": -1.0},
        {"prediction": 0.0, "target": 3.0},
        {"prediction": 3, "target": 1},
        {"prediction": 5, "target": 0},
        {"prediction": 0.125, "target": 0.0},
        {"prediction": -1000000.0, "target": 1000000.0},
    ],
    hints=[
        "One prediction is 3 too high, another one 3 too low. Which of them is worse?",
        "First the miss, then the miss times itself: no minus is left, and big misses count for "
        'much more than small ones (chapter 4, "Compare: Does your network make good '
        'predictions?").',
        "Two numbers give one number: (prediction - target), squared. Mind the brackets: the "
        "subtraction comes first.",
    ],
)


@squared_error.law("is never negative")
def never_negative(answer, prediction, target):
    expect(answer(prediction, target)).is_at_least(0)


@squared_error.law("is 0 for a perfect prediction, and for no other")
def zero_only_when_perfect(answer, prediction, target):
    expect(answer(target, target)).equals(0)
    if prediction != target:
        is_above = answer(prediction, target) > 0
        expect(is_above).is_true("the prediction misses, so its error should be above 0")


@squared_error.law("is the same whether the miss is up or down")
def same_from_either_side(answer, prediction, target):
    expect(answer(target, prediction)).equals(float(answer(prediction, target)))


@squared_error.law("depends on nothing but the miss")
def only_the_miss_counts(answer, prediction, target):
    moved = answer(prediction + 1, target + 1)
    expect(moved).equals(float(answer(prediction, target)))


@squared_error.law("is four times as large for twice the miss")
def twice_the_miss_is_four_times_as_bad(answer, prediction, target):
    twice_as_far = answer(target + 2 * (prediction - target), target)
    expect(twice_as_far).equals(4 * float(answer(prediction, target)))


@squared_error.law("is 1 for a miss of 1")
def one_is_one(answer, target):
    expect(answer(target + 1, target)).equals(1)


@squared_error.misconception(
    "the size of the miss, not squared",
    "Multiply the miss by itself: a miss of 3 counts as 9, a miss of 0.1 as 0.01.",
)
def abs_error(prediction, target):
    return abs(prediction - target)


@squared_error.misconception(
    "the miss itself",
    "A miss below the target is as bad as one above it: multiply the miss by itself, and the minus "
    "is gone.",
)
def signed_miss(prediction, target):
    return prediction - target


@squared_error.misconception(
    "half the squared miss",
    "The error that is reported is the whole squared miss. The half is only thought of later, "
    "where the slope is taken.",
)
def half_of_it(prediction, target):
    return (prediction - target) ** 2 / 2


@squared_error.misconception(
    "the slope of the squared miss",
    "Twice the miss is how fast the error grows. The error itself is the miss times the miss.",
)
def slope_instead(prediction, target):
    return 2 * (prediction - target)


@squared_error.misconception(
    "the prediction less the squared target",
    "A power comes before a minus. Put brackets round the miss: (prediction - target) ** 2.",
)
def power_before_minus(prediction, target):
    return prediction - target**2


@squared_error.misconception(
    "a product without its brackets",
    "A product comes before a minus. Give the miss a name, or brackets, before you multiply it by "
    "itself.",
)
def product_before_minus(prediction, target):
    return prediction - target * prediction - target


@squared_error.misconception(
    "the difference of two squares",
    "Take the difference first and square it then: from 2 to 1 the miss is 1, so the error is 1 "
    "and not 3.",
)
def difference_of_squares(prediction, target):
    return prediction**2 - target**2


@squared_error.misconception(
    "the miss with `^`",
    "In Python `^` is no power: it compares whole numbers bit by bit, and refuses all others. "
    "Write miss * miss.",
)
def hat_is_no_power(prediction, target):
    return (prediction - target) ^ 2


@squared_error.alternative
def as_a_power(prediction, target):
    return (target - prediction) ** 2


@squared_error.alternative
def with_numpy(prediction, target):
    return np.square(np.subtract(prediction, target))


@squared_error.alternative
def larger_minus_smaller(prediction, target):
    distance = max(prediction, target) - min(prediction, target)
    return np.array(distance * distance)


# --- mean_squared_error ------------------------------------------------------------------------

mean_squared_error = exercise(
    "mean_squared_error",
    inputs={"predictions": Array(("n",), lists=True), "targets": Array(("n",), lists=True)},
    edges=[
        {"predictions": [3.0, 1.0], "targets": [2.0, 2.0]},
        {"predictions": [2.0], "targets": [5.0]},
        {"predictions": [0.25], "targets": [0.8]},
        {"predictions": [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], "targets": [0.0] * 7},
        {"predictions": [1.0, 2.0], "targets": [1.0, 2.0]},
        {"predictions": [1.0, 2.0, 3.0], "targets": [1.0, 2.0]},
        {"predictions": [1.0, 2.0], "targets": [3.0, 1.0, 4.0]},
        {"predictions": [1.0, 2.0, 3.0], "targets": [2.0]},
        {"predictions": [2.0], "targets": [1.0, 2.0, 3.0]},
        {"predictions": [], "targets": []},
        {"predictions": [], "targets": [1.0]},
        {"predictions": [1.0], "targets": []},
    ],
    hints=[
        "One miss is +1, another one is -1. Their mean is 0: is this network perfect?",
        'Each miss is squared first, and only then is the mean taken (chapter 4, "Why measure '
        'error?"). Two more questions come before: are there as many targets as predictions, and '
        "are there any?",
        "(n,) and (n,) give one number: the squared errors of the pairs, added up and divided by "
        "n. zip stops quietly at the shorter list, and NumPy stretches a list of length 1: compare "
        "the lengths yourself.",
    ],
)


def is_allowed(predictions, targets):
    return len(predictions) == len(targets) > 0


@mean_squared_error.law("is never negative")
def never_negative(answer, predictions, targets):
    if is_allowed(predictions, targets):
        expect(answer(predictions, targets)).is_at_least(0)


@mean_squared_error.law("is 0 when every prediction is perfect")
def zero_when_perfect(answer, targets):
    if len(targets):
        expect(answer(targets, targets)).equals(0)


@mean_squared_error.law("is 1 when every prediction misses by 1, some up and some down")
def misses_do_not_cancel(answer, targets):
    if len(targets):
        up_and_down = np.where(np.arange(len(targets)) % 2, -1.0, 1.0)
        expect(answer(targets + up_and_down, targets)).equals(1)


@mean_squared_error.law("is the squared miss itself where there is one prediction")
def one_prediction(answer, predictions, targets):
    if is_allowed(predictions, targets):
        expect(answer(predictions[:1], targets[:1])).equals(squared(predictions[0] - targets[0]))


@mean_squared_error.law("does not depend on the order of the pairs")
def order_is_free(answer, predictions, targets):
    if is_allowed(predictions, targets):
        turned = answer(predictions[::-1].copy(), targets[::-1].copy())
        expect(turned).equals(float(answer(predictions, targets)))


@mean_squared_error.law("stays the same when every pair is there twice")
def twice_as_many_change_nothing(answer, predictions, targets):
    if is_allowed(predictions, targets):
        twice = answer(np.tile(predictions, 2), np.tile(targets, 2))
        expect(twice).equals(float(answer(predictions, targets)))


@mean_squared_error.law("refuses lists of different lengths with a ValueError")
def refuses_other_lengths(answer, predictions, targets):
    if is_allowed(predictions, targets):
        expect(answer(predictions, np.append(targets, 1.0))).raises(ValueError)
        expect(answer(np.append(predictions, 1.0), targets)).raises(ValueError)


@mean_squared_error.law("refuses to take the mean of nothing, with a ValueError")
def refuses_nothing(answer, predictions, targets):
    expect(answer(predictions[:0], targets[:0])).raises(ValueError)


def misses_of(predictions, targets):
    if len(predictions) != len(targets) or len(predictions) == 0:
        raise ValueError
    return np.asarray(predictions, dtype=float) - np.asarray(targets, dtype=float)


def mean_without_warning(errors):
    """np.mean, which would say on the learner's screen that it was given nothing."""
    return np.sum(errors) / np.float64(errors.size)


@mean_squared_error.misconception(
    "the mean of the misses, not squared",
    "Misses of +1 and -1 would cancel and look perfect. Square each of them before you take the "
    "mean.",
)
def mean_of_misses(predictions, targets):
    return np.mean(misses_of(predictions, targets))


@mean_squared_error.misconception(
    "the square of the mean miss",
    "Square first, then take the mean: in the other order, misses of +1 and -1 cancel before they "
    "are squared.",
)
def mean_before_square(predictions, targets):
    return np.mean(misses_of(predictions, targets)) ** 2


@mean_squared_error.misconception(
    "the mean size of the misses",
    "Multiply each miss by itself instead of only dropping its minus: big misses shall count for "
    "much more.",
)
def abs_error(predictions, targets):
    return np.mean(abs(misses_of(predictions, targets)))


@mean_squared_error.misconception(
    "the sum instead of the mean",
    "Divide by how many predictions there are, or more data would look like more error.",
)
def sum_not_mean(predictions, targets):
    return np.sum(misses_of(predictions, targets) ** 2)


@mean_squared_error.misconception(
    "the root of the mean squared error",
    "Here the mean of the squares is wanted as it is, without a square root.",
)
def root_taken(predictions, targets):
    return np.sqrt(np.mean(misses_of(predictions, targets) ** 2))


@mean_squared_error.misconception(
    "half the mean squared error",
    "The half belongs to the slope, not to the error: take the plain mean of the squares.",
)
def half_of_it(predictions, targets):
    return np.mean(misses_of(predictions, targets) ** 2) / 2


@mean_squared_error.misconception(
    "a mean of the pairs that zip could find",
    "zip stops quietly where the shorter list ends. Compare the lengths first, or use "
    "zip(..., strict=True).",
)
def zip_cuts_the_longer_list(predictions, targets):
    errors = [squared(p - t) for p, t in zip(predictions, targets)]
    if not errors:
        raise ValueError
    return sum(errors) / len(errors)


@mean_squared_error.misconception(
    "a loop that never asks how long the lists are",
    "zip stops quietly where the shorter list ends, and without any pair you divide by 0. Check "
    "both before, and raise a ValueError.",
)
def loop_without_checks(predictions, targets):
    errors = [squared(p - t) for p, t in zip(predictions, targets)]
    return sum(errors) / len(errors)


@mean_squared_error.misconception(
    "a NumPy mean that never asks how long the lists are",
    "NumPy stretches a list of length 1 to fit the other one, and calls the mean of nothing nan. "
    "Compare the lengths yourself, and raise a ValueError.",
)
def numpy_without_checks(predictions, targets):
    return mean_without_warning(np.square(np.subtract(predictions, targets)))


@mean_squared_error.misconception(
    "nan for no predictions at all",
    "NumPy calls the mean of nothing nan and goes on. Raise a ValueError where there is nothing to "
    "take the mean of.",
)
def mean_of_nothing(predictions, targets):
    if len(predictions) != len(targets):
        raise ValueError
    return mean_without_warning(np.square(np.subtract(predictions, targets)))


@mean_squared_error.misconception(
    "0 for no predictions at all",
    "An error of 0 would say that all went perfectly. Raise a ValueError: nothing has been "
    "measured.",
)
def nothing_is_perfect(predictions, targets):
    total = 0.0
    for p, t in zip(predictions, targets, strict=True):
        total += squared(p - t)
    return total / max(len(predictions), 1)


@mean_squared_error.alternative
def counted_by_hand(predictions, targets):
    if len(predictions) != len(targets):
        raise ValueError("as many targets as predictions, please")
    if len(predictions) == 0:
        raise ValueError("nothing to take the mean of")
    total = 0.0
    for i in range(len(predictions) - 1, -1, -1):
        total = total + (float(targets[i]) - float(predictions[i])) ** 2
    return total / len(targets)


@mean_squared_error.alternative
def with_a_dot_product(predictions, targets):
    predictions, targets = np.array(predictions), np.array(targets)
    if predictions.shape != targets.shape or predictions.size == 0:
        raise ValueError
    misses = predictions - targets
    return misses @ misses / misses.size


@mean_squared_error.alternative
def with_einsum(predictions, targets):
    if not 0 < len(targets) == len(predictions):
        raise ValueError
    misses = np.subtract(targets, predictions)
    return np.einsum("n,n->", misses, misses / len(misses))


# --- hot_cold_step -----------------------------------------------------------------------------

hot_cold_step = exercise(
    "hot_cold_step",
    inputs={"x": Number(), "weight": Number(), "target": Number(), "step": Number(POSITIVE)},
    edges=[
        {"x": 1.0, "weight": 0.0009765625, "target": 2.0, "step": 0.5},
        {"x": 1.0, "weight": 2.0, "target": 5.0, "step": 0.5},
        {"x": 1.0, "weight": 2.0, "target": 2.25, "step": 0.5},
        {"x": 1.0, "weight": 2.0, "target": 1.75, "step": 0.5},
        {"x": 1.0, "weight": 2.0, "target": 2.375, "step": 0.5},
        {"x": 1.0, "weight": 2.0, "target": 1.625, "step": 0.5},
        {"x": 1.0, "weight": 2.0, "target": 2.125, "step": 0.5},
        {"x": 1.0, "weight": 0.0, "target": -3.0, "step": 1.0},
        {"x": 0.0, "weight": 1.0, "target": 2.0, "step": 0.5},
        {"x": 2.0, "weight": 1.5, "target": 3.0, "step": 1.0},
        {"x": -1.0, "weight": 2.0, "target": -5.0, "step": 0.5},
        {"x": -2.0, "weight": 1.0, "target": 4.0, "step": 0.25},
        {"x": 3.0, "weight": 1.0, "target": 6.0, "step": 1.0},
        {"x": 0.5, "weight": 1.0, "target": 0.625, "step": 0.5},
        {"x": 1.0, "weight": 0.0, "target": 1.0, "step": 3.0},
        {"x": 1.0, "weight": 0.0, "target": 1.0, "step": 1.5},
    ],
    hints=[
        "You stand at a weight and may take one step up, one step down, or none. When is it best "
        "to stay?",
        "Try all three and measure how bad each one's prediction is. Go where the error "
        'is smallest, and move only if that is really better (chapter 4, "Hot and cold learning").',
        "Three weights: weight, weight + step, weight - step. Each of them makes a prediction "
        "and so has a squared error. Return a weight, not an error; on a tie the one you stand on.",
    ],
)


@hot_cold_step.law("moves by one whole step, or not at all")
def one_step_or_none(answer, x, weight, target, step):
    moved = abs(float(answer(x, weight, target, step)) - weight)
    expect(moved in (0, step)).is_true(f"it moved by {moved:g}, where a step is {step:g}")


@hot_cold_step.law("never makes the error larger")
def never_gets_worse(answer, x, weight, target, step):
    new = float(answer(x, weight, target, step))
    error = squared(x * new - target)
    expect(error, "the error afterwards").is_at_most(squared(x * weight - target))


@hot_cold_step.law("goes one step towards a target that is two steps away")
def goes_towards_the_target(answer, x, weight, step):
    if x:
        expect(answer(x, weight, x * (weight + 2 * step), step)).equals(weight + step)
        expect(answer(x, weight, x * (weight - 2 * step), step)).equals(weight - step)


@hot_cold_step.law("stays on a tie, where the target lies half a step away")
def stays_on_a_tie(answer, x, weight, step):
    expect(answer(x, weight, x * (weight + step / 2), step)).equals(weight)
    expect(answer(x, weight, x * (weight - step / 2), step)).equals(weight)


@hot_cold_step.law("moves when the target lies a little more than half a step away")
def moves_beyond_half_a_step(answer, x, weight, step):
    if x:
        expect(answer(x, weight, x * (weight + 0.625 * step), step)).equals(weight + step)
        expect(answer(x, weight, x * (weight - 0.625 * step), step)).equals(weight - step)


@hot_cold_step.law("stays when the prediction is perfect already")
def stays_when_perfect(answer, x, weight, step):
    expect(answer(x, weight, x * weight, step)).equals(weight)


@hot_cold_step.law("stays when the input is 0, since no weight changes anything then")
def stays_without_input(answer, weight, target, step):
    expect(answer(0.0, weight, target, step)).equals(weight)


@hot_cold_step.law("finds the book's warmer weight: 0.11, for 8.5 toes and a weight of 0.1", most=1)
def the_books_toes(answer):
    expect(answer(8.5, 0.1, 1.0, 0.01)).equals(0.11)


@hot_cold_step.misconception(
    "a step in every case",
    "Compare with the error where you stand as well. The book's short listing compares up with "
    "down only, so around a target between two steps it jumps to and fro for ever.",
)
def hot_cold_always_moves(x, weight, target, step):
    up = squared(x * (weight + step) - target)
    down = squared(x * (weight - step) - target)
    if down < up:
        return weight - step
    if up < down:
        return weight + step
    return weight


@hot_cold_step.misconception(
    "a step even where nothing is won by it",
    "On a tie the weight stays: ask for `<`, not for `<=`.",
)
def moves_on_a_tie(x, weight, target, step):
    options = [weight + step, weight - step, weight]
    return min(options, key=lambda option: squared(x * option - target))


@hot_cold_step.misconception(
    "the weight with the smallest prediction",
    "A small prediction is not a good one. Compare the errors: how far each prediction is from the "
    "target.",
)
def hot_cold_compares_predictions_not_errors(x, weight, target, step):
    return min([weight, weight + step, weight - step], key=lambda option: x * option)


@hot_cold_step.misconception(
    "the weight that comes closest to the target itself",
    "The target is compared with the prediction, which is x times the weight, not with the weight.",
)
def forgot_input(x, weight, target, step):
    return min([weight, weight + step, weight - step], key=lambda w: squared(w - target))


@hot_cold_step.misconception(
    "the coldest of the three weights", "Go where the error is smallest, not where it is largest."
)
def goes_where_it_is_worse(x, weight, target, step):
    options = [weight, weight + step, weight - step]
    return max(options, key=lambda option: squared(x * option - target))


@hot_cold_step.misconception(
    "a look in one direction only", "The target may lie below as well: try weight - step, too."
)
def only_tries_up(x, weight, target, step):
    return min([weight, weight + step], key=lambda option: squared(x * option - target))


@hot_cold_step.misconception(
    "the smallest error instead of the weight it belongs to",
    "Compare the errors, but return the weight that gave the smallest one.",
)
def returns_the_error(x, weight, target, step):
    return min(squared(x * option - target) for option in (weight, weight + step, weight - step))


@hot_cold_step.misconception(
    "the change instead of the new weight",
    "Return where you stand afterwards: weight, weight + step or weight - step.",
)
def returns_the_change(x, weight, target, step):
    return min([0.0, step, -step], key=lambda change: squared(x * (weight + change) - target))


@hot_cold_step.misconception(
    "a step that grows with the input",
    "Hot and cold learning always moves the weight by `step` itself, whatever the input is.",
)
def step_times_input(x, weight, target, step):
    options = [weight, weight + step * x, weight - step * x]
    return min(options, key=lambda option: squared(x * option - target))


@hot_cold_step.misconception(
    "a target that was moved",
    "The target is what should come out, and stays. Learning changes the weight.",
)
def minimises_the_goal(x, weight, target, step):
    return min([target, target + step, target - step], key=lambda t: squared(x * weight - t))


@hot_cold_step.alternative
def with_three_ifs(x, weight, target, step):
    def error(w):
        return (target - w * x) ** 2

    if error(weight + step) < error(weight):
        return weight + step
    elif error(weight - step) < error(weight):
        return weight - step
    else:
        return weight


@hot_cold_step.alternative
def from_the_miss(x, weight, target, step):
    miss = x * weight - target
    if x == 0 or 2 * abs(miss) <= abs(x) * step:
        return weight
    return weight + step if (miss < 0) == (x > 0) else weight - step


@hot_cold_step.alternative
def with_numpy(x, weight, target, step):
    options = weight + np.array([0, step, -step])
    return options[np.argmin(abs(x * options - target))]


# --- hot_cold_fit ------------------------------------------------------------------------------

hot_cold_fit = exercise(
    "hot_cold_fit",
    inputs={
        "x": Number(STEADY),
        "weight": Number(SMALL),
        "target": Number(),
        "step": Number(STEPS),
        "iterations": Whole(0, 6),
    },
    edges=[
        {"x": 1.0, "weight": 0.0, "target": 1.0, "step": 0.5, "iterations": 4},
        {"x": 1.0, "weight": 0.0, "target": 1.25, "step": 0.5, "iterations": 5},
        {"x": 1.0, "weight": 0.0, "target": 1.125, "step": 0.5, "iterations": 5},
        {"x": 2.0, "weight": 1.0, "target": -3.0, "step": 0.5, "iterations": 7},
        {"x": -2.0, "weight": 0.0, "target": 3.0, "step": 1.0, "iterations": 4},
        {"x": 3.0, "weight": 2.0, "target": 6.0, "step": 1.0, "iterations": 3},
        {"x": 0.0, "weight": 1.0, "target": 2.0, "step": 0.5, "iterations": 2},
        {"x": 1.0, "weight": 0.0, "target": 3.0, "step": 1.0, "iterations": 1},
        {"x": 1.0, "weight": 0.0, "target": 3.0, "step": 1.0, "iterations": 0},
    ],
    hints=[
        "Which weight made the prediction of the first row: the one that was given, or the one "
        "after the first step?",
        "In every iteration predict, write down error and prediction, and only then take a step. "
        'Near the target the weight comes to rest (chapter 4, "Characteristics of hot and cold '
        'learning").',
        "A list of `iterations` pairs (error, prediction): the prediction is x times the weight, "
        "the error its squared miss. The next weight is what hot_cold_step returns.",
    ],
)


def rows_of(reply):
    """The pairs as an array of two columns, errors and predictions; also where there are none."""
    return np.asarray(reply, dtype=float).reshape(-1, 2)


@hot_cold_fit.law("writes one row for each iteration")
def one_row_an_iteration(answer, x, weight, target, step, iterations):
    rows = answer(x, weight, target, step, iterations)
    expect(len(rows), "the number of rows").equals(iterations)


@hot_cold_fit.law("begins with the error and the prediction of the weight that was given")
def begins_where_it_starts(answer, x, weight, target, step, iterations):
    rows = answer(x, weight, target, step, iterations + 1)
    first = (squared(x * weight - target), x * weight)
    expect(tuple(rows[0]), "the first row").equals(first)


@hot_cold_fit.law("writes the squared miss of its prediction into every row")
def errors_belong_to_predictions(answer, x, weight, target, step, iterations):
    rows = rows_of(answer(x, weight, target, step, iterations))
    expect(rows[:, 0], "the errors").equals(squared(rows[:, 1] - target))


@hot_cold_fit.law("moves by one whole step from row to row, or not at all")
def moves_step_by_step(answer, x, weight, target, step, iterations):
    predictions = rows_of(answer(x, weight, target, step, iterations))[:, 1]
    moved = abs(np.diff(predictions))
    expect(np.minimum(moved, abs(moved - abs(x * step))), "the moves").equals(0 * moved)


@hot_cold_fit.law("never gets worse")
def never_gets_worse(answer, x, weight, target, step, iterations):
    errors = rows_of(answer(x, weight, target, step, iterations))[:, 0]
    if len(errors):
        growth = np.diff(errors)
        expect(growth, "how much the error grows from row to row").is_at_most(0)


@hot_cold_fit.law("comes within half a step of the target, and stays there")
def arrives_and_stays(answer, x, weight, target, step):
    if x:
        enough = math.ceil(abs(target / x - weight) / step) + 2
        end = rows_of(answer(x, weight, target, step, enough))[-2:, 1]
        expect(abs(end - target), "the last two misses").is_at_most(abs(x) * step / 2)
        expect(end[1], "the last prediction").equals(end[0])


@hot_cold_fit.law("begins in the same way, however long it goes on")
def more_iterations_only_add(answer, x, weight, target, step, iterations):
    longer = rows_of(answer(x, weight, target, step, iterations + 2))
    rows = rows_of(answer(x, weight, target, step, iterations))
    expect(longer[:-2], "all but the last two rows").equals(rows)


@hot_cold_fit.law("ends, after the book's 1101 rows, at a prediction of 0.8", most=1)
def the_books_long_run(answer):
    rows = rows_of(answer(0.5, 0.5, 0.8, 0.001, 1101))
    expect(rows[0], "the first row").equals([0.3025, 0.25])
    expect(rows[-1], "the last row").equals([0.0, 0.8])


def warmest(x, weight, target, step):
    options = [weight, weight + step, weight - step]
    return min(options, key=lambda option: squared(x * option - target))


def hot_cold_rows(x, weight, target, step, iterations, move=warmest):
    """(weight, error, prediction) before each step."""
    rows = []
    for _ in range(iterations):
        rows.append((weight, squared(x * weight - target), x * weight))
        weight = move(x, weight, target, step)
    return rows


@hot_cold_fit.misconception(
    "rows written after the step",
    "The first row belongs to the weight that was given: write it down before you take the step.",
)
def written_after_the_step(x, weight, target, step, iterations):
    rows = hot_cold_rows(x, weight, target, step, iterations + 1)
    return [(error, prediction) for _, error, prediction in rows[1:]]


@hot_cold_fit.misconception(
    "a step in every iteration",
    "Where no step makes the error smaller, the weight stays. The book's short listing compares up "
    "with down only, and jumps to and fro around a target between two steps.",
)
def hot_cold_always_moves(x, weight, target, step, iterations):
    def warmer_side(x, weight, target, step):
        up = squared(x * (weight + step) - target)
        down = squared(x * (weight - step) - target)
        return weight + (step if up < down else -step if down < up else 0)

    rows = hot_cold_rows(x, weight, target, step, iterations, warmer_side)
    return [(error, prediction) for _, error, prediction in rows]


@hot_cold_fit.misconception(
    "a weight that never moves",
    "hot_cold_step returns the new weight and changes nothing by itself: put what it returns back "
    "into `weight`.",
)
def forgot_to_move(x, weight, target, step, iterations):
    return [(squared(x * weight - target), x * weight)] * iterations


@hot_cold_fit.misconception(
    "the prediction before the error", "Each pair is (error, prediction), in this order."
)
def pairs_turned_round(x, weight, target, step, iterations):
    rows = hot_cold_rows(x, weight, target, step, iterations)
    return [(prediction, error) for _, error, prediction in rows]


@hot_cold_fit.misconception(
    "the weight in place of the prediction",
    "The second number of a pair is what the network predicted: x times the weight.",
)
def weight_for_prediction(x, weight, target, step, iterations):
    rows = hot_cold_rows(x, weight, target, step, iterations)
    return [(error, before) for before, error, _ in rows]


@hot_cold_fit.misconception(
    "the size of the miss as the error",
    "The error of a row is the squared miss: use squared_error.",
)
def abs_error(x, weight, target, step, iterations):
    rows = hot_cold_rows(x, weight, target, step, iterations)
    return [(math.sqrt(error), prediction) for _, error, prediction in rows]


@hot_cold_fit.misconception(
    "a run that stops once the target is hit",
    "Write `iterations` rows in any case: where the target is hit, the weight stays and the row "
    "repeats itself.",
)
def stops_at_the_target(x, weight, target, step, iterations):
    rows = hot_cold_rows(x, weight, target, step, iterations)
    hits = [i for i, (_, error, _) in enumerate(rows) if error == 0]
    return [(error, prediction) for _, error, prediction in rows[: hits[0] + 1 if hits else None]]


@hot_cold_fit.misconception(
    "one row too many",
    "`iterations` says how many rows there are. The last one is written before the last step.",
)
def one_row_too_many(x, weight, target, step, iterations):
    rows = hot_cold_rows(x, weight, target, step, iterations + 1)
    return [(error, prediction) for _, error, prediction in rows]


@hot_cold_fit.misconception(
    "an error from before the step beside a prediction from after it",
    "Both numbers of a pair belong to the same weight, the one before the step.",
)
def prediction_after_the_step(x, weight, target, step, iterations):
    rows = hot_cold_rows(x, weight, target, step, iterations + 1)
    return [(before[1], after[2]) for before, after in zip(rows, rows[1:])]


@hot_cold_fit.alternative
def with_ifs(x, weight, target, step, iterations):
    history = []
    while len(history) < iterations:
        miss, reach = target - weight * x, abs(x) * step
        history.append([miss**2, weight * x])
        if 2 * abs(miss) > reach:
            weight += step if (miss > 0) == (x > 0) else -step
    return history


@hot_cold_fit.alternative
def counted_in_steps(x, weight, target, step, iterations):
    at, rows = 0, []
    for _ in range(iterations):
        options = np.array([0, 1, -1]) + at
        predictions = x * (weight + options * step)
        errors = np.square(predictions - target)
        rows.append(np.array([errors[0], predictions[0]]))
        at = int(options[np.argmin(errors)])
    return tuple(rows)


# --- numeric_slope -----------------------------------------------------------------------------

numeric_slope = exercise(
    "numeric_slope",
    inputs={
        "f": Choice(
            [
                quadratic(1.0, 0.0, 0.0),
                cubic(1.0, 0.0),
                exponential(1.0),
                quadratic(-1.0, 2.0, 3.0),
                quadratic(0.0, 3.0, -1.0),
                exponential(-0.5),
                cubic(-2.0, 1.0),
                quadratic(0.5, -4.0, 1.0),
                exponential(0.5),
                quadratic(0.0, 0.0, 2.0),
            ]
        ),
        "weight": Number(),
        "eps": Number((0.5, 1.0, 0.25, 2.0, 0.125, 1.5)),
    },
    edges=[
        {"f": quadratic(1.0, 0.0, 0.0), "weight": 3.0, "eps": 0.5},
        {"f": quadratic(0.0, 3.0, -1.0), "weight": 2.0, "eps": 0.25},
        {"f": quadratic(0.0, 0.0, 2.0), "weight": 2.0, "eps": 0.25},
        {"f": quadratic(1.0, 0.0, 5.0), "weight": 0.0, "eps": 1.0},
        {"f": quadratic(-1.0, 2.0, 3.0), "weight": -2.0, "eps": 2.0},
        {"f": cubic(1.0, 0.0), "weight": 2.0, "eps": 0.5},
        {"f": cubic(1.0, 0.0), "weight": 0.0, "eps": 2.0},
        {"f": cubic(-2.0, 1.0), "weight": -1.0, "eps": 1.0},
        {"f": exponential(1.0), "weight": 0.0, "eps": 0.25},
        {"f": exponential(-0.5), "weight": 4.0, "eps": 0.5},
        {"f": exponential(1.0), "weight": 1.0, "eps": 0.0009765625},
    ],
    hints=[
        "You push a rod in by a little, and another one comes out by three times as much. How "
        "steep is that?",
        "Look a little to the right and a little to the left of the weight, and see by how much "
        'the result changes in between (chapter 4, "A box with rods poking out of it").',
        "The change is f at weight + eps less f at weight - eps. The way from one to the other is "
        "twice eps long. Divide the one by the other, and mind the brackets below the line.",
    ],
)


@numeric_slope.law("is the steepness of a straight line, wherever you measure")
def right_on_lines(answer, weight, eps):
    expect(answer(quadratic(0.0, 3.0, 1.0), weight, eps), "on the line 3 x + 1").equals(3)
    expect(answer(quadratic(0.0, -0.5, 2.0), weight, eps), "on the line 2 - x / 2").equals(-0.5)
    expect(answer(quadratic(0.0, 0.0, 2.0), weight, eps), "on a level line").equals(0)


@numeric_slope.law("is exact on a parabola, however far eps reaches")
def exact_on_parabolas(answer, weight, eps):
    slope = answer(quadratic(1.0, -2.0, 5.0), weight, eps)
    expect(slope, "on x^2 - 2 x + 5").equals(2 * weight - 2)


@numeric_slope.law("is 0 at the bottom of a valley, where both sides are equally high")
def level_at_the_bottom(answer, weight, eps):
    valley = quadratic(1.0, -2 * weight, weight * weight)
    expect(answer(valley, weight, eps)).equals(0)


@numeric_slope.law("is above 0 where the function grows, and below 0 where it falls")
def sign_says_which_way(answer, weight, eps):
    grows = answer(exponential(0.5), weight, eps) > 0
    expect(grows).is_true("exp(x / 2) grows everywhere, so its slope is above 0")
    falls = answer(exponential(-0.5), weight, eps) < 0
    expect(falls).is_true("exp(-x / 2) falls everywhere, so its slope is below 0")


@numeric_slope.law("looks equally far to both sides")
def mirrors(answer, weight, eps):
    mirrored = answer(exponential(-0.5), -weight, eps)
    expect(mirrored, "the mirrored curve").equals(-float(answer(exponential(0.5), weight, eps)))


@numeric_slope.law("reaches as far as eps says: on x^3 it is 3 weight^2 + eps^2")
def reaches_as_far_as_eps(answer, weight, eps):
    expect(answer(cubic(1.0, 0.0), weight, eps)).equals(3 * weight**2 + eps**2)


@numeric_slope.law("comes close to the true slope when eps is small")
def close_for_small_eps(answer, weight):
    true = math.exp(weight)
    off = abs(float(answer(exponential(1.0), weight, 0.0009765625)) - true)
    expect(off, "how far it is off on exp(x)").is_at_most(1e-6 * true)


@numeric_slope.misconception(
    "a look to the right only",
    "Go the same way to both sides: a look to one side only is off wherever the function bends.",
)
def forward_difference(f, weight, eps):
    return (f(weight + eps) - f(weight)) / eps


@numeric_slope.misconception(
    "a look to the left only",
    "Go the same way to both sides: a look to one side only is off wherever the function bends.",
)
def backward_difference(f, weight, eps):
    return (f(weight) - f(weight - eps)) / eps


@numeric_slope.misconception(
    "twice the slope", "From weight - eps to weight + eps it is twice eps: divide by 2 * eps."
)
def factor_two(f, weight, eps):
    return (f(weight + eps) - f(weight - eps)) / eps


@numeric_slope.misconception(
    "the change without the way",
    "A slope is a change per step: divide the change by how far apart the two places are.",
)
def not_divided(f, weight, eps):
    return f(weight + eps) - f(weight - eps)


@numeric_slope.misconception(
    "the change divided by 2 and then multiplied by eps",
    "/ 2 * eps goes from left to right: it divides by 2 and multiplies by eps. Put brackets round "
    "2 * eps.",
)
def brackets_forgotten(f, weight, eps):
    return (f(weight + eps) - f(weight - eps)) / 2 * eps


@numeric_slope.misconception(
    "the slope with its sign turned round",
    "What comes out on the right, less what comes out on the left: then a rising function has a "
    "slope above 0.",
)
def sign_flipped(f, weight, eps):
    return (f(weight - eps) - f(weight + eps)) / (2 * eps)


@numeric_slope.misconception(
    "the steepness without its direction",
    "Keep the minus: a slope below 0 says that the function falls as the weight grows.",
)
def direction_lost(f, weight, eps):
    return abs(f(weight + eps) - f(weight - eps)) / (2 * eps)


@numeric_slope.misconception(
    "how high the function is",
    "The slope is how fast f changes around the weight, not what f gives there.",
)
def height_instead(f, weight, eps):
    return f(weight)


@numeric_slope.misconception(
    "a slope measured with an eps of its own",
    "Use the `eps` that is passed in: it says how far to go to each side.",
)
def eps_ignored(f, weight, eps):
    return (f(weight + 1e-6) - f(weight - 1e-6)) / 2e-6


@numeric_slope.misconception(
    "a sum where a difference belongs",
    "The change is what comes out on the right, less what comes out on the left.",
)
def sum_not_difference(f, weight, eps):
    return (f(weight + eps) + f(weight - eps)) / (2 * eps)


@numeric_slope.alternative
def rise_over_run(f, weight, eps):
    left, right = weight - eps, weight + eps
    rise = f(left) - f(right)
    return -0.5 * rise / eps


@numeric_slope.alternative
def mean_of_both_sides(f, weight, eps):
    here = f(weight)
    slopes = [(f(weight + way) - here) / way for way in (-eps, eps)]
    return np.mean(slopes)


# --- node_delta --------------------------------------------------------------------------------

node_delta = exercise(
    "node_delta",
    inputs={"prediction": Number(), "target": Number()},
    edges=[
        {"prediction": 0.25, "target": 0.8},
        {"prediction": 2.0, "target": 2.0},
        {"prediction": 3.0, "target": 1.0},
        {"prediction": 0.0, "target": -2.0},
        {"prediction": 4, "target": 1},
        {"prediction": -1.0, "target": 0.0},
    ],
    hints=[
        "The network predicts 3, and 1 is right. Is it too high or too low, and by how much?",
        "Unlike the error, delta keeps its sign, so that it says on which side the network missed "
        '(chapter 4, "One iteration of gradient descent").',
        "Two numbers give one number, above 0 where the prediction is too high. Which of the two "
        "is taken from which?",
    ],
)


@node_delta.law("is above 0 when the prediction is too high, and below 0 when it is too low")
def sign_says_which_side(answer, target):
    expect(answer(target + 1, target) > 0).is_true("the prediction is 1 too high")
    expect(answer(target - 1, target) < 0).is_true("the prediction is 1 too low")


@node_delta.law("is 0 for a perfect prediction")
def zero_when_perfect(answer, target):
    expect(answer(target, target)).equals(0)


@node_delta.law("turns round when prediction and target change places")
def turns_round(answer, prediction, target):
    expect(answer(target, prediction)).equals(-float(answer(prediction, target)))


@node_delta.law("added to the target, gives the prediction back")
def leads_back_to_the_prediction(answer, prediction, target):
    expect(target + answer(prediction, target)).equals(prediction)


@node_delta.law("is the slope of half the squared error, as the prediction grows", most=4)
def is_the_slope(answer, prediction, target):
    expect_slopes(
        lambda prediction: 0.5 * squared(prediction - target),
        at={"prediction": prediction},
        claimed=lambda prediction: answer(float(prediction), target),
    )


@node_delta.misconception(
    "the target less the prediction",
    "delta is prediction - target: above 0 means too high. Then learning subtracts it.",
)
def sign_flipped(prediction, target):
    return target - prediction


@node_delta.misconception(
    "the size of the miss without its side",
    "Keep the minus: it says that the prediction is too low, and so in which direction to learn.",
)
def abs_error(prediction, target):
    return abs(prediction - target)


@node_delta.misconception(
    "the squared miss",
    "That is the error, and it has lost the side. delta is the plain difference.",
)
def squared_miss(prediction, target):
    return (prediction - target) ** 2


@node_delta.misconception(
    "twice the miss", "The book's delta is the slope of half the squared error: no factor 2."
)
def factor_two(prediction, target):
    return 2 * (prediction - target)


@node_delta.misconception(
    "the miss as a share of the target",
    "Do not divide: delta is how far apart the two are, and a target of 0 is allowed.",
)
def relative_miss(prediction, target):
    return (prediction - target) / target


@node_delta.alternative
def turned_round_twice(prediction, target):
    return -(target - prediction)


@node_delta.alternative
def with_numpy(prediction, target):
    return np.array([1, -1]) @ np.array([prediction, target])


# --- weight_delta ------------------------------------------------------------------------------

weight_delta = exercise(
    "weight_delta",
    inputs={"x": Number(), "prediction": Number(), "target": Number()},
    edges=[
        {"x": 2.0, "prediction": 0.5, "target": 2.0},
        {"x": 0.5, "prediction": 0.25, "target": 0.8},
        {"x": 1.1, "prediction": 0.0, "target": 0.8},
        {"x": 0.0, "prediction": 3.0, "target": 1.0},
        {"x": -1.0, "prediction": 3.0, "target": 1.0},
        {"x": 3.0, "prediction": 2.0, "target": 2.0},
        {"x": 3.0, "prediction": 2.0, "target": 0.0},
        {"x": 2.0, "prediction": 0.0, "target": 1.0},
        {"x": 3, "prediction": 5, "target": 1},
    ],
    hints=[
        "The input was 0. Whatever the weight was, what came out of it? Can the weight be to blame "
        "for the miss?",
        "The miss, made larger or smaller, stopped or turned round by the input that came in "
        'through this weight (chapter 4, "What is weight_delta, really?").',
        "Three numbers give one. node_delta gives the miss with its sign. Which number does it "
        "have to be multiplied by?",
    ],
)


@weight_delta.law("is 0 when the input is 0")
def stops_without_input(answer, prediction, target):
    expect(answer(0.0, prediction, target)).equals(0)


@weight_delta.law("is 0 for a perfect prediction")
def zero_when_perfect(answer, x, target):
    expect(answer(x, target, target)).equals(0)


@weight_delta.law("turns round when the input turns negative")
def turns_round_with_the_input(answer, x, prediction, target):
    turned = answer(-x, prediction, target)
    expect(turned).equals(-float(answer(x, prediction, target)))


@weight_delta.law("is three times as large for three times the input")
def grows_with_the_input(answer, x, prediction, target):
    expect(answer(3 * x, prediction, target)).equals(3 * float(answer(x, prediction, target)))


@weight_delta.law("is the miss itself when the input is 1")
def input_of_one(answer, prediction, target):
    expect(answer(1.0, prediction, target)).equals(prediction - target)


@weight_delta.law("is the slope of half the squared error, as the weight grows", most=4)
def is_the_slope(answer, x, prediction, target):
    # Any number will do for a weight; the network's prediction follows from it.
    expect_slopes(
        lambda weight: 0.5 * squared(x * weight - target),
        at={"weight": prediction},
        claimed=lambda weight: answer(x, x * float(weight), target),
    )


@weight_delta.misconception(
    "the miss without the input",
    "A weight is to blame only for what came in through it: multiply the miss by x.",
)
def forgot_input(x, prediction, target):
    return prediction - target


@weight_delta.misconception(
    "the slope with its sign turned round",
    "The miss is prediction - target. Learning then subtracts the weight_delta.",
)
def sign_flipped(x, prediction, target):
    return (target - prediction) * x


@weight_delta.misconception(
    "twice the weight_delta",
    "The book's weight_delta is the slope of half the squared error: no factor 2.",
)
def factor_two(x, prediction, target):
    return 2 * (prediction - target) * x


@weight_delta.misconception(
    "a miss without its side",
    "Keep the minus of the miss: without it the weight is pushed in the same direction whether the "
    "prediction was too high or too low.",
)
def abs_error(x, prediction, target):
    return abs(prediction - target) * x


@weight_delta.misconception(
    "the error times the input",
    "Use the miss, not the squared miss: squaring it loses the direction.",
)
def error_for_delta(x, prediction, target):
    return (prediction - target) ** 2 * x


@weight_delta.misconception(
    "an input without its sign",
    "A negative input turns the direction round: with it, a larger weight makes the prediction "
    "smaller. Multiply by x as it is.",
)
def no_negative_reversal(x, prediction, target):
    return (prediction - target) * abs(x)


@weight_delta.misconception(
    "the miss added to the input",
    "Multiply: then an input of 0 stops the learning, and a large one makes it stronger.",
)
def added_not_multiplied(x, prediction, target):
    return (prediction - target) + x


@weight_delta.misconception(
    "the miss times the prediction",
    "The miss is multiplied by what came in, x, not by what came out.",
)
def times_the_prediction(x, prediction, target):
    return (prediction - target) * prediction


@weight_delta.misconception(
    "a product without its brackets",
    "A product comes before a minus. Put brackets round the miss, and multiply the whole of it by "
    "x.",
)
def brackets_forgotten(x, prediction, target):
    return prediction - target * x


@weight_delta.alternative
def multiplied_out(x, prediction, target):
    return x * prediction - x * target


@weight_delta.alternative
def with_numpy(x, prediction, target):
    return np.negative(np.multiply(x, np.subtract(target, prediction)))


# --- gd_step -----------------------------------------------------------------------------------

gd_step = exercise(
    "gd_step",
    inputs={"x": Number(), "weight": Number(), "target": Number(), "learning_rate": Number(RATES)},
    edges=[
        {"x": 2.0, "weight": 1.0, "target": 3.0, "learning_rate": 0.125},
        {"x": 0.5, "weight": 0.5, "target": 0.8, "learning_rate": 1.0},
        {"x": 1.1, "weight": 0.0, "target": 0.8, "learning_rate": 1.0},
        {"x": 8.5, "weight": 0.1, "target": 1.0, "learning_rate": 0.01},
        {"x": 2.0, "weight": 0.5, "target": 0.8, "learning_rate": 0.1},
        {"x": 0.0, "weight": 2.0, "target": 1.0, "learning_rate": 0.5},
        {"x": 3.0, "weight": 2.0, "target": 6.0, "learning_rate": 0.5},
        {"x": 1.0, "weight": 2.0, "target": 5.0, "learning_rate": 1.0},
        {"x": -2.0, "weight": 1.0, "target": 1.0, "learning_rate": 0.25},
        {"x": 2.0, "weight": 0.0, "target": 1.0, "learning_rate": 0.125},
        {"x": 3.0, "weight": 1.0, "target": 0.0, "learning_rate": 0.125},
        {"x": 2.0, "weight": 1.0, "target": 3.0, "learning_rate": 0.0},
        {"x": 2, "weight": 1, "target": 5, "learning_rate": 1},
    ],
    hints=[
        "The prediction is too high and the input is positive. Must the weight go up or down?",
        "Predict, compare, learn: weight_delta says in which direction and how strongly the weight "
        'makes the network miss, so go the other way (chapter 4, "One iteration of gradient '
        'descent"). The learning rate says how much of that to take.',
        "prediction = x * weight; weight_delta from x, prediction and target; from the weight take "
        "learning_rate times that. All of them are single numbers.",
    ],
)


@gd_step.law("leaves the weight as it is when the prediction is perfect")
def rests_when_perfect(answer, x, weight, learning_rate):
    expect(answer(x, weight, x * weight, learning_rate)).equals(weight)


@gd_step.law("leaves the weight as it is when the input is 0")
def rests_without_input(answer, weight, target, learning_rate):
    expect(answer(0.0, weight, target, learning_rate)).equals(weight)


@gd_step.law("leaves the weight as it is when the learning rate is 0")
def rests_at_rate_zero(answer, x, weight, target):
    expect(answer(x, weight, target, 0.0)).equals(weight)


@gd_step.law("multiplies the miss by 1 - learning_rate * x^2")
def shrinks_the_miss(answer, x, weight, target, learning_rate):
    miss = x * float(answer(x, weight, target, learning_rate)) - target
    factor = 1 - learning_rate * x * x
    expect(miss, "the miss afterwards").equals(factor * (x * weight - target))


@gd_step.law("moves twice as far with twice the learning rate")
def twice_the_rate_is_twice_the_way(answer, x, weight, target, learning_rate):
    once = float(answer(x, weight, target, learning_rate)) - weight
    twice = float(answer(x, weight, target, 2 * learning_rate)) - weight
    expect(twice, "the change").equals(2 * once)


@gd_step.law("moves against the slope of half the squared error", most=4)
def moves_against_the_slope(answer, x, weight, target, learning_rate):
    if learning_rate:
        expect_slopes(
            lambda weight: 0.5 * squared(x * weight - target),
            at={"weight": weight},
            claimed=lambda weight: (
                (weight - answer(x, float(weight), target, learning_rate)) / learning_rate
            ),
        )


@gd_step.misconception(
    "a weight that moves uphill",
    "The miss is prediction - target. Subtract the step, and the miss gets smaller.",
)
def sign_flipped(x, weight, target, learning_rate):
    return weight + learning_rate * (x * weight - target) * x


@gd_step.misconception(
    "twice the step", "The book's weight_delta is the slope of half the squared error: no factor 2."
)
def factor_two(x, weight, target, learning_rate):
    return weight - 2 * learning_rate * (x * weight - target) * x


@gd_step.misconception(
    "a step without the input",
    "The weight_delta is the miss times x. (For x = 0.5, and only there, this looks like a step "
    "with a factor 2.)",
)
def forgot_input(x, weight, target, learning_rate):
    return weight - learning_rate * (x * weight - target)


@gd_step.misconception(
    "a step without the learning rate",
    "Multiply the weight_delta by learning_rate before you subtract it.",
)
def missing_learning_rate(x, weight, target, learning_rate):
    return weight - (x * weight - target) * x


@gd_step.misconception(
    "a step with the learning rate in it twice",
    "Multiply by learning_rate once, where the weight is changed.",
)
def alpha_applied_twice(x, weight, target, learning_rate):
    return weight - learning_rate * learning_rate * (x * weight - target) * x


@gd_step.misconception(
    "a learning rate on the prediction",
    "The prediction is x * weight, as always. The learning rate makes the step smaller, nothing "
    "else.",
)
def alpha_to_prediction(x, weight, target, learning_rate):
    return weight - (learning_rate * x * weight - target) * x


@gd_step.misconception(
    "a step by the size of the miss", "Keep the sign of the miss: it says in which direction to go."
)
def abs_error(x, weight, target, learning_rate):
    return weight - learning_rate * abs(x * weight - target) * x


@gd_step.misconception(
    "a step by the squared miss",
    "The step uses the miss with its sign. The squared miss tells how bad it is, not which way to "
    "go.",
)
def error_for_delta(x, weight, target, learning_rate):
    return weight - learning_rate * (x * weight - target) ** 2 * x


@gd_step.misconception(
    "a target that was moved",
    "To bring the target to the prediction is cheating: the target stays, the weight is what "
    "learns.",
)
def minimises_the_goal(x, weight, target, learning_rate):
    return target + learning_rate * (x * weight - target)


@gd_step.misconception(
    "an input that was moved",
    "The input is what the world gives, and it stays. Change the weight, by the miss times x.",
)
def changes_the_input(x, weight, target, learning_rate):
    return x - learning_rate * (x * weight - target) * weight


@gd_step.misconception(
    "the step instead of the new weight",
    "Return the weight after the step: weight - learning_rate * weight_delta.",
)
def returns_the_step(x, weight, target, learning_rate):
    return learning_rate * (x * weight - target) * x


@gd_step.alternative
def adds_the_pull(x, weight, target, learning_rate):
    pull = target - weight * x
    weight += pull * x * learning_rate
    return weight


@gd_step.alternative
def with_numpy(x, weight, target, learning_rate):
    prediction = np.dot([x], [weight])
    slope = np.multiply(prediction - target, x)
    return np.array([1, -learning_rate]) @ np.array([weight, slope])


# --- gd_fit ------------------------------------------------------------------------------------

gd_fit = exercise(
    "gd_fit",
    inputs={
        "x": Number(STEADY),
        "weight": Number(SMALL),
        "target": Number((1.0, 2.0, -1.0, 3.0, 0.0, -2.0, 0.5)),
        "learning_rate": Number((0.125, 0.25, 0.5, 0.0625, 1.0)),
        "iterations": Whole(0, 5),
    },
    edges=[
        {"x": 2.0, "weight": 1.0, "target": 3.0, "learning_rate": 0.125, "iterations": 2},
        {"x": 0.5, "weight": 0.5, "target": 0.8, "learning_rate": 1.0, "iterations": 20},
        {"x": 1.1, "weight": 0.0, "target": 0.8, "learning_rate": 1.0, "iterations": 4},
        {"x": 2.0, "weight": 0.5, "target": 0.8, "learning_rate": 1.0, "iterations": 20},
        {"x": 2.0, "weight": 0.5, "target": 0.8, "learning_rate": 0.1, "iterations": 20},
        {"x": 1.0, "weight": 0.0, "target": 2.0, "learning_rate": 1.0, "iterations": 3},
        {"x": 0.0, "weight": 1.0, "target": 2.0, "learning_rate": 0.5, "iterations": 2},
        {"x": -2.0, "weight": 1.0, "target": 1.0, "learning_rate": 0.125, "iterations": 3},
        {"x": 3.0, "weight": 1.0, "target": 2.0, "learning_rate": 0.0625, "iterations": 1},
        {"x": 3.0, "weight": 1.0, "target": 2.0, "learning_rate": 0.0625, "iterations": 0},
    ],
    hints=[
        "Which weight stands in the first row: the one that was given, or the one after the first "
        "step?",
        "In every iteration write down first what the present weight does, then take a step "
        '(chapter 4, "Let\'s watch several steps of learning").',
        "`iterations` dicts with five keys, all from the same weight: prediction from x and "
        "weight, error and delta from the prediction and the target, weight_delta from x as well. "
        "A new dict for every row; the next weight comes from gd_step.",
    ],
)


def column(rows, key):
    return np.array([float(row[key]) for row in rows])


@gd_fit.law("writes one row for each iteration")
def one_row_an_iteration(answer, x, weight, target, learning_rate, iterations):
    rows = answer(x, weight, target, learning_rate, iterations)
    expect(len(rows), "the number of rows").equals(iterations)


@gd_fit.law("begins with the weight that was given")
def begins_where_it_starts(answer, x, weight, target, learning_rate, iterations):
    first = answer(x, weight, target, learning_rate, iterations + 1)[0]
    expect(first["weight"], 'the first "weight"').equals(weight)
    expect(first["prediction"], 'the first "prediction"').equals(x * weight)


@gd_fit.law("holds in every row what belongs to the weight of that row")
def rows_agree_with_themselves(answer, x, weight, target, learning_rate, iterations):
    rows = list(answer(x, weight, target, learning_rate, iterations))
    predictions = x * column(rows, "weight")
    expect(column(rows, "prediction"), 'every "prediction"').equals(predictions)
    expect(column(rows, "delta"), 'every "delta"').equals(predictions - target)
    expect(column(rows, "error"), 'every "error"').equals(squared(predictions - target))
    expect(column(rows, "weight_delta"), 'every "weight_delta"').equals((predictions - target) * x)


@gd_fit.law("multiplies the miss by 1 - learning_rate * x^2 from row to row")
def misses_shrink_by_one_factor(answer, x, weight, target, learning_rate, iterations):
    rows = list(answer(x, weight, target, learning_rate, iterations))
    factors = (1 - learning_rate * x * x) ** np.arange(iterations)
    expect(column(rows, "delta"), 'every "delta"').equals((x * weight - target) * factors)


@gd_fit.law("moves each weight against its weight_delta")
def weights_follow_their_slopes(answer, x, weight, target, learning_rate, iterations):
    rows = list(answer(x, weight, target, learning_rate, iterations + 1))
    weights, slopes = column(rows, "weight"), column(rows, "weight_delta")
    expected = weights[:-1] - learning_rate * slopes[:-1]
    expect(weights[1:], 'every "weight" after the first').equals(expected)


@gd_fit.law("stays where it is when the first prediction is perfect")
def rests_when_perfect(answer, x, weight, learning_rate, iterations):
    rows = list(answer(x, weight, x * weight, learning_rate, iterations))
    expect(column(rows, "weight"), 'every "weight"').equals([weight] * iterations)
    expect(column(rows, "error"), 'every "error"').equals([0] * iterations)


@gd_fit.law("begins in the same way, however long it goes on")
def more_iterations_only_add(answer, x, weight, target, learning_rate, iterations):
    longer = list(answer(x, weight, target, learning_rate, iterations + 1))
    rows = list(answer(x, weight, target, learning_rate, iterations))
    expect(longer[:-1], "all but the last row").equals(rows)


def row_of(x, weight, target):
    miss = x * weight - target
    return {
        "weight": weight,
        "prediction": x * weight,
        "error": miss * miss,
        "delta": miss,
        "weight_delta": miss * x,
    }


def gd_rows(x, weight, target, learning_rate, iterations, step=None):
    """The rows of a run whose weights move by `step(row)`, without the learning rate."""
    rows = []
    for _ in range(iterations):
        rows.append(row_of(x, weight, target))
        change = rows[-1]["weight_delta"] if step is None else step(rows[-1])
        weight = weight - learning_rate * change
    return rows


@gd_fit.misconception(
    "rows written after the step",
    "The first row belongs to the weight that was given: write it down before you take the step.",
)
def written_after_the_step(x, weight, target, learning_rate, iterations):
    return gd_rows(x, weight, target, learning_rate, iterations + 1)[1:]


@gd_fit.misconception(
    "a weight from after the step beside numbers from before it",
    'All five belong together: "weight" is the one that made the prediction of its row.',
)
def weight_after_the_step(x, weight, target, learning_rate, iterations):
    rows = gd_rows(x, weight, target, learning_rate, iterations + 1)
    return [row | {"weight": later["weight"]} for row, later in zip(rows, rows[1:])]


@gd_fit.misconception(
    "deltas from after the step beside a prediction from before it",
    "Work out delta and weight_delta before you move the weight: they belong to the prediction of "
    "this row.",
)
def updates_before_computing_delta(x, weight, target, learning_rate, iterations):
    rows = gd_rows(x, weight, target, learning_rate, iterations + 1)
    return [
        row | {"delta": later["delta"], "weight_delta": later["weight_delta"]}
        for row, later in zip(rows, rows[1:])
    ]


@gd_fit.misconception(
    "the last row again and again",
    "One dict was changed and put into the list many times over. Make a new dict in every "
    "iteration.",
)
def one_dict_for_all(x, weight, target, learning_rate, iterations):
    rows = gd_rows(x, weight, target, learning_rate, iterations)
    return rows[-1:] * iterations


@gd_fit.misconception(
    "a weight that never moves",
    "gd_step returns the new weight and changes nothing by itself: put what it returns back into "
    "`weight`.",
)
def forgot_to_move(x, weight, target, learning_rate, iterations):
    return [row_of(x, weight, target) for _ in range(iterations)]


@gd_fit.misconception(
    "a run uphill",
    "Subtract the step: gd_step takes learning_rate * weight_delta away from the weight.",
)
def sign_flipped(*args):
    return gd_rows(*args, step=lambda row: -row["weight_delta"])


@gd_fit.misconception(
    "a run with twice the step",
    "The book's weight_delta is the slope of half the squared error: no factor 2 in the step.",
)
def factor_two(*args):
    return gd_rows(*args, step=lambda row: 2 * row["weight_delta"])


@gd_fit.misconception(
    "a run whose steps leave out the input",
    "The weight moves by weight_delta, which is delta times x, not by delta alone.",
)
def forgot_input(*args):
    return gd_rows(*args, step=lambda row: row["delta"])


@gd_fit.misconception(
    "a run without the learning rate",
    "Multiply the weight_delta by learning_rate before you subtract it.",
)
def missing_learning_rate(x, weight, target, learning_rate, iterations):
    return gd_rows(x, weight, target, 1.0, iterations)


@gd_fit.misconception(
    "a weight_delta with the learning rate in it",
    'The "weight_delta" of a row is delta * x. The learning rate comes in only where the weight '
    "moves.",
)
def alpha_in_the_weight_delta(x, weight, target, learning_rate, iterations):
    rows = gd_rows(x, weight, target, learning_rate, iterations)
    return [row | {"weight_delta": learning_rate * row["weight_delta"]} for row in rows]


@gd_fit.misconception(
    "the size of the miss as the error",
    'The "error" of a row is the squared miss: use squared_error.',
)
def abs_error(*args):
    return [row | {"error": abs(row["delta"])} for row in gd_rows(*args)]


@gd_fit.misconception(
    "one row too many",
    "`iterations` says how many rows there are. The last one is written before the last step.",
)
def one_row_too_many(x, weight, target, learning_rate, iterations):
    return gd_rows(x, weight, target, learning_rate, iterations + 1)


@gd_fit.alternative
def by_the_closed_form(x, weight, target, learning_rate, iterations):
    rows, miss = [], x * weight - target
    for _ in range(iterations):
        rows.append(
            {
                "weight_delta": x * miss,
                "delta": miss,
                "error": miss**2,
                "prediction": target + miss,
                "weight": weight,
            }
        )
        weight += learning_rate * x * -miss
        miss *= 1 - learning_rate * x**2
    return rows


@gd_fit.alternative
def weights_first(x, weight, target, learning_rate, iterations):
    weights = [np.float64(weight)]
    while len(weights) <= iterations:
        weights.append(weights[-1] + learning_rate * (target - x * weights[-1]) * x)
    weights = np.array(weights[:iterations])
    deltas = weights * x - target
    columns = (weights, weights * x, deltas**2, deltas, deltas * x)
    names = ("weight", "prediction", "error", "delta", "weight_delta")
    return tuple(dict(zip(names, row)) for row in zip(*columns))


# --- will_converge -----------------------------------------------------------------------------

will_converge = exercise(
    "will_converge",
    inputs={
        "x": Number((1.0, 2.0, -1.0, 0.5, 3.0, -2.0, 0.0, 4.0, 1.5, -0.5, 0.25, -3.0, 5.0, 10.0)),
        "learning_rate": Number(
            (0.5, 0.125, 1.0, 0.25, 2.0, 0.0625, 0.0, -0.5, 1.5, 8.0, 0.03125, -1.0, 4.0)
        ),
    },
    edges=[
        {"x": 2.0, "learning_rate": 0.25},
        {"x": 2.0, "learning_rate": 0.5},
        {"x": 1.0, "learning_rate": 2.0},
        {"x": -1.0, "learning_rate": 2.0},
        {"x": 0.5, "learning_rate": 8.0},
        {"x": -4.0, "learning_rate": 0.125},
        {"x": 2.0, "learning_rate": 0.484375},
        {"x": 2.0, "learning_rate": 0.515625},
        {"x": 0.5, "learning_rate": 7.5},
        {"x": -0.5, "learning_rate": 4.0},
        {"x": 1.0, "learning_rate": 1.0},
        {"x": 1.0, "learning_rate": 0.0},
        {"x": 0.0, "learning_rate": 0.5},
        {"x": 0.0, "learning_rate": 0.0},
        {"x": 1.0, "learning_rate": -0.5},
        {"x": -2.0, "learning_rate": -0.125},
        {"x": 1.0, "learning_rate": 1.998046875},
        {"x": 1.0, "learning_rate": 2.001953125},
        {"x": 2.0, "learning_rate": 2.0**-20},
        {"x": 0.5, "learning_rate": 1.0},
        {"x": 1.1, "learning_rate": 1.0},
        {"x": 2.0, "learning_rate": 0.1},
        {"x": 2.0, "learning_rate": 1.0},
    ],
    hints=[
        "A step multiplies the miss by -3. Is the next prediction closer to the target? And what "
        "if it multiplies it by -0.5?",
        "Each step multiplies the miss by 1 - learning_rate * x^2. The miss shrinks if this factor "
        'lies between -1 and 1 (chapter 4, "Divergence"). Ask of both ends whether they count.',
        "Two numbers give True or False. What must learning_rate * x * x be more than, and what "
        "must it be less than?",
    ],
)


@will_converge.law("says whether one step brings the miss down")
def agrees_with_one_step(answer, x, learning_rate):
    # With a weight of 1 and a target of 0, the miss is the prediction.
    before = x
    after = x * (1 - learning_rate * before * x)
    expect(answer(x, learning_rate)).equals(abs(after) < abs(before))


@will_converge.law("is True halfway to the limit 2 / x^2, and False at twice the limit")
def knows_the_limit(answer, x):
    if x:
        expect(answer(x, 1 / (x * x)), "halfway").equals(True)
        expect(answer(x, 4 / (x * x)), "at twice the limit").equals(False)


@will_converge.law("is True a little below the limit, and False a little above it")
def near_the_limit(answer, x):
    if x:
        expect(answer(x, 1.96875 / (x * x)), "a little below").equals(True)
        expect(answer(x, 2.03125 / (x * x)), "a little above").equals(False)


@will_converge.law("is False exactly at the limit, where the miss only changes its sign")
def not_at_the_limit(answer, x):
    if x:
        # A power of 2 near x, so that 2 / x^2 and all products with it are exact.
        near = math.copysign(2.0 ** round(math.log2(abs(x))), x)
        expect(answer(near, 2 / (near * near))).equals(False)


@will_converge.law("is the same for a negative input")
def sign_of_input_is_free(answer, x, learning_rate):
    expect(answer(-x, learning_rate)).equals(bool(answer(x, learning_rate)))


@will_converge.law("is False when nothing moves: at a rate of 0, or with an input of 0")
def nothing_moves(answer, x, learning_rate):
    expect(answer(x, 0.0), "at a rate of 0").equals(False)
    expect(answer(0.0, learning_rate), "with an input of 0").equals(False)


@will_converge.law("is False for a negative learning rate, which goes uphill")
def uphill_never_arrives(answer, x, learning_rate):
    expect(answer(x, -abs(learning_rate))).equals(False)


@will_converge.misconception(
    "a yes at the very limit",
    "At learning_rate * x^2 = 2 the miss only changes its sign and never shrinks: ask for `< 2`.",
)
def limit_counts(x, learning_rate):
    return 0 < learning_rate * x * x <= 2


@will_converge.misconception(
    "a yes where nothing moves", "At 0 the miss stays as it is, for ever: ask for `0 <`."
)
def zero_counts(x, learning_rate):
    return 0 <= learning_rate * x * x < 2


@will_converge.misconception(
    "a yes for every rate that is small enough, even below 0",
    "A negative learning rate goes uphill, and one of 0 stays: learning_rate * x^2 must be above "
    "0, too.",
)
def no_lower_bound(x, learning_rate):
    return learning_rate * x * x < 2


@will_converge.misconception(
    "a bound on learning_rate * x",
    "The input comes in twice: once in the prediction, once in the weight_delta. So it is "
    "learning_rate * x * x.",
)
def square_forgotten(x, learning_rate):
    return 0 < learning_rate * x < 2


@will_converge.misconception(
    "a bound on learning_rate * |x|",
    "The input comes in twice: once in the prediction, once in the weight_delta. So it is "
    "learning_rate * x * x.",
)
def size_for_square(x, learning_rate):
    return 0 < learning_rate * abs(x) < 2


@will_converge.misconception(
    "a bound on the learning rate alone",
    "The larger the input, the smaller the rate must be: what counts is learning_rate * x * x.",
)
def input_ignored(x, learning_rate):
    return 0 < learning_rate < 2 and x != 0


@will_converge.misconception(
    "a yes only where no step jumps over the target",
    "To jump over the target is fine as long as the miss gets smaller: up to 2 the steps land "
    "closer than before.",
)
def overshooting_forbidden(x, learning_rate):
    return 0 < learning_rate * x * x < 1


@will_converge.misconception(
    "a yes for an input of 0",
    "The limit 2 / x^2 is infinite there, but nothing is learned either: with an input of 0 the "
    "miss never shrinks.",
)
def zero_input_counts(x, learning_rate):
    return x == 0 < learning_rate or 0 < learning_rate * x * x < 2


@will_converge.misconception(
    "a yes where it blows up", "True means that the miss shrinks. Turn the answer round."
)
def turned_round(x, learning_rate):
    return not 0 < learning_rate * x * x < 2


@will_converge.alternative
def from_the_factor(x, learning_rate):
    return abs(1 - learning_rate * x**2) < 1


@will_converge.alternative
def by_trying(x, learning_rate):
    weight, misses = 3.0, []
    for _ in range(2):
        misses.append(x * weight)
        weight = weight - learning_rate * misses[-1] * x
    return np.bool_(abs(misses[1]) < abs(misses[0]))


@will_converge.alternative
def below_the_limit(x, learning_rate):
    return int(x != 0 and 0 < learning_rate < 2 / (x * x))


# --- largest_stable_learning_rate --------------------------------------------------------------

largest_stable_learning_rate = exercise(
    "largest_stable_learning_rate",
    inputs={"x": Number()},
    edges=[
        {"x": 2.0},
        {"x": 1.0},
        {"x": 0.5},
        {"x": -2.0},
        {"x": 3.0},
        {"x": 0.0},
        {"x": 1.1},
        {"x": 8.5},
        {"x": -0.25},
        {"x": 4},
        {"x": 0},
    ],
    hints=[
        "The input gets twice as large. May the learning rate stay as it is?",
        "A step multiplies the miss by 1 - learning_rate * x^2. It blows up once that factor falls "
        'below -1 (chapter 4, "Divergence"). At which rate is it exactly -1?',
        "One number gives one number. Solve 1 - learning_rate * x^2 = -1 for the learning rate, "
        'and look at x = 0 on its own: infinity is float("inf").',
    ],
)


@largest_stable_learning_rate.law("makes 2 when it is multiplied by x twice")
def times_x_twice_is_two(answer, x):
    if x:
        expect(float(answer(x)) * x * x, "rate * x * x").equals(2)


@largest_stable_learning_rate.law("is where the miss stops shrinking and starts growing")
def is_the_border(answer, x):
    if x:
        rate = float(answer(x))
        shrinking = abs(1 - 0.99 * rate * x * x)
        growing = abs(1 - 1.01 * rate * x * x)
        expect(shrinking, "the miss after a step a little below it").is_at_most(0.99)
        expect(growing, "the miss after a step a little above it").is_at_least(1.01)


@largest_stable_learning_rate.law("is a quarter for twice the input")
def twice_the_input_is_a_quarter(answer, x):
    if x:
        expect(answer(2 * x)).equals(float(answer(x)) / 4)


@largest_stable_learning_rate.law("is the same for a negative input")
def sign_of_input_is_free(answer, x):
    expect(answer(-x)).equals(float(answer(x)))


@largest_stable_learning_rate.law("is infinite for an input of 0")
def no_limit_without_input(answer):
    expect(answer(0.0)).equals(math.inf)


@largest_stable_learning_rate.misconception(
    "the rate that hits the target in one step",
    "1 / x^2 is the best rate of all. It may still be twice as large before the miss stops "
    "shrinking.",
)
def best_rate(x):
    return math.inf if x == 0 else 1 / (x * x)


@largest_stable_learning_rate.misconception(
    "2 / x, without the square",
    "The input comes in twice: once in the prediction, once in the weight_delta. Divide by x * x.",
)
def square_forgotten(x):
    return math.inf if x == 0 else 2 / x


@largest_stable_learning_rate.misconception(
    "2 divided by x and multiplied by x again",
    "2 / x * x goes from left to right, so that x drops out. Put brackets round x * x.",
)
def brackets_forgotten(x):
    return math.inf if x == 0 else 2 / x * x


@largest_stable_learning_rate.misconception(
    "the limit upside down",
    "The larger the input, the smaller the rate must be: divide 2 by x^2, not the other way round.",
)
def upside_down(x):
    return x * x / 2 if x else math.inf


@largest_stable_learning_rate.misconception(
    "a division by 0 for an input of 0",
    "With an input of 0 nothing can blow up. Look at this case first, and return infinity.",
)
def divides_by_zero(x):
    return 2 / x**2


@largest_stable_learning_rate.misconception(
    "0 for an input of 0",
    "With an input of 0 no rate is too large, so there is no limit: return infinity.",
)
def no_rate_at_all(x):
    return 0.0 if x == 0 else 2 / x**2


@largest_stable_learning_rate.alternative
def divided_twice(x):
    if x:
        return 2 / x / x
    return float("inf")


@largest_stable_learning_rate.alternative
def with_numpy(x):
    with np.errstate(divide="ignore"):
        return np.divide(2.0, np.square(float(x)))


# --- find_learning_rate ------------------------------------------------------------------------

find_learning_rate = exercise(
    "find_learning_rate",
    inputs={
        "x": Number(INPUTS_TO_TUNE),
        "weight": Number(SMALL),
        "target": Number((1.0, 2.0, -1.0, 3.0, 0.0, -2.0, 0.5)),
        "candidates": ListOf(Number(RATES_TO_TRY), 1, 5),
        "iterations": Whole(0, 6),
    },
    edges=[
        {"x": 1.0, "weight": -1.0, "target": -1.0, "candidates": [0.125, 0.5], "iterations": 2},
        {"x": 1.0, "weight": 2.0, "target": 1.0, "candidates": [0.0009765625], "iterations": 2},
        {
            "x": 2.0,
            "weight": 1.0,
            "target": 3.0,
            "candidates": [10.0, 1.0, 0.1, 0.01],
            "iterations": 20,
        },
        {
            "x": 0.5,
            "weight": 0.5,
            "target": 0.8,
            "candidates": [0.01, 0.1, 1.0, 10.0],
            "iterations": 5,
        },
        {"x": 1.0, "weight": 0.0, "target": 1.0, "candidates": [0.01, 1.5], "iterations": 1},
        {"x": 2.0, "weight": 1.0, "target": 3.0, "candidates": [10.0, 1.0], "iterations": 3},
        {"x": 1.0, "weight": 0.0, "target": 1.0, "candidates": [-0.5, 0.25, 3.0], "iterations": 2},
        {"x": 1.0, "weight": 0.0, "target": 1.0, "candidates": [0.5, 0.75], "iterations": 20},
        {"x": 2.0, "weight": 1.0, "target": 3.0, "candidates": [1000.0, 100.0], "iterations": 12},
        # Ties, exact in any order of sums and products.
        {"x": 1.0, "weight": 0.0, "target": 1.0, "candidates": [1.5, 0.5], "iterations": 2},
        {"x": 1.0, "weight": 0.0, "target": 1.0, "candidates": [0.25, 0.5, 1.5], "iterations": 1},
        {"x": 0.0, "weight": 1.0, "target": 2.0, "candidates": [0.5, 0.25, 1.0], "iterations": 3},
        {"x": 2.0, "weight": 1.5, "target": 3.0, "candidates": [0.5, 1.0, 0.25], "iterations": 2},
        {"x": 2.0, "weight": 1.0, "target": 3.0, "candidates": [0.5, 0.25, 1.0], "iterations": 0},
        # The miss is finite and its square is not; then the weight itself is nan.
        {"x": 1.0, "weight": 0.0, "target": 1.0, "candidates": [1e200, 0.5], "iterations": 1},
        {"x": 1.0, "weight": 0.0, "target": 1.0, "candidates": [1e200], "iterations": 1},
        {"x": 2.0, "weight": 1.0, "target": 3.0, "candidates": [10.0, 0.1], "iterations": 300},
        {"x": 2.0, "weight": 1.0, "target": 3.0, "candidates": [0.1, 10.0], "iterations": 300},
        {"x": 2.0, "weight": 1.0, "target": 3.0, "candidates": [10.0, 100.0], "iterations": 300},
        {"x": 2.0, "weight": 1.0, "target": 3.0, "candidates": [], "iterations": 2},
    ],
    hints=[
        "With one rate hardly anything moves, with another one the weight flies off to infinity. "
        "How do you tell, afterwards, which rate was best?",
        'Try orders of magnitude and keep what works (chapter 4, "Introducing alpha"): every '
        "candidate starts again from the weight given, and what counts is the error left at the "
        "end. A comparison with nan is always False: write yours so that this helps you.",
        "Two loops, one inside the other: over the candidates, and over the iterations. Remember "
        "the smallest error so far and the candidate it belongs to, beginning with infinity and "
        "none. If there is still none at the end, raise a ValueError.",
    ],
)


def error_left(x, weight, target, learning_rate, iterations):
    for _ in range(iterations):
        weight = weight - learning_rate * (x * weight - target) * x
    return squared(x * weight - target)


def errors_left(x, weight, target, candidates, iterations):
    return [error_left(x, weight, target, rate, iterations) for rate in candidates]


def is_any_left(x, weight, target, candidates, iterations):
    return np.isfinite(errors_left(x, weight, target, candidates, iterations)).any()


@find_learning_rate.law("is one of the candidates")
def is_a_candidate(answer, x, weight, target, candidates, iterations):
    if is_any_left(x, weight, target, candidates, iterations):
        chosen = float(answer(x, weight, target, candidates, iterations))
        expect(chosen in candidates).is_true(f"{chosen:g} is not among the candidates")


@find_learning_rate.law("leaves no larger error behind than any other candidate")
def leaves_the_smallest_error(answer, x, weight, target, candidates, iterations):
    if is_any_left(x, weight, target, candidates, iterations):
        chosen = float(answer(x, weight, target, candidates, iterations))
        errors = np.array(errors_left(x, weight, target, candidates, iterations))
        left = error_left(x, weight, target, chosen, iterations)
        expect(left, "the error left").is_at_most(errors[np.isfinite(errors)].min())


@find_learning_rate.law("is the first candidate when no step is taken, since all are equally good")
def first_without_steps(answer, x, weight, target, candidates):
    if candidates:
        expect(answer(x, weight, target, candidates, 0)).equals(candidates[0])


@find_learning_rate.law("is the first candidate when the input is 0, since none can learn")
def first_without_input(answer, weight, target, candidates, iterations):
    if candidates:
        expect(answer(0.0, weight, target, candidates, iterations)).equals(candidates[0])


@find_learning_rate.law("is never a rate that blows up, wherever it stands in the list")
def never_one_that_blows_up(answer, x, weight, target, candidates, iterations):
    nothing_moves = x == 0 or x * weight == target or iterations == 0
    if is_any_left(x, weight, target, candidates, iterations) and not nothing_moves:
        expected = float(answer(x, weight, target, candidates, iterations))
        for more in ([1e300, *candidates], [*candidates, 1e300]):
            expect(answer(x, weight, target, more, iterations)).equals(expected)


@find_learning_rate.law("stays the same when every candidate is there twice")
def twice_is_once(answer, x, weight, target, candidates, iterations):
    if is_any_left(x, weight, target, candidates, iterations):
        expected = float(answer(x, weight, target, candidates, iterations))
        expect(answer(x, weight, target, candidates * 2, iterations)).equals(expected)


@find_learning_rate.law("raises a ValueError when every candidate blows up")
def refuses_when_none_is_left(answer, x):
    if x:
        expect(answer(x, 1.0, 0.0, [1e300, -1e300], 8)).raises(ValueError)


@find_learning_rate.law("raises a ValueError when there is no candidate at all")
def refuses_when_there_is_none(answer, x, weight, target, iterations):
    expect(answer(x, weight, target, [], iterations)).raises(ValueError)


def pick(errors, candidates, is_better=lambda new, best: new < best, first=math.inf):
    best, smallest = None, first
    for rate, error in zip(candidates, errors):
        if is_better(error, smallest):
            best, smallest = rate, error
    if best is None:
        raise ValueError
    return best


@find_learning_rate.misconception(
    "the smallest error instead of the rate it belongs to",
    "Compare the errors, but return the candidate that left the smallest one.",
)
def returns_the_error(x, weight, target, candidates, iterations):
    errors = errors_left(x, weight, target, candidates, iterations)
    return pick(errors, errors)


@find_learning_rate.misconception(
    "the place of the best rate in the list",
    "Return the candidate itself, not its index: candidates[i] instead of i.",
)
def returns_the_index(x, weight, target, candidates, iterations):
    errors = errors_left(x, weight, target, candidates, iterations)
    return pick(errors, range(len(candidates)))


@find_learning_rate.misconception(
    "a search in which each candidate goes on where the last one stopped",
    "Start every candidate from the weight that was given, or one that blew up spoils all after "
    "it.",
)
def weight_not_set_back(x, weight, target, candidates, iterations):
    errors = []
    for learning_rate in candidates:
        for _ in range(iterations):
            weight = weight - learning_rate * (x * weight - target) * x
        errors.append(squared(x * weight - target))
    return pick(errors, candidates)


@find_learning_rate.misconception(
    "the last of the best on a tie", "On a tie the first candidate wins: ask for `<`, not for `<=`."
)
def last_on_a_tie(x, weight, target, candidates, iterations):
    errors = errors_left(x, weight, target, candidates, iterations)
    return pick(errors, candidates, lambda new, best: new <= best and new < math.inf)


@find_learning_rate.misconception(
    "a rate that blew up",
    "min and < are helpless against nan, which is neither smaller nor larger than anything: a nan "
    "that stands first is never beaten. Leave out what is not finite.",
)
def nan_wins(x, weight, target, candidates, iterations):
    return min(candidates, key=lambda rate: error_left(x, weight, target, rate, iterations))


@find_learning_rate.misconception(
    "an OverflowError from a candidate that blew up",
    "A large number ** 2 raises, while the number times itself is infinite and simply loses.",
)
def power_overflows(x, weight, target, candidates, iterations):
    errors = []
    for learning_rate in candidates:
        tried = weight
        for _ in range(iterations):
            tried = tried - learning_rate * (x * tried - target) * x
        errors.append((x * tried - target) ** 2)
    return pick(errors, candidates)


@find_learning_rate.misconception(
    "None where every candidate blew up",
    "Say that there is no answer: raise a ValueError, so that nobody goes on learning with None.",
)
def none_when_none_is_left(x, weight, target, candidates, iterations):
    try:
        return pick(errors_left(x, weight, target, candidates, iterations), candidates)
    except ValueError:
        return None


@find_learning_rate.misconception(
    "the candidate with the largest error",
    "The best learning rate is the one that leaves the smallest error behind.",
)
def worst_instead(x, weight, target, candidates, iterations):
    errors = errors_left(x, weight, target, candidates, iterations)
    return pick(errors, candidates, lambda new, best: best < new < math.inf, first=-math.inf)


@find_learning_rate.misconception(
    "the candidate with the lowest prediction",
    "Compare squared errors. A miss below 0 is not a small miss.",
)
def signed_miss(x, weight, target, candidates, iterations):
    misses = []
    for learning_rate in candidates:
        tried = weight
        for _ in range(iterations):
            tried = tried - learning_rate * (x * tried - target) * x
        misses.append(x * tried - target)
    return pick(misses, candidates)


@find_learning_rate.misconception(
    "a verdict after the first step",
    "Take all `iterations` steps before you compare: what blows up shows only later.",
)
def one_step_only(x, weight, target, candidates, iterations):
    return pick(errors_left(x, weight, target, candidates, min(iterations, 1)), candidates)


@find_learning_rate.misconception(
    "a refusal of every rate that makes the error grow",
    "Among the candidates that did not blow up the smallest error wins, even where it has grown.",
)
def only_what_shrinks(x, weight, target, candidates, iterations):
    errors = errors_left(x, weight, target, candidates, iterations)
    return pick([e if e <= squared(x * weight - target) else math.inf for e in errors], candidates)


@find_learning_rate.alternative
def with_overflows_caught(x, weight, target, candidates, iterations):
    found = []
    for place, learning_rate in enumerate(candidates):
        tried = weight
        try:
            for _ in range(iterations):
                tried += learning_rate * x * (target - tried * x)
            error = (tried * x - target) ** 2
        except OverflowError:
            continue
        if math.isfinite(error):
            found.append((error, place))
    if not found:
        raise ValueError("none of them works")
    return candidates[min(found)[1]]


@find_learning_rate.alternative
def all_at_once(x, weight, target, candidates, iterations):
    rates = np.array(candidates, dtype=float)
    weights = np.full(len(rates), weight)
    for _ in range(iterations):
        weights = weights - rates * ((weights * x - target) * x)
    errors = np.square(weights * x - target)
    errors[~np.isfinite(errors)] = np.inf
    if not np.isfinite(errors).any():
        raise ValueError
    return rates[np.argmin(errors)]


# --- overshoots --------------------------------------------------------------------------------

overshoots = exercise(
    "overshoots",
    inputs={"predictions": ListOf(Number(LADDER[:12]), 0, 5), "target": Number(LADDER[:8])},
    edges=[
        {"predictions": [0.0, 0.5, 0.75], "target": 1.0},
        {"predictions": [0.0, 1.5, 0.75], "target": 1.0},
        {"predictions": [2.0, 1.0, 0.0], "target": 1.0},
        {"predictions": [0.0, 1.0, 1.0, 2.0], "target": 1.0},
        {"predictions": [0.0, 1.0], "target": 1.0},
        {"predictions": [1.0, 2.0], "target": 1.0},
        {"predictions": [1.0], "target": 1.0},
        {"predictions": [3.0, 2.0, 1.5], "target": 1.0},
        {"predictions": [0.0, 0.5, 0.25], "target": 1.0},
        {"predictions": [0.0, 2.0, 0.5], "target": 1.0},
        {"predictions": [-2.0, 1.0], "target": -3.0},
        {"predictions": [-2.0, -4.0], "target": -3.0},
        {"predictions": [3.0], "target": 1.0},
        {"predictions": [0.0], "target": 1.0},
        {"predictions": [0.0, 0.5, 0.75, 1.125], "target": 1.0},
        {"predictions": [], "target": 1.0},
    ],
    hints=[
        "The predictions were 3, then 1, then 0, and 1 is the target. Has learning been on both "
        "sides of it?",
        "Look at each prediction's miss: is it above 0, below 0, or exactly 0? (Chapter 4, "
        '"Visualizing the overcorrections".) Any two of them may be the ones on different sides, '
        "not only neighbours.",
        "A list of numbers and one number give True or False: is at least one miss above 0, and "
        "at least one below 0? Python's any() asks such a question of a whole list, even an empty "
        "one.",
    ],
)


@overshoots.law("is True where one prediction is too high and another one too low")
def both_sides(answer, predictions, target):
    expect(answer([*predictions, target + 1, target - 1], target)).equals(True)


@overshoots.law("is False while all predictions stay on one side")
def one_side(answer, predictions, target):
    below = [target - abs(prediction - target) for prediction in predictions]
    above = [target + abs(prediction - target) for prediction in predictions]
    expect(answer(below, target), "all too low").equals(False)
    expect(answer(above, target), "all too high").equals(False)


@overshoots.law("does not change its mind because of a prediction that is exactly right")
def hits_do_not_count(answer, predictions, target):
    mind = bool(answer(predictions, target))
    expect(answer([*predictions, target], target), "with a hit at the end").equals(mind)
    expect(answer([target, *predictions], target), "with a hit at the start").equals(mind)


@overshoots.law("sees a jump even if the target is hit in between")
def hits_do_not_hide(answer, target):
    expect(answer([target + 1, target, target - 1], target)).equals(True)


@overshoots.law("is the same in the mirror, where too high is too low")
def mirrored(answer, predictions, target):
    turned = [2 * target - prediction for prediction in predictions]
    expect(answer(turned, target)).equals(bool(answer(predictions, target)))


@overshoots.law("does not depend on the order of the predictions")
def order_is_free(answer, predictions, target):
    expect(answer(predictions[::-1], target)).equals(bool(answer(predictions, target)))


@overshoots.law("is False for one prediction or none")
def needs_two(answer, predictions, target):
    expect(answer([], target), "for none").equals(False)
    for prediction in predictions[:1]:
        expect(answer([prediction], target), "for one").equals(False)


@overshoots.misconception(
    "a look at neighbours only",
    "If the target is hit on the way from one side to the other, no two neighbours differ in sign. "
    "Ask for any miss above 0 and any below 0.",
)
def neighbours_only(predictions, target):
    misses = [prediction - target for prediction in predictions]
    return any(a * b < 0 for a, b in zip(misses, misses[1:]))


@overshoots.misconception(
    "a hit that counts as both sides",
    "A prediction that is exactly right is neither too high nor too low: ask for `> 0` and `< 0`.",
)
def hits_count(predictions, target):
    misses = [prediction - target for prediction in predictions]
    return any(miss >= 0 for miss in misses) and any(miss <= 0 for miss in misses)


@overshoots.misconception(
    "a yes for any prediction that is too high",
    "To be too high all along is no jump. Some must be too high and others too low.",
)
def too_high_only(predictions, target):
    return any(prediction > target for prediction in predictions)


@overshoots.misconception(
    "a look at the first and the last prediction only",
    "Learning may jump over the target and come back again. Look at all predictions.",
)
def first_and_last_only(predictions, target):
    return len(predictions) > 1 and (predictions[0] - target) * (predictions[-1] - target) < 0


@overshoots.misconception(
    "a yes where the predictions turn back",
    "They may turn back without ever reaching the target. Compare each of them with the target.",
)
def turns_back(predictions, target):
    moves = [later - earlier for earlier, later in zip(predictions, predictions[1:])]
    return any(move > 0 for move in moves) and any(move < 0 for move in moves)


@overshoots.misconception(
    "predictions compared with 0 instead of the target",
    "It is the miss, prediction - target, that changes its sign, not the prediction.",
)
def target_forgotten(predictions, target):
    return any(p > 0 for p in predictions) and any(p < 0 for p in predictions)


@overshoots.misconception(
    "an error for an empty list",
    "min and max refuse an empty list. Where there are no predictions there is no jump: False.",
)
def empty_refused(predictions, target):
    return min(predictions) < target < max(predictions)


@overshoots.alternative
def between_the_extremes(predictions, target):
    return len(predictions) > 0 and min(predictions) < target < max(predictions)


@overshoots.alternative
def both_signs_seen(predictions, target):
    return {-1.0, 1.0} <= set(np.sign(np.array(predictions, dtype=float) - target).tolist())


@overshoots.alternative
def remembered_sides(predictions, target):
    high = low = 0
    for prediction in predictions:
        if prediction > target:
            high = 1
        elif prediction < target:
            low = 1
    return high * low
