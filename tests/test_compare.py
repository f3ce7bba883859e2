"""Is it the same? A truth table of right answers written differently, and of wrong ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gdl_check.compare import ROUNDED, difference, tolerance
from gdl_check.expect import Unmet, expect

A = np.array

SAME: list[tuple[Any, Any]] = [
    (1.0, 1),
    (1.0, np.float32(1)),
    (1.0, A(1.0)),
    (1.0, True),
    (0.0, -0.0),
    ([3.0, ()], [3.0 + 1e-11, ()]),
    (10**400, 10**400),
    (A([1.0, 2.0]), [1, 2]),
    (A([1.0, 0.0]), A([True, False])),
    (A([[1.0, 2.0]]), [A([1.0, 2.0])]),
    ([1.0, 2.0], A([1.0, 2.0])),
    ((A([1.0]), A([[2.0]])), [[1.0], [[2.0]]]),
    ((2, 3), [2, 3]),
    ([{"error": 1.0, "weight": 2.0}], ({"weight": 2, "error": 1},)),
    (A([1e9, 1.0]), A([1e9, 1.0 + 1e-3])),
    (A([np.nan, np.inf]), [np.nan, np.inf]),
    (0.0, 1e-13),
    (np.zeros((0, 3)), np.zeros((0, 3))),
    ([], A([])),
    ("a", "a"),
    (None, None),
    ({1, 2}, {2, 1}),
]

DIFFERENT: list[tuple[Any, Any, str]] = [
    (1.0, 1.0 + 1e-8, "value"),
    (np.inf, 1.0, "value"),
    (1.0, np.inf, "nan"),
    (A([np.inf, 1.0]), A([1.0, 1.0]), "value"),
    (A([np.nan, 1.0]), A([0.0, 1.0]), "value"),
    (3, 3.1, "value"),
    (1.0, A([1.0]), "shape"),
    (A([[1.0], [2.0]]), A([1.0, 2.0]), "shape"),
    (A([[1.0, 2.0]]), A([[1.0], [2.0]]), "shape"),
    (np.zeros(5), 0.0, "shape"),
    (np.zeros((3, 4)), np.zeros((1, 4)), "shape"),
    (A([1.0, 2.0]), A([1.0, 2.0 + 1e-6]), "value"),
    (A([1e-9, 0.0]), A([2e-9, 0.0]), "value"),
    (A([1.0]), None, "type"),
    (A([1.0]), "1.0", "type"),
    (1.0, None, "type"),
    (A([1.0]), A([1.0 + 0j]), "type"),
    (A([[1.0, 2.0]]), [[1.0], [2.0, 3.0]], "type"),
    (A([1.0, np.nan]), A([1.0, 1.0]), "value"),
    (A([1.0, 1.0]), A([1.0, np.nan]), "nan"),
    (A([1.0, 1.0]), A([1.0, np.inf]), "nan"),
    (A([np.inf]), A([-np.inf]), "value"),
    ((A([1.0]), A([2.0])), A([1.0]), "shape"),
    ({"a": 1.0}, {"b": 1.0}, "type"),
    ({"a": 1.0}, [1.0], "type"),
    ("a", "b", "value"),
    (None, 0, "type"),
    ((2, 3), (3, 2), "value"),
    ((2, 3), None, "type"),
]


def test_rounding_to_float32_is_named() -> None:
    exact = A([0.1, 1 / 3, 2.0])
    rounded = difference(exact, exact.astype(np.float32).astype(float))
    assert rounded is not None and rounded.message.endswith("as many as float32 has")
    wrong = difference(exact, A([0.1, 0.5, 2.0]))
    assert wrong is not None and wrong.message == "1 of 3 numbers differ"


@pytest.mark.parametrize("expected, got", SAME, ids=repr)
def test_same(expected: Any, got: Any) -> None:
    assert difference(expected, got) is None


@pytest.mark.parametrize("expected, got, kind", DIFFERENT, ids=repr)
def test_different(expected: Any, got: Any, kind: str) -> None:
    found = difference(expected, got)
    assert found is not None
    assert found.kind == kind
    assert found.message


def test_tolerance_for_float32_is_looser_and_no_more() -> None:
    exact = A([1.0, 2.0])
    token = tolerance.set(ROUNDED)
    try:
        assert difference(exact, exact + 1e-5) is None
        assert difference(exact, exact + 1e-3) is not None
    finally:
        tolerance.reset(token)


def test_a_block_is_judged_by_its_largest_entry_and_each_block_by_its_own() -> None:
    large, small = A([1e9, 1e9]), A([1e-3])
    assert difference((large, small), (large + 0.1, small)) is None
    assert difference((large, small), (large, small + 1e-6)) is not None


def test_part_that_differs_is_named() -> None:
    found = difference((A([1.0]), A([1.0, 2.0])), (A([1.0]), A([1.0, 3.0])))
    assert found is not None
    assert found.path == (1,)
    assert found.where == ((1,),)


def test_a_wrong_shape_is_told_before_a_wrong_number() -> None:
    found = difference((A([1.0]), A([1.0, 2.0])), (A([5.0]), A([1.0])))
    assert found is not None
    assert found.kind == "shape"


@pytest.mark.parametrize(
    "expected, got, words",
    [
        (A([[1.0], [2.0]]), A([1.0, 2.0]), "axis"),
        (A([[1.0, 2.0, 3.0]] * 2), A([[1.0, 2.0, 3.0]] * 2).T, "transposed"),
        (A([1.0]), None, "is there a `return`"),
        (A([1.0, 2.0]), A([np.nan, 2.0]), "nan"),
        (A([[1.0, 2.0]]), [[1.0], [1.0, 2.0]], "different lengths"),
        (A([1.0]), A([1.0 + 1j]), "complex"),
    ],
)
def test_messages_say_what_it_is(expected: Any, got: Any, words: str) -> None:
    found = difference(expected, got)
    assert found is not None
    assert words in found.message


def test_expectations_hold_or_raise() -> None:
    expect(A([1.0, 2.0])).equals([1, 2])
    expect(A([0.0])).is_at_least(0)
    expect(A([0.0])).is_at_most(0)
    expect(A([[0.0]])).has_shape(1, 1)
    expect(True).is_true("never said")
    for broken in (
        lambda: expect(A([1.0])).equals([2]),
        lambda: expect(A([-1.0])).is_at_least(0),
        lambda: expect(A([np.nan])).is_at_least(0),
        lambda: expect(A([1.0])).is_at_most(0),
        lambda: expect(A([1.0])).has_shape(1, 1),
        lambda: expect("text").is_at_least(0),
        lambda: expect(False).is_true("said"),
    ):
        with pytest.raises(Unmet):
            broken()


@pytest.mark.parametrize("expected", [10**10, 2**70, [2**70, 1], np.array([10**12, 3])])
def test_large_whole_numbers_are_held_exactly(expected: Any) -> None:
    one_off = [expected[0] + 1, expected[1]] if isinstance(expected, list) else expected + 1
    assert difference(expected, expected) is None
    found = difference(expected, one_off)
    assert found is not None and found.kind == "value"
