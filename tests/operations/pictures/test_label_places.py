from __future__ import annotations

import random

from operations.pictures.label_places import Anchored, Ground, placed
from operations.pictures.svg import Box

PANEL = Box(x=0, y=0, width=1000, height=600)


def test_no_box_covers_another_or_a_point_or_leaves_the_panel() -> None:
    chance = random.Random(20261124)
    found = 0
    for _ in range(25):
        points = [(chance.uniform(50, 950), chance.uniform(50, 550)) for _ in range(chance.randint(1, 9))]
        items = [Anchored(point=point, width=150, height=60) for point in points]
        boxes = placed(items, Ground(panel=PANEL))
        if boxes is None:
            continue
        found += 1
        assert not any(a.overlap(b) for i, a in enumerate(boxes) for b in boxes[:i])
        assert not any(box.holds(*point) for box in boxes for point in points)
        assert all(PANEL.holds(box.x, box.y) and PANEL.holds(box.right, box.bottom) for box in boxes)
    assert found >= 20


def test_what_cannot_be_placed_is_said() -> None:
    items = [Anchored(point=(100 + k, 100), width=400, height=250) for k in range(12)]
    assert placed(items, Ground(panel=PANEL)) is None


def test_a_box_is_near_its_point_and_clear_of_lines() -> None:
    line = tuple((500 + 4.0 * k, 300.0) for k in range(100))
    [box] = placed([Anchored(point=(500, 300), width=100, height=40)], Ground(panel=PANEL, lines=(line,))) or []
    edge = box.nearest(500, 300)
    assert abs(edge[0] - 500) + abs(edge[1] - 300) < 40
    assert not any(box.holds(x, y) for x, y in line)


def test_the_same_items_are_always_placed_alike() -> None:
    items = [Anchored(point=(300 + 20 * k, 200), width=120, height=40) for k in range(5)]
    assert placed(items, Ground(panel=PANEL)) == placed(items, Ground(panel=PANEL))
