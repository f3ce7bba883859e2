"""Text of strangers in Markdown: it is read, and makes no heading, link, list or HTML."""

from __future__ import annotations

import re

from gdl_check.render.pages import one_line

MEANS_SOMETHING = re.compile(
    r"[\\`*{}\[\]<>#|~&@$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|:(?=//)|(?<=www)\.", re.IGNORECASE
)
MEANS_SOMETHING_FIRST = re.compile(r"^(\d*)(?=[-+=]|[.)](?: |$))")


def escaped(text: str) -> str:
    """A text of one line in which nothing means anything to Markdown, wherever it stands."""
    text = MEANS_SOMETHING.sub(lambda found: "\\" + found[0], one_line(text))
    return MEANS_SOMETHING_FIRST.sub(r"\1\\", text)


def fenced(text: str) -> str:
    """Lines as they are, between fences longer than any within."""
    runs = [len(run) for run in re.findall(r"`+", text)]
    fence = "`" * max(3, *(n + 1 for n in runs), 3)
    return f"{fence}text\n{text}\n{fence}"
