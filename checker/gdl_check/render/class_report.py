"""The class report: one page of HTML that answers how the class did, and who needs what.

It needs no network and nothing beside itself but the students' own pages; without scripts only
sorting and filtering are missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from gdl_check.grade.classwide import (
    JUDGED,
    Classwide,
    Need,
    Record,
    Spread,
    Tally,
    needs,
    spread,
    stuck,
)
from gdl_check.grade.gradebook import Gradebook, Student
from gdl_check.render.feedback import safe_name
from gdl_check.render.lines import and_between, title_in
from gdl_check.render.pages import SIGNS, one_line, page, points_text

if TYPE_CHECKING:
    from markupsafe import Markup

MOST_HELPED = 12
MOST_NAMES, MOST_CARDS, MOST_TITLES = 30, 12, 3
HIGH = 150  # of the tallest bar, in pixels


class Line(NamedTuple):
    """A student's line of the large table: what it can be filtered by, and its cells."""

    record: Record
    page: str
    more: str
    held: str
    cells: Markup


class Column(NamedTuple):
    """A bar of the histogram; places in per cent of the width, heights in pixels."""

    label: str
    range: str
    students: int
    x: float
    middle: float
    width: float
    height: float


def report_html(book: Gradebook, class_: Classwide) -> str:
    """The report of a graded class, of which this is the survey, as one page."""
    spread_ = spread(class_)
    urgent = needs(class_)
    return page(
        "report.html.j2",
        "report.js",
        book=book,
        class_=class_,
        spread=spread_,
        columns=list(_columns(spread_)) if spread_ else [],
        middle=_middle(spread_) if spread_ else 0,
        high=HIGH,
        absent=class_.absent,
        late=sum(record.late for record in class_.records),
        passed_all=sum(set(record.verdicts) == {"passed"} for record in class_.records),
        urgent=[(need, _with_what(need, class_)) for need in urgent[:MOST_HELPED]],
        more_urgent=len(urgent[MOST_HELPED:]),
        chapters=list(_chapters(book, class_)),
        stuck=stuck(class_),
        standing_out=_standing_out(class_),
        lines=list(_lines(class_)),
        judged=JUDGED,
        signs=SIGNS,
        shares=shares,
        most_names=MOST_NAMES,
        most_cards=MOST_CARDS,
        page_of=page_of,
        title=_title(book),
    )


def page_of(student: Student) -> str:
    """Where a student's own page lies, seen from the report."""
    return f"feedback/{safe_name(student)}.html"


def _title(book: Gradebook) -> str:
    return ", ".join(title_in(1000, chapter.title) or chapter.id for chapter in book.chapters)


def shares(tally: Tally) -> list[tuple[str, float, float]]:
    """The parts of a bar that shows verdicts: class, where it begins and how wide, in per cent."""
    parts, at = [], 0.0
    for verdict in JUDGED:
        wide = 100 * tally.counts.get(verdict, 0) / (tally.judged or 1)
        if wide:
            parts.append((SIGNS[verdict].letter, round(at, 2), round(wide, 2)))
        at += wide
    return parts


def _columns(spread_: Spread) -> Iterator[Column]:
    wide = 100 / len(spread_.bars)
    top = max(bar.students for bar in spread_.bars)
    whole = spread_.bars[0].high == 1.0
    for i, bar in enumerate(spread_.bars):
        low, high = points_text(bar.low), points_text(bar.high)
        is_last = i == len(spread_.bars) - 1
        told = f"{low} and more" if is_last else f"{low} to below {high}"
        label = low if whole else f"{10 * i} %"
        height = bar.students / top * HIGH
        yield Column(
            label, told, bar.students, i * wide + wide * 0.1, (i + 0.5) * wide, wide * 0.8, height
        )


def _middle(spread_: Spread) -> float:
    """Where the median stands in the histogram, in per cent of its width."""
    bars = spread_.bars
    width = bars[0].high
    within = 0.5 if width == 1.0 else 0.0
    return min(max((spread_.median / width + within) * 100 / len(bars), 0.0), 100.0)


def _chapters(book: Gradebook, class_: Classwide) -> Iterator[tuple[str, str, Tally, list[Tally]]]:
    """Each chapter with the tallies of its exercises, and all of them together."""
    rest = iter(class_.tallies)
    for chapter in book.chapters:
        tallies = [next(rest) for _ in chapter.exercises]
        names = {name for tally in tallies for name in tally.counts}
        counts = {name: sum(tally.counts.get(name, 0) for tally in tallies) for name in names}
        total = tallies[0]._replace(counts=counts) if tallies else None
        if total is not None:
            yield chapter.id, title_in(1000, chapter.title), total, tallies


def _with_what(need: Need, class_: Classwide) -> list[str]:
    """What somebody needs help with, in sentences."""
    names = [tally.asked.name for tally in class_.tallies]
    titles = {(held.asked.id, held.name): held.title for held in class_.held}
    record, told = need.record, []
    if need.unread:
        return ["Nothing that was handed in could be run."]
    if need.least:
        open_ = record.with_verdict(*JUDGED[1:])
        at = f"; stuck at {names[open_[0]]}" if open_ else ""
        told.append(f"{len(record.with_verdict('passed'))} of {len(names)} passed{at}.")
    for name, places in need.repeated.items():
        title = titles[class_.tallies[places[0]].asked.id, name]
        told.append(f"The same in {and_between([names[i] for i in places])}: {title}.")
    single = [
        f"{names[place]}: {titles[class_.tallies[place].asked.id, name]}"
        for place, name in record.held.items()
        if name not in need.repeated
    ]
    if single:
        more = f"; and {len(single) - MOST_TITLES} more" if len(single) > MOST_TITLES else ""
        told.append(f"In {'; in '.join(single[:MOST_TITLES])}{more}.")
    if need.timeouts:
        told.append(f"Out of time in {and_between([names[i] for i in need.timeouts])}.")
    return told


def _standing_out(class_: Classwide) -> list[str]:
    """The few things that a teacher would want to hear first."""
    told = []
    rated = [(tally.rate, tally) for tally in class_.tallies if tally.rate is not None]
    if rated:
        rate, hardest = min(rated, key=lambda pair: pair[0])
        if rate < 1:
            passed = hardest.counts.get("passed", 0)
            told.append(
                f"{hardest.asked.name} is the hardest: {passed} of {hardest.judged} passed it."
            )
    if class_.held:
        first = class_.held[0]
        told.append(
            f"The most common misconception, in {first.asked.name}: {first.title}"
            f" ({_students(len(first.who))})."
        )
    if class_.faults:
        told.append(
            f"For {_students(len(class_.faults))}, something could not be graded,"
            " and that is our fault, not theirs."
        )
    return told


def _students(count: int) -> str:
    return "1 student" if count == 1 else f"{count} students"


def _lines(class_: Classwide) -> Iterator[Line]:
    from markupsafe import Markup

    places = {(held.asked.id, held.name): str(i) for i, held in enumerate(class_.held)}
    ids = [tally.asked.id for tally in class_.tallies]
    # Made of constants alone: a large class has a hundred thousand cells.
    plain = {v: f"<td class={letter}>{sign}" for v, (letter, sign, _) in SIGNS.items()}
    set_by_hand = {v: f'<td class="{letter} o">{sign}*' for v, (letter, sign, _) in SIGNS.items()}
    for record in class_.records:
        cells = [plain[verdict] for verdict in record.verdicts]
        for place in record.changed:
            cells[place] = set_by_hand[record.verdicts[place]]
        held = " ".join(places[ids[place], name] for place, name in record.held.items())
        more = one_line(" ".join(filter(None, (record.student.email, record.student.id))), 200)
        yield Line(record, page_of(record.student), more, held, Markup("".join(cells)))
