"""Debian packages: only those whose command or file is missing, so that other distributions can bring their own."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path

from machine.shell import Shell, StepError
from machine.step import Step

COMMANDS = {
    "podman": ("podman", "runs the hosts"),
    "runc": ("runc", "the container runtime that systemd as PID 1 was tried with"),
    "mmdebstrap": ("mmdebstrap", "makes the hosts' image"),
    "ip": ("iproute2", "makes network namespaces and links"),
    "nft": ("nftables", "checks the hosts' firewall rules"),
    "gcc": ("gcc", "compiles the router of the emulated network"),
    "ssh": ("openssh-client", "reaches the hosts for verification"),
    "ping": ("iputils-ping", "measures round trips"),
    "npm": ("npm", "fetches node software that is published as npm packages"),
}
"""Command to (package, what for)."""

FILES = {
    Path("/usr/include/stdio.h"): ("libc6-dev", "headers for the router"),
    Path("/usr/share/keyrings/debian-archive-keyring.gpg"): (
        "debian-archive-keyring",
        "checks the signatures of the image's packages",
    ),
}

APT = ["apt-get", "-y", "-q", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"]


def missing() -> dict[str, str]:
    """Return the packages to install, each with what it is for."""
    found = {package: why for command, (package, why) in COMMANDS.items() if shutil.which(command) is None}
    found |= {package: why for file, (package, why) in FILES.items() if not file.exists()}
    if importlib.util.find_spec("ensurepip") is None:
        found["python3-venv"] = "makes Python environments"
    return found


def needed_for_python() -> bool:
    """Return whether making a Python environment takes a package that is missing."""
    return "python3-venv" in missing()


def step() -> Step:
    """Return the step that installs what is missing."""
    wanted = missing()
    listed = "; ".join(f"{package} ({why})" for package, why in sorted(wanted.items()))
    return Step(
        name="packages",
        what=f"installs Debian packages: {listed or 'none missing'}",
        work=_install,
        is_there=lambda: not missing(),
        seconds=90,
        disk_gb=0.6,
        disk_at=Path("/usr"),
        needs_root=True,
    )


def _install(shell: Shell) -> None:
    wanted = sorted(missing())
    install = [*APT, "install", "--no-install-recommends", *wanted]
    environment = {"DEBIAN_FRONTEND": "noninteractive"}
    # The lists may be missing or stale: one update, then the install has to work.
    has_lists = any(Path("/var/lib/apt/lists").glob("*_Packages*"))
    if not (has_lists and shell.succeeds(install, env={**os.environ, **environment})):
        shell.say("reading the package lists anew")
        shell.run([*APT, "update"], environment=environment)
        shell.run(install, environment=environment)
    left = missing()
    if left:
        raise StepError(
            f"installed, yet still missing: {', '.join(sorted(left))}",
            remedy="Look for held or diverted packages: apt-mark showhold.",
        )
