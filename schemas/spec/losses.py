"""What may be lost, and how near members must be: the outcomes that a spec promises."""

from __future__ import annotations

from typing import Annotated

from pydantic import Discriminator, Field, Tag

from schemas.roles import Domain
from schemas.spec.base import Milliseconds, Model, Name
from schemas.spec.unions import by_key

LossCount = Annotated[int, Field(ge=0, le=1)]


class PlaceLosses(Model):
    """How many places of each kind may be lost, one loss at a time."""

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
        return tuple(kind for kind in Domain if getattr(self, kind.value, 0))


class Losses(PlaceLosses):
    """How many failure domains of each kind may be lost, one loss at a time."""

    operator: LossCount = 0
    """Operators that may be lost: 0 or 1."""
    client: LossCount = 0
    """Clients that may fail everywhere at once: 0 or 1."""
    signer_group: LossCount = 0
    """Groups of members that share a signer and may be lost: 0 or 1."""


Combination = Annotated[tuple[Domain, ...], Field(min_length=2, max_length=4)]
"""Kinds of domain of which one each is lost at the same time."""


class Latency(Model):
    """Limits on round trips between the members of the fleet."""

    between_members_ms_max: Milliseconds | None = None
    """Largest round trip between any two members, in milliseconds (median)."""
    jitter_ms_max: Milliseconds | None = None
    """Largest standard deviation of the round trip between any two members, in milliseconds."""
    margin_percent: Annotated[float, Field(ge=0, le=90, examples=[20])] = 0
    """Share of each limit that placement leaves free, for bad days."""


class NearHub(Model):
    """A hub that members must be near to."""

    hub: Name
    """Name of a hub under `hubs`."""
    latency_ms_max: Milliseconds | None = None
    """Largest round trip from a member to the hub, in milliseconds (median). Left out: a wish, not a promise."""
    jitter_ms_max: Milliseconds | None = None
    """Largest standard deviation of the round trip to the hub, in milliseconds."""


class NearFleet(Model):
    """Another fleet of the network: every member must be near one of that fleet's."""

    fleet: Name
    """Name of a fleet under `fleets`."""
    latency_ms_max: Milliseconds
    """Largest round trip to the nearest member of that fleet, in milliseconds (median)."""


Near = Annotated[
    Annotated[NearHub, Tag("hub")] | Annotated[NearFleet, Tag("fleet")], Discriminator(by_key("hub", "fleet"))
]
"""A hub or a fleet that members must be near to."""
