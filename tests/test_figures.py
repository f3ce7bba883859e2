"""The solutions give the figures that the book prints; tests/figures/ holds them by chapter.

A number is held at 1e-9 relative; a number written as text was rounded when it was printed, and
is held to half a unit in its last digit; 0 is held exactly. `pytest -s -k figures` lists them.
"""

import importlib
import pkgutil
from decimal import Decimal

import numpy as np
import pytest

import figures
from figures.ch04 import predictions_with

RTOL = 1e-9
CHAPTERS = [
    importlib.import_module(f"figures.{module.name}")
    for module in pkgutil.iter_modules(figures.__path__)
]
FIGURES = [figure for chapter in CHAPTERS for figure in chapter.FIGURES]
MISTAKES = [mistake for chapter in CHAPTERS for mistake in chapter.MISTAKES]


def tolerance(printed):
    if isinstance(printed, str):
        return 0.5 * 10.0 ** Decimal(printed).as_tuple().exponent
    return RTOL * abs(printed)


def holds(held, printed):
    """Is every number there, and each as close as its printed digits say?"""
    printed = np.array(printed, dtype=object)
    held = np.array(held, dtype=float)
    return held.shape == printed.shape and all(
        abs(h - float(p)) <= tolerance(p) for h, p in zip(held.flat, printed.flat, strict=True)
    )


def show(chapter, tag, name, value):
    print(f"\nchapter {chapter} [{tag}] {name} = {value} ", end="")


def plain(value):
    return np.asarray(value).tolist()


def identify(row):
    return f"ch{row.chapter:02}: {row.name}"


@pytest.mark.parametrize("figure", FIGURES, ids=identify)
def test_figure(figure):
    if isinstance(figure.printed, type):
        with pytest.raises(figure.printed) as raised:
            figure.held()
        show(figure.chapter, figure.tag, figure.name, raised.type.__name__)
        return
    held = figure.held()
    show(figure.chapter, figure.tag, figure.name, plain(held))
    assert holds(held, figure.printed), f"printed: {figure.printed}"


@pytest.mark.parametrize("mistake", MISTAKES, ids=identify)
def test_mistake(mistake):
    held = mistake.held()
    show(mistake.chapter, "mistake", mistake.name, plain(held))
    assert holds(held, mistake.printed), f"printed: {mistake.printed}"
    assert not holds(mistake.right(), mistake.printed), "the solution makes the same mistake"


@pytest.mark.parametrize(("x", "alike"), [(0.5, True), (0.25, False), (-0.5, False), (2, False)])
def test_forgot_input_and_factor_two_are_alike_only_at_one_half(x, alike):
    forgot_input = predictions_with(lambda x, delta: delta, x)
    assert holds(predictions_with(lambda x, delta: 2 * delta * x, x), forgot_input) == alike


def test_a_figure_that_is_off_does_not_hold():
    assert holds([0.1, "0.25"], [0.1, "0.25"])
    assert holds(0.1 * (1 + 0.9e-9), 0.1)
    assert not holds(0.1 * (1 + 1.1e-9), 0.1)
    assert holds(0.254, "0.25")
    assert not holds(0.256, "0.25")
    assert not holds(1e-30, 0)
    assert not holds([0.1], 0.1)


def test_figures_are_named_once():
    names = [identify(row) for row in [*FIGURES, *MISTAKES]]
    assert len(names) == len(set(names))
