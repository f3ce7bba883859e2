"""How chapter 6 is examined: from one row of streetlights to backpropagation."""

from functools import partial

import numpy as np

from gdl_check.course import exercise
from gdl_check.expect import expect
from gdl_check.gradient import expect_slopes, upstream_like
from gdl_check.inputs import ACTIVATIONS, BITS, RATES, SMALL, Array, Number, Rng, Whole

STREETLIGHTS = [[1, 0, 1], [0, 1, 1], [0, 0, 1], [1, 1, 1], [0, 1, 1], [1, 0, 1]]
WALK_OR_STOP = [0, 1, 0, 1, 1, 0]

# Training multiplies many times over: few digits keep the first steps exact.
STEADY = (1.0, -1.0, 0.5, 2.0, -0.5, 0.0, -2.0, 0.25)
# Two layers learning together grow beyond all bounds where numbers are larger than these.
TAME = (1.0, 0.5, -1.0, -0.5, 0.0, 0.25)


def relu_of(x):
    return np.maximum(x, 0)


def half_squared_error(inputs, targets, weights_0_1, weights_1_2):
    output = relu_of(inputs.dot(weights_0_1)).dot(weights_1_2)
    return 0.5 * np.sum((output - targets) ** 2)


# --- lights_to_matrix --------------------------------------------------------------------------

lights_to_matrix = exercise(
    "lights_to_matrix",
    inputs={"lights": Array(("batch", "lights"), BITS)},
    arrange=lambda lights: {
        "patterns": ["".join("01"[int(light)] for light in row) for row in lights]
    },
    edges=[{"patterns": ["101", "011", "001", "111", "011", "101"]}, {"patterns": ["0"]}],
    hints=[
        'The pattern "101" has three lights. How many numbers does its row have, and which?',
        'A network can only take in numbers (chapter 6, "Preparing the data"). Go through the '
        "patterns one by one, and through each pattern character by character.",
        'One row a pattern, one column a light: two patterns "101" and "011" give shape (2, 3). '
        'float("1") is 1.0.',
    ],
)


@lights_to_matrix.law("has one row a pattern and one column a light")
def has_a_row_for_each_pattern(answer, patterns):
    expect(answer(patterns)).has_shape(len(patterns), len(patterns[0]))


@lights_to_matrix.law("lets you read the patterns back")
def can_be_read_back(answer, patterns):
    rows = answer(patterns)
    read_back = ["".join("1" if light == 1 else "0" for light in row) for row in rows]
    expect(read_back).equals(patterns)


@lights_to_matrix.misconception(
    "one row a light instead of one row a pattern",
    "Rows are examples: the first row of the matrix is the first pattern.",
)
def transposed(patterns):
    return np.array([[float(light) for light in pattern] for pattern in patterns]).T


@lights_to_matrix.misconception(
    "the characters' codes",
    'The character "1" has the code 49. Turn it into the number it shows with float("1").',
)
def character_codes(patterns):
    return np.array([[float(ord(light)) for light in pattern] for pattern in patterns])


@lights_to_matrix.misconception(
    "one number a pattern",
    'float("101") is one hundred and one. Each light needs a number of its own.',
)
def whole_pattern_as_number(patterns):
    return np.array([[float(pattern)] for pattern in patterns])


@lights_to_matrix.misconception(
    "-1 for a light that is off",
    "Here a light that is off is 0, so that it neither pushes its weight up nor down.",
)
def minus_one_for_off(patterns):
    return np.array([[2 * float(light) - 1 for light in pattern] for pattern in patterns])


@lights_to_matrix.alternative
def row_by_row(patterns):
    matrix = np.zeros((len(patterns), len(patterns[0])))
    for i, pattern in enumerate(patterns):
        for j, light in enumerate(pattern):
            if light == "1":
                matrix[i, j] = 1
    return matrix


@lights_to_matrix.alternative
def as_lists(patterns):
    return [list(map(int, pattern)) for pattern in patterns]


# --- pressure ----------------------------------------------------------------------------------

pressure = exercise(
    "pressure",
    inputs={"inputs": Array(("batch", "lights"), BITS), "targets": Array(("batch",), BITS)},
    edges=[
        {"inputs": STREETLIGHTS, "targets": WALK_OR_STOP},
        {"inputs": [[1.0]], "targets": [0.0]},
        {"inputs": [[0.0, 1.0]], "targets": [1.0]},
    ],
    hints=[
        "A light is on in three rows. In two of them people walk (1), in one they stop (0). Which "
        "way is its weight pushed, all in all?",
        "A row pushes only the weights of the lights that are on in it: up when its target is 1, "
        'down when it is 0 (chapter 6, "Up and down pressure").',
        "(batch,) targets and (batch, lights) inputs give (lights,). Turn each target 1 or 0 into "
        "a push of +1 or -1, then add up, for each light, the pushes of the rows where it is on.",
    ],
)


@pressure.law("turns round when every target turns round")
def turns_round_with_the_targets(answer, inputs, targets):
    expect(answer(inputs, 1 - targets)).equals(-np.asarray(answer(inputs, targets)))


@pressure.law("is 0 for a light that is never on")
def leaves_unused_lights_alone(answer, inputs, targets):
    dark = inputs.copy()
    dark[:, 0] = 0
    expect(answer(dark, targets)[0], "the first light, never on,").equals(0)


@pressure.law("counts pushes up minus pushes down")
def counts_up_minus_down(answer, inputs, targets):
    up = inputs[targets == 1].sum(axis=0)
    down = inputs[targets == 0].sum(axis=0)
    expect(answer(inputs, targets)).equals(up - down)


@pressure.misconception(
    "only the pushes up",
    "A row whose target is 0 pushes too: down, for every light that is on in it.",
)
def only_up(inputs, targets):
    return targets.dot(inputs)


@pressure.misconception(
    "down minus up", "A light that is on while people walk (1) pushes its weight up, not down."
)
def sign_flipped(inputs, targets):
    return (1 - 2 * targets).dot(inputs)


@pressure.misconception(
    "lights that are off push as well",
    "A light that is off sends nothing forward, so its weight is not pushed at all in that row.",
)
def off_lights_push(inputs, targets):
    return (2 * targets - 1).dot(2 * inputs - 1)


@pressure.misconception(
    "the mean instead of the count", "Count the pushes; do not divide by the number of rows."
)
def mean_not_count(inputs, targets):
    return (2 * targets - 1).dot(inputs) / len(inputs)


@pressure.misconception(
    "one number a row instead of one a light",
    "Every light has one weight: add up over the rows (axis 0), not over the lights.",
)
def wrong_axis(inputs, targets):
    return (2 * targets - 1) * inputs.sum(axis=1)


@pressure.alternative
def counted_in_loops(inputs, targets):
    pushes = [0] * inputs.shape[1]
    for row, target in zip(inputs, targets):
        for j, light in enumerate(row):
            if light:
                pushes[j] += 1 if target else -1
    return pushes


@pressure.alternative
def with_einsum(inputs, targets):
    return np.einsum("bl,b->l", inputs, np.where(targets > 0, 1, -1))


# --- sgd_epoch ---------------------------------------------------------------------------------

sgd_epoch = exercise(
    "sgd_epoch",
    inputs={
        "inputs": Array(("batch", "n"), STEADY),
        "targets": Array(("batch",), STEADY),
        "weights": Array(("n",), STEADY),
        "learning_rate": Number(RATES),
    },
    edges=[
        {
            "inputs": STREETLIGHTS,
            "targets": WALK_OR_STOP,
            "weights": [0.5, 0.48, -0.7],
            "learning_rate": 0.1,
        },
        {"inputs": [[1.0]], "targets": [3.0], "weights": [1.0], "learning_rate": 0.5},
        {"inputs": [[2.0], [2.0]], "targets": [1.0, 3.0], "weights": [1.0], "learning_rate": 0.25},
    ],
    hints=[
        "After the first row the weights have changed. Which weights does the second row see?",
        "Stochastic gradient descent learns from each row as soon as it has seen it (chapter 6, "
        '"Learning the whole dataset"). The miss of a row is measured before the row is learned.',
        "row (n,) . weights (n,) is one number, delta is one number, delta * row is (n,) like the "
        "weights. Return the pair (weights, total_error), total_error the sum of delta squared.",
    ],
)


@sgd_epoch.law("with one row, moves the weights against delta times the row")
def learns_one_row(answer, inputs, targets, weights, learning_rate):
    new, error = answer(inputs[:1], targets[:1], weights, learning_rate)
    delta = inputs[0].dot(weights) - targets[0]
    expect(new, "the weights").equals(weights - learning_rate * delta * inputs[0])
    expect(error, "the error").equals(delta**2)


@sgd_epoch.law("is the same as learning the first row, then the rest")
def learns_row_after_row(answer, inputs, targets, weights, learning_rate):
    if len(inputs) == 1:
        return
    halfway, first = answer(inputs[:1], targets[:1], weights, learning_rate)
    end, rest = answer(inputs[1:], targets[1:], np.asarray(halfway), learning_rate)
    new, error = answer(inputs, targets, weights, learning_rate)
    expect(new, "the weights").equals(np.asarray(end))
    expect(error, "the error").equals(first + rest)


@sgd_epoch.law("leaves the weights as they are when every row is predicted perfectly")
def rests_when_perfect(answer, inputs, targets, weights, learning_rate):
    new, error = answer(inputs, inputs.dot(weights), weights, learning_rate)
    expect(new, "the weights").equals(weights)
    expect(error, "the error").equals(0)


def sgd_epoch_with(change):
    """An epoch whose rows are learned with `change(row, delta)` instead of delta * row."""

    def epoch(inputs, targets, weights, learning_rate):
        total = 0.0
        for row, target in zip(inputs, targets):
            delta = row.dot(weights) - target
            total += delta**2
            weights = weights - learning_rate * change(row, delta)
        return weights, total

    return epoch


@sgd_epoch.misconception(
    "all rows at once",
    "This is full gradient descent. Here each row changes the weights at once, and the next row "
    "already sees the change.",
)
def full_batch_instead_of_sgd(inputs, targets, weights, learning_rate):
    deltas = inputs.dot(weights) - targets
    return weights - learning_rate * deltas.dot(inputs), np.sum(deltas**2)


@sgd_epoch.misconception(
    "the weights move uphill",
    "delta is prediction - target. To make the miss smaller, subtract learning_rate * delta * row.",
)
def sign_flipped(inputs, targets, weights, learning_rate):
    return sgd_epoch_with(lambda row, delta: -delta * row)(inputs, targets, weights, learning_rate)


@sgd_epoch.misconception(
    "the row is left out of the step",
    "A light that is off sent nothing, so its weight must not move: multiply delta by the row.",
)
def forgot_input(inputs, targets, weights, learning_rate):
    return sgd_epoch_with(lambda row, delta: delta)(inputs, targets, weights, learning_rate)


@sgd_epoch.misconception(
    "a factor 2 in the step",
    "The book's delta is prediction - target, the slope of half the squared error: no factor 2.",
)
def factor_two(inputs, targets, weights, learning_rate):
    return sgd_epoch_with(lambda row, delta: 2 * delta * row)(
        inputs, targets, weights, learning_rate
    )


@sgd_epoch.misconception(
    "the error of the last row only", "Add up the squared misses of all rows: total_error += ..."
)
def last_error_only(inputs, targets, weights, learning_rate):
    for row, target in zip(inputs, targets):
        delta = row.dot(weights) - target
        weights = weights - learning_rate * delta * row
    return weights, delta**2


@sgd_epoch.misconception(
    "the error measured after the update",
    "Measure each row's miss with the weights that made the prediction, before they are changed.",
)
def error_after_update(inputs, targets, weights, learning_rate):
    total = 0.0
    for row, target in zip(inputs, targets):
        weights = weights - learning_rate * (row.dot(weights) - target) * row
        total += (row.dot(weights) - target) ** 2
    return weights, total


@sgd_epoch.misconception(
    "the mean error", "The epoch's error is the sum over the rows; do not divide by their number."
)
def mean_error(inputs, targets, weights, learning_rate):
    total = 0.0
    for row, target in zip(inputs, targets):
        delta = row.dot(weights) - target
        total += delta**2
        weights = weights - learning_rate * delta * row
    return weights, total / len(inputs)


@sgd_epoch.misconception(
    "the weights that were passed in are changed",
    "`weights -= ...` writes into the caller's array. Write `weights = weights - ...`.",
)
def mutates_weights(inputs, targets, weights, learning_rate):
    total = 0.0
    for row, target in zip(inputs, targets):
        delta = row.dot(weights) - target
        total += delta**2
        weights -= learning_rate * delta * row
    return weights, total


@sgd_epoch.alternative
def in_plain_loops(inputs, targets, weights, learning_rate):
    weights = [float(weight) for weight in weights]
    errors = []
    for i in range(len(inputs)):
        delta = sum(float(x) * w for x, w in zip(inputs[i], weights)) - float(targets[i])
        errors.append(delta * delta)
        weights = [w - learning_rate * delta * float(x) for x, w in zip(inputs[i], weights)]
    return [weights, sum(errors)]


@sgd_epoch.alternative
def with_batches_of_one(inputs, targets, weights, learning_rate):
    column, total = weights.reshape(-1, 1).astype(float), 0.0
    for i in range(len(inputs)):
        row = inputs[i : i + 1]
        miss = targets[i] - row @ column
        total = total + np.sum(miss * miss)
        column = column + row.T @ (learning_rate * miss)
    return column.ravel(), total


# --- full_gd_step ------------------------------------------------------------------------------

full_gd_step = exercise(
    "full_gd_step",
    inputs={
        "inputs": Array(("batch", "n"), SMALL),
        "targets": Array(("batch",), SMALL),
        "weights": Array(("n",), SMALL),
        "learning_rate": Number(RATES),
    },
    edges=[
        {
            "inputs": STREETLIGHTS,
            "targets": WALK_OR_STOP,
            "weights": [0.5, 0.48, -0.7],
            "learning_rate": 0.1,
        },
        {"inputs": [[1.0]], "targets": [3.0], "weights": [1.0], "learning_rate": 0.5},
    ],
    hints=[
        "Two rows wish for opposite changes of the same weight, equally strongly. What should "
        "happen to it?",
        "Full gradient descent looks at all rows before it moves, and takes the mean of what they "
        'wish for (chapter 6, "Full, batch, and stochastic gradient descent").',
        "inputs (batch, n) . weights (n,) gives all predictions at once, (batch,). deltas (batch,) "
        ". inputs (batch, n) gives (n,): the wishes, added up. Then the mean.",
    ],
)


@full_gd_step.law("does not depend on the order of the rows")
def order_of_rows_is_free(answer, inputs, targets, weights, learning_rate):
    turned = answer(inputs[::-1].copy(), targets[::-1].copy(), weights, learning_rate)
    expect(turned).equals(np.asarray(answer(inputs, targets, weights, learning_rate)))


@full_gd_step.law("stays the same when every row is there twice")
def doubling_the_rows_changes_nothing(answer, inputs, targets, weights, learning_rate):
    twice = answer(np.vstack([inputs] * 2), np.tile(targets, 2), weights, learning_rate)
    expect(twice).equals(np.asarray(answer(inputs, targets, weights, learning_rate)))


@full_gd_step.law("moves against the slope of half the mean squared error", most=4)
def moves_against_the_slope(answer, inputs, targets, weights, learning_rate):
    expect_slopes(
        lambda weights: 0.5 * np.mean((inputs.dot(weights) - targets) ** 2),
        at={"weights": weights},
        claimed=lambda weights: (
            (weights - answer(inputs, targets, weights, learning_rate)) / learning_rate
        ),
        batch=len(inputs),
    )


@full_gd_step.misconception(
    "the sum instead of the mean",
    "Divide by the number of rows, or the step grows with the size of the data.",
)
def sum_not_mean(inputs, targets, weights, learning_rate):
    return weights - learning_rate * (inputs.dot(weights) - targets).dot(inputs)


@full_gd_step.misconception(
    "divided by the number of weights",
    "The mean is over the rows: divide by len(inputs), not by the number of columns.",
)
def divided_by_columns(inputs, targets, weights, learning_rate):
    deltas = inputs.dot(weights) - targets
    return weights - learning_rate * deltas.dot(inputs) / inputs.shape[1]


@full_gd_step.misconception(
    "one row after the other",
    "This is stochastic gradient descent: here all rows are judged with the same, old weights.",
)
def sgd_instead_of_full_batch(inputs, targets, weights, learning_rate):
    for row, target in zip(inputs, targets):
        weights = weights - learning_rate * (row.dot(weights) - target) * row / len(inputs)
    return weights


@full_gd_step.misconception(
    "the weights move uphill", "delta is prediction - target: subtract the step, do not add it."
)
def sign_flipped(inputs, targets, weights, learning_rate):
    return weights + learning_rate * (inputs.dot(weights) - targets).dot(inputs) / len(inputs)


@full_gd_step.misconception(
    "a factor 2 in the step",
    "The book's delta is prediction - target, the slope of half the squared error: no factor 2.",
)
def factor_two(inputs, targets, weights, learning_rate):
    return weights - 2 * learning_rate * (inputs.dot(weights) - targets).dot(inputs) / len(inputs)


@full_gd_step.misconception(
    "the mean delta without the inputs",
    "Each row's delta counts for the weights of the lights that were on: multiply before the mean.",
)
def forgot_input(inputs, targets, weights, learning_rate):
    return weights - learning_rate * np.mean(inputs.dot(weights) - targets)


@full_gd_step.alternative
def mean_of_the_rows_wishes(inputs, targets, weights, learning_rate):
    wishes = [
        sum(x * w for x, w in zip(row, weights)) * row - target * row
        for row, target in zip(inputs, targets)
    ]
    return weights - learning_rate * np.mean(wishes, axis=0)


@full_gd_step.alternative
def with_einsum(inputs, targets, weights, learning_rate):
    misses = targets - np.einsum("bn,n->b", inputs, weights)
    return weights + np.einsum("b,bn->n", misses * (learning_rate / len(targets)), inputs)


# --- minibatches -------------------------------------------------------------------------------

minibatches = exercise(
    "minibatches",
    inputs={"inputs": Array(("batch", "n")), "targets": Array(("batch",)), "size": Whole(1, 6)},
    edges=[
        {"inputs": [[1.0]], "targets": [2.0], "size": 1},
        {"inputs": [[1.0], [2.0], [3.0]], "targets": [4.0, 5.0, 6.0], "size": 2},
        {"inputs": [[1.0], [2.0], [3.0], [4.0]], "targets": [5.0, 6.0, 7.0, 8.0], "size": 2},
        {"inputs": [[1.0], [2.0]], "targets": [3.0, 4.0], "size": 5},
    ],
    hints=[
        "Five rows in batches of two: how many batches are there, and how long is the last one?",
        "Start a new batch at every size-th row: 0, size, 2 * size, ... A slice that reaches past "
        "the end is simply shorter.",
        "range(0, len(inputs), size) gives the starts. Each batch is the pair "
        "(inputs[start : start + size], targets[start : start + size]).",
    ],
)


@minibatches.law("holds every row once, in order, beside its own target")
def loses_no_row(answer, inputs, targets, size):
    batches = list(answer(inputs, targets, size))
    expect(np.vstack([rows for rows, _ in batches]), "all rows together").equals(inputs)
    expect(np.concatenate([t for _, t in batches]), "all targets together").equals(targets)


@minibatches.law("makes every batch `size` rows long, but for the last")
def batches_are_full(answer, inputs, targets, size):
    lengths = [len(rows) for rows, _ in answer(inputs, targets, size)]
    full, rest = divmod(len(inputs), size)
    expect(lengths, "the lengths").equals([size] * full + ([rest] if rest else []))


@minibatches.misconception(
    "the short batch at the end is lost",
    "The rows that do not fill a whole batch still count: keep them as a shorter last batch.",
)
def tail_dropped(inputs, targets, size):
    for start in range(0, len(inputs) - size + 1, size):
        yield inputs[start : start + size], targets[start : start + size]


@minibatches.misconception(
    "`size` is taken as the number of batches",
    "`size` says how many rows are in a batch, not how many batches there are.",
)
def size_as_number_of_batches(inputs, targets, size):
    return [
        (rows, some)
        for rows, some in zip(np.array_split(inputs, size), np.array_split(targets, size))
        if len(rows)
    ]


@minibatches.misconception(
    "the batches overlap",
    "The next batch starts `size` rows further on, so that every row is in exactly one batch.",
)
def overlapping(inputs, targets, size):
    for start in range(len(inputs)):
        yield inputs[start : start + size], targets[start : start + size]


@minibatches.misconception(
    "the targets are not cut along",
    "Cut the targets at the same places, so that each row keeps its own target.",
)
def targets_not_cut(inputs, targets, size):
    for start in range(0, len(inputs), size):
        yield inputs[start : start + size], targets


@minibatches.alternative
def as_a_list(inputs, targets, size):
    cuts = list(range(size, len(inputs), size))
    return list(zip(np.split(inputs, cuts), np.split(targets, cuts)))


@minibatches.alternative
def gathered_row_by_row(inputs, targets, size):
    batches, rows, some = [], [], []
    for row, target in zip(inputs, targets):
        rows.append(row)
        some.append(target)
        if len(rows) == size:
            batches.append([np.array(rows), np.array(some)])
            rows, some = [], []
    if rows:
        batches.append([np.array(rows), np.array(some)])
    return batches


# --- minibatch_epoch ---------------------------------------------------------------------------

minibatch_epoch = exercise(
    "minibatch_epoch",
    inputs={
        "inputs": Array(("batch", "n"), STEADY),
        "targets": Array(("batch",), STEADY),
        "weights": Array(("n",), STEADY),
        "learning_rate": Number(RATES),
        "size": Whole(1, 4),
    },
    edges=[
        {
            "inputs": STREETLIGHTS,
            "targets": WALK_OR_STOP,
            "weights": [0.5, 0.48, -0.7],
            "learning_rate": 0.1,
            "size": 4,
        },
        {
            "inputs": [[1.0], [2.0], [3.0]],
            "targets": [1.0, 1.0, 1.0],
            "weights": [0.0],
            "learning_rate": 0.25,
            "size": 2,
        },
    ],
    hints=[
        "With batches of one row, which way of learning is this? And with one batch of all rows?",
        "You have both parts: one that cuts the rows into batches, and one that takes a step on "
        "some rows at once. Each batch starts from the weights that the batch before it left.",
        "for some_inputs, some_targets in minibatches(...): weights = full_gd_step(...). Shapes "
        "stay as they are: the new weights are (n,).",
    ],
)


@minibatch_epoch.law("with batches of one, learns row after row")
def batches_of_one_are_sgd(answer, inputs, targets, weights, learning_rate):
    expected = weights
    for row, target in zip(inputs, targets):
        expected = expected - learning_rate * (row.dot(expected) - target) * row
    expect(answer(inputs, targets, weights, learning_rate, 1)).equals(expected)


@minibatch_epoch.law("with one batch of all rows, takes one step on their mean")
def one_batch_is_full_descent(answer, inputs, targets, weights, learning_rate):
    slope = (inputs.dot(weights) - targets).dot(inputs) / len(inputs)
    got = answer(inputs, targets, weights, learning_rate, len(inputs))
    expect(got).equals(weights - learning_rate * slope)


@minibatch_epoch.law("learns from the short batch at the end as well")
def learns_the_last_batch(answer, inputs, targets, weights, learning_rate, size):
    rest = len(inputs) % size or size
    before = answer(inputs[:-rest], targets[:-rest], weights, learning_rate, size)
    start = weights if rest >= len(inputs) else np.asarray(before)
    last, goals = inputs[-rest:], targets[-rest:]
    expected = start - learning_rate * (last.dot(start) - goals).dot(last) / len(last)
    expect(answer(inputs, targets, weights, learning_rate, size)).equals(expected)


def minibatch_epoch_with(step):
    def epoch(inputs, targets, weights, learning_rate, size):
        for start in range(0, len(inputs), size):
            some, goals = inputs[start : start + size], targets[start : start + size]
            weights = weights - learning_rate * step(some, some.dot(weights) - goals, size, inputs)
        return weights

    return epoch


@minibatch_epoch.misconception(
    "a batch's wishes are added up instead of averaged",
    "Each batch takes one full_gd_step, which takes the mean over the rows of the batch.",
)
def sum_not_mean(*args):
    return minibatch_epoch_with(lambda some, deltas, size, inputs: deltas.dot(some))(*args)


@minibatch_epoch.misconception(
    "the short batch is divided by `size`",
    "The last batch may be shorter: divide by the rows it really has.",
)
def divided_by_size(*args):
    return minibatch_epoch_with(lambda some, deltas, size, inputs: deltas.dot(some) / size)(*args)


@minibatch_epoch.misconception(
    "divided by the number of all rows",
    "The mean is taken over the rows of the batch, not over the whole data set.",
)
def divided_by_all_rows(*args):
    return minibatch_epoch_with(lambda some, deltas, size, inputs: deltas.dot(some) / len(inputs))(
        *args
    )


@minibatch_epoch.misconception(
    "every batch starts from the first weights",
    "The second batch goes on from the weights that the first one left: weights = full_gd_step(...).",
)
def batches_do_not_build_up(inputs, targets, weights, learning_rate, size):
    for start in range(0, len(inputs), size):
        some, goals = inputs[start : start + size], targets[start : start + size]
        new = weights - learning_rate * (some.dot(weights) - goals).dot(some) / len(some)
    return new


@minibatch_epoch.misconception(
    "the short batch at the end is lost", "Learn from the rows that do not fill a whole batch, too."
)
def tail_dropped(inputs, targets, weights, learning_rate, size):
    for start in range(0, len(inputs) - size + 1, size):
        some, goals = inputs[start : start + size], targets[start : start + size]
        weights = weights - learning_rate * (some.dot(weights) - goals).dot(some) / len(some)
    return weights


@minibatch_epoch.alternative
def counted_by_hand(inputs, targets, weights, learning_rate, size):
    start = 0
    while start < len(inputs):
        some, goals = inputs[start : start + size], targets[start : start + size]
        wishes = sum((row @ weights - goal) * row for row, goal in zip(some, goals))
        weights = weights - (learning_rate / len(some)) * wishes
        start += size
    return weights


@minibatch_epoch.alternative
def with_split(inputs, targets, weights, learning_rate, size):
    cuts = np.arange(size, len(inputs), size)
    for some, goals in zip(np.split(inputs, cuts), np.split(targets, cuts)):
        wishes = np.einsum("bn,b->bn", some, np.einsum("bn,n->b", some, weights) - goals)
        weights = weights - learning_rate * wishes.mean(axis=0)
    return weights


# --- relu --------------------------------------------------------------------------------------

relu = exercise(
    "relu",
    inputs={"x": Array(("batch", "hidden"))},
    edges=[
        {"x": [[0.1, -0.1, 1.234567891]]},
        {"x": [[-1.0, 0.0, 2.0]]},
        {"x": [[-np.inf, np.inf]]},
        {"x": [[-1e-3, 1e-3]]},
    ],
    hints=[
        "What should become of -2? Of 0? Of 3?",
        "A unit that would be negative is switched off, so that it is correlated with what comes "
        'in only sometimes (chapter 6, "Creating sometimes correlation").',
        "Same shape as `x`; entry by entry the larger one of x and 0. NumPy has np.maximum for "
        "this (np.max is something else). (x > 0) * x works too, but for -inf.",
    ],
)


@relu.law("is never negative")
def never_negative(answer, x):
    expect(answer(x)).is_at_least(0)


@relu.law("leaves positive numbers as they are")
def keeps_the_positive(answer, x):
    expect(answer(abs(x))).equals(abs(x))


@relu.law("makes 0 of everything negative, even of -inf")
def switches_off_the_negative(answer, x):
    expect(answer(-abs(x))).equals(np.zeros_like(x))


@relu.law("done twice is the same as done once")
def twice_is_once(answer, x):
    once = np.asarray(answer(x))
    expect(answer(once)).equals(once)


@relu.misconception(
    "1 where x is positive",
    "That is relu's slope. relu itself lets the positive number through as it is.",
)
def slope_instead(x):
    return (x > 0).astype(float)


@relu.misconception(
    "the size of the number, without its sign",
    "A negative number becomes 0, not positive: -2 is switched off.",
)
def absolute_value(x):
    return abs(x)


@relu.misconception(
    "the negative part is kept", "Keep what is above 0: np.maximum, not np.minimum."
)
def keeps_negative(x):
    return np.minimum(x, 0)


@relu.misconception(
    "negative numbers are only made smaller",
    "This is a leaky relu. Here a negative number becomes exactly 0.",
)
def leaky(x):
    return np.where(x > 0, x, 0.01 * x)


@relu.misconception(
    "one number instead of one for each entry",
    "np.max finds the largest entry of all. np.maximum(x, 0) compares entry by entry.",
)
def max_instead_of_maximum(x):
    return max(np.max(x), 0)


@relu.misconception(
    "cut off at 1", "Only negative numbers are changed; 5 stays 5, however large it is."
)
def clipped_at_one(x):
    return np.clip(x, 0, 1)


@relu.misconception(
    "`x` itself is changed",
    "`x[x < 0] = 0` writes into the caller's array. Make a new one, with np.maximum or x.copy().",
)
def mutates_x(x):
    x[x < 0] = 0
    return x


@relu.misconception(
    "nan for -inf",
    "(x > 0) * x multiplies 0 by -inf, and that is nan: not a number. np.maximum(x, 0) has no such "
    "trouble.",
)
def product_with_mask(x):
    return (x > 0) * x


@relu.alternative
def with_where(x):
    return np.where(x > 0, x, 0.0)


@relu.alternative
def entry_by_entry(x):
    return [[max(0.0, float(entry)) for entry in row] for row in x]


# --- relu_deriv --------------------------------------------------------------------------------

relu_deriv = exercise(
    "relu_deriv",
    inputs={"output": Array(("batch", "hidden"), ACTIVATIONS)},
    edges=[{"output": [[0.0]]}, {"output": [[0.0, 0.5, 3.0]]}, {"output": [[1e-6, 1e6]]}],
    hints=[
        "Two units: one was off, one was on with 5. If a little more flowed into each of them, how "
        "much more would come out?",
        'The slope of a line is how steep it is (chapter 6, "Backpropagation in code"). Where relu '
        "lets its input through, one more in is one more out. Where it is off, nothing changes.",
        "Same shape as `output`. Ask of every entry whether it is above 0, and turn the answer into "
        "1.0 or 0.0.",
    ],
)


@relu_deriv.law("is 1 where the unit was on and 0 where it was off")
def marks_units_that_were_on(answer, output):
    expect(answer(output)).equals((output > 0).astype(float))


@relu_deriv.law("is the slope of relu, wherever relu has one", most=4)
def is_the_slope_of_relu(answer, output):
    x = output - 0.3
    upstream = upstream_like(x)
    expect_slopes(
        lambda x: np.sum(upstream * relu_of(x)),
        at={"x": x},
        claimed=lambda x: upstream * answer(relu_of(x)),
    )


@relu_deriv.misconception(
    "the activation itself",
    "The slope of a line is how steep it is, not how high you are on it: where relu passes its "
    "input on, the slope is 1.",
)
def relu_deriv_returns_x(output):
    return output


@relu_deriv.misconception(
    "1 everywhere",
    "relu never returns anything below 0, so `>= 0` is true for every unit. A unit that was off "
    "returned exactly 0: ask for `> 0`.",
)
def relu_deriv_ge(output):
    return (output >= 0).astype(float)


@relu_deriv.misconception(
    "1 where the unit was off", "Blame is for the units that were on: 1 where `output` is above 0."
)
def mask_inverted(output):
    return (output <= 0).astype(float)


@relu_deriv.misconception(
    "on only from 1 upwards", "A unit that was on only a little, with 0.125, was on: ask for `> 0`."
)
def threshold_at_one(output):
    return (output >= 1).astype(float)


@relu_deriv.misconception(
    "one answer for all units", "Every unit has a slope of its own: keep the shape of `output`."
)
def one_for_all(output):
    return float(np.any(output > 0))


@relu_deriv.misconception(
    "half a slope at 0", "At exactly 0 the unit counts as off here: its slope is 0."
)
def half_at_zero(output):
    return np.heaviside(output, 0.5)


@relu_deriv.alternative
def entry_by_entry(output):
    return [[1 if entry > 0 else 0 for entry in row] for row in output]


@relu_deriv.alternative
def with_sign(output):
    return np.sign(output)


# --- collapse_linear ---------------------------------------------------------------------------

collapse_linear = exercise(
    "collapse_linear",
    inputs={"weights_0_1": Array(("n", "hidden")), "weights_1_2": Array(("hidden", "out"))},
    edges=[
        {"weights_0_1": [[0.1, 1.234567891], [0.7, 0.3]], "weights_1_2": [[0.3, 0.9], [0.7, 0.1]]},
        {"weights_0_1": [[2.0]], "weights_1_2": [[3.0]]},
        {"weights_0_1": [[1.0, 2.0], [3.0, 4.0]], "weights_1_2": [[0.0, 1.0], [1.0, 1.0]]},
    ],
    hints=[
        "An input of 1 goes through a weight of 2, and what comes out goes through a weight of 3. "
        "Which single weight would have done the same?",
        "inputs . weights_0_1 . weights_1_2: it does not matter which of the two products is done "
        'first (chapter 6, "Linear versus nonlinear").',
        "(n, hidden) . (hidden, out) gives (n, out): the matrix product, in the order in which the "
        "signal meets them.",
    ],
)


@collapse_linear.law("predicts what the two layers predict together")
def predicts_the_same(answer, weights_0_1, weights_1_2):
    inputs = np.vstack([np.eye(len(weights_0_1)), np.arange(1.0, len(weights_0_1) + 1)])
    one = inputs.dot(np.asarray(answer(weights_0_1, weights_1_2)))
    expect(one, "the predictions").equals(inputs.dot(weights_0_1).dot(weights_1_2))


@collapse_linear.law("cannot stand in for two layers with relu in between")
def fails_with_relu(answer, weights_0_1, weights_1_2):
    both = np.hstack([weights_0_1, -weights_0_1])
    twice = np.vstack([weights_1_2, weights_1_2])
    expect(answer(both, twice), "the matrix of layers that only relu sets apart").equals(
        np.zeros((len(weights_0_1), weights_1_2.shape[1]))
    )


@collapse_linear.misconception(
    "the product the wrong way round",
    "The signal meets weights_0_1 first: weights_0_1.dot(weights_1_2).",
)
def order_swapped(weights_0_1, weights_1_2):
    return weights_1_2.dot(weights_0_1)


@collapse_linear.misconception(
    "the transposed matrix", "The result has shape (n, out): one row for each input."
)
def transposed(weights_0_1, weights_1_2):
    return weights_0_1.dot(weights_1_2).T


@collapse_linear.misconception(
    "relu in between", "There is nothing between these two layers: that is the point."
)
def nonlinearity_added(weights_0_1, weights_1_2):
    return relu_of(weights_0_1).dot(weights_1_2)


@collapse_linear.alternative
def entry_by_entry(weights_0_1, weights_1_2):
    return [
        [sum(float(a) * float(b) for a, b in zip(row, column)) for column in weights_1_2.T]
        for row in weights_0_1
    ]


@collapse_linear.alternative
def with_einsum(weights_0_1, weights_1_2):
    return np.einsum("nh,ho->no", weights_0_1, weights_1_2)


# --- init_weights ------------------------------------------------------------------------------

init_weights = exercise(
    "init_weights",
    inputs={"n_in": Whole(1, 6), "n_out": Whole(1, 6), "rng": Rng()},
    agreement=False,
    cases=30,
    hints=[
        "rng.random((2, 3)) gives numbers from 0 up to 1. How do you stretch and move them so that "
        "they go from -1 up to 1?",
        'Weights start at random, negative and positive alike (chapter 6, "Your first deep neural '
        'network"). Take every random number from the `rng` you are given, so that the same seed '
        "gives the same weights.",
        "Shape (n_in, n_out). Twice a number between 0 and 1 lies between 0 and 2; subtract 1.",
    ],
)


@init_weights.law("has one row for each unit below and one column for each unit above")
def has_the_right_shape(answer, n_in, n_out, rng):
    expect(answer(n_in, n_out, rng)).has_shape(n_in, n_out)


@init_weights.law("lies between -1 and 1")
def stays_in_range(answer, n_in, n_out, rng):
    weights = answer(n_in, n_out, rng)
    expect(weights).is_at_least(-1)
    expect(weights).is_at_most(1)


# 4,000 draws: a right answer's mean is within 0.09 of 0 but once in 10^22 times (0.09 is 9.8
# standard deviations of 0.577 / sqrt(4000)), and each quarter of the range holds 1,000 +- 200
# but once in 10^12. Hardly two draws are the same (one pair in float32, in half of the runs), but
# some 370 are where they were rounded to 4 digits. A failure in a million runs is far beyond these.
@init_weights.law("is spread evenly from -1 to 1", most=2)
def is_spread_evenly(answer, rng):
    weights = np.asarray(answer(50, 80, rng))
    expect(abs(np.mean(weights)) < 0.09, "the mean").is_true(
        "the weights should be negative and positive alike: their mean is far from 0"
    )
    expect(len(set(weights.ravel().tolist())) > 3900).is_true(
        "the same numbers come again and again: leave the random numbers as they are drawn"
    )
    quarters = np.histogram(weights, bins=[-1, -0.5, 0, 0.5, 1])[0]
    expect(bool((abs(quarters - 1000) < 200).all())).is_true(
        "every quarter of the range should be met equally often"
    )


@init_weights.law("draws every weight on its own", most=4)
def draws_each_weight(answer, rng):
    weights = np.asarray(answer(6, 5, rng))
    expect(len(set(weights.ravel().tolist())) == weights.size).is_true(
        "the same random number stands in several places"
    )


@init_weights.law("gives other weights for another seed", most=4)
def depends_on_the_rng(answer, n_in, n_out, rng):
    other = type(rng)(rng.seed + 1000)
    here, there = np.asarray(answer(n_in, n_out, rng)), np.asarray(answer(n_in, n_out, other))
    expect(bool((here != there).any())).is_true("two different generators gave the same weights")


@init_weights.misconception(
    "between 0 and 1", "Half of the weights should be negative: 2 * rng.random(shape) - 1."
)
def only_positive(n_in, n_out, rng):
    return rng.random((n_in, n_out))


@init_weights.misconception(
    "the shape the wrong way round", "The shape is (n_in, n_out): inputs.dot(weights) must fit."
)
def shape_reversed(n_in, n_out, rng):
    return 2 * rng.random((n_out, n_in)) - 1


@init_weights.misconception(
    "numbers from the bell curve",
    "rng.normal and rng.standard_normal go beyond 1 and crowd around 0. rng.random is even.",
)
def bell_curve(n_in, n_out, rng):
    return rng.standard_normal((n_in, n_out))


@init_weights.misconception(
    "the same numbers every time",
    "A seed of your own gives the same weights whatever `rng` is. Draw from the `rng` you are given.",
)
def own_seed(n_in, n_out, rng):
    return 2 * np.random.default_rng(0).random((n_in, n_out)) - 1


@init_weights.misconception(
    "between -0.5 and 0.5", "Stretch before you move: twice the random number, then minus 1."
)
def half_the_range(n_in, n_out, rng):
    return rng.random((n_in, n_out)) - 0.5


@init_weights.misconception(
    "the same random number in every place", "Ask for a whole matrix: rng.random((n_in, n_out))."
)
def one_number_for_all(n_in, n_out, rng):
    return np.full((n_in, n_out), 2 * rng.random() - 1)


@init_weights.alternative
def with_uniform(n_in, n_out, rng):
    return rng.uniform(-1, 1, size=(n_in, n_out))


@init_weights.alternative
def one_after_the_other(n_in, n_out, rng):
    return [[1 - 2 * rng.random() for _ in range(n_out)] for _ in range(n_in)]


# --- forward -----------------------------------------------------------------------------------

NETWORK = {
    "inputs": Array(("batch", "n"), SMALL),
    "weights_0_1": Array(("n", "hidden"), SMALL),
    "weights_1_2": Array(("hidden", "out"), SMALL),
}

forward = exercise(
    "forward",
    inputs=NETWORK,
    edges=[
        {
            "inputs": [[0.1, 0.7]],
            "weights_0_1": [[0.3, -0.9, 1.234567891], [0.6, 0.2, 0.1]],
            "weights_1_2": [[0.7], [0.4], [-0.3]],
        },
        {"inputs": [[1.0]], "weights_0_1": [[-1.0]], "weights_1_2": [[2.0]]},
        {
            "inputs": [[1.0, 2.0]],
            "weights_0_1": [[1.0, -1.0], [1.0, 0.0]],
            "weights_1_2": [[2.0], [5.0]],
        },
    ],
    hints=[
        "The output may be negative. Which of the two layers must not be?",
        'Two layers, one after the other (chapter 6, "Your first deep neural network"): the hidden '
        "layer is switched by relu, and the output is a weighted sum of the hidden layer.",
        "(batch, n) . (n, hidden) gives (batch, hidden); relu keeps the shape; then . (hidden, out) "
        "gives (batch, out). Return both: hidden, output.",
    ],
)


@forward.law("never has a negative hidden unit")
def hidden_is_never_negative(answer, inputs, weights_0_1, weights_1_2):
    hidden, _ = answer(inputs, weights_0_1, weights_1_2)
    expect(hidden, "the hidden layer").is_at_least(0)


@forward.law("makes the output out of the hidden layer")
def output_comes_from_hidden(answer, inputs, weights_0_1, weights_1_2):
    hidden, output = answer(inputs, weights_0_1, weights_1_2)
    expect(output, "the output").equals(np.asarray(hidden).dot(weights_1_2))


@forward.law("treats every row on its own")
def rows_are_independent(answer, inputs, weights_0_1, weights_1_2):
    hidden, output = answer(inputs[::-1].copy(), weights_0_1, weights_1_2)
    all_hidden, all_output = answer(inputs, weights_0_1, weights_1_2)
    expect(hidden, "the hidden layer of the rows turned round").equals(np.asarray(all_hidden)[::-1])
    expect(output, "the output of the rows turned round").equals(np.asarray(all_output)[::-1])


@forward.misconception(
    "no relu in the middle",
    "Without relu two layers can do no more than one: hidden = relu(inputs.dot(weights_0_1)).",
)
def forgot_relu(inputs, weights_0_1, weights_1_2):
    hidden = inputs.dot(weights_0_1)
    return hidden, hidden.dot(weights_1_2)


@forward.misconception(
    "relu on the output as well", "The output must be able to be negative: no relu at the end."
)
def nonlinearity_on_output(inputs, weights_0_1, weights_1_2):
    hidden = relu_of(inputs.dot(weights_0_1))
    return hidden, relu_of(hidden.dot(weights_1_2))


@forward.misconception(
    "the output made from the hidden layer before relu",
    "What goes on to the next layer is what relu has let through.",
)
def output_before_relu(inputs, weights_0_1, weights_1_2):
    before = inputs.dot(weights_0_1)
    return relu_of(before), before.dot(weights_1_2)


@forward.misconception(
    "the hidden layer returned before relu",
    "`hidden` is what relu has let through: backpropagation needs to see which units were off.",
)
def hidden_before_relu(inputs, weights_0_1, weights_1_2):
    before = inputs.dot(weights_0_1)
    return before, relu_of(before).dot(weights_1_2)


@forward.misconception(
    "the output before the hidden layer", "Return the hidden layer first, then the output."
)
def returned_in_the_wrong_order(inputs, weights_0_1, weights_1_2):
    hidden = relu_of(inputs.dot(weights_0_1))
    return hidden.dot(weights_1_2), hidden


@forward.misconception(
    "only the output", "Return both layers: `return hidden, output`. Learning needs the hidden one."
)
def only_the_output(inputs, weights_0_1, weights_1_2):
    return relu_of(inputs.dot(weights_0_1)).dot(weights_1_2)


@forward.alternative
def row_by_row(inputs, weights_0_1, weights_1_2):
    hidden, output = [], []
    for row in inputs:
        sums = [sum(x * w for x, w in zip(row, column)) for column in weights_0_1.T]
        units = [total if total > 0 else 0.0 for total in sums]
        hidden.append(units)
        output.append([sum(u * w for u, w in zip(units, column)) for column in weights_1_2.T])
    return [hidden, output]


@forward.alternative
def with_einsum(inputs, weights_0_1, weights_1_2):
    before = np.einsum("bn,nh->bh", inputs, weights_0_1)
    hidden = before * (before > 0)
    return hidden, np.einsum("bh,ho->bo", hidden, weights_1_2)


# --- hidden_delta ------------------------------------------------------------------------------

hidden_delta = exercise(
    "hidden_delta",
    inputs={
        "output_delta": Array(("batch", "out"), SMALL),
        "weights": Array(("hidden", "out"), SMALL),
        "hidden": Array(("batch", "hidden"), ACTIVATIONS),
    },
    edges=[
        {
            "output_delta": [[0.1, -0.7]],
            "weights": [[0.3, 1.234567891], [0.9, 0.1]],
            "hidden": [[0.2, 0.6]],
        },
        {"output_delta": [[1.0]], "weights": [[2.0], [3.0]], "hidden": [[0.0, 5.0]]},
        {"output_delta": [[1.0]], "weights": [[1.0]], "hidden": [[0.0]]},
    ],
    hints=[
        "One of the two hidden units was off. Can it be to blame for the miss?",
        "Blame flows back along the same weights that the signal came forward along (chapter 6, "
        '"Backpropagation: why does this work?"). A unit that was off sent nothing, so it gets none.',
        "(batch, out) . (out, hidden) gives (batch, hidden). Which way round must `weights` stand? "
        "Then multiply, entry by entry, by something of the same shape.",
    ],
)


@hidden_delta.law("is 0 for every unit that was off")
def spares_units_that_were_off(answer, output_delta, weights, hidden):
    blame = np.asarray(answer(output_delta, weights, hidden))
    expect(blame * (hidden == 0), "the units that were off").equals(np.zeros_like(hidden))


@hidden_delta.law("sends the delta back along the weights to every unit that was on")
def blames_units_that_were_on(answer, output_delta, weights, hidden):
    expect(answer(output_delta, weights, np.ones_like(hidden))).equals(output_delta.dot(weights.T))


@hidden_delta.law("depends on which units were on, not on how strongly")
def strength_does_not_matter(answer, output_delta, weights, hidden):
    stronger = answer(output_delta, weights, 4 * hidden)
    expect(stronger).equals(np.asarray(answer(output_delta, weights, hidden)))


@hidden_delta.law("doubles when the miss doubles")
def doubles_with_the_miss(answer, output_delta, weights, hidden):
    doubled = answer(2 * output_delta, weights, hidden)
    expect(doubled).equals(2 * np.asarray(answer(output_delta, weights, hidden)))


@hidden_delta.law("says how steeply the error climbs when a unit gets a little more", most=4)
def is_the_slope_before_relu(answer, output_delta, weights, hidden):
    before = hidden - 0.3
    targets = relu_of(before).dot(weights) - output_delta
    expect_slopes(
        lambda before: 0.5 * np.sum((relu_of(before).dot(weights) - targets) ** 2),
        at={"before": before},
        claimed=lambda before: answer(
            relu_of(before).dot(weights) - targets, weights, relu_of(before)
        ),
        batch=len(hidden),
    )


@hidden_delta.misconception(
    "units that were off are blamed too",
    "A unit that was off sent nothing forward, so it gets no blame: multiply by relu_deriv(hidden), "
    "which asks for `> 0` (`>= 0` is true for every unit after relu).",
)
def forgot_relu_deriv(output_delta, weights, hidden):
    return output_delta.dot(weights.T)


@hidden_delta.misconception(
    "multiplied by the hidden layer itself",
    "How strongly a unit was on does not matter, only that it was: relu_deriv(hidden) is 1 or 0.",
)
def multiplied_by_hidden(output_delta, weights, hidden):
    return output_delta.dot(weights.T) * hidden


@hidden_delta.misconception(
    "relu instead of its slope, on the delta",
    "A negative delta is blame as well. What is switched off is decided by `hidden`, not by the "
    "sign of the delta.",
)
def relu_of_the_delta(output_delta, weights, hidden):
    return relu_of(output_delta.dot(weights.T))


@hidden_delta.misconception(
    "blamed when off, spared when on", "The mask is the wrong way round: 1 where hidden is above 0."
)
def mask_inverted(output_delta, weights, hidden):
    return output_delta.dot(weights.T) * (hidden == 0)


@hidden_delta.misconception(
    "the sign is turned round", "output_delta is output - target already: just send it back."
)
def sign_flipped(output_delta, weights, hidden):
    return -output_delta.dot(weights.T) * (hidden > 0)


@hidden_delta.misconception(
    "the weights without their sign",
    "A negative weight turns the blame round: leave the weights as they are.",
)
def absolute_weights(output_delta, weights, hidden):
    return output_delta.dot(abs(weights).T) * (hidden > 0)


@hidden_delta.misconception(
    "divided by the number of rows", "Every row has its own delta: nothing is averaged here."
)
def divided_by_batch(output_delta, weights, hidden):
    return output_delta.dot(weights.T) * (hidden > 0) / len(hidden)


@hidden_delta.alternative
def entry_by_entry(output_delta, weights, hidden):
    blame = np.zeros(hidden.shape)
    for b in range(hidden.shape[0]):
        for h in range(hidden.shape[1]):
            if hidden[b, h] > 0:
                for o in reversed(range(weights.shape[1])):
                    blame[b, h] += output_delta[b, o] * weights[h, o]
    return blame


@hidden_delta.alternative
def with_einsum(output_delta, weights, hidden):
    return np.einsum("bo,ho,bh->bh", output_delta, weights, np.where(hidden > 0, 1.0, 0.0))


# --- backprop ----------------------------------------------------------------------------------

LEARNING = {
    "inputs": Array(("batch", "n"), SMALL),
    "targets": Array(("batch", "out"), SMALL),
    "weights_0_1": Array(("n", "hidden"), SMALL),
    "weights_1_2": Array(("hidden", "out"), SMALL),
}

backprop = exercise(
    "backprop",
    inputs=LEARNING,
    edges=[
        {
            "inputs": [[0.1, 0.7]],
            "targets": [[0.3]],
            "weights_0_1": [[0.3, -0.9, 1.234567891], [0.6, 0.2, 0.1]],
            "weights_1_2": [[0.7], [0.4], [-0.3]],
        },
        {
            "inputs": [[1.0], [2.0]],
            "targets": [[1.0], [0.0]],
            "weights_0_1": [[1.0, -1.0]],
            "weights_1_2": [[2.0], [1.0]],
        },
        {"inputs": [[2.0]], "targets": [[1.0]], "weights_0_1": [[1.0]], "weights_1_2": [[1.0]]},
        {
            "inputs": [[2.0, 1.0]],
            "targets": [[1.0]],
            "weights_0_1": [[1.0, -1.0, 2.0], [0.0, 1.0, -1.0]],
            "weights_1_2": [[1.0], [1.0], [-2.0]],
        },
    ],
    hints=[
        "A weight connects what comes in below with what goes out above. Which two numbers decide "
        "how much it is to blame?",
        "Each layer's slope is its input times its delta. The output's delta is its miss; the "
        'hidden delta is sent back to it (chapter 6, "Backpropagation in code").',
        "inputs^T (n, batch) . hidden_delta (batch, hidden) gives (n, hidden), like weights_0_1. "
        "hidden^T . output_delta gives (hidden, out). The product adds up over the batch.",
    ],
)


@backprop.law("has the shapes of the weights")
def is_shaped_like_the_weights(answer, inputs, targets, weights_0_1, weights_1_2):
    slope_0_1, slope_1_2 = answer(inputs, targets, weights_0_1, weights_1_2)
    expect(slope_0_1, "the first one").has_shape(*weights_0_1.shape)
    expect(slope_1_2, "the second one").has_shape(*weights_1_2.shape)


@backprop.law("is 0 when the prediction is perfect")
def rests_when_perfect(answer, inputs, weights_0_1, weights_1_2):
    output = relu_of(inputs.dot(weights_0_1)).dot(weights_1_2)
    slope_0_1, slope_1_2 = answer(inputs, output, weights_0_1, weights_1_2)
    expect(slope_0_1, "for weights_0_1").equals(np.zeros_like(weights_0_1))
    expect(slope_1_2, "for weights_1_2").equals(np.zeros_like(weights_1_2))


@backprop.law("adds up over the rows of the batch")
def adds_up_over_rows(answer, inputs, targets, weights_0_1, weights_1_2):
    rows = [
        answer(inputs[i : i + 1], targets[i : i + 1], weights_0_1, weights_1_2)
        for i in range(len(inputs))
    ]
    slope_0_1, slope_1_2 = answer(inputs, targets, weights_0_1, weights_1_2)
    expect(slope_0_1, "for weights_0_1").equals(sum(np.asarray(row[0]) for row in rows))
    expect(slope_1_2, "for weights_1_2").equals(sum(np.asarray(row[1]) for row in rows))


@backprop.law("says how steeply half the squared error climbs as a weight grows", most=4)
def is_the_slope_of_the_error(answer, inputs, targets, weights_0_1, weights_1_2):
    expect_slopes(
        lambda weights_0_1, weights_1_2: half_squared_error(
            inputs, targets, weights_0_1, weights_1_2
        ),
        at={"weights_0_1": weights_0_1, "weights_1_2": weights_1_2},
        claimed=lambda weights_0_1, weights_1_2: answer(inputs, targets, weights_0_1, weights_1_2),
        batch=len(inputs),
    )


def backprop_with(
    inputs,
    targets,
    weights_0_1,
    weights_1_2,
    miss=lambda output, targets: output - targets,
    slope=lambda hidden, before: hidden > 0,
    scale=1.0,
):
    before = inputs.dot(weights_0_1)
    hidden = relu_of(before)
    output_delta = miss(hidden.dot(weights_1_2), targets)
    delta = output_delta.dot(weights_1_2.T) * slope(hidden, before)
    return scale * inputs.T.dot(delta), scale * hidden.T.dot(output_delta)


@backprop.misconception(
    "units that were off are blamed too",
    "Multiply the hidden delta by relu_deriv(hidden): a unit that was off gets no blame.",
)
def forgot_relu_deriv(*args):
    return backprop_with(*args, slope=lambda hidden, before: 1.0)


@backprop.misconception(
    "multiplied by the hidden layer instead of its slope",
    "The slope of relu is 1 or 0, not the activation itself.",
)
def relu_deriv_returns_x(*args):
    return backprop_with(*args, slope=lambda hidden, before: hidden)


@backprop.misconception(
    "a factor 2", "Use delta = output - targets, the slope of half the squared error: no factor 2."
)
def factor_two(*args):
    return backprop_with(*args, scale=2.0)


@backprop.misconception(
    "the mean over the rows instead of the sum",
    "In this chapter the rows of a batch add up: do not divide by their number.",
)
def mean_not_sum(inputs, *args):
    return backprop_with(inputs, *args, scale=1 / len(inputs))


@backprop.misconception(
    "the sign is turned round",
    "The delta is output - targets: the error climbs when a prediction that is too high climbs.",
)
def sign_flipped(*args):
    return backprop_with(*args, scale=-1.0)


@backprop.misconception(
    "both matrices transposed",
    "The slopes must have the shapes of the weights: inputs^T . delta, not delta^T . inputs.",
)
def outer_transposed(*args):
    slope_0_1, slope_1_2 = backprop_with(*args)
    return slope_0_1.T, slope_1_2.T


@backprop.misconception(
    "the miss without its sign", "Missing too low is not the same as missing too high: no abs()."
)
def absolute_miss(*args):
    return backprop_with(*args, miss=lambda output, targets: abs(output - targets))


@backprop.misconception(
    "the squared miss instead of the miss",
    "The delta is the miss itself. Squaring it loses its sign.",
)
def error_in_place_of_delta(*args):
    return backprop_with(*args, miss=lambda output, targets: (output - targets) ** 2)


@backprop.misconception(
    "the second layer's slopes first", "Return them in the order of the weights: 0_1, then 1_2."
)
def returned_in_the_wrong_order(*args):
    return backprop_with(*args)[::-1]


@backprop.alternative
def row_after_row(inputs, targets, weights_0_1, weights_1_2):
    slope_0_1, slope_1_2 = np.zeros(weights_0_1.shape), np.zeros(weights_1_2.shape)
    for row, target in zip(inputs, targets):
        hidden = [max(0.0, float(np.sum(row * column))) for column in weights_0_1.T]
        miss = [sum(hidden * column) - t for column, t in zip(weights_1_2.T, target)]
        for h, unit in enumerate(hidden):
            slope_1_2[h] += unit * np.array(miss)
            if unit > 0:
                slope_0_1[:, h] += row * sum(m * w for m, w in zip(miss, weights_1_2[h]))
    return slope_0_1, slope_1_2


@backprop.alternative
def with_einsum(inputs, targets, weights_0_1, weights_1_2):
    before = np.einsum("bn,nh->bh", inputs, weights_0_1)
    hidden = np.where(before > 0, before, 0)
    miss = np.einsum("bh,ho->bo", hidden, weights_1_2) - targets
    mask = before > 0
    return (
        np.einsum("bn,bo,ho,bh->nh", inputs, miss, weights_1_2, mask),
        np.einsum("bh,bo->ho", hidden, miss),
    )


# --- train_step --------------------------------------------------------------------------------

train_step = exercise(
    "train_step",
    inputs=LEARNING | {"learning_rate": Number(RATES)},
    edges=[
        {
            "inputs": [[0.1, 0.7]],
            "targets": [[0.3]],
            "weights_0_1": [[0.3, -0.9, 1.234567891], [0.6, 0.2, 0.1]],
            "weights_1_2": [[0.7], [0.4], [-0.3]],
            "learning_rate": 0.1,
        },
        {
            "inputs": [[1.0]],
            "targets": [[1.0]],
            "weights_0_1": [[2.0]],
            "weights_1_2": [[1.0]],
            "learning_rate": 0.5,
        },
        {
            "inputs": [[1.0, 0.0, 1.0]],
            "targets": [[1.0]],
            "weights_0_1": [[0.5, -1.0], [1.0, 1.0], [0.25, 0.5]],
            "weights_1_2": [[1.0], [-1.0]],
            "learning_rate": 0.125,
        },
    ],
    hints=[
        "If you change the upper weights first, along which weights does the blame then flow back?",
        "Work out both slopes before you change anything; they belong to the weights that made the "
        'prediction (chapter 6, "One iteration of backpropagation").',
        "weights - learning_rate * slope, for both layers; shapes stay as they are. Return the pair "
        "of new matrices.",
    ],
)


@train_step.law("leaves the weights as they are when the prediction is perfect")
def rests_when_perfect(answer, inputs, weights_0_1, weights_1_2, learning_rate):
    output = relu_of(inputs.dot(weights_0_1)).dot(weights_1_2)
    new_0_1, new_1_2 = answer(inputs, output, weights_0_1, weights_1_2, learning_rate)
    expect(new_0_1, "weights_0_1").equals(weights_0_1)
    expect(new_1_2, "weights_1_2").equals(weights_1_2)


@train_step.law("moves twice as far with twice the learning rate")
def scales_with_the_learning_rate(answer, inputs, targets, weights_0_1, weights_1_2, learning_rate):
    weights = (weights_0_1, weights_1_2)
    near = answer(inputs, targets, *weights, learning_rate)
    far = answer(inputs, targets, *weights, 2 * learning_rate)
    for name, old, one, two in zip(("weights_0_1", "weights_1_2"), weights, near, far):
        expect(np.asarray(two) - old, f"the change of {name}").equals(2 * (np.asarray(one) - old))


@train_step.law("moves both layers against the slope of half the squared error", most=4)
def moves_against_the_slope(answer, inputs, targets, weights_0_1, weights_1_2, learning_rate):
    def claimed(weights_0_1, weights_1_2):
        new = answer(inputs, targets, weights_0_1, weights_1_2, learning_rate)
        old = (weights_0_1, weights_1_2)
        return [(before - after) / learning_rate for before, after in zip(old, new)]

    expect_slopes(
        lambda weights_0_1, weights_1_2: half_squared_error(
            inputs, targets, weights_0_1, weights_1_2
        ),
        at={"weights_0_1": weights_0_1, "weights_1_2": weights_1_2},
        claimed=claimed,
        batch=len(inputs),
    )


def train_step_with(inputs, targets, weights_0_1, weights_1_2, rate, up=False, **how):
    slope_0_1, slope_1_2 = backprop_with(inputs, targets, weights_0_1, weights_1_2, **how)
    rate = -rate if up else rate
    return weights_0_1 - rate * slope_0_1, weights_1_2 - rate * slope_1_2


@train_step.misconception(
    "the blame flows back along the new weights",
    "The upper weights were changed before the hidden delta was worked out. Find both slopes first, "
    "then change both layers.",
)
def updated_before_delta(*args):
    return step_with_new_upper_weights(*args)


def step_with_new_upper_weights(inputs, targets, weights_0_1, weights_1_2, learning_rate):
    hidden = relu_of(inputs.dot(weights_0_1))
    output_delta = hidden.dot(weights_1_2) - targets
    weights_1_2 = weights_1_2 - learning_rate * hidden.T.dot(output_delta)
    delta = output_delta.dot(weights_1_2.T) * (hidden > 0)
    return weights_0_1 - learning_rate * inputs.T.dot(delta), weights_1_2


@train_step.misconception(
    "the weights move uphill", "Go against the slope: weights - learning_rate * slope."
)
def sign_flipped(*args):
    return train_step_with(*args, up=True)


@train_step.misconception(
    "the learning rate is left out", "Multiply each slope by learning_rate before you subtract it."
)
def missing_learning_rate(inputs, targets, weights_0_1, weights_1_2, learning_rate):
    return train_step_with(inputs, targets, weights_0_1, weights_1_2, 1.0)


@train_step.misconception(
    "only the upper layer learns", "Both layers have slopes; change both matrices."
)
def only_the_upper_layer(inputs, targets, weights_0_1, weights_1_2, learning_rate):
    new = train_step_with(inputs, targets, weights_0_1, weights_1_2, learning_rate)
    return weights_0_1, new[1]


@train_step.misconception(
    "the slopes instead of the new weights", "Return weights - learning_rate * slope."
)
def returns_the_slopes(inputs, targets, weights_0_1, weights_1_2, learning_rate):
    return backprop_with(inputs, targets, weights_0_1, weights_1_2)


@train_step.misconception(
    "units that were off learn too",
    "The hidden delta needs relu_deriv(hidden): a unit that was off keeps its weights.",
)
def forgot_relu_deriv(*args):
    return train_step_with(*args, slope=lambda hidden, before: 1.0)


@train_step.misconception(
    "the weights that were passed in are changed",
    "`weights -= ...` writes into the caller's arrays. Write `weights = weights - ...`.",
)
def mutates_weights(inputs, targets, weights_0_1, weights_1_2, learning_rate):
    slope_0_1, slope_1_2 = backprop_with(inputs, targets, weights_0_1, weights_1_2)
    weights_0_1 -= learning_rate * slope_0_1
    weights_1_2 -= learning_rate * slope_1_2
    return weights_0_1, weights_1_2


@train_step.alternative
def with_targets_minus_output(inputs, targets, weights_0_1, weights_1_2, learning_rate):
    hidden = np.maximum(0, inputs @ weights_0_1)
    pull = targets - hidden @ weights_1_2
    back = (pull @ weights_1_2.T) * np.sign(hidden)
    return (
        weights_0_1 + inputs.T @ (learning_rate * back),
        weights_1_2 + (learning_rate * hidden).T @ pull,
    )


@train_step.alternative
def outer_products_added_up(inputs, targets, weights_0_1, weights_1_2, learning_rate):
    new_0_1, new_1_2 = weights_0_1.copy(), weights_1_2.copy()
    for row, target in zip(inputs, targets):
        hidden = np.clip(row @ weights_0_1, 0, None)
        miss = hidden @ weights_1_2 - target
        new_1_2 = new_1_2 - learning_rate * np.outer(hidden, miss)
        new_0_1 = new_0_1 - learning_rate * np.outer(row, (weights_1_2 @ miss) * (hidden > 0))
    return new_0_1, new_1_2


# --- train -------------------------------------------------------------------------------------

train = exercise(
    "train",
    inputs={
        "inputs": Array(("batch", "n"), TAME),
        "targets": Array(("batch", "out"), TAME),
        "weights_0_1": Array(("n", "hidden"), TAME),
        "weights_1_2": Array(("hidden", "out"), TAME),
        "learning_rate": Number((0.125, 0.0625, 0.03125)),
        "epochs": Whole(1, 3),
    },
    cases=40,
    edges=[
        {
            "inputs": [[1, 0, 1], [0, 1, 1], [0, 0, 1], [1, 1, 1]],
            "targets": [[1], [1], [0], [0]],
            "weights_0_1": [[-0.2, 0.4, -1.0, 0.5], [0.3, -0.8, 0.6, 0.1], [0.7, 0.1, -0.2, 0.4]],
            "weights_1_2": [[0.6], [0.75], [-0.9], [0.3]],
            "learning_rate": 0.2,
            "epochs": 5,
        },
        {
            "inputs": [[1.0]],
            "targets": [[1.0]],
            "weights_0_1": [[2.0]],
            "weights_1_2": [[1.0]],
            "learning_rate": 0.25,
            "epochs": 2,
        },
    ],
    hints=[
        "Before the first row is learned, how far does the network miss? Which weights made that "
        "prediction?",
        "Go through the rows one by one, again and again: predict, write down the squared miss, "
        'then learn (chapter 6, "Putting it all together").',
        "inputs[i : i + 1] keeps a row as a matrix of shape (1, n); inputs[i] would be (n,). One "
        "number for each epoch: the squared misses of all its rows, added up.",
    ],
)


@train.law("says one number for each epoch")
def has_one_error_an_epoch(
    answer, inputs, targets, weights_0_1, weights_1_2, learning_rate, epochs
):
    errors = answer(inputs, targets, weights_0_1, weights_1_2, learning_rate, epochs)
    expect(errors).has_shape(epochs)


@train.law("with one row, begins with the error of the weights it was given")
def begins_with_the_first_error(
    answer, inputs, targets, weights_0_1, weights_1_2, learning_rate, epochs
):
    row, target = inputs[:1], targets[:1]
    errors = answer(row, target, weights_0_1, weights_1_2, learning_rate, epochs)
    error = 2 * half_squared_error(row, target, weights_0_1, weights_1_2)
    expect(errors[0], "the first error").equals(error)


@train.law("misses by the same amount for ever when it learns with a rate of 0")
def learns_nothing_at_rate_zero(answer, inputs, targets, weights_0_1, weights_1_2, epochs):
    error = 2 * half_squared_error(inputs, targets, weights_0_1, weights_1_2)
    errors = answer(inputs, targets, weights_0_1, weights_1_2, 0.0, epochs)
    expect(errors).equals([error] * epochs)


@train.law("begins in the same way, however long it goes on")
def more_epochs_only_add(answer, inputs, targets, weights_0_1, weights_1_2, learning_rate, epochs):
    weights = (weights_0_1, weights_1_2)
    longer = answer(inputs, targets, *weights, learning_rate, epochs + 1)
    errors = answer(inputs, targets, *weights, learning_rate, epochs)
    expect(list(longer)[:-1], "all but the last").equals(list(errors))


def train_with(step, inputs, targets, weights_0_1, weights_1_2, learning_rate, epochs):
    errors = []
    for _ in range(epochs):
        error = 0.0
        for i in range(len(inputs)):
            row, target = inputs[i : i + 1], targets[i : i + 1]
            error += 2 * half_squared_error(row, target, weights_0_1, weights_1_2)
            weights_0_1, weights_1_2 = step(row, target, weights_0_1, weights_1_2, learning_rate)
        errors.append(error)
    return errors


@train.misconception(
    "the blame flows back along weights that are already changed",
    "Work out the hidden delta before you change weights_1_2: it belongs to the old weights.",
)
def updated_before_delta(*args):
    return train_with(step_with_new_upper_weights, *args)


@train.misconception(
    "relu's slope with `>=`",
    "relu never returns anything below 0, so `>= 0` is always true and every unit is blamed.",
)
def relu_deriv_ge(*args):
    return train_with(partial(train_step_with, slope=lambda hidden, before: 1.0), *args)


@train.misconception(
    "all rows at once",
    "Learn from each row as soon as you have seen it: one train_step on inputs[i : i + 1].",
)
def full_batch_instead_of_sgd(inputs, targets, weights_0_1, weights_1_2, learning_rate, epochs):
    errors = []
    for _ in range(epochs):
        errors.append(2 * half_squared_error(inputs, targets, weights_0_1, weights_1_2))
        weights_0_1, weights_1_2 = train_step_with(
            inputs, targets, weights_0_1, weights_1_2, learning_rate
        )
    return errors


@train.misconception(
    "the error of the epoch's last row only", "Add up the squared misses of all rows of an epoch."
)
def last_error_only(inputs, targets, weights_0_1, weights_1_2, learning_rate, epochs):
    errors = []
    for _ in range(epochs):
        for i in range(len(inputs)):
            row, target = inputs[i : i + 1], targets[i : i + 1]
            error = 2 * half_squared_error(row, target, weights_0_1, weights_1_2)
            weights_0_1, weights_1_2 = train_step_with(
                row, target, weights_0_1, weights_1_2, learning_rate
            )
        errors.append(error)
    return errors


@train.misconception(
    "the error is never set back to 0", "Every epoch starts with an error of 0 of its own."
)
def error_never_reset(*args):
    return np.cumsum(train_with(train_step_with, *args))


@train.misconception(
    "the mean error of an epoch", "Add the squared misses up; do not divide by the number of rows."
)
def mean_error(inputs, *args):
    return [error / len(inputs) for error in train_with(train_step_with, inputs, *args)]


@train.misconception(
    "the error measured after the step",
    "Measure each row's miss with the weights that made the prediction, before the step.",
)
def error_after_the_step(inputs, targets, weights_0_1, weights_1_2, learning_rate, epochs):
    errors = []
    for _ in range(epochs):
        error = 0.0
        for i in range(len(inputs)):
            row, target = inputs[i : i + 1], targets[i : i + 1]
            weights_0_1, weights_1_2 = train_step_with(
                row, target, weights_0_1, weights_1_2, learning_rate
            )
            error += 2 * half_squared_error(row, target, weights_0_1, weights_1_2)
        errors.append(error)
    return errors


@train.misconception(
    "half the squared error",
    "The delta belongs to half the squared error, but what is reported is the whole squared miss.",
)
def reports_half(*args):
    return [error / 2 for error in train_with(train_step_with, *args)]


@train.alternative
def with_vectors(inputs, targets, weights_0_1, weights_1_2, learning_rate, epochs):
    errors = np.zeros(epochs)
    for epoch in range(epochs):
        for row, target in zip(inputs, targets):
            hidden = np.maximum(0, row @ weights_0_1)
            miss = hidden @ weights_1_2 - target
            errors[epoch] += miss @ miss
            back = (weights_1_2 @ miss) * (hidden > 0)
            weights_1_2 = weights_1_2 - learning_rate * np.outer(hidden, miss)
            weights_0_1 = weights_0_1 - learning_rate * np.outer(row, back)
    return errors


@train.alternative
def with_targets_minus_output_all_along(
    inputs, targets, weights_0_1, weights_1_2, learning_rate, epochs
):
    w1, w2, errors = weights_0_1 + 0.0, weights_1_2 + 0.0, []
    while len(errors) < epochs:
        squares = []
        for i in range(inputs.shape[0]):
            row = inputs[[i]]
            hidden = np.einsum("bn,nh->bh", row, w1)
            hidden = np.where(hidden > 0, hidden, 0)
            pull = targets[[i]] - np.einsum("bh,ho->bo", hidden, w2)
            squares.append(float((pull**2).sum()))
            back = np.einsum("bo,ho->bh", pull, w2) * np.sign(hidden)
            w2 += learning_rate * hidden.T.dot(pull)
            w1 += learning_rate * row.T.dot(back)
        errors.append(sum(squares))
    return tuple(errors)


# --- dead_units --------------------------------------------------------------------------------

dead_units = exercise(
    "dead_units",
    inputs={"inputs": Array(("batch", "n"), SMALL), "weights_0_1": Array(("n", "hidden"), SMALL)},
    edges=[
        {"inputs": [[1.0], [2.0]], "weights_0_1": [[1.0, -1.0]]},
        {"inputs": [[1.0], [-1.0]], "weights_0_1": [[1.0, -1.0]]},
        {"inputs": [[0.0]], "weights_0_1": [[1.0]]},
    ],
    hints=[
        "A unit is off for the first row and on for the second. Is it dead?",
        "A unit that is off for every row gets no blame from any of them, so its weights never "
        'change (chapter 6, "Why deep networks matter").',
        "relu(inputs . weights_0_1) is (batch, hidden). Look down each column: is every entry 0? "
        "np.all(..., axis=0) gives (hidden,).",
    ],
)


@dead_units.law("is False for a unit that is on in at least one row")
def one_row_is_enough(answer, inputs, weights_0_1):
    on_somewhere = (inputs.dot(weights_0_1) > 0).any(axis=0)
    dead = np.asarray(answer(inputs, weights_0_1))
    expect(dead & on_somewhere, "units that are on somewhere").equals(np.zeros(len(on_somewhere)))


@dead_units.law("stays True for fewer rows")
def fewer_rows_kill_more(answer, inputs, weights_0_1):
    dead, of_first = answer(inputs, weights_0_1), answer(inputs[:1], weights_0_1)
    expect(np.asarray(dead) & ~np.asarray(of_first).astype(bool)).equals(
        np.zeros(weights_0_1.shape[1])
    )


@dead_units.law("calls every unit dead whose weights are all 0")
def zero_weights_are_dead(answer, inputs, weights_0_1):
    expect(answer(inputs, 0 * weights_0_1)).equals(np.ones(weights_0_1.shape[1]))


@dead_units.misconception(
    "off in at least one row",
    "A unit is dead only if it is off in *every* row: np.all, not np.any.",
)
def any_not_all(inputs, weights_0_1):
    return (inputs.dot(weights_0_1) <= 0).any(axis=0)


@dead_units.misconception(
    "the living units", "True stands for the dead ones: the units whose column is 0 all along."
)
def alive_instead(inputs, weights_0_1):
    return (inputs.dot(weights_0_1) > 0).any(axis=0)


@dead_units.misconception(
    "a unit at exactly 0 counts as on",
    "relu of 0 is 0: the unit is off. Ask for `<= 0`, not `< 0`.",
)
def zero_counts_as_on(inputs, weights_0_1):
    return (inputs.dot(weights_0_1) < 0).all(axis=0)


@dead_units.misconception(
    "units whose sum over the rows is not positive",
    "Without relu, a strong minus in one row hides a plus in another. Look at every row.",
)
def sum_without_relu(inputs, weights_0_1):
    return inputs.dot(weights_0_1).sum(axis=0) <= 0


@dead_units.misconception(
    "one answer for each row", "Look down the columns (axis 0): one answer for each hidden unit."
)
def wrong_axis(inputs, weights_0_1):
    return (inputs.dot(weights_0_1) <= 0).all(axis=1)


@dead_units.alternative
def sum_of_relu_is_zero(inputs, weights_0_1):
    return np.sum(np.maximum(np.einsum("bn,nh->bh", inputs, weights_0_1), 0), axis=0) == 0


@dead_units.alternative
def unit_by_unit(inputs, weights_0_1):
    return [
        all(sum(x * w for x, w in zip(row, column)) <= 0 for row in inputs)
        for column in weights_0_1.T
    ]
