"""RED010: a domain that is cut off or captured can never decide alone."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import Fleet, FleetView, by_number, shortened
from policies.redundancy.domain_loss import heaviest_first
from policies.rule import Rule
from schemas.report import Finding, Severity
from schemas.roles import Domain
from schemas.survival import halts_safely

RULE = Rule(
    id="RED010",
    title="The fleet may stop, but no domain alone can fork it",
    judges="each kind of domain that a fleet promises under 'halt_safely'",
    severity=Severity.CRITICAL,
    source=(
        "Arithmetic of quorums: with more than two thirds of the voting power (or a signing threshold) a domain that "
        "is cut off finalises without the rest, and a captured one signs what it likes. "
        "KelpDAO, 18 April 2026: one verifier was enough to release 116,500 rsETH."
    ),
    standards=("SOC 2 A1.2",),
    remedy="Move members out of the domain, or add members elsewhere.",
    keys=("halt_safely",),
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each kind of domain that a fleet promises to halt safely without."""
    for fleet in view.fleets:
        for kind in fleet.promises.halt_safely:
            yield _verdict(fleet, Domain(kind))


def _verdict(fleet: Fleet, kind: Domain) -> Finding:
    members = fleet.members()
    # The heaviest domain holds most: when it cannot decide alone, none can.
    domain, inside = heaviest_first(fleet, members, kind)[0]
    found = halts_safely(fleet.quorum, members, inside, reports_min=fleet.reports_min)
    held = f"{found.left.replace('the domain', domain, 1)}; {found.needed} is safe"
    if found.goes_on:
        return RULE.passed(fleet.name, f"no {kind.value} can fork it: at most, {held}")
    return RULE.failed(
        fleet.name,
        f"one {kind.value} alone can decide",
        shown=f"{held} (members there: {shortened(sorted(inside, key=by_number))})",
    )
