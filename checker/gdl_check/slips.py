"""Slips that can be seen in the code of an answer, whatever it was meant to compute.

They are told only where an answer is wrong and no misconception explains it; what is said of a line
is true of it in any case.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gdl_check.results import Slip
from gdl_check.source import Definition

CHANGERS = {"append", "extend", "insert", "sort", "reverse", "fill"}
MODULES = {"np", "numpy"}
NOTHING_YET = ("0", "0.0", "[]", "1", "1.0")


def slip_in(node: Definition) -> Slip | None:
    """The first slip in a definition; None where there is none that we know."""
    found = (slip for part in ast.walk(node) for slip in _slips(part))
    return min(found, key=lambda slip: slip.line, default=None)


def _slips(part: ast.AST) -> Iterator[Slip]:
    if isinstance(part, (ast.For, ast.While)):
        yield from _in_loop(part)
    if isinstance(part, ast.Assign) and len(part.targets) == 1:
        yield from _in_assignment(part, ast.unparse(part.targets[0]))
    if isinstance(part, ast.BinOp) and isinstance(part.op, ast.BitXor):
        yield Slip(part.lineno, "`^` is no power in Python: write `**`")
    if isinstance(part, ast.Expr) and isinstance(part.value, ast.Compare):
        text = ast.unparse(part.value)
        yield Slip(part.lineno, f"`{text}` compares and changes nothing: `=` gives a new value")


def _in_loop(loop: ast.For | ast.While) -> Iterator[Slip]:
    begun: dict[str, int] = {}
    parts = [part for statement in loop.body for part in ast.walk(statement)]
    read = {p.id for p in parts if isinstance(p, ast.Name) and isinstance(p.ctx, ast.Load)}
    goes_on = any(isinstance(part, ast.Continue) for part in parts)
    for statement in loop.body:
        if isinstance(statement, ast.Return) and not goes_on:
            says = (
                "this `return` stands inside the loop, so the function ends in its first turn: "
                "move it below the loop, as far to the left as its `for` or `while`"
            )
            yield Slip(statement.lineno, says)
        if isinstance(statement, ast.Assign) and ast.unparse(statement.value) in NOTHING_YET:
            begun |= {ast.unparse(target): statement.lineno for target in statement.targets}
        grown = ast.unparse(statement.target) if isinstance(statement, ast.AugAssign) else ""
        if grown in begun and grown not in read:
            says = f"`{grown}` begins anew in every turn of the loop: set it once, above the loop"
            yield Slip(begun[grown], says)


def _in_assignment(part: ast.Assign, name: str) -> Iterator[Slip]:
    value = part.value
    if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.UAdd):
        yield Slip(part.lineno, f"`{name} =+ ...` sets {name} anew: `{name} += ...` adds to it")
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        method, owner = value.func.attr, ast.unparse(value.func.value)
        if method in CHANGERS and owner not in MODULES:
            says = f"`{method}` changes {owner} and gives back None: leave out `{name} =`"
            yield Slip(part.lineno, says)
