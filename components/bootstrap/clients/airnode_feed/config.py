"""What an oracle and its feed are told: what sources are asked, what a pair needs, and the chain. Two JSON files."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from schemas.errors import FleetError
from schemas.exchanges import EXCHANGES, question
from schemas.feeding import EvmTarget, Feeding, PairPlan
from schemas.plan import HostPlan, Plan
from schemas.workloads import Service

STAND_IN_EXCHANGES_PORT = 8090
STAND_IN_EVM_PORT = 8545
STAND_IN_CONTRACT = "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512"
"""Api3ServerV1 on a stand-in chain: the second contract that the first account of every such chain makes."""

FETCH_INTERVAL_S = 2
ROUND_PAUSE_S = 1.0


class UnknownSourceError(FleetError):
    """A pair names a source that this client does not know how to ask."""


class NoEndpointError(FleetError):
    """Prices are to be put on a chain that nobody has an endpoint of."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One source as it is asked for one pair."""

    title: str
    """`okx ETH-USD`: identifiers are made of it, so a source keeps them wherever it is asked."""
    origin: str
    path: str
    query: tuple[tuple[str, str], ...]
    price_at: str
    """Where the price stands in the answer: `data.0.last`."""


@dataclass(frozen=True, kw_only=True)
class FeedConfig:
    """The feed's file, from which its own configuration is made at start."""

    version: str
    stage: str
    signed_values_url: str
    fetch_interval_s: int
    questions: tuple[Asked, ...]

    def to_json(self) -> str:
        """Return the file's text."""
        return json.dumps(asdict(self), indent=1) + "\n"


@dataclass(frozen=True, kw_only=True)
class Listener:
    """Where a server listens."""

    address: str
    port: int


@dataclass(frozen=True, kw_only=True)
class ChainConfig:
    """Where prices are put."""

    chain: str
    chain_number: int
    rpc: tuple[str, ...]
    contract: str
    """Api3ServerV1; empty: where API3 has published it for this chain."""
    is_stand_in: bool
    """Whether it is the lab's: then contracts are made, and wallets filled, from an account that anyone may use."""
    deploys: bool
    """Whether this oracle makes the contracts: one does."""


@dataclass(frozen=True, kw_only=True)
class OracleConfig:
    """The oracle's file."""

    pairs: tuple[PairPlan, ...]
    chain: ChainConfig | None
    take: Listener
    """Takes signed values from the feed."""
    serve: Listener
    pause_s: float
    """Between two rounds."""

    def to_json(self) -> str:
        """Return the file's text."""
        return json.dumps(asdict(self), indent=1) + "\n"


def feed_config(plan: Plan, host: HostPlan, service: Service, *, stand_ins: str) -> FeedConfig:
    """Return what a host's feed asks.

    Args:
        plan: The plan.
        host: The host.
        service: Its feed.
        stand_ins: Address of the lab's stand-ins; empty: exchanges themselves are asked.

    Raises:
        UnknownSourceError: A pair has a source that is no known exchange.
    """
    feeding = feeding_of(plan, host)
    unknown = sorted({s for pair in feeding.pairs for s in pair.sources} - EXCHANGES.keys())
    if unknown:
        raise UnknownSourceError(
            f"fleet '{host.fleet}' reads prices from {', '.join(unknown)}, which {service.workload.client} cannot ask",
            remedy=f"It knows {', '.join(sorted(EXCHANGES))}; a new one is an entry in schemas/exchanges.py.",
        )
    return FeedConfig(
        version=service.version,
        stage=plan.stack,
        signed_values_url=f"http://127.0.0.1:{service.port('signed values')}",
        fetch_interval_s=FETCH_INTERVAL_S,
        questions=tuple(_asked(source, pair.pair, stand_ins) for pair in feeding.pairs for source in pair.sources),
    )


def oracle_config(plan: Plan, host: HostPlan, service: Service, *, stand_ins: str) -> OracleConfig:
    """Return what a host's oracle is told; arguments as for `feed_config`.

    Raises:
        NoEndpointError: The chain has no endpoint.
    """
    feeding = feeding_of(plan, host)
    return OracleConfig(
        pairs=feeding.pairs,
        chain=_chain(plan, host, feeding.target, stand_ins) if feeding.target else None,
        take=Listener(address="127.0.0.1", port=service.port("signed values")),
        serve=Listener(address=host.address, port=service.port("prices")),
        pause_s=ROUND_PAUSE_S,
    )


def feeding_of(plan: Plan, host: HostPlan) -> Feeding:
    """Return what a host's fleet reports; nothing when its spec names no pairs."""
    return plan.fleet(host.fleet).feeding or Feeding(pairs=())


def _asked(source: str, pair: str, stand_ins: str) -> Asked:
    what = question(source, pair)
    path, _, query = (what.stand_in_target if stand_ins else what.target).partition("?")
    parts = [part.partition("=") for part in query.split("&") if part]
    return Asked(
        title=f"{source} {pair}",
        origin=f"http://{stand_ins}:{STAND_IN_EXCHANGES_PORT}" if stand_ins else what.origin,
        path=path,
        query=tuple((name, value) for name, _, value in parts),
        price_at=".".join(what.price_at),
    )


def _chain(plan: Plan, host: HostPlan, target: EvmTarget, stand_ins: str) -> ChainConfig:
    if not stand_ins and not target.rpc:
        raise NoEndpointError(
            f"fleet '{host.fleet}' reports to chain '{target.chain}', which has no endpoint",
            remedy="Add 'rpc:' to the chain, with the URLs of endpoints.",
        )
    return ChainConfig(
        chain=target.chain,
        chain_number=target.chain_number,
        rpc=(f"http://{stand_ins}:{STAND_IN_EVM_PORT}",) if stand_ins else target.rpc,
        contract=STAND_IN_CONTRACT if stand_ins else "",
        is_stand_in=bool(stand_ins),
        deploys=bool(stand_ins) and host.host == _first(plan, target),
    )


def _first(plan: Plan, target: EvmTarget) -> str:
    fleets = {fleet.name for fleet in plan.fleets if fleet.feeding and fleet.feeding.target == target}
    return next(host.host for host in plan.hosts if host.fleet in fleets)
