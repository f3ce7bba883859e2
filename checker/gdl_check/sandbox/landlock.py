"""Landlock: which files a worker may open. Rules are made once, and each worker submits to them.

Nothing can be opened but what Python and NumPy are made of, and nothing can be written. TCP is
closed, and so are signals and abstract sockets to the outside, as far as the kernel knows of them.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
import struct
import sys
from collections.abc import Iterator

from gdl_check.sandbox.libc import system_call

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on every architecture
ASK_VERSION, BENEATH = 1, 1
WRITE_FILE, READ_FILE, READ_FOLDER = 1 << 1, 1 << 2, 1 << 3
# How many of the rights there are, by the kernel's version of Landlock.
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
NETWORK_RIGHTS, SCOPES = 0b11, 0b11  # bind and connect TCP; abstract sockets and signals
RULE = struct.Struct("=Qi")
NOT_OURS = ("site-packages", "dist-packages")


class Ruleset:
    """What may be opened; `version` is what the kernel understands of Landlock."""

    def __init__(self, fd: int, version: int) -> None:
        self.fd, self.version = fd, version

    def allow(self, path: str, rights: int) -> None:
        """Allow these rights on a file, or on all that lies in a folder. Raises OSError."""
        beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            if not stat.S_ISDIR(os.fstat(beneath).st_mode):
                rights &= ~READ_FOLDER
            rule = ctypes.create_string_buffer(RULE.pack(rights, beneath), RULE.size)
            if system_call(ADD_RULE, self.fd, BENEATH, rule, 0) != 0:
                raise OSError(f"Landlock takes no rule for {path}")
        finally:
            os.close(beneath)


def build() -> Ruleset | None:
    """The rules, which nobody has submitted to so far; None where the kernel has no Landlock."""
    version = 0 if sys.platform != "linux" else system_call(CREATE_RULESET, None, 0, ASK_VERSION)
    if version < 1:
        return None
    handled = [(1 << FILE_RIGHTS[min(version, max(FILE_RIGHTS))]) - 1]
    if version >= 4:
        handled.append(NETWORK_RIGHTS)
    if version >= 6:
        handled.append(SCOPES)
    attributes = struct.pack(f"={len(handled)}Q", *handled)
    fd = system_call(CREATE_RULESET, attributes, len(attributes), 0)
    if fd < 0:
        return None
    ruleset = Ruleset(fd, version)
    for path in what_python_needs():
        with contextlib.suppress(OSError):
            ruleset.allow(path, READ_FILE | READ_FOLDER)
    with contextlib.suppress(OSError):
        ruleset.allow(os.devnull, READ_FILE | WRITE_FILE)
    return ruleset


def submit(ruleset: Ruleset) -> bool:
    """Keep to the rules from now on, for good; whether that took hold.

    Needs PR_SET_NO_NEW_PRIVS.
    """
    took_hold = system_call(RESTRICT_SELF, ruleset.fd, 0) == 0
    os.close(ruleset.fd)
    return took_hold


def what_python_needs() -> Iterator[str]:
    """The standard library without what is installed into it, NumPy, and the libraries of both."""
    import numpy

    standard = os.path.dirname(os.__file__)
    yield from (entry.path for entry in os.scandir(standard) if entry.name not in NOT_OURS)
    package = os.path.dirname(numpy.__file__)
    yield package
    yield from filter(os.path.isdir, [f"{package}.libs"])
    inside = [os.path.realpath(folder) + os.sep for folder in (standard, package)]
    for folder in sorted(_library_folders()):
        if any(folder.startswith(known) for known in inside):
            continue
        if any(known.startswith(folder) for known in inside):
            # Whoever may read all of it can read what is installed for Python as well.
            yield from (entry.path for entry in os.scandir(folder) if ".so" in entry.name)
        else:
            yield folder
    yield "/etc/ld.so.cache"


def _library_folders() -> set[str]:
    """The folders of the shared libraries that have been loaded so far."""
    with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
        paths = {line.rstrip("\n").partition("/")[2] for line in maps}
    return {os.path.dirname(f"/{path}") + os.sep for path in paths if ".so" in path}
