"""How fast it is, as ratios within one run: medians of interleaved measurements, printed.

Nothing is asserted of time; each line says the figure that was aimed at.
"""

from __future__ import annotations

import gc
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gdl_check.chapter_check import ChapterCheck
from gdl_check.corpus import corpus_for
from gdl_check.course import load_chapter
from gdl_check.examine import examine
from gdl_check.gradient import expect_slopes
from gdl_check.local import LocalRunner
from gdl_check.places import course_folder
from gdl_check.results import Verdict
from gdl_check.runner import WorkerRunner
from gdl_check.sandbox.client import Source, Worker
from gdl_check.sandbox.programs import Step
from gdl_check.source import read_chapter_file

pytestmark = pytest.mark.bench

ROUNDS = 9
HERE = Path(__file__).parent


def report(what: str, figure: float, aim: float, unit: str = "times") -> None:
    print(f"\n{what}: {figure:.2f} {unit} (aim: at most {aim:g})", end="")


def seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def process(*arguments: str, cache: Path) -> float:
    environment = os.environ | {"XDG_CACHE_HOME": str(cache)}
    for name in ("PYTHONDONTWRITEBYTECODE", "OPENBLAS_NUM_THREADS"):
        environment.pop(name, None)  # as it is in a shell of its own
    command = [sys.executable, *arguments]
    return seconds(
        lambda: subprocess.run(command, env=environment, capture_output=True, check=True)
    )


def test_whole_process(tmp_path: Path) -> None:
    check = ("-m", "gdl_check")
    runs = {
        "base": ("-c", "import numpy, rich.console"),
        "chapter": (*check, "ch06", "--reference"),
        "one": (*check, "ch06.relu_deriv", "--reference"),
        "help": (*check, "--help"),
    }
    for arguments in runs.values():
        process(*arguments, cache=tmp_path)
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, arguments in runs.items():
            times[name].append(process(*arguments, cache=tmp_path))
    base = statistics.median(times["base"])
    for name, aim in (("chapter", 3), ("one", 1.6), ("help", 0.5)):
        report(f"{name} against the bare imports", statistics.median(times[name]) / base, aim)
    first = [process(*runs["chapter"], cache=tmp_path / f"fresh{i}") for i in range(3)]
    report("first run ever against the bare imports", statistics.median(first) / base, 30)


def test_fresh_worker() -> None:
    def start() -> None:
        worker = Worker()
        worker.load({"empty": Source("empty.py", "")}, "empty")
        worker.opened()
        started.append(time.perf_counter())
        worker.close()

    started: list[float] = []
    start()
    times = []
    for _ in range(20):
        begin = time.perf_counter()
        start()
        times.append(started[-1] - begin)
    report("a fresh worker until its first answer", statistics.median(times) * 1e3, 5, "ms")


def test_case_through_worker() -> None:
    worker = Worker()
    worker.load({"m": Source("m.py", "def product(a, b):\n    return a.dot(b)\n")}, "m")
    worker.opened()
    a = np.arange(64.0).reshape(8, 8)
    programs = [[Step("call", "product", (a, a))]] * 100
    gc.disable()  # as a check does
    try:
        times = [seconds(lambda: list(worker.run(programs))) for _ in range(40)]
    finally:
        gc.enable()
    worker.close()
    report("a case of two 8x8 arrays", statistics.median(times) / 100 * 1e6, 40, "microseconds")


def test_laws_through_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    chapter = load_chapter("ch06")
    path = course_folder("solutions") / chapter.file_name
    file = read_chapter_file(path, chapter.file_name)
    module = chapter.file_name.removesuffix(".py")
    source = Source(file.shown, file.text, file.code)
    corpora = {
        e.name: corpus_for(e, chapter.file_name, 0, "normal") for e in chapter.exercises.values()
    }

    def all_laws(through_worker: bool) -> None:
        if through_worker:
            check = ChapterCheck(chapter, path, file.shown)
            results = list(check.in_turn(list(chapter.exercises)))
            assert all(result.status == Verdict.PASSED for result in results)
            return
        for exercise in chapter.exercises.values():
            reference = chapter.reference(exercise.name)
            found = examine(
                exercise,
                corpora[exercise.name],
                reference,
                lambda e=exercise, r=reference: LocalRunner(e.name, r),  # type: ignore[misc]
            )
            assert found.status == Verdict.PASSED

    WorkerRunner({module: source}, module, 5.0).close()
    pairs = [
        (seconds(lambda: all_laws(True)), seconds(lambda: all_laws(False))) for _ in range(ROUNDS)
    ]
    through = statistics.median(pair[0] for pair in pairs)
    inside = statistics.median(pair[1] for pair in pairs)
    report("laws of chapter 6 through the worker against in-process", through / inside, 3)

    plain = process(
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-o",
        "addopts=",
        str(HERE / "laws_as_hypothesis_tests.py"),
        cache=tmp_path,
    )
    ours = statistics.median(
        process("-m", "gdl_check", "ch06", "--reference", cache=tmp_path) for _ in range(5)
    )
    report("the same laws as plain pytest and Hypothesis tests", ours / plain, 0.2)


def test_gradient_check() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((10, 8)), rng.standard_normal((10, 4))
    at = {
        "w1": rng.standard_normal((8, 16)),
        "b1": rng.standard_normal(16),
        "w2": rng.standard_normal((16, 4)),
        "b2": rng.standard_normal(4),
    }

    def loss(w1: np.ndarray, b1: np.ndarray, w2: np.ndarray, b2: np.ndarray) -> float:
        return float(0.5 * np.sum((np.maximum(x @ w1 + b1, 0) @ w2 + b2 - y) ** 2))

    def slopes(w1: np.ndarray, b1: np.ndarray, w2: np.ndarray, b2: np.ndarray) -> list[np.ndarray]:
        hidden = np.maximum(x @ w1 + b1, 0)
        out = hidden @ w2 + b2 - y
        back = (out @ w2.T) * (hidden > 0)
        return [x.T @ back, back.sum(axis=0), hidden.T @ out, out.sum(axis=0)]

    times = [seconds(lambda: expect_slopes(loss, at, slopes)) for _ in range(50)]
    report("a gradient check of 212 parameters", statistics.median(times) * 1e3, 3, "ms")
