from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policies.proximity import raft_timers
from schemas.roles import Role
from schemas.terms import RaftTerms

Make = Callable[..., Any]
NEAR = ("aws:euc1-az1", "aws:euc1-az2", "aws:euw1-az1")


def judged(
    told: Make, view: Make, hosts: Make, zones: tuple[str, ...], timers: tuple[float, ...], **chosen: Any
) -> Any:
    raft = RaftTerms(heartbeat_ms=timers[0], election_timeout_ms=timers[1], lease_s=timers[2])
    made = hosts(*zones, fleet="sequencers", role=Role.SEQUENCER)
    return told(raft_timers, view(made, terms={"sequencers": {"raft": raft}}, **chosen))


def test_timers_exactly_at_their_limits_pass(hosts: Make, view: Make, told: Make) -> None:
    # Frankfurt to Dublin: 23.553 ms.
    assert judged(told, view, hosts, NEAR, (3 * 23.553, 15 * 23.553, 22.5 * 23.553 / 1000 + 1e-9)) == [
        ("passed", "sequencers", ("heartbeat 70.659 ms; sequencers-1 (aws:eu-central-1) to sequencers-3 "
         "(aws:eu-west-1): 23.553 ms (measured)"))
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("timers", "fault"),
    [
        ((70, 500, 2), "heartbeat is 70 ms, at least 70.659 needed"),
        ((100, 499, 2), "election timeout is 499 ms, at least 500 needed"),
        ((100, 500, 0.7), "lease is 700 ms, at least 750 needed"),
        ((70, 300, 0.1), ("heartbeat is 70 ms, at least 70.659 needed; election timeout is 300 ms, at least 350 needed; "
         "lease is 100 ms, at least 450 needed")),
    ],
)  # fmt: skip
def test_each_timer_is_refused_with_the_worst_pair(
    hosts: Make, view: Make, told: Make, timers: tuple[float, ...], fault: str
) -> None:
    [(level, _, message)] = judged(told, view, hosts, NEAR, timers)
    assert (level, message) == (
        "high",
        f"{fault} | sequencers-1 (aws:eu-central-1) to sequencers-3 (aws:eu-west-1): 23.553 ms (measured)",
    )


def test_two_voters_of_one_region_have_a_round_trip_too(hosts: Make, view: Make, told: Make) -> None:
    [(level, _, message)] = judged(told, view, hosts, NEAR[:2], (0.8, 500, 2))
    assert (level, message.partition(" | ")[0]) == ("high", "heartbeat is 0.8 ms, at least 0.9 needed")


def test_a_single_voter_waits_for_nobody(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, NEAR[:1], (5, 25, 1)) == [
        ("passed", "sequencers", "heartbeat 5 ms; one voter waits for nobody")
    ]


def test_a_heartbeat_against_an_estimate_warns_and_other_faults_refuse(hosts: Make, view: Make, told: Make) -> None:
    zones = ("aws:euw1-az1", "gcp:europe-west8-a")
    assert judged(told, view, hosts, zones, (90, 500, 2))[0][0] == "medium"
    assert judged(told, view, hosts, zones, (90, 400, 2))[0][0] == "high"
    assert judged(told, view, hosts, zones, (200, 900, 9))[0][0] == "high"


def test_without_timers_nothing_is_judged_and_factors_can_be_set(hosts: Make, view: Make, told: Make) -> None:
    assert told(raft_timers, view(hosts(*NEAR, fleet="sequencers", role=Role.SEQUENCER))) == []
    for name, value in (("heartbeat_round_trips_min", 5), ("election_heartbeats_min", 6), ("lease_elections_min", 5)):
        chosen = {"PRX012": {name: value}}
        assert judged(told, view, hosts, NEAR, (100, 500, 2), parameters=chosen)[0][0] == "high", name


def test_a_single_voters_timers_still_fit_each_other(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, NEAR[:1], (2, 10, 1))[0][0] == "passed"
    assert judged(told, view, hosts, NEAR[:1], (5, 20, 1)) == [
        ("high", "sequencers", "election timeout is 20 ms, at least 25 needed | one voter waits for nobody")
    ]
