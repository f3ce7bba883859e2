"""Writes everything that is made from a gradebook: tables, pages, the report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from gdl_check.grade.classwide import Classwide
from gdl_check.grade.gradebook import Gradebook
from gdl_check.grade.junit import write_junit
from gdl_check.grade.lms import Filled, fill
from gdl_check.grade.tables import write_csv
from gdl_check.grade.writing import whole
from gdl_check.render.class_report import report_html
from gdl_check.render.feedback import feedback_html, feedback_markdown, letter, safe_name


class Written(NamedTuple):
    """What was written where."""

    report: Path
    table: Path
    feedback: Path
    filled: tuple[tuple[Path, Filled], ...] = ()
    junit: Path | None = None


def write_all(
    book: Gradebook,
    class_: Classwide,
    out: Path,
    fills: Sequence[Path] = (),
    junit: Path | None = None,
    column: str = "",
) -> Written:
    """Write the exports of a gradebook into a folder, and fill in files of other tools.

    `class_` is the survey of the gradebook, `column` is as `lms.fill` takes it. Each file is whole
    or as it was before. Raises OSError, NotUnderstood for a file to be filled.
    """
    # First what may not be understood.
    filled = tuple((path, fill(path, book, out / path.name, column)) for path in fills)
    written = Written(out / "report.html", out / "grades.csv", out / "feedback", filled, junit)
    write_csv(book, written.table)
    _write_pages(book, written.feedback)
    _write(written.report, report_html(book, class_))
    if junit is not None:
        write_junit(book, junit)
    return written


def _write_pages(book: Gradebook, folder: Path) -> None:
    """A page for every student; those of people who are gone are taken away."""
    folder.mkdir(exist_ok=True)
    old = {path.name for path in folder.iterdir() if path.suffix in (".html", ".md")}
    for row in book.rows():
        name, said = safe_name(row.student), letter(book, row)
        _write(folder / f"{name}.html", feedback_html(said))
        _write(folder / f"{name}.md", feedback_markdown(said))
        old -= {f"{name}.html", f"{name}.md"}
    for name in old:
        (folder / name).unlink()


def _write(path: Path, text: str) -> None:
    with whole(path) as stream:
        stream.write(text.encode())
