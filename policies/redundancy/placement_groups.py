"""RED040: members of a quorum are not packed onto one rack."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource
from policies.rule import MADE, Rule, Scope
from policies.values import ABSENT
from policies.verdict import Doubt, Fault, expect, forbid, number, verdict
from schemas.report import Finding, Severity

_AWS = "aws:ec2/placementGroup:PlacementGroup"
_GCP = "gcp:compute/resourcePolicy:ResourcePolicy"
_GROUP = "groupPlacementPolicy"

RULE = Rule(
    id="RED040",
    title="No placement group packs members onto one rack",
    judges="each placement group at AWS, each group placement policy at GCP",
    severity=Severity.HIGH,
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=(_AWS, _GCP),
    source="A cluster group puts machines on one rack for speed: one power supply or switch then takes the quorum.",
    standards=("SOC 2 A1.2",),
    remedy="AWS: strategy 'spread' (seven per zone) or 'partition'. GCP: no collocation, availabilityDomainCount 3 or more.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each group."""
    for group in view.resources.of(*RULE.tokens):
        if group.token == _AWS or group.get(_GROUP) is not ABSENT:
            yield verdict(RULE, group, _aws(group) if group.token == _AWS else _gcp(group))


def _aws(group: Resource) -> Iterator[Fault | Doubt]:
    yield from expect(group, "strategy", lambda value: value in ("spread", "partition"), "'spread' or 'partition'")
    if group.get("strategy") == "partition":
        yield from forbid(group, "partitionCount", lambda count: not number(count) >= 3, "at least 3")


def _gcp(group: Resource) -> Iterator[Fault | Doubt]:
    yield from forbid(group, f"{_GROUP}.collocation", bool, "no collocation")
    yield from forbid(group, f"{_GROUP}.maxDistance", bool, "no limit that packs machines together")
    yield from expect(group, f"{_GROUP}.availabilityDomainCount", lambda count: number(count) >= 3, "at least 3")
