"""Runs a failing call in this process under pdb, as the learner would themselves: no evidence."""

from __future__ import annotations

import importlib.util
import os
import pdb
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from gdl_check.check import ChapterCheck
from gdl_check.memo import dressed
from gdl_check.places import course_folder
from gdl_check.results import Result
from gdl_check.sandbox.programs import private
from gdl_check.sandbox.wire import Seed


def step_through(check: ChapterCheck, result: Result) -> None:
    """Stop in pdb at the first line of the call that fails. Raises what opening the file raises."""
    law = result.opened
    shown = law.counterexample if law is not None else None
    if law is None or shown is None or not shown.calls:
        return
    module = _open(check.path, check.module)
    for exercise_id in result.supplied:
        name = exercise_id.partition(".")[2]
        setattr(module, name, check.chapter.reference(name))
    call = shown.calls[0 if law.gradient is None else -1]
    args = [
        arg.generator() if isinstance(arg, Seed) else private(arg)
        for arg in dressed(call.args, shown.form, check.chapter.exercises[result.name].listable)
    ]
    answer: Callable[..., Any] = getattr(module, call.name)
    pdb.Pdb(nosigint=True).runcall(answer, *args)


def _open(path: Path, name: str) -> ModuleType:
    solutions = str(course_folder("solutions"))
    for ours in [n for n, m in sys.modules.items() if _folder(m) == solutions]:
        del sys.modules[ours]  # an earlier chapter is the learner's own, if it is imported
    sys.path[:] = [folder for folder in sys.path if folder != solutions]
    spec = importlib.util.spec_from_file_location(f"learner_{name}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.resolve().parent))
    spec.loader.exec_module(module)
    return module


def _folder(module: ModuleType) -> str:
    return os.path.dirname(getattr(module, "__file__", None) or "")
