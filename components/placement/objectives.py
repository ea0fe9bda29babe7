"""From a fleet's objective to what the search minimises first: sums over members, jitter, or the time to agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from components.placement.aims import Agreement, Blend, Cap, Ceiling, Group, Tally
from components.placement.problem import Ask, Problem, jitter_weights, weight_us
from components.placement.world import World
from schemas.roles import Quorum

COST, COMMIT, HUB, JITTER, WEIGHTED = "cost", "commit_latency", "hub_latency", "jitter", "weighted"

OF_DOMAINS = ("survive.", "halt_safely.")
"""What limits on the domains of one kind are called."""


def aimed(problem: Problem, ask: Ask, world: World) -> Problem:
    """Return a problem with what its fleet's objective wants, and with what its hosts may cost."""
    cost = cost_tally(problem.regions, ask)
    problem = replace(limited(problem, ask), cost=cost)
    if ask.objective == COST and cost is not None:
        return replace(problem, goals=(cost,))
    if ask.objective == JITTER:
        return replace(problem, jitter_us=jitter_weights(problem.regions, world))
    hub = hub_tally(problem.regions, ask)
    if ask.objective == HUB and hub is not None:
        return replace(problem, goals=(hub,))
    if ask.objective == WEIGHTED:
        blend = Blend(
            weights=ask.weights, cost=cost, hub=hub, agreement=agreement_of(problem, ask, world),
            jitter_us=jitter_weights(problem.regions, world),
        )  # fmt: skip
        return replace(problem, blend=blend)
    if ask.objective == COMMIT:
        agreement = agreement_of(problem, ask, world)
        if agreement is not None:
            return replace(problem, agreement=agreement)
        return replace(problem, goals=(hub,)) if hub is not None else problem
    return problem


def limited(problem: Problem, ask: Ask) -> Problem:
    """Return a problem with what its hosts may cost, and nothing that it prefers: enough to see whether it can be."""
    return replace(problem, ceilings=tuple(_ceilings(problem, ask)))


def cost_tally(regions: Iterable[str], ask: Ask) -> Tally | None:
    """Return what hosts cost, in millionths of a dollar; a place without a price counts as dearer than any other.

    None when no price is known.
    """
    known = {region: ask.prices[region] for region in regions if region in ask.prices}
    if not known:
        return None
    dearest = 2 * max(known.values()) + 1
    return Tally(name=COST, per_member={region: known.get(region, dearest) for region in regions})


def hub_tally(regions: Iterable[str], ask: Ask) -> Tally | None:
    """Return each member's round trips to the fleet's hubs, in microseconds; None without hubs."""
    return Tally(name=HUB, per_member={region: ask.hub_us[region] for region in regions}) if ask.hub_us else None


def _ceilings(problem: Problem, ask: Ask) -> Iterable[Ceiling]:
    """Yield what hosts may cost; a host without a price is not in the sum, as the plan says."""
    if ask.budget_micro_usd is not None:
        prices = {region: ask.prices.get(region, 0) for region in problem.regions}
        yield Ceiling(tally=Tally(name="budget", per_member=prices), at_most=ask.budget_micro_usd)


def agreement_of(problem: Problem, ask: Ask, world: World) -> Agreement | None:
    """Return how the fleet's members agree; None where they do not, or never could among those whose place is known."""
    if ask.quorum is Quorum.ANY or (ask.quorum is Quorum.THRESHOLD and ask.promises.near):
        return None
    votes = ask.quorum is Quorum.BFT
    others = ask.promises.external
    weight = max(ask.power, 1) if votes else 1
    total = problem.count * weight + sum(member.power if votes else 1 for member in others)
    known = [member for member in others if member.region in world.regions]
    fixed = [Group(region=m.region, weight=m.power if votes else 1, fixed=1) for m in known if m.power or not votes]
    needed = 2 * total // 3 if votes else total // 2
    if ask.quorum is Quorum.THRESHOLD:
        needed = (ask.promises.reports_min or 1) - 1
    if problem.count * weight + sum(group.weight for group in fixed) <= needed or not problem.regions:
        return None
    return Agreement(
        groups=(*(Group(region=region, weight=weight) for region in problem.regions), *fixed),
        needed=needed, delays=3 if votes else 1, families=tuple(_families(problem)),
        round_trip_us=lambda one, other: weight_us(world.round_trip(one, other)),
    )  # fmt: skip


def _families(problem: Problem) -> Iterable[tuple[Cap, ...]]:
    """Yield the limits on members of several regions, those of one promise together: its domains do not overlap."""
    position = {region: i for i, region in enumerate(problem.regions)}
    found: dict[str, list[Cap]] = {}
    for limit in problem.limits:
        regions = {problem.sites[i].region for i in limit.sites}
        whole = all(site.region not in regions or i in limit.sites for i, site in enumerate(problem.sites))
        if len(regions) > 1 and whole and limit.at_most < problem.count and limit.name.startswith(OF_DOMAINS):
            groups = frozenset(position[region] for region in regions)
            found.setdefault(limit.name, []).append(Cap(groups=groups, members_max=limit.at_most))
    return [tuple(found[name]) for name in sorted(found)]
