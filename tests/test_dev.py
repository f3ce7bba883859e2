"""An author begins an exercise, is told what is missing, and ends with three files of one name."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
NAME = "ch99_scratch"

SOLUTION = '''"""Chapter 99: A chapter for a test."""

import numpy as np

_FACTOR = 2.0


def _scaled(x):
    return _FACTOR * x


def double(x):
    """Twice as much.

        x        (n,)
        returns  (n,)

    >>> double(np.array([1.0]))
    array([2.])
    """
    # A comment that belongs to the body.
    return _scaled(x)


def given(x):
    """Given, not asked."""
    return x
'''

EXAMINATION = '''"""How chapter 99 is examined."""

import numpy as np

from gdl_check.expect import expect
from gdl_check.course import exercise
from gdl_check.inputs import Array

double = exercise(
    "double",
    inputs={"x": Array(("n",))},
    edges=[{"x": [3.0]}],
    hints=["How much is twice 3?", "Each number, twice.", "Same shape as x: 2 * x."],
)


@double.law("is twice what it was")
def is_twice(answer, x):
    expect(answer(x)).equals(x + x)


@double.misconception("the square", "Twice 3 is 6, not 9.")
def squared(x):
    return x * x


@double.alternative
def added(x):
    return x + x


@double.alternative
def in_a_list(x):
    return [2 * entry for entry in x]
'''


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of one's own, with one chapter in it."""
    tree = tmp_path_factory.mktemp("author")
    shutil.copytree(CHECKOUT / "checker", tree / "checker")
    for chapter in (tree / "checker" / "gdl_check" / "chapters").glob("ch*.py"):
        chapter.unlink()
    for folder in ("exercises", "solutions"):
        (tree / folder).mkdir()
    return tree


def run(tree: Path, *words: str) -> tuple[int, str]:
    environment = os.environ | {"PYTHONPATH": str(tree / "checker"), "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "gdl_check", *words],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def test_an_exercise_from_nothing(copy: Path) -> None:
    code, said = run(copy, "dev", "new", f"{NAME}.double")
    assert code == 0
    solution = copy / "solutions" / f"{NAME}.py"
    examination = copy / "checker" / "gdl_check" / "chapters" / f"{NAME}.py"
    assert solution.exists() and examination.exists()
    assert "dev stubs" in said

    code, said = run(copy, "dev", "check", "ch99")
    assert code == 1
    assert "run gdl-check dev stubs" in said
    assert "the dull answer its argument x passes" in said

    code, said = run(copy, "dev", "new", f"{NAME}.double")
    assert code == 2
    assert "has double already" in said

    solution.write_text(SOLUTION, encoding="utf-8")
    examination.write_text(EXAMINATION, encoding="utf-8")
    code, said = run(copy, "dev", "stubs", "ch99")
    assert code == 0
    stub = (copy / "exercises" / f"{NAME}.py").read_text(encoding="utf-8")
    assert "_scaled" not in stub and "_FACTOR" not in stub
    assert "A comment that belongs" not in stub
    assert stub.count("raise NotImplementedError") == 1
    assert "def given(x):" in stub and ">>> double" in stub
    compile(stub, "stub", "exec")

    code, said = run(copy, "dev", "check", "ch99")
    assert (code, said.strip()) == (0, "ch99  1 exercise: nothing missing")

    code, said = run(copy, "ch99")
    assert code == 1 and "not started" in said
    code, said = run(copy, "ch99", "--reference")
    assert code == 0


@pytest.mark.parametrize("word", ["double", "chapter.double", f"{NAME}.not-a-name"])
def test_what_cannot_be_begun(copy: Path, word: str) -> None:
    code, said = run(copy, "dev", "new", word)
    assert code == 2
    assert said.startswith("gdl-check dev: ")


def test_unknown_chapter(copy: Path) -> None:
    code, said = run(copy, "dev", "check", "ch42")
    assert code == 2
    assert "there is no chapter 'ch42'" in said


def test_a_checkout_is_a_workspace_whose_stubs_are_filled_in_in_place(copy: Path) -> None:
    run(copy, "dev", "new", f"{NAME}.double")
    for path, text in (
        (copy / "solutions" / f"{NAME}.py", SOLUTION),
        (copy / "checker" / "gdl_check" / "chapters" / f"{NAME}.py", EXAMINATION),
    ):
        path.write_text(text, encoding="utf-8")
    run(copy, "dev", "stubs", "ch99")
    stub = copy / "exercises" / f"{NAME}.py"
    text = stub.read_text(encoding="utf-8")
    stub.write_text(text.replace("raise NotImplementedError", "return x * x"), encoding="utf-8")
    code, said = run(copy, "ch99")
    assert code == 1
    assert "Looks like: the square" in said
    stub.write_text(text.replace("raise NotImplementedError", "return 2 * x"), encoding="utf-8")
    assert run(copy, "ch99")[0] == 0
    assert run(copy, "ch99", "--reference")[0] == 0
