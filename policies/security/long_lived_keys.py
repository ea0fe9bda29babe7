"""SEC032: no identity has a key that is valid until somebody remembers it."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.rule import MADE, Rule, Scope
from policies.verdict import Fault, verdict
from schemas.report import Finding, Severity

RULE = Rule(
    id="SEC032",
    title="No identity has a key that is valid until somebody remembers it",
    judges="each service account key at GCP, each access key and login profile at AWS",
    severity=Severity.HIGH,
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=(
        "gcp:serviceaccount/key:Key",
        "gcp:storage/hmacKey:HmacKey",
        "aws:iam/accessKey:AccessKey",
        "aws:iam/userLoginProfile:UserLoginProfile",
    ),
    source="The key is in the state and in whatever copied it; machines and pipelines have identities that need none.",
    standards=("CIS GCP 3.0.0 1.4", "SOC 2 CC6.1"),
    remedy="Use the machine's own identity, or workload identity federation for what runs elsewhere.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one failure for each key: that it exists is the fault."""
    for key in view.resources.of(*RULE.tokens):
        yield verdict(RULE, key, [Fault(text="exists; expected none")])
