"""One integer programme of the search: which regions are used, and how many members each site gets."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from components.placement import solver
from components.placement.problem import Pair, pair_of
from components.placement.reduction import Near, Reduction, cliques
from components.placement.solver import Row, Status
from schemas.errors import FleetError

LOADS_SECONDS = 5.0
"""What spreading members over settled regions may always take; it takes milliseconds."""


class UnprovenError(FleetError):
    """Time was up before any placement was found or excluded."""


@dataclass
class Clock:
    """The time that a search may take, and what running out of it cost."""

    seconds_max: float
    gap: float = 0.0
    """Largest share by which an answer may miss the optimum; 0.0 while everything is proven."""
    _end: float = field(init=False)

    def __post_init__(self) -> None:
        """Start it."""
        self._end = time.monotonic() + self.seconds_max

    def seconds_left(self) -> float:
        """Return the time that is left; it may be negative."""
        return self._end - time.monotonic()

    def unproven(self) -> UnprovenError:
        """Return the error that nothing is known."""
        return UnprovenError(
            f"no placement was found or excluded within {self.seconds_max:g} s",
            remedy="Give more time, or allow fewer regions under 'regions'.",
        )


class Stage:
    """One programme over the regions still in question: a use column per region, a count column per site."""

    def __init__(self, reduction: Reduction, clock: Clock, alive: frozenset[str], near: Near) -> None:
        self.problem, self.reduction, self.clock = reduction.problem, reduction, clock
        problem = self.problem
        self.regions = sorted(alive)
        self.sites = [i for i, site in enumerate(problem.sites) if site.region in alive]
        self._use = {region: column for column, region in enumerate(self.regions)}
        self._site = {i: len(self.regions) + n for n, i in enumerate(self.sites)}
        self.costs = [0] * (len(self.regions) + len(self.sites))
        self.lower = [int(region in reduction.required) for region in self.regions]
        self.lower += [problem.sites[i].members_min for i in self.sites]
        self.upper = [1] * len(self.regions) + [problem.sites[i].members_max for i in self.sites]
        self.continuous: set[int] = set()
        self.rows: list[Row] = []
        self._near = near
        self._add_limits()

    def use(self, region: str) -> int:
        """Return the column that says whether a region is used."""
        return self._use[region]

    def _add_limits(self) -> None:
        problem, room = self.problem, self.reduction.room
        everywhere = tuple(self._site.values())
        self.rows.append(_sum_row(everywhere, at_least=problem.count, at_most=problem.count))
        for region in self.regions:
            inside = self._inside(region)
            ones = (1,) * len(inside)
            self.rows.append(Row(columns=(*inside, self.use(region)), factors=(*ones, -room[region]), at_most=0))
            self.rows.append(Row(columns=(*inside, self.use(region)), factors=(*ones, -1), at_least=0))
        for limit in problem.limits:
            columns = tuple(self._site[i] for i in sorted(limit.sites) if i in self._site)
            if limit.at_least or sum(self.upper[c] for c in columns) > limit.at_most:
                self.rows.append(_sum_row(columns, at_least=limit.at_least, at_most=limit.at_most))
        for ceiling in problem.ceilings:
            self.limit_members(ceiling.tally.per_member, ceiling.at_most)
        for group in cliques(self.regions, self._near):
            self.rows.append(_sum_row(tuple(self.use(region) for region in group), at_most=1))

    def _inside(self, region: str) -> tuple[int, ...]:
        sites = self.problem.sites
        return tuple(self._site[i] for i in self.sites if sites[i].region == region)

    def limit_opened(self, opened: int) -> None:
        """Open no more regions than these many."""
        fresh = tuple(self.use(r) for r in self.regions if r not in self.problem.open_regions)
        self.rows.append(_sum_row(fresh, at_most=opened))

    def require(self, regions: Iterable[str]) -> None:
        """Use these regions."""
        for region in regions:
            self.lower[self.use(region)] = 1

    def count_pairs(self, at_most: int | None = None) -> None:
        """Minimise (or limit) the sum of round trips between regions used.

        One column per pair, at least 1 when both its regions are used. A placement uses
        at least `least` regions, so each of them has `least - 1` pairs: that makes the relaxation tight.
        """
        weights = self.problem.weights_us
        column_of: dict[Pair, int] = {}
        for pair in combinations(self.regions, 2):
            if pair[1] not in self._near[pair[0]]:
                continue
            column = len(self.costs)
            column_of[pair] = column
            self.costs.append(0 if at_most is not None else weights[pair])
            self.lower.append(0)
            self.upper.append(1)
            self.continuous.add(column)
            one, other = self.use(pair[0]), self.use(pair[1])
            self.rows.append(Row(columns=(column, one, other), factors=(1, -1, -1), at_least=-1))
        least = self._regions_least()
        for region in self.regions:
            others = [pair_of(region, other) for other in self.regions if other != region]
            pairs = [column_of[pair] for pair in others if pair in column_of]
            if least > 1:
                columns, factors = (*pairs, self.use(region)), (*[1] * len(pairs), 1 - least)
                self.rows.append(Row(columns=columns, factors=factors, at_least=0))
        if at_most is not None:
            pairs = list(column_of.values())
            self.rows.append(
                Row(columns=tuple(pairs), factors=tuple(weights[pair] for pair in column_of), at_most=at_most)
            )

    def _regions_least(self) -> int:
        """Return how many regions any placement uses at least."""
        left, least = self.problem.count, 0
        for most in sorted((self.reduction.room[r] for r in self.regions), reverse=True):
            if left <= 0:
                break
            left -= most
            least += 1
        return max(least, len(self.reduction.required))

    def spread(self, most: int | None) -> None:
        """Minimise the most members that one region holds, or hold it to `most`."""
        if most is not None:
            self.rows += [self.members_row(region, at_most=most) for region in self.regions]
            return
        column = len(self.costs)
        self.costs.append(1)
        self.lower.append(0)
        self.upper.append(self.problem.count)
        for region in self.regions:
            inside = self._inside(region)
            self.rows.append(Row(columns=(*inside, column), factors=(*[1] * len(inside), -1), at_most=0))

    def members_row(self, region: str, *, at_least: int | None = None, at_most: int | None = None) -> Row:
        """Return a limit on the members of one region."""
        return _sum_row(self._inside(region), at_least=at_least, at_most=at_most)

    def weigh_members(self, per_member: Mapping[str, int]) -> None:
        """Minimise a sum over members: what each adds, by region."""
        for i in self.sites:
            self.costs[self._site[i]] = per_member[self.problem.sites[i].region]

    def limit_members(self, per_member: Mapping[str, int], at_most: int) -> None:
        """Hold a sum over members to a limit."""
        factors = [per_member[self.problem.sites[i].region] for i in self.sites]
        divisor = math.gcd(*factors) or 1  # smaller factors keep the solver's sums exact
        columns, factors = tuple(self._site[i] for i in self.sites), [factor // divisor for factor in factors]
        self.rows.append(Row(columns=columns, factors=tuple(factors), at_most=at_most // divisor))

    def minimise(self, *, must_know: bool = False) -> frozenset[str] | None:
        """Return the regions used by the optimum; None when there is none, or none was found in time.

        Raises:
            UnprovenError: It must be known which of the two it is, and is not.
        """
        values = self._solve(self.clock.seconds_left(), must_know=must_know)
        return None if values is None else frozenset(r for r in self.regions if values[self.use(r)])

    def minimise_loads(self, *, is_settled: bool = True, must_know: bool = True) -> dict[str, int] | None:
        """Return the members per region of the optimum; None when there is none, or none was found in time.

        Args:
            is_settled: The regions are: the programme is tiny, and solved even when the time is up.
            must_know: Whether to fail when it is not known which of the two it is.

        Raises:
            UnprovenError: See `must_know`.
        """
        seconds = self.clock.seconds_left()
        values = self._solve(max(seconds, LOADS_SECONDS) if is_settled else seconds, must_know=must_know)
        return None if values is None else {r: sum(values[c] for c in self._inside(r)) for r in self.regions}

    def _solve(self, seconds: float, *, must_know: bool) -> tuple[int, ...] | None:
        program = solver.Program(
            costs=tuple(self.costs), lower=tuple(self.lower), upper=tuple(self.upper), rows=tuple(self.rows),
            continuous=frozenset(self.continuous),
        )  # fmt: skip
        answer = solver.minimise(program, seconds_max=seconds)
        if answer.status is Status.STOPPED:
            if must_know and not answer.values:
                raise self.clock.unproven()
            self.clock.gap = max(self.clock.gap, min(answer.gap, 1.0))
        return answer.values or None


def _sum_row(columns: tuple[int, ...], *, at_least: int | None = None, at_most: int | None = None) -> Row:
    return Row(columns=columns, factors=(1,) * len(columns), at_least=at_least, at_most=at_most)
