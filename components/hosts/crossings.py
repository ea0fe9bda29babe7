"""Private links between the two clouds, decided from the plan alone: which regions, which addresses.

Neither a peering nor AWS's gateways pass traffic on from other regions, so every
AWS region has links of its own: two, into two regions of GCP where there are two
(GCP's network is one, with global routing), so that no loss of one region cuts
another region off. Each link is one VPN connection of two tunnels.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network

from schemas.plan import Plan

LINKS_OF_REGION = 2
_INSIDE = IPv4Network("169.254.16.0/20")
"""Addresses of the tunnels' ends, 16 for each AWS region; outside what either cloud keeps for itself."""


@dataclass(frozen=True, kw_only=True)
class Crossing:
    """One link between an AWS region and a GCP region: two tunnels."""

    name: str
    """`<aws region>-<gcp region>-<interface>`, colons as dashes."""
    aws_region: str
    gcp_region: str
    interface: int
    """0 or 1: interface of GCP's HA VPN gateway that the tunnels end on."""
    inside: tuple[str, str]
    """The /30 of each tunnel; AWS has its first usable address, GCP the second."""


def crossings(plan: Plan) -> tuple[Crossing, ...]:
    """Return the links between the clouds, sorted by name; none for a plan in one cloud."""
    aws = [region for region in plan.regions if region.region.startswith("aws:")]
    gcp = [region.region for region in plan.regions if region.region.startswith("gcp:")]
    found: list[Crossing] = []
    for region in aws if gcp else ():
        nearest = sorted(gcp, key=lambda other: (_round_trip_ms(plan, region.region, other), other))
        number = int(IPv4Network(region.cidr).network_address.packed[2])
        blocks = list(_INSIDE.subnets(new_prefix=28))[number].subnets(new_prefix=30)
        inside = [str(block) for block in blocks]
        for interface in range(LINKS_OF_REGION):
            other = nearest[min(interface, len(nearest) - 1)]
            name = f"{region.region}-{other}-{interface}".replace(":", "-")
            pair = (inside[2 * interface], inside[2 * interface + 1])
            found.append(
                Crossing(name=name, aws_region=region.region, gcp_region=other, interface=interface, inside=pair)
            )
    return tuple(sorted(found, key=lambda crossing: crossing.name))


def _round_trip_ms(plan: Plan, region: str, other: str) -> float:
    link = plan.link(region, other)
    assert link is not None, "two regions of two clouds are two regions"
    return link.round_trip_ms
