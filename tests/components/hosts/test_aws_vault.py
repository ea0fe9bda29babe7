"""Secrets' values and permissions against an emulated AWS."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from components.hosts.aws_vault import AwsVault
from schemas.errors import BackendError, UsageError
from tests.components.hosts.plans import AWS_ONLY

ACCOUNT = "123456789012"
"""moto's."""

HOST = next(host for host in AWS_ONLY.hosts if host.host == "validators-1")
NAME = "perps/validators-1/consensus.json"
CANARY = "canary-7c1f"


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        client = boto3.client("secretsmanager", region_name="eu-west-2")
        client.create_secret(Name=NAME)
        boto3.client("s3", region_name="eu-west-2").create_bucket(
            Bucket=f"geofleet-perps-eu-west-2-{ACCOUNT}", CreateBucketConfiguration={"LocationConstraint": "eu-west-2"}
        )
        yield client


def put(fingerprint: str = "SHA256:one", value: str = CANARY) -> bool:
    vault = AwsVault(stack="perps", account=ACCOUNT)
    return vault.put_secret(HOST, file_name="consensus.json", value=value, fingerprint=fingerprint)


def test_a_value_is_put_once(secrets) -> None:
    assert put()
    assert not put()
    assert secrets.get_secret_value(SecretId=NAME)["SecretString"] == CANARY


def test_another_key_under_the_same_name_is_refused_and_nothing_changes(secrets) -> None:
    put()
    with pytest.raises(UsageError) as caught:
        put(fingerprint="SHA256:two", value="other")
    assert str(caught.value) == f"secret '{NAME}' in aws:eu-west-2 holds another key than SHA256:two"
    assert secrets.get_secret_value(SecretId=NAME)["SecretString"] == CANARY


def test_a_secret_that_the_engine_has_not_made_is_refused_without_its_value(secrets) -> None:
    with pytest.raises(BackendError) as caught:
        AwsVault(stack="perps", account=ACCOUNT).put_secret(
            HOST, file_name="node.json", value=CANARY, fingerprint="SHA256:one"
        )
    assert "secret 'perps/validators-1/node.json' in aws:eu-west-2 cannot be put (ResourceNotFound" in str(caught.value)
    assert CANARY not in str(caught.value)


def test_credentials_of_another_account_are_refused(secrets) -> None:
    with pytest.raises(UsageError, match="credentials are of AWS account 123456789012, the stack is in 210987654321"):
        AwsVault(stack="perps", account="210987654321").withdraw_first_start(HOST)


def test_a_permission_is_published_where_the_host_looks_and_taken_back(secrets) -> None:
    vault = AwsVault(stack="perps", account=ACCOUNT)
    vault.put_first_start(HOST, document="{}", signature="c2ln")
    store = boto3.client("s3", region_name="eu-west-2")
    listed = store.list_objects_v2(Bucket=f"geofleet-perps-eu-west-2-{ACCOUNT}")
    assert [found["Key"] for found in listed["Contents"]] == [
        "first-start/validators-1.json",
        "first-start/validators-1.sig",
    ]
    vault.withdraw_first_start(HOST)
    assert store.list_objects_v2(Bucket=f"geofleet-perps-eu-west-2-{ACCOUNT}")["KeyCount"] == 0
