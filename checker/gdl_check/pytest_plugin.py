"""Shows every exercise of a workspace as a test: `pytest exercises/`, or an editor's test panel.

Does nothing outside a workspace's `exercises/`, and loads nothing there either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from gdl_check.chapter_check import ChapterCheck

CHAPTER_FILE = re.compile(r"ch\d\d_\w+\.(py|ipynb)")
WIDTH = 79


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A chapter's file in a workspace becomes a collection of its exercises."""
    if not _is_ours(file_path):
        return None
    # A notebook beside a file of Python is not what is checked, unless it is asked for by name.
    is_asked_for = parent.session.isinitpath(file_path)
    if file_path.suffix != ".py" and file_path.with_suffix(".py").exists() and not is_asked_for:
        return None
    return ChapterFile.from_parent(parent, path=file_path)


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> Any:
    """Keeps pytest from running a chapter's file in its own process, which would prove nothing."""
    return Nothing.from_parent(parent, path=module_path) if _is_ours(module_path) else None


def _is_ours(path: Path) -> bool:
    folder = path.parent
    if not CHAPTER_FILE.fullmatch(path.name) or folder.name != "exercises":
        return False
    if not (folder.parent / ".gdl").is_dir():
        return False
    from gdl_check.course import chapter_modules

    return path.stem in chapter_modules().values()


class Nothing(pytest.File):
    """In the place of a module that is not to be imported."""

    def collect(self) -> Iterator[pytest.Item]:
        return iter(())


class ChapterFile(pytest.File):
    """One chapter's file; its exercises share one check."""

    def collect(self) -> Iterator[pytest.Item]:
        from gdl_check.chapter_check import ChapterCheck
        from gdl_check.course import chapter_of_module
        from gdl_check.targets import shown_path

        chapter = chapter_of_module(self.path.stem)
        check = ChapterCheck(chapter, self.path, shown_path(self.path))
        for name in chapter.exercises:
            yield ExerciseItem.from_parent(self, name=name, check=check)


class Unmet(Exception):
    """An exercise that did not pass; `lines` is what its screen says."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines).strip("\n"))


class ExerciseItem(pytest.Item):
    """One exercise as a test: passed, failed, or skipped where it is not started."""

    def __init__(self, *, check: ChapterCheck, **more: Any) -> None:
        super().__init__(**more)
        self.check = check

    def runtest(self) -> None:
        from gdl_check.closer import look_closer
        from gdl_check.render.errors import error_lines
        from gdl_check.render.screen import opened_lines
        from gdl_check.results import Verdict

        found = self.check.chapter_result([self.name])
        (result,) = found.results
        if result.status == Verdict.PASSED:
            return
        if result.status == Verdict.NOT_STARTED:
            pytest.skip("not started")
        if found.error is not None:
            lines = error_lines(found.error, found.path, self.check.file.lines, WIDTH)
        else:
            result = look_closer(self.check, self.name)
            lines = opened_lines(result, found.path, self.check.file.lines, WIDTH, verbose=False)
        raise Unmet(["".join(text for text, _ in line) for line in lines])

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, Unmet):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        shown = f"{self.check.chapter.id}.{self.name}"
        # In a notebook, the lines of all cells together can be found by nobody.
        line = None if self.path.suffix != ".py" else (self.check.line(self.name) or 1) - 1
        return self.path, line, shown
