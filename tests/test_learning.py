"""The verbs on the way: list, show, hint, solution, diff, init, reset, update, doctor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from gdl_check import cli, hints, state
from gdl_check.course import Chapter, all_chapters, load_chapter
from gdl_check.course_files import delivered
from gdl_check.drill import blanking, days
from gdl_check.drill.reviews import Review, event_of
from gdl_check.places import course_folder
from gdl_check.render.tasks import fitted
from gdl_check.source import read_chapter_file
from gdl_check.workspace import create

CHAPTER = load_chapter("ch06")
WRONG, RIGHT = "    return np.abs(x)", "    return np.maximum(x, 0)"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = create(tmp_path / "work")
    monkeypatch.chdir(made)
    return made


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*words: str) -> tuple[int, str, str]:
        code = cli.main(words)
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def write(folder: Path, body: str, name: str = "relu") -> None:
    path = folder / "exercises" / CHAPTER.file_name
    file = read_chapter_file(path, path.name)
    lines, node = file.text.split("\n"), file.definitions[name]
    lines[node.body[1].lineno - 1 : node.end_lineno] = [body]
    path.write_text("\n".join(lines), encoding="utf-8")


def test_init_says_where_to_begin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other.txt").touch()
    code, out, _ = run("init")
    assert code == 0 and "cd grokking-dl" in out and "gdl-check ch01." in out
    code, _, err = run("init")
    assert code == 2 and "grokking-dl is a workspace already" in err
    code, _, err = run("init", str(tmp_path))
    assert code == 2 and "other things in it" in err


def test_no_workspace_is_made_in_another_one(folder: Path, run: Run) -> None:
    for words in ((), ("more",), (str(folder / "exercises" / "more"),)):
        code, out, err = run("init", *words)
        assert (code, out) == (2, "") and "is a workspace already" in err
    assert {path.name for path in folder.iterdir()} == {".gdl", "exercises", "README.md"}


def test_a_chapter_file_that_is_gone_is_told_and_comes_back(folder: Path, run: Run) -> None:
    (folder / "exercises" / CHAPTER.file_name).unlink()
    code, out, _ = run("doctor")
    assert code == 1 and f"{CHAPTER.file_name}\n       gdl-check reset ch06" in out
    assert "bring it back: gdl-check reset ch06" in run("ch06")[1]
    assert "brought back:" in run("reset", "ch06")[1]
    assert run("doctor")[0] == 0


def test_the_list_says_what_is_due(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "gdl-check drill" not in run("list")[1]
    write(folder, RIGHT)
    run("ch06.relu")
    assert "from memory: gdl-check drill" in run("list")[1]
    monkeypatch.setenv("GDL_NOW", "2026-11-23T12:00:00+00:00")
    review = Review("ch06.relu:write", 1, days.now(), date(2026, 11, 23), 20.0, 0, 0, True)
    state.append(state.state_file(folder), [event_of(review)])
    assert "from memory: gdl-check drill" in run("list")[1]
    monkeypatch.setenv("GDL_NOW", "2026-11-24T12:00:00+00:00")
    assert "1 card due today: gdl-check drill" in run("list")[1]


def test_a_check_is_remembered_and_listed(folder: Path, run: Run) -> None:
    assert "0 of 16 passed" in run("list", "ch06")[1]
    write(folder, WRONG)
    assert run("ch06.relu")[0] == 1
    assert "failed" in run("list", "ch06")[1]
    write(folder, RIGHT)
    assert run("ch06.relu")[0] == 0
    assert "1 of 16 passed" in run("list", "ch06")[1]
    assert "1 of" in run("list")[1]
    write(folder, WRONG)
    run("ch06.relu")
    assert "0 of 16 passed, 1 passed before" in run("list", "ch06")[1]
    assert "exercises passed, 1 passed before" in run("list")[1]
    write(folder, RIGHT)
    run("ch06.relu")
    run("reset", "ch06.relu")
    assert "0 of 16 passed, 1 passed before" in run("list", "ch06")[1]


def test_a_pass_on_an_older_version_is_told(folder: Path, run: Run) -> None:
    event = state.Event("check", "ch06.relu", "older", "h", {"verdict": "passed"})
    state.append(state.state_file(folder), [event])
    assert "passed (older version)" in run("list", "ch06")[1]


def test_the_same_check_twice_is_written_once(folder: Path, run: Run) -> None:
    write(folder, WRONG)
    run("ch06")
    events = len(state.read(state.state_file(folder)).events)
    run("ch06")
    assert len(state.read(state.state_file(folder)).events) == events


def test_the_ladder_opens_with_attempts(folder: Path, run: Run) -> None:
    first = run("hint", "ch06.relu")[1]
    assert "1. a question" in first and "2. the idea" not in first
    assert "try it first" in run("hint", "ch06.relu")[1]
    for rung, body in enumerate(("    return -x", WRONG, "    return x"), 2):
        write(folder, body)
        run("ch06.relu")
        assert f"{rung}. " in run("hint", "ch06.relu")[1]
    assert "solution" in run("hint", "--force", "ch06.relu")[1]
    write(folder, RIGHT)
    run("ch06.relu")
    told = run("hint", "ch06.relu")[1]
    assert "3. the shapes" in told and "4. one line missing" not in told and "diff" in told


def test_hint_without_a_target_is_about_what_comes_next(folder: Path, run: Run) -> None:
    write(folder, WRONG)
    assert "ch06.lights_to_matrix" in run("hint")[1]
    assert run("hint", "ch06")[0] == 2


def test_show_gives_samples(folder: Path, run: Run) -> None:
    code, out, _ = run("show", "ch06.relu")
    assert code == 0 and "What is expected of it" in out and "-> np.array" in out
    assert "np.maximum" not in out


@pytest.mark.parametrize("width", [57, 77])
def test_the_text_of_a_stub_fits_and_nothing_of_it_is_lost(width: int) -> None:
    for chapter in all_chapters():
        stub = delivered(chapter)
        for name in chapter.exercises:
            text = stub.segment(stub.definitions[name])
            lines = list(fitted(text, width))
            assert "".join("".join(lines).split()) == "".join(text.split())
            is_example = False
            for line in lines:
                is_example = line.lstrip().startswith(">>>") or (is_example and bool(line.strip()))
                assert is_example or len(line) <= width, line


def test_tables_keep_their_columns_where_there_is_room() -> None:
    stub = (
        'def f(a):\n    """Say what it is for in a sentence that is too long.\n\n'
        '        a  (n,)  numbers of any kind, one beside the other, and more\n\n    """\n'
    )
    assert list(fitted(stub, 44))[1:5] == [
        '    """Say what it is for in a sentence that',
        "    is too long.",
        "",
        "        a  (n,)  numbers of any kind, one",
    ]
    assert list(fitted(stub, 34))[4:7] == [
        "        a  (n,)",
        "            numbers of any kind,",
        "            one beside the other,",
    ]


@pytest.mark.parametrize("chapter", list(all_chapters()), ids=lambda chapter: chapter.id)
def test_every_exercise_can_be_shown_and_has_a_ladder(
    chapter: Chapter, folder: Path, run: Run
) -> None:
    assert run("show", chapter.id)[0] == 0
    for name in chapter.exercises:
        rungs = hints.ladder(chapter, name)
        assert len(rungs) == hints.RUNGS
        blanked, whole = rungs[3].code, rungs[4].code
        assert blanking.BLANK in blanked and blanked != whole
        compile(blanked, name, "exec")
        compile(whole, name, "exec")


def test_an_author_marks_the_line(tmp_path: Path) -> None:
    text = "def f(a, b):\n    c = a.dot(b)\n    d = c + 1  # the line\n    return d\n"
    path = tmp_path / "ch99.py"
    path.write_text(text)
    file = read_chapter_file(path, "ch99.py")
    assert blanking.blank_in(file, file.definitions["f"])[:2] == (3, 3)


def test_the_solution_before_a_pass_is_logged(folder: Path, run: Run) -> None:
    assert "np.maximum" in run("solution", "ch06.relu")[1]
    standing = state.fold(state.read(state.state_file(folder)).events)
    assert standing["ch06.relu"].revealed


def test_diff_waits_for_a_pass(folder: Path, run: Run) -> None:
    write(folder, "    return np.where(x > 0, x, 0)")
    assert run("diff", "ch06.relu")[0] == 1
    run("ch06.relu")
    code, out, _ = run("diff", "ch06.relu")
    assert code == 0 and "-    return np.where(x > 0, x, 0)" in out
    assert "+    return np.maximum(x, 0)" in out


def test_reset_and_undo(folder: Path, run: Run) -> None:
    path = folder / "exercises" / CHAPTER.file_name
    stub = path.read_text(encoding="utf-8")
    write(folder, RIGHT)
    assert run("reset", "ch06.relu")[0] == 0 and path.read_text(encoding="utf-8") == stub
    assert run("reset", "--undo")[0] == 0 and RIGHT in path.read_text(encoding="utf-8")
    assert run("reset")[0] == 2


def test_update_has_nothing_to_do(folder: Path, run: Run) -> None:
    assert "as new as" in run("update")[1]
    assert run("update", "--undo")[0] == 2


def test_doctor_ends_what_is_not_fine_with_what_mends_it(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    code, out, _ = run("doctor")
    assert code == 0, out
    monkeypatch.chdir(tmp_path)
    code, out, _ = run("doctor")
    assert code == 1 and out.rstrip().endswith("gdl-check init")


def test_a_checkout_keeps_no_progress(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(course_folder("exercises").parent)
    assert run("hint", "ch06.relu")[0] == 0
    assert not (course_folder("exercises").parent / ".gdl").exists()


@pytest.mark.parametrize("words", [("hint", "ch99"), ("list", "nothing"), ("show", "ch06.rellu")])
def test_what_is_not_understood(folder: Path, run: Run, words: tuple[str, ...]) -> None:
    code, _, err = run(*words)
    assert code == 2 and err.startswith(f"gdl-check {words[0]}: ")
