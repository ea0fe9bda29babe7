"""SEC024: a key that is deleted by mistake can be kept in time."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource
from policies.rule import MADE, Parameter, Rule, Scope, Weaker
from policies.security.key_rotation import AWS_KEY, DAY_S, GCP_KEY, seconds
from policies.verdict import Doubt, Fault, forbid, is_true, number, verdict
from schemas.report import Finding, Severity

_REPLICA = "aws:kms/replicaKey:ReplicaKey"

RULE = Rule(
    id="SEC024",
    title="A key that is deleted by mistake can be kept in time",
    judges="each key at AWS and GCP",
    severity=Severity.HIGH,
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=(AWS_KEY, _REPLICA, GCP_KEY),
    source="A destroyed key takes every disk, back-up and secret with it that it encrypts; no support can bring it back.",
    standards=("SOC 2 A1.2", "SOC 2 CC6.1"),
    remedy="AWS: deletionWindowInDays 30, and no lockout bypass. GCP: destroyScheduledDuration '2592000s'.",
    parameters=(
        Parameter(
            name="wait_days_min", default=14, minimum=7, maximum=120, is_whole=True, weaker=Weaker.LOWER,
            meaning="Least time between the order to delete a key and its end; both clouds' default is 30.",
        ),
    ),
)  # fmt: skip


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each key; a window that nobody sets is the cloud's 30 days."""
    days_min = RULE.parameter("wait_days_min", view.parameters)
    for key in view.resources.of(*RULE.tokens):
        yield verdict(RULE, key, _found(key, days_min))


def _found(key: Resource, days_min: float) -> Iterator[Fault | Doubt]:
    if key.token == GCP_KEY:
        expected = f"at least {days_min * DAY_S:.0f}s, {days_min:g} days"
        path = "destroyScheduledDuration"
        yield from forbid(key, path, lambda value: not seconds(value) >= days_min * DAY_S, expected)
        return
    expected = f"at least {days_min:g} days"
    yield from forbid(key, "deletionWindowInDays", lambda days: not number(days) >= days_min, expected)
    yield from forbid(key, "bypassPolicyLockoutSafetyCheck", is_true, "false: else nobody may be left who can mend it")
