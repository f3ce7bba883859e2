"""The C library, for what Python's own modules do not offer (Linux)."""

from __future__ import annotations

import ctypes
import functools


@functools.cache
def libc() -> ctypes.CDLL:
    """The C library; looked up once, because every worker would pay for it."""
    return ctypes.CDLL(None)


def system_call(number: int, *arguments: object) -> int:
    """What the kernel answers: -1 where it refuses."""
    return int(libc().syscall(number, *arguments))


def prctl(option: int, value: int) -> int:
    """Change something about this process; -1 where that is refused."""
    return int(libc().prctl(option, value, 0, 0, 0))
