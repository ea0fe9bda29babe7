"""RED004: a fleet goes on without any one metro."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.redundancy.domain_loss import losses
from policies.rule import Rule
from schemas.report import Finding, Severity
from schemas.roles import Domain

RULE = Rule(
    id="RED004",
    title="The fleet goes on when any one metropolitan area is lost",
    judges="each fleet that promises 'survive: {metro: 1}'",
    severity=Severity.CRITICAL,
    source=(
        "Solana at Hetzner, February and March 2021: maintenance in one place took about 15 % of the stake. Regions "
        "of two clouds in one city share power grid, storms and cables; to count them as two domains is a mistake."
    ),
    standards=("SOC 2 A1.2",),
    remedy="Spread the fleet over more metros, or do not promise it.",
    keys=("survive", "metro"),
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet that promises it."""
    return losses(RULE, view, Domain.METRO)
