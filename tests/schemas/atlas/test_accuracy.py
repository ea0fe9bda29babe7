"""Estimates are as good as the atlas says, on pairs that they were not made from; constants are the tables'."""

from __future__ import annotations

import pytest

from schemas.atlas import accuracy
from schemas.atlas.accuracy import Accuracy, accuracies, band_ratios, conformal, near_extras, samples
from schemas.atlas.distance import FIBRE_MS_PER_KM, fastest_possible_ms
from schemas.atlas.estimation import ASSUMED_UPPER, BANDS, COMPOSED_UPPER, ERROR_P90, NEAR_EXTRA_MS, NEAR_KM
from schemas.atlas.evidence import Evidence
from schemas.atlas.measurements import jitters, measured_pairs


@pytest.fixture(scope="module")
def found() -> dict[str, Accuracy]:
    return {result.name: result for result in accuracies()}


def test_held_out_pairs_of_a_shared_metro_are_predicted_within_5_percent(found: dict[str, Accuracy]) -> None:
    composed = found["composed through a shared metro"]
    assert composed.count == 294
    assert composed.error_p50 < 0.05
    assert composed.error_p90 < 0.17


def test_composing_beats_distance_three_to_one(found: dict[str, Accuracy]) -> None:
    assert found["composed through a shared metro"].error_p50 < found["distance band, between the clouds"].error_p50 / 3
    assert (
        found["composed, step in the metro assumed"].error_p50
        < found["distance band, between the clouds"].error_p50 / 2
    )


@pytest.mark.parametrize(
    "name",
    [
        "composed through a shared metro", "composed, step in the metro assumed", "distance band, between the clouds",
        "distance band, within one cloud",
    ],
)  # fmt: skip
def test_upper_bounds_hold_for_95_of_100_held_out_pairs(found: dict[str, Accuracy], name: str) -> None:
    covered = found[name].covered
    assert covered is not None
    assert covered >= 0.95


def test_the_factors_of_upper_bounds_are_above_what_the_held_out_pairs_ask_for() -> None:
    composed = [value / guess.value_ms for guess, value in accuracy.composed_predictions()]
    assumed = [value / guess.value_ms for guess, value in accuracy.assumed_predictions()]
    assert conformal(composed) <= COMPOSED_UPPER < 1.02 * conformal(composed)
    assert conformal(assumed) <= ASSUMED_UPPER < 1.05 * conformal(assumed)


def test_bands_are_those_of_the_measured_pairs() -> None:
    far = [(pair, ms) for pair, ms in samples() if fastest_possible_ms(*pair) / FIBRE_MS_PER_KM >= NEAR_KM]
    for (_, ratio, upper), (computed, computed_upper) in zip(BANDS, band_ratios(far), strict=True):
        assert ratio == round(computed, 2)
        assert upper == round(computed_upper, 2)


def test_the_excess_over_short_distances_is_the_median_of_14_pairs() -> None:
    extras = near_extras()
    assert len(extras) == 14
    assert round((extras[6] + extras[7]) / 2, 1) == NEAR_EXTRA_MS


def test_comparisons_count_each_kind_for_its_own_error(found: dict[str, Accuracy]) -> None:
    assert ERROR_P90[Evidence.COMPOSED] - 1 == pytest.approx(
        found["composed through a shared metro"].error_p90, abs=0.001
    )
    worst = found["distance band, between the clouds"].error_p90
    assert worst <= ERROR_P90[Evidence.ESTIMATED] - 1 < worst + 0.01


def test_jitter_between_the_clouds_is_a_gap() -> None:
    across = [pair for pair in measured_pairs() if pair[0][:3] != pair[1][:3]]
    assert len(across) == 384
    assert not any(jitters(pair) for pair in across)


def test_gcps_factors_tell_awss_prices_within_a_tenth(found: dict[str, Accuracy]) -> None:
    prices = found["AWS price from GCP's factor"]
    assert (prices.count, prices.covered) == (10, 1.0)
    assert prices.error_p50 < 0.02
    assert prices.error_p90 < 0.1


def test_conformal_takes_the_next_larger_value() -> None:
    assert conformal(range(1, 100)) == 95
    assert conformal([1.0, 2.0, 3.0]) == 3.0, "too few values for the level: the largest"
