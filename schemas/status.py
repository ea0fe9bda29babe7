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


class WorkState(StrEnum):
    """Whether a host was seen to do its work; everything but `working` and `idle` is a finding."""

    WORKING = "working"
    STALLED = "stalled"
    """It answers, and what it tells is too old."""
    UNREAD = "unread"
    """It is reached, and something that it should tell is missing."""
    UNREACHABLE = "unreachable"
    IDLE = "idle"
    """It is reached; the spec gives it nothing to do (`workload: none`)."""


@dataclass(frozen=True, kw_only=True)
class NodeWork:
    """One chain's node on a host."""

    chain: str
    height: int | None
    """Last block; None when the node does not answer."""
    block_age_s: float | None
    """Seconds since that block's time, by the looking machine's clock."""


@dataclass(frozen=True, kw_only=True)
class HostWork:
    """What a host's workloads have done, as they tell it; None: nothing on the host tells it."""

    host: str
    fleet: str
    role: Role
    region: str
    state: WorkState
    detail: str = ""
    """Why it is not working."""
    nodes: tuple[NodeWork, ...] = ()
    leader: bool | None = None
    """Whether it is the one of its fleet that acts."""
    packets: int | None = None
    """Carried since its relayer started."""
    oldest_pending_s: float | None = None
    """How long the packet waiting longest has waited."""
    price_age_s: float | None = None
    """Seconds since its oldest price was signed."""


@dataclass(frozen=True, kw_only=True)
class StackStatus:
    """One stack as it is now."""

    stack: str
    target: str
    """`lab` or `cloud`."""
    hosts: tuple[HostStatus, ...]
    chains: tuple[ChainStatus, ...]
    round_trips: tuple[RoundTripStatus, ...]
    work: tuple[HostWork, ...] = ()
    """What each host was seen to do; empty when nobody looked."""
    looked_at: str = ""
    """When hosts were measured, RFC 3339, UTC; empty when they were not."""

    def to_json(self) -> dict[str, Any]:
        """Return the envelope that `geofleet status --format json` prints."""
        return {"schema": SCHEMA, **asdict(self)}
