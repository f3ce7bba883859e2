"""Emails that nobody hands over: a spam filter learns from them, and how far they are hidden.

Book: chapter 15, "Let's make it federated", "Hacking into federated learning" and what helps.
"""

from __future__ import annotations

import argparse
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from gdl_check.play.figures import Curve, Plot
from gdl_check.play.own import ours
from gdl_check.play.stage import Stage
from gdl_check.render.lines import Line, bar

CLIENTS = ("bob", "alice", "sue")
LENGTH, LEARNING_RATE, STEPS = 10, 2.0, 3
SECRET = "my password is turnip"
NEW = ("free castle click now", "see you at lunch on monday", "cheap yacht no questions")
PRIMES, SCALE = (10007, 10009), 1000
SHOWN = 3


class Post(NamedTuple):
    """The words there are, and the emails of all clients."""

    vocab: dict[str, int]
    pad: int
    indices: Any
    targets: Any


def play(own: ModuleType, stage: Stage, options: argparse.Namespace) -> None:
    """Three people teach one filter; then somebody looks closely at what they send."""
    rounds = 4 if options.quick else 30
    post = _post(own)
    shards = own.shard(post.indices, post.targets, [len(post.targets) // 3] * 3)
    stage.say(
        f"{', '.join(CLIENTS)}: ten emails each, that stay where they are. In each round all three "
        "get the filter, train a copy on their own emails, and send only the copy back; the mean "
        "of the copies is the new filter."
    )
    model = _taught(own, stage, post, shards, rounds)
    stage.say("Emails that none of them has ever had. Are they spam?")
    stage.put([[], *(_judged(own, post, model, text) for text in NEW)])
    _leak(own, stage, post, model)
    _hidden(own, stage, post, model, shards, options.seed)


def _post(own: ModuleType) -> Post:
    docs, labels = ours("ch15").toy_emails()
    words = sorted({word for doc in (*docs, SECRET) for word in doc.split()})
    vocab = {word: number for number, word in enumerate(words, 1)}
    rows = [own.email_to_indices(doc.split(), vocab, LENGTH, 0) for doc in docs]
    return Post(vocab, 0, np.array(rows), np.array(labels, dtype=float))


def _taught(own: ModuleType, stage: Stage, post: Post, shards: Any, rounds: int) -> Any:
    model = np.zeros(len(post.vocab) + 1)
    errors: list[float] = []
    with stage.watch("round", rounds, pace=0.15) as watch:
        for _ in watch:
            model, missed = own.train_federated(model, shards, post.pad, LEARNING_RATE, STEPS, 1)
            errors.append(float(missed[-1]))
            right = own.spam_accuracy(model, post.indices, post.targets, post.pad)
            watch.show(
                lambda: stage.draw(_curve(errors, rounds), beside=2),
                f"error {errors[-1]:.3f}   told apart: {right:.0%}",
            )
    stage.save(_curve(errors, rounds), "rounds")
    return model


def _curve(errors: list[float], rounds: int) -> Plot:
    curves = [Curve("", errors)]
    return Plot("mean squared miss", curves, "round", low=0, high=0.3, x_low=1, x_high=rounds)


def _judged(own: ModuleType, post: Post, model: Any, text: str) -> Line:
    row = own.email_to_indices(text.split(), post.vocab, LENGTH, post.pad)
    spam = float(own.spam_forward(model, np.array([row]), post.pad)[0])
    return [(f"  [{bar(spam, 10)}] {spam:4.0%}  ", "bad" if spam > 0.5 else "good"), (text, "")]


def _leak(own: ModuleType, stage: Stage, post: Post, model: Any) -> None:
    stage.heading("what a model gives away")
    row = own.email_to_indices(SECRET.split(), post.vocab, LENGTH, post.pad)
    sent_back = own.local_train(
        model, np.array([row]), np.array([0.0]), post.pad, LEARNING_RATE, STEPS
    )
    leaked = ", ".join(sorted(own.leaked_words(model, sent_back, post.vocab)))
    stage.say(
        "Sue trains on a single new email and sends her copy back, no word of the email with it. "
        f"But your leaked_words compares it with the one she was sent, and reads: {leaked}."
    )


def _hidden(own: ModuleType, stage: Stage, post: Post, model: Any, shards: Any, seed: int) -> None:
    """The same mean, with every model locked."""
    stage.heading("locked models")
    public, secret = own.paillier_keygen(*PRIMES)
    copies = [
        own.local_train(model, indices, targets, post.pad, LEARNING_RATE, STEPS)
        for indices, targets in shards
    ]
    rng = np.random.default_rng(seed)
    stage.say(
        "So each of them locks every number before sending it. The server adds up what it cannot "
        "read, and only the sum is opened:"
    )
    locked: list[Any] = []
    with stage.watch("client", len(copies)) as watch:
        for number in watch:
            randoms = _randoms(rng, len(model))
            locked.append(own.encrypt_model(copies[number - 1], public, SCALE, randoms))
            watch.show(lambda: _table(post, locked), f"{CLIENTS[number - 1]} has locked a model")
    sums = own.aggregate_encrypted(locked, public)
    opened = own.decrypted_mean(sums, len(copies), secret, SCALE)
    far = float(np.max(np.abs(np.array(opened) - np.mean(copies, axis=0))))
    stage.say(
        f"Opened, the mean differs from the true one by {far:.4f} at most, for {len(model)} "
        f"numbers kept to {SCALE:,} steps a unit. Nobody saw a single client's model on the way. "
        "(With primes of five digits this is a toy: anybody can split their product.)"
    )


def _randoms(rng: np.random.Generator, count: int) -> list[int]:
    """Numbers that share no divisor with the product of the primes: all are below both."""
    return [int(number) for number in rng.integers(2, min(PRIMES), count)]


def _table(post: Post, locked: list[Any]) -> list[Line]:
    words = list(post.vocab)[:SHOWN]
    lines: list[Line] = []
    for client, numbers in zip(CLIENTS, locked):
        told = "  ".join(f"{numbers[post.vocab[word]]}"[-9:] for word in words)
        lines.append([(f"  {client:<6} ", "name"), ("..." + told.replace("  ", "  ..."), "dim")])
    return lines
