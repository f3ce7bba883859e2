"""No defence is decoration: each is taken away in turn, and an attack succeeds that it refused.

Where another defence would stop the attack as well, that one is taken away in both runs. `-s`
prints the table.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from gdl_check.sandbox import confine, landlock, launch, seccomp
from gdl_check.sandbox.client import Ended
from test_confinement import NEEDS_ALL, NOBODY, asked, workers_with

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not launch.CAN_FORK, reason="needs workers that are forked"),
    NEEDS_ALL,
]


def without(group: str) -> str:
    return f"seccomp.DENIED.pop('{group}')"


def unasked(call: str) -> str:
    """Allow a call whatever its arguments are."""
    words = seccomp._LOOKED_INTO.split()
    at = words.index(call)
    told = " ".join(words[at : at + 3])
    return f"seccomp._LOOKED_INTO = seccomp._LOOKED_INTO.replace('{told}', '')"


LANDLOCK, SECCOMP = "landlock.build = lambda: None", "seccomp.build = lambda: None"
# A ruleset that handles no files has no rules for them either.
FILES = "landlock.FILE_RIGHTS = dict.fromkeys(landlock.FILE_RIGHTS, 0)"
TCP, SCOPES = "landlock.NETWORK_RIGHTS = 0", "landlock.SCOPES = 0"
PRIVILEGES = "confine._drop_privileges = lambda: confine.prctl(confine.PR_SET_NO_NEW_PRIVS, 1)"
MEMORY = "confine.close_memory = lambda: None"
SECOND = "confine.LIMITS['RLIMIT_CPU'] = 1"


def limit(name: str) -> str:
    return f"confine.LIMITS.pop('{name}')"


class Row(NamedTuple):
    """A defence, an attack that it stops, and what else would stop it: that is away as well."""

    defence: str
    removed: str
    attack: str
    others: tuple[str, ...] = ()
    needs_root: bool = False


ROWS = [
    Row("limit of memory", limit("RLIMIT_AS"), "take 5 GB"),
    Row("limit of files", limit("RLIMIT_NOFILE"), "fill 500 pipes"),
    Row("limit of file size", limit("RLIMIT_FSIZE"), "take a memory file of 1 GB"),
    Row("limit of processor time", limit("RLIMIT_CPU"), "spin for 1.5 seconds", (SECOND,)),
    Row("Landlock, files", FILES, "read the gradebook"),
    Row("Landlock, files", FILES, "write the gradebook"),
    Row("Landlock, files", FILES, "list a folder"),
    Row("Landlock, TCP", TCP, "connect over TCP", (without("network"),)),
    Row("Landlock, scopes", SCOPES, "talk to an abstract socket", (without("network"),)),
    Row("Landlock, scopes", SCOPES, "signal another process", (unasked("kill"),)),
    Row("seccomp, programs", without("programs"), "start a program", (LANDLOCK,)),
    Row("seccomp, clone", unasked("clone"), "fork"),
    Row("seccomp, clone3", unasked("clone3"), "fork by clone3"),
    Row("seccomp, network", without("network"), "make a UDP socket"),
    Row("seccomp, kill", unasked("kill"), "signal another process", (SCOPES,)),
    Row("seccomp, tgkill", unasked("tgkill"), "signal a thread of it", (SCOPES,)),
    Row("seccomp, signals", without("signals"), "signal it by a handle", (SCOPES,)),
    Row("seccomp, fcntl", unasked("fcntl"), "signal it by a pipe", (SCOPES,)),
    Row("seccomp, ioctl", unasked("ioctl"), "signal it by a socket", (SCOPES,)),
    Row("seccomp, prlimit64", unasked("prlimit64"), "limit another process"),
    Row("seccomp, affinity", unasked("sched_setaffinity"), "bind another process", (PRIVILEGES,)),
    Row(
        "seccomp, other processes",
        without("other processes"),
        "slow another process down",
        (PRIVILEGES,),
    ),
    Row("seccomp, files", without("files"), "lock the gradebook"),
    Row("seccomp, files", without("files"), "change the gradebook's date"),
    Row("seccomp, the system", without("the system"), "make a user namespace"),
    Row("seccomp, shared memory", without("shared memory"), "leave shared memory behind"),
    Row("privileges dropped", PRIVILEGES, "read a locked file", (LANDLOCK,), needs_root=True),
    Row("memory closed", MEMORY, "read the memory of the warm process", (LANDLOCK,)),
]

# Each returns where it gets through, and raises where it does not.
ATTACKS = """
import ctypes, fcntl, mmap, os, resource, signal, socket, struct, subprocess, time

system = ctypes.CDLL(None, use_errno=True)


def called(*arguments):
    result = system.syscall(*map(ctypes.c_long, arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return result


def fork_by_clone3():
    told = (ctypes.c_uint64 * 8)(0, 0, 0, 0, signal.SIGCHLD, 0, 0, 0)
    pid = called(435, ctypes.addressof(told), ctypes.sizeof(told))
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def fork():
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def spin():
    start = time.process_time()
    while time.process_time() < start + 1.5:
        pass


def read(path):
    with open(path, "rb") as file:
        file.read(1)


def own_by_pipe(pid):
    read_end, write_end = os.pipe()
    fcntl.fcntl(read_end, fcntl.F_SETOWN, pid)
    fcntl.fcntl(read_end, fcntl.F_SETFL, os.O_ASYNC)
    os.write(write_end, b"x")


def own_by_socket(pid):
    ours, theirs = socket.socketpair()
    fcntl.ioctl(ours, 0x8901, struct.pack("i", pid))
    fcntl.fcntl(ours, fcntl.F_SETFL, os.O_ASYNC)
    theirs.send(b"x")


def shared_memory():
    system.shmctl(called(SHMGET, 0, 4096, 0o600), 0, None)


def f(name, bait, decoy, port):
    book = f"{bait}/gradebook.csv"
    attacks = {
        "take 5 GB": lambda: mmap.mmap(-1, 5 << 30),
        "fill 500 pipes": lambda: [os.write(os.pipe()[1], bytes(1 << 16)) for _ in range(500)],
        "take a memory file of 1 GB": lambda: os.ftruncate(os.memfd_create("held"), 1 << 30),
        "spin for 1.5 seconds": spin,
        "read the gradebook": lambda: read(book),
        "write the gradebook": lambda: os.open(book, os.O_WRONLY | os.O_TRUNC),
        "list a folder": lambda: os.listdir(bait),
        "connect over TCP": lambda: socket.create_connection(("127.0.0.1", port)),
        "talk to an abstract socket": lambda: socket.socket(socket.AF_UNIX).connect(
            f"\\0gdl-check-{port}"
        ),
        "signal another process": lambda: os.kill(decoy, signal.SIGTERM),
        "signal a thread of it": lambda: called(TGKILL, decoy, decoy, signal.SIGTERM),
        "signal it by a handle": lambda: signal.pidfd_send_signal(
            os.pidfd_open(decoy), signal.SIGTERM
        ),
        "signal it by a pipe": lambda: own_by_pipe(decoy),
        "signal it by a socket": lambda: own_by_socket(decoy),
        "start a program": lambda: os.execv("/bin/true", ["true"]),
        "fork": fork,
        "fork by clone3": fork_by_clone3,
        "make a UDP socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
        "limit another process": lambda: resource.prlimit(decoy, resource.RLIMIT_CPU, (1, 1)),
        "bind another process": lambda: os.sched_setaffinity(decoy, {0}),
        "slow another process down": lambda: os.setpriority(os.PRIO_PROCESS, decoy, 19),
        "lock the gradebook": lambda: os.chmod(book, 0),
        "change the gradebook's date": lambda: os.utime(book, (0, 0)),
        "make a user namespace": lambda: called(UNSHARE, 0x10000000),
        "leave shared memory behind": shared_memory,
        "read a locked file": lambda: read(f"{bait}/locked"),
        "read the memory of the warm process": lambda: os.open(
            f"/proc/{os.getppid()}/mem", os.O_RDONLY
        ),
    }
    attacks[name]()
    return "got through"
"""
NUMBERS = {"x86_64": (234, 272, 29), "aarch64": (131, 97, 194)}


class Scene(NamedTuple):
    """What there is to be harmed, and how to see that it has been."""

    bait: Path
    decoy: subprocess.Popen[bytes]
    port: int


@pytest.fixture
def make_scene(tmp_path: Path) -> Iterator[Callable[[], Scene]]:
    made: list[Scene] = []
    tcp, unix = socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_UNIX)
    port = tcp.getsockname()[1]
    unix.bind(f"\0gdl-check-{port}")
    unix.listen()

    def scene() -> Scene:
        bait = tmp_path / str(len(made))
        bait.mkdir()
        (bait / "gradebook.csv").write_text("Ada,10\n", encoding="utf-8")
        (bait / "locked").write_text("Ada,10\n", encoding="utf-8")
        (bait / "locked").chmod(0)
        made.append(Scene(bait, subprocess.Popen(["sleep", "300"]), port))
        return made[-1]

    yield scene
    tcp.close()
    unix.close()
    for scene_made in made:
        scene_made.decoy.kill()
        scene_made.decoy.wait()


def gets_through(attack: str, scene: Scene, changes: tuple[str, ...]) -> bool:
    """Whether the attack succeeds where this has been changed, by what can be seen from outside."""
    called = dict(zip(("TGKILL", "UNSHARE", "SHMGET"), NUMBERS[os.uname().machine]))
    text = ATTACKS + "".join(f"\n{name} = {number}" for name, number in called.items())
    before = (scene.bait / "gradebook.csv").stat()
    with workers_with(*changes):
        try:
            outcome = asked(text, attack, str(scene.bait), scene.decoy.pid, scene.port)
            succeeds = outcome.value == "got through"
        except Ended:
            succeeds = attack == "start a program"  # and that takes the worker's place
    after = (scene.bait / "gradebook.csv").stat()
    if "signal" in attack:
        try:
            scene.decoy.wait(0.3)
        except subprocess.TimeoutExpired:
            return False
        return succeeds
    if "gradebook" in attack and attack != "read the gradebook":
        assert succeeds == ((before.st_mode, before.st_mtime) != (after.st_mode, after.st_mtime))
    return succeeds


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.defence}: {row.attack}")
def test_without_it_an_attack_succeeds(row: Row, make_scene: Callable[[], Scene]) -> None:
    if row.needs_root and os.geteuid() != 0:
        pytest.skip("only root has privileges to drop")
    refused = not gets_through(row.attack, make_scene(), row.others)
    succeeds = gets_through(row.attack, make_scene(), (*row.others, row.removed))
    told = ("refused" if refused else "SUCCEEDS", "succeeds" if succeeds else "REFUSED")
    beside = f" ({len(row.others)} more removed in both)" if row.others else ""
    print(f"\n{row.defence:26} {row.attack:36} {told[0]}, without it {told[1]}{beside}", end="")
    assert refused and succeeds


def in_a_child(action: Callable[[], None]) -> int:
    """The status of a process of ours that does this and then ends by itself."""
    pid = os.fork()
    if pid == 0:
        try:
            action()
        finally:
            os._exit(1)
    return os.waitpid(pid, 0)[1]


@pytest.mark.parametrize("limited", [True, False])
def test_processes_are_limited_where_nothing_else_does(
    limited: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confine, "LIMITS", {"RLIMIT_NPROC": 16} if limited else {})

    def bomb() -> None:
        if os.geteuid() == 0:  # whom the limit does not concern
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        confine._limit()
        started = []
        try:
            for _ in range(40):
                pid = os.fork()
                if pid == 0:
                    signal.pause()
                started.append(pid)
        finally:
            for pid in started:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
        os._exit(0)

    assert (in_a_child(bomb) != 0) == limited


@pytest.mark.parametrize("limited", [True, False])
def test_a_crash_leaves_no_core(
    limited: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import resource

    if resource.getrlimit(resource.RLIMIT_CORE)[1] == 0:
        pytest.skip("nothing leaves a core here")
    monkeypatch.setattr(confine, "LIMITS", {"RLIMIT_CORE": 0} if limited else {})
    most = resource.getrlimit(resource.RLIMIT_CORE)[1]

    def crash() -> None:
        os.chdir(tmp_path)
        ctypes.CDLL(None).prctl(confine.PR_SET_DUMPABLE, 1, 0, 0, 0)
        resource.setrlimit(resource.RLIMIT_CORE, (most, most))
        confine._limit()
        os.abort()

    assert os.WCOREDUMP(in_a_child(crash)) == (not limited)


def test_all_the_calls_and_limits_have_a_row() -> None:
    told = " ".join(row.removed for row in ROWS)
    for group in seccomp.DENIED:
        assert f"'{group}'" in told
    for name in seccomp._LOOKED_INTO.split()[::3]:
        assert f"'{name} " in told
    beside = {"RLIMIT_NPROC", "RLIMIT_CORE"}  # in tests of their own
    for name in confine.LIMITS.keys() - beside:
        assert f"'{name}'" in told
    assert landlock.build() is not None and sys.platform == "linux"
