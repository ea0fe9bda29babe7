from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policies.cost import region_share
from policies.fleet_view import Cost

Make = Callable[..., Any]
ZONES = ("aws:euc1-az1", "aws:euc1-az2", "aws:euw1-az1", "aws:euw2-az1")


def judged(told: Make, view: Make, hosts: Make, *prices: float | None, **chosen: Any) -> Any:
    made = hosts(*ZONES[: len(prices)])
    costs = {h.host: Cost(usd_per_month=p, evidence="published") for h, p in zip(made, prices, strict=True)}
    return told(region_share, view(made, costs=costs, **chosen))


def test_exactly_the_share_passes(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, 30, 30, 20, 20) == [
        (
            "passed",
            "perps",
            "aws:eu-central-1 takes 60.0 % of 100.00 US dollars a month; at most 60.0 % is good practice",
        )
    ]


def test_more_is_told_by_region(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, 10, 10, 70, 10) == [
        ("low", "perps", ("aws:eu-west-1 takes 70.0 % of 100.00 US dollars a month; at most 60.0 % is good practice | an "
         "outage of aws:eu-west-1 idles what most is paid for"))
    ]  # fmt: skip


def test_few_hosts_or_unknown_prices_are_not_judged(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, 10, 10, 70) == []
    assert judged(told, view, hosts, 10, 10, 70, None) == []
    assert judged(told, view, hosts, 0, 0, 0, 0) == []


def test_both_limits_can_be_set(hosts: Make, view: Make, told: Make) -> None:
    chosen = {"CST003": {"share_max": 0.5, "hosts_min": 3}}
    assert judged(told, view, hosts, 10, 10, 70, parameters=chosen)[0][0] == "low"
    assert judged(told, view, hosts, 25, 25, 25, parameters={"CST003": {"hosts_min": 3}})[0][0] == "low"
