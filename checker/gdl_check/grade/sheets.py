"""A table of a teacher's, in which single cells are changed and every other byte stays."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from gdl_check.grade.clean import line
from gdl_check.grade.writing import whole
from gdl_check.targets import NotUnderstood

DELIMITERS = (",", ";", "\t")
LARGEST = 64 * 1024 * 1024


@dataclass
class Sheet:
    """Cells as they are written in the file, row by row, and what ends each row."""

    rows: list[list[str]]
    ends: list[str]
    delimiter: str
    encoding: str

    def value(self, row: int, column: int) -> str:
        """What a cell says, without its quotes; empty where there is no such cell."""
        cells = self.rows[row]
        return _value(cells[column]) if column < len(cells) else ""

    def put(self, row: int, column: int, text: str) -> None:
        """Change a cell."""
        special = self.delimiter in text or '"' in text
        self.rows[row][column] = '"' + text.replace('"', '""') + '"' if special else text

    def is_whole(self, row: int) -> bool:
        """Whether a row has as many cells as the first one."""
        return len(self.rows[row]) == len(self.rows[0])

    def write(self, path: Path) -> None:
        """Write all of it down. Raises OSError."""
        text = "".join(self.delimiter.join(cells) + end for cells, end in zip(self.rows, self.ends))
        with whole(path) as stream:
            stream.write(text.encode(self.encoding))


def read_sheet(path: Path) -> Sheet:
    """Read a table of cells with commas, semicolons or tabs between them. Raises NotUnderstood."""
    shown = line(path.name)
    try:
        with path.open("rb") as stream:
            raw = stream.read(LARGEST + 1)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise NotUnderstood(f"{shown} cannot be read ({why})") from error
    if b"\0" in raw or len(raw) > LARGEST:
        raise NotUnderstood(f"{shown} is no CSV file: export it again, as CSV in UTF-8")
    try:
        text, encoding = raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        # Any byte is a character of Latin-1, and becomes that byte again.
        text, encoding = raw.decode("latin-1"), "latin-1"
    first = [_split(text, delimiter, most=1)[0][0] for delimiter in DELIMITERS]
    delimiter = max(DELIMITERS, key=lambda d: len(first[DELIMITERS.index(d)]))
    rows, ends = _split(text, delimiter)
    for n, cells in enumerate(rows, start=1):
        if any(cell.lstrip().startswith('"') and not _is_closed(cell) for cell in cells):
            raise NotUnderstood(
                f"{shown}: row {n} has a quote that is never closed; export the file again"
            )
    return Sheet(rows, ends, delimiter, encoding)


def _split(text: str, delimiter: str, most: int | None = None) -> tuple[list[list[str]], list[str]]:
    """The cells of a text, and what ends each row of them."""
    cell = re.compile(
        rf'([ ]*"[^"]*(?:""[^"]*)*"[^{delimiter}\r\n]*|[^{delimiter}\r\n]*)'
        rf"({delimiter}|\r\n|\r|\n|\Z)"
    )
    rows: list[list[str]] = [[]]
    ends: list[str] = []
    at = 1 if text.startswith("\ufeff") else 0
    lead = text[:at]
    while True:
        found = cell.match(text, at)
        assert found is not None  # every alternative may be empty
        rows[-1].append(lead + found[1])
        at, lead = found.end(), ""
        if found[2] == delimiter:
            continue
        ends.append(found[2])
        if at >= len(text) or len(ends) == most:
            return rows, ends
        rows.append([])


def _is_closed(cell: str) -> bool:
    return re.match(r'\s*"[^"]*(?:""[^"]*)*"', cell) is not None


def _value(cell: str) -> str:
    bare = cell.removeprefix("\ufeff").strip()
    if bare.startswith('"'):
        inside, _, behind = bare[1:].rpartition('"')
        bare = (inside.replace('""', '"') + behind).strip()
    # How Canvas keeps a spreadsheet from computing a name.
    forced = re.fullmatch(r'="(.*)"', bare, re.DOTALL)
    return (forced[1] if forced else bare).strip()
