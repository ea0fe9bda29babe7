"""What fleets of every role have in common."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.roles import QUORUM_OF_ROLE, Quorum, Role
from schemas.spec.base import Budget, ChainId, Count, Model, Name
from schemas.spec.losses import Combination, Latency, Losses, Near, NearHub
from schemas.spec.machines import Confidential, ConfidentialKind, Machine, Placement
from schemas.spec.members import ExternalMember, MemberSpec
from schemas.spec.operation import Disruption, Maintenance
from schemas.spec.software import Client, Port


class FleetBase(Model):
    """Hosts of one role that promise something together."""

    role: Role
    """Decides the quorum."""
    client: Client | None = None
    """What the hosts run. Leave it out only together with `workload: none`."""
    workload: Literal["none"] | None = None
    """`none` says plainly that the hosts run no workload yet: they are provisioned, hardened and verified, no more."""
    operator: Name = "self"
    """Who runs the members: a failure domain."""
    count: Count | None = None
    """How many members. Left out: the least that keeps the promises."""
    members: tuple[MemberSpec, ...] = ()
    """The members one by one, instead of `count`."""
    survive: Losses = Losses()
    """What may be lost while the fleet goes on."""
    survive_together: Annotated[tuple[Combination, ...], Field(max_length=10)] = ()
    """Losses at the same time, such as `[zone, region]`, that the fleet goes on without."""
    halt_safely: Losses = Losses()
    """What may be lost so that the fleet stops, never forks, and resumes by itself."""
    latency: Latency = Latency()
    """Round trips between members."""
    near: Annotated[tuple[Near, ...], Field(max_length=50)] = ()
    """Hubs and fleets to be near to."""
    machine: Machine = Machine()
    """What one host needs."""
    confidential: Confidential = "none"
    """Whether hosts must be confidential machines or have enclaves; `preferred` takes them where there are any."""
    confidential_kinds: Annotated[tuple[ConfidentialKind, ...], Field(max_length=3)] = ()
    """Kinds that will do; left out: any."""
    ports: dict[Name, Port] = Field(default_factory=dict, max_length=50)
    """Ports by name, instead of or beside those of the client."""
    maintenance: Annotated[tuple[Maintenance, ...], Field(max_length=20)] = ()
    """Windows in which planned work may be done; left out: those of the network."""
    disruption: Disruption = Disruption()
    """How much of the fleet planned work may stop at once."""
    placement: Placement | None = None
    """By what placement prefers one place to another; left out: as the network."""
    budget: Budget | None = None
    """What this fleet's hosts may cost."""

    @property
    def quorum(self) -> Quorum:
        """Return how the fleet decides that it goes on."""
        return QUORUM_OF_ROLE[self.role]

    @property
    def near_hubs(self) -> tuple[NearHub, ...]:
        """Return the hubs to be near to, wishes included."""
        return tuple(near for near in self.near if isinstance(near, NearHub))

    @property
    def threshold(self) -> int | None:
        """Return the members that must report (oracles); None for quorums without a threshold of their own."""
        return getattr(self, "reports_min", None)

    @property
    def members_per_hub(self) -> int | None:
        """Return the members near each hub (relayers), None where the size is given otherwise."""
        return getattr(self, "per_hub", None)

    @property
    def external_members(self) -> tuple[ExternalMember, ...]:
        """Return the members that others run; none for relayers, which need no quorum."""
        return getattr(self, "external", ())

    @property
    def chain_id(self) -> ChainId | None:
        """Return the chain that the fleet makes, orders or reports to."""
        return getattr(self, "chain", None)
