"""Prices are published, or estimated and marked so, or absent; never another region's in silence."""

from __future__ import annotations

import pytest

from schemas.atlas import PriceEvidence, regions
from schemas.atlas.pricing import factor, gcp_neighbour_factor, is_outlier, price, priced_machines, published_price
from schemas.atlas.tables import rows
from schemas.errors import AtlasError

UNPRICED = [
    "aws:ap-southeast-5", "aws:ap-southeast-6", "aws:cn-north-1", "aws:cn-northwest-1", "aws:me-central-1",
    "aws:me-south-1",
]  # fmt: skip


def test_aws_prices_are_published_for_us_east_1_only() -> None:
    assert {row["region"] for row in rows("prices") if row["region"].startswith("aws:")} == {"aws:us-east-1"}
    for name in regions():
        found = price(name, "aws:m6a.xlarge") if name.startswith("aws:") else None
        if found is not None:
            assert (found.evidence is PriceEvidence.PUBLISHED) is (name == "aws:us-east-1")


def test_no_region_has_us_east_1s_price_in_silence() -> None:
    same = [name for name in regions() if name.startswith("aws:") and (found := factor(name)) and found.value == 1]
    assert same == ["aws:us-east-1", "aws:us-east-2", "aws:us-west-2"], "AWS's own factors of 2017 say 1 for these"
    found = price("aws:us-west-2", "aws:m6a.xlarge")
    assert found is not None
    assert (found.evidence, found.method) == (PriceEvidence.ESTIMATED, "us-east-1 times AWS's own factor of 2017-10")


def test_gaps_stay_gaps() -> None:
    assert [name for name in regions() if factor(name) is None] == UNPRICED
    assert all(price(name, "aws:m6a.xlarge") is None and not priced_machines(name) for name in UNPRICED)


def test_an_estimate_says_where_its_factor_is_from_and_its_upper_end() -> None:
    paris = price("aws:eu-west-3", "aws:m6a.xlarge")
    assert paris is not None
    assert (paris.method, paris.date) == ("us-east-1 times GCP's factor in the same metro", "2026-08-03")
    assert paris.usd_per_hour == pytest.approx(0.1728 * 1.16)
    assert paris.usd_per_hour_max == pytest.approx(0.1728 * 1.16 * 1.1, abs=1e-4)
    calgary = factor("aws:ca-west-1")
    assert calgary is not None
    assert calgary.method == "us-east-1 times GCP's factor in the same country"


def test_the_united_states_are_no_neighbourhood() -> None:
    assert gcp_neighbour_factor(regions()["aws:us-west-1"]) is None


def test_a_price_far_from_its_regions_factor_is_not_believed() -> None:
    assert published_price("gcp:asia-south1", "gcp:n2d-standard-8") == 0.223064
    assert is_outlier("gcp:asia-south1", "gcp:n2d-standard-8")
    assert not is_outlier("gcp:asia-south1", "gcp:n2-standard-8")
    found = price("gcp:asia-south1", "gcp:n2d-standard-8")
    assert found is not None
    assert found.evidence is PriceEvidence.ESTIMATED
    assert found.usd_per_hour == pytest.approx(0.351487)
    assert found.method == "the region's median factor over us-central1; the published 0.223064 is an outlier"


def test_outliers_are_the_amd_families_of_mumbai_and_c4_in_bangkok() -> None:
    doubted = {
        (row["region"], row["machine"].partition(":")[2].partition("-")[0])
        for row in rows("prices")
        if is_outlier(row["region"], row["machine"])
    }
    assert doubted == {
        ("gcp:asia-south1", "c2d"), ("gcp:asia-south1", "n2d"), ("gcp:asia-south1", "n4d"), ("gcp:asia-south1", "t2d"),
        ("gcp:asia-southeast3", "c4"),
    }  # fmt: skip


def test_a_machine_that_a_region_does_not_list_has_no_price_there() -> None:
    assert price("gcp:asia-southeast3", "gcp:n2-standard-8") is None, "GCP's lists are complete per region"
    with pytest.raises(AtlasError):
        price("gcp:nowhere1", "gcp:n2-standard-8")


def test_every_published_price_that_is_believed_is_given_as_it_is() -> None:
    for row in rows("prices"):
        found = price(row["region"], row["machine"])
        assert found is not None
        if not is_outlier(row["region"], row["machine"]):
            assert (found.usd_per_hour, found.evidence) == (float(row["usd_per_hour"]), PriceEvidence.PUBLISHED)
