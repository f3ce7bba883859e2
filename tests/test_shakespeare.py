"""Chapter 14's language model on the book's own text: the first windows of the first epoch.

The vocabulary is sorted, so that the figures do not depend on the order of a set. Reads the file
in the folder that the environment variable GDL_DATA names, and is skipped where it names none.
"""

import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import ch14_lstm as ch14

FILE = "shakespeare.txt"
# The book's first network of chapter 14 (a plain recurrent one), and its LSTM: (batch, bptt)
PLAIN, LSTM = (32, 16), (16, 25)
SIZE = 512  # numbers a character, and hidden units
LEARNING_RATE = 0.05
WINDOWS = 10  # of 249

pytestmark = pytest.mark.skipif(
    "GDL_DATA" not in os.environ, reason="GDL_DATA does not name a folder with Shakespeare's text"
)


@cache
def text() -> str:
    return (Path(os.environ["GDL_DATA"]) / FILE).read_text(encoding="utf-8")


@cache
def vocabulary() -> tuple[list[str], dict[str, int]]:
    return ch14.char_vocab(text())


@cache
def indices() -> np.ndarray:
    return ch14.encode(text(), vocabulary()[1])


def first_parameters() -> dict[str, np.ndarray]:
    """The book's: seed 0 of the legacy stream, which also draws a number for each tensor's name."""
    rng = np.random.RandomState(0)

    def name_tensors(many: int) -> None:
        rng.randint(0, 1_000_000_000, size=many)

    size = len(vocabulary()[0])
    parameters = {"embeddings": (rng.rand(size, SIZE) - 0.5) / SIZE}
    name_tensors(1)
    for gate in ("forget", "input", "output", "candidate"):
        parameters[gate + "_x"] = rng.randn(SIZE, SIZE) * np.sqrt(2 / SIZE)
        parameters[gate + "_b"] = np.zeros(SIZE)
        name_tensors(2)
    for gate in ("forget", "input", "output", "candidate"):
        parameters[gate + "_h"] = rng.randn(SIZE, SIZE) * np.sqrt(2 / SIZE)
        name_tensors(1)
    return parameters | {"decoder": np.zeros((SIZE, size))}


@cache
def losses() -> list[float]:
    """Of the first windows, by the solution, never clipped.

    The book adds the losses of the 25 steps up where we take their mean: hence 25 times its rate.
    """
    batch, bptt = LSTM
    columns = ch14.batchify(indices(), batch)[: WINDOWS * bptt + 1]
    shorter = columns.T.ravel()  # a text whose columns are the beginnings of the whole one's
    _, found = ch14.train_char_lm(
        shorter, first_parameters(), batch, bptt, LEARNING_RATE * bptt, 1.0, np.inf, epochs=1
    )
    return found


def test_the_text_is_the_books() -> None:
    assert len(text()) == 99_993
    assert len(vocabulary()[0]) == 62


def test_the_text_can_be_read_back() -> None:
    assert ch14.decode(indices(), vocabulary()[0]) == text()


@pytest.mark.parametrize(("setting", "rows", "windows"), [(PLAIN, 3124, 195), (LSTM, 6249, 249)])
def test_windows_have_the_printed_shapes(setting: tuple[int, int], rows: int, windows: int) -> None:
    batch, bptt = setting
    columns = ch14.batchify(indices(), batch)
    inputs, targets = ch14.bptt_windows(columns, bptt)
    assert columns.shape == (rows, batch)
    assert inputs.shape == targets.shape == (windows, bptt, batch)


def test_every_column_reads_on() -> None:
    batch, bptt = LSTM
    columns = ch14.batchify(indices(), batch)
    inputs, targets = ch14.bptt_windows(columns, bptt)
    characters = vocabulary()[0]
    assert ch14.decode(columns[:, 0], characters) == text()[: len(columns)]
    assert ch14.decode(inputs[:, :, 3].ravel(), characters) in text()
    assert ch14.decode(targets[0, :, 0], characters) == text()[1 : bptt + 1]


def test_the_first_window_is_guessed() -> None:
    assert ch14.perplexity(losses()[:1]) == pytest.approx(62, rel=1e-12)


@pytest.mark.parametrize(
    ("windows", "expected"), [(1, 62.0), (2, 62.000023), (5, 61.998385), (10, 61.969776)]
)
def test_perplexity_after_so_many_windows(windows: int, expected: float) -> None:
    """With the true gradient; the book's own Tensor gives other ones, and 62.000362 after two."""
    assert ch14.perplexity(losses()[:windows]) == pytest.approx(expected, abs=5e-7)
