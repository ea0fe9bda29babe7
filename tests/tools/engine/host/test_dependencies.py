from __future__ import annotations

import sys
from pathlib import Path

import pytest
from dependencies import install_commands, installed_packages, run_lines
from toolchain import ToolchainError


def test_the_environments_packages_are_listed_top_level_ones_apart() -> None:
    every = dict(installed_packages(sys.executable, transitive=True))
    top = dict(installed_packages(sys.executable, transitive=False))
    assert every["grpcio"]
    assert "pytest-testinfra" in every
    assert "grpcio" not in top


def test_a_missing_environment_is_made_before_packages_are_installed(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("semver\n")
    make, install = install_commands(tmp_path / ".venv", tmp_path)
    assert make[1:] == ["-m", "venv", str(tmp_path / ".venv")]
    assert install[0] == str(tmp_path / ".venv" / "bin" / "python")
    assert install[-2:] == ["-r", str(tmp_path / "requirements.txt")]


def test_where_nothing_is_listed_nothing_is_installed(tmp_path: Path) -> None:
    assert install_commands(Path(sys.prefix), tmp_path) == []


def test_a_failed_command_is_told_after_its_output(tmp_path: Path) -> None:
    lines = run_lines(["sh", "-c", "echo first; exit 4"], tmp_path)
    assert next(lines) == b"first\n"
    with pytest.raises(ToolchainError, match="failed with exit code 4"):
        next(lines)
