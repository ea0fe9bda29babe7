from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policies.redundancy import one_region

Make = Callable[..., Any]


def test_three_zones_of_one_region_are_one_region(hosts: Make, view: Make, told: Make) -> None:
    made = hosts("aws:euc1-az1", "aws:euc1-az2", "aws:euc1-az3", survive=("zone",))
    assert told(one_region, view(made)) == [
        ("low", "validators", ("all 3 members are in aws:eu-central-1 | losing aws:eu-central-1 leaves none, whatever "
         "its 3 zones survive"))
    ]  # fmt: skip
    [(_, _, message)] = told(one_region, view(hosts("aws:euc1-az1", "aws:euc1-az1")))
    assert message.endswith("whatever its 1 zone survive")


def test_two_regions_pass(hosts: Make, view: Make, told: Make) -> None:
    assert told(one_region, view(hosts("aws:euc1-az1", "aws:euw1-az1"))) == [
        ("passed", "validators", "2 members are in 2 regions")
    ]


def test_a_single_member_is_not_judged(hosts: Make, view: Make, told: Make) -> None:
    assert told(one_region, view(hosts("aws:euc1-az1"))) == []
    made = hosts("aws:euc1-az1", fleet="alone"), hosts("aws:euc1-az1", "aws:euc1-az2", fleet="two")
    assert [subject for _, subject, _ in told(one_region, view(*made))] == ["two"]
