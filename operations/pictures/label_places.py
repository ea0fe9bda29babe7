"""Where boxes go beside their points, so that none covers another: near, inside, clear of lines where there is room."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from operations.pictures.svg import Box

Pixels = tuple[float, float]

DISTANCES = (12.0, 26.0, 44.0, 70.0, 105.0, 150.0, 205.0, 270.0, 345.0)
"""Pixels between a point and its box that are tried."""

ANGLES = 24
"""Directions that are tried."""

GAP = 8.0
"""Pixels between two boxes."""

ROUNDS = 4
"""How often every box is placed again, once the others are known."""


@dataclass(frozen=True, kw_only=True)
class Anchored:
    """A box to be placed, and the point that it belongs to."""

    point: Pixels
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What boxes are placed on."""

    panel: Box
    lines: tuple[tuple[Pixels, ...], ...] = ()
    """Lines that are better not covered."""


def placed(items: Sequence[Anchored], ground: Ground) -> list[Box] | None:
    """Return a box for each item, in their order; None when some would cover others."""
    boxes: list[Box | None] = [None] * len(items)
    crowd = sorted(range(len(items)), key=lambda i: (-_crowd(items, i), items[i].point, i))
    for _ in range(ROUNDS):
        before = list(boxes)
        for i in crowd:
            boxes[i] = _best(i, items, ground, boxes)
        if boxes == before:
            break
    found = [box for box in boxes if box is not None]
    covered = any(one.overlap(other) for i, one in enumerate(found) for other in found[:i])
    hidden = any(box.holds(*item.point) for box in found for item in items)
    return None if covered or hidden else found


def _crowd(items: Sequence[Anchored], i: int) -> float:
    x, y = items[i].point
    return sum(1 / (20 + math.hypot(x - item.point[0], y - item.point[1])) for item in items)


def _best(i: int, items: Sequence[Anchored], ground: Ground, boxes: Sequence[Box | None]) -> Box:
    """Return the cheapest box for one item while the others stay; the nearest are tried first, most are cut short."""
    others = [(box, items[j].point) for j, box in enumerate(boxes) if box is not None and j != i]
    best, least = None, math.inf
    for box in _candidates(items[i], ground.panel):
        cost = 0.0
        for part in _costs(box, i, items, ground, others):
            cost += part
            if cost >= least:
                break
        else:
            best, least = box, cost
    assert best is not None, "every item has candidates"
    return best


def _candidates(item: Anchored, panel: Box) -> Iterator[Box]:
    """Yield boxes around a point that are inside the panel, the nearest first."""
    x, y = item.point
    for distance in DISTANCES:
        for step in range(ANGLES):
            angle = 2 * math.pi * step / ANGLES
            across, down = math.cos(angle), math.sin(angle)
            left = x + across * (distance + item.width / 2) - item.width / 2
            upper = y + down * (distance + item.height / 2) - item.height / 2
            box = Box(
                x=min(max(left, panel.x + GAP), panel.right - GAP - item.width),
                y=min(max(upper, panel.y + GAP), panel.bottom - GAP - item.height),
                width=item.width, height=item.height,
            )  # fmt: skip
            yield Box(x=round(box.x, 1), y=round(box.y, 1), width=box.width, height=box.height)


def _costs(
    box: Box, i: int, items: Sequence[Anchored], ground: Ground, others: Sequence[tuple[Box, Pixels]]
) -> Iterator[float]:  # fmt: skip
    """Yield what is bad about a place, what is cheap to tell first."""
    point = items[i].point
    edge = box.nearest(*point)
    yield math.hypot(edge[0] - point[0], edge[1] - point[1])
    yield sum(4000.0 for item in items if box.holds(*item.point, margin=8))
    for other, _ in others:
        yield 40 * box.overlap(other, GAP)
    for other, its_point in others:
        its_edge = other.nearest(*its_point)
        yield 400.0 * _cross(point, edge, its_point, its_edge)
        yield 600.0 * (_enters(box, its_point, its_edge) or _enters(other, point, edge))
    for path in ground.lines:
        yield 5.0 * sum(box.holds(x, y, margin=2) for x, y in path)


def _enters(box: Box, start: Pixels, end: Pixels) -> bool:
    """Return whether a straight way, its very end left out, leads through a box."""
    return any(
        box.holds(start[0] + (end[0] - start[0]) * t / 12, start[1] + (end[1] - start[1]) * t / 12)
        for t in range(1, 12)
    )


def _cross(a: Pixels, b: Pixels, c: Pixels, d: Pixels) -> bool:
    def side(p: Pixels, q: Pixels, r: Pixels) -> bool:
        return (q[0] - p[0]) * (r[1] - p[1]) > (q[1] - p[1]) * (r[0] - p[0])

    return a != c and side(a, b, c) != side(a, b, d) and side(c, d, a) != side(c, d, b)
