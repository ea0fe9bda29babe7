"""Write operations/pictures/coastline.txt from Natural Earth's land, as the npm package `world-atlas` holds it.

npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
python tools/coastline.py package/land-50m.json
"""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path

Point = tuple[int, int]
"""Degrees east and north, in hundredths."""

FILE = Path(__file__).parent.parent / "operations" / "pictures" / "coastline.txt"

SOUTH_LEAST = -6000
"""Antarctica has no cloud region, and stretches every map."""

AREA_LEAST = 0.3
"""Square degrees of the smallest island that is kept: some 3,600 km2 at the equator."""

BEND_LEAST = 0.012
"""Square degrees of the triangle that a point makes with its neighbours; what bends less is left out."""

HEADING = """\
# Land, from Natural Earth 4.1.0, 1:50m: made with Natural Earth, public domain. Simplified by tools/coastline.py.
# One ring a line: degrees east and north in hundredths; the first point, then the way from each to the next.
"""


def rings(topology: dict[str, object]) -> Iterator[list[Point]]:
    """Yield every ring of a TopoJSON of land, in hundredths of a degree."""
    scale, move = topology["transform"]["scale"], topology["transform"]["translate"]  # type: ignore[index]  # JSON
    arcs: list[list[Point]] = []
    for arc in topology["arcs"]:  # type: ignore[attr-defined]  # JSON
        x = y = 0
        points = []
        for east, north in arc:
            x, y = x + east, y + north
            points.append((round(100 * (x * scale[0] + move[0])), round(100 * (y * scale[1] + move[1]))))
        arcs.append(points)
    for shape in topology["objects"]["land"]["geometries"]:  # type: ignore[index]  # JSON
        for polygon in shape["arcs"]:
            for ring in polygon:
                joined: list[Point] = []
                for number in ring:
                    part = arcs[number] if number >= 0 else arcs[~number][::-1]
                    joined += part[1:] if joined else part
                yield list(_unwrapped(joined))


def _unwrapped(ring: list[Point]) -> Iterator[Point]:
    """Yield a ring's points, longitudes counted on beyond 180 degrees where it crosses them."""
    turn, before = 0, ring[0][0]
    for east, north in ring:
        turn -= 36000 * round((east + turn - before) / 36000)
        before = east + turn
        yield before, north


def simplified(ring: list[Point]) -> list[Point]:
    """Return a ring without the points that bend it least (Visvalingam)."""
    points = ring[:-1] if ring[0] == ring[-1] else list(ring)
    while len(points) > 4:
        bends = [(_bend(points[i - 1], points[i], points[(i + 1) % len(points)]), i) for i in range(len(points))]
        least = min(bends)[0]
        if least >= BEND_LEAST:
            break
        # Whole batches of what bends least, never two neighbours at once: much faster, and hardly different.
        limit, dropped = max(least, BEND_LEAST / 2), set()
        for bend, i in sorted(bends):
            if bend > limit:
                break
            if (i - 1) % len(points) not in dropped and (i + 1) % len(points) not in dropped:
                dropped.add(i)
        points = [point for i, point in enumerate(points) if i not in dropped]
    return points


def _bend(before: Point, point: Point, after: Point) -> float:
    if abs(point[0]) == 18000:
        return float("inf")  # The cut at 180 degrees must stay straight, or the two halves would not meet.
    return abs((before[0] - point[0]) * (after[1] - point[1]) - (after[0] - point[0]) * (before[1] - point[1])) / 20_000


def _area(ring: list[Point]) -> float:
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 20_000


def text_of(topology: dict[str, object]) -> str:
    """Return the file's text, the largest land first."""
    kept = [ring for ring in rings(topology) if max(y for _, y in ring) > SOUTH_LEAST and _area(ring) >= AREA_LEAST]
    lines = []
    for ring in sorted((simplified(ring) for ring in kept), key=lambda ring: (-_area(ring), ring)):
        steps = [ring[0]] + [(b[0] - a[0], b[1] - a[1]) for a, b in itertools.pairwise(ring)]
        lines.append(" ".join(f"{east},{north}" for east, north in steps))
    return HEADING + "\n".join(lines) + "\n"


if __name__ == "__main__":
    FILE.write_text(text_of(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))), encoding="utf-8")
