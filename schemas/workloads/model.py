"""What a client declares about itself, before anything is rendered: programs, units, ports, users, keys, nature."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from schemas.purposes import Purpose
from schemas.roles import Role


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
    metrics_path: str = ""
    """Where Prometheus finds metrics on this port; empty: nowhere."""


class Form(StrEnum):
    """How a program comes from the store."""

    BINARY = "binary"
    """One static executable: `/usr/local/bin/NAME`."""
    ARCHIVE = "archive"
    """A gzipped tar archive with everything that the program needs: unpacked as `/opt/NAME`."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """Something that is fetched by its SHA-256 and installed."""

    name: str
    """Name in the cache's index, and of the file or folder on the host."""
    form: Form = Form.BINARY
    version: str = ""
    """Where it is not the version of the client."""

    @property
    def path(self) -> str:
        """Return where it is on a host."""
        return f"/usr/local/bin/{self.name}" if self.form is Form.BINARY else f"/opt/{self.name}"


class Trait(StrEnum):
    """What a client does: checks, keys and genesis ask for these, never for a client's name."""

    COMETBFT_NODE = "cometbft_node"
    """Runs a node of a CometBFT chain, with CometBFT's RPC on its port `rpc`."""
    SDK_CHAIN = "sdk_chain"
    """Its chain is built with the Cosmos SDK: accounts, bank, staking, IBC."""
    LEASED_SIGNER = "leased_signer"
    """One host of the fleet signs at a time, with the fleet's key: the one that holds the lease."""
    PRICE_FEED = "price_feed"
    """Reports prices of pairs, and tells at `/state` of its port `prices` what it serves and why."""
    RELAYER = "relayer"
    """Carries IBC packets; needs a full node of each chain beside it."""


class Tells(StrEnum):
    """What a metric of a client tells of its work; several samples of one host come together as said here."""

    LEADER = "leader"
    """1 while the host is the one that acts, 0 while another is; the greatest counts."""
    PACKETS = "packets"
    """Packets carried since the program started; summed."""
    OLDEST_PENDING_S = "oldest_pending_s"
    """Seconds that the packet waiting longest has waited; the greatest counts."""
    LAST_ROUND_AT = "last_round_at"
    """When it last looked at its work, in seconds since 1970; the oldest counts."""
    PRICE_AGE_S = "price_age_s"
    """Seconds since a price was signed; the greatest counts."""


@dataclass(frozen=True, kw_only=True)
class Sign:
    """A metric by which a host's work is seen at a glance: `geofleet status` and `geofleet watch` go by it."""

    metric: str
    """Full name, on the first port of the service that has a metrics path."""
    tells: Tells


@dataclass(frozen=True, kw_only=True)
class Workload:
    """One client as the hosts that run it know it."""

    client: str
    """Name in the spec: of its folder `components/bootstrap/clients/CLIENT` too, with underscores."""
    roles: tuple[Role, ...]
    """Roles whose fleets may name it."""
    programs: tuple[Program, ...]
    units: tuple[str, ...]
    """Names of its systemd services, without suffix; each must be active and sandboxed."""
    ports: tuple[Port, ...]
    user: str
    """System user that runs the units."""
    user_id: int
    """Fixed, so that a data volume fits every host it is attached to."""
    engine: str = ""
    """Consensus engine of the chains that it makes, as the spec names engines; empty for clients that make none."""
    has_data: bool = True
    """Whether it keeps something on the data volume, in `/data/SERVICE`."""
    keys: tuple[Purpose, ...] = ()
    """Keys that a host needs for it, besides those of the host's role."""
    fleet_keys: tuple[Purpose, ...] = ()
    """Keys that the fleet holds: every host has them, and the fleet itself sees to it that one uses them."""
    companion_keys: tuple[Purpose, ...] = ()
    """Keys that a host needs when this runs beside another client."""
    traits: frozenset[Trait] = frozenset()
    signs: tuple[Sign, ...] = ()
    """Metrics that tell of its work; one that is missing on a host makes the host unread, never healthy."""


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """A client that a host runs."""

    client: str
    version: str
    chain: str = ""
    """Chain whose full node it is, where it runs beside the host's own client; empty for that client itself."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """A client as one host runs it: with names and ports of its own, because a host may run it several times."""

    workload: Workload
    version: str
    chain: str = ""
    """As in the assignment."""
    position: int = 0
    """Among the services of this host that declare the same port."""

    @property
    def name(self) -> str:
        """Return the name of its data folder and of its first unit, without suffix."""
        return self._named(self.workload.client)

    @property
    def unit_names(self) -> tuple[str, ...]:
        """Return its units without suffix: the folders of its configuration."""
        return tuple(self._named(unit) for unit in self.workload.units)

    @property
    def units(self) -> tuple[str, ...]:
        """Return its systemd units."""
        return tuple(f"{name}.service" for name in self.unit_names)

    @property
    def ports(self) -> tuple[Port, ...]:
        """Return its ports: where two services declare the same, the second has all of its a hundred higher."""
        suffix = f" of {self.chain}" if self.chain else ""
        return tuple(
            Port(
                name=port.name + suffix,
                number=port.number + PORT_STRIDE * self.position,
                reach=port.reach,
                metrics_path=port.metrics_path,
            )
            for port in self.workload.ports
        )

    def port(self, name: str) -> int:
        """Return the number of a port by the name that the client declares; it must exist."""
        found = next(port for port in self.workload.ports if port.name == name)
        return found.number + PORT_STRIDE * self.position

    def has(self, trait: Trait) -> bool:
        """Return whether its client does something."""
        return trait in self.workload.traits

    def _named(self, name: str) -> str:
        return f"{name}-{self.chain}" if self.chain else name


PORT_STRIDE = 100
"""Between the ports of two services of one host that declare the same."""
