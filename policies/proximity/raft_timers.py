"""PRX012: election timers fit the round trips that the plan has, not only the limit that the spec names."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from policies.fleet_view import Fleet, FleetView
from policies.proximity.region_pairs import member_legs
from policies.reach import Proof, figure, round_trip
from policies.rule import Parameter, Rule, Weaker
from schemas.report import Finding, Severity

RULE = Rule(
    id="PRX012",
    title="Heartbeat, election timeout and lease fit the voters' round trips",
    judges="each fleet of sequencers whose timers the spec sets",
    severity=Severity.HIGH,
    source=(
        "ev-node, 60 hours under load: heartbeat 4 round trips, election 4 heartbeats; with one voter at 99 ms among "
        "45, elections took up to 284 seconds. etcd: election at least 5 heartbeats, lease at least 1.5 elections "
        "(research/peers.md, b.3)."
    ),
    standards=("SOC 2 A1.1",),
    remedy="Raise the timers, choose nearer regions, or leave 'raft' out: timers then follow from the plan.",
    keys=("raft",),
    reads_terms=True,
    parameters=(
        Parameter(
            name="heartbeat_round_trips_min", default=3, minimum=1, maximum=100, weaker=Weaker.LOWER,
            meaning="Worst round trips between voters that fit into one heartbeat.",
        ),
        Parameter(
            name="election_heartbeats_min", default=5, minimum=1, maximum=100, weaker=Weaker.LOWER,
            meaning="Heartbeats that fit into one election timeout.",
        ),
        Parameter(
            name="lease_elections_min", default=1.5, minimum=1, maximum=100, weaker=Weaker.LOWER,
            meaning="Election timeouts that fit into one lease.",
        ),
    ),
)  # fmt: skip


def check(view: FleetView) -> Iterator[Finding]:
    """Yield one finding for each fleet with timers."""
    for fleet in view.fleets:
        if fleet.terms.raft is not None:
            yield _verdict(view, fleet)


def _verdict(view: FleetView, fleet: Fleet) -> Finding:
    raft = fleet.terms.raft
    assert raft is not None
    beats, elections, leases = (RULE.parameter(parameter.name, view.parameters) for parameter in RULE.parameters)
    worst = max(member_legs(fleet, raft.heartbeat_ms, round_trip), key=lambda leg: leg.reach.value_ms, default=None)
    longest_ms = worst.reach.value_ms if worst else 0
    faults = [
        f"{name} is {figure(have)} ms, at least {figure(need)} needed"
        for name, have, need in (
            ("heartbeat", raft.heartbeat_ms, beats * longest_ms),
            ("election timeout", raft.election_timeout_ms, elections * raft.heartbeat_ms),
            ("lease", 1000 * raft.lease_s, leases * raft.election_timeout_ms),
        )
        if have < need
    ]
    shown = worst.text() if worst else "one voter waits for nobody"
    if not faults:
        return RULE.passed(fleet.name, f"heartbeat {figure(raft.heartbeat_ms)} ms; {shown}")
    found = RULE.failed(fleet.name, "; ".join(faults), shown=shown)
    only_heartbeat = all(fault.startswith("heartbeat") for fault in faults)
    estimated = worst is not None and worst.reach.proof is Proof.ESTIMATED
    return dataclasses.replace(found, severity=Severity.MEDIUM) if estimated and only_heartbeat else found
