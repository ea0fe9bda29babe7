"""The units of every host: configuration agent and node exporter."""

from __future__ import annotations

from components.bootstrap.artifacts import UNITS_DIR
from components.bootstrap.programs import AGENT_USER, PACKAGE, PYTHON
from components.bootstrap.unit import SANDBOX, unit_text
from schemas.workloads import BASE_PORTS

_EXPORTER_PORT = next(port.number for port in BASE_PORTS if port.name == "node_exporter")


def base_units(address: str) -> dict[str, str]:
    """Return path to text of the units of every host."""
    agent = {
        "Unit": (("Description", "Network configuration: fetched, verified, applied as a whole"),),
        "Service": (
            *SANDBOX,
            *PYTHON,
            ("ExecStart", f"/usr/bin/python3 -m {PACKAGE}.agent"),
            ("User", AGENT_USER),
            ("StateDirectory", "geofleet-configuration"),
            ("StateDirectoryMode", "0755"),
            ("Restart", "always"),
            ("RestartSec", "5"),
            ("TasksMax", "16"),
            ("MemoryMax", "128M"),
        ),
    }
    exporter = {
        "Service": (
            *SANDBOX,
            ("ExecStart", ""),
            (
                "ExecStart",
                f"/usr/bin/prometheus-node-exporter --web.listen-address={address}:{_EXPORTER_PORT} "
                "--log.level=warn --collector.disable-defaults "
                + " ".join(f"--collector.{name}" for name in _COLLECTORS),
            ),
            ("Restart", "always"),
            ("RestartSec", "5"),
            ("TasksMax", "64"),
            ("MemoryMax", "128M"),
        ),
    }
    return {
        f"{UNITS_DIR}/geofleet-configuration.service": unit_text(agent),
        f"{UNITS_DIR}/prometheus-node-exporter.service.d/10-geofleet.conf": unit_text(exporter),
    }


_COLLECTORS = (
    "cpu", "diskstats", "filefd", "filesystem", "loadavg", "meminfo", "netdev", "netstat", "pressure", "sockstat",
    "stat", "time", "timex", "uname", "vmstat",
)  # fmt: skip
"""Those that read /proc only; others want udev, D-Bus or devices, which the sandbox keeps away."""
