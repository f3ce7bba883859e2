"""What the words after `gdl-check` name: chapters, exercises, files, lines of files."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from gdl_check.course import Chapter, chapter_modules, load_chapter
from gdl_check.names import chapters_with, closest, meant_by
from gdl_check.places import chapter_path, course_folder, find_workspace, is_notebook
from gdl_check.source import CannotBeRead, ChapterFile, read_chapter_file, span

MOST_LISTED = 6


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

    @property
    def workspace(self) -> Path | None:
        """The workspace that the files belong to; a checkout keeps no progress."""
        folder = self.folder.parent if self.folder.name == "exercises" else self.folder
        return folder if (folder / ".gdl").is_dir() else None


def find_desk(workspace: Path | None, reference: bool, words: Sequence[str] = ()) -> Desk:
    """The folder to check: a workspace, or else where the first file lies that the words name.

    Raises NotUnderstood where there is neither.
    """
    if reference:
        return Desk(course_folder("solutions"))
    if workspace is not None and not workspace.is_dir():
        raise NotUnderstood(f"{workspace} is not a folder: --workspace takes a learner's folder")
    found = workspace or find_workspace(Path.cwd())
    named = next((path for path in map(_path, words) if path.is_file()), None)
    if found is None and named is not None:
        return Desk(named.parent)
    if found is None:
        raise NotUnderstood(
            "there is no workspace here: make one with gdl-check init, or name yours with "
            "--workspace DIR (or check the solutions with --reference)"
        )
    return Desk(found / "exercises" if (found / "exercises").is_dir() else found)


def resolve(words: Sequence[str], desk: Desk) -> list[Target]:
    """What the words name, chapter by chapter. Raises NotUnderstood.

    Behind a chapter stand names of exercises in it: `ch06 relu forward` is two exercises.
    """
    found: list[Target] = []
    chapter = ""  # the one that was named last
    is_whole = False  # whether it was named alone, so far
    for word in words:
        if _is_name(word):
            target = _named(word, chapter, desk)
            if is_whole and target.chapter.id == chapter:
                found.pop()
            is_whole = is_whole and target.chapter.id != chapter
            found.append(target)
        else:
            found += _resolve_one(word, desk)
            chapter, is_whole = found[-1].chapter.id, word in chapter_modules()
    wanted: dict[tuple[str, Path], list[str]] = {}
    for target in found:
        names = wanted.setdefault((target.chapter.id, target.path), [])
        names += [name for name in target.names if name not in names]
    return [
        Target(load_chapter(chapter), path, tuple(sorted(names, key=_order(chapter))))
        for (chapter, path), names in wanted.items()
    ]


def _is_name(word: str) -> bool:
    """Whether a word is an exercise's name without its chapter, as far as its looks go."""
    looks_like_a_chapter = re.fullmatch(r"(ch|chapter)?_?\d+", word, re.IGNORECASE)
    return word.isidentifier() and word != "all" and not looks_like_a_chapter


def _named(name: str, before: str, desk: Desk) -> Target:
    """The exercise of this name: the only one, or that of the chapter `before` it."""
    chapters = {chapter.id: chapter for chapter in chapters_with(name)}
    if not chapters:
        raise NotUnderstood(_no_exercise(name, before))
    if len(chapters) > 1 and before not in chapters:
        with contextlib.suppress(NotUnderstood):
            before = worked_on(desk)[0]
    if len(chapters) > 1 and before not in chapters:
        *others, last = chapters
        raise NotUnderstood(f"{name} is in {', '.join(others)} and {last}: write {last}.{name}")
    chapter = chapters.get(before) or next(iter(chapters.values()))
    return Target(chapter, desk.path(chapter), (name,))


def current(desk: Desk) -> Target:
    """The chapter being worked on, and all that is in it. Raises NotUnderstood."""
    chapter = load_chapter(worked_on(desk)[0])
    return Target(chapter, desk.path(chapter), tuple(chapter.exercises))


def worked_on(desk: Desk) -> tuple[str, str]:
    """The chapter being worked on, and the exercise of it that was checked last, if any was.

    It is what was checked last, or the chapter whose file was written since; before that the first
    one. Raises NotUnderstood.
    """
    paths = {id: chapter_path(desk.folder, f"{m}.py") for id, m in chapter_modules().items()}
    paths = {id: path for id, path in paths.items() if path.is_file()}
    if not paths:
        raise NotUnderstood(
            f"there are no chapter files in {desk.folder}: bring them back with "
            "gdl-check reset all, or make a new folder with gdl-check init"
        )
    at, since = _checked_last(desk)
    saved = {id: datetime.fromtimestamp(p.stat().st_mtime, UTC) for id, p in paths.items()}
    for chapter in sorted(paths, key=lambda id: saved[id], reverse=True):
        if (since is None or saved[chapter] > since) and _is_edited(paths[chapter], chapter):
            return chapter, at if at.startswith(f"{chapter}.") else ""
    chapter = at.partition(".")[0]
    return (chapter, at) if chapter in paths else (next(iter(paths)), "")


def _checked_last(desk: Desk) -> tuple[str, datetime | None]:
    """The exercise that was turned to last, and when."""
    from gdl_check import state  # only where nothing is named

    events = state.read(state.state_file(desk.workspace)).events if desk.workspace else ()
    turned = (event for event in reversed(events) if event.event == state.TURNED)
    last = next(turned, None)
    return (last.exercise, last.at) if last else ("", None)


def _is_edited(path: Path, chapter_id: str) -> bool:
    delivered = course_folder("exercises") / f"{chapter_modules()[chapter_id]}.py"
    try:
        if is_notebook(path):
            from gdl_check.lessons import notebook_of

            return path.read_bytes() != notebook_of(load_chapter(chapter_id)).encode()
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


def _path(word: str) -> Path:
    return Path(_name_and_line(word)[0])


def _name_and_line(word: str) -> tuple[str, str | None]:
    """A file and the line in it, as in file.py:41 or file.py:41:7."""
    found = re.fullmatch(r"(.*?)(?::(\d+))?(?::\d+)?", word, re.DOTALL)
    assert found is not None
    return found[1], found[2]


def _file(word: str, desk: Desk) -> Target:
    """A chapter file, or the exercise that a line of it belongs to."""
    name, line = _name_and_line(word)
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
    name = word.rpartition(".")[2]
    if chapter is not None:
        known = [chapter.exercise_id(n) for n in chapter.exercises]
        near = [chapter.exercise_id(n) for n in closest(name, chapter.exercises, 0.6)]
        what = f"{chapter.id} has no exercise {name!r}"
        return f"{what}: did you mean {near[0]}?" if near else f"{what}: there are {_few(known)}"
    what, known = f"there is no chapter {word.partition('.')[0]!r}", list(chapter_modules())
    number = re.search(r"\d+", word)
    counted = [f"ch{int(number[0]):02}"] if number else []
    near = [c for c in counted if c in known] or closest(word.lower(), known, 0.5)
    near = near or [meant_by(name)]
    return f"{what}: did you mean {near[0]}?" if near[0] else f"{what}: {_all()}"


def _no_exercise(name: str, before: str) -> str:
    """The same on a name that no exercise has."""
    near = meant_by(name, before) or "".join(closest(name.lower(), chapter_modules(), 0.5))
    what = f"there is no exercise {name!r}"
    return f"{what}: did you mean {near}?" if near else f"{what}: {_all()}"


def _all() -> str:
    first, *_, last = chapter_modules()
    return f"there are the chapters {first} to {last}, and verbs in gdl-check --help"


def _few(ids: Sequence[str]) -> str:
    """Where there are many, the first ones, and how all are seen."""
    if len(ids) <= MOST_LISTED:
        return ", ".join(ids)
    chapter = ids[0].partition(".")[0]
    return f"{', '.join(ids[:2])} and {len(ids) - 2} more, in gdl-check list {chapter}"
