"""Read the atlas's CSV tables, once per process."""

from __future__ import annotations

import csv
from pathlib import Path

DATA = Path(__file__).parent / "data"


def rows(table: str) -> list[dict[str, str]]:
    """Return the rows of `data/<table>.csv` as text; see `data/SOURCES.md` for origins."""
    with (DATA / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
