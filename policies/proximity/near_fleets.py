"""PRX010: members are as near to another fleet's as promised."""

from __future__ import annotations

from collections.abc import Iterator

from policies.fleet_view import FleetView
from policies.proximity.nearest import nearest_legs
from policies.proximity.region_pairs import verdicts
from policies.rule import Rule, Scope
from schemas.report import Finding, Severity, Status

RULE = Rule(
    id="PRX010",
    title="Every member is as near to one of another fleet as promised",
    judges="each fleet that promises 'near: [{fleet, latency_ms_max}]'",
    severity=Severity.HIGH,
    scope=Scope.STACK,
    source=(
        "An oracle's daemon serves its validator within 250 ms or not at all (Connect), a relayer's node its relayer; "
        "what talks in every block stands together (research/reliability.md, R6). dYdX chain, 10 October 2025: slow "
        "sidecars, stale prices on resume."
    ),
    standards=("SOC 2 A1.1",),
    remedy="Place members near to the other fleet, or raise the limit.",
    keys=("near",),
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield what each limit to another fleet comes to."""
    fleets = {fleet.name: fleet for fleet in view.fleets}
    for fleet in view.fleets:
        for near in fleet.promises.near_fleets:
            if near.fleet in fleets:
                legs = list(nearest_legs(fleet, [fleets[near.fleet]], near.latency_ms_max))
                yield from verdicts(RULE, fleet, near.latency_ms_max, legs)
            else:
                yield RULE.finding(
                    Status.NOT_EVALUATED, fleet.name, f"fleet {near.fleet}, which it must be near to, is not known",
                    remedy="Judge the whole stack, not targets of it.",
                )  # fmt: skip
