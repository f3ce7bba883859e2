"""How chapter 8 is examined: from pictures to a network that learns with dropout, in batches."""

from itertools import product

import numpy as np

from gdl_check.course import exercise
from gdl_check.expect import expect
from gdl_check.gradient import expect_slopes, upstream_like
from gdl_check.inputs import (
    ACTIVATIONS,
    BITS,
    RATES,
    SMALL,
    Array,
    Choice,
    ListOf,
    Number,
    Rng,
    Whole,
)
from gdl_check.sandbox.wire import Seed

PIXELS = (255, 0, 51, 128, 1, 254, 102, 200, 2, 64)
LABELS = (0, 1, 2, 3, 4)
KEEPS = (0.5, 0.25, 0.75, 1.0)
SHARES = (0.5, 1.0, 0.25, 0.75, 0.0, 0.875, 0.125, 0.625)
# Two layers learning together grow beyond all bounds where numbers are larger than these.
TAME = (1.0, 0.5, -1.0, -0.5, 0.25, -0.25)


def relu_of(x):
    return np.maximum(x, 0)


def half_mean_squared_error(inputs, targets, weights_0_1, weights_1_2, scale=1.0):
    hidden = relu_of(inputs.dot(weights_0_1)) * scale
    return 0.5 * np.sum((hidden.dot(weights_1_2) - targets) ** 2) / len(inputs)


def step_with(
    inputs,
    targets,
    weights_0_1,
    weights_1_2,
    learning_rate,
    forth=1.0,
    back=1.0,
    slope=lambda active: active > 0,
    rows=None,
    update_first=False,
    once_a_row=False,
):
    """One step on a batch: `forth` is what the hidden layer is multiplied by, `back` its blame."""
    active = relu_of(inputs.dot(weights_0_1))
    hidden = active * forth
    output_delta = (hidden.dot(weights_1_2) - targets) / (rows or len(inputs))
    for _ in range(len(inputs) if once_a_row else 1):
        new_1_2 = weights_1_2 - learning_rate * hidden.T.dot(output_delta)
        sent_back = output_delta.dot((new_1_2 if update_first else weights_1_2).T)
        hidden_delta = sent_back * back * slope(active)
        weights_0_1 = weights_0_1 - learning_rate * inputs.T.dot(hidden_delta)
        weights_1_2 = new_1_2
    return weights_0_1, weights_1_2


# --- scale_images ------------------------------------------------------------------------------

scale_images = exercise(
    "scale_images",
    inputs={"pixels": Array(("batch", "height", "width"), PIXELS, whole=True)},
    arrange=lambda pixels: {"images": pixels.astype(np.uint8)},
    edges=[
        {"images": np.array([[[0, 255], [51, 102]]], np.uint8)},
        {"images": np.array([[[0, 0, 0]], [[1, 254, 128]]], np.uint8)},
        {"images": np.array([[[200]]], np.uint8)},
    ],
    hints=[
        "A pixel of 255 is as bright as can be. Which number should it become, and which number a "
        "pixel that is half as bright?",
        'A network takes in one row of small numbers for each example (chapter 8, "Three-layer '
        'network on MNIST"). Divide by the largest number a pixel can have, whatever the largest '
        "one in these pictures is, and lay out each picture as one row.",
        "(batch, height, width) becomes (batch, height * width), for pictures of any size: "
        "reshape(len(images), -1) works out the second number itself. Dividing with / turns whole "
        "numbers of 8 bits into decimals; any other arithmetic with them may wrap round at 256.",
    ],
)


@scale_images.law("has one row for each picture and one number for each pixel")
def has_a_row_for_each_picture(answer, images):
    expect(answer(images)).has_shape(len(images), images[0].size)


@scale_images.law("lies between 0 and 1")
def lies_between_0_and_1(answer, images):
    rows = answer(images)
    expect(rows).is_at_least(0)
    expect(rows).is_at_most(1)


@scale_images.law("makes 0 of black and 1 of white")
def black_is_0_and_white_is_1(answer, images):
    size = (len(images), images[0].size)
    expect(answer(np.zeros_like(images)), "a black picture").equals(np.zeros(size))
    expect(answer(np.full_like(images, 255)), "a white picture").equals(np.ones(size))


@scale_images.law("lets you put the pictures together again")
def can_be_put_together_again(answer, images):
    pictures = 255 * np.asarray(answer(images)).reshape(images.shape)
    expect(pictures, "the pictures").equals(images.astype(float))


@scale_images.misconception(
    "the pixels without scaling",
    "Numbers up to 255 make the sums of the hidden layer so large that learning gets out of hand. "
    "Divide by 255.",
)
def pixel_scaling_forgotten(images):
    return images.reshape(len(images), -1).astype(float)


@scale_images.misconception(
    "arithmetic that wraps round at 256",
    "These whole numbers have 8 bits: 2 * 200 is 144 there, not 400. Divide by 255 first of all; "
    "the result then lies between 0 and 1, and needs nothing else.",
)
def uint8_wraps(images):
    return (2 * images.reshape(len(images), -1)) / 255 - 1


@scale_images.misconception(
    "division without decimals",
    "`//`, or a cast back to whole numbers, leaves 0 for every pixel below 255: the picture is gone. "
    "Use `/`, and keep the decimals.",
)
def integer_division(images):
    return images.reshape(len(images), -1) // 255


@scale_images.misconception(
    "division by 256", "White is 255, and should become exactly 1: divide by 255."
)
def divided_by_256(images):
    return images.reshape(len(images), -1) / 256


@scale_images.misconception(
    "each set of pictures scaled by its own brightest pixel",
    "The same pixel must become the same number in training and in testing: always divide by 255.",
)
def own_maximum(images):
    return images.reshape(len(images), -1) / images.max()


@scale_images.misconception(
    "rows for pictures of 28 x 28 pixels only",
    "Other pictures have other sizes: work out the length of a row from images.shape, or let "
    "reshape do it with -1.",
)
def hardcoded_size(images):
    return images.reshape(len(images), 28 * 28) / 255


@scale_images.misconception(
    "pictures read column by column",
    "Lay out each picture as you read: its first row from left to right, then the next one.",
)
def columns_first(images):
    return images.transpose(0, 2, 1).reshape(len(images), -1) / 255


@scale_images.alternative
def pixel_by_pixel(images):
    return [[int(pixel) / 255 for line in image for pixel in line] for image in images]


@scale_images.alternative
def picture_by_picture(images):
    return np.stack([np.ravel(image).astype(float) * (1 / 255) for image in images])


# --- one_hot -----------------------------------------------------------------------------------

one_hot = exercise(
    "one_hot",
    inputs={"labels": Array(("batch",), LABELS, whole=True), "n_classes": Whole(1, 6)},
    arrange=lambda labels, n_classes: {"labels": labels % n_classes, "n_classes": n_classes},
    edges=[
        {"labels": [5, 0, 4, 1, 9, 2, 1], "n_classes": 10},
        {"labels": [2, 0], "n_classes": 3},
        {"labels": [1, 1, 1], "n_classes": 4},
        {"labels": [0], "n_classes": 1},
    ],
    hints=[
        "There are three classes, and a label is 2. Which three numbers should the network try to "
        "output?",
        "Each class has an output of its own, and only the one of the label should be 1 (chapter "
        '8, "Three-layer network on MNIST"). Begin with zeros, and write one 1 into each row.',
        "(batch,) labels give (batch, n_classes). Row i gets its 1 in column labels[i]. Note that "
        "rows[:, labels] = 1 fills whole columns; there must be a row number beside each label.",
    ],
)


@one_hot.law("has one row for each label and one column for each class")
def has_a_column_for_each_class(answer, labels, n_classes):
    expect(answer(labels, n_classes)).has_shape(len(labels), n_classes)


@one_hot.law("has rows that add up to 1")
def rows_add_up_to_1(answer, labels, n_classes):
    expect(np.asarray(answer(labels, n_classes)).sum(axis=1), "the sums").equals(
        np.ones(len(labels))
    )


@one_hot.law("lets you read the labels back")
def can_be_read_back(answer, labels, n_classes):
    rows = np.asarray(answer(labels, n_classes))
    expect(np.argmax(rows, axis=1), "the places of the largest entries").equals(labels)


@one_hot.law("treats every label on its own")
def labels_are_independent(answer, labels, n_classes):
    turned = np.asarray(answer(labels[::-1].copy(), n_classes))
    expect(turned, "the rows of the labels turned round").equals(
        np.asarray(answer(labels, n_classes))[::-1]
    )


@one_hot.misconception(
    "every label's column filled with 1s",
    "rows[:, labels] = 1 writes into all rows. Say which row each label belongs to: "
    "rows[np.arange(len(labels)), labels] = 1, or go through the rows one by one.",
)
def columns_filled(labels, n_classes):
    rows = np.zeros((len(labels), n_classes))
    rows[:, labels] = 1
    return rows


@one_hot.misconception(
    "as many columns as the largest label needs",
    "A class that does not occur among these labels still has its column: there are n_classes.",
)
def columns_from_the_labels(labels, n_classes):
    return np.eye(labels.max() + 1)[labels]


@one_hot.misconception(
    "ten columns, always",
    "The book's digits have ten classes, other data has others: make n_classes columns.",
)
def hardcoded_size(labels, n_classes):
    return np.eye(10)[labels]


@one_hot.misconception(
    "labels counted from 1",
    "The first class has the label 0, and the first column has the number 0: nothing to subtract.",
)
def counted_from_one(labels, n_classes):
    return np.eye(n_classes)[labels - 1]


@one_hot.misconception(
    "the label itself in its place", "The entry is 1 whatever the label is: its place says which."
)
def label_as_value(labels, n_classes):
    return np.eye(n_classes)[labels] * labels[:, None]


@one_hot.misconception(
    "one column for each label", "Rows are examples: one row for each label, one column a class."
)
def transposed(labels, n_classes):
    return np.eye(n_classes)[labels].T


@one_hot.alternative
def row_by_row(labels, n_classes):
    return [[1 if column == label else 0 for column in range(n_classes)] for label in labels]


@one_hot.alternative
def compared_with_all_classes(labels, n_classes):
    return labels[:, None] == np.arange(n_classes)


@one_hot.alternative
def written_into_zeros(labels, n_classes):
    rows = np.zeros((len(labels), n_classes), dtype=int)
    rows[np.arange(len(labels)), labels] = 1
    return rows


# --- relu_deriv --------------------------------------------------------------------------------

relu_deriv = exercise(
    "relu_deriv",
    inputs={"output": Array(("batch", "hidden"), ACTIVATIONS)},
    edges=[{"output": [[0.0]]}, {"output": [[0.0, 0.5, 3.0]]}, {"output": [[1e-6, 1e6]]}],
    hints=[
        "relu never returns anything below 0. For which of its outputs is `output >= 0` false?",
        "A unit that was off returned exactly 0, and a little more into it would not have changed "
        'that: its slope is 0 (chapter 8, "Three-layer network on MNIST", where the printed '
        "listing asks for `>=`).",
        "Same shape as `output`: 1.0 for every entry above 0, and 0.0 for all others.",
    ],
)


@relu_deriv.law("is 0 for a unit whose output is 0")
def zero_for_units_that_were_off(answer, output):
    expect(answer(np.zeros_like(output))).equals(np.zeros_like(output))


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
    "relu's slope with `>=`, as in the printed listing",
    "relu never returns anything below 0, so `>= 0` is true for every unit: the slope is 1 "
    "everywhere and does nothing. A unit that was off returned exactly 0: ask for `> 0`.",
)
def relu_deriv_ge(output):
    return (output >= 0).astype(float)


@relu_deriv.misconception(
    "the activation itself",
    "The slope of a line is how steep it is, not how high you are on it: where relu passes its "
    "input on, the slope is 1.",
)
def relu_deriv_returns_x(output):
    return output


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
    "half a slope at 0", "At exactly 0 the unit counts as off here: its slope is 0."
)
def half_at_zero(output):
    return np.heaviside(output, 0.5)


@relu_deriv.alternative
def entry_by_entry(output):
    return [[1 if entry > 0 else 0 for entry in row] for row in output]


@relu_deriv.alternative
def zero_to_begin_with(output):
    slope = np.zeros(np.shape(output), dtype=bool)
    slope[np.nonzero(output)] = True
    return slope


# --- step_squared_error ------------------------------------------------------------------------

step_squared_error = exercise(
    "step_squared_error",
    inputs={
        "inputs": Array(("batch", "n"), SMALL),
        "targets": Array(("batch", "out"), SMALL),
        "weights_0_1": Array(("n", "hidden"), SMALL),
        "weights_1_2": Array(("hidden", "out"), SMALL),
        "learning_rate": Number(RATES),
    },
    edges=[
        {
            "inputs": [[1.0], [3.0]],
            "targets": [[1.0], [1.0]],
            "weights_0_1": [[1.0]],
            "weights_1_2": [[1.0]],
            "learning_rate": 0.5,
        },
        {
            "inputs": [[0.1, 0.7]],
            "targets": [[0.0, 1.0]],
            "weights_0_1": [[0.3, -0.9, 1.234567891], [0.6, 0.2, 0.1]],
            "weights_1_2": [[0.7, 0.1], [0.4, 0.9], [-0.3, 0.6]],
            "learning_rate": 0.005,
        },
        {
            "inputs": [[1.0], [2.0]],
            "targets": [[1.0], [0.0]],
            "weights_0_1": [[1.0, -1.0, 0.0]],
            "weights_1_2": [[2.0], [1.0], [1.0]],
            "learning_rate": 0.25,
        },
    ],
    hints=[
        "The same row stands in the batch twice. Should the step be any other than with the row "
        "alone?",
        "From this chapter on a batch takes the mean of what its rows wish for (chapter 8, "
        '"Three-layer network on MNIST"). Divide the miss at the output by the number of rows, and '
        "everything that is sent back from there is divided already.",
        "output_delta is (batch, out), hidden_delta (batch, hidden). inputs^T . hidden_delta is "
        "(n, hidden) and hidden^T . output_delta is (hidden, out), like the weights. Work out both "
        "deltas before you change any weight.",
    ],
)


@step_squared_error.law("leaves the weights as they are when every prediction is perfect")
def rests_when_perfect(answer, inputs, weights_0_1, weights_1_2, learning_rate):
    output = relu_of(inputs.dot(weights_0_1)).dot(weights_1_2)
    new_0_1, new_1_2 = answer(inputs, output, weights_0_1, weights_1_2, learning_rate)
    expect(new_0_1, "weights_0_1").equals(weights_0_1)
    expect(new_1_2, "weights_1_2").equals(weights_1_2)


@step_squared_error.law("stays the same when every row is there twice")
def doubling_the_rows_changes_nothing(
    answer, inputs, targets, weights_0_1, weights_1_2, learning_rate
):
    twice = (np.vstack([inputs, inputs]), np.vstack([targets, targets]))
    new_0_1, new_1_2 = answer(*twice, weights_0_1, weights_1_2, learning_rate)
    once_0_1, once_1_2 = answer(inputs, targets, weights_0_1, weights_1_2, learning_rate)
    expect(new_0_1, "weights_0_1").equals(np.asarray(once_0_1))
    expect(new_1_2, "weights_1_2").equals(np.asarray(once_1_2))


@step_squared_error.law("leaves the weights of a unit alone that is off in every row")
def spares_units_that_were_off(answer, inputs, targets, weights_0_1, weights_1_2, learning_rate):
    dead = weights_0_1.copy()
    dead[:, 0] = 0
    new_0_1, new_1_2 = answer(inputs, targets, dead, weights_1_2, learning_rate)
    expect(np.asarray(new_0_1)[:, 0], "the weights into it").equals(dead[:, 0])
    expect(np.asarray(new_1_2)[0], "the weights out of it").equals(weights_1_2[0])


@step_squared_error.law("moves against the slope of half the squared error, mean over the rows", 4)
def moves_against_the_slope(answer, inputs, targets, weights_0_1, weights_1_2, learning_rate):
    def claimed(weights_0_1, weights_1_2):
        new_0_1, new_1_2 = answer(inputs, targets, weights_0_1, weights_1_2, learning_rate)
        return (
            (weights_0_1 - np.asarray(new_0_1)) / learning_rate,
            (weights_1_2 - np.asarray(new_1_2)) / learning_rate,
        )

    expect_slopes(
        lambda weights_0_1, weights_1_2: half_mean_squared_error(
            inputs, targets, weights_0_1, weights_1_2
        ),
        at={"weights_0_1": weights_0_1, "weights_1_2": weights_1_2},
        claimed=claimed,
        batch=len(inputs),
    )


@step_squared_error.misconception(
    "a step with relu's slope asked for with `>=`",
    "After relu, `>= 0` is true for every unit, so units that were off are blamed as well. "
    "relu_deriv asks for `> 0`.",
)
def relu_deriv_ge(*args):
    return step_with(*args, slope=lambda active: active >= 0)


@step_squared_error.misconception(
    "the sum over the rows instead of the mean",
    "Divide the output's delta by the number of rows, or the step grows with the batch.",
)
def batch_delta_not_averaged(*args):
    return step_with(*args, rows=1)


@step_squared_error.misconception(
    "a mean over the outputs as well",
    "A row's error is the sum over its outputs. Divide by len(inputs), not by the number of all "
    "entries of the miss.",
)
def divided_by_all_entries(inputs, targets, *args):
    return step_with(inputs, targets, *args, rows=targets.size)


@step_squared_error.misconception(
    "a factor 2 in the step",
    "The delta is output - targets, the slope of half the squared error: no factor 2.",
)
def factor_two(inputs, *args):
    return step_with(inputs, *args, rows=len(inputs) / 2)


@step_squared_error.misconception(
    "a step uphill", "The delta is output - targets: subtract the step from the weights."
)
def sign_flipped(inputs, *args):
    return step_with(inputs, *args, rows=-len(inputs))


@step_squared_error.misconception(
    "a step whose blame flows back along the new weights",
    "The upper weights were changed before the hidden delta was worked out. Find both deltas "
    "first, then change both layers.",
)
def updated_before_delta(*args):
    return step_with(*args, update_first=True)


@step_squared_error.misconception(
    "a step that changes the weights it was given",
    "`weights -= ...` writes into the caller's arrays. Return new ones: weights - ...",
)
def mutates_weights(inputs, targets, weights_0_1, weights_1_2, learning_rate):
    new_0_1, new_1_2 = step_with(inputs, targets, weights_0_1, weights_1_2, learning_rate)
    weights_0_1 -= weights_0_1 - new_0_1
    weights_1_2 -= weights_1_2 - new_1_2
    return weights_0_1, weights_1_2


@step_squared_error.alternative
def mean_of_the_rows_wishes(inputs, targets, weights_0_1, weights_1_2, learning_rate):
    wishes_0_1, wishes_1_2 = [], []
    for row, target in zip(inputs, targets):
        hidden = np.clip(row @ weights_0_1, 0, None)
        miss = hidden @ weights_1_2 - target
        wishes_1_2.append(np.outer(hidden, miss))
        wishes_0_1.append(np.outer(row, (weights_1_2 @ miss) * np.sign(hidden)))
    return (
        weights_0_1 - learning_rate * np.mean(wishes_0_1, axis=0),
        weights_1_2 - learning_rate * np.mean(wishes_1_2, axis=0),
    )


@step_squared_error.alternative
def with_targets_minus_output(inputs, targets, weights_0_1, weights_1_2, learning_rate):
    before = np.einsum("bn,nh->bh", inputs, weights_0_1)
    hidden = np.where(before > 0, before, 0)
    pull = targets - np.einsum("bh,ho->bo", hidden, weights_1_2)
    rate = learning_rate / inputs.shape[0]
    return [
        weights_0_1 + rate * np.einsum("bn,bo,ho,bh->nh", inputs, pull, weights_1_2, before > 0),
        weights_1_2 + rate * np.einsum("bh,bo->ho", hidden, pull),
    ]


# --- evaluate ----------------------------------------------------------------------------------

evaluate = exercise(
    "evaluate",
    inputs={
        "inputs": Array(("batch", "n"), SMALL),
        "labels": Array(("batch",), LABELS, whole=True),
        "weights_0_1": Array(("n", "hidden"), SMALL),
        "weights_1_2": Array(("hidden", "n_classes"), SMALL),
    },
    arrange=lambda inputs, labels, weights_0_1, weights_1_2: {
        "inputs": inputs,
        "targets": np.eye(weights_1_2.shape[1])[labels % weights_1_2.shape[1]],
        "weights_0_1": weights_0_1,
        "weights_1_2": weights_1_2,
    },
    edges=[
        {
            "inputs": [[1.0], [2.0]],
            "targets": np.array([[1.0, 0.0], [0.0, 1.0]]),
            "weights_0_1": [[1.0]],
            "weights_1_2": [[1.0, 0.0]],
        },
        {
            "inputs": [[0.1, 0.7], [0.9, 0.3], [0.2, 0.2]],
            "targets": np.array([[0.0, 1.0], [0.0, 1.0], [1.0, 0.0]]),
            "weights_0_1": [[0.3, -0.9, 1.234567891], [0.6, 0.2, 0.1]],
            "weights_1_2": [[0.7, 0.1], [0.4, 0.9], [-0.3, 0.6]],
        },
        {
            "inputs": [[-1.0]],
            "targets": np.array([[1.0, 0.0, 0.0]]),
            "weights_0_1": [[1.0]],
            "weights_1_2": [[1.0, 2.0, 3.0]],
        },
    ],
    hints=[
        "Three pictures, ten outputs for each. How many answers does the network give, and where "
        "in its row does each of them stand?",
        "Predict as the network is, with all its units on: nothing is dropped, turned up or "
        'learned while you look how well it does (chapter 8, "Memorisation vs. generalisation").',
        "output is (batch, n_classes), like the targets. Add up the squared misses along each row, "
        "then take the mean of the rows. np.argmax(..., axis=1) gives (batch,), the class of each "
        "row, for outputs and targets alike.",
    ],
)


@evaluate.law("says error 0 and accuracy 1 of a network that is always right")
def knows_perfection(answer, targets):
    passes_on = np.eye(targets.shape[1])
    error, accuracy = answer(targets, targets, passes_on, passes_on)
    expect(error, "the error").equals(0.0)
    expect(accuracy, "the accuracy").equals(1.0)


@evaluate.law("says how many rows out of all are right")
def counts_the_right_rows(answer, targets):
    passes_on, turned = np.eye(targets.shape[1]), targets[::-1].copy()
    error, accuracy = answer(targets, turned, passes_on, passes_on)
    right = np.mean(np.argmax(targets, axis=1) == np.argmax(turned, axis=1))
    expect(accuracy, "the accuracy").equals(float(right))
    expect(error, "the error").equals(float(2 * (1 - right)))


@evaluate.law("is the mean of what it says of each row alone")
def is_the_mean_of_the_rows(answer, inputs, targets, weights_0_1, weights_1_2):
    rows = [
        answer(inputs[i : i + 1], targets[i : i + 1], weights_0_1, weights_1_2)
        for i in range(len(inputs))
    ]
    error, accuracy = answer(inputs, targets, weights_0_1, weights_1_2)
    expect(error, "the error").equals(sum(float(row[0]) for row in rows) / len(rows))
    expect(accuracy, "the accuracy").equals(sum(float(row[1]) for row in rows) / len(rows))


@evaluate.law("does not depend on the order of the rows")
def order_of_rows_is_free(answer, inputs, targets, weights_0_1, weights_1_2):
    turned = answer(inputs[::-1].copy(), targets[::-1].copy(), weights_0_1, weights_1_2)
    expect(tuple(turned)).equals(tuple(answer(inputs, targets, weights_0_1, weights_1_2)))


def evaluate_with(
    inputs,
    targets,
    weights_0_1,
    weights_1_2,
    scale=1.0,
    error=lambda squares: squares.sum(axis=1).mean(),
    axis=1,
):
    output = (relu_of(inputs.dot(weights_0_1)) * scale).dot(weights_1_2)
    right = np.argmax(output, axis=axis) == np.argmax(targets, axis=axis)
    return error((output - targets) ** 2), np.mean(right)


@evaluate.misconception(
    "the largest entry of the whole batch",
    "np.argmax without an axis looks for one place among all rows together. Every row has its own "
    "class: np.argmax(output, axis=1).",
)
def argmax_over_batch(*args):
    return evaluate_with(*args, axis=None)


@evaluate.misconception(
    "the largest row of each class",
    "axis=0 goes down the columns and asks which row is the best for each class. Go along each "
    "row: axis=1.",
)
def wrong_axis(*args):
    return evaluate_with(*args, axis=0)


@evaluate.misconception(
    "an evaluation with the hidden layer turned up",
    "Turning up belongs to dropout: it makes good for the units that are switched off. Here all "
    "units are on, so the hidden layer is used as it is.",
)
def scales_at_test_time_too(*args):
    return evaluate_with(*args, scale=2.0)


@evaluate.misconception(
    "the error of all rows together",
    "Divide by the number of rows, or a large test set looks worse than a small one.",
)
def sum_not_mean(*args):
    return evaluate_with(*args, error=np.sum)


@evaluate.misconception(
    "a mean over the outputs as well",
    "The error of a row is the *sum* over its outputs; only the rows are averaged.",
)
def mean_over_all_entries(*args):
    return evaluate_with(*args, error=np.mean)


@evaluate.misconception(
    "half the error", "Half the squared error is what the deltas belong to; report the whole of it."
)
def reports_half(*args):
    return evaluate_with(*args, error=lambda squares: squares.sum(axis=1).mean() / 2)


@evaluate.misconception(
    "the number of right rows", "The accuracy is a share from 0 to 1: divide by the number of rows."
)
def count_instead_of_share(inputs, *args):
    error, accuracy = evaluate_with(inputs, *args)
    return error, accuracy * len(inputs)


@evaluate.misconception(
    "the accuracy before the error", "Return the error first, then the accuracy."
)
def returned_in_the_wrong_order(*args):
    return evaluate_with(*args)[::-1]


@evaluate.alternative
def row_by_row(inputs, targets, weights_0_1, weights_1_2):
    error = right = 0
    for row, target in zip(inputs, targets):
        hidden = [max(0.0, float(np.sum(row * column))) for column in weights_0_1.T]
        output = [float(sum(hidden * column)) for column in weights_1_2.T]
        error += sum((o - float(t)) ** 2 for o, t in zip(output, target))
        right += output.index(max(output)) == list(target).index(1)
    return [error / len(inputs), right / len(inputs)]


@evaluate.alternative
def with_einsum(inputs, targets, weights_0_1, weights_1_2):
    before = np.einsum("bn,nh->bh", inputs, weights_0_1)
    output = np.einsum("bh,ho->bo", before * (before > 0), weights_1_2)
    miss = targets - output
    hits = targets[np.arange(len(targets)), output.argmax(axis=1)]
    return np.einsum("bo,bo->", miss, miss) / len(miss), hits.sum() / len(hits)


# --- split -------------------------------------------------------------------------------------

split = exercise(
    "split",
    inputs={
        "inputs": Array(("batch", "n")),
        "targets": Array(("batch",)),
        "n_train": Whole(0, 5),
        "rng": Rng(),
    },
    arrange=lambda inputs, targets, n_train, rng: {
        "inputs": inputs,
        "targets": targets,
        "n_train": n_train % (len(inputs) + 1),
        "rng": rng,
    },
    agreement=False,
    cases=30,
    hints=[
        "You ask pupils the very questions that they have practised. What do you learn about them?",
        "A network that has learned by heart is found out only by rows it has never seen (chapter "
        '8, "Memorisation vs. generalisation"). Shuffle first: data often comes in an order. And '
        "shuffle the row numbers, so that inputs and targets stay together.",
        "order = rng.permutation(len(inputs)) is (batch,). inputs[order[:n_train]] is (n_train, "
        "n). Four results: train_inputs, train_targets, test_inputs, test_targets.",
    ],
)


def numbered(batch, n):
    """Rows that can be told apart, in order, each with a target that belongs to it alone."""
    inputs = 1.234567891 * (np.arange(float(batch * n)) - 3).reshape(batch, n)
    return inputs, inputs[:, 0] * 2 + 1


@split.law("keeps n_train rows for training and the rest for testing")
def has_the_right_sizes(answer, inputs, targets, n_train, rng):
    parts = answer(inputs, targets, n_train, rng)
    lengths = [len(np.asarray(part)) for part in parts]
    rest = len(inputs) - n_train
    expect(lengths, "the numbers of rows").equals([n_train, n_train, rest, rest])


@split.law("puts every row into exactly one of the two")
def leaks_no_row(answer, inputs, n_train, rng):
    rows, targets = numbered(len(inputs) + 6, inputs.shape[1])
    train_inputs, _, test_inputs, _ = answer(rows, targets, n_train + 2, rng)
    both = np.vstack([train_inputs, test_inputs])
    expect(both[np.argsort(both[:, 0])], "all rows together, in order,").equals(rows)


@split.law("leaves every row its target")
def targets_go_along(answer, inputs, n_train, rng):
    rows, targets = numbered(len(inputs) + 6, inputs.shape[1])
    train_inputs, train_targets, test_inputs, test_targets = answer(rows, targets, n_train + 2, rng)
    expect(train_targets, "the training rows' targets").equals(
        np.asarray(train_inputs)[:, 0] * 2 + 1
    )
    expect(test_targets, "the test rows' targets").equals(np.asarray(test_inputs)[:, 0] * 2 + 1)


# 400 rows, half of them for training: of the first 200 rows 100 go to the test rows, give or take
# 5 (the standard deviation). Beyond 40 is eight of these: less than once in 10^14 times.
@split.law("chooses the rows by chance", most=2)
def chooses_by_chance(answer, rng):
    rows, targets = numbered(400, 2)
    _, _, test_inputs, _ = answer(rows, targets, 200, rng)
    early = int(np.sum(np.asarray(test_inputs)[:, 0] < rows[200, 0]))
    expect(60 <= early <= 140).is_true(
        f"{early} of the first 200 rows are for testing, where about 100 are expected: shuffle"
    )


# 40 rows, 20 of them for training: two generators choose the same ones once in 10^11 times.
@split.law("chooses other rows for another seed", most=4)
def depends_on_the_rng(answer, rng):
    rows, targets = numbered(40, 2)
    here = answer(rows, targets, 20, rng)
    there = answer(rows, targets, 20, type(rng)(rng.seed + 1000))
    chosen = [np.sort(np.asarray(parts[0])[:, 0]) for parts in (here, there)]
    expect(bool((chosen[0] != chosen[1]).any())).is_true(
        "two different generators chose the same rows"
    )


def split_by(inputs, targets, train, test):
    return inputs[train], targets[train], inputs[test], targets[test]


@split.misconception(
    "the first rows for training, the last for testing",
    "Data often comes in an order, all zeros first, all nines last: the network would be tested on "
    "what it has never met. Shuffle before you cut.",
)
def not_shuffled(inputs, targets, n_train, rng):
    rows = np.arange(len(inputs))
    return split_by(inputs, targets, rows[:n_train], rows[n_train:])


@split.misconception(
    "a test on the training rows",
    "What the network has learned from says nothing about what it does with new rows. The test "
    "rows are those that are *not* for training.",
)
def tests_on_train(inputs, targets, n_train, rng):
    order = rng.permutation(len(inputs))
    return split_by(inputs, targets, order[:n_train], order)


@split.misconception(
    "inputs and targets shuffled apart",
    "Two shuffles tear each row from its target. Draw one order and use it for both.",
)
def shuffled_apart(inputs, targets, n_train, rng):
    mine, theirs = rng.permutation(len(inputs)), rng.permutation(len(inputs))
    return (
        inputs[mine[:n_train]],
        targets[theirs[:n_train]],
        inputs[mine[n_train:]],
        targets[theirs[n_train:]],
    )


@split.misconception(
    "rows that may be drawn twice",
    "rng.integers draws the same row again and again, and a row may land on both sides. "
    "rng.permutation holds every row once.",
)
def drawn_with_replacement(inputs, targets, n_train, rng):
    order = rng.integers(len(inputs), size=len(inputs))
    return split_by(inputs, targets, order[:n_train], order[n_train:])


@split.misconception(
    "both inputs before both targets",
    "Return train_inputs, train_targets, test_inputs, test_targets, in this order.",
)
def returned_in_the_wrong_order(inputs, targets, n_train, rng):
    order = rng.permutation(len(inputs))
    a, b, c, d = split_by(inputs, targets, order[:n_train], order[n_train:])
    return a, c, b, d


@split.misconception(
    "the same rows every time",
    "A seed of your own chooses the same rows whatever `rng` is. Draw from the `rng` you are given.",
)
def own_seed(inputs, targets, n_train, rng):
    order = np.random.default_rng(0).permutation(len(inputs))
    return split_by(inputs, targets, order[:n_train], order[n_train:])


@split.alternative
def drawn_without_replacement(inputs, targets, n_train, rng):
    train = rng.choice(len(inputs), size=n_train, replace=False)
    test = [row for row in range(len(inputs)) if row not in train]
    return split_by(inputs, targets, train, np.array(test, dtype=int))


@split.alternative
def sorted_by_random_numbers(inputs, targets, n_train, rng):
    order = np.argsort(rng.random(len(inputs)))
    training = np.isin(np.arange(len(inputs)), order[:n_train])
    return [inputs[training], targets[training], inputs[~training], targets[~training]]


# --- generalisation_gap ------------------------------------------------------------------------

generalisation_gap = exercise(
    "generalisation_gap",
    inputs={"train_accuracy": Number(SHARES), "test_accuracy": Number(SHARES)},
    cases=40,
    edges=[
        {"train_accuracy": 1.0, "test_accuracy": 0.7073},
        {"train_accuracy": 0.3, "test_accuracy": 0.1},
        {"train_accuracy": 0.5, "test_accuracy": 0.75},
        {"train_accuracy": 0.0, "test_accuracy": 0.0},
    ],
    hints=[
        "A network gets all its training rows right, and 70 of 100 new ones. How much of what it "
        "can do has it merely learned by heart?",
        "The training accuracy alone looks good for a network that has learned by heart (chapter "
        '8, "Overfitting in neural networks"). Compare it with the test accuracy.',
        "Two numbers come in, one goes out. It is 0 when both are the same, and below 0 when the "
        "network does better on what is new.",
    ],
)


@generalisation_gap.law("is 0 for a network that does equally well on both")
def is_zero_when_equal(answer, train_accuracy):
    expect(answer(train_accuracy, train_accuracy)).equals(0.0)


@generalisation_gap.law("is what is lost from the training rows to the test rows")
def is_what_is_lost(answer, train_accuracy, test_accuracy):
    expect(test_accuracy + answer(train_accuracy, test_accuracy), "test accuracy and gap").equals(
        train_accuracy
    )


@generalisation_gap.law("changes its sign when the two change places")
def turns_round(answer, train_accuracy, test_accuracy):
    expect(answer(test_accuracy, train_accuracy)).equals(
        -float(answer(train_accuracy, test_accuracy))
    )


@generalisation_gap.misconception(
    "the test accuracy minus the training accuracy",
    "The gap is large where the network does better on what it has learned from: training minus "
    "test.",
)
def sign_flipped(train_accuracy, test_accuracy):
    return test_accuracy - train_accuracy


@generalisation_gap.misconception(
    "the gap without its sign",
    "Doing better on new rows is something else than doing worse: keep the sign.",
)
def absolute_gap(train_accuracy, test_accuracy):
    return abs(train_accuracy - test_accuracy)


@generalisation_gap.misconception(
    "how many times better it is", "The gap is a difference: subtract, do not divide."
)
def ratio(train_accuracy, test_accuracy):
    return train_accuracy / test_accuracy


@generalisation_gap.misconception(
    "the gap as a part of the training accuracy",
    "Just subtract: a gap of 0.25 is 0.25, however good the training accuracy is.",
)
def relative_gap(train_accuracy, test_accuracy):
    return (train_accuracy - test_accuracy) / train_accuracy


@generalisation_gap.alternative
def with_numpy(train_accuracy, test_accuracy):
    return np.subtract(train_accuracy, test_accuracy)


@generalisation_gap.alternative
def by_what_they_get_wrong(train_accuracy, test_accuracy):
    return (1 - test_accuracy) - (1 - train_accuracy)


# --- early_stop_epoch --------------------------------------------------------------------------

early_stop_epoch = exercise(
    "early_stop_epoch",
    inputs={
        "test_errors": ListOf(Number((1.0, 2.0, 3.0, 0.5, 4.0, 1.5)), 1, 9),
        "patience": Whole(1, 4),
    },
    edges=[
        {"test_errors": [5.0, 3.0, 4.0, 4.0, 1.0], "patience": 2},
        {"test_errors": [0.601, 0.42, 0.414, 0.482, 0.653], "patience": 2},
        {"test_errors": [3.0, 2.0, 1.0], "patience": 1},
        {"test_errors": [1.0, 2.0, 3.0], "patience": 2},
        {"test_errors": [2.0, 1.0, 1.0, 1.0], "patience": 3},
        {"test_errors": [2.0, 3.0, 1.0, 2.0, 0.5], "patience": 2},
        {"test_errors": [2.0, 4.0, 3.0, 4.0, 1.0], "patience": 2},
        {"test_errors": [5.0, 6.0, 6.0, 4.0, 5.0, 5.0, 5.0, 3.0], "patience": 4},
        {"test_errors": [0.3], "patience": 1},
    ],
    hints=[
        "The test error was 3, then 4, 4, and only then 1. With a patience of 2, is the 1 ever "
        "seen?",
        'When the network begins to learn by heart, the test error climbs again (chapter 8, "The '
        'simplest regularization: early stopping"). One bad epoch may be chance: patience says how '
        "many of them in a row are too many. The weights that are kept are those of the best epoch.",
        "Go through the errors with their numbers (enumerate). Remember the number of the best "
        "epoch; an error that is only as low is no new best. epoch - best says how many epochs have "
        "passed since then.",
    ],
)


@early_stop_epoch.law("is a whole number, which can pick an epoch")
def is_a_whole_number(answer, test_errors, patience):
    expect(np.asarray(answer(test_errors, patience)).dtype.kind in "iu").is_true(
        "the number of an epoch is a whole number, without decimals"
    )


@early_stop_epoch.law("is the last epoch when the error falls all the way")
def is_the_last_of_a_falling_curve(answer, test_errors, patience):
    falling = [float(error) for error in range(len(test_errors), 0, -1)]
    expect(answer(falling, patience)).equals(len(falling) - 1)


@early_stop_epoch.law("is the first epoch when the error never gets lower")
def is_the_first_of_a_flat_curve(answer, test_errors, patience):
    expect(answer([test_errors[0]] * len(test_errors), patience)).equals(0)


@early_stop_epoch.law("is the lowest of all, the first on ties, when patience is long enough")
def is_the_lowest_with_much_patience(answer, test_errors):
    lowest = test_errors.index(min(test_errors))
    expect(answer(test_errors, len(test_errors))).equals(lowest)


@early_stop_epoch.law("never looks beyond the epoch where patience has run out")
def does_not_look_beyond(answer, test_errors, patience):
    worse, best = max(test_errors) + 1, min(test_errors) - 1
    more = [*test_errors, *[worse] * patience, best]
    expect(answer(more, patience)).equals(float(answer(test_errors, patience)))


@early_stop_epoch.law("waits as long as patience lasts")
def waits_long_enough(answer, test_errors, patience):
    best = min(test_errors) - 1
    waiting = [best, *[best + 1] * (patience - 1), best - 1]
    expect(answer(waiting, patience)).equals(len(waiting) - 1)


def stopped(test_errors, patience, better=lambda error, best: error < best, late=0):
    """The best epoch and the one where training stops."""
    best = 0
    for epoch, error in enumerate(test_errors):
        if better(error, test_errors[best]):
            best = epoch
        if epoch - best == patience + late:
            break
    return best, epoch


@early_stop_epoch.misconception(
    "the lowest error of all",
    "Training stops when patience has run out; whatever would have come later is never seen.",
)
def ignores_patience(test_errors, patience):
    return test_errors.index(min(test_errors))


@early_stop_epoch.misconception(
    "the epoch before the first rise",
    "One worse epoch may be chance: go on until `patience` epochs in a row have brought nothing.",
)
def stops_at_first_rise(test_errors, patience):
    return stopped(test_errors, 1)[0]


@early_stop_epoch.misconception(
    "the epoch where training stops",
    "By then the network has already been learning by heart. Return the best epoch before it.",
)
def returns_the_stop(test_errors, patience):
    return stopped(test_errors, patience)[1]


@early_stop_epoch.misconception(
    "the last of several equally good epochs",
    "An error that is only as low as the best is no progress: ask for `<`, not `<=`.",
)
def last_on_ties(test_errors, patience):
    return stopped(test_errors, patience, lambda error, best: error <= best)[0]


@early_stop_epoch.misconception(
    "patience that lasts an epoch too long",
    "After `patience` epochs without a new best it is over; the next one is not looked at.",
)
def one_epoch_too_long(test_errors, patience):
    return stopped(test_errors, patience, late=1)[0]


@early_stop_epoch.misconception(
    "patience that is never renewed",
    "Every new best starts the waiting afresh: only epochs in a row without progress count.",
)
def patience_never_renewed(test_errors, patience):
    best, waited = 0, 0
    for epoch in range(1, len(test_errors)):
        if test_errors[epoch] < test_errors[best]:
            best = epoch
        else:
            waited += 1
            if waited == patience:
                break
    return best


@early_stop_epoch.misconception(
    "patience that is renewed whenever the error falls a little",
    "Falling back from a bad epoch is no progress yet: compare with the best epoch so far, not "
    "with the one before.",
)
def compares_with_the_epoch_before(test_errors, patience):
    best, waited = 0, 0
    for epoch in range(1, len(test_errors)):
        if test_errors[epoch] < test_errors[best]:
            best = epoch
        waited = 0 if test_errors[epoch] < test_errors[epoch - 1] else waited + 1
        if waited == patience:
            break
    return best


@early_stop_epoch.misconception(
    "epochs counted from 1", "The first epoch has the number 0, as in a list."
)
def counted_from_one(test_errors, patience):
    return stopped(test_errors, patience)[0] + 1


@early_stop_epoch.misconception(
    "the lowest error instead of its epoch",
    "Return the number of the epoch, so that its weights can be found.",
)
def returns_the_error(test_errors, patience):
    return test_errors[stopped(test_errors, patience)[0]]


@early_stop_epoch.alternative
def with_a_countdown(test_errors, patience):
    best_error, best, left = float("inf"), 0, patience
    for epoch, error in enumerate(test_errors):
        if error < best_error:
            best_error, best, left = error, epoch, patience
            continue
        left -= 1
        if left == 0:
            return best
    return best


@early_stop_epoch.alternative
def from_best_to_best(test_errors, patience):
    errors = np.array(test_errors)
    best = 0
    while True:
        ahead = np.flatnonzero(errors[best + 1 :][:patience] < errors[best])
        if len(ahead) == 0:
            return best
        best = best + 1 + ahead[0]


# --- best_epoch --------------------------------------------------------------------------------

KEYS = ("train_error", "train_accuracy", "test_error", "test_accuracy")

best_epoch = exercise(
    "best_epoch",
    inputs={"epochs": ListOf(ListOf(Number(SHARES), 4, 4), 1, 7), "patience": Whole(1, 3)},
    arrange=lambda epochs, patience: {
        "history": [dict(zip(KEYS, epoch)) for epoch in epochs],
        "patience": patience,
    },
    edges=[
        {
            "history": [
                dict(zip(KEYS, epoch))
                for epoch in [
                    (0.722, 0.537, 0.601, 0.6488),
                    (0.312, 0.901, 0.42, 0.8114),
                    (0.26, 0.937, 0.414, 0.8111),
                    (0.232, 0.946, 0.417, 0.8066),
                    (0.108, 1.0, 0.653, 0.7073),
                ]
            ],
            "patience": 2,
        },
        {"history": [dict(zip(KEYS, (0.5, 0.25, 0.75, 0.125)))], "patience": 1},
    ],
    hints=[
        "A network goes on learning by heart, epoch after epoch. Which of its two errors never "
        "tells you so?",
        "The error on the training rows keeps falling; the error on the test rows begins to climb "
        'when the network learns noise (chapter 8, "The simplest regularization: early stopping").',
        'history is a list of dicts: row["train_error"] is one number. Make a list of one number '
        "for each epoch, and hand it to early_stop_epoch together with patience.",
    ],
)


@best_epoch.law("is a whole number, which can pick an epoch")
def can_pick_an_epoch(answer, history, patience):
    expect(np.asarray(answer(history, patience)).dtype.kind in "iu").is_true(
        "the number of an epoch is a whole number, without decimals"
    )


@best_epoch.law("does not depend on how well the network does on the training rows")
def training_rows_do_not_matter(answer, history, patience):
    backwards = [row["train_error"] for row in reversed(history)]
    other = [
        row | {"train_error": 1 - error, "train_accuracy": error}
        for row, error in zip(history, backwards)
    ]
    expect(answer(other, patience)).equals(float(answer(history, patience)))


@best_epoch.law("is the epoch with the lowest test error when patience is long enough")
def is_the_lowest_with_much_patience(answer, history):
    errors = [row["test_error"] for row in history]
    expect(answer(history, len(errors))).equals(errors.index(min(errors)))


@best_epoch.law("never looks beyond the epoch where patience has run out")
def does_not_look_beyond_either(answer, history, patience):
    worse, best = [history[-1] | {"test_error": error} for error in (2.0, -1.0)]
    expect(answer([*history, *[worse] * patience, best], patience)).equals(
        float(answer(history, patience))
    )


def stopped_by(history, patience, measure):
    return stopped([measure(row) for row in history], patience)[0]


@best_epoch.misconception(
    "early stopping by the training error",
    "The training error keeps falling while the network learns by heart, so it never says stop. "
    "Watch the test error.",
)
def early_stop_on_train_error(history, patience):
    return stopped_by(history, patience, lambda row: row["train_error"])


@best_epoch.misconception(
    "the epoch with the lowest accuracy",
    "An accuracy is good when it is high; early_stop_epoch looks for low numbers. Give it errors.",
)
def lowest_accuracy(history, patience):
    return stopped_by(history, patience, lambda row: row["test_accuracy"])


@best_epoch.misconception(
    "early stopping by the test accuracy",
    "The accuracy changes in jumps, a row at a time. The test error shows earlier and more finely "
    "that it gets worse.",
)
def early_stop_on_accuracy(history, patience):
    return stopped_by(history, patience, lambda row: -row["test_accuracy"])


@best_epoch.misconception(
    "the epoch with the smallest gap between the errors",
    "An untrained network has a small gap too, and is wrong everywhere. Watch the test error "
    "itself.",
)
def smallest_gap(history, patience):
    return stopped_by(history, patience, lambda row: row["test_error"] - row["train_error"])


@best_epoch.alternative
def counted_by_hand(history, patience):
    best, waited = 0, 0
    for epoch in range(1, len(history)):
        waited += 1
        if history[epoch]["test_error"] < history[best]["test_error"]:
            best, waited = epoch, 0
        if waited >= patience:
            return best
    return best


@best_epoch.alternative
def with_a_list_of_errors(history, patience):
    errors = np.array([row["test_error"] for row in history])
    best = 0
    for epoch in range(len(errors)):
        if epoch - best > patience:
            break
        if errors[epoch] < errors[best]:
            best = epoch
    return np.int64(best)


# --- dropout_mask ------------------------------------------------------------------------------

dropout_mask = exercise(
    "dropout_mask",
    inputs={
        "shape": Choice([(3,), (2, 3), (1, 4), (4, 1), (1,), (5, 2), (3, 2, 4)]),
        "keep": Number((*KEEPS, 0.0)),
        "rng": Rng(),
    },
    agreement=False,
    cases=40,
    hints=[
        "A random number lies evenly between 0 and 1. How often is it below 0.5? And below 0.8?",
        'Each unit stays on with the chance `keep`, whatever the others do (chapter 8, "Dropout in '
        'code", where keep is always 1/2). Draw one random number for each of them, from the `rng` '
        "you are given, and compare.",
        "rng.random(shape) has one number from 0 up to 1 for each entry of the mask. Comparing "
        "gives True and False; turn them into 1.0 and 0.0.",
    ],
)


@dropout_mask.law("has the shape that is asked for")
def has_the_shape(answer, shape, keep, rng):
    expect(answer(shape, keep, rng)).has_shape(*shape)


@dropout_mask.law("holds nothing but 0 and 1")
def holds_zeros_and_ones(answer, shape, keep, rng):
    mask = np.asarray(answer(shape, keep, rng)).astype(float)
    expect(mask * (1 - mask), "mask * (1 - mask)").equals(np.zeros(shape))


@dropout_mask.law("keeps every unit when keep is 1, and none when it is 0")
def keeps_all_or_none(answer, shape, rng):
    expect(answer(shape, 1.0, rng), "with keep = 1").equals(np.ones(shape))
    expect(answer(shape, 0.0, rng), "with keep = 0").equals(np.zeros(shape))


# 4,000 draws: the share of 1s is within 0.08 of `keep` but once in 10^22 times (0.08 is ten
# standard deviations of 0.5 / sqrt(4000), and more for any other keep).
@dropout_mask.law("keeps a share of about `keep`", most=2)
def keeps_the_share(answer, rng):
    for keep in (0.5, 0.2, 0.9):
        share = float(np.mean(np.asarray(answer((50, 80), keep, rng))))
        expect(abs(share - keep) < 0.08).is_true(
            f"with keep = {keep:g}, {share:.0%} of the units stay on"
        )


# In a mask of 40 x 50 at keep = 1/2, some two of the rows are the same once in 10^12 times, some
# two of the columns once in 10^9, and the rows have all the same number of 1s once in 10^37.
# Masks of 100 entries hold equally many 1s for eight seeds once in 10^7 times.
@dropout_mask.law("decides for every unit on its own", most=2)
def decides_for_each_unit(answer, rng):
    mask = np.asarray(answer((40, 50), 0.5, rng)).astype(float)
    alike = len(np.unique(mask, axis=0)) < 40 or len(np.unique(mask.T, axis=0)) < 50
    expect(not alike).is_true("whole rows or columns are the same: draw a number for every entry")
    expect(len(set(mask.sum(axis=1))) > 1).is_true("every row keeps equally many units")
    sums = [
        float(np.sum(np.asarray(answer((10, 10), 0.5, type(rng)(rng.seed + i)))))
        for i in range(1, 9)
    ]
    expect(len(set(sums)) > 1).is_true(
        f"of 100 units always {sums[0]:g} stay on: let chance decide for each of them"
    )


@dropout_mask.law("gives another mask for another seed", most=4)
def depends_on_the_rng(answer, rng):
    other = type(rng)(rng.seed + 1000)
    here, there = np.asarray(answer((8, 9), 0.5, rng)), np.asarray(answer((8, 9), 0.5, other))
    expect(bool((here != there).any())).is_true("two different generators gave the same mask")


@dropout_mask.misconception(
    "the random numbers themselves",
    "A unit is on or off, nothing in between: compare the random numbers with `keep`.",
)
def mask_of_floats(shape, keep, rng):
    return rng.random(shape)


@dropout_mask.misconception(
    "the same mask every time",
    "With a seed of your own the same units are dropped at every step, and the others learn by "
    "heart as before. Draw from the `rng` you are given.",
)
def same_mask_every_step(shape, keep, rng):
    return (np.random.default_rng(0).random(shape) < keep).astype(float)


@dropout_mask.misconception(
    "a mask that drops with the chance `keep`",
    "`keep` is the chance to stay on: 1 where the random number is *below* it.",
)
def keep_taken_as_drop(shape, keep, rng):
    return (rng.random(shape) >= keep).astype(float)


@dropout_mask.misconception(
    "a mask that always keeps one half",
    "The book's randint(2) is a keep of 1/2. Here `keep` may be another chance.",
)
def always_one_half(shape, keep, rng):
    return rng.integers(2, size=shape).astype(float)


@dropout_mask.misconception(
    "a mask that is turned up already",
    "The mask only says on or off; apply_dropout divides by `keep`, and once is enough.",
)
def scaled_already(shape, keep, rng):
    return (rng.random(shape) < keep) / keep


@dropout_mask.misconception(
    "one decision for all rows",
    "Every row of the batch drops units of its own: draw a number for every entry of the mask.",
)
def same_for_every_row(shape, keep, rng):
    return np.ones(shape) * (rng.random(shape[-1]) < keep)


@dropout_mask.misconception(
    "a mask that keeps exactly its share",
    "Each unit stays on by chance, on its own; that the share comes out near `keep` is up to luck.",
)
def exactly_the_share(shape, keep, rng):
    size = int(np.prod(shape))
    mask = np.arange(size) < round(keep * size)
    return rng.permutation(mask.astype(float)).reshape(shape)


@dropout_mask.alternative
def tossed_coins(shape, keep, rng):
    return rng.binomial(1, keep, size=shape)


@dropout_mask.alternative
def one_after_the_other(shape, keep, rng):
    mask = np.zeros(shape, dtype=bool)
    for index in np.ndindex(*shape):
        mask[index] = rng.uniform(0, 1) > 1 - keep
    return mask


# --- apply_dropout -----------------------------------------------------------------------------

apply_dropout = exercise(
    "apply_dropout",
    inputs={
        "hidden": Array(("batch", "hidden")),
        "mask": Array(("batch", "hidden"), BITS),
        "keep": Number(KEEPS),
    },
    edges=[
        {"hidden": [[3.0, 5.0]], "mask": [[0.0, 1.0]], "keep": 0.5},
        {"hidden": [0.1, 0.7, 1.234567891], "mask": [1.0, 0.0, 1.0], "keep": 0.8},
        {"hidden": [[2.0]], "mask": [[1.0]], "keep": 0.25},
        {"hidden": [[2.0]], "mask": [[0.0]], "keep": 1.0},
    ],
    hints=[
        "Half of the units are switched off. How much less reaches the next layer, on average?",
        "The units that stay on are turned up, so that the next layer gets on average as much as "
        'before (chapter 8, "Dropout in code"). The book keeps one half and multiplies by 2: what '
        "does that become for another `keep`?",
        "All three have to do with each other entry by entry, and the result has the shape of "
        "`hidden`. 2 is 1 / 0.5. Make a new array: *= would change the caller's.",
    ],
)


@apply_dropout.law("is 0 where the unit is dropped")
def drops_units(answer, hidden, mask, keep):
    dropped = np.asarray(answer(hidden, mask, keep)) * (1 - mask)
    expect(dropped, "the dropped units").equals(np.zeros_like(hidden))


@apply_dropout.law("turns up the units that stay on")
def turns_up_the_others(answer, hidden, keep):
    expect(answer(hidden, np.ones_like(hidden), keep), "with nothing dropped").equals(hidden / keep)


@apply_dropout.law("is on average as strong as without dropout")
def is_as_strong_on_average(answer, hidden, mask, keep):
    on = np.asarray(answer(hidden, np.ones_like(mask), keep))
    off = np.asarray(answer(hidden, np.zeros_like(mask), keep))
    expect(keep * on + (1 - keep) * off, "the average").equals(hidden)


@apply_dropout.law("changes nothing when every unit is kept")
def keeps_all(answer, hidden):
    expect(answer(hidden, np.ones_like(hidden), 1.0)).equals(hidden)


@apply_dropout.misconception(
    "a hidden layer that is not turned up",
    "With half of the units off, only half as much reaches the next layer. Divide by `keep`, so "
    "that it gets on average as much as when nothing is dropped.",
)
def dropout_missing_scale(hidden, mask, keep):
    return hidden * mask


@apply_dropout.misconception(
    "a hidden layer that is turned down",
    "The units that are left make good for the others: they get stronger. Divide by `keep`.",
)
def multiplied_by_keep(hidden, mask, keep):
    return hidden * mask * keep


@apply_dropout.misconception(
    "a factor of 2 whatever `keep` is",
    "The book's 2 belongs to a keep of 1/2. In general it is 1 / keep.",
)
def always_times_two(hidden, mask, keep):
    return hidden * mask * 2


@apply_dropout.misconception(
    "a factor from the chance to be dropped",
    "What is left is the share `keep`, so divide by keep, not by 1 - keep.",
)
def divided_by_the_dropped_share(hidden, mask, keep):
    return hidden * mask / np.float64(1 - keep)


@apply_dropout.misconception(
    "a factor counted from the mask",
    "Divide by the chance `keep`, not by the share that this mask happens to have: a mask may be "
    "all 0.",
)
def divided_by_the_mean_of_the_mask(hidden, mask, keep):
    return hidden * mask / np.mean(mask)


@apply_dropout.misconception(
    "the dropped units instead of the kept ones", "A mask of 1 keeps the unit, 0 drops it."
)
def mask_inverted(hidden, mask, keep):
    return hidden * (1 - mask) / keep


@apply_dropout.misconception(
    "a hidden layer changed in place",
    "`hidden *= mask` writes into the caller's array, as the printed listing does. Return a new "
    "one: hidden * mask / keep.",
)
def in_place_mutation(hidden, mask, keep):
    hidden *= mask / keep
    return hidden


@apply_dropout.alternative
def entry_by_entry(hidden, mask, keep):
    out = np.zeros(hidden.shape)
    for index in np.ndindex(*hidden.shape):
        if mask[index] == 1:
            out[index] = float(hidden[index]) / keep
    return out


@apply_dropout.alternative
def with_where(hidden, mask, keep):
    return np.where(mask > 0, (1 / keep) * hidden, 0)


# --- dropout_backward --------------------------------------------------------------------------

dropout_backward = exercise(
    "dropout_backward",
    inputs={
        "upstream": Array(("batch", "hidden")),
        "mask": Array(("batch", "hidden"), BITS),
        "keep": Number(KEEPS),
    },
    edges=[
        {"upstream": [[3.0, -5.0]], "mask": [[0.0, 1.0]], "keep": 0.5},
        {"upstream": [0.1, -0.7, 1.234567891], "mask": [1.0, 0.0, 1.0], "keep": 0.8},
        {"upstream": [[-2.0]], "mask": [[1.0]], "keep": 0.25},
    ],
    hints=[
        "On the way forward a unit was made twice as strong. It gets a little stronger: how much "
        "more does the next layer feel of that?",
        "The blame meets on its way back whatever the signal met on its way forward (chapter 8, "
        '"Dropout in code"): nothing passes a unit that was dropped, and what was turned up is '
        "turned up again. The printed listing forgets the second half of this.",
        "`upstream`, `mask` and the result have the same shape, and all is done entry by entry. "
        "Compare with what apply_dropout does to `hidden`.",
    ],
)


@dropout_backward.law("is 0 for a unit that was dropped")
def spares_dropped_units(answer, upstream, mask, keep):
    dropped = np.asarray(answer(upstream, mask, keep)) * (1 - mask)
    expect(dropped, "the dropped units").equals(np.zeros_like(upstream))


@dropout_backward.law("blames the units that stayed on as much more as they were turned up")
def blames_the_others_more(answer, upstream, keep):
    expect(answer(upstream, np.ones_like(upstream), keep), "with nothing dropped").equals(
        upstream / keep
    )


@dropout_backward.law("doubles when the blame doubles, and turns round with it")
def follows_the_blame(answer, upstream, mask, keep):
    expect(answer(-2 * upstream, mask, keep)).equals(-2 * np.asarray(answer(upstream, mask, keep)))


@dropout_backward.law("says how steeply the error climbs when a unit gets a little more", most=4)
def is_the_slope_of_dropout(answer, upstream, mask, keep):
    expect_slopes(
        lambda hidden: np.sum(upstream * (hidden * mask / keep)),
        at={"hidden": upstream_like(mask)},
        claimed=lambda hidden: answer(upstream, mask, keep),
        batch=len(mask),
    )


@dropout_backward.misconception(
    "blame that is not turned up",
    "What was divided by `keep` on the way forward is divided by `keep` on the way back. The "
    "printed listing multiplies by the mask alone, so its hidden layer learns at half the rate.",
)
def backward_missing_scale(upstream, mask, keep):
    return upstream * mask


@dropout_backward.misconception(
    "blame for the dropped units too",
    "A unit that was dropped sent nothing on, so it is not to blame: use the mask of the way "
    "forward again.",
)
def mask_not_reused_in_backward(upstream, mask, keep):
    return upstream / keep


@dropout_backward.misconception(
    "the blame as it came",
    "Dropout has changed the signal, so it changes the blame: multiply by the mask, divide by keep.",
)
def passed_through(upstream, mask, keep):
    return upstream * 1.0


@dropout_backward.misconception(
    "blame that is turned down",
    "What was turned up on the way forward is turned up on the way back, too: divide by `keep`.",
)
def multiplied_by_keep(upstream, mask, keep):
    return upstream * mask * keep


@dropout_backward.misconception(
    "blame that is turned up twice", "Divide by `keep` once, as on the way forward."
)
def divided_twice(upstream, mask, keep):
    return upstream * mask / keep**2


@dropout_backward.misconception(
    "blame for the dropped units instead of the kept ones", "A mask of 1 says the unit was on."
)
def mask_inverted(upstream, mask, keep):
    return upstream * (1 - mask) / keep


@dropout_backward.alternative
def entry_by_entry(upstream, mask, keep):
    out = np.zeros(upstream.shape)
    for index in np.ndindex(*upstream.shape):
        out[index] = float(upstream[index]) * float(mask[index]) / keep
    return out


@dropout_backward.alternative
def only_where_it_was_on(upstream, mask, keep):
    blame = upstream / keep
    blame[mask == 0] = 0
    return blame


# --- average_predictions -----------------------------------------------------------------------

average_predictions = exercise(
    "average_predictions",
    inputs={"predictions": ListOf(Array(("batch", "n_classes"), SMALL), 1, 4)},
    edges=[
        {"predictions": [np.array([[1.0, 0.0]]), np.array([[0.5, 1.0]])]},
        {
            "predictions": [
                np.array([[0.7, 0.2, 0.1]]),
                np.array([[0.1, 0.8, 0.1]]),
                np.array([[0.3, 0.1, 0.6]]),
            ]
        },
        {"predictions": [np.array([[2.0], [3.0]])]},
    ],
    hints=[
        "Two networks predict 1 and 0.5 for the same output. What do they say together?",
        "Networks that started from other weights learn the same signal, but each another noise "
        '(chapter 8, "Why dropout works: ensembling works"). In the mean the noise cancels.',
        "All predictions have the same shape (batch, n_classes), and so has the result: add up "
        "entry by entry, and divide by the number of networks, len(predictions). Start the sum from "
        "0 or from a copy, so that the first prediction stays as it is.",
    ],
)


@average_predictions.law("is what a single network says, if there is only one")
def one_network_alone(answer, predictions):
    expect(answer(predictions[:1])).equals(predictions[0])


@average_predictions.law("does not depend on the order of the networks")
def order_of_networks_is_free(answer, predictions):
    expect(answer(predictions[::-1])).equals(np.asarray(answer(predictions)))


@average_predictions.law("stays the same when every network is there twice")
def doubling_the_networks_changes_nothing(answer, predictions):
    expect(answer(predictions * 2)).equals(np.asarray(answer(predictions)))


@average_predictions.law("never misses more than the networks do on average")
def never_misses_more(answer, predictions):
    target = predictions[0][::-1] + 0.5
    error = float(np.sum((np.asarray(answer(predictions)) - target) ** 2))
    mean = float(np.mean([np.sum((one - target) ** 2) for one in predictions]))
    expect(error <= mean + 1e-9 * (1 + mean)).is_true(
        f"together they miss a target by {error:.6g}, alone by {mean:.6g} on average"
    )


@average_predictions.misconception(
    "the sum of the predictions", "Divide by the number of networks."
)
def sum_not_mean(predictions):
    return sum(predictions)


@average_predictions.misconception(
    "a vote", "A vote forgets how sure each network was. Take the mean of the outputs themselves."
)
def majority_vote(predictions):
    votes = [np.eye(one.shape[1])[one.argmax(axis=1)] for one in predictions]
    return np.mean(votes, axis=0)


@average_predictions.misconception(
    "the mean of the mean so far and the next network",
    "In this way the last network counts for one half, and the first ones for almost nothing. Add "
    "all of them up, then divide once.",
)
def halved_again_and_again(predictions):
    together = predictions[0]
    for one in predictions[1:]:
        together = (together + one) / 2
    return together


@average_predictions.misconception(
    "the middle prediction", "Take the mean, not the median: every network counts."
)
def median_not_mean(predictions):
    return np.median(predictions, axis=0)


@average_predictions.misconception(
    "one number for everything",
    "np.mean without an axis runs over rows and classes as well. Only the networks are averaged: "
    "axis=0.",
)
def mean_of_everything(predictions):
    return np.mean(predictions)


@average_predictions.misconception(
    "a mean over the rows",
    "Every row has predictions of its own. The networks are the first axis: axis=0.",
)
def wrong_axis(predictions):
    return np.mean(predictions, axis=1)


@average_predictions.misconception(
    "a sum gathered in the first network's prediction",
    "`together = predictions[0]` is no copy: `together += ...` writes into the caller's array. "
    "Start from 0, or from a copy.",
)
def in_place_mutation(predictions):
    together = predictions[0]
    for one in predictions[1:]:
        together += one
    together /= len(predictions)
    return together


@average_predictions.alternative
def with_numpy(predictions):
    return np.mean(np.stack(predictions), axis=0)


@average_predictions.alternative
def each_with_its_share(predictions):
    together = np.zeros(predictions[0].shape)
    for one in reversed(predictions):
        together = together + one * (1 / len(predictions))
    return together.tolist()


# --- minibatch_step ----------------------------------------------------------------------------

minibatch_step = exercise(
    "minibatch_step",
    inputs={
        "inputs": Array(("batch", "n"), SMALL),
        "targets": Array(("batch", "out"), SMALL),
        "weights_0_1": Array(("n", "hidden"), SMALL),
        "weights_1_2": Array(("hidden", "out"), SMALL),
        "mask": Array(("batch", "hidden"), BITS),
        "keep": Number(KEEPS),
        "learning_rate": Number(RATES),
    },
    edges=[
        {
            "inputs": [[1.0]],
            "targets": [[1.0]],
            "weights_0_1": [[1.0, 1.0]],
            "weights_1_2": [[1.0], [1.0]],
            "mask": [[0.0, 1.0]],
            "keep": 0.5,
            "learning_rate": 0.25,
        },
        {
            "inputs": [[0.1, 0.7], [0.9, 0.3]],
            "targets": [[0.0, 1.0], [1.0, 0.0]],
            "weights_0_1": [[0.3, -0.9, 1.234567891], [0.6, 0.2, 0.1]],
            "weights_1_2": [[0.7, 0.1], [0.4, 0.9], [-0.3, 0.6]],
            "mask": [[1.0, 1.0, 0.0], [1.0, 0.0, 1.0]],
            "keep": 0.8,
            "learning_rate": 0.001,
        },
        {
            "inputs": [[1.0], [2.0]],
            "targets": [[1.0], [0.0]],
            "weights_0_1": [[1.0, -1.0, 0.0]],
            "weights_1_2": [[2.0], [1.0], [1.0]],
            "mask": [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]],
            "keep": 0.5,
            "learning_rate": 0.25,
        },
    ],
    hints=[
        "A unit was on, but was dropped for this row. Is it to blame for the row's miss?",
        "Take step_squared_error, and let the hidden layer pass through dropout on the way forward, "
        'its blame through dropout on the way back, with the same mask (chapter 8, "Batch gradient '
        'descent"). All rows of the batch give one step.',
        "active = relu(inputs . weights_0_1) and hidden = apply_dropout(active, mask, keep) are "
        "(batch, hidden), and so is the blame at every point of its way back: through "
        "dropout_backward, then through relu_deriv. The upper weights learn from `hidden`, as it "
        "was after dropout.",
    ],
)


@minibatch_step.law("is step_squared_error when nothing is dropped")
def is_a_plain_step_without_dropout(
    answer, inputs, targets, weights_0_1, weights_1_2, mask, learning_rate
):
    args = (inputs, targets, weights_0_1, weights_1_2)
    new_0_1, new_1_2 = answer(*args, np.ones_like(mask), 1.0, learning_rate)
    plain_0_1, plain_1_2 = step_with(*args, learning_rate)
    expect(new_0_1, "weights_0_1").equals(plain_0_1)
    expect(new_1_2, "weights_1_2").equals(plain_1_2)


@minibatch_step.law("leaves the weights of a unit alone that is dropped in every row")
def spares_dropped_units_everywhere(
    answer, inputs, targets, weights_0_1, weights_1_2, mask, keep, learning_rate
):
    without = mask.copy()
    without[:, 0] = 0
    new_0_1, new_1_2 = answer(
        inputs, targets, weights_0_1, weights_1_2, without, keep, learning_rate
    )
    expect(np.asarray(new_0_1)[:, 0], "the weights into it").equals(weights_0_1[:, 0])
    expect(np.asarray(new_1_2)[0], "the weights out of it").equals(weights_1_2[0])


@minibatch_step.law("takes the same step for copies of a row as for the row alone")
def copies_count_once(answer, inputs, targets, weights_0_1, weights_1_2, mask, keep, learning_rate):
    row = (inputs[:1], targets[:1], mask[:1])
    rows = [np.repeat(part, 3, axis=0) for part in row]
    many = answer(*rows[:2], weights_0_1, weights_1_2, rows[2], keep, learning_rate)
    one = answer(*row[:2], weights_0_1, weights_1_2, row[2], keep, learning_rate)
    expect(many[0], "weights_0_1").equals(np.asarray(one[0]))
    expect(many[1], "weights_1_2").equals(np.asarray(one[1]))


@minibatch_step.law("moves against the slope of half the squared error, with this mask", most=4)
def moves_against_the_slope(
    answer, inputs, targets, weights_0_1, weights_1_2, mask, keep, learning_rate
):
    def claimed(weights_0_1, weights_1_2):
        new_0_1, new_1_2 = answer(
            inputs, targets, weights_0_1, weights_1_2, mask, keep, learning_rate
        )
        return (
            (weights_0_1 - np.asarray(new_0_1)) / learning_rate,
            (weights_1_2 - np.asarray(new_1_2)) / learning_rate,
        )

    expect_slopes(
        lambda weights_0_1, weights_1_2: half_mean_squared_error(
            inputs, targets, weights_0_1, weights_1_2, mask / keep
        ),
        at={"weights_0_1": weights_0_1, "weights_1_2": weights_1_2},
        claimed=claimed,
        batch=len(inputs),
    )


def minibatch_step_with(
    inputs, targets, weights_0_1, weights_1_2, mask, keep, learning_rate, **how
):
    how = {"forth": mask / keep, "back": mask / keep} | how
    return step_with(inputs, targets, weights_0_1, weights_1_2, learning_rate, **how)


@minibatch_step.misconception(
    "a step with relu's slope asked for with `>=`",
    "After relu, `>= 0` is true for every unit, so units that were off are blamed as well. "
    "relu_deriv asks for `> 0`.",
)
def relu_deriv_ge(*args):
    return minibatch_step_with(*args, slope=lambda active: active >= 0)


@minibatch_step.misconception(
    "a step whose blame is not turned up",
    "The hidden layer was divided by `keep` on the way forward, so its blame is divided by `keep` "
    "on the way back. The printed listing leaves this out, and its lower layer learns too slowly.",
)
def backward_missing_scale(*args):
    return minibatch_step_with(*args, back=args[4])


@minibatch_step.misconception(
    "a step with dropout that does not turn up",
    "The units that stay on make good for the others: apply_dropout divides by `keep`, and so does "
    "dropout_backward.",
)
def dropout_missing_scale(*args):
    return minibatch_step_with(*args, forth=args[4], back=args[4])


@minibatch_step.misconception(
    "a step that blames dropped units",
    "A unit that was dropped for a row sent nothing on in it: send the blame back through "
    "dropout_backward, with the same mask.",
)
def mask_not_reused_in_backward(*args):
    return minibatch_step_with(*args, back=1 / args[5])


@minibatch_step.misconception(
    "a step without dropout",
    "Pass relu's output through apply_dropout before it goes on to the next layer.",
)
def no_dropout_at_all(*args):
    return minibatch_step_with(*args, forth=1.0, back=1.0)


@minibatch_step.misconception(
    "the sum over the rows instead of the mean",
    "Divide the output's delta by the number of rows, or the step grows with the batch.",
)
def batch_delta_not_averaged(*args):
    return minibatch_step_with(*args, rows=1)


@minibatch_step.misconception(
    "a division by the number of rows, twice",
    "Once is enough: the hidden delta comes from the output's delta, which is divided already.",
)
def divided_twice(inputs, *args):
    return minibatch_step_with(inputs, *args, rows=len(inputs) ** 2)


@minibatch_step.misconception(
    "as many updates as the batch has rows",
    "In the printed listing the update stands inside the loop that counts the right answers, so "
    "that a batch of 100 is learned 100 times from one and the same prediction. A batch takes one "
    "step: move the update out of that loop.",
)
def updated_once_for_every_row(*args):
    return minibatch_step_with(*args, once_a_row=True)


@minibatch_step.misconception(
    "a step whose blame flows back along the new weights",
    "The upper weights were changed before the hidden delta was worked out. Find both deltas "
    "first, then change both layers.",
)
def updated_before_delta(*args):
    return minibatch_step_with(*args, update_first=True)


@minibatch_step.misconception(
    "a step uphill", "The delta is output - targets: subtract the step from the weights."
)
def sign_flipped(inputs, *args):
    return minibatch_step_with(inputs, *args, rows=-len(inputs))


@minibatch_step.alternative
def row_by_row(inputs, targets, weights_0_1, weights_1_2, mask, keep, learning_rate):
    slope_0_1, slope_1_2 = np.zeros(weights_0_1.shape), np.zeros(weights_1_2.shape)
    for row, target, on in zip(inputs, targets, mask):
        active = np.clip(row @ weights_0_1, 0, None)
        hidden = np.where(on == 1, active / keep, 0)
        miss = hidden @ weights_1_2 - target
        blame = np.where((on == 1) & (active > 0), (weights_1_2 @ miss) / keep, 0)
        slope_1_2 += np.outer(hidden, miss) / len(inputs)
        slope_0_1 += np.outer(row, blame) / len(inputs)
    return weights_0_1 - learning_rate * slope_0_1, weights_1_2 - learning_rate * slope_1_2


@minibatch_step.alternative
def with_the_slope_after_dropout(
    inputs, targets, weights_0_1, weights_1_2, mask, keep, learning_rate
):
    hidden = np.maximum(0, inputs @ weights_0_1) * mask * (1 / keep)
    pull = targets - hidden @ weights_1_2
    blame = np.einsum("bo,ho->bh", pull, weights_1_2) * (hidden > 0) / keep
    rate = learning_rate / len(inputs)
    return [weights_0_1 + rate * inputs.T @ blame, weights_1_2 + rate * hidden.T @ pull]


# --- epoch_batches -----------------------------------------------------------------------------

epoch_batches = exercise(
    "epoch_batches",
    inputs={"n": Whole(1, 9), "size": Whole(1, 5), "rng": Rng()},
    agreement=False,
    cases=40,
    hints=[
        "Five rows in batches of two: how many batches are there, and how long is the last one?",
        "Every epoch goes through all rows, in an order of its own, a batch at a time (chapter 8, "
        '"Batch gradient descent"). Shuffle the row numbers first, then cut.',
        "rng.permutation(n) is (n,), whole numbers. A slice that reaches past the end is simply "
        "shorter: order[start : start + size], for start = 0, size, 2 * size, ...",
    ],
)


@epoch_batches.law("holds every row exactly once")
def holds_every_row_once(answer, n, size, rng):
    rows = np.concatenate([np.asarray(batch) for batch in answer(n, size, rng)])
    expect(np.sort(rows), "all row numbers, in order,").equals(np.arange(n))


@epoch_batches.law("makes every batch `size` rows long, but for the last")
def batches_are_full(answer, n, size, rng):
    full, rest = divmod(n, size)
    lengths = [len(np.asarray(batch)) for batch in answer(n, size, rng)]
    expect(lengths, "the lengths").equals([size] * full + ([rest] if rest else []))


@epoch_batches.law("holds whole numbers, which can pick rows")
def holds_whole_numbers(answer, n, size, rng):
    kinds = {np.asarray(batch).dtype.kind for batch in answer(n, size, rng)}
    expect(kinds <= {"i", "u"}).is_true("row numbers must be whole numbers, without decimals")


# Of 300 rows in random order one stays in its place, on average, and one comes right after the
# row before it; more than 15 of either kind are met less than once in 10^12 times.
@epoch_batches.law("deals the rows in random order", most=2)
def deals_at_random(answer, rng):
    rows = np.concatenate([np.asarray(batch) for batch in answer(300, 7, rng)])
    stay = int(np.sum(rows == np.arange(len(rows))))
    expect(stay <= 15).is_true(f"{stay} of 300 rows stay in their places: shuffle them")
    follow = int(np.sum(np.diff(rows) == 1))
    expect(follow <= 15).is_true(
        f"{follow} of 300 rows come right after the row before them: shuffle the rows, not only "
        "the batches"
    )


@epoch_batches.law("deals the rows in another order for another seed", most=4)
def depends_on_the_rng(answer, rng):
    orders = [
        np.concatenate([np.asarray(batch) for batch in answer(20, 3, seed)])
        for seed in (rng, type(rng)(rng.seed + 1000))
    ]
    expect(bool((orders[0] != orders[1]).any())).is_true(
        "two different generators gave the same order"
    )


def cut(order, size):
    return [order[start : start + size] for start in range(0, len(order), size)]


@epoch_batches.misconception(
    "batches without the rows that are left over",
    "The rows that do not fill a whole batch still count: keep them as a shorter last batch.",
)
def tail_batch_dropped(n, size, rng):
    return cut(rng.permutation(n)[: n - n % size], size)


@epoch_batches.misconception(
    "the rows in the same order as ever",
    "In the same order the same rows meet in a batch again and again. Shuffle in every epoch.",
)
def not_shuffled(n, size, rng):
    return cut(np.arange(n), size)


@epoch_batches.misconception(
    "whole batches in random order",
    "The same rows still meet in every batch. Shuffle the rows first, then cut.",
)
def only_the_batches_shuffled(n, size, rng):
    full, rest = cut(np.arange(n - n % size), size), np.arange(n - n % size, n)
    batches = [full[i] for i in rng.permutation(len(full))]
    return batches + ([rest] if len(rest) else [])


@epoch_batches.misconception(
    "rows that may be drawn twice",
    "rng.integers draws some rows again and again, and others never. rng.permutation holds every "
    "row once.",
)
def drawn_with_replacement(n, size, rng):
    return cut(rng.integers(n, size=n), size)


@epoch_batches.misconception(
    "`size` batches", "`size` says how many rows are in a batch, not how many batches there are."
)
def size_as_number_of_batches(n, size, rng):
    return [batch for batch in np.array_split(rng.permutation(n), size) if len(batch)]


@epoch_batches.misconception(
    "the same order every time",
    "A seed of your own gives the same order in every epoch. Draw from the `rng` you are given.",
)
def own_seed(n, size, rng):
    return cut(np.random.default_rng(0).permutation(n), size)


@epoch_batches.alternative
def split_at_the_cuts(n, size, rng):
    order = np.arange(n)
    rng.shuffle(order)
    return np.split(order, np.arange(size, n, size))


@epoch_batches.alternative
def one_row_after_the_other(n, size, rng):
    left, batches = list(range(n)), []
    while left:
        if not batches or len(batches[-1]) == size:
            batches.append([])
        batches[-1].append(left.pop(int(rng.integers(len(left)))))
    return batches


# --- train_with_dropout ------------------------------------------------------------------------


def training(
    pixels,
    labels,
    test_pixels,
    test_labels,
    weights_0_1,
    weights_1_2,
    keep,
    learning_rate,
    size,
    epochs,
    rng,
):
    hidden, n_classes = weights_1_2.shape
    lower = weights_0_1.reshape(-1, hidden)
    # A little apart from each other, so that no two outputs are equally large.
    return {
        "images": pixels.astype(np.uint8),
        "labels": labels % n_classes,
        "test_images": test_pixels.astype(np.uint8),
        "test_labels": test_labels % n_classes,
        "weights_0_1": np.round(lower + 0.01 * np.arange(lower.size).reshape(lower.shape), 2),
        "weights_1_2": np.round(
            weights_1_2 + 0.03 * np.arange(weights_1_2.size).reshape(weights_1_2.shape), 2
        ),
        "keep": keep,
        "learning_rate": learning_rate,
        "size": size,
        "epochs": epochs,
        "rng": rng,
    }


train_with_dropout = exercise(
    "train_with_dropout",
    inputs={
        "pixels": Array(("n", 2, 3), (255, 0, 51, 153, 204), whole=True),
        "labels": Array(("n",), LABELS, whole=True),
        "test_pixels": Array(("n_test", 2, 3), (255, 0, 51, 153, 204), whole=True),
        "test_labels": Array(("n_test",), LABELS, whole=True),
        "weights_0_1": Array((2, 3, "hidden"), TAME),
        "weights_1_2": Array(("hidden", "n_classes"), TAME),
        "keep": Number((0.5, 1.0, 0.75)),
        "learning_rate": Number((0.125, 0.0625)),
        "size": Whole(1, 3),
        "epochs": Whole(1, 2),
        "rng": Rng(),
    },
    arrange=training,
    agreement=False,
    cases=14,
    edges=[
        {
            "images": np.array(
                [[[255, 0], [51, 102]], [[0, 204], [153, 51]], [[102, 255], [0, 51]]], np.uint8
            ),
            "labels": np.array([0, 1, 1]),
            "test_images": np.array([[[204, 51], [0, 102]], [[51, 255], [102, 0]]], np.uint8),
            "test_labels": np.array([0, 1]),
            "weights_0_1": [
                [0.3, -0.9, 0.6, 0.2],
                [0.6, 0.2, 0.1, -0.4],
                [-0.7, 0.4, 0.5, 0.8],
                [0.9, -0.1, 0.3, 0.7],
            ],
            "weights_1_2": [[0.7, -0.2], [-0.4, 0.9], [0.3, 0.1], [-0.5, 0.6]],
            "keep": 0.5,
            "learning_rate": 0.25,
            "size": 2,
            "epochs": 3,
            "rng": Seed(5),
        }
    ],
    hints=[
        "Nothing is dropped while you look how well the network does. Which of your functions do "
        "you need for learning, and which for looking?",
        "You have all the parts. Once: pictures to rows, labels to targets. In every epoch: new "
        "batches; for every batch a new mask and one step; at the end a look at the training rows "
        'and at the test rows (chapter 8, "Batch gradient descent").',
        "A mask is (len(batch), hidden), and hidden is len(weights_1_2). inputs[batch] and "
        "targets[batch] are the rows of a batch. Append one dict with the four keys for each epoch, "
        "made of the two numbers that evaluate returns for each set.",
    ],
)


def rows_of(images):
    return images.reshape(len(images), -1) / 255


def measured(images, labels, weights_0_1, weights_1_2):
    """The error and the accuracy, and by how much the classes of all rows are decided."""
    output = relu_of(rows_of(images).dot(weights_0_1)).dot(weights_1_2)
    targets = np.eye(output.shape[1])[labels]
    right = np.argmax(output, axis=1) == labels
    largest = np.sort(output, axis=1)[:, -2:]
    margin = float(np.min(np.diff(largest, axis=1), initial=1.0))
    return float(np.sum((output - targets) ** 2) / len(output)), float(np.mean(right)), margin


@train_with_dropout.law("says of the training and the test pictures how well it does on them")
def measures_both(
    answer,
    images,
    labels,
    test_images,
    test_labels,
    weights_0_1,
    weights_1_2,
    keep,
    size,
    epochs,
    rng,
):
    weights = (weights_0_1, weights_1_2)
    history = answer(
        images, labels, test_images, test_labels, *weights, keep, 0.0, size, epochs, rng
    )
    expect(len(history), "the number of epochs").equals(epochs)
    for row in history:
        for which, some, named in (("train", images, labels), ("test", test_images, test_labels)):
            error, accuracy, margin = measured(some, named, *weights)
            expect(row[f"{which}_error"], f"{which}_error, learning at rate 0").equals(error)
            if margin > 1e-3:
                expect(row[f"{which}_accuracy"], f"{which}_accuracy, learning at rate 0").equals(
                    accuracy
                )


@train_with_dropout.law("says the same of training and test pictures that are the same")
def same_pictures_same_measures(
    answer, images, labels, weights_0_1, weights_1_2, keep, learning_rate, size, epochs, rng
):
    history = answer(
        *(images, labels, images, labels, weights_0_1, weights_1_2),
        *(keep, learning_rate, size, epochs, rng),
    )
    for row in history:
        expect(row["test_error"], "test_error").equals(row["train_error"])
        expect(row["test_accuracy"], "test_accuracy").equals(row["train_accuracy"])


@train_with_dropout.law("learns nothing from the test pictures")
def does_not_learn_from_the_test(
    answer,
    images,
    labels,
    test_images,
    test_labels,
    weights_0_1,
    weights_1_2,
    keep,
    learning_rate,
    size,
    epochs,
    rng,
):
    how = (weights_0_1, weights_1_2, keep, learning_rate, size, epochs, rng)
    history = answer(images, labels, test_images, test_labels, *how)
    other = answer(images, labels, 255 - test_images, 0 * test_labels, *how)
    errors = [row["train_error"] for row in history]
    expect([row["train_error"] for row in other], "train_error").equals(errors)


# Pictures of two pixels, for two hidden units and two classes; another one for testing.
FOUR = (
    np.array([[[255, 51]], [[102, 204]], [[153, 0]], [[51, 255]]], np.uint8),
    np.array([0, 1, 1, 0]),
)
TWO = (FOUR[0][:2], FOUR[1][:2])
TEST = (np.array([[[204, 153]]], np.uint8), np.array([1]))
START = (np.array([[0.5, 0.9], [0.7, 0.3]]), np.array([[0.6, -0.2], [0.1, 0.5]]))
RATE = 0.125


def followed(history, pictures, ways):
    """Which of the possible ways from weights to weights was taken in each epoch.

    Each must lead to the errors that are reported.
    """
    weights, taken = START, []
    for epoch, row in enumerate(history):
        ends = [way(*weights) for way in ways]
        errors = [(measured(*pictures, *end)[0], measured(*TEST, *end)[0]) for end in ends]
        seen = (float(row["train_error"]), float(row["test_error"]))
        misses = [abs(a - seen[0]) + abs(b - seen[1]) for a, b in errors]
        nearest = int(np.argmin(misses))
        what = f"training and test error of epoch {epoch}, beside the nearest that are possible"
        expect(seen, what).equals(errors[nearest])
        weights = ends[nearest]
        taken.append(nearest)
    return taken


# A mask of 2 x 2 at keep = 3/4 has 16 forms, the likeliest of which comes in 32 % of all draws: the
# same one 30 times once in 10^14 runs. The masks of the two rows are the same in 39 % of all
# draws: 30 times once in 10^12 runs.
@train_with_dropout.law("takes a step with a new mask for every row of every batch", most=2)
def draws_new_masks(answer, rng):
    inputs, targets, keep = rows_of(TWO[0]), np.eye(2)[TWO[1]], 0.75
    masks = [np.array(on, dtype=float).reshape(2, 2) for on in product((1, 0), repeat=4)]

    def with_mask(mask):
        return lambda *weights: step_with(
            inputs, targets, *weights, RATE, forth=mask / keep, back=mask / keep
        )

    history = answer(*TWO, *TEST, *START, keep, RATE, 2, 30, rng)
    taken = followed(history, TWO, [with_mask(mask) for mask in masks])
    expect(len(set(taken)) > 1).is_true("the same units are dropped in every epoch")
    expect(any((masks[i][0] != masks[i][1]).any() for i in taken)).is_true(
        "both rows of a batch always drop the same units"
    )


# Of four rows in batches of three, the one that is left over is the same in 20 epochs once in
# 10^11 runs.
@train_with_dropout.law("learns from every picture once in every epoch, in a new order", most=2)
def deals_new_batches(answer, rng):
    inputs, targets = rows_of(FOUR[0]), np.eye(2)[FOUR[1]]

    def with_last(last):
        first = [i for i in range(4) if i != last]

        def way(*weights):
            weights = step_with(inputs[first], targets[first], *weights, RATE)
            return step_with(inputs[[last]], targets[[last]], *weights, RATE)

        return way

    history = answer(*FOUR, *TEST, *START, 1.0, RATE, 3, 20, rng)
    taken = followed(history, FOUR, [with_last(i) for i in range(4)])
    expect(len(set(taken)) > 1).is_true("the pictures are dealt in the same way in every epoch")


@train_with_dropout.law("without dropout and with one batch, goes downhill on all rows together")
def is_plain_learning_without_dropout(
    answer,
    images,
    labels,
    test_images,
    test_labels,
    weights_0_1,
    weights_1_2,
    learning_rate,
    epochs,
    rng,
):
    inputs, weights = rows_of(images), (weights_0_1, weights_1_2)
    targets, errors = np.eye(weights_1_2.shape[1])[labels], []
    for _ in range(epochs):
        if np.min(abs(inputs.dot(weights[0]))) < 1e-3:
            return  # rounding may decide whether a unit is on
        weights = step_with(inputs, targets, *weights, learning_rate)
        errors.append([measured(images, labels, *weights)[0]])
        errors[-1].append(measured(test_images, test_labels, *weights)[0])
    history = answer(
        *(images, labels, test_images, test_labels, weights_0_1, weights_1_2),
        *(1.0, learning_rate, len(images), epochs, rng),
    )
    expect([[row["train_error"], row["test_error"]] for row in history], "the errors").equals(
        errors
    )


def train_with(
    images,
    labels,
    test_images,
    test_labels,
    weights_0_1,
    weights_1_2,
    keep,
    learning_rate,
    size,
    epochs,
    rng,
    pixel=255,
    batches=lambda n, size, rng: cut(rng.permutation(n), size),
    draw=lambda shape, keep, rng: (rng.random(shape) < keep).astype(float),
    test_mask=None,
    **how,
):
    hidden, n_classes = weights_1_2.shape
    sets = [
        (some.reshape(len(some), -1) / pixel, np.eye(n_classes)[named])
        for some, named in ((images, labels), (test_images, test_labels))
    ]
    (inputs, targets), history = sets[0], []
    for _ in range(epochs):
        for batch in batches(len(inputs), size, rng):
            mask = draw((len(batch), hidden), keep, rng)
            weights_0_1, weights_1_2 = minibatch_step_with(
                *(inputs[batch], targets[batch], weights_0_1, weights_1_2),
                *(mask, keep, learning_rate),
                **how,
            )
        measures = []
        for some, named in sets:
            scale = test_mask((len(some), hidden), keep, rng) if test_mask else 1.0
            measures += evaluate_with(some, named, weights_0_1, weights_1_2, scale)
        history.append(dict(zip(KEYS, measures)))
    return history


@train_with_dropout.misconception(
    "dropout while looking how well it does",
    "Dropout makes learning harder on purpose. When the network is measured, all its units are on.",
)
def dropout_at_test_time(*args):
    return train_with(*args, test_mask=lambda shape, keep, rng: (rng.random(shape) < keep) / keep)


@train_with_dropout.misconception(
    "a hidden layer turned up while looking how well it does",
    "Turning up makes good for dropped units, and happens while they are dropped. When the network "
    "is measured nothing is dropped, so nothing is turned up.",
)
def scales_at_test_time_too(*args):
    return train_with(*args, test_mask=lambda shape, keep, rng: 1 / keep)


@train_with_dropout.misconception(
    "one mask for the whole training",
    "A mask that never changes makes a smaller network, which learns by heart like any other. Draw "
    "a new mask for every batch.",
)
def same_mask_every_step(*args):
    size, hidden, keep, rng = args[8], len(args[5]), args[6], args[10]
    mask = (rng.random((size, hidden)) < keep).astype(float)
    return train_with(*args, draw=lambda shape, keep, rng: mask[: shape[0]])


@train_with_dropout.misconception(
    "one mask for all rows of a batch",
    "Every row drops units of its own: the mask has as many rows as the batch.",
)
def same_mask_for_every_row(*args):
    return train_with(
        *args, draw=lambda shape, keep, rng: np.ones(shape) * (rng.random(shape[1]) < keep)
    )


@train_with_dropout.misconception(
    "a test on the training pictures",
    "How well it does on what it has learned from says nothing about new pictures: evaluate the "
    "test pictures.",
)
def tests_on_train(images, labels, test_images, test_labels, *args):
    return train_with(images, labels, images, labels, *args)


@train_with_dropout.misconception(
    "the test error added to the training error",
    "Both errors were gathered in one variable, so that the test error stays at 0. Give each its "
    "own.",
)
def accumulates_test_error_into_train(*args):
    history = train_with(*args)
    return [
        row | {"train_error": row["train_error"] + row["test_error"], "test_error": 0.0}
        for row in history
    ]


@train_with_dropout.misconception(
    "learning without the rows that are left over",
    "The rows that do not fill a whole batch still count: learn from the shorter last batch, too.",
)
def tail_batch_dropped(*args):
    return train_with(
        *args, batches=lambda n, size, rng: cut(rng.permutation(n)[: n - n % size], size)
    )


@train_with_dropout.misconception(
    "learning in the same order in every epoch",
    "Deal new batches in every epoch, or the same rows meet again and again.",
)
def not_shuffled(*args):
    return train_with(*args, batches=lambda n, size, rng: cut(np.arange(n), size))


@train_with_dropout.misconception(
    "learning from pixels up to 255",
    "Such large inputs make steps so large that learning gets out of hand. Pass training and test "
    "pictures through scale_images.",
)
def pixel_scaling_forgotten(*args):
    return train_with(*args, pixel=1)


@train_with_dropout.misconception(
    "learning with relu's slope asked for with `>=`",
    "After relu, `>= 0` is true for every unit, so units that were off are blamed as well. "
    "relu_deriv asks for `> 0`.",
)
def relu_deriv_ge(*args):
    return train_with(*args, slope=lambda active: active >= 0)


@train_with_dropout.misconception(
    "as many updates for a batch as it has rows",
    "The update stands inside a loop over the batch's rows, as in the printed listing. A batch "
    "takes one step.",
)
def updated_once_for_every_row(*args):
    return train_with(*args, once_a_row=True)


@train_with_dropout.alternative
def with_tossed_coins(
    images,
    labels,
    test_images,
    test_labels,
    weights_0_1,
    weights_1_2,
    keep,
    learning_rate,
    size,
    epochs,
    rng,
):
    w1, w2, order, history = weights_0_1 + 0.0, weights_1_2 + 0.0, np.arange(len(images)), []
    pictures = [
        (some.reshape(len(some), -1).astype(float)) * (1 / 255) for some in (images, test_images)
    ]
    while len(history) < epochs:
        rng.shuffle(order)
        for batch in np.split(order, np.arange(size, len(order), size)):
            rows = pictures[0][batch]
            active = np.where(rows @ w1 > 0, rows @ w1, 0)
            on = rng.binomial(1, keep, size=active.shape) / keep
            miss = np.einsum("bh,ho->bo", active * on, w2)
            miss[np.arange(len(batch)), labels[batch]] -= 1
            blame = np.einsum("bo,ho->bh", miss, w2) * on * np.sign(active)
            w2 = w2 - learning_rate / len(batch) * (active * on).T @ miss
            w1 = w1 - learning_rate / len(batch) * rows.T @ blame
        row = {}
        for which, rows, named in zip(("test", "train"), pictures[::-1], (test_labels, labels)):
            output = np.maximum(rows @ w1, 0) @ w2
            row[f"{which}_accuracy"] = np.mean(output.argmax(axis=1) == named)
            output[np.arange(len(rows)), named] -= 1
            row[f"{which}_error"] = np.sum(output**2) / len(rows)
        history.append(row)
    return history


@train_with_dropout.alternative
def row_by_row_with_lists(
    images,
    labels,
    test_images,
    test_labels,
    weights_0_1,
    weights_1_2,
    keep,
    learning_rate,
    size,
    epochs,
    rng,
):
    def look(pictures, named):
        errors, hits = [], []
        for picture, label in zip(pictures, named):
            hidden = np.clip(picture.ravel() / 255 @ weights_0_1, 0, None)
            output = hidden @ weights_1_2
            errors.append(sum((o - (k == label)) ** 2 for k, o in enumerate(output)))
            hits.append(int(np.argmax(output)) == label)
        return sum(errors) / len(errors), sum(hits) / len(hits)

    history = []
    for _ in range(epochs):
        left = list(rng.permutation(len(images)))
        while left:
            batch, left = left[:size], left[size:]
            slope_0_1, slope_1_2 = np.zeros(weights_0_1.shape), np.zeros(weights_1_2.shape)
            for i in batch:
                row = images[i].ravel() / 255
                active = np.clip(row @ weights_0_1, 0, None)
                turned = np.array([(rng.random() < keep) / keep for _ in active])
                miss = (active * turned) @ weights_1_2
                miss[labels[i]] -= 1
                slope_1_2 += np.outer(active * turned, miss)
                slope_0_1 += np.outer(row, (weights_1_2 @ miss) * turned * (active > 0))
            weights_0_1 = weights_0_1 - learning_rate * slope_0_1 / len(batch)
            weights_1_2 = weights_1_2 - learning_rate * slope_1_2 / len(batch)
        train, test = look(images, labels), look(test_images, test_labels)
        history.append(dict(zip(KEYS, (*train, *test))))
    return tuple(history)
