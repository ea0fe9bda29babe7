"""SEC018: the internet reaches peer-to-peer and web ports only."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource
from policies.rule import MADE, Rule, Scope
from policies.security.admin_ports import PORTS
from policies.security.ingress import FORMS, Opening, openings
from policies.verdict import Doubt, Fault, verdict
from schemas.report import Finding, Severity

PEER_PORTS = frozenset({443, 4001, 9222, 26656, 30303, 30304, 51820})
"""HTTPS, libp2p, op-node, CometBFT, Ethereum (two), WireGuard: what protocols need open, by their defaults."""

_RANGES = ((8000, 8020), (9000, 9001), (12000, 13000))
"""Solana's gossip and turbine, consensus clients' discovery (9000), Prysm's."""

RULE = Rule(
    id="SEC018",
    title="The internet reaches peer-to-peer and HTTPS ports only",
    judges="each security group, group rule and firewall rule that the internet can pass",
    severity=Severity.HIGH,
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=FORMS,
    source="What listens on a port that nobody listed is what nobody patches: databases, dashboards, debuggers.",
    standards=("SOC 2 CC6.6",),
    remedy="Name the sources, or use the protocol's own peer-to-peer port; a waiver says why another one is open.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each resource; what SEC016 and SEC017 refuse is theirs."""
    for resource in view.resources.of(*RULE.tokens):
        yield verdict(RULE, resource, _found(resource))


def _found(resource: Resource) -> Iterator[Fault | Doubt]:
    for opening in openings(resource):
        yield from opening.doubts
        if opening.is_public and opening.protocol in ("tcp", "udp") and not opening.is_everything:
            for low, high in opening.ports:
                if not _is_listed(low, high) and not any(low <= port <= high for port in PORTS):
                    yield Fault(text=_text(opening, low, high))


def _is_listed(low: int, high: int) -> bool:
    wide = any(first <= low and high <= last for first, last in _RANGES)
    return wide or (high - low < 10 and all(port in PEER_PORTS for port in range(low, high + 1)))


def _text(opening: Opening, low: int, high: int) -> str:
    ports = str(low) if low == high else f"{low} to {high}"
    return f"{opening.path or 'the rule'} opens {opening.protocol} {ports} to {', '.join(opening.sources)}"
