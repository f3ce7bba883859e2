"""Zips of strangers: whatever is in them, they are read in bounds or told off in one sentence."""

from __future__ import annotations

import datetime
import io
import random
import stat
import struct
import tracemalloc
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdl_check.grade import archives
from gdl_check.grade.archives import Archive, BadArchive, nested, printable

NAME = "ch06_backpropagation.py"
TEXT = b"def relu(x):\n    return x * (x > 0)\n"
MOST = 256 * 1024


def packed(
    *files: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as zipped:
        for name, data in files:
            zipped.writestr(name, data)
    return stream.getvalue()


def one(data: bytes, most: int = MOST) -> bytes:
    """What the only member of a zip holds."""
    archive = nested(data)
    (member,) = archive.members
    return archive.read(member, most)


def refusal(data: bytes, most: int = MOST) -> str:
    """The sentence on the only member of a zip."""
    with pytest.raises(BadArchive) as caught:
        one(data, most)
    return str(caught.value)


def patched(data: bytes, signature: bytes, offset: int, form: str, value: int) -> bytes:
    """A zip with one field changed in every record of a kind."""
    changed = bytearray(data)
    at = data.find(signature)
    while at >= 0:
        struct.pack_into(form, changed, at + offset, value)
        at = data.find(signature, at + 1)
    return bytes(changed)


LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"


# --- what is in order ---------------------------------------------------------------------------


def test_what_was_packed_is_read() -> None:
    archive = nested(packed((NAME, TEXT), ("exercises/", b""), ("exercises/notes.txt", b"x")))
    assert [m.name for m in archive.members] == [NAME, "exercises", "exercises/notes.txt"]
    assert [m.is_folder for m in archive.members] == [False, True, False]
    assert archive.read(archive.members[0], MOST) == TEXT
    assert archive.notes == ()


def test_members_below_a_folder() -> None:
    archive = nested(packed(*((name, b"") for name in ("a/1", "a/b/2", "a.b/3", "ab/4", "a-/5"))))
    assert [m.name for m in archive.below("a")] == ["a/1", "a/b/2"]
    assert len(list(archive.below(""))) == 5
    assert archive.member("a/1") is not None
    assert archive.member("a") is None


def test_the_time_is_local_and_may_be_unknown() -> None:
    known = zipfile.ZipInfo(NAME, (2024, 5, 6, 7, 8, 10))
    archive = nested(packed((known, TEXT), (zipfile.ZipInfo("none.py"), TEXT)))
    assert archive.members[0].time == datetime.datetime(2024, 5, 6, 7, 8, 10).timestamp()
    assert archive.members[1].time is None


def test_utf_8_names_that_are_not_declared_as_such() -> None:
    data = packed(("Jos\u00e9/" + NAME, TEXT))
    for signature, offset in ((LOCAL, 6), (CENTRAL, 8)):
        data = patched(data, signature, offset, "<H", 0)
    archive = nested(data)
    assert archive.members[0].name == "Jos\u00e9/" + NAME
    assert archive.read(archive.members[0], MOST) == TEXT


def test_the_stream_is_closed_with_the_archive() -> None:
    stream = io.BytesIO(packed((NAME, TEXT)))
    archive = Archive(stream)
    assert not stream.closed
    del archive
    assert stream.closed


# --- what points elsewhere ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../ben/" + NAME,
        "a/../../" + NAME,
        "..",
        "..\\..\\" + NAME,
        "C:\\Users\\ana\\" + NAME,
        "c:/" + NAME,
        "\\\\server\\share\\" + NAME,
        "//" + NAME,
    ],
)
def test_ways_out_of_the_zip(name: str) -> None:
    archive = nested(packed((name, TEXT), (NAME, TEXT)))
    assert [m.name for m in archive.members] == [NAME]
    assert archive.notes == (
        f"{printable(name.replace(chr(92), '/'))} points out of the zip, so it was left out",
    )


def test_backslashes_are_folders() -> None:
    archive = nested(packed(("exercises\\" + NAME, TEXT)))
    assert [m.name for m in archive.members] == ["exercises/" + NAME]
    assert "backslashes" in archive.notes[0]
    assert archive.read(archive.members[0], MOST) == TEXT


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (stat.S_IFLNK, "is a link"),
        (stat.S_IFIFO, "is not an ordinary file"),
        (stat.S_IFCHR, "is not an ordinary file"),
        (stat.S_IFSOCK, "is not an ordinary file"),
    ],
)
def test_links_and_devices(kind: int, says: str) -> None:
    info = zipfile.ZipInfo(NAME)
    info.external_attr = (kind | 0o644) << 16
    archive = nested(packed((info, b"/solutions/" + NAME.encode())))
    assert archive.members == ()
    assert archive.notes == (f"{NAME} {says}, so it was left out",)


@pytest.mark.parametrize(
    "name", ["a\nb.py", "a\x1b[31m.py", "x" * 300 + ".py", "d/" * 600 + "a.py", "./", ". ."]
)
def test_absurd_names(name: str) -> None:
    archive = nested(packed((name, TEXT)))
    assert archive.members == ()
    (note,) = archive.notes
    assert "a name that no file should have" in note
    assert note.isprintable() and len(note) < 200


def test_a_name_with_a_zero_byte_is_not_cut_to_a_good_one() -> None:
    data = packed((NAME + "X", TEXT)).replace(
        b"ch06_backpropagation.pyX", b"ch06_backpropagation.py\0"
    )
    archive = nested(data)
    assert archive.members == ()
    assert "a name that no file should have" in archive.notes[0]


def test_many_refusals_make_few_notes() -> None:
    archive = nested(packed(*((f"../{n}.py", b"") for n in range(200))))
    assert len(archive.notes) == archives.MOST_NOTES + 1
    assert archive.notes[-1] == "there are 195 more notes like these"


# --- names that are one -------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_last_of_two_equal_names_counts() -> None:
    archive = nested(packed((NAME, b"first"), (NAME, b"last")))
    assert one(packed((NAME, b"first"), (NAME, b"last"))) == b"last"
    assert archive.notes == (f"{NAME} is in the zip twice: the last one counts",)


@pytest.mark.parametrize("twin", ["CH06_backpropagation.py", "ch06_Backpropagation.PY"])
def test_names_equal_but_for_case_are_told(twin: str) -> None:
    archive = nested(packed((NAME, b"a"), (twin, b"b")))
    assert len(archive.members) == 2
    assert archive.notes == (
        f"{twin} and {NAME} have the same name but for case or accents: both were looked at",
    )


def test_names_equal_but_for_the_normal_form_are_told() -> None:
    archive = nested(packed(("e\u0301.py", b"a"), ("\u00e9.py", b"b")))
    assert len(archive.members) == 2
    assert "the same name but for case or accents" in archive.notes[0]


# --- bombs and lies -----------------------------------------------------------------------------


def test_a_bomb_is_stopped_before_it_goes_off() -> None:
    bomb = packed(("a.ipynb", b"0" * 60_000_000))
    tracemalloc.start()
    says = refusal(bomb, 64 * 1024 * 1024)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert says == "it unpacks to far more than a chapter could: it was not read"
    assert peak < 20_000_000


def test_a_large_member_is_read_no_further_than_asked() -> None:
    noise = random.Random(0).randbytes(400_000)
    assert one(packed((NAME, noise)), 400_000) == noise
    assert refusal(packed((NAME, noise)), 399_999) == "it is larger than 390 KB"


def test_zeros_of_an_honest_notebook_pass() -> None:
    picture = random.Random(0).randbytes(100_000) + b"0" * 3_000_000
    assert one(packed(("a.ipynb", picture)), 64 * 1024 * 1024) == picture


@pytest.mark.parametrize("claimed", [0, 1, 10, 10**6, 2**32 - 2])
def test_a_size_that_is_a_lie(claimed: int) -> None:
    data = packed((NAME, TEXT * 50))
    data = patched(patched(data, LOCAL, 22, "<L", claimed), CENTRAL, 24, "<L", claimed)
    assert refusal(data) in (
        "it is damaged: pack the zip again",
        "it is not as long as the zip says: pack the zip again",
    )


def test_a_packed_size_that_is_a_lie() -> None:
    noise = random.Random(0).randbytes(5000)
    data = packed((NAME, noise))
    assert "pack the zip again" in refusal(patched(data, CENTRAL, 20, "<L", 10))
    lied = patched(data, CENTRAL, 20, "<L", 2**31)
    try:
        assert one(lied) == noise  # what is packed says itself where it ends
    except BadArchive as refused:
        assert "pack the zip again" in str(refused)  # as newer versions of zipfile have it


def test_a_wrong_checksum() -> None:
    assert refusal(patched(packed((NAME, TEXT)), CENTRAL, 16, "<L", 1)) == (
        "it is damaged: pack the zip again"
    )


def test_two_names_for_one_member() -> None:
    data = packed((NAME, TEXT)).replace(NAME.encode(), b"ch07_backpropagation.py", 1)
    assert refusal(data) == "it is damaged: pack the zip again"


def test_a_password() -> None:
    data = patched(patched(packed((NAME, TEXT)), LOCAL, 6, "<H", 1), CENTRAL, 8, "<H", 1)
    assert refusal(data) == "it is locked with a password: pack it without one"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_take_memory_are_not_tried(method: int) -> None:
    assert refusal(packed((NAME, TEXT), method=method)) == (
        "it is packed in an unusual way: pack it as an ordinary zip"
    )
    assert "unusual way" in refusal(patched(packed((NAME, TEXT)), CENTRAL, 10, "<H", 9))


def test_too_many_members() -> None:
    stream = io.BytesIO(packed(*((f"{n}", b"") for n in range(300))))
    with pytest.raises(BadArchive, match="there are more than 200 files in it"):
        Archive(stream, 200)


def test_a_list_of_members_that_is_far_too_long_is_not_read() -> None:
    info = zipfile.ZipInfo("a")
    info.comment = b"x" * 60_000
    infos = [zipfile.ZipInfo(f"{n}") for n in range(60)]
    for each in infos:
        each.comment = info.comment
    data = packed(*((each, b"") for each in infos))
    tracemalloc.start()
    with pytest.raises(BadArchive, match="its list of files is far too long"):
        nested(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3_000_000


def test_overlapping_members_give_no_more_than_is_asked() -> None:
    """Many names for one packed kernel: each is bounded on its own, by what is read."""
    data = packed(("a.py", b"0" * 900_000))
    archive = nested(data)
    (member,) = archive.members
    for _ in range(3):
        assert len(archive.read(member, 900_000)) == 900_000
        with pytest.raises(BadArchive, match="larger than 256 KB"):
            archive.read(member, MOST)


@pytest.mark.parametrize("data", [b"", b"PK", b"not a zip", END, END + b"\0" * 18, b"\0" * 100_000])
def test_what_is_no_zip(data: bytes) -> None:
    try:
        archive = nested(data)
    except BadArchive as error:
        assert str(error) == "this is no zip, or a damaged one: pack it again"
    else:
        assert archive.members == ()


def test_a_zip_that_was_cut_off_at_any_byte() -> None:
    data = packed((NAME, TEXT), ("b.py", TEXT))
    for length in range(len(data)):
        assert read_whole(data[:length]) <= {TEXT}


# --- fuzzing ------------------------------------------------------------------------------------


def read_whole(data: bytes) -> set[bytes]:
    """All that can be read of a zip; nothing but BadArchive may come out of it."""
    try:
        archive = nested(data)
    except BadArchive as error:
        assert str(error).isprintable()
        return set()
    found = set()
    for member in archive.members:
        assert not member.name.startswith("/") and ".." not in member.name.split("/")
        assert member.name.isprintable() or printable(member.name).isprintable()
        try:
            found.add(archive.read(member, MOST))
        except BadArchive as error:
            assert str(error).isprintable()
    assert all(note.isprintable() for note in archive.notes)
    return found


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.binary(max_size=400))
def test_random_bytes(data: bytes) -> None:
    read_whole(data)
    read_whole(data + END + b"\0" * 18)


GOOD = packed((NAME, TEXT), ("exercises/ch05_many_weights.py", TEXT * 20), ("x/", b""))
CHANGES = st.lists(
    st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=8
)


@settings(deadline=None, derandomize=True, max_examples=400)
@given(CHANGES, st.integers(0, 30), st.integers(0, len(GOOD)))
def test_mutated_zips(changes: list[tuple[int, int]], cut: int, at: int) -> None:
    changed = bytearray(GOOD)
    for place, value in changes:
        changed[place] = value
    del changed[at : at + cut]
    for data in read_whole(bytes(changed)):
        assert len(data) <= MOST


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.lists(st.text(max_size=40), max_size=5))
def test_names_of_all_kinds(names: list[str]) -> None:
    """Whatever the names are, what comes out stays inside and can be shown."""
    encodable = [n for n in names if n and not any("\ud800" <= c <= "\udfff" for c in n)]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as zipped:
        for name in dict.fromkeys(encodable):
            zipped.writestr(zipfile.ZipInfo(name), TEXT)
    read_whole(stream.getvalue())


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.text(st.characters(), max_size=300))
def test_what_is_shown_is_printable(name: str) -> None:
    told = printable(name)
    assert told.isprintable() and 0 < len(told) <= 100
    told.encode("utf-8")
