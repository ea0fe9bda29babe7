"""RED014: regions near to each other count as one where a loss of a region is promised."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import Fleet, FleetView, by_number, shortened
from policies.rule import Parameter, Rule, Weaker
from schemas.atlas.distance import distance_km
from schemas.report import Finding, Severity
from schemas.survival import outcome

RULE = Rule(
    id="RED014",
    title="The fleet goes on when regions near to each other are lost together",
    judges="each fleet that promises to survive the loss of a region or metro, but relayers near to hubs",
    severity=Severity.LOW,
    severity_in={"production": Severity.MEDIUM},
    source=(
        "AWS me-central-1 and me-south-1, 1 March 2026: two of three zones of one region destroyed and one of the "
        "next region's lost by the same attack. Hetzner, 2021: maintenance in one place took 15 % of Solana's stake. "
        "Regions within a day's drive share power grids, storms, cables and jurisdictions."
    ),
    standards=("SOC 2 A1.2", "ISO 27001:2022 A.7.5"),
    remedy="Move members farther away, or accept it: the promise itself counts regions one by one.",
    keys=("survive",),
    parameters=(
        Parameter(
            name="distance_km_max", default=400, minimum=0, maximum=5000, weaker=Weaker.LOWER,
            meaning="Regions within this great-circle distance of one another are lost together.",
        ),
    ),
)  # fmt: skip

_PROMISES = {"region", "metro"}


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet that promises the loss of a region or metro."""
    distance_max = RULE.parameter("distance_km_max", view.parameters)
    for fleet in view.fleets:
        # Relayers near to one hub are near to each other on purpose.
        if _PROMISES & set(fleet.promises.survive) and not fleet.hubs:
            yield _verdict(fleet, distance_max)


def _verdict(fleet: Fleet, distance_max: float) -> Finding:
    members = fleet.members()
    region_of = {host.host: host.region for host in fleet.hosts}
    region_of |= {member.name: member.region for member in fleet.promises.external}
    for region in sorted(set(region_of.values())):
        near = _near(fleet, region, set(region_of.values()), distance_max)
        lost = frozenset(name for name, at in region_of.items() if at in near)
        left = outcome(fleet.quorum, members, lost, reports_min=fleet.reports_min, hubs=fleet.hubs)
        if len(near) > 1 and not left.goes_on:
            return RULE.failed(
                fleet.name, f"{', '.join(near)} are within {distance_max:g} km of {region} and may fail together",
                shown=f"losing them leaves {left.left}; {left.needed} needed "
                f"(lost: {shortened(sorted(lost, key=by_number))})",
            )  # fmt: skip
    return RULE.passed(fleet.name, f"goes on without all regions within {distance_max:g} km of any one")


def _near(fleet: Fleet, region: str, regions: set[str], distance_max: float) -> list[str]:
    """Return the regions near to one, itself included, sorted; one that the atlas lacks is near to itself only."""
    known = fleet.atlas.regions
    if region not in known:
        return [region]
    near = (other for other in regions if other in known)
    return sorted(other for other in near if distance_km(known[region], known[other]) <= distance_max)
