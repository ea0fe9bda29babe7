"""Route 53: zones, their networks, records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.standins.aws.kind import AwsCall, AwsKind, Known, all_tags, tag_list, tag_outputs, unless_gone
from tests.standins.base.kind import RefusedError
from tests.standins.base.vocabulary import Problem


def _short(identity: str) -> str:
    return identity.rpartition("/")[2]


class Route53Kind(AwsKind):
    service = "route53"
    generated = ""

    def route53(self, call: AwsCall) -> Any:
        return call.cloud.client("route53", "us-east-1")

    def join(self, call: AwsCall, zone: str, vpc: str, region: str) -> None:
        """Associate a network with a private zone."""
        call.cloud.client("ec2", region).describe_vpcs(VpcIds=[vpc])  # moto takes networks that are nowhere
        client = self.route53(call)
        name = client.get_hosted_zone(Id=zone)["HostedZone"]["Name"]
        for other in client.list_hosted_zones_by_vpc(VPCId=vpc, VPCRegion=region)["HostedZoneSummaries"]:
            if other["Name"] == name:
                raise RefusedError(
                    "ConflictingDomainExists",
                    f"{vpc} is associated with a zone {name} already: {other['HostedZoneId']}",
                )
        client.associate_vpc_with_hosted_zone(HostedZoneId=zone, VPC={"VPCId": vpc, "VPCRegion": region})


class Zone(Route53Kind):
    token = "aws:route53/zone:Zone"
    replaces = frozenset({"name", "delegationSetId"})

    def defaults(self, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"comment": "Managed by Pulumi", "forceDestroy": False}

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        if inputs.lacks("name"):
            yield "name", "is required and missing"
        if "delegationSetId" in inputs and "vpcs" in inputs:
            yield "delegationSetId", "conflicts with vpcs"

    def create(self, call: AwsCall) -> str:
        inputs, client = call.inputs, self.route53(call)
        vpcs = [(one["vpcId"], one.get("vpcRegion") or call.region) for one in inputs.get("vpcs") or []]
        for vpc, region in vpcs:
            call.cloud.client("ec2", region).describe_vpcs(VpcIds=[vpc])
        first = {"VPC": {"VPCId": vpcs[0][0], "VPCRegion": vpcs[0][1]}} if vpcs else {}
        made = client.create_hosted_zone(
            Name=inputs["name"],
            CallerReference=f"standin-{call.cloud.ground.next_number('zone')}",
            HostedZoneConfig={"Comment": inputs.get("comment", "Managed by Pulumi"), "PrivateZone": bool(vpcs)},
            **first,
        )
        zone = _short(made["HostedZone"]["Id"])
        for vpc, region in vpcs[1:]:
            self.join(call, zone, vpc, region)
        if all_tags(call):
            client.change_tags_for_resource(
                ResourceType="hostedzone", ResourceId=zone, AddTags=tag_list(all_tags(call))
            )
        return zone

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        client = self.route53(call)
        found = unless_gone(lambda: client.get_hosted_zone(Id=call.id))
        if found is None:
            return None
        tags = client.list_tags_for_resource(ResourceType="hostedzone", ResourceId=call.id)["ResourceTagSet"]["Tags"]
        world = sorted((one["VPCId"], one["VPCRegion"]) for one in found.get("VPCs") or [])
        servers = (found.get("DelegationSet") or {}).get("NameServers") or []
        given_region = {one["vpcId"]: "vpcRegion" in one for one in call.inputs.get("vpcs") or []}
        return {
            "arn": f"arn:aws:route53:::hostedzone/{call.id}",
            "zoneId": call.id,
            "name": found["HostedZone"]["Name"].rstrip("."),
            "comment": found["HostedZone"]["Config"].get("Comment", ""),
            "nameServers": servers,
            "primaryNameServer": servers[0] if servers else "",
            "vpcs": [
                {"vpcId": vpc, **({"vpcRegion": region} if given_region.get(vpc, True) else {})}
                for vpc, region in world
            ]
            or None,
            **tag_outputs(call, tags),
        }

    def update(self, call: AwsCall, changed: frozenset[str]) -> None:
        client, inputs = self.route53(call), call.inputs
        if "comment" in changed:
            client.update_hosted_zone_comment(Id=call.id, Comment=inputs.get("comment", "Managed by Pulumi"))
        if "vpcs" in changed:
            found = client.get_hosted_zone(Id=call.id).get("VPCs") or []
            old = {(one["VPCId"], one["VPCRegion"]) for one in found}
            new = {(one["vpcId"], one.get("vpcRegion") or call.region) for one in inputs.get("vpcs") or []}
            for vpc, region in sorted(new - old):
                self.join(call, call.id, vpc, region)
            for vpc, region in sorted(old - new):
                client.disassociate_vpc_from_hosted_zone(HostedZoneId=call.id, VPC={"VPCId": vpc, "VPCRegion": region})
        if "tags" in changed:
            gone = sorted(set(call.state.get("tagsAll") or {}) - set(all_tags(call)))
            client.change_tags_for_resource(
                ResourceType="hostedzone",
                ResourceId=call.id,
                AddTags=tag_list(all_tags(call)),
                **({"RemoveTagKeys": gone} if gone else {}),
            )

    def delete(self, call: AwsCall) -> None:
        client = self.route53(call)
        if unless_gone(lambda: client.get_hosted_zone(Id=call.id)) is None:
            return
        records = client.list_resource_record_sets(HostedZoneId=call.id)["ResourceRecordSets"]
        left = [one for one in records if one["Type"] not in ("NS", "SOA")]
        if left and not call.inputs.get("forceDestroy"):
            names = ", ".join(f"{one['Name']} {one['Type']}" for one in left)
            raise RefusedError(
                "HostedZoneNotEmpty", f"The specified hosted zone contains non-required records: {names}"
            )
        for one in left:
            change = {"Action": "DELETE", "ResourceRecordSet": one}
            client.change_resource_record_sets(HostedZoneId=call.id, ChangeBatch={"Changes": [change]})
        client.delete_hosted_zone(Id=call.id)


class ZoneAssociation(Route53Kind):
    token = "aws:route53/zoneAssociation:ZoneAssociation"
    replaces = frozenset({"vpcId", "vpcRegion", "zoneId"})

    def create(self, call: AwsCall) -> str:
        inputs, region = call.inputs, call.inputs.get("vpcRegion") or call.region
        if not self.route53(call).get_hosted_zone(Id=inputs["zoneId"]).get("VPCs"):
            raise RefusedError("PublicZoneVPCAssociation", f"zone {inputs['zoneId']} is public")
        self.join(call, inputs["zoneId"], inputs["vpcId"], region)
        return f"{inputs['zoneId']}:{inputs['vpcId']}:{region}"

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        zone, vpc, region = call.id.split(":")
        found = unless_gone(lambda: self.route53(call).get_hosted_zone(Id=zone))
        joined = [(one["VPCId"], one["VPCRegion"]) for one in (found or {}).get("VPCs") or []]
        if (vpc, region) not in joined:
            return None
        return {"zoneId": zone, "vpcId": vpc, "vpcRegion": region, "owningAccount": call.cloud.account}

    def delete(self, call: AwsCall) -> None:
        zone, vpc, region = call.id.split(":")
        client = self.route53(call)
        if self.read(call) is None:
            return
        if len(client.get_hosted_zone(Id=zone).get("VPCs") or []) == 1:
            raise RefusedError("LastVPCAssociation", f"{vpc} is the last network of the private zone {zone}")
        client.disassociate_vpc_from_hosted_zone(HostedZoneId=zone, VPC={"VPCId": vpc, "VPCRegion": region})


class Record(Route53Kind):
    token = "aws:route53/record:Record"
    replaces = frozenset({"name", "type", "zoneId", "setIdentifier"})
    listed = {"type": ("route53", "RRType")}

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        if "aliases" in inputs and ("records" in inputs or "ttl" in inputs):
            yield "aliases", "conflicts with records and ttl"
        if inputs.lacks("aliases") and (inputs.lacks("records") or inputs.lacks("ttl")):
            yield "records", "and ttl are needed without aliases"
        for name in inputs:
            if name.endswith(("RoutingPolicy", "RoutingPolicies")):
                yield name, "is not known to the stand-in"

    def _full_name(self, call: AwsCall) -> str:
        zone = self.route53(call).get_hosted_zone(Id=call.inputs["zoneId"])["HostedZone"]["Name"]
        name = str(call.inputs["name"]).rstrip(".")
        return name if f".{name}.".endswith(f".{zone}") else f"{name}.{zone}".rstrip(".")

    def _set(self, call: AwsCall) -> dict[str, Any]:
        inputs = call.inputs
        told: dict[str, Any] = {"Name": self._full_name(call), "Type": inputs["type"]}
        if inputs.get("aliases"):
            alias = inputs["aliases"][0]
            told["AliasTarget"] = {
                "DNSName": alias["name"],
                "HostedZoneId": alias["zoneId"],
                "EvaluateTargetHealth": alias["evaluateTargetHealth"],
            }
            return told
        quoted = inputs["type"] in ("TXT", "SPF")
        values = [f'"{one}"' if quoted and not one.startswith('"') else one for one in inputs["records"]]
        return {**told, "TTL": inputs["ttl"], "ResourceRecords": [{"Value": value} for value in values]}

    def _change(self, call: AwsCall, action: str) -> None:
        change = {"Action": action, "ResourceRecordSet": self._set(call)}
        self.route53(call).change_resource_record_sets(
            HostedZoneId=call.inputs["zoneId"], ChangeBatch={"Changes": [change]}
        )

    def create(self, call: AwsCall) -> str:
        if self._found(call, call.inputs["zoneId"], self._full_name(call), call.inputs["type"]) and not call.inputs.get(
            "allowOverwrite"
        ):
            raise RefusedError(
                "InvalidChangeBatch",
                f"Tried to create resource record set {self._full_name(call)} but it already exists",
            )
        self._change(call, "UPSERT" if call.inputs.get("allowOverwrite") else "CREATE")
        return f"{call.inputs['zoneId']}_{self._full_name(call)}_{call.inputs['type']}"

    def _found(self, call: AwsCall, zone: str, name: str, kind: str) -> Mapping[str, Any] | None:
        client = self.route53(call)
        answer = unless_gone(
            lambda: client.list_resource_record_sets(
                HostedZoneId=zone, StartRecordName=name, StartRecordType=kind, MaxItems="1"
            )
        )
        for one in (answer or {}).get("ResourceRecordSets", []):
            if one["Name"].rstrip(".") == name and one["Type"] == kind:
                return dict(one)
        return None

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        zone, rest = call.id.split("_", 1)
        name, _, kind = rest.rpartition("_")
        found = self._found(call, zone, name, kind)
        if found is None:
            return None
        told: dict[str, Any] = {
            "zoneId": zone,
            "type": kind,
            "fqdn": name,
            "name": call.inputs.get("name", name),
        }
        if "AliasTarget" in found:
            alias = found["AliasTarget"]
            told["aliases"] = [
                {
                    "name": alias["DNSName"].rstrip("."),
                    "zoneId": alias["HostedZoneId"],
                    "evaluateTargetHealth": bool(alias["EvaluateTargetHealth"]),
                }
            ]
            return told
        values = [one["Value"] for one in found["ResourceRecords"]]
        quoted = kind in ("TXT", "SPF")
        return {**told, "ttl": int(found["TTL"]), "records": [v.strip('"') if quoted else v for v in values]}

    def update(self, call: AwsCall, changed: frozenset[str]) -> None:
        self._change(call, "UPSERT")

    def delete(self, call: AwsCall) -> None:
        zone, rest = call.id.split("_", 1)
        name, _, kind = rest.rpartition("_")
        found = self._found(call, zone, name, kind)
        if found is not None:
            change = {"Action": "DELETE", "ResourceRecordSet": found}
            self.route53(call).change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [change]})
