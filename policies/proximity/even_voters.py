"""PRX013: voters that elect a leader are near to each other, and alike in that."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from policies.fleet_view import Fleet, FleetView
from policies.proximity.region_pairs import member_legs
from policies.reach import figure, round_trip
from policies.rule import Parameter, Rule
from schemas.report import Finding, Severity
from schemas.roles import Quorum

RULE = Rule(
    id="PRX013",
    title="Voters that elect a leader are near, and none is much farther than the others",
    judges="each fleet of sequencers in two regions or more",
    severity=Severity.LOW,
    severity_in={"production": Severity.MEDIUM},
    source=(
        "ev-node, 150 leaders killed: with all voters 45 ms apart the worst election took 66 seconds, with one at 99 "
        "ms it took 284. op-conductor's heartbeat of 300 ms bears round trips of 100 ms (research/peers.md, b.3)."
    ),
    standards=("SOC 2 A1.1",),
    remedy="Choose regions that are equally near to each other.",
    keys=("latency", "between_members_ms_max"),
    parameters=(
        Parameter(
            name="round_trip_ms_max", default=100, minimum=0.1, maximum=1000,
            meaning="Longest round trip between two voters, in milliseconds.",
        ),
        Parameter(
            name="outlier_factor_max", default=2, minimum=1, maximum=100,
            meaning="The longest round trip against the median of all pairs of regions.",
        ),
        Parameter(
            name="near_ms", default=30, minimum=0, maximum=1000,
            meaning="Round trips up to this are near enough, however uneven; in milliseconds.",
        ),
    ),
)  # fmt: skip


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet that elects over several regions."""
    longest_max, factor_max, near_ms = (RULE.parameter(p.name, view.parameters) for p in RULE.parameters)
    for fleet in view.fleets:
        if fleet.quorum is Quorum.MAJORITY and len(fleet.regions()) > 1:
            yield _verdict(fleet, longest_max, max(near_ms, factor_max * _median_ms(fleet, near_ms)))


def _median_ms(fleet: Fleet, near_ms: float) -> float:
    return statistics.median(leg.reach.value_ms for leg in member_legs(fleet, near_ms, round_trip, within=False))


def _verdict(fleet: Fleet, longest_max: float, even_max: float) -> Finding:
    worst = max(member_legs(fleet, longest_max, round_trip), key=lambda leg: leg.reach.value_ms)
    limit = min(longest_max, even_max)
    told = f"at most, {worst.text()}; {figure(limit)} ms is good practice"
    if worst.reach.value_ms <= limit:
        return RULE.passed(fleet.name, told)
    why = "it is far from all" if longest_max <= even_max else "it is much farther than the other pairs"
    return RULE.failed(fleet.name, told, shown=f"{why}: elections wait for it")
