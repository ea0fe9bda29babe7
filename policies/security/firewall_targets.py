"""SEC041: a GCP firewall rule says whom it opens, and is logged."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource
from policies.rule import MADE, Rule, Scope
from policies.security.ingress import FIREWALL
from policies.values import ABSENT
from policies.verdict import Doubt, Fault, expect, is_true, verdict
from schemas.report import Finding, Severity

_TARGETS = ("targetServiceAccounts", "targetTags")

RULE = Rule(
    id="SEC041",
    title="A firewall rule of GCP says whom it opens, and is logged",
    judges="each GCP firewall rule that lets connections in",
    severity=Severity.MEDIUM,
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=(FIREWALL,),
    source="A rule without a target opens every machine of the network, also those that are added years later.",
    standards=("SOC 2 CC6.6", "SOC 2 CC7.2"),
    remedy="Set targetServiceAccounts (nobody can give himself one, unlike a tag), and logConfig.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each rule that is in force and allows something to come in."""
    for rule in view.resources.of(*RULE.tokens):
        if rule.get("direction") != "EGRESS" and not is_true(rule.get("disabled")) and rule.get("allows") is not ABSENT:
            yield verdict(RULE, rule, _found(rule))


def _found(rule: Resource) -> Iterator[Fault | Doubt]:
    if all(rule.get(name) in (ABSENT, []) for name in _TARGETS):
        yield Fault(text=f"has no target; expected {' or '.join(_TARGETS)}")
    yield from expect(rule, "logConfig", bool, "a block, as the log is off")
