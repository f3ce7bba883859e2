"""This very version of gdl-check as a wheel, to be installed where a grader runs elsewhere."""

from __future__ import annotations

import base64
import csv
import hashlib
import importlib.metadata
import io
import zipfile
from collections.abc import Iterator

from gdl_check import __version__
from gdl_check.places import PACKAGE, course_folder

TIME = (1980, 1, 1, 0, 0, 0)  # the same files make the same wheel
INFO = f"gdl_check-{__version__}.dist-info"
NAME = f"gdl_check-{__version__}-py3-none-any.whl"


def wheel() -> bytes:
    """The package as it runs here, from a checkout or installed, with the course's files in it."""
    distribution = importlib.metadata.distribution("gdl-check")
    files = dict(_package())
    for name in ("METADATA", "entry_points.txt"):
        files[f"{INFO}/{name}"] = (distribution.read_text(name) or "").encode()
    about = "Wheel-Version: 1.0\nGenerator: gdl-check\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[f"{INFO}/WHEEL"] = about.encode()
    files[f"{INFO}/RECORD"] = _record(files)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, TIME), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _package() -> Iterator[tuple[str, bytes]]:
    folders = {"gdl_check": PACKAGE}
    for name in ("exercises", "solutions"):
        folders[f"gdl_check/{name}"] = course_folder(name)
    for inside, folder in folders.items():
        for path in sorted(folder.rglob("*")):
            below = path.relative_to(folder)
            hidden = any(part.startswith((".", "__pycache__")) for part in below.parts)
            if path.is_file() and not hidden:
                yield f"{inside}/{below.as_posix()}", path.read_bytes()


def _record(files: dict[str, bytes]) -> bytes:
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    for name, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        table.writerow([name, f"sha256={digest}", len(content)])
    table.writerow([f"{INFO}/RECORD", "", ""])
    return text.getvalue().encode()
