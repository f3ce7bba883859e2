"""What drill puts on the screen: a card, what became of it, and how the learner is doing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from gdl_check.render.lines import Line, bar, labelled, wrapped

if TYPE_CHECKING:
    from gdl_check.drill.schedule import Rated, Standing
    from gdl_check.drill.stats import Day, Statistics

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEK = 7
BAR = 20
MOST_CARDS = 12  # of the table
FEW = 20  # reviews; of fewer a share says little


def day_in_words(day: date, today: date) -> str:
    """When a day is, as people say it."""
    ahead = (day - today).days
    if ahead < 2:
        return "tomorrow" if ahead == 1 else "today"
    if ahead < WEEK:
        return f"on {DAYS[day.weekday()]}"
    year = f" {day.year}" if day.year != today.year else ""
    return f"in {ahead} days, on {day.day} {MONTHS[day.month - 1]}{year}"


def time_in_words(seconds: float) -> str:
    """A time of some minutes."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def counted(n: int, what: str) -> str:
    return f"{n} {what}{'s' * (n != 1)}"


# --- a sitting ---------------------------------------------------------------------------------


def card_lines(place: str, prompt: str, file: str, width: int) -> Iterator[Line]:
    """The card on the table; `file` is where it is written, if it is."""
    head, *rest = prompt.rstrip().split("\n")
    gap = width - len(head) - len(place)
    yield [(head, "strong"), (" " * max(gap, 2), ""), (place, "dim")]
    yield from ([(line, "")] for line in rest)
    if file:
        yield []
        yield from labelled("write it, and save:", file, width, "", "strong")


def told_lines(style: str, text: str, width: int, label: str = "") -> Iterator[Line]:
    """What is said of the card: a verdict, the line that was peeked at, the answer.

    It is set in below the card's own lines, where there is room for it.
    """
    lines = text.rstrip().split("\n")
    is_set_in = lines[0].startswith(" ") or max(map(len, lines)) + 2 > width
    indent = "" if is_set_in else "  "
    yield []
    if label:
        yield [(indent + label, "dim")]
    yield from ([(indent + line, style)] for line in lines)


def back_lines(rated: Rated, width: int) -> Iterator[Line]:
    """How long a card took, and when it comes back."""
    review, when = rated.review, day_in_words(rated.after.due, rated.review.day)
    less = {1: ", with less on the page", -1: ", with more on the page"}
    changed = less.get(rated.after.level - review.level, "")
    missed = "a miss" if review.misses == 1 else f"{review.misses} misses"
    how = [missed] * bool(review.misses) + ["a peek"] * bool(review.peeks)
    took = f"It took {time_in_words(review.seconds)}" + f", with {' and '.join(how)}" * bool(how)
    told = "" if review.given_up else f"{took}. "
    yield []
    yield from wrapped(f"{told}It comes back {when}{changed}.", width)


def end_lines(
    done: Sequence[Rated], put_off: int, left: int, comes: tuple[date, int] | None, today: date
) -> Iterator[str]:
    """What a sitting came to, what waits, and when the next card is due, in sentences."""
    reviews = [one.review for one in done]
    if reviews:
        given_up = sum(review.given_up for review in reviews)
        at_once = sum(not (r.given_up or r.misses or r.peeks) for r in reviews)
        helped = len(reviews) - at_once - given_up
        took = time_in_words(sum(review.seconds for review in reviews))
        told = [f"{at_once} right at once"] * bool(at_once)
        told += [f"{helped} with a miss or a peek"] * bool(helped)
        told += [f"{given_up} given up"] * bool(given_up)
        yield f"{counted(len(reviews), 'card')} in {took}: {', '.join(told)}."
    if put_off:
        yield f"{counted(put_off, 'card')} put off to the next sitting."
    if left:
        yield f"{counted(left, 'card')} still due; there is no hurry."
    elif comes is not None:
        when = day_in_words(comes[0], today)
        yield f"Next: {counted(comes[1], 'card')} {when}."


# --- statistics --------------------------------------------------------------------------------


def statistics_lines(told: Statistics, width: int) -> Iterator[Line]:
    """How the learner is doing."""
    yield [("drill", "strong"), (f"  {counted(len(told.known), 'card')} on the way", "")]
    yield []
    if not told.known:
        yield from wrapped("No card has been asked yet.", width)
        yield from labelled("begin:", "gdl-check drill", width)
        return
    most = max((n for _, n in told.week), default=0)
    for day, n in told.week:
        name = "today" if day == told.day else DAYS[day.weekday()][:3]
        drawn = bar(n / most, BAR).rstrip(".") if most else ""
        yield [(f"  due {name.ljust(5)}  ", ""), (f"{n:>3}  ", "strong"), (drawn, "code")]
    yield []
    yield from wrapped(_retention(told), width)
    if told.streak:
        days = counted(told.streak, "day")
        text = f"Streak: {days} on which something was due, and none missed."
        yield from wrapped(text, width)
    yield []
    yield from calendar_lines(told.calendar)
    yield []
    yield from table_lines(told.known[:MOST_CARDS], told.day, width)
    left = len(told.known) - MOST_CARDS
    if left > 0:
        yield from labelled(f"... {left} more:", "gdl-check drill --json", width, "dim")
    yield []
    item = told.known[0].item.partition(":")[0]
    yield from labelled("one of them:", f"gdl-check drill --stats {item}", width)


def _retention(told: Statistics) -> str:
    wanted = f"you want to keep {told.wanted:.0%}"
    if told.measured is None or told.predicted is None:
        return f"Nothing has come back yet, so there is nothing to measure; {wanted}."
    few = " (few yet)" if told.recalls < FEW else ""
    return (
        f"Remembered: {told.measured:.0%} of {counted(told.recalls, 'review')}{few}. "
        f"The schedule foretold {told.predicted:.0%}, and {wanted}."
    )


def calendar_lines(days: Sequence[Day]) -> Iterator[Line]:
    """A column a week: how many cards a day."""
    for weekday in range(WEEK):
        row: Line = [(f"  {DAYS[weekday][:3]}  ", "dim")]
        for day in days[weekday::WEEK]:
            if day.reviews:
                row.append((f"{min(day.reviews, 99):>2} ", "good"))
            else:
                row.append((" - " if day.was_due else " . ", "bad" if day.was_due else "dim"))
        yield row
    yield [("       cards a day; - due, not done; . none due", "dim")]


def table_lines(known: Sequence[Standing], today: date, width: int) -> Iterator[Line]:
    """The cards that come next, one a line."""
    room = max(len(standing.item) for standing in known)
    for standing in known:
        when = "due" if standing.due <= today else day_in_words(standing.due, today)
        level = f"level {standing.level}" if standing.level else ""
        name = standing.item.ljust(room)
        if room + 13 + len(when) <= width:
            yield [(f"  {name}", ""), (f"  {level:<7}", "dim"), (f"  {when}", "")]
        else:
            yield [(f"  {standing.item}", "")]
            yield [(f"    {level:<7}", "dim"), (f"  {when}", "")]


def item_lines(standing: Standing, past: Sequence[Rated], recall: float, today: date) -> list[str]:
    """One card: where it stands, and every time it was asked."""
    level = f"level {standing.level}, " if standing.level else ""
    due = day_in_words(standing.due, today)
    head = f"{level}due {due}; {recall:.0%} likely to be remembered today"
    rows = [
        f"{one.review.day}  {one.rating.name.lower():<6}{time_in_words(one.review.seconds):>10}"
        + (f"  level {one.review.level}" if one.review.level else "")
        for one in past
    ]
    return [head, "", *rows]
