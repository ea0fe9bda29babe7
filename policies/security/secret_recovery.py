"""SEC028: secrets have a key of their own and can be restored."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource
from policies.rule import MADE, Parameter, Rule, Scope, Weaker
from policies.verdict import Doubt, Fault, expect, forbid, number, verdict
from schemas.report import Finding, Severity

_AWS = "aws:secretsmanager/secret:Secret"
_GCP = "gcp:secretmanager/secret:Secret"

RULE = Rule(
    id="SEC028",
    title="Secrets are encrypted with the stack's key and can be restored",
    judges="each secret at AWS and GCP",
    severity=Severity.MEDIUM,
    severity_in={"production": Severity.HIGH},
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=(_AWS, _GCP),
    source="A recovery window of 0 deletes at once: a wrong destroy of a stack would take the signing keys with it.",
    standards=("SOC 2 A1.2", "SOC 2 CC6.1"),
    remedy="AWS: kmsKeyId, recoveryWindowInDays 7 to 30. GCP: replication userManaged with a key in each region.",
    parameters=(
        Parameter(
            name="recovery_days_min", default=7, minimum=7, maximum=30, is_whole=True, weaker=Weaker.LOWER,
            meaning="Least time for which a deleted secret of AWS can be restored.",
        ),
    ),
)  # fmt: skip


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each secret."""
    days_min = RULE.parameter("recovery_days_min", view.parameters)
    for secret in view.resources.of(*RULE.tokens):
        yield verdict(RULE, secret, _gcp(secret) if secret.token == _GCP else _aws(secret, days_min))


def _aws(secret: Resource, days_min: float) -> Iterator[Fault | Doubt]:
    yield from expect(secret, "kmsKeyId", lambda key: "alias/aws/" not in str(key), "a key of the stack", later=True)
    expected = f"at least {days_min:g} days"
    yield from forbid(secret, "recoveryWindowInDays", lambda days: not number(days) >= days_min, expected)


def _gcp(secret: Resource) -> Iterator[Fault | Doubt]:
    replicas = secret.blocks("replication.userManaged.replicas")
    if not replicas:
        key = "replication.auto.customerManagedEncryption.kmsKeyName"
        yield from expect(secret, key, bool, "a key of the stack, or userManaged replicas with one each", later=True)
    for replica in replicas:
        yield from expect(replica, "customerManagedEncryption.kmsKeyName", bool, "a key of the stack", later=True)
