"""AWS as a stand-in: real API calls, answered by a moto server."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.standins.aws import functions
from tests.standins.aws.kinds import KINDS
from tests.standins.base.ground import Ground
from tests.standins.base.kind import Kind, RefusedError
from tests.standins.base.servicer import StandinCloud

ACCOUNT = "123456789012"
"""moto's account."""


class AwsCloud(StandinCloud):
    """One provider process: one account, any region (`region=` on each resource)."""

    package = "aws"
    version = "7.51.1"
    kinds = KINDS
    settings = frozenset(
        {"region", "allowedAccountIds", "defaultTags", "skipCredentialsValidation", "skipRegionValidation"}
    )

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.endpoint = str(ground.settings()["aws_endpoint"])
        self.account = ACCOUNT
        self.default_region = ""
        self.default_tags: dict[str, str] = {}
        self._session = boto3.session.Session(aws_access_key_id="standin", aws_secret_access_key="standin")
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = threading.RLock()
        self.regions = frozenset(self._session.get_available_regions("ec2"))
        self.waiting = threading.Lock()

    def client(self, service: str, region: str) -> Any:
        """Return a client; botocore checks parameters against its models before anything is sent."""
        with self._lock:
            if (service, region) not in self._clients:
                settings = Config(
                    retries={"max_attempts": 1}, max_pool_connections=64, s3={"addressing_style": "path"},
                    request_checksum_calculation="when_required", response_checksum_validation="when_required",
                )  # fmt: skip
                self._clients[service, region] = self._session.client(
                    service, region_name=region, endpoint_url=self.endpoint, config=settings
                )
            return self._clients[service, region]

    def enumeration(self, service: str, shape: str) -> frozenset[str]:
        """Return the values that botocore's model of a service lists for a shape."""
        model = self.client(service, "us-east-1").meta.service_model
        return frozenset(model.shape_for(shape).enum)

    def configure(self, settings: Mapping[str, Any]) -> None:
        """Take region, default tags and the accounts that are allowed."""
        self.default_region = str(settings.get("region") or "")
        if self.default_region and self.default_region not in self.regions:
            raise RefusedError("InvalidRegion", f"invalid AWS Region: {self.default_region}")
        self.default_tags = dict((settings.get("defaultTags") or {}).get("tags") or {})
        allowed = settings.get("allowedAccountIds")
        if allowed is not None and self.account not in allowed:
            raise RefusedError("AccessDenied", f"AWS account ID not allowed: {self.account}")

    def region(self, values: Mapping[str, Any]) -> str:
        """Return a resource's own region, else the provider's."""
        region = str(values.get("region") or self.default_region)
        if not region:
            raise RefusedError("MissingRegion", "neither the resource nor the provider names a region")
        if region not in self.regions:
            raise RefusedError("InvalidRegion", f"invalid AWS Region: {region}")
        return region

    def shared_outputs(self, kind: Kind[Any], inputs: Mapping[str, Any], region: str) -> Mapping[str, Any]:
        """Return region and all tags, where the type has them."""
        return {"region": region, "tagsAll": {**self.default_tags, **(inputs.get("tags") or {})}}

    def invoke(self, token: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer a function of `functions`."""
        return functions.answer(self, token, arguments)

    def api_error(self, error: Exception) -> str | None:
        """Return AWS's own message, or botocore's on parameters that its models do not allow."""
        if isinstance(error, ClientError):
            told, status = error.response["Error"], error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
            return f"operation error {error.operation_name}, StatusCode: {status}, api error {told['Code']}: {told['Message']}"
        return f"{type(error).__name__}: {error}" if isinstance(error, BotoCoreError) else None
