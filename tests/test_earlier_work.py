"""What an exercise rests on is the learner's own where it is right, else ours, and is told so."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path

import pytest

from gdl_check.chapter_check import ChapterCheck, Settings
from gdl_check.course import load_chapter
from gdl_check.places import course_folder
from gdl_check.results import Result, Verdict

EARLIER, LATER = "ch06", "ch08"
WRONG_RELU = """
    def relu(x):
        return np.abs(x)
"""
OWN_RELU = """
    def relu(x):
        print("my own relu")
        return np.where(x > 0, x, 0.0)
"""


def text_of(kind: str, chapter_id: str) -> str:
    path = course_folder(kind) / load_chapter(chapter_id).file_name
    return path.read_text(encoding="utf-8")


def with_answers(text: str, *answers: str) -> str:
    """A chapter file in which these definitions stand in the place of those of their names."""
    lines = text.split("\n")
    written = {}
    for answer in map(textwrap.dedent, answers):
        written[ast.parse(answer).body[0].name] = answer.strip("\n")  # type: ignore[attr-defined]
    for node in reversed(ast.parse(text).body):
        if isinstance(node, ast.FunctionDef) and node.name in written:
            lines[node.lineno - 1 : node.end_lineno] = written[node.name].split("\n")
    return "\n".join(lines)


class Folder:
    """A learner's folder with files of the two chapters."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write(EARLIER, text_of("exercises", EARLIER))
        self.write(LATER, text_of("solutions", LATER) + "\n# mine\n")

    def path(self, chapter_id: str) -> Path:
        return self.folder / load_chapter(chapter_id).file_name

    def write(self, chapter_id: str, text: str) -> None:
        self.path(chapter_id).write_text(text, encoding="utf-8")

    def result(self, exercise_id: str) -> Result:
        chapter_id, _, name = exercise_id.partition(".")
        path, settings = self.path(chapter_id), Settings(effort="quick")
        return ChapterCheck(load_chapter(chapter_id), path, path.name, settings).result(name)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_what_is_not_started_is_supplied(folder: Folder) -> None:
    result = folder.result("ch08.step_squared_error")
    assert result.status == Verdict.PASSED
    assert result.supplied == ("ch06.relu", "ch06.forward")


def test_what_is_wrong_is_supplied(folder: Folder) -> None:
    folder.write(EARLIER, with_answers(text_of("solutions", EARLIER), WRONG_RELU))
    result = folder.result("ch08.step_squared_error")
    assert result.status == Verdict.PASSED
    assert result.supplied == ("ch06.relu",)


def test_what_is_right_is_the_learners_own(folder: Folder) -> None:
    folder.write(EARLIER, with_answers(text_of("exercises", EARLIER), OWN_RELU))
    result = folder.result("ch08.minibatch_step")
    assert result.status == Verdict.PASSED and result.supplied == ()
    assert "my own relu" in result.stdout


@pytest.mark.parametrize("text", [None, "def relu(x)\n", "import nothing_of_that_name\n"])
def test_an_earlier_file_that_cannot_be_used_is_supplied(folder: Folder, text: str | None) -> None:
    if text is None:
        folder.path(EARLIER).unlink()
    else:
        folder.write(EARLIER, text)
    result = folder.result("ch08.minibatch_step")
    assert result.status == Verdict.PASSED, result.error
    assert result.supplied == ("ch06.relu",)


def test_no_name_is_given_where_earlier_work_is_wrong(folder: Folder) -> None:
    folder.write(
        LATER,
        with_answers(
            text_of("solutions", LATER),
            """
            def minibatch_step(inputs, targets, weights_0_1, weights_1_2, mask, keep, rate):
                return weights_0_1, weights_1_2
            """,
        ),
    )
    folder.write(EARLIER, with_answers(text_of("solutions", EARLIER), WRONG_RELU))
    result = folder.result("ch08.minibatch_step")
    assert result.status == Verdict.FAILED and result.misconception is None


def test_what_a_right_answer_rests_on_is_supplied_as_well(folder: Folder) -> None:
    """train calls train_step, that calls backprop, and that calls the one that is wrong."""
    folder.write(EARLIER, with_answers(text_of("solutions", EARLIER), WRONG_RELU))
    result = folder.result("ch06.train")
    assert result.status == Verdict.PASSED and result.supplied == ("ch06.relu",)


def test_what_only_the_answer_rests_on_is_supplied_as_well(folder: Folder) -> None:
    folder.write(
        EARLIER,
        with_answers(
            text_of("solutions", EARLIER),
            """
            def sgd_epoch(inputs, targets, weights, learning_rate):
                return weights, -1.0
            """,
            """
            def full_gd_step(inputs, targets, weights, learning_rate):
                sgd_epoch(inputs, targets, weights, learning_rate)
                deltas = inputs.dot(weights) - targets
                return weights - learning_rate * deltas.dot(inputs) / len(inputs)
            """,
        ),
    )
    result = folder.result("ch06.full_gd_step")
    assert result.status == Verdict.PASSED and result.supplied == ("ch06.sgd_epoch",)


def test_answers_that_call_each_other_come_to_an_end(folder: Folder) -> None:
    folder.write(
        EARLIER,
        with_answers(
            text_of("solutions", EARLIER),
            """
            def relu(x):
                return relu_deriv(x) * x
            """,
            """
            def relu_deriv(output):
                return (relu(output) > 0) * 1.0
            """,
        ),
    )
    assert folder.result("ch06.relu").status == Verdict.ERROR
    later = folder.result("ch06.relu_deriv")
    assert later.status == Verdict.PASSED and later.supplied == ("ch06.relu",)


SEQUENTIAL = """
    class Sequential(Layer):
        def __init__(self, layers=()):
            self.layers = list(layers)

        def add(self, layer):
            self.layers.append(layer)

        def forward(self, inputs):
            for layer in self.layers:
                inputs = layer.forward(inputs)
            return inputs

        def parameters(self):
            return sum([layer.parameters() for layer in self.layers], [])
    """


def test_what_only_the_checks_put_to_use_is_supplied(folder: Folder) -> None:
    """Its programs train with a loss and an optimiser that are not written yet."""
    stubs = text_of("exercises", "ch13")
    start = stubs.index("class Sequential")
    end = stubs.index("\n\n\n", start)
    folder.write("ch13", stubs[:start] + textwrap.dedent(SEQUENTIAL).strip() + stubs[end:])
    result = folder.result("ch13.Sequential")
    assert result.status == Verdict.PASSED, result.error
    assert {"ch13.MSELoss", "ch13.SGD", "ch13.Tensor"} <= set(result.supplied)


def test_what_is_not_called_is_not_supplied(folder: Folder) -> None:
    own = """
        def hidden_delta(output_delta, weights, hidden):
            return output_delta.dot(weights.T) * (hidden > 0)
        """
    folder.write(EARLIER, with_answers(text_of("exercises", EARLIER), own))
    result = folder.result("ch06.hidden_delta")
    assert result.status == Verdict.PASSED and result.supplied == ()


def test_what_only_the_answer_takes_from_another_chapter_is_supplied(folder: Folder) -> None:
    own = """
        def cross_entropy(probabilities, labels):
            right = np.sum(one_hot(labels, probabilities.shape[1]) * probabilities, axis=1)
            with np.errstate(divide="ignore"):
                return np.mean(-np.log(right))
        """
    folder.write("ch08", text_of("exercises", "ch08"))
    folder.write("ch09", with_answers(text_of("exercises", "ch09"), own))
    result = folder.result("ch09.cross_entropy")
    assert result.status == Verdict.PASSED, result.error
    assert result.supplied == ("ch08.one_hot",)
