from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policies.redundancy import whole_network

Make = Callable[..., Any]


def test_two_regions_with_two_providers_pass(hosts: Make, view: Make, told: Make) -> None:
    assert told(whole_network, view(hosts("aws:euc1-az1"), hosts("gcp:europe-west2-a", fleet="others"))) == [
        ("passed", "perps", "all 2 hosts are in 2 of at least 2 regions"),
        ("passed", "perps", "all 2 hosts are in 2 of at least 2 providers"),
    ]


def test_one_region_and_one_provider_are_told(hosts: Make, view: Make, told: Make) -> None:
    assert told(whole_network, view(hosts("aws:euc1-az1", "aws:euc1-az2"))) == [
        ("low", "perps", "all 2 hosts are in 1 of at least 2 regions | losing aws:eu-central-1 leaves nothing"),
        ("low", "perps", "all 2 hosts are in 1 of at least 2 providers | losing aws leaves nothing"),
    ]


def test_one_host_is_not_judged_and_numbers_can_be_set(hosts: Make, view: Make, told: Make) -> None:
    assert told(whole_network, view(hosts("aws:euc1-az1"))) == []
    strict = {"RED028": {"regions_min": 3, "providers_min": 1}}
    made = hosts("aws:euc1-az1", "aws:euw1-az2")
    assert [level for level, _, _ in told(whole_network, view(made, parameters=strict))] == ["low", "passed"]
