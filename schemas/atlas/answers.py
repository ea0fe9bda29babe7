"""What `geofleet atlas` answers, as envelopes: regions, distances, hubs, machines."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from schemas.atlas.atlas import Atlas
from schemas.atlas.distance import distance_km, fastest_possible_ms, light_ms
from schemas.atlas.estimation import by_distance
from schemas.atlas.evidence import RoundTrip
from schemas.atlas.hubs import Hub, hub, hubs
from schemas.atlas.offers import MachineOffer, Need
from schemas.atlas.pricing import Factor, factor
from schemas.atlas.regions import Zone, all_zones, region
from schemas.errors import AtlasError

REGIONS_SCHEMA = "geofleet/atlas-regions/v1"
DISTANCE_SCHEMA = "geofleet/atlas-distance/v1"
HUBS_SCHEMA = "geofleet/atlas-hubs/v1"
MACHINES_SCHEMA = "geofleet/atlas-machines/v1"
LOCATION_SCHEMA = "geofleet/atlas-location/v1"

NEAREST_SHOWN = 8


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """A region and the round trip to it."""

    region: str
    round_trip: RoundTrip


@dataclass(frozen=True, kw_only=True)
class RegionAnswer:
    """One region and what is near it."""

    region: str
    city: str
    country: str
    metro: str
    """Shared by regions of one city."""
    latitude: float
    longitude: float
    precision: str
    """`point`, or `approx_city`: then the coordinates are the city's."""
    zones: tuple[Zone, ...]
    hubs: tuple[str, ...]
    """Hubs that are in or next to it."""
    price_factor: Factor | None
    """How much dearer it is than its cloud's cheapest region; None when nothing tells."""
    nearest: tuple[Neighbour, ...]
    """The nearest regions, when one region was asked for."""


@dataclass(frozen=True, kw_only=True)
class RegionsAnswer:
    """Regions of the atlas."""

    version: str
    regions: tuple[RegionAnswer, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the envelope."""
        return {"schema": REGIONS_SCHEMA, **asdict(self)}


@dataclass(frozen=True, kw_only=True)
class DistanceAnswer:
    """Everything known between a region and another, or a hub."""

    version: str
    region: str
    other: str
    """A region, or a hub's name."""
    distance_km: float
    """Along the great circle."""
    light_ms: float
    """What light in fibre needs: no round trip is shorter."""
    round_trip: RoundTrip
    """The best figure: the one that plans and rules go by."""
    jitter: RoundTrip | None
    """Standard deviation of the round trip; None to a hub."""
    figures: tuple[RoundTrip, ...]
    """Every figure, the best first."""

    def to_json(self) -> dict[str, Any]:
        """Return the envelope."""
        return {"schema": DISTANCE_SCHEMA, **asdict(self)}


@dataclass(frozen=True, kw_only=True)
class HubsAnswer:
    """Hubs of the atlas."""

    version: str
    hubs: tuple[Hub, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the envelope."""
        return {"schema": HUBS_SCHEMA, **asdict(self)}


@dataclass(frozen=True, kw_only=True)
class MachinesAnswer:
    """Machines that fit a need."""

    version: str
    need: Need
    offers: tuple[MachineOffer, ...]
    """The cheapest first; one per region when no region was named."""
    without: tuple[str, ...]
    """Regions where nothing fits, or no price is known."""

    def to_json(self) -> dict[str, Any]:
        """Return the envelope."""
        return {"schema": MACHINES_SCHEMA, **asdict(self)}


@dataclass(frozen=True, kw_only=True)
class Served:
    """One place and the region that serves it."""

    place: str
    """A region, or a hub's name."""
    region: str
    """Of those that are used, the nearest."""
    round_trip: RoundTrip


@dataclass(frozen=True, kw_only=True)
class LocationAnswer:
    """The regions from which a set of places is reached in the least time."""

    version: str
    minimised: str
    """`worst`, the longest round trip (then the mean); or `mean`, that of all places."""
    regions: tuple[str, ...]
    """The regions to use, sorted."""
    worst_ms: float
    mean_ms: float
    gap: float
    """Share by which what was minimised may miss the optimum; 0.0 when it is proven."""
    candidates: int
    """Regions that it was chosen from."""
    served: tuple[Served, ...]
    """Every place, the farthest first."""

    def to_json(self) -> dict[str, Any]:
        """Return the envelope."""
        return {"schema": LOCATION_SCHEMA, **asdict(self)}


def regions_answer(atlas: Atlas, name: str | None = None) -> RegionsAnswer:
    """Return one region with what is near it, or all of them.

    Raises:
        AtlasError: The atlas lacks the region.
    """
    named = [region(name).name] if name else list(atlas.regions)
    return RegionsAnswer(
        version=atlas.version, regions=tuple(_region_answer(atlas, found, near=name is not None) for found in named)
    )


def _region_answer(atlas: Atlas, name: str, *, near: bool) -> RegionAnswer:
    place = region(name)
    trips = [
        Neighbour(region=other, round_trip=atlas.round_trip(name, other)) for other in atlas.regions if other != name
    ]
    trips.sort(key=lambda neighbour: (neighbour.round_trip.value_ms, neighbour.region))
    return RegionAnswer(
        region=name, city=place.city, country=place.country, metro=place.metro, latitude=place.latitude,
        longitude=place.longitude, precision=place.precision,
        zones=tuple(zone for zone in all_zones().values() if zone.region == name),
        hubs=tuple(found.name for found in hubs().values() if found.region == name),
        price_factor=factor(name), nearest=tuple(trips[:NEAREST_SHOWN]) if near else (),
    )  # fmt: skip


def distance_answer(atlas: Atlas, name: str, other: str) -> DistanceAnswer:
    """Return everything known between a region and another region or a hub.

    Raises:
        AtlasError: The atlas lacks one of them.
    """
    start = region(name)
    if ":" not in other:
        return _hub_answer(atlas, name, hub(other))
    figures = atlas.figures(name, other)
    return DistanceAnswer(
        version=atlas.version, region=name, other=other, distance_km=round(distance_km(start, region(other)), 1),
        light_ms=round(fastest_possible_ms(name, other), 3), round_trip=atlas.round_trip(name, other),
        jitter=atlas.jitter(name, other), figures=figures,
    )  # fmt: skip


def _hub_answer(atlas: Atlas, name: str, to: Hub) -> DistanceAnswer:
    start, best = region(name), atlas.hub_round_trip(name, to)
    guess = by_distance(start, to)
    return DistanceAnswer(
        version=atlas.version, region=name, other=to.name, distance_km=round(distance_km(start, to), 1),
        light_ms=round(light_ms(start, to), 3), round_trip=best, jitter=None,
        figures=(best,) if best == guess else (best, guess),
    )  # fmt: skip


def hubs_answer(atlas: Atlas) -> HubsAnswer:
    """Return every hub."""
    return HubsAnswer(version=atlas.version, hubs=tuple(hubs().values()))


def machines_answer(atlas: Atlas, need: Need, name: str | None = None) -> MachinesAnswer:
    """Return every machine that fits in one region, or the cheapest in each.

    Raises:
        AtlasError: The atlas lacks the region, or nothing fits there.
    """
    wish = asdict(need)
    if name:
        atlas.machine_for(name, **wish)
        return MachinesAnswer(version=atlas.version, need=need, offers=atlas.offers(name, **wish), without=())
    offers, without = [], []
    for found in atlas.regions:
        try:
            offers.append(atlas.machine_for(found, **wish))
        except AtlasError:
            without.append(found)
    offers.sort(key=lambda offer: (*offer.order(), offer.region))
    return MachinesAnswer(version=atlas.version, need=need, offers=tuple(offers), without=tuple(without))
