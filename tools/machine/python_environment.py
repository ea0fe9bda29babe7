"""The clone's own Python environment: exactly requirements.lock, by hash, plus the project itself."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from machine import stamps
from machine.shell import Shell
from machine.step import Step

PIP = ["-m", "pip", "--disable-pip-version-check", "--no-input"]
LOCKED = ["install", "--progress-bar", "off", "--require-hashes", "--only-binary", ":all:"]
PROJECT = "geofleet"


def step(repository: Path) -> Step:
    """Return the step that makes `.venv`."""
    lock = repository / "requirements.lock"
    packages = sorted(found.parent.name for found in repository.glob("*/__init__.py"))
    venv = repository / ".venv"
    return Step(
        name="python",
        what=f"installs the locked Python packages and geofleet itself into {venv}",
        work=lambda shell: _make(shell, repository),
        is_there=lambda: interpreter_works(venv) and (venv / "bin" / "geofleet").exists(),
        inputs=stamps.digest(
            sys.version, str(venv), lock.read_text(), (repository / "pyproject.toml").read_text(), *packages
        ),
        stamp=venv / "geofleet-stamp.json",
        after=("packages",),
        seconds=75,
        disk_gb=1.3,
        disk_at=repository,
    )


def interpreter_works(venv: Path) -> bool:
    """Return whether the environment's Python exists and is the version that makes environments here."""
    python = venv / "bin" / "python"
    library = venv / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    return os.access(python, os.X_OK) and library.is_dir() and (venv / "pyvenv.cfg").is_file()


def make_environment(shell: Shell, venv: Path) -> str:
    """Make an empty environment unless a working one is there; return its interpreter."""
    python = str(venv / "bin" / "python")
    usable = interpreter_works(venv) and shell.succeeds([python, *PIP, "--version"])
    # A clone that was moved keeps scripts that point to where it was.
    configuration = venv / "pyvenv.cfg"
    moved = usable and str(venv) not in configuration.read_text(encoding="utf-8")
    if not usable or moved:
        if venv.exists():
            shell.say(f"{venv} does not work here: making it anew")
            shutil.rmtree(venv)
        shell.run([sys.executable, "-m", "venv", str(venv)])
    return python


def locked_names(lock_text: str) -> set[str]:
    """Return the normalised names of the packages that a lock file pins."""
    return {normalised(name) for name in re.findall(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?==", lock_text, re.M)}


def locked_subset(lock_text: str, names: Iterable[str]) -> str:
    """Return the lock's entries, with hashes, for some packages.

    Raises:
        KeyError: The lock lacks one of them.
    """
    entries: dict[str, str] = {}
    for entry in re.split(r"\n(?=[A-Za-z0-9])", lock_text):
        found = re.match(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?==", entry)
        if found:
            entries[normalised(found[1])] = entry.rstrip("\n") + "\n"
    return "".join(entries[normalised(name)] for name in sorted(names))


def normalised(name: str) -> str:
    """Return a package's name as the registry compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _make(shell: Shell, repository: Path) -> None:
    venv = repository / ".venv"
    python = make_environment(shell, venv)
    lock = repository / "requirements.lock"
    shell.run([python, *PIP, *LOCKED, "-r", str(lock)])
    surplus = _surplus(python, locked_names(lock.read_text()))
    if surplus:
        shell.say(f"removing what the lock does not name: {', '.join(surplus)}")
        shell.run([python, *PIP, "uninstall", "-y", *surplus])
    shell.run([python, *PIP, "install", "--no-deps", "--no-build-isolation", "-e", str(repository)])
    shell.run([python, *PIP, "check"])


def _surplus(python: str, locked: set[str]) -> list[str]:
    done = subprocess.run([python, *PIP, "list", "--format", "json"], capture_output=True, text=True, check=True)
    found = {normalised(str(entry["name"])) for entry in json.loads(done.stdout)}
    return sorted(found - locked - {"pip", PROJECT})
