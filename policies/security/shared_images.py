"""SEC039: no snapshot or image is shared with everybody."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource
from policies.rule import MADE, Rule, Scope
from policies.verdict import Doubt, Fault, expect, forbid, verdict
from schemas.report import Finding, Severity

_SNAPSHOTS = "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess"
_IMAGES = "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess"
_LAUNCH = "aws:ec2/amiLaunchPermission:AmiLaunchPermission"

RULE = Rule(
    id="SEC039",
    title="No snapshot or image of a disk is shared with everybody",
    judges="each launch permission and each sharing block of a region at AWS; at GCP SEC025 judges the grants",
    severity=Severity.HIGH,
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=(_SNAPSHOTS, _IMAGES, _LAUNCH),
    source="A disk's snapshot holds its keys; public snapshots are searched by program within minutes.",
    standards=("SOC 2 CC6.1",),
    remedy="state 'block-all-sharing' for snapshots, 'block-new-sharing' for images; share by account, never by group.",
)

_STATES = {
    _SNAPSHOTS: ("block-all-sharing", "block-new-sharing"),
    _IMAGES: ("block-new-sharing",),
}


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each resource."""
    for resource in view.resources.of(*RULE.tokens):
        yield verdict(RULE, resource, _found(resource))


def _found(resource: Resource) -> Iterator[Fault | Doubt]:
    if resource.token == _LAUNCH:
        yield from forbid(resource, "group", bool, "an account, not a group of everybody")
        return
    allowed = _STATES[resource.token]
    yield from expect(resource, "state", lambda value: value in allowed, " or ".join(f"'{state}'" for state in allowed))
