"""Leaves of a notebook's code what its answers rest on: a notebook is full of trials and pictures.

What is left out is not run, so it can neither break nor slow down a check.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from gdl_check.source import ChapterFile, Definition, bound, is_empty, statements

Afresh = Definition | ast.Import | ast.ImportFrom


def needed(file: ChapterFile, names: Collection[str]) -> ChapterFile:
    """The lines that bind these names and all that they rest on, in their order.

    Raises CannotBeRead where the code has no syntax tree.
    """
    body = file.tree.body
    binds = [set(_binds(node)) for node in body]
    binders: dict[str, list[int]] = {}
    for index, node in enumerate(body):
        for name in binds[index]:
            if _begins_anew(node, name):
                # What the name meant before, nobody will see any more.
                binders[name] = []
            binders.setdefault(name, []).append(index)
    # Nobody knows which names such an import brings.
    kept = {index for name in ("*",) for index in binders.get(name, ())}
    waiting, seen = [name for name in names if name in binders], set(names)
    while waiting:
        for index in binders[waiting.pop()]:
            if index in kept:
                continue
            kept.add(index)
            for name in binds[index] | _mentioned(body[index]):
                if name in binders and name not in seen:
                    seen.add(name)
                    waiting.append(name)
    return _only(file, [body[index] for index in sorted(kept)])


def _only(file: ChapterFile, kept: list[ast.stmt]) -> ChapterFile:
    """A file with the lines of these statements alone; each knows where it stood."""
    lines: list[str] = []
    cells = []
    done = 0
    for node in kept:
        first = max(first_line(node), done + 1)
        done = max(done, node.end_lineno or node.lineno)
        for number in range(first, done + 1):
            lines.append(file.lines[number - 1])
            cells.append(file.cells[number - 1])
    return ChapterFile(file.shown, "\n".join(lines) + "\n", (*cells, *cells[-1:]))


def first_line(node: ast.stmt) -> int:
    """Where a statement begins, decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


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
    return isinstance(node, (ast.Import, ast.ImportFrom))


def _mentioned(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
