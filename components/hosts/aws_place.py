"""One region of a plan as the AWS back end's parts see it: names, blocks, tags, and options for its resources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pulumi

from components.hosts.admission import is_public, needs_internet
from components.hosts.aws_names import (
    Block,
    blocks_of,
    first_blocks,
    key_of,
    region_name,
    region_number,
    tags_of,
    zone_id,
)
from components.hosts.aws_settings import AwsSettings
from schemas.plan import FleetPlan, HostPlan, Plan, RegionPlan


@dataclass(frozen=True, kw_only=True)
class Place:
    """One region, before anything is made in it."""

    plan: Plan
    region: RegionPlan
    settings: AwsSettings
    parent: pulumi.Resource

    @property
    def name(self) -> str:
        """Return AWS's name of the region: the `region` of every resource."""
        return region_name(self.region.region)

    @property
    def key(self) -> str:
        """Return what the region's resources are called by: `aws-eu-west-2`."""
        return key_of(self.region.region)

    @property
    def number(self) -> int:
        """Return k of 10.120.k.0/24."""
        return region_number(self.region)

    @property
    def hosts(self) -> tuple[HostPlan, ...]:
        """Return the hosts of the region."""
        return tuple(host for host in self.plan.hosts if host.region == self.region.region)

    @property
    def fleets(self) -> tuple[FleetPlan, ...]:
        """Return the fleets that have hosts here."""
        found = {host.fleet for host in self.hosts}
        return tuple(fleet for fleet in self.plan.fleets if fleet.name in found)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Return the blocks of host addresses in use."""
        return blocks_of(self.plan, self.region.region)

    @property
    def zones(self) -> Mapping[str, Block]:
        """Return zone ID to its first block."""
        return first_blocks(self.blocks)

    @property
    def internet_zones(self) -> tuple[str, ...]:
        """Return the zone IDs with a host that opens connections to the world."""
        return tuple(sorted({zone_id(host.zone) for host in self.hosts if needs_internet(host)}))

    @property
    def public_zones(self) -> tuple[str, ...]:
        """Return the zone IDs with a host that anyone may connect to."""
        public = {fleet.name for fleet in self.fleets if is_public(self.plan, fleet)}
        return tuple(sorted({zone_id(host.zone) for host in self.hosts if host.fleet in public}))

    @property
    def keeps(self) -> bool:
        """Return whether what cannot be made again withstands destruction: production, unless it is being torn down."""
        return self.plan.environment == "production" and self.settings.is_protected

    def at(self, parent: pulumi.Resource) -> Place:
        """Return the place with another parent: for what belongs to the whole stack, not to the region."""
        return replace(self, parent=parent)

    def tags(self, noun: str) -> dict[str, str]:
        """Return the tags of a resource of the region; `Name` is what AWS's own pages show."""
        return {"Name": f"{self.plan.stack}-{self.key}-{noun}", **tags_of(self.plan, region=self.key)}

    def opts(self, **more: Any) -> pulumi.ResourceOptions:
        """Return options for a resource of the region."""
        return pulumi.ResourceOptions(parent=self.parent, **more)
