"""CST001 and CST004: network_budget and fleet_budget are one rule over two scopes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policies.cost import fleet_budget, network_budget
from policies.fleet_view import Cost

Make = Callable[..., Any]


def judged(told: Make, view: Make, hosts: Make, budget: float | None, *prices: float | None) -> list[Any]:
    made = hosts(*["aws:euc1-az1"] * len(prices))
    costs = {
        host.host: Cost(usd_per_month=price, evidence="published" if price else "")
        for host, price in zip(made, prices, strict=True)
    }
    terms = {"validators": {"cost_usd_per_month_max": budget}}
    network = {"cost_usd_per_month_max": budget}
    return [
        told(rule, view(made, terms=terms, network=network, costs=costs)) for rule in (network_budget, fleet_budget)
    ]


def test_exactly_the_budget_is_kept(hosts: Make, view: Make, told: Make) -> None:
    text = "costs 300.50 US dollars a month; the budget is 300.50"
    assert judged(told, view, hosts, 300.5, 100.25, 200.25) == [
        [("passed", "perps", text)], [("passed", "validators", text)]
    ]  # fmt: skip


def test_a_cent_more_is_refused_with_how_much(hosts: Make, view: Make, told: Make) -> None:
    text = "costs 300.51 US dollars a month; the budget is 300.50 | 0.01 US dollars a month too much"
    assert judged(told, view, hosts, 300.5, 100.25, 200.26) == [
        [("high", "perps", text)], [("high", "validators", text)]
    ]  # fmt: skip


def test_an_unknown_price_is_never_zero_and_proves_no_budget(hosts: Make, view: Make, told: Make) -> None:
    for found in judged(told, view, hosts, 300.5, 100.0, None):
        [(level, _, message)] = found
        assert (level, message) == (
            "medium",
            (
                "costs 100.00 US dollars a month, and 1 hosts without a price; the budget is 300.50 | no price is known of "
                "validators-2"
            ),
        )


def test_what_is_known_may_be_too_much_already(hosts: Make, view: Make, told: Make) -> None:
    assert [found[0][0] for found in judged(told, view, hosts, 99, 100.0, None)] == ["high", "high"]


def test_a_host_that_no_price_speaks_of_is_unknown_too(hosts: Make, view: Make, told: Make) -> None:
    found = told(network_budget, view(hosts("aws:euc1-az1"), network={"cost_usd_per_month_max": 9}))
    assert [level for level, _, _ in found] == ["medium"]


@pytest.mark.parametrize("price", [100.0, None])
def test_no_budget_no_verdict(hosts: Make, view: Make, told: Make, price: float | None) -> None:
    assert judged(told, view, hosts, None, price) == [[], []]
