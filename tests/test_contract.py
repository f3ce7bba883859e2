"""What others rely on: the JSON, the exit codes, the flags, and screens on every kind of stream."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from contract import Broken, check_report
from gdl_check import __version__
from gdl_check.corpus import EFFORT
from gdl_check.course import chapter_modules, load_chapter
from gdl_check.places import course_folder
from gdl_check.render.gradients import gradient_lines
from gdl_check.render.tojson import report_json
from gdl_check.render.values import call_lines
from gdl_check.results import (
    Call,
    ChapterResult,
    Counterexample,
    Fault,
    GradientReport,
    LawResult,
    Report,
    Result,
    Verdict,
)
from gdl_check.sandbox import launch
from gdl_check.sandbox.functions import quadratic
from gdl_check.sandbox.wire import Opaque, Seed
from gdl_check.targets import Desk, resolve
from learner import COMMAND, SOLUTION, STUBS, THREE, Learner, cells, chapter_file, children, gone

pytestmark = pytest.mark.skipif(not launch.CAN_FORK, reason="needs workers that are forked")

WRONG = "def relu_deriv(output):\n    return output"
LOOP = "def relu_deriv(output):\n    while True: pass"
SMALL = "def relu_deriv(output):\n    return (output > 0) * (1 if output.size < 4 else 2)"
COLOUR = re.compile(r"\x1b\[[\d;]*m")


@pytest.fixture
def learner(tmp_path: Path) -> Learner:
    return Learner(tmp_path / "workspace")


# --- one object, key by key --------------------------------------------------------------------


def test_one_object_and_nothing_else(learner: Learner) -> None:
    learner.answer(relu_deriv="print('at import')\n" + WRONG + "\n", relu="def relu(x):\n    pass")
    checked = learner.run("ch06", "--json")
    told = json.loads(checked.out)
    check_report(told)
    assert checked.code == 1
    assert checked.out.count("\n") == 1
    (chapter,) = told["chapters"]
    assert chapter["title"] == "Chapter 6: Building your first deep neural network"
    assert chapter["counts"] == {"passed": 1, "failed": 2, "not_started": 13}
    exercises = {exercise["name"]: exercise for exercise in chapter["exercises"]}
    wrong = exercises["relu_deriv"]
    assert wrong["misconception"]["name"] == "relu_deriv_returns_x"
    assert wrong["misconception"]["matched"] == wrong["misconception"]["of"] > 0
    law = wrong["laws"][0]
    assert law["kind"] == "own" and law["status"] == "failed"
    shown = law["counterexample"]
    assert shown["call"] == "relu_deriv(np.array([[1e-06, 1000000.0]]))"
    assert shown["inputs"] == {
        "output": {"type": "array", "shape": [1, 2], "dtype": "float64", "data": [[1e-6, 1e6]]}
    }
    assert shown["got"] == shown["inputs"]["output"]
    assert [law["kind"] for law in wrong["laws"]][-3:] == ["agreement", "free", "free"]
    not_started = exercises["lights_to_matrix"]
    assert set(not_started) == {"id", "name", "status", "line", "supplied", "laws"}
    assert not_started["laws"] == [] and not_started["supplied"] == []


def test_each_kind_of_verdict(learner: Learner) -> None:
    learner.answer(
        relu=LOOP.replace("relu_deriv", "relu"),
        relu_deriv="def relu_deriv(output):\n    raise ValueError('no')",
        collapse_linear="def collapse_linear(a):\n    return a",
        forward="def forward(inputs, a, b):\n    hidden = relu(inputs.dot(a))\n"
        "    return hidden, hidden.dot(b)",
    )
    told = learner.check("ch06", seconds=0.3).told
    chapter = told["chapters"][0]
    assert told["status"] == chapter["status"] == "error"
    found = {exercise["name"]: exercise for exercise in chapter["exercises"]}
    timeout = found["relu"]
    assert timeout["status"] == "timeout"
    assert timeout["error"]["type"] == "Timeout"
    assert {law["status"] for law in timeout["laws"]} == {"not_run", "timeout"}
    error = found["relu_deriv"]
    assert error["status"] == "error" and error["error"]["type"] == "ValueError"
    assert error["error"]["message"] == "no"
    assert found["collapse_linear"]["error"]["type"] == "Parameters"
    assert found["forward"]["status"] == "passed"
    assert found["forward"]["supplied"] == ["ch06.relu"]


def test_a_gradient(learner: Learner) -> None:
    learner.answer(
        backprop="def backprop(inputs, targets, a, b):\n    hidden = np.maximum(inputs.dot(a), 0)\n"
        "    delta = 2 * (hidden.dot(b) - targets)\n    below = delta.dot(b.T) * (hidden > 0)\n"
        "    return inputs.T.dot(below), hidden.T.dot(delta)"
    )
    told = learner.check("ch06.backprop").told
    laws = told["chapters"][0]["exercises"][0]["laws"]
    (slopes,) = [law["gradient"] for law in laws if "gradient" in law]
    assert slopes["autopsy"] == "factor_two"
    assert 0 < slopes["wrong"] <= slopes["entries"]


VALUES: list[tuple[Any, dict[str, Any]]] = [
    (None, {"type": "none"}),
    (3, {"type": "number", "data": 3}),
    (0.5, {"type": "number", "data": 0.5}),
    (True, {"type": "number", "data": True}),
    (2**53, {"type": "number", "data": 2**53}),
    (2**53 + 1, {"type": "number", "data": "9007199254740993"}),
    (-(10**30), {"type": "number", "data": "-1" + "0" * 30}),
    (1 << 20_000, {"type": "number", "data": "0x1" + "0" * 5_000}),
    (float("nan"), {"type": "number", "data": "nan"}),
    (float("inf"), {"type": "number", "data": "inf"}),
    (np.float64("-inf"), {"type": "number", "data": "-inf"}),
    (np.float32(0.5), {"type": "number", "data": 0.5}),
    (np.bool_(True), {"type": "number", "data": True}),
    ("\x1b[31m", {"type": "text", "data": "\x1b[31m"}),
    ("\ud800", {"type": "text", "data": "?"}),
    ([1, [2.0]], {"type": "list", "data": [
        {"type": "number", "data": 1}, {"type": "list", "data": [{"type": "number", "data": 2.0}]}
    ]}),
    ((None,), {"type": "tuple", "data": [{"type": "none"}]}),
    ({2, 1}, {"type": "set", "data": [
        {"type": "number", "data": 1}, {"type": "number", "data": 2}
    ]}),
    ({"a": 1}, {"type": "dict", "data": [
        [{"type": "text", "data": "a"}, {"type": "number", "data": 1}]
    ]}),
    (np.array([[1.0, np.nan], [np.inf, -0.5]]), {
        "type": "array", "shape": [2, 2], "dtype": "float64", "data": [[1.0, "nan"], ["inf", -0.5]]
    }),
    (np.array([2**60]), {"type": "array", "shape": [1], "dtype": "int64", "data": [str(2**60)]}),
    (np.array(2.0), {"type": "array", "shape": [], "dtype": "float64", "data": 2.0}),
    (np.zeros((0, 3)), {"type": "array", "shape": [0, 3], "dtype": "float64", "data": []}),
    (np.array([True]), {"type": "array", "shape": [1], "dtype": "bool", "data": [True]}),
    (np.array([1j]), {"type": "array", "shape": [1], "dtype": "complex128", "data": ["1j"]}),
    (Seed(7), {"type": "rng", "seed": 7}),
    (quadratic(1, 0.5, float("inf")), {
        "type": "object", "class": "quadratic", "data": [1, 0.5, "inf"]
    }),
    (Opaque("Tensor"), {"type": "object", "class": "Tensor", "text": ""}),
    (object(), {"type": "object", "class": "object"}),
]  # fmt: skip


def report_of(value: Any, **gradient: Any) -> Report:
    """A report in which this value is an input, expected and got."""
    call = Call("f", (value,), value)
    shown = Counterexample("0" * 8, {"x": value}, (call,), "differs", value, value, True)
    slopes = GradientReport(1, 1, 0, **gradient) if gradient else None
    law = LawResult("is right", "own", "failed", 1, shown, slopes)
    result = Result("ch06.f", "f", Verdict.FAILED, 1, "0" * 64, (), (law,))
    return Report(0, "normal", (ChapterResult("ch06", "Six", "six.py", (result,)),), 0.5)


@pytest.mark.parametrize(("value", "wanted"), VALUES, ids=lambda value: type(value).__name__)
def test_how_values_are_written(value: Any, wanted: dict[str, Any]) -> None:
    told = json.loads(report_json(report_of(value)))
    check_report(told)
    shown = told["chapters"][0]["exercises"][0]["laws"][0]["counterexample"]
    assert shown["inputs"]["x"] == shown["expected"] == shown["got"] == wanted


@pytest.mark.parametrize("miss", [0.5, float("inf"), float("nan"), np.float64("inf")])
def test_how_a_gradient_is_written(miss: float) -> None:
    told = json.loads(report_json(report_of(1.0, max_relative_error=miss)))
    check_report(told)


def test_a_fault_is_written(learner: Learner) -> None:
    told = json.loads(report_json(Report(0, "normal", (), 0.1, Fault("the checks", "broke"))))
    check_report(told)
    assert told["status"] == "fault" and told["fault"] == {
        "where": "the checks",
        "message": "broke",
    }


def test_the_validator_sees_what_is_wrong() -> None:
    right = json.loads(report_json(report_of(1.0)))
    check_report(right)
    law = right["chapters"][0]["exercises"][0]["laws"][0]
    for where, key, value in [
        (right, "status", "passed"),
        (right, "extra", 1),
        (right["chapters"][0], "counts", {"passed": 1}),
        (right["chapters"][0], "error", None),
        (law, "kind", "unfree"),
        (law["counterexample"], "case", "xyz"),
        (law["counterexample"], "got", {"type": "number", "data": 2**53 + 1}),
        (
            law["counterexample"],
            "got",
            {"type": "array", "shape": [2], "dtype": "bool", "data": [1]},
        ),
    ]:
        before = dict(where)
        where[key] = value
        with pytest.raises(Broken):
            check_report(right)
        where.clear()
        where.update(before)
    check_report(right)


# --- exit codes --------------------------------------------------------------------------------


def test_passed_exits_with_0_and_anything_else_with_1(learner: Learner) -> None:
    learner.answer()
    assert learner.check(*THREE).code == 0
    assert learner.check("ch06").code == 1  # the others are not started
    learner.answer(relu_deriv=WRONG)
    assert learner.check(*THREE).code == 1
    assert learner.check(*THREE, "--json").code == 1


@pytest.mark.parametrize("words", [["ch06.relu_deriv"], ["ch06.relu_deriv", "--json"]])
def test_ctrl_c_exits_with_130_and_leaves_nothing(learner: Learner, words: list[str]) -> None:
    learner.answer(relu_deriv=LOOP)
    process = subprocess.Popen(
        COMMAND + words,
        cwd=learner.folder,
        env=learner.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    workers = wait_for_workers(process)
    # As a terminal does it: to every process in the foreground.
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert err.decode().endswith("interrupted\n") and b"Traceback" not in err
    assert out == b"" or not words[1:]
    assert all(gone(pid) for pid in workers)


def wait_for_workers(process: subprocess.Popen[bytes]) -> list[int]:
    """The warm process and a worker of a command that was just started."""
    until = time.monotonic() + 20
    while time.monotonic() < until and process.poll() is None:
        warm = children(process.pid)
        workers = [worker for pid in warm for worker in children(pid)]
        if workers:
            time.sleep(0.2)
            return warm + workers
        time.sleep(0.02)
    process.kill()
    raise AssertionError(f"no worker was started: {process.communicate()}")


OURS = """
import sys
from gdl_check import cli
from gdl_check.course import load_chapter

def broken(*args, **more):
    raise RuntimeError("ours")

chapter = load_chapter("ch06")
{break_it}
sys.exit(cli.main(sys.argv[1:]))
"""
BREAK_A_LAW = (
    "from dataclasses import replace\nlaws = chapter.exercises['relu'].laws\n"
    "laws[0] = replace(laws[0], holds=lambda answer, x: broken())"
)
BREAK_THE_REFERENCE = "chapter.solution.relu = broken"
BREAK_THE_SANDBOX = (
    "from gdl_check.sandbox import launch\nlaunch.command = lambda *a: [sys.executable, '-c', '']"
)
BREAK_THE_SCREEN = "from gdl_check import checking\nchecking.chapter_lines = broken"
FAULTS = {
    "a law": (BREAK_A_LAW, "RuntimeError: ours"),
    "the reference": (BREAK_THE_REFERENCE, "RuntimeError"),
    "the sandbox": (BREAK_THE_SANDBOX, "does not start here"),
    "the screen": (BREAK_THE_SCREEN, "RuntimeError: ours"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_ours_exits_with_3_and_blames_nobody(learner: Learner, name: str) -> None:
    learner.answer()
    break_it, says = FAULTS[name]
    script = OURS.format(break_it=break_it)
    words = ["ch06.relu"] if name == "the screen" else ["ch06.relu", "--json"]
    if name == "the reference":
        words += ["--seed", "4712"]  # of which nobody knows yet what it gives
    done = subprocess.run(
        [sys.executable, "-c", script, *words],
        cwd=learner.folder,
        env=learner.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    if name == "the screen":
        said = " ".join(done.stdout.split())
        assert "gdl-check itself is broken here, not your code: RuntimeError: ours" in said
        assert "Nothing was counted against you." in said
        return
    told = json.loads(done.stdout)
    check_report(told)
    assert told["status"] == "fault" and says in told["fault"]["message"]
    assert told["chapters"] == []


# --- flags -------------------------------------------------------------------------------------


def test_a_case_is_replayed(learner: Learner) -> None:
    learner.answer(relu_deriv=SMALL)
    first = learner.check(*THREE)
    law = first.result("relu_deriv").opened
    assert law is not None and law.counterexample is not None
    case = law.counterexample.case
    assert f"again: gdl-check ch06.relu_deriv --case {case}\n" in first.out
    assert f"--case {case} --debug\n" in first.out
    for words in (["ch06.relu_deriv"], ["ch06"], [], ["--seed", "5"], ["--effort", "quick"]):
        again = learner.check(*words, "--case", case)
        assert again.code == 1
        replayed = again.result("relu_deriv").opened
        assert replayed is not None and replayed.counterexample is not None
        assert replayed.claim == law.claim
        assert replayed.counterexample.message == law.counterexample.message
        assert again.told["chapters"][0]["counts"] == {"failed": 1}
    learner.answer()
    assert learner.check("ch06.relu_deriv", "--case", case).code == 0
    assert learner.check("ch06.relu", "--case", case).code == 2


def test_what_is_shown_can_be_replayed_whatever_it_is(learner: Learner) -> None:
    for source in (
        "def relu_deriv(output):\n    return output[:1] > 0",
        "def relu_deriv(output):\n    return 1 / (4 - output.size)",
        "def relu_deriv(output):\n    output[0] = 0\n    return output > 0",
        "def relu_deriv(output):\n    return (output > 0) if output.flags.c_contiguous else output",
        "def relu_deriv(output):\n    return output / 3 * 3 > 0.2",
    ):
        learner.answer(relu_deriv=source)
        first = learner.check("ch06.relu_deriv")
        (again,) = re.findall(r"again: gdl-check (.*)", first.out)
        second = learner.check(*again.split())
        for a, b in [(first.result("relu_deriv").opened, second.result("relu_deriv").opened)]:
            assert a is not None and b is not None, (first.out, second.out)
            assert a.claim == b.claim
            assert a.counterexample is not None and b.counterexample is not None
            assert a.counterexample.message == b.counterexample.message


def test_what_hangs_on_earlier_calls_is_not_said_to_be_replayable(learner: Learner) -> None:
    learner.answer(
        relu_deriv="seen = []\n\ndef relu_deriv(output):\n    seen.append(1)\n"
        "    return (output > 0) * len(seen)"
    )
    checked = learner.check("ch06.relu_deriv")
    assert checked.out.endswith("  again: gdl-check ch06.relu_deriv\n")


def test_the_seed_draws_others_and_the_same_seed_the_same(learner: Learner) -> None:
    learner.answer()
    told = [learner.check("ch06.relu_deriv", "--seed", seed).told for seed in ("3", "3", "4")]
    corpora = [t["chapters"][0]["exercises"][0]["corpus"] for t in told]
    assert corpora[0] == corpora[1] != corpora[2]
    assert [t["seed"] for t in told] == [3, 3, 4]


def test_the_effort_says_how_many(learner: Learner) -> None:
    learner.answer()
    counts = []
    for effort in EFFORT:
        told = learner.check("ch06.relu_deriv", "--effort", effort).told
        assert told["effort"] == effort
        counts.append(told["chapters"][0]["exercises"][0]["laws"][-1]["cases"])
    assert counts[0] < counts[1] < counts[2] and counts[0] <= 30 and counts[2] > 300


def test_a_workspace_elsewhere(learner: Learner, tmp_path: Path) -> None:
    learner.answer(relu_deriv=WRONG)
    elsewhere = Learner(tmp_path / "a b")
    elsewhere.answer()
    checked = learner.check(*THREE, "--workspace", str(elsewhere.folder))
    assert checked.code == 0
    there = elsewhere.check("ch06.relu_deriv", "--workspace", "../workspace")
    assert there.code == 1
    assert "again: gdl-check --workspace ../workspace ch06.relu_deriv --case" in there.said
    back = learner.check("ch06", "--workspace", "../a b")
    assert "then: gdl-check --workspace '../a b' ch06.lights_to_matrix" in back.said


def test_the_reference(learner: Learner) -> None:
    checked = learner.check("ch06.relu", "--reference")
    assert checked.code == 0 and checked.out.endswith("passed: ch06.relu\n")


def test_files_and_lines_of_files(learner: Learner, tmp_path: Path) -> None:
    learner.answer(relu_deriv=f"import functools\n\n@functools.cache\n{WRONG}\n\n\nx = 3")
    text = learner.file.read_text(encoding="utf-8").split("\n")
    line = text.index("def relu_deriv(output):") + 1
    for target in (
        f"exercises/ch06_backpropagation.py:{line}",
        f"exercises/ch06_backpropagation.py:{line - 1}",
        f"exercises/ch06_backpropagation.py:{line + 1}:7",
        f"ch06_backpropagation.py:{line + 1}",
        f"{learner.file}:{line}",
    ):
        told = learner.check(target).told["chapters"][0]["exercises"]
        assert [exercise["name"] for exercise in told] == ["relu_deriv"], target
    whole = learner.check("exercises/ch06_backpropagation.py")
    assert len(whole.chapter.results) == len(load_chapter("ch06").exercises)
    copy = tmp_path / "ch06 (copy).py"
    copy.write_bytes(learner.file.read_bytes())
    other = learner.check("../ch06 (copy).py:" + str(line))
    assert other.code == 1
    assert f"again: gdl-check '../{copy.name}':{line} --case" in other.said


def test_several_targets_are_put_together(learner: Learner) -> None:
    learner.answer()
    checked = learner.check("ch06.relu_deriv", "ch06.relu", "--plain", "ch06.relu_deriv")
    assert [result.name for result in checked.chapter.results] == ["relu", "relu_deriv"]


def test_a_name_without_its_chapter(learner: Learner) -> None:
    desk = Desk(learner.file.parent)

    def named(*words: str) -> list[str]:
        return [t.chapter.exercise_id(name) for t in resolve(words, desk) for name in t.names]

    assert named("relu") == ["ch06.relu"]
    assert named("ch06", "relu", "forward") == ["ch06.relu", "ch06.forward"]
    assert named("ch09", "relu_deriv") == ["ch09.relu_deriv"]
    assert named("relu_deriv") == ["ch06.relu_deriv"]  # the only chapter that is worked on
    ch06, ch07 = ([f"{id}.{n}" for n in load_chapter(id).exercises] for id in ("ch06", "ch07"))
    assert named("ch06", "ch07", "forward") == [*ch06, *ch07]
    assert named("ch06", "relu", "ch06") == ch06


def test_what_was_checked_last_is_worked_on(learner: Learner) -> None:
    learner.answer(relu_deriv=WRONG)
    assert learner.check("ch06.collapse_linear").code == 0
    assert learner.check("hint").out.startswith("ch06.lights_to_matrix")
    assert learner.check("diff").out.startswith("ch06.collapse_linear")
    assert learner.check("ch06").code == 1
    assert learner.check("hint").out.startswith("ch06.relu_deriv")
    learner.check("ch06.dead_units")
    assert learner.check("hint").out.startswith("ch06.dead_units")
    assert [result.name for result in learner.check().chapter.results] == ["dead_units"]


def test_what_is_shown_is_what_was_handed_over(learner: Learner) -> None:
    desk_file = learner.file.parent / load_chapter("ch03").file_name
    stubs = (course_folder("exercises") / desk_file.name).read_text(encoding="utf-8")
    wrong = {
        "vector_sum": "def vector_sum(values):\n    return values.sum()",
        "dot_score": "def dot_score(vector, rows):\n    return True",
    }
    desk_file.write_text(chapter_file(stubs, **wrong), encoding="utf-8")
    lists = learner.check("vector_sum").out
    assert "    vector_sum([4.0])\n" in lists and "as lists" not in lists
    told = learner.check("dot_score").out
    assert "Does not hold" not in told and "yours      True" in told


def test_only_the_worst_of_many_tables_are_shown() -> None:
    names = tuple("abcdef")
    tables = {name: (np.full((2, 2), 1.0 + i), np.ones((2, 2))) for i, name in enumerate(names)}
    report = GradientReport(
        24, 24, 0, 1.0, (), names, ("f", (0, 0), 6.0, 1.0, 1e-9), dict(tables, e=tables["f"])
    )

    def screen(report: GradientReport, verbose: bool = False) -> str:
        lines = gradient_lines(report, 79, verbose)
        return "\n".join("".join(text for text, _ in line) for line in lines)

    assert "\n  a\n" in screen(report) and "\n  f\n" in screen(report)
    assert "\n  b\n" not in screen(report) and "\n  b\n" in screen(report, verbose=True)
    assert "Wrong as well: b, c, d and e (see them with -v)." in screen(report)
    same = report._replace(tables=dict.fromkeys(names, tables["c"]), right_arrays=("g",))
    assert "Wrong as well: 4 more, 3 times what was measured (see them" in screen(same)


@pytest.mark.parametrize("width", [45, 56, 77])
def test_rows_stay_whole_only_where_they_fit(width: int) -> None:
    for columns in range(1, 16):
        array = np.round(np.linspace(-3, 3, columns), 3)[None]
        lines = call_lines("softmax_jvp", {"logits": array, "more": array, "last": 1.0}, width)
        assert max(map(len, lines)) <= width


def test_indentation_is_shown_as_it_is(learner: Learner) -> None:
    learner.answer(relu="def relu(x):\n    y = x\n      return y")
    assert "\n          return y\n          ^\n" in learner.check("ch06").out
    learner.answer(relu="def relu(x):\n    y = x\n\treturn y")
    assert "\n    --> return y\n        ^\n    (--> is a tab)\n" in learner.check("ch06").out


def test_what_comes_after_a_chapter(learner: Learner) -> None:
    learner.write(SOLUTION)
    onward = ["see it at work: gdl-check play ch06", "next chapter: gdl-check ch07"]
    assert not any(line in learner.check("ch06.relu").said for line in onward)
    assert not any(line in learner.check("ch06", "--reference").said for line in onward)
    assert all(line in learner.check("ch06").said for line in onward)
    assert all(line in learner.check("ch06.relu").said for line in onward)
    learner.write(chapter_file(SOLUTION, relu=WRONG.replace("relu_deriv", "relu")))
    assert not any(line in learner.check("ch06").said for line in onward)


def test_all_checks_every_chapter(learner: Learner) -> None:
    checked = learner.check("all")
    assert checked.report is not None and checked.code == 1
    status = {chapter.id: str(chapter.status) for chapter in checked.report.chapters}
    assert list(status) == list(chapter_modules())
    assert status.pop("ch06") == "not_started"  # the only file that is there
    assert set(status.values()) == {"error"}
    assert "drawing" not in checked.err  # there is nothing to be called


def test_no_target_is_what_is_being_worked_on(learner: Learner) -> None:
    learner.answer()
    first = learner.check()
    assert first.code == 1
    assert [result.name for result in first.chapter.results] == ["lights_to_matrix"]
    learner.write(
        chapter_file(
            learner.file.read_text(encoding="utf-8"),
            lights_to_matrix="""
def lights_to_matrix(patterns):
    return [[float(light) for light in pattern] for pattern in patterns]
""",
        )
    )
    assert [result.name for result in learner.check().chapter.results] == ["pressure"]
    other = learner.file.parent / load_chapter("ch05").file_name
    stubs = (course_folder("exercises") / other.name).read_bytes()
    other.write_bytes(stubs)
    os.utime(other, (time.time() + 10, time.time() + 10))
    assert learner.check().chapter.id == "ch06"  # nothing has been written in the other one
    other.write_bytes(stubs + b"\n# begun\n")
    os.utime(other, (time.time() + 10, time.time() + 10))
    assert learner.check().chapter.id == "ch05"


def test_help_and_version(learner: Learner) -> None:
    assert learner.check("--version").out == f"gdl-check {__version__}\n"
    helped = learner.check("--help")
    assert helped.code == 0
    for flag in ("--json", "--plain", "--seed", "--effort", "--case", "--debug", "--reference"):
        assert flag in helped.out


# --- on every kind of stream -------------------------------------------------------------------


def test_the_same_words_in_colour_and_without(learner: Learner) -> None:
    learner.answer(
        relu_deriv=WRONG + "  # one\n    # two", forward="def forward(a, b, c):\n    return"
    )
    words = ["ch06"]
    piped = learner.run(*words)
    assert "Looks like" in piped.out
    in_colour = learner.run_on_terminal(*words, columns=80)
    assert COLOUR.search(in_colour.out)
    without = {
        "NO_COLOR": learner.run_on_terminal(*words, columns=80, NO_COLOR="1"),
        "TERM=dumb": learner.run_on_terminal(*words, columns=80, TERM="dumb"),
        "--plain": learner.run_on_terminal(*words, "--plain", columns=80),
    }
    for name, checked in without.items():
        assert not COLOUR.search(checked.out), name
        assert same_words(checked.out) == same_words(piped.out), name
    assert same_words(COLOUR.sub("", in_colour.out)) == same_words(piped.out)
    assert {c.code for c in [piped, in_colour, *without.values()]} == {1}


def same_words(screen: str) -> list[str]:
    return [word for word in screen.split() if not word.startswith("drawing")]


def test_what_is_not_understood_breaks_between_words(learner: Learner) -> None:
    shown = learner.run_on_terminal("cross_entrophy", columns=50).out
    assert "\n  " in shown and cells(max(shown.split("\n"), key=cells)) <= 50
    assert " ".join(shown.split()) == learner.run("cross_entrophy").err.strip()


@pytest.mark.parametrize("columns", [60, 80])
def test_nothing_is_wider_than_the_terminal(learner: Learner, columns: int) -> None:
    learner.answer(
        train="def train(inputs, targets, weights_0_1, weights_1_2, learning_rate, epochs):\n"
        "    print('x' * 200)\n    return [1.0] * epochs"
    )
    shown = learner.run_on_terminal("ch06.train", columns=columns)
    plain = COLOUR.sub("", shown.out)
    assert "It printed:" in plain
    assert max(map(cells, plain.split("\n"))) < columns
    assert plain.rstrip().endswith("--debug")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_streams_that_know_few_characters(learner: Learner, encoding: str) -> None:
    printing = "def relu_deriv(output):\n    print('caf\u00e9 \u6f22 \u2713')\n    return output"
    learner.answer(relu_deriv=printing)
    checked = learner.run("ch06.relu_deriv", PYTHONIOENCODING=encoding)
    assert checked.code == 1 and "Traceback" not in checked.err
    assert ("caf\u00e9 ? ?" if encoding == "cp1252" else "caf? ? ?") in checked.out
    told = json.loads(learner.run("ch06.relu_deriv", "--json", PYTHONIOENCODING=encoding).out)
    assert "\u6f22" in told["chapters"][0]["exercises"][0]["stdout"]


@pytest.mark.parametrize("words", ["ch06", "ch06 --json"])
def test_a_pipe_that_is_closed(learner: Learner, words: str) -> None:
    learner.answer(relu_deriv=WRONG)
    command = f"'{sys.executable}' -m gdl_check {words} | true"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=learner.folder,
        env=learner.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr and "BrokenPipe" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full: Linux")
@pytest.mark.parametrize("words", ["ch06", "ch06 --json", "list"])
def test_a_disk_that_is_full(learner: Learner, words: str) -> None:
    learner.answer(relu_deriv=WRONG)
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "gdl_check", *words.split()],
            cwd=learner.folder,
            env=learner.environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 3
    assert done.stderr.splitlines()[-1].startswith("gdl-check: the disk is full")
    assert "Traceback" not in done.stderr


def test_standard_streams_that_are_closed(learner: Learner) -> None:
    learner.answer()
    for closed in (">&-", "2>&-", "<&- >&- 2>&-"):
        done = subprocess.run(
            ["bash", "-c", f"'{sys.executable}' -m gdl_check ch06.relu --json {closed}"],
            cwd=learner.folder,
            env=learner.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout == "" or json.loads(done.stdout)


# --- stepping through --------------------------------------------------------------------------


def test_debug_stops_at_the_learners_line(learner: Learner) -> None:
    learner.answer(relu_deriv="def relu_deriv(output):\n    slope = output + 1\n    return slope")
    prompts = 0

    def typed(shown: str) -> str | None:
        nonlocal prompts
        if shown.count("(Pdb)") == prompts:
            return None
        prompts += 1
        return {1: "p output.shape\n", 2: "n\n", 3: "p slope.sum()\n"}.get(prompts, "c\n")

    checked = learner.run_on_terminal("ch06.relu_deriv", "--debug", "--plain", typed=typed)
    after = checked.out.partition("--debug\n")[2]
    assert checked.code == 1
    assert "-> slope = output + 1" in after
    assert "(1, 1)" in after or "(1, 2)" in after
    assert "-> return slope" in after
    assert "Traceback" not in after


def test_debug_of_what_raises(learner: Learner) -> None:
    learner.answer(relu_deriv="def relu_deriv(output):\n    raise ValueError('mine')")
    ended = {"c": False}

    def typed(shown: str) -> str | None:
        if "(Pdb)" in shown and not ended["c"]:
            ended["c"] = True
            return "c\n"
        return None

    checked = learner.run_on_terminal("ch06.relu_deriv", "--debug", "--plain", typed=typed)
    assert checked.code == 1
    assert "-> raise ValueError('mine')" in checked.out
    assert "gdl_check" not in checked.out.partition("--debug\n")[2]


def test_debug_hands_over_what_the_answer_got(learner: Learner) -> None:
    learner.answer(
        relu_deriv="def relu_deriv(output):\n"
        "    return output > (0.3 if output.dtype == np.float32 else 0)"
    )
    script = (
        "import os, pdb, sys\nfrom gdl_check import cli\nos.isatty = lambda fd: True\n"
        "pdb.Pdb.runcall = lambda self, answer, *a: print('GOT', answer.__name__, a[0].dtype)\n"
        "sys.exit(cli.main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "ch06.relu_deriv", "--debug"],
        cwd=learner.folder,
        env=learner.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout.endswith("GOT relu_deriv float32\n"), done.stdout + done.stderr


def test_debug_needs_a_terminal(learner: Learner) -> None:
    learner.answer(relu_deriv=WRONG)
    checked = learner.run("ch06.relu_deriv", "--debug")
    assert checked.code == 2
    assert "needs a terminal" in checked.err


def test_nothing_to_debug(learner: Learner) -> None:
    learner.answer()
    assert learner.check("ch06.relu_deriv", "--debug").code == 0
    learner.write(STUBS)
    assert learner.check("ch06.relu_deriv", "--debug").code == 1
