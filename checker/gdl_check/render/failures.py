"""How a law that does not hold is shown: the claim, the call, what was expected and what came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from gdl_check.compare import as_array
from gdl_check.course import load_chapter
from gdl_check.examine import AGREEMENT
from gdl_check.forms import dressed
from gdl_check.render.excerpts import with_excerpts
from gdl_check.render.gradients import gradient_lines
from gdl_check.render.lines import Line, sentence, wrapped
from gdl_check.render.programs import program_lines
from gdl_check.render.values import (
    call_lines,
    cut,
    kind_of,
    numbers_apart,
    pasteable,
    side_by_side,
    wrap,
)
from gdl_check.results import Call, Counterexample, LawResult, Result

LABEL, WIDEST = 11, 99_999
BOTH_YOURS = "Both were made from your results, and should be the same."
FORMS = {
    "float32": "the arrays in float32",
    "fortran": "the arrays column by column in memory",
    "strided": "the arrays spread out in memory",
}


def law_lines(result: Result, law: LawResult, width: int, verbose: bool) -> Iterator[Line]:
    assert law.counterexample is not None
    shown = handed_over(law.counterexample, result)
    yield from claim_lines(result, law, width)
    yield []
    if law.gradient is not None:
        yield from gradient_lines(law.gradient, width, verbose)
        yield []
        yield from call_of(shown, width, last=True)
        return
    yield from counterexample_lines(shown, width, verbose)
    more = case_that_says_more(shown, result)
    if more is not None:
        yield []
        yield from wrapped("A case that says more:", width)
        yield from counterexample_lines(more, width, verbose)


def claim_lines(result: Result, law: LawResult, width: int) -> Iterator[Line]:
    """What does not hold; that a result is not the expected one, the result says by itself."""
    if law.claim != AGREEMENT:
        yield from wrapped(f"Does not hold: {result.name} {law.claim}.", width, "claim")


def handed_over(shown: Counterexample, result: Result) -> Counterexample:
    """A counterexample as it is put on a screen.

    Calls have lists where lists were handed over, programs end where a value differs.
    """
    if shown.form != "list" and not any(call.steps for call in shown.calls):
        return shown
    exercise = load_chapter(result.id.partition(".")[0]).exercises[result.name]
    shown = with_excerpts(shown, exercise)
    if shown.form != "list":
        return shown
    calls = tuple(c._replace(args=dressed(c.args, "list", exercise.listable)) for c in shown.calls)
    return shown._replace(calls=calls, form="plain")


def case_that_says_more(shown: Counterexample, result: Result) -> Counterexample | None:
    """The case that was found first, where it is another one to look at."""
    if shown.first_found is None:
        return None
    more = handed_over(shown.first_found, result)
    same = list(call_of(more, WIDEST)) == list(call_of(shown, WIDEST))
    return None if same and len(more.calls) == len(shown.calls) else more


def counterexample_lines(shown: Counterexample, width: int, verbose: bool) -> Iterator[Line]:
    """The call, what was expected and what came."""
    own_calls = len(shown.calls) > 1
    if own_calls:
        calls = shown.calls[: None if verbose else 3]
        for call, before in zip(calls, (None, *calls)):
            yield from asked(call, before, shown.inputs, width)
    else:
        yield from call_of(shown, width)
    yield from wrapped(sentence(shown.message), width)
    if shown.own:
        yield from wrapped(BOTH_YOURS, width)
    if shown.compared:
        yield from comparison_lines(shown, width)


def comparison_lines(shown: Counterexample, width: int) -> Iterator[Line]:
    expected, got, labels = shown.expected, shown.got, shown.labels
    for key in shown.path:
        expected, got = expected[key], got[key]
    pair = side_by_side(expected, got, shown.where)
    if pair is not None and max(map(len, pair[0] + pair[1])) <= width - 4:
        for label, value, lines, style in (
            (labels[0], expected, pair[0], "good"),
            (labels[1], got, pair[1], "bad"),
        ):
            kind = kind_of(np.asarray(as_array(value)))
            yield [(f"  {label.ljust(LABEL)}{kind}", "")]
            for line in lines:
                marker = not line.replace("^", "").strip()
                yield [("    " + line, "mark" if marker else style)]
        return
    a, b = as_array(expected), as_array(got)
    if a is not None and b is not None and a.shape == b.shape and a.ndim:
        yield [(f"  {'shape'.ljust(LABEL)}{a.shape}", "")]
        for index in shown.where[:5]:
            ours, theirs = numbers_apart(float(a[index]), float(b[index]))
            text = f"at [{', '.join(map(str, index))}] {labels[0]} {ours}, {labels[1]} {theirs}"
            yield from wrapped(text, width, "bad", "    ")
        return
    if a is not None and b is not None and not a.ndim and not b.ndim:
        ours, theirs = numbers_apart(float(a), float(b))
        if isinstance(expected, bool) and float(b) in (0, 1):
            ours, theirs = str(expected), str(bool(b))
        elif np.asarray(got).dtype == bool:
            theirs = str(bool(got))
        yield [(f"  {labels[0].ljust(LABEL)}", ""), (ours, "good")]
        yield [(f"  {labels[1].ljust(LABEL)}", ""), (theirs, "bad")]
        return
    for label, value, style in ((labels[0], expected, "good"), (labels[1], got, "bad")):
        kind = kind_of(value)
        lines = wrap(cut(pasteable(value), width * 2), width - 4 - LABEL) or [""]
        if isinstance(value, (np.ndarray, list, tuple, dict)):
            yield [(f"  {label.ljust(LABEL)}{kind}", "")]
            yield from ([("    " + line, style)] for line in lines)
        else:
            yield [(f"  {label.ljust(LABEL)}", ""), (lines[0], style)]


def call_of(shown: Counterexample, width: int, last: bool = False) -> Iterator[Line]:
    """The call that fails (the first of its law, or the last), to be pasted into Python."""
    call = shown.calls[-1 if last else 0]
    for line in _lines_of(call, shown.inputs, width - 4):
        yield [("    " + line, "code")]
    if shown.form in FORMS:
        yield [(f"    ({FORMS[shown.form]})", "dim")]


def _lines_of(
    call: Call, inputs: Mapping[str, Any], width: int, before: Mapping[str, Any] | None = None
) -> list[str]:
    if call.steps:
        return program_lines(call.steps, width)
    return call_lines(call.name, _named(call.args, inputs), width, before)


def _named(args: tuple[Any, ...], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """A call's arguments under the names of the exercise's parameters."""
    names = list(inputs) if len(args) == len(inputs) else [f"x{i}" for i in range(len(args))]
    return dict(zip(names, args))


def asked(call: Call, before: Call | None, inputs: Mapping[str, Any], width: int) -> Iterator[Line]:
    """One of several calls that a law made, and what it came to."""
    told = _named(before.args, inputs) if before is not None else None
    lines = _lines_of(call, inputs, width - 4, told)
    gave = call.raised or cut(pasteable(call.returned), width - 10)
    for line in lines:
        yield [("    " + line, "code")]
    yield [("    -> " + gave, "")]
