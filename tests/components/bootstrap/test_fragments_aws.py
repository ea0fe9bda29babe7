"""What AWS adds to boot data, and the program that a host runs of it."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from components.bootstrap.boot import user_data
from components.bootstrap.cloud_config import BYTES_MAX, written_files
from components.bootstrap.files import aws_machine
from components.bootstrap.fragments_aws import SECRETS_LIST, aws_files, aws_fragment

STORE = "https://geofleet-production-northamerica-ap-southeast-1-123456789012.s3.ap-southeast-1.amazonaws.com"
SECRETS = ("consensus.json", "node.json", "ssh_host_ed25519_key")


def fragment():
    return aws_fragment(secrets=SECRETS, store_url=STORE, packages_sha256=hashlib.sha256(b"debs").hexdigest())


def test_a_signers_boot_data_fits_what_aws_takes(boot) -> None:
    random = [hashlib.sha256(f"{number}".encode()).digest() for number in range(3)]
    made = boot(
        store_url=STORE, deployer_public_key=base64.b64encode(random[0]).decode(),
        operator_public_key="ssh-ed25519 " + base64.b64encode((random[1] + random[2])[:51]).decode(),
    )  # fmt: skip
    assert len(user_data(made, fragment()).encode()) <= BYTES_MAX


def test_the_core_brings_the_same_files_as_in_the_lab(boot) -> None:
    files = written_files(user_data(boot(), fragment()))
    lab = written_files(user_data(boot()))
    assert {path: files[path] for path in lab} == lab
    assert files[SECRETS_LIST][1].split() == list(SECRETS)


def test_what_does_not_fit_is_fetched_by_the_hash_of_what_the_store_has() -> None:
    [fetch, *_] = fragment().commands
    assert fetch[2:] == [f"{STORE}/blobs/{hashlib.sha256(aws_files().encode()).hexdigest()}", fetch[3]]
    assert hashlib.sha256(aws_files().encode()).hexdigest() == fetch[3]
    assert "/etc/systemd/system/geofleet-secrets.service" in json.loads(aws_files())


def test_an_image_of_ones_own_installs_nothing() -> None:
    commands = aws_fragment(secrets=SECRETS, store_url=STORE, packages_sha256="").commands
    assert not [command for command in commands if "packages" in command]


@pytest.mark.parametrize("region", ["eu-west-2", "us-east-1"])
def test_a_request_is_signed_as_botocore_signs_it(region: str, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.datetime(2026, 11, 24, 12, 30, 15, tzinfo=datetime.UTC)
    keys = {"AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": "wJalr/XUtnFEMI", "Token": "token=="}
    body = b'{"SecretId": "production/validators-1/node.json"}'
    ours = aws_machine.signed(body, region, keys, now)
    url = f"https://{ours['host']}/"
    request = AWSRequest(method="POST", url=url, data=body, headers={
        "content-type": ours["content-type"], "x-amz-target": ours["x-amz-target"],
    })  # fmt: skip
    signer = SigV4Auth(
        Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["Token"]), "secretsmanager", region
    )
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda remove_tzinfo=True: now.replace(tzinfo=None))
    signer.add_auth(request)
    assert request.headers["Authorization"].replace(" ", "") == ours["authorization"].replace(" ", "")
