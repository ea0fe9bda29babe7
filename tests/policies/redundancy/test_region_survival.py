from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policies.redundancy import region_survival

Make = Callable[..., Any]
FOUR_REGIONS = ("aws:euc1-az1", "aws:euw1-az1", "aws:euw2-az1", "gcp:europe-west3-a")


def test_four_regions_survive_losing_one(hosts: Make, findings: Make) -> None:
    assert findings(region_survival, hosts(*FOUR_REGIONS, survive=("region",))) == []


def test_zones_of_one_region_do_not_count_as_regions(hosts: Make, findings: Make) -> None:
    zones = ("aws:euc1-az1", "aws:euc1-az2", "aws:euc1-az3", "aws:euw1-az1")
    [found] = findings(region_survival, hosts(*zones, survive=("region",)))
    assert found.rule_id == "RED002"
    assert found.counter_example == (
        "losing aws:eu-central-1 leaves 25.0 % of voting power; more than 66.7 % is needed "
        "(lost: validators-1, validators-2, validators-3)"
    )


def test_a_promise_about_zones_is_another_rules_business(hosts: Make, findings: Make) -> None:
    assert findings(region_survival, hosts("aws:euc1-az1", "aws:euc1-az2", survive=("zone",))) == []
