"""A learner's folder: made, and put back where something in it went wrong.

exercises/      the files to write in
.gdl/base/      the stubs as they were delivered, which an update is worked out from
.gdl/backups/   what was replaced, by time
.gdl/state.jsonl
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from gdl_check import state
from gdl_check.course import Chapter, all_chapters
from gdl_check.course_files import delivered
from gdl_check.edits import Edit, Edits, edited
from gdl_check.lessons import notebook_of
from gdl_check.pieces import pieces
from gdl_check.places import chapter_path, course_folder, is_notebook
from gdl_check.source import CannotBeRead, read_chapter_file, span

DEFAULT_NAME = "grokking-dl"
README = """\
# Grokking Deep Learning, written by yourself

The files in `exercises/` hold one function after the other, waiting to be written. Each says what
it should do. Write one, save the file, and ask whether it is right:

    gdl-check                   check what you are working on
    gdl-check watch             check it at every save
    gdl-check show ch06.relu    what is asked, and a few inputs with their results
    gdl-check hint              one step further, when you are stuck
    gdl-check list              how far you have come

`.gdl/` remembers your progress. Keep it together with the exercises, in git if you like.
"""
IN_NOTEBOOKS = """
The chapters are notebooks: they need `pip install "gdl-check[notebook]"`. Run `check(relu)` in a
cell, or put `%%check` above a function. The commands above read the notebooks as you saved them.
"""


class NotPossible(Exception):
    """Something that cannot be done to a workspace; the message is one sentence that says why."""


def create(folder: Path, notebook: bool = False) -> Path:
    """Make a workspace in a folder that is empty or not there yet. Raises NotPossible.

    With `notebook` the chapters are Jupyter notebooks instead of files of Python.
    """
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise NotPossible(
                f"{folder} has other things in it: name a new folder, "
                f"like gdl-check init {DEFAULT_NAME}"
            )
        for inside in (base_folder(folder), *([] if notebook else [folder / "exercises"])):
            shutil.copytree(course_folder("exercises"), inside, ignore=_not_chapters)
        if notebook:
            (folder / "exercises").mkdir()
            for chapter in all_chapters():
                path = (folder / "exercises" / chapter.file_name).with_suffix(".ipynb")
                path.write_text(notebook_of(chapter), encoding="utf-8", newline="\n")
        readme = README + IN_NOTEBOOKS if notebook else README
        (folder / "README.md").write_text(readme, encoding="utf-8", newline="\n")
        state.append(state.state_file(folder), [state.Event("init")])
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise NotPossible(f"no workspace can be made in {folder}: {reason}") from None
    return folder


def _not_chapters(_: str, names: Iterable[str]) -> set[str]:
    return {name for name in names if not (name.startswith("ch") and name.endswith(".py"))}


def base_folder(workspace: Path) -> Path:
    """Where the stubs are kept as they were delivered."""
    return workspace / ".gdl" / "base"


def backup(workspace: Path, paths: Iterable[Path], verb: str) -> Path:
    """Copy files of the workspace aside before a verb changes them; the folder of the copies."""
    stamp = datetime.now().strftime("%Y-%m-%d_%H-%M-%S-%f")
    aside = workspace / ".gdl" / "backups" / f"{stamp}_{verb}"
    for path in paths:
        if path.exists():
            copy = aside / path.relative_to(workspace)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, copy)
    return aside


def backups(workspace: Path) -> list[Path]:
    """The folders of what was replaced, the oldest first."""
    folder = workspace / ".gdl" / "backups"
    return sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def undo(workspace: Path, verb: str) -> list[Path]:
    """Put back what a verb replaced last; the files that were put back. Raises NotPossible.

    What stands there now is exchanged with it, so that an undo can be undone.
    """
    found = backups(workspace)
    mine = next((folder for folder in reversed(found) if _verb_of(folder) in (verb, "")), None)
    if mine is None:
        raise NotPossible(f"there is nothing to undo: no {verb} has replaced anything")
    copies = _files(mine)
    places = [workspace / copy.relative_to(mine) for copy in copies]
    for later in found[found.index(mine) + 1 :]:
        if any(workspace / copy.relative_to(later) in places for copy in _files(later)):
            other = _verb_of(later)
            raise NotPossible(
                f"the same files were changed by gdl-check {other} since: take that back first, "
                f"with gdl-check {other} --undo"
            )
    aside = backup(workspace, places, verb)
    for copy, place in zip(copies, places):
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(copy, place)
    shutil.rmtree(mine)
    if not aside.exists():
        aside.mkdir(parents=True)
    return places


def _verb_of(folder: Path) -> str:
    """The verb that made a backup; earlier versions of ours did not say it."""
    return folder.name.partition("_")[2].partition("_")[2]


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def reset(workspace: Path, chapter: Chapter, names: Iterable[str]) -> Path:
    """Put the stubs of some exercises back; the folder that keeps what was there.

    Raises NotPossible where the learner's file cannot be taken apart.
    """
    path, names = chapter_path(workspace / "exercises", chapter.file_name), list(names)
    stub = delivered(chapter)

    def afresh() -> Path:
        aside = backup(workspace, [path], "reset")
        write(path, notebook_of(chapter) if is_notebook(path) else stub.text, "\n")
        return aside

    if not path.exists():
        return afresh()
    try:
        file = read_chapter_file(path, str(path))
        spans = {
            name: span(node) if (node := file.definitions.get(name)) else None for name in names
        }
    except CannotBeRead as error:
        if set(names) == set(chapter.exercises):
            return afresh()
        fault = f"line {error.error.line}" if error.error.line else "it"
        raise NotPossible(
            f"{path.name} cannot be taken apart ({error}): mend {fault} first, or reset the "
            f"whole file with gdl-check reset {chapter.id}"
        ) from None
    aside = backup(workspace, [path], "reset")
    stubs = pieces(stub)
    edits = Edits([Edit(*at, stubs[name].text) for name, at in spans.items() if at is not None])
    lost = [stubs[name] for name, at in spans.items() if at is None]
    edits.added = [(len(file.text.rstrip().split("\n")), lost)] if lost else []
    text = edited(path, chapter, file, edits)
    if text is not None:
        write(path, text, line_ends(path))
    return aside


def line_ends(path: Path) -> str:
    """How the lines of a file end: it is written back as it was found."""
    return "\r\n" if b"\r\n" in path.read_bytes() else "\n"


def write(path: Path, text: str, ends: str) -> None:
    """Write a chapter file whole or not at all."""
    unfinished = path.with_name(path.name + ".new")
    unfinished.write_text(text, encoding="utf-8", newline=ends)
    unfinished.replace(path)
