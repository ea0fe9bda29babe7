"""What a drill acts on: one deployed stack, its plan, and which hosts a scenario's words mean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from operations.latency_after import Distances
from operations.simulating import fleets_of, under_loss
from schemas.atlas import Atlas
from schemas.errors import UsageError
from schemas.loading.drill_file import Each, On
from schemas.plan import HostPlan, Plan
from schemas.roles import QUORUM_OF_ROLE, Quorum, Role
from schemas.workloads import workload, workload_units_of


@dataclass(frozen=True, kw_only=True)
class Target:
    """What one run is about."""

    name: str = ""
    """`region aws:us-east-1`; empty when the scenario has no `each`."""
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Ground:
    """One stack in the lab."""

    plan: Plan
    atlas: Atlas

    @property
    def stack(self) -> str:
        """Return the stack's name."""
        return self.plan.stack

    def host(self, name: str) -> HostPlan:
        """Return a host of the plan; it must exist."""
        return next(host for host in self.plan.hosts if host.host == name)

    def of_role(self, role: Role) -> tuple[HostPlan, ...]:
        """Return the hosts of a role that run a workload, in the order of the plan."""
        return tuple(host for host in self.plan.hosts if host.role is role and workload(host.client) is not None)

    def fleet_of_role(self, role: Role) -> tuple[HostPlan, ...]:
        """Return the hosts of the fleet that has most of a role, the first by name among equals."""
        fleets: dict[str, list[HostPlan]] = {}
        for host in self.of_role(role):
            fleets.setdefault(host.fleet, []).append(host)
        largest = min(fleets, key=lambda name: (-len(fleets[name]), name), default="")
        return tuple(fleets.get(largest, ()))

    def units(self, host: str) -> tuple[str, ...]:
        """Return the units of a host's workload."""
        return workload_units_of(self.host(host).assignments)

    def targets(self, each: Each | None) -> tuple[Target, ...]:
        """Return what a scenario goes through, sorted by name: one empty target without `each`."""
        if each is None:
            return (Target(),)
        members: dict[str, list[str]] = {}
        judged = {getattr(host, each.domain) for host in self.plan.hosts if each.role in (None, host.role)}
        for host in self.plan.hosts:
            domain = getattr(host, each.domain)
            if domain in judged:
                members.setdefault(domain, []).append(host.host)
        return tuple(Target(name=f"{each.domain} {name}", hosts=tuple(members[name])) for name in sorted(members))

    def chosen(self, on: On, target: Target) -> tuple[str, ...]:
        """Return the hosts that a step is about.

        Raises:
            UsageError: It names hosts that the stack has not, or none.
        """
        if on.target:
            return target.hosts
        if on.hosts:
            unknown = sorted(set(on.hosts) - {host.host for host in self.plan.hosts})
            if unknown:
                raise UsageError(
                    f"stack '{self.stack}' has no host {', '.join(unknown)}",
                    remedy=f"It has: {', '.join(host.host for host in self.plan.hosts)}.",
                )
            return on.hosts
        found = [host.host for host in self.fleet_of_role(on.role)] if on.role else []
        if not found:
            raise UsageError(f"stack '{self.stack}' runs no {on.role}", remedy="Choose another scenario.")
        return tuple({"one": found[:1], "half": found[: len(found) // 2], "all": found}[on.take])

    def makers(self, chain: str) -> tuple[HostPlan, ...]:
        """Return the hosts that make a chain's blocks, in the order of the plan."""
        return tuple(h for h in self.of_role(Role.VALIDATOR) if self.plan.fleet(h.fleet).chain == chain)

    def foretold(self, lost: Iterable[str], parts: Iterable[frozenset[str]] = ()) -> dict[str, bool]:
        """Return whether each chain goes on, as `geofleet simulate` says.

        Args:
            lost: Hosts that are down.
            parts: Groups of hosts that still hear each other, where the network is cut; none when it is whole. A
                chain goes on when one of the groups does; nodes pass on what they hear, so a way round is a way.
        """
        down = frozenset(lost)
        distances = Distances(self.plan, self.atlas)
        found: dict[str, bool] = {}
        for fleet in fleets_of(self.plan, self.atlas):
            chain = self.plan.fleet(fleet.name).chain
            if QUORUM_OF_ROLE[fleet.role] is not Quorum.BFT or chain not in {c.chain for c in self.plan.chains}:
                continue
            asked = under_loss(fleet, distances)
            everyone = frozenset(member.name for member in asked.members)
            # a cut between others' hosts leaves this fleet whole
            groups = tuple(part for part in parts if part & everyone) or (everyone,)
            found[chain] = any(
                asked.standing(frozenset(everyone - group) | (down & everyone)).goes_on for group in groups
            )
        return found
