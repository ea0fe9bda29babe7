"""SEC014: each AWS region in use encrypts new volumes by default."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource
from policies.rule import MADE, Rule, Scope
from policies.security.machines import AWS_INSTANCE, AWS_TEMPLATE
from policies.security.regions_in_use import each_region
from policies.verdict import Doubt, Fault, forbid, is_false
from schemas.report import Finding, Severity

SETTING = "aws:ebs/encryptionByDefault:EncryptionByDefault"

RULE = Rule(
    id="SEC014",
    title="Each AWS region in use encrypts new volumes by default",
    judges="each AWS region that has machines",
    severity=Severity.MEDIUM,
    feeds=MADE,
    scope=Scope.STACK,
    tokens=(SETTING, AWS_INSTANCE, AWS_TEMPLATE),
    source="A volume that is restored from a snapshot in haste is encrypted only if the region says so.",
    standards=("CIS AWS 3.0.0 2.2.1",),
    remedy="Make one aws.ebs.EncryptionByDefault with enabled true per region.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each region."""
    yield from each_region(RULE, view, SETTING, _found)


def _found(setting: Resource) -> Iterator[Fault | Doubt]:
    yield from forbid(setting, "enabled", is_false, "true")
