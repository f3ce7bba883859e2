"""Finds the same people in two lists, and never guesses between two."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Known(NamedTuple):
    """What a list tells of somebody, folded so that it can be compared."""

    emails: frozenset[str]
    ids: frozenset[str]
    names: frozenset[str]


def known(emails: Iterable[str], ids: Iterable[str], names: Iterable[str]) -> Known:
    """What is told of somebody, whatever its case, its accents and the order of the names."""
    return Known(
        frozenset(filter(None, map(_folded, emails))),
        frozenset(filter(None, map(_folded, ids))),
        frozenset(filter(None, map(_name, names))),
    )


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _name(text: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(sorted(re.split(r"[\W_]+", bare.casefold()))).strip()


def paired(ours: Sequence[Known], theirs: Sequence[Known]) -> dict[int, int]:
    """Whom of theirs each of ours is, by place: by email, else by number, else by name.

    Only where exactly one on either side is told so, and nothing else that is told speaks against
    it; who is claimed twice is nobody.
    """
    found: dict[int, int] = {}
    for level in range(len(Known._fields)):
        mine, yours = _holders(ours, level), _holders(theirs, level)
        for i, one in enumerate(ours):
            if i in found:
                continue
            meant = {j for value in one[level] for j in yours.get(value, ())}
            claimed = {k for value in one[level] for k in mine[value] if value in yours}
            if len(meant) == 1 and claimed == {i}:
                (j,) = meant
                if not _differs(one, theirs[j], level):
                    found[i] = j
    taken = Counter(found.values())
    return {i: j for i, j in found.items() if taken[j] == 1}


def _holders(people: Sequence[Known], level: int) -> dict[str, list[int]]:
    holders: dict[str, list[int]] = defaultdict(list)
    for i, person in enumerate(people):
        for value in person[level]:
            holders[value].append(i)
    return holders


def _differs(one: Known, other: Known, level: int) -> bool:
    """Whether what was not compared so far says that these are two people.

    A number that both lists hold may number different things; a name may be that of two.
    """
    emails = bool(one.emails and other.emails) and not one.emails & other.emails
    names = bool(one.names and other.names) and not one.names & other.names
    return (emails and names) if level == Known._fields.index("ids") else emails
