"""Classes for tests: submissions made of right and wrong answers, with what is true of each.

A submission is a chapter's file with an answer in the place of every stub: the reference, a right
answer written differently, a misconception, a mutant, or nothing yet.
"""

from __future__ import annotations

import ast
import builtins
import copy
import inspect
import random
import textwrap
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gdl_check.corpus import corpus_for
from gdl_check.course import Chapter, load_chapter
from gdl_check.course_files import delivered, solution_file
from gdl_check.sandbox.wire import Seed
from gdl_check.source import span
from mutants import mutants_of
from test_mutants import EQUIVALENT

CHAPTER = "ch06"


class Written(NamedTuple):
    """One answer as text, what is true of it, and the misconception it is, if it is one."""

    source: str
    right: bool
    misconception: str = ""


class Learner(NamedTuple):
    """Somebody in the class: their file, and by exercise id whether it is right."""

    key: str
    text: str
    truth: dict[str, bool]
    misconceptions: dict[str, str]


def learners(count: int, chapter_id: str = CHAPTER, seed: int = 0) -> Iterator[Learner]:
    """A class: some have finished, most are half way, some have hardly begun."""
    chapter, rng = load_chapter(chapter_id), random.Random(seed)
    for number in range(count):
        skill, begun = rng.random(), rng.choice((1.0, 1.0, 0.8, 0.5, 0.2))
        chosen: dict[str, Written] = {}
        for name in chapter.exercises:
            if rng.random() > begun:
                continue
            right = rng.random() < 0.3 + 0.7 * skill
            known = [written for written in answers(chapter_id, name) if written.right == right]
            chosen[name] = rng.choice(known)
        ids = {name: chapter.exercise_id(name) for name in chapter.exercises}
        yield Learner(
            f"learner{number:04}",
            file_with(chapter, {name: written.source for name, written in chosen.items()}),
            {ids[name]: name in chosen and chosen[name].right for name in ids},
            {ids[name]: w.misconception for name, w in chosen.items() if w.misconception},
        )


def write_class(folder: Path, members: Iterator[Learner], chapter_id: str = CHAPTER) -> None:
    """A folder a learner, as they hand it in."""
    for learner in members:
        (folder / learner.key).mkdir(parents=True)
        path = folder / learner.key / load_chapter(chapter_id).file_name
        path.write_text(learner.text, encoding="utf-8")


def file_with(chapter: Chapter, written: dict[str, str]) -> str:
    """The chapter's stubs with these definitions in their places."""
    stub = delivered(chapter)
    lines = list(stub.lines)
    for name, node in sorted(stub.definitions.items(), key=lambda d: -d[1].lineno):
        if name in written:
            first, last = span(node)
            lines[first - 1 : last] = written[name].split("\n")
    return "\n".join(lines)


@cache
def answers(chapter_id: str, name: str) -> tuple[Written, ...]:
    """Right and wrong answers to an exercise that can stand in a chapter's file by themselves."""
    chapter = load_chapter(chapter_id)
    exercise, solution = chapter.exercises[name], solution_file(chapter)
    found = [Written(ast.unparse(solution.definitions[name]), True)]
    for alternative in exercise.alternatives:
        found += [Written(text, True) for text in _standing_alone(chapter, name, alternative)]
    for wrong in exercise.misconceptions:
        found += [
            Written(text, False, wrong.name) for text in _standing_alone(chapter, name, wrong)
        ]
    mutants = [m for m in mutants_of(chapter, name) if m.id not in EQUIVALENT]
    found += [Written(m.source, False) for m in mutants[:: max(1, len(mutants) // 6)]]
    return tuple(written for written in found if _is_as_it_says(chapter, name, written))


def _is_as_it_says(chapter: Chapter, name: str, written: Written) -> bool:
    """Whether a right answer returns just what the reference does, and a wrong one does not.

    One that only changes its arguments costs nobody a point; and who returns lists where others
    of their functions count on arrays has a right answer that breaks the next one.
    """
    names = dict(vars(chapter.solution))
    exec(compile(written.source, name, "exec"), names)
    cases = corpus_for(chapter.exercises[name], chapter.file_name, 0, "normal").cases
    kept = [
        _result(names[name], case.inputs) == _result(chapter.reference(name), case.inputs)
        for case in cases
    ]
    return all(kept) if written.right else not all(kept)


def _result(answer: Callable[..., Any], inputs: Mapping[str, Any]) -> Any:
    arguments = copy.deepcopy(list(inputs.values()))
    arguments = [a.generator() if isinstance(a, Seed) else a for a in arguments]
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _plain(answer(*arguments))
    except Exception as error:
        return type(error).__name__


def _plain(value: Any) -> Any:
    """What can be compared with ==, rounded; the kinds of containers count."""
    if isinstance(value, (tuple, list, Iterator)):
        return type(value).__name__, [_plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return "array", value.shape, [_plain(number) for number in value.ravel().tolist()]
    if isinstance(value, (bool, int, float, np.generic)):
        return repr(round(float(value), 8) + 0.0)
    return value


def _standing_alone(chapter: Chapter, name: str, declared: Any) -> Iterator[str]:
    """A declared answer as text, under the exercise's name, where it needs no other names."""
    answer: Callable[..., Any] = declared.answer
    node = ast.parse(textwrap.dedent(inspect.getsource(answer))).body[0]
    if not isinstance(node, ast.FunctionDef):
        return
    node.decorator_list, node.name = [], name
    used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    bound = {
        n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    bound |= {a.arg for a in ast.walk(node) if isinstance(a, ast.arg)}
    bound |= {n.name for n in ast.walk(node) if isinstance(n, ast.FunctionDef)}
    there = {*vars(builtins), "np", *solution_file(chapter).names, *bound}
    # Of the other exercises of the chapter it would get a learner's, not ours.
    if used <= there and not (used - bound) & (chapter.exercises.keys() - {name}):
        yield ast.unparse(node)
