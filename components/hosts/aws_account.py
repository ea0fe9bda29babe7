"""What an account should say in every region that is used: safe defaults for whatever else is made there.

They belong to the account, not to one stack, so removing a stack leaves them as they are.
"""

from __future__ import annotations

import pulumi_aws as aws

from components.hosts.aws_place import Place


def make_region_defaults(place: Place) -> None:
    """Set a region's defaults: encrypted disks, IMDSv2 only, no public snapshots."""
    aws.ebs.EncryptionByDefault(
        f"{place.key}-encryption", region=place.name, enabled=True, opts=place.opts(retain_on_delete=True)
    )
    aws.ebs.SnapshotBlockPublicAccess(
        f"{place.key}-snapshots", region=place.name, state="block-all-sharing", opts=place.opts(retain_on_delete=True)
    )
    aws.ec2.InstanceMetadataDefaults(
        f"{place.key}-metadata", region=place.name, http_tokens="required", http_put_response_hop_limit=1,
        opts=place.opts(retain_on_delete=True),
    )  # fmt: skip
