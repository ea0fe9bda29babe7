"""What a machine must bring before anything is installed: all of it is checked, and told, at once."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from machine import go_programs, packages
from machine.step import Step

TUN = Path("/dev/net/tun")
CGROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True, kw_only=True)
class Lack:
    """Something that the machine lacks: what was found, and what to do."""

    found: str
    remedy: str


def lacks(due: Sequence[Step], *, lab: bool) -> list[Lack]:
    """Return everything that stands in the way of these steps, and of the lab when it is wanted."""
    found = [*_system(), *_root(due, lab=lab), *_go(due), *_packages(due), *_disk(due)]
    if lab and os.geteuid() == 0:
        found += _kernel()
    return found


def _system() -> list[Lack]:
    machine = platform.machine()
    found = []
    if platform.system() != "Linux":
        found.append(
            Lack(
                found=f"this is {platform.system()}; hosts need Linux (namespaces, systemd)",
                remedy="Use a Linux machine, or a virtual machine with one.",
            )
        )
    if machine not in ("x86_64", "aarch64"):
        found.append(
            Lack(
                found=f"the processor is {machine}; packages are locked for x86_64 and aarch64",
                remedy="Use a machine with one of those.",
            )
        )
    return found


def _root(due: Sequence[Step], *, lab: bool) -> list[Lack]:
    if os.geteuid() == 0:
        return []
    who = f"this is user {os.geteuid()}, not root"
    needing = ", ".join(step.name for step in due if step.needs_root)
    if lab:
        remedy = "Run it with sudo, or set up without the lab: python3 tools/setup.py --without-lab."
        return [Lack(found=f"{who}; the lab makes network namespaces and systemd containers", remedy=remedy)]
    if needing:
        wanted = " ".join(sorted(packages.missing()))
        return [Lack(found=f"{who}; needed for: {needing}", remedy=f"As root: apt-get install {wanted}")]
    return []


def _go(due: Sequence[Step]) -> list[Lack]:
    needing = [step for step in due if step.needs_go]
    if not needing:
        return []
    least = max((step.needs_go for step in needing), key=go_programs.parsed)
    names = " and ".join(step.name for step in needing)
    remedy = f"Install Go {least} or newer and put it on PATH"
    if any(step.name == "engine" for step in needing):
        remedy += "; an official Pulumi on PATH takes the place of the built engine"
    found = go_programs.go_version()
    if found is None:
        return [Lack(found=f"no Go on PATH; building {names} needs it", remedy=f"{remedy}.")]
    if found < go_programs.parsed(least):
        version = ".".join(str(number) for number in found)
        return [Lack(found=f"Go is {version}; building {names} needs {least}", remedy=f"{remedy}.")]
    return []


def _packages(due: Sequence[Step]) -> list[Lack]:
    if not any(step.name == "packages" for step in due) or shutil.which("apt-get") is not None:
        return []
    missing = packages.missing()
    listed = ", ".join(f"{package} ({why})" for package, why in sorted(missing.items()))
    return [
        Lack(
            found=f"no apt-get here, and these Debian packages' tools are missing: {listed}",
            remedy="Install them with this system's own package manager, or use Debian 12.",
        )
    ]


def _disk(due: Sequence[Step]) -> list[Lack]:
    """Return file systems with too little room, each step counted where it writes."""
    needs: dict[int, tuple[Path, float, list[str]]] = {}
    for step in due:
        place = _existing(step.disk_at)
        device = place.stat().st_dev
        path, total, names = needs.get(device, (place, 0.0, []))
        needs[device] = (path, total + step.disk_gb, [*names, f"{step.name} {step.disk_gb:g}"])
    found = []
    for path, total, names in needs.values():
        free_gb = shutil.disk_usage(path).free / 1e9
        if free_gb < total:
            found.append(
                Lack(
                    found=f"{path} has {free_gb:.1f} GB free; {total:.1f} GB are needed ({', '.join(names)})",
                    remedy="Free some space, or point XDG_CACHE_HOME to a larger file system.",
                )
            )
    return found


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path


def _kernel() -> list[Lack]:
    found = []
    try:
        os.close(os.open(TUN, os.O_RDWR))
    except OSError as error:
        found.append(
            Lack(
                found=f"{TUN} cannot be opened ({error.strerror}); the emulated network runs through it",
                remedy=f"modprobe tun; mkdir -p {TUN.parent}; mknod {TUN} c 10 200. In a container: --device {TUN}.",
            )
        )
    if shutil.which("unshare") is None or _fails(["unshare", "--net", "--mount", "true"]):
        found.append(
            Lack(
                found="network and mount namespaces cannot be made (unshare --net --mount true fails)",
                remedy="In a container, run it privileged; else enable CONFIG_NET_NS.",
            )
        )
    unified = CGROUPS / "cgroup.controllers"
    if not (unified.exists() or (CGROUPS / "systemd").is_dir()) or not os.access(CGROUPS, os.W_OK):
        found.append(
            Lack(
                found=f"{CGROUPS} is not a writable cgroup tree; systemd in the hosts needs one",
                remedy="Mount it: mount -t cgroup2 none /sys/fs/cgroup. In a container, run it privileged.",
            )
        )
    return found


def _fails(command: Sequence[str]) -> bool:
    return subprocess.run(list(command), capture_output=True, check=False).returncode != 0
