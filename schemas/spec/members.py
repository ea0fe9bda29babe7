"""Members of a fleet: listed one by one, or run by others."""

from __future__ import annotations

from schemas.spec.base import Model, Name, Power, RegionName, ZoneName
from schemas.spec.machines import Confidential, Machine
from schemas.spec.software import Client


class MemberSpec(Model):
    """One member, when the fleet lists them one by one."""

    name: Name | None = None
    """Name of the member: keeps its host when the list changes. Needed where the member differs in more than place."""
    region: RegionName
    """Where it is: `provider:region`, or a site."""
    zone: ZoneName | None = None
    """Which zone; the solver chooses one when this is left out."""
    operator: Name | None = None
    """Who runs this member, instead of the fleet's `operator`."""
    client: Client | None = None
    """What this member runs, instead of the fleet's `client`."""
    machine: Machine | None = None
    """What this member's host needs, instead of the fleet's `machine`."""
    confidential: Confidential | None = None
    """Whether this member's host must be confidential, instead of the fleet's `confidential`."""


class ExternalMember(Model):
    """A member that others run: it counts in every quorum, and is never made here."""

    operator: Name
    """Who runs it."""
    region: RegionName
    """Where it is: `provider:region`; providers that the atlas lacks are allowed."""
    zone: ZoneName | None = None
    """Which zone; unknown counts as every zone of the region."""
    metro: Name | None = None
    """Metropolitan area; needed only where the atlas lacks the region."""
    client: Name | None = None
    """Software that it runs; unknown counts as every client."""
    power: Power | None = None
    """Voting power (validators only)."""

    @property
    def provider(self) -> str:
        """Return the provider: the first part of the region."""
        return self.region.partition(":")[0]
