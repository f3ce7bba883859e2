"""How chapter 9 is examined: activations and their slopes, softmax, cross entropy, and a network."""

import math

import numpy as np

from gdl_check.course import exercise
from gdl_check.expect import expect
from gdl_check.gradient import expect_slopes, upstream_like
from gdl_check.inputs import ACTIVATIONS, BITS, RATES, SMALL, Array, Choice, Number
from gdl_check.sandbox import functions

# What sigmoid and tanh return, rounded to what is exact.
OF_SIGMOID = (0.5, 0.25, 0.75, 0.125, 1.0, 0.0, 0.875, 0.375, 0.625)
OF_TANH = (0.5, 0.0, -0.5, 1.0, 0.25, -1.0, 0.75, -0.25, 0.125, -0.75)
KEPT = (0.5, 0.25, 0.75, 1.0)
# Two layers, a step and a softmax: larger numbers would only make every probability 0 or 1.
TAME = (1.0, 0.5, -1.0, -0.5, 0.0, 0.25, -0.25)
CLASSES = (0, 1, 2, 3, 4)
SIXTEENTHS = (2.0, 1.0, 3.0, 1.5, 2.5)


def sigmoid_of(x):
    return np.exp(-np.logaddexp(0, -x))


def relu_of(x):
    return np.maximum(x, 0)


def softmax_of(logits):
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


ACTIVATION_OF = {"relu": relu_of, "sigmoid": sigmoid_of, "tanh": np.tanh}
SLOPE_OF = {
    "relu": lambda output: (output > 0).astype(float),
    "sigmoid": lambda output: output * (1 - output),
    "tanh": lambda output: 1 - output**2,
}


def shares(sixteenths):
    """Rows of probabilities, all above 0, that sum to exactly 1; drawn as 1 to 3 sixteenths."""
    made = sixteenths / 16
    made[:, -1] = 1 - made[:, :-1].sum(axis=1)
    return np.array([np.roll(row, int(drawn[0])) for row, drawn in zip(made, sixteenths)])


def only_the_largest(rows):
    """A 1 at the largest entry of each row, 0 elsewhere."""
    return np.eye(rows.shape[-1])[rows.argmax(axis=-1)]


def output_of(kind, drawn):
    """What an activation of this kind may have returned, made of numbers from -1 to 1."""
    if kind == "relu":
        return 4 * relu_of(drawn)
    return (1 + drawn) / 2 if kind == "sigmoid" else drawn


def right_class(probabilities, labels):
    return probabilities[np.arange(len(labels)), labels]


def mean_cross_entropy(logits, targets):
    """The mean cross entropy of softmax(logits)."""
    largest = logits.max(axis=1, keepdims=True)
    sums = largest[:, 0] + np.log(np.sum(np.exp(logits - largest), axis=1))
    return np.mean(sums - np.sum(targets * logits, axis=1))


def expect_the_same_as_decimals(answer, *whole):
    """Claim that an answer is the same for whole numbers as for these as decimals."""
    expect(answer(*whole)).equals(answer(*(array.astype(float) for array in whole)))


# --- sigmoid -----------------------------------------------------------------------------------

sigmoid = exercise(
    "sigmoid",
    inputs={"x": Array(("batch", "hidden"))},
    edges=[
        {"x": [[0.0]]},
        {"x": [[0.3, -0.7, 1.234567891]]},
        {"x": [[1000.0, -1000.0]]},
        {"x": [0.5, -2.0]},
    ],
    hints=[
        "e^-x is 1 at x = 0. What is 1 / (1 + e^-x) there? And what is it when e^-x is huge, and "
        "when it is almost 0?",
        "A probability lies between 0 and 1, but a weighted sum may be anything. Sigmoid squashes "
        'the one into the other (chapter 9, "Standard hidden-layer activation functions").',
        "Same shape as `x`: np.exp works entry by entry. Mind the sign in the power: written with "
        "e^-x, a huge power divides 1 and gives 0; e^x / (1 + e^x) gives inf / inf at 1,000.",
    ],
)


@sigmoid.law("lies between 0 and 1")
def lies_between_0_and_1(answer, x):
    expect(answer(x)).is_at_least(0)
    expect(answer(x)).is_at_most(1)


@sigmoid.law("is a half at 0")
def is_a_half_at_0(answer, x):
    expect(answer(np.zeros_like(x))).equals(np.full_like(x, 0.5))


@sigmoid.law("leaves for -x what it does not give to x")
def shares_out_1(answer, x):
    expect(answer(-x)).equals(1 - np.asarray(answer(x)))


@sigmoid.law("never falls as x grows")
def never_falls(answer, x):
    change = np.asarray(answer(x + 0.5)) - np.asarray(answer(x))
    expect(change, "the change from x to x + 0.5").is_at_least(0)


@sigmoid.law("is three quarters at log 3, where e^-x is a third")
def is_three_quarters_at_log_3(answer, x):
    expect(answer(np.full_like(x, math.log(3)))).equals(np.full_like(x, 0.75))


@sigmoid.law("is 1 at 1,000 and 0 at -1,000")
def stays_a_number_far_out(answer, x):
    far = np.where(x < 0, -1000.0, 1000.0)
    expect(answer(far)).equals((far > 0).astype(float))


@sigmoid.law("gives the same for whole numbers as for decimals")
def takes_whole_numbers(answer):
    expect_the_same_as_decimals(answer, np.array([[0, 1], [-2, 3]]))


@sigmoid.misconception(
    "nan for large numbers",
    "e^1000 is inf for NumPy, and inf / inf is nan. Write 1 / (1 + e^-x): there a huge power only "
    "makes the result 0.",
)
def nan_for_large_x(x):
    return np.exp(x) / (1 + np.exp(x))


@sigmoid.misconception(
    "turned round", "It must rise with x: the power is -x, so that a large x leaves 1 / (1 + 0)."
)
def sign_flipped(x):
    return sigmoid_of(-x)


@sigmoid.misconception(
    "tanh", "Sigmoid lies between 0 and 1, with a half in the middle; tanh goes down to -1."
)
def tanh_instead(x):
    return np.tanh(x)


@sigmoid.misconception(
    "a power of 2 instead of e", "Use np.exp(-x), the power of e = 2.718..., not 2**-x."
)
def base_two(x):
    return 1 / (1 + 2.0**-x)


@sigmoid.misconception(
    "the 1 below the line is missing",
    "1 / e^-x grows beyond all bounds. The 1 in 1 + e^-x keeps the result below 1.",
)
def forgot_the_one(x):
    return np.exp(x)


@sigmoid.misconception(
    "a hard step from 0 to 1",
    "Sigmoid rises smoothly: at 1 it is 0.73, not yet 1. A step has no slope to learn from.",
)
def hard_step(x):
    return np.heaviside(x, 0.5)


@sigmoid.misconception(
    "sigmoid's slope", "output * (1 - output) is how steep it is. Return the output itself."
)
def slope_instead(x):
    return sigmoid_of(x) * sigmoid_of(-x)


@sigmoid.alternative
def without_a_warning(x):
    power = np.exp(-abs(x))
    return np.where(x < 0, power, 1.0) / (1 + power)


@sigmoid.alternative
def half_a_tanh(x):
    return 0.5 * (1 + np.tanh(x / 2))


@sigmoid.alternative
def entry_by_entry(x):
    flat = [1 / (1 + math.exp(-max(float(entry), -700.0))) for entry in x.ravel()]
    return np.array(flat).reshape(x.shape)


# --- sigmoid_deriv -----------------------------------------------------------------------------

sigmoid_deriv = exercise(
    "sigmoid_deriv",
    inputs={"output": Array(("batch", "hidden"), OF_SIGMOID)},
    edges=[
        {"output": [[0.5]]},
        {"output": [[0.0, 1.0]]},
        {"output": [[0.3, 0.9, 0.123456789]]},
        {"output": [0.25, 0.5]},
    ],
    hints=[
        "Sigmoid is an S that lies between 0 and 1. Where is it steepest, and how steep is it at "
        "its ends?",
        "Its slope can be read off its own output, without asking for x again (chapter 9, "
        '"Converting output to slope (derivative)"): it is 0 where the output is 0 or 1.',
        "Same shape as `output`: the product of two factors, entry by entry. One is 0 where the "
        "output is 0, the other where it is 1.",
    ],
)


@sigmoid_deriv.law("is never negative, and never above a quarter")
def lies_between_0_and_a_quarter(answer, output):
    expect(answer(output)).is_at_least(0)
    expect(answer(output)).is_at_most(0.25)


@sigmoid_deriv.law("is a quarter where the output is a half")
def is_steepest_in_the_middle(answer, output):
    expect(answer(np.full_like(output, 0.5))).equals(np.full_like(output, 0.25))


@sigmoid_deriv.law("is 0 where the output is 0 or 1")
def is_level_at_the_ends(answer, output):
    expect(answer((output > 0.5).astype(float))).equals(np.zeros_like(output))


@sigmoid_deriv.law("is the same for an output and for what it lacks to 1")
def is_the_same_on_both_sides(answer, output):
    expect(answer(1 - output)).equals(np.asarray(answer(output)))


@sigmoid_deriv.law("is the slope of sigmoid", most=4)
def is_the_slope_of_sigmoid(answer, output):
    x = 3 * output - 0.7
    upstream = upstream_like(x)
    expect_slopes(
        lambda x: np.sum(upstream * sigmoid_of(x)),
        at={"x": x},
        claimed=lambda x: upstream * answer(sigmoid_of(x)),
    )


@sigmoid_deriv.misconception(
    "sigmoid is applied once more",
    "What comes in is sigmoid's output already, so multiply output by 1 - output as it is. Before "
    "that, everything is between 0 and 1: squashing it again gives the slope at another place.",
)
def sigmoid_deriv_applied_to_z(output):
    return sigmoid_of(output) * (1 - sigmoid_of(output))


@sigmoid_deriv.misconception(
    "the output itself", "How high the S is does not say how steep it is: at 1 it is level."
)
def output_itself(output):
    return output


@sigmoid_deriv.misconception(
    "the slope of tanh", "1 - output^2 belongs to tanh. Sigmoid's is output * (1 - output)."
)
def slope_of_tanh(output):
    return 1 - output**2


@sigmoid_deriv.misconception(
    "a factor is missing",
    "1 - output is steepest where the output is 0, but there sigmoid is level: times output.",
)
def forgot_output(output):
    return 1 - output


@sigmoid_deriv.misconception(
    "the sign is turned round", "Sigmoid always rises, so its slope is never negative."
)
def sign_flipped(output):
    return output * (output - 1)


@sigmoid_deriv.alternative
def output_minus_its_square(output):
    return output - np.square(output)


@sigmoid_deriv.alternative
def a_quarter_minus_a_square(output):
    flat = [0.25 - (float(entry) - 0.5) ** 2 for entry in output.ravel()]
    return np.array(flat).reshape(output.shape)


# --- tanh --------------------------------------------------------------------------------------

tanh = exercise(
    "tanh",
    inputs={"x": Array(("batch", "hidden"))},
    edges=[
        {"x": [[0.0]]},
        {"x": [[0.3, -0.7, 1.234567891]]},
        {"x": [[1000.0, -1000.0]]},
        {"x": [0.5, -2.0]},
    ],
    hints=[
        "Sigmoid lies between 0 and 1. What must you do to an S like that, so that it lies between "
        "-1 and 1, with 0 in the middle?",
        "A hidden unit that may be negative can say that something speaks against a class, not "
        'only that nothing speaks for it (chapter 9, "Standard hidden-layer activation functions").',
        "Same shape as `x`, entry by entry. NumPy has it ready-made. By hand mind 1,000: divide "
        "both parts by e^x, so that only e^(-2x) is left, or use 2 * sigmoid(2x) - 1.",
    ],
)


@tanh.law("lies between -1 and 1")
def lies_between_minus_1_and_1(answer, x):
    expect(answer(x)).is_at_least(-1)
    expect(answer(x)).is_at_most(1)


@tanh.law("turns its sign round when x does")
def is_odd(answer, x):
    expect(answer(-x)).equals(-np.asarray(answer(x)))


@tanh.law("never falls as x grows")
def never_falls(answer, x):
    change = np.asarray(answer(x + 0.5)) - np.asarray(answer(x))
    expect(change, "the change from x to x + 0.5").is_at_least(0)


@tanh.law("is sigmoid of 2 x, stretched to twice its height and moved down by 1")
def is_a_stretched_sigmoid(answer, x):
    expect(answer(x)).equals(2 * sigmoid_of(2 * x) - 1)


@tanh.law("is 0.6 at log 2, where it is (2 - 1/2) / (2 + 1/2)")
def is_known_at_log_2(answer, x):
    expect(answer(np.full_like(x, math.log(2)))).equals(np.full_like(x, 0.6))


@tanh.law("is 1 at 1,000 and -1 at -1,000")
def stays_a_number_far_out(answer, x):
    far = np.where(x < 0, -1000.0, 1000.0)
    expect(answer(far)).equals(np.sign(far))


@tanh.law("gives the same for whole numbers as for decimals")
def takes_whole_numbers(answer):
    expect_the_same_as_decimals(answer, np.array([[0, 1], [-2, 3]]))


@tanh.misconception(
    "nan for large numbers",
    "e^1000 is inf for NumPy, and inf / inf is nan. np.tanh has no such trouble, and neither has "
    "2 * sigmoid(2x) - 1.",
)
def nan_for_large_x(x):
    return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))


@tanh.misconception(
    "sigmoid", "Sigmoid has a half in the middle. tanh has 0 there, and goes down to -1."
)
def sigmoid_instead(x):
    return sigmoid_of(x)


@tanh.misconception(
    "a stretched sigmoid that is too flat",
    "tanh is twice as steep before it is stretched: 2 * sigmoid(2x) - 1, with 2x inside.",
)
def forgot_to_double_x(x):
    return 2 * sigmoid_of(x) - 1


@tanh.misconception(
    "turned round", "It must rise with x: e^x - e^-x stands above the line, not e^-x - e^x."
)
def sign_flipped(x):
    return np.tanh(-x)


@tanh.misconception(
    "np.tan", "np.tan is the tangent of an angle. The S is called np.tanh, with an h."
)
def tangent(x):
    return np.tan(x)


@tanh.misconception(
    "a straight line that is cut off",
    "tanh bends smoothly towards -1 and 1: at 1 it is 0.76, not yet 1.",
)
def clipped_line(x):
    return np.clip(x, -1, 1)


@tanh.alternative
def from_sigmoid(x):
    return 2 / (1 + np.exp(-2 * x)) - 1


@tanh.alternative
def with_the_smaller_power(x):
    power = np.exp(-2 * np.abs(x))
    return np.sign(x) * (1 - power) / (1 + power)


@tanh.alternative
def entry_by_entry(x):
    return np.array([math.tanh(entry) for entry in x.ravel()]).reshape(x.shape)


# --- tanh_deriv --------------------------------------------------------------------------------

tanh_deriv = exercise(
    "tanh_deriv",
    inputs={"output": Array(("batch", "hidden"), OF_TANH)},
    edges=[
        {"output": [[0.0]]},
        {"output": [[-1.0, 1.0]]},
        {"output": [[0.3, -0.7, 0.123456789]]},
        {"output": [0.5, -0.25]},
    ],
    hints=[
        "tanh is an S that lies between -1 and 1. Where is it steepest, and how steep is it at its "
        "ends?",
        'Its slope can be read off its own output (chapter 9, "Converting output to slope '
        '(derivative)"): 1 where the output is 0, and 0 where it is 1 or -1.',
        "Same shape as `output`. 1 and -1 must give the same, so use something that is the same "
        "for both.",
    ],
)


@tanh_deriv.law("lies between 0 and 1")
def lies_between_0_and_1(answer, output):
    expect(answer(output)).is_at_least(0)
    expect(answer(output)).is_at_most(1)


@tanh_deriv.law("is 1 where the output is 0")
def is_steepest_in_the_middle(answer, output):
    expect(answer(np.zeros_like(output))).equals(np.ones_like(output))


@tanh_deriv.law("is 0 where the output is 1 or -1")
def is_level_at_the_ends(answer, output):
    expect(answer(np.where(output > 0, 1.0, -1.0))).equals(np.zeros_like(output))


@tanh_deriv.law("does not depend on the sign of the output")
def is_the_same_on_both_sides(answer, output):
    expect(answer(-output)).equals(np.asarray(answer(output)))


@tanh_deriv.law("is the slope of tanh", most=4)
def is_the_slope_of_tanh(answer, output):
    x = output + 0.3
    upstream = upstream_like(x)
    expect_slopes(
        lambda x: np.sum(upstream * np.tanh(x)),
        at={"x": x},
        claimed=lambda x: upstream * answer(np.tanh(x)),
    )


@tanh_deriv.misconception(
    "tanh is applied once more",
    "What comes in is tanh's output already: square it as it is. 1 - tanh(...)^2 is for the input, "
    "and that was squashed before.",
)
def tanh_deriv_of_input(output):
    return 1 - np.tanh(output) ** 2


@tanh_deriv.misconception(
    "the slope of sigmoid",
    "output * (1 - output) belongs to sigmoid. Here 0 is the steepest place.",
)
def slope_of_sigmoid(output):
    return output * (1 - output)


@tanh_deriv.misconception(
    "the square is missing",
    "With 1 - output a negative output would give a slope above 1. Square the output first.",
)
def forgot_square(output):
    return 1 - output


@tanh_deriv.misconception(
    "the square in the wrong place", "Square the output, then take it from 1: not (1 - output)^2."
)
def square_of_the_difference(output):
    return (1 - output) ** 2


@tanh_deriv.misconception(
    "what is left of the slope",
    "output^2 is 0 in the middle, where tanh is steepest: 1 - output^2.",
)
def forgot_one_minus(output):
    return output**2


@tanh_deriv.alternative
def two_factors(output):
    return (1 - output) * (1 + output)


@tanh_deriv.alternative
def entry_by_entry(output):
    flat = [1 - float(entry) * float(entry) for entry in output.ravel()]
    return np.array(flat).reshape(output.shape)


# --- relu_mask ---------------------------------------------------------------------------------

relu_mask = exercise(
    "relu_mask",
    inputs={"x": Array(("batch", "hidden"))},
    edges=[
        {"x": [[-2.0, 0.0, 3.0]]},
        {"x": [[0.0]]},
        {"x": [[1e-6, -1e-6, 0.3]]},
        {"x": [-1.0, 0.5]},
    ],
    hints=[
        "Two units: -2 comes into one, 3 into the other. If a little more came into each of them, "
        "how much more would relu let out?",
        'relu either passes everything on or nothing (chapter 9, "Converting output to slope '
        '(derivative)"). Its slope is that switch, 1 or 0, and not what passes through it.',
        "Same shape as `x`. Ask of every entry whether it is above 0, and turn the answer into 1.0 "
        "or 0.0.",
    ],
)


@relu_mask.law("times x is relu of x")
def times_x_is_relu(answer, x):
    expect(np.asarray(answer(x)) * x, "the mask times x").equals(relu_of(x))


@relu_mask.law("is 0 at 0 and below")
def is_off_at_0_and_below(answer, x):
    expect(answer(-abs(x))).equals(np.zeros_like(x))


@relu_mask.law("does not depend on how far above 0 a number is")
def size_does_not_matter(answer, x):
    expect(answer(4 * x)).equals(np.asarray(answer(x)))


@relu_mask.law("is the slope of relu, wherever relu has one", most=4)
def is_the_slope_of_relu(answer, x):
    x = x - 0.3
    upstream = upstream_like(x)
    expect_slopes(
        lambda x: np.sum(upstream * relu_of(x)), at={"x": x}, claimed=lambda x: upstream * answer(x)
    )


@relu_mask.misconception(
    "relu itself",
    "The book's table prints it like this, but the slope is how steep the line is, not how high: "
    "1 wherever x is above 0.",
)
def relu_deriv_returns_x(x):
    return relu_of(x)


@relu_mask.misconception(
    "on at exactly 0", "At exactly 0 nothing passes, so the unit counts as off: ask for `> 0`."
)
def zero_counts_as_on(x):
    return (x >= 0).astype(float)


@relu_mask.misconception(
    "1 where nothing passes", "The mask is 1 where x is above 0, and 0 where relu switches off."
)
def mask_inverted(x):
    return (x <= 0).astype(float)


@relu_mask.misconception(
    "-1 below 0", "relu is level below 0: its slope is 0 there. np.sign goes on to -1."
)
def sign_of_x(x):
    return np.sign(x)


@relu_mask.misconception("on only from 1 upwards", "0.125 is above 0, too: ask for `> 0`.")
def threshold_at_one(x):
    return (x >= 1).astype(float)


@relu_mask.alternative
def with_where(x):
    return np.where(x > 0, 1, 0)


@relu_mask.alternative
def sign_of_relu(x):
    return np.sign(np.maximum(x, 0))


@relu_mask.alternative
def entry_by_entry(x):
    mask = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        if x[index] > 0:
            mask[index] = 1
    return mask


# --- relu_deriv --------------------------------------------------------------------------------

relu_deriv = exercise(
    "relu_deriv",
    inputs={"output": Array(("batch", "hidden"), ACTIVATIONS)},
    edges=[
        {"output": [[0.0]]},
        {"output": [[0.0, 0.5, 3.0]]},
        {"output": [[1e-6, 1e6, 0.3]]},
        {"output": [0.0, 2.0]},
    ],
    hints=[
        "relu returned 0 for one unit and 5 for another. What can you say about what went in?",
        "The slope is the switch again, 1 or 0, and the output shows how it stood: a unit that was "
        'off returned exactly 0 (chapter 9, "Converting output to slope (derivative)").',
        "Same shape as `output`: 1.0 where it is above 0, and 0.0 elsewhere. You have a function "
        "that does just that.",
    ],
)


@relu_deriv.law("is 1 where the unit was on and 0 where it was off")
def marks_units_that_were_on(answer, output):
    expect(answer(output)).equals((output > 0).astype(float))


@relu_deriv.law("does not depend on how strongly a unit was on")
def strength_does_not_matter(answer, output):
    expect(answer(4 * output)).equals(np.asarray(answer(output)))


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
    "the output itself",
    "The slope is how steep the line is, not how high you are on it: 1 wherever the unit was on.",
)
def relu_deriv_returns_x(output):
    return output


@relu_deriv.misconception(
    "1 everywhere",
    "relu never returns anything below 0, so `>= 0` is true for every unit. Ask for `> 0`.",
)
def relu_deriv_ge(output):
    return (output >= 0).astype(float)


@relu_deriv.misconception(
    "1 where the unit was off", "It is the other way round: 1 where `output` is above 0."
)
def mask_inverted(output):
    return (output <= 0).astype(float)


@relu_deriv.misconception(
    "half a slope at 0", "At exactly 0 the unit counts as off here: its slope is 0."
)
def half_at_zero(output):
    return np.heaviside(output, 0.5)


@relu_deriv.misconception(
    "the slope of tanh", "1 - output^2 belongs to tanh. relu's slope is 1 or 0."
)
def slope_of_tanh(output):
    return 1 - output**2


@relu_deriv.alternative
def with_sign(output):
    return np.sign(output)


@relu_deriv.alternative
def entry_by_entry(output):
    flat = [1 if entry > 0 else 0 for entry in output.ravel()]
    return np.array(flat).reshape(output.shape)


# --- softmax -----------------------------------------------------------------------------------

softmax = exercise(
    "softmax",
    inputs={"logits": Array(("batch", "n_classes"))},
    edges=[
        {"logits": [[0.0, 0.0], [1.0, 3.0]]},
        {"logits": [[5.0]]},
        {"logits": [[0.3, -0.7, 1.234567891]]},
        {"logits": [[1000.0, 1001.0, 998.0]]},
        {"logits": [[-1000.0, -1001.0]]},
        {"logits": [[1000.0, 0.0], [0.0, 1.0]]},
        {"logits": [1.0, 2.0, 0.5]},
        {"logits": [1000.0, 1000.0]},
    ],
    hints=[
        "Two logits, 1 and 3. How many times as large as e^1 is e^3? And if both logits were 1,000 "
        "larger, would that ratio be another one?",
        "Make everything positive with e^..., then divide each row by its own sum (chapter 9, "
        '"Softmax computation"). Taking the same number off all logits of a row changes nothing, '
        "and with the largest one off no power is above e^0 = 1.",
        "(batch, n_classes) in and out. max and sum over the last axis, axis=-1, with "
        "keepdims=True: (batch, 1) goes with (batch, n_classes), row by row.",
    ],
)


@softmax.law("makes every row sum to 1")
def rows_sum_to_1(answer, logits):
    sums = np.asarray(answer(logits)).sum(axis=-1)
    expect(sums, "the sum of each row").equals(np.ones(logits.shape[:-1]))


@softmax.law("is never negative")
def never_negative(answer, logits):
    expect(answer(logits)).is_at_least(0)


@softmax.law("gives equal logits equal shares")
def equal_logits_share_alike(answer, logits):
    expect(answer(np.zeros_like(logits))).equals(np.full_like(logits, 1 / logits.shape[-1]))


@softmax.law("makes a class three times as likely as one that it leads by log 3")
def leading_by_log_3(answer):
    logits = np.array([[0.0, math.log(3)], [math.log(3), 0.0], [2.0, 2.0]])
    expect(answer(logits)).equals(np.array([[0.25, 0.75], [0.75, 0.25], [0.5, 0.5]]))


@softmax.law("stays the same when all logits of a row grow alike")
def only_differences_count(answer, logits):
    rows = logits.shape[:-1] + (1,)
    growth = 4 * np.arange(1.0, math.prod(rows) + 1).reshape(rows)
    expect(answer(logits + growth)).equals(np.asarray(answer(logits)))


@softmax.law("copes with logits of 1,000 and -1,000")
def copes_with_large_logits(answer):
    logits = np.array([[1000.0, 1000.0], [-1000.0, -1000.0], [0.0, 1000.0]])
    expect(answer(logits)).equals(np.array([[0.5, 0.5], [0.5, 0.5], [0.0, 1.0]]))


@softmax.law("gives the classes their shares in whatever order they stand")
def classes_may_change_places(answer, logits):
    turned = answer(logits[..., ::-1].copy())
    expect(turned, "for the classes turned round").equals(np.asarray(answer(logits))[..., ::-1])


@softmax.law("treats every row on its own")
def rows_are_independent(answer, logits):
    rows = np.atleast_2d(logits)
    alone = answer(rows[:1])
    expect(np.atleast_2d(np.asarray(answer(logits)))[:1], "the first row").equals(np.asarray(alone))


@softmax.law("gives the same for whole numbers as for decimals")
def takes_whole_numbers(answer):
    expect_the_same_as_decimals(answer, np.array([1, 2]))
    expect_the_same_as_decimals(answer, np.array([[1, 2, 0], [0, 3, 1]]))


@softmax.misconception(
    "each column sums to 1 instead of each row",
    "Every row is one example, and its classes share 1 among them: sum over the last axis, not "
    "over axis 0.",
)
def softmax_wrong_axis(logits):
    powers = np.exp(logits - logits.max(axis=0, keepdims=True))
    return powers / powers.sum(axis=0, keepdims=True)


@softmax.misconception(
    "the whole array sums to 1",
    "np.sum without an axis adds up the whole batch. Every row has a sum of its own: axis=-1, "
    "keepdims=True.",
)
def softmax_over_whole_array(logits):
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()


@softmax.misconception(
    "nan for large logits",
    "The book's own listing does this: e^1000 is inf, and inf / inf is nan. Take each row's "
    "largest logit off first; that changes nothing else.",
)
def softmax_no_max_shift(logits):
    powers = np.exp(logits)
    return powers / powers.sum(axis=-1, keepdims=True)


@softmax.misconception(
    "the largest logit of the whole array is taken off",
    "A row far below the largest one then has nothing but zeros, and 0 / 0 is nan. Take each row's "
    "own largest logit: max(axis=-1, keepdims=True).",
)
def max_shift_per_array_not_row(logits):
    powers = np.exp(logits - logits.max())
    return powers / powers.sum(axis=-1, keepdims=True)


@softmax.misconception(
    "the logits that were passed in are changed",
    "`logits -= ...` writes into the caller's array. Write `logits - ...` into a new one.",
)
def in_place_softmax(logits):
    logits -= logits.max(axis=-1, keepdims=True)
    powers = np.exp(logits)
    return powers / powers.sum(axis=-1, keepdims=True)


@softmax.misconception(
    "a sigmoid for each logit",
    "Sigmoid answers every question for itself. Here the classes compete: divide by the sum of the "
    "row.",
)
def sigmoid_instead(logits):
    return sigmoid_of(logits)


@softmax.misconception(
    "powers that are not divided by their sum",
    "To be probabilities, the e^logit of a row must be divided by the sum of that row.",
)
def forgot_to_divide(logits):
    return np.exp(logits - logits.max(axis=-1, keepdims=True))


@softmax.misconception(
    "everything for the largest logit",
    "Softmax is soft: a logit that is a little smaller still gets its share.",
)
def winner_takes_all(logits):
    return only_the_largest(logits)


@softmax.misconception(
    "powers of 2 instead of e", "Use np.exp, the power of e = 2.718..., not 2**logits."
)
def base_two(logits):
    return softmax_of(logits * math.log(2))


@softmax.misconception(
    "only for whole batches",
    "One example without a batch, of shape (n_classes,), has no axis 1. Use the last axis, which "
    "is axis=-1 in both.",
)
def matrices_only(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


# What a row may lose before its powers are taken, and what these may be divided by: told apart,
# because each gives other numbers, or numbers for other shapes.
TAKEN_OFF = {
    "nothing": lambda logits, axis: 0.0,
    "the_largest_of_all": lambda logits, axis: logits.max(),
    "flat_largest": lambda logits, axis: logits.max(axis=axis),
    "the_largest": lambda logits, axis: logits.max(axis=axis, keepdims=True),
}
DIVIDED_BY = {
    "sums": lambda powers, axis: powers.sum(axis=axis, keepdims=True),
    "flat_sums": lambda powers, axis: powers.sum(axis=axis),
    "the_sum_of_all": lambda powers, axis: powers.sum(),
}


def softmax_slip(title, says, taken_off, divided_by, axis):
    """Declare a softmax that takes one of these off, and divides by another of these."""

    def slip(logits):
        powers = np.exp(logits - TAKEN_OFF[taken_off](logits, axis))
        return powers / DIVIDED_BY[divided_by](powers, axis)

    slip.__name__ = f"{taken_off}_off_by_{divided_by}_{'last' if axis < 0 else axis}"
    softmax.misconception(title, says)(slip)


for _axis in (-1, 1):
    for _taken_off in TAKEN_OFF:
        softmax_slip(
            "keepdims=True is missing",
            "The sums of the rows have the shape (batch,), which NumPy lines up with the columns. "
            "With keepdims=True it is (batch, 1), one number for each row. max needs it, too.",
            *(_taken_off, "flat_sums", _axis),
        )
    softmax_slip(
        "keepdims=True is missing for max",
        "The largest logits of the rows have the shape (batch,), which NumPy lines up with the "
        "columns. With keepdims=True it is (batch, 1), one number for each row.",
        *("flat_largest", "sums", _axis),
    )
    softmax_slip(
        "each row's own largest logit, but the sum of the whole array",
        "np.sum without an axis adds up the whole batch. Every row has a sum of its own: axis=-1, "
        "keepdims=True.",
        *("the_largest", "the_sum_of_all", _axis),
    )
softmax_slip(
    "the whole array sums to 1",
    "np.sum without an axis adds up the whole batch. Every row has a sum of its own: axis=-1, "
    "keepdims=True. And e^1000 is inf: take each row's largest logit off first.",
    *("nothing", "the_sum_of_all", -1),
)
softmax_slip(
    "nan for large logits",
    "The book's own listing does this: e^1000 is inf, and inf / inf is nan. Take each row's largest "
    "logit off first. And sum over the last axis, axis=-1: a single example has no axis 1.",
    *("nothing", "sums", 1),
)
softmax_slip(
    "the largest logit of the whole array is taken off",
    "A row far below the largest one then has nothing but zeros, and 0 / 0 is nan. Take each row's "
    "own: max(axis=-1, keepdims=True). A single example has no axis 1.",
    *("the_largest_of_all", "sums", 1),
)


@softmax.alternative
def through_logarithms(logits):
    sums = np.logaddexp.reduce(logits, axis=-1, keepdims=True)
    return np.exp(logits - sums)


@softmax.alternative
def one_over_a_sum(logits):
    # Each share is 1 over the sum of how much larger every class is.
    differences = logits[..., None, :] - logits[..., :, None]
    return 1 / np.exp(np.minimum(differences, 700 if logits.itemsize == 8 else 80)).sum(axis=-1)


@softmax.alternative
def row_by_row(logits):
    rows = []
    for row in logits.reshape(-1, logits.shape[-1]):
        powers = [math.exp(float(logit) - float(max(row))) for logit in row]
        rows.append([power / sum(powers) for power in powers])
    return np.reshape(rows, logits.shape)


# --- softmax_jvp -------------------------------------------------------------------------------

softmax_jvp = exercise(
    "softmax_jvp",
    inputs={
        "probabilities": Array(("batch", "n_classes"), SIXTEENTHS),
        "vectors": Array(("batch", "n_classes"), SMALL),
    },
    arrange=lambda probabilities, vectors: {
        "probabilities": shares(probabilities),
        "vectors": vectors,
    },
    edges=[
        {"probabilities": [[0.5, 0.25, 0.25]], "vectors": [[4.0, 0.0, 0.0]]},
        {"probabilities": [[1.0]], "vectors": [[2.0]]},
        {"probabilities": [[0.3, 0.7], [0.1, 0.9]], "vectors": [[0.1, -0.9], [1.234567891, 0.4]]},
        {"probabilities": [[0.0, 1.0, 0.0]], "vectors": [[3.0, 1.0, -2.0]]},
    ],
    hints=[
        "All logits of a row are pushed up alike. What happens to the probabilities?",
        "Only what is stronger than the average push makes a class win. The average counts each "
        'class as much as it is likely (chapter 9, "Softmax computation": the classes share 1).',
        "probabilities * vectors is (batch, n_classes); its sum over axis 1, with keepdims=True, "
        "is (batch, 1): the average push of each row. Take it off `vectors`, then multiply.",
    ],
)


@softmax_jvp.law("makes every row sum to 0")
def rows_sum_to_0(answer, probabilities, vectors):
    sums = np.asarray(answer(probabilities, vectors)).sum(axis=1)
    expect(sums, "the sum of each row").equals(np.zeros(len(vectors)))


@softmax_jvp.law("is 0 when every class is pushed alike")
def pushing_all_changes_nothing(answer, probabilities, vectors):
    expect(answer(probabilities, np.full_like(vectors, 3.0))).equals(np.zeros_like(vectors))


@softmax_jvp.law("doubles when the pushes double")
def doubles_with_the_pushes(answer, probabilities, vectors):
    doubled = answer(probabilities, 2 * vectors)
    expect(doubled).equals(2 * np.asarray(answer(probabilities, vectors)))


@softmax_jvp.law("treats every row on its own")
def rows_are_independent(answer, probabilities, vectors):
    turned = answer(probabilities[::-1].copy(), vectors[::-1].copy())
    expect(turned, "for the rows turned round").equals(
        np.asarray(answer(probabilities, vectors))[::-1]
    )


@softmax_jvp.law("says how fast softmax changes", most=4)
def is_the_slope_of_softmax(answer, probabilities, vectors):
    logits = 2 * probabilities + vectors
    upstream = upstream_like(logits)
    expect_slopes(
        lambda logits: np.sum(upstream * softmax_of(logits)),
        at={"logits": logits},
        claimed=lambda logits: answer(softmax_of(logits), upstream),
        batch=len(logits),
    )


@softmax_jvp.law("gives the same for whole numbers as for decimals")
def takes_whole_numbers(answer):
    probabilities, pushes = np.array([[0.5, 0.25, 0.25]]), np.array([[3, 0, -1]])
    expect_the_same_as_decimals(answer, probabilities, pushes)


@softmax_jvp.misconception(
    "the average push is left out",
    "A push on one class also takes from all others: take the row's average push off first.",
)
def forgot_the_average(probabilities, vectors):
    return probabilities * vectors


@softmax_jvp.misconception(
    "every class counted alike in the average",
    "A likely class counts for more: the average is the sum of probability * push, not the mean.",
)
def plain_mean(probabilities, vectors):
    return probabilities * (vectors - vectors.mean(axis=1, keepdims=True))


@softmax_jvp.misconception(
    "each class only answers to its own push",
    "probability * (1 - probability) is how a class answers to its own push, as with sigmoid. "
    "The pushes on the other classes of the row count, too.",
)
def own_push_only(probabilities, vectors):
    return probabilities * (1 - probabilities) * vectors


@softmax_jvp.misconception(
    "the probability in front is missing",
    "A class that is hardly likely can hardly change: multiply by its probability.",
)
def forgot_the_probability(probabilities, vectors):
    return vectors - np.sum(probabilities * vectors, axis=1, keepdims=True)


@softmax_jvp.misconception(
    "the average down the columns",
    "Rows are examples that have nothing to do with each other: sum over axis 1.",
)
def wrong_axis(probabilities, vectors):
    return probabilities * (vectors - np.sum(probabilities * vectors, axis=0, keepdims=True))


@softmax_jvp.misconception(
    "the sign is turned round",
    "A class that is pushed up more than the average wins: push - average.",
)
def sign_flipped(probabilities, vectors):
    average = np.sum(probabilities * vectors, axis=1, keepdims=True)
    return probabilities * (average - vectors)


@softmax_jvp.misconception(
    "keepdims=True is missing",
    "The averages of the rows have the shape (batch,), which NumPy lines up with the columns. "
    "With keepdims=True it is (batch, 1), one number for each row.",
)
def without_keepdims(probabilities, vectors):
    return probabilities * (vectors - np.sum(probabilities * vectors, axis=1))


@softmax_jvp.misconception(
    "one average for the whole batch",
    "np.sum without an axis adds up all rows. Every row has an average of its own: axis=1, "
    "keepdims=True.",
)
def average_of_the_whole_batch(probabilities, vectors):
    return probabilities * (vectors - np.sum(probabilities * vectors))


@softmax_jvp.misconception(
    "the average is added",
    "A class wins what its push has more than the average: vectors - average.",
)
def average_added(probabilities, vectors):
    average = np.sum(probabilities * vectors, axis=1, keepdims=True)
    return probabilities * (vectors + average)


@softmax_jvp.misconception(
    "softmax is applied once more",
    "What comes in is softmax's output already: take the probabilities as they are.",
)
def softmax_once_more(probabilities, vectors):
    again = softmax_of(probabilities)
    return again * (vectors - np.sum(again * vectors, axis=1, keepdims=True))


@softmax_jvp.alternative
def with_the_whole_matrix(probabilities, vectors):
    rows = [
        (np.diag(row) - np.outer(row, row)) @ pushes for row, pushes in zip(probabilities, vectors)
    ]
    return np.array(rows)


@softmax_jvp.alternative
def with_einsum(probabilities, vectors):
    average = np.einsum("bk,bk->b", probabilities, vectors)
    return probabilities * vectors - np.einsum("bk,b->bk", probabilities, average)


@softmax_jvp.alternative
def pair_by_pair(probabilities, vectors):
    return [
        [p * sum(q * (v - w) for q, w in zip(row, pushes)) for p, v in zip(row, pushes)]
        for row, pushes in zip(probabilities, vectors)
    ]


# --- cross_entropy -----------------------------------------------------------------------------

cross_entropy = exercise(
    "cross_entropy",
    inputs={
        "probabilities": Array(("batch", "n_classes"), SIXTEENTHS),
        "labels": Array(("batch",), CLASSES, whole=True),
    },
    arrange=lambda probabilities, labels: {
        "probabilities": shares(probabilities),
        "labels": labels % probabilities.shape[1],
    },
    edges=[
        {"probabilities": [[0.5, 0.5], [0.0, 1.0]], "labels": [0, 1]},
        {"probabilities": [[1.0]], "labels": [0]},
        {"probabilities": [[0.3, 0.6, 0.1], [0.2, 0.1, 0.7]], "labels": [1, 0]},
        {"probabilities": [[0.0, 1.0]], "labels": [0]},
        {"probabilities": [[0.25, 0.75], [1.0, 0.0]], "labels": [0, 1]},
        {"probabilities": [[1e-20, 1.0]], "labels": [0]},
    ],
    hints=[
        "Three classes were given 0.2, 0.7 and 0.1, and the second one is right. Which of the "
        "three numbers says how good the prediction was?",
        "log of a number between 0 and 1 is negative: 0 for 1, and further and further down "
        'towards 0 (chapter 9, "Standard output-layer activation functions"). Turn its sign round, '
        "and you have a penalty.",
        "probabilities (batch, n_classes) and labels (batch,): picking one entry a row, with "
        "np.arange(len(labels)) for the rows, gives (batch,). Then the log, the minus, the mean.",
    ],
)


@cross_entropy.law("is never negative")
def never_negative(answer, probabilities, labels):
    expect(answer(probabilities, labels)).is_at_least(0)


@cross_entropy.law("is 0 when the right class is certain")
def is_0_when_certain(answer, probabilities, labels):
    expect(answer(np.eye(probabilities.shape[1])[labels], labels)).equals(0.0)


@cross_entropy.law("is log(number of classes) when all classes are equally likely")
def is_log_k_when_all_are_alike(answer, probabilities, labels):
    n_classes = probabilities.shape[1]
    uniform = np.full_like(probabilities, 1 / n_classes)
    expect(answer(uniform, labels)).equals(math.log(n_classes))


@cross_entropy.law("is the mean of its rows")
def is_the_mean_of_its_rows(answer, probabilities, labels):
    rows = [answer(probabilities[i : i + 1], labels[i : i + 1]) for i in range(len(labels))]
    expect(answer(probabilities, labels)).equals(float(np.mean([float(row) for row in rows])))


@cross_entropy.law("stays the same when the other classes share the rest in another way")
def other_classes_do_not_matter(answer, probabilities, labels):
    right = right_class(probabilities, labels)[:, None]
    others = (1 - right) / max(1, probabilities.shape[1] - 1)
    shared = np.where(np.eye(probabilities.shape[1])[labels] == 1, right, others)
    expect(answer(shared, labels)).equals(float(answer(probabilities, labels)))


@cross_entropy.law("is inf when the right class was given 0")
def is_inf_when_ruled_out(answer, probabilities, labels):
    n_classes = probabilities.shape[1]
    if n_classes > 1:
        certain = np.eye(n_classes, dtype=int)[(labels + 1) % n_classes]
        expect(answer(certain, labels)).equals(math.inf)


@cross_entropy.misconception(
    "the sum over the batch instead of the mean",
    "Divide by the number of rows, or a large batch looks worse than a small one.",
)
def sum_not_mean(probabilities, labels):
    return -np.sum(np.log(right_class(probabilities, labels)))


@cross_entropy.misconception(
    "nan where a class was given 0",
    "Multiplying the logarithms by a row of 0s and a 1 makes 0 * -inf out of every class that was "
    "ruled out, and that is nan. Pick the right class's probability first, then take its log.",
)
def log_of_zero(probabilities, labels):
    targets = np.eye(probabilities.shape[1])[labels]
    return -np.mean(np.sum(targets * np.log(probabilities), axis=1))


@cross_entropy.misconception(
    "negative", "log of a probability is never above 0. Put a minus in front to make it a penalty."
)
def sign_flipped(probabilities, labels):
    return np.mean(np.log(right_class(probabilities, labels)))


@cross_entropy.misconception(
    "what is missing to 1",
    "1 - probability hardly grows when a prediction is hopeless. -log(probability) does.",
)
def one_minus_probability(probabilities, labels):
    return np.mean(1 - right_class(probabilities, labels))


@cross_entropy.misconception(
    "the most likely class instead of the right one",
    "How sure the network was does not matter, but how likely it held the class in `labels`.",
)
def of_the_predicted_class(probabilities, labels):
    return -np.mean(np.log(probabilities.max(axis=1)))


@cross_entropy.misconception(
    "divided by the number of classes as well",
    "The mean is over the rows only: one number a row, divided by the number of rows.",
)
def divided_by_classes_too(probabilities, labels):
    return -np.mean(np.log(right_class(probabilities, labels))) / probabilities.shape[1]


@cross_entropy.misconception(
    "the logarithm of base 2", "np.log is the natural logarithm. np.log2 gives the loss in bits."
)
def in_bits(probabilities, labels):
    return -np.mean(np.log2(right_class(probabilities, labels)))


def kept_above_0(lift, smallest):
    """Declare a cross entropy whose probabilities are lifted above 0 by so much."""

    def lifted(probabilities, labels):
        return -np.mean(np.log(lift(right_class(probabilities, labels), smallest)))

    lifted.__name__ = f"{lift.__name__}_{smallest:g}".replace("-", "_")
    cross_entropy.misconception(
        "probabilities kept above 0",
        "np.clip, or a tiny number that is added inside the log, hides what is wrong: a right class "
        "that was given 0 is infinitely bad here, so let the result be inf.",
    )(lifted)


def clipped(given, smallest):
    return np.clip(given, smallest, 1)


def added(given, smallest):
    return given + smallest


for _smallest in (1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7):
    kept_above_0(clipped, _smallest)
    kept_above_0(added, _smallest)


@cross_entropy.alternative
def row_by_row(probabilities, labels):
    total = 0.0
    for row, label in zip(probabilities, labels):
        given = float(row[int(label)])
        total -= math.log(given) if given > 0 else -math.inf
    return total / len(labels)


@cross_entropy.alternative
def with_where(probabilities, labels):
    is_right = np.arange(probabilities.shape[1]) == labels[:, None]
    return np.where(is_right, -np.log(probabilities), 0).sum() / len(probabilities)


@cross_entropy.alternative
def log_of_the_inverse(probabilities, labels):
    given = np.take_along_axis(probabilities, labels.reshape(-1, 1), axis=1)
    return np.log(1 / given).mean()


# --- binary_cross_entropy ----------------------------------------------------------------------

binary_cross_entropy = exercise(
    "binary_cross_entropy",
    inputs={
        "probability": Array(("batch",), (0.5, 0.25, 0.75, 0.125, 0.875, 0.375, 0.625)),
        "target": Array(("batch",), BITS),
    },
    edges=[
        {"probability": [0.5], "target": [1.0]},
        {"probability": [0.3, 0.9, 0.1], "target": [1.0, 0.0, 0.0]},
        {"probability": [1.0, 0.5, 0.0], "target": [1.0, 0.0, 0.0]},
        {"probability": [0.0], "target": [1.0]},
        {"probability": [1.0, 0.5], "target": [0.0, 1.0]},
        {"probability": [[0.5, 0.25, 0.75], [0.125, 0.5, 0.875]], "target": [[1, 0, 0], [0, 1, 1]]},
    ],
    hints=[
        "Yes was given 0.9, and the answer was no. How likely was what came true?",
        "This is cross entropy with two classes, yes and no, of which only the first one's "
        'probability is told (chapter 9, "Standard output-layer activation functions": sigmoid '
        "answers each question for itself).",
        "np.where(target == 1, ..., ...) has the shape of `target`: what was given to yes where it "
        "was yes, what was left for no where it was no. Then the log, the minus, the mean.",
    ],
)


@binary_cross_entropy.law("is never negative")
def never_negative(answer, probability, target):
    expect(answer(probability, target)).is_at_least(0)


@binary_cross_entropy.law("is log 2 when yes and no are equally likely")
def is_log_2_when_undecided(answer, probability, target):
    expect(answer(np.full_like(probability, 0.5), target.astype(int))).equals(math.log(2))


@binary_cross_entropy.law("is 0 when what came true was certain")
def is_0_when_certain(answer, target):
    expect(answer(target.copy(), target)).equals(0.0)


@binary_cross_entropy.law("stays the same when yes and no change places")
def yes_and_no_may_change_places(answer, probability, target):
    expect(answer(1 - probability, 1 - target)).equals(float(answer(probability, target)))


@binary_cross_entropy.law("takes a single number for what it is")
def takes_single_numbers(answer, probability, target):
    given, came = float(probability.flat[0]), float(target.flat[0])
    likely = given if came == 1 else 1 - given
    expect(answer(given, came)).equals(-math.log(likely) if likely else math.inf)


@binary_cross_entropy.law("is inf when what came true was given 0")
def is_inf_when_ruled_out(answer, target):
    expect(answer(1 - target, target)).equals(math.inf)


@binary_cross_entropy.misconception(
    "nan where something was certain",
    "target * log(probability) is 0 * -inf where no was certain and right, and that is nan. Choose "
    "between the two probabilities with np.where first, then take the log.",
)
def log_of_zero(probability, target):
    return -np.mean(target * np.log(probability) + (1 - target) * np.log(1 - probability))


@binary_cross_entropy.misconception(
    "no penalty where the answer was no",
    "Where the target is 0, a high probability of yes is wrong: -log(1 - probability).",
)
def only_yes(probability, target):
    return -np.mean(np.where(target == 1, np.log(probability), 0))


@binary_cross_entropy.misconception(
    "the penalty for what did not come true",
    "The other way round: where the target is 1, take the log of the probability of yes.",
)
def of_what_did_not_come_true(probability, target):
    return -np.mean(np.log(np.where(target == 1, 1 - probability, probability)))


@binary_cross_entropy.misconception(
    "the sum instead of the mean", "Given many, take the mean of their penalties."
)
def sum_not_mean(probability, target):
    return -np.sum(np.log(np.where(target == 1, probability, 1 - probability)))


@binary_cross_entropy.misconception(
    "negative", "log of a probability is never above 0. Put a minus in front to make it a penalty."
)
def sign_flipped(probability, target):
    return np.mean(np.log(np.where(target == 1, probability, 1 - probability)))


@binary_cross_entropy.misconception(
    "the squared miss", "(probability - target)^2 is never above 1, however hopeless: use -log."
)
def squared_error(probability, target):
    return np.mean((probability - target) ** 2)


@binary_cross_entropy.misconception(
    "probabilities cut off above 0 and below 1",
    "What came true although it was ruled out is infinitely bad here: let the result be inf.",
)
def clipped(probability, target):
    probability = np.clip(probability, 1e-12, 1 - 1e-12)
    return -np.mean(np.log(np.where(target == 1, probability, 1 - probability)))


@binary_cross_entropy.alternative
def one_by_one(probability, target):
    pairs = list(zip(np.ravel(probability), np.ravel(target)))
    total = 0.0
    for given, came in pairs:
        likely = float(given) if came else 1 - float(given)
        total += -math.log(likely) if likely > 0 else math.inf
    return total / len(pairs)


@binary_cross_entropy.alternative
def from_the_miss(probability, target):
    return np.mean(-np.log(1 - np.abs(target - probability)))


# --- output_delta ------------------------------------------------------------------------------

output_delta = exercise(
    "output_delta",
    inputs={
        "probabilities": Array(("batch", "n_classes"), SIXTEENTHS),
        "targets": Array(("batch", "n_classes")),
    },
    arrange=lambda probabilities, targets: {
        "probabilities": shares(probabilities),
        "targets": only_the_largest(targets),
    },
    edges=[
        {"probabilities": [[0.25, 0.75], [0.5, 0.5]], "targets": [[0.0, 1.0], [1.0, 0.0]]},
        {"probabilities": [[1.0]], "targets": [[1.0]]},
        {
            "probabilities": [[0.3, 0.6, 0.1], [0.2, 0.1, 0.7]],
            "targets": [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]],
        },
        {"probabilities": [[0.5, 0.25, 0.25]], "targets": [[0.0, 1.0, 0.0]]},
    ],
    hints=[
        "The right class was given 0.75. By how much did that miss 1? And by how much did the 0.25 "
        "of the other class miss 0?",
        "Softmax's slope and cross entropy's slope meet in one simple miss (chapter 9, "
        '"Upgrading the MNIST network"). The loss is the mean over the batch, so each row has only '
        "its part of it.",
        "(batch, n_classes) minus (batch, n_classes), entry by entry, then divided by a single "
        "number: how many rows there are.",
    ],
)


@output_delta.law("makes every row sum to 0")
def rows_sum_to_0(answer, probabilities, targets):
    sums = np.asarray(answer(probabilities, targets)).sum(axis=1)
    expect(sums, "the sum of each row").equals(np.zeros(len(targets)))


@output_delta.law("is 0 when the right classes were certain")
def is_0_when_certain(answer, targets):
    expect(answer(targets.copy(), targets)).equals(np.zeros_like(targets))


@output_delta.law("is below 0 for the right class only")
def pushes_the_right_class_up(answer, probabilities, targets):
    delta = np.asarray(answer(probabilities, targets))
    expect(delta * targets, "for the right classes").is_at_most(0)
    expect(delta * (1 - targets), "for the other classes").is_at_least(0)


@output_delta.law("is half as large for each row when every row is there twice")
def rows_share_the_mean(answer, probabilities, targets):
    twice = answer(np.vstack([probabilities] * 2), np.vstack([targets] * 2).astype(int))
    once = np.asarray(answer(probabilities, targets))
    expect(twice).equals(np.vstack([once] * 2) / 2)


@output_delta.law("says how steeply the mean cross entropy climbs with each logit", most=4)
def is_the_slope_of_the_loss(answer, probabilities, targets):
    expect_slopes(
        lambda logits: mean_cross_entropy(logits, targets),
        at={"logits": 3 * probabilities - 0.5 * targets},
        claimed=lambda logits: answer(softmax_of(logits), targets),
        batch=len(targets),
    )


@output_delta.misconception(
    "not divided by the number of rows",
    "The loss is the mean over the batch, so every row counts for one part in `batch` only.",
)
def sum_not_mean(probabilities, targets):
    return probabilities - targets


@output_delta.misconception(
    "divided by the number of rows twice",
    "The book's listing divides by batch_size and by layer_2.shape[0], which is the same number: "
    "with 100 rows its steps are 100 times too small. Once is enough.",
)
def batch_divided_twice(probabilities, targets):
    return (probabilities - targets) / len(targets) ** 2


@output_delta.misconception(
    "the sign is turned round",
    "The delta is probabilities - targets: the loss climbs when a wrong class's logit climbs.",
)
def sign_flipped(probabilities, targets):
    return (targets - probabilities) / len(targets)


@output_delta.misconception(
    "softmax's slope is multiplied in once more",
    "probabilities - targets has softmax's slope in it already. Nothing is left to multiply by.",
)
def delta_times_softmax_deriv_again(probabilities, targets):
    return (probabilities - targets) * probabilities * (1 - probabilities) / len(targets)


@output_delta.misconception(
    "divided by the number of classes",
    "Each row is one example: divide by the number of rows, len(probabilities).",
)
def divided_by_classes(probabilities, targets):
    return (probabilities - targets) / targets.shape[1]


@output_delta.misconception(
    "divided by the number of all entries",
    "The mean is over the rows only: divide by len(probabilities), not by its size.",
)
def divided_by_all_entries(probabilities, targets):
    return (probabilities - targets) / targets.size


@output_delta.misconception(
    "a factor 2", "The factor 2 belongs to the squared miss. Cross entropy has none."
)
def factor_two(probabilities, targets):
    return 2 * (probabilities - targets) / len(targets)


@output_delta.misconception(
    "only the right class",
    "The other classes missed as well, by all that they were given: they must be pushed down.",
)
def right_class_only(probabilities, targets):
    return (probabilities - targets) * targets / len(targets)


@output_delta.alternative
def from_the_slope_of_the_log(probabilities, targets):
    inverse = np.where(targets == 1, -1 / np.where(targets == 1, probabilities, 1), 0)
    average = np.sum(probabilities * inverse, axis=1, keepdims=True)
    return probabilities * (inverse - average) / targets.shape[0]


@output_delta.alternative
def entry_by_entry(probabilities, targets):
    share = 1 / len(targets)
    return [[share * (p - t) for p, t in zip(*rows)] for rows in zip(probabilities, targets)]


@output_delta.alternative
def one_less_at_the_label(probabilities, targets):
    delta = probabilities.copy()
    delta[np.arange(len(delta)), targets.argmax(axis=1)] -= 1
    return delta / len(delta)


# --- choose_output -----------------------------------------------------------------------------

choose_output = exercise(
    "choose_output",
    inputs={
        "task": Choice(
            ["raw values", "yes or no", "which one", "values", "yes", "one", "sigmoid", "softmax"]
        )
    },
    cases=12,
    edges=[{"task": task} for task in ("raw values", "yes or no", "which one", "")],
    hints=[
        "Is it hot, and is it raining? Is this digit a 3 or an 8? In which of the two may both "
        "probabilities be 0.9?",
        'Three kinds of task, three ends of a network (chapter 9, "Standard output-layer '
        'activation functions"): anything at all, questions on their own, classes that compete.',
        "A text in, a text out. A dict with three entries, or three ifs; and `raise ValueError` "
        "for any other text.",
    ],
)


@choose_output.law("lets raw values be what they are")
def leaves_raw_values(answer):
    expect(answer("raw values")).equals("none")


@choose_output.law("answers each question of its own with sigmoid")
def squashes_each_question(answer):
    expect(answer("yes or no")).equals("sigmoid")


@choose_output.law("lets classes that rule each other out share 1, with softmax")
def lets_classes_compete(answer):
    expect(answer("which one")).equals("softmax")


@choose_output.law("refuses a task that it does not know")
def refuses_what_it_does_not_know(answer):
    expect(answer("something else")).raises(ValueError)


def chosen_from(activations):
    """An answer that looks the task up here, and refuses any other."""

    def choose(task):
        if task not in activations:
            raise ValueError(task)
        return activations[task]

    return choose


@choose_output.misconception(
    "softmax for questions that have nothing to do with each other",
    "With softmax a likely yes to one question makes a yes to the next one unlikely. Each question "
    "needs a sigmoid of its own.",
)
def softmax_for_yes_or_no(task):
    table = {"raw values": "none", "yes or no": "softmax", "which one": "softmax"}
    return chosen_from(table)(task)


@choose_output.misconception(
    "sigmoid for classes that compete",
    "Only one class is right: what one of them wins, the others must lose. That is softmax.",
)
def sigmoid_for_which_one(task):
    table = {"raw values": "none", "yes or no": "sigmoid", "which one": "sigmoid"}
    return chosen_from(table)(task)


@choose_output.misconception(
    "raw values squashed between 0 and 1",
    "A temperature may be 30. Raw values are not probabilities: no activation at all.",
)
def sigmoid_for_raw_values(task):
    table = {"raw values": "sigmoid", "yes or no": "sigmoid", "which one": "softmax"}
    return chosen_from(table)(task)


@choose_output.misconception(
    "sigmoid and softmax in each other's place",
    "Sigmoid is for questions of their own, softmax for classes that share 1 among them.",
)
def swapped(task):
    table = {"raw values": "none", "yes or no": "softmax", "which one": "sigmoid"}
    return chosen_from(table)(task)


@choose_output.misconception(
    '"none" for a task that it does not know',
    "A misspelled task would go unnoticed. Raise a ValueError.",
)
def none_for_the_unknown(task):
    return {"yes or no": "sigmoid", "which one": "softmax"}.get(task, "none")


@choose_output.alternative
def with_match(task):
    match task:
        case "raw values":
            return "none"
        case "yes or no":
            return "sigmoid"
        case "which one":
            return "softmax"
    raise ValueError("unknown")


@choose_output.alternative
def by_place_in_a_list(task):
    return ["none", "sigmoid", "softmax"][["raw values", "yes or no", "which one"].index(task)]


# --- activation_report -------------------------------------------------------------------------

# Powers of 2, so that the slope of a straight line is the same to the last digit everywhere.
STEPS = (1.0, 0.5, 0.25, 0.125)

activation_report = exercise(
    "activation_report",
    inputs={
        "f": Choice(
            [
                functions.relu(),
                functions.square(),
                functions.tanh(),
                functions.identity(),
                functions.sigmoid(),
                functions.quadratic(0.0, -2.0, 1.0),
                functions.cubic(-0.5, -0.5),
                functions.constant(3.0),
                functions.cubic(1.0, -4.0),
                functions.constant(0.5),
            ]
        ),
        "left": Array(("left",), STEPS),
        "right": Array(("right",), STEPS),
    },
    arrange=lambda f, left, right: {
        "f": f,
        "grid": np.concatenate(
            [-(0.5 + np.cumsum(left))[::-1], [-0.5, 0.0, 0.25], 0.25 + np.cumsum(right)]
        ),
    },
    edges=[
        {"f": f, "grid": np.array(grid)}
        for f, grid in [
            (functions.square(), [-2.0, 0.0, 1.0, 2.0]),
            (functions.relu(), [-2.0, -1.0, 0.0, 1.0, 3.0]),
            (functions.identity(), [-1.0, 0.0, 1.0]),
            (functions.identity(), [-2.0, -1.0, 2.0]),
            (functions.tanh(), [-4.0, -1.0, 0.0, 2.0]),
            (functions.tanh(), [-2, 0, 1, 3]),
            (functions.sigmoid(), [-4.0, -1.0, 0.0, 2.0]),
            (functions.constant(-1.0), [0.0, 1.0, 3.0]),
            (functions.constant(-2.0), [0.0, 1.0, 3.0]),
            (functions.quadratic(-1.0, 0.0, 0.0), [0.0, 1.0, 2.0, 4.0]),
            (functions.square(), [-2.0, -1.0, 1.0]),
            (functions.cubic(1.0, -4.0), [-2.0, -1.0, 0.0, 2.0]),
            (functions.quadratic(0.25, 0.0, 0.0), [-1.0, 0.0, 1.0, 2.0]),
            # A straight line, whose slopes differ in the last digit when they are worked out.
            (functions.quadratic(0.0, 0.3, 0.1), [-1.0, -0.7, -0.3, 0.1, 0.6, 1.0]),
        ]
    ],
    hints=[
        "Walk along the graph of x^2 from left to right. Do you ever change from going down to "
        "going up? And on the graph of relu?",
        "A good activation never changes direction, and it is no straight line (chapter 9, "
        '"What is an activation function?"). Both show in the slopes from one point of the grid to '
        "the next.",
        "f(grid) is (points,). np.diff(f(grid)) and np.diff(grid) are one shorter; divided, they "
        "are the slopes. All >= 0 or all <= 0? All alike? And is every output from -1 to 1?",
    ],
)


@activation_report.law("calls relu, tanh and sigmoid monotone and nonlinear")
def passes_the_usual_ones(answer, grid):
    wide = np.concatenate([[-7.0, -6.5], grid, [6.5, 7.0]])
    for f in (functions.relu(), functions.tanh(), functions.sigmoid()):
        report = answer(f, wide)
        expect(report["monotone"], f'"monotone" for {f.name}').equals(True)
        expect(report["nonlinear"], f'"nonlinear" for {f.name}').equals(True)


@activation_report.law("does not call squaring monotone: it falls, and then it rises")
def squaring_changes_direction(answer):
    report = answer(functions.square(), np.array([-2.0, -1.0, 0.0, 0.5, 1.0]))
    expect(report["monotone"], '"monotone"').equals(False)
    expect(report["nonlinear"], '"nonlinear"').equals(True)


@activation_report.law("does not call a straight line nonlinear, whatever the steps of the grid")
def lines_are_not_bent(answer, grid):
    for f in (functions.identity(), functions.constant(2.0), functions.quadratic(0.0, -2.0, 1.0)):
        expect(answer(f, grid)["nonlinear"], f'"nonlinear" for {f.source}').equals(False)


@activation_report.law("calls a function that always falls monotone, too")
def falling_is_monotone(answer, grid):
    report = answer(functions.cubic(-0.5, -0.5), grid)
    expect(report["monotone"], '"monotone"').equals(True)


@activation_report.law("calls bounded what stays between -1 and 1 on the grid")
def knows_what_is_bounded(answer, f, grid):
    expect(answer(f, grid)["bounded"], '"bounded"').equals(bool(np.max(abs(f(grid))) <= 1))


def report_with(f, grid, monotone=None, nonlinear=None, bounded=None):
    """What is right, but for what is told."""
    outputs = f(grid)
    slopes = np.diff(outputs) / np.diff(grid)
    right = {
        "monotone": bool((slopes >= 0).all() or (slopes <= 0).all()),
        "nonlinear": not np.allclose(slopes, slopes[0]),
        "bounded": bool((abs(outputs) <= 1).all()),
    }
    told = {"monotone": monotone, "nonlinear": nonlinear, "bounded": bounded}
    return {name: right[name] if told[name] is None else bool(told[name]) for name in right}


@activation_report.misconception(
    "squaring is called monotone",
    "To the right of 0 the graph of x^2 only rises, but to the left it falls. Look at the whole "
    "grid.",
)
def monotonic_claim_for_x2(f, grid):
    rises = np.diff(f(grid[grid >= 0])) >= 0
    falls = np.diff(f(grid[grid >= 0])) <= 0
    return report_with(f, grid, monotone=rises.all() or falls.all())


@activation_report.misconception(
    "only what rises counts as monotone",
    "A function that falls all the way never changes direction either.",
)
def only_rising(f, grid):
    return report_with(f, grid, monotone=(np.diff(f(grid)) >= 0).all())


@activation_report.misconception(
    "staying level counts as a change of direction",
    "relu is level below 0 and is monotone all the same: allow slopes of 0 in both directions.",
)
def strictly_monotone(f, grid):
    rises = np.diff(f(grid))
    return report_with(f, grid, monotone=(rises > 0).all() or (rises < 0).all())


@activation_report.misconception(
    "the steps of the grid are left out of the slopes",
    "Where the grid takes a longer step, even a straight line rises by more. Divide by "
    "np.diff(grid).",
)
def forgot_the_steps(f, grid):
    rises = np.diff(f(grid))
    return report_with(f, grid, nonlinear=not np.allclose(rises, rises[0]))


@activation_report.misconception(
    "nonlinear only where it bends at every point",
    "relu bends once, and that is enough: it is nonlinear if the slopes are not *all* alike.",
)
def must_bend_everywhere(f, grid):
    slopes = np.diff(f(grid)) / np.diff(grid)
    return report_with(f, grid, nonlinear=(np.diff(slopes) != 0).all())


@activation_report.misconception(
    "bounded from above only", "An output of -5 is further from 0 than 1, too: look at its size."
)
def bounded_above_only(f, grid):
    return report_with(f, grid, bounded=np.max(f(grid)) <= 1)


@activation_report.alternative
def number_by_number(f, grid):
    points = [(float(x), float(f(float(x)))) for x in grid]
    pairs = list(zip(points, points[1:]))
    slopes = [(v - u) / (y - x) for (x, u), (y, v) in pairs]
    return {
        "bounded": max(abs(output) for _, output in points) <= 1,
        "monotone": not (min(slopes) < 0 < max(slopes)),
        "nonlinear": max(slopes) - min(slopes) > 1e-9,
    }


@activation_report.alternative
def with_signs(f, grid):
    outputs = np.asarray(f(grid), dtype=float)
    directions = set(np.sign(outputs[1:] - outputs[:-1])) - {0}
    through_both_ends = np.interp(grid, [grid[0], grid[-1]], [outputs[0], outputs[-1]])
    return {
        "monotone": len(directions) < 2,
        "nonlinear": np.abs(outputs - through_both_ends).max() > 1e-6,
        "bounded": np.array_equal(outputs, np.clip(outputs, -1, 1)),
    }


# --- layer_delta -------------------------------------------------------------------------------

KINDS = ("relu", "sigmoid", "tanh")

layer_delta = exercise(
    "layer_delta",
    inputs={
        "upstream": Array(("batch", "hidden"), SMALL),
        "output": Array(("batch", "hidden"), OF_TANH),
        "kind": Choice(KINDS),
    },
    arrange=lambda upstream, output, kind: {
        "upstream": upstream,
        "output": output_of(kind, output),
        "kind": kind,
    },
    edges=[
        {"upstream": [[2.0, 2.0]], "output": [[0.0, 3.0]], "kind": "relu"},
        {"upstream": [[0.3, -0.7]], "output": [[0.1, 0.9]], "kind": "sigmoid"},
        {"upstream": [[4.0, 4.0]], "output": [[0.0, 0.5]], "kind": "tanh"},
        {"upstream": [[0.3, -0.7]], "output": [[-0.1, 0.9]], "kind": "tanh"},
    ],
    hints=[
        "A unit stands where its S is almost level. If a little more comes in, how much more goes "
        "out, and how much of the blame can it take?",
        "Whatever the activation, the delta is multiplied by its slope (chapter 9, "
        '"Multiplying delta by the slope"). You have written the three slopes already.',
        "(batch, hidden) times (batch, hidden), entry by entry: `upstream`, and the slope that "
        "relu_deriv, sigmoid_deriv or tanh_deriv reads off `output`. Any other kind: ValueError.",
    ],
)


@layer_delta.law("is 0 when nothing arrives from above")
def nothing_in_nothing_out(answer, upstream, output, kind):
    expect(answer(0 * upstream, output, kind)).equals(np.zeros_like(upstream))


@layer_delta.law("is the slope itself when exactly 1 arrives")
def is_the_slope_for_ones(answer, upstream, output, kind):
    ones = np.ones(upstream.shape, dtype=int)
    expect(answer(ones, output, kind)).equals(SLOPE_OF[kind](output))


@layer_delta.law("doubles, and turns its sign round, with what arrives")
def follows_the_upstream(answer, upstream, output, kind):
    doubled = answer(-2 * upstream, output, kind)
    expect(doubled).equals(-2 * np.asarray(answer(upstream, output, kind)))


@layer_delta.law("says how steeply things climb in front of the activation", most=6)
def is_the_slope_before_the_activation(answer, output, kind):
    before = 2 * output - 0.3
    upstream, activation = upstream_like(before), ACTIVATION_OF[kind]
    expect_slopes(
        lambda before: np.sum(upstream * activation(before)),
        at={"before": before},
        claimed=lambda before: answer(upstream, activation(before), kind),
        batch=len(before),
    )


@layer_delta.law("refuses an activation that it does not know")
def refuses_what_it_does_not_know(answer, upstream, output):
    expect(answer(upstream, output, "softplus")).raises(ValueError)


def layer_delta_with(slopes, upstream, output, kind):
    """An answer whose slopes are these where they are told, and right elsewhere."""
    if kind not in KINDS:
        raise ValueError(kind)
    return upstream * (SLOPE_OF | slopes)[kind](output)


@layer_delta.misconception(
    "the slope is left out",
    "A unit that stands where its activation is level cannot change anything: multiply by the "
    "slope.",
)
def forgot_slope(*args):
    return layer_delta_with(dict.fromkeys(KINDS, np.ones_like), *args)


@layer_delta.misconception(
    "what arrives from above is left out", "The delta is the upstream delta, times the slope."
)
def forgot_upstream(upstream, output, kind):
    return layer_delta_with({}, np.ones_like(upstream), output, kind)


@layer_delta.misconception(
    "multiplied by relu's output instead of its slope",
    "The book's table prints relu's slope as its output. The slope is 1 or 0.",
)
def relu_deriv_returns_x(*args):
    return layer_delta_with({"relu": relu_of}, *args)


@layer_delta.misconception(
    "relu's slope with `>=`",
    "relu never returns anything below 0, so `>= 0` is true for every unit. Ask for `> 0`.",
)
def relu_deriv_ge(*args):
    return layer_delta_with({"relu": np.ones_like}, *args)


@layer_delta.misconception(
    "tanh applied once more, to its own output",
    "`output` is what tanh returned: its slope is 1 - output^2, without another tanh.",
)
def tanh_deriv_of_input(*args):
    return layer_delta_with({"tanh": lambda output: 1 - np.tanh(output) ** 2}, *args)


@layer_delta.misconception(
    "sigmoid applied once more, to its own output",
    "`output` is what sigmoid returned: its slope is output * (1 - output), as it stands.",
)
def sigmoid_deriv_applied_to_z(*args):
    return layer_delta_with(
        {"sigmoid": lambda output: sigmoid_of(output) * sigmoid_of(-output)}, *args
    )


@layer_delta.misconception(
    "the slopes of sigmoid and tanh in each other's place",
    "Sigmoid has output * (1 - output), tanh has 1 - output^2.",
)
def slopes_swapped(*args):
    return layer_delta_with({"sigmoid": SLOPE_OF["tanh"], "tanh": SLOPE_OF["sigmoid"]}, *args)


@layer_delta.alternative
def with_ifs(upstream, output, kind):
    if kind == "relu":
        return np.where(output > 0, upstream, 0)
    if kind == "sigmoid":
        return upstream * output - upstream * output * output
    if kind == "tanh":
        return upstream * (1 + output) * (1 - output)
    raise ValueError("this activation is not known")


@layer_delta.alternative
def entry_by_entry(upstream, output, kind):
    if kind not in ("relu", "sigmoid", "tanh"):
        raise ValueError
    delta = np.zeros(upstream.shape)
    for index in np.ndindex(output.shape):
        value = float(output[index])
        slope = {"relu": float(value > 0), "sigmoid": value - value**2, "tanh": 1 - value * value}
        delta[index] = float(upstream[index]) * slope[kind]
    return delta


# --- hidden_delta_with_dropout -----------------------------------------------------------------

hidden_delta_with_dropout = exercise(
    "hidden_delta_with_dropout",
    inputs={
        "upstream": Array(("batch", "hidden"), SMALL),
        "pre_dropout_output": Array(("batch", "hidden"), OF_TANH),
        "mask": Array(("batch", "hidden"), BITS),
        "keep": Number(KEPT),
        "kind": Choice(("tanh", "relu", "sigmoid")),
    },
    arrange=lambda upstream, pre_dropout_output, mask, keep, kind: {
        "upstream": upstream,
        "pre_dropout_output": output_of(kind, pre_dropout_output),
        "mask": mask,
        "keep": keep,
        "kind": kind,
    },
    edges=[
        {
            "upstream": [[1.0, 1.0]],
            "pre_dropout_output": [[0.5, 0.5]],
            "mask": [[1.0, 0.0]],
            "keep": 0.5,
            "kind": "tanh",
        },
        {
            "upstream": [[0.3, -0.7, 0.9]],
            "pre_dropout_output": [[0.1, 0.9, 0.6]],
            "mask": [[1.0, 1.0, 0.0]],
            "keep": 0.7,
            "kind": "sigmoid",
        },
        {
            "upstream": [[2.0, 3.0, 2.0]],
            "pre_dropout_output": [[0.0, 5.0, 1.0]],
            "mask": [[1.0, 1.0, 0.0]],
            "keep": 0.25,
            "kind": "relu",
        },
        {
            "upstream": [[1.0]],
            "pre_dropout_output": [[0.75]],
            "mask": [[1.0]],
            "keep": 0.5,
            "kind": "tanh",
        },
    ],
    hints=[
        "Forward: first tanh, then dropout. In which order do you meet the two on the way back?",
        "Dropout only multiplied by mask / keep, so the delta is multiplied by the same. The slope "
        'belongs to what tanh itself returned (chapter 9, "Upgrading the MNIST network"): after '
        "the scaling an output of 0.75 would look like 1.5, where tanh never was.",
        "All of shape (batch, hidden). dropout_backward takes upstream, mask and keep; what it "
        "returns goes into layer_delta, together with pre_dropout_output and kind.",
    ],
)


@hidden_delta_with_dropout.law("is 0 for every unit that was dropped")
def spares_dropped_units(answer, upstream, pre_dropout_output, mask, keep, kind):
    delta = np.asarray(answer(upstream, pre_dropout_output, mask, keep, kind))
    expect(delta * (1 - mask), "the units that were dropped").equals(np.zeros_like(mask))


@hidden_delta_with_dropout.law("is the upstream delta times the slope when nothing is dropped")
def is_layer_delta_without_dropout(answer, upstream, pre_dropout_output, mask, kind):
    delta = answer(upstream, pre_dropout_output, np.ones(mask.shape, dtype=int), 1.0, kind)
    expect(delta).equals(upstream * SLOPE_OF[kind](pre_dropout_output))


@hidden_delta_with_dropout.law("never turns the sign of what arrives round")
def keeps_the_sign(answer, upstream, pre_dropout_output, mask, keep, kind):
    delta = np.asarray(answer(upstream, pre_dropout_output, mask, keep, kind))
    expect(delta * upstream, "the delta times what arrives").is_at_least(0)


@hidden_delta_with_dropout.law("is twice as large when half as many units are kept")
def grows_as_fewer_are_kept(answer, upstream, pre_dropout_output, mask, keep, kind):
    fewer = answer(upstream, pre_dropout_output, mask, keep / 2, kind)
    delta = np.asarray(answer(upstream, pre_dropout_output, mask, keep, kind))
    expect(fewer).equals(2 * delta)


@hidden_delta_with_dropout.law("says how steeply things climb in front of the activation", most=6)
def is_the_slope_before_the_activation(answer, pre_dropout_output, mask, keep, kind):
    before = 2 * pre_dropout_output - 0.3
    upstream, activation = upstream_like(before), ACTIVATION_OF[kind]
    expect_slopes(
        lambda before: np.sum(upstream * activation(before) * mask / keep),
        at={"before": before},
        claimed=lambda before: answer(upstream, activation(before), mask, keep, kind),
        batch=len(before),
    )


@hidden_delta_with_dropout.misconception(
    "the slope taken after dropout",
    "The book's listing does this: dropout has scaled the output, and 1 - (2 * 0.75)^2 is below 0, "
    "though tanh always rises. Take the slope of what tanh returned, before dropout.",
)
def slope_after_dropout(upstream, pre_dropout_output, mask, keep, kind):
    scale = mask / keep
    return upstream * scale * SLOPE_OF[kind](pre_dropout_output * scale)


@hidden_delta_with_dropout.misconception(
    "the mask without its scale on the way back",
    "On the way forward the units that were kept were made 1 / keep times as strong, so a little "
    "more in is 1 / keep times as much more out: mask / keep on the way back, too.",
)
def backward_missing_scale(upstream, pre_dropout_output, mask, keep, kind):
    return upstream * mask * SLOPE_OF[kind](pre_dropout_output)


@hidden_delta_with_dropout.misconception(
    "the printed listing: the slope after dropout, and the mask without its scale",
    "Two things at once: take the slope before dropout scaled the output, and multiply by "
    "mask / keep instead of mask.",
)
def as_the_listing(upstream, pre_dropout_output, mask, keep, kind):
    return upstream * mask * SLOPE_OF[kind](pre_dropout_output * mask / keep)


@hidden_delta_with_dropout.misconception(
    "units that were dropped are blamed too",
    "A dropped unit sent nothing forward. Multiply by the mask of the way forward.",
)
def mask_not_reused_in_backward(upstream, pre_dropout_output, mask, keep, kind):
    return upstream / keep * SLOPE_OF[kind](pre_dropout_output)


@hidden_delta_with_dropout.misconception(
    "the slope is left out", "After dropout comes the activation: multiply by its slope as well."
)
def forgot_slope(upstream, pre_dropout_output, mask, keep, kind):
    return upstream * mask / keep


@hidden_delta_with_dropout.misconception(
    "multiplied by keep", "The way forward divided by keep, and the way back does the same."
)
def times_keep(upstream, pre_dropout_output, mask, keep, kind):
    return upstream * mask * keep * SLOPE_OF[kind](pre_dropout_output)


@hidden_delta_with_dropout.alternative
def slope_first(upstream, pre_dropout_output, mask, keep, kind):
    output = pre_dropout_output
    slope = {"tanh": 1 - output * output, "sigmoid": output * (1 - output), "relu": output > 0}
    return np.where(mask == 1, slope[kind] * upstream / keep, 0)


@hidden_delta_with_dropout.alternative
def unit_by_unit(upstream, pre_dropout_output, mask, keep, kind):
    delta = []
    for arriving, outputs, kept in zip(upstream, pre_dropout_output, mask):
        row = []
        for arrives, output, is_kept in zip(arriving, outputs, kept):
            if kind == "relu":
                slope = 1.0 if output > 0 else 0.0
            else:
                slope = (1 - output) * (output if kind == "sigmoid" else 1 + output)
            row.append(arrives * slope / keep if is_kept else 0.0)
        delta.append(row)
    return delta


# --- mnist_step --------------------------------------------------------------------------------

mnist_step = exercise(
    "mnist_step",
    inputs={
        "inputs": Array(("batch", "n"), TAME),
        "labels": Array(("batch",), CLASSES, whole=True),
        "weights_0_1": Array(("n", "hidden"), TAME),
        "weights_1_2": Array(("hidden", "n_classes"), TAME),
        "mask": Array(("batch", "hidden"), BITS),
        "keep": Number(KEPT),
        "learning_rate": Number(RATES),
    },
    arrange=lambda inputs, labels, weights_0_1, weights_1_2, mask, keep, learning_rate: {
        "inputs": inputs,
        "labels": labels % weights_1_2.shape[1],
        "weights_0_1": weights_0_1,
        "weights_1_2": weights_1_2,
        "mask": mask,
        "keep": keep,
        "learning_rate": learning_rate,
    },
    cases=40,
    edges=[
        {
            "inputs": [[1.0]],
            "labels": [0],
            "weights_0_1": [[0.5]],
            "weights_1_2": [[1.0, -1.0]],
            "mask": [[1.0]],
            "keep": 0.5,
            "learning_rate": 0.5,
        },
        {
            "inputs": [[0.1, 0.7], [0.9, 0.3], [0.6, 0.2]],
            "labels": [1, 0, 1],
            "weights_0_1": [[0.3, -0.9, 1.234567891, 0.8], [0.6, 0.2, 0.1, -0.4]],
            "weights_1_2": [[0.7, 0.1], [0.4, -0.6], [-0.3, 0.9], [0.2, 0.5]],
            "mask": [[1.0, 0.0, 1.0, 1.0], [0.0, 1.0, 1.0, 0.0], [1.0, 1.0, 1.0, 0.0]],
            "keep": 0.7,
            "learning_rate": 0.1,
        },
        {
            "inputs": [[1.0, 2.0]],
            "labels": [1],
            "weights_0_1": [[1.0, -1.0, 0.5], [0.5, 1.0, -0.5]],
            "weights_1_2": [[1000.0, 0.0], [500.0, -1000.0], [0.0, 1000.0]],
            "mask": [[1.0, 1.0, 1.0]],
            "keep": 1.0,
            "learning_rate": 1.0,
        },
    ],
    hints=[
        "The hidden layer stands there twice, before and after dropout. Which of the two does the "
        "output see, and which of the two shows the slope of tanh?",
        "It is the network of chapter 8 with three things exchanged: tanh for relu, softmax at the "
        'end, and the delta that goes with it (chapter 9, "Upgrading the MNIST network"). You have '
        "written every part.",
        "output_delta (batch, n_classes) . weights_1_2^T gives (batch, hidden) for "
        "hidden_delta_with_dropout. Then inputs^T . hidden delta is (n, hidden), and dropped^T . "
        "output delta is (hidden, n_classes).",
    ],
)


def mnist_loss(inputs, labels, weights_0_1, weights_1_2, mask, keep):
    dropped = np.tanh(inputs.dot(weights_0_1)) * mask / keep
    targets = np.eye(weights_1_2.shape[1])[labels]
    return mean_cross_entropy(dropped.dot(weights_1_2), targets)


@mnist_step.law("learns nothing with a rate of 0")
def rests_at_rate_0(answer, inputs, labels, weights_0_1, weights_1_2, mask, keep):
    new_0_1, new_1_2 = answer(inputs, labels, weights_0_1, weights_1_2, mask, keep, 0.0)
    expect(new_0_1, "weights_0_1").equals(weights_0_1)
    expect(new_1_2, "weights_1_2").equals(weights_1_2)


@mnist_step.law("leaves the weights of a unit that was dropped in every row as they are")
def spares_dropped_units(
    answer, inputs, labels, weights_0_1, weights_1_2, mask, keep, learning_rate
):
    dropped = mask.copy()
    dropped[:, 0] = 0
    new_0_1, new_1_2 = answer(
        inputs, labels, weights_0_1, weights_1_2, dropped, keep, learning_rate
    )
    expect(np.asarray(new_0_1)[:, 0], "its weights_0_1").equals(weights_0_1[:, 0])
    expect(np.asarray(new_1_2)[0], "its weights_1_2").equals(weights_1_2[0])


@mnist_step.law("takes the same step when every row is there twice")
def doubling_the_rows_changes_nothing(
    answer, inputs, labels, weights_0_1, weights_1_2, mask, keep, learning_rate
):
    rest = (weights_0_1, weights_1_2)
    once = answer(inputs, labels, *rest, mask, keep, learning_rate)
    twice = answer(
        np.vstack([inputs] * 2),
        np.tile(labels, 2),
        *rest,
        np.vstack([mask] * 2),
        keep,
        learning_rate,
    )
    for name, one, two in zip(("weights_0_1", "weights_1_2"), once, twice):
        expect(two, name).equals(np.asarray(one))


@mnist_step.law("moves both layers against the slope of the mean cross entropy", most=4)
def moves_against_the_slope(
    answer, inputs, labels, weights_0_1, weights_1_2, mask, keep, learning_rate
):
    def claimed(weights_0_1, weights_1_2):
        new = answer(inputs, labels, weights_0_1, weights_1_2, mask, keep, learning_rate)
        old = (weights_0_1, weights_1_2)
        return [(before - after) / learning_rate for before, after in zip(old, new)]

    expect_slopes(
        lambda weights_0_1, weights_1_2: mnist_loss(
            inputs, labels, weights_0_1, weights_1_2, mask, keep
        ),
        at={"weights_0_1": weights_0_1, "weights_1_2": weights_1_2},
        claimed=claimed,
        batch=len(inputs),
    )


@mnist_step.law("gives the same for whole numbers as for decimals")
def takes_whole_numbers(answer):
    inputs, labels = np.array([[1, 0], [0, 1], [1, 1]]), np.array([1, 0, 1])
    weights = np.array([[1.0, 0.0, -1.0], [0.0, 1.0, 1.0]]), np.array([[1.0, 0], [0, -1], [1, 1]])
    mask = np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]])

    def step(inputs, mask):
        return answer(inputs, labels, *weights, mask, 0.5, 0.25)

    expect_the_same_as_decimals(step, inputs, mask)


def mnist_step_with(
    inputs,
    labels,
    weights_0_1,
    weights_1_2,
    mask,
    keep,
    learning_rate,
    scale=lambda mask, keep: mask / keep,
    slope=lambda before, hidden, dropped: 1 - hidden**2,
    back=lambda mask, keep: mask / keep,
    miss=lambda probabilities, targets: (probabilities - targets) / len(targets),
    softmax=softmax_of,
    update_first=False,
):
    """The step, with one part exchanged."""
    before = inputs.dot(weights_0_1)
    hidden = np.tanh(before)
    dropped = hidden * scale(mask, keep)
    delta = miss(softmax(dropped.dot(weights_1_2)), np.eye(weights_1_2.shape[1])[labels])
    new_1_2 = weights_1_2 - learning_rate * dropped.T.dot(delta)
    arriving = delta.dot((new_1_2 if update_first else weights_1_2).T)
    blame = arriving * back(mask, keep) * slope(before, hidden, dropped)
    return weights_0_1 - learning_rate * inputs.T.dot(blame), new_1_2


@mnist_step.misconception(
    "the slope of tanh taken after dropout",
    "The book's listing does this: dropout has scaled the hidden layer, and 1 - (2 * hidden)^2 can "
    "be far below 0. Keep the hidden layer as tanh returned it, and take the slope of that.",
)
def slope_after_dropout(*args):
    return mnist_step_with(*args, slope=lambda before, hidden, dropped: 1 - dropped**2)


@mnist_step.misconception(
    "the delta divided by the number of rows twice",
    "The book divides by batch_size and by layer_2.shape[0], which is the same number. Divide once, "
    "or a batch of 100 learns 100 times too slowly.",
)
def batch_divided_twice(*args):
    return mnist_step_with(*args, miss=lambda p, targets: (p - targets) / len(targets) ** 2)


@mnist_step.misconception(
    "the mask without its scale on the way back",
    "The way forward divided by keep, so the way back must as well: mask / keep.",
)
def backward_missing_scale(*args):
    return mnist_step_with(*args, back=lambda mask, keep: mask)


@mnist_step.misconception(
    "the printed listing",
    "Three slips at once: the delta is divided by the batch twice, the slope of tanh is taken "
    "after dropout, and the mask lacks its scale on the way back.",
)
def as_the_listing(*args):
    return mnist_step_with(
        *args,
        slope=lambda before, hidden, dropped: 1 - dropped**2,
        back=lambda mask, keep: mask,
        miss=lambda p, targets: (p - targets) / len(targets) ** 2,
    )


@mnist_step.misconception(
    "the printed listing, with the delta divided once",
    "Two slips are left: the slope of tanh is taken after dropout, and the mask lacks its scale on "
    "the way back.",
)
def as_the_listing_divided_once(*args):
    return mnist_step_with(
        *args, slope=lambda before, hidden, dropped: 1 - dropped**2, back=lambda mask, keep: mask
    )


@mnist_step.misconception(
    "the printed listing, word for word",
    "It counts on keep = 0.5 (hidden * mask * 2) and has three slips: the delta is divided by the "
    "batch twice, the slope of tanh is taken after dropout, and the mask lacks its scale on the way "
    "back.",
)
def word_for_word(*args):
    return mnist_step_with(
        *args,
        scale=lambda mask, keep: mask * 2,
        slope=lambda before, hidden, dropped: 1 - dropped**2,
        back=lambda mask, keep: mask,
        miss=lambda p, targets: (p - targets) / len(targets) ** 2,
    )


def stepped_in_place(inputs, labels, weights_0_1, weights_1_2, *settings, **changes):
    new = mnist_step_with(inputs, labels, weights_0_1, weights_1_2, *settings, **changes)
    weights_0_1[...], weights_1_2[...] = new
    return new


@mnist_step.misconception(
    "the weights that were passed in are changed",
    "`weights -= ...` writes into the caller's array. Write weights = weights - ..., which makes a "
    "new one.",
)
def in_place(*args):
    return stepped_in_place(*args)


@mnist_step.misconception(
    "the weights that were passed in are changed, and the blame flows back along them",
    "`weights -= ...` writes into the caller's array. Write weights = weights - ..., which makes a "
    "new one, and work out the hidden delta with the old ones.",
)
def in_place_before_delta(*args):
    return stepped_in_place(*args, update_first=True)


@mnist_step.misconception(
    "units that were dropped are blamed too",
    "A dropped unit sent nothing forward: use the same mask on the way back.",
)
def mask_not_reused_in_backward(*args):
    return mnist_step_with(*args, back=lambda mask, keep: 1.0)


@mnist_step.misconception(
    "the sum over the batch instead of the mean",
    "The loss is the mean over the batch: divide the output's delta by the number of rows.",
)
def sum_not_mean(*args):
    return mnist_step_with(*args, miss=lambda p, targets: p - targets)


@mnist_step.misconception(
    "the slope of tanh at what went into it",
    "1 - output^2 takes what tanh returned. Squaring what went into it gives anything but a slope.",
)
def tanh_deriv_of_input(*args):
    return mnist_step_with(*args, slope=lambda before, hidden, dropped: 1 - before**2)


@mnist_step.misconception(
    "the slope of tanh is left out", "The hidden delta is multiplied by tanh_deriv(hidden)."
)
def forgot_slope(*args):
    return mnist_step_with(*args, slope=lambda before, hidden, dropped: 1.0)


@mnist_step.misconception(
    "softmax's slope is multiplied in once more",
    "probabilities - targets has softmax's slope in it already.",
)
def delta_times_softmax_deriv_again(*args):
    return mnist_step_with(
        *args, miss=lambda p, targets: (p - targets) * p * (1 - p) / len(targets)
    )


@mnist_step.misconception(
    "the blame flows back along weights that are already changed",
    "Work out the hidden delta before you change weights_1_2: it belongs to the old weights.",
)
def updated_before_delta(*args):
    return mnist_step_with(*args, update_first=True)


@mnist_step.misconception(
    "nan for large logits",
    "A softmax that does not take each row's largest logit off first gives inf / inf. Use yours.",
)
def softmax_no_max_shift(*args):
    def without_shift(logits):
        return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)

    return mnist_step_with(*args, softmax=without_shift)


@mnist_step.misconception(
    "the weights move uphill", "Go against the slope: weights - learning_rate * slope."
)
def sign_flipped(*args):
    return mnist_step_with(*args, miss=lambda p, targets: (targets - p) / len(targets))


@mnist_step.alternative
def row_after_row(inputs, labels, weights_0_1, weights_1_2, mask, keep, learning_rate):
    slope_0_1, slope_1_2 = np.zeros(weights_0_1.shape), np.zeros(weights_1_2.shape)
    for row, label, kept in zip(inputs, labels, mask):
        hidden = np.tanh(row @ weights_0_1)
        scaled = hidden * (kept / keep)
        logits = scaled @ weights_1_2
        powers = np.exp(logits - logits.max())
        miss = powers / powers.sum()
        miss[label] -= 1
        slope_1_2 += np.outer(scaled, miss)
        slope_0_1 += np.outer(row, (weights_1_2 @ miss) * (kept / keep) * (1 - hidden * hidden))
    rate = learning_rate / len(inputs)
    return weights_0_1 - rate * slope_0_1, weights_1_2 - rate * slope_1_2


@mnist_step.alternative
def with_einsum(inputs, labels, weights_0_1, weights_1_2, mask, keep, learning_rate):
    scale = mask / keep
    hidden = np.tanh(np.einsum("bn,nh->bh", inputs, weights_0_1))
    logits = np.einsum("bh,bh,hk->bk", hidden, scale, weights_1_2)
    probabilities = np.exp(logits - np.logaddexp.reduce(logits, axis=1)[:, None])
    pull = (np.arange(weights_1_2.shape[1]) == labels[:, None]) - probabilities
    pull = pull * (learning_rate / len(labels))
    arriving = np.einsum("bk,hk,bh,bh->bh", pull, weights_1_2, scale, (1 - hidden) * (1 + hidden))
    return [
        weights_0_1 + np.einsum("bn,bh->nh", inputs, arriving),
        weights_1_2 + np.einsum("bh,bh,bk->hk", hidden, scale, pull),
    ]


# --- update_similarity -------------------------------------------------------------------------

update_similarity = exercise(
    "update_similarity",
    inputs={
        "weights": Array(("n", "n_classes"), SMALL),
        "pixels": Array(("n",), BITS),
        "other": Array(("n",), BITS),
        "target": Array(("n_classes",)),
        "loss": Choice(("squared error", "cross entropy")),
    },
    arrange=lambda weights, pixels, other, target, loss: {
        "weights": weights,
        "pixels": pixels,
        "other": other,
        "target": only_the_largest(target),
        "loss": loss,
    },
    edges=[
        {
            "weights": [[0.0, 0.0]] * 3,
            "pixels": [1.0, 1.0, 0.0],
            "other": [0.0, 1.0, 1.0],
            "target": [1.0, 0.0],
            "loss": loss,
        }
        for loss in ("squared error", "cross entropy")
    ]
    + [
        {
            "weights": [[0.3, -0.7], [0.9, 1.234567891], [0.1, 0.2]],
            "pixels": [0.5, 0.3, 0.9],
            "other": [0.7, 0.1, 0.6],
            "target": [0.0, 1.0],
            "loss": loss,
        }
        for loss in ("squared error", "cross entropy")
    ]
    + [
        {
            "weights": [[1000.0, 0.0]],
            "pixels": [1.0],
            "other": [1.0],
            "target": [0.0, 1.0],
            "loss": "cross entropy",
        }
    ],
    hints=[
        "A 2 and an 8 share the stroke at the top. The network learns the 2, and the weights of "
        "that stroke move. What happens to the outputs for the 8?",
        "Learning a picture moves the weights of its own pixels only, and another picture feels it "
        'through the pixels they share (chapter 9, "The core issue: Inputs have similarity"). '
        "Which way its outputs move is decided by the delta of the loss.",
        "delta is (n_classes,); the weights change by minus the outer product of pixels and delta, "
        "(n, n_classes); `other` (n,) . that is (n_classes,). Only other . pixels, one number, is "
        "left of the two pictures.",
    ],
)


@update_similarity.law("is 0 when the two pictures share no pixel")
def no_shared_pixel_no_change(answer, weights, pixels, target, loss):
    elsewhere = (pixels == 0).astype(float)
    change = answer(weights, pixels, elsewhere, target, loss)
    expect(change).equals(np.zeros_like(target))


@update_similarity.law("doubles when the other picture is twice as bright")
def doubles_with_the_other(answer, weights, pixels, other, target, loss):
    brighter = answer(weights, pixels, 2 * other, target, loss)
    expect(brighter).equals(2 * np.asarray(answer(weights, pixels, other, target, loss)))


@update_similarity.law("with squared error, brings a picture of one pixel exactly to its target")
def squared_error_goes_for_the_target(answer, weights, target):
    first = np.eye(len(weights))[0]
    change = np.asarray(answer(weights, first, first.copy(), target, "squared error"))
    expect(weights[0] + change, "the outputs after the step").equals(target)


@update_similarity.law("with squared error, pulls back an output that is too right")
def squared_error_punishes_too_right(answer, weights, pixels, target):
    lit = np.ones_like(pixels)
    change = answer(3 * np.ones_like(weights) * target, lit, lit.copy(), target, "squared error")
    n = len(lit)
    expect(change).equals(n * (1 - 3 * n) * target)


@update_similarity.law("with cross entropy, only ever pushes the right class up and others down")
def cross_entropy_pushes_apart(answer, weights, pixels, other, target):
    change = np.asarray(answer(weights, pixels, other, target, "cross entropy"))
    expect(change * target, "the right class").is_at_least(0)
    expect(change * (1 - target), "the other classes").is_at_most(0)
    expect(change.sum(), "the sum of the changes").equals(0.0)


@update_similarity.law("with cross entropy, leaves well alone what wins by far")
def cross_entropy_rests_when_right(answer, weights, pixels, other, target):
    lit = np.ones_like(pixels)
    winning = 1000 * np.ones_like(weights) * target
    expect(answer(winning, lit, other, target, "cross entropy")).equals(np.zeros_like(target))


@update_similarity.law("gives the same for whole numbers as for decimals")
def takes_whole_numbers(answer):
    def change(*arrays):
        return answer(np.zeros((3, 2)), *arrays, "cross entropy")

    pictures = np.array([1, 1, 0]), np.array([0, 1, 1])
    expect_the_same_as_decimals(change, *pictures, np.array([1, 0]))


def squared_or_softmax(pixels, weights, loss):
    output = pixels.dot(weights)
    return softmax_of(output) if loss == "cross entropy" else output


@update_similarity.misconception(
    "the pixels in common are left out",
    "The other picture only feels what happens to pixels of its own: times other . pixels.",
)
def forgot_the_shared_pixels(weights, pixels, other, target, loss):
    return target - squared_or_softmax(pixels, weights, loss)


@update_similarity.misconception(
    "what the step does to the learned picture itself",
    "pixels . pixels is how much the picture shares with itself. Asked is other . pixels.",
)
def change_of_the_same_picture(weights, pixels, other, target, loss):
    return pixels.dot(pixels) * (target - squared_or_softmax(pixels, weights, loss))


@update_similarity.misconception(
    "the delta of the other picture",
    "The step is taken on `pixels`: its outputs decide the delta. `other` only watches.",
)
def delta_of_the_other(weights, pixels, other, target, loss):
    return other.dot(pixels) * (target - squared_or_softmax(other, weights, loss))


@update_similarity.misconception(
    "the sign is turned round",
    "The step goes against the delta: an output that is too low is pushed up.",
)
def sign_flipped(weights, pixels, other, target, loss):
    return other.dot(pixels) * (squared_or_softmax(pixels, weights, loss) - target)


@update_similarity.misconception(
    "softmax for both losses", "Squared error looks at the outputs as they are, without softmax."
)
def softmax_for_both(weights, pixels, other, target, loss):
    return other.dot(pixels) * (target - softmax_of(pixels.dot(weights)))


@update_similarity.misconception(
    "softmax for neither loss",
    "Cross entropy needs probabilities: its delta is softmax(output) - target.",
)
def softmax_for_neither(weights, pixels, other, target, loss):
    return other.dot(pixels) * (target - pixels.dot(weights))


@update_similarity.misconception(
    "a factor 2 for the squared error",
    "The delta is output - target, the slope of half the squared error: no factor 2.",
)
def factor_two(weights, pixels, other, target, loss):
    factor = 2 if loss == "squared error" else 1
    return factor * other.dot(pixels) * (target - squared_or_softmax(pixels, weights, loss))


@update_similarity.alternative
def with_the_weights_before_and_after(weights, pixels, other, target, loss):
    output = pixels @ weights
    if loss == "cross entropy":
        output = np.exp(output - output.max())
        output = output / output.sum()
    after = weights - np.outer(pixels, output - target)
    return other @ (after - weights)


@update_similarity.alternative
def class_by_class(weights, pixels, other, target, loss):
    shared = sum(float(p) * float(q) for p, q in zip(pixels, other))
    outputs = [sum(float(p) * float(w) for p, w in zip(pixels, column)) for column in weights.T]
    if loss == "cross entropy":
        powers = [math.exp(output - max(outputs)) for output in outputs]
        outputs = [power / sum(powers) for power in powers]
    return [shared * (float(t) - output) for t, output in zip(target, outputs)]
