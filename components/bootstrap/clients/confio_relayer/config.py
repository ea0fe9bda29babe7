"""What a relayer is told: its paths, its rank on each, the chains' own nodes on its host. One JSON file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from schemas.ledger import Ledger
from schemas.plan import HostPlan, PathPlan, Plan, Relaying
from schemas.workloads import Service, services_of

BACKUP_DELAY_S = 10
"""What a back-up leaves to each relayer before it: more than a packet takes, so that two never pay for one."""


@dataclass(frozen=True, kw_only=True)
class Chain:
    """One end of a path, at the relayer's own full node."""

    chain: str
    chain_id: str
    rpc: str
    address_prefix: str
    fee_per_gas: float
    fee_denomination: str
    block_time_ms: int
    trusting_period_s: int


@dataclass(frozen=True, kw_only=True)
class Channel:
    """Port and channel on the source chain."""

    port: str
    channel: str


@dataclass(frozen=True, kw_only=True)
class Path:
    """One path as one relayer works on it."""

    source: Chain
    destination: Chain
    channels: tuple[Channel, ...]
    """The allow-list: packets of other channels are left alone."""
    rank: int
    """0 for the relayer that carries; 1 for the first back-up, and so on."""
    delay_s: int
    """How long a packet must have waited before this relayer carries it."""
    makes_channels: bool
    """Whether this relayer makes light clients, connection and channels that are not there: one does."""
    refresh: float
    """Part of the trusting period after which this relayer refreshes a light client."""
    clear_interval_blocks: int
    clear_on_start: bool


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """Where Prometheus asks."""

    address: str
    port: int


@dataclass(frozen=True, kw_only=True)
class RelayerConfig:
    """One relayer's file."""

    paths: tuple[Path, ...]
    metrics: Metrics
    pause_s: float
    """Between two rounds."""

    def to_json(self) -> str:
        """Return the file's text."""
        return json.dumps(asdict(self), indent=1) + "\n"


def relayer_config(plan: Plan, ledger: Ledger, host: HostPlan, service: Service) -> RelayerConfig:
    """Return a relayer's configuration; paths to a chain without a node on the host are left out."""
    relaying = plan.fleet(host.fleet).relaying
    nodes = {node.chain: node for node in services_of(host.assignments) if node.chain}
    paths = (
        [
            _path(plan, ledger, host, path=path, relaying=relaying)
            for path in relaying.paths
            if {path.source, path.destination} <= nodes.keys()
        ]
        if relaying
        else []
    )
    return RelayerConfig(
        paths=tuple(paths),
        metrics=Metrics(address=host.address, port=service.port("relayer metrics")),
        pause_s=1.0,
    )


def relayers_of(plan: Plan, path: PathPlan) -> tuple[str, ...]:
    """Return the hosts that work on a path, across fleets; the first carries, the others wait in this order."""
    fleets = {
        fleet.name
        for fleet in plan.fleets
        if fleet.relaying
        and any({p.source, p.destination} == {path.source, path.destination} for p in fleet.relaying.paths)
    }
    # A shorter name has the smaller number: relayers-9 stands before relayers-10.
    return tuple(sorted((h.host for h in plan.hosts if h.fleet in fleets), key=lambda name: (len(name), name)))


def _path(plan: Plan, ledger: Ledger, host: HostPlan, *, path: PathPlan, relaying: Relaying) -> Path:
    rank = relayers_of(plan, path).index(host.host)
    return Path(
        source=_chain(plan, ledger, host, path.source),
        destination=_chain(plan, ledger, host, path.destination),
        channels=tuple(
            Channel(port=port, channel=channel) for port, _, channel in (c.partition("/") for c in path.channels)
        ),
        rank=rank,
        delay_s=rank * BACKUP_DELAY_S,
        makes_channels=rank == 0,
        refresh=min(0.9, relaying.client_refresh * (1 + rank / 5)),
        clear_interval_blocks=relaying.clear_interval_blocks,
        clear_on_start=relaying.clear_on_start,
    )


def _chain(plan: Plan, ledger: Ledger, host: HostPlan, chain: str) -> Chain:
    node = next(service for service in services_of(host.assignments) if service.chain == chain)
    known = next(c for c in plan.chains if c.chain == chain)
    return Chain(
        chain=chain,
        chain_id=ledger.chain_id(chain),
        rpc=f"http://127.0.0.1:{node.port('rpc')}",
        address_prefix="cosmos",
        fee_per_gas=known.fee_per_gas,
        fee_denomination=known.fee_denomination,
        block_time_ms=known.block_time_ms,
        trusting_period_s=known.trusting_period_s,
    )
