"""The process that answers what a notebook asks: one object of JSON comes in, one goes out.

The notebook's own process imports nothing of the checker, so that no solution and no setting of
ours gets into it.
"""

from __future__ import annotations

import json
import sys


def main() -> None:
    """Read a question from standard input, and write what there is to say to standard output."""
    from gdl_check.sandbox import launch

    if launch.CAN_FORK:
        launch.fork_warm_process()  # before anything is loaded that no answer should see
    asked = json.load(sys.stdin)
    from gdl_check.question import answer

    print(json.dumps(answer(asked)), flush=True)
