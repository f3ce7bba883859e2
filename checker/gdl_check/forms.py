"""The forms in which a case's arrays are handed over: layouts in memory, float32, lists."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from gdl_check.sandbox.wire import lay_out

FORMS = ("plain", "fortran", "strided", "float32", "list")


def dressed(args: tuple[Any, ...], form: str, listable: Collection[int]) -> tuple[Any, ...]:
    """Arguments as they are handed over: their arrays in this form, as lists only where allowed."""
    if form == "plain":
        return args
    return tuple(
        _dress(arg, form, i in listable) if isinstance(arg, np.ndarray) else arg
        for i, arg in enumerate(args)
    )


def _dress(arg: np.ndarray, form: str, listable: bool) -> Any:
    if form == "float32":
        return arg.astype(np.float32) if arg.dtype == np.float64 else arg
    if form == "list":
        return arg.tolist() if listable else arg
    return lay_out(arg, form)
