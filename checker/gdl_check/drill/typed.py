"""Reads what is typed in answer to a quiz: numbers and lists of them, shapes, a line, a letter."""

from __future__ import annotations

import ast
import re
from typing import Any

LONGEST = 500
ARRAYS = ("array", "np.array", "numpy.array")
LIKE_THIS = "a number like 0.5 or 1/2, or a list like [1, 0.5]"
SHAPE = re.compile(r"[\d\s,()\[\]]+")
LINE_AND_LETTER = re.compile(r"(?:line\s*)?(\d{1,3})[\s,;:]*\(?([a-z])\)?\.?", re.I)
LETTER = re.compile(r"\(?([a-z])\)?\.?", re.I)


class CannotRead(Exception):
    """What was typed cannot be read; the message is one sentence that says how to write it."""


def value_of(text: str) -> Any:
    """Numbers, fractions, lists and tuples of them. Raises CannotRead."""
    return _value(_parsed(text))


def shape_of(text: str) -> tuple[Any, ...]:
    """A shape, or a tuple of shapes: "(4, 3)", "4, 3" and "4 x 3" are one. Raises CannotRead."""
    plain = re.sub(r"(?<=\d)\s*[x*]\s*(?=\d)", ", ", text.strip())
    if not SHAPE.fullmatch(plain):
        raise CannotRead("Write a shape as NumPy does: (4, 3), or (4,) for one axis.")
    found = _value(_parsed(plain))
    return _as_shape(found if isinstance(found, (tuple, list)) else (found,))


def line_and_letter(text: str) -> tuple[int, str]:
    """The number of a line and the letter of a reason: "3 b". Raises CannotRead."""
    match = LINE_AND_LETTER.fullmatch(text.strip())
    if match is None:
        raise CannotRead("Write the number of the line and the letter of the reason, like 2 b.")
    return int(match[1]), match[2].lower()


def letter(text: str) -> str:
    """The letter of a reason. Raises CannotRead."""
    match = LETTER.fullmatch(text.strip())
    if match is None:
        raise CannotRead("Write the letter of the reason, like b.")
    return match[1].lower()


def _parsed(text: str) -> ast.expr:
    if not text.strip():
        raise CannotRead(f"Nothing was typed yet: write {LIKE_THIS}.")
    if len(text) > LONGEST:
        raise CannotRead(f"That is too long: write {LIKE_THIS}.")
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise CannotRead(f"That cannot be read: write {LIKE_THIS}.") from None


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant) and isinstance(node.value, (bool, int, float)):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        value = _number(node.operand)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        above, below = _number(node.left), _number(node.right)
        if below == 0:
            raise CannotRead("Nothing can be divided by 0: write the number that comes out.")
        return above / below
    if isinstance(node, (ast.List, ast.Tuple)):
        items = [_value(item) for item in node.elts]
        return items if isinstance(node, ast.List) else tuple(items)
    if isinstance(node, ast.Call) and ast.unparse(node.func) in ARRAYS and len(node.args) == 1:
        return _value(node.args[0])
    if isinstance(node, (ast.BinOp, ast.Call)):
        raise CannotRead("Work it out to the end: write the numbers that come out.")
    raise CannotRead(f"Only numbers can be read here: write {LIKE_THIS}.")


def _number(node: ast.expr) -> float:
    value = _value(node)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise CannotRead(f"Only numbers can be read here: write {LIKE_THIS}.")
    return value


def _as_shape(found: tuple[Any, ...] | list[Any]) -> tuple[Any, ...]:
    return tuple(_as_shape(part) if isinstance(part, (tuple, list)) else part for part in found)
