"""SEC023: keys of the key service rotate."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource
from policies.rule import MADE, Parameter, Rule, Scope
from policies.values import ABSENT
from policies.verdict import Doubt, Fault, expect, is_true, verdict
from schemas.report import Finding, Severity

AWS_KEY = "aws:kms/key:Key"
GCP_KEY = "gcp:kms/cryptoKey:CryptoKey"
DAY_S = 86400

RULE = Rule(
    id="SEC023",
    title="Keys that encrypt are rotated by the key service",
    judges="each symmetric key at AWS and GCP; keys that sign cannot rotate there",
    severity=Severity.MEDIUM,
    severity_in={"production": Severity.HIGH},
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=(AWS_KEY, GCP_KEY),
    source="A key that never rotates makes one leak a leak of everything that was ever encrypted.",
    standards=("CIS AWS 3.0.0 3.6", "CIS GCP 3.0.0 1.10", "SOC 2 CC6.1"),
    remedy="AWS: enableKeyRotation true. GCP: rotationPeriod '7776000s' or less.",
    parameters=(
        Parameter(
            name="rotation_days_max", default=90, minimum=1, maximum=366, is_whole=True,
            meaning="Longest time between rotations at GCP; AWS rotates every year unless told otherwise.",
        ),
    ),
)  # fmt: skip


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each symmetric key."""
    days_max = RULE.parameter("rotation_days_max", view.parameters)
    for key in view.resources.of(*RULE.tokens):
        if is_symmetric(key):
            yield verdict(RULE, key, _found(key, days_max))


def is_symmetric(key: Resource) -> bool:
    """Return whether a key encrypts: the default at both clouds."""
    if key.token == AWS_KEY:
        spec = key.get("customerMasterKeySpec")
        return spec in (ABSENT, "SYMMETRIC_DEFAULT") and key.get("keyUsage") in (ABSENT, "ENCRYPT_DECRYPT")
    return key.get("purpose") in (ABSENT, "ENCRYPT_DECRYPT")


def seconds(value: object) -> float:
    """Return a duration of GCP, `7776000s`, in seconds; not a number where it is none."""
    try:
        return float(str(value).removesuffix("s"))
    except ValueError:
        return float("nan")


def _found(key: Resource, days_max: float) -> Iterator[Fault | Doubt]:
    if key.token == AWS_KEY:
        yield from expect(key, "enableKeyRotation", is_true, "true")
    else:
        expected = f"at most {days_max * DAY_S:.0f}s, {days_max:g} days"
        yield from expect(key, "rotationPeriod", lambda value: seconds(value) <= days_max * DAY_S, expected)
