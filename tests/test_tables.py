"""`grades.csv`: what a spreadsheet, Moodle and a script find in it."""

from __future__ import annotations

import csv
import io
import re
import tracemalloc
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdl_check.grade.clean import line, lines
from gdl_check.grade.gradebook import Row
from gdl_check.grade.tables import harmless, moment, number, write_csv
from gradebooks import DUE, HOSTILE, class_of, everything

TEXTS = ("student", "name", "Email address", "ID number", "override")


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    path = tmp_path_factory.mktemp("table") / "grades.csv"
    write_csv(everything(), path)
    return read(path)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def of(table: list[dict[str, str]], student: str) -> dict[str, str]:
    (found,) = [row for row in table if row["student"] == student]
    return found


def acts(cell: str) -> bool:
    """Whether a spreadsheet computes a cell: it skips blanks, and folds wide forms."""
    bare = unicodedata.normalize("NFKC", cell).lstrip()
    if bare.startswith('"'):
        bare = bare.lstrip('" ')
    return bare[:1] in ("=", "+", "-", "@", "\t", "\r") and not re.fullmatch(
        r"[+-]?\d+([.,]\d+)?", bare
    )


def test_every_student_has_a_row_in_order(table: list[dict[str, str]]) -> None:
    book = everything()
    assert len(table) == sum(1 for _ in book.rows())
    header = list(table[0])
    asked = [exercise.id for exercise in book.asked]
    assert [name for name in header if "." in name] == asked
    assert header.index("ch05") == header.index("ch06.lights_to_matrix") - 1
    assert {"Email address", "ID number", "points", "of", "percent"} <= set(header)
    assert all(len(row) == len(header) and None not in row.values() for row in table)


def test_the_numbers_add_up(table: list[dict[str, str]]) -> None:
    book = everything()
    for told, row in zip(table, book.rows(), strict=True):
        points = book.points(row)
        assert told["points"] == ("" if points is None else number(points))
        assert float(told["of"]) == book.worth == 53.5
        sums = []
        for chapter in book.chapters:
            cells = [told[exercise.id] for exercise in chapter.exercises]
            if "" in cells:
                assert told[chapter.id] == told["total"] == ""
            else:
                assert float(told[chapter.id]) == pytest.approx(sum(map(float, cells)), abs=1e-3)
                sums.append(float(told[chapter.id]))
        if len(sums) == len(book.chapters):
            assert float(told["total"]) == pytest.approx(sum(sums), abs=1e-3)


def test_a_fault_is_empty_and_never_a_zero(table: list[dict[str, str]]) -> None:
    fay = of(table, "fay")
    assert fay["state"] == "fault"
    assert fay["ch05.predict"] == fay["ch05"] == fay["total"] == fay["points"] == ""
    assert fay["percent"] == "" and fay["ch06.dead_units"] == "0" and fay["ch05.gd_trace"] == "1"


def test_what_a_person_changed_stands_beside_what_was_graded(table: list[dict[str, str]]) -> None:
    hana = of(table, "hana")
    assert (hana["ch05.predict"], hana["ch05.weight_deltas"], hana["total"]) == ("0", "2", "52.5")
    assert hana["points"] == "55.75" and float(hana["percent"]) > 100
    assert "ch05.predict: 0.5 (right, but for a name; see my mail)" in hana["override"]
    assert "ch05.gd_step_multi_input: 7.25" in hana["override"]
    gus = of(table, "gus")
    assert gus["ch05.predict"] == gus["total"] == "" and gus["points"] == "53.5"


def test_the_missing_the_late_and_shares(table: list[dict[str, str]]) -> None:
    assert (of(table, "emil")["state"], of(table, "emil")["points"]) == ("missing", "0")
    assert of(table, "emil")["handed in"] == ""
    assert of(table, "ivo")["points"] == "1" and of(table, "ivo")["total"] == "0"
    dora = of(table, "dora")
    assert (dora["late"], dora["points"]) == ("yes", "42.8")
    assert datetime.fromisoformat(dora["handed in"]).timestamp() == int(DUE + 7200)
    assert of(table, "cem")["ch05.predict"] == "0.3333"


def test_no_cell_of_a_hostile_class_acts(table: list[dict[str, str]]) -> None:
    for row in table:
        for name, cell in row.items():
            assert not acts(cell), (name, cell)
            assert cell == "" or not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e]", cell)
            assert len(cell) <= 2_600
            if name not in (*TEXTS, "state", "late", "handed in"):
                assert cell == "" or re.fullmatch(r"-?\d+(\.\d+)?", cell), (name, cell)


def test_separated_by_semicolons_no_cell_acts_either(tmp_path: Path) -> None:
    path = tmp_path / "grades.csv"
    write_csv(everything(), path)
    for record in path.read_text(encoding="utf-8").split("\r\n"):
        for cell in re.split(r"[;\t|]", record):
            assert not acts(cell), cell


def test_the_file_is_what_rfc_4180_says(tmp_path: Path) -> None:
    path = tmp_path / "grades.csv"
    write_csv(everything(), path)
    raw = path.read_bytes()
    assert raw.endswith(b"\r\n") and not raw.startswith(b"\xef\xbb\xbf")
    records = raw.decode("utf-8").split("\r\n")
    assert "\n" not in raw.decode("utf-8").replace("\r\n", "")
    field = r'(?:[^",\r\n]*|"(?:[^"]|"")*")'
    assert all(re.fullmatch(f"{field}(?:,{field})*", record) for record in records)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.text(max_size=60) | st.sampled_from(HOSTILE))
def test_any_text_is_made_harmless(text: str) -> None:
    made = harmless(text)
    assert not acts(made) and "\n" not in made and "\r" not in made
    stream = io.StringIO()
    csv.writer(stream).writerow([made, "1"])
    assert next(csv.reader(io.StringIO(stream.getvalue(), newline=""))) == [made, "1"]
    made.encode("utf-8")


@pytest.mark.parametrize("text", ["-5", "+491234567", "007", "-1.5", "Ana-Maria O'Neill", "a=b"])
def test_what_is_no_formula_stays(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("=1+1", "'=1+1"),
        (' "=1+1"', '\'"=1+1"'),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("a;=1+1", "a;'=1+1"),
        ("-2+3", "'-2+3"),
    ],
)
def test_a_formula_becomes_a_text(text: str, made: str) -> None:
    assert harmless(text) == made


def test_numbers() -> None:
    assert [number(n) for n in (0.0, -0.0, 1.0, 10.0, 1 / 3, -1.5, None, float("nan"), 1e300)][
        :8
    ] == ["0", "0", "1", "10", "0.3333", "-1.5", "", ""]
    assert moment(None) == moment(1e300) == moment(float("nan")) == ""


def test_texts_in_one_line_and_in_several() -> None:
    assert line("a\r\nb\x1b[2J\u202ec\ud800") == "a b [2Jc?"
    assert lines("a\r\nb\tc\x00\u2028d\ufffe") == "a\nb c \nd?"
    assert len(line("x" * 10_000)) == 500 and line("x" * 600).endswith("...")
    assert line("\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645").count("\u200c") == 1


def test_a_table_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "gr\u00e4des 1.csv"
    path.write_text("as it was", encoding="utf-8")
    book = everything()

    def broken() -> Iterator[Row]:
        yield next(book.rows())
        raise RuntimeError("the disk is gone")

    with pytest.raises(RuntimeError):
        write_csv(book._replace(rows=broken), path)
    assert path.read_text(encoding="utf-8") == "as it was"
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_memory_is_flat_in_the_number_of_students(tmp_path: Path) -> None:
    write_csv(class_of(200), tmp_path / "grades.csv")  # loads what both need
    tracemalloc.start()
    write_csv(class_of(1_000), tmp_path / "grades.csv")
    written = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    kept = list(class_of(1_000).rows())
    assert written < 1_000_000 < tracemalloc.get_traced_memory()[1] / 5 and len(kept) == 1_000
    tracemalloc.stop()
