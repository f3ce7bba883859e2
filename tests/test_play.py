"""The verb play: what it shows, whom it refuses, and what it says of data that is broken."""

from __future__ import annotations

import gzip
import os
import re
import signal
import struct
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from gdl_check import cli
from gdl_check.course import load_chapter
from gdl_check.places import course_folder
from gdl_check.play import plays
from gdl_check.play.drawing import lines
from gdl_check.play.figures import Curve, Figure, Pictures, Plot, Region, Word, WordMap
from gdl_check.play.own import ours
from gdl_check.progress import is_known_to_pass
from gdl_check.sandbox import launch
from gdl_check.workspace import create
from learner import Learner, children, look_at

Run = Callable[..., tuple[int, str, str]]
SAYS = {
    "ch03": ("it says yes to every game", "the same numbers"),
    "ch04": ("the error bowl", "it never gets there", "picks 0.1"),
    "ch05": ("fans (frozen)", "fans frozen", "largest_stable_learning_rate"),
    "ch06": ("walk", "unit1", "tells 4 of 4 patterns right"),
    "ch08": ("without dropout", "with dropout", "test error", "batch"),
    "ch09": ("cross entropy", "how sure it is"),
    "ch10": ("kernels",),
    "ch11": ("hamster", "queen", "rome"),
    "ch12": ("perplexity",),
    "ch13": ("two spirals", "new stories"),
    "ch14": ("a poem", "perplexity", "how it came to that", "temperature 0.05"),
    "ch15": ("spam",),
}
needs_plots = pytest.mark.skipif(find_spec("matplotlib") is None, reason="needs the extra plots")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = create(tmp_path / "wörk space")
    monkeypatch.chdir(made)
    return made


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*words: str) -> tuple[int, str, str]:
        try:
            code = cli.main(["play", *words])
        except SystemExit as refused:
            assert isinstance(refused.code, int)
            code = refused.code
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def solve(folder: Path, chapter: str, text: str | None = None) -> Path:
    name = load_chapter(chapter).file_name
    path = folder / "exercises" / name
    path.write_text(
        text or (course_folder("solutions") / name).read_text(encoding="utf-8"), encoding="utf-8"
    )
    return path


# --- every play ----------------------------------------------------------------------------------


@pytest.mark.parametrize("chapter", plays())
def test_every_play_says_what_it_should(chapter: str, folder: Path, run: Run) -> None:
    code, out, err = run(chapter, "--reference", "--quick")
    assert code == 0 and err == ""
    look_at(out)
    said = " ".join(out.split()).lower()
    for words in SAYS.get(chapter, ()):
        assert words.lower() in said
    assert f"gdl-check show {chapter}" in out


@pytest.mark.parametrize("chapter", plays())
def test_every_play_has_a_chapter_and_a_title(chapter: str, folder: Path, run: Run) -> None:
    load_chapter(chapter)
    assert chapter in run()[1]


def test_the_same_seed_shows_the_same(folder: Path, run: Run) -> None:
    one, other = (run("ch13", "--reference", "--quick")[1] for _ in range(2))
    assert one == other


# --- whom it refuses -----------------------------------------------------------------------------


def test_an_unfinished_chapter_is_refused(folder: Path, run: Run) -> None:
    code, out, _ = run("ch06")
    said = " ".join(out.split())
    assert code == 1 and "16 have not passed yet: lights_to_matrix" in said
    assert "gdl-check ch06.lights_to_matrix" in said
    assert "gdl-check play ch06 --reference" in said


@pytest.mark.skipif(not launch.CAN_FORK, reason="needs workers that are forked")
def test_a_finished_chapter_is_checked_once_and_played(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "gdl_check.play.run.is_known_to_pass",
        lambda *told: told[-1] != "relu" or is_known_to_pass(*told),
    )
    solution = (course_folder("solutions") / load_chapter("ch06").file_name).read_text("utf-8")
    solve(folder, "ch06", solution.replace("np.maximum(x, 0)", "print('hm') or np.maximum(x, 0)"))
    code, out, err = run("ch06", "--quick")
    assert code == 0 and "checking ch06 first" in err
    assert "your functions printed" in out and "hm" not in out.split()
    code, out, err = run("ch06", "--quick")
    assert code == 0 and err == ""  # nothing was checked again
    path = solve(folder, "ch06", solution.replace("np.maximum(x, 0)", "np.abs(x)"))
    code, out, err = run("ch06", "--quick")
    assert code == 1 and "relu" in out and path.exists()


@pytest.mark.skipif(not launch.CAN_FORK, reason="needs workers that are forked")
def test_earlier_work_is_asked_for_too(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    solve(folder, "ch09")
    known = {load_chapter("ch09").exercise_id(name) for name in load_chapter("ch09").exercises}
    monkeypatch.setattr(
        "gdl_check.play.run.is_known_to_pass",
        lambda _, chapter, __, n: f"{chapter.id}.{n}" in known,
    )
    code, out, _ = run("ch09", "--quick")
    assert code == 1 and "ch08.dropout_mask" in out and "ch09.softmax" not in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ch99",), "there is no chapter 'ch99'"),
        (("ch01",), "ch01 has nothing to play: there are ch03"),
        (("ch06", "ch04"), "one chapter at a time"),
        (("ch06", "--data", "x", "--reference"), "takes no --data: ch08"),
        (("ch06", "--seconds", "0", "--reference"), "above 0"),
    ],
)
def test_what_is_not_understood(folder: Path, run: Run, words: tuple[str, ...], said: str) -> None:
    code, _, err = run(*words)
    assert code == 2 and said in err and err.count("\n") == 1


def test_what_breaks_in_a_learners_file_is_told_with_its_line(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gdl_check.play.run._not_passed", lambda *_: [])
    code, _, err = run("ch06", "--quick")
    assert code == 1 and "lights_to_matrix raised NotImplementedError" in err
    assert "ch06_backpropagation.py" in err and "Traceback" not in err


def test_long_work_ends_in_time(folder: Path, run: Run) -> None:
    code, out, _ = run("ch08", "--reference", "--seconds", "0.1")
    assert code == 0 and "--seconds" in out


# --- real data -----------------------------------------------------------------------------------


def idx(array: np.ndarray) -> bytes:
    sizes = struct.pack(f">{array.ndim}I", *array.shape)
    return bytes((0, 0, 8, array.ndim)) + sizes + array.astype(np.uint8).tobytes()


@pytest.fixture
def mnist(tmp_path: Path) -> Path:
    made = tmp_path / "mnist data"
    made.mkdir()
    for half, seed in (("train", 1), ("t10k", 2)):
        images, labels = ours("ch08").toy_digits(60, np.random.default_rng(seed))
        images = np.kron(images, np.ones((1, 3, 3), np.uint8))
        (made / f"{half}-images-idx3-ubyte").write_bytes(idx(images))
        (made / f"{half}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(labels)))
    return made


@pytest.mark.parametrize("form", ["folder", "file", "npz"])
def test_mnist_is_read_in_its_formats(form: str, mnist: Path, folder: Path, run: Run) -> None:
    path = {"folder": mnist, "file": mnist / "train-images-idx3-ubyte"}.get(form, mnist / "m.npz")
    if form == "npz":
        images, labels = ours("ch08").toy_digits(60, np.random.default_rng(1))
        np.savez(path, x_train=images, y_train=labels, x_test=images, y_test=labels)
    code, out, err = run("ch08", "--reference", "--quick", "--data", str(path))
    assert code == 0 and err == "" and "60 pictures" in out
    look_at(out)


def cut_short(folder: Path) -> None:
    path = folder / "train-images-idx3-ubyte"
    path.write_bytes(path.read_bytes()[:5000])


def without_labels(folder: Path) -> None:
    (folder / "t10k-labels-idx1-ubyte.gz").unlink()


def of_another_kind(folder: Path) -> None:
    (folder / "train-images-idx3-ubyte").write_bytes(b"<!DOCTYPE html>" * 9)


def damaged_gzip(folder: Path) -> None:
    path = folder / "t10k-labels-idx1-ubyte.gz"
    path.write_bytes(path.read_bytes()[:30])


def too_few_labels(folder: Path) -> None:
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(np.arange(9))))


def huge(folder: Path) -> None:
    head = bytes((0, 0, 8, 3)) + struct.pack(">3I", 2**31, 60000, 60000)
    (folder / "train-images-idx3-ubyte").write_bytes(head)


def no_digits(folder: Path) -> None:
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(np.full(60, 77))))


@pytest.mark.parametrize(
    "break_it",
    [cut_short, without_labels, of_another_kind, damaged_gzip, too_few_labels, huge, no_digits],
)
def test_broken_pictures_get_one_sentence(
    break_it: Callable[[Path], None], mnist: Path, folder: Path, run: Run
) -> None:
    break_it(mnist)
    code, _, err = run("ch08", "--reference", "--quick", "--data", str(mnist))
    assert code == 2 and err.startswith("gdl-check play: ") and err.count("\n") == 1


@pytest.mark.parametrize("content", [b"PK\3\4 not a zip", b"hello", b""])
def test_other_files_get_one_sentence(
    content: bytes, tmp_path: Path, folder: Path, run: Run
) -> None:
    path = tmp_path / "mnist.npz"
    path.write_bytes(content)
    code, _, err = run("ch08", "--reference", "--data", str(path))
    assert code == 2 and err.count("\n") == 1
    code, _, err = run("ch08", "--reference", "--data", str(tmp_path / "nothing"))
    assert code == 2 and "there is no file" in err


def test_reviews_are_read(tmp_path: Path, folder: Path, run: Run) -> None:
    docs, labels = ours("ch11").toy_reviews()
    (tmp_path / "reviews.txt").write_text("\n".join(docs) + "\n")
    words = ["positive" if label else "negative" for label in labels]
    (tmp_path / "labels.txt").write_text("\n".join(words) + "\n")
    code, out, err = run("ch11", "--reference", "--quick", "--data", str(tmp_path))
    assert code == 0 and err == "" and "36 film reviews" in out
    broken = (["positive"] * 40, [*words[:9], "so so", *words[10:]], words[:30])
    for lines_of in broken:
        (tmp_path / "labels.txt").write_text("\n".join(lines_of) + "\n")
        code, _, err = run("ch11", "--reference", "--data", str(tmp_path / "reviews.txt"))
        assert code == 2 and err.count("\n") == 1
    (tmp_path / "labels.txt").unlink()
    assert run("ch11", "--reference", "--data", str(tmp_path))[0] == 2


def test_a_poem_is_learned_by_the_learners_own_functions(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gdl_check.play.run._not_passed", lambda *_: [])
    for chapter in ("ch06", "ch08", "ch09", "ch13"):
        solve(folder, chapter)
    solution = (course_folder("solutions") / load_chapter("ch14").file_name).read_text("utf-8")
    assert "return written[1:]" in solution
    solve(folder, "ch14", solution.replace("return written[1:]", "return written[1:].upper()"))
    code, out, err = run("ch14", "--quick")
    assert code == 0 and err == "" and "we build the bridge" in out
    told = re.search(r"wavered between (\d+) .* between (\S+):", " ".join(out.split()))
    assert told and float(told[2]) < float(told[1]) / 2
    written = out.partition("and now,")[2].partition("%")[0]
    assert any(c.isupper() for c in written) and not any(c.islower() for c in written[20:])


TEXT = "Café, tea & \ufeffmilk:\t7 €.\r\n" * 20


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (TEXT.encode(), "Café, tea &  milk: 7 €."),
        (b"\xef\xbb\xbf" + TEXT.encode(), "Café, tea &  milk: 7 €."),
        (TEXT.replace("\ufeff", "").encode("cp1252"), "Café, tea & milk: 7 €."),
        (("日本語の文。\n" * 50).encode(), "日本語の文。"),
        (b"a" * 200, "2 different ones"),
        (b"one stray \x1a sign\n" + b"and many that are none\n" * 20, "one stray   sign"),
        (b"ab \n" * 60_000, "the first 100,000 characters of it; it is longer"),
        ("é".encode() * 250_000, "the first 100,000 characters"),
    ],
)
def test_any_text_is_read(
    content: bytes, said: str, tmp_path: Path, folder: Path, run: Run
) -> None:
    path = tmp_path / "ein téxt"
    path.write_bytes(content)
    code, out, err = run("ch14", "--reference", "--quick", "--seconds", "0.2", "--data", str(path))
    assert code == 0 and err == ""
    assert said in out.replace("\n", " ")
    look_at(out)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "has 0 characters: at least 200 are needed"),
        (b" \n" * 500, "has 0 characters"),
        (b"too short", "has 9 characters"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "is no text"),
        ("in UTF-16\n".encode("utf-16") * 99, "is no text"),
        (b"\x1b[2J cleared " * 99, "is no text"),
        (None, "is a folder"),
    ],
)
def test_what_is_no_text_gets_one_sentence(
    content: bytes | None, said: str, tmp_path: Path, folder: Path, run: Run
) -> None:
    path = tmp_path / "text"
    path.mkdir() if content is None else path.write_bytes(content)
    code, _, err = run("ch14", "--reference", "--data", str(path))
    assert code == 2 and said in err and err.count("\n") == 1
    code, _, err = run("ch14", "--reference", "--data", str(tmp_path / "nothing"))
    assert code == 2 and "there is no file" in err


# --- pictures and screens ------------------------------------------------------------------------


@needs_plots
def test_save_writes_pictures(tmp_path: Path, folder: Path, run: Run) -> None:
    pictures = tmp_path / "new" / "bîlder"
    code, out, _ = run("ch06", "--reference", "--quick", "--save", str(pictures))
    assert code == 0 and "ch06-errors.png" in out
    assert [path.name for path in pictures.iterdir()] == ["ch06-errors.png"]
    assert (pictures / "ch06-errors.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


@needs_plots
def test_save_into_a_file_is_refused(tmp_path: Path, folder: Path, run: Run) -> None:
    (tmp_path / "taken").touch()
    code, _, err = run("ch06", "--reference", "--save", str(tmp_path / "taken"))
    assert code == 2 and err.count("\n") == 1


FIGURES: dict[str, Figure] = {
    "plot": Plot("t", [Curve("a", [1, float("nan"), 3]), Curve("b", [2.0])], "x", low=0),
    "empty plot": Plot("t", [Curve("", [])]),
    "level plot": Plot("t", [Curve("", [1.0, 1.0])]),
    "infinite": Plot("t", [Curve("", [1.0, float("inf"), 1e300])]),
    "dots": Plot("t", [Curve("bowl", [1, 0, 1]), Curve("dots", [1, 0], [3, 1], dots=True)]),
    "pictures": Pictures("t", [("a", np.eye(8)), ("b", np.zeros((28, 28)))]),
    "signed": Pictures("", [("a", np.array([[-1.0, 0.0, 1.0]]))], signed=True),
    "map": WordMap("t", [Word("one", 0, 0), Word("two", 0, 0, 1), Word("a" * 40, 9, 9, -1)]),
    "empty map": WordMap("t", []),
    "region": Region("t", np.eye(4, dtype=int), np.array([[-1.0, 1.0]]), np.array([0])),
}


@pytest.mark.parametrize("fancy", [True, False])
@pytest.mark.parametrize("name", list(FIGURES))
def test_figures_fit(name: str, fancy: bool) -> None:
    for width in (49, 79):
        drawn = [
            "".join(text for text, _ in line) for line in lines(FIGURES[name], width, 9, fancy)
        ]
        assert drawn and max(map(len, drawn)) <= width
        assert fancy or "\n".join(drawn).isascii()


@needs_plots
@pytest.mark.parametrize("name", [name for name in FIGURES if "empty" in name or " " not in name])
def test_every_kind_of_figure_can_be_kept(name: str, tmp_path: Path) -> None:
    from gdl_check.play.saving import save

    save(FIGURES[name], tmp_path / "a.png")
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_without_plotext_the_plots_are_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    from gdl_check.play import drawing

    drawing._plotext.cache_clear()
    monkeypatch.setitem(sys.modules, "plotext", None)
    drawn = lines(FIGURES["plot"], 60, 9, fancy=True)
    assert "".join(text for line in drawn for text, _ in line).isascii()
    drawing._plotext.cache_clear()


@pytest.mark.skipif(not launch.CAN_FORK, reason="needs a pseudo terminal")
def test_on_a_terminal_keys_turn_the_rate_and_q_ends_it(tmp_path: Path) -> None:
    learner = Learner(tmp_path / "workspace")
    typed = iter(["\x1b[C\x1b[C", "q"])

    def after(shown: str) -> str | None:
        return next(typed, None) if "q: stop" in shown[-300:] else None

    checked = learner.run_on_terminal("play", "ch04", "--reference", columns=60, typed=after)
    assert checked.code == 0 and "learning rate 0.07" in checked.out
    assert checked.out.count("\x1b[?25l") == checked.out.count("\x1b[?25h") > 0


@pytest.mark.skipif(not launch.CAN_FORK, reason="needs a pseudo terminal")
def test_on_a_terminal_a_line_that_is_begun_goes_on(tmp_path: Path) -> None:
    learner = Learner(tmp_path / "workspace")
    typed = iter(["We bake 7\r", "\r"])
    asked: list[int] = []

    def after(shown: str) -> str | None:
        times = shown.count("begin a line")
        if times == len(asked):
            return None
        asked.append(times)
        return next(typed)

    checked = learner.run_on_terminal("play", "ch14", "--reference", "--quick", typed=after)
    assert checked.code == 0 and "we bake " in checked.out.partition("We bake 7")[2]
    assert checked.out.count("left out what its text does not have") == 1
    assert checked.out.count("\x1b[?25l") == checked.out.count("\x1b[?25h") > 0


@pytest.mark.skipif(not launch.CAN_FORK, reason="needs a pseudo terminal")
def test_an_interrupt_leaves_the_terminal_sane(tmp_path: Path) -> None:
    learner = Learner(tmp_path / "workspace")
    sent: list[int] = []

    def after(shown: str) -> None:
        if sent or not re.search(r"step \d+ of", shown):
            return
        for pid in children(os.getpid()):
            if b"play" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGINT)
                sent.append(pid)

    checked = learner.run_on_terminal("play", "ch13", "--reference", typed=after)
    assert checked.code == 130 and "interrupted" in checked.out and "Traceback" not in checked.out
    assert checked.out.count("\x1b[?25l") == checked.out.count("\x1b[?25h") > 0


def test_a_pipe_of_another_encoding(tmp_path: Path) -> None:
    learner = Learner(tmp_path / "workspace")
    checked = learner.run("play", "ch06", "--reference", "--quick", PYTHONIOENCODING="cp1252")
    assert checked.code == 0 and checked.out.isascii()
