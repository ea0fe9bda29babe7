"""SEC030: what is overwritten or deleted in a bucket can be had back."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource
from policies.rule import MADE, Rule, Scope
from policies.security.bucket_access import AWS_BUCKETS, GCP_BUCKET
from policies.verdict import Doubt, Fault, expect, is_true, verdict
from schemas.report import Finding, Severity

_VERSIONING = ("aws:s3/bucketVersioning:BucketVersioning", "aws:s3/bucketVersioningV2:BucketVersioningV2")

RULE = Rule(
    id="SEC030",
    title="What is overwritten or deleted in a bucket can be had back",
    judges="each bucket at AWS and GCP",
    severity=Severity.MEDIUM,
    feeds=MADE,
    scope=Scope.STACK,
    tokens=(*AWS_BUCKETS, *_VERSIONING, GCP_BUCKET),
    source="State, ledger and network configuration are overwritten on every deployment; a bad one is undone by version.",
    standards=("SOC 2 A1.2",),
    remedy="AWS: a BucketVersioning with status 'Enabled' for the bucket. GCP: versioning.enabled true.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each bucket and for each versioning resource."""
    versioned: set[str] = set()
    for setting in view.resources.of(*_VERSIONING):
        versioned.update(setting.references.get("bucket", ()))
        if isinstance(setting.get("bucket"), str):
            versioned.add(setting.get("bucket"))
        path = "versioningConfiguration.status"
        yield verdict(RULE, setting, expect(setting, path, lambda value: value == "Enabled", "'Enabled'"))
    for bucket in view.resources.of(*AWS_BUCKETS, GCP_BUCKET):
        if not _is_versioned(bucket, versioned):
            yield verdict(RULE, bucket, _found(bucket))
        else:
            yield verdict(RULE, bucket, ())


def _is_versioned(bucket: Resource, versioned: set[str]) -> bool:
    names = (bucket.urn, bucket.get("bucket"), bucket.get("id"))
    return bucket.token != GCP_BUCKET and not versioned.isdisjoint(name for name in names if isinstance(name, str))


def _found(bucket: Resource) -> Iterator[Fault | Doubt]:
    yield from expect(bucket, "versioning.enabled", is_true, "true, or a BucketVersioning for it")
