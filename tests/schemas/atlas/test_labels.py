"""Two spellings of one place are one failure domain."""

from __future__ import annotations

import pytest

from schemas.atlas import canonical_metro, canonical_provider, regions


@pytest.mark.parametrize(
    ("label", "metro"),
    [
        ("Frankfurt am Main", "frankfurt"), ("Frankfurt (Oder)", "frankfurt"), ("Europe/London", "london"), ("Slough", "london"),
        ("Montréal", "montreal"), ("  N.  Virginia ", "virginia"), ("Frankfurt", "frankfurt"), ("Helsinki", "helsinki"),
        ("New  Delhi East", "new-delhi-east"),
    ],
)  # fmt: skip
def test_a_metro_has_one_id(label: str, metro: str) -> None:
    assert canonical_metro(label) == metro
    assert canonical_metro(metro) == metro


@pytest.mark.parametrize(
    ("label", "provider"),
    [("AS16509", "aws"), ("AS14618", "aws"), ("Amazon.com", "aws"), ("Google Cloud", "gcp"), ("Latitude.sh", "latitude-sh"),
     ("AS20326", "teraswitch"), ("OVHcloud", "ovh"), ("Vultr", "vultr")],
)  # fmt: skip
def test_a_provider_has_one_id(label: str, provider: str) -> None:
    assert canonical_provider(label) == provider


def test_every_city_of_a_region_is_its_metro() -> None:
    for region in regions().values():
        assert canonical_metro(region.metro) == region.metro
        if region.city:
            assert canonical_metro(region.city) == region.metro
