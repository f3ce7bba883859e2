"""What an author does: make the stubs, pass the gate, begin an exercise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gdl_check.course import Chapter
from gdl_check.course_files import solution_file
from gdl_check.places import course_folder
from gdl_check.source import read_chapter_file
from gdl_check.stubs import stub_of


class CannotBegin(Exception):
    """An exercise that cannot be begun; the message says why."""


def write_stubs(chapter: Chapter) -> Path:
    """Generate a chapter's stub file from its solution."""
    stub = stub_of(solution_file(chapter), set(chapter.exercises))
    path = course_folder("exercises") / chapter.file_name
    path.write_text(stub, encoding="utf-8", newline="\n")
    return path


def begin(chapter_stem: str, name: str) -> Iterator[Path]:
    """Put the beginnings of an exercise at the end of a chapter's solution and examination.

    `chapter_stem` is the name of its files, like "ch06_backpropagation". Raises CannotBegin.
    """
    if not name.isidentifier():
        raise CannotBegin(f"{name!r} cannot be the name of a function")
    solution = course_folder("solutions") / f"{chapter_stem}.py"
    examination = Path(__file__).parent / "chapters" / f"{chapter_stem}.py"
    if solution.exists() and name in read_chapter_file(solution, str(solution)).names:
        raise CannotBegin(f"{chapter_stem} has {name} already")
    for path, first, more in (
        (solution, SOLUTION_HEAD.format(number=int(chapter_stem[2:4])), SOLUTION),
        (examination, EXAMINATION_HEAD.format(number=int(chapter_stem[2:4])), EXAMINATION),
    ):
        text = path.read_text(encoding="utf-8") if path.exists() else first
        path.write_text(text + more.format(name=name), encoding="utf-8", newline="\n")
        yield path


SOLUTION_HEAD = '''"""Chapter {number}: title of the chapter.

What the chapter builds, and its conventions.
"""

import numpy as np
'''

SOLUTION = '''

def {name}(x):
    """What it is for, in one line.

    What it computes, in words and as a formula.

        x        (n,)
        returns  (n,)

    >>> {name}(np.array([1.0]))
    array([1.])

    Book: chapter, "section" (there: the book's own name).
    """
    return x.copy()
'''

EXAMINATION_HEAD = '''"""How chapter {number} is examined."""

import numpy as np

from gdl_check.expect import expect
from gdl_check.course import exercise
from gdl_check.inputs import Array
'''

EXAMINATION = """

# --- {name} ---

{name} = exercise(
    "{name}",
    inputs={{"x": Array(("n",))}},
    edges=[{{"x": [0.0]}}],
    hints=["A question.", "The idea, and the book's section.", "The shapes and the formula."],
)


@{name}.law("says one thing that is true of every right answer")
def says_one_thing(answer, x):
    expect(answer(x)).equals(x)


@{name}.misconception("what was returned instead", "The sentence that corrects it.")
def a_wrong_answer(x):
    return -x


@{name}.alternative
def written_in_a_loop(x):
    return [entry for entry in x]


@{name}.alternative
def written_otherwise(x):
    return np.array(x)
"""
