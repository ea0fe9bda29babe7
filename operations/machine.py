"""Whether this machine can run a lab stack: every lack at once, before anything is touched."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from operations.engine import pulumi_command
from schemas.artifacts import artifact_sha256
from schemas.errors import EnvironmentMissingError, FleetError
from schemas.locations import REPOSITORY, cache_dir, router_path
from schemas.plan import Plan
from schemas.workloads import programs_of
from stacks.program import host_image

FREE_MIB_MIN = 1024
"""State, logs and the hosts' own writable layers take a few hundred MiB; containers' storage is checked apart."""

_TOOLS = {"podman": "containers", "ip": "network namespaces", "nft": "firewalls", "ssh": "verification"}


def require_lab_machine(plan: Plan) -> None:
    """Check that a lab stack can be built here.

    Raises:
        EnvironmentMissingError: With everything that is missing, one line each.
    """
    problems = [*_lacks(), *_unbuilt(plan)]
    if problems:
        raise EnvironmentMissingError(
            "this machine cannot run the lab:\n" + "\n".join(f"  - {problem}" for problem in problems),
            remedy="`make setup` installs and builds what is missing; run it as root.",
        )


def require_root() -> None:
    """Check that this process may make namespaces and containers.

    Raises:
        EnvironmentMissingError: It is not root.
    """
    if os.geteuid() != 0:
        raise EnvironmentMissingError(
            f"the lab needs root (network namespaces, containers with systemd); this is user {os.geteuid()}",
            remedy="Run it with sudo. `geofleet check` and `geofleet plan` need no root.",
        )


def _lacks() -> list[str]:
    found = []
    if os.geteuid() != 0:
        found.append(f"not root (user {os.geteuid()}): network namespaces and systemd containers need it")
    found += [
        f"'{tool}' is not installed ({purpose})" for tool, purpose in _TOOLS.items() if shutil.which(tool) is None
    ]
    if not Path("/dev/net/tun").exists():
        found.append("/dev/net/tun is missing: the emulated network's router reads from it (modprobe tun)")
    for folder in (REPOSITORY, cache_dir(), Path("/var/lib/containers"), Path("/run")):
        free = _free_mib(folder)
        least = FREE_MIB_MIN if folder != Path("/run") else 16
        if free < least:
            found.append(f"{folder} has {free} MiB free, {least} are needed")
    return found


def _unbuilt(plan: Plan) -> list[str]:
    found = []
    programs = sorted({(p.name, version) for host in plan.hosts for p, version in programs_of(host.assignments)})
    wanted = [host_image, pulumi_command, *(lambda p=p, v=v: artifact_sha256(p, v) for p, v in programs)]
    for check in wanted:
        try:
            check()
        except FleetError as error:
            found.append(str(error))
    if not router_path().is_file():
        found.append(f"the emulated network's router is not built ({router_path()})")
    return found


def _free_mib(folder: Path) -> int:
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free >> 20
