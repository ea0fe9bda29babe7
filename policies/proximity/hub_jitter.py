"""PRX018: the round trip to hubs is as steady as promised."""

from __future__ import annotations

from collections.abc import Iterator

from policies import reach
from policies.fleet_view import Fleet, FleetView
from policies.proximity.region_pairs import Leg, verdicts
from policies.rule import Rule
from schemas.plan import Near
from schemas.report import Finding, Severity
from schemas.roles import Quorum

RULE = Rule(
    id="PRX018",
    title="The jitter from members to their hubs keeps the promise",
    judges="each hub to which a fleet promises 'jitter_ms_max'",
    severity=Severity.HIGH,
    source=(
        "Who reaches a venue first decides who trades; what varies by more than the difference decides by lot. Jitter "
        "is the standard deviation of the round trip, ping's mdev; between two clouds nobody has published it."
    ),
    remedy="Choose regions of the hub's cloud with measured jitter, or raise 'jitter_ms_max'.",
    keys=("near",),
)


def check(view: FleetView) -> Iterator[Finding]:
    """Yield what each limit comes to; of relayers, those that serve the hub count."""
    for fleet in view.fleets:
        for near in fleet.promises.near:
            if near.jitter_ms_max is not None:
                yield from verdicts(RULE, fleet, near.jitter_ms_max, list(_legs(fleet, near, near.jitter_ms_max)))


def _legs(fleet: Fleet, near: Near, limit_ms: float) -> Iterator[Leg]:
    for region, hosts in fleet.regions().items():
        if fleet.quorum is not Quorum.ANY or reach.hubs_served(region, [near], fleet.atlas):
            yield Leg(
                origin=f"{hosts[0].host} ({region})", target=f"hub {near.hub} ({near.at})",
                reach=reach.jitter(region, near.at, limit_ms, fleet.atlas),
            )  # fmt: skip
