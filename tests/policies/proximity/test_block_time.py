from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policies.proximity import block_time
from schemas.plan import ExternalMember
from schemas.roles import Role
from schemas.terms import ChainTerms

Make = Callable[..., Any]
FAR = ("aws:euc1-az1", "aws:euc1-az2", "aws:apne1-az1", "aws:apne1-az2")


def judged(told: Make, view: Make, made: Any, block_time_ms: float, **chosen: Any) -> Any:
    chain = ChainTerms(chain="perps-1", engine="cometbft", is_made_here=True, block_time_ms=block_time_ms)
    terms = {"validators": {"chain": "perps-1"}, "oracles": {"chain": "perps-1"}}
    return told(block_time, view(made, terms=terms, network={"chains": (chain,)}, **chosen))


def test_a_floor_of_half_the_block_time_passes(hosts: Make, view: Make, told: Make) -> None:
    # Frankfurt and Tokyo are 223.138 ms apart: three one-way delays are 334.707 ms.
    assert judged(told, view, hosts(*FAR), 669.414) == [
        ("passed", "validators", ("agreement takes 334.707 ms at least; 334.707 of a block time of 669.414 ms is good "
         "practice"))
    ]  # fmt: skip


def test_a_faster_chain_is_told_who_leads_when_it_is_slow(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts(*FAR), 600) == [
        ("low", "validators", ("agreement takes 334.707 ms at least; 300 of a block time of 600 ms is good practice | "
         "when validators-1 leads; 334.707 ms on average"))
    ]  # fmt: skip


def test_members_in_regions_that_the_atlas_lacks_are_left_out(hosts: Make, view: Make, told: Make) -> None:
    other = ExternalMember(name="external-1", operator="a", region="hetzner:fsn1", metro="falkenstein", power=10)
    near = ExternalMember(name="external-2", operator="b", region="aws:eu-central-1", metro="frankfurt", power=100)
    made = hosts(*FAR, external=(other, near))
    [(level, _, message)] = judged(told, view, made, 10_000)
    # The one in Frankfurt decides alone: a leader in Tokyo is one way from it.
    assert (level, message[:27]) == ("passed", "agreement takes 111.569 ms ")
    [(level, _, message)] = judged(told, view, hosts("aws:euc1-az1", external=(other,)), 10_000)
    assert (level, message[:21]) == ("passed", "agreement takes 0 ms ")


def test_a_chain_that_is_not_known_and_other_roles_are_not_judged(hosts: Make, view: Make, told: Make) -> None:
    assert told(block_time, view(hosts(*FAR))) == []
    oracles = hosts(*FAR, fleet="oracles", role=Role.ORACLE, reports_min=1)
    assert judged(told, view, oracles, 100) == []


def test_without_any_power_there_is_no_agreement_to_judge(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts(*FAR, powers=(0, 0, 0, 0)), 100) == []


def test_the_share_can_be_set(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts(*FAR), 600, parameters={"PRX011": {"share_max": 0.6}})[0][0] == "passed"
