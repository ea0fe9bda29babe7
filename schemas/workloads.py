"""What each client brings to a host: units, users, ports. The catalogue that hosts, firewall and checks share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reach(StrEnum):
    """Who may open a connection to a port; the firewall and the listening address follow it."""

    LOOPBACK = "loopback"
    """Processes on the host only."""
    OPERATOR = "operator"
    """Operators and monitoring."""
    NETWORK = "network"
    """Every host of the network."""


@dataclass(frozen=True, kw_only=True)
class Port:
    """One TCP port that a host listens on."""

    name: str
    number: int
    reach: Reach


@dataclass(frozen=True, kw_only=True)
class Workload:
    """One client as the hosts that run it know it."""

    client: str
    units: tuple[str, ...]
    """systemd units that must be active and sandboxed."""
    ports: tuple[Port, ...]
    user: str
    """System user that runs the units."""
    user_id: int
    """Fixed, so that a data volume fits every host it is attached to."""


NO_WORKLOAD = "none"
"""Client of a fleet whose spec says `workload: none`."""

BASE_PORTS = (
    Port(name="ssh", number=22, reach=Reach.OPERATOR),
    Port(name="node_exporter", number=9100, reach=Reach.OPERATOR),
)
"""On every host. Node exporter's number: its own default."""

BASE_UNITS = (
    "ssh.service",
    "nftables.service",
    "prometheus-node-exporter.service",
    "geofleet-configuration.service",
)
"""Active on every host."""

SANDBOXED_BASE_UNITS = ("prometheus-node-exporter.service", "geofleet-configuration.service")
"""Those of the base units that must also pass the sandbox limit; sshd and nftables administer the host itself."""

COMETBFT = Workload(
    client="cometbft",
    units=("cometbft.service",),
    ports=(
        Port(name="p2p", number=26656, reach=Reach.NETWORK),
        Port(name="rpc", number=26657, reach=Reach.LOOPBACK),
        Port(name="metrics", number=26660, reach=Reach.OPERATOR),
    ),
    user="cometbft",
    user_id=931,
)
"""CometBFT v0.38; port numbers are its defaults."""

_CATALOGUE = {workload.client: workload for workload in (COMETBFT,)}


def workload(client: str) -> Workload | None:
    """Return a client's workload; None for `none`, the client of hosts that run nothing yet."""
    return None if client == NO_WORKLOAD else _CATALOGUE[client]


def ports_of(client: str) -> tuple[Port, ...]:
    """Return every port that a host with this client listens on, sorted by number."""
    found = workload(client)
    return tuple(sorted(BASE_PORTS + (found.ports if found else ()), key=lambda port: port.number))


def units_of(client: str) -> tuple[str, ...]:
    """Return every unit that must be active on a host with this client."""
    found = workload(client)
    return BASE_UNITS + (found.units if found else ())


def sandboxed_units_of(client: str) -> tuple[str, ...]:
    """Return the units whose sandbox must be of exposure 2.0 or less."""
    found = workload(client)
    return SANDBOXED_BASE_UNITS + (found.units if found else ())
