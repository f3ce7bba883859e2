"""GitHub Classroom: what a teacher puts into a template repository, and what runs at every push.

The run belongs to the student: whoever may change the repository may change its workflow too. It is
quick feedback with a score; a grade to stand by comes from `gdl-check grade`.
"""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gdl_check.course import Chapter, load_chapter
from gdl_check.grade.clean import line, lines
from gdl_check.grade.gradebook import Gradebook, Mark, Row
from gdl_check.grade.kit import FILE_NAME, Kit, book_of, kit, kit_text, read_kit
from gdl_check.grade.shown import OURS, WORDS, explanation
from gdl_check.grade.tables import number
from gdl_check.grade.wheel import NAME, wheel
from gdl_check.grade.writing import whole
from gdl_check.places import PACKAGE, chapter_path, is_notebook

PASSED, NOT_PASSED, FAULT = 0, 1, 3
LONGEST_OUTPUT = 500
LONGEST_MESSAGE = 8_000


# --- the template repository ---------------------------------------------------------------------


def put_into(
    repository: Path, chapters: Sequence[Chapter], points: Mapping[str, float], title: str = ""
) -> list[Path]:
    """Write the workflow and all it needs into a repository; what was written. Raises OSError."""
    folder = repository / ".github" / "gdl-check"
    workflow = PACKAGE / "grade" / "templates" / "classroom.yml"
    contents = {
        repository / ".github" / "workflows" / "classroom.yml": workflow.read_bytes(),
        folder / FILE_NAME: kit_text(kit(chapters, points, title, "all")).encode(),
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
    tests = [
        _test(row.marks[asked.id], asked.points, book, files.get(chapter.id, ""))
        for chapter in book.chapters
        for asked in chapter.exercises
    ]
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


def _test(mark: Mark, worth: float, book: Gradebook, file: str) -> dict[str, Any]:
    statuses = {"passed": "pass", "error": "error", "timeout": "error"}
    status = statuses.get(mark.verdict, "fail")
    score = round(mark.points(worth) or 0.0, 4)
    told = _about(mark.exercise, status, score, file, _line(mark))
    if status != "pass":
        told["message"] = lines(explanation(mark, book), LONGEST_MESSAGE)
    if mark.told.get("stdout"):
        told["output"] = lines(mark.told["stdout"], LONGEST_OUTPUT)
    return told


def _about(name: str, status: str, score: float, file: str, at: int) -> dict[str, Any]:
    return {
        "name": name,
        "status": status,
        "test_code": f"gdl-check {name}" if "." in name else "",
        "task_id": 0,
        "filename": file,
        "line_no": at,
        "duration": 0,  # a chapter's exercises are examined side by side
        "score": score,
    }


def annotations(row: Row, book: Gradebook, files: Mapping[str, str]) -> Iterator[str]:
    """A line of standard output for each exercise that did not pass, which marks it in the file."""
    for chapter in book.chapters:
        for asked in chapter.exercises:
            mark = row.marks[asked.id]
            if mark.verdict in ("passed", "not_started", "missing"):
                continue
            where: dict[str, str] = {}
            if file := files.get(chapter.id):
                where["file"] = file
                if _line(mark) and not is_notebook(Path(file)):
                    where["line"] = str(_line(mark))
            yield command("error", explanation(mark, book), **where, title=asked.id)


def score(row: Row, book: Gradebook) -> Iterator[str]:
    """The lines of standard output that GitHub Classroom reads the points from."""
    points = book.points(row)
    if points is None or not book.worth:
        return
    got, most = (float(number(round(value, 2))) for value in (points, book.worth))
    yield command("notice", f"Points {got:g}/{most:g}", title="Autograding complete")
    told = json.dumps({"totalPoints": got, "maxPoints": most}, separators=(",", ":"))
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


def _line(mark: Mark) -> int:
    """Where the mistake was seen, or else where the exercise begins; 0 where nobody knows."""
    error: Mapping[str, Any] = mark.told.get("error", {})
    return int(error.get("line") or mark.told.get("line") or 0)


def summary(row: Row, book: Gradebook) -> str:
    """What the page of a run shows, in Markdown."""
    points = book.points(row)
    if points is None:
        head = [f"**{_markdown(OURS)}**"]
    else:
        head = [f"**{number(points)} of {number(book.worth)} points**"]
    told = [f"## {_markdown(book.assignment)}", *head, *map(_markdown, row.notes)]
    table = ["| exercise | verdict | points | of |", "|---|---|---:|---:|"]
    for asked in book.asked:
        mark = row.marks[asked.id]
        got = number(mark.points(asked.points))
        table.append(f"| `{asked.id}` | {WORDS[mark.verdict]} | {got} | {number(asked.points)} |")
    told.append("\n".join(table))
    for asked in book.asked:
        mark = row.marks[asked.id]
        if mark.verdict not in ("passed", "not_started", "missing"):
            told.append(f"### `{asked.id}`\n\n{_block(explanation(mark, book))}")
    told.append(f"The inputs were drawn with `--seed {book.seed}`.")
    return "\n\n".join(told) + "\n"


def _markdown(text: str) -> str:
    """A text in which nothing is a heading, a link or HTML."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~&:@/])", r"\\\1", line(text))


def _block(text: str) -> str:
    """A text in a block that it cannot end."""
    runs = re.findall(r"`+", text)
    fence = "`" * max(3, 1 + max(map(len, runs), default=0))
    return f"{fence}text\n{text}\n{fence}"


# --- what runs there -----------------------------------------------------------------------------


def run(kit_file: Path, environment: Mapping[str, str]) -> int:
    """Mark the repository that a workflow runs in; the result is the exit code."""
    folder = Path(environment.get("GITHUB_WORKSPACE") or ".")
    try:
        sent = read_kit(kit_file.read_text(encoding="utf-8"))
        # Nothing in a student's repository is a secret: each run draws other inputs.
        sent = sent._replace(seed=secrets.randbelow(2**31))
        row, book = _graded(folder, sent)
    except Exception as error:
        from gdl_check.checking import fault_of

        fault = fault_of(error)
        told = fault_json(f"{OURS}\n{fault.where}: {fault.message}")
        print(command("error", told["message"], title="gdl-check"))
        _append(environment.get("GITHUB_STEP_SUMMARY"), f"**{_markdown(told['message'])}**\n")
    else:
        files = _files(folder, sent)
        told = results_json(row, book, files)
        for said in (*annotations(row, book, files), *score(row, book)):
            print(said)
        _append(environment.get("GITHUB_STEP_SUMMARY"), summary(row, book))
    encoded = base64.b64encode(json.dumps(told, separators=(",", ":")).encode()).decode()
    _append(environment.get("GITHUB_OUTPUT"), f"result={encoded}\n")
    return {"pass": PASSED, "fail": NOT_PASSED, "error": FAULT}[told["status"]]


def _graded(folder: Path, sent: Kit) -> tuple[Row, Gradebook]:
    from gdl_check.chapter_check import Settings
    from gdl_check.grade.marking import mark_folder

    row = mark_folder(folder, sent.examined, Settings(sent.seed, sent.effort))
    return row, book_of(sent, row)


def _files(folder: Path, sent: Kit) -> dict[str, str]:
    """Where each chapter's file lies in the repository, as the service names files."""
    found = {}
    for chapter in sent.chapters:
        name = load_chapter(chapter.id).file_name
        paths = [chapter_path(place, name) for place in (folder / "exercises", folder)]
        path = next((path for path in paths if path.is_file()), None)
        if path is not None:
            found[chapter.id] = path.relative_to(folder).as_posix()
    return found


def _append(path: str | None, text: str) -> None:
    if path:
        with open(path, "a", encoding="utf-8", newline="\n") as stream:
            stream.write(text)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.exit(run(Path(sys.argv[1]), os.environ))
