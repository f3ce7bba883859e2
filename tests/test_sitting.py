"""A sitting: what is asked, what is written down of it, and how it looks on a terminal."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gdl_check import state
from gdl_check.course import Chapter, load_chapter
from gdl_check.drill import plan as planning
from gdl_check.drill import sitting as sittings
from gdl_check.drill.cards import LEVELS, QUIZZES, Card, card_of
from gdl_check.drill.marking import Mark
from gdl_check.drill.pages import Page
from gdl_check.drill.plan import NEW_A_DAY, Ask, plan
from gdl_check.drill.reviews import Review, event_of, reviews_of
from gdl_check.drill.schedule import History, history
from gdl_check.drill.sitting import Sitting, on_the_table
from gdl_check.sandbox import launch
from gdl_check.state import Event
from learner import COMMAND, Learner
from watched import Watched

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
EXERCISES = [
    "ch06.relu",
    "ch06.relu_deriv",
    "ch06.collapse_linear",
    "ch06.forward",
    "ch06.backprop",
]
RIGHT, WRONG, BLANK = Mark(True, "Right."), Mark(False, "No."), Mark(False, "Blank.", False)


@pytest.fixture
def no_quizzes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "cards_of", lambda chapter, name: [])


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cards with little on them."""

    def page(card: Card, turn: int) -> Page:
        prompt = f"{card.id}, turn {turn}"
        return Page(prompt, "...\n") if card.kind == "write" else Page(prompt)

    def cards_of(chapter: Chapter, name: str) -> list[Card]:
        return [card_of(f"{chapter.id}.{name}:{asked}") for asked in (*LEVELS, *QUIZZES)]

    monkeypatch.setattr(sittings, "page", page)
    monkeypatch.setattr(planning, "cards_of", cards_of)
    monkeypatch.setattr(sittings, "peek", lambda card: f"a line of {card.id}")
    monkeypatch.setattr(sittings, "reveal", lambda card, turn: f"all of {card.id}")


def reviewed(item: str, days_ago: int, **more: Any) -> Event:
    at = NOW - timedelta(days=days_ago)
    return event_of(Review(item, 1, at, at.date(), 30.0, **more))


def past(*events: Event) -> History:
    return history(events, NOW)


def cards(asks: list[Ask]) -> list[str]:
    return [ask.card.id for ask in asks]


# --- what is asked -----------------------------------------------------------------------------


def test_a_few_new_cards_a_day(no_quizzes: None) -> None:
    first = plan(past(), EXERCISES, TODAY, 900)
    assert cards(first) == [f"{name}:line" for name in EXERCISES[:NEW_A_DAY]]
    one_done = past(reviewed("ch06.relu:write", 0))
    assert cards(plan(one_done, EXERCISES, TODAY, 900)) == [f"{n}:line" for n in EXERCISES[1:3]]
    yesterday = past(*(reviewed(f"{name}:write", 1) for name in EXERCISES[:3]))
    assert cards(plan(yesterday, EXERCISES, TODAY, 900)) == [f"{n}:line" for n in EXERCISES[3:]]
    assert plan(past(), [], TODAY, 900) == []
    assert len(plan(past(), EXERCISES, TODAY, 60)) == 1


def test_what_is_due_comes_before_what_is_new(no_quizzes: None) -> None:
    known = past(reviewed("ch06.forward:write", 9), reviewed("ch06.backprop:write", 30))
    asked = plan(known, EXERCISES, TODAY, 900)
    assert cards(asked)[:2] == ["ch06.backprop:body", "ch06.forward:body"]
    assert [ask.turn for ask in asked] == [1, 1, 0, 0, 0]
    assert cards(plan(known, EXERCISES, TODAY, 60)) == ["ch06.backprop:body", "ch06.forward:body"]


def test_what_was_reviewed_stays_in_play(no_quizzes: None) -> None:
    known = past(reviewed("ch06.relu:write", 9), reviewed("ch99.gone:write", 9))
    assert cards(plan(known, [], TODAY, 900)) == ["ch06.relu:body"]


def test_a_deck_has_all_of_a_chapter_and_nothing_else(no_quizzes: None) -> None:
    deck = load_chapter("ch06")
    known = past(reviewed("ch06.relu:write", 9), reviewed("ch03.predict_one:write", 9))
    asked = plan(known, [], TODAY, 3600, deck)
    assert cards(asked)[0] == "ch06.relu:body" and len(asked) == len(deck.exercises)
    assert all(card.startswith("ch06.") for card in cards(asked))


def test_functions_and_quizzes_come_in_turn(pages: None) -> None:
    known = past(*(reviewed(f"{name}:write", 1) for name in EXERCISES[:2]))
    asked = plan(known, EXERCISES, TODAY, 900)
    assert [ask.card.kind for ask in asked] == ["write", "shape", "write"]
    assert len({ask.card.exercise for ask in asked}) == 3
    seen: set[str] = set()
    for n in range(30):  # every quiz has its day
        day = TODAY + timedelta(days=n)
        seen |= set(planning.fresh(EXERCISES[:2], {f"{e}:write" for e in EXERCISES}, day))
    assert seen == {"ch06.relu:shape", "ch06.relu_deriv:shape"}


@pytest.mark.parametrize("days_ago", [0, 9], ids=["reviewed today", "due today"])
def test_no_quiz_gives_away_what_is_asked_on_the_same_day(pages: None, days_ago: int) -> None:
    asked = plan(past(reviewed("ch06.relu:write", days_ago)), ["ch06.relu"], TODAY, 900)
    assert cards(asked) == (["ch06.relu:body"] if days_ago else [])


def test_what_was_begun_comes_first_unless_it_was_done_elsewhere(no_quizzes: None) -> None:
    begun = Ask(card_of("ch06.backprop:line"), 0)
    assert plan(past(), EXERCISES, TODAY, 900, begun=begun)[0] == begun
    asked = cards(plan(past(), EXERCISES, TODAY, 900, begun=begun))
    assert asked.count("ch06.backprop:line") == 1 and len(asked) == NEW_A_DAY
    done = past(reviewed("ch06.backprop:write", 1))
    assert begun not in plan(done, EXERCISES, TODAY, 900, begun=begun)


# --- what becomes of a card --------------------------------------------------------------------


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def sit(folder: Path, clock: Clock, *cards: str, seconds: float = 900) -> Sitting:
    (folder / ".gdl").mkdir(exist_ok=True)
    asks = [Ask(card_of(card), 0) for card in cards]
    return Sitting(folder, asks, seconds, lambda: NOW + timedelta(seconds=clock()), clock)


def made(folder: Path) -> list[Review]:
    return reviews_of(state.read(state.state_file(folder)).events, NOW)


def test_a_card_that_is_right_at_the_second_save(tmp_path: Path, pages: None) -> None:
    clock = Clock()
    sitting = sit(tmp_path, clock, "ch06.relu:line", "ch06.backprop:line")
    assert sitting.next() and sitting.path.read_text("utf-8") == "...\n"
    clock.seconds += 7
    assert sitting.take(BLANK) is None and sitting.take(WRONG) is None
    clock.seconds += 5
    rated = sitting.take(RIGHT)
    assert rated is not None and rated.rating.name == "Hard"
    assert rated.after.due > TODAY
    (review,) = made(tmp_path)
    at = NOW + timedelta(seconds=12)
    assert review == Review("ch06.relu:write", 1, at, TODAY, 12.0, misses=1)
    path = sitting.path
    assert path.exists()
    assert sitting.next() and not path.exists() and sitting.card.id == "ch06.backprop:line"


def test_a_peek_is_counted_once_and_giving_up_is_again(tmp_path: Path, pages: None) -> None:
    clock = Clock()
    sitting = sit(tmp_path, clock, "ch06.relu:line", "ch06.backprop:line")
    sitting.next()
    assert sitting.peeked() == ""
    assert sitting.peek() == sitting.peek() == "a line of ch06.relu:line"
    rated = sitting.take(RIGHT)
    assert rated is not None and rated.rating.name == "Hard" and rated.review.peeks == 1
    sitting.next()
    clock.seconds += 1
    assert sitting.give_up().after.due == TODAY + timedelta(days=1)
    assert sitting.revealed() == "all of ch06.backprop:line"
    assert not sitting.next()
    assert [review.given_up for review in made(tmp_path)] == [False, True]


def test_a_quiz_has_two_tries(tmp_path: Path, pages: None) -> None:
    sitting = sit(tmp_path, Clock(), "ch06.relu:bug")
    sitting.next()
    assert not list(sitting.folder.glob("*.py"))
    assert sitting.take(BLANK) is None and sitting.take(WRONG) is None
    rated = sitting.take(WRONG)
    assert rated is not None and rated.rating.name == "Again" and rated.review.misses == 2


def test_broken_off_in_the_middle_it_goes_on_with_the_time_so_far(
    tmp_path: Path, pages: None
) -> None:
    clock = Clock()
    sitting = sit(tmp_path, clock, "ch06.relu:line", "ch06.backprop:line")
    sitting.next()
    sitting.take(WRONG)
    sitting.peek()
    sitting.path.write_text("half", "utf-8")
    clock.seconds += 40
    sitting.close()
    assert made(tmp_path) == []
    begun = on_the_table(sitting.folder)
    assert begun is not None and begun.ask == Ask(card_of("ch06.relu:line"), 0)
    clock.seconds += 5000
    again = sit(tmp_path, clock, "ch06.relu:line")
    again.next()
    assert again.path.read_text("utf-8") == "half"
    assert again.peeked() == "a line of ch06.relu:line"
    clock.seconds += 2
    again.take(RIGHT)
    (review,) = made(tmp_path)
    assert (review.seconds, review.misses, review.peeks) == (42.0, 1, 1)
    again.close()
    assert list(again.folder.iterdir()) == []


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"card": 7, "turn": 0}', '{"card": "x", "turn": 0}', '{"turn": 0}']
)
def test_a_damaged_table_is_an_empty_one(tmp_path: Path, text: str) -> None:
    (tmp_path / "asked.json").write_text(text, "utf-8")
    assert on_the_table(tmp_path) is None


def test_skipping_remembers_nothing(tmp_path: Path, pages: None) -> None:
    sitting = sit(tmp_path, Clock(), "ch06.relu:line", "ch06.backprop:line")
    sitting.next()
    sitting.skip()
    assert sitting.next() and sitting.card.id == "ch06.backprop:line"
    sitting.skip()
    sitting.close()
    assert made(tmp_path) == [] and list(sitting.folder.iterdir()) == []


def test_it_ends_when_the_time_is_up(tmp_path: Path, pages: None) -> None:
    clock = Clock()
    sitting = sit(tmp_path, clock, "ch06.relu:line", "ch06.backprop:line", seconds=60)
    sitting.next()
    clock.seconds += 61
    assert not sitting.is_last
    sitting.take(RIGHT)
    assert sitting.is_last and not sitting.next()


# --- on a terminal -----------------------------------------------------------------------------

on_a_terminal = pytest.mark.skipif(not launch.CAN_FORK, reason="needs workers that are forked")
Start = Callable[..., Watched]
TWO = "return np.maximum(x, 0)"


@pytest.fixture
def learner(tmp_path: Path) -> Learner:
    """Someone who has passed relu, and then relu_deriv."""
    learner = Learner(tmp_path / "mon travail é")
    for n, name in enumerate(("ch06.relu", "ch06.relu_deriv")):
        t = f"2026-11-2{n}T10:00:00+00:00"
        passed = Event("check", name, "v", "h", {"verdict": "passed"}, t)
        state.append(state.state_file(learner.folder), [passed])
    return learner


@pytest.fixture
def start(learner: Learner) -> Iterator[Start]:
    with ExitStack() as stack:

        def start(*words: str, **more: Any) -> Watched:
            command = (*COMMAND, "drill", *words)
            return stack.enter_context(Watched(learner, command=command, **more))

        yield start


def drill_file(learner: Learner, name: str) -> Path:
    return learner.folder / ".gdl" / "drill" / f"ch06_{name}.py"


def write(learner: Learner, name: str, line: str) -> None:
    """Put a line where the blank is, or where one was put before."""
    path = drill_file(learner, name)
    lines = path.read_text("utf-8").rstrip().split("\n")
    path.write_text("\n".join([*lines[:-1], f"    {line}"]) + "\n", "utf-8")


def remembered(learner: Learner) -> list[Review]:
    events = state.read(state.state_file(learner.folder)).events
    return reviews_of(events, datetime.now(UTC) + timedelta(days=3000))


@on_a_terminal
def test_the_first_day(learner: Learner, start: Start) -> None:
    watched = start().until("ch06.relu, level 1 of 4", "1 of 2", "write it, and save:", "quit")
    assert watched.footer == "pgsq"
    write(learner, "relu", "return np.minimum(x, 0)")
    watched.until("Does not hold", "quit")
    write(learner, "relu", "return np.maximum(x, 0")
    watched.until("SyntaxError", "quit")
    watched.press("p")
    watched.until("return np.maximum(x, 0)", "quit")
    assert watched.footer == "gsq"
    write(learner, "relu", TWO)
    watched.until("It took", "with a miss and a peek", "It comes back", "quit")
    assert watched.footer == "nq"
    watched.press("n")
    watched.until("ch06.relu_deriv, level 1 of 4", "2 of 2", "quit")
    watched.press("g")
    watched.until("output > 0", "It comes back tomorrow.", "n finish")
    watched.press("n")
    assert watched.ends() == 0
    assert "2 cards in" in " ".join(watched.shown.split())
    first, second = remembered(learner)
    assert (first.item, first.misses, first.peeks, first.given_up) == (
        "ch06.relu:write",
        1,
        1,
        False,
    )
    assert (second.item, second.given_up) == ("ch06.relu_deriv:write", True)
    assert list((learner.folder / ".gdl" / "drill").iterdir()) == []


@on_a_terminal
@pytest.mark.parametrize(
    ("end", "code"), [("q", 0), ("\x04", 0), ("\x03", 130), (signal.SIGTERM, 143)]
)
def test_broken_off_and_gone_on_with(
    learner: Learner, start: Start, end: str | signal.Signals, code: int
) -> None:
    watched = start().until("ch06.relu, level 1 of 4", "quit")
    watched.press("p")
    watched.until("return np.maximum(x, 0)", "quit")
    write(learner, "relu", "return x")
    watched.until("Does not hold", "quit")
    if isinstance(end, str):
        watched.press(end)
    else:
        watched.process.send_signal(end)
    assert watched.ends() == code
    assert remembered(learner) == []
    table = json.loads((learner.folder / ".gdl" / "drill" / "asked.json").read_text("utf-8"))
    assert (table["card"], table["misses"], table["peeks"]) == ("ch06.relu:line", 1, 1)
    again = start().until("ch06.relu, level 1 of 4", "return np.maximum(x, 0)", "quit")
    assert "return x" in drill_file(learner, "relu").read_text("utf-8")
    write(learner, "relu", TWO)
    again.until("It took", "with a miss and a peek", "quit")
    (review,) = remembered(learner)
    assert review.seconds > table["seconds"]


@on_a_terminal
def test_a_quiz_is_answered_on_one_line(learner: Learner, start: Start) -> None:
    log = state.state_file(learner.folder)
    for name in ("relu", "relu_deriv"):
        at = datetime.now(UTC)
        told = Review(f"ch06.{name}:write", 1, at - timedelta(days=1), TODAY, 30.0)
        state.append(log, [event_of(told._replace(day=(at - timedelta(days=1)).date()))])
    watched = start().until("ch06.relu: ", "press Enter", "answer:")
    watched.press("what?\n")
    watched.until("answer:")
    assert remembered(learner)[2:] == []
    watched.press("g\n")
    watched.until("It comes back tomorrow.", "next")
    watched.press("\n")
    watched.until("ch06.relu_deriv: ", "answer:")
    watched.press("\x03")
    assert watched.ends() == 130
    assert [review.given_up for review in remembered(learner)] == [False, False, True]


@on_a_terminal
def test_an_answer_that_never_ends_holds_up_no_key(learner: Learner, start: Start) -> None:
    watched = start().until("ch06.relu, level 1 of 4", "quit")
    write(learner, "relu", "while True: pass")
    watched.until("checking ...", "quit")
    watched.press("g")
    watched.until("It comes back tomorrow.", "quit", seconds=3)
    watched.press("q")
    assert watched.ends() == 0


@on_a_terminal
@pytest.mark.parametrize("how", [{"columns": 60}, {"rows": 14}, {"TERM": "dumb"}])
def test_small_windows_and_one_without_escapes(
    learner: Learner, start: Start, how: dict[str, Any]
) -> None:
    watched = start(**how).until("ch06.relu, level 1 of 4", "quit")
    write(learner, "relu", "return np.minimum(x, 0)")
    watched.until("Does not hold", "quit")
    assert ("\x1b" in watched.shown) == ("TERM" not in how)
    assert "Keep what is positive" in watched.said


@on_a_terminal
def test_the_editor_has_the_terminal(learner: Learner, start: Start) -> None:
    editor = learner.folder / "vim"
    answer = "    return np.maximum(x, 0)"
    editor.write_text(f'#!/bin/sh\nsed -i "s/.*this line is yours/{answer}/" "$2"\n', "utf-8")
    editor.chmod(0o755)
    watched = start(EDITOR=str(editor).replace(" ", "\\ ")).until("e edit", "quit")
    watched.press("e")
    watched.until("It took", "quit")


def test_without_a_terminal_it_says_what_to_do(learner: Learner) -> None:
    refused = learner.run("drill")
    assert refused.code == 2 and refused.out == ""
    assert "terminal" in refused.err and "gdl-check drill --stats" in refused.err
    told = learner.run("drill", "--stats")
    assert told.code == 0 and "gdl-check drill" in told.out
    assert json.loads(learner.run("drill", "--json").out)["due"]["today"] == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--deck", "ch99"], "--deck takes a chapter"),
        (["--minutes", "0"], "--minutes"),
        (["--retention", "1.5"], "--retention"),
        (["ch06.relu"], "--deck ch06"),
        (["--stats", "ch06.nothing"], "has not been asked yet"),
    ],
)
def test_what_is_not_understood(learner: Learner, words: list[str], says: str) -> None:
    refused = learner.run("drill", *words)
    assert refused.code == 2 and says in refused.err and "Traceback" not in refused.err


def test_retention_is_remembered(learner: Learner) -> None:
    learner.run("drill", "--stats", "--retention", "0.95")
    told = json.loads(learner.run("drill", "--json").out)
    assert told["retention"]["wanted"] == 0.95
