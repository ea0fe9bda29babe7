from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policies.operation import planned_work
from schemas.plan import Near
from schemas.roles import Role

Make = Callable[..., Any]
ZONES = ("aws:euc1-az1", "aws:euw1-az1", "aws:euw2-az1", "gcp:europe-west2-a", "aws:use1-az1")


def judged(told: Make, view: Make, made: Any, out: int, **chosen: Any) -> Any:
    return told(planned_work, view(made, terms={made[0].fleet: {"unavailable_max": out}}, **chosen))


def test_one_of_four_validators_may_be_worked_on(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts(*ZONES[:4], survive=("zone",)), 1) == [
        (
            "passed",
            "validators",
            "planned work may take out 1: 75.0 % of voting power are left; more than 66.7 % needed",
        )
    ]


def test_two_of_four_stop_the_chain(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts(*ZONES[:4], survive=("zone",)), 2) == [
        ("high", "validators", ("planned work may take out 2, and the fleet stops | 50.0 % of voting power are left; more "
         "than 66.7 % needed"))
    ]  # fmt: skip


def test_the_heaviest_are_taken_for_the_worst(hosts: Make, view: Make, told: Make) -> None:
    made = hosts(*ZONES[:4], powers=(10, 10, 10, 20), survive=("zone",))
    [(level, _, message)] = judged(told, view, made, 1)
    assert (level, message.partition(" | ")[2]) == (
        "high",
        "60.0 % of voting power are left; more than 66.7 % needed",
    )


@pytest.mark.parametrize(("out", "level"), [(1, "passed"), (2, "high")])
def test_sequencers_keep_a_majority(hosts: Make, view: Make, told: Make, out: int, level: str) -> None:
    made = hosts(*ZONES[:3], fleet="sequencers", role=Role.SEQUENCER, survive=("zone",))
    assert judged(told, view, made, out)[0][0] == level


@pytest.mark.parametrize(("out", "level"), [(3, "passed"), (4, "high")])
def test_oracles_keep_their_reports(hosts: Make, view: Make, told: Make, out: int, level: str) -> None:
    made = hosts(*ZONES, fleet="oracles", role=Role.ORACLE, reports_min=2, survive=("zone",))
    assert judged(told, view, made, out)[0][0] == level


def test_each_hub_keeps_a_relayer(hosts: Make, view: Make, told: Make) -> None:
    near = (
        Near(hub="london", at="aws:eu-west-2", latency_ms_max=5), Near(hub="virginia", at="aws:us-east-1", latency_ms_max=5)
    )  # fmt: skip
    zones = ("aws:euw2-az1", "aws:euw2-az2", "aws:use1-az1")
    made = hosts(*zones, fleet="relayers", role=Role.RELAYER, survive=("zone",), near=near)
    assert judged(told, view, made, 1) == [
        ("high", "relayers", ("planned work may take out 1, and the fleet stops | no member near virginia are left; at least "
         "1 per hub needed"))
    ]  # fmt: skip
    twice = hosts(*zones, "aws:use1-az2", fleet="relayers", role=Role.RELAYER, survive=("zone",), near=near)
    assert judged(told, view, twice, 1)[0][0] == "passed"


def test_a_spare_can_be_asked_for(hosts: Make, view: Make, told: Make) -> None:
    chosen = {"OPS011": {"spare_min": 1}}
    assert judged(told, view, hosts(*ZONES[:4], survive=("zone",)), 1, parameters=chosen) == [
        ("high", "validators", ("planned work may take out 1 and 1 more may fail, and the fleet stops | 50.0 % of voting "
         "power are left; more than 66.7 % needed"))
    ]  # fmt: skip


def test_a_fleet_that_promises_nothing_may_be_stopped(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts(*ZONES[:2]), 1) == []


def test_a_relayer_that_serves_no_hub_replaces_none(hosts: Make, view: Make, told: Make) -> None:
    near = (Near(hub="london", at="aws:eu-west-2", latency_ms_max=5),)
    made = hosts("aws:euw2-az1", "aws:use1-az1", fleet="relayers", role=Role.RELAYER, survive=("zone",), near=near)
    assert judged(told, view, made, 1)[0][0] == "high"
