from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policies.redundancy import oracle_spread
from schemas.plan import ExternalMember
from schemas.roles import Role

Make = Callable[..., Any]
SPREAD = ("aws:euc1-az1", "aws:euw1-az1", "gcp:europe-west2-a")


def oracles(hosts: Make, *zones: str, **promised: Any) -> Any:
    return hosts(*zones, fleet="oracles", role=Role.ORACLE, reports_min=1, **promised)


def test_three_regions_with_two_providers_pass(hosts: Make, view: Make, told: Make) -> None:
    assert told(oracle_spread, view(oracles(hosts, *SPREAD))) == [
        ("passed", "oracles", "reports from 3 of at least 3 regions, 2 of at least 2 providers")
    ]


def test_one_region_is_told_by_name(hosts: Make, view: Make, told: Make) -> None:
    assert told(oracle_spread, view(oracles(hosts, "aws:euc1-az1", "aws:euc1-az2", "aws:euc1-az3"))) == [
        ("low", "oracles", ("reports from 1 of at least 3 regions, 1 of at least 2 providers | all reports come from "
         "aws:eu-central-1; aws"))
    ]  # fmt: skip


def test_regions_and_providers_are_both_needed(hosts: Make, view: Make, told: Make) -> None:
    one_cloud = oracles(hosts, "aws:euc1-az1", "aws:euw1-az1", "aws:euw2-az1")
    two_regions = oracles(hosts, "aws:euc1-az1", "gcp:europe-west2-a", "gcp:europe-west2-b")
    assert [level for made in (one_cloud, two_regions) for level, _, _ in told(oracle_spread, view(made))] == [
        "low"
    ] * 2


def test_members_of_others_count(hosts: Make, view: Make, told: Make) -> None:
    other = ExternalMember(name="external-1", operator="a", region="gcp:europe-west3", metro="frankfurt", power=0)
    made = oracles(hosts, "aws:euc1-az1", "aws:euw1-az1", external=(other,))
    assert [level for level, _, _ in told(oracle_spread, view(made))] == ["passed"]


def test_validators_are_not_judged_and_limits_can_be_set(hosts: Make, view: Make, told: Make) -> None:
    assert told(oracle_spread, view(hosts("aws:euc1-az1"))) == []
    strict = {"RED018": {"regions_min": 4}}
    assert [level for level, _, _ in told(oracle_spread, view(oracles(hosts, *SPREAD), parameters=strict))] == ["low"]
    loose = {"RED018": {"regions_min": 1, "providers_min": 1}}
    one = oracles(hosts, "aws:euc1-az1")
    assert [level for level, _, _ in told(oracle_spread, view(one, parameters=loose))] == ["passed"]
