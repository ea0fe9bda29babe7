"""SEC040: a machine speaks for itself only."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource
from policies.rule import MADE, Rule, Scope
from policies.security.machines import AWS_INSTANCE, GCP_MACHINES
from policies.verdict import Doubt, Fault, forbid, is_false, is_true, verdict
from schemas.report import Finding, Severity

RULE = Rule(
    id="SEC040",
    title="A machine sends and takes packets in its own name only",
    judges="each instance at AWS, each instance and template at GCP",
    severity=Severity.MEDIUM,
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=(AWS_INSTANCE, *GCP_MACHINES),
    source="A machine that forwards can stand between two others; routers and gateways are not validators.",
    standards=("CIS GCP 3.0.0 4.6",),
    remedy="GCP: canIpForward false. AWS: sourceDestCheck true. A gateway has a waiver that names it.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each machine; the clouds' defaults are right."""
    for machine in view.resources.of(*RULE.tokens):
        yield verdict(RULE, machine, _found(machine))


def _found(machine: Resource) -> Iterator[Fault | Doubt]:
    if machine.cloud == "gcp":
        yield from forbid(machine, "canIpForward", is_true, "false")
    else:
        yield from forbid(machine, "sourceDestCheck", is_false, "true")
