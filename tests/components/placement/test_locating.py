"""Plain location problems against enumeration, and against figures that others computed."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from functools import cache
from itertools import combinations, product
from pathlib import Path

import pytest

from components.placement.locating import (
    BadMatrixError,
    Facilities,
    Located,
    facility_location,
    p_center,
    p_median,
)
from components.placement.solver import Answer, Program, Status, minimise
from components.placement.stage import UnprovenError
from schemas.errors import InfeasiblePlacementError

DATA = Path(__file__).parents[2] / "data"

Costs = Sequence[Sequence[float | None]]

TRIANGLE: Costs = ((0, 4, 9), (4, 0, 6), (9, 6, 0))


@cache
def round_trips(cloud: str) -> Costs:
    with (DATA / f"{cloud}-round-trips.csv").open(newline="", encoding="utf-8") as file:
        return [[float(value) for value in row[1:]] for row in list(csv.reader(file))[1:]]


def made_up(chance: random.Random, *, largest: int, holes: float, most: int = 7) -> list[list[float | None]]:
    """Return a matrix with a share of holes, of which every row can be served."""
    rows, columns = chance.randint(1, most), chance.randint(1, most)
    costs: list[list[float | None]] = [
        [None if chance.random() < holes else chance.randint(0, largest) for _ in range(columns)] for _ in range(rows)
    ]
    for row in costs:
        row[0] = chance.randint(0, largest) if not any(cost is not None for cost in row) else row[0]
    return costs


def enumerated(costs: Costs, count: int, *, worst: bool, weights: Sequence[int] | None = None) -> float | None:
    """Return the least sum, or the least worst, of all ways to choose sites; None when none serves every row."""
    found = []
    for sites in combinations(range(len(costs[0])), count):
        each = [min((row[site] for site in sites if row[site] is not None), default=None) for row in costs]
        if None not in each:
            found.append(max(each) if worst else sum(c * w for c, w in zip(each, weights or [1] * 99, strict=False)))
    return min(found, default=None)


@pytest.mark.parametrize("seed", range(60))
def test_median_and_center_are_what_enumeration_finds(seed: int) -> None:
    chance = random.Random(seed)
    costs = made_up(chance, largest=chance.choice([5, 30, 30_000_000]), holes=chance.choice([0, 0.3]))
    count = chance.randint(1, len(costs[0]))
    weights = [chance.randint(0, 4) for _ in costs]
    for worst, ask in (
        (False, lambda: p_median(costs, count, weights=weights)),
        (True, lambda: p_center(costs, count)),
    ):
        expected = enumerated(costs, count, worst=worst, weights=weights)
        if expected is None:
            with pytest.raises(InfeasiblePlacementError, match="cannot serve every row"):
                ask()
        else:
            found = ask()
            assert (found.cost, found.gap, len(found.sites)) == (expected, 0.0, count)
            assert set(found.served_by) <= set(found.sites)


def deliveries(costs: Costs, facilities: Facilities, demands: Sequence[int], *, may_split: bool) -> float | None:
    """Return the least cost over all sets of facilities and all ways to send whole units."""
    capacities = facilities.capacities or [sum(demands)] * len(costs[0])
    units = [row for row, demand in enumerate(demands) for _ in range(demand if may_split else min(demand, 1))]
    best = None
    for sites in product(range(len(costs[0])), repeat=len(units)):
        load, cost = [0] * len(costs[0]), sum(facilities.opening_costs[site] for site in set(sites))
        for row, site in zip(units, sites, strict=True):
            amount = 1 if may_split else demands[row]
            load[site] += amount
            one = costs[row][site]
            cost = cost + amount * one if one is not None else float("inf")
        if all(used <= room for used, room in zip(load, capacities, strict=True)) and cost < float("inf"):
            best = cost if best is None else min(best, cost)
    return best


@pytest.mark.parametrize("seed", range(60))
def test_facility_location_is_what_enumeration_finds(seed: int) -> None:
    chance = random.Random(seed)
    costs = made_up(chance, largest=9, holes=chance.choice([0.0, 0.2]), most=3)
    costs = [[None if cost is None else cost + 0.5 for cost in row] for row in costs]
    rows, columns = len(costs), len(costs[0])
    demands = [chance.randint(0, 2) for _ in range(rows)]
    capacities = [chance.randint(0, 4) for _ in range(columns)] if chance.random() < 0.7 else None
    facilities = Facilities(opening_costs=[chance.randint(0, 12) for _ in range(columns)], capacities=capacities)
    for may_split in (True, False):
        expected = deliveries(costs, facilities, demands, may_split=may_split)
        if expected is None:
            with pytest.raises(InfeasiblePlacementError, match="the facilities cannot meet the demands"):
                facility_location(costs, facilities, demands=demands, may_split=may_split)
        else:
            found = facility_location(costs, facilities, demands=demands, may_split=may_split)
            assert (found.cost, found.gap) == (expected, 0.0)
            for row, demand in enumerate(demands):
                assert sum(units for other, _, units in found.amounts if other == row) == demand


@pytest.mark.parametrize(
    ("cloud", "count", "worst_ms", "sum_ms"),
    [
        ("aws-32", 5, 105.934, 1125.870), ("aws-32", 9, 49.946, 582.074), ("aws-32", 15, 25.086, 335.614),
        ("gcp-44", 5, 92, 1283.4), ("gcp-44", 9, 45, 704.6), ("gcp-44", 15, 28, 386.7),
    ],
)  # fmt: skip
def test_real_matrices_have_the_optima_that_others_found(
    cloud: str, count: int, worst_ms: float, sum_ms: float
) -> None:
    """p-center: research/performance.md, section 6, by OR-tools; p-median: `plain_median` below and its benchmark."""
    assert p_center(round_trips(cloud), count).cost == worst_ms
    assert p_median(round_trips(cloud), count).cost == sum_ms


def test_real_matrices_agree_with_enumeration_where_that_is_quick() -> None:
    costs = round_trips("aws-32")
    assert p_center(costs, 3).cost == enumerated(costs, 3, worst=True)
    assert p_median(costs, 3).cost == pytest.approx(enumerated(costs, 3, worst=False))


def test_an_answer_tells_sites_and_who_serves_whom() -> None:
    assert p_median(TRIANGLE, 1) == Located(sites=(1,), served_by=(1, 1, 1), cost=10.0)
    assert p_center(TRIANGLE, 2) == Located(sites=(0, 2), served_by=(0, 0, 2), cost=4.0)


def test_the_center_is_the_one_of_least_sum() -> None:
    """Every column costs 9 at worst; the last costs least in all."""
    assert p_center(((9, 9, 9), (8, 9, 1)), 1).sites == (2,)


def test_required_sites_are_used_and_paid_for() -> None:
    assert p_median(TRIANGLE, 1, required=[2]).cost == 15
    assert p_center(TRIANGLE, 2, required=[1]).sites == (1, 2)
    assert p_center(TRIANGLE, 1, required=[0]).cost == 9


def test_weights_move_the_median() -> None:
    assert p_median(TRIANGLE, 1, weights=[1, 1, 9]).sites == (2,)


def test_opening_is_weighed_against_serving() -> None:
    costs = ((1, 5), (5, 1))
    assert facility_location(costs, Facilities(opening_costs=[3, 3])).sites == (0, 1)
    assert facility_location(costs, Facilities(opening_costs=[5, 5])).sites in {(0,), (1,)}
    assert facility_location(costs, Facilities(opening_costs=[5, 5])).cost == 11


def test_demands_are_split_only_where_they_may_be() -> None:
    facilities = Facilities(opening_costs=[0, 0, 9], capacities=[2, 2, 3])
    assert facility_location([[1, 1, 1]], facilities, demands=[3]).amounts in {
        ((0, 0, 1), (0, 1, 2)), ((0, 0, 2), (0, 1, 1)),
    }  # fmt: skip
    assert facility_location([[1, 1, 1]], facilities, demands=[3], may_split=False).amounts == ((0, 2, 3),)


@pytest.mark.parametrize(
    ("costs", "count", "finding"),
    [
        ([], 1, "it is empty\n  1 sites are asked for, there are 0"),
        ([[1, 2], [1]], 1, "row 2 has 1 costs, row 1 has 2"),
        ([[1, -2], [float("nan"), 1]], 1, "row 1, column 2 is -2, not a number of 0 or more\n  row 2, column 1 is nan"),
        ([[1, "x"]], 1, "row 1, column 2 is 'x'"),
        ([[1, 2], [None, None]], 3, "row 2 can be served by no site\n  3 sites are asked for, there are 2"),
        ([[1, 2]], 0, "0 sites are asked for, there are 2"),
        ([[0.1234567]], 1, "a cost has 7 decimals, at most 6 are kept"),
        ([[5_000_000_000]], 1, "its costs are too fine for their size: leave out 1 decimals or digits at the end"),
    ],
)
def test_a_matrix_that_makes_no_question_is_refused(costs: Costs, count: int, finding: str) -> None:
    for ask in (p_median, p_center):
        with pytest.raises(BadMatrixError) as caught:
            ask(costs, count)
        assert finding in caught.value.problem


def test_what_goes_with_a_matrix_is_checked_too() -> None:
    with pytest.raises(BadMatrixError, match="there are 2 weights for 3 rows\n  weight 2 is -1"):
        p_median(TRIANGLE, 1, weights=[1, -1])
    with pytest.raises(BadMatrixError, match="2 sites are required, 1 asked for\n  column 7 is required"):
        p_median(TRIANGLE, 1, required=[0, 7])
    with pytest.raises(BadMatrixError) as caught:
        facility_location(TRIANGLE, Facilities(opening_costs=[1, -1], capacities=[1, 2, 3.5]), demands=[1])  # type: ignore[list-item]
    assert caught.value.problem.splitlines()[1:] == [
        "  there are 2 opening costs for 3 columns", "  there are 1 demands for 3 rows",
        "  opening cost 2 is -1, not a number of 0 or more", "  capacity 3 is 3.5, not a whole number from 0 to 100,000",
    ]  # fmt: skip


def test_too_few_sites_are_refused_with_the_number_that_suffices() -> None:
    alone: Costs = ((0, None, None), (None, 0, None), (None, None, 0))
    for ask in (p_median, p_center):
        with pytest.raises(InfeasiblePlacementError) as caught:
            ask(alone, 2)
        assert caught.value.problem == "2 sites cannot serve every row; 3 can"


def test_too_little_capacity_is_told_with_both_sums() -> None:
    with pytest.raises(InfeasiblePlacementError) as caught:
        facility_location(TRIANGLE, Facilities(opening_costs=[0, 0, 0], capacities=[1, 1, 0]))
    assert caught.value.problem == (
        "the facilities cannot meet the demands: they deliver 2 units together, 3 are needed"
    )  # fmt: skip


def test_running_out_of_time_is_told_never_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(program: Program, *, seconds_max: float) -> Answer:
        answer = minimise(program, seconds_max=10)
        return Answer(status=Status.STOPPED, values=answer.values, gap=0.25)

    monkeypatch.setattr("components.placement.locating.solver.minimise", late)
    assert p_median(TRIANGLE, 1).gap == 0.25
    with pytest.raises(UnprovenError, match="within 3 s"):
        p_center(TRIANGLE, 1, seconds_max=3)
