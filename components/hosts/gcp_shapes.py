"""What Google's machines need to be told, decided from machine type and promise alone; free of Pulumi."""

from __future__ import annotations

from dataclasses import dataclass

from components.hosts.gcp_scope import family, machine_type
from schemas.errors import UsageError
from schemas.plan import HostPlan

HYPERDISK_ONLY = frozenset({"c4", "c4d", "n4", "n4d"})
"""Families that take no Persistent Disk. Source: Compute Engine, Choose a disk type."""
TERMINATE, MIGRATE = "TERMINATE", "MIGRATE"


@dataclass(frozen=True, kw_only=True)
class ConfidentialShape:
    """How a kind of confidential machine is asked for."""

    instance_type: str
    """Google's name: `SEV_SNP` or `TDX`."""
    families: frozenset[str]
    min_cpu_platform: str = ""
    """Empty: the family has one platform only."""


CONFIDENTIAL = {
    "sev_snp": ConfidentialShape(instance_type="SEV_SNP", families=frozenset({"n2d"}), min_cpu_platform="AMD Milan"),
    "tdx": ConfidentialShape(instance_type="TDX", families=frozenset({"c3"})),
}
"""By the plan's word for it. Source: Confidential VM, Supported configurations; families as the atlas has them."""


def confidential_shape(host: HostPlan) -> ConfidentialShape | None:
    """Return how a host is made confidential; None when it need not be.

    Raises:
        UsageError: GCP has no such machines, or not of this type.
    """
    kind = host.confidential
    if not kind:
        return None
    found, machine = CONFIDENTIAL.get(kind), machine_type(host)
    if found is None:
        raise UsageError(
            f"host {host.host} in {host.region} shall have '{kind}', which GCP has not; it has {', '.join(CONFIDENTIAL)}",
            remedy="Name one of those under `confidential_kinds`, or forbid gcp:* for this fleet; then plan again.",
        )
    if family(machine) not in found.families:
        raise UsageError(
            f"host {host.host} shall have '{kind}', but machine type {machine} is not of {', '.join(found.families)}",
            remedy="Leave `machine: {type: {gcp: ...}}` out, or name a type of that family; then plan again.",
        )
    return found


def disk_type(machine: str) -> str:
    """Return the kind of network disk that a machine type can have."""
    return "hyperdisk-balanced" if family(machine) in HYPERDISK_ONLY else "pd-balanced"


def on_host_maintenance(shape: ConfidentialShape | None) -> str:
    """Return what happens when Google works on the machine below: confidential ones cannot move while they run."""
    return MIGRATE if shape is None else TERMINATE
