"""The types that are machines or make machines, at both clouds."""

from __future__ import annotations

from collections.abc import Iterator

from policies.resources import Block, Resource
from policies.values import ABSENT

AWS_INSTANCE = "aws:ec2/instance:Instance"
AWS_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
AWS_SPOT = "aws:ec2/spotInstanceRequest:SpotInstanceRequest"
AWS_LAUNCH_CONFIGURATION = "aws:ec2/launchConfiguration:LaunchConfiguration"
AWS_MACHINES = (AWS_INSTANCE, AWS_LAUNCH_CONFIGURATION, AWS_TEMPLATE, AWS_SPOT)

GCP_INSTANCE = "gcp:compute/instance:Instance"
GCP_TEMPLATES = (
    "gcp:compute/instanceTemplate:InstanceTemplate",
    "gcp:compute/regionInstanceTemplate:RegionInstanceTemplate",
)
GCP_FROM_TEMPLATE = "gcp:compute/instanceFromTemplate:InstanceFromTemplate"
GCP_MACHINES = (GCP_INSTANCE, *GCP_TEMPLATES)

SPOT_FORMS = (AWS_SPOT, "aws:ec2/spotFleetRequest:SpotFleetRequest")


def aws_disks(machine: Resource) -> Iterator[tuple[Block, str]]:
    """Yield each disk of an AWS machine, and the path of its settings below the block.

    The root disk counts even where nobody describes it: an absent block is an
    unencrypted disk, not a missing one.
    """
    if machine.token == AWS_TEMPLATE:
        mappings = [one for one in machine.blocks("blockDeviceMappings") if one.get("ebs") is not ABSENT]
        for mapping in mappings or [Block(path="blockDeviceMappings", value={})]:
            yield mapping, "ebs."
        return
    root = machine.blocks("rootBlockDevice")
    yield (root[0] if root else Block(path="rootBlockDevice", value={})), ""
    for disk in machine.blocks("ebsBlockDevices"):
        yield disk, ""


def gcp_disks(machine: Resource) -> Iterator[tuple[Block, str]]:
    """Yield each disk of a GCP machine or template, and the path of the link to its key."""
    if machine.token in GCP_TEMPLATES:
        for disk in machine.blocks("disks"):
            yield disk, "diskEncryptionKey.kmsKeySelfLink"
        return
    boot = machine.blocks("bootDisk")
    yield (boot[0] if boot else Block(path="bootDisk", value={})), "kmsKeySelfLink"
    for disk in machine.blocks("attachedDisks"):
        yield disk, "kmsKeySelfLink"
