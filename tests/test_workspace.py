"""A workspace is made, brought up to date and put back without losing what was written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gdl_check import update, workspace
from gdl_check.course import Chapter, load_chapter
from gdl_check.places import course_folder
from gdl_check.source import ChapterFile
from gdl_check.workspace import NotPossible, backups, base_folder, create, reset, undo

CHAPTER = load_chapter("ch06")
FILE = CHAPTER.file_name
NEW = ChapterFile(FILE, (course_folder("exercises") / FILE).read_text(encoding="utf-8"))
WRITTEN = "    return np.maximum(x, 0)  # mine"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return create(tmp_path / "gr\u00e9ta's course")


def mine(folder: Path) -> Path:
    return folder / "exercises" / FILE


def answered(text: str, name: str = "relu", written: str = WRITTEN) -> str:
    """The file with the body of one function written."""
    lines = text.split("\n")
    node = ChapterFile(FILE, text).definitions[name]
    lines[node.body[-1].lineno - 1 : node.end_lineno] = [written]
    return "\n".join(lines)


def edit(path: Path, change: Callable[[str], str]) -> str:
    text = change(path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    return text


@pytest.fixture
def delivered(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Lets the course deliver another text for chapter 6."""

    def deliver(text: str) -> None:
        original = workspace.delivered

        def changed(chapter: Chapter) -> ChapterFile:
            return ChapterFile(FILE, text) if chapter.id == "ch06" else original(chapter)

        monkeypatch.setattr(update, "delivered", changed)

    return deliver


def updated(folder: Path) -> tuple[str, list[tuple[str, str]]]:
    planned = update.plan(folder)
    update.carry_out(folder, planned)
    assert update.plan(folder).is_empty
    text = mine(folder).read_text(encoding="utf-8")
    return text, [(change.name, change.what) for change in planned.changes]


# --- init --------------------------------------------------------------------------------------


def test_a_new_workspace_has_every_chapter(folder: Path) -> None:
    names = {path.name for path in (folder / "exercises").iterdir()}
    assert names == {path.name for path in course_folder("exercises").glob("ch*.py")}
    assert {path.name for path in base_folder(folder).iterdir()} == names
    assert (folder / "README.md").is_file() and (folder / ".gdl" / "state.jsonl").is_file()
    assert update.plan(folder).is_empty


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(NotPossible, match="other things in it"):
        create(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    with pytest.raises(NotPossible, match="other things in it"):
        create(tmp_path / "thesis.txt")


def test_an_empty_folder_will_do(tmp_path: Path) -> None:
    assert (create(tmp_path) / "exercises" / FILE).is_file()


# --- update ------------------------------------------------------------------------------------


def test_what_was_not_touched_becomes_new(folder: Path, delivered: Callable[[str], None]) -> None:
    text = NEW.text.replace("Keep what is positive", "Keep only what is positive")
    delivered(text)
    found, changes = updated(folder)
    assert found == text and changes == [("relu", "replaced")]


def test_what_was_written_stays_and_gets_its_new_text(
    folder: Path, delivered: Callable[[str], None]
) -> None:
    edit(mine(folder), answered)
    text = NEW.text.replace("Keep what is positive", "Keep only what is positive")
    delivered(text)
    found, changes = updated(folder)
    assert found == answered(text) and changes == [("relu", "kept")]


def test_another_signature_is_told_in_a_comment(
    folder: Path, delivered: Callable[[str], None]
) -> None:
    before = edit(mine(folder), answered)
    delivered(NEW.text.replace("def relu(x):", "def relu(x, slope):"))
    found, changes = updated(folder)
    assert changes == [("relu", "kept")]
    assert "# gdl-check: this exercise is now called as relu(x, slope)" in found
    without = "".join(s for s in found.splitlines(True) if not s.startswith("# gdl-check"))
    assert without == before


def test_a_new_exercise_stands_where_the_course_has_it(
    folder: Path, delivered: Callable[[str], None]
) -> None:
    edit(mine(folder), answered)
    extra = "def softplus(x):\n    raise NotImplementedError\n\n\n"
    text = NEW.text.replace("def relu_deriv(", extra + "def relu_deriv(")
    delivered(text)
    found, changes = updated(folder)
    assert found == answered(text) and changes == [("softplus", "added")]


def test_what_is_no_longer_asked_for(folder: Path, delivered: Callable[[str], None]) -> None:
    def without(*names: str) -> str:
        lines = NEW.text.split("\n")
        for name in names:
            node = NEW.definitions[name]
            for at in range(node.lineno - 1, node.end_lineno or 0):
                lines[at] = "\0"
        return "\n".join(line for line in lines if line != "\0")

    edit(mine(folder), answered)
    delivered(without("relu", "dead_units"))
    found, changes = updated(folder)
    assert ("relu", "kept") in changes and ("dead_units", "dropped") in changes
    assert WRITTEN in found and "dead_units" not in found
    assert "# gdl-check: relu is no longer asked for" in found


def test_own_helpers_imports_and_deleted_functions(
    folder: Path, delivered: Callable[[str], None]
) -> None:
    def work(text: str) -> str:
        text = text.replace("import numpy as np", "import math\n\nimport numpy as np\n\nHALF = 0.5")
        return text + "\n\ndef helper(x):\n    return HALF * x\n"

    edit(mine(folder), work)
    delivered(NEW.text.replace("Keep what is positive", "Keep only what is positive"))
    found, _ = updated(folder)
    for kept in ("import math", "HALF = 0.5", "def helper(x):", "Keep only what is positive"):
        assert kept in found


def test_a_file_with_a_syntax_error_is_left_alone(
    folder: Path, delivered: Callable[[str], None]
) -> None:
    before = edit(mine(folder), lambda text: text + "\ndef broken(:\n")
    delivered(NEW.text.replace("Keep what is positive", "Keep only what is positive"))
    planned = update.plan(folder)
    assert [change.what for change in planned.changes] == ["stuck"] and planned.is_empty
    update.carry_out(folder, planned)
    assert mine(folder).read_text(encoding="utf-8") == before


def test_line_ends_and_spaces_are_no_changes(
    folder: Path, delivered: Callable[[str], None]
) -> None:
    raw = (
        mine(folder)
        .read_bytes()
        .replace(b"\n", b"\r\n")
        .replace(b"hidden layer\r", b"hidden layer  \r")
    )
    mine(folder).write_bytes(raw)
    delivered(NEW.text.replace("Keep what is positive", "Keep only what is positive"))
    _, changes = updated(folder)
    assert changes == [("relu", "replaced")]
    assert mine(folder).read_bytes().count(b"\r\n") == mine(folder).read_bytes().count(b"\n")


def test_a_chapter_file_that_is_gone_comes_back(
    folder: Path, delivered: Callable[[str], None]
) -> None:
    mine(folder).unlink()
    delivered(NEW.text.replace("Keep what is positive", "Keep only what is positive"))
    assert updated(folder)[0].count("Keep only") == 1


def test_an_update_can_be_undone_and_done_again(
    folder: Path, delivered: Callable[[str], None]
) -> None:
    before = edit(mine(folder), answered)
    delivered(NEW.text.replace("Keep what is positive", "Keep only what is positive"))
    after, _ = updated(folder)
    undo(folder, "update")
    assert mine(folder).read_text(encoding="utf-8") == before
    assert not update.plan(folder).is_empty
    undo(folder, "update")
    assert mine(folder).read_text(encoding="utf-8") == after
    assert update.plan(folder).is_empty


def test_nothing_to_undo_is_said(folder: Path) -> None:
    with pytest.raises(NotPossible, match="nothing to undo"):
        undo(folder, "update")


# --- reset -------------------------------------------------------------------------------------


def test_a_reset_keeps_what_it_replaced(folder: Path) -> None:
    before = edit(mine(folder), answered)
    aside = reset(folder, CHAPTER, ["relu"])
    assert mine(folder).read_text(encoding="utf-8") == NEW.text
    assert (aside / "exercises" / FILE).read_text(encoding="utf-8") == before
    undo(folder, "reset")
    assert mine(folder).read_text(encoding="utf-8") == before


def test_a_reset_touches_nothing_else(folder: Path) -> None:
    def work(text: str) -> str:
        return answered(answered(text), "relu_deriv", "    return output > 0")

    edit(mine(folder), work)
    reset(folder, CHAPTER, ["relu"])
    assert mine(folder).read_text(encoding="utf-8") == answered(
        NEW.text, "relu_deriv", "    return output > 0"
    )


def test_a_function_that_was_deleted_comes_back(folder: Path) -> None:
    edit(mine(folder), lambda text: text.replace("def relu(x):", "def rectify(x):"))
    reset(folder, CHAPTER, ["relu"])
    assert "def relu(x):" in mine(folder).read_text(encoding="utf-8")


def test_a_file_that_cannot_be_read_can_be_reset_whole(folder: Path) -> None:
    edit(mine(folder), lambda text: text + "\ndef broken(:\n")
    with pytest.raises(NotPossible, match="mend line"):
        reset(folder, CHAPTER, ["relu"])
    assert backups(folder) == []
    reset(folder, CHAPTER, list(CHAPTER.exercises))
    assert mine(folder).read_text(encoding="utf-8") == NEW.text


def test_each_verb_takes_back_its_own(folder: Path, delivered: Callable[[str], None]) -> None:
    before = edit(mine(folder), answered)
    reset(folder, load_chapter("ch05"), load_chapter("ch05").exercises)
    with pytest.raises(NotPossible, match="no update has replaced"):
        undo(folder, "update")
    reset(folder, CHAPTER, ["relu"])
    undo(folder, "reset")
    assert mine(folder).read_text(encoding="utf-8") == before
    delivered(NEW.text.replace("Keep what is positive", "Keep only what is positive"))
    updated(folder)
    with pytest.raises(NotPossible, match="gdl-check update --undo"):
        undo(folder, "reset")
    undo(folder, "update")
    assert mine(folder).read_text(encoding="utf-8") == before
