"""What every resource of one stack on GCP has in common: project, names, labels, options."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.hosts.gcp_settings import GcpSettings
from schemas.canonical import sha256_hex
from schemas.errors import UsageError
from schemas.plan import HostPlan, Plan, RegionPlan
from schemas.roles import Role

PROVIDER = "gcp"
NAME_MAX = 63
"""Characters of a name and of a label's value."""
ACCOUNT_MAX = 30
"""Characters of a service account's ID."""
VOTERS = (Role.VALIDATOR, Role.SEQUENCER)
"""Roles whose hosts sign or elect: their loss costs quorum, their disks hold what must never be lost."""

_NOT_IN_NAMES = re.compile(r"[^a-z0-9-]+")
_NOT_IN_LABELS = re.compile(r"[^a-z0-9_-]+")


def shortened(name: str, limit: int = NAME_MAX) -> str:
    """Return a name that fits; a long one is cut and ends in six characters of its own hash."""
    return name if len(name) <= limit else f"{name[: limit - 7].rstrip('-')}-{sha256_hex(name)[:6]}"


def resource_name(*parts: str, limit: int = NAME_MAX) -> str:
    """Return a name of lower-case letters, digits and dashes from its parts."""
    return shortened(_NOT_IN_NAMES.sub("-", "-".join(parts).lower()).strip("-"), limit)


def label(value: str) -> str:
    """Return a fact as a label's value: lower case, digits, `_` and `-`; `gcp:europe-west2` is `gcp_europe-west2`."""
    return shortened(_NOT_IN_LABELS.sub("_", value.lower()))


def is_here(region: str) -> bool:
    """Return whether a region is one of Google's."""
    return region.startswith(f"{PROVIDER}:")


def local(place: str) -> str:
    """Return a region's, zone's or machine type's own name: `gcp:europe-west2-b` is `europe-west2-b`."""
    provider, _, name = place.partition(":")
    assert provider == PROVIDER, f"{place} is not a place of {PROVIDER}"
    return name


@dataclass(frozen=True, kw_only=True)
class Scope:
    """One stack in one project."""

    settings: GcpSettings
    plan: Plan
    provider: pulumi.ProviderResource | None = None
    """None: the default provider, from `gcp:` configuration and the environment."""

    @property
    def project(self) -> str:
        """Return the project's ID; it is given to every resource, so that no default can choose another."""
        return self.settings.project

    @property
    def is_production(self) -> bool:
        """Return whether keys are kept in hardware, and versions of what was published for long."""
        return self.plan.environment == "production"

    @property
    def is_guarded(self) -> bool:
        """Return whether deletion is made hard: in production, unless the settings take the guard away."""
        return self.is_production and self.settings.is_protected

    @property
    def regions(self) -> tuple[RegionPlan, ...]:
        """Return Google's regions of the plan."""
        return tuple(region for region in self.plan.regions if is_here(region.region))

    @property
    def hosts(self) -> tuple[HostPlan, ...]:
        """Return Google's hosts of the plan."""
        return tuple(host for host in self.plan.hosts if host.provider == PROVIDER)

    def guards(self, host: HostPlan) -> bool:
        """Return whether a host's machine and data are protected: voters, in production."""
        return self.is_guarded and host.role in VOTERS

    def name(self, *parts: str, limit: int = NAME_MAX) -> str:
        """Return a resource's name: stack first, since a project may hold several."""
        return resource_name(self.plan.stack, *parts, limit=limit)

    def options(
        self, parent: pulumi.Resource, *, after: Sequence[pulumi.Resource] = (), protect: bool = False,
        replaced_first: bool = False,
    ) -> pulumi.ResourceOptions:  # fmt: skip
        """Return a resource's options.

        Args:
            parent: The component that it belongs to.
            after: What must exist first, without being referred to.
            protect: Whether the engine refuses to delete it.
            replaced_first: Whether the old one goes first: its name, address or disk cannot be used twice.
        """
        return pulumi.ResourceOptions(
            parent=parent, provider=self.provider, depends_on=list(after), protect=protect or None,
            delete_before_replace=replaced_first or None,
        )  # fmt: skip

    def labels(self, host: HostPlan | None = None) -> dict[str, str]:
        """Return the labels of a resource: only facts that never change while it lives."""
        stack = {"geofleet_stack": label(self.plan.stack), "geofleet_environment": label(self.plan.environment)}
        if host is None:
            return stack
        facts = {
            "host": host.host, "fleet": host.fleet, "role": host.role.value, "region": host.region, "zone": host.zone,
            "operator": host.operator,
        }  # fmt: skip
        return {**stack, **{f"geofleet_{name}": label(value) for name, value in facts.items()}}


def machine_type(host: HostPlan) -> str:
    """Return a host's machine type in Google's name.

    Raises:
        UsageError: The plan names none, or another provider's.
    """
    provider, _, name = host.machine_type.partition(":")
    if provider != PROVIDER or not name:
        raise UsageError(
            f"host {host.host} in {host.region} has no machine type of GCP in its plan: '{host.machine_type}'",
            remedy="Let the plan choose one: geofleet plan --write; or name one under `machine: {type: {gcp: ...}}`.",
        )
    return name


def family(machine: str) -> str:
    """Return the family of a machine type: `n2d` of `n2d-standard-4`."""
    return machine.partition("-")[0]
