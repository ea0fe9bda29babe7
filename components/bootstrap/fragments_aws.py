"""What Debian's image for AWS needs beside the core: data volume, packages by hash, secrets, clock, kernel settings."""

from __future__ import annotations

from collections.abc import Sequence

from components.bootstrap.artifacts import UNITS_DIR
from components.bootstrap.cloud_config import Fragment
from components.bootstrap.programs import PACKAGE, PROGRAMS_DIR, program
from components.bootstrap.unit import unit_text
from schemas.canonical import canonical_json, sha256_hex
from schemas.kernel import MACHINE, sysctl_text

FETCH_PROGRAM = f"{PROGRAMS_DIR}/{PACKAGE}/fetch.py"
MACHINE_PROGRAM = f"{PROGRAMS_DIR}/{PACKAGE}/aws_machine.py"
SECRETS_LIST = "/etc/geofleet/secrets"
"""Names of the host's secret files, one a line."""

CHRONY = """\
server 169.254.169.123 prefer iburst minpoll 4 maxpoll 4
driftfile /var/lib/chrony/chrony.drift
makestep 1.0 3
maxdistance 1.0
rtcsync
"""
"""Amazon's own clock, which every instance has beside it; never mixed with one that smears leap seconds."""


def aws_fragment(*, secrets: Sequence[str], store_url: str, packages_sha256: str) -> Fragment:
    """Return the part of boot data that AWS adds.

    Args:
        secrets: File names of the host's secrets.
        store_url: Where the provider's files and the packages are.
        packages_sha256: Of the archive of packages that the image lacks; empty: it lacks none.
    """
    sha256 = sha256_hex(aws_files())
    commands = [
        ["python3", FETCH_PROGRAM, f"{store_url}/blobs/{sha256}", sha256],
        ["python3", MACHINE_PROGRAM, "mount"],
        *([["python3", MACHINE_PROGRAM, "packages", packages_sha256]] if packages_sha256 else []),
        ["sysctl", "--quiet", f"--load={_SYSCTL}"],
        ["systemctl", "daemon-reload"],
        ["systemctl", "restart", "--no-block", "chrony.service"],
        ["systemctl", "start", "--no-block", "geofleet-secrets.service"],
    ]
    files = {FETCH_PROGRAM: program("fetch.py"), SECRETS_LIST: "".join(f"{name}\n" for name in secrets)}
    return Fragment(files=files, commands=commands)


def aws_files() -> str:
    """Return the files that every AWS host fetches by hash (canonical JSON, path to text): they would not fit boot data."""
    return canonical_json(
        {
            MACHINE_PROGRAM: program("aws_machine.py"),
            f"{UNITS_DIR}/geofleet-secrets.service": unit_text(_SECRETS_UNIT),
            _SYSCTL: sysctl_text(MACHINE),
            "/etc/chrony/chrony.conf": CHRONY,
        }
    )


_SYSCTL = "/etc/sysctl.d/91-geofleet-machine.conf"
_SECRETS_UNIT = {
    "Unit": (
        ("Description", "Secrets of this host, into memory"),
        ("Wants", "network-online.target"),
        ("After", "network-online.target"),
        ("StartLimitIntervalSec", "0"),
    ),
    "Service": (
        ("Type", "oneshot"),
        ("RemainAfterExit", "yes"),
        ("ExecStart", f"/usr/bin/python3 {MACHINE_PROGRAM} secrets"),
        ("ExecStartPost", "/usr/bin/systemctl --no-block restart ssh.service"),
        ("Restart", "on-failure"),
        ("RestartSec", "5"),
        ("UMask", "0077"),
        ("NoNewPrivileges", "yes"),
        ("ProtectSystem", "strict"),
        ("ReadWritePaths", "/run"),
        ("ProtectHome", "yes"),
        ("PrivateTmp", "yes"),
        ("CapabilityBoundingSet", ""),
        ("RestrictAddressFamilies", "AF_INET AF_UNIX"),
    ),
}
"""As root, which alone may ask for the instance's credentials, and with no capability."""
