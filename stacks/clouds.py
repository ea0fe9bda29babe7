"""The back ends of a stack's clouds, from its Pulumi configuration; nothing of it is secret.

The clouds' SDKs are imported only here, and only for the clouds that a plan uses:
they take seconds to import, and the lab needs neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pulumi

from components.hosts.backend import CloudProvider
from components.hosts.cloud import CloudBackend
from components.hosts.vault import Vault
from schemas.artifacts import packages_sha256
from schemas.errors import EnvironmentMissingError, UsageError
from schemas.locations import artifact_path
from schemas.plan import Plan

if TYPE_CHECKING:
    from components.hosts.aws import AwsBackend
    from components.hosts.gcp import GcpBackend


def cloud_backend(plan: Plan, config: pulumi.Config) -> CloudBackend:
    """Return the back end of target `cloud`, with the providers that a plan uses.

    Raises:
        UsageError: A setting is missing or wrong; it names the configuration key.
        EnvironmentMissingError: The packages for hosts have not been fetched.
    """
    used = {region.region.partition(":")[0] for region in plan.regions}
    aws = _aws(config) if "aws" in used else None
    gcp = _gcp(config) if "gcp" in used else None
    providers: dict[str, CloudProvider] = {found.provider: found for found in (aws, gcp) if found}
    return CloudBackend(providers, opener=aws, listener=gcp)


def cloud_artifacts() -> dict[str, Path]:
    """Return SHA-256 to file of what every cloud host fetches beside its client's binary."""
    try:
        sha256 = packages_sha256()
    except EnvironmentMissingError:
        return {}  # the back ends say so where they need it
    return {sha256: artifact_path(sha256)}


def cloud_vaults(plan: Plan, config: Mapping[str, str]) -> dict[str, Vault]:
    """Return provider to vault of the clouds that a plan uses.

    Args:
        plan: The stack's plan.
        config: The stack's configuration: key without `geofleet:` to value.

    Raises:
        UsageError: A setting is missing.
        EnvironmentMissingError: A cloud's client library is not installed.
    """
    used = {region.region.partition(":")[0] for region in plan.regions}
    vaults: dict[str, Vault] = {}
    try:
        if "aws" in used:
            from components.hosts.aws_vault import AwsVault

            vaults["aws"] = AwsVault(stack=plan.stack, account=_required(config, "awsAccount", "123456789012"))
        if "gcp" in used:
            from components.hosts.gcp_vault import GcpVault

            vaults["gcp"] = GcpVault(stack=plan.stack, project=_required(config, "gcpProject", "example-perps-prod"))
    except ImportError as error:
        raise EnvironmentMissingError(
            f"a cloud's client library is not installed ({error.name})", remedy="pip install 'geofleet[aws,gcp]'"
        ) from error
    return vaults


def cloud_providers(plan: Plan, config: pulumi.Config) -> list[pulumi.ProviderResource]:
    """Return one provider for each account that a plan uses; every resource takes it from its parent."""
    used = {region.region.partition(":")[0] for region in plan.regions}
    makers = {"aws": _aws_provider, "gcp": _gcp_provider}
    return [makers[name](plan, config) for name in sorted(used & makers.keys())]


def _aws(config: pulumi.Config) -> AwsBackend:
    from components.hosts.aws import AwsBackend
    from components.hosts.aws_settings import DEBIAN_IMAGE, DEBIAN_OWNER, AwsSettings

    owner = config.get("awsImageOwner") or DEBIAN_OWNER
    settings = AwsSettings(
        account=_required(config, "awsAccount", "123456789012"),
        alarm_email=config.get("alarmEmail") or "",
        budget_usd_per_month=config.get_float("awsBudgetUsdPerMonth"),
        image=config.get("awsImage") or DEBIAN_IMAGE,
        image_owner=owner,
        packages_sha256=packages_sha256() if owner == DEBIAN_OWNER else "",
        enclave_measurement=config.get("enclaveMeasurement") or "",
        is_protected=config.get_bool("protection") is not False,
    )
    return AwsBackend(settings)


def _aws_provider(plan: Plan, config: pulumi.Config) -> pulumi.ProviderResource:
    from components.hosts.aws_provider import aws_provider

    return aws_provider(plan, account=_required(config, "awsAccount", "123456789012"))


def _gcp(config: pulumi.Config) -> GcpBackend:
    from components.hosts.gcp import GcpBackend, GcpSettings
    from components.hosts.gcp_settings import IMAGE

    settings = GcpSettings(
        project=_required(config, "gcpProject", "example-perps-prod"),
        billing_account=config.get("gcpBillingAccount") or "",
        alarm_email=config.get("alarmEmail") or "",
        operators=tuple((config.get("gcpOperators") or "").split()),
        image=config.get("gcpImage") or IMAGE,
        is_protected=config.get_bool("protection") is not False,
        key_generation=config.get_int("gcpKeyGeneration") or 1,
    )
    return GcpBackend(settings)


def _gcp_provider(plan: Plan, config: pulumi.Config) -> pulumi.ProviderResource:
    from components.hosts.gcp_provider import gcp_provider

    return gcp_provider(plan, project=_required(config, "gcpProject", "example-perps-prod"))


def _required(config: pulumi.Config | Mapping[str, str], key: str, example: str) -> str:
    value = config.get(key)
    if not value:
        raise UsageError(
            f"the stack's configuration has no geofleet:{key}",
            remedy=f"Set it: pulumi config set geofleet:{key} {example}.",
        )
    return value
