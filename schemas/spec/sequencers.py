"""Sequencer fleets: one leader, elected by a majority."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.roles import Role
from schemas.spec.base import ChainId, Model, Seconds, SecretReference
from schemas.spec.fleets import FleetBase
from schemas.spec.members import ExternalMember, MemberSpec


class Raft(Model):
    """Timers of the election."""

    heartbeat_ms: Annotated[float, Field(ge=5, le=60_000, examples=[100])]
    """Time between two signs of life of the leader, in milliseconds: at least 3 times the worst round trip."""
    election_timeout_ms: Annotated[float, Field(ge=20, le=600_000, examples=[500])]
    """Silence after which a new leader is elected, in milliseconds: at least 5 times `heartbeat_ms`."""
    lease_s: Annotated[float, Field(gt=0, le=3600, examples=[2])]
    """How long an active sequencer may sign without renewing its lease, in seconds."""


class Batches(Model):
    """How the sequencer's blocks are put on another chain."""

    chain: ChainId
    """Chain that batches are posted to, under `chains`."""
    interval_s: Seconds
    """Longest time between two batches, in seconds."""
    size_kib_max: Annotated[int, Field(ge=1, le=131_072, examples=[120])] = 120
    """Largest batch, in KiB."""
    wallet: SecretReference | None = None
    """Wallet that pays, by reference: one, held by whoever leads."""


class SequencerFleet(FleetBase):
    """Sequencers: exactly one leads while a majority of the voters is left."""

    role: Literal[Role.SEQUENCER]
    """Always `sequencer`."""
    chain: ChainId | None = None
    """The chain whose blocks they order, under `chains`."""
    members: Annotated[tuple[MemberSpec, ...], Field(max_length=1000)] = ()
    """The voters one by one, instead of `count`."""
    external: Annotated[tuple[ExternalMember, ...], Field(max_length=1000)] = ()
    """Voters that others run: they count in every quorum."""
    standby: Annotated[int, Field(ge=0, le=20)] = 0
    """Members that follow without a vote, ready to replace a voter."""
    raft: Raft | None = None
    """Timers; left out: derived from the round trips of the plan."""
    batches: Batches | None = None
    """How blocks are put on another chain."""
    signing_key: SecretReference | None = None
    """Key that blocks are signed with, by reference: one, used only by the one that holds the lease."""
