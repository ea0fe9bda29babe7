"""Members of settled regions over their zones, where even numbers would break a promise: exact, and as even as can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from components.placement import solver
from components.placement.keeping import Seat, host_number, seat_of
from components.placement.problem import Problem
from components.placement.solver import Row
from schemas.lock import Placement

SECONDS_MAX = 10.0
"""For one programme: they have a few dozen columns and take milliseconds."""


def members_of_zones(problem: Problem, members: Mapping[str, int]) -> dict[str, int] | None:
    """Return how many members each zone gets: the least sum of squares, then more in earlier names.

    Args:
        problem: With zones as its sites and every limit on them.
        members: Of each region, settled.

    Returns:
        None when no numbers keep the limits.
    """
    columns: list[tuple[int, int]] = []  # site, and which member of it: the k-th costs 2k - 1, so sums are squares
    for position, site in enumerate(problem.sites):
        columns += [(position, k) for k in range(1, min(site.members_max, members.get(site.region, 0)) + 1)]
    of_site = {i: [c for c, (site, _) in enumerate(columns) if site == i] for i in range(len(problem.sites))}
    rows = list(_rows(problem, members, of_site))
    squares = [2 * k - 1 for _, k in columns]
    values = _solved(squares, rows)
    if values is None:
        return None
    rows.append(_row(list(range(len(columns))), squares, most=_sum(squares, values)))
    for position in range(len(problem.sites)):
        inside = of_site[position]
        wanted = [-int(site == position) for site, _ in columns]
        values = _solved(wanted, rows) or values
        held = -_sum(wanted, values)
        rows.append(_row(inside, [1] * len(inside), least=held, most=held))
    return {site.zone: sum(values[c] for c in of_site[i]) for i, site in enumerate(problem.sites)}


def _rows(problem: Problem, members: Mapping[str, int], of_site: Mapping[int, list[int]]) -> Sequence[Row]:
    def row(sites: Sequence[int], least: int, most: int) -> Row:
        inside = [column for i in sites for column in of_site[i]]
        return _row(inside, [1] * len(inside), least=least, most=most)

    by_region = {
        region: [i for i, site in enumerate(problem.sites) if site.region == region] for region in problem.regions
    }
    rows = [row(sites, members.get(region, 0), members.get(region, 0)) for region, sites in by_region.items()]
    rows += [row([i], site.members_min, site.members_max) for i, site in enumerate(problem.sites)]
    return rows + [row(sorted(limit.sites), limit.at_least, limit.at_most) for limit in problem.limits]


def _row(columns: list[int], factors: list[int], *, least: int | None = None, most: int | None = None) -> Row:
    return Row(columns=tuple(columns), factors=tuple(factors), at_least=least, at_most=most)


def _sum(factors: Sequence[int], values: Sequence[int]) -> int:
    return sum(factor * value for factor, value in zip(factors, values, strict=True))


def _solved(costs: list[int], rows: list[Row]) -> tuple[int, ...] | None:
    program = solver.Program(
        costs=tuple(costs), lower=(0,) * len(costs), upper=(1,) * len(costs), rows=tuple(rows)
    )  # fmt: skip
    return solver.minimise(program, seconds_max=SECONDS_MAX).values or None


def seats_in_zones(
    wanted: Mapping[str, int], region_of: Mapping[str, str], kept: Sequence[Placement], *, power: int
) -> list[Seat]:
    """Return seats for the members of each zone; where hosts are too many, the newest leave."""
    seats: list[Seat] = []
    for zone in sorted(wanted):
        here = sorted((p for p in kept if p.zone == zone), key=lambda p: host_number(p.host))[: wanted[zone]]
        seats += [seat_of(placement, power=power) for placement in here]
        new = Seat(host="", region=region_of[zone], zone=zone, power=power)
        seats += [new] * (wanted[zone] - len(here))
    return seats
