"""Great circles, and what light in fibre needs for them."""

from __future__ import annotations

import math
from functools import cache
from typing import Protocol

from schemas.atlas.regions import region

FIBRE_MS_PER_KM = 0.00979
"""Round trip per km of great circle: 2 x 1.468 / c (refractive index of fibre)."""

EARTH_RADIUS_KM = 6371.0


class Place(Protocol):
    """Anything with coordinates in degrees."""

    @property
    def latitude(self) -> float:
        """Return degrees north."""

    @property
    def longitude(self) -> float:
        """Return degrees east."""


def distance_km(origin: Place, target: Place) -> float:
    """Return the great-circle distance."""
    a1, o1, a2, o2 = map(math.radians, (origin.latitude, origin.longitude, target.latitude, target.longitude))
    half = math.sin((a2 - a1) / 2) ** 2 + math.cos(a1) * math.cos(a2) * math.sin((o2 - o1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(half))


def light_ms(origin: Place, target: Place) -> float:
    """Return the floor that light in fibre sets on a round trip between two places, in ms."""
    return distance_km(origin, target) * FIBRE_MS_PER_KM


@cache
def fastest_possible_ms(origin: str, target: str) -> float:
    """Return the floor that light in fibre sets on a round trip, in ms; it may refuse, never accept.

    Raises:
        AtlasError: The atlas lacks one of the regions.
    """
    return light_ms(region(origin), region(target))
