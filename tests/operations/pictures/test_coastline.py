from __future__ import annotations

import re

from operations.pictures.coastline import FILE, land_path, rings
from operations.pictures.projection import view_of
from operations.pictures.svg import Box

PANEL = Box(x=0, y=0, width=1000, height=500)


def is_land(east: float, north: float) -> bool:
    """Return whether a place is inside a ring, counted by crossings."""
    inside = False
    for ring in rings():
        for turn in (-360, 0, 360):
            at = east + turn
            for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
                if (y1 > north) != (y2 > north) and at < x1 + (north - y1) * (x2 - x1) / (y2 - y1):
                    inside = not inside
    return inside


def test_the_land_is_where_it_is() -> None:
    land = [(2.3, 48.8), (-77.4, 38.0), (139.4, 36.2), (133.0, -25.0), (-60.0, -10.0), (20.0, 0.0), (178.0, 67.5)]
    sea = [(-40.0, 40.0), (-150.0, 20.0), (75.0, -20.0), (-20.0, 0.0), (0.0, -50.0)]
    assert [place for place in land if not is_land(*place)] == []
    assert [place for place in sea if is_land(*place)] == []


def test_the_file_says_where_it_is_from_and_is_small() -> None:
    text = FILE.read_text(encoding="utf-8")
    assert text.startswith("# Land, from Natural Earth 4.1.0, 1:50m: made with Natural Earth, public domain.")
    assert len(text) < 100_000


def test_only_what_a_view_shows_is_drawn_and_it_stays_at_its_edge() -> None:
    view = view_of([(-0.1, 51.5), (8.6, 50.1)], PANEL)
    path = land_path(view)
    numbers = [float(text) for text in re.findall(r"-?[0-9.]+", path)]
    assert min(numbers) >= -4
    assert max(numbers) <= 1004
    assert len(path) < 12_000
    assert path.startswith("M")
    assert path.endswith("Z")


def test_the_open_sea_has_no_land() -> None:
    assert land_path(view_of([(-150.0, -30.0)], Box(x=0, y=0, width=1000, height=300))) == ""
