"""The spec as a whole: one network."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.spec.base import ChainId, Model, Name, RegionName, RegionPattern
from schemas.spec.fleet import Fleet


class Metadata(Model):
    """Who the network is."""

    name: Name
    """Name of the network; the stack carries it."""
    environment: Literal["lab", "staging", "production"]
    """Decides how severe good-practice rules are."""


class Chain(Model):
    """A chain that the network makes or works for."""

    engine: Literal["cometbft"]
    """Consensus engine."""
    block_time_ms: Annotated[int, Field(ge=200, le=60_000)] = 2000
    """Pause after a block before the next is proposed (CometBFT's `timeout_commit`), in milliseconds."""


class Hub(Model):
    """A place that members must be near to: where liquidity is."""

    at: RegionName
    """Region that the hub is in or next to."""


class Regions(Model):
    """Which regions placement may use; `*` stands for any text."""

    allow: Annotated[tuple[RegionPattern, ...], Field(max_length=100)] = ("aws:*", "gcp:*")
    """Patterns of regions that may be used."""
    forbid: Annotated[tuple[RegionPattern, ...], Field(max_length=100)] = ()
    """Patterns of regions that may not; wins over `allow`."""


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
    """Hubs by name."""
    regions: Regions = Regions()
    """Which regions placement may use."""
    fleets: Annotated[dict[Name, Fleet], Field(min_length=1, max_length=100)]
    """Fleets by name; hosts are called `<fleet>-<n>`."""
