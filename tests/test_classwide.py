"""What a class did: counted once over every row, against classes of which the truth is known."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from gdl_check.grade.classwide import JUDGED, needs, spread, stuck, survey, title_of
from gdl_check.grade.gradebook import (
    FAULT,
    MISSING,
    Asked,
    AskedChapter,
    Gradebook,
    Mark,
    Row,
    Student,
)

NAMES = ("relu", "relu_deriv", "forward", "backprop")
IDS = tuple(f"ch06.{name}" for name in NAMES)
LETTERS = {
    "p": "passed",
    "f": "failed",
    "n": "not_started",
    "t": "timeout",
    "e": "error",
    "m": MISSING,
    "u": FAULT,
}
FLIPPED = {"name": "sign_flipped", "says": "Subtract it.", "matched": 5, "of": 5}


def mark(id_: str, letter: str, **more: Any) -> Mark:
    credit = {"p": 1.0, "u": None}.get(letter, 0.0)
    return Mark(id_, LETTERS[letter], credit)._replace(**more)


def row(key: str, verdicts: str, held: str = "", /, **marks: Mark) -> Row:
    """A row from a letter an exercise; those of `held` show the same misconception."""
    state = MISSING if set(verdicts) == {"m"} else "fault" if "u" in verdicts else "graded"
    made = {}
    for id_, name, letter in zip(IDS, NAMES, verdicts):
        told = {"misconception": FLIPPED} if name in held.split() else {}
        made[id_] = marks.get(name, mark(id_, letter, told=told))
    return Row(Student(key), state, marks=made)


def book(*rows: Row, points: float = 1.0) -> Gradebook:
    asked = tuple(Asked(id_, name, points) for id_, name in zip(IDS, NAMES))
    chapters = (AskedChapter("ch06", "Chapter 6: Backpropagation", asked),)
    return of_rows(lambda: iter(rows), chapters)


def of_rows(
    rows: Callable[[], Iterator[Row]], chapters: tuple[AskedChapter, ...], **more: Any
) -> Gradebook:
    known: Mapping[str, Any] = {
        "assignment": "Homework",
        "run": "1",
        "seed": 7,
        "effort": "normal",
        "version": "1",
        "level": 3,
        "sandbox": ("Landlock",),
        "missing_sandbox": (),
        "graded_at": 1_800_000_000.0,
    }
    return Gradebook(**{**known, **more}, chapters=chapters, rows=rows)


def keys(records: Any) -> list[str]:
    return [record.student.key for record in records]


def test_verdicts_are_counted_by_exercise() -> None:
    class_ = survey(book(row("a", "ppfn"), row("b", "pfft"), row("c", "peeu"), row("d", "mmmm")))
    relu, deriv, forward, backprop = class_.tallies
    assert (relu.judged, relu.rate) == (3, 1.0)
    assert deriv.counts == {"passed": 1, "failed": 1, "error": 1, MISSING: 1}
    assert (forward.judged, forward.rate) == (3, 0.0)
    assert backprop.judged == 2 and backprop.counts[FAULT] == 1
    assert keys(class_.absent) == ["d"]


def test_nobody_judged_has_no_pass_rate() -> None:
    class_ = survey(book(row("a", "mmmm")))
    assert {tally.rate for tally in class_.tallies} == {None} and spread(class_) is None


def test_rows_are_read_once() -> None:
    reads = []

    def rows() -> Iterator[Row]:
        reads.append(1)
        yield row("a", "pppp")

    class_ = survey(book()._replace(rows=rows))
    spread(class_), stuck(class_), needs(class_)
    assert len(reads) == 1


def test_students_are_stuck_at_the_first_that_they_did_not_pass() -> None:
    rows = (
        row("a", "pfpp"),
        row("b", "pnnn"),
        row("c", "pppp"),
        row("d", "uppt"),
        row("e", "mmmm"),
    )
    at = {tally.asked.name: keys(records) for tally, records in stuck(survey(book(*rows)))}
    assert at == {"relu_deriv": ["a", "b"], "backprop": ["d"]}


def test_our_fault_is_no_zero_and_leaves_the_spread_alone() -> None:
    class_ = survey(book(row("a", "pppp"), row("b", "pppu"), row("c", "mmmm")))
    found = spread(class_)
    assert found is not None and found.students == 1 and found.median == 4.0
    assert [(f.student.key, [a.name for a in f.asked]) for f in class_.faults] == [
        ("b", ["backprop"])
    ]


def test_what_a_person_has_graded_is_no_fault_any_more() -> None:
    settled = mark(IDS[3], "u", override=1.0, reason="read by hand")
    class_ = survey(book(row("a", "pppu", backprop=settled)))
    assert class_.faults == () and class_.records[0].points == 4.0
    (change,) = class_.overrides
    assert (change.ours, change.points, change.reason) == (None, 1.0, "read by hand")


def test_an_override_tells_our_points_and_theirs() -> None:
    changed = mark(IDS[0], "p", override=0.0, reason="not their own")
    class_ = survey(book(row("a", "pppp", relu=changed), points=2.5))
    (change,) = class_.overrides
    assert (change.ours, change.points) == (2.5, 0.0) and class_.records[0].points == 7.5
    assert class_.records[0].changed == (0,)


def test_misconceptions_are_sorted_by_how_many_hold_them() -> None:
    rows = (
        row("a", "pffp", "relu_deriv"),
        row("b", "pfff", "backprop relu_deriv"),
        row("c", "pppp", "relu"),
    )
    held = survey(book(*rows)).held
    assert [(h.asked.name, keys(h.who)) for h in held] == [
        ("relu_deriv", ["a", "b"]),
        ("relu", ["c"]),
        ("backprop", ["b"]),
    ]
    assert {h.says for h in held} == {"Subtract it."}


def test_a_misconception_is_told_as_its_chapter_says_it() -> None:
    assert title_of(Asked("ch06.backprop", "backprop", 1), "sign_flipped") == (
        "the sign is turned round"
    )
    assert title_of(Asked("ch06.backprop", "backprop", 1), "never_seen") == "never seen"
    assert title_of(Asked("ch99.x", "x", 1), "never_seen") == "never seen"


def test_help_is_for_those_who_have_least_first() -> None:
    rows = [row(f"s{i:02}", "pppp") for i in range(18)]
    rows += [row("least", "pnnn"), row("unread", "eeee"), row("slow", "pptp")]
    rows += [row("same", "pffp", "relu_deriv forward"), row("none", "mmmm")]
    found = {need.record.student.key: need for need in needs(survey(book(*rows)))}
    assert list(found) == ["unread", "least", "same", "slow"]
    assert found["unread"].unread and found["least"].least and not found["same"].least
    assert found["same"].repeated == {"sign_flipped": (1, 2)}
    assert found["slow"].timeouts == (2,)


def test_a_class_that_did_well_needs_no_help() -> None:
    assert needs(survey(book(*(row(f"s{i}", "pppp") for i in range(10))))) == []


@pytest.mark.parametrize(("points", "bars"), [(1.0, 5), (6.0, 25), (7.0, 10), (0.3, 10), (0.0, 10)])
def test_few_points_have_a_bar_each(points: float, bars: int) -> None:
    rows = (row("a", "pppp"), row("b", "ffff"), row("c", "pfff"))
    found = spread(survey(book(*rows, points=points)))
    assert found is not None and len(found.bars) == bars
    assert sum(bar.students for bar in found.bars) == 3
    if points:
        assert found.bars[0].students == 1 and found.bars[-1].students == 1


def test_points_beyond_all_there_are_stand_in_the_last_bar() -> None:
    more = mark(IDS[0], "p", override=9.0)
    less = mark(IDS[0], "p", override=-9.0)
    rows = (row("a", "pppp", relu=more), row("b", "ffff", relu=less))
    found = spread(survey(book(*rows)))
    assert found is not None and [bar.students for bar in found.bars] == [1, 0, 0, 0, 1]


def test_quartiles() -> None:
    rows = [row(f"s{n}", "p" * n + "n" * (4 - n)) for n in range(5)]
    found = spread(survey(book(*rows)))
    assert found is not None and (found.lower, found.median, found.upper) == (1.0, 2.0, 3.0)
    one = spread(survey(book(rows[3])))
    assert one is not None and (one.lower, one.median, one.upper) == (3.0, 3.0, 3.0)


def test_an_unknown_verdict_is_refused() -> None:
    with pytest.raises(KeyError):
        survey(book(row("a", "pppp", relu=Mark(IDS[0], "brilliant"))))


def test_only_a_short_record_of_each_student_is_kept() -> None:
    """Rows carry screens and prints; a class of them need not fit into memory."""

    def rows(size: int) -> Callable[[], Iterator[Row]]:
        def made() -> Iterator[Row]:
            for i in range(size):
                heavy = mark(IDS[0], "f", screen=str(i) * 5_000, told={"stdout": str(i) * 5_000})
                yield row(f"student{i:05}", "ppfn", relu=heavy)

        return made

    def peak(size: int) -> int:
        tracemalloc.start()
        survey(book()._replace(rows=rows(size)))
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    peak(10)
    assert (peak(1_000) - peak(200)) / 800 < 2_000  # bytes a student, of over 20,000 in a row


def test_every_verdict_is_known() -> None:
    assert set(JUDGED) | {MISSING, FAULT} == set(LETTERS.values())
