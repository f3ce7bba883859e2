"""Finds out what confines a learner's code here: by trying, with a file that means harm."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from gdl_check.places import course_folder
from gdl_check.sandbox.client import Ended, Source, Worker
from gdl_check.sandbox.confine import close_memory
from gdl_check.sandbox.connections import ForkedConnection, SandboxFault
from gdl_check.sandbox.programs import Outcome, Step

HIGHEST = 3
# What an attempt that nobody refuses comes to, by the level at which all of these are refused.
ATTEMPTS = {
    1: {
        "hold memory": "take all the memory",
        "open files": "open any number of files",
        "keep files in memory": "take memory that no limit counts",
        "raise limits": "take off the limits it was given",
    },
    2: {
        "fork": "start processes that outlive it",
        "execute": "start programs",
        "tcp": "reach the network",
        "udp": "reach the network",
        "unix": "talk to programs on this machine",
        "chmod": "lock files away",
        "utime": "change the dates of files",
        "truncate": "empty files",
        "trace": "take over other processes",
        "signal": "end the grader",
        "limit": "limit the grader",
    },
    3: {
        "read the solution": "read the solutions",
        "read": "read other submissions and the gradebook",
        "list": "list folders",
        "write": "change other submissions and the gradebook",
        "create": "leave files behind",
        "mem": "read the grader's memory",
        "environ": "read the grader's environment",
    },
    # Nothing refuses this: Python finds its own modules so.
    HIGHEST + 1: {"stat": "see that a file is there and how large it is"},
}


class Seen(NamedTuple):
    """What holds here: 0 a process of its own, 1 limits too, 2 seccomp too, 3 Landlock too.

    `active` names the mechanisms, `missing` says what a submission could do all the same.
    """

    level: int
    active: tuple[str, ...]
    missing: tuple[str, ...]


class TooOpen(Exception):
    """The sandbox does not reach the level that is asked for; its text is for people."""


def look() -> Seen:
    """Try everything that must not succeed, and a right answer, which must.

    From then on no other process can look into our memory. Raises SandboxFault where the right
    answer does not come through: then the sandbox is broken, and no submission.
    """
    close_memory()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        new_files = [os.path.join(folder, "new"), f"/dev/shm/gdl-check-canary-{os.getpid()}"]
        for path in new_files:
            stack.callback(Path(path).unlink, missing_ok=True)
        try:
            worker, decoy = _worker(stack), _worker(stack)
            _see_a_right_answer_through(worker)
            succeeded = _tried(worker, folder, new_files, decoy)
        except Ended as ended:
            raise SandboxFault(f"a right answer does not come through ({ended.message})") from None
    broken = [level for level, attempts in ATTEMPTS.items() if succeeded & attempts.keys()]
    said = {name: words for group in ATTEMPTS.values() for name, words in group.items()}
    missing = dict.fromkeys(said[name] for name in said if name in succeeded)
    return Seen(min(broken, default=HIGHEST + 1) - 1, tuple(worker.active), tuple(missing))


def require(level: int) -> Seen:
    """Look, and raise TooOpen, with one sentence, where less than this level holds."""
    seen = look()
    if seen.level < level:
        raise TooOpen(
            f"the sandbox reaches level {seen.level} here and {level} is required: "
            f"a submission could {', '.join(seen.missing)} (see gdl-check doctor)"
        )
    return seen


def _worker(stack: contextlib.ExitStack) -> Worker:
    worker = Worker()
    stack.callback(worker.close)
    text = Path(__file__).with_name("hostile.py").read_text(encoding="utf-8")
    worker.load({"hostile": Source("hostile.py", text)}, "hostile")
    _not_raised(worker.opened())
    return worker


def _tried(worker: Worker, folder: str, new_files: list[str], decoy: Worker) -> set[str]:
    """The names of the attempts that were not refused."""
    bait = Path(folder) / "gradebook.csv"
    bait.write_text("name,points\nAda,10\n", encoding="utf-8")
    solution = next(course_folder("solutions").glob("ch*.py"))
    held = decoy.connection
    pid = held.pid if isinstance(held, ForkedConnection) else held.process.pid
    return set(_call(worker, "tried", str(solution), str(bait), new_files, os.getpid(), pid))


def _see_a_right_answer_through(worker: Worker) -> None:
    import numpy as np

    a, b = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    if not np.array_equal(_call(worker, "answer", a, b), a @ b):
        raise SandboxFault("a right answer comes out of the sandbox as a wrong one")


def _call(worker: Worker, name: str, *args: Any) -> Any:
    ((outcome,),) = worker.run([[Step("call", name, args)]])
    return _not_raised(outcome).value


def _not_raised(outcome: Outcome) -> Outcome:
    if outcome.raised is not None:
        raise SandboxFault(f"a right answer does not come through ({outcome.raised.sentence})")
    return outcome
