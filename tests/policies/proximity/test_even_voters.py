from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policies.proximity import even_voters
from schemas.roles import Role

Make = Callable[..., Any]


def judged(told: Make, view: Make, hosts: Make, *zones: str, **chosen: Any) -> Any:
    return told(even_voters, view(hosts(*zones, fleet="sequencers", role=Role.SEQUENCER), **chosen))


def test_near_voters_pass_however_uneven(hosts: Make, view: Make, told: Make) -> None:
    [(level, _, message)] = judged(told, view, hosts, "aws:euc1-az1", "gcp:europe-west3-a", "aws:euw2-az1")
    assert (level, message.rpartition("; ")[2]) == ("passed", "30 ms is good practice")
    assert "sequencers-3 (aws:eu-west-2)" in message


def test_one_voter_that_is_much_farther_is_told(hosts: Make, view: Make, told: Make) -> None:
    zones = ("aws:euc1-az1", "aws:euw2-az1", "aws:euw1-az1", "aws:euw3-az1", "aws:use1-az1")
    [(level, _, message)] = judged(told, view, hosts, *zones)
    assert (level, message) == (
        "low",
        (
            "at most, sequencers-1 (aws:eu-central-1) to sequencers-5 (aws:us-east-1): 89.309 ms (measured); 40.528 ms is "
            "good practice | it is much farther than the other pairs: elections wait for it"
        ),
    )


def test_voters_far_from_all_are_told(hosts: Make, view: Make, told: Make) -> None:
    [(level, _, message)] = judged(told, view, hosts, "aws:euc1-az1", "aws:apne1-az1")
    assert (level, message) == (
        "low",
        (
            "at most, sequencers-2 (aws:ap-northeast-1) to sequencers-1 (aws:eu-central-1): 223.138 ms (measured); 100 ms is "
            "good practice | it is far from all: elections wait for it"
        ),
    )


def test_one_region_and_other_quorums_are_not_judged(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, "aws:euc1-az1", "aws:euc1-az2") == []
    assert told(even_voters, view(hosts("aws:euc1-az1", "aws:apne1-az1"))) == []


def test_limits_can_be_set_and_are_kept_exactly(hosts: Make, view: Make, told: Make) -> None:
    pair = ("aws:euc1-az1", "aws:apne1-az1")
    exact = {"PRX013": {"round_trip_ms_max": 223.138, "outlier_factor_max": 1}}
    assert judged(told, view, hosts, *pair, parameters=exact)[0][0] == "passed"
    uneven = {"PRX013": {"near_ms": 20, "outlier_factor_max": 1.2}}
    zones = ("aws:euc1-az1", "aws:euw2-az1", "aws:euw1-az1")
    [(level, _, message)] = judged(told, view, hosts, *zones, parameters=uneven)
    assert level == "low"
    assert "23.553 ms (measured); 20 ms is good practice | it is much farther than the other pairs" in message


def test_pairs_within_a_region_do_not_make_the_others_look_far(hosts: Make, view: Make, told: Make) -> None:
    zones = ("aws:euc1-az1", "aws:euc1-az2", "aws:euw1-az1", "aws:use1-az1")
    [(level, _, message)] = judged(told, view, hosts, *zones)
    assert (level, message.rpartition("; ")[2]) == ("passed", "100 ms is good practice")


def test_where_both_limits_are_the_same_it_is_far(hosts: Make, view: Make, told: Make) -> None:
    chosen = {"PRX013": {"near_ms": 100, "outlier_factor_max": 1, "round_trip_ms_max": 223}}
    found = judged(told, view, hosts, "aws:euc1-az1", "aws:apne1-az1", parameters=chosen | {
        "PRX013": {"near_ms": 200, "round_trip_ms_max": 200, "outlier_factor_max": 0.1}
    })  # fmt: skip
    assert found[0][2].endswith("200 ms is good practice | it is far from all: elections wait for it")
