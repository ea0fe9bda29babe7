from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import containers, naming, network, seeds, sweep
from lab.iproute import run
from schemas.errors import BackendError, EnvironmentMissingError
from schemas.locations import cache_dir
from tests.lab.conftest import HOSTS, Lab

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def image() -> str:
    """The image that `make setup` builds."""
    record = cache_dir() / "image.json"
    if not record.exists():
        pytest.skip("no host image: make setup")
    return str(json.loads(record.read_text())["image"])


@pytest.fixture
def machine(
    lab: Lab, image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[containers.MachineInputs]:
    for module in (containers, seeds):
        monkeypatch.setattr(module, "seed_dir", lambda stack, host: tmp_path / "seeds" / stack / host)
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "ssh_host_ed25519_key").write_text("secret")
    containers.ensure_volume(lab.stack, "a-1")
    yield containers.MachineInputs(
        stack=lab.stack, host="a-1", image=image, user_data="#cloud-config\n{}\n", secrets=secrets
    )
    containers.remove_host(lab.stack, "a-1")
    containers.remove_volume(lab.stack, "a-1")


def _inside(machine: containers.MachineInputs, *words: str) -> str:
    done = subprocess.run(["podman", "exec", machine.name, *words], capture_output=True, text=True)
    return (done.stdout + done.stderr).strip()


def _booted(machine: containers.MachineInputs) -> None:
    deadline = time.monotonic() + 60
    while "dbus.service active" not in f"dbus.service {_inside(machine, 'systemctl', 'is-active', 'dbus.service')}":
        assert time.monotonic() < deadline, "systemd does not come up"
        time.sleep(0.1)


def _container_id(machine: containers.MachineInputs) -> str:
    done = subprocess.run(["podman", "inspect", "--format", "{{.Id}}", machine.name], capture_output=True, text=True)
    return done.stdout.strip()


def test_a_host_boots_with_seed_secrets_data_and_its_own_network(machine: containers.MachineInputs, lab: Lab) -> None:
    state = containers.ensure_host(machine)
    assert (state.running, state.connected, state.inputs_sha256) == (True, True, machine.inputs_sha256)
    assert containers.runs_as_made(machine)
    _booted(machine)
    assert _inside(machine, "cat", "/proc/1/comm") == "systemd"
    assert _inside(machine, "cat", "/run/credstore/ssh_host_ed25519_key") == "secret"
    assert "Read-only file system" in _inside(machine, "touch", "/run/credstore/x")
    assert f"instance-id: {lab.stack}-a-1-" in _inside(machine, "cat", "/var/lib/cloud/seed/nocloud/meta-data")
    assert _inside(machine, "mountpoint", "/data") == "/data is a mountpoint"
    assert f"{HOSTS['a-1']}/24" in _inside(machine, "ip", "-4", "addr", "show", "eth0")
    assert _inside(machine, "hostname") == "a-1"


def test_a_host_knows_its_own_name_and_any_other_look_up_fails_at_once(machine: containers.MachineInputs) -> None:
    containers.ensure_host(machine)
    assert _inside(machine, "getent", "ahostsv4", "a-1").split()[0] == "127.0.1.1"
    start = time.monotonic()
    assert _inside(machine, "getent", "ahosts", "host.example") == ""
    assert time.monotonic() - start < 1


def test_the_same_host_is_adopted_and_started_when_it_was_stopped(machine: containers.MachineInputs) -> None:
    containers.ensure_host(machine)
    first = _container_id(machine)
    containers.ensure_host(machine)
    containers.stop_host(machine.stack, machine.host)
    assert not containers.runs_as_made(machine)
    assert containers.ensure_host(machine).running
    assert _container_id(machine) == first


def test_a_host_made_from_other_inputs_is_made_anew_and_keeps_its_data(machine: containers.MachineInputs) -> None:
    containers.ensure_host(machine)
    first = _container_id(machine)
    _inside(machine, "sh", "-c", "echo 7 > /data/height")
    other = containers.MachineInputs(
        stack=machine.stack, host=machine.host, image=machine.image, user_data="#cloud-config\n{a: 1}\n",
        secrets=machine.secrets,
    )  # fmt: skip
    assert not containers.runs_as_made(other)
    containers.ensure_host(other)
    assert containers.runs_as_made(other)
    assert _container_id(machine) != first
    assert _inside(other, "cat", "/data/height") == "7"


def test_a_stopped_host_stops_its_services_first(machine: containers.MachineInputs) -> None:
    containers.ensure_host(machine)
    _booted(machine)
    unit = ["systemd-run", "--unit=signer", "--property=ExecStop=/bin/sh -c 'echo saved > /data/state'", "sleep", "600"]
    assert "signer.service" in _inside(machine, *unit)
    start = time.monotonic()
    containers.stop_host(machine.stack, machine.host)
    assert time.monotonic() - start < containers.STOP_S
    containers.start_host(machine.stack, machine.host)
    assert _inside(machine, "cat", "/data/state") == "saved"


def test_a_host_whose_namespace_was_made_anew_is_restarted_into_it(machine: containers.MachineInputs, lab: Lab) -> None:
    containers.ensure_host(machine)
    run("ip", "netns", "delete", lab.namespace("a-1"))
    network.ensure_host(lab.stack, "a-1", address=HOSTS["a-1"])
    state = containers.read_host(lab.stack, "a-1")
    assert state
    assert (state.running, state.connected) == (True, False)
    assert containers.ensure_host(machine).connected


def test_a_half_made_container_is_started_or_replaced(machine: containers.MachineInputs) -> None:
    containers.ensure_host(machine)
    subprocess.run(["podman", "kill", machine.name], check=True, capture_output=True)
    assert containers.ensure_host(machine).running


def test_a_foreign_container_is_refused_and_left_alone(machine: containers.MachineInputs) -> None:
    words = ["podman", "create", "--name", machine.name, machine.image, "/bin/true"]
    subprocess.run(words, check=True, capture_output=True)
    try:
        with pytest.raises(BackendError) as refused:
            containers.ensure_host(machine)
        assert str(refused.value) == f"container {machine.name} exists and is not ours (its labels say so)"
        assert containers.read_host(machine.stack, machine.host) is None
        containers.remove_host(machine.stack, machine.host)
        assert _container_id(machine)
    finally:
        subprocess.run(["podman", "rm", "--force", machine.name], check=True, capture_output=True)


def test_a_foreign_volume_is_refused_and_left_alone(lab: Lab) -> None:
    name = naming.volume(lab.stack, "x-1")
    subprocess.run(["podman", "volume", "create", name], check=True, capture_output=True)
    try:
        with pytest.raises(BackendError) as refused:
            containers.ensure_volume(lab.stack, "x-1")
        assert str(refused.value) == f"volume {name} exists and is not ours (its labels say so)"
        containers.remove_volume(lab.stack, "x-1")
    finally:
        subprocess.run(["podman", "volume", "rm", name], check=True, capture_output=True)


def test_podmans_own_words_are_kept(machine: containers.MachineInputs) -> None:
    wrong = containers.MachineInputs(
        stack=machine.stack, host=machine.host, image="localhost/geofleet-none:1", user_data="", secrets=machine.secrets
    )
    with pytest.raises(BackendError) as refused:
        containers.ensure_host(wrong)
    assert str(refused.value).startswith("podman run: ")
    assert "localhost/geofleet-none" in str(refused.value)


def test_missing_secrets_are_named_before_anything_is_made(machine: containers.MachineInputs, tmp_path: Path) -> None:
    wrong = containers.MachineInputs(
        stack=machine.stack, host=machine.host, image=machine.image, user_data="", secrets=tmp_path / "none"
    )
    with pytest.raises(EnvironmentMissingError) as refused:
        containers.ensure_host(wrong)
    assert str(refused.value) == f"the secrets of a-1 are missing ({tmp_path / 'none'})"
    assert refused.value.remedy == f"Make them: geofleet keys create {machine.stack}."
    assert containers.containers_of(machine.stack) == []


def test_a_host_that_is_not_there_cannot_be_restarted(lab: Lab) -> None:
    with pytest.raises(BackendError) as refused:
        containers.restart_host(lab.stack, "b-1")
    assert str(refused.value) == f"there is no container of b-1 in {lab.stack}"


def test_a_sweep_leaves_nothing_and_data_only_when_asked(machine: containers.MachineInputs, lab: Lab) -> None:
    containers.ensure_host(machine)
    left = sweep.leftovers(lab.stack)
    assert {"container of a-1", "volume of a-1", "process router", f"namespace {lab.wan.namespace}"} <= set(left)
    sweep.remove_stack(lab.stack, volumes=False)
    assert sweep.leftovers(lab.stack) == ["volume of a-1"]
    sweep.remove_stack(lab.stack, volumes=True)
    assert sweep.leftovers(lab.stack) == []
