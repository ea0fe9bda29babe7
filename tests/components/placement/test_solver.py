from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from components.placement import solver
from components.placement.solver import Answer, Program, Row, Status, minimise
from components.placement.world import World

KNAPSACK = Program(
    costs=(-5, -4, -3), lower=(0, 0, 0), upper=(1, 1, 1),
    rows=(Row(columns=(0, 1, 2), factors=(2, 3, 1), at_most=5), Row(columns=(0, 1, 2), factors=(4, 1, 2), at_most=11)),
)  # fmt: skip


def test_the_optimum_is_exact_and_whole() -> None:
    assert minimise(KNAPSACK, seconds_max=10) == Answer(status=Status.OPTIMAL, values=(1, 1, 0))


def test_large_costs_that_differ_by_one_are_told_apart() -> None:
    costs = (100_000_001, 100_000_000)
    either = Program(
        costs=costs, lower=(0, 0), upper=(1, 1), rows=(Row(columns=(0, 1), factors=(1, 1), at_least=1),)
    )  # fmt: skip
    assert minimise(either, seconds_max=10).values == (0, 1)
    assert minimise(replace(either, costs=costs[::-1]), seconds_max=10).values == (1, 0)


@pytest.mark.parametrize(
    "impossible",
    [
        replace(KNAPSACK, lower=(1, 1, 1), upper=(1, 1, 1)),
        replace(KNAPSACK, lower=(2, 0, 0)),
        replace(KNAPSACK, rows=(Row(columns=(), factors=(), at_least=1),)),
    ],
)
def test_what_cannot_be_is_infeasible(impossible: Program) -> None:
    assert minimise(impossible, seconds_max=10) == Answer(status=Status.INFEASIBLE)


def test_what_is_not_proven_in_time_is_logged_with_its_gap(
    spec, placed, five_regions: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = solver.minimise

    def hurried(program: Program, *, seconds_max: float) -> Answer:
        answer = real(program, seconds_max=seconds_max)
        return replace(answer, status=Status.STOPPED, gap=0.125) if answer.values else answer

    monkeypatch.setattr(solver, "minimise", hurried)
    fleets = "fleets:\n  sequencers: {role: sequencer, workload: none, count: 3, survive: {region: 1}}\n"
    with caplog.at_level(logging.WARNING, logger="geofleet.placement"):
        placed(spec(fleets), None, five_regions)
    assert caplog.messages == [
        "fleet sequencers: not proven best within 60 s; it may miss the best by 12.5 %"
    ]  # fmt: skip
