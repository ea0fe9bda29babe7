"""SEC011: each AWS region in use has a safe default for machines that nobody thought of."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource
from policies.rule import MADE, Rule, Scope
from policies.security.machines import AWS_INSTANCE, AWS_TEMPLATE
from policies.security.regions_in_use import each_region
from policies.verdict import Doubt, Fault, expect, number
from schemas.report import Finding, Severity

SETTING = "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults"

RULE = Rule(
    id="SEC011",
    title="Each AWS region in use asks for session tokens at the metadata service by default",
    judges="each AWS region that has machines",
    severity=Severity.MEDIUM,
    feeds=MADE,
    scope=Scope.STACK,
    tokens=(SETTING, AWS_INSTANCE, AWS_TEMPLATE),
    source="An instance that is started by hand during an incident has the defaults of the region, not of the program.",
    standards=("CIS AWS 3.0.0 5.6",),
    remedy="Make one aws.ec2.InstanceMetadataDefaults per region: httpTokens 'required', httpPutResponseHopLimit 1.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each region."""
    yield from each_region(RULE, view, SETTING, _found)


def _found(setting: Resource) -> Iterator[Fault | Doubt]:
    yield from expect(setting, "httpTokens", lambda value: value == "required", "'required'")
    yield from expect(setting, "httpPutResponseHopLimit", lambda hops: number(hops) == 1, "1")
