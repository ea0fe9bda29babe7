"""What the AWS kinds share: tags, values that botocore's models list, and what is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, ClassVar, TypeVar

import boto3
from botocore.exceptions import ClientError

from tests.standins.base.kind import Call, Kind
from tests.standins.base.values import UNKNOWN
from tests.standins.base.vocabulary import Problem

AwsCall = Call["AwsCloud"]
Result = TypeVar("Result")

_GONE = (
    "NotFound", "NoSuch", "ResourceNotFound", "InvalidAllocationID", "DoesNotExist", "NotFoundException",
)  # fmt: skip


@cache
def _model(service: str) -> Any:
    session = boto3.session.Session(aws_access_key_id="standin", aws_secret_access_key="standin")
    return session.client(service, region_name="us-east-1").meta.service_model


@cache
def enumeration(service: str, shape: str) -> frozenset[str]:
    """Return the values that botocore's model of a service lists for a shape."""
    return frozenset(_model(service).shape_for(shape).enum)


@cache
def regions() -> frozenset[str]:
    """Return every region of EC2 that botocore knows, in the public partition."""
    return frozenset(boto3.session.Session().get_available_regions("ec2"))


def error_code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])


def is_gone(error: ClientError) -> bool:
    """Return whether an API error says that a resource does not exist."""
    code = error_code(error)
    return code == "404" or any(part in code for part in _GONE)


def unless_gone(action: Callable[[], Result]) -> Result | None:
    """Do it; None when what it is about does not exist."""
    try:
        return action()
    except ClientError as error:
        if is_gone(error):
            return None
        raise


def at(inputs: Mapping[str, Any], path: str) -> Any:
    """Return the value at a dotted path, or None."""
    value: Any = inputs
    for step in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return value


class Known(dict[str, Any]):
    """The known inputs; it remembers which are given though their values are unknown."""

    def __init__(self, inputs: Mapping[str, Any]) -> None:
        super().__init__({name: value for name, value in inputs.items() if value is not UNKNOWN and value is not None})
        self.unknown = frozenset(name for name, value in inputs.items() if value is UNKNOWN)

    def lacks(self, *names: str) -> bool:
        """Return whether none of these is given."""
        return not set(names) & {*self, *self.unknown}


class AwsKind(Kind["AwsCloud"]):
    """A resource type of AWS."""

    service: ClassVar[str] = "ec2"
    listed: ClassVar[Mapping[str, tuple[str, str]]] = {}
    """Input path to the service and shape of botocore's model that lists its values."""

    def problems(self, inputs: Mapping[str, Any]) -> Iterator[Problem]:
        """Yield values that AWS's own models do not list, then what the kind itself finds."""
        region = inputs.get("region")
        if isinstance(region, str) and region not in regions():
            yield "region", f"'{region}' is no AWS region"
        for path, (service, shape) in self.listed.items():
            value = at(inputs, path)
            if value is None or value is UNKNOWN:
                continue
            for item in value if isinstance(value, list) else [value]:
                if item is not UNKNOWN and item not in enumeration(service, shape):
                    yield path, f"'{item}' is not among AWS's values of {service}:{shape}"
        yield from self.mistakes(Known(inputs))

    def mistakes(self, inputs: Known) -> Iterator[Problem]:
        """Yield what is wrong among the known inputs (deeper ones may still be unknown)."""
        del inputs
        yield from ()

    def client(self, call: AwsCall, service: str = "", region: str = "") -> Any:
        return call.cloud.client(service or self.service, region or call.region)

    def arn(self, call: AwsCall, service: str, rest: str) -> str:
        return f"arn:aws:{service}:{call.region}:{call.cloud.account}:{rest}"


def all_tags(call: AwsCall) -> dict[str, str]:
    """Return the resource's tags with the provider's default ones."""
    return {**call.cloud.default_tags, **(call.inputs.get("tags") or {})}


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def tag_specification(call: AwsCall, resource_type: str) -> dict[str, Any]:
    """Return EC2's `TagSpecifications` parameter, or nothing when there are no tags."""
    tags = all_tags(call)
    return {"TagSpecifications": [{"ResourceType": resource_type, "Tags": tag_list(tags)}]} if tags else {}


def tag_outputs(call: AwsCall, found: list[dict[str, str]] | Mapping[str, str] | None) -> dict[str, Any]:
    """Return `tags` and `tagsAll` from what the world holds; AWS's own tags are left out."""
    pairs = found if isinstance(found, Mapping) else {item["Key"]: item["Value"] for item in found or []}
    world = {key: value for key, value in pairs.items() if not key.startswith("aws:")}
    given = call.inputs.get("tags") or {}
    defaults = call.cloud.default_tags
    own = {key: value for key, value in world.items() if key in given or defaults.get(key) != value}
    return {"tags": own or (None if not given else {}), "tagsAll": world}


class Ec2Kind(AwsKind):
    """A resource of EC2 with an ID of its own, and EC2's tags."""

    tagged: ClassVar[bool] = True

    def retag(self, call: AwsCall) -> None:
        """Make the tags what they should be."""
        wanted = all_tags(call)
        former = call.state.get("tagsAll") or {}
        client, gone = self.client(call), sorted(set(former) - set(wanted))
        if gone:
            client.delete_tags(Resources=[call.id], Tags=[{"Key": key} for key in gone])
        if wanted:
            client.create_tags(Resources=[call.id], Tags=tag_list(wanted))

    def update(self, call: AwsCall, changed: frozenset[str]) -> None:
        """Change tags, then the rest."""
        if "tags" in changed:
            self.retag(call)
        rest = changed - {"tags"}
        if rest:
            self.change(call, rest)

    def change(self, call: AwsCall, changed: frozenset[str]) -> None:
        """Change inputs other than tags in place."""
        super().update(call, changed)
