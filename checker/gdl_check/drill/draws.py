"""Inputs for quizzes, drawn as exercises declare them: the same in every process, without a cache.

A draw is a pure function of what seeds it: a card and how often that was reviewed.
"""

from __future__ import annotations

import hashlib
import math
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from gdl_check import inputs as kinds
from gdl_check.course import Chapter, Exercise
from gdl_check.local import expected_of
from gdl_check.sandbox.programs import Outcome
from gdl_check.sandbox.wire import Seed

SEEDS = 99
MOST_NUMBERS = 100  # in one small input


def rng_for(*seeds: object) -> np.random.Generator:
    """Random numbers that depend on nothing but these seeds."""
    digest = hashlib.sha256(":".join(map(str, seeds)).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "little"))


def drawn(spec: Any, sizes: Mapping[str, int], rng: np.random.Generator) -> Any:
    """One input as it is declared, where dimensions have these sizes."""
    if isinstance(spec, kinds.Array):
        shape = [sizes[d] if isinstance(d, str) else d for d in spec.shape]
        kind = np.int64 if spec.whole else float
        return rng.choice(np.array(spec.values, dtype=kind), math.prod(shape)).reshape(shape)
    if isinstance(spec, (kinds.Number, kinds.Choice)):
        options = spec.values if isinstance(spec, kinds.Number) else spec.options
        return options[int(rng.integers(len(options)))]
    if isinstance(spec, kinds.Whole):
        return int(rng.integers(spec.low, spec.high + 1))
    if isinstance(spec, kinds.Size):
        return sizes[spec.dimension]
    if isinstance(spec, kinds.ListOf):
        length = int(rng.integers(spec.shortest, spec.longest + 1))
        return [drawn(spec.item, sizes, rng) for _ in range(length)]
    assert isinstance(spec, kinds.Rng), f"no such input: {spec!r}"
    return Seed(int(rng.integers(SEEDS)))


def _count(spec: Any, sizes: Mapping[str, int]) -> int:
    """How many numbers an array holds."""
    shape = spec.shape if isinstance(spec, kinds.Array) else ()
    return math.prod(sizes[d] if isinstance(d, str) else d for d in shape)


def arranged(exercise: Exercise, made: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that are made out of what was drawn."""
    return dict(made if exercise.arrange is None else exercise.arrange(**made))


def small_cases(
    exercise: Exercise,
    rng: np.random.Generator,
    tries: int,
    keep: Callable[[float], bool] = lambda value: True,
) -> Iterator[dict[str, Any]]:
    """Arguments with sizes of 1 to 3 and those values that are kept, one after the other."""
    names = kinds.dimensions(exercise.inputs.values())
    specs = {name: _narrowed(spec, keep) for name, spec in exercise.inputs.items()}
    for _ in range(tries):
        sizes = dict(zip(names, rng.integers(1, 4, len(names)).tolist()))
        if any(_count(spec, sizes) > MOST_NUMBERS for spec in specs.values()):
            continue
        made = {name: drawn(spec, sizes, rng) for name, spec in specs.items()}
        yield arranged(exercise, made)


def _narrowed(spec: Any, keep: Callable[[float], bool]) -> Any:
    """What is declared, with those of its values that are kept, where there are any."""
    if isinstance(spec, kinds.ListOf):
        return spec._replace(item=_narrowed(spec.item, keep))
    values = getattr(spec, "values", ())
    kept = tuple(value for value in values if keep(value))
    return spec._replace(values=kept) if kept else spec


def result_of(chapter: Chapter, name: str, inputs: Mapping[str, Any]) -> Outcome:
    """What the reference gives."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of means of nothing, and what else is tried
        return expected_of(chapter.reference(name), tuple(inputs.values()))
