"""What words mean: reviews teach a network, and king - man + woman is queen.

Book: chapter 11, "Predicting movie reviews", "Comparing word embeddings" and "Word analogies".
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from gdl_check.play.data import reviews
from gdl_check.play.figures import Curve, Plot, Word, WordMap
from gdl_check.play.own import ours
from gdl_check.play.stage import Stage
from gdl_check.render.lines import Line, bar
from gdl_check.render.values import cut

DATA = "reviews"
HIDDEN, LEARNING_RATE, EPOCHS = 8, 0.3, 60
REAL, REAL_RATE, REAL_EPOCHS = 1000, 0.01, 6
NEW = (
    "a glorious film with a clever hamster",
    "a dreadful lecture and a boring horse",
    "best popcorn this year",
    "cold soup and no ending",
)
MOST_MAPPED, RARE = 26, 5

# Words in a space laid out by hand: each is what it is made of, and a little of itself.
PLANTED = {
    "king": ("person", "male", "royal"),
    "queen": ("person", "female", "royal"),
    "man": ("person", "male"),
    "woman": ("person", "female"),
    "prince": ("person", "male", "royal", "young"),
    "princess": ("person", "female", "royal", "young"),
    "boy": ("person", "male", "young"),
    "girl": ("person", "female", "young"),
    "paris": ("city", "french"),
    "france": ("country", "french"),
    "rome": ("city", "italian"),
    "italy": ("country", "italian"),
    "tokyo": ("city", "japanese"),
    "japan": ("country", "japanese"),
    "turnip": ("vegetable",),
}
QUESTIONS = (
    (("king", "woman"), ("man",)),
    (("paris", "italy"), ("france",)),
    (("prince", "girl"), ("boy",)),
    (("tokyo", "france"), ("japan",)),
)


class Learned(NamedTuple):
    """The words, and what the network has learned about them."""

    vocab: Mapping[str, int]
    first: Any
    second: Any


def play(own: ModuleType, stage: Stage, options: argparse.Namespace) -> None:
    """Sentiment, a map of words, and sums of words."""
    docs, labels = _reviews(own, options)
    learned = _trained(own, stage, docs, labels, options)
    _asked(own, stage, learned, docs if options.data else NEW)
    _typed(own, stage, learned)
    stage.heading("a map of the words")
    _mapped(own, stage, learned, docs)
    stage.heading("sums of words")
    _sums(own, stage, options.seed)


# --- sentiment -----------------------------------------------------------------------------------


def _reviews(own: ModuleType, options: argparse.Namespace) -> tuple[list[str], list[int]]:
    if options.data:
        docs, words = reviews(Path(options.data), 100 if options.quick else REAL)
        return docs, list(own.label_targets(words))
    docs, labels = ours("ch11").toy_reviews()
    return docs, labels


def _trained(
    own: ModuleType,
    stage: Stage,
    docs: Sequence[str],
    labels: Sequence[int],
    options: argparse.Namespace,
) -> Learned:
    """Learn on nine tenths of real reviews, on all of the toy ones."""
    held = len(docs) // 10 if options.data else 0
    train, targets = docs[held:], labels[held:]
    vocab = own.build_vocab(train)
    stage.say(
        f"{len(train)} film reviews, {len(vocab):,} different words. The network knows nothing "
        "of language: each word is a row of numbers, and all it is told is whether people liked "
        "the film."
    )
    for label in (1, 0):
        doc = train[list(targets).index(label)]
        stage.put([[("  liked:    " if label else "  did not:  ", "dim"), (cut(doc, 60), "")]])
    rng = np.random.default_rng(options.seed)
    first = 0.2 * rng.random((len(vocab), HIDDEN)) - 0.1
    second = 0.5 * rng.standard_normal((HIDDEN, 1))
    epochs = REAL_EPOCHS if options.data else EPOCHS
    rate = REAL_RATE if options.data else LEARNING_RATE
    curves: dict[str, list[float]] = {"training": []}
    if held:
        curves["new"] = []
    with stage.watch("epoch", 3 if options.quick else epochs, pace=0.05, share=0.8) as watch:
        for _ in watch:
            first, second = own.train_sentiment(train, targets, first, second, rate, 1)
            learned = Learned(vocab, first, second)
            curves["training"].append(_right(own, learned, train, targets))
            if held:
                curves["new"].append(_right(own, learned, docs[:held], labels[:held]))
            told = "   ".join(f"{name} {share[-1]:.0%}" for name, share in curves.items())
            watch.show(lambda: stage.draw(_curve(curves, watch.total), beside=2), f"right: {told}")
    stage.save(_curve(curves, epochs), "sentiment")
    return Learned(vocab, first, second)


def _curve(curves: Mapping[str, list[float]], epochs: int) -> Plot:
    drawn = [Curve(name, share) for name, share in curves.items()]
    return Plot("share told rightly", drawn, "epoch", low=0, high=1, x_low=1, x_high=epochs)


def _indices(own: ModuleType, learned: Learned, doc: str) -> list[int]:
    return sorted(set(own.word_indices(own.tokenize(doc), learned.vocab)))


def _liked(own: ModuleType, learned: Learned, doc: str) -> float:
    indices = _indices(own, learned, doc)
    _, prediction = own.sentiment_forward(learned.first, learned.second, indices)
    return float(prediction)


def _right(own: ModuleType, learned: Learned, docs: Sequence[str], labels: Sequence[int]) -> float:
    told = [(_liked(own, learned, doc) > 0.5) == label for doc, label in zip(docs, labels)]
    return float(np.mean(told))


def _asked(own: ModuleType, stage: Stage, learned: Learned, docs: Sequence[str]) -> None:
    stage.say("Reviews it has never read. How much were these films liked?")
    stage.put([[], *(line for doc in docs[: len(NEW)] for line in _opinion(own, learned, doc))])


def _opinion(own: ModuleType, learned: Learned, doc: str) -> list[Line]:
    liked = _liked(own, learned, doc)
    style = "good" if liked > 0.5 else "bad"
    return [[(f"  [{bar(liked, 10)}] {liked:4.0%}  ", style), (cut(doc, 44), "")]]


def _typed(own: ModuleType, stage: Stage, learned: Learned) -> None:
    """The learner's own reviews, on a terminal."""
    while stage.has_keys:
        text = stage.ask("a review of your own (Enter goes on): ")
        if not text:
            return
        known = len(_indices(own, learned, text))
        stage.put([*_opinion(own, learned, text), [(f"  it knew {known} of the words", "dim")]])


# --- the map -------------------------------------------------------------------------------------


def _mapped(own: ModuleType, stage: Stage, learned: Learned, docs: Sequence[str]) -> None:
    rows = np.asarray(learned.first)
    pull = rows.dot(np.asarray(learned.second))[:, 0]
    count = np.zeros(len(learned.vocab))
    for doc in docs:
        count[_indices(own, learned, doc)] += 1
    common = count >= (RARE if len(docs) > 100 else 1)
    order = [index for index in np.argsort(-np.abs(pull)) if common[index]][:MOST_MAPPED]
    words = list(learned.vocab)
    places = _in_a_plane(rows[order])
    placed = [
        Word(words[index], float(x), float(y), 1 if pull[index] > 0 else -1)
        for index, (x, y) in zip(order, places)
    ]
    stage.say(
        "The rows of numbers that it gave the words, laid flat. Nobody told it what a word means; "
        "words that do the same work for a review have drifted together."
    )
    stage.show(WordMap("", placed, ("liked", "not liked")), "words")
    chosen = [words[order[i]] for i in (0, 1)]
    rows_told = []
    for word in chosen:
        near = own.nearest_words(rows, learned.vocab, word, 5)
        rows_told.append((word, "near: " + ", ".join(other for other, _ in near if other != word)))
    stage.put([[]] + [[(f"  {word:<12}", "name"), (cut(told, 60), "")] for word, told in rows_told])


def _in_a_plane(rows: Any) -> Any:
    """The two directions in which rows differ most."""
    centred = rows - rows.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    return centred.dot(directions[:2].T)


# --- king - man + woman --------------------------------------------------------------------------


def _sums(own: ModuleType, stage: Stage, seed: int) -> None:
    rng = np.random.default_rng(seed)
    qualities = sorted({quality for made_of in PLANTED.values() for quality in made_of})
    vocab = {word: index for index, word in enumerate(sorted(PLANTED))}
    rows = np.zeros((len(vocab), len(qualities)))
    for word, made_of in PLANTED.items():
        rows[vocab[word], [qualities.index(quality) for quality in made_of]] = 1
    rows += 0.1 * rng.standard_normal(rows.shape)
    stage.say(
        "It takes millions of sentences until a network has learned who a king is. So here is a "
        "small space planted by hand: each word is the sum of what it is made of (a king is a "
        "person, male, royal), with some noise. Your analogy walks through it:"
    )
    lines: list[Line] = [[]]
    for positive, negative in QUESTIONS:
        (best, score), *others = own.analogy(rows, vocab, list(positive), list(negative), 3)
        asked = f"{positive[0]} - {negative[0]} + {positive[1]}"
        then = ", ".join(f"{word} {number:.2f}" for word, number in others)
        answer = (f"{best} {score:.2f}", "good")
        lines.append([(f"  {asked:<23} ", ""), answer, (f"  ({then})", "dim")])
    stage.put(lines)
    words = [word for word in PLANTED if "person" in PLANTED[word]]
    places = _in_a_plane(rows[[vocab[word] for word in words]])
    placed = [Word(word, float(x), float(y)) for word, (x, y) in zip(words, places)]
    stage.show(WordMap("the people among them", placed), "king-and-queen")
    stage.say(
        "The step from man to king is the same as the one from woman to queen: take one, walk the "
        "other. In a space learned from real text the steps are never this clean, but they are "
        "there."
    )
