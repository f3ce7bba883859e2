"""The quiz on mistakes: a misconception's code beside an input on which it fails.

Which line is it, and why? The lines are those that differ from the reference's, both written out
from their syntax trees, so that style makes no difference.
"""

from __future__ import annotations

import ast
import builtins
import difflib
import inspect
import textwrap
import warnings
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from gdl_check.corpus import Case, edge_case
from gdl_check.course import Chapter, Misconception
from gdl_check.course_files import solution_file
from gdl_check.diagnose import same_outcome
from gdl_check.drill.draws import rng_for, small_cases
from gdl_check.drill.typed import letter, line_and_letter
from gdl_check.local import LocalRunner, outcome_of
from gdl_check.render.values import broken, call_lines, pasteable, wrap
from gdl_check.sandbox.programs import Outcome
from gdl_check.source import without_docstring

MOST_LINES = 2
TRIES = 60
MOST_NUMBERS, LONGEST_CALL = 60, 480  # the latter in characters
LETTERS = "abcd"
AS_IT_IS: Any = {"drop_whitespace": False, "break_on_hyphens": False}
KNOWN = set(vars(builtins))


class Bug(NamedTuple):
    """A misconception's code, and the lines of it that are wrong, counted from 1.

    Where the body is one statement there are none: which line it is needs no asking.
    """

    misconception: Misconception
    code: tuple[str, ...]
    lines: tuple[int, ...]


class Failing(NamedTuple):
    """The smallest input found on which a misconception fails, with what should come and does."""

    inputs: Mapping[str, Any]
    expected: Outcome
    got: Outcome


class Question(NamedTuple):
    """A bug, where it shows, and the reasons to choose from with the letter of the right one."""

    bug: Bug
    failing: Failing
    reasons: tuple[str, ...]
    letter: str


def question(chapter: Chapter, name: str, turn: int) -> Question | None:
    """The bug whose turn it is; None where an exercise has none that can be asked for."""
    bugs = bugs_of(chapter, name)
    if not bugs:
        return None
    exercise_id = chapter.exercise_id(name)
    order = rng_for(exercise_id, "bug").permutation(len(bugs))
    bug = bugs[order[turn % len(bugs)]]
    failing = failing_on(chapter, name, bug.misconception)
    assert failing is not None
    rng = rng_for(exercise_id, "bug", turn)
    reasons = [bug.misconception.says, *_others(chapter, name, bug.misconception, rng)]
    shuffled = [reasons[i] for i in rng.permutation(len(reasons))]
    return Question(bug, failing, tuple(shuffled), LETTERS[shuffled.index(reasons[0])])


@cache
def bugs_of(chapter: Chapter, name: str) -> tuple[Bug, ...]:
    """The misconceptions that can be told by a line or two, and that fail on a small input."""
    return tuple(_bugs_of(chapter, name))


def has_bugs(chapter: Chapter, name: str) -> bool:
    """Whether there is one at least, without looking for the others."""
    return next(_bugs_of(chapter, name), None) is not None


def _bugs_of(chapter: Chapter, name: str) -> Iterator[Bug]:
    exercise = chapter.exercises[name]
    if exercise.use is not None or inspect.isclass(chapter.reference(name)):
        return
    known = KNOWN | set(solution_file(chapter).names)
    reference = _plain(inspect.getsource(chapter.reference(name)), name)
    for misconception in exercise.misconceptions:
        bug = bug_of(misconception, reference, known)
        if bug is not None and failing_on(chapter, name, misconception) is not None:
            yield bug


def bug_of(misconception: Misconception, reference: ast.FunctionDef, known: set[str]) -> Bug | None:
    """A misconception as code that stands by itself; None where it differs in too many lines."""
    node = _plain(inspect.getsource(misconception.answer), reference.name)
    if not _mentioned(node) <= known:
        return None
    wrong, right = (tuple(ast.unparse(n).split("\n")) for n in (node, reference))
    if wrong[0] != right[0]:
        return None
    if len(wrong) == 2:
        return Bug(misconception, wrong, ())
    lines = _differing(right, wrong)
    return Bug(misconception, wrong, lines) if 1 <= len(lines) <= MOST_LINES else None


def _plain(source: str, name: str) -> ast.FunctionDef:
    """A function by the exercise's name, without decorators, docstring and comments."""
    (node,) = ast.parse(textwrap.dedent(source)).body
    assert isinstance(node, ast.FunctionDef)
    node.name, node.decorator_list, node.body = name, [], without_docstring(node)
    return node


def _mentioned(node: ast.FunctionDef) -> set[str]:
    """The names that a function takes from around it."""
    names = [part for part in ast.walk(node) if isinstance(part, ast.Name)]
    arguments = {part.arg for part in ast.walk(node) if isinstance(part, ast.arg)}
    inner = {part.name for part in ast.walk(node) if isinstance(part, ast.FunctionDef)}
    bound = {part.id for part in names if isinstance(part.ctx, ast.Store)}
    return {part.id for part in names} - bound - arguments - inner


def _differing(right: tuple[str, ...], wrong: tuple[str, ...]) -> tuple[int, ...]:
    """The lines of the wrong code that differ; where one is missing, those around the gap."""
    found: set[int] = set()
    for kind, _, _, first, last in difflib.SequenceMatcher(
        None, right, wrong, autojunk=False
    ).get_opcodes():
        if kind == "delete":
            found |= {i for i in (first, first + 1) if 2 <= i <= len(wrong)}
        elif kind != "equal":
            found |= set(range(first + 1, last + 1))
    return tuple(sorted(found))


@cache
def failing_on(chapter: Chapter, name: str, misconception: Misconception) -> Failing | None:
    """The smallest of some inputs on which a misconception fails; None where none is small."""
    exercise = chapter.exercises[name]
    ours = LocalRunner(name, chapter.reference(name))
    theirs = LocalRunner(name, misconception.answer)
    for case in _cases(chapter, name):
        args = tuple(case.inputs.values())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected, got = (outcome_of(exercise, runner, args) for runner in (ours, theirs))
        if not same_outcome(expected, got):
            return Failing(case.inputs, expected, got)
    return None


@cache
def _cases(chapter: Chapter, name: str) -> tuple[Case, ...]:
    """Inputs to look for a failure on, smallest first."""
    exercise = chapter.exercises[name]
    rng = rng_for(chapter.exercise_id(name), "bug")
    cases = [edge_case(exercise, edge) for edge in exercise.edges]
    cases += [Case(inputs) for inputs in small_cases(exercise, rng, TRIES)]
    return tuple(case for case in sorted(cases, key=lambda c: c.size) if _can_be_shown(case))


def _can_be_shown(case: Case) -> bool:
    args = tuple(case.inputs.values())
    return case.size[0] <= MOST_NUMBERS and len(pasteable(args)) <= LONGEST_CALL


def _others(chapter: Chapter, name: str, right: Misconception, rng: Any) -> list[str]:
    """Three sentences of other misconceptions: the exercise's own first, then the chapter's."""
    found: dict[str, None] = {}
    own = chapter.exercises[name]
    elsewhere = [e for e in chapter.exercises.values() if e is not own]
    for exercises in ([own], elsewhere):
        told = [m.says for exercise in exercises for m in exercise.misconceptions]
        found |= dict.fromkeys(told[i] for i in rng.permutation(len(told)))
    return [says for says in found if says != right.says][: len(LETTERS) - 1]


def prompt_lines(question: Question, name: str, width: int) -> list[str]:
    """The code, the input with what should come and does, and the reasons to choose from."""
    bug, failing = question.bug, question.failing
    lines = []
    for number, line in enumerate(bug.code, 1):
        margin = len(line) - len(line.lstrip())
        room = width - 4 - margin
        parts = broken(line.strip(), room)
        first, *more = [cut for part in parts for cut in textwrap.wrap(part, room, **AS_IT_IS)]
        lines += [f"{number:2}  {' ' * margin}{first}"]
        lines += [f"    {' ' * margin}{part}" for part in more]
    lines += ["", *("  " + line for line in call_lines(name, failing.inputs, width - 2)), ""]
    lines += _labelled("should be", told(failing.expected, failing.inputs), width)
    lines += _labelled("gives", told(failing.got, failing.inputs), width)
    lines += ["", "Which line is it, and why?" if bug.lines else "Why?"]
    for mark, says in zip(LETTERS, question.reasons):
        first, *more = wrap(says, width - 5)
        lines += [f"  {mark}  {first}", *("     " + part for part in more)]
    return lines


def told(outcome: Outcome, inputs: Mapping[str, Any]) -> str:
    """What a call came to, in words."""
    if outcome.raised is not None:
        return outcome.raised.sentence
    changed = [list(inputs)[i] for i in outcome.changed]
    more = f", and {' and '.join(changed)} changed" if changed else ""
    return pasteable(outcome.value) + more


def _labelled(label: str, text: str, width: int) -> list[str]:
    first, *more = wrap(text, width - 12) or [""]
    return [f"{label:>10}  {first}", *(" " * 12 + part for part in more)]


def marked(question: Question, text: str) -> tuple[bool, str]:
    """Whether line and reason are right. Raises CannotRead."""
    lines = question.bug.lines
    line, chosen = line_and_letter(text) if lines else (0, letter(text))
    line_is_right, reason_is_right = line in lines or not lines, chosen == question.letter
    if line_is_right and reason_is_right:
        return True, f"Right. {question.bug.misconception.says}"
    if line_is_right:
        return False, "The line is right, the reason is another." if lines else "It is another one."
    if reason_is_right:
        return False, "The reason is right, the line is another."
    return False, "It is another line, and another reason."


def reason(question: Question) -> str:
    """The line and the reason."""
    where = " or ".join(map(str, question.bug.lines))
    says = question.bug.misconception.says
    return f"Line {where}, {question.letter}: {says}" if where else f"{question.letter}: {says}"
