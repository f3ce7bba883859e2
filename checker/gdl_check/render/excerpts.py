"""The part of a program that one value depends on: what is asked besides is left out."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np

from gdl_check.course import Exercise
from gdl_check.forms import dressed
from gdl_check.memo import Memo, Session
from gdl_check.replies import OwnObject, Workbench
from gdl_check.results import Call, Counterexample
from gdl_check.sandbox.programs import Handle, Step


def with_excerpts(shown: Counterexample, exercise: Exercise) -> Counterexample:
    """A counterexample whose one program goes no further than what differs."""
    if len(shown.calls) != 1 or not shown.calls[0].steps:
        return shown
    (call,) = shown.calls
    targets = _steps_that_differ(call, shown, exercise)
    if not targets:
        return shown
    return shown._replace(calls=(call._replace(steps=excerpt(call.steps, targets)),))


def excerpt(steps: Sequence[Step], targets: Collection[int]) -> tuple[Step, ...]:
    """The steps that some of them rest on, and those before these that may change something.

    A step whose result nobody needs any more was taken for it; one that has none, for what it does.
    """
    users: dict[int, list[int]] = {}
    for index, step in enumerate(steps):
        for handle in handles(step.args):
            users.setdefault(handle.step, []).append(index)
    kept: set[int] = set()
    for index in range(max(targets), -1, -1):
        used_by = users.get(index, [])
        does_something = not used_by and not is_read(steps[index])
        if index in targets or does_something or kept.intersection(used_by):
            kept.add(index)
    places = {index: place for place, index in enumerate(sorted(kept))}
    return tuple(
        steps[index]._replace(args=_moved(steps[index].args, places)) for index in sorted(kept)
    )


def is_read(step: Step) -> bool:
    """Whether a step only looks at something."""
    return step.do == "get" or (step.do == "operator" and step.name in ("getitem", "repr"))


def handles(args: Sequence[Any]) -> Iterator[Handle]:
    """The results of earlier steps among a step's arguments."""
    for arg in args:
        if isinstance(arg, Handle):
            yield arg
        elif isinstance(arg, list):
            yield from handles(arg)


def _moved(args: Sequence[Any], places: dict[int, int]) -> Any:
    def moved(arg: Any) -> Any:
        if isinstance(arg, Handle):
            return Handle(places[arg.step])
        return [moved(item) for item in arg] if isinstance(arg, list) else arg

    return tuple(map(moved, args))


def _steps_that_differ(call: Call, shown: Counterexample, exercise: Exercise) -> set[int]:
    """The steps that gave the values that are shown as wrong; none where nobody can tell."""
    if call.raised is not None:
        return {len(call.steps) - 1}
    result = _recorded(call, shown, exercise)
    if result is None or not shown.compared:
        return set()
    got = shown.got
    is_whole = _is_same(got, call.returned)
    for key in shown.path:
        got = got[key]
        result = result[key] if is_whole and not isinstance(result, OwnObject) else result
    if is_whole:
        return {index for index, _ in _leaves(result, got)}
    known = list(_leaves(result, call.returned))
    found: set[int] = set()
    for value in _parts(got, known):
        # Where several read the same, each may be meant.
        same = {index for index, other in known if _is_same(value, other)}
        if not same:
            return set()
        found |= same
    return found


def _parts(got: Any, known: Sequence[tuple[int, Any]]) -> list[Any]:
    """A value itself where it was read as a whole, else what was put together to it."""
    if any(_is_same(got, value) for _, value in known) or not isinstance(got, (list, tuple)):
        return [got]
    return [part for item in got for part in _parts(item, known)]


def _recorded(call: Call, shown: Counterexample, exercise: Exercise) -> Any:
    """What the exercise's program returned, as handles; None where another one was run."""
    session, result = Session(Memo()), None
    args = dressed(call.args, shown.form, exercise.listable)
    if exercise.use is not None:
        # A law may have run a program of its own, on other arguments.
        with contextlib.suppress(Exception):
            result = exercise.use(Workbench(session), *args)
    same = [(s.do, s.name) for s in session.steps] == [(s.do, s.name) for s in call.steps]
    return result if same else None


def _leaves(result: Any, returned: Any) -> Iterator[tuple[int, Any]]:
    """The steps whose values were returned, each with its value."""
    if isinstance(result, OwnObject):
        yield result._handle.step, returned
    elif isinstance(result, dict):
        for key, part in result.items():
            yield from _leaves(part, returned[key])
    elif isinstance(result, (list, tuple)):
        for part, value in zip(result, returned):
            yield from _leaves(part, value)


def _is_same(one: Any, other: Any) -> bool:
    if one is other:
        return True
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        alike = type(one) is type(other) and one.shape == other.shape
        return alike and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_is_same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)) and type(one) is type(other):
        return len(one) == len(other) and all(map(_is_same, one, other))
    return type(one) is type(other) and bool(one == other)
