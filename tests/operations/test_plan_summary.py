from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from components.placement.planning import place
from operations.plan_summary import latency_text, machines_text, plan_summary, worst_text
from operations.simulating import simulate
from schemas.atlas import PUBLISHED
from schemas.loading import load_spec
from schemas.plan import Plan

LAB = Path(__file__).parents[2] / "stacks" / "lab.yaml"


@pytest.fixture(scope="module")
def lab() -> Plan:
    loaded = load_spec(LAB)
    return place(loaded.network, stack="lab", spec_sha256=loaded.sha256)[0]


def words(text: str) -> str:
    return " ".join(text.split())


def test_every_fleet_and_the_whole_have_a_line(lab: Plan) -> None:
    lines = plan_summary(lab, PUBLISHED).splitlines()
    starts = [line.split("  ")[0] for line in lines if line[:1].strip()]
    assert starts == ["fleet", "oracles", "relayers", "sequencers", "side", "validators", "in all"]
    assert lines[-1].split()[:3] == ["in", "all", str(len(lab.hosts))]
    assert f"{lab.costs[-1].usd_per_month:.2f}" in lines[-1]


def test_latency_and_worst_failure_are_those_of_simulation(lab: Plan) -> None:
    text = plan_summary(lab, PUBLISHED)
    for fleet in simulate(lab).fleets:
        assert fleet.as_planned.latency is not None
        assert latency_text(fleet.as_planned.latency).split(" (")[0] in text
        assert worst_text(fleet).split(":")[0] in text


def test_the_worst_failure_is_one_of_a_place_not_of_the_one_operator(lab: Plan) -> None:
    validators = next(fleet for fleet in simulate(lab).fleets if fleet.fleet == "validators")
    assert worst_text(validators).startswith("provider ")
    assert worst_text(replace(validators, singles=())) == "none"


def test_machines_are_counted_by_type_and_unknown_ones_said(lab: Plan) -> None:
    nobody_knows = tuple(replace(host, machine_type="", cost_usd_per_month=None) for host in lab.hosts_of("oracles"))
    assert machines_text(nobody_knows) == "4 unknown"
    assert machines_text(lab.hosts_of("relayers")) == "1 aws:c6a.large, 1 gcp:n4d-standard-2"
    costs = tuple(replace(cost, usd_per_month=None, hosts_unknown=4) for cost in lab.costs)
    assert words(plan_summary(replace(lab, costs=costs), PUBLISHED)).count(" unknown ") == len(costs) - 1


def test_no_latency_is_said() -> None:
    assert latency_text(None) == "none, or unknown"
