"""Whether the answer to a card is right: code by the chapter's own checks, a quiz by its answer."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from gdl_check.chapter_check import ChapterCheck, Settings
from gdl_check.course import Chapter, chapter_of_module
from gdl_check.course_files import solution_file
from gdl_check.drill import quizzes
from gdl_check.drill.blanking import has_a_blank
from gdl_check.drill.cards import Card
from gdl_check.drill.pages import helpers_of
from gdl_check.drill.quizzes import WIDTH
from gdl_check.render.errors import error_lines
from gdl_check.render.screen import opened_lines
from gdl_check.results import Result, Verdict
from gdl_check.source import CannotBeRead, ChapterFile
from gdl_check.stubs import stub_of

SHOWN = "your drill file"
NOWHERE = Path("no such folder")


class Mark(NamedTuple):
    """What became of an answer, and why, in lines at most 60 columns wide.

    `understood` is False where nothing was answered yet, or in a form that cannot be read: that
    is no mistake. `result` is the check's, where code was asked for.
    """

    right: bool
    says: str
    understood: bool = True
    result: Result | None = None


def judge(card: Card, turn: int, answer: str) -> Mark:
    """Mark an answer: the text of the drill file, or the line that was typed."""
    if card.kind != "write":
        right, says, understood = quizzes.marked(card, turn, answer)
        return Mark(right, says, understood)
    if has_a_blank(answer):
        return Mark(False, "The blank is still there: write your own in its place.", False)
    file = whole(card, answer)
    result = check(card, file)
    if result.status == Verdict.PASSED:
        return Mark(True, "Right: every check of the chapter holds.", result=result)
    if result.status == Verdict.NOT_STARTED:
        return Mark(False, f"There is no {card.name} yet: write it, then save.", False, result)
    return Mark(False, _says(result, file), result=result)


def check(card: Card, file: ChapterFile) -> Result:
    """The chapter's verdict on an exercise of this file; what it rests on is ours."""
    path = NOWHERE / card.chapter.file_name
    checks = {
        NOWHERE / chapter.file_name: ChapterCheck(
            chapter, NOWHERE / chapter.file_name, chapter.file_name, given=solution_file(chapter)
        )
        for chapter in _imported(card.chapter)
    }
    checked = ChapterCheck(card.chapter, path, SHOWN, Settings(), checks, given=file)
    try:
        return checked.result(card.name)
    finally:
        checked.close()


def whole(card: Card, answer: str) -> ChapterFile:
    """A drill file with what it needs of its chapter above it; lines count from its own first."""
    solution = solution_file(card.chapter)
    stub = stub_of(solution, set(card.chapter.exercises)).rstrip("\n")
    above = f"{stub}\n\n\n{helpers_of(solution, card.name)}".rstrip("\n") + "\n"
    given = [("what is given", i) for i in range(1, above.count("\n") + 1)]
    own = [("", i) for i in range(1, answer.count("\n") + 2)]
    return ChapterFile(SHOWN, above + answer, (*given, *own))


def _imported(chapter: Chapter) -> list[Chapter]:
    """The chapters that a chapter rests on, and those that these rest on."""
    found: dict[str, Chapter] = {}
    waiting = [chapter]
    while waiting:
        for module in sorted(solution_file(waiting.pop()).chapters):
            if module not in found:
                found[module] = chapter_of_module(module)
                waiting.append(found[module])
    return list(found.values())


def _says(result: Result, file: ChapterFile) -> str:
    """Why an answer is not right, as the screen of a check tells it."""
    try:
        file.tree  # noqa: B018
    except CannotBeRead as cannot:
        lines = list(error_lines(cannot.error, SHOWN, file.lines, WIDTH))[:-1]
    else:
        lines = list(opened_lines(result, SHOWN, file.lines, WIDTH, verbose=False))[2:]
    texts = ["".join(text for text, _ in line).rstrip() for line in lines]
    return "\n".join(texts).strip("\n")
