from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policies.redundancy import standby_capacity
from schemas.roles import Role

Make = Callable[..., Any]


def test_standbys_replace_what_a_zone_holds(hosts: Make, view: Make, told: Make) -> None:
    made = hosts("aws:euc1-az1", "aws:euc1-az1", "aws:euc1-az2", fleet="sequencers", role=Role.SEQUENCER)
    assert told(standby_capacity, view(made, terms={"sequencers": {"standby": 2}})) == [
        ("passed", "sequencers", "2 standby for the 2 voters in aws:euc1-az1")
    ]
    assert told(standby_capacity, view(made, terms={"sequencers": {"standby": 1}})) == [
        ("low", "sequencers", ("1 standby for the 2 voters in aws:euc1-az1 | losing aws:euc1-az1 leaves 2 of 3 voters "
         "until machines can be had"))
    ]  # fmt: skip


def test_without_a_standby_it_is_told(hosts: Make, view: Make, told: Make) -> None:
    made = hosts("aws:euc1-az1", "aws:euc1-az2", "aws:euc1-az3", fleet="sequencers", role=Role.SEQUENCER)
    [(level, _, message)] = told(standby_capacity, view(hosts("aws:euc1-az1"), made))
    assert (level, message[:44]) == ("low", "0 standby for the 1 voter in aws:euc1-az1 | "[:44])


def test_other_fleets_are_not_judged(hosts: Make, view: Make, told: Make) -> None:
    assert told(standby_capacity, view(hosts("aws:euc1-az1"))) == []
