"""One run over all fleets: locked hosts keep their seats, new ones get theirs."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from components.placement.addressing import ADDRESSES, Numbers
from components.placement.asking import (
    ask_of,
    counts_of,
    fleet_order,
    hub_distances,
    power_of,
    promises_of,
    usable_regions,
    wanted_placement,
    with_margin,
)
from components.placement.checking import broken_promises
from components.placement.keeping import Seat, listed_seats, spread_seats
from components.placement.machine_choice import MICRO, listed_cost, machine_in, micro_usd, need_of
from components.placement.problem import Ask, NearPlaces, Problem, problem_of
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
class Proof:
    """How well a fleet's places are proven to be the best."""

    fleet: str
    objective: str
    """Empty: the usual wishes."""
    gap: float
    """By which share the places may miss the best; 0.0 when they are proven."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """How to place; nothing here changes a placement that is proven."""

    where: Where | None = None
    """Tells where the spec says something; messages carry it."""
    seconds_max: float = 60.0
    """Wall time for one fleet, after which the best found is taken and its gap logged."""
    world: World = field(default_factory=atlas_world)
    on_proof: Callable[[Proof], None] | None = None
    """Called for each fleet that is placed, with how well its places are proven."""


@dataclass(kw_only=True)
class Purse:
    """What the whole network may cost, has spent, and needs for the fleets that are still to be placed."""

    budget: int | None
    """In millionths of a dollar, as the rest; None: any."""
    spent: int = 0
    reserved: dict[str, int] = field(default_factory=dict)

    def left_for(self, name: str, own: int | None) -> int | None:
        """Return what a fleet may cost: by its own budget, and by what the others leave of the network's."""
        if self.budget is None:
            return own
        left = self.budget - self.spent - sum(cost for fleet, cost in self.reserved.items() if fleet != name)
        return left if own is None else min(left, own)


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
        self.purse = Purse(budget=None if network.budget is None else micro_usd(network.budget))

    def seats(self) -> dict[str, list[Seat]]:
        """Return every fleet's seats, locked hosts in theirs."""
        seats: dict[str, list[Seat]] = {}
        conflicts: list[tuple[str, Ask]] = []
        for name, fleet in self.network.fleets.items():
            self._refuse_sites(name, fleet)
        if self.purse.budget is not None:
            self._reserve()
        for name in fleet_order(self.network):
            fleet = self.network.fleets[name]
            if fleet.members:
                self._refuse_unsold(name, fleet)
                self._refuse_dear(name, fleet)
                votes = fleet.role is Role.VALIDATOR
                seats[name] = listed_seats(fleet.members, self.kept[name], self.world.zones_of, votes=votes)
            else:
                ask = self._ask(name, seats)
                found = self._solved(fleet, ask)
                if isinstance(found, Ask):
                    conflicts.append((name, found))
                    continue
                seats[name] = found
            self._take_addresses(seats[name])
            self._pay(name, seats[name])
        if conflicts:
            self._refuse(conflicts)
        return seats

    def _reserve(self) -> None:
        """Set aside what each fleet costs at least, so that no fleet spends what a later one needs.

        Raises:
            InfeasiblePlacementError: All together they cost more than the network may.
        """
        from components.placement.budgets import least_cost

        for name, fleet in self.network.fleets.items():
            if fleet.members:
                self.purse.reserved[name] = listed_cost(fleet, self.world)
            else:
                least = least_cost(fleet, self._ask(name, {}), self.world, seconds_max=self.options.seconds_max)
                if least is not None:  # else it cannot be placed at all, and is refused for that
                    self.purse.reserved[name] = least
        total, budget = sum(self.purse.reserved.values()), self.purse.budget
        if budget is not None and total > budget:
            where = self.options.where
            parts = ", ".join(f"'{name}' {cost / MICRO:.2f}" for name, cost in sorted(self.purse.reserved.items()))
            raise InfeasiblePlacementError(
                f"budget: all hosts may cost {budget / MICRO:.2f} USD a month, but what the fleets promise costs at "
                f"least {total / MICRO:.2f}: {parts}",
                at=where("budget", "cost_usd_per_month_max") if where else "",
                remedy=f"Raise 'cost_usd_per_month_max' to {math.ceil(total / MICRO)}, or promise less.",
            )

    def _pay(self, name: str, seats: list[Seat]) -> None:
        fleet = self.network.fleets[name]
        prices = (machine_in(seat.region, need_of(fleet, seat.member), self.world) for seat in seats)
        self.purse.spent += sum(chosen.cost_micro_usd or 0 for chosen in prices)
        self.purse.reserved.pop(name, None)

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

    def _refuse_dear(self, name: str, fleet: Fleet) -> None:
        budget, cost = micro_usd(fleet.budget), listed_cost(fleet, self.world)
        if budget is not None and cost > budget:
            where = self.options.where
            raise InfeasiblePlacementError(
                f"fleet '{name}' may cost {budget / MICRO:.2f} USD a month, its members cost {cost / MICRO:.2f}",
                at=where("fleets", name, "budget", "cost_usd_per_month_max") if where else "",
                remedy=f"Raise 'cost_usd_per_month_max' to {math.ceil(cost / MICRO)}, or list cheaper places.",
            )

    def _ask(self, name: str, seats: Mapping[str, list[Seat]]) -> Ask:
        fleet = self.network.fleets[name]
        promises = with_margin(promises_of(self.network, fleet), fleet.latency.margin_percent)
        ask = ask_of(fleet, promises, self.kept[name], name=name, regions=self.regions)
        opened = {seat.region for found in seats.values() for seat in found}
        opened |= {placement.region for kept in self.kept.values() for placement in kept}
        left = {region: self.addresses_left.get(region, ADDRESSES) for region in self.world.regions}
        need = need_of(fleet)
        choices = {region: machine_in(region, need, self.world) for region in self.world.regions}
        placement = wanted_placement(self.network, fleet)
        return replace(
            ask, open_regions=frozenset(opened), addresses_left=left,
            unsold=frozenset(region for region, chosen in choices.items() if not chosen.is_sold),
            prices={r: c.cost_micro_usd for r, c in choices.items() if c.cost_micro_usd is not None},
            objective=placement.objective if placement else "", hub_us=hub_distances(self.network, fleet, self.world),
            weights=placement.weights.model_dump() if placement and placement.weights else {},
            near_places=tuple(
                NearPlaces(
                    fleet=near.fleet, latency_ms_max=near.latency_ms_max,
                    regions=frozenset(seat.region for seat in seats[near.fleet]),
                )
                for near in promises.near_fleets
                if near.fleet in seats
            ),
            budget_micro_usd=self.purse.left_for(name, micro_usd(fleet.budget)),
        )  # fmt: skip

    def _solved(self, fleet: Fleet, ask: Ask) -> list[Seat] | Ask:
        """Return a fleet's seats, or what of it cannot be had."""
        from components.placement.budgets import priced_first  # here, so that a plan from the lock loads no solver
        from components.placement.objectives import aimed
        from components.placement.search import choose

        tried = ask
        for tried in priced_first(fleet, ask, self.world, seconds_max=self.options.seconds_max):
            for count in counts_of(fleet, ask.kept_count):
                problem = aimed(problem_of(tried, count, self.world), tried, self.world)
                choice = choose(problem, seconds_max=self.options.seconds_max)
                if choice is None:
                    continue
                self._tell_proof(ask, choice.gap)
                seats = self._spread(fleet, ask, problem, choice.members)
                broken = broken_promises(ask, seats, self.world)
                assert not broken, f"the solver's placement of '{ask.fleet}' breaks its promises: {broken}"
                return seats
        return tried

    def _tell_proof(self, ask: Ask, gap: float) -> None:
        if self.options.on_proof:
            self.options.on_proof(Proof(fleet=ask.fleet, objective=ask.objective, gap=gap))
        if gap:
            log.warning(
                "fleet %s: not proven best within %g s; it may miss the best by %.1f %%",
                ask.fleet, self.options.seconds_max, gap * 100,
            )  # fmt: skip

    def _spread(self, fleet: Fleet, ask: Ask, problem: Problem, members: Mapping[str, int]) -> list[Seat]:
        seats: list[Seat] = []
        for region, count in members.items():
            room = {
                site.zone: min([limit.at_most for limit in problem.limits if limit.sites == {at}], default=count)
                for at, site in enumerate(problem.sites)
                if site.region == region
            }
            kept = [placement for placement in self.kept[ask.fleet] if placement.region == region]
            seats += spread_seats(region, count, kept, room, power=power_of(fleet))
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
