"""One fleet's placement as a problem: candidate sites, limits on them, pairs that may not be used together.

Nothing here solves; `search.py` does. Part of a fleet's promises can be left out
(`dataclasses.replace` on the `Ask`), which is how `conflict.py` finds out what blocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, product

from components.placement.aims import Agreement, Blend, Ceiling, Tally
from components.placement.world import World
from schemas.atlas import Evidence, RoundTrip
from schemas.errors import FleetError
from schemas.plan import ExternalMember, Promises, domains_with_external
from schemas.roles import QUORUM_OF_ROLE, Domain, Quorum, Role
from schemas.survival import Others, Own, members_max_beside

ESTIMATE_FACTOR = 1.372
"""An estimated round trip counts for this much more when places are compared: the 90th percentile of the
estimate's error on held-out pairs (research/performance.md, section 2)."""

COMBINATIONS_MAX = 60_000
"""Combinations of domains that one promise may have: a zone and a region of all 79 regions are 19,000."""

OF_THE_FLEET = frozenset({Domain.OPERATOR, Domain.CLIENT, Domain.SIGNER_GROUP})
"""Kinds of domain that the fleet decides, not the place: all members that are placed together share one."""

Pair = tuple[str, str]
"""Two different regions, in order of their names."""


class TooManyCombinationsError(FleetError):
    """A promise about losses at the same time has more combinations of domains than a programme can hold."""


@dataclass(frozen=True, kw_only=True)
class NearPlaces:
    """Another fleet that every member must be near to one member of."""

    fleet: str
    regions: frozenset[str]
    """Where its members are."""
    latency_ms_max: float


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What one fleet wants, without its members' places."""

    fleet: str
    role: Role
    promises: Promises
    regions: tuple[str, ...]
    """Regions that may be used."""
    kept: Mapping[str, int]
    """Zone to the number of this fleet's hosts that the lock keeps there."""
    kept_region: Mapping[str, str]
    """Region of every zone in `kept`."""
    open_regions: frozenset[str]
    """Regions that the network uses already."""
    addresses_left: Mapping[str, int]
    """Region to the number of hosts that its subnet can still take; unlisted ones have no limit."""
    power: int = 1
    """Voting power of each member; 0 for roles that do not vote by power."""
    operator: str = "self"
    client: str = ""
    signer_group: str = ""
    """What every member placed here has in common; empty where each has its own."""
    unsold: frozenset[str] = frozenset()
    """Regions that are known not to sell the machine that the spec insists on."""
    objective: str = ""
    """By what places are preferred; empty: by the usual wishes."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """Objective to its weight, for `weighted`."""
    prices: Mapping[str, int] = field(default_factory=dict)
    """Region to what a host costs there, in millionths of a dollar a month; regions without a price are left out."""
    is_priced_only: bool = False
    """Whether new hosts go only where their price is known."""
    kept_free: float = 0.0
    """Share of each limit that is left free (`margin_percent`); the limits in `promises` are without it already."""
    near_places: tuple[NearPlaces, ...] = ()
    """Other fleets that every member must be near to, with their places."""
    hub_us: Mapping[str, int] = field(default_factory=dict)
    """Region to the round trips of one member there to the fleet's hubs; empty without hubs."""
    budget_micro_usd: int | None = None
    """What the hosts may cost together, in millionths of a dollar a month."""

    @property
    def quorum(self) -> Quorum:
        """Return how the fleet decides that it goes on."""
        return QUORUM_OF_ROLE[self.role]

    @property
    def counts_cost(self) -> bool:
        """Return whether prices decide about places: by the objective, or by a budget."""
        return self.budget_micro_usd is not None or self.objective == "cost" or bool(self.weights.get("cost"))

    @property
    def kept_count(self) -> int:
        """Return how many hosts the lock keeps."""
        return sum(self.kept.values())


@dataclass(frozen=True, kw_only=True)
class Site:
    """One zone that members can be put in."""

    zone: str
    region: str
    metro: str
    provider: str
    members_min: int
    members_max: int


@dataclass(frozen=True, kw_only=True)
class Limit:
    """How many members some sites may hold together."""

    name: str
    """Promise that it comes from: `survive.region`, `near.deribit`."""
    sites: frozenset[int]
    """Positions in `Problem.sites`."""
    at_least: int = 0
    at_most: int = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What the search decides: how many members each site gets, `count` in all."""

    count: int
    sites: tuple[Site, ...]
    """Sorted by region, then zone."""
    limits: tuple[Limit, ...]
    apart: frozenset[Pair]
    """Regions that may not both be used: too far, or not known to be near."""
    weights_us: Mapping[Pair, int]
    """Round trip between regions in whole microseconds, estimates counted dearer."""
    open_regions: frozenset[str]
    goals: tuple[Tally, ...] = ()
    """Sums that come before every wish, the first one first."""
    agreement: Agreement | None = None
    """The time to agree, where it is the objective."""
    blend: Blend | None = None
    """Several figures at once, where they are the objective."""
    jitter_us: Mapping[Pair, int] = field(default_factory=dict)
    """Jitter between regions, where it is the objective, as `weights_us` has round trips; else empty."""
    cost: Tally | None = None
    """What decides where the wishes tie; None when no price is known."""
    ceilings: tuple[Ceiling, ...] = ()

    @property
    def regions(self) -> tuple[str, ...]:
        """Return the candidate regions, sorted."""
        return tuple(sorted({site.region for site in self.sites}))


def pair_of(one: str, other: str) -> Pair:
    """Return two regions as a pair."""
    return (one, other) if one < other else (other, one)


def is_within(figure: RoundTrip, limit_ms: float | None) -> bool:
    """Return whether a figure satisfies a hard limit: only what was measured can."""
    return limit_ms is None or (figure.evidence is Evidence.MEASURED and figure.value_ms <= limit_ms)


def hubs_served(region: str, promises: Promises, world: World) -> tuple[str, ...]:
    """Return the hubs that a region is proven to be near enough to."""
    return tuple(
        near.hub
        for near in promises.near
        if is_within(world.round_trip(region, near.at), near.latency_ms_max)
        and (near.jitter_ms_max is None or is_within(world.jitter(region, near.at), near.jitter_ms_max))
    )


def is_near_fleet(region: str, near: NearPlaces, world: World) -> bool:
    """Return whether a region is proven to be near enough to a member of another fleet."""
    return any(is_within(world.round_trip(region, other), near.latency_ms_max) for other in near.regions)


def can_hold_members(region: str, ask: Ask, world: World) -> bool:
    """Return whether a region sells the machine, and is near enough to other fleets and to hubs.

    Relayers need one of their hubs, other roles all of them.
    """
    is_known = not ask.is_priced_only or region in ask.prices or region in ask.kept_region.values()
    if region in ask.unsold or not is_known or not all(is_near_fleet(region, near, world) for near in ask.near_places):
        return False
    served = len(hubs_served(region, ask.promises, world))
    wanted = len(ask.promises.near)
    return served == wanted if ask.quorum is not Quorum.ANY else served > 0 or not wanted


def problem_of(ask: Ask, count: int, world: World) -> Problem:
    """Return the problem of placing `count` members."""
    sites = tuple(_sites(ask, count, world))
    regions = sorted({site.region for site in sites})
    pairs = list(combinations(regions, 2))
    promises = ask.promises
    return Problem(
        count=count,
        sites=sites,
        limits=tuple(_limits(ask, count, sites, world)),
        apart=frozenset((one, other) for one, other in pairs if not is_pair_allowed(one, other, promises, world)),
        weights_us={pair: weight_us(world.round_trip(*pair)) for pair in pairs},
        open_regions=ask.open_regions,
    )


def weight_us(figure: RoundTrip) -> int:
    """Return what a round trip counts for, in whole microseconds (so that sums are exact)."""
    factor = 1.0 if figure.evidence is Evidence.MEASURED else ESTIMATE_FACTOR
    return round(figure.value_ms * factor * 1000)


def jitter_weights(regions: Iterable[str], world: World) -> dict[Pair, int]:
    """Return what the jitter between regions counts for, as `weight_us` counts round trips."""
    return {pair: weight_us(world.jitter(*pair)) for pair in combinations(sorted(regions), 2)}


def is_pair_allowed(one: str, other: str, promises: Promises, world: World) -> bool:
    """Return whether two members may be in these regions (the same one twice: both inside it)."""
    near = promises.between_members_ms_max
    if near is not None and not is_within(world.round_trip(one, other), near):
        return False
    return promises.jitter_ms_max is None or is_within(world.jitter(one, other), promises.jitter_ms_max)


def _sites(ask: Ask, count: int, world: World) -> Iterator[Site]:
    shrinks = count < ask.kept_count
    usable = {region for region in ask.regions if can_hold_members(region, ask, world)}
    zones = {(region, zone) for region in usable for zone in world.zones_of(region)}
    zones |= {(region, zone) for zone, region in ask.kept_region.items()}
    for region, zone in sorted(zones):
        kept = ask.kept.get(zone, 0)
        most = 0 if region not in usable else kept if shrinks else count
        if kept or most:
            known = world.regions[region]
            yield Site(
                zone=zone, region=region, metro=known.metro, provider=known.provider,
                members_min=0 if shrinks else kept, members_max=most,
            )  # fmt: skip


def _limits(ask: Ask, count: int, sites: tuple[Site, ...], world: World) -> Iterator[Limit]:
    promises = ask.promises
    if ask.quorum is Quorum.ANY and promises.near:
        yield from _hub_limits(ask, sites, world)
    else:
        for kind in promises.survive:
            yield from _at_most(f"survive.{kind}", Domain(kind), ask, count, sites)
    for number in range(len(promises.survive_together)):
        yield from _together(number, ask, count, sites, world)
    for kind in promises.halt_safely:
        yield from _at_most(f"halt_safely.{kind}", Domain(kind), ask, count, sites)
    by_region = domains_of(Domain.REGION, ask, sites)
    for region, inside in by_region.items():
        if not is_pair_allowed(region, region, promises, world):
            yield Limit(name="latency", sites=inside, at_most=1)
        if region in ask.addresses_left:
            kept = sum(ask.kept.get(sites[i].zone, 0) for i in inside)
            yield Limit(name="addresses", sites=inside, at_most=kept + ask.addresses_left[region])


def most_in_one(ask: Ask, count: int, *, alone: bool = False, inside: Iterable[ExternalMember] = ()) -> int:
    """Return how many of `count` members one domain may hold; negative when others hold too much there already.

    Args:
        ask: What the fleet wants; members that others run count in its quorum.
        count: Members that are placed.
        alone: Whether the domain must only not decide by itself (`halt_safely`), instead of being expendable.
        inside: Members of others that are in the domain as well.
    """
    everyone, there = ask.promises.external, tuple(inside)
    others = Others(
        members=len(everyone), power=sum(member.power for member in everyone),
        members_inside=len(there), power_inside=sum(member.power for member in there),
    )  # fmt: skip
    own = Own(count=count, power=max(ask.power, 1))
    return members_max_beside(ask.quorum, own, others, reports_min=ask.promises.reports_min or 1, alone=alone)


def _hub_limits(ask: Ask, sites: tuple[Site, ...], world: World) -> Iterator[Limit]:
    """Yield that every hub has its members, and keeps one whatever domain is lost."""
    served = {region: hubs_served(region, ask.promises, world) for region in {site.region for site in sites}}
    for near in ask.promises.near:
        around = frozenset(i for i, site in enumerate(sites) if near.hub in served[site.region])
        yield Limit(name=f"near.{near.hub}", sites=around, at_least=ask.promises.per_hub or 1)
        for kind in ask.promises.survive:
            for inside in domains_of(Domain(kind), ask, sites).values():
                if inside & around:
                    yield Limit(name=f"survive.{kind}", sites=around - inside, at_least=1)


def _together(number: int, ask: Ask, count: int, sites: tuple[Site, ...], world: World) -> Iterator[Limit]:
    """Yield what must be left when one domain of each kind is lost at the same time, for every choice of them.

    A signer of its own is one member more that is lost, wherever it is.
    """
    promises, name = ask.promises, f"survive_together.{number}"
    kinds = promises.survive_together[number]
    served = {region: hubs_served(region, promises, world) for region in {site.region for site in sites}}
    hubs = promises.near if ask.quorum is Quorum.ANY else ()
    around = [frozenset(i for i, site in enumerate(sites) if near.hub in served[site.region]) for near in hubs]
    every_loss = _lost_together(kinds, ask, sites)
    for inside, others, alone in sorted(every_loss, key=lambda lost: (sorted(lost[0]), sorted(lost[1]), lost[2])):
        if hubs:
            yield from (Limit(name=name, sites=near - inside, at_least=1 + alone) for near in around)
            continue
        there = [member for member in promises.external if member.name in others]
        most = most_in_one(ask, count, inside=there)
        if most < count:
            # what others lose there can be too much already: then no placement keeps the promise
            is_lost = most < alone
            held = frozenset[int]() if is_lost else inside
            if held or is_lost:
                yield Limit(name=name, sites=held, at_least=int(is_lost), at_most=max(most - alone, 0))


def _lost_together(
    kinds: Iterable[str], ask: Ask, sites: tuple[Site, ...]
) -> set[tuple[frozenset[int], frozenset[str], int]]:
    """Return what can be lost: sites, members of others, and the number of members lost with a signer of their own.

    Raises:
        TooManyCombinationsError: There are more than a programme can hold.
    """
    found: set[tuple[frozenset[int], frozenset[str], int]] = {(frozenset(), frozenset(), 0)}
    for kind in map(Domain, kinds):
        own = domains_of(kind, ask, sites)
        zones = {site.zone: site.region for site in sites} if kind is Domain.ZONE else {}
        empty: dict[str, frozenset[str]] = {domain: frozenset() for domain in own}
        taken = domains_with_external(empty, ask.promises.external, kind, zones)
        lost = {(own.get(domain, frozenset[int]()), others, 0) for domain, others in taken.items()}
        if kind in OF_THE_FLEET and not getattr(ask, kind.value):
            lost.add((frozenset(), frozenset(), 1))
        if len(found) * len(lost) > COMBINATIONS_MAX:
            raise TooManyCombinationsError(
                f"fleet '{ask.fleet}': 'survive_together' has more than {COMBINATIONS_MAX} combinations of domains to try",
                remedy="Allow fewer regions under 'regions', or promise fewer kinds at once.",
            )
        pairs = product(found, lost or {(frozenset(), frozenset(), 0)})
        found = {(one[0] | other[0], one[1] | other[1], one[2] + other[2]) for one, other in pairs}
    return found


def _at_most(name: str, kind: Domain, ask: Ask, count: int, sites: tuple[Site, ...]) -> Iterator[Limit]:
    """Yield the limit of every domain; members of others that are, or may be, in it leave less room."""
    own = domains_of(kind, ask, sites)
    zones = {site.zone: site.region for site in sites} if kind is Domain.ZONE else {}
    empty: dict[str, frozenset[str]] = {domain: frozenset() for domain in own}
    by_name = {member.name: member for member in ask.promises.external}
    for domain, others in domains_with_external(empty, ask.promises.external, kind, zones).items():
        there = [by_name[member] for member in others]
        most = most_in_one(ask, count, alone=name.startswith("halt_safely"), inside=there)
        # what others hold there can be too much already: then no placement keeps the promise
        at_least = 1 if most < 0 else 0
        inside = own.get(domain, frozenset()) if most >= 0 else frozenset()
        if inside or at_least:
            yield Limit(name=name, sites=inside, at_least=at_least, at_most=max(most, 0))


def domains_of(kind: Domain, ask: Ask, sites: tuple[Site, ...]) -> dict[str, frozenset[int]]:
    """Return the sites of every domain of a kind, domains sorted by name."""
    if kind in OF_THE_FLEET:
        shared = str(getattr(ask, kind.value))
        return {shared: frozenset(range(len(sites)))} if shared else {}
    found: dict[str, set[int]] = {}
    for position, site in enumerate(sites):
        found.setdefault(str(getattr(site, kind.value)), set()).add(position)
    return {name: frozenset(found[name]) for name in sorted(found)}
