"""RED027: no one region stops both a chain and its prices."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import Fleet, FleetView
from policies.rule import Rule, Scope
from schemas.report import Finding, Severity
from schemas.roles import Domain, Role
from schemas.survival import outcome

RULE = Rule(
    id="RED027",
    title="No region's loss stops a chain's validators and its oracles or sequencers together",
    judges="each fleet of oracles or sequencers whose chain validators here make",
    severity=Severity.LOW,
    severity_in={"production": Severity.MEDIUM},
    scope=Scope.STACK,
    source=(
        "dYdX chain, 10 October 2025: the chain halted, its oracle sidecars were slow to return, and it resumed on "
        "stale prices: 27 claims of 462,097.79 US dollars. What falls together also returns together, unready."
    ),
    standards=("SOC 2 A1.2",),
    remedy="Move members of one of the two fleets to another region.",
    reads_terms=True,
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each pair of fleets that work for one chain."""
    for fleet in view.fleets:
        for makers in view.fleets:
            if fleet.role in (Role.ORACLE, Role.SEQUENCER) and _makes(makers, fleet.terms.chain):
                yield _verdict(fleet, makers)


def _makes(fleet: Fleet, chain: str) -> bool:
    return fleet.role is Role.VALIDATOR and bool(chain) and fleet.terms.chain == chain


def _verdict(fleet: Fleet, makers: Fleet) -> Finding:
    both = sorted(_stopping(fleet) & _stopping(makers))
    if not both:
        return RULE.passed(fleet.name, f"no region stops it and {makers.name} together")
    return RULE.failed(
        fleet.name, f"{', '.join(both)} stops it and {makers.name} together",
        shown=f"losing {both[0]} halts chain {makers.terms.chain} and what it would resume with",
    )  # fmt: skip


def _stopping(fleet: Fleet) -> set[str]:
    """Return the regions whose loss stops a fleet."""
    members = fleet.members()
    return {
        region
        for region, lost in fleet.domains(Domain.REGION).items()
        if not outcome(fleet.quorum, members, lost, reports_min=fleet.reports_min).goes_on
    }
