"""SEC020: the default security group of a network lets nothing in or out."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource
from policies.rule import MADE, Rule, Scope
from policies.security.ingress import DEFAULT_GROUP
from policies.verdict import Doubt, Fault, forbid, verdict
from schemas.report import Finding, Severity

VPC = "aws:ec2/vpc:Vpc"

RULE = Rule(
    id="SEC020",
    title="The default security group of a network lets nothing in or out",
    judges="each AWS default security group, and each VPC that has none in the program",
    severity=Severity.HIGH,
    feeds=MADE,
    scope=Scope.STACK,
    tokens=(VPC, DEFAULT_GROUP),
    source="Whatever is started without a group gets the default one, in which every member reaches every other.",
    standards=("CIS AWS 3.0.0 5.4", "SOC 2 CC6.6"),
    remedy="Make one aws.ec2.DefaultSecurityGroup for the VPC, with ingress and egress left out.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each group, and one for each VPC whose group nobody closes."""
    closed: set[str] = set()
    for group in view.resources.of(DEFAULT_GROUP):
        closed.update(group.references.get("vpcId", ()))
        if isinstance(group.get("vpcId"), str):
            closed.add(group.get("vpcId"))
        yield verdict(RULE, group, _found(group))
    for vpc in view.resources.of(VPC):
        if vpc.urn not in closed and vpc.get("id") not in closed:
            fault = Fault(text="has no DefaultSecurityGroup in the program, so its own lets all members in")
            yield verdict(RULE, vpc, [fault], severity=Severity.MEDIUM)


def _found(group: Resource) -> Iterator[Fault | Doubt]:
    for way in ("ingress", "egress"):
        yield from forbid(group, way, bool, "no rule")
