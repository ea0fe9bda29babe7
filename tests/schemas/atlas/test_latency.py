"""What the atlas says of the world is possible, complete and the same in both directions."""

from __future__ import annotations

import itertools
import math

import pytest

from schemas import atlas
from schemas.atlas.distance import FIBRE_MS_PER_KM, distance_km
from schemas.atlas.evidence import Evidence
from schemas.atlas.latency import figures
from schemas.atlas.tables import DATA, rows, sources
from schemas.errors import AtlasError

NAMES = list(atlas.regions())


@pytest.mark.parametrize("table", ["round_trips", "jitter"])
def test_every_row_is_between_two_known_regions_once_per_source_in_order(table: str) -> None:
    keys = [(row["region"], row["other"], row["source"]) for row in rows(table)]
    assert len(keys) == len(set(keys))
    assert all(region < other for region, other, _ in keys)
    assert {name for region, other, _ in keys for name in (region, other)} <= set(NAMES)
    assert keys == sorted(keys)


def test_no_measured_sample_beats_light() -> None:
    for row in rows("round_trips"):
        least, floor = float(row["least_ms"]), atlas.fastest_possible_ms(row["region"], row["other"])
        assert least >= floor, f"{row['region']} {row['other']}: {least} ms, light needs {floor:.3f}"


def test_no_answer_beats_light_and_all_are_the_same_in_both_directions() -> None:
    for origin, target in itertools.combinations(NAMES, 2):
        there = atlas.round_trip(origin, target)
        assert there == atlas.round_trip(target, origin)
        assert there.value_ms >= atlas.fastest_possible_ms(origin, target)
        assert there.upper_ms is None or there.upper_ms >= there.value_ms
        assert atlas.jitter(origin, target) == atlas.jitter(target, origin)


def test_every_figure_of_every_pair_is_possible_and_says_what_it_rests_on() -> None:
    for origin, target in itertools.combinations(NAMES, 2):
        floor = atlas.fastest_possible_ms(origin, target)
        for figure in figures(origin, target):
            assert figure.value_ms >= floor - 0.0005, "rounded to the microsecond"
            assert all((figure.statistic, figure.method, figure.date, figure.source))
            assert set(figure.source.split(" + ")) <= sources().keys()


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


def test_measured_composed_and_estimated_are_told_apart() -> None:
    kinds = {
        ("aws:eu-west-1", "aws:eu-west-2"): Evidence.MEASURED,
        ("aws:eu-west-2", "gcp:us-south1"): Evidence.COMPOSED,  # London has both, and the step across is measured
        ("aws:eu-west-3", "gcp:us-south1"): Evidence.ESTIMATED,  # Paris has both, and nobody measured the step
        ("aws:cn-north-1", "gcp:us-east4"): Evidence.ESTIMATED,
    }
    assert {pair: atlas.round_trip(*pair).evidence for pair in kinds} == kinds
    across = atlas.jitter("aws:eu-west-2", "gcp:europe-west2")
    assert (across.evidence, across.value_ms, across.upper_ms) == (Evidence.ESTIMATED, 0.52, None)


def test_most_trusted_wins_and_the_others_are_kept_as_evidence() -> None:
    found = figures("aws:af-south-1", "aws:ap-east-1")
    assert [(f.source, f.value_ms, f.evidence) for f in found[:2]] == [
        ("fantoch-2020-06", 382.87, Evidence.MEASURED),
        ("cloudping", 354.688, Evidence.MEASURED),  # newer, but through a service
    ]
    assert [f.evidence for f in found[2:]] == [Evidence.ESTIMATED, Evidence.LIGHT]
    assert atlas.round_trip("aws:af-south-1", "aws:ap-east-1") == found[0]


def test_a_value_below_its_methods_floor_proves_nothing_and_bounds_the_estimate() -> None:
    # Cloudping measures 1.2 to 8.2 ms from a region to itself, so its 7.1 ms from Zurich to Milan prove nothing.
    found = atlas.round_trip("aws:eu-central-2", "aws:eu-south-1")
    assert (found.evidence, found.value_ms, found.upper_ms) == (Evidence.ESTIMATED, 5.294, 7.128)
    assert found.source == "geofleet + cloudping"
    kept = figures("aws:eu-central-2", "aws:eu-south-1")[0]
    assert (kept.value_ms, kept.evidence) == (7.107, Evidence.ESTIMATED)
    assert kept.method == "TCP connect to a regional service; below its floor of 10 ms"
    measured = [
        float(row["round_trip_ms"])
        for row in rows("round_trips")
        if row["source"] == "cloudping"
        and atlas.round_trip(row["region"], row["other"]).source == "cloudping"
        and atlas.round_trip(row["region"], row["other"]).evidence is Evidence.MEASURED
    ]
    assert measured
    assert min(measured) >= sources()["cloudping"].floor_ms == 10


def test_samples_that_disagree_show_in_the_upper_figure() -> None:
    found = atlas.round_trip("aws:ca-central-1", "gcp:northamerica-northeast2")
    assert (found.value_ms, found.upper_ms) == (16.232, 23.504), "two paths of 9 and 23 ms"


def test_within_one_region_figures_are_those_of_sources_md() -> None:
    assert atlas.round_trip("aws:eu-west-2", "aws:eu-west-2").value_ms == 0.3
    assert atlas.jitter("gcp:europe-west2", "gcp:europe-west2").value_ms == 0.32
    text = (DATA / "SOURCES.md").read_text()
    assert "WITHIN_REGION`" in text
    assert "WITHIN_REGION_JITTER`" in text


def test_an_unknown_region_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(AtlasError, match="region 'aws:eu-west-22' is not in the atlas") as caught:
        atlas.round_trip("aws:eu-west-22", "aws:eu-west-2")
    assert caught.value.remedy == "Did you mean 'aws:eu-west-2' or 'aws:us-west-2' or 'aws:eu-west-3'?"
    with pytest.raises(AtlasError):
        atlas.jitter("aws:eu-west-2", "azure:westeurope")
    with pytest.raises(AtlasError):
        atlas.fastest_possible_ms("aws:eu-west-2", "azure:westeurope")
