"""What a course is made of: chapters, their exercises, and the laws an answer is held to.

Chapters are found by their file names; nothing lists them.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

CHAPTER_FILE = re.compile(r"(ch\d\d)_\w+")


@dataclass(frozen=True)
class Law:
    """One claim that every right answer satisfies, said in one sentence a learner understands.

    `holds` takes the answer and those of the exercise's inputs that it names. `most` bounds the
    number of cases, for laws that are costly to check.
    """

    claim: str
    holds: Callable[..., None]
    kind: str = "own"
    most: int | None = None

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The inputs that the law asks for."""
        return tuple(inspect.signature(self.holds).parameters)[1:]


class Misconception(NamedTuple):
    """A named wrong implementation, with the sentence that corrects it."""

    name: str
    title: str
    says: str
    answer: Callable[..., Any]


class Alternative(NamedTuple):
    """A right answer written differently, which must pass."""

    name: str
    answer: Callable[..., Any]


@dataclass(frozen=True, eq=False)
class Exercise:
    """One stub with a contract: what its inputs look like, and how an answer is examined.

    inputs        name of a parameter -> what is drawn for it (see gdl_check.inputs)
    arrange       makes the arguments out of what was drawn, where they depend on each other
    edges         cases written by hand, which come first
    cases         how many cases are drawn at normal effort
    agreement     whether the contract fixes every result (not so where it draws random numbers)
    use           a program that puts a class to use, where calling it is not enough
    hints         a question, the idea, the shapes
    """

    name: str
    inputs: Mapping[str, Any]
    arrange: Callable[..., Mapping[str, Any]] | None
    edges: tuple[Mapping[str, Any], ...]
    cases: int
    agreement: bool
    use: Callable[..., Any] | None
    hints: tuple[str, ...]
    laws: list[Law] = field(default_factory=list)
    misconceptions: list[Misconception] = field(default_factory=list)
    alternatives: list[Alternative] = field(default_factory=list)

    @cached_property
    def listable(self) -> frozenset[int]:
        """The places of the arguments that may be handed over as lists."""
        specs = enumerate(self.inputs.values())
        return frozenset(i for i, spec in specs if getattr(spec, "lists", False))

    def law(self, claim: str, most: int | None = None) -> Callable[..., Any]:
        """Declare a claim; the function below checks it on one case, with `expect`."""

        def declare(holds: Callable[..., None]) -> Callable[..., None]:
            self.laws.append(Law(claim, holds, most=most))
            return holds

        return declare

    def misconception(self, title: str, says: str) -> Callable[..., Any]:
        """Declare a wrong implementation that learners are known to write."""

        def declare(answer: Callable[..., Any]) -> Callable[..., Any]:
            self.misconceptions.append(Misconception(answer.__name__, title, says, answer))
            return answer

        return declare

    def alternative(self, answer: Callable[..., Any]) -> Callable[..., Any]:
        """Declare a right answer that is written differently from the reference."""
        self.alternatives.append(Alternative(answer.__name__, answer))
        return answer


def exercise(
    name: str,
    inputs: Mapping[str, Any],
    *,
    arrange: Callable[..., Mapping[str, Any]] | None = None,
    edges: Sequence[Mapping[str, Any]] = (),
    cases: int = 60,
    agreement: bool = True,
    use: Callable[..., Any] | None = None,
    hints: Sequence[str] = (),
) -> Exercise:
    """Declare an exercise; its laws and misconceptions follow as decorated functions."""
    return Exercise(name, inputs, arrange, tuple(edges), cases, agreement, use, tuple(hints))


@dataclass(frozen=True)
class Chapter:
    """A chapter's examination: the module that declares it, and its exercises in order."""

    id: str
    module: ModuleType

    @property
    def file_name(self) -> str:
        return self.module.__name__.rsplit(".", 1)[1] + ".py"

    @cached_property
    def exercises(self) -> dict[str, Exercise]:
        declared = vars(self.module).values()
        return {e.name: e for e in declared if isinstance(e, Exercise)}

    @cached_property
    def solution(self) -> ModuleType:
        """The reference implementation of the chapter."""
        return importlib.import_module(self.file_name.removesuffix(".py"))

    @property
    def title(self) -> str:
        return (self.solution.__doc__ or "").split("\n")[0].rstrip(".")

    def reference(self, name: str) -> Callable[..., Any]:
        """Our implementation of an exercise."""
        found: Callable[..., Any] = getattr(self.solution, name)
        return found

    def exercise_id(self, name: str) -> str:
        return f"{self.id}.{name}"


@lru_cache(maxsize=1)
def chapter_modules() -> dict[str, str]:
    """The chapters there are, in order: id -> name of the module."""
    import gdl_check.chapters

    (folder,) = gdl_check.chapters.__path__
    names = [path.stem for path in Path(folder).glob("ch*.py")]
    found = [(match[1], name) for name in sorted(names) if (match := CHAPTER_FILE.fullmatch(name))]
    return dict(found)


@lru_cache
def load_chapter(chapter_id: str) -> Chapter:
    """The chapter with this id. Raises KeyError where there is none."""
    module = importlib.import_module(f"gdl_check.chapters.{chapter_modules()[chapter_id]}")
    return Chapter(chapter_id, module)


def chapter_of_module(module: str) -> Chapter:
    """The chapter whose files have this name. Raises KeyError where there is none."""
    return load_chapter(module[:4])


def all_chapters() -> Iterator[Chapter]:
    """Every chapter, in the order of the book."""
    return map(load_chapter, chapter_modules())
