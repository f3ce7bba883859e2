"""Lets the notebooks of chapters be imported as files of Python are: for people, never for a check.

What stands at the top of a notebook only to try something out is not run.
"""

from __future__ import annotations

import linecache
import re
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec, spec_from_file_location, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any

from gdl_check.places import chapter_path, is_notebook

CHAPTER_MODULE = re.compile(r"ch\d\d_\w+")


class NotebookChapters(MetaPathFinder, Loader):
    """Finds chapters in a folder: the one that a process is in, where none is named."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """The notebook of this name, if it is a chapter and there is one."""
        if path is not None or not CHAPTER_MODULE.fullmatch(name):
            return None
        file = chapter_path(self.folder or Path(), f"{name}.py")
        return notebook_spec(name, file) if is_notebook(file) and file.is_file() else None

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Run what the definitions rest on. Raises ImportError where it cannot be read."""
        from gdl_check.needed import needed
        from gdl_check.source import CannotBeRead, read_chapter_file

        assert module.__spec__ is not None and module.__spec__.origin is not None
        path = module.__spec__.origin
        try:
            file = read_chapter_file(Path(path), Path(path).name)
            file = needed(file, file.definitions)
        except CannotBeRead as error:
            raise ImportError(f"{Path(path).name} cannot be read: {error}") from None
        # Tracebacks and pdb look there for its lines.
        lines = [line + "\n" for line in file.text.split("\n")]
        linecache.cache[path] = (len(file.text), None, lines, path)
        exec(compile(file.text, path, "exec"), vars(module))


def notebook_spec(name: str, path: Path) -> ModuleSpec | None:
    """What importlib needs to know to make a module of a notebook."""
    return spec_from_loader(name, NotebookChapters(), origin=str(path.resolve()))


def open_module(name: str, path: Path) -> ModuleType:
    """A file or a notebook as a module of this name. Raises what opening it raises."""
    spec = (notebook_spec if is_notebook(path) else spec_from_file_location)(name, path)
    assert spec is not None and spec.loader is not None
    module = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
