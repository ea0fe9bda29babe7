"""The land behind a map: Natural Earth's, as detailed as the picture can show and no more."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from operations.pictures.projection import Degrees, Pixels, View
from operations.pictures.svg import number

FILE = Path(__file__).parent / "coastline.txt"

STEP_LEAST = 1.6
"""Pixels between two points of a coast: nearer ones look the same and cost bytes."""

MARGIN = 4.0
"""Pixels beyond the panel at which land is cut off."""


@cache
def rings() -> tuple[tuple[Degrees, ...], ...]:
    """Return the outlines of all land, the largest first."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return tuple(tuple(_points(line)) for line in lines if line and not line.startswith("#"))


def _points(line: str) -> Iterator[Degrees]:
    x = y = 0
    for step in line.split():
        east, _, north = step.partition(",")
        x, y = x + int(east), y + int(north)
        yield x / 100, y / 100


def land_path(view: View) -> str:
    """Return the land of a view as the data of one path; empty at sea."""
    parts = []
    for ring in rings():
        for turn in _turns(ring, view):
            shown = _thinned(_clipped([view.unwrapped(east + turn, north) for east, north in ring], view))
            if len(shown) > 2:
                parts.append("M" + "L".join(f"{number(x)} {number(y)}" for x, y in shown) + "Z")
    return "".join(parts)


def _turns(ring: tuple[Degrees, ...], view: View) -> range:
    """Return the turns of the globe, in degrees, at which a ring comes into the view."""
    easts = [east for east, _ in ring]
    first = math.ceil((view.west - max(easts)) / 360)
    last = math.floor((view.west + view.span - min(easts)) / 360)
    return range(360 * first, 360 * last + 1, 360)


def _thinned(points: list[Pixels]) -> list[Pixels]:
    kept: list[Pixels] = []
    for x, y in points:
        if not kept or abs(x - kept[-1][0]) + abs(y - kept[-1][1]) >= STEP_LEAST:
            kept.append((x, y))
    return kept


def _clipped(points: list[Pixels], view: View) -> list[Pixels]:
    """Return a polygon cut to the view (Sutherland and Hodgman)."""
    panel = view.panel
    edges = (
        (0, panel.x - MARGIN, 1), (0, panel.right + MARGIN, -1), (1, panel.y - MARGIN, 1), (1, panel.bottom + MARGIN, -1)
    )  # fmt: skip
    for axis, limit, sign in edges:
        points = list(_cut(points, axis, limit, sign))
        if not points:
            return []
    return points


def _cut(points: list[Pixels], axis: int, limit: float, sign: int) -> Iterator[Pixels]:
    before = points[-1]
    for point in points:
        inside, was_inside = sign * (point[axis] - limit) >= 0, sign * (before[axis] - limit) >= 0
        if inside != was_inside:
            t = (limit - before[axis]) / (point[axis] - before[axis])
            yield (before[0] + t * (point[0] - before[0]), before[1] + t * (point[1] - before[1]))
        if inside:
            yield point
        before = point
