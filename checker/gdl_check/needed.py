"""Leaves of a notebook's code what its answers rest on: a notebook is full of trials and pictures.

What is left out is not run, so it can neither break nor slow down a check.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from gdl_check.source import ChapterFile, Definition, bound, is_empty, span, statements


def needed(file: ChapterFile, names: Collection[str]) -> ChapterFile:
    """The lines that bind these names and all that they rest on, in their order.

    Raises CannotBeRead where the code has no syntax tree.
    """
    body = file.tree.body
    binders: dict[str, list[int]] = {}
    for index, node in enumerate(body):
        for name in set(_binds(node)):
            binders.setdefault(name, []).append(index)

    def reaching(name: str, before: int) -> list[int]:
        """The statements that make a name what it is at some place."""
        found = [index for index in binders.get(name, ()) if index < before]
        anew = [place for place, index in enumerate(found) if _begins_anew(body[index], name)]
        return found[anew[-1] :] if anew else found

    kept: set[int] = set()
    # Nobody knows which names such an import brings.
    waiting = [*binders.get("*", ())]
    waiting += [index for name in names for index in reaching(name, len(body))]
    while waiting:
        index = waiting.pop()
        if index in kept:
            continue
        kept.add(index)
        node = body[index]
        for name in (_mentioned(node) | set(_binds(node))) & binders.keys():
            waiting += reaching(name, len(body))
        for name in _mentioned_at_once(node) & binders.keys():
            waiting += reaching(name, index)
    return _only(file, [body[index] for index in sorted(kept)])


def _only(file: ChapterFile, kept: list[ast.stmt]) -> ChapterFile:
    """A file with the lines of these statements alone; each knows where it stood."""
    lines: list[str] = []
    cells = []
    done = 0
    for node in kept:
        begin, end = span(node)
        first, done = max(begin, done + 1), max(done, end)
        for number in range(first, done + 1):
            lines.append(file.lines[number - 1])
            cells.append(file.cells[number - 1])
    return ChapterFile(file.shown, "\n".join(lines) + "\n", (*cells, *cells[-1:]))


def _binds(node: ast.stmt) -> Iterator[str]:
    """The names that a statement at the top level binds, or whose insides it changes."""
    for part in statements(ast.Module([node], [])):
        yield from bound(part)
        targets: list[ast.expr] = getattr(part, "targets", None) or [getattr(part, "target", None)]
        for target in targets:
            while isinstance(target, (ast.Attribute, ast.Subscript)):
                target = target.value
                if isinstance(target, ast.Name):
                    yield target.id


def _begins_anew(node: ast.stmt, name: str) -> bool:
    """Whether what a name was before no longer matters."""
    if isinstance(node, Definition):
        return node.name == name and not is_empty(node)
    if isinstance(node, ast.Assign):
        plain = any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
        return plain and name not in _mentioned(node.value)
    return isinstance(node, (ast.Import, ast.ImportFrom)) and name != "*"


def _mentioned(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def _mentioned_at_once(node: ast.stmt) -> set[str]:
    """What is looked up when a statement runs, not when a function in it is called."""
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return _mentioned(node)
    return {name for part in (*node.decorator_list, node.args) for name in _mentioned(part)}
