from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policies.proximity import near_fleets
from schemas.plan import NearFleet
from schemas.roles import Role

Make = Callable[..., Any]


def oracles(hosts: Make, *zones: str, limit_ms: float = 15, fleet: str = "validators") -> Any:
    near = (NearFleet(fleet=fleet, latency_ms_max=limit_ms),)
    return hosts(*zones, fleet="oracles", role=Role.ORACLE, reports_min=1, near_fleets=near)


def test_each_member_is_near_to_the_nearest_of_the_other_fleet(hosts: Make, view: Make, told: Make) -> None:
    made = oracles(hosts, "aws:euw2-az1", "aws:euc1-az2"), hosts("aws:euc1-az1", "aws:apne1-az1")
    assert told(near_fleets, view(*made)) == [
        ("passed", "oracles", ("at most, oracles-1 (aws:eu-west-2) to validators-1 (aws:eu-central-1): 14.709 ms "
         "(measured); at most 15 ms is promised"))
    ]  # fmt: skip


def test_a_member_that_is_far_from_all_of_them_is_refused_by_name(hosts: Make, view: Make, told: Make) -> None:
    made = oracles(hosts, "aws:apne1-az1", "aws:euc1-az2"), hosts("aws:euc1-az1", "aws:euw1-az1")
    assert told(near_fleets, view(*made)) == [
        ("high", "oracles", ("1 pair of regions is over the limit; at most 15 ms is promised | oracles-1 "
         "(aws:ap-northeast-1) to validators-2 (aws:eu-west-1): 198.547 ms (measured)"))
    ]  # fmt: skip


def test_a_proven_way_is_nearer_than_an_estimated_one(hosts: Make, view: Make, told: Make) -> None:
    made = oracles(hosts, "aws:euw1-az1", limit_ms=40), hosts("gcp:europe-west8-a", "aws:euc1-az1")
    [(level, _, message)] = told(near_fleets, view(*made))
    assert (level, message[:75]) == (
        "passed", "at most, oracles-1 (aws:eu-west-1) to validators-2 (aws:eu-central-1): 23.5"
    )  # fmt: skip


def test_an_estimate_alone_warns(hosts: Make, view: Make, told: Make) -> None:
    made = oracles(hosts, "aws:euw1-az1", limit_ms=40), hosts("gcp:europe-west8-a")
    assert [level for level, _, _ in told(near_fleets, view(*made))] == ["medium"]


def test_a_fleet_that_cannot_be_seen_is_not_evaluated(hosts: Make, view: Make, told: Make) -> None:
    from schemas.report import Status

    [found] = list(near_fleets.check(view(oracles(hosts, "aws:euw2-az1", fleet="nowhere"))))
    assert (found.status, found.message) == (
        Status.NOT_EVALUATED, "fleet nowhere, which it must be near to, is not known"
    )  # fmt: skip


def test_without_the_promise_nothing_is_judged(hosts: Make, view: Make, told: Make) -> None:
    assert told(near_fleets, view(hosts("aws:euw2-az1"))) == []


def test_an_estimate_is_nearer_than_a_way_that_is_too_long(hosts: Make, view: Make, told: Make) -> None:
    made = oracles(hosts, "aws:euw1-az1", limit_ms=20), hosts("gcp:europe-west8-a", "aws:euc1-az1")
    [(level, _, message)] = told(near_fleets, view(*made))
    assert (level, message.rpartition(" to ")[2][:33]) == ("medium", "validators-1 (gcp:europe-west8): ")


def test_the_first_host_of_each_region_is_named(hosts: Make, view: Make, told: Make) -> None:
    made = oracles(hosts, "aws:euc1-az1", "aws:euc1-az2"), hosts("aws:euc1-az1", "aws:euc1-az2")
    [(_, _, message)] = told(near_fleets, view(*made))
    assert message[:72] == "at most, oracles-1 (aws:eu-central-1) to validators-1 (aws:eu-central-1)"
