"""Values as people read them: text that can be pasted into Python, and arrays side by side."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from gdl_check.compare import as_array
from gdl_check.sandbox.named import NamedFunction
from gdl_check.sandbox.wire import Opaque, Seed

LARGEST_SHOWN = 6
MOST_LINES = 8
MOST_DIGITS = 40
_FILLER = "\0"
_ROW = re.compile(r"\[[^\[\]]*\]")
_QUOTED = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*\"""")


def pasteable(value: Any) -> str:
    """A value as Python source, with NumPy known as np."""
    if isinstance(value, np.ndarray):
        if value.size == 0:
            return f"np.zeros({value.shape})"
        dtype = "" if value.dtype.kind in "fib" and value.dtype.itemsize in (1, 8) else value.dtype
        return f"np.array({pasteable(value.tolist())}{f', dtype=np.{dtype}' if dtype else ''})"
    if isinstance(value, np.generic):
        return pasteable(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return {"nan": "np.nan", "inf": "np.inf", "-inf": "-np.inf"}[repr(value)]
    if isinstance(value, int) and value.bit_length() > 4 * MOST_DIGITS:
        return f"<a whole number of {int(value.bit_length() * math.log10(2)) + 1} digits>"
    if isinstance(value, list):
        return f"[{', '.join(map(pasteable, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(pasteable, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{pasteable(k)}: {pasteable(v)}' for k, v in value.items())}}}"
    if isinstance(value, (set, frozenset)):
        return f"{{{', '.join(map(pasteable, sorted(value, key=repr)))}}}" if value else "set()"
    if isinstance(value, Seed):
        return f"np.random.default_rng({value.seed})"
    if isinstance(value, NamedFunction):
        return value.source
    if isinstance(value, Opaque):
        return f"<{value.class_name}>"
    return repr(value)


def call_lines(
    name: str, arguments: Mapping[str, Any], width: int, before: Mapping[str, Any] | None = None
) -> list[str]:
    """A call that can be pasted: in one line where it fits, else one line an argument.

    Arguments that were told with the call `before` it are not told again.
    """
    call = _in_one_line(name, arguments)
    if len(call) <= width:
        return [call]
    told = {}
    if before is not None and len(_in_one_line(name, before)) > width:
        told = {parameter: pasteable(value) for parameter, value in before.items()}
    lines = []
    for parameter, value in arguments.items():
        if told.get(parameter) != pasteable(value):
            lines += _assignment_lines(parameter, value, width)
    return [*lines, *broken(f"{name}({', '.join(arguments)})", width)]


def _in_one_line(name: str, arguments: Mapping[str, Any]) -> str:
    return f"{name}({', '.join(map(pasteable, arguments.values()))})"


def _assignment_lines(parameter: str, value: Any, width: int) -> list[str]:
    code = f"{parameter} = {pasteable(value)}"
    lines = broken(code, width)
    if isinstance(value, np.ndarray) and value.ndim == 2:
        # Rows stay whole, where they fit at all with what stands around them.
        whole = _ROW.sub(lambda row: row[0].replace(" ", _FILLER), code)
        by_rows = broken(whole, width)
        lines = by_rows if max(map(len, by_rows)) <= width else lines
    if len(lines) > MOST_LINES and isinstance(value, np.ndarray):
        text = f"{parameter}: array of shape {value.shape}, {_extent(value)}"
        return broken(text, width, "# ")
    return lines


def broken(code: str, width: int, indent: str = "") -> list[str]:
    """Code on as many lines as it needs, broken where Python allows it: never inside a text."""
    whole = _QUOTED.sub(lambda text: text[0].replace(" ", _FILLER), code)
    lines = textwrap.wrap(
        whole,
        width,
        initial_indent=indent,
        subsequent_indent=indent or "    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(_FILLER, " ") for line in lines]


def cut(text: str, width: int) -> str:
    """The beginning of a text, with dots where there is more."""
    spread = _spread(text.expandtabs(4))
    return _gathered(spread if len(spread) <= width else spread[: width - 4] + " ...")


def wrap(text: str, width: int, indent: str = "") -> list[str]:
    """A text on as many lines as it needs."""
    lines = textwrap.wrap(
        _spread(text),
        width,
        initial_indent=indent,
        subsequent_indent=indent,
        break_on_hyphens=False,
    )
    return list(map(_gathered, lines))


def _spread(text: str) -> str:
    """A text whose length is the room that it takes: wide characters get a filler beside them."""
    if text.isascii():
        return text
    import unicodedata

    wide = ("W", "F")
    return "".join(c + _FILLER if unicodedata.east_asian_width(c) in wide else c for c in text)


def _gathered(spread: str) -> str:
    return spread.replace(_FILLER, "")


def _extent(value: np.ndarray) -> str:
    return f"from {float(value.min()):g} to {float(value.max()):g}"


def kind_of(value: Any) -> str:
    """Shape and kind of a value in a few characters: "(2, 3)", "number", "list of 4"."""
    if isinstance(value, np.ndarray):
        extra = "" if value.dtype == float else f" {value.dtype}"
        return f"{value.shape}{extra}"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, (list, tuple, dict, set)):
        return f"{type(value).__name__} of {len(value)}"
    if value is None:
        return "None"
    if isinstance(value, str):
        return "text"
    return getattr(value, "class_name", type(value).__name__)


def side_by_side(
    expected: Any, got: Any, where: Iterable[tuple[int, ...]]
) -> tuple[list[str], list[str]] | None:
    """Two arrays of one shape as lines in the same layout; None where they are not small arrays.

    Under each row of the second stands a marker below every entry that differs.
    """
    a, b = as_array(expected), as_array(got)
    if a is None or b is None or a.shape != b.shape or a.ndim not in (1, 2) or not a.size:
        return None
    if max(a.shape) > LARGEST_SHOWN:
        return None
    marked = set(where)
    left, right = np.atleast_2d(a), np.atleast_2d(b)
    texts = _texts(left, right, marked if a.ndim == 2 else {(0, *index) for index in marked})
    width = max(len(text) for rows in texts for row in rows for text in row)
    ours, theirs = ([_row(row, width) for row in rows] for rows in texts)
    marked_lines = []
    for i, line in enumerate(theirs):
        marked_lines.append(line)
        columns = [j for j in range(left.shape[1]) if ((i, j) if a.ndim == 2 else (j,)) in marked]
        if columns:
            marks = ["^" if j in columns else "" for j in range(left.shape[1])]
            marked_lines.append(_row(marks, width))
    return ours, marked_lines


def table(value: Any) -> list[str]:
    """A small array as lines, its columns aligned."""
    array = np.atleast_2d(np.asarray(value, dtype=float))
    texts = [[f"{entry:.4g}" for entry in row] for row in array]
    width = max(len(text) for row in texts for text in row)
    return [_row(row, width) for row in texts]


def numbers_apart(a: float, b: float) -> tuple[str, str]:
    """Two numbers with as few digits as let them look different."""
    for digits in (6, 9, 12, 17):
        one, two = f"{a + 0.0:.{digits}g}", f"{b + 0.0:.{digits}g}"
        if one != two:
            break
    return one, two


def _row(texts: list[str], width: int) -> str:
    return " ".join(text.rjust(width) for text in texts)


def _texts(a: np.ndarray, b: np.ndarray, marked: set[tuple[int, ...]]) -> Any:
    """The entries of both as texts, with as many digits as the entries that differ need."""
    for digits in (5, 8, 12, 17):
        ours, theirs = ([[_text(x, digits) for x in row] for row in m] for m in (a, b))
        if all(ours[i][j] != theirs[i][j] for i, j in marked):
            break
    return ours, theirs


def _text(entry: Any, digits: int) -> str:
    if isinstance(entry, (bool, np.bool_)):
        return str(bool(entry))
    return f"{float(entry) + 0.0:.{digits}g}"
