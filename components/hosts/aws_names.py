"""How things are called in AWS: names, tags, and where a host's subnet is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from schemas.errors import UsageError
from schemas.plan import HostPlan, Plan, RegionPlan

PROVIDER = "aws"
BLOCK_PREFIX = 28
"""A zone's block of host addresses: `components.placement.addressing.BLOCK`."""

GROUND_NETWORK = "10.122"
"""Beside a region's hosts, 10.120.k.0/24: 10.122.k.0/24 holds its endpoints."""
EDGE_NETWORK = "10.123"
"""10.123.k.0/24 holds what has public addresses: NAT gateways and load balancers, never a host."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """One /28 of hosts: a subnet of its own, in one zone."""

    cidr: str
    zone: str
    """Zone ID, as `euw2-az1`."""


def region_name(region: str) -> str:
    """Return AWS's own name of a plan's region: `eu-west-2` of `aws:eu-west-2`."""
    return region.removeprefix(f"{PROVIDER}:")


def zone_id(zone: str) -> str:
    """Return the zone ID of a plan's zone: `euw2-az1` of `aws:euw2-az1`."""
    return zone.removeprefix(f"{PROVIDER}:")


def key_of(region: str) -> str:
    """Return what resources of a region are called by: `aws-eu-west-2`; zones likewise."""
    return region.replace(":", "-")


def own_regions(plan: Plan) -> tuple[RegionPlan, ...]:
    """Return the plan's regions of AWS, sorted by name."""
    return tuple(sorted((r for r in plan.regions if r.region.startswith(f"{PROVIDER}:")), key=lambda r: r.region))


def own_hosts(plan: Plan) -> tuple[HostPlan, ...]:
    """Return the plan's hosts in AWS, in its order."""
    return tuple(host for host in plan.hosts if host.provider == PROVIDER)


def region_number(region: RegionPlan) -> int:
    """Return k of a region whose hosts have 10.120.k.0/24; given once, never reused."""
    return int(IPv4Network(region.cidr).network_address.packed[2])


def block_of(address: str) -> str:
    """Return the /28 that holds a host's address."""
    return str(IPv4Network(f"{address}/{BLOCK_PREFIX}", strict=False))


def blocks_of(plan: Plan, region: str) -> tuple[Block, ...]:
    """Return the subnets of a region's hosts, sorted by address.

    Raises:
        UsageError: Hosts of two zones share a /28: the lock is older than zones' own blocks.
    """
    zones: dict[str, dict[str, str]] = {}
    for host in plan.hosts:
        if host.region == region:
            zones.setdefault(block_of(host.address), {}).setdefault(zone_id(host.zone), host.host)
    for cidr, found in zones.items():
        if len(found) > 1:
            told = ", ".join(f"{host} in {zone}" for zone, host in sorted(found.items()))
            raise UsageError(
                f"the hosts of {cidr} in {region} are in several zones ({told}); a subnet of AWS is in one",
                remedy="The plan lock is older than this version: before the first deployment remove it and write it "
                f"anew (geofleet plan {plan.stack} --write); a deployed stack keeps the version that it has.",
            )
    order = sorted(zones, key=lambda cidr: IPv4Network(cidr))
    return tuple(Block(cidr=cidr, zone=next(iter(zones[cidr]))) for cidr in order)


def twin(block: Block, network: str) -> Block:
    """Return the /28 of another network that belongs to the same region and place as a block of hosts."""
    packed = IPv4Network(block.cidr).network_address.packed
    return Block(cidr=f"{network}.{packed[2]}.{packed[3]}/{BLOCK_PREFIX}", zone=block.zone)


def first_blocks(blocks: tuple[Block, ...]) -> dict[str, Block]:
    """Return zone ID to its first block: where the zone's endpoints and gateways have their twins."""
    found: dict[str, Block] = {}
    for block in blocks:
        found.setdefault(block.zone, block)
    return found


def spread_group(host: HostPlan) -> int:
    """Return which spread placement group of its fleet and zone a host is in; it depends on the host alone.

    A spread group holds seven instances in one zone at most.
    """
    last = IPv4Address(host.address).packed[3]
    return 2 * (last // 16) + (last % 16 - 4) // 7


def tags_of(plan: Plan, **more: str) -> dict[str, str]:
    """Return the tags of a resource: stable facts, in the characters that GCP takes too."""
    facts = {"stack": plan.stack, "network": plan.network, "environment": plan.environment, **more}
    return {f"geofleet-{name}": _plain(value) for name, value in sorted(facts.items())}


def host_tags(plan: Plan, host: HostPlan) -> dict[str, str]:
    """Return the tags of what belongs to one host; `Name` is what AWS's own pages show."""
    facts = tags_of(plan, host=host.host, fleet=host.fleet, role=host.role.value, operator=host.operator)
    return {"Name": f"{plan.stack}-{host.host}", **facts}


def _plain(value: str) -> str:
    return re.sub(r"[^a-z0-9_-]", "-", value.lower())[:63]
