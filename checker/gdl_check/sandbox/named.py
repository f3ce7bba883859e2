"""A function that travels to a learner's code as an argument: by its name, or by its source."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np


@dataclass(frozen=True)
class NamedFunction:
    """A function of one number, told by its name and a few parameters.

    All but `exponential` take an array as well, entry by entry. `source` is what a learner would
    write to get the same function.
    """

    name: str
    parameters: tuple[float, ...]
    source: str

    def __call__(self, x: Any) -> Any:
        return _made(self.source)(x)


@lru_cache
def _made(source: str) -> Callable[[Any], Any]:
    function: Callable[[Any], Any] = eval(source, {"np": np, "math": math})
    return function
