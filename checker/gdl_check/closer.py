"""Looks closer at the failure that is shown: makes it smaller, and keeps its case."""

from __future__ import annotations

from gdl_check import corpus as corpora
from gdl_check.chapter_check import ChapterCheck
from gdl_check.corpus import Case
from gdl_check.course import Exercise
from gdl_check.examine import holds_on
from gdl_check.judging import counterexample
from gdl_check.results import Result
from gdl_check.sandbox.client import Ended
from gdl_check.trial import Broken

SHRINKING_CALLS = 100


def look_closer(check: ChapterCheck, name: str) -> Result:
    """The result for an exercise with its first failure shrunk, and kept to be replayed."""
    result, found = check.result(name), check.examinations.get(name)
    opened = found.opened if found else None
    if found is None or opened is None or result.opened is None:
        return result
    # A gradient says more on a case with something in it than on the smallest one.
    shrinkable = opened.status == "failed" and opened.gradient is None
    shrinkable = shrinkable and not opened.case.edge and not check.settings.case
    exercise = check.chapter.exercises[name]
    smaller = _shrunk(check, exercise, result.opened.claim, opened) if shrinkable else None
    shown = counterexample(smaller or opened)
    if smaller is not None and smaller.case.is_bare and not opened.case.is_bare:
        shown = shown._replace(first_found=counterexample(opened))
    for broken in (opened, *([smaller] if smaller else [])):
        corpora.keep_case(result.id, broken.case)
    law = result.opened._replace(
        counterexample=shown, gradient=smaller.gradient if smaller else opened.gradient
    )
    laws = tuple(law if other is result.opened else other for other in result.laws)
    check.results[name] = result._replace(laws=laws)
    return check.results[name]


def _shrunk(check: ChapterCheck, exercise: Exercise, claim: str, opened: Broken) -> Broken | None:
    reference = check.chapter.reference(exercise.name)
    known: dict[str, Broken | None] = {opened.case.id: opened}
    left = SHRINKING_CALLS
    runner = check.start(check.files[exercise.name])

    def fails(case: Case) -> bool:
        nonlocal left
        if case.is_empty and not opened.case.is_empty:
            return False  # small, but it shows little
        if case.id not in known:
            if left == 0:
                return False
            left -= 1
            known[case.id] = holds_on(exercise, claim, case, reference, runner)
        found = known[case.id]
        return found is not None and found.status == "failed"

    try:
        file_name, settings = check.chapter.file_name, check.settings
        smallest = corpora.shrink(exercise, file_name, settings.seed, settings.effort, fails)
    except Ended:
        return None
    finally:
        runner.close()
    if smallest is None or smallest.size >= opened.case.size:
        return None
    return known[smallest.id]
