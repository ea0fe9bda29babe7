"""SEC016: ports of administration, of keys and of node control are closed to the internet."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.resources import Resource
from policies.rule import MADE, Rule, Scope
from policies.security.ingress import FORMS, openings
from policies.verdict import Doubt, Fault, verdict
from schemas.report import Finding, Severity

PORTS = {
    22: "SSH",
    1317: "Cosmos REST",
    2375: "Docker",
    3389: "remote desktop",
    5052: "beacon REST",
    6060: "Go profiler",
    8545: "Ethereum JSON-RPC",
    8546: "Ethereum WebSocket",
    8551: "Engine API",
    9090: "Cosmos gRPC, Prometheus",
    9100: "node exporter",
    26657: "CometBFT RPC",
    26659: "remote signer",
    26660: "CometBFT metrics",
    50050: "conductor's raft",
}

RULE = Rule(
    id="SEC016",
    title="No port of administration, keys or node control is open to the internet",
    judges="each security group, group rule and firewall rule, in every form that AWS and GCP have",
    severity=Severity.CRITICAL,
    feeds=MADE,
    scope=Scope.RESOURCE,
    tokens=FORMS,
    source=(
        "Open JSON-RPC ports of Ethereum nodes have been swept for unlocked accounts since 2015 (Ethereum blog, 29 August "
        "2015); an open remote signer signs for anybody."
    ),
    standards=("CIS AWS 3.0.0 5.2", "CIS AWS 3.0.0 5.3", "CIS GCP 3.0.0 3.6", "CIS GCP 3.0.0 3.7", "SOC 2 CC6.6"),
    remedy="Name the sources: the stack's own ranges or groups. For people: Session Manager, or IAP's 35.235.240.0/20.",
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each resource that lets connections in."""
    for resource in view.resources.of(*RULE.tokens):
        yield verdict(RULE, resource, _found(resource))


def _found(resource: Resource) -> Iterator[Fault | Doubt]:
    for opening in openings(resource):
        yield from opening.doubts
        if opening.is_public:
            open_ = [f"{port} ({name})" for port, name in PORTS.items() if opening.reaches(port)]
            if open_:
                where = opening.path or "the rule"
                yield Fault(text=f"{where} opens {', '.join(open_)} to {', '.join(opening.sources)}")
