from __future__ import annotations

import json

import pytest

from schemas.plan import Near, Plan, Promises, plan_text, promises_from_props, promises_to_props, whole

TEXT = """\
plan lab (perps, lab)
atlas 2026-11-24
chain perps-1 engine=cometbft block_time_ms=2000
fleet validators role=validator runs=cometbft 0.38.26 survive=zone,region halt_safely=provider \
between_members_ms_max=60 jitter_ms_max=2.5 near=deribit@aws:eu-west-2<=6ms reports_min=3
region aws:eu-west-2 metro=london cidr=10.120.1.0/24
region gcp:europe-west3 metro=frankfurt cidr=10.120.2.0/24
link aws:eu-west-2 gcp:europe-west3 round_trip_ms=13.5 (measured) jitter_ms=0.52 (estimated)
host validators-1 aws:eu-west-2 aws:euw2-az1 10.120.1.10 machine=2x4 disk_gib=50 power=10
host validators-2 gcp:europe-west3 gcp:europe-west3-a 10.120.2.10 machine=2x4 disk_gib=50 power=10
"""


def test_a_plan_is_one_line_per_decision(plan: Plan) -> None:
    assert plan_text(plan) == TEXT


def test_parts_of_a_plan_are_found_by_name(plan: Plan) -> None:
    assert plan.fleet("validators").quorum.value == "bft"
    assert plan.region("aws:eu-west-2").cidr == "10.120.1.0/24"
    assert [host.host for host in plan.hosts_of("validators")] == ["validators-1", "validators-2"]
    assert plan.link("gcp:europe-west3", "aws:eu-west-2") == plan.link("aws:eu-west-2", "gcp:europe-west3")
    assert plan.link("aws:eu-west-2", "aws:eu-west-2") is None


def test_the_envelope_is_plain_json(plan: Plan) -> None:
    told = json.loads(json.dumps(plan.to_json()))
    assert told["schema"] == "geofleet/plan/v1"
    assert told["fleets"][0]["role"] == "validator"


@pytest.mark.parametrize(
    "promises",
    [
        Promises(),
        Promises(survive=("zone",), reports_min=3),
        Promises(near=(Near(hub="a", at="aws:eu-west-2", latency_ms_max=6.5),), per_hub=2, jitter_ms_max=0.5),
    ],
)
def test_promises_come_back_from_properties(promises: Promises) -> None:
    props = promises_to_props(promises)
    assert json.loads(json.dumps(props)) == props, "plain values only: lists, never tuples"
    assert promises_from_props(props) == promises


def test_a_whole_number_is_restored_and_nothing_else_is() -> None:
    assert [whole(4.0), whole(4), whole(-1.0)] == [4, 4, -1]
    for value in (4.5, True, "4", None, float("nan")):
        with pytest.raises(ValueError, match="is not a whole number"):
            whole(value)
