"""Every example in a solution's docstrings runs as it is printed."""

import doctest
import importlib
from pathlib import Path

import pytest

SOLUTIONS = Path(__file__).resolve().parent.parent / "solutions"
CHAPTERS = sorted(path.stem for path in SOLUTIONS.glob("*.py"))


def test_there_are_solutions():
    assert CHAPTERS


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_examples_run(chapter):
    result = doctest.testmod(importlib.import_module(chapter))
    assert result.attempted > 0, f"{chapter} has no example at all"
    assert result.failed == 0, f"{result.failed} of {result.attempted} examples in {chapter}"
