"""Chapter 11: bags of words, embeddings and the blank.

The book's own runs are on 25,000 reviews and depend on the hash order of a set; what is held here
is its one-hot demo, and what its listings do to small numbers.
"""

import numpy as np

import ch11_word_embeddings as ch11
from figures import Figure, Mistake

ONE_HOT_WORDS = {"cat": 0, "the": 1, "dog": 2, "sat": 3}  # the order of the book's dictionary
SENTENCE = ch11.word_indices(ch11.tokenize("the cat sat"), ONE_HOT_WORDS)
THREE_FOUR = np.array([[3.0, 4.0]])
NUMBERS = [10, 11, 12, 13, 14, 15]


def lengths(rows):
    return np.sqrt((rows**2).sum(axis=1))


# Sentiment: one word, one hidden unit that is at 1/2, weight 1 above it.


def row_slope(target=1.0):
    return ch11.sentiment_backward(np.zeros((1, 1)), np.ones((1, 1)), [0], target)[0][0]


def row_slope_as_printed(target=1.0):
    """The hidden delta without the slope of the hidden layer's sigmoid."""
    _, prediction = ch11.sentiment_forward(np.zeros((1, 1)), np.ones((1, 1)), [0])
    return prediction - target


# The blank: three words, the middle one twice in the context.

EMBEDDINGS = np.array([[1.0, -0.5], [0.25, 2.0], [-1.5, 1.0]])
BLANK_ROWS = np.array([[0.5, -1.0], [1.5, 0.25], [-0.75, 2.0]])
CONTEXT, SAMPLES, TARGETS = [1, 0, 1], [2, 0], np.array([1.0, 0.0])


def context_slopes():
    return ch11.cbow_backward(EMBEDDINGS, BLANK_ROWS, CONTEXT, SAMPLES, TARGETS)[0]


def context_slopes_as_printed():
    """W[context] -= hidden_delta: not shared out, and a repeated row once."""
    predictions = ch11.cbow_forward(EMBEDDINGS, BLANK_ROWS, CONTEXT, SAMPLES)
    slope = np.zeros(EMBEDDINGS.shape)
    slope[CONTEXT] += (predictions - TARGETS).dot(BLANK_ROWS[SAMPLES])
    return slope


def summed_slopes(context):
    """What an embedding layer's rows get, and what `slope[context] += 1` gives them."""
    wrong = np.zeros((3, 1))
    wrong[context] += 1
    return wrong, ch11.embedding_sum_grad(context, np.ones(1), 3)


FIGURES = [
    Figure(11, "one-hot sum", [1, 1, 0, 1], lambda: ch11.bag_of_words(SENTENCE, 4)),
    Figure(
        11, "a row of length 5, made 1 long", [[0.6, 0.8]], lambda: ch11.unit_rows(THREE_FOUR), "V"
    ),
    Figure(
        11,
        "two words on each side of the blank",
        [11, 12, 14, 15],
        lambda: ch11.context_window(NUMBERS, 3, 2),
        "V",
    ),
    Figure(
        11,
        "a review of one word: no context, and no opinion",
        [0.5],
        lambda: ch11.cbow_forward(EMBEDDINGS, BLANK_ROWS, ch11.context_window([1], 0, 2), [1]),
        "V",
    ),
]

MISTAKES = [
    Mistake(
        11,
        "squared_norm, the length of a row of length 5",
        [125.0],
        lambda: lengths(THREE_FOUR * (THREE_FOUR**2).sum(axis=1, keepdims=True)),
        lambda: lengths(ch11.unit_rows(THREE_FOUR)),
    ),
    Mistake(
        11,
        "forgot_slope, the book's hidden delta over the right one (at best 4)",
        4.0,
        lambda: row_slope_as_printed() / row_slope(),
        lambda: row_slope() / row_slope(),
    ),
    Mistake(
        11,
        "duplicate_index_update, the book's row over the right one",
        0.5,
        lambda: summed_slopes([1, 0, 1])[0][1, 0] / summed_slopes([1, 0, 1])[1][1, 0],
        lambda: summed_slopes([1, 0, 1])[1][1, 0] / summed_slopes([1, 0, 1])[1][1, 0],
    ),
    Mistake(
        11,
        "mean_gradient_not_divided, the book's row over the right one, three words of context",
        [3.0, 3.0],
        lambda: context_slopes_as_printed()[0] / context_slopes()[0],
        lambda: context_slopes()[0] / context_slopes()[0],
    ),
    Mistake(
        11,
        "both at once, for the word that is there twice",
        [1.5, 1.5],
        lambda: context_slopes_as_printed()[1] / context_slopes()[1],
        lambda: context_slopes()[1] / context_slopes()[1],
    ),
    Mistake(
        11,
        "window_off_by_one, the words on the right",
        [14],
        lambda: NUMBERS[3 + 1 : 3 + 2],
        lambda: ch11.context_window(NUMBERS, 3, 2)[2:],
    ),
]
