"""Texts that a submission had a say in, made fit for other tools: nothing in them acts or hides."""

from __future__ import annotations

import re

CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
CONTROLS_IN_A_LINE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]+")
NEW_LINES = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Marks that turn text round or take no room; but not the joiners, which scripts and emoji need.
HIDDEN = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e0fff]+"
)
NO_CHARACTERS = re.compile(
    "[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 17))
    + "]"
)


def line(text: str, most: int = 500) -> str:
    """A text in one line of at most so many characters."""
    text = _shown(CONTROLS.sub(" ", text[: 2 * most])).strip()
    return _at_most(text, most)


def lines(text: str, most: int = 8_000) -> str:
    """A text of several lines, of at most so many characters; tabs become blanks."""
    text = NEW_LINES.sub("\n", text[: 2 * most])
    text = _shown(CONTROLS_IN_A_LINE.sub(" ", text)).strip("\n")
    return _at_most(text, most)


def _shown(text: str) -> str:
    return NO_CHARACTERS.sub("?", HIDDEN.sub("", text))


def _at_most(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."
