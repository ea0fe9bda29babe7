"""The three textbook questions of location, for any cost matrix, answered by the solver that places fleets.

`p_median`: which few sites serve everybody at the least sum; `p_center`: at the least worst; `facility_location`: which
sites are worth opening at all. Rows of a matrix are those who are served, columns are sites; None means that a site cannot
serve a row. Every answer is proven optimal unless it says by how much it may miss, and the same matrix always gives the
same answer.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from components.placement import solver
from components.placement.cost_matrix import (
    BadMatrixError,
    Costs,
    Facilities,
    Matrix,
    facility_mistakes,
    matrix_of,
    refuse,
    whole_costs,
)
from components.placement.serving import Serving
from components.placement.solver import Answer, Program, Row, Status
from components.placement.stage import UnprovenError
from schemas.errors import InfeasiblePlacementError

__all__ = [
    "BadMatrixError",
    "Facilities",
    "Located",
    "Shipped",
    "TooFewSitesError",
    "facility_location",
    "p_center",
    "p_median",
]

SECONDS_MAX = 60.0
"""Wall time after which the best found is returned with its gap, unless the caller says otherwise."""


class TooFewSitesError(InfeasiblePlacementError):
    """The sites asked for cannot serve every row."""

    def __init__(self, count: int, needed: int) -> None:
        """Tell how many would do."""
        super().__init__(
            f"{count} site{'s' * (count != 1)} cannot serve every row; {needed} can",
            remedy="Ask for more sites, or let sites serve rows that they cannot serve now.",
        )
        self.needed = needed


@dataclass(frozen=True, kw_only=True)
class Located:
    """Sites that serve every row."""

    sites: tuple[int, ...]
    """Columns of the sites that are used, ascending."""
    served_by: tuple[int, ...]
    """Of each row, the column that serves it: the cheapest of `sites`, the first of several."""
    cost: float
    """What was minimised, in the matrix's unit: the (weighted) sum, or the largest cost."""
    gap: float = 0.0
    """Share by which the cost may miss the optimum; 0.0 when it is proven."""


@dataclass(frozen=True, kw_only=True)
class Shipped:
    """Facilities that are opened, and what each sends to each row."""

    sites: tuple[int, ...]
    """Columns of the facilities that are opened, ascending."""
    amounts: tuple[tuple[int, int, int], ...]
    """Row, column, units: every delivery, sorted."""
    cost: float
    """Opening and serving together, in the matrix's unit."""
    gap: float = 0.0
    """Share by which the cost may miss the optimum; 0.0 when it is proven."""


def p_median(
    costs: Costs, count: int, *, weights: Sequence[int] | None = None, required: Iterable[int] = (),
    seconds_max: float = SECONDS_MAX,
) -> Located:  # fmt: skip
    """Return the sites from which all rows are served at the least sum of costs.

    Args:
        costs: A row for each that is served, a column for each site; at most six decimals.
        count: How many sites are used, exactly.
        weights: How much each row counts, whole numbers; left out: 1 each.
        required: Columns that are used in any case.
        seconds_max: Wall time after which the best found is returned, with its gap.

    Raises:
        BadMatrixError: The matrix, the count or the weights make no question; all mistakes are told.
        TooFewSitesError: So few sites cannot serve every row; it tells how many can.
        UnprovenError: The time was up before anything was found.
    """
    matrix = matrix_of(costs, count, required)
    if weights is not None:
        refuse(_weight_mistakes(weights, len(matrix.rows)))
        matrix = matrix.weighted(tuple(weights))
    return _median(matrix, count, frozenset(required), seconds_max)


def p_center(
    costs: Costs, count: int, *, required: Iterable[int] = (), seconds_max: float = SECONDS_MAX
) -> Located:  # fmt: skip
    """Return the sites from which all rows are served so that the dearest row costs least.

    Among sites that are equal in that, those of the least sum are taken.

    Args:
        costs: A row for each that is served, a column for each site; at most six decimals.
        count: How many sites are used, exactly.
        required: Columns that are used in any case.
        seconds_max: Wall time after which the best found is returned, with its gap.

    Raises:
        BadMatrixError: The matrix or the count make no question; all mistakes are told.
        TooFewSitesError: So few sites cannot serve every row; it tells how many can.
        UnprovenError: The time was up before the least worst cost was proven.
    """
    matrix, always = matrix_of(costs, count, required), frozenset(required)
    steps = matrix.steps()
    most = _sites_needed(matrix, None, always, seconds_max)
    _refuse_too_few(count, most)
    first = bisect_left(steps, max(min(row.values()) for row in matrix.rows))
    radius = steps[
        bisect_left(
            range(len(steps)), True, lo=first, hi=len(steps) - 1,
            key=lambda step: _sites_needed(matrix, steps[step], always, seconds_max) <= count,
        )
    ]  # fmt: skip
    found = _median(matrix.within(radius), count, always, seconds_max)
    return Located(sites=found.sites, served_by=found.served_by, cost=matrix.told(radius))


def facility_location(
    costs: Costs, facilities: Facilities, *, demands: Sequence[int] | None = None, may_split: bool = True,
    seconds_max: float = SECONDS_MAX,
) -> Shipped:  # fmt: skip
    """Return which facilities to open, and what each delivers, at the least cost of opening and serving.

    Args:
        costs: What one unit costs, a row for each that is served, a column for each facility.
        facilities: What opening each costs, and how much each can deliver.
        demands: Units that each row needs, whole numbers; left out: 1 each.
        may_split: Whether several facilities may serve one row together.
        seconds_max: Wall time after which the best found is returned, with its gap.

    Raises:
        BadMatrixError: Matrix, facilities or demands make no question; all mistakes are told.
        InfeasiblePlacementError: The facilities cannot meet the demands.
        UnprovenError: The time was up before anything was found.
    """
    needed = tuple(demands) if demands is not None else (1,) * len(costs)
    matrix = whole_costs(costs, facilities.opening_costs, facility_mistakes(costs, facilities, needed))
    serving = Serving.of(matrix, facilities, needed, may_split=may_split)
    answer = solver.minimise(serving.program(), seconds_max=seconds_max)
    if answer.status is Status.INFEASIBLE:
        raise InfeasiblePlacementError(
            "the facilities cannot meet the demands" + serving.shortage(),
            remedy="Raise 'capacities', or let facilities serve rows that they cannot serve now.",
        )
    _refuse_unproven(answer, seconds_max)
    # with the facilities settled, whole amounts are a small programme of their own: nothing is left to rounding
    settled = solver.minimise(serving.program(opened=serving.opened(answer.values)), seconds_max=seconds_max)
    assert settled.values, "the facilities that were opened meet the demands"
    return Shipped(
        sites=serving.opened(settled.values), amounts=serving.amounts(settled.values),
        cost=matrix.told(serving.cost(settled.values)), gap=answer.gap,
    )  # fmt: skip


def _median(matrix: Matrix, count: int, required: frozenset[int], seconds_max: float) -> Located:
    """Return the least sum: a column for each site, and one for each row at each site that may be its cheapest."""
    columns = matrix.columns
    costs, upper = [0] * columns, [1] * columns
    lower = [int(column in required) for column in range(columns)]
    rows = [Row(columns=tuple(range(columns)), factors=(1,) * columns, at_least=count, at_most=count)]
    for row in matrix.rows:
        # of `count` sites one is among the nearest of all but `count - 1`: no row is served from farther away
        near = sorted(row, key=lambda column: (row[column], column))[: columns - count + 1]
        first = len(costs)
        served = tuple(range(first, first + len(near)))
        costs += [row[column] for column in near]
        rows.append(Row(columns=served, factors=(1,) * len(near), at_least=1))
        rows += [
            Row(columns=(own, column), factors=(1, -1), at_most=0) for own, column in zip(served, near, strict=True)
        ]
        lower += [0] * len(near)
        upper += [1] * len(near)
    program = Program(
        costs=tuple(costs), lower=tuple(lower), upper=tuple(upper), rows=tuple(rows),
        continuous=frozenset(range(columns, len(costs))),
    )  # fmt: skip
    answer = solver.minimise(program, seconds_max=seconds_max)
    if answer.status is Status.INFEASIBLE:
        _refuse_too_few(count, _sites_needed(matrix, None, required, seconds_max))
    _refuse_unproven(answer, seconds_max)
    sites = tuple(column for column in range(columns) if answer.values[column])
    assert len(sites) == count, f"{len(sites)} sites are used, {count} were asked for"
    served_by = tuple(min((c for c in sites if c in row), key=lambda c: (row[c], c)) for row in matrix.rows)
    total = sum(row[column] for row, column in zip(matrix.rows, served_by, strict=True))
    return Located(sites=sites, served_by=served_by, cost=matrix.told(total), gap=answer.gap)


def _sites_needed(matrix: Matrix, radius: int | None, required: frozenset[int], seconds_max: float) -> int:
    """Return the least number of sites that serve every row within a cost; more than there are when none do."""
    rows = matrix.rows if radius is None else matrix.within(radius).rows
    if not all(rows):
        return matrix.columns + 1
    # a row that can be served wherever another one can, asks for nothing of its own
    asks = {frozenset(row) for row in rows}
    least = sorted((ask for ask in asks if not any(other < ask for other in asks)), key=sorted)
    program = Program(
        costs=(1,) * matrix.columns, upper=(1,) * matrix.columns,
        lower=tuple(int(column in required) for column in range(matrix.columns)),
        rows=tuple(Row(columns=tuple(sorted(ask)), factors=(1,) * len(ask), at_least=1) for ask in least),
    )  # fmt: skip
    answer = solver.minimise(program, seconds_max=seconds_max)
    if answer.status is not Status.OPTIMAL:
        _refuse_unproven(Answer(status=Status.STOPPED), seconds_max)
    return sum(answer.values)


def _refuse_too_few(count: int, needed: int) -> None:
    if needed > count:
        raise TooFewSitesError(count, needed)


def _refuse_unproven(answer: Answer, seconds_max: float) -> None:
    if not answer.values:
        raise UnprovenError(
            f"no location was found or excluded within {seconds_max:g} s", remedy="Give more time, or fewer sites."
        )


def _weight_mistakes(weights: Sequence[int], rows: int) -> Iterable[str]:
    if len(weights) != rows:
        yield f"there are {len(weights)} weights for {rows} rows"
    for position, weight in enumerate(weights, start=1):
        if isinstance(weight, bool) or not isinstance(weight, int) or weight < 0:
            yield f"weight {position} is {weight!r}, not a whole number of 0 or more"
