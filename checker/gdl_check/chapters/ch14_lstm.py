"""How chapter 14 is examined: a text in windows, gradients that last, and an LSTM that writes."""

import collections
import itertools
import math

import numpy as np

from ch13_autograd import Tensor
from gdl_check.course import exercise
from gdl_check.expect import expect
from gdl_check.gradient import expect_slopes, upstream_like
from gdl_check.inputs import ACTIVATIONS, Array, Choice, ListOf, Number, Rng, Whole
from gdl_check.sandbox.wire import Seed

LETTERS = tuple("tobe rnhas.TO',\n")
# Numbers of characters: taken modulo the size of the vocabulary, so that characters come again.
WORDS = tuple(range(20))
# Few digits: three products in a row are exact, in float32 as well.
FEW = (1.0, -1.0, 0.5, 2.0, -0.5, 0.0)
# Small enough that no gate is so wide open that its slope is lost in rounding.
TAME = (0.5, -0.5, 1.0, -1.0, 0.25, -0.25, 0.0, 0.75)

GATES = ("forget", "input", "output", "candidate")
LSTM = {}
for _gate in GATES:
    LSTM[_gate + "_x"] = Array(("n", "hidden"), TAME)
    LSTM[_gate + "_h"] = Array(("hidden", "hidden"), TAME)
    LSTM[_gate + "_b"] = Array(("hidden",), TAME)
OUTSIDE = {
    "embeddings": Array(("vocabulary", "n"), TAME),
    "decoder": Array(("hidden", "vocabulary"), TAME),
}
MODEL = LSTM | OUTSIDE
STATE = {"hidden": Array(("batch", "hidden"), TAME), "cell": Array(("batch", "hidden"), FEW)}


def with_parameters(**drawn):
    """The arguments, the parameters among them gathered in one dict, which comes last."""
    parameters = {name: drawn.pop(name) for name in MODEL if name in drawn}
    return {**drawn, "parameters": parameters}


def decimals(start, *shape):
    """Different numbers with two decimals between -1 and 1, in no order."""
    return ((start + 37 * np.arange(math.prod(shape))) % 199 - 99.0).reshape(shape) / 100


def parameters_of(vocabulary, n, hidden, numbers=decimals):
    sizes = {"vocabulary": vocabulary, "n": n, "hidden": hidden}
    shapes = {name: [sizes[d] for d in spec.shape] for name, spec in MODEL.items()}
    return {name: numbers(11 * i, *shape) for i, (name, shape) in enumerate(shapes.items())}


def only_lstm(parameters):
    return {name: parameters[name] for name in LSTM}


DECIMALS = parameters_of(4, 2, 3)
ONES = parameters_of(1, 1, 1, lambda start, *shape: np.ones(shape))


def biased(parameters, **biases):
    """The same parameters, with one bias for all units of these gates: 1000 opens, -1000 shuts."""
    return parameters | {
        gate + "_b": np.full_like(parameters[gate + "_b"], bias) for gate, bias in biases.items()
    }


def zeros_like(parameters):
    return {name: np.zeros_like(array) for name, array in parameters.items()}


def sigmoid_of(x):
    return np.exp(-np.logaddexp(0, -x))


def softmax_of(logits):
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def surprise_of(logits, targets):
    """-log of the probability of the target, row by row."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_totals = np.log(np.exp(shifted).sum(axis=-1))
    return log_totals - shifted[np.arange(len(targets)), targets]


def sums_of(inputs, hidden, parameters):
    return {
        gate: inputs.dot(parameters[gate + "_x"])
        + hidden.dot(parameters[gate + "_h"])
        + parameters[gate + "_b"]
        for gate in GATES
    }


def gates_of(inputs, hidden, parameters):
    sums = sums_of(inputs, hidden, parameters)
    return (*(sigmoid_of(sums[gate]) for gate in GATES[:3]), np.tanh(sums["candidate"]))


def step_of(inputs, hidden, cell, parameters):
    forget, take, show, candidate = gates_of(inputs, hidden, parameters)
    cell = forget * cell + take * candidate
    return show * np.tanh(cell), cell


def window_of(inputs, targets, hidden, cell, parameters, step=step_of):
    """The loss of each step, and the states that were reached, the first ones first."""
    losses, states = [], [(hidden, cell)]
    for characters, following in zip(inputs, targets):
        states.append(step(parameters["embeddings"][characters], *states[-1], parameters))
        logits = states[-1][0].dot(parameters["decoder"])
        losses.append(surprise_of(logits, following).mean())
    return losses, states


def loss_of(*args):
    return float(np.mean(window_of(*args)[0]))


def first_state(batch, n_hidden):
    state = np.zeros((batch, n_hidden))
    state[:, 0] = 1
    return state, state.copy()


def expect_whole(numbers, what=""):
    """Claim that numbers are whole, and not only by their value."""
    found = np.asarray(numbers)
    expect(found.size == 0 or found.dtype.kind in "iu").is_true(
        f"{what}whole numbers are expected: embeddings[2] finds a row, embeddings[2.0] does not"
    )


def expect_the_same_as_decimals(answer, *whole):
    """Claim that an answer is the same for whole numbers as for these as decimals."""
    expect(answer(*whole)).equals(answer(*(array.astype(float) for array in whole)))


def norm_of(arrays):
    return math.sqrt(sum(float(np.sum(array**2)) for array in arrays))


# --- char_vocab --------------------------------------------------------------------------------

char_vocab = exercise(
    "char_vocab",
    inputs={"letters": ListOf(Choice(LETTERS), 1, 12)},
    arrange=lambda letters: {"text": "".join(letters)},
    edges=[
        {"text": "to be or not to be"},
        {"text": "a"},
        {"text": "banana"},
        {"text": "Zoe and adam,\nZoe"},
    ],
    hints=[
        'How many different characters does "banana" have, and which of them comes first in the '
        "alphabet?",
        'A network can only take in numbers, so every character gets one (chapter 14, "Character '
        'language modeling"). Sorted, they get the same numbers in every run.',
        "set(text) has every character once, sorted(...) makes a sorted list of it. The dict goes "
        "the other way: from the character to its place in the list, counted from 0.",
    ],
)


@char_vocab.law("names every character of the text once")
def names_each_character_once(answer, text):
    characters, _ = answer(text)
    expect(collections.Counter(characters) == collections.Counter(set(text))).is_true(
        "every character of the text should be in the list once, and no other"
    )


@char_vocab.law("is sorted")
def is_sorted(answer, text):
    characters, _ = answer(text)
    expect(list(characters), "the list").equals(sorted(characters))


@char_vocab.law("gives every character its place in the list as its number")
def numbers_by_place(answer, text):
    characters, index = answer(text)
    expect(index, "the dict").equals({c: i for i, c in enumerate(characters)})


@char_vocab.law("does not depend on the order of the text")
def order_does_not_matter(answer, text):
    turned, characters = answer(text[::-1]), answer(text)
    expect(turned[0], "the list for the text turned round").equals(list(characters[0]))


def numbered(characters, first=0):
    return {character: first + i for i, character in enumerate(characters)}


@char_vocab.misconception(
    "in the order in which they first come",
    "Then every text has other numbers, and with a set every run. Sort the characters.",
)
def not_sorted(text):
    characters = list(dict.fromkeys(text))
    return characters, numbered(characters)


@char_vocab.misconception(
    "numbers that start at 1", "The first character has number 0, like the first row of a matrix."
)
def off_by_one(text):
    characters = sorted(set(text))
    return characters, numbered(characters, first=1)


@char_vocab.misconception(
    "every character as often as it comes",
    "Each character needs one number, however often it comes: set(text) has each of them once.",
)
def repeats_kept(text):
    characters = sorted(text)
    return characters, {character: characters.index(character) for character in characters}


@char_vocab.misconception(
    "capital letters made small",
    "A capital is a character of its own here: else the network could never write one.",
)
def lowercased(text):
    characters = sorted(set(text.lower()))
    return characters, numbered(characters)


@char_vocab.misconception(
    "blanks and line ends left out",
    "The blank and the end of a line are characters like all others: the network has to learn where "
    "they go.",
)
def blanks_dropped(text):
    characters = sorted(set("".join(text.split())))
    return characters, numbered(characters)


@char_vocab.misconception(
    "how often each character comes",
    "The dict says which number a character has, not how often it comes.",
)
def counts_instead_of_places(text):
    return sorted(set(text)), dict(collections.Counter(text))


@char_vocab.alternative
def put_in_one_by_one(text):
    characters = []
    for character in text:
        if character not in characters:
            characters.append(character)
    characters.sort(key=ord)
    return [characters, dict(zip(characters, itertools.count()))]


@char_vocab.alternative
def with_unique(text):
    characters = np.unique(list(text)).tolist()
    return tuple(characters), {characters[i]: i for i in range(len(characters))}


# --- encode ------------------------------------------------------------------------------------


def an_alphabet(shift):
    """All letters, beginning somewhere else: not sorted, so that no number can be guessed."""
    return [*LETTERS[shift:], *LETTERS[:shift]]


encode = exercise(
    "encode",
    inputs={"letters": ListOf(Choice(LETTERS), 1, 10), "shift": Whole(0, 15)},
    arrange=lambda letters, shift: {
        "text": "".join(letters),
        "index": numbered(an_alphabet(shift)),
    },
    edges=[
        {"text": "abba", "index": {".": 0, "a": 1, "b": 2}},
        {"text": "cab", "index": {"c": 0, "a": 1, "b": 2}},
        {"text": "x", "index": {"x": 0}},
        {"text": "", "index": {"x": 0}},
    ],
    hints=[
        "If a is 1 and b is 2, what is abba?",
        "Go through the text, character by character, and look up the number of each of them "
        '(chapter 14, "Character language modeling").',
        "A text of 4 characters gives (4,). index[character] is a whole number; np.array(list) "
        "makes an array of a list of them.",
    ],
)


@encode.law("gives whole numbers, which can find a row of embeddings")
def gives_whole_numbers(answer, text, index):
    expect_whole(answer(text, index))


@encode.law("lets you read the text back")
def can_be_read_back(answer, text, index):
    characters = {number: character for character, number in index.items()}
    numbers = np.asarray(answer(text, index)).tolist()
    expect("".join(characters.get(number, "?") for number in numbers)).equals(text)


@encode.law("of two texts joined is the numbers of both, joined")
def joins(answer, text, index):
    numbers, rest = answer(text, index), answer(text[1:], index)
    joined = np.concatenate([np.asarray(rest), np.asarray(numbers)])
    expect(answer(text[1:] + text, index)).equals(joined)


@encode.misconception(
    "the characters' codes", "ord('a') is 97. Look each character up in `index` instead."
)
def character_codes(text, index):
    return np.array([ord(character) for character in text], dtype=int)


@encode.misconception(
    "numbers from the text's own alphabet",
    "The numbers are those of `index`: another text must get the same ones for the same characters.",
)
def own_alphabet(text, index):
    characters = sorted(set(text))
    return np.array([characters.index(character) for character in text], dtype=int)


@encode.misconception(
    "every character once only", "A character that comes again gets its number again."
)
def repeats_dropped(text, index):
    return np.array([index[character] for character in dict.fromkeys(text)], dtype=int)


@encode.misconception(
    "a row of 0s and a 1 for each character",
    "One whole number for each character is enough: it says which row of embeddings to look up.",
)
def one_hot_rows(text, index):
    return np.eye(len(index))[[index[character] for character in text]]


@encode.misconception("the numbers in sorted order", "Keep the order of the text: it is the text.")
def sorted_numbers(text, index):
    return np.sort(np.array([index[character] for character in text], dtype=int))


@encode.alternative
def as_a_list(text, index):
    return list(map(index.__getitem__, text))


@encode.alternative
def filled_in(text, index):
    numbers = np.zeros(len(text), dtype=np.int32)
    for place, character in enumerate(text):
        numbers[place] = index.get(character)
    return numbers


# --- decode ------------------------------------------------------------------------------------

decode = exercise(
    "decode",
    inputs={"indices": Array(("length",), tuple(range(16)), whole=True), "shift": Whole(0, 15)},
    arrange=lambda indices, shift: {"indices": indices, "characters": an_alphabet(shift)},
    edges=[
        {"indices": [1, 2, 2, 1], "characters": [".", "a", "b"]},
        {"indices": [2, 0], "characters": ["c", "a", "b"]},
        {"indices": [0], "characters": ["x"]},
        {"indices": [], "characters": ["x"]},
    ],
    hints=[
        'The characters are [".", "a", "b"]. What do the numbers 1, 2, 2, 1 say?',
        "It undoes encode: look up each number's character, and join them to one text (chapter 14, "
        '"Character language modeling").',
        'characters[i] is one character. "".join(...) makes one text out of many.',
    ],
)


@decode.law("has one character for each number")
def has_a_character_each(answer, indices, characters):
    expect(len(answer(indices, characters)), "the length").equals(len(indices))


@decode.law("turns a single number into its character")
def looks_one_up(answer, indices, characters):
    for number in indices[:1]:
        expect(answer(indices[:1], characters)).equals(characters[number])


@decode.law("of numbers joined is both texts, joined")
def joins_texts(answer, indices, characters):
    twice = answer(np.concatenate([indices[1:], indices]), characters)
    rest, text = answer(indices[1:], characters), answer(indices, characters)
    expect(twice).equals("".join([*rest, *text]))


@decode.misconception(
    "a list of characters", 'Join them to one text: "".join(...) does it without anything between.'
)
def not_joined(indices, characters):
    return [characters[i] for i in indices]


@decode.misconception(
    "blanks between the characters", 'Join them with nothing between: "".join, not " ".join.'
)
def joined_with_blanks(indices, characters):
    return " ".join(characters[i] for i in indices)


@decode.misconception(
    "numbers counted from 1", "Number 0 is the first character of the list, as encode has it."
)
def counted_from_one(indices, characters):
    return "".join(characters[i - 1] for i in indices)


@decode.misconception(
    "numbers taken for the codes of characters",
    "chr(1) is no letter at all. The numbers are places in the list `characters`.",
)
def from_codes(indices, characters):
    return "".join(chr(i) for i in indices)


@decode.misconception("the text backwards", "Keep the order of the numbers.")
def backwards(indices, characters):
    return "".join(characters[i] for i in indices[::-1])


@decode.alternative
def added_up(indices, characters):
    text = ""
    for i in indices.tolist():
        text = text + characters[i]
    return text


@decode.alternative
def with_a_dict(indices, characters):
    by_number = dict(enumerate(characters))
    return "".join(map(by_number.get, map(int, indices)))


# --- batchify ----------------------------------------------------------------------------------

batchify = exercise(
    "batchify",
    inputs={
        "indices": Array((24,), WORDS, whole=True),
        "length": Whole(4, 24),
        "batch": Whole(1, 4),
    },
    arrange=lambda indices, length, batch: {"indices": indices[:length], "batch": batch},
    edges=[
        {"indices": np.arange(7), "batch": 2},
        {"indices": np.arange(6), "batch": 3},
        {"indices": np.arange(11), "batch": 4},
        {"indices": np.arange(3), "batch": 1},
        {"indices": np.arange(3), "batch": 3},
        {"indices": np.arange(20, 10, -1), "batch": 3},
    ],
    hints=[
        "A text of 7 characters in 2 strips: how long is each strip, and which character is left "
        "over?",
        "Every column is a stretch of the text that reads on from top to bottom, so that what is "
        'remembered in one row is of use in the next (chapter 14, "The need for truncated '
        'backpropagation").',
        "First keep steps * batch numbers, with steps = length // batch. reshape fills row after "
        "row: as (batch, steps) each row is a strip. They should be columns: (steps, batch).",
    ],
)


@batchify.law("has `batch` columns, as long as the text allows")
def has_the_right_shape(answer, indices, batch):
    expect(answer(indices, batch)).has_shape(len(indices) // batch, batch)


@batchify.law("reads on down each column")
def columns_read_on(answer, indices, batch):
    columns, steps = np.asarray(answer(indices, batch)), len(indices) // batch
    for j in range(batch):
        strip = indices[j * steps : (j + 1) * steps]
        expect(columns[:, j], f"column {j}").equals(strip)


@batchify.law("with one column is the text itself, in whole numbers")
def one_column_is_the_text(answer, indices):
    column = answer(indices, 1)
    expect(column).equals(indices.reshape(-1, 1))
    expect_whole(column)


@batchify.law("drops only what is left over at the end")
def drops_the_rest(answer, indices, batch):
    kept = indices[: len(indices) // batch * batch]
    expect(answer(kept, batch)).equals(np.asarray(answer(indices, batch)))


@batchify.misconception(
    "the text runs along the rows",
    "reshape fills row after row, so neighbours of the text stand side by side, and no column reads "
    "on. Make the strips rows first, then transpose.",
)
def batchify_reshape_without_transpose(indices, batch):
    steps = len(indices) // batch
    return indices[: steps * batch].reshape(steps, batch)


@batchify.misconception(
    "strips as rows", "Stand the strips side by side as columns: (steps, batch). Transpose."
)
def strips_as_rows(indices, batch):
    steps = len(indices) // batch
    return indices[: steps * batch].reshape(batch, steps)


@batchify.misconception(
    "dropped at the beginning instead of the end",
    "Column 0 begins with the first character; what does not fit is left over at the end.",
)
def dropped_at_the_front(indices, batch):
    steps = len(indices) // batch
    return indices[len(indices) - steps * batch :].reshape(batch, steps).T


@batchify.misconception(
    "filled up with zeros", "Nothing is made up: what does not fill a whole row is dropped."
)
def filled_up(indices, batch):
    steps = -(-len(indices) // batch)
    padded = np.zeros(steps * batch, dtype=int)
    padded[: len(indices)] = indices
    return padded.reshape(batch, steps).T


@batchify.misconception(
    "`batch` rows instead of `batch` columns",
    "`batch` says how many strips are read side by side, not how long they are.",
)
def batch_taken_for_steps(indices, batch):
    strips = len(indices) // batch
    return indices[: strips * batch].reshape(strips, batch).T


@batchify.alternative
def strip_by_strip(indices, batch):
    steps = len(indices) // batch
    return np.stack([indices[j * steps : (j + 1) * steps] for j in range(batch)], axis=1)


@batchify.alternative
def row_by_row(indices, batch):
    steps = len(indices) // batch
    return [[int(indices[j * steps + i]) for j in range(batch)] for i in range(steps)]


@batchify.alternative
def in_fortran_order(indices, batch):
    steps, rest = divmod(len(indices), batch)
    return np.reshape(indices[: len(indices) - rest], (steps, batch), order="F")


# --- bptt_windows ------------------------------------------------------------------------------

bptt_windows = exercise(
    "bptt_windows",
    inputs={
        "columns": Array((11, "batch"), WORDS, whole=True),
        "rows": Whole(2, 11),
        "bptt": Whole(1, 4),
    },
    arrange=lambda columns, rows, bptt: {"columns": columns[:rows], "bptt": min(bptt, rows - 1)},
    edges=[
        {"columns": [[0, 10], [1, 11], [2, 12], [3, 13]], "bptt": 3},
        {"columns": [[0, 10], [1, 11], [2, 12], [3, 13]], "bptt": 2},
        {"columns": [[0, 10], [1, 11], [2, 12], [3, 13], [4, 14]], "bptt": 2},
        {"columns": [[0], [1]], "bptt": 1},
        {"columns": [[7, 8, 9], [4, 5, 6], [1, 2, 3]], "bptt": 1},
    ],
    hints=[
        "A column reads 0, 1, 2, 3. Which target belongs to 2, and can 3 have one?",
        "Backpropagation through a whole play would take far too long, so it is cut off after "
        '`bptt` steps (chapter 14, "Truncated backpropagation"). At every step the target is the '
        "character that is read at the next one.",
        "windows = (rows - 1) // bptt. The first windows * bptt rows, reshaped to (windows, bptt, "
        "batch), are the inputs; the same rows, one further down, are the targets.",
    ],
)


def windows_of(columns, bptt):
    return (len(columns) - 1) // bptt


@bptt_windows.law("has as many whole windows as there are targets for")
def has_whole_windows(answer, columns, bptt):
    inputs, targets = answer(columns, bptt)
    shape = (windows_of(columns, bptt), bptt, columns.shape[1])
    expect(inputs, "the inputs").has_shape(*shape)
    expect(targets, "the targets").has_shape(*shape)


@bptt_windows.law("stays in whole numbers")
def windows_are_whole_numbers(answer, columns, bptt):
    inputs, targets = answer(columns, bptt)
    expect_whole(inputs, "the inputs: ")
    expect_whole(targets, "the targets: ")


@bptt_windows.law("gives back the columns when its windows are put together")
def can_be_put_together(answer, columns, bptt):
    inputs, _ = answer(columns, bptt)
    used = columns[: windows_of(columns, bptt) * bptt]
    expect(np.asarray(inputs).reshape(used.shape), "the inputs, put together").equals(used)


@bptt_windows.law("aims at the character that comes next in the column")
def aims_at_the_next_one(answer, columns, bptt):
    _, targets = answer(columns, bptt)
    following = columns[1 : windows_of(columns, bptt) * bptt + 1]
    expect(np.asarray(targets).reshape(following.shape), "the targets").equals(following)


@bptt_windows.law("does not look at a row that can fill no window")
def ignores_the_rest(answer, columns, bptt):
    used = columns[: windows_of(columns, bptt) * bptt + 1]
    inputs, targets = answer(used, bptt)
    all_inputs, all_targets = answer(columns, bptt)
    expect(inputs, "the inputs without the last rows").equals(np.asarray(all_inputs))
    expect(targets, "the targets without the last rows").equals(np.asarray(all_targets))


def cut(rows, windows, bptt):
    return rows[: windows * bptt].reshape(windows, bptt, rows.shape[1])


@bptt_windows.misconception(
    "the inputs themselves as targets",
    "A network that is asked for what it has just read learns to copy. The target is the next row.",
)
def target_not_shifted(columns, bptt):
    inputs = cut(columns, windows_of(columns, bptt), bptt)
    return inputs, inputs


@bptt_windows.misconception(
    "targets that have been read already",
    "Look forward, not back: the target of row t is row t + 1.",
)
def target_shifted_back(columns, bptt):
    windows = windows_of(columns, bptt)
    return cut(columns[1:], windows, bptt), cut(columns, windows, bptt)


@bptt_windows.misconception(
    "a window for which there are no targets",
    "The last row has nothing after it, so it cannot be an input: (rows - 1) // bptt windows.",
)
def no_room_for_targets(columns, bptt):
    windows = len(columns) // bptt
    return cut(columns, windows, bptt), cut(columns[1:], windows, bptt)


@bptt_windows.misconception(
    "a window for which there are no targets",
    "The last row has nothing after it, so it cannot be an input: (rows - 1) // bptt windows.",
)
def no_room_and_the_rest_left_to_reshape(columns, bptt):
    windows = len(columns) // bptt
    targets = columns[1 : windows * bptt + 1].reshape(windows, bptt, -1)
    return columns[: windows * bptt].reshape(windows, bptt, -1), targets


@bptt_windows.misconception(
    "the first row as the target of the last one",
    "np.roll puts what falls off at the end in front. What comes next stands one row further down: "
    "columns[1 : windows * bptt + 1].",
)
def rolled_round(columns, bptt):
    windows = windows_of(columns, bptt)
    inputs = cut(columns, windows, bptt)
    return inputs, np.roll(columns[: windows * bptt], -1, axis=0).reshape(inputs.shape)


@bptt_windows.misconception(
    "a new window at every row",
    "Each window begins where the one before it ended, so that the state can be carried over.",
)
def overlapping(columns, bptt):
    starts = range(len(columns) - bptt)
    return (
        np.array([columns[start : start + bptt] for start in starts]),
        np.array([columns[start + 1 : start + 1 + bptt] for start in starts]),
    )


@bptt_windows.misconception(
    "the steps in the last axis",
    "One step of a window is one row: the axes are (windows, bptt, batch).",
)
def axes_swapped(columns, bptt):
    windows = windows_of(columns, bptt)
    return tuple(cut(rows, windows, bptt).swapaxes(1, 2) for rows in (columns, columns[1:]))


@bptt_windows.misconception(
    "only the last target of each window",
    "There is something to predict at every step: as many targets as inputs.",
)
def one_target_a_window(columns, bptt):
    windows = windows_of(columns, bptt)
    return cut(columns, windows, bptt), cut(columns[1:], windows, bptt)[:, -1]


@bptt_windows.alternative
def window_by_window(columns, bptt):
    inputs, targets, start = [], [], 0
    while start + bptt < len(columns):
        inputs.append(columns[start : start + bptt].tolist())
        targets.append(columns[start + 1 : start + bptt + 1].tolist())
        start += bptt
    return inputs, targets


@bptt_windows.alternative
def with_split(columns, bptt):
    rest = (len(columns) - 1) % bptt
    end = len(columns) - rest
    parts = (end - 1) // bptt
    return [np.stack(np.split(rows, parts)) for rows in (columns[: end - 1], columns[1:end])]


# --- detach ------------------------------------------------------------------------------------


def two_windows(bench, start, weights, first_grad, second_grad):
    """Two steps through the same weights, the second one from the detached state of the first."""
    begin, shared = bench.Tensor(start), bench.Tensor(weights)
    state = begin.mm(shared).tanh()
    state.backward(first_grad)
    detached = bench.detach(state)
    end = detached.mm(shared).tanh()
    end.backward(second_grad)
    after_both = {"begin": begin.grad, "state": state.grad, "weights": shared.grad}
    state.backward(first_grad)
    return {
        "state": state.data,
        "detached": detached.data,
        "end": end.data,
        "gradients after both windows": after_both,
        "gradient of begin after the first window once more": begin.grad,
    }


def with_upstream(start, weights):
    state = np.tanh(start.dot(weights))
    return {
        "start": start,
        "weights": weights,
        "first_grad": upstream_like(state),
        "second_grad": upstream_like(2 * state),
    }


def windows_edge(start, weights, first_grad, second_grad):
    arrays = {
        "start": start,
        "weights": weights,
        "first_grad": first_grad,
        "second_grad": second_grad,
    }
    return {name: np.array(array) for name, array in arrays.items()}


detach = exercise(
    "detach",
    use=two_windows,
    inputs={
        "start": Array(("batch", "hidden"), TAME),
        "weights": Array(("hidden", "hidden"), TAME),
    },
    arrange=with_upstream,
    cases=30,
    edges=[
        windows_edge([[1.0]], [[0.5]], [[1.0]], [[1.0]]),
        windows_edge([[0.3, -0.7]], [[0.9, 0.1], [-0.2, 0.4]], [[0.5, 2.0]], [[3.0, -1.0]]),
        windows_edge([[0.0], [1.0]], [[-1.0]], [[2.0], [0.5]], [[0.25], [4.0]]),
    ],
    hints=[
        "The second window begins with the state that the first one ended with. How far should the "
        "gradient of the second window's loss go back?",
        "A tensor that is made of plain numbers has no parents, so no gradient can go back any "
        'further (chapter 14, "Truncated backpropagation").',
        "state.data is a plain array, of the same shape as the state. Make a new Tensor of it, and "
        "leave the old one as it is.",
    ],
)


@detach.law("has the same numbers as the state")
def has_the_same_numbers(answer, start, weights, first_grad, second_grad):
    result = answer(start, weights, first_grad, second_grad)
    state = np.tanh(start.dot(weights))
    expect(result["detached"], "the detached state").equals(state)
    expect(result["end"], "what is made of it").equals(np.tanh(state.dot(weights)))


def gradients_of_the_first(start, weights, first_grad):
    """What the first window alone gives to its start and to the weights."""
    delta = first_grad * (1 - np.tanh(start.dot(weights)) ** 2)
    return delta.dot(weights.T), start.T.dot(delta)


@detach.law("lets no gradient of the second window reach the first")
def stops_the_gradient(answer, start, weights, first_grad, second_grad):
    gradients = answer(start, weights, first_grad, second_grad)["gradients after both windows"]
    of_begin, _ = gradients_of_the_first(start, weights, first_grad)
    expect(gradients["begin"], "the gradient of the first window's start").equals(of_begin)
    expect(gradients["state"], "the gradient of the state").equals(first_grad)


@detach.law("leaves the weights the gradients of both windows, each for itself")
def weights_learn_from_each_window(answer, start, weights, first_grad, second_grad):
    gradients = answer(start, weights, first_grad, second_grad)["gradients after both windows"]
    _, of_the_first = gradients_of_the_first(start, weights, first_grad)
    _, of_the_second = gradients_of_the_first(np.tanh(start.dot(weights)), weights, second_grad)
    expect(gradients["weights"], "the gradient of the weights").equals(of_the_first + of_the_second)


@detach.law("leaves the state itself its history")
def old_state_can_still_go_back(answer, start, weights, first_grad, second_grad):
    result = answer(start, weights, first_grad, second_grad)
    of_begin, _ = gradients_of_the_first(start, weights, first_grad)
    expect(
        result["gradient of begin after the first window once more"],
        "after two times backward from the old state, the gradient of the first window's start",
    ).equals(2 * of_begin)


@detach.misconception(
    "the state itself, with all its history",
    "Then the graph grows from window to window, and every gradient goes back to the very beginning. "
    "Make a new Tensor of state.data.",
)
def no_detach(state):
    return state


@detach.misconception(
    "a copy that still knows its parents",
    "The numbers are new, but the way back is still there: leave out parents and send_back.",
)
def history_copied(state):
    return Tensor(state.data, parents=state.parents, send_back=state.send_back)


@detach.misconception(
    "the history of the old state is cut off",
    "The first window still has to send its gradient back through `state`. Leave it as it is, and "
    "make a new Tensor.",
)
def cut_in_place(state):
    state.parents, state.send_back = [], None
    return state


@detach.misconception(
    "a state of zeros",
    "What was remembered should go on into the next window; only its history ends.",
)
def hidden_not_carried(state):
    return Tensor(0 * state.data)


@detach.misconception(
    "a plain array", "The next window works with tensors: wrap the numbers in a new Tensor."
)
def plain_array(state):
    return state.data


@detach.alternative
def without_a_gradient(state):
    return Tensor(state.data.copy(), requires_grad=False)


@detach.alternative
def from_a_list(state):
    return Tensor(state.data.tolist(), True, (), None)


# --- sample_index ------------------------------------------------------------------------------


def sixteenths(cuts):
    """Probabilities with the sum 1: the stretches between some cuts in a line of 16 sixteenths."""
    return np.diff([0, *sorted(cuts.tolist()), 16]) / 16


ALMOST_1 = math.nextafter(1, 0)

sample_index = exercise(
    "sample_index",
    inputs={
        "cuts": Array(("cuts",), (8, 4, 12, 2, 14, 6, 10, 0, 16, 1, 15, 3, 13)),
        "u": Number((0.5, 0.25, 0.75, 0.0, *(k / 64 for k in range(1, 64)))),
    },
    arrange=lambda cuts, u: {"probabilities": sixteenths(cuts), "u": u},
    edges=[
        {"probabilities": np.array([0.5, 0.3, 0.2]), "u": 0.6},
        {"probabilities": np.array([0.2, 0.3, 0.5]), "u": 0.45},
        {"probabilities": np.array([0.5, 0.3, 0.2]), "u": 0.9},
        {"probabilities": np.array([0.5, 0.5]), "u": 0.5},
        {"probabilities": np.array([0.0, 1.0]), "u": 0.0},
        {"probabilities": np.array([0.25, 0.75, 0.0]), "u": 0.999999},
        {"probabilities": np.array([1.0]), "u": 0.7},
        {"probabilities": np.array([0.1, 0.2, 0.7]), "u": 0.05},
        # In a computer these add up to 0.9999999999999999, and no end lies beyond u.
        {"probabilities": np.full(10, 0.1), "u": ALMOST_1},
        {"probabilities": np.array([0.0] + [0.1] * 10), "u": ALMOST_1},
    ],
    hints=[
        "The probabilities are 0.5, 0.3 and 0.2. In how many of ten draws should class 2 come up? "
        "Which numbers u between 0 and 1 should give it?",
        "Lay the classes on a line from 0 to 1, each as long as its probability, and see where u "
        'falls (chapter 14, "A sample of the output"; the book compares u with each probability '
        "by itself, and so never draws some classes).",
        "np.cumsum adds the probabilities up: (n_classes,), the place where each class ends. You "
        "want the first class that ends beyond u: as many end at or before it, that is its number. "
        "But ten times 0.1 add up to 0.9999999999999999: should all end before u, take the last.",
    ],
)


@sample_index.law("draws each class as often as its probability says", most=6)
def draws_in_proportion(answer, probabilities):
    replies = [answer(probabilities, (2 * k + 1) / 64) for k in range(32)]
    drawn = [int(np.asarray(reply)) for reply in replies]
    counts = np.array([drawn.count(i) for i in range(len(probabilities))])
    expect(bool((abs(counts - 32 * probabilities) <= 1).all())).is_true(
        f"with u = 1/64, 3/64, ..., 63/64 the classes are drawn {counts.tolist()} times, and "
        f"should be drawn {(32 * probabilities).round(1).tolist()} times"
    )


@sample_index.law("names a class, and never one that has no chance")
def impossible_is_never_drawn(answer, probabilities, u):
    reply = answer(probabilities, u)
    expect_whole(reply)
    drawn = int(np.asarray(reply))
    expect(bool(0 <= drawn < len(probabilities) and probabilities[drawn] > 0)).is_true(
        f"class {drawn} was drawn, which has no chance"
    )


@sample_index.law("draws the first class that has a chance when u is 0")
def begins_with_the_first(answer, probabilities):
    expect(answer(probabilities, 0.0), "with u = 0, the class").equals(
        int(np.flatnonzero(probabilities)[0])
    )


@sample_index.law("draws the last class that has a chance when u is almost 1")
def ends_with_the_last(answer, probabilities):
    expect(answer(probabilities, 0.999999), "with u = 0.999999, the class").equals(
        int(np.flatnonzero(probabilities)[-1])
    )


@sample_index.law("draws a class that is certain, whatever u is")
def certain_is_drawn(answer, probabilities, u):
    for i in range(len(probabilities)):
        expect(
            answer(np.eye(len(probabilities))[i], u), f"with class {i} certain, the class"
        ).equals(i)


@sample_index.misconception(
    "the first probability that is above u",
    "This is what the book's listing does, and it is not sampling: with 0.5, 0.3, 0.2 it always "
    "draws class 0. Add the probabilities up first, with np.cumsum.",
)
def sampling_by_threshold(probabilities, u):
    return int((probabilities > u).argmax())


@sample_index.misconception(
    "always the likeliest class",
    "That is not chance. Every class should come up as often as its probability says.",
)
def always_the_likeliest(probabilities, u):
    return int(np.argmax(probabilities))


@sample_index.misconception(
    "a class that ends exactly at u",
    "A class reaches up to, but not including, its end: with u = 0 a class of length 0 would be "
    "drawn. Look for the first end that is greater than u.",
)
def end_included(probabilities, u):
    return int((np.cumsum(probabilities) >= u).argmax())


@sample_index.misconception(
    "one class too far", "Count from 0: as many classes end at or before u, that is its number."
)
def off_by_one(probabilities, u):
    return int((np.cumsum(probabilities) <= u).sum()) + 1


@sample_index.misconception(
    "every class equally often",
    "u * n_classes forgets the probabilities: likely classes take up more of the line.",
)
def all_classes_alike(probabilities, u):
    return int(u * len(probabilities))


@sample_index.misconception(
    "the classes laid out from the last one on",
    "Lay the classes out from class 0 on: u near 0 falls in the first one.",
)
def from_the_far_end(probabilities, u):
    ends = np.cumsum(probabilities[::-1])
    return len(probabilities) - 1 - int((ends > u).argmax())


@sample_index.misconception(
    "the probability of the class instead of the class",
    "Say which class it is: a whole number, counted from 0.",
)
def probability_instead_of_class(probabilities, u):
    return float(probabilities[int((np.cumsum(probabilities) > u).argmax())])


@sample_index.misconception(
    "nothing when rounding leaves the sum below u",
    "Ten times 0.1 add up to 0.9999999999999999 in a computer, and u may be that large, too: "
    "return the last class when the loop is over.",
)
def nothing_at_the_end(probabilities, u):
    total = 0.0
    for i, probability in enumerate(probabilities):
        total += probability
        if u < total:
            return i
    return None


@sample_index.misconception(
    "a class that does not exist when rounding leaves the sum below u",
    "Ten times 0.1 add up to 0.9999999999999999 in a computer, and u may be that large, too: "
    "divide the sums by the last one, or stop at the last class.",
)
def one_past_the_end(probabilities, u):
    return int(np.searchsorted(np.cumsum(probabilities), u, side="right"))


@sample_index.misconception(
    "class 0 when rounding leaves the sum below u",
    "Ten times 0.1 add up to 0.9999999999999999 in a computer, and u may be that large, too. Where "
    "nothing is True, np.argmax gives 0: divide the sums by the last one first.",
)
def first_at_the_end(probabilities, u):
    return int(np.argmax(np.cumsum(probabilities) > u))


@sample_index.alternative
def first_end_above(probabilities, u):
    ends = np.cumsum(probabilities)
    return np.argmax(ends > u * ends[-1])


@sample_index.alternative
def walking_along(probabilities, u):
    left = u
    for i, probability in enumerate(probabilities):
        if left < probability:
            return i
        left -= float(probability)
    return len(probabilities) - 1


@sample_index.alternative
def counting_ends(probabilities, u):
    return sum(1 for end in itertools.accumulate(map(float, probabilities[:-1])) if end <= u)


# --- apply_temperature -------------------------------------------------------------------------

apply_temperature = exercise(
    "apply_temperature",
    inputs={
        "logits": Array(("n_classes",)),
        "temperature": Number((1.0, 0.5, 2.0, 0.25, 4.0, 0.125)),
    },
    edges=[
        {"logits": [1.0, 0.0], "temperature": 0.25},
        {"logits": [0.3, -0.1, 0.7], "temperature": 0.7},
        {"logits": [1000.0, 1001.0], "temperature": 1.0},
        {"logits": [-1000.0, 500.0, 499.0], "temperature": 0.5},
        {"logits": [1.0, 2.0, 2.0], "temperature": 0.001},
        {"logits": [3.0], "temperature": 2.0},
        {"logits": [1.0, 2.0], "temperature": 0.0},
        {"logits": [1.0, 2.0], "temperature": -1.0},
    ],
    hints=[
        "The logits are 1 and 2. If both are divided by 0.01, how sure is the network then?",
        "Divide the logits by the temperature, then turn them into probabilities: the differences "
        'grow when it is cold (chapter 14, "A sample of the output"; multiplying by 10 there is a '
        "temperature of 0.1).",
        "(n_classes,) in, (n_classes,) out, 1 in sum. softmax of chapter 9 takes one row, and "
        "logits of 1,000 too. Check the temperature first.",
    ],
)


@apply_temperature.law("adds up to 1, and is never negative")
def are_probabilities(answer, logits, temperature):
    if temperature > 0:
        probabilities = answer(logits, temperature)
        expect(probabilities).is_at_least(0)
        expect(np.sum(np.asarray(probabilities)), "the sum").equals(1.0)


@apply_temperature.law("is the softmax itself at temperature 1")
def one_is_plain_softmax(answer, logits):
    expect(answer(logits, 1.0)).equals(softmax_of(logits))


@apply_temperature.law("never puts a class before one with a larger logit")
def keeps_the_ranks(answer, logits, temperature):
    if temperature > 0:
        ranked = np.asarray(answer(logits, temperature))[np.argsort(logits, kind="stable")]
        expect(np.diff(ranked), "from each class to the next likely one, the rise").is_at_least(0)


@apply_temperature.law("leaves nothing but the likeliest when it is very cold")
def cold_is_certain(answer, logits):
    signs = np.sign(logits)
    cold = np.asarray(answer(signs, 0.03125))
    expect(cold[signs == signs.max()].sum(), "at 0.03125, the share of the likeliest").equals(1.0)


@apply_temperature.law("makes all classes almost alike when it is very hot")
def hot_is_even(answer, logits):
    if abs(logits).max() <= 10:
        hot = np.asarray(answer(logits, 1e6))
        expect(hot.max() - hot.min(), "at a million, the largest difference").is_at_most(1e-4)


@apply_temperature.law("raises ValueError for a temperature that is not above 0")
def refuses_zero(answer, logits):
    expect(answer(logits, 0.0)).raises(ValueError)
    expect(answer(logits, -0.5)).raises(ValueError)


@apply_temperature.law("gives the same for whole numbers as for decimals")
def takes_whole_numbers(answer):
    expect_the_same_as_decimals(lambda logits: answer(logits, 2), np.array([1, 2]))


def checked(temperature):
    if temperature <= 0:
        raise ValueError("not above 0")
    return temperature


@apply_temperature.misconception(
    "cold where it should be hot",
    "Divide by the temperature: a small one must make the differences larger, not smaller.",
)
def temperature_inverted(logits, temperature):
    return softmax_of(logits * checked(temperature))


@apply_temperature.misconception(
    "the probabilities divided, not the logits",
    "Divided afterwards, they no longer add up to 1. The temperature belongs in front of softmax.",
)
def divided_after_softmax(logits, temperature):
    return softmax_of(logits) / checked(temperature)


@apply_temperature.misconception(
    "the probabilities put through softmax once more",
    "Divide the logits themselves, then take softmax once.",
)
def softmax_twice(logits, temperature):
    return softmax_of(softmax_of(logits) / checked(temperature))


@apply_temperature.misconception(
    "the temperature left out", "Divide the logits by the temperature before softmax."
)
def temperature_ignored(logits, temperature):
    checked(temperature)
    return softmax_of(logits)


@apply_temperature.misconception(
    "logits, not probabilities", "What is drawn from are probabilities: softmax is missing."
)
def without_softmax(logits, temperature):
    return logits / checked(temperature)


@apply_temperature.misconception(
    "nan for large logits",
    "e^1000 is beyond all numbers. Take the largest logit off first, as softmax of chapter 9 does.",
)
def nan_or_overflow(logits, temperature):
    powers = np.exp(logits / checked(temperature))
    return powers / powers.sum()


@apply_temperature.misconception(
    "a temperature of 0 or less is let through",
    "Nothing can be divided by 0, and below 0 the unlikeliest class would win: raise ValueError.",
)
def zero_let_through(logits, temperature):
    return softmax_of(logits / temperature)


@apply_temperature.alternative
def from_differences(logits, temperature):
    if not temperature > 0:
        raise ValueError
    logits = np.asarray(logits, dtype=float)
    with np.errstate(over="ignore"):
        return [1 / np.sum(np.exp((logits - logit) / temperature)) for logit in logits]


@apply_temperature.alternative
def with_logarithms(logits, temperature):
    if temperature <= 0.0:
        raise ValueError("too cold")
    scaled = np.multiply(logits, 1 / temperature)
    return np.exp(scaled - np.logaddexp.reduce(scaled))


# --- perplexity --------------------------------------------------------------------------------

perplexity = exercise(
    "perplexity",
    inputs={"losses": Array(("windows",), ACTIVATIONS, lists=True)},
    edges=[
        {"losses": [4.127134385045092]},
        {"losses": [0.7, 0.3, 1.1]},
        {"losses": [0.0]},
        {"losses": [0.0, 2.0]},
    ],
    hints=[
        "Two windows have losses of log(4) and log(16). The network hesitates among 4, then among "
        "16 characters. Among how many on average, if the losses are what is averaged?",
        "e^loss says among how many equally likely characters the network hesitates (chapter 14, "
        '"Training the LSTM character language model"). Several losses are averaged first.',
        "(windows,) in, one number out: np.mean, then np.exp.",
    ],
)


@perplexity.law("is the number of characters when all of them are equally likely")
def guessing_is_the_vocabulary(answer, losses):
    for characters in (2, 62):
        got = answer(np.full(len(losses), math.log(characters)))
        expect(got, f"for losses of log({characters})").equals(float(characters))


@perplexity.law("is 1 when nothing was missed")
def certainty_is_one(answer, losses):
    expect(answer(0 * losses)).equals(1.0)


@perplexity.law("stays the same when every loss is there twice")
def length_does_not_matter(answer, losses):
    expect(answer(np.tile(losses, 2))).equals(float(np.asarray(answer(losses))))


@perplexity.law("of two losses, is the root of the product of what each gives")
def is_a_geometric_mean(answer, losses):
    first, last = float(losses[0]), float(losses[-1])
    got = answer(np.array([first, last]))
    expect(got, "of the first and the last loss").equals(
        math.sqrt(math.exp(first) * math.exp(last))
    )


@perplexity.misconception(
    "the sum of the losses instead of their mean",
    "Then a long text seems harder than a short one: divide by the number of windows.",
)
def sum_not_mean(losses):
    return float(np.exp(np.sum(losses)))


@perplexity.misconception(
    "the mean of the perplexities",
    "Average the losses first, and take e^... of their mean: one bad window would outweigh all others.",
)
def mean_of_perplexities(losses):
    return float(np.mean(np.exp(losses)))


@perplexity.misconception(
    "the mean loss itself", "The perplexity is e^(the mean loss): np.exp is missing."
)
def forgot_exp(losses):
    return float(np.mean(losses))


@perplexity.misconception(
    "powers of 2", "The losses are natural logarithms, so it is e^..., np.exp, not 2**..."
)
def base_two(losses):
    return float(2 ** np.mean(losses))


@perplexity.misconception(
    "that of the last window only", "All windows count: take the mean of all losses."
)
def last_window_only(losses):
    return float(np.exp(losses[-1]))


@perplexity.alternative
def with_math(losses):
    return math.exp(sum(float(loss) for loss in losses) / len(losses))


@perplexity.alternative
def as_a_product(losses):
    return math.prod(math.exp(float(loss) / len(losses)) for loss in losses)


# --- repeat_backprop ---------------------------------------------------------------------------

ACTIVATION = {
    "sigmoid": (sigmoid_of, lambda output: output * (1 - output)),
    "tanh": (np.tanh, lambda output: 1 - output**2),
    "relu": (lambda x: np.maximum(x, 0), lambda output: output > 0),
}
CROSSED = [[1.0, 4.0], [4.0, 1.0]]

repeat_backprop = exercise(
    "repeat_backprop",
    inputs={
        "state": Array(("hidden",), FEW),
        "weights": Array(("hidden", "hidden"), FEW),
        "upstream": Array(("hidden",), FEW),
        "steps": Whole(1, 3),
        "kind": Choice(("relu", "sigmoid", "tanh")),
    },
    edges=[
        {
            "state": [0.7310585786300049, 0.5024999791668749],
            "weights": CROSSED,
            "upstream": [1.0, 1.0],
            "steps": 10,
            "kind": "sigmoid",
        },
        {
            "state": [1.0, 2.0],
            "weights": CROSSED,
            "upstream": [1.0, 1.0],
            "steps": 4,
            "kind": "relu",
        },
        {
            "state": [0.3, -0.1],
            "weights": [[0.7, -0.2], [0.4, 0.9]],
            "upstream": [0.5, 2.0],
            "steps": 3,
            "kind": "tanh",
        },
        {
            "state": [1.0, 1.0],
            "weights": [[1.0, -2.0], [0.0, 1.0]],
            "upstream": [2.0, 3.0],
            "steps": 2,
            "kind": "relu",
        },
        {"state": [1.0], "weights": [[2.0]], "upstream": [3.0], "steps": 1, "kind": "softmax"},
        {"state": [1.0], "weights": [[2.0]], "upstream": [3.0], "steps": 1, "kind": "relu"},
    ],
    hints=[
        "The same weights multiply the gradient again and again on its way back. What becomes of "
        "it after ten steps if each makes it five times as long? And if each makes it a fifth?",
        "Go forward and keep every state; then go back through them, the last one first: times the "
        'slope at that state, then along the weights (chapter 14, "A toy example of RNN '
        'backpropagation").',
        "state (hidden,) . weights (hidden, hidden) is (hidden,). The slope is read off the state "
        "that the activation returned; weights.T takes the gradient back. Both lists have `steps` "
        "rows, and the first gradient has gone through one layer.",
    ],
)


@repeat_backprop.law("has one state and one gradient for each step")
def has_a_row_each(answer, state, weights, upstream, steps, kind):
    if kind in ACTIVATION:
        states, gradients = answer(state, weights, upstream, steps, kind)
        expect(states, "the states").has_shape(steps, len(state))
        expect(gradients, "the gradients").has_shape(steps, len(state))


@repeat_backprop.law(
    "with relu, explodes: five times as long at each step through [[1, 4], [4, 1]]"
)
def relu_explodes(answer, steps):
    _, gradients = answer(np.ones(2), np.array(CROSSED), np.array([2.0, 2.0]), steps, "relu")
    expected = [[2 * 5.0 ** (k + 1)] * 2 for k in range(steps)]
    expect(gradients, "the gradients").equals(expected)


@repeat_backprop.law("with sigmoid, vanishes: each step makes it shorter through small weights")
def sigmoid_vanishes(answer, state, upstream, steps):
    weights = np.eye(len(state)) * 2
    _, gradients = answer(state, weights, upstream, steps, "sigmoid")
    lengths = [norm_of([row]) for row in [upstream, *np.asarray(gradients)]]
    expect(np.diff(lengths), "from each gradient to the next, the growth").is_at_most(0)


@repeat_backprop.law("begins with the last state")
def begins_at_the_end(answer, state, weights, upstream, steps, kind):
    if kind in ACTIVATION:
        states, gradients = answer(state, weights, upstream, steps, kind)
        slope = ACTIVATION[kind][1](np.asarray(states)[-1])
        expect(np.asarray(gradients)[0], "the first gradient").equals(
            (upstream * slope).dot(weights.T)
        )


@repeat_backprop.law("ends with the slopes for the state it began with", most=6)
def ends_with_the_slopes(answer, state, weights, upstream, steps, kind):
    def last_state(state):
        for _ in range(steps):
            state = ACTIVATION[kind][0](state.dot(weights))
        return float(np.sum(upstream * state))

    if kind in ACTIVATION:
        expect_slopes(
            last_state,
            at={"state": state},
            claimed=lambda state: np.asarray(answer(state, weights, upstream, steps, kind)[1])[-1],
        )


@repeat_backprop.law("raises ValueError for any other kind")
def refuses_other_kinds(answer, state, weights, upstream, steps):
    expect(answer(state, weights, upstream, steps, "leaky relu")).raises(ValueError)


@repeat_backprop.law("gives the same for whole numbers as for decimals")
def takes_whole_numbers(answer):
    def twice(state, weights, upstream):
        return answer(state, weights, upstream, 2, "tanh")

    arrays = np.array([1, 0]), np.array([[1, -1], [0, 1]]), np.array([1, 2])
    expect_the_same_as_decimals(twice, *arrays)


def there_and_back(state, weights, upstream, steps, kind, back, order=lambda states: states[::-1]):
    """Forward as it should be; `back(gradient, state, its sum, slope)` makes each gradient."""
    if kind not in ACTIVATION:
        raise ValueError(kind)
    activation, slope = ACTIVATION[kind]
    passed, gradients = [], [upstream]
    for _ in range(steps):
        total = state.dot(weights)
        state = activation(total)
        passed.append((state, total))
    for reached, total in order(passed):
        gradients.append(back(gradients[-1], reached, total, slope))
    return np.array([state for state, _ in passed]), np.array(gradients[1:])


@repeat_backprop.misconception(
    "the slope left out",
    "Every step back goes through the activation, too: multiply by its slope at that state.",
)
def forgot_slope(state, weights, *args):
    return there_and_back(state, weights, *args, back=lambda g, s, x, slope: g.dot(weights.T))


@repeat_backprop.misconception(
    "the weights the same way round as forward",
    "Going back is the other way round: weights.T. (In the book's example it makes no difference, "
    "as its matrix is its own transpose.)",
)
def weights_not_transposed(state, weights, *args):
    return there_and_back(
        state, weights, *args, back=lambda g, s, x, slope: (g * slope(s)).dot(weights)
    )


@repeat_backprop.misconception(
    "first along the weights, then times the slope",
    "The last thing that happened forward was the activation: on the way back its slope comes first.",
)
def slope_after_the_weights(state, weights, *args):
    return there_and_back(
        state, weights, *args, back=lambda g, s, x, slope: g.dot(weights.T) * slope(s)
    )


@repeat_backprop.misconception(
    "the states in the order in which they were made",
    "The gradient meets the last state first: go through the states backwards.",
)
def states_not_reversed(state, weights, *args):
    return there_and_back(
        state,
        weights,
        *args,
        back=lambda g, s, x, slope: (g * slope(s)).dot(weights.T),
        order=lambda states: states,
    )


@repeat_backprop.misconception(
    "the slope taken at the sum, not at the state",
    "sigmoid_deriv and tanh_deriv take what the activation returned, not what went into it.",
)
def slope_of_the_sum(state, weights, *args):
    return there_and_back(
        state, weights, *args, back=lambda g, s, x, slope: (g * slope(x)).dot(weights.T)
    )


@repeat_backprop.misconception(
    "the gradient begins with ones", "It begins with `upstream`, which need not be ones."
)
def upstream_ignored(state, weights, upstream, *args):
    return there_and_back(
        state,
        weights,
        np.ones_like(upstream),
        *args,
        back=lambda g, s, x, slope: (g * slope(s)).dot(weights.T),
    )


@repeat_backprop.misconception(
    "the gradients in the order of the states",
    "The first row is the gradient after one step back, from the last state.",
)
def gradients_turned_round(state, weights, *args):
    states, gradients = there_and_back(
        state, weights, *args, back=lambda g, s, x, slope: (g * slope(s)).dot(weights.T)
    )
    return states, gradients[::-1]


@repeat_backprop.alternative
def with_matrices(state, weights, upstream, steps, kind):
    slopes = {"sigmoid": lambda s: s - s * s, "tanh": lambda s: 1 - s * s, "relu": np.sign}
    if kind not in slopes:
        raise ValueError(f"what is {kind}?")
    states, gradients, gradient = [state], [], upstream
    while len(states) <= steps:
        total = np.einsum("h,hk->k", states[-1], weights)
        states.append(
            {
                "sigmoid": lambda x: 0.5 + 0.5 * np.tanh(x / 2),
                "tanh": lambda x: (np.exp(2 * x) - 1) / (np.exp(2 * x) + 1),
                "relu": lambda x: np.where(x > 0, x, 0),
            }[kind](total)
        )
    for reached in states[:0:-1]:
        gradient = weights @ (slopes[kind](reached) * gradient)
        gradients.append(gradient)
    return states[1:], gradients


@repeat_backprop.alternative
def with_two_tables(state, weights, upstream, steps, kind):
    if kind not in ("sigmoid", "tanh", "relu"):
        raise ValueError
    states, gradients = np.zeros((2, steps + 1, len(state)))
    states[0], gradients[0] = state, upstream
    for k in range(steps):
        total = states[k] @ weights
        if kind == "relu":
            states[k + 1] = abs(total) / 2 + total / 2
        else:
            states[k + 1] = np.tanh(total) if kind == "tanh" else sigmoid_of(total)
    for k in range(steps):
        s = states[steps - k]
        slope = {"relu": (s > 0) * 1, "tanh": (1 - s) * (1 + s), "sigmoid": s * (1 - s)}[kind]
        gradients[k + 1] = [sum(slope * gradients[k] * row) for row in weights]
    return [states[1:], gradients[1:]]


# --- clip_by_norm ------------------------------------------------------------------------------

clip_by_norm = exercise(
    "clip_by_norm",
    inputs={
        "weights": Array(("rows", "columns")),
        "bias": Array(("length",)),
        "max_norm": Number((1.0, 2.0, 4.0, 0.5, 8.0, 16.0, 0.25)),
    },
    arrange=lambda weights, bias, max_norm: {
        "gradients": {"weights": weights, "bias": bias},
        "max_norm": max_norm,
    },
    edges=[
        {"gradients": {"a": np.array([3.0, 0.0]), "b": np.array([-4.0])}, "max_norm": 2.5},
        {"gradients": {"a": np.array([3.0, 0.0]), "b": np.array([-4.0])}, "max_norm": 5.0},
        {"gradients": {"a": np.array([3, 0]), "b": np.array([-4])}, "max_norm": 2.5},
        {"gradients": {"a": np.array([3.0, 0.0]), "b": np.array([-4.0])}, "max_norm": 4.5},
        {"gradients": {"a": np.zeros((2, 3)), "b": np.zeros(1)}, "max_norm": 1.0},
        {"gradients": {"a": np.array([[0.3, -0.7], [0.1, 0.9]])}, "max_norm": 0.6},
        {"gradients": {"a": np.array([2.0]), "b": np.array([1.0])}, "max_norm": np.inf},
        {
            "gradients": {"a": np.array([3.0]), "b": np.array([[4.0]]), "c": np.array([[12.0]])},
            "max_norm": 6.5,
        },
    ],
    hints=[
        "Two gradients are 3 and -4. How long is the arrow (3, -4), and by what must both be "
        "multiplied to make it half as long?",
        "A gradient that explodes should be made shorter, but still point the same way: all numbers "
        'of all arrays get the same factor (chapter 14, "Vanishing and exploding gradients").',
        "The norm is one number: the root of the sum of all squares in all arrays. Above max_norm "
        "the factor is max_norm / norm; else, also for zeros, everything stays as it is.",
    ],
)


@clip_by_norm.law("is never longer than max_norm")
def is_never_too_long(answer, gradients, max_norm):
    clipped = answer(gradients, max_norm)
    if max_norm < np.inf:
        length = norm_of(np.asarray(clipped[name]) for name in gradients)
        expect(length / max_norm, "the length, compared with max_norm").is_at_most(1.0)


@clip_by_norm.law("is exactly max_norm long where it was longer")
def is_as_long_as_allowed(answer, gradients):
    length = norm_of(gradients.values())
    if length:
        clipped = answer(gradients, length / 2)
        half = norm_of(np.asarray(clipped[name]) for name in gradients)
        expect(half, "clipped to half its length, the length").equals(length / 2)


@clip_by_norm.law("multiplies all arrays by the same factor")
def keeps_the_direction(answer, gradients):
    length = norm_of(gradients.values())
    clipped = answer(gradients, max(length, 1.0) / 4)
    factor = 0.25 * max(length, 1.0) / length if length > 0.25 else 1.0
    for name, gradient in gradients.items():
        expect(clipped[name], f"clipped to a quarter, {name}").equals(factor * gradient)


@clip_by_norm.law("leaves gradients as they are that are not too long")
def leaves_short_ones_alone(answer, gradients):
    longer = norm_of(gradients.values()) + 1
    clipped = answer(gradients, longer)
    for name, gradient in gradients.items():
        expect(clipped[name], f"with more room than needed, {name}").equals(gradient)


def clipped_twice(bench, gradients, max_norm):
    """What was clipped first, after the second result was overwritten."""
    first = bench.clip_by_norm(gradients, max_norm)
    bench.clip_by_norm(first, max_norm)["a"].fill(0.1)
    return first["a"]


@clip_by_norm.law("returns new arrays, also where nothing is too long")
def returns_new_arrays(answer):
    gradients = {"a": np.array([3.0, -4.0])}
    if isinstance(answer(gradients, 8.0)["a"], np.ndarray):
        kept = answer.doing(clipped_twice, gradients, 8.0)
        expect(kept, "after a change of the second result, the first").equals(gradients["a"])


def clip_with(
    gradients, max_norm, norm, factor=lambda norm, most: most / norm if norm > most else 1
):
    with np.errstate(all="ignore"):
        by = factor(np.float64(norm), max_norm)
        return {name: by * gradient for name, gradient in gradients.items()}


@clip_by_norm.misconception(
    "every number cut off at max_norm",
    "That is clipping by value: it bends the arrow another way. Multiply all numbers by one factor.",
)
def clip_by_value_called_norm(gradients, max_norm):
    return {name: np.clip(g, -max_norm, max_norm) for name, g in gradients.items()}


@clip_by_norm.misconception(
    "each array clipped by its own norm",
    "All arrays together are one arrow: one norm over all of them, and one factor.",
)
def each_array_on_its_own(gradients, max_norm):
    return {
        name: clip_with({name: g}, max_norm, norm_of([g]))[name] for name, g in gradients.items()
    }


@clip_by_norm.misconception(
    "short gradients are made longer",
    "Only what is too long is changed. A small gradient should stay small, and zeros divided by "
    "their norm are nan.",
)
def always_rescaled(gradients, max_norm):
    return clip_with(
        gradients, max_norm, norm_of(gradients.values()), factor=lambda norm, most: most / norm
    )


@clip_by_norm.misconception(
    "the sum of the squares without its root", "The length is the root of the sum of the squares."
)
def squared_norm(gradients, max_norm):
    return clip_with(gradients, max_norm, norm_of(gradients.values()) ** 2)


@clip_by_norm.misconception(
    "the sum of the sizes instead of the length",
    "An arrow of 3 and 4 is 5 long, not 7: square, add up, take the root.",
)
def sum_of_sizes(gradients, max_norm):
    return clip_with(gradients, max_norm, sum(np.sum(abs(g)) for g in gradients.values()))


@clip_by_norm.misconception(
    "shortened to 1 instead of max_norm",
    "Dividing by the norm makes the length 1: multiply by max_norm as well.",
)
def shortened_to_one(gradients, max_norm):
    return clip_with(
        gradients,
        max_norm,
        norm_of(gradients.values()),
        factor=lambda norm, most: 1 / norm if norm > most else 1,
    )


@clip_by_norm.misconception(
    "the gradients that were passed in are changed",
    "`gradient *= factor` writes into the caller's arrays. Make new ones: factor * gradient.",
)
def mutates_gradients(gradients, max_norm):
    norm = norm_of(gradients.values())
    for gradient in gradients.values():
        gradient *= max_norm / norm if norm > max_norm else 1
    return gradients


@clip_by_norm.alternative
def as_one_long_row(gradients, max_norm):
    row = np.concatenate([gradient.ravel() for gradient in gradients.values()])
    norm = float(np.linalg.norm(row))
    if norm <= max_norm:
        return {name: gradient.copy() for name, gradient in gradients.items()}
    return {name: gradient / norm * max_norm for name, gradient in gradients.items()}


@clip_by_norm.alternative
def with_the_smaller_factor(gradients, max_norm):
    total = sum(float(x) ** 2 for gradient in gradients.values() for x in gradient.ravel())
    factor = min(1.0, max_norm / math.sqrt(total)) if total else 1.0
    return {name: (gradient * factor).tolist() for name, gradient in gradients.items()}


# --- lstm_gates --------------------------------------------------------------------------------

lstm_gates = exercise(
    "lstm_gates",
    inputs={
        "inputs": Array(("batch", "n"), TAME),
        "hidden": Array(("batch", "hidden"), TAME),
        **LSTM,
    },
    arrange=with_parameters,
    cases=24,
    edges=[
        {"inputs": [[0.3, -0.7]], "hidden": [[0.1, -0.9, 0.6]], "parameters": only_lstm(DECIMALS)},
        {"inputs": [[1.0]], "hidden": [[0.5]], "parameters": only_lstm(ONES)},
        {
            "inputs": [[1.0, -1.0], [0.5, 0.0]],
            "hidden": [[0.0, 0.0, 0.0], [1.0, 0.0, -1.0]],
            "parameters": biased(
                only_lstm(DECIMALS), forget=1000.0, input=-1000.0, output=1000.0, candidate=-1000.0
            ),
        },
    ],
    hints=[
        "A gate is 0 when it is shut, 1 when it is wide open. Which activation of chapter 9 goes "
        "from 0 to 1? And which can also be negative?",
        "Four small layers look at the same two things, what comes in and what was shown before, "
        'each with weights of its own (chapter 14, "Some intuition about LSTM gates").',
        "(batch, n) . (n, hidden) and (batch, hidden) . (hidden, hidden) are both (batch, hidden); "
        "the bias (hidden,) is added to every row. Return four: forget, input, output, candidate.",
    ],
)


@lstm_gates.law("keeps the gates between 0 and 1, and the candidate between -1 and 1")
def stay_in_range(answer, inputs, hidden, parameters):
    *gates, candidate = answer(inputs, hidden, parameters)
    for name, gate in zip(GATES, gates):
        expect(gate, f"the {name} gate").is_at_least(0)
        expect(gate, f"the {name} gate").is_at_most(1)
    expect(candidate, "the candidate").is_at_least(-1)
    expect(candidate, "the candidate").is_at_most(1)


@lstm_gates.law("leaves every gate half open, and has no candidate, when all parameters are 0")
def zeros_leave_gates_half_open(answer, inputs, hidden, parameters):
    half = np.full(hidden.shape, 0.5)
    expect(answer(inputs, hidden, zeros_like(parameters))).equals((half, half, half, 0 * half))


@lstm_gates.law("moves each gate by its own bias alone")
def each_has_its_own_bias(answer, inputs, hidden, parameters):
    for gate in GATES:
        alone = zeros_like(parameters) | {gate + "_b": parameters[gate + "_b"]}
        expected = gates_of(inputs, hidden, alone)
        got = answer(inputs, hidden, alone)
        for name, one, other in zip(GATES, got, expected):
            expect(one, f"with no parameter but {gate}_b, {name}").equals(other)


@lstm_gates.law("moves each gate by its own weights alone")
def each_has_its_own_weights(answer, inputs, hidden, parameters):
    for gate in GATES:
        mine = (gate + "_x", gate + "_h")
        alone = zeros_like(parameters) | {name: parameters[name] for name in mine}
        expected = gates_of(inputs, hidden, alone)
        got = answer(inputs, hidden, alone)
        for name, one, other in zip(GATES, got, expected):
            expect(one, f"with no parameters but {gate}_x and {gate}_h, {name}").equals(other)


@lstm_gates.law("treats every row on its own")
def rows_are_independent(answer, inputs, hidden, parameters):
    turned = answer(inputs[::-1].copy(), hidden[::-1].copy(), parameters)
    for name, other, one in zip(GATES, turned, answer(inputs, hidden, parameters)):
        expect(other, f"of the rows turned round, {name}").equals(np.asarray(one)[::-1])


@lstm_gates.law("gives the same for whole numbers as for decimals")
def takes_whole_numbers(answer):
    def gates(inputs, hidden):
        return answer(inputs, hidden, only_lstm(DECIMALS))

    expect_the_same_as_decimals(gates, np.array([[1, 0]]), np.array([[1, 0, -1]]))


def gates_with(inputs, hidden, parameters, order=(0, 1, 2, 3)):
    gates = gates_of(inputs, hidden, parameters)
    return tuple(gates[i] for i in order)


def with_shared_weights(parameters):
    """All four look through the forget gate's eyes."""
    return {name: parameters["forget" + name[-2:]] for name in parameters}


def without(parameters, ending):
    return {
        name: 0 * array if name.endswith(ending) else array for name, array in parameters.items()
    }


@lstm_gates.misconception(
    "the same weights for all gates",
    "Each gate decides something else, so each has weights of its own: input_x for the input gate, "
    "and so on.",
)
def gates_share_weights(inputs, hidden, parameters):
    return gates_of(inputs, hidden, with_shared_weights(parameters))


@lstm_gates.misconception(
    "forget and input the wrong way round",
    "Return them in this order: forget, input, output, candidate.",
)
def f_and_i_swapped(*args):
    return gates_with(*args, order=(1, 0, 2, 3))


@lstm_gates.misconception(
    "the candidate before the output gate",
    "Other libraries have other orders. Here the candidate comes last.",
)
def candidate_before_output(*args):
    return gates_with(*args, order=(0, 1, 3, 2))


@lstm_gates.misconception(
    "sigmoid for the candidate as well",
    "What is written into the cell must be able to be negative: tanh for the candidate.",
)
def sigmoid_on_candidate(inputs, hidden, parameters):
    return tuple(map(sigmoid_of, sums_of(inputs, hidden, parameters).values()))


@lstm_gates.misconception(
    "tanh for the gates as well",
    "A gate is open or shut, from 0 to 1, and never negative: sigmoid for the three gates.",
)
def tanh_on_gates(inputs, hidden, parameters):
    return tuple(map(np.tanh, sums_of(inputs, hidden, parameters).values()))


@lstm_gates.misconception(
    "the hidden state left out",
    "The gates look at what was remembered too: add hidden . h to each of the sums.",
)
def forgot_hidden(inputs, hidden, parameters):
    return gates_of(inputs, hidden, without(parameters, "_h"))


@lstm_gates.misconception("the biases left out", "Add each gate's bias to its sum.")
def forgot_bias(inputs, hidden, parameters):
    return gates_of(inputs, hidden, without(parameters, "_b"))


@lstm_gates.misconception(
    "the hidden weights transposed",
    "The hidden state comes from the left, as always: hidden . h, not h . hidden.",
)
def hidden_weights_transposed(inputs, hidden, parameters):
    turned = {n: a.T if n.endswith("_h") else a for n, a in parameters.items()}
    return gates_of(inputs, hidden, turned)


@lstm_gates.alternative
def stacked(inputs, hidden, parameters):
    both = np.hstack([inputs, hidden])
    gates = []
    for gate in GATES:
        weights = np.vstack([parameters[gate + "_x"], parameters[gate + "_h"]])
        total = both @ weights + parameters[f"{gate}_b"]
        gates.append(np.tanh(total) if gate == "candidate" else 1 / (1 + np.exp(-total)))
    return gates


@lstm_gates.alternative
def row_by_row_with_einsum(inputs, hidden, parameters):
    def look(gate):
        total = np.einsum("bn,nh->bh", inputs, parameters[gate + "_x"])
        total = total + np.einsum("bk,kh->bh", hidden, parameters[gate + "_h"])
        return np.array([row + parameters[gate + "_b"] for row in total])

    forget, take, show = (0.5 * (1 + np.tanh(look(gate) / 2)) for gate in GATES[:3])
    return forget, take, show, np.tanh(look("candidate"))


# --- lstm_step ---------------------------------------------------------------------------------

lstm_step = exercise(
    "lstm_step",
    inputs={"inputs": Array(("batch", "n"), TAME), **STATE, **LSTM},
    arrange=with_parameters,
    cases=24,
    edges=[
        {
            "inputs": [[0.3, -0.7]],
            "hidden": [[0.1, -0.9, 0.6]],
            "cell": [[0.7, -1.3, 0.2]],
            "parameters": only_lstm(DECIMALS),
        },
        {"inputs": [[1.0]], "hidden": [[0.5]], "cell": [[2.0]], "parameters": only_lstm(ONES)},
        {
            "inputs": [[1.0, -1.0], [0.5, 0.0]],
            "hidden": [[0.0, 0.0, 0.0], [1.0, 0.0, -1.0]],
            "cell": [[5.0, -3.0, 0.1], [0.0, 1.0, 100.0]],
            "parameters": biased(only_lstm(DECIMALS), forget=1000.0, input=-1000.0),
        },
    ],
    hints=[
        "The forget gate is 1 and the input gate 0. What should be in the cell afterwards?",
        "The cell is only scaled and added to, so what it holds can last for many steps; the hidden "
        'state is what it shows (chapter 14, "The long short-term memory layer").',
        "All of them are (batch, hidden): forget * cell + input * candidate, entry by entry, is the "
        "new cell. The new hidden state is made from the *new* cell. Return hidden, cell.",
    ],
)


@lstm_step.law("keeps the cell exactly when the forget gate is open and the input gate shut")
def keeps_the_cell(answer, inputs, hidden, cell, parameters):
    _, new_cell = answer(inputs, hidden, cell, biased(parameters, forget=1000.0, input=-1000.0))
    expect(new_cell, "the new cell").equals(cell)


@lstm_step.law("replaces the cell by the candidate when it forgets all and lets all in")
def replaces_the_cell(answer, inputs, hidden, cell, parameters):
    open_in = biased(parameters, forget=-1000.0, input=1000.0)
    _, new_cell = answer(inputs, hidden, cell, open_in)
    expect(new_cell, "the new cell").equals(gates_of(inputs, hidden, parameters)[3])


@lstm_step.law("shows nothing when the output gate is shut")
def shut_output_shows_nothing(answer, inputs, hidden, cell, parameters):
    new_hidden, _ = answer(inputs, hidden, cell, biased(parameters, output=-1000.0))
    expect(new_hidden, "the new hidden state").equals(np.zeros_like(hidden))


@lstm_step.law("never shows more than 1, however much the cell holds")
def shows_at_most_one(answer, inputs, hidden, cell, parameters):
    new_hidden, _ = answer(inputs, hidden, 100 * cell, parameters)
    expect(abs(np.asarray(new_hidden)), "the new hidden state, without its sign").is_at_most(1)


@lstm_step.law("shows the new cell, through tanh, as far as the output gate is open")
def shows_the_new_cell(answer, inputs, hidden, cell, parameters):
    new_hidden, new_cell = answer(inputs, hidden, cell, parameters)
    show = gates_of(inputs, hidden, parameters)[2]
    expect(new_hidden, "the new hidden state").equals(show * np.tanh(np.asarray(new_cell)))


@lstm_step.law("gives the same for whole numbers as for decimals")
def takes_whole_numbers(answer):
    def step(inputs, hidden, cell):
        return answer(inputs, hidden, cell, only_lstm(DECIMALS))

    arrays = np.array([[1, 0]]), np.array([[1, 0, -1]]), np.array([[2, -1, 1]])
    expect_the_same_as_decimals(step, *arrays)


def step_with(inputs, hidden, cell, parameters, write, show):
    forget, take, out, candidate = gates_of(inputs, hidden, parameters)
    new_cell = write(cell, forget, take, candidate)
    return out * show(cell, new_cell), new_cell


def usual_write(cell, forget, take, candidate):
    return forget * cell + take * candidate


def usual_show(cell, new_cell):
    return np.tanh(new_cell)


@lstm_step.misconception(
    "the cell shown without tanh",
    "A cell can hold any number. tanh brings what is shown between -1 and 1: output * tanh(new cell).",
)
def tanh_missing_on_cell(*args):
    return step_with(*args, write=usual_write, show=lambda cell, new_cell: new_cell)


@lstm_step.misconception(
    "a cell made with the new hidden state",
    "All four gates of a step see the hidden state of the step before. Work them out once, before "
    "anything changes.",
)
def cell_uses_new_hidden(inputs, hidden, cell, parameters):
    new_hidden, _ = step_of(inputs, hidden, cell, parameters)
    _, new_cell = step_of(inputs, new_hidden, cell, parameters)
    return new_hidden, new_cell


@lstm_step.misconception(
    "forget and input the wrong way round",
    "The forget gate scales what is in the cell already, the input gate what is new.",
)
def f_and_i_swapped(*args):
    return step_with(
        *args,
        write=lambda cell, forget, take, candidate: take * cell + forget * candidate,
        show=usual_show,
    )


@lstm_step.misconception(
    "the same weights for all gates", "lstm_gates gives each gate its own weights: use all four."
)
def gates_share_weights(inputs, hidden, cell, parameters):
    return step_of(inputs, hidden, cell, with_shared_weights(parameters))


@lstm_step.misconception(
    "the old cell is shown", "First write the new cell, then show it: tanh of the new cell."
)
def shows_the_old_cell(*args):
    return step_with(*args, write=usual_write, show=lambda cell, new_cell: np.tanh(cell))


@lstm_step.misconception(
    "tanh inside the cell",
    "The cell itself must not be squeezed, or it forgets at every step. tanh is for what is shown.",
)
def cell_squeezed(*args):
    return step_with(
        *args,
        write=lambda *write: np.tanh(usual_write(*write)),
        show=lambda cell, new_cell: new_cell,
    )


@lstm_step.misconception(
    "nothing is ever forgotten", "Multiply the old cell by the forget gate before adding to it."
)
def never_forgets(*args):
    return step_with(
        *args, write=lambda cell, forget, take, candidate: cell + take * candidate, show=usual_show
    )


@lstm_step.misconception(
    "the cell before the hidden state", "Return the new hidden state first, then the new cell."
)
def returned_in_the_wrong_order(*args):
    return step_of(*args)[::-1]


@lstm_step.alternative
def unit_by_unit(inputs, hidden, cell, parameters):
    new_hidden, new_cell = np.zeros(hidden.shape), np.zeros(cell.shape)
    gates = gates_of(inputs, hidden, parameters)
    for place in np.ndindex(*hidden.shape):
        forget, take, show, candidate = (float(gate[place]) for gate in gates)
        new_cell[place] = float(cell[place]) * forget + candidate * take
        new_hidden[place] = show * math.tanh(new_cell[place])
    return [new_hidden, new_cell]


@lstm_step.alternative
def with_totals(inputs, hidden, cell, parameters):
    both = np.concatenate([inputs, hidden, np.ones((len(inputs), 1))], axis=1)

    def total(gate):
        parts = [parameters[gate + "_x"], parameters[gate + "_h"], parameters[gate + "_b"][None]]
        return both @ np.concatenate(parts)

    kept = cell / (1 + np.exp(-total("forget")))
    new_cell = kept + np.tanh(total("candidate")) / (1 + np.exp(-total("input")))
    return np.tanh(new_cell) / (1 + np.exp(-total("output"))), new_cell


# --- lstm_step_backward ------------------------------------------------------------------------


def with_upstream_gradients(**drawn):
    arranged = with_parameters(**drawn)
    hidden = arranged["hidden"]
    return {
        "hidden_grad": upstream_like(hidden),
        "cell_grad": upstream_like(hidden + 1),
        **arranged,
    }


lstm_step_backward = exercise(
    "lstm_step_backward",
    inputs={"inputs": Array(("batch", "n"), TAME), **STATE, **LSTM},
    arrange=with_upstream_gradients,
    cases=30,
    edges=[
        {
            "hidden_grad": np.array([[0.3, -0.7, 1.1]]),
            "cell_grad": np.array([[-0.2, 0.9, 0.4]]),
            "inputs": [[0.3, -0.7]],
            "hidden": [[0.1, -0.9, 0.6]],
            "cell": [[0.7, -1.3, 0.2]],
            "parameters": only_lstm(DECIMALS),
        },
        {
            "hidden_grad": np.array([[2.0]]),
            "cell_grad": np.array([[0.0]]),
            "inputs": [[1.0]],
            "hidden": [[0.5]],
            "cell": [[2.0]],
            "parameters": only_lstm(ONES),
        },
        {
            "hidden_grad": np.array([[0.0, 0.0, 0.0], [0.5, 1.5, -2.0]]),
            "cell_grad": np.array([[1.0, 2.0, -1.0], [0.0, 0.0, 0.0]]),
            "inputs": [[1.0, -1.0], [0.5, 0.0]],
            "hidden": [[0.0, 0.0, 0.0], [1.0, 0.0, -1.0]],
            "cell": [[1.0, -2.0, 0.1], [0.0, 1.0, 0.5]],
            "parameters": only_lstm(DECIMALS),
        },
    ],
    hints=[
        "The new cell is used twice: it is shown, and it is kept for the next step. From how many "
        "sides does its gradient come?",
        "Go back through lstm_step line by line, the last one first: hidden = output * tanh(new cell), "
        'then cell = forget * cell + input * candidate, then the four gates (chapter 14, "The long '
        'short-term memory layer"; the backward rules are those of mul, tanh and mm in chapter 13).',
        "cell_grad + hidden_grad * output * (1 - tanh(new cell)^2) is all that the new cell gets. "
        "Each gate's delta is (batch, hidden): what it is multiplied by, times that, times the slope "
        "of its own activation. inputs^T . delta is (n, hidden), delta . x^T is (batch, n).",
    ],
)

INTO_A_STEP = ("inputs", "hidden", "cell")


@lstm_step_backward.law("has the shapes of all that went into the step")
def is_shaped_like_what_went_in(answer, hidden_grad, cell_grad, inputs, hidden, cell, parameters):
    *grads, gradients = answer(hidden_grad, cell_grad, inputs, hidden, cell, parameters)
    for name, grad, array in zip(INTO_A_STEP, grads, (inputs, hidden, cell)):
        expect(grad, f"the gradient of {name}").has_shape(*array.shape)
    for name, array in parameters.items():
        expect(gradients[name], f"the gradient of {name}").has_shape(*array.shape)


@lstm_step_backward.law("sends nothing back when nothing comes in")
def nothing_comes_of_nothing(answer, hidden_grad, inputs, hidden, cell, parameters):
    nothing = np.zeros_like(hidden_grad)
    *grads, gradients = answer(nothing, nothing, inputs, hidden, cell, parameters)
    for name, grad, array in zip(INTO_A_STEP, grads, (inputs, hidden, cell)):
        expect(grad, f"the gradient of {name}").equals(np.zeros_like(array))
    expect(gradients, "the gradients of the parameters").equals(zeros_like(parameters))


@lstm_step_backward.law("hands the cell's gradient on undiminished when the forget gate is open")
def gradient_does_not_vanish(answer, hidden_grad, cell_grad, inputs, hidden, cell, parameters):
    wide_open = biased(parameters, forget=1000.0)
    nothing = np.zeros_like(hidden_grad)
    _, _, old_cell_grad, _ = answer(nothing, cell_grad, inputs, hidden, cell, wide_open)
    expect(old_cell_grad, "the gradient of cell").equals(cell_grad)


@lstm_step_backward.law("doubles when the gradients double")
def doubles(answer, hidden_grad, cell_grad, inputs, hidden, cell, parameters):
    step = (inputs, hidden, cell, parameters)
    *twice, gradients_twice = answer(2 * hidden_grad, 2 * cell_grad, *step)
    *once, gradients = answer(hidden_grad, cell_grad, *step)
    for name, two, one in zip(INTO_A_STEP, twice, once):
        expect(two, f"the gradient of {name}").equals(2 * np.asarray(one))
    for name in parameters:
        expect(gradients_twice[name], f"the gradient of {name}").equals(
            2 * np.asarray(gradients[name])
        )


@lstm_step_backward.law("says how steeply all that comes out climbs with all that goes in", most=4)
def is_the_slope_of_the_step(answer, hidden_grad, cell_grad, inputs, hidden, cell, parameters):
    def loss(inputs, hidden, cell, **parameters):
        new_hidden, new_cell = step_of(inputs, hidden, cell, parameters)
        return float(np.sum(hidden_grad * new_hidden) + np.sum(cell_grad * new_cell))

    def claimed(inputs, hidden, cell, **parameters):
        *grads, gradients = answer(hidden_grad, cell_grad, inputs, hidden, cell, parameters)
        return [*grads, *(gradients[name] for name in parameters)]

    at = {"inputs": inputs, "hidden": hidden, "cell": cell, **parameters}
    expect_slopes(loss, at=at, claimed=claimed, batch=len(inputs))


def same(grad):
    return grad


def deltas_of(hidden_grad, cell_grad, cell, gates, shown):
    """What each gate's sum gets, given the gradient of the new cell from both sides."""
    forget, take, out, candidate = gates
    return {
        "forget": cell_grad * cell * forget * (1 - forget),
        "input": cell_grad * candidate * take * (1 - take),
        "output": hidden_grad * shown * out * (1 - out),
        "candidate": cell_grad * take * (1 - candidate**2),
    }


def step_back_with(
    hidden_grad,
    cell_grad,
    inputs,
    hidden,
    cell,
    parameters,
    into_cell=lambda hidden_grad, cell_grad, out, shown: (
        cell_grad + hidden_grad * out * (1 - shown**2)
    ),
    carry=lambda total, cell_grad, forget: total * forget,
    deltas=deltas_of,
    gather=sum,
    scale=1.0,
    of_bias=lambda delta: delta.sum(axis=0),
):
    gates = gates_of(inputs, hidden, parameters)
    forget, take, out, candidate = gates
    shown = np.tanh(forget * cell + take * candidate)
    total = into_cell(hidden_grad, cell_grad, out, shown)
    found = deltas(hidden_grad, total, cell, gates, shown)
    gradients = {}
    for gate, delta in found.items():
        gradients[gate + "_x"] = scale * inputs.T.dot(delta)
        gradients[gate + "_h"] = scale * hidden.T.dot(delta)
        gradients[gate + "_b"] = scale * of_bias(delta)
    return (
        gather([delta.dot(parameters[gate + "_x"].T) for gate, delta in found.items()]),
        gather([delta.dot(parameters[gate + "_h"].T) for gate, delta in found.items()]),
        carry(total, cell_grad, forget),
        gradients,
    )


@lstm_step_backward.misconception(
    "the cell's own gradient is dropped",
    "The new cell is also kept for the next step, and cell_grad is what comes back from there: add "
    "it to what comes through the hidden state.",
)
def dc_missing_carry(*args):
    return step_back_with(
        *args,
        into_cell=lambda hidden_grad, cell_grad, out, shown: hidden_grad * out * (1 - shown**2),
    )


@lstm_step_backward.misconception(
    "the way through the hidden state is left out",
    "The new cell is shown as well: what comes to the new hidden state goes on into the cell. Add "
    "hidden_grad * output * (1 - tanh(new cell)^2) to cell_grad.",
)
def hidden_into_cell_missing(*args):
    return step_back_with(*args, into_cell=lambda hidden_grad, cell_grad, out, shown: cell_grad)


@lstm_step_backward.misconception(
    "the old cell gets a part of the new cell's gradient only",
    "cell_grad is only what comes from the next step. What comes through the hidden state goes on "
    "to the old cell, too: both together, times forget.",
)
def old_cell_from_cell_grad_only(*args):
    return step_back_with(*args, carry=lambda total, cell_grad, forget: cell_grad * forget)


@lstm_step_backward.misconception(
    "the output gate gets the cell's gradient",
    "output stands in new hidden = output * tanh(new cell) and nowhere else: its delta is made of "
    "hidden_grad alone.",
)
def output_from_the_cell(*args):
    def deltas(hidden_grad, cell_grad, cell, gates, shown):
        out = gates[2]
        found = deltas_of(hidden_grad, cell_grad, cell, gates, shown)
        return found | {"output": cell_grad * shown * out * (1 - out)}

    return step_back_with(*args, deltas=deltas)


@lstm_step_backward.misconception(
    "the new cell where tanh of it belongs, for the output gate",
    "What output was multiplied by is tanh(new cell): take that, not the cell itself.",
)
def output_without_tanh(*args):
    def deltas(hidden_grad, cell_grad, cell, gates, shown):
        forget, take, out, candidate = gates
        new_cell = forget * cell + take * candidate
        found = deltas_of(hidden_grad, cell_grad, cell, gates, shown)
        return found | {"output": hidden_grad * new_cell * out * (1 - out)}

    return step_back_with(*args, deltas=deltas)


@lstm_step_backward.misconception(
    "the slope of tanh at the new cell, not at tanh of it",
    "The slope is read off what tanh returned: 1 - tanh(new cell)^2. With the cell itself it may "
    "even be below 0.",
)
def slope_of_the_cell_itself(hidden_grad, cell_grad, inputs, hidden, cell, parameters):
    forget, take, _, candidate = gates_of(inputs, hidden, parameters)
    new_cell = forget * cell + take * candidate
    return step_back_with(
        *(hidden_grad, cell_grad, inputs, hidden, cell, parameters),
        into_cell=lambda hidden_grad, cell_grad, out, shown: (
            cell_grad + hidden_grad * out * (1 - new_cell**2)
        ),
    )


@lstm_step_backward.misconception(
    "the gradients of the biases are not summed over the batch",
    "Every row has the same bias added to it: sum the delta over the rows, axis 0, to (hidden,).",
)
def biases_not_summed(*args):
    return step_back_with(*args, of_bias=same)


@lstm_step_backward.misconception(
    "the mean over the batch for the biases",
    "The gradients that come in know already what a row counts: sum the rows for the biases as well.",
)
def biases_averaged(*args):
    return step_back_with(*args, of_bias=lambda delta: delta.mean(axis=0))


@lstm_step_backward.misconception(
    "the three gates without the slope of sigmoid",
    "Each gate has an activation in front of it. The candidate's is there; the gates need theirs: "
    "gate * (1 - gate).",
)
def gates_without_slopes(*args):
    def deltas(hidden_grad, cell_grad, cell, gates, shown):
        candidate = gates[3]
        found = deltas_of(hidden_grad, cell_grad, cell, gates, shown)
        return found | {
            "forget": cell_grad * cell,
            "input": cell_grad * candidate,
            "output": hidden_grad * shown,
        }

    return step_back_with(*args, deltas=deltas)


@lstm_step_backward.misconception(
    "the gradient goes past the forget gate",
    "The old cell went in through the forget gate, so its gradient comes back through it: times "
    "forget.",
)
def forget_factor_missing(*args):
    return step_back_with(*args, carry=lambda total, cell_grad, forget: total)


@lstm_step_backward.misconception(
    "only one gate sends a gradient back to inputs and hidden",
    "All four look at them, so what comes back adds up over all four. The last one must not "
    "overwrite the others.",
)
def dh_not_summed_over_gates(*args):
    return step_back_with(*args, gather=lambda parts: parts[-1])


@lstm_step_backward.misconception(
    "tanh between the cell and the hidden state is forgotten",
    "hidden = output * tanh(new cell): on the way back multiply by the slope of tanh, "
    "1 - tanh(new cell)^2.",
)
def tanh_missing_on_cell(*args):
    return step_back_with(
        *args, into_cell=lambda hidden_grad, cell_grad, out, shown: cell_grad + hidden_grad * out
    )


@lstm_step_backward.misconception(
    "the gates without their slopes",
    "Each gate has an activation in front of it: multiply by its slope, gate * (1 - gate), and for "
    "the candidate 1 - candidate^2.",
)
def forgot_slope(*args):
    def deltas(hidden_grad, cell_grad, cell, gates, shown):
        forget, take, out, candidate = gates
        return {
            "forget": cell_grad * cell,
            "input": cell_grad * candidate,
            "output": hidden_grad * shown,
            "candidate": cell_grad * take,
        }

    return step_back_with(*args, deltas=deltas)


@lstm_step_backward.misconception(
    "forget and input the wrong way round",
    "The forget gate was multiplied by the old cell, the input gate by the candidate: each gets the "
    "other factor's value.",
)
def f_and_i_swapped(*args):
    def deltas(hidden_grad, cell_grad, cell, gates, shown):
        found = deltas_of(hidden_grad, cell_grad, cell, gates, shown)
        forget, take, out, candidate = gates
        found["forget"] = cell_grad * candidate * forget * (1 - forget)
        found["input"] = cell_grad * cell * take * (1 - take)
        return found

    return step_back_with(*args, deltas=deltas)


@lstm_step_backward.misconception(
    "the forget gate blamed for the new cell",
    "What the forget gate was multiplied by is the *old* cell.",
)
def forget_times_new_cell(*args):
    def deltas(hidden_grad, cell_grad, cell, gates, shown):
        forget, take, out, candidate = gates
        new_cell = forget * cell + take * candidate
        found = deltas_of(hidden_grad, cell_grad, cell, gates, shown)
        return found | {"forget": cell_grad * new_cell * forget * (1 - forget)}

    return step_back_with(*args, deltas=deltas)


@lstm_step_backward.misconception(
    "sigmoid's slope for the candidate",
    "The candidate comes out of tanh: its slope is 1 - candidate^2.",
)
def sigmoid_slope_on_candidate(*args):
    def deltas(hidden_grad, cell_grad, cell, gates, shown):
        candidate = gates[3]
        found = deltas_of(hidden_grad, cell_grad, cell, gates, shown)
        return found | {"candidate": cell_grad * gates[1] * candidate * (1 - candidate)}

    return step_back_with(*args, deltas=deltas)


@lstm_step_backward.misconception(
    "the parameters' gradients divided by the rows",
    "The gradients that come in know already what a row counts: here the rows just add up.",
)
def mean_not_sum(hidden_grad, *args):
    return step_back_with(hidden_grad, *args, scale=1 / len(hidden_grad))


@lstm_step_backward.alternative
def row_after_row(hidden_grad, cell_grad, inputs, hidden, cell, parameters):
    grads = [np.zeros(array.shape) for array in (inputs, hidden, cell)]
    gradients = {name: np.zeros(array.shape) for name, array in parameters.items()}
    for b in range(len(inputs)):
        forget, take, out, candidate = (
            gate[0] for gate in gates_of(inputs[b : b + 1], hidden[b : b + 1], parameters)
        )
        squeezed = np.tanh(candidate * take + cell[b] * forget)
        total = hidden_grad[b] * out / np.cosh(np.arctanh(squeezed)) ** 2 + cell_grad[b]
        deltas = np.array(
            [
                total * cell[b] * (forget - forget**2),
                total * candidate * (take - take**2),
                hidden_grad[b] * squeezed * (out - out**2),
                total * take * (1 + candidate) * (1 - candidate),
            ]
        )
        grads[2][b] = total * forget
        for gate, delta in zip(GATES, deltas):
            grads[0][b] += parameters[gate + "_x"] @ delta
            grads[1][b] += parameters[gate + "_h"] @ delta
            gradients[gate + "_x"] += np.outer(inputs[b], delta)
            gradients[gate + "_h"] += np.outer(hidden[b], delta)
            gradients[gate + "_b"] += delta
    return [*grads, gradients]


@lstm_step_backward.alternative
def with_stacked_weights(hidden_grad, cell_grad, inputs, hidden, cell, parameters):
    both = np.hstack([inputs, hidden, np.ones((len(inputs), 1))])
    weights = np.hstack(
        [
            np.vstack([parameters[gate + "_x"], parameters[gate + "_h"], parameters[gate + "_b"]])
            for gate in GATES
        ]
    )
    sums = np.split(both @ weights, 4, axis=1)
    forget, take, out = (1 / (1 + np.exp(-total)) for total in sums[:3])
    candidate = np.tanh(sums[3])
    squeezed = np.tanh(forget * cell + take * candidate)
    total = cell_grad + (1 - squeezed * squeezed) * out * hidden_grad
    delta = np.hstack(
        [
            forget * (1 - forget) * cell * total,
            take * (1 - take) * candidate * total,
            out * (1 - out) * squeezed * hidden_grad,
            (1 - candidate * candidate) * take * total,
        ]
    )
    back, slopes, n = delta @ weights.T, both.T @ delta, inputs.shape[1]
    gradients = {}
    for gate, part in zip(reversed(GATES), reversed(np.split(slopes, 4, axis=1))):
        gradients |= {gate + "_b": part[-1], gate + "_h": part[n:-1], gate + "_x": part[:n]}
    return back[:, :n], back[:, n:-1], forget * total, gradients


# --- init_state --------------------------------------------------------------------------------

init_state = exercise(
    "init_state",
    inputs={"batch": Whole(1, 5), "n_hidden": Whole(1, 6)},
    edges=[
        {"batch": 2, "n_hidden": 3},
        {"batch": 1, "n_hidden": 1},
        {"batch": 3, "n_hidden": 2},
        {"batch": 16, "n_hidden": 7},
    ],
    cases=30,
    hints=[
        "Before the first character nothing has been read. How many numbers does each row of the "
        "batch remember all the same?",
        "An LSTM carries two things from step to step: what it shows and what its cells hold. Both "
        'begin with zeros, but for a 1 in the first column (chapter 14, "The long short-term memory '
        'layer").',
        "np.zeros((batch, n_hidden)), then state[:, 0] = 1. Return two such arrays.",
    ],
)


@init_state.law("has a row for each column of text and a column for each unit")
def states_have_the_right_shape(answer, batch, n_hidden):
    hidden, cell = answer(batch, n_hidden)
    expect(hidden, "the hidden state").has_shape(batch, n_hidden)
    expect(cell, "the cell").has_shape(batch, n_hidden)


@init_state.law("has exactly one 1 in each row")
def has_one_in_each_row(answer, batch, n_hidden):
    for name, state in zip(("the hidden state", "the cell"), answer(batch, n_hidden)):
        expect(np.sum(np.asarray(state), axis=1), f"the sum of each row of {name}").equals(
            np.ones(batch)
        )


@init_state.law("is the same for both, and for every row")
def is_the_same_for_both(answer, batch, n_hidden):
    hidden, cell = answer(batch, n_hidden)
    expect(cell, "the cell").equals(np.asarray(hidden))
    expect(hidden, "the hidden state").equals(np.tile(np.asarray(hidden)[:1], (batch, 1)))


def cell_after_a_change(bench, batch, n_hidden):
    """The cell, after the hidden state was overwritten."""
    states = bench.init_state(batch, n_hidden)
    states[0].fill(0.1)
    return states[1]


@init_state.law("gives the cell an array of its own: no change of the hidden state reaches it")
def has_two_arrays(answer):
    hidden, cell = answer(2, 3)
    if isinstance(hidden, np.ndarray) and isinstance(cell, np.ndarray):
        kept = answer.doing(cell_after_a_change, 2, 3)
        expect(kept, "after a change of the hidden state, the cell").equals(cell)


@init_state.misconception("all zeros", "Column 0 is 1, in the hidden state and in the cell.")
def all_zeros(batch, n_hidden):
    return np.zeros((batch, n_hidden)), np.zeros((batch, n_hidden))


@init_state.misconception(
    "ones in row 0 instead of column 0",
    "Every row is a text of its own and begins alike: state[:, 0], not state[0].",
)
def row_instead_of_column(batch, n_hidden):
    state = np.zeros((batch, n_hidden))
    state[0] = 1
    return state, state.copy()


@init_state.misconception(
    "a cell of zeros", "The cell begins like the hidden state: with a 1 in column 0."
)
def cell_of_zeros(batch, n_hidden):
    return first_state(batch, n_hidden)[0], np.zeros((batch, n_hidden))


@init_state.misconception("all ones", "Only column 0 is 1, everything else is 0.")
def all_ones(batch, n_hidden):
    return np.ones((batch, n_hidden)), np.ones((batch, n_hidden))


@init_state.misconception(
    "only the hidden state", "An LSTM carries two things along: return the pair hidden, cell."
)
def only_the_hidden_state(batch, n_hidden):
    return first_state(batch, n_hidden)[0]


@init_state.misconception(
    "units in the rows", "One row for each text of the batch: shape (batch, n_hidden)."
)
def transposed(batch, n_hidden):
    return tuple(state.T for state in first_state(batch, n_hidden))


@init_state.alternative
def as_lists(batch, n_hidden):
    row = [1.0] + [0.0] * (n_hidden - 1)
    return [[row for _ in range(batch)] for _ in range(2)]


@init_state.alternative
def with_a_row_of_the_identity(batch, n_hidden):
    hidden = np.tile(np.eye(n_hidden)[0], (batch, 1))
    return hidden, np.array(hidden)


# --- lstm_unroll_loss --------------------------------------------------------------------------

WINDOW = {
    "inputs": Array(("bptt", "batch"), WORDS, whole=True),
    "targets": Array(("bptt", "batch"), WORDS, whole=True),
    **STATE,
    **MODEL,
}
READ, FOLLOWING = np.array([[0, 3], [2, 0], [0, 1]]), np.array([[2, 0], [0, 1], [1, 3]])
CHARACTERS = {"inputs": READ, "targets": FOLLOWING}
BEGINNING = {"hidden": decimals(5, 2, 3), "cell": decimals(90, 2, 3)}
WINDOW_EDGES = [
    CHARACTERS | BEGINNING | {"parameters": DECIMALS},
    {"inputs": [[0]], "targets": [[0]], "hidden": [[0.5]], "cell": [[2.0]], "parameters": ONES},
    # The same character twice in a row of the batch, and twice in a column.
    {
        "inputs": [[1, 1, 2], [1, 0, 2]],
        "targets": [[0, 3, 3], [1, 1, 3]],
        "hidden": decimals(40, 3, 3),
        "cell": decimals(7, 3, 3),
        "parameters": DECIMALS,
    },
    CHARACTERS
    | BEGINNING
    | {"parameters": DECIMALS | {"decoder": np.zeros_like(DECIMALS["decoder"])}},
]


def with_characters(inputs, targets, decoder, **others):
    """A window, its characters out of the vocabulary.

    No two neighbouring columns of decoder are alike: through equal ones nothing flows back.
    """
    size = len(others["embeddings"])
    apart = decoder + np.arange(size) % 3 / 4
    return with_parameters(inputs=inputs % size, targets=targets % size, decoder=apart, **others)


lstm_unroll_loss = exercise(
    "lstm_unroll_loss",
    inputs=WINDOW,
    arrange=with_characters,
    cases=24,
    edges=WINDOW_EDGES,
    hints=[
        "The network reads a character. Which state should the prediction of the next one be made "
        "from: the one before it was read, or the one after?",
        "Step by step: look up the characters' embeddings, take one lstm_step, predict with decoder, "
        'write down the loss (chapter 14, "Upgrading the character language model"). The state goes '
        "on from step to step.",
        "inputs[t] is (batch,), embeddings[inputs[t]] is (batch, n), the new hidden state (batch, "
        "hidden), its logits (batch, vocabulary). cross_entropy of chapter 13 takes logits and "
        "targets[t], and is a mean over the batch. Return the mean of the losses, hidden, cell.",
    ],
)


@lstm_unroll_loss.law("is log(vocabulary) when decoder is 0: the network only guesses")
def guesses_without_a_decoder(answer, inputs, targets, hidden, cell, parameters):
    silent = parameters | {"decoder": np.zeros_like(parameters["decoder"])}
    loss, _, _ = answer(inputs, targets, hidden, cell, silent)
    expect(loss, "the loss").equals(math.log(len(parameters["embeddings"])))


@lstm_unroll_loss.law("of two windows, one after the other, is that of both joined")
def windows_can_be_joined(answer, inputs, targets, hidden, cell, parameters):
    if len(inputs) == 1:
        return
    first, *state = answer(inputs[:1], targets[:1], hidden, cell, parameters)
    state = [np.asarray(part) for part in state]
    rest, *end = answer(inputs[1:], targets[1:], *state, parameters)
    loss, *reached = answer(inputs, targets, hidden, cell, parameters)
    expect(loss, "the loss").equals((first + rest * (len(inputs) - 1)) / len(inputs))
    for name, one, other in zip(("hidden", "cell"), reached, end):
        expect(one, f"{name} at the end").equals(np.asarray(other))


@lstm_unroll_loss.law("is the mean over the columns, which do not see each other")
def columns_are_independent(answer, inputs, targets, hidden, cell, parameters):
    losses = [
        answer(inputs[:, [j]], targets[:, [j]], hidden[[j]], cell[[j]], parameters)[0]
        for j in range(len(hidden))
    ]
    loss, _, _ = answer(inputs, targets, hidden, cell, parameters)
    expect(loss, "the loss").equals(sum(losses) / len(losses))


@lstm_unroll_loss.law("with one step, predicts from what was read just now")
def has_read_the_character(answer, inputs, targets, hidden, cell, parameters):
    vectors = parameters["embeddings"][inputs[0]]
    new_hidden, new_cell = step_of(vectors, hidden, cell, parameters)
    loss, *state = answer(inputs[:1], targets[:1], hidden, cell, parameters)
    expected = surprise_of(new_hidden.dot(parameters["decoder"]), targets[0]).mean()
    expect(loss, "the loss").equals(expected)
    expect(state[0], "hidden at the end").equals(new_hidden)
    expect(state[1], "cell at the end").equals(new_cell)


@lstm_unroll_loss.misconception(
    "the sum over the steps instead of the mean",
    "Divide by the number of steps, or a longer window seems harder and perplexity makes no sense.",
)
def sum_not_mean(*args):
    losses, states = window_of(*args)
    return float(sum(losses)), *states[-1]


@lstm_unroll_loss.misconception(
    "the loss of the last step only",
    "The book's first listing overwrites the loss at every step. There is a prediction at every "
    "step: average all their losses.",
)
def last_step_only(*args):
    losses, states = window_of(*args)
    return float(losses[-1]), *states[-1]


@lstm_unroll_loss.misconception(
    "every step begins with the first state",
    "What a step has remembered must go on into the next: hidden, cell = lstm_step(..., hidden, cell, "
    "...).",
)
def hidden_not_carried(inputs, targets, hidden, cell, parameters):
    def step(vectors, _, __, parameters):
        return step_of(vectors, hidden, cell, parameters)

    losses, states = window_of(inputs, targets, hidden, cell, parameters, step)
    return float(np.mean(losses)), *states[-1]


@lstm_unroll_loss.misconception(
    "the cell is not carried on",
    "The cell is the long memory: carry it from step to step, like the hidden state.",
)
def cell_not_carried(inputs, targets, hidden, cell, parameters):
    def step(vectors, hidden, _, parameters):
        return step_of(vectors, hidden, cell, parameters)

    losses, states = window_of(inputs, targets, hidden, cell, parameters, step)
    return float(np.mean(losses)), *states[-1]


@lstm_unroll_loss.misconception(
    "the characters themselves as targets",
    "What should be predicted is the next character, targets[t], not the one that was just read.",
)
def target_not_shifted(inputs, targets, *args):
    losses, states = window_of(inputs, inputs, *args)
    return float(np.mean(losses)), *states[-1]


@lstm_unroll_loss.misconception(
    "predictions from the state before the character was read",
    "First read the character with lstm_step, then predict from the *new* hidden state.",
)
def predicts_before_reading(inputs, targets, hidden, cell, parameters):
    _, states = window_of(inputs, targets, hidden, cell, parameters)
    losses = [
        surprise_of(before.dot(parameters["decoder"]), following).mean()
        for (before, _), following in zip(states, targets)
    ]
    return float(np.mean(losses)), *states[-1]


@lstm_unroll_loss.misconception(
    "the state at the beginning is returned",
    "Return the state that was reached, so that the next window can go on from there.",
)
def first_state_returned(inputs, targets, hidden, cell, parameters):
    return loss_of(inputs, targets, hidden, cell, parameters), hidden, cell


@lstm_unroll_loss.misconception(
    "the cell shown without tanh",
    "lstm_step shows output * tanh(new cell): take the state from there.",
)
def tanh_missing_on_cell(inputs, targets, hidden, cell, parameters):
    def step(*args):
        return step_with(*args, write=usual_write, show=lambda cell, new_cell: new_cell)

    losses, states = window_of(inputs, targets, hidden, cell, parameters, step)
    return float(np.mean(losses)), *states[-1]


@lstm_unroll_loss.alternative
def with_one_hot_rows(inputs, targets, hidden, cell, parameters):
    eye, total = np.eye(len(parameters["embeddings"])), 0.0
    for t in range(len(inputs)):
        vectors = eye[inputs[t]] @ parameters["embeddings"]
        hidden, cell = step_of(vectors, hidden, cell, parameters)
        probabilities = softmax_of(hidden @ parameters["decoder"])
        total -= float(np.sum(np.log(probabilities) * eye[targets[t]]))
    return total / inputs.size, hidden, cell


@lstm_unroll_loss.alternative
def column_by_column(inputs, targets, hidden, cell, parameters):
    losses, ends = [], []
    for j in range(inputs.shape[1]):
        some, states = window_of(
            inputs[:, [j]], targets[:, [j]], hidden[[j]], cell[[j]], parameters
        )
        losses += some
        ends.append([part[0] for part in states[-1]])
    return [
        math.fsum(losses) / len(losses),
        np.array([end[0] for end in ends]),
        np.array([end[1] for end in ends]),
    ]


# --- lstm_unroll_gradients ---------------------------------------------------------------------

lstm_unroll_gradients = exercise(
    "lstm_unroll_gradients",
    inputs=WINDOW,
    arrange=with_characters,
    cases=24,
    edges=WINDOW_EDGES,
    hints=[
        "The hidden state after a step makes a prediction, and it goes into the next step. From "
        "which two sides does its gradient come?",
        "Forward once, keeping every state; then from the last step back to the first, with the "
        'gradients of hidden and cell in your hands (chapter 14, "Upgrading the character language '
        'model"). Behind the last step they are zeros.',
        "At step t: cross_entropy_backward(1 / len(inputs), logits, targets[t]) is (batch, "
        "vocabulary); . decoder^T is added to the hidden gradient; lstm_step_backward gives those "
        "of the step before. The embeddings' is index_select_backward of the vectors'. Everything "
        "is added (+=) to a dict of zeros.",
    ],
)


@lstm_unroll_gradients.law("has a gradient of its own shape for each of the 14 parameters")
def has_a_gradient_each(answer, inputs, targets, hidden, cell, parameters):
    gradients = answer(inputs, targets, hidden, cell, parameters)
    for name, array in parameters.items():
        expect(gradients[name], f"the gradient of {name}").has_shape(*array.shape)


@lstm_unroll_gradients.law("lets only decoder learn as long as decoder is 0")
def only_the_decoder_learns(answer, inputs, targets, hidden, cell, parameters):
    silent = parameters | {"decoder": np.zeros_like(parameters["decoder"])}
    gradients = answer(inputs, targets, hidden, cell, silent)
    for name, array in parameters.items():
        if name != "decoder":
            expect(gradients[name], f"the gradient of {name}").equals(np.zeros_like(array))


@lstm_unroll_gradients.law("is 0 for a character that was not read")
def unread_characters_do_not_move(answer, inputs, targets, hidden, cell, parameters):
    gradient = np.asarray(answer(inputs, targets, hidden, cell, parameters)["embeddings"])
    unread = np.isin(np.arange(len(gradient)), inputs, invert=True)
    expect(gradient[unread], "the rows of characters that were not read").equals(
        np.zeros((int(unread.sum()), gradient.shape[1]))
    )


@lstm_unroll_gradients.law("stays the same when every column is there twice")
def doubling_the_columns_changes_nothing(answer, inputs, targets, hidden, cell, parameters):
    twice = answer(
        np.hstack([inputs] * 2),
        np.hstack([targets] * 2),
        np.vstack([hidden] * 2),
        np.vstack([cell] * 2),
        parameters,
    )
    gradients = answer(inputs, targets, hidden, cell, parameters)
    for name in parameters:
        expect(twice[name], f"the gradient of {name}").equals(np.asarray(gradients[name]))


@lstm_unroll_gradients.law("says how steeply the loss climbs with each parameter", most=4)
def is_the_slope_of_the_loss(answer, inputs, targets, hidden, cell, parameters):
    def claimed(**parameters):
        gradients = answer(inputs, targets, hidden, cell, parameters)
        return [gradients[name] for name in parameters]

    expect_slopes(
        lambda **parameters: loss_of(inputs, targets, hidden, cell, parameters),
        at=parameters,
        claimed=claimed,
        batch=len(hidden),
    )


def unroll_back_with(
    inputs,
    targets,
    hidden,
    cell,
    parameters,
    share=lambda t, steps, batch: 1 / (steps * batch),
    hidden_back=same,
    cell_back=same,
    step_back=step_back_with,
    look_up=np.add.at,
    read_from=1,
    order=lambda steps: reversed(range(steps)),
    collect=np.add,
):
    embeddings, decoder = parameters["embeddings"], parameters["decoder"]
    _, states = window_of(inputs, targets, hidden, cell, parameters)
    gradients = zeros_like(parameters)
    hidden_grad, cell_grad = np.zeros(hidden.shape), np.zeros(cell.shape)
    for t in order(len(inputs)):
        shown = states[t + read_from][0]
        miss = softmax_of(shown.dot(decoder)) - np.eye(len(embeddings))[targets[t]]
        miss = miss * share(t, len(inputs), len(hidden))
        gradients["decoder"] += shown.T.dot(miss)
        vectors_grad, hidden_grad, cell_grad, found = step_back(
            hidden_grad + miss.dot(decoder.T),
            cell_grad,
            embeddings[inputs[t]],
            *states[t],
            only_lstm(parameters),
        )
        hidden_grad, cell_grad = hidden_back(hidden_grad), cell_back(cell_grad)
        look_up(gradients["embeddings"], inputs[t], vectors_grad)
        for name, gradient in found.items():
            gradients[name] = collect(gradients[name], gradient)
    return gradients


def cut_off(grad):
    return 0 * grad


def keeps_the_last(gradient, rows, more):
    """What `gradient[rows] += more` does: of a row that is there twice, only one counts."""
    gradient[rows] += more


@lstm_unroll_gradients.misconception(
    "no gradient goes back from one step to the one before",
    "Cut off at every step, the network cannot learn what to remember. Only at the beginning of the "
    "window does the gradient end: take hidden and cell gradients along from step to step.",
)
def detach_every_step(*args):
    return unroll_back_with(*args, hidden_back=cut_off, cell_back=cut_off)


@lstm_unroll_gradients.misconception(
    "the gradient goes back through the hidden state only",
    "The cell goes on from step to step, too, and it is what keeps gradients alive.",
)
def dc_missing_carry(*args):
    return unroll_back_with(*args, cell_back=cut_off)


@lstm_unroll_gradients.misconception(
    "the gradient goes back through the cell only",
    "The hidden state of a step goes into all four gates of the next one: add what comes back from "
    "there to what comes from the prediction.",
)
def hidden_gradient_not_carried(*args):
    return unroll_back_with(*args, hidden_back=cut_off)


@lstm_unroll_gradients.misconception(
    "only the last step's loss",
    "This is what the book's first listing does: its loop overwrites the loss. Every step predicts, "
    "so every step has a share in the loss.",
)
def last_step_only(*args):
    return unroll_back_with(*args, share=lambda t, steps, batch: (t == steps - 1) / batch)


@lstm_unroll_gradients.misconception(
    "the sum over the steps instead of the mean",
    "The loss is a mean over the steps: each has a share of 1 / len(inputs).",
)
def sum_over_steps(*args):
    return unroll_back_with(*args, share=lambda t, steps, batch: 1 / batch)


@lstm_unroll_gradients.misconception(
    "the sum over the batch instead of the mean",
    "Cross entropy is a mean over the rows, so its gradient is divided by their number (the book's "
    "is not).",
)
def sum_over_the_batch(*args):
    return unroll_back_with(*args, share=lambda t, steps, batch: 1 / steps)


@lstm_unroll_gradients.misconception(
    "a character that comes twice in a row counts once",
    "gradient[rows] += ... keeps only one of several uses of a row: np.add.at, or "
    "index_select_backward, adds all of them up.",
)
def duplicate_index(*args):
    return unroll_back_with(*args, look_up=keeps_the_last)


@lstm_unroll_gradients.misconception(
    "predictions from the state before the character was read",
    "The prediction of step t was made from the hidden state after it: states[t + 1].",
)
def predicts_before_reading(*args):
    return unroll_back_with(*args, read_from=0)


@lstm_unroll_gradients.misconception(
    "a step's gradients overwrite those of the steps after it",
    "All steps use the same parameters, so each adds its gradients: gradients[name] += ..., not =.",
)
def overwritten(*args):
    return unroll_back_with(*args, collect=lambda before, gradient: gradient)


@lstm_unroll_gradients.misconception(
    "the steps from the first to the last",
    "What comes back to a step comes from the step after it, so begin with the last one: "
    "reversed(range(len(inputs))).",
)
def forwards_in_time(*args):
    return unroll_back_with(*args, order=range)


@lstm_unroll_gradients.misconception(
    "the first step left out",
    "range(steps - 1, 0, -1) ends at step 1. Step 0 learns, too: reversed(range(steps)).",
)
def stops_one_step_early(*args):
    return unroll_back_with(*args, order=lambda steps: range(steps - 1, 0, -1))


@lstm_unroll_gradients.alternative
def with_lists_of_steps(inputs, targets, hidden, cell, parameters):
    _, states = window_of(inputs, targets, hidden, cell, parameters)
    vocabulary, steps = len(parameters["embeddings"]), len(inputs)
    shown = np.array([state[0] for state in states[1:]])
    logits = np.einsum("tbh,hv->tbv", shown, parameters["decoder"])
    misses = (softmax_of(logits) - np.eye(vocabulary)[targets]) / targets.size
    found, back = [], (0 * hidden, 0 * cell)
    for t in range(steps - 1, -1, -1):
        from_above = np.einsum("bv,hv->bh", misses[t], parameters["decoder"])
        vectors = parameters["embeddings"][inputs[t]]
        vectors_grad, *back, of_step = step_back_with(
            back[0] + from_above, back[1], vectors, *states[t], only_lstm(parameters)
        )
        one_hot = np.eye(vocabulary)[inputs[t]]
        found.append(of_step | {"embeddings": one_hot.T @ vectors_grad})
    gradients = {name: sum(step[name] for step in reversed(found)) for name in found[0]}
    return gradients | {"decoder": np.einsum("tbh,tbv->hv", shown, misses)}


@lstm_unroll_gradients.alternative
def column_after_column(inputs, targets, hidden, cell, parameters):
    columns = range(len(hidden))
    parts = [
        unroll_back_with(inputs[:, [j]], targets[:, [j]], hidden[[j]], cell[[j]], parameters)
        for j in columns
    ]
    return {name: np.mean([part[name] for part in parts], axis=0) for name in parameters}


# --- decay_learning_rate -----------------------------------------------------------------------

decay_learning_rate = exercise(
    "decay_learning_rate",
    inputs={
        "learning_rate": Number((1.0, 0.5, 2.0, 0.25, 8.0)),
        "epoch": Whole(0, 6),
        "factor": Number((0.5, 0.75, 0.25, 1.0, 0.875, 0.0)),
    },
    cases=30,
    edges=[
        {"learning_rate": 0.05, "epoch": 3, "factor": 0.99},
        {"learning_rate": 0.05, "epoch": 0, "factor": 0.99},
        {"learning_rate": 0.3, "epoch": 1, "factor": 0.9},
        {"learning_rate": 0.05, "epoch": 100, "factor": 0.99},
    ],
    hints=[
        "Each epoch has 0.99 times the rate of the one before it. What is left after two epochs?",
        "Large steps at first, small ones later, when there is little left to learn (chapter 14, "
        '"Tuning the LSTM character language model").',
        "Three numbers in, one number out: times factor, once for each epoch that has passed; so "
        "epoch 0 has the full rate. ** is a power.",
    ],
)


@decay_learning_rate.law("is the full rate in epoch 0")
def begins_with_the_full_rate(answer, learning_rate, factor):
    expect(answer(learning_rate, 0, factor)).equals(learning_rate)


@decay_learning_rate.law("is `factor` times as large in the next epoch")
def shrinks_by_the_factor(answer, learning_rate, epoch, factor):
    now = float(np.asarray(answer(learning_rate, epoch, factor)))
    expect(answer(learning_rate, epoch + 1, factor)).equals(factor * now)


@decay_learning_rate.law("never changes when the factor is 1")
def factor_one_changes_nothing(answer, learning_rate, epoch):
    expect(answer(learning_rate, epoch, 1.0)).equals(learning_rate)


@decay_learning_rate.misconception(
    "shrunk once, whatever the epoch", "The rate shrinks after *every* epoch: factor**epoch."
)
def decayed_once(learning_rate, epoch, factor):
    return learning_rate * factor


@decay_learning_rate.misconception(
    "shrunk one time too often", "Epoch 0 has the full rate: nothing has passed yet."
)
def off_by_one(learning_rate, epoch, factor):
    return learning_rate * factor ** (epoch + 1)


@decay_learning_rate.misconception(
    "the factor times the epoch",
    "Two epochs multiply by the factor twice: factor**epoch, not factor * epoch.",
)
def times_instead_of_power(learning_rate, epoch, factor):
    return learning_rate * factor * epoch


@decay_learning_rate.misconception(
    "the same amount less every epoch",
    "That line reaches 0 and goes below. Multiplying by the factor never does.",
)
def straight_line(learning_rate, epoch, factor):
    return learning_rate * (1 - epoch * (1 - factor))


@decay_learning_rate.misconception(
    "a rate that grows", "A factor below 1 should make it smaller: multiply, do not divide."
)
def grows(learning_rate, epoch, factor):
    return learning_rate / factor**epoch if factor else math.inf


@decay_learning_rate.alternative
def epoch_by_epoch(learning_rate, epoch, factor):
    for _ in range(epoch):
        learning_rate *= factor
    return learning_rate


@decay_learning_rate.alternative
def as_a_running_product(learning_rate, epoch, factor):
    return math.prod([learning_rate, *[factor] * epoch])


# --- train_char_lm -----------------------------------------------------------------------------


def a_short_text(indices, windows, rest, batch, bptt, **others):
    """As many characters as so many windows need, and some that fill none."""
    kept = batch * (bptt * windows + 1) + rest
    arranged = with_parameters(**others)
    return {
        "indices": indices[:kept] % len(others["embeddings"]),
        "parameters": arranged["parameters"],
        "batch": batch,
        "bptt": bptt,
        **{name: arranged[name] for name in ("learning_rate", "factor", "max_norm", "epochs")},
    }


QUESTION = np.array([3, 1, 0, 2, 1, 0, 1, 3, 3, 2, 0, 0, 1, 2, 3, 1, 1, 0, 2, 2, 3])
TRAINING = {
    "parameters": DECIMALS,
    "batch": 2,
    "bptt": 3,
    "learning_rate": 0.3,
    "factor": 0.9,
    "max_norm": 5.0,
    "epochs": 2,
}

train_char_lm = exercise(
    "train_char_lm",
    inputs={
        "indices": Array((28,), WORDS, whole=True),
        "windows": Whole(1, 3),
        "rest": Whole(0, 3),
        "batch": Whole(1, 2),
        "bptt": Whole(1, 3),
        **MODEL,
        "learning_rate": Number((0.5, 0.25, 1.0)),
        "factor": Number((0.5, 0.75, 1.0)),
        "max_norm": Number((4.0, 0.125, 0.0625, 0.5)),
        "epochs": Whole(1, 3),
    },
    arrange=a_short_text,
    cases=12,
    edges=[
        {"indices": QUESTION, **TRAINING},
        {"indices": QUESTION, **TRAINING, "max_norm": 0.1, "bptt": 2, "epochs": 3},
        {"indices": QUESTION[:3], **TRAINING, "batch": 1, "bptt": 2, "epochs": 1},
        {
            "indices": QUESTION,
            **TRAINING,
            "parameters": DECIMALS | {"decoder": np.zeros_like(DECIMALS["decoder"])},
            "batch": 3,
        },
    ],
    hints=[
        "A window has been read and learned. With which state does the next window begin? And the "
        "first window of the next epoch?",
        "You have all the parts: batchify, bptt_windows, init_state, lstm_unroll_loss, "
        'lstm_unroll_gradients, clip_by_norm, decay_learning_rate (chapter 14, "Training the LSTM '
        'character language model"). Loss and gradients of a window belong to the same, old '
        "parameters.",
        "for epoch ...: for each window: inputs and targets are (bptt, batch). A new dict each "
        "time: {name: array - rate * gradients[name] ...}. Return the pair (parameters, losses), "
        "one loss for each window of each epoch.",
    ],
)


def windows_in(indices, batch, bptt):
    steps = len(indices) // batch
    columns = indices[: steps * batch].reshape(batch, steps).T
    windows = (steps - 1) // bptt
    return [
        (columns[k * bptt : (k + 1) * bptt], columns[k * bptt + 1 : (k + 1) * bptt + 1])
        for k in range(windows)
    ]


def losses_at_rest(indices, parameters, batch, bptt, epochs):
    losses = []
    for _ in range(epochs):
        hidden, cell = first_state(batch, len(parameters["decoder"]))
        for inputs, targets in windows_in(indices, batch, bptt):
            found, states = window_of(inputs, targets, hidden, cell, parameters)
            losses.append(float(np.mean(found)))
            hidden, cell = states[-1]
    return losses


@train_char_lm.law("writes down one loss for each window of each epoch")
def has_a_loss_each(
    answer, indices, parameters, batch, bptt, learning_rate, factor, max_norm, epochs
):
    _, losses = answer(indices, parameters, batch, bptt, learning_rate, factor, max_norm, epochs)
    expect(losses, "the losses").has_shape(epochs * len(windows_in(indices, batch, bptt)))


@train_char_lm.law("begins with log(vocabulary) when decoder is 0")
def begins_by_guessing(
    answer, indices, parameters, batch, bptt, learning_rate, factor, max_norm, epochs
):
    silent = parameters | {"decoder": np.zeros_like(parameters["decoder"])}
    _, losses = answer(indices, silent, batch, bptt, learning_rate, factor, max_norm, epochs)
    expect(losses[0], "the first loss").equals(math.log(len(parameters["embeddings"])))


@train_char_lm.law("carries the state from window to window, and begins anew in every epoch")
def carries_the_state(answer, indices, parameters, batch, bptt, factor, max_norm, epochs):
    new, losses = answer(indices, parameters, batch, bptt, 0.0, factor, max_norm, epochs)
    expected = losses_at_rest(indices, parameters, batch, bptt, epochs)
    expect(losses, "at a rate of 0, the losses").equals(expected)
    for name, array in parameters.items():
        expect(new[name], f"at a rate of 0, {name}").equals(array)


@train_char_lm.law("moves no further than learning_rate * max_norm at each window")
def takes_short_steps(
    answer, indices, parameters, batch, bptt, learning_rate, factor, max_norm, epochs
):
    new, _ = answer(indices, parameters, batch, bptt, learning_rate, factor, max_norm, epochs)
    moved = norm_of(np.asarray(new[name]) - array for name, array in parameters.items())
    rates = sum(learning_rate * factor**epoch for epoch in range(epochs))
    windows = len(windows_in(indices, batch, bptt))
    expect(moved / (rates * windows * max_norm), "the way, compared with that").is_at_most(1.0)


@train_char_lm.law("begins in the same way, however long it goes on")
def more_epochs_only_add(
    answer, indices, parameters, batch, bptt, learning_rate, factor, max_norm, epochs
):
    settings = (indices, parameters, batch, bptt, learning_rate, factor, max_norm)
    _, longer = answer(*settings, epochs + 1)
    _, losses = answer(*settings, epochs)
    expect(list(longer)[: len(losses)], "the first losses").equals(list(losses))


@train_char_lm.law("moves every parameter against the slope of the loss", most=3)
def moves_against_the_slope(answer, indices, parameters, batch, bptt, learning_rate, factor):
    one_window = indices[: batch * (bptt + 1)]
    ((inputs, targets),) = windows_in(one_window, batch, bptt)

    def claimed(**parameters):
        new, _ = answer(one_window, parameters, batch, bptt, learning_rate, factor, 1e6, 1)
        return [
            (array - np.asarray(new[name])) / learning_rate for name, array in parameters.items()
        ]

    expect_slopes(
        lambda **parameters: loss_of(
            inputs, targets, *first_state(batch, len(parameters["decoder"])), parameters
        ),
        at=parameters,
        claimed=claimed,
        batch=batch,
    )


def clipped(gradients, max_norm):
    return clip_with(gradients, max_norm, norm_of(gradients.values()))


def train_with(
    indices,
    parameters,
    batch,
    bptt,
    learning_rate,
    factor,
    max_norm,
    epochs,
    clip=clipped,
    rate_of=lambda rate, factor, epoch, window: rate * factor**epoch,
    back=unroll_back_with,
    carry=lambda state, first: state,
    new_epoch=lambda state, first: first,
    measure_after=False,
    frozen=(),
):
    first = first_state(batch, len(parameters["decoder"]))
    state, losses = first, []
    for epoch in range(epochs):
        state = new_epoch(state, first)
        for k, (inputs, targets) in enumerate(windows_in(indices, batch, bptt)):
            found, states = window_of(inputs, targets, *state, parameters)
            gradients = clip(back(inputs, targets, *state, parameters), max_norm)
            rate = rate_of(learning_rate, factor, epoch, k)
            parameters = {
                name: array if name in frozen else array - rate * gradients[name]
                for name, array in parameters.items()
            }
            if measure_after:
                found, _ = window_of(inputs, targets, *state, parameters)
            losses.append(float(np.mean(found)))
            state = carry(states[-1], first)
    return parameters, losses


@train_char_lm.misconception(
    "every window begins with an empty memory",
    "The text goes on, so should the memory: the next window begins with the state that this one "
    "reached. Only its history is left behind.",
)
def hidden_not_carried(*args):
    return train_with(*args, carry=lambda state, first: first)


@train_char_lm.misconception(
    "the next epoch remembers the end of the last one",
    "An epoch begins at the beginning of the text again, with a fresh init_state.",
)
def state_carried_over_epochs(*args):
    return train_with(*args, new_epoch=lambda state, first: state)


@train_char_lm.misconception(
    "the gradients are not clipped",
    "Now and then a gradient explodes. clip_by_norm keeps every step at most rate * max_norm long.",
)
def never_clipped(*args):
    return train_with(*args, clip=lambda gradients, max_norm: gradients)


@train_char_lm.misconception(
    "every number cut off at max_norm",
    "That is clipping by value, which bends the step another way. clip_by_norm shortens it.",
)
def clip_by_value_called_norm(*args):
    return train_with(
        *args,
        clip=lambda gradients, most: {n: np.clip(g, -most, most) for n, g in gradients.items()},
    )


@train_char_lm.misconception(
    "the learning rate never decays",
    "Epoch after epoch the rate gets smaller: decay_learning_rate(learning_rate, epoch, factor).",
)
def rate_never_decays(*args):
    return train_with(*args, rate_of=lambda rate, factor, epoch, window: rate)


@train_char_lm.misconception(
    "the learning rate decays at every window",
    "The rate belongs to the epoch: it is the same for all of its windows.",
)
def decays_at_every_window(*args):
    return train_with(*args, rate_of=lambda rate, factor, epoch, window: rate * factor**window)


@train_char_lm.misconception(
    "the learning rate decays at every window",
    "The rate belongs to the epoch. `learning_rate *= factor` stands outside the loop over windows.",
)
def decays_on_and_on(indices, parameters, batch, bptt, *settings):
    windows = len(windows_in(indices, batch, bptt))
    return train_with(
        *(indices, parameters, batch, bptt, *settings),
        rate_of=lambda rate, factor, epoch, window: rate * factor ** (epoch * windows + window),
    )


@train_char_lm.misconception(
    "the parameters that were passed in are changed",
    "dict(parameters) is a new dict with the same arrays in it, and `-=` writes into them. Make new "
    "arrays: array - rate * gradient.",
)
def in_place(indices, parameters, *settings):
    new, losses = train_with(indices, parameters, *settings)
    for name, array in parameters.items():
        array[...] = new[name]
    return dict(parameters), losses


@train_char_lm.misconception(
    "the parameters move uphill", "Go against the gradient: array - rate * gradient."
)
def sign_flipped(*args):
    return train_with(*args, rate_of=lambda rate, factor, epoch, window: -rate * factor**epoch)


@train_char_lm.misconception(
    "the loss measured after the step",
    "Write down what the window met: its loss before anything was learned from it.",
)
def measured_after_the_step(*args):
    return train_with(*args, measure_after=True)


@train_char_lm.misconception(
    "no gradient goes back from one step to the one before",
    "Only between windows is it cut off. Within a window it goes back through all steps.",
)
def detach_every_step(*args):
    return train_with(
        *args,
        back=lambda *window: unroll_back_with(*window, hidden_back=cut_off, cell_back=cut_off),
    )


@train_char_lm.misconception(
    "embeddings and decoder do not learn", "All 14 arrays are parameters: change every one of them."
)
def only_the_lstm_learns(*args):
    return train_with(*args, frozen=tuple(OUTSIDE))


@train_char_lm.alternative
def in_one_long_loop(indices, parameters, batch, bptt, learning_rate, factor, max_norm, epochs):
    parameters = {name: array.astype(float) for name, array in parameters.items()}
    windows, losses, rate = windows_in(indices, batch, bptt), [], learning_rate
    while len(losses) < epochs * len(windows):
        k = len(losses) % len(windows)
        if k == 0:
            state = first_state(batch, len(parameters["decoder"]))
            rate = rate * factor if losses else rate
        loss, *reached = with_one_hot_rows(*windows[k], *state, parameters)
        gradients = with_lists_of_steps(*windows[k], *state, parameters)
        gradients = as_one_long_row(gradients, max_norm)
        for name in parameters:
            parameters[name] = parameters[name] - rate * gradients[name]
        losses.append(loss)
        state = reached
    return [parameters, np.array(losses)]


@train_char_lm.alternative
def with_columns_apart(indices, parameters, batch, bptt, learning_rate, factor, max_norm, epochs):
    losses, done = (), 0
    for epoch in range(epochs):
        hidden, cell = first_state(batch, parameters["forget_b"].size)
        for inputs, targets in windows_in(indices, batch, bptt):
            gradients = column_after_column(inputs, targets, hidden, cell, parameters)
            by = learning_rate * math.pow(factor, epoch)
            by *= min(1, max_norm / max(norm_of(gradients.values()), 1e-300))
            loss, hidden, cell = column_by_column(inputs, targets, hidden, cell, parameters)
            parameters = {n: parameters[n] + -by * gradients[n] for n in sorted(parameters)}
            losses, done = (*losses, loss), done + 1
    return parameters, losses[:done]


# --- generate_text -----------------------------------------------------------------------------


def a_writer(first, length, temperature, rng, **parameters):
    letters = list(LETTERS[: len(parameters["embeddings"])])
    return {
        "first": letters[first % len(letters)],
        "length": length,
        "parameters": with_parameters(**parameters)["parameters"],
        "characters": letters,
        "temperature": temperature,
        "rng": rng,
    }


def writing_edge(first, length, temperature, seed):
    return {
        "first": first,
        "length": length,
        "parameters": DECIMALS,
        "characters": list("abcd"),
        "temperature": temperature,
        "rng": Seed(seed),
    }


LOUD = tuple(4 * value for value in TAME)

generate_text = exercise(
    "generate_text",
    inputs={
        "first": Whole(0, 4),
        "length": Whole(1, 12),
        **LSTM,
        "embeddings": Array(("vocabulary", "n"), LOUD),
        "decoder": Array(("hidden", "vocabulary"), LOUD),
        "temperature": Number((1.0, 0.5, 2.0, 0.25)),
        "rng": Rng(),
    },
    arrange=a_writer,
    cases=30,
    edges=[
        writing_edge("a", 12, 0.125, 0),
        writing_edge("d", 12, 8.0, 1),
        writing_edge("b", 3, 0.5, 2),
        writing_edge("c", 1, 1.0, 3),
    ],
    hints=[
        "The network has drawn a character. What does it read at the next step?",
        "One step at a time: read the last character, work out the probabilities of the next one, "
        'draw it, and go on from there (chapter 14, "A sample of the output").',
        "A batch of one: the embedding of the last character is (1, n), the state (1, hidden), the "
        "logits (1, vocabulary); their only row goes to apply_temperature. sample_index(..., "
        "rng.random()) gives the number of the character.",
    ],
)


def written_by(first, length, parameters, characters, temperature, draws, state=None):
    """What is written with these draws, and how sure the model was of each character."""
    state = state or first_state(1, len(parameters["decoder"]))
    text, read = "", first
    for u in draws[:length]:
        vectors = parameters["embeddings"][[characters.index(read)]]
        state = step_of(vectors, *state, parameters)
        probabilities = softmax_of(state[0].dot(parameters["decoder"])[0] / temperature)
        read = characters[min(int((np.cumsum(probabilities) <= u).sum()), len(characters) - 1)]
        text += read
    return text


@generate_text.law("writes as many characters as it should")
def writes_so_many(answer, first, length, parameters, characters, temperature, rng):
    text = answer(first, length, parameters, characters, temperature, rng)
    expect(len(text), "the length").equals(length)


@generate_text.law("writes only characters that it knows")
def writes_known_characters(answer, first, length, parameters, characters, temperature, rng):
    text = answer(first, length, parameters, characters, temperature, rng)
    unknown = sorted({character for character in text if character not in characters})
    expect(not unknown).is_true(f"these are not among its characters: {unknown}")


@generate_text.law("begins in the same way, however long it writes")
def longer_texts_only_add(answer, first, length, parameters, characters, temperature, rng):
    longer = answer(first, length + 3, parameters, characters, temperature, rng)
    expect("".join(longer)[:length], "the beginning of a longer text").equals(
        "".join(answer(first, length, parameters, characters, temperature, rng))
    )


@generate_text.law("writes the first character wherever rng.random() is small, when decoder is 0")
def follows_the_draws(answer, first, length, parameters, characters, temperature, rng):
    silent = parameters | {"decoder": np.zeros_like(parameters["decoder"])}
    draws = rng.generator().random(length)
    expected = "".join(characters[int(u * len(characters))] for u in draws)
    expect(answer(first, length, silent, characters, temperature, rng)).equals(expected)


@generate_text.law("writes nothing but the likeliest when it is very cold")
def cold_writes_the_likeliest(answer, first, length, parameters, characters, temperature, rng):
    vectors = parameters["embeddings"][[characters.index(first)]]
    hidden, _ = step_of(vectors, *first_state(1, len(parameters["decoder"])), parameters)
    logits = np.sort(hidden.dot(parameters["decoder"])[0])
    if len(logits) == 1 or logits[-1] - logits[-2] > 0.1:
        likeliest = characters[int(hidden.dot(parameters["decoder"])[0].argmax())]
        cold = answer(first, 1, parameters, characters, 0.001, rng)
        expect(cold, "at 0.001, the first character it writes").equals(likeliest)


def write_with(
    first,
    length,
    parameters,
    characters,
    temperature,
    rng,
    draw=lambda probabilities, u: int((np.cumsum(probabilities) > u).argmax()),
    heat=lambda logits, temperature: logits / temperature,
    reads=lambda drawn, first: drawn,
    carry=lambda state, begin: state,
    draws=lambda rng: rng.random,
):
    begin = first_state(1, len(parameters["decoder"]))
    state, text, read, chance = begin, "", first, draws(rng)
    for _ in range(length):
        vectors = parameters["embeddings"][[characters.index(read)]]
        reached = step_of(vectors, *state, parameters)
        probabilities = softmax_of(heat(reached[0].dot(parameters["decoder"])[0], temperature))
        text += characters[draw(probabilities, chance())]
        read, state = reads(text[-1], first), carry(reached, begin)
    return text


@generate_text.misconception(
    "the same character is read again and again",
    "What was drawn is what is read next: that is how a text goes on.",
)
def reads_the_first_again(*args):
    return write_with(*args, reads=lambda drawn, first: first)


@generate_text.misconception(
    "nothing is remembered from step to step",
    "Carry the state along, or every character follows from the one before it alone.",
)
def hidden_not_carried(*args):
    return write_with(*args, carry=lambda state, begin: begin)


@generate_text.misconception(
    "always the likeliest character",
    "Without chance a text soon goes round in circles. Draw, with sample_index and rng.random().",
)
def always_the_likeliest(*args):
    return write_with(*args, draw=lambda probabilities, u: int(probabilities.argmax()))


@generate_text.misconception(
    "the first probability that is above u",
    "This is what the book's listing does, and it is not sampling. sample_index adds the "
    "probabilities up first.",
)
def sampling_by_threshold(*args):
    return write_with(*args, draw=lambda probabilities, u: int((probabilities > u).argmax()))


@generate_text.misconception(
    "cold where it should be hot",
    "Divide the logits by the temperature: that is what apply_temperature does.",
)
def temperature_inverted(*args):
    return write_with(*args, heat=lambda logits, temperature: logits * temperature)


@generate_text.misconception(
    "the temperature left out", "Use apply_temperature instead of softmax."
)
def temperature_ignored(*args):
    return write_with(*args, heat=lambda logits, temperature: logits)


@generate_text.misconception(
    "the same draw for every character", "Draw u = rng.random() anew for each character."
)
def one_draw_for_all(*args):
    def draws(rng):
        u = rng.random()
        return lambda: u

    return write_with(*args, draws=draws)


@generate_text.misconception(
    "the text with the character it began with",
    "`first` was given. Return only what was drawn: length characters.",
)
def first_included(first, *args):
    return first + write_with(first, *args)


@generate_text.misconception(
    "the same text every time",
    "A seed of your own writes the same whatever `rng` is. Draw from the `rng` you are given.",
)
def own_seed(*args):
    return write_with(*args, draws=lambda rng: np.random.default_rng(0).random)


@generate_text.alternative
def with_draws_at_once(first, length, parameters, characters, temperature, rng):
    return written_by(first, length, parameters, characters, temperature, rng.random(length))


@generate_text.alternative
def one_call_a_character(first, length, parameters, characters, temperature, rng):
    hidden, cell = ([[1.0] + [0.0] * (len(parameters["decoder"]) - 1)] for _ in range(2))
    index, letters = characters.index(first), []
    while len(letters) < length:
        vectors = parameters["embeddings"][index][None]
        hidden, cell = with_totals(vectors, np.array(hidden), np.array(cell), parameters)
        logits = (hidden @ parameters["decoder"]).ravel()
        powers = np.exp((logits - max(logits)) / temperature)
        u = float(rng.uniform())
        index = next(
            i for i, end in enumerate(itertools.accumulate(powers)) if end > u * powers.sum()
        )
        letters.append(characters[index])
    return "".join(letters)
