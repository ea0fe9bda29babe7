from __future__ import annotations

import itertools

import coastline


def topology(*rings: list[tuple[int, int]]) -> dict[str, object]:
    """Return a TopoJSON of rings in whole degrees, each one arc, its points as steps."""
    arcs = [
        [ring[0], *((b[0] - a[0], b[1] - a[1]) for a, b in itertools.pairwise(ring))] for ring in rings
    ]  # fmt: skip
    shape = {"type": "MultiPolygon", "arcs": [[[number]] for number in range(len(arcs))]}
    return {
        "transform": {"scale": [1, 1], "translate": [0, 0]}, "arcs": arcs,
        "objects": {"land": {"geometries": [shape]}},
    }  # fmt: skip


SQUARE = [(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)]


def test_the_text_has_a_ring_a_line_as_a_start_and_steps_in_hundredths() -> None:
    text = coastline.text_of(topology(SQUARE))
    assert text == coastline.HEADING + "0,0 1000,0 0,1000 -1000,0\n"


def test_a_ring_over_180_degrees_counts_on_instead_of_crossing_the_whole_map() -> None:
    [ring] = coastline.rings(topology([(170, 0), (179, 0), (-170, 0), (-170, 10), (170, 10), (170, 0)]))
    assert max(east for east, _ in ring) == 19000
    assert max(abs(b[0] - a[0]) for a, b in itertools.pairwise(ring)) <= 2000


def test_small_islands_and_antarctica_are_left_out() -> None:
    island = [(20, 20), (20, 20), (20, 21), (20, 20)]
    south = [(0, -80), (90, -80), (90, -70), (0, -70), (0, -80)]
    assert coastline.text_of(topology(SQUARE, island, south)).count("\n") == coastline.HEADING.count("\n") + 1


def test_what_hardly_bends_is_left_out_and_corners_stay() -> None:
    ring = [(0, 0), (50, 1), (100, 0), (100, 100), (0, 100), (0, 0)]
    assert coastline.simplified(ring) == [(0, 0), (100, 0), (100, 100), (0, 100)]


def test_the_committed_file_is_of_this_form() -> None:
    text = coastline.FILE.read_text(encoding="utf-8")
    assert text.startswith(coastline.HEADING)
    assert len(text.splitlines()) > 100
