"""What a changed fleet would cost, and how fast it would be: told beside every remedy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from components.placement.branching import Branching
from components.placement.machine_choice import MICRO
from components.placement.objectives import agreement_of, aimed
from components.placement.problem import Ask, Problem, problem_of
from components.placement.search import choose
from components.placement.stage import Clock, UnprovenError
from components.placement.world import World

HALF_MICROSECONDS_PER_MS = 2000


def consequences(ask: Ask, counts: Iterable[int], world: World, *, seconds_max: float) -> str:
    """Return ` (Then 276.40 USD a month, 12.3 ms to agree.)` of the best places in the first size that can be placed.

    Empty where neither price nor latency is known. A host without a price is counted, not priced.
    """
    for count in counts:
        problem = aimed(problem_of(ask, count, world), ask, world)
        try:
            choice = choose(problem, seconds_max=seconds_max)
        except UnprovenError:
            return ""
        if choice is not None:
            parts = [*_cost(ask, choice.members), *_latency(problem, ask, choice.members, world)]
            return f" (Then {', '.join(parts)}.)" if parts else ""
    return ""


def _cost(ask: Ask, members: Mapping[str, int]) -> Iterable[str]:
    unknown = sum(count for region, count in members.items() if region not in ask.prices)
    total = sum(count * ask.prices.get(region, 0) for region, count in members.items())
    if total:
        left_out = f" without {unknown} host{'s' * (unknown > 1)} of unknown price" if unknown else ""
        yield f"{total / MICRO:.2f} USD a month{left_out}"


def _latency(problem: Problem, ask: Ask, members: Mapping[str, int], world: World) -> Iterable[str]:
    """Yield the mean time to agree, as simulation has it, or the mean round trip to hubs, estimates dearer.

    Members that each decide alone (`reports_min: 1`) wait for nobody: that is no figure worth telling.
    """
    agreement = agreement_of(problem, ask, world)
    if agreement is not None:
        agreement = replace(
            agreement, round_trip_us=lambda one, other: round(world.round_trip(one, other).value_ms * 1000)
        )  # fmt: skip
        value = Branching(problem, agreement, Clock(1)).value(members)
        votes = agreement.delays == 3
        turns = sum(count * (max(ask.power, 1) if votes else 1) for count in members.values())
        turns += sum((group.fixed or 0) * (group.weight if votes else 1) for group in agreement.groups)
        if value:
            yield f"{value / turns / HALF_MICROSECONDS_PER_MS:.1f} ms to agree"
    elif ask.hub_us:
        mean_us = sum(count * ask.hub_us[region] for region, count in members.items()) / sum(members.values())
        yield f"{mean_us / 1000:.1f} ms to its hubs"
