"""How long watch takes from a save to its verdict, seen through a pseudo-terminal."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import pytest

from learner import Learner
from watched import Watched

pytestmark = pytest.mark.bench

SAVES = 40
ANSWERS = {
    "relu_deriv": ("return output > 0", "return output"),
    "hidden_delta": (
        "return output_delta.dot(weights.T) * (hidden > 0)",
        "return output_delta.dot(weights.T)",
    ),
}
PARAMETERS = {"relu_deriv": "output", "hidden_delta": "output_delta, weights, hidden"}


@pytest.mark.parametrize("name", ANSWERS)
def test_from_the_save_to_the_verdict(tmp_path: Path, name: str) -> None:
    learner = Learner(tmp_path / "work")
    right, wrong = (f"def {name}({PARAMETERS[name]}):\n    {body}" for body in ANSWERS[name])
    texts = {f"passed {name}": right, f"Does not hold: {name}": wrong}
    times: dict[str, list[float]] = {text: [] for text in texts}
    with Watched(learner, f"ch06.{name}") as watched:
        watched.until("not started", "quit")
        for text, answer in [*texts.items()] * (SAVES // 2):
            watched.settle()
            watched.shown = ""
            began = time.perf_counter()
            learner.answer(**{name: answer})
            watched.until(text)
            times[text].append(time.perf_counter() - began)
    for text, found in times.items():
        least, median, most = (f(found) * 1e3 for f in (min, statistics.median, max))
        print(f"\n{text}: {median:.0f} ms after the save, {least:.0f} to {most:.0f}", end="")
        print(f" (first {found[0] * 1e3:.0f}; aim: 75, at most 150 ms)", end="")
