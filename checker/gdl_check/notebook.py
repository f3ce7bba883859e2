"""Checks what is written in a Jupyter notebook: `check(relu)` in a cell, or `%%check` above it.

A check happens in a process of its own, never in the notebook's, and records nothing. What is sent
there are the cells that were run; what comes back is a screen.

    %load_ext gdl_check.notebook
    from gdl_check import check
"""

from __future__ import annotations

import ast
import inspect
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from gdl_check.imports import NotebookChapters

PACKAGE_PARENT = str(Path(__file__).resolve().parent.parent)
CHAPTER = re.compile(r"ch\d\d")
NOT_A_FUNCTION = "check takes the function itself, like check(relu): without calling it"
NOT_FOUND = "the source of {} cannot be found: define it in a cell, and run the cell"
BROKEN = "gdl-check itself is broken here, not your code: {}: see gdl-check doctor"
_BOOT = "import sys; sys.path.append({!r}); from gdl_check.live import main; main()"


class Checked:
    """What a check found: as text, and in colour where a notebook shows it.

    `status` is a verdict ("passed", "failed", ...), "not_understood" where the question was not
    clear, or "fault" where the mistake is ours.
    """

    def __init__(self, status: str, text: str, html: str) -> None:
        self.status, self.text, self.html = status, text, html

    @property
    def passed(self) -> bool:
        return self.status == "passed"

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html


class Interrupted(KeyboardInterrupt):
    """The learner has stopped a check; a notebook shows this without our frames."""

    def _render_traceback_(self) -> list[str]:
        return ["interrupted"]


def check(answer: Any, chapter: str | None = None) -> Checked:
    """Check a function or class that is written in this notebook.

    answer    the function itself (or the name of one)
    chapter   like "ch05", where two chapters have an exercise of that name
    """
    if isinstance(answer, str):
        before, _, name = answer.rpartition(".")
        return _asked([[name]], chapter or before or None, _session())
    if not callable(answer):
        return _sentence(NOT_A_FUNCTION)
    names = _names_of(answer)
    file = _file_of(answer)
    if file is not None:
        text = file.read_text(encoding="utf-8", errors="replace")
        return _asked([names], chapter, [("", text)], shown=file.name)
    cells = _session()
    if not cells:
        return _sentence(NOT_FOUND.format(names[0] if names else "this"))
    return _asked([names], chapter, [*cells, *_unless_last(answer, cells)])


def _asked(
    names: Sequence[Sequence[str]],
    chapter: str | None,
    cells: Sequence[tuple[str, str]],
    skip: bool = False,
    shown: str = "notebook",
) -> Checked:
    """Have these exercises checked by another process; those that are none are skipped or told."""
    question = {
        "names": names,
        "chapter": chapter,
        "cells": cells,
        "skip": skip,
        "shown": shown,
        "near": _chapter_of_notebook(),
        "folder": os.getcwd(),
    }
    settings = {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", _BOOT.format(PACKAGE_PARENT)],
        env={**os.environ, **settings},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    try:
        out, err = process.communicate(json.dumps(question))
        told = json.loads(out)
    except KeyboardInterrupt:
        raise Interrupted from None
    except (ValueError, OSError):
        last = (err.strip().split("\n") or [""])[-1] if process.returncode else ""
        return _sentence(BROKEN.format(last or "it gave no answer"), "fault")
    finally:
        process.kill()
        process.wait()
    return Checked(told["status"], told["text"], told["html"])


def _sentence(text: str, status: str = "not_understood") -> Checked:
    from html import escape

    return Checked(status, text, f"<div>{escape(text)}</div>")


# --- where the source is -------------------------------------------------------------------------


def _shell() -> Any:
    """The IPython that runs this, or None."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def _session() -> list[tuple[str, str]]:
    """The cells that were run, each with what a notebook calls it."""
    shell = _shell()
    if shell is None:
        return []
    raw: list[str] = shell.history_manager.input_hist_raw
    return [(f"In[{number}]", text) for number, text in enumerate(raw) if text.strip()]


def _names_of(answer: Any) -> list[str]:
    """What a function is called: by itself, and by the notebook."""
    shell = _shell()
    own = getattr(answer, "__name__", "")
    names = shell.user_ns if shell is not None else {}
    others = [name for name, value in names.items() if value is answer and name[:1] != "_"]
    return list(dict.fromkeys([*([own] if own.isidentifier() else []), *others]))


def _file_of(answer: Any) -> Path | None:
    """The file that a function was imported from, or None where it is written in a notebook."""
    try:
        path = inspect.getsourcefile(inspect.unwrap(answer))
    except (TypeError, OSError, ValueError):
        return None
    in_cell = _shell() is not None and getattr(answer, "__module__", "") == "__main__"
    return Path(path) if path and not in_cell and os.path.isfile(path) else None


def _unless_last(answer: Any, cells: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """A function's own source, where the cells end with another one of its name."""
    try:
        function = inspect.unwrap(answer)
        source = inspect.getsource(function)
    except (OSError, TypeError, ValueError, SyntaxError):
        return []
    if not inspect.isfunction(function) or source[:1].isspace():
        return []  # a class is looked up in the cells; what a function has made cannot be
    name = re.compile(rf"^(async )?def {re.escape(function.__name__)}\b", re.MULTILINE)
    last = next((text for _, text in reversed(list(cells)) if name.search(text)), None)
    return [] if last is not None and source.strip() in last else [("In[?]", source)]


def _chapter_of_notebook() -> str | None:
    """The chapter that the notebook's own name begins with, where its name is known."""
    shell = _shell()
    names = shell.user_ns if shell is not None else {}
    path = names.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME") or ""
    known = CHAPTER.match(os.path.basename(str(path)))
    return known[0] if known else None


# --- %%check -------------------------------------------------------------------------------------


def check_cell(line: str, cell: str) -> Checked | None:
    """`%%check` or `%%check ch05`: run the cell, then check each exercise that it defines."""
    shell = _shell()
    if not shell.run_cell(cell, store_history=False).success:
        return None
    names = [[name] for name in _defined(shell.transform_cell(cell))]
    cells = _session()
    if not cells or cell.strip() not in cells[-1][1]:
        cells.append(("In[?]", cell))
    return _asked(names, line.strip() or None, cells, skip=True)


def _defined(cell: str) -> list[str]:
    kinds = (ast.FunctionDef, ast.ClassDef)
    return [node.name for node in ast.parse(cell).body if isinstance(node, kinds)]


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext gdl_check.notebook` does."""
    shell.register_magic_function(check_cell, "cell", "check")
    if not any(isinstance(finder, NotebookChapters) for finder in sys.meta_path):
        # So that an earlier chapter's notebook can be imported.
        sys.meta_path.append(NotebookChapters())


def unload_ipython_extension(shell: Any) -> None:
    """What `%unload_ext gdl_check.notebook` does."""
    shell.magics_manager.magics["cell"].pop("check", None)
    sys.meta_path[:] = [f for f in sys.meta_path if not isinstance(f, NotebookChapters)]
