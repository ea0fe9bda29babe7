"""Who a host is on GCP, and what it may do: one service account, its own secrets, its region's store, its logs.

One account for each host and not for each fleet: a key has one holder, and an
account that several hosts share could read the keys of all of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_gcp import projects, secretmanager, serviceaccount, storage

from components.hosts.gcp_keys import RegionKeys
from components.hosts.gcp_scope import ACCOUNT_MAX, Scope, local
from components.hosts.secret_names import secret_files
from schemas.plan import HostPlan

PROJECT_ROLES = ("roles/logging.logWriter", "roles/monitoring.metricWriter")
"""What a host may do in the project: write, never read."""


def secret_id(stack: str, host: str, file: str) -> str:
    """Return the name of the secret that holds one file of a host."""
    return f"{stack}-{host}-{file}".replace(".", "-").replace("_", "-")


def account(
    scope: Scope, host: HostPlan, store: storage.Bucket, *, after: Sequence[pulumi.Resource], parent: pulumi.Resource
) -> serviceaccount.Account:
    """Make a host's service account with its few rights. It never gets a key of its own: only the machine is it.

    Args:
        scope: The stack.
        host: Whose account.
        store: The bucket of its region.
        after: Services that must be switched on first.
        parent: The host's component.
    """
    made = serviceaccount.Account(
        scope.name(host.host, "account"),
        account_id=scope.name(host.host, limit=ACCOUNT_MAX),
        project=scope.project,
        display_name=f"geofleet {scope.plan.stack} {host.host}",
        opts=scope.options(parent, after=after),
    )
    for role in PROJECT_ROLES:
        projects.IAMMember(
            scope.name(host.host, role.rpartition(".")[2]),
            project=scope.project,
            role=role,
            member=made.member,
            opts=scope.options(made),
        )
    # With the right to list, the store answers 404 for what is not there, which the agent tells from trouble (403).
    storage.BucketIAMMember(
        scope.name(host.host, "store-reader"),
        bucket=store.name,
        role="roles/storage.objectViewer",
        member=made.member,
        opts=scope.options(made),
    )
    return made


def secrets(
    scope: Scope, host: HostPlan, keys: RegionKeys, *, reader: serviceaccount.Account, parent: pulumi.Resource
) -> tuple[pulumi.Resource, ...]:
    """Make a host's secrets, empty, and let this host alone read them; returns the rights to read.

    Values never go through the engine: even write-only inputs stay in its state
    (pulumi-terraform-bridge#3201). `geofleet up` puts them in afterwards (`gcp_vault.py`).
    """
    rights = []
    for file in secret_files(host):
        name = secret_id(scope.plan.stack, host.host, file)
        replica = secretmanager.SecretReplicationUserManagedReplicaArgs(
            location=local(host.region),
            customer_managed_encryption=secretmanager.SecretReplicationUserManagedReplicaCustomerManagedEncryptionArgs(
                kms_key_name=keys.keys["secrets"].id
            ),
        )
        made = secretmanager.Secret(
            scope.name(host.host, file, "secret"),
            secret_id=name,
            project=scope.project,
            replication=secretmanager.SecretReplicationArgs(
                user_managed=secretmanager.SecretReplicationUserManagedArgs(replicas=[replica])
            ),
            version_destroy_ttl="604800s",
            deletion_protection=scope.guards(host),
            labels=scope.labels(host),
            opts=scope.options(parent, after=[keys.grants["secrets"]], protect=scope.guards(host)),
        )
        rights.append(
            secretmanager.SecretIamMember(
                scope.name(host.host, file, "reader"),
                project=scope.project,
                secret_id=made.secret_id,
                role="roles/secretmanager.secretAccessor",
                member=reader.member,
                opts=scope.options(made),
            )
        )
    return tuple(rights)
