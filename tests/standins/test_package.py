"""The components as a package: a documented schema, and a fleet as a remote component of somebody else's project."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from schemas.locations import REPOSITORY, secrets_dir
from tests.deployed.conftest import geofleet
from tests.standins.running import Project, World

pytestmark = pytest.mark.engine

PACKAGE = REPOSITORY / "stacks" / "package"
TYPES = ["Network", "OracleFleet", "RelayerFleet", "SequencerFleet", "ValidatorFleet"]
SPEC = """
apiVersion: geofleet/v1
kind: Network
metadata: {name: small, environment: lab}
chains:
  small-1: {engine: cometbft, block_time_ms: 2000}
fleets:
  validators:
    role: validator
    chain: small-1
    client: {name: cometbft, version: 0.38.26}
    machine: {vcpu: 4, memory_gib: 16, disk_gib: 50}
    members: [{region: "aws:eu-west-1"}, {region: "aws:us-east-2"}]
"""
PROGRAM = """
import pulumi

class Remote(pulumi.ComponentResource):
    addresses: pulumi.Output[dict[str, str]]
    fleet: pulumi.Output[str]

    def __init__(self, kind, name, stack):
        outputs = {"addresses": None, "fleet": None, "specSha256": None}
        super().__init__(f"geofleet:index:{kind}", name, {"stack": stack, **outputs}, None, remote=True)

fleet = Remote("%s", "mine", "%s")
pulumi.export("addresses", fleet.addresses)
pulumi.export("fleet", fleet.fleet)
"""


@pytest.fixture
def stack() -> Iterator[str]:
    """A locked stack with keys, under a name of its own."""
    name = f"trial-{os.getpid()}-package"
    spec = REPOSITORY / "stacks" / f"{name}.yaml"
    spec.write_text(SPEC, encoding="utf-8")
    try:
        for command in (["plan", name, "--write"], ["keys", "create", name]):
            done = geofleet(*command)
            assert done.returncode == 0, done.stderr
        yield name
    finally:
        for path in spec.parent.glob(f"{name}*"):
            path.unlink()
        shutil.rmtree(secrets_dir(name), ignore_errors=True)


def remote_project(folder: Path, world: World, program: str) -> Project:
    """A project that knows the package by its folder, and nothing else of geofleet."""
    project = Project(folder, world, program=program)
    settings = yaml.safe_load((folder / "Pulumi.yaml").read_text(encoding="utf-8"))
    settings["name"] = "somebodys"
    settings["plugins"]["providers"].append({"name": "geofleet", "path": str(PACKAGE)})
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    project.configure(
        {
            "geofleet:target": "cloud",
            "geofleet:awsAccount": "123456789012",
            "geofleet:awsImage": "geofleet-hosts-test",
            "geofleet:awsImageOwner": "123456789012",
            "geofleet:protection": "false",
        }
    )
    return project


def test_the_schema_is_complete_and_documented(project: Project) -> None:
    done = project.run("package", "get-schema", str(PACKAGE))
    assert done.returncode == 0, done.stderr
    schema: dict[str, Any] = json.loads(done.stdout)
    assert schema["name"] == "geofleet"
    assert sorted(schema["resources"]) == [f"geofleet:index:{name}" for name in TYPES]
    for token, resource in schema["resources"].items():
        assert resource["isComponent"], token
        assert resource["description"], token
        assert resource["requiredInputs"] == ["stack"], token
        assert sorted(resource["inputProperties"]) == ["folder", "stack", "target"], token
        for name, one in {**resource["inputProperties"], **resource["properties"]}.items():
            assert one.get("description"), f"{token}.{name} has no description"


def test_a_fleet_is_a_component_of_another_project(tmp_path: Path, world: World, stack: str) -> None:
    project = remote_project(tmp_path / "somebodys", world, PROGRAM % ("ValidatorFleet", stack))
    project.up()
    outputs = project.outputs()
    assert outputs["fleet"] == "validators"
    assert sorted(outputs["addresses"]) == ["validators-1", "validators-2"]
    running = [
        one["PrivateIpAddress"]
        for region in ("eu-west-1", "us-east-2")
        for reservation in world.ec2(region).describe_instances()["Reservations"]
        for one in reservation["Instances"]
        if one["State"]["Name"] == "running"
    ]
    assert sorted(running) == sorted(outputs["addresses"].values())
    assert project.up().changes == {}
    project.destroy()


def test_a_fleet_of_another_role_is_refused_with_a_remedy(tmp_path: Path, world: World, stack: str) -> None:
    project = remote_project(tmp_path / "somebodys", world, PROGRAM % ("OracleFleet", stack))
    done = project.command("preview")
    assert done.exit_code != 0
    assert f"stack '{stack}' holds validators, not one fleet of role oracle" in done.text
    assert "Use geofleet.Network for several fleets" in done.text
    # the calling program's own traceback is its SDK's; none of ours is shown
    assert "published.py" not in done.text
