"""Jupyter notebooks as files: the code in them read as a chapter file, and new ones made of stubs.

A notebook is JSON; its code cells are joined, and what only IPython understands is commented out.
Every line knows its cell. Nothing here needs Jupyter, or runs anything.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count, repeat
from typing import Any, NamedTuple

LARGEST_NOTEBOOK = 64 * 1024 * 1024  # pictures of a training run take room
LARGEST_CODE = 256 * 1024
MOST_MAGICS = 20  # that are looked for one by one
# The cell magics that run their cell as Python, in the notebook itself.
RUNS_ITS_CELL = {"check", "time", "capture", "prun"}
CELL_MAGIC = re.compile(r"%%(\w+)")
MAGIC = re.compile(r"\s*[%!?]|.*\?\s*$|\s*\w[\w.,\s]*=\s*[%!]")
DEFINES = re.compile(r"^(async\s+def|def|class)\s", re.MULTILINE)

HALF = re.compile("[\ud800-\udfff]")

Place = tuple[str, int]  # a cell in words, and a line of it


class NotANotebook(Exception):
    """Bytes that cannot be read as a notebook; the message is one sentence that says what to do."""


class Code(NamedTuple):
    """The code of some cells; `cells` holds the place of every line."""

    text: str
    cells: tuple[Place, ...]


def code_of(raw: bytes) -> Code:
    """The code of a notebook. Raises NotANotebook, whatever the bytes are."""
    return joined(
        (f"cell {number}", _text(cell, number))
        for number, cell in enumerate(_cells(_parsed(raw)), 1)
        if cell.get("cell_type") == "code"
    )


def joined(cells: Iterable[tuple[str, str]]) -> Code:
    """Cells, each with what it is called, as one text of Python. Raises NotANotebook."""
    lines: list[str] = []
    places: list[Place] = []
    room = LARGEST_CODE
    for called, source in cells:
        room -= len(source)
        if room < 0:
            raise NotANotebook("there is more than 256 KB of code in this notebook: split it")
        if "\0" in source:
            raise NotANotebook(f"{called} has zero bytes in it: delete the cell, or what is in it")
        # Half a character, which JSON can hold and no file can.
        source = source.encode("utf-8", "replace").decode()
        own = python_of("\n".join(_lines(source))).split("\n")
        if lines:
            lines += ["", ""]
            places += [(called, 1)] * 2
        lines += own
        places += [(called, number) for number in range(1, len(own) + 1)]
    if not lines:
        raise NotANotebook("there is no code cell in this notebook")
    return Code("\n".join(lines) + "\n", (*places, places[-1]))


def _parsed(raw: bytes) -> Any:
    if len(raw) > LARGEST_NOTEBOOK:
        raise NotANotebook("this notebook is larger than 64 MB: clear its outputs, and save it")
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        what = "empty" if not raw.strip() else "not a notebook, or a damaged one"
        raise NotANotebook(f"this file is {what}: open it in Jupyter and save it again") from None


def _cells(notebook: Any) -> list[Mapping[str, Any]]:
    """The cells of a notebook, whatever it holds."""
    if isinstance(notebook, dict) and isinstance(notebook.get("worksheets"), list):
        raise NotANotebook(
            "this notebook is in an old format (nbformat 3): open it in Jupyter and save it again"
        )
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise NotANotebook("this file is no notebook: there are no cells in it")
    language = _language(notebook)
    if language not in ("", "python", "python3", "ipython"):
        raise NotANotebook(f"this notebook is written in {language}: Python is expected here")
    return [cell if isinstance(cell, dict) else {} for cell in cells]


def _language(notebook: Mapping[str, Any]) -> str:
    at: Any = notebook
    for key in ("metadata", "language_info", "name"):
        at = at.get(key) if isinstance(at, dict) else None
    return at.lower() if isinstance(at, str) else ""


def _text(cell: Mapping[str, Any], number: int) -> str:
    source = cell.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return "".join(source)
    if not isinstance(source, str):
        raise NotANotebook(f"cell {number} cannot be read: its text is no text")
    return source


# --- what only IPython understands --------------------------------------------------------------


def python_of(source: str) -> str:
    """A cell as Python of as many lines: magics and shell lines are commented out.

    What cannot be read is left as it is where something is defined in it, so that it can be told.
    """
    lines = source.split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    magic = CELL_MAGIC.match(lines[first])
    if magic is not None:
        lines[first] = "# " + lines[first]
        if magic[1] not in RUNS_ITS_CELL:
            return _commented(lines)
    for _ in range(MOST_MAGICS):
        error = _syntax_error("\n".join(lines))
        if error is None:
            return "\n".join(lines)
        at = min(max(error.lineno or 1, 1), len(lines)) - 1
        if not MAGIC.match(lines[at]):
            break
        lines[at] = _passed_over(lines[at])
    else:
        lines = [_passed_over(line) if MAGIC.match(line) else line for line in lines]
        if _syntax_error("\n".join(lines)) is None:
            return "\n".join(lines)
    return "\n".join(lines) if DEFINES.search("\n".join(lines)) else _commented(lines)


def _passed_over(line: str) -> str:
    """A magic as a comment; a block must not lose its only statement."""
    code = line.lstrip()
    return line[: len(line) - len(code)] + "pass  # " + code


def is_python(source: str) -> bool:
    """Whether a cell can be read, its magics aside: one that cannot has never run."""
    return (
        "\0" not in source
        and len(source) <= LARGEST_CODE
        and _syntax_error(python_of(source)) is None
    )


def _commented(lines: Sequence[str]) -> str:
    return "\n".join(f"# {line}" if line else line for line in lines)


def _syntax_error(source: str) -> SyntaxError | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except SyntaxError as error:
        return error
    except (ValueError, RecursionError, MemoryError):
        return SyntaxError("nested too deeply")
    return None


# --- notebooks that are made and changed ----------------------------------------------------------


def made(cells: Iterable[tuple[str, str]]) -> str:
    """The file of a notebook with these cells: (markdown or code, text)."""
    told = [_cell(kind, text, f"gdl-{n:03}") for n, (kind, text) in enumerate(cells, 1)]
    python = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return written(
        {
            "cells": told,
            "metadata": {"kernelspec": python, "language_info": {"name": "python"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )


class CellEdit(NamedTuple):
    """Lines of a cell and the text that comes in their place; where it is None they are dropped."""

    cell: int
    first: int
    last: int
    text: str | None


def with_cells(
    raw: bytes,
    edits: Iterable[CellEdit],
    added: Iterable[tuple[int, str]],
    words: Mapping[str, str],
) -> str | None:
    """A notebook in which lines of cells are changed, and cells of code are added.

    Later edits of a cell come first. What is added stands behind a cell, by its number (0 is the
    beginning). A cell of which nothing is left is dropped. A cell of Markdown whose text is among
    the `words` gets the text that they have for it. None where all this changes nothing. Raises
    NotANotebook.
    """
    notebook = _parsed(raw)
    before = _cells(notebook)
    cells = [dict(cell) for cell in before]
    emptied = set()
    for number, first, last, text in edits:
        lines = _lines(_text(cells[number - 1], number))
        lines[first - 1 : last] = [] if text is None else text.split("\n")
        cells[number - 1]["source"] = "\n".join(lines).splitlines(keepends=True)
        if text is None and not "".join(lines).strip():
            emptied.add(number)
    for old, new in words.items():
        for cell in cells:
            is_told = cell.get("source") in (old, old.splitlines(keepends=True))
            if is_told and cell.get("cell_type") == "markdown":
                cell["source"] = new.splitlines(keepends=True)
    behind: dict[int, list[Mapping[str, Any]]] = {}
    free = _free_ids(notebook, cells)
    for number, text in added:
        behind.setdefault(number, []).append(_cell("code", text, next(free)))
    told = list(behind.get(0, ()))
    for number, cell in enumerate(cells, 1):
        told += [] if number in emptied else [cell]
        told += behind.get(number, ())
    return written({**notebook, "cells": told}) if told != before else None


def _free_ids(notebook: Mapping[str, Any], cells: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Ids for new cells; formats before 4.5 have none."""
    minor = notebook.get("nbformat_minor")
    if not (isinstance(minor, int) and minor >= 5):
        yield from repeat("")
    taken = {str(cell.get("id")) for cell in cells}
    yield from (name for number in count(1) if (name := f"gdl-{number:03}") not in taken)


def _cell(kind: str, text: str, name: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind}
    cell |= {"id": name} if name else {}
    cell |= {"metadata": {}}
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return cell | {"source": text.splitlines(keepends=True)}


def _lines(source: str) -> list[str]:
    return source.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def written(notebook: Mapping[str, Any]) -> str:
    """A notebook as Jupyter itself writes it."""
    told = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    # Half a character can be written in JSON, but in no file.
    return HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", told)
