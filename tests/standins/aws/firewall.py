"""Security groups and their rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.standins.aws.kind import (
    AwsCall,
    Ec2Kind,
    Known,
    all_tags,
    tag_list,
    tag_outputs,
    tag_specification,
    unless_gone,
)
from tests.standins.aws.network import network_problems
from tests.standins.base.kind import RefusedError
from tests.standins.base.vocabulary import Problem

_PORTLESS = ("-1", "all")
_PROTOCOLS = {"tcp", "udp", "icmp", "icmpv6", "-1"}


class SecurityGroup(Ec2Kind):
    token = "aws:ec2/securityGroup:SecurityGroup"
    replaces = frozenset({"name", "namePrefix", "description", "vpcId", "region"})

    def defaults(self, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"description": "Managed by Pulumi", "revokeRulesOnDelete": False}

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        for name in ("ingress", "egress"):
            if inputs.get(name):
                yield name, "inline rules are not known to the stand-in: use vpc.SecurityGroup*Rule"
        if str(inputs.get("name", "")).startswith("sg-"):
            yield "name", "must not begin with sg-"

    def create(self, call: AwsCall) -> str:
        client, inputs = self.client(call), call.inputs
        made = client.create_security_group(
            GroupName=inputs["name"],
            Description=inputs.get("description", "Managed by Pulumi"),
            VpcId=inputs["vpcId"],
            **tag_specification(call, "security-group"),
        )["GroupId"]
        # the provider takes away the rule that lets everything out
        rules = client.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [made]}])
        for rule in rules["SecurityGroupRules"]:
            if rule["IsEgress"]:
                client.revoke_security_group_egress(GroupId=made, SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])
        return str(made)

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        client = self.client(call)
        found = unless_gone(lambda: client.describe_security_groups(GroupIds=[call.id])["SecurityGroups"][0])
        if found is None:
            return None
        return {
            "arn": self.arn(call, "ec2", f"security-group/{call.id}"),
            "name": found["GroupName"],
            "description": found["Description"],
            "vpcId": found["VpcId"],
            "ownerId": call.cloud.account,
            "ingress": [],
            "egress": [],
            "namePrefix": "",
            **tag_outputs(call, found.get("Tags")),
        }

    def change(self, call: AwsCall, changed: frozenset[str]) -> None:
        if changed - {"revokeRulesOnDelete"}:
            super().change(call, changed)

    def delete(self, call: AwsCall) -> None:
        client = self.client(call)
        users = [
            one["NetworkInterfaceId"]
            for one in client.describe_network_interfaces(Filters=[{"Name": "group-id", "Values": [call.id]}])[
                "NetworkInterfaces"
            ]
        ]
        rules = client.describe_security_group_rules()["SecurityGroupRules"]
        users += [
            rule["SecurityGroupRuleId"]
            for rule in rules
            if (rule.get("ReferencedGroupInfo") or {}).get("GroupId") == call.id and rule["GroupId"] != call.id
        ]
        if users:
            raise RefusedError(
                "DependencyViolation", f"resource {call.id} has a dependent object: {', '.join(sorted(users))}"
            )
        unless_gone(lambda: client.delete_security_group(GroupId=call.id))


class DefaultSecurityGroup(Ec2Kind):
    """Adopts a VPC's default group and takes its rules away."""

    token = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
    generated = ""
    replaces = frozenset({"vpcId", "region"})

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        for name in ("ingress", "egress"):
            if inputs.get(name):
                yield name, "rules of a default group are not known to the stand-in: leave them empty"

    def create(self, call: AwsCall) -> str:
        client = self.client(call)
        filters = [
            {"Name": "vpc-id", "Values": [call.inputs["vpcId"]]},
            {"Name": "group-name", "Values": ["default"]},
        ]
        found = client.describe_security_groups(Filters=filters)["SecurityGroups"]
        if not found:
            raise RefusedError("InvalidVpcID.NotFound", f"The vpc ID '{call.inputs['vpcId']}' does not exist")
        group = str(found[0]["GroupId"])
        self._revoke(client, group)
        if all_tags(call):
            client.create_tags(Resources=[group], Tags=tag_list(all_tags(call)))
        return group

    @staticmethod
    def _revoke(client: Any, group: str) -> None:
        rules = client.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])
        for rule in rules["SecurityGroupRules"]:
            revoke = client.revoke_security_group_egress if rule["IsEgress"] else client.revoke_security_group_ingress
            revoke(GroupId=group, SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        client = self.client(call)
        found = unless_gone(lambda: client.describe_security_groups(GroupIds=[call.id])["SecurityGroups"][0])
        if found is None:
            return None
        rules = client.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [call.id]}])
        told: dict[str, list[dict[str, Any]]] = {"ingress": [], "egress": []}
        for rule in rules["SecurityGroupRules"]:
            told["egress" if rule["IsEgress"] else "ingress"].append(
                {
                    "fromPort": rule.get("FromPort") or 0,
                    "toPort": rule.get("ToPort") or 0,
                    "protocol": rule["IpProtocol"],
                }
            )
        return {
            "arn": self.arn(call, "ec2", f"security-group/{call.id}"),
            "name": found["GroupName"],
            "namePrefix": "",
            "description": found["Description"],
            "vpcId": found["VpcId"],
            "ownerId": call.cloud.account,
            **told,
            **tag_outputs(call, found.get("Tags")),
        }

    def change(self, call: AwsCall, changed: frozenset[str]) -> None:
        self._revoke(self.client(call), call.id)

    def delete(self, call: AwsCall) -> None:
        """Do nothing: the group goes with its VPC; the provider only forgets it."""


class _Rule(Ec2Kind):
    replaces = frozenset({"securityGroupId", "region"})
    egress = False

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        yield from network_problems(inputs, "cidrIpv4")
        protocol = inputs.get("ipProtocol")
        if isinstance(protocol, str) and protocol not in _PROTOCOLS and not protocol.isdigit():
            yield "ipProtocol", f"'{protocol}' is no protocol; there are {', '.join(sorted(_PROTOCOLS))} and numbers"
        if protocol in _PORTLESS and {"fromPort", "toPort"} & inputs.keys():
            yield "fromPort", "is not given with protocol -1, which means every port"
        if protocol in ("tcp", "udp"):
            known = [inputs[name] for name in ("fromPort", "toPort") if name in inputs]
            if inputs.lacks("fromPort") or inputs.lacks("toPort"):
                yield "fromPort", f"and toPort are needed with protocol {protocol}"
            if any(not 0 <= port <= 65535 for port in known) or (len(known) == 2 and known[0] > known[1]):
                yield "fromPort", f"{known} is no range of ports"
        if len({"cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"} & inputs.keys()) > 1:
            yield "cidrIpv4", "is one of several sources: a rule takes one"

    def _permission(self, call: AwsCall) -> dict[str, Any]:
        inputs = call.inputs
        described = {"Description": inputs["description"]} if inputs.get("description") else {}
        permission: dict[str, Any] = {"IpProtocol": inputs["ipProtocol"]}
        if inputs["ipProtocol"] not in _PORTLESS:
            permission |= {"FromPort": inputs.get("fromPort", -1), "ToPort": inputs.get("toPort", -1)}
        if "cidrIpv4" in inputs:
            return permission | {"IpRanges": [{"CidrIp": inputs["cidrIpv4"], **described}]}
        if "cidrIpv6" in inputs:
            return permission | {"Ipv6Ranges": [{"CidrIpv6": inputs["cidrIpv6"], **described}]}
        if "referencedSecurityGroupId" in inputs:
            return permission | {"UserIdGroupPairs": [{"GroupId": inputs["referencedSecurityGroupId"], **described}]}
        if "prefixListId" in inputs:
            return permission | {"PrefixListIds": [{"PrefixListId": inputs["prefixListId"], **described}]}
        raise RefusedError("MissingParameter", "a rule needs a source: cidrIpv4, cidrIpv6, prefixListId or a group")

    def create(self, call: AwsCall) -> str:
        client = self.client(call)
        client.describe_security_groups(GroupIds=[call.inputs["securityGroupId"]])
        if "referencedSecurityGroupId" in call.inputs:  # moto takes groups that are nowhere
            client.describe_security_groups(GroupIds=[call.inputs["referencedSecurityGroupId"]])
        if "prefixListId" in call.inputs:
            return self._beside(call)
        action = client.authorize_security_group_egress if self.egress else client.authorize_security_group_ingress
        made = action(
            GroupId=call.inputs["securityGroupId"],
            IpPermissions=[self._permission(call)],
            **tag_specification(call, "security-group-rule"),
        )
        return str(made["SecurityGroupRules"][0]["SecurityGroupRuleId"])

    def _beside(self, call: AwsCall) -> str:
        # moto does not keep rules on prefix lists
        identity = f"sgr-{call.cloud.ground.next_number('sgr'):017x}"
        names = ("securityGroupId", "prefixListId", "ipProtocol", "fromPort", "toPort", "description")
        call.cloud.ground.put(self.token, call.region, identity, call.given(*names) | {"tagsAll": all_tags(call)})
        return identity

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        common = {
            "arn": self.arn(call, "ec2", f"security-group-rule/{call.id}"),
            "securityGroupRuleId": call.id,
        }
        beside = call.cloud.ground.get(self.token, call.region, call.id)
        if beside is not None:
            tags = beside.pop("tagsAll")
            return {**common, **beside, **tag_outputs(call, tags)}
        found = unless_gone(
            lambda: self.client(call).describe_security_group_rules(SecurityGroupRuleIds=[call.id])[
                "SecurityGroupRules"
            ]
        )
        if not found:
            return None
        rule = found[0]
        portless = rule["IpProtocol"] in _PORTLESS
        return {
            **common,
            "securityGroupId": rule["GroupId"],
            "ipProtocol": rule["IpProtocol"],
            "fromPort": None if portless else rule.get("FromPort"),
            "toPort": None if portless else rule.get("ToPort"),
            "cidrIpv4": rule.get("CidrIpv4") or None,
            "cidrIpv6": rule.get("CidrIpv6") or None,
            "referencedSecurityGroupId": (rule.get("ReferencedGroupInfo") or {}).get("GroupId"),
            "description": rule.get("Description") or None,
            **tag_outputs(call, rule.get("Tags")),
        }

    def replaced_by(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> frozenset[str]:
        # AWS changes rules in place; moto gives what is changed no way back, so only descriptions are changed there
        return self.replaces

    def change(self, call: AwsCall, changed: frozenset[str]) -> None:
        if call.cloud.ground.get(self.token, call.region, call.id) is not None:
            names = ("securityGroupId", "prefixListId", "ipProtocol", "fromPort", "toPort", "description")
            call.cloud.ground.put(self.token, call.region, call.id, call.given(*names) | {"tagsAll": all_tags(call)})
            return
        inputs = call.inputs
        rule: dict[str, Any] = {"IpProtocol": inputs["ipProtocol"], "Description": inputs.get("description", "")}
        if inputs["ipProtocol"] not in _PORTLESS:
            rule |= {"FromPort": inputs.get("fromPort", -1), "ToPort": inputs.get("toPort", -1)}
        names = {"cidrIpv4": "CidrIpv4", "cidrIpv6": "CidrIpv6", "referencedSecurityGroupId": "ReferencedGroupId"}
        rule |= {names[name]: value for name, value in call.given(*names).items()}
        self.client(call).modify_security_group_rules(
            GroupId=inputs["securityGroupId"],
            SecurityGroupRules=[{"SecurityGroupRuleId": call.id, "SecurityGroupRule": rule}],
        )

    def delete(self, call: AwsCall) -> None:
        client, group = self.client(call), call.inputs["securityGroupId"]
        if call.cloud.ground.get(self.token, call.region, call.id) is not None:
            call.cloud.ground.drop(self.token, call.region, call.id)
            return
        if self.read(call) is None:
            return
        revoke = client.revoke_security_group_egress if self.egress else client.revoke_security_group_ingress
        unless_gone(lambda: revoke(GroupId=group, SecurityGroupRuleIds=[call.id]))


class SecurityGroupIngressRule(_Rule):
    token = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"


class SecurityGroupEgressRule(_Rule):
    token = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
    egress = True
