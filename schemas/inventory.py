"""What a deployed stack says about itself: the stack output `inventory`, which verification reads."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from schemas.atlas.latency import Evidence
from schemas.errors import FleetError
from schemas.facts import HostFacts
from schemas.plan import whole

SCHEMA = "geofleet/inventory/v1"


class InventoryError(FleetError):
    """A stack's output is not an inventory."""


@dataclass(frozen=True, kw_only=True)
class InventoryChain:
    """One chain that the stack runs."""

    chain: str
    """Name in the spec."""
    chain_id: str
    """Name of this deployment of it."""
    block_time_ms: int


@dataclass(frozen=True, kw_only=True)
class InventoryLink:
    """What separates two regions in use; `region` sorts before `other`."""

    region: str
    other: str
    round_trip_ms: float
    """Median, as planned."""
    round_trip_evidence: Evidence
    jitter_ms: float
    """Standard deviation of the round trip, as planned."""
    jitter_evidence: Evidence


@dataclass(frozen=True, kw_only=True)
class InventoryPath:
    """Two chains between which relayers carry packets."""

    source: str
    destination: str
    channels: tuple[str, ...]
    """`port/channel` on the source."""
    hosts: tuple[str, ...]
    """Relayers that work on it, in the order in which they carry."""
    denomination: str
    """The source chain's coin."""
    fee_per_gas: float

    @property
    def name(self) -> str:
        """Return the path's name in reports."""
        return f"{self.source}:{self.destination}"

    def fee(self, gas: int) -> int:
        """Return what so much gas costs at least on the source, in its smallest coin."""
        return math.ceil(gas * self.fee_per_gas)


@dataclass(frozen=True, kw_only=True)
class InventoryPair:
    """A price that a fleet of oracles promised to report."""

    fleet: str
    pair: str
    sources_min: int
    deviation_bps: int
    """The largest distance between the price that is served and the true one."""
    heartbeat_s: int
    """The oldest report that may be served."""
    rpc: str
    """Endpoint of the chain that it is reported to; empty: to none."""


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """Everything that verification needs to know of a stack."""

    stack: str
    target: str
    """`lab` or `cloud`."""
    operator_namespace: str
    """Network namespace that verification starts from; empty outside the lab."""
    network_cidr: str
    operator_cidr: str
    hosts: tuple[HostFacts, ...]
    chains: tuple[InventoryChain, ...]
    links: tuple[InventoryLink, ...]
    paths: tuple[InventoryPath, ...] = ()
    pairs: tuple[InventoryPair, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the envelope, which is also the stack output."""
        return {
            "schema": SCHEMA,
            "stack": self.stack,
            "target": self.target,
            "operator_namespace": self.operator_namespace,
            "network_cidr": self.network_cidr,
            "operator_cidr": self.operator_cidr,
            "hosts": [host.to_props() for host in self.hosts],
            "chains": [asdict(chain) for chain in self.chains],
            "links": [asdict(link) for link in self.links],
            "paths": [asdict(path) for path in self.paths],
            "pairs": [asdict(pair) for pair in self.pairs],
        }


def _path(value: Mapping[str, Any]) -> InventoryPath:
    return InventoryPath(
        source=str(value["source"]),
        destination=str(value["destination"]),
        channels=tuple(str(channel) for channel in value["channels"]),
        hosts=tuple(str(host) for host in value["hosts"]),
        denomination=str(value["denomination"]),
        fee_per_gas=float(value["fee_per_gas"]),
    )


def _pair(value: Mapping[str, Any]) -> InventoryPair:
    return InventoryPair(
        fleet=str(value["fleet"]),
        pair=str(value["pair"]),
        sources_min=whole(value["sources_min"]),
        deviation_bps=whole(value["deviation_bps"]),
        heartbeat_s=whole(value["heartbeat_s"]),
        rpc=str(value["rpc"]),
    )


def inventory_from_json(value: Mapping[str, Any]) -> Inventory:
    """Return an inventory from the stack output; whole numbers may have become floats.

    Raises:
        InventoryError: It is not an inventory, or of another version.
        FactsError: A host's facts are malformed.
    """
    remedy = "Run `geofleet up` with this version first."
    if value.get("schema") != SCHEMA:
        raise InventoryError(f"schema is {value.get('schema')!r}, expected '{SCHEMA}'", remedy=remedy)
    try:
        return Inventory(
            stack=str(value["stack"]),
            target=str(value["target"]),
            operator_namespace=str(value["operator_namespace"]),
            network_cidr=str(value["network_cidr"]),
            operator_cidr=str(value["operator_cidr"]),
            hosts=tuple(HostFacts.from_props(host) for host in value["hosts"]),
            chains=tuple(
                InventoryChain(
                    chain=str(chain["chain"]),
                    chain_id=str(chain["chain_id"]),
                    block_time_ms=whole(chain["block_time_ms"]),
                )
                for chain in value["chains"]
            ),
            links=tuple(
                InventoryLink(
                    region=str(link["region"]),
                    other=str(link["other"]),
                    round_trip_ms=float(link["round_trip_ms"]),
                    round_trip_evidence=Evidence(link["round_trip_evidence"]),
                    jitter_ms=float(link["jitter_ms"]),
                    jitter_evidence=Evidence(link["jitter_evidence"]),
                )
                for link in value["links"]
            ),
            paths=tuple(_path(path) for path in value.get("paths", ())),
            pairs=tuple(_pair(pair) for pair in value.get("pairs", ())),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InventoryError(f"the inventory is malformed: {type(error).__name__} {error}", remedy=remedy) from error
