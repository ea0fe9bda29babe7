"""One run over all fleets: locked hosts keep their seats, new ones get theirs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from components.placement.addressing import ADDRESSES, Numbers
from components.placement.asking import ask_of, counts_of, fleet_order, power_of, promises_of, usable_regions
from components.placement.checking import broken_promises
from components.placement.keeping import Seat, listed_seats, spread_seats
from components.placement.machine_choice import machine_in, need_of
from components.placement.problem import Ask, Problem, problem_of
from components.placement.world import World, atlas_world
from schemas.errors import FleetError, InfeasiblePlacementError
from schemas.loading.meaning import allowed_regions
from schemas.lock import Lock, Placement
from schemas.roles import Role
from schemas.spec import Fleet, Network

log = logging.getLogger("geofleet.placement")

Where = Callable[..., str]
"""Keys from the spec's root to `file:line:column` (`LoadedSpec.where`)."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """How to place; nothing here changes a placement that is proven."""

    where: Where | None = None
    """Tells where the spec says something; messages carry it."""
    seconds_max: float = 60.0
    """Wall time for one fleet, after which the best found is taken and its gap logged."""
    world: World = field(default_factory=atlas_world)


class UnplaceableSiteError(FleetError):
    """Members stand at a site of the spec's own; placement knows regions of clouds only."""


class UnsoldMachineError(FleetError):
    """A member stands where the machine that the spec insists on is not sold."""


class Placing:
    """One run over all fleets; earlier ones open regions for later ones."""

    def __init__(self, network: Network, lock: Lock | None, numbers: Numbers, options: Options) -> None:
        """Sort out which locked hosts stay."""
        self.network, self.options, self.world = network, options, options.world
        self.regions = usable_regions(network, options.world)
        stays = frozenset(allowed_regions(network)) & options.world.regions.keys()
        self.kept: dict[str, list[Placement]] = {name: [] for name in network.fleets}
        for placement in lock.placements if lock else ():
            fleet = network.fleets.get(placement.fleet)
            if fleet is not None and (fleet.members or placement.region in stays):
                self.kept[placement.fleet].append(placement)
        self.addresses_left = numbers.addresses_left()

    def seats(self) -> dict[str, list[Seat]]:
        """Return every fleet's seats, locked hosts in theirs."""
        seats: dict[str, list[Seat]] = {}
        conflicts: list[tuple[str, Ask]] = []
        for name in fleet_order(self.network):
            fleet = self.network.fleets[name]
            if fleet.members:
                self._refuse_sites(name, fleet)
                self._refuse_unsold(name, fleet)
                votes = fleet.role is Role.VALIDATOR
                seats[name] = listed_seats(fleet.members, self.kept[name], self.world.zones_of, votes=votes)
            else:
                ask = self._ask(name, seats)
                found = self._solved(fleet, ask)
                if found is None:
                    conflicts.append((name, ask))
                    continue
                seats[name] = found
            self._take_addresses(seats[name])
        if conflicts:
            self._refuse(conflicts)
        return seats

    def _refuse_sites(self, name: str, fleet: Fleet) -> None:
        for position, member in enumerate(fleet.members):
            if member.region not in self.world.regions:
                where = self.options.where
                raise UnplaceableSiteError(
                    f"fleet '{name}' has a member at '{member.region}': members at sites cannot be placed yet",
                    at=where("fleets", name, "members", position, "region") if where else "",
                    remedy="Put the member in a region of AWS or GCP, or list it under 'external' if others run it.",
                )

    def _refuse_unsold(self, name: str, fleet: Fleet) -> None:
        where = self.options.where
        for position, member in enumerate(fleet.members):
            chosen = machine_in(member.region, need_of(fleet, member), self.world)
            if not chosen.is_sold:
                wanted = chosen.machine_type or f"confidential machine{_of_kinds(fleet)}"
                raise UnsoldMachineError(
                    f"fleet '{name}' has a member in {member.region}: no {wanted} is known to be sold there",
                    at=where("fleets", name, "members", position, "region") if where else "",
                    remedy="Put the member elsewhere (geofleet atlas machines), or ask for another machine.",
                )

    def _ask(self, name: str, seats: Mapping[str, list[Seat]]) -> Ask:
        fleet = self.network.fleets[name]
        ask = ask_of(fleet, promises_of(self.network, fleet), self.kept[name], name=name, regions=self.regions)
        opened = {seat.region for found in seats.values() for seat in found}
        opened |= {placement.region for kept in self.kept.values() for placement in kept}
        left = {region: self.addresses_left.get(region, ADDRESSES) for region in self.world.regions}
        need = need_of(fleet)
        unsold = frozenset(r for r in self.world.regions if not machine_in(r, need, self.world).is_sold)
        return replace(ask, open_regions=frozenset(opened), addresses_left=left, unsold=unsold)

    def _solved(self, fleet: Fleet, ask: Ask) -> list[Seat] | None:
        from components.placement.search import choose  # here, so that a plan from the lock never loads the solver

        for count in counts_of(fleet, ask.kept_count):
            problem = problem_of(ask, count, self.world)
            choice = choose(problem, seconds_max=self.options.seconds_max)
            if choice is None:
                continue
            if choice.gap:
                log.warning(
                    "fleet %s: not proven best within %g s; it may miss the best by %.1f %%",
                    ask.fleet, self.options.seconds_max, choice.gap * 100,
                )  # fmt: skip
            seats = self._spread(fleet, ask, problem, choice.members)
            broken = broken_promises(ask, seats, self.world)
            assert not broken, f"the solver's placement of '{ask.fleet}' breaks its promises: {broken}"
            return seats
        return None

    def _spread(self, fleet: Fleet, ask: Ask, problem: Problem, members: Mapping[str, int]) -> list[Seat]:
        seats: list[Seat] = []
        for region, count in members.items():
            zones = [site.zone for site in problem.sites if site.region == region]
            kept = [placement for placement in self.kept[ask.fleet] if placement.region == region]
            seats += spread_seats(region, count, kept, zones, power=power_of(fleet))
        return seats

    def _take_addresses(self, seats: list[Seat]) -> None:
        for seat in seats:
            if not seat.host:
                self.addresses_left[seat.region] = self.addresses_left.get(seat.region, ADDRESSES) - 1

    def _refuse(self, conflicts: list[tuple[str, Ask]]) -> None:
        from components.placement.conflict import explained  # here, as the solver that it uses

        told = [explained(self.network.fleets[name], ask, self.world, self.options.where) for name, ask in conflicts]
        raise InfeasiblePlacementError(
            "\n".join(conflict.text for conflict in told),
            at=told[0].at,
            remedy="\n".join(conflict.remedy for conflict in told if conflict.remedy),
        )


def _of_kinds(fleet: Fleet) -> str:
    return f" of kind {' or '.join(fleet.confidential_kinds)}" if fleet.confidential_kinds else ""
