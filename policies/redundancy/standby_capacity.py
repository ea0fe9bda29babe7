"""RED026: what is lost with the largest zone can be replaced at once."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.redundancy.domain_loss import heaviest_first
from policies.rule import Rule
from schemas.report import Finding, Severity
from schemas.roles import Domain, Role

RULE = Rule(
    id="RED026",
    title="Standbys replace the voters that the largest zone holds",
    judges="each fleet of sequencers",
    severity=Severity.LOW,
    source=(
        "Static stability: what is left after the largest loss must carry all of the work, without asking a cloud for "
        "machines at that moment (Google Cloud, 12 June 2025: no new machine anywhere for hours). Coinbase on AWS, "
        "7 May 2026: no standby outside, 12 to 18 hours to full recovery."
    ),
    standards=("SOC 2 A1.1", "SOC 2 A1.2"),
    remedy="Add members under 'standby', or spread the voters over more zones.",
    keys=("standby",),
    reads_terms=True,
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet of sequencers."""
    for fleet in view.fleets:
        if fleet.role is not Role.SEQUENCER:
            continue
        zone, lost = heaviest_first(fleet, fleet.members(), Domain.ZONE)[0]
        standby = fleet.terms.standby
        told = f"{standby} standby for the {len(lost)} voter{'s' * (len(lost) != 1)} in {zone}"
        if standby >= len(lost):
            yield RULE.passed(fleet.name, told)
        else:
            left = len(fleet.members()) - len(lost) + standby
            yield RULE.failed(
                fleet.name, told,
                shown=f"losing {zone} leaves {left} of {len(fleet.members())} voters until machines can be had",
            )  # fmt: skip
