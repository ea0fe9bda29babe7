"""What a map of a plan shows: metros with their regions and hosts, hubs, and what separates them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

from operations.latency_after import Distances, weakest
from schemas.atlas import PUBLISHED, Atlas, Evidence, Region
from schemas.plan import HostPlan, Plan

LINKS_MAX = 45
"""Links that a reader can still follow: those of ten metros."""

NEIGHBOURS = 2
"""Nearest metros to which each keeps its link where there are too many."""


@dataclass(frozen=True, kw_only=True)
class Leg:
    """What separates two regions."""

    region: str
    other: str
    round_trip_ms: float
    evidence: Evidence

    def text(self) -> str:
        """Return it as one phrase: `aws:us-east-1 to gcp:us-east4: 2.57 ms, measured`."""
        return f"{self.region} to {self.other}: {self.round_trip_ms:.2f} ms, {self.evidence}"


@dataclass(frozen=True, kw_only=True)
class MapRegion:
    """One region and the hosts in it; a hub's region may have none."""

    region: str
    hosts: tuple[HostPlan, ...]
    hubs: tuple[str, ...]
    """Hubs that are in it."""


@dataclass(frozen=True, kw_only=True)
class MapPlace:
    """One metro: its regions are one point on a map of the world."""

    metro: str
    city: str
    east: float
    north: float
    """Degrees; the mean over its regions."""
    regions: tuple[MapRegion, ...]
    inside: tuple[Leg, ...]
    """What separates each of its regions from the next."""

    @property
    def hosts(self) -> tuple[HostPlan, ...]:
        """Return its hosts."""
        return tuple(host for region in self.regions for host in region.hosts)


@dataclass(frozen=True, kw_only=True)
class MapLink:
    """What separates two metros: one leg for each pair of regions that traffic goes between."""

    one: str
    other: str
    legs: tuple[Leg, ...]

    @property
    def slowest_ms(self) -> float:
        """Return the longest round trip."""
        return max(leg.round_trip_ms for leg in self.legs)

    @property
    def fastest_ms(self) -> float:
        """Return the shortest round trip."""
        return min(leg.round_trip_ms for leg in self.legs)

    @property
    def evidence(self) -> Evidence:
        """Return the weakest evidence among its legs."""
        return weakest(leg.evidence for leg in self.legs)


@dataclass(frozen=True, kw_only=True)
class MapContent:
    """Everything that a map shows."""

    places: tuple[MapPlace, ...]
    links: tuple[MapLink, ...]
    """Between metros whose members belong to one fleet, and from relayers to hubs; the slowest first."""
    links_left_out: int
    """Where there are too many to tell apart: then those are kept that join all places, and each with its nearest."""
    unplaced: tuple[str, ...]
    """Regions in use whose place is not known."""


def map_content(plan: Plan, atlas: Atlas = PUBLISHED) -> MapContent:
    """Return what a map of a plan shows, sorted."""
    known = atlas.regions
    used = {host.region for host in plan.hosts}
    hubs = _hubs(plan)
    shown = sorted(region for region in used | hubs.keys() if region in known)
    distances = Distances(plan, atlas)
    legs = [leg for leg in _legs(plan, distances) if leg.region in known and leg.other in known]
    by_metro: dict[str, list[str]] = {}
    for region in shown:
        by_metro.setdefault(known[region].metro, []).append(region)
    metro_of = {region: known[region].metro for region in shown}
    links = _links(legs, metro_of)
    drawn = links if len(links) <= LINKS_MAX else _backbone(links)
    return MapContent(
        links=tuple(drawn),
        links_left_out=len(links) - len(drawn),
        places=tuple(
            _place([known[region] for region in regions], plan, hubs, distances)
            for _, regions in sorted(by_metro.items())
        ),
        unplaced=tuple(sorted(used - known.keys())),
    )


def _place(regions: list[Region], plan: Plan, hubs: dict[str, list[str]], distances: Distances) -> MapPlace:
    return MapPlace(
        metro=regions[0].metro,
        city=regions[0].city or regions[0].metro,
        east=sum(region.longitude for region in regions) / len(regions),
        north=sum(region.latitude for region in regions) / len(regions),
        regions=tuple(
            MapRegion(
                region=region.name, hubs=tuple(hubs.get(region.name, ())),
                hosts=tuple(host for host in plan.hosts if host.region == region.name),
            )
            for region in regions
        ),
        inside=tuple(_leg(one.name, other.name, distances) for one, other in pairwise(regions)),
    )  # fmt: skip


def _hubs(plan: Plan) -> dict[str, list[str]]:
    """Return the hubs that fleets promise to be near to, by their region."""
    found: dict[str, list[str]] = {}
    for hub, at in sorted({(near.hub, near.at) for fleet in plan.fleets for near in fleet.promises.near}):
        found.setdefault(at, []).append(hub)
    return found


def _legs(plan: Plan, distances: Distances) -> Iterator[Leg]:
    """Yield the pairs of regions that a fleet's traffic goes between, each once."""
    pairs: set[tuple[str, str]] = set()
    for fleet in plan.fleets:
        regions = sorted({host.region for host in plan.hosts_of(fleet.name)})
        pairs |= set(combinations(regions, 2))
        for near in fleet.promises.near:
            ways = [(distances.round_trip_ms(region, near.at), region) for region in regions]
            if ways and near.at != min(ways)[1]:
                pairs.add(_pair(near.at, min(ways)[1]))
    for one, other in sorted(pairs):
        yield _leg(one, other, distances)


def _leg(one: str, other: str, distances: Distances) -> Leg:
    first, second = _pair(one, other)
    value_ms, evidence = distances.between(first, second)
    return Leg(region=first, other=second, round_trip_ms=value_ms, evidence=evidence)


def _pair(one: str, other: str) -> tuple[str, str]:
    return min(one, other), max(one, other)


def _links(legs: list[Leg], metro_of: dict[str, str]) -> list[MapLink]:
    by_metros: dict[tuple[str, str], list[Leg]] = {}
    for leg in legs:
        one, other = sorted((metro_of[leg.region], metro_of[leg.other]))
        if one != other:
            by_metros.setdefault((one, other), []).append(leg)
    links = [MapLink(one=one, other=other, legs=tuple(found)) for (one, other), found in by_metros.items()]
    return sorted(links, key=lambda link: (-link.slowest_ms, link.one, link.other))


def _backbone(links: list[MapLink]) -> list[MapLink]:
    """Return the links that join all metros in the least time, and those from each metro to its nearest."""
    joined = {end: end for link in links for end in (link.one, link.other)}
    near: dict[str, int] = {}
    kept = []
    for link in reversed(links):
        one, other = _root(joined, link.one), _root(joined, link.other)
        counts = near.get(link.one, 0), near.get(link.other, 0)
        if one != other or min(counts) < NEIGHBOURS:
            kept.append(link)
        joined[one] = other
        near[link.one], near[link.other] = counts[0] + 1, counts[1] + 1
    return kept[::-1]


def _root(joined: dict[str, str], metro: str) -> str:
    while joined[metro] != metro:
        metro = joined[metro]
    return metro
