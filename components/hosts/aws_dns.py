"""The stack's private names: `validators-1.perps.geofleet.internal`, known in every region's network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from components.hosts.aws_network import RegionNetwork
from components.hosts.aws_place import Place
from schemas.plan import HostPlan

SUFFIX = "geofleet.internal"
"""`.internal` is set aside for private names (ICANN, 2024)."""

TTL_S = 300


def host_name(stack: str, host: str) -> str:
    """Return a host's name."""
    return f"{host}.{stack}.{SUFFIX}"


def make_zone(places: Sequence[Place], networks: Mapping[str, RegionNetwork]) -> aws.route53.Zone:
    """Make the private zone, and let every region's network see it."""
    first = places[0]
    zone = aws.route53.Zone(
        f"{first.plan.stack}-names", name=f"{first.plan.stack}.{SUFFIX}", comment=f"Hosts of {first.plan.stack}",
        vpcs=[{"vpc_id": networks[first.key].vpc.id, "vpc_region": first.name}], force_destroy=True,
        tags=first.tags("names"),
        # The other networks come one by one, so that a new region changes nothing of this.
        opts=first.opts(ignore_changes=["vpcs"]),
    )  # fmt: skip
    for place in places[1:]:
        aws.route53.ZoneAssociation(
            f"{place.key}-names", zone_id=zone.zone_id, vpc_id=networks[place.key].vpc.id, vpc_region=place.name,
            opts=place.opts(),
        )  # fmt: skip
    return zone


def make_name(zone: aws.route53.Zone, stack: str, host: HostPlan, *, parent: pulumi.Resource) -> None:
    """Make a host's record."""
    aws.route53.Record(
        f"{host.host}-name", zone_id=zone.zone_id, name=host_name(stack, host.host), type="A", ttl=TTL_S,
        records=[host.address], opts=pulumi.ResourceOptions(parent=parent),
    )  # fmt: skip
