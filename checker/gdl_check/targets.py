"""What the words after `gdl-check` name: chapters, exercises, files, lines of files."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from gdl_check.course import Chapter, chapter_modules, load_chapter
from gdl_check.places import chapter_path, course_folder, find_workspace, is_notebook
from gdl_check.source import CannotBeRead, ChapterFile, read_chapter_file, span


class NotUnderstood(Exception):
    """A target that names nothing; the message is one sentence that says what to do."""


class Target(NamedTuple):
    """Some exercises of a chapter, and the file to look for them in."""

    chapter: Chapter
    path: Path
    names: tuple[str, ...]


class Desk(NamedTuple):
    """Where the learner works: the folder with the chapter files, or our solutions."""

    folder: Path

    def path(self, chapter: Chapter) -> Path:
        return chapter_path(self.folder, chapter.file_name)


def find_desk(workspace: Path | None, reference: bool) -> Desk:
    """The folder to check. Raises NotUnderstood where there is no workspace."""
    if reference:
        return Desk(course_folder("solutions"))
    if workspace is not None and not workspace.is_dir():
        raise NotUnderstood(f"{workspace} is not a folder: --workspace takes a learner's folder")
    found = workspace or find_workspace(Path.cwd())
    if found is None:
        raise NotUnderstood(
            "there is no workspace here: make one with gdl-check init, or name yours with "
            "--workspace DIR (or check the solutions with --reference)"
        )
    return Desk(found / "exercises" if (found / "exercises").is_dir() else found)


def resolve(words: Sequence[str], desk: Desk) -> list[Target]:
    """What the words name, chapter by chapter. Raises NotUnderstood."""
    wanted: dict[tuple[str, Path], list[str]] = {}
    for word in words:
        for target in _resolve_one(word, desk):
            names = wanted.setdefault((target.chapter.id, target.path), [])
            names += [name for name in target.names if name not in names]
    return [
        Target(load_chapter(chapter), path, tuple(sorted(names, key=_order(chapter))))
        for (chapter, path), names in wanted.items()
    ]


def current(desk: Desk) -> Target:
    """The chapter being worked on: the file that was edited last; before that, the first one."""
    chapters = [load_chapter(chapter) for chapter in chapter_modules()]
    found = [chapter for chapter in chapters if desk.path(chapter).is_file()]
    if not found:
        raise NotUnderstood(f"there are no chapter files in {desk.folder}")
    latest_first = sorted(found, key=lambda c: desk.path(c).stat().st_mtime, reverse=True)
    edited = (chapter for chapter in latest_first if _is_edited(desk.path(chapter), chapter))
    latest = next(edited, found[0])
    return Target(latest, desk.path(latest), tuple(latest.exercises))


def _is_edited(path: Path, chapter: Chapter) -> bool:
    delivered = course_folder("exercises") / chapter.file_name
    try:
        if is_notebook(path):
            from gdl_check.lessons import notebook_of

            return path.read_bytes() != notebook_of(chapter).encode()
        return path.read_bytes() != delivered.read_bytes() or path.samefile(delivered)
    except OSError:
        return True


def _order(chapter_id: str) -> Callable[[str], int]:
    names = list(load_chapter(chapter_id).exercises)
    return names.index


def _resolve_one(word: str, desk: Desk) -> list[Target]:
    if word == "all":
        return [_whole(load_chapter(chapter), desk) for chapter in chapter_modules()]
    if re.fullmatch(r".*\.(py|ipynb)(:\d+)*", word, re.IGNORECASE) or "/" in word or "\\" in word:
        return [_file(word, desk)]
    chapter_id, _, name = word.partition(".")
    if chapter_id not in chapter_modules():
        raise NotUnderstood(_unknown(word))
    chapter = load_chapter(chapter_id)
    if not name:
        return [_whole(chapter, desk)]
    if name not in chapter.exercises:
        raise NotUnderstood(_unknown(word, chapter))
    return [Target(chapter, desk.path(chapter), (name,))]


def _whole(chapter: Chapter, desk: Desk) -> Target:
    return Target(chapter, desk.path(chapter), tuple(chapter.exercises))


def _file(word: str, desk: Desk) -> Target:
    """A chapter file, or the exercise that a line of it belongs to."""
    name, line = re.fullmatch(r"(.*?)(?::(\d+))?(?::\d+)?", word).groups()  # type: ignore[union-attr]
    path = Path(name)
    if path.is_dir():
        raise NotUnderstood(f"{name} is a folder: name a chapter file in it")
    known = re.match(r"ch\d\d", path.name.lower())
    if known is None or known[0] not in chapter_modules():
        raise NotUnderstood(
            f"{name} is no chapter file: its name must begin with a chapter, like ch06"
        )
    chapter = load_chapter(known[0])
    if not path.exists() and (desk.folder / path.name).exists():
        path = desk.folder / path.name
    if not path.exists():
        meant = desk.path(chapter)
        near = f": did you mean {shown_path(meant)}?" if meant.exists() else ""
        raise NotUnderstood(f"there is no file {name}{near}")
    if not line:
        return Target(chapter, path, tuple(chapter.exercises))
    try:
        file = read_chapter_file(path, name)
        if file.cells:
            return Target(chapter, path, tuple(_in_cell(chapter, file, int(line), name)))
        nodes = {n: file.definitions.get(n) or file.names.get(n) for n in chapter.exercises}
    except CannotBeRead:
        # Nothing in it can be checked: let that be said where it is said of the whole file.
        return Target(chapter, path, tuple(chapter.exercises))
    spans = {n: span(node) for n, node in nodes.items() if node}
    inside = [n for n, (first, last) in spans.items() if first <= int(line) <= last]
    if not inside:
        raise NotUnderstood(f"no exercise stands in line {line} of {name}")
    return Target(chapter, path, tuple(inside))


def _in_cell(chapter: Chapter, file: ChapterFile, cell: int, shown: str) -> list[str]:
    """The exercises in one cell of a notebook."""
    nodes = file.definitions
    found = [
        name
        for name in chapter.exercises
        if name in nodes and file.cells[nodes[name].lineno - 1][0] == f"cell {cell}"
    ]
    if not found:
        raise NotUnderstood(f"no exercise stands in cell {cell} of {shown}")
    return found


def shown_path(path: Path) -> str:
    """A path as people write it: from here where it lies below, else whole."""
    with contextlib.suppress(ValueError):
        return str(path.resolve().relative_to(Path.cwd()))
    return str(path)


def _unknown(word: str, chapter: Chapter | None = None) -> str:
    """One sentence on a word that names nothing, with what may have been meant."""
    chapters, name = list(chapter_modules()), word.rpartition(".")[2]
    if chapter is not None:
        what = f"{chapter.id} has no exercise {name!r}"
        known = [chapter.exercise_id(n) for n in chapter.exercises]
        near = [chapter.exercise_id(n) for n in _close(name, chapter.exercises, 0.6)]
    else:
        what, known = f"there is no chapter {word.partition('.')[0]!r}", ["all", *chapters]
        number = re.search(r"\d+", word)
        counted = [f"ch{int(number[0]):02}"] if number else []
        near = [c for c in counted if c in known] or _close(word.lower(), known, 0.5)
        near = near or [
            load_chapter(c).exercise_id(n)
            for c in chapters
            for n in _close(name, load_chapter(c).exercises, 0.6)
        ]
    return f"{what}: did you mean {near[0]}?" if near else f"{what}: there are {', '.join(known)}"


def _close(word: str, known: Iterable[str], cutoff: float) -> list[str]:
    import difflib

    return difflib.get_close_matches(word, known, 1, cutoff)
