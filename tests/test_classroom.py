"""GitHub Classroom: what a template repository gets, and a step of its workflow run as a step."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gdl_check.grade import classroom
from gdl_check.grade.classroom import annotated, command, put_into, results_json, score, summary
from gdl_check.grade.gradebook import Gradebook, Row
from gdl_check.grade.kit import kit_of
from gdl_check.grade.terms import Terms
from gradebooks import GRADED_AT, HOSTILE, everything, mark
from learner import FILE_NAME, RIGHT, chapter_file

TERMS = Terms("Homework 3", ("ch06",), points={"ch06.relu": 3.0})
FILES = {"ch05": "exercises/ch05_many_weights.py", "ch06": f"exercises/{FILE_NAME}"}
WRONG = "def relu_deriv(output):\n    return output"


# --- what the service reads ----------------------------------------------------------------------


class Command(NamedTuple):
    """A workflow command, as the runner reads a line of standard output."""

    name: str
    properties: dict[str, str]
    message: str


def unescaped(text: str, more: str = "") -> str:
    for character in f"\r\n{more}":
        text = text.replace(f"%{ord(character):02X}", character)
    return text.replace("%25", "%")


def commands(printed: str) -> list[Command]:
    """Every line of what was printed: all of them are commands."""
    found = []
    for line in printed.splitlines():
        parts = re.fullmatch(r"::([a-z-]+)(?: (.*?))?::(.*)", line)
        assert parts is not None, line
        pairs = [pair.partition("=") for pair in (parts[2] or "").split(",")]
        properties = {key: unescaped(value, ":,") for key, _, value in pairs}
        found.append(Command(parts[1], properties, unescaped(parts[3])))
    return found


def outputs(text: str) -> dict[str, str]:
    """A step's outputs, of lines `name=value` or blocks `name<<mark`."""
    found, lines = {}, iter(text.splitlines())
    for line in lines:
        name, sign, value = re.fullmatch(r"([\w-]+)(=|<<)(.*)", line).groups()  # type: ignore[union-attr]
        assert name not in found
        found[name] = value
        if sign == "<<":
            found[name] = "\n".join(iter(lambda: next(lines), value))
    return found


def is_count(told: Any) -> bool:
    return type(told) is int and told >= 0


def is_number(told: Any) -> bool:
    return type(told) in (int, float) and abs(told) < 1e9


def is_text(most: int) -> Callable[[Any], bool]:
    return lambda told: isinstance(told, str) and len(told) <= most


TEST: Mapping[str, Callable[[Any], bool]] = {
    "name": is_text(200),
    "status": lambda told: told in ("pass", "fail", "error"),
    "message": is_text(65_535),
    "test_code": is_text(200),
    "task_id": is_count,
    "filename": is_text(500),
    "line_no": is_count,
    "duration": is_number,
    "score": is_number,
    "output": is_text(500),
}


def check(told: Any) -> tuple[float, float]:
    """Hold results against version 3 of the format; the points that the reporter adds up."""
    told = json.loads(json.dumps(told, allow_nan=False))
    assert {"version", "status", "tests", "max_score"} <= set(told)
    assert set(told) <= {"version", "status", "message", "tests", "max_score"}
    assert told["version"] == 3 and told["status"] in ("pass", "fail", "error")
    assert ("message" in told) == (told["status"] == "error") and told["tests"]
    for test in told["tests"]:
        assert set(TEST) - {"message", "output"} <= set(test)
        for key, value in test.items():
            assert TEST[key](value), (key, value)
    statuses = {test["status"] for test in told["tests"]}
    assert told["status"] != "pass" or statuses == {"pass"}
    assert is_number(told["max_score"])
    return sum(test["score"] for test in told["tests"]), told["max_score"]


# --- results, annotations, the page --------------------------------------------------------------


def row_of(book: Gradebook, key: str) -> Row:
    (found,) = [row for row in book.rows() if row.student.key == key]
    return found


def test_results_are_what_the_reporter_reads() -> None:
    book = everything()
    for row in book.rows():
        points = book.points(row)
        told = results_json(row, book, FILES)
        got, most = check(told)
        if points is None:
            assert (told["status"], most, len(told["tests"])) == ("error", 0, 1)
        else:
            assert got == pytest.approx(points, abs=1e-2) and most == book.worth
            assert [test["name"] for test in told["tests"]] == [e.id for e in book.asked]


def test_statuses() -> None:
    book = everything()
    assert results_json(row_of(book, "ana"), book, FILES)["status"] == "pass"
    told = results_json(row_of(book, "ben"), book, FILES)
    assert [test["status"] for test in told["tests"][:5]] == [
        "pass",
        "fail",
        "fail",
        "error",
        "error",
    ]
    assert "message" not in told["tests"][0] and "Not started" in told["tests"][1]["message"]
    assert told["tests"][4]["line_no"] == 44 and told["tests"][4]["filename"] == FILES["ch05"]


def test_every_line_is_one_command_whatever_is_in_it() -> None:
    book = everything()
    for row in book.rows():
        said = commands("\n".join([*annotated(row, book, FILES), *score(row, book)]))
        wrong = [m for m in row.marks.values() if m.verdict in ("failed", "timeout", "error")]
        faults = [m for m in row.marks.values() if m.verdict == "fault"]
        errors = [c for c in said if c.name == "error"]
        assert len(errors) == len(wrong) + len(faults)
        assert {c.properties["title"] for c in errors} == {m.exercise for m in wrong + faults}
        assert {c.name for c in said} <= {"error", "notice"}
        for c in errors:
            chapter = c.properties["title"].partition(".")[0]
            assert c.properties["file"] == FILES[chapter]
            assert c.message and len(c.message) <= 8_000


@pytest.mark.parametrize("text", [*HOSTILE, "a,b:c=d", "100%0A", "%25", "a::b"])
def test_escaping_is_undone_by_the_runner(text: str) -> None:
    (found,) = commands(command("error", text, file=f"f{text[:50]}".replace("\n", "")[:20]))
    assert "\n" not in command("error", text)
    assert found.name == "error" and set(found.properties) == {"file"}
    if text.isprintable():
        assert found.message == (f"{text[:7_997]}..." if len(text) > 8_000 else text)


def test_the_score_is_posted_as_the_reporter_posts_it() -> None:
    book = everything()
    for key, points in (("ana", 53.5), ("cem", 17.83), ("emil", 0)):
        complete, report = commands("\n".join(score(row_of(book, key), book)))
        assert complete == ("notice", {"title": "Autograding complete"}, f"Points {points}/53.5")
        assert report.properties == {"title": "Autograding report"}
        assert json.loads(report.message) == {"totalPoints": points, "maxPoints": 53.5}
    assert list(score(row_of(book, "fay"), book)) == []


def test_a_notebook_has_no_lines() -> None:
    book = everything()
    files = {"ch05": "ch05_many_weights.ipynb", "ch06": "ch06.ipynb"}
    for found in commands("\n".join(annotated(row_of(book, "ben"), book, files))):
        assert "line" not in found.properties and found.properties["file"].endswith(".ipynb")


def test_prints_are_shown_where_inputs_are() -> None:
    secret = "the inputs were 31.5"
    book = everything(due=GRADED_AT + 60)
    row = row_of(book, "ana")
    row = row._replace(marks={**row.marks, "ch06.relu": mark("ch06.relu", "failed", secret)})
    for reveal, shown in (("verdicts", False), ("claims", False), ("counterexamples", True)):
        told = book._replace(reveal=reveal)
        said = [results_json(row, told, FILES), *annotated(row, told, FILES), summary(row, told)]
        assert [secret in str(part) for part in said] == [shown] * 3


def test_nothing_in_the_page_means_anything_to_markdown() -> None:
    markdown = pytest.importorskip("markdown_it").MarkdownIt("gfm-like", {"linkify": False})
    book = everything()
    for row in book.rows():
        page = summary(row, book)
        tokens = markdown.parse(page)
        wrong = [m for m in row.marks.values() if m.verdict not in ("passed", "not_started")]
        wrong = [m for m in wrong if m.verdict != "missing"]
        kinds = [token.type for token in tokens]
        assert kinds.count("heading_open") == 1 + len(wrong) == 1 + kinds.count("fence")
        inline = {child.type for token in tokens for child in token.children or ()}
        assert inline <= {"text", "strong_open", "strong_close", "softbreak", "text_special"}
        assert "html_block" not in kinds and "link_open" not in kinds
        assert len(page.encode()) < 1_000_000
        page.encode("utf-8")


# --- the template repository ---------------------------------------------------------------------


def test_the_workflow_has_the_names_that_classroom_looks_for(tmp_path: Path) -> None:
    yaml = pytest.importorskip("yaml")
    written = put_into(tmp_path, TERMS)
    assert all(path.is_file() for path in written) and len(written) == 3
    told = yaml.safe_load((tmp_path / ".github/workflows/classroom.yml").read_text("utf-8"))
    assert told["name"] == "Autograding Tests" and list(told["jobs"]) == ["run-autograding-tests"]
    steps = told["jobs"]["run-autograding-tests"]["steps"]
    assert steps[-1]["id"] == "gdl-check" and told["permissions"] == {"contents": "read"}
    assert (
        kit_of((tmp_path / ".github/gdl-check/assignment.json").read_text("utf-8")).terms == TERMS
    )


# --- as the service runs it ----------------------------------------------------------------------


class Ran(NamedTuple):
    """What a step came to."""

    code: int
    said: list[Command]
    result: Any
    page: str


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A student's repository, made from a template."""
    folder = tmp_path / "hw 3-an\u00e1"
    (folder / "exercises").mkdir(parents=True)
    put_into(folder, TERMS)
    return folder


def step(repository: Path) -> Ran:
    """Run the last step of the workflow, as a runner does: with bash, and files for its outputs."""
    workflow = (repository / ".github/workflows/classroom.yml").read_text(encoding="utf-8")
    *_, run = re.findall(r"^\s+run: (.*)$", workflow, re.MULTILINE)
    files = {name: repository.parent / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for path in files.values():
        path.write_bytes(b"")
    (repository.parent / "bin").mkdir(exist_ok=True)
    python = repository.parent / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    environment = {
        **os.environ,
        **{name: str(path) for name, path in files.items()},
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": str(repository),
        "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
        "LC_ALL": "C",
    }
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", run],
        cwd=repository,
        env=environment,
        capture_output=True,
        timeout=120,
        check=False,
    )
    told = outputs(files["GITHUB_OUTPUT"].read_text(encoding="utf-8"))
    assert list(told) == ["result"] and b"Traceback" not in done.stderr
    return Ran(
        done.returncode,
        commands(done.stdout.decode("utf-8")),
        json.loads(base64.b64decode(told["result"], validate=True)),
        files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8"),
    )


def test_a_push_is_marked_as_the_service_does_it(repository: Path) -> None:
    text = chapter_file(**RIGHT | {"relu_deriv": WRONG})
    (repository / "exercises" / FILE_NAME).write_text(text, encoding="utf-8")
    ran = step(repository)
    assert ran.code == 1 and check(ran.result) == (4.0, 18.0)
    error, complete, _ = ran.said
    at = int(error.properties["line"])
    assert error.properties["file"] == f"exercises/{FILE_NAME}"
    assert text.split("\n")[at - 1].startswith("def relu_deriv")
    assert complete.message == "Points 4/18"
    assert "**4 of 18 points**" in ran.page and "Looks like: the activation itself" in ran.page


def test_all_right_ends_with_0(repository: Path) -> None:
    from learner import SOLUTION

    (repository / FILE_NAME).write_text(SOLUTION, encoding="utf-8")
    ran = step(repository)
    assert (ran.code, ran.result["status"], check(ran.result)) == (0, "pass", (18.0, 18.0))
    assert ran.said[0].message == "Points 18/18"


def test_a_file_that_speaks_to_the_runner_is_not_heard(repository: Path) -> None:
    loud = 'print("\\n::error::forged\\n::notice title=Autograding complete::Points 18/18")'
    text = chapter_file(**RIGHT | {"relu_deriv": f"{WRONG}\n\n{loud}"})
    (repository / "exercises" / FILE_NAME).write_text(text, encoding="utf-8")
    ran = step(repository)
    assert [c.message for c in ran.said if c.name == "notice"][0] == "Points 4/18"
    assert [c.properties["title"] for c in ran.said if c.name == "error"] == ["ch06.relu_deriv"]


def test_nothing_there_is_no_fault(repository: Path) -> None:
    ran = step(repository)
    assert (ran.code, check(ran.result)) == (1, (0.0, 18.0))
    assert "there is no ch06" in ran.page.replace("\\", "")


def test_a_fault_of_ours_posts_no_score(repository: Path) -> None:
    (repository / ".github/gdl-check/assignment.json").write_text("{", encoding="utf-8")
    ran = step(repository)
    assert (ran.code, ran.result["status"], check(ran.result)) == (3, "error", (0.0, 0))
    assert [c.name for c in ran.said] == ["error"] and "make it again" in ran.said[0].message
    assert "It is no zero" in ran.page


def test_without_a_runner_it_only_prints(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kit_file = repository / ".github/gdl-check/assignment.json"
    assert classroom.run(kit_file, {"GITHUB_WORKSPACE": str(repository)}) == 1
    assert commands(capsys.readouterr().out)[0].message == "Points 0/18"
