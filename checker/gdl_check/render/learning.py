"""What list, show, hint, solution and diff put on the screen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from gdl_check.course import Chapter
from gdl_check.hints import Rung
from gdl_check.progress import BEFORE, DONE
from gdl_check.render.lines import Line, bar, labelled, title_in, wrapped
from gdl_check.render.tasks import fitted
from gdl_check.render.values import MOST_LINES, broken, call_lines, cut, pasteable, wrap
from gdl_check.sandbox.programs import Raised

BAR = 16
STYLES = {"passed": "good", "failed": "failed", "error": "error", "timeout": "timeout"}


def course_list_lines(
    rows: Sequence[tuple[Chapter, Mapping[str, str]]], width: int, due: int | None
) -> Iterator[Line]:
    """One line a chapter: how much of it is done. `due` counts the cards to be drilled today."""
    every = [word for _, words in rows for word in words.values()]
    for chapter, words in rows:
        done = sum(word in DONE for word in words.values())
        count = f"{done:>3} of {len(words):>2}"
        room = width - len(chapter.id) - BAR - len(count) - 10
        style = "good" if done == len(words) else ""
        yield [
            ("  " + chapter.id, "strong"),
            ("  " + title_in(room, chapter.title).ljust(room), ""),
            (f"  [{bar(done / len(words), BAR)}]", style),
            ("  " + count, style),
        ]
    yield []
    style = "good" if all(word in DONE for word in every) else ""
    yield [(f"  {_counted(every, 'exercises ')}", style)]
    started = next((c.id for c, w in rows if not all(word in DONE for word in w.values())), None)
    if started:
        yield from labelled("one chapter:", f"gdl-check list {started}", width)
    if due is not None:
        cards = f"{due} card{'s' * (due != 1)} due today:" if due else "from memory:"
        yield from labelled(cards, "gdl-check drill", width)


def chapter_list_lines(chapter: Chapter, words: Mapping[str, str], width: int) -> Iterator[Line]:
    """One line an exercise: how it stands."""
    yield [
        (chapter.id, "strong"),
        ("  " + title_in(width - len(chapter.id) - 2, chapter.title), ""),
    ]
    yield []
    longest = max(map(len, words.values()))
    for name, word in words.items():
        yield [("  " + word.ljust(longest + 2), STYLES.get(word, "")), (name, "")]
    yield []
    yield [(f"  {_counted(words.values())}", "")]
    left = next((name for name, word in words.items() if word not in DONE), None)
    if left:
        yield from labelled("next:", f"gdl-check show {chapter.exercise_id(left)}", width)


def _counted(words: Collection[str], what: str = "") -> str:
    """How many of these have passed, and how many did before."""
    passed, before = sum(word in DONE for word in words), sum(word == BEFORE for word in words)
    return f"{passed} of {len(words)} {what}passed" + (f", {before} passed before" * bool(before))


def task_lines(
    exercise_id: str,
    task: str,
    samples: Sequence[tuple[Mapping[str, Any], Any]],
    place: str,
    width: int,
) -> Iterator[Line]:
    """The task of an exercise, and a few inputs with what is expected of them."""
    yield from labelled(f"{exercise_id}", place, width, "strong", "dim")
    yield []
    yield from ([("  " + line, "")] for line in fitted(task, width - 2))
    if samples:
        yield []
        yield [("  What is expected of it:", "strong")]
    name = exercise_id.partition(".")[2]
    for inputs, value in samples:
        for line in call_lines(name, inputs, width - 4):
            yield [("    " + line, "code")]
        told = f"raises {value.type}" if isinstance(value, Raised) else pasteable(value)
        first, *more = broken(told, width - 10)
        yield [("    -> " + first, "good")]
        yield from ([("       " + line, "good")] for line in more[: MOST_LINES - 1])
        if len(more) >= MOST_LINES:
            yield [("       ...", "dim")]
    yield []
    yield from labelled("when you have written it:", f"gdl-check {exercise_id}", width)


def rung_lines(exercise_id: str, rungs: Iterable[Rung], width: int) -> Iterator[Line]:
    """The hints that are open, the newest last."""
    yield [(exercise_id, "strong")]
    for rung in rungs:
        yield []
        yield [(f"  {rung.number}. {rung.name}", "name")]
        if rung.text:
            yield from wrapped(rung.text, width, "", "     ")
        for line in rung.code.split("\n") if rung.code else ():
            yield [("     " + line, "code")]


def finding_lines(is_fine: bool, what: str, mend: str, width: int) -> Iterator[Line]:
    """One thing that was looked at, and what mends it."""
    first, *rest = wrap(what, width - 7)
    yield [("  ok   " if is_fine else "  no   ", "good" if is_fine else "error"), (first, "")]
    yield from ([("       " + line, "")] for line in rest)
    if not is_fine:
        yield from ([("       " + line, "code")] for line in broken(mend, width - 7))


def text_lines(lines: Sequence[str], code_from: int = 99_999) -> Iterator[Line]:
    """Lines as they are, indented; code from one of them on."""
    for i, line in enumerate(lines):
        yield [("  " + line, "code" if i >= code_from else "")] if line else []


def diff_lines(exercise_id: str, lines: Sequence[str], width: int) -> Iterator[Line]:
    """Yours and the solution, line by line."""
    yield [(exercise_id, "strong"), ("   - yours   + the solution", "dim")]
    yield []
    styles = {"-": "bad", "+": "good"}
    for line in lines:
        if not line.startswith("@@"):
            yield [("  " + cut(line, width - 2), styles.get(line[:1], ""))]
