"""The report as one JSON object: a contract that other tools read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gdl_check.places import is_notebook
from gdl_check.render.programs import statements
from gdl_check.render.values import pasteable
from gdl_check.results import (
    Call,
    ChapterResult,
    Counterexample,
    Error,
    GradientReport,
    LawResult,
    Report,
    Result,
)
from gdl_check.sandbox.wire import number_to_wire, to_wire

VERSION = 1


def report_json(report: Report) -> str:
    """The whole report on one line."""
    told = {
        "version": VERSION,
        "status": report.status,
        "seed": report.seed,
        "effort": report.effort,
        "duration": round(report.duration, 3),
        "chapters": [_chapter(chapter) for chapter in report.chapters],
        "fault": report.fault._asdict() if report.fault else None,
    }
    return json.dumps(_present(told), allow_nan=False)


def _present(told: dict[str, Any]) -> dict[str, Any]:
    """Keys that do not apply are absent."""
    return {key: value for key, value in told.items() if value is not None}


def _chapter(chapter: ChapterResult) -> dict[str, Any]:
    if is_notebook(Path(chapter.path)):
        chapter = _unnumbered(chapter)
    return _present(
        {
            "id": chapter.id,
            "title": chapter.title,
            "status": str(chapter.status),
            "counts": chapter.counts,
            "error": _error(chapter.error),
            "exercises": [exercise_told(result) for result in chapter.results],
        }
    )


def _unnumbered(chapter: ChapterResult) -> ChapterResult:
    """Without lines: those of a notebook's cells, joined, can be found by nobody."""

    def without(error: Error | None) -> Error | None:
        return error._replace(line=None) if error is not None else None

    results = [r._replace(line=None, error=without(r.error)) for r in chapter.results]
    return chapter._replace(results=tuple(results), error=without(chapter.error))


def exercise_told(result: Result) -> dict[str, Any]:
    """One exercise's part of the report."""
    named = result.misconception
    return _present(
        {
            "id": result.id,
            "name": result.name,
            "status": str(result.status),
            "line": result.line,
            "corpus": result.corpus,
            "supplied": list(result.supplied),
            "laws": [_law(law) for law in result.laws],
            "misconception": None
            if named is None
            else {"name": named.name, "says": named.says, "matched": named.matched, "of": named.of},
            "error": _error(result.error),
            "stdout": result.stdout or None,
        }
    )


def _law(law: LawResult) -> dict[str, Any]:
    return _present(
        {
            "claim": law.claim,
            "kind": law.kind,
            "status": law.status,
            "cases": law.cases,
            "counterexample": _counterexample(law.counterexample),
            "gradient": _gradient(law.gradient),
        }
    )


def _counterexample(shown: Counterexample | None) -> dict[str, Any] | None:
    if shown is None:
        return None
    return _present(
        {
            "case": shown.case,
            "call": _call(shown.calls[0]) if shown.calls else None,
            "inputs": {name: to_wire(value, None) for name, value in shown.inputs.items()},
            "expected": to_wire(shown.expected, None) if shown.compared else None,
            "got": to_wire(shown.got, None) if shown.compared else None,
            "message": shown.message,
        }
    )


def _call(call: Call) -> str:
    if call.steps:
        return "; ".join(statements(call.steps))
    return f"{call.name}({', '.join(map(pasteable, call.args))})"


def _gradient(report: GradientReport | None) -> dict[str, Any] | None:
    if report is None:
        return None
    told = {
        "entries": report.entries,
        "wrong": report.wrong,
        "skipped": report.skipped,
        "max_relative_error": number_to_wire(report.max_relative_error),
        "autopsy": report.autopsy,
    }
    return _present(told)


def _error(error: Error | None) -> dict[str, Any] | None:
    if error is None:
        return None
    return _present({"type": error.type, "message": error.message, "line": error.line})
