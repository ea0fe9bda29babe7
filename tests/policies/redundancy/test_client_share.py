from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from policies.redundancy import client_share

Make = Callable[..., Any]
ZONES = ("aws:euc1-az1", "aws:euw1-az1", "aws:euw2-az1", "gcp:europe-north1-a", "gcp:europe-west2-a", "aws:use1-az1")


def running(made: list[Any], *clients: str) -> list[Any]:
    return [dataclasses.replace(host, client=client) for host, client in zip(made, clients, strict=True)]


def test_a_client_below_a_third_passes_with_its_share(hosts: Make, view: Make, told: Make) -> None:
    made = running(hosts(*ZONES[:4]), "alpha", "beta", "gamma", "delta")
    assert told(client_share, view(made)) == [
        ("passed", "validators", "alpha holds 25.0 % of voting power; less than 33.3 % is good practice")
    ]


def test_exactly_a_third_is_told_and_names_the_client(hosts: Make, view: Make, told: Make) -> None:
    made = running(hosts(*ZONES), "alpha", "beta", "alpha", "beta", "gamma", "delta")
    assert told(client_share, view(made)) == [
        ("low", "validators", ("alpha holds 33.3 % of voting power; less than 33.3 % is good practice | "
         "a fault in alpha stops all of it at once"))
    ]  # fmt: skip


def test_power_counts_for_validators(hosts: Make, view: Make, told: Make) -> None:
    made = running(hosts(*ZONES[:4], powers=(10, 10, 10, 70)), "alpha", "beta", "gamma", "delta")
    [(level, _, message)] = told(client_share, view(made))
    assert (level, message[:36]) == ("low", "delta holds 70.0 % of voting power; ")


def test_a_fleet_of_three_or_without_a_workload_is_not_judged(hosts: Make, view: Make, told: Make) -> None:
    assert told(client_share, view(running(hosts(*ZONES[:3]), "alpha", "alpha", "alpha"))) == []
    assert told(client_share, view(hosts(*ZONES))) == []


def test_a_client_that_is_not_known_of_others_counts_as_every_client(hosts: Make, view: Make, told: Make) -> None:
    from schemas.plan import ExternalMember

    other = ExternalMember(name="external-1", operator="alice", region="gcp:europe-west2", metro="london", power=10)
    made = running(hosts(*ZONES[:4], external=(other,)), "alpha", "beta", "gamma", "delta")
    [(level, _, message)] = told(client_share, view(made))
    assert (level, message[:25]) == ("low", "alpha holds 40.0 % of vot")


def test_a_platform_team_can_set_both_limits(hosts: Make, view: Make, told: Make) -> None:
    made = running(hosts(*ZONES), "alpha", "beta", "alpha", "beta", "gamma", "delta")
    [(lenient, _, _)] = told(client_share, view(made, parameters={"RED012": {"share_max": 0.4}}))
    assert lenient == "passed"
    assert told(client_share, view(made, parameters={"RED012": {"members_min": 7}})) == []
