"""SEC026: a key that an enclave may use is bound to what runs in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource
from policies.rule import MADE, Rule, Scope
from policies.security.documents import Statement, statements
from policies.verdict import Doubt, Fault, verdict
from schemas.report import Finding, Severity

_PREFIX = "kms:recipientattestation:"
_ZEROS = re.compile(r"0+\Z")

RULE = Rule(
    id="SEC026",
    title="A key that an enclave may use is bound to what runs in it",
    judges="each AWS key policy that names an attestation",
    severity=Severity.CRITICAL,
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=("aws:kms/key:Key", "aws:kms/keyPolicy:KeyPolicy", "aws:kms/replicaKey:ReplicaKey"),
    source=(
        "An enclave in debug mode has measurements of zeros and a console that the host reads (AWS Nitro Enclaves, "
        "kmstool): a policy that accepts zeros gives the key to any image."
    ),
    standards=("SOC 2 CC6.1",),
    remedy="Compare with StringEqualsIgnoreCase to the measurement that the build printed, never zeros or '*'.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each key whose policy names an attestation, or cannot be read yet."""
    for key in view.resources.of(*RULE.tokens):
        found = list(_found(key))
        if found or _names_attestation(key):
            yield verdict(RULE, key, found)


def _names_attestation(key: Resource) -> bool:
    return _PREFIX in str(key.get("policy")).lower()


def _found(key: Resource) -> Iterator[Fault | Doubt]:
    for statement in statements(key, "policy"):
        if isinstance(statement, Doubt):
            yield statement
        elif statement.allows:
            yield from _measurements(statement)


def _measurements(statement: Statement) -> Iterator[Fault]:
    conditions = statement.body.get("Condition", {})
    for operator, tests in (conditions if isinstance(conditions, dict) else {}).items():
        for name, values in (tests if isinstance(tests, dict) else {}).items():
            if name.lower().startswith(_PREFIX):
                where = f"{statement.path}.Condition.{operator}.{name}"
                if not operator.lower().startswith("stringequals") or operator.lower().endswith("ifexists"):
                    yield Fault(text=f"{where} does not ask for one measurement; expected StringEqualsIgnoreCase")
                for value in values if isinstance(values, list) else [values]:
                    if _ZEROS.match(str(value)) or "*" in str(value) or not str(value):
                        yield Fault(text=f"{where} accepts {str(value)[:8]!r}...: an enclave in debug mode has zeros")
