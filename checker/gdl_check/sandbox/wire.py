"""The data-only language between checker and worker: a bounded JSON header, then raw array bytes.

A frame is `<header length> <payload length> <id of the first request>` (little endian, 4 + 4 + 8
bytes), the header, the payload. One frame holds many requests, or the replies to many. Nothing in
it can name code: types and dtypes come from short lists.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdl_check.sandbox.named import NamedFunction

PREFIX = struct.Struct("<IIQ")
MAX_HEADER = 1 << 20
MAX_PAYLOAD = 32 << 20
MAX_DEPTH = 12
MAX_ITEMS = 10_000
EXACT = 2**53

_encode_json = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_decode_json = json.JSONDecoder().decode

DTYPES = {
    name: np.dtype(name)
    for name in (
        *("float64", "float32", "float16", "bool", "complex128"),
        *("int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8"),
    )
}
# By their short form, which tells a big-endian dtype from a native one (and is quick to get).
_NAMES = {dtype.str: name for name, dtype in DTYPES.items()}


class Violation(ValueError):
    """The other side broke the protocol; nothing more it says is believed."""


class TooManyParts(Violation):
    """A value with more parts than we take in."""


@dataclass(frozen=True)
class Seed:
    """Stands for a fresh `numpy.random.default_rng(seed)` wherever an answer takes one."""

    seed: int

    def generator(self) -> np.random.Generator:
        return np.random.default_rng(self.seed)


class Once(list[Any]):
    """What an iterator gave, as a list; `kind` is what it was: it can be gone through only once."""

    kind = "generator"


@dataclass(frozen=True)
class Opaque:
    """A value that stays in the worker; we know what class it is of, and no more."""

    class_name: str
    text: str = ""


def encode(request_id: int, header: dict[str, Any], buffers: list[bytes]) -> bytes:
    """One frame, ready to be sent."""
    head = _encode_json(header).encode()
    payload = b"".join(buffers)
    return PREFIX.pack(len(head), len(payload), request_id) + head + payload


def kept_frame(frame: bytes, most: int) -> tuple[dict[str, Any], Decoder]:
    """The header of a frame of ours that lay in a file, and what reads its values: `most` of them.

    Raises Violation where it was not written whole.
    """
    head, payload, _ = PREFIX.unpack_from(frame.ljust(PREFIX.size, b"\0"))
    middle = PREFIX.size + head
    if len(frame) != middle + payload:
        raise Violation("a frame that was not written whole")
    return parse_header(frame[PREFIX.size : middle]), Decoder(frame[middle:], most)


def split_frames(kept: bytearray, bounded: bool = False) -> list[tuple[int, bytes, bytes]]:
    """Take the complete frames off the front of what has arrived: (request id, header, payload).

    Raises Violation where `bounded` and a frame announces more than is allowed.
    """
    frames: list[tuple[int, bytes, bytes]] = []
    start = 0
    with memoryview(kept) as arrived:
        while start + PREFIX.size <= len(arrived):
            head, payload, request_id = PREFIX.unpack_from(arrived, start)
            if bounded and (head > MAX_HEADER or payload > MAX_PAYLOAD):
                if frames:
                    break  # what came before it counts
                raise Violation("a message too large to be one")
            first = start + PREFIX.size
            middle, end = first + head, first + head + payload
            if end > len(arrived):
                break
            frames.append((request_id, bytes(arrived[first:middle]), bytes(arrived[middle:end])))
            start = end
    del kept[:start]
    return frames


def parse_header(head: bytes) -> dict[str, Any]:
    """The header of a frame from the other side. Raises Violation."""
    try:
        header = _decode_json(head.decode())
    except (ValueError, RecursionError) as error:
        raise Violation(f"a header that is not JSON: {type(error).__name__}") from None
    if not isinstance(header, dict):
        raise Violation("a header that is not an object")
    return header


def once(items: Iterable[Any], kind: str) -> Once:
    """A list of what an iterator of this kind gave."""
    found = Once(items)
    found.kind = kind
    return found


def number_to_wire(value: float | int | bool) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return float.__repr__(value)  # NumPy's own would name its type
    if isinstance(value, int) and abs(value) > EXACT:
        # Python refuses to write decimal numbers of more than 4,300 digits.
        return str(value) if value.bit_length() < 10_000 else hex(value)
    return value


def to_wire(value: Any, buffers: list[bytes] | None) -> dict[str, Any]:
    """A value as the header tells it. Arrays go to `buffers`, or inline where that is None."""
    if isinstance(value, np.ndarray):
        return _array_to_wire(value, buffers)
    if isinstance(value, (bool, int, float)):
        return {"type": "number", "data": number_to_wire(value)}
    if isinstance(value, np.generic):
        return to_wire(value.item(), buffers)
    if value is None:
        return {"type": "none"}
    if isinstance(value, str):
        return {"type": "text", "data": value.encode("utf-8", "replace").decode()}
    if isinstance(value, (list, tuple)):
        kind = "list" if isinstance(value, list) else "tuple"
        told = {"type": kind, "data": [to_wire(item, buffers) for item in value]}
        return {**told, "once": value.kind} if isinstance(value, Once) else told
    if isinstance(value, dict):
        pairs = [[to_wire(k, buffers), to_wire(v, buffers)] for k, v in value.items()]
        return {"type": "dict", "data": pairs}
    if isinstance(value, (set, frozenset)):
        items = sorted(value, key=lambda item: (type(item).__name__, repr(item)))
        return {"type": "set", "data": [to_wire(item, buffers) for item in items]}
    if isinstance(value, Seed):
        return {"type": "rng", "seed": value.seed}
    if isinstance(value, NamedFunction):
        parameters = [number_to_wire(parameter) for parameter in value.parameters]
        return {"type": "object", "class": value.name, "data": parameters}
    if isinstance(value, Opaque):
        return {"type": "object", "class": value.class_name, "text": value.text}
    return {"type": "object", "class": type(value).__name__[:64]}


def _array_to_wire(value: np.ndarray, buffers: list[bytes] | None) -> dict[str, Any]:
    if type(value) is not np.ndarray:
        if any(kind.__name__ == "MaskedArray" for kind in type(value).__mro__):
            return {"type": "object", "class": "masked array"}
        value = np.array(value, subok=False)
    name = _NAMES.get(value.dtype.str)
    if name is None and value.dtype.kind in "fiuc":
        # Numbers all the same: of another byte order, or with more digits than we have.
        value = value.astype(value.dtype.newbyteorder("="))
        if value.dtype.str not in _NAMES:
            value = value.astype(complex if value.dtype.kind == "c" else float)
        name = _NAMES[value.dtype.str]
    if name is None:
        kind = "array of objects" if value.dtype.kind == "O" else f"array of {value.dtype.name}"
        return {"type": "object", "class": kind}
    told: dict[str, Any] = {"type": "array", "shape": value.shape, "dtype": name}
    if buffers is None:
        told["data"] = _inline(value.tolist())
    else:
        buffers.append(value.tobytes())
        if not value.flags.c_contiguous:
            told["layout"] = "fortran" if value.flags.f_contiguous else "strided"
    return told


def lay_out(value: np.ndarray, layout: str) -> np.ndarray:
    """A writable copy of an array with its entries in another order in memory."""
    if layout == "fortran":
        return np.array(value, order="F")
    if layout == "strided" and value.ndim:
        wide = np.zeros((*value.shape[:-1], 2 * value.shape[-1]), value.dtype)
        wide[..., ::2] = value
        return wide[..., ::2]
    return value


def _inline(data: Any) -> Any:
    if isinstance(data, list):
        return [_inline(item) for item in data]
    if isinstance(data, complex):
        return str(data)
    return number_to_wire(data)


class Decoder:
    """Reads the values of one frame, in order; believes nothing.

    Raises Violation where a value is not what the protocol allows.
    """

    def __init__(self, payload: bytes, most: int = MAX_ITEMS) -> None:
        self.payload, self.most = payload, most
        self.offset = 0
        self.items = 0

    def value(self, told: Any, depth: int = 0) -> Any:
        self.items += 1
        if depth > MAX_DEPTH or self.items > self.most:
            raise TooManyParts(
                f"it returned something nested too deeply, or of more than {self.most:,} parts"
            )
        if not isinstance(told, dict):
            raise Violation("a value that is not an object")
        kind = told.get("type")
        if kind == "array":
            return self.array(told)
        if kind == "number":
            return _number(told.get("data"))
        if kind == "none":
            return None
        if kind == "text":
            return _text(told.get("data"))
        if kind in ("list", "tuple", "set"):
            items = list(self._values(told.get("data"), depth))
            if "once" in told:
                return once(items, _text(told["once"])[:64])
            return items if kind == "list" else tuple(items) if kind == "tuple" else _set(items)
        if kind == "dict":
            return self._dict(told.get("data"), depth)
        if kind == "rng":
            return Seed(_seed(told.get("seed")))
        if kind == "object":
            return _object(told)
        raise Violation(f"a value of the type {str(kind)[:40]!r}")

    def array(self, told: dict[str, Any]) -> Any:
        name, shape = told.get("dtype"), told.get("shape")
        dtype = DTYPES.get(name) if isinstance(name, str) else None
        if dtype is None or not isinstance(shape, (list, tuple)) or len(shape) > 16:
            raise Violation("an array of an unknown dtype or shape")
        try:
            seen = np.ndarray(shape, dtype, self.payload, self.offset)
        except (TypeError, ValueError, OverflowError):
            # NumPy has looked whether these are whole numbers, and whether there are so many bytes.
            raise Violation("an array of an impossible shape") from None
        if shape and not 0 <= min(shape) <= max(shape) <= MAX_PAYLOAD:
            raise Violation("an array of an impossible length")
        self.offset += seen.nbytes
        if dtype.kind == "b":
            # A byte that is neither 0 nor 1 would make a bool that is neither true nor false.
            return np.asarray(seen.view(np.uint8) != 0)
        value = seen.copy()
        return lay_out(value, told["layout"]) if "layout" in told else value

    def _values(self, data: Any, depth: int) -> Iterator[Any]:
        if not isinstance(data, list):
            raise Violation("a collection without items")
        for item in data:
            yield self.value(item, depth + 1)

    def _dict(self, data: Any, depth: int) -> dict[Any, Any] | Opaque:
        if not isinstance(data, list) or not all(isinstance(p, list) and len(p) == 2 for p in data):
            raise Violation("a dict without pairs")
        told = [(self.value(k, depth + 1), self.value(v, depth + 1)) for k, v in data]
        try:
            return dict(told)
        except TypeError:  # a key was of a class that is not known here
            return Opaque("dict")


def _number(data: Any) -> float | int | bool:
    if isinstance(data, (bool, int, float)):
        return data
    if isinstance(data, str) and len(data) < 100_000:
        try:
            if data in ("nan", "inf", "-inf"):
                return float(data)
            return int(data, 0) if "x" in data else int(data)
        except ValueError:
            pass
    raise Violation("a number that is none")


def _seed(data: Any) -> int:
    if type(data) is not int or not 0 <= data < 2**63:
        raise Violation("a seed that is none")
    return data


def _text(data: Any) -> str:
    if not isinstance(data, str):
        raise Violation("a text that is none")
    return data


def _set(items: list[Any]) -> set[Any] | Opaque:
    try:
        return set(items)
    except TypeError:
        return Opaque("set")


def _object(told: dict[str, Any]) -> Any:
    name = _text(told.get("class"))[:64]
    data = told.get("data")
    if isinstance(data, list):
        return _function(name, data)
    return Opaque(name, _text(told.get("text", ""))[:200])


def _function(name: str, data: list[Any]) -> NamedFunction | Opaque:
    # Not at the top: a worker must not know these functions.
    from gdl_check.sandbox.functions import function_of

    try:
        return function_of(name, [float(_number(item)) for item in data])
    except KeyError:
        return Opaque(name)
    except IndexError:
        raise Violation("a function without its parameters") from None
