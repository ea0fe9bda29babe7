"""`geofleet plan --map`: where a fleet is, and what separates its parts, as one picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from operations.pictures.coastline import land_path
from operations.pictures.label_places import Anchored, Ground, Pixels, placed
from operations.pictures.map_cards import Card, Detail, described
from operations.pictures.map_content import MapContent, MapLink, MapPlace, map_content
from operations.pictures.projection import View, great_circle, view_of
from operations.pictures.style import DASH, band, band_names, figure, mark, sample, style
from operations.pictures.svg import Box, document, identifier, label, line, tag, width_of, words, wrapped
from schemas.atlas import PUBLISHED, Atlas, Evidence
from schemas.plan import Plan

WIDTH = 1200.0
MARGIN = 24.0
HEAD = 78.0
"""Pixels above the map: title and what it shows."""

PANEL_HEIGHT = 610.0
PANEL = Box(x=MARGIN, y=HEAD, width=WIDTH - 2 * MARGIN, height=PANEL_HEIGHT)
LEGEND = 96.0
"""Pixels below the map for its legend."""

INDEX_ROW = 17.0
INDEX_COLUMNS = 2
ALONG = (0.5, 0.42, 0.58, 0.34, 0.66, 0.27, 0.73, 0.2, 0.8)
"""Where on a link its figure may stand, as a share of its length."""


@dataclass(frozen=True, kw_only=True)
class _Drawn:
    """One link on the map."""

    link: MapLink
    points: tuple[Pixels, ...]


def map_svg(plan: Plan, atlas: Atlas = PUBLISHED) -> str:
    """Return the map of a plan as SVG.

    Args:
        plan: What was decided.
        atlas: What is known of the world: the one that the plan was made with.

    Raises:
        AtlasError: Atlas and plan lack a hub's region.
    """
    content = map_content(plan, atlas)
    where = [(0.0, 20.0)] if not content.places else [(place.east, place.north) for place in content.places]
    view = view_of(where, PANEL)
    drawn = [_drawn(link, content, view) for link in content.links]
    cards, boxes = _cards(content, view, drawn)
    figures, without = _figures(drawn, [*boxes, *(_around(_point(card.place, view)) for card in cards)])
    indexed = [card for card in cards if card.detail is Detail.NUMBER]
    rows = _index_rows(indexed)
    height = HEAD + PANEL_HEIGHT + LEGEND + INDEX_ROW * rows + (10 if rows else 0)
    parts = [
        style(),
        tag("rect", class_="page", x=0, y=0, width=WIDTH, height=height),
        *_heading(plan),
        *_ground(view, identifier("map", plan.stack, "ground")),
        *_within_panel(_links(drawn), identifier("map", plan.stack, "links")),
        *_points(cards, boxes, view),
        *figures,
        *(card.draw(box) for card, box in zip(cards, boxes, strict=True)),
        *_legend(plan, content, without),
        *_index(indexed),
    ]
    return document(
        (WIDTH, height), parts, name=identifier("map", plan.stack), title=f"Map of {plan.stack}",
        description=_description(plan, content),
    )  # fmt: skip


def _heading(plan: Plan) -> Iterator[str]:
    clouds = sorted({host.provider for host in plan.hosts})
    yield label(plan.stack, MARGIN, 38, class_="title")
    counts = [
        _counted(len(plan.hosts), "host"), _counted(len(plan.fleets), "fleet"), _counted(len(plan.regions), "region"),
        _counted(len(clouds), "cloud"),
    ]  # fmt: skip
    yield label(f"{', '.join(counts[:-1])}, {counts[-1]} ({', '.join(clouds)})", MARGIN, 60, class_="muted")
    told = f"network {plan.network}, environment {plan.environment}, atlas {plan.atlas_version}"
    yield label(told, WIDTH - MARGIN, 60, class_="muted right")


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"


def _ground(view: View, name: str) -> Iterator[str]:
    panel = view.panel
    yield tag("rect", class_="sea", x=panel.x, y=panel.y, width=panel.width, height=panel.height, rx=8)
    lines = [
        [view.unwrapped(view.west, north), view.unwrapped(view.west + view.span, north)] for north in range(-45, 80, 15)
    ]
    first = 15 * int(view.west // 15 + 1)
    for east in range(first, int(view.west + view.span) + 1, 15):
        x = view.unwrapped(east, 0)[0]
        lines.append([(x, panel.y), (x, panel.bottom)])
    shown = [points for points in lines if panel.y < points[0][1] + 0.5 <= panel.bottom + 0.5]
    grid = "".join(f"M{x1:.0f} {y1:.0f}L{x2:.0f} {y2:.0f}" for (x1, y1), (x2, y2) in shown)
    land = tag("path", class_="land", d=land_path(view))
    yield from _within_panel([tag("path", class_="grid", d=grid, fill="none"), land], name)


def _within_panel(parts: Iterable[str], name: str) -> Iterator[str]:
    """Yield a group that is cut off at the panel's edge."""
    frame = tag("rect", x=PANEL.x, y=PANEL.y, width=PANEL.width, height=PANEL.height, rx=8)
    yield tag("clipPath", frame, id=name)
    yield tag("g", *(f"\n{part}" for part in parts), clip_path=f"url(#{name})")


def _point(place: MapPlace, view: View) -> Pixels:
    x, y = view.pixels((place.east, place.north))
    return round(x, 1), round(y, 1)


def _around(point: Pixels) -> Box:
    return Box(x=point[0] - 7, y=point[1] - 7, width=14, height=14)


def _drawn(link: MapLink, content: MapContent, view: View) -> _Drawn:
    ends = {place.metro: (place.east, place.north) for place in content.places}
    way = great_circle(ends[link.one], ends[link.other])
    east = view.west + (way[0][0] - view.west) % 360
    points = [view.unwrapped(at + east - way[0][0], north) for at, north in way]
    last = points[-1][0]
    if last > view.panel.right or last < view.panel.x:
        # The short way leaves the map at its edge: then it is drawn across, as a straight line on the map.
        points = [view.pixels(ends[link.one]), view.pixels(ends[link.other])]
        points = [_between(points[0], points[1], step / 16) for step in range(17)]
    return _Drawn(link=link, points=tuple((round(x, 1), round(y, 1)) for x, y in points))


def _between(start: Pixels, end: Pixels, t: float) -> Pixels:
    return start[0] + (end[0] - start[0]) * t, start[1] + (end[1] - start[1]) * t


def _links(drawn: list[_Drawn]) -> Iterator[str]:
    for one in drawn:
        link = one.link
        told = tag("title", words("\n".join(leg.text() for leg in link.legs)))
        yield line(one.points, told, class_=f"link b{band(link.slowest_ms)}{DASH[link.evidence]}")


def _cards(content: MapContent, view: View, drawn: list[_Drawn]) -> tuple[list[Card], list[Box]]:
    """Return every metro's card and its place: with as much detail as fits without one covering another."""
    ground = Ground(panel=PANEL, lines=tuple(one.points for one in drawn))
    for detail in Detail:
        cards = [
            Card(place=place, detail=detail, number=number) for number, place in enumerate(content.places, start=1)
        ]
        room = sum(card.size[0] * card.size[1] for card in cards) < PANEL.width * PANEL.height / 2
        items = [
            Anchored(point=_point(card.place, view), width=round(card.size[0], 1), height=round(card.size[1], 1))
            for card in cards
        ]
        boxes = placed(items, ground) if room else None
        if boxes is not None:
            return cards, boxes
    # Even numbers cover each other: then none is better than some that cannot be read; the list below has all.
    return cards, [Box(x=x - 8, y=y - 8, width=16, height=16) for x, y in (item.point for item in items)]


def _points(cards: list[Card], boxes: list[Box], view: View) -> Iterator[str]:
    for card, box in zip(cards, boxes, strict=True):
        x, y = _point(card.place, view)
        near_x, near_y = box.nearest(x, y)
        yield line([(x, y), (near_x, near_y)], class_="leader")
        yield tag("circle", class_="place", cx=x, cy=y, r=5, stroke_width=2)


def _figures(drawn: list[_Drawn], taken: list[Box]) -> tuple[list[str], int]:
    """Return the links' figures where there is room for them, and for how many there is none."""
    found, without = [], 0
    for one in drawn:
        text = _figure_text(one.link)
        width = width_of(text, 11, bold=True) + 8
        spots = [_spot(one.points, share, width) for share in ALONG]
        free = next((spot for spot in spots if _is_free(spot, taken)), None)
        if free is None:
            without += 1
            continue
        taken = [*taken, free]
        slanted = "" if one.link.evidence is Evidence.MEASURED else " estimated"
        x, y = free.centre
        pill = tag("rect", class_="pill", x=free.x, y=free.y, width=free.width, height=free.height, rx=4)
        found.append(tag("g", pill, label(text, x, y + 4, class_=f"figure middle{slanted}")))
    return found, without


def _figure_text(link: MapLink) -> str:
    rough = "~" if link.evidence is not Evidence.MEASURED else ""
    low, high = figure(link.fastest_ms), figure(link.slowest_ms)
    return f"{rough}{low} ms" if low == high else f"{rough}{low} to {high} ms"


def _spot(points: tuple[Pixels, ...], share: float, width: float) -> Box:
    x, y = points[round(share * (len(points) - 1))]
    return Box(x=round(x - width / 2, 1), y=round(y - 8, 1), width=round(width, 1), height=16)


def _is_free(spot: Box, taken: list[Box]) -> bool:
    inside = PANEL.holds(spot.x, spot.y, -4) and PANEL.holds(spot.right, spot.bottom, -4)
    return inside and not any(spot.overlap(other, 3) for other in taken)


def _legend(plan: Plan, content: MapContent, without: int) -> Iterator[str]:
    top = PANEL.bottom + 24
    x = MARGIN
    for fleet in plan.fleets:
        text = f"{fleet.name} {len(plan.hosts_of(fleet.name))}"
        yield tag("g", mark(fleet.role, x + 6, top - 4), label(text, x + 17, top))
        x += 17 + width_of(text, 12) + 16
    x = MARGIN
    for number, name in enumerate(band_names()):
        yield line([(x, top + 22), (x + 22, top + 22)], class_=f"link b{number}")
        yield label(name, x + 28, top + 26, class_="small")
        x += 28 + width_of(name, 11) + 12
    for evidence in (Evidence.MEASURED, Evidence.COMPOSED, Evidence.ESTIMATED):
        yield sample(evidence, x, top + 22, 34)
        yield label(evidence, x + 40, top + 26, class_="small")
        x += 40 + width_of(evidence, 11) + 12
    for i, text in enumerate(wrapped(_remarks(content, without), 11, WIDTH - 2 * MARGIN)):
        yield label(text, MARGIN, top + 48 + 15 * i, class_="small muted")


def _remarks(content: MapContent, without: int) -> Iterator[str]:
    yield "round trips: median, between regions that share a fleet; ~ not measured"
    if content.links_left_out:
        total = content.links_left_out + len(content.links)
        yield f"{len(content.links)} of {total} links drawn: the shortest that join all, the matrix has the rest"
    if without:
        yield f"{_counted(without, 'figure')} had no room, the matrix has them"
    if content.unplaced:
        yield f"not on the map: {', '.join(content.unplaced)}"
    yield "land: Natural Earth"


def _index_rows(cards: list[Card]) -> int:
    """Return the lines of the list of numbers: two columns where the texts are short enough."""
    texts = [_index_text(card) for card in cards]
    room = (WIDTH - 2 * MARGIN) / INDEX_COLUMNS - 16
    fits = all(width_of(text, 11) < room for text in texts)
    return -(-len(texts) // INDEX_COLUMNS) if fits else len(texts)


def _index(cards: list[Card]) -> Iterator[str]:
    """Yield what the numbers on the map stand for."""
    rows = _index_rows(cards)
    for i, card in enumerate(cards):
        x = MARGIN + (i // rows) * (WIDTH - 2 * MARGIN) / INDEX_COLUMNS
        yield label(_index_text(card), x, PANEL.bottom + LEGEND + 8 + INDEX_ROW * (i % rows), class_="small")


def _index_text(card: Card) -> str:
    return f"{card.number}. {described(card.place)}"


def _description(plan: Plan, content: MapContent) -> str:
    """Return what the map shows in words, for those who do not see it."""
    places = ". ".join(described(place) for place in content.places)
    legs = [leg for link in content.links for leg in link.legs]
    legs += [leg for place in content.places for leg in place.inside]
    ways = ". ".join(leg.text() for leg in sorted(legs, key=lambda leg: (leg.region, leg.other)))
    counted = f"{_counted(len(plan.hosts), 'host')} in {_counted(len(plan.regions), 'region')}"
    return f"{counted}. {places}." + (f" Round trips: {ways}." if ways else "")
