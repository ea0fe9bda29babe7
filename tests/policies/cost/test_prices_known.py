from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policies.cost import prices_known
from policies.fleet_view import Cost

Make = Callable[..., Any]
KNOWN = Cost(usd_per_month=100.0, evidence="published")
GUESSED = Cost(usd_per_month=100.0, evidence="estimated")
UNKNOWN = Cost(usd_per_month=None, evidence="")


def judged(told: Make, view: Make, hosts: Make, *prices: Cost, **chosen: Any) -> Any:
    made = hosts(*["aws:euc1-az1"] * len(prices))
    return told(prices_known, view(made, costs={h.host: p for h, p in zip(made, prices, strict=True)}, **chosen))


def test_published_prices_pass_with_the_sum(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, KNOWN, GUESSED) == [("passed", "validators", "costs 200.00 US dollars a month")]


def test_an_unknown_price_is_told_by_host(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, KNOWN, UNKNOWN) == [
        ("low", "validators", "no price is known of 1 of 2 hosts | validators-2")
    ]
    assert told(prices_known, view(hosts("aws:euc1-az1")))[0][0] == "low"


def test_more_than_half_estimated_is_told(hosts: Make, view: Make, told: Make) -> None:
    assert judged(told, view, hosts, KNOWN, GUESSED, GUESSED) == [
        ("low", "validators", "2 of 3 prices are estimated | validators-2, validators-3")
    ]
    chosen = {"CST002": {"estimated_share_max": 0.7}}
    assert judged(told, view, hosts, KNOWN, GUESSED, GUESSED, parameters=chosen)[0][0] == "passed"
