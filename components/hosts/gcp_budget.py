"""A budget for what a stack costs on GCP: people are told before the month's bill tells them."""

from __future__ import annotations

import math

import pulumi
from pulumi_gcp import billing

from components.hosts.gcp_keys import Project
from components.hosts.gcp_network import Ground
from components.hosts.gcp_scope import Scope

MARGIN = 1.3
"""Disks, addresses, address translation and traffic come on top of the machines that the plan prices."""


def amount_usd(scope: Scope) -> int | None:
    """Return what the plan's machines on GCP cost in 730 hours, with a margin; None when no price is known."""
    prices = [host.cost_usd_per_month for host in scope.hosts]
    known = [price for price in prices if price is not None]
    if not known:
        return None
    # What has no price is taken for the mean of the others: a budget that is too low would be ignored.
    return math.ceil(sum(known) / len(known) * len(prices) * MARGIN)


def budget(
    scope: Scope, ground: Ground, project: Project, channels: list[pulumi.Output[str]], *, parent: pulumi.Resource
) -> None:
    """Make the budget of the stack's own resources, by their label, if there is a billing account and a price."""
    amount = amount_usd(scope)
    if not scope.settings.billing_account or amount is None:
        return
    billing.Budget(
        scope.name("budget"),
        billing_account=scope.settings.billing_account,
        display_name=f"geofleet {scope.plan.stack}",
        amount=billing.BudgetAmountArgs(
            specified_amount=billing.BudgetAmountSpecifiedAmountArgs(currency_code="USD", units=str(amount))
        ),
        budget_filter=billing.BudgetBudgetFilterArgs(
            projects=[project.number.apply(lambda number: f"projects/{number}")],
            labels={"geofleet_stack": scope.labels()["geofleet_stack"]},
            calendar_period="MONTH",
        ),
        threshold_rules=[
            billing.BudgetThresholdRuleArgs(threshold_percent=0.8, spend_basis="CURRENT_SPEND"),
            billing.BudgetThresholdRuleArgs(threshold_percent=1.0, spend_basis="CURRENT_SPEND"),
            billing.BudgetThresholdRuleArgs(threshold_percent=1.0, spend_basis="FORECASTED_SPEND"),
        ],
        all_updates_rule=billing.BudgetAllUpdatesRuleArgs(
            monitoring_notification_channels=channels, disable_default_iam_recipients=False
        ) if channels else None,
        opts=scope.options(parent, after=ground.services),
    )  # fmt: skip
