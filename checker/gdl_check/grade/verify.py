"""Says of receipts whether they are as they were signed."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gdl_check.cli import NOT_PASSED, PASSED
from gdl_check.grade import receipts
from gdl_check.grade.store import Store
from gdl_check.render.terminal import Screen
from gdl_check.targets import NotUnderstood

BLOCK = re.compile(r"^(`{3,})text\n(.*?)\n\1$", re.MULTILINE | re.DOTALL)


def verify(path: Path, key: Path, screen: Screen) -> int:
    """Show which receipts in a file were not signed with this key: 0 where all were, else 1."""
    try:
        secret = receipts.read_secret(key)
    except (OSError, ValueError):
        raise NotUnderstood(
            f"the secret that receipts were signed with is not in {key}: name it with --secret"
        ) from None
    genuine = forged = 0
    for receipt in _receipts(path):
        if receipts.is_genuine(secret, receipt):
            genuine += 1
            continue
        forged += 1
        who, what = (str(receipt.get(name, "?"))[:60] for name in ("student", "exercise"))
        screen.put([[("not genuine: ", "bad"), (f"{who}, {what}", "")]])
    screen.put([[(f"{genuine} genuine, {forged} not", "bad" if forged else "good")]])
    return NOT_PASSED if forged or not genuine else PASSED


def _receipts(path: Path) -> Iterator[dict[str, Any]]:
    """The receipts in a file: JSON, a student's page in Markdown, or a whole gradebook."""
    try:
        if path.suffix == ".sqlite" and path.is_file():  # one that is not there would be made
            store = Store(path)
            try:
                yield from store.receipts()
            finally:
                store.close()
            return
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".md":
            text = BLOCK.findall(text)[-1][1]  # they stand at the end of a page
        told = json.loads(text)
    except (OSError, ValueError, IndexError, RecursionError, sqlite3.Error):
        raise _nothing_in(path) from None
    for receipt in told if isinstance(told, list) else [told]:
        if not isinstance(receipt, dict):
            raise _nothing_in(path)
        yield receipt


def _nothing_in(path: Path) -> NotUnderstood:
    return NotUnderstood(
        f"{path} holds no receipt that can be read: name a student's page in Markdown, like"
        " feedback/ana.md, or grades.sqlite"
    )
