"""Chains that the network makes or works for, by engine."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.spec.base import (
    AddressPrefix,
    AnyVersion,
    Denomination,
    DownloadUrl,
    Height,
    Model,
    Name,
    Peer,
    Seconds,
    Sha256,
    Url,
)

Operated = Literal["here", "elsewhere"]


class Upgrade(Model):
    """A change of software that every node makes at one height."""

    height: Height
    """Block height from which the new version is needed."""
    client: Name
    """Client that changes: a name of the workload catalogue, or the `program` of a custom one."""
    version: AnyVersion
    """Exact version from this height on."""
    url: DownloadUrl | None = None
    """Where the binary is fetched from; needs `sha256`."""
    sha256: Sha256 | None = None
    """SHA-256 of what `url` has."""


class Genesis(Model):
    """The genesis file of a chain that exists."""

    url: DownloadUrl
    """Where it is fetched from."""
    sha256: Sha256
    """SHA-256 of the file."""


class GasPrice(Model):
    """What a transaction pays for a unit of gas."""

    amount: Annotated[float, Field(ge=0, le=1_000_000_000, examples=[0.025])]
    """Price of one unit of gas."""
    denomination: Denomination
    """Coin that it is paid in."""


class ChainBase(Model):
    """What every chain has."""

    operated: Operated = "here"
    """`here`: this network makes the chain. `elsewhere`: it exists, and others make it."""
    rpc: Annotated[tuple[Url, ...], Field(max_length=20)] = ()
    """RPC endpoints, for a chain operated elsewhere. Relayers in production have nodes of their own."""
    websocket: Annotated[tuple[Url, ...], Field(max_length=20)] = ()
    """WebSocket endpoints."""
    finality_s: Seconds | None = None
    """Time after which a block is never undone."""
    upgrades: Annotated[tuple[Upgrade, ...], Field(max_length=50)] = ()
    """Upgrades by height, in ascending order."""


class CometbftChain(ChainBase):
    """A chain of the CometBFT family: final after one block, IBC by relayers."""

    engine: Literal["cometbft"]
    """Consensus engine."""
    block_time_ms: Annotated[int, Field(ge=200, le=60_000)] = 2000
    """Pause after a block before the next is proposed (CometBFT's `timeout_commit`), in milliseconds."""
    grpc: Annotated[tuple[Url, ...], Field(max_length=20)] = ()
    """gRPC endpoints; relayers need one."""
    genesis: Genesis | None = None
    """Of a chain operated elsewhere that validators of this network join."""
    seeds: Annotated[tuple[Peer, ...], Field(max_length=50)] = ()
    """Peers that a node of a chain operated elsewhere finds others by."""
    unbonding_period_s: Seconds | None = None
    """How long stake stays liable after it is withdrawn; nodes keep so much history for relayers."""
    trusting_period_s: Seconds | None = None
    """How long a light client trusts a header: shorter than `unbonding_period_s`, usually two thirds of it."""
    address_prefix: AddressPrefix | None = None
    """What account addresses start with."""
    gas_price: GasPrice | None = None
    """What transactions of relayers and feeders pay."""


class EvmChain(ChainBase):
    """An Ethereum-like chain."""

    engine: Literal["evm"]
    """Execution engine."""
    chain_number: Annotated[int, Field(ge=1, le=9_007_199_254_740_991, examples=[42161])]
    """EIP-155 chain ID, which transactions are signed for."""
    block_time_ms: Annotated[int, Field(ge=50, le=60_000)] = 12_000
    """Time between blocks, in milliseconds."""
    confirmations: Annotated[int, Field(ge=0, le=10_000)] = 12
    """Blocks after which a transaction counts as done."""


class ExternalChain(ChainBase):
    """A chain of another engine, of which only endpoints are known."""

    engine: Literal["external"]
    """An engine that geofleet does not run."""
    block_time_ms: Annotated[int, Field(ge=10, le=3_600_000)] = 12_000
    """Time between blocks, in milliseconds."""


Chain = Annotated[CometbftChain | EvmChain | ExternalChain, Field(discriminator="engine")]
"""A chain that the network makes or works for."""
