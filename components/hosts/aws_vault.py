"""Secrets' values and first-start permissions in AWS, put by its interface (boto3)."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from components.hosts.aws_identity import secret_name
from components.hosts.aws_names import region_name
from components.hosts.aws_store import bucket_name
from components.hosts.store_paths import first_start_path, first_start_signature_path
from schemas.errors import BackendError, UsageError
from schemas.plan import HostPlan

CURRENT = "AWSCURRENT"


class AwsVault:
    """One stack's secrets and stores in one account; credentials are those of the environment."""

    def __init__(self, *, stack: str, account: str, endpoint_url: str | None = None) -> None:
        """Remember whose they are.

        Args:
            stack: The stack.
            account: Number of the account; the credentials must be of it.
            endpoint_url: Another place than AWS; for tests.
        """
        self._stack, self._account, self._endpoint_url = stack, account, endpoint_url
        self._is_checked = False

    def put_secret(self, host: HostPlan, *, file_name: str, value: str, fingerprint: str) -> bool:
        """Put a secret's value; its version is named after the key's fingerprint, so it need not be read to be compared."""
        name = secret_name(self._stack, host.host, file_name)
        version = hashlib.sha256(f"{name} {fingerprint}".encode()).hexdigest()
        secrets = self._client("secretsmanager", host)
        try:
            stages = secrets.describe_secret(SecretId=name).get("VersionIdsToStages") or {}
            held = [found for found, labels in stages.items() if CURRENT in labels]
            if held == [version]:
                return False
            if held:
                raise UsageError(
                    f"secret '{name}' in {host.region} holds another key than {fingerprint}",
                    remedy="Find out which is right before anything starts: two keys for one name must not run. "
                    "Restore the local store from its back-up, or remove the secret's value by hand.",
                )
            sealed = (
                self._sealed(host, value) if host.confidential == "nitro" and file_name == "consensus.json" else value
            )
            secrets.put_secret_value(SecretId=name, SecretString=sealed, ClientRequestToken=version)
        except (BotoCoreError, ClientError) as error:
            raise _refused(f"secret '{name}' in {host.region} cannot be put", error) from error
        return True

    def put_first_start(self, host: HostPlan, *, document: str, signature: str) -> None:
        """Publish a permission in the store of the host's region: the signature first, so that none is ever unsigned."""
        store = self._client("s3", host)
        try:
            for key, text in (
                (first_start_signature_path(host.host), signature),
                (first_start_path(host.host), document),
            ):
                store.put_object(Bucket=self._bucket(host), Key=key, Body=text.encode())
        except (BotoCoreError, ClientError) as error:
            raise _refused(f"the first-start permission of {host.host} cannot be published", error) from error

    def withdraw_first_start(self, host: HostPlan) -> None:
        """Take a permission back: the document first."""
        store = self._client("s3", host)
        try:
            for key in (first_start_path(host.host), first_start_signature_path(host.host)):
                store.delete_object(Bucket=self._bucket(host), Key=key)
        except (BotoCoreError, ClientError) as error:
            raise _refused(f"the first-start permission of {host.host} cannot be taken back", error) from error

    def _bucket(self, host: HostPlan) -> str:
        return bucket_name(self._stack, host.region, self._account)

    def _sealed(self, host: HostPlan, value: str) -> str:
        """Return a value that only the attested enclave can open: not the host, and nobody with the account's roles."""
        keys = self._client("kms", host)
        answer = keys.encrypt(KeyId=f"alias/{self._stack}-signers", Plaintext=value.encode())
        return base64.b64encode(answer["CiphertextBlob"]).decode()

    def _client(self, service: str, host: HostPlan) -> Any:
        """Return a client for the host's region; the first one proves whose credentials these are.

        Raises:
            UsageError: They are another account's.
            BackendError: There are none.
        """
        if not self._is_checked:
            try:
                found = boto3.client("sts", region_name=region_name(host.region), endpoint_url=self._endpoint_url)
                account = found.get_caller_identity()["Account"]
            except (BotoCoreError, ClientError) as error:
                raise _refused("AWS does not know who this is", error) from error
            if account != self._account:
                raise UsageError(
                    f"the credentials are of AWS account {account}, the stack is in {self._account}",
                    remedy="Take the role of the stack's account, or set geofleet:awsAccount.",
                )
            self._is_checked = True
        return boto3.client(service, region_name=region_name(host.region), endpoint_url=self._endpoint_url)


def _refused(what: str, error: BotoCoreError | ClientError) -> BackendError:
    """Return an error without the request's parameters: they hold the secret."""
    told = type(error).__name__
    if isinstance(error, ClientError):
        told = f"{error.response['Error'].get('Code', '')}: {error.response['Error'].get('Message', '')}"
    return BackendError(
        f"{what} ({told})", remedy="Look at the deployer's rights; then run it again: it goes on from here."
    )
