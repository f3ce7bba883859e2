"""The quiz on results: small numbers, to be worked out by hand."""

from __future__ import annotations

import ast
import inspect
import math
import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any

import numpy as np

from gdl_check.compare import as_array, difference
from gdl_check.course import Chapter, chapter_of_module
from gdl_check.course_files import solution_file
from gdl_check.drill.draws import result_of, rng_for, small_cases
from gdl_check.drill.typed import value_of
from gdl_check.inputs import Rng
from gdl_check.render.values import call_lines, pasteable
from gdl_check.source import excerpt

MOST_GIVEN, MOST_ASKED = 6, 4
LARGEST_GIVEN, LARGEST_ASKED = 5, 100
LONGEST_TEXT = 12
MOST_WORK = 12  # how often numbers are put together in a reference and what it rests on
TRIES = 300
FEWEST, SEEN = 6, 24  # so many cases must be small, and so many are looked at
SHARE = 0.5  # of those, so many must have results that are small too
CHOICE = 40  # the best of so many is asked for
UNKNOWN = {"exp", "log", "sqrt", "tanh"}  # what they give cannot be worked out by hand
PUT_TOGETHER = {"dot", "sum", "mean", "outer", "einsum", "mm", "prod"}
Case = tuple[Mapping[str, Any], Any]


def question(chapter: Chapter, name: str, turn: int) -> Case | None:
    """Arguments, and the result to be worked out; None where that is not bearable by hand."""
    if left_out(chapter, name):
        return None
    return max(islice(_fit_cases(chapter, name, turn), CHOICE), key=_interest, default=None)


@cache
def left_out(chapter: Chapter, name: str) -> str:
    """Why an exercise is not asked for by numbers; empty where it is."""
    exercise = chapter.exercises[name]
    if exercise.use is not None or inspect.isclass(chapter.reference(name)):
        return "works on objects"
    if not exercise.agreement or any(isinstance(s, Rng) for s in exercise.inputs.values()):
        return "draws random numbers"
    trees = list(_trees(chapter, name))
    if any(_called(part) in UNKNOWN for tree in trees for part in ast.walk(tree)):
        return "has exponentials, logarithms or roots in it"
    if sum(map(_work, trees)) > MOST_WORK:
        return "is too much work"
    small = list(islice(_small_cases(chapter, name, 0), SEEN))
    if len(small) < FEWEST:
        return "takes more or other things than a few small numbers"
    if sum(_is_asked_small(result) for _, result in small) < SHARE * len(small):
        return "gives more or other things than a few round numbers"
    return ""


def _trees(chapter: Chapter, name: str) -> Iterator[ast.AST]:
    """The syntax trees of a reference and of what it rests on, in other chapters as well."""
    file = solution_file(chapter)
    text = excerpt(file, [name])
    yield ast.parse(text)
    for other, (module, original) in file.imported.items():
        if re.search(rf"\b{other}\b", text.replace(f"import {other}", "")):
            yield from _trees(chapter_of_module(module), original)


def _work(tree: ast.AST) -> int:
    """How often numbers are put together."""
    parts = ast.walk(tree)
    return sum(isinstance(part, ast.BinOp) or _called(part) in PUT_TOGETHER for part in parts)


def _called(part: ast.AST) -> str:
    return str(getattr(getattr(part, "func", None), "attr", ""))


def _fit_cases(chapter: Chapter, name: str, turn: int) -> Iterator[Case]:
    """Cases whose numbers are few, small and round, those of the result as well."""
    return (case for case in _small_cases(chapter, name, turn) if _is_asked_small(case[1]))


def _small_cases(chapter: Chapter, name: str, turn: int) -> Iterator[Case]:
    """Cases whose arguments are few, small and round numbers, and what the reference gives."""
    rng = rng_for(chapter.exercise_id(name), "predict", turn)
    for inputs in small_cases(chapter.exercises[name], rng, TRIES, _is_small):
        if _is_given_small(inputs):
            outcome = result_of(chapter, name, inputs)
            if outcome.raised is None:
                yield inputs, outcome.value


def _is_given_small(inputs: Mapping[str, Any]) -> bool:
    numbers: list[float] = []
    for value in inputs.values():
        if isinstance(value, str):
            if len(value) > LONGEST_TEXT:
                return False
            continue
        found = _numbers(value)
        if found is None:
            return False
        numbers += found
    return 0 < len(numbers) <= MOST_GIVEN and all(map(_is_small, numbers))


def _is_small(number: float) -> bool:
    return float(2 * number).is_integer() and abs(number) <= LARGEST_GIVEN


def _is_asked_small(value: Any) -> bool:
    numbers = _numbers(value)
    return (
        numbers is not None
        and 0 < len(numbers) <= MOST_ASKED
        and all((8 * x).is_integer() and abs(x) <= LARGEST_ASKED for x in numbers)
    )


def _numbers(value: Any) -> list[float] | None:
    """The numbers in a value; None where there is anything else in it, or nothing finite."""
    if isinstance(value, (list, tuple)):
        parts = [_numbers(part) for part in value]
        return None if None in parts else [x for part in parts if part for x in part]
    array = as_array(value)
    if array is None or not np.isfinite(array.astype(float)).all():
        return None
    return [float(x) for x in array.ravel()]


def _interest(case: Case) -> tuple[bool, bool, int, int]:
    """How much there is to find out: a result that is not 0, other numbers, many of them."""
    inputs, result = case
    given = [x for value in inputs.values() for x in _numbers(value) or []]
    asked = _numbers(result) or []
    return (any(asked), not set(asked) <= set(given), len(set(given)), len(given))


def prompt_lines(name: str, inputs: Mapping[str, Any], width: int) -> list[str]:
    """The call whose result is asked for."""
    call = ["  " + line for line in call_lines(name, inputs, width - 2)]
    return [*call, "", "What does it return?"]


def marked(expected: Any, text: str) -> tuple[bool, str]:
    """Whether a result is right, and in what it is not. Raises CannotRead."""
    found = difference(expected, value_of(text))
    if found is None:
        return True, f"Right: {shown(expected)}."
    return False, f"Not yet: {found.message}."


def shown(value: Any) -> str:
    """A result as it would be typed: arrays as lists, whole numbers without a point."""
    if isinstance(value, np.ndarray):
        return shown(value.tolist())
    if isinstance(value, (list, tuple)):
        inside = ", ".join(map(shown, value))
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    if isinstance(value, float) and math.isfinite(value):
        return f"{value + 0.0:g}"  # never -0
    return pasteable(value)
