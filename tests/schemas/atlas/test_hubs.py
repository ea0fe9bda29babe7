"""Where liquidity is: graded, dated, and as far as it is known."""

from __future__ import annotations

import pytest

from schemas import atlas
from schemas.atlas import PUBLISHED, Evidence, Grade
from schemas.atlas.hubs import hub, hubs
from schemas.errors import AtlasError


def test_there_are_twenty_hubs_in_order_each_with_grade_date_and_source() -> None:
    found = hubs()
    assert len(found) == 20
    assert list(found) == sorted(found)
    for name, known in found.items():
        assert known.name == name
        assert known.source.startswith("https://")
        assert known.fact
        assert known.checked.startswith("2026-11")
        assert known.region is None or known.region in atlas.regions()
        assert all(atlas.zone_region(zone) == known.region for zone in known.zones)


def test_zones_are_known_where_the_operator_names_them() -> None:
    assert hub("coinbase-us-spot").zones == ("aws:use1-az4",)
    assert hub("bybit").zones == ("aws:apse1-az2", "aws:apse1-az3")
    assert hub("binance").zones == (), "apne1-az4 is hearsay"


def test_an_inferred_place_is_no_proof() -> None:
    assert (hub("okx").grade, hub("okx").is_proof) == (Grade.INFERRED, False)
    assert (hub("binance").grade, hub("binance").is_proof) == (Grade.REPORTED, True)
    assert (hub("deribit").grade, hub("deribit").is_proof) == (Grade.OFFICIAL, True)


def test_a_hub_in_a_region_is_as_far_as_the_region() -> None:
    coinbase = hub("coinbase-us-spot")
    assert coinbase.is_in_cloud
    assert PUBLISHED.hub_round_trip("gcp:us-east4", coinbase) == atlas.round_trip("gcp:us-east4", "aws:us-east-1")
    assert PUBLISHED.hub_round_trip("aws:us-east-1", coinbase).evidence is Evidence.MEASURED


def test_a_hub_beside_a_region_takes_its_operators_figure_for_the_last_step() -> None:
    kraken = hub("kraken")
    assert not kraken.is_in_cloud
    near = PUBLISHED.hub_round_trip("aws:eu-west-2", kraken)
    assert (near.value_ms, near.evidence) == (2.0, Evidence.COMPOSED)
    far = PUBLISHED.hub_round_trip("gcp:europe-west2", kraken)
    assert far.value_ms == pytest.approx(atlas.round_trip("gcp:europe-west2", "aws:eu-west-2").value_ms + 2, abs=0.001)


def test_a_hub_beside_a_region_without_such_a_figure_is_an_estimate() -> None:
    found = PUBLISHED.hub_round_trip("aws:eu-west-2", hub("deribit"))
    assert found.evidence is Evidence.ESTIMATED
    assert 2.9 < found.value_ms < 4


def test_a_hub_without_a_region_is_estimated_from_its_coordinates() -> None:
    cme = hub("cme")
    assert (cme.region, cme.is_in_cloud) == (None, False)
    found = PUBLISHED.hub_round_trip("aws:us-east-2", cme)
    assert (found.evidence, found.method) == (Evidence.ESTIMATED, "distance")


def test_an_unknown_hub_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(AtlasError, match="hub 'deribitt' is not in the atlas") as caught:
        hub("deribitt")
    assert caught.value.remedy.startswith("Did you mean 'deribit'? Allowed: arbitrum-one, ")
