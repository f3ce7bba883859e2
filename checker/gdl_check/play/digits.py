"""Pictures of digits for the plays that learn to read them: made up, or MNIST from a file."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gdl_check.play.data import Digits, digits
from gdl_check.play.figures import Pictures
from gdl_check.play.own import ours
from gdl_check.play.stage import Stage

SHOWN = 4
TOY_LENGTH = 13.0  # the mean squared length of a made-up picture as a row of numbers


class Ready(NamedTuple):
    """Digits, and how far weights and steps must shrink where pictures are larger and brighter."""

    digits: Digits
    scale: float


def get(options: argparse.Namespace, n_train: int, n_test: int, n_real: int) -> Ready:
    """Made-up digits of 8 by 8, or the first `n_real` pictures of --data. Raises CannotPlay."""
    if options.data:
        found = digits(Path(options.data), n_real, n_real)
    else:
        rng, toy = np.random.default_rng(options.seed), ours("ch08").toy_digits
        found = Digits(*toy(n_train, rng), *toy(n_test, rng))
    rows = rows_of(found.images)
    return Ready(found, min(1.0, TOY_LENGTH / max(float(np.mean(np.sum(rows**2, axis=1))), 1e-9)))


def rows_of(images: Any) -> Any:
    """Pictures as rows of numbers from 0 to 1."""
    return np.reshape(images, (len(images), -1)) / 255


def show(stage: Stage, found: Digits) -> None:
    """The first few pictures, so that everybody knows what is to be read."""
    count = max(1, min(SHOWN, stage.width // 20))
    stage.show(_shown("", found.images[:count], found.labels[:count]))
    stage.save(_shown("what is to be read", found.images[:10], found.labels[:10]), "digits")


def _shown(title: str, images: Sequence[Any], labels: Sequence[Any]) -> Pictures:
    return Pictures(title, [(f"a {label}", image) for image, label in zip(images, labels)])
