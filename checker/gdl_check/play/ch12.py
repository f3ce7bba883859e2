"""A network that writes: word by word, from babble to sentences.

Book: chapter 12, "Let's train it!" and "Execution and output analysis".
"""

from __future__ import annotations

import argparse
import itertools
from types import ModuleType
from typing import Any

import numpy as np

from gdl_check.play.figures import Curve, Plot
from gdl_check.play.stage import Stage
from gdl_check.render.lines import Line, bar

PEOPLE = ("mary", "john", "anna", "omar")
PLACES = ("garden", "kitchen", "attic", "office")
DOES = ("went to the", "sleeps in the")
MORE = ("where is mary ?", "where is john ?", "the garden is green .", "the attic is dark .")
HIDDEN, LEARNING_RATE = 12, 0.1
WRITTEN, LONGEST = 3, 9
PREFIXES = ("mary", "mary went", "the", "where is")

Parameters = dict[str, Any]


def play(own: ModuleType, stage: Stage, options: argparse.Namespace) -> None:
    """Read a few sentences again and again, and write some in between."""
    epochs = 4 if options.quick else 60
    made_up = [" ".join(words) for words in itertools.product(PEOPLE, DOES, PLACES)]
    sentences = [sentence + " ." for sentence in made_up] + list(MORE)
    vocab = sorted({word for sentence in sentences for word in sentence.split()})
    rng = np.random.default_rng(options.seed)
    numbers = [_numbers(vocab, sentence) for sentence in rng.permutation(sentences)]
    stage.say(
        f"{len(sentences)} sentences such as these, {len(vocab)} words. The network reads word by "
        "word and guesses what comes next; then it is told, and your rnn_gradients go all the way "
        "back."
    )
    stage.put([[], *([(f"  {text}", "dim")] for text in (sentences[0], sentences[13], MORE[0]))])
    parameters: Parameters = {
        "start": np.zeros(HIDDEN),
        "recurrent": np.eye(HIDDEN),
        "decoder": 0.1 * rng.standard_normal((HIDDEN, len(vocab))),
        "embeddings": 0.1 * rng.standard_normal((len(vocab), HIDDEN)),
    }
    stage.heading("what it writes before it has read anything")
    stage.put([[(f"  {_written(own, vocab, parameters, rng)}", "")] for _ in range(WRITTEN)])
    perplexities: list[float] = []
    with stage.watch("reading", epochs, pace=0.1) as watch:
        for _ in watch:
            parameters, met = own.train_language_model(
                numbers, *parameters.values(), LEARNING_RATE, len(numbers)
            )
            perplexities.append(float(np.mean(met)))
            written = [_written(own, vocab, parameters, rng) for _ in range(WRITTEN)]
            watch.show(
                lambda written=written: _frame(stage, perplexities, written, epochs),  # type: ignore[misc]
                f"perplexity {perplexities[-1]:5.2f}   {written[0]}",
            )
    stage.save(_curve(perplexities, epochs), "perplexity")
    stage.say(
        f"At first it wavered between {perplexities[0]:.0f} words, now between "
        f"{perplexities[-1]:.1f}: that is its perplexity. It will not become 1, because who goes "
        "where is anybody's guess. But ask what can come next:"
    )
    lines: list[Line] = [[]]
    for prefix in PREFIXES:
        likely = own.predict_next(_numbers(vocab, prefix), **parameters)
        for place in np.argsort(-np.asarray(likely))[:2]:
            share = float(likely[place])
            text = f"  {prefix + ' ...':<14} [{bar(share, 10)}] {share:4.0%}  {vocab[place]}"
            lines.append([(text, "")])
    stage.put(lines)
    stage.say(
        "It has never been told what a verb is or a full stop: only to be less surprised. That is "
        "also how the large ones begin."
    )


def _numbers(vocab: list[str], sentence: str) -> Any:
    return np.array([vocab.index(word) for word in sentence.split()], dtype=int)


def _written(
    own: ModuleType, vocab: list[str], parameters: Parameters, rng: np.random.Generator
) -> str:
    """A sentence, each word drawn with the probability that the network gives it."""
    words: list[int] = []
    while len(words) < LONGEST and (not words or vocab[words[-1]] not in ".?"):
        likely = np.asarray(own.predict_next(np.array(words, dtype=int), **parameters))
        words.append(int(rng.choice(len(vocab), p=likely / likely.sum())))
    return " ".join(vocab[word] for word in words)


def _frame(stage: Stage, perplexities: list[float], written: list[str], epochs: int) -> list[Line]:
    lines: list[Line] = [[("it writes:", "strong")], *([(f"  {text}", "good")] for text in written)]
    return [*stage.draw(_curve(perplexities, epochs), beside=len(lines) + 2), [], *lines]


def _curve(perplexities: list[float], epochs: int) -> Plot:
    curves = [Curve("", perplexities)]
    return Plot("perplexity", curves, "times read", low=1, x_low=1, x_high=epochs)
