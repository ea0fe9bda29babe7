"""RED001: a fleet goes on without any one zone."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.redundancy.domain_loss import losses
from policies.rule import Rule
from schemas.report import Finding, Severity
from schemas.roles import Domain

RULE = Rule(
    id="RED001",
    title="The fleet goes on when any one zone is lost",
    judges="each fleet that promises 'survive: {zone: 1}'",
    severity=Severity.CRITICAL,
    source=(
        "AWS Tokyo, 15 April 2025: one zone (apne1-az4) lost power; exchanges that depended on it paused. "
        "AWS Virginia, May 2026: a five-node quorum lay in one zone (use1-az4) and fell with it."
    ),
    standards=("SOC 2 A1.2",),
    remedy="Spread the fleet over more zones, or do not promise it.",
    keys=("survive", "zone"),
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet that promises it."""
    return losses(RULE, view, Domain.ZONE)
