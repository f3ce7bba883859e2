"""Notebooks: read as chapter files whatever is in them, made of stubs, and checked from a cell."""

from __future__ import annotations

import html.parser
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from gdl_check import cli, question, state
from gdl_check.course import all_chapters, load_chapter
from gdl_check.lessons import notebook_of
from gdl_check.needed import needed
from gdl_check.notebooks import NotANotebook, code_of, is_python, made, python_of
from gdl_check.places import chapter_path, course_folder
from gdl_check.question import answer
from gdl_check.render.tojson import report_json
from gdl_check.results import ChapterResult, Error, Report, Result, Verdict
from gdl_check.source import CannotBeRead, ChapterFile, read_chapter_file
from gdl_check.targets import current, find_desk
from gdl_check.workspace import create
from learner import STUBS, Learner, look_at

CHAPTER = load_chapter("ch06")
NOTEBOOK = CHAPTER.file_name.replace(".py", ".ipynb")
RELU = "def relu(x):\n    return np.maximum(x, 0)"
WRONG = "def relu_deriv(output):\n    return (output >= 0).astype(float)"
BEGIN = "%load_ext gdl_check.notebook\nfrom gdl_check import check\nimport numpy as np"


def notebook(*cells: str, outputs: Sequence[Any] = ()) -> str:
    told = json.loads(made([("code", cell) for cell in cells]))
    for cell in told["cells"]:
        cell["outputs"] = list(outputs)
    return json.dumps(told)


@pytest.fixture
def learner(tmp_path: Path) -> Learner:
    """A learner whose chapter 6 is a notebook."""
    learner = Learner(tmp_path / "gr\u00e9ta's work")
    learner.file.unlink()
    learner.file = learner.file.with_suffix(".ipynb")
    return learner


# --- reading -------------------------------------------------------------------------------------


def test_code_cells_are_joined_and_every_line_knows_its_cell() -> None:
    cells = [("markdown", "# words"), ("code", "a = 1\nb = 2"), ("raw", "x"), ("code", "c = 3")]
    code = code_of(made(cells).encode())
    lines = code.text.split("\n")
    assert {line: code.cells[i] for i, line in enumerate(lines) if line} == {
        "a = 1": ("cell 2", 1),
        "b = 2": ("cell 2", 2),
        "c = 3": ("cell 4", 1),
    }
    assert len(lines) == len(code.cells)


@pytest.mark.parametrize(
    "cell, left",
    [
        ("%matplotlib inline\nx = 1", "x = 1"),
        ("!ls 'it\nx = 1", "x = 1"),
        ("x = !ls", ""),
        ("files = %sx ls (", ""),
        ("print?\nx = 1\n?print", "x = 1"),
        ("if x:\n    !ls\ny = 2", "if x:\n    pass\ny = 2"),
        ("x = (a\n% b)", "x = a % b"),
        ('x = """\n%no magic\n"""', "x = '\\n%no magic\\n'"),
        ("%%time\nx = 1", "x = 1"),
        ("\n%%check ch06\ndef f(x):\n    return x", "def f(x):\n    return x"),
        ("%%bash\nrm -rf x", ""),
        ("%%writefile a.py\nx = 1", ""),
        ("this is no Python", ""),
        ("\n".join(["%time f()"] * 60) + "\nx = 1", "x = 1"),
    ],
)
def test_what_only_ipython_understands_is_commented_out(cell: str, left: str) -> None:
    import ast

    python = python_of(cell)
    assert python.count("\n") == cell.count("\n")
    told = ast.parse(python)
    told.body = [node for node in told.body if not isinstance(node, ast.Pass)]
    assert ast.unparse(told) == left


def test_a_definition_that_python_cannot_read_is_left_to_be_told() -> None:
    broken = "%matplotlib inline\ndef relu(x)\n    return x"
    assert "def relu(x)\n" in python_of(broken)
    assert not is_python(broken) and is_python("%matplotlib inline\nx = 1")


BAD = {
    "nothing": (b"", "empty"),
    "no JSON": (b"{'cells': []}", "not a notebook, or a damaged one"),
    "half of it": (notebook(RELU).encode()[:-40], "damaged"),
    "a list": (b"[]", "no cells"),
    "a number": (b"3", "no cells"),
    "no cells": (b'{"nbformat": 4}', "no cells"),
    "cells of another kind": (b'{"cells": {"a": 1}}', "no cells"),
    "nothing in it": (b'{"cells": []}', "no code cell"),
    "no cell of code": (b'{"cells": [1, null, {"cell_type": "markdown"}]}', "no code cell"),
    "a text that is none": (b'{"cells": [{"cell_type": "code", "source": [1]}]}', "cell 1"),
    "nbformat 3": (b'{"nbformat": 3, "worksheets": [{"cells": []}]}', "nbformat 3"),
    "another language": (
        b'{"cells": [], "metadata": {"language_info": {"name": "R"}}}',
        "written in r",
    ),
    "metadata of another kind": (b'{"cells": [], "metadata": [1]}', "no code cell"),
    "zero bytes": (notebook("x = '\0'").encode(), "zero bytes"),
    "deep": (b"[" * 100_000, "damaged"),
    "a huge number": (b'{"cells": ' + b"9" * 10_000 + b"}", "damaged"),
    "binary": (bytes(range(256)) * 10, "damaged"),
    "a gigabyte of code": (notebook("x = 1\n" * 60_000).encode(), "256 KB"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_notebook_is_told_in_one_sentence(name: str, tmp_path: Path) -> None:
    raw, says = BAD[name]
    with pytest.raises(NotANotebook, match=says) as told:
        code_of(raw)
    assert "\n" not in str(told.value) and str(told.value)[0].islower()
    path = tmp_path / "ch06.ipynb"
    path.write_bytes(raw)
    with pytest.raises(CannotBeRead, match=says):
        read_chapter_file(path, path.name)


def test_outputs_and_odd_characters_are_no_matter(tmp_path: Path) -> None:
    picture = {"output_type": "display_data", "data": {"image/png": "A" * 3_000_000}}
    text = notebook("x = '\ud83d'\r\ny = 'caf\u00e9 \u6f22'", RELU, outputs=[picture])
    path = tmp_path / "ch06.IPYNB"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    file = read_chapter_file(path, path.name)
    assert file.definitions["relu"] and "caf\u00e9 \u6f22" in file.text and "\r" not in file.text
    file.text.encode()


# --- what answers rest on ------------------------------------------------------------------------


def only(text: str, *names: str) -> str:
    code = code_of(notebook(*text.split("\n\n")).encode())
    return needed(ChapterFile("n", code.text, code.cells), names).text


def test_trials_are_left_out() -> None:
    left = only(
        "import numpy as np\nimport matplotlib.pyplot as plt\n\nalpha = 0.1\nplt.plot([alpha])\n\n"
        "def helper(x):\n    return x * alpha\n\ndef relu(x):\n    return helper(np.abs(x))\n\n"
        "for i in range(10**12):\n    print(relu(i))\n\ncheck(relu)",
        "relu",
        "forward",
    )
    kept = "import numpy as np\nalpha = 0.1\ndef helper(x):\n    return x * alpha\n"
    assert left == kept + "def relu(x):\n    return helper(np.abs(x))\n"


def test_what_is_changed_later_comes_along() -> None:
    text = "class Tensor:\n    pass\n\ndef add(self, other):\n    return 1\n\nTensor.__add__ = add"
    assert "Tensor.__add__ = add" in only(text, "Tensor")
    assert (
        only("table = {}\n\ntable['a'] = 1\n\ndef f(x):\n    return table[x]", "f").count("a") > 3
    )


def test_what_was_before_a_new_definition_is_left_out() -> None:
    text = "from torch import f\n\nx = 1\n\nx = x + 1\n\ndef f(y):\n    return x"
    assert only(text, "f") == "x = 1\nx = x + 1\ndef f(y):\n    return x\n"
    stub = "def f(y):\n    return 1\n\ndef f(y):\n    raise NotImplementedError"
    assert "return 1" in only(stub, "f")


# --- in a terminal -------------------------------------------------------------------------------


def test_a_notebook_is_checked_like_a_file(learner: Learner) -> None:
    learner.write(notebook(BEGIN, RELU, f"# mine\n{WRONG}", "import torch\n%timeit relu(3)"))
    checked = learner.check("ch06.relu", "ch06.relu_deriv")
    assert checked.statuses("relu", "relu_deriv") == ["passed", "failed"]
    assert f"exercises/{NOTEBOOK}, cell 3, line 2" in checked.out
    assert "Looks like" in checked.out
    assert "line" not in checked.told["chapters"][0]["exercises"][1]
    log = state.read(state.state_file(learner.folder))
    checks = [event.more["verdict"] for event in log.events if event.event == "check"]
    assert checks == ["passed", "failed"]


def test_lines_of_errors_are_told_as_cell_and_line(learner: Learner) -> None:
    learner.write(notebook(BEGIN, "def relu(x):\n    y = x\n    return y.nothing"))
    assert "cell 2, line 3, in relu: return y.nothing" in learner.check("ch06.relu").said
    learner.write(notebook(BEGIN, "def relu(x):\n    while True:\n        pass"))
    assert "in cell 2, line" in learner.check("ch06.relu", seconds=0.6).said
    learner.write(notebook(BEGIN, "def relu(x):\n    return (x"))
    told = learner.check("ch06.relu").said
    assert "cell 2, line 2" in told and "was never closed" in told
    learner.write(notebook(BEGIN, "def rellu(x):\n    return x", "x = 1"))
    assert "found rellu (cell 2, line 1): rename it?" in learner.check("ch06.relu").said


def test_a_file_that_is_no_notebook(learner: Learner) -> None:
    learner.write('{"nbformat": 3, "worksheets": []}')
    checked = learner.check("ch06")
    assert checked.code == 1 and "old format (nbformat 3)" in checked.said


def test_targets_name_cells(learner: Learner, tmp_path: Path) -> None:
    learner.write(notebook(BEGIN, RELU, WRONG))
    checked = learner.check(f"exercises/{NOTEBOOK}:2")
    assert [result.name for result in checked.chapter.results] == ["relu"]
    copy = tmp_path / NOTEBOOK
    copy.write_bytes(learner.file.read_bytes())
    assert f"again: gdl-check ../{NOTEBOOK}:3 --case" in learner.check(f"../{NOTEBOOK}:3").said
    refused = learner.check(f"../{NOTEBOOK}:1")
    assert refused.code == 2 and "no exercise stands in cell 1" in refused.err


def test_a_file_of_python_comes_before_a_notebook(learner: Learner) -> None:
    learner.write(notebook(RELU))
    assert chapter_path(learner.file.parent, CHAPTER.file_name) == learner.file
    learner.file.with_suffix(".py").write_text(STUBS, encoding="utf-8")
    assert learner.check("ch06.relu").statuses("relu") == ["not_started"]


def test_an_error_in_json_has_no_line_of_a_notebook() -> None:
    result = Result("ch06.relu", "relu", Verdict.ERROR, 3, error=Error("NameError", "x", 4))
    chapter = ChapterResult("ch06", "t", NOTEBOOK, (result,))
    assert '"line"' not in report_json(Report(0, "normal", (chapter,)))


# --- a workspace of notebooks --------------------------------------------------------------------


def test_debug_shows_the_line_of_a_cell(learner: Learner) -> None:
    learner.write(notebook(BEGIN, RELU, WRONG))

    def typed(shown: str) -> str | None:
        return "c\n" if shown.count("(Pdb)") == 1 else None

    checked = learner.run_on_terminal("ch06.relu_deriv", "--debug", "--plain", typed=typed)
    assert checked.code == 1 and "-> return (output >= 0).astype(float)" in checked.out


@pytest.mark.parametrize("chapter", list(all_chapters()), ids=lambda chapter: chapter.id)
def test_a_notebook_of_stubs_has_what_the_file_has(chapter: Any) -> None:
    code = code_of(notebook_of(chapter).encode())
    made_of = ChapterFile("n", code.text, code.cells)
    stub = read_chapter_file(course_folder("exercises") / chapter.file_name, "s")
    for name, node in stub.definitions.items():
        assert made_of.segment(made_of.definitions[name]) == stub.segment(node)
        if name in chapter.exercises:
            assert re.search(rf"# is it right\?  check\({name}[,)]", code.text)
    assert set(stub.names) <= set(made_of.names)


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = create(tmp_path / "my course", notebook=True)
    monkeypatch.chdir(folder)
    return folder


def fill(path: Path, **answers: str) -> None:
    """Write these functions into the cells of their stubs."""
    told = json.loads(path.read_text(encoding="utf-8"))
    for cell in told["cells"]:
        text = "".join(cell["source"])
        for name, written in answers.items():
            if f"def {name}(" in text:
                cell["source"] = written
    path.write_text(json.dumps(told), encoding="utf-8")


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = cli.main(words)
    told = capsys.readouterr()
    look_at(told.out)
    return code, told.out + told.err


def test_init_makes_notebooks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other.txt").touch()
    code, told = run(capsys, "init", "--notebook")
    assert code == 0 and "a notebook each" in told and ".ipynb" in told
    exercises = tmp_path / "grokking-dl" / "exercises"
    assert {path.suffix for path in exercises.iterdir()} == {".ipynb"}
    assert len(list(exercises.iterdir())) == len(list(all_chapters()))


def test_a_notebook_that_nobody_has_touched_is_not_being_worked_on(course: Path) -> None:
    desk = find_desk(course, reference=False)
    assert current(desk).chapter.id == "ch01"
    fill(course / "exercises" / NOTEBOOK, relu=RELU)
    assert current(desk).chapter.id == "ch06"


def test_the_verbs_know_notebooks(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = course / "exercises" / NOTEBOOK
    before = path.read_text(encoding="utf-8")
    assert "not started" in run(capsys, "ch06")[1]
    fill(path, relu=RELU)
    written = path.read_text(encoding="utf-8")
    assert run(capsys, "ch06.relu")[0] == 0
    assert "1 of 16 passed" in run(capsys, "list", "ch06")[1]
    assert "the same" in run(capsys, "diff", "ch06.relu")[1]
    assert "as new as this version" in run(capsys, "update")[1]
    assert run(capsys, "reset", "ch06.relu")[0] == 0
    assert "not started" in run(capsys, "ch06.relu")[1]
    again = json.loads(path.read_text(encoding="utf-8"))
    assert len(again["cells"]) == len(json.loads(before)["cells"])
    assert run(capsys, "reset", "--undo")[0] == 0
    assert path.read_text(encoding="utf-8") == written
    path.unlink()
    assert run(capsys, "reset", "ch06")[0] == 0
    assert path.read_text(encoding="utf-8") == before


def test_a_reset_brings_back_a_cell_that_was_deleted(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = course / "exercises" / NOTEBOOK
    path.write_text(notebook(BEGIN, f"x = 1\n{RELU}\n\n# more", "y = 2"), encoding="utf-8")
    assert run(capsys, "reset", "ch06.relu", "ch06.train")[0] == 0
    cells = ["".join(c["source"]) for c in json.loads(path.read_text("utf-8"))["cells"]]
    assert cells[1].startswith("x = 1\ndef relu(x):\n") and cells[1].endswith("\n\n# more")
    assert "raise NotImplementedError" in cells[1] and cells[2] == "y = 2"
    assert cells[3].startswith("def train(") and len(cells) == 4


# --- in a notebook -------------------------------------------------------------------------------


def test_importing_the_package_loads_nothing() -> None:
    script = (
        "import sys, gdl_check\n"
        "print([m for m in sys.modules if m.startswith('gdl_check')])\n"
        "from gdl_check import check\n"
        "loaded = ('numpy', 'hypothesis', 'rich', 'IPython')\n"
        "print(check.__name__, [m for m in loaded if m in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "['gdl_check']\ncheck []\n"


def test_check_in_a_script(tmp_path: Path) -> None:
    script = tmp_path / "mine.py"
    script.write_text(
        f"import numpy as np\nfrom gdl_check import check\n\n\n{WRONG}\n\n\n"
        "print(check(relu_deriv, 'ch06'))\nprint(check(len).status, check(3))\n",
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert "mine.py, line 5" in done.stdout and "Looks like" in done.stdout
    assert "not_understood check takes the function itself" in done.stdout


class Balanced(html.parser.HTMLParser):
    """Holds HTML against what a notebook may be given."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in ("script", "style", "link", "img", "iframe")
        assert {name for name, _ in attrs} <= {"style"}
        assert all("url(" not in (value or "") for _, value in attrs)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def executed(folder: Path, *cells: str, **more: Any) -> list[Any]:
    """What each cell of a real notebook shows: a mapping of types, or an error's text."""
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed: no notebook runs")
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed: no notebook runs")
    pytest.importorskip("ipykernel", reason="ipykernel is not installed: no notebook runs")
    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    client = nbclient.NotebookClient(
        book,
        timeout=60,
        kernel_name="python3",
        allow_errors=True,
        resources={"metadata": {"path": str(folder)}},
        **more,
    )
    client.execute()
    shown = []
    for cell in book.cells:
        told: Any = {}
        for output in cell.outputs:
            if output.output_type == "error":
                told = "\n".join(output.traceback)
            else:
                told = told or output.get("data") or output.get("text", "")
        shown.append(told)
    return shown


def asked(*names: str, **more: Any) -> dict[str, str]:
    """What a notebook is told, without one."""
    question: Any = {
        "names": [[name] for name in names],
        "skip": False,
        "chapter": None,
        "near": None,
        "cells": [("In[1]", f"import numpy as np\n{RELU}"), ("In[2]", WRONG)],
        "shown": "notebook",
        "folder": os.getcwd(),
    }
    told = answer(question | more)
    look_at(told["text"] if told["status"] != "not_understood" else "")
    Balanced(told["html"])
    return told


def test_questions_that_are_not_clear_get_one_sentence() -> None:
    either = 'write check(relu_deriv, "ch06") or check(relu_deriv, "ch08") or check('
    assert either in asked("relu_deriv")["text"]
    assert "write %%check ch06 or %%check ch08" in asked("relu_deriv", skip=True)["text"]
    assert asked("relo")["text"] == "relo is no exercise: did you mean ch06.relu?"
    assert asked("x" * 40)["text"].endswith("see them with !gdl-check list")
    assert asked("relu", chapter="ch77")["text"].startswith("there is no chapter 'ch77'")
    assert "did you mean ch06.relu?" in asked("relu", chapter="ch09")["text"]
    assert asked("y", skip=True)["text"].startswith("no exercise is written in this cell")
    assert {asked(name)["status"] for name in ("relo", "relu_deriv")} == {"not_understood"}


def test_the_chapter_that_a_notebook_is_named_after_is_meant() -> None:
    told = asked("relu_deriv", near="ch06")
    assert told["status"] == "failed" and "In[2], line 1" in told["text"]
    assert asked("relu_deriv", near="ch01")["status"] == "not_understood"


def test_answers_bound_in_other_ways(learner: Learner) -> None:
    numpy = ("In[1]", "import numpy as np")
    bound = ("In[2]", "on = lambda x: np.maximum(x, 0)\nrelu = on")
    assert asked("relu", cells=[numpy, ("In[9]", "def relu(x)\n  3"), bound])["status"] == "passed"
    started = asked("relu", cells=[numpy, ("In[2]", "def relu(x):\n    raise NotImplementedError")])
    assert started["status"] == "not_started" and "Stuck?" in started["html"]
    several = asked("relu", "collapse_linear", "relu_deriv", "y", skip=True, chapter="ch06")
    assert "failed       relu_deriv\n" in several["text"]
    assert "not started  collapse_linear\n" in several["text"]


def test_a_fault_of_ours_is_told_as_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("ours")

    monkeypatch.setattr(question, "needed", broken)
    told = asked("relu")
    assert told["status"] == "fault" and "not your code: RuntimeError: ours" in told["text"]


def test_checks_in_cells(learner: Learner) -> None:
    cells = {
        "begin": BEGIN,
        "broken": "def relu(x)\n    return x",
        "helper": "import colorsys\ndef mask(x):\n    return x >= 0\nscale = 1.0",
        "wrong": "def relu_deriv(output):\n    return mask(output) * scale",
        "failed": 'check(relu_deriv, "ch06")',
        "again": f"from gdl_check import check\n{RELU}\ncheck(relu)",
        "two": f"%%check ch06\n{WRONG}\nclass Other:\n    pass\n{RELU}",
        "a mistake": "%%check\ndef relu(x):\n    return x\n1 / 0",
        "called": "check(relu(np.ones(2)))",
        "clean": "import sys\nunwanted = 'hypothesis', 'gdl_check.course', 'ch06_backpropagation'\n"
        "print([name for name in unwanted if name in sys.modules])",
    }
    shown = dict(zip(cells, executed(learner.file.parent, *cells.values())))
    failed, again = shown["failed"]["text/plain"], shown["again"]["text/plain"]
    assert "Looks like" in failed and "In[4], line 1" in failed
    assert failed.endswith("a hint: !gdl-check hint ch06.relu_deriv")
    assert again.endswith("passed: ch06.relu")
    two = shown["two"]["text/plain"]
    assert "passed       relu\n" in two and "failed       relu_deriv\n" in two
    assert "ZeroDivisionError" in shown["a mistake"]
    assert shown["called"]["text/plain"].startswith("check takes the function itself")
    assert shown["clean"] == "[]\n"
    drawn = shown["failed"]["text/html"]
    assert drawn.count("<table") == 2 and "Looks like" in drawn and "<details" in drawn
    Balanced(drawn)
    assert not state.state_file(learner.folder).exists()


def test_a_gradient_is_drawn_as_a_heat_map() -> None:
    text = (course_folder("solutions") / CHAPTER.file_name).read_text(encoding="utf-8")
    doubled = "def backprop(a, b, c, d):\n    one, two = right(a, b, c, d)\n    return 2 * one, two"
    cells = [text, "right = backprop", doubled]
    told = asked("backprop", cells=[(f"In[{i}]", cell) for i, cell in enumerate(cells)])
    assert "Every wrong entry is 2 times the measured slope" in told["text"]
    assert told["html"].count("<table") == 3


def test_notebooks_of_the_course_run_and_import_each_other(course: Path) -> None:
    folder = course / "exercises"
    fill(folder / NOTEBOOK, relu=RELU)
    other = json.loads(
        (folder / load_chapter("ch08").file_name.replace(".py", ".ipynb")).read_text("utf-8")
    )
    given = ["".join(c["source"]) for c in other["cells"] if c["cell_type"] == "code"]
    answer = "def one_hot(labels, n_classes):\n    return np.eye(n_classes)[labels]"
    shown = executed(folder, *given[:2], "relu(np.array([-1.0, 2.0]))", answer, "check(one_hot)")
    assert shown[2]["text/plain"] == "array([0., 2.])"
    assert shown[4]["text/plain"].endswith("passed: ch08.one_hot")


def test_a_notebook_gives_what_the_terminal_gives(learner: Learner) -> None:
    learner.write(notebook(BEGIN, RELU, WRONG, 'check(relu_deriv, "ch06")'))
    told = json.loads(learner.file.read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in told["cells"]]
    live = executed(learner.file.parent, *cells)[-1]["text/plain"]
    screen = learner.check("ch06.relu_deriv").out

    def found(text: str) -> str:
        text = text[text.index("Does not hold") :]
        return text.partition("  again:")[0].partition("  a hint:")[0]

    assert found(screen) == found(live)


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes as Linux shows them")
def test_an_interrupted_check_leaves_no_process(learner: Learner) -> None:
    stop = (
        "import os, signal, threading, time\n"
        "def children():\n"
        "    return open(f'/proc/{os.getpid()}/task/{os.getpid()}/children').read()\n"
        "def later():\n"
        "    while not children():\n"
        "        time.sleep(0.01)\n"
        "    time.sleep(0.2)\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
    )
    shown = executed(
        learner.file.parent,
        BEGIN,
        stop,
        "def relu(x):\n    while True:\n        pass",
        "threading.Thread(target=later).start()\ncheck(relu)",
        f"{RELU}\n(children(), check(relu).status)",
    )
    assert shown[3] == "interrupted"
    assert shown[4]["text/plain"] == "('', 'passed')"
