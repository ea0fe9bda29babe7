"""VPCs, subnets, routes, gateways and endpoints."""

from __future__ import annotations

import ipaddress
import json
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from tests.standins.aws.kind import AwsCall, AwsKind, Ec2Kind, Known, tag_outputs, tag_specification, unless_gone
from tests.standins.base.differences import same_document
from tests.standins.base.kind import RefusedError
from tests.standins.base.vocabulary import Problem


def network_problems(inputs: Mapping[str, Any], *names: str) -> Iterator[Problem]:
    """Yield inputs that are no IPv4 networks in canonical form (AWS would change them silently)."""
    for name in names:
        value = inputs.get(name)
        if isinstance(value, str):
            try:
                ipaddress.IPv4Network(value)
            except ValueError as error:
                yield name, f"'{value}' is no IPv4 network: {error}"


class Vpc(Ec2Kind):
    token = "aws:ec2/vpc:Vpc"
    replaces = frozenset({"cidrBlock", "ipv4IpamPoolId", "ipv4NetmaskLength", "region"})

    def defaults(self, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"enableDnsSupport": True, "enableDnsHostnames": False, "instanceTenancy": "default"}

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        yield from network_problems(inputs, "cidrBlock")
        if inputs.lacks("cidrBlock"):
            yield "cidrBlock", "is needed: the stand-in has no IPAM"

    def create(self, call: AwsCall) -> str:
        made = self.client(call).create_vpc(
            CidrBlock=call.inputs["cidrBlock"],
            InstanceTenancy=call.inputs.get("instanceTenancy", "default"),
            **tag_specification(call, "vpc"),
        )["Vpc"]["VpcId"]
        self._attributes(call, made)
        return str(made)

    def _attributes(self, call: AwsCall, vpc: str) -> None:
        # One attribute per call, as the API demands.
        wanted = {**self.defaults({}), **call.inputs}
        for name, parameter in (("enableDnsSupport", "EnableDnsSupport"), ("enableDnsHostnames", "EnableDnsHostnames")):
            self.client(call).modify_vpc_attribute(VpcId=vpc, **{parameter: {"Value": wanted[name]}})

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        client = self.client(call)
        found = unless_gone(lambda: client.describe_vpcs(VpcIds=[call.id])["Vpcs"][0])
        if found is None:
            return None

        def attribute(name: str, key: str) -> Any:
            return client.describe_vpc_attribute(VpcId=call.id, Attribute=name)[key]["Value"]

        filters = [{"Name": "vpc-id", "Values": [call.id]}]
        default = client.describe_security_groups(Filters=[*filters, {"Name": "group-name", "Values": ["default"]}])
        main = client.describe_route_tables(Filters=[*filters, {"Name": "association.main", "Values": ["true"]}])
        return {
            "arn": self.arn(call, "ec2", f"vpc/{call.id}"),
            "cidrBlock": found["CidrBlock"],
            "instanceTenancy": found["InstanceTenancy"],
            "enableDnsSupport": attribute("enableDnsSupport", "EnableDnsSupport"),
            "enableDnsHostnames": attribute("enableDnsHostnames", "EnableDnsHostnames"),
            "defaultSecurityGroupId": default["SecurityGroups"][0]["GroupId"],
            "mainRouteTableId": main["RouteTables"][0]["RouteTableId"] if main["RouteTables"] else None,
            "defaultRouteTableId": main["RouteTables"][0]["RouteTableId"] if main["RouteTables"] else None,
            "ownerId": call.cloud.account,
            **tag_outputs(call, found.get("Tags")),
        }

    def change(self, call: AwsCall, changed: frozenset[str]) -> None:
        self._attributes(call, call.id)

    def delete(self, call: AwsCall) -> None:
        client, filters = self.client(call), [{"Name": "vpc-id", "Values": [call.id]}]
        left = [subnet["SubnetId"] for subnet in client.describe_subnets(Filters=filters)["Subnets"]]
        groups = client.describe_security_groups(Filters=filters)["SecurityGroups"]
        left += [group["GroupId"] for group in groups if group["GroupName"] != "default"]
        attached = [{"Name": "attachment.vpc-id", "Values": [call.id]}]
        left += [
            g["InternetGatewayId"] for g in client.describe_internet_gateways(Filters=attached)["InternetGateways"]
        ]
        if left:  # moto removes a network under what stands on it
            raise RefusedError(
                "DependencyViolation",
                f"The vpc '{call.id}' has dependencies and cannot be deleted: {', '.join(sorted(left))}",
            )
        unless_gone(lambda: client.delete_vpc(VpcId=call.id))


class VpcIpv4CidrBlockAssociation(AwsKind):
    token = "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation"
    replaces = frozenset({"vpcId", "cidrBlock", "ipv4IpamPoolId", "ipv4NetmaskLength", "region"})

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        yield from network_problems(inputs, "cidrBlock")

    def create(self, call: AwsCall) -> str:
        client, block = self.client(call), ipaddress.IPv4Network(call.inputs["cidrBlock"])
        for one in client.describe_vpcs(VpcIds=[call.inputs["vpcId"]])["Vpcs"][0]["CidrBlockAssociationSet"]:
            if _is_there(one) and block.overlaps(ipaddress.IPv4Network(one["CidrBlock"])):
                raise RefusedError(
                    "InvalidVpc.Range", f"The CIDR '{block}' conflicts with {one['CidrBlock']} of the same VPC"
                )
        made = client.associate_vpc_cidr_block(VpcId=call.inputs["vpcId"], CidrBlock=call.inputs["cidrBlock"])
        return str(made["CidrBlockAssociation"]["AssociationId"])

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        vpc_id = call.inputs.get("vpcId") or call.state.get("vpcId")
        vpcs = unless_gone(lambda: self.client(call).describe_vpcs(VpcIds=[vpc_id])["Vpcs"]) or []
        for vpc in vpcs:
            for one in vpc["CidrBlockAssociationSet"]:
                if one["AssociationId"] == call.id and _is_there(one):
                    return {"vpcId": vpc["VpcId"], "cidrBlock": one["CidrBlock"]}
        return None

    def delete(self, call: AwsCall) -> None:
        client, block = self.client(call), ipaddress.IPv4Network(call.inputs["cidrBlock"])
        filters = [{"Name": "vpc-id", "Values": [call.inputs["vpcId"]]}]
        for subnet in client.describe_subnets(Filters=filters)["Subnets"]:
            if ipaddress.IPv4Network(subnet["CidrBlock"]).subnet_of(block):
                raise RefusedError("InUse", f"The CIDR '{block}' is in use by subnet {subnet['SubnetId']}")
        unless_gone(lambda: client.disassociate_vpc_cidr_block(AssociationId=call.id))


def _is_there(association: Mapping[str, Any]) -> bool:
    return association["CidrBlockState"]["State"] == "associated"


class Subnet(Ec2Kind):
    token = "aws:ec2/subnet:Subnet"
    replaces = frozenset({"vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId", "region", "ipv6Native"})
    acted = ("mapPublicIpOnLaunch", "assignIpv6AddressOnCreation")

    def defaults(self, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"mapPublicIpOnLaunch": False, "assignIpv6AddressOnCreation": False}

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        yield from network_problems(inputs, "cidrBlock")
        if {"availabilityZone", "availabilityZoneId"} <= inputs.keys():
            yield "availabilityZoneId", "conflicts with availabilityZone"

    def create(self, call: AwsCall) -> str:
        client = self.client(call)
        given = call.given("availabilityZone", "availabilityZoneId")
        zones = {zone["ZoneId"]: zone["ZoneName"] for zone in client.describe_availability_zones()["AvailabilityZones"]}
        if "availabilityZoneId" in given and given["availabilityZoneId"] not in zones:
            raise RefusedError(
                "InvalidParameterValue",
                f"Value ({given['availabilityZoneId']}) for parameter availabilityZoneId is invalid. "
                f"Subnets can currently only be created in the following availability zones: {', '.join(sorted(zones))}.",
            )
        made = client.create_subnet(
            VpcId=call.inputs["vpcId"],
            CidrBlock=call.inputs["cidrBlock"],
            **{name[0].upper() + name[1:]: value for name, value in given.items()},
            **tag_specification(call, "subnet"),
        )["Subnet"]["SubnetId"]
        self._attributes(call, made)
        return str(made)

    def _attributes(self, call: AwsCall, subnet: str) -> None:
        for name in self.acted:
            if name in call.inputs:
                parameter = name[0].upper() + name[1:]
                self.client(call).modify_subnet_attribute(SubnetId=subnet, **{parameter: {"Value": call.inputs[name]}})
        others = call.given("enableResourceNameDnsARecordOnLaunch", "privateDnsHostnameTypeOnLaunch")
        if others:  # moto drops them
            call.cloud.ground.put(self.token, call.region, subnet, others)

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        found = unless_gone(lambda: self.client(call).describe_subnets(SubnetIds=[call.id])["Subnets"][0])
        if found is None:
            return None
        return {
            "arn": found["SubnetArn"],
            "vpcId": found["VpcId"],
            "cidrBlock": found["CidrBlock"],
            "availabilityZone": found["AvailabilityZone"],
            "availabilityZoneId": found["AvailabilityZoneId"],
            "mapPublicIpOnLaunch": found["MapPublicIpOnLaunch"],
            "assignIpv6AddressOnCreation": found["AssignIpv6AddressOnCreation"],
            "ownerId": call.cloud.account,
            **(call.cloud.ground.get(self.token, call.region, call.id) or {}),
            **tag_outputs(call, found.get("Tags")),
        }

    def change(self, call: AwsCall, changed: frozenset[str]) -> None:
        self._attributes(call, call.id)

    def delete(self, call: AwsCall) -> None:
        client, filters = self.client(call), [{"Name": "subnet-id", "Values": [call.id]}]
        left = [
            one["NetworkInterfaceId"]
            for one in client.describe_network_interfaces(Filters=filters)["NetworkInterfaces"]
        ]
        gateways = client.describe_nat_gateways(Filters=filters)["NatGateways"]
        left += [one["NatGatewayId"] for one in gateways if one["State"] not in ("deleted", "deleting")]
        if left:
            raise RefusedError(
                "DependencyViolation",
                f"The subnet '{call.id}' has dependencies and cannot be deleted: {', '.join(sorted(left))}",
            )
        unless_gone(lambda: client.delete_subnet(SubnetId=call.id))
        call.cloud.ground.drop(self.token, call.region, call.id)


class InternetGateway(Ec2Kind):
    token = "aws:ec2/internetGateway:InternetGateway"
    replaces = frozenset({"region"})

    def create(self, call: AwsCall) -> str:
        client = self.client(call)
        made = client.create_internet_gateway(**tag_specification(call, "internet-gateway"))
        gateway = str(made["InternetGateway"]["InternetGatewayId"])
        if call.inputs.get("vpcId"):
            client.attach_internet_gateway(InternetGatewayId=gateway, VpcId=call.inputs["vpcId"])
        return gateway

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        client = self.client(call)
        found = unless_gone(
            lambda: client.describe_internet_gateways(InternetGatewayIds=[call.id])["InternetGateways"][0]
        )
        if found is None:
            return None
        return {
            "arn": self.arn(call, "ec2", f"internet-gateway/{call.id}"),
            "vpcId": found["Attachments"][0]["VpcId"] if found["Attachments"] else None,
            "ownerId": call.cloud.account,
            **tag_outputs(call, found.get("Tags")),
        }

    def change(self, call: AwsCall, changed: frozenset[str]) -> None:
        client = self.client(call)
        if call.state.get("vpcId"):
            client.detach_internet_gateway(InternetGatewayId=call.id, VpcId=call.state["vpcId"])
        if call.inputs.get("vpcId"):
            client.attach_internet_gateway(InternetGatewayId=call.id, VpcId=call.inputs["vpcId"])

    def delete(self, call: AwsCall) -> None:
        client, found = self.client(call), self.read(call)
        if found is None:
            return
        if found["vpcId"]:
            client.detach_internet_gateway(InternetGatewayId=call.id, VpcId=found["vpcId"])
        client.delete_internet_gateway(InternetGatewayId=call.id)


class Eip(Ec2Kind):
    token = "aws:ec2/eip:Eip"
    replaces = frozenset({"domain", "region", "networkBorderGroup", "publicIpv4Pool"})

    def create(self, call: AwsCall) -> str:
        made = self.client(call).allocate_address(
            Domain=call.inputs.get("domain", "vpc"), **tag_specification(call, "elastic-ip")
        )
        self._associate(call, str(made["AllocationId"]))
        return str(made["AllocationId"])

    def _associate(self, call: AwsCall, allocation: str) -> None:
        target = call.given("instance", "networkInterface")
        if target:
            names = {"instance": "InstanceId", "networkInterface": "NetworkInterfaceId"}
            self.client(call).associate_address(
                AllocationId=allocation, **{names[name]: value for name, value in target.items()}
            )

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        found = unless_gone(lambda: self.client(call).describe_addresses(AllocationIds=[call.id])["Addresses"][0])
        if found is None:
            return None
        return {
            "arn": self.arn(call, "ec2", f"elastic-ip/{call.id}"),
            "allocationId": call.id,
            "domain": found["Domain"],
            "publicIp": found["PublicIp"],
            "instance": found.get("InstanceId") or None,
            "networkInterface": found.get("NetworkInterfaceId") or None,
            "associationId": found.get("AssociationId") or None,
            **tag_outputs(call, found.get("Tags")),
        }

    def change(self, call: AwsCall, changed: frozenset[str]) -> None:
        if call.state.get("associationId"):
            self.client(call).disassociate_address(AssociationId=call.state["associationId"])
        self._associate(call, call.id)

    def delete(self, call: AwsCall) -> None:
        found = self.read(call)
        if found is None:
            return
        if found["associationId"]:
            if not (call.inputs.get("instance") or call.inputs.get("networkInterface")):
                raise RefusedError("InvalidIPAddress.InUse", f"Address {found['publicIp']} is in use.")
            self.client(call).disassociate_address(AssociationId=found["associationId"])
        self.client(call).release_address(AllocationId=call.id)


class NatGateway(Ec2Kind):
    token = "aws:ec2/natGateway:NatGateway"
    replaces = frozenset({"subnetId", "allocationId", "connectivityType", "region", "privateIp"})
    listed = {"connectivityType": ("ec2", "ConnectivityType")}

    def create(self, call: AwsCall) -> str:
        kind = call.inputs.get("connectivityType", "public")
        if (kind == "public") != bool(call.inputs.get("allocationId")):
            raise RefusedError("MissingParameter", f"a {kind} NAT gateway and its allocationId do not fit together")
        client = self.client(call)
        if kind == "public":
            address = client.describe_addresses(AllocationIds=[call.inputs["allocationId"]])["Addresses"][0]
            if address.get("AssociationId"):
                raise RefusedError(
                    "Resource.AlreadyAssociated",
                    f"Elastic IP address [{call.inputs['allocationId']}] is already associated",
                )
        names = {"subnetId": "SubnetId", "allocationId": "AllocationId", "privateIp": "PrivateIpAddress"}
        made = client.create_nat_gateway(
            ConnectivityType=kind,
            **{names[name]: value for name, value in call.given(*names).items()},
            **tag_specification(call, "natgateway"),
        )
        return str(made["NatGateway"]["NatGatewayId"])

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        found = unless_gone(lambda: self.client(call).describe_nat_gateways(NatGatewayIds=[call.id])["NatGateways"])
        if not found or found[0]["State"] in ("deleted", "deleting"):
            return None
        address = (found[0].get("NatGatewayAddresses") or [{}])[0]
        return {
            "subnetId": found[0]["SubnetId"],
            "connectivityType": found[0].get("ConnectivityType", "public"),
            "allocationId": address.get("AllocationId"),
            "publicIp": address.get("PublicIp"),
            "privateIp": address.get("PrivateIp"),
            "networkInterfaceId": address.get("NetworkInterfaceId"),
            **tag_outputs(call, found[0].get("Tags")),
        }

    def delete(self, call: AwsCall) -> None:
        client, found = self.client(call), self.read(call)
        if found is None:
            return
        client.delete_nat_gateway(NatGatewayId=call.id)
        # AWS frees the address and removes the interface; moto leaves both
        if found["allocationId"]:
            addresses = unless_gone(
                lambda: client.describe_addresses(AllocationIds=[found["allocationId"]])["Addresses"]
            )
            for one in addresses or []:
                if one.get("AssociationId"):
                    client.disassociate_address(AssociationId=one["AssociationId"])
        if found["networkInterfaceId"]:
            interface = found["networkInterfaceId"]
            unless_gone(lambda: client.delete_network_interface(NetworkInterfaceId=interface))


class VpcEndpoint(Ec2Kind):
    token = "aws:ec2/vpcEndpoint:VpcEndpoint"
    replaces = frozenset({"vpcId", "serviceName", "vpcEndpointType", "region", "serviceRegion"})
    listed = {"vpcEndpointType": ("ec2", "VpcEndpointType")}
    documents = frozenset({"policy"})

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        kind = None if "vpcEndpointType" in inputs.unknown else inputs.get("vpcEndpointType", "Gateway")
        if kind == "Gateway" and ({"subnetIds", "securityGroupIds"} & inputs.keys() or inputs.get("privateDnsEnabled")):
            yield "vpcEndpointType", "a gateway endpoint takes no subnets, security groups or private DNS"
        if kind == "Interface" and "routeTableIds" in inputs:
            yield "routeTableIds", "an interface endpoint takes no route tables"

    def create(self, call: AwsCall) -> str:
        client, inputs = self.client(call), call.inputs
        if inputs["serviceName"] not in _endpoint_services(call, client):
            raise RefusedError(
                "InvalidServiceName", f"The Vpc Endpoint Service '{inputs['serviceName']}' does not exist"
            )
        if inputs.get("privateDnsEnabled"):
            self._needs_names(client, inputs["vpcId"])
        names = {"routeTableIds": "RouteTableIds", "subnetIds": "SubnetIds", "securityGroupIds": "SecurityGroupIds",
                 "policy": "PolicyDocument", "privateDnsEnabled": "PrivateDnsEnabled"}  # fmt: skip
        _must_exist(client, call)
        made = client.create_vpc_endpoint(
            VpcId=inputs["vpcId"],
            ServiceName=inputs["serviceName"],
            VpcEndpointType=inputs.get("vpcEndpointType", "Gateway"),
            **{names[name]: value for name, value in call.given(*names).items()},
            **tag_specification(call, "vpc-endpoint"),
        )
        identity = str(made["VpcEndpoint"]["VpcEndpointId"])
        # moto keeps neither the groups in full nor the policy of a changed endpoint
        call.cloud.ground.put(self.token, call.region, identity, call.given(*names))
        return identity

    @staticmethod
    def _needs_names(client: Any, vpc: str) -> None:
        for attribute in ("enableDnsSupport", "enableDnsHostnames"):
            answer = client.describe_vpc_attribute(VpcId=vpc, Attribute=attribute)
            if not answer[attribute[0].upper() + attribute[1:]]["Value"]:
                raise RefusedError(
                    "InvalidParameter", f"Enabling private DNS requires {attribute} set to true for {vpc}"
                )

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        client = self.client(call)
        found = unless_gone(lambda: client.describe_vpc_endpoints(VpcEndpointIds=[call.id])["VpcEndpoints"])
        if not found:
            return None
        one, beside = found[0], call.cloud.ground.get(self.token, call.region, call.id) or {}
        return {
            "arn": self.arn(call, "ec2", f"vpc-endpoint/{call.id}"),
            "vpcId": one["VpcId"],
            "serviceName": one["ServiceName"],
            "vpcEndpointType": one["VpcEndpointType"],
            "state": one["State"].lower(),
            "ownerId": call.cloud.account,
            "prefixListId": f"pl-{call.id[5:13]}" if one["VpcEndpointType"] == "Gateway" else None,
            "networkInterfaceIds": one.get("NetworkInterfaceIds") or [],
            "dnsEntries": [
                {"dnsName": entry.get("DnsName"), "hostedZoneId": entry.get("HostedZoneId")}
                for entry in one.get("DnsEntries") or []
            ],
            **beside,
            **tag_outputs(call, one.get("Tags")),
        }

    def change(self, call: AwsCall, changed: frozenset[str]) -> None:
        beside = call.cloud.ground.get(self.token, call.region, call.id) or {}
        _must_exist(self.client(call), call)
        parameters: dict[str, Any] = {}
        for name, parameter in (("routeTableIds", "RouteTableIds"), ("subnetIds", "SubnetIds")):
            old, new = set(beside.get(name) or []), set(call.inputs.get(name) or [])
            parameters |= {f"Add{parameter}": sorted(new - old)} if new - old else {}
            parameters |= {f"Remove{parameter}": sorted(old - new)} if old - new else {}
        if "policy" in call.inputs:
            parameters["PolicyDocument"] = call.inputs["policy"]
        if parameters:
            self.client(call).modify_vpc_endpoint(VpcEndpointId=call.id, **parameters)
        names = ("routeTableIds", "subnetIds", "securityGroupIds", "policy", "privateDnsEnabled")
        call.cloud.ground.put(self.token, call.region, call.id, call.given(*names))

    def delete(self, call: AwsCall) -> None:
        unless_gone(lambda: self.client(call).delete_vpc_endpoints(VpcEndpointIds=[call.id]))
        call.cloud.ground.drop(self.token, call.region, call.id)


def _must_exist(client: Any, call: AwsCall) -> None:
    """Ask for everything that an endpoint names: moto takes names that are nowhere."""
    if call.inputs.get("routeTableIds"):
        client.describe_route_tables(RouteTableIds=call.inputs["routeTableIds"])
    if call.inputs.get("subnetIds"):
        client.describe_subnets(SubnetIds=call.inputs["subnetIds"])
    if call.inputs.get("securityGroupIds"):
        client.describe_security_groups(GroupIds=call.inputs["securityGroupIds"])


def _endpoint_services(call: AwsCall, client: Any) -> frozenset[str]:
    found: list[str] = []
    token: dict[str, str] = {}
    while True:
        answer = client.describe_vpc_endpoint_services(**token)
        found += answer["ServiceNames"]
        if not answer.get("NextToken"):
            break
        token = {"NextToken": answer["NextToken"]}
    # moto lists what it emulates; these exist in every region of the public partition
    always = (
        "s3",
        "dynamodb",
        "ssm",
        "ssmmessages",
        "ec2messages",
        "ec2",
        "kms",
        "secretsmanager",
        "logs",
        "monitoring",
        "sts",
    )
    return frozenset(found) | {f"com.amazonaws.{call.region}.{name}" for name in always}


class RouteTable(Ec2Kind):
    token = "aws:ec2/routeTable:RouteTable"
    replaces = frozenset({"vpcId", "region"})

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        if "routes" in inputs or "propagatingVgws" in inputs:
            yield "routes", "inline routes are not known to the stand-in: use ec2.Route"

    def create(self, call: AwsCall) -> str:
        made = self.client(call).create_route_table(
            VpcId=call.inputs["vpcId"], **tag_specification(call, "route-table")
        )
        return str(made["RouteTable"]["RouteTableId"])

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        found = unless_gone(lambda: self.client(call).describe_route_tables(RouteTableIds=[call.id])["RouteTables"])
        if not found:
            return None
        return {
            "arn": self.arn(call, "ec2", f"route-table/{call.id}"),
            "vpcId": found[0]["VpcId"],
            "ownerId": call.cloud.account,
            "routes": [],
            "propagatingVgws": [],
            **tag_outputs(call, found[0].get("Tags")),
        }

    def delete(self, call: AwsCall) -> None:
        unless_gone(lambda: self.client(call).delete_route_table(RouteTableId=call.id))


ROUTE_TARGETS = {
    "gatewayId": "GatewayId",
    "natGatewayId": "NatGatewayId",
    "vpcPeeringConnectionId": "VpcPeeringConnectionId",
    "transitGatewayId": "TransitGatewayId",
    "networkInterfaceId": "NetworkInterfaceId",
    "egressOnlyGatewayId": "EgressOnlyInternetGatewayId",
    "vpcEndpointId": "VpcEndpointId",
}


class Route(AwsKind):
    token = "aws:ec2/route:Route"
    replaces = frozenset({"routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "region"})

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        yield from network_problems(inputs, "destinationCidrBlock")
        if len(ROUTE_TARGETS.keys() & inputs.keys()) > 1:
            yield "routeTableId", f"has more than one target: {', '.join(sorted(ROUTE_TARGETS.keys() & inputs.keys()))}"

    def _parameters(self, call: AwsCall) -> dict[str, Any]:
        targets = call.given(*ROUTE_TARGETS)
        if len(targets) != 1:
            raise RefusedError("MissingParameter", "a route needs one target: " + ", ".join(ROUTE_TARGETS))
        client = self.client(call)
        if "vpcPeeringConnectionId" in targets:  # moto routes into what is nowhere
            client.describe_vpc_peering_connections(VpcPeeringConnectionIds=[targets["vpcPeeringConnectionId"]])
        if "transitGatewayId" in targets:
            client.describe_transit_gateways(TransitGatewayIds=[targets["transitGatewayId"]])
        return {
            "RouteTableId": call.inputs["routeTableId"],
            "DestinationCidrBlock": call.inputs["destinationCidrBlock"],
            **{ROUTE_TARGETS[name]: value for name, value in targets.items()},
        }

    def create(self, call: AwsCall) -> str:
        table, destination = call.inputs["routeTableId"], call.inputs["destinationCidrBlock"]
        if self._found(call, table, destination) is not None:
            raise RefusedError(
                "RouteAlreadyExists", f"Route in Route Table ({table}) with destination ({destination}) already exists"
            )
        self.client(call).create_route(**self._parameters(call))
        return f"r-{table}{zlib.crc32(destination.encode())}"

    def _found(self, call: AwsCall, table: str, destination: str) -> Mapping[str, Any] | None:
        tables = (
            unless_gone(lambda: self.client(call).describe_route_tables(RouteTableIds=[table])["RouteTables"]) or []
        )
        for one in tables:
            for route in one["Routes"]:
                if route.get("DestinationCidrBlock") == destination:
                    return dict(route)
        return None

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        table, destination = call.inputs["routeTableId"], call.inputs["destinationCidrBlock"]
        found = self._found(call, table, destination)
        if found is None:
            return None
        targets = {name: found.get(key) for name, key in ROUTE_TARGETS.items() if found.get(key)}
        return {
            "routeTableId": table,
            "destinationCidrBlock": destination,
            "state": found.get("State", "active"),
            "origin": found.get("Origin", "CreateRoute"),
            **{name: targets.get(name) for name in ROUTE_TARGETS},
        }

    def update(self, call: AwsCall, changed: frozenset[str]) -> None:
        self.client(call).replace_route(**self._parameters(call))

    def delete(self, call: AwsCall) -> None:
        parameters = {
            "RouteTableId": call.inputs["routeTableId"],
            "DestinationCidrBlock": call.inputs["destinationCidrBlock"],
        }
        unless_gone(lambda: self.client(call).delete_route(**parameters))


class RouteTableAssociation(AwsKind):
    token = "aws:ec2/routeTableAssociation:RouteTableAssociation"
    replaces = frozenset({"subnetId", "gatewayId", "region"})

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        if "gatewayId" in inputs:
            yield "gatewayId", "is not known to the stand-in: moto associates subnets only"

    def create(self, call: AwsCall) -> str:
        client, inputs = self.client(call), call.inputs
        subnet = client.describe_subnets(SubnetIds=[inputs["subnetId"]])["Subnets"][0]
        table = client.describe_route_tables(RouteTableIds=[inputs["routeTableId"]])["RouteTables"][0]
        if subnet["VpcId"] != table["VpcId"]:
            raise RefusedError(
                "InvalidParameterValue",
                f"route table {table['RouteTableId']} and subnet {subnet['SubnetId']} belong to different networks",
            )
        filters = [{"Name": "association.subnet-id", "Values": [inputs["subnetId"]]}]
        if client.describe_route_tables(Filters=filters)["RouteTables"]:
            raise RefusedError(
                "Resource.AlreadyAssociated",
                f"the specified association for subnet {inputs['subnetId']} conflicts with an existing association",
            )
        made = client.associate_route_table(RouteTableId=inputs["routeTableId"], SubnetId=inputs["subnetId"])
        return str(made["AssociationId"])

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        filters = [{"Name": "association.route-table-association-id", "Values": [call.id]}]
        for table in self.client(call).describe_route_tables(Filters=filters)["RouteTables"]:
            for one in table["Associations"]:
                if one["RouteTableAssociationId"] == call.id:
                    return {"routeTableId": table["RouteTableId"], "subnetId": one["SubnetId"]}
        return None

    def update(self, call: AwsCall, changed: frozenset[str]) -> None:
        raise RefusedError(
            "UnsupportedOperation", "moto gives a replaced association a new ID; the stand-in does not follow"
        )

    def replaced_by(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> frozenset[str]:
        return self.replaces | {"routeTableId"}

    def delete(self, call: AwsCall) -> None:
        unless_gone(lambda: self.client(call).disassociate_route_table(AssociationId=call.id))


def policy_outputs(given: Any, found: Any) -> Any:
    """Return a JSON document as it was given when the world's says the same."""
    if isinstance(found, Mapping):
        found = json.dumps(found)
    return given if given is not None and same_document(given, found) else found
