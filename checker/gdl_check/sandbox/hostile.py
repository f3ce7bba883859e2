"""A chapter file that means harm: what the canary sends to a worker, and nobody imports.

Every attempt raises where it is refused, and does nothing that lasts where it is not.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import socket
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

PTRACE_SEIZE = 0x4206


def answer(a: Any, b: Any) -> Any:
    """What a right answer may need: parts of Python and NumPy that nobody has loaded, a thread."""
    import fractions
    import statistics
    import threading

    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(a.dot(b)))
    thread.start()
    thread.join()
    np.polynomial.Polynomial([1, 2])
    assert statistics.mean([fractions.Fraction(1, 2)] * 2) * 2 == 1
    return results[0]


def tried(solution: str, bait: str, new_files: list[str], grader: int, decoy: int) -> list[str]:
    """The names of the attempts that were not refused."""
    folder = os.path.dirname(bait)
    attempts: list[tuple[str, Callable[[], Any]]] = [
        ("hold memory", lambda: mmap.mmap(-1, 2 << 30).close()),
        ("open files", open_many),
        ("keep files in memory", fill_memory_file),
        ("raise limits", raise_limits),
        ("fork", fork),
        ("execute", lambda: execute(os.path.join(folder, "no such program"))),
        ("tcp", lambda: reach(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 9))),
        ("udp", lambda: reach(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 9))),
        ("unix", lambda: reach(socket.AF_UNIX, socket.SOCK_STREAM, "\0gdl-check-nobody")),
        ("chmod", lambda: os.chmod(bait, 0o600)),
        ("utime", lambda: os.utime(bait)),
        ("truncate", lambda: os.truncate(bait, 1)),
        ("trace", lambda: trace(decoy)),
        ("read the solution", lambda: read(solution)),
        ("read", lambda: read(bait)),
        ("list", lambda: os.listdir(folder)),
        ("write", lambda: os.close(os.open(bait, os.O_WRONLY))),
        ("stat", lambda: os.stat(bait)),
    ]
    for path in new_files:
        attempts.append(("create", partial(create, path)))
    for pid in (grader, os.getppid()):
        attempts += [
            ("signal", partial(signal, pid)),
            ("limit", partial(limits_of, pid)),
            ("mem", partial(read, f"/proc/{pid}/mem", 0)),
            ("environ", partial(read, f"/proc/{pid}/environ")),
        ]
    return [name for name, attempt in attempts if succeeds(attempt)]


def succeeds(attempt: Callable[[], Any]) -> bool:
    try:
        attempt()
    except Exception:
        return False
    return True


def read(path: str, size: int = 1) -> None:
    with open(path, "rb") as file:
        file.read(size)


def create(path: str) -> None:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT))


def open_many() -> None:
    fds: list[int] = []
    try:
        while len(fds) < 100:
            fds.append(os.dup(0))
    finally:
        for fd in fds:
            os.close(fd)


def fill_memory_file() -> None:
    with open(os.memfd_create("canary"), "wb") as file:
        os.ftruncate(file.fileno(), 1 << 20)


def raise_limits() -> None:
    import resource

    most = resource.RLIM_INFINITY
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


def fork() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def execute(program: str) -> None:
    """What is not there cannot be started; who finds that out was allowed to start what is."""
    try:
        os.execv(program, [program])
    except FileNotFoundError:
        return


def reach(family: int, kind: int, address: Any) -> None:
    """Nobody is at this address; who finds that out has got as far as there."""
    with socket.socket(family, kind) as ours:
        ours.settimeout(0.05)
        try:
            ours.connect(address)
        except (ConnectionRefusedError, TimeoutError):
            return


def signal(pid: int) -> None:
    if sys.platform == "win32":
        raise PermissionError  # where this would end the process
    os.kill(pid, 0)


def limits_of(pid: int) -> None:
    import resource

    resource.prlimit(pid, resource.RLIMIT_CPU)


def trace(pid: int) -> None:
    if ctypes.CDLL(None).ptrace(PTRACE_SEIZE, pid, None, None) != 0:
        raise PermissionError
