"""Hostile submissions, each run as any other: none gains by it, none harms anybody else.

The folder `attacks` holds them. What they find in them stands for what is really there: /bait for a
folder with a gradebook and another submission, /solutions and /checker for ours, DECOY for a
process that is theirs to end if they can.
"""

from __future__ import annotations

import ast
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gdl_check.chapter_check import ChapterCheck, Settings
from gdl_check.course import load_chapter
from gdl_check.places import PACKAGE, course_folder
from gdl_check.quiet import quietly
from gdl_check.results import ChapterResult, Verdict
from gdl_check.sandbox import canary, launch
from learner import FILE_NAME, RIGHT, SHORT, SOLUTION, chapter_file, children

pytestmark = pytest.mark.skipif(not launch.CAN_FORK, reason="needs workers that are forked")

ATTACKS = Path(__file__).with_name("attacks")
SECRET = "Ada-2f4c91"
NOBODY = 65534


class Told(NamedTuple):
    """The verdict on one exercise, and what shows that the attack in it was carried out."""

    status: str
    says: str


def failed(says: str) -> Told:
    return Told("failed", says)


def ended(says: str) -> Told:
    return Told("error", says)


DENIED, REFUSED = "refused: [Errno 13]", "refused: [Errno 1] Operation not permitted"
ENDLESS = Told("timeout", f"it ran for {SHORT:g} seconds")
LEFT = ended("it ended the Python process that ran it")
NOT_THERE = "only NumPy, the standard library and the chapters' own files can be imported"

EXPECTED: dict[str, dict[str, Told]] = {
    "01_always_equal": {"relu": failed("it equals 3 and x: True True")},
    "02_lying_array": {"relu": failed("ran: close to anything: True")},
    "03_masked": {"relu": failed("ran: passes for close to anything")},
    "04_broadcast": {
        "relu": failed("ran: passes for zeros: True"),
        "relu_deriv": failed("ran: passes for ones: "),
    },
    "05_not_a_number": {"relu": failed("ran: nan"), "relu_deriv": failed("ran: inf")},
    "06_almost": {"relu": failed("ran: forgiven by NumPy: True")},
    "07_frames": {"relu": failed("frames, found 0")},
    "08_garbage": {"relu": failed("ran: looked at True many, found 0")},
    "09_own_verdict": {"relu": failed(DENIED), "relu_deriv": LEFT},
    "12_replaced_comparisons": {"relu": failed("ran: 1 is close to 2: True True")},
    "16_skipped": {
        "relu": ended("SkipTest"),
        "relu_deriv": ended(f"'pytest' is not there: {NOT_THERE}"),
        "collapse_linear": ended(f"'hypothesis' is not there: {NOT_THERE}"),
    },
    "17_changed_arguments": {"relu": failed("ran: its argument is -1")},
    "18_consistent": {
        "relu": failed("ran: nothing"),
        "relu_deriv": failed("ran: no slope"),
        "hidden_delta": failed("ran: no blame"),
    },
    "21_read_files": {"relu": failed(DENIED), "relu_deriv": failed(DENIED)},
    "22_import_reference": {"relu": failed(DENIED)},
    "23_peek": {"relu": failed("refused: ptrace 1")},
    "24_poke": {"relu": failed(DENIED)},
    "25_pickle": {
        "relu": failed("ran: packed: True"),
        "relu_deriv": failed("ran: an array of it"),
        "collapse_linear": failed("ran: bytes of it"),
    },
    "26_oversized": {
        "relu": ended("maximum recursion depth exceeded"),
        "relu_deriv": ended("of more than 10,000 parts"),
        "collapse_linear": ended("it returned more than"),
    },
    "27_deaf": {"relu": Told("timeout", "opening the file took too long")},
    "28_said_ahead": {
        "relu": failed("ran: said ahead"),
        "relu_deriv": ended("it wrote into the channel"),
        "collapse_linear": Told("timeout", f"it ran for {SHORT:g} seconds"),
    },
    "29_endless": dict.fromkeys(("relu", "relu_deriv", "collapse_linear", "hidden_delta"), ENDLESS),
    "30_memory": {
        "relu": ended("it asked for more than 1 GB of memory"),
        "relu_deriv": failed("refused: [Errno 27]"),
        "collapse_linear": failed("refused: [Errno 12]"),
        "hidden_delta": failed("refused: [Errno 24]"),
    },
    "31_fork_bomb": {
        "relu": failed(REFUSED),
        "relu_deriv": failed("system: refused:"),
        "collapse_linear": failed(REFUSED),
    },
    "32_left_behind": {"relu": failed(REFUSED)},
    "33_other_processes": {"relu": failed("refused: signal by a file")},
    "34_spoil_files": {"relu": failed("refused: make a fifo")},
    "35_poison": {"relu": failed(DENIED)},
    "36_neighbours": {"relu": failed(DENIED), "relu_deriv": failed("ran: found 0")},
    "41_leak": {
        "relu": failed(REFUSED),
        "relu_deriv": failed(REFUSED),
        "collapse_linear": ended("ValueError"),
    },
    "45_behaves_at_first": {
        "relu": failed("ran: it does as it likes"),
        "relu_deriv": failed("ran: it gives the first answer for ever"),
    },
    "46_noisy": {"relu": Told("passed", ""), "relu_deriv": Told("passed", "ran: Traceback")},
}


class Scene(NamedTuple):
    """What an attack may harm: the folder with the bait, and a process."""

    bait: Path
    decoy: int

    def submission(self, text: str) -> str:
        """The attack on this scene."""
        places = {
            "/bait": self.bait,
            "/solutions": course_folder("solutions"),
            "/checker": PACKAGE.parent,
        }
        pattern = "|".join(map(re.escape, places))
        text = re.sub(rf"(?<=\")({pattern})\b", lambda found: str(places[found[0]]), text)
        return text.replace("DECOY = 0", f"DECOY = {self.decoy}")

    def state(self) -> dict[str, Any]:
        """Everything about it that must not change."""
        paths = sorted(self.bait.rglob("*"))
        files = {
            str(path): (stat.st_mode, stat.st_mtime_ns, stat.st_uid, stat.st_nlink)
            for path, stat in ((path, path.lstat()) for path in [self.bait, *paths])
        }
        return files | {
            "contents": [path.read_bytes() for path in paths if path.is_file()],
            "limit": resource.prlimit(self.decoy, resource.RLIMIT_CPU),
            "priority": os.getpriority(os.PRIO_PROCESS, self.decoy),
            "processors": os.sched_getaffinity(self.decoy),
            "left": [p for p in ("/tmp", "/dev/shm") if os.path.exists(f"{p}/gdl-check-left")],
        }


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    bait = tmp_path / "bait"
    (bait / "other").mkdir(parents=True)
    (bait / "gradebook.csv").write_text(f"name,points\n{SECRET},10\n", encoding="utf-8")
    (bait / "other" / FILE_NAME).write_text(f"# {SECRET}\n{SOLUTION}", encoding="utf-8")
    (bait / "reference.py").write_text(f"# {SECRET}\n{SOLUTION}", encoding="utf-8")
    (bait / "__pycache__").mkdir()
    decoy = subprocess.Popen(["sleep", "300"])
    yield Scene(bait, decoy.pid)
    decoy.kill()
    decoy.wait()


def checked(folder: Path, text: str) -> ChapterResult:
    """The verdicts on the exercises of chapter 6 that this file answers."""
    folder.mkdir(exist_ok=True)
    path = folder / FILE_NAME
    path.write_text(text, encoding="utf-8")
    chapter = load_chapter("ch06")
    defined = [node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    names = [name for name in defined if name in chapter.exercises]
    check = ChapterCheck(chapter, path, FILE_NAME, Settings(effort="quick"), seconds=SHORT)
    try:
        with quietly():
            list(check.in_turn(names))
        return check.chapter_result(names)
    finally:
        check.close()


def descendants(pid: int) -> set[int]:
    found = set(children(pid))
    return found.union(*map(descendants, found))


def test_every_attack_is_expected_to_come_to_something() -> None:
    assert sorted(path.stem for path in ATTACKS.glob("*.py")) == sorted(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_attack(name: str, scene: Scene, tmp_path: Path) -> None:
    if canary.look().level < canary.HIGHEST:
        pytest.skip("this system refuses less, as doctor says")
    before, processes = scene.state(), descendants(os.getpid())
    text = (ATTACKS / f"{name}.py").read_text(encoding="utf-8")
    chapter = checked(tmp_path / "attack", scene.submission(text))
    told = {result.name: result for result in chapter.results}
    assert {name: str(r.status) for name, r in told.items()} == {
        name: expected.status for name, expected in EXPECTED[name].items()
    }
    for exercise, expected in EXPECTED[name].items():
        said = f"{told[exercise]!r} {chapter.error!r}"
        assert expected.says in said, said[:3000]
        assert "got through" not in said, said[:3000]
        assert SECRET not in said
        assert len(told[exercise].stdout) < 30_000
    assert scene.state() == before
    until = time.monotonic() + 5
    # The worker that waits for the next order is a new one each time.
    while len(descendants(os.getpid()) - processes) > 1 and time.monotonic() < until:
        time.sleep(0.02)
    assert len(descendants(os.getpid()) - processes) == 1
    after = checked(tmp_path / "after", chapter_file(**RIGHT))
    passed = [result.name for result in after.results if result.status == Verdict.PASSED]
    assert sorted(passed) == sorted(RIGHT)


SOURCES = {
    "a long chain": "x = a" + ".a" * 100_000,
    "brackets": "x = " + "(" * 50_000 + ")" * 50_000,
    "signs": "x = " + "-" * 100_000 + "1",
    "blocks": "\n".join(" " * i + "if 1:" for i in range(150)),
}


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_that_would_crash_whoever_parses_it(name: str, tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_text(f"{RIGHT['relu']}\n\n{SOURCES[name]}\n", encoding="utf-8")
    check = ChapterCheck(load_chapter("ch06"), path, FILE_NAME, Settings(effort="quick"))
    assert check.result("relu").status == Verdict.ERROR
    check.close()


def test_a_file_that_never_ends(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    os.mkfifo(path)
    check = ChapterCheck(load_chapter("ch06"), path, FILE_NAME, Settings(effort="quick"))
    assert check.result("relu").status == Verdict.ERROR
    check.close()


def readable_python() -> tuple[str, dict[str, str]] | None:
    """An interpreter that everybody may use, with the packages that are installed here."""
    import numpy

    packages = os.path.dirname(os.path.dirname(numpy.__file__))
    paths = os.pathsep.join([packages, str(PACKAGE.parent)])
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": paths}
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    for python in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        try:
            subprocess.run(
                [python, "-c", "import numpy, hypothesis, pytest, gdl_check.chapter_check"],
                env=environment,
                cwd="/",
                user=NOBODY,
                capture_output=True,
                check=True,
            )
        except (OSError, subprocess.CalledProcessError):
            continue
        return python, environment
    return None


@pytest.mark.long
def test_all_attacks_as_a_user_without_rights(tmp_path_factory: pytest.TempPathFactory) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else, and all the tests were run as not root")
    usable = readable_python()
    if usable is None:
        pytest.skip("there is no Python that everybody may use, with what we need")
    python, environment = usable
    import tempfile

    with tempfile.TemporaryDirectory() as home:
        os.chown(home, NOBODY, NOBODY)
        command = [python, "-m", "pytest", "-p", "no:cacheprovider", f"--basetemp={home}/tests"]
        done = subprocess.run(
            [*command, "-k", "not without_rights", __file__],
            env=environment | {"HOME": home, "PYTHONDONTWRITEBYTECODE": "1"},
            cwd=home,
            user=NOBODY,
            group=NOBODY,
            extra_groups=[],
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stdout[-5000:]
    assert "passed" in done.stdout and "skipped" not in done.stdout, done.stdout[-500:]
