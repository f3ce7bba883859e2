"""Runs a failing call in this process under pdb, as the learner would themselves: no evidence."""

from __future__ import annotations

import importlib.util
import pdb
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from gdl_check.check import ChapterCheck
from gdl_check.results import Result
from gdl_check.sandbox.programs import private
from gdl_check.sandbox.wire import Seed


def step_through(check: ChapterCheck, result: Result) -> None:
    """Stop in pdb at the first line of the call that fails. Raises what opening the file raises."""
    law = result.opened
    shown = law.counterexample if law is not None else None
    if shown is None or not shown.calls:
        return
    module = _open(check.path, check.module)
    for exercise_id in result.supplied:
        name = exercise_id.partition(".")[2]
        setattr(module, name, check.chapter.reference(name))
    call = shown.calls[0]
    args = [a.generator() if isinstance(a, Seed) else private(a) for a in call.args]
    answer: Callable[..., Any] = getattr(module, call.name)
    pdb.Pdb(nosigint=True).runcall(answer, *args)


def _open(path: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"learner_{name}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.parent))
    spec.loader.exec_module(module)
    return module
