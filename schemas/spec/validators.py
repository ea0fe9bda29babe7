"""Validator fleets: power, keys, signers, sentries."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from schemas.roles import Role
from schemas.spec.base import (
    ChainId,
    Count,
    Height,
    Milliseconds,
    Model,
    Name,
    Power,
    RegionPattern,
    Seconds,
    SecretReference,
    Sha256,
    Url,
)
from schemas.spec.fleets import FleetBase
from schemas.spec.losses import PlaceLosses
from schemas.spec.machines import Confidential, Machine
from schemas.spec.members import ExternalMember, MemberSpec
from schemas.spec.software import CustomClient
from schemas.spec.unions import by_form

PowerList = Annotated[tuple[Power, ...], Field(min_length=1, max_length=1000)]
PowerSpec = Annotated[
    Annotated[Power, Tag("one")] | Annotated[PowerList, Tag("list")], Discriminator(by_form), Field(examples=[10])
]


class ValidatorKeys(Model):
    """Keys of a validator, by reference: each has one live holder."""

    consensus: SecretReference | None = None
    """Key that votes are signed with; a remote signer holds shares of it instead."""
    node: SecretReference | None = None
    """Key that peers know the node by."""
    account: SecretReference | None = None
    """Key of the operator's account, which unjails; best kept off hosts."""


class ValidatorMember(MemberSpec):
    """One validator, when the fleet lists them one by one."""

    power: Power = 10
    """Voting power."""
    signer_group: Name | None = None
    """Members of one group share a signer, and are lost together."""
    keys: ValidatorKeys | None = None
    """This member's keys, instead of the fleet's `keys`."""


class LocalSigner(Model):
    """The key is on the validator's own host."""

    kind: Literal["local"]
    """Always `local`."""
    confidential: Confidential = "none"
    """Whether the key lives in an enclave or a confidential machine."""


class ThresholdSigner(Model):
    """The key is split: some of the shares together sign, fewer learn nothing."""

    kind: Literal["remote_threshold"]
    """Always `remote_threshold`."""
    threshold: Annotated[int, Field(ge=2, le=20, examples=[2])]
    """Shares that sign together: more than half, and fewer than all."""
    shares: Annotated[int, Field(ge=3, le=20, examples=[3])]
    """Shares in all, each on a host of its own."""
    survive: PlaceLosses = PlaceLosses()
    """What may be lost while signing goes on; and no such domain holds enough shares to sign alone."""
    to_validator_ms_max: Milliseconds = 30
    """Largest round trip between a share and its validator, in milliseconds: 30 is reliable for blocks of a second."""
    between_shares_ms_max: Milliseconds | None = None
    """Largest round trip between two shares, in milliseconds."""
    timeout_ms: Milliseconds = 1000
    """How long a share waits for the others, in milliseconds."""
    share: SecretReference | None = None
    """Where each share is kept: `{host}` and `{share}` stand for the validator and the share's number."""
    client: CustomClient | None = None
    """Signing software; left out: the catalogue's."""
    machine: Machine = Machine(vcpu=1, memory_gib=1, disk_gib=8)
    """What the host of one share needs."""
    confidential: Confidential = "none"
    """Whether shares live in an enclave or a confidential machine."""


Signer = Annotated[LocalSigner | ThresholdSigner, Field(discriminator="kind")]
"""Where votes are signed."""


class Sentries(Model):
    """Nodes that the world sees, so that it never sees a validator."""

    per_validator: Annotated[int, Field(ge=1, le=10, examples=[2])]
    """Sentries of each validator."""
    regions: Annotated[tuple[RegionPattern, ...], Field(max_length=50)] = ()
    """Patterns of regions that sentries may be in; left out: those of `regions`."""
    machine: Machine | None = None
    """What the host of one sentry needs; left out: as the validator's."""
    inbound_peers_max: Annotated[int, Field(ge=1, le=1000)] = 40
    """Connections that others may open to a sentry."""
    outbound_peers_max: Annotated[int, Field(ge=1, le=1000)] = 10
    """Connections that a sentry opens."""


class Pruning(Model):
    """How much history nodes keep."""

    strategy: Literal["default", "nothing", "everything", "custom"]
    """As the Cosmos SDK names them: `nothing` prunes nothing, `everything` keeps only what consensus needs."""
    keep_blocks: Annotated[int, Field(ge=2, le=100_000_000, examples=[362_880])] | None = None
    """Blocks of history that are kept (`custom`)."""
    interval_blocks: Annotated[int, Field(ge=1, le=1_000_000, examples=[100])] | None = None
    """Blocks between two prunings (`custom`)."""


class StateSync(Model):
    """Start from a recent state instead of the genesis."""

    rpc: Annotated[tuple[Url, ...], Field(min_length=2, max_length=10)]
    """RPC endpoints that headers are fetched from: at least two, so that one alone cannot lie."""
    trust_height: Height
    """Height of a header that is trusted."""
    trust_hash: Sha256
    """Hash of that header."""
    trust_period_s: Seconds = 604_800
    """How long a header is trusted: shorter than the unbonding period."""


class ValidatorFleet(FleetBase):
    """Validators of one chain: they go on with more than two thirds of the power."""

    role: Literal[Role.VALIDATOR]
    """Always `validator`."""
    chain: ChainId
    """The chain that they make, under `chains`."""
    members: Annotated[tuple[ValidatorMember, ...], Field(max_length=1000)] = ()
    """The members one by one, instead of `count`."""
    power: PowerSpec = 10
    """Voting power of each member that `count` makes, or one value for each of them."""
    external: Annotated[tuple[ExternalMember, ...], Field(max_length=1000)] = ()
    """Validators of the same chain that others run: they count in every quorum."""
    keys: ValidatorKeys = ValidatorKeys()
    """Keys by reference; `{host}` stands for each host's name. Left out: the stack's own store, made by `geofleet`."""
    signer: Signer = LocalSigner(kind="local")
    """Where votes are signed."""
    signer_group: Name | None = None
    """Members that share a signer, and are lost together; left out: each has its own."""
    double_sign_check_blocks: Annotated[int, Field(ge=0, le=1000)] = 0
    """Blocks that a starting validator looks back for its own votes, and refuses to start if it finds one."""
    sentries: Sentries | None = None
    """Sentries; left out: validators talk to each other directly."""
    pruning: Pruning | None = None
    """How much history is kept; left out: the client's default."""
    state_sync: StateSync | None = None
    """Start from a recent state; left out: from the genesis."""
    missed_blocks_alarm: Count | None = None
    """Missed blocks in a row after which operators are called."""
