"""What `geofleet simulate` says: each failure of a domain or of two, and what of each fleet survives it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from schemas.atlas.evidence import Evidence
from schemas.roles import Quorum, Role

SCHEMA = "geofleet/simulation/v1"


class LostKind(StrEnum):
    """What can be lost as one."""

    HOST = "host"
    ZONE = "zone"
    REGION = "region"
    METRO = "metro"
    PROVIDER = "provider"
    OPERATOR = "operator"
    CLIENT = "client"
    SIGNER_GROUP = "signer_group"


class LatencyKind(StrEnum):
    """What takes the time."""

    COMMIT_FLOOR = "commit_floor"
    """Validators: three one-way delays to two thirds of the power; the leaders rotate."""
    RAFT_COMMIT = "raft_commit"
    """Sequencers: a round trip from the leader to the nearest majority."""
    REPORT_ROUND_TRIP = "report_round_trip"
    """Oracles: a round trip from a member to the nearest that make `reports_min` with it."""
    HUB_ROUND_TRIP = "hub_round_trip"
    """Members near hubs: from the nearest one that is left to each hub."""


@dataclass(frozen=True, kw_only=True)
class Latency:
    """How fast a fleet is, by planned round trips alone: what no software can go below."""

    kind: LatencyKind
    mean_ms: float
    """Over the leaders, each as often as it leads; over the hubs."""
    worst_ms: float
    """With the worst leader; to the worst hub."""
    worst_at: str
    """The worst leader's name; the worst hub's."""
    evidence: Evidence
    """The weakest evidence among the round trips between the members that are left."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a fleet stands with some members lost."""

    goes_on: bool
    forks_possible: bool
    """What is lost could decide by itself, were it cut off or captured instead of dead."""
    left: str
    """What is left, with its unit: `75.0 % of voting power`."""
    needed: str
    """What is needed, in the same unit."""
    members_left: int
    power_left: int
    """Voting power; 0 for roles that do not vote by power."""
    latency: Latency | None
    """None when the fleet stands still, has no such figure, or a place of it is not known."""

    @property
    def verdict(self) -> str:
        """Return the standing in a few words."""
        if self.forks_possible:
            return "goes on, can fork" if self.goes_on else "halts, can fork"
        return "goes on" if self.goes_on else "halts safely"


@dataclass(frozen=True, kw_only=True)
class LostDomain:
    """One domain that is lost."""

    kind: LostKind
    name: str


@dataclass(frozen=True, kw_only=True)
class Case:
    """One failure as one fleet sees it."""

    lost: tuple[LostDomain, ...]
    """One domain, or several at the same time."""
    members_lost: tuple[str, ...]
    after: Standing
    during_upgrade: Standing
    """The same failure while the fleet's worst host is out for an upgrade."""


@dataclass(frozen=True, kw_only=True)
class BrokenPromise:
    """A promise of the spec that a failure breaks."""

    rule_id: str
    """The rule that refuses it; empty when none judges it."""
    promise: str
    """As the spec says it: `survive: {zone: 1}`."""
    lost: tuple[LostDomain, ...]
    left: str
    needed: str


@dataclass(frozen=True, kw_only=True)
class FleetSimulation:
    """One fleet under every failure."""

    fleet: str
    role: Role
    quorum: Quorum
    members: int
    power: int
    """Voting power of all members; 0 for roles that do not vote by power."""
    as_planned: Standing
    """With nothing lost."""
    upgrade_host: str
    """The host whose absence hurts most: it is the one that is out during an upgrade here."""
    upgrade: Standing
    """With that host out and nothing lost."""
    singles: tuple[Case, ...]
    """Every loss of one domain, worst first."""
    pairs: tuple[Case, ...]
    """Losses of two domains at once, worst first: those asked for, or the worst ones; and those of as many kinds as
    `survive_together` promises."""
    pairs_tried: int
    """How many losses of several domains at once were looked at."""
    broken: tuple[BrokenPromise, ...]
    notes: tuple[str, ...]
    """What the figures do not say."""


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """One stack under every failure."""

    stack: str
    spec_sha256: str
    atlas_version: str
    pairs: tuple[str, ...]
    """Kinds of domain that were lost together, `zone+region`; empty: the worst pairs of places."""
    fleets: tuple[FleetSimulation, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the envelope that `geofleet simulate --format json` prints."""
        return {"schema": SCHEMA, **asdict(self)}
