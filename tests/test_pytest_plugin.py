"""`pytest exercises/` shows the exercises of a workspace; elsewhere the plugin does nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from gdl_check.course import load_chapter
from gdl_check.workspace import create

FILE = load_chapter("ch06").file_name
NOTEBOOK = FILE.replace(".py", ".ipynb")
ANSWERS = {"relu(x)": "return np.maximum(x, 0)", "relu_deriv(output)": "return output"}


def run_pytest(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    plain = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", *words],
        cwd=folder,
        env=plain,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = create(tmp_path / "work")
    path = made / "exercises" / FILE
    text = path.read_text(encoding="utf-8")
    for name, body in ANSWERS.items():
        head, rest = text.split(f"def {name}:")
        text = f"{head}def {name}:" + rest.replace("raise NotImplementedError", body, 1)
    path.write_text(text, encoding="utf-8")
    return made


def test_exercises_are_tests(folder: Path) -> None:
    done = run_pytest(folder, f"exercises/{FILE}", "--junitxml=found.xml", "-p", "no:xdist")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 failed, 1 passed, 14 skipped" in done.stdout
    assert "Does not hold: relu_deriv" in done.stdout
    assert "Looks like:" in done.stdout and "Traceback" not in done.stdout
    cases = {case.get("name"): case for case in ET.parse(folder / "found.xml").iter("testcase")}
    assert cases["relu_deriv"].find("failure") is not None
    assert cases["relu"].find("failure") is None and cases["train"].find("skipped") is not None


@pytest.fixture
def notebooks(tmp_path: Path) -> Path:
    made = create(tmp_path / "gr\u00e9ta's notebooks", notebook=True)
    path = made / "exercises" / NOTEBOOK
    told = json.loads(path.read_text(encoding="utf-8"))
    for cell in told["cells"]:
        for name, body in ANSWERS.items():
            if f"def {name}:" in "".join(cell["source"]):
                cell["source"] = f"# mine\ndef {name}:\n    {body}"
    path.write_text(json.dumps(told, indent=1), encoding="utf-8")
    return made


def test_exercises_in_a_notebook_are_tests(notebooks: Path) -> None:
    done = run_pytest(
        notebooks, f"exercises/{NOTEBOOK}", "-v", "--junitxml=found.xml", "-p", "no:xdist"
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 failed, 1 passed, 14 skipped" in done.stdout
    assert f"exercises/{NOTEBOOK}::relu PASSED" in done.stdout
    assert "Does not hold: relu_deriv" in done.stdout and "Looks like:" in done.stdout
    assert f"{NOTEBOOK}, cell 11, line 2\n" in done.stdout
    (failure,) = ET.parse(notebooks / "found.xml").iter("failure")
    assert (failure.text or "").lstrip().startswith("relu_deriv ")


def test_the_tests_of_a_workspace_are_those_of_what_is_checked(notebooks: Path) -> None:
    (notebooks / "exercises" / FILE).write_text("x = (\n", encoding="utf-8")
    found = run_pytest(notebooks, "exercises", "--collect-only", "-q", "-p", "no:xdist").stdout
    assert f"{FILE}::relu\n" in found and f"{NOTEBOOK}::relu\n" not in found
    words = (f"exercises/{NOTEBOOK}::relu", "-p", "no:xdist")
    assert "1 passed" in run_pytest(notebooks, *words).stdout


def test_a_notebook_that_cannot_be_loaded_fails_its_tests(notebooks: Path) -> None:
    path = notebooks / "exercises" / NOTEBOOK
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("np.maximum(x, 0)", "np.maximum x"), encoding="utf-8")
    done = run_pytest(notebooks, f"exercises/{NOTEBOOK}", "-p", "no:xdist")
    assert "16 failed" in done.stdout and "cell 10, line 3\n" in done.stdout
    assert "\n    return np.maximum x\n" in done.stdout
    path.write_text(text[:-40], encoding="utf-8")
    done = run_pytest(notebooks, f"exercises/{NOTEBOOK}", "-p", "no:xdist")
    assert "16 failed" in done.stdout and "not a notebook, or a damaged one" in done.stdout


def test_a_file_that_cannot_be_loaded_fails_its_tests(folder: Path) -> None:
    (folder / "exercises" / FILE).write_text("x = (\n", encoding="utf-8")
    done = run_pytest(folder, f"exercises/{FILE}", "-p", "no:xdist")
    assert "16 failed" in done.stdout and "was never closed" in done.stdout


def test_other_projects_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "exercises").mkdir()
    (tmp_path / "exercises" / FILE).write_text("def test_nothing():\n    pass\n", encoding="utf-8")
    (tmp_path / "exercises" / NOTEBOOK).write_text("{}", encoding="utf-8")
    done = run_pytest(tmp_path, "exercises", "-p", "no:xdist")
    assert "no tests ran" in done.stdout
    loaded = (
        "import sys, pytest\n"
        "pytest.main(['--collect-only', '-q', '-p', 'no:xdist', '-p', 'no:hypothesispytest'])\n"
        "print([m for m in sys.modules if m in ('gdl_check.course', 'numpy')])"
    )
    told = subprocess.run(
        [sys.executable, "-c", loaded], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert told.stdout.rstrip().endswith("[]")
