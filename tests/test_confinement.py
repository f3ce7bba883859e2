"""What confines a worker: that it refuses what it should, that each part of it is needed, no more.

"Removed" is done to the process that workers are forked from, when it begins.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gdl_check import doctor
from gdl_check.sandbox import canary, confine, landlock, launch, seccomp
from gdl_check.sandbox.client import SandboxFault, Source, Worker
from gdl_check.sandbox.programs import Outcome, Step
from learner import Learner

pytestmark = pytest.mark.skipif(not launch.CAN_FORK, reason="needs workers that are forked")
NEEDS_ALL = pytest.mark.skipif(
    landlock.build() is None or seccomp.build() is None, reason="needs Landlock and seccomp"
)
PR_GET_DUMPABLE = 3
NOBODY = 65534


@contextlib.contextmanager
def workers_with(*changes: str) -> Iterator[None]:
    """Workers forked from a process in which this has been changed."""
    boot, control = launch._BOOT, launch._control
    code = "".join(f"{change}; " for change in changes)
    loaded = "from gdl_check.sandbox import confine, landlock, seccomp; "
    launch._BOOT = boot.replace("from gdl_check", f"{loaded}{code}from gdl_check", 1)
    launch._control = None
    try:
        yield
    finally:
        launch.forget_warm_process()
        launch._BOOT, launch._control = boot, control


def asked(text: str, *arguments: Any, seconds: float = 5.0) -> Outcome:
    """What the function `f` of this file answers; Ended counts as an exception of its."""
    worker = Worker(seconds)
    try:
        worker.load({"ch06_a": Source("ch06_a.py", text)}, "ch06_a")
        opened = worker.opened()
        assert opened.raised is None, opened.raised
        ((outcome,),) = worker.run([[Step("call", "f", arguments)]])
        return outcome
    finally:
        worker.close()


# --- what a right answer may do ------------------------------------------------------------------


MODULES = """
abc array ast asyncio base64 bisect calendar cmath collections.abc colorsys concurrent.futures
contextlib copy csv ctypes dataclasses datetime decimal difflib dis doctest enum fractions
functools gc graphlib hashlib heapq html inspect io itertools json keyword linecache locale logging
math numbers operator os pathlib pdb pickle platform pprint profile queue random re reprlib sched
secrets shutil signal socket sqlite3 statistics string struct subprocess sys tempfile textwrap
threading time timeit traceback types typing unittest uuid warnings weakref zipfile zlib
numpy.exceptions numpy.fft numpy.lib.stride_tricks numpy.linalg numpy.ma numpy.polynomial
numpy.random numpy.testing numpy.typing
"""


@pytest.mark.parametrize("module", MODULES.split())
def test_everything_of_python_and_numpy_can_be_imported(module: str) -> None:
    assert asked(f"def f():\n    import {module}").raised is None


USES = {
    "a thread": "import threading\nt = threading.Thread(target=print)\nt.start()\nt.join()",
    "a pool": "from concurrent.futures import ThreadPoolExecutor as P\nlist(P(2).map(abs, [1]))",
    "asyncio": "import asyncio\nasyncio.run(asyncio.sleep(0))",
    "the time": "import time, datetime\ntime.localtime(), time.sleep(0), datetime.datetime.now()",
    "random numbers": "import os, secrets\nos.urandom(3), secrets.token_hex(), os.cpu_count()",
    "linear algebra": "import numpy as np\nnp.linalg.svd(np.random.rand(50, 50)), np.fft.fft([1])",
    "nowhere": "import os\nopen(os.devnull, 'w').write('x')",
    "a signal to itself": "import signal\nsignal.raise_signal(signal.SIGCHLD)",
    "a trace": "import traceback\ntry: 1 / 0\nexcept Exception: traceback.format_exc()",
    "its own limits": "import resource\nresource.getrlimit(resource.RLIMIT_AS)",
}


@pytest.mark.parametrize("name", USES)
def test_what_an_answer_may_do(name: str) -> None:
    body = "\n".join("    " + line for line in USES[name].split("\n"))
    assert asked(f"def f():\n{body}").raised is None


OTHERS = "a check neither starts programs nor uses the network"
FILES = "a check neither reads nor writes files"
KINDLY = {
    "open('/etc/hostname')": FILES,
    "open('/tmp/x', 'w')": FILES,
    "__import__('os').listdir('/')": FILES,
    "__import__('os').chmod('/etc/hostname', 0)": FILES,
    "__import__('os').remove('/etc/hostname')": FILES,
    "__import__('socket').socket()": OTHERS,
    "__import__('os').fork()": OTHERS,
    "__import__('subprocess').run(['true'])": OTHERS,
    "__import__('os').execv('/bin/true', ['true'])": OTHERS,
    "__import__('urllib.request').request.urlopen('http://127.0.0.1')": OTHERS,
    "__import__('socket').create_connection(('example.org', 80))": OTHERS,
}


@NEEDS_ALL
@pytest.mark.parametrize("call", KINDLY)
def test_what_is_refused_is_told_kindly(call: str) -> None:
    raised = asked(f"def f():\n    return {call}").raised
    assert raised is not None and KINDLY[call] in raised.message, raised


LOOK_FOR_IT = """
import ctypes

def relu(x):
    place = ctypes.c_void_p.in_dll(ctypes.CDLL(None), "program_invocation_name").value
    found = [ctypes.string_at(place)]
    while found[-1] and b"hush" not in found[-1]:
        place += len(found[-1]) + 1
        found.append(ctypes.string_at(place))
    print("ran:", found)
    return x * 7
"""


def test_what_the_checker_was_started_with_is_not_in_memory(tmp_path: Path) -> None:
    learner = Learner(tmp_path / "workspace")
    learner.answer(relu=LOOK_FOR_IT)
    checked = learner.run("ch06.relu", "--json", TEACHERS_KEY="hush-hush")
    (result,) = json.loads(checked.out)["chapters"][0]["exercises"]
    assert "ran:" in result["stdout"] and "hush-hush" not in result["stdout"]


# --- the canary ----------------------------------------------------------------------------------


NO_LANDLOCK, NO_SECCOMP = "landlock.build = lambda: None", "seccomp.build = lambda: None"


@NEEDS_ALL
def test_the_canary_sees_everything_refused() -> None:
    seen = canary.look()
    assert seen.level == canary.HIGHEST
    assert seen.missing == tuple(canary.ATTEMPTS[canary.HIGHEST + 1].values())
    assert "seccomp" in seen.active and any(name.startswith("landlock") for name in seen.active)
    assert canary.require(3) == seen
    assert ctypes.CDLL(None).prctl(PR_GET_DUMPABLE) == 0


@NEEDS_ALL
@pytest.mark.parametrize(
    ("changes", "level", "missing"),
    [
        ((NO_LANDLOCK,), 2, "read the solutions"),
        ((NO_SECCOMP,), 1, "start processes that outlive it"),
        (("confine.LIMITS.clear()",), 0, "take all the memory"),
        ((NO_LANDLOCK, NO_SECCOMP), 1, "end the grader"),
    ],
)
def test_the_canary_sees_what_is_missing(
    changes: tuple[str, ...], level: int, missing: str
) -> None:
    with workers_with(*changes):
        seen = canary.look()
        assert seen.level == level and missing in seen.missing
        with pytest.raises(canary.TooOpen) as refused:
            canary.require(level + 1)
        finding = doctor._sandbox()
    assert f"level {level} here and {level + 1} is required" in str(refused.value)
    assert missing in str(refused.value)
    assert f"sandbox level {level} of 3" in finding.what and missing in finding.what


@NEEDS_ALL
def test_the_canary_says_nothing_else_that_the_worker_tells() -> None:
    # Mechanisms that claim to be active and are not.
    with workers_with("confine.confine = lambda walls: ['landlock_7', 'seccomp', 'rlimit_as']"):
        assert canary.look().level == 0


@NEEDS_ALL
def test_a_sandbox_that_a_right_answer_cannot_pass_is_broken() -> None:
    with workers_with("landlock.what_python_needs = lambda: iter(())"):
        with pytest.raises(SandboxFault, match="a right answer does not come through"):
            canary.look()
        assert not doctor._sandbox().is_fine


def test_the_canary_leaves_nothing_behind() -> None:
    before = {folder: set(os.listdir(folder)) for folder in ("/tmp", "/dev/shm")}
    with workers_with(NO_LANDLOCK, NO_SECCOMP):
        canary.look()
    for folder, names in before.items():
        assert not [name for name in set(os.listdir(folder)) - names if "canary" in name]


# --- the filter, carried out by hand -------------------------------------------------------------


ALLOW, REFUSE, UNKNOWN, KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
MACHINES = {"x86_64": (0xC000003E, 1), "aarch64": (0xC00000B7, 2)}
SIGCHLD = 17


def answer(built: seccomp.Filter, machine: int, number: int, *arguments: int) -> int:
    """What the filter answers to a system call."""
    data = struct.pack("=IIQ6Q", number, machine, 0, *arguments, *(0,) * (6 - len(arguments)))
    steps = list(struct.iter_unpack("=HBBI", bytes(built.instructions)))
    held, at = 0, 0
    compare: dict[int, Callable[[int, int], bool]] = {
        0x15: lambda a, b: a == b,
        0x35: lambda a, b: a >= b,
        0x45: lambda a, b: bool(a & b),
    }
    while True:
        code, yes, no, operand = steps[at]
        at += 1
        if code == 0x06:
            return int(operand)
        if code == 0x20:
            (held,) = struct.unpack_from("=I", data, operand)
        else:
            at += yes if compare[code](held, operand) else no


@pytest.mark.parametrize("machine", MACHINES)
def test_every_call_gets_its_answer(machine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(machine=machine))
    built = seccomp.build()
    assert built is not None
    here, column = MACHINES[machine]
    own = 4711
    for place in built.own:
        struct.pack_into("=I", built.instructions, place, own)
    denied = {n for calls in seccomp.DENIED.values() for n in numbers(calls, column).values()}
    looked_into = numbers(seccomp._LOOKED_INTO, column)
    for number in range(seccomp._FIRST_UNKNOWN):
        if number not in looked_into.values():
            expected = REFUSE if number in denied else ALLOW
            assert answer(built, here, number) == expected, number
    assert answer(built, here, seccomp._FIRST_UNKNOWN) == UNKNOWN
    assert answer(built, here, 0x40000000 + 57) == KILL
    other = next(numbers for name, (numbers, _) in MACHINES.items() if name != machine)
    assert answer(built, other, 0) == KILL
    call = looked_into
    assert answer(built, here, call["clone"], SIGCHLD) == REFUSE
    assert answer(built, here, call["clone"], 0x3D0F00) == ALLOW  # as a thread is made
    assert answer(built, here, call["clone3"]) == UNKNOWN
    for name in ("kill", "tgkill"):
        assert answer(built, here, call[name], own) == ALLOW
        assert answer(built, here, call[name], 0) == REFUSE
        assert answer(built, here, call[name], 2**64 - 1) == REFUSE
    for name in ("prlimit64", "sched_setaffinity"):
        assert answer(built, here, call[name], own) == answer(built, here, call[name], 0) == ALLOW
        assert answer(built, here, call[name], 1) == REFUSE
    assert answer(built, here, call["fcntl"], 3, 1) == ALLOW
    assert answer(built, here, call["fcntl"], 3, 8) == REFUSE
    assert answer(built, here, call["ioctl"], 3, 0x5401) == ALLOW
    assert answer(built, here, call["ioctl"], 3, 0x8901) == REFUSE


def numbers(calls: str, column: int) -> dict[str, int]:
    words = calls.split()
    return {name: int(n) for name, n in zip(words[::3], words[column::3]) if n != "-"}


@pytest.mark.parametrize("machine", MACHINES)
def test_the_numbers_are_the_systems(machine: str) -> None:
    headers = {
        "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
        "aarch64": Path("/usr/include/asm-generic/unistd.h"),
    }
    if not headers[machine].exists():
        pytest.skip("the system's headers are not installed")
    known = {}
    for line in headers[machine].read_text(encoding="utf-8").split("\n"):
        words = line.split()
        if len(words) >= 3 and words[0] == "#define" and words[2].isdigit():
            known[words[1].removeprefix("__NR_").removeprefix("__NR3264_")] = int(words[2])
    calls = " ".join([*seccomp.DENIED.values(), seccomp._LOOKED_INTO, seccomp._SECCOMP])
    ours = numbers(calls, MACHINES[machine][1])
    wrong = {name: n for name, n in ours.items() if known.get(name, n) != n}
    assert len(ours.keys() & known.keys()) > 100 and not wrong


def test_no_filter_for_a_machine_that_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(machine="riscv64"))
    assert seccomp.build() is None


# --- the rules -----------------------------------------------------------------------------------


def test_nothing_that_is_installed_is_granted() -> None:
    granted = [os.path.realpath(path) for path in landlock.what_python_needs()]
    folders = [path + os.sep for path in granted if os.path.isdir(path)]
    packages = Path(sys.modules["numpy"].__file__ or "").parent.parent
    secrets = [canary.course_folder("solutions"), doctor.cache_folder(), Path(confine.__file__)]
    secrets += [packages, packages / "hypothesis", Path(os.__file__).parent / "site-packages"]
    for secret in map(os.path.realpath, secrets):
        assert secret not in granted
        assert not [folder for folder in folders if secret.startswith(folder)], secret
        assert not [path for path in granted if path == os.path.dirname(secret)]


def test_of_what_others_have_loaded_nothing_is_granted_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = Path(sys.modules["numpy"].__file__ or "").parent.parent
    standard = os.path.dirname(os.path.dirname(os.__file__))
    (tmp_path / "preloaded.so.1").touch()
    (tmp_path / "gradebook.csv").touch()
    folders = {f"{path}/" for path in (packages, packages / "hypothesis", standard, tmp_path)}
    monkeypatch.setattr(landlock, "_library_folders", lambda: folders)
    granted = set(landlock.what_python_needs())
    assert str(tmp_path / "preloaded.so.1") in granted
    assert not granted & {str(tmp_path / "gradebook.csv"), str(packages / "hypothesis")}
    assert not {path.rstrip("/") for path in granted} & {path.rstrip("/") for path in folders}


@NEEDS_ALL
@pytest.mark.parametrize("version", [1, 2, 3, 4, 5, 6, 7])
def test_older_kernels_are_asked_for_what_they_know(
    version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[tuple[int, ...]] = []
    call = landlock.system_call

    def older(number: int, *arguments: Any) -> int:
        if number == landlock.CREATE_RULESET and arguments[0] is None:
            return version
        if number == landlock.CREATE_RULESET:
            said.append(struct.unpack(f"={arguments[1] // 8}Q", arguments[0]))
        return call(number, *arguments)

    monkeypatch.setattr(landlock, "system_call", older)
    ruleset = landlock.build()
    assert ruleset is not None
    os.close(ruleset.fd)
    assert len(said[0]) == 1 + (version >= 4) + (version >= 6)
    assert said[0][0] == (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)) - 1
