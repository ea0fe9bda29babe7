"""One host's machine: its data volume, a resource of its own, and an instance that boots from user data only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.bootstrap.cloud_config import BYTES_MAX
from components.hosts.aws_identity import Identity
from components.hosts.aws_keys import RegionKeys
from components.hosts.aws_names import block_of, host_tags, spread_group, zone_id
from components.hosts.aws_network import RegionNetwork
from components.hosts.aws_place import Place
from schemas.errors import UsageError
from schemas.plan import HostPlan
from schemas.roles import Role

DATA_DEVICE = "/dev/sdf"
"""Where the data volume is attached. Nitro instances show it as an NVMe disk whose serial number is its ID."""

ROOT_GIB = 16
VOTERS = (Role.VALIDATOR, Role.SEQUENCER)
"""Roles whose members decide together: one that vanishes by mistake costs the quorum."""


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What a region's hosts stand on."""

    place: Place
    network: RegionNetwork
    keys: RegionKeys
    groups: Mapping[str, aws.ec2.SecurityGroup]
    """Security group by fleet."""
    spread: Mapping[str, aws.ec2.PlacementGroup]
    """Spread placement group by its name."""
    image: pulumi.Output[str]
    """ID of the image in this region."""


def find_image(place: Place) -> pulumi.Output[str]:
    """Return the ID of the settings' image in a region: found by owner and exact name, so it is always the same one."""
    found = aws.ec2.get_ami_output(
        region=place.name, owners=[place.settings.image_owner],
        filters=[{"name": "name", "values": [place.settings.image]}, {"name": "architecture", "values": ["x86_64"]}],
        opts=pulumi.InvokeOptions(parent=place.parent),
    )  # fmt: skip
    identifier: pulumi.Output[str] = found.id
    return identifier


def spread_name(place: Place, host: HostPlan) -> str:
    """Return the name of a host's spread placement group."""
    return f"{place.plan.stack}-{host.fleet}-{zone_id(host.zone)}-{spread_group(host)}"


def make_spread_groups(place: Place) -> dict[str, aws.ec2.PlacementGroup]:
    """Make the placement groups that keep hosts of one fleet and zone on different racks."""
    return {
        name: aws.ec2.PlacementGroup(
            name, region=place.name, name=name, strategy="spread", spread_level="rack", tags=place.tags(name),
            opts=place.opts(),
        )
        for name in sorted({spread_name(place, host) for host in place.hosts})
    }  # fmt: skip


def make_volume(ground: Ground, host: HostPlan, *, parent: pulumi.Resource) -> aws.ebs.Volume:
    """Make a host's data volume: it outlives the host, and carries the sign state.

    A voter's in production is protected, and stays in the account even when it leaves the stack.
    """
    place, keeps = ground.place, ground.place.keeps and host.role in VOTERS
    subnet = ground.network.host_subnets[block_of(host.address)]
    return aws.ebs.Volume(
        f"{host.host}-data", region=place.name, availability_zone=subnet.availability_zone, size=host.disk_gib,
        type="gp3", encrypted=True, kms_key_id=ground.keys.data.arn,
        tags={**host_tags(place.plan, host), "Name": f"{place.plan.stack}-{host.host}-data"},
        opts=pulumi.ResourceOptions(parent=parent, protect=keeps or None, retain_on_delete=keeps),
    )  # fmt: skip


def make_instance(
    ground: Ground, host: HostPlan, identity: Identity, user_data: str, *, parent: pulumi.Resource
) -> aws.ec2.Instance:
    """Make a host's instance and attach its volume.

    Raises:
        UsageError: No machine type is known to fit, or user data is too large.
    """
    place, voter = ground.place, host.role in VOTERS
    keeps = place.keeps and voter
    _require_bootable(host, user_data)
    return aws.ec2.Instance(
        host.host, region=place.name, ami=ground.image, instance_type=machine_type(host),
        subnet_id=ground.network.host_subnets[block_of(host.address)].id, private_ip=host.address,
        associate_public_ip_address=False, source_dest_check=True,
        vpc_security_group_ids=[ground.groups[host.fleet].id], iam_instance_profile=identity.profile.name,
        placement_group=ground.spread[spread_name(place, host)].name, tenancy="default",
        user_data=user_data, user_data_replace_on_change=not voter,
        metadata_options=_METADATA, root_block_device=_root(ground, host), monitoring=True, ebs_optimized=True,
        disable_api_termination=keeps, disable_api_stop=False, instance_initiated_shutdown_behavior="stop",
        maintenance_options={"auto_recovery": "default"}, tags=host_tags(place.plan, host),
        opts=pulumi.ResourceOptions(
            parent=parent, depends_on=list(identity.ready), protect=keeps or None,
            # The planned address is free only when the old instance is gone; a newer image is for newer hosts.
            delete_before_replace=True, ignore_changes=["ami"],
        ),
        **confidential_options(host),
    )  # fmt: skip


def attach(ground: Ground, host: HostPlan, volume: aws.ebs.Volume, instance: aws.ec2.Instance, *, parent: pulumi.Resource) -> None:  # fmt: skip
    """Attach a host's volume; the instance is stopped before it is ever detached."""
    aws.ec2.VolumeAttachment(
        f"{host.host}-data", region=ground.place.name, device_name=DATA_DEVICE, volume_id=volume.id,
        instance_id=instance.id, stop_instance_before_detaching=True,
        opts=pulumi.ResourceOptions(parent=parent, delete_before_replace=True),
    )  # fmt: skip


def machine_type(host: HostPlan) -> str:
    """Return AWS's name of a host's machine type.

    Raises:
        UsageError: The plan has none, or one of another provider.
    """
    provider, _, name = host.machine_type.partition(":")
    if provider != "aws" or not name:
        raise UsageError(
            f"host {host.host} in {host.region} has no machine type of AWS in its plan: '{host.machine_type}'",
            remedy="Let the plan choose one: geofleet plan --write; or name one under `machine: {type: {aws: ...}}`.",
        )
    return name


def confidential_options(host: HostPlan) -> dict[str, Mapping[str, object]]:
    """Return what makes a machine confidential, as the plan says; nothing where it does not.

    Raises:
        UsageError: AWS has no such environment.
    """
    options: dict[str, dict[str, Mapping[str, object]]] = {
        "": {},
        "nitro": {"enclave_options": {"enabled": True}},
        "sev_snp": {"cpu_options": {"amd_sev_snp": "enabled"}},
    }
    if host.confidential not in options:
        raise UsageError(
            f"{host.host} is to be confidential by {host.confidential}, which AWS does not sell",
            remedy="Leave it out of `confidential_kinds`, or place the fleet on GCP.",
        )
    return options[host.confidential]


_METADATA = {
    "http_endpoint": "enabled",
    "http_tokens": "required",
    "http_put_response_hop_limit": 1,
    "http_protocol_ipv6": "disabled",
    "instance_metadata_tags": "disabled",
}
"""IMDSv2 only, and not from behind another hop."""


def _root(ground: Ground, host: HostPlan) -> dict[str, object]:
    return {
        "encrypted": True,
        "kms_key_id": ground.keys.data.arn,
        "volume_type": "gp3",
        "volume_size": ROOT_GIB,
        "delete_on_termination": True,
        "tags": {**host_tags(ground.place.plan, host), "Name": f"{ground.place.plan.stack}-{host.host}-root"},
    }


def _require_bootable(host: HostPlan, user_data: str) -> None:
    size: Sequence[int] = user_data.encode()
    if len(size) > BYTES_MAX:
        raise UsageError(
            f"{host.host}: user data is {len(size)} bytes, AWS takes {BYTES_MAX}",
            remedy="Let the host fetch the larger parts by hash (components/bootstrap/programs.py).",
        )
