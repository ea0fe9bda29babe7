"""SEC027: values of secrets never pass through program and state."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource
from policies.rule import MADE, Rule, Scope
from policies.values import ABSENT
from policies.verdict import Doubt, Fault, verdict
from schemas.report import Finding, Severity

_AWS = "aws:secretsmanager/secretVersion:SecretVersion"
_PARAMETER = "aws:ssm/parameter:Parameter"
_GCP = (
    "gcp:secretmanager/secretVersion:SecretVersion",
    "gcp:secretmanager/regionalSecretVersion:RegionalSecretVersion",
)

RULE = Rule(
    id="SEC027",
    title="Values of secrets never pass through program and state",
    judges="each version of a secret at AWS and GCP, each secure parameter",
    severity=Severity.HIGH,
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=(_AWS, _PARAMETER, *_GCP),
    source="A state file is copied to every machine that deploys; whoever has its passphrase has each secret in it.",
    standards=("SOC 2 CC6.1",),
    remedy="Use the write-only property (secretStringWo, secretDataWo, valueWo), or write the value outside the program.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each version; that a value is encrypted in the state does not make it absent."""
    for resource in view.resources.of(*RULE.tokens):
        if resource.token != _PARAMETER or resource.get("type") == "SecureString":
            yield verdict(RULE, resource, _found(resource))


def _found(resource: Resource) -> Iterator[Fault | Doubt]:
    paths = {_AWS: ("secretString", "secretBinary"), _PARAMETER: ("value",)}.get(resource.token, ("secretData",))
    written_only = {_AWS: "secretStringWo", _PARAMETER: "valueWo"}.get(resource.token, "secretDataWo")
    for path in paths:
        # Whatever stands there is the fault: an unknown or encrypted value is one, too.
        if resource.get(path) is not ABSENT:
            yield Fault(text=f"{path} is set and so in the state; expected {written_only}")
