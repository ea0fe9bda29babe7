"""What `geofleet plan --front` says: the choices between cost, latency and survival where more of one is less of another."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from schemas.roles import Role
from schemas.simulation import LatencyKind

SCHEMA = "geofleet/front/v1"


@dataclass(frozen=True, kw_only=True)
class RegionCount:
    """Members in one region."""

    region: str
    members: int


@dataclass(frozen=True, kw_only=True)
class FrontPoint:
    """One placement of a fleet and what it comes to."""

    usd_per_month: float | None
    """What the fleet's machines cost; None: a price is not known, which is not zero."""
    usd_per_month_estimated: float
    """The part of it that rests on estimated prices."""
    latency_mean_ms: float | None
    """Over leaders, or hubs; None where a fleet of its role has no such figure."""
    latency_worst_ms: float | None
    evidence: str
    """The weakest evidence of the latency; empty without one."""
    survives: tuple[str, ...]
    """Kinds of place of which any one may be lost: every single loss was tried."""
    regions: tuple[RegionCount, ...]
    """Where the members are, by region."""
    is_proven: bool
    """Whether it is proven that no placement of this survival is faster at this cost; else the time was up."""


@dataclass(frozen=True, kw_only=True)
class Unkept:
    """Losses that the fleet cannot be made to survive, under the spec's other limits."""

    survive: tuple[str, ...]
    """Kinds of place that were asked for beyond those that the spec promises."""
    why: str
    """What blocks, as the refusal says it."""


@dataclass(frozen=True, kw_only=True)
class FleetFront:
    """One fleet's choices, as if it were placed alone and nothing were locked."""

    fleet: str
    role: Role
    latency_kind: LatencyKind | None
    """What takes the time; None where a fleet of its role has no such figure."""
    planned: FrontPoint | None
    """The plan as it is: locked hosts stay, so it need not be on the front. None: there is none."""
    points: tuple[FrontPoint, ...]
    """No other point is as good in all three and better in one; by survival, then the cheapest first."""
    is_complete: bool
    """Whether nothing lies between the points; else budgets were tried in steps, and there may be more."""
    unkept: tuple[Unkept, ...]
    notes: tuple[str, ...]
    """What was not looked at, and why."""


@dataclass(frozen=True, kw_only=True)
class Front:
    """One stack's choices, fleet by fleet."""

    stack: str
    spec_sha256: str
    atlas_version: str
    fleets: tuple[FleetFront, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the envelope that `geofleet plan --front --format json` prints."""
        return {"schema": SCHEMA, **asdict(self)}
