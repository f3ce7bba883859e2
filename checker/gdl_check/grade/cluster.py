"""Marks submissions on a Dask cluster, where one machine is not enough.

Files are read here and travel with their task, so that the machines need share no folder. A worker
that dies has its submission marked elsewhere; a submission that two workers died of is a fault.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any

import numpy as np
from distributed import Client, KilledWorker, as_completed

from gdl_check import __version__
from gdl_check.corpus import chapter_hash
from gdl_check.course import load_chapter
from gdl_check.grade.jobs import ENDED_TWICE, Done, Opened, Task, opened
from gdl_check.sandbox import canary
from gdl_check.targets import NotUnderstood

CONNECT_SECONDS = 10
DEATHS = 1  # of workers that a submission may have been with, before it is tried no more

_one_at_a_time = threading.Lock()


class Unfit(Exception):
    """A worker of the cluster that must not mark: it would come to other verdicts than we do."""


def work_on(address: str, level: int, tasks: Iterable[Task]) -> Iterator[tuple[Task, Done]]:
    """Carry out tasks on the cluster whose scheduler is at this address.

    Its workers must have the same versions as we have, and confine answers at least as well as
    `level` says. Raises NotUnderstood where nobody answers.
    """
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError):
        raise NotUnderstood(f"no Dask scheduler answers at {address}") from None
    with client:
        client.run_on_scheduler(_expect_deaths)
        yield from _work(client, level, tasks)


def _work(client: Client, level: int, tasks: Iterable[Task]) -> Iterator[tuple[Task, Done]]:
    waiting = map(opened, tasks)
    versions = _versions()
    running: dict[Any, Opened] = {}
    done = as_completed(loop=client.loop)

    def submit(some: Iterable[Opened]) -> None:
        for one in some:
            # Named anew each time: what came of an earlier try is nobody's verdict.
            future = client.submit(_marked, one, level, versions, pure=False)
            running[future.key] = one
            done.add(future)

    submit(islice(waiting, _room(client)))
    for future in done:
        one = running.pop(future.key)
        # No more than can be begun at once: who waits at a worker that dies is no suspect.
        submit(islice(waiting, max(0, _room(client) - len(running))))
        yield one.task, _outcome(future, one)


def _outcome(future: Any, one: Opened) -> Done:
    try:
        done: Done = future.result()
        return done
    except KilledWorker:
        return one.done._replace(fault=ENDED_TWICE)
    except Unfit as unfit:
        return one.done._replace(fault=str(unfit))


def _room(client: Client) -> int:
    return max(1, sum(map(int, client.nthreads().values())))


def _marked(one: Opened, level: int, versions: tuple[str, ...]) -> Done:
    """Mark a submission on a worker of the cluster; one at a time, as workers share a process."""
    with _one_at_a_time:
        if _versions() != versions:
            raise Unfit("a machine of the cluster has other versions: install the same everywhere")
        if _level() < level:
            raise Unfit(f"a machine of the cluster confines answers less well than level {level}")
        return one.marked()


@cache
def _versions() -> tuple[str, ...]:
    from gdl_check.course import chapter_modules

    files = (load_chapter(chapter).file_name for chapter in chapter_modules())
    return __version__, np.__version__, *(chapter_hash(name).hex() for name in files)


@cache
def _level() -> int:
    level: int = canary.look().level
    return level


def _expect_deaths(dask_scheduler: Any) -> None:
    dask_scheduler.allowed_failures = DEATHS
