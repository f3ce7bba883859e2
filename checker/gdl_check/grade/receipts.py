"""What makes a grade defensible: a seed that nobody can predict, and signed receipts.

Both come from the teacher's secret, 32 random bytes in a file that stays with the teacher.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SIZE = 32
SEED_BITS = 48  # every JSON reader keeps such a number as it is
SIGNATURE = "hmac_sha256"


def secret_at(path: Path) -> bytes:
    """The teacher's secret, made and kept now where there is none. Raises OSError, ValueError."""
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return read_secret(path)
    with os.fdopen(fd, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(SIZE) + "\n")
    return read_secret(path)


def read_secret(path: Path) -> bytes:
    """The secret in a file. Raises OSError, and ValueError where that holds none."""
    secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    if len(secret) < SIZE:
        raise ValueError("too short")
    return secret


def name_of(secret: bytes) -> str:
    """What tells a secret from others, and nothing about it."""
    return hmac.new(secret, b"name", hashlib.sha256).hexdigest()[:16]


def seed_of(secret: bytes, assignment: str, run: str) -> int:
    """The seed that a whole class is graded with in one run of an assignment."""
    told = json.dumps(["seed", assignment, run]).encode()
    digest = hmac.new(secret, told, hashlib.sha256).digest()
    return int.from_bytes(digest, "big") >> (8 * len(digest) - SEED_BITS)


def signed(secret: bytes, receipt: Mapping[str, Any]) -> dict[str, Any]:
    """A receipt with its signature."""
    return {**receipt, SIGNATURE: _signature(secret, receipt)}


def is_genuine(secret: bytes, receipt: Mapping[str, Any]) -> bool:
    """Whether a receipt is as it was signed."""
    claimed = receipt.get(SIGNATURE)
    bare = {name: value for name, value in receipt.items() if name != SIGNATURE}
    return isinstance(claimed, str) and hmac.compare_digest(
        claimed.encode("utf-8", "replace"), _signature(secret, bare).encode()
    )


def source_hash(files: Mapping[str, bytes]) -> str:
    """The hash of a submission's files, which tells one from another."""
    digest = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _signature(secret: bytes, receipt: Mapping[str, Any]) -> str:
    told = json.dumps(receipt, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hmac.new(secret, b"receipt\0" + told.encode(), hashlib.sha256).hexdigest()
