"""What a Google machine is told beside the core: data disk, secrets, clock, names, door to the store, sessions.

Debian's image for Google has no cloud-init; the machine's start-up script, which
is no part of user data, installs it with what else the image lacks, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from components.bootstrap.artifacts import UNITS_DIR
from components.bootstrap.cloud_config import Fragment
from components.bootstrap.programs import PACKAGE, PROGRAMS_DIR, program
from components.bootstrap.unit import SANDBOX, Section, unit_text
from schemas.kernel import MACHINE, sysctl_text

DATA_DEVICE = "data"
"""Device name of the data disk; Google's udev rules make a link of it."""
STORE_PORT = 8079
STORE_URL = f"http://127.0.0.1:{STORE_PORT}"
"""The host's own door to its region's bucket."""
METADATA_ADDRESS = "169.254.169.254"
"""Google's metadata server, clock and resolver in one."""
IAP_RANGE = "35.235.240.0/20"
"""Where sessions through IAP come from; Google's own, the same for everyone."""
PACKAGES = (
    "ca-certificates", "chrony", "cloud-init", "curl", "iproute2", "iputils-ping", "less", "locales", "nftables",
    "openssh-server", "openssl", "procps", "prometheus-node-exporter", "python3", "sudo", "systemd-resolved",
)  # fmt: skip
"""What a host has before cloud-init runs: the lab image's packages, and a resolver that keeps to itself."""

BYTES_MAX = 262_144
"""What Google takes as one value of an instance's metadata."""

_PROGRAM = f"{PROGRAMS_DIR}/{PACKAGE}/gcp_machine.py"
_RULES = "/etc/geofleet/gcp.nft"


@dataclass(frozen=True, kw_only=True)
class GcpHost:
    """What one host is told of its project; no secrets, names of secrets only."""

    project: str
    bucket: str
    """Of its own region."""
    secrets: Mapping[str, str]
    """File in `/run/credstore` to the ID of the secret that holds it."""


def gcp_fragment(host: GcpHost) -> Fragment:
    """Return Google's part of a host's boot data."""
    files = {
        _PROGRAM: program("gcp_machine.py"),
        _RULES: _rules(),
        f"{UNITS_DIR}/nftables.service.d/10-gcp.conf": _after_loading(),
        f"{UNITS_DIR}/geofleet-store.service": unit_text(_store(host)),
        f"{UNITS_DIR}/geofleet-secrets.service": unit_text(_secrets(host)),
        "/etc/chrony/chrony.conf": _clock(),
        "/etc/sysctl.d/91-geofleet-machine.conf": sysctl_text(MACHINE),
    }
    units = ("geofleet-store.service", "geofleet-secrets.service")
    return Fragment(
        bytes_max=BYTES_MAX,
        files=files,
        links={f"{UNITS_DIR}/multi-user.target.wants/{unit}": f"{UNITS_DIR}/{unit}" for unit in units},
        commands=(
            ("sysctl", "--quiet", "--load=/etc/sysctl.d/91-geofleet-machine.conf"),
            ("python3", _PROGRAM, "mount", f"/dev/disk/by-id/google-{DATA_DEVICE}", "/data"),
            ("systemctl", "daemon-reload"),
            ("systemctl", "restart", "--no-block", "chrony.service"),
            ("systemctl", "start", "--no-block", *units),
        ),
    )


def startup_script() -> str:
    """Return the machine's start-up script: it prepares the image for cloud-init, once, and does nothing afterwards."""
    return "\n".join(
        (
            "#!/bin/sh",
            "set -eu",
            "done=/var/lib/geofleet-image-is-ready",
            'if [ -e "$done" ]; then exit 0; fi',
            "export DEBIAN_FRONTEND=noninteractive",
            "until apt-get -q update; do sleep 5; done",
            f"apt-get -qy --no-install-recommends install {' '.join(PACKAGES)}",
            # The image's own network settings stay, and no other source of boot data is ever looked at.
            "mkdir -p /etc/cloud/cloud.cfg.d",
            "printf 'network: {config: disabled}\\ndatasource_list: [GCE]\\n' >/etc/cloud/cloud.cfg.d/99-geofleet.cfg",
            'touch "$done"',
            "systemctl reboot",
            "",
        )
    )


def _rules() -> str:
    """Return what the core's rule set lacks here: names and time from the metadata server, sessions through IAP."""
    output = f"insert rule inet geofleet output ip daddr {METADATA_ADDRESS}"
    return (
        f"{output} udp dport {{ 53, 123 }} accept\n"
        f"{output} tcp dport 53 accept\n"
        f"add rule inet geofleet input ip saddr {IAP_RANGE} tcp dport 22 accept\n"
    )


def _after_loading() -> str:
    return unit_text(
        {
            "Service": (
                ("ExecStartPost", f"/usr/sbin/nft --file {_RULES}"),
                ("ExecReload", f"/usr/sbin/nft --file {_RULES}"),
            )
        }
    )


def _clock() -> str:
    """Return chrony's settings: Google's clock alone, which smears leap seconds as no other does."""
    return (
        f"server {METADATA_ADDRESS} prefer iburst minpoll 4 maxpoll 4\n"
        "driftfile /var/lib/chrony/chrony.drift\nmakestep 1.0 3\nmaxdistance 1.0\nrtcsync\n"
    )


_OF_ROOT: Section = tuple(
    entry for entry in SANDBOX if entry[0] not in ("IPAddressDeny", "ProtectSystem", "SystemCallFilter")
)
"""The sandbox without what keeps a unit from the metadata server: these two units are the ones that may ask it."""
_CALLS: Section = (
    ("SystemCallFilter", "@system-service"),
    ("SystemCallFilter", "~@mount @debug @cpu-emulation @obsolete"),
)


def _store(host: GcpHost) -> dict[str, Section]:
    return {
        "Unit": (("Description", "Door to the store"), ("StartLimitIntervalSec", "0")),
        "Service": (
            *_OF_ROOT,
            *_CALLS,
            ("ProtectSystem", "strict"),
            ("ExecStart", f"/usr/bin/python3 {_PROGRAM} store {host.bucket} {STORE_PORT}"),
            ("Restart", "always"),
            ("RestartSec", "2"),
            ("TasksMax", "32"),
            ("MemoryMax", "128M"),
        ),
    }


def _secrets(host: GcpHost) -> dict[str, Section]:
    names = " ".join(f"{file}={secret}" for file, secret in sorted(host.secrets.items()))
    return {
        "Unit": (
            ("Description", "Secrets of this host, into memory"),
            ("Wants", "network-online.target"),
            ("After", "network-online.target"),
            ("StartLimitIntervalSec", "0"),
        ),
        "Service": (
            *_OF_ROOT,
            *_CALLS,
            ("Type", "oneshot"),
            ("RemainAfterExit", "yes"),
            ("ProtectSystem", "strict"),
            ("ReadWritePaths", "/run"),
            ("ExecStart", f"/usr/bin/python3 {_PROGRAM} secrets {host.project} {names}"),
            ("ExecStartPost", "+/usr/bin/systemctl --no-block restart ssh.service"),
            ("Restart", "on-failure"),
            ("RestartSec", "5"),
        ),
    }
