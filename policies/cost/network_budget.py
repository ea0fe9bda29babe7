"""CST001: all hosts together cost no more than the budget."""

from __future__ import annotations

from collections.abc import Iterator

from policies.cost.budgets import verdict
from policies.cost.known import cost_of
from policies.fleet_view import FleetView
from policies.rule import PLAN_ONLY, Rule, Scope
from schemas.report import Finding, Severity

RULE = Rule(
    id="CST001",
    title="All hosts together cost no more than the network's budget",
    judges="each network with a budget; from the plan only, as prices are no host's facts",
    severity=Severity.HIGH,
    feeds=PLAN_ONLY,
    scope=Scope.STACK,
    source=(
        "FinOps: a cost that is seen in the pull request is a decision, one that is seen on the bill is a surprise. "
        "Prices are on demand, machines only: traffic and disks come on top."
    ),
    remedy="Raise the budget, ask for smaller machines, or promise less.",
    reads_terms=True,
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for a network with a budget."""
    budget = view.network_terms.cost_usd_per_month_max
    if budget is not None:
        yield verdict(RULE, view.stack, cost_of(view, view.hosts), budget)
