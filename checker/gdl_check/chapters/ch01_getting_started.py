"""How chapter 1 is examined: a warm-up on plain lists, before the first network."""

import numpy as np

from gdl_check.course import exercise
from gdl_check.expect import expect
from gdl_check.inputs import Choice, ListOf, Number, Whole

FEW = (1.0, 2.0, -1.0, 3.0, 0.0, -2.0, 4.0, 0.5, -0.5, 0.25)
WEATHER = ("rain", "sun", "snow", "fog")


def of_one_length(known, wanted):
    """Both lists cut to the length of the shorter one: what a law says of lists that do fit."""
    n = min(len(known), len(wanted))
    return known[:n], wanted[:n]


def check_lengths(known, wanted):
    if len(known) != len(wanted):
        raise ValueError("one list is longer than the other")


# --- environment_report ------------------------------------------------------------------------

PYTHONS = ("3.12.1", "3.9.18", "3.11.0", "2.7.18", "3.10.12", "4.0.0", "3.8.10", "3.13.2", "3.11")
NUMPYS = ("2.1.3", "1.26.4", None, "2.0.0", "10.0.1", "1.9.0")


def numbers_of(version):
    return [int(part) for part in version.split(".")]


environment_report = exercise(
    "environment_report",
    inputs={"python_version": Choice(PYTHONS), "numpy_version": Choice(NUMPYS)},
    edges=[
        {"python_version": "3.12.1", "numpy_version": "2.1.3"},
        {"python_version": "3.11", "numpy_version": "2.0.0"},
        {"python_version": "3.12.1", "numpy_version": None},
        {"python_version": "3.9.18", "numpy_version": "2.0.0"},
        {"python_version": "3.11.0", "numpy_version": "1.26.4"},
        {"python_version": "3.13.2", "numpy_version": "10.0.1"},
        {"python_version": "4.0.0", "numpy_version": "2.1.3"},
    ],
    hints=[
        "Which Python is newer, 3.9 or 3.11? Which of the two would come first in a dictionary of "
        "words, and which one is the larger decimal number?",
        "A version is a few whole numbers with dots between them. Take it apart at the dots, and "
        "compare number by number. And a computer may have no NumPy at all "
        '(chapter 1, "What you need to get started").',
        '"3.12.1".split(".") gives ["3", "12", "1"], and int("12") gives 12. Python compares '
        "tuples number by number: (3, 12, 1) >= (3, 11) is True. For NumPy the first number is "
        "enough; look for None before you take it apart.",
    ],
)


@environment_report.law("tells Python's version number by number")
def tells_the_version(answer, python_version, numpy_version):
    python = answer(python_version, numpy_version)["python"]
    expect(python, "the version of Python").equals(tuple(numbers_of(python_version)))


@environment_report.law("hands on NumPy's version as it came in")
def hands_on_the_other_version(answer, python_version, numpy_version):
    numpy = answer(python_version, numpy_version)["numpy"]
    expect(numpy, "the version of NumPy").equals(numpy_version)


@environment_report.law("is not ok without NumPy")
def needs_numpy(answer, python_version):
    expect(answer(python_version, None)["ok"], '"ok"').equals(False)


@environment_report.law("draws the line for Python between 3.10 and 3.11")
def draws_the_line_for_python(answer):
    expect(answer("3.10.12", "2.1.3")["ok"], '"ok" for Python 3.10.12').equals(False)
    expect(answer("3.11.0", "2.1.3")["ok"], '"ok" for Python 3.11.0').equals(True)


@environment_report.law("draws the line for NumPy between 1 and 2")
def draws_the_line_for_numpy(answer):
    expect(answer("3.12.1", "1.26.4")["ok"], '"ok" for NumPy 1.26.4').equals(False)
    expect(answer("3.12.1", "2.0.0")["ok"], '"ok" for NumPy 2.0.0').equals(True)


@environment_report.law("stays ok when Python gets newer")
def newer_is_no_worse(answer, python_version, numpy_version):
    first, *rest = numbers_of(python_version)
    newer = ".".join(map(str, [first + 1, *[0 for _ in rest]]))
    now, then = answer(python_version, numpy_version)["ok"], answer(newer, numpy_version)["ok"]
    if now:
        expect(then, f'"ok" for Python {newer}').equals(True)


def report_with(python_is_new, numpy_is_new, both=all):
    """A report that judges the two versions in its own way."""

    def report(python_version, numpy_version):
        new = [python_is_new(python_version), numpy_is_new(numpy_version)]
        python = tuple(numbers_of(python_version))
        return {"python": python, "numpy": numpy_version, "ok": both(new)}

    return report


def new_python(version):
    return numbers_of(version) >= [3, 11]


def new_numpy(version):
    return version is not None and numbers_of(version) >= [2]


@environment_report.misconception(
    "a Python without NumPy counted as ready",
    "A computer often has several Pythons, and NumPy may be missing in the one that is running. "
    "None stands for that: it is not ok.",
)
def wrong_interpreter(*args):
    return report_with(new_python, lambda version: version is None or new_numpy(version))(*args)


@environment_report.misconception(
    "versions compared as words",
    'As words, "3.9" comes after "3.11", and "10.0.1" before "2". Turn the parts into whole '
    "numbers first, with int(...).",
)
def versions_as_words(*args):
    return report_with(
        lambda version: version >= "3.11", lambda version: version is not None and version >= "2"
    )(*args)


@environment_report.misconception(
    "versions compared as decimal numbers",
    "As a decimal number 3.9 is larger than 3.11, but Python 3.11 came after 3.9. Compare number "
    "by number: 3 with 3, then 9 with 11.",
)
def versions_as_decimals(*args):
    def decimal(version):
        return float(".".join(version.split(".")[:2]))

    return report_with(lambda version: decimal(version) >= 3.11, new_numpy)(*args)


@environment_report.misconception(
    "every number of the version held against its own limit",
    "4.0 is newer than 3.11, though 0 is less than 11: the second number counts only where the "
    "first ones are equal. Python compares tuples in just this way.",
)
def each_number_for_itself(*args):
    def is_new(version):
        first, second, *_ = numbers_of(version)
        return first >= 3 and second >= 11

    return report_with(is_new, new_numpy)(*args)


@environment_report.misconception(
    "ok where only one of the two is new enough",
    "Both are needed: write `and` between the two questions, not `or`.",
)
def either_is_enough(*args):
    return report_with(new_python, new_numpy, both=any)(*args)


@environment_report.misconception(
    "a version whose numbers are still texts",
    '"3" is a text and 3 is a number. Turn every part into a number with int(...).',
)
def parts_left_as_texts(python_version, numpy_version):
    report = report_with(new_python, new_numpy)(python_version, numpy_version)
    return report | {"python": tuple(python_version.split("."))}


@environment_report.misconception(
    "a report that breaks where NumPy is missing",
    "None is not a text and cannot be taken apart. Ask for None first: it is not ok.",
)
def breaks_without_numpy(*args):
    return report_with(new_python, lambda version: numbers_of(version) >= [2])(*args)


@environment_report.alternative
def step_by_step(python_version, numpy_version):
    python = []
    for part in python_version.split("."):
        python.append(int(part))
    first, second = python[0], python[1]
    ok = first > 3 or (first == 3 and second >= 11)
    if numpy_version is None or int(numpy_version.partition(".")[0]) < 2:
        ok = False
    return {"ok": ok, "numpy": numpy_version, "python": python}


@environment_report.alternative
def with_arrays(python_version, numpy_version):
    python = np.array(python_version.split("."), dtype=int)
    numpy = np.array((numpy_version or "0.0").split("."), dtype=int)
    ok = python[0] * 1000 + python[1] >= 3011 and numpy[0] > 1
    return {"ok": np.bool_(ok), "numpy": numpy_version, "python": python}


# --- scale_all ---------------------------------------------------------------------------------

scale_all = exercise(
    "scale_all",
    inputs={
        "values": ListOf(Number(FEW), 0, 5),
        "factor": Number((2, 3, 0.5, -1, 0, 1, 4, -2, 0.25, -0.5, 1.5)),
    },
    edges=[
        {"values": [1, 2], "factor": 2},
        {"values": [1.0, 2.0, -3.0], "factor": 0.5},
        {"values": [3.0], "factor": 1},
        {"values": [5.0, 0.0, 5.0, -5.0], "factor": 0},
        {"values": [0.1, 0.25, -0.7, 1234.5678], "factor": 0.3},
        {"values": [1, 2, 3, 4, 5, 6, 7], "factor": -3},
        {"values": [1e6, -1e6], "factor": 1e6},
        {"values": [], "factor": 2},
    ],
    hints=[
        "Try [1, 2] * 2 in Python. Is that what you want?",
        "For Python, a list times 2 is the list twice, one behind the other. To multiply the "
        "numbers, take them out one by one and put the results into a new list "
        '(chapter 1, "You\'ll probably need some Python knowledge").',
        "n numbers go in and n numbers come out. Begin with an empty list, go through `values` "
        "with a for loop, and append one product for each. Return the list after the loop, not "
        "inside it.",
    ],
)


@scale_all.law("is as long as the list that came in")
def keeps_the_length(answer, values, factor):
    expect(answer(values, factor)).has_shape(len(values))


@scale_all.law("leaves the numbers as they are when the factor is 1")
def one_changes_nothing(answer, values):
    expect(answer(values, 1)).equals(values)


@scale_all.law("is nothing but zeros when the factor is 0")
def zero_wipes_out(answer, values):
    expect(answer(values, 0)).equals([0.0] * len(values))


@scale_all.law("multiplies by 6 when it multiplies by 2 and then by 3")
def works_in_two_steps(answer, values):
    twice = np.asarray(answer(values, 2)).tolist()
    expect(answer(twice, 3)).equals(np.asarray(answer(values, 6)))


@scale_all.law("gives the results of two lists, one behind the other, for both lists together")
def works_place_by_place(answer, values, factor):
    result = np.asarray(answer(values, factor)).tolist()
    expect(answer([*values, *values[:1]], factor)).equals([*result, *result[:1]])


@scale_all.misconception(
    "the list, several times over",
    "For Python, [1, 2] * 2 is [1, 2, 1, 2], and times 0.5 it is an error: a list is not an array. "
    "Multiply the numbers one by one.",
)
def list_not_array(values, factor):
    return values * factor


@scale_all.misconception(
    "the list that came in, changed",
    "`scaled = values` makes no second list, only a second name for the same one. Begin with an "
    "empty list, or with a copy: list(values).",
)
def alias_not_copy(values, factor):
    scaled = values
    for i in range(len(scaled)):
        scaled[i] = scaled[i] * factor
    return scaled


@scale_all.misconception(
    "the first number only",
    "A `return` inside the loop ends the function on the first turn. Move it below the loop, as "
    "far to the left as the `for`.",
)
def returns_inside_the_loop(values, factor):
    scaled = []
    for value in values:
        scaled.append(value * factor)
        return scaled
    return scaled


@scale_all.misconception(
    "the last number only",
    "`scaled = [...]` inside the loop begins a new list on every turn. Begin it above the loop.",
)
def begins_anew_every_turn(values, factor):
    scaled = []
    for value in values:
        scaled = [value * factor]
    return scaled


@scale_all.misconception(
    "the factor added to every number",
    "To scale is to multiply: with a factor of 1, nothing changes.",
)
def adds_the_factor(values, factor):
    return [value + factor for value in values]


@scale_all.misconception(
    "numbers with their decimals cut off",
    "int(...) turns 0.5 into 0. Leave the products as they are.",
)
def int_truncation(values, factor):
    return [int(value * factor) for value in values]


@scale_all.alternative
def with_numpy(values, factor):
    return np.array(values) * factor


@scale_all.alternative
def into_a_copy(values, factor):
    scaled = list(values)
    for i in range(len(scaled)):
        scaled[i] *= factor
    return tuple(scaled)


# --- to_column ---------------------------------------------------------------------------------

to_column = exercise(
    "to_column",
    inputs={"values": ListOf(Number(), 1, 5)},
    edges=[
        {"values": [1.0, 2.0, 3.0]},
        {"values": [4.0]},
        {"values": [5.0, 5.0]},
        {"values": [0.3, -0.0625, 0.0, 1234.5678]},
        {"values": [1, 2, 3, 4, 5, 6, 7]},
    ],
    hints=[
        "In the list [[1], [2], [3]], how many rows are there, and how long is each of them?",
        "A table is a list of its rows. In a column, every row is a list of one number "
        '(chapter 1, "You\'ll probably need some Python knowledge").',
        "(n,) goes in and (n, 1) comes out: n rows, each with one number in square brackets of "
        "its own, and square brackets around the whole.",
    ],
)


@to_column.law("has one row for each number, and every row is one number long")
def stands_up(answer, values):
    expect(answer(values)).has_shape(len(values), 1)


@to_column.law("lets you read the numbers back from top to bottom")
def can_be_read_back(answer, values):
    expect([row[0] for row in answer(values)], "read from top to bottom, it").equals(values)


@to_column.law("gets one more row at the bottom when the list gets one more number")
def grows_at_the_bottom(answer, values):
    rows = np.asarray(answer(values)).tolist()
    expect(answer([*values, 7.0])).equals([*rows, [7.0]])


@to_column.misconception(
    "a row instead of a column",
    "[[1, 2, 3]] is one row of three numbers. A column has three rows of one number each: "
    "[[1], [2], [3]].",
)
def row_vs_column(values):
    return [list(values)]


@to_column.misconception(
    "the list as it was",
    "[1, 2, 3] is a line of numbers, neither row nor column. In a column every number stands in a "
    "list of its own.",
)
def still_a_plain_list(values):
    return list(values)


@to_column.misconception(
    "a column inside another pair of brackets",
    "One pair of brackets around each number, and one around the whole: not one more.",
)
def one_bracket_too_many(values):
    return [[[value] for value in values]]


@to_column.misconception(
    "numbers with their decimals cut off",
    "int(...) turns 0.5 into 0. The numbers stay as they are; only the brackets are new.",
)
def int_truncation(values):
    return [[int(value)] for value in values]


@to_column.alternative
def with_numpy(values):
    return np.array(values).reshape(-1, 1)


@to_column.alternative
def slice_by_slice(values):
    column = []
    for i in range(len(values)):
        column.append(values[i : i + 1])
    return column


# --- to_row ------------------------------------------------------------------------------------

to_row = exercise(
    "to_row",
    inputs={"values": ListOf(Number(), 1, 5)},
    edges=[
        {"values": [1.0, 2.0, 3.0]},
        {"values": [4.0]},
        {"values": [5.0, 5.0]},
        {"values": [0.3, -0.0625, 0.0, 1234.5678]},
        {"values": [1, 2, 3, 4, 5, 6, 7]},
    ],
    hints=[
        "A table with a single row: how many lists are in it?",
        "A table is a list of its rows, even if there is only one "
        '(chapter 1, "You\'ll probably need some Python knowledge").',
        "(n,) goes in and (1, n) comes out: all the numbers in one list, and that list in square "
        "brackets.",
    ],
)


@to_row.law("has a single row, as long as the list")
def lies_down(answer, values):
    expect(answer(values)).has_shape(1, len(values))


@to_row.law("lets you read the numbers back from its first row")
def can_be_read_back(answer, values):
    expect(list(answer(values)[0]), "its first row").equals(values)


@to_row.law("gets one number longer at the right when the list does")
def grows_at_the_right(answer, values):
    (row,) = np.asarray(answer(values)).tolist()
    expect(answer([*values, 7.0])).equals([[*row, 7.0]])


@to_row.misconception(
    "a column instead of a row",
    "[[1], [2], [3]] has three rows of one number. A row is one list with all three: [[1, 2, 3]].",
)
def row_vs_column(values):
    return [[value] for value in values]


@to_row.misconception(
    "the list as it was",
    "[1, 2, 3] is a line of numbers, [[1, 2, 3]] is a table with one row: mind the second pair of "
    "brackets.",
)
def still_a_plain_list(values):
    return list(values)


@to_row.misconception(
    "a row inside another pair of brackets",
    "One pair of brackets around the numbers, and one around the whole: not one more.",
)
def one_bracket_too_many(values):
    return [[list(values)]]


@to_row.misconception(
    "the numbers in order of size",
    "The numbers keep the order in which they came; nothing is sorted.",
)
def sorted_row(values):
    return [sorted(values)]


@to_row.alternative
def with_numpy(values):
    return np.array([values], dtype=float)


@to_row.alternative
def number_by_number(values):
    row = []
    for value in values:
        row.append(value)
    return (row,)


# --- pair_problem ------------------------------------------------------------------------------

pair_problem = exercise(
    "pair_problem",
    inputs={
        "known": ListOf(Choice(WEATHER), 1, 5),
        "wanted": ListOf(Number(), 6, 6),
        "too_many": Choice((0, 0, 0, 1, -1)),
    },
    arrange=lambda known, wanted, too_many: {
        "known": known,
        "wanted": wanted[: len(known) + too_many],
    },
    edges=[
        {"known": ["rain", "sun"], "wanted": [7, 2]},
        {"known": ["rain", "rain", "sun"], "wanted": [7, 5, 7]},
        {"known": ["fog"], "wanted": [0]},
        {"known": [8.5, 9.5, 9.9], "wanted": ["won", "won", "lost"]},
        {"known": [3.0, 1.0, 2.0], "wanted": [0.3, 0.1, 0.7]},
        {"known": [], "wanted": []},
        {"known": ["rain", "sun", "snow"], "wanted": [7, 2]},
        {"known": ["rain"], "wanted": [7, 2]},
        {"known": ["rain"], "wanted": []},
        {"known": [], "wanted": [7]},
    ],
    hints=[
        "Think of a problem of your own: something that you know every day, and something that you "
        "would like to know. Which entry of one list belongs to which of the other?",
        "Walk along both lists side by side, and write down one pair at each step "
        '(chapter 1, "What you need to get started"). An entry without a partner is a mistake, '
        "and mistakes should be loud.",
        "Two lists of length n give a list of n pairs: (known[0], wanted[0]), then "
        "(known[1], wanted[1]), and so on. Compare the two lengths first: `raise ValueError(...)` "
        "where they differ.",
    ],
)


@pair_problem.law("has one pair for each thing that is known")
def has_a_pair_for_each(answer, known, wanted):
    known, wanted = of_one_length(known, wanted)
    expect(len(answer(known, wanted)), "the number of pairs").equals(len(known))


@pair_problem.law("lets you read both lists back, in order")
def can_be_read_back(answer, known, wanted):
    known, wanted = of_one_length(known, wanted)
    pairs = answer(known, wanted)
    expect([pair[0] for pair in pairs], "what is known").equals(known)
    expect([pair[1] for pair in pairs], "what is wanted").equals(wanted)


@pair_problem.law("raises a ValueError when one list is longer than the other")
def refuses_two_lengths(answer, known, wanted):
    known, wanted = of_one_length(known, wanted)
    expect(answer([*known, "sun"], wanted)).raises(ValueError)
    expect(answer(known, [*wanted, 2.0])).raises(ValueError)


@pair_problem.misconception(
    "a longer list cut off without a word",
    "zip stops where the shorter list ends. Compare the lengths and raise a ValueError, or say "
    "zip(known, wanted, strict=True).",
)
def missing_length_check(known, wanted):
    return list(zip(known, wanted))


@pair_problem.misconception(
    "a loop over the places of `known` alone",
    "range(len(known)) knows nothing of `wanted`: a longer one loses its end, a shorter one gives "
    "an IndexError. Compare the lengths first and raise a ValueError.",
)
def only_the_length_of_known(known, wanted):
    return [(known[i], wanted[i]) for i in range(len(known))]


@pair_problem.misconception(
    "pairs the wrong way round", "What you know comes first, what you want to know second."
)
def wanted_first(known, wanted):
    check_lengths(known, wanted)
    return list(zip(wanted, known))


@pair_problem.misconception(
    "one list behind the other",
    "`+` puts one list behind the other. Each entry of one belongs beside an entry of the other.",
)
def one_behind_the_other(known, wanted):
    check_lengths(known, wanted)
    return known + wanted


@pair_problem.misconception(
    "each thing that is known listed once",
    "A dict keeps only one entry for each key: the first rainy day is lost when a second one comes. "
    "Every pair counts, so make a list.",
)
def through_a_dict(known, wanted):
    check_lengths(known, wanted)
    return list(dict(zip(known, wanted)).items())


@pair_problem.misconception(
    "everything paired with everything",
    "Two loops, one inside the other, let every entry meet all others. One loop over both lists "
    "is right.",
)
def all_pairs(known, wanted):
    check_lengths(known, wanted)
    return [(one, other) for one in known for other in wanted]


@pair_problem.alternative
def place_by_place(known, wanted):
    if len(wanted) != len(known):
        raise ValueError("the lists do not fit")
    pairs = []
    for i in range(len(wanted)):
        pairs.append([known[i], wanted[i]])
    return pairs


@pair_problem.alternative
def one_after_the_other(known, wanted):
    left, pairs = list(wanted), ()
    for one in known:
        if not left:
            raise ValueError(f"{one} has no partner")
        pairs += ((one, left.pop(0)),)
    if left:
        raise ValueError(f"{left} have no partner")
    return pairs


# --- count_above -------------------------------------------------------------------------------

count_above = exercise(
    "count_above",
    inputs={"values": ListOf(Number(FEW), 0, 5), "threshold": Number(FEW)},
    edges=[
        {"values": [1.0, 5.0, 3.0, 4.0], "threshold": 3.0},
        {"values": [2.0, 2.0, 2.0], "threshold": 2.0},
        {"values": [-1.0, -3.0], "threshold": -2.0},
        {"values": [0.3, 0.7], "threshold": 0.5},
        {"values": [7, 7, 7, 1, 7, 7, 7], "threshold": 6},
        {"values": [], "threshold": 0.0},
        {"values": [1.0], "threshold": 5.0},
    ],
    hints=[
        "How many numbers of [1, 5, 3, 4] are larger than 3? Did you count the 3 itself?",
        "Go through the list and make a mark for each number that is above the threshold, then "
        'count the marks (chapter 1, "You\'ll probably need some Python knowledge").',
        "A list of n numbers gives one whole number from 0 to n. Begin with a count of 0, go "
        "through the list, and add 1 (not the number itself) where it is larger.",
    ],
)


@count_above.law("does not depend on the order of the numbers")
def order_is_free(answer, values, threshold):
    expect(answer(values[::-1], threshold)).equals(float(answer(values, threshold)))


@count_above.law("never grows when the threshold grows")
def falls_with_the_threshold(answer, values, threshold):
    expect(answer(values, threshold + 1)).is_at_most(float(answer(values, threshold)))


@count_above.law("counts all numbers when the threshold is below the smallest of them")
def counts_all_above_a_low_one(answer, values):
    expect(answer(values, min(values, default=0) - 0.5)).equals(len(values))


@count_above.law("is 0 when the threshold is the largest number itself")
def counts_none_above_the_largest(answer, values):
    expect(answer(values, max(values, default=0))).equals(0)


@count_above.law("doubles when the list is there twice")
def doubles_with_the_list(answer, values, threshold):
    expect(answer(values + values, threshold)).equals(2 * float(answer(values, threshold)))


@count_above.misconception(
    "numbers that equal the threshold are counted too", "3 is not above 3: use `>`, not `>=`."
)
def equal_counts_too(values, threshold):
    return sum(value >= threshold for value in values)


@count_above.misconception(
    "the numbers below the threshold", "Count the numbers that are larger: value > threshold."
)
def counts_below(values, threshold):
    return sum(value < threshold for value in values)


@count_above.misconception(
    "the numbers themselves instead of their count",
    "You have found the right numbers. How many are they? len(...) counts them.",
)
def the_numbers_themselves(values, threshold):
    return [value for value in values if value > threshold]


@count_above.misconception(
    "the sum of the numbers above the threshold",
    "Add 1 for each number that is above, not the number itself.",
)
def sum_instead_of_count(values, threshold):
    return sum(value for value in values if value > threshold)


@count_above.misconception(
    "only whether there is such a number",
    "Do not stop at the first one: look at all the numbers, and count.",
)
def stops_at_the_first(values, threshold):
    return int(any(value > threshold for value in values))


@count_above.misconception(
    "the share of the numbers above the threshold",
    "The count itself is asked for; do not divide it by the length of the list.",
)
def share_instead_of_count(values, threshold):
    return sum(value > threshold for value in values) / max(1, len(values))


@count_above.alternative
def counted_in_a_loop(values, threshold):
    count = 0
    for value in values:
        if threshold < value:
            count += 1
    return count


@count_above.alternative
def with_numpy(values, threshold):
    return np.count_nonzero(np.array(values) > threshold)


# --- shares ------------------------------------------------------------------------------------

shares = exercise(
    "shares",
    inputs={"values": ListOf(Whole(0, 6), 1, 5)},
    edges=[
        {"values": [1, 2, 1]},
        {"values": [3]},
        {"values": [0, 5, 0]},
        {"values": [2, 2, 2]},
        {"values": [0.3, 0.1, 0.35]},
        {"values": [0.25, 0.0, 0.5]},
        {"values": [0.001, 1000.0]},
        {"values": [7, 6, 5, 4, 3, 2, 1]},
        {"values": [0]},
        {"values": [0, 0, 0]},
    ],
    hints=[
        "Three friends have 1, 2 and 1 apples. What part of all the apples has the second one?",
        "First find out how much there is in all, then divide each number by it. In Python 3, `/` "
        "keeps the decimals: 1 / 2 is 0.5 "
        '(chapter 1, "You\'ll probably need some Python knowledge").',
        "n numbers go in and n numbers come out, and these add up to 1. The sum is worked out "
        "once, before the loop. Where it is 0, nothing can be divided by it: raise a ValueError.",
    ],
)


@shares.law("adds up to 1")
def adds_up_to_one(answer, values):
    expect(np.sum(np.asarray(answer([*values, 1]))), "the sum of all shares").equals(1)


@shares.law("does not change when every number is three times as large")
def size_is_free(answer, values):
    if any(values):
        larger = [3 * value for value in values]
        expect(answer(larger)).equals(np.asarray(answer(values)))


@shares.law("gives everybody the same share of equal numbers")
def equals_share_equally(answer, values):
    expect(answer([2 for _ in values])).equals([1 / len(values)] * len(values))


@shares.law("is turned round when the list is turned round")
def follows_the_order(answer, values):
    longer = [*values, 2]
    expect(answer(longer[::-1])).equals(np.asarray(answer(longer))[::-1])


@shares.law("raises a ValueError when there is nothing to share")
def refuses_nothing(answer, values):
    expect(answer([0 for _ in values])).raises(ValueError)


def check_total(values):
    if sum(values) == 0:
        raise ValueError("there is nothing to share")


@shares.misconception(
    "division as in Python 2",
    "The book was first written for Python 2, in which 1 / 2 was 0. That is what `//` does today; "
    "`/` keeps the decimals.",
)
def py2_division(values):
    check_total(values)
    return [value // sum(values) for value in values]


@shares.misconception(
    "each number divided by how many there are",
    "Divide by the sum of the numbers, not by their count: only then do the shares add up to 1.",
)
def divided_by_the_count(values):
    check_total(values)
    return [value / len(values) for value in values]


@shares.misconception(
    "each number divided by the largest",
    "The whole is the sum of all the numbers. Divided by the largest, they add up to more than 1.",
)
def divided_by_the_largest(values):
    check_total(values)
    return [value / max(values) for value in values]


@shares.misconception(
    "shares out of 100", "The shares add up to 1 here, not to 100: half of the whole is 0.5."
)
def per_cent(values):
    check_total(values)
    return [100 * value / sum(values) for value in values]


@shares.misconception(
    "division by 0 where there is nothing to share",
    "Python raises a ZeroDivisionError by itself. Look at the sum first, and raise a ValueError "
    "that says what is wrong.",
)
def divides_by_zero(values):
    return [value / sum(values) for value in values]


@shares.misconception(
    "a share of 0 for everybody where there is nothing to share",
    "Shares add up to 1, and these do not. Nothing to share is a mistake: raise a ValueError.",
)
def zeros_for_nothing(values):
    return [value / sum(values) if sum(values) else 0.0 for value in values]


@shares.misconception(
    "the list that came in, changed",
    "`values[i] = ...` writes into the caller's list, and the next sum is another one. Put the "
    "shares into a new list.",
)
def alias_not_copy(values):
    check_total(values)
    for i in range(len(values)):
        values[i] = values[i] / sum(values)
    return values


@shares.alternative
def with_numpy(values):
    values = np.array(values, dtype=float)
    if not values.any():
        raise ValueError("all zeros")
    return values / values.sum()


@shares.alternative
def in_plain_loops(values):
    whole = 0.0
    for value in values:
        whole += value
    parts = []
    for value in values:
        if whole <= 0:
            raise ValueError("the sum is 0")
        parts.append(float(value) * (1.0 / whole))
    return tuple(parts)
