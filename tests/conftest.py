"""The solutions are a flat folder of modules, imported by name as the chapters do themselves."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "solutions"))
