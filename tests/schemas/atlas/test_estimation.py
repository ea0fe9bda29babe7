"""What nobody measured: composed through a shared metro where there is one, else by distance."""

from __future__ import annotations

import pytest

from schemas import atlas
from schemas.atlas.estimation import by_distance, composed, ways
from schemas.atlas.evidence import Evidence, RoundTrip
from schemas.atlas.latency import published


def test_a_composed_figure_is_the_step_in_the_metro_and_the_backbone_from_there() -> None:
    step = published("aws:eu-west-2", "gcp:europe-west2")
    backbone = published("gcp:europe-west2", "gcp:us-south1")
    assert step is not None
    assert backbone is not None
    found = composed("aws:eu-west-2", "gcp:us-south1", published)
    assert found is not None
    assert found.value_ms == pytest.approx(step.value_ms + backbone.value_ms)
    assert (found.evidence, found.via, found.date) == (Evidence.COMPOSED, "london", "2022-02")
    assert found.source == "intercloud-throughput + google-dashboard"


def test_two_ways_are_told_both_and_their_mean_is_the_answer() -> None:
    pair = ("aws:ap-northeast-1", "gcp:asia-northeast3")  # Tokyo and Seoul have both clouds
    found = [way for way in ways(*pair, published) if way.evidence is Evidence.COMPOSED]
    assert [way.via for way in found] == ["tokyo", "seoul"]
    both = composed(*pair, published)
    assert both is not None
    assert both.value_ms == pytest.approx(sum(way.value_ms for way in found) / 2, abs=0.001)
    assert (both.via, both.statistic) == ("seoul, tokyo", "mean of 2 sums of two figures")


def test_an_assumed_step_makes_an_estimate_never_a_composed_figure() -> None:
    found = composed("aws:eu-west-3", "gcp:us-south1", published)
    assert found is not None
    assert (found.evidence, found.via) == (Evidence.ESTIMATED, "paris")
    assert "assumed" in found.method


def test_a_way_over_assumed_steps_is_not_mixed_with_a_measured_one() -> None:
    # Paris to London: over Paris (assumed) and over London (measured).
    kinds = {way.via: way.evidence for way in ways("aws:eu-west-3", "gcp:europe-west2", published)}
    assert kinds == {"paris": Evidence.ESTIMATED, "london": Evidence.COMPOSED}
    found = composed("aws:eu-west-3", "gcp:europe-west2", published)
    assert found is not None
    assert (found.evidence, found.via) == (Evidence.COMPOSED, "london")


def test_a_pair_of_one_cloud_or_one_metro_is_never_composed() -> None:
    assert composed("aws:eu-west-2", "aws:cn-north-1", published) is None
    assert composed("aws:eu-west-3", "gcp:europe-west9", published) is None


def test_a_missing_backbone_leaves_no_way() -> None:
    def nothing(_one: str, _other: str) -> RoundTrip | None:
        return None

    assert list(ways("aws:eu-west-2", "gcp:us-south1", nothing)) == []


def test_a_near_estimate_is_light_and_2_9_ms_and_shows_no_bound() -> None:
    one, other = atlas.region("aws:eu-west-3"), atlas.region("gcp:europe-west9")
    found = by_distance(one, other)
    assert found.value_ms == pytest.approx(atlas.fastest_possible_ms(one.name, other.name) + 2.9, abs=0.001)
    assert found.upper_ms is None


def test_a_far_estimate_is_a_ratio_of_light_with_a_bound() -> None:
    found = by_distance(atlas.region("aws:cn-north-1"), atlas.region("gcp:us-east4"))
    floor = atlas.fastest_possible_ms("aws:cn-north-1", "gcp:us-east4")
    assert found.value_ms == pytest.approx(floor * 1.63, abs=0.001)
    assert found.upper_ms == pytest.approx(floor * 2.47, abs=0.001)
