from __future__ import annotations

from schemas.plan_cost import PlanCost, PricedHost, cost_text, costs_of, usd_text


def host(fleet: str, usd: float | None, evidence: str = "published") -> PricedHost:
    return PricedHost(fleet=fleet, usd_per_month=usd, evidence=evidence if usd is not None else "")


def test_sums_are_by_fleet_and_in_all_and_exact() -> None:
    found = costs_of([host("b", 0.1), host("a", 0.2, "estimated"), *[host("b", 0.1)] * 2])
    assert found == (
        PlanCost(fleet="a", usd_per_month=0.2, usd_per_month_estimated=0.2, hosts_unknown=0),
        PlanCost(fleet="b", usd_per_month=0.3, usd_per_month_estimated=0.0, hosts_unknown=0),
        PlanCost(fleet="", usd_per_month=0.5, usd_per_month_estimated=0.2, hosts_unknown=0),
    )


def test_what_nobody_knows_is_counted_not_summed() -> None:
    assert costs_of([host("a", 5.0), host("a", None)])[0] == PlanCost(
        fleet="a", usd_per_month=5.0, usd_per_month_estimated=0.0, hosts_unknown=1
    )
    assert costs_of([host("a", None)])[0].usd_per_month is None


def test_no_hosts_cost_nobody_knows_what() -> None:
    assert costs_of([]) == (PlanCost(fleet="", usd_per_month=None, usd_per_month_estimated=0.0, hosts_unknown=0),)


def test_a_cost_in_words_says_what_it_rests_on() -> None:
    known = PlanCost(fleet="a", usd_per_month=12.345, usd_per_month_estimated=2.0, hosts_unknown=1)
    assert cost_text(known) == "usd_per_month=12.35 (of it 2.00 estimated; price of 1 host unknown)"
    unknown = PlanCost(fleet="a", usd_per_month=None, usd_per_month_estimated=0.0, hosts_unknown=2)
    assert cost_text(unknown) == "usd_per_month=unknown (price of 2 hosts unknown)"
    assert usd_text(1.5, "published") == "1.50 (published)"
