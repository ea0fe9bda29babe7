from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policies.redundancy import metro_survival, region_survival

Make = Callable[..., Any]
FRANKFURT_TWICE = ("aws:euc1-az1", "gcp:europe-west3-a", "aws:euw1-az1", "gcp:europe-west1-b")


def test_two_clouds_in_one_city_are_one_metro(hosts: Make, findings: Make) -> None:
    made = hosts(*FRANKFURT_TWICE, survive=("metro", "region"))
    [found] = findings(metro_survival, made)
    assert (found.rule_id, found.counter_example) == (
        "RED004",
        "losing frankfurt leaves 50.0 % of voting power; more than 66.7 % is needed (lost: validators-1, validators-2)",
    )
    assert findings(region_survival, made) == []


def test_four_cities_survive_losing_one(hosts: Make, findings: Make) -> None:
    zones = ("aws:euc1-az1", "aws:euw1-az1", "aws:euw2-az1", "gcp:europe-west1-b")
    assert findings(metro_survival, hosts(*zones, survive=("metro",))) == []
