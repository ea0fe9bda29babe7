"""`geofleet plan --front-picture`: what each fleet can have of cost, latency and survival, one chart per fleet."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from operations.front_text import LATENCY_WORDS, besides, regions_text, survives_text
from operations.pictures.style import figure, style
from operations.pictures.svg import Attribute, document, identifier, label, line, tag, width_of, words
from schemas.front import FleetFront, Front, FrontPoint

WIDTH = 1180.0
MARGIN = 24.0
TITLE = 78.0
PLOT_LEFT, PLOT_WIDTH, PLOT_HEIGHT_LEAST = 96.0, 430.0, 260.0
LIST_LEFT = 580.0
ROW = 34.0
RADIUS = 8.0

_LINES = ("b0", "b1", "b2", "b3", "b4", "b5")
"""Classes of the colours that tell sets of survived losses apart, weaker ones first."""


@dataclass(frozen=True, kw_only=True)
class _Axis:
    """Where values are along one direction."""

    least: float
    step: float
    steps: int
    start: float
    """Pixels of the least value."""
    length: float
    """Pixels from the least to the largest; negative: upwards."""

    def at(self, value: float) -> float:
        return self.start + (value - self.least) / (self.step * self.steps) * self.length

    def ticks(self) -> list[float]:
        return [self.least + self.step * n for n in range(self.steps + 1)]


def front_svg(front: Front) -> str:
    """Return the charts of a front as SVG: one fleet below the other."""
    parts, top = [], TITLE
    for fleet in front.fleets:
        parts.append(tag("g", *_fleet(fleet, top)))
        top += _height(fleet)
    return document(
        (WIDTH, top),
        [
            style(), tag("rect", class_="page", x=0, y=0, width=WIDTH, height=top),
            label(f"{front.stack}: cost, latency, survival", MARGIN, 38, class_="title"),
            label(
                "lower left is better; each line joins what survives the same losses; P is the plan as it is", MARGIN, 60,
                class_="muted",
            ),
            label(f"atlas {front.atlas_version}", WIDTH - MARGIN, 38, class_="muted right"), *parts,
        ],
        name=identifier("front", front.stack), title=f"What {front.stack} can have of cost, latency and survival",
        description=_description(front),
    )  # fmt: skip


def _height(fleet: FleetFront) -> float:
    return _plot_height(fleet) + 108


def _plot_height(fleet: FleetFront) -> float:
    """Return how high a chart is: as its list, so that points do not crowd where there are many."""
    rows = len(fleet.points) + (fleet.planned is not None) + len(fleet.unkept) + len(fleet.notes)
    return max(PLOT_HEIGHT_LEAST, ROW * rows - 20)


def _is_drawn(point: FrontPoint) -> bool:
    return point.usd_per_month is not None and point.latency_mean_ms is not None


def _fleet(fleet: FleetFront, top: float) -> Iterator[str]:
    yield label(f"{fleet.fleet} ({fleet.role})", MARGIN, top + 14, class_="name")
    drawn = [point for point in (*fleet.points, *([fleet.planned] if fleet.planned else [])) if _is_drawn(point)]
    if drawn:
        yield from _chart(fleet, drawn, top + 46)
    else:
        yield label("no choice has both a price and a latency that are known", PLOT_LEFT, top + 60, class_="muted")
    yield from _rows(fleet, top + 48)


def _chart(fleet: FleetFront, drawn: Sequence[FrontPoint], top: float) -> Iterator[str]:
    height = _plot_height(fleet)
    bottom = top + height
    across = _axis([point.latency_mean_ms or 0.0 for point in drawn], PLOT_LEFT, PLOT_WIDTH)
    up = _axis([point.usd_per_month or 0.0 for point in drawn], bottom, -height)
    for value in across.ticks():
        x = across.at(value)
        yield line([(x, top), (x, bottom)], class_="grid")
        yield label(f"{value:g}", x, bottom + 18, class_="small middle")
    for value in up.ticks():
        y = up.at(value)
        yield line([(PLOT_LEFT, y), (PLOT_LEFT + PLOT_WIDTH, y)], class_="grid")
        yield label(f"{value:,g}", PLOT_LEFT - 8, y + 4, class_="small right")
    kind = LATENCY_WORDS[fleet.latency_kind] if fleet.latency_kind else "latency"
    yield label(f"{kind}, mean in ms", PLOT_LEFT + PLOT_WIDTH, bottom + 36, class_="small muted right")
    yield label("USD a month", MARGIN, top - 12, class_="small muted")
    for survives in _survivals(fleet):
        corners = sorted(
            (across.at(p.latency_mean_ms or 0.0), up.at(p.usd_per_month or 0.0))
            for p in fleet.points if p.survives == survives and _is_drawn(p)
        )  # fmt: skip
        if len(corners) > 1:
            yield line(_stairs(corners), class_=f"link {_colour(fleet, survives)}", opacity="0.6")
    for number, point in sorted(_numbered(fleet), key=lambda one: one[0] != "P"):
        if _is_drawn(point):
            at = across.at(point.latency_mean_ms or 0.0), up.at(point.usd_per_month or 0.0)
            yield _dot(fleet, point, number, at)


def _stairs(corners: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the line below which nothing is known to be: from point to point, right and then down."""
    found = [corners[0]]
    for x, y in corners[1:]:
        found += [(x, found[-1][1]), (x, y)]
    return found


def _dot(fleet: FleetFront, point: FrontPoint, number: str, at: tuple[float, float], *, is_listed: bool = False) -> str:
    """Return a point's mark: the plan's is a square around where it is, so that a choice in it can be seen."""
    x, y = at
    told = tag("title", words(f"{number}: {_told(point)}"))
    form: dict[str, Attribute] = {"class_": f"page {_colour(fleet, point.survives)}", "stroke_width": 2}
    if number == "P":
        half = RADIUS + (0 if is_listed else 4)
        square = tag("rect", x=x - half, y=y - half, width=2 * half, height=2 * half, rx=3, **form)
        right, down = (x, y + 4) if is_listed else (x + half + 7, y - half + 5)
        return tag("g", told, square, label(number, right, down, class_="small name middle"))
    circle = tag("circle", cx=x, cy=y, r=RADIUS, stroke_dasharray=None if point.is_proven else "3 2", **form)
    return tag("g", told, circle, label(number, x, y + 4, class_="small middle"))


def _rows(fleet: FleetFront, top: float) -> Iterator[str]:
    y = top
    for number, point in _numbered(fleet):
        yield _dot(fleet, point, number, (LIST_LEFT + RADIUS, y), is_listed=True)
        yield label(_figures(point), LIST_LEFT + 36, y - 2, class_="figure")
        first, *rest = _lines(regions_text(point))
        yield label(f"{first} …" if rest else first, LIST_LEFT + 36, y + 12, class_="small muted")
        y += ROW
    for text in besides(fleet):
        for row, part in enumerate(_lines(text)):
            yield label(part, LIST_LEFT, y + 4 + 14 * row, class_="small muted")
        y += ROW


def _lines(text: str) -> list[str]:
    """Return text in lines that fit beside a chart, two at most: the table has it whole."""
    room = WIDTH - LIST_LEFT - 36
    found = [""]
    for word in text.split():
        longer = f"{found[-1]} {word}".strip()
        if width_of(longer, 11) <= room:
            found[-1] = longer
        else:
            found.append(word)
    return found if len(found) < 3 else [found[0], f"{found[1].rstrip(' ,;')} …"]


def _numbered(fleet: FleetFront) -> Iterator[tuple[str, FrontPoint]]:
    if fleet.planned:
        yield "P", fleet.planned
    for number, point in enumerate(fleet.points, start=1):
        yield str(number), point


def _figures(point: FrontPoint) -> str:
    cost = "price unknown" if point.usd_per_month is None else f"{point.usd_per_month:,.2f} USD"
    took = "" if point.latency_mean_ms is None else f" · {figure(point.latency_mean_ms)} ms"
    rough = "" if point.is_proven else " · not proven"
    return f"{cost}{took}{rough} · survives any {survives_text(point)}"


def _told(point: FrontPoint) -> str:
    return f"{_figures(point)} · {regions_text(point)}"


def _survivals(fleet: FleetFront) -> list[tuple[str, ...]]:
    planned = [fleet.planned] if fleet.planned else []
    return sorted({point.survives for point in (*fleet.points, *planned)}, key=lambda kinds: (len(kinds), kinds))


def _colour(fleet: FleetFront, survives: tuple[str, ...]) -> str:
    return _LINES[_survivals(fleet).index(survives) % len(_LINES)]


def _axis(values: Sequence[float], start: float, length: float) -> _Axis:
    """Return an axis over values: from a round number below the least to one above the largest, in few steps."""
    least, largest = min(values), max(values)
    spread = max(largest - least, largest * 0.05, 0.1)
    rough = spread / 4
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * factor for factor in (1, 2, 2.5, 5, 10) if unit * factor >= rough)
    low = math.floor((least - spread * 0.06) / step)
    low = max(low, 0)
    steps = max(1, math.ceil((largest + spread * 0.06) / step) - low)
    return _Axis(least=low * step, step=step, steps=steps, start=start, length=length)


def _description(front: Front) -> str:
    """Return the charts in words, for those who do not see them."""
    told = []
    for fleet in front.fleets:
        points = "; ".join(f"{number}: {_told(point)}" for number, point in _numbered(fleet))
        told.append(f"{fleet.fleet}: {points or 'nothing'}.")
    return " ".join(told)
