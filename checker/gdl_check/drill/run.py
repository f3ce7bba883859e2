"""The verb drill: today's cards on a terminal, and how a learner is doing anywhere."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from gdl_check import state
from gdl_check.checking import fault_of
from gdl_check.cli import NOT_UNDERSTOOD, OUR_FAULT, PASSED
from gdl_check.course import Chapter, chapter_modules, load_chapter
from gdl_check.drill import days
from gdl_check.drill.cards import card_of
from gdl_check.drill.plan import passed_in, plan
from gdl_check.drill.reviews import RETENTION, exercise_of, item_of
from gdl_check.drill.schedule import History, Standing, due, history, retrievability
from gdl_check.drill.sitting import Sitting, on_the_table
from gdl_check.drill.stats import card_told, curve, statistics_of, told
from gdl_check.drill.table import Table
from gdl_check.render.drilling import counted, day_in_words, end_lines, item_lines, statistics_lines
from gdl_check.render.learning import text_lines
from gdl_check.render.screen import Line, closing_lines, labelled, wrapped
from gdl_check.render.terminal import Screen, note
from gdl_check.results import Report
from gdl_check.state import Event
from gdl_check.targets import NotUnderstood, find_desk

MINUTE = 60.0
LOWEST, HIGHEST = 0.7, 0.97  # retention: below it little is known, above it all is due every day
NO_TERMINAL = "a sitting needs a terminal to type in; anywhere there is gdl-check drill --stats"


def run(options: argparse.Namespace) -> int:
    """Hold a sitting, or tell the statistics; the result is the exit code."""
    screen = Screen(sys.stdout, options.plain)
    try:
        now = _now()
        workspace = _workspace(options)
        deck = _deck(options)
        _remember_retention(options, workspace)
        past = history(state.read(state.state_file(workspace)).events, now)
        if options.stats or options.json:
            _tell(options, past, days.day_of(now), screen)
            return PASSED
        if options.targets:
            raise NotUnderstood(
                f"{options.targets[0]}: name a chapter to draw from as --deck ch06, or a card to "
                "look at behind --stats"
            )
        if not (sys.stdin and sys.stdin.isatty() and sys.stdout.isatty()):
            waiting = counted(len(due(past.known, days.day_of(now))), "card")
            raise NotUnderstood(f"{waiting} due today; {NO_TERMINAL}")
        return _sit(options, workspace, past, now, deck, screen)
    except NotUnderstood as error:
        note(f"gdl-check drill: {error}")
        return NOT_UNDERSTOOD
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        note(f"gdl-check drill: {error.filename or 'the workspace'}: {reason}")
        return NOT_UNDERSTOOD


# --- what was asked for ------------------------------------------------------------------------


def _now() -> datetime:
    try:
        return days.now()
    except ValueError:
        raise NotUnderstood(
            f"{days.MOVED} is no moment: write it like 2026-12-01T09:00, or leave it out"
        ) from None


def _workspace(options: argparse.Namespace) -> Path:
    workspace = find_desk(options.workspace, reference=False).workspace
    if workspace is None:
        raise NotUnderstood(
            "drills are remembered in a workspace, and there is none here: make one with "
            "gdl-check init"
        )
    return workspace


def _deck(options: argparse.Namespace) -> Chapter | None:
    if options.minutes <= 0:
        raise NotUnderstood("--minutes takes a number above 0")
    if options.deck is None:
        return None
    if options.deck not in chapter_modules():
        first, *_, last = chapter_modules()
        raise NotUnderstood(f"--deck takes a chapter, from {first} to {last}")
    return load_chapter(options.deck)


def _remember_retention(options: argparse.Namespace, workspace: Path) -> None:
    """What is wanted from now on is an event, so that every later drill knows it."""
    if options.retention is None:
        return
    if not LOWEST <= options.retention <= HIGHEST:
        raise NotUnderstood(f"--retention takes a share from {LOWEST} to {HIGHEST}, like 0.9")
    event = Event(RETENTION, more={"retention": options.retention})
    state.append(state.state_file(workspace), [event])


# --- a sitting ---------------------------------------------------------------------------------


def _sit(
    options: argparse.Namespace,
    workspace: Path,
    past: History,
    now: datetime,
    deck: Chapter | None,
    screen: Screen,
) -> int:
    today = days.day_of(now)
    log = state.state_file(workspace)
    begun = on_the_table(workspace / ".gdl" / "drill")
    seconds = options.minutes * MINUTE
    passed = passed_in(state.fold(state.read(log).events))
    asks = plan(past, passed, today, seconds, deck, begun.ask if begun else None)
    if not asks:
        screen.put(_nothing(past, passed, today, deck, screen.width))
        return PASSED
    sitting = Sitting(workspace, asks, seconds)
    try:
        Table(sitting, options.plain).hold()
    except OSError:
        raise
    except Exception as error:
        fault = Report(0, "normal", (), fault=fault_of(error))
        screen.put(closing_lines(fault, None, "", screen.width))
        return OUR_FAULT
    screen.put(_end(sitting, deck, screen.width))
    return PASSED


def _nothing(
    past: History, passed: list[str], today: date, deck: Chapter | None, width: int
) -> Iterator[Line]:
    if not (past.known or passed or deck):
        yield from wrapped("Nothing to drill yet: what has passed comes back here.", width)
        yield from labelled("go on with the exercises:", "gdl-check", width)
        yield from labelled(
            "or drill a chapter before it passes:", "gdl-check drill --deck ch06", width
        )
        return
    comes = _next(past, today)
    yield from wrapped("Nothing is due today.", width)
    if comes is not None:
        yield from wrapped(
            f"Next: {counted(comes[1], 'card')} {day_in_words(comes[0], today)}.", width
        )
    yield from labelled("how you are doing:", "gdl-check drill --stats", width)


def _end(sitting: Sitting, deck: Chapter | None, width: int) -> Iterator[Line]:
    now = days.now()
    today = days.day_of(now)
    past = history(state.read(sitting.log).events, now)
    waiting = due(past.known, today)
    if deck is not None:
        waiting = [s for s in waiting if exercise_of(s.item).startswith(deck.id + ".")]
    yield []
    if sitting.asked is not None:
        name = sitting.asked.card.partition(":")[0]
        yield from wrapped(f"{name} is left as it is, for when you come back.", width)
    told = end_lines(sitting.done, sitting.put_off, len(waiting), _next(past, today), today)
    for line in told:
        yield from wrapped(line, width)
    goes_on = sitting.asked is not None or waiting or sitting.put_off
    again = f"gdl-check drill --deck {deck.id}" if deck else "gdl-check drill"
    if goes_on:
        yield from labelled("go on:", again, width)
    yield from labelled("how you are doing:", "gdl-check drill --stats", width)


def _next(past: History, today: date) -> tuple[date, int] | None:
    """The next day on which something is due, and how much."""
    comes = [standing.due for standing in past.known.values() if standing.due > today]
    return (min(comes), comes.count(min(comes))) if comes else None


# --- statistics --------------------------------------------------------------------------------


def _tell(options: argparse.Namespace, past: History, today: date, screen: Screen) -> None:
    named = _named(options.targets, past)
    statistics = statistics_of(past, today)
    if options.json:
        shown = named or statistics.known
        cards = [card_told(standing, past, today, bool(named)) for standing in shown]
        print(json.dumps(told(statistics, cards), indent=1), flush=True)
    elif named:
        for standing in named:
            screen.put(_item(standing, past, today))
            screen.put(_drawn(standing, past, today, options.plain))
    else:
        screen.put(statistics_lines(statistics, screen.width))


def _named(words: list[str], past: History) -> list[Standing]:
    """The items that some words name: an exercise, an item or a card. Raises NotUnderstood."""
    found = []
    for word in words:
        item = item_of(card_of(word)) if ":" in word else word
        matching = [s for s in past.known.values() if item in (s.item, exercise_of(s.item))]
        if not matching:
            raise NotUnderstood(
                f"{word} has not been asked yet: gdl-check drill --stats shows what has"
            )
        found += matching
    return found


def _item(standing: Standing, past: History, today: date) -> Iterator[Line]:
    rated = [one for one in past.rated if one.review.item == standing.item]
    yield [(standing.item, "strong")]
    yield from text_lines(item_lines(standing, rated, retrievability(standing, today), today))
    yield []


def _drawn(standing: Standing, past: History, today: date, plain: bool) -> list[Line]:
    """The forgetting curve of an item."""
    from gdl_check.play.figures import Curve, Plot
    from gdl_check.play.stage import Stage

    points = curve(past.rated, standing.item, today)
    days_in = [float((day - points[0][0]).days) for day, _ in points]
    recall = [100 * share for _, share in points]
    now = sum(day <= today for day, _ in points)
    curves = [
        Curve("so far", recall[:now], days_in[:now]),
        Curve("to come", recall[now - 1 :], days_in[now - 1 :]),
    ]
    title, below = "how likely you remember it, in %", "days since it was new"
    plot = Plot(title, curves, below, low=0, high=100)
    return [*Stage(sys.stdout, plain=plain).draw(plot), []]
