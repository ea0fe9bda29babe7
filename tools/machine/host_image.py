"""The image that lab hosts boot: made from Debian's packages, tagged by what it is made from."""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
from pathlib import Path

from machine import stamps
from machine.shell import Shell
from machine.step import Step

from schemas.locations import cache_dir

NAME = "localhost/geofleet-host"
STORAGE = Path("/var/lib/containers")


def step(tools: Path) -> Step:
    """Return the step that builds and imports the image."""
    folder = tools / "image"
    image = image_name(folder)
    return Step(
        name="image",
        what=f"builds the hosts' image {image} from Debian's packages and gives it to Podman",
        work=lambda shell: _make(shell, folder, image),
        is_there=lambda: _recorded() == image and _podman_has(image),
        after=("packages",),
        seconds=60,
        disk_gb=1.2,
        disk_at=cache_dir(),
        needs_root=True,
    )


def image_name(folder: Path) -> str:
    """Return the image's name; its tag is the start of the SHA-256 over what the image is made from."""
    return f"{NAME}:{stamps.digest_of_files(folder, stamps.files_below(folder))[:12]}"


def record() -> Path:
    """Return the file that tells which image to boot."""
    return cache_dir() / "image.json"


def _recorded() -> str:
    try:
        return str(json.loads(record().read_text(encoding="utf-8"))["image"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _podman_has(image: str) -> bool:
    if shutil.which("podman") is None:
        return False
    return subprocess.run(["podman", "image", "exists", image], capture_output=True, check=False).returncode == 0


def _make(shell: Shell, folder: Path, image: str) -> None:
    record().unlink(missing_ok=True)
    if not _podman_has(image):
        system = shell.scratch() / "system.tar"
        # mmdebstrap keeps its half-made system in /tmp, and removes it when it is ended: its own user
        # for downloads could not enter a folder below /root.
        shell.run(["sh", str(folder / "build.sh"), str(system)])
        changes = ["--change", 'CMD ["/sbin/init"]', "--change", "STOPSIGNAL SIGRTMIN+3"]
        shell.run(["podman", "import", *changes, "--arch", _architecture(), str(system), image])
    stamps.write_text(record(), json.dumps({"image": image}) + "\n")
    _forget_others(shell, image)


def _architecture() -> str:
    return {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())


def _forget_others(shell: Shell, image: str) -> None:
    """Remove former images that no container uses; a lab that still runs keeps its own."""
    listed = subprocess.run(
        ["podman", "images", "--format", "{{.Repository}}:{{.Tag}}", NAME], capture_output=True, text=True, check=False
    )
    for other in listed.stdout.split():
        if other.startswith(f"{NAME}:") and other != image:
            shell.succeeds(["podman", "image", "rm", other])
