"""RED002: a fleet goes on without any one region."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.redundancy.domain_loss import losses
from policies.rule import Rule
from schemas.report import Finding, Severity
from schemas.roles import Domain

RULE = Rule(
    id="RED002",
    title="The fleet goes on when any one region is lost",
    judges="each fleet that promises 'survive: {region: 1}'",
    severity=Severity.CRITICAL,
    source=(
        "AWS us-east-1, 20 October 2025: a whole region was impaired for most of a day, and launching replacements "
        "with it. AWS me-central-1, March 2026: two of three zones lost at once, so zones alone are not enough."
    ),
    standards=("SOC 2 A1.2",),
    remedy="Spread the fleet over more regions, or do not promise it.",
    keys=("survive", "region"),
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet that promises it."""
    return losses(RULE, view, Domain.REGION)
