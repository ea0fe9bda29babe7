from __future__ import annotations

from pathlib import Path

import pytest
import toolchain
from toolchain import ToolchainError, child_environment, python_command, virtual_environment


def an_environment(folder: Path) -> Path:
    (folder / "bin").mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text("")
    python = folder / "bin" / "python"
    python.write_text("#!/bin/sh\n")
    python.chmod(0o755)
    return python


def test_a_relative_environment_counts_from_the_projects_file(tmp_path: Path) -> None:
    assert virtual_environment({"virtualenv": "../.venv"}, str(tmp_path / "lab")) == tmp_path / ".venv"
    assert virtual_environment({"virtualenv": "/opt/venv"}, str(tmp_path)) == Path("/opt/venv")
    assert virtual_environment({}, str(tmp_path)) is None


def test_the_named_environments_python_runs(tmp_path: Path) -> None:
    python = an_environment(tmp_path / ".venv")
    assert python_command({"virtualenv": ".venv"}, str(tmp_path)) == str(python)


def test_a_named_environment_that_is_not_there_is_refused_even_with_a_python_on_path(tmp_path: Path) -> None:
    with pytest.raises(ToolchainError) as raised:
        python_command({"virtualenv": ".venv"}, str(tmp_path))
    assert str(raised.value) == (
        f"the option 'virtualenv' of {tmp_path} names {tmp_path}/.venv, which has no bin/python. "
        "Make it (in geofleet: make setup; elsewhere: pulumi install)."
    )


def test_without_the_option_the_path_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolchain.shutil, "which", lambda name: f"/some/{name}" if name == "python" else None)
    assert python_command({}, str(tmp_path)) == "/some/python"
    monkeypatch.setattr(toolchain.shutil, "which", lambda _name: None)
    with pytest.raises(ToolchainError, match="no python3 on PATH"):
        python_command({}, str(tmp_path))


def test_a_child_gets_this_environment_the_engines_and_the_environments_commands_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin")
    monkeypatch.setenv("PYTHONHOME", "/wrong")
    monkeypatch.setenv("KEPT", "yes")
    python = an_environment(tmp_path / "venv")
    found = child_environment(str(python), ["A=b=c", "KEPT=from the engine"])
    assert found["A"] == "b=c"
    assert found["KEPT"] == "from the engine"
    assert found["PATH"] == f"{python.parent}:/usr/bin"
    assert found["VIRTUAL_ENV"] == str(tmp_path / "venv")
    assert "PYTHONHOME" not in found
