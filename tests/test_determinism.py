"""The same answers and the same seed give the same verdicts, counterexamples and corpora.

Whatever the hash seed, whatever else has been imported, with a fresh cache or a warm one, alone
or with the rest of the chapter.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from gdl_check import corpus
from gdl_check.chapter_check import ChapterCheck, Settings
from gdl_check.closer import look_closer
from gdl_check.course import load_chapter
from gdl_check.places import course_folder
from gdl_check.render.tojson import report_json
from gdl_check.results import ChapterResult, Report
from gdl_check.source import read_chapter_file

CHAPTER = load_chapter("ch06")

# One mistake of each kind: seen on drawn cases only (and shrunk), on an edge, an exception, a
# memory from call to call, a gradient, and an answer that hangs on the order of a set.
MISTAKES = {
    "pressure": """
def pressure(inputs, targets):
    if 1 < len(inputs) < 6:
        inputs, targets = inputs[:-1], targets[:-1]
    return (2 * targets - 1).dot(inputs)
""",
    "relu_deriv": """
def relu_deriv(output):
    return (output >= 0).astype(float)
""",
    "collapse_linear": """
CALLS = []

def collapse_linear(weights_0_1, weights_1_2):
    CALLS.append(None)
    return weights_0_1.dot(weights_1_2) + (len(CALLS) % 7 == 0)
""",
    "forward": """
def forward(inputs, weights_0_1, weights_1_2):
    if weights_0_1.shape[1] == 4:
        raise ValueError("four hidden units are too many")
    hidden = relu(inputs.dot(weights_0_1))
    return hidden, hidden.dot(weights_1_2)
""",
    "backprop": """
def backprop(inputs, targets, weights_0_1, weights_1_2):
    hidden = relu(inputs.dot(weights_0_1))
    delta = 2 * (hidden.dot(weights_1_2) - targets)
    below = delta.dot(weights_1_2.T) * (hidden > 0)
    return inputs.T.dot(below), hidden.T.dot(delta)
""",
    "dead_units": """
def dead_units(inputs, weights_0_1):
    words = list({"dead", "alive", "on", "off", "asleep", "awake"})
    off = np.maximum(inputs.dot(weights_0_1), 0) == 0
    return ~off.all(axis=0) if words[0] < "b" else off.any(axis=0)
""",
}

# Modules with constants in them, loaded before ours: Hypothesis would pick such constants up.
OTHER_MODULES = """
import sys
import decimal, fractions, email.message, json.tool, statistics, unittest, sqlite3, http.client
sys.path.insert(0, {folder!r})
import learners_module
from gdl_check.cli import main
sys.exit(main({words!r}))
"""


@dataclass(frozen=True)
class Desk:
    """A learner's folder, and a cache whose corpora are drawn."""

    folder: Path
    cache: Path

    def check(
        self,
        *words: str,
        cache: Path | None = None,
        hash_seed: str = "0",
        with_others: bool = False,
    ) -> Any:
        """One run of the command in a process of its own; its JSON without the duration."""
        words = (*words, "--json", "--workspace", str(self.folder))
        start = ["-m", "gdl_check", *words]
        if with_others:
            start = ["-c", OTHER_MODULES.format(folder=str(self.folder), words=words)]
        environment = os.environ | {
            "PYTHONHASHSEED": hash_seed,
            "XDG_CACHE_HOME": str(cache or self.cache),
        }
        done = subprocess.run(
            [sys.executable, *start], capture_output=True, env=environment, text=True, timeout=120
        )
        assert done.returncode == 1, done.stderr
        told = json.loads(done.stdout)
        del told["duration"]
        return told


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Desk:
    folder = tmp_path_factory.mktemp("learner")
    solution = read_chapter_file(course_folder("solutions") / CHAPTER.file_name, "")
    text = solution.text
    for name, source in MISTAKES.items():
        text = text.replace(solution.segment(solution.definitions[name]), source.strip())
    (folder / "exercises").mkdir()
    (folder / "exercises" / CHAPTER.file_name).write_text(text, encoding="utf-8")
    constants = "\n".join(f"NUMBER_{i} = {i * 1.37 + 0.011}; WORD_{i} = 'w{i}'" for i in range(300))
    (folder / "learners_module.py").write_text(constants, encoding="utf-8")
    return Desk(folder, cache)


@lru_cache(maxsize=1)
def first_run(desk: Desk) -> Any:
    return desk.check("ch06")


def exercises(told: Any) -> dict[str, Any]:
    (chapter,) = told["chapters"]
    return {exercise["name"]: exercise for exercise in chapter["exercises"]}


def opened(exercise: Any) -> Any:
    """The first law that did not hold."""
    return next(law for law in exercise["laws"] if law["status"] not in ("passed", "not_run"))


def test_the_planted_mistakes_are_found_and_the_first_is_shrunk(desk: Desk) -> None:
    found = exercises(first_run(desk))
    wrong = {name for name, exercise in found.items() if exercise["status"] != "passed"}
    assert wrong >= set(MISTAKES)
    assert found["forward"]["status"] == "error"
    assert any("gradient" in law for law in found["backprop"]["laws"])
    case = opened(found["pressure"])["counterexample"]["case"]
    drawn = corpus.corpus_for(CHAPTER.exercises["pressure"], CHAPTER.file_name, 0, "normal")
    assert case not in {other.id for other in drawn.cases}, "this failure was not shrunk"


def test_the_same_in_another_process(desk: Desk) -> None:
    assert desk.check("ch06") == first_run(desk)


@pytest.mark.parametrize("hash_seed", ["1", "4242"])
def test_the_same_under_another_hash_seed(desk: Desk, hash_seed: str, tmp_path: Path) -> None:
    fresh = tmp_path if hash_seed == "1" else None
    assert desk.check("ch06", hash_seed=hash_seed, cache=fresh) == first_run(desk)


def test_the_same_with_other_modules_imported_and_a_fresh_cache(desk: Desk, tmp_path: Path) -> None:
    fresh = desk.check("ch06", cache=tmp_path, with_others=True)
    assert fresh == first_run(desk)
    assert desk.check("ch06", cache=tmp_path, with_others=True) == fresh, "with the warm cache"


@pytest.mark.parametrize("content", [b"", b"half", b"\x02\0\0\0" + bytes(12) + b"{}"])
def test_the_same_where_the_cache_was_not_written_whole(
    desk: Desk, tmp_path: Path, content: bytes
) -> None:
    told = desk.check("ch06.pressure", cache=tmp_path)
    kept = [path for path in tmp_path.rglob("*.gdl") if path.parent.name != "cases"]
    assert {path.parent.name for path in kept} == {"corpus", "reference"}
    for path in kept:
        path.write_bytes(content)
    assert desk.check("ch06.pressure", cache=tmp_path) == told
    assert all(path.read_bytes() != content for path in kept)


def test_another_seed_draws_other_inputs(desk: Desk) -> None:
    other = exercises(desk.check("ch06.pressure", "--seed", "1"))["pressure"]
    assert other["corpus"] != exercises(first_run(desk))["pressure"]["corpus"]
    assert other["status"] == "failed"


@pytest.mark.parametrize("name", list(MISTAKES))
def test_the_same_alone_as_within_the_chapter(desk: Desk, name: str) -> None:
    """Checked alone, every failure is the opened one; here, in this process, each one is opened."""
    alone = exercises(desk.check(f"ch06.{name}"))[name]
    within = opened_within_the_chapter(desk.folder)[name]
    assert alone == within
    told = exercises(first_run(desk))[name]
    if name == "pressure":
        assert alone == told
    for key in ("status", "corpus", "misconception", "error", "supplied", "line"):
        assert alone.get(key) == told.get(key)
    assert [law["status"] for law in alone["laws"]] == [law["status"] for law in told["laws"]]


@lru_cache(maxsize=1)
def opened_within_the_chapter(folder: Path) -> dict[str, Any]:
    """The whole chapter checked in this process, and every failure looked at closely."""
    path = folder / "exercises" / CHAPTER.file_name
    check = ChapterCheck(CHAPTER, path, str(path), Settings())
    results = tuple(map(check.result, CHAPTER.exercises))
    results = tuple(look_closer(check, result.name) for result in results)
    report = Report(0, "normal", (ChapterResult("ch06", "", "", results),), 0.0)
    return exercises(json.loads(report_json(report)))
