"""The warm process: has NumPy loaded and nothing else of ours, and forks the next worker.

It takes one-byte orders on its control socket: `F` with three descriptors has a worker serve on
them and answers its process id, `K` and a process id ends one. It ends when the socket does. One
worker is always forked ahead, and waits.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import mmap
import os
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from importlib.machinery import BuiltinImporter, FrozenImporter, PathFinder

from gdl_check.sandbox.launch import PID, PROGRESS
from gdl_check.sandbox.worker import Channel, Worker, settle, tell_lines

PR_SET_CHILD_SUBREAPER = 36
MOST_STRAYS = 10_000

# Gives up what an answer has no use for, and says what took hold.
Confined = Callable[[], list[str]]


def main(control_fd: int) -> None:
    """Fork workers on order until the control socket ends."""
    os.setsid()  # what the terminal sends to its programs (Ctrl-C) is not meant for us
    with contextlib.suppress(OSError):
        os.chdir("/proc")  # where nothing can be created, whatever a relative path says
    for first, last in ((3, control_fd), (control_fd + 1, 4096)):
        os.closerange(first, last)
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    confined = _prepare()
    # What is there now is shared with every worker; collecting it would copy it into each.
    gc.freeze()
    gc.enable()
    workers: set[int] = set()
    with socket.socket(fileno=control_fd) as control, contextlib.suppress(OSError):
        _follow_orders(control, workers, confined)
    for pid in workers:
        _end(pid)
    _end_strays(set())


def _follow_orders(control: socket.socket, workers: set[int], confined: Confined) -> None:
    """Until there are no more; raises OSError where nobody is left to hear an answer."""
    spare, line = _fork_spare(control, workers, confined)
    while True:
        order, fds, _, _ = socket.recv_fds(control, 1 + PID.size, 3)
        if not order:
            break
        if order[:1] == b"F" and len(fds) == 3:
            socket.send_fds(line, [order], fds)
            line.close()
            for fd in fds:
                os.close(fd)
            control.sendall(PID.pack(spare))
            # For the next order, while this one's learner keeps the other side busy.
            spare, line = _fork_spare(control, workers, confined)
        elif order[:1] == b"K":
            (pid,) = PID.unpack_from(order, 1)
            if pid in workers:
                workers.remove(pid)
                _end(pid)
                _end_strays(workers)


def _fork_spare(
    control: socket.socket, workers: set[int], confined: Confined
) -> tuple[int, socket.socket]:
    """A worker that waits, confined already, for the descriptors it will work with."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        control.close()
        ours.close()
        _become_worker(theirs, confined)
    theirs.close()
    workers.add(pid)
    return pid, ours


def _prepare() -> Confined:
    """Load what workers use, and make ready what confines them.

    After that only the standard library stays importable.
    """
    # Not at the top: who forks this process has no use for them. NumPy finds its own parts by
    # itself, but a worker looks them up in a copy of it.
    import numpy.random  # noqa: F401

    from gdl_check.sandbox import confine

    settle()
    standard = os.path.dirname(os.__file__)
    beside = (standard, os.path.join(standard, "lib-dynload"))
    sys.path[:] = [path for path in sys.path if path in beside or path.endswith(".zip")]
    usual = (BuiltinImporter, FrozenImporter, PathFinder)
    sys.meta_path[:] = [finder for finder in sys.meta_path if finder in usual]
    return partial(confine.confine, confine.build())


def _become_worker(line: socket.socket, confined: Confined) -> None:
    try:
        os.setsid()
        active = confined()
        _, fds, _, _ = socket.recv_fds(line, 1, 3)
        line.close()
        channel, trace, progress = fds
        tell_lines(trace, patience=None)
        shared = mmap.mmap(progress, PROGRESS.size)
        os.close(progress)
        Worker(Channel(channel, channel, shared), active).serve()
    finally:
        os._exit(0)


def _end(pid: int) -> None:
    # Its own group first: what the learner's code has started must not outlive it.
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
    os.waitpid(pid, 0)


def _end_strays(workers: set[int]) -> None:
    """End what learners' code has left behind: the system hands us what has lost its parent."""
    for _ in range(MOST_STRAYS):
        try:
            with open("/proc/thread-self/children", encoding="ascii") as children:
                strays = {int(pid) for pid in children.read().split()} - workers
        except OSError:
            return
        if not strays:
            return
        for pid in strays:
            _end(pid)


def serve_alone(patience: float) -> None:
    """Be the one worker of a system that cannot fork: requests on stdin, replies on stdout."""
    confined = _prepare()
    read_fd, write_fd, trace_fd = os.dup(0), os.dup(1), os.dup(2)
    nothing = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(nothing, fd)
    tell_lines(trace_fd, patience)
    channel = Channel(read_fd, write_fd, None, patience, trace_fd)
    Worker(channel, confined()).serve()
