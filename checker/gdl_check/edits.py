"""Changes lines of a chapter file and puts pieces into it, be it Python or a notebook."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from gdl_check.course import Chapter
from gdl_check.lessons import HOW_TO_CHECK, code_cells
from gdl_check.notebooks import CellEdit, with_cells
from gdl_check.pieces import Piece
from gdl_check.source import ChapterFile


class Edit(NamedTuple):
    """Some lines of a file and the text that comes in their place, or None: they are dropped."""

    first: int
    last: int
    text: str | None

    @classmethod
    def above(cls, line: int, text: str) -> Edit:
        """What comes above a line, which stays."""
        return cls(line, line - 1, text)


@dataclass
class Edits:
    """What is done to a file: lines that are changed, and pieces that come behind a line.

    In a notebook `words` are told in the place of others: texts of whole cells of Markdown.
    """

    lines: list[Edit] = field(default_factory=list)
    added: list[tuple[int, list[Piece]]] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)


def edited(path: Path, chapter: Chapter, file: ChapterFile, edits: Edits) -> str | None:
    """The text of a chapter's file after these edits, or None where they change nothing.

    The `file` is what was read at `path`. Nothing is written.
    """
    return _cells(path, chapter, file, edits) if file.cells else _lines(file, edits)


def _lines(file: ChapterFile, edits: Edits) -> str | None:
    lines = list(file.lines)
    added = [
        Edit.above(after + 1, "".join(piece.whole for piece in coming).removesuffix("\n"))
        for after, coming in edits.added
    ]
    # From the end, so that lines keep their numbers; what is added comes before a comment there.
    for edit in sorted([*edits.lines, *added], key=lambda edit: edit[:2], reverse=True):
        lines[edit.first - 1 : edit.last] = [] if edit.text is None else edit.text.split("\n")
    text = "\n".join(lines)
    return text if text != file.text else None


def _cells(path: Path, chapter: Chapter, file: ChapterFile, edits: Edits) -> str | None:
    changed = []
    for first, last, text in sorted(edits.lines, key=lambda edit: edit[:2], reverse=True):
        if text is None:
            last = _with_what_is_ours_below(file, last)
        number, line = _cell(file, first)
        changed.append(CellEdit(number, line, line + last - first, text))
    added = []
    for after, coming in edits.added:
        # What comes first of all comes before the first cell of code.
        number = _cell(file, after)[0] if after else _cell(file, 1)[0] - 1
        added += [(number, text) for text in code_cells(chapter, coming)]
    return with_cells(path.read_bytes(), changed, added, edits.words)


def _cell(file: ChapterFile, line: int) -> tuple[int, int]:
    cell, number = file.cells[line - 1]
    return int(cell.rpartition(" ")[2]), number


def _with_what_is_ours_below(file: ChapterFile, last: int) -> int:
    """The last line of a definition's cell that we wrote for it: how it is checked."""
    here = file.cells[last - 1][0]
    for number in range(last + 1, len(file.lines) + 1):
        line = file.lines[number - 1]
        if file.cells[number - 1][0] != here or (line and not line.startswith(HOW_TO_CHECK)):
            break
        last = number if line else last
    return last
