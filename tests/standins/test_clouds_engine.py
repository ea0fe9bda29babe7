"""A network in two clouds by the real engine and the real SDKs: made, settled, grown by one host, removed.

The program is the stacks' own (`stacks.program`): only the folders of specs, keys and binaries are the test's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from components.placement.planning import place
from operations import keys
from schemas.loading import load_spec
from schemas.locations import REPOSITORY
from schemas.lock import lock_text, read_lock
from schemas.plan import Plan
from stacks.stack import StackFiles
from tests.standins.running import Project, World, aws_world

pytestmark = pytest.mark.engine

STACK = "trial-clouds"
ACCOUNT = "123456789012"

SPEC = """\
apiVersion: geofleet/v1
kind: Network
metadata: {name: trial, environment: staging}
chains:
  perps-1: {engine: cometbft, block_time_ms: 2000}
regions: {allow: ["aws:eu-west-1", "aws:us-east-2", "gcp:us-east4"]}
fleets:
  validators:
    role: validator
    chain: perps-1
    client: {name: cometbft, version: 0.38.26}
    machine: {vcpu: 4, memory_gib: 16, disk_gib: 20}
    confidential: required
    confidential_kinds: [sev_snp]
    members:
      - {region: "aws:eu-west-1"}
      - {region: "aws:us-east-2"}
      - {region: "gcp:us-east4"}
  oracles:
    role: oracle
    workload: none
    reports_min: 1
    members:
      - {region: "aws:eu-west-1"}
"""
ONE_MORE = """\
      - {region: "aws:us-east-2"}
"""

PROGRAM = """\
from pathlib import Path

import stacks.program
import stacks.signing
import stacks.stack

folder = Path("@FOLDER@")
stacks.stack.STACKS = folder
stacks.signing.secrets_dir = lambda stack: folder / "secrets" / stack
stacks.program.run()
"""


class CloudProject(Project):
    """A project whose program finds binaries in a cache of the test's own."""

    def environment(self) -> dict[str, str]:
        return {
            **super().environment(),
            "XDG_CACHE_HOME": str(self.folder.parent / "cache"),
            "PYTHONPATH": str(REPOSITORY),
        }


@dataclass
class Trial:
    """One stack in two emulated clouds."""

    project: CloudProject
    world: World
    folder: Path

    def write(self, spec: str) -> Plan:
        """Write the stack's spec, plan it, and make its keys; returns the plan."""
        files = StackFiles(
            name=STACK, spec=self.folder / f"{STACK}.yaml", lock=self.folder / f"{STACK}.lock.yaml",
            ledger=self.folder / f"{STACK}.keys.yaml",
        )  # fmt: skip
        files.spec.write_text(spec)
        loaded = load_spec(files.spec)
        old = read_lock(files.lock) if files.lock.exists() else None
        plan, lock = place(loaded.network, stack=STACK, spec_sha256=loaded.sha256, lock=old)
        files.lock.write_text(lock_text(lock))
        keys.create_keys(files, plan)
        return plan

    def secrets(self) -> list[str]:
        """Return every private key of the stack."""
        return [path.read_text() for path in (self.folder / "secrets").rglob("*") if path.is_file()]


@pytest.fixture
def trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Trial]:
    folder = tmp_path / "stacks"
    folder.mkdir()
    monkeypatch.setattr(keys, "secrets_dir", lambda stack: folder / "secrets" / stack)
    monkeypatch.setattr(keys, "host_secrets_dir", lambda stack, host: folder / "secrets" / stack / "hosts" / host)
    _binaries(tmp_path / "cache" / "geofleet")
    with aws_world(tmp_path / "world") as world:
        project = CloudProject(tmp_path / "project", world, program=PROGRAM.replace("@FOLDER@", str(folder)))
        settings = {
            "target": "cloud", "awsAccount": ACCOUNT, "gcpProject": "example-perps", "alarmEmail": "oncall@perps.example",
            "awsBudgetUsdPerMonth": "900", "gcpBillingAccount": "000000-000000-000000",
        }  # fmt: skip
        project.configure({f"geofleet:{key}": value for key, value in settings.items()}, stack=STACK)
        yield Trial(project=project, world=world, folder=folder)


def _binaries(cache: Path) -> None:
    """Fill a cache with what stands for CometBFT and for the packages of cloud hosts."""
    (cache / "artifacts").mkdir(parents=True)
    hashes = {}
    for name in ("cometbft", "packages"):
        content = name.encode() * 100
        hashes[name] = hashlib.sha256(content).hexdigest()
        (cache / "artifacts" / hashes[name]).write_bytes(content)
    index = {"schema": "geofleet/artifacts/v1", "artifacts": {"cometbft 0.38.26": hashes["cometbft"]}}
    (cache / "artifacts" / "index.json").write_text(json.dumps(index))
    (cache / "packages.json").write_text(json.dumps({"sha256": hashes["packages"]}))


def test_a_network_in_two_clouds_is_made_settles_grows_by_one_and_goes(trial: Trial) -> None:
    plan = trial.write(SPEC)
    project = trial.project
    assert project.up(stack=STACK).changes["create"] > 250
    state = json.dumps(project.state(STACK))
    assert not [secret for secret in trial.secrets() if secret.strip() in state or json.dumps(secret)[1:-1] in state]
    _assert_aws_has_the_plan(trial.world, plan)

    assert project.up("--refresh", stack=STACK).changes == {}, "a second up finds nothing to change"

    grown = trial.write(SPEC + ONE_MORE)
    [new] = [host for host in grown.hosts if host.host not in {h.host for h in plan.hosts}]
    steps = project.preview(stack=STACK).steps
    others = {step["urn"].rpartition("::")[2] for step in steps if new.host not in step["urn"].rpartition("::")[2]}
    assert not [name for name in others if name.endswith(("-data", *(h.host for h in plan.hosts)))], (
        "no other's disk or machine"
    )
    assert {step["op"] for step in steps if new.host in step["urn"].rpartition("::")[2]} == {"create"}

    assert project.destroy(stack=STACK).changes.keys() == {"delete"}
    for region in ("eu-west-1", "us-east-2"):
        vpcs = trial.world.ec2(region).describe_vpcs()["Vpcs"]
        assert [vpc for vpc in vpcs if not vpc["IsDefault"]] == []


def _assert_aws_has_the_plan(world: World, plan: Plan) -> None:
    """Read the emulated AWS back: each host is where the plan says, on the machine that it says."""
    for host in plan.hosts:
        if host.provider != "aws":
            continue
        region = host.region.removeprefix("aws:")
        ec2 = world.ec2(region)
        wanted = [{"Name": "private-ip-address", "Values": [host.address]}]
        [found] = [
            instance
            for reservation in ec2.describe_instances(Filters=wanted)["Reservations"]
            for instance in reservation["Instances"]
        ]
        [zone] = ec2.describe_availability_zones(ZoneNames=[found["Placement"]["AvailabilityZone"]])[
            "AvailabilityZones"
        ]
        assert f"aws:{zone['ZoneId']}" == host.zone
        assert f"aws:{found['InstanceType']}" == host.machine_type
        assert found["MetadataOptions"]["HttpTokens"] == "required"
        assert "PublicIpAddress" not in found
        [volume] = ec2.describe_volumes(Filters=[{"Name": "tag:Name", "Values": [f"{plan.stack}-{host.host}-data"]}])[
            "Volumes"
        ]
        assert (volume["Size"], volume["Encrypted"]) == (host.disk_gib, True)
        assert [at["InstanceId"] for at in volume["Attachments"]] == [found["InstanceId"]]
