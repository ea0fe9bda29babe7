"""SEC034: GCP machines boot what was signed, and can prove it."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource
from policies.rule import MADE, Rule, Scope
from policies.security.machines import GCP_MACHINES
from policies.verdict import Doubt, Fault, expect, is_true, verdict
from schemas.report import Finding, Severity

RULE = Rule(
    id="SEC034",
    title="GCP machines boot what was signed, and can prove it (Shielded VM)",
    judges="each GCP instance and template",
    severity=Severity.HIGH,
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=GCP_MACHINES,
    source="Secure boot is off by default at GCP; without it a changed kernel starts unseen and reads every key.",
    standards=("CIS GCP 3.0.0 4.8",),
    remedy="Set shieldedInstanceConfig: enableSecureBoot, enableVtpm and enableIntegrityMonitoring true.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each machine."""
    for machine in view.resources.of(*RULE.tokens):
        yield verdict(RULE, machine, _found(machine))


def _found(machine: Resource) -> Iterator[Fault | Doubt]:
    for flag in ("enableSecureBoot", "enableVtpm", "enableIntegrityMonitoring"):
        yield from expect(machine, f"shieldedInstanceConfig.{flag}", is_true, "true")
