"""What a verdict rests on, as hashes: while they stay the same, so does the verdict."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from gdl_check.chapter_check import ChapterCheck
from gdl_check.course import chapter_of_module
from gdl_check.source import CannotBeRead, ChapterFile, uses

Function = ast.FunctionDef | ast.AsyncFunctionDef
# Where one of these stands, any name of the file may be reached without being mentioned.
REACHES_ALL = re.compile(
    r"\b(globals|vars|eval|exec|__dict__|__globals__|__import__|import_module|inspect|gc)\b"
    r"|\bsys\.modules\b"
)


class Fingerprint(NamedTuple):
    """Two hashes of all that a verdict rests on.

    `meaning` stays the same where only comments and blank lines change; `text` does not, nor where
    lines move: a failure names lines.
    """

    meaning: str
    text: str


class Fingerprints:
    """The fingerprints of the exercises in one file that can be read."""

    def __init__(self, check: ChapterCheck) -> None:
        self.check, self.file = check, check.file
        opened = [part for node in self.file.tree.body for part in _opened(node)]
        self.known: dict[ast.stmt, Fingerprint] = {}
        parts = [part for part in opened if isinstance(part, ast.AST)]
        self.mentioned = set(_names(parts)) & self.file.names.keys()
        self.frame = _hash(part if isinstance(part, str) else ast.dump(part) for part in opened)
        self.reaches_all = bool(REACHES_ALL.search(self.file.text))

    def of(self, name: str) -> Fingerprint:
        """The fingerprint of one exercise's verdict."""
        rested = self.check.foundations(name)
        if self.reaches_all:
            meaning = text = [self.file.text]
        else:
            own = {n for check, n in rested if check is self.check}
            nodes = _closure(self.file, {name} | own | self.mentioned)
            prints = [self._of_node(node) for node in nodes]
            meaning, text = [p.meaning for p in prints], [p.text for p in prints]
        elsewhere = [check.file.text for check in self._elsewhere(check for check, _ in rested)]
        meaning = [self.frame, *meaning, *elsewhere]
        return Fingerprint(_hash(meaning), _hash([*meaning, *text]))

    def _of_node(self, node: ast.stmt) -> Fingerprint:
        if node not in self.known:
            place = f"{node.lineno}\n{self.file.segment(node)}"
            self.known[node] = Fingerprint(_hash([ast.dump(node)]), _hash([place]))
        return self.known[node]

    def _elsewhere(self, mentioned: Iterable[ChapterCheck]) -> list[ChapterCheck]:
        """The checks of the other files that the file rests on."""
        found: dict[str, ChapterCheck] = {}
        waiting = [self.check, *mentioned]
        while waiting:
            check = waiting.pop()
            if check.module not in found:
                found[check.module] = check
                modules = check.file.chapters if check.broken is None else ()
                waiting += [check.other(chapter_of_module(module)) for module in modules]
        return [found[module] for module in sorted(found) if found[module] is not self.check]


def changed_exercises(before: ChapterFile, after: ChapterFile, names: Iterable[str]) -> list[str]:
    """The exercises whose own code is another one now; none where a file cannot be read."""
    try:
        pairs = [(name, before.names.get(name), after.names.get(name)) for name in names]
    except CannotBeRead:
        return []
    return [name for name, old, new in pairs if new and (not old or ast.dump(old) != ast.dump(new))]


def _opened(node: ast.AST) -> Iterator[ast.AST | str]:
    """What of a statement is executed when the file is opened: all but the bodies of functions."""
    if isinstance(node, Function) and not node.decorator_list:
        yield node.name
        yield from (part for part in (node.args, node.returns) if part is not None)
    elif hasattr(node, "body") and not isinstance(node, Function):
        yield f"{type(node).__name__} {getattr(node, 'name', '')}"
        for part in ast.iter_child_nodes(node):
            yield from _opened(part) if _is_block(part) else [part]
    else:
        yield node


def _is_block(node: ast.AST) -> bool:
    return isinstance(node, ast.stmt | ast.excepthandler | ast.match_case)


def _names(parts: Iterable[ast.AST]) -> Iterator[str]:
    for part in parts:
        for node in ast.walk(part):
            if isinstance(node, ast.Name):
                yield node.id


def _closure(file: ChapterFile, wanted: set[str]) -> list[ast.stmt]:
    """The statements that bind these names, and those that these mention, and so on."""
    found = {name for name in wanted if name in file.names}
    waiting = list(found)
    while waiting:
        for other in uses(file, waiting.pop()) - found:
            found.add(other)
            waiting.append(other)
    return list(dict.fromkeys(node for name, node in file.names.items() if name in found))


def _hash(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
