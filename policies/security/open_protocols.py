"""SEC017: no rule lets the internet in by every protocol or every port."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource
from policies.rule import MADE, Rule, Scope
from policies.security.ingress import FORMS, is_internet, openings
from policies.verdict import Doubt, Fault, expect, verdict
from schemas.report import Finding, Severity

_LISTS = (
    "aws:ec2/managedPrefixList:ManagedPrefixList",
    "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry",
)

RULE = Rule(
    id="SEC017",
    title="No rule lets the internet in by every protocol or every port",
    judges="each security group, group rule, firewall rule and prefix list",
    severity=Severity.CRITICAL,
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=(*FORMS, *_LISTS),
    source="Protocol -1 is how a quick test during an incident stays in a program; a prefix list hides it one step away.",
    standards=("CIS AWS 3.0.0 5.2", "CIS GCP 3.0.0 3.6", "SOC 2 CC6.6"),
    remedy="Open one protocol and the ports of the role, from named sources.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each resource; -1, `all`, 0 to 65535, and halves of the internet are found alike."""
    for resource in view.resources.of(*RULE.tokens):
        yield verdict(RULE, resource, _listed(resource) if resource.token in _LISTS else _found(resource))


def _found(resource: Resource) -> Iterator[Fault | Doubt]:
    for opening in openings(resource):
        yield from opening.doubts
        if opening.is_public and opening.is_everything:
            what = "every protocol" if opening.protocol == "all" else f"every port of {opening.protocol}"
            yield Fault(text=f"{opening.path or 'the rule'} opens {what} to {', '.join(opening.sources)}")


def _listed(resource: Resource) -> Iterator[Fault | Doubt]:
    for entry in resource.blocks("entries") or (resource.properties,):
        yield from expect(entry, "cidr", lambda cidr: not is_internet([str(cidr)]), "a range that somebody owns")
