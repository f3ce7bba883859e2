"""Blanks in a reference: the line that matters most, or everything that is done.

What matters is the product, the mask, the transpose, the update: it is chosen by rules on the
syntax tree, and an author who knows better ends a line with `# the line`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeGuard

from gdl_check.source import ChapterFile, Definition, without_docstring

MARK = "# the line"
PRODUCTS = {"dot", "einsum", "outer", "matmul", "mm", "convolve"}
MASKS = {"where", "argmax", "argsort", "searchsorted"}
REDUCTIONS = {"sum", "mean", "max", "min", "log", "sqrt", "diff", "sorted", "round", "pow"}
SENT_BACK = {"deriv", "mask", "backward", "delta"}
PLUMBING = {"append", "copy", "array", "len", "float", "int", "bool"}
LAYOUT = {"reshape", "zeros", "ones", "full", "range"}  # what they are given are sizes
WEIGHTS = {
    "scatter": 6.0,
    "product": 4.0,
    "update": 4.0,
    "sent back": 3.0,
    "entry": 2.0,
    "exponential": 2.0,
    "mask": 2.0,
    "step": 2.0,
    "transpose": 2.0,
    "times": 1.5,
    "arithmetic": 1.0,
    "last": 1.0,
    "reduction": 1.0,
    "cut": 1.0,
    "call": 0.5,
}
OPERATORS = {
    ast.MatMult: "product",
    ast.Mult: "times",
    ast.Div: "times",
    ast.Sub: "arithmetic",
    ast.Add: "arithmetic",
    ast.Pow: "arithmetic",
    ast.Mod: "arithmetic",
    ast.FloorDiv: "arithmetic",
}
BLANK = "# this line is yours"
BODY = "# the body is yours"
LEFT = re.compile(rf"\.\.\.,?  ({BLANK}|{BODY})")


class Blank(NamedTuple):
    """A blank in place of some lines of a file: what stands there now, and what stood there."""

    first: int
    last: int
    text: str
    was: str


class Place(NamedTuple):
    """A statement, the names bound before the loop that it is in, and where it stands."""

    statement: ast.stmt
    carried: frozenset[str] = frozenset()
    is_last: bool = False
    in_init: bool = False


def blank_in(file: ChapterFile, node: Definition) -> Blank:
    """The line that matters most in a definition, left blank.

    This is a statement, or one entry of the dict or tuple that it makes, where these stand on
    lines of their own.
    """
    statement = statement_that_matters(file, node)
    entry = max(_entries(statement), key=_weight_of, default=None)
    chosen = entry or statement
    first, last = chosen.lineno, chosen.end_lineno or chosen.lineno
    before = file.lines[first - 1][: chosen.col_offset]
    if isinstance(statement, ast.Return) and entry is None:
        before += "return "
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Yield):
        before += "yield "
    was = "\n".join(file.lines[first - 1 : last])
    return Blank(first, last, f"{before}...{',' if entry else ''}  {BLANK}", was)


def has_a_blank(text: str) -> bool:
    """Whether a blank of ours is still there."""
    return LEFT.search(text) is not None


def statement_that_matters(file: ChapterFile, node: Definition) -> ast.stmt:
    """The statement that matters most in a definition."""
    places = list(_places(node))
    for place in places:
        if file.lines[(place.statement.end_lineno or 0) - 1].rstrip().endswith(MARK):
            return place.statement
    return max(places, key=_weight).statement


def _places(node: Definition) -> Iterator[Place]:
    """The statements that hold no others, in order, docstrings left out."""
    body = without_docstring(node)
    if isinstance(node, ast.ClassDef):
        for part in body:
            yield from _places(part) if isinstance(part, Definition) else ()
        return
    bound = frozenset(argument.arg for argument in node.args.args)
    for place in _inside(body, bound, frozenset()):
        is_last = place.statement is body[-1]
        yield place._replace(is_last=is_last, in_init=node.name == "__init__")


def _inside(
    body: Sequence[ast.stmt], bound: frozenset[str], carried: frozenset[str]
) -> Iterator[Place]:
    for statement in body:
        parts = [part for part in ast.iter_child_nodes(statement) if isinstance(part, ast.stmt)]
        if isinstance(statement, Definition):
            yield from _places(statement)
        elif parts:
            is_loop = isinstance(statement, (ast.For, ast.While))
            yield from _inside(parts, bound, bound if is_loop else carried)
        else:
            yield Place(statement, carried)
        bound |= {n.id for n in ast.walk(statement) if _is_bound(n)}


def _is_bound(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _entries(statement: ast.stmt) -> list[ast.expr]:
    """The entries of a dict, tuple or list that a statement makes, each on lines of its own."""
    value = getattr(statement, "value", None)
    if isinstance(value, ast.Dict):
        found = value.values
    else:
        found = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
    lines = {entry.lineno for entry in found}
    is_spread = len(lines) == len(found) > 1 and statement.lineno not in lines
    return found if is_spread else []


def _weight(place: Place) -> float:
    """How much of what a learner should know is in a statement."""
    statement = place.statement
    if not isinstance(statement, (ast.Assign, ast.AugAssign, ast.Return, ast.Expr)):
        return -1.0
    value = statement.value
    if isinstance(value, ast.Constant) and isinstance(statement, ast.Return):
        return -1.0
    if place.in_init or value is None or _is_record(value):
        return 0.0
    weight = max(map(_weight_of, _entries(statement) or [value]))
    if isinstance(statement, ast.Return):
        return weight + WEIGHTS["last"] * (place.is_last and weight > 0)
    if isinstance(statement, ast.Expr):
        return weight
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    if any(isinstance(target, ast.Subscript) for target in targets):
        weight += WEIGHTS["entry"]
    return weight + WEIGHTS["update"] * _updates(place, targets)


def _is_record(value: ast.expr) -> bool:
    """Whether a value is only put on record: a dict that goes to the end of a list."""
    return isinstance(value, ast.Call) and any(isinstance(a, ast.Dict) for a in value.args)


def _updates(place: Place, targets: Sequence[ast.expr]) -> float:
    """Whether a statement changes what it found, for the next time round a loop.

    1 where it does; more where it makes what will be from what was by a call.
    """
    statement = place.statement
    if isinstance(statement, ast.AugAssign):
        return 1.0
    assert isinstance(statement, ast.Assign)
    read = {ast.unparse(part) for part in ast.walk(statement.value)}
    names = [n for target in targets for n in ast.walk(target) if isinstance(n, ast.expr)]
    is_read = any(ast.unparse(name) in read for name in names)
    if any(_is_bound(name) and name.id in place.carried for name in names):
        return 1.5 if is_read else 1.0
    return 1.0 if place.carried and is_read else 0.0


def _weight_of(part: ast.AST) -> float:
    """The weight of what a part of a statement computes; where it looks things up is left out."""
    weight = WEIGHTS.get(_kind(part), 0.0)
    if isinstance(part, ast.Call) and _called(part) in LAYOUT:
        return weight + _weight_of(part.func)
    for name, inner in ast.iter_fields(part):
        if name not in ("slice", "keywords", "ctx"):
            parts = inner if isinstance(inner, list) else [inner]
            weight += sum(_weight_of(p) for p in parts if isinstance(p, ast.AST))
    return weight


def _kind(part: ast.AST) -> str:
    if isinstance(part, ast.Call):
        return _kind_of_call(_called(part))
    if isinstance(part, ast.Subscript):
        return "cut" if any(isinstance(s, ast.Slice) for s in ast.walk(part.slice)) else ""
    if isinstance(part, ast.Attribute):
        return "transpose" if part.attr == "T" else ""
    if isinstance(part, ast.BinOp):
        is_step = isinstance(part.op, ast.Sub) and isinstance(part.right, ast.BinOp)
        return "step" if is_step else OPERATORS.get(type(part.op), "")
    if isinstance(part, ast.Compare):
        return "" if isinstance(part.ops[0], (ast.Is, ast.IsNot)) else "mask"
    return ""


def _called(call: ast.Call) -> str:
    return str(getattr(call.func, "attr", getattr(call.func, "id", "")))


def _kind_of_call(name: str) -> str:
    kinds = (
        ("product", PRODUCTS),
        ("mask", MASKS),
        ("reduction", REDUCTIONS),
        ("", PLUMBING | LAYOUT),
    )
    for kind, names in kinds:
        if name in names:
            return kind
    known = {"at": "scatter", "exp": "exponential", "transpose": "transpose"}
    return known.get(name) or ("sent back" if SENT_BACK & set(name.split("_")) else "call")
