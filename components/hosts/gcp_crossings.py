"""GCP's end of the links to AWS: an HA VPN gateway in each region that is linked, tunnels, and BGP over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

import pulumi
from pulumi_gcp import compute

from components.hosts.backend import Gateway, Tunnel
from components.hosts.crossings import Crossing
from components.hosts.gcp_network import ROUTER_ASN, Ground
from components.hosts.gcp_scope import Scope, local

IKE_VERSION = 2
ROUTE_PRIORITY = 100


def gateways(
    scope: Scope, ground: Ground, crossings: Sequence[Crossing], *, parent: pulumi.Resource
) -> dict[str, compute.HaVpnGateway]:
    """Make the gateways; returns region to its gateway. Google gives each two addresses in separate domains."""
    made = {}
    for region in sorted({crossing.gcp_region for crossing in crossings}):
        name = scope.name(local(region), "vpn")
        made[region] = compute.HaVpnGateway(
            name,
            name=name,
            project=scope.project,
            region=local(region),
            network=ground.network.id,
            gateway_ip_version="IPV4",
            stack_type="IPV4_ONLY",
            labels=scope.labels(),
            opts=scope.options(parent),
        )
    return made


def offered(made: Mapping[str, compute.HaVpnGateway], crossings: Sequence[Crossing]) -> dict[str, Gateway]:
    """Return crossing name to the gateway interface that its tunnels end on."""

    def address(crossing: Crossing) -> pulumi.Output[str]:
        found: pulumi.Output[str] = made[crossing.gcp_region].vpn_interfaces[crossing.interface].ip_address
        return found

    return {crossing.name: Gateway(address=address(crossing), asn=ROUTER_ASN) for crossing in crossings}


def accept(
    scope: Scope, ground: Ground, made: Mapping[str, compute.HaVpnGateway], crossing: Crossing,
    tunnels: tuple[Tunnel, Tunnel],
) -> None:  # fmt: skip
    """Make one crossing's two tunnels to AWS, each with a BGP session of its own."""
    gateway = made[crossing.gcp_region]
    name = scope.name("aws", crossing.name)
    peer = compute.ExternalVpnGateway(
        name,
        name=name,
        project=scope.project,
        description=f"AWS end of {crossing.name}",
        redundancy_type="TWO_IPS_REDUNDANCY",
        interfaces=[
            compute.ExternalVpnGatewayInterfaceArgs(id=number, ip_address=tunnel.address)
            for number, tunnel in enumerate(tunnels)
        ],
        labels=scope.labels(),
        opts=scope.options(gateway),
    )
    ends = _Ends(gateway=gateway, peer=peer, router=ground.routers[crossing.gcp_region])
    for number, tunnel in enumerate(tunnels):
        _tunnel(scope, crossing, tunnel, number=number, ends=ends)


@dataclass(frozen=True, kw_only=True)
class _Ends:
    """What a crossing's two tunnels have in common."""

    gateway: compute.HaVpnGateway
    peer: compute.ExternalVpnGateway
    router: compute.Router


def _tunnel(scope: Scope, crossing: Crossing, tunnel: Tunnel, *, number: int, ends: _Ends) -> None:
    """Make one tunnel, its end's address and its BGP session."""
    name, place = scope.name("aws", crossing.name, str(number)), local(crossing.gcp_region)
    theirs, ours = list(IPv4Network(crossing.inside[number]).hosts())
    made = compute.VPNTunnel(
        name,
        name=name,
        project=scope.project,
        region=place,
        vpn_gateway=ends.gateway.id,
        vpn_gateway_interface=crossing.interface,
        peer_external_gateway=ends.peer.id,
        peer_external_gateway_interface=number,
        shared_secret=tunnel.shared_key,
        router=ends.router.id,
        ike_version=IKE_VERSION,
        labels=scope.labels(),
        opts=scope.options(ends.peer, replaced_first=True),
    )
    interface = compute.RouterInterface(
        name,
        name=name,
        project=scope.project,
        region=place,
        router=ends.router.name,
        ip_range=f"{ours}/30",
        vpn_tunnel=made.name,
        opts=scope.options(made, replaced_first=True),
    )
    compute.RouterPeer(
        name,
        name=name,
        project=scope.project,
        region=place,
        router=ends.router.name,
        interface=interface.name,
        ip_address=str(ours),
        peer_ip_address=str(theirs),
        peer_asn=tunnel.asn,
        advertised_route_priority=ROUTE_PRIORITY,
        opts=scope.options(made, replaced_first=True),
    )
