"""Keys of a stack on GCP: one ring in each region, with a key for disks, one for the store and one for secrets.

Nothing of a region hangs on another region's keys. Google never deletes a ring or
a key, only the key's material, and never lets its name be used again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_gcp import kms, organizations, projects, storage

from components.hosts.gcp_network import Ground
from components.hosts.gcp_scope import Scope, local
from schemas.plan import RegionPlan

ROTATION_S = 90 * 86400
DESTRUCTION_DELAY_S = 30 * 86400
"""How long destroyed key material can be brought back."""
PURPOSES = ("disks", "secrets", "store")


@dataclass(frozen=True, kw_only=True)
class RegionKeys:
    """The keys of one region, and what must exist before they can be used."""

    keys: Mapping[str, kms.CryptoKey]
    """By purpose: `disks`, `secrets`, `store`."""
    grants: Mapping[str, pulumi.Resource]
    """By purpose: the right of Google's own service to use the key."""


@dataclass(frozen=True, kw_only=True)
class Project:
    """What only Google knows of the project."""

    number: pulumi.Output[str]
    agents: Mapping[str, pulumi.Output[str]]
    """By purpose of a key: the IAM member of the Google service that encrypts with it."""


def project(scope: Scope, ground: Ground, *, parent: pulumi.Resource) -> Project:
    """Look the project up, and make Google's service accounts that use the keys exist."""
    invoke = pulumi.InvokeOutputOptions(parent=parent, provider=scope.provider, depends_on=list(ground.services))
    number = organizations.get_project_output(project_id=scope.project, opts=invoke).number
    secrets = projects.ServiceIdentity(
        scope.name("secrets-agent"),
        project=scope.project,
        service="secretmanager.googleapis.com",
        opts=scope.options(parent, after=ground.services),
    )
    store = storage.get_project_service_account_output(project=scope.project, opts=invoke)
    return Project(
        number=number,
        agents={
            "disks": number.apply(lambda n: f"serviceAccount:service-{n}@compute-system.iam.gserviceaccount.com"),
            "secrets": secrets.member,
            "store": store.member,
        },
    )


def region_keys(
    scope: Scope, region: RegionPlan, ground: Ground, agents: Mapping[str, pulumi.Output[str]], *,
    parent: pulumi.Resource,
) -> RegionKeys:  # fmt: skip
    """Make a region's ring and keys, and let each Google service use its own key and no other."""
    name = scope.name(local(region.region), f"g{scope.settings.key_generation}")
    ring = kms.KeyRing(
        name,
        name=name,
        project=scope.project,
        location=local(region.region),
        opts=scope.options(parent, after=ground.services),
    )
    keys = {purpose: _key(scope, region, purpose, ring) for purpose in PURPOSES}
    grants = {
        purpose: kms.CryptoKeyIAMMember(
            scope.name(local(region.region), purpose, "key-user"),
            crypto_key_id=key.id,
            role="roles/cloudkms.cryptoKeyEncrypterDecrypter",
            member=agents[purpose],
            opts=scope.options(key),
        )
        for purpose, key in keys.items()
    }
    return RegionKeys(keys=keys, grants=grants)


def _key(scope: Scope, region: RegionPlan, purpose: str, ring: kms.KeyRing) -> kms.CryptoKey:
    """Make one key. In production it lives in hardware and neither the engine nor the provider destroys it."""
    return kms.CryptoKey(
        scope.name(local(region.region), purpose, "key"),
        name=purpose,
        key_ring=ring.id,
        purpose="ENCRYPT_DECRYPT",
        rotation_period=f"{ROTATION_S}s",
        destroy_scheduled_duration=f"{DESTRUCTION_DELAY_S}s",
        version_template=kms.CryptoKeyVersionTemplateArgs(
            algorithm="GOOGLE_SYMMETRIC_ENCRYPTION", protection_level="HSM" if scope.is_production else "SOFTWARE"
        ),
        deletion_policy="PREVENT" if scope.is_guarded else "DELETE",
        labels=scope.labels(),
        opts=scope.options(ring, protect=scope.is_guarded),
    )
