"""One region's network: VPC, subnets by zone ID, routes, endpoints; NAT and the internet only where a role needs them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.hosts.admission import WORLD
from components.hosts.aws_names import EDGE_NETWORK, GROUND_NETWORK, Block, twin
from components.hosts.aws_place import Place

ENDPOINTS = ("ssm", "ssmmessages", "secretsmanager", "logs", "monitoring")
"""Services that hosts reach without an address on the internet: sessions, secrets, logs and metrics."""

HTTPS = 443


@dataclass(frozen=True, kw_only=True)
class RegionNetwork:
    """The network of one region, as its hosts, links and store need it."""

    vpc: aws.ec2.Vpc
    host_subnets: Mapping[str, aws.ec2.Subnet]
    """By the /28 of hosts."""
    edge_subnets: Mapping[str, aws.ec2.Subnet]
    """By zone ID: for what has a public address. Only in zones that need it."""
    tables: Mapping[str, aws.ec2.RouteTable]
    """Route table of each zone's hosts, by zone ID."""
    store_endpoint: aws.ec2.VpcEndpoint
    """The way to S3 that does not leave the region's network."""


def slug(cidr: str) -> str:
    """Return an address block as part of a resource's name: `10-120-1-16`."""
    return cidr.partition("/")[0].replace(".", "-")


def make_network(place: Place, bucket: str) -> RegionNetwork:
    """Make a region's network.

    Args:
        place: The region.
        bucket: Name of the region's configuration store, the one bucket that hosts may read.
    """
    vpc = aws.ec2.Vpc(
        f"{place.key}-vpc", region=place.name, cidr_block=place.region.cidr, enable_dns_support=True,
        enable_dns_hostnames=True, tags=place.tags("vpc"), opts=place.opts(),
    )  # fmt: skip
    # What names no group gets this one: nothing goes in or out.
    aws.ec2.DefaultSecurityGroup(
        f"{place.key}-default", region=place.name, vpc_id=vpc.id, ingress=[], egress=[], tags=place.tags("default"),
        opts=place.opts(),
    )  # fmt: skip
    tables = {zone: _table(place, vpc, zone) for zone in place.zones}
    host_subnets = {}
    for block in place.blocks:
        subnet = _subnet(place, vpc, f"hosts-{slug(block.cidr)}", block)
        _associate(place, f"hosts-{slug(block.cidr)}", subnet, tables[block.zone])
        host_subnets[block.cidr] = subnet
    _endpoints(place, vpc, _ground_subnets(place, vpc))
    return RegionNetwork(
        vpc=vpc, host_subnets=host_subnets, edge_subnets=_edge(place, vpc, tables), tables=tables,
        store_endpoint=_store_endpoint(place, vpc, tables, bucket),
    )  # fmt: skip


def _table(place: Place, vpc: aws.ec2.Vpc, noun: str) -> aws.ec2.RouteTable:
    return aws.ec2.RouteTable(
        f"{place.key}-{noun}", region=place.name, vpc_id=vpc.id, tags=place.tags(noun), opts=place.opts()
    )


def _subnet(
    place: Place, vpc: aws.ec2.Vpc, noun: str, block: Block, *, after: pulumi.Resource | None = None
) -> aws.ec2.Subnet:
    return aws.ec2.Subnet(
        f"{place.key}-{noun}", region=place.name, vpc_id=vpc.id, cidr_block=block.cidr,
        availability_zone_id=block.zone, map_public_ip_on_launch=False, tags=place.tags(noun),
        opts=place.opts(depends_on=[after] if after else []),
    )  # fmt: skip


def _associate(place: Place, noun: str, subnet: aws.ec2.Subnet, table: aws.ec2.RouteTable) -> None:
    aws.ec2.RouteTableAssociation(
        f"{place.key}-{noun}", region=place.name, subnet_id=subnet.id, route_table_id=table.id, opts=place.opts()
    )


def _range(place: Place, vpc: aws.ec2.Vpc, noun: str, network: str) -> aws.ec2.VpcIpv4CidrBlockAssociation:
    return aws.ec2.VpcIpv4CidrBlockAssociation(
        f"{place.key}-{noun}", region=place.name, vpc_id=vpc.id, cidr_block=f"{network}.{place.number}.0/24",
        opts=place.opts(),
    )  # fmt: skip


def _ground_subnets(place: Place, vpc: aws.ec2.Vpc) -> list[aws.ec2.Subnet]:
    """Make a subnet in each zone for endpoints: they must not take addresses that the plan gives to hosts."""
    ground = _range(place, vpc, "ground", GROUND_NETWORK)
    return [
        _subnet(place, vpc, f"ground-{zone}", twin(block, GROUND_NETWORK), after=ground)
        for zone, block in place.zones.items()
    ]


def _endpoints(place: Place, vpc: aws.ec2.Vpc, subnets: list[aws.ec2.Subnet]) -> None:
    group = aws.ec2.SecurityGroup(
        f"{place.key}-endpoints", region=place.name, vpc_id=vpc.id, description="AWS services, for hosts of the region",
        name=f"{place.plan.stack}-endpoints", tags=place.tags("endpoints"), opts=place.opts(),
    )  # fmt: skip
    aws.vpc.SecurityGroupIngressRule(
        f"{place.key}-endpoints", region=place.name, security_group_id=group.id, ip_protocol="tcp", from_port=HTTPS,
        to_port=HTTPS, cidr_ipv4=place.region.cidr, description="Hosts of the region", opts=place.opts(),
    )  # fmt: skip
    for service in ENDPOINTS:
        aws.ec2.VpcEndpoint(
            f"{place.key}-{service}", region=place.name, vpc_id=vpc.id, vpc_endpoint_type="Interface",
            service_name=f"com.amazonaws.{place.name}.{service}", private_dns_enabled=True,
            subnet_ids=[subnet.id for subnet in subnets], security_group_ids=[group.id],
            policy=_endpoint_policy(place), tags=place.tags(service), opts=place.opts(),
        )  # fmt: skip


def _endpoint_policy(place: Place) -> str:
    """Return a policy by which only roles of this account use an endpoint: no stolen key of another one."""
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": "*",
                    "Action": "*",
                    "Resource": "*",
                    "Condition": {"StringEquals": {"aws:PrincipalAccount": place.settings.account}},
                }
            ],
        }
    )


def _store_endpoint(place: Place, vpc: aws.ec2.Vpc, tables: Mapping[str, aws.ec2.RouteTable], bucket: str) -> aws.ec2.VpcEndpoint:  # fmt: skip
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"},
            {"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{bucket}"},
        ],
    }
    return aws.ec2.VpcEndpoint(
        f"{place.key}-s3", region=place.name, vpc_id=vpc.id, vpc_endpoint_type="Gateway",
        service_name=f"com.amazonaws.{place.name}.s3", route_table_ids=[table.id for table in tables.values()],
        policy=json.dumps(policy), tags=place.tags("s3"), opts=place.opts(),
    )  # fmt: skip


def _edge(place: Place, vpc: aws.ec2.Vpc, tables: Mapping[str, aws.ec2.RouteTable]) -> dict[str, aws.ec2.Subnet]:
    """Make the way to the internet, in zones whose hosts need it; hosts themselves never have public addresses."""
    zones = sorted({*place.internet_zones, *place.public_zones})
    if not zones:
        return {}
    gateway = aws.ec2.InternetGateway(
        f"{place.key}-internet", region=place.name, vpc_id=vpc.id, tags=place.tags("internet"), opts=place.opts()
    )
    table = _table(place, vpc, "edge")
    _world_route(place, "edge", table, gateway_id=gateway.id)
    edge = _range(place, vpc, "edge", EDGE_NETWORK)
    subnets = {}
    for zone in zones:
        subnets[zone] = _subnet(place, vpc, f"edge-{zone}", twin(place.zones[zone], EDGE_NETWORK), after=edge)
        _associate(place, f"edge-{zone}", subnets[zone], table)
    for zone in place.internet_zones:
        address = aws.ec2.Eip(
            f"{place.key}-nat-{zone}", region=place.name, domain="vpc", tags=place.tags(f"nat-{zone}"),
            opts=place.opts(depends_on=[gateway]),
        )  # fmt: skip
        nat = aws.ec2.NatGateway(
            f"{place.key}-nat-{zone}", region=place.name, allocation_id=address.id, subnet_id=subnets[zone].id,
            connectivity_type="public", tags=place.tags(f"nat-{zone}"), opts=place.opts(depends_on=[gateway]),
        )  # fmt: skip
        _world_route(place, f"nat-{zone}", tables[zone], nat_gateway_id=nat.id)
    return subnets


def _world_route(place: Place, noun: str, table: aws.ec2.RouteTable, **target: pulumi.Output[str]) -> None:
    aws.ec2.Route(
        f"{place.key}-world-{noun}", region=place.name, route_table_id=table.id, destination_cidr_block=WORLD,
        opts=place.opts(), **target,
    )  # fmt: skip
