"""SEC013: disks are encrypted with the stack's own key, which can be taken away."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Block, Resource
from policies.rule import MADE, Rule, Scope
from policies.security.machines import AWS_MACHINES, GCP_MACHINES, aws_disks, gcp_disks
from policies.values import ABSENT
from policies.verdict import Doubt, Fault, expect, forbid, verdict
from schemas.report import Finding, Severity

_AWS_VOLUMES = ("aws:ebs/volume:Volume",)
_GCP_DISKS = ("gcp:compute/disk:Disk", "gcp:compute/regionDisk:RegionDisk")
_AWS_WITH_KEY = tuple(token for token in AWS_MACHINES if "launchConfiguration" not in token)

RULE = Rule(
    id="SEC013",
    title="Disks are encrypted with a key of the stack's own",
    judges="each disk at AWS and GCP, also of machines and templates",
    severity=Severity.MEDIUM,
    severity_in={"production": Severity.HIGH},
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=(*_AWS_WITH_KEY, *_AWS_VOLUMES, *GCP_MACHINES, *_GCP_DISKS),
    source=(
        "Who holds the key can end all access at once, also to snapshots that were copied away; the provider's default "
        "key is shared by everything in the account."
    ),
    standards=("CIS GCP 3.0.0 4.7", "SOC 2 CC6.1"),
    remedy="Give each disk the stack's key: kmsKeyId (AWS), kmsKeySelfLink (GCP); never a raw key.",
)

_KEY = "a key of the stack"


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each machine or disk; a key's ARN that only creation tells is judged from the state."""
    for resource in view.resources.of(*RULE.tokens):
        yield verdict(RULE, resource, _found(resource))


def _found(resource: Resource) -> Iterator[Fault | Doubt]:
    if resource.token in _AWS_VOLUMES:
        yield from _key(resource.properties, "kmsKeyId")
    elif resource.token in _GCP_DISKS:
        yield from _key(resource.properties, "diskEncryptionKey.kmsKeySelfLink")
        yield from forbid(resource, "diskEncryptionKey.rawKey", bool, "no raw key: it would be in the state")
    elif resource.cloud == "gcp":
        for disk, path in gcp_disks(resource):
            yield from _gcp_disk(disk, path)
    else:
        for disk, below in aws_disks(resource):
            if disk.value or resource.get("launchTemplate") is ABSENT:
                yield from _key(disk, f"{below}kmsKeyId")


def _gcp_disk(disk: Block, path: str) -> Iterator[Fault | Doubt]:
    for raw in ("diskEncryptionKeyRaw", "diskEncryptionKey.rawKey"):
        yield from forbid(disk, raw, bool, "no raw key: it would be in the state")
    # An attached disk that is a resource of its own has its key there.
    if disk.path.startswith("attachedDisks") and disk.get("source") is not ABSENT:
        return
    if disk.path.startswith("disks[") and disk.get("source") is not ABSENT:
        return
    if disk.get("source") is not ABSENT or disk.get("type") == "SCRATCH":
        return
    yield from _key(disk, path)


def _key(block: Block, path: str) -> Iterator[Fault | Doubt]:
    yield from expect(block, path, lambda value: "alias/aws/" not in str(value), _KEY, later=True)
