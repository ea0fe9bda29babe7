"""RED015: several zones of one region are not several regions."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.rule import Rule
from schemas.report import Finding, Severity
from schemas.roles import Domain

RULE = Rule(
    id="RED015",
    title="A fleet is not all in one region, however many zones that has",
    judges="each fleet of two members or more",
    severity=Severity.LOW,
    severity_in={"production": Severity.MEDIUM},
    source=(
        "AWS me-central-1, 1 March 2026: two of three zones of one region lost at once. Coinbase on AWS, 7 May 2026: "
        "a five-node quorum near to itself in one place and nothing on hot standby elsewhere; trading was down for 5 "
        "to 8 hours. AWS us-east-1, 20 October 2025: a whole region impaired for most of a day."
    ),
    standards=("SOC 2 A1.2", "ISO 27001:2022 A.8.14"),
    remedy="Place a member in another region; a fleet that must be near to itself needs a hot standby elsewhere.",
    keys=("survive",),
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet of several members."""
    for fleet in view.fleets:
        count, regions = len(fleet.members()), fleet.domains(Domain.REGION)
        if count < 2:
            continue
        if len(regions) > 1:
            yield RULE.passed(fleet.name, f"{count} members are in {len(regions)} regions")
            continue
        [region], zones = regions, fleet.domains(Domain.ZONE)
        yield RULE.failed(
            fleet.name, f"all {count} members are in {region}",
            shown=f"losing {region} leaves none, whatever its {len(zones)} zone{'s' * (len(zones) != 1)} survive",
        )  # fmt: skip
