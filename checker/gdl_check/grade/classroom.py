"""GitHub Classroom: what a teacher puts into a template repository, and what runs at every push.

The run belongs to the student: whoever may change the repository may change its workflow too. It is
quick feedback with a score; a grade to stand by comes from `gdl-check grade`.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gdl_check.course import load_chapter
from gdl_check.grade.clean import line, lines
from gdl_check.grade.gradebook import MISSING, Gradebook, Row
from gdl_check.grade.kit import FILE_NAME, graded, in_words, kit, kit_of
from gdl_check.grade.shown import explanation
from gdl_check.grade.tables import number
from gdl_check.grade.terms import Terms
from gdl_check.grade.wheel import NAME, wheel
from gdl_check.grade.writing import whole
from gdl_check.places import PACKAGE, chapter_path, is_notebook
from gdl_check.render.feedback import OURS, Told, escaped, fenced, points_of, told_of

PASSED, NOT_PASSED, FAULT = 0, 1, 3
LONGEST_OUTPUT = 500
LONGEST_MESSAGE = 8_000


# --- the template repository ---------------------------------------------------------------------


def put_into(repository: Path, terms: Terms) -> list[Path]:
    """Write the workflow and all it needs into a repository; what was written. Raises OSError."""
    folder = repository / ".github" / "gdl-check"
    workflow = PACKAGE / "grade" / "templates" / "classroom.yml"
    contents = {
        repository / ".github" / "workflows" / "classroom.yml": workflow.read_bytes(),
        folder / FILE_NAME: kit(terms).to_json().encode(),
        folder / NAME: wheel(),
    }
    for path, content in contents.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole(path) as stream:
            stream.write(content)
    return list(contents)


# --- what a run says -----------------------------------------------------------------------------


def results_json(row: Row, book: Gradebook, files: Mapping[str, str]) -> dict[str, Any]:
    """A student's marks as the step's `result` tells them; `files` has each chapter's path.

    Where some mark is not known there is one test, an error, and no points to be had: nothing is
    scored then.
    """
    if book.points(row) is None:
        return fault_json(" ".join([OURS, *map(line, row.notes)]))
    tests = [_test(told, row, files) for told in told_of(book, row)]
    is_passed = all(test["status"] == "pass" for test in tests)
    status = "pass" if is_passed else "fail"
    return {"version": 3, "status": status, "tests": tests, "max_score": book.worth}


def fault_json(message: str) -> dict[str, Any]:
    """What a run tells that could not grade, for a reason of ours."""
    message = lines(message, LONGEST_MESSAGE)
    return {
        "version": 3,
        "status": "error",
        "message": message,
        "tests": [_about("gdl-check", "error", 0.0, "", 0) | {"message": message}],
        "max_score": 0,
    }


def _test(told: Told, row: Row, files: Mapping[str, str]) -> dict[str, Any]:
    statuses = {"passed": "pass", "error": "error", "timeout": "error"}
    status = statuses.get(told.verdict, "fail")
    score = round(told.points or 0.0, 4)
    file, at = _place(told, row, files)
    test = _about(told.asked.id, status, score, file, at)
    if status != "pass":
        test["message"] = explanation(told)
    # What was printed may hold inputs, so it is shown where they are.
    if told.screen and (printed := row.marks[told.asked.id].told.get("stdout")):
        test["output"] = lines(printed, LONGEST_OUTPUT)
    return test


def _about(name: str, status: str, score: float, file: str, at: int) -> dict[str, Any]:
    return {
        "name": name,
        "status": status,
        "test_code": f"gdl-check {name}" if "." in name else "",
        "task_id": int(name[2:4]) if "." in name else 0,
        "filename": file,
        "line_no": at,
        "duration": 0,  # a chapter's exercises are examined side by side
        "score": score,
    }


def annotated(row: Row, book: Gradebook, files: Mapping[str, str]) -> Iterator[str]:
    """A line of standard output for each exercise that did not pass, which marks it in the file."""
    for told in filter(_is_wrong, told_of(book, row)):
        file, at = _place(told, row, files)
        where = {"file": file} if file else {}
        if file and at:
            where["line"] = str(at)
        yield command("error", explanation(told), **where, title=told.asked.id)


def _is_wrong(told: Told) -> bool:
    return told.verdict not in ("passed", "not_started", MISSING)


def _place(told: Told, row: Row, files: Mapping[str, str]) -> tuple[str, int]:
    """The file, and where in it the mistake was seen, or else the exercise begins; 0 where unknown.

    The lines of a notebook's cells, joined, can be found by nobody.
    """
    known = row.marks[told.asked.id].told
    error: Mapping[str, Any] = known.get("error", {})
    file = files.get(told.asked.id.partition(".")[0], "")
    lost = is_notebook(Path(file))
    return file, 0 if lost else int(error.get("line") or known.get("line") or 0)


def score(row: Row, book: Gradebook) -> Iterator[str]:
    """The lines of standard output that GitHub Classroom reads the points from."""
    points = book.points(row)
    if points is None or not book.worth:
        return
    got, most = (number(round(value, 2)) for value in (points, book.worth))
    yield command("notice", f"Points {got}/{most}", title="Autograding complete")
    told = f'{{"totalPoints":{got},"maxPoints":{most}}}'
    yield command("notice", told, title="Autograding report")


def command(name: str, message: str, **properties: str) -> str:
    """A workflow command in one line: nothing in it can begin another."""
    told = ",".join(f"{key}={_escaped(value, ':,')}" for key, value in properties.items())
    return f"::{name} {told}::{_escaped(lines(message))}"


def _escaped(text: str, more: str = "") -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    for character in more:
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def summary(row: Row, book: Gradebook) -> str:
    """What the page of a run shows, in Markdown."""
    points = book.points(row)
    head = OURS if points is None else f"{number(points)} of {number(book.worth)} points"
    said = [f"## {escaped(book.assignment)}", f"**{escaped(head)}**", *map(escaped, row.notes)]
    table = ["| exercise | verdict | points |", "|---|---|---|"]
    for told in told_of(book, row):
        table.append(f"| {escaped(told.asked.id)} | {told.word} | {escaped(points_of(told))} |")
    said.append("\n".join(table))
    for told in filter(_is_wrong, told_of(book, row)):
        said.append(f"### {escaped(told.asked.id)}\n\n{fenced(explanation(told))}")
    return "\n\n".join(said) + "\n"


# --- what runs there -----------------------------------------------------------------------------


def run(kit_file: Path, environment: Mapping[str, str]) -> int:
    """Mark the repository that a workflow runs in; the result is the exit code."""
    folder = Path(environment.get("GITHUB_WORKSPACE") or ".").resolve()
    try:
        sent = kit_of(kit_file.read_text(encoding="utf-8"))
        # Nothing in a student's repository is a secret: each run draws other inputs.
        row, book = graded(folder, kit(sent.terms))
        files = _files(folder, sent.terms)
        told = results_json(row, book, files)
        said = [*annotated(row, book, files), *score(row, book)]
        page = summary(row, book)
    except Exception as error:
        told = fault_json(f"{OURS}\n{in_words(error)}")
        said = [command("error", told["message"], title="gdl-check")]
        page = f"**{escaped(told['message'])}**\n"
    print(*said, sep="\n")
    _append(environment.get("GITHUB_STEP_SUMMARY"), page)
    encoded = base64.b64encode(json.dumps(told, separators=(",", ":")).encode()).decode()
    _append(environment.get("GITHUB_OUTPUT"), f"result={encoded}\n")
    return {"pass": PASSED, "fail": NOT_PASSED, "error": FAULT}[told["status"]]


def _files(folder: Path, terms: Terms) -> dict[str, str]:
    """Where each chapter's file lies in the repository, as the service names files."""
    found = {}
    for chapter in terms.chapters:
        name = load_chapter(chapter).file_name
        paths = [chapter_path(place, name) for place in (folder / "exercises", folder)]
        path = next((path for path in paths if path.is_file()), None)
        if path is not None:
            found[chapter] = path.relative_to(folder).as_posix()
    return found


def _append(path: str | None, text: str) -> None:
    if path:
        with open(path, "a", encoding="utf-8", newline="\n") as stream:
            stream.write(text)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.exit(run(Path(sys.argv[1]), os.environ))
