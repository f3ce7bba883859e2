"""watch: what is on the screen after every save and every key, and how it ends."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from gdl_check import state
from gdl_check.editor import editor_command
from gdl_check.keyboard import Keyboard
from gdl_check.lookout import Lookout
from gdl_check.reach import Reach
from gdl_check.recheck import Memory, Recheck, Told
from gdl_check.sandbox import launch
from gdl_check.targets import Desk, Target, resolve
from learner import RIGHT, SOLUTION, STUBS, Learner, chapter_file, children, gone
from watched import Watched

pytestmark = pytest.mark.skipif(not launch.CAN_FORK, reason="needs workers that are forked")

WRONG = "def relu_deriv(output):\n    return output"
LOOP = "def relu_deriv(output):\n    while True: pass"
SHORT_TIME = 3.0  # seconds, less than a call may take
Start = Callable[..., Watched]


@pytest.fixture
def learner(tmp_path: Path) -> Learner:
    return Learner(tmp_path / "mon travail é")


@pytest.fixture
def start(learner: Learner) -> Iterator[Start]:
    with ExitStack() as stack:

        def start(*words: str, **more: object) -> Watched:
            return stack.enter_context(Watched(learner, *words, **more))  # type: ignore[arg-type]

        yield start


def verdicts(learner: Learner) -> list[str]:
    """The verdicts that were remembered, in order."""
    events = state.read(state.state_file(learner.folder)).events
    return [event.more["verdict"] for event in events if event.event == "check"]


# --- saves -------------------------------------------------------------------------------------


def test_from_the_first_screen_to_the_next_exercise(learner: Learner, start: Start) -> None:
    watched = start("ch06.relu_deriv").until(
        "not started relu_deriv", "write it, and save:", "quit"
    )
    assert watched.footer == "nhralsq"
    learner.answer(relu_deriv=WRONG)
    watched.until("Does not hold: relu_deriv is 1", "Looks like:", "step through it:", "quit")
    assert watched.footer == "nhralsxq"
    learner.answer()
    watched.until("passed relu_deriv", "laws hold", "quit")
    assert watched.footer == "nralsdxq"
    watched.press("d")
    watched.until("- yours + the solution")
    watched.press("n")
    watched.until("passed collapse_linear", "2 of 16 passed", "quit")
    watched.press("q")
    assert watched.ends() == 0
    assert verdicts(learner) == ["failed", "passed", "passed"]


def test_it_follows_the_one_exercise_that_is_written(learner: Learner, start: Start) -> None:
    learner.answer()
    watched = start("ch06.relu").until("passed relu", "quit")
    learner.answer(relu_deriv=WRONG)
    watched.until("Does not hold: relu_deriv")


def test_a_file_is_replaced_deleted_and_comes_back(learner: Learner, start: Start) -> None:
    watched = start("ch06.relu_deriv").until("not started", "quit")
    new = learner.file.with_name("new")
    new.write_text(chapter_file(relu_deriv=WRONG), encoding="utf-8")
    new.replace(learner.file)
    watched.until("step through it:")
    learner.file.rename(new)
    watched.until("There is no such file")
    learner.answer()
    watched.until("passed relu_deriv")
    learner.write(STUBS.replace("def relu(x):", "def relu(x:"))
    watched.until("SyntaxError")
    learner.answer()
    watched.until("passed relu_deriv", "quit")
    watched.press("q")
    assert watched.ends() == 0
    assert verdicts(learner) == ["failed", "passed", "error", "passed"]  # a lost file is no attempt


def test_a_save_ends_a_check_that_hangs(learner: Learner, start: Start) -> None:
    watched = start("ch06.relu_deriv").until("not started", "quit")
    learner.answer(relu_deriv=LOOP)
    watched.until("checking relu_deriv ...")
    began = time.monotonic()
    learner.answer()
    watched.until("passed relu_deriv")
    assert time.monotonic() - began < SHORT_TIME


def test_what_comes_after_a_chapter(learner: Learner, start: Start) -> None:
    learner.write(SOLUTION)
    assert learner.check("ch06").code == 0
    learner.write(chapter_file(SOLUTION, relu_deriv=WRONG))
    watched = start("ch06.relu_deriv").until(
        "15 of 16 passed", "h hint", "step through it:", "quit"
    )
    learner.write(SOLUTION)
    watched.until("16 of 16 passed", "see it at work: gdl-check play ch06", "gdl-check watch ch07")


# --- keys --------------------------------------------------------------------------------------


def test_hints_open_as_with_the_verb(learner: Learner, start: Start) -> None:
    watched = start("ch06.relu_deriv").until("not started", "quit")
    watched.press("h")
    watched.until("1. a question", "quit")
    watched.press("h")
    watched.until("try it first")
    learner.answer(relu_deriv=WRONG)
    watched.until("step through it:", "quit")
    watched.press("h")
    watched.until("2. the idea")


def test_all_list_show_and_run(learner: Learner, start: Start) -> None:
    learner.answer(relu_deriv=WRONG)
    watched = start("ch06.relu").until("passed relu", "quit")
    watched.press("a")
    watched.until("passed relu, collapse_linear", "Does not hold: relu_deriv", "step through it:")
    told = {"l": "2 of 16 passed next:", "s": "What is expected of it", "r": "passed relu 7 laws"}
    for key, text in told.items():
        watched.press(key)
        watched.until(text, "quit")


def test_special_keys_and_what_was_pasted_are_no_keys() -> None:
    keyboard = Keyboard()
    for typed in ("\x1b[3~", "\x1b", "query\n"):
        keyboard._take(typed)
    assert keyboard.pressed.empty()
    keyboard._take("h")
    keyboard._take("\x1b[C\x1bOA")
    assert [keyboard.read(0) for _ in range(3)] == ["h", "right", "up"]
    assert keyboard.pressed.empty()


def test_reset_asks_first(learner: Learner, start: Start) -> None:
    learner.answer(relu_deriv=WRONG)
    watched = start("ch06.relu_deriv").until("step through it:", "quit")
    watched.press("x")
    watched.until("Put the stub of relu_deriv back?")
    assert watched.footer == "yn"
    watched.press("n")
    watched.until("quit")
    assert WRONG in learner.file.read_text(encoding="utf-8")
    watched.press("x")
    watched.until("yes")
    watched.press("y")
    watched.until("not started relu_deriv", "reset: ch06.relu_deriv", "--undo", "quit")
    assert WRONG not in learner.file.read_text(encoding="utf-8")


def test_the_editor_is_opened_at_the_line(learner: Learner, start: Start) -> None:
    editor = learner.folder / "vim"
    editor.write_text('#!/bin/sh\nstty -a | grep -o " icanon"\necho "$@" > told\n')
    editor.chmod(0o755)
    watched = start("ch06.relu", EDITOR="vim", PATH=f"{learner.folder}:{os.environ['PATH']}")
    watched.until("not started relu", "e edit", "quit")
    watched.press("e")
    watched.until("not started relu", "quit")
    assert " icanon" in watched.shown  # it found the terminal as it was
    line = STUBS.split("\n").index("def relu(x):") + 1
    told = (learner.folder / "told").read_text(encoding="utf-8")
    assert told == f"+{line} {learner.file}\n"


def test_which_editor(tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.write_text("#!/bin/sh\n")
    code.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(tmp_path))
        at = ["-g", "ch06.py:7"]
        path = Path("ch06.py")
        assert editor_command(path, 7, {"TERM_PROGRAM": "vscode"}) == [str(code), *at]
        assert editor_command(path, 7, {"EDITOR": "code --wait"}) == [str(code), "--wait", *at]
        assert editor_command(path, 7, {"EDITOR": "not-there"}) == []
        assert editor_command(path, 7, {}) == []


def test_n_goes_around(learner: Learner) -> None:
    desk = Desk(learner.file.parent)

    def at(*words: str) -> Target:
        return Reach(desk, resolve(words, desk)).begin

    def after(reach: Reach, at: Target) -> str:
        following = reach.following(at)
        return following.chapter.exercise_id(following.names[0]) if following else ""

    named = Reach(desk, resolve(["ch06.relu"], desk))
    assert named.begin.names == ("relu",)
    assert after(named, at("ch06.dead_units")) == "ch06.lights_to_matrix"
    two = Reach(desk, resolve(["ch06.relu", "ch06.forward"], desk))
    assert after(two, at("ch06.relu")) == "ch06.forward"
    two.passed(two.begin.chapter).add("forward")
    assert after(two, at("ch06.relu")) == ""
    anywhere = Reach(desk, [])
    assert anywhere.begin.names == ("lights_to_matrix",)
    assert after(anywhere, at("ch06.dead_units")).startswith("ch07.")


# --- windows and ends --------------------------------------------------------------------------


def test_a_narrow_window(learner: Learner, start: Start) -> None:
    learner.answer(relu_deriv=WRONG)
    watched = start("ch06.relu_deriv").until("step through it:", "quit")
    watched.resize(60, 30)
    watched.until("step through it:", "quit")
    assert watched.footer == "nhralsxq"


def test_a_low_window_keeps_the_top_and_the_keys(learner: Learner, start: Start) -> None:
    learner.answer(relu_deriv=WRONG)
    watched = start("ch06.relu_deriv", rows=12).until(
        "more lines: gdl-check ch06.relu_deriv", "quit"
    )
    assert len(watched.picture.split("\n")) <= 12
    assert watched.said.startswith("ch06 ")
    assert "Does not hold: relu_deriv" in watched.said
    watched.resize(80, 40)
    watched.until("step through it:", "quit")


def test_without_moving_the_cursor(learner: Learner, start: Start) -> None:
    watched = start("ch06.relu_deriv", TERM="dumb").until("not started", "quit")
    learner.answer()
    watched.until("passed relu_deriv", "quit")
    assert "\x1b" not in watched.shown and "-" * 79 in watched.shown


@pytest.mark.parametrize(
    ("end", "code"),
    [("q", 0), ("\x04", 0), ("\x03", 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
)
@pytest.mark.parametrize("busy", [False, True], ids=["idle", "busy"])
def test_it_ends_and_leaves_the_terminal_as_it_was(
    learner: Learner, start: Start, end: str | signal.Signals, code: int, busy: bool
) -> None:
    if busy:
        learner.answer(relu_deriv=LOOP)
    watched = start("ch06.relu_deriv").until("checking" if busy else "not started", "quit")
    assert watched.attributes() != watched.before
    helpers = children(watched.process.pid)
    assert helpers
    if isinstance(end, str):
        watched.press(end)
    else:
        watched.process.send_signal(end)
    assert watched.ends() == code
    assert all(map(gone, helpers))


def test_a_crash_leaves_the_terminal_as_it_was(learner: Learner, start: Start) -> None:
    broken = (
        "import sys; from gdl_check import cli, watch; "
        "watch.Watch.saved = lambda *_: 1 / 0; sys.exit(cli.main(sys.argv[1:]))"
    )
    command = (sys.executable, "-c", broken, "watch", "ch06.relu_deriv")
    watched = start(command=command).until("not started", "quit")
    learner.answer()
    assert watched.ends() == 3
    assert "gdl-check itself is broken" in " ".join(watched.shown.split())


def test_it_needs_a_terminal(learner: Learner) -> None:
    checked = learner.run("watch")
    assert checked.code == 2 and checked.out == ""
    assert checked.err.count("\n") == 1 and "needs a terminal" in checked.err


def test_what_is_not_understood(start: Start) -> None:
    assert start("ch99").ends() == 2


# --- what is checked again ---------------------------------------------------------------------


def recheck(learner: Learner, memory: Memory, *names: str) -> tuple[list[str], int]:
    """The verdicts on some exercises of chapter 6, and how many workers they took."""
    (target,) = resolve([f"ch06.{name}" for name in names], Desk(learner.file.parent))
    memory.prepared |= {"ch06.relu", "ch06.relu_deriv", "ch06.forward"}
    told: list[Told] = []
    check = Recheck(target, memory, told.append)
    check.run()
    assert told[-1].fault is None and told[-1].found is not None
    return [str(result.status) for result in told[-1].found.results], len(check.runners)


def test_only_what_changed_is_checked_again(learner: Learner) -> None:
    memory, names = Memory(), ("relu", "relu_deriv", "forward")
    answers = RIGHT | {"relu_deriv": WRONG}
    forward = (
        "def forward(x, a, b):\n    h = cut(x.dot(a))\n    return h, h.dot(b)\n\n\n"
        "def cut(x):\n    return np.maximum(x, 0)"
    )

    def check(text: str) -> tuple[list[str], int]:
        learner.write(text)
        return recheck(learner, memory, *names)

    wrong = chapter_file(**answers, forward=forward)
    found = ["passed", "failed", "passed"]
    assert check(wrong)[0] == found
    assert check(wrong) == (found, 0)
    assert check(wrong + "\n# a word\n") == (found, 0)
    # A failure names lines, a pass does not.
    moved, workers = check("# a word\n" + wrong)
    assert moved == found and 0 < workers < 4
    # What a function rests on is a part of it.
    less = wrong.replace(
        "h.dot(b)\n\n\ndef cut(x):\n    return np", "h.dot(b)\n\n\ndef cut(x):\n    return -np"
    )
    assert check(less)[0] == ["passed", "failed", "failed"]
    assert check(wrong)[0] == found
    # What is executed when the file is opened is a part of everything.
    assert check(wrong + "\ndef other(x=1 / 0):\n    pass\n")[0] == ["error"] * 3
    assert check(wrong + "\ndef other(x=1 / 1):\n    pass\n")[0] == found
    assert check(wrong + "\nglobals()['re' + 'lu'] = abs\n")[0][0] == "failed"
    assert check(wrong + "\nrelu = abs\n")[0][0] == "failed"


def test_the_solution_is_checked_once(learner: Learner) -> None:
    memory = Memory()
    learner.write(SOLUTION + "# mine\n")
    assert recheck(learner, memory, "relu", "forward")[1] > 0
    assert recheck(learner, memory, "relu", "forward") == (["passed", "passed"], 0)


def test_files_that_stand_still_are_told_of(tmp_path: Path) -> None:
    path, other = tmp_path / "a.py", tmp_path / "b.py"
    path.write_text("1")
    lookout = Lookout([path, other])
    assert lookout.changed() == set()
    path.write_text("12")
    assert lookout.changed() == set()
    path.write_text("123")
    assert lookout.changed() == set()
    assert lookout.changed() == {path}
    assert lookout.changed() == set()
    path.rename(other)
    assert (lookout.changed(), lookout.changed()) == (set(), {path, other})
    other.write_text("")
    lookout.skip(other)
    assert (lookout.changed(), lookout.changed()) == (set(), set())
