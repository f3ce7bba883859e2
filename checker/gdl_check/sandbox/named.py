"""The functions that may travel to a learner's code as arguments: known by name on both sides."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
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

    def __call__(self, x: Any) -> Any:
        return FUNCTIONS[self.name][0](x, *self.parameters)

    @property
    def source(self) -> str:
        return FUNCTIONS[self.name][1].format(*(f"{p:g}" for p in self.parameters))


FUNCTIONS: dict[str, tuple[Callable[..., Any], str]] = {
    "quadratic": (lambda x, a, b, c: a * x * x + b * x + c, "lambda x: {0} * x**2 + {1} * x + {2}"),
    "cubic": (lambda x, a, b: a * x * x * x + b * x, "lambda x: {0} * x**3 + {1} * x"),
    "exponential": (lambda x, a: math.exp(a * x), "lambda x: math.exp({0} * x)"),
    "relu": (lambda x: np.maximum(x, 0), "lambda x: np.maximum(x, 0)"),
    "tanh": (lambda x: np.tanh(x), "np.tanh"),
    "sigmoid": (lambda x: 1 / (1 + np.exp(-x)), "lambda x: 1 / (1 + np.exp(-x))"),
    "square": (lambda x: x**2, "lambda x: x**2"),
    "identity": (lambda x: x, "lambda x: x"),
    "constant": (lambda x, c: c + 0 * x, "lambda x: {0} + 0 * x"),
}


def quadratic(a: float, b: float, c: float) -> NamedFunction:
    """The function a x^2 + b x + c."""
    return NamedFunction("quadratic", (a, b, c))


def cubic(a: float, b: float) -> NamedFunction:
    """The function a x^3 + b x."""
    return NamedFunction("cubic", (a, b))


def exponential(a: float) -> NamedFunction:
    """The function e^(a x)."""
    return NamedFunction("exponential", (a,))


def relu() -> NamedFunction:
    """The function max(x, 0)."""
    return NamedFunction("relu", ())


def tanh() -> NamedFunction:
    """The function tanh(x)."""
    return NamedFunction("tanh", ())


def sigmoid() -> NamedFunction:
    """The function 1 / (1 + e^-x)."""
    return NamedFunction("sigmoid", ())


def square() -> NamedFunction:
    """The function x^2."""
    return NamedFunction("square", ())


def identity() -> NamedFunction:
    """The function x."""
    return NamedFunction("identity", ())


def constant(c: float) -> NamedFunction:
    """The function that is c everywhere."""
    return NamedFunction("constant", (c,))
