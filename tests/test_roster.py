"""Rosters of every origin are read, submissions find their students, and nobody is guessed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdl_check.grade.gradebook import Student
from gdl_check.grade.intake import Submission
from gdl_check.grade.roster import forms, matched, read_map, read_roster
from gdl_check.targets import NotUnderstood

ANA = Student("ana", "Ana M\u00fcller", "ana.mueller@example.edu", "0017")
BEN = Student("ben", "Ben Doe", "ben@example.edu", "0018")


def written(tmp_path: Path, text: str | bytes, encoding: str = "utf-8") -> Path:
    path = tmp_path / "roster.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def submission(student: str, **more: object) -> Submission:
    known = {
        "student": student,
        "place": student,
        "sources": (),
        "handed_in": 1.0,
        "late": False,
        "notes": (),
    }
    return Submission(**{**known, **more})  # type: ignore[arg-type]


# --- rosters ------------------------------------------------------------------------------------

OURS = """\
student,name,email,id
ana,Ana Müller,ana.mueller@example.edu,0017
ben,Ben Doe,ben@example.edu,0018
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_our_own(tmp_path: Path, encoding: str, delimiter: str, ending: str) -> None:
    text = OURS.replace(",", delimiter).replace("\n", ending)
    assert read_roster(written(tmp_path, text, encoding)) == [ANA, BEN]


@pytest.mark.parametrize(
    ("text", "students"),
    [
        ("student\nana\n\n , \nben\n", [Student("ana"), Student("ben")]),
        ("Email\nana@x.edu\n", [Student("ana@x.edu", email="ana@x.edu")]),
        ("name\nAna M\n", [Student("Ana M", "Ana M")]),
        ('sep=;\nStudent;Name\nana;"M; Ana"\n', [Student("ana", "M; Ana")]),
        ('\n\nname,student,section\n"Doe, Ben",ben,1\n', [Student("ben", "Ben Doe")]),
        ("id,first name,last name\n7,Ana,M\n", [Student("7", "Ana M", "", "7")]),
        ("student,name\na\u202eb,\x1b[31mred\n", [Student("ab", "[31mred")]),
    ],
)
def test_shorter_ones(tmp_path: Path, text: str, students: list[Student]) -> None:
    assert read_roster(written(tmp_path, text)) == students


def test_github_classroom(tmp_path: Path) -> None:
    text = (
        '"identifier","github_username","github_id","name"\n'
        '"ana@example.edu","ana-m","583231","Ana M"\n'
        '"ben","","",""\n'
    )
    assert read_roster(written(tmp_path, text)) == [
        Student("ana-m", "Ana M", "ana@example.edu", "ana@example.edu"),
        Student("ben", "", "", "ben"),
    ]


@pytest.mark.parametrize(
    ("header", "name", "empty"),
    [("Student", '"Müller, Ana"', "Student"), ("LastName,FirstName", "Müller,Ana", "")],
)
def test_canvas(tmp_path: Path, header: str, name: str, empty: str) -> None:
    pad = "," if "," in header else ""
    text = (
        f"{header},ID,SIS User ID,SIS Login ID,Section,Homework 6 (77),Final Score\n"
        f"{pad},,,,,Manual Posting,(read only)\n"
        f"    Points Possible{pad},,,,,10.00,(read only)\n"
        f'{name},12,0017,amueller,"A and B",,\n'
        f'"=""=Doe, Ben"""{pad},13,,ben@example.edu,A,9,\n'
        f'"Student, Test"{pad},14,,f00d,A,,\n'
    )
    first, second = read_roster(written(tmp_path, text))[:2]
    assert first == Student("amueller", "Ana Müller", "", "12")
    assert (second.key, second.id) == ("ben@example.edu", "13")
    if not pad:
        assert second.name == "Ben =Doe"
        assert len(read_roster(written(tmp_path, text))) == 2


@pytest.mark.parametrize(
    "header",
    [
        "First name,Last name,ID number,Email address,Groups",
        "First name,Surname,ID number,Email address,Groups",
        "Vorname,Nachname,ID-Nummer,E-Mail-Adresse,Gruppen",
        "Prénom,Nom de famille,Numéro d'identification,Adresse de courriel,Groupes",
        "Nombre,Apellido(s),Número de ID,Dirección de correo,Grupos",
    ],
)
def test_moodle_participants(tmp_path: Path, header: str) -> None:
    text = f"{header}\nAna,Müller,0017,ana@example.edu,\nBen,Doe,,ben@example.edu,A\n"
    assert read_roster(written(tmp_path, text)) == [
        Student("0017", "Ana Müller", "ana@example.edu", "0017"),
        Student("ben@example.edu", "Ben Doe", "ben@example.edu"),
    ]


@pytest.mark.parametrize(
    "header",
    [
        "Identifier,Full name,Email address,Status,Grade",
        "ID.,Vollständiger Name,E-Mail-Adresse,Status,Bewertung",
        "Identifiant,Nom complet,Adresse de courriel,Statut,Note",
        "Identificador,Nombre completo,Dirección de correo,Estado,Calificación",
    ],
)
def test_moodle_worksheet(tmp_path: Path, header: str) -> None:
    text = f"{header}\nParticipant 101,Ana Müller,ana@example.edu,Submitted,-\n"
    assert read_roster(written(tmp_path, text)) == [
        Student("101", "Ana Müller", "ana@example.edu", "101")
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "roster.csv is empty: it is a CSV file that is expected there"),
        ("\n\n", "roster.csv is empty"),
        ("ana,Ana\nben,Ben\n", "roster.csv, line 1: no column is known there: begin the file with"),
        ("student,name\n", "roster.csv lists nobody"),
        ("student,name\nana,A\n\nana,B\n", "roster.csv, line 4: ana is in line 2 too: leave one"),
        ("student,x\nana,A\n,B\n", "roster.csv, line 3: nothing there says who it is: write"),
        (b"PK\x03\x04\0\0", "roster.csv is no text: save it as CSV"),
        ("student\n" + "a" * 200_000, "roster.csv, line 2: a cell that begins there does not end"),
        ('student,name\nana,A\nben,"' + "x\n" * 80_000, "roster.csv, line 3: a cell that begins"),
    ],
)
def test_rosters_that_cannot_be_understood(tmp_path: Path, text: str | bytes, says: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        read_roster(written(tmp_path, text))
    assert str(caught.value).startswith(says)
    assert "\n" not in str(caught.value)


def test_a_roster_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(NotUnderstood, match="may not be read"):
            read_roster(path)


# --- maps ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["", "file,student\n", "Folder,Key\n"])
def test_a_map(tmp_path: Path, header: str) -> None:
    text = f'{header}work.py,ana\n./hand-ins/x/,ben\n"a,b.py",ben\nsub\\y.py, ana \n'
    assert read_map(written(tmp_path, text)) == {
        "work.py": "ana",
        "hand-ins/x": "ben",
        "a,b.py": "ben",
        "sub/y.py": "ana",
    }


def test_a_map_with_semicolons(tmp_path: Path) -> None:
    path = written(tmp_path, "Doe, Ben;ben\nM\u00fcller, Ana;ana\n", "cp1252")
    assert read_map(path) == {"Doe, Ben": "ben", "M\u00fcller, Ana": "ana"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "roster.csv is empty"),
        ("work.py\n", "roster.csv, line 1: write a file or folder, a comma and a student there"),
        ("a.py,ana\n,ben\n", "roster.csv, line 2: write a file or folder"),
        ("a.py,ana\nb.py,\n", "roster.csv, line 2: write a file or folder"),
        ("a.py,ana\nb.py,ben,cy\n", "roster.csv, line 2: write a file or folder"),
        ("a.py,ana\na.py,ben\n", "roster.csv, line 2: a.py belongs to ana in line 1: leave one"),
    ],
)
def test_maps_that_cannot_be_understood(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        read_map(written(tmp_path, text))
    assert str(caught.value).startswith(says)


# --- who is who ---------------------------------------------------------------------------------

UMA = Student("u9", "Ursula von der Leyen", "uvdl@example.edu", "0019")
OLE = Student("oln", "Ole Lund N\u00f8rregaard", "", "0020")
CLASS = [ANA, BEN, UMA, OLE]


@pytest.mark.parametrize(
    ("handed_in", "key"),
    [
        (submission("ana"), "ana"),
        (submission("ANA"), "ana"),
        (submission("ana.mueller"), "ana"),
        (submission("ana.mueller@example.edu"), "ana"),
        (submission("x", email="Ana.Mueller@Example.edu"), "ana"),
        (submission("x", email="oln@gmail.example"), "oln"),
        (submission("0018"), "ben"),
        (submission("Doe Ben_77", id="0018", name="Benny"), "ben"),
        (submission("Ana M\u00fcller"), "ana"),
        (submission("Ana_Muller"), "ana"),
        (submission("M\u00fcller, Ana"), "ana"),
        (submission("mullerana_12", name="mullerana", id="12"), "ana"),
        (submission("x", name="von der Leyen, Ursula"), "u9"),
        (submission("vonderleyenursula"), "u9"),
        (submission("ole-lund-norregaard"), "oln"),
        (submission("b", place="class.zip/hw6-u9"), None),
        (submission("en", place="hw6-b-en"), None),
        (submission("9", place="hw6-u-9"), None),
    ],
)
def test_known_by_what_a_submission_tells(handed_in: Submission, key: str | None) -> None:
    told = {one.student.key: one.submission for one in matched([handed_in], CLASS, {})}
    if key is None:
        assert handed_in.student in told
    else:
        assert told[key] == handed_in
        assert len(told) == len(CLASS)


def test_a_repository_whose_users_share_a_beginning() -> None:
    roster = [Student("ana-smith"), Student("ana-jones")]
    handed_in = [
        submission("smith", place="hw-6-ana-smith"),
        submission("jones", place="hw-6-ana-jones"),
    ]
    told = matched(handed_in, roster, {})
    assert [one.submission for one in told] == handed_in


def test_those_who_handed_in_nothing_have_a_line_too() -> None:
    told = matched([submission("ben")], CLASS, {})
    assert [(one.student.key, one.submission is None) for one in told] == [
        ("ana", True),
        ("ben", False),
        ("u9", True),
        ("oln", True),
    ]


def test_who_is_in_no_roster() -> None:
    (*_, stranger) = matched([submission("eve", name="Eve", email="e@x", id="5")], CLASS, {})
    assert stranger.student == Student("eve", "Eve", "e@x", "5")
    assert stranger.submission is not None
    assert stranger.submission.notes == ("Eve is not in the roster",)


def test_without_a_roster_everybody_is_whom_they_say() -> None:
    told = matched([submission("eve", name="Eve"), submission("ana")], [], {})
    assert [(one.student, one.submission and one.submission.notes) for one in told] == [
        (Student("ana"), ()),
        (Student("eve", "Eve"), ()),
    ]


def test_a_map_comes_first() -> None:
    told = matched(
        [submission("ana"), submission("x/work")], CLASS, {"ana": "ben", "x/work": "ana"}
    )
    places = {one.student.key: one.submission and one.submission.place for one in told}
    assert places == {"ben": "ana", "ana": "x/work", "u9": None, "oln": None}


@pytest.mark.parametrize(
    ("roster", "handed_in"),
    [
        ([Student("1", "Ana Doe"), Student("2", "Doe Ana")], submission("ana doe")),
        ([Student("1", "Ana Doe"), Student("2", "Ana Doe")], submission("x", name="Ana Doe")),
        ([Student("1", email="a@x.edu"), Student("2", email="a@y.edu")], submission("a")),
        ([Student("Ana"), Student("ANA")], submission("ana")),
        ([Student("1", id="77"), Student("2", id="77")], submission("x", id="77")),
        # A number of one system that is by chance another's of the other.
        (
            [Student("1", "Ana Doe", "", "77"), Student("2", "Ben Roe")],
            submission("x", name="Ben Roe", id="77"),
        ),
    ],
)
def test_nobody_is_guessed(roster: list[Student], handed_in: Submission) -> None:
    told = matched([handed_in], roster, {})
    assert [one.submission for one in told[:2]] == [None, None]
    (stranger,) = told[2:]
    assert stranger.submission is not None
    (note,) = stranger.submission.notes
    assert note.startswith("this may be ") and "--map" in note


def test_an_email_elsewhere_is_not_anothers_username() -> None:
    roster = [Student("ana", email="ana@example.edu")]
    told = matched([submission("x", email="ana@elsewhere.example")], roster, {})
    assert [one.student.key for one in told] == ["ana", "x"]
    assert told[0].submission is None


def test_a_number_tells_two_of_one_name_apart() -> None:
    roster = [Student("1", "Ana Doe", "", "77"), Student("2", "Ana Doe", "", "78")]
    told = matched([submission("x", name="Ana Doe", id="78")], roster, {})
    assert [one.submission is None for one in told] == [True, False]


def test_the_newest_of_several_counts() -> None:
    several = [
        submission("ana", handed_in=30.0),
        submission("0017", handed_in=50.0),
        submission("ANA", handed_in=None),
    ]
    kept = matched(several, CLASS, {})[0].submission
    assert kept is not None and kept.place == "0017"
    assert kept.notes == ("0017 counts, the newest; ANA, ana of the same student was left out",)


def test_several_of_which_no_times_are_known() -> None:
    several = [submission("ana", handed_in=None), submission("0017", handed_in=None)]
    kept = matched(several, CLASS, {})[0].submission
    assert kept is not None and kept.place == "ana"
    assert "no times tell which is newer" in kept.notes[0]


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.lists(st.text(max_size=20), max_size=6), st.lists(st.text(max_size=20), max_size=6))
def test_every_submission_is_somebodys(names: list[str], handed_in: list[str]) -> None:
    """Each student has one line, and each submission counts or is told of in the one that does."""
    roster = [Student(f"k{n}", name) for n, name in enumerate(names)]
    submissions = [submission(name or "x", place=f"p{n}") for n, name in enumerate(handed_in)]
    told = matched(submissions, roster, {})
    keys = [one.student.key for one in told]
    assert len(set(keys)) == len(keys) and [s.key for s in roster] == keys[: len(roster)]
    kept = [one.submission for one in told if one.submission]
    notes = " ".join(note for one in kept for note in one.notes)
    for one in submissions:
        assert any(other.place == one.place for other in kept) or "left out" in notes


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.text(max_size=60))
def test_forms_do_not_depend_on_order_and_case(name: str) -> None:
    assert forms(name) == forms(f" {name}. ")
    first, _, last = name.partition(" ")
    if first.isascii() and last.isascii():
        assert forms(f"{last}, {first}") == forms(name.upper())


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.binary(max_size=200) | st.text('student,name;"\n\r\t=@x1', max_size=60).map(str.encode))
def test_any_bytes_as_a_roster(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(raw)
    for read in (read_roster, read_map):
        try:
            read(path)
        except NotUnderstood as error:
            assert "any.csv" in str(error) and "\n" not in str(error)
