"""What the book prints, chapter by chapter: a module for each.

FIGURES are what a right answer gives: printed in the book (R), or recomputed for the right version
where the book prints nothing or prints a mistake (V). MISTAKES are what a known wrong version
gives, each computed with a small wrong variant written here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    chapter: int
    name: str
    printed: Any  # numbers, numbers as text (rounded), or the exception that is meant to come
    held: Callable[[], Any]
    tag: str = "R"  # R the book prints it, V recomputed for the right version


@dataclass(frozen=True)
class Mistake:
    chapter: int
    name: str
    printed: Any
    held: Callable[[], Any]  # the wrong variant
    right: Callable[[], Any]  # the same, by the solution


def column(rows, key):
    return [row[key] for row in rows]


def miss_ratio(rows):
    """By how much one step multiplies the miss, in what gd_fit or gd_trace wrote down."""
    return rows[1]["delta"] / rows[0]["delta"]
