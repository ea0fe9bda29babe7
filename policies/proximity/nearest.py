"""The nearest of several places, by the best known round trip."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policies.fleet_view import Fleet, FleetView
from policies.proximity.region_pairs import Leg
from policies.reach import Proof, round_trip
from schemas.roles import Role

_BEST_FIRST = (Proof.KEPT, Proof.ESTIMATED, Proof.BROKEN)


def nearest_legs(fleet: Fleet, others: Iterable[Fleet], limit_ms: float) -> Iterator[Leg]:
    """Yield the way from each region of a fleet to the nearest member of other fleets; proven ones are nearer.

    Raises:
        AtlasError: The atlas lacks a region of either.
    """
    targets = {region: hosts[0].host for other in others for region, hosts in other.regions().items()}
    for region, hosts in fleet.regions().items():
        ways = [(round_trip(region, target, limit_ms, fleet.atlas), target) for target in sorted(targets)]
        reach, target = min(ways, key=lambda way: (_BEST_FIRST.index(way[0].proof), way[0].value_ms))
        yield Leg(origin=f"{hosts[0].host} ({region})", target=f"{targets[target]} ({target})", reach=reach)


def makers_of(view: FleetView, chain: str) -> list[Fleet]:
    """Return the fleets of validators that make a chain; none for a chain operated elsewhere."""
    return [fleet for fleet in view.fleets if chain and fleet.role is Role.VALIDATOR and fleet.terms.chain == chain]
