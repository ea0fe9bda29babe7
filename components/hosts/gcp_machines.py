"""Machines on GCP: a fixed address, a data disk that outlives the host, and a shielded instance without a way in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_gcp import compute, iap

from components.bootstrap.fragments_gcp import BYTES_MAX, DATA_DEVICE, startup_script
from components.hosts.admission import is_public
from components.hosts.gcp_network import Ground
from components.hosts.gcp_scope import Scope, local, machine_type
from components.hosts.gcp_shapes import confidential_shape, disk_type, on_host_maintenance
from schemas.errors import UsageError
from schemas.plan import HostPlan

BOOT_DISK_GIB = 20
SPREAD_DOMAINS = 3
"""Power and network of a zone's hosts of one fleet fail separately in at least so many groups."""


@dataclass(frozen=True, kw_only=True)
class MachineParts:
    """What a machine is put together from; made before it."""

    ground: Ground
    account: pulumi.Output[str]
    """E-mail of its service account."""
    key: pulumi.Output[str]
    """Full name of its region's key for disks."""
    spread: compute.ResourcePolicy
    before: Sequence[pulumi.Resource]
    """Rights that its first boot needs."""


def spread_policy(scope: Scope, fleet: str, region: str, *, parent: pulumi.Resource) -> compute.ResourcePolicy:
    """Make the policy that keeps a fleet's machines of one region apart within their zones."""
    name = scope.name(fleet, local(region), "spread")
    return compute.ResourcePolicy(
        name,
        name=name,
        project=scope.project,
        region=local(region),
        description=f"Keeps hosts of {fleet} on separate hardware.",
        group_placement_policy=compute.ResourcePolicyGroupPlacementPolicyArgs(availability_domain_count=SPREAD_DOMAINS),
        opts=scope.options(parent),
    )


def instance(
    scope: Scope, host: HostPlan, parts: MachineParts, *, user_data: str, parent: pulumi.Resource
) -> compute.Instance:
    """Make a host's address, data disk and instance.

    Raises:
        UsageError: The plan's machine type is missing or cannot be confidential, or user data is too large.
    """
    machine, shape = machine_type(host), confidential_shape(host)
    address = _address(scope, host, parts.ground, parent)
    disk = _data_disk(scope, host, parts, parent)
    name = scope.name(host.host)
    made = compute.Instance(
        name,
        name=name,
        project=scope.project,
        zone=local(host.zone),
        machine_type=machine,
        min_cpu_platform=(shape.min_cpu_platform or None) if shape else None,
        confidential_instance_config=compute.InstanceConfidentialInstanceConfigArgs(
            confidential_instance_type=shape.instance_type
        ) if shape else None,
        shielded_instance_config=compute.InstanceShieldedInstanceConfigArgs(
            enable_secure_boot=True, enable_vtpm=True, enable_integrity_monitoring=True
        ),
        boot_disk=_boot_disk(scope, host, machine, parts),
        attached_disks=[
            compute.InstanceAttachedDiskArgs(
                source=disk.self_link, device_name=DATA_DEVICE, mode="READ_WRITE", kms_key_self_link=parts.key
            )
        ],
        network_interfaces=[_interface(scope, host, parts.ground, address, parent)],
        scheduling=compute.InstanceSchedulingArgs(
            on_host_maintenance=on_host_maintenance(shape), automatic_restart=True, preemptible=False,
            provisioning_model="STANDARD",
        ),
        service_account=compute.InstanceServiceAccountArgs(email=parts.account, scopes=["cloud-platform"]),
        metadata=_metadata(host, user_data),
        can_ip_forward=False,
        deletion_protection=scope.guards(host),
        allow_stopping_for_update=True,
        resource_policies=parts.spread.self_link,
        labels=scope.labels(host),
        opts=scope.options(parent, after=parts.before, replaced_first=True),
    )  # fmt: skip
    _sessions(scope, host, made)
    return made


def _address(scope: Scope, host: HostPlan, ground: Ground, parent: pulumi.Resource) -> compute.Address:
    """Reserve the planned address: peers know it, so it stays whatever becomes of the machine."""
    name = scope.name(host.host, "address")
    return compute.Address(
        name,
        name=name,
        project=scope.project,
        region=local(host.region),
        address_type="INTERNAL",
        purpose="GCE_ENDPOINT",
        address=host.address,
        subnetwork=ground.subnetworks[host.region].id,
        labels=scope.labels(host),
        opts=scope.options(parent, replaced_first=True),
    )


def _data_disk(scope: Scope, host: HostPlan, parts: MachineParts, parent: pulumi.Resource) -> compute.Disk:
    """Make the disk with the sign state: never a part of its machine, never deleted with it."""
    name = scope.name(host.host, "data")
    guarded = scope.guards(host)
    return compute.Disk(
        name,
        name=name,
        project=scope.project,
        zone=local(host.zone),
        type=disk_type(machine_type(host)),
        size=host.disk_gib,
        disk_encryption_key=compute.DiskDiskEncryptionKeyArgs(kms_key_self_link=parts.key),
        deletion_policy="PREVENT" if guarded else "DELETE",
        labels=scope.labels(host),
        opts=scope.options(parent, after=parts.before, protect=guarded, replaced_first=True),
    )


def _boot_disk(scope: Scope, host: HostPlan, machine: str, parts: MachineParts) -> compute.InstanceBootDiskArgs:
    return compute.InstanceBootDiskArgs(
        auto_delete=True,
        kms_key_self_link=parts.key,
        initialize_params=compute.InstanceBootDiskInitializeParamsArgs(
            image=scope.settings.image, size=BOOT_DISK_GIB, type=disk_type(machine), labels=scope.labels(host)
        ),
    )


def _interface(
    scope: Scope, host: HostPlan, ground: Ground, address: compute.Address, parent: pulumi.Resource
) -> compute.InstanceNetworkInterfaceArgs:
    """Return the one interface; only a host that the world may reach has an external address."""
    outside = None
    if is_public(scope.plan, scope.plan.fleet(host.fleet)):
        name = scope.name(host.host, "public")
        external = compute.Address(
            name,
            name=name,
            project=scope.project,
            region=local(host.region),
            address_type="EXTERNAL",
            network_tier="PREMIUM",
            labels=scope.labels(host),
            opts=scope.options(parent),
        )
        outside = [compute.InstanceNetworkInterfaceAccessConfigArgs(nat_ip=external.address, network_tier="PREMIUM")]
    return compute.InstanceNetworkInterfaceArgs(
        subnetwork=ground.subnetworks[host.region].id,
        network_ip=address.address,
        nic_type="GVNIC",
        stack_type="IPV4_ONLY",
        access_configs=outside,
    )


def _metadata(host: HostPlan, user_data: str) -> dict[str, str]:
    if len(user_data.encode()) > BYTES_MAX:
        raise UsageError(
            f"user data of {host.host} is {len(user_data.encode())} bytes, GCP takes {BYTES_MAX}",
            remedy="Let the host fetch the larger parts by hash (components/bootstrap/programs.py).",
        )
    return {
        "block-project-ssh-keys": "TRUE",
        "enable-oslogin": "TRUE",
        "enable-oslogin-2fa": "TRUE",
        "serial-port-enable": "FALSE",
        "startup-script": startup_script(),
        "user-data": user_data,
    }


def _sessions(scope: Scope, host: HostPlan, made: compute.Instance) -> None:
    """Let the operators, and nobody else, open sessions through IAP."""
    for member in scope.settings.operators:
        iap.TunnelInstanceIAMMember(
            scope.name(host.host, "session", member),
            project=scope.project,
            zone=local(host.zone),
            instance=made.name,
            role="roles/iap.tunnelResourceAccessor",
            member=member,
            opts=scope.options(made),
        )
