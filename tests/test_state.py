"""Progress survives: two terminals, kills at any byte, half-written lines, merged files."""

from __future__ import annotations

import multiprocessing
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdl_check.state import Event, append, changes, fold, read

NAMES = ("ch06.relu", "ch06.forward")
VERDICTS = ("passed", "failed", "error", "timeout", "not_started")


def checked(name: str, verdict: str, n: int = 0, version: str = "v1", answer: str = "a") -> Event:
    t = f"2026-01-01T00:00:{n % 60:02}.{n:06}+00:00"
    return Event("check", name, version, answer, {"verdict": verdict}, t, f"{n:016x}")


MANY = st.lists(
    st.builds(
        checked,
        st.sampled_from(NAMES),
        st.sampled_from(VERDICTS),
        st.integers(0, 58),
        st.sampled_from(("v1", "v2")),
        st.sampled_from("abc"),
    ),
    max_size=12,
    unique_by=lambda event: event.id,
)


def passes(events: tuple[Event, ...]) -> set[str]:
    return {name for name, progress in fold(events).items() if progress.passed}


@settings(deadline=None, derandomize=True)
@given(MANY)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, events: list[Event]
) -> None:
    path = tmp_path_factory.mktemp("state") / "state.jsonl"
    append(path, events)
    log = read(path)
    assert log.unreadable == 0
    assert log.events == tuple(sorted(events, key=lambda e: (e.t, e.id)))


@settings(deadline=None, derandomize=True)
@given(MANY, st.data())
def test_a_kill_at_any_byte_costs_what_was_being_written(
    tmp_path_factory: pytest.TempPathFactory, events: list[Event], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("state") / "state.jsonl"
    for event in events:
        append(path, [event])
    whole = path.read_bytes() if events else b""
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
    kept = read(path)
    assert kept.unreadable <= 1
    assert {e.id for e in kept.events} == {e.id for e in events[: len(kept.events)]}
    later = checked("ch06.relu", "passed", 59, answer="later")
    append(path, [later])
    assert later in read(path).events and "ch06.relu" in passes(read(path).events)


@settings(deadline=None, derandomize=True)
@given(MANY, MANY)
def test_two_files_merge_by_putting_one_behind_the_other(
    tmp_path_factory: pytest.TempPathFactory, ours: list[Event], theirs: list[Event]
) -> None:
    folder = tmp_path_factory.mktemp("state")
    for name, events in (("a", ours), ("b", theirs)):
        append(folder / name, events)
        (folder / name).touch()
    a, b = (folder / "a").read_bytes(), (folder / "b").read_bytes()
    (folder / "ab").write_bytes(a + b)
    (folder / "ba").write_bytes(b + a + b)
    known = {e.id for e in ours}
    merged = read(folder / "ab").events
    assert {e.id for e in merged} == known | {e.id for e in theirs}
    new = tuple(e for e in theirs if e.id not in known)
    assert passes(merged) == passes(tuple(ours)) | passes(new)
    assert [e.id for e in read(folder / "ba").events] == [e.id for e in merged]


def write_many(path: str, who: int) -> None:
    for n in range(200):
        append(Path(path), [checked("ch06.relu", "failed", 1000 * who + n, answer=f"{who}-{n}")])


def test_two_terminals_write_at_once(tmp_path: Path) -> None:
    path = tmp_path / "state.jsonl"
    writers = [
        multiprocessing.get_context("spawn").Process(target=write_many, args=(str(path), who))
        for who in (1, 2, 3)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    log = read(path)
    assert len(log.events) == 600 and log.unreadable == 0


def test_damaged_lines_cost_only_themselves(tmp_path: Path) -> None:
    path = tmp_path / "state.jsonl"
    append(path, [checked("ch06.relu", "passed", 1)])
    with path.open("ab") as file:
        file.write(
            b'{"format":1,"id":"x"\n\xff\xfe\0\n[1, 2]\n"text"\n{"format": 99}\n' + b"[" * 5000
        )
    append(path, [checked("ch06.forward", "passed", 2)])
    log = read(path)
    assert passes(log.events) == set(NAMES)
    assert log.unreadable == 6


def test_random_damage_never_raises(tmp_path: Path) -> None:
    path, draw = tmp_path / "state.jsonl", random.Random(0)
    append(path, [checked(name, v, n) for n, v in enumerate(VERDICTS) for name in NAMES])
    whole = path.read_bytes()
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(draw.randrange(1, 8)):
            damaged[draw.randrange(len(damaged))] = draw.randrange(256)
        path.write_bytes(damaged)
        fold(read(path).events)


def test_a_pass_is_never_undone() -> None:
    standing = fold(
        [checked("ch06.relu", "passed", 1), checked("ch06.relu", "failed", 2, answer="b")]
    )
    progress = standing["ch06.relu"]
    assert progress.passed == "v1" and progress.verdict == "failed" and progress.attempts == 1


def test_a_reset_is_not_started_and_loses_no_pass() -> None:
    events = [
        checked("ch06.relu", "passed", 1),
        Event("reset", "ch06.relu", t="2026-01-02", id="r"),
    ]
    progress = fold(events)["ch06.relu"]
    assert progress.passed == "v1" and progress.verdict == "not_started" and not progress.hash


def test_the_same_wrong_answer_is_one_attempt() -> None:
    again = [checked("ch06.relu", "failed", n, answer="abbac"[n]) for n in range(5)]
    assert fold(again)["ch06.relu"].attempts == 3


def test_only_news_is_written() -> None:
    standing = fold([checked("ch06.relu", "failed", 1)])
    told = [
        checked("ch06.relu", "failed", 2),
        checked("ch06.forward", "not_started", 3),
        checked("ch06.relu", "passed", 4, answer="b"),
    ]
    assert list(changes(standing, told)) == told[2:]
    passed = fold([checked("ch06.relu", "passed", 1, "v1")])
    assert list(changes(passed, [checked("ch06.relu", "passed", 2, "v1")])) == []
    assert len(list(changes(passed, [checked("ch06.relu", "passed", 2, "v2")]))) == 1


def test_no_file_is_no_progress(tmp_path: Path) -> None:
    assert read(tmp_path / "none").events == ()
