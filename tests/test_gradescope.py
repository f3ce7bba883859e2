"""The autograder for Gradescope: its zip, its results, and a run of it as the service runs it."""

from __future__ import annotations

import json
import re
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from gdl_check import cli
from gdl_check.grade import gradescope
from gdl_check.grade.gradebook import Gradebook, Row
from gdl_check.grade.gradescope import build, results_json
from gdl_check.grade.kit import CannotGrade, kit, kit_of
from gdl_check.grade.terms import Terms
from gdl_check.grade.wheel import NAME, wheel
from gradebooks import GRADED_AT, everything, mark
from learner import FILE_NAME, RIGHT, chapter_file, look_at

TERMS = Terms("Homework 3", ("ch06",), points={"ch06.relu": 3.0}, reveal="counterexamples")
Check = Callable[[Any], bool]
VISIBLE = ("hidden", "after_due_date", "after_published", "visible")
FORMATS = ("text", "html", "simple_format", "md", "ansi")


def is_number(told: Any) -> bool:
    return type(told) in (int, float) and abs(told) < 1e9


def is_text(told: Any) -> bool:
    return isinstance(told, str) and "\r" not in told


def one_of(*wanted: str) -> Check:
    return lambda told: told in wanted


# What the specification of the service allows, key by key.
TOP: Mapping[str, Check] = {
    "score": is_number,
    "execution_time": is_number,
    "output": is_text,
    "output_format": one_of(*FORMATS),
    "test_output_format": one_of(*FORMATS),
    "test_name_format": one_of(*FORMATS),
    "visibility": one_of(*VISIBLE),
    "stdout_visibility": one_of(*VISIBLE),
    "extra_data": lambda told: isinstance(told, dict),
    "tests": lambda told: isinstance(told, list),
    "leaderboard": lambda told: isinstance(told, list),
}
TEST: Mapping[str, Check] = {
    "score": is_number,
    "max_score": is_number,
    "status": one_of("passed", "failed"),
    "name": is_text,
    "name_format": one_of(*FORMATS),
    "number": lambda told: re.fullmatch(r"\d+(\.\d+)*", told) is not None,
    "output": is_text,
    "output_format": one_of(*FORMATS),
    "tags": lambda told: isinstance(told, list) and all(map(is_text, told)),
    "visibility": one_of(*VISIBLE),
    "extra_data": lambda told: isinstance(told, dict),
}


def check(told: Any) -> float:
    """Hold results against the specification; the score that the service would give."""
    told = json.loads(json.dumps(told, allow_nan=False))
    for keys, part in ((TOP, told), *((TEST, test) for test in told.get("tests", []))):
        for key, value in part.items():
            assert keys[key](value), (key, value)
    tests = told.get("tests", [])
    assert "score" in told or (tests and all("score" in test for test in tests))
    score = told.get("score", sum(test.get("score", 0) for test in tests))
    assert isinstance(score, (int, float))
    return score


# --- results -------------------------------------------------------------------------------------


def row_of(book: Gradebook, key: str) -> Row:
    (found,) = [row for row in book.rows() if row.student.key == key]
    return found


def test_results_are_what_the_service_reads() -> None:
    book = everything()
    for row in book.rows():
        told, points = results_json(row, book), book.points(row)
        if points is None:
            continue
        assert check(told) == pytest.approx(points, abs=1e-3)
        assert sum(test["max_score"] for test in told["tests"]) == book.worth
        assert [test["name"] for test in told["tests"]] == [asked.name for asked in book.asked]
        assert len(json.dumps(told)) < 1_000_000


def test_numbers_are_those_of_the_book() -> None:
    book = everything()
    numbers = [test["number"] for test in results_json(row_of(book, "ana"), book)["tests"]]
    assert numbers[:2] == ["5.1", "5.2"] and numbers[-1] == "6.16" and len(set(numbers)) == 30


def test_a_fault_is_no_result_and_says_so() -> None:
    book = everything()
    told = results_json(row_of(book, "fay"), book)
    assert "score" not in told and "tests" not in told
    assert "It is no zero" in told["output"] and "the sandbox ended under us" in told["output"]
    with pytest.raises(AssertionError):
        check(told)


def test_what_a_person_decided_counts() -> None:
    book = everything()
    tests = {test["name"]: test for test in results_json(row_of(book, "hana"), book)["tests"]}
    assert tests["predict"]["score"] == 0.5 and tests["predict"]["status"] == "failed"
    assert "set this to 0.5 of 1 points. Reason: right, but" in tests["predict"]["output"]


@pytest.mark.parametrize(
    ("reveal", "claim", "case", "seed"),
    [
        ("verdicts", False, False, False),
        ("claims", True, False, False),
        ("counterexamples", True, True, True),
        ("all", True, True, True),
    ],
)
def test_before_the_deadline_no_more_is_shown_than_may_be(
    reveal: str, claim: bool, case: bool, seed: bool
) -> None:
    secret = "the inputs were 31.5"
    book = everything(reveal=reveal, due=GRADED_AT + 60)
    wrong = mark("ch06.relu", "error", secret)
    row = row_of(book, "ana")
    row = row._replace(marks={**row.marks, "ch06.relu": wrong})
    (output,) = [t["output"] for t in results_json(row, book)["tests"] if t["name"] == "relu"]
    assert output.startswith("Error.") and "gdl-check ch06.relu" in output
    assert ("Does not hold" in output, secret in output) == (claim, case)
    assert ("--seed" in output) == seed
    told = json.dumps(results_json(row, book))
    assert (str(book.seed) in told) == seed
    over = results_json(row, book._replace(reveal="all"))
    (output,) = [t["output"] for t in over["tests"] if t["name"] == "relu"]
    assert secret in output


# --- the zip -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def zipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("built") / "auto gr\u00e4der.zip"
    build(TERMS, path)
    return path


def test_the_zip_has_what_the_service_looks_for(zipped: Path) -> None:
    with zipfile.ZipFile(zipped) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert set(names) == {"setup.sh", "run_autograder", "assignment.json", NAME}
        for name in ("setup.sh", "run_autograder"):
            text = archive.read(name)
            assert text.startswith(b"#!/usr/bin/env bash\n") and b"\r" not in text
            assert b"@" not in text.replace(b'"${BASH_SOURCE[0]}"', b"")
            assert archive.getinfo(name).external_attr >> 16 & stat.S_IXUSR
        told = json.loads(archive.read("assignment.json"))
        setup = archive.read("setup.sh").decode()
    assert told["terms"]["points"] == {"ch06.relu": 3.0}
    assert f'gdl-check" ch06 --reference --seed {told["seed"]} --effort normal' in setup
    done = subprocess.run(["bash", "-n"], input=setup.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_wheel_is_whole(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(wheel())
    assert path.read_bytes() == wheel()
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        record = archive.read([name for name in names if name.endswith("RECORD")][0]).decode()
        assert [line.partition(",")[0] for line in record.splitlines()] == names
        for name in ("exercises", "solutions", "chapters"):
            assert f"gdl_check/{name}/{FILE_NAME}" in names
        assert "gdl_check/grade/templates/setup.sh" in names
        metadata = archive.read([name for name in names if name.endswith("METADATA")][0])
    assert b"Name: gdl-check" in metadata and b"Requires-Dist: numpy" in metadata
    assert not [name for name in names if "__pycache__" in name or name.startswith("tests")]


def test_the_verb_makes_the_zip(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["--chapter", "ch06", "--points", "ch06=20", "--reveal", "claims", "--partial"]
    assert cli.main(["gradescope", *words]) == 0
    look_at(capsys.readouterr().out, 80)
    with zipfile.ZipFile("autograder.zip") as archive:
        terms = kit_of(archive.read("assignment.json").decode()).terms
    assert (terms.chapters, terms.reveal, terms.partial) == (("ch06",), "claims", True)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "say which chapter"),
        (["--chapter", "ch99"], "ch01 to ch16"),
        (["--chapter", "ch06", "--points", "ch05=3"], "'ch05' is not asked"),
    ],
)
def test_the_verb_says_what_it_does_not_understand(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["gradescope", *words]) == 2
    assert says in capsys.readouterr().err and list(tmp_path.iterdir()) == []


def test_what_is_sent_is_read_back() -> None:
    made = kit(TERMS._replace(assignment="caf\u00e9 3", chapters=("ch05", "ch06")))
    assert kit_of(made.to_json()) == made and kit(TERMS).seed != made.seed
    for text in ("", "{}", "[]", '{"format": 2}', '{"format": 1, "seed": 1, "terms": {"a": 1}}'):
        with pytest.raises(CannotGrade, match="make it again"):
            kit_of(text)


# --- as the service runs it ----------------------------------------------------------------------


class Service:
    """A base folder as Gradescope makes it, with the zip unpacked and a submission in it."""

    def __init__(self, base: Path, zipped: Path) -> None:
        self.base = base
        for name in ("source", "submission", "results"):
            (base / name).mkdir(parents=True)
        with zipfile.ZipFile(zipped) as archive:
            archive.extractall(base / "source")
        script = base / "run_autograder"
        script.write_bytes((base / "source" / "run_autograder").read_bytes())
        script.chmod(0o755)
        # In the place of what setup.sh installs: the interpreter of the tests.
        (base / "venv" / "bin").mkdir(parents=True)
        python = base / "venv" / "bin" / "python"
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
        python.chmod(0o755)

    def hand_in(self, text: str) -> None:
        (self.base / "submission" / FILE_NAME).write_text(text, encoding="utf-8")

    def run(self) -> tuple[int, str, Any]:
        """What the script ends with, what it prints, and the results, if there are any."""
        done = subprocess.run(
            [str(self.base / "run_autograder")],
            cwd=self.base,
            capture_output=True,
            timeout=120,
            check=False,
        )
        results = self.base / "results" / "results.json"
        told = json.loads(results.read_bytes()) if results.exists() else None
        return done.returncode, (done.stdout + done.stderr).decode(), told


@pytest.fixture
def service(tmp_path: Path, zipped: Path) -> Service:
    return Service(tmp_path / "auto grader \u00e9", zipped)


def test_a_submission_is_graded_as_the_service_does_it(service: Service) -> None:
    service.hand_in(
        chapter_file(**RIGHT | {"relu_deriv": "def relu_deriv(output):\n    return output"})
    )
    code, printed, told = service.run()
    assert code == 0 and re.fullmatch(r"sandbox level [0-3] of 3\b.*\n", printed)
    assert check(told) == 4.0 and told["execution_time"] > 0
    tests = {test["name"]: test for test in told["tests"]}
    assert tests["relu"]["score"] == 3.0 and tests["collapse_linear"]["status"] == "passed"
    assert tests["relu_deriv"]["score"] == 0 and "Does not hold" in tests["relu_deriv"]["output"]
    assert tests["forward"]["output"].startswith("Not started.")
    assert [entry.name for entry in (service.base / "results").iterdir()] == ["results.json"]


def test_nothing_handed_in_is_a_zero_that_says_why(service: Service) -> None:
    code, printed, told = service.run()
    assert (code, printed.count("\n"), check(told)) == (0, 1, 0)
    assert "there is no ch06_backpropagation.py in it" in told["output"]


def test_a_fault_of_ours_writes_no_results(service: Service) -> None:
    (service.base / "results" / "results.json").write_text('{"score": 3}', encoding="utf-8")
    (service.base / "source" / "assignment.json").write_text("{}", encoding="utf-8")
    code, printed, told = service.run()
    assert code == 3 and told is None
    assert "It is no zero" in printed and "Traceback" not in printed


def test_a_mark_that_is_not_known_becomes_no_score(
    service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    book = everything()
    monkeypatch.setattr(gradescope, "graded", lambda *_: (row_of(book, "fay"), book))
    assert gradescope.run(service.base) == 3
    assert not (service.base / "results" / "results.json").exists()
    assert "It is no zero" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("metadata", "is_over"),
    [
        ('{"assignment": {"due_date": "2020-01-01T10:00:00.000000-08:00"}}', True),
        (
            '{"assignment": {"due_date": "2020-01-01T10:00:00.0-08:00", "late_due_date": null}}',
            True,
        ),
        ('{"assignment": {"due_date": "2999-01-01T10:00:00Z", "late_due_date": null}}', False),
        ('{"assignment": []}', False),
        ("[", False),
    ],
)
def test_the_deadline_is_read_where_it_is_told(
    tmp_path: Path, metadata: str, is_over: bool
) -> None:
    path = tmp_path / "submission_metadata.json"
    path.write_text(metadata, encoding="utf-8")
    due = gradescope._due(path)
    assert (due is not None and due < GRADED_AT) == is_over
