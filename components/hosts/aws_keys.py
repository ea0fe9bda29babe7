"""Customer keys of one region: one for data at rest, and one that only an attested enclave can use."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi_aws as aws

from components.hosts.aws_place import Place
from components.hosts.aws_policy import account_root, allow, policy, service
from schemas.errors import UsageError

DELETION_DAYS = 30
"""How long a key that was deleted by mistake can be brought back: AWS's most."""

_ADMINISTRATION = (
    "kms:CancelKeyDeletion", "kms:CreateAlias", "kms:DeleteAlias", "kms:DescribeKey", "kms:DisableKeyRotation",
    "kms:EnableKey", "kms:EnableKeyRotation", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListAliases",
    "kms:ListGrants", "kms:ListKeyPolicies", "kms:ListResourceTags", "kms:PutKeyPolicy", "kms:RevokeGrant",
    "kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource", "kms:UpdateAlias", "kms:UpdateKeyDescription",
)  # fmt: skip
"""What administers a key and never uses it."""

_USE = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")


@dataclass(frozen=True, kw_only=True)
class RegionKeys:
    """The customer keys of one region."""

    data: aws.kms.Key
    """Disks, secrets, logs and topics."""
    signers: aws.kms.Key | None
    """Signers' keys for enclaves; None where no host has one."""


def make_keys(place: Place) -> RegionKeys:
    """Make the keys of a region.

    Raises:
        UsageError: Hosts have enclaves, and nobody says which enclave image may use their keys.
    """
    data = _key(place, "data", data_policy(place.name, place.settings.account, place.plan.stack))
    enclaves = [host for host in place.hosts if host.confidential == "nitro"]
    signers = None
    if enclaves:
        if not place.settings.enclave_measurement:
            raise UsageError(
                f"{enclaves[0].host} has a Nitro Enclave, and no enclave image is named whose signer may use its key",
                remedy="pulumi config set geofleet:enclaveMeasurement PCR0 (96 hexadecimal digits).",
            )
        signers = _key(place, "signers", signers_policy(place.settings.account, place.settings.enclave_measurement))
    return RegionKeys(data=data, signers=signers)


def _key(place: Place, noun: str, document: str) -> aws.kms.Key:
    key = aws.kms.Key(
        f"{place.key}-{noun}", region=place.name, description=f"{place.plan.stack}: {noun}", key_usage="ENCRYPT_DECRYPT",
        enable_key_rotation=True, deletion_window_in_days=DELETION_DAYS, bypass_policy_lockout_safety_check=False,
        policy=document, tags=place.tags(noun), opts=place.opts(),
    )  # fmt: skip
    aws.kms.Alias(
        f"{place.key}-{noun}", region=place.name, name=f"alias/{place.plan.stack}-{noun}", target_key_id=key.key_id,
        opts=place.opts(),
    )  # fmt: skip
    return key


def data_policy(region: str, account: str, stack: str) -> str:
    """Return who may use a region's data key: the account's own roles through four services, and those services."""
    through = [f"{name}.{region}.amazonaws.com" for name in ("ec2", "secretsmanager")]
    return policy(
        allow("Administration", _ADMINISTRATION, principal=account_root(account)),
        allow(
            "ThroughServices", _USE, principal=account_root(account),
            condition={"StringEquals": {"kms:CallerAccount": account, "kms:ViaService": through}},
        ),
        allow(
            "DisksOfInstances", ("kms:CreateGrant",), principal=account_root(account),
            condition={
                "StringEquals": {"kms:CallerAccount": account, "kms:ViaService": through[:1]},
                "Bool": {"kms:GrantIsForAWSResource": "true"},
            },
        ),
        allow(
            "Logs", _USE, principal=service(f"logs.{region}"),
            condition={
                "ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{region}:{account}:log-group:/geofleet/{stack}/*"}
            },
        ),
        allow(
            "Alarms", ("kms:Decrypt", "kms:GenerateDataKey*"), principal={"Service": ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]},
            condition={"StringEquals": {"aws:SourceAccount": account}},
        ),
    )  # fmt: skip


def signers_policy(account: str, measurement: str) -> str:
    """Return who may use a region's key for signers: operators encrypt, only the attested enclave decrypts."""
    return policy(
        allow("Administration", _ADMINISTRATION, principal=account_root(account)),
        allow("Sealing", ("kms:DescribeKey", "kms:Encrypt"), principal=account_root(account)),
        allow(
            "AttestedEnclave", ("kms:Decrypt",), principal=account_root(account),
            condition={"StringEqualsIgnoreCase": {"kms:RecipientAttestation:ImageSha384": measurement}},
        ),
    )  # fmt: skip
