"""What joins networks: peering, VPN gateways and their connections."""

from __future__ import annotations

import ipaddress
import itertools
import re
import secrets
import string
from collections.abc import Iterator, Mapping
from typing import Any

from tests.standins.aws.kind import AwsCall, AwsKind, Ec2Kind, Known, tag_outputs, tag_specification, unless_gone
from tests.standins.base.kind import RefusedError
from tests.standins.base.vocabulary import Problem

_SIDES = {"accepter": "AccepterPeeringConnectionOptions", "requester": "RequesterPeeringConnectionOptions"}


def _peering(client: Any, identity: str) -> Mapping[str, Any] | None:
    found = unless_gone(
        lambda: client.describe_vpc_peering_connections(VpcPeeringConnectionIds=[identity])["VpcPeeringConnections"]
    )
    if not found or found[0]["Status"]["Code"] not in ("active", "pending-acceptance", "provisioning"):
        return None
    return dict(found[0])


def _blocks(client: Any, vpc: str) -> list[ipaddress.IPv4Network]:
    associations = client.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["CidrBlockAssociationSet"]
    return [
        ipaddress.IPv4Network(one["CidrBlock"])
        for one in associations
        if one["CidrBlockState"]["State"] == "associated"
    ]


class VpcPeeringConnection(Ec2Kind):
    token = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection"
    replaces = frozenset({"peerOwnerId", "peerRegion", "peerVpcId", "vpcId", "region"})

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        if inputs.get("autoAccept") is True and "peerRegion" in inputs and inputs["peerRegion"] != inputs.get("region"):
            yield "autoAccept", "is for one region: accept with a VpcPeeringConnectionAccepter in the other"

    def create(self, call: AwsCall) -> str:
        client, inputs = self.client(call), call.inputs
        region = inputs.get("peerRegion", call.region)
        ours, theirs = _blocks(client, inputs["vpcId"]), _blocks(self.client(call, region=region), inputs["peerVpcId"])
        for one, other in itertools.product(ours, theirs):
            if one.overlaps(other):  # moto peers networks that overlap
                raise RefusedError("OverlappingCidrs", f"peering fails: {one} and {other} overlap")
        pair = {inputs["vpcId"], inputs["peerVpcId"]}
        for found in client.describe_vpc_peering_connections()["VpcPeeringConnections"]:
            ends = {found["RequesterVpcInfo"]["VpcId"], found["AccepterVpcInfo"]["VpcId"]}
            if ends == pair and found["Status"]["Code"] in ("active", "pending-acceptance"):
                raise RefusedError(
                    "VpcPeeringConnectionAlreadyExists", f"{found['VpcPeeringConnectionId']} joins them already"
                )
        made = client.create_vpc_peering_connection(
            VpcId=inputs["vpcId"],
            PeerVpcId=inputs["peerVpcId"],
            PeerRegion=region,
            **({"PeerOwnerId": inputs["peerOwnerId"]} if "peerOwnerId" in inputs else {}),
            **tag_specification(call, "vpc-peering-connection"),
        )
        identity = str(made["VpcPeeringConnection"]["VpcPeeringConnectionId"])
        if inputs.get("autoAccept"):
            client.accept_vpc_peering_connection(VpcPeeringConnectionId=identity)
        _set_options(call, client, identity)
        return identity

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        found = _peering(self.client(call), call.id)
        if found is None:
            return None
        accepter = found["AccepterVpcInfo"]
        return {
            "vpcId": found["RequesterVpcInfo"]["VpcId"],
            "peerVpcId": accepter["VpcId"],
            "peerOwnerId": accepter["OwnerId"],
            "peerRegion": accepter.get("Region", call.region),
            "acceptStatus": found["Status"]["Code"],
            **_options(found),
            **tag_outputs(call, found.get("Tags")),
        }

    def change(self, call: AwsCall, changed: frozenset[str]) -> None:
        client, found = self.client(call), _peering(self.client(call), call.id)
        if "autoAccept" in changed and call.inputs.get("autoAccept") and found and found["Status"]["Code"] != "active":
            client.accept_vpc_peering_connection(VpcPeeringConnectionId=call.id)
        _set_options(call, client, call.id)

    def delete(self, call: AwsCall) -> None:
        client = self.client(call)
        if _peering(client, call.id) is not None:
            client.delete_vpc_peering_connection(VpcPeeringConnectionId=call.id)


def _set_options(call: AwsCall, client: Any, identity: str) -> None:
    """Set what each side lets the other do: only an active connection takes it."""
    wanted = {side: call.inputs[side] for side in _SIDES if call.inputs.get(side)}
    if not wanted:
        return
    found = _peering(client, identity)
    if found is None or found["Status"]["Code"] != "active":
        raise RefusedError("OperationNotPermitted", f"peering connection {identity} is not active: accept it first")
    client.modify_vpc_peering_connection_options(
        VpcPeeringConnectionId=identity,
        **{
            _SIDES[side]: {"AllowDnsResolutionFromRemoteVpc": bool(options.get("allowRemoteVpcDnsResolution"))}
            for side, options in wanted.items()
        },
    )


def _options(found: Mapping[str, Any]) -> dict[str, Any]:
    told = {}
    for side, key in (("accepter", "AccepterVpcInfo"), ("requester", "RequesterVpcInfo")):
        options = found[key].get("PeeringOptions") or {}
        told[side] = {"allowRemoteVpcDnsResolution": bool(options.get("AllowDnsResolutionFromRemoteVpc"))}
    return told


class VpcPeeringConnectionAccepter(Ec2Kind):
    token = "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter"
    replaces = frozenset({"vpcPeeringConnectionId", "region"})

    def create(self, call: AwsCall) -> str:
        client, identity = self.client(call), str(call.inputs["vpcPeeringConnectionId"])
        found = _peering(client, identity)
        if found is None:
            raise RefusedError(
                "InvalidVpcPeeringConnectionID.NotFound", f"The vpcPeeringConnection ID '{identity}' does not exist"
            )
        if found["AccepterVpcInfo"].get("Region", call.region) != call.region:
            raise RefusedError(
                "OperationNotPermitted", f"{identity} must be accepted in {found['AccepterVpcInfo']['Region']}"
            )
        if call.inputs.get("autoAccept") and found["Status"]["Code"] == "pending-acceptance":
            client.accept_vpc_peering_connection(VpcPeeringConnectionId=identity)
        _set_options(call, client, identity)
        return identity

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        found = _peering(self.client(call), call.id)
        if found is None:
            return None
        requester = found["RequesterVpcInfo"]
        return {
            "vpcPeeringConnectionId": call.id,
            "vpcId": found["AccepterVpcInfo"]["VpcId"],
            "peerVpcId": requester["VpcId"],
            "peerOwnerId": requester["OwnerId"],
            "peerRegion": requester.get("Region", call.region),
            "acceptStatus": found["Status"]["Code"],
            "autoAccept": call.inputs.get("autoAccept"),
            **_options(found),
            # moto keeps one set of tags for both sides; each side has its own
            "tags": call.inputs.get("tags"),
        }

    def update(self, call: AwsCall, changed: frozenset[str]) -> None:
        client, found = self.client(call), _peering(self.client(call), call.id)
        if "autoAccept" in changed and call.inputs.get("autoAccept") and found and found["Status"]["Code"] != "active":
            client.accept_vpc_peering_connection(VpcPeeringConnectionId=call.id)
        _set_options(call, client, call.id)

    def delete(self, call: AwsCall) -> None:
        """Do nothing, as the provider: the connection is the requester's."""


class PeeringConnectionOptions(AwsKind):
    token = "aws:ec2/peeringConnectionOptions:PeeringConnectionOptions"
    replaces = frozenset({"vpcPeeringConnectionId", "region"})

    def create(self, call: AwsCall) -> str:
        _set_options(call, self.client(call), call.inputs["vpcPeeringConnectionId"])
        return str(call.inputs["vpcPeeringConnectionId"])

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        found = _peering(self.client(call), call.id)
        return None if found is None else {"vpcPeeringConnectionId": call.id, **_options(found)}

    def update(self, call: AwsCall, changed: frozenset[str]) -> None:
        _set_options(call, self.client(call), call.id)

    def delete(self, call: AwsCall) -> None:
        """Do nothing, as the provider: the options go with the connection."""


def _asn_problems(inputs: Known, name: str) -> Iterator[Problem]:
    value = inputs.get(name)
    if isinstance(value, str) and not (value.isdigit() and 1 <= int(value) <= 4_294_967_294):
        yield name, f"'{value}' is no autonomous system number"


class VpnGateway(Ec2Kind):
    token = "aws:ec2/vpnGateway:VpnGateway"
    replaces = frozenset({"amazonSideAsn", "availabilityZone", "region"})

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        yield from _asn_problems(inputs, "amazonSideAsn")

    def create(self, call: AwsCall) -> str:
        client = self.client(call)
        asn = {"AmazonSideAsn": int(call.inputs["amazonSideAsn"])} if "amazonSideAsn" in call.inputs else {}
        made = client.create_vpn_gateway(Type="ipsec.1", **asn, **tag_specification(call, "vpn-gateway"))
        identity = str(made["VpnGateway"]["VpnGatewayId"])
        self._attach(call, client, identity)
        return identity

    @staticmethod
    def _attach(call: AwsCall, client: Any, identity: str) -> None:
        vpc = call.inputs.get("vpcId")
        if not vpc:
            return
        client.describe_vpcs(VpcIds=[vpc])
        for other in client.describe_vpn_gateways()["VpnGateways"]:
            if other["State"] != "deleted" and vpc in [one["VpcId"] for one in other.get("VpcAttachments") or []]:
                raise RefusedError(
                    "VpnGatewayAttachmentLimitExceeded", f"{vpc} has {other['VpnGatewayId']} attached already"
                )
        client.attach_vpn_gateway(VpnGatewayId=identity, VpcId=vpc)

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        found = unless_gone(lambda: self.client(call).describe_vpn_gateways(VpnGatewayIds=[call.id])["VpnGateways"])
        if not found or found[0]["State"] == "deleted":
            return None
        attached = [one["VpcId"] for one in found[0].get("VpcAttachments") or [] if one.get("State") != "detached"]
        return {
            "arn": self.arn(call, "ec2", f"vpn-gateway/{call.id}"),
            "amazonSideAsn": str(found[0].get("AmazonSideAsn") or 64512),
            "vpcId": attached[0] if attached else None,
            **tag_outputs(call, found[0].get("Tags")),
        }

    def change(self, call: AwsCall, changed: frozenset[str]) -> None:
        client = self.client(call)
        if call.state.get("vpcId"):
            client.detach_vpn_gateway(VpnGatewayId=call.id, VpcId=call.state["vpcId"])
        self._attach(call, client, call.id)

    def delete(self, call: AwsCall) -> None:
        client, found = self.client(call), self.read(call)
        if found is None:
            return
        for one in client.describe_vpn_connections()["VpnConnections"]:
            if one.get("VpnGatewayId") == call.id and one["State"] != "deleted":
                raise RefusedError(
                    "IncorrectState", f"The vpnGateway '{call.id}' is in use by {one['VpnConnectionId']}"
                )
        if found["vpcId"]:
            client.detach_vpn_gateway(VpnGatewayId=call.id, VpcId=found["vpcId"])
        client.delete_vpn_gateway(VpnGatewayId=call.id)


class VpnGatewayRoutePropagation(AwsKind):
    """Kept beside moto, which has none."""

    token = "aws:ec2/vpnGatewayRoutePropagation:VpnGatewayRoutePropagation"
    replaces = frozenset({"routeTableId", "vpnGatewayId", "region"})

    def create(self, call: AwsCall) -> str:
        client, inputs = self.client(call), call.inputs
        table = client.describe_route_tables(RouteTableIds=[inputs["routeTableId"]])["RouteTables"][0]
        gateway = client.describe_vpn_gateways(VpnGatewayIds=[inputs["vpnGatewayId"]])["VpnGateways"]
        attached = [one["VpcId"] for one in (gateway[0].get("VpcAttachments") or [])] if gateway else []
        if table["VpcId"] not in attached:
            raise RefusedError("Gateway.NotAttached", f"{inputs['vpnGatewayId']} is not attached to {table['VpcId']}")
        identity = f"{inputs['vpnGatewayId']}_{inputs['routeTableId']}"
        call.cloud.ground.put(self.token, call.region, identity, call.given("routeTableId", "vpnGatewayId"))
        return identity

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        return call.cloud.ground.get(self.token, call.region, call.id)

    def delete(self, call: AwsCall) -> None:
        call.cloud.ground.drop(self.token, call.region, call.id)


class CustomerGateway(Ec2Kind):
    token = "aws:ec2/customerGateway:CustomerGateway"
    replaces = frozenset({"bgpAsn", "bgpAsnExtended", "certificateArn", "deviceName", "ipAddress", "region", "type"})
    listed = {"type": ("ec2", "GatewayType")}

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        yield from _asn_problems(inputs, "bgpAsn")
        address = inputs.get("ipAddress")
        if isinstance(address, str):
            try:
                ipaddress.IPv4Address(address)
            except ValueError:
                yield "ipAddress", f"'{address}' is no IPv4 address"

    def create(self, call: AwsCall) -> str:
        inputs = call.inputs
        made = self.client(call).create_customer_gateway(
            Type=inputs["type"],
            BgpAsn=int(inputs.get("bgpAsn", "65000")),
            **({"IpAddress": inputs["ipAddress"]} if "ipAddress" in inputs else {}),
            **({"DeviceName": inputs["deviceName"]} if "deviceName" in inputs else {}),
            **tag_specification(call, "customer-gateway"),
        )
        identity = str(made["CustomerGateway"]["CustomerGatewayId"])
        call.cloud.ground.put(self.token, call.region, identity, call.given("deviceName"))
        return identity

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        found = unless_gone(
            lambda: self.client(call).describe_customer_gateways(CustomerGatewayIds=[call.id])["CustomerGateways"]
        )
        if not found or found[0]["State"] == "deleted":
            return None
        return {
            "arn": self.arn(call, "ec2", f"customer-gateway/{call.id}"),
            "bgpAsn": str(found[0]["BgpAsn"]),
            "ipAddress": found[0].get("IpAddress") or None,
            "type": found[0]["Type"],
            **(call.cloud.ground.get(self.token, call.region, call.id) or {}),
            **tag_outputs(call, found[0].get("Tags")),
        }

    def delete(self, call: AwsCall) -> None:
        client = self.client(call)
        if self.read(call) is None:
            return
        for one in client.describe_vpn_connections()["VpnConnections"]:
            if one.get("CustomerGatewayId") == call.id and one["State"] != "deleted":
                raise RefusedError(
                    "IncorrectState", f"The customer gateway {call.id} is in use by {one['VpnConnectionId']}"
                )
        client.delete_customer_gateway(CustomerGatewayId=call.id)
        call.cloud.ground.drop(self.token, call.region, call.id)


_RESERVED = [ipaddress.IPv4Network(f"169.254.{third}.0/30") for third in range(6)] + [
    ipaddress.IPv4Network("169.254.169.252/30")
]
_TUNNEL_VALUES: Mapping[str, frozenset[Any]] = {
    "DpdTimeoutAction": frozenset({"clear", "none", "restart"}),
    "StartupAction": frozenset({"add", "start"}),
    "IkeVersions": frozenset({"ikev1", "ikev2"}),
    "Phase1EncryptionAlgorithms": frozenset({"AES128", "AES256", "AES128-GCM-16", "AES256-GCM-16"}),
    "Phase2EncryptionAlgorithms": frozenset({"AES128", "AES256", "AES128-GCM-16", "AES256-GCM-16"}),
    "Phase1IntegrityAlgorithms": frozenset({"SHA1", "SHA2-256", "SHA2-384", "SHA2-512"}),
    "Phase2IntegrityAlgorithms": frozenset({"SHA1", "SHA2-256", "SHA2-384", "SHA2-512"}),
    "Phase1DhGroupNumbers": frozenset({2, *range(14, 25)}),
    "Phase2DhGroupNumbers": frozenset({2, 5, *range(14, 25)}),
}
_TUNNEL_RANGES = {
    "Phase1LifetimeSeconds": (900, 28_800), "Phase2LifetimeSeconds": (900, 3_600), "RekeyFuzzPercentage": (0, 100),
    "ReplayWindowSize": (64, 2048), "DpdTimeoutSeconds": (30, 4_294_967_295), "RekeyMarginTimeSeconds": (60, 1_800),
}  # fmt: skip


class VpnConnection(Ec2Kind):
    """moto keeps the connection; its tunnels, which it drops, are kept beside."""

    token = "aws:ec2/vpnConnection:VpnConnection"
    replaces = frozenset({"customerGatewayId", "enableAcceleration", "staticRoutesOnly", "type", "region",
                          "tunnel1InsideCidr", "tunnel2InsideCidr", "vpnGatewayId", "transitGatewayId"})  # fmt: skip
    listed = {"type": ("ec2", "GatewayType")}

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        if {"vpnGatewayId", "transitGatewayId"} <= {*inputs, *inputs.unknown}:
            yield "vpnGatewayId", "conflicts with transitGatewayId"
        for tunnel in ("tunnel1", "tunnel2"):
            yield from _inside_problems(inputs, f"{tunnel}InsideCidr")
            key = inputs.get(f"{tunnel}PresharedKey")
            if isinstance(key, str) and not re.fullmatch(r"[A-Za-z1-9._][A-Za-z0-9._]{7,63}", key):
                yield f"{tunnel}PresharedKey", "must be 8 to 64 letters, digits, '.' and '_', not beginning with 0"
            for name, allowed in _TUNNEL_VALUES.items():
                value = inputs.get(f"{tunnel}{name}")
                for item in value if isinstance(value, list) else [value]:
                    if isinstance(item, str | int) and item not in allowed:
                        yield (
                            f"{tunnel}{name}",
                            f"'{item}' is not among {', '.join(map(str, sorted(allowed, key=str)))}",
                        )
            for name, (least, most) in _TUNNEL_RANGES.items():
                value = inputs.get(f"{tunnel}{name}")
                if isinstance(value, int) and not least <= value <= most:
                    yield f"{tunnel}{name}", f"is {value}; AWS takes {least} to {most}"

    def create(self, call: AwsCall) -> str:
        client, inputs = self.client(call), call.inputs
        if (
            "vpnGatewayId" in inputs
            and not client.describe_vpn_gateways(VpnGatewayIds=[inputs["vpnGatewayId"]])["VpnGateways"]
        ):
            raise RefusedError(
                "InvalidVpnGatewayID.NotFound", f"The vpnGateway ID '{inputs['vpnGatewayId']}' does not exist"
            )
        self._refuse_shared_insides(call)
        names = {"vpnGatewayId": "VpnGatewayId", "transitGatewayId": "TransitGatewayId"}
        made = client.create_vpn_connection(
            Type=inputs["type"],
            CustomerGatewayId=inputs["customerGatewayId"],
            **{names[name]: value for name, value in call.given(*names).items()},
            **tag_specification(call, "vpn-connection"),
        )
        identity = str(made["VpnConnection"]["VpnConnectionId"])
        call.cloud.ground.put(self.token, call.region, identity, self._tunnels(call))
        return identity

    def _refuse_shared_insides(self, call: AwsCall) -> None:
        wanted = {call.inputs.get("tunnel1InsideCidr"), call.inputs.get("tunnel2InsideCidr")} - {None}
        for (_, region, identity), other in call.cloud.ground.facts(self.token).items():
            if region == call.region and other.get("vpnGatewayId") == call.inputs.get("vpnGatewayId"):
                both = wanted & {other["tunnel1InsideCidr"], other["tunnel2InsideCidr"]}
                if both:
                    raise RefusedError(
                        "InvalidParameterValue", f"{', '.join(sorted(map(str, both)))} is used by {identity} already"
                    )

    def _tunnels(self, call: AwsCall) -> dict[str, Any]:
        kept = {
            name: value
            for name, value in call.inputs.items()
            if name.startswith("tunnel") or name == "staticRoutesOnly"
        }
        number = call.cloud.ground.next_number("vpn")
        letters = string.ascii_letters + string.digits
        for index in (1, 2):
            inside = ipaddress.IPv4Network(
                kept.setdefault(f"tunnel{index}InsideCidr", f"169.254.{64 + number % 128}.{4 * index}/30")
            )
            made_up = secrets.choice(string.ascii_letters) + "".join(secrets.choice(letters) for _ in range(31))
            kept.setdefault(f"tunnel{index}PresharedKey", made_up)
            kept |= {
                f"tunnel{index}Address": f"52.{95 + index}.{number // 250}.{number % 250 + 1}",
                f"tunnel{index}VgwInsideAddress": str(inside[1]),
                f"tunnel{index}CgwInsideAddress": str(inside[2]),
                f"tunnel{index}BgpHoldtime": 30,
            }
        return {**kept, **call.given("vpnGatewayId")}

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        client = self.client(call)
        found = unless_gone(lambda: client.describe_vpn_connections(VpnConnectionIds=[call.id])["VpnConnections"])
        if not found or found[0]["State"] == "deleted":
            return None
        beside = call.cloud.ground.get(self.token, call.region, call.id) or {}
        asn = "64512"
        if found[0].get("VpnGatewayId"):
            gateways = client.describe_vpn_gateways(VpnGatewayIds=[found[0]["VpnGatewayId"]])["VpnGateways"]
            asn = str(gateways[0].get("AmazonSideAsn") or asn) if gateways else asn
        return {
            "arn": self.arn(call, "ec2", f"vpn-connection/{call.id}"),
            "customerGatewayId": found[0]["CustomerGatewayId"],
            "vpnGatewayId": found[0].get("VpnGatewayId") or None,
            "transitGatewayId": found[0].get("TransitGatewayId") or None,
            "type": found[0]["Type"],
            "customerGatewayConfiguration": found[0].get("CustomerGatewayConfiguration") or "",
            "staticRoutesOnly": False,
            "tunnel1BgpAsn": asn,
            "tunnel2BgpAsn": asn,
            **beside,
            **tag_outputs(call, found[0].get("Tags")),
        }

    def change(self, call: AwsCall, changed: frozenset[str]) -> None:
        beside = call.cloud.ground.get(self.token, call.region, call.id) or {}
        new = {name: value for name, value in call.inputs.items() if name in changed and name.startswith("tunnel")}
        call.cloud.ground.put(self.token, call.region, call.id, {**beside, **new})

    def delete(self, call: AwsCall) -> None:
        if self.read(call) is not None:
            self.client(call).delete_vpn_connection(VpnConnectionId=call.id)
        call.cloud.ground.drop(self.token, call.region, call.id)


def _inside_problems(inputs: Known, name: str) -> Iterator[Problem]:
    value = inputs.get(name)
    if not isinstance(value, str):
        return
    try:
        network = ipaddress.IPv4Network(value)
    except ValueError as error:
        yield name, f"'{value}' is no IPv4 network: {error}"
        return
    if network.prefixlen != 30 or not network.subnet_of(ipaddress.IPv4Network("169.254.0.0/16")):
        yield name, f"'{value}' is no /30 of 169.254.0.0/16"
    if network in _RESERVED:
        yield name, f"'{value}' is reserved by AWS"
