"""SEC021: networks hand out no public addresses, and make no subnets by themselves."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource
from policies.rule import MADE, Rule, Scope
from policies.verdict import Doubt, Fault, expect, forbid, is_false, is_true, verdict
from schemas.report import Finding, Severity

_SUBNET = "aws:ec2/subnet:Subnet"
_DEFAULTS = ("aws:ec2/defaultSubnet:DefaultSubnet", "aws:ec2/defaultVpc:DefaultVpc")
_NETWORK = "gcp:compute/network:Network"
_SUBNETWORK = "gcp:compute/subnetwork:Subnetwork"

RULE = Rule(
    id="SEC021",
    title="Networks hand out no public addresses and make no subnets by themselves",
    judges="each AWS subnet and default network, each GCP network and subnetwork",
    severity=Severity.MEDIUM,
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=(_SUBNET, *_DEFAULTS, _NETWORK, _SUBNETWORK),
    source="GCP makes a subnet in every region unless told not to; regions that nobody chose are reachable and unwatched.",
    standards=("CIS GCP 3.0.0 3.1", "SOC 2 CC6.6"),
    remedy="AWS: mapPublicIpOnLaunch false. GCP: autoCreateSubnetworks false, privateIpGoogleAccess true.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each network or subnet."""
    for resource in view.resources.of(*RULE.tokens):
        yield verdict(RULE, resource, _found(resource))


def _found(resource: Resource) -> Iterator[Fault | Doubt]:
    if resource.token == _SUBNET:
        yield from forbid(resource, "mapPublicIpOnLaunch", is_true, "false")
        yield from forbid(resource, "assignIpv6AddressOnCreation", is_true, "false")
    elif resource.token in _DEFAULTS:
        yield Fault(text="adopts the account's default network, which is public; expected a network of the stack's own")
    elif resource.token == _NETWORK:
        yield from expect(resource, "autoCreateSubnetworks", is_false, "false (the default is true)")
    elif resource.get("purpose") in ("PRIVATE", "PRIVATE_RFC_1918") or not isinstance(resource.get("purpose"), str):
        yield from expect(resource, "privateIpGoogleAccess", is_true, "true, as machines have no public address")
