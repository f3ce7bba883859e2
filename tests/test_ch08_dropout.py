"""On the noisy digits of chapter 8 a plain network learns by heart; dropout makes it less so."""

from functools import cache
from typing import Any

import numpy as np
import pytest

import ch06_backpropagation as ch06
import ch08_regularisation_and_batching as ch08

SEEDS = (0, 1)


@cache
def trained(keep: float, seed: int) -> list[dict[str, Any]]:
    """200 digits to learn from, 300 to be tested on, 40 hidden units, 60 epochs."""
    rng = np.random.default_rng(seed)
    images, labels = ch08.toy_digits(200, rng)
    test_images, test_labels = ch08.toy_digits(300, rng)
    lower, upper = 0.1 * ch06.init_weights(64, 40, rng), 0.1 * ch06.init_weights(40, 10, rng)
    return ch08.train_with_dropout(
        images, labels, test_images, test_labels, lower, upper, keep, 0.3, 10, 60, rng
    )


def end(history: list[dict[str, Any]], key: str) -> float:
    """The mean over the last ten epochs: single ones go up and down."""
    return float(np.mean([row[key] for row in history[-10:]]))


def gap(history: list[dict[str, Any]]) -> float:
    return ch08.generalisation_gap(end(history, "train_accuracy"), end(history, "test_accuracy"))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plain_network_learns_by_heart(seed: int) -> None:
    plain = trained(1.0, seed)
    assert end(plain, "train_accuracy") > 0.95
    assert gap(plain) > 0.3


@pytest.mark.parametrize("seed", SEEDS)
def test_dropout_narrows_the_gap(seed: int) -> None:
    plain, dropout = trained(1.0, seed), trained(0.5, seed)
    assert gap(dropout) < gap(plain) - 0.03
    assert end(dropout, "test_error") < end(plain, "test_error")


@pytest.mark.parametrize("seed", SEEDS)
def test_early_stopping_keeps_a_better_network_than_the_last(seed: int) -> None:
    plain = trained(1.0, seed)
    best = ch08.best_epoch(plain, patience=10)
    assert 0 < best < len(plain) - 1
    assert plain[best]["test_error"] < plain[-1]["test_error"]


def test_pictures_are_bytes_and_show_every_digit() -> None:
    images, labels = ch08.toy_digits(300, np.random.default_rng(0))
    assert images.shape == (300, 8, 8) and images.dtype == np.uint8
    assert set(labels) == set(range(10))
    assert images.max() < 255 and images.min() == 0
