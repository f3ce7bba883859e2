"""JUnit XML: read back by a real parser, and held against what the format says."""

from __future__ import annotations

import re
import tracemalloc
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from gdl_check.grade.junit import write_junit
from gdl_check.grade.tables import number
from gradebooks import HOSTILE, class_of, everything, gradebook

# Attributes and children of each element, and which of the attributes must be there.
COUNTS = ("tests", "failures", "errors", "skipped", "assertions")
FORMAT: Mapping[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": ({"name", *COUNTS}, {"time", "timestamp"}, {"testsuite"}),
    "testsuite": (
        {"name", *COUNTS},
        {"time", "timestamp", "file"},
        {"properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, set(), set()),
    "testcase": (
        {"name", "classname"},
        {"assertions", "time", "file", "line"},
        {"skipped", "failure", "error", "system-out", "system-err"},
    ),
    "skipped": ({"message"}, set(), set()),
    "failure": ({"message", "type"}, set(), set()),
    "error": ({"message", "type"}, set(), set()),
}
OUTCOMES = {"skipped", "failure", "error"}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("junit") / "junit.xml"
    write_junit(everything(), path)
    return path


@pytest.fixture(scope="module")
def root(written: Path) -> Element:
    return ElementTree.parse(written).getroot()


def check(element: Element) -> None:
    """Hold an element and all in it against the format."""
    needed, optional, children = FORMAT[element.tag]
    assert needed <= set(element.attrib) <= needed | optional, (element.tag, element.attrib)
    for name in (*COUNTS, "line"):
        assert re.fullmatch(r"\d+", element.get(name, "0")), (element.tag, name)
    if "timestamp" in element.attrib:
        datetime.fromisoformat(element.attrib["timestamp"])
    if element.tag == "testcase":
        assert sum(child.tag in OUTCOMES for child in element) <= 1
    for child in element:
        assert child.tag in children, (element.tag, child.tag)
        check(child)


def counts(element: Element) -> dict[str, int]:
    cases = list(element.iter("testcase"))
    found = {kind: sum(case.find(kind) is not None for case in cases) for kind in OUTCOMES}
    return {
        "tests": len(cases),
        "failures": found["failure"],
        "errors": found["error"],
        "skipped": found["skipped"],
        "assertions": len(cases) - found["skipped"],
    }


def properties(suite: Element) -> dict[str, str]:
    return {p.attrib["name"]: p.attrib["value"] for p in suite.iter("property")}


def suite_of(root: Element, student: str) -> Element:
    (found,) = [suite for suite in root if properties(suite).get("student") == student]
    return found


def outcomes(suite: Element, exercise: str) -> list[str]:
    cases = [case for case in suite.iter("testcase") if case.get("classname") == exercise]
    return [child.tag for case in cases for child in case]


def test_it_is_what_the_format_says(root: Element) -> None:
    assert root.tag == "testsuites"
    check(root)


def test_the_counts_are_those_of_the_cases(root: Element) -> None:
    for element in (root, *root):
        assert {name: int(element.attrib[name]) for name in COUNTS} == counts(element)


def test_every_student_is_a_suite_and_every_exercise_in_it(root: Element) -> None:
    book = everything()
    rows = list(book.rows())
    assert len(root) == len(rows)
    for suite, row in zip(root, rows, strict=True):
        assert {case.get("classname") for case in suite.iter("testcase")} == set(row.marks)
        assert properties(suite).get("points", "") == number(book.points(row))


@pytest.mark.parametrize(
    ("student", "exercise", "expected"),
    [
        ("ana", "ch05.predict", []),
        ("ben", "ch05.weight_deltas", ["skipped"]),
        ("ben", "ch05.gd_step_multi_input", ["failure"]),
        ("ben", "ch05.gd_trace", ["error"]),
        ("ben", "ch05.frozen_step", ["error"]),
        ("emil", "ch05.predict", ["skipped"]),
        ("fay", "ch05.predict", ["error"]),
        ("fay", "ch06.dead_units", ["failure"]),
    ],
)
def test_verdicts(root: Element, student: str, exercise: str, expected: list[str]) -> None:
    assert outcomes(suite_of(root, student), exercise) == expected


def test_a_fault_is_an_error_of_ours_with_no_points(root: Element) -> None:
    fay = suite_of(root, "fay")
    assert "points" not in properties(fay) and properties(fay)["points ch05.predict"] == ""
    (error,) = [e for case in fay.iter("testcase") for e in case if e.get("type") == "fault"]
    assert "reason of ours" in error.attrib["message"]


def test_overrides_are_told(root: Element) -> None:
    told = properties(suite_of(root, "hana"))
    assert told["override ch05.predict"] == "0.5 right, but for a name; see my mail"
    assert told["points ch05.predict"] == "0.5" and told["points"] == "55.75"


def test_no_illegal_character_and_no_endless_text(written: Path, root: Element) -> None:
    text = written.read_bytes().decode("utf-8")
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", text)
    assert "<!ENTITY" not in text and "<script" not in text and "CDATA" in text
    for element in root.iter():
        assert all(len(value) <= 500 for value in element.attrib.values())
        assert len(element.text or "") <= 8_000
    names = {suite.attrib["name"] for suite in root}
    assert "<script>alert(1)</script>" in names and "&amp;]]>&#0;<![CDATA[" in names


@pytest.mark.parametrize("text", HOSTILE)
def test_the_name_of_an_assignment_may_be_anything(tmp_path: Path, text: str) -> None:
    write_junit(gradebook(lambda: iter(()), (), assignment=text), tmp_path / "junit.xml")
    check(ElementTree.parse(tmp_path / "junit.xml").getroot())


def test_memory_is_flat_in_the_number_of_students(tmp_path: Path) -> None:
    write_junit(class_of(20), tmp_path / "junit.xml")
    tracemalloc.start()
    write_junit(class_of(200), tmp_path / "junit.xml")
    assert tracemalloc.get_traced_memory()[1] < 700_000
    tracemalloc.stop()
    assert (tmp_path / "junit.xml").stat().st_size > 1_400_000
