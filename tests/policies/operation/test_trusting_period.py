from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policies.operation import trusting_period
from schemas.terms import ChainTerms

Make = Callable[..., Any]


def judged(told: Make, view: Make, hosts: Make, trusting: Any, unbonding: Any, **chosen: Any) -> Any:
    chain = ChainTerms(
        chain="perps-1", engine="cometbft", is_made_here=True, block_time_ms=1000, trusting_period_s=trusting,
        unbonding_period_s=unbonding,
    )  # fmt: skip
    return told(trusting_period, view(hosts("aws:euc1-az1"), network={"chains": (chain,)}, **chosen))


def test_two_thirds_pass(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, 1_209_600, 1_814_400) == [
        ("passed", "perps", "chain perps-1: light clients trust for 66.7 % of the unbonding period")
    ]


def test_more_is_advised_against(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, 1_209_603, 1_814_400) == [
        ("medium", "perps", ("chain perps-1: light clients trust for 66.7 % of the unbonding period; at most 66.7 % is "
         "good practice"))
    ]  # fmt: skip


@pytest.mark.parametrize("trusting", [100, 101])
def test_as_long_as_stake_is_liable_is_refused(hosts: Make, view: Make, told: Make, trusting: int) -> None:
    assert judged(told, view, hosts, trusting, 100) == [
        ("high", "perps", (f"chain perps-1: light clients trust for {trusting}.0 % of the unbonding period | headers are "
         "believed after their signers' stake is gone"))
    ]  # fmt: skip


@pytest.mark.parametrize(("trusting", "unbonding"), [(None, 100), (100, None)])
def test_a_chain_that_says_one_of_them_is_not_judged(
    hosts: Make, view: Make, told: Make, trusting: Any, unbonding: Any
) -> None:
    assert judged(told, view, hosts, trusting, unbonding) == []


def test_the_share_can_be_set(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, 80, 100, parameters={"OPS017": {"share_max": 0.8}})[0][0] == "passed"


def test_half_a_second_of_14_days_is_no_more(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, 1_209_600.5, 1_814_400)[0][0] == "passed"
