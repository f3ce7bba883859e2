"""The class report: what it says, that it stands alone, and that nobody can forge it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import unescape
from pathlib import Path

import pytest

from gdl_check.grade.classwide import survey
from gdl_check.grade.gradebook import Gradebook, Row, Student
from gdl_check.render import class_report
from gdl_check.render.feedback import safe_name
from gdl_check.render.pages import TEMPLATES
from test_classwide import IDS, LETTERS, book, mark, row
from test_feedback import HOSTILE, Seen, hostile, is_clean

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def named(key: str, name: str, verdicts: str, held: str = "") -> Row:
    return row(key, verdicts, held)._replace(student=Student(key, name))


def small() -> Gradebook:
    """A class in which everything happens once."""
    changed = mark(IDS[0], "f", override=1.0, reason="read by hand")
    return book(
        named("s10", "Zoe", "ppfn", "forward"),
        named("s2", "ana", "pfft", "relu_deriv forward"),
        named("s1", "Ben", "pppp"),
        named("s3", "Cem", "mmmm"),
        row("S4", "pppu"),
        row("s5", "fppp", relu=changed)._replace(late=True),
        named("s6", "Eve", "eeee"),
    )


@pytest.fixture(scope="module")
def page() -> str:
    return report_html(small())


def report_html(book: Gradebook) -> str:
    return class_report.report_html(book, survey(book))


def text_of(page: str) -> str:
    body = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


def section(page: str, name: str) -> str:
    (found,) = re.findall(rf'<section[^>]*aria-labelledby="{name}".*?</section>', page, re.DOTALL)
    return text_of(found)


# --- what it says --------------------------------------------------------------------------------


def test_how_the_class_did_stands_at_the_top(page: str) -> None:
    said = section(page, "glance")
    assert "Handed in 6 of 7" in said and "Median 2 of 4" in said
    assert "Passed everything 1" in said and "Late 1" in said and "Our faults 1" in said
    assert "backprop is the hardest: 2 of 5 passed it." in said
    assert "The most common misconception, in forward: sign flipped (2 students)." in said


def test_misconceptions_are_told_with_what_corrects_them(page: str) -> None:
    said = section(page, "misconceptions")
    assert "forward: sign flipped Subtract it. 2 students: Zoe , ana" in said
    assert "relu_deriv: sign flipped Subtract it. 1 student: ana" in said
    assert "sign_flipped in ch06.forward" in said


def test_who_needs_help_is_told_with_what(page: str) -> None:
    said = section(page, "help")
    assert "Eve 0 of 4 Nothing that was handed in could be run." in said
    assert "ana 1 of 4 The same in relu_deriv and forward: sign flipped." in said
    assert "Out of time in backprop." in said
    assert "Nothing handed in: 1 student Cem" in said and "Ben" not in said


def test_who_is_stuck_where(page: str) -> None:
    said = section(page, "stuck")
    assert "relu_deriv 1 student ana" in said and "forward 1 student Zoe" in said
    assert "S4" not in said  # nobody is stuck where we are


def test_faults_and_overrides_are_told(page: str) -> None:
    said = section(page, "changed")
    assert "S4 : backprop" in said and "s5 relu 0 1 read by hand" in said


def test_how_it_was_graded_can_be_repeated(page: str) -> None:
    said = section(page, "grading")
    for told in ("level 3 of 3", "Landlock", "Missing here nothing", "Seed 7", "Effort normal"):
        assert told in said


def test_the_counts_of_an_exercise_add_up(page: str) -> None:
    assert "forward 50 % 3 2 0 0 1 1" in section(page, "exercises")


def test_every_student_is_a_click_away(page: str) -> None:
    links = {value for name, value in Seen(page).attributes if name == "href" and "/" in value}
    assert links == {f"feedback/{safe_name(r.student)}.html" for r in small().rows()}


def test_it_can_be_read_without_scripts(page: str) -> None:
    """The table is all there; what only a script can use is not to be seen."""
    assert re.search(r'<form id="filters" hidden>', page) and '<button type="reset"' in page
    assert page.count("<button") == 1
    assert len(re.findall(r"<td class=\"?[pfntemu]\b", page)) == 7 * 4


@pytest.mark.parametrize(
    "rows", [(), (row("a", "mmmm"),), (row("a", "uuuu"),), (row("a", "pppp"),)]
)
def test_a_class_of_nobody_in_particular_has_a_report(rows: tuple[Row, ...]) -> None:
    assert "<h1>Homework: the class</h1>" in report_html(book(*rows))


# --- it stands alone and can be read by all ------------------------------------------------------


def test_it_asks_for_nothing_from_anywhere(page: str) -> None:
    seen = Seen(page)
    assert not {"link", "img", "iframe", "object", "embed", "base"} & set(seen.tags)
    assert not [name for name, _ in seen.attributes if name in ("src", "style", "srcset")]
    assert not re.search(r"https?:|url\(|@import|eval\(|innerHTML", page)


def test_only_its_own_style_and_script_may_run(page: str) -> None:
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    hashes = [
        b64encode(sha256(inside.encode()).digest()).decode()
        for tag in ("style", "script")
        for inside in re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
    ]
    assert unescape(policy) == (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )


def test_nobody_has_a_say_in_the_script(page: str) -> None:
    """There is no data in it: it reads the table, so there is nothing to break out of."""
    script = (TEMPLATES / "report.js").read_text(encoding="utf-8")
    for made in (page, report_html(book(*map(hostile, HOSTILE)))):
        assert re.findall(r"<script>(.*?)</script>", made, re.DOTALL) == [script]


def test_headings_tables_and_labels_are_there_for_those_who_listen(page: str) -> None:
    levels = [int(tag[1]) for tag in Seen(page).tags if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(levels, levels[1:]))
    tables = re.findall(r"<table.*?</table>", page, re.DOTALL)
    assert all("<caption" in table and "scope=" in table for table in tables)
    ids = [value for name, value in Seen(page).attributes if name == "id"]
    assert len(ids) == len(set(ids))
    for name, value in Seen(page).attributes:
        if name in ("aria-labelledby", "aria-describedby") or name == "href" and value[0] == "#":
            assert value.removeprefix("#") in ids
    assert 'class="skip"' in page and 'lang="en"' in page and 'aria-live="polite"' in page


def colours(css: str) -> Iterator[dict[str, str]]:
    """The colours of the page: by day and by night."""
    for block in re.findall(r":root \{(.*?)\}", css, re.DOTALL)[:2]:
        yield dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear))


def contrast(a: str, b: str) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_text_can_be_told_from_what_is_behind_it() -> None:
    css = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    for of in colours(css):
        for back in ("back", "panel", "on-good", "on-bad", "on-slow", "on-none", "on-named"):
            assert contrast(of["fore"], of[back]) >= 7
        for text in ("quiet", "link"):
            assert all(contrast(of[text], of[back]) >= 4.5 for back in ("back", "panel"))
        for part in ("good", "bad", "bar"):
            assert contrast(of[part], of["back"]) >= 3


def test_motion_print_and_night_are_thought_of() -> None:
    css = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    for query in ("prefers-color-scheme: dark", "prefers-reduced-motion", "print", "max-width"):
        assert re.search(rf"@media [^{{]*{query}", css)
    assert ":focus-visible" in css


# --- hostile text --------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_means_anything(text: str) -> None:
    fault = row("u", "uppp")._replace(notes=(text,), student=Student(text + "u", text))
    absent = row("m", "mmmm")._replace(student=Student(text + "m", text, text, text))
    made = report_html(book(hostile(text), fault, absent)._replace(assignment=text, run=text))
    same = report_html(
        book(
            hostile("plain"),
            fault._replace(notes=("plain",), student=Student("plainu", "plain")),
            absent._replace(student=Student("plainm", "plain", "plain", "plain")),
        )._replace(assignment="plain", run="plain")
    )
    seen, plain = Seen(made), Seen(same)
    assert seen.tags == plain.tags
    assert [name for name, _ in seen.attributes] == [name for name, _ in plain.attributes]
    assert is_clean(made) and len(made) < 60_000
    made.encode("utf-8")


def test_what_no_template_thinks_of_is_cleaned_all_the_same() -> None:
    text = "<b>\x1b[31m\u202e\x00"
    made = report_html(book()._replace(effort=text, version=text, sandbox=(text,)))
    assert is_clean(made) and "<b>\ufffd" not in made


# --- size, and the browser -----------------------------------------------------------------------


def test_a_large_class_stays_small() -> None:
    rows = [
        named(f"student{i:05}", f"Name {i}", "ppfn"[: i % 4] + "pppp"[i % 4 :]) for i in range(400)
    ]
    few, many = report_html(book(*rows[:200])), report_html(book(*rows))
    assert (len(many) - len(few)) / 200 < 600  # characters a student


def test_the_wheel_carries_the_pages() -> None:
    """Everything below the package is in the wheel, and this is where they lie."""
    import gdl_check

    assert Path(gdl_check.__file__).parent / "templates" == TEMPLATES
    assert {"page.css", "report.js", "report.html.j2"} <= {p.name for p in TEMPLATES.iterdir()}


DRIVER = """<script>
const heads = [...document.querySelectorAll("#sheet thead th")], told = [];
const keys = () => [...document.querySelectorAll("#sheet tbody tr")].filter((row) => !row.hidden)
  .map((row) => row.cells[0].querySelector("a").textContent);
const click = (n) => { heads[n].querySelector("button").click();
  told.push(heads[n].getAttribute("aria-sort") + ": " + keys().join(" ")); };
const choose = (id, value) => { const field = document.getElementById(id); field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true })); };
const found = document.getElementById("found");
const note = () => told.push(found.textContent + ": " + keys().join(" "));
click(0); click(0); click(1); click(1); click(3);
click(0);
choose("search", "an"); note(); choose("search", "");
choose("verdict", "t"); note(); choose("exercise", "0"); note();
choose("verdict", ""); note(); choose("verdict", ""); choose("exercise", "");
choose("verdict", "o"); note(); choose("verdict", "");
choose("held", "0"); note();
document.title = JSON.stringify(told);
</script></body>"""


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
def test_the_table_is_sorted_and_filtered(page: str, tmp_path: Path) -> None:
    driven = page.replace("</body>", DRIVER)
    (policy,) = re.findall(r"<meta http-equiv=.*?>", driven)
    (tmp_path / "report.html").write_text(driven.replace(policy, ""), encoding="utf-8")
    found = re.search(r"<title>(.*?)</title>", dumped(tmp_path / "report.html"))
    assert found is not None
    assert json.loads(unescape(found[1])) == [
        "ascending: ana Ben Cem Eve S4 s5 Zoe",
        "descending: Zoe s5 S4 Eve Cem Ben ana",
        "ascending: S4 Cem Eve ana Zoe Ben s5",
        "descending: Ben s5 Zoe ana Cem Eve S4",
        "ascending: Zoe Ben S4 s5 ana Eve Cem",
        "ascending: ana Ben Cem Eve S4 s5 Zoe",
        "1 of 7 students: ana",
        "1 of 7 students: ana",
        "0 of 7 students: ",
        "3 of 7 students: Cem Eve s5",
        "1 of 7 students: s5",
        "2 of 7 students: ana Zoe",
    ]


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
def test_a_browser_runs_our_script_and_no_other(tmp_path: Path) -> None:
    """The policy is not ours alone to believe in."""
    made = report_html(small())
    (tmp_path / "report.html").write_text(
        made.replace("</main>", "<script>document.title = 'forged'</script></main>"),
        encoding="utf-8",
    )
    dumped_ = dumped(tmp_path / "report.html")
    assert "<title>Homework: the class</title>" in dumped_
    assert "7 of 7 students" in dumped_ and dumped_.count("<button") == 1 + 2 + len(IDS)


def dumped(path: Path) -> str:
    assert CHROMIUM is not None
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={path.parent}/profile",
    ]
    ran = subprocess.run(
        [CHROMIUM, *options, "--dump-dom", path.as_uri()],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return ran.stdout


def test_every_verdict_has_a_sign() -> None:
    from gdl_check.render.pages import SIGNS

    assert {verdict: sign.letter for verdict, sign in SIGNS.items()} == {
        verdict: letter for letter, verdict in LETTERS.items()
    }
    assert len({sign.sign for sign in SIGNS.values()}) == len(SIGNS)
