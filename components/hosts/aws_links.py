"""Links between regions of AWS (a mesh of peerings) and to GCP (site-to-site VPN).

A mesh instead of transit gateways: a peering costs nothing by the hour, adds no hop
and no device that all regions share; it takes 125 regions before AWS's quota ends it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import pulumi
import pulumi_aws as aws

from components.hosts.aws_machines import Ground
from components.hosts.aws_names import key_of
from components.hosts.aws_network import RegionNetwork
from components.hosts.aws_observability import Subject, watch_tunnels
from components.hosts.aws_place import Place
from components.hosts.backend import Gateway, Tunnel
from components.hosts.crossings import Crossing

ASN_FIRST = 64512
"""BGP number of region k's gateway is this plus k: the first private number (RFC 6996)."""

_IKE = {
    "ike_versions": ["ikev2"],
    "phase1_encryption_algorithms": ["AES256-GCM-16"],
    "phase1_integrity_algorithms": ["SHA2-256", "SHA2-384"],
    "phase1_dh_group_numbers": [19, 20],
    "phase2_encryption_algorithms": ["AES256-GCM-16"],
    "phase2_integrity_algorithms": ["SHA2-256", "SHA2-384"],
    "phase2_dh_group_numbers": [19, 20],
    "dpd_timeout_action": "restart",
    "startup_action": "start",
}
"""What both clouds support and nobody advises against; AWS's defaults still offer AES128 and group 2."""


def make_mesh(places: Sequence[Place], networks: Mapping[str, RegionNetwork]) -> None:
    """Peer every two regions, and route each one's hosts to the other's."""
    for near, far in combinations(sorted(places, key=lambda place: place.key), 2):
        name = f"{near.key}-{far.key}"
        link = aws.ec2.VpcPeeringConnection(
            name, region=near.name, vpc_id=networks[near.key].vpc.id, peer_vpc_id=networks[far.key].vpc.id,
            peer_region=far.name, auto_accept=False, tags=near.tags(far.key), opts=near.opts(),
        )  # fmt: skip
        accepted = aws.ec2.VpcPeeringConnectionAccepter(
            name, region=far.name, vpc_peering_connection_id=link.id, auto_accept=True, tags=far.tags(near.key),
            opts=far.opts(),
        )  # fmt: skip
        _routes(near, far, networks[near.key], accepted)
        _routes(far, near, networks[far.key], accepted)


def _routes(here: Place, there: Place, network: RegionNetwork, link: aws.ec2.VpcPeeringConnectionAccepter) -> None:
    for zone, table in network.tables.items():
        aws.ec2.Route(
            f"{here.key}-{zone}-{there.key}", region=here.name, route_table_id=table.id,
            destination_cidr_block=there.region.cidr, vpc_peering_connection_id=link.id, opts=here.opts(),
        )  # fmt: skip


def open_crossings(
    crossings: Sequence[Crossing],
    gateways: Mapping[str, Gateway],
    grounds: Mapping[str, Ground],
    topics: Mapping[str, aws.sns.Topic],
) -> dict[str, tuple[Tunnel, Tunnel]]:
    """Make the AWS end of every crossing; returns crossing name to its two tunnels."""
    found = {}
    for key in sorted({key_of(crossing.aws_region) for crossing in crossings}):
        place = grounds[key].place
        own = _gateway(place, grounds[key].network)
        for crossing in crossings:
            if key_of(crossing.aws_region) == key:
                found[crossing.name] = _crossing(place, own, crossing, gateways[crossing.name], topics[key])
    return found


def _gateway(place: Place, network: RegionNetwork) -> aws.ec2.VpnGateway:
    gateway = aws.ec2.VpnGateway(
        f"{place.key}-vpn", region=place.name, vpc_id=network.vpc.id, amazon_side_asn=str(ASN_FIRST + place.number),
        tags=place.tags("vpn"), opts=place.opts(),
    )  # fmt: skip
    for zone, table in network.tables.items():
        aws.ec2.VpnGatewayRoutePropagation(
            f"{place.key}-{zone}-vpn", region=place.name, vpn_gateway_id=gateway.id, route_table_id=table.id,
            opts=place.opts(),
        )  # fmt: skip
    return gateway


def _crossing(
    place: Place, own: aws.ec2.VpnGateway, crossing: Crossing, other: Gateway, topic: aws.sns.Topic
) -> tuple[Tunnel, Tunnel]:
    far = aws.ec2.CustomerGateway(
        crossing.name, region=place.name, type="ipsec.1", bgp_asn=str(other.asn), ip_address=other.address,
        tags=place.tags(key_of(crossing.gcp_region)), opts=place.opts(),
    )  # fmt: skip
    ike = {f"tunnel{number}_{name}": value for number in (1, 2) for name, value in _IKE.items()}
    link = aws.ec2.VpnConnection(
        crossing.name, region=place.name, vpn_gateway_id=own.id, customer_gateway_id=far.id, type="ipsec.1",
        static_routes_only=False, tunnel1_inside_cidr=crossing.inside[0], tunnel2_inside_cidr=crossing.inside[1],
        tags=place.tags(key_of(crossing.gcp_region)), opts=place.opts(), **ike,
    )  # fmt: skip
    watch_tunnels(place, Subject(name=crossing.name, tags=place.tags("vpn"), topic=topic, parent=place.parent), link)
    asn = ASN_FIRST + place.number
    return (
        Tunnel(address=link.tunnel1_address, shared_key=pulumi.Output.secret(link.tunnel1_preshared_key), asn=asn),
        Tunnel(address=link.tunnel2_address, shared_key=pulumi.Output.secret(link.tunnel2_preshared_key), asn=asn),
    )
