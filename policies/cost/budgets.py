"""Budgets, of the network and of one fleet alike."""

from __future__ import annotations

import dataclasses

from policies.cost.known import Known
from policies.fleet_view import shortened
from policies.rule import Rule
from schemas.report import Finding, Severity


def verdict(rule: Rule, subject: str, cost: Known, budget: float) -> Finding:
    """Return whether a budget is kept; with hosts whose price nobody knows it is never proven, which advises."""
    told = f"costs {cost.text()}; the budget is {budget:,.2f}"
    if cost.usd_per_month > budget:
        return rule.failed(subject, told, shown=f"{cost.usd_per_month - budget:,.2f} US dollars a month too much")
    if cost.unknown:
        advice = rule.failed(
            subject, told, shown=f"no price is known of {shortened(cost.unknown)}",
            remedy="Add their prices to atlas/overrides.yaml.",
        )  # fmt: skip
        return dataclasses.replace(advice, severity=Severity.MEDIUM)
    return rule.passed(subject, told)
