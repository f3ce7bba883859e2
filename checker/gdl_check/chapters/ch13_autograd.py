"""How chapter 13 is examined: pairs of operations, the graph that binds them, a framework."""

import functools
import graphlib
import math
import operator
import string

import numpy as np

import ch13_autograd as ch13
from ch13_autograd import Linear, MSELoss, Sigmoid, Tensor, sigmoid, tanh
from gdl_check.course import exercise
from gdl_check.expect import expect
from gdl_check.gradient import expect_slopes, upstream_like
from gdl_check.inputs import NONZERO, RATES, SMALL, Array, Choice, ListOf, Number, Rng, Size, Whole
from gdl_check.sandbox.wire import Seed

# How b's shape meets a's: equal, or one of them stretched by NumPy.
WAYS = ("same", "row", "column", "one row", "outer", "number", "row first", "deep", "deep column")


def stretched(a, b, way):
    """Cut two matrices of one shape so that they meet in this way."""
    if way in ("deep", "deep column"):
        a = np.stack([a, 2 * a])
    if way == "outer":
        a = a[:, :1]
    b = {
        "row": b[0],
        "outer": b[0],
        "deep": b[0],
        "column": b[:, :1],
        "deep column": b[:, :1],
        "one row": b[:1],
        "number": b[0, 0],
    }.get(way, b)
    return (a[0], b) if way == "row first" else (a, np.array(b))


def two_arrays(a, b, way):
    a, b = stretched(a, b, way)
    return {"a": a, "b": b}


def with_gradient(a, b, way):
    a, b = stretched(a, b, way)
    return {"grad": upstream_like(a + b), "a": a, "b": b}


def collected(grad, shape, start=0.0, combine=lambda old, new: old + new):
    """`unbroadcast` entry by entry: every entry of grad goes where it came from."""
    made = np.full(shape, start)
    for index in np.ndindex(np.shape(grad)):
        own = index[len(index) - len(shape) :]
        own = tuple(0 if length == 1 else i for i, length in zip(own, shape))
        made[own] = combine(made[own], grad[index])
    return made


def only_in_front(grad, shape):
    """`unbroadcast` that forgets the axes of length 1."""
    return np.sum(grad, axis=tuple(range(np.ndim(grad) - len(shape))))


def sums_as_given(operation, a, b, grad):
    return float(np.sum(grad * operation(a, b)))


def entry_by_entry(operation, a, b):
    """An operation on two arrays that are stretched, one entry after the other."""
    first, second = np.broadcast_arrays(a, b)
    made = [operation(x, y) for x, y in zip(first.ravel(), second.ravel())]
    return np.array(made).reshape(first.shape)


# --- unbroadcast -------------------------------------------------------------------------------


def gradient_and_shape(a, b, way):
    a, b = stretched(a, b, way)
    return {"grad": np.array(np.broadcast_to(a, np.shape(a + b))), "shape": b.shape}


unbroadcast = exercise(
    "unbroadcast",
    inputs={
        "a": Array(("batch", "n"), SMALL),
        "b": Array(("batch", "n"), SMALL),
        "way": Choice([way for way in WAYS if way != "row first"]),
    },
    arrange=gradient_and_shape,
    edges=[
        {"grad": np.array([[1.0, 2.0], [3.0, 4.0]]), "shape": (2,)},
        {"grad": np.array([[1.0, 2.0], [3.0, 4.0]]), "shape": (2, 1)},
        {"grad": np.array([[0.3, 1.234567891, -0.7]]), "shape": (1, 3)},
        {"grad": np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), "shape": (1, 1)},
        {"grad": np.array([0.1, 0.2, 0.4]), "shape": ()},
        {"grad": np.arange(24.0).reshape(2, 3, 4), "shape": (3, 1)},
        {"grad": np.arange(24.0).reshape(2, 3, 4), "shape": (1, 1, 4)},
    ],
    hints=[
        "A bias of three numbers was added to each of five rows. How often was its first number "
        "used, and whose gradients does it get?",
        "Whatever is used several times gets the sum of the gradients of all its uses. NumPy uses "
        "numbers again along axes that it put in front, and along axes of length 1.",
        "First sum over the axes that shape does not have: the first grad.ndim - len(shape). Then "
        "sum over the axes where shape has a 1, with keepdims=True so that they stay.",
    ],
)


@unbroadcast.law("has the shape that is asked for")
def has_the_shape(answer, grad, shape):
    expect(answer(grad, shape)).has_shape(*shape)


@unbroadcast.law("loses nothing: all entries together have the same sum as before")
def keeps_the_total(answer, grad, shape):
    expect(np.sum(np.asarray(answer(grad, shape))), "the sum").equals(np.sum(grad))


@unbroadcast.law("leaves a gradient as it is where nothing was stretched")
def leaves_what_fits(answer, grad):
    expect(answer(grad, grad.shape)).equals(grad)


@unbroadcast.law("counts the copies where every gradient is 1")
def counts_the_copies(answer, grad, shape):
    copies = grad.size / math.prod(shape)
    expect(answer(np.ones(grad.shape), shape)).equals(np.full(shape, copies))


def its_result_overwritten(bench, grad):
    """An array that is handed over as a gradient, before and after the result is filled with 9."""
    given = bench.unbroadcast(grad, grad.shape)
    result, before = bench.unbroadcast(given, grad.shape), given.copy()
    result.fill(9.0)
    return before, given.copy()


@unbroadcast.law(
    "gives a new array, not grad or a view of it: writing into it leaves grad as it is", most=3
)
def gives_a_new_array(answer, grad):
    if any(np.shape(answer(np.ones((2, 2)), fits)) != fits for fits in ((2,), (2, 1))):
        return  # other laws say what is wrong there
    result = answer.doing(its_result_overwritten, grad)
    if result.outcome.raised is None:  # lists cannot be filled
        before, after = result
        told = "the array grad, after the result was filled with 9,"
        expect(after, told).equals(np.asarray(before))


@unbroadcast.misconception(
    "the gradient as it came",
    "An array that was stretched is smaller than the result. Its gradient must have its own shape: "
    "add up over the copies.",
)
def bias_grad_not_summed(grad, shape):
    return grad + 0.0


@unbroadcast.misconception(
    "the axes of length 1 are forgotten",
    "The axes in front are summed, but an axis of length 1 was stretched as well: sum over it too.",
)
def axes_of_length_1_forgotten(grad, shape):
    return only_in_front(grad, shape)


@unbroadcast.misconception(
    "the mean over the copies",
    "Each use pushes with its full strength: the gradients of the uses are added, not averaged.",
)
def mean_not_sum(grad, shape):
    return collected(grad, shape) * (math.prod(shape) / grad.size)


@unbroadcast.misconception(
    "the gradient of one copy only",
    "The other copies were used as well, and their gradients count: add all of them up.",
)
def last_copy_only(grad, shape):
    return collected(grad, shape, combine=lambda old, new: new)


@unbroadcast.misconception(
    "axes that should stay with length 1 are gone",
    "Where shape has a 1 the result keeps an axis of length 1: keepdims=True.",
)
def axis_dropped(grad, shape):
    return np.squeeze(collected(grad, shape))


@unbroadcast.alternative
def entry_after_entry(grad, shape):
    return collected(grad, shape)


@unbroadcast.alternative
def axis_after_axis(grad, shape):
    while np.ndim(grad) > len(shape):
        grad = sum(grad[i] for i in range(len(grad)))
    for axis, length in enumerate(shape):
        if length != grad.shape[axis]:
            grad = np.einsum(np.moveaxis(grad, axis, -1), [..., 0], [...])
            grad = np.expand_dims(grad, axis)
    return np.array(grad)


# --- add ---------------------------------------------------------------------------------------

TWO_ARRAYS = {"a": Array(("batch", "n")), "b": Array(("batch", "n")), "way": Choice(WAYS)}
TWO_SMALL_ARRAYS = {
    "a": Array(("batch", "n"), SMALL),
    "b": Array(("batch", "n"), SMALL),
    "way": Choice(WAYS),
}
TWO_EDGES = [
    {"a": np.array([0.3, 1.234567891]), "b": np.array([0.1, -2.0])},
    {"a": np.array([[1.0, 2.0], [3.0, 4.0]]), "b": np.array([10.0, 20.0])},
    {"a": np.array([[1.0], [2.0]]), "b": np.array([[3.0, 4.0, 5.0]])},
    {"a": np.array([0.0, 2.0]), "b": np.array(3.0)},
]

add = exercise(
    "add",
    inputs=TWO_ARRAYS,
    arrange=two_arrays,
    edges=TWO_EDGES,
    hints=[
        "What is [1, 2] plus [10, 20], entry by entry?",
        "Forward, an operation on tensors is the same operation on their arrays "
        '(chapter 13, "Introduction to tensors"). NumPy adds entry by entry.',
        "(batch, n) plus (n,) is (batch, n): NumPy adds the row to every row by itself.",
    ],
)


@add.law("does not depend on which array comes first")
def order_is_free(answer, a, b):
    expect(answer(b, a)).equals(np.asarray(answer(a, b)))


@add.law("changes nothing where 0 is added")
def zero_changes_nothing(answer, a):
    expect(answer(a, np.zeros(a.shape))).equals(a)


@add.law("doubles what is added to itself")
def doubles(answer, a):
    expect(answer(a, a)).equals(2 * a)


@add.misconception(
    "the arrays one after the other",
    "Lists are joined by +, but numbers are added: [1, 2] plus [3, 4] is [4, 6].",
)
def joined(a, b):
    return np.append(a, b)


@add.misconception("one number for all", "Every entry has a sum of its own: do not add them up.")
def added_up(a, b):
    return np.sum(a + b)


@add.misconception("the product", "This is a * b. Here the entries are added.")
def multiplied(a, b):
    return a * b


@add.misconception(
    "b is stretched, but a is not",
    "Either array may be the smaller one. Write a + b, not into a copy of a.",
)
def into_a_copy_of_a(a, b):
    result = a.copy()
    result += b
    return result


@add.alternative
def one_entry_after_the_other(a, b):
    return entry_by_entry(lambda x, y: x + y, a, b)


@add.alternative
def minus_the_negative(a, b):
    return np.subtract(b, np.negative(a))


# --- add_backward ------------------------------------------------------------------------------

BACKWARD_EDGES = [
    {"grad": np.array([0.3, -2.0]), "a": np.array([2.0, 3.0]), "b": np.array([5.0, 7.0])},
    {
        "grad": np.array([[1.0, 2.0], [3.0, 5.0]]),
        "a": np.array([[2.0, 3.0], [4.0, 6.0]]),
        "b": np.array([7.0, 9.0]),
    },
    {
        "grad": np.array([[1.0, 2.0, 4.0], [3.0, 5.0, 7.0]]),
        "a": np.array([[2.0], [3.0]]),
        "b": np.array([[1.0, 4.0, 6.0]]),
    },
    {"grad": np.array([1.0, 2.0]), "a": np.array([3.0, 4.0]), "b": np.array(0.7)},
    {"grad": np.array([[1.234567891]]), "a": np.array([[2.0]]), "b": np.array([[0.0]])},
]

add_backward = exercise(
    "add_backward",
    inputs=TWO_SMALL_ARRAYS,
    arrange=with_gradient,
    edges=BACKWARD_EDGES,
    hints=[
        "A grows by 0.1 and B stays. By how much does A + B grow? And the loss, if its gradient at "
        "A + B is 3?",
        "A sum grows exactly as fast as each of its parts, so both get the gradient as it is "
        '(chapter 13, "How does addition backpropagation work?").',
        "A pair of arrays, shaped like a and like b. Where one was stretched, unbroadcast(grad, "
        "its shape) adds up over its copies.",
    ],
)


@add_backward.law("gives each array a gradient of its own shape")
def shaped_like_the_arrays(answer, grad, a, b):
    to_a, to_b = answer(grad, a, b)
    expect(to_a, "the gradient of a").has_shape(*a.shape)
    expect(to_b, "the gradient of b").has_shape(*b.shape)


@add_backward.law("does not depend on the values that were added")
def values_do_not_matter(answer, grad, a, b):
    to_a, to_b = answer(grad, a, b)
    other_a, other_b = answer(grad, a + 1, np.asarray(3 * b))
    expect(other_a, "the gradient of a").equals(np.asarray(to_a))
    expect(other_b, "the gradient of b").equals(np.asarray(to_b))


@add_backward.law("doubles when the gradient that comes in doubles")
def grows_with_the_gradient(answer, grad, a, b):
    to_a, to_b = answer(grad, a, b)
    twice_a, twice_b = answer(2 * grad, a, b)
    expect(twice_a, "the gradient of a").equals(2 * np.asarray(to_a))
    expect(twice_b, "the gradient of b").equals(2 * np.asarray(to_b))


def gradients_overwritten(bench, grad):
    """b's gradient after that of a is filled with 9, then what came in after both are."""
    given = bench.add_backward(grad, grad, grad)[0]
    pair = bench.add_backward(given, grad, grad)
    first, second = pair[0], pair[1]
    first.fill(9.0)
    left = second.copy()
    second.fill(9.0)
    return left, given.copy()


@add_backward.law(
    "gives each an array of its own: writing into one leaves the other, and grad, as they are",
    most=3,
)
def gives_arrays_of_their_own(answer, grad):
    _, to_row = answer(np.ones((2, 1)), np.ones((2, 1)), np.ones(1))
    result = answer.doing(gradients_overwritten, grad)
    if np.shape(to_row) != (1,) or not grad.ndim or result.outcome.raised is not None:
        return  # other laws say what is wrong there; lists cannot be filled
    left, given = result
    expect(left, "the gradient of b, after that of a was filled with 9,").equals(grad)
    expect(given, "the array grad, after both were filled with 9,").equals(grad)


@add_backward.law("gives the slopes of the sum", most=4)
def slopes_of_the_sum(answer, grad, a, b):
    expect_slopes(
        lambda a, b: sums_as_given(np.add, a, b, grad),
        at={"a": a, "b": b},
        claimed=lambda a, b: answer(grad, np.asarray(a), np.asarray(b)),
    )


@add_backward.misconception(
    "an array that was stretched gets the gradient unsummed",
    "The bias of a layer is added to every row, so it is used once for each: its gradient is the "
    "sum over the rows, and has its own shape.",
)
def bias_grad_not_summed(grad, a, b):
    return grad + 0.0, grad + 0.0


@add_backward.misconception(
    "each gets the other one's value",
    "That belongs to a product. A sum grows as fast as its parts: both get the gradient as it is.",
)
def as_for_a_product(grad, a, b):
    return collected(grad * b, a.shape), collected(grad * a, b.shape)


@add_backward.misconception(
    "the gradient is shared out",
    "Nothing is divided: if a alone grows by 0.1, the sum grows by 0.1.",
)
def half_each(grad, a, b):
    return collected(grad / 2, a.shape), collected(grad / 2, b.shape)


@add_backward.misconception(
    "1 whatever comes in",
    "1 is the slope of the sum itself. The loss changes as much as the gradient that comes in says.",
)
def forgot_upstream(grad, a, b):
    ones = np.ones(grad.shape)
    return collected(ones, a.shape), collected(ones, b.shape)


@add_backward.misconception(
    "only a gets a gradient", "b was added just as well: it gets the same gradient as a."
)
def only_the_first(grad, a, b):
    return collected(grad, a.shape), np.zeros(b.shape)


@add_backward.misconception(
    "the axes of length 1 are forgotten",
    "A column (batch, 1) is stretched over all columns: its gradient is the sum along each row.",
)
def axes_of_length_1_forgotten(grad, a, b):
    return only_in_front(grad, a.shape), only_in_front(grad, b.shape)


@add_backward.alternative
def collected_one_by_one(grad, a, b):
    return collected(grad, a.shape), collected(grad, b.shape)


@add_backward.alternative
def as_a_list_through_axis_sums(grad, a, b):
    return [axis_after_axis(grad, np.shape(x)) for x in (a, b)]


# --- neg ---------------------------------------------------------------------------------------

ONE_ARRAY = {"a": Array(("batch", "n")), "ndim": Choice([2, 1])}
ONE_EDGES = [
    {"a": np.array([0.3, -1.234567891])},
    {"a": np.array([[0.0, 1.0, -2.0]])},
    {"a": np.array(5.0)},
    {"a": np.array([[[1.0], [2.0]]])},
]

neg = exercise(
    "neg",
    inputs=ONE_ARRAY,
    arrange=lambda a, ndim: {"a": a if ndim == 2 else a[0]},
    edges=ONE_EDGES,
    hints=[
        "What becomes of 3? Of -2?",
        'Forward, an operation is what it always was: turn the sign (chapter 13, "Adding support '
        'for negation").',
        "Same shape as a; NumPy turns every sign of an array at once.",
    ],
)


@neg.law("done twice gives back what was there")
def twice_is_nothing(answer, a):
    expect(answer(np.asarray(answer(a)))).equals(a)


@neg.law("and what was there add up to 0")
def cancels(answer, a):
    expect(np.asarray(answer(a)) + a, "the sum of both").equals(np.zeros(a.shape))


@neg.law("turns positive numbers negative")
def turns_the_positive(answer, a):
    expect(answer(abs(a))).is_at_most(0)


@neg.misconception("the size without the sign", "-2 becomes 2, but 2 becomes -2.")
def absolute_value(a):
    return abs(a)


@neg.misconception(
    "always negative", "A negative number becomes positive: the sign is turned, not set."
)
def always_negative(a):
    return -abs(a)


@neg.misconception("1 over the number", "Turn the sign; the number keeps its size.")
def reciprocal(a):
    return 1 / a


@neg.alternative
def nothing_minus_it(a):
    return np.zeros_like(a) - a


@neg.alternative
def times_minus_one(a):
    return np.einsum(a, [...], -1, [], [...])


# --- neg_backward ------------------------------------------------------------------------------

neg_backward = exercise(
    "neg_backward",
    inputs={"grad": Array(("batch", "n")), "ndim": Choice([2, 1])},
    arrange=lambda grad, ndim: {"grad": grad if ndim == 2 else grad[0]},
    edges=[{"grad": edge["a"]} for edge in ONE_EDGES],
    hints=[
        "a grows by 0.1. By how much does -a grow? And the loss, if its gradient at -a is 3?",
        "What pushes the result up pushes a down, just as hard (chapter 13, "
        '"Adding support for negation").',
        "One array, shaped like grad.",
    ],
)


@neg_backward.law("gives the slopes of -a", most=4)
def slopes_of_neg(answer, grad):
    expect_slopes(
        lambda a: float(np.sum(grad * -a)),
        at={"a": upstream_like(grad)},
        claimed=lambda a: answer(grad),
    )


@neg_backward.law("done twice gives back what came in")
def back_and_forth(answer, grad):
    expect(answer(np.asarray(answer(grad)))).equals(grad)


@neg_backward.law("doubles when the gradient that comes in doubles")
def grows_with_the_gradient(answer, grad):
    expect(answer(2 * grad)).equals(2 * np.asarray(answer(grad)))


@neg_backward.misconception(
    "the gradient as it came", "The larger a, the smaller -a: the gradient changes its sign."
)
def forgot_slope(grad):
    return grad + 0.0


@neg_backward.misconception(
    "-1 whatever comes in",
    "-1 is the slope of -a itself. Multiply it by the gradient that comes in.",
)
def forgot_upstream(grad):
    return -np.ones(grad.shape)


@neg_backward.misconception(
    "the size of the gradient", "A gradient may be negative: turn its sign, whatever it is."
)
def absolute_value(grad):
    return -abs(grad)


@neg_backward.alternative
def nothing_minus_it(grad):
    return 0 - grad


@neg_backward.alternative
def entries_turned(grad):
    return np.array([-g for g in np.ravel(grad)]).reshape(np.shape(grad))


# --- sub ---------------------------------------------------------------------------------------

sub = exercise(
    "sub",
    inputs=TWO_ARRAYS,
    arrange=two_arrays,
    edges=TWO_EDGES,
    hints=[
        "What is [10, 20] minus [1, 2], entry by entry?",
        "Forward, an operation on tensors is the same operation on their arrays.",
        "(batch, n) minus (n,) is (batch, n): NumPy stretches the smaller array by itself.",
    ],
)


@sub.law("is 0 for an array and itself")
def nothing_is_left(answer, a):
    expect(answer(a, a)).equals(np.zeros(a.shape))


@sub.law("turns its sign when the arrays change places")
def turns_with_the_order(answer, a, b):
    expect(answer(b, a)).equals(-np.asarray(answer(a, b)))


@sub.law("is what is missing from b to a")
def is_what_is_missing(answer, a, b):
    expect(b + np.asarray(answer(a, b)), "b and the result together").equals(a + 0 * b)


@sub.misconception("b minus a", "The first array comes first: a - b.")
def turned_round(a, b):
    return b - a


@sub.misconception(
    "the distance", "The sign belongs to it: 1 - 3 is -2, and tells which way the miss lies."
)
def absolute_value(a, b):
    return abs(a - b)


@sub.misconception("the sum", "This is a + b. Here b is taken off.")
def added(a, b):
    return a + b


@sub.alternative
def one_entry_after_the_other(a, b):
    return entry_by_entry(lambda x, y: x - y, a, b)


@sub.alternative
def plus_the_negative(a, b):
    return np.add(-b, a)


# --- sub_backward ------------------------------------------------------------------------------

sub_backward = exercise(
    "sub_backward",
    inputs=TWO_SMALL_ARRAYS,
    arrange=with_gradient,
    edges=BACKWARD_EDGES,
    hints=[
        "b grows by 0.1 and a stays. Does a - b grow or shrink?",
        "a - b is a + (-b): put together what you know of addition and of negation (chapter 13, "
        '"Adding support for additional functions").',
        "A pair of arrays, shaped like a and like b, each through unbroadcast. Only one of them "
        "has its sign turned.",
    ],
)


@sub_backward.law("gives each array a gradient of its own shape")
def shaped_like_the_arrays(answer, grad, a, b):
    to_a, to_b = answer(grad, a, b)
    expect(to_a, "the gradient of a").has_shape(*a.shape)
    expect(to_b, "the gradient of b").has_shape(*b.shape)


@sub_backward.law("gives opposite gradients to two arrays of one shape")
def pulls_apart(answer, grad):
    to_a, to_b = answer(grad, 2 * grad, 3 * grad)
    expect(np.asarray(to_a) + np.asarray(to_b), "the sum of both").equals(np.zeros(grad.shape))


@sub_backward.law("gives the slopes of the difference", most=4)
def slopes_of_the_difference(answer, grad, a, b):
    expect_slopes(
        lambda a, b: sums_as_given(np.subtract, a, b, grad),
        at={"a": a, "b": b},
        claimed=lambda a, b: answer(grad, np.asarray(a), np.asarray(b)),
    )


@sub_backward.misconception(
    "b's gradient keeps its sign",
    "The larger b, the smaller a - b: the second one's gradient is the negative.",
)
def sub_second_sign(grad, a, b):
    return collected(grad, a.shape), collected(grad, b.shape)


@sub_backward.misconception(
    "the minus is on the wrong side", "a - b grows with a: it is b that gets the minus."
)
def sign_on_the_first(grad, a, b):
    return collected(-grad, a.shape), collected(grad, b.shape)


@sub_backward.misconception(
    "an array that was stretched gets the gradient unsummed",
    "Its numbers were used several times: add up over the copies, to its own shape.",
)
def bias_grad_not_summed(grad, a, b):
    return grad + 0.0, -grad


@sub_backward.misconception(
    "1 and -1 whatever comes in",
    "These are the slopes of a - b itself. Multiply them by the gradient that comes in.",
)
def forgot_upstream(grad, a, b):
    ones = np.ones(grad.shape)
    return collected(ones, a.shape), collected(-ones, b.shape)


@sub_backward.misconception(
    "both get the minus", "Only b is taken off: a gets the gradient as it is."
)
def minus_for_both(grad, a, b):
    return collected(-grad, a.shape), collected(-grad, b.shape)


@sub_backward.alternative
def collected_one_by_one(grad, a, b):
    return collected(grad, a.shape), collected(-grad, b.shape)


@sub_backward.alternative
def turned_after_the_sum(grad, a, b):
    return [axis_after_axis(grad, np.shape(a)), -1 * axis_after_axis(grad, np.shape(b))]


# --- mul ---------------------------------------------------------------------------------------

mul = exercise(
    "mul",
    inputs=TWO_ARRAYS,
    arrange=two_arrays,
    edges=TWO_EDGES,
    hints=[
        "What is [2, 3] times [10, 20], entry by entry?",
        "This is the plain product of entries in the same place, not the product of matrices.",
        "(batch, n) times (n,) is (batch, n): NumPy stretches the smaller array by itself.",
    ],
)


@mul.law("does not depend on which array comes first")
def order_is_free(answer, a, b):
    expect(answer(b, a)).equals(np.asarray(answer(a, b)))


@mul.law("leaves an array as it is where every other number is 1")
def one_changes_nothing(answer, a):
    expect(answer(a, np.ones(a.shape))).equals(a)


@mul.law("squares an array that meets itself")
def squares(answer, a):
    expect(answer(a, a)).equals(a**2)


@mul.misconception(
    "the product of matrices",
    "Entry by entry: each number meets the one in its own place. The product of matrices is mm.",
)
def matrix_product(a, b):
    return np.dot(a, b)


@mul.misconception(
    "the products added up", "Every entry has a product of its own: do not add them up."
)
def added_up(a, b):
    return np.sum(a * b)


@mul.misconception("the sum", "This is a + b. Here the entries are multiplied.")
def added(a, b):
    return a + b


@mul.alternative
def one_entry_after_the_other(a, b):
    return entry_by_entry(lambda x, y: x * y, a, b)


@mul.alternative
def with_einsum(a, b):
    return np.einsum(b, [...], a, [...], [...])


# --- mul_backward ------------------------------------------------------------------------------

mul_backward = exercise(
    "mul_backward",
    inputs=TWO_SMALL_ARRAYS,
    arrange=with_gradient,
    edges=BACKWARD_EDGES,
    hints=[
        "a is 2 and b is 5. a grows by 0.1: by how much does a * b grow?",
        "How much a counts is decided by b, and the other way round (chapter 13, "
        '"Adding support for additional functions").',
        "A pair of arrays: grad times the other one's values, then unbroadcast to the shape of the "
        "one whose gradient it is.",
    ],
)


@mul_backward.law("gives each array a gradient of its own shape")
def shaped_like_the_arrays(answer, grad, a, b):
    to_a, to_b = answer(grad, a, b)
    expect(to_a, "the gradient of a").has_shape(*a.shape)
    expect(to_b, "the gradient of b").has_shape(*b.shape)


@mul_backward.law("gives `a` a gradient of 0 where b is 0")
def zero_blocks(answer, grad, a, b):
    to_a, _ = answer(grad, a, np.zeros(b.shape))
    expect(to_a, "the gradient of a").equals(np.zeros(a.shape))


@mul_backward.law("gives `a` twice as much when b is twice as large, and `b` the same as before")
def grows_with_the_other(answer, grad, a, b):
    to_a, to_b = answer(grad, a, b)
    twice_a, same_b = answer(grad, a, np.asarray(2 * b))
    expect(twice_a, "the gradient of a").equals(2 * np.asarray(to_a))
    expect(same_b, "the gradient of b").equals(np.asarray(to_b))


@mul_backward.law("gives the slopes of the product", most=4)
def slopes_of_the_product(answer, grad, a, b):
    expect_slopes(
        lambda a, b: sums_as_given(np.multiply, a, b, grad),
        at={"a": a, "b": b},
        claimed=lambda a, b: answer(grad, np.asarray(a), np.asarray(b)),
    )


@mul_backward.misconception(
    "each gets its own value",
    "Each gets the *other* one's value: if b is 5, a step of a counts five times.",
)
def mul_backward_swapped(grad, a, b):
    return collected(grad * a, a.shape), collected(grad * b, b.shape)


@mul_backward.misconception(
    "both get the gradient as it is",
    "That belongs to a sum. In a product each one's step is multiplied by the other.",
)
def as_for_a_sum(grad, a, b):
    return collected(grad, a.shape), collected(grad, b.shape)


@mul_backward.misconception(
    "the gradient that comes in is left out",
    "b and a are the slopes of the product itself. Multiply them by the gradient that comes in.",
)
def forgot_upstream(grad, a, b):
    ones = np.ones(grad.shape)
    return collected(ones * b, a.shape), collected(ones * a, b.shape)


@mul_backward.misconception(
    "an array that was stretched gets the gradient unsummed",
    "Its numbers were used several times: add up over the copies, to its own shape.",
)
def bias_grad_not_summed(grad, a, b):
    return grad * b, grad * a


@mul_backward.misconception(
    "added up before it is multiplied",
    "Each copy met another number. Multiply first, then add up over the copies.",
)
def summed_before_multiplied(grad, a, b):
    return (
        collected(collected(grad, a.shape) * b, a.shape),
        collected(collected(grad, b.shape) * a, b.shape),
    )


@mul_backward.misconception(
    "both get the product of all three", "a's gradient is grad times b: a itself is not in it."
)
def product_of_all(grad, a, b):
    return collected(grad * a * b, a.shape), collected(grad * a * b, b.shape)


@mul_backward.alternative
def collected_one_by_one(grad, a, b):
    first, second = np.broadcast_arrays(a, b)
    return collected(grad * second, a.shape), collected(grad * first, b.shape)


@mul_backward.alternative
def a_list_of_axis_sums(grad, a, b):
    return [axis_after_axis(b * grad, np.shape(a)), axis_after_axis(a * grad, np.shape(b))]


# --- sum_along ---------------------------------------------------------------------------------

COUNTED = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
# Cut from a cube, so that there are one, two or three axes, and `dim` is one of them.
CUBE = {"a": Array(("deep", "batch", "n"), SMALL), "ndim": Choice([2, 1, 3]), "dim": Whole(0, 2)}


def some_axes(a, ndim):
    return {3: a, 2: a[0], 1: a[0, 0]}[ndim]


def array_and_dim(a, ndim, dim):
    return {"a": some_axes(a, ndim), "dim": dim % ndim}


sum_along = exercise(
    "sum_along",
    inputs=CUBE,
    arrange=array_and_dim,
    edges=[
        {"a": COUNTED, "dim": 0},
        {"a": COUNTED, "dim": 1},
        {"a": np.array([0.3, 1.234567891]), "dim": 0},
        {"a": np.arange(24.0).reshape(2, 3, 4), "dim": 1},
        {"a": np.array([[5.0]]), "dim": 1},
    ],
    hints=[
        "[[1, 2, 3], [4, 5, 6]] summed along axis 0 has how many numbers? And along axis 1?",
        "Axis 0 counts the rows: summing along it adds the rows to each other (chapter 13, "
        '"Adding support for additional functions").',
        "The axis that is summed along is gone: (2, 3) becomes (3,) along 0 and (2,) along 1.",
    ],
)


@sum_along.law("has the shape of a without that axis")
def loses_one_axis(answer, a, dim):
    expect(answer(a, dim)).has_shape(*(a.shape[:dim] + a.shape[dim + 1 :]))


@sum_along.law("keeps the sum of all numbers")
def keeps_the_total(answer, a, dim):
    expect(np.sum(np.asarray(answer(a, dim))), "the sum").equals(np.sum(a))


@sum_along.law("counts along that axis where every number is 1")
def counts_ones(answer, a, dim):
    shape = a.shape[:dim] + a.shape[dim + 1 :]
    expect(answer(np.ones(a.shape), dim)).equals(np.full(shape, float(a.shape[dim])))


@sum_along.misconception(
    "everything is added up", "Only along one axis: the others stay. Hand the axis to np.sum."
)
def all_axes(a, dim):
    return np.sum(a)


@sum_along.misconception(
    "always along axis 0", "Which axis is summed along is what dim says: axis=dim."
)
def always_axis_0(a, dim):
    return np.sum(a, axis=0)


@sum_along.misconception(
    "the axis stays with length 1", "The axis is gone afterwards: (2, 3) along 0 becomes (3,)."
)
def axis_kept(a, dim):
    return np.sum(a, axis=dim, keepdims=True)


@sum_along.misconception("the mean", "Add up; do not divide by how many there are.")
def mean_not_sum(a, dim):
    return np.mean(a, axis=dim)


@sum_along.misconception(
    "summed along another axis",
    "dim is the axis that goes away, counted from 0: dim 0 adds the rows to each other.",
)
def wrong_axis(a, dim):
    return np.sum(a, axis=a.ndim - 1 - dim)


@sum_along.alternative
def slices_added(a, dim):
    total = 0
    for i in range(a.shape[dim]):
        total = total + np.take(a, i, axis=dim)
    return total


@sum_along.alternative
def with_einsum(a, dim):
    axes = list(range(a.ndim))
    return np.einsum(a, axes, axes[:dim] + axes[dim + 1 :])


# --- sum_along_backward ------------------------------------------------------------------------


def gradient_of_a_sum(a, ndim, dim):
    a, dim = some_axes(a, ndim), dim % ndim
    return {"grad": upstream_like(a.sum(axis=dim)), "a": a, "dim": dim}


sum_along_backward = exercise(
    "sum_along_backward",
    inputs=CUBE,
    arrange=gradient_of_a_sum,
    edges=[
        {"grad": np.array([1.0, 2.0, 3.0]), "a": COUNTED, "dim": 0},
        {"grad": np.array([1.0, 2.0]), "a": COUNTED, "dim": 1},
        {"grad": np.array([1.0, 2.0]), "a": np.array([[3.0, 4.0], [5.0, 6.0]]), "dim": 1},
        {"grad": np.array(0.3), "a": np.array([2.0, 4.0]), "dim": 0},
        {"grad": np.array([[1.234567891]]), "a": np.array([[[5.0], [7.0]]]), "dim": 1},
    ],
    hints=[
        "Five numbers were added up. One of them grows by 0.1: by how much does the sum grow?",
        "Each number went into its sum once, so each gets that sum's gradient. Which of your "
        "functions makes copies along an axis?",
        "(2,) becomes (2, 3) along dim 1, and (3,) becomes (2, 3) along dim 0: expand(grad, dim, "
        "as many copies as a has along dim).",
    ],
)


@sum_along_backward.law("has the shape of a")
def shaped_like_a(answer, grad, a, dim):
    expect(answer(grad, a, dim)).has_shape(*a.shape)


@sum_along_backward.law("is the same all along the axis that was summed")
def same_along_the_axis(answer, grad, a, dim):
    back = np.asarray(answer(grad, a, dim))
    for i in range(a.shape[dim]):
        expect(np.take(back, i, axis=dim), f"at {i} along axis {dim}").equals(grad)


@sum_along_backward.law("gives the slopes of the sum along the axis", most=4)
def slopes_of_sum_along(answer, grad, a, dim):
    expect_slopes(
        lambda a: float(np.sum(grad * a.sum(axis=dim))),
        at={"a": a},
        claimed=lambda a: answer(grad, a, dim),
    )


@sum_along_backward.misconception(
    "left to NumPy's stretching",
    "NumPy puts missing axes in front, which is right for dim 0 only by luck. Put the copies side by "
    "side along dim: expand.",
)
def sum_backward_no_expand(grad, a, dim):
    return grad * np.ones(a.shape)


@sum_along_backward.misconception(
    "the gradient as it came", "It must have the shape of a again: copy it along dim."
)
def shape_collapsed(grad, a, dim):
    return grad + 0.0


@sum_along_backward.misconception(
    "shared out among the numbers",
    "Nothing is divided: if one of the numbers grows by 0.1, the sum grows by 0.1.",
)
def shared_out(grad, a, dim):
    return np.stack([grad] * a.shape[dim], axis=dim) / a.shape[dim]


@sum_along_backward.misconception(
    "1 whatever comes in", "1 is the slope of the sum itself. Copy the gradient that comes in."
)
def forgot_upstream(grad, a, dim):
    return np.ones(a.shape)


@sum_along_backward.misconception(
    "each number's own value counts",
    "A sum grows as fast as each of its numbers, whether they are large or small.",
)
def times_the_value(grad, a, dim):
    return np.expand_dims(grad, dim) * a


@sum_along_backward.alternative
def stretched_along_dim(grad, a, dim):
    return np.broadcast_to(np.expand_dims(grad, dim), a.shape).copy()


@sum_along_backward.alternative
def written_slice_by_slice(grad, a, dim):
    back = np.empty_like(a)
    for i in range(a.shape[dim]):
        back[(slice(None),) * dim + (i,)] = grad
    return back


# --- expand ------------------------------------------------------------------------------------


def array_dim_and_copies(a, ndim, dim, copies):
    return {"a": some_axes(a, ndim), "dim": dim % (ndim + 1), "copies": copies}


expand = exercise(
    "expand",
    inputs={
        "a": Array(("deep", "batch", "n"), SMALL),
        "ndim": Choice([2, 1]),
        "dim": Whole(0, 2),
        "copies": Whole(1, 4),
    },
    arrange=array_dim_and_copies,
    edges=[
        {"a": COUNTED, "dim": 2, "copies": 4},
        {"a": COUNTED, "dim": 1, "copies": 4},
        {"a": np.array([0.3, 1.234567891]), "dim": 0, "copies": 3},
        {"a": np.array([1.0, 2.0]), "dim": 1, "copies": 1},
        {"a": np.array(5.0), "dim": 0, "copies": 2},
    ],
    hints=[
        "Three copies of [1, 2]: as rows they make which matrix, and as columns which?",
        'The copies stand side by side along a *new* axis (chapter 13, "Adding support for '
        'additional functions"). np.stack, np.repeat or np.expand_dims may help.',
        "(2, 3) with 4 copies becomes (4, 2, 3) for dim 0, (2, 4, 3) for dim 1, (2, 3, 4) for "
        "dim 2.",
    ],
)


@expand.law("has a new axis at dim, as long as there are copies")
def has_a_new_axis(answer, a, dim, copies):
    expect(answer(a, dim, copies)).has_shape(*a.shape[:dim], copies, *a.shape[dim:])


@expand.law("holds nothing but copies of a")
def holds_copies(answer, a, dim, copies):
    copied = np.asarray(answer(a, dim, copies))
    for i in range(copies):
        expect(np.take(copied, i, axis=dim), f"copy {i}").equals(a)


@expand.law("summed along dim again, is a as often as there are copies")
def sums_to_copies(answer, a, dim, copies):
    expect(np.sum(np.asarray(answer(a, dim, copies)), axis=dim), "the sum").equals(copies * a)


@expand.misconception(
    "the new axis is always the last", "The new axis stands where dim says, counted from 0."
)
def expand_wrong_axis(a, dim, copies):
    return np.stack([a] * copies, axis=-1)


@expand.misconception(
    "the new axis is always the first", "The new axis stands where dim says, counted from 0."
)
def always_in_front(a, dim, copies):
    return np.stack([a] * copies)


@expand.misconception(
    "the numbers are repeated along an axis that is there already",
    "The copies get an axis of their own: (2, 3) becomes an array of three axes.",
)
def repeated_without_a_new_axis(a, dim, copies):
    return np.repeat(a, copies, axis=min(dim, np.ndim(a) - 1) if np.ndim(a) else None)


@expand.misconception(
    "the copies in the wrong shape",
    "Copies one after the other in memory, reshaped, are right for dim 0 only: put each along dim.",
)
def tiled_and_reshaped(a, dim, copies):
    return np.tile(np.ravel(a), copies).reshape(*a.shape[:dim], copies, *a.shape[dim:])


@expand.alternative
def as_numpy_stretches(a, dim, copies):
    shape = (*a.shape[:dim], copies, *a.shape[dim:])
    return np.broadcast_to(np.expand_dims(a, dim), shape)


@expand.alternative
def repeated_along_the_new_axis(a, dim, copies):
    return np.expand_dims(a, dim).repeat(copies, axis=dim)


# --- expand_backward ---------------------------------------------------------------------------


def gradient_of_copies(a, ndim, dim):
    return {"grad": some_axes(a, ndim), "dim": dim % ndim}


expand_backward = exercise(
    "expand_backward",
    inputs=CUBE,
    arrange=gradient_of_copies,
    edges=[
        {"grad": COUNTED, "dim": 0},
        {"grad": COUNTED, "dim": 1},
        {"grad": np.array([0.3, 1.234567891]), "dim": 0},
        {"grad": np.arange(24.0).reshape(2, 3, 4), "dim": 1},
        {"grad": np.array([[5.0]]), "dim": 1},
    ],
    hints=[
        "A number was copied three times. It grows by 0.1: how many of the copies grow?",
        "What is used several times gets the sum of the gradients of its uses. Which of your "
        "functions adds up along an axis?",
        "The axis dim, where the copies stand, is gone: (4, 2, 3) becomes (2, 3) for dim 0.",
    ],
)


@expand_backward.law("has the shape of what was copied")
def loses_the_new_axis(answer, grad, dim):
    expect(answer(grad, dim)).has_shape(*(grad.shape[:dim] + grad.shape[dim + 1 :]))


@expand_backward.law("does not depend on the order of the copies")
def order_of_copies_is_free(answer, grad, dim):
    expect(answer(np.flip(grad, dim).copy(), dim)).equals(np.asarray(answer(grad, dim)))


@expand_backward.law("gives the slopes of the copies", most=4)
def slopes_of_copies(answer, grad, dim):
    expect_slopes(
        lambda a: float(np.sum(grad * np.stack([a] * grad.shape[dim], axis=dim))),
        at={"a": upstream_like(np.take(grad, 0, axis=dim))},
        claimed=lambda a: answer(grad, dim),
    )


@expand_backward.misconception(
    "the gradient of the first copy only", "All copies were used: add their gradients up."
)
def first_copy_only(grad, dim):
    return np.take(grad, 0, axis=dim)


@expand_backward.misconception(
    "the mean over the copies",
    "Each copy pushes with its full strength: add their gradients, do not average them.",
)
def mean_not_sum(grad, dim):
    return np.mean(grad, axis=dim)


@expand_backward.misconception(
    "summed along another axis", "The copies stand along dim: that is the axis to sum along."
)
def expand_wrong_axis(grad, dim):
    return np.sum(grad, axis=grad.ndim - 1 - dim)


@expand_backward.misconception(
    "always summed along axis 0", "The copies stand along dim, not always along axis 0."
)
def always_axis_0(grad, dim):
    return np.sum(grad, axis=0)


@expand_backward.misconception(
    "the axis stays with length 1", "What was copied did not have this axis: it must be gone."
)
def axis_kept(grad, dim):
    return np.sum(grad, axis=dim, keepdims=True)


@expand_backward.alternative
def copies_added(grad, dim):
    return sum(np.moveaxis(grad, dim, 0)[i] for i in range(grad.shape[dim]))


@expand_backward.alternative
def with_einsum(grad, dim):
    axes = list(range(grad.ndim))
    return np.einsum(grad, axes, [axis for axis in axes if axis != dim])


# --- transpose ---------------------------------------------------------------------------------

transpose = exercise(
    "transpose",
    inputs={"a": Array(("n", "m"))},
    edges=[{"a": COUNTED}, {"a": [[0.3, 1.234567891]]}, {"a": [[1.0, 2.0], [3.0, 4.0]]}],
    hints=[
        "Where does the number in row 0, column 2 go?",
        "Rows become columns. NumPy has a short name for this.",
        "(2, 3) becomes (3, 2): row i of a is column i of the result.",
    ],
)


@transpose.law("makes columns of rows")
def makes_columns_of_rows(answer, a):
    turned = np.asarray(answer(a))
    for i in range(len(a)):
        expect(turned[:, i], f"column {i}").equals(a[i])


@transpose.law("done twice gives back what was there")
def twice_is_nothing(answer, a):
    expect(answer(np.asarray(answer(a)))).equals(a)


@transpose.law("has a row for each column")
def has_a_row_for_each_column(answer, a):
    expect(answer(a)).has_shape(a.shape[1], a.shape[0])


@transpose.misconception(
    "the right shape, but the numbers in their old order",
    "reshape only counts the numbers off anew. The entry (i, j) must go to (j, i).",
)
def reshaped(a):
    return a.reshape(a.shape[1], a.shape[0])


@transpose.misconception("nothing is turned", "A matrix of shape (2, 3) becomes one of (3, 2).")
def as_it_was(a):
    return a + 0.0


@transpose.misconception(
    "turned by a quarter", "np.rot90 turns the picture, which also puts rows upside down. Use .T."
)
def rotated(a):
    return np.rot90(a)


@transpose.alternative
def zipped(a):
    return [list(column) for column in zip(*a)]


@transpose.alternative
def with_einsum(a):
    return np.einsum("ij->ji", a)


# --- transpose_backward ------------------------------------------------------------------------

transpose_backward = exercise(
    "transpose_backward",
    inputs={"grad": Array(("m", "n"))},
    edges=[{"grad": COUNTED}, {"grad": [[0.3, 1.234567891]]}, {"grad": [[1.0, 2.0], [3.0, 4.0]]}],
    hints=[
        "The entry (i, j) went to (j, i). Where does the gradient that arrives at (j, i) belong?",
        "Every number went to one other place, so every gradient goes back the same way.",
        "grad is (m, n), the gradient of a is (n, m).",
    ],
)


@transpose_backward.law("has the shape of what was transposed")
def has_the_shape_of_a(answer, grad):
    expect(answer(grad)).has_shape(grad.shape[1], grad.shape[0])


@transpose_backward.law("gives the slopes of the transpose", most=4)
def slopes_of_transpose(answer, grad):
    expect_slopes(
        lambda a: float(np.sum(grad * a.T)),
        at={"a": upstream_like(grad.T)},
        claimed=lambda a: answer(grad),
    )


@transpose_backward.law("doubles when the gradient that comes in doubles")
def grows_with_the_gradient(answer, grad):
    expect(answer(2 * grad)).equals(2 * np.asarray(answer(grad)))


@transpose_backward.misconception(
    "the gradient is not turned back",
    "It has the shape of the result. Turn it, so that each gradient meets its own number.",
)
def as_it_came(grad):
    return grad + 0.0


@transpose_backward.misconception(
    "the right shape, but the numbers in their old order",
    "reshape only counts the numbers off anew. The entry (j, i) must go back to (i, j).",
)
def reshaped(grad):
    return grad.reshape(grad.shape[1], grad.shape[0])


@transpose_backward.misconception(
    "1 whatever comes in", "Pass on the gradient that comes in; only its places change."
)
def forgot_upstream(grad):
    return np.ones(grad.T.shape)


@transpose_backward.alternative
def back_one_by_one(grad):
    back = np.zeros((grad.shape[1], grad.shape[0]))
    for j, i in np.ndindex(grad.shape):
        back[i, j] = grad[j, i]
    return back


@transpose_backward.alternative
def axes_swapped(grad):
    return np.swapaxes(grad, 0, 1)


# --- mm ----------------------------------------------------------------------------------------

mm = exercise(
    "mm",
    inputs={"a": Array(("batch", "n")), "b": Array(("n", "out"))},
    edges=[
        {"a": [[1.0, 2.0]], "b": [[3.0, 4.0], [5.0, 6.0]]},
        {"a": [[1.0, 2.0], [3.0, 4.0]], "b": [[0.0, 1.0], [5.0, 2.0]]},
        {"a": [[0.3, 1.234567891]], "b": [[0.1], [0.7]]},
    ],
    hints=[
        "a has 4 rows of 3 numbers, b has 3 rows of 2 numbers. What shape has a . b?",
        "Every row of a meets every column of b in a weighted sum (chapter 3). NumPy has it ready.",
        "(batch, n) . (n, out) gives (batch, out).",
    ],
)


@mm.law("has a row for each row of a and a column for each column of b")
def has_rows_of_a_and_columns_of_b(answer, a, b):
    expect(answer(a, b)).has_shape(len(a), b.shape[1])


@mm.law("leaves b as it is where a has ones on its diagonal and zeros elsewhere")
def identity_changes_nothing(answer, b):
    expect(answer(np.eye(len(b)), b)).equals(b)


@mm.law("puts a weighted sum into every place")
def puts_weighted_sums(answer, a, b):
    product = np.asarray(answer(a, b))
    for j in range(b.shape[1]):
        expect(product[:, j], f"column {j}").equals((a * b[:, j]).sum(axis=1))


@mm.misconception(
    "entry by entry", "That is mul. In a product of matrices every row meets every column."
)
def multiplied_by_entries(a, b):
    return a * b


@mm.misconception("b . a", "Order matters in a product of matrices: a comes first.")
def turned_round(a, b):
    return b.dot(a)


@mm.misconception(
    "the transpose of the product", "A row for each row of a: shape (batch, out), not (out, batch)."
)
def transposed(a, b):
    return a.dot(b).T


@mm.misconception(
    "rows of a with rows of b", "Each row of a meets the *columns* of b: do not transpose b."
)
def with_rows_of_b(a, b):
    return a.dot(b.T)


@mm.alternative
def row_by_column(a, b):
    return [[sum(x * y for x, y in zip(row, column)) for column in b.T] for row in a]


@mm.alternative
def outer_products_added(a, b):
    return sum(np.outer(a[:, k], b[k]) for k in range(len(b)))


# --- mm_backward -------------------------------------------------------------------------------


def gradient_of_a_product(a, b):
    return {"grad": upstream_like(a.dot(b)), "a": a, "b": b}


mm_backward = exercise(
    "mm_backward",
    inputs={"a": Array(("batch", "n"), SMALL), "b": Array(("n", "out"), SMALL)},
    arrange=gradient_of_a_product,
    edges=[
        {
            "grad": np.array([[1.0, 2.0]]),
            "a": np.array([[1.0, 10.0]]),
            "b": np.array([[3.0, 4.0], [5.0, 6.0]]),
        },
        {
            "grad": np.array([[1.0, 2.0], [3.0, 5.0]]),
            "a": np.array([[0.0, 1.0], [4.0, 2.0]]),
            "b": np.array([[3.0, 7.0], [6.0, 1.0]]),
        },
        {"grad": np.array([[0.3]]), "a": np.array([[0.7]]), "b": np.array([[1.234567891]])},
    ],
    hints=[
        "For two numbers, each gets the gradient times the other. Which shapes must the two "
        "gradients have here?",
        "You did this by hand in chapter 6: the blame flows back along the weights, and the "
        "weights' own slope is the layer's input times its delta.",
        "a: (batch, n) from grad (batch, out) and b (n, out). b: (n, out) from a (batch, n) and "
        "grad (batch, out). In each case one matrix must be transposed for the shapes to fit.",
    ],
)


@mm_backward.law("gives each matrix a gradient of its own shape")
def shaped_like_the_matrices(answer, grad, a, b):
    to_a, to_b = answer(grad, a, b)
    expect(to_a, "the gradient of a").has_shape(*a.shape)
    expect(to_b, "the gradient of b").has_shape(*b.shape)


@mm_backward.law("gives `b` a gradient of 0 where a is 0, and `a` one where b is 0")
def zero_blocks(answer, grad, a, b):
    expect(answer(grad, a, 0 * b)[0], "the gradient of a").equals(np.zeros(a.shape))
    expect(answer(grad, 0 * a, b)[1], "the gradient of b").equals(np.zeros(b.shape))


@mm_backward.law("adds up for b what each row of a brings alone")
def rows_add_up(answer, grad, a, b):
    rows = [np.asarray(answer(grad[i : i + 1], a[i : i + 1], b)[1]) for i in range(len(a))]
    expect(answer(grad, a, b)[1], "the gradient of b").equals(sum(rows))


@mm_backward.law("gives the slopes of the product", most=4)
def slopes_of_the_product(answer, grad, a, b):
    expect_slopes(
        lambda a, b: float(np.sum(grad * a.dot(b))),
        at={"a": a, "b": b},
        claimed=lambda a, b: answer(grad, a, b),
        batch=len(a),
    )


@mm_backward.misconception(
    "the transposes are missing",
    "grad . b and a . grad fit together only by luck, in square matrices. Transpose one of the two.",
)
def mm_backward_transposed(grad, a, b):
    return grad.dot(b), a.dot(grad)


@mm_backward.misconception(
    "both gradients lie on their side",
    "These are the right numbers, transposed. A gradient has the shape of its matrix.",
)
def transposed_outer(grad, a, b):
    return b.dot(grad.T), grad.T.dot(a)


@mm_backward.misconception(
    "the gradients have changed places", "First the gradient of a, then that of b."
)
def swapped(grad, a, b):
    return a.T.dot(grad), grad.dot(b.T)


@mm_backward.misconception(
    "1 whatever comes in",
    "The gradient of the result tells how much each of its entries matters: it must be in both.",
)
def forgot_upstream(grad, a, b):
    ones = np.ones(grad.shape)
    return ones.dot(b.T), a.T.dot(ones)


@mm_backward.misconception(
    "b's gradient is the mean over the rows",
    "Rows add up. Where a mean is wanted, the loss already has the 1 / batch in it.",
)
def mean_over_the_rows(grad, a, b):
    return grad.dot(b.T), a.T.dot(grad) / len(a)


@mm_backward.misconception(
    "only b gets a gradient",
    "Layers further down wait for a's gradient: without it only the last weights learn.",
)
def only_the_second(grad, a, b):
    return np.zeros(a.shape), a.T.dot(grad)


@mm_backward.alternative
def with_einsum(grad, a, b):
    return np.einsum("bo,no->bn", grad, b), np.einsum("bn,bo->no", a, grad)


@mm_backward.alternative
def row_after_row(grad, a, b):
    to_b = np.zeros(b.shape)
    for row, own in zip(a, grad):
        to_b = to_b + np.outer(row, own)
    return [(b @ grad.T).T, to_b]


# --- sigmoid_backward --------------------------------------------------------------------------


def sigmoid_of(x):
    return (1 + np.tanh(x / 2)) / 2


SIGMOIDS = (0.5, 0.25, 0.75, 0.125, 0.875, 0.0, 1.0, 0.375)
TANHS = (0.0, 0.5, -0.5, 0.25, -0.75, 0.875, -0.125, 1.0, -1.0)

sigmoid_backward = exercise(
    "sigmoid_backward",
    inputs={"grad": Array(("batch", "n"), NONZERO), "output": Array(("batch", "n"), SIGMOIDS)},
    edges=[
        {"grad": [[2.0, 2.0]], "output": [[0.5, 1.0]]},
        {"grad": [[0.3, 1.234567891]], "output": [[0.1, 0.9]]},
        {"grad": [[1.0]], "output": [[0.7310585786300049]]},
    ],
    hints=[
        "Where sigmoid is almost 1, does a small step of x still change it much?",
        "The slope can be read off the output itself (chapter 9): you have a function for it. "
        "Then multiply by the gradient that comes in.",
        "All three have one shape: grad * output * (1 - output), entry by entry.",
    ],
)


@sigmoid_backward.law("is 0 where the output is 0 or 1")
def flat_at_the_ends(answer, grad, output):
    expect(answer(grad, np.round(output))).equals(np.zeros(grad.shape))


@sigmoid_backward.law("is a quarter of the gradient where the output is a half")
def steepest_in_the_middle(answer, grad, output):
    expect(answer(grad, 0 * output + 0.5)).equals(grad / 4)


@sigmoid_backward.law("is the same for an output and for 1 minus it")
def same_on_both_sides(answer, grad, output):
    expect(answer(grad, 1 - output)).equals(np.asarray(answer(grad, output)))


@sigmoid_backward.law("gives the slopes of sigmoid", most=4)
def slopes_of_sigmoid(answer, grad, output):
    expect_slopes(
        lambda x: float(np.sum(grad * sigmoid_of(x))),
        at={"x": 3 * output - 1},
        claimed=lambda x: answer(grad, sigmoid_of(x)),
    )


@sigmoid_backward.misconception(
    "the gradient as it came", "Multiply it by the slope at each unit: output * (1 - output)."
)
def forgot_slope(grad, output):
    return grad + 0.0


@sigmoid_backward.misconception(
    "the slope alone", "Multiply the slope by the gradient that comes in."
)
def forgot_upstream(grad, output):
    return output * (1 - output)


@sigmoid_backward.misconception(
    "sigmoid is taken once more",
    "output already is what sigmoid returned: read the slope off it as it is.",
)
def slope_of_the_output(grad, output):
    return grad * sigmoid_of(output) * (1 - sigmoid_of(output))


@sigmoid_backward.misconception(
    "tanh's slope", "1 - output^2 belongs to tanh. For sigmoid it is output * (1 - output)."
)
def slope_of_tanh(grad, output):
    return grad * (1 - output**2)


@sigmoid_backward.misconception(
    "the output for the slope", "How high sigmoid is does not say how steep it is."
)
def value_as_slope(grad, output):
    return grad * output


@sigmoid_backward.alternative
def minus_its_square(grad, output):
    return np.multiply(output - np.square(output), grad)


@sigmoid_backward.alternative
def measured_from_the_middle(grad, output):
    return (0.25 - (output - 0.5) ** 2) * grad


# --- tanh_backward -----------------------------------------------------------------------------

tanh_backward = exercise(
    "tanh_backward",
    inputs={"grad": Array(("batch", "n"), NONZERO), "output": Array(("batch", "n"), TANHS)},
    edges=[
        {"grad": [[2.0, 2.0]], "output": [[0.0, 0.5]]},
        {"grad": [[0.3, 1.234567891]], "output": [[0.1, -0.9]]},
        {"grad": [[1.0]], "output": [[0.7615941559557649]]},
    ],
    hints=[
        "Where tanh is almost 1, does a small step of x still change it much? And where it is 0?",
        "The slope can be read off the output itself (chapter 9): you have a function for it. "
        "Then multiply by the gradient that comes in.",
        "All three have one shape: grad * (1 - output^2), entry by entry.",
    ],
)


@tanh_backward.law("is 0 where the output is 1 or -1")
def flat_at_the_ends(answer, grad, output):
    ends = np.where(output < 0, -1.0, 1.0)
    expect(answer(grad, ends)).equals(np.zeros(grad.shape))


@tanh_backward.law("is the gradient itself where the output is 0")
def steepest_in_the_middle(answer, grad, output):
    expect(answer(grad, 0 * output)).equals(grad)


@tanh_backward.law("is the same for an output and for its negative")
def same_on_both_sides(answer, grad, output):
    expect(answer(grad, -output)).equals(np.asarray(answer(grad, output)))


@tanh_backward.law("gives the slopes of tanh", most=4)
def slopes_of_tanh(answer, grad, output):
    expect_slopes(
        lambda x: float(np.sum(grad * np.tanh(x))),
        at={"x": output},
        claimed=lambda x: answer(grad, np.tanh(x)),
    )


@tanh_backward.misconception(
    "the gradient as it came", "Multiply it by the slope at each unit: 1 - output^2."
)
def forgot_slope(grad, output):
    return grad + 0.0


@tanh_backward.misconception("the slope alone", "Multiply the slope by the gradient that comes in.")
def forgot_upstream(grad, output):
    return 1 - output**2


@tanh_backward.misconception(
    "tanh is taken once more",
    "output already is what tanh returned: read the slope off it as it is.",
)
def slope_of_the_output(grad, output):
    return grad * (1 - np.tanh(output) ** 2)


@tanh_backward.misconception(
    "sigmoid's slope", "output * (1 - output) belongs to sigmoid. For tanh it is 1 - output^2."
)
def slope_of_sigmoid(grad, output):
    return grad * output * (1 - output)


@tanh_backward.misconception(
    "the output is not squared", "The slope is 1 - output^2: the same on both sides of 0."
)
def not_squared(grad, output):
    return grad * (1 - output)


@tanh_backward.alternative
def as_a_product(grad, output):
    return (1 - output) * grad * (1 + output)


@tanh_backward.alternative
def gradient_minus_a_part(grad, output):
    return np.subtract(grad, np.square(output) * grad)


# --- index_select ------------------------------------------------------------------------------


def rows_and_indices(a, indices, ndim):
    indices = indices % len(a)
    return {"a": a, "indices": indices if ndim == 2 else indices[0]}


PICKING = {
    "a": Array(("rows", "dim")),
    "indices": Array(("batch", "words"), range(5), whole=True),
    "ndim": Choice([1, 2]),
}

index_select = exercise(
    "index_select",
    inputs=PICKING,
    arrange=rows_and_indices,
    edges=[
        {"a": np.eye(5), "indices": np.array([[1, 2, 3], [2, 3, 4]])},
        {"a": np.array([[0.3, 1.234567891], [3.0, 4.0]]), "indices": np.array([1, 0, 1])},
        {"a": np.array([[7.0], [8.0], [9.0]]), "indices": np.array([2])},
    ],
    hints=[
        "a has five rows of numbers. Which row is number 0?",
        "An array of whole numbers in square brackets picks rows, in that order, as often as they "
        'are named (chapter 13, "Adding indexing to autograd").',
        "indices (2, 3) and a (5, dim) give (2, 3, dim): a row for each index.",
    ],
)


@index_select.law("has a row for each index")
def has_a_row_for_each_index(answer, a, indices):
    expect(answer(a, indices)).has_shape(*indices.shape, a.shape[1])


@index_select.law("holds the row that each index names")
def holds_the_named_rows(answer, a, indices):
    picked = np.asarray(answer(a, indices))
    for place in np.ndindex(indices.shape):
        expect(picked[place], f"at {place}").equals(a[int(indices[place])])


@index_select.law("gives back all rows where they are named in order")
def all_rows_in_order(answer, a):
    expect(answer(a, np.arange(len(a)))).equals(a)


@index_select.misconception("rows are counted from 1", "Row number 0 is the first row.")
def counted_from_one(a, indices):
    return a[indices - 1]


@index_select.misconception("columns instead of rows", "indices name rows: a[indices].")
def picks_columns(a, indices):
    return a[:, indices]


@index_select.misconception(
    "each row only once", "A row that is named twice stands there twice, in the order asked for."
)
def each_row_once(a, indices):
    return a[np.unique(indices)]


@index_select.misconception(
    "the rows that are picked are added up",
    "Each picked row stands for itself: (3,) indices give (3, dim).",
)
def added_up(a, indices):
    return a[indices].sum(axis=0)


@index_select.alternative
def one_hot_times_a(a, indices):
    return np.eye(len(a))[np.asarray(indices)] @ a


@index_select.alternative
def taken_one_by_one(a, indices):
    rows = [a[int(i)] for i in np.ravel(indices)]
    return np.reshape(rows, np.shape(indices) + (a.shape[1],))


# --- index_select_backward ---------------------------------------------------------------------


def gradient_of_rows(a, indices, ndim):
    indices = indices % len(a)
    indices = indices if ndim == 2 else indices[0]
    return {"grad": upstream_like(a[indices]), "a": a, "indices": indices}


index_select_backward = exercise(
    "index_select_backward",
    inputs=PICKING,
    arrange=gradient_of_rows,
    edges=[
        {"grad": np.ones((2, 3, 5)), "a": np.eye(5), "indices": np.array([[1, 2, 3], [2, 3, 4]])},
        {
            "grad": np.array([[0.3], [2.0], [4.0]]),
            "a": np.array([[7.0], [8.0], [9.0]]),
            "indices": np.array([2, 0, 2]),
        },
        {
            "grad": np.array([[1.0, 1.234567891]]),
            "a": np.array([[7.0, 8.0], [9.0, 1.0]]),
            "indices": np.array([1]),
        },
    ],
    hints=[
        "A word stands three times in a sentence. How many gradients arrive for its row, and what "
        "becomes of them? What gets a word that is not in the sentence?",
        "Start with zeros for every row and add each gradient to its own row (chapter 13, "
        '"Adding indexing to autograd").',
        "`gradient[indices] += grad` keeps only the last of several gradients for one row. "
        "np.add.at(gradient, indices, grad) adds all of them; so does a loop.",
    ],
)


@index_select_backward.law("has the shape of a")
def shaped_like_a(answer, grad, a, indices):
    expect(answer(grad, a, indices)).has_shape(*a.shape)


@index_select_backward.law("is 0 for a row that was never picked")
def unpicked_rows_get_nothing(answer, grad, a, indices):
    back = np.asarray(answer(grad, a, indices))
    never = [row for row in range(len(a)) if row not in indices]
    expect(back[never], "the rows that were never picked").equals(
        np.zeros((len(never), a.shape[1]))
    )


@index_select_backward.law("loses nothing: all rows together have the same sum as before")
def keeps_the_total(answer, grad, a, indices):
    back = np.asarray(answer(grad, a, indices))
    expect(back.sum(axis=0), "the sum").equals(grad.reshape(-1, a.shape[1]).sum(axis=0))


@index_select_backward.law("gives the slopes of the picked rows", most=4)
def slopes_of_rows(answer, grad, a, indices):
    expect_slopes(
        lambda a: float(np.sum(grad * a[indices])),
        at={"a": a},
        claimed=lambda a: answer(grad, a, indices),
    )


@index_select_backward.misconception(
    "only the last gradient of a row that was picked again counts",
    "gradient[indices] = grad, and += as well, write each row once. Add them all: np.add.at or a loop.",
)
def index_select_overwrites_duplicates(grad, a, indices):
    back = np.zeros(a.shape)
    back[indices] = grad
    return back


@index_select_backward.misconception(
    "the mean for a row that was picked several times",
    "Each use pushes with its full strength: add the gradients, do not average them.",
)
def mean_of_the_uses(grad, a, indices):
    back, uses = np.zeros(a.shape), np.zeros((len(a), 1))
    np.add.at(back, indices, grad)
    np.add.at(uses, indices, 1)
    return back / np.maximum(uses, 1)


@index_select_backward.misconception(
    "1 for each use, whatever comes in",
    "Add the gradients that come in, not how often a row was picked.",
)
def forgot_upstream(grad, a, indices):
    back = np.zeros(a.shape)
    np.add.at(back, indices, 1)
    return back


@index_select_backward.misconception(
    "the gradient as it came",
    "It has a row for each index. The gradient of a has a row for each row of a.",
)
def as_it_came(grad, a, indices):
    return grad + 0.0


@index_select_backward.misconception(
    "the gradient is added to a itself", "Start from zeros of a's shape: np.zeros(a.shape)."
)
def starts_from_a(grad, a, indices):
    back = a.copy()
    np.add.at(back, indices, grad)
    return back


@index_select_backward.alternative
def one_after_the_other(grad, a, indices):
    back = np.zeros(a.shape)
    for row, index in zip(grad.reshape(-1, a.shape[1]), np.ravel(indices)):
        back[index] += row
    return back


@index_select_backward.alternative
def one_hot_transposed(grad, a, indices):
    one_hot = np.ravel(indices)[:, None] == np.arange(len(a))
    return one_hot.T @ grad.reshape(-1, a.shape[1])


# --- cross_entropy -----------------------------------------------------------------------------


def softmax_of(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def mean_surprise(logits, targets):
    """The cross entropy, row by row in plain numbers."""
    total = 0.0
    for row, target in zip(logits, targets):
        largest = max(row)
        total += largest + math.log(sum(math.exp(x - largest) for x in row)) - row[target]
    return total / len(logits)


def logits_and_targets(logits, targets):
    return {"logits": logits, "targets": targets % logits.shape[1]}


cross_entropy = exercise(
    "cross_entropy",
    inputs={
        "logits": Array(("batch", "n_classes")),
        "targets": Array(("batch",), range(5), whole=True),
    },
    arrange=logits_and_targets,
    edges=[
        {"logits": np.array([[1.0, 1.0], [0.0, 1000.0]]), "targets": np.array([0, 1])},
        {"logits": np.array([[0.0, 1000.0], [2.0, 1.0]]), "targets": np.array([0, 1])},
        {"logits": np.array([[-1000.0, -999.0, -1001.0]]), "targets": np.array([2])},
        {"logits": np.array([[0.3, 0.1, -0.7]]), "targets": np.array([1])},
        {"logits": np.array([[5.0]]), "targets": np.array([0])},
    ],
    hints=[
        "The right class gets probability 1: how surprised is the network? And if it gets a half?",
        "The surprise is -log of the probability that softmax gives to the right class (chapter "
        '9). log(e^a / sum) is a - log(sum): that way nothing becomes log(0) (chapter 13, "The '
        'cross-entropy layer").',
        "Take each row's largest logit off first, with keepdims=True. Then (batch,) numbers: the "
        "log of the row's sum of exp, minus the right class's logit, logits[np.arange(batch), "
        "targets]. Their mean is the result.",
    ],
)


@cross_entropy.law("is never negative")
def never_negative(answer, logits, targets):
    expect(answer(logits, targets)).is_at_least(0)


@cross_entropy.law("is the log of the number of classes where all logits are equal")
def log_of_the_classes(answer, logits, targets):
    expect(answer(0 * logits + 3, targets)).equals(math.log(logits.shape[1]))


# Larger numbers would leave too few digits of float32 for the differences.
@cross_entropy.law("stays the same when a number is added to all logits of a row")
def only_differences_count(answer, logits, targets):
    shifts = 4.0 * np.arange(1, len(logits) + 1)[:, None]
    expect(answer(logits + shifts, targets)).equals(answer(logits, targets).value)


@cross_entropy.law("is the mean of what each row gives alone")
def is_the_mean_of_its_rows(answer, logits, targets):
    alone = [answer(logits[i : i + 1], targets[i : i + 1]) for i in range(len(logits))]
    expect(answer(logits, targets)).equals(sum(map(float, alone)) / len(logits))


@cross_entropy.law("is the lead of a wrong class that is far ahead")
def is_the_lead_of_a_wrong_class(answer, logits, targets):
    if logits.shape[1] == 1:
        return
    ahead = np.zeros(logits.shape)
    ahead[np.arange(len(targets)), targets] = -2000.0
    expect(answer(ahead, targets)).equals(2000 + math.log(logits.shape[1] - 1))


@cross_entropy.misconception(
    "the sum over the rows", "Divide by the number of rows: the value is a mean."
)
def sum_not_mean(logits, targets):
    return mean_surprise(logits, targets) * len(logits)


@cross_entropy.misconception(
    "large logits overflow",
    "e^1000 is more than a float can hold. Take each row's largest logit off first: it changes "
    "nothing, for only differences count.",
)
def nan_or_overflow(logits, targets):
    powers = np.exp(logits)
    probabilities = powers / powers.sum(axis=1, keepdims=True)
    return -np.mean(np.log(probabilities[np.arange(len(targets)), targets]))


@cross_entropy.misconception(
    "log of a probability that has become 0",
    "Softmax of a class that is 1,000 behind is 0, and log(0) is not finite. Take the log before "
    "you divide: logit - log(sum).",
)
def log_of_zero(logits, targets):
    return -np.mean(np.log(softmax_of(logits)[np.arange(len(targets)), targets]))


@cross_entropy.misconception(
    "a small number is added inside the log",
    "It keeps log(0) away, but gives a wrong value: a class that is 1,000 behind costs 1,000.",
)
def small_number_added(logits, targets):
    return -np.mean(np.log(softmax_of(logits)[np.arange(len(targets)), targets] + 1e-9))


@cross_entropy.misconception(
    "the sign is turned", "log of a probability is negative: the surprise is minus that."
)
def sign_flipped(logits, targets):
    return -mean_surprise(logits, targets)


@cross_entropy.misconception(
    "softmax down the columns", "Each row is an example: its own logits compete, along axis 1."
)
def wrong_axis(logits, targets):
    powers = np.exp(logits - logits.max(axis=0))
    probabilities = powers / powers.sum(axis=0)
    return -np.mean(np.log(probabilities[np.arange(len(targets)), targets]))


@cross_entropy.misconception(
    "divided by the number of classes as well",
    "Each row has one right class, so there are as many surprises as rows: divide by these only.",
)
def divided_by_the_classes(logits, targets):
    return mean_surprise(logits, targets) / logits.shape[1]


@cross_entropy.misconception(
    "the logits are taken for probabilities",
    "Logits can be any numbers. The softmax of each row makes probabilities of them.",
)
def forgot_softmax(logits, targets):
    return -np.mean(np.log(logits[np.arange(len(targets)), targets]))


@cross_entropy.alternative
def in_plain_numbers(logits, targets):
    return mean_surprise(logits.astype(float).tolist(), targets.tolist())


@cross_entropy.alternative
def with_logaddexp(logits, targets):
    totals = np.logaddexp.reduce(logits, axis=1)
    own = np.take_along_axis(logits, targets[:, None], axis=1)[:, 0]
    return (totals - own).mean()


# --- cross_entropy_backward --------------------------------------------------------------------


def gradient_logits_and_targets(grad, logits, targets):
    return {"grad": grad, "logits": logits, "targets": targets % logits.shape[1]}


def probabilities_minus_one_hot(logits, targets):
    delta = softmax_of(logits)
    for i, target in enumerate(targets):
        delta[i, target] -= 1
    return delta


cross_entropy_backward = exercise(
    "cross_entropy_backward",
    inputs={
        "grad": Number((2.0, -1.0, 0.5, 3.0, -0.25)),
        "logits": Array(("batch", "n_classes"), SMALL),
        "targets": Array(("batch",), range(5), whole=True),
    },
    arrange=gradient_logits_and_targets,
    edges=[
        {"grad": 1.0, "logits": [[0.0, 0.0], [5.0, 5.0]], "targets": [0, 1]},
        {"grad": 2.0, "logits": [[1000.0, 0.0], [0.0, 1000.0]], "targets": [1, 1]},
        {"grad": 0.3, "logits": [[0.3, 0.1, -0.7]], "targets": [2]},
        {"grad": 1.0, "logits": [[0.0, 1.0, 2.0], [1.0, 3.0, 0.0]], "targets": [1, 1]},
    ],
    hints=[
        "A class has probability 0.75 and is wrong. Should its logit go up or down, and how hard "
        "is it pushed? What if it is right?",
        "The deltas are those of chapter 9: the probabilities, minus 1 at the right class. The "
        "value is a mean over the rows, and a gradient comes in from above.",
        "(batch, n_classes): softmax(logits) minus one_hot(targets, n_classes), times grad, over "
        "the number of rows.",
    ],
)


@cross_entropy_backward.law("adds up to 0 in every row")
def rows_add_up_to_zero(answer, grad, logits, targets):
    back = np.asarray(answer(grad, logits, targets))
    expect(back.sum(axis=1), "the sums of the rows").equals(np.zeros(len(logits)))


@cross_entropy_backward.law("doubles when the gradient that comes in doubles")
def grows_with_the_gradient(answer, grad, logits, targets):
    twice = answer(2 * grad, logits, targets)
    expect(twice).equals(2 * np.asarray(answer(grad, logits, targets)))


# Larger numbers would leave too few digits of float32 for the differences.
@cross_entropy_backward.law("stays the same when a number is added to all logits of a row")
def only_differences_count(answer, grad, logits, targets):
    shifts = 4.0 * np.arange(1, len(logits) + 1)[:, None]
    shifted = answer(grad, logits + shifts, targets)
    expect(shifted).equals(np.asarray(answer(grad, logits, targets)))


@cross_entropy_backward.law("is half for each row when every row is there twice")
def rows_share_the_mean(answer, grad, logits, targets):
    twice = answer(grad, np.vstack([logits, logits]), np.append(targets, targets))
    half = np.asarray(answer(grad, logits, targets)) / 2
    expect(twice).equals(np.vstack([half, half]))


@cross_entropy_backward.law("gives the slopes of the mean cross entropy", most=4)
def slopes_of_cross_entropy(answer, grad, logits, targets):
    expect_slopes(
        lambda logits: grad * mean_surprise(logits, targets),
        at={"logits": logits},
        claimed=lambda logits: answer(grad, logits, targets),
        batch=len(logits),
    )


@cross_entropy_backward.misconception(
    "not divided by the number of rows",
    "The value is a mean over the rows, so its gradient has the 1 / batch as well. (The book's "
    "listing leaves it out: its steps are as many times too large as there are rows.)",
)
def ce_missing_1_over_N(grad, logits, targets):  # noqa: N802  the slug of the book's mistake
    return grad * probabilities_minus_one_hot(logits, targets)


@cross_entropy_backward.misconception(
    "the gradient that comes in is left out",
    "Where the loss goes on being used, a gradient other than 1 comes in: multiply by it.",
)
def forgot_upstream(grad, logits, targets):
    return probabilities_minus_one_hot(logits, targets) / len(logits)


@cross_entropy_backward.misconception(
    "the book's listing: neither divided by the rows nor multiplied by what comes in",
    "Probabilities minus one-hot is only the heart of it: times grad, over the number of rows.",
)
def as_listed_in_the_book(grad, logits, targets):
    return probabilities_minus_one_hot(logits, targets)


@cross_entropy_backward.misconception(
    "uphill", "Probabilities minus one-hot: the right class gets a negative gradient."
)
def sign_flipped(grad, logits, targets):
    return -grad * probabilities_minus_one_hot(logits, targets) / len(logits)


@cross_entropy_backward.misconception(
    "divided by the number of classes too",
    "The mean is over the rows: divide by len(logits), and by nothing else.",
)
def divided_by_all_entries(grad, logits, targets):
    return grad * probabilities_minus_one_hot(logits, targets) / logits.size


@cross_entropy_backward.misconception(
    "large logits overflow",
    "e^1000 is more than a float can hold. Take each row's largest logit off first.",
)
def nan_or_overflow(grad, logits, targets):
    powers = np.exp(logits)
    delta = powers / powers.sum(axis=1, keepdims=True)
    delta[np.arange(len(targets)), targets] -= 1
    return grad * delta / len(logits)


@cross_entropy_backward.misconception(
    "the right class of one row is taken off in all rows",
    "[:, targets] means these columns of every row. Pair each row with its own class: "
    "[np.arange(batch), targets].",
)
def targets_of_all_rows(grad, logits, targets):
    delta = softmax_of(logits)
    delta[:, targets] -= 1
    return grad * delta / len(logits)


@cross_entropy_backward.misconception(
    "the probabilities alone",
    "Without the minus 1 at the right class every logit is pushed down, the right one too.",
)
def one_hot_left_out(grad, logits, targets):
    return grad * softmax_of(logits) / len(logits)


@cross_entropy_backward.alternative
def row_after_row(grad, logits, targets):
    back = []
    for row, target in zip(logits, targets):
        powers = np.exp(row - np.max(row))
        right = np.arange(len(row)) == target
        back.append((powers / np.sum(powers) - right) * (grad / len(logits)))
    return back


@cross_entropy_backward.alternative
def through_the_log(grad, logits, targets):
    totals = np.logaddexp.reduce(logits, axis=1, keepdims=True)
    back = np.exp(logits - totals) * (grad / len(targets))
    np.subtract.at(back, (np.arange(len(targets)), targets), grad / len(targets))
    return back


# --- topological_order -------------------------------------------------------------------------

NAMES = ["loss", "w", "a", "y", "h", "b", "z"]


def some_graph(links, turn, root):
    """A graph whose nodes are made from earlier ones; `turn` shuffles their names."""
    many = len(links)
    names = [NAMES[(3 * i + turn) % many] for i in range(many)]
    earlier = [range(i) if turn % 2 else range(i)[::-1] for i in range(many)]
    made_from = {names[i]: [names[j] for j in earlier[i] if links[i, j]] for i in range(many)}
    kept = {name: made_from[name] for name in sorted(names)}
    return {"root": names[root % many], "parents": kept}


def ancestors(root, parents):
    """Root and everything it was made from."""
    found, waiting = set(), [root]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += parents[node]
    return found


def depth_first(node, parents, order, seen):
    if node not in seen:
        seen.add(node)
        for parent in parents[node]:
            depth_first(parent, parents, order, seen)
        order.append(node)
    return order


def ready_first(parents, counted, start):
    """Take whatever has no use left that is `counted`, beginning with `start`."""
    uses = dict.fromkeys(parents, 0)
    for node in counted:
        for parent in parents[node]:
            uses[parent] += 1
    order, ready = [], list(start)
    while ready:
        node = ready.pop(0)
        order.append(node)
        for parent in parents[node]:
            uses[parent] -= 1
            if uses[parent] == 0:
                ready.append(parent)
    return order


CHAIN = {"loss": ["h"], "h": ["a"], "a": ["w"], "w": []}
DIAMOND = {"loss": ["a", "b"], "a": ["w"], "b": ["w"], "w": []}
# w is used by the loss at once, and a long way round: breadth-first search comes to it too early.
SHORTCUT = {"loss": ["w", "a"], "a": ["b"], "b": ["w"], "w": ["x"], "x": []}
SIDE_BRANCH = {"loss": ["h"], "h": ["w"], "w": [], "side": ["h", "w"], "other": ["side"]}
STAR = {"loss": ["a", "b", "c", "d"], "a": [], "b": [], "c": [], "d": ["b"]}
TWICE = {"loss": ["x", "x"], "x": ["y"], "y": []}
# Each node is made from the one before, twice. Whoever walks every way takes for ever, and is shown
# this case: let it tell why.
LINKS = ["2**30 ways lead here", *(f"h{i}" for i in range(1, 30)), "loss"]
MANY_WAYS = {LINKS[0]: [], **{after: [before] * 2 for before, after in zip(LINKS, LINKS[1:])}}

topological_order = exercise(
    "topological_order",
    inputs={
        "links": Array((7, 7), (0.0, 1.0)),
        "turn": Whole(0, 6),
        "root": Choice([6, 6, 6, 5, 4]),
    },
    arrange=some_graph,
    agreement=False,
    edges=[
        {"root": "w", "parents": {"w": []}},
        {"root": "loss", "parents": CHAIN},
        {"root": "loss", "parents": DIAMOND},
        {"root": "loss", "parents": SHORTCUT},
        {"root": "loss", "parents": {**SHORTCUT, "loss": ["a", "w"]}},
        {"root": "loss", "parents": SIDE_BRANCH},
        {"root": "h", "parents": SIDE_BRANCH},
        {"root": "loss", "parents": TWICE},
        {"root": "loss", "parents": STAR},
        {"root": 3, "parents": {0: [], 1: [0], 2: [0, 1], 3: [1, 2], 4: [3]}},
        {"root": "loss", "parents": MANY_WAYS},
    ],
    hints=[
        "w was used to make a, and both were used to make the loss. Which of the three must wait "
        "until last, and why?",
        "A node may pass its gradient on only when all its users have passed theirs on to it "
        '(chapter 13, "Tensors that are used multiple times"). Walk from root to its parents and on; '
        "write a node down only after everything that lies behind it is written down.",
        "A function that visits a node: if it was seen before, do nothing; else visit each of its "
        "parents, and then append the node. The list ends with root: turn it round at the end.",
    ],
)


@topological_order.law("begins with root")
def begins_with_root(answer, root, parents):
    order = list(answer(root, parents))
    expect(order[:1], "the first node").equals([root])


@topological_order.law("holds each node only once")
def each_only_once(answer, root, parents):
    order = list(answer(root, parents))
    twice = sorted({str(node) for node in order if order.count(node) > 1})
    expect(not twice).is_true(f"there more than once: {', '.join(twice)}")


@topological_order.law("holds everything that root was made from, and nothing else")
def holds_the_ancestors(answer, root, parents):
    found = set(answer(root, parents))
    missing = sorted(map(str, ancestors(root, parents) - found))
    expect(not missing).is_true(f"missing: {', '.join(missing)}")
    strange = sorted(map(str, found - ancestors(root, parents)))
    expect(not strange).is_true(f"{root} was not made from {', '.join(strange)}")


@topological_order.law("puts every node after all nodes that were made from it")
def users_come_first(answer, root, parents):
    order = list(answer(root, parents))
    place = {node: i for i, node in enumerate(order)}
    for node in order:
        for parent in parents.get(node, []):
            late = parent in place and place[parent] > place[node]
            expect(late).is_true(f"{parent} stands before {node}, which was made from it")


@topological_order.law("follows a chain from its end to its beginning")
def follows_a_chain(answer, parents):
    chain = list(parents)
    links = {node: [before] for before, node in zip(chain, chain[1:])} | {chain[0]: []}
    expect(list(answer(chain[-1], links))).equals(chain[::-1])


@topological_order.misconception(
    "level by level",
    "A node that is reached soon by one way may also be reached by a longer one, and then it must "
    "wait: its gradient is not complete before.",
)
def no_topological_order(root, parents):
    order, waiting = [], [root]
    while waiting:
        node = waiting.pop(0)
        if node not in order:
            order.append(node)
            waiting += parents[node]
    return order


@topological_order.misconception(
    "each node is written down before what lies behind it",
    "Along the first way a node may come too early for a second user. Write it down after its "
    "parents, and turn the list round at the end.",
)
def written_down_on_the_way(root, parents):
    order = []

    def visit(node):
        if node not in order:
            order.append(node)
            for parent in parents[node]:
                visit(parent)

    visit(root)
    return order


@topological_order.misconception(
    "the list is not turned round",
    "This is the order of the way forward. On the way back root comes first.",
)
def parents_first(root, parents):
    return depth_first(root, parents, [], set())


@topological_order.misconception(
    "a node comes once for every way to it",
    "Keep a set of the nodes that were seen: each stands in the list once.",
)
def once_for_every_way(root, parents):
    order = []
    if len(parents) == len(MANY_WAYS):
        raise TimeoutError

    def visit(node):
        for parent in parents[node]:
            visit(parent)
        order.append(node)

    visit(root)
    return order[::-1]


@topological_order.misconception(
    "all nodes of the graph",
    "Branches that do not lead to root have nothing to do with it: begin at root, and leave out "
    "what cannot be reached from there.",
)
def all_nodes(root, parents):
    order, seen = [], set()
    for node in [*(node for node in parents if node != root), root]:
        depth_first(node, parents, order, seen)
    return order[::-1]


@topological_order.misconception(
    "a node waits for users that have nothing to do with root",
    "Counting all children, as the book's listing does, waits for ever where one of them does not "
    "lead to root. Count only those that do.",
)
def waits_for_every_child(root, parents):
    return ready_first(parents, parents, [root])


@topological_order.misconception("root is left out", "Root has a gradient as well: it comes first.")
def root_left_out(root, parents):
    return depth_first(root, parents, [], set())[-2::-1]


@topological_order.alternative
def recursively(root, parents):
    return tuple(reversed(depth_first(root, parents, [], set())))


@topological_order.alternative
def by_counting_uses(root, parents):
    return ready_first(parents, ancestors(root, parents), [root])


@topological_order.alternative
def with_the_standard_library(root, parents):
    found = ancestors(root, parents)
    sorter = graphlib.TopologicalSorter({node: parents[node] for node in found})
    return list(sorter.static_order())[::-1]


@topological_order.alternative
def by_the_longest_way(root, parents):
    depth = {root: 0}
    for _ in parents:
        for node in list(depth):
            for parent in parents[node]:
                depth[parent] = max(depth.get(parent, 0), depth[node] + 1)
    return sorted(depth, key=lambda node: depth[node])


# --- Tensor ------------------------------------------------------------------------------------

# One step of a graph is [operation, operand, the rest]; two operands are two places in the list.
TWO_OPERANDS = ("add", "sub", "mul", "mm")
OPERATORS = {"add": operator.add, "sub": operator.sub, "mul": operator.mul, "neg": operator.neg}
ON_ARRAYS = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "neg": np.negative,
    "sum": lambda a, dim: a.sum(axis=dim),
    "expand": lambda a, dim, copies: np.stack([a] * copies, axis=dim),
    "transpose": np.transpose,
    "mm": np.dot,
    "sigmoid": sigmoid_of,
    "tanh": np.tanh,
    "index_select": lambda a, indices: a[indices],
    "cross_entropy": mean_surprise,
}
OPERATIONS = list(ON_ARRAYS)


def on_arrays(operation, array, *rest):
    return np.asarray(ON_ARRAYS[operation](array, *rest))


def on_tensors(operation, made_from, *rest):
    if operation in OPERATORS:
        return OPERATORS[operation](made_from, *rest)
    rest = [np.array(item) if isinstance(item, list) else item for item in rest]
    return getattr(made_from, operation)(*rest)


def grown(leaves, steps, act):
    """All nodes of a graph: the leaves, then what each step makes of earlier nodes."""
    nodes = list(leaves)
    for operation, operand, *rest in steps:
        if operation in TWO_OPERANDS:
            rest = [nodes[rest[0]]]
        nodes.append(act(operation, nodes[operand], *rest))
    return nodes


def fitting_step(operation, pick, arrays):
    """A step with this operation that the shapes allow, or another one; `pick` chooses operands."""
    last = len(arrays) - 1
    other = last - pick % len(arrays)
    a, b = arrays[other], arrays[last]
    if operation == "mm":
        for i, j in ((other, last), (last, other)):
            if arrays[i].ndim == arrays[j].ndim == 2 and arrays[i].shape[1] == arrays[j].shape[0]:
                return ["mm", i, j]
        operation = "transpose"
    if operation in ("add", "sub", "mul"):
        try:
            np.broadcast_shapes(a.shape, b.shape)
            return [operation, other, last]
        except ValueError:
            operation = "tanh"
    if operation in ("transpose", "index_select", "cross_entropy") and a.ndim != 2:
        operation = "sum"
    if operation == "sum":
        return ["sum", other, pick % a.ndim] if a.ndim else ["neg", other]
    if operation == "expand":
        return ["expand", other, pick % (a.ndim + 1), 2] if a.ndim < 3 else ["sigmoid", other]
    if operation == "index_select":
        return ["index_select", other, [pick % len(a), 0, pick % len(a)]]
    if operation == "cross_entropy":
        return ["cross_entropy", other, [(pick + i) % a.shape[1] for i in range(len(a))]]
    return [operation, other]


def one_operation(bench, x, y, wanted, step, grad):
    """A tensor c made of a and b by one operation, and the gradients that find their way back."""
    leaves = [bench.Tensor(x, wanted[0]), bench.Tensor(y, wanted[1])]
    before = leaves[0].grad
    made = grown(leaves, [step], on_tensors)[-1]
    made.backward(grad)
    copied = bench.Tensor(leaves[0].data)
    copied.data.fill(0.1)
    named = dict(zip("abc", (*leaves, made)))
    return {
        **{f"{name}.data": tensor.data for name, tensor in named.items()},
        **{f"{name}.requires_grad": tensor.requires_grad for name, tensor in named.items()},
        "a.grad before backward": before,
        **{f"{name}.grad": tensor.grad for name, tensor in named.items()},
        "the data of a copy of a, filled with 0.1": copied.data,
    }


def an_operation(a, b, way, matrix, operation, pick, whole, wanted):
    x, y = stretched(a, b, way)
    if operation == "mm":
        x, y = a, matrix
    if whole:
        x = np.round(x).astype(np.int64)
    arrays = [np.array(x, dtype=float), y]
    step = fitting_step(operation, 1, arrays)
    if operation not in TWO_OPERANDS:
        step = fitting_step(operation, pick, arrays[:1])
    made = grown(arrays, [step], on_arrays)[-1]
    return {"x": x, "y": y, "wanted": wanted, "step": step, "grad": upstream_like(made)}


BOTH = (True, True)
SQUARE = np.array([[1.0, 2.0], [3.0, 5.0]])
ODD = np.array([[0.3, -1.234567891], [2.0, -0.7]])
ODD_ROW = np.array([-1.234567891, 0.3])


def tensor_edge(step, x, y=SQUARE, grad=None, wanted=BOTH):
    return {"x": x, "y": y, "wanted": wanted, "step": step, "grad": grad}


tensor = exercise(
    "Tensor",
    use=one_operation,
    inputs={
        "a": Array(("batch", "n"), SMALL),
        "b": Array(("batch", "n"), SMALL),
        "way": Choice(WAYS),
        "matrix": Array(("n", "out"), SMALL),
        "operation": Choice(OPERATIONS),
        "pick": Whole(0, 7),
        "whole": Choice([False, False, True]),
        "wanted": Choice([BOTH, BOTH, (True, False), (False, True), (False, False)]),
    },
    arrange=an_operation,
    edges=[
        tensor_edge(["add", 0, 1], [[1, 2], [3, 4]], [10, 20]),
        tensor_edge(["add", 0, 1], SQUARE, ODD_ROW, ODD),
        tensor_edge(["neg", 0], [[1, -2], [0, 3]], grad=ODD),
        tensor_edge(["sub", 0, 1], SQUARE, np.array([[1.0], [0.5]]), ODD),
        tensor_edge(["mul", 0, 1], SQUARE, np.array(3.0), ODD),
        tensor_edge(["mul", 0, 0], SQUARE, grad=ODD),
        tensor_edge(["sum", 0, 1], COUNTED, grad=ODD_ROW),
        tensor_edge(
            ["sum", 0, 1], np.arange(24.0).reshape(2, 3, 4), grad=np.arange(8.0).reshape(2, 4)
        ),
        tensor_edge(["expand", 0, 1, 2], ODD_ROW, grad=ODD),
        tensor_edge(["expand", 0, 1, 3], SQUARE, grad=np.arange(12.0).reshape(2, 3, 2)),
        tensor_edge(["transpose", 0], SQUARE, grad=ODD),
        tensor_edge(["transpose", 0], COUNTED),
        tensor_edge(
            ["mm", 0, 1], COUNTED.T[:2], COUNTED, np.vstack([COUNTED[0], [0.3, -1.1, 0.7]])
        ),
        tensor_edge(["mm", 0, 1], SQUARE, SQUARE.T, ODD),
        tensor_edge(["sigmoid", 0], [[0.3, -1000.0], [0.0, 1.0]], grad=ODD),
        tensor_edge(["tanh", 0], [[0.3, 1000.0], [0.0, -1.0]], grad=ODD),
        tensor_edge(["index_select", 0, [2, 2]], COUNTED.T, grad=ODD),
        tensor_edge(["cross_entropy", 0, [0, 2]], COUNTED, grad=np.array(-0.5)),
        tensor_edge(["cross_entropy", 0, [1]], [[0, 1000]]),
        tensor_edge(["mm", 0, 1], SQUARE, SQUARE, ODD, (False, True)),
        tensor_edge(["mul", 0, 1], SQUARE, SQUARE, ODD, (True, False)),
        tensor_edge(["add", 0, 1], SQUARE, SQUARE, ODD, (False, False)),
        tensor_edge(["tanh", 0], SQUARE, SQUARE, ODD, (False, True)),
    ],
    hints=[
        "c = a + b has been computed. What must c remember, so that it can later tell a and b what "
        "their gradients are?",
        "Each operation makes a new Tensor out of the pair of functions that you have: forward for "
        "its data, backward inside a small function that it keeps (chapter 13, "
        '"Introduction to automatic gradient computation").',
        "Tensor(add(self.data, other.data), parents=[self, other], send_back=...), where send_back "
        "takes a gradient and gives a list with one gradient for each parent. Start with "
        "np.array(data, dtype=float), which copies.",
    ],
)


def is_made_from(step, wanted):
    """Which of the two leaves a step uses, and whether what it makes wants a gradient."""
    used = step[1:3] if step[0] in TWO_OPERANDS else step[1:2]
    return used, any(wanted[i] for i in used)


@tensor.law("holds a copy of its numbers, as decimals")
def holds_a_copy(answer, x, y, wanted, step, grad):
    result = answer(x, y, wanted, step, grad)
    told = "the data of a, after a copy of it was filled with 0.1,"
    expect(result["a.data"], told).equals(np.array(x, dtype=float))
    filled = result["the data of a copy of a, filled with 0.1"]
    expect(filled, "the data of a copy of a, filled with 0.1,").equals(np.full(np.shape(x), 0.1))


@tensor.law("does with tensors what the operation does with arrays")
def does_it_with_tensors(answer, x, y, wanted, step, grad):
    arrays = [np.array(x, dtype=float), np.array(y, dtype=float)]
    made = grown(arrays, [step], on_arrays)[-1]
    expect(answer(x, y, wanted, step, grad)["c.data"], f"the data of c after {step[0]}").equals(
        made
    )


@tensor.law("wants a gradient if one of those that it was made from does")
def wants_what_its_parents_want(answer, x, y, wanted, step, grad):
    _, wants = is_made_from(step, wanted)
    result = answer(x, y, wanted, step, grad)
    expect(result["c.requires_grad"], "whether c requires a gradient").equals(wants)
    for name, own in zip("ab", wanted):
        told = f"whether {name} requires a gradient"
        expect(result[f"{name}.requires_grad"], told).equals(own)


@tensor.law("has no gradient before backward, and none that it does not want afterwards")
def has_no_unwanted_gradient(answer, x, y, wanted, step, grad):
    result = answer(x, y, wanted, step, grad)
    used, _ = is_made_from(step, wanted)
    nothing = result["a.grad before backward"] is None
    expect(nothing).is_true("grad must be None until backward has been there")
    for i, name in enumerate("ab"):
        nothing = result[f"{name}.grad"] is None
        wants = wanted[i] and i in used
        expect(nothing != wants).is_true(
            f"tensor {name} gets {'no' if nothing else 'a'} gradient, {'but' if wants else 'and'} it "
            f"{'wants one' if wants else 'should have none'}"
        )


def as_text(bench, x):
    return bench.repr(bench.Tensor(x))


@tensor.law("shows its class and its numbers when it is printed: Tensor([1.0, 2.0])", most=2)
def shows_its_numbers(answer, x):
    told = f"Tensor({np.array(x, dtype=float).tolist()})"
    expect(answer.doing(as_text, x), "the text").equals(told)


@tensor.law("sends back the slopes of every operation", most=8)
def sends_back_the_slopes(answer, x, y, step, grad):
    arrays = [np.array(x, dtype=float), np.array(y, dtype=float)]
    used = sorted(set(is_made_from(step, BOTH)[0]))
    made = grown(arrays, [step], on_arrays)[-1]
    upstream = np.ones(made.shape) if grad is None else grad

    def leaves(at):
        return [at.get(name, array) for name, array in zip("xy", arrays)]

    def claimed(**at):
        result = answer(*leaves(at), BOTH, step, upstream)
        grads = [result[f"{'ab'[i]}.grad"] for i in used]
        return grads if len(used) > 1 else grads[0]

    expect_slopes(
        lambda **at: float(np.sum(upstream * grown(leaves(at), [step], on_arrays)[-1])),
        at={"xy"[i]: arrays[i] for i in used},
        claimed=claimed,
    )


@tensor.misconception(
    "the array itself is kept, not a copy",
    "Whoever changes that array later changes the tensor: np.array(data, dtype=float) copies.",
)
class aliasing:
    def __init__(self, data, requires_grad=True, parents=(), send_back=None):
        self.data = np.asarray(data, dtype=float)
        self.grad = None
        self.parents, self.send_back = list(parents), send_back
        self.requires_grad = requires_grad
        if self.parents:
            self.requires_grad = any(parent.requires_grad for parent in self.parents)


@tensor.misconception(
    "whole numbers stay whole numbers",
    "A step of 0.1 cannot be stored in an array of whole numbers: dtype=float makes decimals of them.",
)
class int_truncation:
    def __init__(self, data, requires_grad=True, parents=(), send_back=None):
        self.data = np.array(data)
        self.grad = None
        self.parents, self.send_back = list(parents), send_back
        self.requires_grad = requires_grad
        if self.parents:
            self.requires_grad = any(parent.requires_grad for parent in self.parents)


@tensor.misconception(
    "every tensor wants a gradient",
    "Inputs and targets need not learn: with requires_grad=False a tensor gets no gradient.",
)
class leaf_requires_grad_ignored:
    def __init__(self, data, requires_grad=True, parents=(), send_back=None):
        self.data = np.array(data, dtype=float)
        self.grad = None
        self.parents, self.send_back = list(parents), send_back
        self.requires_grad = True


@tensor.misconception(
    "a result wants a gradient only if all of its parents do",
    "An input that does not learn meets a weight that does: the weight's gradient must pass. (The "
    "book's listing drops it.) Ask for any, not for all.",
)
class all_must_want:
    def __init__(self, data, requires_grad=True, parents=(), send_back=None):
        self.data = np.array(data, dtype=float)
        self.grad = None
        self.parents, self.send_back = list(parents), send_back
        self.requires_grad = requires_grad
        if self.parents:
            self.requires_grad = all(parent.requires_grad for parent in self.parents)


@tensor.misconception(
    "the gradient begins as zeros",
    "None says that backward has not been there. Zeros would look like a gradient that is 0.",
)
class begins_with_zeros:
    def __init__(self, data, requires_grad=True, parents=(), send_back=None):
        self.data = np.array(data, dtype=float)
        self.grad = np.zeros(self.data.shape)
        self.parents, self.send_back = list(parents), send_back
        self.requires_grad = requires_grad
        if self.parents:
            self.requires_grad = any(parent.requires_grad for parent in self.parents)


@tensor.misconception(
    "mul remembers the wrong factor",
    "Each gets the *other* one's value: mul_backward(grad, self.data, other.data) takes them in order.",
)
class mul_backward_swapped:
    def __mul__(self, other):
        def send_back(grad):
            return mul_backward(grad, other.data, self.data)

        return Tensor(mul(self.data, other.data), parents=[self, other], send_back=send_back)


@tensor.misconception(
    "sub forgets whose minus it is",
    "sub_backward gives the gradient of self first, then that of other, as in parents.",
)
class sub_second_sign:
    def __sub__(self, other):
        def send_back(grad):
            return add_backward(grad, self.data, other.data)

        return Tensor(sub(self.data, other.data), parents=[self, other], send_back=send_back)


@tensor.misconception(
    "mm remembers only the first matrix",
    "Both matrices are parents: the weights usually stand on the right.",
)
class mm_has_one_parent:
    def mm(self, other):
        def send_back(grad):
            return mm_backward(grad, self.data, other.data)[:1]

        return Tensor(mm(self.data, other.data), parents=[self], send_back=send_back)


@tensor.misconception(
    "sigmoid's slope is read off what went in",
    "sigmoid_backward wants the output: keep it in a name, and hand it over.",
)
class slope_of_the_input:
    def sigmoid(self):
        def send_back(grad):
            return [sigmoid_backward(grad, self.data)]

        return Tensor(sigmoid(self.data), parents=[self], send_back=send_back)


@tensor.misconception(
    "tanh's slope is read off what went in",
    "tanh_backward wants the output: keep it in a name, and hand it over.",
)
class tanh_slope_of_the_input:
    def tanh(self):
        def send_back(grad):
            return [tanh_backward(grad, self.data)]

        return Tensor(tanh(self.data), parents=[self], send_back=send_back)


@tensor.misconception(
    "half as many digits",
    "float32 keeps some 7 digits of a number, float64 some 16: np.array(data, dtype=float) takes "
    "the longer ones.",
)
class kept_in_float32:
    def __init__(self, data, requires_grad=True, parents=(), send_back=None):
        self.data = np.array(data, dtype=np.float32)
        self.grad = None
        self.parents, self.send_back = list(parents), send_back
        self.requires_grad = requires_grad
        if self.parents:
            self.requires_grad = any(parent.requires_grad for parent in self.parents)


@tensor.misconception(
    "the parents are not kept",
    "backward goes from a tensor to its parents: without them no gradient finds its way. Keep the "
    "list that __init__ is given.",
)
class parents_not_kept:
    def __init__(self, data, requires_grad=True, parents=(), send_back=None):
        self.data = np.array(data, dtype=float)
        self.grad = None
        self.parents, self.send_back = [], send_back
        self.requires_grad = requires_grad


@tensor.misconception(
    "a result does not ask what its parents want",
    "A tensor made only of others that want no gradient wants none either. Where there are parents, "
    "they decide: any(parent.requires_grad for parent in parents).",
)
class not_inherited:
    def __init__(self, data, requires_grad=True, parents=(), send_back=None):
        self.data = np.array(data, dtype=float)
        self.grad = None
        self.parents, self.send_back = list(parents), send_back
        self.requires_grad = requires_grad


ONE_PARENT = (
    "send_back gives a list with one gradient for each parent, also where there is one parent. An "
    "array without the list is taken apart, and its first row goes to the parent: write [gradient]."
)


@tensor.misconception("the gradient is not in a list", ONE_PARENT)
class no_list_around_the_gradient:
    def __init__(self, data, requires_grad=True, parents=(), send_back=None):
        self.data = np.array(data, dtype=float)
        self.grad = None
        self.parents, self.send_back = list(parents), send_back
        self.requires_grad = requires_grad
        if self.parents:
            self.requires_grad = any(parent.requires_grad for parent in self.parents)
        if len(self.parents) == 1:
            self.send_back = lambda grad: send_back(grad)[0]


@tensor.misconception("neg's gradient is not in a list", ONE_PARENT)
class no_list_in_neg:
    def __neg__(self):
        def send_back(grad):
            return neg_backward(grad)

        return Tensor(neg(self.data), parents=[self], send_back=send_back)


@tensor.misconception(
    "a new tensor without its history",
    "A sum that does not know its parents sends nothing back: hand over parents and send_back.",
)
class add_without_history:
    def __add__(self, other):
        return Tensor(add(self.data, other.data))


@tensor.alternative
class with_lambdas_and_tuples:
    def __init__(self, data, requires_grad=True, parents=(), send_back=None):
        self.data = np.asarray(data).astype(np.float64)
        self.grad, self.send_back = None, send_back
        self.parents = tuple(parents)
        flags = [parent.requires_grad for parent in self.parents] or [requires_grad]
        self.requires_grad = True in flags

    def __add__(self, other):
        return Tensor(
            self.data + other.data,
            True,
            (self, other),
            lambda grad: list(add_backward(grad, self.data, other.data)),
        )

    def __neg__(self):
        return Tensor(0 - self.data, True, (self,), lambda grad: (-grad,))

    def mm(self, other):
        a, b = self.data, other.data
        return Tensor(a @ b, True, (self, other), lambda grad: [grad @ b.T, (grad.T @ a).T])


@tensor.alternative
class subtracts_by_adding:
    def __sub__(self, other):
        return self + -other

    def backward(self, grad=None):
        if grad is None:
            grad = 0 * self.data + 1
        return backward(self, grad)

    def expand(self, dim, copies):
        tensor = Tensor(expand(self.data, dim, copies), parents=[self])
        tensor.send_back = lambda grad: np.sum(grad, axis=dim)[None]
        return tensor


# --- backward ----------------------------------------------------------------------------------


NODES = string.ascii_lowercase
AGAIN = " after a second backward"


def a_graph_of(bench, leaves, wanted, steps):
    made = [bench.Tensor(data, wants) for data, wants in zip(leaves, wanted)]
    return grown(made, steps, on_tensors)


def grads_of(nodes, when=""):
    """The gradients of all nodes, named by the letters that a learner sees."""
    return {f"{name}.grad{when}": node.grad for name, node in zip(NODES, nodes)}


def through_a_graph(bench, a, b, c, wanted, steps, grad):
    """The gradients of all nodes of a graph after one backward, and after a second one."""
    nodes = a_graph_of(bench, (a, b, c), wanted, steps)
    bench.backward(nodes[-1], grad)
    once = grads_of(nodes)
    bench.backward(nodes[-1], grad)
    return once | grads_of(nodes, AGAIN)


def with_one_overwritten(bench, a, b, c, wanted, steps, grad, chosen):
    """All gradients, before and after that of one node is filled with 9."""
    nodes = a_graph_of(bench, (a, b, c), wanted, steps)
    bench.backward(nodes[-1], grad)
    before = grads_of(nodes)
    nodes[chosen].grad.fill(9.0)
    return before, grads_of(nodes)


def made_from(steps):
    """For each node but the three leaves, the places of the nodes it was made from."""
    return {
        i: step[1:3] if step[0] in TWO_OPERANDS else step[1:2] for i, step in enumerate(steps, 3)
    }


def reached(steps, wanted):
    """The places of all nodes that get a gradient from the last one, in order."""
    parents = {**dict.fromkeys(range(3), ()), **made_from(steps)}
    wants = dict(enumerate(wanted))
    for i, made in made_from(steps).items():
        wants[i] = any(wants[j] for j in made)
    root = len(steps) + 2
    return sorted(i for i in ancestors(root, {i: list(p) for i, p in parents.items()}) if wants[i])


def a_graph(a, b, c, whole, wanted, picks, all_ones):
    """Steps that fit, with at most two products, so that the numbers stay small."""
    if whole:
        c = np.round(c).astype(np.int64)
    arrays, steps = [np.asarray(x, dtype=float) for x in (a, b, c)], []
    for pick in picks:
        operation = OPERATIONS[pick % len(OPERATIONS)]
        if operation in ("mul", "mm") and sum(s[0] in ("mul", "mm") for s in steps) == 2:
            operation = "add"
        steps.append(fitting_step(operation, pick // len(OPERATIONS), arrays))
        arrays = grown(arrays, steps[-1:], on_arrays)
    grad = None if all_ones else upstream_like(arrays[-1])
    return {"a": a, "b": b, "c": c, "wanted": wanted, "steps": steps, "grad": grad}


ALL = (True, True, True)
ROW, COLUMN = np.array([0.5, -1.0]), np.array([[2.0], [0.3]])


def graph_edge(*steps, grad=None, wanted=ALL, a=SQUARE, b=ROW, c=COLUMN):
    steps = [list(step) for step in steps]
    return {"a": a, "b": b, "c": c, "wanted": wanted, "steps": steps, "grad": grad}


backward = exercise(
    "backward",
    use=through_a_graph,
    inputs={
        "a": Array(("batch", "n"), SMALL),
        "b": Array(("n",), SMALL),
        "c": Array(("batch", 1), SMALL),
        "whole": Choice([False, True]),
        "wanted": Choice([ALL, ALL, ALL, (True, False, True), (False, True, True)]),
        "picks": ListOf(Whole(0, 95), 2, 6),
        "all_ones": Choice([False, False, True]),
    },
    arrange=a_graph,
    cases=32,
    edges=[
        graph_edge(("add", 0, 0)),
        graph_edge(("mul", 0, 0), ("add", 3, 0)),
        # h = a . c is used twice: sigmoid(h) + tanh(h), then h . w + h.
        graph_edge(("mm", 0, 2), ("sigmoid", 3), ("tanh", 3), ("add", 4, 5)),
        graph_edge(
            ("mm", 0, 0), ("mm", 3, 0), ("add", 4, 3), grad=np.array([[1.0, 3.0], [0.5, 2.0]])
        ),
        # A diamond, one way longer than the other.
        graph_edge(("tanh", 0), ("neg", 3), ("sigmoid", 4), ("mul", 3, 5), ("sum", 6, 0)),
        graph_edge(("mul", 0, 1), ("add", 3, 2), ("sub", 4, 3), ("sum", 5, 1)),
        # A branch that does not reach the root.
        graph_edge(("tanh", 0), ("mul", 3, 1), ("sigmoid", 3)),
        graph_edge(("transpose", 0), grad=np.array([[1.0, 2.0], [4.0, 8.0]])),
        graph_edge(("add", 0, 0), ("transpose", 3), ("transpose", 4)),
        graph_edge(("index_select", 0, [1, 0, 1]), ("index_select", 0, [1, 1, 1]), ("mul", 3, 4)),
        graph_edge(("cross_entropy", 0, [1, 0]), ("mul", 3, 3), grad=np.array(0.5)),
        graph_edge(("mm", 0, 2), ("mul", 3, 0), wanted=(True, True, False)),
        graph_edge(("tanh", 1), ("add", 3, 0), wanted=(True, False, True)),
        graph_edge(("tanh", 1), ("neg", 3), wanted=(True, False, True)),
        graph_edge(("sum", 0, 0), ("sum", 3, 0), ("expand", 4, 0, 2), a=np.array([[1, 2], [3, 4]])),
    ],
    hints=[
        "x + x is used: how many gradients arrive at x? What must not happen to the first one when "
        "the second one comes?",
        "A tensor may send its gradient on only when everything has arrived (chapter 13, "
        '"Upgrading autograd to support multiuse tensors"). topological_order says in which order '
        "that is so; it wants a dict from each tensor to its parents.",
        "Keep what arrives in this run in a dict of its own, tensor -> sum so far, apart from "
        "`.grad`, which may still hold an earlier run. For each tensor in order: add what arrived "
        "to .grad; ask send_back with what arrived; add each share to its parent's sum, as a new "
        "array.",
    ],
)


def used_twice(bench, a):
    x = bench.Tensor(a)
    bench.backward(x + x)
    return x.grad


def used_twice_a_long_way_round(bench, a):
    x = bench.Tensor(a)
    minus_x = -x
    bench.backward(x - minus_x)
    return x.grad


@backward.law("gives 2 to x in x + x, whichever way x is used")
def adds_up_two_uses(answer, a):
    twos = np.full(a.shape, 2.0)
    expect(answer.doing(used_twice, a), "the gradient of a in a + a").equals(twos)
    long_way = answer.doing(used_twice_a_long_way_round, a)
    expect(long_way, "the gradient of a in a - (-a)").equals(twos)


def used_three_times_on_the_way(bench, a):
    x = bench.Tensor(a)
    h = x.tanh()
    bench.backward(-h - h - h)
    return h.grad, x.grad


@backward.law("sends a gradient on only when all of it has arrived")
def waits_for_all_of_it(answer, a):
    to_h, to_x = answer.doing(used_three_times_on_the_way, a)
    expect(to_h, "the gradient of b in -b - b - b").equals(np.full(a.shape, -3.0))
    expect(to_x, "the gradient of a, where b is a.tanh(),").equals(-3 * (1 - np.tanh(a) ** 2))


@backward.law("adds the same once more when it is done a second time")
def a_second_time_adds(answer, a, b, c, wanted, steps, grad):
    result = answer(a, b, c, wanted, steps, grad)
    for name in (NODES[i] for i in reached(steps, wanted)):
        once = np.asarray(result[f"{name}.grad"])
        expect(result[f"{name}.grad{AGAIN}"], f"the gradient of {name}{AGAIN}").equals(2 * once)


@backward.law("gives a gradient to what leads to the tensor and wants one, and to nothing else")
def only_where_it_leads(answer, a, b, c, wanted, steps, grad):
    result = answer(a, b, c, wanted, steps, grad)
    getting = reached(steps, wanted)
    for i, name in zip(range(len(steps) + 3), NODES):
        told = "should have a gradient" if i in getting else "should have no gradient"
        nothing = result[f"{name}.grad"] is None
        expect(nothing != (i in getting)).is_true(f"tensor {name} {told}")


@backward.law("gives every tensor an array of its own")
def gradients_are_not_shared(answer, a, b, c, wanted, steps, grad):
    nodes = grown([np.asarray(x, dtype=float) for x in (a, b, c)], steps, on_arrays)
    getting = [i for i in reached(steps, wanted) if nodes[i].ndim]
    if len(getting) < 2:
        return
    chosen = getting[0]
    before, after = answer.doing(with_one_overwritten, a, b, c, wanted, steps, grad, chosen)
    for name in (NODES[i] for i in getting[1:]):
        told = f"the gradient of {name}, after that of {NODES[chosen]} was filled with 9,"
        expect(after[f"{name}.grad"], told).equals(before[f"{name}.grad"])


def one_gradient_for_two(bench, a):
    """Two tensors that are given one and the same array; then the first one's is overwritten."""
    given, tensors = bench.Tensor(a).data, [bench.Tensor(a), bench.Tensor(a)]
    for each in tensors:
        bench.backward(each, given)
    tensors[0].grad.fill(9.0)
    return tensors[1].grad, given


@backward.law("copies the gradient that it is given")
def copies_what_is_given(answer, a):
    second, given = answer.doing(one_gradient_for_two, a)
    expect(second, "the gradient of d, after that of c was filled with 9,").equals(a)
    expect(given, "the array that was given").equals(a)


@backward.law("begins with ones where no gradient is given")
def begins_with_ones(answer, a, b, c, wanted, steps):
    shape = grown([np.asarray(x, dtype=float) for x in (a, b, c)], steps, on_arrays)[-1].shape
    given = answer(a, b, c, wanted, steps, np.ones(shape))
    result = answer(a, b, c, wanted, steps, None)
    for name in (NODES[i] for i in reached(steps, wanted)):
        expected = np.asarray(given[f"{name}.grad"])
        expect(result[f"{name}.grad"], f"the gradient of {name}").equals(expected)


@backward.law("gives the slopes of whatever was computed", most=10)
def slopes_of_anything(answer, a, b, c, wanted, steps, grad):
    leaves = {"a": a, "b": b, "c": c}
    places = [i for i in reached(steps, wanted) if i < 3]
    if not places:
        return
    names = ["abc"[i] for i in places]

    def nodes(at):
        return grown(
            [np.asarray(at.get(n, leaves[n]), dtype=float) for n in "abc"], steps, on_arrays
        )

    upstream = np.ones(nodes({})[-1].shape) if grad is None else grad

    def claimed(**at):
        arrays = [at.get(name, leaves[name]) for name in "abc"]
        result = answer(*arrays, wanted, steps, upstream)
        grads = [result[f"{name}.grad"] for name in names]
        return grads if len(names) > 1 else grads[0]

    expect_slopes(
        lambda **at: float(np.sum(upstream * nodes(at)[-1])),
        at={name: leaves[name] for name in names},
        claimed=claimed,
    )


def sent_back(
    tensor,
    grad,
    arrive=lambda old, new: 0.0 + new if old is None else old + new,
    keep=lambda node, came: came if node.grad is None else node.grad + came,
    send=lambda node, came: came,
    wants=lambda node: node.requires_grad,
    ordered=ch13.topological_order,
    first=lambda grad: np.array(grad, dtype=float),
):
    """`backward`, with a part of it done in another way."""
    if not wants(tensor):
        return
    parents, waiting = {}, [tensor]
    while waiting:
        node = waiting.pop()
        if node not in parents:
            parents[node] = [parent for parent in node.parents if wants(parent)]
            waiting += parents[node]
    arrived = {tensor: np.ones(tensor.data.shape) if grad is None else first(grad)}
    for node in ordered(tensor, parents):
        came = arrived.get(node, 0.0)
        node.grad = keep(node, came)
        if node.parents:
            for parent, share in zip(node.parents, node.send_back(send(node, came))):
                if wants(parent):
                    arrived[parent] = arrive(arrived.get(parent), share)


def level_by_level(root, parents):
    order, waiting = [], [root]
    while waiting:
        node = waiting.pop(0)
        if node not in order:
            order.append(node)
            waiting += parents[node]
    return order


@backward.misconception(
    "the last use counts instead of all",
    "A tensor that is used twice gets two gradients: add the second one to the first.",
)
def grad_overwritten_not_accumulated(tensor, grad=None):
    sent_back(tensor, grad, arrive=lambda old, new: 0.0 + new)


@backward.misconception(
    "each gradient that arrives replaces the one before",
    "tensor.grad = grad throws away what came over another way, and what an earlier backward has "
    "left. Add to what is there.",
)
def replaces_what_is_there(tensor, grad=None):
    if tensor.requires_grad:
        tensor.grad = np.ones(tensor.data.shape) if grad is None else np.array(grad, dtype=float)
        shares = tensor.send_back(tensor.grad) if tensor.parents else []
        for parent, share in zip(tensor.parents, shares):
            replaces_what_is_there(parent, share)


@backward.misconception(
    "a second backward replaces the first",
    "What is in .grad already stays: add to it. Only zero() of the optimiser clears it.",
)
def second_backward_overwrites(tensor, grad=None):
    sent_back(tensor, grad, keep=lambda node, came: came)


@backward.misconception(
    "a gradient is sent on before all of it has arrived",
    "Level by level, a tensor's turn may come while another of its users is still waiting. Take "
    "the tensors in topological_order.",
)
def no_topological_order(tensor, grad=None):
    sent_back(tensor, grad, ordered=level_by_level)


@backward.misconception(
    "what has piled up is sent on again and again",
    "With every share that arrives, the whole gradient so far goes on to the parents, so the first "
    "share is counted twice. (The book's listing does this in all operations but addition, "
    "subtraction and multiplication.) Wait until everything has arrived, then send it once.",
)
def sends_what_has_piled_up(tensor, grad=None):
    grad = np.ones(tensor.data.shape) if grad is None else np.array(grad, dtype=float)
    if tensor.requires_grad:
        tensor.grad = 0.0 + grad if tensor.grad is None else tensor.grad + grad
        shares = tensor.send_back(tensor.grad) if tensor.parents else []
        for parent, share in zip(tensor.parents, shares):
            sends_what_has_piled_up(parent, share)


@backward.misconception(
    "what arrives later is not sent on",
    "The first share is passed on at once, and the tensor then counts as done: what comes over "
    "another way stays where it is. Wait until everything has arrived, then send it once.",
)
def later_shares_stay(tensor, grad=None):
    done = set()

    def send(node, share):
        if not node.requires_grad:
            return
        node.grad = share + 0.0 if node.grad is None else node.grad + share
        if node.parents and node not in done:
            done.add(node)
            for parent, part in zip(node.parents, node.send_back(share)):
                send(parent, part)

    send(tensor, np.ones(tensor.data.shape) if grad is None else np.asarray(grad, dtype=float))


@backward.misconception(
    ".grad is sent on, with what an earlier backward left in it",
    "Send on only what has arrived this time: an earlier run has been sent on already.",
)
def earlier_gradient_sent_again(tensor, grad=None):
    sent_back(tensor, grad, send=lambda node, came: node.grad)


@backward.misconception(
    "two tensors share one array as their gradient",
    "What is added to one of them in place is added to the other. Give each an array of its own: "
    "a + b makes a new one, a += b does not.",
)
def aliasing_grad(tensor, grad=None):
    def keep(node, came):
        if node.grad is None:
            return came
        node.grad += came
        return node.grad

    sent_back(tensor, grad, lambda old, new: new if old is None else old + new, keep)


@backward.misconception(
    "tensors that do not want a gradient get one",
    "With requires_grad=False a tensor gets none, and sends nothing on.",
)
def leaf_requires_grad_ignored(tensor, grad=None):
    sent_back(tensor, grad, wants=lambda node: True)


@backward.misconception(
    "the gradient that is given is left out",
    "It is what comes in at the tensor. Only where none is given does it begin with ones.",
)
def forgot_upstream(tensor, grad=None):
    sent_back(tensor, None)


@backward.misconception(
    "only the leaves keep their gradient",
    "Here each tensor on the way keeps its own, so that it can be looked at.",
)
def only_the_leaves_keep(tensor, grad=None):
    sent_back(
        tensor,
        grad,
        keep=lambda node, came: (
            node.grad if node.parents else came if node.grad is None else node.grad + came
        ),
    )


@backward.misconception(
    "it ends with the parents",
    "The parents have parents too: go on until everything that the tensor was made from is done.",
)
def only_one_step(tensor, grad=None):
    sent_back(tensor, grad, ordered=lambda root, parents: [root, *dict.fromkeys(parents[root])])


@backward.alternative
def way_by_way(tensor, grad=None):
    """Every share is sent on alone, as soon as it comes: slow where there are many ways."""

    def send(node, share):
        if not node.requires_grad:
            return
        node.grad = share + 0.0 if node.grad is None else share + node.grad
        if node.parents:
            for parent, part in zip(node.parents, node.send_back(share)):
                send(parent, part)

    send(tensor, np.ones_like(tensor.data) if grad is None else np.asarray(grad, dtype=float))


@backward.alternative
def in_place_with_arrays_of_their_own(tensor, grad=None):
    def keep(node, came):
        kept = np.zeros(node.data.shape) if node.grad is None else node.grad
        kept += came
        return kept

    sent_back(
        tensor,
        grad,
        keep=keep,
        ordered=lambda root, parents: ready_first(parents, ancestors(root, parents), [root]),
    )


# --- The book's training runs ------------------------------------------------------------------

# Seed 0; the book also draws a random number for the name of each tensor, in the order in which
# they are made: the data, the targets, then each layer's weights and bias.
ROWS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
SECOND_LIGHT = np.array([[0.0], [1.0], [0.0], [1.0]])
WORDS, CLASSES = np.array([1, 2, 1, 2]), np.array([0, 1, 0, 1])
STEPS, SEED = 10, Seed(0)


def books_draws(*shapes):
    """The book's first weights, one array for each of ("matrix" or "linear" or "embedding", shape)."""
    rng = np.random.RandomState(0)
    rng.randint(0, 100_000, size=2)
    made = []
    for kind, (n_in, n_out) in shapes:
        if kind == "linear":
            made.append(rng.randn(n_in, n_out) * np.sqrt(2 / n_in))
        elif kind == "embedding":
            made.append((rng.rand(n_in, n_out) - 0.5) / n_out)
        else:
            made.append(rng.rand(n_in, n_out))
        rng.randint(0, 100_000, size=2 if kind == "linear" else 1)
    return made


def put(tensor, values):
    """Put known numbers into a tensor, in place."""
    values = np.asarray(values)
    tensor.data.put(list(range(values.size)), values.ravel().tolist())


def losses_of(optimiser, loss_of):
    losses = []
    for _ in range(STEPS):
        optimiser.zero()
        loss = loss_of()
        loss.backward()
        optimiser.step()
        losses.append(loss.data)
    return losses


def books_two_matrices(bench, lower, upper):
    inputs, targets = bench.Tensor(ROWS), bench.Tensor(SECOND_LIGHT)
    weights = [bench.Tensor(lower), bench.Tensor(upper)]

    def loss():
        miss = inputs.mm(weights[0]).mm(weights[1]) - targets
        return (miss * miss).sum(0)

    return losses_of(bench.SGD(weights, 0.1), loss)


def books_model(bench, layers, loss, inputs, targets, learning_rate):
    """Train layers, given as (name, what it is made with, its weights), for the book's ten steps."""
    made, parameters = [], []
    for name, sizes, weights in layers:
        layer = getattr(bench, name)(*sizes)
        made.append(layer)
        if weights is not None:
            put(layer.weights, weights)
            parameters.append(layer.weights)
            if name == "Linear":
                parameters.append(layer.bias)
    model, loss = bench.Sequential(made), getattr(bench, loss)()
    inputs = inputs if inputs.ndim == 1 else bench.Tensor(inputs)
    targets = targets if targets.ndim == 1 else bench.Tensor(targets)
    optimiser = bench.SGD(parameters, learning_rate)
    return losses_of(optimiser, lambda: loss(model(inputs), targets))


def at_steps(losses, *places):
    """Some of the losses, rounded as the book prints them."""
    return [round(float(np.sum(losses[place])), 8) for place in places]


# --- SGD ---------------------------------------------------------------------------------------


def data_of(tensors, when):
    """The numbers of three tensors, named by the letters that a learner sees."""
    return {f"{name}.data {when}": tensor.data for name, tensor in zip("abc", tensors)}


def some_steps(bench, a, b, c, to_a, to_b, learning_rate):
    """Three parameters, of which the second has no gradient: two steps, zero, and one more."""
    tensors = [bench.Tensor(data) for data in (a, c, b)]
    optimiser = bench.SGD(tensors, learning_rate)
    tensors[0].backward(to_a)
    tensors[2].backward(to_b)
    optimiser.step()
    told = data_of(tensors, "after a step") | grads_of(tensors, " after a step")
    optimiser.step()
    told |= data_of(tensors, "after a second step")
    optimiser.zero()
    told |= grads_of(tensors, " after zero")
    optimiser.step()
    told |= data_of(tensors, "after a step without gradients")
    tensors[0].backward(to_a)
    optimiser.step()
    return told | {"a.data after one more step": tensors[0].data}


sgd = exercise(
    "SGD",
    use=some_steps,
    inputs={
        "a": Array(("batch", "n")),
        "b": Array(("n",)),
        "c": Array(("batch",)),
        "to_a": Array(("batch", "n"), NONZERO),
        "to_b": Array(("n",), NONZERO),
        "learning_rate": Number(RATES),
    },
    edges=[
        {
            "a": [[1.0, 2.0]],
            "b": [3.0],
            "c": [4.0],
            "to_a": [[0.3, -2.0]],
            "to_b": [10.0],
            "learning_rate": 0.1,
        }
    ],
    cases=16,
    hints=[
        "A parameter is 5, its gradient 2, the learning rate 0.5. Where is it after one step?",
        "The optimiser keeps the list of parameters, so that one call moves all of them (chapter "
        '13, "Adding automatic optimization"). Uphill is where the gradient points.',
        "step: for each parameter that has a gradient, data becomes data - learning_rate * grad, "
        "which has the same shape. zero: every grad becomes None.",
    ],
)


@sgd.law("moves each parameter by the learning rate times its gradient, downhill")
def moves_downhill(answer, a, b, c, to_a, to_b, learning_rate):
    result = answer(a, b, c, to_a, to_b, learning_rate)
    expect(result["a.data after a step"], "the data of a after a step").equals(
        a - learning_rate * to_a
    )
    expect(result["c.data after a step"], "the data of c after a step").equals(
        b - learning_rate * to_b
    )


@sgd.law("leaves a parameter alone that has no gradient")
def leaves_alone(answer, a, b, c, to_a, to_b, learning_rate):
    result = answer(a, b, c, to_a, to_b, learning_rate)
    expect(result["b.data after a step"], "the data of b after a step").equals(c)
    for name in "abc":
        still = result[f"{name}.data after a step without gradients"]
        before = np.asarray(result[f"{name}.data after a second step"])
        expect(still, f"the data of {name} after zero and step").equals(before)


@sgd.law("forgets the gradients in zero, and only there")
def forgets_only_in_zero(answer, a, b, c, to_a, to_b, learning_rate):
    result = answer(a, b, c, to_a, to_b, learning_rate)
    for name, gradient in zip("abc", (to_a, None, to_b)):
        told = f"the gradient of {name} after a step"
        expect(result[f"{name}.grad after a step"], told).equals(gradient)
    for name in "abc":
        expect(result[f"{name}.grad after zero"], f"the gradient of {name} after zero").equals(None)


def same_gradient_for_two(bench, a, learning_rate):
    first, second = bench.Tensor(a), bench.Tensor(a)
    (first + second).backward()
    bench.SGD([first, second], learning_rate).step()
    return first.data, second.data


@sgd.law("moves both of two parameters that were added to each other")
def moves_both(answer, a, learning_rate):
    first, second = answer.doing(same_gradient_for_two, a, learning_rate)
    expect(first, "the data of a").equals(a - learning_rate)
    expect(second, "the data of b").equals(a - learning_rate)


@sgd.law("trains the book's two matrices: from 0.58128304 to 0.06849361 in ten steps", most=1)
def trains_two_matrices(answer):
    weights = books_draws(("matrix", (2, 3)), ("matrix", (3, 1)))
    losses = answer.doing(books_two_matrices, *weights)
    expected = [0.58128304, 0.48988149, 0.41375111, 0.06849361]
    expect(at_steps(losses, 0, 1, 2, 9), "the losses before steps 1, 2, 3 and 10").equals(expected)


@sgd.misconception(
    "uphill", "The gradient points uphill: subtract learning_rate * grad, do not add it."
)
class sign_flipped:
    def step(self):
        for parameter in self.parameters:
            if parameter.grad is not None:
                parameter.data = parameter.data + self.learning_rate * parameter.grad


@sgd.misconception("the learning rate is left out", "Multiply the gradient by the learning rate.")
class missing_learning_rate:
    def step(self):
        for parameter in self.parameters:
            if parameter.grad is not None:
                parameter.data = parameter.data - parameter.grad


@sgd.misconception(
    "zero keeps the gradients",
    "Without zero the gradients of all steps so far pile up: set each to None.",
)
class grad_not_zeroed:
    def zero(self):
        pass


@sgd.misconception(
    "zero makes the gradients 0",
    "None says that no gradient has arrived, and step then leaves a parameter alone. Zeros would "
    "say that one has arrived, and that it is 0: set each to None.",
)
class zeros_instead_of_none:
    def zero(self):
        for parameter in self.parameters:
            parameter.grad = np.zeros(parameter.data.shape)


@sgd.misconception(
    "zero forgets what was learned", "zero is about the gradients: the numbers themselves stay."
)
class zeroes_the_data:
    def zero(self):
        for parameter in self.parameters:
            parameter.grad = None
            parameter.data = 0 * parameter.data


@sgd.misconception(
    "step clears the gradients as well",
    "The book's step does. Here step only moves, and zero clears, so that each does one thing.",
)
class step_sets_to_zero:
    def step(self):
        for parameter in self.parameters:
            if parameter.grad is not None:
                parameter.data = parameter.data - self.learning_rate * parameter.grad
                parameter.grad = None


@sgd.misconception(
    "only the first parameter moves", "Go through all parameters: return after the loop, not in it."
)
class only_the_first:
    def step(self):
        for parameter in self.parameters:
            if parameter.grad is not None:
                parameter.data = parameter.data - self.learning_rate * parameter.grad
                return


@sgd.misconception(
    "it breaks where a gradient is None",
    "A parameter that was not used has no gradient: leave it alone.",
)
class breaks_without_gradient:
    def step(self):
        for parameter in self.parameters:
            parameter.data = parameter.data - self.learning_rate * parameter.grad


@sgd.alternative
class in_place:
    def __init__(self, parameters, learning_rate):
        self.all, self.rate = tuple(parameters), learning_rate

    def step(self):
        for tensor in self.all:
            if tensor.grad is None:
                continue
            tensor.data -= self.rate * np.asarray(tensor.grad)

    def zero(self):
        for tensor in self.all:
            tensor.grad = None


@sgd.alternative
class with_a_list_of_those_that_have_one:
    def step(self):
        moving = [p for p in self.parameters if p.grad is not None]
        steps = [np.multiply(p.grad, -self.learning_rate) for p in moving]
        for tensor, step in zip(moving, steps):
            tensor.data = tensor.data + step


# --- Linear ------------------------------------------------------------------------------------


def of_parameters(parameters, many):
    """The numbers and the gradient of so many parameters, under names that a learner can read."""
    told = {}
    for i in range(many):
        parameter = parameters[i]
        told[f"parameters()[{i}].data"] = parameter.data
        told[f"parameters()[{i}].grad"] = parameter.grad
    return told


def one_layer(bench, n_in, n_out, rng, weights, bias, x, grad):
    """A fresh layer; then with these weights and this bias, forward and back."""
    layer = bench.Linear(n_in, n_out, rng)
    fresh = {"weights at first": layer.weights.data, "bias at first": layer.bias.data}
    put(layer.weights, weights)
    put(layer.bias, bias)
    inputs = bench.Tensor(x)
    output = layer(inputs)
    output.backward(grad)
    parameters = layer.parameters()
    return {
        **fresh,
        "parameters()": parameters,
        **of_parameters(parameters, 2),
        "output.data": output.data,
        "inputs.grad": inputs.grad,
        "weights.grad": layer.weights.grad,
        "bias.grad": layer.bias.grad,
    }


def with_layers_gradient(x, weights, bias, rng):
    return {
        "n_in": len(weights),
        "n_out": len(bias),
        "rng": rng,
        "weights": weights,
        "bias": bias,
        "x": x,
        "grad": upstream_like(x.dot(weights) + bias),
    }


linear = exercise(
    "Linear",
    use=one_layer,
    inputs={
        "x": Array(("batch", "n_in"), SMALL),
        "weights": Array(("n_in", "n_out"), SMALL),
        "bias": Array(("n_out",), SMALL),
        "rng": Rng(),
    },
    arrange=with_layers_gradient,
    cases=20,
    hints=[
        "A layer turns (batch, 3) into (batch, 2). Which shape do its weights have, and its bias?",
        "The layer makes its tensors once, in __init__, and uses them in forward: the product with "
        'the weights, plus the bias (chapter 13, "Adding support for layer types").',
        "rng.standard_normal((n_in, n_out)) * np.sqrt(2 / n_in) and np.zeros(n_out), both in a "
        "Tensor. inputs.mm(weights) is (batch, n_out); adding the bias stretches it by itself.",
    ],
)


@linear.law("begins with random weights and a bias of zeros")
def begins_at_random(answer, n_in, n_out, rng, weights, bias, x, grad):
    result = answer(n_in, n_out, rng, weights, bias, x, grad)
    expect(result["weights at first"], "the weights").has_shape(n_in, n_out)
    expect(result["bias at first"], "the bias").equals(np.zeros(n_out))


def a_large_layer(bench, rng):
    return bench.Linear(50, 40, rng).weights.data


@linear.law("draws weights that are smaller the more inputs there are", most=3)
def spreads_the_weights(answer, rng):
    # Of 2,000 normal draws the mean square lies within 16 % of 2 / n_in but for once in a million.
    weights = np.asarray(answer.doing(a_large_layer, rng))
    mean_square = np.mean(weights**2) * 50 / 2
    expect(0.84 < mean_square < 1.16).is_true(
        f"the mean of the squared weights should be about 2 / n_in: with 50 inputs 0.04, and not "
        f"{np.mean(weights**2):.2g}"
    )


@linear.law("is inputs . weights + bias")
def is_a_weighted_sum(answer, n_in, n_out, rng, weights, bias, x, grad):
    output = answer(n_in, n_out, rng, weights, bias, x, grad)["output.data"]
    expect(output, "the output").equals(x.dot(weights) + bias)


@linear.law("gives its weights, then its bias, as parameters")
def gives_its_parameters(answer, n_in, n_out, rng, weights, bias, x, grad):
    result = answer(n_in, n_out, rng, weights, bias, x, grad)
    expect(len(result["parameters()"]), "the number of parameters").equals(2)
    expect(result["parameters()[0].data"], "the data of parameters()[0]").equals(weights)
    expect(result["parameters()[1].data"], "the data of parameters()[1]").equals(bias)


@linear.law("gives the tensors themselves as parameters: their gradients can be read there")
def gives_the_tensors_themselves(answer, n_in, n_out, rng, weights, bias, x, grad):
    result = answer(n_in, n_out, rng, weights, bias, x, grad)
    for i, own in enumerate(["weights.grad", "bias.grad"]):
        if result[own] is not None:
            told = f"the gradient of parameters()[{i}], after backward,"
            expect(result[f"parameters()[{i}].grad"], told).equals(np.asarray(result[own]))


@linear.law("has the slopes of its output for inputs, weights and bias", most=3)
def has_slopes(answer, n_in, n_out, rng, weights, bias, x, grad):
    def claimed(x, weights, bias):
        result = answer(n_in, n_out, rng, weights, bias, x, grad)
        return [result[f"{name}.grad"] for name in ("inputs", "weights", "bias")]

    expect_slopes(
        lambda x, weights, bias: float(np.sum(grad * (x.dot(weights) + bias))),
        at={"x": x, "weights": weights, "bias": bias},
        claimed=claimed,
        batch=len(x),
    )


@linear.misconception(
    "the bias is left out", "Without a bias every layer gives 0 for an input of zeros: add it."
)
class bias_left_out:
    def forward(self, inputs):
        return inputs.mm(self.weights)


@linear.misconception(
    "the weights are not scaled",
    "With many inputs large weights add up to huge outputs: times the root of 2 / n_in.",
)
class weights_not_scaled:
    def __init__(self, n_in, n_out, rng):
        self.weights = Tensor(rng.standard_normal((n_in, n_out)))
        self.bias = Tensor(np.zeros(n_out))


@linear.misconception(
    "scaled by the number of outputs", "It is the inputs that add up: the root of 2 / n_in."
)
class scaled_by_the_outputs:
    def __init__(self, n_in, n_out, rng):
        self.weights = Tensor(rng.standard_normal((n_in, n_out)) * np.sqrt(2 / n_out))
        self.bias = Tensor(np.zeros(n_out))


@linear.misconception(
    "the bias is drawn at random", "Only the weights must differ from each other: the bias is 0."
)
class bias_at_random:
    def __init__(self, n_in, n_out, rng):
        self.weights = Tensor(rng.standard_normal((n_in, n_out)) * np.sqrt(2 / n_in))
        self.bias = Tensor(rng.standard_normal(n_out))


@linear.misconception(
    "the bias is not among the parameters", "What is not handed to the optimiser never learns."
)
class bias_not_a_parameter:
    def parameters(self):
        return [self.weights]


@linear.misconception(
    "copies as parameters",
    "The optimiser moves what parameters gives. New tensors with the same numbers are not those "
    "that forward uses, and get no gradient: hand over self.weights and self.bias themselves.",
)
class copies_as_parameters:
    def parameters(self):
        return [Tensor(self.weights.data), Tensor(self.bias.data)]


@linear.misconception(
    "the inputs are cut off from the graph",
    "Tensor(inputs.data) does not know where its numbers came from, so the layers before this one "
    "get no gradient and never learn: use inputs as it is.",
)
class cuts_the_graph:
    def forward(self, inputs):
        return Tensor(inputs.data).mm(self.weights) + self.bias


@linear.misconception(
    "a bias of its own for every row",
    "The same bias is added to every row, so its gradient is summed over the rows: make it once, "
    "of shape (n_out,), and let the sum stretch it.",
)
class bias_grad_not_summed:
    def forward(self, inputs):
        self.bias = Tensor(np.array([self.bias.data] * len(inputs.data)))
        return inputs.mm(self.weights) + self.bias


@linear.alternative
class bias_expanded:
    def forward(self, inputs):
        return self.bias.expand(0, len(inputs.data)) + inputs.mm(self.weights)


@linear.alternative
class drawn_row_by_row:
    def __init__(self, n_in, n_out, rng):
        rows = [rng.normal(0, 1, n_out) for _ in range(n_in)]
        self.weights = Tensor(np.array(rows) / np.sqrt(n_in / 2))
        self.bias = Tensor([0] * n_out)

    def parameters(self):
        return (self.weights, self.bias)


# --- Sequential --------------------------------------------------------------------------------


def layers_in_layers(bench, n_in, hidden, n_out, rng, x, grad):
    """Two models: one is empty at first, and grows; the other one contains it."""
    layers = bench.Linear(n_in, hidden, rng), bench.Tanh(), bench.Linear(hidden, n_out, rng)
    model = bench.Sequential()
    for layer in layers:
        model.add(layer)
    empty = bench.Sequential()
    outer = bench.Sequential([model, bench.Sigmoid(), bench.Tanh()])
    inputs = bench.Tensor(x)
    untouched = empty(inputs).data
    output = model(inputs)
    squeezed = outer(inputs)
    squeezed.backward(grad)
    parameters = outer.parameters()
    result = {
        "output.data": output.data,
        "output.data of a model in a model": squeezed.data,
        "output.data of an empty model": untouched,
        "parameters()": parameters,
        **of_parameters(parameters, 4),
        "parameters()[0].data of the inner model": model.parameters()[0].data,
        "inputs.grad": inputs.grad,
        "parameters() of an empty model": empty.parameters(),
    }
    model.layers.clear()
    return result


def with_models_gradient(x, n_in, hidden, n_out, rng):
    upstream = upstream_like(np.zeros((len(x), n_out)))
    return {"n_in": n_in, "hidden": hidden, "n_out": n_out, "rng": rng, "x": x, "grad": upstream}


sequential = exercise(
    "Sequential",
    use=layers_in_layers,
    inputs={
        "x": Array(("batch", "n_in"), SMALL),
        "n_in": Size("n_in"),
        "hidden": Size("hidden"),
        "n_out": Size("n_out"),
        "rng": Rng(),
    },
    arrange=with_models_gradient,
    cases=12,
    hints=[
        "The second layer's input is the output of which layer? And if there is no layer at all?",
        'A model is a layer that contains layers (chapter 13, "Layers that contain layers"): '
        "forward goes through them in order, parameters gathers those of all.",
        "In forward, one name goes along: inputs = layer.forward(inputs), again and again. "
        "parameters is one flat list. A default value such as [] is made once for all instances: "
        "copy the list you are given with list(layers).",
    ],
)


@sequential.law("goes through its layers in order")
def goes_in_order(answer, n_in, hidden, n_out, rng, x, grad):
    result = answer(n_in, hidden, n_out, rng, x, grad)
    lower, upper = (np.asarray(result[f"parameters()[{i}].data"]) for i in (0, 2))
    output = np.tanh(x.dot(lower)).dot(upper)
    expect(result["output.data"], "the output").equals(output)
    outer = result["output.data of a model in a model"]
    expect(outer, "the output of a model in a model").equals(np.tanh(sigmoid_of(output)))


@sequential.law("is empty at first, whatever was added to others, and then changes nothing")
def is_empty_at_first(answer, n_in, hidden, n_out, rng, x, grad):
    result = answer(n_in, hidden, n_out, rng, x, grad)
    expect(result["output.data of an empty model"], "what an empty model gives").equals(x)
    expect(result["parameters() of an empty model"], "its parameters").equals([])


def made_of_anothers_layers(bench, x):
    """What a model gives before and after a second one is made of its layers, and grows."""
    inputs, bend, more = bench.Tensor(x), bench.Tanh(), bench.Sigmoid()
    model = bench.Sequential([bend])
    before = model(inputs).data
    bench.Sequential(model.layers).add(more)
    return before, model(inputs).data


@sequential.law("keeps a list of its own: what is added to another model does not reach it", most=3)
def keeps_a_list_of_its_own(answer, x):
    before, after = answer.doing(made_of_anothers_layers, x)
    expect(after, "its output, after the other one was made and grew,").equals(np.asarray(before))


@sequential.law("gives the parameters of all its layers, first layer first")
def gives_all_parameters(answer, n_in, hidden, n_out, rng, x, grad):
    result = answer(n_in, hidden, n_out, rng, x, grad)
    expect(len(result["parameters()"]), "the number of parameters").equals(4)
    shapes = [np.shape(result[f"parameters()[{i}].data"]) for i in range(4)]
    expected = [(n_in, hidden), (hidden,), (hidden, n_out), (n_out,)]
    expect(shapes == expected).is_true(f"their shapes are {shapes}, not {expected}")


@sequential.law("gives the tensors themselves as parameters: their gradients can be read there")
def gives_the_tensors_themselves(answer, n_in, hidden, n_out, rng, x, grad):
    result = answer(n_in, hidden, n_out, rng, x, grad)
    for i in range(4):
        data = np.asarray(result[f"parameters()[{i}].data"])
        told = f"the gradient of parameters()[{i}], after backward,"
        expect(result[f"parameters()[{i}].grad"], told).has_shape(*data.shape)


def books_two_layers(bench, lower, upper):
    layers = [("Linear", (2, 3, SEED), lower), ("Linear", (3, 1, SEED), upper)]
    return books_model(bench, layers, "MSELoss", ROWS, SECOND_LIGHT, 0.05)


@sequential.law("trains the book's two layers: from 2.33428272 to 0.00889602 in ten steps", most=1)
def trains_two_layers(answer):
    lower, upper = books_draws(("linear", (2, 3)), ("linear", (3, 1)))
    losses = answer.doing(books_two_layers, lower, upper)
    expected = [2.33428272, 0.06743796, 0.0521849, 0.00889602]
    expect(at_steps(losses, 0, 1, 2, 9), "the losses before steps 1, 2, 3 and 10").equals(expected)


@sequential.misconception(
    "one list for all models",
    "A default value is made once, when the class is: what is added to one model is added to all. "
    "(The book's listing does this.) Take () as the default, and copy with list(layers).",
)
class mutable_default:
    def __init__(self, layers=list()):  # noqa: B006, C408
        self.layers = layers


@sequential.misconception(
    "every layer gets the model's inputs",
    "The second layer gets what the first one gave: inputs = layer.forward(inputs).",
)
class inputs_for_all:
    def forward(self, inputs):
        output = inputs
        for layer in self.layers[-1:]:
            output = layer.forward(inputs)
        return output


@sequential.misconception("the last layer comes first", "Go through the layers as they stand.")
class backwards:
    def forward(self, inputs):
        for layer in self.layers[::-1]:
            inputs = layer.forward(inputs)
        return inputs


@sequential.misconception(
    "a list of lists of parameters",
    "The optimiser wants one flat list: take the parameters out of each layer's list.",
)
class list_of_lists:
    def parameters(self):
        return [layer.parameters() for layer in self.layers]


@sequential.misconception(
    "only the last layer's parameters", "Gather those of all layers: += and not =."
)
class last_parameters_only:
    def parameters(self):
        parameters = []
        for layer in self.layers:
            parameters = layer.parameters()
        return parameters


@sequential.misconception(
    "copies as parameters",
    "The optimiser moves what parameters gives. New tensors with the same numbers are not those "
    "that the layers use, and get no gradient: gather the layers' own tensors.",
)
class copies_as_parameters:
    def parameters(self):
        return [Tensor(each.data) for layer in self.layers for each in layer.parameters()]


@sequential.misconception(
    "a new layer goes to the front", "add puts it at the end: append, not insert(0, ...)."
)
class added_in_front:
    def add(self, layer):
        self.layers.insert(0, layer)


@sequential.alternative
class with_reduce:
    def forward(self, inputs):
        return functools.reduce(lambda given, layer: layer(given), self.layers, inputs)

    def parameters(self):
        return sum((layer.parameters() for layer in self.layers), [])


@sequential.alternative
class with_none_as_default:
    def __init__(self, layers=None):
        self.layers = [] if layers is None else [*layers]

    def add(self, layer):
        self.layers += [layer]

    def parameters(self):
        found = []
        for layer in self.layers:
            found.extend(layer.parameters())
        return found


# --- MSELoss and MeanSquaredErrorLoss ----------------------------------------------------------


def two_losses(name):
    def a_loss(bench, prediction, target, grad):
        predicted, wanted = bench.Tensor(prediction), bench.Tensor(target)
        loss = getattr(bench, name)()(predicted, wanted)
        loss.backward(grad)
        return {
            "loss.data": loss.data,
            "prediction.grad": predicted.grad,
            "target.grad": wanted.grad,
        }

    return a_loss


def both_gradients(result):
    return [result["prediction.grad"], result["target.grad"]]


def with_losses_gradient(prediction, target):
    return {"prediction": prediction, "target": target, "grad": upstream_like(prediction[0])}


TWO_MATRICES = {
    "prediction": Array(("batch", "n_out"), SMALL),
    "target": Array(("batch", "n_out"), SMALL),
}
LOSS_EDGES = [
    {
        "prediction": np.array([[1.0, 0.3], [3.0, 0.0]]),
        "target": np.array([[0.0, 0.0], [1.0, 0.1]]),
        "grad": np.array([1.0, 2.0]),
    },
    {"prediction": np.array([[2.0]]), "target": np.array([[5.0]]), "grad": np.array([3.0])},
]

mse_loss = exercise(
    "MSELoss",
    use=two_losses("MSELoss"),
    inputs=TWO_MATRICES,
    arrange=with_losses_gradient,
    edges=LOSS_EDGES,
    cases=30,
    hints=[
        "A prediction misses by 2, another by -2. Which one is worse?",
        "Compute with tensors only, so that the gradient finds its way back by itself (chapter 13, "
        '"Loss-function layers"). Used twice, the miss squares itself.',
        "prediction - target is (batch, n_out), so is its square; summed along dim 0 that is "
        "(n_out,).",
    ],
)


@mse_loss.law("adds up the squared misses over the rows")
def adds_up_the_squares(answer, prediction, target, grad):
    loss = answer(prediction, target, grad)["loss.data"]
    expect(loss, "the loss").equals(((prediction - target) ** 2).sum(axis=0))


@mse_loss.law("is 0 for a perfect prediction, and pushes nothing")
def rests_when_perfect(answer, prediction, grad):
    result = answer(prediction, prediction, grad)
    expect(result["loss.data"], "the loss").equals(np.zeros(prediction.shape[1]))
    expect(result["prediction.grad"], "the gradient of the prediction").equals(
        np.zeros(prediction.shape)
    )


@mse_loss.law("has the slopes of the squared miss, with the factor 2", most=3)
def has_slopes(answer, prediction, target, grad):
    expect_slopes(
        lambda prediction, target: float(np.sum(grad * ((prediction - target) ** 2).sum(axis=0))),
        at={"prediction": prediction, "target": target},
        claimed=lambda prediction, target: both_gradients(answer(prediction, target, grad)),
        batch=len(prediction),
    )


@mse_loss.misconception(
    "the mean over the rows",
    "In spite of its name the book's loss is a sum over the rows; the mean is the next exercise.",
)
class mean_not_sum:
    def forward(self, prediction, target):
        miss = prediction - target
        return (miss * miss).sum(0) * Tensor(1 / len(prediction.data))


@mse_loss.misconception(
    "the misses are not squared", "Misses of 2 and of -2 cancel. Multiply the miss by itself."
)
class not_squared:
    def forward(self, prediction, target):
        return (prediction - target).sum(0)


@mse_loss.misconception(
    "summed over the outputs", "dim 0 are the rows: one number is left for each output."
)
class wrong_axis:
    def forward(self, prediction, target):
        miss = prediction - target
        return (miss * miss).sum(1)


@mse_loss.misconception(
    "the square is worked out beside the graph",
    "A new Tensor without parents sends nothing back: compute with the tensors themselves.",
)
class outside_the_graph:
    def forward(self, prediction, target):
        return Tensor(np.sum((prediction.data - target.data) ** 2, axis=0))


@mse_loss.misconception(
    "half the squared miss",
    "From this chapter on the gradient is that of what is written: the square, with its factor 2.",
)
class half_the_square:
    def forward(self, prediction, target):
        miss = prediction - target
        return (miss * miss).sum(0) * Tensor(0.5)


@mse_loss.alternative
class multiplied_out:
    def forward(self, prediction, target):
        two = Tensor(2, requires_grad=False)
        squares = prediction * prediction - two * prediction * target + target * target
        return squares.sum(0)


@mse_loss.alternative
class target_minus_prediction:
    def forward(self, prediction, target):
        miss = target + -prediction
        rows = Tensor(np.ones((1, len(miss.data))), False)
        return rows.mm(miss * miss).sum(0)


mean_squared_error_loss = exercise(
    "MeanSquaredErrorLoss",
    use=two_losses("MeanSquaredErrorLoss"),
    inputs=TWO_MATRICES,
    arrange=with_losses_gradient,
    edges=LOSS_EDGES,
    cases=30,
    hints=[
        "The data are doubled: every row is there twice. Should the loss double?",
        "The mean is the sum over the rows, divided by how many rows there are. There is no "
        "division for tensors, but there is mul.",
        "Tensor(1 / len(prediction.data), requires_grad=False) is a single number, and stretches "
        "over (n_out,).",
    ],
)


@mean_squared_error_loss.law("is the mean of the squared misses over the rows")
def is_the_mean(answer, prediction, target, grad):
    loss = answer(prediction, target, grad)["loss.data"]
    expect(loss, "the loss").equals(((prediction - target) ** 2).mean(axis=0))


@mean_squared_error_loss.law("stays the same when every row is there twice")
def doubling_the_rows_changes_nothing(answer, prediction, target, grad):
    twice = answer(np.vstack([prediction] * 2), np.vstack([target] * 2), grad)["loss.data"]
    expect(twice, "the loss").equals(np.asarray(answer(prediction, target, grad)["loss.data"]))


@mean_squared_error_loss.law("has the slopes of the mean squared miss", most=3)
def has_slopes(answer, prediction, target, grad):
    expect_slopes(
        lambda prediction, target: float(np.sum(grad * ((prediction - target) ** 2).mean(axis=0))),
        at={"prediction": prediction, "target": target},
        claimed=lambda prediction, target: both_gradients(answer(prediction, target, grad)),
        batch=len(prediction),
    )


@mean_squared_error_loss.misconception(
    "the sum over the rows", "Divide by the number of rows: this is the mean."
)
class sum_not_mean:
    def forward(self, prediction, target):
        return MSELoss().forward(prediction, target)


@mean_squared_error_loss.misconception(
    "divided by the number of all entries",
    "One mean is wanted for each output, over the rows: divide by the rows only.",
)
class divided_by_all_entries:
    def forward(self, prediction, target):
        share = Tensor(1 / prediction.data.size, requires_grad=False)
        return MSELoss().forward(prediction, target) * share


@mean_squared_error_loss.misconception(
    "divided twice", "The gradient gets its 1 / batch from the loss by itself: divide once."
)
class divided_twice:
    def forward(self, prediction, target):
        share = Tensor(1 / len(prediction.data) ** 2, requires_grad=False)
        return MSELoss().forward(prediction, target) * share


@mean_squared_error_loss.misconception(
    "worked out beside the graph",
    "A new Tensor without parents sends nothing back: compute with the tensors themselves.",
)
class outside_the_graph:
    def forward(self, prediction, target):
        return Tensor(np.mean((prediction.data - target.data) ** 2, axis=0))


@mean_squared_error_loss.alternative
class divided_before_the_sum:
    def forward(self, prediction, target):
        miss = prediction - target
        return (miss * miss * Tensor([1 / len(miss.data)], False)).sum(0)


@mean_squared_error_loss.alternative
class rows_of_equal_weight:
    def forward(self, prediction, target):
        many = len(target.data)
        miss = target - prediction
        return Tensor(np.full((1, many), 1 / many)).mm(miss * miss).sum(0)


# --- CrossEntropyLoss --------------------------------------------------------------------------


def a_cross_entropy(bench, logits, targets, grad):
    given = bench.Tensor(logits)
    loss = bench.CrossEntropyLoss()(given, targets)
    loss.backward(grad)
    return {"loss.data": loss.data, "logits.grad": given.grad}


cross_entropy_loss = exercise(
    "CrossEntropyLoss",
    use=a_cross_entropy,
    inputs={
        "logits": Array(("batch", "n_classes"), SMALL),
        "targets": Array(("batch",), range(5), whole=True),
        "grad": Number((2.0, -1.0, 0.5)),
    },
    arrange=lambda logits, targets, grad: {
        "logits": logits,
        "targets": targets % logits.shape[1],
        "grad": np.array(grad),
    },
    edges=[
        {
            "logits": np.array([[0.3, 1.0, -1.0], [0.0, 1000.0, 2.0]]),
            "targets": np.array([2, 1]),
            "grad": None,
        }
    ],
    cases=20,
    hints=[
        "Which method of Tensor gives the cross entropy already?",
        "A loss is a layer like the others, only that it takes two things "
        '(chapter 13, "The cross-entropy layer"). It has no parameters.',
        "Tensor (batch, n_classes) and plain class numbers (batch,) go in, a Tensor with one "
        "number comes out.",
    ],
)


@cross_entropy_loss.law("is the mean surprise at the right classes")
def is_the_mean_surprise(answer, logits, targets, grad):
    loss = answer(logits, targets, grad)["loss.data"]
    expect(loss, "the loss").equals(mean_surprise(logits, targets))


@cross_entropy_loss.law("pushes the logits by nothing in total, row by row")
def pushes_by_nothing_in_total(answer, logits, targets, grad):
    gradient = np.asarray(answer(logits, targets, grad)["logits.grad"])
    expect(gradient.sum(axis=1), "the sums of the gradient's rows").equals(np.zeros(len(logits)))


@cross_entropy_loss.law(
    "trains the book's four classes: from 1.38850324 to 0.65821902 in ten steps", most=1
)
def trains_four_classes(answer):
    words, weights = books_draws(("embedding", (3, 3)), ("linear", (3, 4)))
    losses = answer.doing(books_classes, words, weights)
    expect(at_steps(losses, 0, 9), "the losses before steps 1 and 10").equals(
        [1.38850324, 0.65821902]
    )


@cross_entropy_loss.misconception(
    "the logits are squeezed first",
    "The cross entropy takes the softmax itself: hand it the logits as they are.",
)
class squeezed_first:
    def forward(self, logits, targets):
        return logits.sigmoid().cross_entropy(targets)


@cross_entropy_loss.misconception(
    "the sum over the rows", "cross_entropy is the mean already: leave it as it is."
)
class sum_not_mean:
    def forward(self, logits, targets):
        return logits.cross_entropy(targets) * Tensor(len(targets))


@cross_entropy_loss.misconception(
    "worked out beside the graph",
    "A new Tensor without parents sends nothing back: use the Tensor's own method.",
)
class outside_the_graph:
    def forward(self, logits, targets):
        return Tensor(cross_entropy(logits.data, targets))


@cross_entropy_loss.alternative
class written_out:
    def forward(self, logits, targets):
        def send_back(grad):
            return [cross_entropy_backward(grad, logits.data, targets)]

        return Tensor(cross_entropy(logits.data, targets), parents=[logits], send_back=send_back)


@cross_entropy_loss.alternative
class called_as_a_function:
    def __call__(self, logits, targets):
        return Tensor.cross_entropy(logits, targets)


# --- Tanh and Sigmoid --------------------------------------------------------------------------


def squeezing(name):
    def a_layer(bench, x, grad):
        layer, inputs = getattr(bench, name)(), bench.Tensor(x)
        output = layer(inputs)
        output.backward(grad)
        return {
            "output.data": output.data,
            "inputs.grad": inputs.grad,
            "parameters()": layer.parameters(),
        }

    return a_layer


def squeezing_exercise(name, method):
    return exercise(
        name,
        use=squeezing(name),
        inputs={"x": Array(("batch", "n"), SMALL)},
        arrange=lambda x: {"x": x, "grad": upstream_like(x)},
        edges=[{"x": np.array([[0.3, -1000.0, 0.0]]), "grad": np.array([[2.0, 3.0, 0.5]])}],
        cases=20,
        hints=[
            f"Which method of Tensor does what a {name} layer does?",
            "As a layer it can stand in a Sequential, between two Linear layers "
            '(chapter 13, "Nonlinearity layers"). It has nothing to learn.',
            f"forward takes a Tensor and gives a Tensor of the same shape: its {method}. "
            "parameters comes from Layer.",
        ],
    )


tanh_layer = squeezing_exercise("Tanh", "tanh")


@tanh_layer.law("gives tanh of every number")
def gives_tanh(answer, x, grad):
    expect(answer(x, grad)["output.data"], "the output").equals(np.tanh(x))


@tanh_layer.law("has the slopes of tanh", most=3)
def has_slopes(answer, x, grad):
    expect_slopes(
        lambda x: float(np.sum(grad * np.tanh(x))),
        at={"x": x},
        claimed=lambda x: answer(x, grad)["inputs.grad"],
    )


@tanh_layer.law("has nothing to learn")
def has_no_parameters(answer, x, grad):
    expect(answer(x, grad)["parameters()"], "the parameters").equals([])


@tanh_layer.misconception("sigmoid instead of tanh", "A Tanh layer gives -1 to 1: inputs.tanh().")
class sigmoid_instead:
    def forward(self, inputs):
        return inputs.sigmoid()


@tanh_layer.misconception(
    "the inputs as they came", "Without a bend two Linear layers are one: give inputs.tanh()."
)
class does_nothing:
    def forward(self, inputs):
        return inputs


@tanh_layer.misconception(
    "worked out beside the graph",
    "A new Tensor without parents sends nothing back: use the Tensor's own method.",
)
class outside_the_graph:
    def forward(self, inputs):
        return Tensor(np.tanh(inputs.data))


@tanh_layer.alternative
class through_sigmoid:
    def forward(self, inputs):
        two = Tensor(2.0, requires_grad=False)
        return two * (two * inputs).sigmoid() - Tensor(1.0, requires_grad=False)


@tanh_layer.alternative
class as_a_call:
    def __call__(self, inputs):
        return Tensor.tanh(inputs)


sigmoid_layer = squeezing_exercise("Sigmoid", "sigmoid")


@sigmoid_layer.law("gives sigmoid of every number")
def gives_sigmoid(answer, x, grad):
    expect(answer(x, grad)["output.data"], "the output").equals(sigmoid_of(x))


@sigmoid_layer.law("has the slopes of sigmoid", most=3)
def has_slopes(answer, x, grad):
    expect_slopes(
        lambda x: float(np.sum(grad * sigmoid_of(x))),
        at={"x": x},
        claimed=lambda x: answer(x, grad)["inputs.grad"],
    )


def books_squeezed_layers(bench, lower, upper):
    layers = [
        ("Linear", (2, 3, SEED), lower),
        ("Tanh", (), None),
        ("Linear", (3, 1, SEED), upper),
        ("Sigmoid", (), None),
    ]
    return books_model(bench, layers, "MSELoss", ROWS, SECOND_LIGHT, 1)


@sigmoid_layer.law(
    "trains, with Tanh, the book's two layers: from 1.06372865 to 0.04700013", most=1
)
def trains_squeezed_layers(answer):
    lower, upper = books_draws(("linear", (2, 3)), ("linear", (3, 1)))
    losses = answer.doing(books_squeezed_layers, lower, upper)
    expected = [1.06372865, 0.75148144, 0.57384259, 0.04700013]
    expect(at_steps(losses, 0, 1, 2, 9), "the losses before steps 1, 2, 3 and 10").equals(expected)


@sigmoid_layer.misconception(
    "tanh instead of sigmoid", "A Sigmoid layer gives 0 to 1: inputs.sigmoid()."
)
class tanh_instead:
    def forward(self, inputs):
        return inputs.tanh()


@sigmoid_layer.misconception(
    "sigmoid twice", "Once is enough: twice gives only numbers between 0.5 and 0.73."
)
class twice:
    def forward(self, inputs):
        return inputs.sigmoid().sigmoid()


@sigmoid_layer.misconception(
    "worked out beside the graph",
    "A new Tensor without parents sends nothing back: use the Tensor's own method.",
)
class outside_the_graph:
    def forward(self, inputs):
        return Tensor(sigmoid(inputs.data))


@sigmoid_layer.alternative
class through_tanh:
    def forward(self, inputs):
        half = Tensor(0.5, requires_grad=False)
        return half * (half * inputs).tanh() + half


@sigmoid_layer.alternative
class as_a_call:
    def __call__(self, inputs):
        return Tensor.sigmoid(inputs)


# --- Embedding ---------------------------------------------------------------------------------


def looked_up(bench, vocab_size, dim, rng, weights, indices, grad):
    """A fresh embedding; then with these weights, words looked up and a gradient sent back."""
    embedding = bench.Embedding(vocab_size, dim, rng)
    fresh = embedding.weights.data
    put(embedding.weights, weights)
    output = embedding(indices)
    output.backward(grad)
    parameters = embedding.parameters()
    return {
        "weights at first": fresh,
        "output.data": output.data,
        "weights.grad": embedding.weights.grad,
        "parameters()": parameters,
        **of_parameters(parameters, 1),
    }


def with_lookups_gradient(weights, indices, ndim, rng):
    indices = indices % len(weights)
    indices = indices if ndim == 2 else indices[0]
    return {
        "vocab_size": len(weights),
        "dim": weights.shape[1],
        "rng": rng,
        "weights": weights,
        "indices": indices,
        "grad": upstream_like(weights[indices]),
    }


embedding = exercise(
    "Embedding",
    use=looked_up,
    inputs={
        "weights": Array(("vocab_size", "dim"), SMALL),
        "indices": Array(("batch", "words"), range(5), whole=True),
        "ndim": Choice([1, 2]),
        "rng": Rng(),
    },
    arrange=with_lookups_gradient,
    cases=30,
    hints=[
        "There are 5 words, and 3 numbers for each. Which shape do the weights have?",
        "Looking a word up picks its row, and the gradient goes back to that row only "
        '(chapter 13, "The embedding layer (revisited)").',
        "(rng.random((vocab_size, dim)) - 0.5) / dim in a Tensor. forward picks with index_select; "
        "indices (batch, words) give (batch, words, dim).",
    ],
)


@embedding.law("begins with small random numbers on both sides of 0")
def begins_small(answer, vocab_size, dim, rng, weights, indices, grad):
    fresh = answer(vocab_size, dim, rng, weights, indices, grad)["weights at first"]
    expect(fresh, "the weights").has_shape(vocab_size, dim)
    expect(fresh, "the weights").is_at_least(-0.5 / dim)
    expect(fresh, "the weights").is_at_most(0.5 / dim)


@embedding.law("gives each word its row")
def gives_rows(answer, vocab_size, dim, rng, weights, indices, grad):
    output = answer(vocab_size, dim, rng, weights, indices, grad)["output.data"]
    expect(output, "the output").equals(weights[indices])


@embedding.law("adds up the gradients of a word that is there several times")
def repeated_words_add(answer, vocab_size, dim, rng, weights):
    again = np.array([0, 0, vocab_size - 1, 0])
    upstream = upstream_like(weights[again])
    gradient = answer(vocab_size, dim, rng, weights, again, upstream)["weights.grad"]
    expected = np.zeros(weights.shape)
    for word, share in zip(again, upstream):
        expected[word] += share
    expect(gradient, "the gradient of the weights").equals(expected)


@embedding.law("gives its weights themselves as its only parameter")
def gives_its_weights(answer, vocab_size, dim, rng, weights, indices, grad):
    result = answer(vocab_size, dim, rng, weights, indices, grad)
    expect(len(result["parameters()"]), "the number of parameters").equals(1)
    expect(result["parameters()[0].data"], "the data of parameters()[0]").equals(weights)
    if result["weights.grad"] is not None:
        gradient = np.asarray(result["weights.grad"])
        told = "the gradient of parameters()[0], after backward,"
        expect(result["parameters()[0].grad"], told).equals(gradient)


def books_words(bench, words, weights):
    layers = [
        ("Embedding", (5, 3, SEED), words),
        ("Tanh", (), None),
        ("Linear", (3, 1, SEED), weights),
        ("Sigmoid", (), None),
    ]
    return books_model(bench, layers, "MSELoss", WORDS, SECOND_LIGHT, 0.5)


def books_classes(bench, words, weights):
    layers = [
        ("Embedding", (3, 3, SEED), words),
        ("Tanh", (), None),
        ("Linear", (3, 4, SEED), weights),
    ]
    return books_model(bench, layers, "CrossEntropyLoss", WORDS, CLASSES, 0.1)


@embedding.law("trains the book's two words: from 0.98874126 to 0.07387834 in ten steps", most=1)
def trains_two_words(answer):
    words, weights = books_draws(("embedding", (5, 3)), ("linear", (3, 1)))
    losses = answer.doing(books_words, words, weights)
    expect(at_steps(losses, 0, 1, 9), "the losses before steps 1, 2 and 10").equals(
        [0.98874126, 0.6658868, 0.07387834]
    )


@embedding.misconception(
    "only positive numbers", "rng.random gives 0 to 1: take 0.5 off, so that both signs are there."
)
class not_centred:
    def __init__(self, vocab_size, dim, rng):
        self.weights = Tensor(rng.random((vocab_size, dim)) / dim)


@embedding.misconception(
    "not divided by dim", "The more numbers a word has, the smaller each begins: over dim."
)
class not_divided:
    def __init__(self, vocab_size, dim, rng):
        self.weights = Tensor(rng.random((vocab_size, dim)) - 0.5)


@embedding.misconception("a column for each word", "A row for each word: shape (vocab_size, dim).")
class a_column_for_each_word:
    def __init__(self, vocab_size, dim, rng):
        self.weights = Tensor((rng.random((dim, vocab_size)) - 0.5) / dim)


@embedding.misconception(
    "the rows are picked beside the graph",
    "A new Tensor of the picked rows does not know where they came from: use index_select.",
)
class outside_the_graph:
    def forward(self, indices):
        return Tensor(self.weights.data[indices])


@embedding.misconception(
    "a copy as parameter",
    "The optimiser moves what parameters gives. A new tensor with the same numbers is not the one "
    "that forward looks words up in, and gets no gradient: hand over self.weights itself.",
)
class copy_as_parameter:
    def parameters(self):
        return [Tensor(self.weights.data)]


@embedding.misconception(
    "the weights are not among the parameters", "What is not handed to the optimiser never learns."
)
class no_parameters:
    def parameters(self):
        return []


@embedding.alternative
class one_hot_rows_times_weights:
    def forward(self, indices):
        flat = Tensor(np.eye(len(self.weights.data))[np.ravel(indices)], requires_grad=False)
        rows = flat.mm(self.weights)
        return rows.index_select(np.arange(np.size(indices)).reshape(np.shape(indices)))


@embedding.alternative
class spread_evenly:
    def __init__(self, vocab_size, dim, rng):
        self.weights = Tensor(rng.uniform(-0.5, 0.5, (vocab_size, dim)) / dim)

    def parameters(self):
        return (self.weights,)


# --- RNNCell -----------------------------------------------------------------------------------


def three_steps(bench, n_in, n_hidden, n_out, rng, activation, biases, x, grads, memory):
    """Three inputs after each other, with something wanted of every output.

    Then the first input twice more: with another memory, and with the first one again.
    """
    cell = bench.RNNCell(n_in, n_hidden, n_out, rng, activation)
    put(cell.input_layer.bias, biases[0])
    put(cell.hidden_layer.bias, biases[1])
    put(cell.output_layer.bias, biases[2])
    first = hidden = cell.init_hidden(x.shape[1])
    at_first = hidden.data
    inputs, outputs = [bench.Tensor(step) for step in x], []
    for step in inputs:
        made = cell(step, hidden)
        hidden = made[1]
        outputs.append(made[0])
    for output, grad in zip(outputs, grads):
        output.backward(grad)
    parameters = cell.parameters()
    result = {
        "init_hidden(batch).data": at_first,
        **{f"output.data of step {i}": outputs[i].data for i in range(3)},
        "hidden.data at the end": hidden.data,
        "parameters()": parameters,
        **of_parameters(parameters, 6),
        **{f"inputs.grad of step {i}": inputs[i].grad for i in range(3)},
    }
    elsewhere, again = cell(inputs[0], bench.Tensor(memory)), cell(inputs[0], first)
    return {
        **result,
        "output.data with another hidden": elsewhere[0].data,
        "hidden.data after another hidden": elsewhere[1].data,
        "output.data of step 0 once more": again[0].data,
    }


def a_cell(x, to_input, to_hidden, to_output, rng, activation):
    return {
        "n_in": x.shape[2],
        "n_hidden": len(to_hidden),
        "n_out": len(to_output),
        "rng": rng,
        "activation": activation,
        "biases": [to_input.tolist(), to_hidden.tolist(), to_output.tolist()],
        "x": x,
        "grads": upstream_like(np.zeros((*x.shape[:2], len(to_output)))),
        "memory": upstream_like(np.ones((x.shape[1], len(to_hidden)))),
    }


rnn_cell = exercise(
    "RNNCell",
    use=three_steps,
    inputs={
        "x": Array((3, "batch", "n_in"), SMALL),
        "to_input": Array(("n_hidden",), SMALL),
        "to_hidden": Array(("n_hidden",), SMALL),
        "to_output": Array(("n_out",), SMALL),
        "rng": Rng(),
        "activation": Choice(["tanh", "sigmoid"]),
    },
    arrange=a_cell,
    edges=[
        {
            "n_in": 2,
            "n_hidden": 3,
            "n_out": 1,
            "rng": Seed(0),
            "activation": "relu",
            "biases": [[0.0] * 3, [0.0] * 3, [0.0]],
            "x": np.ones((3, 1, 2)),
            "grads": np.ones((3, 1, 1)),
            "memory": np.ones((1, 3)),
        }
    ],
    cases=8,
    hints=[
        "A cell has read one word and reads the next. Which two things flow into its new memory?",
        "The input and the old memory each go through a Linear of their own; the sum is bent by "
        "the activation and is the new memory, from which the output is read "
        '(chapter 13, "The recurrent neural network layer").',
        "(batch, n_in) and (batch, n_hidden) both become (batch, n_hidden); a third Linear makes "
        "(batch, n_out) of the new memory. Return the pair (output, new hidden). The book compares "
        "(==) where it should assign (=): see that both activations work.",
    ],
)


def numbered(result, what, many):
    """The entries of a result that are told as parameters()[0].data, parameters()[1].data ..."""
    return [result[what.format(i)] for i in range(many)]


def a_step_by_hand(data, activation, inputs, hidden):
    """The output and the new memory of a cell with these weights, in NumPy."""
    w_in, b_in, w_hidden, b_hidden, w_out, b_out = data
    bend = np.tanh if activation == "tanh" else sigmoid_of
    hidden = bend(inputs.dot(w_in) + b_in + hidden.dot(w_hidden) + b_hidden)
    return hidden.dot(w_out) + b_out, hidden


def cell_by_hand(data, activation, x):
    """The outputs and the last memory, one input after the other."""
    hidden, outputs = np.zeros((x.shape[1], len(data[2]))), []
    for step in x:
        output, hidden = a_step_by_hand(data, activation, step, hidden)
        outputs.append(output)
    return outputs, hidden


@rnn_cell.law("refuses an activation other than sigmoid and tanh")
def refuses_other_activations(answer, n_in, n_hidden, n_out, rng, biases, x, grads, memory):
    asked = answer(n_in, n_hidden, n_out, rng, "relu", biases, x, grads, memory)
    expect(asked).raises(ValueError)


@rnn_cell.law("begins with a memory of zeros, a row for each example")
def begins_with_zeros(answer, n_in, n_hidden, n_out, rng, activation, biases, x, grads, memory):
    if activation == "relu":
        return
    result = answer(n_in, n_hidden, n_out, rng, activation, biases, x, grads, memory)
    zeros = np.zeros((x.shape[1], n_hidden))
    expect(result["init_hidden(batch).data"], "the first memory").equals(zeros)


@rnn_cell.law("has six parameters: those of the input, the hidden and the output layer")
def has_six_parameters(answer, n_in, n_hidden, n_out, rng, activation, biases, x, grads, memory):
    if activation == "relu":
        return
    result = answer(n_in, n_hidden, n_out, rng, activation, biases, x, grads, memory)
    expect(len(result["parameters()"]), "the number of parameters").equals(6)
    data = numbered(result, "parameters()[{}].data", 6)
    expect(tuple(data[1::2]), "the biases").equals(tuple(map(np.array, biases)))


@rnn_cell.law("reads each output from the memory that the step before it has left")
def remembers(answer, n_in, n_hidden, n_out, rng, activation, biases, x, grads, memory):
    if activation == "relu":
        return
    result = answer(n_in, n_hidden, n_out, rng, activation, biases, x, grads, memory)
    data = numbered(result, "parameters()[{}].data", 6)
    outputs, hidden = cell_by_hand(data, activation, x)
    for i, output in enumerate(outputs):
        expect(result[f"output.data of step {i}"], f"the output of step {i}").equals(output)
    expect(result["hidden.data at the end"], "the memory at the end").equals(hidden)


@rnn_cell.law("knows of earlier steps only what the hidden tells that it is given")
def knows_only_what_it_is_given(
    answer, n_in, n_hidden, n_out, rng, activation, biases, x, grads, memory
):
    if activation == "relu":
        return
    result = answer(n_in, n_hidden, n_out, rng, activation, biases, x, grads, memory)
    data = numbered(result, "parameters()[{}].data", 6)
    output, hidden = a_step_by_hand(data, activation, x[0], memory)
    told = "after three steps, the {} for a hidden that none of them gave"
    expect(result["output.data with another hidden"], told.format("output")).equals(output)
    expect(result["hidden.data after another hidden"], told.format("new hidden")).equals(hidden)
    (output,), _ = cell_by_hand(data, activation, x[:1])
    told = "after these steps, the output where a sequence begins anew"
    expect(result["output.data of step 0 once more"], told).equals(output)


@rnn_cell.law("has the slopes of three steps for everything that it learns", most=3)
def has_slopes(answer, n_in, n_hidden, n_out, rng, activation, biases, x, grads, memory):
    if activation == "relu":
        return
    result = answer(n_in, n_hidden, n_out, rng, activation, biases, x, grads, memory)
    data, steps = numbered(result, "parameters()[{}].data", 6), dict(zip(["x1", "x2", "x3"], x))
    names = ["w_in", "b_in", "w_hidden", "b_hidden", "w_out", "b_out"]

    def loss(**at):
        outputs, _ = cell_by_hand(
            [at[name] for name in names], activation, np.array([at[name] for name in steps])
        )
        return float(np.sum(grads * np.array(outputs)))

    expect_slopes(
        loss,
        at={**dict(zip(names, data)), **steps},
        claimed=lambda **at: [
            *numbered(result, "parameters()[{}].grad", 6),
            *numbered(result, "inputs.grad of step {}", 3),
        ],
    )


@rnn_cell.misconception(
    "the memory is not carried on",
    "The new memory comes from the input *and* the old memory: add what both layers give.",
)
class hidden_not_carried:
    def forward(self, inputs, hidden):
        hidden = self.activation.forward(
            self.input_layer.forward(inputs)
            + self.hidden_layer.forward(Tensor(0 * hidden.data, False))
        )
        return self.output_layer.forward(hidden), hidden


@rnn_cell.misconception(
    "the output is read from the old memory",
    "It should know the word that was just read: take the new memory for the output.",
)
class output_from_the_old_memory:
    def forward(self, inputs, hidden):
        new = self.activation.forward(
            self.input_layer.forward(inputs) + self.hidden_layer.forward(hidden)
        )
        return self.output_layer.forward(hidden), new


@rnn_cell.misconception(
    "tanh is compared instead of assigned",
    "self.activation == Tanh() is a question, not an assignment, so with tanh the cell has no "
    "activation at all. (The book's listing does this.) Write one =.",
)
class compares_instead_of_assigning:
    def __init__(self, n_in, n_hidden, n_out, rng, activation="sigmoid"):
        if activation == "sigmoid":
            self.activation = Sigmoid()
        elif activation != "tanh":
            raise ValueError("activation must be sigmoid or tanh")
        self.n_hidden = n_hidden
        self.input_layer = Linear(n_in, n_hidden, rng)
        self.hidden_layer = Linear(n_hidden, n_hidden, rng)
        self.output_layer = Linear(n_hidden, n_out, rng)


@rnn_cell.misconception(
    "always sigmoid", 'With activation="tanh" the memory is bent by tanh, from -1 to 1.'
)
class always_sigmoid:
    def forward(self, inputs, hidden):
        hidden = (self.input_layer.forward(inputs) + self.hidden_layer.forward(hidden)).sigmoid()
        return self.output_layer.forward(hidden), hidden


@rnn_cell.misconception(
    "the activation is left out", "Without a bend the memory grows and grows: activation(sum)."
)
class activation_left_out:
    def forward(self, inputs, hidden):
        hidden = self.input_layer.forward(inputs) + self.hidden_layer.forward(hidden)
        return self.output_layer.forward(hidden), hidden


@rnn_cell.misconception(
    "a memory that the cell keeps for itself",
    "Whoever calls the cell hands it the memory that it should have: take the hidden that was "
    "given. What the cell has kept may come from another sentence.",
)
class keeps_its_own_memory:
    def forward(self, inputs, hidden):
        hidden = self.activation.forward(
            self.input_layer.forward(inputs)
            + self.hidden_layer.forward(getattr(self, "kept", hidden))
        )
        self.kept = hidden
        return self.output_layer.forward(hidden), hidden


@rnn_cell.misconception(
    "the new memory first, then the output", "The pair is (output, new hidden), in this order."
)
class pair_turned_round:
    def forward(self, inputs, hidden):
        hidden = self.activation.forward(
            self.input_layer.forward(inputs) + self.hidden_layer.forward(hidden)
        )
        return hidden, self.output_layer.forward(hidden)


@rnn_cell.misconception(
    "the memory is added after the bend",
    "Added outside the activation, the memory can grow from step to step without bounds. Add first what both layers "
    "give, then bend the sum.",
)
class bent_before_the_sum:
    def forward(self, inputs, hidden):
        bent = self.activation.forward(self.input_layer.forward(inputs))
        hidden = bent + self.hidden_layer.forward(hidden)
        return self.output_layer.forward(hidden), hidden


@rnn_cell.misconception(
    "the hidden layer is not among the parameters",
    "What is not handed to the optimiser never learns: the hidden layer's weights are what remembers.",
)
class hidden_layer_not_a_parameter:
    def parameters(self):
        return self.input_layer.parameters() + self.output_layer.parameters()


@rnn_cell.misconception(
    "history ends at each step",
    "The memory is handed on as the tensor it is, so that a later loss reaches earlier steps.",
)
class detach_every_step:
    def forward(self, inputs, hidden):
        hidden = self.activation.forward(
            self.input_layer.forward(inputs) + self.hidden_layer.forward(Tensor(hidden.data))
        )
        return self.output_layer.forward(hidden), hidden


@rnn_cell.alternative
class activation_by_its_method:
    def __init__(self, n_in, n_hidden, n_out, rng, activation="sigmoid"):
        if activation not in {"sigmoid", "tanh"}:
            raise ValueError(activation)
        self.bend = {"sigmoid": Tensor.sigmoid, "tanh": Tensor.tanh}[activation]
        self.input_layer = Linear(n_in, n_hidden, rng)
        self.hidden_layer = Linear(n_hidden, n_hidden, rng)
        self.output_layer = Linear(n_hidden, n_out, rng)

    def forward(self, inputs, hidden):
        hidden = self.bend(self.hidden_layer(hidden) + self.input_layer(inputs))
        return [self.output_layer(hidden), hidden]

    def init_hidden(self, batch):
        return Tensor([[0] * len(self.hidden_layer.bias.data)] * batch)


@rnn_cell.alternative
class written_with_products:
    def forward(self, inputs, hidden):
        read = inputs.mm(self.input_layer.weights) + self.input_layer.bias
        kept = hidden.mm(self.hidden_layer.weights) + self.hidden_layer.bias
        hidden = self.activation(read + kept)
        return hidden.mm(self.output_layer.weights) + self.output_layer.bias, hidden

    def parameters(self):
        return [
            *self.input_layer.parameters(),
            *self.hidden_layer.parameters(),
            *self.output_layer.parameters(),
        ]


# --- train_last_word ---------------------------------------------------------------------------

SENTENCES = np.array([[0, 2, 3], [1, 2, 4]])


def words_to_learn(sentences, vocab_size, dim, n_hidden, learning_rate, epochs, rng):
    return {
        "sentences": sentences % vocab_size,
        "vocab_size": vocab_size,
        "dim": dim,
        "n_hidden": n_hidden,
        "learning_rate": learning_rate,
        "epochs": epochs,
        "rng": rng,
    }


train_last_word = exercise(
    "train_last_word",
    inputs={
        "sentences": Array(("batch", 3), range(6), whole=True),
        "vocab_size": Whole(3, 6),
        "dim": Size("dim"),
        "n_hidden": Size("n_hidden"),
        "learning_rate": Number((0.5, 0.25, 0.125)),
        "epochs": Whole(1, 3),
        "rng": Rng(),
    },
    arrange=words_to_learn,
    edges=[
        {
            "sentences": SENTENCES,
            "vocab_size": 5,
            "dim": 3,
            "n_hidden": 4,
            "learning_rate": 0.5,
            "epochs": 4,
            "rng": Seed(0),
        },
        {
            "sentences": np.array([[1, 0]]),
            "vocab_size": 2,
            "dim": 1,
            "n_hidden": 2,
            "learning_rate": 0.3,
            "epochs": 2,
            "rng": Seed(1),
        },
    ],
    cases=12,
    hints=[
        "A sentence has six words. How many of them does the cell read, and which one is it asked "
        "for?",
        "Once, before the loop: an Embedding, an RNNCell and an SGD over the parameters of both. "
        "In each epoch: zero, a fresh memory, read word by word, the loss of the last output, "
        "backward, step.",
        "sentences[:, :-1].T goes through the columns but the last, each (batch,) words. The "
        "targets are sentences[:, -1]. Write down float(loss.data) of every epoch.",
    ],
)


@train_last_word.law("says one loss for each epoch")
def has_one_loss_an_epoch(answer, sentences, vocab_size, dim, n_hidden, learning_rate, epochs, rng):
    losses = answer(sentences, vocab_size, dim, n_hidden, learning_rate, epochs, rng)
    expect(losses).has_shape(epochs)


@train_last_word.law("misses by the same amount for ever when it learns with a rate of 0")
def learns_nothing_at_rate_zero(answer, sentences, vocab_size, dim, n_hidden, epochs, rng):
    losses = list(answer(sentences, vocab_size, dim, n_hidden, 0.0, epochs, rng))
    expect(losses).equals([losses[0]] * epochs)


@train_last_word.law("begins in the same way, however long it goes on")
def more_epochs_only_add(answer, sentences, vocab_size, dim, n_hidden, learning_rate, epochs, rng):
    longer = answer(sentences, vocab_size, dim, n_hidden, learning_rate, epochs + 1, rng)
    losses = answer(sentences, vocab_size, dim, n_hidden, learning_rate, epochs, rng)
    expect(list(longer)[:-1], "all but the last").equals(list(losses))


@train_last_word.law("does not depend on the order of the sentences")
def order_is_free(answer, sentences, vocab_size, dim, n_hidden, learning_rate, epochs, rng):
    turned = answer(sentences[::-1].copy(), vocab_size, dim, n_hidden, learning_rate, epochs, rng)
    losses = answer(sentences, vocab_size, dim, n_hidden, learning_rate, epochs, rng)
    expect(list(turned)).equals(list(losses))


@train_last_word.law("learns two sentences by heart that differ in their first word", most=1)
def learns_two_sentences(answer, rng):
    losses = list(answer(SENTENCES, 5, 3, 4, 0.5, 60, rng))
    expect(losses[-1], "the loss before the 60th step").is_at_most(0.2)


def trained(
    sentences,
    vocab_size,
    dim,
    n_hidden,
    learning_rate,
    epochs,
    rng,
    activation="tanh",
    zero=True,
    new_memory="epoch",
    read=lambda sentences: sentences[:, :-1].T,
    asked=lambda sentences: sentences[:, -1],
    learning=lambda words, cell: words.parameters() + cell.parameters(),
    told_after=False,
):
    """`train_last_word`, with a part of it done in another way."""
    words = ch13.Embedding(vocab_size, dim, rng)
    cell = ch13.RNNCell(dim, n_hidden, vocab_size, rng, activation)
    optimiser = ch13.SGD(learning(words, cell), learning_rate)
    losses, hidden = [], cell.init_hidden(len(sentences))

    def loss_of(hidden):
        for word in read(sentences):
            if new_memory == "word":
                hidden = cell.init_hidden(len(sentences))
            output, hidden = cell.forward(words.forward(word), hidden)
        return output.cross_entropy(asked(sentences)), hidden

    for _ in range(epochs):
        if zero:
            optimiser.zero()
        if new_memory != "never":
            hidden = cell.init_hidden(len(sentences))
        start = hidden
        loss, hidden = loss_of(start)
        loss.backward()
        optimiser.step()
        losses.append(float((loss_of(start)[0] if told_after else loss).data))
    return losses


@train_last_word.misconception(
    "the gradients are never set back",
    "Gradients add up over the epochs until zero() is called: each epoch begins with it.",
)
def grad_not_zeroed(*args):
    return trained(*args, zero=False)


@train_last_word.misconception(
    "every word is read with an empty memory",
    "Hand the cell the memory that it gave back for the word before, or it forgets the beginning.",
)
def hidden_not_carried(*args):
    return trained(*args, new_memory="word")


@train_last_word.misconception(
    "the memory of the last epoch is taken along",
    "Every epoch reads the sentences from their beginning: start with init_hidden.",
)
def memory_never_cleared(*args):
    return trained(*args, new_memory="never")


@train_last_word.misconception(
    "the last word is read as well",
    "That is the word to be guessed: whoever has read it need not guess. Read all but the last.",
)
def reads_the_answer(*args):
    return trained(*args, read=lambda sentences: sentences.T)


@train_last_word.misconception(
    "the words are read back to front", "A sentence begins with its first word, column 0."
)
def back_to_front(*args):
    return trained(*args, read=lambda sentences: sentences[:, :-1].T[::-1])


@train_last_word.misconception(
    "the embedding does not learn",
    "Hand the optimiser the parameters of both: embedding.parameters() + cell.parameters().",
)
def embedding_does_not_learn(*args):
    return trained(*args, learning=lambda words, cell: cell.parameters())


@train_last_word.misconception("a cell with sigmoid", 'The cell is made with "tanh" here.')
def sigmoid_cell(*args):
    return trained(*args, activation="sigmoid")


@train_last_word.misconception(
    "the loss measured after the step",
    "Write down the loss of the prediction that was made, before the step.",
)
def loss_after_the_step(*args):
    return trained(*args, told_after=True)


@train_last_word.alternative
def with_calls_and_layers(sentences, vocab_size, dim, n_hidden, learning_rate, epochs, rng):
    words = ch13.Embedding(vocab_size, dim, rng)
    cell = ch13.RNNCell(dim, n_hidden, vocab_size, rng, "tanh")
    measure, losses = ch13.CrossEntropyLoss(), np.zeros(epochs)
    for epoch in range(epochs):
        optimiser = ch13.SGD([*words.parameters(), *cell.parameters()], learning_rate)
        hidden = cell.init_hidden(len(sentences))
        columns = [words(sentences[:, i]) for i in range(sentences.shape[1] - 1)]
        for column in columns:
            output, hidden = cell(column, hidden)
        loss = measure(output, sentences[:, len(columns)])
        losses[epoch] = loss.data
        ch13.backward(loss)
        optimiser.step()
        optimiser.zero()
    return losses


@train_last_word.alternative
def with_steps_by_hand(sentences, vocab_size, dim, n_hidden, learning_rate, epochs, rng):
    words = ch13.Embedding(vocab_size, dim, rng)
    cell = ch13.RNNCell(dim, n_hidden, vocab_size, rng, "tanh")
    losses = []
    while len(losses) < epochs:
        hidden = cell.init_hidden(len(sentences))
        for column in range(np.shape(sentences)[1] - 1):
            made = cell.forward(words.forward(np.asarray(sentences)[:, column]), hidden)
            hidden = made[1]
        loss = made[0].cross_entropy(np.asarray(sentences)[:, -1])
        loss.backward(np.ones(()))
        for tensor in words.parameters() + cell.parameters():
            tensor.data = tensor.data - learning_rate * tensor.grad
            tensor.grad = None
        losses.append(loss.data)
    return losses
