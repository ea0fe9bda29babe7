"""What a program needs: listing it, and installing it when `pulumi install` asks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from toolchain import ToolchainError


def installed_packages(python: str, *, transitive: bool) -> list[tuple[str, str]]:
    """Return `(name, version)` of the environment's packages; only top-level ones unless transitive.

    Raises:
        ToolchainError: pip cannot say.
    """
    command = [python, "-m", "pip", "list", "--disable-pip-version-check", "--format", "json"]
    if not transitive:
        command.append("--not-required")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ToolchainError(f"{' '.join(command)} failed: {done.stderr.strip()}")
    return [(str(entry["name"]), str(entry["version"])) for entry in json.loads(done.stdout)]


def install_commands(folder: Path | None, program_directory: Path) -> list[list[str]]:
    """Return the commands that make the environment and install what requirements.txt lists; none without it.

    Raises:
        ToolchainError: There is no Python to make the environment with.
    """
    commands: list[list[str]] = []
    if folder is None:
        python = shutil.which("python3")
    else:
        python = str(folder / "bin" / "python")
        if not os.access(python, os.X_OK):
            maker = shutil.which("python3")
            if maker is None:
                raise ToolchainError(f"no python3 on PATH to make {folder} with")
            commands.append([maker, "-m", "venv", str(folder)])
    if python is None:
        raise ToolchainError("no python3 on PATH")
    listed = program_directory / "requirements.txt"
    if not listed.is_file():
        return []  # as the official host: nothing is listed, nothing is to do
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check", "-r", str(listed)]
    return [*commands, pip]


def run_lines(command: Sequence[str], folder: Path) -> Iterator[bytes]:
    """Run a command and yield its output line by line.

    Raises:
        ToolchainError: It failed.
    """
    process = subprocess.Popen(
        list(command), cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        assert process.stdout is not None
        with process.stdout:
            yield from process.stdout
        if process.wait() != 0:
            raise ToolchainError(f"{' '.join(command)} failed with exit code {process.returncode}")
    finally:
        # The engine may have hung up in the middle.
        if process.poll() is None:
            process.terminate()
            process.wait()
