"""Chapter 12: the demonstrations that need no data; tests/test_babi.py trains on the book's own."""

import numpy as np

import ch12_recurrence as ch12
from figures import Figure, Mistake

# The book's three words, and one that makes the order visible
SENTENCE = np.array([[2.0, 4.0, 6.0], [10.0, 10.0, 10.0], [1.0, 1.0, 1.0]])
NINE_WORDS, HIDDEN = 9, 3


def drawn(hidden, vocabulary):
    """A small network with random parameters: start, recurrent, decoder, embeddings."""
    rng = np.random.RandomState(1)
    shapes = (hidden,), (hidden, hidden), (hidden, vocabulary), (vocabulary, hidden)
    return [rng.rand(*shape) - 0.5 for shape in shapes]


def blank():
    """The parameters of the book's nine words before training: vectors of zeros."""
    decoder = np.random.RandomState(1).rand(HIDDEN, NINE_WORDS)
    return np.zeros(HIDDEN), np.eye(HIDDEN), decoder, np.zeros((NINE_WORDS, HIDDEN))


def one_word_slopes():
    return ch12.rnn_gradients(np.array([2]), *drawn(3, 5))


def measured(name, sentence, parameters, step=1e-6):
    """The slopes of the loss for one parameter, by finite differences."""
    at = list(ch12.rnn_gradients(sentence, *parameters)).index(name)
    slopes = np.zeros(parameters[at].shape)
    for index in np.ndindex(slopes.shape):
        losses = []
        for by in (step, -step):
            moved = [parameter.copy() for parameter in parameters]
            moved[at][index] += by
            losses.append(ch12.sequence_loss(sentence, *moved)[0])
        slopes[index] = (losses[0] - losses[1]) / (2 * step)
    return slopes


def as_printed(sentence, start, recurrent, decoder, embeddings):
    """The slopes of the book's listing: its hidden deltas stand one layer too late."""
    states = ch12.rnn_states(embeddings[sentence], start, recurrent)
    _, probabilities = ch12.sequence_loss(sentence, start, recurrent, decoder, embeddings)
    misses = ch12.output_deltas(probabilities, sentence)
    right = ch12.hidden_deltas(misses, recurrent, decoder)
    deltas = np.vstack([right[0].dot(recurrent.T), right[:-1]])
    for_embeddings = np.zeros(embeddings.shape)
    np.add.at(for_embeddings, sentence, deltas[:-1])
    return {
        "start": deltas[0],
        "recurrent": states[:-1].T.dot(deltas[1:]),
        "decoder": states[:-1].T.dot(misses),
        "embeddings": for_embeddings,
    }


def largest_miss(gradients):
    """How far each parameter's slopes are from the measured ones, relative to those."""
    parameters, sentence = drawn(3, 5), np.array([2, 0, 4, 0])
    slopes = gradients(sentence, *parameters)
    misses = []
    for name in slopes:
        true = measured(name, sentence, parameters)
        misses.append(np.linalg.norm(slopes[name] - true) / np.linalg.norm(true))
    return dict(zip(slopes, misses))


def which_are_right(gradients):
    return [miss < 1e-6 for miss in largest_miss(gradients).values()]


FIGURES = [
    Figure(
        12,
        "words read through the identity matrix",
        [13, 15, 17],
        lambda: ch12.fold_vectors(SENTENCE, np.eye(3)),
    ),
    Figure(12, "the same words added up", [13, 15, 17], lambda: SENTENCE.sum(axis=0)),
    Figure(
        12,
        "last state through the identity matrix",
        [13, 15, 17],
        lambda: ch12.rnn_states(SENTENCE, np.zeros(3), np.eye(3))[-1],
    ),
    Figure(
        12,
        "first prediction among nine words",
        ["0.11111111"] * NINE_WORDS,
        lambda: ch12.predict_next(np.array([0, 1, 2]), *blank()),
    ),
    Figure(
        12,
        "loss of three words among nine, before training",
        3 * np.log(9),
        lambda: ch12.sequence_loss(np.array([0, 1, 2]), *blank())[0],
        "V",
    ),
    Figure(
        12,
        "perplexity of a network that only guesses among 82 words",
        82,
        lambda: ch12.perplexity(5 * np.log(82), 5),
        "V",
    ),
    Figure(
        12,
        "one word: slope of recurrent",
        np.zeros((3, 3)).tolist(),
        lambda: one_word_slopes()["recurrent"],
        "V",
    ),
    Figure(
        12,
        "one word: slope of embeddings",
        np.zeros((5, 3)).tolist(),
        lambda: one_word_slopes()["embeddings"],
        "V",
    ),
    Figure(
        12,
        "which slopes agree with the measured ones (start, recurrent, decoder, embeddings)",
        [True, True, True, True],
        lambda: which_are_right(ch12.rnn_gradients),
        "V",
    ),
]

MISTAKES = [
    Mistake(
        12,
        "hidden_delta_off_by_one: only the decoder's slopes agree with the measured ones",
        [False, False, True, False],
        lambda: which_are_right(as_printed),
        lambda: which_are_right(ch12.rnn_gradients),
    ),
    Mistake(
        12,
        "hidden_delta_off_by_one: after one word recurrent and embeddings are moved already",
        [True, True],
        lambda: [
            bool(as_printed(np.array([2]), *drawn(3, 5))[name].any())
            for name in ("recurrent", "embeddings")
        ],
        lambda: [bool(one_word_slopes()[name].any()) for name in ("recurrent", "embeddings")],
    ),
]
