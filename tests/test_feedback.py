"""What a student reads: no more than is revealed, and no text of strangers means anything."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from gdl_check.examine import REPEATABLE
from gdl_check.grade.gradebook import Gradebook, Mark, Row, Student
from gdl_check.grade.terms import Terms
from gdl_check.render.feedback import (
    REVEALED,
    feedback_html,
    feedback_markdown,
    letter,
    safe_name,
    told_of,
)
from gdl_check.render.markdown import escaped, fenced
from gdl_check.render.pages import cleaned, one_line, points_text, time_text, words
from test_classwide import FLIPPED, IDS, NAMES, book, mark, row

CASE = "3f9ac021"
SCREEN = "  Does not hold: relu is never negative.\n\n    relu(np.array([[-123.0]]))\n"
HOSTILE = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" x=\'',
    "&amp;&#x3c;script&#x3e;",
    "[a](javascript:alert(1)) ![i](http://evil.example/i.png) <http://evil.example>",
    "http://evil.example www.evil.example a@evil.example @everyone #1",
    "# heading\n## another\n=====\n- list\n> quote\n\n    code\n| a | b |\n|---|---|",
    "```\n````\n~~~\n# out of the fence\n<b>bold</b>",
    "`code` *em* __strong__ ~~gone~~ $math$ [^1] {: .class}",
    "1. one\n+ plus\n--- \n***\n___",
    "1) one",
    "= setext",
    "\\",
    "{{ 7 * 7 }} {% raw %} ${7*7}",
    "\u202egnp.exe\u2066 \u200f\u2029 \x00 \x1b[2J\x1b]0;title\x07 \x9b31m \x85 \ufeff \ud800",
    "x" * 10_000,
    "`" * 10_000,
)
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "main", "section", "h1", "h2", "p", "div"),
    *("ul", "li", "pre", "table", "caption", "thead", "tbody", "tr", "th", "td", "details"),
    *("summary", "span", "a", "b", "code", "bdi"),
}


def failed(text: str = "", **more: Any) -> Mark:
    """A mark that fails its first law and its last, with a text wherever code has a say."""
    told = {
        "laws": [
            {"claim": "is never negative", "status": "failed", "counterexample": {"case": CASE}},
            {"claim": "makes 0 of everything negative", "status": "passed"},
            {"claim": "gives the expected result", "status": "failed"},
        ],
        "misconception": FLIPPED,
        "stdout": text,
    }
    known = {"told": told, "screen": SCREEN + text, "receipt": {"hmac": "ab12", "said": text}}
    return mark(IDS[0], "f", **(known | more))


def raised(kind: str, message: str, *, called: bool) -> Mark:
    laws = [{"claim": "is never negative", "status": "error"}] if called else []
    return mark(
        IDS[0], "e", told={"laws": laws, "error": {"type": kind, "message": message, "line": 44}}
    )


def both(made: Gradebook, student: Row) -> tuple[str, str]:
    said = letter(made, student)
    return feedback_html(said), feedback_markdown(said)


# --- what is revealed ----------------------------------------------------------------------------

SECRETS = {  # what a page may say -> the least that must be revealed for it
    "is never negative": "claims",
    "Subtract it.": "claims",
    "-123.0": "counterexamples",
    f"--case {CASE}": "counterexamples",
    "--seed 7": "counterexamples",
    "gives the expected result": "all",
    "ab12": "all",
}


@pytest.mark.parametrize("level", REVEALED)
def test_a_page_shows_what_is_revealed_and_nothing_else(level: str) -> None:
    made = book()._replace(reveal=level)
    marks = {"relu": failed(), "relu_deriv": failed(screen="")}
    for page in both(made, row("a", "ffpp", **marks)):
        for secret, least in SECRETS.items():
            is_shown = REVEALED.index(level) >= REVEALED.index(least)
            assert (secret in page) == is_shown, secret


@pytest.mark.parametrize("level", REVEALED)
def test_an_exception_carries_nothing_out_of_the_examination(level: str) -> None:
    """Its message and even its name are made by code that has seen the inputs."""
    made = book()._replace(reveal=level)
    told = row("a", "eppp", relu=raised("Leak_123456", "saw 123456", called=True))
    is_shown = level in ("counterexamples", "all")
    assert all(("123456" in page) == is_shown for page in both(made, told))


def test_what_no_input_has_seen_is_shown_with_the_claims() -> None:
    told = row("a", "eppp", relu=raised("SyntaxError", "was never closed", called=False))
    for level, is_shown in (("verdicts", False), ("claims", True)):
        for page in both(book()._replace(reveal=level), told):
            assert ("SyntaxError: was never closed (line 44)" in page) == is_shown


def test_a_known_exception_is_named_where_its_message_is_not() -> None:
    made = book()._replace(reveal="claims")
    told = row("a", "eppp", relu=raised("TypeError", "saw 123456", called=True))
    assert all("TypeError was raised (line 44)" in page for page in both(made, told))


def test_after_the_deadline_everything_is_shown() -> None:
    terms = Terms("homework", ("ch06",), reveal="verdicts")
    assert terms.revealed(100.0) == "verdicts"
    assert terms._replace(due=100.0).revealed(100.0) == "verdicts"
    assert terms._replace(due=100.0).revealed(100.5) == "all"


def test_a_level_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="everything"):
        told_of(book()._replace(reveal="everything"), row("a", "pppp"))


# --- what is said --------------------------------------------------------------------------------


def test_whoever_passed_everything_is_told_so() -> None:
    said = letter(book(), row("a", "pppp"))
    assert "Well done" in said.summary and said.commands == ("gdl-check",)
    assert said.points == "4 of 4"


def test_nothing_handed_in_says_where_to_begin() -> None:
    said = letter(book(), row("a", "mmmm"))
    assert said.summary == "Nothing of yours has arrived for ch06 (Backpropagation)."
    assert said.commands == ("gdl-check ch06",) and not any(t.says_more for t in said.told)


def test_the_next_step_is_the_first_that_was_tried() -> None:
    said = letter(book(), row("a", "pnfp"))
    assert said.commands == ("gdl-check ch06.forward", "gdl-check hint ch06.forward")
    said = letter(book(), row("a", "pnnn"))
    assert said.commands == ("gdl-check show ch06.relu_deriv", "gdl-check ch06.relu_deriv")


def test_the_command_draws_what_the_grading_drew() -> None:
    told = told_of(book()._replace(effort="thorough"), row("a", "fppp", relu=failed()))
    assert told[0].command == f"gdl-check ch06.relu --seed 7 --effort thorough --case {CASE}"


@pytest.mark.parametrize(
    "law",
    [
        {"claim": REPEATABLE, "status": "failed", "counterexample": {"case": CASE}},
        {"claim": "is", "status": "failed", "counterexample": {"case": "; rm -rf ~"}},
        {"claim": "is", "status": "failed"},
    ],
)
def test_no_case_is_named_that_does_not_show_it(law: dict[str, Any]) -> None:
    told = told_of(book(), row("a", "fppp", relu=failed(told={"laws": [law]})))
    assert told[0].command == "gdl-check ch06.relu"


def test_what_went_wrong_with_a_whole_file_is_said_once() -> None:
    error = raised("SyntaxError", "was never closed", called=False)
    student = row("a", "eeee", **dict.fromkeys(NAMES, error))
    for page in both(book(), student):
        assert page.count("was never closed") == 1


def test_a_mark_set_by_hand_is_told_with_its_reason() -> None:
    changed = failed(override=1.0, reason="the idea is right")
    for level in REVEALED:
        for page in both(book()._replace(reveal=level), row("a", "fppp", relu=changed)):
            assert "set this to 1 of 1 points" in page and "the idea is right" in page
    said = letter(book(), row("a", "fppp", relu=changed))
    assert said.points == "4 of 4" and said.commands == ("gdl-check",)


def test_our_fault_is_told_as_ours_and_counts_as_nothing() -> None:
    student = row("a", "pppu")
    said = letter(book(), student)
    assert said.points == "not all known yet" and "no zero" in said.summary
    assert all("not known of 1" in page for page in both(book(), student))


def test_when_it_arrived_is_told() -> None:
    student = row("a", "pppp")._replace(handed_in=1_795_000_000.0, late=True, notes=("Left out",))
    assert letter(book(), student).notes == (
        "Handed in 2026-11-18 11:06 UTC, after the deadline.",
        "Left out",
    )


def test_receipts_are_whole_and_can_be_read() -> None:
    student = row("a", "fppp", relu=failed("</pre>" + "x" * 20_000))
    page = feedback_markdown(letter(book(), student))
    (block_,) = [t for t in blocks(page) if t.content.startswith("[")]
    assert json.loads(block_.content)[0] == student.marks[IDS[0]].receipt


# --- hostile text --------------------------------------------------------------------------------


def hostile(text: str) -> Row:
    """Somebody who has a say everywhere."""
    marks = {"relu": failed(text, override=0.5, reason=text), "forward": failed(text, screen="")}
    student = row("k", "fefp", relu_deriv=raised(text, text, called=False), **marks)
    return student._replace(
        student=Student(text, text, text, text), notes=(text, text), place=text, state="graded"
    )


class Seen(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def is_clean(text: str) -> bool:
    return all(c.isprintable() or c in "\n\u200c\u200d" for c in text)


def blocks(page: str) -> list[Token]:
    return [t for t in MarkdownIt("gfm-like", {"linkify": False}).parse(page) if t.type == "fence"]


def structure(page: str) -> list[str]:
    """What Markdown makes of a page, but for its texts."""
    found = MarkdownIt("gfm-like", {"linkify": False}).parse(page)
    inner = [child for token in found for child in token.children or ()]
    kinds = [f"{token.type}{token.tag}" for token in found if token.type != "inline"]
    return kinds + [child.type for child in inner if child.type not in ("text", "text_special")]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_means_anything_in_html(text: str) -> None:
    page = feedback_html(letter(book(), hostile(text)))
    seen, plain = Seen(page), Seen(feedback_html(letter(book(), hostile("plain"))))
    assert seen.tags == plain.tags and set(seen.tags) <= TAGS
    assert [name for name, _ in seen.attributes] == [name for name, _ in plain.attributes]
    assert is_clean(page) and len(page) < 120_000
    page.encode("utf-8")


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_means_anything_in_markdown(text: str) -> None:
    page = feedback_markdown(letter(book(), hostile(text)))
    assert structure(page) == structure(feedback_markdown(letter(book(), hostile("plain"))))
    assert is_clean(page)
    page.encode("utf-8")


@pytest.mark.parametrize("text", ["", " ", "\x1b[0m", "\n\t"])
def test_nobody_is_without_a_name(text: str) -> None:
    pages = both(book(), hostile(text))
    assert "<bdi>no name</bdi>:" in pages[0] and "\nno name: **" in pages[1]


ALPHABET = "\\`*_{}[]()<>#+-.!|~&@:$=1aw \n\t/\"'\u202e\x1b"


@settings(deadline=None, derandomize=True, max_examples=400)
@given(st.text(alphabet=ALPHABET, max_size=40))
@example("&lt;b&gt; &#35;")
def test_a_text_of_one_line_is_one_paragraph_of_text(text: str) -> None:
    said = one_line(text)
    for before, kinds in (("", ["paragraph"]), ("- ", ["bullet_list", "list_item", "paragraph"])):
        found = MarkdownIt("gfm-like", {"linkify": False}).parse(before + escaped(text))
        if not said:
            continue
        opened = [t.type.removesuffix("_open") for t in found if t.type.endswith("_open")]
        assert opened == kinds
        (inline,) = [t for t in found if t.type == "inline"]
        read = [(c.type, c.content) for c in inline.children or ()]
        assert {kind for kind, _ in read} <= {"text", "text_special"}
        assert "".join(content for _, content in read) == said


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.text(alphabet="`~\n #<a", max_size=60))
def test_a_fence_is_longer_than_any_within(text: str) -> None:
    (token,) = MarkdownIt("commonmark").parse(fenced(text))
    assert token.type == "fence" and token.content == text + "\n"


def test_code_in_a_sentence_is_code_and_nothing_else_is() -> None:
    assert words("ask for `x < <b>`") == "ask for <code>x &lt; &lt;b&gt;</code>"
    assert words("<i>`</i>") == "&lt;i&gt;`&lt;/i&gt;"


def test_addresses_are_not_made_into_links() -> None:
    said = escaped("http://evil.example www.evil.example a@evil.example")
    assert not re.search(r"http://|www\.|\w@", said)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mred\x1b[0m", "ared"),
        ("a\x1b]8;;http://evil.example\x07b", "ab"),
        ("a\u202eb", "a\ufffdb"),
        ("nul\x00", "nul\ufffd"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("a\u00a0b\u2028c", "a b c"),
        ("\ud800", "\ufffd"),
    ],
)
def test_text_is_cleaned(text: str, shown: str) -> None:
    assert cleaned(text) == shown


# --- file names ----------------------------------------------------------------------------------

KEYS = st.text(alphabet="aA.-_ /\\:\x00éß1c\u0130\u017f", max_size=8) | st.text(max_size=300)
SAFE = re.compile(r"[a-z0-9][a-z0-9._-]*")
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


@settings(deadline=None, derandomize=True, max_examples=500)
@given(st.lists(KEYS, max_size=8, unique=True))
def test_file_names_are_safe_and_never_shared(keys: list[str]) -> None:
    names = [safe_name(Student(key)) for key in keys]
    assert len({name.casefold() for name in names}) == len(keys)
    for name in names:
        assert SAFE.fullmatch(name) and not DEVICES.fullmatch(name) and ".." not in name
        assert not name.endswith(".") and len(f"{name}.html".encode()) <= 255


@pytest.mark.parametrize(
    "key",
    ["../../etc/passwd", "..", ".", "", "con", "CON", "nul.txt", "com1", "a/b", "C:\\x", "a.", "a ",
     "A", "-rf", "\x00", "\ud800", "x" * 10_000, "é", "e\u0301", ".hidden", "a..b"],
)  # fmt: skip
def test_awkward_keys_get_names_of_their_own(key: str) -> None:
    name = safe_name(Student(key))
    assert SAFE.fullmatch(name) and re.search(r"-[0-9a-f]{16}$", name)


def test_a_key_cannot_claim_the_name_of_another() -> None:
    taken = safe_name(Student("Anna"))
    assert taken == "anna-bf4fccd616251b67" and safe_name(Student(taken)) != taken


@pytest.mark.parametrize("key", ["anna", "s123456", "first.last", "a_b-c"])
def test_plain_keys_stay_as_they_are(key: str) -> None:
    assert safe_name(Student(key)) == key


# --- small things --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("points", "said"),
    [(None, "not known"), (0.0, "0"), (-0.001, "0"), (10.0, "10"), (1 / 3, "0.33"), (12.5, "12.5")],
)
def test_points_are_written_as_people_do(points: float | None, said: str) -> None:
    assert points_text(points) == said


@pytest.mark.parametrize("seconds", [None, float("nan"), float("inf"), 1e300, -1e300])
def test_a_time_that_no_calendar_has_is_not_told(seconds: float | None) -> None:
    assert time_text(seconds) == ""


def test_a_template_without_its_content_is_a_mistake() -> None:
    from jinja2 import UndefinedError

    from gdl_check.render.pages import page

    with pytest.raises(UndefinedError):
        page("feedback.html.j2")


def test_pages_are_the_same_every_time() -> None:
    student = hostile("text")
    pages: Callable[[], Iterator[str]] = lambda: iter(both(book(), student))  # noqa: E731
    assert list(pages()) == list(pages())
