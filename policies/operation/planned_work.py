"""OPS011: planned work leaves a quorum."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import Fleet, FleetView, by_number
from policies.rule import Parameter, Rule, Weaker
from schemas.report import Finding, Severity
from schemas.survival import Outcome, outcome

RULE = Rule(
    id="OPS011",
    title="Planned work leaves a quorum",
    judges="each fleet that promises to survive a loss",
    severity=Severity.HIGH,
    source=(
        "Arbitrum, 9 January 2022: the sequencer's hardware failed while its back-ups were down for an upgrade; about "
        "seven hours. Work starts only where a quorum and one more is ready (research/reliability.md, R7)."
    ),
    standards=("SOC 2 CC8.1", "SOC 2 A1.2"),
    remedy="Add members, or lower 'disruption.unavailable_max'.",
    keys=("disruption",),
    reads_terms=True,
    parameters=(
        Parameter(
            name="spare_min", default=0, minimum=0, maximum=10, weaker=Weaker.LOWER, is_whole=True,
            meaning="Members that may be lost beside those that work takes out; 1 asks for five voters rather than three.",
        ),
    ),
)  # fmt: skip


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet that promises to go on."""
    spare_min = int(RULE.parameter("spare_min", view.parameters))
    for fleet in view.fleets:
        if fleet.promises.survive:
            yield _verdict(fleet, spare_min)


def _verdict(fleet: Fleet, spare_min: int) -> Finding:
    out = fleet.terms.unavailable_max
    left = _worst(fleet, out + spare_min)
    told = f"planned work may take out {out}" + f" and {spare_min} more may fail" * (spare_min > 0)
    if left.goes_on:
        return RULE.passed(fleet.name, f"{told}: {left.left} are left; {left.needed} needed")
    return RULE.failed(fleet.name, f"{told}, and the fleet stops", shown=f"{left.left} are left; {left.needed} needed")


def _worst(fleet: Fleet, count: int) -> Outcome:
    """Return what is left without so many of the members whose loss costs most."""
    members = fleet.members()
    if fleet.hubs:
        groups = [[member.name for member in members if hub in member.hubs] for hub in fleet.hubs]
    else:
        weigh = {member.name: member.power for member in members}
        groups = [sorted(weigh, key=lambda name: (-weigh[name], by_number(name)))]
    outcomes = [
        outcome(fleet.quorum, members, frozenset(group[:count]), reports_min=fleet.reports_min, hubs=fleet.hubs)
        for group in groups
    ]
    return min(outcomes, key=lambda found: found.goes_on)
