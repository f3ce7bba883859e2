"""The cases an exercise is examined on: drawn once by Hypothesis, kept, and shrunk for the eye.

A corpus is kept in the user's cache under a hash of all that it depends on; a check that finds its
corpus there imports no Hypothesis.
"""

from __future__ import annotations

import hashlib
import importlib.util
import itertools
import math
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gdl_check import inputs as kinds
from gdl_check.course import Exercise
from gdl_check.forms import FORMS
from gdl_check.inputs import LADDER
from gdl_check.places import cache_folder, course_folder
from gdl_check.sandbox.wire import Seed, encode, kept_frame, to_wire

EFFORT = {"quick": 20, "normal": 60, "thorough": 600}
LARGEST_SIZE = 5
MOST_IN_MEMORY = 100  # corpora, for whoever checks more than one file
MOST_PARTS = 1_000_000  # of all the values in one
# What reading a file of the cache may raise where it is not there, or not as we have written it.
NOT_KEPT = (OSError, ValueError, LookupError, TypeError, AttributeError)
MOST_OPTIONS = 99  # Hypothesis mixes constants it finds in other modules into larger ranges


@dataclass(frozen=True, eq=False)
class Case:
    """One input of an exercise, and the form in which its arrays are handed over."""

    inputs: Mapping[str, Any]
    form: str = "plain"
    edge: bool = False

    @cached_property
    def id(self) -> str:
        """The first 8 hex digits of the SHA-256 of the inputs."""
        return hashlib.sha256(encode(0, *_told(self))).hexdigest()[:8]

    @cached_property
    def size(self) -> tuple[float, ...]:
        """What a smaller case is judged by: fewer numbers, then simpler ones, then the id."""
        numbers = list(_numbers(tuple(self.inputs.values())))
        effort = sum(map(_complexity, numbers))
        return len(numbers), FORMS.index(self.form), effort, int(self.id, 16)

    @cached_property
    def is_bare(self) -> bool:
        """Whether every number in it is the same, so that a mechanism may stay hidden."""
        return len(set(_numbers(tuple(self.inputs.values())))) < 2

    @cached_property
    def is_empty(self) -> bool:
        """Whether there is nothing in one of its arrays, lists or texts."""
        return any(
            np.size(value) == 0 if isinstance(value, np.ndarray) else len(value) == 0
            for value in self.inputs.values()
            if isinstance(value, (np.ndarray, list, tuple, dict, str))
        )


class Corpus(NamedTuple):
    """An exercise's cases, edges first, and the SHA-256 that names them."""

    cases: tuple[Case, ...]
    sha256: str


def corpus_for(exercise: Exercise, chapter_file: str, seed: int, effort: str) -> Corpus:
    """The exercise's corpus, drawn now where it is not kept yet."""
    kept = cache_folder() / "corpus" / f"{_key(exercise, chapter_file, seed, effort)}.gdl"
    try:
        return _read_kept(kept)
    except NOT_KEPT:
        pass
    frame = _written(draw(exercise, chapter_file, seed, count(exercise, effort)))
    keep(kept, frame)
    return _read(frame)


@lru_cache(maxsize=MOST_IN_MEMORY)
def _read_kept(path: Path) -> Corpus:
    """A corpus as it was drawn: its name says all that it depends on, so it never changes."""
    return _read(path.read_bytes())


def is_kept(exercise: Exercise, chapter_file: str, seed: int, effort: str) -> bool:
    """Whether the exercise's corpus has been drawn already."""
    key = _key(exercise, chapter_file, seed, effort)
    return (cache_folder() / "corpus" / f"{key}.gdl").exists()


def count(exercise: Exercise, effort: str) -> int:
    """How many cases are drawn at this effort."""
    return max(1, round(EFFORT[effort] * exercise.cases / EFFORT["normal"]))


def draw(exercise: Exercise, chapter_file: str, seed: int, cases: int) -> list[Case]:
    """The edges, then at most `cases` drawn cases, no two the same."""
    drawn = [edge_case(exercise, edge) for edge in exercise.edges]
    _replay(exercise, chapter_file, seed, cases, drawn.append, shrink=False)
    return list({case.id: case for case in reversed(drawn)}.values())[::-1]


def edge_case(exercise: Exercise, edge: Mapping[str, Any]) -> Case:
    """A case written by hand: lists become the arrays that the inputs declare."""
    made = {}
    for name, value in edge.items():
        spec = exercise.inputs.get(name)
        if isinstance(spec, kinds.Array):
            value = np.array(value, dtype=np.int64 if spec.whole else float)
        made[name] = value
    return Case(made, edge=True)


def shrink(
    exercise: Exercise, chapter_file: str, seed: int, effort: str, fails: Callable[[Case], bool]
) -> Case | None:
    """The smallest failing case found on the way down from the drawn ones.

    `fails` is pure: asked twice for the same case, it answers the same.
    """
    failing: list[Case] = []

    def look(case: Case) -> None:
        if fails(case):
            failing.append(case)
            raise AssertionError("this case fails")

    _replay(exercise, chapter_file, seed, count(exercise, effort), look, shrink=True)
    return min(failing, key=lambda case: case.size, default=None)


def _replay(
    exercise: Exercise,
    chapter_file: str,
    seed: int,
    cases: int,
    look: Callable[[Case], None],
    shrink: bool,
) -> None:
    import hypothesis
    from hypothesis import HealthCheck, Phase, Verbosity
    from hypothesis.configuration import set_hypothesis_home_dir

    set_hypothesis_home_dir(cache_folder() / "hypothesis")
    stream = hashlib.sha256(f"{seed}:{chapter_file}:{exercise.name}".encode()).digest()

    @hypothesis.seed(int.from_bytes(stream[:8], "little"))
    @hypothesis.settings(
        max_examples=cases,
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
        database=None,
        deadline=None,
        derandomize=False,
        verbosity=Verbosity.quiet,
        report_multiple_bugs=False,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(strategy(exercise))
    def every_case(case: Case) -> None:
        look(case)

    try:
        every_case()
    except AssertionError:
        if not shrink:
            raise


def strategy(exercise: Exercise) -> Any:
    """The exercise's declared inputs as a Hypothesis strategy for cases."""
    from hypothesis import strategies as st

    dimensions = kinds.dimensions(exercise.inputs.values())
    assert len(dimensions) <= LARGEST_SIZE, f"{exercise.name}: too many names of dimensions"
    sizes_of = st.sampled_from(_sizes(len(dimensions)))
    forms = st.sampled_from(_forms(exercise))

    @cache
    def one_of(values: tuple[Any, ...]) -> Any:
        assert len(values) <= MOST_OPTIONS, f"{exercise.name}: more than {MOST_OPTIONS} values"
        return st.sampled_from(values)

    def drawn(draw: Any, spec: Any, sizes: Mapping[str, int]) -> Any:
        if isinstance(spec, kinds.Array):
            shape = [sizes[d] if isinstance(d, str) else d for d in spec.shape]
            values = one_of(tuple(spec.values))
            flat = [draw(values) for _ in range(math.prod(shape))]
            return np.array(flat, dtype=np.int64 if spec.whole else float).reshape(shape)
        if isinstance(spec, kinds.Number):
            return draw(one_of(tuple(spec.values)))
        if isinstance(spec, kinds.Whole):
            return draw(one_of(tuple(range(spec.low, spec.high + 1))))
        if isinstance(spec, kinds.Choice):
            return draw(one_of(tuple(spec.options)))
        if isinstance(spec, kinds.Size):
            return sizes[spec.dimension]
        if isinstance(spec, kinds.ListOf):
            length = draw(one_of(tuple(range(spec.shortest, spec.longest + 1))))
            return [drawn(draw, spec.item, sizes) for _ in range(length)]
        assert isinstance(spec, kinds.Rng), f"{exercise.name}: no such input: {spec!r}"
        return Seed(draw(one_of(tuple(range(MOST_OPTIONS)))))

    @st.composite
    def cases(draw: Any) -> Case:
        sizes = dict(zip(dimensions, draw(sizes_of)))
        made = {name: drawn(draw, spec, sizes) for name, spec in exercise.inputs.items()}
        if exercise.arrange is not None:
            made = dict(exercise.arrange(**made))
        return Case(made, draw(forms))

    return cases()


def _sizes(dimensions: int) -> list[tuple[int, ...]]:
    """Sizes for so many dimensions, smallest first: all ones, then all different."""
    different = itertools.permutations(range(1, LARGEST_SIZE + 1), dimensions)
    ordered = sorted(different, key=lambda sizes: (sum(sizes), sizes))
    ones = [(1,) * dimensions] if dimensions > 1 else []
    every = -(-len(ordered) // (MOST_OPTIONS - 1))
    return ones + ordered[::every] if ordered else [()]


def _forms(exercise: Exercise) -> list[str]:
    arrays = [spec for spec in exercise.inputs.values() if isinstance(spec, kinds.Array)]
    if not arrays:
        return ["plain"]
    return [*FORMS[:4], *(["list", "list"] if any(spec.lists for spec in arrays) else [])]


def _key(exercise: Exercise, chapter_file: str, seed: int, effort: str) -> str:
    parts = f"{exercise.name}:{seed}:{effort}:{hypothesis_version()}:{np.__version__}".encode()
    return hashlib.sha256(chapter_hash(chapter_file) + parts).hexdigest()[:32]


@lru_cache
def chapter_hash(chapter_file: str) -> bytes:
    """The hash of all that a chapter's cases depend on, but for seed and effort."""
    here, solutions = Path(__file__).parent, course_folder("solutions")
    depends_on = (
        here / "chapters" / chapter_file,
        # It may call those of earlier chapters.
        *sorted(path for path in solutions.glob("ch*.py") if path.name <= chapter_file),
        *(here / name for name in ("corpus.py", "inputs.py", "forms.py", "sandbox/wire.py")),
    )
    return hashlib.sha256(b"".join(path.read_bytes() for path in depends_on)).digest()


@lru_cache
def hypothesis_version() -> str:
    """Hypothesis's version, read without importing it."""
    found = importlib.util.find_spec("hypothesis")
    assert found is not None and found.origin is not None
    return hashlib.sha256(Path(found.origin).with_name("version.py").read_bytes()).hexdigest()


def _told(case: Case) -> tuple[dict[str, Any], list[bytes]]:
    buffers: list[bytes] = []
    told = {name: to_wire(value, buffers) for name, value in case.inputs.items()}
    return {"inputs": told, "form": case.form}, buffers


def _written(cases: list[Case]) -> bytes:
    headers, buffers = [], []
    for case in cases:
        header, arrays = _told(case)
        headers.append(header | {"edge": case.edge, "id": case.id})
        buffers += arrays
    return encode(0, {"cases": headers}, buffers)


def _read(frame: bytes) -> Corpus:
    header, decoder = kept_frame(frame, MOST_PARTS)
    cases = []
    for told in header["cases"]:
        inputs = {name: decoder.value(value) for name, value in told["inputs"].items()}
        case = Case(inputs, told["form"], told["edge"])
        vars(case)["id"] = told["id"]  # written with the case, so that it need not be hashed anew
        cases.append(case)
    return Corpus(tuple(cases), hashlib.sha256(frame).hexdigest())


def keep(path: Path, content: bytes) -> None:
    """Write a file of the cache whole or not at all; one that cannot be written is done without."""
    import tempfile

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(content)
        os.replace(file.name, path)
    except OSError:
        pass


def keep_case(exercise_id: str, case: Case) -> None:
    """Remember a case that was shown, so that `--case` finds it."""
    keep(cache_folder() / "cases" / f"{exercise_id}.{case.id}.gdl", _written([case]))


def kept_case(exercise_id: str, case_id: str) -> Case | None:
    """A case that was shown before."""
    try:
        frame = (cache_folder() / "cases" / f"{exercise_id}.{case_id}.gdl").read_bytes()
        return _read(frame).cases[0]
    except NOT_KEPT:
        return None


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, np.ndarray):
        yield from value.ravel().tolist()
    elif isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from _numbers(item)
    elif isinstance(value, dict):
        yield from _numbers(tuple(value.values()))
    elif isinstance(value, str):
        yield from map(float, map(ord, value))
    elif isinstance(value, Seed):
        yield float(value.seed)
    elif isinstance(value, (bool, int, float)):
        yield float(value)


def _complexity(number: float) -> float:
    return float(LADDER.index(number)) if number in LADDER else len(LADDER) + min(abs(number), 1e6)


def exercise_of_kept_case(case_id: str) -> str | None:
    """The exercise that a case which was shown belongs to."""
    found = sorted((cache_folder() / "cases").glob(f"*.{case_id}.gdl"))
    return found[0].name.removesuffix(f".{case_id}.gdl") if found else None
