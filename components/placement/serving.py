"""Facility location as an integer programme: which facilities open, and how much each delivers to each row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from components.placement.cost_matrix import Facilities, Matrix
from components.placement.solver import Program, Row


@dataclass(frozen=True, kw_only=True)
class Serving:
    """A column for each facility, then one for each row at each facility that can serve it."""

    matrix: Matrix
    demands: tuple[int, ...]
    rooms: tuple[int, ...]
    """The most that each facility can be asked for."""
    may_split: bool
    ways: tuple[tuple[int, int], ...]
    """Row and facility of every column after the facilities'."""

    @classmethod
    def of(cls, matrix: Matrix, facilities: Facilities, demands: tuple[int, ...], *, may_split: bool) -> Serving:
        """Return the programme's parts."""
        total = sum(demands)
        capacities = facilities.capacities
        rooms = tuple(min(room, total) for room in capacities) if capacities is not None else (total,) * matrix.columns
        ways = tuple(
            (row, site)
            for row, costs in enumerate(matrix.rows)
            for site in costs
            if demands[row] and rooms[site] and (may_split or demands[row] <= rooms[site])
        )
        return cls(matrix=matrix, demands=demands, rooms=rooms, may_split=may_split, ways=ways)

    def program(self, opened: tuple[int, ...] | None = None) -> Program:
        """Return the programme; with the facilities settled, its amounts are whole numbers by themselves or by order."""
        columns = self.matrix.columns
        lower = [int(opened is not None and site in opened) for site in range(columns)]
        upper = [int(opened is None or site in opened) for site in range(columns)]
        costs = list(self.matrix.opening)
        for row, site in self.ways:
            costs.append(self.matrix.rows[row][site] * self._units(row))
            lower.append(0)
            upper.append(self._most(row, site))
        is_loose = self.may_split and opened is None
        return Program(
            costs=tuple(costs), lower=tuple(lower), upper=tuple(upper), rows=tuple(self._rows()),
            continuous=frozenset(range(columns, len(costs))) if is_loose else frozenset(),
        )  # fmt: skip

    def _units(self, row: int) -> int:
        """Return how many units one of a row's columns stands for."""
        return 1 if self.may_split else self.demands[row]

    def _most(self, row: int, site: int) -> int:
        return min(self.demands[row], self.rooms[site]) if self.may_split else 1

    def _rows(self) -> Iterator[Row]:
        first = self.matrix.columns
        of_row: dict[int, list[int]] = {row: [] for row, demand in enumerate(self.demands) if demand}
        of_site: dict[int, list[int]] = {site: [] for site in range(first)}
        for position, (row, site) in enumerate(self.ways):
            column = first + position
            of_row[row].append(column)
            of_site[site].append(column)
            yield Row(columns=(column, site), factors=(1, -self._most(row, site)), at_most=0)
        for row, own in of_row.items():
            wanted = self.demands[row] if self.may_split else 1
            yield Row(columns=tuple(own), factors=(1,) * len(own), at_least=wanted, at_most=wanted)
        for site, own in of_site.items():
            if self.rooms[site] < sum(self.demands):
                factors = tuple(self._units(self.ways[column - first][0]) for column in own)
                yield Row(columns=(*own, site), factors=(*factors, -self.rooms[site]), at_most=0)

    def opened(self, values: tuple[int, ...]) -> tuple[int, ...]:
        """Return the facilities that are open in an answer."""
        return tuple(site for site in range(self.matrix.columns) if values[site])

    def amounts(self, values: tuple[int, ...]) -> tuple[tuple[int, int, int], ...]:
        """Return row, facility and units of every delivery in an answer, sorted."""
        sent = values[self.matrix.columns :]
        return tuple(
            sorted((row, site, n * self._units(row)) for (row, site), n in zip(self.ways, sent, strict=True) if n)
        )

    def cost(self, values: tuple[int, ...]) -> int:
        """Return what an answer costs, added up again from what it does."""
        return sum(self.matrix.opening[site] for site in self.opened(values)) + sum(
            self.matrix.rows[row][site] * units for row, site, units in self.amounts(values)
        )

    def shortage(self) -> str:
        """Return by how much all facilities together fall short, in words; empty when that is not why."""
        total, room = sum(self.demands), sum(self.rooms)
        return f": they deliver {room} units together, {total} are needed" if room < total else ""
