"""How bad input is met: the true verdict, one clear sentence, the right exit code.

The answer in the middle of three is bad; the two beside it are right, and must stay so.
"""

from __future__ import annotations

import os
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest

from gdl_check.course import load_chapter
from gdl_check.places import course_folder
from gdl_check.sandbox import client, launch
from learner import (
    BESIDE,
    RIGHT,
    SHORT,
    SOLUTION,
    STUBS,
    THREE,
    Checked,
    Learner,
    chapter_file,
    gone,
)

pytestmark = pytest.mark.skipif(not launch.CAN_FORK, reason="needs workers that are forked")

FIRST_LINE = chapter_file(**RIGHT).split("\n").index("def relu_deriv(output):") + 1
AGREEMENT = "gives the expected result"


@pytest.fixture
def learner(tmp_path: Path) -> Learner:
    return Learner(tmp_path / "workspace")


# --- targets that name nothing -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["ch99"], "there is no chapter 'ch99': did you mean ch"),
        (["ch6"], "there is no chapter 'ch6': did you mean ch06?"),
        (["chapter06"], "did you mean ch06?"),
        (["CH06"], "did you mean ch06?"),
        (["nonsense"], "there is no exercise 'nonsense': there are the chapters ch01 to ch"),
        (["ch06.relu_derv"], "ch06 has no exercise 'relu_derv': did you mean ch06.relu_deriv?"),
        (["relu_derv"], "there is no exercise 'relu_derv': did you mean ch06.relu_deriv?"),
        (["ch09", "relu_derv"], "did you mean ch09.relu_deriv?"),
        (["cross_entropy"], "cross_entropy is in ch09 and ch13: write ch13.cross_entropy"),
        (["ch06.xyz"], "ch06 has no exercise 'xyz': there are ch06.lights_to_matrix"),
        (["notes.py"], "notes.py is no chapter file: its name must begin with a chapter"),
        (["ch06_backprop.py"], "there is no file ch06_backprop.py: did you mean exercises/ch06_"),
        (["elsewhere/ch06_x.py:3"], "there is no file elsewhere/ch06_x.py: did you mean"),
        (["exercises/"], "exercises/ is a folder: name a chapter file in it"),
        (["exercises/ch06_backpropagation.py:9999"], "no exercise stands in line 9999 of"),
        (["ch06.relu", "--case", "00000000"], "no case 00000000 is known of what was asked for"),
        (["ch06", "--case", "../../x"], "../../x is no case: a case has 8 hex digits"),
        (["ch06", "--workspace", "nowhere"], "nowhere is not a folder"),
        (["ch06", "--effort", "much"], "invalid choice: 'much'"),
        (["ch06", "--seed", "x"], "invalid int value: 'x'"),
        (["ch06", "--sead", "3"], "unrecognized arguments: --sead"),
        (["ch06", "--json", "--debug"], "leave out --json"),
    ],
)
def test_what_cannot_be_understood_exits_with_2(
    learner: Learner, words: list[str], says: str
) -> None:
    checked = learner.check(*words)
    assert checked.code == 2
    assert says in checked.err
    assert checked.out == ""


def test_there_is_no_workspace_here(learner: Learner) -> None:
    alone = Learner(learner.folder.parent / "alone")
    for folder in (alone.folder / ".gdl", alone.folder / "exercises"):
        folder.rename(folder.with_name(folder.name + "-moved"))
    checked = alone.check("ch06")
    assert checked.code == 2
    assert "there is no workspace here" in checked.err and "--workspace DIR" in checked.err


def test_a_file_is_checked_wherever_it_lies(learner: Learner, tmp_path: Path) -> None:
    learner.answer(relu="def relu(x):\n    return np.maximum(x, 0)")
    alone = Learner(tmp_path / "elsewhere")
    for folder in (alone.folder / ".gdl", alone.folder / "exercises"):
        folder.rename(folder.with_name(folder.name + "-moved"))
    (alone.folder / learner.file.name).write_bytes(learner.file.read_bytes())
    checked = alone.check(f"./{learner.file.name}")
    assert checked.statuses("relu") == ["passed"] and checked.code == 1
    assert not (alone.folder / ".gdl").exists()


# --- files that cannot be loaded ---------------------------------------------------------------


@dataclass(frozen=True)
class Unloadable:
    """A file, what is said of it, and in which line."""

    text: str | bytes
    says: str
    line: int | None = None
    status: str = "error"
    type: str = ""

    @classmethod
    def with_(cls, source: str, says: str, line: int = 1, **more: str) -> Unloadable:
        """A file in which these lines stand before the answer in the middle."""
        source = textwrap.dedent(source).strip("\n") + "\n" + RIGHT["relu_deriv"]
        text = chapter_file(**(RIGHT | {"relu_deriv": source}))
        return cls(text, says, FIRST_LINE + line - 1, **more)


CLOSE_ALL = "import os\nos.closerange(3, 100)\n"

UNLOADABLE = {
    "not UTF-8": Unloadable("# caf\xe9\n".encode("latin-1"), "Line 1 is not UTF-8 text", 1),
    "not UTF-8, further down": Unloadable(
        STUBS.encode() + b"\n\xff\n",
        "is not UTF-8 text: save the file as UTF-8",
        STUBS.count("\n") + 2,
    ),
    "UTF-16": Unloadable(STUBS.encode("utf-16"), "Line 1 is not UTF-8 text", 1),
    "zero bytes": Unloadable(b"import numpy\n\0\0", "Line 2 has zero bytes in it", 2),
    "too large": Unloadable("#" * 300_000, "This is larger than 256 KB: is it the right file?"),
    "never closed": Unloadable(
        chapter_file(**(RIGHT | {"relu_deriv": "def relu_deriv(output):\n    return (output > 0"})),
        "SyntaxError: '(' was never closed return (output > 0 ^",
        FIRST_LINE + 1,
    ),
    "no colon": Unloadable(
        chapter_file(**(RIGHT | {"relu_deriv": "def relu_deriv(output)\n    return 1"})),
        "SyntaxError: expected ':' def relu_deriv(output) ^",
        FIRST_LINE,
    ),
    "no indentation": Unloadable(
        chapter_file(**(RIGHT | {"relu_deriv": "def relu_deriv(output):\nreturn 1"})),
        "IndentationError: expected an indented block after function definition",
        FIRST_LINE + 1,
    ),
    "tabs and spaces": Unloadable(
        "def f(x):\n\tif x:\n        return x\n", "TabError: inconsistent use of tabs", 3
    ),
    "a long line": Unloadable(
        "x = [" + "1, " * 60 + "2 3]\n", "SyntaxError: invalid syntax. Perhaps you forgot", 1
    ),
    "nested too deeply": Unloadable("x = " + "-" * 100_000 + "1\n", "nested too deeply for Python"),
    "return outside": Unloadable("return 3\n", "SyntaxError: 'return' outside function", 1),
    "a module that is not there": Unloadable.with_(
        "import torch",
        "ModuleNotFoundError: 'torch' is not there: only NumPy, the standard library",
    ),
    "a module of their own": Unloadable.with_(
        "from helpers import shape", "'helpers' is not there: only NumPy, the standard library"
    ),
    "a relative import": Unloadable.with_(
        "from . import x", "ImportError: attempted relative import"
    ),
    "our own package": Unloadable.with_("import gdl_check", "'gdl_check' is not there"),
    "an exception": Unloadable.with_(
        "x = 1 / 0", "When it was opened, it raised ZeroDivisionError: division by zero."
    ),
    "an exception further in": Unloadable.with_(
        """
        def setup():
            return int("x")
        y = setup()
        """,
        "it raised ValueError: invalid literal for int() with base 10: 'x'. line "
        f"{FIRST_LINE + 2}: y = setup() line {FIRST_LINE + 1}, in setup: return int",
        line=2,
    ),
    "a file to be read": Unloadable.with_(
        'open("data.csv")', "'data.csv'; a check neither reads nor writes files."
    ),
    "input()": Unloadable.with_('n = input("n? ")', "EOFError: nobody answers input()"),
    "a name that is deleted": Unloadable.with_("del nothing", "NameError: name 'nothing' is not"),
    "sys.exit": Unloadable.with_(
        "import sys\nsys.exit(0)",
        "When it was opened, it tried to end Python (SystemExit).",
        line=2,
    ),
    "os._exit": Unloadable(
        "import os\nos._exit(0)\n" + chapter_file(**RIGHT),
        "Opening the file failed: it ended the Python process that ran it.",
    ),
    "closed descriptors": Unloadable(
        CLOSE_ALL + chapter_file(**RIGHT), "it ended the Python process that ran it."
    ),
    "memory without end": Unloadable.with_(
        "x = bytearray(1 << 31)", "When it was opened, it raised MemoryError"
    ),
    "a loop without end": Unloadable.with_(
        "while True: pass",
        f"Opening the file took too long: it ran for {SHORT:g} seconds in line {FIRST_LINE} "
        f"without coming to its end. line {FIRST_LINE}: while True: pass",
        status="timeout",
    ),
}


@pytest.mark.parametrize("name", UNLOADABLE)
def test_a_file_that_cannot_be_loaded(learner: Learner, name: str) -> None:
    bad = UNLOADABLE[name]
    learner.write(bad.text)
    checked = learner.check(*THREE, seconds=SHORT)
    holds_for_a_file_that_cannot_be_loaded(checked, bad)


def holds_for_a_file_that_cannot_be_loaded(checked: Checked, bad: Unloadable) -> None:
    assert checked.code == 1
    assert checked.err == "" or checked.err.startswith("drawing inputs")
    assert checked.chapter.error is not None
    assert checked.chapter.error.line == bad.line
    assert {str(result.status) for result in checked.chapter.results} == {bad.status}
    place = "exercises/ch06_backpropagation.py" + (f":{bad.line}" if bad.line else "")
    assert f"This file cannot be loaded: {place}" in checked.said
    assert bad.says in checked.said
    assert checked.out.endswith("again: gdl-check ch06\n")
    assert "error" in checked.told["chapters"][0]


def test_the_caret_stands_below_the_mistake(learner: Learner) -> None:
    for before in ("", "\t", " " * 200, "x = [" + "1, " * 50):
        learner.write(
            f"if 1:\n    {before}y = = 3\n" if before.strip() else f"if 1:\n  {before}y = = 3\n"
        )
        lines = learner.check("ch06", columns=60).out.split("\n")
        at = next(i for i, line in enumerate(lines) if line.strip() == "^")
        assert lines[at - 1][lines[at].index("^")] in "=y"


def test_there_is_no_file(learner: Learner) -> None:
    learner.file.unlink()
    bad = Unloadable("", "There is no such file.")
    holds_for_a_file_that_cannot_be_loaded(learner.check(*THREE), bad)


def test_a_folder_instead_of_a_file(learner: Learner) -> None:
    learner.file.unlink()
    learner.file.mkdir()
    bad = Unloadable("", "This is a folder; a Python file is expected here.")
    holds_for_a_file_that_cannot_be_loaded(learner.check(*THREE), bad)


def test_a_pipe_instead_of_a_file(learner: Learner) -> None:
    learner.file.unlink()
    os.mkfifo(learner.file)
    bad = Unloadable("", "This is not an ordinary file.")
    holds_for_a_file_that_cannot_be_loaded(learner.check(*THREE), bad)


def test_a_file_that_may_not_be_read(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    # chmod does not stop root, so the refusal is played.
    read = Path.read_bytes

    def refused(path: Path) -> bytes:
        if path.resolve() == learner.file:
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refused)
    bad = Unloadable("", "It may not be read: permission denied.")
    holds_for_a_file_that_cannot_be_loaded(learner.check(*THREE), bad)


def test_a_broken_file_takes_its_own_exercises_and_nothing_more(learner: Learner) -> None:
    learner.write("1 / 0\n" + chapter_file(**RIGHT))
    other = load_chapter("ch05").file_name
    (learner.file.parent / other).write_bytes((course_folder("solutions") / other).read_bytes())
    of_chapter_5 = next(iter(load_chapter("ch05").exercises))
    checked = learner.check(*THREE, f"ch05.{of_chapter_5}")
    assert checked.report is not None and checked.code == 1
    broken, sound = checked.report.chapters
    assert {str(result.status) for result in broken.results} == {"error"}
    assert {str(result.status) for result in sound.results} == {"passed"}
    assert checked.out.endswith("again: gdl-check ch06\n")


def test_nothing_in_a_file_that_cannot_be_loaded_is_not_started(learner: Learner) -> None:
    learner.write("1 / 0\n" + chapter_file(relu=RIGHT["relu"]))
    checked = learner.check("ch06.lights_to_matrix", "ch06.relu", "ch06.forward")
    assert {str(result.status) for result in checked.chapter.results} == {"error"}


def test_a_line_of_a_file_that_cannot_be_loaded(learner: Learner) -> None:
    learner.write("def relu(x:\n")
    checked = learner.check("exercises/ch06_backpropagation.py:1")
    assert checked.code == 1
    assert "SyntaxError" in checked.said


# --- files that are unusual, and right ---------------------------------------------------------


DEFINE = "def relu_deriv(output):\n    return output > 0"
STUB = "def relu_deriv(output):\n    raise NotImplementedError"


def indented(source: str) -> str:
    return textwrap.indent(source, "    ")


UNUSUAL = {
    "a lambda": "relu_deriv = lambda output: output > 0",
    "with a type": "relu_deriv: object = lambda output: output > 0",
    "unpacked": "relu_deriv, other = (lambda output: output > 0), 3",
    "on the way": "print(relu_deriv := (lambda output: output > 0))",
    "imported": "from numpy import sign as relu_deriv",
    "a partial function": (
        "import functools\nrelu_deriv = functools.partial(lambda n, output: output > n, 0)"
    ),
    "in an if": f"if True:\n{indented(DEFINE)}\nelse:\n{indented(STUB)}",
    "in an else": f"if False:\n{indented(STUB)}\nelse:\n{indented(DEFINE)}",
    "in a try": f"try:\n    import numba\nexcept ImportError:\n{indented(DEFINE)}",
    "in a with": f"import contextlib\nwith contextlib.nullcontext():\n{indented(DEFINE)}",
    "in a while": f"while True:\n{indented(DEFINE)}\n    break",
    "in a match": f"match 3:\n    case 3:\n{indented(indented(DEFINE))}",
    "by a for": "for relu_deriv in [lambda output: output > 0]:\n    pass",
    "by a global": (
        "def setup():\n    global relu_deriv\n    relu_deriv = lambda output: output > 0\nsetup()"
    ),
    "twice, the second counts": "def relu_deriv(output):\n    return 5\n\n" + DEFINE,
    "twice, the stub first": f"{STUB}\n\n{DEFINE}",
    "decorated": (
        "def same(function):\n    def inner(*args):\n        return function(*args)\n"
        f"    return inner\n\n@same\n{DEFINE}"
    ),
    "with more that is optional": "def relu_deriv(output, above=0):\n    return output > above",
    "with any arguments": "def relu_deriv(*args):\n    return args[0] > 0",
    "below __main__": DEFINE + "\n\nif __name__ == '__main__':\n    1 / 0",
    "printing when it is opened": "print('hello', flush=True)\n" + DEFINE,
    "with a warning from Python": "x = '\\d'\n" + DEFINE,
    "with a warning": "import warnings\nwarnings.warn('x')\n" + DEFINE,
    "with arithmetic that warns": (
        "def relu_deriv(output):\n    return (output / output > 0) & (output > 0)"
    ),
    "with a line separator in a text": "x = 'a\u2028b\\x0c'\n" + DEFINE,
    "with a thread": (
        "import threading\n\ndef relu_deriv(output):\n    t = threading.Thread(target=print)\n"
        "    t.start()\n    t.join()\n    return output > 0"
    ),
    "without standard output": (
        "import sys\n\ndef relu_deriv(output):\n    sys.stdout = None\n    print()\n"
        "    return output > 0"
    ),
    "with NumPy's names put to other use": f"np.allclose = np.array = np.ndarray = None\n{DEFINE}",
    "with the system's names put to other use": (
        f"import os, time\nos.read = os.write = time.monotonic = None\n{DEFINE}"
    ),
    **{
        f"as {dtype}": f"def relu_deriv(output):\n    return (output > 0).astype({dtype!r})"
        for dtype in ("float16", "int16", "uint64", ">f8", "longdouble", "int8")
    },
    "as an array of another class": (
        "class Mine(np.ndarray):\n    pass\n\ndef relu_deriv(output):\n"
        "    return (output > 0).view(Mine)"
    ),
    "as a matrix": "def relu_deriv(output):\n    return np.matrix(output > 0)",
    "the other way round in memory": "def relu_deriv(output):\n    return (output > 0)[::-1][::-1]",
    "minus zero": "def relu_deriv(output):\n    return np.where(output > 0, 1.0, -0.0)",
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_a_right_answer_that_looks_unusual_passes(learner: Learner, name: str) -> None:
    learner.answer(relu_deriv=UNUSUAL[name])
    checked = learner.check(*THREE)
    assert checked.code == 0, checked.out
    assert checked.err == "" or checked.err.startswith("drawing inputs")
    assert checked.out.endswith("passed: all 3 exercises\n")
    assert checked.told["status"] == "passed"


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["", "BOM"])
def test_files_of_every_editor(learner: Learner, ends: str, mark: bytes) -> None:
    learner.write(mark + chapter_file(**RIGHT).replace("\n", ends).encode())
    assert learner.check(*THREE).code == 0


@pytest.mark.parametrize("text", ["", "\n", "# later\n", '"""A docstring."""\n'])
def test_a_file_with_nothing_in_it(learner: Learner, text: str) -> None:
    learner.write(text)
    checked = learner.check(*THREE)
    assert checked.code == 1
    assert checked.statuses("relu", "relu_deriv") == ["error", "error"]
    assert "A function relu(x) is expected in exercises/" in checked.said
    assert "there is none of that name" in checked.said


def test_what_is_not_started(learner: Learner) -> None:
    learner.answer(relu_deriv=STUB)
    checked = learner.check(*THREE)
    assert checked.code == 1
    assert checked.statuses("relu_deriv", *BESIDE) == ["not_started", "passed", "passed"]
    assert (
        f"next: write relu_deriv in exercises/ch06_backpropagation.py:{FIRST_LINE}" in checked.said
    )


# --- answers that are bad ----------------------------------------------------------------------


@dataclass(frozen=True)
class Bad:
    """A bad answer to relu_deriv: the verdict, and what the screen says of it."""

    source: str
    says: str
    status: str = "failed"
    line: int | None = None  # of the error, counted from the first line of the source
    claim: str | None = None  # of the law that is opened

    @classmethod
    def body(cls, source: str, says: str, status: str = "failed", **more: object) -> Bad:
        """An answer whose body this is."""
        text = "def relu_deriv(output):\n" + indented(textwrap.dedent(source).strip("\n"))
        return cls(text, says, status, **more)  # type: ignore[arg-type]


def error(source: str, says: str, line: int | None = 2) -> Bad:
    return Bad.body(source, says, "error", line=line)


LYING_ARRAY = """
class Lying(np.ndarray):
    def __array_ufunc__(self, *args, **more):
        return np.True_
    def __array_function__(self, *args, **more):
        return True
    def tobytes(self, *args):
        return (np.asarray(self) * 0 + 1).tobytes()
    shape = property(lambda self: (1, 1))

def relu_deriv(output):
    return (output * 7).view(Lying)
"""

ALWAYS_EQUAL = """
class Equal:
    __hash__ = None
    def __eq__(self, other):
        return True
    def __array__(self, *args, **more):
        return np.ones((1, 1))
    def __getattr__(self, name):
        return self
    def __call__(self, *args):
        return self

def relu_deriv(output):
    return Equal()
"""

BAD = {
    # not what is asked for
    "missing": Bad(
        "",
        "A function relu_deriv(output) is expected in exercises/ch06_backpropagation.py; there is",
        "error",
    ),
    "misnamed": Bad(
        "def relu_derivative(output):\n    return output > 0\n\ndef rely_deriv(x):\n    pass",
        f"found rely_deriv (line {FIRST_LINE + 3}), relu_derivative (line {FIRST_LINE}): rename",
        "error",
    ),
    "too many parameters": Bad(
        "def relu_deriv(output, extra):\n    return output > 0",
        "Yours is relu_deriv(output, extra), but it is called as relu_deriv(output). line "
        f"{FIRST_LINE}: def relu_deriv(output, extra):",
        "error",
        1,
    ),
    "too few parameters": Bad(
        "def relu_deriv():\n    return 1", "Yours is relu_deriv(), but it is called as", "error", 1
    ),
    "a parameter that must be named": Bad(
        "def relu_deriv(output, *, above):\n    return output", "but it is called as", "error", 1
    ),
    "a lambda with two": Bad(
        "relu_deriv = lambda output, b: output", "missing 1 required positional argument", "error"
    ),
    "a class": Bad(
        "class relu_deriv:\n    def __init__(self, output):\n        pass",
        "A function relu_deriv(output) is expected here, not a class.",
        "error",
        1,
    ),
    "a number": Bad("relu_deriv = 5", "relu_deriv is not a function, but of type int", "error"),
    "decorated away": Bad(
        f"def gone(function):\n    pass\n\n@gone\n{DEFINE}",
        "relu_deriv is not a function, but of type NoneType",
        "error",
    ),
    "deleted": Bad(DEFINE + "\ndel relu_deriv", "there is no relu_deriv once the whole", "error"),
    "only below __main__": Bad(
        f"if __name__ == '__main__':\n{indented(DEFINE)}", "there is no relu_deriv once", "error"
    ),
    "async": Bad("async " + DEFINE, "not a coroutine", claim=AGREEMENT),
    "twice, the stub last": Bad(
        f"{DEFINE}\n\n{STUB}",
        "relu_deriv is not written to its end: it still raises NotImplementedError. line "
        f"{FIRST_LINE + 4}, in relu_deriv: raise NotImplementedError",
        "error",
        5,
    ),
    "not written to its end": error(
        "x = output > 0\nraise NotImplementedError", "it still raises NotImplementedError", 3
    ),
    # exceptions
    "a module that is not there": error("import torch", "'torch' is not there: only NumPy"),
    "a name that is not there": Bad(
        "def relu_deriv(output):\n    return helper(output)\n\ndef helper(x):\n    return nothing",
        f"It raised NameError: name 'nothing' is not defined. line {FIRST_LINE + 1}, in relu_deriv:"
        f" return helper(output) line {FIRST_LINE + 4}, in helper: return nothing on this call:",
        "error",
        5,
    ),
    "inside NumPy": error(
        "return np.linalg.inv(output.reshape(3, 5))", "ValueError: cannot reshape array of size"
    ),
    "an assertion": error(
        "assert output.ndim == 3, 'three please'", "AssertionError: three please."
    ),
    "no message": error("raise KeyError", "It raised KeyError."),
    "a message that cannot be made": Bad(
        "class Odd(Exception):\n    def __str__(self):\n        raise Odd\n\n"
        "def relu_deriv(output):\n    raise Odd",
        "It raised Odd.",
        "error",
        6,
    ),
    "a long message": error("raise ValueError('word ' * 5000)", "It raised ValueError: word word"),
    "several at once": error(
        "raise ExceptionGroup('many', [ValueError(1)])", "ExceptionGroup: many (1 sub-exception)."
    ),
    "text that is no Python": error(
        "eval('1 +')", "SyntaxError: invalid syntax (<string>, line 1)."
    ),
    "input()": error("return input()", "EOFError: nobody answers input() during a check"),
    "a file": error("return open('x.txt')", "'x.txt'; a check neither reads nor writes files."),
    "sys.exit": error("import sys\nsys.exit(0)", "It tried to end Python (SystemExit).", 3),
    "SystemExit": error("raise SystemExit('done')", "It tried to end Python (SystemExit)."),
    "Ctrl-C": error("raise KeyboardInterrupt", "It raised KeyboardInterrupt."),
    "no end to recursion": error(
        "return relu_deriv(output)", "RecursionError: maximum recursion depth exceeded. line"
    ),
    "an exception while it is read": error("yield 1\nyield 1 / 0", "ZeroDivisionError", 3),
    # values
    "None": Bad.body(
        "print(output > 0)",
        "It returned None: did you print the result instead of returning it?",
        claim=AGREEMENT,
    ),
    "nothing at all": Bad.body(
        "pass", "It returned None: is there a `return` at its end?", claim=AGREEMENT
    ),
    "a generator": Bad.body(
        "for row in output:\n        yield row > 0",
        "is expected, not a generator, which can be gone through only once: write list(...) around",
    ),
    "a map": Bad.body("return map(lambda row: row > 0, output)", "write list(...) around it."),
    "a text": Bad.body("return 'abc'", "is expected, not a text.", claim=AGREEMENT),
    "a dict": Bad.body("return {(1, 2): [3], 'a': None}", "is expected, not a dict."),
    "a dict of keys unknown to us": Bad.body("return {frozenset([1]): 3}", "not a dict."),
    "a set": Bad.body("return {1, 'a', 2.5}", "is expected, not a set."),
    "a set of what is unknown to us": Bad(
        "class Key(dict):\n    __hash__ = lambda self: 1\n\ndef relu_deriv(x):\n    return {Key()}",
        "is expected, not a set.",
    ),
    "a function": Bad.body("return np.sign", "is expected, not a"),
    "an axis too many": Bad.body(
        "return (output > 0)[None]", "the numbers are right, an axis is too many or missing"
    ),
    "an axis too few": Bad.body(
        "return (output > 0).ravel()", "the numbers are right, an axis is too many or missing"
    ),
    "transposed": Bad.body(
        "return (output > 0).T", "the numbers are right, the rows and columns are not"
    ),
    "one number": Bad.body("return 1.0", "is expected, not a single number."),
    "nan": Bad.body("return output / output", "There is nan (not a number) where"),
    "infinity": Bad.body("return 1 / output", "has grown beyond all bounds (inf)"),
    "an array of objects": Bad.body(
        "return (output > 0).astype(object)", "not an array of objects."
    ),
    "an array of texts": Bad.body("return output.astype(str)", "is expected, not an array of str"),
    "an array with fields": Bad.body(
        "return np.zeros(3, [('a', float)])", "not an array of void64."
    ),
    "an array of dates": Bad.body("return output.astype('M8[s]')", "not an array of datetime64"),
    "rows of different lengths": Bad.body(
        "return [[1.0], [1.0, 2.0]]", "not a list whose rows have different lengths."
    ),
    "complex numbers": Bad.body("return (output > 0) + 0j", "not an array of complex numbers"),
    "a masked array": Bad.body(
        "return np.ma.masked_array(output * 7, np.ones(output.shape, bool))", "not a masked array."
    ),
    "no end of items": error(
        "while True:\n    yield 1", "It returned something that goes on for more than 10,000", None
    ),
    "too many items": Bad.body(
        "return [1.0] * 20_000",
        "It returned something nested too deeply, or of more than 10,000",
        "error",
    ),
    "nested without end": error("x = []\nx.append(x)\nreturn x", "RecursionError", None),
    "nested deeply": Bad.body(
        "x = []\nfor _ in range(50):\n    x = [x]\nreturn x", "nested too deeply", "error"
    ),
    "a whole number of a million digits": error(
        "return 1 << 6_000_000", "It returned more than a check takes in (32 MB).", None
    ),
    "a hundred megabytes": error(
        "return np.ones(13_000_000)", "It returned more than a check takes in (32 MB).", None
    ),
    # lies
    "always equal": Bad(ALWAYS_EQUAL, "is expected, not a Equal.", claim=AGREEMENT),
    "a lying array": Bad(LYING_ARRAY, "Does not hold: relu_deriv is 1 where the unit was on"),
    "a lying float": Bad(
        "class F(float):\n    __eq__ = lambda *a: True\n    __repr__ = lambda *a: '1.0'\n\n"
        "def relu_deriv(output):\n    return F(3)",
        "not a single number. expected (1, 1) np.array([[0.0]]) yours 3.0",
    ),
    "NumPy's comparisons replaced": Bad(
        "np.allclose = np.array_equal = lambda *a, **k: True\n"
        "def relu_deriv(output):\n    return output * 7",
        "Does not hold: relu_deriv is 1 where the unit was on",
    ),
    "a method of arrays replaced": error(
        "np.ndarray.tobytes = lambda self: b''\nreturn output * 7", "cannot set 'tobytes' attribute"
    ),
    "a method of arrays replaced by force": Bad(
        "import gc\n\ndef relu_deriv(output):\n"
        "    gc.get_referents(np.ndarray.__dict__)[0]['tobytes'] = lambda self: b'x'\n"
        "    return output * 7",
        "It ended the Python process that ran it.",
        "error",
    ),
    "builtins replaced": Bad.body(
        "import builtins\nbuiltins.len = builtins.isinstance = lambda *x: 3\nreturn output * 7",
        "numbers differ",
    ),
    # what it does beside
    "a changed argument": Bad.body(
        "output[output > 0] = 1\nreturn output",
        "Your function changed its argument `output`: work on a copy instead.",
        claim="leaves its arguments as they were",
    ),
    "a global counter": Bad(
        "calls = 0\n\ndef relu_deriv(output):\n    global calls\n    calls += 1\n"
        "    return (output > 0) * (1 if calls < 30 else 2)",
        "Asked a second time, among other questions, it answers something else",
        claim="gives the same answer to the same question, however often it is asked",
    ),
    "the first result kept": Bad(
        "kept = []\n\ndef relu_deriv(output):\n    if not kept:\n        kept.append(output > 0)\n"
        "    return kept[0]",
        "Asked a second time, among other questions",
        claim="gives the same answer to the same question, however often it is asked",
    ),
    "a default that is changed": Bad(
        "def relu_deriv(output, seen=[]):\n    seen.append(1)\n    return (output > 0) * len(seen)",
        "something is remembered from one call to the next, or drawn at random",
        claim="gives the same answer to the same question, however often it is asked",
    ),
    "NumPy's own random numbers": Bad.body(
        "return (output > 0) * (1 + 1e-3 * np.random.rand())",
        "or drawn at random",
        claim="gives the same answer to the same question, however often it is asked",
    ),
    # no end
    "a loop without end": Bad.body(
        "while True: pass",
        f"It ran for {SHORT:g} seconds in line {FIRST_LINE + 1} without returning. line "
        f"{FIRST_LINE + 1}: while True: pass",
        "timeout",
        line=2,
    ),
    "a loop that swallows everything": Bad.body(
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        f"in line {FIRST_LINE + 3} without returning",
        "timeout",
        line=4,
    ),
    "asleep": Bad.body("import time\ntime.sleep(100)", "seconds in line", "timeout", line=3),
    "stopped": Bad.body(
        "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", "without returning", "timeout"
    ),
    # too much, or the end
    "memory": error(
        "x = []\nwhile True:\n    x.append(bytearray(1 << 29))",
        f"It asked for more than 1 GB of memory in line {FIRST_LINE + 3}.",
        4,
    ),
    "an array of 70 GB": error("return np.ones((100_000, 100_000))", "It asked for more than 1 GB"),
    "os._exit": Bad.body(
        "import os\nos._exit(0)", "It ended the Python process that ran it.", "error"
    ),
    "a crash": error(
        "import ctypes\nctypes.string_at(0)",
        f"It ended the Python process that ran it in line {FIRST_LINE + 2}.",
        3,
    ),
    "closed descriptors": Bad.body(
        "import os\nos.closerange(3, 100)\nreturn output > 0",
        "It ended the Python process",
        "error",
    ),
    "the process above it ended": Bad.body(
        "import os, signal\ntry:\n    os.kill(os.getppid(), signal.SIGKILL)\n"
        "finally:\n    os._exit(0)",
        "It ended the Python process that ran it.",
        "error",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_answer(learner: Learner, name: str) -> None:
    bad = BAD[name]
    learner.answer(relu_deriv=bad.source)
    seconds = SHORT if bad.status == "timeout" else 5.0
    checked = learner.check(*THREE, seconds=seconds, columns=60)
    result = checked.result("relu_deriv")
    assert checked.code == 1
    assert checked.statuses("relu_deriv", *BESIDE) == [bad.status, "passed", "passed"], checked.out
    assert bad.says in checked.said
    assert checked.err == "" or checked.err.startswith("drawing inputs")
    if bad.status != "failed":
        assert result.error is not None
        assert result.error.line == (None if bad.line is None else FIRST_LINE + bad.line - 1)
    if bad.claim is not None:
        assert result.opened is not None and result.opened.claim == bad.claim
    assert "again: gdl-check ch06.relu_deriv" in checked.said
    assert checked.told["status"] == bad.status


@pytest.mark.parametrize("body", ["return 10**5000", "return [[10**5000]]", "return -(10**400)"])
def test_whole_numbers_beyond_all_floats(learner: Learner, body: str) -> None:
    learner.answer(relu_deriv=f"def relu_deriv(output):\n    {body}")
    checked = learner.check(*THREE)
    assert checked.code == 1
    assert checked.statuses("relu_deriv", *BESIDE) == ["failed", "passed", "passed"]
    checked.told  # noqa: B018


def test_slow_all_the_time(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    # Every call alone is quick enough; all together they are not.
    monkeypatch.setattr(client, "A_LITTLE", 0.0)
    slow = "import time\n\ndef relu_deriv(output):\n    time.sleep(0.3)\n    return output > 0"
    learner.answer(relu_deriv=slow)
    checked = learner.check(*THREE, seconds=0.4)
    assert checked.statuses("relu_deriv", *BESIDE) == ["timeout", "passed", "passed"]
    says = f"Its calls took 2 seconds together, and the last one went on in line {FIRST_LINE + 3}"
    assert says in checked.said


# --- prints, and what a terminal would obey ----------------------------------------------------


def test_a_megabyte_of_prints(learner: Learner) -> None:
    learner.answer(
        relu_deriv="def relu_deriv(output):\n    print(('x' * 49 + '\\n') * 20_000)\n"
        "    return output"
    )
    checked = learner.check("ch06.relu_deriv")
    assert checked.code == 1
    assert len(checked.out.split("\n")) < 40
    assert "more lines: see them with -v" in checked.said
    assert len(checked.result("relu_deriv").stdout) < 30_000
    assert "more characters]" in learner.check("ch06.relu_deriv", "-v").out


def test_a_terminal_is_not_sent_what_it_would_obey(learner: Learner) -> None:
    hostile = r"'\x1b[31mred\x1b[0m\ttab\x07\r\x9b2J\u202eleft\u200b\n\x1b]0;title\x07'"
    bodies = [
        f"print({hostile})\n    return output",
        f"raise ValueError({hostile})",
        f"raise type({hostile}, (Exception,), {{}})({hostile})",
        f"return type({hostile}, (), {{}})()",
        f"return {hostile}",
        f"return {{{hostile}: {hostile}}}",
        f"name = {hostile}; raise NotImplementedError(name)",
    ]
    for body in bodies:
        learner.answer(relu_deriv=f"def relu_deriv(output):\n    {body}")
        checked = learner.check("ch06.relu_deriv")  # which looks at every character
        assert checked.code == 1 and checked.told
        on_terminal = learner.check("ch06.relu_deriv", columns=60)
        assert on_terminal.code == 1
    learner.write("x = '\x1b[31m\x07' +\n")
    assert "?[31m?" in learner.check("ch06").out


def test_wide_characters_take_two_cells(learner: Learner) -> None:
    learner.answer(relu_deriv="def relu_deriv(output):\n    raise ValueError('\u6f22' * 200)")
    assert "\u6f22" in learner.check("ch06.relu_deriv", columns=60).out
    learner.answer(
        relu_deriv="def relu_deriv(output):\n    print('\u6f22' * 200)\n    return output"
    )
    assert "\u6f22 ..." in learner.check("ch06.relu_deriv", columns=60).out


# --- processes ---------------------------------------------------------------------------------


SPAWNING = {
    "forked": "pid = os.fork()\nif pid == 0:\n    time.sleep(60)",
    "forked into a session of its own": (
        "pid = os.fork()\nif pid == 0:\n    os.setsid()\n    time.sleep(60)"
    ),
    "forked twice": (
        "r, w = os.pipe()\nif os.fork() == 0:\n    os.setsid()\n    pid = os.fork()\n"
        "    if pid == 0:\n        time.sleep(60)\n    os.write(w, str(pid).encode())\n"
        "    os._exit(0)\npid = int(os.read(r, 20))"
    ),
    "another program": (
        "import subprocess\npid = subprocess.Popen(['sleep', '60'], start_new_session=True).pid"
    ),
}


@pytest.mark.parametrize("name", SPAWNING)
def test_processes_do_not_survive(learner: Learner, name: str) -> None:
    body = indented(indented(SPAWNING[name]))
    learner.answer(
        relu_deriv=f"import os, time\n\ndef relu_deriv(output):\n    if output.size == 1:\n{body}\n"
        "        print(pid)\n        raise ValueError\n    return output > 0"
    )
    checked = learner.check(*THREE)
    assert checked.statuses("relu_deriv", *BESIDE) == ["error", "passed", "passed"]
    started = checked.result("relu_deriv").stdout
    if started:
        assert gone(int(started))
    else:
        assert "a check neither starts programs nor uses the network" in checked.said


# --- the channel -------------------------------------------------------------------------------


CHANNEL = """
import json, os, stat, struct

def say(data):
    for fd in range(64):
        try:
            mode = os.fstat(fd).st_mode
            if stat.S_ISSOCK(mode) or stat.S_ISFIFO(mode):
                os.write(fd, data)
        except OSError:
            pass

def frame(id, head, payload=b"", head_length=None, payload_length=None):
    head = head if isinstance(head, bytes) else json.dumps(head).encode()
    lengths = (head_length or len(head), payload_length or len(payload))
    return struct.pack("<IIQ", *lengths, id) + head + payload

def reply(value):
    for id in range(300):
        say(frame(id, {"replies": [{"outcomes": [{"value": value}]}]}))
    os._exit(0)
"""

DISTURBED = "It wrote into the channel between worker and checker"

ATTACKS = {
    "garbage": ("say(b'garbage' * 1000)", DISTURBED),
    "half a message": ("say(frame(1, {'replies': []})[:20])", DISTURBED),
    "half a message, then the end": ("say(frame(1, {})[:17]); os._exit(0)", "It ended the Python"),
    "a header of 4 GB": ("say(frame(1, b'', head_length=2**32 - 1))", "a message too large"),
    "a payload of 4 GB": ("say(frame(1, b'{}', payload_length=2**32 - 1))", "a message too large"),
    "the wrong request": (
        "say(frame(77, {'replies': [{'outcomes': []}]}))",
        "something that was not asked",
    ),
    "a reply to the next one": ("say(frame(2, {'replies': [{'outcomes': []}]}))", DISTURBED),
    "nested deeply": ("say(frame(1, b'[' * 200_000)); os._exit(0)", "not JSON: RecursionError"),
    "no JSON": ("say(frame(1, b'{')); os._exit(0)", "a header that is not JSON"),
    "no text": ("say(frame(1, b'\\xff')); os._exit(0)", "a header that is not JSON"),
    "no object": ("say(frame(1, b'null')); os._exit(0)", "a header that is not an object"),
    "no replies": ("say(frame(1, {})); os._exit(0)", "a frame without replies"),
    "nothing": ("say(frame(1, {'replies': []})); os._exit(0)", "more or fewer replies"),
    "too many": ("say(frame(1, {'replies': [{}] * 999})); os._exit(0)", "more or fewer replies"),
    "no reply": ("say(frame(1, {'replies': [3]})); os._exit(0)", "a frame without replies"),
    "no outcomes": ("say(frame(1, {'replies': [{}]})); os._exit(0)", "a reply that makes no sense"),
    "no outcome": (
        "say(frame(1, {'replies': [{'outcomes': []}]})); os._exit(0)",
        "only a part of what was asked",
    ),
    "a line of a thousand digits": (
        "say(b'File \"exercises/ch06_backpropagation.py\", line ' + b'9' * 5000); os._exit(0)",
        DISTURBED,
    ),
    **{
        f"the value {value}": (f"reply({value})", DISTURBED)
        for value in (
            "None",
            "3",
            "{}",
            "{'type': 'array', 'shape': [10**6, 10**6], 'dtype': 'float64'}",
            "{'type': 'array', 'shape': [-1], 'dtype': 'float64'}",
            "{'type': 'array', 'shape': [1], 'dtype': 'object'}",
            "{'type': 'array', 'shape': [0, 33554432, 33554432, 33554432], 'dtype': 'float64'}",
            "{'type': 'rng', 'seed': 1e400}",
            "{'type': 'number', 'data': [1]}",
            "{'type': 'dict', 'data': [[1]]}",
            "{'type': 'object', 'class': 'quadratic', 'data': [1]}",
            "{'type': 'object', 'class': 3}",
        )
    },
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_answer_that_writes_into_the_channel(learner: Learner, name: str) -> None:
    attack, says = ATTACKS[name]
    learner.answer(
        relu_deriv=f"{CHANNEL}\ndef relu_deriv(output):\n    {attack}\n    return output > 0"
    )
    checked = learner.check(*THREE, seconds=2, columns=60)
    assert checked.code == 1, checked.out
    assert checked.statuses("relu_deriv", *BESIDE) == ["error", "passed", "passed"]
    assert says in checked.said
    assert checked.told


@pytest.mark.parametrize("name", ["garbage", "half a message", "a header of 4 GB", "nested deeply"])
def test_a_file_that_writes_into_the_channel_when_it_is_opened(learner: Learner, name: str) -> None:
    attack = ATTACKS[name][0].replace("frame(1,", "frame(0,")
    learner.answer(relu_deriv=f"{CHANNEL}\n{attack}\n\n{DEFINE}")
    checked = learner.check(*THREE, seconds=2)
    assert checked.code == 1
    assert set(checked.statuses("relu_deriv", *BESIDE)) == {"error"}
    assert "Opening the file failed: it wrote into the channel" in checked.said


def test_replies_sent_ahead_do_not_pass(learner: Learner) -> None:
    value = "{'type': 'number', 'data': 1}"
    for at_once in ("", "os._exit(0)"):
        learner.answer(
            relu_deriv=f"{CHANNEL}\ndef relu_deriv(output):\n    for id in range(1, 200):\n"
            f"        say(frame(id, {{'outcomes': [{{'value': {value}}}]}}))\n    {at_once}\n"
            "    return output > 0"
        )
        checked = learner.check(*THREE)
        assert checked.code == 1
        assert checked.statuses(*BESIDE) == ["passed", "passed"]
        assert checked.statuses("relu_deriv")[0] in ("failed", "error")


def test_a_reply_that_trickles_has_the_same_deadline(learner: Learner) -> None:
    learner.answer(
        relu_deriv=f"{CHANNEL}\nimport time\n\ndef relu_deriv(output):\n    while True:\n"
        "        say(b'\\0')\n        time.sleep(0.1)"
    )
    checked = learner.check(*THREE, seconds=SHORT)
    assert checked.statuses("relu_deriv", *BESIDE) == ["timeout", "passed", "passed"]


def test_a_flood_is_cut_off(learner: Learner) -> None:
    # 32 MB, and that for every case.
    learner.answer(relu_deriv="def relu_deriv(output):\n    return np.ones(4_000_000)")
    checked = learner.check(*THREE, seconds=20)
    assert checked.statuses("relu_deriv", *BESIDE) == ["error", "passed", "passed"]
    assert "It returned more than 256 MB in all." in checked.said


def test_the_reference_is_met_as_any_answer(learner: Learner) -> None:
    learner.write(SOLUTION)
    checked = learner.check("ch06", "--effort", "quick")
    assert checked.code == 0 and "\n  passed: all 16 exercises\n" in checked.out
