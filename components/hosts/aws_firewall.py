"""Security groups by fleet, with one rule resource for each port and source: a new peer changes its own entries only."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi_aws as aws

from components.hosts.admission import WORLD, Admission, admissions, needs_internet
from components.hosts.aws_names import GROUND_NETWORK
from components.hosts.aws_network import HTTPS, RegionNetwork
from components.hosts.aws_place import Place
from schemas.plan import FleetPlan


def make_groups(place: Place, network: RegionNetwork) -> dict[str, aws.ec2.SecurityGroup]:
    """Make the security group of every fleet in a region; returns it by fleet."""
    groups = {}
    for fleet in place.fleets:
        group = aws.ec2.SecurityGroup(
            f"{place.key}-{fleet.name}", region=place.name, vpc_id=network.vpc.id,
            name=f"{place.plan.stack}-{fleet.name}", description=f"Hosts of fleet {fleet.name}",
            tags=place.tags(fleet.name), opts=place.opts(),
        )  # fmt: skip
        for admission in admissions(place.plan, fleet):
            _ingress(place, fleet, group, admission)
        _egress(place, fleet, group, network)
        groups[fleet.name] = group
    return groups


def _ingress(place: Place, fleet: FleetPlan, group: aws.ec2.SecurityGroup, admission: Admission) -> None:
    port = admission.port
    for protocol in admission.protocols:
        for name, cidr in admission.sources.items():
            aws.vpc.SecurityGroupIngressRule(
                f"{place.key}-{fleet.name}-{port.name}-{protocol}-{name}", region=place.name,
                security_group_id=group.id, ip_protocol=protocol, from_port=port.number, to_port=port.number,
                cidr_ipv4=cidr, description=f"{port.name} from {name}", tags=place.tags(fleet.name), opts=place.opts(),
            )  # fmt: skip


def _egress(place: Place, fleet: FleetPlan, group: aws.ec2.SecurityGroup, network: RegionNetwork) -> None:
    """Let hosts reach the network's hosts, AWS's endpoints and the store; the world only where the role needs it."""
    ground = f"{GROUND_NETWORK}.{place.number}.0/24"
    ways: Mapping[str, Mapping[str, object]] = {
        "network": {"ip_protocol": "tcp", "from_port": 1024, "to_port": 65535, "cidr_ipv4": place.plan.network_cidr},
        "echo": {"ip_protocol": "icmp", "from_port": 8, "to_port": 0, "cidr_ipv4": place.plan.network_cidr},
        "services": {"ip_protocol": "tcp", "from_port": HTTPS, "to_port": HTTPS, "cidr_ipv4": ground},
        "store": {
            "ip_protocol": "tcp", "from_port": HTTPS, "to_port": HTTPS,
            "prefix_list_id": network.store_endpoint.prefix_list_id,
        },
    }  # fmt: skip
    if any(needs_internet(host) for host in place.hosts if host.fleet == fleet.name):
        # Exchanges, chains' endpoints and peers choose their own ports; what comes back is answers only.
        ways = {**ways, "world": {"ip_protocol": "tcp", "from_port": HTTPS, "to_port": 65535, "cidr_ipv4": WORLD}}
    for name, way in ways.items():
        aws.vpc.SecurityGroupEgressRule(
            f"{place.key}-{fleet.name}-to-{name}", region=place.name, security_group_id=group.id,
            description=f"To {name}", tags=place.tags(fleet.name), opts=place.opts(), **way,
        )  # fmt: skip
    aws.vpc.SecurityGroupIngressRule(
        f"{place.key}-{fleet.name}-echo", region=place.name, security_group_id=group.id, ip_protocol="icmp",
        from_port=8, to_port=0, cidr_ipv4=place.plan.network_cidr, description="Round trips are measured by ping",
        tags=place.tags(fleet.name), opts=place.opts(),
    )  # fmt: skip
