"""Starts the process that workers come from; without NumPy, so that both sides load it at once."""

from __future__ import annotations

import importlib.util
import os
import socket
import struct
import sys
from typing import Any

PID = struct.Struct("<q")
PROGRESS = struct.Struct("<Q")
MEMORY = 1 << 30  # bytes that one worker may use
CAN_FORK = sys.platform == "linux"

_BOOT = (
    "import sys; sys.path[:0] = sys.argv[1:3]; "
    "from gdl_check.sandbox import warm; warm.{call}({argument})"
)
_ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}

_control: socket.socket | None = None


def calm() -> None:
    """Keep NumPy, before it is loaded, from starting threads: our arrays are small."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def start(fork_here: bool = False) -> None:
    """Start the warm process ahead of the first worker, where workers are forked."""
    calm()
    if fork_here:
        fork_warm_process()
    elif CAN_FORK:
        warm_process()


def command(call: str, argument: Any) -> list[str]:
    """The command line of a bare interpreter that knows NumPy and the sandbox, and no more."""
    package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    numpy = importlib.util.find_spec("numpy")
    assert numpy is not None and numpy.origin is not None
    boot = _BOOT.format(call=call, argument=argument)
    numpy_root = os.path.dirname(os.path.dirname(numpy.origin))
    return [sys.executable, "-P", "-s", "-S", "-c", boot, package, numpy_root]


def environment() -> dict[str, str]:
    """What a worker sees of the environment: nothing of the user's."""
    needed = {k: os.environ[k] for k in ("SYSTEMROOT",) if k in os.environ}
    return _ENVIRONMENT | needed


def warm_process() -> socket.socket:
    """The control socket of the warm process, which is started at the first call (Linux)."""
    global _control
    if _control is None:
        ours, theirs = socket.socketpair()
        os.set_inheritable(theirs.fileno(), True)
        nothing = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 1, 2)]
        arguments = command("main", theirs.fileno())
        os.posix_spawn(arguments[0], arguments, environment(), file_actions=nothing)
        theirs.close()
        _control = ours
    return _control


def fork_warm_process() -> None:
    """Have the warm process forked from this one, which saves loading NumPy twice."""
    global _control
    from gdl_check.sandbox import warm

    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        try:
            ours.close()
            # Let go of now: later their descriptors may be those of something else.
            sys.stdin = sys.stdout = sys.stderr = None
            os.environ.clear()
            _wipe_environment()
            os.environ.update(environment())
            nothing = os.open(os.devnull, os.O_RDWR)
            for fd in (0, 1, 2):
                os.dup2(nothing, fd)
            warm.main(theirs.fileno())
        finally:
            os._exit(0)
    theirs.close()
    _control = ours


def _wipe_environment() -> None:
    """Overwrite what we were started with: taking it out of `os.environ` leaves it in memory."""
    import ctypes

    with open("/proc/self/stat", encoding="ascii", errors="replace") as stat:
        numbers = stat.read().rpartition(")")[2].split()
    start, end = map(int, numbers[47:49])
    ctypes.memset(start, 0, end - start)


def forget_warm_process() -> None:
    """Start another one at the next call, because this one has ended."""
    global _control
    if _control is not None:
        _control.close()
        _control = None
