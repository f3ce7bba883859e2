"""An update merges notebooks as it merges files: cell by cell, and nothing else is touched."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gdl_check import cli, update, workspace
from gdl_check.course import Chapter, load_chapter
from gdl_check.lessons import notebook_of
from gdl_check.notebooks import made
from gdl_check.source import ChapterFile, read_chapter_file
from gdl_check.workspace import base_folder, create, undo
from learner import STUBS, look_at

CHAPTER = load_chapter("ch06")
FILE = CHAPTER.file_name
NOTEBOOK = FILE.replace(".py", ".ipynb")
NEWER = STUBS.replace("Keep what is positive", "Keep only what is positive")
WRITTEN = "    return np.maximum(x, 0)  # mine"
PICTURE = {
    "output_type": "display_data",
    "metadata": {},
    "data": {"image/png": "iVBORw0KGgo=", "text/plain": ["<Figure>"]},
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = create(tmp_path / "gr\u00e9ta's course", notebook=True)
    monkeypatch.chdir(made)
    return made


@pytest.fixture
def mine(folder: Path) -> Path:
    return folder / "exercises" / NOTEBOOK


Deliver = Callable[[str], None]


@pytest.fixture
def deliver(monkeypatch: pytest.MonkeyPatch) -> Deliver:
    """Lets the course deliver another text for chapter 6."""
    original = workspace.delivered

    def deliver(text: str) -> None:
        def changed(chapter: Chapter) -> ChapterFile:
            return ChapterFile(FILE, text) if chapter.id == "ch06" else original(chapter)

        monkeypatch.setattr(update, "delivered", changed)

    return deliver


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def sources(path: Path) -> list[str]:
    return ["".join(cell["source"]) for cell in read(path)["cells"]]


def edit(path: Path, name: str, change: Callable[[str], str], **more: Any) -> None:
    """Change the text of the cell in which a function stands, and what belongs to the cell."""
    told = read(path)
    for cell in told["cells"]:
        text = "".join(cell["source"])
        if f"def {name}(" in text:
            cell["source"] = change(text)
            cell.update(more)
    path.write_text(json.dumps(told), encoding="utf-8")


def answered(text: str) -> str:
    return text.replace("    raise NotImplementedError", WRITTEN)


def insert(path: Path, at: int, *cells: tuple[str, str]) -> None:
    told, new = read(path), json.loads(made(cells))["cells"]
    for number, cell in enumerate(new):
        cell["id"] = f"own-{at}-{number}"
    told["cells"][at:at] = new
    path.write_text(json.dumps(told), encoding="utf-8")


def updated(folder: Path) -> list[tuple[str, str]]:
    planned = update.plan(folder)
    update.carry_out(folder, planned)
    assert update.plan(folder).is_empty
    assert {change.file for change in planned.changes} <= {NOTEBOOK}
    valid(folder / "exercises" / NOTEBOOK)
    return [(change.name, change.what) for change in planned.changes]


def valid(path: Path) -> None:
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
    nbformat.validate(nbformat.reads(path.read_text(encoding="utf-8"), as_version=4))
    assert len({cell.get("id", n) for n, cell in enumerate(read(path)["cells"])}) == len(
        read(path)["cells"]
    )


# --- as in a file of Python ----------------------------------------------------------------------


def without(text: str, *names: str) -> str:
    file = ChapterFile(FILE, text)
    gone = [file.segment(file.definitions[name]) for name in names]
    for segment in gone:
        text = text.replace(segment + "\n", "")
    return text


WORK: dict[str, Callable[[str], str]] = {
    "nothing": lambda text: text,
    "relu is written": answered,
    "relu is written with words of theirs": lambda text: answered(text).replace("Keep", "I keep"),
    "relu is written without words": lambda _: f"def relu(x):\n{WRITTEN}",
    "relu is another thing": lambda _: "relu = lambda x: np.maximum(x, 0)",
    "relu is a class": lambda _: "class relu:\n    pass",
    "relu is written in two columns": lambda text: answered(text).replace("    ", "  "),
    "relu is gone": lambda _: "",
    "relu as it is now": lambda _: ChapterFile(FILE, NEWER).segment(
        ChapterFile(FILE, NEWER).definitions["relu"]
    ),
}
COURSE = {
    "other words": NEWER,
    "another call": STUBS.replace("def relu(x):", "def relu(x, slope):"),
    "no longer asked for": without(STUBS, "relu", "dead_units"),
    "one more": STUBS.replace(
        "def relu_deriv(", "def softplus(x):\n    raise NotImplementedError\n\n\ndef relu_deriv("
    ),
    "given otherwise": STUBS.replace("import numpy", "import math\n\nimport numpy"),
}


@pytest.mark.parametrize("work", WORK)
@pytest.mark.parametrize("course", COURSE)
def test_a_notebook_becomes_what_a_file_becomes(
    work: str, course: str, tmp_path: Path, folder: Path, mine: Path, deliver: Deliver
) -> None:
    other = create(tmp_path / "files")
    file = read_chapter_file(other / "exercises" / FILE, FILE)
    stub = file.segment(file.definitions["relu"])
    (other / "exercises" / FILE).write_text(
        file.text.replace(stub, WORK[work](stub)), encoding="utf-8"
    )
    edit(mine, "relu", lambda text: text.replace(stub, WORK[work](stub)))
    deliver(COURSE[course])
    plans = update.plan(other), update.plan(folder)
    told = [[(c.name, c.what, c.why) for c in planned.changes] for planned in plans]
    assert told[0] == told[1]
    found = []
    for place, planned in zip((other, folder), plans):
        update.carry_out(place, planned)
        path = place / "exercises" / (FILE if place == other else NOTEBOOK)
        file = read_chapter_file(path, FILE)
        comments = [line for line in file.lines if line.startswith("# gdl-check")]
        defined = {name: file.segment(node) for name, node in file.definitions.items()}
        found.append((defined, set(file.names) - {"check"}, comments))
    assert found[0] == found[1]
    valid(mine)


# --- what a notebook is besides ------------------------------------------------------------------


def test_only_what_changed_is_another(folder: Path, mine: Path, deliver: Deliver) -> None:
    edit(mine, "relu", answered, outputs=[PICTURE], execution_count=7, metadata={"tags": ["x"]})
    insert(mine, 3, ("markdown", "# My own words"), ("code", "%matplotlib inline\nplot(relu)"))
    before = read(mine)
    deliver(NEWER)
    assert updated(folder) == [("relu", "kept")]
    after = read(mine)
    (changed,) = [pair for pair in zip(before["cells"], after["cells"]) if pair[0] != pair[1]]
    for cell in changed:
        cell["source"] = "".join(cell["source"]).replace("Keep only", "Keep")
    assert changed[0] == changed[1] and WRITTEN in changed[1]["source"]
    assert before.keys() == after.keys() and before["metadata"] == after["metadata"]


def test_a_new_exercise_comes_as_a_cell_at_its_place(folder: Path, mine: Path) -> None:
    older = ChapterFile(FILE, without(STUBS, "relu", "relu_deriv"))
    (base_folder(folder) / FILE).write_text(older.text, encoding="utf-8")
    mine.write_text(notebook_of(CHAPTER, older), encoding="utf-8")
    edit(mine, "sgd_epoch", lambda text: text + "\n\nmine = 1")
    assert updated(folder) == [("relu", "added"), ("relu_deriv", "added")]
    expected = notebook_of(CHAPTER)
    (folder / "expected.ipynb").write_text(expected, encoding="utf-8")
    edit(folder / "expected.ipynb", "sgd_epoch", lambda text: text + "\n\nmine = 1")
    assert sources(mine) == sources(folder / "expected.ipynb")
    added = next(text for text in sources(mine) if text.startswith("def relu("))
    assert added.endswith("\n\n\n# is it right?  check(relu)")


def test_a_cell_of_which_nothing_is_left_is_dropped(
    folder: Path, mine: Path, deliver: Deliver
) -> None:
    edit(mine, "lights_to_matrix", lambda text: text.partition("\n\n\n#")[0] + "\n1\n2")
    edit(mine, "dead_units", lambda text: f"# why not\n{text}\ndead_units(3)")
    count = len(sources(mine))
    deliver(without(STUBS, "lights_to_matrix", "relu", "dead_units"))
    dropped = ("lights_to_matrix", "relu", "dead_units")
    assert updated(folder) == [(name, "dropped") for name in dropped]
    assert len(sources(mine)) == count - 1
    assert sources(mine)[3] == "1\n2" and sources(mine)[2] == "import numpy as np"
    assert sources(mine)[-1] == "# why not\ndead_units(3)"


def test_the_words_at_the_top_are_new_where_they_were_left(
    folder: Path, mine: Path, deliver: Deliver
) -> None:
    deliver(STUBS.replace("deep neural network", "deep network", 1))
    assert updated(folder) == [("", "replaced")]
    assert "first deep network\n" in sources(mine)[0]
    told = read(mine)
    told["cells"][0]["source"] = "# My chapter"
    told["cells"][-1]["source"] = "".join(told["cells"][-1]["source"]).partition("\n\n\n#")[0]
    mine.write_text(json.dumps(told), encoding="utf-8")
    before = mine.read_bytes()
    deliver(f"{STUBS}\n# The end of the file.\n")
    assert updated(folder) == [] and mine.read_bytes() == before


def test_a_second_version_is_kept_and_told_of(folder: Path, mine: Path, deliver: Deliver) -> None:
    at = next(n for n, text in enumerate(sources(mine), 1) if "def relu(" in text)
    insert(mine, at, ("code", f"%%check\ndef relu(x):\n{WRITTEN}"))
    deliver(COURSE["another call"])
    assert updated(folder) == [("relu", "kept")]
    assert sources(mine)[at - 1].startswith("def relu(x, slope):")
    comment = "# gdl-check: this exercise is now called as relu(x, slope)"
    assert sources(mine)[at].startswith(f"%%check\n{comment}")
    assert f".gdl/base/{FILE}.\ndef relu(x):\n{WRITTEN}" in sources(mine)[at]


def test_everything_in_one_cell(folder: Path, mine: Path, deliver: Deliver) -> None:
    text = STUBS.replace("\n", "\r\n")
    mine.write_text(made([("markdown", "x"), ("code", text)]), encoding="utf-8")
    deliver(COURSE["one more"].replace("Keep what is positive", "Keep only what is positive"))
    assert updated(folder) == [("relu", "replaced"), ("softplus", "added")]
    assert [len(sources(mine)), sources(mine)[2]] == [
        3,
        "def softplus(x):\n    raise NotImplementedError",
    ]
    assert sources(mine)[1] == NEWER


def test_what_is_new_in_the_notebook_already_is_not_told(
    folder: Path, mine: Path, deliver: Deliver
) -> None:
    mine.write_text(notebook_of(CHAPTER, ChapterFile(FILE, NEWER)), encoding="utf-8")
    before = mine.read_bytes()
    deliver(NEWER)
    assert updated(folder) == [] and mine.read_bytes() == before


def test_formats_before_ids_and_half_characters(folder: Path, mine: Path, deliver: Deliver) -> None:
    told = read(mine)
    told["nbformat_minor"] = 4
    for cell in told["cells"]:
        del cell["id"]
    told["cells"][-1]["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": ["\ud83d caf\u00e9\n"]}
    ]
    mine.write_text(json.dumps(told), encoding="utf-8")
    deliver(COURSE["one more"])
    assert updated(folder) == [("softplus", "added")]
    assert not any("id" in cell for cell in read(mine)["cells"])
    assert read(mine)["cells"][-1]["outputs"] == told["cells"][-1]["outputs"]
    assert "caf\u00e9" in mine.read_text(encoding="utf-8")


def test_line_ends_stay(folder: Path, mine: Path, deliver: Deliver) -> None:
    mine.write_bytes(mine.read_bytes().replace(b"\n", b"\r\n"))
    deliver(NEWER)
    assert updated(folder) == [("relu", "replaced")]
    assert mine.read_bytes().count(b"\r\n") == mine.read_bytes().count(b"\n")


BROKEN = {
    "a cell": (lambda t: t.replace("raise NotImpl", "return (NotImpl", 1), "closed in cell"),
    "the file": (lambda t: t[:-40], "not a notebook, or a damaged one"),
    "nothing": (lambda _: "", "this file is empty"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_notebook_that_cannot_be_read_is_left_alone(
    what: str, folder: Path, mine: Path, deliver: Deliver, capsys: pytest.CaptureFixture[str]
) -> None:
    breaks, says = BROKEN[what]
    mine.write_text(breaks(mine.read_text(encoding="utf-8")), encoding="utf-8")
    before = mine.read_bytes()
    deliver(NEWER)
    assert cli.main(["update"]) == 0
    told = capsys.readouterr().out
    look_at(told)
    told = " ".join(told.split())
    assert "stuck" in told and says in told and "update again)" in told
    assert mine.read_bytes() == before and not workspace.backups(folder)


def test_a_notebook_that_is_gone_comes_back(folder: Path, mine: Path, deliver: Deliver) -> None:
    mine.unlink()
    deliver(NEWER)
    assert updated(folder) == [("", "added")]
    assert sum("Keep only what" in text for text in sources(mine)) == 1


def test_the_verb(
    folder: Path, mine: Path, deliver: Deliver, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(mine, "relu", answered)
    before = mine.read_bytes()
    deliver(NEWER)
    assert cli.main(["update", "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert f"kept      {NOTEBOOK}  relu\n" in told and "nothing was written" in told
    assert mine.read_bytes() == before
    assert cli.main(["update"]) == 0
    told = capsys.readouterr().out
    look_at(told)
    assert "a notebook that is open in Jupyter: reload it" in told
    after = mine.read_bytes()
    assert after != before
    undo(folder, "update")
    assert mine.read_bytes() == before and not update.plan(folder).is_empty
    undo(folder, "update")
    assert mine.read_bytes() == after and update.plan(folder).is_empty
