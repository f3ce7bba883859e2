"""How exceptions, files that cannot be loaded, and prints are shown: the learner's lines only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from gdl_check.render.lines import Line, labelled, path_to, place_of, sentence, with_places, wrapped
from gdl_check.render.values import cut, wrap
from gdl_check.results import Error

MOST_PRINTED = 8
INDENTATION = ("IndentationError", "TabError")
TAB = "--> "
SELF_EXPLAINING = ("Missing", "Parameters", "Timeout", "Ended")


def raised(error: Error, source: Sequence[str] = ()) -> str:
    """What an answer did instead of returning, as the middle of a sentence."""
    if error.type == "SystemExit":
        return "it tried to end Python (SystemExit)"
    if error.type == "NotImplementedError" and error.trace and not error.message:
        name = error.trace[-1][1]
        return f"{name} is not written to its end: it still raises NotImplementedError"
    if error.type in SELF_EXPLAINING:
        return with_places(error.message, source)
    return f"it raised {error.type}" + (f": {error.message}" if error.message else "")


def trace_lines(error: Error, source: Sequence[str], width: int) -> Iterator[Line]:
    """The lines of the learner's file that an exception came through."""
    shown = error.trace[-4:] or ([(error.line, "")] if error.line else [])
    for line, function in dict.fromkeys(shown):
        if 0 < line <= len(source) and source[line - 1].strip():
            place = place_of(line, source) + (f", in {function}" if function.isidentifier() else "")
            yield from wrapped(f"{place}:   {source[line - 1].strip()}", width, "", "    ")


def error_lines(error: Error, path: str, source: Sequence[str], width: int) -> Iterator[Line]:
    """Why a chapter's file cannot be loaded."""
    place = path_to(path, error.line, source)
    yield from labelled("This file cannot be loaded:", place, width, "error", "strong")
    if error.trace:
        yield from wrapped(sentence(f"when it was opened, {raised(error)}"), width)
        yield from trace_lines(error, source, width)
    elif error.text or error.column:
        yield from wrapped(f"{error.type}: {with_places(error.message, source)}", width)
        yield from pointed_lines(error, width)
    else:
        yield from wrapped(sentence(with_places(error.message, source)), width)
        yield from trace_lines(error, source, width)
    if error.type == "FileNotFoundError" and not error.trace:
        chapter = Path(path).name[:4]
        yield from labelled("bring it back:", f"gdl-check reset {chapter}", width)
        return
    yield from wrapped("None of its exercises can be checked until that is mended.", width)


def pointed_lines(error: Error, width: int) -> Iterator[Line]:
    """A line of the learner's file with a caret below the place that Python stumbled over.

    Where the indentation is what is wrong, it is left as it is.
    """
    if error.type in INDENTATION:
        yield from _indented_lines(error, width)
        return
    text = error.text.replace("\t", " ")
    first = len(text) - len(text.lstrip())
    at = max(0, (error.column or 1) - 1 - first)
    # A long line is shown around the place.
    first += max(0, at - (width - 4) // 2) if len(text) - first > width - 4 else 0
    at = max(0, (error.column or 1) - 1 - first)
    yield [("    " + text[first : first + width - 4], "code")]
    if error.column and at < width - 4:
        yield [("    " + " " * at + "^", "mark")]


def _indented_lines(error: Error, width: int) -> Iterator[Line]:
    indent = error.text[: len(error.text) - len(error.text.lstrip())].replace("\t", TAB)
    yield [("    " + cut(indent + error.text.strip(), width - 4), "code")]
    if len(indent) < width - 4:
        yield [("    " + " " * len(indent) + "^", "mark")]
    if "\t" in error.text:
        yield [(f"    ({TAB.strip()} is a tab)", "dim")]


def printed_lines(printed: str, width: int, verbose: bool) -> Iterator[Line]:
    """What the learner's code printed, cut with a word where it is long."""
    lines = printed.rstrip("\n").split("\n") if printed.strip() else []
    if not lines:
        return
    yield []
    yield [("  It printed:", "")]
    for line in lines if verbose else lines[:MOST_PRINTED]:
        for part in (wrap(line, width - 4) or [""]) if verbose else [cut(line, width - 4)]:
            yield [("    " + part, "dim")]
    if len(lines) > MOST_PRINTED and not verbose:
        yield [(f"    and {len(lines) - MOST_PRINTED} more lines: see them with -v", "dim")]
