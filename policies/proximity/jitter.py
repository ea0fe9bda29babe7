"""PRX002: the round trip between any two members is as steady as promised."""

from __future__ import annotations

from collections.abc import Iterator

from policies import reach
from policies.fleet_view import FleetView
from policies.proximity import region_pairs
from policies.rule import Rule
from schemas.report import Finding, Severity

RULE = Rule(
    id="PRX002",
    title="The jitter between any two members keeps the promise",
    judges="each fleet that promises 'latency: {jitter_ms_max}'",
    severity=Severity.HIGH,
    source=(
        "Fairness between traders and the time-outs of elections depend on how much a round trip varies, not on its "
        "median. Jitter is the standard deviation of the round trip, ping's mdev; between two clouds nobody has "
        "published it, so such a pair warns."
    ),
    remedy="Choose regions of one cloud with measured jitter, or raise the limit.",
    keys=("latency", "jitter_ms_max"),
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield what the limit comes to for each fleet that has one."""
    for fleet in view.fleets:
        limit_ms = fleet.promises.jitter_ms_max
        if limit_ms is not None:
            yield from region_pairs.between_members(RULE, fleet, limit_ms, reach.jitter)
