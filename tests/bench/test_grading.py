"""How fast a class is graded, with how much memory, and beside other graders; printed.

Nothing is asserted of time or memory; each line says the figure that was aimed at.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from classes import CHAPTER, learners, write_class
from learner import SOLUTION, STUBS
from teacher import FILE_NAME, Teacher

pytestmark = pytest.mark.bench

FEW = 8  # submissions that every grader gets
TEST = ">>> bool(np.array_equal(relu(np.array([[-1.0, 2.0]])), np.array([[0.0, 2.0]])))\nTrue"


def seconds(*command: str | Path, cwd: Path) -> float:
    started = time.perf_counter()
    subprocess.run(list(map(str, command)), cwd=cwd, check=True, capture_output=True)
    return time.perf_counter() - started


def ours(teacher: Teacher, *words: str) -> float:
    command = (sys.executable, "-m", "gdl_check", "grade", "submissions", "--chapter", CHAPTER)
    return seconds(*command, *words, cwd=teacher.folder)


def test_a_class_of_200(tmp_path: Path) -> None:
    teacher = Teacher(tmp_path)
    write_class(teacher.submissions, learners(200))
    took = ours(teacher)
    rate = f"{200 / took:.1f} submissions a second"
    print(f"\n200 submissions of chapter 6: {took:.0f} s, {rate} (aim: at most 40 s)", end="")


@pytest.mark.parametrize("count", [100, 1_000, 5_000])
def test_memory_of_the_grader(tmp_path: Path, count: int) -> None:
    teacher = Teacher(tmp_path)
    for number in range(count):
        teacher.hand_in(f"learner{number:04}", STUBS + f"\n# {number}\n")
    process = teacher.start()
    most = 0
    while process.poll() is None:
        most = max(most, _memory(process.pid))
        time.sleep(0.05)
    assert process.returncode == 0
    print(f"\nmost memory of the grader, {count} submissions: {most / 1024:.0f} MB", end="")


def _memory(pid: int) -> int:
    """The most a process has held so far, in kB."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0
    held = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(held[0].split()[1]) if held else 0


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    path = tmp_path / "environment"
    seconds(sys.executable, "-m", "venv", path, cwd=tmp_path)
    return path / "bin"


def install(environment: Path, *packages: str) -> None:
    command = [str(environment / "pip"), "install", "-q", *packages, "numpy", "ipykernel"]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip(f"{packages[0]} cannot be installed here")


def notebook(*cells: dict[str, object]) -> str:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    about = {"kernelspec": kernel, "language_info": {"name": "python"}}
    told = {"nbformat": 4, "nbformat_minor": 5, "metadata": about, "cells": cells}
    return json.dumps(told)


def cell(name: str, source: str, **metadata: object) -> dict[str, object]:
    bare: dict[str, object] = {"cell_type": "code", "execution_count": None, "outputs": []}
    return bare | {"id": name, "source": source, "metadata": metadata}


def report(name: str, theirs: float, tmp_path: Path) -> None:
    """Print how many times longer another grader took for the same submissions."""
    teacher = Teacher(tmp_path / "ours")
    for number in range(FEW):
        teacher.hand_in(f"learner{number}", SOLUTION + f"\n# {number}\n")
    took = ours(teacher)
    told = f"{theirs / FEW:.2f} s a submission, ours {took / FEW:.2f} s for all 16 exercises"
    print(f"\n{name}, one question: {told}: {theirs / took:.1f} times", end="")


def test_against_otter(tmp_path: Path, environment: Path) -> None:
    install(environment, "otter-grader")
    case = {"code": TEST, "hidden": False, "locked": False}
    suite = {"cases": [case], "scored": True, "setup": "", "teardown": "", "type": "doctest"}
    told = {"name": "relu", "points": 1, "suites": [suite]}
    (tmp_path / "tests").mkdir()
    text = f"OK_FORMAT = True\ntest = {told!r}\n"
    (tmp_path / "tests" / "relu.py").write_text(text, encoding="utf-8")
    make = (environment / "otter", "generate", "--no-environment", "-t", "tests", "-o", "a.zip")
    seconds(*make, cwd=tmp_path)
    took = 0.0
    for number in range(FEW):
        path = tmp_path / f"learner{number}.ipynb"
        path.write_text(notebook(cell("answers", SOLUTION)), encoding="utf-8")
        (tmp_path / f"out{number}").mkdir()
        grade = (environment / "otter", "run", "--no-logo", "-a", "a.zip", "-o", f"out{number}")
        took += seconds(*grade, path.name, cwd=tmp_path)
        told = json.loads((tmp_path / f"out{number}" / "results.json").read_text(encoding="utf-8"))
        assert "relu" in json.dumps(told)
    report("otter", took, tmp_path)


def test_against_nbgrader(
    tmp_path: Path, environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(environment, "nbgrader")
    course = tmp_path / "course"
    about = {"grade_id": "relu", "schema_version": 3, "locked": True, "solution": False}
    graded = about | {"grade": True, "points": 1, "task": False}
    check = "assert np.array_equal(relu(np.array([[-1.0, 2.0]])), np.array([[0.0, 2.0]]))"
    text = notebook(cell("answers", SOLUTION), cell("relu", check, nbgrader=graded))
    paths = [course / "source" / "one" / FILE_NAME.replace(".py", ".ipynb")]
    for number in range(FEW):
        paths.append(course / "submitted" / f"learner{number}" / "one" / paths[0].name)
    for path in paths:
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    (course / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.CourseDirectory.root = {str(course)!r}\n", encoding="utf-8"
    )
    monkeypatch.setenv("PATH", str(environment), prepend=os.pathsep)
    nbgrader = environment / "nbgrader"
    seconds(nbgrader, "generate_assignment", "one", cwd=course)
    took = seconds(nbgrader, "autograde", "one", cwd=course)
    assert len(list((course / "autograded").glob("*/one/*.ipynb"))) == FEW
    report("nbgrader", took, tmp_path)
