"""Reads chapter files as text: what is defined where, what is still a stub, what rests on what."""

from __future__ import annotations

import ast
import hashlib
import marshal
import warnings
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from gdl_check.course import chapter_modules
from gdl_check.places import is_notebook
from gdl_check.results import Error

LARGEST_FILE = 256 * 1024
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class CannotBeRead(Exception):
    """A chapter file that cannot be loaded at all; `error` says why, and what to do."""

    def __init__(self, error: Error) -> None:
        super().__init__(error.message)
        self.error = error


class Lines(list[str]):
    """The lines of a file, and where each stands: in a notebook, a cell and a line of it."""

    def __init__(self, lines: Iterable[str], cells: Sequence[tuple[str, int]] = ()) -> None:
        super().__init__(lines)
        self.cells = cells

    def place(self, number: int) -> str:
        """A line in words: "line 41", or "cell 5, line 2"."""
        if self.cells:
            cell, line = self.cells[min(number, len(self.cells)) - 1]
            return f"{cell}, line {line}" if cell else f"line {line}"
        return f"line {number}"


@dataclass(frozen=True)
class ChapterFile:
    """A chapter file's text and syntax tree. `shown` is its path as people should see it.

    Where it is the code of a notebook, `cells` has every line's place in it: (cell, line).
    """

    shown: str
    text: str
    cells: tuple[tuple[str, int], ...] = ()

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree. Raises CannotBeRead, with line and column, where there is none."""
        tree: ast.Module = self._compiled(ast.PyCF_ONLY_AST)
        return tree

    @cached_property
    def code(self) -> bytes:
        """The compiled file, marshalled for a worker. Raises CannotBeRead."""
        return marshal.dumps(self._compiled(0))

    def _compiled(self, flags: int) -> Any:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what Python thinks of the style of a file
                return compile(self.text, self.shown, "exec", flags, dont_inherit=True)
        except SyntaxError as error:
            line, text = error.lineno, error.text or ""
            # Python takes the line from the disk, where a notebook has other lines.
            if line and line <= len(self.lines) and not error.msg.startswith("f-string"):
                text = self.lines[line - 1]
            kind = type(error).__name__
            raise CannotBeRead(Error(kind, error.msg, line, error.offset, text.rstrip())) from None
        except (ValueError, RecursionError, MemoryError):
            message = "something in this file is nested too deeply for Python to read"
            raise CannotBeRead(Error("SyntaxError", message)) from None

    @cached_property
    def lines(self) -> Lines:
        return Lines(self.text.split("\n"), self.cells)

    @cached_property
    def definitions(self) -> dict[str, Definition]:
        """The functions and classes at the top level: of each name the last that is written.

        Where several stand there, a stub is passed over; running the file shows which one counts.
        """
        found: dict[str, Definition] = {}
        for node in statements(self.tree):
            if isinstance(node, Definition) and not (node.name in found and is_empty(node)):
                found[node.name] = node
        return found

    @cached_property
    def names(self) -> dict[str, ast.stmt]:
        """Everything that a statement at the top level binds: name -> the statement."""
        return {name: node for node in statements(self.tree) for name in bound(node)}

    @cached_property
    def used(self) -> dict[str, set[str]]:
        """What is known of which top-level name mentions which others; see `uses`."""
        return {}

    @cached_property
    def imported(self) -> dict[str, tuple[str, str]]:
        """The names that come from other chapters: name -> (module, its name there)."""
        known = chapter_modules().values()
        return {
            alias.asname or alias.name: (node.module, alias.name)
            for node in statements(self.tree)
            if isinstance(node, ast.ImportFrom) and node.module and node.module in known
            for alias in node.names
        }

    @cached_property
    def chapters(self) -> frozenset[str]:
        """The modules of other chapters that are imported, anywhere in the file."""
        if "import ch" not in self.text and "from ch" not in self.text:
            return frozenset()
        found: set[str | None] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom):
                found.add(node.module)
            elif isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
        return frozenset(name for name in chapter_modules().values() if name in found)

    def segment(self, node: ast.stmt) -> str:
        """The source of a statement, its decorators included."""
        first, last = span(node)
        return "\n".join(self.lines[first - 1 : last])


def read_chapter_file(path: Path, shown: str) -> ChapterFile:
    """Read a chapter file, or the code of a notebook.

    Raises CannotBeRead with one sentence that says what to do.
    """

    def cannot(kind: str, message: str) -> CannotBeRead:
        return CannotBeRead(Error(kind, message))

    try:
        if path.is_dir():
            raise cannot("IsADirectoryError", "this is a folder; a Python file is expected here")
        if path.exists() and not path.is_file():
            raise cannot("FileNotFoundError", "this is not an ordinary file")
        if is_notebook(path):
            return _read_notebook(path, shown)
        if path.exists() and path.stat().st_size > LARGEST_FILE:
            raise cannot("TooLarge", "this is larger than 256 KB: is it the right file?")
        raw = path.read_bytes()
    except FileNotFoundError:
        raise cannot("FileNotFoundError", "there is no such file") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise cannot(type(error).__name__, f"it may not be read: {reason}") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        message = f"line {line} is not UTF-8 text: save the file as UTF-8 in your editor"
        raise CannotBeRead(Error("UnicodeDecodeError", message, line)) from None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        message = f"line {line} has zero bytes in it: this is not a text file, or a damaged one"
        raise CannotBeRead(Error("UnicodeDecodeError", message, line))
    return ChapterFile(shown, text.replace("\r\n", "\n").replace("\r", "\n"))


def _read_notebook(path: Path, shown: str) -> ChapterFile:
    from gdl_check.notebooks import LARGEST_NOTEBOOK, NotANotebook, code_of

    with path.open("rb") as stream:
        raw = stream.read(LARGEST_NOTEBOOK + 1)
    try:
        code = code_of(raw)
    except NotANotebook as error:
        raise CannotBeRead(Error("NotANotebook", str(error))) from None
    return ChapterFile(shown, code.text, code.cells)


def span(node: ast.stmt) -> tuple[int, int]:
    """The first and the last line of a statement, decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    return first, node.end_lineno or node.lineno


def statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """The statements at the top level, and those inside its blocks (if, try, with, loops)."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.stmt):
            yield node
        if not isinstance(node, Definition | ast.expr):
            waiting = [*ast.iter_child_nodes(node), *waiting]


def bound(node: ast.stmt) -> Iterator[str]:
    """The names that one statement binds, those inside it left out."""
    if isinstance(node, Definition):
        yield node.name
        for part in ast.walk(node):
            if isinstance(part, ast.Global):
                yield from part.names
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            yield (alias.asname or alias.name).split(".")[0]
    else:
        for part in _own_parts(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                yield part.id


def _own_parts(node: ast.AST) -> Iterator[ast.AST]:
    """What a statement is made of, but for the statements inside it."""
    for part in ast.iter_child_nodes(node):
        if not isinstance(part, ast.stmt):
            yield part
            yield from _own_parts(part)


def is_empty(node: Definition) -> bool:
    """Whether nothing is done but to raise NotImplementedError, as in a stub."""
    body = [ast.unparse(statement) for statement in without_docstring(node)]
    return body == ["raise NotImplementedError"]


def without_docstring(node: Definition) -> list[ast.stmt]:
    """A definition's statements but for its docstring."""
    return node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body


def is_stub(node: Definition, stub: Definition) -> bool:
    """Whether nothing has been written yet: the body's syntax tree is the stub's."""
    return _shape(node) == _shape(stub)


@lru_cache(maxsize=512)
def _shape(node: Definition) -> list[Any]:
    """A definition's statements as text, docstrings left out."""
    return [
        (part.name, _shape(part)) if isinstance(part, Definition) else ast.dump(part)
        for part in without_docstring(node)
    ]


def version(stub: ChapterFile, name: str) -> str:
    """An exercise's version: it changes only when its contract does."""
    return hashlib.sha256(stub.segment(stub.definitions[name]).encode()).hexdigest()[:12]


def parameters(node: Definition) -> str:
    """How a definition is called: "relu(x)"."""
    if isinstance(node, ast.ClassDef):
        inits = [n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"]
        arguments = ast.unparse(inits[0].args).partition(", ")[2] if inits else ""
        return f"{node.name}({arguments})"
    return f"{node.name}({ast.unparse(node.args)})"


def wrong_parameters(node: Definition, stub: Definition) -> str | None:
    """One sentence where a function cannot be called as its exercise calls it."""
    if isinstance(node, ast.ClassDef) or isinstance(stub, ast.ClassDef):
        if type(node) is type(stub):
            return None
        kinds = ("class", "function") if isinstance(stub, ast.ClassDef) else ("function", "class")
        return f"a {kinds[0]} {parameters(stub)} is expected here, not a {kinds[1]}"
    wanted = len(stub.args.posonlyargs) + len(stub.args.args)
    most = len(node.args.posonlyargs) + len(node.args.args)
    least = most - len(node.args.defaults)
    alone = sum(default is None for default in node.args.kw_defaults)
    fits = least <= wanted and (wanted <= most or node.args.vararg is not None) and not alone
    if node.decorator_list or fits:
        return None
    return f"yours is {parameters(node)}, but it is called as {parameters(stub)}"


def missing(file: ChapterFile, stub: ChapterFile, name: str) -> Error:
    """What to say of an exercise that a file does not define."""
    import difflib

    wanted = parameters(stub.definitions[name])
    others = [other for other in file.definitions if other not in stub.definitions]
    near = difflib.get_close_matches(name, others, n=3, cutoff=0.6)
    kind = "class" if isinstance(stub.definitions[name], ast.ClassDef) else "function"
    message = f"a {kind} {wanted} is expected in {file.shown}"
    if near:
        lines = ", ".join(
            f"{other} ({file.lines.place(file.definitions[other].lineno)})" for other in near
        )
        message += f"; found {lines}: rename it?"
    else:
        message += "; there is none of that name"
    return Error("Missing", message)


def uses(file: ChapterFile, name: str) -> set[str]:
    """The names bound at the top level of a file that a definition mentions."""
    known = file.used
    if name not in known:
        mentioned = {n.id for n in ast.walk(file.names[name]) if isinstance(n, ast.Name)}
        known[name] = {other for other in mentioned if other in file.names and other != name}
    return known[name]


def rests_on(file: ChapterFile, name: str, exercises: Collection[str]) -> list[tuple[str, str]]:
    """What a definition calls, directly or through what is no exercise: (module, name).

    The module is that of another chapter, or "" for this one; in the order of the file.
    """
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for other in uses(file, waiting.pop()) - found:
            found.add(other)
            if other not in exercises:
                waiting.append(other)
    rested = [other for other in file.names if other in found and other != name]
    return [file.imported.get(other, ("", other)) for other in rested]


def excerpt(solution: ChapterFile, wanted: list[str]) -> str:
    """The source of some definitions and of everything in the file that they rest on."""
    found, waiting = set(wanted), list(wanted)
    while waiting:
        for other in uses(solution, waiting.pop()) - found:
            found.add(other)
            waiting.append(other)
    nodes = dict.fromkeys(node for name, node in solution.names.items() if name in found)
    return "\n\n".join(solution.segment(node) for node in nodes)
