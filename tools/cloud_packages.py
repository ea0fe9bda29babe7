"""Fetch the Debian packages that cloud hosts install from their store: `make packages`.

apt checks every package against Debian's signatures; hosts check the archive's
SHA-256, which is in their boot data. Run it on Debian 12, as cloud hosts are.

    python tools/cloud_packages.py [--add FILE.deb ...]

`--add` takes packages that are not Debian's, such as amazon-ssm-agent (verify AWS's signature on it first).
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from schemas.errors import EnvironmentMissingError, ExitCode, FleetError
from schemas.locations import artifact_path, cache_dir

LIST = Path(__file__).with_name("cloud_packages.txt")
RELEASE = "12"


def main() -> None:
    """Fetch, pack, and record; ends with 6 where this machine cannot."""
    parser = argparse.ArgumentParser(description="Fetch the Debian packages that cloud hosts install from their store.")
    parser.add_argument("--add", nargs="*", type=Path, default=[], metavar="FILE.deb", help="further packages")
    options = parser.parse_args()
    try:
        require_debian()
        with tempfile.TemporaryDirectory() as folder:
            fetch(names(), Path(folder))
            packages = {path.name: path.read_bytes() for path in [*Path(folder).glob("*.deb"), *options.add]}
        sha256 = keep(packed(packages), sorted(packages))
    except (FleetError, OSError) as error:
        print(f"error: {error}\n{getattr(error, 'remedy', '')}".rstrip(), file=sys.stderr)
        sys.exit(ExitCode.ENVIRONMENT)
    print(f"{len(packages)} packages for cloud hosts, {artifact_path(sha256)}")


def require_debian() -> None:
    """Check that apt speaks of the release that hosts run."""
    version = Path("/etc/debian_version")
    found = version.read_text(encoding="ascii").strip() if version.exists() else "no Debian"
    if found.partition(".")[0] != RELEASE:
        raise EnvironmentMissingError(
            f"this machine is {found}, hosts are Debian {RELEASE}", remedy="Run it in a container of Debian 12."
        )


def names() -> list[str]:
    """Return the packages of the list, sorted."""
    lines = (line.partition("#")[0].strip() for line in LIST.read_text(encoding="utf-8").splitlines())
    return sorted(line for line in lines if line)


def fetch(packages: list[str], folder: Path) -> None:
    """Download packages with apt, which verifies them; nothing is installed."""
    done = subprocess.run(
        ["apt-get", "-o", "APT::Sandbox::User=root", "download", *packages],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise EnvironmentMissingError(f"apt-get download failed: {last}", remedy="Run: apt-get update.")


def packed(packages: dict[str, bytes]) -> bytes:
    """Return the archive: the same packages are the same bytes."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in sorted(packages.items()):
            member = tarfile.TarInfo(name.replace("%3a", ":"))
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return content.getvalue()


def keep(content: bytes, files: list[str]) -> str:
    """Put the archive into the cache and record it; returns its SHA-256."""
    sha256 = hashlib.sha256(content).hexdigest()
    target = artifact_path(sha256)
    target.parent.mkdir(parents=True, exist_ok=True)
    for path, data in (
        (target, content),
        (cache_dir() / "packages.json", (json.dumps({"sha256": sha256, "files": files}, indent=2) + "\n").encode()),
    ):
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        temporary.write_bytes(data)
        temporary.replace(path)
    return sha256


if __name__ == "__main__":
    main()
