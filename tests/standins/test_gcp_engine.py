"""The back end of GCP, the real engine, the real SDK, and the stand-in: a network's whole life."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.standins.base.faults import Fault
from tests.standins.gcp.cloud import TABLES
from tests.standins.gcp.sample import HOSTS, PLAN
from tests.standins.gcp.shapes import body_of
from tests.standins.gcp.world import World as Google
from tests.standins.running import Project, World

pytestmark = pytest.mark.engine

P = "projects/example-perps"
INSTANCE = "gcp:compute/instance:Instance"
PROGRAM = Path(__file__).parent / "programs" / "gcp"
NOT_IN_THE_INTERFACE = {
    "allowStoppingForUpdate", "content", "deletionPolicy", "disableOnDestroy", "forceDestroy", "deletionProtection",
}  # fmt: skip
"""Inputs that the provider keeps to itself, so no world can show them; a secret's protection is one, a machine's is not.
An object's content is in the world as its size and MD5. All others are either in the body or in the resource's name."""


def made(tmp_path: Path) -> tuple[Project, Google]:
    world = World(tmp_path / "world", {})
    return Project(tmp_path / "project", world, main=PROGRAM), Google(world.ground)


def change(project: Project, changes: Mapping[str, Any]) -> None:
    project.configure({"sample:changes": json.dumps(changes)})


def step_names(steps: Any) -> set[str]:
    return {f"{step['op']} {step['urn'].rpartition('::')[2]}" for step in steps}


def test_a_network_is_made_settles_drifts_grows_and_goes(tmp_path: Path) -> None:
    project, google = made(tmp_path)
    assert project.up().changes == {"create": 169}
    assert_world_is_the_state(project, google)
    assert_world_is_the_plan(google)
    assert "planted-canary" not in json.dumps(project.state())

    assert project.up("--refresh").changes == {}

    google.drift(f"{P}/global/firewalls/sample-validators-2-p2p", "sourceRanges", ["0.0.0.0/0"])
    google.drift(f"{P}/zones/europe-west2-b/instances/sample-validators-2", "disks.0.autoDelete", False)
    google.drop(f"{P}/global/firewalls/sample-validators-1-ssh")
    seen = project.preview("--refresh")
    assert {"update sample-validators-2-p2p", "create sample-validators-1-ssh"} <= step_names(seen.steps)
    assert any(name.endswith("replace sample-validators-2") for name in step_names(seen.steps))
    google.drift(f"{P}/zones/europe-west2-b/instances/sample-validators-2", "disks.0.autoDelete", True)

    change(project, {"added": {"validators-4": {"zone": "gcp:us-central1-a", "address": "10.120.3.11"}}})
    grown = project.up("--refresh")
    assert grown.changes == {"create": 21, "update": 2}
    assert {name for name in step_names(grown.steps) if "validators-4" not in name} == {
        "create sample-validators-1-ssh", "update sample-budget", "update sample-validators-2-p2p",
    }  # fmt: skip

    project.destroy()
    assert list(google.entries()) == []
    assert [name.rpartition("/")[2] for name in google.forgotten()] == [
        "secretmanager.googleapis.com", "sample-europe-west2-g1", "disks", "secrets", "store",
        "sample-us-central1-g1", "disks", "secrets", "store",
    ]  # fmt: skip


def assert_world_is_the_state(project: Project, google: Google) -> None:
    """What the engine believes is what the world has, for every property that the interface knows."""
    tables = {table.token: table for table in TABLES}
    left_out: set[str] = set()
    for resource in project.state()["deployment"]["resources"]:
        table = tables.get(resource["type"])
        if table is None:
            assert not resource["type"].startswith("gcp:"), resource["type"]
            continue
        entry = google.get(resource["id"])
        assert entry, resource["id"]
        inputs = {key: value for key, value in resource["inputs"].items() if not key.startswith("__")}
        if "sharedSecret" in inputs:  # the state has it encrypted
            inputs["sharedSecret"] = entry.body["sharedSecret"]
        if "content" in inputs:  # the SDK takes it for a secret, so the state has it encrypted
            inputs["content"] = entry.settings["content"]
        assert body_of(table, inputs) == entry.body, resource["id"]
        for name in inputs:
            field = table.fields[name]
            if (
                not field.to
                and not field.inner
                and f"{{{name}}}" not in table.path
                and name not in ("project", "region", "zone", "router")
            ):
                left_out.add(name)
    assert left_out <= NOT_IN_THE_INTERFACE


def assert_world_is_the_plan(google: Google) -> None:
    """Each host of the plan is there, where and as the plan says, reached on its ports only."""
    for host in HOSTS:
        zone = host.zone.removeprefix("gcp:")
        instance = google.get(f"{P}/zones/{zone}/instances/sample-{host.host}")
        assert instance, host.host
        assert instance.body["machineType"].endswith(host.machine_type.removeprefix("gcp:"))
        assert instance.body["networkInterfaces"][0]["networkIP"] == host.address
        assert "accessConfigs" not in instance.body["networkInterfaces"][0]
        data = google.get(f"{P}/zones/{zone}/disks/sample-{host.host}-data")
        assert data
        assert data.body["sizeGb"] == str(host.disk_gib)
        assert ("confidentialInstanceConfig" in instance.body) == bool(host.confidential)
        account = instance.body["serviceAccounts"][0]["email"]
        rules = [
            entry.body for entry in google.entries("gcp:compute/firewall:Firewall")
            if account in entry.body.get("targetServiceAccounts", ())
        ]  # fmt: skip
        ports = sorted(port for rule in rules for allowed in rule["allowed"] for port in allowed["ports"])
        assert ports == (["22", "26656"] if host.client == "cometbft" else ["22"])
    subnets = {entry.body["ipCidrRange"] for entry in google.entries("gcp:compute/subnetwork:Subnetwork")}
    assert subnets == {region.cidr for region in PLAN.regions if region.region.startswith("gcp:")}


def test_a_full_zone_and_a_half_made_machine_are_overcome_and_production_goes_only_unguarded(tmp_path: Path) -> None:
    project, google = made(tmp_path)
    others = {host.host: None for host in HOSTS if host.host != "validators-2"}
    change(project, {"environment": "production", "hosts": others})
    machine, disk = (
        f"{P}/zones/europe-west2-b/instances/sample-validators-2",
        f"{P}/zones/europe-west2-b/disks/sample-validators-2-data",
    )
    full = Fault(
        name="full", effect="refuse", type=INSTANCE, code="ZONE_RESOURCE_POOL_EXHAUSTED",
        message="The zone 'europe-west2-b' does not have enough resources available to fulfill the request.",
    )  # fmt: skip
    project.world.disturb(full)
    refused = project.command("up")
    assert refused.exit_code != 0
    assert "ZONE_RESOURCE_POOL_EXHAUSTED: The zone 'europe-west2-b' does not have enough" in refused.text
    assert google.get(disk)
    assert not google.get(machine)

    half = Fault(name="half", effect="half", type=INSTANCE, code="500 internalError", message="Internal error.")
    project.world.disturb(half, Fault(name="slow", effect="slow", type=INSTANCE, seconds=0.5))
    assert project.command("up").exit_code != 0
    assert google.get(machine)

    project.world.disturb()
    assert project.up("--refresh").exit_code == 0
    kept = {entry.name for entry in google.entries()}
    stopped = project.run("destroy", "--yes", "--stack", "test")  # with the preview, as people do: it stops there
    assert stopped.returncode != 0
    assert "protected" in stopped.stdout + stopped.stderr
    assert {entry.name for entry in google.entries()} == kept

    change(project, {"environment": "production", "hosts": others, "settings": {"is_protected": False}})
    unguarded = project.up()
    assert set(unguarded.changes) == {"update"}
    project.destroy()
    assert list(google.entries()) == []
