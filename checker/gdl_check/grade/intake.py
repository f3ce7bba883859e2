"""What comes in: finds the submissions of a class, whatever downloaded them, and reads each.

Layouts are recognised by names: a folder, a file or a zip a student, and what GitHub Classroom,
Moodle, Canvas and Gradescope make. What nobody can be found for is a submission of its own.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import NamedTuple

from gdl_check.course import Chapter
from gdl_check.grade import layouts, trees
from gdl_check.grade.archives import BadArchive, fewer, fold, in_words, printable
from gdl_check.grade.layouts import Named, Who
from gdl_check.grade.trees import FILE, FOLDER, File, Node, NotTaken
from gdl_check.notebooks import LARGEST_NOTEBOOK
from gdl_check.source import LARGEST_FILE
from gdl_check.targets import NotUnderstood

LARGEST_SUBMISSION = 128 * 1024 * 1024
LARGEST_METADATA = 64 * 1024 * 1024
MOST_NOTES = 20
MOST_SNIFFED = 20
DEEPEST_CLASS = 4  # folders and zips around the one that the submissions lie in

DEFINED = re.compile(rb"\b(?:def|class)[ \t]+([A-Za-z_][A-Za-z0-9_]{0,99})")
WORKSPACE = {"exercises", "solutions", "checker"}


class Submission(NamedTuple):
    """What somebody handed in, before anything of it was read.

    student      tells submissions apart; the roster says who it is
    place        where it lies below the folder, for people
    sources      the files, folders and zips that belong to it; a path may lead into a zip
    handed_in    when, in seconds since 1970, as the layout or else the newest file tells; None for
                 a repository, whose files are as old as its download
    late         whether the layout says so
    name, email, id    what the layout says about the person, or empty
    """

    student: str
    place: str
    sources: tuple[Path, ...]
    handed_in: float | None
    late: bool
    notes: tuple[str, ...]
    name: str = ""
    email: str = ""
    id: str = ""


class Handed(NamedTuple):
    """The chapter files of a submission: file name of the chapter (.py or .ipynb) -> bytes."""

    files: dict[str, bytes]
    notes: tuple[str, ...]


# --- finding ------------------------------------------------------------------------------------


def find(
    folder: Path, chapters: Sequence[Chapter], aliases: Mapping[str, str]
) -> Iterator[Submission]:
    """The submissions in a folder, or in the zip of a class, in order of the students.

    `aliases` says whose a file or folder is where its name does not. Raises NotUnderstood where
    the folder itself cannot be read.
    """
    root = Path(os.path.realpath(folder))
    try:
        at = _class_in(root, chapters)
        listed, left_out = trees.listed(at), trees.left_out(at)
    except (BadArchive, NotTaken) as error:
        raise NotUnderstood(f"{printable(str(folder))} cannot be graded: {error}") from None
    if left_out:
        yield Submission(printable(at.name), printable(at.name), (), None, False, left_out)
    nodes = [node for node in listed if _may_be_work(node)]
    if _is_of_one(nodes):
        whole = Who(printable(at.name), notes=("there are no students in it: it was taken whole",))
        yield _submission(root, whole, [Node(at.name, at, FOLDER)])
        return
    groups: dict[str, list[tuple[Node, Who]]] = {}
    for node, whose in layouts.people(nodes, at.name, _metadata(at), _is_repository):
        for who in _as_said(node, whose, root, aliases):
            # What is nobody's is kept apart from all that is somebody's.
            groups.setdefault(who.key or f"{node.name}\0", []).append((node, who))
    alike = Counter(fold(printable(key)) for key in groups)
    taken: set[str] = set()
    for key in sorted(groups):
        shown, notes = printable(key), groups[key][0][1].notes
        if key.endswith("\0"):
            notes += (f"nothing says whose {shown} is: say it in a file, with --map",)
        elif alike[fold(shown)] > 1:
            notes += (f"there is another {shown} but for case or accents: they were kept apart",)
        unique = next(name for name in _numbered(shown) if name not in taken)
        taken.add(unique)
        late = any(who.late for _, who in groups[key])
        who = groups[key][0][1]._replace(key=unique, late=late, notes=notes)
        yield _submission(root, who, [node for node, _ in groups[key]])


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name} ({number})" for number in count(2))


def _submission(root: Path, who: Who, nodes: Sequence[Node]) -> Submission:
    """One person's submission, from all that is theirs."""
    handed_in = who.handed_in
    if handed_in is None:
        dated = [node for node in nodes if node.kind != FOLDER or not _is_repository(node)]
        times = [file.time for node in dated for file in trees.loose(node.path, [])]
        handed_in = max((at for at in times if at is not None), default=None)
    first = printable(os.path.relpath(nodes[0].path, root))
    return Submission(
        student=who.key,
        place=first if len(nodes) == 1 else f"{first} and {len(nodes) - 1} more",
        sources=tuple(node.path for node in nodes),
        handed_in=handed_in,
        late=who.late,
        notes=who.notes,
        name=who.name,
        email=who.email,
        id=who.id,
    )


def _as_said(
    node: Node, whose: Sequence[Who], root: Path, aliases: Mapping[str, str]
) -> Sequence[Who]:
    """Whose it is: as the teacher says, else as its name does."""
    below = Path(os.path.relpath(node.path, root)).as_posix()
    names = (unicodedata.normalize("NFC", name) for name in (below, node.name, node.path.stem))
    said = next((aliases[name] for name in names if name in aliases), None)
    return whose if said is None else [whose[0]._replace(key=said, notes=())]


def _class_in(folder: Path, chapters: Sequence[Chapter]) -> Path:
    """The folder that the students' own lie in: it may be wrapped in others, or in a zip."""
    for _ in range(DEEPEST_CLASS):
        nodes = trees.listed(folder)
        inner = [node for node in nodes if _may_be_work(node)]
        if len(inner) != 1 or any(node.name == layouts.METADATA for node in nodes):
            break
        is_wrapped = inner[0].kind == FOLDER or trees.is_zip(inner[0].name)
        if not is_wrapped or not _is_class(inner[0], chapters):
            break
        folder = inner[0].path
    return folder


def _is_class(node: Node, chapters: Sequence[Chapter], deepest: int = DEEPEST_CLASS) -> bool:
    """Whether several people's work lies in a folder or a zip, and not one person's.

    It is several people's where a platform's names are in it, or one chapter more than once.
    """
    try:
        nodes = trees.listed(node.path)
    except (BadArchive, NotTaken):
        return False
    if node.name.endswith("-submissions") or any(n.name == layouts.METADATA for n in nodes):
        return True
    nodes = [node for node in nodes if _may_be_work(node)]
    if any(layouts.is_platforms(node) for node in nodes):
        return True
    if _is_of_one(nodes):
        return False
    if len(nodes) == 1 and nodes[0].kind == FOLDER:
        return deepest > 1 and _is_class(nodes[0], chapters, deepest - 1)
    seen: set[str] = set()
    for inner in nodes:
        held = _chapters_in(inner, chapters)
        if seen & held:
            return True
        seen |= held
    return False


def _chapters_in(node: Node, chapters: Sequence[Chapter]) -> set[str]:
    """The chapters that lie in a folder, or that a file of somebody's is; zips may be any."""
    if node.kind != FOLDER and not layouts.named(node.name).person:
        return set()
    found = set()
    for file in trees.loose(node.path, []):
        module = "zip" if trees.is_zip(file.name) else layouts.named(file.name).module
        if not module and node.kind != FOLDER and len(chapters) == 1:
            data = _loaded(file, LARGEST_SUBMISSION, [])
            module = "by content" if data and _does_define(data, chapters[0]) else ""
        found.add(module)
    return found - {""}


def _is_of_one(nodes: Sequence[Node]) -> bool:
    """Whether a folder is one person's: the chapters' own files are in it, or `exercises`."""
    if any(node.kind == FOLDER and node.name == "exercises" for node in nodes):
        return all(node.name in WORKSPACE or node.kind == FILE for node in nodes)
    files = [layouts.named(node.name) for node in nodes if node.kind == FILE]
    exact = [named.module for named in files if named.exactness == 2]
    return bool(exact) and len(exact) == len(nodes) == len(set(exact))


def _may_be_work(node: Node) -> bool:
    """Whether something in a class's folder may be somebody's submission."""
    if trees.is_passed_over(node.name):
        return False
    return node.kind != FILE or trees.could_matter(node.name) or layouts.is_platforms(node)


def _metadata(folder: Path) -> str:
    """The list of names that Gradescope puts beside the submissions."""
    for file in trees.loose(folder / layouts.METADATA, []):
        try:
            return file.load(LARGEST_METADATA).decode("utf-8", "replace")
        except (BadArchive, NotTaken):
            break
    return ""


def _is_repository(node: Node) -> bool:
    try:
        return any(trees.holds(node.path, name) for name in (".git", ".github"))
    except (BadArchive, NotTaken):
        return False


# --- reading ------------------------------------------------------------------------------------


class _Found(NamedTuple):
    """A file that may be a chapter's, and what its name says."""

    file: File
    named: Named

    @property
    def rank(self) -> tuple[bool, bool, int, float, int]:
        """The exact name counts most, then lying in `exercises`, then being new."""
        attachment, copy = self.named.newness
        where = "exercises" in self.file.place.split("/")
        return self.named.exactness == 2, where, attachment, self.file.time or 0.0, copy


def read(submission: Submission, chapters: Sequence[Chapter]) -> Handed:
    """The chapter files of a submission, also of chapters before and after. Never raises.

    A file is held to LARGEST_FILE or LARGEST_NOTEBOOK before anything else is done with it.
    """
    notes: list[str] = []
    found: dict[str, list[_Found]] = {}
    for source in submission.sources:
        for file in trees.files(source, notes):
            named = layouts.named(file.name)
            found.setdefault(named.module, []).append(_Found(file, named))
    unnamed = found.pop("", [])
    asked = [chapter.file_name.removesuffix(".py") for chapter in chapters]
    taken: dict[str, bytes] = {}
    for module in sorted(found, key=lambda module: (module not in asked, module)):
        taken |= _best(module, found[module], _room(taken), notes)
    if not any(Path(name).stem in asked for name in taken):
        if len(chapters) == 1:
            taken |= _by_content(chapters[0], unnamed, submission, _room(taken), notes)
        elif unnamed:
            place = unnamed[0].file.place
            notes.append(
                f"{place}: its name does not say which chapter it is, as {asked[0]}.py does"
            )
    if not any(Path(name).stem in asked for name in taken):
        notes.append(f"there is no {asked[0]}.py in it" + (", nor any other" if asked[1:] else ""))
    return Handed(taken, fewer(notes, MOST_NOTES))


def _room(taken: Mapping[str, bytes]) -> int:
    return LARGEST_SUBMISSION - sum(map(len, taken.values()))


def _best(
    module: str, candidates: Sequence[_Found], room: int, notes: list[str]
) -> dict[str, bytes]:
    """The one of several files that counts for a chapter, under the chapter's file name."""
    ranked = sorted(candidates, key=lambda one: one.rank, reverse=True)
    for at, one in enumerate(ranked):
        data = _loaded(one.file, room, notes)
        if data is None:
            continue
        name = module + one.named.suffix
        if one.named.exactness == 0 or one.file.name.lower().endswith(".txt"):
            notes.append(f"{one.file.place} was taken as {name}")
        others = [other.file.place for other in ranked[at + 1 :] if _differs(other, data)]
        if others:
            more = f" and {len(others) - 1} more" if others[1:] else ""
            notes.append(
                f"{one.file.place} was taken, and {others[0]}{more} left out: {_why(ranked[at:])}"
            )
        return {name: data}
    return {}


def _why(ranked: Sequence[_Found]) -> str:
    """Why the first of several was taken."""
    first, second = ranked[0].rank, ranked[1].rank
    if first[0] != second[0]:
        return "its name is the chapter's"
    return "it lies in exercises" if first[1] != second[1] else "it is the newest"


def _differs(other: _Found, data: bytes) -> bool:
    """Whether a file that is left out holds something else; what cannot be read does."""
    try:
        return other.file.load(len(data)) != data
    except (BadArchive, NotTaken):
        return True


def _loaded(file: File, room: int, notes: list[str]) -> bytes | None:
    most = LARGEST_NOTEBOOK if layouts.named(file.name).suffix == ".ipynb" else LARGEST_FILE
    try:
        return file.load(min(most, room))
    except (BadArchive, NotTaken) as error:
        full = f"there are more than {in_words(LARGEST_SUBMISSION)} in all"
        notes.append(f"{file.place}: {error if room >= most else full}")
        return None


def _does_define(data: bytes, chapter: Chapter) -> bool:
    """Whether most of a chapter's exercises are defined in a file; nothing is parsed or run."""
    defined = {name.decode() for name in DEFINED.findall(data)}
    return 2 * len(defined & chapter.exercises.keys()) > len(chapter.exercises)


def _by_content(
    chapter: Chapter, unnamed: Sequence[_Found], submission: Submission, room: int, notes: list[str]
) -> dict[str, bytes]:
    """The file of another name that is the chapter's: it defines most of the exercises.

    The newest such one; or else the only file that was handed in, whatever is in it.
    """
    newest = sorted(unnamed, key=lambda one: one.rank, reverse=True)
    is_alone = len(unnamed) == 1 and submission.sources[0].name == unnamed[0].file.name
    for one in newest[:MOST_SNIFFED]:
        data = _loaded(one.file, room, notes)
        if data is None:
            continue
        does_define = _does_define(data, chapter)
        if does_define or is_alone:
            name = chapter.file_name.removesuffix(".py") + one.named.suffix
            if one.named.person != submission.student:
                why = "it defines its exercises" if does_define else "there is nothing else"
                notes.append(f"{one.file.place} was taken as {name}: {why}")
            return {name: data}
    return {}
