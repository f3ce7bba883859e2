"""Which line of a reference matters most: the product, the mask, the transpose, the update.

Chosen by rules on the syntax tree; an author who knows better ends a line with `# the line`.
"""

from __future__ import annotations

import ast

from gdl_check.source import ChapterFile, Definition, without_docstring

MARK = "# the line"
PRODUCTS = {"dot", "einsum", "outer", "matmul", "mm", "convolve"}
WEIGHTS = {"product": 4, "transpose": 4, "update": 3, "mask": 3, "call": 1, "sum": 2, "compare": 2}


def line_that_matters(file: ChapterFile, node: Definition) -> tuple[int, int]:
    """The first and the last line of the statement that matters most in a definition.

    Only statements that other lines stand around count, where there are any: a function of one
    statement has no other to choose.
    """
    statements = _innermost(node)
    for statement in statements:
        last = statement.end_lineno or statement.lineno
        if file.lines[last - 1].rstrip().endswith(MARK):
            return statement.lineno, last
    best = max(statements, key=_weight)
    return best.lineno, best.end_lineno or best.lineno


def _innermost(node: Definition) -> list[ast.stmt]:
    """The statements that hold no others, in order, docstrings left out."""
    found: list[ast.stmt] = []
    waiting: list[ast.stmt] = list(without_docstring(node))
    while waiting:
        statement = waiting.pop(0)
        if isinstance(statement, Definition):
            waiting = [*without_docstring(statement), *waiting]
            continue
        inside = [part for part in ast.iter_child_nodes(statement) if isinstance(part, ast.stmt)]
        if inside:
            waiting = [*inside, *waiting]
        else:
            found.append(statement)
    return found


def _weight(statement: ast.stmt) -> int:
    """How much of what a learner should know is in a statement."""
    if isinstance(statement, (ast.Raise, ast.Pass, ast.Break, ast.Continue, ast.Import)):
        return -1
    kinds = [kind for part in ast.walk(statement) if (kind := _kind(part))]
    return sum(WEIGHTS[kind] for kind in kinds)


def _kind(part: ast.AST) -> str:
    if isinstance(part, ast.Call):
        name = getattr(part.func, "attr", getattr(part.func, "id", ""))
        if name in PRODUCTS:
            return "product"
        if name in ("transpose",):
            return "transpose"
        if name in ("sum", "mean", "max", "argmax", "exp", "log"):
            return "sum"
        if name.endswith(("_deriv", "_mask", "_backward", "_delta")):
            return "mask"
        return "call"
    if isinstance(part, ast.Attribute) and part.attr == "T":
        return "transpose"
    if isinstance(part, ast.BinOp) and isinstance(part.op, ast.MatMult):
        return "product"
    if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Sub):
        return "update" if isinstance(part.right, ast.BinOp) else "call"
    if isinstance(part, ast.AugAssign):
        return "update"
    return "compare" if isinstance(part, ast.Compare) else ""
