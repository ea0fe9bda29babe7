"""Identities, rights, keys, secrets and the store: Pulumi's properties and Google's fields."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from tests.standins.base.values import UNKNOWN, Asset
from tests.standins.gcp.shapes import Body, Field, Inputs, Reference, Table
from tests.standins.gcp.tables_machine import INSTANCE, KEY
from tests.standins.gcp.tables_network import DELETION, LABELLED, NETWORK

BUCKET = Reference(token="gcp:storage/bucket:Bucket")
RING = Reference(token="gcp:kms/keyRing:KeyRing")
SECRET = Reference(token="gcp:secretmanager/secret:Secret", path="projects/{project}/secrets/{}")
ZONE = Reference(token="gcp:dns/managedZone:ManagedZone", path="projects/{project}/managedZones/{}")

_PROJECT = {"project": Field(replaces=True)}
_MEMBER = {
    "role": Field(to="role", replaces=True),
    "member": Field(to="members", replaces=True, convert=lambda member: [member], restore=lambda members: members[0]),
}


def _account(name: str, inputs: Inputs) -> Body:
    email = name.rpartition("/")[2]
    return {"email": email, "member": f"serviceAccount:{email}", "name": name}


def _account_joined(body: Body, inputs: Inputs) -> Body:
    account = {name: body.pop(name) for name in ("displayName", "description") if name in body}
    return {**body, "serviceAccount": account}


def _account_split(body: Body) -> Body:
    return {**body, **body.get("serviceAccount", {})}


def _service_joined(body: Body, inputs: Inputs) -> Body:
    return {"name": f"projects/{inputs['project']}/services/{inputs['service']}", "state": "ENABLED"}


def _identity(number: int, inputs: Inputs) -> Body:
    del number
    email = f"service-{PROJECT_NUMBER}@gcp-sa-{str(inputs['service']).partition('.')[0]}.iam.gserviceaccount.com"
    return {"email": email, "member": f"serviceAccount:{email}"}


PROJECT_NUMBER = "123456789012"


def _policy_joined(body: Body, inputs: Inputs) -> Body:
    return {"bindings": [body]}


def _policy_split(body: Body) -> Body:
    found: Body = body["bindings"][0]
    return found


def _object_joined(body: Body, inputs: Inputs) -> Body:
    content = inputs.get("content") if inputs.get("content") is not None else inputs.get("source")
    if content is UNKNOWN or content is None:
        return body
    if isinstance(content, Asset) and content.text is None and not content.path:
        return body  # the engine's state keeps a file's hash, not where it was
    data = content.encode() if isinstance(content, str) else content.read()
    md5 = base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
    return {**body, "md5Hash": md5, "size": str(len(data))}


def _secret_name(name: str, inputs: Inputs) -> Body:
    return {"name": f"projects/{PROJECT_NUMBER}/secrets/{inputs['secretId']}"}


def _is_live(state: Any) -> bool:
    return bool(state == "LIVE")


TABLES = (
    Table(
        token="gcp:projects/service:Service",
        api="serviceusage",
        message="GoogleApiServiceusageV1Service",
        path="projects/{project}/services/{service}",
        fields={
            **_PROJECT,
            **DELETION,
            "service": Field(replaces=True),
            "disableOnDestroy": Field(),
            "disableDependentServices": Field(),
        },
        join=_service_joined,
    ),
    Table(
        token="gcp:projects/serviceIdentity:ServiceIdentity",
        api="serviceusage",
        message="EnableServiceRequest",
        path="projects/{project}/identities/{service}",
        fields={**_PROJECT, "service": Field(replaces=True)},
        assigned=_identity,
        is_lasting=True,
    ),
    Table(
        token="gcp:serviceaccount/account:Account",
        api="iam",
        message="CreateServiceAccountRequest",
        path="projects/{project}/serviceAccounts/{accountId}@{project}.iam.gserviceaccount.com",
        fields={
            **_PROJECT,
            **DELETION,
            "accountId": Field(to="accountId", replaces=True),
            "displayName": Field(to="displayName"),
            "description": Field(to="description"),
        },
        join=_account_joined,
        split=_account_split,
        outputs=_account,
    ),
    Table(
        token="gcp:projects/iAMMember:IAMMember",
        api="cloudresourcemanager",
        message="Binding",
        path="projects/{project}/iam/{role}/{member}",
        fields={**_PROJECT, **_MEMBER},
    ),
    Table(
        token="gcp:kms/keyRing:KeyRing",
        api="cloudkms",
        message="KeyRing",
        path="projects/{project}/locations/{location}/keyRings/{name}",
        fields={**_PROJECT, "name": Field(replaces=True), "location": Field(replaces=True)},
        is_lasting=True,
    ),
    Table(
        token="gcp:kms/cryptoKey:CryptoKey",
        api="cloudkms",
        message="CryptoKey",
        path="{keyRing}/cryptoKeys/{name}",
        fields={
            **DELETION,
            **LABELLED,
            "name": Field(replaces=True),
            "keyRing": Field(replaces=True, refers=RING),
            "purpose": Field(to="purpose", replaces=True),
            "rotationPeriod": Field(to="rotationPeriod"),
            "destroyScheduledDuration": Field(to="destroyScheduledDuration", replaces=True),
            "versionTemplate": Field(
                to="versionTemplate",
                inner={
                    "algorithm": Field(to="algorithm"),
                    "protectionLevel": Field(to="protectionLevel", replaces=True),
                },
            ),
        },
        is_lasting=True,
    ),
    Table(
        token="gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember",
        api="cloudkms",
        message="Binding",
        path="{cryptoKeyId}/iam/{role}/{member}",
        fields={"cryptoKeyId": Field(replaces=True, refers=KEY), **_MEMBER},
    ),
    Table(
        token="gcp:secretmanager/secret:Secret",
        api="secretmanager",
        message="Secret",
        path="projects/{project}/secrets/{secretId}",
        fields={
            **_PROJECT,
            **DELETION,
            **LABELLED,
            "secretId": Field(replaces=True),
            "deletionProtection": Field(),
            "versionDestroyTtl": Field(to="versionDestroyTtl"),
            "replication": Field(
                to="replication",
                replaces=True,
                inner={
                    "userManaged": Field(
                        to="userManaged",
                        inner={
                            "replicas": Field(
                                to="replicas",
                                inner={
                                    "location": Field(to="location"),
                                    "customerManagedEncryption": Field(
                                        to="customerManagedEncryption",
                                        inner={"kmsKeyName": Field(to="kmsKeyName", refers=KEY)},
                                    ),
                                },
                            )
                        },
                    )
                },
            ),
        },
        outputs=_secret_name,
    ),
    Table(
        token="gcp:secretmanager/secretIamMember:SecretIamMember",
        api="secretmanager",
        message="Binding",
        path="projects/{project}/secrets/{secretId}/iam/{role}/{member}",
        fields={**_PROJECT, "secretId": Field(replaces=True, refers=SECRET), **_MEMBER},
    ),
    Table(
        token="gcp:storage/bucket:Bucket",
        api="storage",
        message="Bucket",
        path="{name}",
        fields={
            **_PROJECT,
            **DELETION,
            **LABELLED,
            "name": Field(to="name", replaces=True),
            "location": Field(to="location", replaces=True),
            "storageClass": Field(to="storageClass"),
            "forceDestroy": Field(),
            "uniformBucketLevelAccess": Field(to="iamConfiguration.uniformBucketLevelAccess.enabled"),
            "publicAccessPrevention": Field(to="iamConfiguration.publicAccessPrevention"),
            "versioning": Field(to="versioning", inner={"enabled": Field(to="enabled")}),
            "softDeletePolicy": Field(
                to="softDeletePolicy", inner={"retentionDurationSeconds": Field(to="retentionDurationSeconds")}
            ),
            "encryption": Field(
                to="encryption", inner={"defaultKmsKeyName": Field(to="defaultKmsKeyName", refers=KEY)}
            ),
            "lifecycleRules": Field(
                to="lifecycle.rule",
                inner={
                    "action": Field(to="action", inner={"type": Field(to="type")}),
                    "condition": Field(
                        to="condition",
                        inner={
                            "daysSinceNoncurrentTime": Field(to="daysSinceNoncurrentTime"),
                            "withState": Field(to="isLive", convert=_is_live),
                        },
                    ),
                },
            ),
        },
        outputs=lambda name, inputs: {
            "url": f"gs://{name}",
            "selfLink": f"https://www.googleapis.com/storage/v1/b/{name}",
        },
    ),
    Table(
        token="gcp:storage/bucketObject:BucketObject",
        api="storage",
        message="Object",
        path="{bucket}/{name}",
        fields={
            **DELETION,
            "bucket": Field(to="bucket", replaces=True, refers=BUCKET),
            "name": Field(to="name", replaces=True),
            "content": Field(),
            "source": Field(),
            "contentType": Field(to="contentType"),
            "cacheControl": Field(to="cacheControl"),
        },
        join=_object_joined,
    ),
    Table(
        token="gcp:storage/bucketIAMMember:BucketIAMMember",
        api="storage",
        message="Policy",
        path="{bucket}/iam/{role}/{member}",
        fields={"bucket": Field(replaces=True, refers=BUCKET), **_MEMBER},
        join=_policy_joined,
        split=_policy_split,
    ),
    Table(
        token="gcp:iap/tunnelInstanceIAMMember:TunnelInstanceIAMMember",
        api="iap",
        message="Binding",
        path="projects/{project}/iap_tunnel/zones/{zone}/instances/{instance}/iam/{role}/{member}",
        fields={
            **_PROJECT,
            "zone": Field(replaces=True),
            "instance": Field(replaces=True, refers=INSTANCE),
            **_MEMBER,
        },
    ),
    Table(
        token="gcp:dns/managedZone:ManagedZone",
        api="dns",
        message="ManagedZone",
        path="projects/{project}/managedZones/{name}",
        fields={
            **_PROJECT,
            **DELETION,
            **LABELLED,
            "name": Field(to="name", replaces=True),
            "dnsName": Field(to="dnsName", replaces=True),
            "description": Field(to="description"),
            "forceDestroy": Field(),
            "visibility": Field(to="visibility", replaces=True),
            "privateVisibilityConfig": Field(
                to="privateVisibilityConfig",
                inner={"networks": Field(to="networks", inner={"networkUrl": Field(to="networkUrl", refers=NETWORK)})},
            ),
        },
    ),
    Table(
        token="gcp:dns/recordSet:RecordSet",
        api="dns",
        message="ResourceRecordSet",
        path="projects/{project}/managedZones/{managedZone}/rrsets/{name}/{type}",
        fields={
            **_PROJECT,
            **DELETION,
            "managedZone": Field(replaces=True, refers=ZONE),
            "name": Field(to="name", replaces=True),
            "type": Field(to="type", replaces=True),
            "ttl": Field(to="ttl"),
            "rrdatas": Field(to="rrdatas"),
        },
    ),
)
