from __future__ import annotations

from pathlib import Path

import pytest
from machine import engine

from schemas.locations import REPOSITORY, engine_bin_dir

TOOLS = REPOSITORY / "tools"
LOCK = REPOSITORY / "requirements.lock"


@pytest.fixture(autouse=True)
def empty_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")


def a_pulumi(folder: Path, version: str) -> Path:
    folder.mkdir(parents=True)
    command = folder / "pulumi"
    command.write_text(f"#!/bin/sh\necho {version}\n")
    command.chmod(0o755)
    return command


def on_path(monkeypatch: pytest.MonkeyPatch, *folders: Path) -> None:
    monkeypatch.setenv("PATH", ":".join([*map(str, folders), "/usr/bin:/bin"]))


def test_without_an_official_pulumi_one_is_built_with_its_language_host() -> None:
    built, host = engine.steps(TOOLS, LOCK)
    assert built.what == "builds the Pulumi command line v3.258.0 from its Go module (none is on PATH)"
    assert built.needs_go == "1.25.11"
    assert host.name == "language-host"


def test_a_recent_official_pulumi_is_used_and_gets_no_host_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = a_pulumi(tmp_path / "official", "v3.260.1")
    on_path(monkeypatch, command.parent)
    engine_bin_dir().mkdir(parents=True)
    (engine_bin_dir() / "pulumi-language-python").write_text("from a former build")
    [link] = engine.steps(TOOLS, LOCK)
    assert link.what == f"uses the official Pulumi 3.260.1 at {command}"
    assert link.is_due()
    link.work(None)  # type: ignore[arg-type] # a link needs no shell
    assert not link.is_due()
    assert (engine_bin_dir() / "pulumi").resolve() == command
    assert [file.name for file in engine_bin_dir().iterdir()] == ["pulumi"]


def test_an_old_official_pulumi_is_named_and_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = a_pulumi(tmp_path / "official", "v3.229.0")
    on_path(monkeypatch, command.parent)
    assert engine.steps(TOOLS, LOCK)[0].what == (
        "builds the Pulumi command line v3.258.0 from its Go module "
        f"(the one at {command} is 3.229.0, older than 3.249.0)"
    )


def test_the_built_one_is_never_taken_for_the_official_one(monkeypatch: pytest.MonkeyPatch) -> None:
    a_pulumi(engine_bin_dir(), "v3.258.0")
    on_path(monkeypatch, engine_bin_dir())
    assert engine.official() is None


def test_something_else_called_pulumi_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_path(monkeypatch, a_pulumi(tmp_path / "other", "hello 9.9.9").parent)
    found = engine.official()
    assert found is not None
    assert not found.is_recent
