"""Your own framework trains: it tells two spirals apart, and answers questions about a story.

Book: chapter 13, layers, losses, the optimiser and the recurrent layer put to work.
"""

from __future__ import annotations

import argparse
import itertools
from types import ModuleType
from typing import Any

import numpy as np

from gdl_check.play.figures import Curve, Plot, Region
from gdl_check.play.stage import Stage
from gdl_check.render.lines import Line

POINTS, TURNS, ZOOM = 120, 1.3, 3.0
HIDDEN, LEARNING_RATE = 16, 0.35
PEOPLE = ("mary", "john", "anna", "omar")
MOVES, REST = ("moved", "went", "ran"), ("slept", "read", "sang")
PLACES = ("garden", "kitchen", "attic", "office", "hall")
MEMORY, WORD_RATE, BATCH, TOLD_APART = 24, 0.1, 20, 30


def play(own: ModuleType, stage: Stage, options: argparse.Namespace) -> None:
    """A net of layers on two spirals, then a recurrent one on small stories."""
    _spirals(own, stage, options)
    _stories(own, stage, options)


# --- two spirals ---------------------------------------------------------------------------------


def _spirals(own: ModuleType, stage: Stage, options: argparse.Namespace) -> None:
    steps = 40 if options.quick else 400
    rng = np.random.default_rng(options.seed + 3)
    points, labels = _points(rng)
    layers = [
        own.Linear(2, HIDDEN, rng),
        own.Tanh(),
        own.Linear(HIDDEN, HIDDEN, rng),
        own.Tanh(),
        own.Linear(HIDDEN, 2, rng),
    ]
    model, loss_layer = own.Sequential(layers), own.CrossEntropyLoss()
    optimiser = own.SGD(model.parameters(), LEARNING_RATE)
    stage.heading("two spirals")
    stage.say(
        f"{POINTS} points on two spirals wound into each other, and nothing but your classes: "
        "Linear, Tanh, Sequential, CrossEntropyLoss, SGD. The dotted land is where your network "
        "says x. Watch the border find its way between the spirals."
    )
    inputs = own.Tensor(points * ZOOM, requires_grad=False)
    losses: list[float] = []
    loss = None
    with stage.watch("step", steps, pace=0.03, share=0.5) as watch:
        for _ in watch:
            optimiser.zero()
            output = model(inputs)
            loss = loss_layer(output, labels)
            loss.backward()
            optimiser.step()
            losses.append(float(loss.data))
            right = float(np.mean(np.argmax(output.data, axis=1) == labels))
            watch.show(
                lambda: stage.draw(_land(own, model, points, labels, _size(stage))),
                f"loss {losses[-1]:.3f}   right {right:.0%}",
            )
    stage.save(_land(own, model, points, labels, (200, 200)), "spirals")
    stage.show(Plot("loss", [Curve("", losses)], "step", low=0), "loss")
    tensors, weights = _graph(loss), sum(p.data.size for p in model.parameters())
    stage.say(
        f"Each step your backward walked through {tensors} tensors and gave {weights} weights and "
        "biases their gradients. Nobody wrote down a derivative for this net: you wrote a dozen "
        "small ones, and the chain did the rest."
    )


def _points(rng: np.random.Generator) -> tuple[Any, Any]:
    labels = np.arange(POINTS) % 2
    radius = 0.9 * np.sqrt(rng.random(POINTS)) + 0.05
    angle = 2 * np.pi * TURNS * radius + np.pi * labels
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return np.clip(points + 0.02 * rng.standard_normal((POINTS, 2)), -0.99, 0.99), labels


def _size(stage: Stage) -> tuple[int, int]:
    return (18, 40) if stage.live else (22, 48)


def _land(own: ModuleType, model: Any, points: Any, labels: Any, size: tuple[int, int]) -> Region:
    """What the network says of every place."""
    rows, columns = size
    x, y = np.meshgrid(
        (np.arange(columns) + 0.5) / columns * 2 - 1, 1 - (np.arange(rows) + 0.5) / rows * 2
    )
    places = np.stack([x.ravel(), y.ravel()], axis=1) * ZOOM
    says = np.argmax(model(own.Tensor(places, requires_grad=False)).data, axis=1)
    return Region("o or x?", says.reshape(rows, columns), points, labels)


def _graph(tensor: Any) -> int:
    """How many tensors one was made from, itself among them."""
    seen, waiting = {id(tensor)}, [tensor]
    while waiting:
        for parent in waiting.pop().parents:
            if id(parent) not in seen:
                seen.add(id(parent))
                waiting.append(parent)
    return len(seen)


# --- small stories -------------------------------------------------------------------------------


def _stories(own: ModuleType, stage: Stage, options: argparse.Namespace) -> None:
    epochs = 4 if options.quick else 40
    rng = np.random.default_rng(options.seed + 1)
    vocab, stories = _made_up(rng)
    train, test = stories[:-TOLD_APART], stories[-TOLD_APART:]
    stage.heading("who is where?")
    stage.say(
        f"Now your Embedding and your RNNCell: {len(train)} stories like the ones below, read word "
        f"by word. At the end only the memory of {MEMORY} numbers is left to answer from. The "
        f"{len(test)} stories of the test it has never read."
    )
    embedding = own.Embedding(len(vocab), 8, rng)
    cell = own.RNNCell(8, MEMORY, len(vocab), rng, "tanh")
    optimiser = own.SGD(embedding.parameters() + cell.parameters(), WORD_RATE)
    shares: list[float] = []
    with stage.watch("epoch", epochs, pace=0.1, share=0.5) as watch:
        for _ in watch:
            for start in range(0, len(train), BATCH):
                batch = train[start : start + BATCH]
                optimiser.zero()
                loss = _read(embedding, cell, batch).cross_entropy(batch[:, -1])
                loss.backward()
                optimiser.step()
            says = np.argmax(_read(embedding, cell, test).data, axis=1)
            shares.append(float(np.mean(says == test[:, -1])))
            watch.show(
                lambda: _told(vocab, test, np.argmax(_read(embedding, cell, test).data, axis=1)),
                f"new stories answered rightly: {shares[-1]:.0%}",
            )
    plot = Plot("new stories answered rightly", [Curve("", shares)], "epoch", low=0, high=1)
    stage.save(plot, "stories")
    stage.say(
        f"It answers {shares[-1]:.0%} of the new stories. The place was read several words before "
        "the question, so it had to be carried along in the memory: your gradients went back "
        "through every one of those words to teach it that."
    )


def _made_up(rng: np.random.Generator) -> tuple[list[str], Any]:
    """The words there are, and all stories in a random order, as word numbers."""
    texts = [
        f"{who} {move} to the {place} and {rest} . where is {who} ? {place}"
        for who, move, place, rest in itertools.product(PEOPLE, MOVES, PLACES, REST)
    ]
    vocab = sorted({word for text in texts for word in text.split()})
    numbers = np.array([[vocab.index(word) for word in text.split()] for text in texts])
    return vocab, rng.permutation(numbers)


def _read(embedding: Any, cell: Any, stories: Any) -> Any:
    """Read stories up to the last word; the logits for that one."""
    hidden, output = cell.init_hidden(len(stories)), None
    for words in stories[:, :-1].T:
        output, hidden = cell(embedding(words), hidden)
    return output


def _told(vocab: list[str], stories: Any, says: Any) -> list[Line]:
    lines: list[Line] = []
    for story, answer in list(zip(stories, says))[:6]:
        *words, right = (vocab[number] for number in story)
        said = vocab[answer]
        text = " ".join(words).replace(" .", ".").replace(" ?", "?")
        style = "good" if said == right else "bad"
        lines.append([(f"  {text}  ", ""), (said, style), (" " if said == right else " (no)", "")])
    return lines
