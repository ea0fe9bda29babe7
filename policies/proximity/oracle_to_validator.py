"""PRX015: oracles are near to a validator of the chain that they report to."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.proximity.nearest import makers_of, nearest_legs
from policies.reach import figure
from policies.rule import Parameter, Rule, Scope
from schemas.report import Finding, Severity
from schemas.roles import Role

RULE = Rule(
    id="PRX015",
    title="Every oracle is near to a validator of its chain",
    judges="each fleet of oracles whose chain validators here make",
    severity=Severity.LOW,
    severity_in={"production": Severity.MEDIUM},
    scope=Scope.STACK,
    source=(
        "Connect asks its daemon every 250 ms and waits no longer; price-feeder's sources have 100 ms: one daemon "
        "stands beside each validator (research/peers.md, b.4). dYdX chain, 10 October 2025: slow sidecars, stale "
        "prices on resume."
    ),
    standards=("SOC 2 PI1.3",),
    remedy="Place oracles in the validators' regions: 'near: [{fleet: ..., latency_ms_max: ...}]' promises it.",
    keys=("near",),
    reads_terms=True,
    parameters=(
        Parameter(
            name="round_trip_ms_max", default=50, minimum=0.1, maximum=1000,
            meaning="Longest round trip from an oracle to the nearest validator, in milliseconds; estimates count.",
        ),
    ),
)  # fmt: skip


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet of oracles of a chain that is made here."""
    limit_ms = RULE.parameter("round_trip_ms_max", view.parameters)
    for fleet in view.fleets:
        makers = makers_of(view, fleet.terms.chain) if fleet.role is Role.ORACLE else []
        if not makers:
            continue
        worst = max(nearest_legs(fleet, makers, limit_ms), key=lambda leg: leg.reach.value_ms)
        told = f"{worst.text()}; {figure(limit_ms)} ms is good practice"
        if worst.reach.value_ms <= limit_ms:
            yield RULE.passed(fleet.name, f"at most, {told}")
        else:
            yield RULE.failed(fleet.name, told, shown="its prices are old when they are voted on")
