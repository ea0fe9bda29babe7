"""The regions of AWS and GCP: where they are and which zones they have."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from schemas.atlas.tables import rows
from schemas.diagnostics import nearest
from schemas.errors import AtlasError


@dataclass(frozen=True, kw_only=True)
class Region:
    """One cloud region; `name` is `provider:region`."""

    name: str
    latitude: float
    longitude: float
    metro: str
    """Shared by regions of one city: same power grid, same storms, a few milliseconds apart."""
    city: str
    country: str
    """ISO 3166-1 alpha-2."""

    @property
    def provider(self) -> str:
        """Return the provider's short name: `aws` or `gcp`."""
        return self.name.partition(":")[0]


@cache
def regions() -> dict[str, Region]:
    """Return every known region by name, sorted."""
    return {
        row["region"]: Region(
            name=row["region"],
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
            metro=row["metro"],
            city=row["city"],
            country=row["country"],
        )
        for row in rows("regions")
    }


def region(name: str) -> Region:
    """Return one region.

    Raises:
        AtlasError: The atlas lacks it; the remedy names the nearest spelling.
    """
    known = regions()
    if name not in known:
        raise AtlasError(f"region '{name}' is not in the atlas", remedy=nearest(name, known))
    return known[name]


@cache
def _zones_by_region() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for row in rows("zones"):
        found.setdefault(row["region"], []).append(row["zone"])
    return {name: tuple(sorted(zones)) for name, zones in found.items()}


def zones(region_name: str) -> tuple[str, ...]:
    """Return a region's zones as `provider:zone` (AWS by zone ID), empty when none is known."""
    return _zones_by_region().get(region_name, ())


@cache
def _region_by_zone() -> dict[str, str]:
    return {zone: name for name, zones in _zones_by_region().items() for zone in zones}


def zone_region(zone: str) -> str | None:
    """Return the region a zone belongs to, or None when the atlas lacks the zone."""
    return _region_by_zone().get(zone)
