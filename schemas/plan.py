"""What was decided: every host's place, every region's subnet, every link's delay.

A plan is immutable, sorted and derived from spec, lock and atlas alone; building
it makes no choices.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from schemas.atlas.latency import Evidence
from schemas.feeding import Feeding
from schemas.plan_cost import PlanCost
from schemas.roles import QUORUM_OF_ROLE, Domain, Quorum, Role
from schemas.terms import FleetTerms, NetworkTerms
from schemas.workloads import NO_WORKLOAD, Assignment

SCHEMA = "geofleet/plan/v1"

UNBONDING_PERIOD_S = 1_814_400
"""Three weeks: the Cosmos SDK's default. Light clients trust for two thirds of it."""
FEE_PER_GAS = 0.025
FEE_DENOMINATION = "stake"


@dataclass(frozen=True, kw_only=True)
class Near:
    """A promise to be near a hub."""

    hub: str
    at: str
    """Region of the hub."""
    latency_ms_max: float
    jitter_ms_max: float | None = None


@dataclass(frozen=True, kw_only=True)
class NearFleet:
    """A promise that every member is near one of another fleet's."""

    fleet: str
    latency_ms_max: float


@dataclass(frozen=True, kw_only=True)
class ExternalMember:
    """A member that others run: it counts in the fleet's quorum, and is never made."""

    name: str
    """`external-<n>`, by its place in the spec."""
    operator: str
    region: str
    zone: str = ""
    """Empty: not known, so it may be in any zone of its region."""
    metro: str
    client: str = ""
    """Empty: not known, so it may be any."""
    power: int
    """Voting power; 0 for roles that do not vote by power."""

    @property
    def provider(self) -> str:
        """Return the provider: the first part of the region."""
        return self.region.partition(":")[0]


@dataclass(frozen=True, kw_only=True)
class Promises:
    """What a fleet's spec promises; rules judge hosts by it."""

    survive: tuple[str, ...] = ()
    """Kinds of domain of which one may be lost."""
    halt_safely: tuple[str, ...] = ()
    """Kinds of domain whose loss may stop the fleet but never fork it."""
    between_members_ms_max: float | None = None
    jitter_ms_max: float | None = None
    near: tuple[Near, ...] = ()
    per_hub: int | None = None
    reports_min: int | None = None
    external: tuple[ExternalMember, ...] = ()
    """Members that others run: what the quorum of the promises also consists of."""
    survive_together: tuple[tuple[str, ...], ...] = ()
    """Kinds of domain of which one each may be lost at the same time."""
    near_fleets: tuple[NearFleet, ...] = ()
    """Fleets of which every member must be near one."""


@dataclass(frozen=True, kw_only=True)
class PathPlan:
    """Two chains between which packets are carried, both ways."""

    source: str
    destination: str
    channels: tuple[str, ...]
    """`port/channel` on the source: only these."""


@dataclass(frozen=True, kw_only=True)
class Relaying:
    """What the relayers of a fleet carry, and how."""

    paths: tuple[PathPlan, ...]
    clear_interval_blocks: int = 100
    clear_on_start: bool = True
    client_refresh: float = 0.33
    """Part of the trusting period after which a light client is refreshed."""

    @property
    def chains(self) -> tuple[str, ...]:
        """Return the chains at both ends, sorted."""
        return tuple(sorted({chain for path in self.paths for chain in (path.source, path.destination)}))


@dataclass(frozen=True, kw_only=True)
class PruningPlan:
    """How much history nodes keep."""

    strategy: str
    """As the Cosmos SDK names it."""
    keep_blocks: int | None = None
    interval_blocks: int | None = None


@dataclass(frozen=True, kw_only=True)
class FleetPlan:
    """One fleet: its quorum and its promises."""

    name: str
    role: Role
    chain: str
    """Chain ID whose nodes the hosts are: of validators, and of sequencers that make its blocks; empty for others."""
    client: str
    """Client that the hosts run; `none` when they run no workload yet."""
    client_version: str
    promises: Promises
    terms: FleetTerms = field(default_factory=FleetTerms)
    """What the spec says beyond its promises; rules judge it, building does not read it."""
    double_sign_check_blocks: int = 0
    """Blocks that a starting validator looks back for its own votes; 0: none."""
    relaying: Relaying | None = None
    """What relayers carry; None for other roles."""
    pruning: PruningPlan | None = None
    """How much history nodes keep; None: the client's default."""
    feeding: Feeding | None = None
    """Prices that oracles report; None for other roles, and for oracles without pairs."""

    @property
    def quorum(self) -> Quorum:
        """Return how the fleet decides that it goes on."""
        return QUORUM_OF_ROLE[self.role]


@dataclass(frozen=True, kw_only=True)
class HostPlan:
    """One host: `<fleet>-<n>`, where it is and what it is."""

    host: str
    fleet: str
    role: Role
    provider: str
    region: str
    zone: str
    metro: str
    operator: str
    client: str
    client_version: str
    machine: str
    """Size that the spec asks for, as `<vcpu>x<memory GiB>`."""
    disk_gib: int
    power: int
    """Voting power; 0 for roles that do not vote by power."""
    address: str
    """Private IPv4 address, decided here so that peers are known at preview."""
    signer_group: str = ""
    """Members that share a signer; empty: it has its own."""
    confidential: str = ""
    """What keeps the machine's own operator out: `nitro`, `sev_snp` or `tdx`; empty: nothing."""
    machine_type: str = ""
    """Provider's machine type, `aws:c6a.xlarge`; empty where none is known to fit."""
    cost_usd_per_month: float | None = None
    """What the machine costs in 730 hours on demand; None: nobody knows, which is not zero."""
    price_evidence: str = ""
    """How the price is known: `published` or `estimated`; empty without a price."""
    beside: tuple[Assignment, ...] = ()
    """What the host runs beside its client: a full node of each chain that a relayer carries packets between."""

    @property
    def assignments(self) -> tuple[Assignment, ...]:
        """Return every client that the host runs, its own first."""
        return assignments_of(self.client, self.client_version, self.beside)


def assignments_of(client: str, version: str, beside: tuple[Assignment, ...]) -> tuple[Assignment, ...]:
    """Return every client that a host runs: its own, unless it runs none, and those beside it."""
    own = () if client == NO_WORKLOAD else (Assignment(client=client, version=version),)
    return (*own, *beside)


@dataclass(frozen=True, kw_only=True)
class RegionPlan:
    """One region in use and its subnet."""

    region: str
    metro: str
    cidr: str
    gateway: str


@dataclass(frozen=True, kw_only=True)
class LinkPlan:
    """What separates two regions in use; `region` sorts before `other`."""

    region: str
    other: str
    round_trip_ms: float
    round_trip_evidence: Evidence
    jitter_ms: float
    jitter_evidence: Evidence


@dataclass(frozen=True, kw_only=True)
class ChainPlan:
    """One chain that the network makes."""

    chain: str
    engine: str
    block_time_ms: int
    unbonding_period_s: int = UNBONDING_PERIOD_S
    trusting_period_s: int = UNBONDING_PERIOD_S * 2 // 3
    fee_per_gas: float = FEE_PER_GAS
    """Least price of a unit of gas, in the smallest coin."""
    fee_denomination: str = FEE_DENOMINATION
    """Coin of fees and stake."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything decided for one stack."""

    stack: str
    network: str
    environment: str
    spec_sha256: str
    atlas_version: str
    network_cidr: str
    """Holds every region's subnet; what crosses regions is between two addresses of it."""
    operator_cidr: str
    """Where operators and the store are; outside `network_cidr`, so never delayed."""
    chains: tuple[ChainPlan, ...]
    fleets: tuple[FleetPlan, ...]
    regions: tuple[RegionPlan, ...]
    links: tuple[LinkPlan, ...]
    hosts: tuple[HostPlan, ...]
    costs: tuple[PlanCost, ...] = ()
    """By fleet, sorted, and all together last."""
    terms: NetworkTerms = field(default_factory=NetworkTerms)
    """What the spec says of the whole network beyond its chains."""
    notes: tuple[str, ...] = ()
    """What the reader must know beside the figures."""

    def fleet(self, name: str) -> FleetPlan:
        """Return one fleet of the plan; it must exist."""
        return next(fleet for fleet in self.fleets if fleet.name == name)

    def region(self, name: str) -> RegionPlan:
        """Return one region of the plan; it must exist."""
        return next(region for region in self.regions if region.region == name)

    def hosts_of(self, fleet: str) -> tuple[HostPlan, ...]:
        """Return the hosts of one fleet, in order of their number."""
        return tuple(host for host in self.hosts if host.fleet == fleet)

    def link(self, region: str, other: str) -> LinkPlan | None:
        """Return what separates two regions; None within one region."""
        pair = (min(region, other), max(region, other))
        return next((link for link in self.links if (link.region, link.other) == pair), None)

    def to_json(self) -> dict[str, Any]:
        """Return the envelope that `geofleet plan --format json` prints."""
        return {"schema": SCHEMA, **asdict(self)}


def promises_to_props(promises: Promises) -> dict[str, Any]:
    """Return promises as plain values, without what is not promised."""
    return {key: _plain(value) for key, value in asdict(promises).items() if value not in (None, ())}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items() if inner is not None}
    return [_plain(inner) for inner in value] if isinstance(value, tuple) else value


def domains_with_external(
    own: Mapping[str, frozenset[str]], external: Iterable[ExternalMember], kind: Domain,
    region_of: Mapping[str, str],
) -> dict[str, frozenset[str]]:  # fmt: skip
    """Return the members of every domain of a kind, those that others run included; domains sorted by name.

    What is not known of a member of others is taken for the worst: it is in every domain that it may be in.

    Args:
        own: Domain to the members that this network runs there; domains without any may be listed.
        external: The members that others run.
        kind: Kind of domain.
        region_of: Region of every zone among `own`.
    """
    found = {domain: set(members) for domain, members in own.items()}
    for member in external:
        known = member.name if kind is Domain.SIGNER_GROUP else str(getattr(member, kind.value))
        if known:
            found.setdefault(known, set()).add(member.name)
            continue
        for domain in own:
            if kind is Domain.CLIENT or region_of.get(domain) == member.region:
                found[domain].add(member.name)
        alone = "unknown" if kind is Domain.CLIENT else f"{member.region}-unknown"
        found.setdefault(alone, set()).add(member.name)
    return {domain: frozenset(found[domain]) for domain in sorted(found)}


def promises_from_props(props: Mapping[str, Any]) -> Promises:
    """Return promises from plain values; whole numbers may arrive as floats.

    Raises:
        KeyError: A hub lacks one of its values.
        TypeError: A value has the wrong type.
        ValueError: A count is not a whole number.
    """
    between, jitter = props.get("between_members_ms_max"), props.get("jitter_ms_max")
    per_hub, reports_min = props.get("per_hub"), props.get("reports_min")
    return Promises(
        survive=tuple(str(kind) for kind in props.get("survive", ())),
        halt_safely=tuple(str(kind) for kind in props.get("halt_safely", ())),
        between_members_ms_max=None if between is None else float(between),
        jitter_ms_max=None if jitter is None else float(jitter),
        near=tuple(
            Near(
                hub=str(near["hub"]),
                at=str(near["at"]),
                latency_ms_max=float(near["latency_ms_max"]),
                jitter_ms_max=None if near.get("jitter_ms_max") is None else float(near["jitter_ms_max"]),
            )
            for near in props.get("near", ())
        ),
        survive_together=tuple(tuple(str(kind) for kind in kinds) for kinds in props.get("survive_together", ())),
        near_fleets=tuple(
            NearFleet(fleet=str(near["fleet"]), latency_ms_max=float(near["latency_ms_max"]))
            for near in props.get("near_fleets", ())
        ),
        per_hub=None if per_hub is None else whole(per_hub),
        reports_min=None if reports_min is None else whole(reports_min),
        external=tuple(
            ExternalMember(
                **{key: str(member[key]) for key in ("name", "operator", "region", "zone", "metro", "client")},
                power=whole(member["power"]),
            )
            for member in props.get("external", ())
        ),
    )


def whole(value: Any) -> int:
    """Return a whole number that the engine may have turned into a float.

    Raises:
        ValueError: It is not a whole number.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not float(value).is_integer():
        raise ValueError(f"{value!r} is not a whole number")
    return int(value)
