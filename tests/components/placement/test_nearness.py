"""Margins, jitter to hubs, and nearness to other fleets."""

from __future__ import annotations

import pytest

from components.placement.asking import CircularNearError
from components.placement.placing import Options, Where
from components.placement.planning import place
from components.placement.world import World
from schemas.errors import InfeasiblePlacementError
from schemas.plan_text import plan_text
from tests.components.placement.conftest import MakeWorld, Place, Spec, figure

FLEET = """\
fleets:
  oracles:
    role: oracle
    workload: none
    reports_min: 1
    count: 2
    survive: {{region: 1}}
    {more}
"""
NAMES = ["aws:eu-central-1", "aws:eu-west-1", "aws:eu-west-2", "gcp:europe-west2", "gcp:europe-west3"]


def test_a_margin_leaves_its_share_of_a_limit_free(spec: Spec, placed: Place, five_regions: World) -> None:
    placed(spec(FLEET.format(more="latency: {between_members_ms_max: 10}")), world=five_regions)
    placed(spec(FLEET.format(more="latency: {between_members_ms_max: 12.5, margin_percent: 20}")), world=five_regions)
    with pytest.raises(InfeasiblePlacementError) as raised:
        placed(spec(FLEET.format(more="latency: {between_members_ms_max: 10, margin_percent: 20}")), world=five_regions)
    assert raised.value.remedy is not None
    assert "Raise 'between_members_ms_max' to 13." in raised.value.remedy


def test_rules_judge_by_the_limit_itself(spec: Spec, placed: Place, five_regions: World) -> None:
    text = FLEET.format(more="latency: {between_members_ms_max: 20, margin_percent: 50}")
    plan, _ = placed(spec(text), world=five_regions)
    assert plan.fleet("oracles").promises.between_members_ms_max == 20
    assert "between_members_ms_max=20" in plan_text(plan)


@pytest.mark.parametrize("is_measured", [True, False])
def test_jitter_to_a_hub_is_kept_by_measured_figures_only(
    spec: Spec, placed: Place, world: MakeWorld, *, is_measured: bool
) -> None:
    trips = {(one, other): figure(5.0) for one in NAMES for other in NAMES if one < other}
    jitters = {pair: figure(0.4 if "gcp:europe-west3" not in pair else 3.0) for pair in trips}
    jitters["aws:eu-west-1", "aws:eu-west-2"] = figure(0.4, is_measured=is_measured)
    text = FLEET.format(more="near: [{hub: deribit, latency_ms_max: 6, jitter_ms_max: 1}]").replace(
        "region: 1", "zone: 1"
    )
    plan, _ = placed(spec(text.replace("count: 2", "count: 5")), world=world(dict.fromkeys(NAMES, 1), trips, jitters))
    used = {host.region for host in plan.hosts}
    assert "gcp:europe-west3" not in used
    assert plan.fleet("oracles").promises.near[0].jitter_ms_max == 1
    assert "near=deribit@aws:eu-west-2<=6ms,jitter<=1ms" in plan_text(plan)
    if not is_measured:
        assert "aws:eu-west-1" not in used


def test_a_jitter_that_no_region_keeps_is_refused_with_a_remedy(spec: Spec, placed: Place, five_regions: World) -> None:
    text = FLEET.format(more="near: [{hub: deribit, latency_ms_max: 15, jitter_ms_max: 0.1}]")
    with pytest.raises(InfeasiblePlacementError) as raised:
        placed(spec(text), world=five_regions)
    assert "near hub deribit (aws:eu-west-2) within 15 ms, jitter 0.1 ms" in str(raised.value)
    assert "Remove 'jitter_ms_max' of hub 'deribit', or measure it" in (raised.value.remedy or "")


TWO = (
    FLEET
    + """\
  relayers:
    role: relayer
    workload: none
    count: 2
    survive: {{zone: 1}}
    near: [{{fleet: oracles, latency_ms_max: {limit}}}]
"""
)


def test_every_member_is_near_one_of_the_other_fleet(spec: Spec, placed: Place, five_regions: World) -> None:
    text = TWO.format(more="near: [{hub: deribit, latency_ms_max: 11}]", limit=10)
    plan, _ = placed(spec(text), world=five_regions)
    others = {host.region for host in plan.hosts_of("oracles")}
    for host in plan.hosts_of("relayers"):
        assert min(five_regions.round_trip(host.region, other).value_ms for other in others) <= 10
    assert "near_fleet=oracles<=10ms" in plan_text(plan)


def test_a_fleet_that_cannot_be_near_another_is_refused_with_line_and_remedy(
    spec: Spec, placed: Place, five_regions: World
) -> None:
    listed = 'members: [{region: "aws:eu-central-1"}, {region: "aws:eu-west-1"}]'
    text = TWO.format(more=listed, limit=9).replace("    count: 2\n    survive: {region: 1}\n", "", 1)
    text = 'regions: {allow: ["aws:eu-west-2", "gcp:*", "aws:eu-central-1", "aws:eu-west-1"]}\n' + text
    text = text.replace("near: [{fleet", "operator: self\n    near: [{fleet")
    loaded = spec(text)
    plan, _ = placed(loaded, world=five_regions)  # inside the oracles' own regions
    assert {host.region for host in plan.hosts_of("relayers")} <= {"aws:eu-central-1", "aws:eu-west-1"}
    apart = text.replace("survive: {zone: 1}", "survive: {zone: 1, provider: 1}")
    loaded = spec(apart)
    with pytest.raises(InfeasiblePlacementError) as raised:
        place(loaded.network, stack="net", spec_sha256=loaded.sha256, options=options(loaded.where, five_regions))
    assert "near fleet oracles within 9 ms" in str(raised.value)
    assert loaded.where("fleets", "relayers", "near", 0) in str(raised.value)
    assert "Raise 'latency_ms_max' to fleet 'oracles' to 20." in (raised.value.remedy or "")


def options(where: Where, world: World) -> Options:
    return Options(where=where, world=world)


def test_fleets_that_must_be_near_each_other_in_a_circle_are_refused(spec: Spec, placed: Place) -> None:
    text = TWO.format(more="near: [{fleet: relayers, latency_ms_max: 5}]", limit=10)
    with pytest.raises(CircularNearError, match="oracles, relayers must be near each other"):
        placed(spec(text))
