"""The ground on GCP: services switched on, one network with a subnet, router and NAT for each region, default deny."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_gcp import compute, projects

from components.hosts.gcp_scope import Scope, local
from schemas.plan import RegionPlan

SERVICES = (
    "cloudkms", "cloudresourcemanager", "compute", "dns", "iam", "iap", "logging", "monitoring", "secretmanager",
    "storage",
)  # fmt: skip
"""Interfaces that every stack uses; `billingbudgets` comes with a billing account."""

MTU_BYTES = 1460
"""What fits through the tunnels to AWS too."""
FLOW_SAMPLING = 0.5
DENY_PRIORITY = 65534
"""One before Google's own implied rules: what no other rule admits is refused, and logged."""
ROUTER_ASN = 65010
"""One BGP number for all of GCP: AWS never passes on what one region of GCP sends to another."""


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What hosts of a stack stand on; regions by their name in the plan."""

    services: tuple[pulumi.Resource, ...]
    network: compute.Network
    subnetworks: Mapping[str, compute.Subnetwork]
    routers: Mapping[str, compute.Router]


def ground(scope: Scope, *, parent: pulumi.Resource) -> Ground:
    """Make the network with everything that does not hang on hosts."""
    services = _services(scope, parent)
    network = compute.Network(
        scope.name("network"),
        name=scope.name("network"),
        project=scope.project,
        description=f"geofleet stack {scope.plan.stack}",
        auto_create_subnetworks=False,
        routing_mode="GLOBAL",
        mtu=MTU_BYTES,
        opts=scope.options(parent, after=services),
    )
    compute.Firewall(
        scope.name("deny-ingress"),
        name=scope.name("deny-ingress"),
        project=scope.project,
        network=network.id,
        description="Nothing comes in that no other rule admits; what was refused is logged.",
        direction="INGRESS",
        priority=DENY_PRIORITY,
        source_ranges=["0.0.0.0/0"],
        denies=[compute.FirewallDenyArgs(protocol="all")],
        log_config=compute.FirewallLogConfigArgs(metadata="INCLUDE_ALL_METADATA"),
        opts=scope.options(parent),
    )
    subnetworks = {region.region: _subnetwork(scope, region, network, parent) for region in scope.regions}
    routers = {region.region: _router(scope, region, network, parent) for region in scope.regions}
    for region in scope.regions:
        _nat(scope, region, subnetworks[region.region], routers[region.region])
    return Ground(services=services, network=network, subnetworks=subnetworks, routers=routers)


def _services(scope: Scope, parent: pulumi.Resource) -> tuple[pulumi.Resource, ...]:
    """Switch interfaces on; they stay on when the stack goes, since other stacks of the project may use them."""
    names = (*SERVICES, "billingbudgets") if scope.settings.billing_account else SERVICES
    return tuple(
        projects.Service(
            scope.name("service", name),
            project=scope.project,
            service=f"{name}.googleapis.com",
            disable_on_destroy=False,
            opts=scope.options(parent),
        )
        for name in names
    )


def _subnetwork(
    scope: Scope, region: RegionPlan, network: compute.Network, parent: pulumi.Resource
) -> compute.Subnetwork:
    name = scope.name(local(region.region))
    return compute.Subnetwork(
        name,
        name=name,
        project=scope.project,
        region=local(region.region),
        network=network.id,
        ip_cidr_range=region.cidr,
        stack_type="IPV4_ONLY",
        private_ip_google_access=True,
        log_config=compute.SubnetworkLogConfigArgs(
            aggregation_interval="INTERVAL_5_SEC", flow_sampling=FLOW_SAMPLING, metadata="INCLUDE_ALL_METADATA"
        ),
        opts=scope.options(parent),
    )


def _router(scope: Scope, region: RegionPlan, network: compute.Network, parent: pulumi.Resource) -> compute.Router:
    name = scope.name(local(region.region), "router")
    return compute.Router(
        name,
        name=name,
        project=scope.project,
        region=local(region.region),
        network=network.id,
        bgp=compute.RouterBgpArgs(asn=ROUTER_ASN, advertise_mode="DEFAULT"),
        opts=scope.options(parent),
    )


def _nat(scope: Scope, region: RegionPlan, subnetwork: compute.Subnetwork, router: compute.Router) -> None:
    """Let hosts without an address reach the world, from one address that exchanges and nodes can be told of."""
    name, place = scope.name(local(region.region), "nat"), local(region.region)
    address = compute.Address(
        name,
        name=name,
        project=scope.project,
        region=place,
        address_type="EXTERNAL",
        network_tier="PREMIUM",
        labels=scope.labels(),
        opts=scope.options(router),
    )
    compute.RouterNat(
        name,
        name=name,
        project=scope.project,
        region=place,
        router=router.name,
        nat_ip_allocate_option="MANUAL_ONLY",
        nat_ips=[address.self_link],
        source_subnetwork_ip_ranges_to_nat="LIST_OF_SUBNETWORKS",
        subnetworks=[
            compute.RouterNatSubnetworkArgs(name=subnetwork.id, source_ip_ranges_to_nats=["PRIMARY_IP_RANGE"])
        ],
        enable_dynamic_port_allocation=True,
        enable_endpoint_independent_mapping=False,
        min_ports_per_vm=64,
        max_ports_per_vm=4096,
        log_config=compute.RouterNatLogConfigArgs(enable=True, filter="ERRORS_ONLY"),
        opts=scope.options(router),
    )
