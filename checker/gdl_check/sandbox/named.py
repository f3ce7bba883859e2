"""A function that travels to a learner's code as an argument: by its name, or by its source."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
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
        return self._function(x)

    @cached_property
    def _function(self) -> Callable[[Any], Any]:
        function: Callable[[Any], Any] = eval(self.source, {"np": np, "math": math})
        return function
