"""CST004: a fleet costs no more than its own budget."""

from __future__ import annotations

from collections.abc import Iterator

from policies.cost.budgets import verdict
from policies.cost.known import cost_of
from policies.fleet_view import FleetView
from policies.rule import PLAN_ONLY, Rule
from schemas.report import Finding, Severity

RULE = Rule(
    id="CST004",
    title="A fleet costs no more than its own budget",
    judges="each fleet with a budget; from the plan only, as prices are no host's facts",
    severity=Severity.HIGH,
    feeds=PLAN_ONLY,
    source=(
        "FinOps: who decides about a fleet decides about its cost, and sees it before it is spent. Prices are on "
        "demand, machines only: traffic and disks come on top."
    ),
    remedy="Raise the fleet's budget, ask for smaller machines, or promise less.",
    keys=("budget",),
    reads_terms=True,
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet with a budget."""
    for fleet in view.fleets:
        budget = fleet.terms.cost_usd_per_month_max
        if budget is not None:
            yield verdict(RULE, fleet.name, cost_of(view, fleet.hosts), budget)
