"""OPS041: a change of boot data does not replace a machine that votes or signs."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource, is_voter
from policies.rule import MADE, Rule, Scope
from policies.security.machines import AWS_INSTANCE, GCP_INSTANCE
from policies.values import ABSENT
from policies.verdict import Doubt, Fault, forbid, is_true, verdict
from schemas.report import Finding, Severity

RULE = Rule(
    id="OPS041",
    title="A change of boot data replaces no machine that votes or signs",
    judges="each instance that is known to vote or sign",
    severity=Severity.HIGH,
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=(AWS_INSTANCE, GCP_INSTANCE),
    source=(
        "Persistence Core-1, 6 November 2022: validators came back without their signing state and were tombstoned. "
        "A replaced machine is a new disk, unless its state is a volume of its own."
    ),
    standards=("SOC 2 CC8.1",),
    remedy="AWS: userDataReplaceOnChange false. GCP: metadata 'user-data' or 'startup-script', not metadataStartupScript.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each machine that votes or signs."""
    for machine in view.resources.of(*RULE.tokens):
        if is_voter(machine):
            yield verdict(RULE, machine, _found(machine))


def _found(machine: Resource) -> Iterator[Fault | Doubt]:
    if machine.token == AWS_INSTANCE:
        yield from forbid(machine, "userDataReplaceOnChange", is_true, "false")
    elif machine.get("metadataStartupScript") is not ABSENT:
        yield Fault(text="metadataStartupScript is set, and a change of it replaces the machine; expected metadata")
