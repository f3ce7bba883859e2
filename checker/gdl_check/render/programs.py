"""Programs as people would write them: what was done with objects, line by line."""

from __future__ import annotations

import itertools
import string
from collections.abc import Iterator, Sequence
from typing import Any

from gdl_check.render.excerpts import handles, is_read
from gdl_check.render.values import broken, pasteable
from gdl_check.sandbox.programs import Handle, Step

SIGNS = {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "matmul": "@"}
LETTERS = string.ascii_lowercase
MOST_STATEMENTS, AT_EACH_END = 18, 7


def program_lines(steps: Sequence[Step], width: int) -> list[str]:
    """A program that can be pasted: every object that is used again has a letter for a name.

    Of a long one the beginning and the end are shown.
    """
    texts = list(statements(steps, brief=True))
    if len(texts) > MOST_STATEMENTS:
        texts = [*texts[:AT_EACH_END], "...", *texts[-AT_EACH_END:]]
    return [line for text in texts for line in broken(text, width)]


def statements(steps: Sequence[Step], brief: bool = False) -> Iterator[str]:
    """The steps as statements of Python, in their order.

    With `brief` what is looked up once, and at once, gets no name: `a.bias.data`.
    """
    used = {handle.step for step in steps for handle in handles(step.args)}
    inside = set(_looked_up_at_once(steps)) if brief else set()
    letters = (letter + (str(n) if n else "") for n in itertools.count() for letter in LETTERS)
    names: dict[int, str] = {}
    for index, step in enumerate(steps):
        text = _expression(step, names)
        if index in inside:
            names[index] = text
            continue
        if index in used:
            names[index] = next(letters)
            text = f"{names[index]} = {text}"
        yield text


def _looked_up_at_once(steps: Sequence[Step]) -> Iterator[int]:
    """The steps that look something up for one other step, before anything has changed."""
    users: dict[int, list[int]] = {}
    for index, step in enumerate(steps):
        for handle in handles(step.args):
            users.setdefault(handle.step, []).append(index)
    for index, step in enumerate(steps):
        by = users.get(index, [])
        if len(by) == 1 and is_read(step) and all(map(is_read, steps[index + 1 : by[0]])):
            yield index


def _expression(step: Step, names: dict[int, str]) -> str:
    args = [_argument(arg, names) for arg in step.args]
    if step.do == "call":
        return f"{step.name}({', '.join(args)})"
    first, rest = args[0], args[1:]
    if step.do == "get":
        return f"{first}.{step.name}"
    if step.do == "method":
        return f"{first}.{step.name}({', '.join(rest)})"
    if step.name == "neg":
        return f"-{first}"
    if step.name == "getitem":
        return f"{first}[{rest[0]}]"
    if step.name == "repr":
        return f"repr({first})"
    if step.name == "call":
        return f"{first}({', '.join(rest)})"
    return f"{first} {SIGNS[step.name]} {rest[0]}"


def _argument(arg: Any, names: dict[int, str]) -> str:
    if isinstance(arg, Handle):
        return names[arg.step]
    if isinstance(arg, list) and any(True for _ in handles(arg)):
        return f"[{', '.join(_argument(item, names) for item in arg)}]"
    return pasteable(arg)
