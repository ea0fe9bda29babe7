"""A network in two clouds by the real engine and the real SDKs: made, settled, grown by one host, removed.

The program is the stacks' own (`stacks.program`): only the folders of specs, keys and binaries are the test's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.plan import Plan
from tests.standins.clouds import STACK, Trial, cloud_trial
from tests.standins.running import World

pytestmark = pytest.mark.engine

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


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    with cloud_trial(tmp_path) as found:
        yield found


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
