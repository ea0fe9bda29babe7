"""RED020: a fleet is large enough for what it promises, wherever its members are."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.redundancy.domain_loss import members_least
from policies.rule import Rule
from schemas.report import Finding, Severity
from schemas.survival import members_max_per_domain

RULE = Rule(
    id="RED020",
    title="The fleet has as many members as its quorum needs to lose one",
    judges="each fleet that promises to survive any loss",
    severity=Severity.CRITICAL,
    source=(
        "Arithmetic of quorums: Byzantine agreement loses one of four, a majority one of three, a threshold of m one "
        "of m + 1. Arbitrum, 9 January 2022: a sequencer failed while its back-ups were down; about seven hours."
    ),
    standards=("SOC 2 A1.1",),
    remedy="Add members.",
    keys=("survive",),
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet that promises to survive a loss."""
    for fleet in view.fleets:
        if not fleet.promises.survive:
            continue
        count, least = len(fleet.members()), members_least(fleet)
        if members_max_per_domain(fleet.quorum, count, reports_min=fleet.reports_min) >= 1:
            yield RULE.passed(fleet.name, f"has {count} members; {least} can lose one")
        else:
            yield RULE.failed(
                fleet.name,
                f"has {count} {'member' if count == 1 else 'members'}; at least {least} are needed to lose one",
                shown=f"losing {max(fleet.hosts, key=lambda host: host.power).host} stops it",
                remedy=f"Set 'count' to {least} or more, or leave it out: the least that keeps the promises is taken.",
            )
