"""Permission documents: statements of AWS policies and members of GCP bindings, wherever they stand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from policies.resources import Block, Resource
from policies.values import ABSENT, Unknown
from policies.verdict import Doubt

GCP_GRANTS = tuple(f"gcp:*{spelling}{form}" for spelling in ("IAM", "Iam") for form in ("Member", "Binding", "Policy"))
"""Every type by which GCP grants a role, of any service."""

IDENTITY_POLICIES = tuple(f"aws:iam/{kind}" for kind in (
    "policy:Policy", "rolePolicy:RolePolicy", "userPolicy:UserPolicy", "groupPolicy:GroupPolicy",
))  # fmt: skip
AWS_ROLE = "aws:iam/role:Role"
ATTACHMENTS = tuple(f"aws:iam/{kind}" for kind in (
    "rolePolicyAttachment:RolePolicyAttachment", "userPolicyAttachment:UserPolicyAttachment",
    "groupPolicyAttachment:GroupPolicyAttachment", "policyAttachment:PolicyAttachment",
))  # fmt: skip
RESOURCE_POLICIES = (
    "aws:kms/key:Key",
    "aws:kms/keyPolicy:KeyPolicy",
    "aws:kms/replicaKey:ReplicaKey",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:secretsmanager/secret:Secret",
    "aws:secretsmanager/secretPolicy:SecretPolicy",
    "aws:sns/topicPolicy:TopicPolicy",
    "aws:sqs/queuePolicy:QueuePolicy",
)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement of an AWS policy."""

    path: str
    body: dict[str, Any]

    @property
    def allows(self) -> bool:
        """Return whether it grants something."""
        return self.body.get("Effect") == "Allow"

    def texts(self, name: str) -> list[str]:
        """Return an element as texts, be it one or a list."""
        value = self.body.get(name, [])
        return [str(part) for part in (value if isinstance(value, list) else [value])]

    @property
    def principals(self) -> list[str]:
        """Return whom it is about, of every kind."""
        found = self.body.get("Principal", {})
        if not isinstance(found, dict):
            return [str(found)]
        parts = [
            part for kind in sorted(found) for part in (found[kind] if isinstance(found[kind], list) else [found[kind]])
        ]
        return [str(part) for part in parts]


def statements(block: Block | Resource, path: str) -> Iterator[Statement | Doubt]:
    """Yield the statements of a policy; a doubt where its text holds what only creation tells, or is not JSON."""
    value = block.get(path)
    where = block.at(path) if isinstance(block, Block) else path
    if value is ABSENT:
        return
    if isinstance(value, Unknown):
        yield Doubt(path=where, why=value, may_come_later=True)
        return
    try:
        document = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        yield Doubt(path=where, why=Unknown(reason="no valid JSON"))
        return
    found = document.get("Statement", []) if isinstance(document, dict) else None
    if found is None:
        yield Doubt(path=where, why=Unknown(reason="no policy document"))
        return
    for position, body in enumerate(found if isinstance(found, list) else [found]):
        if isinstance(body, dict):
            yield Statement(path=f"{where}.Statement[{position}]", body=body)


def grants(resource: Resource) -> Iterator[tuple[str, str] | Doubt]:
    """Yield role and member of what a GCP resource of `GCP_GRANTS` grants; a member may be known later."""
    role = resource.get("role")
    named = role if isinstance(role, str) else ""
    if isinstance(role, Unknown):
        yield Doubt(path="role", why=role)
    member = resource.get("member")
    members = resource.get("members") if member is ABSENT else [member]
    if isinstance(members, Unknown):
        yield Doubt(path="members", why=members, may_come_later=True)
    for one in members if isinstance(members, list) else ():
        if isinstance(one, Unknown):
            yield Doubt(path="member", why=one, may_come_later=True)
            yield named, ""
        else:
            yield named, str(one)
    yield from _policy_data(resource)


def _policy_data(resource: Resource) -> Iterator[tuple[str, str] | Doubt]:
    data = resource.get("policyData")
    if isinstance(data, Unknown):
        yield Doubt(path="policyData", why=data, may_come_later=True)
    if not isinstance(data, str):
        return
    try:
        bindings = json.loads(data).get("bindings", [])
    except (ValueError, AttributeError):
        yield Doubt(path="policyData", why=Unknown(reason="no valid JSON"))
        return
    for binding in bindings:
        for member in binding.get("members", []):
            yield str(binding.get("role", "")), str(member)
