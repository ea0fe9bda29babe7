"""SEC031: no identity may do everything."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Block, Resource
from policies.rule import MADE, Rule, Scope
from policies.security.documents import (
    ATTACHMENTS,
    AWS_ROLE,
    GCP_GRANTS,
    IDENTITY_POLICIES,
    Statement,
    grants,
    statements,
)
from policies.values import Unknown
from policies.verdict import Doubt, Fault, unread, verdict
from schemas.report import Finding, Severity

_ADMIN = ("AdministratorAccess", "IAMFullAccess", "PowerUserAccess")
_BASIC_ROLES = ("roles/owner", "roles/editor")
_ESCALATION = frozenset({"iam:*", "kms:*", "secretsmanager:*", "sts:*", "organizations:*", "*:*"})

RULE = Rule(
    id="SEC031",
    title="No identity may do everything",
    judges="each IAM policy, role and attachment at AWS, each IAM member, binding and policy at GCP",
    severity=Severity.HIGH,
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=(*IDENTITY_POLICIES, AWS_ROLE, *ATTACHMENTS, *GCP_GRANTS),
    source="A validator's machine with administrator rights turns one break-in into the loss of all of them.",
    standards=("CIS AWS 3.0.0 1.16", "CIS GCP 3.0.0 1.5", "SOC 2 CC6.3"),
    remedy="Name the actions and the resources that the role needs; roles/owner and roles/editor name neither.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each policy, role, attachment or grant."""
    for resource in view.resources.of(*RULE.tokens):
        yield verdict(RULE, resource, _found(resource))


def _found(resource: Resource) -> Iterator[Fault | Doubt]:
    if resource.cloud == "gcp":
        yield from _gcp(resource)
    elif resource.token in ATTACHMENTS:
        yield from _attached(resource.get("policyArn"), "policyArn")
    elif resource.token == AWS_ROLE:
        yield from _role(resource)
    else:
        yield from _policy(resource, "policy")


def _role(role: Resource) -> Iterator[Fault | Doubt]:
    arns = role.get("managedPolicyArns")
    for position, arn in enumerate(arns if isinstance(arns, list) else [arns] if isinstance(arns, Unknown) else []):
        yield from _attached(arn, f"managedPolicyArns[{position}]")
    for block in role.blocks("inlinePolicies"):
        yield from unread([block])
        yield from _policy(block, "policy")


def _attached(arn: object, path: str) -> Iterator[Fault | Doubt]:
    if isinstance(arn, Unknown):
        yield Doubt(path=path, why=arn, may_come_later=True)
    elif str(arn).rpartition("/")[2] in _ADMIN:
        yield Fault(text=f"{path} is {arn}; expected a policy of the role's own")


def _policy(block: Block | Resource, path: str) -> Iterator[Fault | Doubt]:
    for statement in statements(block, path):
        if isinstance(statement, Doubt):
            yield statement
        elif statement.allows:
            yield from _statement(statement)


def _statement(statement: Statement) -> Iterator[Fault]:
    actions, resources = statement.texts("Action"), statement.texts("Resource")
    wide = [action for action in actions if action == "*" or action.lower() in _ESCALATION]
    if "NotAction" in statement.body:
        yield Fault(text=f"{statement.path} allows all but some actions (NotAction); expected a list of actions")
    if "*" in actions:
        yield Fault(text=f"{statement.path} allows every action; expected a list of actions")
    elif wide and "*" in resources:
        yield Fault(text=f"{statement.path} allows {', '.join(wide)} on every resource; expected named ones")


def _gcp(resource: Resource) -> Iterator[Fault | Doubt]:
    for grant in grants(resource):
        if isinstance(grant, Doubt):
            yield grant
        elif grant[0] in _BASIC_ROLES:
            yield Fault(
                text=f"grants {grant[0]} to {grant[1] or 'an identity'}; expected roles that name their purpose"
            )
