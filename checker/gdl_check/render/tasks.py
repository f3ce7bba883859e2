"""Fits the text of a stub into a terminal: prose is filled anew, tables keep their columns."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from gdl_check.render.values import wrap

# A row of a table ends with its widest gap: what it tells of stands behind the last one.
ROW = re.compile(r" *\S.*? {2,}(?=\S)(?!.* {2,}\S)")
NARROW = 24  # a column that is not worth keeping


def fitted(stub: str, width: int) -> Iterator[str]:
    """The lines of a stub with those of its docstrings no wider than this, where they can be."""
    lines = stub.split("\n")
    at = 0
    for first, last in _docstrings(stub):
        yield from _code(lines[at:first], width)
        yield from _fitted(lines[first:last], width)
        at = last
    yield from _code(lines[at:], width)


def _code(lines: Sequence[str], width: int) -> Iterator[str]:
    for line in lines:
        yield from [line] if len(line) <= width else _hanging(line, _indent(line), 8, width)


def _docstrings(stub: str) -> list[tuple[int, int]]:
    """Where docstrings stand, as slices of lines."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    nodes = [node for node in ast.walk(ast.parse(stub)) if isinstance(node, kinds)]
    told = [node.body[0] for node in nodes if ast.get_docstring(node) is not None]
    return sorted((text.lineno - 1, text.end_lineno or text.lineno) for text in told)


def _fitted(lines: Sequence[str], width: int) -> Iterator[str]:
    margin, at = _indent(lines[0]), 0
    while at < len(lines):
        block = _block(lines[at:], margin)
        at += len(block)
        if max(map(len, block)) <= width or block[0].lstrip().startswith(">>>"):
            yield from block
            continue
        indent, column = _indent(block[0]), _column(block[0])
        text = " ".join(line.strip() for line in block)
        if not column or len(block[0][:column].rstrip()) > width:
            yield from _hanging(text, indent, 0 if indent == margin and not column else 4, width)
            continue
        cells, told = block[0][:column], text[column - indent :]
        if width - column < NARROW:
            yield cells.rstrip()
            yield from wrap(told, width, " " * (indent + 4))
        else:
            first, *more = wrap(told, width - column)
            yield cells + first
            yield from (" " * column + line for line in more)


def _hanging(text: str, indent: int, more: int, width: int) -> Iterator[str]:
    """A text on as many lines as it needs, all but the first so much further in."""
    first, *rest = wrap(text.strip(), width - indent - more)
    yield " " * indent + first
    yield from (" " * (indent + more) + line for line in rest)


def _block(lines: Sequence[str], margin: int) -> list[str]:
    """The lines that belong together with the first: a paragraph, a row, an example."""
    first, rest = lines[0], lines[1:]
    if not first.strip():
        return [first]
    column = _column(first)
    if first.lstrip().startswith(">>>"):
        return [first, *takewhile(str.strip, rest)]
    if column:
        return [first, *takewhile(lambda line: line.strip() and _indent(line) == column, rest)]
    if _indent(first) != margin:
        return [first]
    return [first, *takewhile(lambda line: _is_prose(line, margin), rest)]


def _is_prose(line: str, margin: int) -> bool:
    is_text = line.strip() not in ("", '"""') and not line.lstrip().startswith(">>>")
    return is_text and _indent(line) == margin and not _column(line)


def _column(line: str) -> int:
    """Where the last column of a row begins; 0 in what is no row."""
    row = ROW.match(line)
    return row.end() if row else 0


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
