from __future__ import annotations

import itertools
import math

import pytest

from operations.pictures.projection import great_circle, miller, view_of, west_and_span
from operations.pictures.svg import Box

PANEL = Box(x=24, y=78, width=1152, height=610)
TOKYO, OREGON, SYDNEY, LONDON = (139.7, 35.7), (-119.5, 45.8), (151.2, -33.9), (-0.1, 51.5)


@pytest.mark.parametrize(
    "places", [[TOKYO, OREGON], [SYDNEY], [LONDON, TOKYO, OREGON, SYDNEY], [(179.9, 0), (-179.9, 1)]]
)
def test_every_place_is_inside_its_view(places: list[tuple[float, float]]) -> None:
    view = view_of(places, PANEL)
    assert all(PANEL.holds(*view.pixels(place), margin=-1) for place in places)


def test_the_pacific_is_not_cut_in_two() -> None:
    view = view_of([TOKYO, OREGON], PANEL)
    assert view.pixels(TOKYO)[0] < view.pixels(OREGON)[0]
    assert view.span < 180


def test_the_widest_gap_is_where_the_map_is_cut() -> None:
    assert west_and_span([170, -170]) == (170, 20)
    assert west_and_span([10, 20, 200]) == (200, 180)
    assert west_and_span([5]) == (5, 0)


def test_a_miller_cylinder_has_the_poles_at_a_finite_height() -> None:
    assert miller(0) == 0
    assert miller(45) == pytest.approx(math.degrees(1.25 * math.log(math.tan(math.pi / 4 + 0.4 * math.pi / 4))))
    assert miller(90) == pytest.approx(131.98, abs=0.01)
    assert miller(-60) == -miller(60)


def test_a_great_circle_goes_the_short_way_without_a_jump() -> None:
    way = great_circle(TOKYO, OREGON)
    assert way[0] == pytest.approx(TOKYO)
    assert way[-1] == pytest.approx((OREGON[0] + 360, OREGON[1]))
    assert max(abs(b[0] - a[0]) for a, b in itertools.pairwise(way)) < 10
    assert max(north for _, north in way) > 48


def test_a_way_to_the_same_place_is_a_point() -> None:
    assert great_circle(LONDON, LONDON) == [LONDON, LONDON]
