"""RED007: a fleet goes on without any one group of members that share a signer."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.redundancy.domain_loss import losses
from policies.rule import Rule
from schemas.report import Finding, Severity
from schemas.roles import Domain

RULE = Rule(
    id="RED007",
    title="The fleet goes on when any one signer is lost",
    judges="each fleet that promises 'survive: {signer_group: 1}'",
    severity=Severity.CRITICAL,
    source=(
        "Members that share a remote signer stop together when it does. celestia-app, August 2026: slashings by "
        "misconfigured remote signers; tmkms: a signer 100 ms away stopped signing (research/peers.md, b.1)."
    ),
    standards=("SOC 2 A1.2",),
    remedy="Give members signers of their own, or do not promise it.",
    keys=("survive", "signer_group"),
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet that promises it."""
    return losses(RULE, view, Domain.SIGNER_GROUP)
