"""What `geofleet plan --diff` says: what moved between two plans, why, and what it means for survival, latency, cost."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from schemas.simulation import Latency, LostKind

SCHEMA = "geofleet/comparison/v1"


class ChangeKind(StrEnum):
    """What became of a host."""

    LEFT = "left"
    ARRIVED = "arrived"
    MOVED = "moved"
    """The same host is in another place: only between two locks; no plan moves a locked host."""
    CHANGED = "changed"
    """It stays, and is different: size, software, power."""


@dataclass(frozen=True, kw_only=True)
class HostChange:
    """One host that is not as it was."""

    kind: ChangeKind
    host: str
    fleet: str
    before: str
    """Zone that it was in; empty for one that arrives."""
    after: str
    """Zone that it is in now; empty for one that leaves."""
    why: str


@dataclass(frozen=True, kw_only=True)
class WorstLoss:
    """The worst loss of one kind of domain."""

    domain: str
    verdict: str
    """`goes on`, `halts safely`; `goes on, can fork`, `halts, can fork`."""
    left: str
    """What is left, with its unit."""


@dataclass(frozen=True, kw_only=True)
class Margin:
    """What the worst loss of one kind leaves, before and after; None: there is no such domain, or no such fleet."""

    kind: LostKind
    before: WorstLoss | None
    after: WorstLoss | None


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What hosts cost a month."""

    usd_per_month: float | None
    """Of those whose price is known; None: no price is known, which is not zero."""
    unknown_hosts: int
    """Hosts whose price nobody knows; they are not in the figure."""
    usd_per_month_estimated: float = 0.0
    """The part of it that rests on estimated prices."""


@dataclass(frozen=True, kw_only=True)
class FleetComparison:
    """One fleet before and after."""

    fleet: str
    members_before: int
    members_after: int
    margins: tuple[Margin, ...]
    latency_before: Latency | None
    latency_after: Latency | None
    cost_before: Cost
    cost_after: Cost


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two plans of one stack."""

    stack: str
    before: str
    """Where the first is from: a lock file, or a git revision."""
    after: str
    """Where the second is from: the spec."""
    spec_changed: bool
    """Whether they are made from different specs."""
    hosts: tuple[HostChange, ...]
    """By fleet and number; hosts that stay as they are are left out."""
    fleets: tuple[FleetComparison, ...]
    cost_before: Cost
    """Of all hosts."""
    cost_after: Cost
    notes: tuple[str, ...]
    """What could not be compared, and why."""

    def to_json(self) -> dict[str, Any]:
        """Return the envelope that `geofleet plan --diff --format json` prints."""
        return {"schema": SCHEMA, **asdict(self)}
