"""OPS042: no single call ends a machine that votes or signs."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource, is_voter
from policies.rule import MADE, Rule, Scope
from policies.security.machines import AWS_INSTANCE, GCP_INSTANCE
from policies.verdict import Doubt, Fault, expect, is_true, verdict
from schemas.report import Finding, Severity

RULE = Rule(
    id="OPS042",
    title="No single call ends a machine that votes or signs",
    judges="each instance that is known to vote or sign",
    severity=Severity.MEDIUM,
    severity_in={"production": Severity.HIGH},
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=(AWS_INSTANCE, GCP_INSTANCE),
    source="A script that meant another account, a wrong terminal: protection turns the loss of a quorum into an error.",
    standards=("SOC 2 A1.2", "SOC 2 CC8.1"),
    remedy="AWS: disableApiTermination true. GCP: deletionProtection true.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each machine that votes or signs."""
    for machine in view.resources.of(*RULE.tokens):
        if is_voter(machine):
            yield verdict(RULE, machine, _found(machine))


def _found(machine: Resource) -> Iterator[Fault | Doubt]:
    # A machine that is stopped keeps its disk and comes back, and repair needs to stop it: only its end is judged.
    flag = "deletionProtection" if machine.cloud == "gcp" else "disableApiTermination"
    yield from expect(machine, flag, is_true, "true")
