"""The readings by name: which command lines tell what a host is like."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from operations.hosts.scripts import sudo
from operations.hosts.seen import runs_chain
from schemas import readings
from schemas.facts import HostFacts
from schemas.workloads import COMETBFT, Service, Trait, sandboxed_units_of, units_of

BOOT_RESULT = "boot result"
BOOT_STATUS = "boot status"
BOOT_WARNINGS = "boot warnings"
UNITS = "units"
FAILED_UNITS = "failed units"
EXPOSURE = "exposure"
CHRONY = "chrony"
FIREWALL = "firewall"
SSHD = "sshd settings"
PASSWORDS = "passwords"
LISTENERS = "listeners"
CONFIGURATION = "configuration"
KEY_MODES = "key file modes"
KEY_FILES = "key files"
KEY_FILES_OPEN = "key files that anyone reads"
KEY_ADDRESSES = "key addresses"
NODE = "node status"
VALIDATORS = "validators"
COMMIT = "commit"
RELAYER = "relayer metrics"
PRICES = "prices"
TIME = "time"

VALIDATORS_MAX = 100
"""Most that one page of CometBFT's RPC holds."""

RPC_PORT = next(port.number for port in COMETBFT.ports if port.name == "rpc")
"""Of CometBFT and what is built on it, on the host's own loopback."""


def host_commands(facts: HostFacts) -> Mapping[str, str]:
    """Return reading to command line: everything about one host that no other host is needed for."""
    relayer = next((service for service in facts.services if service.has(Trait.RELAYER)), None)
    feed = next((service for service in facts.services if service.has(Trait.PRICE_FEED)), None)
    units, sandboxed = shlex.join(units_of(facts.assignments)), shlex.join(sandboxed_units_of(facts.assignments))
    return {
        BOOT_RESULT: "cat /run/cloud-init/result.json",
        BOOT_STATUS: "cat /run/cloud-init/status.json",
        BOOT_WARNINGS: sudo(readings.BOOT_WARNINGS),
        UNITS: f"systemctl show --property Id,ActiveState,SubState,UnitFileState {units}",
        FAILED_UNITS: "systemctl list-units --failed --plain --no-legend --no-pager",
        EXPOSURE: f"systemd-analyze security --no-pager {sandboxed} | grep Overall",
        CHRONY: "if systemctl -q is-active chrony; then chronyc -n tracking; else echo inactive; fi",
        FIREWALL: sudo(readings.FIREWALL),
        SSHD: sudo(readings.SSHD_SETTINGS),
        PASSWORDS: sudo(readings.PASSWORDS),
        LISTENERS: sudo(readings.LISTENERS),
        CONFIGURATION: sudo(readings.CONFIGURATION_SUMS),
        KEY_MODES: sudo(readings.KEY_FILE_MODES),
        KEY_FILES: sudo(readings.KEY_FILES),
        KEY_FILES_OPEN: shlex.join(readings.KEY_FILES.split(" ")),
        KEY_ADDRESSES: sudo(readings.KEY_ADDRESSES),
        TIME: "date +%s.%N",
        **({NODE: rpc("status")} if runs_chain(facts) else {}),
        **{follower(node): rpc("status", port=node.port("rpc")) for node in facts.nodes if node.chain},
        **({RELAYER: metrics(facts, relayer)} if relayer else {}),
        **({PRICES: prices(facts, feed)} if feed else {}),
    }


def follower(service: Service) -> str:
    """Return the reading of a full node's status."""
    return f"status of {service.name}"


def metrics(facts: HostFacts, service: Service) -> str:
    """Return the command line that reads a service's own metrics, on its host."""
    port = next(port for port in service.ports if port.metrics_path)
    return shlex.join(["curl", "-sSf", "--max-time", "5", f"http://{facts.address}:{port.number}{port.metrics_path}"])


def prices(facts: HostFacts, service: Service) -> str:
    """Return the command line that reads what an oracle serves and why, on its host."""
    return shlex.join(["curl", "-sSf", "--max-time", "5", f"http://{facts.address}:{service.port('prices')}/state"])


def rpc(question: str, *, port: int = RPC_PORT) -> str:
    """Return the command line of a question to the node on its own host; `/health` is never asked, it lies.

    CometBFT answers `/health` with 200 while its chain is halted (measured, research/nodes.md).
    """
    return shlex.join(["curl", "-sS", "--max-time", "5", f"http://127.0.0.1:{port}/{question}"])


def ping(address: str, *, count: int) -> str:
    """Return the command line that measures round trips, five a second: the fastest that any user may send."""
    return f"ping -n -c {count} -i 0.2 -W 2 {address}"


def open_port(address: str, port: int, *, wait_s: float) -> str:
    """Return the command line that tries a TCP port: it prints open, refused or dropped."""
    attempt = shlex.quote(f"</dev/tcp/{address}/{port}")
    return f"timeout {wait_s:g} bash -c {attempt}; case $? in 0) echo open;; 124) echo dropped;; *) echo refused;; esac"
