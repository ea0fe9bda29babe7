"""The regions of AWS and GCP: where they are and which zones they have."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
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
    precision: str = "point"
    """`point`, or `approx_city`: then the coordinates are the city's."""

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
            precision=row["precision"],
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


class Access(StrEnum):
    """Who can put hosts in a zone."""

    OPEN = "open"
    OLDER_ACCOUNTS = "older accounts"
    """Full: AWS shows it to accounts that had it before."""
    INTERNAL = "internal"
    """Listed by the provider's interfaces, not sold."""


@dataclass(frozen=True, kw_only=True)
class Zone:
    """One zone; `name` is `provider:zone`, for AWS with the zone's ID."""

    name: str
    region: str
    access: Access
    source: str


@cache
def all_zones() -> dict[str, Zone]:
    """Return every known zone by name, also those that new accounts cannot use."""
    return {
        row["zone"]: Zone(name=row["zone"], region=row["region"], access=Access(row["access"]), source=row["source"])
        for row in rows("zones")
    }


@cache
def _open_by_region() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for zone in all_zones().values():
        if zone.access is Access.OPEN:
            found.setdefault(zone.region, []).append(zone.name)
    return {name: tuple(sorted(zones)) for name, zones in found.items()}


def zones(region_name: str) -> tuple[str, ...]:
    """Return a region's zones that any account can use, as `provider:zone` (AWS by zone ID); empty when unknown."""
    return _open_by_region().get(region_name, ())


def zone_region(zone: str) -> str | None:
    """Return the region a zone belongs to, or None when the atlas lacks the zone."""
    found = all_zones().get(zone)
    return found.region if found else None
