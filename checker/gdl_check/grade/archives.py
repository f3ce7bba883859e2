"""Reads zips that strangers made. Nothing is ever unpacked to the disk.

What a zip says of itself is not believed: every bound holds for what is really read.
"""

from __future__ import annotations

import bisect
import io
import re
import stat
import time
import unicodedata
import weakref
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

MOST_MEMBERS = 10_000
MOST_OF_A_CLASS = 100_000
LARGEST_ENTRY = 160  # bytes that a member takes in the list of members, on average
LONGEST_NAME = 1024
LONGEST_PART = 255
MOST_RATIO = 200  # a notebook full of zeros stays below; a bomb is near 1,000
FREE_OF_RATIO = 1024 * 1024
CHUNK = 64 * 1024
MOST_NOTES = 5

KNOWN_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
NO_TIME = (1980, 1, 1, 0, 0, 0)
ENCRYPTED, UTF8 = 0x1, 0x800
DRIVE = re.compile(r"[A-Za-z]:")


class BadArchive(Exception):
    """What cannot be read in a zip, or a zip that cannot; one sentence, without the zip's name."""


class Member(NamedTuple):
    """A file in a zip, or a folder. `time` is in seconds since 1970, where it is known."""

    name: str  # parts joined by "/", none of them "..", no slash at either end
    is_folder: bool
    size: int  # as the zip claims
    time: float | None
    info: zipfile.ZipInfo


class Archive:
    """A zip that was opened: `members` in order of their names, `notes` on what is odd about it.

    `left_out` are the notes on members that are never read.

    Raises BadArchive, and nothing else, whatever the bytes are. The stream is closed together with
    the archive, when nobody needs it any more.
    """

    def __init__(self, stream: BinaryIO, most: int = MOST_MEMBERS) -> None:
        self._guarded = _Guarded(stream, most * LARGEST_ENTRY)
        weakref.finalize(self, stream.close)
        try:
            self._zip = zipfile.ZipFile(self._guarded)
            infos = self._zip.infolist()
        except BadArchive:
            raise
        except Exception:  # zipfile lets through whatever damaged bytes lead to
            raise BadArchive("this is no zip, or a damaged one: pack it again") from None
        if len(infos) > most:
            raise BadArchive(f"there are more than {most:,} files in it: pack fewer")
        self.members, left_out, others = _usable(infos)
        self.left_out = fewer(left_out, MOST_NOTES)
        self.notes = fewer(left_out + others, MOST_NOTES)
        self._names = [member.name for member in self.members]

    def below(self, folder: str) -> Iterator[Member]:
        """The members in a folder, at any depth; all of them for ""."""
        prefix = folder + "/" if folder else ""
        for at in range(bisect.bisect_left(self._names, prefix), len(self._names)):
            if not self._names[at].startswith(prefix):
                return
            yield self.members[at]

    def member(self, name: str) -> Member | None:
        """The member of this name."""
        at = bisect.bisect_left(self._names, name)
        found = at < len(self._names) and self._names[at] == name
        return self.members[at] if found else None

    def read(self, member: Member, most: int) -> bytes:
        """What a member holds, at most so many bytes. Raises BadArchive."""
        info = member.info
        if info.flag_bits & ENCRYPTED:
            raise BadArchive("it is locked with a password: pack it without one")
        if info.compress_type not in KNOWN_METHODS:
            raise BadArchive("it is packed in an unusual way: pack it as an ordinary zip")
        data = bytearray()
        begun = self._guarded.count
        try:
            with self._zip.open(info) as stream:
                while chunk := stream.read(CHUNK):
                    data += chunk
                    if len(data) > most:
                        raise BadArchive(f"it is larger than {in_words(most)}")
                    packed = self._guarded.count - begun
                    if len(data) > max(FREE_OF_RATIO, MOST_RATIO * packed):
                        raise BadArchive(
                            "it unpacks to far more than a chapter could: it was not read"
                        )
        except BadArchive:
            raise
        except (zipfile.BadZipFile, zlib.error, EOFError):
            raise BadArchive("it is damaged: pack the zip again") from None
        except Exception:  # as above
            raise BadArchive("it cannot be unpacked: pack the zip again") from None
        if len(data) != info.file_size:
            raise BadArchive("it is not as long as the zip says: pack the zip again")
        return bytes(data)


class _Guarded:
    """A stream that refuses to be read in huge pieces, and counts what was read.

    zipfile reads the list of members in one piece, as long as the zip says it is.
    """

    def __init__(self, stream: BinaryIO, most: int) -> None:
        self.stream, self.most = stream, most
        self.count = 0
        self.seek, self.tell = stream.seek, stream.tell

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self.stream.read(self.most + 1 if size < 0 else min(size, self.most + 1))
        if len(data) > self.most:
            raise BadArchive("its list of files is far too long: pack it again, with fewer files")
        self.count += len(data)
        return data


def nested(data: bytes) -> Archive:
    """A zip that lay in another. Raises BadArchive."""
    return Archive(io.BytesIO(data))


def _usable(infos: list[zipfile.ZipInfo]) -> tuple[tuple[Member, ...], list[str], list[str]]:
    """The members that may be read, in order of their names; why others may not; what is odd."""
    found: dict[str, Member] = {}
    left_out: list[str] = []
    notes: list[str] = []
    for info in infos:
        given = _name(info)
        name = given.replace("\\", "/")
        why = _refused(name, info)
        if why:
            left_out.append(f"{printable(name)} {why}, so it was left out")
            continue
        if "\\" in given:
            notes.append(f"{printable(name)} was packed with backslashes, which were read as /")
        is_folder = name.endswith("/")
        name = "/".join(part for part in name.split("/") if part not in ("", "."))
        if name in found and not (is_folder or found[name].is_folder):
            notes.append(f"{printable(name)} is in the zip twice: the last one counts")
        if name:
            found[name] = Member(name, is_folder, info.file_size, _time(info), info)
    folded = Counter(map(fold, found))
    twins = [name for name in sorted(found) if folded[fold(name)] > 1]
    if twins:
        both = " and ".join(map(printable, twins[:2]))
        notes.append(f"{both} have the same name but for case or accents: both were looked at")
    return tuple(found[name] for name in sorted(found)), left_out, notes


def _name(info: zipfile.ZipInfo) -> str:
    """A member's name as it was packed: macOS writes UTF-8 without saying so."""
    try:
        is_told = info.flag_bits & UTF8
        return info.orig_filename if is_told else info.orig_filename.encode("cp437").decode()
    except UnicodeError:
        return info.orig_filename


def _refused(name: str, info: zipfile.ZipInfo) -> str:
    """Why a member is not touched, or ""."""
    mode = stat.S_IFMT(info.external_attr >> 16)
    parts = name.split("/")
    if name.startswith("/") or DRIVE.match(name) or ".." in parts:
        return "points out of the zip"
    if mode == stat.S_IFLNK:
        return "is a link"
    if mode not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is not an ordinary file"
    too_long = len(name) > LONGEST_NAME or max(map(len, parts)) > LONGEST_PART
    if not name.strip("/. ") or too_long or any(unicodedata.category(c) == "Cc" for c in name):
        return "has a name that no file should have"
    return ""


def _time(info: zipfile.ZipInfo) -> float | None:
    """When a member was saved: zips tell local time, and some tools none."""
    if info.date_time <= NO_TIME:
        return None
    try:
        return time.mktime((*info.date_time, 0, 0, -1))
    except (ValueError, OverflowError):
        return None


# --- names and notes, made fit for people ---------------------------------------------------------


def printable(name: str, most: int = 100) -> str:
    """A name as it may be shown: nothing invisible, no half characters, not endless.

    It is in one Unicode normal form, and never empty.
    """
    told = "".join(
        c if unicodedata.category(c)[0] != "C" else "\ufffd" if "\ud800" <= c <= "\udfff" else ""
        for c in unicodedata.normalize("NFC", name)
    )
    told = " ".join(told.split())
    return (told if len(told) <= most else told[: most - 3] + "...") or "(no name)"


def fold(name: str) -> str:
    """A name without case and Unicode normal form: what some file systems take for the same."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def fewer(notes: list[str], most: int) -> tuple[str, ...]:
    """The first notes, each once, and how many more there are."""
    told = tuple(dict.fromkeys(notes))
    more = len(told) - most
    return told if more <= 0 else (*told[:most], f"there are {more:,} more notes like these")


def in_words(size: int) -> str:
    """A size in words: "256 KB"."""
    return f"{size // 1024} KB" if size < 1024 * 1024 else f"{size // 1024 // 1024} MB"
