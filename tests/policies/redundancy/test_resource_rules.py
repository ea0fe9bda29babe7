"""Rules on where resources are, and how close to one another."""

from __future__ import annotations

import pytest

from tests.policies.cloud import UNKNOWN, Made, host, of_host, refused, silent, sound, unread

INSTANCE = "aws:ec2/instance:Instance"
GROUP = "aws:ec2/placementGroup:PlacementGroup"
POLICY = "gcp:compute/resourcePolicy:ResourcePolicy"


def test_a_placement_group_spreads() -> None:
    sound("RED040", Made(token=GROUP, props={"strategy": "spread"}))
    sound("RED040", Made(token=GROUP, props={"strategy": "partition", "partitionCount": 3.0}))
    sound("RED040", Made(token=POLICY, props={"groupPlacementPolicy": {"availabilityDomainCount": 3.0}}))
    silent("RED040", Made(token=POLICY, props={"snapshotSchedulePolicy": {}}))


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (Made(token=GROUP, props={"strategy": "cluster"}), "strategy is 'cluster'; expected 'spread' or 'partition'"),
        (Made(token=GROUP, props={"strategy": "partition", "partitionCount": 2.0}), "partitionCount is 2"),
        (Made(token=POLICY, props={"groupPlacementPolicy": {"collocation": "COLLOCATED", "availabilityDomainCount": 3}}),
         "collocation is 'COLLOCATED'"),
        (Made(token=POLICY, props={"groupPlacementPolicy": {"vmCount": 3}}), "availabilityDomainCount is not set"),
    ],
)  # fmt: skip
def test_a_group_that_packs_members_together_is_refused(made: Made, told: str) -> None:
    assert told in refused("RED040", made)


def test_an_unknown_strategy_fails_the_gate() -> None:
    unread("RED040", Made(token=GROUP, props={"strategy": UNKNOWN}))


EU = {"region": "eu-central-1"}


def test_a_hosts_machine_is_in_its_hosts_region() -> None:
    sound("RED041", host("validator"), of_host(INSTANCE, EU))
    sound("RED041", host("validator"), of_host(INSTANCE, {}, provider=EU))


@pytest.mark.parametrize("props", [{"region": "us-east-1"}, {"availabilityZone": "us-east-1a"},
                                   {"region": "us-east-1", "availabilityZoneId": "euc1-az1"}])  # fmt: skip
def test_a_region_of_its_own_that_is_not_the_hosts_is_refused_whatever_the_provider_says(props: dict[str, str]) -> None:
    made = of_host(INSTANCE, props, provider=EU)
    assert "is in aws:us-east-1; its host is in aws:eu-central-1" in refused("RED041", host("validator"), made)


def test_another_clouds_resource_is_not_judged_by_the_hosts_region() -> None:
    silent("RED041", host("validator"), of_host("gcp:compute/instance:Instance", {"zone": "europe-west3-a"}))


def test_a_region_that_is_unknown_at_preview_fails_the_gate() -> None:
    unread("RED041", host("validator"), of_host(INSTANCE, {"region": UNKNOWN}, provider=EU))


def test_a_stack_without_hosts_may_be_anywhere() -> None:
    silent("RED041", Made(token=INSTANCE, props={"region": "us-east-1"}))
