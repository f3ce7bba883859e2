"""The functions that exercises may be given. No worker knows them: some are exercises themselves.

A worker is sent the source of the one that it is to hand over.
"""

from __future__ import annotations

from collections.abc import Sequence

from gdl_check.sandbox.named import NamedFunction

SOURCES = {
    "quadratic": "lambda x: {0} * x**2 + {1} * x + {2}",
    "cubic": "lambda x: {0} * x**3 + {1} * x",
    "exponential": "lambda x: math.exp({0} * x)",
    "relu": "lambda x: np.maximum(x, 0)",
    "tanh": "np.tanh",
    "sigmoid": "lambda x: 1 / (1 + np.exp(-x))",
    "square": "lambda x: x**2",
    "identity": "lambda x: x",
    "constant": "lambda x: {0} + 0 * x",
}


def function_of(name: str, parameters: Sequence[float]) -> NamedFunction:
    """A function by name. Raises KeyError, and IndexError where a parameter is missing."""
    source = SOURCES[name].format(*(f"{p:g}" for p in parameters))
    return NamedFunction(name, tuple(parameters), source)


def quadratic(a: float, b: float, c: float) -> NamedFunction:
    """The function a x^2 + b x + c."""
    return function_of("quadratic", (a, b, c))


def cubic(a: float, b: float) -> NamedFunction:
    """The function a x^3 + b x."""
    return function_of("cubic", (a, b))


def exponential(a: float) -> NamedFunction:
    """The function e^(a x)."""
    return function_of("exponential", (a,))


def relu() -> NamedFunction:
    """The function max(x, 0)."""
    return function_of("relu", ())


def tanh() -> NamedFunction:
    """The function tanh(x)."""
    return function_of("tanh", ())


def sigmoid() -> NamedFunction:
    """The function 1 / (1 + e^-x)."""
    return function_of("sigmoid", ())


def square() -> NamedFunction:
    """The function x^2."""
    return function_of("square", ())


def identity() -> NamedFunction:
    """The function x."""
    return function_of("identity", ())


def constant(c: float) -> NamedFunction:
    """The function that is c everywhere."""
    return function_of("constant", (c,))
