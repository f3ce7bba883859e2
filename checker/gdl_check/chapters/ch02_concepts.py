"""How chapter 2 is examined: counting, turning knobs and grouping, in small pieces of code."""

from typing import Any

import numpy as np

from gdl_check.course import exercise
from gdl_check.expect import expect
from gdl_check.inputs import RATES, Choice, ListOf, Number, Whole

FEW = (1.0, 2.0, -1.0, 3.0, 0.0, -2.0, 4.0, 0.5, -0.5, 1.5, -3.0, 0.25)
YES_OR_NO = Choice((True, False))

LIGHTS = ("middle", "right", "left", "none")
# The streetlights: the name of every light that is on, once for each row in which it is on,
# beside what people did in that row.
LIGHTS_ON = ["left", "right", "middle", "right", "right", "left", "middle", "right"]
LIGHTS_ON += ["middle", "right", "left", "right"]
WALKED = [0, 0, 1, 1, 0, 1, 1, 1, 1, 1, 0, 0]

# Seven concerts: at home (1) or away (0), and how many fans came (in thousands).
VENUES = [[1, 100], [0, 50], [1, 100], [1, 99], [0, 50], [0, 10], [0, 11]]
THREE_VENUES = [[1, 100], [0, 50], [0, 10]]


def predicted(inputs, knobs):
    return float(np.dot(inputs, knobs))


def squared_distances(points, centres):
    """Of every point (rows) to every centre (columns)."""
    gaps = np.array(points, float)[:, None, :] - np.array(centres, float)[None, :, :]
    return np.sum(gaps**2, axis=2)


# --- classify_learner --------------------------------------------------------------------------

classify_learner = exercise(
    "classify_learner",
    inputs={"has_targets": YES_OR_NO, "fixed_parameters": YES_OR_NO},
    edges=[{"has_targets": True, "fixed_parameters": True}],
    hints=[
        "A program sorts photographs into piles, and nobody has told it what is on them. Does it "
        "learn with right answers or without?",
        "Two questions, each answered with yes or no, make four kinds of learning. With right "
        "answers it is supervised; with a fixed number of knobs it is parametric "
        '(chapter 2, "Parametric vs. nonparametric learning").',
        "The name is two words with a space between them. The first word depends on has_targets "
        "only, the second on fixed_parameters only.",
    ],
)


@classify_learner.law("has four different names for the four kinds")
def names_are_different(answer):
    names = {"".join(answer(one, two)) for one in (True, False) for two in (True, False)}
    expect(len(names), "the number of different names").equals(4)


@classify_learner.law("is supervised exactly when there are right answers to learn from")
def targets_make_it_supervised(answer, fixed_parameters):
    with_them = "".join(answer(True, fixed_parameters)).split()
    without = "".join(answer(False, fixed_parameters)).split()
    expect(with_them[0], "with right answers, the first word").equals("supervised")
    expect(without[0], "without, the first word").equals("unsupervised")


@classify_learner.law("is parametric exactly when the number of knobs is fixed")
def knobs_make_it_parametric(answer, has_targets):
    fixed = "".join(answer(has_targets, True)).split()
    free = "".join(answer(has_targets, False)).split()
    expect(fixed[-1], "with fixed knobs, the last word").equals("parametric")
    expect(free[-1], "else, the last word").equals("nonparametric")


def kind_of(supervised, parametric):
    first = "supervised" if supervised else "unsupervised"
    return f"{first} {'parametric' if parametric else 'nonparametric'}"


@classify_learner.misconception(
    "supervised and unsupervised mixed up",
    "Supervised means that somebody knows the right answers, and the program learns from them.",
)
def targets_turned_round(has_targets, fixed_parameters):
    return kind_of(not has_targets, fixed_parameters)


@classify_learner.misconception(
    "parametric and nonparametric mixed up",
    "Parametric means that the number of knobs is fixed before any data is seen.",
)
def knobs_turned_round(has_targets, fixed_parameters):
    return kind_of(has_targets, not fixed_parameters)


@classify_learner.misconception(
    "one question answered with the other",
    "Right answers make it supervised; a fixed number of knobs makes it parametric. The two have "
    "nothing to do with each other.",
)
def questions_swapped(has_targets, fixed_parameters):
    return kind_of(fixed_parameters, has_targets)


@classify_learner.misconception(
    "one word instead of two",
    "Both questions matter: the name has two words, with a space between them.",
)
def first_word_only(has_targets, fixed_parameters):
    return kind_of(has_targets, fixed_parameters).split()[0]


@classify_learner.alternative
def looked_up(has_targets, fixed_parameters):
    names = {
        (True, True): "supervised parametric",
        (True, False): "supervised nonparametric",
        (False, True): "unsupervised parametric",
        (False, False): "unsupervised nonparametric",
    }
    return names[has_targets, fixed_parameters]


@classify_learner.alternative
def prefixes(has_targets, fixed_parameters):
    return "un" * (not has_targets) + "supervised " + ["non", ""][fixed_parameters] + "parametric"


# --- count_table -------------------------------------------------------------------------------

count_table = exercise(
    "count_table",
    inputs={"inputs": ListOf(Choice(LIGHTS), 0, 6), "labels": ListOf(Choice((1, 0)), 6, 6)},
    arrange=lambda inputs, labels: {"inputs": inputs, "labels": labels[: len(inputs)]},
    edges=[
        {"inputs": ["middle", "right", "right"], "labels": [1, 0, 1]},
        {"inputs": ["left"], "labels": [0]},
        {"inputs": ["left", "left", "left"], "labels": [1, 1, 1]},
        {"inputs": LIGHTS_ON, "labels": WALKED},
        {"inputs": ["a", "b", "c", "d", "e", "f", "A", "f"], "labels": [1, 0, 1, 0, 1, 0, 1, 1]},
        {"inputs": [], "labels": []},
    ],
    hints=[
        "The right light was on six times, and people walked three of these times. Which two "
        "numbers do you keep for it?",
        "Make a tally: one line for each different input, and on it two counts. Whenever an input "
        "comes along, look for its line, or begin a new one "
        '(chapter 2, "Nonparametric learning").',
        "A dict: input -> (how often with label 1, how often in all). A new line begins at (0, 0). "
        "With each example the second count grows by 1, and the first by the label.",
    ],
)


@count_table.law("has one key for each different input")
def has_a_key_for_each_input(answer, inputs, labels):
    expect(sorted(answer(inputs, labels)), "the keys").equals(sorted(set(inputs)))


@count_table.law("counts every example once")
def counts_every_example(answer, inputs, labels):
    table = answer(inputs, labels)
    total = sum(float(table[key][1]) for key in table)
    expect(total, "the sum of the second counts").equals(len(inputs))


@count_table.law("finds as many examples with label 1 as there are")
def counts_every_positive(answer, inputs, labels):
    table = answer(inputs, labels)
    total = sum(float(table[key][0]) for key in table)
    expect(total, "the sum of the first counts").equals(sum(labels))


@count_table.law("does not depend on the order of the examples")
def order_is_free(answer, inputs, labels):
    expect(answer(inputs[::-1], labels[::-1])).equals(answer(inputs, labels))


@count_table.law("doubles every count when all the data comes twice")
def doubles_with_the_data(answer, inputs, labels):
    once, twice = answer(inputs, labels), answer(inputs + inputs, labels + labels)
    doubled = {key: tuple(2 * float(count) for count in once[key]) for key in once}
    expect(twice).equals(doubled)


def counted(inputs, labels):
    table = {}
    for key, label in zip(inputs, labels):
        positives, total = table.get(key, (0, 0))
        table[key] = (positives + label, total + 1)
    return table


@count_table.misconception(
    "how often with label 1, beside how often with label 0",
    "The second count is of all examples with this input, whatever their label.",
)
def positives_and_negatives(inputs, labels):
    return {key: (ones, total - ones) for key, (ones, total) in counted(inputs, labels).items()}


@count_table.misconception(
    "the two counts the wrong way round",
    "First how often with label 1, then how often in all: the second count is never the smaller.",
)
def total_first(inputs, labels):
    return {key: (total, ones) for key, (ones, total) in counted(inputs, labels).items()}


@count_table.misconception(
    "inputs that never came with label 1 are left out",
    "An input that was only seen with label 0 was seen all the same: its line says 0 of so many.",
)
def never_walked_left_out(inputs, labels):
    return {key: counts for key, counts in counted(inputs, labels).items() if counts[0]}


@count_table.misconception(
    "only the last example of each input",
    "`table[key] = ...` forgets what was there. Take the old counts and add to them.",
)
def old_counts_forgotten(inputs, labels):
    return {key: (label, 1) for key, label in zip(inputs, labels)}


@count_table.misconception(
    "the number of all examples as every total",
    "Each input has a total of its own: how often this input was seen.",
)
def total_of_everything(inputs, labels):
    return {key: (ones, len(inputs)) for key, (ones, _) in counted(inputs, labels).items()}


@count_table.misconception(
    "shares instead of counts",
    "Keep the two counts. Dividing one by the other comes later, in counting_predict.",
)
def shares_not_counts(inputs, labels):
    return {key: ones / total for key, (ones, total) in counted(inputs, labels).items()}


@count_table.alternative
def input_by_input(inputs, labels):
    table = {}
    for key in set(inputs):
        seen = [label for other, label in zip(inputs, labels) if other == key]
        table[key] = (sum(seen), len(seen))
    return table


@count_table.alternative
def with_arrays(inputs, labels):
    table = {}
    for i in range(len(inputs)):
        table.setdefault(inputs[i], np.zeros(2))
        table[inputs[i]] += np.array([labels[i], 1.0])
    return table


# --- counting_predict --------------------------------------------------------------------------

BOOKS_TABLE = {"left": (1, 3), "middle": (3, 3), "right": (3, 6)}

counting_predict = exercise(
    "counting_predict",
    inputs={
        "inputs": ListOf(Choice(LIGHTS[:3]), 0, 6),
        "labels": ListOf(Choice((1, 0)), 6, 6),
        "key": Choice(LIGHTS),
        "default": Number((0.5, 0.0, 1.0, 0.25, -1.0)),
    },
    arrange=lambda inputs, labels, key, default: {
        "table": counted(inputs, labels),
        "key": key,
        "default": default,
    },
    edges=[
        {"table": BOOKS_TABLE, "key": "middle", "default": 0.5},
        {"table": BOOKS_TABLE, "key": "right", "default": 0.25},
        {"table": BOOKS_TABLE, "key": "left", "default": 0.5},
        {"table": BOOKS_TABLE, "key": "none", "default": 0.25},
        {"table": {"left": (0, 2), "right": (1, 1)}, "key": "left", "default": 0.5},
        {"table": {"left": (0, 1)}, "key": "right", "default": -1.0},
        {"table": {}, "key": "left", "default": 0.3},
        {"table": {"left": (123, 456), "right": (7, 1000)}, "key": "left", "default": 0.0},
    ],
    hints=[
        "With the right light, people walked three times out of six. How sure are you that they "
        "will walk next time?",
        "What happened often is likely to happen again: predict how often it happened, as a part "
        'of how often it could have (chapter 2, "Nonparametric learning"). Nothing is known of an '
        "input that was never seen.",
        "table[key] is the pair (how often with label 1, how often in all). Divide with `/`. "
        "`key in table` says whether the table holds the key at all.",
    ],
)


@counting_predict.law("is the default for an input that the table does not hold")
def unseen_gives_the_default(answer, table, default):
    expect(answer(table, "never seen", default)).equals(default)


@counting_predict.law(
    "is 1 for an input that always came with label 1, and 0 for one that never did"
)
def knows_always_and_never(answer, table, default):
    more = {**table, "always": (3, 3), "never": (0, 4)}
    expect(answer(more, "always", default), "for always").equals(1)
    expect(answer(more, "never", default), "for never").equals(0)


@counting_predict.law("does not change when everything was seen twice as often")
def twice_the_data_is_no_surer(answer, table, key, default):
    doubled = {other: (2 * ones, 2 * total) for other, (ones, total) in table.items()}
    expect(answer(doubled, key, default)).equals(float(answer(table, key, default)))


@counting_predict.law("does not depend on what is counted for other inputs")
def others_do_not_matter(answer, table, key, default):
    alone = {other: counts for other, counts in table.items() if other == key}
    expect(answer(alone, key, default)).equals(float(answer(table, key, default)))


@counting_predict.misconception(
    "the count instead of its share",
    "3 says little without the 6 it is out of. Divide: how often with label 1, by how often in "
    "all.",
)
def counts_not_probs(table, key, default):
    return table[key][0] if key in table else default


@counting_predict.misconception(
    "a crash on an input that was never seen",
    "table[key] raises a KeyError where the key is missing. Ask `key in table` first, and return "
    "the default.",
)
def unseen_key_crash(table, key, default):
    return table[key][0] / table[key][1]


@counting_predict.misconception(
    "the count divided by the size of the whole data",
    "Only the times when this input was seen say something about it: divide by its own total.",
)
def normalise_over_all(table, key, default):
    if key not in table:
        return default
    return table[key][0] / sum(total for _, total in table.values())


@counting_predict.misconception(
    "division as in Python 2",
    "`//` cuts the decimals off, so that 3 of 6 becomes 0. Divide with `/`.",
)
def py2_division(table, key, default):
    return table[key][0] // table[key][1] if key in table else default


@counting_predict.misconception(
    "the default where the answer is 0",
    "0 is an answer: this input was seen, and never with label 1. To Python 0 counts as false, so "
    "`or default` puts the default in its place. Ask `key in table` instead.",
)
def zero_taken_for_nothing(table, key, default):
    ones, total = table.get(key, (0, 1))
    return ones / total or default


@counting_predict.misconception(
    "0 for an input that was never seen",
    "Not seen does not mean never: return the default that was asked for.",
)
def default_ignored(table, key, default):
    ones, total = table.get(key, (0, 1))
    return ones / total


@counting_predict.misconception(
    "yes or no instead of how likely",
    "3 of 6 is neither yes nor no: return the share itself, 0.5, without rounding it.",
)
def yes_or_no(table, key, default):
    if key not in table:
        return default
    return 1.0 if 2 * table[key][0] >= table[key][1] else 0.0


@counting_predict.alternative
def tries_first(table, key, default):
    try:
        ones, total = table[key]
    except KeyError:
        return default
    return np.divide(ones, total)


@counting_predict.alternative
def searches_the_table(table, key, default):
    for other, counts in table.items():
        if other == key:
            return 1 - (counts[1] - counts[0]) / counts[1]
    return default


# --- n_parameters ------------------------------------------------------------------------------

n_parameters = exercise(
    "n_parameters",
    inputs={
        "kind": Choice(("knobs", "counting")),
        "n_inputs": Whole(1, 8),
        "distinct_inputs": Whole(1, 8),
    },
    edges=[
        {"kind": "counting", "n_inputs": 3, "distinct_inputs": 3},
        {"kind": "counting", "n_inputs": 1, "distinct_inputs": 5},
        {"kind": "knobs", "n_inputs": 3, "distinct_inputs": 5},
        {"kind": "knobs", "n_inputs": 3, "distinct_inputs": 0},
        {"kind": "counting", "n_inputs": 784, "distinct_inputs": 60000},
        {"kind": "dice", "n_inputs": 3, "distinct_inputs": 5},
        {"kind": "both", "n_inputs": 3, "distinct_inputs": 5},
        {"kind": "parametric", "n_inputs": 3, "distinct_inputs": 5},
        {"kind": "knob", "n_inputs": 3, "distinct_inputs": 5},
        {"kind": "count", "n_inputs": 3, "distinct_inputs": 5},
    ],
    hints=[
        "A machine with three knobs has learned from ten days. After a hundred days more, how many "
        "knobs has it? And how many lines has a tally?",
        "The number of knobs is fixed before any data comes. A tally gets a new line with every "
        'input that it has not met before (chapter 2, "Parametric vs. nonparametric learning").',
        "Three cases: for one kind the answer is one of the two numbers, for the other kind it is "
        "the other one. Any other text: raise a ValueError.",
    ],
)


@n_parameters.law("does not grow with the data when it has knobs")
def knobs_ignore_the_data(answer, n_inputs, distinct_inputs):
    now = float(answer("knobs", n_inputs, distinct_inputs))
    expect(answer("knobs", n_inputs, distinct_inputs + 5)).equals(now)


@n_parameters.law("grows by 1 with every new input when it counts")
def counting_grows_with_the_data(answer, n_inputs, distinct_inputs):
    now = float(answer("counting", n_inputs, distinct_inputs))
    expect(answer("counting", n_inputs, distinct_inputs + 1)).equals(now + 1)


@n_parameters.law("does not depend on how many numbers come in at a time when it counts")
def counting_ignores_the_width(answer, n_inputs, distinct_inputs):
    now = float(answer("counting", n_inputs, distinct_inputs))
    expect(answer("counting", n_inputs + 3, distinct_inputs)).equals(now)


@n_parameters.law("raises a ValueError for a kind that it does not know")
def refuses_other_kinds(answer, n_inputs, distinct_inputs):
    expect(answer("guessing", n_inputs, distinct_inputs)).raises(ValueError)


def check_kind(kind):
    if kind not in ("knobs", "counting"):
        raise ValueError(kind)


@n_parameters.misconception(
    "as many knobs as there are different inputs in the data",
    "The number of knobs is fixed beforehand: one for each number that comes in. More data turns "
    "them better, but adds none.",
)
def params_depend_on_data_for_knobs(kind, n_inputs, distinct_inputs):
    check_kind(kind)
    return distinct_inputs


@n_parameters.misconception(
    "a tally whose length is fixed beforehand",
    "Counting keeps a line for each different input that was seen: the data decides how many.",
)
def counting_like_knobs(kind, n_inputs, distinct_inputs):
    check_kind(kind)
    return n_inputs


@n_parameters.misconception(
    "the two kinds mixed up",
    'With "knobs" it is the number of inputs, with "counting" the number of different ones seen.',
)
def kinds_turned_round(kind, n_inputs, distinct_inputs):
    check_kind(kind)
    return distinct_inputs if kind == "knobs" else n_inputs


@n_parameters.misconception(
    "a line for every pattern that could ever come",
    "Counting keeps a line only for what it has really seen.",
)
def all_patterns(kind, n_inputs, distinct_inputs):
    check_kind(kind)
    return n_inputs if kind == "knobs" else 2**n_inputs


@n_parameters.misconception(
    "any other kind taken for counting",
    "A bare `else` lets every text through, even a misspelled one. Ask for both names, and raise a "
    "ValueError for the rest.",
)
def anything_else_counts(kind, n_inputs, distinct_inputs):
    return n_inputs if kind == "knobs" else distinct_inputs


@n_parameters.alternative
def looked_up(kind, n_inputs, distinct_inputs):
    sizes = {"counting": distinct_inputs, "knobs": n_inputs}
    if kind not in sizes:
        raise ValueError("knobs or counting, please")
    return sizes[kind]


@n_parameters.alternative
def by_its_place(kind, n_inputs, distinct_inputs):
    return float((n_inputs, distinct_inputs)[["knobs", "counting"].index(kind)])


# --- knob_predict ------------------------------------------------------------------------------

knob_predict = exercise(
    "knob_predict",
    inputs={"inputs": ListOf(Number(), 1, 5), "knobs": ListOf(Number(), 5, 5)},
    arrange=lambda inputs, knobs: {"inputs": inputs, "knobs": knobs[: len(inputs)]},
    edges=[
        {"inputs": [2.0, 0.0, 1.0], "knobs": [0.5, 7.0, -3.0]},
        {"inputs": [3.0], "knobs": [-2.0]},
        {"inputs": [8.5, 0.65, 1.2], "knobs": [0.1, 0.2, 0.0]},
        {"inputs": [1, 2], "knobs": [3, 4]},
        {"inputs": [0.0, 0.0], "knobs": [5.0, 1.0]},
        {"inputs": [1.0, -2.0, 3.0, -4.0, 5.0, -6.0, 7.0], "knobs": [0.5] * 6 + [2.0]},
    ],
    hints=[
        "Two sounds come in, through two volume knobs. One knob stands at 0. How much of its sound "
        "do you hear?",
        "Each input comes in as loud as its own knob says, and all that comes in is added up "
        '(chapter 2, "Step 1: Predict").',
        "(n,) and (n,) give one number: inputs[0] * knobs[0] + inputs[1] * knobs[1] + ... Begin "
        "with a total of 0, walk along both lists with zip, and add one product at each step.",
    ],
)


@knob_predict.law("is 0 when every input is 0, and when every knob stands at 0")
def silence_gives_nothing(answer, inputs, knobs):
    zeros = [0.0 for _ in inputs]
    expect(answer(zeros, knobs), "with inputs of 0").equals(0)
    expect(answer(inputs, zeros), "with knobs at 0").equals(0)


@knob_predict.law("is the knob's own number where one input is 1 and all others are 0")
def hands_out_single_knobs(answer, knobs):
    for place in range(len(knobs)):
        alone = [1.0 if i == place else 0.0 for i in range(len(knobs))]
        expect(answer(alone, knobs), f"with only input {place} on, it").equals(knobs[place])


@knob_predict.law("doubles when every input doubles")
def doubles_with_the_inputs(answer, inputs, knobs):
    doubled = [2 * value for value in inputs]
    expect(answer(doubled, knobs)).equals(2 * float(answer(inputs, knobs)))


@knob_predict.law("adds up for two settings of the knobs")
def settings_add_up(answer, inputs, knobs):
    both = float(answer(inputs, knobs)) + float(answer(inputs, knobs[::-1]))
    together = [one + other for one, other in zip(knobs, knobs[::-1])]
    expect(answer(inputs, together)).equals(both)


@knob_predict.misconception(
    "the products, not added up",
    "There is one prediction, made of all the inputs together: add the products up.",
)
def products_not_added(inputs, knobs):
    return [value * knob for value, knob in zip(inputs, knobs)]


@knob_predict.misconception(
    "inputs and knobs added",
    "A knob says how loud its input is: multiply the two. At 0, nothing is heard.",
)
def adds_the_knobs(inputs, knobs):
    return sum(value + knob for value, knob in zip(inputs, knobs))


@knob_predict.misconception(
    "the mean of the products", "Add the products up; do not divide by how many there are."
)
def averages_instead_of_sums(inputs, knobs):
    return sum(value * knob for value, knob in zip(inputs, knobs)) / len(inputs)


@knob_predict.misconception(
    "the sum of the inputs times the sum of the knobs",
    "Each input has a knob of its own: multiply pair by pair first, then add up.",
)
def sums_multiplied(inputs, knobs):
    return sum(inputs) * sum(knobs)


@knob_predict.misconception(
    "the first product only",
    "A `return` inside the loop ends the function on the first turn. Move it below the loop.",
)
def returns_inside_the_loop(inputs, knobs):
    for value, knob in zip(inputs, knobs):
        return value * knob


@knob_predict.misconception(
    "the last product only",
    "`total = ...` forgets what was there before. Write `total = total + ...`.",
)
def last_product_only(inputs, knobs):
    for value, knob in zip(inputs, knobs):
        total = value * knob
    return total


@knob_predict.alternative
def in_a_loop(inputs, knobs):
    total = 0.0
    for i in reversed(range(len(knobs))):
        total = total + knobs[i] * inputs[i]
    return total


@knob_predict.alternative
def with_numpy(inputs, knobs):
    return np.array(inputs) @ np.array(knobs)


# --- compare -----------------------------------------------------------------------------------

compare = exercise(
    "compare",
    inputs={"prediction": Number(), "truth": Number()},
    edges=[
        {"prediction": 0.98, "truth": 0.0},
        {"prediction": 0.0, "truth": 0.98},
        {"prediction": 0.5, "truth": 0.5},
        {"prediction": -2.0, "truth": 3.0},
        {"prediction": 0.1234, "truth": 0.2},
        {"prediction": 1e6, "truth": -1e6},
    ],
    hints=[
        "The prediction was 0.98 and the truth is 0. Was it too high or too low, and by how much?",
        "To compare is to measure the miss: how far, and to which side "
        '(chapter 2, "Step 2: Compare to the truth pattern"). A prediction that is too low misses '
        "to the other side.",
        "Two numbers give one: above 0 where the prediction is too high, below 0 where it is too "
        "low, 0 where it is right.",
    ],
)


@compare.law("is 0 when the prediction is right")
def right_is_zero(answer, truth):
    expect(answer(truth, truth)).equals(0)


@compare.law("is above 0 when the prediction is too high, by as much as it is")
def too_high_is_positive(answer, truth):
    expect(answer(truth + 2, truth), "2 too high, it").equals(2)


@compare.law("changes its sign when prediction and truth change places")
def turns_round(answer, prediction, truth):
    expect(answer(truth, prediction)).equals(-float(answer(prediction, truth)))


@compare.law("does not change when both grow by the same amount")
def moves_along(answer, prediction, truth):
    miss = float(answer(prediction, truth))
    expect(answer(prediction + 3, truth + 3)).equals(miss)


@compare.misconception(
    "truth - prediction instead of prediction - truth",
    "Here a prediction that is too high gives a miss above 0: begin with the prediction.",
)
def sign_flipped(prediction, truth):
    return truth - prediction


@compare.misconception(
    "how far, but not to which side",
    "abs(...) takes the sign away, and with it the side. Without it nobody knows which way to turn "
    "the knobs.",
)
def absolute_miss(prediction, truth):
    return abs(prediction - truth)


@compare.misconception(
    "the miss multiplied by itself",
    "The squared miss comes in chapter 4. Here the miss itself is asked for, with its sign.",
)
def squared_miss(prediction, truth):
    return (prediction - truth) ** 2


@compare.misconception(
    "only whether the two differ",
    "Right or wrong is not enough to learn from: say by how much, and to which side.",
)
def right_or_wrong(prediction, truth):
    return prediction != truth


@compare.misconception(
    "only which of the two is larger",
    "Too high or too low is half of the answer. Say by how much as well.",
)
def side_only(prediction, truth):
    return (prediction > truth) - (prediction < truth)


@compare.misconception(
    "a miss rounded to two decimals", "Small misses count too: leave the decimals as they are."
)
def rounded(prediction, truth):
    return round(prediction - truth, 2)


@compare.alternative
def with_numpy(prediction, truth):
    return np.subtract(float(prediction), float(truth))


@compare.alternative
def as_a_negative(prediction, truth):
    return -(truth - prediction)


# --- turn_knobs --------------------------------------------------------------------------------

turn_knobs = exercise(
    "turn_knobs",
    inputs={
        "inputs": ListOf(Number(), 1, 5),
        "knobs": ListOf(Number(), 5, 5),
        "miss": Number(),
        "step": Number(RATES),
    },
    arrange=lambda inputs, knobs, miss, step: {
        "inputs": inputs,
        "knobs": knobs[: len(inputs)],
        "miss": miss,
        "step": step,
    },
    edges=[
        {"inputs": [2.0, 0.0, -1.0], "knobs": [0.5, 0.5, 0.5], "miss": 0.98, "step": 0.25},
        {"inputs": [2.0, 0.0, -1.0], "knobs": [0.5, 0.5, 0.5], "miss": -0.98, "step": 0.25},
        {"inputs": [3.0], "knobs": [1.0], "miss": 0.0, "step": 0.5},
        {"inputs": [8.5, 0.65, 1.2], "knobs": [0.1, 0.2, 0.3], "miss": 0.01, "step": 0.003},
        {"inputs": [0.0], "knobs": [2.0], "miss": -3.0, "step": 1.0},
        {"inputs": [1, -1, 0, 1, -1, 2, -2], "knobs": [0.0] * 7, "miss": 4, "step": 1},
    ],
    hints=[
        "The prediction was too high, and an input below 0 came in through one of the knobs. "
        "Turning this knob up, does the prediction rise or fall?",
        "A knob moves the prediction up or down, as its input is above or below 0. Turn each one "
        'the way that makes the miss smaller (chapter 2, "Step 3: Learn the pattern"). A knob '
        "whose input is 0 moves nothing.",
        "(n,) inputs and (n,) knobs give (n,) new knobs. For each, look at its input times the "
        "miss: is it above 0, below 0 or 0? Change the knob by `step` and by nothing else.",
    ],
)


@turn_knobs.law("leaves every knob alone when the miss is 0")
def rests_when_right(answer, inputs, knobs, step):
    expect(answer(inputs, knobs, 0.0, step)).equals(knobs)


@turn_knobs.law("leaves a knob alone whose input is 0")
def silent_inputs_are_not_to_blame(answer, inputs, knobs, miss, step):
    turned = answer([0.0, *inputs[1:]], knobs, miss, step)
    expect(turned[0], "the first knob, whose input is 0,").equals(knobs[0])


@turn_knobs.law("turns each knob the way that makes the miss smaller")
def turns_against_the_slope(answer, inputs, knobs, miss, step):
    turned = np.asarray(answer(inputs, knobs, miss, step))
    for place in range(len(knobs)):
        higher = [knob + 1 if i == place else knob for i, knob in enumerate(knobs)]
        rise = predicted(inputs, higher) - predicted(inputs, knobs)
        way = np.sign(turned[place] - knobs[place])
        expect(way, f"the way in which knob {place} turns").equals(-np.sign(rise * miss))


@turn_knobs.law("never makes the miss larger with a small step")
def small_steps_help(answer, inputs, knobs, miss, step):
    reach = sum(abs(value) for value in inputs)
    if miss == 0 or reach == 0:
        return
    turned = np.asarray(answer(inputs, knobs, miss, min(step, abs(miss) / reach)))
    truth = predicted(inputs, knobs) - miss
    expect(abs(predicted(inputs, turned) - truth), "the size of the miss").is_at_most(abs(miss))


@turn_knobs.law("turns back by the same amount when the prediction misses to the other side")
def turns_back(answer, inputs, knobs, miss, step):
    there = np.asarray(answer(inputs, knobs, miss, step))
    back = np.asarray(answer(inputs, knobs, -miss, step))
    expect((there + back) / 2, "half way between the two, it").equals(knobs)


def turned_with(change, inputs, knobs, *args):
    """The knobs, each moved by what `change` makes of its input."""
    return [knob + change(value, *args) for value, knob in zip(inputs, knobs)]


@turn_knobs.misconception(
    "all knobs turned the wrong way",
    "This makes a prediction that is too high even higher. Where the miss is above 0, turn the "
    "knob of an input above 0 down.",
)
def knob_wrong_direction(inputs, knobs, miss, step):
    return turned_with(lambda value: step * float(np.sign(value * miss)), inputs, knobs)


@turn_knobs.misconception(
    "all knobs turned the same way, whatever their inputs",
    "An input below 0 turns the sense of its knob round, and an input of 0 had no say at all. Look "
    "at the input before you turn its knob.",
)
def inputs_ignored(inputs, knobs, miss, step):
    return turned_with(lambda value: -step * float(np.sign(miss)), inputs, knobs)


@turn_knobs.misconception(
    "knobs turned down, whatever the miss",
    "A prediction may also be too low, or just right. The miss says which way to turn.",
)
def miss_ignored(inputs, knobs, miss, step):
    return turned_with(lambda value: -step * float(np.sign(value)), inputs, knobs)


@turn_knobs.misconception(
    "knobs turned up where the input is 0",
    "There are three cases: above 0, below 0 and exactly 0. A bare `else` mixes the last two.",
)
def zero_turned_too(inputs, knobs, miss, step):
    return turned_with(lambda value: -step if value * miss > 0 else step, inputs, knobs)


@turn_knobs.misconception(
    "knobs turned by as much as input and miss are large",
    "A good idea, and the one that chapter 5 teaches. Here each knob turns by `step`, no more and "
    "no less.",
)
def turned_by_the_size(inputs, knobs, miss, step):
    return turned_with(lambda value: -step * value * miss, inputs, knobs)


@turn_knobs.misconception(
    "the turns instead of the knobs",
    "Return where the knobs stand afterwards, not by how much they were turned.",
)
def returns_the_turns(inputs, knobs, miss, step):
    return [-step * float(np.sign(value * miss)) for value in inputs]


@turn_knobs.misconception(
    "the knobs that were passed in are changed",
    "`knobs[i] = ...` writes into the caller's list. Put the new knobs into a new list.",
)
def mutates_knobs(inputs, knobs, miss, step):
    for i in range(len(knobs)):
        knobs[i] -= step * float(np.sign(inputs[i] * miss))
    return knobs


@turn_knobs.alternative
def with_numpy(inputs, knobs, miss, step):
    return np.array(knobs) - step * np.sign(miss) * np.sign(inputs)


@turn_knobs.alternative
def case_by_case(inputs, knobs, miss, step):
    new = list(knobs)
    for i in range(len(new)):
        if miss == 0 or inputs[i] == 0:
            continue
        if (inputs[i] > 0) == (miss > 0):
            new[i] -= step
        else:
            new[i] += step
    return tuple(new)


# --- assign_clusters ---------------------------------------------------------------------------


def points_and_centres(width, points, centres):
    """Points and centres that all have `width` numbers."""
    return {
        "points": [point[:width] for point in points],
        "centres": [centre[:width] for centre in centres],
    }


A_FEW_POINTS = {
    "width": Whole(1, 3),
    "points": ListOf(ListOf(Number(FEW), 3, 3), 1, 5),
    "centres": ListOf(ListOf(Number(FEW), 3, 3), 1, 4),
}
GROUPINGS: list[dict[str, Any]] = [
    {"points": [[1.0, 1.0], [8.0, 9.0], [2.0, 0.0]], "centres": [[0.0, 0.0], [9.0, 9.0]]},
    {"points": VENUES, "centres": THREE_VENUES},
    {"points": [[3.0], [-1.0]], "centres": [[5.0]]},
    {"points": [[0.0]], "centres": [[1.0], [-1.0]]},
    {"points": [[2.0], [2.0]], "centres": [[3.0], [2.0], [2.0]]},
    {"points": [[0.0, 0.0]], "centres": [[3.0, 0.0], [2.0, 2.0]]},
    {"points": [[1.0, -1.0]], "centres": [[-1.0, 1.0], [1.0, 0.0]]},
    {"points": [[0.1, 0.7], [0.65, 0.2]], "centres": [[0.3, 0.3], [0.2, 0.9], [0.8, 0.1]]},
    {
        "points": [[1, 0, 0, 1, 0, 1, 0], [0, 1, 1, 0, 0, 0, 2]],
        "centres": [[0, 1, 1, 0, 0, 0, 0], [1, 0, 0, 1, 0, 0, 0]],
    },
]

assign_clusters = exercise(
    "assign_clusters",
    inputs=A_FEW_POINTS,
    arrange=points_and_centres,
    edges=GROUPINGS,
    hints=[
        "You stand between three wells. How do you find out which one is the nearest, and how do "
        "you say which one it is?",
        "Nobody says what the groups mean: points that lie near each other simply get the same "
        'number (chapter 2, "Unsupervised machine learning"). For each point, work out its '
        "distance to every centre, and keep the place of the smallest one.",
        "For one point: a list of (groups,) squared distances, each the sum of the squares of the "
        "differences, number by number. distances.index(...) finds the first place of a value. "
        "All points together give (batch,) places, counted from 0.",
    ],
)


@assign_clusters.law("has one place for each point")
def has_a_place_for_each(answer, points, centres):
    expect(answer(points, centres)).has_shape(len(points))


@assign_clusters.law("sends no point past a centre that is nearer")
def finds_the_nearest(answer, points, centres):
    far = squared_distances(points, centres)
    chosen = [far[i, int(place)] for i, place in enumerate(answer(points, centres))]
    expect(chosen, "the squared distances to the chosen centres").equals(list(far.min(axis=1)))


@assign_clusters.law("sends a point that stands on a centre to that centre")
def centres_stay_at_home(answer, centres):
    chosen = [centres[int(place)] for place in answer(centres, centres)]
    expect(chosen, "the centres chosen for the centres").equals(centres)


@assign_clusters.law("takes the first of two centres that are the same")
def first_of_equals(answer, points, centres):
    expect(answer(points, centres + centres)).equals(np.asarray(answer(points, centres)))


@assign_clusters.law("does not change when all points and all centres move along together")
def moves_along(answer, points, centres):
    moved = [[[value + 2 for value in row] for row in rows] for rows in (points, centres)]
    expect(answer(*moved)).equals(np.asarray(answer(points, centres)))


@assign_clusters.law("does not depend on the order of the points")
def points_are_on_their_own(answer, points, centres):
    turned = np.asarray(answer(points[::-1], centres))
    expect(turned[::-1]).equals(np.asarray(answer(points, centres)))


def nearest_by(distance, points, centres):
    """For each point the place of the centre that is nearest, measured in this way."""
    return [
        min(range(len(centres)), key=lambda i: distance(np.subtract(point, centres[i])))
        for point in points
    ]


def usual(gap):
    return np.sum(gap**2)


@assign_clusters.misconception(
    "the centre that is farthest away", "Look for the smallest distance, not for the largest."
)
def farthest(points, centres):
    return nearest_by(lambda gap: -usual(gap), points, centres)


@assign_clusters.misconception(
    "the smallest distance instead of its place",
    "How near the centre is was not asked, but which one it is: its place in the list.",
)
def distance_not_place(points, centres):
    return squared_distances(points, centres).min(axis=1)


@assign_clusters.misconception(
    "the centre instead of its place",
    "Return where the nearest centre stands in the list, counted from 0, not the centre itself.",
)
def centre_not_place(points, centres):
    return [centres[place] for place in nearest_by(usual, points, centres)]


@assign_clusters.misconception(
    "places counted from 1", "Python counts from 0: the first centre has the place 0."
)
def counted_from_one(points, centres):
    return [place + 1 for place in nearest_by(usual, points, centres)]


@assign_clusters.misconception(
    "the last of several centres that are equally near",
    "Where two are equally near, the first one counts: a later centre must be really nearer, so "
    "use `<` and not `<=`.",
)
def last_of_equals(points, centres):
    reach = len(centres) - 1
    return [reach - place for place in nearest_by(usual, points, centres[::-1])]


@assign_clusters.misconception(
    "differences added up without squares",
    "A difference below 0 takes away from one above 0, and a far centre seems near. Square each "
    "difference before you add.",
)
def differences_cancel(points, centres):
    return nearest_by(lambda gap: abs(np.sum(gap)), points, centres)


@assign_clusters.misconception(
    "the sizes of the differences added up",
    "That is the way along the streets of a town. The usual distance goes straight across: add the "
    "squares of the differences.",
)
def along_the_streets(points, centres):
    return nearest_by(lambda gap: np.sum(abs(gap)), points, centres)


@assign_clusters.misconception(
    "only the first number of each point",
    "A point has several numbers, and all of them count for its distance.",
)
def first_number_only(points, centres):
    return nearest_by(lambda gap: abs(gap[0]), points, centres)


@assign_clusters.misconception(
    "the nearest point for each centre",
    "It is the other way round: the points are asked one by one, and each chooses a centre.",
)
def wrong_axis(points, centres):
    return nearest_by(usual, centres, points)


@assign_clusters.alternative
def with_numpy(points, centres):
    gaps = np.array(points, float)[:, None] - np.array(centres, float)
    return np.linalg.norm(gaps, axis=2).argmin(axis=1)


@assign_clusters.alternative
def step_by_step(points, centres):
    places = []
    for point in points:
        best, best_place = float("inf"), -1
        for place in range(len(centres)):
            distance = 0.0
            for i in range(len(point)):
                distance += (centres[place][i] - point[i]) * (centres[place][i] - point[i])
            if distance < best:
                best, best_place = distance, place
        places.append(best_place)
    return tuple(places)


# --- group_affinity ----------------------------------------------------------------------------

group_affinity = exercise(
    "group_affinity",
    inputs=A_FEW_POINTS,
    arrange=points_and_centres,
    edges=GROUPINGS,
    hints=[
        "A point lies half way between two centres. How strongly does it belong to each of them, "
        "if the two numbers must add up to 1?",
        "Instead of sending each point to one group, say how likely each group is "
        '(chapter 2, "Unsupervised parametric learning"). First work out how close the point is to '
        "every centre, then make shares of that.",
        "For one point: (groups,) numbers 1 / (1 + squared distance), each divided by the sum of "
        "them all. One such row for each point gives (batch, groups).",
    ],
)


@group_affinity.law("has one row for each point and one column for each group")
def has_a_row_for_each_point(answer, points, centres):
    expect(answer(points, centres)).has_shape(len(points), len(centres))


@group_affinity.law("is never below 0, and never above 1")
def lies_between_zero_and_one(answer, points, centres):
    expect(answer(points, centres)).is_at_least(0)
    expect(answer(points, centres)).is_at_most(1)


@group_affinity.law("adds up to 1 for each point")
def rows_add_up_to_one(answer, points, centres):
    rows = np.asarray(answer(points, centres))
    expect(rows.sum(axis=1), "the sums of its rows").equals(np.ones(len(points)))


@group_affinity.law("is largest for the centre that is nearest")
def nearest_is_largest(answer, points, centres):
    rows = np.asarray(answer(points, centres))
    nearest = squared_distances(points, centres).argmin(axis=1)
    ours = [rows[i, place] for i, place in enumerate(nearest)]
    expect(ours, "what belongs to the nearest centres").equals(rows.max(axis=1))


@group_affinity.law("is twice as large for a centre at distance 0 as for one at distance 1")
def falls_with_the_distance(answer, points):
    point = points[0]
    beside = [point[0] + 1, *point[1:]]
    expect(answer([point], [point, beside])).equals([[2 / 3, 1 / 3]])


@group_affinity.law("turns its columns round when the centres are turned round")
def columns_follow_the_centres(answer, points, centres):
    turned = np.asarray(answer(points, centres[::-1]))
    expect(turned[:, ::-1]).equals(np.asarray(answer(points, centres)))


def closeness(points, centres):
    return 1 / (1 + squared_distances(points, centres))


@group_affinity.misconception(
    "closeness that does not add up to 1",
    "Divide each row by its sum: only then are the numbers shares of one whole.",
)
def not_normalised(points, centres):
    return closeness(points, centres)


@group_affinity.misconception(
    "numbers that add up to 1 for each group instead of for each point",
    "Each point is shared out between the groups: divide by the sum of its own row.",
)
def wrong_axis(points, centres):
    close = closeness(points, centres)
    return close / close.sum(axis=0)


@group_affinity.misconception(
    "numbers that add up to 1 over all points together",
    "Every point has a whole of its own: divide each row by the sum of that row.",
)
def normalise_over_all(points, centres):
    close = closeness(points, centres)
    return close / close.sum()


@group_affinity.misconception(
    "the distance itself, shared out",
    "The larger the distance, the less a point belongs to the group. Take 1 / (1 + squared "
    "distance) first.",
)
def far_is_strong(points, centres):
    far = 1 + squared_distances(points, centres)
    return far / far.sum(axis=1, keepdims=True)


@group_affinity.misconception(
    "the distance without its square",
    "The closeness asks for the squared distance: the sum of the squares, without a root.",
)
def distance_not_squared(points, centres):
    close = 1 / (1 + np.sqrt(squared_distances(points, centres)))
    return close / close.sum(axis=1, keepdims=True)


@group_affinity.misconception(
    "division by a distance of 0",
    "A point may stand right on a centre. The 1 in 1 / (1 + squared distance) is there for that.",
)
def one_forgotten(points, centres):
    rows = []
    for far in squared_distances(points, centres).tolist():
        close = [1 / distance for distance in far]
        rows.append([share / sum(close) for share in close])
    return rows


@group_affinity.misconception(
    "1 for the nearest group and 0 for all others",
    "That is assign_clusters in another form. Here a point may belong a little to every group.",
)
def all_or_nothing(points, centres):
    return np.eye(len(centres))[squared_distances(points, centres).argmin(axis=1)]


@group_affinity.alternative
def with_numpy(points, centres):
    points, centres = np.array(points, float), np.array(centres, float)
    close = np.zeros((len(points), len(centres)))
    for j in range(len(centres)):
        close[:, j] = 1 / (np.linalg.norm(points - centres[j], axis=1) ** 2 + 1)
    return (close.T / np.sum(close, axis=1)).T


@group_affinity.alternative
def entry_by_entry(points, centres):
    def far(point, centre):
        total = 1.0
        for i in range(len(point)):
            total += (point[i] - centre[i]) ** 2
        return total

    return [
        [1 / sum(far(point, one) / far(point, other) for other in centres) for one in centres]
        for point in points
    ]


# --- same_partition ----------------------------------------------------------------------------

NEW_NAMES = ((2, 3, 1), ("x", "y", "z"), (3, 1, 2), (1, 2, 3), ("x", "x", "y"), (5, 6, 6))


def two_groupings(groups, others, names, how):
    """A grouping beside the same one renamed, a coarser one, a finer one or any other."""
    renamed = [names[group - 1] for group in groups]
    if how == "free":
        renamed = others[: len(groups)]
    return {"a": renamed, "b": groups} if how == "turned" else {"a": groups, "b": renamed}


same_partition = exercise(
    "same_partition",
    inputs={
        "groups": ListOf(Choice((1, 2, 3)), 0, 6),
        "others": ListOf(Choice((1, 2, 3)), 6, 6),
        "names": Choice(NEW_NAMES),
        "how": Choice(("renamed", "turned", "free")),
    },
    arrange=two_groupings,
    edges=[
        {"a": [1, 1, 2], "b": [7, 7, 3]},
        {"a": [1, 1, 2], "b": [7, 3, 3]},
        {"a": ["x", "y", "x"], "b": [2, 1, 2]},
        {"a": [1, 2], "b": [1, 1]},
        {"a": [1, 1], "b": [1, 2]},
        {"a": [1, 2, 1], "b": [1, 2, 3]},
        {"a": [1, 1, 2, 3], "b": [1, 2, 3, 3]},
        {"a": [1, 1, 2, 2], "b": [1, 2, 1, 2]},
        {"a": [0, 1, 0, 0, 1, 2, 2], "b": [2, 0, 2, 2, 0, 1, 1]},
        {"a": [5], "b": ["x"]},
        {"a": [], "b": []},
    ],
    hints=[
        "Two friends sort the same stamps. One calls the piles 1 and 2, the other red and blue. How "
        "can you tell whether they made the same piles?",
        "The name of a group means nothing; what counts is which things are together "
        '(chapter 2, "Unsupervised machine learning"). Every name of one must go with exactly one '
        "name of the other, and the other way round too.",
        "Walk along both lists and look at the pairs (a[i], b[i]). How many different pairs may "
        "there be, if there are three names in `a` and three in `b`? A set keeps what is different.",
    ],
)


@same_partition.law("is True for a grouping beside itself")
def is_the_same_as_itself(answer, a):
    expect(answer(a, a)).equals(True)


@same_partition.law("does not change when the two groupings change places")
def order_of_groupings_is_free(answer, a, b):
    expect(answer(b, a)).equals(float(answer(a, b)))


@same_partition.law("does not change when the groups get new names")
def names_mean_nothing(answer, a, b):
    expect(answer([f"pile {name}" for name in a], b)).equals(float(answer(a, b)))


@same_partition.law("does not depend on the order of the things")
def order_of_things_is_free(answer, a, b):
    expect(answer(a[::-1], b[::-1])).equals(float(answer(a, b)))


@same_partition.law("is False where one thing is in company in one grouping and alone in the other")
def sees_the_lonely_one(answer, a, b):
    if a:
        expect(answer([*a, a[0]], [*b, "alone"]), "alone in b, it").equals(False)
        expect(answer([*a, "alone"], [*b, b[0]]), "alone in a, it").equals(False)


@same_partition.misconception(
    "the names compared, instead of who is together",
    "A group called 1 here may be called 2 there: the names of groups are not numbers that mean "
    "something. Compare which things are together.",
)
def labels_have_meaning(a, b):
    return a == b


@same_partition.misconception(
    "checked in one direction only",
    "Each name in `a` goes with one name in `b`, but two groups of `a` may have been thrown "
    "together. Check the other direction as well.",
)
def one_way_only(a, b):
    return len(set(zip(a, b))) == len(set(a))


@same_partition.misconception(
    "only the number of groups compared",
    "Two piles here and two piles there may hold different things. Look at what is in them.",
)
def same_number_of_groups(a, b):
    return len(set(a)) == len(set(b))


@same_partition.misconception(
    "only who is together with the first thing compared",
    "The others may be grouped in one way here and in another there. Every thing counts: look at "
    "all pairs (a[i], b[i]).",
)
def company_of_the_first(a, b):
    return [name == a[0] for name in a] == [name == b[0] for name in b]


@same_partition.misconception(
    "only the sizes of the groups compared",
    "Piles of the same size may hold different things. Look at which things are together.",
)
def same_sizes(a, b):
    return sorted(map(a.count, set(a))) == sorted(map(b.count, set(b)))


@same_partition.misconception(
    "only neighbours in the list compared",
    "Things that are far from each other in the list may be in one group too: look at all of them.",
)
def neighbours_only(a, b):
    return all((a[i] == a[i + 1]) == (b[i] == b[i + 1]) for i in range(len(a) - 1))


@same_partition.alternative
def every_two_things(a, b):
    for i in range(len(a)):
        for j in range(i):
            if (a[i] == a[j]) != (b[i] == b[j]):
                return False
    return True


@same_partition.alternative
def by_first_meeting(a, b):
    return [a.index(name) for name in a] == [b.index(name) for name in b]
