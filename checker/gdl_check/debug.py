"""Runs a failing call in this process under pdb, as the learner would themselves: no evidence."""

from __future__ import annotations

import importlib
import os
import pdb
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from gdl_check.chapter_check import ChapterCheck
from gdl_check.course import load_chapter
from gdl_check.forms import dressed
from gdl_check.imports import NotebookChapters, open_module
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
    module = _open(check, result.supplied)
    call = shown.calls[0 if law.gradient is None else -1]
    args = [
        arg.generator() if isinstance(arg, Seed) else private(arg)
        for arg in dressed(call.args, shown.form, check.chapter.exercises[result.name].listable)
    ]
    answer: Callable[..., Any] = getattr(module, call.name)
    pdb.Pdb(nosigint=True).runcall(answer, *args)


def _open(check: ChapterCheck, supplied: Sequence[str]) -> ModuleType:
    """The learner's file as a module, with functions of ours in place of what is not right yet."""
    ours: dict[str, dict[str, Any]] = {}
    for exercise_id in supplied:
        chapter_id, _, name = exercise_id.partition(".")
        ours.setdefault(chapter_id, {})[name] = load_chapter(chapter_id).reference(name)
    solutions = str(course_folder("solutions"))
    for name in [n for n, m in sys.modules.items() if _folder(m) == solutions]:
        del sys.modules[name]  # an earlier chapter is the learner's own, if it is imported
    sys.path[:] = [folder for folder in sys.path if folder != solutions]
    sys.path.insert(0, str(check.path.resolve().parent))
    sys.meta_path.insert(0, NotebookChapters(check.path.resolve().parent))
    for chapter_id in sorted(ours):
        chapter = load_chapter(chapter_id)
        if chapter is not check.chapter:
            vars(importlib.import_module(check.other(chapter).module)).update(ours[chapter_id])
    module = open_module(f"learner_{check.module}", check.path)
    vars(module).update(ours.get(check.chapter.id, {}))
    return module


def _folder(module: ModuleType) -> str:
    return os.path.dirname(getattr(module, "__file__", None) or "")
