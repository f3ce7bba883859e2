"""What learners see, word for word: screens kept in tests/screens, at 80 and at 60 columns.

Write them anew with GDL_SCREENS=write, and read what has changed before you keep it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gdl_check.sandbox import launch
from learner import SOLUTION, STUBS, Learner, chapter_file

pytestmark = pytest.mark.skipif(not launch.CAN_FORK, reason="needs workers that are forked")

SCREENS = Path(__file__).with_name("screens")

# What was written, and what was typed.
SHOWN: dict[str, tuple[str, list[str]]] = {
    "all passed": (SOLUTION, ["ch06"]),
    "one passed": (SOLUTION, ["ch06.relu"]),
    "a misconception": (
        chapter_file(
            SOLUTION, relu_deriv="def relu_deriv(output):\n    return (output >= 0).astype(float)"
        ),
        ["ch06"],
    ),
    "a drawn case": (
        chapter_file(
            SOLUTION,
            pressure="def pressure(inputs, targets):\n    up = targets.dot(inputs)\n"
            "    down = (1 - targets[1:]).dot(inputs[1:])\n    return up - down",
        ),
        ["ch06.pressure"],
    ),
    "a gradient": (
        chapter_file(
            SOLUTION,
            backprop="""
def backprop(inputs, targets, weights_0_1, weights_1_2):
    hidden, output = forward(inputs, weights_0_1, weights_1_2)
    delta = output - targets
    return inputs.T.dot(delta.dot(weights_1_2.T)), hidden.T.dot(delta)
""",
        ),
        ["ch06.backprop"],
    ),
    "an exception": (
        chapter_file(
            SOLUTION,
            forward="""
def forward(inputs, weights_0_1, weights_1_2):
    hidden = relu(layer(inputs, weights_0_1))
    return hidden, layer(hidden, weights_1_2)


def layer(inputs, weights):
    return inputs.dot(weights.T)
""",
        ),
        ["ch06.forward"],
    ),
    "a timeout": (
        chapter_file(
            SOLUTION,
            minibatches="""
def minibatches(inputs, targets, size):
    while True: pass
""",
        ),
        ["ch06.minibatches"],
    ),
    "a shape": (
        chapter_file(
            SOLUTION,
            hidden_delta="""
def hidden_delta(output_delta, weights, hidden):
    return (output_delta.dot(weights.T) * relu_deriv(hidden)).sum(axis=0)
""",
        ),
        ["ch06.hidden_delta"],
    ),
    "a changed argument": (
        chapter_file(
            SOLUTION,
            train_step="""
def train_step(inputs, targets, weights_0_1, weights_1_2, learning_rate):
    slope_0_1, slope_1_2 = backprop(inputs, targets, weights_0_1, weights_1_2)
    print("slopes", slope_0_1.shape, slope_1_2.shape)
    weights_0_1 -= learning_rate * slope_0_1
    weights_1_2 -= learning_rate * slope_1_2
    return weights_0_1, weights_1_2
""",
        ),
        ["ch06.train_step"],
    ),
    "with ours": (
        chapter_file(
            STUBS,
            forward="""
def forward(inputs, weights_0_1, weights_1_2):
    hidden = relu(inputs.dot(weights_0_1))
    return hidden, relu(hidden.dot(weights_1_2))
""",
        ),
        ["ch06.forward"],
    ),
    "not started": (STUBS, ["ch06"]),
    "misnamed": (
        SOLUTION.replace("def dead_units", "def dead_unit"),
        ["ch06.relu", "ch06.dead_units"],
    ),
    "a file that cannot be loaded": (
        SOLUTION.replace("return np.maximum(x, 0)", "return np.maximum(x, 0"),
        ["ch06"],
    ),
    "a module that is not there": (
        SOLUTION.replace("import numpy as np\n", "import numpy as np\nimport matplotlib\n"),
        ["ch06"],
    ),
}


@pytest.mark.parametrize("columns", [80, 60])
@pytest.mark.parametrize("name", SHOWN)
def test_a_screen(tmp_path: Path, name: str, columns: int) -> None:
    learner = Learner(tmp_path / "workspace")
    text, words = SHOWN[name]
    learner.write(text)
    shown = learner.check(*words, seconds=0.5, columns=columns).out
    kept = SCREENS / f"{name.replace(' ', '-')}-{columns}.txt"
    if os.environ.get("GDL_SCREENS") == "write":
        SCREENS.mkdir(exist_ok=True)
        kept.write_text(shown, encoding="utf-8", newline="\n")
    assert shown == kept.read_text(encoding="utf-8")


def test_no_screen_is_kept_that_nobody_shows() -> None:
    names = {f"{name.replace(' ', '-')}-{columns}.txt" for name in SHOWN for columns in (80, 60)}
    assert {path.name for path in SCREENS.iterdir()} == names


@pytest.mark.parametrize("columns", [80, 60])
def test_a_screen_fits(columns: int) -> None:
    for path in SCREENS.glob(f"*-{columns}.txt"):
        lines = path.read_text(encoding="utf-8").split("\n")
        most = 31 if columns == 60 or "gradient" in path.name else 24
        assert len(lines) - 1 <= most, path.name
        assert max(map(len, lines)) < columns, path.name
        assert "!" not in "".join(lines).replace("!=", ""), path.name
