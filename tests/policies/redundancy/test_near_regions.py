from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policies.redundancy import near_regions
from schemas.plan import ExternalMember, Near
from schemas.roles import Role

Make = Callable[..., Any]
FAR = ("aws:euc1-az1", "aws:euw1-az1", "gcp:europe-north1-a", "gcp:europe-west2-a")
NEAR = ("aws:euc1-az1", "gcp:europe-west3-a", "aws:euw1-az1", "gcp:europe-north1-a")


def test_regions_far_from_each_other_pass(hosts: Make, view: Make, told: Make) -> None:
    assert told(near_regions, view(hosts(*FAR, survive=("region",)))) == [
        ("passed", "validators", "goes on without all regions within 400 km of any one")
    ]


@pytest.mark.parametrize("promise", ["region", "metro"])
def test_two_regions_of_one_city_are_told_with_what_is_left(hosts: Make, view: Make, told: Make, promise: str) -> None:
    assert told(near_regions, view(hosts(*NEAR, survive=(promise,)))) == [
        ("low", "validators", ("aws:eu-central-1, gcp:europe-west3 are within 400 km of aws:eu-central-1 and may fail "
         "together | losing them leaves 50.0 % of voting power; more than 66.7 % needed (lost: validators-1, "
         "validators-2)"))
    ]  # fmt: skip


def test_a_fleet_that_promises_no_region_is_not_judged(hosts: Make, view: Make, told: Make) -> None:
    assert told(near_regions, view(hosts(*NEAR, survive=("zone",)))) == []


def test_relayers_of_one_hub_are_near_to_each_other_on_purpose(hosts: Make, view: Make, told: Make) -> None:
    near = (Near(hub="frankfurt", at="aws:eu-central-1", latency_ms_max=5),)
    relayers = hosts(*NEAR[:2], fleet="relayers", role=Role.RELAYER, survive=("region",), near=near)
    assert told(near_regions, view(relayers)) == []


def test_one_region_that_breaks_the_promise_by_itself_is_another_rules_finding(
    hosts: Make, view: Make, told: Make
) -> None:
    assert [level for level, _, _ in told(near_regions, view(hosts(*["aws:euc1-az1"] * 4, survive=("region",))))] == [
        "passed"
    ]


def test_members_of_others_in_regions_that_the_atlas_lacks_stand_alone(hosts: Make, view: Make, told: Make) -> None:
    other = ExternalMember(name="external-1", operator="a", region="hetzner:fsn1", metro="falkenstein", power=10)
    made = hosts(*FAR, survive=("region",), external=(other,))
    assert [level for level, _, _ in told(near_regions, view(made))] == ["passed"]


def test_the_distance_can_be_set(hosts: Make, view: Make, told: Make) -> None:
    made = hosts(*FAR, survive=("region",))
    dublin_to_london = {"RED014": {"distance_km_max": 470}}
    [(level, _, message)] = told(near_regions, view(made, parameters=dublin_to_london))
    assert (level, message[:47]) == ("low", "aws:eu-west-1, gcp:europe-west2 are within 470 ")
    same_city = {"RED014": {"distance_km_max": 0}}
    assert [
        level for level, _, _ in told(near_regions, view(hosts(*FAR, survive=("region",)), parameters=same_city))
    ] == ["passed"]


def test_exactly_the_distance_is_near(hosts: Make, view: Make, told: Make) -> None:
    from schemas import atlas
    from schemas.atlas.distance import distance_km

    exact = distance_km(atlas.region("aws:eu-west-1"), atlas.region("gcp:europe-west2"))
    back = distance_km(atlas.region("gcp:europe-west2"), atlas.region("aws:eu-west-1"))
    made = hosts(*FAR, survive=("region",))
    found = told(near_regions, view(made, parameters={"RED014": {"distance_km_max": max(exact, back)}}))
    assert [level for level, _, _ in found] == ["low"]


def test_near_regions_that_may_be_lost_pass(hosts: Make, view: Make, told: Make) -> None:
    made = hosts(*NEAR, "gcp:europe-west2-a", "aws:use1-az1", "aws:usw2-az1", survive=("region",))
    assert [level for level, _, _ in told(near_regions, view(made))] == ["passed"]
