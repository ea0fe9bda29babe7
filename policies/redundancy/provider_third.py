"""RED013: where a chain has many providers, none can halt it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from policies.fleet_view import Fleet, FleetView
from policies.redundancy.shares import heaviest_share
from policies.rule import Parameter, Rule
from schemas.report import Finding, Severity
from schemas.roles import Domain, Quorum

RULE = Rule(
    id="RED013",
    title="No provider holds a third of a chain's voting power, and hardly one a fifth",
    judges="each fleet of validators that, with members of others, is at four providers or more",
    severity=Severity.MEDIUM,
    severity_in={"production": Severity.HIGH},
    source=(
        "Solana at Hetzner, 2 November 2022: one company's terms of service took over 1,000 validators off at once, "
        "about 20 % of the stake; a third would have halted the chain. Solana Foundation, May 2026: at most 25 % of "
        "stake in one network, 15 % in one data centre (research/peers.md, b.1)."
    ),
    standards=("SOC 2 CC9.2", "ISO 27001:2022 A.5.23"),
    remedy="Place members with another provider.",
    parameters=(
        Parameter(
            name="share_max", default=1 / 3, minimum=0.0, maximum=1.0,
            meaning="One provider holds less than this share of voting power.",
        ),
        Parameter(
            name="share_good", default=1 / 5, minimum=0.0, maximum=1.0,
            meaning="From this share on a provider is advised against.",
        ),
        Parameter(
            name="providers_min", default=4, minimum=2, maximum=100, is_whole=True,
            meaning="Chains at fewer providers are not judged: with three, one holds a third (RED011 judges those).",
        ),
    ),
)  # fmt: skip


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet of validators at enough providers."""
    providers_min = RULE.parameter("providers_min", view.parameters)
    share_max, share_good = (RULE.parameter(name, view.parameters) for name in ("share_max", "share_good"))
    for fleet in view.fleets:
        if fleet.quorum is Quorum.BFT and len(fleet.domains(Domain.PROVIDER)) >= providers_min:
            yield _verdict(fleet, share_max, share_good)


def _verdict(fleet: Fleet, share_max: float, share_good: float) -> Finding:
    found = heaviest_share(fleet, Domain.PROVIDER)
    if float(found.share) >= share_max:
        told = f"{found.text()}; less than {share_max * 100:.1f} % goes on without it"
        return RULE.failed(fleet.name, told, shown=f"if {found.domain} refuses service, the chain halts")
    if float(found.share) >= share_good:
        told = f"{found.text()}; less than {share_good * 100:.1f} % is good practice"
        advice = RULE.failed(fleet.name, told, shown=f"if {found.domain} refuses service, all of it goes at once")
        return dataclasses.replace(advice, severity=Severity.LOW)
    return RULE.passed(fleet.name, f"{found.text()}; less than {share_good * 100:.1f} % is good practice")
