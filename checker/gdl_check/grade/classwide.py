"""What a class did, as plain data: one pass over a gradebook, one short record kept a student."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from statistics import quantiles
from typing import NamedTuple

from gdl_check.grade.gradebook import FAULT, MISSING, Asked, Gradebook, Row, Student

JUDGED = ("passed", "failed", "not_started", "timeout", "error")
VERDICTS = {name: name for name in (*JUDGED, MISSING, FAULT)}
MOST_BARS = 24  # as many points can have a bar of their own
LEAST_TENTH = 0.1


class Record(NamedTuple):
    """One student in short: all that is kept of a row when the next one is read.

    points      None where some mark is not known
    verdicts    by exercise, in the order of the book
    held        place of an exercise -> name of the misconception that its answer shows
    changed     places of the exercises whose points a person has set
    """

    student: Student
    state: str
    late: bool
    points: float | None
    verdicts: tuple[str, ...]
    held: Mapping[int, str]
    changed: tuple[int, ...]

    @property
    def handed_in(self) -> bool:
        return self.state != MISSING

    def with_verdict(self, *verdicts: str) -> tuple[int, ...]:
        """The places of the exercises with one of these verdicts."""
        return tuple(i for i, verdict in enumerate(self.verdicts) if verdict in verdicts)


class Tally(NamedTuple):
    """How the class did in one exercise: how many there are of each verdict."""

    asked: Asked
    counts: Mapping[str, int]

    @property
    def judged(self) -> int:
        return sum(self.counts.get(verdict, 0) for verdict in JUDGED)

    @property
    def rate(self) -> float | None:
        """The share that passed, of those that were judged; None where none was."""
        return self.counts.get("passed", 0) / self.judged if self.judged else None


class Held(NamedTuple):
    """A misconception, the sentence that corrects it, and the students who hold it."""

    asked: Asked
    name: str
    title: str
    says: str
    who: tuple[Record, ...]


class Override(NamedTuple):
    """Points that a person has put in the place of ours, which are None where not known."""

    student: Student
    asked: Asked
    ours: float | None
    points: float
    reason: str


class Fault(NamedTuple):
    """What could not be graded for a reason of ours."""

    student: Student
    asked: tuple[Asked, ...]
    notes: tuple[str, ...]


class Need(NamedTuple):
    """Somebody who needs help, and with what.

    least       among the tenth with the least points, and below half of all there are
    unread      nothing that was handed in could be run
    repeated    misconceptions that show in several exercises: name -> places of the exercises
    timeouts    places of the exercises that ran out of time
    """

    record: Record
    least: bool
    unread: bool
    repeated: Mapping[str, tuple[int, ...]]
    timeouts: tuple[int, ...]

    @property
    def reasons(self) -> int:
        return self.least + self.unread + len(self.repeated) + bool(self.timeouts)


class Bar(NamedTuple):
    """How many have at least `low` points and less than `high`; the last bar has no upper end."""

    low: float
    high: float
    students: int


class Spread(NamedTuple):
    """How points are spread over those who handed in and whose points are known."""

    students: int
    lower: float
    median: float
    upper: float
    bars: tuple[Bar, ...]


class Classwide(NamedTuple):
    """What a class did.

    `records` are in the order of the gradebook, `tallies` in that of the book, `held` begins with
    the misconception that most hold.
    """

    records: tuple[Record, ...]
    tallies: tuple[Tally, ...]
    held: tuple[Held, ...]
    overrides: tuple[Override, ...]
    faults: tuple[Fault, ...]
    worth: float

    @property
    def absent(self) -> tuple[Record, ...]:
        """Who handed in nothing."""
        return tuple(record for record in self.records if not record.handed_in)


def survey(book: Gradebook) -> Classwide:
    """Read every row of a gradebook once. Raises KeyError where a mark or a verdict is unknown."""
    asked = book.asked
    records: list[Record] = []
    overrides: list[Override] = []
    faults: list[Fault] = []
    says: dict[tuple[int, str], str] = {}
    who: dict[tuple[int, str], list[Record]] = defaultdict(list)
    for row in book.rows():
        record = _record(book, row)
        records.append(record)
        for place, name in record.held.items():
            says.setdefault((place, name), _misconception(row, asked[place])["says"])
            who[place, name].append(record)
        overrides += _overrides(row, asked)
        # What a person has graded in our place is no fault any more.
        unknown = tuple(a for a in asked if row.marks[a.id].points(a.points) is None)
        if unknown:
            faults.append(Fault(row.student, unknown, row.notes))
    counted = [Counter(r.verdicts[i] for r in records) for i in range(len(asked))]
    held = [
        Held(asked[place], name, title_of(asked[place], name), says[place, name], tuple(found))
        for (place, name), found in sorted(who.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
    return Classwide(
        tuple(records),
        tuple(map(Tally, asked, counted)),
        tuple(held),
        tuple(overrides),
        tuple(faults),
        book.worth,
    )


def _record(book: Gradebook, row: Row) -> Record:
    marks = [row.marks[exercise.id] for exercise in book.asked]
    found = {i: _misconception(row, exercise) for i, exercise in enumerate(book.asked)}
    return Record(
        row.student,
        row.state,
        row.late,
        book.points(row),
        # One text a verdict, however many rows are read from a file.
        tuple(VERDICTS[mark.verdict] for mark in marks),
        {i: named["name"] for i, named in found.items() if named},
        tuple(i for i, mark in enumerate(marks) if mark.override is not None),
    )


def _misconception(row: Row, asked: Asked) -> Mapping[str, str]:
    mark = row.marks[asked.id]
    named: Mapping[str, str] = mark.told.get("misconception") or {}
    return named if mark.verdict in JUDGED else {}


def _overrides(row: Row, asked: Sequence[Asked]) -> Iterator[Override]:
    for exercise in asked:
        mark = row.marks[exercise.id]
        if mark.override is not None:
            ours = mark._replace(override=None).points(exercise.points)
            yield Override(row.student, exercise, ours, mark.override, mark.reason)


def title_of(asked: Asked, name: str) -> str:
    """What a misconception's answer does, as its chapter says it; else its name in words."""
    from gdl_check.course import load_chapter

    chapter, _, exercise = asked.id.partition(".")
    try:
        known = load_chapter(chapter).exercises[exercise].misconceptions
    except KeyError:
        known = []
    return next((m.title for m in known if m.name == name), name.replace("_", " "))


def spread(class_: Classwide) -> Spread | None:
    """How the points are spread; None where nobody's are known."""
    known = [r.points for r in class_.records if r.handed_in and r.points is not None]
    if not known:
        return None
    lower, median, upper = quantiles(known * (2 if len(known) == 1 else 1), method="inclusive")
    return Spread(len(known), lower, median, upper, _bars(known, class_.worth))


def _bars(points: Sequence[float], worth: float) -> tuple[Bar, ...]:
    """A bar for each point where they are few, else one for each tenth."""
    single = 1 <= worth <= MOST_BARS and worth == int(worth)
    width, many = (1.0, int(worth) + 1) if single else ((worth or 1.0) / 10, 10)
    counts = Counter(min(max(int(p / width + 1e-9), 0), many - 1) for p in points)
    return tuple(Bar(i * width, (i + 1) * width, counts[i]) for i in range(many))


def stuck(class_: Classwide) -> list[tuple[Tally, tuple[Record, ...]]]:
    """Who has not come past which exercise: students by the first that they did not pass.

    What we could not grade is passed over: nobody is stuck where we are.
    """
    at: dict[int, list[Record]] = defaultdict(list)
    for record in class_.records:
        open_ = record.with_verdict(*JUDGED[1:])
        if record.handed_in and open_:
            at[open_[0]].append(record)
    return [(class_.tallies[i], tuple(at[i])) for i in sorted(at)]


def needs(class_: Classwide) -> list[Need]:
    """Who needs help, the most urgent first; who handed in nothing is told elsewhere."""
    here = [record for record in class_.records if record.handed_in]
    known = sorted(record.points for record in here if record.points is not None)
    low = known[int(LEAST_TENTH * (len(known) - 1))] if known else 0.0
    found = [_need(record, low, class_.worth) for record in here]
    urgent = [need for need in found if need.reasons]
    return sorted(urgent, key=_urgency)


def _need(record: Record, low: float, worth: float) -> Need:
    places: dict[str, list[int]] = defaultdict(list)
    for place, name in record.held.items():
        places[name].append(place)
    points = record.points
    least = points is not None and points <= low and points < worth / 2
    unread = set(record.verdicts) - {MISSING} == {"error"}
    repeated = {name: tuple(found) for name, found in places.items() if len(found) > 1}
    return Need(record, least, unread, repeated, record.with_verdict("timeout"))


def _urgency(need: Need) -> tuple[bool, int, float]:
    points = need.record.points
    return not (need.least or need.unread), -need.reasons, points if points is not None else 0.0
