from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policies.operation import upgrade_heights
from schemas.terms import ChainTerms, UpgradeTerms

Make = Callable[..., Any]


def judged(told: Make, view: Make, hosts: Make, *heights: int, **chosen: Any) -> Any:
    upgrades = tuple(UpgradeTerms(height=h, client="cometbft", version=f"0.38.{n}") for n, h in enumerate(heights))
    chain = ChainTerms(chain="perps-1", engine="cometbft", is_made_here=True, block_time_ms=1000, upgrades=upgrades)
    return told(upgrade_heights, view(hosts("aws:euc1-az1"), network={"chains": (chain,)}, **chosen))


def test_a_thousand_blocks_apart_pass(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, 3000, 1000, 2000) == [
        ("passed", "perps", "chain perps-1: 3 upgrades, 1,000 blocks apart or more")
    ]


def test_nearer_ones_are_told_with_both(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, 1000, 2000, 2999) == [
        ("medium", "perps", ("chain perps-1: upgrades are 999 blocks apart; at least 1,000 needed | cometbft 0.38.1 at "
         "2,000, cometbft 0.38.2 at 2,999"))
    ]  # fmt: skip


def test_the_same_height_twice_is_told(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, 1000, 1000)[0][2].startswith("chain perps-1: upgrades are 0 blocks apart")


def test_one_upgrade_is_not_judged_and_the_distance_can_be_set(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, 1000) == []
    assert judged(told, view, hosts, 1000, 1001, parameters={"OPS013": {"blocks_min": 1}})[0][0] == "passed"


def test_of_several_the_first_is_told(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, 1000, 1001, 1003)[0][2].startswith("chain perps-1: upgrades are 1 blocks apart")
