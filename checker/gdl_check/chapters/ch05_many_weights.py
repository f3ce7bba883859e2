"""How chapter 5 is examined: learning many weights at a time."""

import numpy as np

from gdl_check.course import exercise
from gdl_check.expect import expect
from gdl_check.gradient import expect_slopes, upstream_like
from gdl_check.inputs import BITS, RATES, SMALL, Array, Number, Whole

GAMES = [[8.5, 0.65, 1.2], [9.5, 0.8, 1.3], [9.9, 0.8, 0.5], [9.0, 0.9, 1.0]]
FIRST_GAME = GAMES[0]
FIRST_WEIGHTS = [0.1, 0.2, -0.1]
HURT_WON_SAD = [0.1, 1.0, 0.1]
NINE_WEIGHTS = [[0.1, 0.1, -0.3], [0.1, 0.2, 0.0], [0.0, 1.3, 0.1]]

# Learning again and again multiplies many times over: few digits keep the first steps exact.
STEADY = (1.0, -1.0, 0.5, 2.0, -0.5, 0.0, -2.0, 0.25)


def half_squared_error(inputs, weights, targets):
    """Of one output where `weights` is a vector, of all outputs where it has a row for each."""
    return 0.5 * np.sum((np.dot(weights, inputs) - targets) ** 2)


# --- predict -----------------------------------------------------------------------------------

predict = exercise(
    "predict",
    inputs={"inputs": Array(("n",)), "weights": Array(("n",))},
    edges=[
        {"inputs": FIRST_GAME, "weights": FIRST_WEIGHTS},
        {"inputs": [2.0], "weights": [3.0]},
        {"inputs": [0.0, 0.0], "weights": [1.0, 2.0]},
        {"inputs": [1.0, 2.0], "weights": [3.0, -1.0]},
        {"inputs": [1000.0, -1000.0, 1.0, 2.0], "weights": [1000.0, 1000.0, 1.0, -3.0]},
    ],
    hints=[
        "Two inputs, 2 and 3, come in through weights of 10 and 1. Which of them has more say, and "
        "how much do they come to together?",
        "A weighted sum: each input counts as strongly as its own weight says (chapter 5, "
        '"Gradient descent learning with multiple inputs").',
        "inputs (n,) and weights (n,) give one number: inputs[0] * weights[0] + inputs[1] * "
        "weights[1] + ..., up to the last pair.",
    ],
)


@predict.law("is 0 when every input is 0")
def is_zero_without_inputs(answer, inputs, weights):
    expect(answer(0 * inputs, weights)).equals(0)


@predict.law("gives the weight of an input that is 1 while all others are 0")
def hands_out_single_weights(answer, weights):
    for place, alone in enumerate(np.eye(len(weights))):
        expect(answer(alone, weights), f"with only input {place} on").equals(weights[place])


@predict.law("doubles when every input doubles")
def doubles_with_the_inputs(answer, inputs, weights):
    expect(answer(2 * inputs, weights)).equals(2 * float(answer(inputs, weights)))


@predict.law("does not mind in which order the pairs of input and weight are listed")
def order_of_pairs_is_free(answer, inputs, weights):
    turned = answer(inputs[::-1].copy(), weights[::-1].copy())
    expect(turned).equals(float(answer(inputs, weights)))


@predict.misconception(
    "the products, not added up",
    "The network makes one prediction out of all inputs: add the products up.",
)
def products_not_added(inputs, weights):
    return inputs * weights


@predict.misconception(
    "the sum of the inputs times the sum of the weights",
    "Each input has a weight of its own: multiply pair by pair first, then add up.",
)
def sums_multiplied(inputs, weights):
    return np.sum(inputs) * np.sum(weights)


@predict.misconception(
    "the mean of the products", "Add the products up; do not divide by the number of inputs."
)
def mean_not_sum(inputs, weights):
    return np.mean(inputs * weights)


@predict.misconception(
    "a weighted average",
    "A weighted sum is not divided by anything: weights may be negative, and need not add up to 1.",
)
def weighted_average(inputs, weights):
    return np.sum(inputs * weights) / np.sum(weights)


@predict.misconception(
    "the last product only",
    "Inside the loop `output = ...` forgets what was there before: write `output += ...`.",
)
def last_product_only(inputs, weights):
    for number, weight in zip(inputs, weights):
        output = number * weight
    return output


@predict.misconception(
    "inputs and weights added",
    "A weight says how loudly its input is heard: multiply the two, then add up the products.",
)
def added_not_multiplied(inputs, weights):
    return np.sum(inputs + weights)


@predict.misconception(
    "a prediction from inputs of length 1",
    "Take the inputs as they come: to scale them first changes what is predicted.",
)
def normalises_inputs(inputs, weights):
    return np.sum(inputs / np.linalg.norm(inputs) * weights)


@predict.alternative
def pair_by_pair(inputs, weights):
    output = 0.0
    for i in reversed(range(len(inputs))):
        output += float(inputs[i]) * float(weights[i])
    return output


@predict.alternative
def as_a_dot_product(inputs, weights):
    return inputs @ weights


@predict.alternative
def with_einsum(inputs, weights):
    return np.einsum("n,n->", weights, inputs)


# --- weight_deltas -----------------------------------------------------------------------------

weight_deltas = exercise(
    "weight_deltas",
    inputs={"inputs": Array(("n",)), "delta": Number()},
    edges=[
        {"inputs": FIRST_GAME, "delta": -0.14},
        {"inputs": [2.0], "delta": 3.0},
        {"inputs": [1.0, 0.0, -2.0], "delta": -0.5},
        {"inputs": [0.0], "delta": 1.0},
        {"inputs": [3.0, 1.0], "delta": 0.0},
    ],
    hints=[
        "An input of 0 was multiplied by its weight. Could another weight have made another "
        "prediction?",
        "All weights share one miss, but each had as much say in it as its input was large "
        '(chapter 5, "Gradient descent learning with multiple inputs").',
        "inputs (n,) and one number `delta` give (n,): for each weight the miss, times the input "
        "that came in through it.",
    ],
)


@weight_deltas.law("is 0 where the input is 0")
def spares_silent_inputs(answer, inputs, delta):
    silent = inputs.copy()
    silent[0] = 0
    expect(answer(silent, delta)[0], "the one whose input is 0").equals(0)


@weight_deltas.law("is 0 everywhere when the prediction hits")
def is_zero_on_a_hit(answer, inputs):
    expect(answer(inputs, 0.0)).equals(np.zeros_like(inputs))


@weight_deltas.law("turns round when the miss is on the other side")
def turns_round_with_the_miss(answer, inputs, delta):
    expect(answer(inputs, -delta)).equals(-np.asarray(answer(inputs, delta)))


@weight_deltas.law("doubles when the inputs double")
def doubles_with_the_inputs(answer, inputs, delta):
    expect(answer(2 * inputs, delta)).equals(2 * np.asarray(answer(inputs, delta)))


@weight_deltas.law("says how steeply half the squared error climbs as a weight grows", most=4)
def is_the_slope_of_the_error(answer, inputs, delta):
    weights = np.ones_like(inputs)
    target = float(inputs.dot(weights)) - delta
    expect_slopes(
        lambda weights: half_squared_error(inputs, weights, target),
        at={"weights": weights},
        claimed=lambda weights: answer(inputs, float(inputs.dot(weights)) - target),
    )


@weight_deltas.misconception(
    "the miss itself, once for every weight",
    "A weight whose input was small had little say: multiply the miss by the input.",
)
def forgot_input(inputs, delta):
    return np.full(len(inputs), delta)


@weight_deltas.misconception(
    "all of them added up",
    "Every weight needs a number of its own, to know how far to move: keep the shape (n,).",
)
def sums_weight_deltas(inputs, delta):
    return np.sum(delta * inputs)


@weight_deltas.misconception(
    "the squared miss times the input",
    "The error is squared, the delta is not. Squared, it no longer says on which side you missed.",
)
def uses_error_in_place_of_delta(inputs, delta):
    return delta**2 * inputs


@weight_deltas.misconception(
    "the sign turned round",
    "delta is prediction - target already, and says which way the error climbs: no minus here. It "
    "comes when the weights are moved.",
)
def sign_flipped(inputs, delta):
    return -delta * inputs


@weight_deltas.misconception(
    "a factor 2",
    "The book's delta is prediction - target, the slope of half the squared error: no factor 2.",
)
def factor_two(inputs, delta):
    return 2 * delta * inputs


@weight_deltas.misconception(
    "the miss added to the inputs", "Multiply the two: an input of 0 must give 0."
)
def added_not_multiplied(inputs, delta):
    return inputs + delta


@weight_deltas.misconception(
    "divided by the number of inputs",
    "Nothing is averaged here: each weight gets its full share, delta * input.",
)
def divided_by_n_inputs(inputs, delta):
    return delta * inputs / len(inputs)


@weight_deltas.misconception(
    "the inputs without their sign",
    "A negative input turns its share round: the more weight it has, the lower the prediction.",
)
def absolute_inputs(inputs, delta):
    return delta * abs(inputs)


@weight_deltas.misconception(
    "the inputs themselves are changed",
    "`inputs *= delta` writes into the caller's array. `inputs * delta` makes a new one.",
)
def mutates_inputs_argument(inputs, delta):
    inputs *= delta
    return inputs


@weight_deltas.alternative
def one_by_one(inputs, delta):
    return [float(number) * delta for number in inputs]


@weight_deltas.alternative
def filled_in_place_by_place(inputs, delta):
    deltas = np.zeros(len(inputs))
    for i in range(len(inputs)):
        deltas[i] = delta * inputs[i]
    return deltas


@weight_deltas.alternative
def with_outer(inputs, delta):
    return np.outer(inputs, [delta])[:, 0]


# --- gd_step_multi_input -----------------------------------------------------------------------

ONE_OUTPUT = {
    "inputs": Array(("n",), SMALL),
    "weights": Array(("n",), SMALL),
    "target": Number(SMALL),
    "learning_rate": Number(RATES),
}

gd_step_multi_input = exercise(
    "gd_step_multi_input",
    inputs=ONE_OUTPUT,
    edges=[
        {"inputs": FIRST_GAME, "weights": FIRST_WEIGHTS, "target": 1.0, "learning_rate": 0.01},
        {"inputs": FIRST_GAME, "weights": FIRST_WEIGHTS, "target": 1.0, "learning_rate": 0.3},
        {"inputs": [2.0], "weights": [1.0], "target": 3.0, "learning_rate": 0.25},
        {"inputs": [1.0, 2.0], "weights": [2.0, 1.0], "target": 1.0, "learning_rate": 0.5},
        {
            "inputs": [1.0, -2.0, 0.0],
            "weights": [1.0, 0.5, 2.0],
            "target": 2.0,
            "learning_rate": 0.125,
        },
        {"inputs": [1.0, 2.0], "weights": [1.0, 1.0], "target": 3.0, "learning_rate": 0.5},
        {"inputs": [0.0, 0.0], "weights": [1.0, -1.0], "target": 1.0, "learning_rate": 1.0},
        {"inputs": [100.0, -50.0], "weights": [3.0, 4.0], "target": -2.0, "learning_rate": 1.0},
    ],
    hints=[
        "The prediction is too high, and one of the inputs is negative. Should its weight go up or "
        "down?",
        "All weights share the same miss; each moves by its share of it, against the slope "
        '(chapter 5, "Gradient descent with multiple inputs explained"). You have written both '
        "parts: one predicts, one says every weight's share.",
        "delta = prediction - target is one number. The shares are (n,) like the weights; take "
        "learning_rate times the shares away from the weights, into a new array.",
    ],
)


@gd_step_multi_input.law("leaves the weights as they are when the prediction hits")
def rests_on_a_hit(answer, inputs, weights, learning_rate):
    hit = float(inputs.dot(weights))
    expect(answer(inputs, weights, hit, learning_rate)).equals(weights)


@gd_step_multi_input.law("does not move a weight whose input is 0")
def spares_silent_inputs(answer, inputs, weights, target, learning_rate):
    silent = inputs.copy()
    silent[0] = 0
    new = answer(silent, weights, target, learning_rate)
    expect(new[0], "the weight whose input is 0").equals(weights[0])


@gd_step_multi_input.law("makes the miss 1 - learning_rate * |inputs|^2 times as large")
def shrinks_the_miss(answer, inputs, weights, target, learning_rate):
    new = np.asarray(answer(inputs, weights, target, learning_rate))
    before, after = inputs.dot(weights) - target, inputs.dot(new) - target
    factor = 1 - learning_rate * inputs.dot(inputs)
    expect(after, "the miss after the step").equals(factor * before)


@gd_step_multi_input.law("moves twice as far with twice the learning rate")
def scales_with_the_learning_rate(answer, inputs, weights, target, learning_rate):
    near = np.asarray(answer(inputs, weights, target, learning_rate))
    far = np.asarray(answer(inputs, weights, target, 2 * learning_rate))
    expect(far - weights, "the change").equals(2 * (near - weights))


@gd_step_multi_input.law("moves against the slope of half the squared error", most=4)
def moves_against_the_slope(answer, inputs, weights, learning_rate):
    target = float(inputs.dot(weights)) - 1.5
    expect_slopes(
        lambda weights: half_squared_error(inputs, weights, target),
        at={"weights": weights},
        claimed=lambda weights: (
            (weights - answer(inputs, weights, target, learning_rate)) / learning_rate
        ),
    )


def step_with(change):
    """A step in which the weights move by `change(inputs, delta)` instead of delta * inputs."""

    def step(inputs, weights, target, learning_rate):
        delta = inputs.dot(weights) - target
        return weights - learning_rate * change(inputs, delta)

    return step


plain_step = step_with(lambda inputs, delta: delta * inputs)


@gd_step_multi_input.misconception(
    "the weights move uphill",
    "delta is prediction - target. To make the miss smaller, subtract learning_rate * delta * "
    "input.",
)
def sign_flipped(*args):
    return step_with(lambda inputs, delta: -delta * inputs)(*args)


@gd_step_multi_input.misconception(
    "the learning rate is left out",
    "Multiply every share by learning_rate before you subtract it: it keeps the steps small.",
)
def missing_learning_rate(inputs, weights, target, learning_rate):
    return plain_step(inputs, weights, target, 1.0)


@gd_step_multi_input.misconception(
    "a factor 2 in the step",
    "The book's delta is prediction - target, the slope of half the squared error: no factor 2.",
)
def factor_two(*args):
    return step_with(lambda inputs, delta: 2 * delta * inputs)(*args)


@gd_step_multi_input.misconception(
    "every weight moves by the same amount",
    "An input of 0 had no say in the miss, so its weight must not move: multiply delta by the "
    "input.",
)
def forgot_input(*args):
    return step_with(lambda inputs, delta: delta)(*args)


@gd_step_multi_input.misconception(
    "every weight moves by all shares added up",
    "Each weight moves by its own share only, delta * its input: nothing is added up.",
)
def sums_weight_deltas(*args):
    return step_with(lambda inputs, delta: np.sum(delta * inputs))(*args)


@gd_step_multi_input.misconception(
    "the squared miss in place of the miss",
    "The step needs the side on which you missed, and a square has lost it: use prediction - "
    "target.",
)
def uses_error_in_place_of_delta(*args):
    return step_with(lambda inputs, delta: delta**2 * inputs)(*args)


@gd_step_multi_input.misconception(
    "the learning rate divided by the number of inputs",
    "Every weight takes its full step, however many others there are: no mean over the inputs.",
)
def alpha_scaled_by_n_inputs(*args):
    return step_with(lambda inputs, delta: delta * inputs / len(inputs))(*args)


@gd_step_multi_input.misconception(
    "the inputs are brought to length 1 first",
    "To scale the inputs changes both the prediction and the step. Take them as they come.",
)
def normalises_inputs(inputs, weights, target, learning_rate):
    return plain_step(inputs / np.linalg.norm(inputs), weights, target, learning_rate)


@gd_step_multi_input.misconception(
    "the target is left out",
    "Not the prediction decides how far to go, but by how much it misses: prediction - target.",
)
def forgot_target(inputs, weights, target, learning_rate):
    return plain_step(inputs, weights, 0.0, learning_rate)


@gd_step_multi_input.misconception(
    "one weight after the other, each with a new prediction",
    "All weights share the miss of one prediction. Work it out once, before any of them moves.",
)
def predicts_again_for_each_weight(inputs, weights, target, learning_rate):
    weights = weights.copy()
    for i in range(len(weights)):
        weights[i] -= learning_rate * (inputs.dot(weights) - target) * inputs[i]
    return weights


@gd_step_multi_input.misconception(
    "the shares instead of the new weights",
    "Return where the weights are after the step: weights - learning_rate * their shares.",
)
def returns_the_shares(inputs, weights, target, learning_rate):
    return (inputs.dot(weights) - target) * inputs


@gd_step_multi_input.misconception(
    "the weights that were passed in are changed",
    "`weights -= ...` writes into the caller's array. Write `weights = weights - ...`.",
)
def mutates_weights_argument(inputs, weights, target, learning_rate):
    weights -= learning_rate * (inputs.dot(weights) - target) * inputs
    return weights


@gd_step_multi_input.alternative
def in_plain_loops(inputs, weights, target, learning_rate):
    pairs = [(float(x), float(w)) for x, w in zip(inputs, weights)]
    miss = sum(x * w for x, w in pairs) - target
    return [w - learning_rate * miss * x for x, w in pairs]


@gd_step_multi_input.alternative
def pulled_towards_the_target(inputs, weights, target, learning_rate):
    pull = target - inputs @ weights
    return weights + inputs * pull * learning_rate


@gd_step_multi_input.alternative
def as_one_matrix(inputs, weights, target, learning_rate):
    keeps = np.eye(len(inputs)) - learning_rate * np.outer(inputs, inputs)
    return keeps.dot(weights) + learning_rate * target * inputs


# --- gd_trace ----------------------------------------------------------------------------------

gd_trace = exercise(
    "gd_trace",
    inputs={
        "inputs": Array(("n",), STEADY),
        "weights": Array(("n",), STEADY),
        "target": Number(STEADY),
        "learning_rate": Number((0.125, 0.0625, 0.25)),
        "iterations": Whole(1, 3),
    },
    edges=[
        {
            "inputs": FIRST_GAME,
            "weights": FIRST_WEIGHTS,
            "target": 1.0,
            "learning_rate": 0.01,
            "iterations": 3,
        },
        {"inputs": [1.0], "weights": [3.0], "target": 1.0, "learning_rate": 0.25, "iterations": 2},
        {
            "inputs": [1.0, 2.0, -1.0],
            "weights": [0.5, 0.5, 1.0],
            "target": 2.0,
            "learning_rate": 0.125,
            "iterations": 4,
        },
        {"inputs": [2.0], "weights": [1.0], "target": 3.0, "learning_rate": 0.25, "iterations": 3},
        {
            "inputs": [1.0, 1.0],
            "weights": [1.0, 2.0],
            "target": 3.0,
            "learning_rate": 0.5,
            "iterations": 2,
        },
        {"inputs": [1.0], "weights": [1.0], "target": 2.0, "learning_rate": 0.5, "iterations": 0},
    ],
    hints=[
        "Three iterations take three steps. Which weights made the first prediction, and which the "
        "second?",
        "Look first, then learn: in each iteration write down what you see, and only then take the "
        'step (chapter 5, "Let\'s watch several steps of learning").',
        'Each dict has "weights" and "weight_deltas" of shape (n,), and the numbers "prediction", '
        '"delta" = prediction - target and "error" = delta squared. All belong to the same '
        "weights. Make the next weights a new array, or the rows you have written down change too.",
    ],
)


@gd_trace.law("has one row for each iteration")
def has_one_row_an_iteration(answer, inputs, weights, target, learning_rate, iterations):
    rows = answer(inputs, weights, target, learning_rate, iterations)
    expect(len(rows), "the number of rows").equals(iterations)


@gd_trace.law("begins with the weights it was given")
def begins_with_the_given_weights(answer, inputs, weights, target, learning_rate):
    rows = answer(inputs, weights, target, learning_rate, 2)
    expect(rows[0]["weights"], 'the first "weights"').equals(weights)


@gd_trace.law("holds numbers that fit together in every row")
def fits_together(answer, inputs, weights, target, learning_rate, iterations):
    for i, row in enumerate(answer(inputs, weights, target, learning_rate, iterations)):
        delta = float(row["delta"])
        made = inputs.dot(np.asarray(row["weights"]))
        expect(row["prediction"], f'"prediction" in row {i}').equals(made)
        expect(row["error"], f'"error" in row {i}').equals(delta**2)
        expect(row["weight_deltas"], f'"weight_deltas" in row {i}').equals(delta * inputs)


@gd_trace.law("misses 1 - learning_rate * |inputs|^2 times as much in the second row")
def shrinks_the_miss(answer, inputs, weights, target, learning_rate):
    first, second = answer(inputs, weights, target, learning_rate, 2)
    factor = 1 - learning_rate * inputs.dot(inputs)
    expect(second["delta"], 'the second "delta"').equals(factor * float(first["delta"]))


@gd_trace.law("goes on as if it had begun with the second row's weights")
def goes_on_from_where_it_is(answer, inputs, weights, target, learning_rate, iterations):
    rows = list(answer(inputs, weights, target, learning_rate, iterations + 2))
    reached = np.asarray(rows[1]["weights"], dtype=float)
    rest = answer(inputs, reached, target, learning_rate, iterations + 1)
    expect(rows[1:], "all rows but the first").equals(list(rest))


@gd_trace.law("stays where it is when the first prediction hits")
def rests_on_a_hit(answer, inputs, weights, learning_rate):
    rows = answer(inputs, weights, float(inputs.dot(weights)), learning_rate, 3)
    for row in rows:
        expect(row["weights"], "the weights").equals(weights)
        expect(row["error"], "the error").equals(0)


@gd_trace.law("learns the first game as the book prints it")
def learns_the_books_game(answer):
    rows = answer(np.array(FIRST_GAME), np.array(FIRST_WEIGHTS), 1.0, 0.01, 3)
    predictions = [0.86, 0.9637575, 0.9906177228125]
    errors = [0.0196, 0.00131351880625, 8.802712522307997e-05]
    expect([row["prediction"] for row in rows], "the predictions").equals(predictions)
    expect([row["error"] for row in rows], "the errors").equals(errors)
    third = [0.1149806125, 0.20114557625, -0.09788509]
    expect(rows[2]["weights"], "the third weights").equals(np.array(third))


def trace_with(inputs, weights, target, learning_rate, iterations, told=lambda row: {}, up=False):
    """A trace in which `told(row)` replaces some of what a row says."""
    rows = []
    for _ in range(iterations):
        prediction = inputs.dot(weights)
        delta = prediction - target
        new = weights - (-learning_rate if up else learning_rate) * delta * inputs
        row = {
            "weights": weights,
            "prediction": prediction,
            "error": delta**2,
            "delta": delta,
            "weight_deltas": delta * inputs,
        }
        told_instead = told(row | {"new": new, "rate": learning_rate})
        rows.append(row | told_instead)
        weights = new
    return rows


@gd_trace.misconception(
    "the weights after the step",
    "Write the weights down before they move: a row tells which weights made its prediction.",
)
def weights_after_the_step(*args):
    return trace_with(*args, told=lambda row: {"weights": row["new"]})


@gd_trace.misconception(
    "the last weights in every row",
    "`weights -= ...` changes the very array that stands in the earlier rows. `weights = weights - "
    "...` makes a new one for each row.",
)
def rows_share_one_array(inputs, weights, target, learning_rate, iterations):
    rows = trace_with(inputs, weights, target, learning_rate, iterations)
    last = trace_with(inputs, weights, target, learning_rate, iterations + 1)[-1]["weights"]
    return [row | {"weights": last} for row in rows]


@gd_trace.misconception(
    "the weights that were passed in are changed",
    "`weights -= ...` writes into the caller's array. Write `weights = weights - ...`.",
)
def mutates_weights_argument(inputs, weights, target, learning_rate, iterations):
    rows = trace_with(inputs, weights.copy(), target, learning_rate, iterations)
    weights[:] = trace_with(inputs, weights.copy(), target, learning_rate, iterations + 1)[-1][
        "weights"
    ]
    return rows


@gd_trace.misconception(
    "one row too many",
    "One row for each iteration. What comes after the last step is not written down.",
)
def one_row_too_many(inputs, weights, target, learning_rate, iterations):
    return trace_with(inputs, weights, target, learning_rate, iterations + 1)


@gd_trace.misconception(
    "the miss of the first prediction all along",
    "Once the weights have moved the prediction is another one: predict and measure inside the "
    "loop.",
)
def predicts_only_once(inputs, weights, target, learning_rate, iterations):
    prediction = inputs.dot(weights)
    delta = prediction - target
    return [
        {
            "weights": weights - i * learning_rate * delta * inputs,
            "prediction": prediction,
            "error": delta**2,
            "delta": delta,
            "weight_deltas": delta * inputs,
        }
        for i in range(iterations)
    ]


@gd_trace.misconception(
    "half the squared error",
    "The delta belongs to half the squared error, but what is reported is the whole squared miss.",
)
def reports_half(*args):
    return trace_with(*args, told=lambda row: {"error": row["error"] / 2})


@gd_trace.misconception(
    "the delta the other way round",
    "Here delta is prediction - target: above 0 where the prediction is too high.",
)
def target_minus_prediction(*args):
    return trace_with(
        *args, told=lambda row: {"delta": -row["delta"], "weight_deltas": -row["weight_deltas"]}
    )


@gd_trace.misconception(
    "the step in place of the weight deltas",
    '"weight_deltas" is delta * inputs. The learning rate comes in only when the weights move.',
)
def weight_deltas_with_the_rate(*args):
    return trace_with(*args, told=lambda row: {"weight_deltas": row["rate"] * row["weight_deltas"]})


@gd_trace.misconception(
    "the weights move uphill", "Subtract learning_rate * weight_deltas, do not add it."
)
def sign_flipped(*args):
    return trace_with(*args, up=True)


@gd_trace.misconception(
    "the weights never move",
    "Each iteration starts where the last one ended: weights = gd_step_multi_input(...). The step "
    "returns new weights, it does not change the old ones.",
)
def step_thrown_away(inputs, weights, target, learning_rate, iterations):
    return trace_with(inputs, weights, target, 0.0, iterations)


@gd_trace.alternative
def in_plain_loops(inputs, weights, target, learning_rate, iterations):
    numbers, weights = [float(x) for x in inputs], [float(w) for w in weights]
    rows = []
    while len(rows) < iterations:
        prediction = sum(x * w for x, w in zip(numbers, weights))
        miss = prediction - target
        shares = [x * miss for x in numbers]
        rows.append(
            {
                "delta": miss,
                "error": miss**2,
                "prediction": prediction,
                "weights": list(weights),
                "weight_deltas": shares,
            }
        )
        for i, share in enumerate(shares):
            weights[i] -= learning_rate * share
    return rows


@gd_trace.alternative
def kept_as_copies(inputs, weights, target, learning_rate, iterations):
    weights, rows = weights.copy(), []
    for _ in range(iterations):
        prediction = np.einsum("n,n->", inputs, weights)
        delta = prediction - target
        row = {"weights": weights.copy(), "prediction": prediction, "delta": delta}
        row["error"] = np.square(delta)
        row["weight_deltas"] = np.multiply(inputs, delta)
        rows.append(row)
        weights -= learning_rate * row["weight_deltas"]
    return tuple(rows)


# --- frozen_step -------------------------------------------------------------------------------

frozen_step = exercise(
    "frozen_step",
    inputs=ONE_OUTPUT | {"stays": Array(("n",), BITS[::-1])},
    arrange=lambda stays, **others: (
        others | {"frozen": {place for place, bit in enumerate(stays) if bit}}
    ),
    edges=[
        {
            "inputs": FIRST_GAME,
            "weights": FIRST_WEIGHTS,
            "target": 1.0,
            "learning_rate": 0.3,
            "frozen": {0},
        },
        {
            "inputs": FIRST_GAME,
            "weights": FIRST_WEIGHTS,
            "target": 1.0,
            "learning_rate": 0.3,
            "frozen": {0, 2},
        },
        {"inputs": [2.0], "weights": [1.0], "target": 3.0, "learning_rate": 0.25, "frozen": set()},
        {"inputs": [2.0], "weights": [1.0], "target": 3.0, "learning_rate": 0.25, "frozen": {0}},
        {
            "inputs": [1.0, 2.0, -1.0],
            "weights": [0.5, -1.0, 2.0],
            "target": 1.0,
            "learning_rate": 0.5,
            "frozen": {1},
        },
        {
            "inputs": [1.0, 2.0, 3.0, -1.0],
            "weights": [0.5, -1.0, 2.0, 1.5],
            "target": 1.0,
            "learning_rate": 0.5,
            "frozen": {2, 3},
        },
        {
            "inputs": [1.0, 2.0],
            "weights": [3.0, 1.0],
            "target": -1.0,
            "learning_rate": 0.25,
            "frozen": {0, 1},
        },
        {
            "inputs": [1.0, 2.0],
            "weights": [3.0, 1.0],
            "target": -1.0,
            "learning_rate": 0.25,
            "frozen": set(),
        },
    ],
    hints=[
        "A weight is frozen. Does its input still count in the prediction?",
        "Freezing stops a weight from learning, nothing else: it predicts as before, and the miss "
        'is everybody\'s (chapter 5, "Freezing one weight: What does it do?").',
        "Work out all new weights, (n,), as if nothing were frozen. Then take, place by place, the "
        "old weight where the place is in `frozen` and the new one where it is not. `frozen` may "
        "be empty, and it may hold every place.",
    ],
)


@frozen_step.law("leaves frozen weights exactly as they were")
def keeps_the_frozen(answer, inputs, weights, target, learning_rate, frozen):
    places = sorted(frozen)
    new = np.asarray(answer(inputs, weights, target, learning_rate, frozen))[places]
    expect(new, "the frozen weights").equals(weights[places])
    expect(bool((new == weights[places]).all())).is_true(
        "a frozen weight has moved, if only in its last digits: leave it out of the arithmetic"
    )


@frozen_step.law("moves all other weights as if nothing were frozen")
def moves_the_others(answer, inputs, weights, target, learning_rate, frozen):
    others = [place for place in range(len(weights)) if place not in frozen]
    new = np.asarray(answer(inputs, weights, target, learning_rate, frozen))
    moved = plain_step(inputs, weights, target, learning_rate)
    expect(new[others], "the weights that are not frozen").equals(moved[others])


@frozen_step.law("moves every weight when none is frozen")
def moves_all_where_none_is_frozen(answer, inputs, weights, target, learning_rate):
    new = answer(inputs, weights, target, learning_rate, set())
    expect(new).equals(plain_step(inputs, weights, target, learning_rate))


@frozen_step.law("changes nothing when every weight is frozen")
def keeps_all_where_all_are_frozen(answer, inputs, weights, target, learning_rate):
    everything = set(range(len(weights)))
    expect(answer(inputs, weights, target, learning_rate, everything)).equals(weights)


@frozen_step.law("lets a frozen weight help to predict")
def predicts_with_the_frozen(answer, inputs, weights, target, learning_rate):
    larger = weights.copy()
    larger[0] += 1
    before = np.asarray(answer(inputs, weights, target, learning_rate, {0}))
    after = np.asarray(answer(inputs, larger, target, learning_rate, {0}))
    change = -learning_rate * inputs[0] * inputs[1:]
    expect((after - before)[1:], "what the others do about a larger frozen weight").equals(change)


@frozen_step.misconception(
    "the frozen weight's input is switched off",
    "A frozen weight still lets its input through. Only its own step is left out; the prediction, "
    "and so the miss, is the same as ever.",
)
def freezes_input_instead_of_weight(inputs, weights, target, learning_rate, frozen):
    heard = np.array([0.0 if i in frozen else x for i, x in enumerate(inputs)])
    return plain_step(heard, weights, target, learning_rate)


@frozen_step.misconception(
    "frozen weights are set to 0 before the step",
    "Frozen means that it stays what it is, not that it is 0: it must go on predicting.",
)
def freeze_by_zeroing_weight(inputs, weights, target, learning_rate, frozen):
    kept = np.array([0.0 if i in frozen else w for i, w in enumerate(weights)])
    moved = plain_step(inputs, kept, target, learning_rate)
    return np.array([0.0 if i in frozen else w for i, w in enumerate(moved)])


@frozen_step.misconception(
    "0 in the place of a frozen weight",
    "Set its *step* to 0, not the weight: where a place is frozen, the old weight is returned.",
)
def zero_in_the_result(inputs, weights, target, learning_rate, frozen):
    moved = plain_step(inputs, weights, target, learning_rate)
    return np.array([0.0 if i in frozen else w for i, w in enumerate(moved)])


@frozen_step.misconception(
    "nothing frozen", "Leave the weights whose places are in `frozen` as they were."
)
def nothing_frozen(inputs, weights, target, learning_rate, frozen):
    return plain_step(inputs, weights, target, learning_rate)


@frozen_step.misconception(
    "only the frozen weights move", "It is the other way round: `frozen` names those that stay."
)
def mask_inverted(inputs, weights, target, learning_rate, frozen):
    moved = plain_step(inputs, weights, target, learning_rate)
    return np.array([moved[i] if i in frozen else weights[i] for i in range(len(weights))])


@frozen_step.misconception(
    "the first weight frozen, whatever `frozen` says",
    "The book freezes weight 0 as an example. Here `frozen` says which: none, one or several.",
)
def always_freezes_the_first(inputs, weights, target, learning_rate, frozen):
    moved = plain_step(inputs, weights, target, learning_rate)
    moved[0] = weights[0]
    return moved


@frozen_step.misconception(
    "places counted from 1",
    "Places count from 0, as in Python: {0} freezes the first weight, weights[0].",
)
def counts_from_one(inputs, weights, target, learning_rate, frozen):
    moved = plain_step(inputs, weights, target, learning_rate)
    for place in frozen:
        moved[place - 1] = weights[place - 1]
    return moved


@frozen_step.misconception(
    "the weights move uphill", "Subtract learning_rate * delta * input, as in every other step."
)
def sign_flipped(inputs, weights, target, learning_rate, frozen):
    moved = plain_step(inputs, weights, target, -learning_rate)
    return np.array([weights[i] if i in frozen else moved[i] for i in range(len(weights))])


@frozen_step.misconception(
    "the weights that were passed in are changed",
    "`weights[i] -= ...` writes into the caller's array. Make a new one.",
)
def mutates_weights_argument(inputs, weights, target, learning_rate, frozen):
    delta = inputs.dot(weights) - target
    for i in range(len(weights)):
        if i not in frozen:
            weights[i] -= learning_rate * delta * inputs[i]
    return weights


@frozen_step.alternative
def put_back_afterwards(inputs, weights, target, learning_rate, frozen):
    moved = weights - learning_rate * (inputs @ weights - target) * inputs
    moved[list(frozen)] = weights[list(frozen)]
    return moved


@frozen_step.alternative
def weight_by_weight(inputs, weights, target, learning_rate, frozen):
    miss = target - sum(float(x) * float(w) for x, w in zip(inputs, weights))
    new = []
    for i, weight in enumerate(weights):
        rate = 0 if i in frozen else learning_rate
        new.append(float(weight) + rate * miss * float(inputs[i]))
    return new


@frozen_step.alternative
def with_a_mask(inputs, weights, target, learning_rate, frozen):
    free = np.ones(len(weights))
    for place in frozen:
        free[place] = 0
    return weights - free * inputs * (learning_rate * (np.dot(inputs, weights) - target))


# --- output_deltas -----------------------------------------------------------------------------

output_deltas = exercise(
    "output_deltas",
    inputs={"predictions": Array(("m",)), "targets": Array(("m",))},
    edges=[
        {"predictions": [0.195, 0.13, 0.585], "targets": HURT_WON_SAD},
        {"predictions": [3.0], "targets": [1.0]},
        {"predictions": [1.0], "targets": [3.0]},
        {"predictions": [0.0, 2.0], "targets": [0.0, 2.0]},
        {"predictions": [1.0, -1.0, 4.0, 0.0], "targets": [3.0, -1.0, -2.0, 5.0]},
        {"predictions": [0.86, 0.9637575], "targets": [1.0, 0.99061772]},
        {"predictions": [1e6, -1e6], "targets": [1e6 - 1, 1e6]},
    ],
    hints=[
        "One output is too high by 1, the other too low by 1. Has the network missed, all in all?",
        "Every output has a target, and so a miss, of its own (chapter 5, "
        '"Gradient descent learning with multiple outputs").',
        "predictions (m,) and targets (m,) give (m,). An output that is too high has a miss above "
        "0: which of the two is taken away from which?",
    ],
)


@output_deltas.law("is 0 where a prediction hits its target")
def is_zero_on_a_hit(answer, targets):
    expect(answer(targets, targets.copy())).equals(np.zeros_like(targets))


@output_deltas.law("is the prediction itself where the target is 0")
def is_the_prediction_above_zero(answer, predictions):
    expect(answer(predictions, np.zeros_like(predictions))).equals(predictions)


@output_deltas.law("is above 0 for an output that is too high")
def is_positive_above_the_target(answer, targets):
    too_high = np.arange(1.0, len(targets) + 1)
    expect(answer(targets + too_high, targets)).equals(too_high)


@output_deltas.law("turns round when predictions and targets change places")
def turns_round(answer, predictions, targets):
    swapped = answer(targets, predictions)
    expect(swapped).equals(-np.asarray(answer(predictions, targets)))


@output_deltas.misconception(
    "targets - predictions",
    "Here a miss is prediction - target: above 0 where the prediction is too high.",
)
def sign_flipped(predictions, targets):
    return targets - predictions


@output_deltas.misconception(
    "the misses without their sign",
    "Too low is not the same as too high: the sign tells the weights which way to go. No abs().",
)
def absolute_misses(predictions, targets):
    return abs(predictions - targets)


@output_deltas.misconception(
    "the squared misses",
    "That is the error. The delta is the miss itself, with the side on which it lies.",
)
def uses_error_in_place_of_delta(predictions, targets):
    return (predictions - targets) ** 2


@output_deltas.misconception(
    "one miss for all outputs together",
    "Added up, a miss above and a miss below would cancel. Keep one for each output, (m,).",
)
def delta_not_per_output(predictions, targets):
    return np.sum(predictions - targets)


@output_deltas.misconception(
    "the mean miss",
    "The outputs do not share a miss. Keep one for each of them, (m,), and take no mean.",
)
def mean_miss(predictions, targets):
    return np.mean(predictions - targets)


@output_deltas.misconception(
    "a factor 2",
    "The book's delta is prediction - target, the slope of half the squared error: no factor 2.",
)
def factor_two(predictions, targets):
    return 2 * (predictions - targets)


@output_deltas.misconception(
    "the predictions themselves are changed",
    "`predictions -= targets` writes into the caller's array. `predictions - targets` makes a new "
    "one.",
)
def mutates_predictions_argument(predictions, targets):
    predictions -= targets
    return predictions


@output_deltas.alternative
def one_by_one(predictions, targets):
    return [float(p) - float(t) for p, t in zip(predictions, targets)]


@output_deltas.alternative
def turned_round_twice(predictions, targets):
    return -np.subtract(targets, predictions)


# --- multi_output_step -------------------------------------------------------------------------

multi_output_step = exercise(
    "multi_output_step",
    inputs={
        "x": Number(SMALL),
        "weights": Array(("m",), SMALL),
        "targets": Array(("m",), SMALL),
        "learning_rate": Number(RATES),
    },
    edges=[
        {"x": 0.65, "weights": [0.3, 0.2, 0.9], "targets": HURT_WON_SAD, "learning_rate": 0.1},
        {"x": 2.0, "weights": [1.0], "targets": [3.0], "learning_rate": 0.25},
        {"x": 2.0, "weights": [1.0, 2.0], "targets": [1.0, 0.0], "learning_rate": 0.5},
        {
            "x": -1.5,
            "weights": [1.0, -1.0, 0.0, 2.0],
            "targets": [2.0, 1.5, 0.5, 0.0],
            "learning_rate": 0.5,
        },
        {"x": 0.0, "weights": [1.0, -1.0], "targets": [2.0, 3.0], "learning_rate": 0.5},
        {"x": 3.0, "weights": [1.0, 2.0], "targets": [3.0, 6.0], "learning_rate": 1.0},
        {"x": 100.0, "weights": [2.0, 3.0], "targets": [0.0, -5.0], "learning_rate": 1.0},
    ],
    hints=[
        "One output hits its target, the other misses. Which of the two weights should move?",
        "It is one network for each output, side by side, that share the same input (chapter 5, "
        '"Gradient descent learning with multiple outputs"). So each has its own prediction and '
        "its own delta.",
        "x is one number, x * weights is (m,) like the targets, and so are the deltas. Each delta, "
        "times x, says how far its own weight must go.",
    ],
)


@multi_output_step.law("leaves the weights as they are when every prediction hits")
def rests_on_a_hit(answer, x, weights, learning_rate):
    expect(answer(x, weights, x * weights, learning_rate)).equals(weights)


@multi_output_step.law("lets every output learn on its own")
def outputs_are_independent(answer, x, weights, targets, learning_rate):
    new = answer(x, weights, targets, learning_rate)
    for i in range(len(weights)):
        alone = answer(x, weights[i : i + 1], targets[i : i + 1], learning_rate)
        expect(new[i], f"weight {i}").equals(float(alone[0]))


@multi_output_step.law("changes nothing when the input is 0")
def rests_without_input(answer, weights, targets, learning_rate):
    expect(answer(0.0, weights, targets, learning_rate)).equals(weights)


@multi_output_step.law("makes every miss 1 - learning_rate * x^2 times as large")
def shrinks_every_miss(answer, x, weights, targets, learning_rate):
    new = np.asarray(answer(x, weights, targets, learning_rate))
    factor = 1 - learning_rate * x * x
    misses = x * new - targets
    expect(misses, "the misses after the step").equals(factor * (x * weights - targets))


@multi_output_step.law("moves against the slope of half the squared error", most=4)
def moves_against_the_slope(answer, x, weights, learning_rate):
    targets = x * weights - upstream_like(weights)
    expect_slopes(
        lambda weights: 0.5 * np.sum((x * weights - targets) ** 2),
        at={"weights": weights},
        claimed=lambda weights: (
            (weights - answer(x, weights, targets, learning_rate)) / learning_rate
        ),
    )


def multi_output_with(change):
    """A step in which the weights move by `change(x, deltas)` instead of x * deltas."""

    def step(x, weights, targets, learning_rate):
        return weights - learning_rate * change(x, x * weights - targets)

    return step


@multi_output_step.misconception(
    "one miss for all outputs, added up",
    "The outputs have nothing to do with each other: each weight learns from its own delta.",
)
def delta_not_per_output(*args):
    return multi_output_with(lambda x, deltas: x * np.sum(deltas))(*args)


@multi_output_step.misconception(
    "the mean miss for all outputs",
    "One output may be too high while another is too low: do not average, use each one's delta.",
)
def mean_miss(*args):
    return multi_output_with(lambda x, deltas: x * np.mean(deltas))(*args)


@multi_output_step.misconception(
    "the weights move uphill",
    "delta is prediction - target. To make the misses smaller, subtract the step.",
)
def sign_flipped(*args):
    return multi_output_with(lambda x, deltas: -x * deltas)(*args)


@multi_output_step.misconception(
    "the learning rate is left out",
    "Multiply the step by learning_rate before you subtract it: it keeps the steps small.",
)
def missing_learning_rate(x, weights, targets, learning_rate):
    return weights - x * (x * weights - targets)


@multi_output_step.misconception(
    "a factor 2 in the step",
    "The book's delta is prediction - target, the slope of half the squared error: no factor 2.",
)
def factor_two(*args):
    return multi_output_with(lambda x, deltas: 2 * x * deltas)(*args)


@multi_output_step.misconception(
    "the input is left out of the step",
    "A small input gave its weights little say, and 0 gave them none: multiply the deltas by x.",
)
def forgot_input(*args):
    return multi_output_with(lambda x, deltas: deltas)(*args)


@multi_output_step.misconception(
    "the weights taken for the predictions",
    "A prediction is x * weight. Only then can it be held against its target.",
)
def forgot_to_predict(x, weights, targets, learning_rate):
    return weights - learning_rate * x * (weights - targets)


@multi_output_step.misconception(
    "the squared misses in place of the misses",
    "A square has lost the side on which you missed: use prediction - target.",
)
def uses_error_in_place_of_delta(*args):
    return multi_output_with(lambda x, deltas: x * deltas**2)(*args)


@multi_output_step.misconception(
    "the learning rate divided by the number of outputs",
    "Every output takes its full step, however many others there are: no mean.",
)
def alpha_scaled_by_n_outputs(*args):
    return multi_output_with(lambda x, deltas: x * deltas / len(deltas))(*args)


@multi_output_step.misconception(
    "the weights that were passed in are changed",
    "`weights -= ...` writes into the caller's array. Write `weights = weights - ...`.",
)
def mutates_weights_argument(x, weights, targets, learning_rate):
    weights -= learning_rate * x * (x * weights - targets)
    return weights


@multi_output_step.alternative
def output_by_output(x, weights, targets, learning_rate):
    new = []
    for weight, target in zip(weights, targets):
        pull = float(target) - x * float(weight)
        new.append(float(weight) + learning_rate * x * pull)
    return new


@multi_output_step.alternative
def gathered_by_weight(x, weights, targets, learning_rate):
    return weights * (1 - learning_rate * x**2) + (learning_rate * x) * targets


# --- outer_product -----------------------------------------------------------------------------

outer_product = exercise(
    "outer_product",
    inputs={"a": Array(("m",)), "b": Array(("n",))},
    edges=[
        {"a": [1.0, 2.0], "b": [3.0, 0.0, 5.0]},
        {"a": [2.0], "b": [3.0]},
        {"a": [2.0], "b": [1.0, -1.0, 3.0]},
        {"a": [1.0, -1.0, 3.0], "b": [2.0]},
        {"a": [1.0, 2.0, 3.0], "b": [4.0, 5.0, -6.0]},
        {"a": [1.0, 2.0, 3.0, 5.0], "b": [7.0, -1.0]},
        {"a": [0.0, 1.0], "b": [0.0, 2.0, 0.5]},
        {"a": [0.455, -0.02, 0.865], "b": FIRST_GAME},
    ],
    hints=[
        "Three kinds of bread and two kinds of cheese: how many sandwiches are there, and how "
        "would you lay them out in a table?",
        "Every number of one vector meets every number of the other. The book fills a table of "
        'zeros row by row (chapter 5, "Gradient descent with multiple inputs and outputs").',
        "a (m,) and b (n,) give (m, n). The entry in row i and column j is a[i] * b[j], so row i "
        "is the whole of b, multiplied by one number.",
    ],
)


@outer_product.law("has a row for each number of a and a column for each number of b")
def has_the_right_shape(answer, a, b):
    expect(answer(a, b)).has_shape(len(a), len(b))


@outer_product.law("holds b in every row when a is all ones")
def repeats_b_in_its_rows(answer, a, b):
    expect(answer(np.ones_like(a), b)).equals(np.array([b] * len(a)))


@outer_product.law("holds a in every column when b is all ones")
def repeats_a_in_its_columns(answer, a, b):
    expect(answer(a, np.ones_like(b))).equals(np.array([a] * len(b)).T)


@outer_product.law("turns over when a and b change places")
def turns_over(answer, a, b):
    expect(answer(b, a)).equals(np.asarray(answer(a, b)).T)


@outer_product.law("doubles its last row only when the last number of a doubles")
def one_row_a_number(answer, a, b):
    larger = a.copy()
    larger[-1] *= 2
    expected = np.asarray(answer(a, b), dtype=float).copy()
    expected[-1] *= 2
    expect(answer(larger, b)).equals(expected)


@outer_product.misconception(
    "the table turned over",
    "The first vector runs down the rows: row i belongs to a[i], column j to b[j].",
)
def outer_transposed(a, b):
    return np.outer(b, a)


@outer_product.misconception(
    "the products of pairs only",
    "a * b pairs the first with the first, the second with the second. Here *every* number of a "
    "meets *every* number of b.",
)
def pairs_only(a, b):
    return a * b


@outer_product.misconception(
    "the dot product",
    "The dot product adds everything up to one number (the inner product). Here nothing is added.",
)
def inner_product(a, b):
    return a.dot(b)


@outer_product.misconception(
    "the products in one long row",
    "Begin a new row for every number of a: the result is a table of shape (m, n).",
)
def flattened(a, b):
    return np.array([x * y for x in a for y in b])


@outer_product.misconception(
    "sums instead of products", "Multiply each pair of numbers: the entry is a[i] * b[j]."
)
def sums_not_products(a, b):
    return a[:, None] + b


@outer_product.misconception(
    "the last row in every row",
    "`[[0] * n] * m` makes one row and m names for it, so what is written last is seen in all. "
    "Make a new row for each number of a.",
)
def rows_are_one(a, b):
    rows = [[0.0] * len(b)] * len(a)
    for i in range(len(a)):
        for j in range(len(b)):
            rows[i][j] = float(a[i] * b[j])
    return rows


@outer_product.misconception(
    "a square table",
    "The two vectors may have different lengths: as many rows as a has numbers, as many columns as "
    "b has.",
)
def square_table(a, b):
    table = np.zeros((len(a), len(a)))
    for i in range(len(a)):
        for j in range(len(b)):
            table[i, j] = a[i] * b[j]
    return table


@outer_product.alternative
def entry_by_entry(a, b):
    return [[float(x) * float(y) for y in b] for x in a]


@outer_product.alternative
def with_einsum(a, b):
    return np.einsum("n,m->mn", b, a)


@outer_product.alternative
def column_by_column(a, b):
    table = np.zeros((len(a), len(b)))
    for j in reversed(range(len(b))):
        table[:, j] = a * b[j]
    return table


# --- weight_deltas_matrix ----------------------------------------------------------------------

weight_deltas_matrix = exercise(
    "weight_deltas_matrix",
    inputs={"inputs": Array(("n",)), "deltas": Array(("m",))},
    edges=[
        {"inputs": FIRST_GAME, "deltas": [0.455, -0.02, 0.865]},
        {"inputs": [1.0, 2.0, 4.0], "deltas": [0.5, -1.0]},
        {"inputs": [1.0, -1.0], "deltas": [3.0, 0.0, -2.0]},
        {"inputs": [2.0], "deltas": [3.0]},
        {"inputs": [2.0, 0.0], "deltas": [3.0]},
        {"inputs": [2.0], "deltas": [3.0, -1.0]},
        {"inputs": [0.0, 0.0], "deltas": [1.0, 2.0, 3.0]},
        {"inputs": [1.0, 2.0, 3.0], "deltas": [0.0]},
    ],
    hints=[
        "Output 0 hit its target, output 1 missed. Which row of weights should learn nothing, and "
        "which entries should learn nothing because their input was 0?",
        "Every weight connects one input with one output, and is to blame as far as both are: the "
        'input that came in and the miss that came out (chapter 5, "Gradient descent with multiple '
        'inputs and outputs"). In some printings the table is turned over.',
        "inputs (n,) and deltas (m,) give (m, n), like the weights: one row for each output, one "
        "column for each input. You have written a function that makes such a table; which of the "
        "two vectors must come first?",
    ],
)


@weight_deltas_matrix.law("has a row for each output and a column for each input")
def is_shaped_like_the_weights(answer, inputs, deltas):
    expect(answer(inputs, deltas)).has_shape(len(deltas), len(inputs))


@weight_deltas_matrix.law("is 0 in the row of an output that hits")
def spares_outputs_that_hit(answer, inputs, deltas):
    hit = deltas.copy()
    hit[0] = 0
    rows = np.asarray(answer(inputs, hit))
    expect(rows[0], "the row whose output hits").equals(np.zeros_like(inputs))


@weight_deltas_matrix.law("is 0 in the column of an input that is 0")
def spares_silent_inputs(answer, inputs, deltas):
    silent = inputs.copy()
    silent[-1] = 0
    table = np.asarray(answer(silent, deltas))
    expect(table[:, -1], "the column whose input is 0").equals(np.zeros_like(deltas))


@weight_deltas_matrix.law("gives every output the row it would have alone")
def outputs_are_independent(answer, inputs, deltas):
    rows = [np.asarray(answer(inputs, deltas[i : i + 1]))[0] for i in range(len(deltas))]
    expect(answer(inputs, deltas)).equals(np.array(rows))


@weight_deltas_matrix.law(
    "says how steeply half the squared error climbs as a weight grows", most=4
)
def is_the_slope_of_the_error(answer, inputs, deltas):
    weights = np.ones((len(deltas), len(inputs)))
    targets = weights.dot(inputs) - deltas
    expect_slopes(
        lambda weights: half_squared_error(inputs, weights, targets),
        at={"weights": weights},
        claimed=lambda weights: answer(inputs, weights.dot(inputs) - targets),
    )


@weight_deltas_matrix.misconception(
    "the printed book's table, turned over",
    "The printed listing calls outer_prod(input, delta), which has a row for each *input*. The "
    "weights have a row for each output, so the deltas come first. With three inputs and three "
    "outputs both tables are square, and nobody sees it.",
)
def outer_transposed(inputs, deltas):
    return np.outer(inputs, deltas)


@weight_deltas_matrix.misconception(
    "one miss for all outputs",
    "Each row belongs to one output, and learns from that output's delta alone.",
)
def delta_not_per_output(inputs, deltas):
    return np.array([np.sum(deltas) * inputs for _ in deltas])


@weight_deltas_matrix.misconception(
    "the rows added up to one",
    "Every weight needs a number of its own: keep the table, one row for each output.",
)
def sums_weight_deltas(inputs, deltas):
    return np.outer(deltas, inputs).sum(axis=0)


@weight_deltas_matrix.misconception(
    "the deltas without the inputs",
    "A weight whose input was small had little say: multiply each delta by each input.",
)
def forgot_input(inputs, deltas):
    return np.outer(deltas, np.ones(len(inputs)))


@weight_deltas_matrix.misconception(
    "the squared misses times the inputs",
    "The errors are squared, the deltas are not: their sign says which way to go.",
)
def uses_error_in_place_of_delta(inputs, deltas):
    return np.outer(deltas**2, inputs)


@weight_deltas_matrix.misconception(
    "the sign turned round",
    "The deltas are predictions - targets already: no minus here. It comes when the weights move.",
)
def sign_flipped(inputs, deltas):
    return -np.outer(deltas, inputs)


@weight_deltas_matrix.misconception(
    "a factor 2",
    "The book's delta is prediction - target, the slope of half the squared error: no factor 2.",
)
def factor_two(inputs, deltas):
    return 2 * np.outer(deltas, inputs)


@weight_deltas_matrix.misconception(
    "divided by the number of outputs",
    "The errors of the outputs add up; nothing is averaged, so every delta counts in full.",
)
def divided_by_n_outputs(inputs, deltas):
    return np.outer(deltas, inputs) / len(deltas)


@weight_deltas_matrix.misconception(
    "the products of pairs only",
    "There are not as many weights as inputs, but one for every input *and* every output: a table.",
)
def pairs_only(inputs, deltas):
    return inputs * deltas


@weight_deltas_matrix.alternative
def entry_by_entry(inputs, deltas):
    table = []
    for delta in deltas:
        row = []
        for number in inputs:
            row.append(float(delta) * float(number))
        table.append(row)
    return table


@weight_deltas_matrix.alternative
def turned_over_in_time(inputs, deltas):
    return np.outer(inputs, deltas).T


@weight_deltas_matrix.alternative
def as_a_matrix_product(inputs, deltas):
    return deltas.reshape(-1, 1) @ inputs.reshape(1, -1)


# --- mimo_step ---------------------------------------------------------------------------------

mimo_step = exercise(
    "mimo_step",
    inputs={
        "inputs": Array(("n",), SMALL),
        "weights": Array(("m", "n"), SMALL),
        "targets": Array(("m",), SMALL),
        "learning_rate": Number(RATES),
    },
    edges=[
        {
            "inputs": FIRST_GAME,
            "weights": NINE_WEIGHTS,
            "targets": HURT_WON_SAD,
            "learning_rate": 0.01,
        },
        {"inputs": [2.0], "weights": [[1.0]], "targets": [3.0], "learning_rate": 0.25},
        {
            "inputs": [1.0, -2.0],
            "weights": [[1.0, 0.0], [2.0, 1.0], [0.5, -1.0]],
            "targets": [0.0, 1.0, 2.5],
            "learning_rate": 0.5,
        },
        {
            "inputs": [1.0, 2.0, 0.0],
            "weights": [[1.0, 2.0, -1.0], [0.0, -1.0, 3.0]],
            "targets": [2.0, 1.0],
            "learning_rate": 0.125,
        },
        {
            "inputs": [1.0, 3.0],
            "weights": [[1.0, 2.0], [-1.0, 4.0]],
            "targets": [1.0, 2.0],
            "learning_rate": 0.25,
        },
        {"inputs": [1.0, 2.0], "weights": [[1.0, 1.0]], "targets": [1.0], "learning_rate": 0.5},
        {"inputs": [2.0], "weights": [[1.0], [3.0]], "targets": [1.0, 0.0], "learning_rate": 0.5},
        {
            "inputs": [0.0, 0.0],
            "weights": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]],
            "targets": [1.0, 1.0, 1.0],
            "learning_rate": 0.5,
        },
        {
            "inputs": [100.0, -50.0],
            "weights": [[1.0, 2.0], [3.0, -4.0], [0.0, 1.0]],
            "targets": [0.0, 7.0, -1.0],
            "learning_rate": 1.0,
        },
    ],
    hints=[
        "A network with three outputs. How is it different from three networks with one output, "
        "that all look at the same inputs?",
        "Each row of weights predicts its own output and learns from its own miss (chapter 5, "
        '"Gradient descent with multiple inputs and outputs"). You have written the parts: one '
        "predicts with a row, one compares, one makes the table of shares.",
        "weights (m, n) and inputs (n,) give predictions (m,); the deltas are (m,) as well; the "
        "table of shares is (m, n), like the weights. Take learning_rate times the table away.",
    ],
)


@mimo_step.law("leaves the weights as they are when every prediction hits")
def rests_on_a_hit(answer, inputs, weights, learning_rate):
    expect(answer(inputs, weights, weights.dot(inputs), learning_rate)).equals(weights)


@mimo_step.law("lets every output learn on its own, in its own row")
def outputs_are_independent(answer, inputs, weights, targets, learning_rate):
    new = np.asarray(answer(inputs, weights, targets, learning_rate))
    for i in range(len(targets)):
        alone = answer(inputs, weights[i : i + 1], targets[i : i + 1], learning_rate)
        expect(new[i], f"row {i}").equals(np.asarray(alone)[0])


@mimo_step.law("does not move the weights of an input that is 0")
def spares_silent_inputs(answer, inputs, weights, targets, learning_rate):
    silent = inputs.copy()
    silent[-1] = 0
    new = np.asarray(answer(silent, weights, targets, learning_rate))
    expect(new[:, -1], "the column whose input is 0").equals(weights[:, -1])


@mimo_step.law("makes every miss 1 - learning_rate * |inputs|^2 times as large")
def shrinks_every_miss(answer, inputs, weights, targets, learning_rate):
    new = np.asarray(answer(inputs, weights, targets, learning_rate))
    factor = 1 - learning_rate * inputs.dot(inputs)
    misses = new.dot(inputs) - targets
    expect(misses, "the misses after the step").equals(factor * (weights.dot(inputs) - targets))


@mimo_step.law("moves against the slope of half the squared error", most=4)
def moves_against_the_slope(answer, inputs, weights, targets, learning_rate):
    targets = weights.dot(inputs) - upstream_like(targets)
    expect_slopes(
        lambda weights: half_squared_error(inputs, weights, targets),
        at={"weights": weights},
        claimed=lambda weights: (
            (weights - answer(inputs, weights, targets, learning_rate)) / learning_rate
        ),
    )


@mimo_step.law("moves the book's nine weights to where its corrected code moves them")
def takes_the_books_step(answer):
    nine = np.array(NINE_WEIGHTS)
    new = answer(np.array(FIRST_GAME), nine, np.array(HURT_WON_SAD), 0.01)
    expect(new).equals(
        np.array(
            [
                [0.061325, 0.0970425, -0.30546],
                [0.1017, 0.20013, 0.00024],
                [-0.073525, 1.2943775, 0.08962],
            ]
        )
    )


def mimo_with(change):
    """A step in which the weights move by `change(inputs, deltas)` instead of their table."""

    def step(inputs, weights, targets, learning_rate):
        return weights - learning_rate * change(inputs, weights.dot(inputs) - targets)

    return step


@mimo_step.misconception(
    "the printed book's step, with the table turned over",
    "The printed listing calls outer_prod(input, delta), so a weight moves by the miss of one "
    "output and the input of another. The table needs a row for each output: deltas first. Only "
    "where there are as many inputs as outputs does it run at all.",
)
def outer_transposed(*args):
    return mimo_with(lambda inputs, deltas: np.outer(inputs, deltas))(*args)


@mimo_step.misconception(
    "the printed book's step, entry by entry",
    "The printed listing calls outer_prod(input, delta), and then weights[i][j] meets the entry "
    "[i][j] of a table that is turned over: the miss of one output, the input of another. Deltas "
    "first. Only where there are as many inputs as outputs does it run at all.",
)
def outer_transposed_in_loops(inputs, weights, targets, learning_rate):
    table, new = np.outer(inputs, weights.dot(inputs) - targets), weights.copy()
    for i in range(len(weights)):
        for j in range(len(weights[0])):
            new[i][j] -= learning_rate * table[i][j]
    return new


@mimo_step.misconception(
    "the mean miss for all outputs",
    "One output may be too high while another is too low: each row learns from its own delta.",
)
def delta_not_per_output(*args):
    return mimo_with(lambda inputs, deltas: np.mean(deltas) * inputs)(*args)


@mimo_step.misconception(
    "every row moves by all rows added up",
    "Nothing is added up over the outputs: each row of weights takes its own row of the table.",
)
def sums_weight_deltas(*args):
    return mimo_with(lambda inputs, deltas: np.outer(deltas, inputs).sum(axis=0))(*args)


@mimo_step.misconception(
    "predictions from the columns of the weights",
    "In this chapter a row of weights belongs to an output: each row predicts, not each column.",
)
def columns_instead_of_rows(inputs, weights, targets, learning_rate):
    deltas = inputs.dot(weights) - targets
    return weights - learning_rate * np.outer(deltas, inputs)


@mimo_step.misconception(
    "the weights move uphill",
    "delta is prediction - target. To make the misses smaller, subtract the step.",
)
def sign_flipped(*args):
    return mimo_with(lambda inputs, deltas: -np.outer(deltas, inputs))(*args)


@mimo_step.misconception(
    "the learning rate is left out",
    "Multiply the table by learning_rate before you subtract it: it keeps the steps small.",
)
def missing_learning_rate(inputs, weights, targets, learning_rate):
    return mimo_with(lambda inputs, deltas: np.outer(deltas, inputs))(inputs, weights, targets, 1.0)


@mimo_step.misconception(
    "a factor 2 in the step",
    "The book's delta is prediction - target, the slope of half the squared error: no factor 2.",
)
def factor_two(*args):
    return mimo_with(lambda inputs, deltas: 2 * np.outer(deltas, inputs))(*args)


@mimo_step.misconception(
    "the inputs are left out of the step",
    "A weight whose input was 0 must not move: multiply each delta by each input.",
)
def forgot_input(*args):
    return mimo_with(lambda inputs, deltas: deltas[:, None])(*args)


@mimo_step.misconception(
    "the squared misses in place of the misses",
    "A square has lost the side on which you missed: use predictions - targets.",
)
def uses_error_in_place_of_delta(*args):
    return mimo_with(lambda inputs, deltas: np.outer(deltas**2, inputs))(*args)


@mimo_step.misconception(
    "the learning rate divided by the number of inputs",
    "Every weight takes its full step, however many others there are: no mean over the inputs.",
)
def alpha_scaled_by_n_inputs(*args):
    return mimo_with(lambda inputs, deltas: np.outer(deltas, inputs) / len(inputs))(*args)


@mimo_step.misconception(
    "the weights that were passed in are changed",
    "`weights -= ...` writes into the caller's array. Write `weights = weights - ...`.",
)
def mutates_weights_argument(inputs, weights, targets, learning_rate):
    weights -= learning_rate * np.outer(weights.dot(inputs) - targets, inputs)
    return weights


@mimo_step.alternative
def weight_by_weight(inputs, weights, targets, learning_rate):
    new = []
    for row, target in zip(weights, targets):
        miss = sum(float(x) * float(w) for x, w in zip(inputs, row)) - float(target)
        new.append([float(w) - learning_rate * miss * float(x) for x, w in zip(inputs, row)])
    return new


@mimo_step.alternative
def with_einsum(inputs, weights, targets, learning_rate):
    pulls = targets - np.einsum("n,mn->m", inputs, weights)
    return weights + np.einsum("m,n->mn", learning_rate * pulls, inputs)


@mimo_step.alternative
def seen_from_the_other_side(inputs, weights, targets, learning_rate):
    columns = weights.T
    deltas = inputs @ columns - targets
    return (columns - learning_rate * np.outer(inputs, deltas)).T


# --- largest_stable_learning_rate --------------------------------------------------------------

largest_stable_learning_rate = exercise(
    "largest_stable_learning_rate",
    inputs={"inputs": Array(("batch", "n"))},
    edges=[
        {"inputs": GAMES},
        {"inputs": [FIRST_GAME]},
        {"inputs": [[1.0, 0.0], [2.0, 2.0], [0.0, -1.0]]},
        {"inputs": [[3.0]]},
        {"inputs": [[0.0, 0.0], [0.0, 0.0]]},
        {"inputs": [[0.0, 0.0, 0.0], [1.0, -2.0, 1.0]]},
        {"inputs": [[2.0, 2.0, 2.0], [0.0, 3.0, -1.0]]},
        {"inputs": [[1.0, 1.0, 1.0], [0.0, 2.0, 0.0]]},
        {"inputs": [[-3.0, 0.0], [1.0, 2.0]]},
        {"inputs": [[0.125, 0.25]]},
        {"inputs": [[1000.0, -2000.0], [500.0, 0.0], [1000.0, -2000.0]]},
    ],
    hints=[
        "A step may jump over the target to the other side. How far may it land there, so that the "
        "miss is not larger than before?",
        "Each step on a row multiplies its miss by 1 - learning_rate * |row|^2 (chapter 5, "
        '"Let\'s watch several steps of learning"). It stays in bounds while this factor lies '
        "between -1 and 1, and it must do so for every row.",
        "inputs (batch, n) squared and added up along each row give (batch,); the largest of them "
        "is the strictest. Solve 1 - learning_rate * largest = -1. And if the largest is 0?",
    ],
)


@largest_stable_learning_rate.law("is infinite when every input is 0")
def has_no_limit_without_inputs(answer, inputs):
    expect(answer(0 * inputs)).equals(np.inf)


@largest_stable_learning_rate.law("turns the longest row's miss round, neither larger nor smaller")
def turns_the_miss_round(answer, inputs):
    longest = (inputs**2).sum(axis=1).max()
    if longest:
        factor = 1 - float(answer(inputs)) * longest
        expect(factor, "what the longest row's miss is multiplied by").equals(-1)


@largest_stable_learning_rate.law("is the border: below it all misses shrink, above it one grows")
def is_the_border(answer, inputs):
    lengths = (inputs**2).sum(axis=1)
    lengths = lengths[lengths > 0]
    if len(lengths):
        rate = float(answer(inputs))
        below = abs(1 - 0.75 * rate * lengths)
        above = abs(1 - 1.25 * rate * lengths)
        expect(below, "with a rate a quarter below, what the misses are multiplied by").is_at_most(
            1
        )
        expect(above.max(), "with a rate a quarter above, the largest factor").is_at_least(1)


@largest_stable_learning_rate.law("is four times as small when every input is twice as large")
def falls_with_the_square(answer, inputs):
    expect(4 * float(answer(2 * inputs))).equals(float(answer(inputs)))


@largest_stable_learning_rate.law("depends on the longest row alone, wherever it stands")
def only_the_longest_row_counts(answer, inputs):
    rate = float(answer(inputs))
    expect(answer(inputs[::-1].copy()), "with the rows turned round").equals(rate)
    more = np.vstack([inputs / 2, inputs, 0 * inputs])
    expect(answer(more), "with shorter rows added").equals(rate)


@largest_stable_learning_rate.misconception(
    "the limit for the shortest row",
    "The longest row is the first to get out of hand, so it sets the limit: max, not min.",
)
def shortest_row(inputs):
    with np.errstate(divide="ignore"):
        return 2 / np.min(np.sum(inputs**2, axis=1))


@largest_stable_learning_rate.misconception(
    "the limit for the average row",
    "A rate that suits the average still makes the longest row's miss grow: take the longest.",
)
def average_row(inputs):
    with np.errstate(divide="ignore"):
        return 2 / np.mean(np.sum(inputs**2, axis=1))


@largest_stable_learning_rate.misconception(
    "all rows taken as one",
    "The network learns from one row at a time: add up the squares along each row, not over all.",
)
def all_rows_as_one(inputs):
    with np.errstate(divide="ignore"):
        return 2 / np.sum(inputs**2)


@largest_stable_learning_rate.misconception(
    "the limit for the longest column",
    "Rows are examples: add the squares up along each row (axis 1), not down the columns.",
)
def wrong_axis(inputs):
    with np.errstate(divide="ignore"):
        return 2 / np.max(np.sum(inputs**2, axis=0))


@largest_stable_learning_rate.misconception(
    "the rate that hits the target at once",
    "1 / |row|^2 makes the miss 0. You may go twice as far: then the miss only changes sides.",
)
def rate_that_hits(inputs):
    with np.errstate(divide="ignore"):
        return 1 / np.max(np.sum(inputs**2, axis=1))


@largest_stable_learning_rate.misconception(
    "the length of the row, not squared",
    "A step moves the weights by the inputs and the prediction by the inputs again, so the length "
    "counts squared: no root.",
)
def forgot_square(inputs):
    with np.errstate(divide="ignore"):
        return 2 / np.max(np.sqrt(np.sum(inputs**2, axis=1)))


@largest_stable_learning_rate.misconception(
    "the limit for the largest single input",
    "All inputs of a row push the prediction together: add up their squares first.",
)
def largest_single_input(inputs):
    with np.errstate(divide="ignore"):
        return 2 / np.max(inputs**2)


@largest_stable_learning_rate.misconception(
    "the square of the row's sum",
    "Square each input first, then add up: a 3 and a -3 do not cancel, they push equally hard.",
)
def square_of_the_sum(inputs):
    with np.errstate(divide="ignore"):
        return 2 / np.max(np.sum(inputs, axis=1) ** 2)


@largest_stable_learning_rate.misconception(
    "a division by 0 where every input is 0",
    'Without inputs nothing ever moves, so there is no limit: return float("inf") then.',
)
def divides_by_zero(inputs):
    return 2 / max(sum(float(x) ** 2 for x in row) for row in inputs)


@largest_stable_learning_rate.misconception(
    "a rate of 0 where every input is 0",
    'Without inputs nothing can get out of hand, however large the rate: float("inf"), not 0.',
)
def no_rate_without_inputs(inputs):
    longest = np.max(np.sum(inputs**2, axis=1))
    return 2 / longest if longest > 0 else 0.0


@largest_stable_learning_rate.alternative
def row_by_row(inputs):
    limit = float("inf")
    for row in inputs:
        length = sum(float(x) * float(x) for x in row)
        if length > 0:
            limit = min(limit, 2 / length)
    return limit


@largest_stable_learning_rate.alternative
def the_strictest_of_all(inputs):
    with np.errstate(divide="ignore"):
        return np.min(2 / np.einsum("bn,bn->b", inputs, inputs))


# --- weights_as_images -------------------------------------------------------------------------

# Multiples of 1/8, all of them different, whatever is drawn (see `arrange` below).
COUNTED = np.arange(784 * 10).reshape(784, 10) / 8


def one_weight(pixel, digit):
    weights = np.zeros((784, 10))
    weights[pixel, digit] = 1.0
    return weights


weights_as_images = exercise(
    "weights_as_images",
    inputs={"levels": Array((10,))},
    arrange=lambda levels: {"weights": COUNTED + 1000 * levels},
    cases=6,
    edges=[
        {"weights": one_weight(28, 3)},
        {"weights": one_weight(1, 0)},
        {"weights": one_weight(755, 9)},
        {"weights": COUNTED / 3},
        {"weights": np.asfortranarray(1.0 - COUNTED)},
    ],
    hints=[
        "Each digit's 784 weights stand below each other in one column. How do you make columns "
        "into rows?",
        "An image was flattened row by row to come in; cut the weights in the same places, and "
        'they are an image again (chapter 5, "Visualizing weight values").',
        "reshape fills its new shape row by row, the last axis fastest. From (784, 10) it would "
        "mix the digits: first bring the digits to the front, (10, 784), then cut the 784 into 28 "
        "rows of 28.",
    ],
)


@weights_as_images.law("is column k again when image k is flattened")
def flattens_to_the_columns(answer, weights):
    images = np.asarray(answer(weights))
    expect(images.reshape(10, 784).T, "the images, flattened into columns").equals(weights)


@weights_as_images.law("has the first 28 weights in an image's top row, from left to right")
def fills_the_top_row_first(answer, weights):
    images = np.asarray(answer(weights))
    expect(images[:, 0, :], "the top rows").equals(weights[:28].T)


@weights_as_images.law("has weight 28 at the left end of the second row")
def begins_a_new_row_at_28(answer, weights):
    images = np.asarray(answer(weights))
    expect(images[:, 1, 0], "the left ends of the second rows").equals(weights[28])


@weights_as_images.misconception(
    "the digits mixed up",
    "reshape walks along the rows of (784, 10), from digit to digit. Turn the weights over first, "
    "weights.T, so that each digit's 784 stand side by side.",
)
def forgot_to_transpose(weights):
    return weights.reshape(10, 28, 28)


@weights_as_images.misconception(
    "the images on their side",
    "A flattened image is its top row first, then the next one: weight 1 stands to the right of "
    "weight 0, not below it.",
)
def rows_and_columns_swapped(weights):
    return weights.T.reshape(10, 28, 28).transpose(0, 2, 1)


@weights_as_images.misconception(
    "the digits on the last axis",
    "The images come first: shape (10, 28, 28), so that images[3] is the image of output 3.",
)
def digits_last(weights):
    return weights.reshape(28, 28, 10)


@weights_as_images.misconception(
    "one long row for each digit", "Cut each row of 784 into 28 rows of 28: (10, 28, 28)."
)
def still_flat(weights):
    return weights.T


@weights_as_images.misconception(
    "the images upside down", "The first 28 weights are the top row, and row 0 is the top."
)
def upside_down(weights):
    return weights.T.reshape(10, 28, 28)[:, ::-1]


@weights_as_images.misconception(
    "weights stretched to lie between 0 and 1",
    "Leave the numbers as they are: what draws the image can stretch its greys by itself.",
)
def stretched_for_the_eye(weights):
    images = weights.T.reshape(10, 28, 28)
    return (images - images.min()) / (images.max() - images.min())


@weights_as_images.alternative
def one_image_after_the_other(weights):
    return [weights[:, k].reshape(28, 28) for k in range(10)]


@weights_as_images.alternative
def digits_moved_to_the_front(weights):
    return np.moveaxis(weights.reshape(28, 28, 10), -1, 0)


@weights_as_images.alternative
def pixel_by_pixel(weights):
    images = np.zeros((10, 28, 28))
    for pixel, row in enumerate(weights):
        images[:, pixel // 28, pixel % 28] = row
    return images


# --- one_layer_scores --------------------------------------------------------------------------

one_layer_scores = exercise(
    "one_layer_scores",
    inputs={"inputs": Array(("batch", "pixels")), "weights": Array(("pixels", "digits"))},
    edges=[
        {"inputs": [[1.0, 2.0]], "weights": [[1.0, 0.0, 3.0], [0.5, 0.0, -1.0]]},
        {"inputs": [[2.0]], "weights": [[3.0]]},
        {"inputs": [[0.0, 0.0]], "weights": [[1.0], [2.0]]},
        {"inputs": [[1.0, 2.0], [3.0, 4.0]], "weights": [[1.0, -1.0], [2.0, 0.5]]},
        {
            "inputs": [[1.0, 0.0, 1.0], [0.0, -1.0, 0.5]],
            "weights": [[1.0, 2.0, 3.0, 4.0], [-1.0, 0.0, 2.0, 1.0], [0.5, -3.0, 1.0, 1.0]],
        },
        {"inputs": [[1.0], [2.0], [-3.0]], "weights": [[1.0, -2.0]]},
        {"inputs": [[0.1, 0.7], [0.3, 0.9]], "weights": [[0.2, -0.1, 0.4], [1.1, 0.6, -0.7]]},
    ],
    hints=[
        "An image has a single dark pixel. Which weights decide its scores?",
        "A score is a weighted sum over the pixels, once for each digit: it is high where image "
        'and weights are alike (chapter 5, "Visualizing dot products").',
        "(batch, pixels) and (pixels, digits) give (batch, digits): the entry in row b and column "
        "k is the dot product of image b with column k of the weights.",
    ],
)


@one_layer_scores.law("scores an image with one dark pixel by that pixel's weights")
def shows_a_pixels_weights(answer, weights):
    expect(answer(np.eye(len(weights)), weights)).equals(weights)


@one_layer_scores.law("scores a blank image 0 for every digit")
def is_zero_for_a_blank_image(answer, inputs, weights):
    expect(answer(0 * inputs, weights)).equals(np.zeros((len(inputs), weights.shape[1])))


@one_layer_scores.law("treats every image on its own")
def images_are_independent(answer, inputs, weights):
    turned = answer(inputs[::-1].copy(), weights)
    expect(turned, "the scores of the images in reverse").equals(
        np.asarray(answer(inputs, weights))[::-1]
    )
    expect(answer(inputs[:1], weights), "the scores of the first image alone").equals(
        np.asarray(answer(inputs, weights))[:1]
    )


@one_layer_scores.law("treats every digit on its own")
def digits_are_independent(answer, inputs, weights):
    expect(answer(inputs, weights[:, :1].copy()), "the scores for the first digit alone").equals(
        np.asarray(answer(inputs, weights))[:, :1]
    )


@one_layer_scores.law("gives an image that looks just like a digit's weights their squared length")
def knows_its_own_image(answer, weights):
    scores = np.asarray(answer(weights.T.copy(), weights))
    expect(np.diagonal(scores), "each digit's score for its own weights").equals(
        (weights**2).sum(axis=0)
    )


@one_layer_scores.misconception(
    "the table turned over", "Rows are images: one row for each image, one column for each digit."
)
def transposed(inputs, weights):
    return inputs.dot(weights).T


@one_layer_scores.misconception(
    "the weights read row by row",
    "Here a digit's weights stand in a *column*, as in NumPy's layout. By hand, earlier in the "
    "chapter, they stood in a row.",
)
def weights_by_rows(inputs, weights):
    return inputs.dot(weights.T)


@one_layer_scores.misconception(
    "the mean over the pixels",
    "A score is a sum over the pixels; do not divide by how many there are.",
)
def mean_not_sum(inputs, weights):
    return inputs.dot(weights) / inputs.shape[1]


@one_layer_scores.misconception(
    "images brought to length 1",
    "The dot product also tells how dark an image is. Take the pixels as they come.",
)
def normalises_inputs(inputs, weights):
    return inputs.dot(weights) / np.linalg.norm(inputs, axis=1, keepdims=True)


@one_layer_scores.misconception(
    "the guess instead of the scores",
    "Return all scores, one for each digit. Which is the highest is asked later.",
)
def guess_instead_of_scores(inputs, weights):
    return np.argmax(inputs.dot(weights), axis=1)


@one_layer_scores.misconception(
    "negative scores cut off at 0",
    "A score below 0 says that image and weights are unlike each other: keep it.",
)
def no_negative_scores(inputs, weights):
    return np.maximum(inputs.dot(weights), 0)


@one_layer_scores.misconception(
    "pixels that only count as dark or not",
    "Shades matter: a pixel that is twice as dark counts twice as much.",
)
def forgot_input(inputs, weights):
    return (inputs != 0).dot(weights)


@one_layer_scores.alternative
def sum_by_sum(inputs, weights):
    return [
        [sum(float(x) * float(w) for x, w in zip(image, column)) for column in weights.T]
        for image in inputs
    ]


@one_layer_scores.alternative
def pixel_by_pixel(inputs, weights):
    scores = np.zeros((len(inputs), weights.shape[1]))
    for pixel in reversed(range(len(weights))):
        scores += np.outer(inputs[:, pixel], weights[pixel])
    return scores


@one_layer_scores.alternative
def with_einsum(inputs, weights):
    return np.einsum("pk,bp->bk", weights, inputs)


# --- accuracy ----------------------------------------------------------------------------------

accuracy = exercise(
    "accuracy",
    inputs={
        "scores": Array(("batch", "digits"), (1.0, 0.0, 2.0, -1.0, 0.5, -3.0)),
        "labels": Array(("batch",), range(12), whole=True),
        "known": Array(("batch",), BITS),
    },
    # About half of the labels are right; the others are any that there are columns for.
    arrange=lambda scores, labels, known: {
        "scores": scores,
        "labels": np.where(known > 0, np.argmax(scores, axis=1), labels % scores.shape[1]),
    },
    edges=[
        {"scores": [[1.0, 3.0], [2.0, 0.0], [1.0, 1.0], [1.0, 1.0]], "labels": [1, 1, 0, 1]},
        {"scores": [[5.0]], "labels": [0]},
        {"scores": [[1.0, 2.0, 3.0]], "labels": [2]},
        {"scores": [[1.0, 2.0, 3.0]], "labels": [0]},
        {"scores": [[2.0, 2.0], [0.0, 0.0], [-1.0, -1.0]], "labels": [0, 0, 0]},
        {"scores": [[2.0, 2.0], [0.0, 0.0], [-1.0, -1.0]], "labels": [1, 1, 0]},
        {"scores": [[-2.0, -1.0, -3.0], [-1.0, -4.0, -2.0]], "labels": [1, 0]},
        {"scores": [[0.0, 1.0, 1.0], [1.0, 0.0, 1.0]], "labels": [2, 0]},
        {"scores": [[-9.0, 1.0], [3.0, -4.0], [0.0, 0.5]], "labels": [1, 0, 0]},
        {
            "scores": [[0.1, 0.7, 0.2], [0.3, 0.3, 0.4], [0.9, 0.0, 0.1], [1.0, 2.0, 0.0]],
            "labels": [1, 2, 1, 1],
        },
        {"scores": [[1000.0, 1000.125], [1e6, -1e6]], "labels": [1, 0]},
    ],
    hints=[
        "The scores of a row are 1, 3, 3. What is the guess? And is a guess of 1 right if the "
        "label is 2?",
        "The network's guess for an image is the digit with the highest score (chapter 5, "
        '"What do these weights learn?"). Accuracy is how many of the guesses are right, out of '
        "how many there are.",
        "scores (batch, digits) give one guess for each row, (batch,): np.argmax, but along which "
        "axis? Compare with labels, (batch,), and take the share of rows that agree.",
    ],
)


@accuracy.law("lies between 0 and 1")
def is_a_share(answer, scores, labels):
    expect(answer(scores, labels)).is_at_least(0)
    expect(answer(scores, labels)).is_at_most(1)


def without_ties(scores):
    """Scores in the same order, equal ones in some order, all below 0."""
    order = np.argsort(scores, axis=1, kind="stable")
    return np.argsort(order, axis=1, kind="stable") - float(scores.shape[1])


@accuracy.law("is 1 when the highest score stands at the label in every row")
def is_one_when_all_are_right(answer, scores):
    clear = without_ties(scores)
    expect(answer(clear, np.argmax(clear, axis=1))).equals(1)


@accuracy.law("is 0 when the highest score stands elsewhere in every row")
def is_zero_when_all_are_wrong(answer, scores):
    if scores.shape[1] > 1:
        clear = without_ties(scores)
        expect(answer(clear, (np.argmax(clear, axis=1) + 1) % scores.shape[1])).equals(0)


@accuracy.law("takes the first of equal scores for the guess")
def first_wins_on_a_tie(answer, scores, labels):
    equal = np.zeros_like(scores)
    expect(answer(equal, 0 * labels), "with all scores equal and every label 0").equals(1)
    if scores.shape[1] > 1:
        last = np.full_like(labels, scores.shape[1] - 1)
        expect(answer(equal, last), "with all scores equal and every label the last place").equals(
            0
        )


@accuracy.law("counts every row the same")
def rows_count_the_same(answer, scores, labels):
    alone = [float(answer(scores[i : i + 1], labels[i : i + 1])) for i in range(len(labels))]
    expect(answer(scores, labels)).equals(sum(alone) / len(labels))


@accuracy.law("stays the same when all scores of a row grow by the same amount")
def only_differences_count(answer, scores, labels):
    raised = scores + np.arange(1.0, len(scores) + 1)[:, None]
    expect(answer(raised, labels)).equals(float(answer(scores, labels)))


@accuracy.misconception(
    "the number of right guesses", "Divide by the number of rows: a share lies between 0 and 1."
)
def count_not_share(scores, labels):
    return np.sum(np.argmax(scores, axis=1) == labels)


@accuracy.misconception(
    "percent", "The share itself is asked for, from 0 to 1: leave out the factor 100."
)
def percent(scores, labels):
    return 100 * np.mean(np.argmax(scores, axis=1) == labels)


@accuracy.misconception(
    "the share of wrong guesses", "That is the error rate. Count the guesses that *are* right."
)
def error_rate(scores, labels):
    return np.mean(np.argmax(scores, axis=1) != labels)


@accuracy.misconception(
    "the last of equal scores taken for the guess",
    "On a tie the first one counts: replace the best so far only by one that is *higher*, with `>` "
    "and not `>=`. np.argmax does so.",
)
def last_wins_on_a_tie(scores, labels):
    last = scores.shape[1] - 1 - np.argmax(scores[:, ::-1], axis=1)
    return np.mean(last == labels)


@accuracy.misconception(
    "a tie counted as right",
    "A row has one guess, the first of its highest scores. That the label's score is just as high "
    "does not make it the guess.",
)
def any_winner_counts(scores, labels):
    return np.mean(scores[np.arange(len(labels)), labels] == scores.max(axis=1))


@accuracy.misconception(
    "the highest score of each column",
    "Rows are images: look for the highest score along each row, axis=1.",
)
def wrong_axis(scores, labels):
    return np.mean(np.argmax(scores, axis=0) == labels)


@accuracy.misconception(
    "the highest score of the whole table",
    "Without an axis np.argmax looks through all rows at once. Each row has a guess: axis=1.",
)
def one_guess_for_all(scores, labels):
    return np.mean(np.argmax(scores) == labels)


@accuracy.misconception(
    "the largest score without its sign",
    "A score of -9 is the lowest, not the highest: no abs() here.",
)
def largest_in_size(scores, labels):
    return np.mean(np.argmax(abs(scores), axis=1) == labels)


@accuracy.misconception(
    "the lowest score taken for the guess", "A high score means alike: the guess is the highest."
)
def lowest_score(scores, labels):
    return np.mean(np.argmin(scores, axis=1) == labels)


@accuracy.misconception(
    "places counted from 1", "Labels count from 0, as np.argmax does: add nothing to the guess."
)
def counts_from_one(scores, labels):
    return np.mean(np.argmax(scores, axis=1) + 1 == labels)


@accuracy.misconception(
    "divided by the number of digits",
    "The share is taken of the rows: divide by len(labels), not by the number of columns.",
)
def divided_by_digits(scores, labels):
    return np.sum(np.argmax(scores, axis=1) == labels) / scores.shape[1]


@accuracy.misconception(
    "cut down to a whole number",
    "`//` and int() throw away what is behind the point: 3 of 4 is 0.75, not 0.",
)
def whole_numbers_only(scores, labels):
    return np.sum(np.argmax(scores, axis=1) == labels) // len(labels)


@accuracy.alternative
def counted_row_by_row(scores, labels):
    right = 0
    for row, label in zip(scores.tolist(), labels.tolist()):
        guess = 0
        for place, score in enumerate(row):
            if score > row[guess]:
                guess = place
        right += guess == label
    return right / len(labels)


@accuracy.alternative
def by_finding_the_highest(scores, labels):
    right = [list(row).index(max(row)) == label for row, label in zip(scores, labels)]
    return sum(right) / len(right)
