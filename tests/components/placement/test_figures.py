"""The figures that benchmarks/placement.py measures, a few of them, so that none is lost unseen."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

FILE = Path(__file__).parents[3] / "benchmarks" / "placement.py"


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("placement_benchmark", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("cloud", "count"), [("aws-32", 15), ("gcp-44", 9)])
def test_location_problems_have_plain_highs_optimum_at_no_more_than_twice_its_cpu(
    benchmark: ModuleType, cloud: str, count: int
) -> None:
    for problem in benchmark.located(cloud, count, 3):
        assert problem["same"], problem
        assert problem["ratio"] <= benchmark.RATIO_MAX, problem


def test_a_hundred_hosts_over_all_regions_are_proven_best_in_under_ten_seconds_of_cpu(benchmark: ModuleType) -> None:
    [(title, text, hosts)] = [one for one in benchmark.specs() if one[0] == "several fleets" and one[2] == 100]
    found = benchmark.placed(title, text, hosts, 1)
    assert found["unproven"] == []
    assert found["cpu_s"] < benchmark.HUNDRED_S_MAX


def test_every_fleet_of_the_benchmark_has_as_many_hosts_as_it_says(benchmark: ModuleType) -> None:
    assert {hosts for _, _, hosts in benchmark.specs()} == {12, 13, 99, 100, 101}
