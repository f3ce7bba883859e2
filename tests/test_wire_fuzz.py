"""Whatever a worker sends, it is data or a violation of the protocol: nothing else comes of it."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdl_check.sandbox.client import UNREADABLE, _read_outcomes
from gdl_check.sandbox.programs import Outcome
from gdl_check.sandbox.wire import (
    DTYPES,
    MAX_HEADER,
    MAX_PAYLOAD,
    PREFIX,
    Decoder,
    Violation,
    encode,
    parse_header,
    split_frames,
    to_wire,
)

bounded = settings(max_examples=120, derandomize=True, deadline=None)
KINDS = ["array", "number", "none", "text", "list", "tuple", "set", "dict", "rng", "object", "x"]
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=9),
    st.sampled_from(KINDS),
)
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.fixed_dictionaries(
            {"type": st.sampled_from(KINDS)},
            optional={
                "data": inner,
                "shape": st.lists(st.integers(-2, 2**40), max_size=4),
                "dtype": st.sampled_from([*DTYPES, "object", "O"]),
                "layout": st.sampled_from(["fortran", "strided", "x"]),
                "class": st.text(max_size=9),
                "seed": inner,
                "once": inner,
            },
        ),
    ),
    max_leaves=12,
)


@bounded
@given(st.binary(max_size=200))
def test_random_bytes_are_frames_or_a_violation(data: bytes) -> None:
    kept = bytearray(data)
    try:
        frames = split_frames(kept, bounded=True)
    except Violation:
        return
    whole = sum(PREFIX.size + len(head) + len(payload) for _, head, payload in frames)
    assert whole + len(kept) == len(data)


@bounded
@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1))
def test_no_frame_is_larger_than_allowed(head: int, payload: int, request: int) -> None:
    kept = bytearray(struct.pack("<IIQ", head, payload, request))
    if head > MAX_HEADER or payload > MAX_PAYLOAD:
        with pytest.raises(Violation):
            split_frames(kept, bounded=True)
    else:
        split_frames(kept, bounded=True)


@bounded
@given(st.one_of(st.binary(max_size=100), values.map(lambda v: json.dumps(v).encode())))
def test_a_header_is_an_object_or_a_violation(head: bytes) -> None:
    try:
        assert isinstance(parse_header(head), dict)
    except Violation:
        pass


@bounded
@given(values, st.binary(max_size=64))
def test_a_value_is_plain_data_or_a_violation(told: Any, payload: bytes) -> None:
    try:
        value = Decoder(payload).value(told)
    except UNREADABLE:
        return
    # What came in as data can go out as data.
    buffers: list[bytes] = []
    to_wire(value, buffers)


@bounded
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "outcomes": st.one_of(
                leaves,
                st.lists(
                    st.one_of(
                        leaves,
                        st.fixed_dictionaries(
                            {},
                            optional={
                                "value": values,
                                "changed": values,
                                "error": st.one_of(
                                    values,
                                    st.fixed_dictionaries(
                                        {"type": leaves, "message": leaves},
                                        optional={"trace": values, "kinds": values},
                                    ),
                                ),
                            },
                        ),
                    ),
                    max_size=3,
                ),
            ),
            "printed": values,
        },
    ),
    st.binary(max_size=64),
    st.integers(1, 3),
)
def test_a_reply_is_outcomes_or_a_violation(
    header: dict[str, Any], payload: bytes, steps: int
) -> None:
    try:
        outcomes = _read_outcomes(header, Decoder(payload), steps)
    except UNREADABLE:
        return
    assert all(isinstance(outcome, Outcome) for outcome in outcomes)


@bounded
@given(st.integers(0, 300), st.integers(0, 255))
def test_a_flipped_byte_is_met_as_any_other_reply(at: int, bits: int) -> None:
    reply = {"outcomes": [{"value": to_wire(np.eye(3), []), "changed": []}], "printed": ""}
    frame = bytearray(encode(7, {"replies": [reply]}, [np.eye(3).tobytes()]))
    frame[at % len(frame)] ^= bits
    try:
        for _, head, payload in split_frames(frame, bounded=True):
            _read_outcomes(parse_header(head)["replies"][0], Decoder(payload), 1)
    except UNREADABLE:
        pass
