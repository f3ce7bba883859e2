"""How chapter 11 is examined: from texts to word embeddings and analogies."""

import re
from collections import Counter
from functools import partial

import numpy as np

from gdl_check.course import exercise, load_chapter
from gdl_check.expect import expect
from gdl_check.gradient import expect_slopes, upstream_like
from gdl_check.inputs import BITS, SMALL, Array, Choice, ListOf, Number, Rng, Size, Whole

# Training multiplies many times over: few digits keep the first steps tame.
TAME = (1.0, -1.0, 0.5, -0.5, 0.0, 0.25, 2.0)
VOCABULARY = ("bear", "cheese", "dragon", "film", "king", "moon", "queen")


def words_and_vocab(n):
    return {word: index for index, word in enumerate(VOCABULARY[:n])}


def below(picks, n):
    """Whole numbers brought below n, so that some of them are the same."""
    return [pick % n for pick in picks]


def expect_whole_numbers(reply):
    """An index must be able to find a row: 2 can, 2.0 cannot."""
    values = np.asarray(reply)
    expect(values.size == 0 or values.dtype.kind in "iu").is_true(
        "whole numbers are expected: weights[2] finds a row, weights[2.0] does not"
    )


def sigmoid_of(x):
    return 0.5 * (1 + np.tanh(0.5 * np.asarray(x)))


def cross_entropy_of(before, target):
    """The binary cross entropy of sigmoid(before), also far out."""
    return np.logaddexp(0, before) - target * before


def sum_of_rows(weights, indices):
    total = np.zeros(weights.shape[1])
    for index in indices:
        total = total + weights[index]
    return total


def ranked_pairs(scores, words, k):
    """The k best words; words come in alphabetical order already."""
    return sorted(zip(words, map(float, scores)), key=lambda pair: -pair[1])[:k]


# --- tokenize ----------------------------------------------------------------------------------

AS_WRITTEN = ("good", "Film", "BAD", "fun.", "it's", "good")
GAPS = (" ", "  ", "\n", " \t")

tokenize = exercise(
    "tokenize",
    inputs={"words": ListOf(Choice(AS_WRITTEN), 0, 5), "gaps": ListOf(Choice(GAPS), 6, 6)},
    arrange=lambda words, gaps: {
        "text": gaps[5].strip(" ") + "".join(word + gap for word, gap in zip(words, gaps))
    },
    edges=[
        {"text": "Good film  GOOD fun"},
        {"text": ""},
        {"text": " \n"},
        {"text": "this film , all in all , is fun ."},
        {"text": "positively\tgrand\n"},
    ],
    hints=[
        'Two spaces stand between "so" and "good". Is there a word between them?',
        'To a network a text is a list of words (chapter 11, "Capturing word correlation in input '
        'data"). "Good" at the beginning of a sentence and "good" inside it are the same word.',
        "A text in, a list of texts out. A text has a method lower() and a method split(): look up "
        "what split does when it is told no separator.",
    ],
)


@tokenize.law("has no empty word, and no space inside a word")
def has_no_spaces(answer, text):
    tokens = list(answer(text))
    expect(all(token and not re.search(r"\s", token) for token in tokens)).is_true(
        "a word is empty or has a space, a tab or an end of line in it"
    )


@tokenize.law("takes a word in capitals for the same word")
def capitals_do_not_matter(answer, text):
    expect(answer(text.upper()), "the words of the text in capitals").equals(list(answer(text)))


@tokenize.law("does not care how many spaces stand between two words")
def spaces_do_not_matter(answer, text):
    expect(answer(text.replace(" ", " \n  "))).equals(list(answer(text)))


@tokenize.law("has, for a text that is there twice, all its words twice")
def keeps_repeats(answer, text):
    expect(answer(f"{text} {text}"), "the words of the text, twice").equals(list(answer(text)) * 2)


@tokenize.misconception(
    "cut at every single space",
    'split(" ") finds an empty word between two spaces, and leaves the ends of lines in, as the '
    "book's listing does. split() without a separator takes any number of spaces, tabs and ends of "
    "lines as one gap.",
)
def cut_at_single_spaces(text):
    return text.lower().split(" ")


@tokenize.misconception(
    "words in capitals as they were written",
    '"Good" and "good" are one word: turn the text to lower case before you cut it.',
)
def capitals_kept(text):
    return text.split()


@tokenize.misconception(
    "a list of letters", "list(text) takes a text apart into its characters. Cut it at the gaps."
)
def letters(text):
    return list(text.lower())


@tokenize.misconception(
    "each word once",
    "A word that comes twice is two words of the text: keep them all, in order. What a repeat "
    "counts for is decided later.",
)
def repeats_lost(text):
    return list(dict.fromkeys(text.lower().split()))


@tokenize.misconception(
    "the marks cut off",
    "A full stop or an apostrophe belongs to its word here: cut at spaces, tabs and ends of lines "
    "only.",
)
def marks_cut_off(text):
    return re.findall(r"[a-z]+", text.lower())


@tokenize.alternative
def with_a_pattern(text):
    return re.findall(r"\S+", text.casefold())


@tokenize.alternative
def character_by_character(text):
    tokens, word = [], ""
    for character in text + " ":
        if not character.isspace():
            word += character.lower()
        elif word:
            tokens.append(word)
            word = ""
    return tokens


# --- build_vocab -------------------------------------------------------------------------------

DOC_WORDS = ("good", "bad", "film", "Good", "dull", "the", "10", "2")

build_vocab = exercise(
    "build_vocab",
    inputs={"texts": ListOf(ListOf(Choice(DOC_WORDS), 0, 4), 0, 4)},
    arrange=lambda texts: {"docs": [" ".join(words) for words in texts]},
    edges=[
        {"docs": ["good film", "bad film"]},
        {"docs": []},
        {"docs": [""]},
        {"docs": ["zebra", "ant Zebra", "moose\nant"]},
    ],
    hints=[
        "Two texts share a word. How many numbers does that word need?",
        'A set keeps each word once (chapter 11, "Predicting movie reviews"), but its order '
        "changes from run to run: put the words in order before you number them.",
        "A dict, word -> index. First the set of all words of all texts, each text cut by "
        "tokenize; then sorted(...); then enumerate(...) gives the numbers 0, 1, 2 and so on.",
    ],
)


@build_vocab.law("numbers the words from 0, without a gap")
def numbers_without_a_gap(answer, docs):
    vocab = answer(docs)
    indices = sorted(vocab[word] for word in vocab)
    expect_whole_numbers(indices)
    expect(indices, "the indices").equals(list(range(len(indices))))


@build_vocab.law("knows the words of all texts, in lower case, and no others")
def knows_all_words(answer, docs):
    words = sorted({word for doc in docs for word in doc.lower().split()})
    expect(sorted(answer(docs)), "the words").equals(words)


@build_vocab.law("gives the next number to the next word of the alphabet")
def follows_the_alphabet(answer, docs):
    vocab = answer(docs)
    in_order = sorted(vocab, key=lambda word: vocab[word])
    expect(in_order, "the words, by their numbers,").equals(sorted(vocab))


@build_vocab.law("does not depend on the order of the texts, nor on how often one is there")
def order_does_not_matter(answer, docs):
    turned = answer(docs[::-1] + docs)
    vocab = answer(docs)
    expect(turned).equals({word: vocab[word] for word in vocab})


def numbered(words):
    return {word: index for index, word in enumerate(words)}


@build_vocab.misconception(
    "how many texts a word is in",
    "A count says how common a word is, not which one it is: two words would share a number. Give "
    "each word an index of its own.",
)
def vocab_from_counts_of_lines(docs):
    counts = Counter(word for doc in docs for word in set(doc.lower().split()))
    return dict(counts)


@build_vocab.misconception(
    "whole texts instead of words", "Number the words: cut each text with tokenize first."
)
def whole_texts(docs):
    return numbered(sorted({doc.lower() for doc in docs}))


@build_vocab.misconception(
    "numbers from 1", "The index of a word is a row of the weights, and rows are counted from 0."
)
def numbered_from_one(docs):
    words = sorted({word for doc in docs for word in doc.lower().split()})
    return {word: index for index, word in enumerate(words, 1)}


@build_vocab.misconception(
    "the order in which the words appear",
    "Sort the words first: then the numbers do not depend on which text comes first.",
)
def in_order_of_appearance(docs):
    return numbered(dict.fromkeys(word for doc in docs for word in doc.lower().split()))


@build_vocab.misconception(
    "a number for a repeat as well",
    "A word that comes again has its number already: make a set of the words before you sort.",
)
def repeats_numbered(docs):
    return numbered(sorted(word for doc in docs for word in doc.lower().split()))


@build_vocab.misconception(
    "a word in capitals as another word",
    'tokenize turns everything to lower case: "Good" and "good" have one number.',
)
def capitals_kept(docs):
    return numbered(sorted({word for doc in docs for word in doc.split()}))


@build_vocab.misconception(
    "the words of the last text only", "Collect the words of all texts before you number them."
)
def last_text_only(docs):
    return numbered(sorted(set(docs[-1].lower().split()))) if docs else {}


@build_vocab.alternative
def one_word_after_the_other(docs):
    vocab = {}
    for word in sorted(" ".join(docs).lower().split()):
        if word not in vocab:
            vocab[word] = len(vocab)
    return vocab


@build_vocab.alternative
def by_counting_smaller_words(docs):
    words = set()
    for doc in docs:
        words |= set(doc.lower().split())
    return {word: sum(other < word for other in words) for word in words}


# --- word_indices ------------------------------------------------------------------------------

TOKENS = ("good", "bad", "film", "fun", "dull")

word_indices = exercise(
    "word_indices",
    inputs={
        "tokens": ListOf(Choice(TOKENS), 0, 5),
        "known": ListOf(Choice(TOKENS), 1, 5),
        "unknown": Choice(("skip", "raise")),
    },
    arrange=lambda tokens, known, unknown: {
        "tokens": tokens,
        "vocab": numbered(sorted(set(known))),
        "unknown": unknown,
    },
    edges=[
        {"tokens": ["good", "dull", "good"], "vocab": {"bad": 0, "good": 1}, "unknown": "skip"},
        {"tokens": ["good", "dull"], "vocab": {"bad": 0, "good": 1}, "unknown": "raise"},
        {"tokens": [], "vocab": {"bad": 0}, "unknown": "raise"},
        {"tokens": ["dull"], "vocab": {"bad": 0, "good": 1}, "unknown": "skip"},
        {"tokens": ["good", "bad"], "vocab": {"bad": 0, "good": 1}, "unknown": "raise"},
        {"tokens": ["bad"], "vocab": {}, "unknown": "skip"},
        {"tokens": ["bad"], "vocab": {}, "unknown": "raise"},
    ],
    hints=[
        "A new review holds a word that no review had before. Which row of the weights is its own?",
        'The vocabulary knows only the words that it was built from (chapter 11, "Predicting movie '
        'reviews"). vocab[token] stops with a KeyError for any other: ask `token in vocab` first.',
        "A list of words in, a list of whole numbers out, in the same order. Where unknown is "
        '"raise" and some token is not in vocab: raise ValueError(...).',
    ],
)


@word_indices.law("skips unknown words unless it is told otherwise")
def skips_by_itself(answer, tokens, vocab):
    expect(answer(tokens, vocab)).equals([vocab[t] for t in tokens if t in vocab])


@word_indices.law("raises a ValueError for an unknown word where it is told to")
def raises_where_told(answer, tokens, vocab):
    expect(answer([*tokens, "zebra"], vocab, "raise")).raises(ValueError)
    expect(answer(["zebra", *tokens], vocab, "raise")).raises(ValueError)


@word_indices.law("gives whole numbers, which can find a row of weights")
def gives_whole_numbers(answer, tokens, vocab):
    expect_whole_numbers(answer(tokens, vocab, "skip"))


@word_indices.law("lets you read back the words that it knows")
def can_be_read_back(answer, tokens, vocab):
    words = {index: word for word, index in vocab.items()}
    known = [token for token in tokens if token in vocab]
    for unknown in ("skip", "raise"):
        read_back = [words.get(int(index)) for index in answer(known, vocab, unknown)]
        expect(read_back, "the words read back").equals(known)


@word_indices.misconception(
    "stopped by an unknown word",
    "vocab[token] raises a KeyError for a word that is not there. Leave such a word out, or where "
    'unknown is "raise", raise a ValueError.',
)
def unk_crash(tokens, vocab, unknown="skip"):
    return [vocab[token] for token in tokens]


@word_indices.misconception(
    "an unknown word as index 0",
    "0 is the index of the first word of the alphabet, not of nothing: leave unknown words out.",
)
def unknown_is_zero(tokens, vocab, unknown="skip"):
    if unknown == "raise" and any(token not in vocab for token in tokens):
        raise ValueError
    return [vocab.get(token, 0) for token in tokens]


@word_indices.misconception(
    "silent about unknown words even where it should raise",
    'Where unknown is "raise", a word that is not in vocab must end in a ValueError.',
)
def never_raises(tokens, vocab, unknown="skip"):
    return [vocab[token] for token in tokens if token in vocab]


@word_indices.misconception(
    "each index once", "A word that comes twice has its index there twice; keep the order, too."
)
def repeats_lost(tokens, vocab, unknown="skip"):
    if unknown == "raise" and any(token not in vocab for token in tokens):
        raise ValueError
    return list(dict.fromkeys(vocab[token] for token in tokens if token in vocab))


@word_indices.misconception(
    "the first word of the alphabet lost",
    "Its index is 0, and `if vocab.get(token)` takes 0 for nothing. Ask `token in vocab`.",
)
def index_zero_lost(tokens, vocab, unknown="skip"):
    if unknown == "raise" and any(token not in vocab for token in tokens):
        raise ValueError
    return [vocab[token] for token in tokens if vocab.get(token)]


@word_indices.alternative
def token_by_token(tokens, vocab, unknown="skip"):
    indices = []
    for token in tokens:
        try:
            indices.append(vocab[token])
        except KeyError:
            if unknown == "raise":
                raise ValueError(token) from None
    return indices


@word_indices.alternative
def with_sets(tokens, vocab, unknown="skip"):
    strangers = set(tokens) - set(vocab)
    if strangers and unknown != "skip":
        raise ValueError(f"unknown: {strangers}")
    found = filter(lambda token: token not in strangers, tokens)
    return np.array(list(map(vocab.get, found)), dtype=int)


# --- label_targets -----------------------------------------------------------------------------

LABELS = ("positive\n", "negative\n", "POSITIVE", "Negative", " positive ", "negative", "neutral\n")

label_targets = exercise(
    "label_targets",
    inputs={"labels": ListOf(Choice(LABELS), 0, 5)},
    edges=[
        {"labels": ["positive\n", "NEGATIVE\n"]},
        {"labels": []},
        {"labels": ["POSITIVE"]},
        {"labels": [""]},
        {"labels": ["negative\n", "not positive\n"]},
        {"labels": ["pos\n"]},
    ],
    hints=[
        '"positive\\n" == "positive" is False. Why?',
        'The labels are the lines of a file (chapter 11, "IMDB movie reviews dataset"): each ends '
        "with an end of line, and another file may have them in capitals. Bring a label to one "
        "form before you compare it.",
        "A list of texts in, a list of 0s and 1s of the same length out. strip() takes spaces and "
        "ends of lines off, lower() the capitals. What is neither is a ValueError.",
    ],
)


def plain_label(label):
    return label.strip().lower()


def real_labels(labels):
    return [label for label in labels if plain_label(label) in ("positive", "negative")]


@label_targets.law("is 1 for a positive label and 0 for a negative one")
def tells_them_apart(answer, labels):
    real = real_labels(labels)
    targets = [1 if plain_label(label) == "positive" else 0 for label in real]
    expect(answer(real)).equals(targets)


@label_targets.law("does not care for capitals or for spaces around the word")
def form_does_not_matter(answer, labels):
    real = real_labels(labels)
    shouted = [f"  {label.upper()}\n" for label in real]
    expect(answer(shouted)).equals(np.asarray(answer(real)))


@label_targets.law("raises a ValueError for a label that is neither")
def rejects_what_is_neither(answer, labels):
    expect(answer([*real_labels(labels), "unsure\n"])).raises(ValueError)


@label_targets.misconception(
    'compared with "positive\\n" as it stands',
    '"POSITIVE" and "positive" without an end of line are positive labels, too, and got a 0. Strip '
    "each label and turn it to lower case before you compare.",
)
def label_case(labels):
    return [1 if label == "positive\n" else 0 for label in labels]


@label_targets.misconception(
    "0 for everything that is not positive",
    "A label that is neither is a mistake in the file; taken for negative, nobody would ever see "
    "it. Raise a ValueError.",
)
def anything_else_is_negative(labels):
    return [1 if plain_label(label) == "positive" else 0 for label in labels]


@label_targets.misconception(
    "found anywhere in the label",
    '"not positive" holds the word "positive". Compare the whole label with ==.',
)
def found_inside(labels):
    targets = []
    for label in labels:
        if "positive" not in label.lower() and "negative" not in label.lower():
            raise ValueError
        targets.append(1 if "positive" in label.lower() else 0)
    return targets


@label_targets.misconception("turned round", "A positive review has the target 1.")
def turned_round(labels):
    if len(real_labels(labels)) < len(labels):
        raise ValueError
    return [0 if plain_label(label) == "positive" else 1 for label in labels]


@label_targets.misconception(
    "-1 for a negative review",
    "The prediction ends in a sigmoid and lies between 0 and 1: its target is 0, not -1.",
)
def minus_one_for_negative(labels):
    if len(real_labels(labels)) < len(labels):
        raise ValueError
    return [1 if plain_label(label) == "positive" else -1 for label in labels]


@label_targets.alternative
def from_a_table(labels):
    try:
        return [
            {"positive": 1.0, "negative": 0.0}[label.split()[0].lower()]
            for label in labels
            if unspoilt(label)
        ]
    except (KeyError, IndexError):
        raise ValueError from None


def unspoilt(label):
    if len(label.split()) != 1:
        raise ValueError("one word is expected")
    return True


@label_targets.alternative
def by_position(labels):
    return [["negative", "positive"].index(label.lower().strip()) for label in labels]


# --- bag_of_words ------------------------------------------------------------------------------

bag_of_words = exercise(
    "bag_of_words",
    inputs={"picks": ListOf(Whole(0, 5), 0, 6), "n_words": Whole(1, 6)},
    arrange=lambda picks, n_words: {"indices": below(picks, n_words), "n_words": n_words},
    edges=[
        {"indices": [1, 0, 3], "n_words": 4},
        {"indices": [], "n_words": 3},
        {"indices": [2, 0, 2], "n_words": 4},
        {"indices": [0], "n_words": 1},
    ],
    hints=[
        'The word with index 2 comes twice in a text. What stands at place 2 of "which words occur"?',
        "Each word alone is a row of zeros with a single 1; a text is these rows put together "
        '(chapter 11, "Capturing word correlation in input data").',
        "(n_words,) numbers, first all 0; a 1 at every place that `indices` names. n_words is the "
        "size of the vocabulary, not of the text.",
    ],
)


@bag_of_words.law("has a 1 for each word that occurs and a 0 for every other")
def marks_what_occurs(answer, indices, n_words):
    expect(answer(indices, n_words)).equals([float(i in indices) for i in range(n_words)])


@bag_of_words.law("does not care for the order of the words or how often they come")
def order_and_repeats_do_not_matter(answer, indices, n_words):
    again = answer(indices[::-1] + indices, n_words)
    expect(again).equals(np.asarray(answer(indices, n_words)))


@bag_of_words.law("has, for two texts put together, a 1 where either of them has one")
def is_the_larger_of_two(answer, indices, n_words):
    half = len(indices) // 2
    first, second = answer(indices[:half], n_words), answer(indices[half:], n_words)
    both = np.maximum(np.asarray(first), np.asarray(second))
    expect(answer(indices, n_words)).equals(both)


@bag_of_words.misconception(
    "how often each word occurs",
    "A bag of words says whether a word occurs, not how often: a repeat leaves the 1 at 1.",
)
def counts_instead_of_presence(indices, n_words):
    bag = np.zeros(n_words)
    for index in indices:
        bag[index] += 1
    return bag


@bag_of_words.misconception(
    "one row for each word of the text",
    "These are the words one by one. Put the rows together: one row of n_words numbers.",
)
def one_row_a_word(indices, n_words):
    return np.eye(n_words)[indices]


@bag_of_words.misconception(
    "only as long as the largest index needs",
    "Every text's bag has n_words places, also for the words at the end that it does not hold.",
)
def cut_short(indices, n_words):
    bag = np.zeros(max(indices, default=-1) + 1)
    bag[indices] = 1
    return bag


@bag_of_words.misconception(
    "the indices in the bag instead of 1s", "Write a 1 at the place, whichever place it is."
)
def indices_in_the_bag(indices, n_words):
    bag = np.zeros(n_words)
    bag[indices] = indices
    return bag


@bag_of_words.alternative
def place_by_place(indices, n_words):
    return [i in indices for i in range(n_words)]


@bag_of_words.alternative
def counted_and_capped(indices, n_words):
    return np.minimum(np.bincount(np.array(indices, dtype=int), minlength=n_words), 1)


# --- embedding_sum -----------------------------------------------------------------------------

embedding_sum = exercise(
    "embedding_sum",
    inputs={"weights": Array(("words", "hidden"), SMALL), "indices": ListOf(Whole(0, 4), 0, 5)},
    arrange=lambda weights, indices: {"weights": weights, "indices": below(indices, len(weights))},
    edges=[
        {"weights": [[0.1, 1.234567891], [0.7, 0.3], [0.2, 0.6]], "indices": [0, 2]},
        {"weights": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], "indices": []},
        {"weights": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], "indices": [1, 1]},
        {"weights": [[3.0]], "indices": [0]},
    ],
    hints=[
        "A bag of words with 70,000 places holds three 1s. Which rows of the weights does bag . "
        "weights really add up?",
        'An embedding layer looks up the rows of the words and adds them (chapter 11, "Intro to an '
        'embedding layer"): the same result as the product, without all the zeros.',
        "weights[indices] has shape (len(indices), hidden), with a row for each index, repeats "
        "included. Add its rows up: (hidden,).",
    ],
)


@embedding_sum.law("is bag . weights where no word comes twice")
def is_the_product_with_the_bag(answer, weights, indices):
    different = list(dict.fromkeys(indices))
    bag = np.zeros(len(weights))
    bag[different] = 1
    expect(answer(weights, different)).equals(bag.dot(weights))


@embedding_sum.law("adds up over two texts put together")
def adds_up_over_texts(answer, weights, indices):
    twice = answer(weights, indices + indices)
    expect(twice, "the text twice").equals(2 * np.asarray(answer(weights, indices)))


@embedding_sum.law("does not care for the order of the words")
def order_does_not_matter(answer, weights, indices):
    expect(answer(weights, indices[::-1])).equals(np.asarray(answer(weights, indices)))


@embedding_sum.law("is all zeros where there are no words")
def is_zero_for_no_words(answer, weights):
    expect(answer(weights, [])).equals(np.zeros(weights.shape[1]))


@embedding_sum.misconception(
    "a word that comes twice is added once",
    "Each index adds its row, also when it comes again: do not make a set of them.",
)
def repeats_lost(weights, indices):
    return sum_of_rows(weights, set(indices))


@embedding_sum.misconception(
    "the mean of the rows", "Add the rows up; do not divide by the number of words."
)
def mean_not_sum(weights, indices):
    return sum_of_rows(weights, indices) / max(len(indices), 1)


@embedding_sum.misconception(
    "one number for each word",
    "Add up over the words (axis 0), so that one row of `hidden` numbers is left.",
)
def wrong_axis(weights, indices):
    return weights[indices].sum(axis=1)


@embedding_sum.misconception(
    "the rows themselves, not added up", "weights[indices] are the rows; now add them up."
)
def not_added_up(weights, indices):
    return weights[indices]


@embedding_sum.misconception("the rows of all words", "Add up only the rows that `indices` names.")
def all_words(weights, indices):
    return weights.sum(axis=0)


@embedding_sum.misconception(
    "a row of `weights` is changed",
    "`total = weights[i]` is the row itself, not a copy: `total += ...` writes into the weights. "
    "Begin with zeros, or write `total = total + ...`.",
)
def in_place_mutation(weights, indices):
    total = np.zeros(weights.shape[1])
    for i, index in enumerate(indices):
        if i == 0:
            total = weights[index]
        else:
            total += weights[index]
    return total


@embedding_sum.alternative
def with_counts(weights, indices):
    return np.bincount(np.array(indices, dtype=int), minlength=len(weights)) @ weights


@embedding_sum.alternative
def number_by_number(weights, indices):
    totals = [0.0] * weights.shape[1]
    for index in indices:
        for j in range(len(totals)):
            totals[j] += float(weights[index, j])
    return totals


# --- embedding_sum_grad ------------------------------------------------------------------------

embedding_sum_grad = exercise(
    "embedding_sum_grad",
    inputs={
        "indices": ListOf(Whole(0, 4), 0, 5),
        "upstream": Array(("hidden",), SMALL),
        "n_words": Whole(1, 5),
    },
    arrange=lambda indices, upstream, n_words: {
        "indices": below(indices, n_words),
        "upstream": upstream,
        "n_words": n_words,
    },
    edges=[
        {"indices": [2, 0], "upstream": [0.3, -1.234567891], "n_words": 4},
        {"indices": [2, 0, 2], "upstream": [1.0, -2.0], "n_words": 3},
        {"indices": [], "upstream": [1.0, 2.0, 3.0], "n_words": 2},
        {"indices": [0, 0, 0], "upstream": [0.5], "n_words": 1},
    ],
    hints=[
        "A word comes twice in a text, so its row was added twice. If one of its weights grows by "
        "a little, by how much does the sum grow?",
        'What is only added up passes the slope from above on as it is (chapter 11, "Intro to an '
        'embedding layer"). A row that was not added has no part in the sum.',
        "(n_words, hidden), first all 0; then `upstream` is added to row i for each i in indices. "
        "slope[indices] += upstream counts a repeated index once: use np.add.at, or a loop.",
    ],
)


@embedding_sum_grad.law("is 0 in the rows of words that do not occur")
def spares_other_words(answer, indices, upstream, n_words):
    slope = np.asarray(answer(indices, upstream, n_words))
    absent = np.array([[float(i not in indices)] for i in range(n_words)])
    expect(slope * absent, "the rows of the other words").equals(np.zeros_like(slope))


@embedding_sum_grad.law("passes the slope from above on, once for each time that a word comes")
def passes_on_for_each_time(answer, indices, upstream, n_words):
    times = [indices.count(i) for i in range(n_words)]
    expect(answer(indices, upstream, n_words)).equals(np.outer(times, upstream))


@embedding_sum_grad.law("adds up over two texts put together")
def adds_up_over_texts(answer, indices, upstream, n_words):
    half = len(indices) // 2
    first, second = (answer(part, upstream, n_words) for part in (indices[:half], indices[half:]))
    whole = answer(indices, upstream, n_words)
    expect(whole).equals(np.asarray(first) + np.asarray(second))


@embedding_sum_grad.law("says how steeply the sum climbs as a weight grows", most=4)
def is_the_slope_of_the_sum(answer, indices, upstream, n_words):
    expect_slopes(
        lambda weights: upstream.dot(sum_of_rows(weights, indices)),
        at={"weights": upstream_like(np.zeros((n_words, len(upstream))))},
        claimed=lambda weights: answer(indices, upstream, n_words),
    )


@embedding_sum_grad.misconception(
    "a repeated word counts once",
    "slope[indices] += upstream works the right side out once and writes it to every row named, so "
    "a row named twice gets it once. np.add.at(slope, indices, upstream) adds for each.",
)
def duplicate_index_update(indices, upstream, n_words):
    slope = np.zeros((n_words, len(upstream)))
    slope[indices] += upstream
    return slope


@embedding_sum_grad.misconception(
    "1 where a word occurs",
    "What comes out at the end depends on the slope from above: pass `upstream` on.",
)
def forgot_upstream(indices, upstream, n_words):
    slope = np.zeros((n_words, len(upstream)))
    np.add.at(slope, indices, np.ones(len(upstream)))
    return slope


@embedding_sum_grad.misconception(
    "shared out among the words",
    "The rows were added up, not averaged: each of them gets the whole slope from above.",
)
def divided_by_length(indices, upstream, n_words):
    slope = np.zeros((n_words, len(upstream)))
    np.add.at(slope, indices, upstream / max(len(indices), 1))
    return slope


@embedding_sum_grad.misconception(
    "a slope for every word", "Words that do not occur were not added up: their rows have slope 0."
)
def all_words(indices, upstream, n_words):
    return np.tile(upstream, (n_words, 1))


@embedding_sum_grad.misconception(
    "only the rows that were used",
    "The slope is shaped like the weights, (n_words, hidden): a row for each word of the vocabulary.",
)
def used_rows_only(indices, upstream, n_words):
    return np.tile(upstream, (len(indices), 1))


@embedding_sum_grad.misconception(
    "the transposed matrix", "One row for each word: the shape is (n_words, hidden)."
)
def transposed(indices, upstream, n_words):
    slope = np.zeros((n_words, len(upstream)))
    np.add.at(slope, indices, upstream)
    return slope.T


@embedding_sum_grad.alternative
def in_a_loop(indices, upstream, n_words):
    slope = np.zeros((n_words, len(upstream)))
    for index in indices:
        slope[index] += upstream
    return slope


@embedding_sum_grad.alternative
def counts_times_upstream(indices, upstream, n_words):
    return [[indices.count(i) * float(entry) for entry in upstream] for i in range(n_words)]


# --- sentiment_forward -------------------------------------------------------------------------

SENTIMENT = {
    "weights_0_1": Array(("words", "hidden"), SMALL),
    "weights_1_2": Array(("hidden", 1), SMALL),
    "indices": ListOf(Whole(0, 4), 0, 4),
}
REVIEW = {
    "weights_0_1": [[0.1, -0.7], [0.3, 1.234567891], [0.9, -0.2]],
    "weights_1_2": [[0.7], [-0.4]],
    "indices": [2, 0],
}
CANCELLING = {
    "weights_0_1": [[2.0, 1.0], [-2.0, -1.0]],
    "weights_1_2": [[3.0], [-3.0]],
    "indices": [0, 1],
}
NO_WORDS = {"weights_0_1": [[2.0]], "weights_1_2": [[1.0]], "indices": []}
TWICE_THE_SAME = {"weights_0_1": [[0.0], [1.0]], "weights_1_2": [[2.0]], "indices": [1, 1]}
FAR_UP = {"weights_0_1": [[1000.0], [-1000.0]], "weights_1_2": [[1000.0]], "indices": [0]}
FAR_DOWN = {"weights_0_1": [[1000.0], [-1000.0]], "weights_1_2": [[-1000.0]], "indices": [0]}
SWITCHED_OFF = {"weights_0_1": [[1000.0], [-1000.0]], "weights_1_2": [[5.0]], "indices": [1]}

sentiment_forward = exercise(
    "sentiment_forward",
    inputs=SENTIMENT,
    arrange=lambda weights_0_1, weights_1_2, indices: {
        "weights_0_1": weights_0_1,
        "weights_1_2": weights_1_2,
        "indices": below(indices, len(weights_0_1)),
    },
    edges=[REVIEW, CANCELLING, NO_WORDS, TWICE_THE_SAME, FAR_UP, FAR_DOWN, SWITCHED_OFF],
    hints=[
        "A review is judged by two layers. What does the first one take in: a row of 70,000 zeros "
        "and ones, or a few rows of weights?",
        "The hidden layer is the sum of the words' rows, squashed by sigmoid; the prediction is a "
        'weighted sum of the hidden layer, squashed again (chapter 11, "Predicting movie reviews").',
        "embedding_sum gives (hidden,); sigmoid keeps the shape. (hidden,) . (hidden, 1) gives (1,); "
        "after sigmoid take its one entry. Return both: hidden, prediction.",
    ],
)


@sentiment_forward.law("is between 0 and 1, in the hidden layer and at the end")
def lies_between_0_and_1(answer, weights_0_1, weights_1_2, indices):
    hidden, prediction = answer(weights_0_1, weights_1_2, indices)
    for part, what in ((hidden, "the hidden layer"), (prediction, "the prediction")):
        expect(part, what).is_at_least(0)
        expect(part, what).is_at_most(1)


@sentiment_forward.law("has 0.5 in every hidden unit where a review has no words")
def knows_nothing_without_words(answer, weights_0_1, weights_1_2):
    hidden, _ = answer(weights_0_1, weights_1_2, [])
    expect(hidden, "the hidden layer").equals(np.full(weights_0_1.shape[1], 0.5))


@sentiment_forward.law("makes the prediction out of the hidden layer")
def prediction_comes_from_hidden(answer, weights_0_1, weights_1_2, indices):
    hidden, prediction = answer(weights_0_1, weights_1_2, indices)
    before = np.asarray(hidden, dtype=float).dot(weights_1_2[:, 0])
    expect(prediction, "the prediction").equals(float(sigmoid_of(before)))


@sentiment_forward.law("is as sure of the opposite when weights_1_2 change their sign")
def turns_round_with_the_weights(answer, weights_0_1, weights_1_2, indices):
    _, prediction = answer(weights_0_1, weights_1_2, indices)
    _, opposite = answer(weights_0_1, -weights_1_2, indices)
    expect(opposite, "the prediction with the signs changed").equals(1 - np.asarray(prediction))


@sentiment_forward.law("does not care for the order of the words")
def order_does_not_matter(answer, weights_0_1, weights_1_2, indices):
    hidden, prediction = answer(weights_0_1, weights_1_2, indices)
    turned_hidden, turned = answer(weights_0_1, weights_1_2, indices[::-1])
    expect(turned_hidden, "the hidden layer").equals(np.asarray(hidden))
    expect(turned, "the prediction").equals(float(prediction))


def sentiment_forward_with(
    weights_0_1, weights_1_2, indices, inner=sigmoid_of, outer=sigmoid_of, total=sum_of_rows
):
    hidden = inner(total(weights_0_1, indices))
    return hidden, float(outer(hidden.dot(weights_1_2[:, 0])))


def steep_sigmoid(x):
    return np.exp(x) / (1 + np.exp(x))


@sentiment_forward.misconception(
    "nan for a large sum",
    "e^1000 is infinite for a computer, and infinite / infinite is not a number. "
    "1 / (1 + np.exp(-x)) is only divided by infinity where x is far below 0, and gives 0 there.",
)
def sigmoid_overflow(*args):
    return sentiment_forward_with(*args, inner=steep_sigmoid, outer=steep_sigmoid)


@sentiment_forward.misconception(
    "no sigmoid in the hidden layer",
    "hidden = sigmoid(sum of the rows): without it the two layers can do no more than one.",
)
def no_sigmoid_in_the_middle(*args):
    return sentiment_forward_with(*args, inner=lambda x: x)


@sentiment_forward.misconception(
    "no sigmoid at the end",
    "The prediction says how sure the network is, from 0 to 1: squash the last sum as well.",
)
def no_sigmoid_at_the_end(*args):
    return sentiment_forward_with(*args, outer=lambda x: x)


@sentiment_forward.misconception(
    "the mean of the words' rows", "Add the rows up (embedding_sum); do not divide by their number."
)
def mean_not_sum(*args):
    return sentiment_forward_with(
        *args, total=lambda weights, indices: sum_of_rows(weights, indices) / max(len(indices), 1)
    )


@sentiment_forward.misconception(
    "a word that comes twice counts once",
    "Here every index adds its row. Whether a review's words are taken once is decided before.",
)
def repeats_lost(*args):
    return sentiment_forward_with(
        *args, total=lambda weights, indices: sum_of_rows(weights, set(indices))
    )


@sentiment_forward.misconception(
    "relu in the hidden layer",
    "This network has sigmoid in both places: hidden = sigmoid(sum of the rows).",
)
def relu_in_the_middle(*args):
    return sentiment_forward_with(*args, inner=lambda x: np.maximum(x, 0))


@sentiment_forward.misconception(
    "a prediction in an array",
    "The prediction is one number. (hidden,) . (hidden, 1) gives an array of shape (1,): take its "
    "entry, with [0].",
)
def shape_collapsed(*args):
    hidden, prediction = sentiment_forward_with(*args)
    return hidden, np.array([prediction])


@sentiment_forward.misconception(
    "only the prediction", "Return both, hidden and prediction: learning needs the hidden layer."
)
def only_the_prediction(*args):
    return sentiment_forward_with(*args)[1]


@sentiment_forward.alternative
def unit_by_unit(weights_0_1, weights_1_2, indices):
    hidden = []
    for column in weights_0_1.T:
        total = sum(float(column[index]) for index in indices)
        hidden.append(float(np.exp(-np.logaddexp(0.0, -total))))
    last = sum(unit * float(weight) for unit, weight in zip(hidden, weights_1_2.ravel()))
    return [hidden, float(np.exp(-np.logaddexp(0.0, -last)))]


@sentiment_forward.alternative
def from_the_bag(weights_0_1, weights_1_2, indices):
    bag = np.bincount(np.array(indices, dtype=int), minlength=len(weights_0_1))
    hidden = (1 + np.tanh(bag @ weights_0_1 / 2)) / 2
    return hidden, np.sum((1 + np.tanh(hidden @ weights_1_2 / 2)) / 2)


# --- sentiment_backward ------------------------------------------------------------------------

sentiment_backward = exercise(
    "sentiment_backward",
    inputs=SENTIMENT | {"target": Number(BITS)},
    arrange=lambda weights_0_1, weights_1_2, indices, target: {
        "weights_0_1": weights_0_1,
        "weights_1_2": weights_1_2,
        "indices": below(indices, len(weights_0_1)),
        "target": target,
    },
    edges=[
        REVIEW | {"target": 0.0},
        {
            "weights_0_1": [[0.0, 0.0], [0.0, 0.0]],
            "weights_1_2": [[4.0], [-4.0]],
            "indices": [0, 1],
            "target": 1.0,
        },
        NO_WORDS | {"target": 1.0},
        TWICE_THE_SAME | {"target": 0.0},
        FAR_UP | {"target": 0.0},
        FAR_DOWN | {"target": 1.0},
        FAR_UP | {"target": 1.0},
    ],
    hints=[
        "A hidden unit is at 0.999. If a little more flowed into it, how much more would come out?",
        "Blame flows back along weights_1_2, and then through the slope of the hidden layer's "
        'sigmoid, which chapter 9 reads off its output: hidden * (1 - hidden). The listing in "'
        'Predicting movie reviews" leaves it out, and its steps are at least 4 times too large.',
        "output_delta is one number, prediction - target. weights_1_2[:, 0] is (hidden,), like the "
        "hidden layer. Return (hidden,) for the words' rows and (hidden, 1) for weights_1_2.",
    ],
)


@sentiment_backward.law("has the shapes of one row of weights_0_1 and of weights_1_2")
def is_shaped_like_the_weights(answer, weights_0_1, weights_1_2, indices, target):
    row_slope, slope_1_2 = answer(weights_0_1, weights_1_2, indices, target)
    expect(row_slope, "the slope for the rows").has_shape(weights_0_1.shape[1])
    expect(slope_1_2, "the slope for weights_1_2").has_shape(*weights_1_2.shape)


@sentiment_backward.law("lets weights_1_2 grow for a positive review and shrink for a negative one")
def pushes_towards_the_target(answer, weights_0_1, weights_1_2, indices):
    _, positive = answer(weights_0_1, weights_1_2, indices, 1.0)
    _, negative = answer(weights_0_1, weights_1_2, indices, 0.0)
    expect(positive, "the slope for weights_1_2, positive review,").is_at_most(0)
    expect(negative, "the slope for weights_1_2, negative review,").is_at_least(0)


@sentiment_backward.law("gives a hidden unit no blame that has the weight 0 above it")
def spares_units_without_weight(answer, weights_0_1, weights_1_2, indices, target):
    silent = weights_1_2.copy()
    silent[0] = 0
    row_slope, _ = answer(weights_0_1, silent, indices, target)
    expect(row_slope[0], "the slope for the unit with weight 0").equals(0)


@sentiment_backward.law(
    "says how steeply the binary cross entropy climbs as a weight grows", most=4
)
def is_the_slope_of_the_error(answer, weights_0_1, weights_1_2, indices, target):
    def loss(weights_0_1, weights_1_2):
        hidden = sigmoid_of(sum_of_rows(weights_0_1, indices))
        return float(cross_entropy_of(hidden.dot(weights_1_2[:, 0]), target))

    def claimed(weights_0_1, weights_1_2):
        row_slope, slope_1_2 = answer(weights_0_1, weights_1_2, indices, target)
        slope_0_1 = np.zeros_like(weights_0_1)
        for index in indices:
            slope_0_1[index] += np.asarray(row_slope)
        return slope_0_1, np.asarray(slope_1_2)

    expect_slopes(
        loss, at={"weights_0_1": weights_0_1, "weights_1_2": weights_1_2}, claimed=claimed
    )


def sentiment_slopes_with(
    weights_0_1,
    weights_1_2,
    indices,
    target,
    delta=lambda prediction, target: prediction - target,
    slope=lambda hidden: hidden * (1 - hidden),
):
    hidden, prediction = sentiment_forward_with(weights_0_1, weights_1_2, indices)
    output_delta = delta(prediction, target)
    hidden_delta = output_delta * weights_1_2[:, 0] * slope(hidden)
    return hidden_delta, output_delta * hidden[:, None]


@sentiment_backward.misconception(
    "the hidden layer's slope is left out",
    "This is what the printed listing does. The hidden layer went through sigmoid: multiply its "
    "delta by hidden * (1 - hidden), or the rows move at least 4 times too far, and a unit that is "
    "sure of itself still moves.",
)
def forgot_slope(*args):
    return sentiment_slopes_with(*args, slope=lambda hidden: 1.0)


@sentiment_backward.misconception(
    "the slope of the last sigmoid once more",
    "prediction - target has it in it already: the slopes of the cross entropy and of the sigmoid "
    "below it multiply to exactly this.",
)
def output_slope_again(*args):
    return sentiment_slopes_with(*args, delta=lambda p, target: (p - target) * p * (1 - p))


@sentiment_backward.misconception(
    "the sign is turned round",
    "The delta is prediction - target: the slopes are subtracted from the weights later.",
)
def sign_flipped(*args):
    return sentiment_slopes_with(*args, delta=lambda prediction, target: target - prediction)


@sentiment_backward.misconception(
    "a factor 2", "The delta of the binary cross entropy is prediction - target: no factor 2."
)
def factor_two(*args):
    return sentiment_slopes_with(*args, delta=lambda prediction, target: 2 * (prediction - target))


@sentiment_backward.misconception(
    "the slope of tanh", "1 - hidden ** 2 is the slope of tanh. Sigmoid's is hidden * (1 - hidden)."
)
def slope_of_tanh(*args):
    return sentiment_slopes_with(*args, slope=lambda hidden: 1 - hidden**2)


@sentiment_backward.misconception(
    "a whole matrix for weights_0_1",
    "Only the rows of the review's words have a slope, all the same: return it once, (hidden,). "
    "With 70,000 words a whole matrix for each review would be nearly all zeros.",
)
def whole_matrix(weights_0_1, weights_1_2, indices, target):
    row_slope, slope_1_2 = sentiment_slopes_with(weights_0_1, weights_1_2, indices, target)
    slope_0_1 = np.zeros_like(weights_0_1)
    np.add.at(slope_0_1, indices, row_slope)
    return slope_0_1, slope_1_2


@sentiment_backward.misconception(
    "the slope for weights_1_2 as a row",
    "It must have the shape of weights_1_2, (hidden, 1), so that it can be subtracted from them.",
)
def slope_1_2_is_a_row(*args):
    row_slope, slope_1_2 = sentiment_slopes_with(*args)
    return row_slope, slope_1_2.ravel()


@sentiment_backward.misconception(
    "shared out among the words",
    "The rows were added up, not averaged: each of them has the whole slope.",
)
def divided_by_length(weights_0_1, weights_1_2, indices, target):
    row_slope, slope_1_2 = sentiment_slopes_with(weights_0_1, weights_1_2, indices, target)
    return row_slope / max(len(indices), 1), slope_1_2


@sentiment_backward.alternative
def unit_by_unit(weights_0_1, weights_1_2, indices, target):
    hidden = [
        0.5 + 0.5 * float(np.tanh(sum(float(w[i]) for i in indices) / 2)) for w in weights_0_1.T
    ]
    last = sum(unit * float(weight) for unit, weight in zip(hidden, weights_1_2[:, 0]))
    miss = 0.5 + 0.5 * float(np.tanh(last / 2)) - target
    row_slope = [
        miss * float(weight) * unit * (1 - unit) for unit, weight in zip(hidden, weights_1_2[:, 0])
    ]
    return [row_slope, [[unit * miss] for unit in hidden]]


@sentiment_backward.alternative
def with_matrices(weights_0_1, weights_1_2, indices, target):
    total = np.einsum("wh->h", weights_0_1[indices])[None, :]
    hidden = np.exp(-np.logaddexp(0, -total))
    miss = np.exp(-np.logaddexp(0, -(hidden @ weights_1_2))) - target
    back = (miss @ weights_1_2.T) * (hidden - hidden**2)
    return back[0], hidden.T @ miss


# --- train_sentiment ---------------------------------------------------------------------------


def training_case(texts, marks, rows, weights_1_2, learning_rate, epochs):
    docs = [" ".join(words) for words in texts]
    n_words = len({word for words in texts for word in words})
    if not n_words:
        docs, n_words = ["film"], 1
    return {
        "docs": docs,
        "labels": marks[: len(docs)],
        "weights_0_1": rows[:n_words],
        "weights_1_2": weights_1_2,
        "learning_rate": learning_rate,
        "epochs": epochs,
    }


train_sentiment = exercise(
    "train_sentiment",
    inputs={
        "texts": ListOf(ListOf(Choice(TOKENS), 0, 4), 1, 4),
        "marks": ListOf(Choice((1, 0)), 4, 4),
        "rows": Array((5, "hidden"), TAME),
        "weights_1_2": Array(("hidden", 1), TAME),
        "learning_rate": Number((0.5, 1.0, 0.25)),
        "epochs": Whole(1, 3),
    },
    arrange=training_case,
    cases=16,
    edges=[
        {
            "docs": ["Fun film", "dull\nDULL film"],
            "labels": [1, 0],
            "weights_0_1": np.array([[0.1, -0.7, 0.3], [0.3, 0.2, -0.1], [0.9, 0.2, -0.6]]),
            "weights_1_2": [[0.7], [-0.4], [0.3]],
            "learning_rate": 0.3,
            "epochs": 2,
        },
        {
            "docs": ["good good"],
            "labels": [1],
            "weights_0_1": np.array([[0.5]]),
            "weights_1_2": [[2.0]],
            "learning_rate": 1.0,
            "epochs": 1,
        },
        {
            "docs": ["good", ""],
            "labels": [0, 1],
            "weights_0_1": np.array([[0.5, -1.0]]),
            "weights_1_2": [[2.0], [1.0]],
            "learning_rate": 0.5,
            "epochs": 0,
        },
        {
            "docs": ["", "bad film"],
            "labels": [1, 0],
            "weights_0_1": np.array([[0.5, 1.0], [-1.0, 2.0]]),
            "weights_1_2": [[-1.0], [1.0]],
            "learning_rate": 0.5,
            "epochs": 1,
        },
    ],
    hints=[
        "A review holds three of 70,000 words. How many rows of weights_0_1 can it teach anything?",
        "Number the words once, look up each review's words once, then go through the reviews again "
        "and again: find both slopes with the old weights, then change them (chapter 11, "
        '"Predicting movie reviews").',
        "sorted(set(...)) of a review's indices has each word once, so that "
        "weights_0_1[indices] -= learning_rate * row_slope is safe, on a copy: (len(indices), "
        "hidden) minus (hidden,). weights_1_2 changes as a whole, (hidden, 1).",
    ],
)


@train_sentiment.law("keeps the shapes of the weights")
def keeps_the_shapes(answer, docs, labels, weights_0_1, weights_1_2, learning_rate, epochs):
    new_0_1, new_1_2 = answer(docs, labels, weights_0_1, weights_1_2, learning_rate, epochs)
    expect(new_0_1, "weights_0_1").has_shape(*weights_0_1.shape)
    expect(new_1_2, "weights_1_2").has_shape(*weights_1_2.shape)


@train_sentiment.law("learns nothing in 0 epochs")
def learns_nothing_in_no_time(answer, docs, labels, weights_0_1, weights_1_2, learning_rate):
    new_0_1, new_1_2 = answer(docs, labels, weights_0_1, weights_1_2, learning_rate, 0)
    expect(new_0_1, "weights_0_1").equals(weights_0_1)
    expect(new_1_2, "weights_1_2").equals(weights_1_2)


@train_sentiment.law("goes on where it has left off")
def goes_on(answer, docs, labels, weights_0_1, weights_1_2, learning_rate, epochs):
    one_0_1, one_1_2 = answer(docs, labels, weights_0_1, weights_1_2, learning_rate, 1)
    rest = (np.asarray(one_0_1), np.asarray(one_1_2), learning_rate, epochs)
    two_0_1, two_1_2 = answer(docs, labels, *rest)
    all_0_1, all_1_2 = answer(docs, labels, weights_0_1, weights_1_2, learning_rate, epochs + 1)
    expect(all_0_1, "weights_0_1").equals(np.asarray(two_0_1))
    expect(all_1_2, "weights_1_2").equals(np.asarray(two_1_2))


@train_sentiment.law("does not care how often a word comes in a review, nor for capitals")
def repeats_do_not_matter(answer, docs, labels, weights_0_1, weights_1_2, learning_rate, epochs):
    new_0_1, new_1_2 = answer(docs, labels, weights_0_1, weights_1_2, learning_rate, epochs)
    loud = [f"{doc}\n{doc.upper()}" for doc in docs]
    same_0_1, same_1_2 = answer(loud, labels, weights_0_1, weights_1_2, learning_rate, epochs)
    expect(same_0_1, "weights_0_1").equals(np.asarray(new_0_1))
    expect(same_1_2, "weights_1_2").equals(np.asarray(new_1_2))


def first_weights(n, hidden):
    """Small numbers of both signs, no two rows or columns alike."""
    return np.array(
        [[((7 * i + 5 * j + i * j) % 11 - 5) / 64 for j in range(hidden)] for i in range(n)]
    )


@train_sentiment.law("tells the positive from the negative ones among forty reviews", most=1)
def learns_the_toy(answer, learning_rate):
    docs, labels = load_chapter("ch11").solution.toy_reviews()
    vocab = numbered(sorted({word for doc in docs for word in doc.lower().split()}))
    start = first_weights(len(vocab), 4), first_weights(6, 4)[5:].T
    weights_0_1, weights_1_2 = map(np.asarray, answer(docs, labels, *start, 1.0, 15))
    right = 0
    for doc, label in zip(docs, labels):
        bag = np.zeros(len(vocab))
        bag[[vocab[word] for word in doc.lower().split()]] = 1
        right += (sigmoid_of(bag.dot(weights_0_1)).dot(weights_1_2[:, 0]) > 0) == (label == 1)
    expect(right == len(docs)).is_true(
        f"after 15 epochs {right} of {len(docs)} reviews are told right; all of them can be"
    )


def training_with(
    docs,
    labels,
    weights_0_1,
    weights_1_2,
    learning_rate,
    epochs,
    slopes=sentiment_slopes_with,
    once=True,
    update_first=False,
    copy=True,
):
    vocab = numbered(sorted({word for doc in docs for word in doc.lower().split()}))
    weights_0_1 = weights_0_1.copy() if copy else weights_0_1
    for _ in range(epochs):
        for doc, label in zip(docs, labels):
            indices = [vocab[word] for word in doc.lower().split()]
            indices = sorted(set(indices)) if once else indices
            row_slope, slope = slopes(weights_0_1, weights_1_2, indices, label)
            if copy:
                new_1_2 = weights_1_2 - learning_rate * slope
            else:
                weights_1_2 -= learning_rate * slope
                new_1_2 = weights_1_2
            if update_first:
                hidden, prediction = sentiment_forward_with(weights_0_1, weights_1_2, indices)
                row_slope = (prediction - label) * new_1_2[:, 0] * hidden * (1 - hidden)
            np.subtract.at(weights_0_1, indices, learning_rate * row_slope)
            weights_1_2 = new_1_2
    return weights_0_1, weights_1_2


@train_sentiment.misconception(
    "the hidden layer's slope is left out",
    "This is what the printed listing does. sentiment_backward multiplies the hidden delta by "
    "hidden * (1 - hidden).",
)
def forgot_slope(*args):
    return training_with(*args, slopes=partial(sentiment_slopes_with, slope=lambda hidden: 1.0))


@train_sentiment.misconception(
    "a word counts as often as it comes",
    "A review is the set of its words here: take each index once, sorted(set(indices)).",
)
def counts_instead_of_presence(*args):
    return training_with(*args, once=False)


@train_sentiment.misconception(
    "the blame flows back along weights_1_2 that are already changed",
    "Work out both slopes with the old weights, and only then change both layers.",
)
def updated_before_delta(*args):
    return training_with(*args, update_first=True)


@train_sentiment.misconception(
    "the weights move uphill", "Go against the slopes: subtract learning_rate * slope."
)
def sign_flipped(docs, labels, weights_0_1, weights_1_2, learning_rate, epochs):
    return training_with(docs, labels, weights_0_1, weights_1_2, -learning_rate, epochs)


@train_sentiment.misconception(
    "only weights_1_2 learn",
    "The embeddings are weights like all others: change the rows of the review's words, too.",
)
def rows_do_not_learn(docs, labels, weights_0_1, weights_1_2, learning_rate, epochs):
    def slopes(*args):
        row_slope, slope = sentiment_slopes_with(*args)
        return 0 * row_slope, slope

    rest = (weights_0_1, weights_1_2, learning_rate, epochs)
    return training_with(docs, labels, *rest, slopes=slopes)


@train_sentiment.misconception(
    "only the first epoch", "Go through all the reviews `epochs` times, not once."
)
def one_epoch_only(docs, labels, weights_0_1, weights_1_2, learning_rate, epochs):
    return training_with(docs, labels, weights_0_1, weights_1_2, learning_rate, min(epochs, 1))


@train_sentiment.misconception(
    "the learning rate is left out", "Multiply each slope by learning_rate before you subtract it."
)
def missing_learning_rate(docs, labels, weights_0_1, weights_1_2, learning_rate, epochs):
    return training_with(docs, labels, weights_0_1, weights_1_2, 1.0, epochs)


@train_sentiment.misconception(
    "the weights that were passed in are changed",
    "weights_0_1[indices] -= ... writes into the caller's array: work on weights_0_1.copy().",
)
def mutates_weights(*args):
    return training_with(*args, copy=False)


@train_sentiment.alternative
def with_bags(docs, labels, weights_0_1, weights_1_2, learning_rate, epochs):
    words = sorted(set(" ".join(docs).lower().split()))
    bags = [[[float(word in doc.lower().split()) for word in words]] for doc in docs]
    for _ in range(epochs):
        for bag, label in zip(map(np.array, bags), labels):
            hidden = (1 + np.tanh(bag @ weights_0_1 / 2)) / 2
            pull = label - (1 + np.tanh(hidden @ weights_1_2 / 2)) / 2
            back = pull @ weights_1_2.T * hidden * (1 - hidden)
            weights_1_2 = weights_1_2 + hidden.T @ pull * learning_rate
            weights_0_1 = weights_0_1 + bag.T @ back * learning_rate
    return weights_0_1, weights_1_2


@train_sentiment.alternative
def row_by_row(docs, labels, weights_0_1, weights_1_2, learning_rate, epochs):
    words = sorted({word for doc in docs for word in doc.lower().split()})
    rows = {word: [float(w) for w in row] for word, row in zip(words, weights_0_1)}
    top = [float(w) for w in weights_1_2[:, 0]]
    for i in range(epochs * len(docs)):
        review = sorted(set(docs[i % len(docs)].lower().split()))
        sums = [sum(rows[word][h] for word in review) for h in range(len(top))]
        hidden = [float(np.exp(-np.logaddexp(0, -total))) for total in sums]
        last = sum(unit * weight for unit, weight in zip(hidden, top))
        miss = float(np.exp(-np.logaddexp(0, -last))) - labels[i % len(docs)]
        for h, unit in enumerate(hidden):
            for word in review:
                rows[word][h] -= learning_rate * miss * top[h] * unit * (1 - unit)
            top[h] -= learning_rate * miss * unit
    return [[rows[word] for word in words], [[weight] for weight in top]]


# --- nearest_words -----------------------------------------------------------------------------


def nearest_case(weights, n_words, which, k):
    vocab = words_and_vocab(n_words)
    # One word in eight is not in the vocabulary.
    word = "zebra" if which == 7 else VOCABULARY[which % n_words]
    return {"weights": weights, "vocab": vocab, "word": word, "k": k}


nearest_words = exercise(
    "nearest_words",
    inputs={
        "weights": Array(("words", "hidden")),
        "n_words": Size("words"),
        "which": Whole(0, 7),
        "k": Whole(1, 6),
    },
    arrange=nearest_case,
    edges=[
        {
            "weights": [[1.0, 1.0], [4.0, 5.0], [1.0, 2.0]],
            "vocab": {"a": 0, "b": 1, "c": 2},
            "word": "a",
            "k": 2,
        },
        {
            "weights": [[0.1], [1.234567891], [0.7], [-0.3]],
            "vocab": {"a": 0, "b": 1, "c": 2, "d": 3},
            "word": "c",
            "k": 4,
        },
        # All of them equally far away, and two rows that are the same.
        {
            "weights": [[1.0, 0.0], [0.0, 0.0], [0.0, -1.0], [0.0, 0.0], [-1.0, 0.0]],
            "vocab": {"a": 0, "b": 1, "c": 2, "d": 3, "e": 4},
            "word": "d",
            "k": 5,
        },
        {"weights": [[2.0, 3.0]], "vocab": {"a": 0}, "word": "a", "k": 3},
        {"weights": [[2.0], [3.0]], "vocab": {"a": 0, "b": 1}, "word": "A", "k": 1},
        {"weights": [[2.0], [3.0]], "vocab": {"a": 0, "b": 1}, "word": "a", "k": 0},
    ],
    hints=[
        "Which word is nearest of all to a word? How far away is it?",
        'Words that do the same for a prediction end up with similar rows (chapter 11, "Comparing '
        'word embeddings"): measure the distance to every row, and put the smallest first.',
        "weights - weights[index] is (n_words, hidden); the root of the sum of squares of each row "
        "is (n_words,). The score is minus the distance: sort from the highest score down, and take "
        "the first k pairs (word, score).",
    ],
)


@nearest_words.law("begins with a score of 0, that of the word itself")
def begins_with_itself(answer, weights, vocab, word):
    if word not in vocab:
        return
    pairs = list(answer(weights, vocab, word, len(vocab)))
    expect(pairs[0][1], "the first score").equals(0.0)
    expect(dict(map(tuple, pairs))[word], "the score of the word itself").equals(0.0)


@nearest_words.law("never has a score above 0, nor one above the score before it")
def is_sorted(answer, weights, vocab, word):
    if word not in vocab:
        return
    scores = np.array([score for _, score in answer(weights, vocab, word, len(vocab))])
    expect(scores, "the scores").is_at_most(0)
    expect(np.diff(scores), "how much the scores go up from word to word").is_at_most(0)


@nearest_words.law("has k words, or all words where there are fewer")
def has_k_words(answer, weights, vocab, word, k):
    if word not in vocab:
        return
    words = [found for found, _ in answer(weights, vocab, word, k)]
    expect(len(set(words)), "the number of different words").equals(min(k, len(vocab)))


@nearest_words.law("has scores twice as far from 0 when all rows are twice as long")
def doubles_with_the_rows(answer, weights, vocab, word, k):
    if word not in vocab:
        return
    near, far = answer(weights, vocab, word, k), answer(2 * weights, vocab, word, k)
    expect([list(pair) for pair in far]).equals([[found, 2 * score] for found, score in near])


@nearest_words.law("stays the same when all rows are moved by the same amount")
def stays_when_all_move(answer, weights, vocab, word, k):
    if word not in vocab:
        return
    expect(answer(weights + 1.5, vocab, word, k)).equals(
        [tuple(pair) for pair in answer(weights, vocab, word, k)]
    )


@nearest_words.law("raises a ValueError for a word that is not in the vocabulary")
def rejects_unknown_words(answer, weights, vocab, k):
    expect(answer(weights, vocab, "unicorn", k)).raises(ValueError)


def nearest_with(
    weights,
    vocab,
    word,
    k,
    score=lambda rows, row: -np.sqrt(((rows - row) ** 2).sum(axis=1)),
    cut=lambda pairs, word, k: pairs[:k],
    unknown=ValueError,
):
    if word not in vocab:
        raise unknown
    pairs = ranked_pairs(score(weights, weights[vocab[word]]), vocab, len(vocab))
    return cut(pairs, word, k)


@nearest_words.misconception(
    "the farthest words first",
    "Scores are negative here, and -0.1 is above -5: sort from the highest score down.",
)
def similar_not_sorted_desc(*args):
    return nearest_with(
        *args, cut=lambda pairs, word, k: sorted(pairs, key=lambda pair: pair[1])[:k]
    )


@nearest_words.misconception(
    "the distances without the minus",
    "The score is minus the distance, so that the nearest word has the highest score.",
)
def sign_flipped(*args):
    return [(word, -score) for word, score in nearest_with(*args)]


@nearest_words.misconception(
    "squared distances", "Take the root of the sum of the squares: that is the distance."
)
def squared_distance(*args):
    return nearest_with(*args, score=lambda rows, row: -((rows - row) ** 2).sum(axis=1))


@nearest_words.misconception(
    "the differences added up without squares",
    "The distance is the root of the sum of the squared differences, as in a right triangle.",
)
def sum_of_differences(*args):
    return nearest_with(*args, score=lambda rows, row: -abs(rows - row).sum(axis=1))


@nearest_words.misconception(
    "the word itself is left out",
    "The word itself belongs to the list, with a score of 0: it shows that the best come first.",
)
def leaves_itself_out(*args):
    return nearest_with(
        *args, cut=lambda pairs, word, k: [pair for pair in pairs if pair[0] != word][:k]
    )


@nearest_words.misconception(
    "the products of the rows",
    "A product grows with the length of the rows: a long row would be near to everything. Measure "
    "the distance.",
)
def product_not_distance(*args):
    return nearest_with(*args, score=lambda rows, row: rows.dot(row))


@nearest_words.misconception(
    "a KeyError for an unknown word",
    'vocab[word] raises a KeyError. word_indices([word], vocab, "raise") raises the ValueError '
    "that is asked for.",
)
def unk_crash(*args):
    return nearest_with(*args, unknown=KeyError)


@nearest_words.alternative
def pair_by_pair(weights, vocab, word, k):
    if word not in vocab:
        raise ValueError(word)
    here = [float(w) for w in weights[vocab[word]]]
    found = []
    for other, index in vocab.items():
        squares = sum((float(w) - h) ** 2 for w, h in zip(weights[index], here))
        found.append((squares**0.5, other))
    return [[other, -distance] for distance, other in sorted(found)[:k]]


@nearest_words.alternative
def with_argsort(weights, vocab, word, k):
    if vocab.get(word) is None:
        raise ValueError(word)
    words = sorted(vocab, key=vocab.get)
    distances = np.linalg.norm(weights - weights[[vocab[word]]], axis=1)
    order = np.argsort(distances, kind="stable")[:k]
    return list(zip([words[i] for i in order], -distances[order]))


# --- context_window ----------------------------------------------------------------------------

context_window = exercise(
    "context_window",
    inputs={"sequence": ListOf(Whole(0, 9), 1, 7), "position": Whole(0, 6), "size": Whole(0, 3)},
    arrange=lambda sequence, position, size: {
        "sequence": sequence,
        "position": position % len(sequence),
        "size": size,
    },
    edges=[
        {"sequence": [10, 11, 12, 13, 14, 15], "position": 3, "size": 2},
        {"sequence": [7], "position": 0, "size": 2},
        {"sequence": [10, 11, 12, 13], "position": 0, "size": 1},
        {"sequence": [10, 11, 12, 13], "position": 3, "size": 1},
        {"sequence": [10, 11, 12, 13, 14], "position": 1, "size": 3},
        {"sequence": [5, 6, 5, 5, 8], "position": 2, "size": 2},
        {"sequence": [5, 6, 7], "position": 1, "size": 0},
    ],
    hints=[
        'In "mary had a little lamb" the word "a" is blanked out. Which words are its neighbours, '
        "one on each side?",
        'The words around the blank say what may stand in it (chapter 11, "Filling in the '
        'blank"): as many on the left as on the right, and never the blank itself.',
        "Two slices: on the left from position - size up to (not including) position, on the right "
        "from position + 1, `size` words long. What does a slice do that begins at -1?",
    ],
)


@context_window.law("has `size` words from each side, as far as there are so many")
def takes_the_same_from_each_side(answer, sequence, position, size):
    left, right = min(position, size), min(len(sequence) - 1 - position, size)
    window = answer(sequence, position, size)
    expect(len(window), "the number of words").equals(left + right)
    expect_whole_numbers(window)


@context_window.law("does not look at the word at the blank")
def does_not_look_at_the_blank(answer, sequence, position, size):
    changed = [*sequence[:position], 99, *sequence[position + 1 :]]
    expect(answer(changed, position, size), "with 99 at the blank").equals(
        list(answer(sequence, position, size))
    )


@context_window.law("is turned round when the text is turned round")
def turns_round_with_the_text(answer, sequence, position, size):
    turned = answer(sequence[::-1], len(sequence) - 1 - position, size)
    expect(turned, "the window of the text turned round").equals(
        list(answer(sequence, position, size))[::-1]
    )


@context_window.law("is all the text but the blank when the window is wide enough")
def can_take_everything(answer, sequence, position):
    expect(answer(sequence, position, len(sequence))).equals(
        sequence[:position] + sequence[position + 1 :]
    )


@context_window.misconception(
    "one word too few on the right",
    "This is what the printed listing does: its slice on the right ends at position + size, but it "
    "begins one later. End it at position + 1 + size.",
)
def window_off_by_one(sequence, position, size):
    left = sequence[max(0, position - size) : position]
    return left + sequence[position + 1 : position + size]


@context_window.misconception(
    "the blank's own word in the context",
    "A network that sees the answer learns nothing: leave out the word at the position itself.",
)
def target_in_context(sequence, position, size):
    return sequence[max(0, position - size) : position + 1 + size]


@context_window.misconception(
    "empty on the left near the beginning",
    "position - size is below 0 there, and a slice that begins at -1 begins at the end of the "
    "list. Begin at max(0, position - size).",
)
def negative_start(sequence, position, size):
    return sequence[position - size : position] + sequence[position + 1 : position + 1 + size]


@context_window.misconception(
    "every copy of the blanked word left out",
    "Only the one at `position` is blanked out. Where the same word stands beside it, it belongs to "
    "the context.",
)
def all_copies_dropped(sequence, position, size):
    window = sequence[max(0, position - size) : position + 1 + size]
    return [word for word in window if word != sequence[position]]


@context_window.misconception(
    "only the words before the blank", "The words after the blank are context as well."
)
def left_side_only(sequence, position, size):
    return sequence[max(0, position - size) : position]


@context_window.misconception(
    "round the end and on at the beginning",
    "A text does not go in a circle: near an end there are fewer neighbours.",
)
def wraps_round(sequence, position, size):
    steps = [*range(-size, 0), *range(1, size + 1)]
    return [sequence[(position + step) % len(sequence)] for step in steps]


@context_window.alternative
def by_distance(sequence, position, size):
    return [word for i, word in enumerate(sequence) if 1 <= abs(i - position) <= size]


@context_window.alternative
def step_by_step(sequence, position, size):
    window = []
    for i in range(position - size, position + size + 1):
        if i != position and 0 <= i < len(sequence):
            window.append(sequence[i])
    return np.array(window, dtype=int)


# --- negative_samples --------------------------------------------------------------------------

negative_samples = exercise(
    "negative_samples",
    inputs={
        "tokens": Array(("texts", "length"), (1, 0, 2, 3, 4), whole=True),
        "n": Whole(1, 6),
        "target": Whole(0, 3),
        "rng": Rng(),
    },
    arrange=lambda tokens, n, target, rng: {
        "corpus": tokens.ravel(),
        "n": n,
        "target": target,
        "rng": rng,
    },
    agreement=False,
    cases=40,
    hints=[
        "The network is shown the right word and a few wrong ones. What would it learn if one of "
        "the wrong ones were the right one after all?",
        "Wrong words are drawn by chance from the whole corpus, so a common word is drawn often "
        '(chapter 11, "Filling in the blank"). Take the target out before you draw: the book does '
        "not.",
        "corpus != target marks the other words; corpus[...] with these marks keeps their repeats. "
        "Draw n of them, each on its own: rng.choice, or n places from rng.integers.",
    ],
)


def only_the_target(corpus, target):
    return bool((corpus == target).all())


@negative_samples.law("has n words, each told by its index")
def has_n_words(answer, corpus, n, target, rng):
    if not only_the_target(corpus, target):
        drawn = answer(corpus, n, target, rng)
        expect(drawn).has_shape(n)
        expect_whole_numbers(drawn)


@negative_samples.law("never draws the target, and only words of the corpus")
def never_draws_the_target(answer, corpus, n, target, rng):
    if not only_the_target(corpus, target):
        drawn = np.asarray(answer(corpus, n, target, rng))
        others = [int(word) for word in corpus if word != target]
        expect(bool(np.isin(drawn, others).all())).is_true(
            "a word was drawn that is the target, or is not in the corpus"
        )
    common = np.array([target] * 20 + [target + 1])
    expect(answer(common, 8, target, rng), "drawn where the target is common").equals(
        [target + 1] * 8
    )


@negative_samples.law("raises a ValueError where there is no word but the target", most=4)
def rejects_a_corpus_of_targets(answer, n, target, rng):
    expect(answer(np.array([target] * 3), n, target, rng)).raises(ValueError)


# 4,200 draws, of which a right answer makes 200, 800 and 3,200 of three words, with standard
# deviations of 14, 25 and 28: one of them is 200 off less than once in 10^12 runs. Were all words
# equally likely, it would be 1,400 of each; with counts to the power 3/4, 2,840 of the third.
@negative_samples.law("draws a word as often as it comes in the corpus", most=2)
def follows_the_frequencies(answer, rng):
    corpus = np.array(([5] + [6] * 4 + [8] * 16 + [7] * 9) * 2)
    drawn = np.asarray(answer(corpus, 4200, 7, rng))
    counts = np.array([(drawn == word).sum() for word in (5, 6, 8)])
    expect(bool((abs(counts - [200, 800, 3200]) < 200).all())).is_true(
        "a word that comes 16 times should be drawn 16 times as often as one that comes once, "
        f"but of 4,200 draws they got {counts[2]} and {counts[0]}"
    )


# Of 200 draws from two words all are the same once in 10^59 runs.
@negative_samples.law("can draw the first and the last word of the corpus", most=2)
def draws_first_and_last(answer, rng):
    for corpus in ([5, 7, 6], [7, 6, 5], [6, 5, 7]):
        drawn = np.asarray(answer(np.array(corpus), 200, 7, rng))
        expect(sorted(set(drawn.tolist())), f"the words drawn from {corpus}").equals([5, 6])


# Of 40 draws from 1,000 words 39.2 are different on average; fewer than 25 of them are so less
# than once in 10^12 runs. Of 200 draws from 1,000 words none is met twice once in 10^8 runs.
@negative_samples.law("draws each word on its own", most=3)
def draws_each_on_its_own(answer, rng):
    corpus = np.arange(1001)
    few, many = (np.asarray(answer(corpus, n, 0, rng)) for n in (40, 200))
    expect(len(set(few.ravel().tolist())) >= 25).is_true("the same words are drawn again and again")
    expect(len(set(many.ravel().tolist())) < len(many)).is_true(
        "among 200 draws from 1,000 words some should be the same: a word may come more than once"
    )


# Two seeds agree in 40 draws from 1,000 words less than once in 10^100 runs.
@negative_samples.law("draws other words for another seed", most=3)
def depends_on_the_rng(answer, rng):
    other = type(rng)(rng.seed + 1000)
    here, there = (np.asarray(answer(np.arange(1001), 40, 0, seed)) for seed in (rng, other))
    expect(bool((here != there).any())).is_true("two different generators drew the same words")


@negative_samples.misconception(
    "the target may be drawn",
    "This is what the printed listing does: it draws from the whole corpus, and at times tells the "
    "network that the right word is wrong. Take the target out first.",
)
def may_draw_the_target(corpus, n, target, rng):
    if only_the_target(corpus, target):
        raise ValueError
    return rng.choice(corpus, n)


@negative_samples.misconception(
    "every word equally likely",
    "A word that comes ten times in the corpus should be drawn ten times as often as one that "
    "comes once: draw from the corpus, not from the vocabulary.",
)
def all_words_alike(corpus, n, target, rng):
    return rng.choice(np.unique(corpus[corpus != target]), n)


@negative_samples.misconception(
    "drawn by the counts to the power 3/4",
    "Some programs do this, to meet rare words more often. Here a word is drawn exactly as often as "
    "it comes.",
)
def three_quarters_power(corpus, n, target, rng):
    words, counts = np.unique(corpus[corpus != target], return_counts=True)
    shares = counts**0.75 / (counts**0.75).sum() if len(words) else None
    return rng.choice(words, n, p=shares)


@negative_samples.misconception(
    "the same draw n times", "Ask for n words at once: one draw must not stand in every place."
)
def one_draw_for_all(corpus, n, target, rng):
    return np.full(n, rng.choice(corpus[corpus != target]))


@negative_samples.misconception(
    "the same words whatever the generator",
    "A seed of your own draws the same words every time. Draw from the `rng` you are given.",
)
def own_seed(corpus, n, target, rng):
    return np.random.default_rng(0).choice(corpus[corpus != target], n)


@negative_samples.misconception(
    "the last word of the corpus is never drawn",
    "rng.integers(0, m) stops before m by itself: with len(others) - 1 the last place is lost.",
)
def off_by_one(corpus, n, target, rng):
    others = corpus[corpus != target]
    if not len(others):
        raise ValueError
    return others[rng.integers(0, max(len(others) - 1, 1), size=n)]


@negative_samples.misconception(
    "nothing is drawn twice",
    "Each draw is on its own, so a word may come more than once; and where the corpus is small "
    "there must be n words all the same.",
)
def without_repeats(corpus, n, target, rng):
    return rng.choice(corpus[corpus != target], n, replace=False)


@negative_samples.misconception(
    "a target that is drawn is left out",
    "There must be n words: take the target out before you draw, not afterwards.",
)
def fewer_than_n(corpus, n, target, rng):
    if only_the_target(corpus, target):
        raise ValueError
    drawn = rng.choice(corpus, n)
    return drawn[drawn != target]


@negative_samples.alternative
def with_places(corpus, n, target, rng):
    others = [int(word) for word in corpus if word != target]
    if not others:
        raise ValueError("nothing to draw")
    return [others[place] for place in rng.integers(0, len(others), size=n)]


@negative_samples.alternative
def drawn_until_it_fits(corpus, n, target, rng):
    if only_the_target(corpus, target):
        raise ValueError("nothing to draw")
    drawn = []
    while len(drawn) < n:
        word = corpus[int(rng.random() * len(corpus))]
        if word != target:
            drawn.append(word)
    return np.array(drawn)


@negative_samples.alternative
def by_shares(corpus, n, target, rng):
    words, counts = np.unique(corpus, return_counts=True)
    counts = np.where(words == target, 0, counts)
    if counts.sum() == 0:
        raise ValueError
    return rng.choice(words, size=n, p=counts / counts.sum())


# --- cbow_forward ------------------------------------------------------------------------------

BLANK = {
    "weights_0_1": Array(("words", "hidden"), SMALL),
    "weights_1_2": Array(("words", "hidden"), SMALL),
    "context": ListOf(Whole(0, 4), 0, 4),
    "samples": ListOf(Whole(0, 4), 1, 4),
}
MARY = {
    "weights_0_1": [[0.1, -0.7], [0.3, 1.234567891], [0.9, -0.2]],
    "weights_1_2": [[0.7, 0.1], [-0.4, 0.3], [0.2, -0.6]],
    "context": [2, 0],
    "samples": [1, 2],
}
NO_CONTEXT = {
    "weights_0_1": [[1.0, 2.0], [3.0, -1.0]],
    "weights_1_2": [[2.0, 1.0], [1.0, 1.0]],
    "context": [],
    "samples": [1, 0],
}
ALL_TWICE = {
    "weights_0_1": [[1.0, -2.0], [0.5, 1.0], [2.0, 2.0]],
    "weights_1_2": [[1.0, 1.0], [-1.0, 0.5], [0.5, 2.0]],
    "context": [1, 2, 1],
    "samples": [0, 2, 0],
}
FAR_OUT = {"weights_0_1": [[1000.0]], "weights_1_2": [[-1.0]], "context": [0, 0], "samples": [0]}


def blank_case(weights_0_1, weights_1_2, context, samples, **more):
    return {
        "weights_0_1": weights_0_1,
        "weights_1_2": weights_1_2,
        "context": below(context, len(weights_0_1)),
        "samples": below(samples, len(weights_0_1)),
        **{name: values[: len(samples)] for name, values in more.items()},
    }


cbow_forward = exercise(
    "cbow_forward",
    inputs=BLANK,
    arrange=blank_case,
    edges=[MARY, NO_CONTEXT, ALL_TWICE, FAR_OUT],
    hints=[
        "A blank has four words around it, another one has two. Should the first one's hidden layer "
        "be twice as large?",
        "The hidden layer is the mean of the rows around the blank; each word that is tried has a "
        'row in the second matrix that says which contexts it likes (chapter 11, "Filling in the '
        'blank").',
        "embedding_sum of the context, (hidden,), divided by its length where it has one. "
        "weights_1_2[samples] is (len(samples), hidden); . hidden gives (len(samples),); sigmoid.",
    ],
)


@cbow_forward.law("lies between 0 and 1")
def lies_between_0_and_1(answer, weights_0_1, weights_1_2, context, samples):
    predictions = answer(weights_0_1, weights_1_2, context, samples)
    expect(predictions).is_at_least(0)
    expect(predictions).is_at_most(1)


@cbow_forward.law("is 0.5 for every word where there is no context")
def knows_nothing_without_context(answer, weights_0_1, weights_1_2, samples):
    expect(answer(weights_0_1, weights_1_2, [], samples)).equals(np.full(len(samples), 0.5))


@cbow_forward.law("stays the same when the whole context is there twice")
def doubling_the_context_changes_nothing(answer, weights_0_1, weights_1_2, context, samples):
    twice = answer(weights_0_1, weights_1_2, context + context[::-1], samples)
    expect(twice).equals(np.asarray(answer(weights_0_1, weights_1_2, context, samples)))


@cbow_forward.law("judges every sample on its own")
def samples_are_independent(answer, weights_0_1, weights_1_2, context, samples):
    first = answer(weights_0_1, weights_1_2, context, samples[:1])
    predictions = answer(weights_0_1, weights_1_2, context, samples)
    expect(first, "the first sample alone").equals(np.asarray(predictions)[:1])


@cbow_forward.law("is as sure of the opposite when weights_1_2 change their sign")
def turns_round_with_the_weights(answer, weights_0_1, weights_1_2, context, samples):
    opposite = answer(weights_0_1, -weights_1_2, context, samples)
    predictions = np.asarray(answer(weights_0_1, weights_1_2, context, samples))
    expect(opposite).equals(1 - predictions)


def mean_of_rows(weights, indices):
    return sum_of_rows(weights, indices) / max(len(indices), 1)


def cbow_with(weights_0_1, weights_1_2, context, samples, middle=mean_of_rows, squash=sigmoid_of):
    return squash(weights_1_2[samples].dot(middle(weights_0_1, context)))


@cbow_forward.misconception(
    "the sum of the context instead of its mean",
    "Divide by the number of words around the blank, so that a long context is not louder than a "
    "short one.",
)
def sum_not_mean(*args):
    return cbow_with(*args, middle=sum_of_rows)


@cbow_forward.misconception(
    "nan where there is no context",
    "The mean of nothing is 0 / 0, not a number; the printed listing meets this in a review of one "
    "word. Where the context is empty the hidden layer is all zeros.",
)
def mean_of_nothing(*args):
    def mean(weights, indices):
        return sum_of_rows(weights, indices) / np.float64(len(indices))

    return cbow_with(*args, middle=mean)


@cbow_forward.misconception(
    "softmax over the samples",
    "Each sample is a question of its own, does this word fit, yes or no: squash each number with "
    "sigmoid. The predictions need not add up to 1.",
)
def softmax_over_samples(*args):
    def softmax(x):
        powers = np.exp(x - x.max())
        return powers / powers.sum()

    return cbow_with(*args, squash=softmax)


@cbow_forward.misconception(
    "no sigmoid at the end",
    "A prediction says how sure it is, from 0 to 1: squash it with sigmoid.",
)
def no_sigmoid(*args):
    return cbow_with(*args, squash=lambda x: x)


@cbow_forward.misconception(
    "the samples' rows from weights_0_1",
    "A word has two rows: one in weights_0_1 for when it stands in a context, one in weights_1_2 "
    "for when it is tried in the blank.",
)
def one_matrix_for_both(weights_0_1, weights_1_2, context, samples):
    return cbow_with(weights_0_1, weights_0_1, context, samples)


@cbow_forward.misconception(
    "a word that comes twice in the context counts once",
    "Each place around the blank counts: do not make a set of the context.",
)
def repeats_lost(weights_0_1, weights_1_2, context, samples):
    return cbow_with(weights_0_1, weights_1_2, sorted(set(context)), samples)


@cbow_forward.alternative
def sample_by_sample(weights_0_1, weights_1_2, context, samples):
    predictions = []
    for sample in samples:
        score = 0.0
        for index in context:
            score += sum(
                float(a) * float(b) for a, b in zip(weights_0_1[index], weights_1_2[sample])
            )
        score /= len(context) or 1
        predictions.append(float(np.exp(-np.logaddexp(0, -score))))
    return predictions


@cbow_forward.alternative
def all_scores_at_once(weights_0_1, weights_1_2, context, samples):
    if not context:
        return np.array([0.5 for _ in samples])
    hidden = np.mean([weights_0_1[index] for index in context], axis=0)
    return ((1 + np.tanh(hidden @ weights_1_2.T / 2)) / 2)[samples]


# --- cbow_backward -----------------------------------------------------------------------------

cbow_backward = exercise(
    "cbow_backward",
    inputs=BLANK | {"targets": Array((4,), BITS)},
    arrange=blank_case,
    edges=[
        MARY | {"targets": np.array([1.0, 0.0])},
        NO_CONTEXT | {"targets": np.array([1.0, 0.0])},
        ALL_TWICE | {"targets": np.array([1.0, 0.0, 0.0])},
        FAR_OUT | {"targets": np.array([1.0])},
        ALL_TWICE | {"samples": [1, 1, 1], "targets": np.array([1.0, 0.0, 0.0])},
    ],
    hints=[
        "A word stands twice in the context, and a sample was drawn twice. How often does each of "
        "their rows get a slope?",
        "As in chapter 6, but on rows that were looked up: what was added up is blamed each time, "
        "and as the hidden layer is a mean, each word of the context gets only its share (chapter "
        '11, "Filling in the blank", where both are missing).',
        "output_delta (n,), one for each sample; np.outer(output_delta, hidden) is (n, hidden), a "
        "row for each sample. output_delta . weights_1_2[samples] is (hidden,), to be divided by "
        "len(context). Add rows with np.add.at: both results are (n_words, hidden).",
    ],
)


@cbow_backward.law("is 0 for words that are neither in the context nor among the samples")
def spares_other_words(answer, weights_0_1, weights_1_2, context, samples, targets):
    slopes = answer(weights_0_1, weights_1_2, context, samples, targets)
    for name, slope, used in zip(("weights_0_1", "weights_1_2"), slopes, (context, samples)):
        absent = np.array([[float(i not in used)] for i in range(len(weights_0_1))])
        expect(np.asarray(slope) * absent, f"for {name}, rows that were not used").equals(
            np.zeros_like(weights_0_1)
        )


@cbow_backward.law("stays the same when the whole context is there twice")
def doubling_the_context_changes_nothing(
    answer, weights_0_1, weights_1_2, context, samples, targets
):
    slopes = answer(weights_0_1, weights_1_2, context, samples, targets)
    twice = answer(weights_0_1, weights_1_2, context + context, samples, targets)
    for name, one, two in zip(("weights_0_1", "weights_1_2"), slopes, twice):
        expect(two, f"for {name}").equals(np.asarray(one))


@cbow_backward.law("adds up over the samples")
def adds_up_over_samples(answer, weights_0_1, weights_1_2, context, samples, targets):
    whole = answer(weights_0_1, weights_1_2, context, samples, targets)
    parts = [
        answer(weights_0_1, weights_1_2, context, samples[i : i + 1], targets[i : i + 1])
        for i in range(len(samples))
    ]
    for i, name in enumerate(("weights_0_1", "weights_1_2")):
        expect(whole[i], f"for {name}").equals(sum(np.asarray(part[i]) for part in parts))


@cbow_backward.law("is all zeros where there is no context")
def rests_without_context(answer, weights_0_1, weights_1_2, samples, targets):
    slopes = answer(weights_0_1, weights_1_2, [], samples, targets)
    for name, slope in zip(("weights_0_1", "weights_1_2"), slopes):
        expect(slope, f"for {name}").equals(np.zeros_like(weights_0_1))


@cbow_backward.law("says how steeply the binary cross entropy climbs as a weight grows", most=4)
def is_the_slope_of_the_error(answer, weights_0_1, weights_1_2, context, samples, targets):
    def loss(weights_0_1, weights_1_2):
        before = cbow_with(weights_0_1, weights_1_2, context, samples, squash=lambda x: x)
        return float(np.sum(cross_entropy_of(before, targets)))

    expect_slopes(
        loss,
        at={"weights_0_1": weights_0_1, "weights_1_2": weights_1_2},
        claimed=lambda weights_0_1, weights_1_2: answer(
            weights_0_1, weights_1_2, context, samples, targets
        ),
        batch=len(samples),
    )


def add_for_each(slope, indices, rows):
    np.add.at(slope, indices, rows)


def add_once(slope, indices, rows):
    slope[indices] += rows


def cbow_slopes_with(
    weights_0_1,
    weights_1_2,
    context,
    samples,
    targets,
    delta=lambda predictions, targets: predictions - targets,
    share=lambda context: 1 / max(len(context), 1),
    add=add_for_each,
):
    hidden = mean_of_rows(weights_0_1, context)
    output_delta = delta(sigmoid_of(weights_1_2[samples].dot(hidden)), targets)
    hidden_delta = output_delta.dot(weights_1_2[samples])
    slope_0_1, slope_1_2 = np.zeros(weights_0_1.shape), np.zeros(weights_1_2.shape)
    add(slope_0_1, context, share(context) * hidden_delta)
    add(slope_1_2, samples, np.outer(output_delta, hidden))
    return slope_0_1, slope_1_2


@cbow_backward.misconception(
    "a word that comes more than once counts once",
    "slope[indices] += rows keeps only one of the rows for an index that is there twice. "
    "np.add.at(slope, indices, rows) adds them all; a loop does so, too.",
)
def duplicate_index_update(*args):
    return cbow_slopes_with(*args, add=add_once)


@cbow_backward.misconception(
    "the whole blame for every word of the context",
    "The hidden layer is the mean of the context's rows: each of them has a part of 1 / len(context) "
    "in it, and gets that share of the blame.",
)
def mean_gradient_not_divided(*args):
    return cbow_slopes_with(*args, share=lambda context: 1.0)


@cbow_backward.misconception(
    "the printed listing, with both its mistakes",
    "Its W[indices] -= ... counts a repeated word once, and its context gets the whole blame "
    "though the hidden layer is a mean: np.add.at, and divide by len(context).",
)
def book_listing(*args):
    return cbow_slopes_with(*args, add=add_once, share=lambda context: 1.0)


@cbow_backward.misconception(
    "the sign is turned round",
    "The delta is predictions - targets: the slopes are subtracted from the weights later.",
)
def sign_flipped(*args):
    return cbow_slopes_with(*args, delta=lambda predictions, targets: targets - predictions)


@cbow_backward.misconception(
    "the slope of the sigmoid once more",
    "predictions - targets has it in it already: nothing else is multiplied.",
)
def output_slope_again(*args):
    return cbow_slopes_with(*args, delta=lambda p, targets: (p - targets) * p * (1 - p))


@cbow_backward.misconception(
    "the mean over the samples",
    "Here the errors of the samples are added up: do not divide by their number.",
)
def mean_not_sum(*args):
    return cbow_slopes_with(*args, delta=lambda p, targets: (p - targets) / len(targets))


@cbow_backward.misconception(
    "a factor 2", "The delta of the binary cross entropy is predictions - targets: no factor 2."
)
def factor_two(*args):
    return cbow_slopes_with(*args, delta=lambda p, targets: 2 * (p - targets))


@cbow_backward.misconception(
    "the slopes of the two matrices in the wrong order",
    "Return them in the order of the weights: weights_0_1, then weights_1_2.",
)
def returned_in_the_wrong_order(*args):
    return cbow_slopes_with(*args)[::-1]


@cbow_backward.misconception(
    "nan where there is no context",
    "Dividing by a length of 0 gives nan. With no context the hidden layer is all zeros, and so are "
    "the slopes.",
)
def mean_of_nothing(weights_0_1, weights_1_2, context, samples, targets):
    slopes = cbow_slopes_with(weights_0_1, weights_1_2, context, samples, targets)
    if context:
        return slopes
    spoilt = slopes[1].copy()
    spoilt[samples] = np.nan
    return slopes[0], spoilt


@cbow_backward.alternative
def word_by_word(weights_0_1, weights_1_2, context, samples, targets):
    slope_0_1, slope_1_2 = np.zeros(weights_0_1.shape), np.zeros(weights_1_2.shape)
    for sample, target in zip(samples, targets):
        score = sum(float(weights_0_1[c] @ weights_1_2[sample]) for c in context)
        score /= max(1, len(context))
        miss = float(np.exp(-np.logaddexp(0, -score))) - float(target)
        for c in context:
            slope_0_1[c] += miss / len(context) * weights_1_2[sample]
            slope_1_2[sample] += miss / len(context) * weights_0_1[c]
    return slope_0_1, slope_1_2


@cbow_backward.alternative
def with_one_hot_rows(weights_0_1, weights_1_2, context, samples, targets):
    n = len(weights_0_1)
    around = np.eye(n)[context].sum(axis=0) / (len(context) or 1)
    tried = np.eye(n)[samples]
    hidden = around @ weights_0_1
    miss = (1 + np.tanh(tried @ weights_1_2 @ hidden / 2)) / 2 - targets
    return np.outer(around, miss @ tried @ weights_1_2), np.outer(miss @ tried, hidden)


# --- unit_rows ---------------------------------------------------------------------------------

unit_rows = exercise(
    "unit_rows",
    inputs={"weights": Array(("words", "hidden"))},
    edges=[
        {"weights": [[3.0, 4.0], [0.0, 0.0]]},
        {"weights": [[0.1, 1.234567891, -0.3], [0.7, 0.3, 0.2]]},
        {"weights": [[-2.0]]},
        {"weights": [[0.0]]},
        {"weights": [[0.003, 0.004], [300.0, -400.0]]},
        {"weights": [[0.6, 0.8]]},
    ],
    hints=[
        "A row is (3, 4). How long is it, and what must it be divided by to have the length 1?",
        "A word's meaning is in the direction of its row; how long the row is says little "
        '(chapter 11, "Word analogies"). A row of zeros points nowhere, and 0 / 0 is not a number.',
        "The length is the root of the sum of the squares along each row: (n_words, 1) with "
        "keepdims=True, so that (n_words, hidden) can be divided by it. Use 1 where it is 0.",
    ],
)


@unit_rows.law("has the length 1 in every row that is not all zeros")
def has_length_one(answer, weights):
    rows = np.asarray(answer(weights), dtype=float)
    expect(np.sqrt((rows**2).sum(axis=1)), "the lengths of the rows").equals(
        (weights != 0).any(axis=1).astype(float)
    )


@unit_rows.law("points the same way as before")
def keeps_the_direction(answer, weights):
    lengths = np.sqrt((weights**2).sum(axis=1, keepdims=True))
    expect(np.asarray(answer(weights)) * lengths, "the rows, made as long as before,").equals(
        weights
    )


@unit_rows.law("does not depend on how long the rows were")
def length_does_not_matter(answer, weights):
    stretched = weights * np.array([[4.0 if i % 2 else 0.5] for i in range(len(weights))])
    expect(answer(stretched)).equals(np.asarray(answer(weights)))


@unit_rows.law("leaves a row of zeros as it is")
def leaves_zeros(answer, weights):
    empty = weights.copy()
    empty[0] = 0
    expect(np.asarray(answer(empty))[0], "the row of zeros").equals(np.zeros(weights.shape[1]))


@unit_rows.misconception(
    "multiplied by the squared length",
    "This is what the printed listing does: a row of length 5 becomes one of length 125. Divide by "
    "the length, the root of the sum of the squares.",
)
def squared_norm(weights):
    return weights * (weights**2).sum(axis=1, keepdims=True)


@unit_rows.misconception(
    "divided by the squared length",
    "The root is missing: a row of length 5 becomes one of length 0.2. Divide by the root of the "
    "sum of the squares.",
)
def divided_by_squared_norm(weights):
    squares = (weights**2).sum(axis=1, keepdims=True)
    return weights / np.where(squares > 0, squares, 1)


@unit_rows.misconception(
    "columns of length 1",
    "A word is a row: add the squares up along the row (axis 1), with keepdims=True.",
)
def wrong_axis(weights):
    lengths = np.sqrt((weights**2).sum(axis=0, keepdims=True))
    return weights / np.where(lengths > 0, lengths, 1)


@unit_rows.misconception(
    "nan for a row of zeros",
    "0 / 0 is not a number, and one nan spoils every comparison. Divide by 1 where the length is 0.",
)
def nan_for_zeros(weights):
    return weights / np.sqrt((weights**2).sum(axis=1, keepdims=True))


@unit_rows.misconception(
    "all rows divided by one length",
    "np.linalg.norm without an axis measures the whole matrix. Every row has a length of its own.",
)
def one_length_for_all(weights):
    length = np.sqrt((weights**2).sum())
    return weights / (length if length > 0 else 1)


@unit_rows.misconception(
    "divided by the sum of the entries' sizes", "(3, 4) has length 5, the root of 9 + 16, not 7."
)
def sum_of_sizes(weights):
    sizes = abs(weights).sum(axis=1, keepdims=True)
    return weights / np.where(sizes > 0, sizes, 1)


@unit_rows.misconception(
    "a tiny number added to every length",
    "It saves the row of zeros, but then no row has the length 1, and a short one is far from it. "
    "Change the length only where it is 0.",
)
def epsilon_in_the_length(weights):
    return weights / (np.sqrt((weights**2).sum(axis=1, keepdims=True)) + 1e-6)


@unit_rows.misconception(
    "the rows that were passed in are changed",
    "`weights /= ...` writes into the caller's array. Write `weights / ...`.",
)
def in_place_mutation(weights):
    lengths = np.sqrt((weights**2).sum(axis=1, keepdims=True))
    weights /= np.where(lengths > 0, lengths, 1)
    return weights


@unit_rows.alternative
def row_by_row(weights):
    rows = []
    for row in weights:
        length = sum(float(entry) ** 2 for entry in row) ** 0.5
        rows.append([float(entry) / length if length else 0.0 for entry in row])
    return rows


@unit_rows.alternative
def with_norm(weights):
    made = weights.copy()
    lengths = np.linalg.norm(weights, axis=1)
    made[lengths > 0] /= lengths[lengths > 0][:, None]
    return made


# --- analogy -----------------------------------------------------------------------------------


def unit_rows_of(weights):
    lengths = np.sqrt((weights**2).sum(axis=1, keepdims=True))
    return weights / np.where(lengths > 0, lengths, 1)


def query_of(rows, vocab, positive, negative):
    plus, minus = ([vocab[word] for word in words] for words in (positive, negative))
    return sum_of_rows(rows, plus) - sum_of_rows(rows, minus)


def is_clear(weights, vocab, positive, negative):
    """Whether rounding cannot turn two words round: their scores are clearly apart.

    Rows of zeros have the score 0 exactly, so they may share it.
    """
    rows = unit_rows_of(weights)
    query = query_of(rows, vocab, positive, negative)
    if np.sqrt((query**2).sum()) < 0.1:
        return not weights[[vocab[word] for word in (*positive, *negative)]].any()
    scores = rows.dot(unit_rows_of(query[None])[0])
    open_to_all = [i for word, i in vocab.items() if word not in (*positive, *negative)]
    apart = sorted({scores[i] for i in open_to_all if weights[i].any()})
    if any(not weights[i].any() for i in open_to_all):
        apart = sorted([*apart, 0.0])
    crowded = sum(bool(weights[i].any()) for i in open_to_all) + (0.0 in apart) - len(apart)
    return crowded <= 0 and all(b - a > 1e-3 for a, b in zip(apart, apart[1:]))


def analogy_case(rows, n_words, hidden, plus, minus, empty, k):
    vocab = words_and_vocab(n_words)
    positive = [VOCABULARY[i % n_words] for i in plus]
    negative = [word for word in (VOCABULARY[i % n_words] for i in minus) if word not in positive]
    weights = rows[:n_words, :hidden].copy()
    if empty < n_words:
        weights[empty] = 0
    used = weights.any(axis=1, keepdims=True)
    for step in range(100):
        if is_clear(weights, vocab, positive, negative):
            break
        nudge = [
            [((7 * i + 3 * j + 5 * step + i * j * step) % 11 - 5) / 8 for j in range(hidden)]
            for i in range(n_words)
        ]
        weights = np.clip(weights + np.array(nudge), -3, 3) * used
    if empty == 15:
        positive = [*positive, "zebra"]
    return {"weights": weights, "vocab": vocab, "positive": positive, "negative": negative, "k": k}


THE_BOOKS = {"actor": 0, "king": 1, "man": 2, "moon": 3, "queen": 4, "woman": 5}

analogy = exercise(
    "analogy",
    inputs={
        "rows": Array((7, 4), SMALL),
        "n_words": Whole(4, 7),
        "hidden": Whole(2, 4),
        "plus": ListOf(Whole(0, 6), 1, 2),
        "minus": ListOf(Whole(0, 6), 0, 2),
        "empty": Whole(0, 15),
        "k": Whole(1, 6),
    },
    arrange=analogy_case,
    cases=40,
    edges=[
        {
            "weights": np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 4.0], [0.0, -1.0]]),
            "vocab": {"a": 0, "b": 1, "c": 2, "d": 3},
            "positive": ["b"],
            "negative": [],
            "k": 2,
        },
        {
            "weights": np.array(
                [
                    [0.5, 0.1, 0.9, -0.3],
                    [0.3, 3.0, 0.1, 2.0],
                    [1.9, 0.1, 0.2, 0.1],
                    [-0.2, -0.4, 1.1, 0.0],
                    [0.1, 0.3, 0.1, 0.9],
                    [0.5, 0.1, 0.1, 0.7],
                ]
            ),
            "vocab": THE_BOOKS,
            "positive": ["king", "woman"],
            "negative": ["man"],
            "k": 3,
        },
        {
            "weights": np.array([[1.0, 2.0], [0.0, 0.0], [3.0, 1.0], [0.0, 0.0]]),
            "vocab": {"a": 0, "b": 1, "c": 2, "d": 3},
            "positive": ["a"],
            "negative": [],
            "k": 9,
        },
        {
            "weights": np.array([[2.0, 1.0], [1.0, 0.0], [0.0, 3.0]]),
            "vocab": {"a": 0, "b": 1, "c": 2},
            "positive": ["a"],
            "negative": ["a"],
            "k": 3,
        },
        {
            "weights": np.array([[2.0, 1.0], [1.0, 0.0], [0.0, 3.0]]),
            "vocab": {"a": 0, "b": 1, "c": 2},
            "positive": ["a", "b"],
            "negative": ["B"],
            "k": 3,
        },
    ],
    hints=[
        "What is nearest of all to king - man + woman, if king itself may be the answer?",
        "The way from man to woman is a direction, nearly the same as that from king to queen "
        '(chapter 11, "King - Man + Woman ~= Queen"). Only directions count, so every row gets the '
        "length 1 first, the query as well; the book leaves the other rows as they are.",
        "unit_rows gives (n_words, hidden); the query is the sum of some of its rows minus the sum "
        "of others, (hidden,), made 1 long; rows . query is (n_words,), a score for each word. Drop "
        "all words of the question, sort from the highest score down, take k pairs (word, score).",
    ],
)


def question_is_known(vocab, positive, negative):
    return all(word in vocab for word in (*positive, *negative))


@analogy.law("never answers with a word of the question")
def question_words_are_no_answers(answer, weights, vocab, positive, negative):
    if question_is_known(vocab, positive, negative):
        words = {word for word, _ in answer(weights, vocab, positive, negative, len(vocab))}
        expect(sorted(words), "all the answers").equals(
            sorted(set(vocab) - set(positive) - set(negative))
        )


@analogy.law("has scores from 1 down to -1, the best first")
def is_sorted(answer, weights, vocab, positive, negative, k):
    if question_is_known(vocab, positive, negative):
        pairs = answer(weights, vocab, positive, negative, k)
        scores = np.array([score for _, score in pairs])
        expect(bool((abs(scores) < 1.0001).all())).is_true(
            "a score is above 1 or below -1: are the rows and the query all of length 1?"
        )
        expect(np.diff(scores), "how much the scores go up from word to word").is_at_most(0)


@analogy.law("does not depend on how long the rows are")
def length_does_not_matter(answer, weights, vocab, positive, negative, k):
    if question_is_known(vocab, positive, negative):
        lengths = np.array([[(0.25, 8.0, 1.0, 2.0)[i % 4]] for i in range(len(weights))])
        pairs = answer(weights, vocab, positive, negative, k)
        expect(answer(weights * lengths, vocab, positive, negative, k)).equals(
            [tuple(pair) for pair in pairs]
        )


@analogy.law("changes the sign of every score when plus and minus change places")
def turns_round(answer, weights, vocab, positive, negative):
    if question_is_known(vocab, positive, negative) and negative:
        there = answer(weights, vocab, positive, negative, len(vocab))
        back = answer(weights, vocab, negative, positive, len(vocab))
        expect(dict(map(tuple, back))).equals({word: -score for word, score in there})


@analogy.law("finds queen where the way from man to woman leads from king to queen")
def finds_the_planted_word(answer, weights):
    stretch = np.resize(1 + abs(weights[:, 0]), 4)
    king, man, queen, woman = [1, 0, 0, 0], [0, 1, 0, 0], [1, 0, 0, 1], [0, 1, 0, 1]
    others = [[0, 0, 1, 0], [0, 0, 1, 1]]
    planted = np.array([others[0], king, man, others[1], queen, woman], dtype=float)
    planted[[1, 2, 4, 5]] *= stretch[:, None]
    ((best, _),) = answer(planted, THE_BOOKS, ["king", "woman"], ["man"], 1)
    expect(best, "king - man + woman").equals("queen")


@analogy.law("raises a ValueError for a word that is not in the vocabulary")
def rejects_unknown_words(answer, weights, vocab, k):
    word = min(vocab)
    expect(answer(weights, vocab, ["unicorn", word], [], k)).raises(ValueError)
    expect(answer(weights, vocab, [word], ["unicorn"], k)).raises(ValueError)


def first_not_asked(pairs, asked, k):
    return [pair for pair in pairs if pair[0] not in asked][:k]


def analogy_with(
    weights,
    vocab,
    positive,
    negative,
    k,
    rows=unit_rows_of,
    sign=1,
    ask=query_of,
    scores=lambda rows, query, weights: rows.dot(unit_rows_of(query[None])[0]),
    cut=first_not_asked,
    skip=False,
):
    if skip:
        positive = [word for word in positive if word in vocab]
        negative = [word for word in negative if word in vocab]
    if not question_is_known(vocab, positive, negative):
        raise ValueError
    made = rows(weights)
    query = sign * ask(made, vocab, positive, negative)
    pairs = ranked_pairs(scores(made, query, weights), vocab, len(vocab))
    return cut(pairs, {*positive, *negative}, k)


@analogy.misconception(
    "only the best hit dropped",
    "This is what the printed listing does. The words of the question need not come first, and "
    "there may be three of them: leave out exactly those.",
)
def analogy_includes_query_words(*args):
    return analogy_with(*args, cut=lambda pairs, asked, k: pairs[1 : k + 1])


@analogy.misconception(
    "the words of the question among the answers",
    "king - man + woman is still nearest to king itself: leave the words of the question out.",
)
def query_words_returned(*args):
    return analogy_with(*args, cut=lambda pairs, asked, k: pairs[:k])


@analogy.misconception(
    "the product of rows as long as they are",
    "Without unit_rows a long row wins everything. Give all rows the length 1, the query, too.",
)
def cosine_without_norm(*args):
    return analogy_with(
        *args, rows=lambda weights: weights, scores=lambda rows, query, weights: rows.dot(query)
    )


@analogy.misconception(
    "the query compared with rows that were not made 1 long",
    "This is what the printed listing does: the query comes from rows of length 1, but the words "
    "are compared as they are, so that long rows win. Use the same rows for both.",
)
def unnormalised_rows(*args):
    return analogy_with(
        *args, scores=lambda rows, query, weights: weights.dot(unit_rows_of(query[None])[0])
    )


@analogy.misconception(
    "the query not made 1 long",
    "The sum of some rows of length 1 is longer or shorter than 1: give it the length 1 as well, "
    "or the scores do not lie between -1 and 1.",
)
def query_not_normed(*args):
    return analogy_with(*args, scores=lambda rows, query, weights: rows.dot(query))


@analogy.misconception(
    "plus and minus the wrong way round",
    "The positive words are added and the negative ones subtracted.",
)
def mean_direction_reversed(*args):
    return analogy_with(*args, sign=-1)


@analogy.misconception(
    "means instead of sums",
    "Two words that are added pull twice as much as one that is subtracted: king + woman - man. "
    "The mean of the one minus the mean of the other points elsewhere.",
)
def mean_not_sum(*args):
    def ask(rows, vocab, positive, negative):
        plus, minus = ([vocab[word] for word in words] for words in (positive, negative))
        return mean_of_rows(rows, plus) - mean_of_rows(rows, minus)

    return analogy_with(*args, ask=ask)


@analogy.misconception(
    "distances instead of products",
    "That is the score of nearest_words. Here a score is the row . the query, both of length 1.",
)
def euclidean_vs_cosine_mixed(*args):
    return analogy_with(
        *args,
        scores=lambda rows, query, weights: (
            -np.sqrt(((rows - unit_rows_of(query[None])) ** 2).sum(axis=1))
        ),
    )


@analogy.misconception(
    "the rows multiplied by their squared length",
    "This is what the book's normed weights really are: a row of length 5 becomes one of length "
    "125. Divide by the length, with unit_rows.",
)
def squared_norm(*args):
    return analogy_with(*args, rows=lambda weights: weights * (weights**2).sum(axis=1)[:, None])


@analogy.misconception(
    "an unknown word silently left out",
    "Without the unknown word, or the one in capitals, it is another question. Raise a ValueError: "
    'word_indices(words, vocab, "raise") does.',
)
def case_or_unk(*args):
    return analogy_with(*args, skip=True)


@analogy.alternative
def cosine_word_by_word(weights, vocab, positive, negative, k):
    def unit(row):
        length = sum(entry * entry for entry in row) ** 0.5
        return [entry / length for entry in row] if length else list(row)

    if {*positive, *negative} - set(vocab):
        raise ValueError("unknown")
    rows = {word: unit([float(w) for w in weights[index]]) for word, index in vocab.items()}
    query = [0.0] * weights.shape[1]
    for sign, words in ((1, positive), (-1, negative)):
        for word in words:
            query = [q + sign * entry for q, entry in zip(query, rows[word])]
    query = unit(query)
    found = [
        (-sum(q * entry for q, entry in zip(query, row)), word)
        for word, row in rows.items()
        if word not in positive + negative
    ]
    return [[word, -score] for score, word in sorted(found)[:k]]


@analogy.alternative
def with_argsort(weights, vocab, positive, negative, k):
    words = sorted(vocab)
    try:
        plus, minus = ([vocab[word] for word in some] for some in (positive, negative))
    except KeyError as unknown:
        raise ValueError(unknown) from None
    lengths = np.linalg.norm(weights, axis=1)
    units = np.divide(
        weights, lengths[:, None], where=lengths[:, None] > 0, out=np.zeros(weights.shape)
    )
    query = units.T @ (np.eye(len(words))[plus].sum(axis=0) - np.eye(len(words))[minus].sum(axis=0))
    cosines = units @ query / (np.linalg.norm(query) or 1)
    order = np.argsort(-cosines, kind="stable")
    left = [(words[i], float(cosines[i])) for i in order if i not in plus and i not in minus]
    return left[:k]
