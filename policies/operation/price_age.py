"""OPS020: nobody reports a price that is too old."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.rule import Parameter, Rule
from schemas.report import Finding, Severity

RULE = Rule(
    id="OPS020",
    title="A source's price is no older than its pair's heartbeat, and the heartbeat is not too slow",
    judges="each fleet of oracles that names pairs",
    severity=Severity.HIGH,
    source=(
        "dYdX chain, 10 October 2025: prices from before the halt were used after it; 27 claims of 462,097.79 US "
        "dollars. Heartbeats are per pair and never shared: 3,600 s for ETH-USD, 86,400 s for USDC-USD "
        "(research/peers.md, b.4)."
    ),
    standards=("SOC 2 PI1.3",),
    remedy="Lower 'age_s_max' to the heartbeat or less, or 'heartbeat_s'.",
    keys=("pairs",),
    reads_terms=True,
    parameters=(
        Parameter(
            name="heartbeat_s_max", default=86_400, minimum=1, maximum=604_800,
            meaning="Longest heartbeat of a pair, in seconds; longer advises.",
        ),
    ),
)  # fmt: skip


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet with pairs."""
    heartbeat_max = RULE.parameter("heartbeat_s_max", view.parameters)
    for fleet in view.fleets:
        pairs = fleet.terms.pairs
        stale = [f"{p.pair} takes prices of {p.age_s_max:g} s" for p in pairs if p.age_s_max > p.heartbeat_s]
        slow = [f"{p.pair} has {p.heartbeat_s:g} s" for p in pairs if p.heartbeat_s > heartbeat_max]
        if stale:
            yield RULE.failed(
                fleet.name, f"{len(stale)} of {len(pairs)} prices may be older than their heartbeat",
                shown="; ".join(stale[:5]),
            )  # fmt: skip
        elif slow:
            advice = RULE.failed(
                fleet.name, f"{len(slow)} of {len(pairs)} heartbeats are longer than {heartbeat_max:g} s",
                shown="; ".join(slow[:5]),
            )  # fmt: skip
            yield dataclasses.replace(advice, severity=Severity.LOW)
        elif pairs:
            yield RULE.passed(fleet.name, f"{len(pairs)} prices are no older than their heartbeats")
