"""RED005: a fleet goes on without any one operator."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.redundancy.domain_loss import losses
from policies.rule import Rule
from schemas.report import Finding, Severity
from schemas.roles import Domain

RULE = Rule(
    id="RED005",
    title="The fleet goes on when any one operator is lost",
    judges="each fleet that promises 'survive: {operator: 1}'",
    severity=Severity.CRITICAL,
    source=(
        "Solana at Hetzner, 2 November 2022: one company's decision took over a thousand validators off at once; an "
        "operator's credentials, pipeline or solvency fail in the same way for all that it runs."
    ),
    standards=("SOC 2 CC9.2",),
    remedy="Let other operators run more of the members, or do not promise it.",
    keys=("survive", "operator"),
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet that promises it."""
    return losses(RULE, view, Domain.OPERATOR)
