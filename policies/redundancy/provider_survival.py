"""RED003: a fleet goes on without any one provider."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.redundancy.domain_loss import losses
from policies.rule import Rule
from schemas.report import Finding, Severity
from schemas.roles import Domain

RULE = Rule(
    id="RED003",
    title="The fleet goes on when any one cloud is lost",
    judges="each fleet that promises 'survive: {provider: 1}'",
    severity=Severity.CRITICAL,
    source=(
        "Google Cloud, 12 June 2025: one faulty policy stopped its interfaces in every region for hours. "
        "Solana at Hetzner, 2 November 2022: one company blocked over a thousand validators at once."
    ),
    standards=("SOC 2 A1.2",),
    remedy="Spread the fleet over more providers, or do not promise it.",
    keys=("survive", "provider"),
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet that promises it."""
    return losses(RULE, view, Domain.PROVIDER)
