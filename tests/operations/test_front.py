"""The front of a plan: what the search keeps is what enumeration keeps, and what is not proven is marked."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from components.placement.stage import UnprovenError
from operations.command import cli
from operations.front import Solved, best, fleet_front, is_better, reason, solver, survived, varied
from operations.front_text import front_text
from operations.pictures.front_chart import front_svg
from operations.simulating import simulate
from schemas.atlas import PUBLISHED
from schemas.errors import InfeasiblePlacementError
from schemas.front import FleetFront, Front, FrontPoint, RegionCount
from schemas.plan import Plan
from schemas.plan_cost import PricedHost, costs_of
from schemas.roles import Role
from schemas.simulation import LatencyKind
from schemas.spec import Network

ZONES = (
    "aws:euc1-az1", "aws:euc1-az2", "gcp:europe-west3-a", "gcp:europe-west3-b", "aws:euw2-az1", "gcp:europe-west2-a",
    "aws:use1-az1", "gcp:us-east4-a", "aws:use2-az1", "gcp:us-central1-a",
)  # fmt: skip


def network(**fleet: object) -> Network:
    value = {
        "apiVersion": "geofleet/v1", "kind": "Network", "metadata": {"name": "net", "environment": "lab"},
        "fleets": {"sequencers": {"role": "sequencer", "workload": "none", "count": 3, **fleet}},
    }  # fmt: skip
    return Network.model_validate_json(json.dumps(value))


def priced(plan: Plan, usd: float | None) -> Plan:
    """Return a plan whose hosts share a cost."""
    each = None if usd is None else usd / len(plan.hosts)
    hosts = tuple(replace(host, cost_usd_per_month=each, price_evidence="published") for host in plan.hosts)
    return replace(
        plan, hosts=hosts,
        costs=costs_of(PricedHost(fleet=host.fleet, usd_per_month=each, evidence="published") for host in hosts),
    )  # fmt: skip


@pytest.fixture
def plans(make_plan) -> Callable[[int], list[Plan]]:
    def made(seed: int) -> list[Plan]:
        chance = random.Random(seed)
        return [
            priced(make_plan(sequencers=" ".join(chance.choices(ZONES, k=3))), chance.randint(10, 60) * 6.0)
            for _ in range(chance.randint(1, 25))
        ]

    return made


def usd_of(plan: Plan) -> float:
    return plan.costs[-1].usd_per_month or 0.0


def latency_of(plan: Plan) -> float:
    latency = simulate(plan).fleets[0].as_planned.latency
    assert latency is not None
    return latency.mean_ms


class Shelf:
    """Plans to choose from, in the place of the solver: the best that keeps budget and promises."""

    def __init__(self, plans: list[Plan]) -> None:
        self.plans, self.asked = plans, 0

    def __call__(self, asked: Network) -> Solved:
        self.asked += 1
        fleet = asked.fleets["sequencers"]
        most = fleet.budget.cost_usd_per_month_max if fleet.budget else float("inf")
        kinds = {kind.value for kind in fleet.survive.domains()}
        fitting = [
            plan for plan in self.plans if usd_of(plan) <= most and kinds <= set(survived(simulate(plan).fleets[0]))
        ]
        if not fitting:
            raise InfeasiblePlacementError("fleet 'sequencers' (3 members) cannot be placed: nothing on the shelf fits")
        cheap = fleet.placement is not None and fleet.placement.objective == "cost"
        order = (usd_of, latency_of) if cheap else (latency_of, usd_of)
        return Solved(plan=min(fitting, key=lambda plan: (order[0](plan), order[1](plan))))


def front_on(shelf: Shelf, plan: Plan, **fleet: object) -> FleetFront:
    return fleet_front(network(**fleet), "sequencers", plan=plan, atlas=PUBLISHED, solve=shelf)


@pytest.mark.parametrize("seed", range(12))
def test_the_front_is_what_enumeration_keeps(seed: int, plans) -> None:
    shelf = Shelf(plans(seed))
    found = front_on(shelf, shelf.plans[0])
    every = [(usd_of(plan), latency_of(plan), frozenset(survived(simulate(plan).fleets[0]))) for plan in shelf.plans]
    kept = {
        one for one in every
        if not any(
            other[0] <= one[0] and other[1] <= one[1] and other[2] >= one[2] and other != one for other in every
        )
    }  # fmt: skip
    points = {(point.usd_per_month, point.latency_mean_ms, frozenset(point.survives)) for point in found.points}
    assert points <= kept
    assert not found.is_complete or points == kept
    assert found.planned is not None
    assert found.planned.usd_per_month == usd_of(shelf.plans[0])


def test_a_long_front_is_sampled_and_says_so(make_plan) -> None:
    zones = ["aws:use1-az1", "gcp:us-east4-a", "aws:use2-az1", "aws:euw2-az1", "aws:euc1-az1", "aws:apne1-az1", "aws:sae1-az1",
             "aws:usw2-az1", "gcp:us-central1-a", "aws:euw1-az1", "aws:aps1-az1", "aws:eun1-az1", "gcp:us-west1-a"]  # fmt: skip
    made = [make_plan(sequencers=f"aws:use1-az1 {zone} {zone}") for zone in zones]
    made.sort(key=latency_of)
    shelf = Shelf([priced(plan, 900.0 - 30 * n) for n, plan in enumerate(made)])
    found = front_on(shelf, shelf.plans[0])
    assert not found.is_complete
    assert found.points[0].usd_per_month == usd_of(shelf.plans[-1]), "the cheapest is among them"
    assert {usd_of(shelf.plans[0]), usd_of(shelf.plans[1])} <= {point.usd_per_month for point in found.points}
    assert "; others may lie between them" in front_text(front_with(found))


def test_a_front_asks_for_no_more_than_is_promised_already(plans) -> None:
    asked = varied(network(survive={"zone": 1}), "sequencers", survive=("region",), budget_usd=50.0, objective="cost")
    fleet = asked.fleets["sequencers"]
    assert [kind.value for kind in fleet.survive.domains()] == ["zone", "region"]
    assert fleet.placement is not None
    assert (fleet.placement.objective, fleet.budget.cost_usd_per_month_max) == ("cost", 50.0)  # type: ignore[union-attr]


def test_regions_of_unknown_price_keep_no_budget(make_plan) -> None:
    plan = priced(make_plan(sequencers="aws:use1-az1 aws:use1-az2 aws:use2-az1"), 81.0)
    asked: list[Network] = []

    def solve(given: Network) -> Solved:
        asked.append(given)
        return Solved(plan=plan)

    fleet_front(network(), "sequencers", plan=plan, atlas=PUBLISHED, solve=solve)
    for given in asked:
        forbids = "aws:ap-southeast-6" in given.regions.forbid
        assert forbids is (given.fleets["sequencers"].budget is not None)
    assert {given.fleets["sequencers"].budget is None for given in asked} == {True, False}


def test_the_fleets_own_budget_stays(plans) -> None:
    shelf = Shelf(plans(5))
    middle = sorted(usd_of(plan) for plan in shelf.plans)[len(shelf.plans) // 2]
    found = front_on(shelf, shelf.plans[0], budget={"cost_usd_per_month_max": middle})
    assert all((point.usd_per_month or 0) <= middle for point in found.points)
    assert found.points


def test_what_cannot_be_survived_is_told_once_with_its_reason(make_plan) -> None:
    shelf = Shelf([priced(make_plan(sequencers="aws:use1-az1 gcp:us-east4-a aws:use2-az1"), 90.0)])
    found = front_on(shelf, shelf.plans[0])
    assert [(unkept.survive, unkept.why) for unkept in found.unkept] == [
        (("zone", "region", "metro"), "nothing on the shelf fits"),
        (("zone", "region", "provider"), "nothing on the shelf fits"),
    ]


def test_an_unknown_price_is_never_taken_for_cheap(make_plan) -> None:
    fast = priced(make_plan(sequencers="aws:use1-az1 aws:use1-az2 aws:use1-az3"), None)
    slow = priced(make_plan(sequencers="aws:use1-az1 aws:use1-az2 aws:use2-az1"), 81.0)

    def solve(asked: Network) -> Solved:
        if asked.fleets["sequencers"].survive.region:
            raise InfeasiblePlacementError("no")
        return Solved(plan=slow if asked.fleets["sequencers"].budget else fast)

    found = fleet_front(network(), "sequencers", plan=slow, atlas=PUBLISHED, solve=solve)
    assert [point.usd_per_month for point in found.points] == [81.0, None]
    assert "regions of unknown price" in found.notes[0]


def test_a_listed_fleet_has_nothing_to_choose(make_plan) -> None:
    plan = priced(make_plan(sequencers="aws:use1-az1 aws:use2-az1 gcp:us-east4-a"), 60.0)
    members = [{"region": region} for region in ("aws:us-east-1", "aws:us-east-2", "gcp:us-east4")]
    found = front_on(Shelf([]), plan, count=None, members=members)
    assert found.points == ()
    assert found.notes == ("its members are listed one by one: there is nothing to choose",)


def test_what_is_not_proven_is_marked(plans) -> None:
    shelf = Shelf(plans(1))

    def hurried(asked: Network) -> Solved:
        return replace(shelf(asked), is_proven=False)

    found = fleet_front(network(), "sequencers", plan=shelf.plans[0], atlas=PUBLISHED, solve=hurried)
    assert not any(point.is_proven for point in found.points)
    text = front_text(front_with(found))
    assert "not all proven: those with ? may be beaten" in text
    assert "stroke-dasharray" in front_svg(front_with(found))


def test_a_search_without_a_result_in_time_is_told(plans) -> None:
    def never(asked: Network) -> Solved:
        raise UnprovenError("no placement was found or excluded within 20 s")

    plan = plans(1)[0]
    found = fleet_front(network(), "sequencers", plan=plan, atlas=PUBLISHED, solve=never)
    assert found.points == ()
    assert "searches ended after 20 s without a placement" in found.notes[0]


def test_the_solver_notes_what_placement_cannot_prove(monkeypatch: pytest.MonkeyPatch, plans) -> None:
    plan = plans(1)[0]

    def place(*_: object, **__: object) -> tuple[Plan, None]:
        logging.getLogger("geofleet.placement").warning("not proven best")
        return plan, None

    monkeypatch.setattr("operations.front.place", place)
    assert solver(None)(network()) == Solved(plan=plan, is_proven=False)  # type: ignore[arg-type]


POINT = FrontPoint(
    usd_per_month=100.0, usd_per_month_estimated=0.0, latency_mean_ms=20.0, latency_worst_ms=30.0, evidence="measured",
    survives=("zone",), regions=(RegionCount(region="aws:eu-west-1", members=3),), is_proven=True,
)  # fmt: skip


@pytest.mark.parametrize(
    ("other", "is_beaten"),
    [
        ({}, False), ({"usd_per_month": 101.0}, True), ({"usd_per_month": 99.0}, False),
        ({"latency_mean_ms": 21.0}, True), ({"survives": ()}, True), ({"survives": ("zone", "region")}, False),
        ({"usd_per_month": 101.0, "survives": ("zone", "region")}, False), ({"usd_per_month": None}, True),
        ({"latency_mean_ms": None}, True), ({"survives": ("region",), "usd_per_month": 500.0}, False),
    ],
)  # fmt: skip
def test_a_point_is_beaten_only_by_one_as_good_in_everything(other: dict[str, object], is_beaten: bool) -> None:
    assert is_better(POINT, replace(POINT, **other)) is is_beaten  # type: ignore[arg-type]
    assert (replace(POINT, **other) not in best([POINT, replace(POINT, **other)])) is is_beaten  # type: ignore[arg-type]


def test_equal_points_are_told_once() -> None:
    elsewhere = replace(POINT, regions=(RegionCount(region="aws:eu-west-2", members=3),))
    assert best([POINT, elsewhere, POINT]) == (POINT,)


def test_a_refusal_is_told_in_one_line() -> None:
    problem = (
        "fleet 'v' (4 members) cannot be placed:\n  these exclude each other:\n"
        "    survive metro: too few (a.yaml:3:4)\n    regions: 6 are left (a.yaml:9:1)"
    )
    assert reason(problem) == "these exclude each other: survive metro: too few; regions: 6 are left"


def front_with(fleet: FleetFront) -> Front:
    return Front(stack="net", spec_sha256="0", atlas_version="a", fleets=(fleet,))


SMALL = FleetFront(
    fleet="validators", role=Role.VALIDATOR, latency_kind=LatencyKind.COMMIT_FLOOR, planned=POINT,
    points=(replace(POINT, usd_per_month=90.0, latency_mean_ms=25.0), POINT,
            replace(POINT, usd_per_month=140.5, usd_per_month_estimated=40.0, survives=("zone", "region"))),
    is_complete=True, unkept=(), notes=(),
)  # fmt: skip
GOLDEN = Path(__file__).parent / "pictures" / "golden" / "front-small.svg"


def test_the_table_marks_the_plan_and_reads_at_a_glance() -> None:
    assert front_text(front_with(SMALL)).splitlines() == [
        "validators: 3 choices, proven",
        "           USD a month               commit floor ms, mean / worst  goes on without any one  regions",
        "           90.00                     25.0 / 30.0 (measured)         zone                     3 aws:eu-west-1",
        "  planned  100.00                    20.0 / 30.0 (measured)         zone                     3 aws:eu-west-1",
        "           140.50 (40.00 estimated)  20.0 / 30.0 (measured)         zone, region             3 aws:eu-west-1",
    ]


def test_a_small_chart_is_drawn_like_the_golden_one() -> None:
    assert front_svg(front_with(SMALL)) == GOLDEN.read_text(encoding="utf-8")


def test_a_chart_without_any_known_figure_says_so() -> None:
    bare = replace(SMALL, planned=None, points=(replace(POINT, usd_per_month=None),))
    svg = front_svg(front_with(bare))
    assert "no choice has both a price and a latency that are known" in svg
    assert "price unknown" in svg


def test_the_command_shows_and_draws_it(tmp_path: Path) -> None:
    picture = tmp_path / "front.svg"
    ran = CliRunner().invoke(cli, ("plan", "lab", "--front-picture", str(picture), "--format", "json"))
    assert ran.exit_code == 0, ran.output
    value = json.loads(ran.stdout)
    assert value["schema"] == "geofleet/front/v1"
    assert [fleet["fleet"] for fleet in value["fleets"]] == ["oracles", "relayers", "sequencers", "side", "validators"]
    assert picture.read_text(encoding="utf-8").startswith("<svg ")


def test_two_questions_at_once_are_refused() -> None:
    ran = CliRunner().invoke(cli, ("plan", "lab", "--front", "--diff"))
    assert ran.exit_code == 2
    assert "--diff and --front are two questions" in ran.output
