"""Submissions as they lie on the disk: folders, files and zips, looked at in one way.

A path may lead into a zip, as in `class.zip/ana/ch06_backpropagation.py`. Links are never followed,
and nothing is opened that is not an ordinary file.
"""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

from gdl_check.grade.archives import (
    MOST_OF_A_CLASS,
    Archive,
    BadArchive,
    Member,
    in_words,
    nested,
    printable,
)

MOST_FILES = 10_000  # that are looked at in one submission
MOST_LISTED = 200_000  # in the folder of a class
DEEPEST = 12
LARGEST_NESTED = 64 * 1024 * 1024  # of the zips inside a zip, which are held in memory
MOST_ZIPS = 20

CODE = (".py", ".ipynb")
PACKED = (".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz")
# Besides everything whose name begins with a dot.
PASSED_OVER = {"__pycache__", "__MACOSX", "venv", "node_modules", "site-packages"}
FOLDER, FILE, OTHER = "folder", "file", "other"

SAFELY = os.O_RDONLY
for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"):
    SAFELY |= getattr(os, flag, 0)


class NotTaken(Exception):
    """A file or folder that was not read; one sentence that says why, without its name."""


class Node(NamedTuple):
    """What lies in a folder: its kind is "folder", "file" or "other" (a link, a device)."""

    name: str
    path: Path
    kind: str


class File(NamedTuple):
    """A file of a submission. `place` is where it lies in it, for people.

    `load` reads at most so many bytes, and raises NotTaken or BadArchive. `path` is where the file
    lies on the disk, if it does not lie in a zip.
    """

    name: str
    place: str
    time: float | None
    load: Callable[[int], bytes]
    path: Path | None = None


def is_passed_over(name: str) -> bool:
    """Whether a file or folder is a tool's own, and nobody's work."""
    return name.startswith(".") or name in PASSED_OVER


def is_zip(name: str) -> bool:
    return name.lower().endswith(".zip")


def is_code(name: str) -> bool:
    """Whether a file is code by its name; some systems hang .txt behind it."""
    return name.lower().removesuffix(".txt").endswith(CODE)


def could_matter(name: str) -> bool:
    """Whether a file is code by its name, or code could be packed in it."""
    return is_code(name) or is_zip(name) or name.lower().endswith(PACKED)


def listed(folder: Path) -> list[Node]:
    """What lies in a folder, a zip, or a folder in a zip, in order of the names.

    Raises NotTaken and BadArchive.
    """
    found = _in_zip(folder)
    if found is None:
        return [Node(e.name, folder / e.name, _kind(e)) for e in _entries(folder, MOST_LISTED)]
    archive, inside = found
    kinds: dict[str, str] = {}
    for member in archive.below(inside):
        name, slash, _ = _relative(member, inside).partition("/")
        kinds[name] = FOLDER if slash or member.is_folder else kinds.get(name, FILE)
    return [Node(name, folder / name, kind) for name, kind in kinds.items()]


def left_out(folder: Path) -> tuple[str, ...]:
    """What is never read of the zip that a folder lies in. Raises NotTaken and BadArchive."""
    found = _in_zip(folder)
    return found[0].left_out if found else ()


def holds(folder: Path, name: str) -> bool:
    """Whether a file or folder of this name lies in a folder. Raises NotTaken and BadArchive."""
    found = _in_zip(folder)
    if found is None:
        return os.path.lexists(folder / name)
    archive, inside = found
    at = f"{inside}/{name}" if inside else name
    return archive.member(at) is not None or any(True for _ in archive.below(at))


def loose(source: Path, notes: list[str]) -> Iterator[File]:
    """What could matter in a file, a folder or a zip; the zips in it are not opened.

    What cannot be looked at is told in `notes`. Never raises.
    """
    try:
        found = None if is_zip(source.name) and os.path.lexists(source) else _in_zip(source)
        if found is None:
            yield from _walked(source, notes)
            return
        archive, inside = found
        member = archive.member(inside)
        if member is None or member.is_folder:
            yield from _unpacked(archive, inside, "", notes)
        else:
            yield _file(archive, member, source.name)
    except (BadArchive, NotTaken) as error:
        notes.append(f"{printable(source.name)}: {error}")


def files(source: Path, notes: list[str]) -> Iterator[File]:
    """The same with the zips opened: the code in them, and in the zips there.

    What cannot be looked at is told in `notes`. Never raises.
    """
    room, zips = LARGEST_NESTED, 0
    waiting = deque((file, 1) for file in loose(source, notes))
    while waiting:
        file, depth = waiting.popleft()
        if is_code(file.name):
            yield file
            continue
        if file.name.lower().endswith(PACKED):
            notes.append(f"{file.place}: this is packed in a way that is not read here: make a zip")
        if not is_zip(file.name):
            continue
        zips += 1
        if depth > 2 or zips > MOST_ZIPS:
            notes.append(f"{file.place} lies in too many other zips, and was not opened")
            continue
        try:
            if file.path is not None:
                archive = Archive(opened(file.path))
            else:
                packed = file.load(room)
                room -= len(packed)
                archive = nested(packed)
        except (BadArchive, NotTaken) as error:
            notes.append(f"{file.place}: {error}")
            continue
        notes += [f"{file.place}: {note}" for note in archive.notes]
        waiting.extend((inner, depth + 1) for inner in _unpacked(archive, "", file.place, notes))


def opened(path: Path) -> BinaryIO:
    """An ordinary file, opened for reading and never through a link. Raises NotTaken."""
    _checked(os.lstat, path)
    try:
        number = os.open(path, SAFELY)
    except OSError as error:
        raise NotTaken(_reason(error)) from None
    try:
        _checked(os.fstat, number)
        return os.fdopen(number, "rb")
    except NotTaken:
        os.close(number)
        raise


def _checked(look: Callable[..., os.stat_result], at: Path | int) -> os.stat_result:
    """What is known of an ordinary file or a folder. Raises NotTaken for anything else."""
    try:
        status = look(at)
    except (OSError, ValueError) as error:
        raise NotTaken(_reason(error)) from None
    if stat.S_ISLNK(status.st_mode):
        raise NotTaken("this is a link, and links are not followed")
    if not (stat.S_ISREG(status.st_mode) or (stat.S_ISDIR(status.st_mode) and look is os.lstat)):
        raise NotTaken("this is not an ordinary file")
    return status


def _reason(error: Exception) -> str:
    why = getattr(error, "strerror", None) or "its name is not possible here"
    return f"it may not be read ({why.lower()})"


def _load(path: Path, most: int) -> bytes:
    with opened(path) as stream:
        try:
            data = stream.read(most + 1)
        except OSError as error:
            raise NotTaken(_reason(error)) from None
    if len(data) > most:
        raise NotTaken(f"it is larger than {in_words(most)}")
    return data


# --- folders ------------------------------------------------------------------------------------


def _entries(folder: Path, most: int) -> list[os.DirEntry[str]]:
    """The entries of a folder in order of their names. Raises NotTaken."""
    try:
        with os.scandir(folder) as entries:
            return sorted(islice(entries, most), key=lambda entry: entry.name)
    except (OSError, ValueError) as error:
        raise NotTaken(_reason(error)) from None


def _kind(entry: os.DirEntry[str]) -> str:
    try:
        if entry.is_dir(follow_symlinks=False):
            return FOLDER
        return FILE if entry.is_file(follow_symlinks=False) else OTHER
    except OSError:
        return OTHER


def _walked(source: Path, notes: list[str]) -> Iterator[File]:
    """The files below a real folder, the upper ones first; or the one file. Raises NotTaken."""
    status = _checked(os.lstat, source)
    if not stat.S_ISDIR(status.st_mode):
        yield File(
            source.name, printable(source.name), status.st_mtime, partial(_load, source), source
        )
        return
    waiting, left = deque([(source, 0)]), MOST_FILES
    while waiting:
        folder, depth = waiting.popleft()
        try:
            entries = _entries(folder, left + 1)
        except NotTaken as error:
            notes.append(f"{printable(folder.name)}: {error}")
            continue
        for entry in entries:
            path = folder / entry.name
            place = printable(path.relative_to(source).as_posix())
            kind = _kind(entry)
            left -= 1
            if left < 0:
                notes.append(f"there are more than {MOST_FILES:,} files in it: not all were read")
                return
            if is_passed_over(entry.name):
                continue
            if kind == FOLDER and depth < DEEPEST:
                waiting.append((path, depth + 1))
            elif kind == FOLDER:
                notes.append(f"{place} lies too deep, and was not looked into")
            elif kind == OTHER or could_matter(entry.name):
                try:
                    status = _checked(os.lstat, path)
                except NotTaken as error:
                    notes.append(f"{place}: {error}")
                    continue
                yield File(entry.name, place, status.st_mtime, partial(_load, path), path)


# --- zips ---------------------------------------------------------------------------------------


def _in_zip(path: Path) -> tuple[Archive, str] | None:
    """The zip that a path is, or leads into, and the way inside; None for what is on the disk.

    Raises NotTaken and BadArchive.
    """
    inside: list[str] = []
    at = path
    while not os.path.lexists(at) and at != at.parent:
        inside.insert(0, at.name)
        at = at.parent
    if not is_zip(at.name) or at.is_dir():
        return None
    status = _checked(os.lstat, at)
    return _archive(at, status.st_mtime_ns, status.st_size, os.getpid()), "/".join(inside)


@lru_cache(maxsize=2)
def _archive(path: Path, changed: int, size: int, process: int) -> Archive:
    """The zip of a class, kept open: everybody's work is read from it, one after the other.

    Not across a fork: where a file is read stands in one place for both processes.
    """
    return Archive(opened(path), MOST_OF_A_CLASS)


def _relative(member: Member, folder: str) -> str:
    return member.name[len(folder) + 1 :] if folder else member.name


def _file(archive: Archive, member: Member, place: str) -> File:
    name = member.name.rpartition("/")[2]
    return File(name, printable(place), member.time, partial(archive.read, member))


def _unpacked(archive: Archive, folder: str, place: str, notes: list[str]) -> Iterator[File]:
    """What could matter in a folder of a zip."""
    for seen, member in enumerate(archive.below(folder)):
        if seen == MOST_FILES:
            notes.append(f"there are more than {MOST_FILES:,} files in it: not all were read")
            return
        inside = _relative(member, folder)
        *folders, name = inside.split("/")
        if member.is_folder or not could_matter(name) or any(map(is_passed_over, (*folders, name))):
            continue
        if len(folders) > DEEPEST:
            notes.append(f"{printable(inside)} lies too deep, and was left out")
            continue
        yield _file(archive, member, f"{place}/{inside}" if place else inside)
