"""systemd units as data, and the one sandbox that every network-facing program of a host runs in."""

from __future__ import annotations

import re
from collections.abc import Mapping

Section = tuple[tuple[str, str], ...]

_TEXT = re.compile(r"[\x20-\x7e]*")

SANDBOX: Section = (
    ("NoNewPrivileges", "yes"),
    ("CapabilityBoundingSet", ""),
    ("AmbientCapabilities", ""),
    ("RestrictSUIDSGID", "yes"),
    ("ProtectSystem", "strict"),
    ("ProtectHome", "yes"),
    ("PrivateTmp", "yes"),
    ("PrivateDevices", "yes"),
    ("PrivateIPC", "yes"),
    ("DevicePolicy", "closed"),
    ("ProtectHostname", "yes"),
    ("ProtectClock", "yes"),
    ("ProtectKernelTunables", "yes"),
    ("ProtectKernelModules", "yes"),
    ("ProtectKernelLogs", "yes"),
    ("ProtectControlGroups", "yes"),
    ("ProtectProc", "invisible"),
    ("RestrictNamespaces", "yes"),
    ("RestrictRealtime", "yes"),
    ("LockPersonality", "yes"),
    ("MemoryDenyWriteExecute", "yes"),
    ("RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX"),
    ("RemoveIPC", "yes"),
    ("KeyringMode", "private"),
    ("SystemCallArchitectures", "native"),
    ("SystemCallFilter", "@system-service"),
    ("SystemCallFilter", "~@privileged @resources @mount @debug @cpu-emulation @obsolete"),
    # Go asks for more open files at start and lives with a refusal; killing it would not do.
    ("SystemCallErrorNumber", "EPERM"),
    ("IPAddressDeny", "169.254.169.254/32 fd00:ec2::254/128"),
    ("LimitCORE", "0"),
    ("OOMPolicy", "stop"),
    ("UMask", "0077"),
)
"""Measured exposure with a unit's own User=: 1.6 and less. PrivateUsers is left out: beside ProtectProc=invisible
it keeps units from starting in a container, and the text is the same on every back end."""


def unit_text(sections: Mapping[str, Section]) -> str:
    """Return a unit file.

    Values are code's own or validated boot data; a control character here is our mistake, so it is asserted.
    """
    blocks = []
    for name, entries in sections.items():
        assert all(_TEXT.fullmatch(value) for _, value in entries), f"[{name}] holds a control character"
        blocks.append("\n".join((f"[{name}]", *(f"{key}={value}" for key, value in entries))))
    return "\n\n".join(blocks) + "\n"
