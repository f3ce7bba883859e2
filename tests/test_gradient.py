"""Slopes by finite differences: no right one fails, wrong ones do, and the message says why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gdl_check.autopsy import autopsy
from gdl_check.gradient import Inconclusive, WrongSlopes, expect_slopes, upstream_like

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((6, 3)), RNG.standard_normal((6, 2))


def loss(w1: np.ndarray, w2: np.ndarray) -> float:
    return float(0.5 * np.sum((np.maximum(X @ w1, 0) @ w2 - Y) ** 2))


def slopes(w1: np.ndarray, w2: np.ndarray) -> list[np.ndarray]:
    hidden = np.maximum(X @ w1, 0)
    miss = hidden @ w2 - Y
    return [X.T @ ((miss @ w2.T) * (hidden > 0)), hidden.T @ miss]


def point(seed: int, scale: float = 1.0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {"w1": scale * rng.standard_normal((3, 4)), "w2": scale * rng.standard_normal((4, 2))}


def test_slopes_that_cancel_but_for_their_rounding_are_right() -> None:
    def cancels(x: np.ndarray) -> float:
        return float(np.sum(np.tanh(x[0] - x[1]) + np.tanh(x[1] - x[0])))

    expect_slopes(cancels, {"x": np.array([0.5, -1.0])}, lambda x: np.array([4e-16, -4e-16]))
    with pytest.raises(WrongSlopes):
        expect_slopes(cancels, {"x": np.array([0.5, -1.0])}, lambda x: np.array([1e-9, -1e-9]))


@pytest.mark.parametrize("scale", [1e-3, 1.0, 30.0])
def test_right_slopes_never_fail(scale: float) -> None:
    for seed in range(60):
        try:
            expect_slopes(loss, point(seed, scale), slopes)
        except Inconclusive:
            assert scale < 1  # where rounding hides the slope, nobody is failed


def test_right_slopes_pass_on_a_lattice_full_of_kinks() -> None:
    rng = np.random.default_rng(1)
    inconclusive = 0
    for _ in range(60):
        x = rng.integers(-4, 5, (4, 3)) / 8
        y = rng.integers(-8, 9, (4, 2)) / 8

        def lattice_loss(w1: np.ndarray, w2: np.ndarray, x: Any = x, y: Any = y) -> float:
            return float(0.5 * np.sum((np.maximum(x @ w1, 0) @ w2 - y) ** 2))

        def lattice_slopes(w1: np.ndarray, w2: np.ndarray, x: Any = x, y: Any = y) -> Any:
            hidden = np.maximum(x @ w1, 0)
            miss = hidden @ w2 - y
            return [x.T @ ((miss @ w2.T) * (hidden > 0)), hidden.T @ miss]

        at = {"w1": rng.integers(-4, 5, (3, 5)) / 8, "w2": rng.integers(-4, 5, (5, 2)) / 8}
        try:
            expect_slopes(lattice_loss, at, lattice_slopes)
        except Inconclusive:
            inconclusive += 1
    assert inconclusive < 6


def spoiled(change: Callable[[list[np.ndarray]], Any]) -> Callable[..., Any]:
    return lambda w1, w2: change(slopes(w1, w2))


WRONG: dict[str, tuple[Callable[..., Any], str | None]] = {
    "twice": (spoiled(lambda s: [2 * s[0], 2 * s[1]]), "factor_two"),
    "half": (spoiled(lambda s: [s[0] / 2, s[1] / 2]), "factor_half"),
    "sign": (spoiled(lambda s: [-s[0], -s[1]]), "sign_flipped"),
    "batch": (spoiled(lambda s: [s[0] / 6, s[1] / 6]), "divided_by_batch"),
    "sum": (spoiled(lambda s: [6 * s[0], 6 * s[1]]), "times_batch"),
    "seventh": (spoiled(lambda s: [s[0] / 7, s[1] / 7]), "constant_ratio"),
    "zero": (spoiled(lambda s: [0 * s[0], 0 * s[1]]), "zero"),
    "thousandth": (spoiled(lambda s: [s[0] * 1.001, s[1] * 1.001]), "constant_ratio"),
    "one array": (spoiled(lambda s: [2 * s[0], s[1]]), "factor_two"),
    "one entry": (
        spoiled(lambda s: [s[0] + np.eye(3, 4) * (np.arange(3) == 1)[:, None], s[1]]),
        None,
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_slopes_fail_and_are_named(name: str) -> None:
    claimed, pattern = WRONG[name]
    with pytest.raises(WrongSlopes) as wrong:
        expect_slopes(loss, point(3), claimed, batch=6)
    report = wrong.value.report
    assert report.autopsy == pattern
    assert report.entries == 20
    assert report.wrong > 0
    assert report.worst is not None


def test_report_says_which_array_is_right() -> None:
    with pytest.raises(WrongSlopes) as wrong:
        expect_slopes(loss, point(3), WRONG["one array"][0])
    assert wrong.value.report.wrong_arrays == ("w1",)
    assert wrong.value.report.right_arrays == ("w2",)


def test_missing_mask_is_named() -> None:
    before = np.array([[1.0, -2.0, 3.0, -4.0]])
    upstream = upstream_like(before)
    with pytest.raises(WrongSlopes) as wrong:
        expect_slopes(
            lambda x: float(np.sum(upstream * np.maximum(x, 0))), {"x": before}, lambda x: upstream
        )
    assert wrong.value.report.autopsy == "mask_missing"


def test_transposed_is_named() -> None:
    weights = np.arange(9.0).reshape(3, 3)
    upstream = upstream_like(weights)
    with pytest.raises(WrongSlopes) as wrong:
        expect_slopes(
            lambda w: float(np.sum(upstream * w)), {"w": weights}, lambda w: upstream.T.copy()
        )
    assert wrong.value.report.autopsy == "transposed"


def test_upstream_is_never_all_ones_and_always_the_same() -> None:
    array = np.arange(12.0).reshape(3, 4)
    first = upstream_like(array)
    assert np.array_equal(first, upstream_like(array))
    assert len(np.unique(first)) > 3
    assert abs(first).min() >= 0.5


def test_a_loss_full_of_kinks_fails_nobody() -> None:
    def rough(x: np.ndarray) -> float:
        return float(np.sum(abs(np.sin(1e7 * x))))

    with pytest.raises(Inconclusive):
        expect_slopes(rough, {"x": np.array([0.3, 0.7])}, lambda x: 0 * x)


def test_autopsy_never_guesses() -> None:
    rng = np.random.default_rng(2)
    yours, measured = rng.standard_normal((2, 3, 4))
    assert autopsy({"w": (yours, measured)}) == (None, "")
    measured[0, 0] = np.nan
    assert autopsy({"w": (2 * measured, measured)}) == (None, "")
