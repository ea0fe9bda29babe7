"""Functions of the AWS provider (`aws.ec2.get_ami`, ...), answered by the emulated API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tests.standins.base.kind import RefusedError
from tests.standins.base.vocabulary import function_arguments

if TYPE_CHECKING:
    from tests.standins.aws.cloud import AwsCloud

Answer = Mapping[str, Any]


def answer(cloud: AwsCloud, token: str, arguments: Mapping[str, Any]) -> Answer:
    """Answer a function.

    Raises:
        RefusedError: The stand-in does not have it, an argument is not the SDK's, or AWS refuses.
    """
    function = FUNCTIONS.get(token)
    if function is None:
        raise RefusedError("UnknownFunction", f"the stand-in for aws has no function {token}: teach it, or do without")
    _check(token, arguments)
    return function(cloud, arguments, cloud.region(arguments))


def _check(token: str, arguments: Mapping[str, Any]) -> None:
    known = function_arguments("aws", token)
    strange = sorted(set(arguments) - known)
    if strange:
        raise RefusedError(
            "UnknownArgument", f"{token} takes no {', '.join(strange)}; it takes {', '.join(sorted(known))}"
        )


def _ami(cloud: AwsCloud, arguments: Mapping[str, Any], region: str) -> Answer:
    client = cloud.client("ec2", region)
    filters = [{"Name": one["name"], "Values": one["values"]} for one in arguments.get("filters") or []]
    owners = {"Owners": arguments["owners"]} if arguments.get("owners") else {}
    images = client.describe_images(Filters=filters, **owners)["Images"]
    if len(images) != 1 and not (images and arguments.get("mostRecent")):
        found = "no results" if not images else f"{len(images)} results"
        raise RefusedError(
            "AmiQuery", f"Your query returned {found} in {region}. Please change your search criteria and try again."
        )
    image = sorted(images, key=lambda one: one["CreationDate"])[-1]
    return {
        **{name: value for name, value in arguments.items() if value is not None},
        "id": image["ImageId"],
        "imageId": image["ImageId"],
        "arn": f"arn:aws:ec2:{region}::image/{image['ImageId']}",
        "name": image["Name"],
        "architecture": image["Architecture"],
        "creationDate": image["CreationDate"],
        "description": image.get("Description", ""),
        "ownerId": image["OwnerId"],
        "rootDeviceName": image.get("RootDeviceName", ""),
        "rootDeviceType": image.get("RootDeviceType", ""),
        "state": image["State"],
        "hypervisor": image.get("Hypervisor", ""),
        "virtualizationType": image.get("VirtualizationType", ""),
        "public": image.get("Public", True),
        "region": region,
    }


def _caller(cloud: AwsCloud, arguments: Mapping[str, Any], region: str) -> Answer:
    found = cloud.client("sts", region).get_caller_identity()
    return {"id": found["Account"], "accountId": found["Account"], "arn": found["Arn"], "userId": found["UserId"]}


def _zones(cloud: AwsCloud, arguments: Mapping[str, Any], region: str) -> Answer:
    filters = [{"Name": one["name"], "Values": one["values"]} for one in arguments.get("filters") or []]
    zones = cloud.client("ec2", region).describe_availability_zones(Filters=filters)["AvailabilityZones"]
    state = arguments.get("state")
    zones = sorted((zone for zone in zones if state in (None, zone["State"])), key=lambda zone: str(zone["ZoneName"]))
    return {
        **{name: value for name, value in arguments.items() if value is not None},
        "id": region,
        "names": [zone["ZoneName"] for zone in zones],
        "zoneIds": [zone["ZoneId"] for zone in zones],
        "groupNames": [region],
        "region": region,
    }


def _region(cloud: AwsCloud, arguments: Mapping[str, Any], region: str) -> Answer:
    return {
        "id": region,
        "name": region,
        "region": region,
        "description": region,
        "endpoint": f"ec2.{region}.amazonaws.com",
    }


def _partition(cloud: AwsCloud, arguments: Mapping[str, Any], region: str) -> Answer:
    return {"id": "aws", "partition": "aws", "dnsSuffix": "amazonaws.com", "reverseDnsPrefix": "com.amazonaws"}


def _parameter(cloud: AwsCloud, arguments: Mapping[str, Any], region: str) -> Answer:
    found = cloud.client("ssm", region).get_parameter(Name=arguments["name"])["Parameter"]
    value = {
        "value": found["Value"],
        "insecureValue": found["Value"],
        "type": found["Type"],
        "version": found["Version"],
    }
    return {"id": arguments["name"], "name": arguments["name"], "arn": found["ARN"], "region": region, **value}


def _prefix_list(cloud: AwsCloud, arguments: Mapping[str, Any], region: str) -> Answer:
    client, name = cloud.client("ec2", region), arguments.get("name")
    found = [
        one for one in client.describe_managed_prefix_lists()["PrefixLists"] if name in (None, one["PrefixListName"])
    ]
    if len(found) != 1:
        raise RefusedError("PrefixListQuery", f"{len(found)} prefix lists match {name!r} in {region}, not one")
    one = found[0]
    return {
        "id": one["PrefixListId"],
        "name": one["PrefixListName"],
        "arn": one["PrefixListArn"],
        "addressFamily": one.get("AddressFamily", "IPv4"),
        "ownerId": one["OwnerId"],
        "region": region,
        "entries": [],
        "maxEntries": 0,
        "tags": {},
        "version": 1,
    }


FUNCTIONS: Mapping[str, Callable[[Any, Mapping[str, Any], str], Answer]] = {
    "aws:ec2/getAmi:getAmi": _ami,
    "aws:ec2/getManagedPrefixList:getManagedPrefixList": _prefix_list,
    "aws:index/getAvailabilityZones:getAvailabilityZones": _zones,
    "aws:index/getCallerIdentity:getCallerIdentity": _caller,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _region,
    "aws:ssm/getParameter:getParameter": _parameter,
}
