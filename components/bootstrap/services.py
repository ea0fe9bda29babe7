"""The units of a host: configuration agent, artifacts, restarts, node exporter, CometBFT."""

from __future__ import annotations

from components.bootstrap.programs import PACKAGE, PROGRAMS_DIR, SIGNER, program
from components.bootstrap.unit import SANDBOX, Section, unit_text
from schemas.canonical import sha256_hex
from schemas.workloads import BASE_PORTS, Workload

UNITS_DIR = "/etc/systemd/system"
AGENT_USER = "geofleet-configuration"
BINARY = "/usr/local/bin/cometbft"

_PYTHON: Section = (("Environment", f"PYTHONPATH={PROGRAMS_DIR} PYTHONDONTWRITEBYTECODE=1"),)
_INCOMING = f"{PROGRAMS_DIR}/incoming"
_EXPORTER_PORT = next(port.number for port in BASE_PORTS if port.name == "node_exporter")


def base_units(address: str) -> dict[str, str]:
    """Return path to text of the units of every host."""
    agent = {
        "Unit": (("Description", "Network configuration: fetched, verified, applied as a whole"),),
        "Service": (
            *SANDBOX,
            *_PYTHON,
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


def workload_units(workload: Workload, *, store_url: str, artifact_sha256: str) -> dict[str, str]:
    """Return path to text of the units that a client adds to a host, with the lists of what they fetch."""
    binary = f"{_INCOMING}/{workload.client}"
    hashes = {binary: artifact_sha256, **{f"{_INCOMING}/{name}": sha256_hex(program(name)) for name in SIGNER}}
    return {
        f"{UNITS_DIR}/geofleet-artifacts.service": unit_text(_artifacts(workload, store_url, artifact_sha256)),
        f"{UNITS_DIR}/geofleet-restart@.path": unit_text(_RESTART_PATH),
        f"{UNITS_DIR}/geofleet-restart@.service": unit_text(_RESTART_SERVICE),
        f"{UNITS_DIR}/{workload.units[0]}": unit_text(_cometbft(workload)),
        "/etc/geofleet/artifacts.sha256": "".join(f"{sha256}  {path}\n" for path, sha256 in hashes.items()),
    }


def _artifacts(workload: Workload, store_url: str, artifact_sha256: str) -> dict[str, Section]:
    """Fetch without privileges, copy to where only root writes, check the copies, then put them in place.

    The binary comes last and is what the unit's condition looks for.
    """
    names = (workload.client, *SIGNER)
    urls = [f"{store_url}/artifacts/{artifact_sha256}"]
    urls += [f"{store_url}/blobs/{sha256_hex(program(name))}" for name in SIGNER]
    fetches = " ".join(f"-o {name} {url}" for name, url in zip(names, urls, strict=True))
    return {
        "Unit": (
            ("Description", f"{workload.client} and its start guard, by SHA-256"),
            ("ConditionPathExists", f"!{BINARY}"),
            ("OnSuccess", " ".join(workload.units)),
            ("StartLimitIntervalSec", "0"),
        ),
        "Service": (
            *SANDBOX,
            ("Type", "oneshot"),
            ("User", AGENT_USER),
            ("CacheDirectory", "geofleet-artifacts"),
            ("WorkingDirectory", "/var/cache/geofleet-artifacts"),
            ("ExecStart", f"/usr/bin/curl -fsS --fail-early --connect-timeout 5 --max-time 300 {fetches}"),
            ("ExecStart", f"+/usr/bin/install -m 0600 -D -t {_INCOMING} {' '.join(names)}"),
            ("ExecStart", "+/usr/bin/sha256sum --check --strict --quiet /etc/geofleet/artifacts.sha256"),
            ("ExecStart", f"+/usr/bin/install -m 0644 -t {PROGRAMS_DIR}/{PACKAGE} "
                          + " ".join(f"{_INCOMING}/{name}" for name in SIGNER)),
            ("ExecStart", f"+/usr/bin/chmod 0755 {_INCOMING}/{workload.client}"),
            ("ExecStart", f"+/usr/bin/mv {_INCOMING}/{workload.client} {BINARY}"),
            ("ExecStartPost", f"/usr/bin/rm {' '.join(names)}"),
            ("Restart", "on-failure"),
            ("RestartSec", "5"),
        ),
    }  # fmt: skip


_RESTART_PATH: dict[str, Section] = {
    "Unit": (("Description", "Watches for new files of %i"),),
    "Path": (("PathChanged", "/var/lib/geofleet-configuration/restart/%i"),),
}
_RESTART_SERVICE: dict[str, Section] = {
    "Unit": (("Description", "Restarts %i on its new files"), ("StartLimitIntervalSec", "0")),
    # A unit that is not active takes the new files by itself when it starts.
    "Service": (
        ("Type", "oneshot"),
        ("ExecCondition", "/usr/bin/systemctl is-active --quiet %i"),
        ("ExecStart", "/usr/bin/systemctl --no-block try-restart %i"),
    ),
}


def _cometbft(workload: Workload) -> dict[str, Section]:
    guard = f"/usr/bin/python3 -m {PACKAGE}.guard"
    return {
        "Unit": (
            ("Description", "CometBFT validator"),
            # On a host's first boot the artifacts' unit starts this one when they are in place.
            ("ConditionPathExists", BINARY),
            # Written out, and Before=multi-user.target left out: a boot is done even while a signer waits.
            ("DefaultDependencies", "no"),
            ("Requires", "sysinit.target"),
            ("After", "sysinit.target basic.target network-online.target"),
            ("Conflicts", "shutdown.target"),
            ("Before", "shutdown.target"),
            # A validator never gives up by itself: two seconds between starts is the limit.
            ("StartLimitIntervalSec", "0"),
        ),
        "Service": (
            *SANDBOX,
            *_PYTHON,
            ("User", workload.user),
            ("LoadCredential", "consensus.json:/run/credstore/consensus.json"),
            ("LoadCredential", "node.json:/run/credstore/node.json"),
            ("RuntimeDirectory", workload.client),
            ("RuntimeDirectoryMode", "0700"),
            ("StateDirectory", workload.client),
            ("StateDirectoryMode", "0700"),
            ("ReadWritePaths", f"-/data/{workload.client}"),
            ("ExecStartPre", f"{guard} start"),
            ("ExecStart", f"{BINARY} start --home /run/{workload.client}"),
            ("ExecStopPost", f"{guard} stop"),
            # The guard waits up to a minute for what it misses, then fails for all to see.
            ("TimeoutStartSec", "120"),
            ("Restart", "always"),
            ("RestartSec", "2"),
            ("LimitNOFILE", "8192"),
            ("TasksMax", "512"),
        ),
    }
