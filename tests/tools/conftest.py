"""The tools run before the project is installed: they are found by folder, as `python3 tools/setup.py` does."""

from __future__ import annotations

import sys

from schemas.locations import REPOSITORY

for folder in (REPOSITORY / "tools", REPOSITORY / "tools" / "engine" / "host"):
    sys.path.append(str(folder))
