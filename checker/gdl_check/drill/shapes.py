"""The quiz on shapes: given those of the arguments, which shape does the result have?"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from gdl_check.course import Chapter
from gdl_check.drill.draws import arranged, drawn, result_of, rng_for
from gdl_check.drill.typed import shape_of
from gdl_check.inputs import Array, dimensions
from gdl_check.render.values import broken, cut, pasteable, wrap

SIZES = range(2, 8)
TRIES, ENOUGH = 16, 3
LONGEST_VALUE = 100
Shape = tuple[Any, ...]  # of one array, or of several: a shape for each


def question(chapter: Chapter, name: str, turn: int) -> tuple[Mapping[str, Any], Shape] | None:
    """Arguments, and the shape that the result has; None where it is not worth asking."""
    exercise = chapter.exercises[name]
    if exercise.use is not None or inspect.isclass(chapter.reference(name)):
        return None
    rng = rng_for(chapter.exercise_id(name), "shape", turn)
    names = dimensions(exercise.inputs.values())
    found: list[tuple[dict[str, Any], Shape]] = []
    for _ in range(TRIES):
        sizes = dict(zip(names, rng.permutation(SIZES)[: len(names)].tolist()))
        made = {n: drawn(spec, sizes, rng) for n, spec in exercise.inputs.items()}
        inputs = arranged(exercise, made)
        shape = _shape(result_of(chapter, name, inputs).value)
        if shape is None or _is_plain_to_see(inputs, shape):
            continue
        again = {
            n: drawn(spec, sizes, rng) if isinstance(spec, Array) else made[n]
            for n, spec in exercise.inputs.items()
        }
        other = _shape(result_of(chapter, name, arranged(exercise, again)).value)
        if other == shape:
            found.append((inputs, shape))
        if len(found) >= ENOUGH and len({shape for _, shape in found}) > 1:
            return found[0]
    return None


def prompt_lines(
    chapter: Chapter, name: str, inputs: Mapping[str, Any], shape: Shape, width: int
) -> list[str]:
    """What is asked: each argument with its shape, and the docstring's words for it."""
    told = inspect.getdoc(chapter.reference(name)) or ""
    lines = []
    for parameter, value in inputs.items():
        lines += broken(f"{parameter} is {_described(value)}", width, "  ")
        lines += wrap(words_for(parameter, told), width, "    ")
    many = "are the shapes" if isinstance(shape[0], tuple) else "is the shape"
    call = f"{name}({', '.join(inputs)})"
    return [*lines, "", *wrap(f"What {many} of {call}?", width)]


def marked(shape: Shape, text: str) -> tuple[bool, str]:
    """Whether a shape is right, and in what it is not. Raises CannotRead."""
    got = shape_of(text)
    if got == shape:
        return True, f"Right: {shape}."
    if sorted(map(str, got)) == sorted(map(str, shape)):
        return False, "These are the right sizes, in another order."
    if len(got) != len(shape):
        axes = "results" if isinstance(shape[0], tuple) else "axes" if len(shape) > 1 else "axis"
        return False, f"It has {len(shape)} {axes}, not {len(got)}."
    return False, f"{got} is not it."


def reason(chapter: Chapter, name: str, shape: Shape) -> str:
    """The shape, and what the docstring says of it."""
    told = words_for("returns", inspect.getdoc(chapter.reference(name)) or "", with_shape=True)
    return f"{shape}: {told}" if told else f"{shape}"


def words_for(parameter: str, docstring: str, with_shape: bool = False) -> str:
    """What a docstring's table says of a parameter."""
    row = re.search(rf"^( +){parameter} {{2,}}(\S.*(?:\n\1 {{6,}}\S.*)*)", docstring, re.M)
    if row is None:
        return ""
    told = row[2] if with_shape else re.sub(r"^(\([^)]*\)|any shape)", "", row[2])
    return " ".join(told.split())


def _shape(value: Any) -> Shape | None:
    """The shape of an array, or the shapes of two or three; None for anything else."""
    if isinstance(value, np.ndarray) and value.ndim:
        is_clear = len(set(value.shape)) == value.ndim and value.size > 0
        return value.shape if is_clear else None
    if isinstance(value, tuple) and len(value) in (2, 3):
        shapes = [_shape(part) for part in value]
        return None if None in shapes else tuple(shapes)
    return None


def _is_plain_to_see(inputs: Mapping[str, Any], shape: Shape) -> bool:
    """Whether the result is shaped like every array there is among the arguments."""
    arrays = [value for value in inputs.values() if isinstance(value, np.ndarray)]
    shapes = shape if isinstance(shape[0], tuple) else (shape,)
    return bool(arrays) and len({*shapes, *(array.shape for array in arrays)}) == 1


def _described(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.shape}"
    if isinstance(value, (list, tuple)) and any(isinstance(v, np.ndarray) for v in value):
        return f"[{', '.join(map(_described, value))}]"
    if isinstance(value, dict) and any(isinstance(v, np.ndarray) for v in value.values()):
        return f"{{{', '.join(f'{key!r}: {_described(v)}' for key, v in value.items())}}}"
    return cut(pasteable(value), LONGEST_VALUE)
