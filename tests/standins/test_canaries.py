"""No secret leaks: a stack in two clouds is deployed as verbosely as the engine can, its secrets are put beside it, and
everything that was written is searched (reliability.md, T16).

The canaries are the stack's own keys, one of every kind, and the passphrase of its state. The one kind of secret that is
known to pass through the engine are the pre-shared keys of tunnels between the clouds: AWS makes them and Google must be
told, so state has them, encrypted.
"""

from __future__ import annotations

import base64
import contextlib
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_private_key

from components.hosts.aws_vault import AwsVault
from components.hosts.secret_names import secret_files
from schemas.ledger import read_ledger
from schemas.plan import Plan
from tests.standins.clouds import ACCOUNT, STACK, CloudProject, Trial, cloud_trial

pytestmark = pytest.mark.engine

SPEC = """\
apiVersion: geofleet/v1
kind: Network
metadata: {name: trial, environment: staging}
chains:
  perps-1: {engine: cometbft, block_time_ms: 2000}
regions: {allow: ["aws:eu-west-1", "gcp:us-east4"]}
fleets:
  validators:
    role: validator
    chain: perps-1
    client: {name: cometbft, version: 0.38.26}
    machine: {vcpu: 4, memory_gib: 16, disk_gib: 20}
    members:
      - {region: "aws:eu-west-1"}
      - {region: "gcp:us-east4"}
"""
PASSPHRASE = "planted-canary-of-the-passphrase"
GZIP = b"\x1f\x8b"
PACKED = re.compile("[A-Za-z0-9+/]{100,}")
"""Base64; gzip's first bytes are `H4sI` in it."""
KINDS = {"consensus.json", "node.json", "ssh_host_ed25519_key", "deployer.pem", "operator_ed25519"}
AS_VERBOSE_AS_IT_GETS = ("--logtostderr", "-v=9")


def test_nothing_that_a_deployment_writes_has_a_secret_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = CloudProject.environment
    monkeypatch.setattr(
        CloudProject, "environment", lambda self: {**usual(self), "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE}
    )
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with cloud_trial(tmp_path) as trial:
        plan, project = trial.write(SPEC), trial.project
        written = {"preview": preview_json(project)}
        written["up"] = project.up(*AS_VERBOSE_AS_IT_GETS, stack=STACK).text
        put_secrets(trial, plan)
        refreshed = project.command("refresh", *AS_VERBOSE_AS_IT_GETS, stack=STACK)
        assert refreshed.exit_code == 0, refreshed.text[-3000:]
        written["refresh"] = refreshed.text
        tunnel_keys = keys_of_tunnels(trial)
        written |= user_data(trial)
        written |= stored(trial)
    own = {str(path.relative_to(tmp_path)): text_of(path.read_bytes()) for path in files(tmp_path / "project")}
    worlds = {str(path.relative_to(tmp_path)): text_of(path.read_bytes()) for path in files(tmp_path / "world")}
    assert any(name.endswith(".bak") for name in own)
    assert any("/history/" in name for name in own)
    written = {name: text_of(text.encode()) for name, text in written.items()}
    canaries = planted(tmp_path / "stacks" / "secrets")
    assert {name.partition(" ")[0] for name in canaries} == KINDS | {"passphrase"}
    assert hits(canaries, {**own, **worlds, **written}) == []

    control = {"the operator's public key": ledger_key(trial, "operator").partition(" ")[2]}
    assert hits(control, {name: text for name, text in written.items() if name.startswith("user data")}), (
        "packed as it is"
    )
    assert hits(control, worlds), "Google's metadata is read as well"

    assert len(tunnel_keys) == 4, "two VPN connections of two tunnels each"
    assert hits({f"tunnel {n}": key for n, key in enumerate(tunnel_keys)}, {**own, "preview": written["preview"]}) == []
    assert encrypted_properties(project.folder) == EXPECTED_ENCRYPTED


def preview_json(project: CloudProject) -> str:
    done = project.run("preview", "--json", "--stack", STACK, *AS_VERBOSE_AS_IT_GETS)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout + done.stderr


def put_secrets(trial: Trial, plan: Plan) -> None:
    """Put the secrets of the hosts on AWS, as `geofleet up` does after the engine is done."""
    vault = AwsVault(stack=STACK, account=ACCOUNT, endpoint_url=trial.world.settings["aws_endpoint"])
    for host in (host for host in plan.hosts if host.provider == "aws"):
        for name in secret_files(host):
            value = (trial.folder / "secrets" / STACK / "hosts" / host.host / name).read_text()
            assert vault.put_secret(host, file_name=name, value=value, fingerprint="SHA256:canary")


def user_data(trial: Trial) -> dict[str, str]:
    """Return what AWS tells each machine, unpacked; Google's is in its world's files."""
    ec2 = trial.world.ec2("eu-west-1")
    found = {}
    for reservation in ec2.describe_instances()["Reservations"]:
        for instance in reservation["Instances"]:
            told = ec2.describe_instance_attribute(InstanceId=instance["InstanceId"], Attribute="userData")
            found[f"user data {instance['InstanceId']}"] = text_of(base64.b64decode(told["UserData"]["Value"]))
    assert found
    return found


def stored(trial: Trial) -> dict[str, str]:
    """Return everything in the stack's buckets."""
    s3 = trial.world.client("s3", "eu-west-1")
    found = {}
    for bucket in s3.list_buckets()["Buckets"]:
        for item in s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", []):
            body = s3.get_object(Bucket=bucket["Name"], Key=item["Key"])["Body"].read()
            found[f"s3 {bucket['Name']}/{item['Key']}"] = text_of(body)
    assert found
    return found


def ledger_key(trial: Trial, holder: str) -> str:
    """Return a public key, as the ledger has it."""
    [key] = [one for one in read_ledger(trial.folder / f"{STACK}.keys.yaml").keys if one.holder == holder]
    return key.public_key


def keys_of_tunnels(trial: Trial) -> list[str]:
    """Return the pre-shared keys, from the engine, which can read its own state."""
    done = trial.project.run("stack", "export", "--show-secrets", "--stack", STACK)
    found = []
    for one in json.loads(done.stdout)["deployment"]["resources"]:
        if one["type"] == "aws:ec2/vpnConnection:VpnConnection":
            for number in (1, 2):
                found.append(json.loads(one["outputs"][f"tunnel{number}PresharedKey"]["plaintext"]))
    return found


def files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def text_of(content: bytes) -> str:
    """Return content as text, and behind it, as deep as it goes, what is packed in it with gzip and base64."""
    if content[:2] == GZIP:
        with contextlib.suppress(zlib.error):
            content = zlib.decompressobj(wbits=31).decompress(content)  # also what a log has cut off
    text = content.decode("utf-8", errors="replace")
    packed = {found for found in PACKED.findall(text) if found.startswith("H4sI")}
    return "\n".join((text, *(text_of(base64.b64decode(found[: len(found) // 4 * 4])) for found in sorted(packed))))


def planted(secrets: Path) -> dict[str, str]:
    """Return every secret in every form that it could appear in, by its kind."""
    found = {"passphrase": PASSPHRASE}
    for path in files(secrets):
        if path.name not in KINDS:
            continue
        text = path.read_text()
        seed = seed_of(text)
        forms = (
            text.strip(), json.dumps(text)[1:-1], seed.hex(), base64.b64encode(seed).decode()[:42],
            *(base64.b64encode(b" " * shift + text.strip().encode()).decode()[8:-8] for shift in range(3)),
        )  # fmt: skip
        found |= {f"{path.name} of {path.parent.name}, form {number}": form for number, form in enumerate(forms)}
    return found


def seed_of(text: str) -> bytes:
    """Return the 32 secret bytes of a key."""
    if text.startswith("{"):
        return base64.b64decode(json.loads(text)["priv_key"]["value"])[:32]
    load = load_ssh_private_key if "OPENSSH" in text else load_pem_private_key
    key = load(text.encode(), password=None)
    assert isinstance(key, Ed25519PrivateKey)
    return key.private_bytes_raw()


def hits(needles: dict[str, str], written: dict[str, str]) -> list[str]:
    """Return which secret stands where; never the secret itself, as this goes into reports."""
    return [f"{name} in {place}" for place, text in written.items() for name, value in needles.items() if value in text]


EXPECTED_ENCRYPTED = {
    ("aws:ec2/vpnConnection:VpnConnection", "customerGatewayConfiguration"),
    ("aws:ec2/vpnConnection:VpnConnection", "tunnel1PresharedKey"),
    ("aws:ec2/vpnConnection:VpnConnection", "tunnel2PresharedKey"),
    ("gcp:compute/vPNTunnel:VPNTunnel", "sharedSecret"),
    ("gcp:storage/bucketObject:BucketObject", "content"),
}
"""Type and property of all that state has encrypted, but for labels, which Google's provider hides as it does the
content of objects; both are public here. The configuration of a gateway has its tunnels' keys in it."""


def encrypted_properties(project: Path) -> set[tuple[str, str]]:
    """Return what state has encrypted, by type and property."""
    [state] = (project / "state" / ".pulumi" / "stacks").rglob(f"{STACK}.json")
    found = set()
    for one in json.loads(state.read_text())["checkpoint"]["latest"]["resources"]:
        for part in ("inputs", "outputs"):
            found |= {(one["type"], name) for name, value in (one.get(part) or {}).items() if has_secret(value)}
    return {(token, name) for token, name in found if name not in ("effectiveLabels", "pulumiLabels")}


def has_secret(value: Any) -> bool:
    if isinstance(value, dict):
        if value.get("4dabf18193072939515e22adb298388d") == "1b47061264138c4ac30d75fd1eb44270":
            assert "ciphertext" in value
            assert "plaintext" not in value
            return True
        return any(has_secret(item) for item in value.values())
    return isinstance(value, list) and any(has_secret(item) for item in value)
