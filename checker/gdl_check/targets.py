"""What the words after `gdl-check` name: chapters, exercises, files, lines of files."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gdl_check.course import Chapter, chapter_modules, load_chapter
from gdl_check.places import course_folder, find_workspace
from gdl_check.source import CannotBeRead, read_chapter_file


class NotUnderstood(Exception):
    """A target that names nothing; the message is one sentence that says what to do."""


@dataclass(frozen=True)
class Target:
    """Some exercises of a chapter, and the file to look for them in."""

    chapter: Chapter
    path: Path
    names: tuple[str, ...]


@dataclass(frozen=True)
class Desk:
    """Where the learner works: the folder with the chapter files, or our solutions."""

    folder: Path

    def path(self, chapter: Chapter) -> Path:
        return self.folder / chapter.file_name


def find_desk(workspace: Path | None, reference: bool) -> Desk:
    """The folder to check. Raises NotUnderstood where there is no workspace."""
    if reference:
        return Desk(course_folder("solutions"))
    if workspace is not None and not workspace.is_dir():
        raise NotUnderstood(f"{workspace} is not a folder: --workspace takes a learner's folder")
    found = workspace or find_workspace(Path.cwd())
    if found is None:
        raise NotUnderstood(
            "there is no workspace here: go to a folder that has one, or name it with "
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
    """The chapter being worked on: the file that was changed last."""
    chapters = [load_chapter(chapter) for chapter in chapter_modules()]
    found = [chapter for chapter in chapters if desk.path(chapter).is_file()]
    if not found:
        raise NotUnderstood(f"there are no chapter files in {desk.folder}")
    latest = max(found, key=lambda chapter: desk.path(chapter).stat().st_mtime)
    return Target(latest, desk.path(latest), tuple(latest.exercises))


def _order(chapter_id: str) -> Callable[[str], int]:
    names = list(load_chapter(chapter_id).exercises)
    return names.index


def _resolve_one(word: str, desk: Desk) -> list[Target]:
    if word == "all":
        return [_whole(load_chapter(chapter), desk) for chapter in chapter_modules()]
    if re.fullmatch(r".*\.py(:\d+)?", word, re.IGNORECASE) or "/" in word or "\\" in word:
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
    name, _, line = word.rpartition(":") if re.search(r":\d+$", word) else (word, "", "")
    path = Path(name)
    known = re.match(r"ch\d\d", path.name.lower())
    if known is None or known[0] not in chapter_modules():
        raise NotUnderstood(
            f"{name} is no chapter file: its name must begin with a chapter, like ch06"
        )
    chapter = load_chapter(known[0])
    if not path.exists() and (desk.folder / path.name).exists():
        path = desk.folder / path.name
    if not line:
        return Target(chapter, path, tuple(chapter.exercises))
    try:
        file = read_chapter_file(path, name)
        nodes = [file.definitions[n] for n in chapter.exercises if n in file.definitions]
    except CannotBeRead as error:
        raise NotUnderstood(str(error)) from None
    inside = [n.name for n in nodes if n.lineno <= int(line) <= (n.end_lineno or n.lineno)]
    if not inside:
        raise NotUnderstood(f"no exercise stands in line {line} of {name}")
    return Target(chapter, path, tuple(inside))


def _unknown(word: str, chapter: Chapter | None = None) -> str:
    """One sentence on a word that names nothing, with what may have been meant."""
    if chapter is not None:
        known = [chapter.exercise_id(name) for name in chapter.exercises]
        what = f"{chapter.id} has no exercise {word.partition('.')[2]!r}"
    else:
        known = ["all", *chapter_modules()]
        what = f"there is no chapter {word.partition('.')[0]!r}"
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    if chapter is None and not near:
        ids = [
            load_chapter(c).exercise_id(n)
            for c in chapter_modules()
            for n in load_chapter(c).exercises
        ]
        bare = {id.partition(".")[2]: id for id in ids}
        near = [bare[n] for n in difflib.get_close_matches(word.partition(".")[2] or word, bare, 1)]
    if near:
        return f"{what}: did you mean {near[0]}?"
    return f"{what}: there are {', '.join(known[:20])}"
