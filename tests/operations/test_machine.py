from __future__ import annotations

import collections
from pathlib import Path

import pytest

from operations import machine
from schemas.errors import EnvironmentMissingError
from schemas.plan import Plan

PLAN = Plan(
    stack="lab", network="lab", environment="lab", spec_sha256="", atlas_version="", network_cidr="10.120.0.0/16",
    operator_cidr="10.121.0.0/24", chains=(), fleets=(), regions=(), links=(), hosts=(),
)  # fmt: skip
Usage = collections.namedtuple("Usage", "total used free")


@pytest.fixture
def whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine that lacks nothing."""
    monkeypatch.setattr(machine.os, "geteuid", lambda: 0)
    monkeypatch.setattr(machine.shutil, "which", lambda tool: f"/usr/bin/{tool}")
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: Usage(1 << 40, 0, 1 << 40))
    monkeypatch.setattr(machine, "host_image", lambda: "image")
    monkeypatch.setattr(machine, "pulumi_command", lambda: "pulumi")
    router = tmp_path / "router"
    router.touch()
    monkeypatch.setattr(machine, "router_path", lambda: router)


def problems() -> list[str]:
    with pytest.raises(EnvironmentMissingError) as refused:
        machine.require_lab_machine(PLAN)
    first, *rest = str(refused.value).splitlines()
    assert first == "this machine cannot run the lab:"
    return rest


@pytest.mark.usefixtures("whole")
def test_a_whole_machine_is_accepted() -> None:
    machine.require_lab_machine(PLAN)


@pytest.mark.usefixtures("whole")
def test_another_user_than_root_is_told_why_root_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.os, "geteuid", lambda: 1000)
    assert problems() == ["  - not root (user 1000): network namespaces and systemd containers need it"]


@pytest.mark.usefixtures("whole")
def test_a_missing_podman_is_named_with_its_purpose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.shutil, "which", lambda tool: None if tool == "podman" else tool)
    assert problems() == ["  - 'podman' is not installed (containers)"]


@pytest.mark.usefixtures("whole")
def test_a_full_disk_is_named_with_what_is_free_and_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    full = Usage(1 << 40, 1 << 40, 5 << 20)
    monkeypatch.setattr(
        machine.shutil, "disk_usage", lambda folder: full if "containers" in str(folder) else Usage(1 << 40, 0, 1 << 40)
    )
    found = problems()
    assert len(found) == 1
    assert found[0].endswith("has 5 MiB free, 1024 are needed")


@pytest.mark.usefixtures("whole")
def test_all_lacks_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_image() -> str:
        raise EnvironmentMissingError("no host image is recorded")

    monkeypatch.setattr(machine.shutil, "which", lambda tool: None)
    monkeypatch.setattr(machine, "host_image", no_image)
    assert len(problems()) == 5


def test_root_is_asked_for_with_what_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.os, "geteuid", lambda: 1000)
    with pytest.raises(EnvironmentMissingError) as refused:
        machine.require_root()
    assert str(refused.value) == "the lab needs root (network namespaces, containers with systemd); this is user 1000"
    assert refused.value.remedy == "Run it with sudo. `geofleet check` and `geofleet plan` need no root."
