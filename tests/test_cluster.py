"""The same gradebook comes off a cluster, whatever dies there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gdl_check.chapter_check import Settings
from gdl_check.grade.intake import Submission
from gdl_check.grade.jobs import ENDED_TWICE, Done, Task
from learner import STUBS
from teacher import CHAPTER, FILE_NAME, Teacher

pytest.importorskip("distributed")

SECONDS = 60


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and workers, each a process of its own on this machine."""
    told = folder / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    dask = [sys.executable, "-m", "dask"]
    start = [*dask, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    processes = [subprocess.Popen([*start, "--scheduler-file", str(told)], **quiet)]  # type: ignore[call-overload]
    try:
        until = time.monotonic() + SECONDS
        while not (told.exists() and told.read_text()) and time.monotonic() < until:
            time.sleep(0.05)
        for _ in range(workers):
            start = [*dask, "worker", "--scheduler-file", str(told), "--nthreads", "1"]
            start += ["--no-nanny", "--no-dashboard", "--local-directory", str(folder)]
            processes.append(subprocess.Popen(start, **quiet))  # type: ignore[call-overload]
        yield str(told), processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()


def address(told: str) -> str:
    return str(json.loads(Path(told).read_text(encoding="utf-8"))["address"])


def test_a_cluster_comes_to_the_same_gradebook_though_a_worker_dies(tmp_path: Path) -> None:
    teacher = Teacher(tmp_path / "course")
    truth = teacher.class_of(6)
    with cluster(tmp_path, 2) as (told, workers):
        grading = teacher.start("--scheduler", address(told), "--out", "grades")
        until = time.monotonic() + SECONDS
        database = teacher.out / "grades.sqlite"
        while not _kept(database) and time.monotonic() < until:
            time.sleep(0.05)
        workers[0].send_signal(signal.SIGKILL)
        assert grading.wait(SECONDS) == 0
    table = (teacher.out / "grades.csv").read_bytes()
    graded = teacher.run("--out", "grades")
    assert list(graded.wrong(truth)) == []
    assert teacher.grade("--out", "alone").code == 0
    assert (teacher.folder / "alone" / "grades.csv").read_bytes() == table


def _kept(database: Path) -> bool:
    """Whether something has been graded: the write-ahead log has grown."""
    log = database.with_name(database.name + "-wal")
    return log.exists() and log.stat().st_size > 100_000


class WorkerKiller(dict[str, bytes]):
    """Files that end the worker that takes them in; the scheduler looks at them as well."""

    def __reduce__(self) -> tuple[object, tuple[()]]:
        return _end_worker, ()


def _end_worker() -> dict[str, bytes]:
    if "worker" in sys.argv:
        os._exit(9)
    return WorkerKiller()


def test_a_submission_that_kills_workers_is_given_up_after_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gdl_check.grade import cluster as clusters

    def task(name: str) -> Task:
        submission = Submission(name, name, (tmp_path / FILE_NAME,), None, False, ())
        return Task(submission, name, (CHAPTER,), Settings())

    (tmp_path / FILE_NAME).write_text(STUBS)
    opened = clusters.opened

    def with_killer(task: Task) -> clusters.Opened:
        found = opened(task)
        return found._replace(files=WorkerKiller()) if task.student == "killer" else found

    monkeypatch.setattr(clusters, "opened", with_killer)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=os.pathsep)
    with cluster(tmp_path, 3) as (told, workers):
        tasks = [task("killer"), task("ana"), task("ben")]
        found = {t.student: done for t, done in clusters.work_on(address(told), 0, tasks)}
        dead = [worker.poll() is not None for worker in workers]
    assert found["killer"].fault == ENDED_TWICE
    assert sum(dead) == 2
    assert all(_is_marked(found[name]) for name in ("ana", "ben"))


def _is_marked(done: Done) -> bool:
    return done.marks is not None and {m.verdict for m in done.marks} == {"not_started"}


def test_nobody_answering_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from gdl_check.grade import cluster as clusters

    monkeypatch.setattr(clusters, "CONNECT_SECONDS", 1)
    teacher = Teacher(tmp_path)
    teacher.hand_in("ana", STUBS)
    graded = teacher.grade("--scheduler", "tcp://127.0.0.1:9")
    assert graded.code == 2
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in graded.said
