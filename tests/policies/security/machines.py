"""Machines that keep every rule, at both clouds: each test spoils one thing."""

from __future__ import annotations

import copy
from typing import Any

from tests.policies.cloud import Made, of_host

AWS = "aws:ec2/instance:Instance"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
GCP = "gcp:compute/instance:Instance"
GCP_TEMPLATE = "gcp:compute/instanceTemplate:InstanceTemplate"
KEY = "arn:aws:kms:eu-central-1:111122223333:key/1"
GCP_KEY = "projects/p/locations/europe-west3/keyRings/r/cryptoKeys/k"

_AWS: dict[str, Any] = {
    "instanceType": "c6a.large",
    "region": "eu-central-1",
    "metadataOptions": {"httpTokens": "required", "httpEndpoint": "enabled", "httpPutResponseHopLimit": 1},
    "rootBlockDevice": {"encrypted": True, "kmsKeyId": KEY},
    "associatePublicIpAddress": False,
    "iamInstanceProfile": "validators",
    "disableApiTermination": True,
    "disableApiStop": True,
    "userData": "#cloud-config\n",
    "userDataReplaceOnChange": False,
}
_TEMPLATE: dict[str, Any] = {
    "instanceType": "c6a.large",
    "metadataOptions": {"httpTokens": "required", "httpPutResponseHopLimit": 1},
    "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"encrypted": "true", "kmsKeyId": KEY}}],
    "iamInstanceProfile": {"name": "validators"},
}
_GCP: dict[str, Any] = {
    "machineType": "n2d-standard-2",
    "zone": "europe-west3-a",
    "bootDisk": {"kmsKeySelfLink": GCP_KEY, "initializeParams": {"image": "debian-12"}},
    "networkInterfaces": [{"network": "n"}],
    "serviceAccount": {"email": "validators@p.iam.gserviceaccount.com", "scopes": ["cloud-platform"]},
    "shieldedInstanceConfig": {"enableSecureBoot": True, "enableVtpm": True, "enableIntegrityMonitoring": True},
    "metadata": {"enable-oslogin": "TRUE", "block-project-ssh-keys": "TRUE", "user-data": "#cloud-config\n"},
    "deletionProtection": True,
    "canIpForward": False,
}
_GCP_TEMPLATE: dict[str, Any] = {
    **{name: value for name, value in _GCP.items() if name not in ("bootDisk", "zone", "deletionProtection")},
    "disks": [{"boot": True, "diskEncryptionKey": {"kmsKeySelfLink": GCP_KEY}}],
}
PROPS = {AWS: _AWS, TEMPLATE: _TEMPLATE, GCP: _GCP, GCP_TEMPLATE: _GCP_TEMPLATE}
GONE = object()


def machine(token: str = AWS, /, **changes: Any) -> Made:
    """Return a machine that nobody owns; `a__b=value` changes a nested property, GONE takes one out."""
    return Made(token=token, props=_changed(token, changes), name="m")


def owned(token: str = AWS, /, **changes: Any) -> Made:
    """Return the machine of the host validators-1."""
    return of_host(token, _changed(token, changes), name="m")


def _changed(token: str, changes: dict[str, Any]) -> dict[str, Any]:
    props = copy.deepcopy(PROPS[token])
    for path, value in changes.items():
        *way, last = path.split("__")
        inner = props
        for part in way:
            inner = inner.setdefault(part, {})
        if value is GONE:
            inner.pop(last, None)
        else:
            inner[last] = value
    return props
