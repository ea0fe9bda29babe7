"""OPS043: no machine that votes or signs can be taken away by price."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource, is_voter, role_of
from policies.rule import MADE, Rule, Scope
from policies.security.machines import AWS_LAUNCH_CONFIGURATION, AWS_MACHINES, GCP_MACHINES, SPOT_FORMS
from policies.verdict import Doubt, Fault, forbid, is_true, verdict
from schemas.report import Finding, Severity

RULE = Rule(
    id="OPS043",
    title="No machine that votes or signs can be taken away by price",
    judges="each machine and template; those whose role nobody tells as well, as advice",
    severity=Severity.HIGH,
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=(*AWS_MACHINES, "aws:ec2/spotFleetRequest:SpotFleetRequest", *GCP_MACHINES),
    source="Spot machines of one type are reclaimed together, with two minutes' notice at AWS and 30 seconds at GCP.",
    standards=("SOC 2 A1.1",),
    remedy="AWS: no instanceMarketOptions. GCP: scheduling.provisioningModel STANDARD, preemptible false.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each machine."""
    for machine in view.resources.of(*RULE.tokens):
        unknown = Severity.LOW if role_of(machine) else Severity.MEDIUM
        yield verdict(RULE, machine, _found(machine), severity=None if is_voter(machine) else unknown)


def _found(machine: Resource) -> Iterator[Fault | Doubt]:
    if machine.token in SPOT_FORMS:
        yield Fault(text="is a request for spot machines; expected one on demand")
    if machine.token == AWS_LAUNCH_CONFIGURATION:
        yield from forbid(machine, "spotPrice", bool, "no spot price")
    expected = "no market but on demand"
    yield from forbid(machine, "instanceMarketOptions.marketType", lambda market: market == "spot", expected)
    yield from forbid(machine, "scheduling.preemptible", is_true, "false")
    yield from forbid(machine, "scheduling.provisioningModel", lambda model: model != "STANDARD", "'STANDARD'")
