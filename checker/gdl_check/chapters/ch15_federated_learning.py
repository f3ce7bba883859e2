"""How chapter 15 is examined: a spam filter trained on emails that nobody else may read."""

import math
import operator
from functools import cache

import numpy as np

from gdl_check.course import exercise
from gdl_check.expect import expect
from gdl_check.gradient import expect_slopes
from gdl_check.inputs import BITS, SMALL, Array, Choice, ListOf, Number, Rng, Whole

# Training multiplies many times over: few digits keep the first steps tame.
STEADY = (1.0, -1.0, 0.5, 2.0, -0.5, 0.0, -2.0, 0.25)
RATES = (0.5, 0.25, 1.0, 2.0)
WORDS = ("buy", "castle", "free", "is", "meeting", "my", "password", "pizza", "yacht")


def expect_whole_numbers(reply):
    """An index must be able to find a row, and a ciphertext to be raised to a power modulo n."""
    values = np.asarray(reply)
    expect(values.size == 0 or values.dtype.kind in "iuO").is_true(
        "whole numbers are expected: 2 is one, 2.0 is none"
    )


def numbered(words, first=0):
    return {word: index for index, word in enumerate(words, first)}


def sigmoid_of(x):
    return 0.5 * (1 + np.tanh(0.5 * np.asarray(x, dtype=float)))


def scores_of(embeddings, indices, pad):
    embeddings = np.where(np.arange(len(embeddings)) == pad, 0, embeddings)
    return embeddings[indices].sum(axis=1)


def predictions_of(embeddings, indices, pad):
    return sigmoid_of(scores_of(embeddings, indices, pad))


def grad_of(embeddings, indices, targets, pad, trained=False):
    """The slope of the summed squared error; with `trained`, that of the padding as well."""
    predictions = predictions_of(embeddings, indices, pad)
    slopes = 2 * (predictions - targets) * predictions * (1 - predictions)
    total = np.zeros(len(embeddings))
    for row, slope in zip(indices, slopes):
        total += slope * np.bincount(row, minlength=len(embeddings))
    if not trained:
        total[pad] = 0
    return total


def trained_with(embeddings, indices, targets, pad, learning_rate, steps, grad=grad_of):
    for _ in range(steps):
        slope = grad(embeddings, indices, targets, pad) / len(indices)
        embeddings = embeddings - learning_rate * slope
    return embeddings


def spam_case(**drawn):
    n_words = len(drawn["embeddings"])
    return drawn | {"indices": drawn["indices"] % n_words, "pad": drawn["pad"] % n_words}


EMBEDDINGS = Array(("n_words",), SMALL)
INDICES = Array(("emails", "length"), range(12), whole=True)
TARGETS = Array(("emails",), BITS)
PAD = Whole(0, 4)

# --- email_to_indices --------------------------------------------------------------------------

email_to_indices = exercise(
    "email_to_indices",
    inputs={
        "words": ListOf(Choice(WORDS[:6]), 0, 6),
        "known": ListOf(Choice(WORDS[:5]), 1, 5),
        "length": Whole(1, 6),
        "first": Choice((1, 0)),
    },
    arrange=lambda words, known, length, first: {
        "words": words,
        "vocab": numbered(sorted(set(known)), first),
        "length": length,
        "pad": 0 if first else len(set(known)),
    },
    edges=[
        {"words": ["free", "pizza", "now"], "vocab": {"free": 1, "now": 2}, "length": 4, "pad": 0},
        {"words": [], "vocab": {"free": 1}, "length": 2, "pad": 0},
        {"words": ["now", "a", "free"], "vocab": {"free": 1, "now": 2}, "length": 1, "pad": 0},
        {"words": ["a", "b", "free", "now"], "vocab": {"free": 0, "now": 1}, "length": 2, "pad": 7},
        {"words": ["free", "free"], "vocab": {"free": 0}, "length": 3, "pad": 1},
    ],
    hints=[
        "One email has 3 words and another has 300. How do they become rows of one matrix?",
        "All rows get the same length: short emails are filled up with an index that stands for no "
        'word, long ones are cut off (chapter 15, "Learning to detect spam"). A word that the '
        "vocabulary does not know has no index: word_indices of chapter 11 leaves it out.",
        "First the indices of the known words, then at most `length` of them, then so many times "
        "`pad` that there are `length` in all. [7] * 3 is [7, 7, 7].",
    ],
)


@email_to_indices.law("has exactly `length` indices")
def has_the_length(answer, words, vocab, length, pad):
    expect(answer(words, vocab, length, pad)).has_shape(length)


@email_to_indices.law("gives whole numbers, which can find a row")
def gives_whole_numbers(answer, words, vocab, length, pad):
    expect_whole_numbers(answer(words, vocab, length, pad))


@email_to_indices.law("begins with the words that are known, in their order")
def begins_with_the_words(answer, words, vocab, length, pad):
    indices = np.asarray(answer(words, vocab, length, pad))
    known = [vocab[word] for word in words if word in vocab][:length]
    expect(indices[: len(known)], "the words").equals(known)


@email_to_indices.law("ends in padding where words are missing")
def ends_in_padding(answer, words, vocab, length, pad):
    indices = np.asarray(answer(words, vocab, length, pad))
    known = sum(word in vocab for word in words)
    expect(indices[known:], "what follows the words").equals([pad] * max(0, length - known))


@email_to_indices.law("is not changed by words that nobody knows")
def strangers_do_not_matter(answer, words, vocab, length, pad):
    wordy = ["zebra", *(both for word in words for both in (word, "unicorn"))]
    expect(answer(wordy, vocab, length, pad)).equals(answer(words, vocab, length, pad))


def indices_of(words, vocab):
    return [vocab[word] for word in words if word in vocab]


@email_to_indices.misconception(
    "the padding in front", "The words come first; `pad` fills what is left behind them."
)
def padding_in_front(words, vocab, length, pad):
    known = indices_of(words, vocab)[:length]
    return [pad] * (length - len(known)) + known


@email_to_indices.misconception(
    "longer than `length`",
    "Rows of a matrix are equally long: of an email with too many words keep the first `length`.",
)
def never_cut_off(words, vocab, length, pad):
    known = indices_of(words, vocab)
    return known + [pad] * (length - len(known))


@email_to_indices.misconception(
    "the last words instead of the first",
    "[-length:] keeps the end of a long email. Keep its beginning: [:length].",
)
def last_words_kept(words, vocab, length, pad):
    known = indices_of(words, vocab)[-length:]
    return known + [pad] * (length - len(known))


@email_to_indices.misconception(
    "long emails thrown away",
    "This is what the printed listing does with emails of 500 words and more. The first words of a "
    "long email tell a lot about it: keep `length` of them.",
)
def long_emails_dropped(words, vocab, length, pad):
    known = indices_of(words, vocab)
    return known + [pad] * (length - len(known)) if len(known) <= length else [pad] * length


@email_to_indices.misconception(
    "padding where an unknown word stood",
    "Leave unknown words out, so that the known ones move together and have room.",
)
def unknown_is_padding(words, vocab, length, pad):
    found = [vocab.get(word, pad) for word in words][:length]
    return found + [pad] * (length - len(found))


@email_to_indices.misconception(
    "cut off before the unknown words are left out",
    "Unknown words take no room: look the words up first, then cut.",
)
def cut_too_early(words, vocab, length, pad):
    known = indices_of(words[:length], vocab)
    return known + [pad] * (length - len(known))


@email_to_indices.misconception(
    "padding with 0", "0 may well be the index of a word. Fill up with the index `pad`."
)
def padded_with_zero(words, vocab, length, pad):
    known = indices_of(words, vocab)[:length]
    return known + [0] * (length - len(known))


@email_to_indices.alternative
def written_into_padding(words, vocab, length, pad):
    indices = np.full(length, pad)
    known = [vocab[word] for word in words if word in vocab]
    for place, index in enumerate(known):
        if place < length:
            indices[place] = index
    return indices


@email_to_indices.alternative
def word_by_word(words, vocab, length, pad):
    row = []
    for word in words:
        if word in vocab and len(row) < length:
            row.append(vocab[word])
    while len(row) < length:
        row += [pad]
    return row


# --- spam_forward ------------------------------------------------------------------------------

spam_forward = exercise(
    "spam_forward",
    inputs={"embeddings": EMBEDDINGS, "indices": INDICES, "pad": PAD},
    arrange=spam_case,
    edges=[
        {"embeddings": [9.0, 1.0, -1.0], "indices": [[1, 2, 0], [1, 0, 0]], "pad": 0},
        {"embeddings": [0.3, -1.234567891, 5.0], "indices": [[0, 0, 1, 2, 1]], "pad": 2},
        {"embeddings": [1000.0, -1000.0, 3.0], "indices": [[0, 2], [1, 2]], "pad": 2},
        {"embeddings": [7.0], "indices": [[0, 0]], "pad": 0},
        {"embeddings": [0.0, 0.0], "indices": [[0], [1]], "pad": 1},
    ],
    hints=[
        "An email of 3 words stands in a row of 500. What should the other 497 places add?",
        "Each word has a number that says how much it smells of spam; add the numbers of an email "
        'up, and let sigmoid make a probability of the sum (chapter 15, "Learning to detect '
        'spam"). What stands at `pad` is no word.',
        "embeddings[indices] is (emails, length), like indices. Put 0 where indices == pad, then "
        "sum along the row: (emails,).",
    ],
)


@spam_forward.law("lies between 0 and 1")
def lies_between(answer, embeddings, indices, pad):
    predictions = answer(embeddings, indices, pad)
    expect(predictions).is_at_least(0)
    expect(predictions).is_at_most(1)


@spam_forward.law("does not depend on the number that stands at pad")
def padding_adds_nothing(answer, embeddings, indices, pad):
    other = embeddings.copy()
    other[pad] += 3
    expect(answer(other, indices, pad)).equals(answer(embeddings, indices, pad))


@spam_forward.law("is a half for an email without words")
def no_words_no_opinion(answer, embeddings, indices, pad):
    empty = np.full(indices.shape, pad)
    expect(answer(embeddings, empty, pad)).equals(np.full(len(indices), 0.5))


@spam_forward.law("does not depend on the order of the words")
def order_of_words_is_free(answer, embeddings, indices, pad):
    turned = indices[:, ::-1].copy()
    expect(answer(embeddings, turned, pad)).equals(answer(embeddings, indices, pad))


@spam_forward.law("looks at every email on its own")
def emails_are_independent(answer, embeddings, indices, pad):
    alone = np.asarray(answer(embeddings, indices[:1], pad))
    expect(alone, "the first email by itself").equals(
        np.asarray(answer(embeddings, indices, pad))[:1]
    )


@spam_forward.law("says 1 minus what it said when every number changes its sign")
def turns_round(answer, embeddings, indices, pad):
    predictions = np.asarray(answer(embeddings, indices, pad))
    expect(answer(-embeddings, indices, pad)).equals(1 - predictions)


@spam_forward.misconception(
    "the padding counts like a word",
    "The number at `pad` belongs to no word: put 0 in its place before you add.",
)
def padding_row_counts(embeddings, indices, pad):
    return sigmoid_of(embeddings[indices].sum(axis=1))


@spam_forward.misconception(
    "index 0 taken for the padding",
    "The padding is wherever `pad` says, not always at 0: compare indices with pad.",
)
def zero_is_the_padding(embeddings, indices, pad):
    return predictions_of(embeddings, indices, 0)


@spam_forward.misconception(
    "the mean of the words instead of their sum",
    "Ten bad words are worse than one: add the numbers up, do not divide.",
)
def mean_not_sum(embeddings, indices, pad):
    return sigmoid_of(scores_of(embeddings, indices, pad) / indices.shape[1])


@spam_forward.misconception(
    "the sums, without sigmoid", "Send the sum of each email through sigmoid."
)
def forgot_sigmoid(embeddings, indices, pad):
    return scores_of(embeddings, indices, pad)


@spam_forward.misconception(
    "a word that comes twice counted once", "It is there twice, so its number is added twice."
)
def repeats_counted_once(embeddings, indices, pad):
    return np.concatenate(
        [predictions_of(embeddings, np.array([sorted(set(row.tolist()))]), pad) for row in indices]
    )


@spam_forward.misconception(
    "one number for each place instead of each email",
    "embeddings[indices] has one row for each email. Sum along the rows: axis=1.",
)
def wrong_axis(embeddings, indices, pad):
    return sigmoid_of(np.where(indices == pad, 0, embeddings[indices]).sum(axis=0))


@spam_forward.alternative
def email_by_email(embeddings, indices, pad):
    predictions = []
    for row in indices:
        score = sum(float(embeddings[i]) for i in row if i != pad)
        small = math.exp(-abs(score))
        predictions.append(1 / (1 + small) if score >= 0 else small / (1 + small))
    return predictions


@spam_forward.alternative
def by_counting_words(embeddings, indices, pad):
    counts = (indices[:, :, None] == np.arange(len(embeddings))).sum(axis=1)
    counts[:, pad] = 0
    return 0.5 + 0.5 * np.tanh(counts @ embeddings / 2)


# --- spam_grad ---------------------------------------------------------------------------------

spam_grad = exercise(
    "spam_grad",
    inputs={"embeddings": EMBEDDINGS, "indices": INDICES, "targets": TARGETS, "pad": PAD},
    arrange=spam_case,
    edges=[
        {
            "embeddings": [0.0, 0.0, 0.0],
            "indices": [[1, 1, 0], [2, 0, 0]],
            "targets": [0.0, 1.0],
            "pad": 0,
        },
        {
            "embeddings": [0.3, -1.234567891, 5.0, 0.1],
            "indices": [[0, 0, 1, 2, 1], [3, 1, 2, 2, 2]],
            "targets": [1.0, 0.0],
            "pad": 2,
        },
        {"embeddings": [0.5, 1.0], "indices": [[0, 1]], "targets": [0.0], "pad": 1},
        {"embeddings": [7.0], "indices": [[0, 0]], "targets": [1.0], "pad": 0},
        {
            "embeddings": [1000.0, -1000.0, 3.0],
            "indices": [[0, 2], [1, 2]],
            "targets": [0.0, 0.0],
            "pad": 2,
        },
    ],
    hints=[
        "A word stands in two emails, one of them spam. Which of the two has a say in its number?",
        "The sum of an email passes its slope on to each of its words as it is, like the embedding "
        'layer of chapter 11 (chapter 15, "Learning to detect spam"). A word that is there twice '
        "gets it twice, and `pad` is no word.",
        "Slope of an email: 2 * (prediction - target) * prediction * (1 - prediction), shape "
        "(emails,). It goes to all its places, (emails, length), and from there into (n_words,): "
        "np.add.at adds repeats up, `slope[indices] += ...` does not.",
    ],
)


@spam_grad.law("gives the slopes of the summed squared error", most=4)
def gives_the_slopes(answer, embeddings, indices, targets, pad):
    def error(embeddings):
        return np.sum((predictions_of(embeddings, indices, pad) - targets) ** 2)

    expect_slopes(
        error,
        at={"embeddings": embeddings},
        claimed=lambda embeddings: answer(embeddings, indices, targets, pad),
        batch=len(indices),
    )


@spam_grad.law("is 0 at pad, and for every word that is in no email")
def only_words_of_emails_learn(answer, embeddings, indices, targets, pad):
    slope = np.asarray(answer(embeddings, indices, targets, pad))
    expect(slope[pad], "the slope of the padding").equals(0)
    absent = [i for i in range(len(embeddings)) if i not in indices]
    expect(slope[absent], "the slopes of words in no email").equals(np.zeros(len(absent)))


@spam_grad.law("adds up over the emails")
def emails_add_up(answer, embeddings, indices, targets, pad):
    first = np.asarray(answer(embeddings, indices[:1], targets[:1], pad))
    both = np.concatenate([indices, indices[:1]]), np.concatenate([targets, targets[:1]])
    without = np.asarray(answer(embeddings, indices, targets, pad))
    expect(answer(embeddings, *both, pad), "with the first email twice").equals(first + without)


@spam_grad.law("is 0 where every prediction is right")
def no_miss_no_slope(answer, embeddings, indices, pad):
    predictions = predictions_of(embeddings, indices, pad)
    expect(answer(embeddings, indices, predictions, pad)).equals(np.zeros(len(embeddings)))


@spam_grad.law("is twice as large for a word that is there twice as for one that is there once")
def repeats_count(answer, targets):
    # Index 3 is the padding; word 1 stands there twice, words 0 and 2 once.
    indices = np.array([[0, 1, 1, 2, 3]])
    slope = np.asarray(answer(np.array([0.5, -0.25, 0.0, 2.0]), indices, targets[:1], 3))
    expect(slope[1], "the word that is there twice").equals(2 * slope[0])
    expect(slope[2], "another word that is there once").equals(float(slope[0]))


@spam_grad.misconception(
    "the padding is trained like a word",
    "It stands in every short email, so it would learn from all of them. Its slope is 0.",
)
def padding_row_trained(*args):
    return grad_of(*args, trained=True)


@spam_grad.misconception(
    "a repeated word counted once",
    "`slope[indices] += ...` writes a repeated index once only. np.add.at adds each time.",
)
def duplicate_index(embeddings, indices, targets, pad):
    predictions = predictions_of(embeddings, indices, pad)
    slope = np.zeros(len(embeddings))
    slope[indices] += (2 * (predictions - targets) * predictions * (1 - predictions))[:, None]
    slope[pad] = 0
    return slope


@spam_grad.misconception(
    "the slope of half the squared error",
    "Here the error is the whole square, and the slope of (prediction - target)^2 has a factor 2.",
)
def factor_two(*args):
    return grad_of(*args) / 2


def grad_with_delta(embeddings, indices, targets, pad, delta):
    predictions = predictions_of(embeddings, indices, pad)
    scores = scores_of(embeddings, indices, pad)
    total = np.zeros(len(embeddings))
    np.add.at(total, indices, np.array(delta(predictions, targets, scores))[:, None])
    total[pad] = 0
    return total


@spam_grad.misconception(
    "the slope of sigmoid left out",
    "The sum goes through sigmoid: multiply by prediction * (1 - prediction).",
)
def forgot_slope(*args):
    return grad_with_delta(*args, lambda predictions, targets, _: 2 * (predictions - targets))


@spam_grad.misconception(
    "the delta of the cross entropy",
    "prediction - target is the delta that belongs to the cross entropy. The squared error has a "
    "factor 2, and the slope of sigmoid.",
)
def cross_entropy_delta(*args):
    return grad_with_delta(*args, lambda predictions, targets, _: predictions - targets)


@spam_grad.misconception(
    "sigmoid's slope taken at the sum",
    "sigmoid_deriv reads the slope off the prediction, not off the sum that went in.",
)
def slope_at_the_sum(*args):
    return grad_with_delta(
        *args,
        lambda predictions, targets, scores: 2 * (predictions - targets) * scores * (1 - scores),
    )


@spam_grad.misconception(
    "divided by the number of emails",
    "spam_grad adds the emails up. local_train divides by their number, once.",
)
def mean_not_sum(embeddings, indices, targets, pad):
    return grad_of(embeddings, indices, targets, pad) / len(indices)


@spam_grad.misconception(
    "the slope downhill",
    "The slope points uphill: prediction - target. The step later goes against it.",
)
def sign_flipped(*args):
    return -grad_of(*args)


@spam_grad.alternative
def word_by_word(embeddings, indices, targets, pad):
    slope = [0.0] * len(embeddings)
    for row, target in zip(indices, targets):
        p = float(sigmoid_of(sum(float(embeddings[i]) for i in row if i != pad)))
        for i in row:
            if i != pad:
                slope[i] += 2 * (p - float(target)) * p * (1 - p)
    return slope


@spam_grad.alternative
def by_counting_words(embeddings, indices, targets, pad):
    counts = np.array([np.bincount(row, minlength=len(embeddings)) for row in indices], float)
    counts[:, pad] = 0
    p = 1 / (1 + np.exp(-np.clip(counts @ embeddings, -700, 700)))
    return np.einsum("e,ew->w", 2 * (p - targets) * (p - p * p), counts)


# --- spam_accuracy -----------------------------------------------------------------------------

spam_accuracy = exercise(
    "spam_accuracy",
    inputs={"embeddings": EMBEDDINGS, "indices": INDICES, "targets": TARGETS, "pad": PAD},
    arrange=spam_case,
    edges=[
        {
            "embeddings": [0.0, 2.0, -2.0],
            "indices": [[1], [2], [1]],
            "targets": [1.0, 0.0, 0.0],
            "pad": 0,
        },
        {
            "embeddings": [0.0, 2.0, -2.0],
            "indices": [[1, 2], [0, 0], [1, 1]],
            "targets": [0.0, 0.0, 0.0],
            "pad": 0,
        },
        {"embeddings": [0.125, 5.0], "indices": [[0, 1]], "targets": [1.0], "pad": 1},
        {"embeddings": [-0.125, 5.0], "indices": [[0, 1]], "targets": [1.0], "pad": 1},
    ],
    hints=[
        "The prediction is 0.51, and the email is spam. Is that a hit? And with 0.49?",
        'A prediction above one half says "spam" (chapter 15, "Learning to detect spam"). Compare '
        "what the model says of each email with what it is.",
        "spam_forward gives (emails,). `> 0.5` gives True or False, which equal 1.0 and 0.0. The "
        "mean of hits and misses is the share of hits, one number.",
    ],
)


@spam_accuracy.law("lies between 0 and 1")
def lies_between(answer, embeddings, indices, targets, pad):
    share = answer(embeddings, indices, targets, pad)
    expect(share).is_at_least(0)
    expect(share).is_at_most(1)


@spam_accuracy.law("is 1 where the targets are what the model says")
def is_always_right_about_itself(answer, embeddings, indices, pad):
    says = (predictions_of(embeddings, indices, pad) > 0.5).astype(float)
    expect(answer(embeddings, indices, says, pad)).equals(1)


@spam_accuracy.law("makes 1 together with the share for targets turned round")
def hits_and_misses_make_one(answer, embeddings, indices, targets, pad):
    hits = float(answer(embeddings, indices, targets, pad))
    expect(answer(embeddings, indices, 1 - targets, pad)).equals(1 - hits)


@spam_accuracy.law("does not depend on the number that stands at pad")
def padding_adds_nothing(answer, embeddings, indices, targets, pad):
    other = embeddings.copy()
    other[pad] -= 5
    expect(answer(other, indices, targets, pad)).equals(
        float(answer(embeddings, indices, targets, pad))
    )


def says_spam(embeddings, indices, pad):
    return predictions_of(embeddings, indices, pad) > 0.5


@spam_accuracy.misconception(
    "the share of misses", "A hit is where what the model says equals the target."
)
def share_of_misses(embeddings, indices, targets, pad):
    return np.mean(says_spam(embeddings, indices, pad) != targets)


@spam_accuracy.misconception(
    "how many hits instead of their share", "Divide the number of hits by the number of emails."
)
def hits_counted(embeddings, indices, targets, pad):
    return np.sum(says_spam(embeddings, indices, pad) == targets)


@spam_accuracy.misconception("per cent", "The share of hits lies between 0 and 1: not times 100.")
def per_cent(embeddings, indices, targets, pad):
    return 100 * np.mean(says_spam(embeddings, indices, pad) == targets)


@spam_accuracy.misconception(
    "an email at exactly one half called spam",
    "Whoever knows nothing accuses nobody: spam begins above 0.5, `>` and not `>=`.",
)
def half_counts_as_spam(embeddings, indices, targets, pad):
    return np.mean((predictions_of(embeddings, indices, pad) >= 0.5) == targets)


@spam_accuracy.misconception(
    "predictions compared with targets as they are",
    "A prediction is hardly ever exactly 1 or 0. Ask first on which side of 0.5 it lies.",
)
def without_threshold(embeddings, indices, targets, pad):
    return np.mean(predictions_of(embeddings, indices, pad) == targets)


@spam_accuracy.misconception(
    "the share of emails that are held to be spam",
    "Calling an email spam is right only where it is spam: compare with the targets.",
)
def share_called_spam(embeddings, indices, targets, pad):
    return np.mean(says_spam(embeddings, indices, pad))


@spam_accuracy.alternative
def email_by_email(embeddings, indices, targets, pad):
    hits = 0
    for row, target in zip(indices, targets):
        score = sum(float(embeddings[i]) for i in row if i != pad)
        hits += (score > 0) == (target == 1)
    return hits / len(targets)


@spam_accuracy.alternative
def one_minus_misses(embeddings, indices, targets, pad):
    says = np.round(predictions_of(embeddings, indices, pad))
    return 1 - np.abs(says - targets).sum() / len(targets)


# --- local_train -------------------------------------------------------------------------------

# Bob's email, and one word that is in none of his: the book's "Hacking into federated learning".
BOBS = {"embeddings": [0.0] * 7, "indices": [[1, 2, 3, 4, 5, 0, 0]], "targets": [0.0], "pad": 0}

local_train = exercise(
    "local_train",
    inputs={
        "embeddings": Array(("n_words",), STEADY),
        "indices": INDICES,
        "targets": TARGETS,
        "pad": PAD,
        "learning_rate": Number(RATES),
        "steps": Whole(0, 3),
    },
    arrange=spam_case,
    cases=40,
    edges=[
        {**BOBS, "learning_rate": 0.01, "steps": 1},
        {
            "embeddings": [0.5, -0.25, 1.0, 3.0],
            "indices": [[0, 0, 1], [1, 2, 3], [2, 3, 3]],
            "targets": [1.0, 0.0, 1.0],
            "pad": 3,
            "learning_rate": 0.3,
            "steps": 3,
        },
        {
            "embeddings": [0.5, 2.0],
            "indices": [[0, 1]],
            "targets": [0.0],
            "pad": 1,
            "learning_rate": 0.5,
            "steps": 0,
        },
    ],
    hints=[
        "Three clients are sent the same model. What does Alice get if Bob writes into it?",
        "A client trains a model of its own, with all its emails in each step (chapter 15, \"Let's "
        'make it federated"). spam_grad adds the emails up; divide by their number, so that '
        "a client with many emails takes no larger steps.",
        "steps times: embeddings = embeddings - learning_rate * slope, all (n_words,). `-=` would "
        "write into the array that was passed in. The slope is a new one in every step.",
    ],
)


@local_train.law("leaves the model as it is after 0 steps")
def no_steps_no_change(answer, embeddings, indices, targets, pad, learning_rate):
    expect(answer(embeddings, indices, targets, pad, learning_rate, 0)).equals(embeddings)


@local_train.law("takes its first step against the mean slope of its emails")
def goes_against_the_slope(answer, embeddings, indices, targets, pad, learning_rate):
    slope = grad_of(embeddings, indices, targets, pad) / len(indices)
    expect(answer(embeddings, indices, targets, pad, learning_rate, 1)).equals(
        embeddings - learning_rate * slope
    )


@local_train.law("goes on from where it stopped")
def goes_on(answer, embeddings, indices, targets, pad, learning_rate, steps):
    stopped = answer(embeddings, indices, targets, pad, learning_rate, steps)
    on = answer(stopped, indices, targets, pad, learning_rate, 1)
    longer = answer(embeddings, indices, targets, pad, learning_rate, steps + 1)
    expect(longer, "one step more").equals(np.asarray(on))


@local_train.law("changes neither the padding nor a word that is in no email")
def others_stay(answer, embeddings, indices, targets, pad, learning_rate, steps):
    trained = np.asarray(answer(embeddings, indices, targets, pad, learning_rate, steps))
    stay = [i for i in range(len(embeddings)) if i == pad or i not in indices]
    expect(trained[stay], "the numbers that stay").equals(embeddings[stay])


@local_train.law("learns the same from its emails when each of them is there twice")
def twice_the_emails(answer, embeddings, indices, targets, pad, learning_rate, steps):
    twice = np.concatenate([indices, indices]), np.concatenate([targets, targets])
    expect(answer(embeddings, *twice, pad, learning_rate, steps)).equals(
        np.asarray(answer(embeddings, indices, targets, pad, learning_rate, steps))
    )


@local_train.misconception(
    "slopes added up instead of their mean",
    "spam_grad is a sum over the emails: divide it by their number.",
)
def sum_not_mean(embeddings, indices, targets, pad, learning_rate, steps):
    rate = learning_rate * len(indices)
    return trained_with(embeddings, indices, targets, pad, rate, steps)


@local_train.misconception(
    "the padding is trained like a word",
    "The padding is no word: spam_grad gives it the slope 0, so that it never changes.",
)
def padding_row_trained(*args):
    return trained_with(*args, grad=lambda *those: grad_of(*those, trained=True))


@local_train.misconception(
    "the model that was sent is changed itself",
    "`embeddings -= ...` writes into the array that all clients are sent, so that the next client "
    "begins where this one ended. Write `embeddings = embeddings - ...`.",
)
def in_place_mutation(embeddings, indices, targets, pad, learning_rate, steps):
    for _ in range(steps):
        slope = grad_of(embeddings, indices, targets, pad) / len(indices)
        embeddings -= (learning_rate * slope).astype(embeddings.dtype)
    return embeddings


@local_train.misconception(
    "one email after the other",
    "In each step all emails have their say at once, with the same embeddings.",
)
def one_email_at_a_time(embeddings, indices, targets, pad, learning_rate, steps):
    for _ in range(steps):
        for i in range(len(indices)):
            one = slice(i, i + 1)
            embeddings = trained_with(embeddings, indices[one], targets[one], pad, learning_rate, 1)
    return embeddings


@local_train.misconception(
    "the slope found once, before the first step",
    "After a step the slope is another one: find it anew in every step.",
)
def stale_slope(embeddings, indices, targets, pad, learning_rate, steps):
    slope = grad_of(embeddings, indices, targets, pad) / len(indices)
    return embeddings - steps * learning_rate * slope


@local_train.misconception(
    "a single step, whatever `steps` says", "Take as many steps as `steps` says, also none at all."
)
def steps_ignored(embeddings, indices, targets, pad, learning_rate, steps):
    return trained_with(embeddings, indices, targets, pad, learning_rate, 1)


@local_train.misconception(
    "the model moves uphill", "Go against the slope: embeddings - learning_rate * slope."
)
def sign_flipped(embeddings, indices, targets, pad, learning_rate, steps):
    return trained_with(embeddings, indices, targets, pad, -learning_rate, steps)


@local_train.misconception(
    "the change instead of the model", "Return the trained model, not how far it has moved."
)
def returns_the_change(embeddings, *others):
    return trained_with(embeddings, *others) - embeddings


@local_train.alternative
def copied_and_changed(embeddings, indices, targets, pad, learning_rate, steps):
    model = np.array(embeddings, dtype=float)
    counts = np.array([np.bincount(row, minlength=len(model)) for row in indices], float)
    counts[:, pad] = 0
    for _ in range(steps):
        p = sigmoid_of(counts @ model)
        model += learning_rate * np.mean(counts.T * ((targets - p) * 2 * p * (1 - p)), axis=1)
    return model


@local_train.alternative
def step_by_step(embeddings, indices, targets, pad, learning_rate, steps):
    if steps == 0:
        return list(embeddings)
    slope = grad_of(embeddings, indices, targets, pad)
    moved = [
        e - learning_rate * s / len(targets) for e, s in zip(np.asarray(embeddings, float), slope)
    ]
    return step_by_step(np.array(moved), indices, targets, pad, learning_rate, steps - 1)


# --- shard -------------------------------------------------------------------------------------


def sizes_of(picks, emails):
    """Sizes that add up to `emails`, as far as the picks say."""
    sizes = []
    for pick in picks:
        if sum(sizes) < emails:
            sizes.append(min(pick, emails - sum(sizes)))
    return [*sizes, emails - sum(sizes)] if sum(sizes) < emails else sizes


def shard_case(indices, targets, picks, off):
    sizes = sizes_of(picks, len(indices))
    if off == 6:
        sizes = [*sizes, 1]
    if off == 7:
        sizes = [sizes[0] + 1, *sizes[1:]] if len(sizes) < 2 else sizes[:-1]
    return {"indices": indices, "targets": targets, "sizes": sizes}


FIVE_EMAILS = {
    "indices": [[1, 2], [3, 4], [5, 6], [7, 8], [9, 0]],
    "targets": [1.0, 0.0, 1.0, 1.0, 0.0],
}

shard = exercise(
    "shard",
    inputs={
        "indices": INDICES,
        "targets": TARGETS,
        "picks": ListOf(Whole(1, 3), 1, 4),
        "off": Whole(0, 7),
    },
    arrange=shard_case,
    edges=[
        {"indices": [[1, 2], [3, 4], [5, 6]], "targets": [1.0, 0.0, 1.0], "sizes": [2, 1]},
        {"indices": [[1, 2]], "targets": [0.0], "sizes": [1]},
        {**FIVE_EMAILS, "sizes": [1, 3, 1]},
        {**FIVE_EMAILS, "sizes": [1, 1, 2]},
        {**FIVE_EMAILS, "sizes": [2, 3, 1]},
        {**FIVE_EMAILS, "sizes": [6]},
    ],
    hints=[
        "Bob gets the first 2 emails, Alice the next 3. Where do hers begin, and where do they end?",
        "Every email belongs to exactly one client, together with its target (chapter 15, \"Let's "
        'make it federated"). If the sizes hand out more emails than there are, or fewer, raise a '
        "ValueError.",
        "One pair (indices, targets) for each size: (size, length) and (size,). A shard begins "
        "where the one before it ended, which is the sum of all sizes before its own.",
    ],
)


def fits(indices, sizes):
    return sum(sizes) == len(indices)


@shard.law("gives each client as many emails as its size says, and their targets")
def has_the_sizes(answer, indices, targets, sizes):
    if fits(indices, sizes):
        shards = answer(indices, targets, sizes)
        expect([len(rows) for rows, _ in shards], "the numbers of emails").equals(sizes)
        expect([len(some) for _, some in shards], "the numbers of targets").equals(sizes)


@shard.law("hands every email out once, in order")
def joins_again(answer, indices, targets, sizes):
    if fits(indices, sizes):
        shards = answer(indices, targets, sizes)
        rows, labels = ([np.asarray(pair[i]) for pair in shards] for i in (0, 1))
        expect(np.concatenate(rows), "all indices, joined again").equals(indices)
        expect(np.concatenate(labels), "all targets, joined again").equals(targets)


@shard.law("gives a single client everything")
def one_client_has_all(answer, indices, targets):
    ((rows, labels),) = answer(indices, targets, [len(indices)])
    expect(rows, "the indices").equals(indices)
    expect(labels, "the targets").equals(targets)


@shard.law("raises a ValueError where the sizes do not add up to the number of emails")
def sizes_must_add_up(answer, indices, targets):
    emails = len(indices)
    expect(answer(indices, targets, [emails, 1])).raises(ValueError)
    if emails > 1:
        expect(answer(indices, targets, [1] * (emails - 1))).raises(ValueError)


def shards_with(indices, targets, starts, sizes):
    return [(indices[at : at + size], targets[at : at + size]) for at, size in zip(starts, sizes)]


def starts_of(sizes):
    return [sum(sizes[:i]) for i in range(len(sizes))]


def check_fit(indices, sizes):
    if not fits(indices, sizes):
        raise ValueError


@shard.misconception(
    "every shard begins at the first email",
    "Then the first emails are handed out again and again. Begin where the last shard ended.",
)
def all_from_the_start(indices, targets, sizes):
    check_fit(indices, sizes)
    return shards_with(indices, targets, [0] * len(sizes), sizes)


@shard.misconception(
    "the sizes taken for places to cut",
    "np.split wants to know where to cut: after 2 and after 5 emails, not 2 and 3. Add the sizes "
    "up first.",
)
def sizes_as_places(indices, targets, sizes):
    check_fit(indices, sizes)
    return list(zip(np.split(indices, sizes[:-1]), np.split(targets, sizes[:-1])))


@shard.misconception(
    "equal shares", "Clients have different numbers of emails: as many as `sizes` says."
)
def equal_shares(indices, targets, sizes):
    check_fit(indices, sizes)
    parts = np.array_split(indices, len(sizes)), np.array_split(targets, len(sizes))
    return list(zip(*parts))


@shard.misconception(
    "all targets for every client", "The targets belong to their emails: cut them in the same way."
)
def targets_not_cut(indices, targets, sizes):
    check_fit(indices, sizes)
    starts = starts_of(sizes)
    return [(rows, targets) for rows, _ in shards_with(indices, targets, starts, sizes)]


@shard.misconception(
    "silent where the sizes do not add up",
    "Slices never complain: emails are left over, or a client gets too few. Compare sum(sizes) "
    "with the number of emails, and raise a ValueError.",
)
def never_raises(indices, targets, sizes):
    return shards_with(indices, targets, starts_of(sizes), sizes)


@shard.misconception(
    "the last client gets all the rest",
    "This is what the printed listing does: Sue gets everything after 2,000. Each client gets as "
    "many as its size says, and if that does not add up, raise a ValueError.",
)
def rest_to_the_last(indices, targets, sizes):
    starts = starts_of(sizes)
    ends = [*starts[1:], len(indices)]
    return [(indices[a:b], targets[a:b]) for a, b in zip(starts, ends)]


@shard.alternative
def with_split(indices, targets, sizes):
    if len(indices) != sum(sizes):
        raise ValueError("sizes")
    cuts = np.cumsum(sizes)[:-1]
    return list(zip(np.split(indices, cuts), np.split(targets, cuts)))


@shard.alternative
def taken_off_the_front(indices, targets, sizes):
    emails, shards = list(zip(indices, targets)), []
    for size in sizes:
        if size > len(emails):
            raise ValueError("too few emails")
        some, emails = emails[:size], emails[size:]
        shards.append([np.array([row for row, _ in some]), [target for _, target in some]])
    if emails:
        raise ValueError("emails are left over")
    return shards


# --- federated_average -------------------------------------------------------------------------


def average_case(models, counts, weighted):
    weights = counts[: len(models)]
    if not any(weights):
        weights[0] = 1
    return {"models": models, "weights": weights if weighted else None}


federated_average = exercise(
    "federated_average",
    inputs={
        "models": Array(("clients", "n_words")),
        "counts": ListOf(Whole(0, 4), 5, 5),
        "weighted": Choice((True, False, True)),
    },
    arrange=average_case,
    edges=[
        {"models": [[0.0, 4.0], [4.0, 0.0]], "weights": [3, 1]},
        {"models": [[0.0, 4.0], [4.0, 0.0]], "weights": None},
        {"models": [[2.0, -1.0, 0.5]], "weights": [7]},
        {
            "models": [[0.1, 0.2], [0.3, -0.7], [1.234567891, 0.4]],
            "weights": np.array([1000.0, 1000.0, 500.0]),
        },
        {"models": [[1.0], [2.0], [5.0]], "weights": [0, 1, 0]},
    ],
    hints=[
        "Bob has 3 emails and says 0, Alice has 1 email and says 4. What do the four emails say?",
        "The server sees models only, and takes their mean (chapter 15, \"Let's make it "
        'federated"). The book divides by 3; if the clients have different numbers of emails, let '
        "each count as many times as it has emails.",
        "models is (clients, n_words), the mean (n_words,). Multiply each row by its weight, add "
        "the rows up, and divide by the sum of the weights. Without weights, all weights are 1.",
    ],
)


@federated_average.law("lies between the smallest and the largest number of the clients")
def lies_between(answer, models, weights):
    average = np.asarray(answer(models, weights))
    expect(average - models.min(axis=0), "how far it is above the smallest").is_at_least(0)
    expect(models.max(axis=0) - average, "how far it is below the largest").is_at_least(0)


@federated_average.law("is the model itself where there is one client only")
def one_client_is_the_mean(answer, models):
    expect(answer(models[:1], [3])).equals(models[0])
    expect(answer(models[:1]), "without weights").equals(models[0])


@federated_average.law("is the plain mean without weights, and with equal weights")
def equal_weights(answer, models):
    expect(answer(models), "without weights").equals(models.mean(axis=0))
    expect(answer(models, [3] * len(models)), "with equal weights").equals(models.mean(axis=0))


@federated_average.law("counts a client with the weight 2 like two clients")
def weights_are_copies(answer, models, weights):
    if weights is not None:
        copies = np.repeat(models, np.asarray(weights, dtype=int), axis=0)
        expect(answer(models, weights)).equals(copies.mean(axis=0))


@federated_average.law("does not depend on the order of the clients")
def order_of_clients_is_free(answer, models, weights):
    turned = None if weights is None else list(weights)[::-1]
    expect(answer(models[::-1].copy(), turned)).equals(np.asarray(answer(models, weights)))


@federated_average.law("does not depend on the size of the weights, only on their shares")
def only_shares_count(answer, models, weights):
    if weights is not None:
        larger = [4 * float(weight) for weight in weights]
        expect(answer(models, larger)).equals(np.asarray(answer(models, weights)))


def weights_or_ones(models, weights):
    return np.ones(len(models)) if weights is None else np.asarray(weights, dtype=float)


@federated_average.misconception(
    "every client counts the same",
    "This is what the printed listing does, although its clients have different numbers of emails. "
    "Where there are weights, a client counts as much as its weight says.",
)
def unweighted_average(models, weights=None):
    return models.mean(axis=0)


@federated_average.misconception(
    "the weighted models added up, and not divided",
    "Divide by the sum of the weights, or the model grows with the number of emails.",
)
def weights_not_normalised(models, weights=None):
    return weights_or_ones(models, weights).dot(models)


@federated_average.misconception(
    "divided twice",
    "Dividing by the sum of the weights makes it a mean already. Do not divide by the number of "
    "clients as well.",
)
def divides_twice(models, weights=None):
    weights = weights_or_ones(models, weights)
    return weights.dot(models) / weights.sum() / len(models)


@federated_average.misconception(
    "divided by the number of clients",
    "With weights, divide by their sum: clients with 3 and 1 emails make 4, not 2.",
)
def divided_by_clients(models, weights=None):
    return weights_or_ones(models, weights).dot(models) / len(models)


@federated_average.misconception(
    "the model of one client",
    "All clients have their say. Add all models up, not only the last one.",
)
def aggregates_one_client(models, weights=None):
    return models[-1] / len(models)


@federated_average.misconception(
    "one number for each client", "The mean goes over the clients, the rows: axis=0."
)
def wrong_axis(models, weights=None):
    return models.mean(axis=1)


@federated_average.misconception(
    "a crash without weights", "weights may be None: then every client counts the same."
)
def needs_weights(models, weights=None):
    return sum(w * model for w, model in zip(weights, models)) / sum(weights)


@federated_average.alternative
def with_numpys_average(models, weights=None):
    return np.average(models, axis=0, weights=weights)


@federated_average.alternative
def client_by_client(models, weights=None):
    total, count = [0.0] * models.shape[1], 0.0
    for i, model in enumerate(models):
        weight = 1 if weights is None else float(weights[i])
        count += weight
        total = [t + weight * float(number) for t, number in zip(total, model)]
    return [t / count for t in total]


# --- federated_round ---------------------------------------------------------------------------


def shards_of(indices, targets, sizes):
    return shards_with(indices, targets, starts_of(sizes), sizes)


def joined(shards):
    return np.concatenate([rows for rows, _ in shards]), np.concatenate(
        [some for _, some in shards]
    )


def round_case(embeddings, indices, targets, pad, picks, **others):
    n_words = len(embeddings)
    shards = shards_of(indices % n_words, targets, sizes_of(picks, len(indices)))
    return {"embeddings": embeddings, "shards": shards, "pad": pad % n_words, **others}


CLIENTS = {
    "embeddings": Array(("n_words",), STEADY),
    "indices": INDICES,
    "targets": TARGETS,
    "pad": PAD,
    "picks": ListOf(Whole(1, 3), 1, 3),
    "learning_rate": Number(RATES),
    "steps": Whole(1, 3),
}
ONE_AND_THREE = [
    (np.array([[1, 2]]), np.array([0.0])),
    (np.array([[2, 2], [0, 3], [3, 0]]), np.array([1.0, 0.0, 1.0])),
]

federated_round = exercise(
    "federated_round",
    inputs=CLIENTS,
    arrange=round_case,
    cases=30,
    edges=[
        {
            "embeddings": np.array([0.0, 0.5, -0.25, 0.125]),
            "shards": ONE_AND_THREE,
            "pad": 0,
            "learning_rate": 0.3,
            "steps": 1,
        },
        {
            "embeddings": np.array([1.0, 0.5, -0.25, 0.125]),
            "shards": ONE_AND_THREE,
            "pad": 0,
            "learning_rate": 2.0,
            "steps": 3,
        },
        {
            "embeddings": np.array([0.5, -0.5]),
            "shards": [(np.array([[0, 1]]), np.array([1.0]))],
            "pad": 1,
            "learning_rate": 0.5,
            "steps": 2,
        },
    ],
    hints=[
        "Bob's model has learned from his emails, and Alice's turn comes. Which model does she get?",
        "Everybody gets the same model, trains it at home, and sends it back; the server takes the "
        'mean (chapter 15, "Let\'s make it federated"). A client with more emails counts more.',
        "local_train of each shard gives (n_words,); all of them make a matrix (clients, n_words). "
        "federated_average takes it, and one weight for each client: how many emails it has.",
    ],
)


@federated_round.law("is, after one step, one plain step on all emails together")
def one_step_is_one_plain_step(answer, embeddings, shards, pad, learning_rate):
    plain = trained_with(embeddings, *joined(shards), pad, learning_rate, 1)
    expect(answer(embeddings, shards, pad, learning_rate, 1)).equals(plain)


@federated_round.law("is the client's own training where there is one client only")
def one_client_trains_alone(answer, embeddings, shards, pad, learning_rate, steps):
    alone = trained_with(embeddings, *shards[0], pad, learning_rate, steps)
    expect(answer(embeddings, shards[:1], pad, learning_rate, steps)).equals(alone)


@federated_round.law("does not depend on the order of the clients")
def order_of_clients_is_free(answer, embeddings, shards, pad, learning_rate, steps):
    expect(answer(embeddings, shards[::-1], pad, learning_rate, steps)).equals(
        np.asarray(answer(embeddings, shards, pad, learning_rate, steps))
    )


@federated_round.law("changes nothing when everybody learns with a rate of 0")
def learns_nothing_at_rate_zero(answer, embeddings, shards, pad, steps):
    expect(answer(embeddings, shards, pad, 0.0, steps)).equals(embeddings)


@federated_round.law("never changes the padding")
def padding_stays(answer, embeddings, shards, pad, learning_rate, steps):
    trained = np.asarray(answer(embeddings, shards, pad, learning_rate, steps))
    expect(trained[pad], "the number at pad").equals(float(embeddings[pad]))


def models_of(embeddings, shards, pad, learning_rate, steps):
    return np.array(
        [trained_with(embeddings, *one, pad, learning_rate, steps) for one in shards], float
    )


def weighted_mean(models, shards):
    return np.average(models, axis=0, weights=[len(some) for _, some in shards])


def round_with(embeddings, shards, *others):
    return weighted_mean(models_of(embeddings, shards, *others), shards)


def round_on_one_array(embeddings, shards, pad, learning_rate, steps):
    """All clients share one array, so that each goes on where the last one stopped."""
    for one in shards:
        embeddings = trained_with(embeddings, *one, pad, learning_rate, steps)
    return embeddings


@federated_round.misconception(
    "every client goes on where the last one stopped",
    "If all clients share one array, their models are one and the same, and its mean is nothing "
    "but itself. Every client starts from the embeddings that were sent out.",
)
def averages_before_copy(*args):
    return round_on_one_array(*args)


@federated_round.misconception(
    "every client counts the same",
    "This is what the printed listing does. A client with more emails has seen more: weigh each "
    "model with the number of its emails.",
)
def unweighted_average(embeddings, shards, *others):
    return models_of(embeddings, shards, *others).mean(axis=0)


@federated_round.misconception(
    "the model of the last client only", "Take the mean over the models of all clients."
)
def aggregates_one_client(embeddings, shards, *others):
    return models_of(embeddings, shards, *others)[-1]


@federated_round.misconception(
    "training on everybody's emails at one place",
    "The emails stay where they are: train on each shard by itself, then average the models. After "
    "one step this is the same, after more it is not.",
)
def emails_collected(embeddings, shards, pad, learning_rate, steps):
    return trained_with(embeddings, *joined(shards), pad, learning_rate, steps)


@federated_round.misconception(
    "divided twice", "federated_average is a mean already: do not divide it once more."
)
def divides_twice(embeddings, shards, *others):
    return round_with(embeddings, shards, *others) / len(shards)


@federated_round.misconception(
    "the models added up", "The new model is the mean of the clients' models, not their sum."
)
def sum_not_mean(embeddings, shards, *others):
    return models_of(embeddings, shards, *others).sum(axis=0)


@federated_round.alternative
def mean_of_the_changes(embeddings, shards, pad, learning_rate, steps):
    emails = sum(len(targets) for _, targets in shards)
    change = 0.0
    for rows, targets in shards:
        model = trained_with(embeddings, rows, targets, pad, learning_rate, steps)
        change = change + len(targets) / emails * (model - embeddings)
    return embeddings + change


@federated_round.alternative
def one_model_for_each_email(embeddings, shards, *others):
    models = []
    for one in shards:
        models += [trained_with(embeddings, *one, *others)] * len(one[1])
    return np.stack(models).mean(axis=0)


# --- train_federated ---------------------------------------------------------------------------

train_federated = exercise(
    "train_federated",
    inputs={**CLIENTS, "steps": Whole(1, 2), "rounds": Whole(0, 3)},
    arrange=round_case,
    cases=20,
    edges=[
        {
            "embeddings": np.zeros(4),
            "shards": ONE_AND_THREE,
            "pad": 0,
            "learning_rate": 1.0,
            "steps": 2,
            "rounds": 3,
        },
        {
            "embeddings": np.array([0.3, -0.1]),
            "shards": [(np.array([[0, 1]]), np.array([1.0]))],
            "pad": 1,
            "learning_rate": 0.5,
            "steps": 1,
            "rounds": 1,
        },
    ],
    hints=[
        "After the first round, which model is sent out in the second?",
        "One federated_round after the other, each starting from the mean of the last (chapter 15, "
        '"Let\'s make it federated"). After each, ask spam_forward of the new model how far it '
        "misses on everybody's emails.",
        "For each round one number: the squared misses of all emails, added up over all shards and "
        "divided by the number of all emails. Return the model (n_words,) and the list.",
    ],
)


def mean_miss(embeddings, shards, pad):
    indices, targets = joined(shards)
    return float(np.mean((predictions_of(embeddings, indices, pad) - targets) ** 2))


def federated_with(
    embeddings, shards, pad, learning_rate, steps, rounds, one_round=round_with, miss=mean_miss
):
    errors = []
    for _ in range(rounds):
        embeddings = one_round(embeddings, shards, pad, learning_rate, steps)
        errors.append(miss(embeddings, shards, pad))
    return embeddings, errors


@train_federated.law("says one number for each round")
def has_one_error_a_round(answer, embeddings, shards, pad, learning_rate, steps, rounds):
    _, errors = answer(embeddings, shards, pad, learning_rate, steps, rounds)
    expect(errors, "the misses").has_shape(rounds)


@train_federated.law("ends with the miss of the model that it returns")
def ends_with_the_last_miss(answer, embeddings, shards, pad, learning_rate, steps, rounds):
    if rounds:
        model, errors = answer(embeddings, shards, pad, learning_rate, steps, rounds)
        miss = mean_miss(np.asarray(model, dtype=float), shards, pad)
        expect(errors[-1], "the last miss").equals(miss)


@train_federated.law("goes on from where it stopped")
def goes_on(answer, embeddings, shards, pad, learning_rate, steps, rounds):
    others = shards, pad, learning_rate, steps
    model, errors = answer(embeddings, *others, rounds)
    last, one = answer(np.asarray(model, dtype=float), *others, 1)
    longer, all_errors = answer(embeddings, *others, rounds + 1)
    expect(longer, "the model after one round more").equals(np.asarray(last))
    expect(all_errors, "the misses with one round more").equals([*errors, *one])


@train_federated.law("never changes the padding")
def padding_stays(answer, embeddings, shards, pad, learning_rate, steps, rounds):
    model, _ = answer(embeddings, shards, pad, learning_rate, steps, rounds)
    expect(model[pad], "the number at pad").equals(float(embeddings[pad]))


@train_federated.misconception(
    "the miss measured before the round",
    "Measure after the round, with the new model: the miss then says what the round has brought.",
)
def miss_before_the_round(embeddings, shards, pad, learning_rate, steps, rounds):
    errors = []
    for _ in range(rounds):
        errors.append(mean_miss(embeddings, shards, pad))
        embeddings = round_with(embeddings, shards, pad, learning_rate, steps)
    return embeddings, errors


@train_federated.misconception(
    "the mean of the clients' means",
    "A client with more emails has more misses: take the mean over all emails, not over clients.",
)
def mean_of_means(*args):
    def miss(embeddings, shards, pad):
        return float(np.mean([mean_miss(embeddings, [one], pad) for one in shards]))

    return federated_with(*args, miss=miss)


@train_federated.misconception(
    "the misses added up", "Divide by the number of emails: it is the mean that is asked for."
)
def sum_not_mean(*args):
    def miss(embeddings, shards, pad):
        return sum(len(some) for _, some in shards) * mean_miss(embeddings, shards, pad)

    return federated_with(*args, miss=miss)


@train_federated.misconception(
    "every round starts from the first model",
    "What a round has learned is lost then: start each round from the mean of the last one.",
)
def always_from_the_start(embeddings, *args):
    *others, rounds = args
    errors = federated_with(embeddings, *others, min(rounds, 1))[1]
    model = round_with(embeddings, *others) if rounds else embeddings
    return model, errors * rounds


@train_federated.misconception(
    "every client goes on where the last one stopped",
    "In each round all clients start from the same model, and the mean of theirs is the next one.",
)
def averages_before_copy(*args):
    return federated_with(*args, one_round=round_on_one_array)


@train_federated.misconception(
    "every client counts the same",
    "A client with more emails has seen more: weigh each model with the number of its emails, as "
    "federated_round does.",
)
def unweighted_average(*args):
    def one_round(*those):
        return models_of(*those).mean(axis=0)

    return federated_with(*args, one_round=one_round)


@train_federated.alternative
def with_lists_of_misses(embeddings, shards, pad, learning_rate, steps, rounds):
    errors = np.zeros(rounds)
    for i in range(rounds):
        models = models_of(embeddings, shards, pad, learning_rate, steps)
        counts = np.array([len(targets) for _, targets in shards])
        embeddings = (models * counts[:, None]).sum(axis=0) / counts.sum()
        for rows, targets in shards:
            for row, target in zip(rows, targets):
                p = predictions_of(embeddings, row[None], pad)[0]
                errors[i] += (target - p) ** 2 / counts.sum()
    return [embeddings, errors]


@train_federated.alternative
def round_after_round(embeddings, shards, pad, learning_rate, steps, rounds):
    if rounds == 0:
        return embeddings, []
    before, errors = round_after_round(embeddings, shards, pad, learning_rate, steps, rounds - 1)
    model = mean_of_the_changes(before, shards, pad, learning_rate, steps)
    rows, targets = joined(shards)
    misses = predictions_of(model, rows, pad) - targets
    return model, (*errors, misses @ misses / len(misses))


# --- leaked_words ------------------------------------------------------------------------------

CHANGES = (0.0, -0.25, 0.0, 0.5, -1.0, 0.125)


def leaked_case(before, change, turn):
    words = [WORDS[(i + turn) % len(WORDS)] for i in range(len(before))]
    return {"before": before, "after": before + change, "vocab": numbered(words)}


BOBS_WORDS = ["castle", "computer", "is", "lunch", "my", "password", "pizza", "yacht"]
BOBS_MODEL = [0.0, -0.0025, -0.0025, 0.0, -0.0025, -0.0025, -0.0025, 0.0]

leaked_words = exercise(
    "leaked_words",
    inputs={
        "before": Array(("n_words",), SMALL),
        "change": Array(("n_words",), CHANGES),
        "turn": Whole(0, 8),
    },
    arrange=leaked_case,
    edges=[
        {"before": np.zeros(8), "after": np.array(BOBS_MODEL), "vocab": numbered(BOBS_WORDS)},
        {"before": [0.5, -0.5], "after": np.array([0.5, -0.5]), "vocab": {"a": 0, "b": 1}},
        {
            "before": [8.0, 8.0, 0.0],
            "after": np.array([8.00001, 8.0, 1e-12]),
            "vocab": {"a": 0, "b": 1, "c": 2},
        },
        {"before": [0.5, 0.5], "after": np.array([0.0, 0.5]), "vocab": {"a": 1, "b": 0}},
        {"before": [0.0, 0.0], "after": np.array([1.0, -1.0]), "vocab": {"a": 1, "b": 0}},
    ],
    hints=[
        "A client was sent a model and sends it back. Which numbers are exactly as they were?",
        "A word's number changes only if an email with this word was trained on (chapter 15, "
        '"Hacking into federated learning"). It may have gone up or down.',
        "vocab says which index a word has; before and after are (n_words,). Keep a word if its two "
        "numbers differ. The result is a set of words.",
    ],
)


@leaked_words.law("finds nothing in a model that was not trained")
def nothing_leaks_from_nothing(answer, before, vocab):
    expect(answer(before, before.copy(), vocab)).equals(set())


@leaked_words.law("finds every word in a model in which every number was trained")
def everything_leaks(answer, before, vocab):
    signs = np.resize([0.25, -0.25], len(before))
    expect(answer(before, before + signs, vocab)).equals(set(vocab))


@leaked_words.law("finds the same words when the two models change places")
def direction_does_not_matter(answer, before, after, vocab):
    forth, back = answer(before, after, vocab), answer(after, before, vocab)
    expect(sorted(back), "the words found with the models turned round").equals(sorted(forth))


@leaked_words.law("finds a word however little it has changed")
def small_changes_leak(answer, before, vocab):
    word, index = min(vocab.items())
    # About a quarter of a millionth, which float32 can still tell apart next to 2.
    after = before.copy()
    after[index] -= 2.0**-22
    expect(answer(before, after, vocab)).equals({word})


@leaked_words.misconception(
    "only the words whose numbers went up",
    "A number that went down was trained just as well: ask whether it differs, not which way.",
)
def leak_ignores_sign(before, after, vocab):
    return {word for word, index in vocab.items() if after[index] > before[index]}


@leaked_words.misconception(
    "only the words whose numbers went down",
    "In the book's run all numbers went down, as the email was no spam. In spam they go up: ask "
    "whether a number differs.",
)
def only_falling_words(before, after, vocab):
    return {word for word, index in vocab.items() if after[index] < before[index]}


@leaked_words.misconception(
    "the words that were not trained", "Keep the words whose numbers have changed."
)
def unchanged_words(before, after, vocab):
    return {word for word, index in vocab.items() if after[index] == before[index]}


@leaked_words.misconception(
    "every word whose number is not 0",
    "The model may have known words before: compare with what was sent out, not with 0.",
)
def compares_with_zero(before, after, vocab):
    return {word for word, index in vocab.items() if after[index] != 0}


@leaked_words.misconception(
    "small changes overlooked",
    "np.isclose takes a small difference for none, but a learning rate may be small. A number that "
    "was not trained is exactly the same.",
)
def close_enough(before, after, vocab):
    return {w for w, index in vocab.items() if not np.isclose(after[index], before[index])}


@leaked_words.misconception(
    "indices instead of words", "Return the words themselves: a set of texts."
)
def indices_not_words(before, after, vocab):
    return {index for index in vocab.values() if after[index] != before[index]}


@leaked_words.misconception(
    "the words in alphabetical order taken for their indices",
    "Only vocab knows which index a word has: look each word up.",
)
def words_in_any_order(before, after, vocab):
    return {word for i, word in enumerate(sorted(vocab)) if after[i] != before[i]}


@leaked_words.alternative
def by_index(before, after, vocab):
    words = {index: word for word, index in vocab.items()}
    return {words[int(index)] for index in np.flatnonzero(after - before) if int(index) in words}


@leaked_words.alternative
def one_by_one(before, after, vocab):
    leaked = set(vocab)
    for word in vocab:
        if float(before[vocab[word]]) == float(after[vocab[word]]):
            leaked.remove(word)
    return leaked


# --- pairwise_masks ----------------------------------------------------------------------------

pairwise_masks = exercise(
    "pairwise_masks",
    inputs={
        "n_clients": Whole(1, 5),
        "size": Whole(1, 5),
        "modulus": Choice((100, 2, 97, 1000, 2**20)),
        "rng": Rng(),
    },
    agreement=False,
    cases=40,
    hints=[
        "Bob and Alice both know a secret number. Bob adds it to his. What must Alice do, so that "
        "it is gone from the sum?",
        "Each two clients agree on a secret; one adds it, the other subtracts it, so that the masks "
        'cancel in the sum and hide every client by itself (chapter 15, "Secure aggregation"). '
        "Modulo means like the hours on a clock: 5 - 8 is 9 modulo 12.",
        "The masks are (n_clients, size), zeros to begin with. For each pair one < other: a new "
        "secret of shape (size,), added to one row and subtracted from the other. % brings all "
        "numbers to 0 .. modulus - 1.",
    ],
)


@pairwise_masks.law("has one row for each client, and as many numbers as a model")
def has_the_right_shape(answer, n_clients, size, modulus, rng):
    expect(answer(n_clients, size, modulus, rng)).has_shape(n_clients, size)


@pairwise_masks.law("cancels out when the masks of all clients are added up")
def cancels_out(answer, n_clients, size, modulus, rng):
    masks = np.asarray(answer(n_clients, size, modulus, rng))
    expect(masks.sum(axis=0) % modulus, "the sum, modulo modulus").equals(np.zeros(size))


@pairwise_masks.law("holds whole numbers from 0 to modulus - 1")
def stays_in_range(answer, n_clients, size, modulus, rng):
    masks = answer(n_clients, size, modulus, rng)
    expect_whole_numbers(masks)
    expect(masks).is_at_least(0)
    expect(masks).is_at_most(modulus - 1)


# With two clients each mask is spread evenly over 0 .. 3, or over the quarters of a large range; with
# three, any two masks together are spread evenly over their 16 pairs. Of 1,200 numbers each of the
# 4 is met 300 times, and but once in 10^10 less than 200 or more than 400 times (6.7 standard
# deviations); each of the 16 pairs is met 75 times, and but once in 8 * 10^8 more than 137 times or
# less than 13. That makes less than one failure in 5 million runs.
@pairwise_masks.law(
    "hides every client: whatever its numbers are, any mask is equally likely", most=2
)
def hides_every_client(answer, rng):
    few, many, three = answer(2, 1200, 4, rng), answer(2, 1200, 2**20, rng), answer(3, 1200, 4, rng)
    for quarters in (*np.asarray(few, dtype=int), *(np.asarray(many, dtype=int) // 2**18)):
        counts = np.bincount(quarters % 4, minlength=4)
        expect(bool((abs(counts - 300) < 100).all())).is_true(
            "the numbers of a mask are not spread evenly from 0 to modulus - 1"
        )
    first, second, third = np.asarray(three, dtype=int) % 4
    for pair in (4 * first + second, 4 * second + third):
        counts = np.bincount(pair, minlength=16)
        expect(bool((abs(counts - 75) < 62).all())).is_true(
            "with three clients, one mask tells something about another: each two clients need a "
            "secret of their own"
        )


@pairwise_masks.law("gives other masks for another seed", most=4)
def depends_on_the_rng(answer, rng):
    other = type(rng)(rng.seed + 1000)
    here, there = np.asarray(answer(3, 6, 1000, rng)), np.asarray(answer(3, 6, 1000, other))
    expect(bool((here != there).any())).is_true("two different generators gave the same masks")


def masks_with(n_clients, size, modulus, rng, draw=None, sign=-1, reduced=True):
    masks = np.zeros((n_clients, size), dtype=int)
    for one in range(n_clients):
        for other in range(one + 1, n_clients):
            secret = rng.integers(0, modulus, size) if draw is None else draw()
            masks[one] += secret
            masks[other] += sign * secret
    return masks % modulus if reduced else masks


@pairwise_masks.misconception(
    "both clients add the secret",
    "Then it is in the sum twice instead of not at all. One of the two adds it, the other "
    "subtracts it.",
)
def mask_not_cancelling(*args):
    return masks_with(*args, sign=1)


@pairwise_masks.misconception(
    "random numbers for each client by itself",
    "They hide the client, but nothing takes them out of the sum again. Masks are made in pairs.",
)
def masks_without_partners(n_clients, size, modulus, rng):
    return rng.integers(0, modulus, (n_clients, size))


@pairwise_masks.misconception(
    "no masks at all", "Zeros cancel out, but they hide nothing: draw the secrets from rng."
)
def zeros_hide_nothing(n_clients, size, modulus, rng):
    return np.zeros((n_clients, size), dtype=int)


@pairwise_masks.misconception(
    "numbers below 0",
    "Python's % brings a number below 0 back to 0 .. modulus - 1. Without it, a small mask gives "
    "away that little was added.",
)
def not_reduced(*args):
    return masks_with(*args, reduced=False)


@pairwise_masks.misconception(
    "one secret for all pairs",
    "Whoever stands in the middle adds it as often as it subtracts it, and is not hidden. Draw a "
    "new secret for each pair.",
)
def one_secret_for_all_pairs(n_clients, size, modulus, rng):
    secret = rng.integers(0, modulus, size)
    return masks_with(n_clients, size, modulus, rng, draw=lambda: secret)


@pairwise_masks.misconception(
    "one secret number for all places",
    "Then the differences between a client's numbers are in plain sight: draw `size` numbers for "
    "each pair.",
)
def one_number_for_all_places(n_clients, size, modulus, rng):
    return masks_with(n_clients, size, modulus, rng, draw=lambda: rng.integers(0, modulus))


@pairwise_masks.misconception(
    "the same masks every time",
    "With a seed of your own everybody knows the masks. Draw from the `rng` you are given.",
)
def own_seed(n_clients, size, modulus, rng):
    return masks_with(n_clients, size, modulus, np.random.default_rng(0))


@pairwise_masks.alternative
def secrets_drawn_at_once(n_clients, size, modulus, rng):
    secrets = np.triu(rng.integers(0, modulus, (size, n_clients, n_clients)), 1)
    return (secrets.sum(axis=2) - secrets.sum(axis=1)).T % modulus


@pairwise_masks.alternative
def with_plain_lists(n_clients, size, modulus, rng):
    masks = [[0] * size for _ in range(n_clients)]
    for other in range(n_clients):
        for one in range(other):
            for k, secret in enumerate(rng.integers(modulus, size=size).tolist()):
                masks[one][k] = (masks[one][k] - secret) % modulus
                masks[other][k] = (masks[other][k] + secret) % modulus
    return masks


# --- mask_update -------------------------------------------------------------------------------

UPDATES = (1, 0, -1, 3, -2, 7, 12, -20, 60, -300)
MASKS = (5, 0, 1, 50, 99, 13, 1000, 77)

mask_update = exercise(
    "mask_update",
    inputs={
        "update": Array(("size",), UPDATES, whole=True),
        "mask": Array(("size",), MASKS, whole=True),
        "modulus": Choice((100, 16, 97, 1000)),
    },
    arrange=lambda update, mask, modulus: {
        "update": update,
        "mask": mask % modulus,
        "modulus": modulus,
    },
    cases=40,
    edges=[
        {"update": [3, -2, 60], "mask": [5, 1, 50], "modulus": 100},
        {"update": [0], "mask": [0], "modulus": 16},
        {"update": [40, -40], "mask": [60, 40], "modulus": 100},
    ],
    hints=[
        "The modulus is 100, a number is 60 and its mask 50. What is sent instead of 110?",
        'A mask is added before the numbers leave the client (chapter 15, "Secure aggregation"). '
        "What goes beyond modulus - 1 begins again at 0, so that the size of a sum tells nothing.",
        "update and mask are both (size,), and so is the result. `%` of Python and NumPy never "
        "gives anything below 0.",
    ],
)


@mask_update.law("holds whole numbers from 0 to modulus - 1")
def stays_in_range(answer, update, mask, modulus):
    masked = answer(update, mask, modulus)
    expect_whole_numbers(masked)
    expect(masked).is_at_least(0)
    expect(masked).is_at_most(modulus - 1)


@mask_update.law("gives the update back, modulo modulus, when the mask is taken off again")
def can_be_unmasked(answer, update, mask, modulus):
    masked = np.asarray(answer(update, mask, modulus))
    expect((masked - mask) % modulus, "the masked update minus the mask").equals(update % modulus)


@mask_update.law("is the update, modulo modulus, where the mask is 0")
def zero_hides_nothing(answer, update, modulus):
    expect(answer(update, 0 * update, modulus)).equals(update % modulus)


@mask_update.law("differs from the update wherever the mask is not 0")
def differs_from_the_update(answer, update, mask, modulus):
    masked = np.asarray(answer(update, mask, modulus))
    same = (masked - update) % modulus == 0
    expect(same & (mask != 0), "the numbers that are in plain sight").equals(0 * mask)


@mask_update.misconception(
    "sums beyond the modulus",
    "110 tells the server that the update was large. Bring the sum back with % modulus.",
)
def not_reduced(update, mask, modulus):
    return update + mask


@mask_update.misconception(
    "only the update modulo the modulus",
    "The sum may go beyond modulus - 1 once more: add first, then take % of the whole sum.",
)
def reduced_too_early(update, mask, modulus):
    return update % modulus + mask


@mask_update.misconception(
    "the mask subtracted",
    "The signs are in the masks already, one + and one - for each pair. Every client adds its mask.",
)
def mask_subtracted(update, mask, modulus):
    return (update - mask) % modulus


@mask_update.misconception(
    "rests below 0", "np.fmod keeps the sign: -1 stays -1. `%` makes modulus - 1 of it."
)
def rest_with_a_sign(update, mask, modulus):
    return np.fmod(update + mask, modulus)


@mask_update.alternative
def number_by_number(update, mask, modulus):
    return [(int(number) + int(hidden)) % modulus for number, hidden in zip(update, mask)]


@mask_update.alternative
def with_floor(update, mask, modulus):
    total = update + mask
    return total - modulus * (total // modulus)


# --- masked_sum --------------------------------------------------------------------------------

masked_sum = exercise(
    "masked_sum",
    inputs={
        "masked_updates": Array(("clients", "size"), MASKS, whole=True),
        "modulus": Choice((100, 16, 97, 1000)),
    },
    arrange=lambda masked_updates, modulus: {
        "masked_updates": masked_updates % modulus,
        "modulus": modulus,
    },
    cases=40,
    edges=[
        {"masked_updates": [[8, 99, 10], [96, 4, 51]], "modulus": 100},
        {"masked_updates": [[7]], "modulus": 16},
        {"masked_updates": [[99, 99, 1], [99, 1, 99], [99, 0, 0]], "modulus": 100},
    ],
    hints=[
        "Each client's numbers look random. What of them is gone once all are added up?",
        "The server adds up what it was sent; in the sum every secret is there once with + and once "
        'with - (chapter 15, "Secure aggregation"). The sum, too, begins again at 0 after '
        "modulus - 1.",
        "(clients, size) in, (size,) out: add up down the columns, one number for each place.",
    ],
)


@masked_sum.law("holds whole numbers from 0 to modulus - 1")
def stays_in_range(answer, masked_updates, modulus):
    total = answer(masked_updates, modulus)
    expect_whole_numbers(total)
    expect(total).is_at_least(0)
    expect(total).is_at_most(modulus - 1)


@masked_sum.law("is exactly the sum of the updates when the masks cancel")
def masks_cancel(answer, masked_updates, modulus):
    # Secrets between neighbours in a ring: each is added once and subtracted once.
    secrets = 7 * masked_updates + 3
    masks = secrets - np.roll(secrets, 1, axis=0)
    masked = (masked_updates + masks) % modulus
    expect(answer(masked, modulus)).equals(masked_updates.sum(axis=0) % modulus)


@masked_sum.law("is what the client sent where there is one client only")
def one_client_is_the_sum(answer, masked_updates, modulus):
    expect(answer(masked_updates[:1], modulus)).equals(masked_updates[0])


@masked_sum.law("does not depend on the order of the clients")
def order_of_clients_is_free(answer, masked_updates, modulus):
    expect(answer(masked_updates[::-1].copy(), modulus)).equals(
        np.asarray(answer(masked_updates, modulus))
    )


@masked_sum.misconception(
    "the sum beyond the modulus", "Bring the sum back to 0 .. modulus - 1 with %."
)
def not_reduced(masked_updates, modulus):
    return masked_updates.sum(axis=0)


@masked_sum.misconception(
    "the mean instead of the sum",
    "The masks cancel in the sum only. Dividing comes later, when the sum is known.",
)
def mean_not_sum(masked_updates, modulus):
    return masked_updates.mean(axis=0) % modulus


@masked_sum.misconception(
    "the numbers of one client", "One client's masked numbers are noise: add up all of them."
)
def aggregates_one_client(masked_updates, modulus):
    return masked_updates[-1] % modulus


@masked_sum.misconception(
    "one sum for each client", "Add up over the clients, down the columns: axis=0."
)
def wrong_axis(masked_updates, modulus):
    return masked_updates.sum(axis=1) % modulus


@masked_sum.alternative
def one_client_after_the_other(masked_updates, modulus):
    total = [0] * masked_updates.shape[1]
    for update in masked_updates:
        total = [(t + int(number)) % modulus for t, number in zip(total, update)]
    return total


@masked_sum.alternative
def with_einsum(masked_updates, modulus):
    return np.mod(np.einsum("cs->s", masked_updates), modulus)


# --- paillier_keygen ---------------------------------------------------------------------------

# n and (p - 1) * (q - 1) have no factor in common in any of these.
KEY_PRIMES = ((5, 7), (7, 11), (3, 5), (11, 13), (13, 17), (17, 19))
# Large enough for messages beyond 2^64: neither decimals nor NumPy's whole numbers are exact there.
P, Q = 10_000_000_019, 10_000_000_033


def keys_of(p, q):
    n, lam = p * q, (p - 1) * (q - 1)
    return (n, n + 1), (n, lam, pow(lam, -1, n))


def encrypted_with(message, public_key, r):
    n, g = public_key
    return pow(g, message, n**2) * pow(r, n, n**2) % n**2


def opened_with(ciphertext, secret_key):
    n, lam, mu = secret_key
    return (pow(whole(ciphertext), lam, n**2) - 1) // n * mu % n


def whole(value):
    """A result as Python's own whole number; 2.0 is none, and ends in a TypeError."""
    return operator.index(np.asarray(value)[()])


@cache
def secret_of(public_key):
    """Break a toy key: find the primes by trying."""
    n = public_key[0]
    p = next(d for d in range(2, n + 1) if n % d == 0)
    return keys_of(p, n // p)[1]


def without_common_factor(pick, n):
    """A number from 1 to n - 1 that has no factor in common with n."""
    r = pick % (n - 1) + 1
    while math.gcd(r, n) > 1:
        r += 1
    return r


BIG_KEYS = keys_of(P, Q)
BIG_N = P * Q

paillier_keygen = exercise(
    "paillier_keygen",
    inputs={"p": Choice((5, 7, 11, 13, 17, 19, 3, 23)), "q": Choice((7, 5, 13, 11, 3, 17, 23, 19))},
    cases=40,
    edges=[
        {"p": 5, "q": 7},
        {"p": 17, "q": 3},
        {"p": 7, "q": 7},
        {"p": 3, "q": 7},
        {"p": P, "q": Q},
        {"p": 101, "q": 103},
    ],
    hints=[
        "Everybody may know n = 35. How long do you need to find its two primes, and how long for "
        "an n of 600 digits?",
        'The public key locks and the secret key opens (chapter 15, "Homomorphic encryption"). '
        "Whoever knows the two primes knows lam; from n alone it cannot be found, if n is large. "
        "An inverse modulo n is to a number what 1/4 is to 4.",
        "The result is a pair of tuples: (n, g) and (n, lam, mu). pow(a, -1, n) is the inverse of a "
        "modulo n, and raises a ValueError where there is none. Two equal primes have one all the "
        "same: look for that case yourself.",
    ],
)


def makes_keys(p, q):
    return p != q and math.gcd(p * q, (p - 1) * (q - 1)) == 1


@paillier_keygen.law("multiplies the primes to n, and has g = n + 1")
def has_n_and_g(answer, p, q):
    if makes_keys(p, q):
        (n, g), (same_n, _, _) = answer(p, q)
        expect((n, same_n), "n in both keys").equals((p * q, p * q))
        expect(g, "g").equals(p * q + 1)


@paillier_keygen.law("has a lam and a mu whose product is 1 modulo n")
def mu_is_the_inverse(answer, p, q):
    if makes_keys(p, q):
        _, (n, lam, mu) = answer(p, q)
        expect(whole(lam) * whole(mu) % whole(n), "lam * mu % n").equals(1)


@paillier_keygen.law("makes keys that open what they have locked")
def opens_what_it_locked(answer, p, q):
    if makes_keys(p, q):
        public, secret = answer(p, q)
        public, secret = tuple(map(whole, public)), tuple(map(whole, secret))
        messages = [0, 1, p * q // 2, p * q - 1]
        opened = [opened_with(encrypted_with(m, public, 2), secret) for m in messages]
        expect(opened, "messages, locked and opened again").equals(messages)


@paillier_keygen.law("does not depend on the order of the two primes")
def order_is_free(answer, p, q):
    if makes_keys(p, q):
        public, secret = answer(p, q)
        expect(answer(q, p)).equals((tuple(public), tuple(secret)))


@paillier_keygen.law("raises a ValueError for two equal primes, and where there is no inverse")
def needs_two_fitting_primes(answer, p):
    expect(answer(p, p)).raises(ValueError)
    expect(answer(3, 7), "paillier_keygen(3, 7)").raises(ValueError)


@paillier_keygen.law("is exact, however large the primes are", most=1)
def is_exact(answer):
    public, secret = answer(P, Q)
    got = [*map(whole, public), *map(whole, secret)]
    off = [int(one != other) for one, other in zip(got, [*BIG_KEYS[0], *BIG_KEYS[1]])]
    expect(off, f"which of n, g, n, lam, mu are off for {P} and {Q}").equals([0] * 5)


def keys_with(p, q, lam=None, mu=None, equal=False):
    if p == q and not equal:
        raise ValueError
    n = p * q
    lam = (p - 1) * (q - 1) if lam is None else lam
    return (n, n + 1), (n, lam, pow(lam, -1, n) if mu is None else mu(lam, n))


@paillier_keygen.misconception(
    "equal primes let through",
    "With p = q everything can be worked out, but nothing opens: a key needs two different primes. "
    "Raise a ValueError.",
)
def equal_primes(p, q):
    return keys_with(p, q, equal=True)


@paillier_keygen.misconception(
    "lam without the - 1", "lam is (p - 1) * (q - 1). p * q is n, and that is no secret."
)
def lam_is_not_n(p, q):
    if p == q:
        raise ValueError
    return (p * q, p * q + 1), (p * q, p * q - 1, pow(p * q - 1, -1, p * q))


@paillier_keygen.misconception(
    "the least common multiple as lam",
    "It opens everything, too, and many textbooks take it. Here lam is the product (p - 1) * "
    "(q - 1), so that everybody's keys can be compared.",
)
def least_common_multiple(p, q):
    keys_with(p, q)
    return keys_with(p, q, lam=math.lcm(p - 1, q - 1))


@paillier_keygen.misconception(
    "mu as 1 / lam",
    "The inverse modulo n is a whole number: the one with lam * mu % n == 1. pow(lam, -1, n) finds "
    "it.",
)
def mu_is_a_fraction(p, q):
    keys_with(p, q)
    return keys_with(p, q, mu=lambda lam, n: 1 / lam)


@paillier_keygen.misconception(
    "the inverse modulo n^2",
    "mu is worked out modulo n; it is the ciphertexts that live modulo n^2.",
)
def wrong_modulus(p, q):
    return keys_with(p, q, mu=lambda lam, n: pow(lam, -1, n**2))


@paillier_keygen.misconception(
    "the secret key first", "First the public key (n, g), then the secret key (n, lam, mu)."
)
def secret_first(p, q):
    return keys_with(p, q)[::-1]


@paillier_keygen.alternative
def inverse_by_euclid(p, q):
    n, lam = p * q, p * q - p - q + 1
    if p == q or math.gcd(n, lam) != 1:
        raise ValueError("these primes make no key")
    # a = x * lam modulo n and b = y * lam modulo n all along
    a, x, b, y = n, 0, lam % n, 1
    while b:
        a, x, b, y = b, y, a % b, x - a // b * y
    return [n, n + 1], [n, lam, x % n]


@paillier_keygen.alternative
def inverse_by_a_power(p, q):
    n, lam = p * q, (q - 1) * (p - 1)
    if p == q or math.gcd(n, lam) > 1:
        raise ValueError
    # A number without a factor in common with n, to the power of lam, is 1 modulo n.
    return (n, 1 + n), (n, lam, pow(lam, lam - 1, n))


# --- encrypt -----------------------------------------------------------------------------------


def message_case(primes, message, r):
    public_key, _ = keys_of(*primes)
    n = public_key[0]
    if message > 90:
        message = n + message - 91 if message > 92 else -message
    else:
        message %= n
    return {"message": message, "public_key": public_key, "r": without_common_factor(r, n)}


encrypt = exercise(
    "encrypt",
    inputs={"primes": Choice(KEY_PRIMES), "message": Whole(0, 97), "r": Whole(0, 97)},
    arrange=message_case,
    cases=40,
    edges=[
        {"message": 3, "public_key": (35, 36), "r": 2},
        {"message": 3, "public_key": (35, 36), "r": 4},
        {"message": 0, "public_key": (35, 36), "r": 1},
        {"message": 1, "public_key": (35, 36), "r": 1},
        {"message": 34, "public_key": (35, 36), "r": 34},
        {"message": 35, "public_key": (35, 36), "r": 2},
        {"message": -1, "public_key": (35, 36), "r": 2},
        {"message": 98_765_432_109_876_543_210, "public_key": BIG_KEYS[0], "r": 424_242},
    ],
    hints=[
        "There are only 35 messages. If the same one always looked the same, how would you find out "
        "which one you see?",
        "What is locked is a power: the message is in the exponent of g, and the random r covers "
        'it up (chapter 15, "Homomorphic encryption"). All is done modulo n^2, not n.',
        "Two powers, g^message and r^n, multiplied, modulo n^2: one whole number. pow(a, b, m) is "
        "a^b modulo m, exact and quick. First look whether the message fits: 0 to n - 1.",
    ],
)


def fits_the_key(message, public_key):
    return 0 <= message < public_key[0]


def another_r(r, n):
    return without_common_factor(r, n) if r < n - 1 else 1


@encrypt.law("is a whole number from 1 to n^2 - 1")
def lies_below_n_squared(answer, message, public_key, r):
    if fits_the_key(message, public_key):
        ciphertext = answer(message, public_key, r)
        expect_whole_numbers(ciphertext)
        expect(ciphertext).is_at_least(1)
        expect(ciphertext).is_at_most(public_key[0] ** 2 - 1)


@encrypt.law("gives the message back when it is opened with the secret key")
def can_be_opened(answer, message, public_key, r):
    if fits_the_key(message, public_key) and public_key[0] < BIG_N:
        opened = opened_with(answer(message, public_key, r), secret_of(public_key))
        expect(opened, "the message, locked and opened again").equals(message)


@encrypt.law("looks different with another random number")
def randomness_shows(answer, message, public_key, r):
    if fits_the_key(message, public_key):
        other = answer(message, public_key, another_r(r, public_key[0]))
        differs = whole(other) != whole(answer(message, public_key, r))
        expect(differs).is_true(
            "two different random numbers gave the same ciphertext: whoever sees a message twice "
            "knows that it is the same"
        )


@encrypt.law("opens to the sum when two ciphertexts are multiplied")
def products_are_sums(answer, message, public_key, r):
    n = public_key[0]
    if fits_the_key(message, public_key) and n < BIG_N:
        two = answer(2, public_key, another_r(r, n))
        product = whole(answer(message, public_key, r)) * whole(two) % n**2
        expect(opened_with(product, secret_of(public_key)), "the message plus 2").equals(
            (message + 2) % n
        )


@encrypt.law("can be opened for every message of a small key", most=1)
def every_message_can_be_opened(answer):
    public, secret = keys_of(3, 5)
    locked = [answer(m, public, 2) for m in range(15)]
    opened = [opened_with(ciphertext, secret) for ciphertext in locked]
    expect(opened, "the messages from 0 to 14, locked and opened again").equals(list(range(15)))


@encrypt.law("raises a ValueError for a message below 0, and for one of n or more")
def rejects_what_does_not_fit(answer, public_key, r):
    expect(answer(-1, public_key, r)).raises(ValueError)
    expect(answer(public_key[0], public_key, r)).raises(ValueError)


@encrypt.law("is exact, however many digits the numbers have", most=2)
def is_exact(answer, message, r):
    m, public = 87_654_321_098_765_432_109 + abs(message), BIG_KEYS[0]
    expect(whole(answer(m, public, r)) == encrypted_with(m, public, r)).is_true(
        f"with n = {BIG_N} the ciphertext is off: only Python's own whole numbers are exact here"
    )


def check_message(message, public_key):
    if not fits_the_key(message, public_key):
        raise ValueError


@encrypt.misconception(
    "without randomness",
    "The same message always gives the same ciphertext then, and can be found by trying all of "
    "them. Multiply by r^n.",
)
def same_randomness(message, public_key, r):
    check_message(message, public_key)
    return encrypted_with(message, public_key, 1)


@encrypt.misconception(
    "modulo n instead of n^2",
    "g is n + 1, which is 1 modulo n: the message is gone for good. Ciphertexts live modulo n^2.",
)
def wrong_modulus(message, public_key, r):
    check_message(message, public_key)
    return encrypted_with(message, public_key, r) % public_key[0]


@encrypt.misconception(
    "r not raised to the power n",
    "Only r^n disappears when the ciphertext is opened. r itself makes noise of the message.",
)
def r_not_raised(message, public_key, r):
    check_message(message, public_key)
    return encrypted_with(message, public_key, 1) * r % public_key[0] ** 2


@encrypt.misconception(
    "g times the message instead of g to its power",
    "The message is in the exponent, so that multiplying ciphertexts adds up messages.",
)
def message_as_a_factor(message, public_key, r):
    check_message(message, public_key)
    n, g = public_key
    return g * message * pow(r, n, n**2) % n**2


@encrypt.misconception("the two powers added", "They are multiplied: g^message * r^n, modulo n^2.")
def powers_added(message, public_key, r):
    check_message(message, public_key)
    n, g = public_key
    return (pow(g, message, n**2) + pow(r, n, n**2)) % n**2


@encrypt.misconception(
    "the product left beyond n^2", "Take the product of the two powers modulo n^2 once more."
)
def product_not_reduced(message, public_key, r):
    check_message(message, public_key)
    n, g = public_key
    return pow(g, message, n**2) * pow(r, n, n**2)


@encrypt.misconception(
    "silent about messages that do not fit",
    "n + 3 would come out as 3, and nobody would notice. Raise a ValueError.",
)
def never_raises(message, public_key, r):
    return encrypted_with(message, public_key, r)


@encrypt.alternative
def without_the_power_of_g(message, public_key, r):
    n, _ = public_key
    if message not in range(n):
        raise ValueError("the message does not fit")
    # (n + 1)^m = 1 + m * n modulo n^2: all other terms hold n^2.
    return (1 + message * n) * pow(r, n, n * n) % (n * n)


@encrypt.alternative
def squaring_and_multiplying(message, public_key, r):
    def power(base, exponent, modulus):
        result = 1
        while exponent:
            if exponent % 2:
                result = result * base % modulus
            base, exponent = base * base % modulus, exponent // 2
        return result

    n, g = public_key
    if message < 0 or message >= n:
        raise ValueError(message)
    return power(r, n, n * n) * power(g, message, n * n) % (n * n)


# --- decrypt -----------------------------------------------------------------------------------


def ciphertext_case(primes, message, r):
    public_key, secret_key = keys_of(*primes)
    n = public_key[0]
    r = without_common_factor(r, n)
    return {"ciphertext": encrypted_with(message % n, public_key, r), "secret_key": secret_key}


decrypt = exercise(
    "decrypt",
    inputs={"primes": Choice(KEY_PRIMES), "message": Whole(0, 97), "r": Whole(0, 97)},
    arrange=ciphertext_case,
    cases=40,
    edges=[
        {"ciphertext": 683, "secret_key": (35, 24, 19)},
        {"ciphertext": 44, "secret_key": (35, 24, 19)},
        {"ciphertext": 1, "secret_key": (35, 24, 19)},
        {"ciphertext": 36, "secret_key": (35, 24, 19)},
        {
            "ciphertext": encrypted_with(98_765_432_109_876_543_210, BIG_KEYS[0], 424_242),
            "secret_key": BIG_KEYS[1],
        },
    ],
    hints=[
        "Two ciphertexts of one message look different. What must be gone before they can give the "
        "same result?",
        'Raised to the power of lam, the random part becomes 1 (chapter 15, "Homomorphic '
        'encryption"). Of the rest, 1 + n * (something), take the something; mu turns it into the '
        "message.",
        "x = pow(..., n**2), one whole number with x % n == 1. So x - 1 can be divided by n without "
        "a rest: `//`, as `/` makes a number with decimals, which has 16 digits only. Then * mu, "
        "modulo n.",
    ],
)


def public_of(secret_key):
    return secret_key[0], secret_key[0] + 1


@decrypt.law("is a whole number from 0 to n - 1")
def lies_below_n(answer, ciphertext, secret_key):
    message = answer(ciphertext, secret_key)
    expect_whole_numbers(message)
    expect(message).is_at_least(0)
    expect(message).is_at_most(secret_key[0] - 1)


@decrypt.law("opens every message of a small key", most=1)
def opens_every_message(answer):
    public, secret = keys_of(3, 5)
    opened = [answer(encrypted_with(m, public, (2, 4, 7)[m % 3]), secret) for m in range(15)]
    expect([whole(m) for m in opened], "the messages 0 to 14").equals(list(range(15)))


@decrypt.law("is exact, however many digits the numbers have", most=2)
def is_exact(answer, ciphertext):
    m = 87_654_321_098_765_432_109 + ciphertext % 1000
    locked = encrypted_with(m, BIG_KEYS[0], 31_337)
    expect(whole(answer(locked, BIG_KEYS[1])) == m).is_true(
        f"with n = {BIG_N} the message is off: only Python's own whole numbers are exact here"
    )


@decrypt.law("does not depend on the random number that it was locked with")
def randomness_is_gone(answer, ciphertext, secret_key):
    n = secret_key[0]
    covered = ciphertext * pow(2, n, n**2) % n**2
    expect(answer(covered, secret_key)).equals(whole(answer(ciphertext, secret_key)))


@decrypt.law("opens the product of two ciphertexts to the sum of their messages")
def products_are_sums(answer, ciphertext, secret_key):
    n = secret_key[0]
    product = ciphertext * encrypted_with(2, public_of(secret_key), 1) % n**2
    expect(answer(product, secret_key)).equals((whole(answer(ciphertext, secret_key)) + 2) % n)


@decrypt.misconception(
    "modulo n instead of n^2",
    "Modulo n every ciphertext^lam is 1, and the message is gone. The power is taken modulo n^2.",
)
def wrong_modulus(ciphertext, secret_key):
    n, lam, mu = secret_key
    return (pow(ciphertext, lam, n) - 1) // n * mu % n


@decrypt.misconception(
    "mu left out", "(x - 1) / n is lam times the message. mu, the inverse of lam, takes lam away."
)
def forgot_mu(ciphertext, secret_key):
    n, lam, _ = secret_key
    return (pow(ciphertext, lam, n**2) - 1) // n % n


@decrypt.misconception(
    "x taken for the message",
    "x is 1 + n * (something): take 1 off and divide by n before you multiply by mu.",
)
def forgot_the_division(ciphertext, secret_key):
    n, lam, mu = secret_key
    return pow(ciphertext, lam, n**2) * mu % n


@decrypt.misconception(
    "larger than the message", "The message is what is left modulo n: end with % n."
)
def last_modulo_forgotten(ciphertext, secret_key):
    n, lam, mu = secret_key
    return (pow(ciphertext, lam, n**2) - 1) // n * mu


@decrypt.misconception(
    "division with decimals",
    "`/` gives a number with decimals, which is exact for 16 digits only. `//` divides whole "
    "numbers, however large.",
)
def true_division(ciphertext, secret_key):
    n, lam, mu = secret_key
    return (pow(ciphertext, lam, n**2) - 1) / n * mu % n


@decrypt.alternative
def without_taking_one_off(ciphertext, secret_key):
    n, lam, mu = secret_key
    something, _ = divmod(pow(ciphertext, lam, n * n), n)
    return mu * something % n


@decrypt.alternative
def mu_found_again(ciphertext, secret_key):
    n, lam, _ = secret_key
    x = pow(ciphertext, lam, n**2)
    y = pow(n + 1, lam, n**2)  # the same, of the message 1
    return (x - 1) // n * pow((y - 1) // n, -1, n) % n


# --- add_encrypted -----------------------------------------------------------------------------


def two_ciphertexts_case(primes, a, b, r, s):
    public_key, _ = keys_of(*primes)
    n = public_key[0]
    first = encrypted_with(a % n, public_key, without_common_factor(r, n))
    second = encrypted_with(b % n, public_key, without_common_factor(s, n))
    return {"first": first, "second": second, "public_key": public_key}


FIVE, THREE = encrypted_with(5, (35, 36), 2), encrypted_with(3, (35, 36), 4)
BIG_FIRST = encrypted_with(98_765_432_109_876_543_210, BIG_KEYS[0], 424_242)
BIG_SECOND = encrypted_with(87_654_321_098_765_432_109, BIG_KEYS[0], 31_337)

add_encrypted = exercise(
    "add_encrypted",
    inputs={
        "primes": Choice(KEY_PRIMES),
        "a": Whole(0, 97),
        "b": Whole(0, 97),
        "r": Whole(0, 97),
        "s": Whole(0, 97),
    },
    arrange=two_ciphertexts_case,
    cases=30,
    edges=[
        {"first": FIVE, "second": THREE, "public_key": (35, 36)},
        {"first": 1, "second": FIVE, "public_key": (35, 36)},
        {"first": BIG_FIRST, "second": BIG_SECOND, "public_key": BIG_KEYS[0]},
    ],
    hints=[
        "g^5 times g^3 is g to what power?",
        "A message stands in the exponent of g, and multiplying powers adds up their exponents "
        '(chapter 15, "Homomorphic encryption"). Nothing needs to be opened: the secret key is not '
        "even there.",
        "Two whole numbers in, one out, modulo the same number as in encrypt: n^2.",
    ],
)


@add_encrypted.law("opens to the sum of the two numbers, modulo n")
def opens_to_the_sum(answer, first, second, public_key):
    if public_key[0] < BIG_N:
        secret = secret_of(public_key)
        total = opened_with(first, secret) + opened_with(second, secret)
        expect(opened_with(answer(first, second, public_key), secret), "the sum, opened").equals(
            total % public_key[0]
        )


@add_encrypted.law("is a whole number from 1 to n^2 - 1")
def lies_below_n_squared(answer, first, second, public_key):
    total = answer(first, second, public_key)
    expect_whole_numbers(total)
    expect(total).is_at_least(1)
    expect(total).is_at_most(public_key[0] ** 2 - 1)


@add_encrypted.law("does not depend on the order of the two")
def order_is_free(answer, first, second, public_key):
    expect(answer(second, first, public_key)).equals(whole(answer(first, second, public_key)))


@add_encrypted.law("does not change what is in the first when a 0 is added")
def zero_changes_nothing(answer, first, public_key):
    if public_key[0] < BIG_N:
        secret, zero = secret_of(public_key), encrypted_with(0, public_key, 2)
        total = opened_with(answer(first, zero, public_key), secret)
        expect(total, "the number plus 0, opened").equals(opened_with(first, secret))


@add_encrypted.law("is exact, however many digits the numbers have", most=2)
def is_exact(answer, first):
    one, n = BIG_FIRST + first, BIG_N
    expect(whole(answer(one, BIG_SECOND, BIG_KEYS[0])) == one * BIG_SECOND % n**2).is_true(
        f"with n = {BIG_N} the result is off: only Python's own whole numbers are exact here"
    )


@add_encrypted.misconception(
    "the ciphertexts added",
    "The numbers stand in exponents, and exponents are added by multiplying the powers.",
)
def ciphertexts_added(first, second, public_key):
    return (first + second) % public_key[0] ** 2


@add_encrypted.misconception(
    "modulo n instead of n^2", "Modulo n the message is gone. Ciphertexts live modulo n^2."
)
def wrong_modulus(first, second, public_key):
    return first * second % public_key[0]


@add_encrypted.misconception(
    "the product left beyond n^2",
    "It would open, but get longer with every number that is added: take it modulo n^2.",
)
def product_not_reduced(first, second, public_key):
    return first * second


@add_encrypted.misconception(
    "both numbers opened, and then added",
    "With a toy key one can do that, as the primes are soon found. But then somebody has read both "
    "numbers: the sum must stay locked, and so must they.",
)
def decrypts_individually(first, second, public_key):
    secret = BIG_KEYS[1] if public_key[0] == BIG_N else secret_of(public_key)
    return (opened_with(first, secret) + opened_with(second, secret)) % public_key[0]


@add_encrypted.alternative
def with_pow(first, second, public_key):
    n, _ = public_key
    return pow(first * second, 1, n * n)


@add_encrypted.alternative
def added_up_in_steps(first, second, public_key):
    modulus, result = public_key[0] ** 2, 0
    while second:  # `second` times `first`, bit by bit
        if second & 1:
            result = (result + first) % modulus
        first, second = 2 * first % modulus, second >> 1
    return result


# --- multiply_encrypted ------------------------------------------------------------------------


def factor_case(primes, message, r, factor):
    public_key, _ = keys_of(*primes)
    n = public_key[0]
    ciphertext = encrypted_with(message % n, public_key, without_common_factor(r, n))
    return {"ciphertext": ciphertext, "factor": factor, "public_key": public_key}


multiply_encrypted = exercise(
    "multiply_encrypted",
    inputs={
        "primes": Choice(KEY_PRIMES),
        "message": Whole(0, 97),
        "r": Whole(0, 97),
        "factor": Whole(0, 12),
    },
    arrange=factor_case,
    cases=30,
    edges=[
        {"ciphertext": FIVE, "factor": 3, "public_key": (35, 36)},
        {"ciphertext": FIVE, "factor": 0, "public_key": (35, 36)},
        {"ciphertext": FIVE, "factor": 1, "public_key": (35, 36)},
        {"ciphertext": BIG_FIRST, "factor": 2000, "public_key": BIG_KEYS[0]},
    ],
    hints=[
        "3 times a number is the number plus itself plus itself. How do you add encrypted numbers?",
        "Adding means multiplying ciphertexts, so adding the same one again and again means a power "
        '(chapter 15, "Homomorphic encryption"). The factor itself is in plain sight; two locked '
        "numbers cannot be multiplied.",
        "pow takes three whole numbers: the base, the exponent, and the modulus, n^2. A factor of 0 "
        "gives 1, which opens to 0.",
    ],
)


@multiply_encrypted.law("opens to the factor times the number, modulo n")
def opens_to_the_product(answer, ciphertext, factor, public_key):
    if public_key[0] < BIG_N:
        secret = secret_of(public_key)
        opened = opened_with(answer(ciphertext, factor, public_key), secret)
        expect(opened, "the product, opened").equals(
            factor * opened_with(ciphertext, secret) % public_key[0]
        )


@multiply_encrypted.law("leaves the ciphertext as it is for a factor of 1, and opens to 0 for 0")
def one_and_zero(answer, ciphertext, public_key):
    expect(answer(ciphertext, 1, public_key), "times 1").equals(ciphertext)
    expect(answer(ciphertext, 0, public_key), "times 0").equals(1)


@multiply_encrypted.law("is for a factor of 2 what adding the number to itself is")
def two_is_twice(answer, ciphertext, public_key):
    n = public_key[0]
    expect(answer(ciphertext, 2, public_key)).equals(ciphertext * ciphertext % n**2)


@multiply_encrypted.law("is exact, however many digits the numbers have", most=2)
def is_exact(answer, ciphertext):
    one, n = BIG_FIRST + ciphertext, BIG_N
    expect(whole(answer(one, 12_345, BIG_KEYS[0])) == pow(one, 12_345, n**2)).is_true(
        f"with n = {BIG_N} the result is off: only Python's own whole numbers are exact here"
    )


@multiply_encrypted.misconception(
    "the factor encrypted, and the two ciphertexts multiplied",
    "A product of ciphertexts opens to the *sum*. There is no way to multiply two locked numbers: "
    "the factor stays in plain sight.",
)
def ciphertext_times_ciphertext(ciphertext, factor, public_key):
    n = public_key[0]
    return ciphertext * encrypted_with(factor, public_key, 1) % n**2


@multiply_encrypted.misconception(
    "the ciphertext times the factor",
    "3 * g^5 is no power of g. Adding the number three times means multiplying its ciphertext with "
    "itself three times.",
)
def factor_times_ciphertext(ciphertext, factor, public_key):
    return ciphertext * factor % public_key[0] ** 2


@multiply_encrypted.misconception(
    "modulo n instead of n^2", "Modulo n the message is gone. Ciphertexts live modulo n^2."
)
def wrong_modulus(ciphertext, factor, public_key):
    return pow(ciphertext, factor, public_key[0])


@multiply_encrypted.misconception(
    "once too often",
    "The loop begins with 1, which stands for nothing, not with the ciphertext itself.",
)
def once_too_often(ciphertext, factor, public_key):
    return pow(ciphertext, factor + 1, public_key[0] ** 2)


@multiply_encrypted.alternative
def again_and_again(ciphertext, factor, public_key):
    n, _ = public_key
    result = 1
    for _ in range(factor):
        result = result * ciphertext % (n * n)
    return result


@multiply_encrypted.alternative
def by_halves(ciphertext, factor, public_key):
    if factor == 0:
        return 1
    half = by_halves(ciphertext, factor // 2, public_key)
    return half * half * (ciphertext if factor % 2 else 1) % public_key[0] ** 2


# --- fixed_point_encode ------------------------------------------------------------------------

# No x * scale lies half way between two whole numbers: which way to round is nobody's business.
DECIMALS = (0.5, -0.5, 1.0, -0.29, 0.29, 0.0, -1.0, 1.37, -2.84, 0.3, -0.3, 3.14159, -0.0026)
SCALES = (100, 16, 1000, 64)
MODULI = (10403, 143, 2**14, 323, 32767)

fixed_point_encode = exercise(
    "fixed_point_encode",
    inputs={"x": Number(DECIMALS), "scale": Choice(SCALES), "modulus": Choice(MODULI)},
    cases=50,
    edges=[
        {"x": 0.29, "scale": 100, "modulus": 10403},
        {"x": -0.29, "scale": 100, "modulus": 10403},
        {"x": 0.0, "scale": 100, "modulus": 35},
        {"x": 1.7, "scale": 10, "modulus": 35},
        {"x": -1.7, "scale": 10, "modulus": 35},
        {"x": 1.8, "scale": 10, "modulus": 35},
        {"x": -1.8, "scale": 10, "modulus": 35},
        {"x": 1.75, "scale": 4, "modulus": 14},
        {"x": -1.75, "scale": 4, "modulus": 14},
        {"x": 2, "scale": 1, "modulus": 35},
        {"x": -0.29, "scale": 100, "modulus": BIG_N},
    ],
    hints=[
        "Only whole numbers can be encrypted. How many hundredths are 0.29?",
        'Count in steps of 1 / scale, and round to whole steps (chapter 15, "Homomorphically '
        'encrypted federated learning"; there the library does it). Numbers below 0 stand at the '
        "upper end, as on a clock one hour before 0 is 23.",
        "x * scale is 28.999999999999996 for 0.29 and 100: int() would cut it to 28, round() makes "
        "29 of it. Look whether twice its size reaches the modulus; then `%`.",
    ],
)


def has_room(x, scale, modulus):
    return 2 * abs(round(x * scale)) < modulus


def signed(number, modulus):
    number = whole(number)
    return number - modulus if 2 * number > modulus else number


@fixed_point_encode.law("is a whole number from 0 to modulus - 1")
def lies_below_the_modulus(answer, x, scale, modulus):
    if has_room(x, scale, modulus):
        number = answer(x, scale, modulus)
        expect_whole_numbers(number)
        expect(number).is_at_least(0)
        expect(number).is_at_most(modulus - 1)


@fixed_point_encode.law("is never further from x than half a step")
def is_nearest(answer, x, scale, modulus):
    if has_room(x, scale, modulus):
        steps = signed(answer(x, scale, modulus), modulus)
        expect(abs(steps - x * scale), "how far it is from x * scale").is_at_most(0.5)


@fixed_point_encode.law("gives 0, modulo modulus, for a number and its opposite added up")
def opposites_cancel(answer, x, scale, modulus):
    if has_room(x, scale, modulus):
        both = whole(answer(x, scale, modulus)) + whole(answer(-x, scale, modulus))
        expect(both % modulus, "the sum of both, modulo modulus").equals(0)


@fixed_point_encode.law("lets whole steps be added up, modulo modulus")
def steps_add_up(answer, scale, modulus):
    if modulus > 2 * 13:
        down, up, both = (answer(steps / scale, scale, modulus) for steps in (-13, 11, -2))
        parts = (whole(down) + whole(up)) % modulus
        expect(parts, "-13 steps plus 11 steps").equals(whole(both))


@fixed_point_encode.law("is exact, however large the modulus is", most=2)
def is_exact(answer, x, scale):
    number = whole(answer(-abs(x) - 1, scale, BIG_N))
    expect(number == BIG_N - round((abs(x) + 1) * scale)).is_true(
        f"with the modulus {BIG_N} the number is off: only Python's own whole numbers are exact here"
    )


@fixed_point_encode.law("raises a ValueError for a number that there is no room for")
def rejects_what_does_not_fit(answer, scale, modulus):
    beyond = 0.75 * modulus / scale
    expect(answer(beyond, scale, modulus)).raises(ValueError)
    expect(answer(-beyond, scale, modulus)).raises(ValueError)


def encoded_with(x, scale, modulus, rounded=round):
    steps = rounded(x * scale)
    if 2 * abs(steps) >= modulus:
        raise ValueError
    return steps % modulus


@fixed_point_encode.misconception(
    "a number with decimals still",
    "Encryption takes whole numbers only: x * scale is hardly ever exactly whole. Round it.",
)
def noninteger_plaintext(x, scale, modulus):
    encoded_with(x, scale, modulus)
    return x * scale % modulus


@fixed_point_encode.misconception(
    "the decimals cut off",
    "int() cuts: 0.29 * 100 is 28.999999999999996 in the machine, and would become 28. Round to "
    "the nearest whole number.",
)
def cut_off(x, scale, modulus):
    encoded_with(x, scale, modulus)
    return encoded_with(x, scale, modulus, int)


@fixed_point_encode.misconception(
    "always rounded down", "math.floor and // go down. Round to the nearest whole number."
)
def rounded_down(x, scale, modulus):
    encoded_with(x, scale, modulus)
    return math.floor(x * scale) % modulus


@fixed_point_encode.misconception(
    "numbers below 0 left below 0",
    "A message lies between 0 and n - 1. `% modulus` puts -29 where modulus - 29 is.",
)
def left_below_zero(x, scale, modulus):
    encoded_with(x, scale, modulus)
    return round(x * scale)


@fixed_point_encode.misconception(
    "the sign lost", "-29 and 29 must not look alike: -29 becomes modulus - 29."
)
def sign_lost(x, scale, modulus):
    return encoded_with(abs(x), scale, modulus)


@fixed_point_encode.misconception(
    "silent where there is no room",
    "Beyond half the modulus a large number looks like one below 0. Raise a ValueError.",
)
def never_raises(x, scale, modulus):
    return round(x * scale) % modulus


@fixed_point_encode.misconception("divided by the scale", "To count hundredths, multiply by 100.")
def divided_by_the_scale(x, scale, modulus):
    return encoded_with(x, 1 / scale, modulus)


@fixed_point_encode.alternative
def half_a_step_up(x, scale, modulus):
    steps = math.floor(x * scale + 0.5)
    if not -modulus < 2 * steps < modulus:
        raise ValueError("no room")
    return steps if steps >= 0 else modulus + steps


@fixed_point_encode.alternative
def with_numpy(x, scale, modulus):
    steps = int(np.rint(np.float64(x) * scale))
    if abs(steps) >= modulus / 2:
        raise ValueError(f"{x} does not fit")
    return divmod(steps, modulus)[1]


# --- fixed_point_decode ------------------------------------------------------------------------

fixed_point_decode = exercise(
    "fixed_point_decode",
    inputs={"steps": Whole(-70, 28), "scale": Choice(SCALES), "modulus": Choice(MODULI)},
    arrange=lambda steps, scale, modulus: {
        "number": steps % modulus,
        "scale": scale,
        "modulus": modulus,
    },
    cases=40,
    edges=[
        {"number": 29, "scale": 100, "modulus": 10403},
        {"number": 10374, "scale": 100, "modulus": 10403},
        {"number": 0, "scale": 100, "modulus": 35},
        {"number": 17, "scale": 10, "modulus": 35},
        {"number": 18, "scale": 10, "modulus": 35},
        {"number": 8, "scale": 16, "modulus": 16},
        {"number": 34, "scale": 7, "modulus": 35},
        {"number": BIG_N - 29, "scale": 100, "modulus": BIG_N},
    ],
    hints=[
        "The modulus is 10403, and the number is 10374. Is that 103.74, or something below 0?",
        "fixed_point_encode has put the numbers below 0 at the upper end; take them back from there, "
        'then count in whole ones again (chapter 15, "Homomorphically encrypted federated '
        'learning").',
        "Above half the modulus: number - modulus, which is below 0. Then divide by scale, with "
        "decimals: `/`.",
    ],
)


@fixed_point_decode.law("gives back what was encoded, for whole steps above and below 0")
def gives_back(answer, number, scale, modulus):
    steps = number % 14 - 6
    expect(answer(steps % modulus, scale, modulus)).equals(steps / scale)


@fixed_point_decode.law("never lies beyond half the modulus of steps")
def stays_within_half(answer, number, scale, modulus):
    expect(answer(number, scale, modulus)).is_at_least(-modulus / 2 / scale)
    expect(answer(number, scale, modulus)).is_at_most(modulus / 2 / scale)


@fixed_point_decode.law("gives opposite numbers for a number and modulus minus it")
def opposites(answer, number, scale, modulus):
    if number and 2 * number != modulus:
        expect(answer(modulus - number, scale, modulus)).equals(
            -float(answer(number, scale, modulus))
        )


@fixed_point_decode.law("gives half as much with twice the scale")
def larger_scale_smaller_steps(answer, number, scale, modulus):
    expect(answer(number, 2 * scale, modulus)).equals(float(answer(number, scale, modulus)) / 2)


def decoded_with(number, scale, modulus):
    return (number - modulus if 2 * number > modulus else number) / scale


@fixed_point_decode.misconception(
    "no numbers below 0",
    "Above half the modulus stand the numbers below 0: take the modulus off before you divide.",
)
def negatives_missed(number, scale, modulus):
    return number / scale


@fixed_point_decode.misconception(
    "numbers below 0 without their sign",
    "modulus - number is the size of a number below 0; number - modulus has the sign as well.",
)
def sign_lost(number, scale, modulus):
    return abs(decoded_with(number, scale, modulus))


@fixed_point_decode.misconception(
    "division without decimals", "`//` cuts 0.29 down to 0. Divide with `/`."
)
def whole_division(number, scale, modulus):
    return (number - modulus if 2 * number > modulus else number) // scale


@fixed_point_decode.misconception(
    "multiplied by the scale", "Encoding multiplies by the scale, so decoding divides by it."
)
def multiplied_by_the_scale(number, scale, modulus):
    return decoded_with(number, scale, modulus) * scale**2


@fixed_point_decode.misconception(
    "one off below 0",
    "Counting begins at 0, so there are `modulus` numbers: modulus - 1 stands for -1, not for 0. "
    "Take off the modulus, all of it.",
)
def off_by_one(number, scale, modulus):
    return (number - modulus + 1 if 2 * number > modulus else number) / scale


@fixed_point_decode.misconception(
    "half the modulus counted as below 0",
    "Only what is *above* half the modulus stands for a number below 0.",
)
def half_counts_as_below(number, scale, modulus):
    return (number - modulus if 2 * number >= modulus else number) / scale


@fixed_point_decode.alternative
def by_shifting(number, scale, modulus):
    shift = (modulus - 1) // 2
    return ((number + shift) % modulus - shift) / scale


@fixed_point_decode.alternative
def with_fractions(number, scale, modulus):
    below = number - modulus
    return float((below if -below < number else number) * (1.0 / scale))


# --- encrypt_model -----------------------------------------------------------------------------

# Room for four models of these numbers, and a key without it.
ROOMY_PRIMES = ((37, 41), (43, 47), (53, 59), (5, 7), (61, 67))


def model_case(model, primes, scale, picks):
    public_key, _ = keys_of(*primes)
    randoms = [without_common_factor(pick, public_key[0]) for pick in picks[: len(model)]]
    return {"model": model, "public_key": public_key, "scale": scale, "randoms": randoms}


encrypt_model = exercise(
    "encrypt_model",
    inputs={
        "model": Array(("size",), SMALL),
        "primes": Choice(ROOMY_PRIMES),
        "scale": Choice((16, 8, 64)),
        "picks": ListOf(Whole(1, 97), 5, 5),
    },
    arrange=model_case,
    cases=30,
    edges=[
        {"model": [0.5, -0.25], "public_key": (35, 36), "scale": 8, "randoms": [2, 3]},
        {
            "model": [0.29, -0.29, 0.29, -1.234567],
            "public_key": (1517, 1518),
            "scale": 100,
            "randoms": [2, 3, 5, 7],
        },
        {"model": [0.0], "public_key": (35, 36), "scale": 8, "randoms": [1]},
        {"model": [0.5, 3.0], "public_key": (35, 36), "scale": 8, "randoms": [2, 3]},
        {
            "model": [0.123456789, -31.25],
            "public_key": BIG_KEYS[0],
            "scale": 2**20,
            "randoms": [424_242, 31_337],
        },
    ],
    hints=[
        "Two words have the same number in the model. Should their ciphertexts be the same, too?",
        "Numbers with decimals become whole ones, and then each is locked by itself (chapter 15, "
        '"Homomorphically encrypted federated learning"). Each needs a random number of its own.',
        "For each number and its random number: fixed_point_encode with modulus n, then encrypt. "
        "size numbers in, a list of size whole numbers out.",
    ],
)


def model_fits(model, public_key, scale):
    return all(has_room(float(x), scale, public_key[0]) for x in model)


@encrypt_model.law("has one ciphertext for each number of the model, a whole number")
def has_a_ciphertext_for_each(answer, model, public_key, scale, randoms):
    if model_fits(model, public_key, scale):
        ciphertexts = list(answer(model, public_key, scale, randoms))
        expect(len(ciphertexts), "the number of ciphertexts").equals(len(model))
        for ciphertext in ciphertexts:
            expect_whole_numbers(ciphertext)


@encrypt_model.law("opens to the numbers of the model, in steps of 1 / scale")
def can_be_opened(answer, model, public_key, scale, randoms):
    if model_fits(model, public_key, scale) and public_key[0] < BIG_N:
        secret = secret_of(public_key)
        ciphertexts = answer(model, public_key, scale, randoms)
        steps = [signed(opened_with(c, secret), public_key[0]) for c in ciphertexts]
        expect(steps, "what the ciphertexts open to").equals(
            [round(float(x) * scale) for x in model]
        )


@encrypt_model.law("shows nobody that two numbers of the model are the same")
def equal_numbers_look_different(answer, public_key, scale):
    model = np.array([0.125, 0.125, 0.125])
    ciphertexts = answer(model, public_key, 8, [2, 3, 4])
    different = len({whole(ciphertext) for ciphertext in ciphertexts})
    expect(different, "different ciphertexts of three equal numbers").equals(3)


@encrypt_model.law("raises a ValueError where a number does not fit")
def rejects_what_does_not_fit(answer, public_key, scale):
    beyond = np.array([0.0, float(public_key[0])])
    expect(answer(beyond, public_key, scale, [2, 3])).raises(ValueError)


@encrypt_model.law("is exact, however many digits the numbers have", most=2)
def is_exact(answer, model):
    model = np.array([model[0], -0.75, 1.25])
    randoms, public = [31_337, 424_242, 99], BIG_KEYS[0]
    steps = [int(x * 2**30) for x in model]
    ours = [encrypted_with(m % BIG_N, public, r) for m, r in zip(steps, randoms)]
    theirs = [whole(ciphertext) for ciphertext in answer(model, public, 2**30, randoms)]
    expect(theirs == ours).is_true(
        f"with n = {BIG_N} a ciphertext is off: only Python's own whole numbers are exact here"
    )


def model_with(model, public_key, scale, randoms, encode=encoded_with, lock=encrypted_with):
    return [
        lock(encode(float(x), scale, public_key[0]), public_key, r) for x, r in zip(model, randoms)
    ]


@encrypt_model.misconception(
    "one random number for all",
    "Equal numbers get equal ciphertexts then. Each number has a random number of its own.",
)
def same_randomness(model, public_key, scale, randoms):
    return model_with(model, public_key, scale, [randoms[0]] * len(model))


@encrypt_model.misconception(
    "the scale left out",
    "Rounding a model without scaling it first leaves hardly anything: fixed_point_encode counts in "
    "steps of 1 / scale.",
)
def noninteger_plaintext(model, public_key, scale, randoms):
    model_with(model, public_key, scale, randoms)
    return model_with(model, public_key, 1, randoms)


@encrypt_model.misconception(
    "the signs lost", "Numbers below 0 go to the upper end, modulo n: fixed_point_encode does it."
)
def signs_lost(model, public_key, scale, randoms):
    return model_with(np.abs(model), public_key, scale, randoms)


@encrypt_model.misconception(
    "encoded, but not encrypted", "Everybody can read encoded numbers: lock each of them."
)
def not_encrypted(model, public_key, scale, randoms):
    return model_with(model, public_key, scale, randoms, lock=lambda message, key, r: message)


@encrypt_model.misconception(
    "ciphertexts modulo n", "Modulo n the messages are gone. Ciphertexts live modulo n^2."
)
def wrong_modulus(model, public_key, scale, randoms):
    return [c % public_key[0] for c in model_with(model, public_key, scale, randoms)]


@encrypt_model.alternative
def number_by_number(model, public_key, scale, randoms):
    n, g = public_key
    ciphertexts = []
    for k in range(len(model)):
        steps = int(round(float(model[k]) * scale))
        if 2 * abs(steps) >= n:
            raise ValueError(steps)
        ciphertexts.append(pow(g, steps, n**2) * pow(randoms[k], n, n**2) % n**2)
    return ciphertexts


@encrypt_model.alternative
def all_steps_first(model, public_key, scale, randoms):
    n, _ = public_key
    steps = [int(s) for s in np.rint(np.asarray(model, dtype=float) * scale)]
    if max(map(abs, steps)) >= n / 2:
        raise ValueError("a number does not fit")
    return tuple((1 + s % n * n) * pow(r, n, n * n) % (n * n) for s, r in zip(steps, randoms))


# --- aggregate_encrypted -----------------------------------------------------------------------


def locked_models(messages, picks, public_key, size):
    n = public_key[0]
    return [
        [
            encrypted_with(m % n, public_key, without_common_factor(pick + 7 * i, n))
            for m, pick in zip(row[:size], picks)
        ]
        for i, row in enumerate(messages)
    ]


def locked_case(primes, messages, picks, size):
    public_key, _ = keys_of(*primes)
    return {
        "encrypted_models": locked_models(messages, picks, public_key, size),
        "public_key": public_key,
    }


aggregate_encrypted = exercise(
    "aggregate_encrypted",
    inputs={
        "primes": Choice(KEY_PRIMES),
        "messages": ListOf(ListOf(Whole(0, 97), 5, 5), 1, 4),
        "picks": ListOf(Whole(1, 97), 5, 5),
        "size": Whole(1, 5),
    },
    arrange=locked_case,
    cases=30,
    edges=[
        {"encrypted_models": [[88, 992], [88, 992]], "public_key": (35, 36)},
        {"encrypted_models": [[FIVE]], "public_key": (35, 36)},
        {"encrypted_models": [[FIVE, THREE, 1], [THREE, 36, FIVE]], "public_key": (35, 36)},
        {
            "encrypted_models": [[BIG_FIRST, 1], [BIG_SECOND, BIG_FIRST], [BIG_FIRST, BIG_FIRST]],
            "public_key": BIG_KEYS[0],
        },
    ],
    hints=[
        "Whoever adds up the models has no secret key. Can it be done all the same?",
        'Add the encrypted numbers of all clients, place by place (chapter 15, "Homomorphically '
        'encrypted federated learning"). The sum stays locked: it is the only thing that will ever '
        "be opened.",
        "clients lists of size ciphertexts in, one list of size ciphertexts out. add_encrypted adds "
        "two of them; go through all clients, also where there is only one.",
    ],
)


def opened_list(ciphertexts, secret):
    return [opened_with(ciphertext, secret) for ciphertext in ciphertexts]


def sums_of(encrypted_models, public_key):
    """What the sums are, opened; the key's primes are known or soon found."""
    secret = BIG_KEYS[1] if public_key[0] == BIG_N else secret_of(public_key)
    opened = [opened_list(model, secret) for model in encrypted_models]
    return [sum(column) % public_key[0] for column in zip(*opened)]


@aggregate_encrypted.law("opens to the sum of all clients' numbers, place by place")
def opens_to_the_sums(answer, encrypted_models, public_key):
    if public_key[0] < BIG_N:
        opened = opened_list(answer(encrypted_models, public_key), secret_of(public_key))
        expect(opened, "the sums, opened").equals(sums_of(encrypted_models, public_key))


@aggregate_encrypted.law("is made of whole numbers from 1 to n^2 - 1")
def lies_below_n_squared(answer, encrypted_models, public_key):
    for ciphertext in answer(encrypted_models, public_key):
        expect_whole_numbers(ciphertext)
        expect(ciphertext).is_at_least(1)
        expect(ciphertext).is_at_most(public_key[0] ** 2 - 1)


@aggregate_encrypted.law("is the client's own model where there is one client only")
def one_client_is_the_sum(answer, encrypted_models, public_key):
    expect(answer(encrypted_models[:1], public_key)).equals(encrypted_models[0])


@aggregate_encrypted.law("does not depend on the order of the clients")
def order_of_clients_is_free(answer, encrypted_models, public_key):
    turned = answer(encrypted_models[::-1], public_key)
    expect(turned).equals([whole(c) for c in answer(encrypted_models, public_key)])


@aggregate_encrypted.law("is exact, however many digits the numbers have", most=2)
def is_exact(answer, encrypted_models):
    first = encrypted_models[0][0]
    models = [[BIG_FIRST + first], [BIG_SECOND], [BIG_FIRST + 1]]
    ours = (BIG_FIRST + first) * BIG_SECOND * (BIG_FIRST + 1) % BIG_N**2
    (total,) = answer(models, BIG_KEYS[0])
    expect(whole(total) == ours).is_true(
        f"with n = {BIG_N} the result is off: only Python's own whole numbers are exact here"
    )


def products_with(encrypted_models, modulus):
    return [math.prod(column) % modulus for column in zip(*encrypted_models)]


@aggregate_encrypted.misconception(
    "the model of one client",
    "This is where the book goes wrong: it adds the models up, and then opens Sue's alone. What is "
    "passed on must be the sum of all, or one client is read after all.",
)
def aggregates_one_client(encrypted_models, public_key):
    return encrypted_models[-1]


@aggregate_encrypted.misconception(
    "every model opened, and then added up",
    "With a toy key one can do that, as the primes are soon found. But it shows every client's "
    "model to whoever adds them up. Add up what is locked, and open nothing.",
)
def decrypts_individually(encrypted_models, public_key):
    return sums_of(encrypted_models, public_key)


@aggregate_encrypted.misconception(
    "the ciphertexts added",
    "The numbers stand in exponents, and exponents are added by multiplying the powers: that is "
    "what add_encrypted does.",
)
def ciphertexts_added(encrypted_models, public_key):
    return [sum(column) % public_key[0] ** 2 for column in zip(*encrypted_models)]


@aggregate_encrypted.misconception(
    "modulo n instead of n^2", "Modulo n the messages are gone. Ciphertexts live modulo n^2."
)
def wrong_modulus(encrypted_models, public_key):
    return products_with(encrypted_models, public_key[0])


@aggregate_encrypted.misconception(
    "one sum for each client",
    "Each word has a number of its own: add up over the clients, place by place.",
)
def one_sum_for_each_client(encrypted_models, public_key):
    return [math.prod(model) % public_key[0] ** 2 for model in encrypted_models]


@aggregate_encrypted.misconception(
    "the first client counted twice",
    "Whoever starts with the first client's model goes on with the second.",
)
def first_client_twice(encrypted_models, public_key):
    return products_with([encrypted_models[0], *encrypted_models], public_key[0] ** 2)


@aggregate_encrypted.alternative
def place_by_place(encrypted_models, public_key):
    n, _ = public_key
    return [
        math.prod(model[k] for model in encrypted_models) % (n * n)
        for k in range(len(encrypted_models[0]))
    ]


@aggregate_encrypted.alternative
def starting_from_locked_zeros(encrypted_models, public_key):
    sums = [1] * len(encrypted_models[0])  # 1 opens to 0
    for model in reversed(encrypted_models):
        for k, ciphertext in enumerate(model):
            sums[k] = sums[k] * ciphertext % public_key[0] ** 2
    return tuple(sums)


# --- decrypted_mean ----------------------------------------------------------------------------


def mean_case(primes, steps, picks, n_clients, scale):
    public_key, secret_key = keys_of(*primes)
    (sums,) = locked_models([steps], picks, public_key, len(steps))
    return {
        "encrypted_sums": sums,
        "n_clients": n_clients,
        "secret_key": secret_key,
        "scale": scale,
    }


# Large enough to show where decimals are not exact, and small enough for arrays of messages.
FAIR_KEYS = keys_of(1_000_003, 1_000_033)
FAIR_N = FAIR_KEYS[0][0]

decrypted_mean = exercise(
    "decrypted_mean",
    inputs={
        "primes": Choice(((37, 41), (43, 47), (53, 59), (61, 67))),
        "steps": ListOf(Whole(-60, 38), 1, 5),
        "picks": ListOf(Whole(1, 97), 5, 5),
        "n_clients": Whole(1, 5),
        "scale": Choice((16, 8, 100)),
    },
    arrange=mean_case,
    cases=40,
    edges=[
        {"encrypted_sums": [394, 389], "n_clients": 2, "secret_key": (35, 24, 19), "scale": 8},
        {"encrypted_sums": [1], "n_clients": 3, "secret_key": (35, 24, 19), "scale": 8},
        {
            "encrypted_sums": [encrypted_with(m, FAIR_KEYS[0], 31_337) for m in (29, FAIR_N - 370)],
            "n_clients": 3,
            "secret_key": FAIR_KEYS[1],
            "scale": 1000,
        },
    ],
    hints=[
        "The sum of three clients opens to 29 steps of a hundredth. What is their mean?",
        "Only the sum is ever opened; whoever has it divides by the number of clients (chapter 15, "
        '"Homomorphically encrypted federated learning").',
        "For each ciphertext: decrypt gives a whole number below n, fixed_point_decode with modulus "
        "n a number with decimals and a sign. Divide last, once: a list of size numbers.",
    ],
)


def mean_with(encrypted_sums, n_clients, secret_key, scale, decode=decoded_with):
    n = secret_key[0]
    opened = [opened_with(ciphertext, secret_key) for ciphertext in encrypted_sums]
    return [decode(number, scale, n) / n_clients for number in opened]


@decrypted_mean.law("is the plain mean of the clients' models, locked and added up")
def is_the_plain_mean(answer, encrypted_sums, n_clients, secret_key, scale):
    n, size = secret_key[0], len(encrypted_sums)
    # In steps of 1 / scale; small enough for every key.
    models = np.array([[(i + 1) * (k - 1) % 4 - 2 for k in range(size)] for i in range(n_clients)])
    sums = [
        math.prod(encrypted_with(int(m) % n, (n, n + 1), 2 + i) for i, m in enumerate(column))
        for column in models.T
    ]
    expect(answer([s % n**2 for s in sums], n_clients, secret_key, scale)).equals(
        models.mean(axis=0) / scale
    )


@decrypted_mean.law("is the sum itself where there is one client only")
def one_client_is_the_mean(answer, encrypted_sums, secret_key, scale):
    expect(answer(encrypted_sums, 1, secret_key, scale)).equals(
        mean_with(encrypted_sums, 1, secret_key, scale)
    )


@decrypted_mean.law("is half as large for twice as many clients with the same sum")
def more_clients_smaller_mean(answer, encrypted_sums, n_clients, secret_key, scale):
    halves = np.asarray(answer(encrypted_sums, n_clients, secret_key, scale)) / 2
    expect(answer(encrypted_sums, 2 * n_clients, secret_key, scale)).equals(halves)


@decrypted_mean.law("opens every number by itself")
def numbers_are_independent(answer, encrypted_sums, n_clients, secret_key, scale):
    turned = np.asarray(answer(encrypted_sums[::-1], n_clients, secret_key, scale))
    expect(answer(encrypted_sums, n_clients, secret_key, scale)).equals(turned[::-1])


@decrypted_mean.misconception(
    "the sum instead of the mean", "Divide what you have opened by the number of clients."
)
def sum_not_mean(encrypted_sums, n_clients, secret_key, scale):
    return mean_with(encrypted_sums, 1, secret_key, scale)


@decrypted_mean.misconception(
    "divided twice", "One division by the number of clients makes a mean of the sum."
)
def divides_twice(encrypted_sums, n_clients, secret_key, scale):
    return mean_with(encrypted_sums, n_clients**2, secret_key, scale)


@decrypted_mean.misconception(
    "no numbers below 0",
    "What opens to more than half of n stands for a number below 0: fixed_point_decode knows that.",
)
def negatives_missed(*args):
    return mean_with(*args, decode=lambda number, scale, modulus: number / scale)


@decrypted_mean.misconception(
    "steps instead of numbers",
    "What is opened counts steps of 1 / scale: fixed_point_decode divides by the scale.",
)
def forgot_the_scale(*args):
    return mean_with(*args, decode=lambda number, _, modulus: decoded_with(number, 1, modulus))


@decrypted_mean.misconception(
    "divided before it is decoded",
    "Divide last: a number below 0 looks large before it is decoded, and whole steps cut off what "
    "is left over.",
)
def divided_too_early(encrypted_sums, n_clients, secret_key, scale):
    opened = [opened_with(c, secret_key) // n_clients for c in encrypted_sums]
    return [decoded_with(number, scale, secret_key[0]) for number in opened]


@decrypted_mean.misconception(
    "one number only", "The model has one number for each word: open all of the sums."
)
def aggregates_one_number(encrypted_sums, *others):
    return mean_with(encrypted_sums[-1:], *others)


@decrypted_mean.alternative
def with_an_array(encrypted_sums, n_clients, secret_key, scale):
    n, lam, mu = secret_key
    opened = [(pow(c, lam, n * n) - 1) // n * mu % n for c in encrypted_sums]
    return np.array([m - n if m > n // 2 else m for m in opened]) / (scale * n_clients)


@decrypted_mean.alternative
def number_by_number(encrypted_sums, n_clients, secret_key, scale):
    means = []
    for ciphertext in encrypted_sums:
        steps = opened_with(ciphertext, secret_key)
        if steps > secret_key[0] / 2:
            steps -= secret_key[0]
        means.append(steps / n_clients / scale)
    return tuple(means)
