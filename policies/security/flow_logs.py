"""SEC038: who spoke to whom is written down."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource
from policies.rule import MADE, Rule, Scope
from policies.values import ABSENT
from policies.verdict import Doubt, Fault, expect, verdict
from schemas.report import Finding, Severity

_VPC = "aws:ec2/vpc:Vpc"
_SUBNET = "aws:ec2/subnet:Subnet"
_LOG = "aws:ec2/flowLog:FlowLog"
_SUBNETWORK = "gcp:compute/subnetwork:Subnetwork"

RULE = Rule(
    id="SEC038",
    title="Networks write down who spoke to whom",
    judges="each VPC at AWS, each subnetwork at GCP",
    severity=Severity.MEDIUM,
    feeds=MADE,
    scope=Scope.STACK,
    tokens=(_VPC, _SUBNET, _LOG, _SUBNETWORK),
    source="After a break-in the flow log is the only record that the intruder could not edit on the machine.",
    standards=("CIS AWS 3.0.0 3.7", "CIS GCP 3.0.0 3.8", "SOC 2 CC7.2"),
    remedy="AWS: one FlowLog with trafficType ALL or REJECT per VPC. GCP: logConfig on each subnetwork.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each VPC, flow log and subnetwork."""
    logged: set[str] = set()
    for log in view.resources.of(_LOG):
        for path in ("vpcId", "subnetId"):
            logged.update(log.references.get(path, ()))
            if isinstance(log.get(path), str):
                logged.add(log.get(path))
        yield verdict(RULE, log, _traffic(log))
    for vpc in view.resources.of(_VPC):
        has_log = vpc.urn in logged or vpc.get("id") in logged
        yield verdict(RULE, vpc, () if has_log else [Fault(text="has no FlowLog in the program; expected one")])
    for subnetwork in view.resources.of(_SUBNETWORK):
        if subnetwork.get("purpose") in (ABSENT, "PRIVATE", "PRIVATE_RFC_1918"):
            yield verdict(RULE, subnetwork, expect(subnetwork, "logConfig", bool, "a block, as flow logs are off"))


def _traffic(log: Resource) -> Iterator[Fault | Doubt]:
    yield from expect(log, "trafficType", lambda value: value in ("ALL", "REJECT"), "ALL or REJECT")
