"""The best placement of one fleet, by exact integer programmes in a fixed order of wishes.

What the objective sums up comes first (`Problem.goals`); the time to agree is `branching.py`'s. Then:
1. fewest regions newly opened; 2. smallest largest round trip between regions used;
3. smallest sum of round trips between regions used; 4. least cost; 5. earlier region names;
6. smallest largest number of members in one region; 7. least cost; 8. more members in earlier names.
Each wish is settled before the next is looked at, so the answer is unique. Where jitter is the objective, the
smallest largest jitter between regions used comes first.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

from components.placement.aims import Agreement, Ceiling, Tally
from components.placement.blending import Blending, least_members
from components.placement.branching import Branching
from components.placement.merging import merged
from components.placement.problem import Pair, Problem
from components.placement.reduction import Near, Reduction, near_regions
from components.placement.stage import Clock, Stage


@dataclass(frozen=True, kw_only=True)
class Choice:
    """How many members each region gets, and how good that is."""

    members: Mapping[str, int]
    opened: int
    """Regions newly opened."""
    largest_us: int
    """Largest round trip between two regions used, in microseconds, estimates counted dearer; 0 for one region."""
    sum_us: int
    gap: float
    """How far the choice may be from the best, as a share; 0.0 when it is proven."""


class Search:
    """One search for the best placement of one fleet."""

    def __init__(self, problem: Problem, seconds_max: float) -> None:
        """Start the clock."""
        self.problem = merged(problem)
        self.reduction = Reduction(self.problem)
        self.clock = Clock(seconds_max)
        self._cost_max: int | None = None
        """What the last wish about cost reached: later ones keep to it."""

    def _stage(self, alive: frozenset[str], near: Near) -> Stage:
        return Stage(self.reduction, self.clock, alive, near)

    def run(self) -> Choice | None:
        """Return the best choice; None when it is proven that there is none.

        Raises:
            UnprovenError: The time was up before either was known.
        """
        if self.problem.agreement is not None:
            return self._fastest(self.problem.agreement)
        if self.problem.blend is not None:
            blended = Blending(self.problem, self.problem.blend, self.clock).least()
            return None if blended is None else self._choice(blended.members)
        for goal in self.problem.goals:
            members = least_members(self.problem, goal, self.clock)
            if members is None:
                return None
            self._hold(goal, goal.of(members))
        if self.problem.jitter_us:
            self._keep_apart(self._least_jitter())
        first = self._least_opened()
        if first is None:
            return None
        opened = len(first - self.problem.open_regions)
        largest, used = self._least_largest(first, opened)
        alive, near = self._alive_within(largest, opened)
        sum_us, used = self._least_sum(alive, near, opened, used)
        used = self._cheapest(alive, near, opened, sum_us, used)
        used = self._earliest_names(alive, near, opened, sum_us, used)
        return self._choice(self._members(used))

    def _choice(self, members: Mapping[str, int]) -> Choice:
        used = frozenset(region for region, count in members.items() if count)
        return Choice(
            members={region: members[region] for region in sorted(used)},
            opened=len(used - self.problem.open_regions), largest_us=self._largest(used), sum_us=self._sum(used),
            gap=self.clock.gap,
        )  # fmt: skip

    def _fastest(self, agreement: Agreement) -> Choice | None:
        """Return the choice that agrees fastest, the cheapest among equals."""
        search = Branching(self.problem, agreement, self.clock)
        found = search.least()
        if found is None:
            return None
        if self.problem.cost is not None:
            found = search.least_within(found.value, self.problem.cost, found)
        return self._choice(found.members)

    def _least_jitter(self) -> int:
        """Return the smallest largest jitter between regions used; 0 when there is no placement at all."""
        nearness = Search(replace(self.problem, weights_us=self.problem.jitter_us), 0)
        nearness.clock = self.clock
        first = nearness._least_opened()
        return nearness._least_largest(first, len(self.problem.regions))[0] if first else 0

    def _keep_apart(self, jitter_us_max: int) -> None:
        """Use no two regions between which there is more jitter."""
        far = {pair for pair, jitter in self.problem.jitter_us.items() if jitter > jitter_us_max}
        self.problem = replace(self.problem, apart=self.problem.apart | far)
        self.reduction = Reduction(self.problem)

    def _hold(self, tally: Tally, at_most: int) -> None:
        """Let no later wish make a sum larger than what was reached."""
        ceilings = (*self.problem.ceilings, Ceiling(tally=tally, at_most=at_most))
        self.problem = replace(self.problem, ceilings=ceilings)
        self.reduction = Reduction(self.problem)

    def _cheapest(
        self, alive: frozenset[str], near: Near, opened: int, sum_us: int, used: frozenset[str]
    ) -> frozenset[str]:
        """Return regions that are as near to each other, in which hosts cost least; later wishes keep to that cost."""
        cost = self.problem.cost
        if cost is None or cost in self.problem.goals:
            return used
        stage = self._stage(alive, near)
        stage.limit_opened(opened)
        stage.count_pairs(at_most=sum_us)
        stage.weigh_members(cost.per_member)
        members = stage.minimise_loads(is_settled=False, must_know=False)
        if members is None:
            return used
        self._cost_max = cost.of(members)
        return frozenset(region for region, count in members.items() if count)

    def is_feasible(self) -> bool:
        """Return whether there is any placement.

        Raises:
            UnprovenError: The time was up before it was known.
        """
        return self._least_opened() is not None

    def _least_opened(self) -> frozenset[str] | None:
        near = near_regions(self.problem, self.problem.apart)
        alive = self.reduction.alive(near)
        if not alive:
            return None
        stage = self._stage(alive, near)
        for region in stage.regions:
            stage.costs[stage.use(region)] = int(region not in self.problem.open_regions)
        return stage.minimise(must_know=True)

    def _least_largest(self, used: frozenset[str], opened: int) -> tuple[int, frozenset[str]]:
        """Return the smallest largest round trip, and regions that have it.

        Sums alone exclude most small round trips; from the first that they do not exclude,
        strides grow until one is found, then the rest is halved: programmes stay small.
        """
        best = self._largest(used)
        weights = {weight for pair, weight in self.problem.weights_us.items() if pair not in self.problem.apart}
        steps = sorted(step for step in {0} | weights if step < best)
        low = bisect_left(steps, True, key=lambda step: bool(self._alive_within(step, opened)[0]))
        stride, is_found = 1, False
        while low < len(steps):
            probe = (low + len(steps)) // 2 if is_found else min(low + stride - 1, len(steps) - 1)
            found = self._within(steps[probe], opened)
            if found is None:
                low, stride = probe + 1, stride * 2
            else:
                used, best, is_found = found, self._largest(found), True
                steps = [step for step in steps if step < best]
        return best, used

    def _alive_within(self, largest_us: int, opened: int) -> tuple[frozenset[str], Near]:
        near = near_regions(self.problem, self._far(largest_us))
        return self.reduction.alive(near, opened), near

    def _within(self, largest_us: int, opened: int) -> frozenset[str] | None:
        alive, near = self._alive_within(largest_us, opened)
        if not alive:
            return None
        stage = self._stage(alive, near)
        stage.limit_opened(opened)
        return stage.minimise()

    def _least_sum(
        self, alive: frozenset[str], near: Near, opened: int, used: frozenset[str]
    ) -> tuple[int, frozenset[str]]:
        stage = self._stage(alive, near)
        stage.limit_opened(opened)
        stage.count_pairs()
        found = stage.minimise() or used
        return self._sum(found), found

    def _earliest_names(
        self, alive: frozenset[str], near: Near, opened: int, sum_us: int, used: frozenset[str]
    ) -> frozenset[str]:
        """Return the set of regions that comes first by name among those that are equally good."""
        taken: set[str] = set()
        refused: set[str] = set()
        for region in sorted(alive):
            if region in used:
                taken.add(region)
                continue
            wanted = taken | {region}
            found = None
            if self._can_join(region, taken, near, opened, sum_us):
                stage = self._stage(alive - refused, near)
                stage.limit_opened(opened)
                stage.count_pairs(at_most=sum_us)
                stage.require(wanted)
                self._keep_cost(stage)
                found = stage.minimise()
            if found is None:
                refused.add(region)
            else:
                used = found
                taken.add(region)
        return used

    def _can_join(self, region: str, taken: set[str], near: Near, opened: int, sum_us: int) -> bool:
        together = frozenset(taken | {region})
        if not together <= near[region] or len(together - self.problem.open_regions) > opened:
            return False
        return self._sum(together | self.reduction.required) <= sum_us

    def _members(self, used: frozenset[str]) -> dict[str, int]:
        """Return how many members each region gets: as even as the limits let it be, then earlier names first."""
        near = near_regions(self.problem, ())
        self._cost_max = None  # what regions could cost at least says nothing of even numbers in them
        heaviest = self._loads(used, near, None, {})
        assert heaviest is not None, "the regions were found to hold the members"
        most = max(heaviest.values())
        counts = self._cheapest_loads(used, near, most) or heaviest
        settled: dict[str, int] = {}
        for region in sorted(used):
            left = self.problem.count - sum(settled.values()) - (len(used) - len(settled) - 1)
            ceiling = min(most, left, self.reduction.room[region])
            for wanted in range(ceiling, counts[region], -1):
                found = self._loads(used, near, most, {**settled, region: wanted})
                if found is not None:
                    counts = found
                    break
            settled[region] = counts[region]
        return settled

    def _loads(
        self, used: frozenset[str], near: Near, most: int | None, settled: Mapping[str, int]
    ) -> dict[str, int] | None:
        stage = self._stage(used, near)
        stage.require(used)
        stage.spread(most)
        self._keep_cost(stage)
        for region, members in settled.items():
            stage.rows.append(stage.members_row(region, at_least=members, at_most=members))
        return stage.minimise_loads()

    def _cheapest_loads(self, used: frozenset[str], near: Near, most: int) -> dict[str, int] | None:
        """Return the members of least cost, at most so many in one region; None when no price is known."""
        cost = self.problem.cost
        if cost is None:
            return None
        stage = self._stage(used, near)
        stage.require(used)
        stage.spread(most)
        stage.weigh_members(cost.per_member)
        found = stage.minimise_loads()
        self._cost_max = cost.of(found) if found else None
        return found

    def _keep_cost(self, stage: Stage) -> None:
        if self.problem.cost is not None and self._cost_max is not None:
            stage.limit_members(self.problem.cost.per_member, self._cost_max)

    def _far(self, largest_us: int) -> set[Pair]:
        weights = self.problem.weights_us
        return set(self.problem.apart) | {pair for pair, weight in weights.items() if weight > largest_us}

    def _largest(self, used: Iterable[str]) -> int:
        return max((self.problem.weights_us[pair] for pair in combinations(sorted(used), 2)), default=0)

    def _sum(self, used: Iterable[str]) -> int:
        return sum(self.problem.weights_us[pair] for pair in combinations(sorted(used), 2))


def choose(problem: Problem, *, seconds_max: float) -> Choice | None:
    """Return the best placement of a problem; None when it is proven that there is none.

    Args:
        problem: What to place.
        seconds_max: Wall time after which the best found is returned, with its gap.

    Raises:
        UnprovenError: The time was up before anything was found or excluded.
    """
    return Search(problem, seconds_max).run()


def is_feasible(problem: Problem, *, seconds_max: float) -> bool:
    """Return whether a problem has any placement; quicker than the best one.

    Raises:
        UnprovenError: The time was up before it was known.
    """
    return Search(problem, seconds_max).is_feasible()
