"""What placement may know of the world: the atlas, or a small made-up one in tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from schemas.atlas import PUBLISHED, Atlas, MachineOffer, Region, RoundTrip
from schemas.atlas.distance import Place

UNKNOWN_ZONE = "-unknown"
"""Suffix of the one zone that a region without known zones counts as: it proves no spread inside the region."""


def no_offers(_region: str) -> tuple[MachineOffer, ...]:
    """Return that nothing is known of a region's machines and their prices."""
    return ()


def by_distance_from(region: str, to: Place) -> RoundTrip:
    """Return the estimate that distance alone gives."""
    return PUBLISHED.point_round_trip(region, to)


@dataclass(frozen=True, kw_only=True)
class World:
    """Regions, zones and the figures between regions."""

    version: str
    regions: Mapping[str, Region]
    zones: Callable[[str], tuple[str, ...]]
    """Known zones of a region; empty when none is known."""
    round_trip: Callable[[str, str], RoundTrip]
    jitter: Callable[[str, str], RoundTrip]
    offers: Callable[[str], tuple[MachineOffer, ...]] = no_offers
    """Machines that a region is known to sell at a known price, the cheapest first; none when nothing is known."""

    point_round_trip: Callable[[str, Place], RoundTrip] = by_distance_from
    """From a region to coordinates: an estimate by distance."""

    def zones_of(self, region: str) -> tuple[str, ...]:
        """Return the zones that hosts can be put in; a region without known zones has one, `...-unknown`."""
        return self.zones(region) or (region + UNKNOWN_ZONE,)


def world_of(atlas: Atlas) -> World:
    """Return the world that an atlas knows, a user's own figures included."""
    return World(
        version=atlas.version, regions=atlas.regions, zones=atlas.zones, round_trip=atlas.round_trip,
        jitter=atlas.jitter, offers=lambda region: atlas.offers(region, vcpu=1, memory_gib=0),
    )  # fmt: skip


@cache
def atlas_world() -> World:
    """Return the world that the published tables know."""
    return world_of(PUBLISHED)
