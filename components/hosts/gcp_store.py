"""The store for network configuration on GCP: one private bucket in each region, for that region's hosts."""

from __future__ import annotations

import pulumi
from pulumi_gcp import storage

from components.hosts.backend import SignedConfiguration
from components.hosts.gcp_keys import RegionKeys
from components.hosts.gcp_scope import Scope, local, resource_name
from components.hosts.store_paths import artifact_path, blob_path, document_path, signature_path
from schemas.plan import RegionPlan

NONCURRENT_DAYS = 90
"""How long an earlier configuration can be brought back."""
SOFT_DELETE_S = 7 * 86400
TEXT, BINARY = "text/plain; charset=utf-8", "application/octet-stream"


def store_name(stack: str, project: str, region: str) -> str:
    """Return a bucket's name, known before it exists: project IDs are unique in the world, so it is too."""
    return resource_name(stack, project, local(region), "store")


def bucket(scope: Scope, region: RegionPlan, keys: RegionKeys, *, parent: pulumi.Resource) -> storage.Bucket:
    """Make one region's bucket: nobody outside the project can be let in, and every version is kept for a while."""
    name = store_name(scope.plan.stack, scope.project, region.region)
    return storage.Bucket(
        name,
        name=name,
        project=scope.project,
        location=local(region.region).upper(),
        storage_class="STANDARD",
        uniform_bucket_level_access=True,
        public_access_prevention="enforced",
        versioning=storage.BucketVersioningArgs(enabled=True),
        soft_delete_policy=storage.BucketSoftDeletePolicyArgs(retention_duration_seconds=SOFT_DELETE_S),
        lifecycle_rules=[
            storage.BucketLifecycleRuleArgs(
                action=storage.BucketLifecycleRuleActionArgs(type="Delete"),
                condition=storage.BucketLifecycleRuleConditionArgs(
                    days_since_noncurrent_time=NONCURRENT_DAYS, with_state="ARCHIVED"
                ),
            )
        ],
        encryption=storage.BucketEncryptionArgs(default_kms_key_name=keys.keys["store"].id),
        force_destroy=not scope.is_guarded,
        labels=scope.labels(),
        opts=scope.options(parent, after=[keys.grants["store"]]),
    )


def publish(
    scope: Scope, region: RegionPlan, into: storage.Bucket, configuration: SignedConfiguration
) -> pulumi.Resource:
    """Put what a region's hosts need into its bucket; returns the last object, or the bucket when there is none."""
    last: pulumi.Resource = into
    for path, (source, kind) in sorted(_contents(scope, region, configuration).items()):
        last = storage.BucketObject(
            scope.name(local(region.region), *path.split("/"), limit=200),
            bucket=into.name,
            name=path,
            content=source if isinstance(source, str) else None,
            source=None if isinstance(source, str) else source,
            content_type=kind,
            cache_control="no-store",
            opts=scope.options(into),
        )
    return last


def _contents(
    scope: Scope, region: RegionPlan, configuration: SignedConfiguration
) -> dict[str, tuple[str | pulumi.FileAsset, str]]:
    """Return path to content and type, in the paths that the hosts' agent asks for."""
    hosts = [host.host for host in scope.hosts if host.region == region.region]
    found: dict[str, tuple[str | pulumi.FileAsset, str]] = {}
    for host in hosts:
        if host in configuration.documents:
            found[document_path(host)] = (configuration.documents[host], TEXT)
            found[signature_path(host)] = (configuration.signatures[host], TEXT)
    for sha256, text in configuration.blobs.items():
        found[blob_path(sha256)] = (text, TEXT)
    for sha256, path in configuration.artifacts.items():
        found[artifact_path(sha256)] = (pulumi.FileAsset(str(path)), BINARY)
    return found
