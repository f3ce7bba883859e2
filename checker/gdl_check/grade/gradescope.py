"""An autograder for Gradescope: the zip to upload, and what runs in it for each submission.

There the zip lies unpacked in `source/` below a base folder (`/autograder`), the student's files in
`submission/`, and what is written to `results/results.json` is shown and graded.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from gdl_check.course import Chapter
from gdl_check.grade.clean import line, lines
from gdl_check.grade.gradebook import Gradebook, Row
from gdl_check.grade.kit import FILE_NAME, Kit, book_of, kit, kit_text, read_kit
from gdl_check.grade.shown import OURS, explanation
from gdl_check.grade.tables import number
from gdl_check.grade.wheel import NAME, wheel
from gdl_check.grade.writing import whole
from gdl_check.places import PACKAGE

TEMPLATES = PACKAGE / "grade" / "templates"
DONE, FAULT = 0, 3
TIME = (1980, 1, 1, 0, 0, 0)


class Places(NamedTuple):
    """Where Gradescope puts things, below its base folder."""

    base: Path

    @property
    def kit(self) -> Path:
        return self.base / "source" / FILE_NAME

    @property
    def submission(self) -> Path:
        return self.base / "submission"

    @property
    def metadata(self) -> Path:
        return self.base / "submission_metadata.json"

    @property
    def results(self) -> Path:
        return self.base / "results" / "results.json"


# --- the zip -------------------------------------------------------------------------------------


def build(
    chapters: Sequence[Chapter],
    points: Mapping[str, float],
    out: Path,
    title: str = "",
    reveal: str = "counterexamples",
) -> Kit:
    """Write the zip of an autograder; `points` by exercise id, 1 where none are named.

    Raises OSError.
    """
    made = kit(chapters, points, title, reveal)
    words = {
        "@CHAPTERS@": " ".join(chapter.id for chapter in made.chapters),
        "@SEED@": str(made.seed),
        "@EFFORT@": made.effort,
    }
    with whole(out) as stream, zipfile.ZipFile(stream, "w") as archive:
        for name in ("setup.sh", "run_autograder"):
            text = (TEMPLATES / name).read_text(encoding="utf-8")
            for word, value in words.items():
                text = text.replace(word, value)
            _add(archive, name, text.encode(), 0o755)
        _add(archive, FILE_NAME, kit_text(made).encode(), 0o644)
        _add(archive, NAME, wheel(), 0o644)
    return made


def _add(archive: zipfile.ZipFile, name: str, content: bytes, mode: int) -> None:
    about = zipfile.ZipInfo(name, TIME)
    about.external_attr = (0o100000 | mode) << 16
    archive.writestr(about, content, zipfile.ZIP_DEFLATED)


# --- the results ---------------------------------------------------------------------------------


def results_json(row: Row, book: Gradebook) -> dict[str, Any]:
    """A student's marks as `results.json` tells them, a test for each exercise.

    Where some mark is not known there is no score at all, and no test: Gradescope would take
    anything else for points. `output` says so, and it is not to be handed in as a result.
    """
    told: dict[str, Any] = {
        "output": _output(row, book),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {"gdl-check": book.version, "effort": book.effort, "run": line(book.run)},
    }
    if book.points(row) is not None:
        told["tests"] = [
            _test(row, book, chapter.id, place)
            for chapter in book.chapters
            for place in range(len(chapter.exercises))
        ]
    return told


def _test(row: Row, book: Gradebook, chapter_id: str, place: int) -> dict[str, Any]:
    (chapter,) = [chapter for chapter in book.chapters if chapter.id == chapter_id]
    asked = chapter.exercises[place]
    mark = row.marks[asked.id]
    return {
        "name": asked.name,
        "number": f"{int(chapter.id[2:])}.{place + 1}",
        "score": round(mark.points(asked.points) or 0.0, 4),
        "max_score": asked.points,
        "status": "passed" if mark.verdict == "passed" else "failed",
        "output": explanation(mark, book),
        "output_format": "text",
        "name_format": "text",
        "visibility": "visible",
        "tags": [mark.verdict],
        "extra_data": {},
    }


def _output(row: Row, book: Gradebook) -> str:
    points = book.points(row)
    if points is None:
        return lines("\n".join([OURS, *map(line, row.notes)]))
    passed = sum(mark.verdict == "passed" for mark in row.marks.values())
    said = [
        f"{passed} of {len(row.marks)} passed, {number(points)} of {number(book.worth)} points."
    ]
    if row.state == "missing":
        said.append("No chapter file was found in what you handed in: hand in the file itself.")
    return lines("\n".join([*said, *map(line, row.notes)]))


# --- what runs there -----------------------------------------------------------------------------


def run(base: Path) -> int:
    """Grade the submission below the base folder and write its results; the exit code.

    Where it cannot be graded for a reason of ours no results are written: then Gradescope says
    that the autograder failed, scores nothing, and shows the teacher what was printed.
    """
    places, started = Places(base), time.monotonic()
    places.results.unlink(missing_ok=True)
    try:
        sent = read_kit(places.kit.read_text(encoding="utf-8"))
        from gdl_check.chapter_check import Settings
        from gdl_check.grade.marking import mark_folder  # type: ignore[import-not-found]

        row = mark_folder(places.submission, sent.examined, Settings(sent.seed, sent.effort))
        told = results_json(row, book_of(sent, row, _due(places.metadata)))
        if "tests" not in told:
            print(told["output"])
            return FAULT
        told["execution_time"] = round(time.monotonic() - started, 3)
        places.results.parent.mkdir(exist_ok=True)
        with whole(places.results) as stream:
            stream.write(json.dumps(told, allow_nan=False).encode())
    except Exception as error:
        from gdl_check.checking import fault_of

        fault = fault_of(error)
        print(f"{OURS}\n{line(fault.where)}: {line(fault.message)}")
        return FAULT
    return DONE


def _due(metadata: Path) -> float | None:
    """The deadline of the assignment, in seconds since 1970, where Gradescope tells it."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        told = json.loads(metadata.read_text(encoding="utf-8"))["assignment"]
        return datetime.fromisoformat(told.get("late_due_date") or told["due_date"]).timestamp()
    return None


if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1])))
