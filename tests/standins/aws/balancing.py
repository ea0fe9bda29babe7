"""Load balancers, their listeners and targets."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from tests.standins.aws.kind import AwsCall, AwsKind, Known, all_tags, tag_list, tag_outputs, unless_gone
from tests.standins.base.kind import RefusedError
from tests.standins.base.values import UNKNOWN
from tests.standins.base.vocabulary import Problem


def _attribute(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _tags(call: AwsCall) -> dict[str, Any]:
    return {"Tags": tag_list(all_tags(call))} if all_tags(call) else {}


class LbKind(AwsKind):
    service = "elbv2"
    attributes: ClassVar[Mapping[str, str]] = {}
    """Inputs that are attributes, by the API's names."""

    def retag(self, call: AwsCall) -> None:
        client = self.client(call)
        gone = sorted(set(call.state.get("tagsAll") or {}) - set(all_tags(call)))
        if gone:
            client.remove_tags(ResourceArns=[call.id], TagKeys=gone)
        if all_tags(call):
            client.add_tags(ResourceArns=[call.id], Tags=tag_list(all_tags(call)))

    def tags(self, call: AwsCall) -> dict[str, Any]:
        found = self.client(call).describe_tags(ResourceArns=[call.id])["TagDescriptions"]
        return tag_outputs(call, found[0]["Tags"] if found else [])

    def told_attributes(self, call: AwsCall) -> list[dict[str, str]]:
        given = call.given(*self.attributes)
        return [{"Key": self.attributes[name], "Value": _attribute(value)} for name, value in given.items()]

    def read_attributes(self, call: AwsCall, found: list[dict[str, str]]) -> dict[str, Any]:
        values = {one["Key"]: one["Value"] for one in found}
        told: dict[str, Any] = {}
        for name, key in self.attributes.items():
            if key in values:
                text = values[key]
                told[name] = text == "true" if text in ("true", "false") else int(text) if text.isdigit() else text
        if isinstance(call.inputs.get("deregistrationDelay"), int):
            told["deregistrationDelay"] = call.inputs["deregistrationDelay"]
        return told


class LoadBalancer(LbKind):
    token = "aws:lb/loadBalancer:LoadBalancer"
    replaces = frozenset({"internal", "loadBalancerType", "name", "namePrefix", "region", "customerOwnedIpv4Pool"})
    listed = {"loadBalancerType": ("elbv2", "LoadBalancerTypeEnum"), "ipAddressType": ("elbv2", "IpAddressType")}
    attributes = {
        "enableDeletionProtection": "deletion_protection.enabled",
        "enableCrossZoneLoadBalancing": "load_balancing.cross_zone.enabled",
        "dnsRecordClientRoutingPolicy": "dns_record.client_routing_policy",
    }

    def replaced_by(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> frozenset[str]:
        # a network load balancer's zones can be added, but neither removed nor given other addresses
        return self.replaces | {"subnetMappings"}

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        if len(str(inputs.get("name", ""))) > 32:
            yield "name", f"'{inputs['name']}' is longer than 32 characters"
        if "subnets" in inputs and "subnetMappings" in inputs:
            yield "subnets", "conflicts with subnetMappings"
        if inputs.lacks("subnets") and inputs.lacks("subnetMappings"):
            yield "subnets", "or subnetMappings are needed"
        for name in ("accessLogs", "connectionLogs", "healthCheckLogs", "minimumLoadBalancerCapacity"):
            if inputs.get(name):
                yield name, "is not known to the stand-in"

    def create(self, call: AwsCall) -> str:
        inputs, ec2 = call.inputs, self.client(call, "ec2")
        mappings = inputs.get("subnetMappings") or [{"subnetId": one} for one in inputs["subnets"]]
        subnets = ec2.describe_subnets(SubnetIds=[one["subnetId"] for one in mappings])["Subnets"]
        zones = [one["AvailabilityZone"] for one in subnets]
        if len(set(zones)) != len(zones):
            raise RefusedError(
                "InvalidConfigurationRequest", "A load balancer cannot be attached to multiple subnets in one zone"
            )
        for one in mappings:
            if one.get("allocationId"):
                if inputs.get("internal"):
                    raise RefusedError(
                        "InvalidConfigurationRequest", "an internal load balancer takes no elastic addresses"
                    )
                ec2.describe_addresses(AllocationIds=[one["allocationId"]])
        if not inputs.get("internal"):
            _needs_way_out(ec2, subnets)
        names = {"subnetId": "SubnetId", "allocationId": "AllocationId", "privateIpv4Address": "PrivateIPv4Address"}
        made = self.client(call).create_load_balancer(
            Name=inputs["name"],
            SubnetMappings=[{names[k]: v for k, v in one.items() if k in names and v is not None} for one in mappings],
            Type=inputs.get("loadBalancerType", "application"),
            Scheme="internal" if inputs.get("internal") else "internet-facing",
            IpAddressType=inputs.get("ipAddressType", "ipv4"),
            **_tags(call),
            **({"SecurityGroups": inputs["securityGroups"]} if inputs.get("securityGroups") else {}),
        )["LoadBalancers"][0]["LoadBalancerArn"]
        self._attributes(call, made)
        call.cloud.ground.put(self.token, call.region, made, {"subnetMappings": mappings})
        return str(made)

    def _attributes(self, call: AwsCall, arn: str) -> None:
        told = self.told_attributes(call)
        if told:
            self.client(call).modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=told)

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        client = self.client(call)
        found = unless_gone(lambda: client.describe_load_balancers(LoadBalancerArns=[call.id])["LoadBalancers"])
        if not found:
            return None
        one = found[0]
        attributes = client.describe_load_balancer_attributes(LoadBalancerArn=call.id)["Attributes"]
        beside = call.cloud.ground.get(self.token, call.region, call.id) or {}
        subnets = sorted(zone["SubnetId"] for zone in one["AvailabilityZones"])
        mappings = [
            next((m for m in beside.get("subnetMappings", []) if m["subnetId"] == subnet), {"subnetId": subnet})
            for subnet in subnets
        ]
        return {
            "arn": call.id,
            "arnSuffix": call.id.partition(":loadbalancer/")[2],
            "name": one["LoadBalancerName"],
            "dnsName": one["DNSName"],
            "zoneId": one.get("CanonicalHostedZoneId") or f"Z{zlib.crc32(call.region.encode()):012d}",
            "vpcId": one["VpcId"],
            "internal": one["Scheme"] == "internal",
            "loadBalancerType": one["Type"],
            "ipAddressType": one.get("IpAddressType", "ipv4"),
            "securityGroups": one.get("SecurityGroups") or [],
            "subnets": subnets,
            "subnetMappings": mappings,
            **self.read_attributes(call, attributes),
            **self.tags(call),
        }

    def update(self, call: AwsCall, changed: frozenset[str]) -> None:
        client, inputs = self.client(call), call.inputs
        self._attributes(call, call.id)
        if "subnets" in changed:
            client.set_subnets(LoadBalancerArn=call.id, Subnets=inputs["subnets"])
            mappings = [{"subnetId": one} for one in inputs["subnets"]]
            call.cloud.ground.put(self.token, call.region, call.id, {"subnetMappings": mappings})
        if "securityGroups" in changed:
            client.set_security_groups(LoadBalancerArn=call.id, SecurityGroups=inputs["securityGroups"])
        if "ipAddressType" in changed:
            client.set_ip_address_type(LoadBalancerArn=call.id, IpAddressType=inputs["ipAddressType"])
        if "tags" in changed:
            self.retag(call)

    def delete(self, call: AwsCall) -> None:
        found = self.read(call)
        if found is None:
            return
        if found.get("enableDeletionProtection"):
            raise RefusedError(
                "OperationNotPermitted",
                f"Load balancer '{call.id}' cannot be deleted because deletion protection is enabled",
            )
        self.client(call).delete_load_balancer(LoadBalancerArn=call.id)
        call.cloud.ground.drop(self.token, call.region, call.id)


def _needs_way_out(ec2: Any, subnets: list[Mapping[str, Any]]) -> None:
    """Refuse an internet-facing load balancer in a VPC without an internet gateway, as AWS does."""
    filters = [{"Name": "attachment.vpc-id", "Values": [subnets[0]["VpcId"]]}]
    if not ec2.describe_internet_gateways(Filters=filters)["InternetGateways"]:
        raise RefusedError("InvalidSubnet", f"VPC {subnets[0]['VpcId']} has no internet gateway")


class TargetGroup(LbKind):
    token = "aws:lb/targetGroup:TargetGroup"
    replaces = frozenset(
        {"name", "namePrefix", "port", "protocol", "protocolVersion", "region", "targetType", "vpcId", "ipAddressType"}
    )
    listed = {
        "protocol": ("elbv2", "ProtocolEnum"),
        "targetType": ("elbv2", "TargetTypeEnum"),
        "healthCheck.protocol": ("elbv2", "ProtocolEnum"),
    }
    attributes = {
        "deregistrationDelay": "deregistration_delay.timeout_seconds",
        "preserveClientIp": "preserve_client_ip.enabled",
        "proxyProtocolV2": "proxy_protocol_v2.enabled",
        "connectionTermination": "deregistration_delay.connection_termination.enabled",
    }
    checks = {
        "enabled": "HealthCheckEnabled", "healthyThreshold": "HealthyThresholdCount", "interval": "HealthCheckIntervalSeconds",
        "path": "HealthCheckPath", "port": "HealthCheckPort", "protocol": "HealthCheckProtocol",
        "timeout": "HealthCheckTimeoutSeconds", "unhealthyThreshold": "UnhealthyThresholdCount",
    }  # fmt: skip

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        if len(str(inputs.get("name", ""))) > 32:
            yield "name", f"'{inputs['name']}' is longer than 32 characters"
        check = inputs.get("healthCheck")
        if (
            isinstance(check, Mapping)
            and check.get("path")
            and check.get("protocol") not in ("HTTP", "HTTPS", None, UNKNOWN)
        ):
            yield "healthCheck.path", f"is for HTTP and HTTPS, not {check['protocol']}"

    def _checks(self, call: AwsCall) -> dict[str, Any]:
        check = call.inputs.get("healthCheck") or {}
        told = {self.checks[name]: value for name, value in check.items() if name in self.checks and value is not None}
        return told | ({"Matcher": {"HttpCode": check["matcher"]}} if check.get("matcher") else {})

    def create(self, call: AwsCall) -> str:
        inputs = call.inputs
        self.client(call, "ec2").describe_vpcs(VpcIds=[inputs["vpcId"]])
        names = {"protocol": "Protocol", "port": "Port", "vpcId": "VpcId", "targetType": "TargetType",
                 "protocolVersion": "ProtocolVersion", "ipAddressType": "IpAddressType"}  # fmt: skip
        made = self.client(call).create_target_group(
            Name=inputs["name"],
            **_tags(call),
            **{names[name]: value for name, value in call.given(*names).items()},
            **self._checks(call),
        )["TargetGroups"][0]["TargetGroupArn"]
        self._attributes(call, made)
        return str(made)

    def _attributes(self, call: AwsCall, arn: str) -> None:
        told = self.told_attributes(call)
        if told:
            self.client(call).modify_target_group_attributes(TargetGroupArn=arn, Attributes=told)

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        client = self.client(call)
        found = unless_gone(lambda: client.describe_target_groups(TargetGroupArns=[call.id])["TargetGroups"])
        if not found:
            return None
        one = found[0]
        check = {name: one[key] for name, key in self.checks.items() if one.get(key) is not None}
        if (one.get("Matcher") or {}).get("HttpCode"):
            check["matcher"] = one["Matcher"]["HttpCode"]
        attributes = client.describe_target_group_attributes(TargetGroupArn=call.id)["Attributes"]
        return {
            "arn": call.id,
            "arnSuffix": call.id.rpartition(":")[2],
            "name": one["TargetGroupName"],
            "protocol": one.get("Protocol"),
            "port": one.get("Port"),
            "vpcId": one.get("VpcId"),
            "targetType": one.get("TargetType", "instance"),
            "ipAddressType": one.get("IpAddressType") or "ipv4",
            "loadBalancerArns": one.get("LoadBalancerArns") or [],
            "healthCheck": check,
            **self.read_attributes(call, attributes),
            **self.tags(call),
        }

    def update(self, call: AwsCall, changed: frozenset[str]) -> None:
        if "healthCheck" in changed:
            self.client(call).modify_target_group(TargetGroupArn=call.id, **self._checks(call))
        self._attributes(call, call.id)
        if "tags" in changed:
            self.retag(call)

    def delete(self, call: AwsCall) -> None:
        found = self.read(call)
        if found is None:
            return
        if self._is_used(call):
            raise RefusedError("ResourceInUse", f"Target group '{call.id}' is currently in use by a listener or a rule")
        self.client(call).delete_target_group(TargetGroupArn=call.id)

    def _is_used(self, call: AwsCall) -> bool:
        # moto goes on naming the balancer after its listener is gone
        client = self.client(call)
        for balancer in client.describe_load_balancers()["LoadBalancers"]:
            for listener in client.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]:
                if call.id in [action.get("TargetGroupArn") for action in listener["DefaultActions"]]:
                    return True
        return False


class Listener(LbKind):
    token = "aws:lb/listener:Listener"
    replaces = frozenset({"loadBalancerArn", "region"})
    listed = {"protocol": ("elbv2", "ProtocolEnum")}

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        for index, action in enumerate(inputs.get("defaultActions") or []):
            if action.get("type") not in ("forward", UNKNOWN) or not action.get("targetGroupArn"):
                yield f"defaultActions[{index}]", "the stand-in knows forward to a targetGroupArn only"
        if inputs.get("protocol") in ("TLS", "HTTPS") and inputs.lacks("certificateArn"):
            yield "certificateArn", f"is needed with {inputs['protocol']}"

    def _parameters(self, call: AwsCall) -> dict[str, Any]:
        names = {"port": "Port", "protocol": "Protocol", "sslPolicy": "SslPolicy"}
        actions = [
            {"Type": "forward", "TargetGroupArn": one["targetGroupArn"]} for one in call.inputs["defaultActions"]
        ]
        for one in actions:
            self.client(call).describe_target_groups(TargetGroupArns=[one["TargetGroupArn"]])
        certificate = (
            {"Certificates": [{"CertificateArn": call.inputs["certificateArn"]}]}
            if "certificateArn" in call.inputs
            else {}
        )
        return {"DefaultActions": actions, **certificate, **{names[k]: v for k, v in call.given(*names).items()}}

    def create(self, call: AwsCall) -> str:
        made = self.client(call).create_listener(
            LoadBalancerArn=call.inputs["loadBalancerArn"], **_tags(call), **self._parameters(call)
        )
        identity = str(made["Listeners"][0]["ListenerArn"])
        call.cloud.ground.put(self.token, call.region, identity, call.given("tcpIdleTimeoutSeconds"))
        return identity

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        found = unless_gone(lambda: self.client(call).describe_listeners(ListenerArns=[call.id])["Listeners"])
        if not found:
            return None
        one = found[0]
        return {
            "arn": call.id,
            "loadBalancerArn": one["LoadBalancerArn"],
            "port": one.get("Port"),
            "protocol": one.get("Protocol"),
            "sslPolicy": one.get("SslPolicy") or "",
            "defaultActions": [
                {"type": a["Type"].lower(), "targetGroupArn": a.get("TargetGroupArn")} for a in one["DefaultActions"]
            ],
            **(call.cloud.ground.get(self.token, call.region, call.id) or {}),
            **self.tags(call),
        }

    def update(self, call: AwsCall, changed: frozenset[str]) -> None:
        if changed - {"tags", "tcpIdleTimeoutSeconds"}:
            self.client(call).modify_listener(ListenerArn=call.id, **self._parameters(call))
        if "tags" in changed:
            self.retag(call)
        call.cloud.ground.put(self.token, call.region, call.id, call.given("tcpIdleTimeoutSeconds"))

    def delete(self, call: AwsCall) -> None:
        unless_gone(lambda: self.client(call).delete_listener(ListenerArn=call.id))
        call.cloud.ground.drop(self.token, call.region, call.id)


class TargetGroupAttachment(LbKind):
    token = "aws:lb/targetGroupAttachment:TargetGroupAttachment"
    replaces = frozenset({"availabilityZone", "port", "targetGroupArn", "targetId", "region", "quicServerId"})

    def _target(self, call: AwsCall) -> dict[str, Any]:
        values = {**call.state, **call.inputs}
        port = {"Port": values["port"]} if values.get("port") is not None else {}
        return {"Id": values["targetId"], **port}

    def create(self, call: AwsCall) -> str:
        client, inputs = self.client(call), call.inputs
        group = client.describe_target_groups(TargetGroupArns=[inputs["targetGroupArn"]])["TargetGroups"][0]
        if group.get("TargetType", "instance") == "instance":
            found = self.client(call, "ec2").describe_instances(InstanceIds=[inputs["targetId"]])["Reservations"]
            if not found or found[0]["Instances"][0]["VpcId"] != group["VpcId"]:
                raise RefusedError("InvalidTarget", f"The instance {inputs['targetId']} is not in VPC {group['VpcId']}")
        client.register_targets(TargetGroupArn=inputs["targetGroupArn"], Targets=[self._target(call)])
        return f"{inputs['targetGroupArn']}-{call.cloud.ground.next_number('target'):026d}"

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        values = {**call.state, **call.inputs}
        found = unless_gone(
            lambda: self.client(call).describe_target_health(TargetGroupArn=values["targetGroupArn"])[
                "TargetHealthDescriptions"
            ]
        )
        for one in found or []:
            target = one["Target"]
            if target["Id"] == values["targetId"] and values.get("port") in (None, target.get("Port")):
                return {
                    "targetGroupArn": values["targetGroupArn"],
                    "targetId": target["Id"],
                    "port": target.get("Port"),
                }
        return None

    def delete(self, call: AwsCall) -> None:
        unless_gone(
            lambda: self.client(call).deregister_targets(
                TargetGroupArn=call.inputs["targetGroupArn"], Targets=[self._target(call)]
            )
        )
