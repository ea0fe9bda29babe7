"""Who a host is in AWS: a role of its own, and the secrets that only it may read. Values never pass through here."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.hosts.aws_keys import RegionKeys
from components.hosts.aws_names import host_tags
from components.hosts.aws_place import Place
from components.hosts.aws_policy import account_root, allow, policy, trust
from components.hosts.secret_names import secret_files
from schemas.plan import HostPlan

RECOVERY_DAYS = 30
"""How long a secret that was deleted by mistake can be brought back: AWS's most."""

_SESSIONS = (
    "ssm:UpdateInstanceInformation", "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
)  # fmt: skip
"""What Session Manager needs of a host. AWS's managed policy also reads every parameter of the account."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """One host's role."""

    profile: aws.iam.InstanceProfile
    ready: tuple[pulumi.Resource, ...]
    """What must be there before the host boots."""


def log_group_name(stack: str) -> str:
    """Return the log group of a stack's hosts, one in each region."""
    return f"/geofleet/{stack}/hosts"


def secret_name(stack: str, host: str, file_name: str) -> str:
    """Return the name of a secret: `perps/validators-1/consensus.json`."""
    return f"{stack}/{host}/{file_name}"


def make_identity(place: Place, host: HostPlan, keys: RegionKeys, *, parent: pulumi.Resource) -> Identity:
    """Make a host's role, its instance profile and its empty secrets."""
    child, tags, name = (
        pulumi.ResourceOptions(parent=parent),
        host_tags(place.plan, host),
        f"{place.plan.stack}-{host.host}",
    )
    role = aws.iam.Role(
        host.host, name=name, description=f"Host {host.host}", max_session_duration=3600, tags=tags, opts=child,
        assume_role_policy=policy(trust("Instances", "ec2")),
    )  # fmt: skip
    granted = aws.iam.RolePolicy(
        host.host, role=role.name, name="host", opts=child,
        policy=keys.data.arn.apply(lambda arn: role_policy(place, host, arn)),
    )  # fmt: skip
    profile = aws.iam.InstanceProfile(host.host, name=name, role=role.name, tags=tags, opts=child)
    for file_name in secret_files(host):
        _secret(place, host, file_name, keys, child)
    return Identity(profile=profile, ready=(granted,))


def _secret(place: Place, host: HostPlan, file_name: str, keys: RegionKeys, opts: pulumi.ResourceOptions) -> None:
    aws.secretsmanager.Secret(
        f"{host.host}-{file_name}", region=place.name, name=secret_name(place.plan.stack, host.host, file_name),
        description=f"{file_name} of {host.host}; its value is put by geofleet, never by the engine",
        kms_key_id=keys.data.arn, recovery_window_in_days=RECOVERY_DAYS if place.keeps else 0,
        policy=secret_policy(place, host), tags=host_tags(place.plan, host), opts=opts,
    )  # fmt: skip


def secret_policy(place: Place, host: HostPlan) -> str:
    """Return a secret's own policy: whatever other policies say, only its host and no other role of a host reads it."""
    role = f"arn:aws:iam::{place.settings.account}:role/{place.plan.stack}-"
    return policy(
        {
            "Sid": "OtherHosts",
            "Effect": "Deny",
            "Principal": account_root(place.settings.account),
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "*",
            "Condition": {
                "ArnLike": {"aws:PrincipalArn": f"{role}*"},
                "ArnNotEquals": {"aws:PrincipalArn": f"{role}{host.host}"},
            },
        }
    )


def role_policy(place: Place, host: HostPlan, data_key_arn: str) -> str:
    """Return what a host may do: open sessions, read its own secrets, write its own logs and metrics."""
    account, stack = place.settings.account, place.plan.stack
    own = [
        f"arn:aws:secretsmanager:{place.name}:{account}:secret:{secret_name(stack, host.host, name)}-??????"
        for name in secret_files(host)
    ]
    logs = f"arn:aws:logs:{place.name}:{account}:log-group:{log_group_name(stack)}:log-stream:{host.host}"
    return policy(
        allow("Sessions", _SESSIONS),
        allow("OwnSecrets", ("secretsmanager:GetSecretValue",), own),
        allow(
            "OwnSecretsKey", ("kms:Decrypt",), data_key_arn,
            condition={
                "StringEquals": {"kms:ViaService": f"secretsmanager.{place.name}.amazonaws.com"},
                "ArnLike": {"kms:EncryptionContext:SecretARN": own},
            },
        ),
        allow("OwnLogs", ("logs:CreateLogStream", "logs:PutLogEvents"), logs),
        allow(
            "OwnMetrics", ("cloudwatch:PutMetricData",),
            condition={"StringEquals": {"cloudwatch:namespace": f"geofleet/{stack}"}},
        ),
    )  # fmt: skip
