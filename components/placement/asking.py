"""From the spec to what each fleet asks of placement, independent of names and of the order in the file."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace

from components.placement.problem import Ask, weight_us
from components.placement.world import World
from schemas import atlas
from schemas.canonical import canonical_json
from schemas.errors import FleetError
from schemas.loading.meaning import allowed_regions, hub_region
from schemas.lock import Placement
from schemas.plan import ExternalMember as OtherMember
from schemas.plan import Near, NearFleet, Promises
from schemas.roles import QUORUM_OF_ROLE, Quorum
from schemas.spec import AtlasHub, ExternalMember, Fleet, Hub, MemberSpec, Network, PointHub, ValidatorFleet
from schemas.spec import NearFleet as NearFleetSpec
from schemas.spec import Placement as PlacementSpec
from schemas.spec.validators import ValidatorMember
from schemas.workloads import NO_WORKLOAD

_COUNT_LEAST = {Quorum.BFT: 4, Quorum.MAJORITY: 3, Quorum.ANY: 2}
"""Least members of equal power of which one may be lost."""

_COUNT_TRIED = {Quorum.BFT: 13, Quorum.MAJORITY: 9, Quorum.ANY: 4}
"""Largest count tried when the spec leaves it out: beyond it, more members open no new way to keep a promise
over the handful of domains that a fleet uses."""


class CircularNearError(FleetError):
    """Fleets must be near each other in a circle."""


class UnevenPowerError(FleetError):
    """A fleet gives each member its own power, but no places."""


def promises_of(network: Network, fleet: Fleet) -> Promises:
    """Return what a fleet promises, hubs with their regions."""
    return Promises(
        survive=tuple(kind.value for kind in fleet.survive.domains()),
        halt_safely=tuple(kind.value for kind in fleet.halt_safely.domains()),
        survive_together=tuple(tuple(kind.value for kind in kinds) for kinds in fleet.survive_together),
        between_members_ms_max=fleet.latency.between_members_ms_max,
        jitter_ms_max=fleet.latency.jitter_ms_max,
        near=tuple(_near(network, fleet)),
        per_hub=fleet.members_per_hub,
        reports_min=fleet.threshold,
        external=tuple(_external(n, member) for n, member in enumerate(fleet.external_members, start=1)),
        near_fleets=tuple(
            NearFleet(fleet=near.fleet, latency_ms_max=near.latency_ms_max)
            for near in fleet.near
            if isinstance(near, NearFleetSpec)
        ),
    )


def with_margin(promises: Promises, margin_percent: float) -> Promises:
    """Return promises whose limits are lower by the share that placement leaves free; rules judge by the limits alone."""
    kept = 1 - margin_percent / 100

    def lower(limit: float | None) -> float | None:
        return None if limit is None else limit * kept

    return replace(
        promises, between_members_ms_max=lower(promises.between_members_ms_max),
        jitter_ms_max=lower(promises.jitter_ms_max),
        near=tuple(
            replace(near, latency_ms_max=near.latency_ms_max * kept, jitter_ms_max=lower(near.jitter_ms_max))
            for near in promises.near
        ),
        near_fleets=tuple(replace(near, latency_ms_max=near.latency_ms_max * kept) for near in promises.near_fleets),
    )  # fmt: skip


def _near(network: Network, fleet: Fleet) -> Iterator[Near]:
    """Yield the hubs that a fleet promises to be near; a hub without a limit is a wish."""
    for near in fleet.near_hubs:
        at = hub_region(network.hubs[near.hub])
        if near.latency_ms_max is not None and at is not None:
            yield Near(
                hub=near.hub, at=at, latency_ms_max=near.latency_ms_max, jitter_ms_max=near.jitter_ms_max
            )  # fmt: skip


def wanted_placement(network: Network, fleet: Fleet) -> PlacementSpec | None:
    """Return by what the spec prefers places, the fleet's own first; None when it does not say."""
    return fleet.placement or network.placement


def hub_distances(network: Network, fleet: Fleet, world: World) -> dict[str, int]:
    """Return region to a member's round trips to the fleet's hubs, in microseconds, estimates dearer; empty without hubs.

    Wishes count as well as promises. A relayer serves the nearest of its hubs, members of other roles all of them.
    """
    hubs = [network.hubs[near.hub] for near in fleet.near_hubs]
    if not hubs:
        return {}
    together = min if fleet.quorum is Quorum.ANY else sum
    return {region: together(_hub_us(region, hub, world) for hub in hubs) for region in world.regions}


def _hub_us(region: str, hub: Hub, world: World) -> int:
    at = hub_region(hub)
    if at is not None:
        return weight_us(world.round_trip(region, at))
    place = (
        hub.coordinates if isinstance(hub, PointHub) else atlas.hub(hub.atlas) if isinstance(hub, AtlasHub) else None
    )
    assert place is not None, "a hub is at a region, in the atlas, or at coordinates"
    return weight_us(world.point_round_trip(region, place))


def _external(position: int, member: ExternalMember) -> OtherMember:
    known = atlas.regions().get(member.region)
    return OtherMember(
        name=f"external-{position}", operator=member.operator, region=member.region, zone=member.zone or "",
        metro=member.metro or (known.metro if known else member.region), client=member.client or "",
        power=member.power or 0,
    )  # fmt: skip


def client_of(fleet: Fleet, member: MemberSpec | None = None) -> str:
    """Return the name of the software that a fleet runs, or that one of its members does."""
    client = (member.client if member else None) or fleet.client
    return client.software if client else NO_WORKLOAD


def signer_group_of(fleet: Fleet, member: MemberSpec | None = None) -> str:
    """Return the group of members that share a signer; empty where each has its own."""
    own = member.signer_group if isinstance(member, ValidatorMember) else None
    return own or (fleet.signer_group if isinstance(fleet, ValidatorFleet) else None) or ""


def usable_regions(network: Network, world: World) -> tuple[str, ...]:
    """Return the regions that new hosts may go to, sorted.

    A region without known zones is used only when `allow` names it in full: a pattern does not mean it.
    """
    return tuple(
        name
        for name in allowed_regions(network)
        if name in world.regions and (world.zones(name) or name in network.regions.allow)
    )


def fleet_order(network: Network) -> list[str]:
    """Return the fleets in the order in which they are placed: members listed one by one, then the tightest limits.

    Earlier fleets open regions that later ones use as well, and are near where later ones must be (`near.fleet`).
    Content decides; the name only between fleets that ask for the same.

    Raises:
        CircularNearError: Fleets must be near each other in a circle.
    """
    waiting = sorted(network.fleets, key=lambda name: (*_order_key(network, network.fleets[name]), name))
    ordered: list[str] = []
    while waiting:
        ready = next((name for name in waiting if not _wanted_near(network.fleets[name]) & set(waiting)), None)
        if ready is None:
            raise CircularNearError(
                f"fleets {', '.join(sorted(waiting))} must be near each other: one has to be placed first",
                remedy="Remove one of the 'near: [{fleet: ...}]', or list that fleet's members one by one.",
            )
        waiting.remove(ready)
        ordered.append(ready)
    return ordered


def _wanted_near(fleet: Fleet) -> set[str]:
    """Return the fleets that must be placed before a fleet; a fleet that lists its members waits for none."""
    return set() if fleet.members else {near.fleet for near in fleet.near if isinstance(near, NearFleetSpec)}


def _order_key(network: Network, fleet: Fleet) -> tuple[bool, float, float, str]:
    promises = promises_of(network, fleet)
    content = {
        "role": fleet.role.value,
        "size": [fleet.count, fleet.members_per_hub, fleet.threshold],
        "near": sorted([near.at, near.latency_ms_max] for near in promises.near),
        "survive": promises.survive,
        "halt_safely": promises.halt_safely,
        "survive_together": sorted(sorted(kinds) for kinds in promises.survive_together),
        "jitter": promises.jitter_ms_max,
        "near_fleets": sorted(near.latency_ms_max for near in promises.near_fleets),
    }
    to_hub = min((near.latency_ms_max for near in promises.near), default=math.inf)
    between = promises.between_members_ms_max or math.inf
    return not fleet.members, to_hub, between, canonical_json(content)


def power_of(fleet: Fleet) -> int:
    """Return the voting power of each member that `count` makes; 0 for roles that do not vote by power.

    Raises:
        UnevenPowerError: The spec gives each member its own, but no places.
    """
    if not isinstance(fleet, ValidatorFleet):
        return 0
    if isinstance(fleet.power, tuple):
        raise UnevenPowerError(
            "placement does not choose places for members of uneven power yet",
            remedy="List the members one by one under 'members', each with its region and its 'power'.",
        )
    return fleet.power


def counts_of(fleet: Fleet, kept: int) -> range:
    """Return the sizes that a fleet may have; the least that works is taken.

    Args:
        fleet: As the spec has it.
        kept: Hosts that the lock has: a size that is not given never falls below it, since
            new data must not remove a host.
    """
    if fleet.count:
        return range(fleet.count, fleet.count + 1)
    if fleet.members_per_hub:
        most = fleet.members_per_hub * len(fleet.near_hubs)
        return range(min(most, max(fleet.members_per_hub, kept)), most + 1)
    quorum = QUORUM_OF_ROLE[fleet.role]
    least = fleet.threshold or 1
    tried = 3 * least if quorum is Quorum.THRESHOLD else _COUNT_TRIED[quorum] * max(1, len(fleet.near_hubs))
    first = max(least, kept)
    return range(first, max(tried, first + 3) + 1)


def told_count(fleet: Fleet, kept: int) -> int:
    """Return the size by which to explain why none works: the one given, or the least that can lose a member."""
    if fleet.count:
        return fleet.count
    if fleet.members_per_hub:
        return fleet.members_per_hub * len(fleet.near_hubs)
    quorum = QUORUM_OF_ROLE[fleet.role]
    least = (fleet.threshold or 1) + 1 if quorum is Quorum.THRESHOLD else _COUNT_LEAST[quorum]
    return max(least, kept)


def ask_of(fleet: Fleet, promises: Promises, kept: Iterable[Placement], *, name: str, regions: tuple[str, ...]) -> Ask:
    """Return what a fleet asks, before it is known which regions others use."""
    counts: dict[str, int] = {}
    region_of: dict[str, str] = {}
    for placement in kept:
        counts[placement.zone] = counts.get(placement.zone, 0) + 1
        region_of[placement.zone] = placement.region
    return Ask(
        fleet=name, role=fleet.role, promises=promises, regions=regions, kept=counts, kept_region=region_of,
        open_regions=frozenset(), addresses_left={}, power=power_of(fleet),
        operator=fleet.operator, client=client_of(fleet), signer_group=signer_group_of(fleet),
        kept_free=fleet.latency.margin_percent / 100,
    )  # fmt: skip
