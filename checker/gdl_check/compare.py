"""Is it the same? Values of an answer against what is expected.

Right answers written differently must pass: a Python number, a NumPy scalar and a 0-d array are
one; bool, int and float are one kind; a list of numbers is an array. Shapes are never broadcast.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from typing import Any, NamedTuple

import numpy as np

from gdl_check.sandbox.programs import Outcome
from gdl_check.sandbox.wire import Once

EXACT, ROUNDED = 1e-9, 1e-4
# How far off a result may be where 0 is expected: numbers that cancel leave their rounding behind.
FLOOR, ROUNDED_FLOOR = 1e-12, 1e-5

FLOATS = (float, np.floating)
SMALLEST_MISS = 0.5  # of two whole numbers that differ
NOTHING = "it returned None: is there a `return` at its end?"
PRINTED = "it returned None: did you print the result instead of returning it?"

# Relative to the largest expected value of a block; looser while a case feeds float32.
tolerance: ContextVar[float] = ContextVar("tolerance", default=EXACT)


class Difference(NamedTuple):
    """How two values differ.

    `kind` is "type", "shape", "raises", "nan" or "value"; `path` leads to the part that differs,
    where the values have parts; `off` tells how far off each number in it is, -1 where it is right.
    """

    kind: str
    message: str
    expected: Any = None
    got: Any = None
    off: np.ndarray | None = None
    path: tuple[Any, ...] = ()
    compared: bool = True

    @property
    def where(self) -> tuple[tuple[int, ...], ...]:
        """The indices of the entries that differ, those that are off by most first."""
        if self.off is None or not self.off.ndim:
            return ()
        order = np.argsort(-self.off, axis=None, kind="stable")[: int((self.off >= 0).sum())]
        indices = np.stack(np.unravel_index(order, self.off.shape), axis=1)
        return tuple(map(tuple, indices.tolist()))

    @property
    def is_structural(self) -> bool:
        return self.kind in ("type", "shape", "raises")


def is_number(value: Any) -> bool:
    return isinstance(value, (numbers.Real, np.bool_)) or (
        isinstance(value, np.ndarray) and value.ndim == 0 and value.dtype.kind in "biuf"
    )


def as_array(value: Any) -> np.ndarray | None:
    """Numbers, and lists of them, as an array; None where there is no such array."""
    if isinstance(value, np.ndarray):
        return value if value.dtype.kind in "biuf" else None
    if is_number(value):
        try:
            return np.asarray(value, dtype=float)
        except OverflowError:  # a whole number beyond all floats
            return np.asarray(np.inf if value > 0 else -np.inf)
    if isinstance(value, (list, tuple)):
        parts = [as_array(item) for item in value]
        if not parts:
            return np.zeros(0)
        if any(
            part is None or part.shape != parts[0].shape for part in parts if parts[0] is not None
        ):
            return None
        return None if parts[0] is None else np.stack([p for p in parts if p is not None])
    return None


def not_raised(kind: str, outcome: Outcome) -> Difference:
    """What to say where an exception of this kind should have been raised."""
    if outcome.raised is not None:
        line = f" (line {outcome.raised.line})" if outcome.raised.line else ""
        instead = f"it raised {outcome.raised.sentence}{line}"
    elif getattr(outcome.value, "class_name", "") in ("type", kind):
        instead = "it was returned: write `raise` instead of `return`"
    else:
        instead = f"it returned {described(outcome.value)}"
    message = f"a {kind} is expected here, but {instead}"
    return Difference("raises", message, got=outcome.value, compared=False)


def difference(expected: Any, got: Any) -> Difference | None:
    """How `got` differs from `expected`, or None where it is the same."""
    if _is_surely_same(expected, got):
        return None
    found = _difference(expected, got, _scales(expected))
    if found is None or not found.path:
        return found
    message = found.message
    if message == NOTHING:
        message = "there is None where something else is expected"
    part = _part(found.path)
    return found._replace(message=f"in {part}: {message}", expected=expected, got=got)


def _part(path: Sequence[Any]) -> str:
    """A part of a result in words: "weights", "result[0]", "result[1], bias"."""
    text = ""
    for key in path:
        if isinstance(key, int):
            text = f"{text or 'result'}[{key}]"
        else:
            text = f"{text}, {key}" if text else str(key)
    return text


def _is_surely_same(expected: Any, got: Any) -> bool:
    """Whether two values are the same up to rounding: the common case, seen quickly."""
    if isinstance(expected, FLOATS) or isinstance(got, FLOATS):
        return _is_near(expected, got)
    if type(expected) is not type(got):
        return False
    if isinstance(expected, np.ndarray):
        if expected.shape != got.shape:
            return False
        if expected.dtype == got.dtype and expected.tobytes() == got.tobytes():
            return True
        if expected.dtype.kind != "f" or got.dtype.kind != "f" or not got.size:
            return False
        with np.errstate(all="ignore"):
            allowed = tolerance.get() * abs(expected).max() + floor()
            return bool(abs(expected - got).max() <= allowed < np.inf)
    if isinstance(expected, (list, tuple)):
        return len(expected) == len(got) and all(map(_is_surely_same, expected, got))
    if isinstance(expected, dict):
        same_keys = expected.keys() == got.keys()
        return same_keys and all(_is_surely_same(expected[k], got[k]) for k in expected)
    return isinstance(expected, (bool, int, str, type(None))) and bool(expected == got)


def _is_near(expected: Any, got: Any) -> bool:
    if not isinstance(expected, (int, *FLOATS)) or not isinstance(got, (int, *FLOATS)):
        return False
    try:
        ours, theirs = float(expected), float(got)
    except OverflowError:  # a whole number beyond all floats
        return False
    allowed = tolerance.get() * abs(ours) + floor()
    return abs(ours - theirs) <= allowed < math.inf


def _difference(
    expected: Any, got: Any, scales: Mapping[Any, float], path: Any = ()
) -> Difference | None:
    if isinstance(got, Once) and not isinstance(expected, Once):
        found = wrong_type(described(expected), expected, got)
        message = f"{found.message}: write list(...) around it"
        return found._replace(message=message, compared=False)
    if isinstance(expected, np.ndarray) or is_number(expected):
        return _numeric(expected, got, scales.get(path, 0.0))
    if isinstance(expected, Mapping):
        if not isinstance(got, Mapping):
            return wrong_type("a dict", expected, got)
        if set(expected) != set(got):
            message = f"a dict with the keys {_keys(expected)} is expected, not {_keys(got)}"
            return Difference("type", message, expected, got)
        return _first_part(((k, expected[k], got[k], (*path, k)) for k in expected), scales)
    if isinstance(expected, (list, tuple)):
        whole = as_array(expected) if _plain_numbers(expected) else None
        if whole is not None:
            return _numeric(whole, got, scales.get(path, 0.0), expected)
        if isinstance(got, np.ndarray) and got.ndim:
            got = list(got)
        if not isinstance(got, (list, tuple)):
            return wrong_type(described(expected), expected, got)
        if len(got) != len(expected):
            many = "1 result is" if len(expected) == 1 else f"{len(expected)} results are"
            message = f"{many} expected, not {len(got)}"
            return Difference("shape", message, expected, got)
        nth = isinstance(expected, tuple)
        # Rows of a list share one scale, the results of a tuple have each their own.
        parts = (
            (i, e, g, (*path, i) if nth else path) for i, (e, g) in enumerate(zip(expected, got))
        )
        return _first_part(parts, scales)
    if type(expected) is type(got) and expected == got:
        return None
    if type(expected) is type(got):
        return Difference("value", "the result differs", expected, got)
    return wrong_type(described(expected), expected, got)


def _first_part(
    parts: Iterator[tuple[Any, Any, Any, Any]], scales: Mapping[Any, float]
) -> Difference | None:
    """The first part that differs, but one of the wrong kind or shape before all others."""
    first = None
    for key, expected, got, path in parts:
        found = _difference(expected, got, scales, path)
        if found is not None and (first is None or found.is_structural):
            first = found._replace(path=(key, *found.path))
            if found.is_structural:
                break
    return first


def _numeric(expected: Any, got: Any, scale: float, shown: Any = None) -> Difference | None:
    theirs, ours = as_array(got), as_array(expected)
    shown = expected if shown is None else shown
    if ours is None or theirs is None:
        return wrong_type(described(shown), shown, got)
    if theirs.shape != ours.shape:
        return Difference("shape", wrong_shape(ours, theirs), shown, got)
    with np.errstate(all="ignore"):
        a, b = ours.astype(float), theirs.astype(float)
        finite = np.isfinite(a)
        same = np.where(finite, abs(a - b) <= tolerance.get() * scale + floor(), a == b)
        same |= np.isnan(a) & np.isnan(b)
    if _is_huge(a) and _is_whole(shown) and _is_whole(got):
        same = np.array(shown, dtype=object) == np.array(got, dtype=object)
        same = np.asarray(same, dtype=bool)
    if same.all():
        return None
    if (np.isnan(b) & ~np.isnan(a)).any():
        kind, message = "nan", "there is nan (not a number) where there should be a number"
    elif (np.isinf(b) & finite).any():
        kind, message = "nan", "a number has grown beyond all bounds (inf)"
    else:
        wrong, of = int((~same).sum()), same.size
        kind = "value"
        message = "the number differs" if of == 1 else f"{wrong} of {of} numbers differ"
        if _is_rounded_to_float32(a, b):
            message += ": yours are right to 7 digits, as many as float32 has"
    with np.errstate(all="ignore"):
        off = abs(a - b)
    return Difference(
        kind, message, shown, got, np.where(same, -1.0, np.where(off >= 0, off, np.inf))
    )


def _is_rounded_to_float32(expected: np.ndarray, got: np.ndarray) -> bool:
    """Whether a result differs only because somebody computed it in float32."""
    with np.errstate(all="ignore"):
        if not np.array_equal(got, got.astype(np.float32), equal_nan=True):
            return False
        rounded = expected.astype(np.float32)
        # As np.allclose, which takes ten times as long for a few numbers.
        same = (got == rounded) | (np.isnan(got) & np.isnan(rounded))
        near = np.isfinite(rounded) & (abs(got - rounded) <= 1e-6 * abs(rounded))
        return bool((same | near).all())


def _is_huge(values: np.ndarray) -> bool:
    """Whether rounding by the tolerance could hide that two whole numbers differ."""
    return bool(np.max(abs(values), initial=0.0) * EXACT > SMALLEST_MISS)


def _is_whole(value: Any) -> bool:
    """Whether a value holds nothing but whole numbers, which are exact however large."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "iu"
    if isinstance(value, (list, tuple)):
        return all(map(_is_whole, value))
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def floor() -> float:
    """By how much a number near 0 may be off, in the form that is judged."""
    return FLOOR if tolerance.get() < ROUNDED else ROUNDED_FLOOR


def _scales(expected: Any) -> dict[Any, float]:
    """The largest finite value of each block: a whole array, or one key of a list of dicts."""
    scales: dict[Any, float] = {}
    _gather_scales(expected, (), scales)
    return scales


def _gather_scales(expected: Any, path: Any, scales: dict[Any, float]) -> None:
    is_list = isinstance(expected, (list, tuple))
    values = as_array(expected) if not is_list or _plain_numbers(expected) else None
    if values is not None and values.size:
        with np.errstate(all="ignore"):
            largest = np.abs(values.astype(float))
        finite = largest[np.isfinite(largest)]
        scales[path] = max(scales.get(path, 0.0), float(finite.max()) if finite.size else 0.0)
    elif is_list:
        for i, item in enumerate(expected):
            _gather_scales(item, (*path, i) if isinstance(expected, tuple) else path, scales)
    elif isinstance(expected, Mapping):
        for key, item in expected.items():
            _gather_scales(item, (*path, key), scales)


def _plain_numbers(value: Any) -> bool:
    """Whether a list or tuple holds nothing but numbers, however deep."""
    if isinstance(value, (list, tuple)):
        return all(map(_plain_numbers, value))
    return is_number(value) and not isinstance(value, np.ndarray)


def wrong_type(wanted: str, expected: Any, got: Any) -> Difference:
    """What was expected, in words, is of another kind than what there is."""
    if got is None:
        message = NOTHING
    else:
        message = f"{wanted} is expected, not {described(got)}"
    return Difference("type", message, expected, got)


def described(value: Any) -> str:
    """A value's type in words."""
    if isinstance(value, np.ndarray) and value.ndim:
        kind = " of complex numbers" if value.dtype.kind == "c" else ""
        return f"an array{kind} of shape {value.shape}"
    if isinstance(value, Once):
        return f"a {value.kind}, which can be gone through only once"
    if isinstance(value, (list, tuple)) and len(value) and as_array(value) is None:
        if all(as_array(item) is not None for item in value) and isinstance(value, list):
            return "a list whose rows have different lengths"
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, bool):
        return "True or False"
    if is_number(value):
        return "a number"
    if value is None:
        return "None"
    if isinstance(value, str):
        return "a text"
    name = getattr(value, "class_name", type(value).__name__)
    if name in ("function", "method", "builtin_function_or_method"):
        return "a function"
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"


def _keys(value: Mapping[Any, Any]) -> str:
    return ", ".join(map(repr, value)) or "none"


def wrong_shape(expected: np.ndarray, got: np.ndarray) -> str:
    """What is wrong with a shape, in words."""
    wanted = f"shape {expected.shape}" if expected.ndim else "a single number"
    actual = f"shape {got.shape}" if got.ndim else "a single number"
    message = f"{wanted} is expected, not {actual}"
    if expected.size == got.size and _same_numbers(expected.ravel(), got.ravel()):
        if expected.ndim != got.ndim:
            return f"{message}: the numbers are right, an axis is too many or missing"
        return f"{message}: the numbers are right, the rows and columns are not"
    if expected.ndim == 2 and got.shape == expected.T.shape and _same_numbers(expected.T, got):
        return f"{message}: this is the right matrix, but transposed"
    return message


def _same_numbers(a: np.ndarray, b: np.ndarray) -> bool:
    with np.errstate(all="ignore"):
        return bool(np.allclose(a.astype(float), b.astype(float), rtol=EXACT, equal_nan=True))
