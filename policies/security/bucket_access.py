"""SEC029: no bucket can be opened to the public."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource
from policies.rule import MADE, Rule, Scope
from policies.verdict import Doubt, Fault, expect, forbid, is_true, verdict
from schemas.report import Finding, Severity

AWS_BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
_ACCOUNT = "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"
_ACLS = ("aws:s3/bucketAcl:BucketAcl", "aws:s3/bucketAclV2:BucketAclV2")
GCP_BUCKET = "gcp:storage/bucket:Bucket"
_FLAGS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")

RULE = Rule(
    id="SEC029",
    title="No bucket can be opened to the public",
    judges="each bucket at AWS and GCP, with the blocks and lists that go with it",
    severity=Severity.HIGH,
    feeds=MADE,
    scope=Scope.STACK,
    tokens=(*AWS_BUCKETS, _BLOCK, _ACCOUNT, *_ACLS, GCP_BUCKET),
    source="Configuration, snapshots and back-ups lie in buckets; one public list is how most leaks of buckets began.",
    standards=("CIS AWS 3.0.0 2.1.4", "CIS GCP 3.0.0 5.1", "CIS GCP 3.0.0 5.2", "SOC 2 CC6.1"),
    remedy=(
        "AWS: a BucketPublicAccessBlock with all four flags for each bucket. GCP: uniformBucketLevelAccess true, "
        "publicAccessPrevention 'enforced'."
    ),
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each bucket, block and list."""
    blocks = tuple(view.resources.of(_BLOCK))
    account = any(True for _ in view.resources.of(_ACCOUNT))
    for block in (*blocks, *view.resources.of(_ACCOUNT)):
        yield verdict(RULE, block, _flags(block))
    for bucket in view.resources.of(*AWS_BUCKETS):
        yield verdict(RULE, bucket, _aws(bucket, account or any(_guards(block, bucket) for block in blocks)))
    for acl in view.resources.of(*_ACLS):
        yield verdict(RULE, acl, _acl(acl))
    for bucket in view.resources.of(GCP_BUCKET):
        yield verdict(RULE, bucket, _gcp(bucket))


def _flags(block: Resource) -> Iterator[Fault | Doubt]:
    for flag in _FLAGS:
        yield from expect(block, flag, is_true, "true")


def _guards(block: Resource, bucket: Resource) -> bool:
    """Return whether a block is a bucket's: by what its property was made from, else by name."""
    named = block.get("bucket")
    return bucket.urn in block.references.get("bucket", ()) or (
        isinstance(named, str) and named in (bucket.get("bucket"), bucket.get("id"))
    )


def _aws(bucket: Resource, guarded: bool) -> Iterator[Fault | Doubt]:
    yield from _acl(bucket)
    if not guarded:
        yield Fault(text="has no BucketPublicAccessBlock; expected one with all four flags")


def _acl(holder: Resource) -> Iterator[Fault | Doubt]:
    yield from forbid(holder, "acl", lambda value: str(value).startswith(("public-", "authenticated-read")), "private")


def _gcp(bucket: Resource) -> Iterator[Fault | Doubt]:
    yield from expect(bucket, "uniformBucketLevelAccess", is_true, "true")
    yield from expect(bucket, "publicAccessPrevention", lambda value: value == "enforced", "'enforced'")
