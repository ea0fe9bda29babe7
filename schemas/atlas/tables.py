"""Read the atlas's CSV tables, once per process, and what is known of their sources."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"


def rows(table: str) -> list[dict[str, str]]:
    """Return the rows of `data/<table>.csv` as text; see `data/SOURCES.md` for origins."""
    with (DATA / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def raw_rows(table: str) -> list[list[str]]:
    """Return the rows of a long table as lists, without the header: a third of the time that `rows` takes."""
    with (DATA / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where figures come from, and how they were taken."""

    name: str
    statistic: str
    method: str
    date: str
    """When it was measured or published, as exactly as the source says."""
    floor_ms: float
    """Round trips below this prove nothing: what the method itself may take; 0 when it takes nothing."""
    rank: int
    """Between machines (1) before through a service (2); within a rank the newer wins."""
    origin: str
    """Repository, page or package, with the commit where there is one."""
    licence: str


@cache
def sources() -> dict[str, Source]:
    """Return every source of a figure by name."""
    return {
        row["source"]: Source(
            name=row["source"], statistic=row["statistic"], method=row["method"], date=row["date"],
            floor_ms=float(row["floor_ms"]), rank=int(row["rank"]), origin=row["origin"], licence=row["licence"],
        )
        for row in rows("sources")
    }  # fmt: skip
