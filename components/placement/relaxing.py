"""What would make an impossible fleet possible: the least change of each limit that blocks, tried, not guessed."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations

from components.placement.asking import counts_of
from components.placement.budgets import least_cost
from components.placement.consequences import consequences
from components.placement.machine_choice import MICRO
from components.placement.objectives import aimed, limited
from components.placement.problem import Ask, problem_of
from components.placement.search import choose, is_feasible
from components.placement.world import World
from schemas.atlas import Evidence, RoundTrip
from schemas.plan import Near
from schemas.roles import Quorum
from schemas.spec import Fleet

SECONDS_MAX = 10.0
"""For one trial; they take milliseconds."""

COUNTS_TRIED = 8
"""How far from the given count another is looked for."""


@dataclass(frozen=True, kw_only=True)
class Probe:
    """Tries a fleet with some of its limits changed."""

    fleet: Fleet
    world: World

    def is_feasible(self, ask: Ask) -> bool:
        """Return whether the fleet can be placed in any size that the spec allows."""
        return any(self.holds(ask, count) for count in counts_of(self.fleet, ask.kept_count))

    def holds(self, ask: Ask, count: int) -> bool:
        """Return whether so many members can be placed."""
        return is_feasible(limited(problem_of(ask, count, self.world), ask), seconds_max=SECONDS_MAX)

    def then(self, ask: Ask, count: int | None = None) -> str:
        """Return what a changed fleet would cost and how fast it would be, to be told after the change."""
        counts = counts_of(self.fleet, ask.kept_count) if count is None else range(count, count + 1)
        return consequences(ask, counts, self.world, seconds_max=SECONDS_MAX)

    def without(self, ask: Ask, keys: Iterable[str]) -> Ask:
        """Return what a fleet asks when some of its limits do not count."""
        dropped = set(keys)
        promises = ask.promises
        near = tuple(hub for i, hub in enumerate(promises.near) if f"near.{i}" not in dropped)
        promises = replace(
            promises,
            near=near,
            survive=tuple(kind for kind in promises.survive if f"survive.{kind}" not in dropped),
            halt_safely=tuple(kind for kind in promises.halt_safely if f"halt_safely.{kind}" not in dropped),
            survive_together=tuple(
                kinds for i, kinds in enumerate(promises.survive_together) if f"survive_together.{i}" not in dropped
            ),
        )
        for key in ("between_members_ms_max", "jitter_ms_max"):
            if f"latency.{key}" in dropped:
                promises = replace(promises, **{key: None})  # type: ignore[arg-type]  # both are floats or None
        ask = replace(ask, promises=promises)
        if "lock" in dropped:
            ask = replace(ask, kept={}, kept_region={})
        left = tuple(n for i, n in enumerate(ask.near_places) if f"near_fleet.{i}" not in dropped)
        ask = replace(ask, near_places=left)
        if "budget" in dropped:
            ask = replace(ask, budget_micro_usd=None, is_priced_only=False)
        if "machine" in dropped:
            ask = replace(ask, unsold=frozenset())
        if "addresses" in dropped:
            ask = replace(ask, addresses_left={})
        return replace(ask, regions=self.all_regions(ask)) if "regions" in dropped else ask

    def all_regions(self, ask: Ask) -> tuple[str, ...]:
        """Return every region that could be allowed: the known ones with known zones, and those allowed now."""
        return tuple(r for r in sorted(self.world.regions) if self.world.zones(r) or r in ask.regions)


def remedies_of(keys: Iterable[str], ask: Ask, probe: Probe) -> list[str]:
    """Return, for each limit that blocks, the least change of it alone that lets the fleet be placed."""
    blocking = list(keys)
    found = [*_other_size(blocking, ask, probe)]
    found += [remedy for key in blocking for remedy in [_remedy(key, ask, probe)] if remedy]
    return found or ["No single change is enough: relax more than one of these limits."]


def _other_size(blocking: list[str], ask: Ask, probe: Probe) -> Iterator[str]:
    """Yield the size nearest to the given one with which the fleet can be placed."""
    fleet = probe.fleet
    if not any(key.startswith(("survive.", "survive_together.", "halt_safely.")) for key in blocking):
        return
    if fleet.members_per_hub == 1 and any(probe.holds(ask, n) for n in range(2, 2 * len(fleet.near_hubs) + 1)):
        yield "Set 'per_hub' to 2."
    given = fleet.count
    if given:
        near = range(max(ask.promises.reports_min or 1, given - COUNTS_TRIED), given + COUNTS_TRIED + 1)
        odd = ask.quorum is Quorum.MAJORITY  # an even number of voters is refused
        tried = sorted((n for n in near if n % 2 or not odd), key=lambda n: (abs(n - given), -n))
        best = next((n for n in tried if probe.holds(ask, n)), None)
        if best is not None:
            yield f"Set 'count' to {best}.{probe.then(ask, best)}"


def _remedy(key: str, ask: Ask, probe: Probe) -> str | None:
    head, _, kind = key.partition(".")
    if head == "survive":
        return _weaker_promise(kind, ask, probe)
    if head == "latency":
        return _longer(kind, ask, probe)
    if head == "near":
        return _farther(int(kind), ask, probe)
    if head == "near_fleet":
        return _farther_from_fleet(int(kind), ask, probe)
    if key == "regions":
        return _more_regions(ask, probe)
    changed = probe.without(ask, {key})
    if not probe.is_feasible(changed):
        return None
    if key == "budget":
        least = least_cost(probe.fleet, ask, probe.world, seconds_max=SECONDS_MAX)
        return None if least is None else f"Raise 'cost_usd_per_month_max' to {math.ceil(least / MICRO)}."
    if key == "machine":
        return "Write 'confidential: preferred', add a kind, or name another 'machine.type'."
    if key == "lock":
        return "Or remove the fleet's hosts from the lock: they are then placed anew, under new names."
    if head == "survive_together":
        kinds = ", ".join(ask.promises.survive_together[int(kind)])
        return f"Remove [{kinds}] from 'survive_together'.{probe.then(changed)}"
    if head == "halt_safely":
        return f"Remove '{kind}' from 'halt_safely'.{probe.then(changed)}"
    return "Spread the fleets over more regions."


def _weaker_promise(kind: str, ask: Ask, probe: Probe) -> str | None:
    weaker = probe.without(ask, {f"survive.{kind}"})
    if kind not in ask.promises.halt_safely and ask.quorum in (Quorum.BFT, Quorum.MAJORITY):
        safe = replace(weaker.promises, halt_safely=(*weaker.promises.halt_safely, kind))
        halting = replace(weaker, promises=safe)
        if probe.is_feasible(halting):
            instead = f"Promise 'halt_safely: {{{kind}: 1}}' instead of 'survive: {{{kind}: 1}}': that can be kept."
            return f"{instead}{probe.then(halting)}"
    return f"Remove '{kind}' from 'survive'.{probe.then(weaker)}" if probe.is_feasible(weaker) else None


def _longer(key: str, ask: Ask, probe: Probe) -> str | None:
    known = probe.world.round_trip if key == "between_members_ms_max" else probe.world.jitter
    places = sorted({*ask.regions, *ask.kept_region.values()})
    pairs = [*combinations(places, 2), *((region, region) for region in places)]
    limits = _measured((known(*pair) for pair in pairs), above=getattr(ask.promises, key))

    def relaxed(limit: int) -> Ask:
        if key == "between_members_ms_max":
            return replace(ask, promises=replace(ask.promises, between_members_ms_max=float(limit)))
        return replace(ask, promises=replace(ask.promises, jitter_ms_max=float(limit)))

    least = _least(limits, lambda limit: probe.is_feasible(relaxed(limit)))
    return None if least is None else f"Raise '{key}' to {_with_margin(least, ask)}.{probe.then(relaxed(least))}"


def _farther(position: int, ask: Ask, probe: Probe) -> str | None:
    near = ask.promises.near[position]
    trips = (probe.world.round_trip(region, near.at) for region in ask.regions)
    limits = _measured(trips, above=near.latency_ms_max)

    def relaxed(limit: int) -> Ask:
        hubs: list[Near] = list(ask.promises.near)
        hubs[position] = replace(near, latency_ms_max=float(limit))
        return replace(ask, promises=replace(ask.promises, near=tuple(hubs)))

    least = _least(limits, lambda limit: probe.is_feasible(relaxed(limit)))
    if least is not None:
        then = probe.then(relaxed(least))
        return f"Raise 'latency_ms_max' of hub '{near.hub}' to {_with_margin(least, ask)}.{then}"
    hubs = [replace(hub, jitter_ms_max=None) if i == position else hub for i, hub in enumerate(ask.promises.near)]
    calmer = replace(ask, promises=replace(ask.promises, near=tuple(hubs)))
    if near.jitter_ms_max is not None and probe.is_feasible(calmer):
        return f"Remove 'jitter_ms_max' of hub '{near.hub}', or measure it: geofleet atlas measure."
    return None


def _farther_from_fleet(position: int, ask: Ask, probe: Probe) -> str | None:
    near = ask.near_places[position]
    trips = (probe.world.round_trip(region, other) for region in ask.regions for other in near.regions)
    limits = _measured(trips, above=near.latency_ms_max)

    def relaxed(limit: int) -> Ask:
        places = list(ask.near_places)
        places[position] = replace(near, latency_ms_max=float(limit))
        return replace(ask, near_places=tuple(places))

    least = _least(limits, lambda limit: probe.is_feasible(relaxed(limit)))
    if least is None:
        return None
    then = probe.then(relaxed(least))
    return f"Raise 'latency_ms_max' to fleet '{near.fleet}' to {_with_margin(least, ask)}.{then}"


def _with_margin(limit: int, ask: Ask) -> int:
    """Return the limit to write, of which the margin leaves so much."""
    return math.ceil(round(limit / (1 - ask.kept_free), 6))


def _more_regions(ask: Ask, probe: Probe) -> str | None:
    wider = replace(ask, regions=probe.all_regions(ask), open_regions=frozenset(ask.regions))
    for count in counts_of(probe.fleet, ask.kept_count):
        problem = aimed(problem_of(wider, count, probe.world), wider, probe.world)
        choice = choose(problem, seconds_max=SECONDS_MAX)
        if choice is not None:
            more = sorted(choice.members.keys() - set(ask.regions))
            then = probe.then(replace(wider, regions=(*ask.regions, *more)), count)
            return f"Allow {', '.join(more)} under 'regions'.{then}"
    return None


def _measured(figures: Iterable[RoundTrip], *, above: float) -> list[int]:
    """Return the whole milliseconds above a limit that measured figures fit in, sorted."""
    whole = {math.ceil(figure.value_ms) for figure in figures if figure.evidence is Evidence.MEASURED}
    return sorted(limit for limit in whole if limit > above)


def _least(limits: list[int], suffices: Callable[[int], bool]) -> int | None:
    """Return the least limit that suffices; a larger one then suffices too.

    Strides grow from the smallest limit, so that most trials are tight ones: those are quick.
    """
    low, stride = 0, 1
    while low < len(limits):
        high = min(low + stride, len(limits))
        if suffices(limits[high - 1]):
            return limits[bisect_left(limits, True, low, high, key=suffices)]
        low, stride = high, stride * 2
    return None
