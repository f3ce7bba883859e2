"""Decides what becomes of each piece of a learner's file when the course has changed: three ways.

What they left as it was delivered becomes what is delivered now; what they changed stays. Nothing
here knows whether the file is Python or a notebook: what is decided are changes of lines.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import NamedTuple

from gdl_check.edits import Edit, Edits
from gdl_check.pieces import DOCSTRING, END, Piece, pieces, plain, same
from gdl_check.source import ChapterFile, parameters, span

KEPT = "# gdl-check: {name} is no longer asked for; what you wrote is kept."
CALLED = "# gdl-check: this exercise is now called as {call}; its new text is in .gdl/base/{file}."


@dataclass(frozen=True)
class Change:
    """What an update does about one thing in a file: replaced, added, kept, dropped or stuck."""

    file: str
    name: str
    what: str
    why: str = ""


class Fate(NamedTuple):
    """What becomes of one piece of the learner's; an edit only where its lines change."""

    what: str
    why: str = ""
    edit: Edit | None = None


def merge(file: ChapterFile, base: ChapterFile, new: ChapterFile) -> tuple[Edits, list[Change]]:
    """What is to be done to the lines of a learner's file, and the same in words.

    The `base` is what was delivered when they got it, `new` what is now. Raises CannotBeRead.
    """
    mine, old, fresh = pieces(file), pieces(base), pieces(new)
    behind = _places(mine, old, fresh)
    edits = Edits()
    told: dict[str, Change] = {}

    def add(key: str, line: int) -> None:
        coming = [fresh[name] for name in behind.get(key, ())]
        if coming:
            edits.added.append((line, coming))
        told.update({piece.key: Change(file.shown, piece.name, "added") for piece in coming})

    add("", 0)
    for key, piece in mine.items():
        # A second version of a function, which a learner keeps, comes from the same stub.
        origin = piece.name if piece.name.isidentifier() else key
        fate = _fate(piece, old.get(origin), fresh.get(origin), PurePath(new.shown).name)
        if fate and not (key == END and file.cells):
            edits.lines += [fate.edit] if fate.edit else []
            if fate.what == "kept" or origin not in told:
                told[origin] = Change(file.shown, origin, fate.what, fate.why)
        add(key, piece.last)
    return edits, [change for key, change in told.items() if not key.startswith("~")]


def _places(
    mine: Mapping[str, Piece], old: Mapping[str, Piece], fresh: Mapping[str, Piece]
) -> dict[str, list[str]]:
    """What is new, by the piece of the learner's behind which it comes; "" is the beginning.

    It stands behind what stands before it in the new file, or else before what stands behind it.
    """
    order, have = list(fresh), ["", *mine]
    behind: dict[str, list[str]] = {}
    for place, key in enumerate(order):
        deleted = key in old and not key.isidentifier()
        if key in mine or deleted or key == DOCSTRING:
            continue
        at = next((k for k in reversed(order[:place]) if k in mine), None)
        if at is None:
            following = next(k for k in order[place:] if k in mine)
            at = have[have.index(following) - 1]
        behind.setdefault(at, []).append(key)
    return behind


def _fate(mine: Piece, old: Piece | None, new: Piece | None, stubs: str) -> Fate | None:
    if old is None:
        return None
    if new is None:
        why = "it is no longer asked for"
        if same(mine, old):
            # A comment of the learner's above it is not ours to drop.
            first = mine.first if plain(mine.above) == plain(old.above) else mine.begin
            return Fate("dropped", why, Edit(first, mine.last, None))
        if mine.name.isidentifier():
            return Fate("kept", why, Edit.above(mine.begin, KEPT.format(name=mine.name)))
        return None
    if same(new, old) or same(mine, new):
        return None
    if same(mine, old):
        return Fate("replaced", "", Edit(mine.begin, mine.last, new.text))
    return _changed_twice(mine, old, new, stubs)


def _changed_twice(mine: Piece, old: Piece, new: Piece, stubs: str) -> Fate:
    """What the learner changed and the course changed as well: their body, the new docstring."""
    nodes = [piece.node for piece in (mine, old, new)]
    if not all(isinstance(node, ast.FunctionDef) for node in nodes):
        return Fate("kept", "yours, though the course has changed it")
    _, before, after = nodes
    assert isinstance(before, ast.FunctionDef) and isinstance(after, ast.FunctionDef)
    if ast.unparse(before.args) != ast.unparse(after.args):
        call = parameters(after)
        comment = Edit.above(mine.begin, CALLED.format(call=call, file=stubs))
        return Fate("kept", f"it is now called as {call}", comment)
    (at, ours), (_, theirs), (_, fresh) = (_docstring(piece) for piece in (mine, old, new))
    if not ours or not fresh or ours != theirs:
        return Fate("kept", "yours, though its text has changed")
    first, text = mine.begin + at, "\n".join(fresh)
    return Fate("kept", "with its new text", Edit(first, first + len(ours) - 1, text))


def _docstring(piece: Piece) -> tuple[int, list[str]]:
    """The lines of a function that are its docstring, and at which of its lines they begin."""
    node = piece.node
    assert isinstance(node, ast.FunctionDef)
    if ast.get_docstring(node, clean=False) is None:
        return 0, []
    # Counted from the function's own first line: a node knows its place in the file.
    first = node.body[0].lineno - span(node)[0]
    last = (node.body[0].end_lineno or node.body[0].lineno) - span(node)[0]
    return first, [line.rstrip() for line in piece.text.split("\n")[first : last + 1]]
