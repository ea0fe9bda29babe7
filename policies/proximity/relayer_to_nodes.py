"""PRX016: relayers are near to nodes of the chains that they relay for."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import Fleet, FleetView
from policies.proximity.nearest import makers_of, nearest_legs
from policies.reach import figure
from policies.rule import Parameter, Rule, Scope
from schemas.report import Finding, Severity

RULE = Rule(
    id="PRX016",
    title="Every relayer is near to a node of each chain here that it relays for",
    judges="each fleet of relayers with a path to a chain that validators here make",
    severity=Severity.LOW,
    severity_in={"production": Severity.MEDIUM},
    scope=Scope.STACK,
    source=(
        "hermes 2658 and rly 1401: a relayer has a node of its own, near to it, no balancer between: far nodes make "
        "sequences mismatch and packets wait (research/peers.md, b.2; research/reliability.md, R6: same region)."
    ),
    standards=("SOC 2 A1.1",),
    remedy="Place relayers in the validators' regions: 'near: [{fleet: ..., latency_ms_max: ...}]' promises it.",
    keys=("near",),
    reads_terms=True,
    parameters=(
        Parameter(
            name="round_trip_ms_max", default=50, minimum=0.1, maximum=1000,
            meaning="Longest round trip from a relayer to the nearest node, in milliseconds; estimates count.",
        ),
    ),
)  # fmt: skip


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each chain made here that a fleet relays for."""
    limit_ms = RULE.parameter("round_trip_ms_max", view.parameters)
    for fleet in view.fleets:
        for chain in sorted({end for path in fleet.terms.paths for end in (path.source, path.destination)}):
            makers = makers_of(view, chain)
            if makers:
                yield _verdict(fleet, chain, makers, limit_ms)


def _verdict(fleet: Fleet, chain: str, makers: list[Fleet], limit_ms: float) -> Finding:
    worst = max(nearest_legs(fleet, makers, limit_ms), key=lambda leg: leg.reach.value_ms)
    told = f"chain {chain}: {worst.text()}; {figure(limit_ms)} ms is good practice"
    if worst.reach.value_ms <= limit_ms:
        return RULE.passed(fleet.name, told)
    return RULE.failed(fleet.name, told, shown="its packets wait for a far node")
