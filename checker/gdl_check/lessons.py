"""Makes a chapter's notebook out of its stubs: what is asked in words, each exercise in a cell."""

from __future__ import annotations

import ast

from gdl_check.course import Chapter, all_chapters
from gdl_check.notebooks import made
from gdl_check.places import course_folder
from gdl_check.source import ChapterFile, Definition, read_chapter_file, span

BEGINNING = "%load_ext gdl_check.notebook\nfrom gdl_check import check"


def notebook_of(chapter: Chapter) -> str:
    """The file of a chapter's notebook, as a learner begins with it."""
    name = chapter.file_name
    stub = read_chapter_file(course_folder("exercises") / name, f"exercises/{name}")
    return made(_cells(chapter, stub))


def _cells(chapter: Chapter, stub: ChapterFile) -> list[tuple[str, str]]:
    """The docstring as Markdown, what is given, and every exercise by itself."""
    title, _, rest = (ast.get_docstring(stub.tree) or chapter.id).partition("\n")
    cells = [("markdown", f"# {title.rstrip('.')}\n{rest}"), ("code", BEGINNING)]
    given: list[str] = []
    body = stub.tree.body
    at = body[0].end_lineno or 1 if ast.get_docstring(stub.tree) is not None else 0
    for node in body[1 if at else 0 :]:
        first, last = span(node)
        above = "\n".join(stub.lines[at : first - 1]).strip("\n")
        text = "\n".join(filter(None, [above, stub.segment(node)]))
        raw, at = "\n".join(stub.lines[at:last]), last
        if isinstance(node, Definition) and node.name in chapter.exercises:
            if given:
                cells.append(("code", "\n".join(given).strip("\n")))
                given = []
            cells.append(("code", f"{text}\n\n\n{_how_to_check(chapter, node.name)}"))
        else:
            given.append(raw)
    if given:
        cells.append(("code", "\n".join(given).strip("\n")))
    return cells


def _how_to_check(chapter: Chapter, name: str) -> str:
    """The comment below an exercise."""
    alone = sum(name in other.exercises for other in all_chapters()) == 1
    of = "" if alone else f', "{chapter.id}"'
    return f"# is it right?  check({name}{of})"
