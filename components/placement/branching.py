"""The members per region with the least time to agree: branch and bound, proven best.

A node is a range of members for every region. Its bound: the least sum, by an integer programme with every other
limit of the problem, of what each member's lead takes at least (`Rotation.times`). The programme's members are a
placement; where it takes as long as the bound says, the node is done, else the range that is widest is split.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count as counter

from components.placement.aims import Agreement, Tally
from components.placement.problem import Problem
from components.placement.reduction import Reduction, affordable, near_regions
from components.placement.rotation import NEVER, Rotation
from components.placement.stage import Clock, Stage

Ranges = dict[str, tuple[int, int]]
"""Region to the least and the most members."""


DIVE_REGIONS = 10
"""Regions, those whose members lead fastest at best, among which a first placement is sought."""

DIVE_NODES = 400
"""Nodes of that first search, at most."""

REMEMBERED_MAX = 4
"""Bounds that are kept: those of the first nodes, which have most regions and are asked for again."""

UNLIMITED = 10**30

NARROWED_TIMES = 2
"""How often a node's ranges are narrowed by bounds that the narrower ranges give."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """Members by region, and what they come to."""

    members: Mapping[str, int]
    value: int


@dataclass(frozen=True, kw_only=True)
class _Within:
    """Another sum to minimise, among what comes to at most a value."""

    tally: Tally
    value_max: int


@dataclass(order=True)
class _Node:
    bound: int
    number: int
    ranges: Ranges = field(compare=False)
    members: dict[str, int] = field(compare=False)


class _TimeUpError(Exception):
    """A programme was stopped: what it says bounds nothing."""


class Branching:
    """One search for the placement that agrees fastest."""

    def __init__(self, problem: Problem, agreement: Agreement, clock: Clock, below: int = UNLIMITED) -> None:
        """Note what is asked; only values below a limit are of use."""
        self.problem, self.agreement, self.clock, self.below = problem, agreement, clock, below
        self.rotation = Rotation(agreement=agreement)
        self._known: dict[tuple[tuple[int, int], ...], tuple[dict[str, int], int]] = {}
        self.reduction = Reduction(problem)
        self.near = near_regions(problem, problem.apart)
        self.regions = problem.regions
        self.nodes = 0

    def least(self) -> Found | None:
        """Return the placement of the least value; None when there is none, or none below the limit."""
        root = self._root()
        return self._search(root, first=self._dive(root)) if root else None

    def least_within(self, value_max: int, tally: Tally, best: Found) -> Found:
        """Return the placement with the least sum among those of at most a value; `best` is one of them."""
        root = self._root()
        assert root is not None, "a placement was found"
        within = _Within(tally=tally, value_max=value_max)
        found = self._search(root, within, Found(members=best.members, value=tally.of(best.members)))
        assert found is not None, "the best is within the value itself"
        return found

    def value(self, members: Mapping[str, int]) -> int:
        """Return what members come to: the sum over leaders, and what counts beside."""
        exact = {region: (members.get(region, 0),) * 2 for region in self.regions}
        per_member, rest = self._per_member(exact)
        return rest + sum(per_member[region] * number for region, number in members.items() if number)

    def _root(self) -> Ranges | None:
        """Return the ranges that hold every placement; None when sums alone exclude them all."""
        room, required = self.reduction.room, self.reduction.members_required
        alive = self.reduction.alive(self.near)
        return {r: (required[r], room[r] if r in alive else 0) for r in self.regions} if alive else None

    def _dive(self, root: Ranges) -> Found | None:
        """Return a good placement among the few regions that promise most: the search then excludes most others."""
        try:
            node = self._node(root, 0, None, None)
        except _TimeUpError:
            return None
        if node is None:
            return None
        per_member, _ = self._per_member(root)
        first = sorted((r for r in root if root[r][1]), key=lambda r: (per_member[r], r))[:DIVE_REGIONS]
        kept = {*first, *(r for r, number in node.members.items() if number), *self.reduction.required}
        ranges = {r: (low, most if r in kept else 0) for r, (low, most) in root.items()}
        return self._search(ranges, nodes_max=DIVE_NODES)

    def _search(
        self, root: Ranges, within: _Within | None = None, first: Found | None = None, nodes_max: int | None = None
    ) -> Found | None:
        """Return the best in some ranges; `first` is what is known already. A search of few nodes proves nothing."""
        found, heap, waiting, bound = first, list[_Node](), [root], 0
        numbers = counter()
        while True:
            for ranges in waiting:
                try:
                    node = self._node(ranges, next(numbers), within, found)
                except _TimeUpError:
                    return self._stopped(min([bound, *(one.bound for one in heap)]), found)
                if node is not None:
                    found = self._better(node.members, within, found)
                    if self.value(node.members) > (within.value_max if within else node.bound):
                        heapq.heappush(heap, node)
            if not heap or (found is not None and heap[0].bound >= found.value):
                return found
            if nodes_max is not None and next(numbers) > nodes_max:
                return found
            node = heapq.heappop(heap)
            waiting, bound = self._split(node), node.bound

    def _better(self, members: dict[str, int], within: _Within | None, found: Found | None) -> Found | None:
        """Return the better of a node's members and what was found before."""
        value = self.value(members)
        if within:
            if value > within.value_max:
                return found
            value = within.tally.of(members)
        return Found(members=members, value=value) if found is None or value < found.value else found

    def _stopped(self, bound: int, found: Found | None) -> Found:
        """Return what was found when the time was up, and note how far from the best it may be.

        Raises:
            UnprovenError: Nothing was found.
        """
        if found is None:
            raise self.clock.unproven()
        gap = (found.value - bound) / found.value if found.value else 0.0
        self.clock.gap = max(self.clock.gap, min(gap, 1.0))
        return found

    def _per_member(self, ranges: Ranges) -> tuple[dict[str, int], int]:
        """Return what each member adds at least, by region, and what others' leads add; the widest are remembered."""
        key = tuple(ranges[region] for region in self.regions)
        if key not in self._known:
            if len(self._known) >= REMEMBERED_MAX:
                return self._bounds(key)
            self._known[key] = self._bounds(key)
        return self._known[key]

    def _bounds(self, key: tuple[tuple[int, int], ...]) -> tuple[dict[str, int], int]:
        low, high = zip(*key, strict=True)
        rotation, beside, factor = self.rotation, self.agreement.beside, self.agreement.time_factor
        times = rotation.times(low, high, self.problem.count)
        leads = zip(rotation.leads(), times, strict=True)
        values = [lead * took * factor.numerator // factor.denominator for lead, took in leads]
        placed, groups = len(self.regions), self.agreement.groups
        others = sum(value * (g.fixed or 0) for value, g in zip(values[placed:], groups[placed:], strict=True))
        extra = beside.per_member if beside else {}
        return {r: value + extra.get(r, 0) for r, value in zip(self.regions, values, strict=False)}, others

    def _node(self, ranges: Ranges, number: int, within: _Within | None, found: Found | None) -> _Node | None:
        """Return a node with its bound; None when nothing in its ranges is better than what was found."""
        self.nodes += 1
        limit = within.value_max if within else (found.value if found else self.below) - 1
        for _ in range(NARROWED_TIMES):
            per_member, others = self._per_member(ranges)
            narrowed = self._narrowed(ranges, per_member, limit - others)
            if narrowed is None:
                return None
            if narrowed == ranges:
                break
            ranges = narrowed
        stage = self._stage(ranges)
        weights = within.tally.per_member if within else per_member
        stage.weigh_members(weights)
        if within:
            stage.limit_members(per_member, within.value_max - others)
        members = stage.minimise_loads(is_settled=False, must_know=False)
        if self.clock.seconds_left() <= 0:
            raise _TimeUpError  # the programme's answer may be any: it bounds nothing
        if members is None:
            return None
        bound = sum(weights[r] * count for r, count in members.items()) + (0 if within else others)
        if bound >= (found.value if found else UNLIMITED if within else self.below):
            return None
        return _Node(bound=bound, number=number, ranges=ranges, members=members)

    def _stage(self, ranges: Ranges) -> Stage:
        alive = frozenset(region for region, (_, most) in ranges.items() if most)
        stage = Stage(self.reduction, self.clock, alive, self.near)
        stage.rows += [
            stage.members_row(region, at_least=least, at_most=most)
            for region, (least, most) in sorted(ranges.items())
            if most and (least, most) != (0, self.reduction.room[region])
        ]
        return stage

    def _narrowed(self, ranges: Ranges, per_member: dict[str, int], limit: int) -> Ranges | None:
        """Return ranges without what would be too slow, by sums alone; None when nothing is left."""
        never = NEVER * self.agreement.time_factor
        usable = {r: (low, most if per_member[r] < never else 0) for r, (low, most) in ranges.items()}
        if any(low > most for low, most in usable.values()):
            return None
        most_of = affordable(usable, per_member, self.problem.count, limit)
        return None if most_of is None else {r: (low, most_of[r]) for r, (low, _) in usable.items()}

    def _split(self, node: _Node) -> list[Ranges]:
        """Return the parts of a node's ranges: one region in or out, else the halves of the widest."""
        open_ones = [r for r, (low, most) in node.ranges.items() if low < most]
        chosen = max(open_ones, key=lambda r: (node.members.get(r, 0) > 0, node.ranges[r][1] - node.ranges[r][0], r))
        low, most = node.ranges[chosen]
        middle = 0 if low == 0 else (low + most) // 2
        return [{**node.ranges, chosen: part} for part in ((middle + 1, most), (low, middle))]
