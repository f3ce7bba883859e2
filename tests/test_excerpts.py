"""Of a program that fails only what matters is shown."""

from __future__ import annotations

from typing import Any

import numpy as np

from gdl_check.course import exercise
from gdl_check.memo import Memo, Session
from gdl_check.render.excerpts import with_excerpts
from gdl_check.render.programs import program_lines, statements
from gdl_check.replies import Workbench
from gdl_check.results import Call, Counterexample
from gdl_check.sandbox.programs import Step


def a_cell(bench: Any, value: float) -> dict[str, Any]:
    cell = bench.Cell(value)
    cell.layer.bias.data.put([0], [1.0])
    memory, other = cell.begin(1), bench.Tensor(2.0)
    out = cell(other, memory)
    out[0].backward()
    found = cell.parameters()
    return {
        "memory": memory.data,
        "output": out[0].data,
        "slopes": [other.grad, memory.grad],
        "parameters": [found[0].data, found[1].data],
    }


CELL = exercise("Cell", {"value": None}, use=a_cell)
RETURNED = {"memory": 1.0, "output": 7.0, "slopes": [3.0, 4.0], "parameters": [5.0, 5.0]}


def recorded(program: Any = a_cell) -> list[Step]:
    session = Session(Memo())
    program(Workbench(session), 0.5)
    return session.steps


def shown(got: Any, path: tuple[Any, ...] = (), raised: str | None = None) -> list[str]:
    """The program above on the screen, where a law has found this to be wrong."""
    steps = recorded()
    call = Call("Cell", (0.5,), None if raised else RETURNED, raised, tuple(steps))
    case = Counterexample("c", {"value": 0.5}, (call,), "", 0.0, got, not raised, path)
    (told,) = with_excerpts(case, CELL).calls
    return program_lines(told.steps, 79)


BEGIN = ["a = Cell(0.5)", "a.layer.bias.data.put([0], [1.0])"]


def test_it_ends_with_the_value_that_differs() -> None:
    assert shown(1.0) == [*BEGIN, "b = a.begin(1)", "c = Tensor(2.0)", "d = a(c, b)"] + [
        "d[0].backward()",
        "b.data",
    ]
    assert shown(3.0)[-1] == shown(RETURNED, ("slopes", 0))[-1] == "c.grad"
    assert shown([3.0, 4.0])[-2:] == ["c.grad", "b.grad"]
    assert "a.parameters()" not in "".join(shown(4.0))


def test_what_reads_the_same_may_be_meant_as_well() -> None:
    assert shown(5.0)[-3:] == ["e = a.parameters()", "e[0].data", "e[1].data"]


def test_where_nobody_can_tell_all_is_shown() -> None:
    assert shown(6.0) == list(statements(recorded(), brief=True))


def test_a_step_that_raised_is_the_last_one() -> None:
    assert shown(None, raised="IndexError")[-1] == "e[1].data"


def test_another_program_is_left_as_it_is() -> None:
    def another(bench: Any, value: float) -> Any:
        return bench.Cell(value).begin(1)

    steps = tuple(recorded(another))
    for args in ((0.5,), (0.5, np.ones(2))):
        call = Call("Cell", args, 1.0, None, steps)
        case = Counterexample("c", {"value": 0.5}, (call,), "", 0.0, 1.0, True)
        assert with_excerpts(case, CELL) == case


def test_of_a_long_program_both_ends_are_shown() -> None:
    steps = [Step("call", "f", (float(n),)) for n in range(40)]
    lines = program_lines(steps, 79)
    assert len(lines) == 15 and lines[7] == "..."
    assert (lines[0], lines[-1]) == ("f(0.0)", "f(39.0)")
