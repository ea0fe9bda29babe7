"""Relayer fleets: paths between chains, and the wallets that pay for them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.roles import Role
from schemas.spec.base import ChainId, Channel, Count, Model, Seconds, SecretReference
from schemas.spec.fleets import FleetBase
from schemas.spec.members import MemberSpec


class RelayPath(Model):
    """Two chains between which packets are carried, both ways."""

    source: ChainId
    """One chain, under `chains`."""
    destination: ChainId
    """The other."""
    channels: Annotated[tuple[Channel, ...], Field(min_length=1, max_length=100)]
    """Port and channel on the source: only these are relayed."""


class Gas(Model):
    """Limits on what one transaction spends on a chain."""

    default: Annotated[int, Field(ge=1, le=10_000_000_000)] = 2_000_000
    """Gas of a transaction that cannot be simulated."""
    max: Annotated[int, Field(ge=1, le=10_000_000_000)] = 10_000_000
    """Most gas that a transaction may use."""
    multiplier: Annotated[float, Field(ge=1, le=5)] = 1.1
    """Factor on the simulated gas."""
    messages_max: Annotated[int, Field(ge=1, le=1000)] = 30
    """Messages in one transaction."""


class RelayAlarms(Model):
    """Figures from which on something is wrong."""

    backlog_packets_max: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """Packets that wait on one channel."""
    packet_age_s_max: Seconds | None = None
    """Age of the oldest packet that waits."""
    client_expiry_s_min: Seconds | None = None
    """Time left before a light client expires; an expired one needs a vote of the chain."""
    wallet_balance_min: Annotated[float, Field(gt=0, le=1_000_000_000_000_000)] | None = None
    """Balance of a wallet, in its chain's `gas_price.denomination`."""


class RelayerMember(MemberSpec):
    """One relayer, when the fleet lists them one by one."""

    wallets: dict[ChainId, SecretReference] = Field(default_factory=dict, max_length=50)
    """This member's wallet on each chain, instead of the fleet's `wallets`."""


class RelayerFleet(FleetBase):
    """Relayers: one that is left carries every packet."""

    role: Literal[Role.RELAYER]
    """Always `relayer`."""
    members: Annotated[tuple[RelayerMember, ...], Field(max_length=1000)] = ()
    """The members one by one, instead of `count`."""
    per_hub: Count | None = None
    """Members near each hub, instead of `count`."""
    paths: Annotated[tuple[RelayPath, ...], Field(max_length=100)] = ()
    """What is relayed."""
    wallets: dict[ChainId, SecretReference] = Field(default_factory=dict, max_length=50)
    """Wallet on each chain, by reference: `{host}` stands for each host's name, since no two share a wallet."""
    gas: dict[ChainId, Gas] = Field(default_factory=dict, max_length=50)
    """Limits on gas by chain."""
    clear_interval_blocks: Annotated[int, Field(ge=0, le=100_000)] = 100
    """Blocks between two clearings of packets that were missed; 0 clears only at the start."""
    clear_on_start: bool = True
    """Whether packets that wait are relayed when a relayer starts."""
    client_refresh: Annotated[float, Field(gt=0, lt=1)] = 0.33
    """Part of the trusting period after which a light client is refreshed."""
    alarms: RelayAlarms = RelayAlarms()
    """When operators are called."""
