"""The least weighted sum of cost, time to agree, round trips to hubs and jitter, each as a share of its own best.

A figure counts as what it is over the least that it could be if it were the only objective: at the best of all,
each is 1, and the sum is the sum of the weights. Jitter is the largest between two regions used, so it is swept: the
best without a limit on it, then the best with less jitter than that, and so on until no less jitter can make up for
what the rest costs. Every step is proven, so the least of them is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

from components.placement.aims import Agreement, Blend, Tally
from components.placement.branching import UNLIMITED, Branching, Found
from components.placement.problem import Pair, Problem
from components.placement.reduction import Reduction, near_regions
from components.placement.stage import Clock, Stage

SCALE = 10**8
"""What a weight of one counts where its figure is the best possible: sums are whole numbers."""


def least_members(problem: Problem, tally: Tally, clock: Clock) -> dict[str, int] | None:
    """Return members of the least sum, in any regions that may be used together; None when there are none.

    Raises:
        UnprovenError: The time was up before either was known.
    """
    reduction, near = Reduction(problem), near_regions(problem, problem.apart)
    alive = reduction.alive(near)
    if not alive:
        return None
    stage = Stage(reduction, clock, alive, near)
    stage.weigh_members(tally.per_member)
    return stage.minimise_loads(is_settled=False)


class Blending:
    """One search for the least weighted sum."""

    def __init__(self, problem: Problem, blend: Blend, clock: Clock) -> None:
        """Note what is asked."""
        self.problem, self.blend, self.clock = problem, blend, clock
        self.jitter_us = blend.jitter_us

    def least(self) -> Found | None:
        """Return the placement of the least weighted sum; None when there is none."""
        aims = self._aims()
        if aims is None:
            return None
        problem, best = self.problem, None
        weight = self._weight("jitter") if self.jitter_us else Fraction(0)
        least_us = max(self._least_jitter(), 1) if weight else 1
        below = UNLIMITED
        while True:
            found = self._rest(problem, *aims, below=below)
            if found is None:
                return best
            jitter = self._jitter(found.members)
            value = found.value + int(weight * SCALE * jitter / least_us)
            if best is None or value < best.value:
                best = Found(members=found.members, value=value)
            if not weight or jitter <= least_us:
                return best
            far = {pair for pair, us in self.jitter_us.items() if us >= jitter}
            problem = replace(problem, apart=problem.apart | far)
            below = best.value - int(weight * SCALE)  # jitter adds no less than at its own best

    def _weight(self, name: str) -> Fraction:
        return Fraction(str(self.blend.weights.get(name, 0)))

    def _aims(self) -> tuple[Agreement | None, Tally] | None:
        """Return what a placement is judged by, all but jitter; None when there is no placement."""
        parts: dict[str, Fraction] = dict.fromkeys(self.problem.regions, Fraction(0))
        for name, tally in (("cost", self.blend.cost), ("hub_latency", self.blend.hub)):
            if tally is None or not self._weight(name):
                continue
            members = least_members(self.problem, tally, self.clock)
            if members is None:
                return None
            factor = self._weight(name) * SCALE / max(tally.of(members), 1)
            parts = {region: part + factor * tally.per_member[region] for region, part in parts.items()}
        beside = Tally(name="weighted", per_member={region: int(part) for region, part in parts.items()})
        if self.blend.agreement is None or not self._weight("commit_latency"):
            return None, beside
        fastest = Branching(self.problem, self.blend.agreement, self.clock).least()
        if fastest is None:
            return None
        factor = self._weight("commit_latency") * SCALE / max(fastest.value, 1)
        return replace(self.blend.agreement, time_factor=factor, beside=beside), beside

    def _rest(self, problem: Problem, agreement: Agreement | None, tally: Tally, *, below: int) -> Found | None:
        if agreement is not None:
            return Branching(problem, agreement, self.clock, below).least()
        members = least_members(problem, tally, self.clock)
        value = None if members is None else tally.of(members)
        return None if members is None or value is None or value >= below else Found(members=members, value=value)

    def _jitter(self, members: Mapping[str, int]) -> int:
        return max((self.jitter_us[pair] for pair in combinations(_used(members), 2)), default=0)

    def _least_jitter(self) -> int:
        """Return the smallest largest jitter of any placement: no smaller limit lets one be."""
        problem = self.problem
        anything = Tally(name="any", per_member=dict.fromkeys(problem.regions, 0))
        levels = sorted({0, *self.jitter_us.values()})
        low, high = 0, len(levels) - 1
        while low < high:
            middle = (low + high) // 2
            far: set[Pair] = {pair for pair, us in self.jitter_us.items() if us > levels[middle]}
            if least_members(replace(problem, apart=problem.apart | far), anything, self.clock) is None:
                low = middle + 1
            else:
                high = middle
        return levels[low]


def _used(members: Mapping[str, int]) -> list[str]:
    return sorted(region for region, count in members.items() if count)
