"""What a worker gives up before it opens a learner's file, as far as the system can take it away.

What costs time is made ready once, in the process that workers are forked from.
"""

from __future__ import annotations

import os
import struct
import sys
from typing import NamedTuple

from gdl_check.sandbox import landlock, seccomp
from gdl_check.sandbox.launch import MEMORY
from gdl_check.sandbox.libc import libc, prctl

try:
    import resource
except ImportError:  # on Windows
    resource = None  # type: ignore[assignment]

LIMITS = {
    "RLIMIT_CPU": 120,
    "RLIMIT_AS": MEMORY,
    "RLIMIT_NOFILE": 32,
    "RLIMIT_FSIZE": 0,
    "RLIMIT_CORE": 0,
    "RLIMIT_NPROC": 4096,  # of one user, threads counted: a desktop may have a thousand
}

PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 4, 24, 38
_CAPABILITIES = 64  # more than there are
_CAPSET_VERSION = 0x20080522


class Walls(NamedTuple):
    """What confines workers, made ready; None for what this system does not have."""

    rules: landlock.Ruleset | None
    calls: seccomp.Filter | None


def build() -> Walls:
    """Give up what neither workers nor who starts them need, and make the rest ready."""
    walls = Walls(landlock.build(), seccomp.build())
    close_memory()
    _drop_privileges()
    return walls


def confine(walls: Walls) -> list[str]:
    """Give up what an answer has no use for; return the names of the mechanisms that took hold."""
    active = _limit()
    if walls.rules is not None and landlock.submit(walls.rules):
        active.append(f"landlock_{walls.rules.version}")
    if walls.calls is not None and seccomp.install(walls.calls):
        active.append("seccomp")
    return active


def close_memory() -> None:
    """Let no process of the same user look into this one's memory, or write there (Linux)."""
    if sys.platform == "linux":
        prctl(PR_SET_DUMPABLE, 0)


def _drop_privileges() -> None:
    """What root may do beyond others, and any way to get it back."""
    if sys.platform != "linux":
        return
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    if os.geteuid() == 0:
        for capability in range(_CAPABILITIES):
            prctl(PR_CAPBSET_DROP, capability)
    libc().capset(struct.pack("=Ii", _CAPSET_VERSION, 0), bytes(24))


def _limit() -> list[str]:
    if resource is None:
        return []
    active = []
    for name, limit in LIMITS.items():
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        try:
            resource.setrlimit(kind, (limit, limit))
        except (ValueError, OSError):
            continue
        active.append(name.lower())
    return active
