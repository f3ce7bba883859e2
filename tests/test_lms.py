"""Teachers' files of Moodle and Canvas: what is filled in, and that nothing else is touched."""

from __future__ import annotations

import csv
import io
import random
import re
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdl_check.grade.gradebook import AskedChapter, Gradebook, Student
from gdl_check.grade.lms import Filled, fill
from gdl_check.grade.pairing import known, paired
from gdl_check.grade.sheets import read_sheet
from gdl_check.targets import NotUnderstood
from gradebooks import FAULT, chapters, everything, gradebook, mark, row

ASKED = chapters("ch06")
WORTH = sum(exercise.points for exercise in ASKED[0].exercises)

ENGLISH = (
    'Identifier,"Full name","ID number","Email address",Status,Group,Grade,"Maximum Grade",'
    '"Grade can be changed","Last modified (submission)","Last modified (grade)",'
    '"Feedback comments"'
)
GERMAN = (
    'ID,"Vollst\u00e4ndiger Name",E-Mail-Adresse,Status,Bewertung,Bestwertung,'
    '"Bewertung kann ge\u00e4ndert werden","Zuletzt ge\u00e4ndert (Abgabe)",'
    '"Zuletzt ge\u00e4ndert (Bewertung)","Feedback als Kommentar"'
)
FRENCH = (
    'Identifiant,"Nom complet","Adresse de courriel",Statut,Note,"Note maximale",'
    '"La note peut \u00eatre modifi\u00e9e","Derni\u00e8re modification (travail remis)",'
    '"Derni\u00e8re modification (note)","Feedback par commentaires"'
)
SPANISH = (
    'Identificador,"Nombre completo","Direcci\u00f3n de correo",Estado,Calificaci\u00f3n,'
    '"Calificaci\u00f3n m\u00e1xima","La calificaci\u00f3n puede ser cambiada",'
    '"\u00daltima modificaci\u00f3n (entrega)","\u00daltima modificaci\u00f3n (calificaci\u00f3n)",'
    '"Comentarios de retroalimentaci\u00f3n"'
)
MOST = ("Maximum Grade", "Bestwertung", "Note maximale", "Calificaci\u00f3n m\u00e1xima")
MAIL = ("Email address", "E-Mail-Adresse", "Adresse de courriel", "Direcci\u00f3n de correo")
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Notes,Homework 2 (881),"
    '"Homework 3: backpropagation (882)",Assignments Current Points,Final Score'
)
ON_TOP = "    Points Possible,,,,,,10.00,31.00,(read only),(read only)"


def a_class(
    *people: tuple[Student, float | None], asked: Sequence[AskedChapter] = ASKED
) -> Gradebook:
    """A class in which these people have these points, or a fault where it is None."""
    rows = []
    for student, points in people:
        first, *others = [exercise for chapter in asked for exercise in chapter.exercises]
        marks = {e.id: mark(e.id, "failed") for e in others}
        one = mark(first.id, FAULT) if points is None else mark(first.id, "failed", override=points)
        rows.append(row("", marks | {first.id: one}, asked, student=student))
    return gradebook(lambda: iter(rows), tuple(asked))


def put(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "t\u00e9achers file.csv"
    path.write_bytes(text.encode(encoding))
    return path


def filled(folder: Path, text: str, book: Gradebook, column: str = "") -> tuple[str, Filled]:
    """What becomes of a teacher's file, and what is said of it."""
    path = put(folder, text)
    told = fill(path, book, folder / "out.csv", column)
    assert path.read_bytes() == text.encode()
    return (folder / "out.csv").read_bytes().decode(), told


def cells(text: str, delimiter: str = ",") -> list[list[str]]:
    stream = io.StringIO(text.removeprefix("\ufeff"), newline="")
    return list(csv.reader(stream, delimiter=delimiter))


def imported_by_moodle(text: str, words: tuple[str, str, str, str]) -> dict[str, float]:
    """The grades that Moodle takes from a worksheet, by the number of the participant.

    It looks for three columns by their names, cuts the word for a participant off the first, and
    passes over what is blank or below 0. (The maximum and the locks are the server's.)
    """
    header, *rows = cells(text)
    identifier, grade, modified = (header.index(word) for word in words[:3])
    taken = {}
    for told in rows:
        assert len(told) == len(header) and told[modified] is not None
        number = told[identifier][len(words[3]) :].strip()
        if told[grade].strip() and float(told[grade].replace(",", ".")) >= 0:
            taken[number] = float(told[grade].replace(",", "."))
    return taken


def imported_by_canvas(text: str, delimiter: str = ",") -> dict[str, dict[str, str]]:
    """What Canvas takes from a gradebook: by assignment, what stands for each ID."""
    rows = [r for r in cells(text, delimiter) if "".join(r).strip()]
    header = rows[0]
    names = 2 if header[0] == "LastName" else 1
    assert "Student" in header[0] or header[:2] == ["LastName", "FirstName"]
    assert header[names] == "ID"
    taken: dict[str, dict[str, str]] = {}
    for i in range(header.index("Section") + 1, len(header)):
        if re.fullmatch(r".*\(\d+\)", header[i], re.DOTALL):
            people = [
                told
                for told in rows[1:]
                if "Points Possible" not in told[0]
                and not all(re.match(r"^\s*(Muted|Manual Posting.*)?\s*$", c) for c in told)
            ]
            taken[header[i]] = {told[names]: told[i].strip() for told in people}
    return taken


# --- Moodle --------------------------------------------------------------------------------------

WORKSHEETS = [
    (
        ENGLISH,
        ("Identifier", "Grade", "Last modified (grade)", "Participant "),
        "Participant ",
        "Yes",
    ),
    (
        GERMAN,
        ("ID", "Bewertung", "Zuletzt ge\u00e4ndert (Bewertung)", "Teilnehmer/in"),
        "Teilnehmer/in",
        "Ja",
    ),
    (
        FRENCH,
        ("Identifiant", "Note", "Derni\u00e8re modification (note)", "Participant"),
        "Participant",
        "Oui",
    ),
    (
        SPANISH,
        (
            "Identificador",
            "Calificaci\u00f3n",
            "\u00daltima modificaci\u00f3n (calificaci\u00f3n)",
            "Participante ",
        ),
        "Participante ",
        "S\u00ed",
    ),
]


def worksheet(header: str, before: str, yes: str, people: Iterable[tuple[str, str, str]]) -> str:
    """A worksheet of these people: number, name and email."""
    columns = next(csv.reader([header]))
    most = next(i for i, column in enumerate(columns) if column in MOST)
    mail = next(i for i, column in enumerate(columns) if column in MAIL)
    stream = io.StringIO(newline="")
    table = csv.writer(stream, lineterminator="\n")
    for number, name, email in people:
        told = ["-"] * len(columns)
        told[:2], told[mail], told[most - 1 : most + 2] = (
            [before + number, name],
            email,
            ["", "31.00", yes],
        )
        table.writerow(told)
    return header + "\n" + stream.getvalue()


@pytest.mark.parametrize(("header", "words", "before", "yes"), WORKSHEETS)
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_worksheets_in_four_languages(
    tmp_path: Path, header: str, words: tuple[str, str, str, str], before: str, yes: str, bom: str
) -> None:
    people = [
        ("101", "Ana S\u00e1nchez", "ana@u.edu"),
        ("102", "Ben Okafor", "ben@u.edu"),
        ("103", "Cem Y\u0131lmaz", "cem@u.edu"),
    ]
    text = bom + worksheet(header, before, yes, people)
    book = a_class(
        (Student("x7", email="BEN@u.edu"), 12.3456),
        (Student("101"), 7.0),
        (Student("who", "Somebody Else"), 3.0),
    )
    out, told = filled(tmp_path, text, book)
    assert imported_by_moodle(out, words) == {"101": 7.0, "102": 12.35}
    assert (told.tool, told.filled, told.same, told.left) == ("Moodle", 2, 0, ())
    assert told.not_graded == ("Cem Y\u0131lmaz",)
    assert [student.key for student in told.not_listed] == ["who"]
    assert out.startswith(bom + header)


def test_nothing_but_the_grade_changes_byte_for_byte(tmp_path: Path) -> None:
    rows = (
        'Participant 101,"Ana ""A"" S",s1,ana@u.edu,"Submitted, late", G1 ,{},"31.00",Yes,-,'
        '"Monday, 1 June 2026, 10:00 AM","two\r\nlines"\r\n'
        "Participant 102,Ben,s2,ben@u.edu,-,,{},31.00,Yes,-,-,=1+1\n"
        "\n"
        '"Participant 103","Cem",s3,,-,,"5.00",31.00,Yes,-,-,'
    )
    text = f"{ENGLISH}\r\n{rows}"
    book = a_class((Student("101"), 31.0), (Student("102"), 0.0), (Student("103"), None))
    out, told = filled(tmp_path, text.format("", "4.00"), book)
    assert out == text.format("31.00", "0.00")
    assert (told.filled, told.changed, told.same) == (2, 1, 0)
    assert told.left == (("Cem", "not all of it could be graded"),)


@pytest.mark.parametrize(
    ("grade", "most", "changeable", "points", "becomes", "why"),
    [
        ("", "31.00", "Yes", 31.0, "31.00", ""),
        ("", "31.00", "Yes", 31.01, "", "out of the range"),
        ("3.00", "31.00", "Yes", -0.5, "3.00", "out of the range"),
        ("3.00", "31.00", "No", 5.0, "3.00", "locked"),
        ("3.00", "31.00", "Yes", None, "3.00", "not all"),
        ("3.00", "31.00", "Yes", 3.0, "3.00", ""),
        ("3", "31.00", "Yes", 3.0, "3", ""),
        ("3,00", "31,00", "Yes", 4.5, "4,50", ""),
        ("-", "31.00", "Yes", 4.5, "4.50", ""),
        ("", "", "Yes", 4.5, "4.50", ""),
        ("", "31.00", "Yes", float("nan"), "", "not all"),
    ],
)
def test_what_moodle_would_pass_over_is_left_and_said(
    tmp_path: Path,
    grade: str,
    most: str,
    changeable: str,
    points: float | None,
    becomes: str,
    why: str,
) -> None:
    text = f'{ENGLISH}\nParticipant 7,Ana,,,-,,"{grade}","{most}",{changeable},-,-,\n'
    out, told = filled(tmp_path, text, a_class((Student("7"), points)))
    assert cells(out)[1][6] == becomes
    assert [reason for _, reason in told.left if why not in reason or not why] == []
    assert bool(told.left) == bool(why)


def test_another_maximum_is_said(tmp_path: Path) -> None:
    text = f"{ENGLISH}\nParticipant 7,Ana,,,-,,,100.00,Yes,-,-,\n"
    _, told = filled(tmp_path, text, a_class((Student("7"), 4.0)))
    assert told.notes and "100" in told.notes[0] and f"{WORTH:g}" in told.notes[0]


def test_a_scale_is_refused(tmp_path: Path) -> None:
    text = f"{GERMAN.replace('Bestwertung', 'Skala')}\nTeilnehmer/in7,Ana,,-,,gut,Ja,-,-,\n"
    with pytest.raises(NotUnderstood, match="scale"):
        fill(put(tmp_path, text), a_class((Student("7"), 4.0)), tmp_path / "out.csv")


def test_an_old_code_page_is_kept(tmp_path: Path) -> None:
    text = f"{SPANISH}\nParticipante 7,Bego\u00f1a,,-,,31.00,S\u00ed,-,-,\u00a1Ol\u00e9!\n"
    path = put(tmp_path, text, "cp1252")
    told = fill(path, a_class((Student("7"), 4.0)), path)
    assert told.filled == 1
    row = "Participante 7,Bego\u00f1a,,-,4.00,31.00,S\u00ed,-,-,\u00a1Ol\u00e9!\n"
    assert path.read_bytes() == f"{SPANISH}\n{row}".encode("cp1252")


# --- Canvas --------------------------------------------------------------------------------------


def canvas(*rows: str, header: str = CANVAS, more: str = "") -> str:
    return "\n".join([header, *([more] if more else []), ON_TOP, *rows]) + "\n"


def test_a_gradebook_of_canvas(tmp_path: Path) -> None:
    text = canvas(
        '"S\u00e1nchez, Ana",11,u1,ana@u.edu,Sec 1,,9.5,,20.00,80',
        '"=""Okafor, Ben""",12,u2,ben@u.edu,Sec 1,,8,4.00,20.00,80',
        '"Y\u0131lmaz, Cem",13,u3,cem,Sec 1,,7,EX,20.00,80',
        '"Diaz, Eva",14,u4,eva,Sec 1,,6,5.50,20.00,80',
        '"Student, Test",15,,x,Sec 1,,,,,',
        more="    ,,,,,,,Manual Posting,,",
    )
    book = a_class(
        (Student("ana", "Ana Sanchez"), 30.333),
        (Student("12"), 4.004),
        (Student("cem@elsewhere", id="u3"), 20.0),
        (Student("eva", id="14"), None),
    )
    out, told = filled(tmp_path, text, book)
    taken = imported_by_canvas(out)
    assert taken["Homework 3: backpropagation (882)"] == {
        "11": "30.33",
        "12": "4.00",
        "13": "EX",
        "14": "5.50",
        "15": "",
    }
    assert (told.tool, told.column) == ("Canvas", "Homework 3: backpropagation (882)")
    assert (told.filled, told.same, told.changed) == (1, 1, 0)
    assert {who: why.split()[0] for who, why in told.left} == {
        "Y\u0131lmaz, Cem": "excused",
        "Diaz, Eva": "not",
    }
    assert told.not_graded == ("Student, Test",) and told.not_listed == ()
    assert out == text.replace(",9.5,,20", ",9.5,30.33,20")


def test_last_names_first_and_semicolons(tmp_path: Path) -> None:
    header = (
        "LastName;FirstName;ID;SIS Login ID;Section;Homework 3: backpropagation (882);Final Score"
    )
    text = f"{header}\r\n    Points Possible;;;;;31,00;(read only)\r\nOkafor;Ben;12;b;S;;4\r\n"
    out, told = filled(tmp_path, text, a_class((Student("x", "Ben Okafor"), 12.5)))
    assert told.filled == 1 and out == text.replace("S;;4", "S;12,50;4")
    assert imported_by_canvas(out, ";") == {"Homework 3: backpropagation (882)": {"12": "12,50"}}


@pytest.mark.parametrize("meant", ["Homework 2", "homework 2 (881)", "881"])
def test_the_column_can_be_named(tmp_path: Path, meant: str) -> None:
    text = canvas("Ana,11,,,S,,,,,")
    out, told = filled(tmp_path, text, a_class((Student("11"), 9.0)), meant)
    assert told.column == "Homework 2 (881)" and "Ana,11,,,S,,9.00,,," in out
    assert told.notes and "counts to 10 " in told.notes[0]


def test_a_column_that_is_not_there_or_there_twice(tmp_path: Path) -> None:
    book = a_class((Student("11"), 9.0))
    for header, meant, says in (
        (CANVAS, "Homework 9", "no column for 'Homework 9'.*Homework 2 .881.; Homework 3"),
        (CANVAS.replace("Homework 2", "Homework 3: backpropagation"), "", "more than one column"),
        (CANVAS, "Final Score", "no column"),
    ):
        with pytest.raises(NotUnderstood, match=says) as refused:
            filled(tmp_path, canvas("Ana,11,,,S,,,,,", header=header), book, meant)
        assert "\n" not in str(refused.value)
    with pytest.raises(NotUnderstood, match="computes"):
        text = canvas("Ana,11,,,S,,,,,").replace("31.00", "(read only)")
        filled(tmp_path, text, book)
    assert not (tmp_path / "out.csv").exists()


# --- neither -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n\n",
        b"student,grade\nana,1\n",
        b"Identifier,Grade\nParticipant 1,2\n",
        b"\xff\xfeI\x00d\x00",
        b"PK\x03\x04\x00\x00",
        b"Student,ID\n",
        b"\x80\x81\x82",
        f'{ENGLISH}\nParticipant 1,"never closed,,,,\n'.encode(),
        b"," * 10_000,
    ],
)
def test_what_is_neither_is_refused_in_a_sentence(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "grades.csv"
    path.write_bytes(raw)
    with pytest.raises(NotUnderstood) as refused:
        fill(path, a_class((Student("1"), 1.0)), tmp_path / "out.csv")
    assert "grades.csv" in str(refused.value) and "\n" not in str(refused.value)
    assert not (tmp_path / "out.csv").exists()


def test_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotUnderstood, match="cannot be read"):
        fill(tmp_path / "none.csv", a_class(), tmp_path / "out.csv")


def test_a_row_that_falls_apart_is_left(tmp_path: Path) -> None:
    one, two = "Participant 1,A,,,-,,,31.00,Yes,-,-,,,more", "Participant 2,B,,,-,,,31.00,Yes,-,-,"
    text = f"{ENGLISH}\n{one}\n{two}\n"
    out, told = filled(tmp_path, text, a_class((Student("1"), 1.0), (Student("2"), 2.0)))
    assert out == text.replace("B,,,-,,,", "B,,,-,,2.00,")
    assert told.left[0][0] == "row 2" and [s.key for s in told.not_listed] == ["1"]


# --- hostile, and many ---------------------------------------------------------------------------


def test_a_hostile_class_changes_nothing_of_others(tmp_path: Path) -> None:
    book = everything()
    stream = io.StringIO(newline="")
    table = csv.writer(stream)
    people = [r.student for r in book.rows()]
    for n, student in enumerate(people):
        name = student.name.replace("\0", "").encode("utf-8", "replace").decode()
        table.writerow(
            [
                f"Participant {n}",
                name,
                "",
                student.key.encode("utf-8", "replace").decode().replace("\0", ""),
                "-",
                "",
                "",
                "60.00",
                "Yes",
                "-",
                "-",
                name,
            ]
        )
    text = f"{ENGLISH}\r\n{stream.getvalue()}"
    out, told = filled(tmp_path, text, book)
    before, after = cells(text), cells(out)
    assert [r[:6] + r[7:] for r in before] == [r[:6] + r[7:] for r in after]
    assert all(r[6] == "" or re.fullmatch(r"\d+\.\d\d", r[6]) for r in after[1:])
    assert told.filled + told.same + len(told.left) + len(told.not_listed) == len(people)
    assert told.filled > 0.7 * len(people)
    for name in (*told.not_graded, *(who for who, _ in told.left)):
        assert "\n" not in name and len(name) <= 100


CELLS = st.text(st.sampled_from('ab ,;"\u00e9=\n\r\t'), max_size=6)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(st.lists(st.lists(CELLS, min_size=2, max_size=5), min_size=1, max_size=6), st.data())
def test_any_table_is_read_as_csv_does_and_written_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("sheet") / "table.csv"
    delimiter = data.draw(st.sampled_from(",;\t"))
    stream = io.StringIO(newline="")
    end = data.draw(st.sampled_from(["\n", "\r\n"]))
    csv.writer(stream, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(
        [["first", "second", "third", "fourth", "fifth", "sixth"], *rows]
    )
    raw = stream.getvalue().encode()
    path.write_bytes(raw)
    sheet = read_sheet(path)
    read = [[sheet.value(r, c) for c in range(len(sheet.rows[r]))] for r in range(len(sheet.rows))]
    told = list(csv.reader(io.StringIO(raw.decode(), newline=""), delimiter=delimiter))
    assert read == [
        [re.sub(r'^="(.*)"$', r"\1", c.strip(), flags=re.DOTALL).strip() for c in r] for r in told
    ]
    sheet.write(path)
    assert path.read_bytes() == raw


def test_people_are_found_and_never_guessed() -> None:
    theirs = [
        known(["a@u"], ["1"], ["Ana Silva"]),
        known(["b@u"], ["2"], ["Ana Silva"]),
        known(["c@u"], ["3"], ["Cem Kaya"]),
        known([], ["4"], ["Dora Ito"]),
    ]

    def pairs(*ours: tuple[str, str, str]) -> dict[int, int]:
        return paired([known([e], [i], [n]) for e, i, n in ours], theirs)

    assert pairs(("A@U", "", ""), ("", "2", ""), ("", "", "KAYA, C\u00e9m")) == {0: 0, 1: 1, 2: 2}
    assert pairs(("", "", "Ana Silva")) == {}  # there are two of that name
    assert pairs(("z@u", "", "Cem Kaya")) == {}  # another address: another person
    assert pairs(("z@u", "3", "Zoe Zeta")) == {}  # a number that numbers something else
    assert pairs(("", "4", ""), ("", "", "Dora Ito")) == {}  # claimed by two
    assert pairs(("c@u", "", ""), ("c@u", "", "")) == {}
    assert pairs(("", "", ""), ("", "", " -- ")) == {}


def test_five_thousand_students_take_seconds(tmp_path: Path) -> None:
    asked = (ASKED[0]._replace(exercises=ASKED[0].exercises[:1]),)
    people = [(Student(f"s{n}", email=f"n{n}@u.edu"), n % 2 / 2) for n in range(5_000)]
    lines = [f"Participant {n},N{n},,n{n}@u.edu,-,,,31.00,Yes,-,-," for n in range(5_000)]
    random.Random(0).shuffle(lines)
    book, started = a_class(*people, asked=asked), time.monotonic()
    out, told = filled(tmp_path, "\n".join([ENGLISH, *lines]), book)
    assert told.filled == 5_000 and time.monotonic() - started < 20
    assert all(float(r[6]) == int(r[1][1:]) % 2 / 2 for r in cells(out)[1:])
