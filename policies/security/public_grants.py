"""SEC025: no key, secret, bucket or role is granted to everybody."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource
from policies.rule import MADE, Rule, Scope
from policies.security.documents import GCP_GRANTS, RESOURCE_POLICIES, Statement, grants, statements
from policies.verdict import Doubt, Fault, verdict
from schemas.report import Finding, Severity

_EVERYBODY = ("allUsers", "allAuthenticatedUsers")
_NARROWING = ("aws:PrincipalOrgID", "aws:PrincipalArn", "aws:PrincipalAccount", "aws:SourceArn", "aws:SourceAccount",
              "aws:SourceVpce", "kms:CallerAccount")  # fmt: skip

RULE = Rule(
    id="SEC025",
    title="No key, secret, bucket or role is granted to everybody",
    judges="each resource policy at AWS, each IAM member, binding and policy at GCP",
    severity=Severity.CRITICAL,
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=(*RESOURCE_POLICIES, *GCP_GRANTS),
    source="Principal '*' on a key or bucket is everybody with an account anywhere; allAuthenticatedUsers is the same.",
    standards=("CIS GCP 3.0.0 1.9", "CIS GCP 3.0.0 5.1", "SOC 2 CC6.1"),
    remedy="Name the identity; a condition on aws:PrincipalOrgID or kms:CallerAccount narrows '*' too.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each policy or grant; ARNs that only creation tells are judged from the state."""
    for resource in view.resources.of(*RULE.tokens):
        yield verdict(RULE, resource, _gcp(resource) if resource.cloud == "gcp" else _aws(resource))


def _aws(resource: Resource) -> Iterator[Fault | Doubt]:
    for statement in statements(resource, "policy"):
        if isinstance(statement, Doubt):
            yield statement
        elif statement.allows and "*" in statement.principals and not _is_narrowed(statement):
            yield Fault(text=f"{statement.path} allows {', '.join(statement.texts('Action'))} to everybody ('*')")


def _is_narrowed(statement: Statement) -> bool:
    conditions = statement.body.get("Condition", {})
    known = {name.lower() for name in _NARROWING}
    return isinstance(conditions, dict) and any(
        key.lower() in known and "*" not in (values if isinstance(values, list) else [values])
        for operator, tests in conditions.items()
        if isinstance(tests, dict) and "not" not in operator.lower() and "ifexists" not in operator.lower()
        for key, values in tests.items()
    )


def _gcp(resource: Resource) -> Iterator[Fault | Doubt]:
    for grant in grants(resource):
        if isinstance(grant, Doubt):
            yield grant
        elif grant[1] in _EVERYBODY:
            yield Fault(text=f"grants {grant[0] or 'a role'} to {grant[1]}; expected a named identity")
