"""SEC015: machines have no public address."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource, is_voter, role_of
from policies.rule import MADE, Rule, Scope
from policies.security.machines import AWS_MACHINES, GCP_MACHINES
from policies.verdict import Doubt, Fault, forbid, is_true, unread, verdict
from schemas.report import Finding, Severity

_EIP = ("aws:ec2/eip:Eip", "aws:ec2/eipAssociation:EipAssociation")

RULE = Rule(
    id="SEC015",
    title="Machines that vote or sign have no public address",
    judges="each machine and template; those whose role nobody tells as well, as advice",
    severity=Severity.HIGH,
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=(*AWS_MACHINES, *GCP_MACHINES, *_EIP),
    source=(
        "A validator whose address is public can be flooded at will, and a host that is reachable can be broken into; "
        "sentries exist to be flooded in its place."
    ),
    standards=("CIS GCP 3.0.0 4.9", "SOC 2 CC6.6"),
    remedy="Leave public addresses to sentries and load balancers: Session Manager, IAP and NAT need none.",
)

_NONE = "no public address"


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each machine."""
    for resource in view.resources.of(*RULE.tokens):
        if is_voter(resource):
            yield verdict(RULE, resource, _found(resource))
        elif resource.token not in _EIP:
            # Relayers and machines that nobody labelled: it may be meant.
            severity = Severity.LOW if role_of(resource) else Severity.MEDIUM
            yield verdict(RULE, resource, _found(resource), severity=severity)


def _found(resource: Resource) -> Iterator[Fault | Doubt]:
    if resource.token in _EIP:
        yield Fault(text="a fixed public address belongs to this host; expected none")
        return
    yield from forbid(resource, "associatePublicIpAddress", is_true, "false")
    for interface in resource.blocks("networkInterfaces"):
        yield from unread([interface])
        yield from forbid(interface, "associatePublicIpAddress", is_true, "false")
        for kind in ("accessConfigs", "ipv6AccessConfigs"):
            yield from forbid(interface, kind, bool, _NONE)
