"""The gradebook as JUnit XML, which build servers and test reports read; for a teacher's eyes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from gdl_check.grade.clean import line, lines
from gdl_check.grade.gradebook import FAULT, MISSING, Gradebook, Mark, Row
from gdl_check.grade.tables import moment, number
from gdl_check.grade.writing import whole

# What a law or an exercise came to, as a child of its test case; what has none has passed.
CHILDREN = {
    "failed": "failure",
    "error": "error",
    "timeout": "error",
    FAULT: "error",
    MISSING: "skipped",
    "not_started": "skipped",
    "not_run": "skipped",
    "inconclusive": "skipped",
}
WORDS = {
    FAULT: "could not be graded, for a reason of ours",
    MISSING: "nothing was handed in",
    "not_started": "not started",
    "not_run": "not run, as something before it failed",
    "inconclusive": "could not be decided, which counts against nobody",
}


class Case(NamedTuple):
    """One test case: a law of an exercise, or the exercise where no law says what became of it."""

    name: str
    status: str
    message: str = ""
    kind: str = ""
    text: str = ""

    @property
    def child(self) -> str:
        return CHILDREN.get(self.status, "")


def write_junit(book: Gradebook, path: Path) -> None:
    """Write a suite for each student and a test case for each law, as they come.

    The rows are read twice: a suite's counts stand in front of its cases. Raises OSError.
    """
    with whole(path) as stream:
        xml = XMLGenerator(stream, "utf-8", short_empty_elements=True)
        xml.startDocument()
        counted: Counter[str] = Counter()
        for row in book.rows():
            counted += _counts(row, book)
        about = {"name": line(book.assignment), **_counted(counted)}
        _start(xml, "testsuites", about | {"timestamp": moment(book.graded_at)})
        for row in book.rows():
            xml.characters("\n")
            _suite(xml, row, book)
        xml.characters("\n")
        xml.endElement("testsuites")
        xml.endDocument()


def _counts(row: Row, book: Gradebook) -> Counter[str]:
    """How many cases a student has, and how many of each kind."""
    counted: Counter[str] = Counter()
    for exercise in book.asked:
        for case in _cases(row.marks[exercise.id]):
            counted["tests"] += 1
            counted["assertions"] += case.child != "skipped"
            counted[case.child] += 1
    return counted


def _counted(counts: Counter[str]) -> dict[str, str]:
    told = {"tests": "tests", "failures": "failure", "errors": "error", "skipped": "skipped"}
    return {name: str(counts[kind]) for name, kind in (told | {"assertions": "assertions"}).items()}


def _suite(xml: XMLGenerator, row: Row, book: Gradebook) -> None:
    about = {"name": line(row.student.called) or "nameless", **_counted(_counts(row, book))}
    about["timestamp"] = moment(book.graded_at)
    if row.place:
        about["file"] = line(row.place)
    _start(xml, "testsuite", about)
    _start(xml, "properties", {})
    for name, value in _properties(row, book):
        _element(xml, "property", {"name": name, "value": value})
    xml.endElement("properties")
    for exercise in book.asked:
        mark = row.marks[exercise.id]
        for case in _cases(mark):
            _testcase(xml, case, mark)
    xml.endElement("testsuite")


def _properties(row: Row, book: Gradebook) -> Iterator[tuple[str, str]]:
    """What is known of a student's work as a whole."""
    known = {
        "student": row.student.key,
        "email": row.student.email,
        "id": row.student.id,
        "state": row.state,
        "late": "yes" if row.late else "",
        "handed in": moment(row.handed_in),
        "points": number(book.points(row)),
        "of": number(book.worth),
        "seed": str(book.seed),
    }
    for name, value in known.items():
        if value := line(value):
            yield name, value
    for note in row.notes:
        yield "note", line(note)
    for exercise in book.asked:
        mark = row.marks[exercise.id]
        yield f"points {exercise.id}", number(mark.points(exercise.points))
        if mark.override is not None:
            yield f"override {exercise.id}", line(f"{number(mark.override)} {mark.reason}")


def _cases(mark: Mark) -> list[Case]:
    """The laws of an exercise; the exercise itself where these do not say what became of it."""
    laws = [_law(law, mark) for law in mark.told.get("laws", ())]
    said = {"failed", "error", "timeout"} & {case.status for case in laws}
    if laws and (mark.verdict == "passed" or said):
        return laws
    error: Mapping[str, Any] = mark.told.get("error", {})
    message = error.get("message", "") or WORDS.get(mark.verdict, "")
    return [*laws, Case("verdict", mark.verdict, message, error.get("type", ""), mark.screen)]


def _law(law: Mapping[str, Any], mark: Mark) -> Case:
    shown: Mapping[str, Any] = law.get("counterexample", {})
    said = shown.get("message", "") or WORDS.get(law["status"], "")
    kind = mark.told.get("misconception", {}).get("name", "") if law["status"] == "failed" else ""
    opened = bool(shown) and law["claim"] == mark.claim
    text = (
        mark.screen
        if opened and mark.screen
        else "\n".join(filter(None, [shown.get("call"), said]))
    )
    return Case(law["claim"], law["status"], said, kind, text)


def _testcase(xml: XMLGenerator, case: Case, mark: Mark) -> None:
    about = {"name": line(case.name), "classname": mark.exercise, "assertions": "1"}
    if case.child == "skipped":
        about["assertions"] = "0"
    if mark.told.get("line"):
        about["line"] = str(mark.told["line"])
    _start(xml, "testcase", about)
    if case.child == "skipped":
        _element(xml, "skipped", {"message": line(case.message)})
    elif case.child:
        said = {"message": line(case.message), "type": line(case.kind or case.status)}
        _element(xml, case.child, said, lines(case.text))
    xml.endElement("testcase")


def _element(xml: XMLGenerator, name: str, about: dict[str, str], text: str = "") -> None:
    _start(xml, name, about)
    if text:
        xml.characters(text)
    xml.endElement(name)


def _start(xml: XMLGenerator, name: str, about: dict[str, str]) -> None:
    xml.startElement(name, AttributesImpl(about))
