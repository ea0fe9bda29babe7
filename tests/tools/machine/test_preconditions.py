from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from machine import go_programs, packages, preconditions
from machine.preconditions import lacks
from machine.step import Step


def step(name: str = "engine", **settings: Any) -> Step:
    return Step(name=name, what="", work=lambda _shell: None, is_there=lambda: False, **settings)


@pytest.fixture(autouse=True)
def a_good_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(preconditions, "_kernel", list)
    monkeypatch.setattr(go_programs, "go_version", lambda: (1, 26, 8))


def test_a_good_machine_lacks_nothing() -> None:
    assert lacks([step(needs_go="1.25.11", needs_root=True)], lab=True) == []


def test_who_is_not_root_is_told_of_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    [lack] = lacks([], lab=True)
    assert lack.found == "this is user 1000, not root; the lab makes network namespaces and systemd containers"
    assert lack.remedy == "Run it with sudo, or set up without the lab: python3 tools/setup.py --without-lab."


def test_without_the_lab_nobody_has_to_be_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert lacks([step("python")], lab=False) == []


def test_a_missing_package_needs_root_even_without_the_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(packages, "missing", lambda: {"python3-venv": "makes Python environments"})
    [lack] = lacks([step("packages", needs_root=True)], lab=False)
    assert lack.found == "this is user 1000, not root; needed for: packages"
    assert lack.remedy == "As root: apt-get install python3-venv"


def test_no_go_is_told_with_what_it_builds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(go_programs, "go_version", lambda: None)
    [lack] = lacks([step(needs_go="1.25.11"), step("node-software", needs_go="1.25.0")], lab=True)
    assert lack.found == "no Go on PATH; building engine and node-software needs it"
    assert lack.remedy == (
        "Install Go 1.25.11 or newer and put it on PATH; an official Pulumi on PATH takes the place of the built engine."
    )


def test_an_old_go_is_told_by_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(go_programs, "go_version", lambda: (1, 9, 7))
    [lack] = lacks([step("node-software", needs_go="1.25.0")], lab=True)
    assert lack.found == "Go is 1.9.7; building node-software needs 1.25.0"
    assert lack.remedy == "Install Go 1.25.0 or newer and put it on PATH."


def test_what_is_built_already_needs_no_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(go_programs, "go_version", lambda: None)
    assert lacks([step("python")], lab=True) == []


def test_without_apt_the_missing_tools_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "missing", lambda: {"podman": "runs the hosts"})
    monkeypatch.setattr(shutil, "which", lambda _command: None)
    [lack] = lacks([step("packages")], lab=True)
    assert lack.found == "no apt-get here, and these Debian packages' tools are missing: podman (runs the hosts)"
    assert lack.remedy == "Install them with this system's own package manager, or use Debian 12."


class Usage(NamedTuple):
    free: int


def test_steps_that_write_to_one_disk_are_added_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(free=4_500_000_000))
    due = [step(disk_gb=4.0, disk_at=tmp_path / "not" / "there"), step("image", disk_gb=1.2, disk_at=tmp_path)]
    [lack] = lacks(due, lab=True)
    assert lack.found == f"{tmp_path} has 4.5 GB free; 5.2 GB are needed (engine 4, image 1.2)"
    assert lack.remedy == "Free some space, or point XDG_CACHE_HOME to a larger file system."
    assert lacks(due[:1], lab=True) == []


def test_everything_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(go_programs, "go_version", lambda: None)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(free=1))
    monkeypatch.setattr(preconditions.platform, "machine", lambda: "riscv64")
    found = [lack.found for lack in lacks([step(needs_go="1.25", disk_gb=4, disk_at=tmp_path)], lab=True)]
    assert [text.split()[0:3] for text in found] == [
        ["the", "processor", "is"],
        ["this", "is", "user"],
        ["no", "Go", "on"],
        [str(tmp_path), "has", "0.0"],
    ]
