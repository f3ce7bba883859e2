"""What an examination found: verdicts, laws, counterexamples. Plain data for a screen."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from gdl_check.sandbox.programs import Step


class Verdict(StrEnum):
    """What became of an exercise, from best to worst; a chapter has its worst exercise's."""

    PASSED = "passed"
    NOT_STARTED = "not_started"
    FAILED = "failed"
    TIMEOUT = "timeout"
    ERROR = "error"


def worst(verdicts: list[Verdict]) -> Verdict:
    order = list(Verdict)
    return max(verdicts, key=order.index, default=Verdict.PASSED)


class Call(NamedTuple):
    """One call of an answer, and what it came to; `steps` where a program took its place."""

    name: str
    args: tuple[Any, ...]
    returned: Any = None
    raised: str | None = None
    steps: tuple[Step, ...] = ()


class Counterexample(NamedTuple):
    """An input on which a law fails.

    `expected` and `got` are shown where they were `compared`; else the message says it all.
    `path` leads to the part that differs, `where` lists the indices of the entries in it that do.
    `form` is how arrays were handed over; `own` says that both sides come from the answer, which
    should have made them the same. `first_found` is a case less bare than the shrunk one.
    """

    case: str
    inputs: Mapping[str, Any]
    calls: tuple[Call, ...]
    message: str
    expected: Any = None
    got: Any = None
    compared: bool = False
    path: tuple[Any, ...] = ()
    where: tuple[tuple[int, ...], ...] = ()
    form: str = "plain"
    own: bool = False
    first_found: Counterexample | None = None

    @property
    def labels(self) -> tuple[str, str]:
        """What to call what is expected, and what there is."""
        return ("one", "the other") if self.own else ("expected", "yours")


class GradientReport(NamedTuple):
    """How a gradient compares with measured slopes, array by array.

    `autopsy` names what every entry has in common ("factor_two"), with `says` in words; `worst`
    holds name, index, yours, measured and the uncertainty of the measurement. `moved` says that it
    was measured near the case instead of at it, because there is a kink.
    """

    entries: int
    wrong: int
    skipped: int
    max_relative_error: float
    right_arrays: tuple[str, ...] = ()
    wrong_arrays: tuple[str, ...] = ()
    worst: tuple[str, tuple[int, ...], float, float, float] | None = None
    tables: Mapping[str, tuple[Any, Any]] = MappingProxyType({})
    autopsy: str | None = None
    says: str = ""
    moved: bool = False


class LawResult(NamedTuple):
    """What became of one law: passed, failed, error, timeout, not_run or inconclusive."""

    claim: str
    kind: str
    status: str
    cases: int = 0
    counterexample: Counterexample | None = None
    gradient: GradientReport | None = None


class Named(NamedTuple):
    """The misconception that explains every wrong result, and on how many of them."""

    name: str
    title: str
    says: str
    matched: int
    of: int


class Error(NamedTuple):
    """Why an answer could not be examined: an exception of the learner's, or what took its place.

    `trace` holds (line, function) of the learner's frames, outermost first; `column` points at a
    syntax error.
    """

    type: str
    message: str
    line: int | None = None
    column: int | None = None
    text: str = ""
    trace: tuple[tuple[int, str], ...] = ()


class Slip(NamedTuple):
    """A mistake that can be seen in a line of the learner's code."""

    line: int
    says: str


class Result(NamedTuple):
    """The verdict on one exercise, and its reasons."""

    id: str
    name: str
    status: Verdict
    line: int | None = None
    corpus: str | None = None
    supplied: tuple[str, ...] = ()
    laws: tuple[LawResult, ...] = ()
    misconception: Named | None = None
    error: Error | None = None
    stdout: str = ""
    slip: Slip | None = None

    @property
    def opened(self) -> LawResult | None:
        """The first law that did not hold: the one that is shown."""
        return next(
            (law for law in self.laws if law.status in ("failed", "error", "timeout")), None
        )


class ChapterResult(NamedTuple):
    """The verdicts on a chapter's exercises, or why its file could not be loaded."""

    id: str
    title: str
    path: str
    results: tuple[Result, ...] = ()
    error: Error | None = None

    @property
    def status(self) -> Verdict:
        return worst([result.status for result in self.results])

    @property
    def counts(self) -> dict[str, int]:
        verdicts = [result.status for result in self.results]
        return {str(verdict): verdicts.count(verdict) for verdict in Verdict if verdict in verdicts}


class Fault(NamedTuple):
    """A failure of ours, which is nobody's zero."""

    where: str
    message: str


class Report(NamedTuple):
    """Everything one command found."""

    seed: int
    effort: str
    chapters: tuple[ChapterResult, ...]
    duration: float = 0.0
    fault: Fault | None = None

    @property
    def status(self) -> str:
        if self.fault is not None:
            return "fault"
        return str(worst([chapter.status for chapter in self.chapters]))
