"""Instances, volumes, placement groups, and a region's defaults for them."""

from __future__ import annotations

import base64
import binascii
import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any

from tests.standins.aws.keys import short_hash, usable_key
from tests.standins.aws.kind import (
    AwsCall,
    AwsKind,
    Ec2Kind,
    Known,
    all_tags,
    tag_outputs,
    tag_specification,
    unless_gone,
)
from tests.standins.base.kind import RefusedError
from tests.standins.base.vocabulary import Problem

USER_DATA_BYTES_MAX = 16_384
SEV_SNP_FAMILIES = ("m6a", "c6a", "r6a")
SEV_SNP_REGIONS = ("us-east-2", "eu-west-1")
"""EC2's documentation on AMD SEV-SNP; moto's describe-instance-types does not know the feature."""
_BESIDE = (
    "cpuOptions", "enclaveOptions", "placementGroup", "placementGroupId", "placementPartitionNumber", "privateDnsNameOptions",
    "maintenanceOptions", "creditSpecification", "hibernation", "disableApiTermination", "disableApiStop", "monitoring",
    "instanceInitiatedShutdownBehavior", "ebsOptimized", "tenancy", "sourceDestCheck", "userDataReplaceOnChange",
)  # fmt: skip
"""What moto drops or answers wrongly: kept beside its world."""


def user_data_problems(inputs: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield user data that EC2 does not take: more than 16 KiB before encoding, or no base64."""
    if isinstance(inputs.get("userData"), str) and len(inputs["userData"].encode()) > USER_DATA_BYTES_MAX:
        size = len(inputs["userData"].encode())
        yield "userData", f"is {size} bytes; EC2 takes at most {USER_DATA_BYTES_MAX}"
    encoded = inputs.get("userDataBase64", inputs.get("userData") if "userDataBase64" in inputs else None)
    if isinstance(encoded, str):
        try:
            size = len(base64.b64decode(encoded, validate=True))
        except binascii.Error as error:
            yield "userDataBase64", f"is no base64: {error}"
            return
        if size > USER_DATA_BYTES_MAX:
            yield "userDataBase64", f"holds {size} bytes; EC2 takes at most {USER_DATA_BYTES_MAX}"
    if {"userData", "userDataBase64"} <= inputs.keys():
        yield "userDataBase64", "conflicts with userData"


def machine_type(call: AwsCall, name: str) -> Mapping[str, Any]:
    """Return what EC2 says of an instance type in a region."""
    client = call.cloud.client("ec2", call.region)
    return dict(client.describe_instance_types(InstanceTypes=[name])["InstanceTypes"][0])


class Instance(Ec2Kind):
    token = "aws:ec2/instance:Instance"
    generated = ""
    replaces = frozenset(
        {
            "ami", "associatePublicIpAddress", "availabilityZone", "cpuOptions", "ebsBlockDevices", "enclaveOptions",
            "ephemeralBlockDevices", "getPasswordData", "hibernation", "hostId", "hostResourceGroupArn", "instanceMarketOptions",
            "ipv6AddressCount", "ipv6Addresses", "keyName", "networkInterfaces", "placementGroup", "placementGroupId",
            "placementPartitionNumber", "primaryNetworkInterface", "privateIp", "region", "rootBlockDevice.deviceName",
            "rootBlockDevice.encrypted", "rootBlockDevice.kmsKeyId", "secondaryNetworkInterfaces", "securityGroups",
            "subnetId", "tenancy",
        }
    )  # fmt: skip
    listed = {
        "instanceType": ("ec2", "InstanceType"),
        "metadataOptions.httpTokens": ("ec2", "HttpTokensState"),
        "metadataOptions.httpEndpoint": ("ec2", "InstanceMetadataEndpointState"),
        "metadataOptions.instanceMetadataTags": ("ec2", "InstanceMetadataTagsState"),
        "metadataOptions.httpProtocolIpv6": ("ec2", "InstanceMetadataProtocolState"),
        "rootBlockDevice.volumeType": ("ec2", "VolumeType"),
        "cpuOptions.amdSevSnp": ("ec2", "AmdSevSnpSpecification"),
        "instanceInitiatedShutdownBehavior": ("ec2", "ShutdownBehavior"),
        "tenancy": ("ec2", "Tenancy"),
        "privateDnsNameOptions.hostnameType": ("ec2", "HostnameType"),
        "maintenanceOptions.autoRecovery": ("ec2", "InstanceAutoRecoveryState"),
    }
    unknown_to_standin = (
        "ebsBlockDevices", "ephemeralBlockDevices", "networkInterfaces", "launchTemplate", "hostId", "securityGroups",
        "hostResourceGroupArn", "instanceMarketOptions", "ipv6AddressCount", "ipv6Addresses", "primaryNetworkInterface",
        "secondaryNetworkInterfaces", "secondaryPrivateIps", "volumeTags", "capacityReservationSpecification",
    )  # fmt: skip

    def replaced_by(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> frozenset[str]:
        if new.get("userDataReplaceOnChange") is True:
            return self.replaces | {"userData", "userDataBase64"}
        return self.replaces

    def defaults(self, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        return {
            "forceDestroy": False,
            "getPasswordData": False,
            "sourceDestCheck": True,
            "userDataReplaceOnChange": False,
        }

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        yield from user_data_problems(inputs)
        for name in self.unknown_to_standin:
            if inputs.get(name):
                yield name, "is not known to the stand-in"
        family = str(inputs.get("instanceType", "")).partition(".")[0]
        options = inputs.get("cpuOptions")
        if isinstance(options, Mapping) and options.get("amdSevSnp") == "enabled":
            if family and family not in SEV_SNP_FAMILIES:
                yield "cpuOptions.amdSevSnp", f"family {family} has no SEV-SNP; {', '.join(SEV_SNP_FAMILIES)} have"
            if isinstance(inputs.get("region"), str) and inputs["region"] not in SEV_SNP_REGIONS:
                yield "cpuOptions.amdSevSnp", f"{inputs['region']} has no SEV-SNP; {', '.join(SEV_SNP_REGIONS)} have"
        hops = (inputs.get("metadataOptions") or {}).get("httpPutResponseHopLimit", 1)
        if isinstance(hops, int) and not 1 <= hops <= 64:
            yield "metadataOptions.httpPutResponseHopLimit", f"is {hops}; EC2 takes 1 to 64"

    def create(self, call: AwsCall) -> str:
        client, inputs = self.client(call), call.inputs
        image, subnet = self._judge(call, client)
        metadata = {name[0].upper() + name[1:]: value for name, value in (inputs.get("metadataOptions") or {}).items()}
        parameters: dict[str, Any] = {
            "ImageId": inputs["ami"],
            "InstanceType": inputs["instanceType"],
            "MinCount": 1,
            "MaxCount": 1,
            "SubnetId": inputs["subnetId"],
            "SecurityGroupIds": inputs.get("vpcSecurityGroupIds") or [],
            **({"PrivateIpAddress": inputs["privateIp"]} if "privateIp" in inputs else {}),
            **({"KeyName": inputs["keyName"]} if "keyName" in inputs else {}),
            **(
                {"IamInstanceProfile": {"Name": inputs["iamInstanceProfile"]}} if "iamInstanceProfile" in inputs else {}
            ),
            **({"MetadataOptions": metadata} if metadata else {}),
            **self._user_data(inputs),
            **self._disk(call, image),
            **tag_specification(call, "instance"),
        }
        if "associatePublicIpAddress" in inputs:
            parameters |= self._interface(parameters, public=inputs["associatePublicIpAddress"])
        made = str(client.run_instances(**parameters)["Instances"][0]["InstanceId"])
        call.cloud.ground.put(self.token, call.region, made, call.given(*_BESIDE))
        self._protect(client, made, inputs)
        del subnet
        return made

    @staticmethod
    def _interface(parameters: dict[str, Any], *, public: bool) -> dict[str, Any]:
        interface = {
            "DeviceIndex": 0,
            "AssociatePublicIpAddress": public,
            "SubnetId": parameters.pop("SubnetId"),
            "Groups": parameters.pop("SecurityGroupIds"),
            "DeleteOnTermination": True,
        }
        if "PrivateIpAddress" in parameters:
            interface["PrivateIpAddress"] = parameters.pop("PrivateIpAddress")
        return {"NetworkInterfaces": [interface]}

    @staticmethod
    def _protect(client: Any, instance: str, inputs: Mapping[str, Any]) -> None:
        wanted = bool(inputs.get("disableApiTermination"))
        client.modify_instance_attribute(InstanceId=instance, DisableApiTermination={"Value": wanted})

    @staticmethod
    def _user_data(inputs: Mapping[str, Any]) -> dict[str, Any]:
        if "userDataBase64" in inputs:
            return {"UserData": base64.b64decode(inputs["userDataBase64"]).decode()}
        return {"UserData": inputs["userData"]} if "userData" in inputs else {}

    @staticmethod
    def _disk(call: AwsCall, image: Mapping[str, Any]) -> dict[str, Any]:
        disk = dict(call.inputs.get("rootBlockDevice") or {})
        if disk.get("kmsKeyId"):
            disk["kmsKeyId"] = usable_key(call, disk["kmsKeyId"])
            if disk.get("encrypted") is not True:
                raise RefusedError(
                    "InvalidParameterDependency", "a KMS key is given for a root volume that is not encrypted"
                )
        names = {"volumeSize": "VolumeSize", "volumeType": "VolumeType", "iops": "Iops", "throughput": "Throughput",
                 "encrypted": "Encrypted", "kmsKeyId": "KmsKeyId", "deleteOnTermination": "DeleteOnTermination"}  # fmt: skip
        told = {names[name]: value for name, value in disk.items() if name in names and value is not None}
        return (
            {"BlockDeviceMappings": [{"DeviceName": image.get("RootDeviceName", "/dev/xvda"), "Ebs": told}]}
            if told
            else {}
        )

    def _judge(self, call: AwsCall, client: Any) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """Ask what EC2 would ask; return the image and the subnet.

        Raises:
            RefusedError: EC2 would not start this.
        """
        inputs = call.inputs
        images = client.describe_images(ImageIds=[inputs["ami"]])["Images"]
        if not images:
            raise RefusedError("InvalidAMIID.NotFound", f"The image id '[{inputs['ami']}]' does not exist")
        subnet = client.describe_subnets(SubnetIds=[inputs["subnetId"]])["Subnets"][0]
        zone, name = subnet["AvailabilityZone"], inputs["instanceType"]
        if inputs.get("availabilityZone") not in (None, zone):
            raise RefusedError(
                "InvalidParameterValue", f"subnet {inputs['subnetId']} is not in {inputs['availabilityZone']}"
            )
        kind = machine_type(call, name)
        if images[0]["Architecture"] not in kind["ProcessorInfo"]["SupportedArchitectures"]:
            raise RefusedError(
                "InvalidParameterValue",
                f"The architecture '{','.join(kind['ProcessorInfo']['SupportedArchitectures'])}' of the specified instance "
                f"type does not match the architecture '{images[0]['Architecture']}' of the specified AMI.",
            )
        offered = client.describe_instance_type_offerings(
            LocationType="availability-zone",
            Filters=[{"Name": "instance-type", "Values": [name]}, {"Name": "location", "Values": [zone]}],
        )["InstanceTypeOfferings"]
        if not offered:
            raise RefusedError(
                "Unsupported",
                f"Your requested instance type ({name}) is not supported in your requested zone ({zone}).",
            )
        self._judge_network(client, inputs, subnet)
        self._judge_features(call, kind)
        return images[0], subnet

    @staticmethod
    def _judge_network(client: Any, inputs: Mapping[str, Any], subnet: Mapping[str, Any]) -> None:
        groups = inputs.get("vpcSecurityGroupIds") or []
        if len(groups) > 5:
            raise RefusedError("SecurityGroupsPerInterfaceLimitExceeded", f"{len(groups)} security groups; at most 5")
        for group in client.describe_security_groups(GroupIds=groups)["SecurityGroups"] if groups else []:
            if group["VpcId"] != subnet["VpcId"]:
                raise RefusedError(
                    "InvalidParameter", f"Security group {group['GroupId']} and subnet belong to different networks."
                )
        if "privateIp" not in inputs:
            return
        block, address = ipaddress.IPv4Network(subnet["CidrBlock"]), ipaddress.IPv4Address(inputs["privateIp"])
        if address not in block:
            raise RefusedError(
                "InvalidParameterValue", f"Address {address} does not fall within the subnet's address range"
            )
        if address in (*[block[index] for index in range(4)], block[-1]):
            raise RefusedError("InvalidParameterValue", f"Address {address} is in subnet's reserved address range")
        filters = [
            {"Name": "subnet-id", "Values": [inputs["subnetId"]]},
            {"Name": "addresses.private-ip-address", "Values": [str(address)]},
        ]
        for one in client.describe_network_interfaces(Filters=filters)["NetworkInterfaces"]:
            if one["PrivateIpAddress"] == str(address) and one["Status"] != "available":
                raise RefusedError("InvalidIPAddress.InUse", f"Address {address} is in use.")

    @staticmethod
    def _judge_features(call: AwsCall, kind: Mapping[str, Any]) -> None:
        inputs, name = call.inputs, call.inputs["instanceType"]
        if (inputs.get("enclaveOptions") or {}).get("enabled"):
            vcpus, arms = kind["VCpuInfo"]["DefaultVCpus"], "arm64" in kind["ProcessorInfo"]["SupportedArchitectures"]
            if kind.get("NitroEnclavesSupport") == "unsupported" or name.startswith("t") or vcpus < (2 if arms else 4):
                raise RefusedError("InvalidParameterCombination", f"Nitro Enclaves are not supported on {name}")
        if (inputs.get("cpuOptions") or {}).get("amdSevSnp") == "enabled" and call.region not in SEV_SNP_REGIONS:
            raise RefusedError("InvalidParameterCombination", f"AMD SEV-SNP is not supported in {call.region}")
        if "iamInstanceProfile" in inputs:
            profile = unless_gone(
                lambda: call.cloud.client("iam", "us-east-1").get_instance_profile(
                    InstanceProfileName=inputs["iamInstanceProfile"]
                )
            )
            if profile is None:
                raise RefusedError(
                    "InvalidParameterValue",
                    f"Value ({inputs['iamInstanceProfile']}) for parameter iamInstanceProfile.name is invalid.",
                )
        if "placementGroup" in inputs:
            _join_group(call, inputs["placementGroup"])

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        client = self.client(call)
        found = unless_gone(lambda: client.describe_instances(InstanceIds=[call.id])["Reservations"])
        if not found or found[0]["Instances"][0]["State"]["Name"] in ("terminated", "shutting-down"):
            return None
        one = found[0]["Instances"][0]
        beside = {**_beside_defaults(), **(call.cloud.ground.get(self.token, call.region, call.id) or {})}
        protected = client.describe_instance_attribute(InstanceId=call.id, Attribute="disableApiTermination")
        beside["disableApiTermination"] = protected["DisableApiTermination"]["Value"]
        profile = (one.get("IamInstanceProfile") or {}).get("Arn")
        public = one.get("PublicIpAddress")
        interfaces = one.get("NetworkInterfaces") or []
        return {
            "arn": self.arn(call, "ec2", f"instance/{call.id}"),
            "ami": one["ImageId"],
            "instanceType": one["InstanceType"],
            "instanceState": one["State"]["Name"],
            "subnetId": one["SubnetId"],
            "availabilityZone": one["Placement"]["AvailabilityZone"],
            "vpcSecurityGroupIds": sorted(
                group["GroupId"] for group in (interfaces[0]["Groups"] if interfaces else one["SecurityGroups"])
            ),
            "privateIp": one["PrivateIpAddress"],
            "privateDns": one.get("PrivateDnsName"),
            "publicIp": public or "",
            "publicDns": one.get("PublicDnsName") or "",
            "associatePublicIpAddress": bool(public),
            "primaryNetworkInterfaceId": interfaces[0]["NetworkInterfaceId"] if interfaces else "",
            "keyName": one.get("KeyName") or None,
            "iamInstanceProfile": profile.rpartition("/")[2] if profile else None,
            "metadataOptions": _metadata(one.get("MetadataOptions") or {}),
            "rootBlockDevice": self._root_disk(call, client, one),
            **self._read_user_data(call, client),
            **beside,
            **tag_outputs(call, one.get("Tags")),
        }

    @staticmethod
    def _read_user_data(call: AwsCall, client: Any) -> dict[str, Any]:
        found = client.describe_instance_attribute(InstanceId=call.id, Attribute="userData")["UserData"].get("Value")
        text = base64.b64decode(found).decode(errors="replace") if found else ""
        if "userDataBase64" in call.inputs:
            return {"userDataBase64": base64.b64encode(text.encode()).decode()}
        return {"userData": text} if text or "userData" in call.inputs else {}

    @staticmethod
    def _root_disk(call: AwsCall, client: Any, one: Mapping[str, Any]) -> dict[str, Any]:
        root = [m for m in one.get("BlockDeviceMappings") or [] if m["DeviceName"] == one.get("RootDeviceName")]
        mappings = root or one.get("BlockDeviceMappings") or []
        if not mappings:
            return {}
        volume = client.describe_volumes(VolumeIds=[mappings[0]["Ebs"]["VolumeId"]])["Volumes"][0]
        given = call.inputs.get("rootBlockDevice") or {}
        return {
            "deviceName": mappings[0]["DeviceName"],
            "volumeId": volume["VolumeId"],
            "volumeSize": volume["Size"],
            "volumeType": volume["VolumeType"],
            "encrypted": volume["Encrypted"],
            "kmsKeyId": volume.get("KmsKeyId") or "",
            "iops": volume.get("Iops") or given.get("iops") or 3000,
            "throughput": volume.get("Throughput") or given.get("throughput") or 125,
            "deleteOnTermination": mappings[0]["Ebs"].get("DeleteOnTermination", True),
            **({"tags": given["tags"]} if "tags" in given else {}),
        }

    def change(self, call: AwsCall, changed: frozenset[str]) -> None:
        client, inputs = self.client(call), call.inputs
        stops = changed & {"instanceType", "userData", "userDataBase64", "ebsOptimized"}
        if stops and inputs.get("disableApiStop") and call.state.get("disableApiStop"):
            raise RefusedError(
                "OperationNotPermitted",
                f"The instance '{call.id}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.",
            )
        if stops:
            client.stop_instances(InstanceIds=[call.id])
            if "instanceType" in changed:
                machine_type(call, inputs["instanceType"])
                client.modify_instance_attribute(InstanceId=call.id, InstanceType={"Value": inputs["instanceType"]})
            if changed & {"userData", "userDataBase64"}:
                text = self._user_data(inputs).get("UserData", "")
                client.modify_instance_attribute(InstanceId=call.id, UserData={"Value": text.encode()})
            client.start_instances(InstanceIds=[call.id])
        if "vpcSecurityGroupIds" in changed:
            client.modify_network_interface_attribute(
                NetworkInterfaceId=call.state["primaryNetworkInterfaceId"], Groups=inputs["vpcSecurityGroupIds"]
            )
        if "metadataOptions" in changed:
            options = {name[0].upper() + name[1:]: value for name, value in inputs["metadataOptions"].items()}
            client.modify_instance_metadata_options(InstanceId=call.id, **options)
        if "iamInstanceProfile" in changed:
            self._change_profile(client, call)
        if "rootBlockDevice" in changed:
            self._change_disk(client, call)
        if "disableApiTermination" in changed:
            self._protect(client, call.id, inputs)
        call.cloud.ground.put(self.token, call.region, call.id, call.given(*_BESIDE))

    @staticmethod
    def _change_profile(client: Any, call: AwsCall) -> None:
        filters = [{"Name": "instance-id", "Values": [call.id]}]
        for one in client.describe_iam_instance_profile_associations(Filters=filters)["IamInstanceProfileAssociations"]:
            client.disassociate_iam_instance_profile(AssociationId=one["AssociationId"])
        if "iamInstanceProfile" in call.inputs:
            client.associate_iam_instance_profile(
                InstanceId=call.id, IamInstanceProfile={"Name": call.inputs["iamInstanceProfile"]}
            )

    @staticmethod
    def _change_disk(client: Any, call: AwsCall) -> None:
        disk, old = call.inputs.get("rootBlockDevice") or {}, call.state.get("rootBlockDevice") or {}
        if disk.get("volumeSize", 0) < old.get("volumeSize", 0) and "volumeSize" in disk:
            raise RefusedError("InvalidParameterValue", "New size cannot be smaller than existing size")
        names = {"volumeSize": "Size", "volumeType": "VolumeType", "iops": "Iops", "throughput": "Throughput"}
        told = {names[name]: value for name, value in disk.items() if name in names and value != old.get(name)}
        if told:
            client.modify_volume(VolumeId=old["volumeId"], **told)

    def delete(self, call: AwsCall) -> None:
        client, found = self.client(call), self.read(call)
        if found is None:
            call.cloud.ground.drop(self.token, call.region, call.id)
            return
        if found["disableApiTermination"]:
            if not call.inputs.get("forceDestroy"):  # moto terminates what is protected
                raise RefusedError(
                    "OperationNotPermitted",
                    f"The instance '{call.id}' may not be terminated. "
                    "Modify its 'disableApiTermination' instance attribute and try again.",
                )
            client.modify_instance_attribute(InstanceId=call.id, DisableApiTermination={"Value": False})
        root = found["rootBlockDevice"]
        client.terminate_instances(InstanceIds=[call.id])
        interface = found["primaryNetworkInterfaceId"]
        if interface:  # moto leaves the interface of a machine that was given no public address setting
            unless_gone(lambda: client.delete_network_interface(NetworkInterfaceId=interface))
        if root and root["deleteOnTermination"]:
            unless_gone(lambda: client.delete_volume(VolumeId=root["volumeId"]))
        call.cloud.ground.drop(self.token, call.region, call.id)


def _beside_defaults() -> dict[str, Any]:
    return {
        "disableApiStop": False, "monitoring": False, "instanceInitiatedShutdownBehavior": "stop", "ebsOptimized": False,
        "tenancy": "default", "sourceDestCheck": True, "hibernation": False, "placementGroup": "", "placementGroupId": "",
        "placementPartitionNumber": 0, "enclaveOptions": {"enabled": False},
    }  # fmt: skip


def _metadata(found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "httpEndpoint": found.get("HttpEndpoint") or "enabled",
        "httpTokens": found.get("HttpTokens") or "optional",
        "httpPutResponseHopLimit": int(found.get("HttpPutResponseHopLimit") or 1),
        "httpProtocolIpv6": found.get("HttpProtocolIpv6") or "disabled",
        "instanceMetadataTags": found.get("InstanceMetadataTags") or "disabled",
    }


def _join_group(call: AwsCall, name: str) -> None:
    """Refuse a placement group that is not there, or a spread group with seven in the zone already."""
    group = call.cloud.ground.get(PlacementGroup.token, call.region, name)
    if group is None:
        raise RefusedError("InvalidPlacementGroup.Unknown", f"The Placement Group '{name}' is unknown.")
    if group["strategy"] != "spread" or group.get("spreadLevel", "rack") != "rack":
        return
    client, zones = call.cloud.client("ec2", call.region), []
    for (_, region, identity), value in call.cloud.ground.facts(Instance.token).items():
        if region == call.region and value.get("placementGroup") == name:
            found = unless_gone(lambda i=identity: client.describe_instances(InstanceIds=[i])["Reservations"])  # type: ignore[misc]
            zones += [one["Placement"]["AvailabilityZone"] for r in found or [] for one in r["Instances"]]
    subnet = client.describe_subnets(SubnetIds=[call.inputs["subnetId"]])["Subnets"][0]
    if zones.count(subnet["AvailabilityZone"]) >= 7:
        raise RefusedError(
            "InstanceLimitExceeded", f"spread group {name} holds 7 instances in {subnet['AvailabilityZone']} already"
        )


class Volume(Ec2Kind):
    token = "aws:ebs/volume:Volume"
    generated = ""
    replaces = frozenset(
        {"availabilityZone", "encrypted", "kmsKeyId", "snapshotId", "multiAttachEnabled", "region", "outpostArn"}
    )
    listed = {"type": ("ec2", "VolumeType")}

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        if inputs.lacks("size", "snapshotId"):
            yield "size", "or snapshotId is needed"
        if "kmsKeyId" in inputs and (inputs.lacks("encrypted") or inputs.get("encrypted") is False):
            yield "kmsKeyId", "is given for a volume that is not encrypted"
        if "throughput" in inputs and "type" not in inputs.unknown and inputs.get("type", "gp2") != "gp3":
            yield "throughput", f"is for gp3 only, not {inputs.get('type', 'gp2')}"

    def create(self, call: AwsCall) -> str:
        inputs = call.inputs
        if "kmsKeyId" in inputs:
            usable_key(call, inputs["kmsKeyId"])
        names = {"size": "Size", "type": "VolumeType", "iops": "Iops", "throughput": "Throughput", "snapshotId": "SnapshotId",
                 "encrypted": "Encrypted", "kmsKeyId": "KmsKeyId", "multiAttachEnabled": "MultiAttachEnabled"}  # fmt: skip
        made = self.client(call).create_volume(
            AvailabilityZone=inputs["availabilityZone"],
            **{names[name]: value for name, value in call.given(*names).items()},
            **tag_specification(call, "volume"),
        )
        identity = str(made["VolumeId"])
        call.cloud.ground.put(self.token, call.region, identity, call.given("iops", "throughput", "multiAttachEnabled"))
        return identity

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        found = unless_gone(lambda: self.client(call).describe_volumes(VolumeIds=[call.id])["Volumes"])
        if not found:
            return None
        one, beside = found[0], call.cloud.ground.get(self.token, call.region, call.id) or {}
        gp3 = one["VolumeType"] == "gp3"
        return {
            "arn": self.arn(call, "ec2", f"volume/{call.id}"),
            "availabilityZone": one["AvailabilityZone"],
            "size": one["Size"],
            "type": one["VolumeType"],
            "encrypted": one["Encrypted"],
            "kmsKeyId": one.get("KmsKeyId") or "",
            "iops": beside.get("iops") or one.get("Iops") or (3000 if gp3 else 100),
            "throughput": beside.get("throughput") or one.get("Throughput") or (125 if gp3 else 0),
            "multiAttachEnabled": beside.get("multiAttachEnabled", False),
            "snapshotId": one.get("SnapshotId") or "",
            "createTime": str(one["CreateTime"]),
            **tag_outputs(call, one.get("Tags")),
        }

    def change(self, call: AwsCall, changed: frozenset[str]) -> None:
        names = {"size": "Size", "type": "VolumeType", "iops": "Iops", "throughput": "Throughput"}
        if "size" in changed and call.inputs["size"] < call.state["size"]:
            raise RefusedError(
                "InvalidParameterValue", f"New size {call.inputs['size']} cannot be smaller than existing size"
            )
        told = {names[name]: call.inputs[name] for name in names if name in changed and name in call.inputs}
        if told:
            self.client(call).modify_volume(VolumeId=call.id, **told)
        call.cloud.ground.put(self.token, call.region, call.id, call.given("iops", "throughput", "multiAttachEnabled"))

    def delete(self, call: AwsCall) -> None:
        client = self.client(call)
        found = unless_gone(lambda: client.describe_volumes(VolumeIds=[call.id])["Volumes"])
        if not found:
            return
        if found[0]["Attachments"]:
            raise RefusedError(
                "VolumeInUse", f"Volume {call.id} is currently attached to {found[0]['Attachments'][0]['InstanceId']}"
            )
        if call.inputs.get("finalSnapshot"):
            client.create_snapshot(VolumeId=call.id, **tag_specification(call, "snapshot"))
        client.delete_volume(VolumeId=call.id)
        call.cloud.ground.drop(self.token, call.region, call.id)


class VolumeAttachment(AwsKind):
    token = "aws:ec2/volumeAttachment:VolumeAttachment"
    generated = ""
    replaces = frozenset({"deviceName", "instanceId", "volumeId", "region"})

    def create(self, call: AwsCall) -> str:
        client, inputs = self.client(call), call.inputs
        volume = client.describe_volumes(VolumeIds=[inputs["volumeId"]])["Volumes"][0]
        machine = client.describe_instances(InstanceIds=[inputs["instanceId"]])["Reservations"][0]["Instances"][0]
        zone = machine["Placement"]["AvailabilityZone"]
        if volume["AvailabilityZone"] != zone:  # moto attaches across zones
            raise RefusedError(
                "InvalidVolume.ZoneMismatch",
                f"The volume '{inputs['volumeId']}' is not in the same availability zone as instance '{inputs['instanceId']}'",
            )
        if machine["State"]["Name"] not in ("running", "stopped", "pending"):
            raise RefusedError("IncorrectState", f"Instance '{inputs['instanceId']}' is {machine['State']['Name']}")
        if volume["Attachments"]:
            raise RefusedError("VolumeInUse", f"{inputs['volumeId']} is already attached to an instance")
        if inputs["deviceName"] in [one["DeviceName"] for one in machine.get("BlockDeviceMappings") or []]:
            raise RefusedError(
                "InvalidParameterValue", f"Invalid value '{inputs['deviceName']}' for unixDevice: already in use"
            )
        client.attach_volume(VolumeId=inputs["volumeId"], InstanceId=inputs["instanceId"], Device=inputs["deviceName"])
        return f"vai-{short_hash(inputs['deviceName'], inputs['instanceId'], inputs['volumeId'])}"

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        values = {**call.state, **call.inputs}
        found = unless_gone(lambda: self.client(call).describe_volumes(VolumeIds=[values["volumeId"]])["Volumes"]) or []
        for one in found[0]["Attachments"] if found else []:
            if one["InstanceId"] == values["instanceId"]:
                return {"deviceName": one["Device"], "instanceId": one["InstanceId"], "volumeId": one["VolumeId"]}
        return None

    def update(self, call: AwsCall, changed: frozenset[str]) -> None:
        if changed - {"skipDestroy", "forceDetach", "stopInstanceBeforeDetaching"}:
            super().update(call, changed)

    def delete(self, call: AwsCall) -> None:
        if call.inputs.get("skipDestroy") or self.read(call) is None:
            return
        client = self.client(call)
        if call.inputs.get("stopInstanceBeforeDetaching"):
            client.stop_instances(InstanceIds=[call.inputs["instanceId"]])
        client.detach_volume(VolumeId=call.inputs["volumeId"], InstanceId=call.inputs["instanceId"])


class PlacementGroup(Ec2Kind):
    """Kept beside moto, which has none."""

    token = "aws:ec2/placementGroup:PlacementGroup"
    replaces = frozenset({"name", "strategy", "partitionCount", "spreadLevel", "region"})
    listed = {"strategy": ("ec2", "PlacementStrategy"), "spreadLevel": ("ec2", "SpreadLevel")}

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        if "partitionCount" in inputs and inputs.get("strategy", "partition") != "partition":
            yield "partitionCount", "is for the strategy partition only"
        if isinstance(inputs.get("partitionCount"), int) and not 1 <= inputs["partitionCount"] <= 7:
            yield "partitionCount", f"is {inputs['partitionCount']}; EC2 takes 1 to 7"
        if inputs.get("spreadLevel") == "host":
            yield "spreadLevel", "host is for Outposts only"

    def create(self, call: AwsCall) -> str:
        name, ground = call.inputs["name"], call.cloud.ground
        if ground.get(self.token, call.region, name) is not None:
            raise RefusedError("InvalidPlacementGroup.Duplicate", f"The Placement Group '{name}' already exists.")
        identity = f"pg-{ground.next_number('pg'):017x}"
        kept = {"strategy": call.inputs["strategy"], **call.given("partitionCount", "spreadLevel")}
        ground.put(self.token, call.region, name, {**kept, "placementGroupId": identity, "tagsAll": all_tags(call)})
        return str(name)

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        found = call.cloud.ground.get(self.token, call.region, call.id)
        if found is None:
            return None
        tags = found.pop("tagsAll")
        spread = {"spreadLevel": "rack"} if found["strategy"] == "spread" else {"spreadLevel": ""}
        return {
            "arn": self.arn(call, "ec2", f"placement-group/{call.id}"),
            "name": call.id,
            "partitionCount": 0 if found["strategy"] != "partition" else 2,
            **spread,
            **found,
            **tag_outputs(call, tags),
        }

    def retag(self, call: AwsCall) -> None:
        found = call.cloud.ground.get(self.token, call.region, call.id) or {}
        call.cloud.ground.put(self.token, call.region, call.id, {**found, "tagsAll": all_tags(call)})

    def delete(self, call: AwsCall) -> None:
        client = self.client(call)
        for (_, region, identity), value in call.cloud.ground.facts(Instance.token).items():
            if region == call.region and value.get("placementGroup") == call.id:
                found = unless_gone(lambda i=identity: client.describe_instances(InstanceIds=[i])["Reservations"])  # type: ignore[misc]
                if found and found[0]["Instances"][0]["State"]["Name"] not in ("terminated", "shutting-down"):
                    raise RefusedError(
                        "InvalidPlacementGroup.InUse", f"The placement group {call.id} is in use by {identity}"
                    )
        call.cloud.ground.drop(self.token, call.region, call.id)


class EncryptionByDefault(AwsKind):
    token = "aws:ebs/encryptionByDefault:EncryptionByDefault"
    generated = ""
    replaces = frozenset({"region"})

    def defaults(self, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"enabled": True}

    def create(self, call: AwsCall) -> str:
        self._set(call, enabled=call.inputs.get("enabled", True))
        return call.region

    def _set(self, call: AwsCall, *, enabled: bool) -> None:
        client = self.client(call)
        (client.enable_ebs_encryption_by_default if enabled else client.disable_ebs_encryption_by_default)()

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        return {"enabled": self.client(call).get_ebs_encryption_by_default()["EbsEncryptionByDefault"]}

    def update(self, call: AwsCall, changed: frozenset[str]) -> None:
        self._set(call, enabled=call.inputs.get("enabled", True))

    def delete(self, call: AwsCall) -> None:
        self._set(call, enabled=False)


class _RegionSetting(AwsKind):
    """A setting of a whole region that moto lacks: kept beside it."""

    generated = ""
    replaces = frozenset({"region"})

    def create(self, call: AwsCall) -> str:
        self.update(call, frozenset())
        return call.region

    def read(self, call: AwsCall) -> Mapping[str, Any] | None:
        found = call.cloud.ground.get(self.token, call.region, call.region)
        return None if found is None else {**self.unset(), **found}

    def unset(self) -> dict[str, Any]:
        return {}

    def update(self, call: AwsCall, changed: frozenset[str]) -> None:
        kept = {name: value for name, value in call.inputs.items() if name != "region"}
        call.cloud.ground.put(self.token, call.region, call.region, kept)

    def delete(self, call: AwsCall) -> None:
        call.cloud.ground.drop(self.token, call.region, call.region)


class InstanceMetadataDefaults(_RegionSetting):
    token = "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults"

    def unset(self) -> dict[str, Any]:
        preference = "no-preference"
        return {"httpEndpoint": preference, "httpTokens": preference, "instanceMetadataTags": preference,
                "httpPutResponseHopLimit": -1}  # fmt: skip

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        allowed = {"httpTokens": ("optional", "required"), "httpEndpoint": ("enabled", "disabled"),
                   "instanceMetadataTags": ("enabled", "disabled")}  # fmt: skip
        for name, values in allowed.items():
            if isinstance(inputs.get(name), str) and inputs[name] not in (*values, "no-preference"):
                yield name, f"'{inputs[name]}' is not among {', '.join(values)}, no-preference"


class SnapshotBlockPublicAccess(_RegionSetting):
    token = "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess"
    listed = {"state": ("ec2", "SnapshotBlockPublicAccessState")}
