"""Public endpoints: a network load balancer in each region of a fleet that anyone may connect to.

Hosts keep private addresses only. A port that names a peer by its key (p2p) gets a
listener for each host; any other is spread over the fleet's hosts of the region.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address

import pulumi_aws as aws

from components.hosts.admission import Admission, admissions, is_public
from components.hosts.aws_network import RegionNetwork
from components.hosts.aws_place import Place
from schemas.plan import FleetPlan, HostPlan

LISTENER_FIRST = 30000
"""A host's own listener is this plus the last number of its address."""

NAME_MAX = 32
"""Most characters that AWS takes for a load balancer's name."""


def make_public_endpoints(place: Place, network: RegionNetwork) -> None:
    """Make the load balancers of a region; none where no fleet is public."""
    for fleet in place.fleets:
        if is_public(place.plan, fleet):
            _balancer(place, network, fleet)


def listener_port(host: HostPlan) -> int:
    """Return the public port of a host's own listener."""
    return LISTENER_FIRST + IPv4Address(host.address).packed[3]


def _balancer(place: Place, network: RegionNetwork, fleet: FleetPlan) -> None:
    label = f"{place.key}-{fleet.name}"
    balancer = aws.lb.LoadBalancer(
        label, region=place.name, name=f"{place.plan.stack}-{fleet.name}"[:NAME_MAX].rstrip("-"),
        load_balancer_type="network", internal=False, enable_cross_zone_load_balancing=True,
        enable_deletion_protection=place.keeps, tags=place.tags(fleet.name), opts=place.opts(),
        subnets=[network.edge_subnets[zone].id for zone in place.public_zones],
    )  # fmt: skip
    hosts = [host for host in place.hosts if host.fleet == fleet.name]
    for admission in admissions(place.plan, fleet):
        if "world" not in admission.sources:
            continue
        if admission.port.name == "p2p":
            for host in hosts:
                _listener(place, balancer, admission, [host], port=listener_port(host))
        else:
            _listener(place, balancer, admission, hosts, port=admission.port.number)


def _listener(
    place: Place, balancer: aws.lb.LoadBalancer, admission: Admission, hosts: Sequence[HostPlan], *, port: int
) -> None:
    number, protocol = admission.port.number, {"tcp": "TCP", "udp": "UDP"}.get(admission.protocols[0], "TCP")
    protocol = "TCP_UDP" if len(admission.protocols) == 2 else protocol
    name = f"{place.key}-{hosts[0].fleet}-{admission.port.name}-{port}"
    target = aws.lb.TargetGroup(
        name, region=place.name, vpc_id=balancer.vpc_id, port=number, protocol=protocol, target_type="ip",
        name=f"{place.plan.stack}-{port}-{hosts[0].fleet}"[:NAME_MAX].rstrip("-"), preserve_client_ip="true",
        deregistration_delay=30, tags=place.tags(name),
        health_check={"protocol": "TCP", "interval": 10, "healthy_threshold": 3, "unhealthy_threshold": 2},
        opts=place.opts(),
    )  # fmt: skip
    aws.lb.Listener(
        name, region=place.name, load_balancer_arn=balancer.arn, port=port, protocol=protocol,
        default_actions=[{"type": "forward", "target_group_arn": target.arn}], tags=place.tags(name), opts=place.opts(),
    )  # fmt: skip
    for host in hosts:
        aws.lb.TargetGroupAttachment(
            f"{host.host}-{admission.port.name}", region=place.name, target_group_arn=target.arn,
            target_id=host.address, port=number, opts=place.opts(),
        )  # fmt: skip
