"""SEC012: every disk at AWS is encrypted; at GCP every disk is."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource
from policies.rule import MADE, Rule, Scope
from policies.security.machines import AWS_MACHINES, aws_disks
from policies.values import ABSENT, LATER
from policies.verdict import Doubt, Fault, expect, is_true, verdict
from schemas.report import Finding, Severity

_VOLUMES = ("aws:ebs/volume:Volume", "aws:ebs/snapshotCopy:SnapshotCopy", "aws:efs/fileSystem:FileSystem")

RULE = Rule(
    id="SEC012",
    title="Every disk is encrypted",
    judges="each AWS volume, file system, snapshot copy, and each disk of a machine or launch template",
    severity=Severity.CRITICAL,
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=(*AWS_MACHINES, *_VOLUMES),
    source="A snapshot of an unencrypted volume is readable in any account that it is shared with; the keys are on it.",
    standards=("CIS AWS 3.0.0 2.2.1", "SOC 2 CC6.1"),
    remedy="Set encrypted to true on the root block device, on each further device and on each volume.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each machine or volume; the root disk that nobody describes is not encrypted."""
    for resource in view.resources.of(*_VOLUMES):
        yield verdict(RULE, resource, expect(resource, "encrypted", is_true, "true"))
    for machine in view.resources.of(*AWS_MACHINES):
        yield verdict(RULE, machine, _found(machine))


def _found(machine: Resource) -> Iterator[Fault | Doubt]:
    for disk, below in aws_disks(machine):
        if not disk.value and machine.get("launchTemplate") is not ABSENT:
            # Its template describes the disk; what came of it is in the state.
            yield Doubt(path=disk.at("encrypted"), why=LATER, may_come_later=True)
            continue
        yield from expect(disk, f"{below}encrypted", is_true, "true")
