"""From degrees to pixels: a Miller cylinder, turned so that no fleet is cut in two by the map's edge."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from operations.pictures.svg import Box

Degrees = tuple[float, float]
"""Degrees east and north."""

Pixels = tuple[float, float]

NORTH_MOST, SOUTH_MOST = 80.0, -58.0
"""What a map of the world shows: no cloud is farther."""

SPAN_LEAST = 28.0
"""Degrees of longitude that a map shows at least: with less, nobody recognises a coast."""

PAD = 0.22
"""Share of the fleet's extent that is left free on each side, for what is written beside places."""


@dataclass(frozen=True, kw_only=True)
class View:
    """The part of the world that a panel shows."""

    panel: Box
    west: float
    """Degrees east of the left edge."""
    scale: float
    """Pixels for one degree of longitude."""
    top: float
    """Height of the upper edge above the equator, in degrees at the equator."""

    def pixels(self, place: Degrees) -> Pixels:
        """Return where a place is; its longitude is taken to be in the view's own turn of the globe."""
        east = self.west + (place[0] - self.west) % 360
        return self.unwrapped(east, place[1])

    def unwrapped(self, east: float, north: float) -> Pixels:
        """Return where a place is, its longitude counted on beyond 180 degrees."""
        return self.panel.x + (east - self.west) * self.scale, self.panel.y + (self.top - miller(north)) * self.scale

    @property
    def span(self) -> float:
        """Return the degrees of longitude from edge to edge."""
        return self.panel.width / self.scale


def miller(north: float) -> float:
    """Return the height above the equator of a Miller cylinder, in degrees at the equator."""
    return math.degrees(1.25 * math.asinh(math.tan(math.radians(0.8 * north))))


def view_of(places: Sequence[Degrees], panel: Box) -> View:
    """Return the view that holds all places with room around them: the whole world when they are all over it."""
    west, span = west_and_span([east for east, _ in places])
    highs = [miller(north) for _, north in places]
    low, high = min(highs), max(highs)
    wide = max(span * (1 + 2 * PAD), SPAN_LEAST)
    tall = (high - low) * (1 + 2 * PAD)
    shape = panel.width / panel.height
    wide = min(360.0, max(wide, tall * shape))
    tall = wide / shape
    top_most, bottom_most = miller(NORTH_MOST), miller(SOUTH_MOST)
    top = min(top_most, max((high + low + tall) / 2, bottom_most + tall))
    return View(panel=panel, west=west + span / 2 - wide / 2, scale=panel.width / wide, top=top)


def west_and_span(easts: Sequence[float]) -> tuple[float, float]:
    """Return western end and span of the shortest arc that holds all longitudes: the widest gap is left out."""
    ordered = sorted({east % 360 for east in easts})
    gaps = [(after - before, after) for before, after in zip(ordered, [*ordered[1:], ordered[0] + 360], strict=True)]
    gap, after = max(gaps, key=lambda one: (one[0], -one[1]))
    return after % 360, 360 - gap


def great_circle(start: Degrees, end: Degrees, steps: int = 32) -> list[Degrees]:
    """Return the shortest way between two places as points; longitudes count on, so that no step jumps."""
    a, b = _vector(start), _vector(end)
    angle = math.acos(max(-1.0, min(1.0, sum(x * y for x, y in zip(a, b, strict=True)))))
    if angle < 1e-9:
        return [start, end]
    points: list[Degrees] = []
    for step in range(steps + 1):
        t = step / steps
        p, q = math.sin((1 - t) * angle) / math.sin(angle), math.sin(t * angle) / math.sin(angle)
        x, y, z = (p * u + q * v for u, v in zip(a, b, strict=True))
        east = math.degrees(math.atan2(y, x))
        if points:
            east = points[-1][0] + (east - points[-1][0] + 180) % 360 - 180
        points.append((east, math.degrees(math.asin(max(-1.0, min(1.0, z))))))
    return points


def _vector(place: Degrees) -> tuple[float, float, float]:
    east, north = math.radians(place[0]), math.radians(place[1])
    return math.cos(north) * math.cos(east), math.cos(north) * math.sin(east), math.sin(north)
