"""Brings new stubs into a workspace without touching what was written: three ways, per function.

What is to become of a file is decided in `merge`; here it is planned for all of them, and written.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gdl_check import state
from gdl_check.course import Chapter, all_chapters
from gdl_check.course_files import delivered
from gdl_check.edits import edited
from gdl_check.lessons import heading, notebook_of
from gdl_check.merge import Change, merge
from gdl_check.pieces import plain
from gdl_check.places import chapter_path, is_notebook
from gdl_check.source import CannotBeRead, ChapterFile, read_chapter_file
from gdl_check.workspace import backup, base_folder, line_ends, write


@dataclass(frozen=True)
class Plan:
    """What an update does: the changes in words, and the text that each file gets."""

    changes: tuple[Change, ...]
    texts: dict[Path, str]

    @property
    def is_empty(self) -> bool:
        return not self.texts


def plan(workspace: Path) -> Plan:
    """What bringing this workspace up to date comes to; nothing is written."""
    changes: list[Change] = []
    texts: dict[Path, str] = {}
    for chapter in all_chapters():
        base = base_folder(workspace) / chapter.file_name
        mine = chapter_path(workspace / "exercises", chapter.file_name)
        new = delivered(chapter)
        if base.exists() and plain(base.read_text(encoding="utf-8")) == plain(new.text):
            continue
        if not mine.exists():
            changes.append(Change(mine.name, "", "added", "a chapter that was not there"))
            texts[mine] = notebook_of(chapter, new) if is_notebook(mine) else new.text
        else:
            text, told = _merged(chapter, mine, base, new)
            changes += told
            if text is not None:
                texts[mine] = text
            if any(change.what == "stuck" for change in told):
                continue
        texts[base] = new.text
    return Plan(tuple(changes), texts)


def _merged(
    chapter: Chapter, mine: Path, base: Path, new: ChapterFile
) -> tuple[str | None, list[Change]]:
    """The text that a learner's file gets, if it gets another one, and what is done to it."""
    file = None
    try:
        file = read_chapter_file(mine, mine.name)
        old = read_chapter_file(base, base.name) if base.exists() else new
        edits, changes = merge(file, old, new)
    except CannotBeRead as error:
        return None, [Change(mine.name, "", "stuck", _why_stuck(error, file))]
    if file.cells:
        edits.words = {heading(chapter, old): heading(chapter, new)}
    text = edited(mine, chapter, file, edits)
    if text is not None and not changes:
        changes.append(Change(mine.name, "", "replaced", "what stands around the exercises"))
    return text, changes


def _why_stuck(error: CannotBeRead, file: ChapterFile | None) -> str:
    line = error.error.line
    if not line:
        return f"{error}; then update again"
    place = file.lines.place(line) if file else f"line {line}"
    return f"it cannot be read ({error} in {place}): mend it and update again"


def carry_out(workspace: Path, planned: Plan) -> Path:
    """Write what was planned; the folder that keeps what was there before. Raises OSError."""
    aside = backup(workspace, planned.texts, "update")
    for path, text in planned.texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, text, line_ends(path) if path.exists() else "\n")
    state.append(state.state_file(workspace), [state.Event("update")])
    return aside
