"""A worker process as what answers for an exercise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gdl_check.memo import Program
from gdl_check.results import Error, Verdict
from gdl_check.sandbox.client import Ended, Source, Worker
from gdl_check.sandbox.programs import Outcome


class CannotLoad(Exception):
    """The learner's file broke while it was being opened; no exercise in it can be examined."""

    def __init__(self, verdict: Verdict, error: Error) -> None:
        super().__init__(error.message)
        self.verdict, self.error = verdict, error


class WorkerRunner:
    """A fresh worker that opens a learner's file and answers for one exercise in it.

    `files` holds the file of the module `main` and the chapter files that it imports. The first
    outcomes that are asked for raise CannotLoad where the file cannot be opened.
    """

    def __init__(self, files: Mapping[str, Source], main: str, seconds: float) -> None:
        self.worker = Worker(seconds)
        self.worker.load(files, main)
        self.is_open = False

    def run(self, programs: Sequence[Program]) -> Iterator[list[Outcome]]:
        """Send programs to the worker; what comes of them follows when it is asked for."""
        outcomes = self.worker.run(programs)

        def told() -> Iterator[list[Outcome]]:
            self.open()
            yield from outcomes

        return told()

    def open(self) -> None:
        """Wait until the file is open. Raises CannotLoad."""
        if self.is_open:
            return
        self.is_open = True
        try:
            opened = self.worker.opened()
        except Ended as ended:
            raise CannotLoad(*_load_ended(ended)) from None
        if opened.raised is not None:
            raised = opened.raised
            error = Error(raised.type, raised.message, raised.line, trace=raised.trace)
            raise CannotLoad(Verdict.ERROR, error)

    def close(self) -> None:
        self.worker.close()


def _load_ended(ended: Ended) -> tuple[Verdict, Error]:
    where = f" in line {ended.line}" if ended.line is not None else ""
    if ended.how == "timeout":
        message = (
            f"opening the file took too long: {ended.message}{where} without coming to its end"
        )
        return Verdict.TIMEOUT, Error("Timeout", message, ended.line)
    return Verdict.ERROR, Error(
        "Ended", f"opening the file failed: {ended.message}{where}", ended.line
    )
