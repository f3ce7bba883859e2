"""Marks submissions in processes of their own, several at a time.

Nothing that a submission does may end the grading: one that ends its process is tried once more,
alone, and after that it is a fault of ours with its name on it.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from multiprocessing.connection import Connection, wait
from typing import NamedTuple

from gdl_check.chapter_check import Settings
from gdl_check.checking import fault_of
from gdl_check.course import load_chapter
from gdl_check.grade.intake import Submission, read
from gdl_check.grade.marking import Marked, mark
from gdl_check.grade.receipts import source_hash
from gdl_check.sandbox import launch

LONGEST = 900.0  # seconds for one submission, whatever is in it
LOOK_SECONDS = 1.0
ENDED_TWICE = "marking it ended the process that did it, twice"
TOO_LONG = "marking it took too long"


class Task(NamedTuple):
    """One submission to be marked, but for when its files are among the `known` ones."""

    submission: Submission
    student: str
    chapters: tuple[str, ...]
    settings: Settings
    known: frozenset[str] = frozenset()


class Done(NamedTuple):
    """What came of a task: marks (None where its files are known), or a fault of ours."""

    source: str = ""
    notes: tuple[str, ...] = ()
    marks: list[Marked] | None = None
    fault: str = ""


def carry_out(task: Task) -> Done:
    """Read a submission's files and mark them."""
    return opened(task).marked()


class Opened(NamedTuple):
    """A task with its files read, or what came of trying."""

    task: Task
    files: Mapping[str, bytes]
    done: Done

    def marked(self) -> Done:
        """The marks, where it is not known already what becomes of these files."""
        if self.done.fault or self.done.source in self.task.known:
            return self.done
        try:
            marks = mark(self.files, self.task.chapters, self.task.settings)
            return self.done._replace(marks=marks)
        except Exception as error:
            return self.done._replace(fault=_in_words(error))


def opened(task: Task) -> Opened:
    """Read the files of a submission."""
    submission = task.submission
    try:
        handed = read(submission, [load_chapter(chapter) for chapter in task.chapters])
    except Exception as error:
        return Opened(task, {}, Done(notes=submission.notes, fault=_in_words(error)))
    notes = (*submission.notes, *handed.notes)
    return Opened(task, handed.files, Done(source_hash(handed.files), notes))


def _in_words(error: Exception) -> str:
    fault = fault_of(error)
    return f"{fault.message} ({fault.where})"


def work(tasks: Iterable[Task], jobs: int) -> Iterator[tuple[Task, Done]]:
    """Carry out tasks, so many at a time; what comes of them follows in no certain order."""
    waiting, again = iter(tasks), deque[Task]()
    idle: list[_Job] = []
    busy: dict[Connection, _Job] = {}
    try:
        while True:
            while len(busy) < jobs:
                task = next(waiting, None)
                last_try = task is None and bool(again)
                if last_try:
                    task = again.popleft()
                if task is None:
                    break
                job = idle.pop() if idle else _Job()
                job.begin(task, last_try)
                busy[job.ours] = job
            if not busy:
                return
            ready = wait(list(busy), timeout=LOOK_SECONDS)
            for job in [busy.pop(ours) for ours in list(busy) if ours in ready]:
                try:
                    done = job.ours.recv()
                except (EOFError, OSError):
                    job.end()
                    if job.last_try:
                        yield job.task, Done(fault=ENDED_TWICE)
                    else:
                        again.append(job.task)
                    continue
                idle.append(job)
                yield job.task, done
            for job in [job for job in busy.values() if time.monotonic() > job.until]:
                del busy[job.ours]
                job.end()
                yield job.task, Done(fault=TOO_LONG)
    finally:
        for job in [*idle, *busy.values()]:
            job.end()


class _Job:
    """A process that carries out one task after the other."""

    task: Task
    last_try: bool
    until: float

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.ours, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()

    def begin(self, task: Task, last_try: bool) -> None:
        self.task, self.last_try, self.until = task, last_try, time.monotonic() + LONGEST
        # One that has ended is seen when its answer is waited for.
        with contextlib.suppress(OSError):
            self.ours.send(task)

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.ours.close()


def _serve(tasks: Connection) -> None:
    """Carry out tasks until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is the grader's to say when we end
    launch.start()
    with contextlib.suppress(EOFError, OSError):
        while True:
            tasks.send(carry_out(tasks.recv()))
