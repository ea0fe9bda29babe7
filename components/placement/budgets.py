"""What fleets cost at least, and what a budget leaves each of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from components.placement.asking import counts_of
from components.placement.blending import least_members
from components.placement.objectives import cost_tally
from components.placement.problem import Ask, problem_of
from components.placement.search import is_feasible
from components.placement.stage import Clock
from components.placement.world import World
from schemas.spec import Fleet


def least_cost(fleet: Fleet, ask: Ask, world: World, *, seconds_max: float) -> int | None:
    """Return what a fleet costs at least while it keeps its promises, in any size that the spec allows.

    Hosts without a price are avoided; where that cannot be, they are not in the sum. None when the fleet cannot be
    placed at all.

    Raises:
        UnprovenError: The time was up before it was known.
    """
    for tried in priced_first(fleet, replace(ask, budget_micro_usd=None), world, seconds_max=seconds_max):
        found = [_least_of(tried, count, world, seconds_max) for count in counts_of(fleet, ask.kept_count)]
        known = [cost for cost in found if cost is not None]
        if known:
            return min(known)
    return None


def _least_of(ask: Ask, count: int, world: World, seconds_max: float) -> int | None:
    problem = problem_of(ask, count, world)
    tally = cost_tally(problem.regions, ask)
    if tally is None:
        return None if ask.prices else 0
    members = least_members(problem, tally, Clock(seconds_max))
    if members is None:
        return None
    return sum(number * ask.prices.get(region, 0) for region, number in members.items())


def priced_first(fleet: Fleet, ask: Ask, world: World, *, seconds_max: float) -> Iterator[Ask]:
    """Yield what a fleet asks with only the places whose price is known, then with all of them.

    Where prices do not decide, all places at once. With a budget the second comes only when no places of known price
    keep the other promises: a price that nobody knows is not within any budget.
    """
    prices_decide = ask.counts_cost and bool(ask.prices)
    if prices_decide:
        yield (priced := replace(ask, is_priced_only=True))
        free = replace(priced, budget_micro_usd=None)
        counts = counts_of(fleet, ask.kept_count)
        if ask.budget_micro_usd is not None and any(_is_placeable(free, n, world, seconds_max) for n in counts):
            return
    yield ask


def _is_placeable(ask: Ask, count: int, world: World, seconds_max: float) -> bool:
    return is_feasible(problem_of(ask, count, world), seconds_max=seconds_max)
