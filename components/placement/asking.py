"""From the spec to what each fleet asks of placement, independent of names and of the order in the file."""

from __future__ import annotations

import math
from collections.abc import Iterable

from components.placement.problem import Ask
from components.placement.world import World
from schemas.canonical import canonical_json
from schemas.loading.meaning import allowed_regions
from schemas.lock import Placement
from schemas.plan import Near, Promises
from schemas.roles import QUORUM_OF_ROLE, Quorum, Role
from schemas.spec import Fleet, Network

_COUNT_LEAST = {Quorum.BFT: 4, Quorum.MAJORITY: 3, Quorum.ANY: 2}
"""Least members of equal power of which one may be lost."""

_COUNT_TRIED = {Quorum.BFT: 13, Quorum.MAJORITY: 9, Quorum.ANY: 4}
"""Largest count tried when the spec leaves it out: beyond it, more members open no new way to keep a promise
over the handful of domains that a fleet uses."""


def promises_of(network: Network, fleet: Fleet) -> Promises:
    """Return what a fleet promises, hubs with their regions."""
    return Promises(
        survive=tuple(kind.value for kind in fleet.survive.domains()),
        halt_safely=tuple(kind.value for kind in fleet.halt_safely.domains()),
        between_members_ms_max=fleet.latency.between_members_ms_max,
        jitter_ms_max=fleet.latency.jitter_ms_max,
        near=tuple(
            Near(hub=near.hub, at=network.hubs[near.hub].at, latency_ms_max=near.latency_ms_max) for near in fleet.near
        ),
        per_hub=fleet.per_hub,
        reports_min=fleet.reports_min,
    )


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

    Earlier fleets open regions that later ones use as well. Content decides; the name only between
    fleets that ask for the same.
    """
    return sorted(network.fleets, key=lambda name: (*_order_key(network, network.fleets[name]), name))


def _order_key(network: Network, fleet: Fleet) -> tuple[bool, float, float, str]:
    promises = promises_of(network, fleet)
    content = {
        "role": fleet.role.value,
        "size": [fleet.count, fleet.per_hub, fleet.reports_min],
        "near": sorted([near.at, near.latency_ms_max] for near in promises.near),
        "survive": promises.survive,
        "halt_safely": promises.halt_safely,
        "jitter": promises.jitter_ms_max,
    }
    to_hub = min((near.latency_ms_max for near in promises.near), default=math.inf)
    between = promises.between_members_ms_max or math.inf
    return not fleet.members, to_hub, between, canonical_json(content)


def power_of(fleet: Fleet) -> int:
    """Return the voting power of each member that `count` makes; 0 for roles that do not vote by power."""
    return fleet.power if fleet.role is Role.VALIDATOR else 0


def counts_of(fleet: Fleet, kept: int) -> range:
    """Return the sizes that a fleet may have; the least that works is taken.

    Args:
        fleet: As the spec has it.
        kept: Hosts that the lock has: a size that is not given never falls below it, since
            new data must not remove a host.
    """
    if fleet.count:
        return range(fleet.count, fleet.count + 1)
    if fleet.per_hub:
        most = fleet.per_hub * len(fleet.near)
        return range(min(most, max(fleet.per_hub, kept)), most + 1)
    quorum = QUORUM_OF_ROLE[fleet.role]
    least = fleet.reports_min or 1
    tried = 3 * least if quorum is Quorum.THRESHOLD else _COUNT_TRIED[quorum] * max(1, len(fleet.near))
    first = max(least, kept)
    return range(first, max(tried, first + 3) + 1)


def told_count(fleet: Fleet, kept: int) -> int:
    """Return the size by which to explain why none works: the one given, or the least that can lose a member."""
    if fleet.count:
        return fleet.count
    if fleet.per_hub:
        return fleet.per_hub * len(fleet.near)
    quorum = QUORUM_OF_ROLE[fleet.role]
    least = (fleet.reports_min or 1) + 1 if quorum is Quorum.THRESHOLD else _COUNT_LEAST[quorum]
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
        open_regions=frozenset(), addresses_left={},
    )  # fmt: skip
