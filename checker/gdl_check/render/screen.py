"""What stands on the screen, line by line: the verdicts, the one failure that is opened, what next.

A line is a list of (text, style); styles are names that the terminal turns into colours and plain
text leaves out. No line relies on colour.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from gdl_check.examine import REPEATABLE
from gdl_check.places import is_notebook
from gdl_check.render.errors import error_lines, printed_lines, raised, trace_lines
from gdl_check.render.failures import call_of, handed_over, law_lines
from gdl_check.render.lines import (
    Line,
    and_between,
    end_of,
    labelled,
    path_to,
    place_of,
    sentence,
    title_in,
    wrapped,
)
from gdl_check.render.values import wrap
from gdl_check.results import ChapterResult, Error, Report, Result, Slip, Verdict

WORDS = {
    Verdict.PASSED: "passed",
    Verdict.FAILED: "failed",
    Verdict.NOT_STARTED: "not started",
    Verdict.TIMEOUT: "timed out",
    Verdict.ERROR: "error",
}
MOST_NAMED = 4
QUIET, QUIET_LINES = (Verdict.PASSED, Verdict.NOT_STARTED), 2


def chapter_lines(chapter: ChapterResult, source: Sequence[str], width: int) -> Iterator[Line]:
    """A chapter's verdicts: one line where all passed, else the exercises by verdict."""
    passed = chapter.counts.get("passed", 0)
    total = len(chapter.results)
    count = f"{passed} of {total} passed"
    room = width - len(chapter.id) - len(count) - 4
    title = title_in(room, chapter.title)
    style = "good" if passed == total else ""
    yield [(chapter.id, "strong"), ("  " + title.ljust(room) + "  ", ""), (count, style)]
    if passed == total:
        return
    if chapter.error is not None:
        yield []
        yield from error_lines(chapter.error, chapter.path, source, width)
        return
    if total == 1 and chapter.status != Verdict.NOT_STARTED:
        return  # it is opened below
    yield []
    for verdict, word in WORDS.items():
        names = [result.name for result in chapter.results if result.status == verdict]
        if names:
            indent = " " * (len("not started") + 4)
            text = wrap(", ".join(names), width - len(indent))
            if verdict in QUIET and len(text) > QUIET_LINES:
                text = _shortened(names, width - len(indent))
            yield [("  " + word.ljust(len(indent) - 2), str(verdict)), (text[0], "")]
            yield from ([(indent + line, "")] for line in text[1:])


def _shortened(names: Sequence[str], width: int) -> list[str]:
    """As many of these names as fit, and how many more there are."""
    for left in range(1, len(names)):
        text = wrap(f"{', '.join(names[:-left])} and {left} more", width)
        if len(text) <= QUIET_LINES:
            return text
    return [f"{len(names)}"]


def opened_lines(
    result: Result, path: str, source: Sequence[str], width: int, verbose: bool
) -> Iterator[Line]:
    """One exercise's failure, opened: claim, smallest case, expected and yours, its name."""
    yield []
    where = path_to(path, result.line, source)
    gap = width - len(result.name) - len(where) - 2
    if gap >= 2:
        yield [("  " + result.name, "strong"), (" " * gap, ""), (where, "dim")]
    else:
        yield [("  " + result.name, "strong")]
        yield [("  " + end_of(where, width - 2), "dim")]
    law = result.opened
    error = result.error
    if error is not None and (law is None or law.status in ("error", "timeout")):
        yield from exercise_error_lines(result, error, source, width)
    elif law is not None:
        yield from law_lines(result, law, width, verbose)
        if error is not None:
            yield []
            where = f" ({place_of(error.line, source)})" if error.line else ""
            yield from wrapped(sentence(f"on other inputs {raised(error)}{where}"), width, "error")
    if result.misconception is not None:
        named = result.misconception
        yield []
        told = [named.name] if verbose else []
        if named.matched < named.of:
            told.append(f"on {named.matched} of {named.of} wrong results")
        more = f" ({', '.join(told)})" if told else ""
        yield from wrapped(f"Looks like: {named.title}{more}.", width, "name")
        yield from wrapped(named.says, width)
    if result.slip is not None:
        yield []
        yield from wrapped(slip_text(result.slip, source), width, "name")
    if result.supplied:
        yield []
        here = result.id.partition(".")[0] + "."
        names = [name.removeprefix(here) for name in result.supplied]
        yield from wrapped(supplied_text(names), width)
    yield from printed_lines(result.stdout, width, verbose)


def slip_text(slip: Slip, source: Sequence[str]) -> str:
    """One sentence on a slip that can be seen in the code."""
    return sentence(f"look at {place_of(slip.line, source)}: {slip.says}")


def supplied_text(names: Sequence[str]) -> str:
    """One sentence on what of ours stood in for what has not passed yet."""
    if len(names) <= MOST_NAMED:
        was = "was" if len(names) == 1 else "were"
        return f"It rests on {and_between(names)}, not passed yet: ours {was} used instead."
    few = ", ".join(names[: MOST_NAMED - 1])
    return (
        f"It rests on {len(names)} exercises not passed yet ({few}, ...): ours were used instead."
    )


def exercise_error_lines(
    result: Result, error: Error, source: Sequence[str], width: int
) -> Iterator[Line]:
    """Why an answer could not be examined, with the learner's own lines."""
    name = error.trace[-1][1] if error.trace else result.name
    told = sentence(raised(error, source), name)
    yield from wrapped(told, width, "error")
    yield from trace_lines(error, source, width)
    law = result.opened
    if law is not None and law.counterexample is not None and law.counterexample.calls:
        yield [("  on this call:", "")]
        yield from call_of(handed_over(law.counterexample, result), width)


def closing_lines(
    report: Report,
    opened: Result | None,
    again: str,
    width: int,
    onward: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Line]:
    """The conclusion, at the bottom: how it went, and the next command.

    `again` is the command that checks once more what has been opened, or else what cannot be
    loaded, or else what comes next. `onward` is what comes after a chapter: what it is -> command.
    """
    yield []
    if report.fault is not None:
        text = (
            f"gdl-check itself is broken here, not your code: {report.fault.message} "
            f"({report.fault.where}). Nothing was counted against you."
        )
        yield from wrapped(text, width, "error")
        return
    results = [result for chapter in report.chapters for result in chapter.results]
    passed = sum(result.status == Verdict.PASSED for result in results)
    if passed == len(results):
        what = results[0].id if len(results) == 1 else f"all {passed} exercises"
        yield [("  passed: ", "good"), (what, "strong")]
        yield from onward_lines(onward, width)
        return
    if opened is not None:
        law = opened.opened
        # What depends on the calls before it is not to be seen on one case alone.
        if law is not None and law.counterexample is not None and law.claim != REPEATABLE:
            again += f" --case {law.counterexample.case}"
            yield from labelled("again:", again, width)
            yield from labelled("step through it:", f"{again} --debug", width)
            return
    elif not any(chapter.error for chapter in report.chapters):
        started = next(r for r in results if r.status == Verdict.NOT_STARTED)
        chapter = next(c for c in report.chapters if started in c.results)
        # In a notebook the name is easier to find than a line of all cells together.
        is_numbered = started.line and not is_notebook(Path(chapter.path))
        where = f"{chapter.path}:{started.line}" if is_numbered else chapter.path
        yield from labelled(f"next: write {started.name} in", where, width, "", "strong")
        yield from labelled("then:", again, width)
        return
    yield from labelled("again:", again, width)


def onward_lines(onward: Mapping[str, str], width: int) -> Iterator[Line]:
    """What comes after a chapter."""
    if onward:
        yield []
    for what, command in onward.items():
        yield from labelled(f"{what}:", command, width)
