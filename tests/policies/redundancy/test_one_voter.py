from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policies.redundancy import one_voter
from schemas.plan import ExternalMember
from schemas.roles import Role

Make = Callable[..., Any]
FOUR = ("aws:euc1-az1", "aws:euw1-az1", "aws:euw2-az1", "gcp:europe-west2-a")


def test_equal_voters_pass(hosts: Make, view: Make, told: Make) -> None:
    assert told(one_voter, view(hosts(*FOUR))) == [
        ("passed", "validators", "validators-1 holds 25.0 % of voting power; less than 33.3 % is safe")
    ]


def test_exactly_a_third_is_told_by_name(hosts: Make, view: Make, told: Make) -> None:
    assert told(one_voter, view(hosts(*FOUR, powers=(10, 20, 15, 15)))) == [
        ("medium", "validators", ("validators-2 holds 33.3 % of voting power; less than 33.3 % is safe | "
         "whenever validators-2 restarts, the chain halts"))
    ]  # fmt: skip


def test_a_member_of_others_counts_too(hosts: Make, view: Make, told: Make) -> None:
    other = ExternalMember(name="external-1", operator="a", region="aws:eu-west-1", metro="dublin", power=90)
    [(level, _, message)] = told(one_voter, view(hosts(*FOUR[:3], external=(other,))))
    assert (level, message[:23]) == ("medium", "external-1 holds 75.0 %")


def test_three_validators_and_other_roles_are_not_judged(hosts: Make, view: Make, told: Make) -> None:
    assert told(one_voter, view(hosts(*FOUR[:3]))) == []
    sequencers = hosts(*FOUR, fleet="a-sequencers", role=Role.SEQUENCER)
    assert [subject for _, subject, _ in told(one_voter, view(sequencers, hosts(*FOUR)))] == ["validators"]


def test_the_share_can_be_set(hosts: Make, view: Make, told: Make) -> None:
    found = told(one_voter, view(hosts(*FOUR), parameters={"RED029": {"share_max": 0.25}}))
    assert [level for level, _, _ in found] == ["medium"]


def test_where_nobody_has_power_nobody_holds_a_third(hosts: Make, view: Make, told: Make) -> None:
    assert [level for level, _, _ in told(one_voter, view(hosts(*FOUR, powers=(0, 0, 0, 0))))] == ["passed"]
