"""SEC019: people reach machines through the cloud's identity proxy, not through an open SSH port."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource
from policies.rule import MADE, Rule, Scope
from policies.security.ingress import FORMS, Opening, openings
from policies.verdict import Doubt, Fault, verdict
from schemas.report import Finding, Severity

IAP = ipaddress.IPv4Network("35.235.240.0/20")
"""Where Google's identity-aware proxy forwards TCP from."""

_PORTS = (22, 3389)

RULE = Rule(
    id="SEC019",
    title="SSH is reached through the identity proxy only",
    judges="each security group, group rule and firewall rule that opens SSH or remote desktop",
    severity=Severity.HIGH,
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=FORMS,
    source="An SSH port trusts whoever holds a key file; the proxy asks who it is, logs it, and can be closed at once.",
    standards=("CIS GCP 3.0.0 3.6", "CIS GCP 3.0.0 3.10", "SOC 2 CC6.1"),
    remedy="GCP: allow port 22 from 35.235.240.0/20 alone. AWS: open no port 22; Session Manager needs none.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each resource."""
    for resource in view.resources.of(*RULE.tokens):
        yield verdict(RULE, resource, _found(resource))


def _found(resource: Resource) -> Iterator[Fault | Doubt]:
    for opening in openings(resource):
        yield from opening.doubts
        # A whole-protocol rule between the stack's own groups is no SSH port; from addresses it is one.
        if any(opening.reaches(port) for port in _PORTS):
            beyond = [source for source in opening.sources if not _is_proxy(source, resource.cloud)]
            if beyond and not _is_private_mesh(opening, beyond):
                where = opening.path or "the rule"
                yield Fault(text=f"{where} opens SSH or remote desktop to {', '.join(beyond)}")


def _is_proxy(source: str, cloud: str) -> bool:
    try:
        network = ipaddress.IPv4Network(source, strict=False)
    except ValueError:
        return False
    return cloud == "gcp" and network.subnet_of(IAP)


def _is_private_mesh(opening: Opening, sources: list[str]) -> bool:
    """Return whether everything is open to private ranges: a network's own rule, judged by who is in it."""
    private = all(ipaddress.ip_network(source, strict=False).is_private for source in sources if "/" in source)
    return opening.is_everything and private and not opening.is_public
