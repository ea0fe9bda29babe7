"""RED018: prices are reported from enough places."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import Fleet, FleetView
from policies.rule import Parameter, Rule, Weaker
from schemas.report import Finding, Severity
from schemas.roles import Domain, Role

RULE = Rule(
    id="RED018",
    title="Oracles report from three regions and two providers at least",
    judges="each fleet of oracles, members of others included",
    severity=Severity.LOW,
    severity_in={"production": Severity.MEDIUM},
    source=(
        "Compound, 26 November 2020: one source of one price, and 85 to 103 million US dollars were liquidated; the "
        "same holds for one place that reports. Oracle networks run five to seven reporters or more "
        "(research/reliability.md, R10); some exchanges answer no region of some countries (peers.md, b.4)."
    ),
    standards=("SOC 2 A1.2", "SOC 2 PI1.2"),
    remedy="Place oracles in other regions, and with another provider.",
    keys=("members",),
    parameters=(
        Parameter(
            name="regions_min", default=3, minimum=1, maximum=50, weaker=Weaker.LOWER, is_whole=True,
            meaning="Regions that oracles report from.",
        ),
        Parameter(
            name="providers_min", default=2, minimum=1, maximum=10, weaker=Weaker.LOWER, is_whole=True,
            meaning="Providers that they are with.",
        ),
    ),
)  # fmt: skip


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet of oracles."""
    least = {
        Domain.REGION: int(RULE.parameter("regions_min", view.parameters)),
        Domain.PROVIDER: int(RULE.parameter("providers_min", view.parameters)),
    }
    for fleet in view.fleets:
        if fleet.role is Role.ORACLE:
            yield _verdict(fleet, least)


def _verdict(fleet: Fleet, least: dict[Domain, int]) -> Finding:
    have = {kind: list(fleet.domains(kind)) for kind in least}
    told = ", ".join(f"{len(have[kind])} of at least {least[kind]} {kind}s" for kind in least)
    if all(len(have[kind]) >= least[kind] for kind in least):
        return RULE.passed(fleet.name, f"reports from {told}")
    where = "; ".join(", ".join(domains) for domains in have.values())
    return RULE.failed(fleet.name, f"reports from {told}", shown=f"all reports come from {where}")
