"""The cards on a map: a metro's regions and hosts; regions of one metro drawn apart, with what separates them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

from operations.pictures.map_content import Leg, MapPlace, MapRegion
from operations.pictures.style import DASH, band, figure, mark
from operations.pictures.svg import Box, label, line, tag, width_of, words
from schemas.atlas import Evidence
from schemas.plan import HostPlan

PADDING = 9.0
MARK = 11.0
STEP = 15.0
"""Pixels from one mark to the next."""

MARKS_MAX = 8
"""Marks in a row; a fleet that has more in one region gets one mark and a count."""

APART = 30.0
"""Pixels between the rows of two regions of one metro: room for the figure between them."""


class Detail(IntEnum):
    """How much a card says; with many places there is room for less."""

    FULL = 0
    """City, regions, a mark for each host, and what separates regions of one metro."""
    SHORT = 1
    """Regions and marks in one line each."""
    NUMBER = 2
    """A number; what it stands for is listed below the map."""


@dataclass(frozen=True, kw_only=True)
class Card:
    """One metro's card, and how large it is."""

    place: MapPlace
    detail: Detail
    number: int
    """From 1, as the list below the map counts."""

    @property
    def size(self) -> tuple[float, float]:
        """Return width and height in pixels."""
        if self.detail is Detail.NUMBER:
            return 16 + 6.0 * (len(str(self.number)) - 1), 16
        rows = [_row_width(region, self.detail) for region in self.place.regions]
        if self.detail is Detail.SHORT:
            return max(rows) + 2 * PADDING, 18.0 * len(rows) + 8
        rails = RAIL if len(rows) > 1 else 0.0
        width = max(*rows, width_of(self._heading(), 11), width_of(self._figure_longest(), 11) + rails)
        return width + rails + 2 * PADDING, 24 + sum(_row_heights(self.place)) + 4

    def _heading(self) -> str:
        several = f", {len(self.place.regions)} regions drawn apart" if len(self.place.regions) > 1 else ""
        return f"{self.place.city}{several}"

    def _figure_longest(self) -> str:
        return max((_figure_text(leg) for leg in self.place.inside), key=len, default="")

    def draw(self, box: Box) -> str:
        """Return the card in its box."""
        frame = tag("rect", class_="card", x=box.x, y=box.y, width=box.width, height=box.height, rx=6)
        if self.detail is Detail.NUMBER:
            x, y = box.centre
            told = tag("title", words(described(self.place)))
            return tag("g", told, frame, label(str(self.number), x, y + 4, class_="figure middle"))
        if self.detail is Detail.SHORT:
            rows = "".join(
                _region(region, box.x + PADDING, box.y + 17 + 18 * i, inline=True)
                for i, region in enumerate(self.place.regions)
            )
            return tag("g", frame, rows)
        heading = label(self._heading(), box.x + PADDING, box.y + 16, class_="small muted")
        return tag("g", frame, heading, *self._rows(box))

    def _rows(self, box: Box) -> Iterator[str]:
        rails = RAIL if len(self.place.regions) > 1 else 0.0
        left, top = box.x + PADDING, box.y + 24
        middles: list[float] = []
        for region, height in zip(self.place.regions, _row_heights(self.place), strict=True):
            middles.append(top + 8)
            yield _region(region, left + rails, top + 12, inline=False)
            top += height
        if rails:
            yield from _rail(left + 5, middles, self.place)


RAIL = 18.0
"""Pixels at the left of a card for the line between regions of one metro."""


def _rail(x: float, middles: list[float], place: MapPlace) -> Iterator[str]:
    """Yield points for the regions of one metro, joined by what separates them."""
    for (upper, lower), leg in zip(pairwise(middles), place.inside, strict=True):
        told = tag("title", words(leg.text()))
        yield line(
            [(x, upper), (x, lower)], told, class_=f"link b{band(leg.round_trip_ms)}{DASH[leg.evidence]}"
        )  # fmt: skip
        yield label(_figure_text(leg), x + 13, lower - 14, class_="figure" + _slanted(leg.evidence))
    for middle in middles:
        yield tag("circle", class_="place", cx=x, cy=middle, r=4)


def _figure_text(leg: Leg) -> str:
    return f"{'~' if leg.evidence is not Evidence.MEASURED else ''}{figure(leg.round_trip_ms)} ms"


def _slanted(evidence: Evidence) -> str:
    return "" if evidence is Evidence.MEASURED else " estimated"


def _row_heights(place: MapPlace) -> list[float]:
    last = len(place.regions) - 1
    return [34.0 + 15 * bool(region.hubs) + (APART - 10) * (i < last) for i, region in enumerate(place.regions)]


def _row_width(region: MapRegion, detail: Detail) -> float:
    name, marks = width_of(region.region, 12, bold=True), _marks_width(region.hosts)
    if detail is Detail.SHORT:
        return name + 8 + marks
    return max(name, marks, *(width_of(_hub_text(region), 11) for _ in region.hubs[:1]))


def _hub_text(region: MapRegion) -> str:
    return f"hub{'s' * (len(region.hubs) > 1)} {', '.join(region.hubs)}"


def _region(region: MapRegion, x: float, y: float, *, inline: bool) -> str:
    """Return a region's name with its hosts' marks, beside it or below."""
    name = label(region.region, x, y, class_="name")
    at = (x + width_of(region.region, 12, bold=True) + 8, y - 4) if inline else (x, y + 11)
    hub = label(_hub_text(region), x, y + 31, class_="small muted") if region.hubs and not inline else ""
    if not region.hosts and not inline:
        hub = label(_hub_text(region), x, y + 15, class_="small muted")
    return tag("g", name, *_marks(region.hosts, at[0] + MARK / 2, at[1]), hub)


def _by_fleet(hosts: tuple[HostPlan, ...]) -> dict[str, list[HostPlan]]:
    found: dict[str, list[HostPlan]] = {}
    for host in hosts:
        found.setdefault(host.fleet, []).append(host)
    return found


def _marks(hosts: tuple[HostPlan, ...], x: float, y: float) -> Iterator[str]:
    counted = len(hosts) > MARKS_MAX
    for fleet, members in _by_fleet(hosts).items():
        shown = members[:1] if counted else members
        for host in shown:
            told = f"{fleet}: {len(members)} hosts" if counted else f"{host.host}, {host.zone}"
            yield mark(host.role, x, y, size=MARK, title=words(told))
            x += STEP
        if counted:
            yield label(str(len(members)), x - STEP / 2 + 1, y + 4, class_="small")
            x += width_of(str(len(members)), 11) + 2


def _marks_width(hosts: tuple[HostPlan, ...]) -> float:
    if len(hosts) <= MARKS_MAX:
        return STEP * len(hosts)
    return sum(STEP + width_of(str(len(members)), 11) + 4 for members in _by_fleet(hosts).values())


def described(place: MapPlace) -> str:
    """Return a metro in words: its regions, and who is there."""
    parts = []
    for region in place.regions:
        there = [
            f"{len(members)} of {fleet}" if len(members) > 1 else members[0].host
            for fleet, members in _by_fleet(region.hosts).items()
        ]
        there += [f"hub {hub}" for hub in region.hubs]
        parts.append(f"{region.region} ({', '.join(there)})")
    return f"{place.city}: {'; '.join(parts)}"
