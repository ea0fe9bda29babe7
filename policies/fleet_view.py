"""What rules may see: the facts of every host, fleet by fleet, and what of it is unknown.

Built from a plan or from resource properties; both give the same view, so the
same rule gives the same finding.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from policies.reach import hubs_served
from policies.resources import Resources
from policies.waiver import Waiver
from schemas.atlas import PUBLISHED, Atlas
from schemas.facts import HostFacts, facts_of
from schemas.ledger import Ledger
from schemas.plan import Plan, Promises, domains_with_external
from schemas.report import Severity
from schemas.roles import QUORUM_OF_ROLE, Domain, Quorum, Role
from schemas.survival import Member, groups
from schemas.terms import ChainTerms, FleetTerms, NetworkTerms

JUDGED_DOMAINS = tuple(Domain)
"""Kinds of domain that a promise may name: each has its rule. Any other promise is not evaluated, never ignored."""

_NEVER_EMPTY = ("stack", "environment", "host", "fleet", "provider", "region", "zone", "metro", "operator", "client")


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """A host whose facts cannot be read, so that its fleet cannot be judged."""

    host: str
    """The host as far as it is known: its name, or a resource's URN."""
    fleet: str
    """Its fleet; empty when that is not known either, and then every fleet is in doubt."""
    reason: str


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """One fleet whose hosts are all known."""

    name: str
    role: Role
    environment: str
    promises: Promises
    hosts: tuple[HostFacts, ...]
    """Sorted by number; at least one."""
    atlas: Atlas = PUBLISHED
    """What is known of the world, a user's own figures included."""
    said: FleetTerms | None = None
    """What its spec says beyond promises; None where the stack does not publish it."""

    @property
    def terms(self) -> FleetTerms:
        """Return what its spec says beyond promises; for rules with `reads_terms`, which are not asked without."""
        assert self.said is not None, "the judge asks rules that read terms only where terms are known"
        return self.said

    @property
    def quorum(self) -> Quorum:
        """Return how the fleet decides that it goes on."""
        return QUORUM_OF_ROLE[self.role]

    @property
    def hubs(self) -> tuple[str, ...]:
        """Return the hubs that must each keep a member: a relayer's, as other quorums do not count by hub."""
        return tuple(near.hub for near in self.promises.near) if self.quorum is Quorum.ANY else ()

    @property
    def reports_min(self) -> int:
        """Return the threshold of the quorum; 1 for fleets without one."""
        return self.promises.reports_min or 1

    def members(self) -> tuple[Member, ...]:
        """Return the members as the arithmetic of survival takes them.

        Raises:
            AtlasError: A relayer is in a region that the atlas lacks.
        """
        near = self.promises.near if self.quorum is Quorum.ANY else ()
        served = {region: hubs_served(region, near, self.atlas) for region in {host.region for host in self.hosts}}
        own = [Member(name=host.host, power=host.power, hubs=served[host.region]) for host in self.hosts]
        return (*own, *(Member(name=member.name, power=member.power) for member in self.promises.external))

    def domains(self, kind: Domain) -> dict[str, frozenset[str]]:
        """Return the members of every domain of a kind, those that others run included; domains sorted by name."""
        # A host without a signer group has a signer of its own.
        own = groups({host.host: str(getattr(host, kind.value)) or host.host for host in self.hosts})
        zones = {host.zone: host.region for host in self.hosts} if kind is Domain.ZONE else {}
        return domains_with_external(own, self.promises.external, kind, zones)

    def regions(self) -> dict[str, tuple[HostFacts, ...]]:
        """Return the hosts of every region, regions sorted by name."""
        found: dict[str, list[HostFacts]] = {}
        for host in self.hosts:
            found.setdefault(host.region, []).append(host)
        return {region: tuple(found[region]) for region in sorted(found)}


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one host costs on demand, and how that is known."""

    usd_per_month: float | None
    """None: nobody knows, which is not zero."""
    evidence: str


@dataclass(frozen=True, kw_only=True)
class FleetView:
    """One stack as rules see it."""

    stack: str
    hosts: tuple[HostFacts, ...]
    """Every host whose facts are known, sorted by fleet and number."""
    fleets: tuple[Fleet, ...]
    """Every fleet that can be judged, sorted by name."""
    doubts: Mapping[str, str] = field(default_factory=dict)
    """Fleet that cannot be judged to the reason; the stack itself when a host's fleet is unknown."""
    declared: tuple[str, ...] = ()
    """Fleets that the plan or the stack's components name, whether they have hosts or not."""
    keys_known: bool = True
    """False only while a plan is judged before its keys exist."""
    parameters: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Rule ID to parameter to value, where a platform team has set one."""
    severities: Mapping[str, Mapping[str, Severity]] = field(default_factory=dict)
    """Rule ID to environment (empty for any) to severity, where a platform team has set one."""
    waivers: tuple[Waiver, ...] = ()
    """Findings that somebody answers for, in force or not."""
    today: datetime.date | None = None
    """The day that waivers are judged on; None where nothing is waived."""
    weakened: tuple[str, ...] = ()
    """What of that asks for less than the catalogue does, each with its place."""
    network: NetworkTerms | None = None
    """What the spec says of the whole network; None where the stack does not publish it."""
    costs: Mapping[str, Cost] = field(default_factory=dict)
    """Host to what it costs; empty on every feed but the plan's."""
    resources: Resources = field(default_factory=Resources)
    """What the stack has at its providers, made by our components or by anybody; empty for a plan."""
    environment: str = ""
    """What decides on severities where no host says it."""

    @property
    def network_terms(self) -> NetworkTerms:
        """Return what the spec says of the whole network; for rules with `reads_terms`, as `Fleet.terms`."""
        assert self.network is not None, "the judge asks rules that read terms only where terms are known"
        return self.network

    def chain(self, name: str) -> ChainTerms | None:
        """Return a chain of the network; None when it has none of this name. For rules with `reads_terms`."""
        return self.network_terms.chain(name)

    def of_fleet(self, fleet: Fleet) -> FleetView:
        """Return the view narrowed to one fleet."""
        return replace(self, hosts=fleet.hosts, fleets=(fleet,), doubts={}, declared=(fleet.name,))

    def judged_with(self, atlas: Atlas) -> FleetView:
        """Return the view as rules see it by an atlas: the stack's own (`schemas.loading.atlas_file.stack_atlas`)."""
        return replace(self, fleets=tuple(replace(fleet, atlas=atlas) for fleet in self.fleets))

    def saying(self, terms: Mapping[str, FleetTerms], network: NetworkTerms | None) -> FleetView:
        """Return the view with what the spec says beyond promises.

        Args:
            terms: By fleet; one that is not in it publishes none, and rules that read terms are not evaluated.
            network: Of the whole network; None when it publishes none.
        """
        fleets = tuple(replace(fleet, said=terms.get(fleet.name)) for fleet in self.fleets)
        return replace(self, fleets=fleets, network=network)

    def environment_of(self, subject: str) -> str:
        """Return the environment of a fleet; of the first host for any other subject."""
        named = next((fleet.environment for fleet in self.fleets if fleet.name == subject), "")
        return named or (self.hosts[0].environment if self.hosts else self.environment)


def view_of(
    facts: Iterable[HostFacts], *, stack: str = "", unknown: Iterable[Unknown] = (), declared: Iterable[str] = (),
    keys_known: bool = True,
) -> FleetView:  # fmt: skip
    """Return the view of a stack from its hosts' facts, in any order.

    Args:
        facts: Of every host that is known.
        stack: The stack's name; the first host's when empty.
        unknown: Hosts whose facts could not be read.
        declared: Fleets that should have hosts.
        keys_known: Whether keys have been made, so that a missing fingerprint is a fault.
    """
    hosts = tuple(sorted(facts, key=lambda host: by_number(host.host)))
    by_fleet: dict[str, list[HostFacts]] = {}
    for host in hosts:
        by_fleet.setdefault(host.fleet, []).append(host)
    unread = tuple(unknown)
    name = stack or (hosts[0].stack if hosts else "")
    doubts = _doubts(by_fleet, unread, name)
    return FleetView(
        stack=name,
        hosts=hosts,
        fleets=tuple(_fleet(fleet, by_fleet[fleet]) for fleet in sorted(by_fleet) if fleet not in doubts),
        doubts=doubts,
        declared=tuple(sorted(declared)),
        keys_known=keys_known,
        network=NetworkTerms(),
    )


def view_of_plan(plan: Plan, ledger: Ledger | None = None, atlas: Atlas = PUBLISHED) -> FleetView:
    """Return the view of a plan.

    Args:
        plan: The plan.
        ledger: The stack's key ledger; None before keys exist.
        atlas: What is known of the world: the one that the plan was made with.
    """
    fingerprints: dict[str, dict[str, str]] = {}
    for key in ledger.keys if ledger else ():
        fingerprints.setdefault(key.holder, {})[key.purpose.value] = key.fingerprint
    view = view_of(
        [facts_of(plan, host, fingerprints.get(host.host)) for host in plan.hosts],
        stack=plan.stack, declared=[fleet.name for fleet in plan.fleets], keys_known=ledger is not None,
    )  # fmt: skip
    costs = {h.host: Cost(usd_per_month=h.cost_usd_per_month, evidence=h.price_evidence) for h in plan.hosts}
    said = view.judged_with(atlas).saying({fleet.name: fleet.terms for fleet in plan.fleets}, plan.terms)
    return replace(said, costs=costs)


def _fleet(name: str, hosts: list[HostFacts]) -> Fleet:
    first = hosts[0]
    return Fleet(
        name=name, role=first.role, environment=first.environment, promises=first.promises, hosts=tuple(hosts),
        said=FleetTerms(),
    )  # fmt: skip


def _doubts(by_fleet: Mapping[str, list[HostFacts]], unread: tuple[Unknown, ...], stack: str) -> dict[str, str]:
    """Return every fleet that cannot be judged, with all reasons why."""
    reasons: dict[str, list[str]] = {}
    for fleet in sorted(by_fleet):
        found = list(_contradictions(by_fleet[fleet]))
        if found:
            reasons[fleet] = found
    homeless = [unknown for unknown in unread if not unknown.fleet]
    for fleet in sorted(set(by_fleet) | {unknown.fleet for unknown in unread if unknown.fleet}):
        told = [f"{u.host}: {u.reason}" for u in unread if u.fleet == fleet]
        told += [f"{u.host}, perhaps of this fleet: {u.reason}" for u in homeless]
        if told:
            reasons.setdefault(fleet, []).extend(told)
    if homeless:
        reasons[stack or "stack"] = [f"{unknown.host}: {unknown.reason}" for unknown in homeless]
    return {fleet: shortened(found, "; ") for fleet, found in reasons.items()}


def _contradictions(hosts: list[HostFacts]) -> Iterator[str]:
    """Yield why a fleet's facts cannot all be true, or say too little."""
    first = hosts[0]
    for name in ("role", "environment", "chain", "promises"):
        other = next((host for host in hosts if getattr(host, name) != getattr(first, name)), None)
        if other is not None:
            yield f"{first.host} and {other.host} disagree on '{name}' of their fleet"
    for host in hosts:
        empty = [name for name in _NEVER_EMPTY if not getattr(host, name)]
        if empty:
            yield f"{host.host} does not say its {', '.join(empty)}"
        if host.power < 0:
            yield f"{host.host} has negative voting power {host.power}"
    promised = {*first.promises.survive, *first.promises.halt_safely}
    for kind in sorted(promised - {domain.value for domain in JUDGED_DOMAINS}):
        yield f"no rule judges the promise about '{kind}'"
    if QUORUM_OF_ROLE[first.role] is Quorum.THRESHOLD and promised and first.promises.reports_min is None:
        yield "'reports_min' is not known, and the quorum depends on it"


def by_number(host: str) -> tuple[str, int, str]:
    """Return what sorts hosts as people count: `oracles-9` before `oracles-10`."""
    fleet, _, number = host.rpartition("-")
    return (fleet, int(number), host) if number.isdecimal() else (host, 0, host)


def shortened(words: Iterable[str], separator: str = ", ", most: int = 5) -> str:
    """Return a list as text, its tail counted: a fleet of 1,000 must not fill a screen."""
    all_words = list(words)
    rest = len(all_words) - most
    return separator.join(all_words[:most]) + (f" and {rest} more" if rest > 0 else "")
