"""What `--json` may say: a validator of the contract in the design, key by key."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

VERDICTS = ("passed", "not_started", "failed", "timeout", "error")
LAW_STATUSES = ("passed", "failed", "error", "timeout", "not_run", "inconclusive")
DTYPES = re.compile(r"float(16|32|64)|u?int(8|16|32|64)|bool|complex128")

Check = Callable[[Any, str], None]


class Broken(AssertionError):
    """The contract is broken, at a place that is named."""


def check_report(told: Any) -> None:
    """Raise Broken where one object of `--json` is not what other tools are promised."""
    check = {
        "version": _is(1),
        "status": _one_of(*VERDICTS, "fault"),
        "seed": _int,
        "effort": _one_of("quick", "normal", "thorough"),
        "duration": _number_from_zero,
        "chapters": _list(_chapter),
    }
    _keys(told, "", check, {"fault": _fault})
    if (told["status"] == "fault") != ("fault" in told):
        raise Broken("fault: present if and only if the status is fault")
    if told["status"] != "fault":
        _worst(told, told["chapters"], "")


def _chapter(told: Any, at: str) -> None:
    check = {
        "id": _matching(r"ch\d\d"),
        "title": _text,
        "status": _one_of(*VERDICTS),
        "counts": _counts,
        "exercises": _list(_exercise),
    }
    _keys(told, at, check, {"error": _error})
    _worst(told, told["exercises"], at)
    statuses = [exercise["status"] for exercise in told["exercises"]]
    if told["counts"] != {status: statuses.count(status) for status in statuses}:
        raise Broken(f"{at}.counts: {told['counts']} of {statuses}")
    if "error" in told and not set(statuses) <= {"error", "timeout"}:
        raise Broken(f"{at}: a file that cannot be loaded, with exercises {statuses}")


def _exercise(told: Any, at: str) -> None:
    check = {
        "id": _matching(r"ch\d\d\.\w+"),
        "name": _matching(r"\w+"),
        "status": _one_of(*VERDICTS),
        "supplied": _list(_matching(r"ch\d\d\.\w+")),
        "laws": _list(_law),
    }
    absent = {
        "line": _int,
        "corpus": _matching(r"[0-9a-f]{64}"),
        "misconception": _misconception,
        "error": _error,
        "stdout": _text,
    }
    _keys(told, at, check, absent)
    if told["status"] in ("error", "timeout") and "error" not in told:
        raise Broken(f"{at}: {told['status']} without an error")
    if told["status"] in ("passed", "not_started") and {"error", "misconception"} & set(told):
        raise Broken(f"{at}: {told['status']}, but {sorted(told)}")
    if told["laws"] and ("corpus" not in told):
        raise Broken(f"{at}: laws without a corpus")


def _law(told: Any, at: str) -> None:
    check = {
        "claim": _text,
        "kind": _one_of("own", "agreement", "free"),
        "status": _one_of(*LAW_STATUSES),
        "cases": _count,
    }
    _keys(told, at, check, {"counterexample": _counterexample, "gradient": _gradient})
    if (told["status"] in ("failed", "error", "timeout")) != ("counterexample" in told):
        raise Broken(f"{at}: {told['status']}, but {sorted(told)}")


def _counterexample(told: Any, at: str) -> None:
    check = {"case": _matching(r"[0-9a-f]{8}"), "inputs": _inputs, "message": _text}
    _keys(told, at, check, {"call": _text, "expected": check_value, "got": check_value})
    if ("expected" in told) != ("got" in told):
        raise Broken(f"{at}: expected and got come together")


def _inputs(told: Any, at: str) -> None:
    if not isinstance(told, dict) or not told:
        raise Broken(f"{at}: not the inputs by name")
    for name, value in told.items():
        check_value(value, f"{at}.{name}")


def _gradient(told: Any, at: str) -> None:
    check: dict[str, Check] = {"entries": _count, "wrong": _count, "skipped": _count}
    check["max_relative_error"] = number
    _keys(told, at, check, {"autopsy": _text})


def _misconception(told: Any, at: str) -> None:
    _keys(told, at, {"name": _text, "says": _text, "matched": _count, "of": _count}, {})


def _error(told: Any, at: str) -> None:
    _keys(told, at, {"type": _text, "message": _string}, {"line": _count})


def _fault(told: Any, at: str) -> None:
    _keys(told, at, {"where": _text, "message": _text}, {})


def check_value(told: Any, at: str) -> None:
    """One value, encoded as the contract says."""
    if not isinstance(told, dict):
        raise Broken(f"{at}: a value is an object, not {told!r}")
    kind = told.get("type")
    check: dict[str, Check] = {"type": _text}
    absent: dict[str, Check] = {}
    if kind == "array":
        check |= {"shape": _list(_count), "dtype": _matching(DTYPES.pattern), "data": _anything}
    elif kind == "number":
        check |= {"data": number}
    elif kind == "text":
        check |= {"data": _string}
    elif kind in ("list", "tuple", "set"):
        check |= {"data": _list(check_value)}
    elif kind == "dict":
        check |= {"data": _list(_pair)}
    elif kind == "rng":
        check |= {"seed": _int}
    elif kind == "object":
        check |= {"class": _text}
        absent = {"data": _list(number), "text": _string}
    elif kind != "none":
        raise Broken(f"{at}: no value is of the type {kind!r}")
    _keys(told, at, check, absent)
    if kind == "array":
        _entries(told["data"], told["shape"], told["dtype"], at)


def _entries(data: Any, shape: list[int], dtype: str, at: str) -> None:
    if shape:
        if not isinstance(data, list) or len(data) != shape[0]:
            raise Broken(f"{at}: {data!r} is not of the shape {shape}")
        for i, part in enumerate(data):
            _entries(part, shape[1:], dtype, f"{at}[{i}]")
    elif dtype == "complex128":
        _text(data, at)
    elif dtype == "bool":
        _one_of(True, False)(data, at)
    else:
        number(data, at)


def _pair(told: Any, at: str) -> None:
    if not isinstance(told, list) or len(told) != 2:
        raise Broken(f"{at}: not a pair")
    check_value(told[0], f"{at}[0]")
    check_value(told[1], f"{at}[1]")


def number(told: Any, at: str) -> None:
    """A number: what JSON cannot hold exactly stands in a text."""
    if isinstance(told, (bool, float)) and math.isfinite(told):
        return
    if isinstance(told, int) and abs(told) <= 2**53:
        return
    if isinstance(told, str) and re.fullmatch(r"nan|-?inf|-?\d{16,}|-?0x[0-9a-f]+", told):
        return
    raise Broken(f"{at}: {told!r} is no number as the contract writes them")


def _keys(told: Any, at: str, needed: dict[str, Check], optional: dict[str, Check]) -> None:
    if not isinstance(told, dict):
        raise Broken(f"{at}: an object is expected, not {told!r}")
    if missing := set(needed) - set(told):
        raise Broken(f"{at}: {sorted(missing)} are missing")
    if more := set(told) - set(needed) - set(optional):
        raise Broken(f"{at}: {sorted(more)} are not in the contract")
    for key, value in told.items():
        if value is None:
            raise Broken(f"{at}.{key}: what does not apply is absent, not null")
        (needed.get(key) or optional[key])(value, f"{at}.{key}")


def _worst(told: Any, parts: list[Any], at: str) -> None:
    worst = max((part["status"] for part in parts), key=VERDICTS.index, default="passed")
    if told["status"] != worst:
        raise Broken(f"{at}.status: {told['status']}, but the worst of its parts is {worst}")


def _counts(told: Any, at: str) -> None:
    for status, count in told.items():
        _one_of(*VERDICTS)(status, at)
        if type(count) is not int or count < 1:
            raise Broken(f"{at}.{status}: {count!r}")


def _list(check: Check) -> Check:
    def each(told: Any, at: str) -> None:
        if not isinstance(told, list):
            raise Broken(f"{at}: a list is expected, not {told!r}")
        for i, item in enumerate(told):
            check(item, f"{at}[{i}]")

    return each


def _is(wanted: Any) -> Check:
    return _one_of(wanted)


def _one_of(*wanted: Any) -> Check:
    def among(told: Any, at: str) -> None:
        if told not in wanted or type(told) is not type(wanted[0]):
            raise Broken(f"{at}: {told!r} is none of {wanted}")

    return among


def _matching(pattern: str) -> Check:
    def matches(told: Any, at: str) -> None:
        if not isinstance(told, str) or not re.fullmatch(pattern, told):
            raise Broken(f"{at}: {told!r} does not look like {pattern}")

    return matches


def _string(told: Any, at: str) -> None:
    if not isinstance(told, str):
        raise Broken(f"{at}: a text is expected, not {told!r}")


def _text(told: Any, at: str) -> None:
    _string(told, at)
    if not told:
        raise Broken(f"{at}: an empty text")


def _int(told: Any, at: str) -> None:
    if type(told) is not int:
        raise Broken(f"{at}: a whole number is expected, not {told!r}")


def _count(told: Any, at: str) -> None:
    _int(told, at)
    if told < 0:
        raise Broken(f"{at}: {told} is negative")


def _number_from_zero(told: Any, at: str) -> None:
    if isinstance(told, bool) or not isinstance(told, (int, float)) or told < 0:
        raise Broken(f"{at}: {told!r}")


def _anything(told: Any, at: str) -> None:
    pass
