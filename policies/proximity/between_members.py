"""PRX001: any two members of a fleet are as near as promised."""

from __future__ import annotations

from collections.abc import Iterator

from policies import reach
from policies.fleet_view import FleetView
from policies.proximity import region_pairs
from policies.rule import EVERYWHERE, Rule
from schemas.report import Finding, Severity

RULE = Rule(
    id="PRX001",
    title="The round trip between any two members keeps the promise",
    judges="each fleet that promises 'latency: {between_members_ms_max}'",
    severity=Severity.HIGH,
    feeds=EVERYWHERE,
    source=(
        "Consensus takes several message delays for each block, and leaders are deposed when heartbeats come late "
        "(op-conductor: 300 ms). Only measured round trips are accepted: between clouds, measured ones were 1.6 to 2.4 "
        "times what light in fibre needs, too wide a range to promise on."
    ),
    remedy="Choose nearer regions, or raise the limit.",
    keys=("latency", "between_members_ms_max"),
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield what the limit comes to for each fleet that has one."""
    for fleet in view.fleets:
        limit_ms = fleet.promises.between_members_ms_max
        if limit_ms is not None:
            yield from region_pairs.between_members(RULE, fleet, limit_ms, reach.round_trip)
