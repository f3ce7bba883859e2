"""Real data in the formats it comes in: MNIST as idx, idx.gz or npz, reviews, and any text.

Whatever is wrong with a file is told in one sentence: all of it raises CannotPlay.
"""

from __future__ import annotations

import codecs
import contextlib
import gzip
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gdl_check.play import CannotPlay

GZIP = b"\x1f\x8b"
KINDS = {3: "pictures", 1: "labels"}  # by how many axes an idx file has
LARGEST_SIDE = 64
WHERE_MNIST = "name the folder with MNIST's four idx files (.gz or not), or mnist.npz"
WHERE_REVIEWS = "name the folder with reviews.txt and labels.txt"
WHERE_TEXT = "name a file of plain text, in UTF-8"


class Digits(NamedTuple):
    """Pictures (n, height, width) of uint8 and labels (n,), to train on and to test with."""

    images: Any
    labels: Any
    test_images: Any
    test_labels: Any


def digits(path: Path, n_train: int, n_test: int) -> Digits:
    """The first pictures of MNIST, from its folder, one of its idx files, or an npz."""
    with _readable(path):
        if path.is_dir():
            inside = sorted(path.glob("*.npz"))
            if inside and not _found(path, "train", 3):
                return _npz(inside[0], n_train, n_test)
            return _idx(path, n_train, n_test)
        if not path.exists():
            raise CannotPlay(f"there is no file {path}: {WHERE_MNIST}")
        if path.read_bytes()[:2] == b"PK":
            return _npz(path, n_train, n_test)
        if "idx" in path.name:
            return _idx(path.parent, n_train, n_test)
        raise CannotPlay(f"{path} is neither idx nor npz: {WHERE_MNIST}")


@contextlib.contextmanager
def _readable(path: Path) -> Iterator[None]:
    """What opening and unpacking files raises, as one sentence."""
    try:
        yield
    except (gzip.BadGzipFile, zlib.error, EOFError, zipfile.BadZipFile) as error:
        raise CannotPlay(f"{path} is damaged ({_short(error)}): fetch it again") from None
    except OSError as error:
        name = error.filename or path
        raise CannotPlay(f"{name} cannot be read: {(error.strerror or '').lower()}") from None


def _short(error: Exception) -> str:
    return str(error).split("\n")[0][:80] or type(error).__name__


# --- idx -----------------------------------------------------------------------------------------


def _idx(folder: Path, n_train: int, n_test: int) -> Digits:
    parts: list[Any] = []
    for half, most in (("train", n_train), ("t10k", n_test)):
        images, labels = (_read_idx(_needed(folder, half, axes), axes, most) for axes in (3, 1))
        parts += [images, labels]
    return _fitting(Digits(*parts), folder)


def _found(folder: Path, half: str, axes: int) -> Path | None:
    what = "images" if axes == 3 else "labels"
    names = [f"{half}-{what}{dot}idx{axes}-ubyte{end}" for dot in "-." for end in ("", ".gz")]
    return next((folder / name for name in names if (folder / name).is_file()), None)


def _needed(folder: Path, half: str, axes: int) -> Path:
    found = _found(folder, half, axes)
    if found is None:
        what = "images-idx3" if axes == 3 else "labels-idx1"
        raise CannotPlay(f"there is no {half}-{what}-ubyte in {folder}: {WHERE_MNIST}")
    return found


def _read_idx(path: Path, axes: int, most: int) -> Any:
    """The first entries of an idx file: two zeros, the kind 8 (uint8), the axes, their lengths."""
    with path.open("rb") as plain:
        packed = plain.read(2) == GZIP
    with gzip.open(path) if packed else path.open("rb") as file:
        head = file.read(4 + 4 * axes)
        if head[:4] != bytes((0, 0, 8, axes)) or len(head) < 4 + 4 * axes:
            raise CannotPlay(f"{path} is no idx file of {KINDS[axes]}: fetch it again")
        count, *shape = struct.unpack(f">{axes}I", head[4:])
        if any(not 1 <= side <= LARGEST_SIDE for side in shape):
            raise CannotPlay(f"the pictures in {path} are {shape}: up to 64 by 64 can be played")
        count = min(count, most)
        size = count * int(np.prod(shape, dtype=int))
        data = file.read(size)
    if len(data) < size:
        raise CannotPlay(f"{path} ends in the middle: fetch it again")
    return np.frombuffer(data, np.uint8).reshape(count, *shape)


# --- npz -----------------------------------------------------------------------------------------


def _npz(path: Path, n_train: int, n_test: int) -> Digits:
    names = ("x_train", "y_train", "x_test", "y_test")
    parts = []
    try:
        with np.load(path, allow_pickle=False) as packed:
            missing = [name for name in names if name not in packed]
            if missing:
                raise CannotPlay(f"there is no {missing[0]} in {path}: {WHERE_MNIST}")
            for name, most in zip(names, (n_train, n_train, n_test, n_test)):
                parts.append(packed[name][:most])
    except (ValueError, IndexError, MemoryError) as error:
        raise CannotPlay(f"{path} is damaged ({_short(error)}): fetch it again") from None
    return _fitting(Digits(*parts), path)


def _fitting(found: Digits, path: Path) -> Digits:
    """Pictures and labels that belong together; else CannotPlay."""
    for images, labels in (found[:2], found[2:]):
        if images.ndim != 3 or images.dtype != np.uint8 or max(images.shape[1:]) > LARGEST_SIDE:
            raise CannotPlay(f"what {path} holds are no pictures of bytes: {WHERE_MNIST}")
        if len(images) < 10 or len(images) != len(labels) or labels.ndim != 1:
            raise CannotPlay(
                f"{path} has {len(images)} pictures and {np.size(labels)} labels: they must be "
                "equally many, at least 10"
            )
        if labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() > 9:
            raise CannotPlay(f"the labels in {path} are not all digits from 0 to 9")
    if found.images.shape[1:] != found.test_images.shape[1:]:
        raise CannotPlay(f"the pictures in {path} are of two sizes")
    return found._replace(
        labels=found.labels.astype(np.int64), test_labels=found.test_labels.astype(np.int64)
    )


# --- reviews -------------------------------------------------------------------------------------


def reviews(path: Path, most: int) -> tuple[list[str], list[str]]:
    """The first reviews and their labels, a line each: "positive" or "negative"."""
    with _readable(path):
        folder = path if path.is_dir() else path.parent
        if not path.exists():
            raise CannotPlay(f"there is no file {path}: {WHERE_REVIEWS}")
        docs, labels = (_lines(folder / name, most) for name in ("reviews.txt", "labels.txt"))
    for number, label in enumerate(labels, 1):
        if label.strip().lower() not in ("positive", "negative"):
            raise CannotPlay(
                f"line {number} of {folder / 'labels.txt'} is neither positive nor negative"
            )
    if len(docs) != len(labels):
        raise CannotPlay(
            f"{folder} has {len(docs)} reviews and {len(labels)} labels: a line for each is needed"
        )
    if len({label.strip().lower() for label in labels}) < 2:
        raise CannotPlay(f"{folder / 'labels.txt'} must have positive and negative reviews")
    return docs, labels


def _lines(path: Path, most: int) -> list[str]:
    if not path.is_file():
        raise CannotPlay(f"there is no {path.name} in {path.parent}: {WHERE_REVIEWS}")
    found: list[str] = []
    with path.open("rb") as file:
        for line in file:
            if b"\0" in line:
                raise CannotPlay(f"{path} is no text: {WHERE_REVIEWS}")
            if len(found) == most:
                break
            found.append(line.decode("utf-8", "replace").rstrip("\r\n"))
    return found


# --- any text ------------------------------------------------------------------------------------


def text_of(path: Path, least: int, most: int) -> tuple[str, bool]:
    """The first characters of a text file, and whether there are more.

    What no screen can show is a space. UTF-8, or else what old editors on Windows wrote.
    """
    with _readable(path):
        if path.is_dir():
            raise CannotPlay(f"{path} is a folder: {WHERE_TEXT}")
        if not path.exists():
            raise CannotPlay(f"there is no file {path}: {WHERE_TEXT}")
        with path.open("rb") as file:
            raw = file.read(4 * (most + 2))  # no character has more than 4 bytes
    try:
        text, _ = codecs.utf_8_decode(raw.removeprefix(codecs.BOM_UTF8), "strict", False)
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    is_cut = len(text) > most
    text = text[:most]
    controls = sum(unicodedata.category(c) == "Cc" and not c.isspace() for c in text)
    if "\0" in text or controls > len(text) / 100:
        raise CannotPlay(f"{path} is no text: {WHERE_TEXT}")
    if len(text) < least:
        raise CannotPlay(f"{path} has {len(text)} characters: at least {least} are needed to learn")
    return "".join(c if c == "\n" or c.isprintable() else " " for c in text), is_cut
