"""Submissions in every layout are found and attributed, read in bounds, and never dropped."""

from __future__ import annotations

import io
import json
import os
import random
import socket
import tempfile
import time
import tracemalloc
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdl_check.course import Chapter, chapter_modules, load_chapter
from gdl_check.grade import intake, layouts, trees
from gdl_check.grade.intake import Handed, Submission, find, read
from gdl_check.notebooks import NotANotebook, code_of, made
from gdl_check.places import course_folder
from gdl_check.source import LARGEST_FILE
from gdl_check.targets import NotUnderstood

CH05, CH06 = "ch05_many_weights.py", "ch06_backpropagation.py"
STUB = (course_folder("exercises") / CH06).read_bytes()
NOTEBOOK = CH06.replace(".py", ".ipynb")
ON_POSIX = pytest.mark.skipif(os.name != "posix", reason="links and devices as POSIX has them")

Tree = Mapping[str, bytes | str]


@pytest.fixture
def chapters() -> list[Chapter]:
    return [load_chapter("ch06")]


def planted(folder: Path, tree: Tree) -> Path:
    """A folder with these files in it; a name that ends with "/" is a folder."""
    for name, data in tree.items():
        path = folder / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    return folder


def zipped(tree: Tree) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in tree.items():
            archive.writestr(name, data)
    return stream.getvalue()


def found(folder: Path, chapters: list[Chapter], **aliases: str) -> dict[str, Submission]:
    """The submissions in a folder: no two have one name."""
    submissions = list(find(folder, chapters, aliases))
    assert len({one.student for one in submissions}) == len(submissions)
    return {one.student: one for one in submissions}


def contents(folder: Path, chapters: list[Chapter], **aliases: str) -> dict[str, dict[str, str]]:
    """What is read of each student's submission."""
    return {
        student: {name: data.decode() for name, data in read(one, chapters).files.items()}
        for student, one in found(folder, chapters, **aliases).items()
    }


def handed(tmp_path: Path, chapters: list[Chapter], tree: Tree) -> Handed:
    """What is read of a folder that is one student's, beside another's."""
    planted(tmp_path / "class" / "ana", tree)
    planted(tmp_path / "class" / "ben", {CH06: "ben's"})
    return read(found(tmp_path / "class", chapters)["ana"], chapters)


# --- layouts ------------------------------------------------------------------------------------

PLAIN: dict[str, Tree] = {
    "folders": {f"ana/{CH06}": "a", f"ben/{CH06}": "b"},
    "workspaces": {
        f"ana/exercises/{CH06}": "a",
        f"ana/.gdl/base/{CH06}": "stub",
        f"ana/.gdl/backups/2030/{CH06}": "old",
        "ana/README.md": "",
        f"ben/exercises/{CH06}": "b",
        "ben/.gdl/state.jsonl": "",
    },
    "nested repositories": {
        f"ana/deep-learning/answers/{CH06}": "a",
        f"ana/deep-learning/.git/{CH06}": "x",
        f"ana/deep-learning/__pycache__/{CH06}": "x",
        f"ana/deep-learning/.ipynb_checkpoints/{NOTEBOOK}": "x",
        f"ana/__MACOSX/{CH06}": "x",
        f"ana/.venv/lib/{CH06}": "x",
        f"ben/code/{CH06}": "b",
    },
    "files": {f"ana_{CH06}": "a", "ch06_backpropagation-ben.py": "b"},
    "short names": {"ana_ch06.py": "a", "ch06_backprop_ben.py": "b"},
    "zips of files": {"ana.zip": zipped({CH06: "a"}), "ben.zip": zipped({CH06: "b"})},
    "zips of folders": {
        "ana_ch06.zip": zipped({f"ana/x/{CH06}": "a", f"__MACOSX/ana/x/{CH06}": "x"}),
        "ben.zip": zipped({f"exercises/{CH06}": "b"}),
    },
    # In a zip alone, these two could as well be one person's.
    "files of the person's name": {"ana.py": "a", "ben.py": "b"},
    "all at once": {
        f"ana/{CH06}": "a",
        "ben.zip": zipped({CH06: "b"}),
        "README.md": "",
        "x.csv": "",
    },
}


@pytest.mark.parametrize("tree", PLAIN.values(), ids=PLAIN)
def test_plain_layouts(tmp_path: Path, chapters: list[Chapter], tree: Tree) -> None:
    planted(tmp_path, tree)
    assert contents(tmp_path, chapters) == {"ana": {CH06: "a"}, "ben": {CH06: "b"}}
    assert all(not one.notes for one in find(tmp_path, chapters, {}))


@pytest.mark.parametrize("tree", [*PLAIN.values()][:-2], ids=[*PLAIN][:-2])
@pytest.mark.parametrize("wrapped", ["", "hw6/", "downloads/hw6-submissions/"])
def test_the_same_in_a_single_zip(
    tmp_path: Path, chapters: list[Chapter], tree: Tree, wrapped: str
) -> None:
    """The zip as it was downloaded, in a folder or named itself, is the folder it holds."""
    data = zipped({wrapped + name: data for name, data in tree.items()})
    planted(tmp_path, {"class/hand-ins.zip": data, "class/roster.csv": ""})
    for folder in (tmp_path / "class", tmp_path / "class" / "hand-ins.zip"):
        assert contents(folder, chapters) == {"ana": {CH06: "a"}, "ben": {CH06: "b"}}


@pytest.mark.parametrize("wrapped", ["", "hw6/"])
def test_files_that_only_their_content_tells_in_a_single_zip(
    tmp_path: Path, chapters: list[Chapter], wrapped: str
) -> None:
    two = zipped({f"{wrapped}ana.py": STUB, f"{wrapped}ben.py": STUB + b"# ben"})
    planted(tmp_path, {"two/class.zip": two})
    planted(tmp_path, {"one/ana.zip": zipped({f"{wrapped}work.py": STUB, f"{wrapped}x.py": "x"})})
    assert sorted(contents(tmp_path / "two", chapters)) == ["ana", "ben"]
    assert contents(tmp_path / "one", chapters) == {"ana": {CH06: STUB.decode()}}


def test_a_file_and_a_notebook_and_earlier_chapters(
    tmp_path: Path, chapters: list[Chapter]
) -> None:
    planted(
        tmp_path,
        {f"ana_{CH06}": "a6", f"ana_{CH05}": "a5", f"ben_{NOTEBOOK}": "b", f"cy/x/{CH05}": "c5"},
    )
    assert contents(tmp_path, chapters) == {
        "ana": {CH06: "a6", CH05: "a5"},
        "ben": {NOTEBOOK: "b"},
        "cy": {CH05: "c5"},
    }
    one = found(tmp_path, chapters)["ana"]
    assert len(one.sources) == 2 and one.place == f"ana_{CH05} and 1 more"
    assert read(found(tmp_path, chapters)["cy"], chapters).notes == (f"there is no {CH06} in it",)


def test_github_classroom(tmp_path: Path, chapters: list[Chapter]) -> None:
    tree: Tree = {
        f"hw6-ana-b/{CH06}": "a",
        "hw6-ana-b/.git/HEAD": "",
        f"hw6-ben/exercises/{CH06}": "b",
        "hw6-ben/.github/classroom/autograding.json": "",
    }
    planted(tmp_path / "flat", tree)
    planted(tmp_path / "nested", {f"hw6-submissions/{name}": data for name, data in tree.items()})
    data = zipped({f"hw6-submissions/{name}": data for name, data in tree.items()})
    planted(tmp_path / "zipped", {"download.zip": data})
    for layout in ("flat", "nested", "zipped"):
        submissions = found(tmp_path / layout, chapters)
        assert sorted(submissions) == ["ana-b", "ben"]
        # A clone's files are as old as the clone.
        assert {one.handed_in for one in submissions.values()} == {None}


def test_folders_that_only_look_like_repositories(tmp_path: Path, chapters: list[Chapter]) -> None:
    planted(tmp_path, {f"ana-smith/{CH06}": "", f"ana-jones/{CH06}": ""})
    assert sorted(found(tmp_path, chapters)) == ["ana-jones", "ana-smith"]


def test_moodle(tmp_path: Path, chapters: list[Chapter]) -> None:
    tree: Tree = {
        f"Ana M\u00fcller_101_assignsubmission_file_/{CH06}": "a",
        "Ana M\u00fcller_101_assignsubmission_onlinetext_/onlinetext.html": "hello",
        "Ben Doe_102_assignsubmission_file/work.zip": zipped({CH06: "b"}),
        f"Cy Doe_103_assignsubmission_file_{CH06}": "c",
        f"Ana M\u00fcller_104_assignsubmission_file_/{CH06}": "other",
        f"Dee Moe_assignsubmission_file_/{CH06}": "d",
    }
    planted(tmp_path / "folder", tree)
    planted(tmp_path / "zip", {"Course-Homework 6-77.zip": zipped(tree)})
    for layout in ("folder", "zip"):
        assert contents(tmp_path / layout, chapters) == {
            "Ana M\u00fcller_101": {CH06: "a"},
            "Ana M\u00fcller_104": {CH06: "other"},
            "Ben Doe_102": {CH06: "b"},
            "Cy Doe_103": {CH06: "c"},
            "Dee Moe": {CH06: "d"},
        }
        one = found(tmp_path / layout, chapters)["Ana M\u00fcller_101"]
        assert (one.name, one.id, len(one.sources)) == ("Ana M\u00fcller", "101", 2)


def test_nobody_can_take_anothers_place_on_moodle(tmp_path: Path, chapters: list[Chapter]) -> None:
    tree: Tree = {
        f"Ana_1_assignsubmission_file_/{CH06}": "a",
        f"Ana_1_assignsubmission_file_x_2_assignsubmission_file_/{CH06}": "forged",
        f"Ben_3_assignsubmission_file_{CH06}": "b",
        "Cy_4_assignsubmission_file_Ben_3_assignsubmission_file_ch06_backpropagation.py": "forged",
    }
    assert contents(planted(tmp_path, tree), chapters) == {
        "Ana_1": {CH06: "a"},
        "Ana 1 assignsubmission file x_2": {CH06: "forged"},
        "Ben_3": {CH06: "b"},
        "Cy_4": {CH06: "forged"},
    }


def test_canvas(tmp_path: Path, chapters: list[Chapter]) -> None:
    tree: Tree = {
        f"doeana_12_1001_{CH06}": "old",
        "doeana_12_1003_ch06_backpropagation-1.py": "new",
        f"doeana_12_1002_{CH05}": "a5",
        "roeben_LATE_13_1004_work.zip": zipped({CH06: "b"}),
        "poecy_14_text.html": "I could not",
        "moedee_15_1005_essay.docx": "PK",
        f"anon_x7Gh2_1006_{CH06}": "e",
        f"anon_LATE_9kLm1_1007_{NOTEBOOK}": "f",
    }
    planted(tmp_path / "folder", tree)
    planted(tmp_path / "zip", {"submissions.zip": zipped(tree)})
    for layout in ("folder", "zip"):
        submissions = found(tmp_path / layout, chapters)
        assert contents(tmp_path / layout, chapters) == {
            "doeana_12": {CH06: "new", CH05: "a5"},
            "roeben_13": {CH06: "b"},
            "poecy_14": {},
            "moedee_15": {},
            "anon_x7Gh2": {CH06: "e"},
            "anon_9kLm1": {NOTEBOOK: "f"},
        }
        assert {s for s, one in submissions.items() if one.late} == {"roeben_13", "anon_9kLm1"}
        assert submissions["doeana_12"][6:] == ("doeana", "", "12")
        assert submissions["anon_x7Gh2"].name == ""
        notes = read(submissions["doeana_12"], chapters).notes
        assert notes == (
            f"doeana_12_1003_ch06_backpropagation-1.py was taken, and doeana_12_1001_{CH06} "
            "left out: it is the newest",
        )


def test_numbers_in_names_are_not_always_canvas(tmp_path: Path, chapters: list[Chapter]) -> None:
    planted(tmp_path, {"hw_6_2030_ana.py": "a", "hw_6_2030_ben.py": "b"})
    assert sorted(found(tmp_path, chapters)) == ["hw_6_2030_ana", "hw_6_2030_ben"]


METADATA = """\
---
submission_11:
  :submitters:
  - :name: Ana Müller
    :sid: '0017'
    :email: ana@example.edu
  :created_at: 2030-02-03 04:05:06.500000000 Z
  :score: 3.0
  :results:
    :tests:
    - :name: Eve
      :email: eve@example.edu
    :output: |
      submission_13:
        :submitters:
        - :name: Mallory
  :history:
  - :id: 9
    :created_at: 2029-01-01 00:00:00.000000000 Z
submission_12:
  :submitters:
  - :name: "Ben \\"B\\" O\\u2019Doe"
    :sid:
    :email: ben@example.edu
  - :name: 'Cy O''Moe'
    :sid: ''
    :email: cy@example.edu
  :created_at: 2030-02-03 04:05:06.000000000 -08:00
"""


@pytest.mark.parametrize("wrapped", ["", "assignment_5_export/"])
@pytest.mark.parametrize("is_zipped", [False, True])
def test_gradescope(tmp_path: Path, chapters: list[Chapter], wrapped: str, is_zipped: bool) -> None:
    tree: Tree = {
        "submission_metadata.yml": METADATA,
        f"submission_11/{CH06}": "a",
        f"submission_12/{CH06}": "bc",
        f"submission_13/{CH06}": "m",
    }
    tree = {wrapped + name: data for name, data in tree.items()}
    planted(tmp_path, {"export.zip": zipped(tree)} if is_zipped else tree)
    submissions = found(tmp_path, chapters)
    assert sorted(submissions) == [
        "ana@example.edu",
        "ben@example.edu",
        "cy@example.edu",
        "submission_13",
    ]
    ana, ben = submissions["ana@example.edu"], submissions["ben@example.edu"]
    assert ana[6:] == ("Ana M\u00fcller", "ana@example.edu", "0017")
    assert ana.handed_in == 1896321906.5 and ben.handed_in == 1896321906 + 8 * 3600
    assert ben.name == 'Ben "B" O\u2019Doe' and ben.id == ""
    assert ben.notes == ("handed in together with Cy O'Moe",)
    assert submissions["submission_13"].notes == (
        "submission_metadata.yml does not say whose it is",
    )
    assert read(ben, chapters).files == read(submissions["cy@example.edu"], chapters).files


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0\1\2",
        "submission_1:\n  :submitters: !ruby/object:Kernel {}\n",
        "submission_1: &a\n  :submitters: *a\n",
        "submission_1:\n  :submitters:\n  - :name:\n  :created_at: 9999-99-99 99:99:99 Z\n",
        "submission_1:\n  :submitters:\n  - \n    :name: !!python/object/apply:os.system [ls]\n",
        "submission_1:\n  :created_at: 2030-01-01 00:00:00 +99:99\n",
        'submission_1:\n  :x: "a\u2028submission_1:\u2028  :submitters:\u2028  - :name: Eve"\n',
    ],
)
def test_a_list_of_names_that_cannot_be_understood(
    tmp_path: Path, chapters: list[Chapter], text: str
) -> None:
    planted(tmp_path, {"submission_metadata.yml": text, f"submission_1/{CH06}": "a"})
    (one,) = find(tmp_path, chapters, {})
    assert read(one, chapters).files == {CH06: b"a"}
    assert one.name in ("", "!!python/object/apply:os.system [ls]")


# --- whose it is --------------------------------------------------------------------------------


def test_one_persons_folder_is_one_submission(tmp_path: Path, chapters: list[Chapter]) -> None:
    planted(tmp_path / "ana", {CH06: "6", CH05: "5", "README.md": ""})
    planted(tmp_path / "ben", {f"exercises/{CH06}": "6", f"solutions/{CH06}": "s"})
    planted(tmp_path / "cy" / "repo" / "exercises", {CH06: "6", CH05: "5"})
    planted(tmp_path / "dee", {"dee.zip": zipped({CH06: "6", CH05: "5"})})
    assert contents(tmp_path / "ana", chapters) == {"ana": {CH06: "6", CH05: "5"}}
    assert contents(tmp_path / "ben", chapters) == {"ben": {CH06: "6"}}
    assert contents(tmp_path / "cy", chapters) == {"repo": {CH06: "6", CH05: "5"}}
    assert contents(tmp_path / "dee", chapters) == {"dee": {CH06: "6", CH05: "5"}}


def test_what_is_nobodys_is_a_submission_of_its_own(
    tmp_path: Path, chapters: list[Chapter]
) -> None:
    second = "ch06_backpropagation (1).py"
    planted(tmp_path, {f"ana/{CH06}": "a", CH06: "who", second: "who else"})
    assert contents(tmp_path, chapters) == {
        "ana": {CH06: "a"},
        CH06: {CH06: "who"},
        second: {CH06: "who else"},
    }
    (note,) = found(tmp_path, chapters)[CH06].notes
    assert note == f"nothing says whose {CH06} is: say it in a file, with --map"
    said = contents(tmp_path, chapters, **{CH06: "ben", second: "cy"})
    assert said == {"ana": {CH06: "a"}, "ben": {CH06: "who"}, "cy": {CH06: "who else"}}
    assert found(tmp_path, chapters, **{CH06: "ben"})["ben"].notes == ()


def test_a_teacher_says_whose_things_are(tmp_path: Path, chapters: list[Chapter]) -> None:
    planted(tmp_path, {f"group 1/{CH06}": "a", "x.zip": zipped({CH05: "a5"}), f"ben/{CH06}": "b"})
    told = contents(tmp_path, chapters, **{"group 1": "ana", "x": "ana"})
    assert told == {"ana": {CH06: "a", CH05: "a5"}, "ben": {CH06: "b"}}


def test_names_that_fall_together_are_kept_apart(tmp_path: Path, chapters: list[Chapter]) -> None:
    names = ("Ana", "ana", "Jos\u00e9", "Jose\u0301", "ben")
    tree: Tree = {f"{name}/{CH06}": str(number) for number, name in enumerate(names)}
    planted(tmp_path, {"class.zip": zipped(tree)})
    submissions = found(tmp_path, chapters)
    assert sorted(submissions) == ["Ana", "Jos\u00e9", "Jos\u00e9 (2)", "ana", "ben"]
    assert sorted(contents(tmp_path, chapters)["Jos\u00e9 (2)"].values()) in (["2"], ["3"])
    assert submissions["ben"].notes == ()
    for name in ("Ana", "ana", "Jos\u00e9", "Jos\u00e9 (2)"):
        assert "kept apart" in submissions[name].notes[0]


@ON_POSIX
def test_names_that_are_no_text(tmp_path: Path, chapters: list[Chapter]) -> None:
    names = (b"\xff\xfe", b"\xff\xfd", b"a\nb", b"\x1b[31mred", "\u202egnp.py".encode(), b"=1+1")
    for name in names:
        (tmp_path / os.fsdecode(name)).mkdir()
        (tmp_path / os.fsdecode(name) / CH06).write_bytes(name)
    submissions = found(tmp_path, chapters)
    assert len(submissions) == len(names)
    for student, one in submissions.items():
        assert student.isprintable() and one.place.isprintable()
        (student + one.place).encode("utf-8")
    assert {read(one, chapters).files[CH06] for one in submissions.values()} == set(names)


def test_more_than_one_candidate(tmp_path: Path, chapters: list[Chapter]) -> None:
    tree = {f"a/{CH06}": "old", f"b/{CH06}": "new!", "ch06_newest_of_all.py": "x", NOTEBOOK: "{}"}
    folder = planted(tmp_path / "class" / "ana", tree)
    for age, name in ((400, f"a/{CH06}"), (300, f"b/{CH06}"), (200, NOTEBOOK)):
        at = time.time() - age
        os.utime(folder / name, (at, at))
    result = handed(tmp_path, chapters, {})
    assert result.files == {NOTEBOOK: b"{}"}
    assert result.notes == (
        f"{NOTEBOOK} was taken, and b/{CH06} and 2 more left out: it is the newest",
    )
    (folder / NOTEBOOK).unlink()
    assert handed(tmp_path, chapters, {}).files == {CH06: b"new!"}
    (folder / "b" / CH06).unlink()
    result = handed(tmp_path, chapters, {})
    assert result.files == {CH06: b"old"}
    assert result.notes == (
        f"a/{CH06} was taken, and ch06_newest_of_all.py left out: its name is the chapter's",
    )


def test_a_copy_of_the_same_content_needs_no_note(tmp_path: Path, chapters: list[Chapter]) -> None:
    result = handed(tmp_path, chapters, {CH06: "a", f"backup/{CH06}": "a"})
    assert result == Handed({CH06: b"a"}, ())


def test_a_whole_checkout(tmp_path: Path, chapters: list[Chapter]) -> None:
    """The learner's files are those in `exercises`, however new the others are."""
    folder = planted(
        tmp_path / "class" / "ana",
        {
            f"exercises/{CH06}": "mine",
            f"solutions/{CH06}": "reference",
            f"checker/gdl_check/chapters/{CH06}": "examination",
        },
    )
    os.utime(folder / "exercises" / CH06, (0, 0))
    assert handed(tmp_path, chapters, {}).files == {CH06: b"mine"}


def test_the_right_content_under_a_wrong_name(tmp_path: Path, chapters: list[Chapter]) -> None:
    tree: Tree = {"src/backprop_final.py": STUB, "helpers.py": "def plot(): pass\n"}
    result = handed(tmp_path, chapters, tree)
    assert result.files == {CH06: STUB}
    assert result.notes == (f"src/backprop_final.py was taken as {CH06}: it defines its exercises",)
    both = [*chapters, load_chapter("ch05")]
    submission = found(tmp_path / "class", both)["ana"]
    result = read(submission, both)
    assert result.files == {}
    assert result.notes == (
        f"helpers.py: its name does not say which chapter it is, as {CH06} does",
        f"there is no {CH06} in it, nor any other",
    )


def test_a_notebook_with_the_right_content(tmp_path: Path, chapters: list[Chapter]) -> None:
    notebook = made([("code", STUB.decode())])
    assert handed(tmp_path, chapters, {"Untitled.ipynb": notebook}).files == {
        NOTEBOOK: notebook.encode()
    }


@pytest.mark.parametrize("name", ["ch06_backpropagation.py.txt", "Ch06_BackPropagation.PY"])
def test_names_that_systems_spoil(tmp_path: Path, chapters: list[Chapter], name: str) -> None:
    assert handed(tmp_path, chapters, {name: "a"}).files == {CH06: b"a"}


@pytest.mark.parametrize("name", ["ch6.py", "chapter 6.py", "CH06-final (2).py"])
def test_short_names_are_taken_with_a_note(
    tmp_path: Path, chapters: list[Chapter], name: str
) -> None:
    assert handed(tmp_path, chapters, {name: "a"}) == Handed(
        {CH06: b"a"}, (f"{name} was taken as {CH06}",)
    )


@pytest.mark.parametrize("name", ["ch99.py", "bach06.py", "ch066.py", "ch06_notes.md", "x.py"])
def test_what_is_no_chapter_file_is_passed_over(
    tmp_path: Path, chapters: list[Chapter], name: str
) -> None:
    assert handed(tmp_path, chapters, {name: "a", CH06: "b"}) == Handed({CH06: b"b"}, ())


# --- what may not be opened ---------------------------------------------------------------------


@ON_POSIX
def test_links_fifos_and_devices(tmp_path: Path, chapters: list[Chapter]) -> None:
    secret = planted(tmp_path / "secret", {CH06: "the reference"})
    folder = planted(tmp_path / "class" / "ana", {CH05: "5"})
    (folder / CH06).symlink_to(secret / CH06)
    (folder / "more").symlink_to(secret)
    (folder / "up").symlink_to("..")
    os.mkfifo(folder / NOTEBOOK)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "s"))
    result = handed(tmp_path, chapters, {})
    assert result.files == {CH05: b"5"}
    link, odd = "this is a link, and links are not followed", "this is not an ordinary file"
    assert set(result.notes) == {
        f"{CH06}: {link}",
        f"more: {link}",
        f"up: {link}",
        f"{NOTEBOOK}: {odd}",
        f"s: {odd}",
        f"there is no {CH06} in it",
    }


@ON_POSIX
def test_links_and_fifos_in_the_place_of_a_submission(
    tmp_path: Path, chapters: list[Chapter]
) -> None:
    secret = planted(tmp_path / "secret", {CH06: "x", "z.zip": zipped({CH06: "x"})})
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "ana").symlink_to(secret)
    (tmp_path / "class" / f"ben_{CH06}").symlink_to(secret / CH06)
    (tmp_path / "class" / "cy.zip").symlink_to(secret / "z.zip")
    os.mkfifo(tmp_path / "class" / "dee.zip")
    os.mkfifo(tmp_path / "class" / "eve.py")
    (tmp_path / "class" / "fay.py").symlink_to("/dev/zero")
    (tmp_path / "class" / "gus").symlink_to("nowhere")
    submissions = found(tmp_path / "class", chapters)
    assert sorted(submissions) == ["ana", "ben", "cy", "dee", "eve", "fay", "gus"]
    for one in submissions.values():
        result = read(one, chapters)
        assert result.files == {}
        assert "link" in result.notes[0] or "not an ordinary file" in result.notes[0]


@ON_POSIX
def test_a_device_is_not_opened() -> None:
    with pytest.raises(trees.NotTaken, match="not an ordinary file"):
        trees.opened(Path("/dev/zero"))


@ON_POSIX
def test_a_single_link_to_a_class_is_not_followed(tmp_path: Path, chapters: list[Chapter]) -> None:
    planted(tmp_path / "other", {f"ana/{CH06}": "a", f"ben/{CH06}": "b"})
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "x").symlink_to(tmp_path / "other")
    assert contents(tmp_path / "class", chapters) == {"x": {}}


@pytest.fixture
def mine() -> Iterator[Path]:
    """A folder of somebody who is not root, and who runs the test: root may read everything."""
    with tempfile.TemporaryDirectory() as folder:
        is_root = os.geteuid() == 0
        if is_root:
            os.chown(folder, 65534, 65534)
            os.seteuid(65534)
        try:
            yield Path(folder)
        finally:
            if is_root:
                os.seteuid(0)


@ON_POSIX
def test_what_may_not_be_read(mine: Path, chapters: list[Chapter]) -> None:
    folder = planted(mine / "class" / "ana", {CH06: "a", f"x/{CH05}": "5"})
    (folder / CH06).chmod(0)
    (folder / "x").chmod(0)
    result = handed(mine, chapters, {})
    (mine / "class" / "ben").chmod(0)
    submissions = found(mine / "class", chapters)
    others = read(submissions["ben"], chapters)
    for locked in (folder / "x", mine / "class" / "ben"):
        locked.chmod(0o700)
    assert result.files == {}
    assert f"{CH06}: it may not be read (permission denied)" in result.notes
    assert "x: it may not be read (permission denied)" in result.notes
    assert others.notes[0] == "ben: it may not be read (permission denied)"


def test_a_file_that_goes_away(tmp_path: Path, chapters: list[Chapter]) -> None:
    planted(tmp_path, {f"ana_{CH06}": "a", f"ben_{CH06}": "b"})
    submissions = found(tmp_path, chapters)
    (tmp_path / f"ana_{CH06}").unlink()
    notes = read(submissions["ana"], chapters).notes
    assert notes[0] == f"ana_{CH06}: it may not be read (no such file or directory)"


def test_sizes_are_bounded(tmp_path: Path, chapters: list[Chapter]) -> None:
    noise = random.Random(0).randbytes(LARGEST_FILE + 1)
    exact = noise[:-1]
    result = handed(
        tmp_path, chapters, {CH06: noise, CH05: exact, "z.zip": zipped({"ch04.py": noise})}
    )
    assert result.files == {CH05: exact}
    assert f"{CH06}: it is larger than 256 KB" in result.notes
    assert "z.zip/ch04.py: it is larger than 256 KB" in result.notes


def test_the_next_best_counts_where_the_best_cannot_be_read(
    tmp_path: Path, chapters: list[Chapter]
) -> None:
    result = handed(tmp_path, chapters, {CH06: b"#" * 300_000, "ch06_small.py": "a"})
    assert result.files == {CH06: b"a"}


def test_a_sparse_giant_is_not_read(tmp_path: Path, chapters: list[Chapter]) -> None:
    folder = planted(tmp_path / "class" / "ana", {CH06: ""})
    with (folder / CH06).open("r+b") as stream:
        stream.truncate(2**36)
    tracemalloc.start()
    result = handed(tmp_path, chapters, {})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert result.files == {} and peak < 3_000_000


def test_all_of_a_submission_is_bounded(
    tmp_path: Path, chapters: list[Chapter], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "LARGEST_SUBMISSION", 1024 * 1024)
    large = dict.fromkeys((f"{module}.py" for module in chapter_modules().values()), "#" * 200000)
    result = handed(tmp_path, chapters, large)
    assert CH06 in result.files and len(result.files) == 5
    assert any("more than 1 MB in all" in note for note in result.notes)


def test_the_walk_is_bounded(
    tmp_path: Path, chapters: list[Chapter], monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = "/".join("d" * 20)
    result = handed(tmp_path, chapters, {f"{deep}/{CH06}": "a"})
    assert result.files == {}
    assert "lies too deep, and was not looked into" in result.notes[0]
    monkeypatch.setattr(trees, "MOST_FILES", 50)
    many = {f"n{n}.txt": "" for n in range(60)}
    result = handed(tmp_path, chapters, {CH06: "a", **many})
    assert result.files == {CH06: b"a"}
    assert trees.TOO_MANY in result.notes
    result = handed(tmp_path / "2", chapters, {"z.zip": zipped({**many, "z/" + CH06: "a"})})
    assert result.files == {}
    assert trees.TOO_MANY in result.notes


def test_many_zips_are_bounded_together(
    tmp_path: Path, chapters: list[Chapter], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trees, "MOST_FILES", 50)
    many = {f"n{n}.py": "" for n in range(20)}
    result = handed(tmp_path, chapters, {f"{n}.zip": zipped(many) for n in range(4)})
    assert trees.TOO_MANY in result.notes
    monkeypatch.setattr(trees, "LARGEST_NESTED", 1500)
    noise = zipped({CH05: random.Random(0).randbytes(900)})
    outer = zipped({"a.zip": noise, "b.zip": noise})
    result = handed(tmp_path / "2", chapters, {"w.zip": outer, **{f"{n}": "" for n in range(9)}})
    assert "w.zip/a.zip" not in " ".join(result.notes)
    assert result.notes[0].startswith("w.zip/b.zip: it and the zips before it are")
    empty = {f"{n:02}.zip": zipped({}) for n in range(12)}
    result = handed(tmp_path / "3", chapters, empty)
    assert sum("lies in too many other zips" in note for note in result.notes) == 2


def test_zips_in_zips(tmp_path: Path, chapters: list[Chapter]) -> None:
    inner = zipped({CH06: "a"})
    result = handed(tmp_path, chapters, {"w.zip": zipped({"x/v.zip": inner})})
    assert result == Handed({CH06: b"a"}, ())
    result = handed(
        tmp_path / "2", chapters, {"w.zip": zipped({"v.zip": zipped({"u.zip": inner})})}
    )
    assert result.files == {}
    assert result.notes[0] == "w.zip/v.zip/u.zip lies in too many other zips, and was not opened"


def test_what_zips_are_told_off_for(tmp_path: Path, chapters: list[Chapter]) -> None:
    result = handed(
        tmp_path,
        chapters,
        {
            "bad.zip": "PK no",
            "out.zip": zipped({f"../{CH06}": "x", CH06: "a"}),
            "r.rar": "Rar!",
            "t.tar.gz": "",
        },
    )
    assert result.files == {CH06: b"a"}
    assert set(result.notes) == {
        "r.rar: this is packed in a way that is not read here: make a zip",
        "t.tar.gz: this is packed in a way that is not read here: make a zip",
        "bad.zip: this is no zip, or a damaged one: pack it again",
        f"out.zip: ../{CH06} points out of the zip, so it was left out",
    }


def test_what_a_classs_zip_leaves_out_is_a_row(tmp_path: Path, chapters: list[Chapter]) -> None:
    tree = {f"../ana/{CH06}": "x", f"ben/{CH06}": "b", f"cy/{CH06}": "c"}
    planted(tmp_path, {"class.zip": zipped(tree)})
    submissions = found(tmp_path, chapters)
    assert sorted(submissions) == ["ben", "class.zip", "cy"]
    assert submissions["class.zip"].notes == (
        f"../ana/{CH06} points out of the zip, so it was left out",
    )


def test_a_damaged_zip_is_a_row(tmp_path: Path, chapters: list[Chapter]) -> None:
    planted(tmp_path / "one", {"ana.zip": "PK"})
    planted(tmp_path / "two", {"ana.zip": "PK", "ben.7z": "", f"cy/{CH06}": "c"})
    assert contents(tmp_path / "one", chapters) == {"ana": {}}
    assert contents(tmp_path / "two", chapters) == {"ana": {}, "ben": {}, "cy": {CH06: "c"}}


def test_a_folder_that_cannot_be_graded(tmp_path: Path, chapters: list[Chapter]) -> None:
    planted(tmp_path, {"x.py": "", "bad.zip": "PK"})
    for name in ("nowhere", "x.py", "bad.zip"):
        with pytest.raises(NotUnderstood, match="cannot be graded: "):
            list(find(tmp_path / name, chapters, {}))
    (tmp_path / "empty").mkdir()
    assert list(find(tmp_path / "empty", chapters, {})) == []


# --- fuzzing ------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
CELL = st.fixed_dictionaries(
    {},
    optional={"cell_type": JSON | st.just("code"), "source": JSON | st.lists(st.text(max_size=30))},
)
BOOK = st.fixed_dictionaries(
    {}, optional={"cells": JSON | st.lists(CELL, max_size=4), "metadata": JSON, "worksheets": JSON}
)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(BOOK | JSON)
def test_random_notebooks(book: object) -> None:
    raw = json.dumps(book).encode()
    chapters = [load_chapter("ch06")]
    with tempfile.TemporaryDirectory() as folder:
        planted(Path(folder), {f"ana/{NOTEBOOK}": raw, f"ben/{CH06}": ""})
        ana, _ = find(Path(folder), chapters, {})
        assert read(ana, chapters) == Handed({NOTEBOOK: raw}, ())
    try:
        code_of(raw)
    except NotANotebook as error:
        assert str(error)


NAMES = st.one_of(
    st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=60),
    st.text("ab\u202e\u200f\u0301\u00e9E \t\n\x1b.-_(1)=", min_size=1, max_size=40),
    st.sampled_from(
        [
            *(
                "con",
                "nul.py",
                "a" * 252 + ".py",
                "-rf",
                "~",
                "$HOME",
                "%s%n",
                "'; drop",
                "a_1_2_b.py",
            ),
            *(
                "ana_ch06.py",
                "Ana_ch06.py",
                "ch06.py",
                "submission_1",
                "x_1_assignsubmission_file_",
            ),
            *(
                "hw-submissions",
                "exercises",
                "ch06_backpropagation.py",
                "\u0661_\u0662_\u0663_ch\u0660\u0666.py",
            ),
        ]
    ),
)


@ON_POSIX
@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.lists(st.tuples(NAMES, st.booleans()), min_size=1, max_size=6))
def test_names_of_all_kinds(names: list[tuple[str, bool]]) -> None:
    """No name crashes anything or leads out, and nobody's work gets lost without a note."""
    with tempfile.TemporaryDirectory() as folder:
        look_at(Path(os.path.realpath(folder)), names)


def look_at(folder: Path, names: list[tuple[str, bool]]) -> None:
    planted_data = set()
    for number, (name, is_folder) in enumerate(names):
        try:
            path = folder / name
            if path.parent != folder or name in (".", "..") or os.path.lexists(path):
                continue
            data = f"# {number}".encode()
            if is_folder:
                path.mkdir()
                path = path / CH06
            path.write_bytes(data)
        except (OSError, ValueError):  # the disk does not take this name
            continue
        if is_folder and not trees.is_passed_over(name):
            planted_data.add(data)
    chapters = [load_chapter("ch06")]
    seen: list[bytes] = []
    is_told = False
    for one in find(folder, chapters, {}):
        assert one.student.isprintable() and one.place.isprintable() and one.student
        assert all(source == folder or folder in source.parents for source in one.sources)
        result = read(one, chapters)
        assert all(note.isprintable() for note in (*one.notes, *result.notes))
        seen += result.files.values()
        is_told |= any("left out" in note for note in result.notes)
    assert len(seen) == len(set(seen))
    assert planted_data <= set(seen) or is_told


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.text(max_size=60) | NAMES)
def test_any_name_can_be_taken_apart(name: str) -> None:
    named = layouts.named(name)
    assert named.module == "" or named.module in chapter_modules().values()


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.lists(st.sampled_from(METADATA.splitlines()) | st.text(max_size=30), max_size=20))
def test_any_list_of_names_can_be_read(lines: list[str]) -> None:
    nodes = [trees.Node("submission_11", Path("submission_11"), trees.FOLDER)]
    ((_, whose),) = layouts.people(nodes, "class", "\n".join(lines), lambda _: False)
    assert whose and all(who.key.isprintable() for who in whose)


# --- a large class ------------------------------------------------------------------------------


@pytest.mark.bench
@pytest.mark.parametrize("is_zipped", [False, True])
def test_five_thousand_submissions(
    tmp_path: Path, chapters: list[Chapter], is_zipped: bool
) -> None:
    count, body = 5000, STUB
    tree = {f"s{n:04}/exercises/{CH06}": body for n in range(count)}
    planted(tmp_path, {"class.zip": zipped(tree)} if is_zipped else tree)
    began = time.perf_counter()
    submissions = list(find(tmp_path, chapters, {}))
    found_in = time.perf_counter() - began
    began = time.perf_counter()
    for one in submissions:
        assert read(one, chapters).files == {CH06: body}
    read_in = time.perf_counter() - began
    del submissions
    trees._archive.cache_clear()
    tracemalloc.start()
    seen = 0
    for one in find(tmp_path, chapters, {}):
        seen += 1 if read(one, chapters).files else 0
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(
        f"\n{count} submissions {'in one zip' if is_zipped else 'in folders'}: found in "
        f"{found_in:.2f} s, read in {read_in:.2f} s, at most {peak / 1e6:.1f} MB held"
    )
    assert seen == count
    assert peak < 40e6
