"""What is asked today: what is due and fits, and where there is time a few new cards."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain, islice, zip_longest
from typing import NamedTuple

from gdl_check.course import Chapter, chapter_modules, load_chapter
from gdl_check.drill.cards import LEVELS, QUIZZES, Card, card_of, cards_of
from gdl_check.drill.reviews import exercise_of, item_of
from gdl_check.drill.schedule import History, Standing, due, pace, portion
from gdl_check.state import Progress

NEW_A_DAY = 3
LOOKED_AT = 12  # exercises, for a quiz that can be made of them


class Ask(NamedTuple):
    """A card, and how many times its item was reviewed before."""

    card: Card
    turn: int


def plan(
    past: History,
    passed: Iterable[str],
    day: date,
    seconds: float,
    deck: Chapter | None = None,
    begun: Ask | None = None,
) -> list[Ask]:
    """The cards of a sitting of some seconds.

    What was `begun` comes first, then what is due, and where there is time left a few new cards:
    of the exercises that were `passed`. From a `deck` come all of its exercises, and as many new
    cards as there is time for: someone has an examination ahead.
    """
    waiting = [s.item for s in due(past.known, day)]
    exercises = list(passed)
    most = NEW_A_DAY - begun_on(past, day)
    if deck is not None:
        exercises = [deck.exercise_id(name) for name in deck.exercises]
        waiting = [item for item in waiting if exercise_of(item) in exercises]
        most = len(exercises)
    first = [begun] if begun and begun.turn == times(past, item_of(begun.card)) else []
    taken = {item_of(ask.card) for ask in first}
    busy = {exercise_of(item) for item in (*waiting, *taken)}
    busy |= {one.review.exercise for one in past.rated if one.review.day == day}
    free = [exercise for exercise in exercises if exercise not in busy]
    most -= len(taken - past.known.keys())
    new = islice(fresh(free, past.known, day), max(most, 0))
    items = portion((item for item in waiting if item not in taken), new, pace(past.rated), seconds)
    asks = (ask_for(item, past.known.get(item)) for item in items)
    return [*first, *(ask for ask in asks if ask is not None)]


def times(past: History, item: str) -> int:
    """How many times an item was reviewed."""
    return past.known[item].reviews if item in past.known else 0


def begun_on(past: History, day: date) -> int:
    """How many items were reviewed for the first time on a day."""
    return sum(one.predicted is None and one.review.day == day for one in past.rated)


def fresh(exercises: Sequence[str], known: Collection[str], day: date) -> Iterator[str]:
    """Items that were never reviewed, one an exercise: a function to write and a quiz in turn.

    Quizzes are on functions that were written once. Which there are takes its time to find out, so
    some exercises are looked at, on every day other ones.
    """
    written = [exercise for exercise in exercises if f"{exercise}:write" in known]
    begin = day.toordinal() * LOOKED_AT % max(len(written), 1)
    turned = [*written[begin:], *written[:begin]][:LOOKED_AT]
    quizzes = filter(None, (_quiz(exercise, known) for exercise in turned))
    writing = (f"{exercise}:write" for exercise in exercises if exercise not in written)
    return filter(None, chain.from_iterable(zip_longest(writing, quizzes)))


def _quiz(exercise: str, known: Collection[str]) -> str | None:
    """A quiz on an exercise that was never asked; None where there is none."""
    unknown = [kind for kind in QUIZZES if f"{exercise}:{kind}" not in known]
    chapter, name = _in_course(exercise) if unknown else (None, "")
    kinds = {card.kind for card in cards_of(chapter, name)} if chapter else set()
    return next((f"{exercise}:{kind}" for kind in unknown if kind in kinds), None)


def ask_for(item: str, standing: Standing | None) -> Ask | None:
    """The card that asks for an item now; None where there is none any more."""
    exercise, _, kind = item.partition(":")
    chapter, name = _in_course(exercise)
    if chapter is None:
        return None
    turn = standing.reviews if standing else 0
    if kind == "write":
        level = standing.level if standing else 1
        return Ask(card_of(f"{exercise}:{LEVELS[level - 1]}"), turn)
    card = card_of(item)
    return Ask(card, turn) if card in cards_of(chapter, name) else None


def _in_course(exercise: str) -> tuple[Chapter | None, str]:
    """The chapter of an exercise and its name there, unless it has left the course."""
    chapter_id, _, name = exercise.partition(".")
    chapter = load_chapter(chapter_id) if chapter_id in chapter_modules() else None
    return (chapter, name) if chapter and name in chapter.exercises else (None, name)


def passed_in(known: Mapping[str, Progress]) -> list[str]:
    """The exercises that have ever passed, in the order in which they did."""
    passed = [(progress.since, name) for name, progress in known.items() if progress.passed]
    return [name for _, name in sorted(passed)]
