"""A class is graded rightly, whatever it hands in and whatever happens to the grader."""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import shutil
import signal
import sqlite3
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from classes import answers, file_with
from gdl_check.chapter_check import ChapterCheck, Settings
from gdl_check.course import load_chapter
from gdl_check.grade.intake import Submission
from gdl_check.grade.jobs import ENDED_TWICE, Task, work
from gdl_check.grade.marking import Marked, mark
from gdl_check.runner import WorkerRunner
from gdl_check.sandbox.client import Source
from learner import RIGHT, SOLUTION, STUBS, chapter_file
from teacher import CHAPTER, FILE_NAME, SECRET, Teacher


def notebook(*cells: str) -> str:
    bare: dict[str, object] = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
    }
    told = [bare | {"id": str(i), "source": source} for i, source in enumerate(cells)]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": told})


@pytest.fixture
def teacher(tmp_path: Path) -> Teacher:
    return Teacher(tmp_path / "a course")


def test_a_class_gets_the_grades_that_it_has_earned(teacher: Teacher) -> None:
    truth = teacher.class_of(8)
    graded = teacher.grade()
    assert graded.code == 0, graded.said
    assert list(graded.wrong(truth)) == []
    assert len(graded.table) == 8
    some = [right for exercises in truth.values() for right in exercises.values()]
    assert any(some) and not all(some)


@pytest.mark.long
@pytest.mark.parametrize("jobs", ["1", "2", "5"])
def test_a_large_class_at_any_number_of_jobs(teacher: Teacher, jobs: str) -> None:
    truth = teacher.class_of(200, seed=int(jobs))
    graded = teacher.grade("--jobs", jobs)
    assert graded.code == 0
    assert list(graded.wrong(truth)) == []


def test_a_misconception_is_named_for_the_class(teacher: Teacher) -> None:
    wrong = next(answer for answer in answers(CHAPTER, "relu_deriv") if answer.misconception)
    chapter = load_chapter(CHAPTER)
    for student in ("ana", "ben"):
        teacher.hand_in(student, file_with(chapter, {"relu_deriv": wrong.source}))
    graded = teacher.grade()
    (named,) = [
        m for m in chapter.exercises["relu_deriv"].misconceptions if m.name == wrong.misconception
    ]
    assert f"2 students: ch06.relu_deriv, {named.title}" in graded.said
    assert named.says in " ".join((graded.folder / "feedback" / "ana.md").read_text().split())


def test_what_is_graded_already_is_not_graded_again(teacher: Teacher) -> None:
    teacher.hand_in("ana", chapter_file(**RIGHT))
    changed = teacher.hand_in("ben", STUBS)
    teacher.grade()
    with contextlib.closing(sqlite3.connect(teacher.out / "grades.sqlite")) as db, db:
        db.execute("UPDATE marks SET screen = 'as it was'")
    changed.write_text(chapter_file(**RIGHT))
    again = teacher.grade()
    kept = {
        student for (student,) in again.rows("SELECT student FROM marks WHERE screen = 'as it was'")
    }
    assert kept == {"ana", "ben"}  # ben's first submission is kept beside the new one
    assert again.points("ben", "relu") == "1"


def test_another_run_draws_other_inputs_and_grades_all_again(teacher: Teacher) -> None:
    teacher.hand_in("ana", chapter_file(**RIGHT))
    first = dict(teacher.grade().rows("SELECT name, value FROM facts"))
    same = dict(teacher.grade().rows("SELECT name, value FROM facts"))
    other = dict(teacher.grade("--run", "second").rows("SELECT name, value FROM facts"))
    assert first["seed"] == same["seed"] != other["seed"]
    (receipt,) = {
        r for (r,) in teacher.run().rows("SELECT receipt FROM marks WHERE exercise = 'ch06.relu'")
    }
    assert json.loads(receipt)["seed"] == int(other["seed"])


def test_points_are_given_as_the_teacher_says(teacher: Teacher) -> None:
    teacher.hand_in("ana", chapter_file(**RIGHT))
    graded = teacher.grade("--points", "ch06.relu=5", "--points", "ch06.relu_deriv=0")
    assert graded.points("ana", "relu") == "5"
    assert graded.points("ana", "relu_deriv") == "0"
    assert graded.table["ana"]["of"] == "19"
    whole = teacher.run("--points", "ch06=32")
    assert whole.points("ana", "relu") == "2"
    assert whole.table["ana"]["of"] == "32"


def test_a_part_counts_only_where_the_teacher_says_so(teacher: Teacher) -> None:
    half = "def relu(x):\n    return np.where(x > 0, x, 1e-3)"
    shapeless = "def relu(x):\n    return np.array([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]])"
    teacher.hand_in("ana", chapter_file(relu=half))
    teacher.hand_in("ben", chapter_file(relu=shapeless))
    assert teacher.grade().points("ana", "relu") == "0"
    part = teacher.run("--partial")
    assert 0 < float(part.points("ana", "relu")) < 1
    assert part.points("ben", "relu") == "0"
    assert teacher.run("--no-partial").points("ana", "relu") == "0"


def test_the_free_laws_cost_nobody_a_point(teacher: Teacher) -> None:
    writes_into_it = "def relu(x):\n    x[x < 0] = 0\n    return x"
    teacher.hand_in("ana", chapter_file(relu=writes_into_it))
    graded = teacher.grade()
    assert graded.points("ana", "relu") == "1"
    assert graded.rows("SELECT verdict FROM marks WHERE exercise = 'ch06.relu'") == [("failed",)]


MarkRelu = Callable[[str], tuple[Marked, bool]]


@pytest.fixture
def mark_relu(monkeypatch: pytest.MonkeyPatch) -> MarkRelu:
    """What becomes of relu in a chapter's file, and whether anything was run for that."""
    started: list[int] = []
    start = ChapterCheck.start

    def counted(self: ChapterCheck, files: Mapping[str, Source]) -> WorkerRunner:
        started.append(1)
        return start(self, files)

    monkeypatch.setattr(ChapterCheck, "start", counted)

    def marked(text: str) -> tuple[Marked, bool]:
        started.clear()
        marks = mark({FILE_NAME: text.encode()}, [CHAPTER], Settings(5))
        (relu,) = [one for one in marks if one.exercise == "ch06.relu"]
        return relu, bool(started)

    return marked


def test_a_verdict_is_taken_over_only_with_all_that_it_rests_on(mark_relu: MarkRelu) -> None:
    text = chapter_file(
        relu="def relu(x):\n    return _positive(x)\n\n\n"
        "def _positive(x):\n    return np.maximum(x, 0)"
    )
    first, was_run = mark_relu(text)
    assert (first.verdict, was_run) == ("passed", True)
    mine, was_run = mark_relu(
        "# mine\n" + text.replace("np.maximum(x, 0)", "np.maximum(x,  0)  # !")
    )
    assert (mine.verdict, was_run) == ("passed", False)
    assert mine.told["line"] == first.told["line"] + 1
    for wrong in (
        text.replace("np.maximum(x, 0)", "np.maximum(x, 1)"),
        text + "\nnp.maximum = np.minimum\n",
        text + "\ndef _positive(x):\n    return x\n",
        text + "\nrelu = abs\n",
        text + "\nglobals()['relu'] = abs\n",
    ):
        marked, was_run = mark_relu(wrong)
        assert (marked.verdict, was_run) == ("failed", True), wrong[-80:]


def test_a_wrong_answer_is_told_to_everybody_in_the_same_words(mark_relu: MarkRelu) -> None:
    text = chapter_file(relu="def relu(x):\n    return x * (x < 0)")
    first, was_run = mark_relu(text)
    assert (first.verdict, first.earned, was_run) == ("failed", False, True)
    again, was_run = mark_relu("# mine\n" + text)
    assert not was_run
    at = first.told["line"]
    assert again.told == {**first.told, "line": at + 1}
    assert again._replace(told=first.told, screen="") == first._replace(screen="")
    assert again.screen == first.screen.replace(f"{FILE_NAME}:{at}", f"{FILE_NAME}:{at + 1}")
    assert str(at) in first.screen


@pytest.mark.parametrize(
    "body",
    [
        "return x * (np.random.rand() < 0.5)",  # another time it may be right
        "return x.relu()",  # names its line
        "y = 0\n    y =+ np.maximum(x * 7 - 2, 0)\n    return y",  # so does a slip
    ],
)
def test_what_is_not_the_same_anywhere_is_run_for_everybody(mark_relu: MarkRelu, body: str) -> None:
    text = chapter_file(relu=f"def relu(x):\n    {body}")
    for _ in range(2):
        marked, was_run = mark_relu(text)
        assert marked.verdict in ("failed", "error") and was_run


def test_notebooks_and_zips_are_graded_like_files(teacher: Teacher) -> None:
    cells = ["import numpy as np", *RIGHT.values(), "print(relu(np.array([1.0])))"]
    teacher.hand_in("ana", notebook(*cells), FILE_NAME.replace(".py", ".ipynb"))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"my work/exercises/{FILE_NAME}", chapter_file(**RIGHT))
    (teacher.submissions / "ben.zip").write_bytes(packed.getvalue())
    graded = teacher.grade()
    assert [graded.table[name]["points"] for name in ("ana", "ben")] == ["3", "3"]


def test_who_hands_in_nothing_has_a_row(teacher: Teacher) -> None:
    teacher.hand_in("ana", chapter_file(**RIGHT))
    roster = teacher.folder / "roster.csv"
    roster.write_text("student,name,email\nana,Ana A,ana@x.org\nben,Ben B,ben@x.org\n")
    graded = teacher.grade("--roster", str(roster))
    assert graded.table["ben"]["state"] == "missing"
    assert graded.table["ben"]["points"] == "0"
    assert graded.table["ana"]["Email address"] == "ana@x.org"
    assert "1 of 2 handed in" in graded.said
    # The roster is remembered.
    assert teacher.grade().table["ben"]["name"] == "Ben B"


def test_late_work_can_win_points_and_never_costs_any(teacher: Teacher) -> None:
    on_time = teacher.hand_in("ana", chapter_file(relu=RIGHT["relu"]))
    os.utime(on_time, (1_000_000_000, 1_000_000_000))
    due = ("--due", "2020-01-01", "--late-credit", "50")
    assert teacher.grade(*due).table["ana"]["points"] == "1"
    # Later, three are right: with half the points that is better than one.
    teacher.hand_in("ana", chapter_file(**RIGHT))
    late = teacher.grade(*due).table["ana"]
    assert (late["points"], late["late"]) == ("1.5", "yes")
    # And where nothing is right any more, what was handed in on time counts.
    teacher.hand_in("ana", STUBS)
    kept = teacher.grade(*due).table["ana"]
    assert (kept["points"], kept["late"]) == ("1", "no")


def test_a_deadline_can_be_moved_afterwards(teacher: Teacher) -> None:
    teacher.hand_in("ana", chapter_file(**RIGHT))
    assert teacher.grade("--late-credit", "0").table["ana"]["late"] == "no"
    late = teacher.run("--due", "2020-01-01").table["ana"]
    assert (late["late"], late["points"]) == ("yes", "0")
    moved = teacher.run("--due", "2120-01-01").table["ana"]
    assert (moved["late"], moved["points"]) == ("no", "3")


def test_an_override_stays_until_it_is_taken_back(teacher: Teacher) -> None:
    teacher.hand_in("ana", STUBS)
    teacher.grade()
    said = teacher.run("--override", "ana", "ch06.relu", "0.5", "shown at the board")
    assert (said.points("ana", "relu"), said.table["ana"]["points"]) == ("0", "0.5")
    teacher.hand_in("ana", chapter_file(relu_deriv=RIGHT["relu_deriv"]))
    again = teacher.grade()
    assert again.table["ana"]["points"] == "1.5"
    assert "shown at the board" in again.table["ana"]["override"]
    back = teacher.run("--take-back", "ana", "ch06.relu")
    assert back.table["ana"]["points"] == "1"


def test_a_receipt_is_genuine_until_something_in_it_is_changed(teacher: Teacher) -> None:
    teacher.hand_in("ana", STUBS)
    graded = teacher.grade()
    path = teacher.folder / "receipt.json"
    (receipt,) = graded.rows("SELECT receipt FROM marks WHERE exercise = 'ch06.relu'")
    path.write_text(receipt[0])
    assert teacher.run("--verify", str(path), *SECRET).code == 0
    told = json.loads(receipt[0])
    assert told["verdict"] == "not_started" and told["corpus"] == ""
    path.write_text(json.dumps(told | {"earned": True}))
    forged = teacher.run("--verify", str(path), *SECRET)
    assert forged.code == 1 and "not genuine: ana, ch06.relu" in forged.said
    path.write_text("no receipt")
    assert teacher.run("--verify", str(path), *SECRET).code == 2


def test_the_receipts_of_a_page_are_genuine_until_it_is_changed(teacher: Teacher) -> None:
    teacher.hand_in("ana", SOLUTION)
    teacher.grade()
    page = teacher.out / "feedback" / "ana.md"
    verified = teacher.run("--verify", str(page), *SECRET)
    assert verified.code == 0 and "16 genuine, 0 not" in verified.said
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace('"share": 1.0', '"share": 0.5', 1), encoding="utf-8")
    forged = teacher.run("--verify", str(page), *SECRET)
    assert forged.code == 1 and "15 genuine, 1 not" in forged.said
    for nothing in ("", "# A page\n", "```text\n[1]\n```", "```text\n[\n```"):
        page.write_text(nothing, encoding="utf-8")
        assert teacher.run("--verify", str(page), *SECRET).code == 2


def test_the_secret_stays_with_the_teacher(teacher: Teacher) -> None:
    teacher.hand_in("ana", STUBS)
    assert teacher.run("submissions", "--chapter", CHAPTER).code == 0
    secret = teacher.out / "secret.key"
    assert secret.stat().st_mode & 0o077 == 0
    written = [path for path in teacher.out.rglob("*") if path.is_file() and path != secret]
    assert written
    assert not any(secret.read_bytes().strip() in path.read_bytes() for path in written)


def test_one_gradebook_has_one_secret(teacher: Teacher) -> None:
    teacher.hand_in("ana", STUBS)
    assert teacher.grade().code == 0
    lost = teacher.run("submissions", "--chapter", CHAPTER)
    assert lost.code == 2 and "is not in grades/secret.key: name it with --secret" in lost.said
    (teacher.folder / "other.txt").write_text("0" * 64)
    other = teacher.run("submissions", "--secret", "other.txt")
    assert other.code == 2 and "made with another secret" in other.said
    assert teacher.run("--reveal", "verdicts").code == 0  # nothing is drawn, nothing is signed


def test_what_runs_out_of_time_is_tried_once_more_alone(teacher: Teacher) -> None:
    slow = "def relu(x):\n    while True:\n        pass"
    teacher.hand_in("ana", chapter_file(relu=slow, relu_deriv=RIGHT["relu_deriv"]))
    graded = teacher.grade()
    assert "once more, alone: what ran out of time: 1 of 1" in graded.said
    assert graded.rows("SELECT state FROM submissions") == [("graded",)]
    assert graded.rows("SELECT verdict FROM marks WHERE exercise = 'ch06.relu'") == [("timeout",)]
    assert graded.points("ana", "relu_deriv") == "1"
    assert "once more" not in teacher.grade().said


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (b"def relu(x):\n  return (", "never closed"),
        (b"\xff\xfe\x00", "UTF-8"),
        (chapter_file(**RIGHT) + "\nimport os\nos._exit(1)\n", "ended the Python process"),
        (chapter_file(**RIGHT) + "\nraise RuntimeError('no')\n", "RuntimeError"),
    ],
)
def test_a_broken_submission_is_a_row(teacher: Teacher, content: str | bytes, note: str) -> None:
    teacher.hand_in("ana", content)
    teacher.hand_in("ben", chapter_file(**RIGHT))
    graded = teacher.grade()
    assert graded.code == 0
    assert graded.table["ben"]["points"] == "3"
    assert graded.table["ana"]["points"] == "0"
    assert note in (graded.folder / "feedback" / "ana.md").read_text()


ATTACKS = sorted((Path(__file__).parent / "attacks").glob("*.py"))
QUICK = ("09_own_verdict", "25_pickle", "31_fork_bomb", "36_neighbours")


@pytest.mark.parametrize(
    "attacks",
    [
        [path for path in ATTACKS if path.stem in QUICK],
        pytest.param(ATTACKS, marks=pytest.mark.long),
    ],
    ids=["some", "all"],
)
def test_hostile_submissions_cost_nobody_anything_but_themselves(
    teacher: Teacher, attacks: list[Path]
) -> None:
    truth = teacher.class_of(3)
    for path in attacks:
        teacher.hand_in(f"hostile {path.stem}", path.read_bytes())
    graded = teacher.grade("--require-sandbox", "3")
    assert graded.code == 0, graded.said
    assert list(graded.wrong(truth)) == []
    hostile = {name: row for name, row in graded.table.items() if name.startswith("hostile")}
    assert len(hostile) == len(attacks) > 3
    earned = {name: row["points"] for name, row in hostile.items() if row["points"] != "0"}
    # This one is right, and only noisy about it.
    noisy = {"hostile 46_noisy": "2"} if len(attacks) == len(ATTACKS) else {}
    assert earned == noisy
    assert {row["state"] for row in hostile.values()} == {"graded"}


class Killer:
    """Ends whatever process takes it in."""

    notes = ()

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return os._exit, (3,)


def test_what_ends_its_process_is_a_fault_of_ours_and_costs_nobody_else(tmp_path: Path) -> None:
    def task(submission: object) -> Task:
        return Task(submission, "x", (CHAPTER,), Settings())  # type: ignore[arg-type]

    (tmp_path / FILE_NAME).write_text(STUBS)
    fine = Submission("ana", "ana", (tmp_path / FILE_NAME,), None, False, ())
    tasks = [task(Killer()), task(fine), task(Killer())]
    found = [(t.submission, done) for t, done in work(tasks, 2)]
    assert sorted(done.fault for _, done in found) == ["", ENDED_TWICE, ENDED_TWICE]
    ((_, done),) = [pair for pair in found if not pair[1].fault]
    assert done.marks is not None and len(done.marks) == 16


def undisturbed(teacher: Teacher) -> bytes:
    """The table that a grader left alone comes to."""
    assert teacher.grade().code == 0
    table = (teacher.out / "grades.csv").read_bytes()
    shutil.rmtree(teacher.out)
    return table


def kill_once(teacher: Teacher, seconds: float) -> None:
    """Start to grade, and kill the grader after so long."""
    process = teacher.start()
    try:
        process.wait(seconds)
    except Exception:
        process.send_signal(signal.SIGKILL)
        process.wait()


@pytest.mark.parametrize("kills", [3, pytest.param(50, marks=pytest.mark.long)])
def test_a_grader_that_is_killed_loses_nothing_and_does_nothing_twice(
    teacher: Teacher, kills: int
) -> None:
    truth = teacher.class_of(5 if kills < 10 else 30)
    table = undisturbed(teacher)
    rng = random.Random(kills)
    for _ in range(kills):
        if (teacher.out / "grades.csv").exists():
            shutil.rmtree(teacher.out)
        kill_once(teacher, rng.uniform(0.3, 2.5 if kills < 10 else 9.0))
        if (teacher.out / "grades.sqlite").exists():
            with contextlib.closing(sqlite3.connect(teacher.out / "grades.sqlite")) as db, db:
                whole = {n for (n,) in db.execute("SELECT count(*) FROM marks GROUP BY student")}
            assert whole <= {16}
    graded = teacher.grade()
    assert list(graded.wrong(truth)) == []
    assert (teacher.out / "grades.csv").read_bytes() == table


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("submissions",), "say which chapter was asked"),
        (("submissions", "--chapter", "ch99"), "there is no chapter ch99"),
        (("nowhere", "--chapter", "ch06"), "there is no nowhere"),
        ((), "nothing has been graded into grades yet"),
        (("submissions", "--chapter", "ch06", "--due", "soon"), "--due soon: write it like"),
        (
            ("submissions", "--chapter", "ch06", "--points", "ch06.rleu=2"),
            "'ch06.rleu' is not asked",
        ),
        (("submissions", "--chapter", "ch06", "--points", "ch06=many"), "write a number like"),
        (("submissions", "--chapter", "ch06", "--late-credit", "150"), "a percentage, 0 to 100"),
        (
            ("submissions", "--chapter", "ch06", "--out", "submissions/x"),
            "lies among the submissions",
        ),
        (("submissions", "--chapter", "ch06", "--roster", "no.csv"), "no.csv"),
        (("submissions", "--chapter", "ch06"), "no submission was found"),
        (("--verify", "no.json"), "the secret"),
    ],
)
def test_what_cannot_be_understood_is_one_sentence(
    teacher: Teacher, words: tuple[str, ...], says: str
) -> None:
    graded = teacher.run(*words)
    assert graded.code == 2
    assert says in graded.said
    assert "Traceback" not in graded.said
