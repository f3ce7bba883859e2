"""Verse, a character at a time: gibberish turns to words, and words to lines that rhyme.

Book: chapter 14, "A sample of the output" and "Training the LSTM character language model".
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from gdl_check.play.data import text_of
from gdl_check.play.figures import Curve, Plot
from gdl_check.play.stage import Stage
from gdl_check.render.lines import Line
from gdl_check.render.values import cut, wrap

DATA = "text"
POEM = Path(__file__).with_suffix(".txt")  # written for this play
LONGEST = 100_000  # characters that are read of --data
PAGE = 2000  # characters; after each it looks at the clock

NUMBERS, HIDDEN = 16, 96  # a character, and what is remembered of all before it
COLUMNS, WINDOW = 8, 24
LEARNING_RATE, FACTOR, MAX_NORM = 4.0, 0.99, 1.0
PAGES, REAL_PAGES, QUICK = 80, 160, 5

FIRST = "\n"  # what it writes begins as a line does
TEMPERATURE = 0.7
OTHERS = (
    (0.05, "nearly always the likeliest"),
    (1.0, "each as often as it expects it"),
    (1.5, "daring"),
)
SAMPLE, SAMPLE_LINES, PASSAGE, SHORT = 180, 5, 420, 120
BEGINNING = 7  # lines of the text
PACE = 0.015  # seconds a character


class Writer(NamedTuple):
    """What the network has learned, and the characters it knows."""

    parameters: Mapping[str, Any]
    characters: Sequence[str]
    known: Mapping[str, int]


class Sample(NamedTuple):
    """What it wrote after so many pages, and the share of it that are words of the text."""

    page: int
    perplexity: float
    words: float
    text: str


def play(own: ModuleType, stage: Stage, options: argparse.Namespace) -> None:
    """Read a text again and again, write a little in between, and more at the end."""
    text = _text(stage, options)
    characters, index = own.char_vocab(text)
    rng = np.random.default_rng(options.seed)
    parameters = own.init_parameters(len(characters), NUMBERS, HIDDEN, rng)
    writer = Writer(parameters, characters, index)
    weights = sum(np.size(array) for array in parameters.values())
    stage.say(
        f"It has {len(text):,} characters, {len(characters)} different ones. Your LSTM knows no "
        f"letter, no word and no rhyme. It has {weights:,} numbers to turn, and all it is ever "
        "asked is: which character comes next?"
    )
    stage.heading("what it writes before it has read anything")
    stage.put(_verse(_written(own, writer, SHORT, TEMPERATURE, rng), stage.width))
    writer, diary = _taught(own, stage, writer, text, rng, options)
    _remembered(stage, diary)
    _final(own, stage, writer, text, rng, options)
    _typed(own, stage, writer, rng)
    stage.say(
        f"Your gradients go back {WINDOW} characters and no further; what it knows from before "
        "that, the hidden state and the cell have carried. Another text: --data PATH."
    )


def _text(stage: Stage, options: argparse.Namespace) -> str:
    """What is to be read, ending as a line does, so that a line can be begun after it."""
    if not options.data:
        text = POEM.read_text(encoding="utf-8")
        stage.say("A poem, of which this is the beginning:")
    else:
        least = COLUMNS * (WINDOW + 1)
        text, is_cut = text_of(Path(options.data), least, LONGEST)
        cut_off = f" (the first {LONGEST:,} characters of it; it is longer)" if is_cut else ""
        stage.say(f"Your text{cut_off}, of which this is the beginning:")
    stage.put([[], *_lines(text, stage.width, "")[:BEGINNING]])
    return text.strip("\n") + FIRST


# --- learning ------------------------------------------------------------------------------------


def _taught(
    own: ModuleType,
    stage: Stage,
    writer: Writer,
    text: str,
    rng: np.random.Generator,
    options: argparse.Namespace,
) -> tuple[Writer, list[Sample]]:
    """Read page after page; what it wrote after 1, 2, 4, 8, ... pages is kept."""
    indices, words = own.encode(text, writer.known), set(_words(text))
    total = QUICK if options.quick else REAL_PAGES if options.data else PAGES
    perplexities: list[float] = []
    diary: list[Sample] = []
    sample = Sample(0, 0.0, 0.0, "")
    with stage.watch("page", total) as watch:
        for page in watch:
            rate = own.decay_learning_rate(LEARNING_RATE, page - 1, FACTOR)
            read = _page(indices, rng)
            parameters, losses = own.train_char_lm(
                read, writer.parameters, COLUMNS, WINDOW, rate, FACTOR, MAX_NORM, 1
            )
            writer = writer._replace(parameters=parameters)
            perplexities.append(float(own.perplexity(losses)))
            doubled = page & (page - 1) == 0
            if doubled or page % max(total // 20, 1) == 0:
                written = _written(own, writer, SAMPLE, TEMPERATURE, rng)
                sample = Sample(page, perplexities[-1], _share(written, words), written)
                diary += [sample] if doubled else []
            told = f"perplexity {perplexities[-1]:5.2f}"
            if not stage.live:
                told = cut(f"{told}   {_in_a_row(sample.text)}", stage.width - 24)
            watch.show(
                lambda sample=sample: _frame(stage, perplexities, sample, total),  # type: ignore[misc]
                told,
            )
    diary += [] if sample in diary else [sample]
    stage.save(_curve(perplexities, total), "perplexity")
    stage.say(
        f"On its first page it wavered between {perplexities[0]:.0f} characters each time, on its "
        f"last between {perplexities[-1]:.1f}: that is its perplexity."
    )
    return writer, diary


def _page(indices: Any, rng: np.random.Generator) -> Any:
    """A page begun anywhere; after the end of the text it goes on with its beginning."""
    start = rng.integers(len(indices))
    return np.take(indices, np.arange(start, start + PAGE), mode="wrap")


def _frame(stage: Stage, perplexities: list[float], sample: Sample, total: int) -> list[Line]:
    head = f"after page {sample.page}, {sample.words:.0%} of it real words:"
    lines: list[Line] = [[(head, "strong")], *_verse(sample.text, stage.width, "good")]
    if stage.live:
        lines += [[]] * (SAMPLE_LINES + 1 - len(lines))  # what is below stays where it is
    return [*stage.draw(_curve(perplexities, total), beside=len(lines) + 2), [], *lines]


def _curve(perplexities: list[float], total: int) -> Plot:
    curves = [Curve("", perplexities)]
    return Plot("perplexity", curves, "page", low=1, x_low=1, x_high=total)


def _remembered(stage: Stage, diary: Sequence[Sample]) -> None:
    """How its writing changed, a line each time."""
    stage.heading("how it came to that")
    head = f"{'page':>6}  perplexity  words  it wrote"
    lines: list[Line] = [[], [(head, "dim")]]
    for page, perplexity, words, text in diary:
        figures = f"{page:>6}  {perplexity:>10.2f}  {words:>5.0%}  "
        wrote = cut(_in_a_row(text), stage.width - len(figures))
        lines.append([(figures, ""), (wrote, "good")])
    stage.put(lines)


# --- writing -------------------------------------------------------------------------------------


def _written(
    own: ModuleType, writer: Writer, length: int, temperature: float, rng: np.random.Generator
) -> str:
    parameters, characters, _ = writer
    return str(own.generate_text(FIRST, length, parameters, characters, temperature, rng))


def _final(
    own: ModuleType,
    stage: Stage,
    writer: Writer,
    text: str,
    rng: np.random.Generator,
    options: argparse.Namespace,
) -> None:
    """A longer passage, with its own lines marked, and others at other temperatures."""
    stage.heading(f"and now, at temperature {TEMPERATURE}")
    passage = _ended(_written(own, writer, PASSAGE, TEMPERATURE, rng))
    if stage.live and not options.quick:
        _typed_out(stage, passage, text)
    else:
        stage.put([[], *_marked(passage, text, stage.width)])
    lines = [line for line in passage.split("\n") if line.strip()]
    new = sum(line not in text for line in lines)
    if new:
        told = f"Lines of its own have a *: {new} of {len(lines)}."
    else:
        told = "Every line stands there letter for letter: by now it knows much of it by heart."
    share = _share(passage, set(_words(text)))
    stage.say(f"{share:.0%} of its words are words of the text. {told}")
    for temperature, means in OTHERS:
        stage.heading(f"temperature {temperature}: {means}")
        stage.put(_verse(_written(own, writer, SHORT, temperature, rng), stage.width))


def _typed_out(stage: Stage, passage: str, text: str) -> None:
    """A character after the other; a * comes where a line becomes its own."""
    length = len(passage)
    share = 2 * length * PACE / stage.seconds  # it is not work: it has time of its own
    with stage.watch("character", length, PACE, share) as watch:
        for end in watch:
            watch.show(lambda end=end: _marked(passage[:end], text, stage.width))  # type: ignore[misc]


def _typed(own: ModuleType, stage: Stage, writer: Writer, rng: np.random.Generator) -> None:
    """Lines that somebody begins, on a terminal."""
    while stage.has_keys:
        asked = stage.ask("begin a line (Enter ends it): ")
        if not asked:
            return
        begun = "".join(c for c in _spelled(asked, writer.known) if c in writer.known)
        stage.put(_verse(_goes_on(own, writer, begun, rng), stage.width, "good"))
        if len(begun) < len(asked):
            stage.put([[("  it left out what its text does not have", "dim")]])


def _spelled(asked: str, known: Mapping[str, int]) -> str:
    """In small letters where a text has no others."""
    return "".join(c if c in known else c.lower() for c in asked)


def _goes_on(own: ModuleType, writer: Writer, begun: str, rng: np.random.Generator) -> str:
    """A beginning and what comes after it: it is read first, then each character it draws."""
    parameters, characters, known = writer
    hidden, cell = own.init_state(1, HIDDEN)
    text = FIRST + begun
    for place in range(len(text) + SHORT - 1):
        vectors = parameters["embeddings"][[known[text[place]]]]
        hidden, cell = own.lstm_step(vectors, hidden, cell, parameters)
        if place == len(text) - 1:
            logits = np.asarray(hidden).dot(parameters["decoder"])[0]
            likely = own.apply_temperature(logits, TEMPERATURE)
            text += characters[int(own.sample_index(likely, rng.random()))]
    return text


# --- what was written, on the screen -------------------------------------------------------------


def _words(text: str) -> list[str]:
    return re.findall(r"[\w'’]+", text.lower())


def _share(written: str, known: Set[str]) -> float:
    """The share of the words in a text that are known ones; its last word may have no end."""
    words = _words(written)[:-1]
    return sum(word in known for word in words) / max(len(words), 1)


def _verse(text: str, width: int, style: str = "") -> list[Line]:
    """The first lines of a text."""
    return _lines(_ended(text), width, style)[:SAMPLE_LINES]


def _ended(text: str) -> str:
    """A text without its last line, which may have no end; all of it where there is no other."""
    text = text.strip("\n")
    return text.rpartition("\n")[0].rstrip("\n") or text


def _lines(text: str, width: int, style: str, mark: str = "") -> list[Line]:
    """A text as lines that fit; the first has a mark beside it."""
    parts = [part for line in text.split("\n") for part in wrap(line, width - 4) or [""]]
    marks = [mark] + [""] * len(parts)
    return [[(f"{m:<2}", "mark" if m else ""), (part, style)] for m, part in zip(marks, parts)]


def _marked(written: str, text: str, width: int) -> list[Line]:
    """All lines of what was written, with a * beside those that are not in the text."""
    return [
        line
        for wrote in written.split("\n")
        for line in _lines(wrote, width, "good", "" if wrote in text else "*")
    ]


def _in_a_row(text: str) -> str:
    """Verse as it is quoted within a line."""
    return " / ".join(line.strip() for line in text.split("\n") if line.strip())
