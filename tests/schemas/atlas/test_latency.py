"""What the atlas says of the world is possible, complete and the same in both directions."""

from __future__ import annotations

import itertools
import math

import pytest

from schemas import atlas
from schemas.atlas.latency import FIBRE_MS_PER_KM, Evidence, distance_km
from schemas.atlas.tables import rows
from schemas.errors import AtlasError

NAMES = list(atlas.regions())


@pytest.mark.parametrize("table", ["round_trips", "jitter"])
def test_every_row_is_between_two_known_regions_once_in_order(table: str) -> None:
    pairs = [(row["region"], row["other"]) for row in rows(table)]
    assert len(pairs) == len(set(pairs))
    assert all(region < other for region, other in pairs)
    assert {name for pair in pairs for name in pair} <= set(NAMES)


def test_no_measured_round_trip_beats_light() -> None:
    for row in rows("round_trips"):
        measured, floor = float(row["round_trip_ms"]), atlas.fastest_possible_ms(row["region"], row["other"])
        assert measured >= floor, f"{row['region']} {row['other']}: {measured} ms, light needs {floor:.3f}"


def test_no_answer_beats_light_and_all_are_the_same_in_both_directions() -> None:
    for origin, target in itertools.combinations(NAMES, 2):
        there = atlas.round_trip(origin, target)
        assert there == atlas.round_trip(target, origin)
        assert there.value_ms >= atlas.fastest_possible_ms(origin, target)
        assert atlas.jitter(origin, target) == atlas.jitter(target, origin)


def test_every_figure_is_positive_and_says_what_it_rests_on() -> None:
    for table, column in (("round_trips", "round_trip_ms"), ("jitter", "jitter_ms")):
        for row in rows(table):
            assert float(row[column]) > 0
            assert all(row[key] for key in ("statistic", "method", "date", "source"))


def test_light_needs_9_79_microseconds_per_kilometre_and_back() -> None:
    # Refractive index 1.468; c = 299,792.458 km/s.
    assert pytest.approx(2 * 1.468 / 299.792458, rel=1e-3) == FIBRE_MS_PER_KM


def test_distances_are_those_of_a_globe() -> None:
    def at(latitude: float, longitude: float) -> atlas.Region:
        return atlas.Region(name="aws:x", latitude=latitude, longitude=longitude, metro="x", city="X", country="XX")

    quarter = math.pi / 2 * 6371.0
    assert distance_km(at(0, 0), at(0, 90)) == pytest.approx(quarter)
    assert distance_km(at(0, 179), at(0, -179)) == pytest.approx(quarter / 45)
    assert distance_km(at(90, 0), at(-90, 50)) == pytest.approx(2 * quarter)
    assert distance_km(at(51.5, -0.1), at(51.5, -0.1)) == 0
    # London to Frankfurt, city centres: 637 km.
    assert distance_km(at(51.5074, -0.1278), at(50.1109, 8.6821)) == pytest.approx(637, abs=2)


def test_measured_and_estimated_are_told_apart() -> None:
    assert atlas.round_trip("aws:eu-west-1", "aws:eu-west-2").evidence is Evidence.MEASURED
    across = atlas.jitter("aws:eu-west-2", "gcp:europe-west2")
    assert (across.evidence, across.value_ms) == (Evidence.ESTIMATED, 0.52)
    estimates = [
        pair for pair in itertools.combinations(NAMES, 2) if atlas.round_trip(*pair).evidence is Evidence.ESTIMATED
    ]
    measured = {(row["region"], row["other"]) for row in rows("round_trips")}
    assert len(estimates) == len(NAMES) * (len(NAMES) - 1) // 2 - len(measured)


def test_no_estimate_is_better_than_the_best_band() -> None:
    for origin, target in itertools.combinations(NAMES, 2):
        found = atlas.round_trip(origin, target)
        if found.evidence is Evidence.ESTIMATED:
            km = distance_km(atlas.region(origin), atlas.region(target))
            assert found.value_ms >= km * FIBRE_MS_PER_KM * 1.62 - 0.001


def test_within_one_region_figures_are_those_of_sources_md() -> None:
    assert atlas.round_trip("aws:eu-west-2", "aws:eu-west-2").value_ms == 0.3
    assert atlas.jitter("gcp:europe-west2", "gcp:europe-west2").value_ms == 0.32
    sources = (atlas.tables.DATA / "SOURCES.md").read_text()
    assert "WITHIN_REGION_MS" in sources
    assert "WITHIN_REGION_JITTER_MS" in sources


def test_an_unknown_region_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(AtlasError, match="region 'aws:eu-west-22' is not in the atlas") as caught:
        atlas.round_trip("aws:eu-west-22", "aws:eu-west-2")
    assert caught.value.remedy == "Did you mean 'aws:eu-west-2' or 'aws:us-west-2' or 'aws:eu-west-3'?"
    with pytest.raises(AtlasError):
        atlas.jitter("aws:eu-west-2", "azure:westeurope")
