"""A cost matrix as its user writes it, checked, and in whole numbers, so that sums are exact."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from schemas.errors import UsageError

Costs = Sequence[Sequence[float | None]]
"""Rows are served, columns serve; None: that site cannot serve that row."""

DECIMALS_MAX = 6
TOTAL_MAX = 1_000_000_000
"""Largest sum of whole costs that the solver is trusted to tell from one that is 1 less."""
UNITS_MAX = 100_000
"""Largest demand or capacity: the solver takes 1e-6 of an open facility for none."""
MISTAKES_SHOWN = 8


class BadMatrixError(UsageError):
    """A cost matrix, or what goes with it, makes no question."""


@dataclass(frozen=True, kw_only=True)
class Facilities:
    """What can be opened, one entry for each column of the cost matrix."""

    opening_costs: Sequence[float]
    """In the matrix's unit."""
    capacities: Sequence[int] | None = None
    """Units that each can deliver; None: any number."""


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """Costs as whole numbers of `1 / scale`."""

    rows: tuple[Mapping[int, int], ...]
    """Of each row, the cost at every column that can serve it."""
    columns: int
    scale: int
    opening: tuple[int, ...] = ()

    def told(self, cost: int) -> float:
        """Return a cost in the user's unit."""
        return float(Fraction(cost, self.scale))

    def steps(self) -> list[int]:
        """Return every cost that occurs, ascending."""
        return sorted({cost for row in self.rows for cost in row.values()})

    def within(self, most: int) -> Matrix:
        """Return the matrix without what costs more."""
        return replace(self, rows=tuple({c: cost for c, cost in row.items() if cost <= most} for row in self.rows))

    def weighted(self, weights: tuple[int, ...]) -> Matrix:
        """Return the matrix with each row's costs multiplied.

        Raises:
            BadMatrixError: Sums get larger than the solver can be trusted with.
        """
        rows = tuple(
            {column: cost * weight for column, cost in row.items()}
            for row, weight in zip(self.rows, weights, strict=True)
        )
        refuse(_too_fine(rows, self.opening))
        return replace(self, rows=rows)


def refuse(mistakes: Iterable[str]) -> None:
    """Raise all mistakes at once, if there are any.

    Raises:
        BadMatrixError: There are some.
    """
    found = list(mistakes)
    if found:
        rest = len(found) - MISTAKES_SHOWN
        shown = found[:MISTAKES_SHOWN] + ([f"and {rest} more"] if rest > 0 else [])
        raise BadMatrixError(
            "\n  ".join(["this cost matrix cannot be used:", *shown]),
            remedy="Give a row for each that is served, with a cost of 0 or more, or None, for each site.",
        )


def matrix_of(costs: Costs, count: int, required: Iterable[int]) -> Matrix:
    """Return a matrix and what is asked of it, checked.

    Raises:
        BadMatrixError: It makes no question; all mistakes are told.
    """
    return whole_costs(costs, (), _count_mistakes(costs, count, list(required)))


def whole_costs(costs: Costs, opening: Sequence[float], mistakes: Iterable[str]) -> Matrix:
    """Return a matrix in whole numbers.

    Args:
        costs: As its user wrote it.
        opening: What opening each column costs.
        mistakes: Those that were found already.

    Raises:
        BadMatrixError: There are mistakes, or a cost has more than six decimals.
    """
    refuse([*_shape_mistakes(costs), *_cost_mistakes(costs), *mistakes])
    values = [Decimal(str(cost)) for row in (*costs, opening) for cost in row if cost is not None]
    decimals = max(max(0, -int(value.normalize().as_tuple().exponent)) for value in values)
    refuse([f"a cost has {decimals} decimals, at most {DECIMALS_MAX} are kept"] if decimals > DECIMALS_MAX else [])
    scale = 10**decimals
    rows = tuple(
        {column: int(Decimal(str(cost)) * scale) for column, cost in enumerate(row) if cost is not None}
        for row in costs
    )  # fmt: skip
    opened = tuple(int(Decimal(str(cost)) * scale) for cost in opening)
    refuse(_too_fine(rows, opened))
    return Matrix(rows=rows, columns=len(costs[0]), scale=scale, opening=opened)


def facility_mistakes(costs: Costs, facilities: Facilities, demands: Sequence[int]) -> Iterator[str]:
    """Yield what is wrong with facilities and demands beside their matrix."""
    columns = len(costs[0]) if costs else 0
    capacities = facilities.capacities
    for name, given, wanted in (
        ("opening costs", facilities.opening_costs, columns), ("demands", demands, len(costs)),
        ("capacities", capacities, columns),
    ):  # fmt: skip
        if given is not None and len(given) != wanted:
            yield f"there are {len(given)} {name} for {wanted} {'rows' if name == 'demands' else 'columns'}"
    for position, cost in enumerate(facilities.opening_costs, start=1):
        if not _is_cost(cost):
            yield f"opening cost {position} is {cost!r}, not a number of 0 or more"
    for name, units in (("demand", demands), ("capacity", capacities or ())):
        for position, unit in enumerate(units, start=1):
            if isinstance(unit, bool) or not isinstance(unit, int) or not 0 <= unit <= UNITS_MAX:
                yield f"{name} {position} is {unit!r}, not a whole number from 0 to {UNITS_MAX:,}"


def _shape_mistakes(costs: Costs) -> Iterator[str]:
    if not costs or not costs[0]:
        yield "it is empty"
        return
    for number, row in enumerate(costs, start=1):
        if len(row) != len(costs[0]):
            yield f"row {number} has {len(row)} costs, row 1 has {len(costs[0])}"
        elif all(cost is None for cost in row):
            yield f"row {number} can be served by no site"


def _cost_mistakes(costs: Costs) -> Iterator[str]:
    for number, row in enumerate(costs, start=1):
        for column, cost in enumerate(row, start=1):
            if cost is not None and not _is_cost(cost):
                yield f"row {number}, column {column} is {cost!r}, not a number of 0 or more"


def _is_cost(cost: object) -> bool:
    return isinstance(cost, int | float) and not isinstance(cost, bool) and math.isfinite(cost) and cost >= 0


def _count_mistakes(costs: Costs, count: int, required: list[int]) -> Iterator[str]:
    columns = len(costs[0]) if costs else 0
    if not 1 <= count <= columns:
        yield f"{count} sites are asked for, there are {columns}"
    if len(set(required)) > count:
        yield f"{len(set(required))} sites are required, {count} asked for"
    for column in sorted(set(required)):
        if not 0 <= column < columns:
            yield f"column {column} is required, columns are 0 to {columns - 1}"


def _too_fine(rows: Iterable[Mapping[int, int]], opening: Sequence[int]) -> list[str]:
    total = sum(max(row.values()) for row in rows) + sum(opening)
    if total <= TOTAL_MAX:
        return []
    digits = len(str(total // TOTAL_MAX))
    return [f"its costs are too fine for their size: leave out {digits} decimals or digits at the end"]
