"""What the reference gives on the cases of a corpus: worked out once, and kept in the cache."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from gdl_check.corpus import MOST_IN_MEMORY, MOST_PARTS, NOT_KEPT, Case, Corpus, chapter_hash, keep
from gdl_check.course import Exercise
from gdl_check.local import LocalRunner, expected_of, outcome_of, solution_of
from gdl_check.places import PACKAGE, cache_folder
from gdl_check.sandbox.programs import Outcome, Raised
from gdl_check.sandbox.wire import Decoder, encode, kept_frame, to_wire

CONTRACT_ERRORS = {"ValueError"}  # what an exercise may ask its answers to raise
MOST_OUTCOMES = 20_000  # that are remembered for the next answer to the same exercise
CARRIED_OUT_BY = ("local.py", "answer.py", "memo.py", "replies.py", "sandbox/programs.py")


class LawBroke(Exception):
    """Our own failure: a law or a reference broke where no learner is to blame."""


@lru_cache(maxsize=MOST_OUTCOMES)
def reference_outcome(exercise: Exercise, reference: Callable[..., Any], case: Case) -> Outcome:
    """What the reference gives on a case. Raises LawBroke where it should not have raised."""
    args = tuple(case.inputs.values())
    solution = solution_of(exercise, reference)
    if solution is None:
        outcome = expected_of(reference, args)
    else:
        outcome = outcome_of(exercise, LocalRunner(exercise.name, reference, solution), args)
    if outcome.raised is not None and outcome.raised.type not in CONTRACT_ERRORS:
        raise LawBroke(f"the reference of {exercise.name} raised {outcome.raised.sentence}")
    return outcome


def reference_outcomes(
    exercise: Exercise, chapter_file: str, corpus: Corpus, reference: Callable[..., Any]
) -> Mapping[str, Outcome]:
    """What a chapter's reference gives on each case of a whole corpus, by the case's id."""
    key = hashlib.sha256(
        chapter_hash(chapter_file) + _engine_hash() + f"{exercise.name}:{corpus.sha256}".encode()
    )
    kept = cache_folder() / "reference" / f"{key.hexdigest()[:32]}.gdl"
    ids = tuple(case.id for case in corpus.cases)
    try:
        return _read_kept(kept, ids)
    except NOT_KEPT:
        pass
    outcomes = [reference_outcome(exercise, reference, case) for case in corpus.cases]
    frame = _written(outcomes)
    keep(kept, frame)
    # Read back even now: what is expected is told in the same words the first time and ever after.
    return _read(frame, ids)


@lru_cache
def _engine_hash() -> bytes:
    return hashlib.sha256(b"".join((PACKAGE / n).read_bytes() for n in CARRIED_OUT_BY)).digest()


@lru_cache(maxsize=MOST_IN_MEMORY)
def _read_kept(path: Path, ids: tuple[str, ...]) -> Mapping[str, Outcome]:
    return _read(path.read_bytes(), ids)


def _written(outcomes: Sequence[Outcome]) -> bytes:
    buffers: list[bytes] = []
    told = [_told(outcome, buffers) for outcome in outcomes]
    return encode(0, {"outcomes": told}, buffers)


def _told(outcome: Outcome, buffers: list[bytes]) -> dict[str, Any]:
    if outcome.raised is not None:
        return {"raised": [outcome.raised.type, outcome.raised.message, outcome.raised.kinds]}
    return {"value": to_wire(outcome.value, buffers)}


def _read(frame: bytes, ids: Sequence[str]) -> Mapping[str, Outcome]:
    header, decoder = kept_frame(frame, MOST_PARTS)
    told = zip(ids, header["outcomes"], strict=True)
    return {id: _outcome(one, decoder) for id, one in told}


def _outcome(told: Mapping[str, Any], decoder: Decoder) -> Outcome:
    if "raised" in told:
        kind, message, kinds = told["raised"]
        return Outcome(raised=Raised(kind, message, (), tuple(kinds)))
    return Outcome(decoder.value(told["value"]))
