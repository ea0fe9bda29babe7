"""What could be had for other money, other latency, or other promises: the Pareto front of each fleet."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from schemas.simulation import Latency

SCHEMA = "geofleet/front/v1"


@dataclass(frozen=True, kw_only=True)
class FrontPoint:
    """One placement that no other beats in cost, latency and survival at once."""

    survive: tuple[str, ...]
    """Kinds of domain of which any one may be lost."""
    usd_per_month: float
    latency: Latency
    regions: tuple[str, ...]
    """Regions that hosts are in, each once."""
    hosts: int
    proven: bool
    """Whether the solver proved that it is best; False: time was up, and something better may exist."""
    as_promised: bool
    """Whether it survives all that the spec promises."""


@dataclass(frozen=True, kw_only=True)
class FleetFront:
    """One fleet's points: those that survive most first, then by cost."""

    fleet: str
    latency_kind: str
    """What takes the time: `commit floor`, `raft commit`, `reports`, `to hubs`."""
    points: tuple[FrontPoint, ...]
    notes: tuple[str, ...]
    """What could not be placed, and why."""


@dataclass(frozen=True, kw_only=True)
class Front:
    """All fleets of a stack."""

    stack: str
    spec_sha256: str
    fleets: tuple[FleetFront, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the envelope that `geofleet plan --front --format json` prints."""
        return {"schema": SCHEMA, **asdict(self)}
