"""PRX003: members are as near to their hubs as promised.

A relayer serves one hub at least, and each hub has `per_hub` of them (one when
that is left out). Members of any other fleet are near to every hub.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from policies import reach
from policies.fleet_view import Fleet, FleetView, shortened
from policies.proximity.region_pairs import Leg, verdicts
from policies.reach import Proof
from policies.rule import EVERYWHERE, Rule
from schemas.plan import Near
from schemas.report import Finding, Severity
from schemas.roles import Quorum

RULE = Rule(
    id="PRX003",
    title="The round trip from members to their hubs keeps the promise",
    judges="each hub that a fleet promises to be near to",
    severity=Severity.HIGH,
    feeds=EVERYWHERE,
    source=(
        "A relayer or an oracle that is far from where liquidity is acts on stale prices. dYdX chain, October 2025: "
        "about eight hours of halt, then stale prices on resume cost 462,097.79 US dollars in claims."
    ),
    remedy="Choose regions nearer to the hub, or raise 'latency_ms_max'.",
    keys=("near",),
)

Legs = dict[str, Leg]
"""Region to the way from its first member to one hub."""


def check(view: FleetView) -> Iterator[Finding]:
    """Yield what the limit comes to for each hub of each fleet."""
    for fleet in view.fleets:
        by_hub = {near.hub: _legs(fleet, near) for near in fleet.promises.near}
        for near in fleet.promises.near:
            if fleet.quorum is Quorum.ANY:
                yield _enough_near(fleet, near, by_hub[near.hub])
            else:
                yield from verdicts(RULE, fleet, near.latency_ms_max, list(by_hub[near.hub].values()))
        if by_hub and fleet.quorum is Quorum.ANY:
            yield from _idle(fleet, list(by_hub.values()))


def _legs(fleet: Fleet, near: Near) -> Legs:
    hub = f"hub {near.hub} ({near.at})"
    return {
        region: Leg(
            origin=f"{hosts[0].host} ({region})", target=hub,
            reach=reach.round_trip(region, near.at, near.latency_ms_max, fleet.atlas),
        )
        for region, hosts in fleet.regions().items()
    }  # fmt: skip


def _enough_near(fleet: Fleet, near: Near, legs: Legs) -> Finding:
    """Return whether enough relayers are near to one hub."""
    needed = fleet.promises.per_hub or 1
    regions = fleet.regions()
    proven = sum(len(regions[region]) for region, leg in legs.items() if leg.reach.proof is Proof.KEPT)
    hoped = sum(len(regions[region]) for region, leg in legs.items() if leg.reach.proof is Proof.ESTIMATED)
    promise = f"within {reach.figure(near.latency_ms_max)} ms of hub {near.hub}; at least {needed} promised"
    nearest = min(legs.values(), key=lambda leg: leg.reach.value_ms)
    if proven >= needed:
        return RULE.passed(fleet.name, f"{proven} of {len(fleet.hosts)} members are {promise}")
    told = f"{proven} of {len(fleet.hosts)} members are proven to be {promise}"
    found = RULE.failed(fleet.name, told, shown=f"nearest: {nearest.text()}")
    # With enough estimates the promise may hold: a warning. Without, it cannot.
    return dataclasses.replace(found, severity=Severity.MEDIUM) if proven + hoped >= needed else found


def _idle(fleet: Fleet, by_hub: list[Legs]) -> Iterator[Finding]:
    """Yield the relayers that are too far from every hub: they cost money and serve none."""
    for region, hosts in fleet.regions().items():
        if all(legs[region].reach.proof is Proof.BROKEN for legs in by_hub):
            nearest = min((legs[region] for legs in by_hub), key=lambda leg: leg.reach.value_ms)
            yield RULE.failed(
                fleet.name, f"{shortened(host.host for host in hosts)} in {region} are too far from every hub",
                shown=f"nearest: {nearest.text()}",
            )  # fmt: skip
