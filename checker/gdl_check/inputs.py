"""What an exercise's inputs look like, told as data. Only `corpus` makes strategies of it.

Entries come from one ladder of dyadic numbers, simplest first, so that sums and products are
exact, ties are ties in every order of summation, and shrinking ends at ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

LADDER: tuple[float, ...] = (
    1.0,
    2.0,
    -1.0,
    3.0,
    0.0,
    -2.0,
    4.0,
    0.5,
    -3.0,
    -0.5,
    5.0,
    1.5,
    -4.0,
    0.25,
    0.125,
)
LADDER += (-1.5, 6.0, -0.25, 2.5, -5.0, 7.0, 0.75, -0.125, 8.0, -2.5, -8.0, 10.0, 0.375, -10.0)
NONZERO = tuple(x for x in LADDER if x)
POSITIVE = tuple(x for x in LADDER if x > 0)
ACTIVATIONS = (1.0, 0.0, 2.0, 0.5, 3.0, 0.25, 4.0, 1.5, 0.125, 5.0)
SMALL = (1.0, -1.0, 0.5, 2.0, -0.5, 0.0, 0.25, -2.0, 1.5, -0.25, 0.125, -1.5, 0.75, -0.125)
BITS = (1.0, 0.0)
RATES = (0.5, 0.25, 0.125, 1.0)


class Array(NamedTuple):
    """An array of numbers: names of dimensions share a size within a case, all sizes differ.

    `values` are drawn with the first ones most often. With `lists` the answer is also given
    nested lists of numbers; `whole` makes an array of integers.
    """

    shape: Sequence[str | int]
    values: Sequence[float] = LADDER
    lists: bool = False
    whole: bool = False


class Number(NamedTuple):
    """One number out of `values`."""

    values: Sequence[float] = LADDER


class Whole(NamedTuple):
    """A whole number from `low` to `high`, both included; fewer than 100 of them."""

    low: int
    high: int


class Choice(NamedTuple):
    """One of a few values, the simplest first."""

    options: Sequence[Any]


class Size(NamedTuple):
    """The size that a dimension has in this case, as a whole number."""

    dimension: str


class ListOf(NamedTuple):
    """A list of `shortest` to `longest` items, each drawn as `item` says."""

    item: Any
    shortest: int
    longest: int


class Rng(NamedTuple):
    """A fresh numpy.random.Generator, drawn as its seed."""


def dimensions(specs: Iterable[Any]) -> list[str]:
    """The names of the dimensions that these inputs have, in the order in which they come."""
    return list(dict.fromkeys(name for spec in specs for name in _dimensions(spec)))


def _dimensions(spec: Any) -> Iterator[str]:
    if isinstance(spec, Array):
        yield from (d for d in spec.shape if isinstance(d, str))
    elif isinstance(spec, ListOf):
        yield from _dimensions(spec.item)
    elif isinstance(spec, Size):
        yield spec.dimension
