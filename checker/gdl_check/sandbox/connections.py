"""A started worker process as we hold it: forked from the warm one, or an interpreter of its own.

Neither sending nor receiving can hold us up.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import queue
import select
import signal
import socket
import threading
import time
from collections import deque
from functools import cached_property

from gdl_check.sandbox import launch

MOST_RECEIVED = 256 << 20
CHUNK = 1 << 18
START_SECONDS = 60.0
NO_START = "the process that runs learners' code does not start here"


class SandboxFault(Exception):
    """Our own failure: no worker could be started."""


class Connection:
    """A started worker process. `trace_fd` is where it writes down the line it is in."""

    trace_fd: int
    received = 0

    def send(self, request: bytes) -> None:
        """Send a request: now, or where the worker has enough to do, while we wait for it."""
        raise NotImplementedError

    def receive(self, seconds: float) -> bytes | None:
        """What has come from the worker: nothing once it has ended, None where nothing came."""
        raise NotImplementedError

    def hang_up(self) -> None:
        """Let whoever waits for a reply see the end of it. For another thread than theirs."""
        raise NotImplementedError

    def ask_for_trace(self) -> None:
        """Have the worker write down the line it is in (where it does not do so by itself)."""

    def under_way(self) -> int | None:
        """The id of the request that is being answered, where the worker shares it."""
        return None

    def has_begun(self) -> bool:
        """Whether there has been a process at all."""
        return True

    def kill(self) -> None:
        """End the process, and all that it has started."""
        raise NotImplementedError

    def close(self) -> None:
        """End the process, and let go of what connects us."""
        raise NotImplementedError


class ForkedConnection(Connection):
    """A worker forked from the warm process (Linux)."""

    latest: ForkedConnection | None = None  # the one whose process id was not read yet

    def __init__(self) -> None:
        self.channel, theirs = socket.socketpair()
        trace, their_trace = os.pipe()
        progress = _sealed_memory(launch.PROGRESS.size)
        self.shared = mmap.mmap(progress, launch.PROGRESS.size)
        fds = [theirs.fileno(), their_trace, progress]
        # Once more with another warm process: a learner's code may have ended the one there was.
        ordered = self._order(fds) or self._order(fds)
        theirs.close()
        for fd in (their_trace, progress):
            os.close(fd)
        if not ordered:
            self.channel.close()
            os.close(trace)
            raise SandboxFault(NO_START)
        self.trace_fd = trace
        self.unsent: deque[memoryview] = deque()
        self.channel.setblocking(False)
        self.waiting = select.poll()

    def _order(self, fds: list[int]) -> bool:
        """Have a worker forked on these descriptors; its process id is waited for by `pid`."""
        if ForkedConnection.latest is not None:
            ForkedConnection.latest.pid  # noqa: B018  the answers come one after the other
        self.control = launch.warm_process()
        try:
            self._see_that_it_lives()
            self.control.settimeout(START_SECONDS)
            socket.send_fds(self.control, [b"F"], fds)
        except OSError:
            launch.forget_warm_process()
            return False
        ForkedConnection.latest = self
        return True

    def _see_that_it_lives(self) -> None:
        self.control.settimeout(0)
        with contextlib.suppress(BlockingIOError):
            if not self.control.recv(1, socket.MSG_PEEK):
                raise ConnectionResetError

    @cached_property
    def pid(self) -> int | None:
        """The worker's process id; None where it could not be started."""
        if ForkedConnection.latest is self:
            ForkedConnection.latest = None
        try:
            answer = self.control.recv(launch.PID.size)
        except OSError:
            answer = b""
        if len(answer) == launch.PID.size:
            return int(launch.PID.unpack(answer)[0])
        launch.forget_warm_process()
        return None

    def has_begun(self) -> bool:
        return self.pid is not None

    def send(self, request: bytes) -> None:
        self.unsent.append(memoryview(request))
        self._send_what_fits()

    def _send_what_fits(self) -> None:
        try:
            while self.unsent:
                rest = self.unsent[0][self.channel.send(self.unsent[0]) :]
                if rest:
                    self.unsent[0] = rest
                else:
                    self.unsent.popleft()
        except BlockingIOError:
            pass
        except OSError:
            self.unsent.clear()  # it has ended: what it still said can be received

    def receive(self, seconds: float) -> bytes | None:
        until = time.monotonic() + seconds
        while self.received < MOST_RECEIVED:
            try:
                chunk = self.channel.recv(CHUNK)
            except BlockingIOError:
                self._send_what_fits()
                left = until - time.monotonic()
                if left <= 0:
                    return None
                events = select.POLLIN | (select.POLLOUT if self.unsent else 0)
                self.waiting.register(self.channel, events)
                self.waiting.poll(1000 * left)
            except OSError:
                break
            else:
                self.received += len(chunk)
                return chunk
        return b""

    def hang_up(self) -> None:
        with contextlib.suppress(OSError):
            self.channel.shutdown(socket.SHUT_RDWR)

    def ask_for_trace(self) -> None:
        try:
            if self.pid is not None:
                os.kill(self.pid, signal.SIGUSR1)
        except OSError:
            pass

    def under_way(self) -> int | None:
        return int(launch.PROGRESS.unpack_from(self.shared)[0])

    def kill(self) -> None:
        if self.pid is not None:
            try:
                self.control.sendall(b"K" + launch.PID.pack(self.pid))
            except OSError:
                # The warm process is gone, and ends nobody any more.
                with contextlib.suppress(OSError):
                    os.kill(self.pid, signal.SIGKILL)

    def close(self) -> None:
        self.kill()
        self.channel.close()
        os.close(self.trace_fd)
        self.shared.close()


def _sealed_memory(size: int) -> int:
    """A descriptor of shared memory that nobody can make smaller under our feet."""
    import fcntl

    memory = os.memfd_create("progress", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.truncate(memory, size)
    fcntl.fcntl(memory, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL)
    return memory


class SpawnedConnection(Connection):
    """A worker in an interpreter of its own, for systems without a safe fork.

    Pipes cannot be waited for everywhere, so that reading and writing are threads here.
    """

    def __init__(self, patience: float) -> None:
        import subprocess

        self.process = subprocess.Popen(
            launch.command("serve_alone", 0.9 * patience),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=launch.environment(),
            cwd=os.sep,  # not among the learner's files
            start_new_session=os.name == "posix",
        )
        streams = (self.process.stdout, self.process.stdin, self.process.stderr)
        self.read_fd, self.write_fd, self.trace_fd = (
            os.dup(stream.fileno()) for stream in streams if stream
        )
        for stream in streams:
            if stream:
                stream.close()
        self.chunks: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.requests: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self.threads = [
            threading.Thread(target=self._read, daemon=True),
            threading.Thread(target=self._write, daemon=True),
        ]
        for thread in self.threads:
            thread.start()

    def _read(self) -> None:
        try:
            while self.received < MOST_RECEIVED and (chunk := os.read(self.read_fd, CHUNK)):
                self.received += len(chunk)
                self.chunks.put(chunk)
        except OSError:
            pass
        self.chunks.put(b"")

    def _write(self) -> None:
        while (request := self.requests.get()) is not None:
            rest = memoryview(request)
            try:
                while rest:
                    rest = rest[os.write(self.write_fd, rest) :]
            except OSError:
                return

    def send(self, request: bytes) -> None:
        self.requests.put(request)

    def receive(self, seconds: float) -> bytes | None:
        try:
            return self.chunks.get(timeout=max(0.0, seconds))
        except queue.Empty:
            return None

    def hang_up(self) -> None:
        self.chunks.put(b"")

    def kill(self) -> None:
        if os.name == "posix":
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        self.kill()
        self.requests.put(None)
        for thread in self.threads:
            thread.join(0.5)
        # A descriptor that a thread still reads would be given to the next file that is opened.
        if not any(thread.is_alive() for thread in self.threads):
            for fd in (self.read_fd, self.write_fd, self.trace_fd):
                os.close(fd)
