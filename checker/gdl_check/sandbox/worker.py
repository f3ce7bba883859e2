"""The process in which a learner's code runs: opens the file it is sent, carries out programs.

It knows inputs and the learner's source, and nothing of laws, references or verdicts.
"""

from __future__ import annotations

import builtins
import faulthandler
import importlib
import importlib.util
import io
import json
import linecache
import marshal
import mmap
import os
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy

from gdl_check.sandbox.launch import PROGRESS
from gdl_check.sandbox.named import NamedFunction
from gdl_check.sandbox.programs import Done, Handle, Step, TooMuch, execute
from gdl_check.sandbox.wire import (
    MAX_HEADER,
    MAX_PAYLOAD,
    PREFIX,
    Decoder,
    encode,
    parse_header,
    split_frames,
    to_wire,
)

PRINTED = 20_000
GATHERED, GATHER_SECONDS = 20, 0.02
SHOWN_FRAMES = 4
ONLY_THESE = (
    "{name!r} is not there: only NumPy, the standard library and the chapters' own files "
    "can be imported in a check"
)
NO_FILES = "; a check neither reads nor writes files"
NO_OTHERS = "; a check neither starts programs nor uses the network"
REFUSED = {"PermissionError", "BlockingIOError", "gaierror", "URLError"}


class Printed(io.TextIOBase):
    """Keeps the first `PRINTED` characters that are printed, and counts the rest."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self.size < PRINTED:
            self.parts.append(str(text)[: PRINTED - self.size])
        self.size += len(text)
        return len(text)

    def take(self) -> str:
        text, more = "".join(self.parts), self.size - PRINTED
        self.parts, self.size = [], 0
        return text if more <= 0 else f"{text}\n[{more:,} more characters]"


class ChapterFiles:
    """Imports chapter files from what was sent, and says what else cannot be imported."""

    def __init__(self, files: dict[str, dict[str, Any]]) -> None:
        self.files = files

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        if name in self.files:
            # Without the abstract classes, which load archives and temporary files with them.
            loader: Any = self
            return importlib.util.spec_from_loader(name, loader)
        if path is None:
            raise ModuleNotFoundError(ONLY_THESE.format(name=name), name=name)
        return None

    def create_module(self, spec: Any) -> None:
        """Leave that to Python."""

    def exec_module(self, module: ModuleType) -> None:
        file = self.files[module.__name__]
        module.__file__ = file["path"]
        names = module.__dict__
        self._run(file["source"], file["path"], names, file["code"])
        supply = file.get("supply")
        if supply:
            supplied = {"__name__": f"{module.__name__}_supplied"}
            self._run(supply["source"], f"<supplied for {module.__name__}>", supplied)
            names.update({name: supplied[name] for name in supply["names"]})

    @staticmethod
    def _run(source: str, path: str, names: dict[str, Any], code: bytes = b"") -> None:
        linecache.cache[path] = (len(source), None, source.splitlines(keepends=True), path)
        compiled = marshal.loads(code) if code else compile(source, path, "exec", dont_inherit=True)
        exec(compiled, names)


class Channel:
    """Requests in, replies out. Replies are gathered while there is more to be answered.

    The id of the program under way is kept in `progress`, a few bytes of memory shared with the
    checker, so that a call that never returns can be named. Without shared memory every reply is
    sent at once; without a signal to ask for it, the line of a call that takes longer than
    `patience` seconds is written to `trace_fd`.
    """

    def __init__(
        self,
        read_fd: int,
        write_fd: int,
        progress: mmap.mmap | None = None,
        patience: float | None = None,
        trace_fd: int = 2,
    ) -> None:
        self.read_fd, self.write_fd = read_fd, write_fd
        self.progress, self.patience, self.trace_fd = progress, patience, trace_fd
        self.first = self.size = 0  # the id of the first reply that is gathered, all their bytes
        self.gathered: list[tuple[dict[str, Any], list[bytes]]] = []
        self.sent_at = 0.0

    def requests(self) -> Iterator[tuple[int, bytes, bytes]]:
        kept = bytearray()
        while chunk := os.read(self.read_fd, 1 << 18):
            kept += chunk
            yield from split_frames(kept)
            self.flush()

    def begin(self, request_id: int) -> None:
        """Something is under way from now on, until its reply."""
        if self.progress is not None:
            PROGRESS.pack_into(self.progress, 0, request_id)
        if self.patience is not None:
            faulthandler.dump_traceback_later(self.patience, file=self.trace_fd)
        if not self.gathered:
            self.first = request_id

    def reply(self, told: dict[str, Any], buffers: list[bytes]) -> None:
        if self.patience is not None:
            faulthandler.cancel_dump_traceback_later()
        size = sum(map(len, buffers))
        if size > MAX_PAYLOAD:
            told, buffers, size = _too_much(told), [], 0
        if self.size + size > MAX_PAYLOAD:
            last, self.first = self.first, self.first + len(self.gathered)
            self._send(last)
        self.gathered.append((told, buffers))
        self.size += size
        late = time.monotonic() > self.sent_at + GATHER_SECONDS
        if late or len(self.gathered) == GATHERED or self.progress is None:
            self.flush()

    def flush(self) -> None:
        if self.gathered:
            self._send(self.first)

    def _send(self, first: int) -> None:
        rest = memoryview(_frames(first, self.gathered))
        self.gathered.clear()
        self.size = 0
        while rest:
            rest = rest[os.write(self.write_fd, rest) :]
        self.sent_at = time.monotonic()


class Worker:
    """Answers frames until the other side hangs up."""

    def __init__(self, channel: Channel, active: list[str]) -> None:
        self.channel, self.active = channel, active
        self.printed, self.unheard, self.nothing = Printed(), Printed(), io.StringIO()
        self.chapter_files: ChapterFiles | None = None
        self.names: dict[str, Any] = {}
        self.path = ""  # of the file whose exercise is examined: only its lines are told

    def serve(self) -> None:
        for request_id, head, payload in self.channel.requests():
            request = parse_header(head)
            if request["do"] == "load":
                self._answer(request_id, lambda _: self.load(request, payload))  # noqa: B023
                continue
            decoder = Decoder(payload)
            for number, steps in enumerate(request["programs"], request_id):
                self._answer(number, partial(self.run, steps, decoder))

    def _answer(self, request_id: int, answer: Callable[[list[bytes]], dict[str, Any]]) -> None:
        self.channel.begin(request_id)
        sys.stdout, sys.stderr, sys.stdin = self.printed, self.unheard, self.nothing
        buffers: list[bytes] = []
        reply = answer(buffers)
        if self.printed.size:
            reply["printed"] = self.printed.take()
        self.channel.reply(reply, buffers)

    def load(self, request: dict[str, Any], payload: bytes) -> dict[str, Any]:
        """Open the learner's file, and the earlier chapters it asks for."""
        start = 0
        for file in request["files"].values():
            file["code"] = payload[start : start + file["code"]]
            start += len(file["code"])
        if self.chapter_files is not None:
            sys.meta_path.remove(self.chapter_files)
            for name in self.chapter_files.files:
                sys.modules.pop(name, None)
        self.chapter_files = ChapterFiles(request["files"])
        self.path = request["files"][request["main"]]["path"]
        sys.meta_path.append(self.chapter_files)
        try:
            module = importlib.import_module(request["main"])
        except BaseException as error:
            return {"error": self.told(error), "active": self.active}
        self.names = module.__dict__
        return {"active": self.active}

    def run(self, told: list[Any], decoder: Decoder, buffers: list[bytes]) -> dict[str, Any]:
        """Carry out one program; everything its steps return goes back."""
        decoder.items = 0
        steps = [
            Step(do, name, tuple(_argument(decoder, arg) for arg in args))
            for do, name, args in told
        ]
        return {"outcomes": [self.outcome(done, buffers) for done in execute(self.names, steps)]}

    def outcome(self, done: Done, buffers: list[bytes]) -> dict[str, Any]:
        changed = {"changed": done.changed} if done.changed else {}
        if done.error is not None:
            return {"error": self.told(done.error), **changed}
        kept = len(buffers)
        try:
            return {"value": to_wire(done.value, buffers), **changed}
        except BaseException as error:
            del buffers[kept:]
            return {"error": self.told(error), **changed}

    def told(self, error: BaseException) -> dict[str, Any]:
        """An exception in words, with the lines of the learner's files that it passed."""
        try:
            message = str(error)[:500]
        except BaseException:
            message = ""
        if isinstance(error, OSError) and error.filename is not None:
            message += NO_FILES
        elif any(kind.__name__ in REFUSED for kind in type(error).__mro__):
            message += NO_OTHERS
        trace = [frame for frame in _frames_of(error) if frame[2] == self.path]
        if len(trace) > 2 * SHOWN_FRAMES:
            trace = trace[:SHOWN_FRAMES] + trace[-SHOWN_FRAMES:]
        return {
            "type": type(error).__name__[:64],
            "message": message.encode("utf-8", "replace").decode(),
            "trace": [[line, function[:64]] for line, function, _ in trace],
            "kinds": [kind.__name__[:64] for kind in type(error).__mro__[:8]],
        }


def _frames(first: int, replies: list[tuple[dict[str, Any], list[bytes]]]) -> bytes:
    """Replies as one frame, or as several where its header would be too large."""
    buffers = [part for _, parts in replies for part in parts]
    frame = encode(first, {"replies": [told for told, _ in replies]}, buffers)
    if PREFIX.unpack_from(frame)[0] <= MAX_HEADER:
        return frame
    if len(replies) == 1:
        return encode(first, {"replies": [_too_much(replies[0][0])]}, [])
    half = len(replies) // 2
    return _frames(first, replies[:half]) + _frames(first + half, replies[half:])


def _too_much(told: dict[str, Any]) -> dict[str, Any]:
    """A reply in the place of one that is too large."""
    message = f"it returned more than a check takes in ({MAX_PAYLOAD >> 20} MB)"
    return {**told, "outcomes": [{"error": {"type": TooMuch.__name__, "message": message}}]}


def _frames_of(error: BaseException) -> Iterator[tuple[int, str, str]]:
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        yield error.lineno, "<module>", error.filename
    frame = error.__traceback__
    while frame is not None:
        code = frame.tb_frame.f_code
        yield frame.tb_lineno, code.co_name, code.co_filename
        frame = frame.tb_next


def _argument(decoder: Decoder, told: dict[str, Any]) -> Any:
    kind = told["type"]
    if kind == "array":
        return decoder.array(told)
    if kind == "handle":
        return Handle(told["step"])
    if kind == "handles":
        return [_argument(decoder, item) for item in told["data"]]
    if "source" in told:
        return NamedFunction(told["class"], tuple(told["data"]), told["source"])
    return decoder.value(told)


def no_input(*_: Any) -> str:
    raise EOFError("nobody answers input() during a check; take the value as an argument instead")


def settle() -> None:
    """Leave this process as a learner's code should find it: no paths, no modules of ours.

    What a learner's code changes in `builtins`, `numpy` or `os` is then its own affair: what a
    worker runs on has copies. Done once before workers are forked, it is shared by all of them.
    """
    copies = {
        "np": SimpleNamespace(**vars(numpy)),
        "os": SimpleNamespace(**vars(os)),
        "time": SimpleNamespace(**vars(time)),
    }
    ours = [name for name in sys.modules if name.split(".")[0] == "gdl_check"]
    # A name that a module has itself is not looked for in builtins.
    for module in (json.encoder, json.decoder, *map(sys.modules.__getitem__, ours)):
        names = vars(module)
        names.update({name: own for name, own in vars(builtins).items() if name not in names})
    for name in ours:
        module = sys.modules.pop(name)
        vars(module).update({name: copies[name] for name in copies if hasattr(module, name)})
    sys.argv[:] = sys.orig_argv[:] = [""]
    builtins.input = no_input
    vars(builtins).update(exit=sys.exit, quit=sys.exit)  # which an interpreter without `site` lacks


def tell_lines(trace_fd: int, patience: float | None) -> None:
    """Have the line that is being executed written to `trace_fd` when it is asked for.

    That is on a signal (or, where there is none, when `patience` seconds are over), and in a crash.
    """
    faulthandler.enable(file=trace_fd)
    if patience is None:
        import signal

        faulthandler.register(signal.SIGUSR1, file=trace_fd, all_threads=False)
