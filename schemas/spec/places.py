"""Places that the spec names: hubs, sites, and which regions may be used."""

from __future__ import annotations

from typing import Annotated

from pydantic import Discriminator, Field, Tag

from schemas.spec.base import Model, Name, RegionName, RegionPattern, ZoneName
from schemas.spec.unions import by_key


class Coordinates(Model):
    """A point on the Earth."""

    latitude: Annotated[float, Field(ge=-90, le=90, examples=[51.52])]
    """Degrees, north positive."""
    longitude: Annotated[float, Field(ge=-180, le=180, examples=[-0.63])]
    """Degrees, east positive."""


class AtlasHub(Model):
    """A hub that the atlas knows, with its evidence grade."""

    atlas: Name
    """Name in the atlas; grade C (nobody official says so) satisfies no `latency_ms_max`."""


class RegionHub(Model):
    """A hub in or next to a region."""

    at: RegionName
    """Region that the hub is in or next to."""


class PointHub(Model):
    """A hub whose place on the map is all that is known: round trips to it are estimates."""

    coordinates: Coordinates
    """Where it is."""


Hub = Annotated[
    Annotated[AtlasHub, Tag("atlas")] | Annotated[RegionHub, Tag("at")] | Annotated[PointHub, Tag("coordinates")],
    Discriminator(by_key("atlas", "at", "coordinates")),
]
"""A place that members must be near to: where liquidity is."""


class Site(Model):
    """A place that is no region of AWS or GCP: on premises, or at another provider."""

    coordinates: Coordinates
    """Where it is; round trips are estimated from it until they are measured."""
    metro: Name
    """Metropolitan area: shares power grid and storms with every region of the same metro."""
    operator: Name = "self"
    """Who runs the site."""
    zones: Annotated[tuple[ZoneName, ...], Field(max_length=20)] = ()
    """Its zones, `provider:zone`: parts that do not fail together. None means one."""


class Regions(Model):
    """Which regions placement may use; `*` stands for any text."""

    allow: Annotated[tuple[RegionPattern, ...], Field(max_length=100)] = ("aws:*", "gcp:*")
    """Patterns of regions that may be used."""
    forbid: Annotated[tuple[RegionPattern, ...], Field(max_length=100)] = ()
    """Patterns of regions that may not; wins over `allow`."""
