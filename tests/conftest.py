"""What all tests share: the solutions as modules, and a cache that is not the learner's.

The solutions are a flat folder of modules, imported by name as the chapters do themselves. Drawn
corpora go to a folder below pytest's own, so that they are drawn once a session.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Before anything loads NumPy: the arrays of the tests are small, and threads only wait for them.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "solutions"))


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The session's cache; the processes of pytest-xdist share one."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "cache"
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        patch.setenv("LOCALAPPDATA", str(folder))
        yield folder
