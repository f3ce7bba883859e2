"""Slips seen in the code: found where they are, and not where the code is fine."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from gdl_check.slips import slip_in
from gdl_check.source import Definition
from learner import Learner

SLIPS = {
    "for v in values:\n        total += v\n        return total": (4, "stands inside the loop"),
    "for v in values:\n        total = 0\n        total += v\n    return total": (3, "begins anew"),
    "total =+ values[0]": (2, "`total += ...` adds to it"),
    "result = result.append(1)": (2, "leave out `result =`"),
    "return values ^ 2": (2, "write `**`"),
    "total == 3\n    return total": (2, "compares and changes nothing"),
}
FINE = (
    "for v in values:\n        if v > 0:\n            return v",
    "for v in values:\n        if v < 0:\n            continue\n        return v",
    "for row in values:\n        total = 0\n        total += row\n        sums.append(total)",
    "for row in values:\n        total = 0\n        for v in row:\n            total += v",
    "values = np.append(values, 1)",
    "total = -values[0]",
    "order = sorted(values)",
)


def definition(body: str) -> Definition:
    node = ast.parse(f"def answer(values):\n    {body}").body[0]
    assert isinstance(node, Definition)
    return node


@pytest.mark.parametrize("body", SLIPS)
def test_a_slip_is_found(body: str) -> None:
    slip = slip_in(definition(body))
    line, says = SLIPS[body]
    assert slip is not None and slip.line == line and says in slip.says


@pytest.mark.parametrize("body", FINE)
def test_fine_code_has_none(body: str) -> None:
    assert slip_in(definition(body)) is None


def test_a_slip_is_told_where_nothing_else_explains_the_answer(tmp_path: Path) -> None:
    learner = Learner(tmp_path / "workspace")
    learner.answer(
        relu_deriv="def relu_deriv(output):\n    for row in output:\n        return [row > 7]"
    )
    checked = learner.check("ch06.relu_deriv")
    assert "Look at line" in checked.said and "stands inside the loop" in checked.said
    learner.answer(relu_deriv="def relu_deriv(output):\n    for row in [1]:\n        return output")
    assert "Look at line" not in learner.check("ch06.relu_deriv").said  # its mistake has a name
