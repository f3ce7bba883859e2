"""How chapter 12 is examined: from averaged word vectors to a network that predicts every word."""

import math

import numpy as np

from gdl_check.course import exercise
from gdl_check.expect import expect
from gdl_check.gradient import expect_slopes
from gdl_check.inputs import POSITIVE, SMALL, Array, Choice, ListOf, Number, Whole

PARAMETERS = ("start", "recurrent", "decoder", "embeddings")

# Numbers of words: taken modulo the size of the vocabulary, so that words come again.
WORDS = tuple(range(20))
# Without softmax: so few digits that a state is exact after five words, in float32 as well.
MATRIX = (1.0, 0.0, -1.0, 0.5, 2.0, -0.5)
# With softmax: at every word a state is multiplied by `recurrent`. Small entries keep even the
# largest state far from where a probability becomes 0 in float32, and its logarithm -inf.
TAME = (1.0, -1.0, 0.5, 0.0, -0.5, 0.25, 0.75, -0.25)
GENTLE = (0.25, -0.25, 0.125, 0.0, -0.125)

SENTENCE = Array(("words",), WORDS, whole=True)
NETWORK = {
    "start": Array(("hidden",), TAME),
    "recurrent": Array(("hidden", "hidden"), GENTLE),
    "decoder": Array(("hidden", "vocabulary"), TAME),
    "embeddings": Array(("vocabulary", "hidden"), TAME),
}
# Two numbers in a state, three words, nothing symmetric, all with decimals.
DECIMALS = {
    "start": [0.1, -0.3],
    "recurrent": [[0.3, 0.7], [-0.2, 0.9]],
    "decoder": [[0.7, -0.4, 1.234567891], [0.1, 0.6, -0.9]],
    "embeddings": [[0.3, -0.7], [0.9, 0.2], [-0.1, 0.6]],
}
TURNING = {
    "start": [1.0, 0.0],
    "recurrent": [[0.0, 1.0], [-1.0, 0.0]],
    "decoder": [[1.0, 0.0, -1.0], [0.0, 2.0, 1.0]],
    "embeddings": [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]],
}


def softmax_of(logits):
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def minus_log_softmax_of(logits):
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return np.log(np.exp(shifted).sum(axis=-1, keepdims=True)) - shifted


def states_of(vectors, start, recurrent):
    states = [start]
    for vector in vectors:
        states.append(states[-1].dot(recurrent) + vector)
    return np.array(states)


def one_hot_of(sentence, size):
    return np.eye(size)[sentence]


def loss_of(sentence, start, recurrent, decoder, embeddings):
    states = states_of(embeddings[sentence], start, recurrent)
    losses = minus_log_softmax_of(states[:-1].dot(decoder))
    return float(losses[np.arange(len(sentence)), sentence].sum())


def another_word(word, embeddings):
    return (word + 1) % len(embeddings)


# --- sentence_mean -----------------------------------------------------------------------------

sentence_mean = exercise(
    "sentence_mean",
    inputs={"embeddings": Array(("vocabulary", "hidden")), "sentence": SENTENCE},
    arrange=lambda embeddings, sentence: {
        "embeddings": embeddings,
        "sentence": sentence % len(embeddings),
    },
    edges=[
        {"embeddings": [[0.1, 0.7], [0.3, -0.2], [1.234567891, 0.9]], "sentence": [2, 0]},
        {"embeddings": [[1.0, 2.0], [3.0, 4.0]], "sentence": [1]},
        {"embeddings": [[1.0, 2.0, 0.0], [3.0, 4.0, 6.0]], "sentence": [1, 1, 0]},
    ],
    hints=[
        "A sentence has two words with the vectors [1, 0] and [3, 4]. Which vector lies halfway "
        "between them?",
        "Every word has a row of numbers in `embeddings`. The vector of a sentence is the mean of "
        'the rows of its words (chapter 12, "The surprising power of averaged word vectors").',
        "An array of numbers picks rows: embeddings[sentence] is (words, hidden). The mean over "
        "the words (axis 0) is (hidden,).",
    ],
)


@sentence_mean.law("does not depend on the order of the words")
def order_is_lost(answer, embeddings, sentence):
    turned = answer(embeddings, sentence[::-1].copy())
    expect(turned).equals(np.asarray(answer(embeddings, sentence)))


@sentence_mean.law("stays the same when the whole sentence is said twice")
def length_is_lost(answer, embeddings, sentence):
    twice = answer(embeddings, np.tile(sentence, 2))
    expect(twice).equals(np.asarray(answer(embeddings, sentence)))


@sentence_mean.law("is the vector of the word when there is only one")
def one_word_is_its_own_mean(answer, embeddings, sentence):
    expect(answer(embeddings, sentence[:1])).equals(embeddings[sentence[0]])


@sentence_mean.law("times the number of words, is the sum of their vectors")
def sum_is_words_times_mean(answer, embeddings, sentence):
    total = sum(embeddings[word] for word in sentence)
    expect(len(sentence) * np.asarray(answer(embeddings, sentence))).equals(total)


@sentence_mean.misconception(
    "the sum instead of the mean",
    "Divide by the number of words, or long sentences get long vectors.",
)
def sum_not_mean(embeddings, sentence):
    return embeddings[sentence].sum(axis=0)


@sentence_mean.misconception(
    "the mean of all words there are",
    "Take only the rows of the words in the sentence: embeddings[sentence].",
)
def mean_of_the_vocabulary(embeddings, sentence):
    return embeddings.mean(axis=0)


@sentence_mean.misconception(
    "a word that comes twice counts once",
    "Each word of the sentence counts as often as it comes: no set() and no np.unique.",
)
def repeats_dropped(embeddings, sentence):
    return embeddings[np.unique(sentence)].mean(axis=0)


@sentence_mean.misconception(
    "divided by the size of the vocabulary",
    "Divide by the number of words in the sentence, len(sentence).",
)
def divided_by_vocabulary(embeddings, sentence):
    return embeddings[sentence].sum(axis=0) / len(embeddings)


@sentence_mean.misconception(
    "one number for each word",
    "Average over the words (axis 0): what is left is one number for each column.",
)
def wrong_axis(embeddings, sentence):
    return embeddings[sentence].mean(axis=1)


@sentence_mean.alternative
def word_by_word(embeddings, sentence):
    total = [0.0] * embeddings.shape[1]
    for word in sentence:
        total = [t + float(x) for t, x in zip(total, embeddings[word])]
    return [t / len(sentence) for t in total]


@sentence_mean.alternative
def with_counts(embeddings, sentence):
    counts = np.bincount(sentence, minlength=len(embeddings))
    return np.einsum("v,vh->h", counts / counts.sum(), embeddings)


# --- most_similar_sentences --------------------------------------------------------------------

most_similar_sentences = exercise(
    "most_similar_sentences",
    inputs={
        "sentence_vectors": Array(("sentences", "hidden")),
        "vector": Array(("hidden",)),
        "k": Whole(1, 5),
    },
    arrange=lambda sentence_vectors, vector, k: {
        "sentence_vectors": sentence_vectors,
        "vector": vector,
        "k": 1 + (k - 1) % len(sentence_vectors),
    },
    edges=[
        {
            "sentence_vectors": [[1.0, 0.0], [2.0, 0.0], [1.0, 5.0], [2.0, -1.0]],
            "vector": [1.0, 0.0],
            "k": 3,
        },
        {"sentence_vectors": [[0.1, 0.7], [0.3, 0.2], [0.6, -0.4]], "vector": [0.3, 0.9], "k": 2},
        {"sentence_vectors": [[1.0, 2.0], [3.0, 4.0]], "vector": [0.0, 0.0], "k": 2},
        {"sentence_vectors": [[-1.0], [-3.0]], "vector": [2.0], "k": 1},
        # Beyond 16 entries NumPy's usual sort no longer leaves ties in their order.
        {"sentence_vectors": [[1.0], [2.0]] * 9, "vector": [1.0], "k": 18},
    ],
    hints=[
        "Two sentences have the vectors [1, 0] and [3, 1]. Which of them points more strongly the "
        "way of [1, 1]?",
        "The dot product says how alike two vectors are. Work out one score for each sentence, "
        'then look for the largest ones (chapter 12, "The surprising power of averaged word '
        'vectors").',
        '(sentences, hidden) . (hidden,) gives (sentences,). np.argsort(..., kind="stable") sorts '
        "from small to large and leaves ties in their order: what do you sort so that the largest "
        "comes first? Then the first k.",
    ],
)


@most_similar_sentences.law("gives k different rows")
def gives_k_rows(answer, sentence_vectors, vector, k):
    rows = answer(sentence_vectors, vector, k)
    expect(rows).has_shape(k)
    expect(len(set(np.asarray(rows).tolist())), "the number of different rows").equals(k)


@most_similar_sentences.law("never puts a sentence before one with a higher score")
def is_sorted_from_high_to_low(answer, sentence_vectors, vector, k):
    rows = np.asarray(answer(sentence_vectors, vector, k)).astype(int)
    scores = sentence_vectors.dot(vector)[rows]
    expect(bool((scores[:-1] >= scores[1:] - 1e-9).all())).is_true(
        f"the scores of your rows are {scores.tolist()}: the highest should come first"
    )


@most_similar_sentences.law("leaves out no sentence with a higher score")
def leaves_out_the_low_ones(answer, sentence_vectors, vector, k):
    rows = np.asarray(answer(sentence_vectors, vector, k)).astype(int)
    scores = sentence_vectors.dot(vector)
    left_out = np.delete(scores, rows)
    if len(left_out):
        expect(bool(scores[rows].min() >= left_out.max() - 1e-9)).is_true(
            "a sentence that is left out has a higher score than one that is named"
        )


@most_similar_sentences.law("begins in the same way, however many are asked for")
def more_only_add(answer, sentence_vectors, vector, k):
    everything = np.asarray(answer(sentence_vectors, vector, len(sentence_vectors)))
    expect(answer(sentence_vectors, vector, k)).equals(everything[:k])


@most_similar_sentences.misconception(
    "the least similar ones",
    "np.argsort sorts from small to large. The highest score should come first.",
)
def least_similar_first(sentence_vectors, vector, k):
    return np.argsort(sentence_vectors.dot(vector), kind="stable")[:k]


@most_similar_sentences.misconception(
    "the later one of two equal scores first",
    "Turning the sorted list round turns the ties round too. Sort the negative scores instead.",
)
def ties_turned_round(sentence_vectors, vector, k):
    return np.argsort(sentence_vectors.dot(vector), kind="stable")[::-1][:k]


@most_similar_sentences.misconception(
    "equal scores in any order",
    'np.argsort leaves ties in their order only with kind="stable"; with many sentences its usual '
    "way mixes them up.",
)
def ties_mixed_up(sentence_vectors, vector, k):
    return np.argsort(-sentence_vectors.dot(vector))[:k]


@most_similar_sentences.misconception(
    "the scores instead of the rows",
    "Say which sentences they are: their row numbers, as np.argsort gives them.",
)
def scores_not_rows(sentence_vectors, vector, k):
    return np.sort(sentence_vectors.dot(vector))[::-1][:k]


@most_similar_sentences.misconception(
    "the nearest ones instead of the highest dot products",
    "Here the score is the dot product, not the distance between the two vectors.",
)
def by_distance(sentence_vectors, vector, k):
    return np.argsort(((sentence_vectors - vector) ** 2).sum(axis=1), kind="stable")[:k]


@most_similar_sentences.misconception(
    "the dot product without its sign",
    "A strongly negative score means that the two point opposite ways: they are not alike at all.",
)
def absolute_scores(sentence_vectors, vector, k):
    return np.argsort(-abs(sentence_vectors.dot(vector)), kind="stable")[:k]


@most_similar_sentences.alternative
def sorted_by_score_and_row(sentence_vectors, vector, k):
    scores = [sum(float(a) * float(b) for a, b in zip(row, vector)) for row in sentence_vectors]
    return sorted(range(len(scores)), key=lambda row: (-scores[row], row))[:k]


@most_similar_sentences.alternative
def the_best_again_and_again(sentence_vectors, vector, k):
    scores = np.einsum("sh,h->s", sentence_vectors, vector).astype(float)
    rows = []
    for _ in range(k):
        rows.append(int(scores.argmax()))
        scores[rows[-1]] = -np.inf
    return rows


# --- order_blind -------------------------------------------------------------------------------

OTHERS = {
    "turned round": lambda sentence, size: sentence[::-1].copy(),
    "another first word": lambda sentence, size: np.append((sentence[0] + 1) % size, sentence[1:]),
    "said twice": lambda sentence, size: np.tile(sentence, 2),
    "one word more": lambda sentence, size: np.append(sentence, (sentence[0] + 1) % size),
    "the last word first": lambda sentence, size: np.roll(sentence, 1),
    "the next words": lambda sentence, size: (sentence + 1) % size,
}

order_blind = exercise(
    "order_blind",
    inputs={
        "embeddings": Array(("vocabulary", "hidden")),
        "sentence": SENTENCE,
        "other": Choice(tuple(OTHERS)),
    },
    arrange=lambda embeddings, sentence, other: {
        "embeddings": embeddings,
        "sentence": sentence % len(embeddings),
        "other": OTHERS[other](sentence % len(embeddings), len(embeddings)),
    },
    edges=[
        {"embeddings": [[1.0, 0.0], [3.0, 4.0]], "sentence": [0, 1], "other": np.array([1, 0])},
        {
            "embeddings": [[0.1, 0.7], [0.2, 0.3], [0.3, -0.1]],
            "sentence": [0, 1, 2],
            "other": np.array([2, 1, 0]),
        },
        {
            "embeddings": [[1.0, 0.0], [3.0, 4.0], [2.0, 2.0]],
            "sentence": [0, 1],
            "other": np.array([2]),
        },
        {
            "embeddings": [[1.0, 0.0], [3.0, 4.0], [2.0, 1.0], [2.0, 3.0]],
            "sentence": [0, 1],
            "other": np.array([2, 3]),
        },
        {"embeddings": [[1.0, 0.0], [1.0, 0.125]], "sentence": [0], "other": np.array([1])},
        {"embeddings": [[1.0, 2.0], [2.0, 1.0]], "sentence": [0], "other": np.array([1])},
        {"embeddings": [[1.0, 2.0], [0.0, 0.0]], "sentence": [0], "other": np.array([0, 1])},
        {"embeddings": [[1.0, 0.0], [3.0, 4.0]], "sentence": [0, 1], "other": np.array([0, 1, 1])},
    ],
    hints=[
        '"The dog bites the man" and "the man bites the dog": which of the two vectors is larger?',
        "All that averaging keeps of a sentence is one vector. Two sentences with the same one are "
        'the same to it (chapter 12, "The limitations of bag-of-words vectors").',
        "sentence_mean gives (hidden,) for each of the two. np.allclose(a, b) is True where all "
        "entries are the same but for rounding.",
    ],
)


@order_blind.law("is True for the same words in another order")
def order_does_not_matter(answer, embeddings, sentence):
    expect(answer(embeddings, sentence, sentence[::-1].copy())).equals(True)


@order_blind.law("is True for a sentence and the same one said twice")
def length_does_not_matter(answer, embeddings, sentence):
    expect(answer(embeddings, sentence, np.tile(sentence, 2))).equals(True)


@order_blind.law("is True for any two sentences when all words have the same vector")
def one_vector_for_all_words(answer, embeddings, sentence, other):
    alike = np.zeros_like(embeddings) + embeddings[0]
    expect(answer(alike, sentence, other)).equals(True)


@order_blind.law("is False for two words whose vectors differ in one place")
def different_words_are_told_apart(answer, embeddings, sentence):
    moved = embeddings[sentence[:1]].copy()
    moved[0, -1] += 1
    new_word = np.array([len(embeddings)])
    expect(answer(np.vstack([embeddings, moved]), sentence[:1], new_word)).equals(False)


@order_blind.misconception(
    "whether both have the same words in the same order",
    "Averaging does not see the words. Compare the two mean vectors, not the sentences.",
)
def compares_the_sentences(embeddings, sentence, other):
    return np.array_equal(sentence, other)


@order_blind.misconception(
    "whether both have the same words, each as often",
    "A sentence said twice, or other words whose vectors lie as far apart, can have the same mean "
    "too. Compare the two mean vectors.",
)
def compares_the_bags(embeddings, sentence, other):
    return sorted(sentence.tolist()) == sorted(other.tolist())


@order_blind.misconception(
    "exact equality",
    "0.1 + 0.2 + 0.3 and 0.3 + 0.2 + 0.1 differ in the last digit. Compare with np.allclose.",
)
def without_rounding(embeddings, sentence, other):
    one, two = embeddings[sentence].mean(axis=0), embeddings[other].mean(axis=0)
    return bool((one == two).all())


@order_blind.misconception(
    "one equal entry is enough", "Two vectors are the same when all of their entries are."
)
def any_not_all(embeddings, sentence, other):
    one, two = embeddings[sentence].mean(axis=0), embeddings[other].mean(axis=0)
    return bool(np.isclose(one, two).any())


@order_blind.misconception(
    "the sums instead of the means",
    "The mean does not see how long a sentence is, the sum does. Compare the means.",
)
def compares_the_sums(embeddings, sentence, other):
    return np.allclose(embeddings[sentence].sum(axis=0), embeddings[other].sum(axis=0))


@order_blind.misconception(
    "that sentences of different lengths are never the same",
    "The mean does not see how long a sentence is: said twice, it keeps its vector.",
)
def lengths_must_agree(embeddings, sentence, other):
    one, two = embeddings[sentence].mean(axis=0), embeddings[other].mean(axis=0)
    return len(sentence) == len(other) and np.allclose(one, two)


@order_blind.misconception(
    "whether averaging can tell them apart",
    "It is the other way round: True where the two mean vectors are the same.",
)
def inverted(embeddings, sentence, other):
    return not np.allclose(embeddings[sentence].mean(axis=0), embeddings[other].mean(axis=0))


@order_blind.alternative
def entry_by_entry(embeddings, sentence, other):
    for column in embeddings.T:
        one = sum(float(column[word]) for word in sentence) / len(sentence)
        two = sum(float(column[word]) for word in other) / len(other)
        if abs(one - two) > 1e-6:
            return 0
    return 1


@order_blind.alternative
def with_shares(embeddings, sentence, other):
    size = len(embeddings)
    shares = np.bincount(sentence, minlength=size) / len(sentence)
    shares = shares - np.bincount(other, minlength=size) / len(other)
    return np.max(abs(shares @ embeddings)) < 1e-4


# --- fold_vectors ------------------------------------------------------------------------------

fold_vectors = exercise(
    "fold_vectors",
    inputs={
        "vectors": Array(("words", "hidden"), SMALL),
        "recurrent": Array(("hidden", "hidden"), MATRIX),
    },
    edges=[
        {
            "vectors": [[2.0, 4.0, 6.0], [10.0, 10.0, 10.0], [1.0, 1.0, 1.0]],
            "recurrent": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        },
        {
            "vectors": [[0.1, 0.7], [0.3, -0.2], [0.9, 1.234567891]],
            "recurrent": [[0.3, -0.9], [0.6, 0.2]],
        },
        {"vectors": [[1.0, 2.0]], "recurrent": [[0.0, 1.0], [2.0, 0.0]]},
        {"vectors": [[1.0, 0.0], [0.0, 0.0]], "recurrent": [[0.0, 1.0], [0.0, 0.0]]},
    ],
    hints=[
        "What is [2, 4] times the identity matrix, plus [1, 1]? And what if the matrix had swapped "
        "the two entries first?",
        "The identity matrix changes nothing, so reading with it adds the vectors up. A matrix "
        "that does change something remembers what came first (chapter 12, "
        '"Using identity vectors to sum word embeddings").',
        "Begin with vectors[0], (hidden,). For each further vector: (hidden,) . (hidden, hidden) "
        "gives (hidden,), then add the vector. The state stands on the left of the matrix.",
    ],
)


@fold_vectors.law("is the plain sum with the identity matrix")
def identity_sums(answer, vectors):
    identity = np.eye(vectors.shape[1])
    expect(answer(vectors, identity)).equals(vectors.sum(axis=0))


@fold_vectors.law("is the last vector alone with a matrix of zeros")
def zeros_forget(answer, vectors, recurrent):
    expect(answer(vectors, 0 * recurrent)).equals(vectors[-1])


@fold_vectors.law("is the vector itself when there is only one")
def one_vector_stays(answer, vectors, recurrent):
    expect(answer(vectors[:1], recurrent)).equals(vectors[0])


@fold_vectors.law("goes on from the state that was reached before the last vector")
def reads_one_after_the_other(answer, vectors, recurrent):
    if len(vectors) > 1:
        state = np.asarray(answer(vectors[:-1], recurrent))
        expect(answer(vectors, recurrent)).equals(state.dot(recurrent) + vectors[-1])


@fold_vectors.misconception(
    "the sum, whatever the order and the matrix",
    "Before each further vector is added, the state goes through the matrix: state.dot(recurrent). "
    "A plain sum is a bag of words.",
)
def order_invariant_sum(vectors, recurrent):
    return vectors.sum(axis=0)


@fold_vectors.misconception(
    "the matrix on the wrong side",
    "The state is a row and stands on the left: state.dot(recurrent), not recurrent.dot(state).",
)
def matrix_transposed(vectors, recurrent):
    return states_of(vectors[1:], vectors[0], recurrent.T)[-1]


@fold_vectors.misconception(
    "the last vector read first",
    "Read the vectors in their order: the first one goes through the matrix most often.",
)
def read_backwards(vectors, recurrent):
    return states_of(vectors[-2::-1], vectors[-1], recurrent)[-1]


@fold_vectors.misconception(
    "the matrix after each sum, even the last",
    "First the matrix, then the new vector: the last vector is not changed any more.",
)
def matrix_after_the_sum(vectors, recurrent):
    state = 0 * vectors[0]
    for vector in vectors:
        state = (state + vector).dot(recurrent)
    return state


@fold_vectors.misconception(
    "the matrix on the new vector instead of the state",
    "It is the memory of what was read that goes through the matrix, not the new word.",
)
def matrix_on_the_vector(vectors, recurrent):
    return vectors[0] + sum((vector.dot(recurrent) for vector in vectors[1:]), 0 * vectors[0])


@fold_vectors.misconception(
    "every state instead of the last one", "Return only where it ends, with shape (hidden,)."
)
def every_state(vectors, recurrent):
    return states_of(vectors[1:], vectors[0], recurrent)


@fold_vectors.alternative
def with_powers(vectors, recurrent):
    last = len(vectors) - 1
    return sum(
        vector @ np.linalg.matrix_power(recurrent, last - i) for i, vector in enumerate(vectors)
    )


@fold_vectors.alternative
def from_nothing_in_plain_loops(vectors, recurrent):
    state = [0.0] * len(recurrent)
    for vector in vectors:
        state = [
            float(x) + sum(s * float(w) for s, w in zip(state, column))
            for x, column in zip(vector, recurrent.T)
        ]
    return state


# --- softmax_1d --------------------------------------------------------------------------------

softmax_1d = exercise(
    "softmax_1d",
    inputs={"logits": Array(("n",))},
    edges=[
        {"logits": [0.1, 0.7, -0.3]},
        {"logits": [0.0] * 9},
        {"logits": [1000.0, 1000.0]},
        {"logits": [-1000.0, 0.0, 1000.0]},
        {"logits": [-1000.0, -1001.0]},
        {"logits": [5.0]},
    ],
    hints=[
        "Two words have the logits 3 and 3. How likely should each of them be? And with the logits "
        "1000 and 1000?",
        "e to the power of a number is never negative, and divided by their sum such numbers add "
        'up to 1 (chapter 12, "Forward propagation in Python"). Only the differences between the '
        "logits count, so the largest one may be made 0 first.",
        "There is one row only: (n,) in, (n,) out. np.max and np.sum without an axis each give one "
        "number. np.exp works entry by entry.",
    ],
)


@softmax_1d.law("adds up to 1")
def adds_up_to_one(answer, logits):
    expect(np.sum(np.asarray(answer(logits))), "the sum").equals(1.0)


@softmax_1d.law("is never negative")
def never_negative(answer, logits):
    expect(answer(logits)).is_at_least(0)


@softmax_1d.law("is the same when all logits grow by the same number")
def only_differences_count(answer, logits):
    expect(answer(logits + 1024)).equals(np.asarray(answer(logits)))


@softmax_1d.law("gives a logit that is 1 higher e times the probability")
def one_more_is_e_times_as_likely(answer, logits):
    pair = np.array([logits[0], logits[0] + 1])
    probabilities = np.asarray(answer(pair))
    expect(probabilities[1], "the second one").equals(math.e * probabilities[0])


@softmax_1d.law("is the same for a logit wherever it stands")
def places_do_not_count(answer, logits):
    turned = answer(logits[::-1].copy())
    expect(turned).equals(np.asarray(answer(logits))[::-1])


@softmax_1d.misconception(
    "the softmax for a whole batch",
    "One row has one axis only, axis 0: there is no axis 1 to sum over. Leave the axis out.",
)
def softmax_axis_on_1d(logits):
    powers = np.exp(logits - np.max(logits))
    return powers / np.sum(powers, axis=1, keepdims=True)


@softmax_1d.misconception(
    "nan for large logits",
    "e^1000 is more than a computer can hold. Subtract the largest logit from all of them first.",
)
def softmax_no_max_shift(logits):
    powers = np.exp(logits)
    return powers / np.sum(powers)


@softmax_1d.misconception(
    "the powers without their sum", "Divide by the sum of all powers: probabilities add up to 1."
)
def not_divided(logits):
    return np.exp(logits - np.max(logits))


@softmax_1d.misconception(
    "the logits divided by their sum",
    "Logits can be negative, and their sum 0. Raise e to their power first.",
)
def without_powers(logits):
    return logits / np.sum(logits)


@softmax_1d.misconception(
    "the logarithm of the probabilities", "Return the probabilities themselves."
)
def log_softmax(logits):
    return -minus_log_softmax_of(logits)


@softmax_1d.misconception(
    "`logits` itself is changed",
    "`logits -= ...` writes into the caller's array. Give the result a name of its own.",
)
def in_place_softmax(logits):
    logits -= np.max(logits)
    return np.exp(logits) / np.sum(np.exp(logits))


@softmax_1d.alternative
def against_every_other_logit(logits):
    with np.errstate(over="ignore"):
        return [1 / float(np.sum(np.exp(logits - logit))) for logit in logits]


@softmax_1d.alternative
def with_math(logits):
    top = max(float(logit) for logit in logits)
    powers = [math.exp(float(logit) - top) for logit in logits]
    return [power / sum(powers) for power in powers]


# --- rnn_states --------------------------------------------------------------------------------

rnn_states = exercise(
    "rnn_states",
    inputs={
        "vectors": Array(("words", "hidden"), SMALL),
        "start": Array(("hidden",), SMALL),
        "recurrent": Array(("hidden", "hidden"), MATRIX),
    },
    edges=[
        {
            "vectors": [[0.1, 0.7], [0.3, -0.2], [0.9, 1.234567891]],
            "start": [0.2, -0.6],
            "recurrent": [[0.3, -0.9], [0.6, 0.2]],
        },
        {"vectors": [[1.0]], "start": [3.0], "recurrent": [[2.0]]},
        {"vectors": np.zeros((0, 2)), "start": [1.0, 2.0], "recurrent": [[1.0, 2.0], [3.0, 4.0]]},
        {
            "vectors": [[1.0, 0.0], [0.0, 0.0]],
            "start": [0.0, 5.0],
            "recurrent": [[0.0, 1.0], [0.0, 0.0]],
        },
    ],
    hints=[
        "Two words are read. How many states are there, the one before the first word and the one "
        "after the last included?",
        "Each state is made from the one before and the word that is read. The matrix decides what "
        'becomes of the memory (chapter 12, "Learning the transition matrices").',
        "Row 0 is start, (hidden,). Row t + 1 is row t . recurrent + vectors[t]. Collect the rows "
        "in a list; np.array turns T + 1 of them into shape (T + 1, hidden).",
    ],
)


@rnn_states.law("begins with start")
def begins_with_start(answer, vectors, start, recurrent):
    expect(answer(vectors, start, recurrent)[0], "the first state").equals(start)


@rnn_states.law("has one state more than there are words")
def has_one_state_more(answer, vectors, start, recurrent):
    states = answer(vectors, start, recurrent)
    expect(states).has_shape(len(vectors) + 1, len(start))


@rnn_states.law("goes from each state to the next by the matrix and the word")
def moves_on_word_by_word(answer, vectors, start, recurrent):
    states = np.asarray(answer(vectors, start, recurrent))
    expect(states[1:], "all but the first").equals(states[:-1].dot(recurrent) + vectors)


@rnn_states.law("keeps the earlier states when a word is added")
def never_looks_ahead(answer, vectors, start, recurrent):
    states = np.asarray(answer(vectors, start, recurrent))
    expect(answer(vectors[:-1], start, recurrent)).equals(states[:-1] if len(vectors) else states)


@rnn_states.misconception(
    "the state before the first word left out",
    "The first word is predicted too, from `start`: begin the list with it.",
)
def start_left_out(vectors, start, recurrent):
    return states_of(vectors, start, recurrent)[1:]


@rnn_states.misconception(
    "the state after the last word left out",
    "After the last word there is a state as well: one more than there are words.",
)
def last_left_out(vectors, start, recurrent):
    return states_of(vectors, start, recurrent)[:-1]


@rnn_states.misconception(
    "the running sum, whatever the matrix",
    "Before the word is added, the state goes through the matrix: state.dot(recurrent). A sum of "
    "word vectors forgets their order.",
)
def order_invariant_sum(vectors, start, recurrent):
    return np.cumsum(np.vstack([start, vectors]), axis=0)


@rnn_states.misconception(
    "the matrix on the wrong side",
    "The state is a row and stands on the left: state.dot(recurrent), not recurrent.dot(state).",
)
def matrix_transposed(vectors, start, recurrent):
    return states_of(vectors, start, recurrent.T)


@rnn_states.misconception(
    "the word goes through the matrix too",
    "First the matrix, then the word: state.dot(recurrent) + vector.",
)
def matrix_after_the_sum(vectors, start, recurrent):
    states = [start]
    for vector in vectors:
        states.append((states[-1] + vector).dot(recurrent))
    return np.array(states)


@rnn_states.misconception(
    "the last state in every row",
    "Each row needs an array of its own. Changing one array in place changes every row that is it.",
)
def one_array_for_all_states(vectors, start, recurrent):
    state = start.copy()
    states = [state]
    for vector in vectors:
        state[:] = state.dot(recurrent) + vector
        states.append(state)
    return np.array(states)


@rnn_states.misconception(
    "only the last state", "Every state counts, for each of them predicts a word: return them all."
)
def only_the_last(vectors, start, recurrent):
    return states_of(vectors, start, recurrent)[-1]


@rnn_states.alternative
def filled_in(vectors, start, recurrent):
    states = np.zeros((len(vectors) + 1, len(start)))
    states[0] = start
    for t in range(len(vectors)):
        for column in range(len(start)):
            states[t + 1, column] = vectors[t, column] + sum(states[t] * recurrent[:, column])
    return states


@rnn_states.alternative
def with_powers(vectors, start, recurrent):
    rows = [start, *vectors]
    return [
        sum(rows[i] @ np.linalg.matrix_power(recurrent, t - i) for i in range(t + 1))
        for t in range(len(rows))
    ]


# --- two_step_backprop -------------------------------------------------------------------------

two_step_backprop = exercise(
    "two_step_backprop",
    inputs={
        "vectors": Array((3, "hidden"), TAME),
        "recurrent": Array(("hidden", "hidden"), TAME[2:]),
        "decoder": Array(("hidden", "vocabulary"), TAME),
        "target": Whole(0, 19),
    },
    arrange=lambda vectors, recurrent, decoder, target: {
        "vectors": vectors,
        "recurrent": recurrent,
        "decoder": decoder,
        "target": target % decoder.shape[1],
    },
    edges=[
        {
            "vectors": [[0.3, -0.7], [0.9, 0.2], [-0.1, 0.6]],
            "recurrent": [[0.3, 0.7], [-0.2, 0.9]],
            "decoder": [[0.7, -0.4, 1.234567891], [0.1, 0.6, -0.9]],
            "target": 2,
        },
        {
            "vectors": [[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]],
            "recurrent": [[1.0, 0.0], [0.0, 1.0]],
            "decoder": [[1.0, 2.0, 3.0], [4.0, 0.0, -1.0]],
            "target": 1,
        },
        {
            "vectors": [[1.0], [1.0], [1.0]],
            "recurrent": [[2.0]],
            "decoder": [[1.0, -1.0]],
            "target": 0,
        },
    ],
    hints=[
        "The matrix is used twice on the way forward. How many parts does its slope have?",
        "Forward: three states, each made from the one before. Back: the last state's delta comes "
        "from the output, each earlier one's from the state it went into, along the matrix "
        '(chapter 12, "How do you backpropagate into this?"). A word\'s vector was simply added, '
        "so it gets the delta of its state as it is.",
        "output delta (vocabulary,) . decoder^T gives (hidden,); . recurrent^T gives (hidden,) "
        "again. np.outer(what came in, the delta above it) has the shape of the matrix between "
        "them.",
    ],
)


@two_step_backprop.law("has the shapes of vectors, recurrent and decoder")
def is_shaped_like_the_inputs(answer, vectors, recurrent, decoder, target):
    for_vectors, for_recurrent, for_decoder = answer(vectors, recurrent, decoder, target)
    expect(for_vectors, "the first one").has_shape(*vectors.shape)
    expect(for_recurrent, "the second one").has_shape(*recurrent.shape)
    expect(for_decoder, "the third one").has_shape(*decoder.shape)


@two_step_backprop.law("blames all three words alike when the matrix is the identity")
def identity_passes_the_blame_on(answer, vectors, recurrent, decoder, target):
    blame = np.asarray(answer(vectors, np.eye(len(recurrent)), decoder, target)[0])
    expect(blame[:2], "the first two words").equals(np.array([blame[2], blame[2]]))


@two_step_backprop.law("blames only the last word when the matrix is all zeros")
def zeros_pass_nothing_on(answer, vectors, recurrent, decoder, target):
    blame = np.asarray(answer(vectors, 0 * recurrent, decoder, target)[0])
    expect(blame[:2], "the first two words").equals(np.zeros((2, len(recurrent))))


@two_step_backprop.law("says how steeply the loss climbs as a number grows", most=4)
def is_the_slope_of_the_loss(answer, vectors, recurrent, decoder, target):
    def loss(vectors, recurrent, decoder):
        state = states_of(vectors[1:], vectors[0], recurrent)[-1]
        return float(minus_log_softmax_of(state.dot(decoder))[target])

    expect_slopes(
        loss,
        at={"vectors": vectors, "recurrent": recurrent, "decoder": decoder},
        claimed=lambda vectors, recurrent, decoder: answer(vectors, recurrent, decoder, target),
    )


def two_step_with(
    vectors, recurrent, decoder, target, back=None, hit=1.0, steps=(1.0, 1.0), read=2, early=1.0
):
    states = states_of(vectors[1:], vectors[0], recurrent)
    miss = softmax_of(states[2].dot(decoder)) - hit * one_hot_of(target, decoder.shape[1])
    back = recurrent.T if back is None else back
    third = miss.dot(decoder.T)
    second = early * third.dot(back)
    first = second.dot(back)
    for_recurrent = steps[0] * np.outer(states[0], second) + steps[1] * np.outer(states[1], third)
    return np.array([first, second, third]), for_recurrent, np.outer(states[read], miss)


@two_step_backprop.misconception(
    "back along the matrix the way it came forward",
    "Forward it was state.dot(recurrent), so the blame goes back with delta.dot(recurrent.T).",
)
def recurrent_not_transposed(vectors, recurrent, decoder, target):
    return two_step_with(vectors, recurrent, decoder, target, back=recurrent)


@two_step_backprop.misconception(
    "the matrix learns from the last step only",
    "The matrix was used twice: add the outer products of both steps.",
)
def last_use_only(*args):
    return two_step_with(*args, steps=(0.0, 1.0))


@two_step_backprop.misconception(
    "the matrix learns from the first step only",
    "The second outer product must be added to the first, not written over or left out.",
)
def first_use_only(*args):
    return two_step_with(*args, steps=(1.0, 0.0))


@two_step_backprop.misconception(
    "only the last word is blamed",
    "The first two words made the last state too: send its delta back along the matrix.",
)
def no_way_back(*args):
    return two_step_with(*args, early=0.0)


@two_step_backprop.misconception(
    "the target is not subtracted",
    "The output's delta is the probabilities minus 1 at the word that really came.",
)
def forgot_the_target(*args):
    return two_step_with(*args, hit=0.0)


@two_step_backprop.misconception(
    "the decoder learns from the state before the last",
    "The prediction was made from the third state: np.outer(third, output_delta).",
)
def decoder_off_by_one(*args):
    return two_step_with(*args, read=1)


@two_step_backprop.misconception(
    "the matrix's slopes transposed",
    "Rows belong to what came in: np.outer(state, delta of the next state).",
)
def outer_transposed(*args):
    for_vectors, for_recurrent, for_decoder = two_step_with(*args)
    return for_vectors, for_recurrent.T, for_decoder


@two_step_backprop.alternative
def in_a_loop(vectors, recurrent, decoder, target):
    states = [vectors[0]]
    for vector in vectors[1:]:
        states.append(states[-1] @ recurrent + vector)
    powers = np.exp(states[-1] @ decoder - np.max(states[-1] @ decoder))
    miss = powers / powers.sum() - (np.arange(len(powers)) == target)
    deltas, for_recurrent = [decoder @ miss], np.zeros(recurrent.shape)
    for state in states[1::-1]:
        for_recurrent = for_recurrent + state[:, None] * deltas[0][None, :]
        deltas.insert(0, recurrent @ deltas[0])
    return deltas, for_recurrent, states[-1][:, None] * miss


@two_step_backprop.alternative
def with_einsum(vectors, recurrent, decoder, target):
    one = np.einsum("h,hk->k", vectors[0], recurrent) + vectors[1]
    two = np.einsum("h,hk->k", one, recurrent) + vectors[2]
    logits = np.einsum("h,hv->v", two, decoder)
    miss = np.array([1 / float(np.sum(np.exp(logits - logit))) for logit in logits])
    miss[target] = miss[target] - 1.0
    last = np.einsum("v,hv->h", miss, decoder)
    middle = np.einsum("k,hk->h", last, recurrent)
    early = np.einsum("k,hk->h", middle, recurrent)
    both = np.einsum("th,tk->hk", np.array([vectors[0], one]), np.array([middle, last]))
    return [np.vstack([early, middle, last]), both, np.einsum("h,v->hv", two, miss)]


# --- sequence_loss -----------------------------------------------------------------------------


def with_word_numbers(sentence, embeddings, **others):
    """The drawn inputs, every word one that has a row in `embeddings`."""
    return {"sentence": sentence % len(embeddings), **others, "embeddings": embeddings}


sequence_loss = exercise(
    "sequence_loss",
    inputs={"sentence": SENTENCE} | NETWORK,
    arrange=with_word_numbers,
    edges=[
        {"sentence": [2, 0, 1]} | DECIMALS,
        {"sentence": [0, 0, 2]} | TURNING,
        {"sentence": [1]} | TURNING,
        {"sentence": [1, 0, 1]} | TURNING | {"decoder": [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]},
    ],
    hints=[
        "Before any word has been read there is a state already, `start`. Which word does it "
        "predict?",
        "Predict a word, look at the one that really came, read it, predict the next "
        '(chapter 12, "Forward propagation with arbitrary length"). A word that got the '
        "probability p costs -log(p): nothing where p is 1, very much where it is near 0.",
        "rnn_states gives (words + 1, hidden); the last of them predicts nothing. Each other state "
        ". decoder gives (vocabulary,) logits for softmax_1d. probabilities[t, sentence[t]] is what "
        "word t got. Return the pair (loss, probabilities).",
    ],
)


@sequence_loss.law("gives each word probabilities that add up to 1")
def probabilities_add_up(answer, sentence, start, recurrent, decoder, embeddings):
    _, probabilities = answer(sentence, start, recurrent, decoder, embeddings)
    sums = np.sum(np.asarray(probabilities), axis=1)
    expect(sums, "the sums of the rows").equals(np.ones(len(sentence)))


@sequence_loss.law("adds up -log of the probability that each word got")
def adds_up_minus_log(answer, sentence, start, recurrent, decoder, embeddings):
    loss, probabilities = answer(sentence, start, recurrent, decoder, embeddings)
    got = np.asarray(probabilities)[np.arange(len(sentence)), sentence]
    expect(loss, "the loss").equals(-np.sum(np.log(got)))


@sequence_loss.law("predicts the first word from start alone")
def start_predicts_the_first_word(answer, sentence, start, recurrent, decoder, embeddings):
    _, probabilities = answer(sentence, start, recurrent, decoder, embeddings)
    first = softmax_of(start.dot(decoder))
    expect(probabilities[0], "the first row of the probabilities").equals(first)


@sequence_loss.law("predicts every word without having read it")
def later_words_change_nothing(answer, sentence, start, recurrent, decoder, embeddings):
    changed = sentence.copy()
    changed[-1] = another_word(sentence[-1], embeddings)
    _, other = answer(changed, start, recurrent, decoder, embeddings)
    _, probabilities = answer(sentence, start, recurrent, decoder, embeddings)
    expect(other, "the probabilities with another last word").equals(np.asarray(probabilities))


@sequence_loss.law("is the loss of the first word and that of the rest, read on from there")
def adds_up_over_positions(answer, sentence, start, recurrent, decoder, embeddings):
    if len(sentence) > 1:
        weights = (recurrent, decoder, embeddings)
        after = start.dot(recurrent) + embeddings[sentence[0]]
        first, _ = answer(sentence[:1], start, *weights)
        rest, _ = answer(sentence[1:], after, *weights)
        loss, _ = answer(sentence, start, *weights)
        expect(loss, "the loss").equals(first + rest)


@sequence_loss.law("is the number of words times log of the vocabulary's size, if decoder is 0")
def guesses_without_a_decoder(answer, sentence, start, recurrent, decoder, embeddings):
    loss, _ = answer(sentence, start, recurrent, 0 * decoder, embeddings)
    expect(loss, "the loss").equals(len(sentence) * math.log(len(embeddings)))


def sequence_loss_with(states, sentence, decoder, cost=lambda p: -np.log(p)):
    probabilities = softmax_of(states.dot(decoder))
    return cost(probabilities[np.arange(len(sentence)), sentence]).sum(), probabilities


@sequence_loss.misconception(
    "the mean instead of the sum",
    "The loss is a sum over the words; it is divided later, in the update and in the perplexity.",
)
def mean_not_sum(sentence, start, recurrent, decoder, embeddings):
    states = states_of(embeddings[sentence], start, recurrent)[:-1]
    loss, probabilities = sequence_loss_with(states, sentence, decoder)
    return loss / len(sentence), probabilities


@sequence_loss.misconception(
    "each word is predicted after it was read",
    "This peeks. State t has read t words and predicts word t, which comes next: the first state "
    "is `start`, and the last one predicts nothing.",
)
def predicted_after_reading(sentence, start, recurrent, decoder, embeddings):
    states = states_of(embeddings[sentence], start, recurrent)[1:]
    return sequence_loss_with(states, sentence, decoder)


@sequence_loss.misconception(
    "a bag of the words so far",
    "Before a word is added, the state goes through the matrix: use rnn_states, not a running sum.",
)
def order_invariant_sum(sentence, start, recurrent, decoder, embeddings):
    states = states_of(embeddings[sentence], start, np.eye(len(start)))[:-1]
    return sequence_loss_with(states, sentence, decoder)


@sequence_loss.misconception(
    "reading begins with zeros instead of start",
    "The state before the first word is `start`, which is learned as well.",
)
def start_is_not_used(sentence, start, recurrent, decoder, embeddings):
    states = states_of(embeddings[sentence], 0 * start, recurrent)[:-1]
    return sequence_loss_with(states, sentence, decoder)


@sequence_loss.misconception(
    "the sign is turned round",
    "The logarithm of a probability is never above 0: with a minus it is a loss.",
)
def sign_flipped(sentence, start, recurrent, decoder, embeddings):
    states = states_of(embeddings[sentence], start, recurrent)[:-1]
    return sequence_loss_with(states, sentence, decoder, np.log)


@sequence_loss.misconception(
    "1 minus the probability instead of its -log",
    "A word that got the probability p costs -log(p).",
)
def without_log(sentence, start, recurrent, decoder, embeddings):
    states = states_of(embeddings[sentence], start, recurrent)[:-1]
    return sequence_loss_with(states, sentence, decoder, lambda p: 1 - p)


@sequence_loss.misconception(
    "a softmax over the words of the sentence instead of the vocabulary",
    "Each row of the probabilities adds up to 1: take the softmax of one state's logits at a time.",
)
def softmax_wrong_axis(sentence, start, recurrent, decoder, embeddings):
    states = states_of(embeddings[sentence], start, recurrent)[:-1]
    probabilities = softmax_of(states.dot(decoder).T).T
    return -np.log(probabilities[np.arange(len(sentence)), sentence]).sum(), probabilities


@sequence_loss.alternative
def word_by_word(sentence, start, recurrent, decoder, embeddings):
    state, loss, rows = start, 0.0, []
    for word in sentence:
        powers = [math.exp(logit) for logit in (state @ decoder).tolist()]
        rows.append([power / sum(powers) for power in powers])
        loss = loss - math.log(rows[-1][word])
        state = state @ recurrent + embeddings[word]
    return loss, rows


@sequence_loss.alternative
def with_log_of_the_sum(sentence, start, recurrent, decoder, embeddings):
    states = np.zeros((len(sentence), len(start)))
    for t in range(len(sentence)):
        before = states[t - 1].dot(recurrent) + embeddings[sentence[t - 1]]
        states[t] = before if t else start
    logits = np.einsum("th,hv->tv", states, decoder)
    logs = logits - np.log(np.exp(logits).sum(axis=1))[:, None]
    return [-np.trace(logs[:, sentence]), np.exp(logs)]


# --- output_deltas -----------------------------------------------------------------------------

output_deltas = exercise(
    "output_deltas",
    inputs={"probabilities": Array(("words", "vocabulary"), POSITIVE), "sentence": SENTENCE},
    arrange=lambda probabilities, sentence: {
        "probabilities": probabilities / probabilities.sum(axis=1, keepdims=True),
        "sentence": sentence % probabilities.shape[1],
    },
    edges=[
        {"probabilities": [[0.25, 0.75]], "sentence": [0]},
        {"probabilities": [[0.1, 0.7, 0.2], [0.3, 0.3, 0.4]], "sentence": [2, 0]},
        {"probabilities": [[0.5, 0.5], [0.25, 0.75], [1.0, 0.0]], "sentence": [1, 1, 0]},
        {"probabilities": [[1.0]], "sentence": [0]},
    ],
    hints=[
        "A word got the probability 1, and it really came. How far did the prediction miss?",
        "The word that came should have had probability 1, every other word 0. The delta is what "
        'was predicted minus what should have been (chapter 12, "Backpropagation with arbitrary '
        'length").',
        "Same shape as `probabilities`, (words, vocabulary). In row t subtract 1 from the entry "
        "sentence[t], and from no other: rows and columns go in pairs. Work on a copy.",
    ],
)


@output_deltas.law("adds up to 0 in each row")
def rows_add_up_to_zero(answer, probabilities, sentence):
    sums = np.sum(np.asarray(answer(probabilities, sentence)), axis=1)
    expect(sums, "the sums of the rows").equals(np.zeros(len(sentence)))


@output_deltas.law("is the probability itself for every word that did not come")
def other_words_keep_their_probability(answer, probabilities, sentence):
    others = 1 - one_hot_of(sentence, probabilities.shape[1])
    deltas = np.asarray(answer(probabilities, sentence))
    expect(deltas * others, "the words that did not come").equals(probabilities * others)


@output_deltas.law("is 0 where the word that came was predicted for certain")
def rests_when_perfect(answer, probabilities, sentence):
    certain = one_hot_of(sentence, probabilities.shape[1])
    expect(answer(certain, sentence)).equals(np.zeros_like(certain))


@output_deltas.law("says how steeply the loss climbs as a logit grows", most=4)
def is_the_slope_for_the_logits(answer, probabilities, sentence):
    words = np.arange(len(sentence))
    expect_slopes(
        lambda logits: float(minus_log_softmax_of(logits)[words, sentence].sum()),
        at={"logits": np.log(probabilities)},
        claimed=lambda logits: answer(softmax_of(logits), sentence),
        batch=len(sentence),
    )


@output_deltas.misconception(
    "the sign is turned round",
    "The delta is the probabilities minus 1 at the word that came: negative for that word, so that "
    "a step downhill makes it more likely.",
)
def sign_flipped(probabilities, sentence):
    return one_hot_of(sentence, probabilities.shape[1]) - probabilities


@output_deltas.misconception(
    "divided by the number of words",
    "The loss is a sum over the words, so every row keeps its full size here. The update divides.",
)
def mean_not_sum(probabilities, sentence):
    return (probabilities - one_hot_of(sentence, probabilities.shape[1])) / len(sentence)


@output_deltas.misconception(
    "every word is subtracted in every row",
    "deltas[:, sentence] means all rows. Rows and columns must go in pairs: "
    "deltas[np.arange(len(sentence)), sentence].",
)
def all_words_in_all_rows(probabilities, sentence):
    deltas = probabilities.copy()
    deltas[:, sentence] -= 1
    return deltas


@output_deltas.misconception(
    "each prediction is held against the word before",
    "Row t predicted word t: it belongs to sentence[t], not to sentence[t - 1].",
)
def word_before(probabilities, sentence):
    return probabilities - one_hot_of(np.roll(sentence, 1), probabilities.shape[1])


@output_deltas.misconception(
    "only the word that came",
    "The other words got some probability that they should not have: it stays in the delta.",
)
def only_the_target(probabilities, sentence):
    return (probabilities - 1) * one_hot_of(sentence, probabilities.shape[1])


@output_deltas.misconception(
    "`probabilities` itself is changed",
    "`probabilities[...] -= 1` writes into the caller's array. Work on probabilities.copy().",
)
def mutates_probabilities(probabilities, sentence):
    probabilities[np.arange(len(sentence)), sentence] -= 1
    return probabilities


@output_deltas.alternative
def entry_by_entry(probabilities, sentence):
    return [
        [float(p) - (1 if column == word else 0) for column, p in enumerate(row)]
        for row, word in zip(probabilities, sentence)
    ]


@output_deltas.alternative
def with_the_rows_of_an_identity(probabilities, sentence):
    return -(np.identity(probabilities.shape[1])[list(sentence)] - probabilities)


# --- hidden_deltas -----------------------------------------------------------------------------


def hidden_deltas_of(misses, recurrent, decoder):
    deltas = np.zeros((len(misses) + 1, len(recurrent)))
    for t in range(len(misses) - 1, -1, -1):
        deltas[t] = misses[t].dot(decoder.T) + deltas[t + 1].dot(recurrent.T)
    return deltas


def shifted_as_printed(deltas, recurrent):
    """What the book's listing makes of the deltas: each one step late, the first once more back."""
    return np.vstack([deltas[0].dot(recurrent.T), deltas[:-1]])


hidden_deltas = exercise(
    "hidden_deltas",
    inputs={
        "output_deltas": Array(("words", "vocabulary"), SMALL),
        "recurrent": Array(("hidden", "hidden"), MATRIX),
        "decoder": Array(("hidden", "vocabulary"), SMALL),
    },
    edges=[
        {
            "output_deltas": [[0.1, -0.7, 0.6], [0.3, 0.2, -0.5]],
            "recurrent": [[0.3, -0.9], [0.6, 0.2]],
            "decoder": [[0.7, -0.4, 1.234567891], [0.1, 0.6, -0.9]],
        },
        {"output_deltas": [[1.0, -1.0], [0.0, 2.0]], "recurrent": [[3.0]], "decoder": [[1.0, 2.0]]},
        {
            "output_deltas": [[1.0, -1.0]],
            "recurrent": [[0.0, 1.0], [2.0, 0.0]],
            "decoder": [[1.0, 0.0], [0.0, 3.0]],
        },
        {
            "output_deltas": [[0.0, 0.0], [0.0, 0.0], [1.0, 0.0]],
            "recurrent": [[1.0, 2.0], [0.0, 1.0]],
            "decoder": [[1.0, 0.0], [1.0, 0.0]],
        },
    ],
    hints=[
        "The state after the last word predicts nothing and makes no further state. How much is it "
        "to blame?",
        "A state is blamed from two sides: for the word it predicted, and for the next state that "
        'was made from it (chapter 12, "Backpropagation with arbitrary length"). So begin at the '
        "end and go back.",
        "(words + 1, hidden) zeros to begin with. For t from words - 1 down to 0: row t is "
        "(vocabulary,) . decoder^T plus row t + 1 . recurrent^T, both (hidden,).",
    ],
)


@hidden_deltas.law("is 0 for the state after the last word")
def last_state_is_not_blamed(answer, output_deltas, recurrent, decoder):
    deltas = answer(output_deltas, recurrent, decoder)
    expect(deltas).has_shape(len(output_deltas) + 1, len(recurrent))
    expect(deltas[len(output_deltas)], "the last row").equals(np.zeros(len(recurrent)))


@hidden_deltas.law("blames each state for its own word alone when recurrent is 0")
def own_word_only_without_memory(answer, output_deltas, recurrent, decoder):
    deltas = np.asarray(answer(output_deltas, 0 * recurrent, decoder))
    expect(deltas[:-1], "all but the last row").equals(output_deltas.dot(decoder.T))


@hidden_deltas.law("never blames a state for the words before it")
def blame_only_flows_back(answer, output_deltas, recurrent, decoder):
    first_only = output_deltas.copy()
    first_only[1:] = 0
    deltas = np.asarray(answer(first_only, recurrent, decoder))
    expect(deltas[1:], "all but the first row").equals(np.zeros_like(deltas[1:]))


@hidden_deltas.law("sends a miss at the last word back to every state before it")
def blame_reaches_the_start(answer, output_deltas, recurrent, decoder):
    last_only = output_deltas.copy()
    last_only[:-1] = 0
    deltas = answer(last_only, np.eye(len(recurrent)), decoder)
    expected = np.tile(output_deltas[-1].dot(decoder.T), (len(output_deltas), 1))
    expect(np.asarray(deltas)[:-1], "with the identity, all but the last row").equals(expected)


@hidden_deltas.law("says how steeply the loss climbs when a state is pushed a little", most=4)
def is_the_slope_for_each_state(answer, output_deltas, recurrent, decoder):
    def loss(pushes):
        states = states_of(pushes[1:], pushes[0], recurrent)
        return float(np.sum(output_deltas * states[:-1].dot(decoder)))

    expect_slopes(
        loss,
        at={"pushes": np.zeros((len(output_deltas) + 1, len(recurrent)))},
        claimed=lambda pushes: answer(output_deltas, recurrent, decoder),
        batch=len(output_deltas),
    )


@hidden_deltas.misconception(
    "every delta one step late, as the book prints it",
    "Row t is for the state that has read t words and predicts word t: it gets output_deltas[t]. "
    "In the book's listing it gets that of word t - 1, and all gradients but the decoder's come "
    "out wrong.",
)
def hidden_delta_off_by_one(output_deltas, recurrent, decoder):
    return shifted_as_printed(hidden_deltas_of(output_deltas, recurrent, decoder), recurrent)


@hidden_deltas.misconception(
    "back along the matrix the way it came forward",
    "Forward it was state.dot(recurrent), so the blame goes back with delta.dot(recurrent.T).",
)
def recurrent_not_transposed(output_deltas, recurrent, decoder):
    return hidden_deltas_of(output_deltas, recurrent.T, decoder)


@hidden_deltas.misconception(
    "blame for the next word only",
    "A state also made the state after it: add that one's delta, sent back along recurrent^T.",
)
def no_blame_from_later(output_deltas, recurrent, decoder):
    return hidden_deltas_of(output_deltas, 0 * recurrent, decoder)


@hidden_deltas.misconception(
    "the next state's delta as it is",
    "On its way back the delta goes through the matrix too: .dot(recurrent.T).",
)
def without_the_matrix(output_deltas, recurrent, decoder):
    return hidden_deltas_of(output_deltas, np.eye(len(recurrent)), decoder)


@hidden_deltas.misconception(
    "the last row is left out",
    "The state after the last word has a row of its own, of zeros: one row more than words.",
)
def last_row_left_out(output_deltas, recurrent, decoder):
    return hidden_deltas_of(output_deltas, recurrent, decoder)[:-1]


@hidden_deltas.misconception(
    "from the first state to the last",
    "Blame flows back: a state is to blame for the states after it, not for those before.",
)
def forward_in_time(output_deltas, recurrent, decoder):
    turned = hidden_deltas_of(output_deltas[::-1], recurrent, decoder)[:-1]
    return np.vstack([turned[::-1], 0 * recurrent[:1]])


@hidden_deltas.misconception(
    "the blame for the own word goes through the matrix too",
    "Only what comes from the next state passes recurrent^T; the own word's blame comes straight "
    "from the decoder.",
)
def both_through_the_matrix(output_deltas, recurrent, decoder):
    return hidden_deltas_of(output_deltas, recurrent, recurrent.dot(decoder))


@hidden_deltas.alternative
def built_from_the_end(output_deltas, recurrent, decoder):
    delta = [0.0] * len(recurrent)
    rows = [delta]
    for miss in output_deltas[::-1]:
        delta = [
            sum(float(m) * float(w) for m, w in zip(miss, to_words))
            + sum(float(w) * d for w, d in zip(to_states, delta))
            for to_words, to_states in zip(decoder, recurrent)
        ]
        rows = [delta, *rows]
    return rows


@hidden_deltas.alternative
def word_after_word(output_deltas, recurrent, decoder):
    deltas = np.zeros((len(output_deltas) + 1, len(recurrent)))
    for t, miss in enumerate(output_deltas):
        back = np.einsum("v,hv->h", miss, decoder)
        for earlier in range(t, -1, -1):
            deltas[earlier] += back
            back = recurrent @ back
    return deltas


# --- rnn_gradients -----------------------------------------------------------------------------

rnn_gradients = exercise(
    "rnn_gradients",
    inputs={"sentence": SENTENCE} | NETWORK,
    arrange=with_word_numbers,
    edges=[
        {"sentence": [2, 0, 1]} | DECIMALS,
        {"sentence": [0, 0, 2]} | TURNING,
        {"sentence": [1, 2, 1, 1]} | TURNING,
        {"sentence": [1]} | TURNING,
        {"sentence": [0, 1]} | DECIMALS,
    ],
    hints=[
        "A sentence has one word only. It is predicted from `start`. Which of the four parameters "
        "had a part in that?",
        "Each parameter's slope is what came in, times the delta of what it made (chapter 12, "
        '"Backpropagation with arbitrary length"). Reading word t makes state t + 1; predicting '
        "word t uses state t.",
        "states[:-1]^T (hidden, words) . deltas[1:] (words, hidden) is shaped like recurrent; "
        ". output_deltas (words, vocabulary) like decoder. For embeddings begin with zeros and add "
        "deltas[t + 1] to row sentence[t], word by word. deltas[0] is start's.",
    ],
)


@rnn_gradients.law("has the shape of each parameter")
def is_shaped_like_the_parameters(answer, sentence, start, recurrent, decoder, embeddings):
    slopes = answer(sentence, start, recurrent, decoder, embeddings)
    for name, array in zip(PARAMETERS, (start, recurrent, decoder, embeddings)):
        expect(slopes[name], f"for {name}").has_shape(*array.shape)


@rnn_gradients.law("is 0 for recurrent and embeddings when there is only one word")
def one_word_needs_no_memory(answer, sentence, start, recurrent, decoder, embeddings):
    slopes = answer(sentence[:1], start, recurrent, decoder, embeddings)
    expect(slopes["recurrent"], "for recurrent").equals(np.zeros_like(recurrent))
    expect(slopes["embeddings"], "for embeddings").equals(np.zeros_like(embeddings))


@rnn_gradients.law("is 0 for the embedding of every word that no later word was predicted from")
def unread_words_are_not_blamed(answer, sentence, start, recurrent, decoder, embeddings):
    slopes = answer(sentence, start, recurrent, decoder, embeddings)
    unread = np.ones((len(embeddings), 1))
    unread[sentence[:-1]] = 0
    blame = unread * np.asarray(slopes["embeddings"])
    expect(blame, "for the embeddings of the others").equals(np.zeros_like(embeddings))


@rnn_gradients.law("adds up to 0 in each row for decoder", most=8)
def decoder_rows_add_up_to_zero(answer, sentence, start, recurrent, decoder, embeddings):
    slopes = answer(sentence, start, recurrent, decoder, embeddings)
    sums = np.sum(np.asarray(slopes["decoder"]), axis=1)
    expect(sums, "the sums of the rows for decoder").equals(np.zeros(len(start)))


@rnn_gradients.law("counts a word that comes three times three times", most=4)
def repeated_words_add_up(answer, sentence, start, recurrent, decoder, embeddings):
    repeated = np.append(np.repeat(sentence[:1], 2), sentence)
    expect_slopes(
        lambda embeddings: loss_of(repeated, start, recurrent, decoder, embeddings),
        at={"embeddings": embeddings},
        claimed=lambda embeddings: np.asarray(
            answer(repeated, start, recurrent, decoder, embeddings)["embeddings"]
        ),
    )


@rnn_gradients.law("says how steeply the loss climbs as a number grows", most=4)
def is_the_slope_of_the_loss(answer, sentence, start, recurrent, decoder, embeddings):
    def claimed(**parameters):
        slopes = answer(sentence, *parameters.values())
        return [slopes[name] for name in parameters]

    expect_slopes(
        lambda **parameters: loss_of(sentence, **parameters),
        at={"start": start, "recurrent": recurrent, "decoder": decoder, "embeddings": embeddings},
        claimed=claimed,
        batch=len(sentence),
    )


def gradients_with(
    sentence,
    start,
    recurrent,
    decoder,
    embeddings,
    back=None,
    misses_of=lambda misses: misses,
    change=lambda deltas: deltas,
    embed=np.add.at,
    early=False,
):
    """The gradients; `change` is made to the deltas of the states, `misses_of` to the outputs'."""
    states = states_of(embeddings[sentence], start, recurrent)
    misses = softmax_of(states[:-1].dot(decoder)) - one_hot_of(sentence, len(embeddings))
    misses = misses_of(misses)
    deltas = change(hidden_deltas_of(misses, recurrent if back is None else back, decoder))
    for_embeddings = np.zeros(embeddings.shape)
    embed(for_embeddings, sentence, deltas[:-1] if early else deltas[1:])
    return {
        "start": deltas[0],
        "recurrent": states[:-1].T.dot(deltas[1:]),
        "decoder": states[:-1].T.dot(misses),
        "embeddings": for_embeddings,
    }


def last_one_wins(for_embeddings, sentence, deltas):
    for word, delta in zip(sentence, deltas):
        for_embeddings[word] = delta


def off_by_one_gradients(sentence, start, recurrent, decoder, embeddings):
    return gradients_with(
        sentence,
        start,
        recurrent,
        decoder,
        embeddings,
        change=lambda deltas: shifted_as_printed(deltas, recurrent),
        early=True,
    )


@rnn_gradients.misconception(
    "every delta in the wrong place, as the book prints it",
    "The book's deltas are one step late, and the embeddings' two: only the decoder learns the "
    "right thing. start gets deltas[0], and reading word t gets the delta of state t + 1, which it "
    "made.",
)
def hidden_delta_off_by_one(*args):
    return off_by_one_gradients(*args)


@rnn_gradients.misconception(
    "each word gets the delta of the state before it",
    "A word's vector is added into the *next* state: word t gets deltas[t + 1].",
)
def embeddings_off_by_one(*args):
    return gradients_with(*args, early=True)


@rnn_gradients.misconception(
    "a word that comes twice is counted once",
    "Each time a word is read it adds its delta. `=` in a loop, and `slopes[sentence] += ...` too, "
    "keep only the last one: add word by word, or with np.add.at.",
)
def embedding_grad_overwrites_repeat_word(*args):
    return gradients_with(*args, embed=last_one_wins)


@rnn_gradients.misconception(
    "back along the matrix the way it came forward",
    "Forward it was state.dot(recurrent), so the blame goes back with delta.dot(recurrent.T).",
)
def recurrent_not_transposed(sentence, start, recurrent, decoder, embeddings):
    return gradients_with(sentence, start, recurrent, decoder, embeddings, back=recurrent.T)


@rnn_gradients.misconception(
    "each state is blamed for its own word only",
    "A state also made the states after it: use hidden_deltas, which sends their blame back.",
)
def no_blame_from_later(sentence, start, recurrent, decoder, embeddings):
    return gradients_with(sentence, start, recurrent, decoder, embeddings, back=0 * recurrent)


@rnn_gradients.misconception(
    "only the last word counts",
    "Every word of the sentence was predicted, so every one of them has a delta.",
)
def last_word_only(*args):
    return gradients_with(*args, misses_of=lambda misses: np.vstack([0 * misses[:-1], misses[-1:]]))


@rnn_gradients.misconception(
    "the mean over the words instead of the sum",
    "The loss is a sum over the words, and so are its slopes. apply_updates divides.",
)
def mean_not_sum(*args):
    return gradients_with(*args, misses_of=lambda misses: misses / len(misses))


@rnn_gradients.misconception(
    "the sign is turned round",
    "These are the slopes of the loss: probabilities minus 1 at the word that came. The update "
    "goes against them.",
)
def sign_flipped(*args):
    return gradients_with(*args, misses_of=lambda misses: -misses)


@rnn_gradients.misconception(
    "recurrent's slopes transposed",
    "Rows belong to the state that came in: states[:-1].T.dot(deltas[1:]).",
)
def outer_transposed(*args):
    slopes = gradients_with(*args)
    return slopes | {"recurrent": slopes["recurrent"].T}


@rnn_gradients.misconception(
    "start is not learned",
    "`start` is a parameter like the others: its slope is the first state's delta.",
)
def start_not_learned(*args):
    slopes = gradients_with(*args)
    return slopes | {"start": 0 * slopes["start"]}


@rnn_gradients.alternative
def one_pass_back(sentence, start, recurrent, decoder, embeddings):
    states = [np.array(start, dtype=float)]
    for word in sentence:
        states.append(states[-1] @ recurrent + embeddings[word])
    slopes = {
        "embeddings": np.zeros(embeddings.shape),
        "decoder": np.zeros(decoder.shape),
        "recurrent": np.zeros(recurrent.shape),
    }
    delta = np.zeros(len(start))
    for t in range(len(sentence) - 1, -1, -1):
        powers = np.exp(states[t] @ decoder)
        miss = powers / powers.sum()
        miss[sentence[t]] -= 1
        slopes["embeddings"][sentence[t]] += delta
        slopes["recurrent"] += np.outer(states[t], delta)
        slopes["decoder"] += np.outer(states[t], miss)
        delta = decoder @ miss + recurrent @ delta
    return {"start": delta} | slopes


@rnn_gradients.alternative
def from_every_word_back(sentence, start, recurrent, decoder, embeddings):
    words, size = len(sentence), len(embeddings)
    one_hot = np.eye(size)[sentence]
    states = np.array(states_of(one_hot @ embeddings, start, recurrent))[:-1]
    misses = softmax_of(np.einsum("th,hv->tv", states, decoder)) - one_hot
    deltas = np.zeros((words + 1, len(start)))
    for t in range(words):
        for earlier in range(t + 1):
            power = np.linalg.matrix_power(recurrent, t - earlier)
            deltas[earlier] += np.einsum("v,kv,hk->h", misses[t], decoder, power)
    return {
        "start": deltas[0],
        "recurrent": np.einsum("th,tk->hk", states, deltas[1:]),
        "decoder": np.einsum("th,tv->hv", states, misses),
        "embeddings": np.einsum("tv,th->vh", one_hot, deltas[1:]),
    }


# --- apply_updates -----------------------------------------------------------------------------


def as_parameters(start, recurrent, decoder, embeddings):
    return dict(zip(PARAMETERS, (start, recurrent, decoder, embeddings)))


apply_updates = exercise(
    "apply_updates",
    inputs={
        "start": Array((2, "hidden"), SMALL),
        "recurrent": Array((2, "hidden", "hidden"), SMALL),
        "decoder": Array((2, "hidden", "vocabulary"), SMALL),
        "embeddings": Array((2, "vocabulary", "hidden"), SMALL),
        "learning_rate": Number((0.5, 0.25, 0.125, 2.0)),
        "n_words": Whole(1, 6),
    },
    arrange=lambda learning_rate, n_words, **drawn: {
        "parameters": {name: drawn[name][0] for name in PARAMETERS},
        "slopes": {name: drawn[name][1] for name in PARAMETERS},
        "learning_rate": learning_rate,
        "n_words": n_words,
    },
    edges=[
        {
            "parameters": as_parameters(
                np.array([1.0]), np.array([[2.0]]), np.array([[3.0, 4.0]]), np.array([[5.0], [6.0]])
            ),
            "slopes": as_parameters(
                np.array([4.0]),
                np.array([[2.0]]),
                np.array([[0.0, -8.0]]),
                np.array([[6.0], [1.0]]),
            ),
            "learning_rate": 0.5,
            "n_words": 2,
        },
        {
            "parameters": {name: np.array(value) for name, value in DECIMALS.items()},
            "slopes": {name: 0.3 - np.array(value) for name, value in DECIMALS.items()},
            "learning_rate": 0.1,
            "n_words": 3,
        },
    ],
    hints=[
        "A sentence of ten words has slopes ten times as steep as one word. Should the network "
        "learn ten times as much from it?",
        "The slopes are sums over the words of a sentence. Divide by their number, so that every "
        'sentence counts the same (chapter 12, "Weight update with arbitrary length").',
        "For every name: parameters[name] - learning_rate * slopes[name] / n_words, an array of "
        "the same shape. Put the new arrays in a new dict; leave the old ones alone.",
    ],
)


@apply_updates.law("keeps names and shapes")
def keeps_names_and_shapes(answer, parameters, slopes, learning_rate, n_words):
    new = answer(parameters, slopes, learning_rate, n_words)
    for name, array in parameters.items():
        expect(new[name], name).has_shape(*array.shape)


@apply_updates.law("leaves everything as it is where the slopes are 0")
def rests_without_slopes(answer, parameters, slopes, learning_rate, n_words):
    flat = {name: 0 * slope for name, slope in slopes.items()}
    expect(answer(parameters, flat, learning_rate, n_words)).equals(parameters)


@apply_updates.law("moves half as far for a sentence of twice as many words")
def long_sentences_count_no_more(answer, parameters, slopes, learning_rate, n_words):
    short = answer(parameters, slopes, learning_rate, n_words)
    long = answer(parameters, slopes, learning_rate, 2 * n_words)
    for name, old in parameters.items():
        half = (np.asarray(short[name]) - old) / 2
        expect(np.asarray(long[name]) - old, f"the change of {name}").equals(half)


@apply_updates.law("moves twice as far with twice the learning rate")
def scales_with_the_learning_rate(answer, parameters, slopes, learning_rate, n_words):
    near = answer(parameters, slopes, learning_rate, n_words)
    far = answer(parameters, slopes, 2 * learning_rate, n_words)
    for name, old in parameters.items():
        twice = 2 * (np.asarray(near[name]) - old)
        expect(np.asarray(far[name]) - old, f"the change of {name}").equals(twice)


@apply_updates.law("with a rate of 1 and one word, subtracts the slopes")
def goes_downhill(answer, parameters, slopes):
    new = answer(parameters, slopes, 1.0, 1)
    expect(new).equals({name: parameters[name] - slopes[name] for name in parameters})


def updated(parameters, slopes, step):
    return {name: parameters[name] - step * slopes[name] for name in parameters}


@apply_updates.misconception(
    "not divided by the number of words",
    "The slopes of a long sentence are long sums: divide by n_words, or long sentences count more.",
)
def loss_not_normalised_by_length(parameters, slopes, learning_rate, n_words):
    return updated(parameters, slopes, learning_rate)


@apply_updates.misconception(
    "`start` itself is changed",
    "`start -= ...` writes into the array that you were given, and that is the first state of the "
    "sentence just read. Make a new array: start = start - ...",
)
def shared_start_mutated(parameters, slopes, learning_rate, n_words):
    new = updated(parameters, slopes, learning_rate / n_words)
    start = parameters["start"]
    start -= learning_rate * slopes["start"] / n_words
    return new | {"start": start}


@apply_updates.misconception(
    "the parameters move uphill",
    "Go against the slope: parameter - learning_rate * slope / n_words.",
)
def sign_flipped(parameters, slopes, learning_rate, n_words):
    return updated(parameters, slopes, -learning_rate / n_words)


@apply_updates.misconception(
    "the learning rate is left out", "Multiply each slope by learning_rate before you subtract it."
)
def missing_learning_rate(parameters, slopes, learning_rate, n_words):
    return updated(parameters, slopes, 1 / n_words)


@apply_updates.misconception(
    "times the number of words", "Divide by n_words: the slopes have been added up over the words."
)
def times_words(parameters, slopes, learning_rate, n_words):
    return updated(parameters, slopes, learning_rate * n_words)


@apply_updates.misconception(
    "the steps instead of the new parameters", "Return what is left after the step was subtracted."
)
def returns_the_steps(parameters, slopes, learning_rate, n_words):
    return {name: learning_rate * slope / n_words for name, slope in slopes.items()}


@apply_updates.alternative
def copied_first(parameters, slopes, learning_rate, n_words):
    new = {name: np.array(array, dtype=float) for name, array in parameters.items()}
    for name, slope in slopes.items():
        new[name] -= slope / n_words * learning_rate
    return new


@apply_updates.alternative
def one_by_one(parameters, slopes, learning_rate, n_words):
    def moved(name):
        return (n_words * parameters[name] - learning_rate * slopes[name]) / n_words

    return {
        "embeddings": moved("embeddings"),
        "decoder": moved("decoder"),
        "recurrent": moved("recurrent"),
        "start": moved("start"),
    }


# --- perplexity --------------------------------------------------------------------------------

perplexity = exercise(
    "perplexity",
    inputs={
        "loss": Number((1.0, 2.0, 3.0, 0.0, 4.0, 0.5, 5.0, 1.5, 6.0, 0.25, 8.0, 10.0, 0.125)),
        "n_words": Whole(1, 8),
    },
    edges=[
        {"loss": 0.0, "n_words": 1},
        {"loss": 0.3, "n_words": 1},
        {"loss": 3 * math.log(82), "n_words": 3},
        {"loss": 2.0, "n_words": 2},
        {"loss": 30.0, "n_words": 6},
    ],
    hints=[
        "Every word of a sentence got the probability 1/82. Among how many words did the network "
        "hesitate?",
        "The loss is a sum of -log(probability). Its mean is the loss of a typical word, and e to "
        'the power of that undoes the logarithm (chapter 12, "Execution and output analysis").',
        "Two numbers in, one number out: divide first, then np.exp.",
    ],
)


@perplexity.law("is 1 when every word was predicted for certain")
def certain_is_one(answer, n_words):
    expect(answer(0.0, n_words)).equals(1.0)


@perplexity.law("is the size of the vocabulary when the network only guesses")
def guessing_is_the_vocabulary(answer, n_words):
    expect(answer(n_words * math.log(82), n_words)).equals(82.0)


@perplexity.law("is the same for a sentence that is said twice")
def length_does_not_matter(answer, loss, n_words):
    expect(answer(2 * loss, 2 * n_words)).equals(np.asarray(answer(loss, n_words)))


@perplexity.law("is squared when the loss doubles")
def doubling_squares(answer, loss, n_words):
    expect(answer(2 * loss, n_words)).equals(np.asarray(answer(loss, n_words)) ** 2)


@perplexity.misconception(
    "the mean loss", "The mean of the logarithms is not the perplexity yet: take e to its power."
)
def perplexity_without_exp(loss, n_words):
    return loss / n_words


@perplexity.misconception(
    "not divided by the number of words",
    "The loss is a sum over the words: divide by n_words first, or long sentences look worse.",
)
def loss_not_normalised_by_length(loss, n_words):
    return np.exp(loss)


@perplexity.misconception(
    "the power of 2", "np.log is the logarithm to the base e, so it is undone by np.exp."
)
def base_two(loss, n_words):
    return 2 ** (loss / n_words)


@perplexity.misconception(
    "the probability of a typical word",
    "The loss is already minus the logarithm. No second minus: perplexity is never below 1.",
)
def sign_flipped(loss, n_words):
    return np.exp(-loss / n_words)


@perplexity.misconception(
    "divided after the power", "Divide the loss, not e^loss: np.exp(loss / n_words)."
)
def divided_too_late(loss, n_words):
    return np.exp(loss) / n_words


@perplexity.alternative
def with_math(loss, n_words):
    return math.exp(loss / n_words)


@perplexity.alternative
def as_a_root(loss, n_words):
    return np.exp(loss) ** (1 / n_words)


# --- train_language_model ----------------------------------------------------------------------


def with_sentences(sentences, embeddings, **others):
    """Sentences of different lengths, every word one that has a row in `embeddings`."""
    shortened = [words[: max(1, len(words) - i)] for i, words in enumerate(sentences)]
    return {
        "sentences": [words % len(embeddings) for words in shortened],
        **{name: others[name] for name in PARAMETERS[:3]},
        "embeddings": embeddings,
        "learning_rate": others["learning_rate"],
        "iterations": others["iterations"],
    }


train_language_model = exercise(
    "train_language_model",
    inputs={
        "sentences": ListOf(SENTENCE, 1, 3),
        **NETWORK,
        "learning_rate": Number((0.125, 0.25, 0.0625)),
        "iterations": Whole(1, 4),
    },
    arrange=with_sentences,
    cases=16,
    edges=[
        {
            "sentences": [np.array([2, 0, 1]), np.array([1, 1])],
            **DECIMALS,
            "learning_rate": 0.1,
            "iterations": 3,
        },
        {"sentences": [np.array([1])], **TURNING, "learning_rate": 0.5, "iterations": 2},
        {
            "sentences": [np.array([0, 0, 2]), np.array([1, 2, 0, 1]), np.array([2])],
            **TURNING,
            "learning_rate": 0.25,
            "iterations": 4,
        },
    ],
    hints=[
        "There are two sentences and five iterations. Which sentence does the third one take?",
        "In each iteration: take the next sentence, write down its perplexity, work out all slopes "
        'from the same old parameters, and only then change them (chapter 12, "Let\'s train it!").',
        "The four parameters live in a dict by name. sequence_loss(sentence, **parameters) hands "
        "each of them over under its own name. i % len(sentences) goes round and round. Return "
        "the pair (parameters, perplexities).",
    ],
)


def perplexities_at_rest(sentences, iterations, *parameters):
    taken = [sentences[i % len(sentences)] for i in range(iterations)]
    return [math.exp(loss_of(words, *parameters) / len(words)) for words in taken]


@train_language_model.law("writes down one perplexity for each iteration")
def has_one_perplexity_an_iteration(
    answer, sentences, start, recurrent, decoder, embeddings, learning_rate, iterations
):
    weights = (start, recurrent, decoder, embeddings)
    _, perplexities = answer(sentences, *weights, learning_rate, iterations)
    expect(perplexities, "the perplexities").has_shape(iterations)


@train_language_model.law("changes nothing and goes round the sentences at a rate of 0")
def learns_nothing_at_rate_zero(
    answer, sentences, start, recurrent, decoder, embeddings, iterations
):
    weights = (start, recurrent, decoder, embeddings)
    parameters, perplexities = answer(sentences, *weights, 0.0, iterations)
    for name, array in zip(PARAMETERS, weights):
        expect(parameters[name], name).equals(array)
    expected = perplexities_at_rest(sentences, iterations, *weights)
    expect(perplexities, "the perplexities").equals(expected)


@train_language_model.law("begins in the same way, however long it goes on")
def more_iterations_only_add(
    answer, sentences, start, recurrent, decoder, embeddings, learning_rate, iterations
):
    weights = (start, recurrent, decoder, embeddings)
    _, longer = answer(sentences, *weights, learning_rate, iterations + 1)
    _, perplexities = answer(sentences, *weights, learning_rate, iterations)
    expect(list(longer)[:-1], "all but the last").equals(list(perplexities))


@train_language_model.law("goes on from where it stopped")
def stopping_changes_nothing(
    answer, sentences, start, recurrent, decoder, embeddings, learning_rate
):
    weights = (start, recurrent, decoder, embeddings)
    once = len(sentences)
    halfway, _ = answer(sentences, *weights, learning_rate, once)
    again = [np.asarray(halfway[name]) for name in PARAMETERS]
    end, _ = answer(sentences, *again, learning_rate, 1)
    whole, _ = answer(sentences, *weights, learning_rate, once + 1)
    for name in PARAMETERS:
        expect(whole[name], name).equals(np.asarray(end[name]))


@train_language_model.law("moves all parameters against the slope of the mean loss", most=3)
def moves_against_the_slope(
    answer, sentences, start, recurrent, decoder, embeddings, learning_rate
):
    sentence = sentences[0]

    def claimed(**parameters):
        new, _ = answer([sentence], *parameters.values(), learning_rate, 1)
        return [(old - np.asarray(new[name])) / learning_rate for name, old in parameters.items()]

    expect_slopes(
        lambda **parameters: loss_of(sentence, **parameters) / len(sentence),
        at={"start": start, "recurrent": recurrent, "decoder": decoder, "embeddings": embeddings},
        claimed=claimed,
        batch=len(sentence),
    )


def usual_step(sentence, parameters, rate, gradients=gradients_with):
    slopes = gradients(sentence, *parameters.values())
    return updated(parameters, slopes, rate / len(sentence))


def train_with(
    sentences,
    start,
    recurrent,
    decoder,
    embeddings,
    learning_rate,
    iterations,
    step=usual_step,
    take=lambda i, sentences: sentences[i % len(sentences)],
):
    parameters = as_parameters(start, recurrent, decoder, embeddings)
    perplexities = []
    for i in range(iterations):
        sentence = take(i, sentences)
        perplexities.append(math.exp(loss_of(sentence, **parameters) / len(sentence)))
        parameters = step(sentence, parameters, learning_rate)
    return parameters, perplexities


@train_language_model.misconception(
    "every delta in the wrong place, as the book prints it",
    "It learns, but not downhill: start, recurrent and embeddings get the deltas of other states. "
    "Use the slopes of rnn_gradients.",
)
def hidden_delta_off_by_one(*args):
    return train_with(
        *args,
        step=lambda sentence, parameters, rate: usual_step(
            sentence, parameters, rate, off_by_one_gradients
        ),
    )


@train_language_model.misconception(
    "the update is not divided by the number of words",
    "The slopes add up over the words: apply_updates divides them by len(sentence).",
)
def loss_not_normalised_by_length(*args):
    def step(sentence, parameters, rate):
        return updated(parameters, gradients_with(sentence, *parameters.values()), rate)

    return train_with(*args, step=step)


@train_language_model.misconception(
    "parameters that change while the blame is still flowing back",
    "The earlier states' blame must flow back along the old decoder and the old recurrent matrix. "
    "Work out all slopes first, then change all four.",
)
def updates_inside_backward_loop(*args):
    def step(sentence, parameters, rate):
        start, recurrent, decoder, embeddings = (p.astype(float) for p in parameters.values())
        states = states_of(embeddings[sentence], start, recurrent)
        misses = softmax_of(states[:-1].dot(decoder)) - one_hot_of(sentence, len(embeddings))
        rate, delta = rate / len(sentence), 0 * start
        for t in range(len(sentence) - 1, -1, -1):
            before = misses[t].dot(decoder.T) + delta.dot(recurrent.T)
            decoder = decoder - rate * np.outer(states[t], misses[t])
            recurrent = recurrent - rate * np.outer(states[t], delta)
            embeddings[sentence[t]] -= rate * delta
            delta = before
        return as_parameters(start - rate * delta, recurrent, decoder, embeddings)

    return train_with(*args, step=step)


@train_language_model.misconception(
    "a start that is changed before the others have used it",
    "The first state is the `start` that the sentence was read with. Changed in place it changes "
    "there too, and decoder and recurrent learn from a state that never was.",
)
def shared_start_mutated(*args):
    def step(sentence, parameters, rate):
        slopes = gradients_with(sentence, *parameters.values())
        rate = rate / len(sentence)
        new = updated(parameters, slopes, rate)
        # What the first state has in the outer products is the new start instead of the old one.
        start, recurrent, decoder, embeddings = parameters.values()
        states = states_of(embeddings[sentence], start, recurrent)
        misses = softmax_of(states[:-1].dot(decoder)) - one_hot_of(sentence, len(embeddings))
        deltas = hidden_deltas_of(misses, recurrent, decoder)
        moved = new["start"] - start
        new["decoder"] = new["decoder"] - rate * np.outer(moved, misses[0])
        new["recurrent"] = new["recurrent"] - rate * np.outer(moved, deltas[1])
        return new

    return train_with(*args, step=step)


@train_language_model.misconception(
    "the perplexity measured after the update",
    "Measure a sentence before the network learns from it.",
)
def measured_after_the_update(*args):
    perplexities = []

    def step(sentence, parameters, rate):
        new = usual_step(sentence, parameters, rate)
        perplexities.append(math.exp(loss_of(sentence, **new) / len(sentence)))
        return new

    parameters, _ = train_with(*args, step=step)
    return parameters, perplexities


@train_language_model.misconception(
    "always the first sentence", "The next iteration takes the next sentence: i % len(sentences)."
)
def first_sentence_only(*args):
    return train_with(*args, take=lambda i, sentences: sentences[0])


@train_language_model.misconception(
    "every iteration begins with the first parameters",
    "Each iteration goes on with what the one before it has learned: parameters = apply_updates(...).",
)
def begins_anew(sentences, start, recurrent, decoder, embeddings, learning_rate, iterations):
    weights = (start, recurrent, decoder, embeddings)
    last = sentences[(iterations - 1) % len(sentences)]
    parameters = usual_step(last, as_parameters(*weights), learning_rate)
    return parameters, perplexities_at_rest(sentences, iterations, *weights)


@train_language_model.misconception(
    "the loss of each sentence instead of its perplexity",
    "Write down perplexity(loss, len(sentence)).",
)
def writes_down_the_loss(sentences, *args):
    parameters, perplexities = train_with(sentences, *args)
    lengths = [len(sentences[i % len(sentences)]) for i in range(len(perplexities))]
    return parameters, [n * math.log(p) for n, p in zip(lengths, perplexities)]


@train_language_model.misconception(
    "only the decoder and the embeddings learn",
    "`start` and `recurrent` are parameters too, and have slopes of their own: change all four.",
)
def memory_is_not_learned(*args):
    def step(sentence, parameters, rate):
        new = usual_step(sentence, parameters, rate)
        return new | {name: parameters[name] for name in ("start", "recurrent")}

    return train_with(*args, step=step)


@train_language_model.alternative
def all_in_one_loop(sentences, start, recurrent, decoder, embeddings, learning_rate, iterations):
    weights = [np.array(w, dtype=float) for w in (start, recurrent, decoder, embeddings)]
    perplexities = []
    while len(perplexities) < iterations:
        sentence = sentences[len(perplexities) % len(sentences)]
        start, recurrent, decoder, embeddings = weights
        states, rows = [start], []
        for word in sentence:
            powers = np.exp(states[-1] @ decoder)
            rows.append(powers / powers.sum())
            states.append(states[-1] @ recurrent + embeddings[word])
        product = math.prod(float(row[word]) for row, word in zip(rows, sentence))
        perplexities.append(product ** (-1 / len(sentence)))
        new, delta, rate = [w.copy() for w in weights], 0, learning_rate / len(sentence)
        for t in reversed(range(len(sentence))):
            rows[t][sentence[t]] -= 1
            new[1] -= rate * np.outer(states[t], np.zeros(len(start)) + delta)
            new[2] -= rate * np.outer(states[t], rows[t])
            new[3][sentence[t]] -= rate * delta
            delta = decoder @ rows[t] + recurrent @ (np.zeros(len(start)) + delta)
        new[0] -= rate * delta
        weights = new
    return dict(zip(PARAMETERS, weights)), np.array(perplexities)


@train_language_model.alternative
def with_one_hot_rows(sentences, start, recurrent, decoder, embeddings, learning_rate, iterations):
    perplexities, done = [], 0
    for done in range(iterations):
        sentence = sentences[done - done // len(sentences) * len(sentences)]
        one_hot = np.equal.outer(sentence, np.arange(len(embeddings))).astype(float)
        states = states_of(one_hot @ embeddings, start, recurrent)[:-1]
        logs = -minus_log_softmax_of(states @ decoder)
        perplexities.append(float(np.exp(-np.sum(logs * one_hot) / len(sentence))))
        misses = (np.exp(logs) - one_hot) / len(sentence)
        deltas = hidden_deltas_of(misses, recurrent, decoder)
        start, recurrent, decoder, embeddings = (
            start - learning_rate * deltas[0],
            recurrent - learning_rate * states.T @ deltas[1:],
            decoder - learning_rate * states.T @ misses,
            embeddings - learning_rate * one_hot.T @ deltas[1:],
        )
    return (
        {"embeddings": embeddings, "decoder": decoder, "recurrent": recurrent, "start": start},
        perplexities,
    )


# --- predict_next ------------------------------------------------------------------------------

predict_next = exercise(
    "predict_next",
    inputs={"prefix": SENTENCE} | NETWORK,
    arrange=lambda prefix, embeddings, **others: {
        "prefix": prefix[:-1] % len(embeddings),
        **others,
        "embeddings": embeddings,
    },
    edges=[
        {"prefix": [2, 0, 1]} | DECIMALS,
        {"prefix": []} | DECIMALS,
        {"prefix": [1, 2]} | TURNING,
        {"prefix": [0, 0, 1]} | TURNING,
        {"prefix": [1]} | TURNING | {"decoder": [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]},
    ],
    hints=[
        '"Sandra moved to the": which of these words has the network read when it predicts the '
        "next one?",
        "Read the whole prefix, word by word. The state after its last word is what the prediction "
        'is made from (chapter 12, "Execution and output analysis"; the book pairs each prediction '
        "with one word too many there).",
        "rnn_states gives (words + 1, hidden): take the last row. (hidden,) . decoder "
        "(hidden, vocabulary) gives (vocabulary,) logits for softmax_1d. An empty prefix has one "
        "state: start.",
    ],
)


@predict_next.law("adds up to 1")
def adds_up_to_one(answer, prefix, start, recurrent, decoder, embeddings):
    probabilities = np.asarray(answer(prefix, start, recurrent, decoder, embeddings))
    expect(np.sum(probabilities), "the sum").equals(1.0)


@predict_next.law("is made from start before the first word")
def begins_with_start(answer, prefix, start, recurrent, decoder, embeddings):
    got = answer(prefix[:0], start, recurrent, decoder, embeddings)
    expect(got).equals(softmax_of(start.dot(decoder)))


@predict_next.law("has read the last word of the prefix")
def reads_the_last_word(answer, prefix, start, recurrent, decoder, embeddings):
    longer = np.append(prefix, 0).astype(int)
    state = states_of(embeddings[longer], start, recurrent)[-1]
    got = answer(longer, start, recurrent, decoder, embeddings)
    expect(got, "with word 0 read last, the prediction").equals(softmax_of(state.dot(decoder)))


@predict_next.law("is the same when the first word has been read into start")
def goes_on_from_a_state(answer, prefix, start, recurrent, decoder, embeddings):
    if len(prefix):
        weights = (recurrent, decoder, embeddings)
        after = start.dot(recurrent) + embeddings[prefix[0]]
        rest = answer(prefix[1:], after, *weights)
        expect(rest).equals(np.asarray(answer(prefix, start, *weights)))


@predict_next.law("finds all words equally likely when decoder is 0")
def guesses_without_a_decoder(answer, prefix, start, recurrent, decoder, embeddings):
    guess = np.ones(len(embeddings)) / len(embeddings)
    expect(answer(prefix, start, recurrent, 0 * decoder, embeddings)).equals(guess)


def predict_next_with(states, decoder):
    return softmax_of(states.dot(decoder))


@predict_next.misconception(
    "the prediction before the last word was read",
    "This predicts the last word of the prefix, not the one after it: take the state after the "
    "last word. The book's own listing pairs its predictions like this.",
)
def last_word_not_read(prefix, start, recurrent, decoder, embeddings):
    return predict_next_with(states_of(embeddings[prefix[:-1]], start, recurrent)[-1], decoder)


@predict_next.misconception(
    "a bag of the words so far",
    "Before a word is added, the state goes through the matrix: use rnn_states, not a sum.",
)
def order_invariant_sum(prefix, start, recurrent, decoder, embeddings):
    return predict_next_with(start + embeddings[prefix].sum(axis=0), decoder)


@predict_next.misconception(
    "reading begins with zeros instead of start",
    "The state before the first word is `start`, which was learned.",
)
def start_is_not_used(prefix, start, recurrent, decoder, embeddings):
    return predict_next_with(states_of(embeddings[prefix], 0 * start, recurrent)[-1], decoder)


@predict_next.misconception(
    "the last word alone", "The state remembers what was read before, too: read the whole prefix."
)
def last_word_only(prefix, start, recurrent, decoder, embeddings):
    return predict_next_with(embeddings[prefix[-1]] if len(prefix) else start, decoder)


@predict_next.misconception(
    "the number of the likeliest word",
    "Return all the probabilities, one for each word. np.argmax can pick one of them afterwards.",
)
def only_the_likeliest(prefix, start, recurrent, decoder, embeddings):
    return int(states_of(embeddings[prefix], start, recurrent)[-1].dot(decoder).argmax())


@predict_next.misconception("the logits", "Turn the logits into probabilities with softmax_1d.")
def without_softmax(prefix, start, recurrent, decoder, embeddings):
    return states_of(embeddings[prefix], start, recurrent)[-1].dot(decoder)


@predict_next.misconception(
    "the predictions for every word of the prefix",
    "Only the word after the prefix is asked for: shape (vocabulary,).",
)
def every_prediction(prefix, start, recurrent, decoder, embeddings):
    return predict_next_with(states_of(embeddings[prefix], start, recurrent), decoder)


@predict_next.alternative
def word_by_word(prefix, start, recurrent, decoder, embeddings):
    state = start
    for word in prefix:
        state = embeddings[word] + np.einsum("h,hk->k", state, recurrent)
    powers = [math.exp(logit) for logit in (state @ decoder).tolist()]
    return [power / sum(powers) for power in powers]


@predict_next.alternative
def with_powers(prefix, start, recurrent, decoder, embeddings):
    read = len(prefix)
    state = start @ np.linalg.matrix_power(recurrent, read)
    for t, word in enumerate(prefix):
        state = state + embeddings[word] @ np.linalg.matrix_power(recurrent, read - 1 - t)
    logits = state @ decoder
    return [1 / np.sum(np.exp(logits - logit)) for logit in logits]
