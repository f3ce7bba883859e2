"""Makes a chapter's notebook out of its stubs: what is asked in words, each exercise in a cell."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from itertools import groupby

from gdl_check.course import Chapter, all_chapters
from gdl_check.course_files import delivered
from gdl_check.notebooks import made
from gdl_check.pieces import DOCSTRING, END, Piece, pieces
from gdl_check.source import ChapterFile

HOW_TO_CHECK = "# is it right?"
BEGINNING = "%load_ext gdl_check.notebook\nfrom gdl_check import check"


def notebook_of(chapter: Chapter, stub: ChapterFile | None = None) -> str:
    """The file of a chapter's notebook, as a learner begins with it."""
    stub = stub or delivered(chapter)
    parts = [piece for piece in pieces(stub).values() if piece.key not in (DOCSTRING, END)]
    code = [BEGINNING, *code_cells(chapter, parts)]
    return made([("markdown", heading(chapter, stub)), *(("code", text) for text in code)])


def heading(chapter: Chapter, stub: ChapterFile) -> str:
    """The docstring of a chapter as Markdown."""
    title, _, rest = (ast.get_docstring(stub.tree) or chapter.id).partition("\n")
    return f"# {title.rstrip('.')}\n{rest}"


def code_cells(chapter: Chapter, parts: Iterable[Piece]) -> Iterator[str]:
    """Every exercise in a cell by itself, and in others what is given between them."""
    for is_asked, group in groupby(parts, lambda piece: piece.key in chapter.exercises):
        if is_asked:
            for piece in group:
                text = "\n".join(filter(None, [piece.above.strip("\n"), piece.text]))
                yield f"{text}\n\n\n{_how_to_check(chapter, piece.name)}"
        else:
            yield "".join(piece.whole for piece in group).strip("\n")


def _how_to_check(chapter: Chapter, name: str) -> str:
    """The comment below an exercise."""
    alone = sum(name in other.exercises for other in all_chapters()) == 1
    of = "" if alone else f', "{chapter.id}"'
    return f"{HOW_TO_CHECK}  check({name}{of})"
