"""Takes a chapter file apart into pieces: each statement, with what stands above it."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from gdl_check.source import ChapterFile, Definition, span

DOCSTRING, END = "~docstring", "~end"


@dataclass(frozen=True)
class Piece:
    """A statement at the top level with the lines above it that belong to none.

    Its lines are `begin` to `last`; what stands above begins at `first`, in a notebook within the
    cell. The key of a definition is its name; other keys begin with "~".
    """

    key: str
    above: str
    text: str
    first: int
    begin: int
    last: int
    node: ast.stmt | None = None

    @property
    def name(self) -> str:
        """What it defines: a name that stands several times has a "~" more each time."""
        return self.key.rstrip("~")

    @property
    def whole(self) -> str:
        return f"{self.above}{self.text}\n"


def pieces(file: ChapterFile) -> dict[str, Piece]:
    """The pieces of a file by their keys, in its order. Raises CannotBeRead."""
    found: dict[str, Piece] = {}
    at = 0
    for node in file.tree.body:
        first, last = span(node)
        above = max(at, _top(file, first))
        key = node.name if isinstance(node, Definition) else f"~{ast.unparse(node)}"
        if node is file.tree.body[0] and ast.get_docstring(file.tree, clean=False) is not None:
            key = DOCSTRING
        while key in found:
            key += "~"
        between = "".join(line + "\n" for line in file.lines[above : first - 1])
        begin = min(above + 1, first)
        found[key] = Piece(key, between, file.segment(node), begin, first, last, node)
        at = last
    rest = "\n".join(file.lines[at:])
    found[END] = Piece(END, "", rest, at + 1, at + 1, len(file.lines))
    return found


def _top(file: ChapterFile, line: int) -> int:
    """How many lines stand before the cell that a line is in."""
    if not file.cells:
        return 0
    return line - file.cells[line - 1][1]


def same(a: Piece, b: Piece) -> bool:
    """Whether two pieces differ at most in what editors change by themselves."""
    return plain(a.text) == plain(b.text)


def plain(text: str) -> str:
    """A text without what editors change by themselves: line ends, space at the end of lines."""
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n")).strip()
