"""Leave out regions that no placement can use: plain arithmetic, before the solver runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from components.placement.problem import Limit, Pair, Problem

Near = Mapping[str, frozenset[str]]
"""Region to the regions that may be used together with it, itself included."""


@dataclass(frozen=True)
class Reduction:
    """The sums that decide which regions can still be of use."""

    problem: Problem

    @cached_property
    def room(self) -> dict[str, int]:
        """Return the most members that each region can hold."""
        sites = self.problem.sites
        room = dict.fromkeys(self.problem.regions, 0)
        for site in sites:
            room[site.region] += site.members_max
        for limit in self.problem.limits:
            regions = {sites[i].region for i in limit.sites}
            if len(regions) == 1:
                (region,) = regions
                inside = sum(s.members_max for i, s in enumerate(sites) if s.region == region and i not in limit.sites)
                room[region] = min(room[region], inside + limit.at_most)
        room = {region: min(most, self.problem.count) for region, most in room.items()}
        for ceiling in self.problem.ceilings:
            ranges = {region: (held, max(held, room[region])) for region, held in self.members_required.items()}
            kept = affordable(ranges, ceiling.tally.per_member, self.problem.count, ceiling.at_most)
            room = dict.fromkeys(room, 0) if kept is None else {r: min(most, kept[r]) for r, most in room.items()}
        return room

    @cached_property
    def members_required(self) -> dict[str, int]:
        """Return how many members each region holds already."""
        held = dict.fromkeys(self.problem.regions, 0)
        for site in self.problem.sites:
            held[site.region] += site.members_min
        return held

    @cached_property
    def required(self) -> frozenset[str]:
        """Return the regions that hold members already."""
        return frozenset(region for region, held in self.members_required.items() if held)

    @cached_property
    def _families(self) -> list[list[tuple[Limit, frozenset[str]]]]:
        """Return the limits that span regions, with those regions, by the promise they come from."""
        found: dict[str, list[tuple[Limit, frozenset[str]]]] = {}
        for limit in self.problem.limits:
            if limit.name.startswith("survive_together") and not limit.at_least:
                continue  # these overlap each other: what exceeds them does not add up
            regions = frozenset(self.problem.sites[i].region for i in limit.sites)
            if len(regions) > 1 or limit.at_least:
                found.setdefault(limit.name, []).append((limit, regions))
        return list(found.values())

    def alive(self, near: Near, opened_max: int | None = None) -> frozenset[str]:
        """Return the regions that can be part of a placement; empty when there is none.

        Args:
            near: Which regions may be used together.
            opened_max: How many regions may be used that are not in use yet; None: any number.
        """
        left = frozenset(region for region, most in self.room.items() if most > 0)
        while True:
            kept = frozenset(region for region in left if self._suffices(near[region] & left, opened_max))
            if kept == left or not kept:
                return kept if self.required <= kept and self._suffices(kept, opened_max) else frozenset()
            left = kept

    def _suffices(self, regions: frozenset[str], opened_max: int | None) -> bool:
        """Return whether these regions have room for every member, as far as sums can tell."""
        if not self.required <= regions:
            return False
        count, opened = self.problem.count, self.problem.open_regions
        fresh = sorted((self.room[r] for r in regions if r not in opened), reverse=True)
        total = sum(self.room[r] for r in regions if r in opened) + sum(fresh[:opened_max])
        return total >= count and all(self._family_holds(family, regions) for family in self._families)

    def _family_holds(self, family: Iterable[tuple[Limit, frozenset[str]]], regions: frozenset[str]) -> bool:
        total = sum(self.room[r] for r in regions)
        spare = 0
        for limit, inside in family:
            held = sum(self.room[r] for r in inside & regions)
            if held < limit.at_least:
                return False
            spare += max(0, held - limit.at_most)
        # The domains of one promise do not overlap, so what exceeds each limit may be added up.
        return total - spare >= self.problem.count


def affordable(
    ranges: Mapping[str, tuple[int, int]], per_member: Mapping[str, int], count: int, limit: int
) -> dict[str, int] | None:
    """Return the most members of each region with which a sum over `count` members can stay within a limit.

    Args:
        ranges: The least and the most members of each region.
        per_member: What one member adds to the sum.
        count: Members in all.
        limit: Of the sum.

    Returns:
        None when even the least sum is over the limit, or the ranges do not hold so many members.
    """
    left = count - sum(low for low, _ in ranges.values())
    if left < 0 or sum(most for _, most in ranges.values()) < count:
        return None
    base = sum(low * per_member[r] for r, (low, _) in ranges.items() if low)
    cheapest: list[int] = []
    for cost, room in sorted((per_member[r], most - low) for r, (low, most) in ranges.items() if most > low):
        cheapest += [cost] * min(room, left - len(cheapest))
    spare = limit - base - sum(cheapest)
    if spare < 0:
        return None
    return {r: min(most, low + _exchanged(per_member[r], cheapest, spare)) for r, (low, most) in ranges.items()}


def _exchanged(cost: int, cheapest: list[int], spare: int) -> int:
    """Return how many members of a cost may take the place of the dearest of the cheapest, at most `spare` dearer."""
    number = 0
    for other in reversed(cheapest):
        spare -= max(0, cost - other)
        if spare < 0:
            break
        number += 1
    return number


def near_regions(problem: Problem, far: Iterable[Pair]) -> dict[str, frozenset[str]]:
    """Return which regions may be used together, given the pairs that may not."""
    everything = frozenset(problem.regions)
    away: dict[str, set[str]] = {region: set() for region in everything}
    for one, other in far:
        away[one].add(other)
        away[other].add(one)
    return {region: everything - away[region] for region in everything}


def cliques(regions: Iterable[str], near: Near) -> list[tuple[str, ...]]:
    """Return groups of regions of which at most one may be used, covering every pair that may not be used together.

    Groups bind the solver's relaxation far more than pairs do; they are built greedily in order of name.
    """
    names = sorted(regions)
    left = {(a, b) for i, a in enumerate(names) for b in names[i + 1 :] if b not in near[a]}
    found = []
    for one, other in sorted(left):
        if (one, other) not in left:
            continue
        group = [one, other]
        for name in names:
            if name not in group and all(name not in near[member] for member in group):
                group.append(name)
        group.sort()
        left -= {(a, b) for i, a in enumerate(group) for b in group[i + 1 :]}
        found.append(tuple(group))
    return found
