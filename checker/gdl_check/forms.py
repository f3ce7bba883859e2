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
    return tuple(_dress(arg, form, i in listable) for i, arg in enumerate(args))


def _dress(arg: Any, form: str, listable: bool = False) -> Any:
    if isinstance(arg, (list, tuple)):
        return type(arg)(_dress(item, form) for item in arg)
    if isinstance(arg, dict):
        return {key: _dress(value, form) for key, value in arg.items()}
    if not isinstance(arg, np.ndarray):
        return arg
    if form == "float32":
        return arg.astype(np.float32) if arg.dtype == np.float64 else arg
    if form == "list":
        return arg.tolist() if listable else arg
    return lay_out(arg, form)
