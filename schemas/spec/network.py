"""The spec as a whole: one network."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.spec.base import Budget, ChainId, Model, Name, RegionName, Text
from schemas.spec.chains import Chain
from schemas.spec.fleet import Fleet
from schemas.spec.machines import Placement
from schemas.spec.operation import Maintenance
from schemas.spec.places import Hub, Regions, Site


class Metadata(Model):
    """Who the network is."""

    name: Name
    """Name of the network; the stack carries it."""
    environment: Literal["lab", "staging", "production"]
    """Decides how severe good-practice rules are."""
    description: Text | None = None
    """What the network is for, in one line."""


class Operator(Model):
    """Who runs members: a failure domain, and whom to call."""

    description: Text | None = None
    """Who it is."""
    contact: Text | None = None
    """How to reach them: a mail address, a pager, a channel."""


class Network(Model):
    """One decentralised network: its chains, hubs and fleets, and what they promise."""

    api_version: Literal["geofleet/v1"] = Field(alias="apiVersion")
    """Version of this format."""
    kind: Literal["Network"]
    """Always `Network`."""
    metadata: Metadata
    """Who the network is."""
    chains: dict[ChainId, Chain] = Field(default_factory=dict, max_length=100)
    """Chains by chain ID."""
    hubs: dict[Name, Hub] = Field(default_factory=dict, max_length=100)
    """Hubs by name: an atlas hub, a region, or coordinates."""
    sites: dict[RegionName, Site] = Field(default_factory=dict, max_length=100)
    """Places that are no region of a cloud, by `provider:name`; members name them as their region."""
    operators: dict[Name, Operator] = Field(default_factory=dict, max_length=100)
    """Operators by name. Where any is listed, all but `self` must be: a misspelt one would be a domain of its own."""
    regions: Regions = Regions()
    """Which regions placement may use."""
    fleets: Annotated[dict[Name, Fleet], Field(min_length=1, max_length=100)]
    """Fleets by name; hosts are called `<fleet>-<n>`."""
    maintenance: Annotated[tuple[Maintenance, ...], Field(max_length=20)] = ()
    """Windows in which planned work may be done on every fleet that names none."""
    placement: Placement | None = None
    """By what placement prefers one place to another; left out: few regions near to each other, then low cost."""
    budget: Budget | None = None
    """What all hosts together may cost."""
