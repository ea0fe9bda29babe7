"""The arithmetic of a finished placement, done again without the solver: it is checked, not trusted."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product

from components.placement.keeping import Seat
from components.placement.problem import OF_THE_FLEET, Ask, hubs_served, is_near_fleet, is_pair_allowed
from components.placement.world import World
from schemas.plan import domains_with_external
from schemas.roles import Domain, Quorum
from schemas.survival import Member, groups, halts_safely, outcome


def broken_promises(ask: Ask, seats: Sequence[Seat], world: World) -> list[str]:
    """Return every promise of a fleet that its seats break, in words; empty when they keep all.

    Every single loss is tried, and every pair of members measured against the limits.
    """
    promises = ask.promises
    members = tuple(
        Member(name=str(i), power=max(seat.power, 1), hubs=hubs_served(seat.region, promises, world))
        for i, seat in enumerate(seats)
    ) + tuple(Member(name=member.name, power=max(member.power, 1)) for member in promises.external)
    hubs = tuple(near.hub for near in promises.near) if ask.quorum is Quorum.ANY else ()
    reports_min = promises.reports_min or 1
    found: list[str] = []
    for kind in sorted({*promises.survive, *promises.halt_safely}):
        for domain, inside in _domains(Domain(kind), ask, seats, world).items():
            left = outcome(ask.quorum, members, inside, reports_min=reports_min, hubs=hubs)
            safe = halts_safely(ask.quorum, members, inside, reports_min=reports_min)
            if kind in promises.survive and not left.goes_on:
                found.append(f"losing {domain} leaves {left.left}, needed: {left.needed}")
            if kind in promises.halt_safely and not safe.goes_on:
                found.append(f"{domain}: {safe.left}, needed: {safe.needed}")
    for kinds in promises.survive_together:
        domains = [_domains(Domain(kind), ask, seats, world).items() for kind in kinds]
        for lost in product(*domains):
            inside = frozenset[str]().union(*(members_lost for _, members_lost in lost))
            left = outcome(ask.quorum, members, inside, reports_min=reports_min, hubs=hubs)
            if not left.goes_on:
                names = " and ".join(domain for domain, _ in lost)
                found.append(f"losing {names} together leaves {left.left}, needed: {left.needed}")
    regions = sorted(seat.region for seat in seats)
    for one, other in sorted(set(combinations(regions, 2))):
        if not is_pair_allowed(one, other, promises, world):
            found.append(f"{one} and {other} are not proven to be near enough")
    for near in ask.near_places:
        far = sorted({seat.region for seat in seats if not is_near_fleet(seat.region, near, world)})
        found += [f"{region} is not proven to be near enough to fleet {near.fleet}" for region in far]
    # members that others run have promised no hub anything
    return found + _broken_hubs(ask, members[: len(seats)])


def _broken_hubs(ask: Ask, members: tuple[Member, ...]) -> list[str]:
    wanted = ask.promises.near
    found = []
    for member in members if wanted else ():
        served = len(member.hubs)
        if wanted and (served == 0 if ask.quorum is Quorum.ANY else served < len(wanted)):
            found.append(f"member {member.name} is not proven to be near enough to its hubs")
    if ask.quorum is Quorum.ANY:
        for near in wanted:
            around = sum(near.hub in member.hubs for member in members)
            if around < (ask.promises.per_hub or 1):
                found.append(f"{around} members are near {near.hub}")
    return found


def _domains(kind: Domain, ask: Ask, seats: Sequence[Seat], world: World) -> dict[str, frozenset[str]]:
    own = groups({str(i): _domain(seat, kind, ask, world) or str(i) for i, seat in enumerate(seats)})
    zones = {seat.zone: seat.region for seat in seats} if kind is Domain.ZONE else {}
    return domains_with_external(own, ask.promises.external, kind, zones)


def _domain(seat: Seat, kind: Domain, ask: Ask, world: World) -> str:
    if kind in OF_THE_FLEET:
        return str(getattr(ask, kind.value))
    if kind in (Domain.ZONE, Domain.REGION):
        return str(getattr(seat, kind.value))
    return str(getattr(world.regions[seat.region], kind.value))
