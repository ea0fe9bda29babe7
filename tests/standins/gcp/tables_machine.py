"""Machines, disks and placement: Pulumi's properties and Google's fields."""

from __future__ import annotations

from typing import Any

from tests.standins.base.values import UNKNOWN
from tests.standins.gcp.shapes import Body, Field, Inputs, Reference, Table
from tests.standins.gcp.tables_network import ACCOUNT, DELETION, LABELLED, NAMED, SUBNETWORK, self_link

KEY = Reference(token="gcp:kms/cryptoKey:CryptoKey")
DISK = Reference(token="gcp:compute/disk:Disk", path="projects/{project}/zones/{zone}/disks/{}")
POLICY = Reference(
    token="gcp:compute/resourcePolicy:ResourcePolicy", path="projects/{project}/regions/{region}/resourcePolicies/{}"
)
INSTANCE = Reference(token="gcp:compute/instance:Instance", path="projects/{project}/zones/{zone}/instances/{}")

_BOOT = {
    "autoDelete": Field(to="autoDelete", replaces=True),
    "deviceName": Field(to="deviceName", replaces=True),
    "kmsKeySelfLink": Field(to="diskEncryptionKey.kmsKeyName", replaces=True, refers=KEY),
    "initializeParams": Field(
        to="initializeParams",
        inner={
            "image": Field(to="sourceImage", replaces=True),
            "size": Field(to="diskSizeGb", replaces=True),
            "type": Field(to="diskType", replaces=True),
            "labels": Field(to="labels", passes=True),
        },
    ),
}
_ATTACHED = {
    "source": Field(to="source", refers=DISK),
    "deviceName": Field(to="deviceName"),
    "mode": Field(to="mode"),
    "kmsKeySelfLink": Field(to="diskEncryptionKey.kmsKeyName", refers=KEY),
}
_INTERFACE = {
    "subnetwork": Field(to="subnetwork", replaces=True, refers=SUBNETWORK),
    "networkIp": Field(to="networkIP", replaces=True),
    "nicType": Field(to="nicType", replaces=True),
    "stackType": Field(to="stackType"),
    "accessConfigs": Field(
        to="accessConfigs", inner={"natIp": Field(to="natIP"), "networkTier": Field(to="networkTier")}
    ),
}


def _metadata_items(values: Any) -> Any:
    return values if values is UNKNOWN else [{"key": key, "value": values[key]} for key in sorted(values)]


def _metadata_map(items: list[dict[str, str]]) -> dict[str, str]:
    return {item["key"]: item["value"] for item in items}


def _joined(body: Body, inputs: Inputs) -> Body:
    """Put the boot disk and the others into one list, and say of each what the interface wants to know."""
    boot = {"boot": True, "type": "PERSISTENT", "mode": "READ_WRITE", **body.pop("_boot", {})}
    others = [{"boot": False, "autoDelete": False, "type": "PERSISTENT", **disk} for disk in body.pop("_attached", [])]
    body["disks"] = [boot, *others]
    zone = inputs.get("zone")
    if isinstance(body.get("machineType"), str) and isinstance(zone, str):
        body["machineType"] = f"zones/{zone}/machineTypes/{body['machineType']}"
    parameters = boot.get("initializeParams", {})
    if isinstance(parameters.get("diskType"), str) and isinstance(zone, str):
        parameters["diskType"] = f"zones/{zone}/diskTypes/{parameters['diskType']}"
    for interface in body.get("networkInterfaces", ()):
        for access in interface.get("accessConfigs", ()):
            access |= {"type": "ONE_TO_ONE_NAT", "name": "external-nat"}
    return body


def _split(body: Body) -> Body:
    found = {name: value for name, value in body.items() if name != "disks"}
    boot = next((disk for disk in body.get("disks", ()) if disk.get("boot")), {})
    parameters = dict(boot.get("initializeParams", {}))
    if "diskType" in parameters:
        parameters["diskType"] = parameters["diskType"].rpartition("/")[2]
    found["_boot"] = {**boot, "initializeParams": parameters}
    found["_attached"] = [disk for disk in body.get("disks", ()) if not disk.get("boot")]
    found["machineType"] = body.get("machineType", "").rpartition("/")[2]
    return found


def _disk_joined(body: Body, inputs: Inputs) -> Body:
    if isinstance(body.get("type"), str) and isinstance(inputs.get("zone"), str):
        body["type"] = f"zones/{inputs['zone']}/diskTypes/{body['type']}"
    return body


def _disk_split(body: Body) -> Body:
    return {**body, "type": body.get("type", "").rpartition("/")[2]}


def _instance_number(number: int, inputs: Inputs) -> Body:
    del inputs
    return {"instanceId": str(7_000_000_000_000_000 + number), "currentStatus": "RUNNING"}


TABLES = (
    Table(
        token="gcp:compute/disk:Disk",
        api="compute",
        message="Disk",
        path="projects/{project}/zones/{zone}/disks/{name}",
        fields={
            **NAMED,
            **DELETION,
            **LABELLED,
            "zone": Field(replaces=True),
            "type": Field(to="type", replaces=True),
            "size": Field(to="sizeGb"),
            "description": Field(to="description", replaces=True),
            "diskEncryptionKey": Field(
                to="diskEncryptionKey",
                replaces=True,
                inner={"kmsKeySelfLink": Field(to="kmsKeyName", refers=KEY)},
            ),
        },
        join=_disk_joined,
        split=_disk_split,
        outputs=self_link,
        is_held=True,
    ),
    Table(
        token="gcp:compute/resourcePolicy:ResourcePolicy",
        api="compute",
        message="ResourcePolicy",
        path="projects/{project}/regions/{region}/resourcePolicies/{name}",
        fields={
            **NAMED,
            **DELETION,
            "region": Field(replaces=True),
            "description": Field(to="description"),
            "groupPlacementPolicy": Field(
                to="groupPlacementPolicy",
                replaces=True,
                inner={name: Field(to=name) for name in ("availabilityDomainCount", "collocation", "vmCount")},
            ),
        },
        outputs=self_link,
        is_held=True,
    ),
    Table(
        token="gcp:compute/instance:Instance",
        api="compute",
        message="Instance",
        path="projects/{project}/zones/{zone}/instances/{name}",
        fields={
            **NAMED,
            **DELETION,
            **LABELLED,
            "zone": Field(replaces=True),
            "machineType": Field(to="machineType"),
            "minCpuPlatform": Field(to="minCpuPlatform"),
            "description": Field(to="description", replaces=True),
            "hostname": Field(to="hostname", replaces=True),
            "canIpForward": Field(to="canIpForward", replaces=True),
            "deletionProtection": Field(to="deletionProtection"),
            "allowStoppingForUpdate": Field(),
            "bootDisk": Field(to="_boot", inner=_BOOT),
            "attachedDisks": Field(to="_attached", inner=_ATTACHED),
            "networkInterfaces": Field(to="networkInterfaces", inner=_INTERFACE),
            "metadata": Field(to="metadata.items", convert=_metadata_items, restore=_metadata_map),
            "resourcePolicies": Field(
                to="resourcePolicies", refers=POLICY, convert=lambda value: [value], restore=lambda items: items[0]
            ),
            "confidentialInstanceConfig": Field(
                to="confidentialInstanceConfig",
                replaces=True,
                inner={name: Field(to=name) for name in ("confidentialInstanceType", "enableConfidentialCompute")},
            ),
            "shieldedInstanceConfig": Field(
                to="shieldedInstanceConfig",
                inner={
                    name: Field(to=name) for name in ("enableSecureBoot", "enableVtpm", "enableIntegrityMonitoring")
                },
            ),
            "scheduling": Field(
                to="scheduling",
                inner={
                    name: Field(to=name)
                    for name in ("onHostMaintenance", "automaticRestart", "preemptible", "provisioningModel")
                },
            ),
            "serviceAccount": Field(
                to="serviceAccounts",
                inner={"email": Field(to="email", refers=ACCOUNT), "scopes": Field(to="scopes")},
                convert=lambda account: [_with_whole_scopes(account)],
                restore=lambda accounts: _with_short_scopes(accounts[0]),
            ),
        },
        join=_joined,
        split=_split,
        assigned=_instance_number,
        outputs=self_link,
        is_held=True,
    ),
)


def _with_whole_scopes(account: dict[str, Any]) -> dict[str, Any]:
    """Return an account with its scopes as the interface takes them: the provider writes short ones out."""
    scopes = account.get("scopes", [])
    return {**account, "scopes": [f"https://www.googleapis.com/auth/{s}" if "/" not in s else s for s in scopes]}


def _with_short_scopes(account: dict[str, Any]) -> dict[str, Any]:
    return {**account, "scopes": [scope.rpartition("/")[2] for scope in account.get("scopes", [])]}
