"""How chapter 3 is examined: from one weight to a network of two layers and NumPy's shapes."""

import numpy as np

from gdl_check.course import exercise
from gdl_check.expect import expect
from gdl_check.inputs import SMALL, Array, Choice, ListOf, Number

# The book's baseball team: toes, share of wins, fans (in millions), one column a game.
TOES = [8.5, 9.5, 9.9, 9.0]
WINS = [0.65, 0.8, 0.8, 0.9]
FANS = [1.2, 1.3, 0.5, 1.0]
GAMES = [list(game) for game in zip(TOES, WINS, FANS)]

HURT_WIN_SAD = [[0.1, 0.1, -0.3], [0.1, 0.2, 0.0], [0.0, 1.3, 0.1]]
INPUT_TO_HIDDEN = [[0.1, 0.2, -0.1], [-0.1, 0.1, 0.9], [0.1, 0.4, 0.1]]
HIDDEN_TO_PREDICTION = [[0.3, 1.1, -0.3], [0.1, 0.2, 0.0], [0.0, 1.3, 0.1]]


def relu_of(x):
    return np.maximum(x, 0)


def of_one_length(a, b):
    """Both lists cut to the length of the shorter one: what a law says of lists that do fit."""
    n = min(len(a), len(b))
    return a[:n], b[:n]


def empty_at_its_simplest(**lists):
    """What is drawn, but nothing where it would be a single 1, the first that is ever drawn.

    Empty lists among the edges would be shown before any other, since they are the smallest.
    """
    simplest = next(iter(lists.values())).tolist() == [1.0]
    return {name: entries[:0] if simplest else entries for name, entries in lists.items()}


def check_lengths(a, b):
    if len(a) != len(b):
        raise ValueError("one list is longer than the other")


def weights_times_inputs(weights, inputs):
    return sum(w * x for w, x in zip(weights, inputs, strict=True))


# --- scale_input -------------------------------------------------------------------------------

scale_input = exercise(
    "scale_input",
    inputs={"x": Number(), "weight": Number()},
    edges=[
        {"x": 8.5, "weight": 0.1},
        {"x": 0.0, "weight": 5.0},
        {"x": 5.0, "weight": 0.0},
        {"x": 3, "weight": -2},
        {"x": 0.125, "weight": 0.125},
        {"x": -1.5, "weight": -0.5},
        {"x": 1e6, "weight": -1e6},
    ],
    hints=[
        "The weight is a volume knob. What should come out if it stands at 0? At 1? At 2?",
        "The network hears its input as loud as the weight says "
        '(chapter 3, "A simple neural network makes a prediction").',
        "Two numbers come in and one goes out: their product, input times weight. A weight of 0.5 "
        "halves the input, and a weight of -1 turns it round. `*` multiplies.",
    ],
)


@scale_input.law("is 0 when the input is 0, and when the weight is 0")
def silence_gives_nothing(answer, x, weight):
    expect(answer(0.0, weight), "with an input of 0").equals(0)
    expect(answer(x, 0.0), "with a weight of 0").equals(0)


@scale_input.law("is the input itself when the weight is 1")
def weight_of_one_changes_nothing(answer, x):
    expect(answer(x, 1.0)).equals(x)


@scale_input.law("turns round when the weight turns round")
def turns_round_with_the_weight(answer, x, weight):
    expect(answer(x, -weight)).equals(-np.asarray(answer(x, weight)))


@scale_input.law("is three times as large when the input is three times as large")
def grows_with_the_input(answer, x, weight):
    expect(answer(3 * x, weight)).equals(3 * np.asarray(answer(x, weight)))


@scale_input.law("is the same for a weight of 5 as for weights of 2 and 3 together")
def weights_add_up(answer, x):
    both = np.asarray(answer(x, 2.0)) + answer(x, 3.0)
    expect(answer(x, 5.0)).equals(both)


@scale_input.misconception(
    "the sum of input and weight",
    "The weight says how loud the input is heard: multiply. With a weight of 0, nothing is heard.",
)
def adds_the_weight(x, weight):
    return x + weight


@scale_input.misconception(
    "the input divided by the weight",
    "A larger weight makes the input louder, not quieter: multiply by it.",
)
def divides_by_the_weight(x, weight):
    return x / weight


@scale_input.misconception(
    "the input raised to the power of the weight",
    "In Python `**` is a power and `*` is a product. The weight is a factor: x * weight.",
)
def power_instead_of_product(x, weight):
    return x**weight


@scale_input.misconception(
    "a prediction that is never below 0",
    "Negative predictions are allowed here: nothing is cut off in this chapter.",
)
def nested_nonlinearity_added(x, weight):
    return max(0.0, x * weight)


@scale_input.misconception(
    "a prediction with its decimals cut off",
    "Cut off like this, as int(...) does it, 0.85 becomes 0. Predictions are decimal numbers; leave "
    "them as they are.",
)
def int_truncation(x, weight):
    return int(x * weight)


@scale_input.misconception(
    "a prediction rounded to two decimals",
    "Python may show 0.8500000000000001, and that is fine. Rounding for the eye throws away what "
    "later chapters learn from.",
)
def rounded(x, weight):
    return round(x * weight, 2)


@scale_input.misconception(
    "the prediction as the only entry of a list, an array or a tuple",
    "One number goes out: return x * weight, without brackets around it or a comma behind it.",
)
def wrapped_in_a_list(x, weight):
    return [x * weight]


@scale_input.misconception(
    "the input as it came in",
    "The weight plays no part in this. It says how loud the input is heard: multiply by it.",
)
def weight_ignored(x, weight):
    return x


@scale_input.misconception(
    "the weight as it came in",
    "The input plays no part in this. The weight says how loud it is heard: multiply the two.",
)
def input_ignored(x, weight):
    return weight


@scale_input.misconception(
    "the input times 0.1, whatever the weight",
    "0.1 is the weight of the book's example only. Multiply by `weight`, which is another one at "
    "every call.",
)
def weight_of_the_book(x, weight):
    return x * 0.1


@scale_input.misconception(
    "a prediction without its sign",
    "A negative weight turns the prediction round. Leave the sign as it comes.",
)
def sign_dropped(x, weight):
    return abs(x * weight)


@scale_input.alternative
def with_numpy(x, weight):
    return np.multiply(weight, x)


@scale_input.alternative
def as_a_dot_product_of_one(x, weight):
    return np.array([float(x)]) @ np.array([float(weight)])


# --- elementwise_multiply ----------------------------------------------------------------------

# The smallest edge is what is shown, so that none is smaller than one like the stub's.
OF_TWO_LENGTHS = [
    {"a": [1.0, 2.0, 3.0], "b": [4.0, 5.0]},
    {"a": [1.0, 2.0], "b": [4.0, 5.0, 6.0]},
    {"a": [2.0], "b": [1.0, 2.0, 3.0, 4.0, 5.0]},
    {"a": [1.0, 2.0, 3.0, 4.0, 5.0], "b": [2.0]},
    {"a": [], "b": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]},
    {"a": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "b": []},
]

elementwise_multiply = exercise(
    "elementwise_multiply",
    inputs={"a": Array(("n",), lists=True), "b": Array(("n",), lists=True)},
    arrange=empty_at_its_simplest,
    edges=[
        {"a": [1.0, 2.0, 3.0], "b": [4.0, 0.0, -1.0]},
        {"a": [8.5, 0.65, 1.2], "b": [0.1, 0.2, 0.0]},
        {"a": [-3.0, 0.25, 4.0], "b": [0.5, -8.0, 2.0]},
        {"a": [2.0, 2.0, 5.0, 5.0], "b": [3.0, 3.0, -1.0, 0.125]},
        {"a": [0.0, 1e6, 2.0], "b": [7.0, 1e6, 0.5]},
        {"a": [1.0, -2.0, 3.0, -4.0, 5.0, -6.0, 7.0], "b": [0.5, 2.0, -1.5, 4.0, 3.0, 0.25, 8.0]},
        *OF_TWO_LENGTHS,
    ],
    hints=[
        "The lists are [1, 2, 3] and [4, 0, -1]. Which numbers meet, and what do they make?",
        "Each entry of the first list meets the entry that stands at the same place in the second "
        '(chapter 3, "Multiple inputs: What does this neural network do?"). An entry without a '
        "partner is a mistake, and mistakes should be loud.",
        "(n,) and (n,) give (n,): entry i is a[i] * b[i], in a new list. Two different lengths raise "
        "a ValueError; note that zip(a, b) stops at the shorter list without a word, while "
        "zip(a, b, strict=True) raises it for you.",
    ],
)


@elementwise_multiply.law("is as long as each of the lists")
def keeps_the_length(answer, a, b):
    a, b = of_one_length(a, b)
    expect(answer(a, b)).has_shape(len(a))


@elementwise_multiply.law("stays the same when the two lists are swapped")
def order_is_free(answer, a, b):
    a, b = of_one_length(a, b)
    expect(answer(b, a)).equals(np.asarray(answer(a, b)))


@elementwise_multiply.law("leaves a list as it is when the other is all ones")
def ones_change_nothing(answer, a):
    expect(answer(a, np.ones(len(a)))).equals(a)


@elementwise_multiply.law("is three times as large when one of the lists is")
def grows_with_a_list(answer, a, b):
    a, b = of_one_length(a, b)
    expect(answer(3 * a, b)).equals(3 * np.asarray(answer(a, b)))


@elementwise_multiply.law("is turned round when both lists are turned round")
def works_place_by_place(answer, a, b):
    a, b = of_one_length(a, b)
    expect(answer(a[::-1], b[::-1])).equals(np.asarray(answer(a, b))[::-1])


@elementwise_multiply.law("raises a ValueError when one list is longer than the other")
def refuses_two_lengths(answer, a, b):
    a, b = of_one_length(a, b)
    expect(answer(np.append(a, 2.0), b)).raises(ValueError)
    expect(answer(a, np.append(b, 2.0))).raises(ValueError)


@elementwise_multiply.misconception(
    "one number: the products added up",
    "Adding up comes later, in weighted_sum. Here every place keeps its own product.",
)
def summed_up(a, b):
    check_lengths(a, b)
    return sum(x * y for x, y in zip(a, b))


@elementwise_multiply.misconception(
    "the sum at every place instead of the product",
    "Here the entries that meet are multiplied; elementwise_add adds them.",
)
def adds_instead(a, b):
    check_lengths(a, b)
    return [x + y for x, y in zip(a, b)]


@elementwise_multiply.misconception(
    "a longer list cut off without a word",
    "What the longer list has left over is dropped, and zip does just that unless told otherwise. "
    "Compare the lengths and raise a ValueError, or say zip(a, b, strict=True).",
)
def missing_length_check(a, b):
    return [x * y for x, y in zip(a, b)]


@elementwise_multiply.misconception(
    "a loop over the places of `a` alone",
    "The places of `a` say nothing of `b`: a longer `b` loses its end, a shorter one gives an "
    "IndexError. Compare the lengths first and raise a ValueError.",
)
def only_the_length_of_a(a, b):
    return [a[i] * b[i] for i in range(len(a))]


@elementwise_multiply.misconception(
    "a list of one number stretched to the length of the other",
    "NumPy quietly repeats a single entry (it calls that broadcasting). Here [2] and [1, 2, 3] do "
    "not fit: compare the lengths first.",
)
def single_entry_stretched(a, b):
    return np.array(a) * np.array(b)


@elementwise_multiply.misconception(
    "an AssertionError where a ValueError is expected",
    "`assert` notices the two lengths, but it can be switched off, and what it raises is an "
    "AssertionError. Use if len(a) != len(b): raise ValueError(...).",
)
def asserts_the_length(a, b):
    assert len(a) == len(b)
    return [x * y for x, y in zip(a, b)]


@elementwise_multiply.misconception(
    "every entry of `a` with every entry of `b`",
    "All entries meet all others here, as in two nested loops or in np.outer. Only those at the "
    "same place should: one loop over both lists.",
)
def all_pairs(a, b):
    check_lengths(a, b)
    return np.outer(a, b)


@elementwise_multiply.misconception(
    "the products with their decimals cut off",
    "0.7 becomes 0 where int(...) is used, or where the result was prepared as an array of "
    "integers. Prepare it with np.zeros(n), or gather the products in a list, as they are.",
)
def int_truncation(a, b):
    check_lengths(a, b)
    products = np.zeros(len(a), dtype=int)
    for i in range(len(a)):
        products[i] = a[i] * b[i]
    return products


@elementwise_multiply.misconception(
    "`a` itself, changed",
    "`a[i] = ...` writes into the caller's list, under whatever name. Put the products into a new "
    "one.",
)
def mutates_input(a, b):
    check_lengths(a, b)
    for i in range(len(a)):
        a[i] = a[i] * b[i]
    return a


@elementwise_multiply.misconception(
    "all products but the last",
    "range(n) already stops before n, and so does a slice: range(len(a)) reaches every place.",
)
def last_left_out(a, b):
    check_lengths(a, b)
    return [a[i] * b[i] for i in range(len(a) - 1)]


@elementwise_multiply.misconception(
    "all products but the first",
    "Python counts from 0: the first entries are a[0] and b[0], and range(len(a)) begins there.",
)
def first_left_out(a, b):
    check_lengths(a, b)
    return [a[i] * b[i] for i in range(1, len(a))]


@elementwise_multiply.misconception(
    "one product in a list, that of the first place",
    "Every place has a product. If your `return` stands inside the loop, it ends after one: move it "
    "below the loop, under the `for`.",
)
def returned_inside_the_loop(a, b):
    check_lengths(a, b)
    for x, y in zip(a, b):
        return [x * y]


@elementwise_multiply.misconception(
    "one product in a list, and no word about the lengths",
    "Every place has a product. If your `return` stands inside the loop, it ends after one: move it "
    "below the loop, under the `for`. And two different lengths raise a ValueError.",
)
def returned_inside_and_lengths_ignored(a, b):
    for i in range(len(a)):
        return [a[i] * b[i]]


@elementwise_multiply.misconception(
    "the product at the first place, as a number",
    "Every place has a product. Gather them in a list, and return it below the loop, under the `for`: "
    "a `return` inside ends after one place.",
)
def first_as_a_number(a, b):
    check_lengths(a, b)
    for x, y in zip(a, b):
        return x * y


@elementwise_multiply.misconception(
    "exactly three products, however long the lists are",
    "The book's lists have three entries, yours may have any number of them: let the loop run over "
    "range(len(a)), and start from an empty list. Two different lengths raise a ValueError.",
)
def hardcoded_three(a, b):
    return [a[i] * b[i] for i in range(3)]


@elementwise_multiply.misconception(
    "the products of arrays, and an error for lists",
    "`a * b` knows arrays only: Python cannot multiply two lists. Go through the places one by one, "
    "or make arrays of both. Two different lengths raise a ValueError.",
)
def star_as_it_stands(a, b):
    return a * b


@elementwise_multiply.misconception(
    "the products of arrays, but an error for lists of one length",
    "`a * b` knows arrays only: Python cannot multiply two lists. Go through the places one by one, "
    "or make arrays of both.",
)
def star_behind_a_check(a, b):
    check_lengths(a, b)
    return a * b


@elementwise_multiply.alternative
def with_numpy(a, b):
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        raise ValueError("the shapes differ")
    return np.multiply(b, a)


@elementwise_multiply.alternative
def place_by_place(a, b):
    if len(a) != len(b):
        raise ValueError(f"{len(a)} is not {len(b)}")
    products = []
    for i in range(len(b)):
        products.append(float(b[i]) * float(a[i]))
    return tuple(products)


# --- elementwise_add ---------------------------------------------------------------------------

elementwise_add = exercise(
    "elementwise_add",
    inputs={"a": Array(("n",), lists=True), "b": Array(("n",), lists=True)},
    arrange=empty_at_its_simplest,
    edges=[
        {"a": [1.0, 2.0, 3.0], "b": [4.0, 0.0, -1.0]},
        {"a": [8.5, 0.65, 1.2], "b": [0.1, 0.2, 0.0]},
        {"a": [-3.0, 0.25, 4.0], "b": [0.5, -8.0, 2.0]},
        {"a": [2.0, 2.0, 5.0, 5.0], "b": [3.0, 3.0, -5.0, 0.125]},
        {"a": [0.0625, 1e-4, -0.5], "b": [0.03125, 2e-4, 0.25]},
        {"a": [0.0, 1e6, 2.0], "b": [7.0, 1e6, 0.5]},
        {"a": [1.0, -2.0, 3.0, -4.0, 5.0, -6.0, 7.0], "b": [0.5, 2.0, -1.5, 4.0, 3.0, 0.25, 8.0]},
        *OF_TWO_LENGTHS,
    ],
    hints=[
        "The lists are [1, 2, 3] and [4, 0, -1]. Which numbers meet, and what do they make? How "
        "long is the result?",
        "Walk along both lists side by side, and add what stands at the same place "
        '(chapter 3, "Multiple inputs: What does this neural network do?"). Between two Python '
        "lists, `+` does something else: try it.",
        "(n,) and (n,) give (n,): entry i is a[i] + b[i], in a new list. Two different lengths raise "
        "a ValueError, and zip(a, b, strict=True) raises it for you.",
    ],
)


@elementwise_add.law("is as long as each of the lists")
def keeps_the_length(answer, a, b):
    a, b = of_one_length(a, b)
    expect(answer(a, b)).has_shape(len(a))


@elementwise_add.law("stays the same when the two lists are swapped")
def order_is_free(answer, a, b):
    a, b = of_one_length(a, b)
    expect(answer(b, a)).equals(np.asarray(answer(a, b)))


@elementwise_add.law("leaves a list as it is when the other is all zeros")
def zeros_change_nothing(answer, a):
    expect(answer(a, np.zeros(len(a)))).equals(a)


@elementwise_add.law("is nothing but zeros for a list and its opposite")
def opposites_cancel(answer, a):
    expect(answer(a, -a)).equals(np.zeros(len(a)))


@elementwise_add.law("grows by 1 everywhere when one of the lists does")
def grows_with_a_list(answer, a, b):
    a, b = of_one_length(a, b)
    expect(answer(a, b + 1)).equals(np.asarray(answer(a, b)) + 1)


@elementwise_add.law("is turned round when both lists are turned round")
def works_place_by_place(answer, a, b):
    a, b = of_one_length(a, b)
    expect(answer(a[::-1], b[::-1])).equals(np.asarray(answer(a, b))[::-1])


@elementwise_add.law("raises a ValueError when one list is longer than the other")
def refuses_two_lengths(answer, a, b):
    a, b = of_one_length(a, b)
    expect(answer(np.append(a, 2.0), b)).raises(ValueError)
    expect(answer(a, np.append(b, 2.0))).raises(ValueError)


@elementwise_add.misconception(
    "one list behind the other",
    "Between lists, `+` means one behind the other: [1] + [2] is [1, 2]. Add the numbers, place by "
    "place.",
)
def one_behind_the_other(a, b):
    return list(a) + list(b)


@elementwise_add.misconception(
    "one number: everything added up",
    "Every place keeps a sum of its own: (n,) comes out, not a single number.",
)
def summed_up(a, b):
    check_lengths(a, b)
    return sum(a) + sum(b)


@elementwise_add.misconception(
    "the product at every place instead of the sum",
    "Here the entries that meet are added; elementwise_multiply multiplies them.",
)
def multiplies_instead(a, b):
    check_lengths(a, b)
    return [x * y for x, y in zip(a, b)]


@elementwise_add.misconception(
    "the difference at every place", "Nothing is taken away: the entries that meet are added."
)
def subtracts_instead(a, b):
    check_lengths(a, b)
    return [x - y for x, y in zip(a, b)]


@elementwise_add.misconception(
    "a longer list cut off without a word",
    "What the longer list has left over is dropped, and zip does just that unless told otherwise. "
    "Compare the lengths and raise a ValueError, or say zip(a, b, strict=True).",
)
def missing_length_check(a, b):
    return [x + y for x, y in zip(a, b)]


@elementwise_add.misconception(
    "a longer list kept to its end, with 0 for the missing partners",
    "Two lengths mean that something went wrong before. Do not guess a 0: raise a ValueError.",
)
def filled_up_with_zeros(a, b):
    n = max(len(a), len(b))
    return [(a[i] if i < len(a) else 0) + (b[i] if i < len(b) else 0) for i in range(n)]


@elementwise_add.misconception(
    "a list of one number stretched to the length of the other",
    "NumPy quietly repeats a single entry (it calls that broadcasting). Here [2] and [1, 2, 3] do "
    "not fit: compare the lengths first.",
)
def single_entry_stretched(a, b):
    return np.array(a) + np.array(b)


@elementwise_add.misconception(
    "an AssertionError where a ValueError is expected",
    "`assert` notices the two lengths, but it can be switched off, and what it raises is an "
    "AssertionError. Use if len(a) != len(b): raise ValueError(...).",
)
def asserts_the_length(a, b):
    assert len(a) == len(b)
    return [x + y for x, y in zip(a, b)]


@elementwise_add.misconception(
    "the sums with their decimals cut off",
    "0.7 becomes 0 where int(...) is used, or where the result was prepared as an array of "
    "integers. Prepare it with np.zeros(n), or gather the sums in a list, as they are.",
)
def int_truncation(a, b):
    check_lengths(a, b)
    sums = np.zeros(len(a), dtype=int)
    for i in range(len(a)):
        sums[i] = a[i] + b[i]
    return sums


@elementwise_add.misconception(
    "`a` itself, changed",
    "`a[i] = ...` and `a[i] += ...` write into the caller's list, under whatever name. Put the sums "
    "into a new one.",
)
def mutates_input(a, b):
    check_lengths(a, b)
    for i in range(len(a)):
        a[i] += b[i]
    return a


@elementwise_add.misconception(
    "all sums but the last",
    "range(n) already stops before n, and so does a slice: range(len(a)) reaches every place.",
)
def last_left_out(a, b):
    check_lengths(a, b)
    return [a[i] + b[i] for i in range(len(a) - 1)]


@elementwise_add.misconception(
    "all sums but the first",
    "Python counts from 0: the first entries are a[0] and b[0], and range(len(a)) begins there.",
)
def first_left_out(a, b):
    check_lengths(a, b)
    return [a[i] + b[i] for i in range(1, len(a))]


@elementwise_add.misconception(
    "one sum in a list, that of the first place",
    "Every place has a sum. If your `return` stands inside the loop, it ends after one: move it "
    "below the loop, under the `for`.",
)
def returned_inside_the_loop(a, b):
    check_lengths(a, b)
    for x, y in zip(a, b):
        return [x + y]


@elementwise_add.misconception(
    "one sum in a list, and no word about the lengths",
    "Every place has a sum. If your `return` stands inside the loop, it ends after one: move it "
    "below the loop, under the `for`. And two different lengths raise a ValueError.",
)
def returned_inside_and_lengths_ignored(a, b):
    for i in range(len(a)):
        return [a[i] + b[i]]


@elementwise_add.misconception(
    "the sum at the first place, as a number",
    "Every place has a sum. Gather them in a list, and return it below the loop, under the `for`: "
    "a `return` inside ends after one place.",
)
def first_as_a_number(a, b):
    check_lengths(a, b)
    for x, y in zip(a, b):
        return x + y


@elementwise_add.misconception(
    "exactly three sums, however long the lists are",
    "The book's lists have three entries, yours may have any number of them: let the loop run over "
    "range(len(a)), and start from an empty list. Two different lengths raise a ValueError.",
)
def hardcoded_three(a, b):
    return [a[i] + b[i] for i in range(3)]


@elementwise_add.misconception(
    "the sums of arrays, but of two lists one behind the other",
    "`a + b` adds arrays, but between lists it means one behind the other. Go through the places "
    "one by one, or make arrays of both. Two different lengths raise a ValueError.",
)
def plus_as_it_stands(a, b):
    return a + b


@elementwise_add.misconception(
    "the sums of arrays, but of lists of one length one behind the other",
    "`a + b` adds arrays, but between lists it means one behind the other. Go through the places "
    "one by one, or make arrays of both.",
)
def plus_behind_a_check(a, b):
    check_lengths(a, b)
    return a + b


@elementwise_add.alternative
def with_numpy(a, b):
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        raise ValueError("the shapes differ")
    return np.add(b, a)


@elementwise_add.alternative
def place_by_place(a, b):
    if len(a) != len(b):
        raise ValueError(f"{len(a)} is not {len(b)}")
    return tuple(float(b[i]) + float(a[i]) for i in range(len(b)))


# --- vector_sum --------------------------------------------------------------------------------

vector_sum = exercise(
    "vector_sum",
    inputs={"values": Array(("n",), lists=True)},
    arrange=empty_at_its_simplest,
    edges=[
        {"values": [1.0, 2.0, 4.0]},
        {"values": [-2.5, 0.25, -0.5]},
        {"values": [3.0, 3.0, 5.0]},
        {"values": [0.0, 0.0, 0.0]},
        {"values": [5.0, -2.0, -3.0]},
        {"values": [0.5, 0.25, 0.125, 0.125]},
        {"values": [1e6, -0.5, 1e6]},
        {"values": [0.0625, 1e-4, -0.03125]},
        {"values": TOES},
        {"values": [7.0, -1.0, 0.5, 2.0, -4.0, 8.0, 0.25]},
    ],
    hints=[
        "Before you have added anything, what is the total? And what is it if nothing ever comes?",
        "Keep a running total and let every number of the list join it "
        '(chapter 3, "Multiple inputs: What does this neural network do?").',
        "(n,) comes in, one number goes out: values[0] + values[1] + ... + values[n - 1]. The total "
        "is 0 before the loop, each `value` in `values` is added to it inside, and it is returned "
        "below.",
    ],
)


@vector_sum.law("grows by 3 when a 3 joins the list, in front or at the end")
def every_number_counts(answer, values):
    before = np.asarray(answer(values))
    expect(answer(np.append(values, 3.0)), "with a 3 at the end").equals(before + 3)
    expect(answer(np.append(3.0, values)), "with a 3 in front").equals(before + 3)


@vector_sum.law("does not depend on the order of the numbers")
def order_is_free(answer, values):
    expect(answer(values[::-1])).equals(np.asarray(answer(values)))


@vector_sum.law("turns round when every number turns round")
def turns_round(answer, values):
    expect(answer(-values)).equals(-np.asarray(answer(values)))


@vector_sum.law("is twice as large when the list is there twice")
def doubles_with_the_list(answer, values):
    expect(answer(np.tile(values, 2))).equals(2 * np.asarray(answer(values)))


@vector_sum.law("of a single number is that number")
def one_number_is_its_own_sum(answer, values):
    for value in values[-1:]:
        expect(answer(values[-1:])).equals(value)


@vector_sum.law("of no numbers is 0")
def nothing_adds_up_to_zero(answer, values):
    expect(answer(values[:0])).equals(0)


@vector_sum.misconception(
    "the mean instead of the sum", "Do not divide: the sum simply grows with every number."
)
def averages_instead_of_sums(values):
    return sum(values) / max(len(values), 1)


@vector_sum.misconception(
    "the last number only",
    "The total forgets what came before. `total = value` (or `=+`) throws it away, and so does a "
    "`total = 0` inside the loop; an adding behind the loop happens only once. Write "
    "total += value inside the loop.",
)
def last_only(values):
    total = 0.0
    for value in values:
        total = value
    return total


@vector_sum.misconception(
    "the first number only",
    "What comes after the first number is never added. If your `return` stands inside the loop, "
    "it ends after one number: move it below the loop, under the `for`.",
)
def returned_inside_the_loop(values):
    total = 0.0
    for value in values:
        total += value
        return total
    return total


@vector_sum.misconception(
    "a sum that leaves out the last number",
    "range(n) already stops before n, and so does a slice: range(len(values)) reaches all of them.",
)
def last_left_out(values):
    total = 0.0
    for i in range(len(values) - 1):
        total += values[i]
    return total


@vector_sum.misconception(
    "a sum that leaves out the first number",
    "Python counts from 0: the first number is values[0], and range(len(values)) begins there.",
)
def first_left_out(values):
    total = 0.0
    for i in range(1, len(values)):
        total += values[i]
    return total


@vector_sum.misconception(
    "a sum that is larger by 1",
    "A sum begins at 0, where nothing has been added. It is a product that begins at 1.",
)
def begins_at_one(values):
    return 1.0 + sum(values)


@vector_sum.misconception(
    "an error for an empty list",
    "An empty list has no values[0]. Begin with a total of 0 instead, and the sum of no numbers "
    "is 0.",
)
def begins_with_the_first(values):
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total


@vector_sum.misconception(
    "the product instead of the sum", "Add the numbers up; begin at 0 and use +, not *."
)
def multiplied_up(values):
    total = 1.0
    for value in values:
        total *= value
    return total


@vector_sum.misconception(
    "all running totals", "Return one number, the last total: that is np.sum, not np.cumsum."
)
def running_totals(values):
    return np.cumsum(values)


@vector_sum.misconception(
    "the numbers without their signs", "A negative number pulls the sum down: leave its sign alone."
)
def signs_ignored(values):
    return sum(abs(value) for value in values)


@vector_sum.misconception(
    "the numbers with their decimals cut off",
    "Each number lost its decimals before it was added, as with int(...): 0.5 became 0. Add them "
    "as they are.",
)
def int_truncation(values):
    return sum(int(value) for value in values)


@vector_sum.misconception(
    "the first number only, and None for an empty list",
    "What comes after the first number is never added. If your `return` stands inside the loop, "
    "it ends after one number: move it below the loop, under the `for`.",
)
def first_or_none(values):
    for value in values:
        return value


@vector_sum.misconception(
    "the last number only, and an error for an empty list",
    "The total forgets what came before. Set it to 0 once, in front of the loop, and let every "
    "number join it with total += value.",
)
def reset_inside_the_loop(values):
    for value in values:
        total = 0
        total += value
    return total


@vector_sum.misconception(
    "the last number only, as values[-1]",
    "Only one number is heard. Begin with a total of 0, and let every number join it in a loop.",
)
def last_by_its_place(values):
    return values[-1]


@vector_sum.misconception(
    "the sum of the first three numbers",
    "The list may have any length: let a loop go over all of it.",
)
def hardcoded_three(values):
    return values[0] + values[1] + values[2]


@vector_sum.misconception(
    "a sum in which the first number counts twice",
    "If the total begins with values[0], the loop must not add it once more. Begin with a total of "
    "0: then the sum of no numbers is 0, too.",
)
def first_counted_twice(values):
    total = values[0]
    for value in values:
        total += value
    return total


@vector_sum.misconception(
    "the sum of the places instead of the numbers",
    "In `for i in range(len(values))`, i counts 0, 1, 2 and so on. The number is values[i]: add that.",
)
def places_added_up(values):
    return sum(range(len(values)))


@vector_sum.misconception(
    "how many numbers there are", "len counts them. Add them up instead: begin at 0 and use +."
)
def counted(values):
    return len(values)


@vector_sum.alternative
def with_numpy(values):
    return np.sum(values)


@vector_sum.alternative
def from_the_end(values):
    total = 0
    for i in reversed(range(len(values))):
        total = float(values[i]) + total
    return total


# --- vector_mean -------------------------------------------------------------------------------

vector_mean = exercise(
    "vector_mean",
    # Thirds of numbers that add up to 0 leave a rest in float32, which would be all there is.
    inputs={"values": Array(("n",), SMALL, lists=True)},
    arrange=lambda values: empty_at_its_simplest(values=values if values.sum() else values + 1),
    edges=[
        {"values": [1.0, 2.0, 6.0]},
        {"values": [-2.5, -2.5, -2.5, -2.5]},
        {"values": [0.0, 0.0, 0.0, 0.0]},
        {"values": [1.0, 2.0, 4.0, 6.0]},
        {"values": [3.0, 3.0, 3.0, 3.0]},
        {"values": [0.0, 0.0, 3.0, 1.0]},
        {"values": [-1.0, -2.0, -6.0, -7.0]},
        {"values": [1.0, -2.0, 1.0, 0.0]},
        {"values": [1e6, 1e6, 2e6]},
        {"values": TOES},
        {"values": [7.0, -1.0, 0.5, 2.0, -4.0, 8.0, 0.25]},
    ],
    hints=[
        "Three friends have 1, 2 and 6 apples and share them evenly. How many does each get? And "
        "if there are no friends at all?",
        "Put everything together, then share it out "
        '(chapter 3, "Multiple inputs: What does this neural network do?"). You have a function '
        "for the first half.",
        "(n,) comes in, one number goes out: vector_sum(values), divided by n, which is len(values). "
        "If n is 0, raise a ValueError; len(values) == 0 works for lists and for arrays.",
    ],
)


@vector_mean.law("lies between the smallest and the largest number")
def lies_in_between(answer, values):
    if len(values):
        low, high = values.min(), values.max()
        mean = expect(answer(values), f"the mean of numbers from {low:g} to {high:g}")
        mean.is_at_least(low)
        mean.is_at_most(high)


@vector_mean.law("is the number itself when all are the same")
def same_numbers_mean_themselves(answer, values):
    for value in values[:1]:
        expect(answer(values[:1]), "of a single number").equals(value)
        expect(answer(np.full(len(values), value))).equals(value)


@vector_mean.law("gives back the sum when it is multiplied with how many there are")
def shares_everything_out(answer, values):
    if len(values):
        n = len(values)
        expect(n * np.asarray(answer(values)), f"{n} times the mean").equals(values.sum())


@vector_mean.law("moves along when every number grows by 2")
def moves_along(answer, values):
    if len(values):
        moved = np.asarray(answer(values + 2))
        expect(moved - 2, "the mean of the numbers that have grown by 2, less 2,").equals(
            np.asarray(answer(values))
        )


@vector_mean.law("stays the same when the list is there twice, or turned round")
def repeating_changes_nothing(answer, values):
    if len(values):
        mean = np.asarray(answer(values))
        expect(answer(np.tile(values, 2)), "of the list written twice").equals(mean)
        expect(answer(values[::-1]), "of the list turned round").equals(mean)


@vector_mean.law("raises a ValueError when there are no numbers")
def refuses_no_numbers(answer, values):
    expect(answer(values[:0])).raises(ValueError)


@vector_mean.misconception(
    "the sum instead of the mean", "Share it out: divide the sum by how many numbers there are."
)
def sum_instead(values):
    if len(values) == 0:
        raise ValueError("no numbers, no mean")
    return sum(values)


@vector_mean.misconception(
    "a ZeroDivisionError where a ValueError is expected",
    "Without numbers the sum is divided by 0. Look at the length first, and raise a ValueError "
    "that says what is wrong.",
)
def divides_by_zero(values):
    return float(sum(values)) / len(values)


@vector_mean.misconception(
    "nan (not a number) for an empty list",
    "NumPy only warns when there is nothing to share. Look at the length first, and raise a "
    "ValueError.",
)
def nan_for_nothing(values):
    return np.mean(values)


@vector_mean.misconception(
    "0 for an empty list",
    "A mean of 0 is something else than no mean at all: raise a ValueError, so that nobody takes "
    "the 0 for a result.",
)
def zero_for_nothing(values):
    return sum(values) / len(values) if len(values) else 0.0


@vector_mean.misconception(
    "the sum divided by one less than there are",
    "Share it among all n of them: divide by len(values).",
)
def divided_by_one_less(values):
    if len(values) == 0:
        raise ValueError("no numbers, no mean")
    return sum(values) / (len(values) - 1)


@vector_mean.misconception(
    "the sum divided by 3", "The list may have any length: divide by len(values)."
)
def hardcoded_three(values):
    if len(values) == 0:
        raise ValueError("no numbers, no mean")
    return sum(values) / 3


@vector_mean.misconception(
    "the number in the middle",
    "The median is the number in the middle of the sorted list. The mean takes all of them, added "
    "up and shared out.",
)
def median(values):
    if len(values) == 0:
        raise ValueError("no numbers, no mean")
    return np.median(values)


@vector_mean.misconception(
    "halfway between the smallest and the largest number",
    "The numbers in between count too: add all of them up, then divide by how many there are.",
)
def halfway(values):
    return (min(values) + max(values)) / 2


@vector_mean.misconception(
    "the mean with its decimals cut off",
    "`//` divides and throws the rest away, and so does rounding down. Divide with a single slash.",
)
def int_truncation(values):
    if len(values) == 0:
        raise ValueError("no numbers, no mean")
    return sum(values) // len(values)


@vector_mean.misconception(
    "the sum divided by 3, and 0 for an empty list",
    "The list may have any length: divide by len(values). Look at the length first: without numbers, "
    "raise a ValueError.",
)
def three_and_zero_for_nothing(values):
    return sum(values) / 3


@vector_mean.misconception(
    "the mean of the first three numbers",
    "The list may have any length: add all of it up, and divide by len(values). Without numbers, "
    "raise a ValueError.",
)
def first_three(values):
    return (values[0] + values[1] + values[2]) / 3


@vector_mean.misconception(
    "the sum instead of the mean, and 0 for an empty list",
    "Share it out: divide the sum by how many numbers there are. If there are none, raise a "
    "ValueError.",
)
def sum_and_zero_for_nothing(values):
    return sum(values)


@vector_mean.alternative
def with_numpy(values):
    if np.size(values) == 0:
        raise ValueError("nothing to share")
    return np.mean(values)


@vector_mean.alternative
def shares_added_up(values):
    n = len(values)
    if not n:
        raise ValueError("nothing to share")
    return sum(float(value) / n for value in values)


# --- weighted_sum ------------------------------------------------------------------------------

weighted_sum = exercise(
    "weighted_sum",
    inputs={"inputs": Array(("n",), lists=True), "weights": Array(("n",), lists=True)},
    edges=[
        {"inputs": [2.0, 3.0, 5.0], "weights": [0.5, 1.0, 0.0]},
        *({"inputs": game, "weights": [0.1, 0.2, 0.0]} for game in GAMES),
        {"inputs": [-3.0, 4.0], "weights": [0.5, -0.25]},
        {"inputs": [1.0, 2.0], "weights": [2.0, -1.0]},
        {"inputs": [0.5, 0.5, 1.5, 0.25], "weights": [0.5, 0.5, 0.5, -8.0]},
        {"inputs": [0.0, 0.0], "weights": [3.0, -4.0]},
        {"inputs": [1e6, 1.0], "weights": [-1e6, 0.5]},
        {"inputs": [1.0, -2.0, 3.0, 4.0, 5.0, -6.0], "weights": [0.5, 2.0, -1.5, 4.0, 3.0, 0.25]},
        {"inputs": [1.0, 2.0, 3.0], "weights": [4.0, 5.0]},
        {"inputs": [1.0, 2.0], "weights": [4.0, 5.0, 6.0]},
        {"inputs": [2.0], "weights": [1.0, 2.0, 3.0, 4.0, 5.0]},
        {"inputs": [1.0, 2.0, 3.0, 4.0, 5.0], "weights": [2.0]},
    ],
    hints=[
        "One input is heard at full volume, one at half, one not at all. How large is the "
        "prediction, if the inputs are 3, 2 and 5?",
        "Multiply every input by its own weight, then add everything up "
        '(chapter 3, "Multiple inputs: What does this neural network do?"). Two functions above '
        "do one half each.",
        "inputs (n,) and weights (n,) give a list of n products, elementwise_multiply(inputs, "
        "weights), and that gives one number, its vector_sum: "
        "inputs[0] * weights[0] + ... + inputs[n - 1] * weights[n - 1].",
    ],
)


@weighted_sum.law("is a single number")
def is_one_number(answer, inputs, weights):
    expect(answer(*of_one_length(inputs, weights))).has_shape()


@weighted_sum.law("hears one input alone when all other weights are 0")
def hears_one_input_alone(answer, inputs):
    heard = [answer(inputs, only_one) for only_one in np.eye(len(inputs))]
    for i, sound in enumerate(heard):
        expect(sound, f"with weight {i} at 1 and all others at 0").equals(inputs[i])


@weighted_sum.law("does not hear an input whose weight is 0")
def is_deaf_where_the_weight_is_zero(answer, inputs, weights):
    inputs, weights = of_one_length(inputs, weights)
    muted, louder = weights.copy(), inputs.copy()
    muted[0], louder[0] = 0, inputs[0] + 8
    expect(answer(louder, muted)).equals(np.asarray(answer(inputs, muted)))


@weighted_sum.law("stays the same when inputs and weights are swapped")
def order_is_free(answer, inputs, weights):
    inputs, weights = of_one_length(inputs, weights)
    expect(answer(weights, inputs)).equals(np.asarray(answer(inputs, weights)))


@weighted_sum.law("is twice as large when everything is there twice")
def doubles_with_the_lists(answer, inputs, weights):
    inputs, weights = of_one_length(inputs, weights)
    twice = answer(np.tile(inputs, 2), np.tile(weights, 2))
    expect(twice).equals(2 * np.asarray(answer(inputs, weights)))


@weighted_sum.law("turns round when every weight turns round")
def turns_round_with_the_weights(answer, inputs, weights):
    inputs, weights = of_one_length(inputs, weights)
    expect(answer(inputs, -weights)).equals(-np.asarray(answer(inputs, weights)))


@weighted_sum.law("raises a ValueError when an input has no weight, or a weight no input")
def refuses_two_lengths(answer, inputs, weights):
    inputs, weights = of_one_length(inputs, weights)
    expect(answer(np.append(inputs, 2.0), weights)).raises(ValueError)
    expect(answer(inputs, np.append(weights, 2.0))).raises(ValueError)


@weighted_sum.misconception(
    "the list of products, not added up",
    "You have multiplied each input by its weight. Now add the products up: one number is the "
    "prediction.",
)
def elementwise_not_dot(inputs, weights):
    check_lengths(inputs, weights)
    return [x * w for x, w in zip(inputs, weights)]


@weighted_sum.misconception(
    "the mean of the products", "A weighted sum is a sum: do not divide by the number of inputs."
)
def averages_instead_of_sums(inputs, weights):
    check_lengths(inputs, weights)
    return sum(x * w for x, w in zip(inputs, weights)) / len(inputs)


@weighted_sum.misconception(
    "a weighted mean",
    "Here the sum is divided by the sum of the weights, as np.average does it. Weights need not add "
    "up to 1: do not divide by anything.",
)
def divided_by_the_weights(inputs, weights):
    check_lengths(inputs, weights)
    return np.average(inputs, weights=weights)


@weighted_sum.misconception(
    "the sum of the inputs times the sum of the weights",
    "Each input has a weight of its own: multiply first, place by place, and add up afterwards.",
)
def sums_multiplied(inputs, weights):
    check_lengths(inputs, weights)
    return sum(inputs) * sum(weights)


@weighted_sum.misconception(
    "the sum of inputs and weights",
    "The weight of an input is a factor: multiply the two before you add up.",
)
def added_instead_of_multiplied(inputs, weights):
    check_lengths(inputs, weights)
    return sum(x + w for x, w in zip(inputs, weights))


@weighted_sum.misconception(
    "the inputs added up without their weights",
    "Every input is heard as loud as its weight says. Multiply it by its weight first.",
)
def weights_ignored(inputs, weights):
    check_lengths(inputs, weights)
    return sum(inputs)


@weighted_sum.misconception(
    "the last product only",
    "The total forgets what came before. `total = ...` throws it away, and so does a `total = 0` "
    "inside the loop; an adding behind the loop happens only once. Write total += input * weight "
    "inside the loop.",
)
def last_only(inputs, weights):
    check_lengths(inputs, weights)
    return inputs[-1] * weights[-1]


@weighted_sum.misconception(
    "a prediction made from the part of the lists that fits",
    "What the longer list has left over is dropped, and zip does just that unless told otherwise. "
    "Two different lengths should raise a ValueError.",
)
def missing_length_check(inputs, weights):
    return sum(x * w for x, w in zip(inputs, weights))


@weighted_sum.misconception(
    "a list of one number stretched to the length of the other",
    "NumPy's `*` quietly repeats a single entry (it calls that broadcasting). Compare the lengths "
    "first, or use np.dot, which refuses.",
)
def single_entry_stretched(inputs, weights):
    return np.sum(np.array(inputs) * np.array(weights))


@weighted_sum.misconception(
    "an AssertionError where a ValueError is expected",
    "The book's listing uses `assert` for this. An assert can be switched off: compare the lengths "
    "with `if`, and raise a ValueError.",
)
def asserts_the_length(inputs, weights):
    assert len(inputs) == len(weights)
    return sum(x * w for x, w in zip(inputs, weights))


@weighted_sum.misconception(
    "exactly three products, however many inputs there are",
    "Three inputs are the book's example only. Let a loop run over as many as there are.",
)
def hardcoded_three(inputs, weights):
    check_lengths(inputs, weights)
    return sum(inputs[i] * weights[i] for i in range(3))


@weighted_sum.misconception(
    "a prediction that is never below 0",
    "Negative predictions are allowed here: nothing is cut off in this chapter.",
)
def nested_nonlinearity_added(inputs, weights):
    check_lengths(inputs, weights)
    return max(0.0, sum(x * w for x, w in zip(inputs, weights)))


@weighted_sum.misconception(
    "a prediction with its decimals cut off",
    "Cut off like this, as int(...) does it, 0.98 becomes 0. Keep the decimals.",
)
def int_truncation(inputs, weights):
    check_lengths(inputs, weights)
    return int(sum(x * w for x, w in zip(inputs, weights)))


@weighted_sum.misconception(
    "the inputs changed on the way",
    "`inputs[i] = ...` writes into the caller's list, under whatever name, and the next prediction "
    "starts from the products. Gather them in a list of your own.",
)
def mutates_input(inputs, weights):
    check_lengths(inputs, weights)
    for i in range(len(inputs)):
        inputs[i] = inputs[i] * weights[i]
    return sum(inputs)


@weighted_sum.misconception(
    "a sum that leaves out the last product",
    "range(n) already stops before n, and so does a slice: range(len(inputs)) reaches every input.",
)
def last_left_out(inputs, weights):
    check_lengths(inputs, weights)
    return sum(inputs[i] * weights[i] for i in range(len(inputs) - 1))


@weighted_sum.misconception(
    "a sum that leaves out the first product",
    "Python counts from 0: the first input is inputs[0], and range(len(inputs)) begins there.",
)
def first_left_out(inputs, weights):
    check_lengths(inputs, weights)
    return sum(inputs[i] * weights[i] for i in range(1, len(inputs)))


@weighted_sum.misconception(
    "the first product only",
    "Every input is heard. If your `return` stands inside the loop, it ends after one product: move "
    "it below the loop, under the `for`.",
)
def returned_inside_the_loop(inputs, weights):
    check_lengths(inputs, weights)
    return inputs[0] * weights[0]


@weighted_sum.misconception(
    "the first product only, and no word about the lengths",
    "Every input is heard. If your `return` stands inside the loop, it ends after one product: move "
    "it below the loop, under the `for`. And two different lengths raise a ValueError.",
)
def returned_inside_and_lengths_ignored(inputs, weights):
    return inputs[0] * weights[0]


@weighted_sum.misconception(
    "the first weight for all the inputs",
    "Each input has a weight of its own: inputs[i] meets weights[i].",
)
def one_weight_for_all(inputs, weights):
    check_lengths(inputs, weights)
    return sum(x * weights[0] for x in inputs)


@weighted_sum.misconception(
    "the book's weights 0.1, 0.2 and 0 instead of those that come in",
    "They belong to one example. Take them from `weights`, as many as there are.",
)
def weights_of_the_book(inputs, weights):
    return sum(inputs[i] * [0.1, 0.2, 0][i] for i in range(3))


@weighted_sum.misconception(
    "the list of products, and no word about the lengths",
    "You have multiplied each input by its weight. Now add the products up: one number is the "
    "prediction. And compare the lengths first, because NumPy quietly repeats a single entry.",
)
def products_with_numpy(inputs, weights):
    return np.array(inputs) * np.array(weights)


@weighted_sum.alternative
def with_dot(inputs, weights):
    return np.dot(inputs, weights)


@weighted_sum.alternative
def counted_down(inputs, weights):
    if len(weights) != len(inputs):
        raise ValueError("an input without a weight, or a weight without an input")
    total, i = 0, len(inputs)
    while i > 0:
        i -= 1
        total += float(inputs[i]) * float(weights[i])
    return total


@weighted_sum.alternative
def products_first(inputs, weights):
    products = [x * w for x, w in zip(weights, inputs, strict=True)]
    return sum(products)


# --- dot_score ---------------------------------------------------------------------------------

dot_score = exercise(
    "dot_score",
    inputs={"vector": Array(("n",), lists=True), "rows": Array(("m", "n"), lists=True)},
    edges=[
        {"vector": [1.0, 0.0, 1.0], "rows": [[2.0, 0.0, 2.0], [0.0, 5.0, 0.0], [-1.0, 1.0, 0.0]]},
        {"vector": [2.0, -1.0], "rows": [[1.0, 2.0], [3.0, 0.5], [1.0, 2.0], [-1.0, -1.0]]},
        {"vector": [1.0, 2.0], "rows": [[0.0, 3.0], [1.0, 0.0]]},
        {"vector": [0.0, 0.0, 0.0], "rows": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]},
        {"vector": [0.5, 1.5, -2.5, 0.25], "rows": [[0.5, 1.5, -2.5, 0.25], [1.0, 1.0, 1.0, 1.0]]},
        {"vector": [3.0, 4.0], "rows": [[30.0, 40.0], [3.0, 4.0], [-6.0, -8.0], [-4.0, 3.0]]},
        {"vector": [1e3, 1.0], "rows": [[1e3, 1.0], [-1e3, 1.0]]},
        {"vector": GAMES[0], "rows": GAMES},
        {"vector": [1.0, 2.0, 3.0], "rows": [[1.0, 2.0], [3.0, 4.0]]},
        {"vector": [1.0, 2.0], "rows": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]},
        {"vector": [2.0], "rows": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]},
        {"vector": [1.0, 2.0, 3.0], "rows": [[2.0], [1.0], [0.5], [-1.0]]},
    ],
    hints=[
        "One row is large where the vector is large, one is large only where the vector is 0. "
        "Which of them is more like the vector?",
        "A weighted sum is high where both lists are large in the same places, so it measures how "
        'alike they are (chapter 3, "Multiple inputs: What does this neural network do?"). Do it '
        "for one row; then for all of them.",
        "vector (n,) and one row (n,) give one number, weighted_sum(vector, row); m rows give (m,), "
        "a list with one such number for each `row` in `rows`.",
    ],
)


def of_one_width(vector, rows):
    n = min(len(vector), rows.shape[1])
    return vector[:n], rows[:, :n]


@dot_score.law("is highest for the row that points the vector's way, among rows equally long")
def is_highest_for_the_parallel_row(answer, vector):
    others = [vector[::-1], np.roll(vector, 1), abs(vector), -vector]
    scores = np.asarray(answer(vector, np.array([vector, *others])))
    what = "the score of the row that is the vector itself, less the score of each row"
    expect(scores[0] - scores, what).is_at_least(0)


@dot_score.law("is the square of the vector's length, for the vector itself")
def is_the_square_of_the_length(answer, vector):
    expect(answer(vector, vector.reshape(1, -1))).equals([np.sum(vector**2)])


@dot_score.law("is 0 for a row that is 0 wherever the vector is not")
def is_zero_where_nothing_is_shared(answer, vector, rows):
    vector, rows = of_one_width(vector, rows)
    expect(answer(vector, rows * (vector == 0))).equals(np.zeros(len(rows)))


@dot_score.law("turns negative for the row that points the other way")
def turns_round_with_the_row(answer, vector, rows):
    vector, rows = of_one_width(vector, rows)
    expect(answer(vector, -rows)).equals(-np.asarray(answer(vector, rows)))


@dot_score.law("is twice as high for a row twice as long")
def doubles_with_the_row(answer, vector, rows):
    vector, rows = of_one_width(vector, rows)
    expect(answer(vector, 2 * rows)).equals(2 * np.asarray(answer(vector, rows)))


@dot_score.law("scores every row on its own")
def rows_do_not_mix(answer, vector, rows):
    vector, rows = of_one_width(vector, rows)
    expect(answer(vector, rows[::-1])).equals(np.asarray(answer(vector, rows))[::-1])


@dot_score.law("raises a ValueError when a row is longer or shorter than the vector")
def refuses_rows_of_another_length(answer, vector, rows):
    vector, rows = of_one_width(vector, rows)
    some = rows.tolist()
    expect(answer(np.append(vector, 1.0), rows)).raises(ValueError)
    expect(answer(vector, np.hstack([rows, rows]))).raises(ValueError)
    expect(answer(vector, [*some, [1.0] * (len(vector) + 1)]), "a long last row").raises(ValueError)
    expect(answer(vector, [*some, some[0][1:]]), "a short last row").raises(ValueError)


@dot_score.misconception(
    "cosine similarity: the score divided by both lengths",
    "Cosine similarity only looks at the direction. The dot score also grows with the numbers: do "
    "not divide.",
)
def cosine_similarity(vector, rows):
    vector = np.asarray(vector)
    return [np.dot(vector, row) / np.linalg.norm(vector) / np.linalg.norm(row) for row in rows]


@dot_score.misconception(
    "the distance to each row",
    "A distance is small where two lists are alike. A score is high there: multiply the entries "
    "that meet, and add up.",
)
def distance_instead(vector, rows):
    for row in rows:
        check_lengths(vector, row)
    return [np.sqrt(sum((x - y) ** 2 for x, y in zip(vector, row))) for row in rows]


@dot_score.misconception(
    "the number of places where both are the same",
    "To be equal is too much to ask: 4 and 5 are large together. Multiply the entries that meet, "
    "and add up.",
)
def counts_equal_places(vector, rows):
    for row in rows:
        check_lengths(vector, row)
    return [sum(x == y for x, y in zip(vector, row)) for row in rows]


@dot_score.misconception(
    "the number of the row that is most alike",
    "This picks one row, as np.argmax does. Return the scores of all rows, (m,), and leave the "
    "choice to others.",
)
def best_row_only(vector, rows):
    return np.argmax([weights_times_inputs(row, vector) for row in rows])


@dot_score.misconception(
    "a matrix of products, not added up",
    "Multiplying the entries that meet is the first half. Add each row up: one score a row.",
)
def elementwise_not_dot(vector, rows):
    for row in rows:
        check_lengths(vector, row)
    return [[x * y for x, y in zip(vector, row)] for row in rows]


@dot_score.misconception(
    "one number for all rows together",
    "Each row gets a score of its own: begin a new sum for each of them, and gather the sums in a "
    "list.",
)
def all_rows_together(vector, rows):
    return sum(weights_times_inputs(row, vector) for row in rows)


@dot_score.misconception(
    "the mean product instead of the sum",
    "The score is a weighted sum: do not divide by the number of entries.",
)
def averages_instead_of_sums(vector, rows):
    return [weights_times_inputs(row, vector) / len(vector) for row in rows]


@dot_score.misconception(
    "a score without its sign",
    "A negative score says that the two pull in opposite directions. Keep it.",
)
def sign_dropped(vector, rows):
    return [abs(weights_times_inputs(row, vector)) for row in rows]


@dot_score.misconception(
    "0 instead of every negative score",
    "A negative score says that the two pull in opposite directions. Keep it: nothing is cut off "
    "in this chapter.",
)
def nested_nonlinearity_added(vector, rows):
    return [max(0.0, weights_times_inputs(row, vector)) for row in rows]


@dot_score.misconception(
    "a score made from the part of a row that fits",
    "What the longer list has left over is dropped, and zip does just that unless told otherwise. "
    "A row of another length should raise a ValueError.",
)
def missing_length_check(vector, rows):
    return [sum(x * y for x, y in zip(vector, row)) for row in rows]


@dot_score.misconception(
    "a single entry stretched to the length of the other list",
    "NumPy's `*` quietly repeats a single entry (it calls that broadcasting). Compare the lengths, "
    "or use np.dot, which refuses.",
)
def single_entry_stretched(vector, rows):
    return (np.array(rows) * np.array(vector)).sum(axis=1)


@dot_score.misconception(
    "scores with their decimals cut off",
    "0.7 becomes 0 where int(...) is used, or where the scores are written into an array of "
    "integers. Prepare it with np.zeros(m), or gather the scores in a list, as they are.",
)
def int_truncation(vector, rows):
    scores = np.zeros(len(rows), dtype=int)
    for i, row in enumerate(rows):
        scores[i] = weights_times_inputs(row, vector)
    return scores


@dot_score.misconception(
    "a score for each column instead of each row",
    "np.dot(vector, rows), like a loop over zip(*rows), lets the vector meet the columns. Each *row* "
    "gets a score: np.dot(rows, vector), or one row after the other.",
)
def columns_instead_of_rows(vector, rows):
    return np.dot(vector, rows)


@dot_score.misconception(
    "the score of the first row, in a list",
    "Every row gets a score. If your `return` stands inside the loop, it ends after one row: move it "
    "below the loop, under the `for`.",
)
def returned_inside_the_loop(vector, rows):
    return [weights_times_inputs(rows[0], vector)]


@dot_score.misconception(
    "the score of the first row, as a number",
    "Every row gets a score: gather them in a list, one row after the other, and return it below "
    "the loop, under the `for`.",
)
def first_as_a_number(vector, rows):
    return weights_times_inputs(rows[0], vector)


@dot_score.misconception(
    "the score of the last row, in a list",
    "Every row gets a score. If your `append` stands behind the loop, it happens only once: move it "
    "inside.",
)
def last_row_only(vector, rows):
    return [weights_times_inputs(rows[-1], vector)]


@dot_score.misconception(
    "scores that go on growing from row to row",
    "Each score is a sum of its own: set the total back to 0 for every row.",
)
def total_never_reset(vector, rows):
    return np.cumsum([weights_times_inputs(row, vector) for row in rows])


@dot_score.misconception(
    "a matrix of NumPy's products, not added up",
    "Multiplying the entries that meet is the first half, and np.dot(rows, vector) does both. It "
    "also refuses rows of another length, where `*` quietly repeats a single entry.",
)
def products_with_numpy(vector, rows):
    return np.array(rows) * np.array(vector)


@dot_score.alternative
def with_matrix_product(vector, rows):
    return np.asarray(rows) @ np.asarray(vector)


@dot_score.alternative
def in_plain_loops(vector, rows):
    scores = []
    for row in rows:
        if len(row) != len(vector):
            raise ValueError("a row is too long or too short")
        score = 0
        for i in reversed(range(len(row))):
            score += float(row[i]) * float(vector[i])
        scores.append(score)
    return tuple(scores)


# --- scale_vector ------------------------------------------------------------------------------

scale_vector = exercise(
    "scale_vector",
    inputs={"x": Number(), "weights": Array(("m",), lists=True)},
    edges=[
        {"x": 2.0, "weights": [0.5, 1.0, -3.0]},
        {"x": 0.65, "weights": [0.3, 0.2, 0.9]},
        {"x": 3, "weights": [2.0, -1.0, 4.0]},
        {"x": 0.0, "weights": [1.0, 2.0, -1.0, 3.0]},
        {"x": -0.5, "weights": [0.5, 0.5, 1.5, 0.0]},
        {"x": 1e6, "weights": [1e6, -0.125, 3.0]},
        {"x": 0.125, "weights": [0.125, -0.375, 0.001]},
        {"x": 2.5, "weights": [3.0, 1.0, 4.0, 1.0, -5.0, 9.0, 2.0]},
    ],
    hints=[
        "Three predictions are made from one input. If you change the weight of the first, what "
        "happens to the other two?",
        "Each prediction hears the same input, as loud as its own weight says "
        '(chapter 3, "Making a prediction with multiple outputs").',
        "One number and weights (m,) give (m,): prediction i is x * weights[i]. A Python list "
        "times a number does something else, so go through the weights one by one, and gather "
        "x * weight for each of them in a new list.",
    ],
)


@scale_vector.law("has one prediction for each weight")
def has_a_prediction_for_each_weight(answer, x, weights):
    expect(answer(x, weights)).has_shape(len(weights))
    expect(answer(x, np.tile(weights, 3)), "for three times as many weights").has_shape(
        3 * len(weights)
    )


@scale_vector.law("is the weights themselves when the input is 1")
def input_of_one_gives_the_weights(answer, weights):
    expect(answer(1.0, weights)).equals(weights)


@scale_vector.law("is 0 everywhere when the input is 0")
def silence_gives_nothing(answer, weights):
    expect(answer(0.0, weights)).equals(np.zeros(len(weights)))


@scale_vector.law("changes one prediction when one weight changes, and leaves the others alone")
def predictions_do_not_know_each_other(answer, x, weights):
    changed = weights.copy()
    changed[0] += 1
    before, after = np.asarray(answer(x, weights)), np.asarray(answer(x, changed))
    expect(after[1:], "the other predictions, with 1 more on the first weight,").equals(before[1:])
    gains = "what the first prediction gains when its weight grows by 1"
    expect(after[0] - before[0], gains).equals(x)


@scale_vector.law("is three times as large when the input is three times as large")
def grows_with_the_input(answer, x, weights):
    expect(answer(3 * x, weights)).equals(3 * np.asarray(answer(x, weights)))


@scale_vector.misconception(
    "exactly three predictions, however many weights there are",
    "The book's listing prepares [0, 0, 0], which fits its own example only. Make room for as many "
    "predictions as there are weights.",
)
def hardcoded_three(x, weights):
    predictions = [0, 0, 0]
    for i in range(len(weights)):
        predictions[i] = x * weights[i]
    return predictions


@scale_vector.misconception(
    "the input added to every weight",
    "A weight says how loud the input is heard: multiply the two.",
)
def adds_instead(x, weights):
    return [x + weight for weight in weights]


@scale_vector.misconception(
    "one number: the predictions added up",
    "Each weight makes a prediction of its own: return all of them, (m,).",
)
def summed_up(x, weights):
    return sum(x * weight for weight in weights)


@scale_vector.misconception(
    "each prediction made from the one before it",
    "Every prediction starts from the same x. A line like `x = x * weight` overwrites it on the "
    "way.",
)
def input_overwritten(x, weights):
    predictions = []
    for weight in weights:
        x = x * weight
        predictions.append(x)
    return predictions


@scale_vector.misconception(
    "the first prediction only",
    "Each weight makes a prediction. If your `return` stands inside the loop, it ends after one "
    "weight: gather the predictions in a list, and return it below the loop.",
)
def returned_inside_the_loop(x, weights):
    for weight in weights:
        return [x * weight]
    return []


@scale_vector.misconception(
    "predictions that are never below 0",
    "Negative predictions are allowed here: nothing is cut off in this chapter.",
)
def nested_nonlinearity_added(x, weights):
    return [max(0.0, x * weight) for weight in weights]


@scale_vector.misconception(
    "shares of the input",
    "The weights need not add up to 1, and the predictions do not share x among them: do not "
    "divide by anything.",
)
def divided_by_the_weights(x, weights):
    weights = np.asarray(weights)
    return x * weights / np.sum(weights)


@scale_vector.misconception(
    "predictions with their decimals cut off",
    "0.7 becomes 0 where int(...) is used, or where the predictions are written into an array of "
    "integers. Prepare it with np.zeros(m), or gather the predictions in a list, as they are.",
)
def int_truncation(x, weights):
    predictions = np.zeros(len(weights), dtype=int)
    for i in range(len(weights)):
        predictions[i] = x * weights[i]
    return predictions


@scale_vector.misconception(
    "the weights themselves, changed",
    "`weights[i] = ...` writes into the caller's list, under whatever name: the network has lost "
    "its weights. Put the predictions into a new list.",
)
def mutates_input(x, weights):
    for i in range(len(weights)):
        weights[i] = x * weights[i]
    return weights


@scale_vector.misconception(
    "the first prediction, as a number",
    "Each weight makes a prediction. If your `return` stands inside the loop, it ends after one "
    "weight: gather the predictions in a list, and return it below the loop.",
)
def first_as_a_number(x, weights):
    return x * weights[0]


@scale_vector.misconception(
    "all predictions but the last",
    "range(m) already stops before m, and so does a slice: range(len(weights)) reaches every weight.",
)
def last_left_out(x, weights):
    return [x * weights[i] for i in range(len(weights) - 1)]


@scale_vector.misconception(
    "all predictions but the first",
    "Python counts from 0: the first weight is weights[0], and range(len(weights)) begins there.",
)
def first_left_out(x, weights):
    return [x * weights[i] for i in range(1, len(weights))]


@scale_vector.misconception(
    "the last prediction, in a list",
    "Each weight makes a prediction. If your `append` stands behind the loop, it happens only once: "
    "move it inside.",
)
def last_only(x, weights):
    return [x * weights[-1]]


@scale_vector.misconception(
    "the weights as they came in",
    "x plays no part in this. (`weight = x * weight` in a loop gives a name a new value, and leaves "
    "the list alone.) Gather x * weight for every weight in a new list.",
)
def input_ignored(x, weights):
    return weights


@scale_vector.misconception(
    "the input for each weight",
    "The weights play no part in this. Each says how loud x is heard: multiply the two.",
)
def weights_ignored(x, weights):
    return [x for _ in weights]


@scale_vector.misconception(
    "every weight raised to the power of the input",
    "In Python `**` is a power and `*` is a product: x * weight.",
)
def power_instead_of_product(x, weights):
    return [weight**x for weight in weights]


@scale_vector.misconception(
    "the predictions for an array of weights, and an error for a list",
    "`x * weights` knows arrays only: Python cannot multiply a list by a decimal number. Go through "
    "the weights one by one, or make an array of them.",
)
def star_as_it_stands(x, weights):
    return weights * x


@scale_vector.misconception(
    "the book's printed listing, which only works for three weights",
    "It prepares [0, 0, 0] and asserts that there are three. Make room for as many predictions as "
    "there are weights, and leave the assert out.",
)
def the_printed_listing(x, weights):
    assert len(weights) == 3
    return [x * weight for weight in weights]


@scale_vector.alternative
def with_numpy(x, weights):
    return np.asarray(weights) * x


@scale_vector.alternative
def place_by_place(x, weights):
    predictions = [0.0] * len(weights)
    for i in reversed(range(len(weights))):
        predictions[i] = float(weights[i]) * float(x)
    return tuple(predictions)


# --- matvec ------------------------------------------------------------------------------------

matvec = exercise(
    "matvec",
    inputs={"weights": Array(("m", "n"), lists=True), "inputs": Array(("n",), lists=True)},
    edges=[
        {"weights": [[1.0, 0.0, 2.0], [0.0, -1.0, 0.5]], "inputs": [1.0, 2.0, 4.0]},
        {"weights": HURT_WIN_SAD, "inputs": GAMES[0]},
        {"weights": [[1.0, 2.0], [3.0, 4.0]], "inputs": [3.0, -1.0]},
        {"weights": [[1.0], [0.5], [-2.0], [0.0], [3.0]], "inputs": [1.5]},
        {"weights": [[0.5, 1.0, -1.0, 2.0, 0.25, 4.0]], "inputs": [1.0, 2.0, 3.0, -4.0, 5.0, 6.0]},
        {"weights": [[1.0, 2.0], [1.0, 2.0], [-1.0, -2.0]], "inputs": [0.5, 0.25]},
        {"weights": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], "inputs": [0.0, 0.0, 0.0]},
        {"weights": [[1e3, 1.0], [-1.0, 1e3]], "inputs": [1e3, 0.5]},
        {"weights": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], "inputs": [1.0, 2.0, 3.0]},
        {"weights": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], "inputs": [1.0, 2.0]},
        {"weights": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]], "inputs": [2.0]},
        {"weights": [[2.0], [1.0], [0.5], [-1.0], [3.0]], "inputs": [1.0, 2.0, 3.0, 4.0, 5.0]},
    ],
    hints=[
        "Two predictions are made from three inputs. How many weights are there, and which of them "
        "belong to the first prediction?",
        "Each prediction is a weighted sum of all inputs, with weights of its own "
        '(chapter 3, "Predicting with multiple inputs and outputs"). You can make one prediction '
        "already; now make one for each row.",
        "weights (m, n) and inputs (n,) give (m,): prediction i is the weighted_sum of the inputs "
        "and the row weights[i], which is (n,) like the inputs. Make one for each `row` in "
        "`weights`, and gather them in a list. m and n may differ.",
    ],
)


def of_inputs_that_fit(weights, inputs):
    n = min(weights.shape[1], len(inputs))
    return weights[:, :n], inputs[:n]


@matvec.law("has one prediction for each row of weights")
def has_a_prediction_for_each_row(answer, weights, inputs):
    weights, inputs = of_inputs_that_fit(weights, inputs)
    expect(answer(weights, inputs)).has_shape(len(weights))


@matvec.law("is the first column of weights when only the first input is 1, and so on")
def reads_out_the_columns(answer, weights):
    heard = [answer(weights, only_one) for only_one in np.eye(weights.shape[1])]
    for i, column in enumerate(heard):
        expect(column, f"with input {i} at 1 and all others at 0").equals(weights[:, i])


@matvec.law("gives the inputs back when each prediction hears just its own input")
def identity_gives_the_inputs_back(answer, inputs):
    expect(answer(np.eye(len(inputs)), inputs)).equals(inputs)


@matvec.law("is, for the sum of two inputs, the sum of their predictions")
def inputs_add_up(answer, weights, inputs):
    weights, inputs = of_inputs_that_fit(weights, inputs)
    other = np.arange(1.0, len(inputs) + 1)
    both = np.asarray(answer(weights, inputs)) + answer(weights, other)
    expect(answer(weights, inputs + other)).equals(both)


@matvec.law("makes each prediction from its own row alone")
def predictions_do_not_know_each_other(answer, weights, inputs):
    weights, inputs = of_inputs_that_fit(weights, inputs)
    changed = weights.copy()
    changed[-1] += 1
    before, after = np.asarray(answer(weights, inputs)), np.asarray(answer(changed, inputs))
    expect(after[:-1], "the other predictions, with 1 more on the last row,").equals(before[:-1])
    gains = "what the last prediction gains when each weight of its row grows by 1"
    expect(after[-1] - before[-1], gains).equals(inputs.sum())


@matvec.law("raises a ValueError when a row has a weight too many or too few")
def refuses_rows_that_do_not_fit(answer, weights, inputs):
    weights, inputs = of_inputs_that_fit(weights, inputs)
    some = weights.tolist()
    expect(answer(weights, np.append(inputs, 1.0))).raises(ValueError)
    expect(answer(np.hstack([weights, weights]), inputs)).raises(ValueError)
    expect(answer([*some, [1.0] * (len(inputs) + 1)], inputs), "a long last row").raises(ValueError)
    expect(answer([*some, some[0][1:]], inputs), "a short last row").raises(ValueError)


@matvec.misconception(
    "the rows and columns of the weights in each other's places",
    "Here a *row* belongs to each prediction. With the inputs in front, as in "
    "np.dot(inputs, weights), or with a .T, it is a column: put the weights in front, as they are, "
    "or take one row after the other.",
)
def transposed_weights(weights, inputs):
    return np.dot(inputs, weights)


@matvec.misconception(
    "a prediction for each column instead of each row",
    "Row i of the weights belongs to prediction i: go through the rows. (zip(*weights) goes through "
    "the columns.)",
)
def columns_instead_of_rows(weights, inputs):
    return [sum(w * x for w, x in zip(column, inputs)) for column in zip(*weights)]


@matvec.misconception(
    "the book's printed listing, which only works for three inputs and three predictions",
    "It compares the number of inputs with the number of *rows*, and prepares three zeros. Compare "
    "it with the length of a row, and make one prediction for each row.",
)
def the_printed_listing(weights, inputs):
    assert len(inputs) == len(weights)
    predictions = [0, 0, 0]
    for i in range(len(inputs)):
        predictions[i] = weights_times_inputs(weights[i], inputs)
    return predictions


@matvec.misconception(
    "exactly three predictions, however many rows there are",
    "[0, 0, 0] fits the book's example only. Make room for as many predictions as there are rows.",
)
def hardcoded_three(weights, inputs):
    predictions = [0, 0, 0]
    for i in range(len(weights)):
        predictions[i] = weights_times_inputs(weights[i], inputs)
    return predictions


@matvec.misconception(
    "as many predictions as inputs",
    "There may be more predictions than inputs, or fewer: let the loop run over the rows, "
    "range(len(weights)).",
)
def one_prediction_an_input(weights, inputs):
    return [weights_times_inputs(weights[i], inputs) for i in range(len(inputs))]


@matvec.misconception(
    "a matrix of products, not added up",
    "Each input times its weight is the first half. Add every row up: one prediction a row.",
)
def elementwise_not_dot(weights, inputs):
    for row in weights:
        check_lengths(row, inputs)
    return [[w * x for w, x in zip(row, inputs)] for row in weights]


@matvec.misconception(
    "predictions that are never set back to 0",
    "Each prediction begins with a sum of its own: set the total to 0 inside the outer loop, for "
    "every row again.",
)
def total_never_reset(weights, inputs):
    return np.cumsum([weights_times_inputs(row, inputs) for row in weights])


@matvec.misconception(
    "the mean of the products",
    "A prediction is a weighted sum: do not divide by the number of inputs.",
)
def averages_instead_of_sums(weights, inputs):
    return [weights_times_inputs(row, inputs) / len(inputs) for row in weights]


@matvec.misconception(
    "a prediction made from the part of a row that fits",
    "What the longer list has left over is dropped, and zip does just that unless told otherwise. "
    "A row of another length should raise a ValueError.",
)
def missing_length_check(weights, inputs):
    return [sum(w * x for w, x in zip(row, inputs)) for row in weights]


@matvec.misconception(
    "a single entry stretched to the length of the other list",
    "NumPy's `*` quietly repeats a single entry (it calls that broadcasting). Compare the lengths, "
    "or use np.dot, which refuses.",
)
def single_entry_stretched(weights, inputs):
    return (np.array(weights) * np.array(inputs)).sum(axis=1)


@matvec.misconception(
    "predictions that are never below 0",
    "Negative predictions are allowed here: nothing is cut off in this chapter.",
)
def nested_nonlinearity_added(weights, inputs):
    return [max(0.0, weights_times_inputs(row, inputs)) for row in weights]


@matvec.misconception(
    "predictions with their decimals cut off",
    "0.7 becomes 0 where int(...) is used, or where the predictions are written into an array of "
    "integers. Prepare it with np.zeros(m), or gather the predictions in a list, as they are.",
)
def int_truncation(weights, inputs):
    predictions = np.zeros(len(weights), dtype=int)
    for i, row in enumerate(weights):
        predictions[i] = weights_times_inputs(row, inputs)
    return predictions


@matvec.misconception(
    "the weights changed on the way",
    "`weights[i][j] = ...` writes into the caller's matrix, under whatever name: the network has "
    "lost its weights. Gather the products in a list of your own.",
)
def mutates_input(weights, inputs):
    for row in weights:
        check_lengths(row, inputs)
        for j in range(len(row)):
            row[j] = row[j] * inputs[j]
    return [sum(row) for row in weights]


@matvec.misconception(
    "the first prediction, in a list",
    "Every row makes a prediction. If your `return` stands inside the loop over the rows, it ends "
    "after one: move it below the loop, under the `for`.",
)
def returned_inside_the_loop(weights, inputs):
    return [weights_times_inputs(weights[0], inputs)]


@matvec.misconception(
    "the first prediction, as a number",
    "Every row makes a prediction: gather them in a list, one row after the other, and return it "
    "below the loop, under the `for`.",
)
def first_as_a_number(weights, inputs):
    return weights_times_inputs(weights[0], inputs)


@matvec.misconception(
    "the last prediction, in a list",
    "Every row makes a prediction. If your `append` stands behind the loop over the rows, it "
    "happens only once: move it inside.",
)
def last_row_only(weights, inputs):
    return [weights_times_inputs(weights[-1], inputs)]


@matvec.misconception(
    "one number: the predictions added up",
    "Each row of weights makes a prediction of its own: return all m of them.",
)
def summed_up(weights, inputs):
    return sum(weights_times_inputs(row, inputs) for row in weights)


@matvec.misconception(
    "a matrix of NumPy's products, not added up",
    "Each input times its weight is the first half, and np.dot(weights, inputs) does both. It also "
    "refuses rows of another length, where `*` quietly repeats a single entry.",
)
def products_with_numpy(weights, inputs):
    return np.array(weights) * np.array(inputs)


@matvec.misconception(
    "predictions that are never set back to 0, and a loop over the places of the inputs alone",
    "Each prediction begins with a sum of its own: set the total to 0 inside the outer loop, for "
    "every row again. And compare the length of each row with that of the inputs.",
)
def total_never_reset_and_lengths_ignored(weights, inputs):
    total, predictions = 0, []
    for row in weights:
        for i in range(len(inputs)):
            total += row[i] * inputs[i]
        predictions.append(total)
    return predictions


@matvec.misconception(
    "a loop over the places of the inputs alone",
    "The places of the inputs say nothing of the row: a longer row loses its end, a shorter one "
    "gives an IndexError. Compare the two lengths for every row, and raise a ValueError.",
)
def only_the_length_of_the_inputs(weights, inputs):
    return [sum(row[i] * inputs[i] for i in range(len(inputs))) for row in weights]


@matvec.alternative
def with_matrix_product(weights, inputs):
    return np.asarray(weights) @ np.asarray(inputs)


@matvec.alternative
def input_after_input(weights, inputs):
    predictions = [0.0] * len(weights)
    for row in weights:
        if len(row) != len(inputs):
            raise ValueError("a row is too long or too short")
    for j in range(len(inputs)):
        for i in range(len(weights)):
            predictions[i] += float(weights[i][j]) * float(inputs[j])
    return tuple(predictions)


# --- stacked_predict ---------------------------------------------------------------------------

stacked_predict = exercise(
    "stacked_predict",
    inputs={
        "inputs": Array(("n",), SMALL, lists=True),
        "hidden_weights": Array(("h", "n"), SMALL, lists=True),
        "output_weights": Array(("m", "h"), SMALL, lists=True),
    },
    edges=[
        {
            "inputs": [1.0, 2.0],
            "hidden_weights": [[1.0, 1.0], [0.0, 1.0], [2.0, 0.0]],
            "output_weights": [[1.0, 0.5, -1.0]],
        },
        *(
            {
                "inputs": game,
                "hidden_weights": INPUT_TO_HIDDEN,
                "output_weights": HIDDEN_TO_PREDICTION,
            }
            for game in GAMES
        ),
        {
            "inputs": [3.0, -1.0],
            "hidden_weights": [[1.0, 2.0], [3.0, 4.0]],
            "output_weights": [[0.0, 1.0], [-1.0, 2.0]],
        },
        {
            "inputs": [0.0, 0.0],
            "hidden_weights": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]],
            "output_weights": [[1.0, 1.0, 1.0]],
        },
        {
            "inputs": [1.0, 2.0],
            "hidden_weights": [[1.0, -1.0], [-2.0, 0.0], [0.5, 0.5]],
            "output_weights": [
                [-1.0, 0.5, 0.0],
                [1.0, 1.0, 2.0],
                [0.0, 0.0, -0.5],
                [3.0, 1.0, 1.0],
            ],
        },
        {
            "inputs": [1e3, 1.0],
            "hidden_weights": [[1e3, -1.0], [0.5, 1.0], [-1e3, 2.0]],
            "output_weights": [[1.0, -1.0, 0.5], [0.25, 0.0, 1.0]],
        },
    ],
    hints=[
        "There are two inputs, three hidden units and one prediction. How many numbers does the "
        "prediction hear: two or three?",
        "What the first layer predicts is what the second layer takes in "
        '(chapter 3, "Predicting on predictions"). You have a function for one layer; use it '
        "twice.",
        "hidden_weights (h, n) and inputs (n,) give hidden, (h,). output_weights (m, h) and hidden "
        "(h,) give the predictions, (m,). Both times matvec takes the weights first, then what goes "
        "through them.",
    ],
)


@stacked_predict.law("has one prediction for each row of the second layer's weights")
def has_a_prediction_for_each_row(answer, inputs, hidden_weights, output_weights):
    expect(answer(inputs, hidden_weights, output_weights)).has_shape(len(output_weights))


@stacked_predict.law("is the first layer alone when the second just passes on what it hears")
def second_layer_passes_on(answer, inputs, hidden_weights):
    passes_on = np.eye(len(hidden_weights))
    expect(answer(inputs, hidden_weights, passes_on)).equals(hidden_weights.dot(inputs))


@stacked_predict.law("is the second layer alone when the first just passes on what it hears")
def first_layer_passes_on(answer, hidden_weights, output_weights):
    h = len(hidden_weights)
    hidden = np.arange(1.0, h + 1)
    expect(answer(hidden, np.eye(h), output_weights)).equals(output_weights.dot(hidden))


@stacked_predict.law("is what one layer predicts, with the product of both matrices as its weights")
def two_layers_are_one(answer, inputs, hidden_weights, output_weights):
    one = np.dot(np.dot(output_weights, hidden_weights), inputs)
    expect(answer(inputs, hidden_weights, output_weights)).equals(one)


@stacked_predict.law("turns round when every input turns round")
def turns_round_with_the_inputs(answer, inputs, hidden_weights, output_weights):
    turned = answer(-inputs, hidden_weights, output_weights)
    expect(turned).equals(-np.asarray(answer(inputs, hidden_weights, output_weights)))


@stacked_predict.law("stays the same when the hidden units change places")
def hidden_units_may_change_places(answer, inputs, hidden_weights, output_weights):
    changed = answer(inputs, hidden_weights[::-1], output_weights[:, ::-1])
    expect(changed).equals(np.asarray(answer(inputs, hidden_weights, output_weights)))


@stacked_predict.misconception(
    "the second layer applied before the first",
    "The inputs meet hidden_weights first; output_weights takes what comes out of that. (With the "
    "book's 3 x 3 matrices the shapes fit either way, so nothing warns you.)",
)
def weights_order_swapped(inputs, hidden_weights, output_weights):
    return np.dot(hidden_weights, np.dot(output_weights, inputs))


@stacked_predict.misconception(
    "the rows and columns of the weights in each other's places",
    "Here a *row* belongs to each unit. With the inputs in front, as in np.dot(inputs, weights), or "
    "with a .T, it is a column: put the weights in front, as they are, or use matvec.",
)
def transposed_weights(inputs, hidden_weights, output_weights):
    return np.dot(np.dot(inputs, hidden_weights), output_weights)


@stacked_predict.misconception(
    "hidden units that are never below 0",
    "A relu between the layers comes in chapter 6. Here the hidden layer is passed on as it is.",
)
def nested_nonlinearity_added(inputs, hidden_weights, output_weights):
    return np.dot(output_weights, relu_of(np.dot(hidden_weights, inputs)))


@stacked_predict.misconception(
    "predictions that are never below 0",
    "Negative predictions are allowed here: nothing is cut off in this chapter.",
)
def nonlinearity_on_output(inputs, hidden_weights, output_weights):
    return relu_of(np.dot(output_weights, np.dot(hidden_weights, inputs)))


@stacked_predict.misconception(
    "the hidden layer instead of the predictions",
    "This is what the first layer gives. Send it through the second layer, too.",
)
def returns_the_hidden_layer(inputs, hidden_weights, output_weights):
    return np.dot(hidden_weights, inputs)


@stacked_predict.misconception(
    "both layers instead of the predictions",
    "Return the predictions alone; the hidden layer stays inside.",
)
def returns_both_layers(inputs, hidden_weights, output_weights):
    hidden = np.dot(hidden_weights, inputs)
    return hidden, np.dot(output_weights, hidden)


@stacked_predict.misconception(
    "the second layer fed with the inputs",
    "The second layer takes what the first layer gives, not the inputs: its rows are as long as "
    "there are hidden units.",
)
def second_layer_takes_the_inputs(inputs, hidden_weights, output_weights):
    return np.dot(output_weights, inputs)


@stacked_predict.misconception(
    "the first layer applied twice",
    "hidden_weights are there to make the hidden layer out of the inputs. What makes predictions "
    "out of that are the output_weights.",
)
def first_layer_twice(inputs, hidden_weights, output_weights):
    return np.dot(hidden_weights, np.dot(hidden_weights, inputs))


@stacked_predict.misconception(
    "a hidden layer of means instead of sums",
    "Each layer is a weighted sum: do not divide by the number of inputs.",
)
def averages_instead_of_sums(inputs, hidden_weights, output_weights):
    return np.dot(output_weights, np.dot(hidden_weights, inputs) / len(inputs))


@stacked_predict.misconception(
    "a hidden layer with its decimals cut off",
    "0.86 becomes 0 where int(...) is used, or where the hidden layer is written into an array of "
    "integers. Prepare it with np.zeros(h), or keep it as a list, as it is.",
)
def int_truncation(inputs, hidden_weights, output_weights):
    hidden = np.zeros(len(hidden_weights), dtype=int)
    for i, row in enumerate(hidden_weights):
        hidden[i] = np.dot(row, inputs)
    return np.dot(output_weights, hidden)


@stacked_predict.misconception(
    "one number: the predictions added up",
    "Each row of output_weights makes a prediction of its own: return all m of them.",
)
def summed_up(inputs, hidden_weights, output_weights):
    return np.sum(np.dot(output_weights, np.dot(hidden_weights, inputs)))


@stacked_predict.misconception(
    "the first prediction, as a number",
    "Each row of output_weights makes a prediction: send the hidden layer through all of them, as "
    "matvec does.",
)
def first_as_a_number(inputs, hidden_weights, output_weights):
    return np.dot(output_weights, np.dot(hidden_weights, inputs))[0]


@stacked_predict.alternative
def matrices_first(inputs, hidden_weights, output_weights):
    return np.dot(np.dot(output_weights, hidden_weights), inputs)


@stacked_predict.alternative
def in_plain_loops(inputs, hidden_weights, output_weights):
    hidden = []
    for row in hidden_weights:
        hidden.append(sum(float(w) * float(x) for w, x in zip(row, inputs)))
    return [sum(float(w) * unit for w, unit in zip(row, hidden)) for row in output_weights]


@stacked_predict.alternative
def with_einsum(inputs, hidden_weights, output_weights):
    return np.einsum("mh,hn,n->m", output_weights, hidden_weights, inputs)


# --- to_numpy_layout ---------------------------------------------------------------------------

to_numpy_layout = exercise(
    "to_numpy_layout",
    inputs={"rows": Array(("m", "n"), lists=True)},
    edges=[
        {"rows": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]},
        {"rows": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0], [9.0, 10.0]]},
        {"rows": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]},
        {"rows": HURT_WIN_SAD},
        {"rows": [[1.0, 2.0, 0.5, 4.0, -3.0, 0.0, 5.0]]},
        {"rows": [[1.0], [-2.5], [3.0], [0.25], [0.0], [7.0], [-1.0]]},
        {"rows": [[1.0, 2.0], [2.0, 1.0], [1.0, 2.0], [0.0, 0.0]]},
        {"rows": [[1e4, -1e4], [1e-4, 0.0625], [0.0, -0.03125]]},
    ],
    hints=[
        "By hand, [[1, 2, 3], [4, 5, 6]] makes two predictions from three inputs. Which numbers "
        "stand in the first *row* if each prediction has a column instead?",
        "The matrix is laid on its side: what was row 0 becomes column 0 "
        '(chapter 3, "A quick primer on NumPy"). Reshaping is something else: it keeps the numbers '
        "in reading order and only breaks the lines elsewhere.",
        "(m, n) becomes (n, m): entry [j, i] of the result is entry [i, j] of `rows`. Lists do not "
        "have .T; arrays do, and np.array(rows) is one.",
    ],
)


@to_numpy_layout.law("has a row for each input and a column for each prediction")
def has_the_other_shape(answer, rows):
    expect(answer(rows)).has_shape(rows.shape[1], rows.shape[0])


@to_numpy_layout.law("has the weights of a prediction in a column")
def rows_become_columns(answer, rows):
    turned = np.asarray(answer(rows))
    for i, row in enumerate(rows):
        expect(turned[:, i], f"column {i} of your result").equals(row)


@to_numpy_layout.law("lets np.dot, inputs first, predict the same as by hand")
def predicts_the_same(answer, rows):
    inputs = np.arange(1.0, rows.shape[1] + 1)
    by_hand = [sum(w * x for w, x in zip(row, inputs)) for row in rows]
    what = f"what np.dot([{', '.join(f'{x:g}' for x in inputs)}], your result) gives"
    expect(np.dot(inputs, np.asarray(answer(rows))), what).equals(by_hand)


@to_numpy_layout.law("done twice is the matrix as it was")
def twice_is_as_before(answer, rows):
    expect(answer(np.asarray(answer(rows))), "your result, turned once more,").equals(rows)


@to_numpy_layout.misconception(
    "the numbers in the same reading order, in other lines",
    "The numbers stayed in order and only the lines break elsewhere, as with reshape: that mixes up "
    "which weight belongs to which input. Turn the matrix with .T.",
)
def reshaped(rows):
    rows = np.array(rows)
    return rows.reshape(rows.shape[1], rows.shape[0])


@to_numpy_layout.misconception(
    "the matrix as it was",
    "It still has one row for each prediction. Lay it on its side, once, with .T.",
)
def not_turned(rows):
    return np.array(rows)


@to_numpy_layout.misconception(
    "the matrix turned like a picture, to the right",
    "A quarter turn, as np.rot90 makes it, also changes the order of the predictions or inputs. "
    "Rows become columns in the same order: .T.",
)
def turned_by_a_quarter(rows):
    return np.rot90(rows, -1)


@to_numpy_layout.misconception(
    "a result laid out like the rows",
    "The result has n rows and m columns, not m and n. Make room for it with "
    "np.zeros((n, m)), or use .T.",
)
def laid_out_like_the_rows(rows):
    result = np.zeros(np.array(rows).shape)
    for i in range(len(rows)):
        for j in range(len(rows[i])):
            result[j, i] = rows[i][j]
    return result


@to_numpy_layout.misconception(
    "a matrix of 3 x 3, whatever comes in",
    "Three inputs and three predictions are the book's example only. Ask for the number of rows, "
    "and for the length of a row.",
)
def hardcoded_three(rows):
    result = np.zeros((3, 3))
    for i in range(len(rows)):
        for j in range(len(rows[i])):
            result[j, i] = rows[i][j]
    return result


@to_numpy_layout.misconception(
    "weights with their decimals cut off",
    "0.9 becomes 0 in an array of integers, or where int(...) is used. Weights are decimals: keep "
    "them as they are, without dtype=int.",
)
def int_truncation(rows):
    return np.array(rows).astype(int).T


@to_numpy_layout.misconception(
    "a matrix without its empty axis",
    "A single row still becomes a matrix, with one column: shape (n, 1), not (n,).",
)
def shape_collapsed(rows):
    return np.squeeze(np.array(rows).T)


@to_numpy_layout.misconception(
    "the matrix turned like a picture, to the left",
    "A quarter turn, as np.rot90 makes it, also changes the order of the predictions or inputs. "
    "Rows become columns in the same order: .T.",
)
def turned_to_the_left(rows):
    return np.rot90(rows)


@to_numpy_layout.alternative
def with_zip(rows):
    return np.array([list(column) for column in zip(*rows)])


@to_numpy_layout.alternative
def entry_by_entry(rows):
    return [[float(rows[i][j]) for i in range(len(rows))] for j in range(len(rows[0]))]


@to_numpy_layout.alternative
def with_einsum(rows):
    return np.einsum("mn->nm", np.asarray(rows))


# --- batch_forward -----------------------------------------------------------------------------

batch_forward = exercise(
    "batch_forward",
    inputs={
        "inputs": Array(("batch", "n"), SMALL),
        "weights_0_1": Array(("n", "h"), SMALL),
        "weights_1_2": Array(("h", "m"), SMALL),
    },
    edges=[
        {
            "inputs": [[1.0, 2.0], [0.0, 1.0]],
            "weights_0_1": [[1.0, 0.0], [0.0, 1.0]],
            "weights_1_2": [[1.0], [3.0]],
        },
        {
            "inputs": GAMES,
            "weights_0_1": np.transpose(INPUT_TO_HIDDEN),
            "weights_1_2": np.transpose(HIDDEN_TO_PREDICTION),
        },
        {
            "inputs": [[1.0, -2.0]],
            "weights_0_1": [[1.0, 0.5, -1.0], [2.0, 1.0, 0.25]],
            "weights_1_2": [[1.0, 2.0], [0.0, -1.0], [4.0, 0.5]],
        },
        {
            "inputs": [[1.0, 2.0], [3.0, 4.0]],
            "weights_0_1": [[0.0, 1.0], [-1.0, 2.0]],
            "weights_1_2": [[1.0, 2.0], [3.0, -4.0]],
        },
        {
            "inputs": [[1.0, 2.0], [1.0, 2.0], [0.0, 0.0], [-1.0, 0.5]],
            "weights_0_1": [[1.0, 2.0, -1.0], [0.5, 1.0, 3.0]],
            "weights_1_2": [[2.0], [-1.0], [1.0]],
        },
        {
            "inputs": [[1e3, 1.0], [-1.0, 1e3], [0.5, 0.0]],
            "weights_0_1": [[1e3, -1.0, 0.5, 2.0], [0.5, 1.0, 0.0, -1e3]],
            "weights_1_2": [[1.0], [-1.0], [0.5], [0.25]],
        },
    ],
    hints=[
        "You have predictions for one example. What may the second example know of the first?",
        "In NumPy's layout the examples are rows and the units are columns, so one np.dot sends "
        'all examples through a layer at once (chapter 3, "A quick primer on NumPy" and '
        '"Predicting on predictions").',
        "(batch, n) . (n, h) gives (batch, h), the hidden layer of every example; (batch, h) . "
        "(h, m) gives (batch, m). The sizes in the middle tell you the order: a.dot(b) has `a` in "
        "front, so the inputs come first, then weights_0_1, then weights_1_2.",
    ],
)


@batch_forward.law("has one row of predictions for each example")
def has_a_row_for_each_example(answer, inputs, weights_0_1, weights_1_2):
    predictions = answer(inputs, weights_0_1, weights_1_2)
    expect(predictions).has_shape(len(inputs), weights_1_2.shape[1])


@batch_forward.law("predicts for each example what its layers give by hand")
def rows_are_predicted_as_by_hand(answer, inputs, weights_0_1, weights_1_2):
    predictions = np.asarray(answer(inputs, weights_0_1, weights_1_2))
    for i, row in enumerate(inputs):
        hidden = [sum(x * w for x, w in zip(row, column)) for column in weights_0_1.T]
        by_hand = [sum(x * w for x, w in zip(hidden, column)) for column in weights_1_2.T]
        expect(predictions[i], f"the predictions for row {i} of the inputs").equals(by_hand)


@batch_forward.law("predicts the same for an example alone as among others")
def rows_are_independent(answer, inputs, weights_0_1, weights_1_2):
    alone = [answer(inputs[i : i + 1], weights_0_1, weights_1_2) for i in range(len(inputs))]
    among = np.asarray(answer(inputs, weights_0_1, weights_1_2))
    for i, row in enumerate(alone):
        expect(np.asarray(row), f"row {i} of the inputs, sent in alone,").equals(among[i : i + 1])


@batch_forward.law(
    "puts the predictions into another order when the examples come in another order"
)
def rows_keep_their_places(answer, inputs, weights_0_1, weights_1_2):
    turned = answer(inputs[::-1], weights_0_1, weights_1_2)
    expect(turned).equals(np.asarray(answer(inputs, weights_0_1, weights_1_2))[::-1])


@batch_forward.law("is the product of both layers when each input comes in alone, as a 1")
def reads_out_both_layers(answer, weights_0_1, weights_1_2):
    each_alone = np.eye(len(weights_0_1))
    expect(answer(each_alone, weights_0_1, weights_1_2)).equals(weights_0_1.dot(weights_1_2))


@batch_forward.law("turns round when every input turns round")
def turns_round_with_the_inputs(answer, inputs, weights_0_1, weights_1_2):
    turned = answer(-inputs, weights_0_1, weights_1_2)
    expect(turned).equals(-np.asarray(answer(inputs, weights_0_1, weights_1_2)))


@batch_forward.misconception(
    "the second layer applied before the first",
    "The inputs meet weights_0_1 first: inputs.dot(weights_0_1), and only then weights_1_2.",
)
def weights_order_swapped(inputs, weights_0_1, weights_1_2):
    return inputs.dot(weights_1_2).dot(weights_0_1)


@batch_forward.misconception(
    "the rows and columns of the weights in each other's places",
    "Here a *column* of weights belongs to each unit. inputs.dot takes them as they are, without "
    ".T; matvec and stacked_predict, which want a *row* for each unit, take them with .T.",
)
def transposed_weights(inputs, weights_0_1, weights_1_2):
    return inputs.dot(weights_0_1.T).dot(weights_1_2.T)


@batch_forward.misconception(
    "a column for each example instead of a row",
    "Rows are examples, in the inputs and in the predictions: (batch, m).",
)
def transposed_result(inputs, weights_0_1, weights_1_2):
    return inputs.dot(weights_0_1).dot(weights_1_2).T


@batch_forward.misconception(
    "a product entry by entry instead of a weighted sum",
    "`*`, like np.multiply, multiplies the entries that stand at the same place. A layer is a "
    "weighted sum: use .dot or @.",
)
def elementwise_not_dot(inputs, weights_0_1, weights_1_2):
    return inputs * weights_0_1 * weights_1_2


@batch_forward.misconception(
    "hidden units that are never below 0",
    "A relu between the layers comes in chapter 6. Here the hidden layer is passed on as it is.",
)
def nested_nonlinearity_added(inputs, weights_0_1, weights_1_2):
    return relu_of(inputs.dot(weights_0_1)).dot(weights_1_2)


@batch_forward.misconception(
    "predictions that are never below 0",
    "Negative predictions are allowed here: nothing is cut off in this chapter.",
)
def nonlinearity_on_output(inputs, weights_0_1, weights_1_2):
    return relu_of(inputs.dot(weights_0_1).dot(weights_1_2))


@batch_forward.misconception(
    "the hidden layer instead of the predictions",
    "This is what the first layer gives. Send it through weights_1_2, too.",
)
def returns_the_hidden_layer(inputs, weights_0_1, weights_1_2):
    return inputs.dot(weights_0_1)


@batch_forward.misconception(
    "the predictions of the first example only",
    "Every row of inputs is an example. Send them all through: inputs.dot takes the whole matrix.",
)
def first_example_only(inputs, weights_0_1, weights_1_2):
    return inputs[0].dot(weights_0_1).dot(weights_1_2)


@batch_forward.misconception(
    "the predictions of all examples mixed into one row",
    "Examples do not know of each other: nothing is added up or averaged over the rows.",
)
def mean_over_the_batch(inputs, weights_0_1, weights_1_2):
    return inputs.dot(weights_0_1).dot(weights_1_2).mean(axis=0, keepdims=True)


@batch_forward.misconception(
    "a matrix without its axes of one",
    "A batch of one example is still a batch, and one prediction still has a column: keep the "
    "shape (batch, m).",
)
def shape_collapsed(inputs, weights_0_1, weights_1_2):
    return np.squeeze(inputs.dot(weights_0_1).dot(weights_1_2))


@batch_forward.misconception(
    "a hidden layer with its decimals cut off",
    "0.86 becomes 0 in an array of integers, or where int(...) is used. Keep the hidden layer as it "
    "is.",
)
def int_truncation(inputs, weights_0_1, weights_1_2):
    return inputs.dot(weights_0_1).astype(int).dot(weights_1_2)


@batch_forward.misconception(
    "one prediction, for the mean of the examples",
    "Examples do not know of each other: nothing is averaged over the rows. (batch, n) comes in, "
    "and (batch, m) goes out.",
)
def mean_without_its_axis(inputs, weights_0_1, weights_1_2):
    return inputs.dot(weights_0_1).dot(weights_1_2).mean(axis=0)


@batch_forward.misconception(
    "one prediction, for the sum of the examples",
    "Examples do not know of each other: nothing is added up over the rows. (batch, n) comes in, "
    "and (batch, m) goes out.",
)
def sum_over_the_batch(inputs, weights_0_1, weights_1_2):
    return inputs.dot(weights_0_1).dot(weights_1_2).sum(axis=0)


@batch_forward.misconception(
    "the predictions of the last example only",
    "Every row of inputs is an example. In a loop over the rows, gather what each of them gives; or "
    "send them all through at once: inputs.dot takes the whole matrix.",
)
def last_example_only(inputs, weights_0_1, weights_1_2):
    return inputs[-1].dot(weights_0_1).dot(weights_1_2)


@batch_forward.misconception(
    "the first example's predictions in every row",
    "Row i of the predictions belongs to row i of the inputs, not to row 0.",
)
def first_example_for_all(inputs, weights_0_1, weights_1_2):
    return [inputs[0].dot(weights_0_1).dot(weights_1_2) for _ in inputs]


@batch_forward.misconception(
    "the predictions of all examples in one long list",
    "Every example keeps a row of its own: (batch, m). In a loop, `append` keeps the rows, `extend` "
    "does not.",
)
def rows_run_together(inputs, weights_0_1, weights_1_2):
    return inputs.dot(weights_0_1).dot(weights_1_2).ravel()


@batch_forward.alternative
def matrices_first(inputs, weights_0_1, weights_1_2):
    return inputs @ (weights_0_1 @ weights_1_2)


@batch_forward.alternative
def row_by_row(inputs, weights_0_1, weights_1_2):
    predictions = []
    for row in inputs:
        hidden = [sum(float(x) * float(w) for x, w in zip(row, c)) for c in weights_0_1.T]
        predictions.append(
            [sum(unit * float(w) for unit, w in zip(hidden, c)) for c in weights_1_2.T]
        )
    return predictions


@batch_forward.alternative
def with_einsum(inputs, weights_0_1, weights_1_2):
    return np.einsum("bn,nh,hm->bm", inputs, weights_0_1, weights_1_2)


# --- broadcast_shape ---------------------------------------------------------------------------


def shape_or_none(shape_of, a_shape, b_shape):
    """The shape that NumPy gives; None where it raises a ValueError."""
    try:
        return shape_of(a_shape, b_shape)
    except ValueError:
        return None


def expect_shape(reply, shape):
    if shape is None:
        expect(reply).raises(ValueError)
    else:
        expect(reply).equals(shape)


def shapes(*pairs):
    return [{"a_shape": a_shape, "b_shape": b_shape} for a_shape, b_shape in pairs]


broadcast_shape = exercise(
    "broadcast_shape",
    inputs={
        "a_shape": ListOf(Choice((2, 1, 3, 0)), 0, 3),
        "b_shape": ListOf(Choice((2, 1, 3, 0)), 0, 3),
    },
    arrange=lambda a_shape, b_shape: {"a_shape": tuple(a_shape), "b_shape": tuple(b_shape)},
    edges=shapes(
        ((4, 1, 3), (5, 1)),
        ((), (4, 1, 2, 3)),
        ((2, 3, 1, 4), ()),
        ((2, 3), (2, 3)),
        ((2, 3), (3,)),
        ((3,), (2, 3)),
        ((2, 1), (1, 3)),
        ((1, 3), (2, 1)),
        ((2, 1), (3,)),
        ((1,), (2, 4)),
        ((2, 3, 4), (3, 1)),
        ((2, 1, 4), (3, 1)),
        ((3, 1), (2, 1, 4)),
        ((2, 3, 4), (2, 1, 1)),
        ((5, 1, 1), (2,)),
        ((1, 1, 1), (1,)),
        ((1, 1), (1, 1, 1)),
        ((11, 1), (1, 7)),
        ((1000, 784), (784,)),
        ((2, 1, 3, 1), (4, 1, 5)),
        # An axis without entries: it is a size like any other, and 1 is stretched to it, too.
        ((2, 0), (2, 1)),
        ((2, 1), (2, 0)),
        ((2, 0), (2, 0)),
        ((), (2, 0, 3)),
        ((1, 0), (3, 1)),
        ((2, 0), (1,)),
        ((0, 3), (3,)),
        # These do not fit, at the last axis, in the middle, or at the first.
        ((4,), (2, 5)),
        ((2, 3), (2,)),
        ((2,), (2, 3)),
        ((3, 2), (2, 3)),
        ((2, 4), (2, 2)),
        ((3, 0), (3, 2)),
        ((3, 2), (3, 0)),
        ((3, 0), (0, 1)),
        ((2, 3, 4), (2, 3)),
        ((2, 3, 4), (4, 3)),
        ((2, 2, 3), (3, 1, 1)),
        ((1, 2, 1), (1, 3, 1)),
        ((2, 1, 1), (3, 1, 1)),
        ((3, 4), (2, 2, 4)),
    ),
    hints=[
        "A matrix of shape (2, 3) and a list of shape (3,) are added. To what is the list added: "
        "to every row, or to every column?",
        "Write the two shapes below each other, flush right, and fill the shorter one up with 1s "
        'on its left (chapter 3, "A quick primer on NumPy"). Then look at one pair of sizes at a '
        "time.",
        "The result is a tuple, with as many sizes as the longer shape; (1,) * k makes k ones to "
        "put in front of the shorter. A pair of equal sizes gives that size; a pair with a 1 gives "
        "the other one (which may be 0); any other pair raises a ValueError.",
    ],
)


@broadcast_shape.law("is the shape itself when both shapes are the same")
def meets_itself(answer, a_shape):
    expect(answer(a_shape, a_shape)).equals(a_shape)


@broadcast_shape.law("is the shape itself when the other is a single number, or is all ones")
def ones_change_nothing(answer, a_shape):
    expect(answer(a_shape, ()), "with a single number").equals(a_shape)
    expect(answer(a_shape, (1,) * len(a_shape)), "with ones").equals(a_shape)


@broadcast_shape.law("does not depend on which shape comes first")
def order_is_free(answer, a_shape, b_shape):
    if shape_or_none(np.broadcast_shapes, a_shape, b_shape) is None:
        expect(answer(b_shape, a_shape)).raises(ValueError)
    else:
        expect(answer(b_shape, a_shape)).equals(tuple(answer(a_shape, b_shape)))


@broadcast_shape.law("gets the axes that only one shape has in front, on the left")
def new_axes_come_first(answer, a_shape):
    expect(answer((4, *a_shape), a_shape)).equals((4, *a_shape))


@broadcast_shape.law("stretches a 1 to any size, and refuses any other two sizes with a ValueError")
def only_ones_are_stretched(answer, a_shape):
    expect(answer((*a_shape, 1), (*a_shape, 4))).equals((*a_shape, 4))
    expect(answer((0, *a_shape), (1, *a_shape))).equals((0, *a_shape))
    expect(answer((*a_shape, 2), (*a_shape, 4))).raises(ValueError)
    expect(answer((2, *a_shape), (4, *a_shape))).raises(ValueError)


@broadcast_shape.law("is the shape of a + b in NumPy, or a ValueError where NumPy raises one")
def agrees_with_numpy(answer, a_shape, b_shape):
    shape = shape_or_none(np.broadcast_shapes, a_shape, b_shape)
    expect_shape(answer(a_shape, b_shape), shape)


def filled_up(a_shape, b_shape):
    axes = max(len(a_shape), len(b_shape))
    return [(1,) * (axes - len(shape)) + tuple(shape) for shape in (a_shape, b_shape)]


def stretched(a_shape, b_shape):
    if any(a != b and 1 not in (a, b) for a, b in zip(a_shape, b_shape)):
        raise ValueError("the shapes do not fit together")
    return tuple(b if a == 1 else a for a, b in zip(a_shape, b_shape))


def larger_sizes(a_shape, b_shape):
    return tuple(max(a, b) for a, b in zip(*filled_up(a_shape, b_shape)))


@broadcast_shape.misconception(
    "the shapes lined up on the left",
    "NumPy lines shapes up flush right: the last sizes meet, and missing ones are filled up with "
    "1s on the left.",
)
def lined_up_on_the_left(a_shape, b_shape):
    axes = max(len(a_shape), len(b_shape))
    return stretched(*(shape + (1,) * (axes - len(shape)) for shape in (a_shape, b_shape)))


@broadcast_shape.misconception(
    "the larger of any two sizes",
    "2 and 3 do not fit together, so NumPy raises a ValueError. Only a 1 can be stretched.",
)
def larger_of_the_two(a_shape, b_shape):
    return larger_sizes(a_shape, b_shape)


@broadcast_shape.misconception(
    "a shape for two shapes that do not fit",
    "Where neither of the two sizes is 1 they must be equal: compare them, and raise a ValueError "
    "if they differ.",
)
def missing_length_check(a_shape, b_shape):
    return tuple(b if a == 1 else a for a, b in zip(*filled_up(a_shape, b_shape)))


@broadcast_shape.misconception(
    "1 where a 1 meets a 0",
    "The larger size is not always the one that wins: it is the 1 that is stretched to the other "
    "size, and here the other size is 0, an axis without entries.",
)
def zero_overruled(a_shape, b_shape):
    stretched(*filled_up(a_shape, b_shape))
    return larger_sizes(a_shape, b_shape)


@broadcast_shape.misconception(
    "only equal sizes let through", "A size of 1 fits any other: it is stretched to it."
)
def ones_not_stretched(a_shape, b_shape):
    a_shape, b_shape = filled_up(a_shape, b_shape)
    if a_shape != b_shape:
        raise ValueError("the shapes differ")
    return a_shape


@broadcast_shape.misconception(
    "shapes of two lengths refused",
    "A shape may be shorter than the other: fill it up with 1s on its left.",
)
def lengths_must_agree(a_shape, b_shape):
    check_lengths(a_shape, b_shape)
    return stretched(a_shape, b_shape)


@broadcast_shape.misconception(
    "the axes of the longer shape lost",
    "The sizes of the longer shape that stand further left are part of the result. (zip stops where "
    "the shorter one ends.)",
)
def further_axes_lost(a_shape, b_shape):
    return stretched(a_shape[::-1], b_shape[::-1])[::-1]


@broadcast_shape.misconception(
    "any smaller size stretched to a multiple of it",
    "2 does not become 4 by being repeated: NumPy only ever stretches a 1.",
)
def divisors_stretched(a_shape, b_shape):
    pairs = list(zip(*filled_up(a_shape, b_shape)))
    if any(a != b and (0 in (a, b) or max(a, b) % min(a, b)) and 1 not in (a, b) for a, b in pairs):
        raise ValueError("the shapes do not fit together")
    return tuple(b if a == 1 else a if b == 1 else max(a, b) for a, b in pairs)


@broadcast_shape.misconception(
    "the shape of `a`, with `b` stretched to it but never `a` to `b`",
    "Either of the two can be the one that is stretched, at each axis anew: where `a` has the 1, "
    "take the size of `b`.",
)
def only_b_is_stretched(a_shape, b_shape):
    a_shape, b_shape = filled_up(a_shape, b_shape)
    if any(b not in (a, 1) for a, b in zip(a_shape, b_shape)):
        raise ValueError("the shapes do not fit together")
    return a_shape


@broadcast_shape.misconception(
    "None where the shapes do not fit",
    "Say it aloud: raise a ValueError, as NumPy does. A None would be noticed much later.",
)
def none_instead_of_an_error(a_shape, b_shape):
    try:
        return stretched(*filled_up(a_shape, b_shape))
    except ValueError:
        return None


@broadcast_shape.misconception(
    "both shapes, one behind the other",
    "The two arrays are multiplied entry by entry, so their axes lie on top of each other: write "
    "the shapes below each other, flush right.",
)
def one_behind_the_other(a_shape, b_shape):
    return a_shape + b_shape


@broadcast_shape.alternative
def from_the_right(a_shape, b_shape):
    a, b, sizes = list(a_shape), list(b_shape), []
    while a or b:
        one = a.pop() if a else 1
        other = b.pop() if b else 1
        if one == 1:
            sizes.insert(0, other)
        elif other == 1 or other == one:
            sizes.insert(0, one)
        else:
            raise ValueError(f"{one} does not meet {other}")
    return sizes


@broadcast_shape.alternative
def as_numpy_says(a_shape, b_shape):
    return np.broadcast_shapes(a_shape, b_shape)


# --- dot_shape ---------------------------------------------------------------------------------


def meeting(meets, a_shape, b_shape):
    """Two shapes; where `meets`, their sizes in the middle are made equal."""
    if meets and a_shape and b_shape:
        b_shape[max(len(b_shape) - 2, 0)] = a_shape[-1]
    return {"a_shape": tuple(a_shape), "b_shape": tuple(b_shape)}


dot_shape = exercise(
    "dot_shape",
    inputs={
        "meets": Choice((True, True, True, False)),
        "a_shape": ListOf(Choice((2, 3, 1, 4, 0)), 0, 3),
        "b_shape": ListOf(Choice((5, 3, 1, 2, 0)), 0, 3),
    },
    arrange=meeting,
    edges=shapes(
        ((4, 5), (5, 6)),
        ((1, 4), (4, 3)),
        ((2, 4), (4, 3)),
        ((2, 1), (1, 3)),
        ((5000, 3), (3, 10)),
        ((2, 2), (2, 2)),
        ((2, 3), (3, 2)),
        ((3,), (3,)),
        ((2, 1), (1,)),
        ((2, 3), (3,)),
        ((3,), (3, 2)),
        ((3,), (2, 3, 7)),
        ((2, 3, 4), (4,)),
        ((2, 3, 4), (4, 5)),
        ((2, 3), (4, 3, 5)),
        ((2, 3, 4), (5, 4, 6)),
        ((2, 3, 4), (2, 4, 5)),
        ((2, 3, 4, 5), (6, 5, 7)),
        ((2,), (3, 4, 2, 5)),
        # A single number just multiplies.
        ((), (2, 3, 4)),
        ((2, 3, 4), ()),
        ((), (5, 4, 0)),
        # An axis without entries can meet another one, and disappears like any other.
        ((0,), (0,)),
        ((2, 0), (0, 3)),
        ((0, 3), (3, 2)),
        ((2, 3), (3, 0)),
        # These do not meet: nothing is stretched in the middle, not even a 1.
        ((5, 4), (5, 6)),
        ((3,), (4,)),
        ((2, 1), (3,)),
        ((2, 3), (1,)),
        ((2, 1), (3, 4)),
        ((2, 3), (1, 4)),
        ((2, 0), (1, 3)),
        ((2,), (3, 2)),
        ((3, 2), (3,)),
        ((2, 3), (2, 3)),
        ((2, 3), (4, 3)),
        ((2, 3, 4), (4, 5, 6)),
        ((2, 3, 4), (5, 6, 4)),
        ((2, 3, 4), (2, 3, 4)),
    ),
    hints=[
        "An input of 5 numbers goes through a layer of shape (5, 6). Which of the two 5s is still "
        "there in the result?",
        "Two sizes meet in the middle. They must be equal, because each number of the one is "
        "multiplied by a number of the other, and they disappear, because the products are added "
        'up (chapter 3, "A quick primer on NumPy").',
        "Of `a` the last size disappears. Of `b` it is the second to last, which for a shape of "
        "one size is that one. What is left of `a` comes first, a_shape[:-1], then what is left of "
        "`b`, before and behind its place in the middle. () on either side leaves the other shape "
        "as it is: look for that first.",
    ],
)


@dot_shape.law("keeps the rows of the first matrix and the columns of the second")
def keeps_the_outer_sizes(answer, a_shape, b_shape):
    middle = sum(a_shape) + 1
    expect(answer((4, middle), (middle, 6))).equals((4, 6))
    expect(answer((*a_shape, middle), (middle, 6))).equals((*a_shape, 6))


@dot_shape.law("is () for two lists of the same length: a single number")
def two_lists_make_a_number(answer, a_shape, b_shape):
    for size in (*a_shape[-1:], *b_shape[-1:], 7):
        expect(answer((size,), (size,))).equals(())


@dot_shape.law("loses the last size of `a` against a list")
def lists_take_the_last_size(answer, a_shape):
    if a_shape:
        expect(answer(a_shape, a_shape[-1:])).equals(a_shape[:-1])


@dot_shape.law("loses the second to last size of `b` against a list")
def lists_take_the_second_to_last_size(answer, b_shape):
    expect(answer((3,), (*b_shape, 3, 8))).equals((*b_shape, 8))


@dot_shape.law("raises a ValueError when the sizes in the middle differ, even if one of them is 1")
def refuses_sizes_that_do_not_meet(answer, a_shape):
    expect(answer((*a_shape, 2), (3, 2))).raises(ValueError)
    expect(answer((*a_shape, 1), (3,))).raises(ValueError)
    expect(answer((*a_shape, 3), (1, 4))).raises(ValueError)


@dot_shape.law("is the shape itself when the other is a single number")
def single_numbers_just_multiply(answer, a_shape):
    expect(answer(a_shape, ())).equals(a_shape)
    expect(answer((), a_shape)).equals(a_shape)


def numpys_dot_shape(a_shape, b_shape):
    return np.shape(np.zeros(a_shape).dot(np.zeros(b_shape)))


@dot_shape.law("is the shape of a.dot(b) in NumPy, or a ValueError where NumPy raises one")
def agrees_with_numpy(answer, a_shape, b_shape):
    shape = shape_or_none(numpys_dot_shape, a_shape, b_shape)
    expect_shape(answer(a_shape, b_shape), shape)


def met(a_shape, b_shape, middle):
    """What is left when the last size of `a` meets the size of `b` at the place `middle`."""
    if not a_shape or not b_shape:
        return a_shape + b_shape
    if a_shape[-1] != b_shape[middle]:
        raise ValueError("the sizes in the middle differ")
    left = list(b_shape)
    del left[middle]
    return a_shape[:-1] + tuple(left)


def middle_of(b_shape):
    return max(len(b_shape) - 2, 0)


@dot_shape.misconception(
    "the first size of `b` in the middle",
    "With three axes it is the *second to last* size of `b` that meets the last of `a`: (3,) dot "
    "(2, 3, 7) gives (2, 7). For a matrix the two are the same, so nothing warns you.",
)
def meets_the_first_size(a_shape, b_shape):
    return met(a_shape, b_shape, 0)


@dot_shape.misconception(
    "the last size of `b` in the middle",
    "The last size of `a` meets the *second to last* of `b`: rows of the one go along columns of "
    "the other. (2, 3) dot (4, 3) raises a ValueError.",
)
def meets_the_last_size(a_shape, b_shape):
    return met(a_shape, b_shape, -1)


@dot_shape.misconception(
    "the shape of a @ b",
    "For up to two axes `@` and `dot` are the same. With three, `@` goes through stacks of "
    "matrices side by side, while `dot` lets everything meet everything; and `@` refuses single "
    "numbers.",
)
def matmul_shape(a_shape, b_shape):
    return np.asarray(np.zeros(a_shape) @ np.zeros(b_shape)).shape


@dot_shape.misconception(
    "a shape for sizes that do not meet",
    "(5, 4) and (5, 6) do not fit: 4 is not 5. Compare the two sizes in the middle, and raise a "
    "ValueError if they differ.",
)
def missing_length_check(a_shape, b_shape):
    if not a_shape or not b_shape:
        return a_shape + b_shape
    return a_shape[:-1] + b_shape[: middle_of(b_shape)] + b_shape[middle_of(b_shape) + 1 :]


@dot_shape.misconception(
    "a 1 in the middle stretched to the other size",
    "That is what `*` and `+` do. In a dot product nothing is stretched: 1 meets only 1.",
)
def ones_stretched_in_the_middle(a_shape, b_shape):
    if a_shape and b_shape and 1 in (a_shape[-1], b_shape[middle_of(b_shape)]):
        return a_shape[:-1] + b_shape[: middle_of(b_shape)] + b_shape[middle_of(b_shape) + 1 :]
    return met(a_shape, b_shape, middle_of(b_shape))


@dot_shape.misconception(
    "the size in the middle kept",
    "The two sizes that meet both disappear: the products along them are added up to one number.",
)
def keeps_the_middle(a_shape, b_shape):
    met(a_shape, b_shape, middle_of(b_shape))
    if not a_shape or not b_shape:
        return a_shape + b_shape
    return a_shape + b_shape[: middle_of(b_shape)] + b_shape[middle_of(b_shape) + 1 :]


@dot_shape.misconception(
    "the sizes of `b` in front of those of `a`",
    "What is left of `a` comes first: (4, 5) dot (5, 6) gives (4, 6), not (6, 4).",
)
def b_comes_first(a_shape, b_shape):
    if not a_shape or not b_shape:
        return a_shape + b_shape
    met(a_shape, b_shape, middle_of(b_shape))
    return b_shape[: middle_of(b_shape)] + b_shape[middle_of(b_shape) + 1 :] + a_shape[:-1]


@dot_shape.misconception(
    "an IndexError for a single number",
    "The shape of a single number is (), and ()[-1] does not exist. Look for () first: a single "
    "number just multiplies.",
)
def single_numbers_forgotten(a_shape, b_shape):
    if a_shape[-1] != b_shape[middle_of(b_shape)]:
        raise ValueError("the sizes in the middle differ")
    return met(a_shape, b_shape, middle_of(b_shape))


@dot_shape.misconception(
    "(1,) for two lists",
    "Two lists make a single number, and its shape is (): no axis at all, not one axis of size 1.",
)
def number_in_brackets(a_shape, b_shape):
    return met(a_shape, b_shape, middle_of(b_shape)) or (1,)


@dot_shape.misconception(
    "the case of two matrices only",
    "One size of each, like a_shape[0] and b_shape[1], is right for two matrices. A shape may have "
    "no size, one, or three: keep *all* sizes but the two that meet.",
)
def only_for_matrices(a_shape, b_shape):
    if a_shape[1] != b_shape[0]:
        raise ValueError("the sizes in the middle differ")
    return a_shape[0], b_shape[1]


@dot_shape.misconception(
    "the shape of a * b",
    "`*` multiplies entry by entry; broadcast_shape is its rule. In a dot product two sizes meet "
    "in the middle and disappear.",
)
def elementwise_not_dot(a_shape, b_shape):
    return stretched(*filled_up(a_shape, b_shape))


@dot_shape.alternative
def as_numpy_says(a_shape, b_shape):
    return np.shape(np.dot(np.ones(a_shape), np.ones(b_shape)))


@dot_shape.alternative
def case_by_case(a_shape, b_shape):
    a, b = list(a_shape), list(b_shape)
    if len(a) == 0:
        return b
    if len(b) == 0:
        return a
    lost = b.pop() if len(b) == 1 else b.pop(-2)
    if a.pop() != lost:
        raise ValueError("nothing to add up along")
    return [*a, *b]
