"""Brings new stubs into a workspace without touching what was written: three ways, per function.

What the learner left as it was delivered becomes what is delivered now; what they changed stays.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gdl_check import state
from gdl_check.course import Chapter, all_chapters
from gdl_check.places import chapter_path, is_notebook
from gdl_check.source import (
    CannotBeRead,
    ChapterFile,
    Definition,
    parameters,
    read_chapter_file,
    span,
)
from gdl_check.workspace import backup, base_folder, delivered, line_ends, write

Note = Callable[..., None]
KEPT = "# gdl-check: {name} is no longer asked for; what you wrote is kept."
CALLED = "# gdl-check: this exercise is now called as {call}; its new text is in .gdl/base/{file}."


@dataclass(frozen=True)
class Change:
    """What an update does about one thing in a file: replaced, added, kept, dropped or stuck."""

    file: str
    name: str
    what: str
    why: str = ""


@dataclass(frozen=True)
class Plan:
    """What an update does: the changes in words, and the text that each file gets."""

    changes: tuple[Change, ...]
    texts: dict[Path, str]

    @property
    def is_empty(self) -> bool:
        return not self.texts


def plan(workspace: Path) -> Plan:
    """What bringing this workspace up to date comes to; nothing is written."""
    changes: list[Change] = []
    texts: dict[Path, str] = {}
    for chapter in all_chapters():
        base = base_folder(workspace) / chapter.file_name
        mine = chapter_path(workspace / "exercises", chapter.file_name)
        new = delivered(chapter)
        if base.exists() and _plain(base.read_text(encoding="utf-8")) == _plain(new.text):
            continue
        if is_notebook(mine):
            why = "it stays as it is: gdl-check reset brings new stubs"
            changes.append(Change(mine.name, "", "stuck", why))
            continue
        if not mine.exists():
            changes.append(Change(mine.name, "", "added", "a chapter that was not there"))
            texts[mine] = new.text
        else:
            try:
                file = read_chapter_file(mine, mine.name)
                old = read_chapter_file(base, mine.name) if base.exists() else new
                merged = "".join(_merged(chapter, file, old, new, changes))
            except CannotBeRead as error:
                line = f" in line {error.error.line}" if error.error.line else ""
                why = f"it cannot be read ({error}{line}): mend it and update again"
                changes.append(Change(mine.name, "", "stuck", why))
                continue
            if merged != file.text:
                texts[mine] = merged
        texts[base] = new.text
    return Plan(tuple(changes), texts)


def carry_out(workspace: Path, planned: Plan) -> Path:
    """Write what was planned; the folder that keeps what was there before. Raises OSError."""
    aside = backup(workspace, planned.texts)
    for path, text in planned.texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, text, line_ends(path) if path.exists() else "\n")
    state.append(state.state_file(workspace), [state.Event("update")])
    return aside


# --- one file: pieces by name ------------------------------------------------------------------


@dataclass(frozen=True)
class Piece:
    """A statement at the top level with the lines above it that belong to none."""

    key: str
    above: str
    text: str
    node: ast.stmt | None = None


def _pieces(file: ChapterFile) -> dict[str, Piece]:
    found: dict[str, Piece] = {}
    at = 0
    for node in file.tree.body:
        first, last = span(node)
        text = file.segment(node) + "\n"
        above = "".join(line + "\n" for line in file.lines[at : first - 1])
        key = node.name if isinstance(node, Definition) else f"~{ast.unparse(node)}"
        if node is file.tree.body[0] and ast.get_docstring(file.tree, clean=False) is not None:
            key = "~docstring"
        while key in found:
            key += "~"
        found[key] = Piece(key, above, text, node)
        at = last
    rest = "\n".join(file.lines[at:])
    found["~end"] = Piece("~end", "", rest)
    return found


def _merged(
    chapter: Chapter, file: ChapterFile, base: ChapterFile, new: ChapterFile, changes: list[Change]
) -> Iterator[str]:
    mine, old, fresh = _pieces(file), _pieces(base), _pieces(new)
    order = list(fresh)
    # What is new stands behind what stands before it in the new file.
    behind: dict[str, list[str]] = {}
    for place, key in enumerate(order):
        gone = key in old and not key.isidentifier()
        if key not in mine and not gone:
            before = next((k for k in reversed(order[:place]) if k in mine), "")
            behind.setdefault(before, []).append(key)

    def note(name: str, what: str, why: str = "") -> None:
        if not name.startswith("~"):
            changes.append(Change(chapter.file_name, name, what, why))

    def added(key: str) -> Iterator[str]:
        for name in behind.get(key, ()):
            note(name, "added")
            yield fresh[name].above + fresh[name].text

    yield from added("")
    for key, piece in mine.items():
        if key not in fresh:
            if key in old and _same(piece, old[key]):
                note(key, "dropped", "it is no longer asked for")
                continue
            if key in old and key.isidentifier():
                note(key, "kept", "it is no longer asked for")
                yield piece.above + KEPT.format(name=key) + "\n" + piece.text
                continue
            yield piece.above + piece.text
        elif key not in old or _same(fresh[key], old[key]):
            yield piece.above + piece.text
        elif _same(piece, old[key]):
            if not _same(piece, fresh[key]):
                note(key, "replaced")
            yield piece.above + fresh[key].text
        else:
            yield piece.above + _changed_twice(piece, old[key], fresh[key], chapter, note)
        yield from added(key)


def _changed_twice(mine: Piece, old: Piece, new: Piece, chapter: Chapter, note: Note) -> str:
    """What the learner changed and the course changed as well: their body, the new docstring."""
    functions = [p.node for p in (mine, old, new)]
    if not all(isinstance(node, ast.FunctionDef) for node in functions):
        note(mine.key, "kept", "yours, though the course has changed it")
        return mine.text
    ours, before, after = functions
    assert isinstance(ours, ast.FunctionDef)
    assert isinstance(before, ast.FunctionDef) and isinstance(after, ast.FunctionDef)
    if ast.unparse(before.args) != ast.unparse(after.args):
        call = parameters(after)
        note(mine.key, "kept", f"it is now called as {call}")
        return CALLED.format(call=call, file=chapter.file_name) + "\n" + mine.text
    texts = [ast.get_docstring(node, clean=False) for node in (ours, before, after)]
    if texts[0] is None or _plain(texts[0]) != _plain(texts[1] or ""):
        note(mine.key, "kept", "yours, though its text has changed")
        return mine.text
    note(mine.key, "kept", "with its new text")
    lines, fresh = mine.text.split("\n"), new.text.split("\n")
    (top, _), (top_new, _) = span(ours), span(after)
    old_lines = slice(ours.body[0].lineno - top, (ours.body[0].end_lineno or 0) - top + 1)
    docstring = fresh[
        after.body[0].lineno - top_new : (after.body[0].end_lineno or 0) - top_new + 1
    ]
    lines[old_lines] = docstring
    return "\n".join(lines)


def _same(a: Piece, b: Piece) -> bool:
    return _plain(a.text) == _plain(b.text)


def _plain(text: str) -> str:
    """A text without what editors change by themselves: line ends, space at the end of lines."""
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n")).strip()
