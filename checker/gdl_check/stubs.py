"""Makes the stubs that learners fill in out of the solutions.

The lines of an exercise's body are cut and replaced by `raise NotImplementedError`; names that
begin with an underscore are dropped; every other character stays as it is.
"""

from __future__ import annotations

import ast

from gdl_check.source import ChapterFile, Definition, span, without_docstring


def stub_of(solution: ChapterFile, exercises: set[str]) -> str:
    """The text of a chapter's stub file: what is asked is cut, the rest is given."""
    lines = solution.text.split("\n")
    cuts: list[tuple[int, int, list[str]]] = []
    for node in solution.tree.body:
        name = getattr(node, "name", "")
        if isinstance(node, Definition) and name in exercises:
            cuts += _bodies(node)
        elif name.startswith("_") or _is_private_assignment(node):
            cuts.append((span(node)[0], _end(lines, node), []))
    for first, last, instead in sorted(cuts, reverse=True):
        lines[first - 1 : last] = instead
    return "\n".join(lines)


def _bodies(node: Definition) -> list[tuple[int, int, list[str]]]:
    if isinstance(node, ast.ClassDef):
        methods = [part for part in node.body if isinstance(part, Definition)]
        return [cut for method in methods for cut in _bodies(method)]
    body = without_docstring(node)
    first, last = body[0], body[-1]
    assert last.end_lineno is not None
    # Comments above the first statement belong to the body that is cut.
    start = (node.body[0].end_lineno or node.lineno) + 1 if body is not node.body else first.lineno
    return [(start, last.end_lineno, [" " * first.col_offset + "raise NotImplementedError"])]


def _is_private_assignment(node: ast.stmt) -> bool:
    if not isinstance(node, (ast.Assign, ast.AnnAssign)):
        return False
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return all(isinstance(target, ast.Name) and target.id.startswith("_") for target in targets)


def _end(lines: list[str], node: ast.stmt) -> int:
    """The last line of a statement that is dropped, with the blank lines that follow it."""
    last = node.end_lineno or node.lineno
    while last < len(lines) and not lines[last].strip():
        last += 1
    return last if last < len(lines) else node.end_lineno or node.lineno
