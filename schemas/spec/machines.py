"""What one host needs, and by what placement prefers one place to another."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.spec.base import MachineType, Model

Confidential = Literal["none", "preferred", "required"]
ConfidentialKind = Literal["nitro", "sev_snp", "tdx"]
Provider = Literal["aws", "gcp"]
Objective = Literal["cost", "commit_latency", "hub_latency", "jitter", "weighted"]


class Machine(Model):
    """What one host needs; every figure has a default."""

    vcpu: Annotated[int, Field(ge=1, le=192)] = 2
    """Virtual processors."""
    memory_gib: Annotated[int, Field(ge=1, le=1536)] = 4
    """Memory, in GiB."""
    disk_gib: Annotated[int, Field(ge=8, le=16384)] = 50
    """Data volume, in GiB; it outlives the host."""
    local_disk_gib: Annotated[int, Field(ge=0, le=65_536)] = 0
    """Fast disk inside the machine, in GiB; it is lost with the machine."""
    type: dict[Provider, MachineType] = Field(default_factory=dict, max_length=2)
    """Machine type by provider, instead of the cheapest that is large enough."""


class Weights(Model):
    """How much each figure counts when `objective` is `weighted`."""

    cost: Annotated[float, Field(ge=0, le=1000)] = 0
    """Weight of cost."""
    commit_latency: Annotated[float, Field(ge=0, le=1000)] = 0
    """Weight of the time that members need to agree."""
    hub_latency: Annotated[float, Field(ge=0, le=1000)] = 0
    """Weight of round trips to hubs."""
    jitter: Annotated[float, Field(ge=0, le=1000)] = 0
    """Weight of jitter between members."""


class Placement(Model):
    """By what placement prefers one place to another, among those that keep every promise."""

    objective: Objective
    """`cost`, `commit_latency`, `hub_latency`, `jitter`, or `weighted` by `weights`."""
    weights: Weights | None = None
    """Weights, for `weighted`."""
