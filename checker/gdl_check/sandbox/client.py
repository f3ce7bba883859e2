"""The checker's end of a worker: sends programs, reads outcomes, gives up in time.

Nothing a worker says is executed, and nothing it does can hold us longer than its deadline.
"""

from __future__ import annotations

import os
import re
import selectors
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn

import numpy as np

from gdl_check.sandbox import launch
from gdl_check.sandbox.connections import (
    MOST_RECEIVED,
    NO_START,
    ForkedConnection,
    SandboxFault,
    SpawnedConnection,
)
from gdl_check.sandbox.named import NamedFunction
from gdl_check.sandbox.programs import Handle, Outcome, Raised, Step
from gdl_check.sandbox.wire import (
    Decoder,
    TooManyParts,
    Violation,
    encode,
    parse_header,
    split_frames,
    to_wire,
)

Program = Sequence[Step]

SECONDS = 5.0
ALL_REPLIES = 6  # times the seconds for one reply, and a little more for every program
A_LITTLE = 0.1
TRACE_SECONDS, REST_OF_TRACE_SECONDS = 0.5, 0.1
AT_ONCE = 20  # programs in one message: the worker begins while we write the next


TRACE_LINE = re.compile(r'File "(.+?)", line (\d{1,7})\b')
# What reading a reply may raise where it is not what a worker of ours sends.
UNREADABLE = (LookupError, TypeError, AttributeError, ValueError, ArithmeticError, MemoryError)


@dataclass(eq=False)
class Ended(Exception):
    """A worker that will not answer any more.

    `how` is "timeout", "crash", "memory" (it asked for too much, or returned it) or "violation" (of
    the protocol).

    `ahead` counts the programs that it had finished without telling us what came of them.
    """

    how: str
    message: str
    line: int | None = None
    ahead: int = 0


class Abandoned(BaseException):
    """Nobody wants to know any more what a worker would have answered."""


class Source(NamedTuple):
    """A chapter file as the worker sees it, with functions of ours put in place of missing ones.

    `code` is the file compiled and marshalled; without it the worker compiles the text itself.
    """

    path: str
    text: str
    code: bytes = b""
    supply: str = ""
    supplied: tuple[str, ...] = ()


class Worker:
    """One worker process that has opened one learner's file.

    `seconds` is how long one reply may take; all of them together have a limit as well. Every
    method raises Ended once the worker is gone, and SandboxFault where none could be started.
    """

    def __init__(self, seconds: float = SECONDS, fork: bool = launch.CAN_FORK) -> None:
        self.seconds = seconds
        self.connection = ForkedConnection() if fork else SpawnedConnection(seconds)
        self.paths: set[str] = set()
        self.kept = bytearray()
        self.frames: deque[tuple[int, bytes, bytes]] = deque()
        self.replies: deque[tuple[dict[str, Any], Decoder]] = deque()
        self.unread: deque[tuple[int, int]] = deque()  # request id, number of steps
        self.read: dict[int, list[Outcome]] = {}
        self.first_requests: list[bytes] | None = []  # until the first reply
        self.is_second = False
        self.is_abandoned = False
        self.active: list[str] = []  # the mechanisms that confine it, by its own account
        self.sent = 0
        self.answered = 0
        self.waited = 0.0

    def load(self, files: Mapping[str, Source], main: str) -> None:
        """Have the file of the module `main` opened, and others as it imports them.

        What came of it is told by `opened`, or before the first outcome.
        """
        self.paths = {source.path for source in files.values()}
        told = {
            name: {
                "path": source.path,
                "source": source.text,
                "code": len(source.code),
                "supply": {"source": source.supply, "names": list(source.supplied)},
            }
            for name, source in files.items()
        }
        codes = [source.code for source in files.values()]
        self._send(encode(self.sent, {"do": "load", "files": told, "main": main}, codes), 1)

    def opened(self) -> Outcome:
        """Wait until the file is open, and say what came of it. Raises Ended."""
        header, _ = self._receive()
        self.active = [str(name)[:64] for name in header.get("active", ())][:99]
        try:
            return Outcome(raised=_raised(header.get("error")), printed=_printed(header))
        except UNREADABLE as error:
            self._give_up("violation", _disturbed(error))

    def run(self, programs: Sequence[Program]) -> Iterator[list[Outcome]]:
        """Send programs; the outcomes of each one's steps follow as they arrive.

        The iterator raises Ended where the worker is gone before it has answered them all.
        """
        first = self.sent
        for start in range(0, len(programs), AT_ONCE):
            some = programs[start : start + AT_ONCE]
            self._send(_request(self.sent, some), len(some))
        self.unread += ((first + i, len(program)) for i, program in enumerate(programs))
        return map(self._outcomes, range(first, first + len(programs)))

    def _outcomes(self, request_id: int) -> list[Outcome]:
        """What came of one program; what was sent before it is read first, and kept."""
        while request_id not in self.read:
            answered, steps = self.unread.popleft()
            self.read[answered] = self._next_outcomes(steps)
        return self.read.pop(request_id)

    def _next_outcomes(self, steps: int) -> list[Outcome]:
        reply, decoder = self._receive()
        try:
            outcomes = _read_outcomes(reply, decoder, steps)
        except TooManyParts as much:
            self._give_up("violation", str(much))
        except UNREADABLE as error:
            self._give_up("violation", _disturbed(error))
        raised = outcomes[-1].raised
        # After one of these the next call would only fill the memory once more.
        if raised is not None and raised.type == "MemoryError":
            message = f"it asked for more than {launch.MEMORY >> 30} GB of memory"
            raise Ended("memory", message, raised.line)
        if raised is not None and raised.type == "TooMuch":
            raise Ended("memory", raised.message, raised.line)
        return outcomes

    def _send(self, request: bytes, asks: int) -> None:
        """Send a frame that asks for so many replies."""
        self.sent += asks
        if self.first_requests is not None:
            self.first_requests.append(request)
        self.connection.send(request)

    def _receive(self) -> tuple[dict[str, Any], Decoder]:
        """The next reply, and what reads the values in it."""
        while not self.replies:
            if not self.frames:
                self._wait_for_frames()
            try:
                self._open(*self.frames.popleft())
            except Violation as violation:
                self._give_up("violation", _disturbed(violation))
        self.answered += 1
        return self.replies.popleft()

    def _open(self, first: int, head: bytes, payload: bytes) -> None:
        """Take the replies out of a frame. Raises Violation."""
        told = parse_header(head).get("replies")
        if first != self.answered:
            raise Violation("an answer to something that was not asked")
        if not isinstance(told, list) or not all(isinstance(reply, dict) for reply in told):
            raise Violation("a frame without replies")
        if not 0 < len(told) <= self.sent - first:
            raise Violation("more or fewer replies than there can be")
        self.first_requests = None
        decoder = Decoder(payload)
        self.replies.extend((reply, decoder) for reply in told)

    def _wait_for_frames(self) -> None:
        """Wait for at least one whole reply, however many pieces it comes in."""
        began = time.monotonic()
        left_for_all = ALL_REPLIES * self.seconds + A_LITTLE * self.sent - self.waited
        while True:
            try:
                self.frames.extend(split_frames(self.kept, bounded=True))
            except Violation as violation:
                self._give_up("violation", _disturbed(violation))
            if self.frames:
                break
            left = min(self.seconds, left_for_all) - (time.monotonic() - began)
            chunk = self.connection.receive(left)
            if self.is_abandoned:
                raise Abandoned
            if chunk is None:
                self._give_up("timeout", self._too_long(left_for_all))
            if not chunk and self._begins_again():
                continue
            if not chunk:
                self._give_up(*self._cut_off())
            self.kept += chunk
        self.waited += time.monotonic() - began

    def _too_long(self, left_for_all: float) -> str:
        if left_for_all >= self.seconds:
            return f"it ran for {self.seconds:g} second{'' if self.seconds == 1 else 's'}"
        whole = ALL_REPLIES * self.seconds + A_LITTLE * self.sent
        return f"its calls took {whole:.0f} seconds together, and the last one went on"

    def _begins_again(self) -> bool:
        """Take another process where the one that was ordered has never begun."""
        if self.connection.has_begun():
            return False
        if self.first_requests is None or self.is_second:
            raise SandboxFault(NO_START)
        self.is_second = True
        self.connection.close()
        self.connection = ForkedConnection()
        for request in self.first_requests:
            self.connection.send(request)
        return True

    def _cut_off(self) -> tuple[str, str]:
        if self.connection.received >= MOST_RECEIVED:
            return "violation", f"it returned more than {MOST_RECEIVED >> 20} MB in all"
        return "crash", "it ended the Python process that ran it"

    def _give_up(self, how: str, message: str) -> NoReturn:
        line = self._line(ask=how == "timeout")
        under_way = None if how == "violation" else self.connection.under_way()
        ahead = 0 if under_way is None else max(0, min(under_way, self.sent - 1) - self.answered)
        raise Ended(how, message, line, ahead) from None

    def _line(self, ask: bool = True) -> int | None:
        """The line of the learner's file that was being executed, where the worker can tell."""
        if ask:
            self.connection.ask_for_trace()
        trace = self._trace()
        for path, line in TRACE_LINE.findall(trace.decode("utf-8", "replace")):
            if path in self.paths:
                return int(line)
        return None

    def _trace(self) -> bytes:
        """What the worker has written down of where it is, for as long as it takes."""
        if sys.platform == "win32":
            # A pipe cannot be waited for there; of an ended process all can be read at once.
            self.connection.kill()
            return os.read(self.connection.trace_fd, 1 << 18)
        trace, until = b"", time.monotonic() + TRACE_SECONDS
        with selectors.DefaultSelector() as selector:
            selector.register(self.connection.trace_fd, selectors.EVENT_READ)
            while selector.select(max(0.0, until - time.monotonic())):
                chunk = os.read(self.connection.trace_fd, 1 << 16)
                if not trace:
                    until = time.monotonic() + REST_OF_TRACE_SECONDS
                trace += chunk
                if not chunk or len(trace) > 1 << 18 or time.monotonic() > until:
                    break
        return trace

    def abandon(self) -> None:
        """Wake whoever waits for a reply, with Abandoned. For another thread than theirs."""
        self.is_abandoned = True
        self.connection.hang_up()

    def close(self) -> None:
        self.connection.close()


def _request(first: int, programs: Sequence[Program]) -> bytes:
    """Programs as one frame; the first of them has this id."""
    buffers: list[bytes] = []
    told = [
        [[step.do, step.name, [_argument(arg, buffers) for arg in step.args]] for step in program]
        for program in programs
    ]
    return encode(first, {"do": "run", "programs": told}, buffers)


def _argument(arg: Any, buffers: list[bytes]) -> dict[str, Any]:
    if isinstance(arg, np.ndarray):  # as most are
        return to_wire(arg, buffers)
    if isinstance(arg, Handle):
        return {"type": "handle", "step": arg.step}
    if isinstance(arg, list) and any(isinstance(item, Handle) for item in arg):
        return {"type": "handles", "data": [_argument(item, buffers) for item in arg]}
    if isinstance(arg, NamedFunction):
        return {**to_wire(arg, buffers), "source": arg.source}
    return to_wire(arg, buffers)


def _disturbed(error: Exception) -> str:
    """What to say where something other than the worker's own reply came back."""
    what = str(error) if isinstance(error, Violation) else "a reply that makes no sense"
    return f"it wrote into the channel between worker and checker ({what})"


def _read_outcomes(reply: dict[str, Any], decoder: Decoder, steps: int) -> list[Outcome]:
    decoder.items = 0
    printed = _printed(reply)
    outcomes = [_outcome(told, decoder, printed) for told in reply["outcomes"]]
    whole = len(outcomes) == steps or (outcomes and outcomes[-1].raised is not None)
    if not whole or len(outcomes) > steps:
        raise Violation("an answer to only a part of what was asked")
    return outcomes


def _outcome(told: dict[str, Any], decoder: Decoder, printed: str) -> Outcome:
    changed = tuple(i for i in told.get("changed", ()) if type(i) is int and 0 <= i < 99)
    raised = _raised(told.get("error"))
    value = decoder.value(told["value"]) if raised is None else None
    return Outcome(value, raised, changed, printed)


def _raised(told: Any) -> Raised | None:
    if told is None:
        return None
    trace = tuple((int(line), str(function)[:64]) for line, function in told.get("trace", ()))
    kinds = tuple(str(kind)[:64] for kind in told.get("kinds", ()))
    return Raised(str(told["type"])[:64], str(told["message"])[:500], trace, kinds)


def _printed(reply: dict[str, Any]) -> str:
    return str(reply.get("printed", ""))[:30_000]
