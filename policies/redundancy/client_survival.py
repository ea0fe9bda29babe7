"""RED006: a fleet goes on without any one client."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.redundancy.domain_loss import losses
from policies.rule import Rule
from schemas.report import Finding, Severity
from schemas.roles import Domain

RULE = Rule(
    id="RED006",
    title="The fleet goes on when any one client fails everywhere at once",
    judges="each fleet that promises 'survive: {client: 1}'",
    severity=Severity.CRITICAL,
    source=(
        "A fault in one client's code stops every host that runs it at the same moment, wherever they are. Obol's guide "
        "for distributed validators: no single client at or above the threshold."
    ),
    standards=("SOC 2 A1.2",),
    remedy="Let members run another client, or do not promise it.",
    keys=("survive", "client"),
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet that promises it."""
    return losses(RULE, view, Domain.CLIENT)
