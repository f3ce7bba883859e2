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
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from gdl_check.grade.clean import line, lines
from gdl_check.grade.gradebook import Gradebook, Row
from gdl_check.grade.kit import FILE_NAME, Kit, graded, in_words, kit, kit_of
from gdl_check.grade.shown import explanation
from gdl_check.grade.tables import number
from gdl_check.grade.terms import Terms
from gdl_check.grade.wheel import NAME, wheel
from gdl_check.grade.writing import whole
from gdl_check.places import PACKAGE
from gdl_check.render.feedback import OURS, Told, told_of

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


def build(terms: Terms, out: Path) -> Kit:
    """Write the zip of an autograder for an assignment; what is in it. Raises OSError."""
    made = kit(terms)
    words = {
        "@CHAPTERS@": " ".join(terms.chapters),
        "@SEED@": str(made.seed),
        "@EFFORT@": terms.effort,
    }
    with whole(out) as stream, zipfile.ZipFile(stream, "w") as archive:
        for name in ("setup.sh", "run_autograder"):
            text = (TEMPLATES / name).read_text(encoding="utf-8")
            for word, value in words.items():
                text = text.replace(word, value)
            _add(archive, name, text.encode(), 0o755)
        _add(archive, FILE_NAME, made.to_json().encode(), 0o644)
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
        "extra_data": {"gdl-check": book.version, "effort": book.effort, "sandbox": book.level},
    }
    if book.points(row) is not None:
        places = [
            f"{int(chapter.id.removeprefix('ch'))}.{n}"
            for chapter in book.chapters
            for n in range(1, len(chapter.exercises) + 1)
        ]
        told["tests"] = list(map(_test, told_of(book, row), places))
    return told


def _test(told: Told, place: str) -> dict[str, Any]:
    return {
        "name": told.asked.name,
        "number": place,
        "score": round(told.points or 0.0, 4),
        "max_score": round(told.asked.points, 4),
        "status": "passed" if told.verdict == "passed" else "failed",
        "output": explanation(told),
        "output_format": "text",
        "name_format": "text",
        "visibility": "visible",
        "tags": [told.verdict],
        "extra_data": {},
    }


def _output(row: Row, book: Gradebook) -> str:
    points = book.points(row)
    if points is None:
        return lines("\n".join([OURS, *map(line, row.notes)]))
    passed = sum(mark.verdict == "passed" for mark in row.marks.values())
    got = f"{number(points)} of {number(book.worth)} points"
    return lines("\n".join([f"{passed} of {len(row.marks)} passed, {got}.", *map(line, row.notes)]))


# --- what runs there -----------------------------------------------------------------------------


def run(base: Path) -> int:
    """Grade the submission below the base folder and write its results; the exit code.

    Where it cannot be graded for a reason of ours no results are written: then Gradescope says
    that the autograder failed, scores nothing, and shows the teacher what was printed.
    """
    places, started = Places(base), time.monotonic()
    places.results.unlink(missing_ok=True)
    try:
        sent = kit_of(places.kit.read_text(encoding="utf-8"))
        due = _due(places.metadata)
        row, book = graded(places.submission, sent._replace(terms=sent.terms._replace(due=due)))
        told = results_json(row, book)
        if "tests" not in told:
            print(told["output"])
            return FAULT
        told["execution_time"] = round(time.monotonic() - started, 3)
        with whole(places.results) as stream:
            stream.write(json.dumps(told, allow_nan=False).encode())
    except Exception as error:
        print(f"{OURS}\n{in_words(error)}")
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
