"""Lines of a screen: (text, style) pairs. Styles are names that the terminal turns into colours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gdl_check.render.values import broken, wrap
from gdl_check.source import Lines

Line = list[tuple[str, str]]
LINE = re.compile(r"\bline (\d{1,7})\b")


def labelled(
    label: str, text: str, width: int, style: str = "", text_style: str = "code"
) -> Iterator[Line]:
    """A label and what it belongs to, beside each other where that fits."""
    if len(label) + len(text) + 3 <= width:
        yield [(f"  {label} ", style), (text, text_style)]
        return
    yield [(f"  {label}", style)]
    parts = broken(text, width - 4) if " " in text else [end_of(text, width - 4)]
    yield from ([("    " + part, text_style)] for part in parts)


def end_of(path: str, width: int) -> str:
    """The end of a path that is too long, which says more than its beginning."""
    return path if len(path) <= width else "..." + path[3 - width :]


def title_in(room: int, title: str) -> str:
    """A chapter's title without its number, or as much of it as there is room for."""
    title = title.partition(": ")[2] or title
    return title if len(title) <= room else wrap(title, room - 4)[0] + " ..."


def bar(share: float, width: int = 20) -> str:
    """A share from 0 to 1 as a bar that can be read without colour; full only where all is."""
    full = int(min(max(share, 0.0), 1.0) * width + 1e-9) if share == share else 0
    return "#" * full + "." * (width - full)


def wrapped(text: str, width: int, style: str = "", indent: str = "  ") -> Iterator[Line]:
    """A sentence on as many lines as it needs."""
    yield from ([(line, style)] for line in wrap(text, width, indent))


def sentence(text: str, name: str = "") -> str:
    """A message as a sentence of its own; a name that it begins with is left as it is written."""
    first = text.partition(" ")[0].rstrip(":,")
    if not (name and text.startswith(name)) and "_" not in first:
        text = text[:1].upper() + text[1:]
    return text + ("" if text.endswith(("?", ".")) else ".")


def place_of(number: int, source: Sequence[str]) -> str:
    """Where a line stands, in words; that of a notebook stands in a cell."""
    return source.place(number) if isinstance(source, Lines) else f"line {number}"


def path_to(path: str, number: int | None, source: Sequence[str]) -> str:
    """A path with a line: "ch06.py:41", or "ch06.ipynb, cell 5, line 2"."""
    if number is None or number == 0:
        return path
    in_cell = isinstance(source, Lines) and source.cells
    return f"{path}, {place_of(number, source)}" if in_cell else f"{path}:{number}"


def with_places(message: str, source: Sequence[str]) -> str:
    """A message of Python's or of ours, in which lines are told as they stand."""
    return LINE.sub(lambda line: place_of(int(line[1]), source), message)


def and_between(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
