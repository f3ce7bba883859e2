"""What a wrong gradient has in common with the right one, in every entry: never a guess."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

CLOSE = 1e-5

SAYS = {
    "zero": "Every wrong entry is 0.",
    "sign_flipped": "Every wrong entry has the right size and the wrong sign.",
    "factor_two": "Every wrong entry is 2 times the measured slope.",
    "factor_half": "Every wrong entry is half the measured slope.",
    "times_batch": "Every wrong entry is the measured slope times {batch}, the size of the batch.",
    "divided_by_batch": "Every wrong entry is the measured slope divided by {batch}, "
    "the size of the batch.",
    "constant_ratio": "Every wrong entry is {ratio:.6g} times the measured slope.",
    "transposed": "Yours is the right matrix, transposed.",
    "mask_missing": "Yours is right wherever the measured slope is not 0, and should be 0 "
    "elsewhere: a mask is missing.",
    "masked_too_much": "Yours is right or 0: it is 0 in places where the measured slope is not.",
}


def autopsy(
    tables: Mapping[str, tuple[Any, Any]], batch: int | None = None
) -> tuple[str | None, str]:
    """The name and sentence of what explains every entry of (yours, measured).

    (None, "") where nothing does.
    """
    pairs = [(np.asarray(y, float), np.asarray(m, float)) for y, m in tables.values()]
    pairs = [(y, m) for y, m in pairs if not np.isnan(m).any()]
    if not pairs or len(pairs) < len(tables):
        return None, ""
    if all(y.ndim == 2 and y.shape == m.T.shape and _same(y, m.T) for y, m in pairs):
        return "transposed", SAYS["transposed"]
    yours = np.concatenate([y.ravel() for y, _ in pairs])
    measured = np.concatenate([m.ravel() for _, m in pairs])
    ratio = _ratio(yours, measured)
    if ratio is not None:
        name = _name_of(ratio, batch)
        return name, SAYS[name].format(ratio=ratio, batch=batch)
    flat = abs(measured) <= CLOSE * abs(measured).max(initial=0.0)
    if flat.any() and not flat.all() and _same(yours[~flat], measured[~flat]):
        return "mask_missing", SAYS["mask_missing"]
    if _same(np.where(yours == 0, measured, yours), measured) and (yours != 0).any():
        return "masked_too_much", SAYS["masked_too_much"]
    return None, ""


def _ratio(yours: np.ndarray, measured: np.ndarray) -> float | None:
    top = abs(measured).max(initial=0.0)
    if top == 0:
        return None
    largest = abs(measured).argmax()
    ratio = float(yours[largest] / measured[largest])
    return ratio if _same(yours, ratio * measured, top * max(abs(ratio), 1)) else None


def _name_of(ratio: float, batch: int | None) -> str:
    known = {"zero": 0.0, "sign_flipped": -1.0, "factor_two": 2.0, "factor_half": 0.5}
    if batch is not None and batch > 2:
        known |= {"times_batch": float(batch), "divided_by_batch": 1 / batch}
    for name, value in known.items():
        if abs(ratio - value) <= CLOSE:
            return name
    return "constant_ratio"


def _same(a: np.ndarray, b: np.ndarray, scale: float | None = None) -> bool:
    top = abs(b).max(initial=0.0) if scale is None else scale
    return bool((abs(a - b) <= CLOSE * top + 1e-9).all())
