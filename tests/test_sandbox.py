"""Where a learner's code runs: the wire, the worker however it is started, objects by handle."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from gdl_check.answer import Answer
from gdl_check.compare import difference
from gdl_check.course import exercise
from gdl_check.memo import Memo, Pending, Program
from gdl_check.replies import AnswerRaised
from gdl_check.sandbox import connections, launch, wire
from gdl_check.sandbox.client import Ended, ForkedConnection, SandboxFault, Source, Worker
from gdl_check.sandbox.functions import quadratic
from gdl_check.sandbox.programs import Handle, Outcome, Step
from gdl_check.sandbox.wire import (
    MAX_HEADER,
    MAX_ITEMS,
    MAX_PAYLOAD,
    PREFIX,
    Decoder,
    Opaque,
    Seed,
    TooManyParts,
    Violation,
    encode,
    lay_out,
    parse_header,
    split_frames,
    to_wire,
)
from learner import children, gone

pytestmark = pytest.mark.skipif(not launch.CAN_FORK, reason="needs workers that are forked")


# --- the wire: round trips ---------------------------------------------------------------------


def there_and_back(value: Any) -> Any:
    buffers: list[bytes] = []
    header = {"value": to_wire(value, buffers)}
    ((request_id, head, payload),) = split_frames(bytearray(encode(7, header, buffers)), True)
    assert request_id == 7
    return Decoder(payload).value(parse_header(head)["value"])


PLAIN = [
    None,
    True,
    False,
    0,
    -3,
    2**53,
    2**53 + 1,
    -(2**64),
    10**4000,
    1 << 20_000,
    0.0,
    -0.0,
    0.1,
    1e-320,
    1.7976931348623157e308,
    float("inf"),
    float("-inf"),
    "",
    "caf\u00e9 \u6f22 \x00 \x1b[31m",
    [],
    [1, [2.5, None], "x"],
    (),
    (1, (2,), [3]),
    {},
    {"a": 1, 2: [3], (4, 5): {"b": None}, None: True},
    set(),
    {1, "a", 2.5, None},
]


@pytest.mark.parametrize("value", PLAIN, ids=lambda value: type(value).__name__)
def test_plain_values_come_back_as_they_were(value: Any) -> None:
    back = there_and_back(value)
    assert type(back) is type(value)
    assert back == value
    if value == 0 and isinstance(value, float):
        assert np.signbit(back) == np.signbit(value)


def test_nan_comes_back() -> None:
    for value in (float("nan"), np.float64("nan"), np.float32("nan")):
        back = there_and_back(value)
        assert type(back) is float and np.isnan(back)
    assert there_and_back(np.float64("-inf")) == float("-inf")


@pytest.mark.parametrize("dtype", list(wire.DTYPES))
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (2, 0, 4), (1, 2, 3, 4)])
def test_arrays_come_back_as_they_were(dtype: str, shape: tuple[int, ...]) -> None:
    value = (np.arange(np.prod(shape, dtype=int)) % 2).reshape(shape).astype(dtype)
    back = there_and_back(value)
    assert type(back) is np.ndarray
    assert back.dtype == value.dtype and back.shape == value.shape
    assert back.tobytes() == value.tobytes()
    assert back.flags.writeable and back.flags.owndata | (back.base is not None)


def test_arrays_keep_their_order_in_memory() -> None:
    value = np.arange(6.0).reshape(2, 3)
    fortran = there_and_back(np.asfortranarray(value))
    assert fortran.flags.f_contiguous and not fortran.flags.c_contiguous
    strided = there_and_back(lay_out(value, "strided"))
    assert not strided.flags.c_contiguous and not strided.flags.f_contiguous
    assert (fortran == value).all() and (strided == value).all()


def test_special_numbers_in_arrays_come_back() -> None:
    value = np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324])
    assert there_and_back(value).tobytes() == value.tobytes()


@pytest.mark.parametrize("dtype", [">f8", ">i4", "longdouble", "complex64", "clongdouble"])
def test_numbers_of_other_machines_come_back_as_ours(dtype: str) -> None:
    value = np.array([1, 0, 2]).astype(dtype)
    back = there_and_back(value)
    assert back.dtype in wire.DTYPES.values()
    assert (back == value).all()


@pytest.mark.parametrize(
    "value",
    [
        np.array([1, "a"], dtype=object),
        np.array(["a"]),
        np.zeros(2, [("a", float)]),
        np.array(["2020-01-01"], "M8[D]"),
        np.ma.masked_array([1.0], [True]),
        object(),
        len,
        1j,
        b"bytes",
        range(3),
    ],
    ids=lambda value: type(value).__name__,
)
def test_everything_else_arrives_as_its_name(value: Any) -> None:
    assert isinstance(there_and_back(value), Opaque)


def test_stand_ins_come_back() -> None:
    for value in (Seed(3), quadratic(1, 2, 3), Opaque("Tensor", "text")):
        assert there_and_back(value) == value
    assert there_and_back(np.float32(0.5)) == 0.5
    assert there_and_back(np.bool_(True)) is True
    assert there_and_back(frozenset({1})) == {1}
    mine = type("Mine", (np.ndarray,), {})
    assert type(there_and_back(np.ones(2).view(mine))) is np.ndarray


def test_what_cannot_be_a_key_here_is_a_name() -> None:
    assert there_and_back({frozenset({1}): 2}) == Opaque("dict")
    assert there_and_back({frozenset({1})}) == Opaque("set")


def test_a_random_generator_is_told_by_its_seed() -> None:
    seed = there_and_back(Seed(5))
    assert seed.generator().random() == np.random.default_rng(5).random()


def test_frames_arrive_in_any_pieces() -> None:
    whole = b"".join(encode(i, {"n": i}, [bytes(i)]) for i in range(5))
    kept, found = bytearray(), []
    for i in range(0, len(whole), 3):
        kept += whole[i : i + 3]
        found += split_frames(kept, bounded=True)
    assert [(i, parse_header(head)["n"], len(payload)) for i, head, payload in found] == [
        (i, i, i) for i in range(5)
    ]
    assert not kept


# --- the wire: violations ----------------------------------------------------------------------


NUMBER = {"type": "number", "data": 1}

VIOLATIONS: list[Any] = [
    None,
    3,
    [],
    {},
    {"type": None},
    {"type": ["array"]},
    {"type": "pickle", "data": "x"},
    {"type": "number"},
    {"type": "number", "data": None},
    {"type": "number", "data": [1]},
    {"type": "number", "data": "1.5"},
    {"type": "number", "data": "0x"},
    {"type": "number", "data": "1" * 100_001},
    {"type": "text"},
    {"type": "text", "data": 3},
    {"type": "list"},
    {"type": "list", "data": {"0": NUMBER}},
    {"type": "list", "data": [3]},
    {"type": "set", "data": "abc"},
    {"type": "dict", "data": [[NUMBER]]},
    {"type": "dict", "data": [[NUMBER, NUMBER, NUMBER]]},
    {"type": "dict", "data": {"a": 1}},
    {"type": "rng"},
    {"type": "rng", "seed": -1},
    {"type": "rng", "seed": 1.5},
    {"type": "rng", "seed": True},
    {"type": "rng", "seed": 2**63},
    {"type": "rng", "seed": "1"},
    {"type": "object"},
    {"type": "object", "class": 3},
    {"type": "object", "class": "x", "text": 3},
    {"type": "object", "class": "quadratic", "data": []},
    {"type": "object", "class": "quadratic", "data": [1, 2, "x"]},
    {"type": "array"},
    {"type": "array", "shape": [1], "dtype": "object"},
    {"type": "array", "shape": [1], "dtype": "<f8"},
    {"type": "array", "shape": [1], "dtype": None},
    {"type": "array", "shape": [1], "dtype": ["float64"]},
    {"type": "array", "shape": [0, 2**40], "dtype": "float64"},
    {"type": "array", "shape": [[1]], "dtype": "float64"},
    {"type": "array", "shape": [None], "dtype": "float64"},
    {"type": "array", "shape": 1, "dtype": "float64"},
    {"type": "array", "shape": [1.0], "dtype": "float64"},
    {"type": "array", "shape": [True], "dtype": "float64"},
    {"type": "array", "shape": ["1"], "dtype": "float64"},
    {"type": "array", "shape": [-1], "dtype": "float64"},
    {"type": "array", "shape": [2**31], "dtype": "float64"},
    {"type": "array", "shape": [10**6, 10**6], "dtype": "float64"},
    {"type": "array", "shape": [1] * 17, "dtype": "float64"},
    {"type": "array", "shape": [3], "dtype": "float64"},
]


@pytest.mark.parametrize("told", VIOLATIONS, ids=lambda told: json.dumps(told)[:60])
def test_what_is_no_value_is_a_violation(told: Any) -> None:
    with pytest.raises(Violation):
        Decoder(bytes(16)).value(told)


def test_arrays_share_one_payload_and_no_more() -> None:
    array = {"type": "array", "shape": [1], "dtype": "float64"}
    decoder = Decoder(bytes(16))
    decoder.value(array)
    decoder.value(array)
    with pytest.raises(Violation):
        decoder.value(array)


def test_a_bool_is_true_or_false() -> None:
    odd = Decoder(b"\x00\x01\x02\xff").value({"type": "array", "shape": [4], "dtype": "bool"})
    assert odd.tolist() == [False, True, True, True]
    assert odd.view(np.uint8).tolist() == [0, 1, 1, 1]


def test_depth_and_number_are_bounded() -> None:
    deep: Any = NUMBER
    for _ in range(100):
        deep = {"type": "list", "data": [deep]}
    for told in (deep, {"type": "list", "data": [NUMBER] * (MAX_ITEMS + 1)}):
        with pytest.raises(TooManyParts, match="nested too deeply, or of more than 10,000 parts"):
            Decoder(b"").value(told)


@pytest.mark.parametrize(
    "head",
    [b"", b"\xff", b"{", b"[" * 100_000, b"null", b"[]", b"3", b'{"a": %s}' % (b"1" * 5000)],
    ids=["nothing", "no text", "half", "deep", "null", "list", "number", "long number"],
)
def test_what_is_no_header_is_a_violation(head: bytes) -> None:
    with pytest.raises(Violation):
        parse_header(head)


@pytest.mark.parametrize(
    ("head", "payload"), [(MAX_HEADER + 1, 0), (0, MAX_PAYLOAD + 1), (2**32 - 1, 2**32 - 1)]
)
def test_what_is_too_large_is_refused_before_it_comes(head: int, payload: int) -> None:
    announced = PREFIX.pack(head, payload, 0)
    with pytest.raises(Violation):
        split_frames(bytearray(announced), bounded=True)
    # What came whole before it counts.
    kept = bytearray(encode(0, {}, []) + announced)
    assert len(split_frames(kept, bounded=True)) == 1
    with pytest.raises(Violation):
        split_frames(kept, bounded=True)


# --- the worker, in both ways it is started ----------------------------------------------------


ANSWERS = """
import math, os, resource, sys, threading
import numpy as np

total = 0

def same(x):
    return x

def shape(x):
    return x.shape, x.flags.c_contiguous, x.flags.f_contiguous, x.dtype.name

def change(x, y):
    print("changing")
    x += 1
    y.append(3)
    return None

def wrong(x):
    return helper(x)

def helper(x):
    raise ArithmeticError("no \\x1b[31m")

def draw(rng):
    return rng.random()

def apply(function, x):
    return function(x)

def count():
    global total
    total += 1
    return total

def rows(x):
    yield from x

def environment():
    return dict(os.environ)

def paths():
    return [p for p in sys.path if "gdl" in p or "site-packages" in p] + sys.argv + sys.orig_argv

def modules():
    return sorted(name for name in sys.modules if name.split(".")[0] == "gdl_check")

def load(name):
    __import__(name)

def limits():
    names = ("CPU", "AS", "NOFILE", "FSIZE", "CORE")
    return {n: resource.getrlimit(getattr(resource, "RLIMIT_" + n))[1] for n in names}

def many_files():
    return len([open("/dev/null") for _ in range(100)])

def memory():
    return bytearray(2 << 30)

def session():
    return os.getsid(0) == os.getpid(), os.getcwd(), sys.stdin.read(), os.isatty(0)

def descriptors():
    found = []
    for fd in range(200):
        try:
            os.fstat(fd)
            found.append(fd)
        except OSError:
            pass
    return len(found)

def spin():
    while True: pass

def leave():
    os._exit(3)
"""
PATH = "exercises/ch06_answers.py"
FORK = pytest.mark.parametrize("fork", [True, False], ids=["forked", "spawned"])


@pytest.fixture(scope="module")
def workers() -> Iterator[dict[bool, Worker]]:
    """A worker started in each way, which has opened the answers."""
    both = {fork: started(fork) for fork in (True, False)}
    yield both
    for worker in both.values():
        worker.close()


def started(fork: bool, seconds: float = 5.0, text: str = ANSWERS) -> Worker:
    worker = Worker(seconds, fork)
    worker.load({"ch06_answers": Source(PATH, text)}, "ch06_answers")
    assert worker.opened().raised is None
    return worker


def call(worker: Worker, name: str, *args: Any) -> Outcome:
    ((outcome,),) = worker.run([[Step("call", name, args)]])
    return outcome


@FORK
def test_a_worker_answers(workers: dict[bool, Worker], fork: bool) -> None:
    worker = workers[fork]
    array = np.arange(6.0).reshape(2, 3)
    for value in (3, 0.1, "x", None, [1, (2,)], {"a": {1}}, array, float("inf")):
        back = call(worker, "same", value).value
        assert back is None if value is None else difference(value, back) is None
    assert call(worker, "shape", np.asfortranarray(array)).value == ((2, 3), False, True, "float64")
    assert call(worker, "shape", array.astype(np.float32)).value[3] == "float32"
    assert call(worker, "draw", Seed(4)).value == np.random.default_rng(4).random()
    assert call(worker, "apply", quadratic(1, 2, 3), 2.0).value == 11
    assert call(worker, "rows", [1, 2]).value == [1, 2]


@FORK
def test_what_a_call_changes_and_prints_is_told(workers: dict[bool, Worker], fork: bool) -> None:
    array, listed = np.zeros(2), [1]
    outcome = call(workers[fork], "change", array, listed)
    assert outcome == Outcome(None, None, (0, 1), "changing\n")
    assert array.tolist() == [0, 0] and listed == [1]


@FORK
def test_an_exception_is_told_with_its_lines(workers: dict[bool, Worker], fork: bool) -> None:
    raised = call(workers[fork], "wrong", 1).raised
    assert raised is not None
    assert (raised.type, raised.message) == ("ArithmeticError", "no \x1b[31m")
    lines = ANSWERS.split("\n")
    assert [(lines[line - 1].strip(), name) for line, name in raised.trace] == [
        ("return helper(x)", "wrong"),
        ('raise ArithmeticError("no \\x1b[31m")', "helper"),
    ]
    assert raised.kinds[:3] == ("ArithmeticError", "Exception", "BaseException")


@FORK
def test_programs_are_answered_in_order_whatever_they_come_to(
    workers: dict[bool, Worker], fork: bool
) -> None:
    worker, first = workers[fork], call(workers[fork], "count").value
    programs: list[Program] = [
        [Step("call", "count", ())] if i % 3 else [Step("call", "wrong", (i,))] for i in range(100)
    ]
    told = [outcome for (outcome,) in worker.run(programs)]
    counted = [outcome.value for outcome in told if outcome.raised is None]
    assert counted == list(range(first + 1, first + 1 + len(counted)))
    assert sum(outcome.raised is not None for outcome in told) == 34


@FORK
def test_steps_go_on_with_what_came_before(workers: dict[bool, Worker], fork: bool) -> None:
    program = [
        Step("call", "same", ([1, 2, 3],)),
        Step("operator", "getitem", (Handle(0), 1)),
        Step("operator", "add", (Handle(1), 5)),
        Step("method", "index", (Handle(0), 3)),
        Step("get", "nothing", (Handle(0),)),
        Step("call", "count", ()),
    ]
    (outcomes,) = workers[fork].run([program])
    assert [outcome.value for outcome in outcomes[:4]] == [[1, 2, 3], 2, 7, 2]
    assert outcomes[4].raised is not None and outcomes[4].raised.type == "AttributeError"
    assert len(outcomes) == 5  # what comes after it is not reached


@FORK
def test_the_environment_is_scrubbed(
    workers: dict[bool, Worker], fork: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = call(workers[fork], "environment").value
    assert set(environment) <= {
        *("PYTHONHASHSEED", "PYTHONUTF8", "LC_CTYPE", "SYSTEMROOT"),
        *("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"),
    }
    assert environment["PYTHONHASHSEED"] == "0"


@FORK
def test_nothing_of_ours_is_there(workers: dict[bool, Worker], fork: bool) -> None:
    worker = workers[fork]
    assert call(worker, "paths").value == ["", ""]
    assert call(worker, "modules").value == []
    for name in (
        "gdl_check",
        "gdl_check.compare",
        "ch06_backpropagation",
        "hypothesis",
        "rich",
        "pytest",
    ):
        raised = call(worker, "load", name).raised
        assert raised is not None and raised.type == "ModuleNotFoundError", name
    for name in ("numpy.linalg", "json", "collections.abc", "ch06_answers"):
        assert call(worker, "load", name).raised is None, name


@FORK
def test_limits_are_active(workers: dict[bool, Worker], fork: bool) -> None:
    worker = workers[fork]
    limits = call(worker, "limits").value
    assert limits == {"CPU": 120, "AS": 1 << 30, "NOFILE": 32, "FSIZE": 0, "CORE": 0}
    raised = call(worker, "many_files").raised
    assert raised is not None and "Too many open files" in raised.message


@FORK
def test_a_worker_is_alone(workers: dict[bool, Worker], fork: bool) -> None:
    alone, folder, read, terminal = call(workers[fork], "session").value
    assert alone and read == "" and not terminal
    assert folder == ("/proc" if fork else "/")
    assert call(workers[fork], "descriptors").value <= 3 + 4


def test_a_descriptor_of_whoever_starts_us_is_not_inherited() -> None:
    script = (
        "import os, sys\nfrom gdl_check.sandbox.client import *\n"
        "w = Worker()\n"
        "text = f'import os\\ndef f():\\n    return os.read({sys.argv[1]}, 5)'\n"
        "w.load({'ch06_a': Source('a.py', text)}, 'ch06_a')\n"
        "w.opened()\n"
        "((outcome,),) = w.run([[Step('call', 'f', ())]])\n"
        "print(outcome.raised.message)\nw.close()"
    )
    read, write = os.pipe()
    os.write(write, b"secret")
    command = [sys.executable, "-c", script, str(read)]
    try:
        done = subprocess.run(command, pass_fds=[read], capture_output=True, text=True, check=True)
    finally:
        os.close(read)
        os.close(write)
    assert "Bad file descriptor" in done.stdout


@FORK
def test_memory_ends_the_worker(fork: bool) -> None:
    worker = started(fork)
    with pytest.raises(Ended) as ended:
        call(worker, "memory")
    worker.close()
    assert ended.value.how == "memory" and ended.value.line is not None
    assert ANSWERS.split("\n")[ended.value.line - 1].strip() == "return bytearray(2 << 30)"


@FORK
def test_a_call_that_does_not_return_is_told_with_its_line(fork: bool) -> None:
    worker = started(fork, seconds=0.5)
    programs: list[Program] = [[Step("call", name, ())] for name in ("count", "count", "spin")]
    outcomes = []
    with pytest.raises(Ended) as ended:
        for (outcome,) in worker.run(programs):
            outcomes.append(outcome.value)
    worker.close()
    assert ended.value.how == "timeout"
    assert ended.value.message == "it ran for 0.5 seconds"
    assert len(outcomes) + ended.value.ahead == 2
    assert ended.value.line is not None
    assert ANSWERS.split("\n")[ended.value.line - 1].strip() == "while True: pass"


@FORK
def test_a_worker_that_leaves_is_told(fork: bool) -> None:
    worker = started(fork)
    with pytest.raises(Ended) as ended:
        call(worker, "leave")
    worker.close()
    assert (ended.value.how, ended.value.message) == (
        "crash",
        "it ended the Python process that ran it",
    )


@FORK
def test_a_file_is_opened_with_ours_in_place_of_what_is_missing(fork: bool) -> None:
    worker = Worker(fork=fork)
    text = (
        "from ch05_b import two\n"
        "def relu(x):\n    return 'theirs'\n\ndef forward(x):\n    return relu(x)\n"
    )
    supply = "def relu(x):\n    return 'ours'\n\ndef other():\n    pass\n"
    sources = {
        "ch06_a": Source(
            "a.py", "from ch05_b import two\n" + text, supply=supply, supplied=("relu",)
        ),
        "ch05_b": Source("b.py", "two = 2\n"),
    }
    worker.load(sources, "ch06_a")
    assert worker.opened().raised is None
    assert call(worker, "forward", 1).value == "ours"
    raised = call(worker, "other").raised
    assert raised is not None and raised.type == "NameError"
    # The same worker can open another file, and knows no more of the first.
    worker.load({"ch06_a": Source("c.py", "def forward(x):\n    return x")}, "ch06_a")
    assert worker.opened().raised is None
    assert call(worker, "forward", 1).value == 1
    worker.close()


@FORK
def test_a_file_that_breaks_when_it_is_opened(fork: bool) -> None:
    worker = Worker(fork=fork)
    worker.load({"ch06_a": Source("a.py", "x = 1\n\nimport torch\n")}, "ch06_a")
    raised = worker.opened().raised
    worker.close()
    assert raised is not None
    assert (raised.type, raised.line) == ("ModuleNotFoundError", 3)


# --- processes ---------------------------------------------------------------------------------


@FORK
def test_a_worker_leaves_no_process_behind(fork: bool) -> None:
    worker = started(fork, text="import os\ndef pid():\n    return os.getpid()\n")
    pid = call(worker, "pid").value
    assert not gone(pid, seconds=0)
    worker.close()
    assert gone(pid)


def test_the_warm_process_ends_with_its_owner() -> None:
    script = (
        "import time\nfrom gdl_check.sandbox.client import *\nw = Worker()\n"
        "w.load({'ch06_a': Source('a.py', 'while True: pass')}, 'ch06_a')\n"
        "assert w.connection.pid\nprint('ready', flush=True)\ntime.sleep(60)"
    )
    owner = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert owner.stdout is not None and owner.stdout.readline() == b"ready\n"
    (warm,) = children(owner.pid)
    # The one that is at work, and the one that is forked for the next order.
    until = time.monotonic() + 5
    while len(workers := children(warm)) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    assert len(workers) == 2
    os.kill(owner.pid, signal.SIGKILL)
    owner.wait()
    owner.stdout.close()
    assert gone(warm) and all(map(gone, workers))


def test_another_warm_process_takes_over() -> None:
    first, second = started(True), started(True)
    assert all(w.connection.has_begun() for w in (first, second))
    (warm,) = [pid for pid in children(os.getpid()) if len(children(pid)) >= 2]
    os.kill(warm, signal.SIGKILL)
    # Those that are under way go on, and end when they are closed.
    assert call(first, "same", 1).value == 1
    third = started(True)
    assert call(third, "same", 2).value == 2
    pids = []
    for worker in (first, second, third):
        assert isinstance(worker.connection, ForkedConnection)
        assert worker.connection.pid is not None
        pids.append(worker.connection.pid)
        worker.close()
    assert all(gone(pid) for pid in pids)
    assert call(fourth := started(True), "same", 3).value == 3
    fourth.close()


def test_no_process_at_all_is_a_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(self: ForkedConnection, fds: list[int]) -> bool:
        return False

    before = len(os.listdir("/proc/self/fd"))
    monkeypatch.setattr(ForkedConnection, "_order", nothing)
    with pytest.raises(SandboxFault):
        Worker()
    assert len(os.listdir("/proc/self/fd")) == before


def test_workers_leave_no_descriptors_and_no_threads_behind() -> None:
    import threading

    started(True).close()
    fds, threads = len(os.listdir("/proc/self/fd")), threading.active_count()
    for _ in range(5):
        worker = started(True)
        call(worker, "same", 1)
        worker.close()
    assert len(os.listdir("/proc/self/fd")) == fds
    assert threading.active_count() == threads


def test_shared_memory_cannot_be_made_smaller() -> None:
    memory = connections._sealed_memory(8)
    with pytest.raises(PermissionError):
        os.truncate(memory, 0)
    os.close(memory)


# --- objects by handle -------------------------------------------------------------------------


TENSOR = """
import numpy as np

class Tensor:
    def __init__(self, data):
        self.data = np.asarray(data, dtype=float)
        self.grad = None
        self.parents = ()

    def _made(self, data, *parents):
        made = Tensor(data)
        made.parents = parents
        return made

    def __add__(self, other):
        return self._made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        return self._made(self.data * other.data, (self, other.data), (other, self.data))

    def __neg__(self):
        return self._made(-self.data, (self, -1.0))

    def __getitem__(self, index):
        return self._made(self.data[index])

    def plus(self, other):
        return self + other

    def sum(self):
        return self._made(self.data.sum(), (self, np.ones_like(self.data)))

    def backward(self, upstream=1.0):
        self.grad = (0 if self.grad is None else self.grad) + upstream * np.ones_like(self.data)
        for parent, slope in self.parents:
            parent.backward(upstream * slope)

    def fail(self):
        raise ValueError("as asked")

    def take_from(self, other):
        other -= self.data

def total(tensors):
    return sum(tensors[1:], tensors[0])
"""


class Counting:
    """A runner that counts what is sent."""

    def __init__(self, worker: Worker) -> None:
        self.worker, self.messages = worker, 0

    def run(self, programs: Any) -> Iterator[list[Outcome]]:
        self.messages += 1
        return self.worker.run(programs)

    def close(self) -> None:
        self.worker.close()


@pytest.fixture
def tensors() -> Iterator[Counting]:
    runner = Counting(started(True, text=TENSOR))
    yield runner
    runner.close()


TENSORS = exercise("Tensor", inputs={})


def asked(runner: Counting, law: Any) -> Any:
    """Run a law until nothing is pending, as an examination does."""
    memo = Memo()
    for _ in range(20):
        answer = Answer(memo, TENSORS)
        try:
            return law(answer)
        except Pending:
            answer.ask()
            memo.ask(runner)
            memo.learn()
    raise AssertionError("it asks without end")


def test_objects_are_examined_through_handles(tensors: Counting) -> None:
    def multiplied(bench: Any, x: Any, y: Any) -> Any:
        a, b = bench.Tensor(x), bench.Tensor(y)
        c = (a * b + a).sum()
        c.backward()
        return {"value": c.data, "grads": [a.grad, b.grad], "last": (-a)[1].data}

    def law(answer: Any) -> Any:
        return answer.doing(multiplied, np.array([1.0, 2.0]), np.array([3.0, 4.0])).value

    told = asked(tensors, law)
    assert told["value"] == 14 and told["last"] == -2
    assert [grad.tolist() for grad in told["grads"]] == [[4, 5], [1, 2]]
    assert tensors.messages == 1


def test_a_method_of_what_a_method_gives(tensors: Counting) -> None:
    def added(bench: Any) -> Any:
        a, b = bench.Tensor(np.array([1.0])), bench.Tensor(np.array([2.0]))
        return a.plus(b.plus(a.sum())).plus(b[0]).data

    assert asked(tensors, lambda answer: answer.doing(added).value).tolist() == [6]
    assert tensors.messages == 1


def test_a_graph_of_thirty_nodes_is_one_trip(tensors: Counting) -> None:
    def squared_many_times(bench: Any) -> Any:
        x = bench.Tensor(np.array([2.0]))
        y = x
        for _ in range(15):
            y = y + x * x
        y.sum().backward()
        return x.grad

    assert asked(tensors, lambda answer: answer.doing(squared_many_times).value) == 1 + 15 * 4
    assert tensors.messages == 1


def test_a_list_of_objects_is_handed_over(tensors: Counting) -> None:
    def listed(bench: Any) -> Any:
        a, b = bench.Tensor(np.array([1.0])), bench.Tensor(np.array([2.0]))
        return bench.total([a, b, a]).data

    assert asked(tensors, lambda answer: answer.doing(listed).value) == 4


def test_an_object_that_raises_is_told_where_it_is_read(tensors: Counting) -> None:
    def failing(bench: Any) -> Any:
        return bench.Tensor(np.array([1.0])).fail().data

    with pytest.raises(AnswerRaised, match="ValueError: as asked"):
        asked(tensors, lambda answer: np.asarray(answer.doing(failing)))
    assert tensors.messages == 1


def test_an_argument_that_an_object_changes_is_told(tensors: Counting) -> None:
    def spoiled(bench: Any, x: Any, y: Any) -> Any:
        bench.Tensor(x).take_from(y)
        return []

    def law(answer: Any) -> Any:
        return answer.doing(spoiled, np.array([1.0]), np.array([2.0])).outcome.changed

    assert asked(tensors, law) == (1,)


def test_an_object_itself_arrives_as_the_name_of_its_class(tensors: Counting) -> None:
    def itself(bench: Any) -> Any:
        return bench.Tensor(np.array([1.0]))

    assert asked(tensors, lambda answer: answer.doing(itself).value) == Opaque("Tensor")


@pytest.mark.skipif(not launch.CAN_FORK, reason="there is no warm process here")
def test_a_worker_ends_with_a_checker_that_did_not_hear_its_process_id() -> None:
    launch.forget_warm_process()
    control = launch.warm_process()
    ours, theirs = socket.socketpair()  # kept open: a worker ends by itself when it closes
    trace, its_trace = os.pipe()
    progress = os.memfd_create("progress")
    os.truncate(progress, launch.PROGRESS.size)
    socket.send_fds(control, [b"F"], [theirs.fileno(), its_trace, progress])
    launch.forget_warm_process()
    for fd in (theirs.detach(), its_trace, progress):
        os.close(fd)
    ended, _, _ = select.select([trace], [], [], 10)
    assert ended and not os.read(trace, 1)
    ours.close()
    os.close(trace)
