"""Lines of a screen: (text, style) pairs. Styles are names that the terminal turns into colours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gdl_check.render.values import broken, wrap

Line = list[tuple[str, str]]


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


def wrapped(text: str, width: int, style: str = "", indent: str = "  ") -> Iterator[Line]:
    """A sentence on as many lines as it needs."""
    yield from ([(line, style)] for line in wrap(text, width, indent))


def sentence(text: str, name: str = "") -> str:
    """A message as a sentence of its own; a name that it begins with is left as it is written."""
    first = text.partition(" ")[0].rstrip(":,")
    if not (name and text.startswith(name)) and "_" not in first:
        text = text[:1].upper() + text[1:]
    return text + ("" if text.endswith(("?", ".")) else ".")


def and_between(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
