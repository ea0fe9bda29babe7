"""What `geofleet status` says: which hosts run, how far chains are, what round trips measure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from schemas.atlas.latency import Evidence
from schemas.roles import Role

SCHEMA = "geofleet/status/v1"


class HostState(StrEnum):
    """Whether a planned host is there."""

    RUNNING = "running"
    STOPPED = "stopped"
    MISSING = "missing"
    BUILT = "built"
    """The engine has made it; nobody has looked whether it runs."""


@dataclass(frozen=True, kw_only=True)
class HostStatus:
    """One planned host, and what became of it."""

    host: str
    fleet: str
    role: Role
    region: str
    zone: str
    address: str
    state: HostState
    detail: str = ""
    """What more there is to say: a degraded unit, the reason of a stop."""


@dataclass(frozen=True, kw_only=True)
class ChainStatus:
    """One chain, as one of its own nodes tells it."""

    chain: str
    """Name in the spec."""
    chain_id: str
    """Name of this deployment of it."""
    height: int | None
    """Last block; None when no node answered."""
    block_time_ms: float | None
    """Measured mean time between the last blocks; None when there were too few."""
    validators: int | None
    """Members of the current validator set."""


@dataclass(frozen=True, kw_only=True)
class RoundTripStatus:
    """Two regions: what the plan says, and what is measured between two of their hosts."""

    region: str
    other: str
    planned_ms: float
    evidence: Evidence
    """How the planned figure is known."""
    measured_ms: float | None
    """Median; None when it was not measured."""
    measured_jitter_ms: float | None
    """Standard deviation (ping's mdev); None when it was not measured."""


@dataclass(frozen=True, kw_only=True)
class StackStatus:
    """One stack as it is now."""

    stack: str
    target: str
    """`lab` or `cloud`."""
    hosts: tuple[HostStatus, ...]
    chains: tuple[ChainStatus, ...]
    round_trips: tuple[RoundTripStatus, ...]
    looked_at: str = ""
    """When hosts were measured, RFC 3339, UTC; empty when they were not."""

    def to_json(self) -> dict[str, Any]:
        """Return the envelope that `geofleet status --format json` prints."""
        return {"schema": SCHEMA, **asdict(self)}
