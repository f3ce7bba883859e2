"""`gdl-check`, and `python -m gdl_check`: where the process begins."""

from __future__ import annotations

import os
import sys

from gdl_check.verbs import WITHOUT_WORKERS

ONLY_SAYS = {"-h", "--help", "--version"}
_AGAIN = "import sys; sys.path[:] = {!r}; from gdl_check.__main__ import main; sys.exit(main(True))"


def main(seeded: bool = False) -> int:
    """Run the command line; the result is its exit code.

    Workers are forked from this process where that is safe. The order in which a learner's sets
    come must be the same in every run, and it is fixed when an interpreter begins: so it begins
    once more with the seed that they need.
    """
    only_says = ONLY_SAYS.intersection(sys.argv)
    has_workers = not (only_says or WITHOUT_WORKERS.intersection(sys.argv[1:2]))
    if sys.platform == "linux" and has_workers and not seeded and sys.executable:
        package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        # Where this one finds modules, but neither beside the script nor in the learner's folder.
        path = [*(sys.path if sys.flags.safe_path else sys.path[1:]), package]
        again = [sys.executable, "-P", "-S", "-c", _AGAIN.format(path), *sys.argv[1:]]
        os.execve(sys.executable, again, {**os.environ, "PYTHONHASHSEED": "0"})
    from gdl_check.cli import main as run

    code = run(sys.argv[1:], fork_here=seeded)
    if seeded:
        # All has been said. Taking down what the end frees anyway costs a tenth of a check.
        os._exit(code)
    return code


if __name__ == "__main__":
    sys.exit(main())
