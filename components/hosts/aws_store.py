"""The stack's store in one region: a private bucket that hosts read through their own network, without credentials.

Everything in it is public and signed, or named by its hash, so nothing is lost when
someone reads it; still only the region's endpoint may. One bucket in each region: no
region needs another to boot, and losing one takes no one else's store away.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pulumi
import pulumi_aws as aws

from components.bootstrap.fragments_aws import aws_files
from components.hosts.aws_names import region_name
from components.hosts.aws_network import RegionNetwork
from components.hosts.aws_place import Place
from components.hosts.aws_policy import policy
from components.hosts.backend import SignedConfiguration
from components.hosts.store_paths import artifact_path, blob_path, document_path, signature_path
from schemas.canonical import sha256_hex


def bucket_name(stack: str, region: str, account: str) -> str:
    """Return the name of a region's bucket; the account's number makes it the world's only one."""
    return f"geofleet-{stack}-{region_name(region)}-{account}"


def bucket_url(stack: str, region: str, account: str) -> str:
    """Return where the region's hosts find the store."""
    return f"https://{bucket_name(stack, region, account)}.s3.{region_name(region)}.amazonaws.com"


def make_store(place: Place, network: RegionNetwork) -> aws.s3.Bucket:
    """Make a region's bucket: versioned, encrypted, closed to the public, readable through the region's endpoint."""
    name = bucket_name(place.plan.stack, place.region.region, place.settings.account)
    label = f"{place.key}-store"
    bucket = aws.s3.Bucket(
        label,
        region=place.name,
        bucket=name,
        force_destroy=not place.keeps,
        tags=place.tags("store"),
        opts=place.opts(),
    )
    closed = aws.s3.BucketPublicAccessBlock(
        label, region=place.name, bucket=bucket.bucket, block_public_acls=True, block_public_policy=True,
        ignore_public_acls=True, restrict_public_buckets=True, opts=place.opts(),
    )  # fmt: skip
    aws.s3.BucketOwnershipControls(
        label,
        region=place.name,
        bucket=bucket.bucket,
        rule={"object_ownership": "BucketOwnerEnforced"},
        opts=place.opts(),
    )
    aws.s3.BucketVersioning(
        label,
        region=place.name,
        bucket=bucket.bucket,
        versioning_configuration={"status": "Enabled"},
        opts=place.opts(),
    )
    # Not a customer key: who reads without credentials cannot use one, and what is here is public.
    aws.s3.BucketServerSideEncryptionConfiguration(
        label, region=place.name, bucket=bucket.bucket,
        rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}, "bucket_key_enabled": False}], opts=place.opts(),
    )  # fmt: skip
    aws.s3.BucketPolicy(
        label, region=place.name, bucket=bucket.bucket,
        policy=network.store_endpoint.id.apply(lambda endpoint: store_policy(name, endpoint)),
        opts=place.opts(depends_on=[closed]),
    )  # fmt: skip
    return bucket


def store_policy(bucket: str, endpoint: str) -> str:
    """Return who reads a bucket: whoever comes through one endpoint, encrypted.

    AWS does not count a policy as public that names fixed endpoints (`aws:SourceVpce`).
    """
    arn = f"arn:aws:s3:::{bucket}"
    return policy(
        {
            "Sid": "HostsOfTheRegion", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
            "Resource": f"{arn}/*", "Condition": {"StringEquals": {"aws:SourceVpce": endpoint}},
        },
        {
            # Without it S3 answers 403 instead of 404 for what is not there, and hosts would report a broken store.
            "Sid": "MissingIsMissing", "Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket",
            "Resource": arn, "Condition": {"StringEquals": {"aws:SourceVpce": endpoint}},
        },
        {
            "Sid": "OnlyEncrypted", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [arn, f"{arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    )  # fmt: skip


def publish(place: Place, bucket: aws.s3.Bucket, configuration: SignedConfiguration, parent: pulumi.Resource) -> None:
    """Put what a region's hosts pull into its bucket: an object each, so that only what changes is written."""
    opts = pulumi.ResourceOptions(parent=parent)
    texts = {blob_path(sha256): text for sha256, text in configuration.blobs.items()}
    texts[blob_path(sha256_hex(aws_files()))] = aws_files()
    for host in (host.host for host in place.hosts):
        texts[document_path(host)] = configuration.documents[host]
        texts[signature_path(host)] = configuration.signatures[host]
    for path, text in sorted(texts.items()):
        aws.s3.BucketObjectv2(
            f"{place.key}/{path}", region=place.name, bucket=bucket.bucket, key=path, content=text,
            content_type="application/octet-stream", opts=opts,
        )  # fmt: skip
    _artifacts(place, bucket, configuration.artifacts, opts)


def _artifacts(
    place: Place, bucket: aws.s3.Bucket, artifacts: Mapping[str, Path], opts: pulumi.ResourceOptions
) -> None:
    for sha256, path in sorted(artifacts.items()):
        aws.s3.BucketObjectv2(
            f"{place.key}/{artifact_path(sha256)}", region=place.name, bucket=bucket.bucket,
            key=artifact_path(sha256), source=pulumi.FileAsset(str(path)), content_type="application/octet-stream",
            opts=opts,
        )  # fmt: skip
