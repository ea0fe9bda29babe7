"""One fleet of the spec: who it is, how many, what it must survive, how near it must be."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.roles import Domain, Role
from schemas.spec.base import ChainId, Count, Milliseconds, Model, Name, Power, RegionName, Version, ZoneName

LossCount = Annotated[int, Field(ge=0, le=1)]


class Losses(Model):
    """How many failure domains of each kind may be lost, one loss at a time."""

    zone: LossCount = 0
    """Zones that may be lost: 0 or 1."""
    region: LossCount = 0
    """Regions that may be lost: 0 or 1."""
    metro: LossCount = 0
    """Metropolitan areas that may be lost: 0 or 1."""
    provider: LossCount = 0
    """Clouds that may be lost: 0 or 1."""

    def domains(self) -> tuple[Domain, ...]:
        """Return the kinds of domain of which one may be lost."""
        kinds = (Domain.ZONE, Domain.REGION, Domain.METRO, Domain.PROVIDER)
        return tuple(kind for kind in kinds if getattr(self, kind.value))


class Latency(Model):
    """Limits on round trips between the members of the fleet."""

    between_members_ms_max: Milliseconds | None = None
    """Largest round trip between any two members, in milliseconds (median)."""
    jitter_ms_max: Milliseconds | None = None
    """Largest standard deviation of the round trip between any two members, in milliseconds."""


class Near(Model):
    """A hub that members must be near to."""

    hub: Name
    """Name of a hub under `hubs`."""
    latency_ms_max: Milliseconds
    """Largest round trip from a member to the hub, in milliseconds (median)."""


class Machine(Model):
    """What one host needs; every figure has a default."""

    vcpu: Annotated[int, Field(ge=1, le=192)] = 2
    """Virtual processors."""
    memory_gib: Annotated[int, Field(ge=1, le=1536)] = 4
    """Memory, in GiB."""
    disk_gib: Annotated[int, Field(ge=8, le=16384)] = 50
    """Data volume, in GiB; it outlives the host."""


class Client(Model):
    """The software that the hosts of a fleet run."""

    name: Literal["cometbft"]
    """Name in the workload catalogue."""
    version: Version
    """Exact version; the binary is fetched by its SHA-256."""


class MemberSpec(Model):
    """One member, when the fleet lists them one by one."""

    region: RegionName
    """Where it is: `provider:region`."""
    zone: ZoneName | None = None
    """Which zone; the solver chooses one when this is left out."""
    power: Power = 10
    """Voting power (validators only)."""


class Fleet(Model):
    """Hosts of one role that promise something together."""

    role: Role
    """`validator`, `relayer`, `sequencer` or `oracle`: decides the quorum."""
    client: Client | None = None
    """What the hosts run. Leave it out only together with `workload: none`."""
    workload: Literal["none"] | None = None
    """`none` says plainly that the hosts run no workload yet: they are provisioned, hardened and verified, no more."""
    chain: ChainId | None = None
    """The chain that validators make, under `chains`."""
    operator: Name = "self"
    """Who runs the members: a failure domain."""
    count: Count | None = None
    """How many members. Left out: the least that keeps the promises."""
    members: Annotated[tuple[MemberSpec, ...], Field(max_length=1000)] = ()
    """The members one by one, instead of `count`."""
    power: Power = 10
    """Voting power of each member that `count` makes (validators only)."""
    survive: Losses = Losses()
    """What may be lost while the fleet goes on."""
    halt_safely: Losses = Losses()
    """What may be lost so that the fleet stops, never forks, and resumes by itself."""
    latency: Latency = Latency()
    """Round trips between members."""
    near: Annotated[tuple[Near, ...], Field(max_length=50)] = ()
    """Hubs to be near to."""
    per_hub: Count | None = None
    """Members near each hub (relayers), instead of `count`."""
    reports_min: Count | None = None
    """Members that must report (oracles): the threshold of the quorum."""
    machine: Machine = Machine()
    """What one host needs."""
