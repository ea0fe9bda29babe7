from __future__ import annotations

import pytest

from components.placement.planning import place, plan_from_lock
from schemas.errors import InfeasiblePlacementError
from schemas.plan import Plan
from schemas.plan_text import plan_text
from tests.components.placement.conftest import Place, Spec

ORACLES = """\
fleets:
  oracles:
    role: oracle
    workload: none
    reports_min: 2
    count: 4
    survive: {{region: 1}}
    machine: {{vcpu: 4, memory_gib: 16}}
    {more}
"""
TWO = """\
{budget}
fleets:
  oracles: {{role: oracle, workload: none, reports_min: 2, count: 4, survive: {{region: 1}}}}
  relayers: {{role: relayer, workload: none, count: 2, survive: {{region: 1}}, near: [{{hub: deribit}}]{more}}}
"""


def cost(plan: Plan, fleet: str = "") -> float:
    [found] = [cost for cost in plan.costs if cost.fleet == fleet]
    assert found.usd_per_month is not None
    assert not found.hosts_unknown
    return found.usd_per_month


def test_a_budget_is_kept_and_cost_is_least_where_it_is_the_objective(spec: Spec, placed: Place) -> None:
    usual = cost(placed(spec(ORACLES.format(more="")))[0])
    least = cost(placed(spec(ORACLES.format(more="placement: {objective: cost}")))[0])
    assert least < usual
    budget = f"budget: {{cost_usd_per_month_max: {least + 0.01:.2f}}}"
    assert least <= cost(placed(spec(ORACLES.format(more=budget)))[0]) <= least + 0.01


def test_a_budget_below_the_least_is_refused_with_the_least(spec: Spec) -> None:
    loaded = spec(ORACLES.format(more="budget: {cost_usd_per_month_max: 200}"))
    with pytest.raises(InfeasiblePlacementError) as raised:
        place(loaded.network, stack="net", spec_sha256=loaded.sha256)
    assert "budget: its hosts may cost 200.00 USD a month, what the fleet promises costs at least" in str(raised.value)
    assert "Raise 'cost_usd_per_month_max' to" in (raised.value.remedy or "")


def test_the_remedy_of_a_budget_is_enough_and_a_dollar_less_is_not(spec: Spec, placed: Place) -> None:
    loaded = spec(ORACLES.format(more="budget: {cost_usd_per_month_max: 200}"))
    with pytest.raises(InfeasiblePlacementError) as raised:
        place(loaded.network, stack="net", spec_sha256=loaded.sha256)
    enough = int((raised.value.remedy or "").split("'cost_usd_per_month_max' to ")[1].split(".")[0])
    placed(spec(ORACLES.format(more=f"budget: {{cost_usd_per_month_max: {enough}}}")))
    with pytest.raises(InfeasiblePlacementError):
        placed(spec(ORACLES.format(more=f"budget: {{cost_usd_per_month_max: {enough - 1}}}")))


def test_the_network_s_budget_leaves_every_fleet_what_it_needs_at_least(spec: Spec, placed: Place) -> None:
    free = placed(spec(TWO.format(budget="", more="")))[0]
    cheap = placed(spec(TWO.format(budget="placement: {objective: cost}", more="")))[0]
    assert cost(cheap) < cost(free)
    limit = f"budget: {{cost_usd_per_month_max: {cost(cheap) + 0.01:.2f}}}"
    assert cost(placed(spec(TWO.format(budget=limit, more="")))[0]) <= cost(cheap) + 0.01


def test_a_network_s_budget_below_what_all_fleets_need_is_refused_at_its_line(spec: Spec) -> None:
    loaded = spec(TWO.format(budget="budget: {cost_usd_per_month_max: 50}", more=""))
    with pytest.raises(InfeasiblePlacementError) as raised:
        place(loaded.network, stack="net", spec_sha256=loaded.sha256)
    assert "budget: all hosts may cost 50.00 USD a month, but what the fleets promise costs at least" in str(
        raised.value
    )


def test_listed_members_beyond_their_budget_are_refused(spec: Spec, placed: Place) -> None:
    fleet = (
        "fleets:\n  oracles:\n    role: oracle\n    workload: none\n    reports_min: 1\n    budget: {cost_usd_per_month_max: 9}\n"
        '    members: [{region: "aws:eu-west-2"}, {region: "aws:eu-west-1"}]\n'
    )
    loaded = spec(fleet)
    with pytest.raises(InfeasiblePlacementError) as raised:
        placed(loaded)
    assert "fleet 'oracles' may cost 9.00 USD a month, its members cost" in str(raised.value)
    assert loaded.where("fleets", "oracles", "budget", "cost_usd_per_month_max") in str(raised.value)


def test_under_cost_a_place_without_a_price_is_taken_only_when_nothing_else_works_and_the_plan_says_so(
    spec: Spec, placed: Place
) -> None:
    regions = 'regions: {allow: ["aws:ap-southeast-5", "aws:ap-southeast-1", "aws:ap-southeast-3"]}\nplacement: {objective: cost}\n'
    plan, _ = placed(spec(regions + ORACLES.format(more="")))
    assert {host.region for host in plan.hosts} == {"aws:ap-southeast-1", "aws:ap-southeast-3"}
    assert plan.notes == ()
    loaded = spec(regions.replace(', "aws:ap-southeast-3"', "") + ORACLES.format(more=""))
    plan, lock = placed(loaded)
    assert {host.region for host in plan.hosts} == {"aws:ap-southeast-1", "aws:ap-southeast-5"}
    [note] = plan.notes
    assert "price of 2 of its hosts is unknown (aws:ap-southeast-5)" in note
    assert f"note {note}\n" in plan_text(plan)
    assert plan_from_lock(loaded.network, lock, spec_sha256=loaded.sha256) == plan
